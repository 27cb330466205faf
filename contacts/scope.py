"""Where one looks for contacts: the books that a person may read, narrowed by book, group, star or what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from books.models import ContactBook
from books.shelf import Shelf, array_of, shelf_of
from contacts.models import Group
from organizations.models import Organization, User

#: A reader of less than this part of an organization's contacts is served book by book, through the indexes that
#: begin with the book; one of more through those that begin with the organization (ADR 8 has the measures).
SMALL_SHARE = 0.1
#: So few contacts are read whole and then filtered.
FEW = 5_000
#: Above so many books, asking each in turn costs more than it saves.
MANY_BOOKS = 400


@dataclass(frozen=True)
class Scope:
    """The contacts asked for: living ones, in `book_ids`, in all of `group_ids`, starred or incomplete where set.

    Made by `scope_for`, which checked what the person may read; passing a scope on never widens it.
    """

    organization_id: UUID
    region: str
    book_ids: tuple[UUID, ...]
    by_book: bool
    group_ids: tuple[UUID, ...] = ()
    starred: bool = False
    incomplete: bool = False
    contacts: int = 0  # in these books, whatever the filters leave; 0 in a book that was chosen
    of_everybody: int = 0  # in the organization, whoever may read them; likewise
    family_first: bool = False  # how names are shown

    @cached_property
    def books(self) -> str:
        """The books as the text of an array, for `= ANY(%s::uuid[])`."""
        return array_of(self.book_ids)

    @property
    def is_small(self) -> bool:
        """Whether the scope is that of few contacts in several books: to read them all costs less than an index that
        knows nothing of books."""
        return len(self.book_ids) > 1 and self.contacts <= FEW

    def conditions(self, alias: str, contact: str) -> tuple[str, list[Any]]:
        """Return SQL that keeps rows of the index table `alias` within the filters; `contact` names its contact
        column."""
        sql, values = "", []
        # Of few contacts each is asked for its groups; else whoever is in a group is looked up all at once.
        fence = " OFFSET 0" if self.is_small else ""
        for group_id in self.group_ids:
            sql += (
                " AND EXISTS (SELECT FROM contacts_contactmembership member WHERE member.group_id = %s"
                f" AND member.book_id = {alias}.book_id AND member.contact_id = {alias}.{contact}{fence})"
            )
            values.append(group_id)
        if own := self.own_conditions("own"):
            sql += f" AND EXISTS (SELECT FROM contacts_contact own WHERE own.id = {alias}.{contact}{own})"
        return sql, values

    def own_conditions(self, alias: str) -> str:
        """Return SQL that keeps rows `alias` of contacts within the filters that ask nothing but the contact."""
        starred = f" AND {alias}.starred" if self.starred else ""
        return starred + (f" AND {_INCOMPLETE.format(c=alias)}" if self.incomplete else "")


# What `ContactDocument.is_incomplete` says of a row. The first condition is that of the indexes of incomplete ones.
_UNREACHABLE = """(NOT {c}.infos @> '[{{"kind": "email"}}]' AND NOT {c}.infos @> '[{{"kind": "phone"}}]')"""
_NAMELESS = " AND ".join(
    f"{{c}}.{name} = ''" for name in ("first_name", "middle_name", "last_name", "suffix", "nickname")
)
_INCOMPLETE = (
    f"({_NAMELESS} OR {_UNREACHABLE}) AND ({_UNREACHABLE} OR NOT EXISTS (SELECT FROM contacts_contactmembership job"
    " JOIN contacts_group firm ON firm.id = job.group_id WHERE job.contact_id = {c}.id AND firm.kind = 'company'))"
)


def scope_for(
    user: User,
    organization: Organization,
    *,
    book: ContactBook | None = None,
    group: Group | None = None,
    company: Group | None = None,
    starred: bool = False,
    incomplete: bool = False,
    searching: bool = False,
    shelf: Shelf | None = None,
) -> Scope:
    """Return what `user` may read in `organization`, or in one `book`, `group`, `company` of it.

    `book`, `group` and `company` must come from `for_user`. While `searching` all books, those excluded from search
    are left out. At most one query; none when the person's `shelf` there was read before.
    """
    scope = Scope(
        organization_id=organization.pk,
        region=organization.region,
        book_ids=(book.pk,) if book else (),
        by_book=True,
        group_ids=tuple(chosen.pk for chosen in (group, company) if chosen),
        starred=starred,
        incomplete=incomplete,
        family_first=user.family_first,
    )
    if book:
        return scope
    shelf = shelf or shelf_of(user, organization)
    books = [book for book in shelf.books.values() if book.searched or not searching]
    book_ids = tuple(book.pk for book in books)
    contacts = sum(book.contacts for book in books)
    few = len(book_ids) <= MANY_BOOKS and contacts < SMALL_SHARE * shelf.of_everybody
    return replace(scope, book_ids=book_ids, by_book=few, contacts=contacts, of_everybody=shelf.of_everybody)
