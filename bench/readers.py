"""The four people who ask: of everything, of one percent, of two hundred contacts, of three hundred small books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from bench.data import people
from bench.subject import Reader
from books.models import ContactBook
from books.services import create_book, set_sharing, share_book
from contacts.models import Source
from contacts.services import act
from organizations.models import Organization, OrganizationMembership, Role, User
from organizations.services import add_member, create_team, create_user
from organizations.sharing import Level

EVERYTHING: Final = "everything"
ONE_PERCENT: Final = "one percent"
TWO_HUNDRED: Final = "two hundred"
SMALL_BOOKS: Final = "300 small books"
NAMES: Final = (EVERYTHING, ONE_PERCENT, TWO_HUNDRED, SMALL_BOOKS)
_SMALL: Final = 300
_SMALL_MOST: Final = 60
_SMALL_SIZE: Final = 3


def make_readers(organization: Organization, password: str) -> list[Reader]:
    """Make the four, each a member who reads by grants of their own and through a team. Writes what is missing.

    A book shared with everybody is shared with a team of all but the three small readers instead: else everybody
    would read half of everything.
    """
    owner = owner_of(organization)
    users = {name: _member(organization, name, password) for name in NAMES}
    others = OrganizationMembership.objects.filter(organization=organization).exclude(
        user__in=[users[name] for name in NAMES[1:]]
    )
    staff = create_team(
        organization=organization,
        title="Staff",
        members=[membership.user for membership in others.select_related("user").order_by("pk")],
        by=None,
    )
    shared = _shared_books(organization)
    for book in shared:
        if book.team_grants.filter(group__everyone=True).exists():
            set_sharing(by=None, book=book, grants=[(staff, Level.EDIT)])
    chosen = {
        EVERYTHING: shared,
        ONE_PERCENT: _about(shared, sum(book.contact_count for book in shared) // 100),
        TWO_HUNDRED: _two_hundred(organization, owner, shared),
        SMALL_BOOKS: _small_books(organization, owner, shared),
    }
    for name, books in chosen.items():
        _let_read(users[name], books)
    return [
        Reader(
            name=name,
            email=user.email,
            password=password,
            user_id=user.pk,
            organization_id=organization.pk,
            contacts=sum(book.contact_count for book in ContactBook.objects.for_user(user).with_counts()),
        )
        for name, user in users.items()
    ]


def owner_of(organization: Organization) -> User:
    """Return the organization's first owner."""
    owners = OrganizationMembership.objects.filter(organization=organization, role=Role.OWNER)
    return owners.select_related("user").order_by("joined_at", "pk")[0].user


def _member(organization: Organization, name: str, password: str) -> User:
    email = f"{name.replace(' ', '-')}@bench.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = create_user(email=email, password=password, name=f"Reads {name}")
        add_member(organization=organization, user=user, role=Role.MEMBER, by=None)
    return user


def _shared_books(organization: Organization) -> list[ContactBook]:
    """Return all books but the Personal ones, largest first."""
    books = ContactBook.objects.in_organization(organization).filter(~Q(name="Personal"), deleted_at__isnull=True)
    return sorted(books.with_counts().order_by("pk"), key=lambda book: -book.contact_count)


def _about(books: Sequence[ContactBook], wanted: int) -> list[ContactBook]:
    """Return books that hold about `wanted` contacts together, larger ones first; none is more than a tenth over."""
    chosen, held = [], 0
    for book in books:
        if book.contact_count and held + book.contact_count <= wanted * 1.1:
            chosen.append(book)
            held += book.contact_count
        if held >= wanted * 0.95:
            break
    return chosen


def _two_hundred(organization: Organization, owner: User, books: Sequence[ContactBook]) -> list[ContactBook]:
    chosen = _about(books, 200)
    missing = 200 - sum(book.contact_count for book in chosen)
    if missing > 10:
        chosen.append(_filled(organization, owner, "Two hundred", missing))
    return chosen


def _small_books(organization: Organization, owner: User, books: Sequence[ContactBook]) -> list[ContactBook]:
    small = [book for book in reversed(books) if 0 < book.contact_count <= _SMALL_MOST][:_SMALL]
    more = range(len(small), _SMALL)
    return small + [_filled(organization, owner, f"Small {number}", _SMALL_SIZE) for number in more]


def _filled(organization: Organization, owner: User, name: str, contacts: int) -> ContactBook:
    book = create_book(by=None, owner=owner, organization=organization, name=name)
    with act(by=owner, organization=organization, source=Source.COMMAND, label=f"Fill {name}") as writing:
        writing.create(book, list(people(sum(map(ord, name)), contacts)))
    return book


def _let_read(user: User, books: Sequence[ContactBook]) -> None:
    readable = set(ContactBook.objects.for_user(user).values_list("pk", flat=True))
    for number, book in enumerate(books):
        if book.pk not in readable and book.owner_id != user.pk:
            share_book(by=None, book=book, to=user, level=Level.EDIT if number % 2 else Level.VIEW)
