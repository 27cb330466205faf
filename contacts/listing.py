"""Lists of contacts in order of name, narrowed by groups, star and what is missing: paged by key at any depth."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any
from uuid import UUID

from django.db import connection

from books.shelf import array_of
from config.prepared import prepared_cursor
from contacts.derived import NAME_PARTS, shown_name
from contacts.scope import Scope

PAGE = 50
#: A filtered list says how many it holds up to so many.
COUNTED = 1_000
#: So few members of a group are looked up one by one, and have letters to jump to.
FEW_MEMBERS = 3_000
#: A page of a list in order is looked up among no more members than this, times the square root of the contacts that
#: it would be walked through: the more members, the longer it takes to read them all, and the sooner the walk meets a
#: page of them. Of a million contacts that is `FEW_MEMBERS`. Measured there, and with 100,000.
WALKED_FROM = 3
#: The orders a list comes in, and the column of each.
ORDERS = {"family": "sort_family", "given": "sort_given"}

#: So many letters are looked for, and so many first characters read where few contacts are read whole.
MOST_LETTERS = 100
MOST_KEYS = 2_000
#: Of so many contacts in a book it is read whole sooner than it is jumped through. Measured with 392 books of 255 and
#: names in fifty letters: 40 to 70 ms, against 100 to 400 ms.
WORTH_JUMPING = 600
# The first text after the letter of `jump.key`: all before "a" are one, as are ideographs, symbols, and the syllables
# of Hangul that begin alike. Code points by the Unicode Standard, 17.0, blocks.
_CODE = "ascii(jump.key)"
_AFTER_LETTER = f"""chr(CASE
 WHEN {_CODE} < 97 THEN 97
 WHEN {_CODE} BETWEEN 8192 AND 11903 THEN 11904
 WHEN {_CODE} BETWEEN 13312 AND 40959 THEN 40960
 WHEN {_CODE} BETWEEN 44032 AND 55203 THEN 44032 + (({_CODE} - 44032) / 588 + 1) * 588
 WHEN {_CODE} BETWEEN 55204 AND 57343 THEN 57344
 WHEN {_CODE} BETWEEN 126976 AND 131071 THEN 131072
 WHEN {_CODE} >= 131072 THEN NULL
 ELSE {_CODE} + 1 END)"""

_EACH_BOOK = "unnest(%s::uuid[]) AS wanted(id)"
_DISTINCT = 'SELECT DISTINCT left({key}, 1) COLLATE "C" AS letter FROM {source} ORDER BY letter LIMIT {most}'

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
    """Return the contacts of `scope` by name, after the key `after`; a key that is none starts over. One query, two
    where groups narrow it."""
    column = ORDERS[order]
    found, values, in_order = _in_order(scope, column, after, limit, "c.id")
    columns = ", ".join(f"c.{name}" for name in (*_columns(scope), column))
    is_plain = not scope.group_ids and not scope.own_conditions("c")  # else the plan depends on how many that leaves
    with prepared_cursor() if is_plain else connection.cursor() as cursor:
        # Found by indexes alone, whatever is passed over; then so many rows are read as are shown.
        cursor.execute(
            f"SELECT {columns} FROM ({found}) AS found JOIN contacts_contact c ON c.id = found.id {in_order}",  # noqa: S608  # likewise
            values,
        )
        rows = cursor.fetchall()
    following = write_key(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page([_row(row, scope) for row in rows[:limit]], following)


def find_ids(
    scope: Scope, *, after: str | None = None, limit: int, order: str = "family"
) -> tuple[list[tuple[UUID, UUID]], str | None]:
    """Return (contact, book) of the contacts of `scope` by name, after the key `after`, and the key of the next ones.
    One query, two where groups narrow it."""
    found, values, _end = _in_order(scope, ORDERS[order], after, limit, "c.id, c.book_id")
    with connection.cursor() as cursor:
        cursor.execute(found, values)
        rows = cursor.fetchall()
    following = write_key(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return [(contact_id, book_id) for contact_id, book_id, _key in rows[:limit]], following


def _in_order(scope: Scope, column: str, after: str | None, limit: int, columns: str) -> tuple[str, list[Any], str]:
    """Return a SELECT of `columns` and the sort key `column` for one more than `limit` contacts after the key `after`,
    its values, and the order and limit it ends with."""
    # A limit that is a parameter would have each page planned anew: the plan for all values reckons with a tenth.
    in_order = f"ORDER BY c.{column}, c.id LIMIT {limit + 1:d}"
    key = read_key(after)
    beyond, key_values = ("", []) if key is None else (f" AND (c.{column}, c.id) > (%s, %s)", list(key))
    if scope.by_book and len(scope.book_ids) > 1 and not scope.group_ids:
        part = (
            f"SELECT {columns}, c.{column} FROM contacts_contact c"  # noqa: S608  # columns are constants, values are parameters
            f" WHERE c.book_id = wanted.id AND c.trashed_at IS NULL{scope.own_conditions('c')}{beyond} {in_order}"
        )
        found = f"SELECT c.* FROM unnest(%s::uuid[]) AS wanted(id), LATERAL ({part}) AS c {in_order}"  # noqa: S608  # likewise
        return found, [scope.books, *key_values], in_order
    source, values = _found(scope, in_order=True)
    return f"SELECT {columns}, c.{column} FROM {source}{beyond} {in_order}", [*values, *key_values], in_order  # noqa: S608  # likewise


def start_at(text: str) -> str:
    """Return the page key that a list goes on after from the first sort key that is not before `text`."""
    return write_key(text, UUID(int=0))


def first_keys(scope: Scope, *, order: str = "family") -> list[str]:
    """Return the first character of the first sort key of each letter in `scope`, in the list's order; see
    `contacts.letters`. Empty for groups of too many members, which no index lists by name. One query, two where groups
    narrow it.

    A loose scan of the index of the list: from each letter it jumps to the next, so that it costs as much as there are
    letters, not contacts.
    """
    column = ORDERS[order]
    if scope.group_ids:
        if _count(*_members(scope), FEW_MEMBERS) > FEW_MEMBERS:
            return []
        source, values = _found(scope, in_order=False)
        sql = _DISTINCT.format(key=f"c.{column}", source=source, most=MOST_KEYS)
    elif scope.by_book and 0 < scope.contacts <= len(scope.book_ids) * WORTH_JUMPING:
        # Where books are many and small, jumping in each costs more than reading them all.
        part = (
            f"SELECT c.{column} AS key FROM contacts_contact c WHERE c.book_id = wanted.id AND c.trashed_at IS NULL"  # noqa: S608  # columns are constants, values are parameters
            f"{scope.own_conditions('c')} ORDER BY c.{column} OFFSET 0"
        )
        sql = _DISTINCT.format(key="c.key", source=f"{_EACH_BOOK}, LATERAL ({part}) AS c", most=MOST_KEYS)
        values = [scope.books]
    else:
        first, values = _first(scope, column, "''")
        following, more_values = _first(scope, column, _AFTER_LETTER)
        sql = (
            f"WITH RECURSIVE jump(key, number) AS (SELECT ({first}), 1 UNION ALL SELECT ({following}), number + 1"  # noqa: S608  # likewise
            f" FROM jump WHERE key IS NOT NULL AND number < {MOST_LETTERS})"
            " SELECT left(key, 1) FROM jump WHERE key IS NOT NULL ORDER BY number"
        )
        values = [*values, *more_values]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [key for (key,) in cursor.fetchall()]


def _first(scope: Scope, column: str, bound: str) -> tuple[str, list[Any]]:
    """Return a SELECT of the first sort key that is not before the SQL expression `bound`, and its values."""
    first = f"AND c.{column} >= {bound} ORDER BY c.{column}, c.id LIMIT 1"
    if scope.by_book and len(scope.book_ids) > 1:
        part = (
            f"SELECT c.{column} AS key FROM contacts_contact c WHERE c.book_id = wanted.id AND c.trashed_at IS NULL"  # noqa: S608  # likewise
            f"{scope.own_conditions('c')} {first}"
        )
        return f"SELECT min(c.key) FROM unnest(%s::uuid[]) AS wanted(id), LATERAL ({part}) AS c", [scope.books]  # noqa: S608  # likewise
    source, values = _found(scope, in_order=True)
    return f"SELECT c.{column} FROM {source} {first}", values  # noqa: S608  # likewise


def count(scope: Scope, *, most: int = COUNTED) -> int | None:
    """Return how many contacts `scope` holds, or None for more than `most`: counting them all would take as long as
    there are many. One query, two where groups narrow what is starred or incomplete."""
    by_groups = scope.group_ids and not scope.own_conditions("c")
    source, values = _members(scope) if by_groups else _found(scope, in_order=False)
    found = _count(source, values, most)
    return found if found <= most else None


def _count(source: str, values: Sequence[Any], most: int) -> int:
    """Return how many rows `source` has, counted no further than one more than `most`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {source} LIMIT %s) AS found",  # noqa: S608  # likewise
            [*values, most + 1],
        )
        return int(cursor.fetchone()[0])


def _found(scope: Scope, *, in_order: bool) -> tuple[str, list[Any]]:
    """Return a table `c` with the contacts of `scope` and its WHERE, and the values. One query where there are groups.

    Few members are looked up one by one. Of more than these a list `in_order` finds a page soon: it is walked, and
    each contact is asked for its groups. OFFSET 0 keeps the planner from turning either round.
    """
    own = scope.own_conditions("c")
    if scope.group_ids:
        members, values = _members(scope)
        few = FEW_MEMBERS
        if in_order and scope.of_everybody:
            few = min(few, WALKED_FROM * isqrt(scope.of_everybody))
        if _count(members, values, few) <= few:
            each = "LATERAL (SELECT * FROM contacts_contact WHERE id = member.contact_id OFFSET 0) AS c"
            return f"{members}, {each} WHERE true{own}", values
    if len(scope.book_ids) == 1:
        living, values = "c.book_id = %s", [scope.book_ids[0]]
    else:
        living, values = "c.organization_id = %s AND c.book_id = ANY(%s::uuid[])", [scope.organization_id, scope.books]
    fence = " OFFSET 0" if in_order else ""
    in_group = (
        " AND EXISTS (SELECT FROM contacts_contactmembership member WHERE member.group_id = %s"
        f" AND member.book_id = c.book_id AND member.contact_id = c.id{fence})"
    )
    groups = in_group * len(scope.group_ids)
    return f"contacts_contact c WHERE {living} AND c.trashed_at IS NULL{own}{groups}", [*values, *scope.group_ids]


def _members(scope: Scope) -> tuple[str, list[Any]]:
    """Return a table `member` with the ids of the contacts that are in all groups of `scope`, each once, read from the
    index of memberships alone, and the values."""
    first, *others = scope.group_ids
    also = (
        " AND EXISTS (SELECT FROM contacts_contactmembership other WHERE other.group_id = %s"
        " AND other.book_id = one.book_id AND other.contact_id = one.contact_id)"
    )
    return (
        "unnest(%s::uuid[]) AS wanted(id), LATERAL (SELECT DISTINCT one.contact_id FROM contacts_contactmembership one"  # noqa: S608  # likewise
        f" WHERE one.group_id = %s AND one.book_id = wanted.id{also * len(others)}) AS member",
        [scope.books, first, *others],
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

    Finding ids and reading their rows are two statements: what was moved or deleted between them is left out. The
    books are compared here: hundreds of them in the statement take longer to plan than the rows to read.
    """
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_columns(scope))}, sort_family FROM contacts_contact"  # noqa: S608  # columns are constants
            " WHERE id = ANY(%s::uuid[]) AND trashed_at IS NULL",
            [array_of(contact_ids)],
        )
        found = [(_row(columns, scope), columns[-1]) for columns in cursor.fetchall()]
    books = frozenset(scope.book_ids)
    return {row.id: (row, key) for row, key in found if row.book_id in books}


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
