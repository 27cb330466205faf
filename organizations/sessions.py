"""The sessions of a person: which there are, and ending them at once. They live in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.db import transaction

from organizations import audit
from organizations.audit import Action
from organizations.models import User

LONGEST: Final = 30 * 24 * 3600
"""Seconds after which a session ends, however much it was used."""

TOUCH: Final = 3600
"""Seconds between two notes that a session is in use; an unused one ends after SESSION_COOKIE_AGE."""

BEGAN, SEEN = "began_at", "seen_at"
"""Keys of a session: when somebody signed in with it and when it was last noted as used, in seconds of the clock."""


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Ending sessions is one transaction with its audit line."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """End `sessions`, all of one person, as that person."""
        ending = list(sessions)
        with transaction.atomic():
            for session in ending:
                session.end()
            if ending:
                owner = ending[0].user
                audit.write(Action.SESSIONS_ENDED, by=owner, target=owner, detail={"count": len(ending)})


def end_sessions(*, user: User, keep: str | None = None) -> int:
    """End every session of `user` but the one with the key `keep`; return how many. A query or two a session."""
    ending = [each for each in UserSession.objects.filter(user=user).order_by("pk") if each.session_key != keep]
    SessionsAdapter().end_sessions(ending)
    return len(ending)
