"""The domains that the people of a company have their emails at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from books.shelf import Shelf
from contacts.models import Group

#: People looked at: of a company of a hundred thousand these say enough.
LOOKED_AT = 1_000
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Domains:
    """(domain, how many people have an email there), the most frequent first; `more`: only `LOOKED_AT` people count."""

    found: list[tuple[str, int]]
    more: bool


def domains_of(shelf: Shelf, company: Group) -> Domains:
    """Return the domains of the contacts of a company that are on the `shelf`. One query."""
    values: dict[str, Any] = {
        "company": company.pk,
        "organization": company.organization_id,
        "books": shelf.array,
        "people": LOOKED_AT,
        "shown": SHOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DOMAINS, values)
        rows = cursor.fetchall()
    return Domains([(domain, count) for domain, count, _people in rows], bool(rows) and rows[0][2] > LOOKED_AT)


# The key of an email is its local part, which may hold another @ between quotation marks, and the domain in ASCII.
_DOMAINS = """
    WITH people AS MATERIALIZED (
        SELECT DISTINCT id FROM (
            SELECT member.id FROM unnest(%(books)s::uuid[]) AS mine(book_id), LATERAL (
                SELECT contact_id AS id FROM contacts_contactmembership
                 WHERE group_id = %(company)s AND book_id = mine.book_id OFFSET 0) AS member
             LIMIT %(people)s + 1) AS first)
    SELECT substring(handle.key FROM '[^@]*$') AS domain, count(DISTINCT people.id)::int, (SELECT count(*) FROM people)
      FROM (SELECT id FROM people LIMIT %(people)s) AS people
      JOIN contacts_contacthandle handle ON handle.contact_id = people.id AND handle.kind = 'email'
           AND handle.organization_id = %(organization)s
     GROUP BY domain ORDER BY 2 DESC, 1 LIMIT %(shown)s"""
