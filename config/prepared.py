"""Statements that every page asks, prepared on the server: it plans them once, and then only runs them.

Planning is half of what PostgreSQL does for a page, or more: such statements join many tables and find few rows.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Return a cursor, to be closed, whose statements the server keeps for the connection's next ones.

    For constant texts whose plan does not depend on their values: PostgreSQL takes one plan for all
    (postgresql.org/docs/18/sql-prepare.html; `config/servers/urls.py` has it do so at once). Not for patterns that an
    index is to be chosen by, nor for statements that few ask. Django counts, logs and wraps them as others. Behind a
    pooler (DATABASE_POOLER) nothing is kept, and they run as they are.
    """
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)  # Django's own puts the values into the text
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)
