"""The floor of an import: the very rows that it wrote, through raw COPY into the same tables with their indexes."""

from __future__ import annotations

import tempfile
import time
from typing import IO, Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

#: Table and the column that holds the contact's id.
_TABLES: Final = (
    ("contacts_contact", "id"),
    ("contacts_contactsearch", "contact_id"),
    ("contacts_contacttoken", "contact_id"),
    ("contacts_contacthandle", "contact_id"),
    ("contacts_contactmembership", "contact_id"),
    ("contacts_change", "contact_id"),
)
#: Filled by the database itself.
_LEFT_OUT: Final = {("contacts_change", "id"), ("contacts_change", "transaction")}
_BLOCK: Final = 1 << 20


def copy_rate(connection: psycopg.Connection[tuple[Any, ...]], change_set: UUID, most: int) -> tuple[float, int]:
    """Return contacts a second when up to `most` that `change_set` created are written again by COPY, and how many.

    The copies get ids of their own and are rolled back; foreign keys and other constraints are checked before.
    """
    connection.execute("DROP TABLE IF EXISTS copied")
    made = connection.execute(
        "CREATE TEMPORARY TABLE copied AS SELECT contact_id AS old, uuidv7() AS new FROM contacts_change"
        " WHERE change_set_id = %s AND kind = 'create' ORDER BY id LIMIT %s",
        [change_set, most],
    )
    count = made.rowcount
    connection.execute("CREATE INDEX ON copied (old); ANALYZE copied")
    files = [_written(connection, table, key) for table, key in _TABLES]
    begun = time.perf_counter()
    with connection.transaction(force_rollback=True):
        for (table, _key), (columns, file) in zip(_TABLES, files, strict=True):
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _list(columns))
            with connection.cursor().copy(statement) as copy:
                while block := file.read(_BLOCK):
                    copy.write(block)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        spent = time.perf_counter() - begun
    for _columns, file in files:
        file.close()
    return count / spent, count


def _written(connection: psycopg.Connection[tuple[Any, ...]], table: str, key: str) -> tuple[list[str], IO[bytes]]:
    """Return the table's columns, and a file of the rows that belong to the copies, under their new ids."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    columns = [str(row[0]) for row in found if (table, row[0]) not in _LEFT_OUT]
    values = [
        sql.SQL("copied.new") if name == key else sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns
    ]
    statement = sql.SQL("COPY (SELECT {} FROM {} AS t JOIN copied ON copied.old = t.{}) TO STDOUT").format(
        sql.SQL(", ").join(values), sql.Identifier(table), sql.Identifier(key)
    )
    file = tempfile.TemporaryFile()  # noqa: SIM115  # read and closed by the caller
    with connection.cursor().copy(statement) as copy:
        for block in copy:
            file.write(block)
    file.seek(0)
    return columns, file


def _list(columns: list[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
