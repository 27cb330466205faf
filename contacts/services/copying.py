"""Writing rows by the thousand: COPY, made of text in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Protocol

from django.db import connection
from psycopg import Cursor

#: What stands in a row for a value that is not there, in COPY's own spelling.
NULL: Final = r"\N"
_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_SPECIAL = re.compile(r"[\\\t\n\r]")


class CopyLines(Protocol):
    """Writes lines into a table, as `copy_lines` does."""

    def __call__(self, table: str, columns: Sequence[str], lines: Iterable[str], *, in_order: bool = False) -> None: ...


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, in_order: bool = False) -> None:
    """Write rows through COPY, in one statement. Their values are text, or `NULL`."""
    copy_lines(table, columns, map(line, rows), in_order=in_order)


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str], *, in_order: bool = False) -> None:
    """Write rows given as lines (`line`) through COPY, in one statement.

    In the text format of COPY (PostgreSQL's manual, "COPY", File Formats), made by the line: value by value it takes
    the driver three times as long. With `in_order` the rows are sorted by their first columns.
    """
    if block := _block(lines, in_order=in_order):
        with connection.cursor() as cursor, connection.wrap_database_errors:
            _send(cursor.cursor, _statement(table, columns), block)


@contextmanager
def copying_ahead() -> Iterator[CopyLines]:
    """Give what writes as `copy_lines` does, but returns while the server still takes the rows in: those of the next
    table are made meanwhile. Within the block nothing else may be asked of the database; behind it, all is written.
    """
    under_way: Future[None] | None = None

    def settle() -> None:
        if under_way is not None:
            with connection.wrap_database_errors:
                under_way.result()

    def copy_ahead(table: str, columns: Sequence[str], lines: Iterable[str], *, in_order: bool = False) -> None:
        nonlocal under_way
        block = _block(lines, in_order=in_order)
        settle()
        under_way = thread.submit(_send, cursor.cursor, _statement(table, columns), block) if block else None

    # Leaving the pool waits for its thread, whatever was raised: the connection is free again then.
    with connection.cursor() as cursor, ThreadPoolExecutor(1, thread_name_prefix="copies") as thread:
        yield copy_ahead
        settle()


def line(values: Sequence[str]) -> str:
    """Return values, each text or `NULL`, as COPY reads them in one row, or in a part of one between tabs."""
    text = "\t".join(values)
    if "\\" in text or "\n" in text or "\r" in text or text.count("\t") != len(values) - 1:
        text = "\t".join([value if value is NULL else _SPECIAL.sub(_escaped, value) for value in values])
    return text


def _statement(table: str, columns: Sequence[str]) -> str:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN"


def _block(lines: Iterable[str], *, in_order: bool) -> str:
    return "\n".join(sorted(lines) if in_order else lines)


def _send(cursor: Cursor, statement: str, block: str) -> None:
    with cursor.copy(statement) as stream:
        stream.write(block)


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]
