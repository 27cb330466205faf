"""Finding contacts by what one types: exact, best first, quick at any size.

A contact matches when each word of the query is in its folded text, or the word's digits in one of its phones
(`contacts/words.py` says when that is so). Best first: a name begins with the words; a word of company, group, address
or phone begins with them; the rest by name. Three questions answer it (ADR 8 has the measures): the token index by
prefix for names, then for words, and only when these leave room the trigram index for what is inside. An answer that
was cut says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from contacts.derived import TIER_NAME, TIER_WORD, TOKEN_LENGTH
from contacts.folding import fold
from contacts.listing import PAGE, Page, Row, read_key, rows_by_id, write_key
from contacts.marking import explain
from contacts.scope import Scope
from contacts.text import clean_text
from contacts.words import PHONE_MARK, condition, escape_like, phone_part, spaced

BEST = 100
#: Beyond so many matches the order by name is that of the first ones found; the answer then says that it was cut.
INSIDE_MOST = 2_000
QUERY_LENGTH = 200
WORDS = 8
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """The best rows for a query, or a part of them. `count` says how many the best are, `complete` that these are all
    there are; else `find_page` pages all by name."""

    rows: list[Row]
    count: int
    complete: bool


def words_of(query: str) -> list[str]:
    """Return the folded words of a query, each once, in order; at most eight."""
    return list(dict.fromkeys(fold(clean_text(query)[:QUERY_LENGTH]).split()))[:WORDS]


def find(scope: Scope, query: str, *, limit: int = BEST, part: slice = slice(None)) -> Found:
    """Return `part` of the best `limit` matches of `query` within `scope`. At most six queries."""
    words = words_of(query)
    if not words or not scope.book_ids:
        return Found([], 0, complete=True)
    lead = max(words, key=len)
    others = [word for word in words if word != lead]
    names, names_cut = _by_token(scope, TIER_NAME, [lead], others, limit)
    found = list(names)
    in_words: list[UUID] = []
    cut = names_cut
    if len(found) < limit and not others:
        number = phone_part(lead) or (lead if lead.isdigit() else "")
        leads = [lead] + ([PHONE_MARK + number] if number else [])
        in_words, words_cut = _by_token(scope, TIER_WORD, leads, [], limit)
        in_words = [contact_id for contact_id in in_words if contact_id not in set(found)]
        cut = cut or words_cut
    inside: list[UUID] = []
    if len(found) + len(in_words) < limit:
        inside, inside_cut = _inside(scope, words)
        known = {*found, *in_words}
        inside = [contact_id for contact_id in inside if contact_id not in known]
        cut = cut or inside_cut
    else:
        cut = True
    everything = [*found, *in_words, *inside]
    rows = rows_by_id(scope, everything[: max(limit, len(found) + len(in_words))])
    # By name within the second class: its index is in the order of the words.
    in_words = sorted((i for i in in_words if i in rows), key=lambda i: (rows[i][1], i))
    ordered = [rows[i][0] for i in (*found, *in_words, *inside) if i in rows][:limit]
    return Found(explain(ordered[part], words), len(ordered), complete=not cut and len(everything) <= limit)


def find_page(scope: Scope, query: str, *, after: str | None = None, limit: int = PAGE) -> Page:
    """Return all matches of `query` within `scope` by name, after the key `after`. At most four queries."""
    found, following = find_ids(scope, query, after=after, limit=limit)
    rows = rows_by_id(scope, [contact_id for contact_id, _book_id in found])
    shown = [rows[contact_id][0] for contact_id, _book_id in found if contact_id in rows]
    return Page(explain(shown, words_of(query)), following)


def find_ids(
    scope: Scope, query: str, *, after: str | None = None, limit: int
) -> tuple[list[tuple[UUID, UUID]], str | None]:
    """Return (contact, book) of all matches by name, after the key `after`, and the key of the next ones. One query."""
    words = words_of(query)
    if not words or not scope.book_ids:
        return [], None
    where, values = _matches(scope, words)
    key = read_key(after)
    if key:
        where += " AND (s.sort_key, s.contact_id) > (%s, %s)"
        values += list(key)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.contact_id, s.book_id, s.sort_key FROM contacts_contactsearch s"  # noqa: S608  # built of constants
            f" WHERE {where} ORDER BY s.sort_key, s.contact_id LIMIT %s",
            [*values, limit + 1],
        )
        found = cursor.fetchall()
    last = found[limit - 1] if len(found) > limit else None
    following = write_key(last[2], last[0]) if last else None
    return [(contact_id, book_id) for contact_id, book_id, _key in found[:limit]], following


def _by_token(scope: Scope, tier: int, leads: list[str], others: list[str], limit: int) -> tuple[list[UUID], bool]:
    """Return contacts with a token of `tier` that begins with one of `leads`, in the order of the tokens, and whether
    there may be more. `others` must begin a later word of the same token."""
    leads = [text for lead in leads if len(text := spaced(lead)) <= TOKEN_LENGTH]
    if not leads:
        return [], False
    most = 4 * limit  # a contact may have several such tokens
    more, more_values = scope.conditions("t", "contact_id")
    like = "".join(" AND t.token LIKE %s" for _word in others) + more
    like_values = [f"% {escape_like(spaced(word))}%" for word in others] + more_values
    # Each beginning, in each book, is a range of an index and comes in order; all at once they would be sorted.
    ranges = "unnest(%s::text[], %s::text[]) AS range(low, high)"
    where = "t.organization_id = %s AND t.book_id = ANY(%s::uuid[])"
    range_values: list[Any] = [leads, [lead + _HIGHEST for lead in leads]]
    where_values: list[Any] = [scope.organization_id, scope.books]
    if scope.by_book:
        ranges, where = f"{ranges}, unnest(%s::uuid[]) AS wanted(id)", "t.book_id = wanted.id"
        range_values, where_values = [*range_values, scope.books], []
    sql = f"""
        SELECT row.contact_id FROM {ranges}, LATERAL (
            SELECT t.token, t.contact_id FROM contacts_contacttoken t
             WHERE {where} AND t.tier = %s
               AND t.token >= range.low COLLATE "C" AND t.token < range.high COLLATE "C"{like}
             ORDER BY t.token, t.contact_id LIMIT %s) AS row
         ORDER BY row.token, row.contact_id LIMIT %s"""  # noqa: S608  # built of constants
    values: list[Any] = [*range_values, *where_values, tier, *like_values, most, most]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = [row[0] for row in cursor.fetchall()]
    distinct = list(dict.fromkeys(found))
    return distinct[:limit], len(found) == most or len(distinct) > limit


def _inside(scope: Scope, words: list[str]) -> tuple[list[UUID], bool]:
    """Return the contacts in whose text every word occurs, by name, and whether there are more."""
    where, values = _matches(scope, words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id FROM (SELECT s.contact_id, s.sort_key FROM contacts_contactsearch s"  # noqa: S608  # built of constants
            f" WHERE {where} LIMIT %s) AS found ORDER BY sort_key, contact_id",
            [*values, INSIDE_MOST + 1],
        )
        found = [row[0] for row in cursor.fetchall()]
    return found[:INSIDE_MOST], len(found) > INSIDE_MOST


def _matches(scope: Scope, words: list[str]) -> tuple[str, list[Any]]:
    """Return the condition that a row `s` of the search text is in `scope` and holds every word."""
    more, more_values = scope.conditions("s", "contact_id")
    where = "s.organization_id = %s AND s.book_id = ANY(%s::uuid[])" + more
    values: list[Any] = [scope.organization_id, scope.books, *more_values]
    for asked in map(condition, words):
        where += " AND s.text LIKE %s" * len(asked.likes)
        where += f" AND ({' OR '.join(f's.text {operator} %s' for operator, _value in asked.either)})"
        values += [*asked.likes, *(value for _operator, value in asked.either)]
    return where, values
