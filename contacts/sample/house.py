"""The books of a sample, the colleagues and teams they are shared with, and into which book a person goes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from uuid import UUID

from books.models import ContactBook
from books.services import create_book, share_book
from contacts.sample import names
from organizations.models import Organization, OrganizationMembership, Role, Team, User
from organizations.services import add_member, create_team, create_user, everyone
from organizations.sharing import Level

BOOKS = 100
SMALL_BOOKS = 300
SMALL_SIZE = 4
MIDDLING_SIZE = 200
TEAMS = ("Sales", "Support", "Marketing", "Finance", "Research", "Logistics")
COLLEAGUES = 12
#: Fewer people than these need no colleagues to be shared with.
LEAST_FOR_COLLEAGUES = 5_000
#: Every how manyth of the large books is one person's alone.
PERSONAL_EVERY = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """A made-up colleague, and how much of the sample is shared with them."""

    email: str
    reads: str


@dataclass(frozen=True, slots=True)
class House:
    """Where people go: `small` take the first, `SMALL_SIZE` each, `middling` the next, `large` the rest by Zipf."""

    large: list[UUID]
    small: list[UUID] = field(default_factory=list)
    middling: UUID | None = None
    readers: list[Reader] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many books there are."""
        return len(self.large) + len(self.small) + (self.middling is not None)

    def placing(self, seed: str) -> Callable[[int], UUID]:
        """Return a function from the number of a person to the id of their book, the same for the same `seed`."""
        source = random.Random(seed)  # noqa: S311  # sample data, not a secret
        weights = _zipf(len(self.large))
        in_small = len(self.small) * SMALL_SIZE
        in_middling = in_small + MIDDLING_SIZE

        def place(number: int) -> UUID:
            if number < in_small:
                return self.small[number // SMALL_SIZE]
            if self.middling and number < in_middling:
                return self.middling
            return source.choices(self.large, cum_weights=weights)[0]

        return place


def build(organization: Organization, owner: User, *, contacts: int, password: str | None) -> House:
    """Make the books of a sample of `contacts` people, and for more than a handful colleagues who share them.

    The large books are shared with a team each, or with a person; every twentieth is the owner's alone. One per cent
    of people are in one book or two of a colleague's who reads little else; another reads two hundred people, another
    many small books. What everybody reads is small: it would make everybody a reader of everything.
    """
    large = _books(organization, owner, min(BOOKS, max(1, contacts // 50)))
    if contacts < LEAST_FOR_COLLEAGUES:
        for book in large[::2]:
            share_book(by=None, book=book, to=everyone(organization), level=Level.EDIT)
        return House([book.pk for book in large])
    named = {name: _colleague(organization, name, password) for name in ("everything", "percent", "hundreds", "small")}
    colleagues = [_colleague(organization, f"colleague-{number}", password) for number in range(1, COLLEAGUES + 1)]
    teams = _teams(organization, named["everything"], colleagues)
    sharers: list[User | Team] = [*teams, *colleagues[:3]]
    for number, book in enumerate(large):
        if (number + 1) % PERSONAL_EVERY:
            level = Level.EDIT if number % 3 else Level.VIEW
            share_book(by=None, book=book, to=sharers[number % len(sharers)], level=level)
            _share(book, named["everything"])
    for book in _about_a_percent(large):
        _share(book, named["percent"])
    middling = create_book(by=None, owner=owner, organization=organization, name="Visitors")
    small = [
        create_book(by=None, owner=owner, organization=organization, name=f"Project {number + 1}")
        for number in range(min(SMALL_BOOKS, contacts // 100))
    ]
    for number, book in enumerate(small):
        _share(book, named["everything"])
        _share(book, named["small"])
        if number < len(names.BOOK_NAMES):
            share_book(by=None, book=book, to=everyone(organization), level=Level.VIEW)
    for name in ("everything", "hundreds"):
        _share(middling, named[name])
    reads = {
        "everything": "every shared book",
        "percent": "about one contact in a hundred",
        "hundreds": "about two hundred contacts",
        "small": f"{len(small)} small books",
    }
    readers = [Reader(named[name].email, what) for name, what in reads.items()]
    return House([book.pk for book in large], [book.pk for book in small], middling.pk, readers)


def _books(organization: Organization, owner: User, count: int) -> list[ContactBook]:
    books = []
    for number in range(count):
        kind = names.BOOK_NAMES[number % len(names.BOOK_NAMES)]
        name = kind if number < len(names.BOOK_NAMES) else f"{kind} {number // len(names.BOOK_NAMES) + 1}"
        books.append(create_book(by=None, owner=owner, organization=organization, name=name))
    return books


def _share(book: ContactBook, to: User) -> None:
    share_book(by=None, book=book, to=to, level=Level.EDIT)


def _about_a_percent(large: list[ContactBook]) -> list[ContactBook]:
    """Return the one large book, or the smallest, that holds about a hundredth of all people."""
    weights = _zipf(len(large))
    shares = [(one - before) / weights[-1] for before, one in zip([0.0, *weights], weights, strict=False)]
    nearest = min(range(len(large)), key=lambda number: abs(shares[number] - 0.01))
    return [large[nearest]]


def _colleague(organization: Organization, name: str, password: str | None) -> User:
    """Return the made-up colleague of this name, made where there is none."""
    email = f"sample-{name}@{organization.slug}.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = create_user(email=email, password=password, name=name.replace("-", " ").capitalize())
    if not OrganizationMembership.objects.filter(organization=organization, user=user).exists():
        add_member(organization=organization, user=user, role=Role.MEMBER, by=None)
    return user


def _teams(organization: Organization, leader: User, colleagues: list[User]) -> list[Team]:
    """Return the teams, made where there are none: `leader` in all of them, each colleague in two."""
    teams = []
    for number, title in enumerate(TEAMS):
        team = Team.objects.filter(organization=organization, title=title).order_by("pk").first()
        members = [leader, *(who for at, who in enumerate(colleagues) if number in {at % 6, (at * 5 + 1) % 6})]
        teams.append(team or create_team(organization=organization, title=title, members=members, by=None))
    return teams


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
