"""Whoever leaves a team or an organization while they write: the write is finished first, or finds the right gone."""

import threading
import time

import pytest
from django.db import connection, transaction

from books.leaving import end_membership
from books.models import ContactBook
from contacts.models import Change, Contact
from contacts.services import NotVisible, act, create_contact, hold_contacts, save_contact
from contacts.services.acts import Edit
from contacts.services.rows import documents_of
from organizations.models import OrganizationMembership, TeamMembership
from organizations.services import add_to_team, delete_team, remove_from_team
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.contacts.test_two_at_once import in_threads
from tests.factories import make_book, make_cast, make_team, share

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def leaving_the_team(cast, team):
    remove_from_team(team=team, user=cast.ben, by=cast.ada)


def deleting_the_team(cast, team):
    delete_team(team=team, by=cast.ada)


def removed_from_the_organization(cast, team):
    end_membership(organization=cast.organization, user=cast.ben, by=cast.ann)


WAYS = [leaving_the_team, deleting_the_team, removed_from_the_organization]


@pytest.fixture
def team(cast):
    """A team through which alone Ben edits the book."""
    team = make_team(cast.organization, cast.ben)
    book = make_book(cast.ann, cast.organization, "By team")
    share(book, team, Level.EDIT)
    cast.__dict__["by_team"] = book
    return team


def waits_for_a_lock():
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(sql.fetchone()[0])


@pytest.mark.parametrize("way", WAYS)
def test_no_write_slips_in_after_the_right_went(cast, team, way):
    contact = create_contact(by=cast.ann, book=cast.by_team, document=person("Ana"))
    gone = threading.Event()

    def end() -> None:
        with transaction.atomic():
            way(cast, team)
            gone.set()
            # The editor's write waits for this commit, and then sees it.
            threading.Event().wait(0.5)

    def write() -> None:
        gone.wait(10)
        save_contact(by=cast.ben, contact=contact, document=person("Late"), base_version=1)

    ended, error = in_threads(end, write)
    assert ended is None
    assert isinstance(error, NotVisible)
    assert Contact.objects.get(pk=contact.pk).first_name == "Ana"


@pytest.mark.parametrize("way", WAYS)
def test_a_write_under_way_is_finished_before_the_right_goes(cast, team, way):
    contact = create_contact(by=cast.ann, book=cast.by_team, document=person("Ana"))
    holding, waited = threading.Event(), threading.Event()
    order = []

    def write() -> None:
        with act(by=cast.ben, organization=cast.organization) as writing:
            [held] = hold_contacts(cast.ben, [contact.pk])
            holding.set()
            until = time.monotonic() + 10
            while not waits_for_a_lock() and time.monotonic() < until:
                time.sleep(0.02)
            waited.set()
            writing.update([Edit(held, documents_of([held])[held.pk], person("In time"))])
            order.append(("written", TeamMembership.objects.filter(team=team, user=cast.ben).exists()))

    def end() -> None:
        holding.wait(10)
        way(cast, team)
        order.append(("ended", Change.objects.filter(contact=contact, kind="update").exists()))

    assert in_threads(write, end) == [None, None]
    assert waited.is_set()
    # The one who ended the right found the change committed, and whoever wrote had the right all the while.
    assert order == [("written", True), ("ended", True)]
    assert Contact.objects.get(pk=contact.pk).first_name == "In time"
    assert not ContactBook.objects.for_user(cast.ben).filter(pk=cast.by_team.pk).exists()
    assert_consistent()


def test_what_is_shared_with_the_team_meanwhile_is_no_way_round(cast, team):
    late = make_book(cast.ann, cast.organization, "Late")
    contact = create_contact(by=cast.ann, book=late, document=person("Ana"))
    share(late, team, Level.VIEW)
    gone = threading.Event()

    def end() -> None:
        with transaction.atomic():
            remove_from_team(team=team, user=cast.ben, by=cast.ada)
            gone.set()
            threading.Event().wait(0.5)

    def raise_and_write() -> None:
        gone.wait(10)
        share(late, team, Level.EDIT)
        save_contact(by=cast.ben, contact=contact, document=person("Late"), base_version=1)

    ended, error = in_threads(end, raise_and_write)
    assert ended is None
    assert isinstance(error, NotVisible)
    assert Contact.objects.get(pk=contact.pk).first_name == "Ana"


def test_two_who_are_removed_at_once_and_a_book_shared_meanwhile_do_not_deadlock(cast, team):
    add_to_team(team=team, user=cast.vic, by=None)
    books = [make_book(cast.ann, cast.organization, f"B{number}") for number in range(8)]
    for book in books[::-1]:
        share(book, team, Level.EDIT)

    def share_anew() -> None:
        for book in books:
            share(book, team, Level.VIEW)

    raised = in_threads(
        lambda: remove_from_team(team=team, user=cast.ben, by=cast.ada),
        lambda: remove_from_team(team=team, user=cast.vic, by=cast.ann),
        lambda: end_membership(organization=cast.organization, user=cast.ben, by=cast.ann),
        share_anew,
    )
    assert raised == [None] * 4
    assert not TeamMembership.objects.filter(team=team).exists()
    assert not OrganizationMembership.objects.filter(organization=cast.organization, user=cast.ben).exists()


def test_removing_costs_the_same_number_of_queries_for_one_book_and_for_forty(cast, django_assert_max_num_queries):
    def cost(books):
        team = make_team(cast.organization, cast.ben)
        for number in range(books):
            share(make_book(cast.ann, cast.organization, f"B{number}"), team, Level.EDIT)
        with django_assert_max_num_queries(20) as counted:
            remove_from_team(team=team, user=cast.ben, by=cast.ada)
        return len(counted)

    assert cost(1) == cost(40)
