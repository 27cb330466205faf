"""The people, teams and books of the tests: small functions for anything, and a cast that everybody knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import count

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection

from books.models import ContactBook
from books.services import create_book, share_book
from organizations.models import Organization, Role, Team, User
from organizations.services import add_member, create_organization, create_team, everyone
from organizations.sharing import Level

PASSWORD = "a-long-test-password"

_numbers = count(1)


@cache
def _hashed(password: str) -> str:
    return make_password(password)  # Argon2 is slow on purpose: once a run is enough


def make_user(
    name: str = "", *, email: str = "", password: str = PASSWORD, active: bool = True, newcomer: bool = False
) -> User:
    """Return a saved user with a verified email, who belongs nowhere. Only a `newcomer` has the checklist open."""
    number = next(_numbers)
    name = name or f"Person {number}"
    email = email or f"{name.split()[0].lower()}{number}@example.com"
    user = User.objects.create(
        email=email, name=name, password=_hashed(password), is_active=active, first_steps_closed=not newcomer
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_organization(name: str = "", *, owner: User | None = None) -> Organization:
    """Return an organization; its owner is made if not given."""
    return create_organization(name=name or f"Organization {next(_numbers)}", owner=owner or make_user())


def make_member(organization: Organization, name: str = "", *, role: Role = Role.MEMBER, email: str = "") -> User:
    """Return a new user who belongs to `organization`."""
    user = make_user(name, email=email)
    add_member(organization=organization, user=user, role=role, by=None)
    return user


def make_team(organization: Organization, *members: User, title: str = "") -> Team:
    """Return a team of `members`."""
    return create_team(organization=organization, title=title or f"Team {next(_numbers)}", members=members, by=None)


def make_book(owner: User, organization: Organization, name: str = "") -> ContactBook:
    """Return a book of `owner`, shared with nobody."""
    return create_book(by=owner, organization=organization, name=name or f"Book {next(_numbers)}")


def share(book: ContactBook, to: User | Team | Organization, level: Level = Level.VIEW) -> None:
    """Share `book` as the operator would; an organization stands for everybody in it."""
    share_book(by=None, book=book, to=everyone(to) if isinstance(to, Organization) else to, level=level)


def personal_book(user: User, organization: Organization) -> ContactBook:
    """Return the book that belonging to `organization` gave to `user`."""
    return ContactBook.objects.get(owner=user, organization=organization, name="Personal")


def commit_checks() -> None:
    """Have the database check now what it would check at commit: the tests' transactions never commit."""
    with connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@dataclass(frozen=True)
class Cast:
    """Ann owns, Ben edits, Vic views, Ada administers; Sam is a stranger in another organization.

    `book` is Ann's, shared with Ben to edit and with Vic to view; `private` is Ann's and nobody else's; `foreign` is
    Sam's. Every one of them has a Personal book besides.
    """

    organization: Organization
    elsewhere: Organization
    ann: User
    ben: User
    vic: User
    ada: User
    sam: User
    team: Team  # Ben and Vic
    book: ContactBook
    private: ContactBook
    foreign: ContactBook


def make_cast() -> Cast:
    """Return a fresh cast."""
    ann = make_user("Ann Owner")
    organization = create_organization(name="Acme", owner=ann)
    ben = make_member(organization, "Ben Editor")
    vic = make_member(organization, "Vic Viewer")
    ada = make_member(organization, "Ada Admin", role=Role.ADMIN)
    sam = make_user("Sam Stranger")
    elsewhere = create_organization(name="Elsewhere", owner=sam)
    book = make_book(ann, organization, "Clients")
    share(book, ben, Level.EDIT)
    share(book, vic, Level.VIEW)
    return Cast(
        organization=organization,
        elsewhere=elsewhere,
        ann=ann,
        ben=ben,
        vic=vic,
        ada=ada,
        sam=sam,
        team=make_team(organization, ben, vic, title="Sales"),
        book=book,
        private=make_book(ann, organization, "Only Ann"),
        foreign=make_book(sam, elsewhere, "Foreign"),
    )
