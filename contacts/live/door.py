"""Who may open a stream, asked in a thread of its own: session, account, second factor, organization."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.cookies import CookieError
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils.translation import gettext as _

from config.errors import Refusal
from contacts.live import outbox, rights
from contacts.models import Contact
from organizations.models import OrganizationMembership, User
from organizations.second_factor import owes_second_factor
from organizations.sessions import BEGAN, LONGEST
from organizations.sharing import Level


class Refused(Exception):
    """The stream is not opened; `problem` says why and what to do."""

    def __init__(self, problem: Refusal) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks for: news of one `organization` (None: of all that are theirs), from the mark `since` on,
    while it has the contact `editing` open in a form."""

    session_key: str
    organization: UUID | None = None
    editing: UUID | None = None
    since: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who was let in: who, with which session, and what their rights followed from at that moment.

    They are told from the transaction `since` on; `again` says that they missed too much to be told one by one.
    """

    user_id: UUID
    session_key: str
    standing: str
    organization: UUID | None
    editing: UUID | None
    since: int
    again: bool


def session_key_of(cookie_header: str) -> str:
    """Return the session key in a request's Cookie header, empty without one."""
    try:
        return parse_cookie(cookie_header).get(settings.SESSION_COOKIE_NAME, "")
    except CookieError:
        return ""


def enter(asked: Asked) -> Entry:
    """Let somebody in, or raise `Refused`. Six or seven short queries; the connection is given back in any case."""
    try:
        return _enter(asked)
    finally:
        connection.close()


def _enter(asked: Asked) -> Entry:
    user = _user_of(asked.session_key)
    # Before anything else is asked: what changes from here on is noticed by comparing.
    standing = rights.standing([user.pk]).get(user.pk, "")
    since, again = outbox.place(asked.since)
    memberships = list(OrganizationMembership.objects.filter(user=user).select_related("organization"))
    if owes_second_factor(user, memberships):
        raise Refused(
            Refusal(403, _("Two-factor is missing"), _("Your organization asks for it."), _("Set it up in Settings."))
        )
    if asked.organization and asked.organization not in {each.organization_id for each in memberships}:
        raise Refused(nothing_here())
    editing = asked.editing
    if editing and not Contact.objects.for_user(user, at_least=Level.EDIT).filter(pk=editing).exists():
        editing = None
    return Entry(
        user_id=user.pk,
        session_key=asked.session_key,
        standing=standing,
        organization=asked.organization,
        editing=editing,
        since=since,
        again=again,
    )


def _user_of(session_key: str) -> User:
    """Return whose session it is, as the middleware of pages finds it."""
    request: Any = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = get_user(request)
    began = request.session.get(BEGAN, 0) if user.is_authenticated else 0
    if not user.is_authenticated or (began and time.time() - began > LONGEST):
        raise Refused(
            Refusal(
                403,
                _("You are not signed in"),
                _("Live updates are for people who are."),
                _("Sign in, then reload the page."),
            )
        )
    return user


def nothing_here() -> Refusal:
    """Return the refusal of what does not exist, or not for the one who asks."""
    return Refusal(
        404,
        _("There is nothing here"),
        _("The address does not exist, or is not for you."),
        _("Go back and reload the page."),
    )
