"""Where one looks for contacts: the books that a person may read, narrowed by book, group or star."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Sum

from books.models import BookCount, ContactBook
from contacts.models import Group
from organizations.models import Organization, User

#: A reader of less than this part of an organization's contacts is served book by book, through the indexes that
#: begin with the book; one of more through those that begin with the organization (ADR 8 has the measures).
SMALL_SHARE = 0.1
#: Above so many books, asking each in turn costs more than it saves.
MANY_BOOKS = 400


@dataclass(frozen=True, slots=True)
class Scope:
    """The contacts asked for: living ones, in `book_ids`, in all of `group_ids`, starred where set.

    Made by `scope_for`, which checked what the person may read; passing a scope on never widens it.
    """

    organization_id: UUID
    region: str
    book_ids: tuple[UUID, ...]
    by_book: bool
    group_ids: tuple[UUID, ...] = ()
    starred: bool = False

    def conditions(self, alias: str, contact: str) -> tuple[str, list[Any]]:
        """Return SQL that keeps rows of the table `alias` within the filters; `contact` names its contact column."""
        sql, values = "", []
        for group_id in self.group_ids:
            sql += (
                " AND EXISTS (SELECT FROM contacts_contactmembership member"
                f" WHERE member.group_id = %s AND member.contact_id = {alias}.{contact})"
            )
            values.append(group_id)
        if self.starred:
            sql += f" AND EXISTS (SELECT FROM contacts_contact star WHERE star.id = {alias}.{contact} AND star.starred)"
        return sql, values


def scope_for(
    user: User,
    organization: Organization,
    *,
    book: ContactBook | None = None,
    group: Group | None = None,
    company: Group | None = None,
    starred: bool = False,
    searching: bool = False,
) -> Scope:
    """Return what `user` may read in `organization`, or in one `book`, `group`, `company` of it. At most two queries.

    `book`, `group` and `company` must come from `for_user`. While `searching` all books, those excluded from search
    are left out.
    """
    scope = Scope(
        organization_id=organization.pk,
        region=organization.region,
        book_ids=(book.pk,) if book else (),
        by_book=True,
        group_ids=tuple(chosen.pk for chosen in (group, company) if chosen),
        starred=starred,
    )
    if book:
        return scope
    books = ContactBook.objects.for_user(user).in_organization(organization)
    if searching:
        books = books.searched()
    counted = list(books.with_counts().only("pk").order_by("pk"))
    return replace(
        scope,
        book_ids=tuple(book.pk for book in counted),
        by_book=_is_small(organization, [book.contact_count for book in counted]),
    )


def _is_small(organization: Organization, counts: Sequence[int]) -> bool:
    if len(counts) > MANY_BOOKS:
        return False
    everything = BookCount.objects.filter(book__organization=organization).aggregate(n=Sum("contacts"))["n"] or 0
    return sum(counts) < SMALL_SHARE * everything
