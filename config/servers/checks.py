"""Checks that the database server is one that Kith can work with (`manage.py check --database default`)."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

_OLDEST = 18


@register(Tags.database)
def server_is_fit(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Report a server older than PostgreSQL 18, or one whose pg_trgm is blind to letters beyond ASCII.

    Runs with `migrate` and `check --database`; costs three small queries for each of `databases`.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
            number, version = cursor.fetchone()
            if number < _OLDEST * 10_000:
                found.append(
                    Error(
                        f"The database server is PostgreSQL {version}; Kith needs {_OLDEST} or newer.",
                        hint="Point DATABASE_URL at a newer server, or unset it to use the embedded one.",
                        id="kith.E001",
                    )
                )
                continue
            cursor.execute(
                "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
                " WHERE e.extname = 'pg_trgm'"
            )
            schema = cursor.fetchone()
            if schema is None:
                continue  # before the first migration, which brings it
            cursor.execute(f"SELECT {connection.ops.quote_name(schema[0])}.show_trgm(%s)", ["Жук"])
            if not cursor.fetchone()[0]:
                found.append(
                    Error(
                        "The database does not know letters beyond ASCII, so search would miss most names.",
                        hint="Make it again with: CREATE DATABASE kith TEMPLATE template0 ENCODING 'UTF8' "
                        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
                        id="kith.E002",
                    )
                )
    return found
