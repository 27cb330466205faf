"""Sessions in the database (SESSION_ENGINE) whose keys are looked up only when they can be keys, and of which requests
that run at the same time lose nothing to each other."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import transaction
from django.utils import timezone

from config.prepared import prepared_cursor

# What Django makes keys of, and their length; the column holds 40.
_LEAST, _MOST = 8, 40
_HELD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_LOCKED = "SELECT session_data FROM django_session WHERE session_key = %s FOR UPDATE"
_ABSENT: Final = object()


class SessionStore(DatabaseStore):
    """Django's own, but for two things: it would ask PostgreSQL for any text that a cookie holds, NUL included, and
    fail; and a page that fetches pieces while a form is sent would write back what the form's answer had changed."""

    #: The row's text as this request last read or wrote it; empty before.
    _text = ""

    def _validate_session_key(self, key: str | None) -> bool:
        """Say whether `key`, as a cookie names it, can be that of a session."""
        return key is not None and _LEAST <= len(key) <= _MOST and key.isascii() and key.isalnum()

    def load(self) -> dict[str, Any]:
        """Return what the session holds, nothing of one that is over, whose key is then forgotten. One query.

        As Django's own; every request asks, and a queryset takes three times as long to build as this to be answered.
        """
        with prepared_cursor() as cursor:
            cursor.execute(_HELD, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        self._text = found[0]
        return self._held(self._text)

    def save(self, must_create: bool = False) -> None:
        """Write what this request changed; what others wrote meanwhile under other names stays as they wrote it.

        Locks the row. Raises `UpdateError` when the session was ended meanwhile, as Django's own does.
        """
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        with transaction.atomic():
            with prepared_cursor() as cursor:
                cursor.execute(_LOCKED, [self.session_key])
                found = cursor.fetchone()
            if found is not None and found[0] != self._text:
                self._session_cache = _merged(self._held(self._text), self._held(found[0]), dict(self.items()))
            super().save()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row that is about to be written, and keep in mind what it holds."""
        row = super().create_model_instance(data)
        self._text = row.session_data
        return row

    def _held(self, text: str) -> dict[str, Any]:
        held: dict[str, Any] = self.decode(text) if text else {}
        return held


def _merged(before: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Return `theirs` with what `ours` set or took away since `before`."""
    changed = {name for name in before.keys() | ours.keys() if ours.get(name, _ABSENT) != before.get(name, _ABSENT)}
    kept = {name: value for name, value in theirs.items() if name not in changed}
    return kept | {name: ours[name] for name in changed if name in ours}
