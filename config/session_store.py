"""Sessions in the database, whose keys are looked up only when they can be keys (SESSION_ENGINE)."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from config.prepared import prepared_cursor

# What Django makes keys of, and their length; the column holds 40.
_LEAST, _MOST = 8, 40
_HELD = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(DatabaseStore):
    """Django's own, which would ask PostgreSQL for any text that a cookie holds, NUL included, and fail."""

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
        held: dict[str, Any] = self.decode(found[0])
        return held
