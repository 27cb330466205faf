"""The change table read as an outbox: what was committed, in the order of transactions, nothing missed.

Ids are given out before their transaction is seen, so only what lies below the oldest running transaction is read:
everything there is finished, and nothing can still be added to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

#: Changed contacts of an act that are named; of more the book alone is.
NAMED: Final = 50
#: Changes that a page may have missed and still be told of one by one.
KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one act did to one book, below `upto`. `last` is the newest transaction in it.

    `contacts` are the ids and versions of those that are there now; None when they are many, or some are not there any
    more.
    """

    book_id: UUID
    organization_id: UUID
    last: int
    contacts: tuple[tuple[UUID, int], ...] | None


@dataclass(frozen=True, slots=True)
class News:
    """Everything that happened before the transaction `upto`; `epoch` tells in which life of the database that is."""

    epoch: str
    upto: int
    announcements: tuple[Announcement, ...] = ()

    @property
    def mark(self) -> str:
        """How far somebody has come who was told all this, as `Last-Event-ID` says it."""
        return f"{self.epoch}.{self.upto}"


def read(since: int) -> News:
    """Return what happened from the transaction `since` on, one announcement for each act and book.

    One query, two when there are news. No lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, {"since": since})
        found = cursor.fetchall()
    epoch, upto = found[0][:2]
    groups = [_Group(*row[2:]) for row in found if row[2] is not None]
    named = _named(since, upto, {group.change_set_id for group in groups if group.is_named})
    announcements = []
    for group in groups:
        contacts = named.get((group.change_set_id, group.book_id), ()) if group.is_named else ()
        announcements.append(
            Announcement(
                book_id=group.book_id,
                organization_id=group.organization_id,
                last=group.last,
                contacts=tuple(contacts) if contacts and len(contacts) == group.contacts else None,
            )
        )
    return News(epoch, upto, tuple(announcements))


def place(told: str) -> tuple[int, bool]:
    """Return the transaction from which somebody is to be told, and whether they must start again.

    `told` is the mark of what they know, or the bare number that a page was made with; empty for nothing. Start again:
    it is of another life of the database, or lies too many changes back. One query.
    """
    epoch, _dot, number = told.rpartition(".")
    known = number.isascii() and number.isdecimal() and len(number) <= 18
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"since": int(number) if known else None, "most": KEPT})
        now, upto, missed = cursor.fetchone()
    if not told:
        return upto, False
    if not known or (epoch and epoch != now) or int(number) > upto or missed > KEPT:
        return upto, True
    return int(number), False


@dataclass(frozen=True, slots=True)
class _Group:
    """The changes of one act to one book; `contacts` of it are known by name, unless it concerns the whole book."""

    book_id: UUID
    change_set_id: UUID
    organization_id: UUID
    last: int
    contacts: int
    whole: bool

    @property
    def is_named(self) -> bool:
        return not self.whole and 0 < self.contacts <= NAMED


def _named(since: int, upto: int, change_sets: Iterable[UUID]) -> dict[tuple[UUID, UUID], list[tuple[UUID, int]]]:
    """Return the ids and versions of the living contacts that these acts changed and that still are in that book."""
    wanted = list(change_sets)
    found: dict[tuple[UUID, UUID], list[tuple[UUID, int]]] = {}
    if not wanted:
        return found
    values: dict[str, Any] = {"since": since, "upto": upto, "acts": wanted}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, values)
        for change_set_id, book_id, contact_id, version in cursor.fetchall():
            found.setdefault((change_set_id, book_id), []).append((contact_id, version))
    return found


#: A cluster restored from a backup counts its transactions anew, on another timeline.
_EPOCH: Final = """
    (SELECT substr(md5(concat_ws('.', system_identifier, timeline_id, current_database())), 1, 8)
       FROM pg_control_system(), pg_control_checkpoint())"""
_HORIZON: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS upto"
_NEWS: Final = f"""
    WITH horizon AS MATERIALIZED ({_HORIZON})
    SELECT {_EPOCH}, horizon.upto, news.*
      FROM horizon
      LEFT JOIN LATERAL (
        SELECT book_id, change_set_id, organization_id, max(transaction), count(DISTINCT contact_id),
               bool_or(contact_id IS NULL)
          FROM (SELECT book_id, change_set_id, organization_id, transaction, contact_id
                  FROM contacts_change WHERE transaction >= %(since)s AND transaction < horizon.upto
                 UNION ALL
                SELECT from_book_id, change_set_id, organization_id, transaction, NULL
                  FROM contacts_change
                 WHERE transaction >= %(since)s AND transaction < horizon.upto AND from_book_id IS NOT NULL) AS each
         GROUP BY book_id, change_set_id, organization_id
      ) AS news ON true"""  # noqa: S608  # constants of this module
_NAMED: Final = """
    SELECT DISTINCT change.change_set_id, change.book_id, contact.id, contact.version
      FROM contacts_change change
      JOIN contacts_contact contact ON contact.id = change.contact_id AND contact.book_id = change.book_id
           AND contact.trashed_at IS NULL
     WHERE change.transaction >= %(since)s AND change.transaction < %(upto)s
       AND change.change_set_id = ANY(%(acts)s)"""
_PLACE: Final = f"""
    WITH horizon AS MATERIALIZED ({_HORIZON})
    SELECT {_EPOCH}, horizon.upto,
           (SELECT count(*) FROM (SELECT FROM contacts_change
              WHERE transaction >= %(since)s AND transaction < horizon.upto LIMIT %(most)s + 1) AS missed)
      FROM horizon"""  # noqa: S608  # likewise
