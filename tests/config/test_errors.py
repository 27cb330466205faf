"""Refusals and failures: a sentence in every case, without the database (these tests may not touch it)."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import errors


def raising(exception):
    """Return a view that raises."""

    def view(request):
        raise exception

    return login_not_required(view)


@login_not_required
def counted(request):
    """Read the form."""
    return HttpResponse(len(request.POST))


urlpatterns = [
    path("missing/", raising(Http404("Contact 018f of Ann does not exist"))),
    path("refused/", raising(PermissionDenied("Ann may not"))),
    path("bad/", raising(BadRequest("Ann"))),
    path("down/", raising(OperationalError("connection refused: ann@example.com"))),
    path("lost/", raising(InterfaceError("connection already closed"))),
    path("wrong/", raising(ProgrammingError("relation ann does not exist"))),
    path("form/", counted),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

CASES = [
    ("/missing/", 404, "There is nothing here"),
    ("/nowhere/", 404, "There is nothing here"),
    ("/refused/", 403, "You may not do this"),
    ("/bad/", 400, "This request makes no sense here"),
    ("/down/", 503, "Kith is not available at the moment"),
    ("/lost/", 503, "Kith is not available at the moment"),
    ("/wrong/", 500, "Something went wrong"),
]


@pytest.fixture
def visitor():
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.mark.parametrize(("address", "status", "title"), CASES)
def test_a_page_says_what_happened_and_what_to_do(visitor, address, status, title):
    response = visitor.get(address)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert page.count("<p>") == 3
    assert "ann" not in page.lower().replace("cannot", "")
    assert "!!undefined" not in page
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "status", "title"), CASES)
def test_htmx_gets_the_sentence_alone(visitor, address, status, title):
    response = visitor.get(address, headers={"HX-Request": "true"})
    assert (response.status_code, response["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert response.text.startswith(f"{title}. ")
    assert "HX-Request" in response["Vary"]
    boosted = visitor.get(address, headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<h1>" in boosted.text


def test_hidden_and_missing_are_the_same_to_the_byte(visitor):
    assert visitor.get("/missing/").content == visitor.get("/nowhere/").content


def test_a_database_that_is_down_says_when_to_come_back(visitor):
    assert visitor.get("/down/")["Retry-After"] == "10"
    assert "Retry-After" not in visitor.get("/wrong/")


def test_a_form_without_proof_is_refused_with_the_cure(visitor):
    response = visitor.post("/form/", {"a": 1})
    assert response.status_code == 403
    assert "Reload the page and send the form again." in response.text


def test_too_many_fields_are_a_bad_request(visitor, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    visitor = Client()
    assert visitor.post("/form/", dict.fromkeys("abcd", 1)).status_code == 400


def test_an_error_page_does_without_a_style_sheet_that_was_not_collected(monkeypatch):
    def missing(path):
        raise ValueError(f"Missing staticfiles manifest entry for {path!r}")

    monkeypatch.setattr(staticfiles_storage, "url", missing)
    assert "<h1>Gone</h1>" in errors.page(errors.Refusal(410, "Gone", "It went.", "Look elsewhere."))


def test_what_is_shown_is_escaped():
    assert "<b>" not in errors.page(errors.Refusal(400, "<b>", "<b>", "<b>"))
