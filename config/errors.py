"""Every refusal and failure as a page that says what happened and what to do; none of them needs the database."""

import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from config.static import icon, stylesheets

RETRY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done: an HTTP `status`, a short `title`, what `happened` and what to `do` about it."""

    status: int
    title: str
    happened: str
    do: str

    def __str__(self) -> str:
        return f"{self.title}. {self.happened} {self.do}"


def page(problem: Refusal) -> str:
    """Return the problem as a whole HTML page. Needs no request, session or database."""
    return render_to_string("errors/page.html", {"problem": problem, "stylesheets": stylesheets(), "icon": icon()})


def _is_of_a_piece(request: HttpRequest) -> bool:
    """Whether a page that stays open asked, which shows one line of text."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def respond(request: HttpRequest, problem: Refusal) -> HttpResponse:
    """Answer with the problem: a page, or one line of text when htmx asked for a piece of a page."""
    if _is_of_a_piece(request):
        response = HttpResponse(str(problem), content_type="text/plain; charset=utf-8")
    else:
        response = HttpResponse(page(problem))
    response.status_code = problem.status
    patch_vary_headers(response, ["HX-Request", "HX-Boosted"])
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400: what was sent cannot be understood."""
    return respond(
        request,
        Refusal(
            400,
            _("This request makes no sense here"),
            _("What was sent is incomplete, too long or not in a form that Kith understands. Nothing was saved."),
            _("Go back, reload the page and try again."),
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403: visible to this person, but not theirs to do."""
    return respond(
        request,
        Refusal(
            403,
            _("You may not do this"),
            _("You can see this, but your rights do not reach as far as changing it. Nothing was changed."),
            _("Ask whoever shared it with you for the right to edit."),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: the same to the byte for what does not exist and for what one may not see."""
    return respond(
        request,
        Refusal(
            404,
            _("There is nothing here"),
            _("The page does not exist, was deleted, or is not shared with you."),
            _("Check the address, or look for it in your contacts."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: our mistake, or (503) the database not answering, told apart by the exception being handled."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    if isinstance(sys.exception(), RedisError):
        return unchecked(request)
    return respond(
        request,
        Refusal(
            500,
            _("Something went wrong"),
            _("This is a mistake in Kith, not yours. What you sent was not saved."),
            _("Go back and try again. If it happens again, tell whoever runs this server when it happened."),
        ),
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database cannot be reached or is too busy; the transaction is rolled back."""
    response = respond(
        request,
        Refusal(
            503,
            _("Kith is not available at the moment"),
            _("Its database does not answer or is too busy. What you sent was not saved; the rest is safe."),
            _("Wait a little and reload the page."),
        ),
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def unchecked(request: HttpRequest) -> HttpResponse:
    """503: how often somebody tried cannot be counted, so nobody may try; all that needs no counting goes on."""
    response = respond(
        request,
        Refusal(
            503,
            _("This is not available at the moment"),
            _("Kith cannot check how often this was tried, and does not let anybody try unchecked. Nothing was saved."),
            _("Wait a little and try again. People who are signed in can go on working."),
        ),
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429, which django-allauth calls: the same thing was tried too often."""
    return respond(
        request,
        Refusal(
            429,
            _("Too many tries"),
            _("This was tried too often in a short time, so we stopped counting on it being you. Nothing was saved."),
            _("Wait five minutes and try again."),
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not prove to come from our own page (Django's CSRF_FAILURE_VIEW).

    Signing in gives new tokens. A page that stays open is given one, so that what is typed there can be sent again;
    pages of others cannot read an answer of ours.
    """
    is_open = _is_of_a_piece(request)
    again = _("Send it again: what you typed stays here.") if is_open else _("Reload the page and send the form again.")
    response = respond(
        request,
        Refusal(
            403,
            _("This form is out of date"),
            _("You signed in or out since you opened it, or your browser sends no cookies. Nothing was saved."),
            again,
        ),
    )
    if is_open:
        response["Kith-CSRF"] = get_token(request)
    return response
