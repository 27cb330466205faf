"""The books that a person may use, as lists, counts and the sidebar need them: read whole, by one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value

from books.models import BookType, ContactBook
from config.prepared import prepared_cursor
from organizations.models import Organization, User
from organizations.sharing import Level, open_levels


class ShelvedBook(NamedTuple):
    """A book, seen from the person whose shelf it is on.

    `is_personal`: their own Personal book; `is_last_used`: they put a contact into it last. With whom it is shared
    `types_of` says: only pages with a sidebar ask that.
    """

    pk: UUID
    name: str
    level: int
    searched: bool
    contacts: int
    starred: int
    is_personal: bool
    is_last_used: bool

    @property
    def is_editable(self) -> bool:
        """Whether they may change its contacts."""
        return self.level >= Level.EDIT


@dataclass(frozen=True)
class Shelf:
    """The books of one organization that a person may use, in order of id.

    `of_everybody` is how many contacts the organization holds, whoever may read them: for choosing a way to ask, never
    for a page. `horizon` is the transaction below which all that was committed is in what was read: from there on
    live updates go on.
    """

    organization_id: UUID
    books: Mapping[UUID, ShelvedBook]
    of_everybody: int
    horizon: int = 0

    @cached_property
    def by_name(self) -> list[ShelvedBook]:
        """The books by name, their own Personal first."""
        return sorted(self.books.values(), key=lambda book: (not book.is_personal, book.name.casefold(), book.pk))

    @cached_property
    def editable(self) -> frozenset[UUID]:
        """Those whose contacts they may change."""
        return frozenset(book.pk for book in self.books.values() if book.is_editable)

    @cached_property
    def array(self) -> str:
        """All of them as `array_of` writes them."""
        return array_of(self.books)

    @cached_property
    def contacts(self) -> int:
        """How many contacts they hold."""
        return sum(book.contacts for book in self.books.values())

    @cached_property
    def starred(self) -> int:
        """How many of these are starred."""
        return sum(book.starred for book in self.books.values())

    @property
    def target(self) -> ShelvedBook | None:
        """Where a new contact goes when no book is chosen: the book last used, else Personal, else the first by
        name."""
        editable = [book for book in self.by_name if book.is_editable]
        return next((book for book in editable if book.is_last_used), editable[0] if editable else None)


def array_of(ids: Iterable[UUID]) -> str:
    """Return ids as the text of a PostgreSQL array, for `%s::uuid[]`: hundreds of them one by one, each with its type,
    cost the adapter more than they cost the query."""
    return "{" + ",".join([each.hex for each in ids]) + "}"


def among(column: str, ids: Iterable[UUID]) -> Func:
    """Return the condition that `column` is one of `ids`, which go as one value: `IN` takes a thousand, each of them
    converted and put into a text of its own."""
    return Func(
        F(column),
        Value(array_of(ids)),
        template="%(expressions)s::uuid[])",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def shelf_of(user: User, organization: Organization) -> Shelf:
    """Return the books of `organization` that `user` may use: those of `ContactBook.objects.for_user`. One query.

    Every page and every keystroke asks it. It is written out because the querysets that say the same were four, and
    building them took ten times as long as this.
    """
    if not user.is_active:
        return Shelf(organization.pk, {}, 0)
    with prepared_cursor() as cursor:
        cursor.execute(_SHELF, {"organization": organization.pk, "user": user.pk})
        found = cursor.fetchall()
    books = {row[0]: ShelvedBook._make(row[:-2]) for row in found}
    return Shelf(organization.pk, books, *(found[0][-2:] if found else (0, 0)))


def types_of(book_ids: Iterable[UUID]) -> dict[UUID, BookType]:
    """Return with whom each of the books is shared, the widest way. One query. The ids come from a shelf."""
    with prepared_cursor() as cursor:
        cursor.execute(_WIDTHS, [array_of(book_ids)])
        return {book_id: _TYPES[width] for book_id, width in cursor.fetchall()}


# The counts of all books of the organization come in one walk of their index: those of the person's books one by one,
# and then the sum of all, took twice as long. Counts and levels meet by being grouped, not joined: a plan for all
# values takes both for a handful, and a join would then look through all counts once for each book.
_SHELF: Final = f"""
    WITH counted AS MATERIALIZED (
        SELECT book_id, sum(contacts) AS contacts, sum(starred) AS starred FROM books_bookcount
         WHERE book_id = ANY (ARRAY (SELECT id FROM books_contactbook WHERE organization_id = %(organization)s))
         GROUP BY book_id),
    mine AS (
        SELECT id, max(level) AS level, sum(contacts)::bigint AS contacts, sum(starred)::bigint AS starred FROM (
            SELECT id, level, 0 AS contacts, 0 AS starred FROM ({open_levels(ContactBook)}) AS open
            UNION ALL SELECT book_id, NULL, contacts, starred FROM counted) AS known
         GROUP BY id HAVING max(level) IS NOT NULL)
    SELECT book.id, book.name,
           mine.level, NOT book.exclude_from_search, mine.contacts, mine.starred,
           book.name = 'Personal' AND book.owner_id IS NOT DISTINCT FROM %(user)s,
           book.id = ANY (ARRAY (SELECT book_id FROM books_bookuse
                                  WHERE user_id = %(user)s AND organization_id = %(organization)s)),
           coalesce((SELECT sum(contacts) FROM counted), 0)::bigint,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      FROM mine JOIN books_contactbook book ON book.id = mine.id
     WHERE book.organization_id = %(organization)s AND book.deleted_at IS NULL
     ORDER BY book.id"""  # noqa: S608  # table names, and levels
#: By the width that `_WIDTHS` gives.
_TYPES: Final = (BookType.PERSONAL, BookType.USERS, BookType.TEAM, BookType.ORGANIZATION)
_WIDTHS: Final = """
    SELECT asked.id,
           coalesce((SELECT max(CASE WHEN team.everyone THEN 3 ELSE 2 END) FROM books_bookteamgrant given
                       JOIN organizations_team team ON team.group_ptr_id = given.group_id
                      WHERE given.content_object_id = asked.id),
                    (SELECT 1 FROM books_bookusergrant WHERE content_object_id = asked.id LIMIT 1), 0)
      FROM unnest(%s::uuid[]) AS asked(id)"""
