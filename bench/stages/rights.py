"""Rights at size: fifty thousand books, eighty thousand grants; which may I see, and what does a page ask?"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.data import OWNER, PASSWORD
from bench.figures import Figures, Result
from bench.subject import Subject
from books.models import BookUserGrant, ContactBook
from contacts.services.copying import copy
from organizations.models import Organization, Role, User
from organizations.services import add_member, create_team, create_user

BOOKS: Final = 50_000
GRANTS: Final = 80_000
_PEOPLE: Final = 500
_TEAMS: Final = 40
_TIMES: Final = 300
_FEW: Final = 10
_MANY: Final = 1_000

# By SQL: eighty thousand calls of the sharing service would take minutes. Edit stands for both of its rows, as there.
_FILL: Final = """
INSERT INTO organizations_user (email, name, password, is_active, is_superuser, time_zone, region)
SELECT 'person-' || n || '@rights.example', 'Person ' || n, '', true, false, 'UTC', ''
  FROM generate_series(1, %(people)s) n;
INSERT INTO organizations_organizationmembership (organization_id, user_id, role)
SELECT %(organization)s, id, 'member' FROM organizations_user WHERE email LIKE 'person-%%';
INSERT INTO books_contactbook (organization_id, name, description, owner_id, exclude_from_search)
SELECT %(organization)s, 'Book ' || n, '', %(owner)s, false FROM generate_series(1, %(books)s) n;
"""


def which_books(subject: Subject) -> Iterator[Result]:
    """Time the question for people with few and many books, and count a page's queries for 10 and for 1,000."""

    organization = Organization.objects.get(name="Bench")
    owner = User.objects.get(email=OWNER)
    grants = _fill(organization, owner, subject.seed)
    people = list(User.objects.filter(email__startswith="person-").order_by("email")[:60])
    times = []
    for number in range(_TIMES):
        person = people[number % len(people)]
        begun = time.perf_counter()
        list(ContactBook.objects.for_user(person).values_list("pk", flat=True))
        times.append((time.perf_counter() - begun) * 1000)
    yield Result(
        "rights.books",
        "Which books may I see",
        0,
        times=Figures.of(times),
        note=f"{ContactBook.objects.count():,} books, {grants:,} grants; in process",
    )
    few, many = (_reader(organization, owner, count) for count in (_FEW, _MANY))
    counted = {name: _queries(user) for name, user in (("few", few), ("many", many))}
    yield Result(
        "rights.queries",
        f"Queries of the first page: with {_MANY:,} books more than with {_FEW}",
        0,
        value=float(counted["many"] - counted["few"]),
        unit="",
        note=f"{counted['few']} with {_FEW}, {counted['many']} with {_MANY:,}",
    )


def _fill(organization: Any, owner: Any, seed: int) -> int:
    """Write the books, people, teams and grants; return how many grants there are."""

    source = random.Random(seed)  # noqa: S311  # who may see which made-up book, no secret
    with connection.cursor() as cursor:
        values = {"organization": organization.pk, "owner": owner.pk, "people": _PEOPLE, "books": BOOKS}
        for statement in filter(str.strip, _FILL.split(";")):
            cursor.execute(statement, values)
        # Else the foreign keys' checks of eighty thousand grants read the whole table of books each.
        cursor.execute("ANALYZE")
    people = list(User.objects.filter(email__startswith="person-").order_by("email"))
    teams = [
        create_team(organization=organization, title=f"Team {number}", members=source.sample(people, 12), by=None)
        for number in range(_TEAMS)
    ]
    permissions = Permission.objects.filter(content_type__app_label="books", content_type__model="contactbook")
    view, edit = (permissions.get(codename=f"{level}_contactbook").pk for level in ("view", "edit"))
    books = list(ContactBook.objects.filter(name__startswith="Book ").order_by("pk").values_list("pk", flat=True))
    by_person: set[tuple[int, UUID, UUID]] = set()
    by_team: set[tuple[int, UUID, int]] = set()
    while len(by_person) + len(by_team) < GRANTS:
        book, may_edit = source.choice(books), source.random() < 0.5
        granted = {view, edit} if may_edit else {view}
        if source.random() < 0.7:
            person = source.choice(people)
            by_person |= {(permission, book, person.pk) for permission in granted}
        else:
            team = source.choice(teams)
            by_team |= {(permission, book, team.pk) for permission in granted}
    columns = ("permission_id", "content_object_id", "organization_id")
    with transaction.atomic():
        copy("books_bookusergrant", (*columns, "user_id"), _grants(organization, by_person))
        copy("books_bookteamgrant", (*columns, "group_id"), _grants(organization, by_team))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return len(by_person) + len(by_team)


def _grants(organization: Any, given: Iterable[tuple[int, UUID, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield rows of grants given as (permission, book, key of whom they are given to)."""
    return ((str(permission), str(book), str(organization.pk), str(whom)) for permission, book, whom in given)


def _reader(organization: Any, owner: Any, count: int) -> Any:
    """Return a member who reads `count` books besides their own, filled with nothing."""

    user = create_user(email=f"reads-{count}@rights.example", password=PASSWORD)
    add_member(organization=organization, user=user, role=Role.MEMBER, by=None)
    view = Permission.objects.get(content_type__model="contactbook", codename="view_contactbook")
    books = ContactBook.objects.filter(name__startswith="Book ", owner=owner).order_by("-pk")[:count]
    BookUserGrant.objects.bulk_create(
        BookUserGrant(permission=view, content_object=book, user=user, organization=organization) for book in books
    )
    return user


def _queries(user: Any) -> int:
    """Return how many queries the first page costs the second time somebody opens it."""

    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="organizations.signed_in.PeopleBackend")
    client.get("/contacts/")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get("/contacts/")
    if answer.status_code != 200:
        raise ValueError(f"The page came back with {answer.status_code}.")
    return len(captured)
