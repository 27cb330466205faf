"""What lists and counts need to know of a person's books, without reading the books: ids, levels, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from books.models import BookCount, ContactBook
from organizations.models import Organization, User
from organizations.sharing import Level


@dataclass(frozen=True, slots=True)
class Shelf:
    """The books of one organization that a person may use. `counts` are (contacts, starred) by book, in order of id."""

    organization_id: UUID
    counts: dict[UUID, tuple[int, int]]
    editable: frozenset[UUID]
    unsearched: frozenset[UUID]

    @property
    def contacts(self) -> int:
        """How many contacts they hold."""
        return sum(contacts for contacts, _starred in self.counts.values())

    @property
    def starred(self) -> int:
        """How many of these are starred."""
        return sum(starred for _contacts, starred in self.counts.values())


def shelf_of(user: User, organization: Organization) -> Shelf:
    """Return the books of `organization` that `user` may use. Two queries, which cost next to nothing a book."""
    books = ContactBook.objects.for_user(user).in_organization(organization).order_by("pk")
    counted = books.annotate(contacts_held=Sum("counts__contacts"), starred_held=Sum("counts__starred"))
    found = list(counted.values_list("pk", "exclude_from_search", "contacts_held", "starred_held"))
    editable = ContactBook.objects.for_user(user, at_least=Level.EDIT).in_organization(organization)
    return Shelf(
        organization_id=organization.pk,
        counts={book_id: (contacts or 0, starred or 0) for book_id, _excluded, contacts, starred in found},
        editable=frozenset(editable.values_list("pk", flat=True)),
        unsearched=frozenset(book_id for book_id, excluded, _contacts, _starred in found if excluded),
    )


def contacts_in(organization: Organization) -> int:
    """Return how many contacts an organization holds, whoever may read them: for choosing a way, never for a page."""
    return BookCount.objects.filter(book__organization=organization).aggregate(n=Sum("contacts"))["n"] or 0
