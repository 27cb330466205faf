"""Lists of contacts in order of name: paged by key at any depth, a row costs no join."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from books.shelf import array_of
from contacts.derived import NAME_PARTS, shown_name
from contacts.scope import Scope

PAGE = 50
#: A filtered list says how many it holds up to so many.
COUNTED = 1_000
#: The orders a list comes in, and the column of each.
ORDERS = {"family": "sort_family", "given": "sort_given"}

_COLUMNS = ("id", "display_name", "second_line", "avatar", "starred", "book_id", "version")

#: A line in parts: (text, whether the query hit it).
Parts = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. While searching, `name_parts` and `match` mark what was hit; `match` is the second line."""

    id: UUID
    name: str
    second: str
    avatar: str
    starred: bool
    book_id: UUID
    version: int
    name_parts: Parts | None = None
    match: Parts | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and the key that the next page begins after; None at the end."""

    rows: list[Row]
    next: str | None


def page(scope: Scope, *, after: str | None = None, limit: int = PAGE, order: str = "family") -> Page:
    """Return the contacts of `scope` by name, after the key `after`. One query; a key that is none starts over."""
    column = ORDERS[order]
    key = read_key(after)
    beyond, values = ("", []) if key is None else (f" AND (c.{column}, c.id) > (%s, %s)", list(key))
    more, more_values = scope.conditions("c", "id", row=True)
    columns = ", ".join(f"c.{name}" for name in (*_columns(scope), column))
    in_order = f"ORDER BY c.{column}, c.id LIMIT %s"
    if scope.by_book and len(scope.book_ids) > 1 and not scope.is_gathered:
        part = (
            f"SELECT {columns} FROM contacts_contact c"  # noqa: S608  # columns are constants, values are parameters
            f" WHERE c.book_id = wanted.id AND c.trashed_at IS NULL{beyond}{more} {in_order}"
        )
        sql = f"SELECT c.* FROM unnest(%s::uuid[]) AS wanted(id), LATERAL ({part}) AS c {in_order}"  # noqa: S608  # likewise
        parameters = [scope.books, *values, *more_values, limit + 1, limit + 1]
    else:
        source, source_values = _living(scope)
        sql = f"SELECT {columns} FROM {source}{beyond}{more} {in_order}"  # noqa: S608  # likewise
        parameters = [*source_values, *values, *more_values, limit + 1]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    rows = [_row(columns, scope) for columns in found[:limit]]
    return Page(rows, write_key(found[limit - 1][-1], found[limit - 1][0]) if len(found) > limit else None)


def count(scope: Scope, *, most: int = COUNTED) -> int | None:
    """Return how many contacts `scope` holds, or None for more than `most`: counting them all would take as long as
    there are many. One query."""
    more, values = scope.conditions("c", "id", row=True)
    source, source_values = _living(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {source}{more} LIMIT %s) AS found",  # noqa: S608  # likewise
            [*source_values, *values, most + 1],
        )
        found = int(cursor.fetchone()[0])
    return found if found <= most else None


def _living(scope: Scope) -> tuple[str, list[Any]]:
    """Return a table `c` with the contacts of the books of `scope` and the beginning of its WHERE, and the values.

    OFFSET 0 has the books read one by one: how few contacts hundreds of small books hold, the planner cannot know.
    """
    if scope.is_gathered:
        return (
            "unnest(%s::uuid[]) AS wanted(id), LATERAL (SELECT * FROM contacts_contact"
            " WHERE book_id = wanted.id AND trashed_at IS NULL OFFSET 0) AS c WHERE true",
            [scope.books],
        )
    if len(scope.book_ids) == 1:
        return "contacts_contact c WHERE c.book_id = %s AND c.trashed_at IS NULL", [scope.book_ids[0]]
    return (
        "contacts_contact c WHERE c.organization_id = %s AND c.book_id = ANY(%s::uuid[]) AND c.trashed_at IS NULL",
        [scope.organization_id, scope.books],
    )


def _columns(scope: Scope) -> tuple[str, ...]:
    """Return the columns of a row; the parts of its name only for whom it has to be turned."""
    return (*_COLUMNS, *NAME_PARTS) if scope.family_first else _COLUMNS


def _row(columns: Sequence[Any], scope: Scope) -> Row:
    """Return the row of what `_columns` names, and whatever follows."""
    contact_id, name, *rest = columns[: len(_COLUMNS)]
    if scope.family_first:
        parts = columns[len(_COLUMNS) : len(_COLUMNS) + len(NAME_PARTS)]
        name = shown_name(name, parts, family_first=True)
    return Row(contact_id, name, *rest)


def rows_by_id(scope: Scope, contact_ids: Sequence[UUID]) -> dict[UUID, tuple[Row, str]]:
    """Return rows with their sort keys by id, of those contacts that still are in the books of `scope`. One query.

    Finding ids and reading their rows are two statements: what was moved or deleted between them is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_columns(scope))}, sort_family FROM contacts_contact"  # noqa: S608  # columns are constants
            " WHERE id = ANY(%s::uuid[]) AND book_id = ANY(%s::uuid[]) AND trashed_at IS NULL",
            [array_of(contact_ids), scope.books],
        )
        found = cursor.fetchall()
    return {columns[0]: (_row(columns, scope), columns[-1]) for columns in found}


def write_key(sort_key: str, contact_id: UUID) -> str:
    """Return a page key as it stands in an address."""
    return base64.urlsafe_b64encode(json.dumps([sort_key, str(contact_id)]).encode()).decode().rstrip("=")


def read_key(text: str | None) -> tuple[str, UUID] | None:
    """Return (sort key, id) of a page key, or None when it is none."""
    if not text or len(text) > 4_000:
        return None
    try:
        data: Any = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        sort_key, contact_id = data
        if "\x00" in sort_key:
            return None
        sort_key.encode()
        return str(sort_key), UUID(contact_id)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None
