"""Sessions in the database, whose keys are looked up only when they can be keys (SESSION_ENGINE)."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

# What Django makes keys of, and their length; the column holds 40.
_LEAST, _MOST = 8, 40


class SessionStore(DatabaseStore):
    """Django's own, which would ask PostgreSQL for any text that a cookie holds, NUL included, and fail."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Say whether `key`, as a cookie names it, can be that of a session."""
        return key is not None and _LEAST <= len(key) <= _MOST and key.isascii() and key.isalnum()
