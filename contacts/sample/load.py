"""Loads made-up people through the contacts service's own bulk path: what stands there is what an import leaves."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import django
from django.db import connection

from contacts.models import ChangeSet, Source
from contacts.sample.house import House, Reader, build
from contacts.sample.people import People
from contacts.services import act, begin, finish
from contacts.services.groups import ensure_groups, named_in
from contacts.services.rows import expect_many, settle_index
from organizations.models import Organization, OrganizationMembership, Role, User

BATCH = 1_000
SEED = 20261121
#: Loads below this are done before a second process would have begun.
WORTH_A_PROCESS = 10_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded, and for whom it was shared."""

    contacts: int
    books: int
    organization: str
    readers: list[Reader] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that another process needs to write any batch of a load."""

    change_set: UUID
    owner: UUID
    house: House
    seed: int
    contacts: int

    @property
    def batches(self) -> list[range]:
        """The numbers of the people of each batch."""
        return [range(start, min(start + BATCH, self.contacts)) for start in range(0, self.contacts, BATCH)]


def load_sample(
    *,
    contacts: int,
    organization: Organization,
    seed: int = SEED,
    password: str | None = None,
    processes: int = 1,
    say: Callable[[int], None] = lambda done: None,
) -> Loaded:
    """Put `contacts` made-up people into new books of `organization`: up to 100 of Zipf sizes, and many small ones.

    The same seed gives the same people in the same books, however many `processes` write them. One change-set,
    written batch by batch as a long act; `say` hears how many contacts have been committed. The books belong to the
    organization's first owner, and are shared with everybody, with teams and with made-up colleagues, who can sign in
    with `password`, if it is given. More processes than one need a connection outside any transaction.

    Raises `LookupError` for an organization without an owner.
    """
    owner = _owner(organization)
    house = build(organization, owner, contacts=contacts, password=password)
    change_set = begin(
        by=owner, organization=organization, source=Source.COMMAND, label=f"Load {contacts} sample people"
    )
    plan = _Plan(change_set.pk, owner.pk, house, seed, contacts)
    done = 0
    for written in _write_all(plan, processes):
        done += written
        say(done)
    finish(change_set)
    settle_index()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Loaded(contacts=done, books=house.size, organization=organization.slug, readers=house.readers)


def processes_for(contacts: int) -> int:
    """Return how many processes load so many fastest here: a core for each, of which the database takes its part."""
    return min(4, os.cpu_count() or 1) if contacts >= WORTH_A_PROCESS else 1


def _write_all(plan: _Plan, processes: int) -> Iterator[int]:
    """Write every batch; yield how many contacts each held, as it is committed."""
    if processes == 1:
        for numbers in plan.batches:
            yield _write(plan, numbers)
        return
    # Begun anew rather than forked: a forked process would share this one's connection.
    beginning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=beginning, initializer=django.setup) as pool:
        writing = [pool.submit(_write, plan, numbers) for numbers in plan.batches]
        try:
            for written in as_completed(writing):
                yield written.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _write(plan: _Plan, numbers: range) -> int:
    """Write the people of these numbers. Return how many they are."""
    change_set, owner = _actors(plan.change_set, plan.owner)
    people = _people(plan.seed, max(20, min(40_000, plan.contacts // 20)))
    people.begin_at(numbers.start)
    placing = plan.house.placing(f"{plan.seed}:{numbers.start}")
    placed = [(placing(number), people.person()) for number in numbers]
    # Apart, and soon committed: else a process waits for the other's whole batch where both bring one new company.
    ensure_groups(change_set.organization_id, named_in(document for _book, document in placed))
    with act(by=owner, change_set=change_set) as writing:
        expect_many()
        writing.create_in(placed)
    return len(placed)


@lru_cache(maxsize=1)
def _actors(change_set: UUID, owner: UUID) -> tuple[ChangeSet, User]:
    return ChangeSet.objects.get(pk=change_set), User.objects.get(pk=owner)


@lru_cache(maxsize=1)
def _people(seed: int, companies: int) -> People:
    return People(seed, companies=companies)


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
