"""What holds for every request of somebody who is signed in: how long a session lasts, what a page is told once it is
over, the time on the screen, and the second factor that an organization demands."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from config.rendering import wants_piece
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.second_factor import owes_second_factor
from organizations.sessions import BEGAN, LONGEST, SEEN, TOUCH

# What somebody who owes a second factor may reach: setting it up, what that needs, and the way out.
_OPEN: Final = frozenset(
    {
        "account_logout",
        "account_login",
        "account_reauthenticate",
        "account_email",
        "account_confirm_email",
        "account_email_verification_sent",
        "contacts:theme",
        "home",
        "settings:home",
    }
)


class SessionLife(MiddlewareMixin):
    """Ends a session after `LONGEST` seconds, and notes once in `TOUCH` that it is in use, which prolongs it."""

    def process_request(self, request: HttpRequest) -> None:
        """Sign out a session that is too old; else note it. Writes once an hour, queries not otherwise."""
        session = request.session
        if SESSION_KEY not in session:
            return
        now = int(time.time())
        began = session.setdefault(BEGAN, now)
        if now - began > LONGEST:
            logout(request)
        elif now - session.setdefault(SEEN, began) > TOUCH:
            session[SEEN] = now
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


class SignedIn(LoginRequiredMiddleware):
    """Leads whoever is not signed in to signing in; a page that is open is told so, and keeps what is typed there."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Answer a piece of a page with a sentence (401), a page with the way to sign in."""
        led = super().process_view(request, view_func, view_args, view_kwargs)
        if led is None or not wants_piece(request):
            return led
        said = _("You are signed out. Sign in in another window, then try again: what you typed stays here.")
        return HttpResponse(said, status=401, content_type="text/plain; charset=utf-8")


class PersonalTime(MiddlewareMixin):
    """Shows times in the zone of who is signed in, UTC to everybody else."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the zone; it is the thread's, so the one of the request before is always replaced."""
        timezone.deactivate()
        user = request.user
        if isinstance(user, User):
            try:
                timezone.activate(ZoneInfo(user.time_zone))
            except (KeyError, ValueError, OSError):  # a zone that this machine does not know any more
                return

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave nothing of it to the next one who uses the thread."""
        timezone.deactivate()
        return response


class DemandedSecondFactor(MiddlewareMixin):
    """Leads whoever owes a second factor to setting it up, before anything else.

    Asks for `request.memberships`, which pages need anyway."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let pass whoever owes none, and what setting one up needs."""
        user = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not isinstance(user, User) or name in _OPEN or name.startswith("mfa_"):
            return None
        if not owes_second_factor(user, cast(SignedInRequest, request).memberships):
            return None
        there = reverse("mfa_index")
        return HttpResponseClientRedirect(there) if request.headers.get("HX-Request") else HttpResponseRedirect(there)
