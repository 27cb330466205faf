"""Loads made-up people through the contacts service's own bulk path: what stands there is what an import leaves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from django.db import connection

from books.models import ContactBook
from books.services import create_book, share_book
from contacts.models import Source
from contacts.sample import names
from contacts.sample.people import People
from contacts.services import act, begin, finish
from organizations.models import Organization, OrganizationMembership, Role, User
from organizations.services import everyone
from organizations.sharing import Level

BOOKS = 100
BATCH = 1_000
SEED = 20261121


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded."""

    contacts: int
    books: int
    organization: str


def load_sample(
    *, contacts: int, organization: Organization, seed: int = SEED, say: Callable[[int], None] = lambda done: None
) -> Loaded:
    """Put `contacts` made-up people into up to 100 new shared books of `organization`, sizes by Zipf.

    One change-set, written batch by batch as a long act; `say` hears how many have been committed. The books belong
    to the organization's first owner; every second one is shared with everybody.
    """
    owner = _owner(organization)
    books = _books(organization, owner, min(BOOKS, max(1, contacts // 50)))
    weights = list(accumulate(1 / rank for rank in range(1, len(books) + 1)))
    source = random.Random(seed)  # noqa: S311  # sample data, not a secret
    people = People(seed, companies=max(20, min(40_000, contacts // 20)))
    change_set = begin(
        by=owner, organization=organization, source=Source.COMMAND, label=f"Load {contacts} sample people"
    )
    done = 0
    while done < contacts:
        batch = min(BATCH, contacts - done)
        book = source.choices(books, cum_weights=weights)[0]
        with act(by=owner, change_set=change_set) as writing:
            writing.create(book, [people.person() for _number in range(batch)])
        done += batch
        say(done)
    finish(change_set)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Loaded(contacts=done, books=len(books), organization=organization.slug)


def _owner(organization: Organization) -> User:
    membership = (
        OrganizationMembership.objects.filter(organization=organization, role=Role.OWNER)
        .select_related("user")
        .order_by("joined_at", "pk")
        .first()
    )
    if membership is None:
        raise LookupError(f"{organization.name} has no owner, who would own the sample books.")
    return membership.user


def _books(organization: Organization, owner: User, count: int) -> list[ContactBook]:
    books = []
    for number in range(count):
        kind = names.BOOK_NAMES[number % len(names.BOOK_NAMES)]
        name = kind if number < len(names.BOOK_NAMES) else f"{kind} {number // len(names.BOOK_NAMES) + 1}"
        book = create_book(by=None, owner=owner, organization=organization, name=name)
        if number % 2 == 0:
            share_book(by=None, book=book, to=everyone(organization), level=Level.EDIT)
        books.append(book)
    return books
