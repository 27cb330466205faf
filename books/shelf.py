"""What lists and counts need to know of a person's books, without reading the books: ids, levels, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Subquery, Sum

from books.models import BookCount, ContactBook
from organizations.models import Organization, User
from organizations.sharing import Level


@dataclass(frozen=True, slots=True)
class Shelf:
    """The books of one organization that a person may use. `counts` are (contacts, starred) by book, in order of id.

    `of_everybody` is how many contacts the organization holds, whoever may read them: for choosing a way to ask, never
    for a page.
    """

    organization_id: UUID
    counts: dict[UUID, tuple[int, int]]
    editable: frozenset[UUID]
    unsearched: frozenset[UUID]
    of_everybody: int

    @property
    def contacts(self) -> int:
        """How many contacts they hold."""
        return sum(contacts for contacts, _starred in self.counts.values())

    @property
    def starred(self) -> int:
        """How many of these are starred."""
        return sum(starred for _contacts, starred in self.counts.values())


def array_of(ids: Iterable[UUID]) -> str:
    """Return ids as the text of a PostgreSQL array, for `%s::uuid[]`: hundreds of them one by one, each with its type,
    cost the adapter more than they cost the query."""
    return "{" + ",".join(map(str, ids)) + "}"


def shelf_of(user: User, organization: Organization) -> Shelf:
    """Return the books of `organization` that `user` may use. Two queries, which cost next to nothing a book."""
    books = ContactBook.objects.for_user(user).in_organization(organization).order_by("pk")
    everybody = BookCount.objects.filter(book__organization=organization).order_by().values("book__organization")
    counted = books.annotate(
        contacts_held=Sum("counts__contacts"),
        starred_held=Sum("counts__starred"),
        of_everybody=Subquery(everybody.annotate(n=Sum("contacts")).values("n")),
    )
    found = list(counted.values_list("pk", "exclude_from_search", "contacts_held", "starred_held", "of_everybody"))
    editable = ContactBook.objects.for_user(user, at_least=Level.EDIT).in_organization(organization)
    return Shelf(
        organization_id=organization.pk,
        counts={row[0]: (row[2] or 0, row[3] or 0) for row in found},
        editable=frozenset(editable.values_list("pk", flat=True)),
        unsearched=frozenset(row[0] for row in found if row[1]),
        of_everybody=next((row[4] or 0 for row in found), 0),
    )
