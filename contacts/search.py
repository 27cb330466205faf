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

from config.prepared import prepared_cursor
from contacts.derived import TIER_NAME, TIER_WORD, TOKEN_LENGTH
from contacts.folding import fold
from contacts.listing import PAGE, Page, Row, read_key, rows_by_id, write_key
from contacts.marking import explain
from contacts.scope import Scope
from contacts.text import clean_text
from contacts.words import PHONE_MARK, Condition, condition, escape_like, number_of, spaced

BEST = 100
#: Beyond so many matches the order by name is that of the first ones found; the answer then says that it was cut.
INSIDE_MOST = 2_000
#: So many texts of one reader are read one by one before the index is asked for what it hardly knows.
SOME = 20_000
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
    found, cut = _by_token(scope, TIER_NAME, [lead], others, limit)
    names = len(found)
    if names < limit:
        in_words, words_cut = _in_words(scope, words, limit)
        found = list(dict.fromkeys([*found, *in_words]))
        cut = cut or words_cut
    beginning = len(found)
    if beginning < limit:
        inside = _inside(scope, words, limit + beginning + 1)
        found = list(dict.fromkeys([*found, *inside]))
        cut = cut or len(inside) > INSIDE_MOST
    else:
        cut = True
    start, stop, _step = part.indices(limit)
    # By name within the second class, since its index is in the order of the words: all of it is read for that.
    is_sorted = start < beginning and stop > names
    rows = rows_by_id(scope, found[start:stop] + (found[names:beginning] if is_sorted else []))
    if is_sorted:
        second = [contact_id for contact_id in found[names:beginning] if contact_id in rows]
        found[names:beginning] = sorted(second, key=lambda contact_id: (rows[contact_id][1], contact_id))
    shown = [rows[contact_id][0] for contact_id in found[start:stop] if contact_id in rows]
    return Found(explain(shown, words), min(len(found), limit), complete=not cut and len(found) <= limit)


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
    texts, values = _matches(scope, words)
    key = read_key(after)
    if key:
        texts += " AND (s.sort_key, s.contact_id) > (%s, %s)"
        values += list(key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.contact_id, s.book_id, s.sort_key FROM {texts} ORDER BY s.sort_key, s.contact_id LIMIT %s",  # noqa: S608  # built of constants
            [*values, limit + 1],
        )
        found = cursor.fetchall()
    last = found[limit - 1] if len(found) > limit else None
    following = write_key(last[2], last[0]) if last else None
    return [(contact_id, book_id) for contact_id, book_id, _key in found[:limit]], following


def _in_words(scope: Scope, words: list[str], limit: int) -> tuple[list[UUID], bool]:
    """Return contacts with a company, group, address or phone that begins with `words`, and whether there may be
    more. Several words are meant as they stand there, as "acme ltd" or "+49 30 12": whoever has them apart is found
    inside. One query."""
    phrase, number = " ".join(words), number_of(words)
    leads = [phrase] + ([PHONE_MARK + number] if number else [])
    # Its parts joined, a number begins phones that do not hold each of them.
    return _by_token(scope, TIER_WORD, leads, [], limit, holding=words if number and len(words) > 1 else [])


def _by_token(
    scope: Scope, tier: int, leads: list[str], others: list[str], limit: int, *, holding: list[str] | None = None
) -> tuple[list[UUID], bool]:
    """Return contacts with a token of `tier` that begins with one of `leads`, in the order of the tokens, and whether
    there may be more. `others` must begin a later word of the same token, the words `holding` be in the text."""
    leads = [text for lead in leads if len(text := spaced(lead)) <= TOKEN_LENGTH]
    if not leads:
        return [], False
    most = (2 if holding else 4) * limit  # a contact may have several such tokens
    more, more_values = scope.conditions("t", "contact_id")
    like = "".join(" AND t.token LIKE %s" for _word in others) + more
    like_values = [f"% {escape_like(spaced(word))}%" for word in others] + more_values
    # Each beginning, in each book, is a range of an index and comes in order; all at once they would be sorted.
    ranges = "unnest(%s::text[], %s::text[]) AS range(low, high)"
    # Hundreds of books in an array would be compared with statistics one by one, which takes as long as the scan.
    where = "t.organization_id = %s AND (t.book_id IN (SELECT unnest(%s::uuid[]))) IS TRUE"
    range_values: list[Any] = [leads, [lead + _HIGHEST for lead in leads]]
    where_values: list[Any] = [scope.organization_id, scope.books]
    if scope.by_book:
        ranges, where = f"{ranges}, unnest(%s::uuid[]) AS wanted(id)", "t.book_id = wanted.id"
        range_values, where_values = [*range_values, scope.books], []
    sql = f"""
        SELECT row.contact_id, row.token FROM {ranges}, LATERAL (
            SELECT t.token, t.contact_id FROM contacts_contacttoken t
             WHERE {where} AND t.tier = %s
               AND t.token >= range.low COLLATE "C" AND t.token < range.high COLLATE "C"{like}
             ORDER BY t.token, t.contact_id LIMIT {most:d}) AS row
         ORDER BY row.token, row.contact_id LIMIT {most:d}"""  # noqa: S608  # built of constants and a number
    values: list[Any] = [*range_values, *where_values, tier, *like_values]
    if holding:
        conditions, held_values = _conditions([condition(word) for word in holding], indexed=False)
        # OFFSET 0: each of the few found is asked for its text.
        sql = (
            f"SELECT first.contact_id FROM ({sql}) AS first WHERE EXISTS (SELECT FROM contacts_contactsearch s"  # noqa: S608  # likewise
            f" WHERE s.contact_id = first.contact_id{conditions} OFFSET 0) ORDER BY first.token, first.contact_id"
        )
        values += held_values
    # Whatever is typed, the ranges are walked alike; only with filters the plan depends on how many those leave.
    with connection.cursor() if more else prepared_cursor() as cursor:
        cursor.execute(sql, values)
        found = [row[0] for row in cursor.fetchall()]
    distinct = list(dict.fromkeys(found))
    return distinct[:limit], len(found) == most or len(distinct) > limit


def _inside(scope: Scope, words: list[str], most: int) -> list[UUID]:
    """Return the first `most` contacts by name in whose text every word occurs; of more than `INSIDE_MOST`, some."""
    texts, values = _matches(scope, words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT contact_id FROM (SELECT s.contact_id, s.sort_key FROM {texts} LIMIT %s) AS found"  # noqa: S608  # built of constants
            " ORDER BY sort_key, contact_id LIMIT %s",
            [*values, INSIDE_MOST + 1, most],
        )
        return [row[0] for row in cursor.fetchall()]


def _matches(scope: Scope, words: list[str]) -> tuple[str, list[Any]]:
    """Return what follows FROM for the rows `s` of the search text that are in `scope` and hold every word.

    OFFSET 0 has a few contacts read whole: how few hundreds of small books hold, the planner cannot know.
    """
    more, more_values = scope.conditions("s", "contact_id")
    if scope.is_small:
        sql = (
            "unnest(%s::uuid[]) AS wanted(id), LATERAL"
            " (SELECT * FROM contacts_contactsearch WHERE book_id = wanted.id OFFSET 0) AS s WHERE true"
        )
        values: list[Any] = [scope.books]
    else:
        sql = "contacts_contactsearch s WHERE s.organization_id = %s AND s.book_id = ANY(%s::uuid[])"
        values = [scope.organization_id, scope.books]
    sql += more
    values += more_values
    asked = [condition(word) for word in words]
    conditions, condition_values = _conditions(asked, indexed=not _is_read_whole(scope, asked))
    return sql + conditions, [*values, *condition_values]


def _is_read_whole(scope: Scope, asked: list[Condition]) -> bool:
    """Return whether to read the texts of `scope` one by one costs less than the index, which is everybody's: of few
    contacts, or of some when all that is asked are beginnings of words, several or in a script that the index knows
    less of."""
    if scope.is_small or any(each.leads for each in asked):
        return scope.is_small
    return scope.by_book and 0 < scope.contacts <= SOME and (len(asked) > 1 or bool(asked[0].likes))


def _conditions(asked: list[Condition], *, indexed: bool) -> tuple[str, list[Any]]:
    """Return SQL that keeps the rows `s` of the search text that hold every word, and its values; unless `indexed`,
    without what the trigram index could be asked."""
    sql, values = "", []
    is_led = any(each.leads for each in asked)
    for each in asked:
        likes = each.likes if indexed else ()
        either = f"({' OR '.join(f'({part})' for part, _values in each.either)})"
        # Of few digits the index finds more than it spares where another word leads it.
        either += "" if indexed and not (is_led and each.is_few_digits) else " IS TRUE"
        sql += " AND s.text LIKE ANY(%s)" * len(likes) + f" AND {either}"
        values += [*likes, *(value for _part, part_values in each.either for value in part_values)]
    return sql, values
