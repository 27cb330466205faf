"""Domains that emails are often at, and which of them somebody may have meant who typed another: "gmial.com".

A hint, never a correction. A domain is suggested for another that differs from it in a letter or two: one that the
whole world uses, or one that several contacts have which the person can read.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

from books.shelf import Shelf
from contacts.derived import TIER_WORD
from contacts.mail_domains import KNOWN_DOMAINS, SHORTEST, well_known_for

#: Contacts with a domain that make it one that is usual here.
USUAL: Final = 3
_LONGEST: Final = 40
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789-."


def meant_by(shelf: Shelf, domain: str) -> str:
    """Return the domain that may have been meant, empty for none: one of the world's, else one that at least `USUAL`
    contacts on the `shelf` have. What nobody on the shelf has is not suggested. At most one query."""
    domain = domain.strip().casefold()
    if not domain.isascii() or "." not in domain or len(domain) > _LONGEST or domain in KNOWN_DOMAINS:
        return ""
    near = _one_off(domain) if len(domain) >= SHORTEST - 2 else set()
    with connection.cursor() as cursor:
        cursor.execute(
            _USED,
            {
                "domains": [domain, *near],
                "organization": shelf.organization_id,
                "tier": TIER_WORD,
                "books": shelf.array,
                "usual": USUAL,
            },
        )
        used = dict(cursor.fetchall())
    if used.pop(domain, 0):
        return ""
    usual = [each for each, count in used.items() if count >= USUAL]
    return well_known_for(domain) or min(usual, default="")


def _one_off(word: str) -> set[str]:
    """Return every word that differs in one letter, or in two that changed places."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {a + b[1:] for a, b in splits if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    found |= {a + letter + b[1:] for a, b in splits if b for letter in _LETTERS}
    found |= {a + letter + b for a, b in splits for letter in _LETTERS}
    return found - {word}


# A thousand probes of an index, each of few rows: a domain that thousands have in books of others is not gone through.
_USED = """
    SELECT wanted.domain, few.count
      FROM unnest(%(domains)s::text[]) AS wanted(domain),
           LATERAL (SELECT count(*)::int AS count FROM (
               SELECT FROM (SELECT book_id FROM contacts_contacttoken
                             WHERE organization_id = %(organization)s AND tier = %(tier)s AND token = wanted.domain
                             LIMIT 1000) AS first
                WHERE first.book_id = ANY (%(books)s::uuid[]) LIMIT %(usual)s) AS held) AS few
     WHERE few.count > 0"""
