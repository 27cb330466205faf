"""Emptying the database after a test that commits: quickly, since a test leaves a few rows in a few tables.

Django truncates every table, which makes a new file for each of them and their indexes, and then makes content types
and permissions anew: half a second for a test that may last a tenth of that.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
"""What `migrate` fills, and no test changes."""

_flush = TransactionTestCase._fixture_teardown


def install() -> None:
    """Have Django empty the database by `_empty` after each test that commits."""
    TransactionTestCase._fixture_teardown = _empty


def _empty(case: TransactionTestCase) -> None:
    """Delete all rows of the tables that have any, without their triggers; leave it to Django where that is refused."""
    with connection.cursor() as sql:
        sql.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if not sql.fetchone()[0]:
            _flush(case)
            return
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
        quoted = {table: connection.ops.quote_name(table) for table in sorted(tables)}
        sql.execute(
            " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {quoted[table]})" for table in quoted)
        )
        filled = [row[0] for row in sql.fetchall()]
        if filled:
            with transaction.atomic():
                sql.execute("SET LOCAL session_replication_role = replica")  # foreign keys are triggers too
                sql.execute("; ".join(f"DELETE FROM {quoted[table]}" for table in filled))
