"""The best SQL that we know for each answer, written by hand: what is left of the time when Python, HTTP and rights go.

An answer may be had in several ways; `Best` tries each on a few questions of a reader and measures with the quickest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg

from bench.subject import Scope
from contacts import listing
from contacts.words import PHONE_MARK, condition, escape_like, phone_part, spaced

type Connection = psycopg.Connection[tuple[Any, ...]]
#: Asks the database and returns the ids of the contacts found, in order.
type Way = Callable[[Connection], list[str]]
type Ways = Mapping[str, Way]

PAGE = 51  # one more than is shown tells whether there are more
BEST = 100
INSIDE = 2_001
COUNTED = listing.COUNTED + 1
_PATIENCE = "3s"
_HIGHEST = "\U0010ffff"
_ROW = "c.id, c.display_name, c.second_line, c.avatar, c.starred, c.book_id, c.version"


class Best:
    """Times raw SQL, each answer in the way that was quickest in a trial."""

    def __init__(self, connection: Connection, trial: Sequence[Ways]) -> None:
        """Choose among the ways by the sum of their times over `trial`; a way over three seconds is out."""
        self._connection = connection
        self.way = ""
        best = float("inf")
        for way in trial[0] if trial else ():
            spent = self._spent(way, trial)
            if spent < best:
                best, self.way = spent, way

    def ask(self, ways: Ways) -> tuple[list[str], float]:
        """Return the answer and its time in milliseconds."""
        begun = time.perf_counter()
        found = ways[self.way](self._connection)
        return found, (time.perf_counter() - begun) * 1000

    def _spent(self, way: str, trial: Sequence[Ways]) -> float:
        self._connection.execute(f"SET statement_timeout = '{_PATIENCE}'")
        try:
            trial[0][way](self._connection)  # warms up
            begun = time.perf_counter()
            for ways in trial:
                ways[way](self._connection)
            return time.perf_counter() - begun
        except psycopg.errors.QueryCanceled:
            return 1e9
        finally:
            self._connection.execute("SET statement_timeout = 0")


def list_page(
    scope: Scope,
    *,
    after: tuple[str, UUID] | None = None,
    groups: Sequence[UUID] = (),
    starred: bool = False,
    counted: bool = False,
    column: str = "sort_family",
) -> Ways:
    """Return the ways to a page of a list by name: 50 rows behind the key `after`, with the count where shown."""

    def member(number: int, of: str = "c.id", book: str = "c.book_id") -> str:
        return (
            " AND EXISTS (SELECT FROM contacts_contactmembership m"
            f" WHERE m.group_id = %(group{number})s AND m.book_id = {book} AND m.contact_id = {of})"
        )

    beyond = f" AND (c.{column}, c.id) > (%(key)s, %(id)s)" if after else ""
    members = "".join(member(number) for number in range(len(groups)))
    only = " AND c.starred" if starred else ""
    tail = f" ORDER BY c.{column}, c.id LIMIT {PAGE}"
    values: dict[str, Any] = {"organization": scope.organization_id, "books": scope.book_ids}
    values |= {f"group{number}": group for number, group in enumerate(groups)}
    values |= {"key": after[0], "id": after[1]} if after else {}
    living = f"c.trashed_at IS NULL{only}{beyond}"
    one = f"SELECT {_ROW}, c.{column} FROM contacts_contact c WHERE"  # noqa: S608  # constants of this module
    mine = "c.organization_id = %(organization)s AND c.book_id = ANY(%(books)s)"
    found = {
        "organization": f"{one} {mine} AND {living}{members}{tail}",
        "books": (
            f"SELECT c.* FROM unnest(%(books)s::uuid[]) AS wanted(id), LATERAL ({one} c.book_id = wanted.id"  # noqa: S608  # likewise
            f" AND {living}{members}{tail}) AS c{tail}"
        ),
    }
    counted_in = f"contacts_contact c WHERE {mine} AND c.trashed_at IS NULL{only}{members}"
    if groups:
        rest = "".join(member(number, "lead.contact_id", "lead.book_id") for number in range(1, len(groups)))
        lead = f"lead.group_id = %(group0)s AND lead.book_id = ANY(%(books)s){rest}"
        found["members"] = (
            f"SELECT {_ROW} FROM contacts_contactmembership lead JOIN contacts_contact c ON c.id = lead.contact_id"  # noqa: S608  # likewise
            f" WHERE {lead} AND {living}{tail}"
        )
        counted_in = counted_in if starred else f"contacts_contactmembership lead WHERE {lead}"
    count = f"SELECT count(*) FROM (SELECT FROM {counted_in} LIMIT {COUNTED}) AS found"  # noqa: S608  # likewise
    statements = {name: [sql, count] if counted else [sql] for name, sql in found.items()}
    return {name: _rows_of(statement, values) for name, statement in statements.items()}


def card(contact: UUID) -> Ways:
    """Return the way to a contact's whole row, its book and its groups."""
    statements = [
        "SELECT c.*, b.name FROM contacts_contact c JOIN books_contactbook b ON b.id = c.book_id WHERE c.id = %(id)s",
        "SELECT m.*, g.name, g.kind FROM contacts_contactmembership m JOIN contacts_group g ON g.id = m.group_id"
        " WHERE m.contact_id = %(id)s ORDER BY m.position",
    ]
    return {"key": _rows_of(statements, {"id": contact})}


def books_with_counts(scope: Scope) -> Ways:
    """Return the way to the books' names and counts."""
    statement = (
        "SELECT b.id, b.name, coalesce(n.contacts, 0), coalesce(n.starred, 0) FROM books_contactbook b LEFT JOIN"
        " (SELECT book_id, sum(contacts) AS contacts, sum(starred) AS starred FROM books_bookcount"
        " WHERE book_id = ANY(%(books)s) GROUP BY book_id) AS n ON n.book_id = b.id WHERE b.id = ANY(%(books)s)"
    )
    return {"sum": _rows_of([statement], {"books": scope.book_ids})}


def groups_seen(scope: Scope, kind: str) -> Ways:
    """Return the ways to the first 41 groups or companies that contacts of the scope are in."""
    values = {"organization": scope.organization_id, "books": scope.book_ids, "kind": kind}
    walk = (
        "SELECT g.id, g.name FROM contacts_group g WHERE g.organization_id = %(organization)s AND g.kind = %(kind)s"
        " AND g.key <> '' AND EXISTS (SELECT FROM contacts_contactmembership m"
        " WHERE m.group_id = g.id AND m.book_id = ANY(%(books)s)) ORDER BY g.key, g.id LIMIT 41"
    )
    gather = (
        "SELECT g.id, g.name FROM contacts_group g WHERE g.kind = %(kind)s AND g.key <> '' AND g.id IN"
        " (SELECT group_id FROM contacts_contactmembership WHERE book_id = ANY(%(books)s))"
        " ORDER BY g.key, g.id LIMIT 41"
    )
    return {"walk": _rows_of([walk], values), "gather": _rows_of([gather], values)}


def search(scope: Scope, words: Sequence[str]) -> Ways:
    """Return the ways to the best hundred matches of the folded words: tokens by range, then trigrams."""
    return {
        "organization": lambda connection: _search(connection, scope, words, by_book=False),
        "books": lambda connection: _search(connection, scope, words, by_book=True),
    }


def by_name(scope: Scope, words: Sequence[str], *, after: tuple[str, UUID] | None = None) -> Ways:
    """Return the ways to a page of all matches by name: in the index's order, or found first and sorted then."""
    where, values = matching(words)
    values |= {"organization": scope.organization_id, "books": scope.searched_ids}
    beyond = " AND (s.sort_key, s.contact_id) > (%(key)s, %(id)s)" if after else ""
    values |= {"key": after[0], "id": after[1]} if after else {}
    mine = f"s.organization_id = %(organization)s AND s.book_id = ANY(%(books)s) AND {where}"
    ordered = (
        f"SELECT s.contact_id FROM contacts_contactsearch s WHERE {mine}{beyond}"  # noqa: S608  # constants of this module
        f" ORDER BY s.sort_key, s.contact_id LIMIT {PAGE}"
    )
    gathered = (
        "WITH s AS MATERIALIZED (SELECT s.contact_id, s.sort_key FROM contacts_contactsearch s"  # noqa: S608  # likewise
        f" WHERE {mine}) SELECT s.contact_id FROM s WHERE true{beyond} ORDER BY s.sort_key, s.contact_id LIMIT {PAGE}"
    )
    rows = f"SELECT {_ROW} FROM contacts_contact c WHERE c.id = ANY(%(found)s)"  # noqa: S608  # likewise

    def way(statement: str) -> Way:
        def ask(connection: Connection) -> list[str]:
            found = [row[0] for row in connection.execute(statement, values)]
            connection.execute(rows, {"found": found}).fetchall()
            return [str(each) for each in found[: PAGE - 1]]

        return ask

    return {"in order": way(ordered), "found first": way(gathered)}


def every_match(connection: Connection, scope: Scope, words: Sequence[str]) -> list[str]:
    """Return the ids of all that match, by name, by looking at every text: the truth that search is held against."""
    where, values = matching(words, indexed=False)
    values |= {"organization": scope.organization_id, "books": scope.searched_ids}
    statement = (
        "SELECT s.contact_id FROM contacts_contactsearch s WHERE s.organization_id = %(organization)s"  # noqa: S608  # likewise
        f" AND s.book_id = ANY(%(books)s) AND {where} ORDER BY s.sort_key, s.contact_id"
    )
    with connection.transaction():
        connection.execute("SET LOCAL enable_bitmapscan = off")
        return [str(row[0]) for row in connection.execute(statement, values)]


def matching(words: Sequence[str], *, indexed: bool = True) -> tuple[str, dict[str, Any]]:
    """Return the condition that a row `s` of the search text has every word, and its values.

    Without `indexed`, what only helps an index is left out.
    """
    parts: list[str] = []
    values: dict[str, Any] = {}
    for asked in map(condition, words):
        likes = asked.likes if indexed else ()
        either = [f"({_named(sql, each, values)})" for sql, each in asked.either]
        parts += [_named("s.text LIKE ANY(%s)", [patterns], values) for patterns in likes] + [
            f"({' OR '.join(either)})"
        ]
    return " AND ".join(parts), values


def _named(sql: str, each: Sequence[Any], values: dict[str, Any]) -> str:
    """Return SQL with a name for each of its values, which are added to `values`."""
    names = [f"value{len(values) + number}" for number in range(len(each))]
    values |= dict(zip(names, each, strict=True))
    return sql % tuple(f"%({name})s" for name in names)


def _search(connection: Connection, scope: Scope, words: Sequence[str], *, by_book: bool) -> list[str]:
    lead = max(words, key=len)
    others = [word for word in words if word != lead]
    names = _tokens(connection, scope, 1, [spaced(lead)], others, by_book=by_book)
    found = dict.fromkeys(names[:BEST])
    if len(found) < BEST and not others:
        number = phone_part(lead) or (lead if lead.isdigit() else "")
        leads = [spaced(lead), *([PHONE_MARK + number] if number else [])]
        found |= dict.fromkeys(_tokens(connection, scope, 2, leads, [], by_book=by_book))
    if len(found) < BEST:
        where, values = matching(words)
        values |= {"organization": scope.organization_id, "books": scope.searched_ids}
        rows = connection.execute(
            "SELECT contact_id FROM (SELECT s.contact_id, s.sort_key FROM contacts_contactsearch s"  # noqa: S608  # constants of this module
            f" WHERE s.organization_id = %(organization)s AND s.book_id = ANY(%(books)s) AND {where}"
            f" LIMIT {INSIDE}) AS found ORDER BY sort_key, contact_id LIMIT {BEST + len(found)}",
            values,
        )
        found |= dict.fromkeys(row[0] for row in rows)
    best = list(found)[:BEST]
    connection.execute(
        f"SELECT {_ROW} FROM contacts_contact c WHERE c.id = ANY(%s)",  # noqa: S608  # likewise
        [best],
    ).fetchall()
    return [str(each) for each in best]


def _tokens(
    connection: Connection, scope: Scope, tier: int, leads: Sequence[str], others: Sequence[str], *, by_book: bool
) -> list[UUID]:
    ranges = " OR ".join(f"(t.token >= %(from{n})s AND t.token < %(to{n})s)" for n in range(len(leads)))
    values: dict[str, Any] = {"organization": scope.organization_id, "books": scope.searched_ids, "tier": tier}
    for number, lead in enumerate(leads):
        values |= {f"from{number}": lead, f"to{number}": lead + _HIGHEST}
    for number, other in enumerate(others):
        ranges = f"({ranges}) AND t.token LIKE %(other{number})s"
        values[f"other{number}"] = f"% {escape_like(spaced(other))}%"
    tail = f"t.tier = %(tier)s AND ({ranges}) ORDER BY t.token, t.contact_id LIMIT {4 * BEST}"
    if by_book:
        statement = (
            "SELECT t.contact_id FROM unnest(%(books)s::uuid[]) AS wanted(id), LATERAL (SELECT t.token, t.contact_id"  # noqa: S608  # likewise
            f" FROM contacts_contacttoken t WHERE t.book_id = wanted.id AND {tail}) AS t"
            f" ORDER BY t.token, t.contact_id LIMIT {4 * BEST}"
        )
    else:
        statement = (
            "SELECT t.contact_id FROM contacts_contacttoken t WHERE t.organization_id = %(organization)s"  # noqa: S608  # likewise
            f" AND t.book_id = ANY(%(books)s) AND {tail}"
        )
    return list(dict.fromkeys(row[0] for row in connection.execute(statement, values)))


def _rows_of(statements: Sequence[str], values: Mapping[str, Any]) -> Way:
    """Return a way that runs the statements and takes the ids of the first one's rows, without the one too many."""

    def ask(connection: Connection) -> list[str]:
        found = [connection.execute(statement, values).fetchall() for statement in statements]
        return [str(row[0]) for row in found[0][: PAGE - 1]]

    return ask
