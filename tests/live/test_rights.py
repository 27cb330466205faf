"""Who may know of what, asked for many at once, is what each of them is let see; and what rights follow from is seen to
change."""

import random

import pytest

from books.models import ContactBook
from books.services import unshare_book
from contacts.live import rights
from contacts.models import Contact
from contacts.services import create_contact, delete_book, trash_contacts
from organizations.models import Role, Team, User
from organizations.services import add_to_team, change_role
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, make_cast, make_member, make_organization, make_team, share
from tests.signing_in import signed_in_before

pytestmark = pytest.mark.django_db


def test_many_are_asked_about_as_each_is():
    pick = random.Random(7)  # the same world each time
    organizations = [make_organization() for _ in range(2)]
    people = [make_member(pick.choice(organizations)) for _ in range(8)]
    books = []
    for organization in organizations:
        inside = [each for each in people if each.memberships.filter(organization=organization).exists()]
        teams = [make_team(organization, *pick.sample(inside, 2)) for _ in range(2)]
        for _ in range(6):
            book = make_book(pick.choice(inside), organization)
            books.append(book)
            for to in pick.sample([organization, *teams, *inside], 2):
                if to != book.owner:
                    share(book, to, pick.choice([Level.VIEW, Level.EDIT]))
    delete_book(by=books[0].owner, book=books[0])
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    found = rights.readers([book.pk for book in books], [each.pk for each in people])
    for each in User.objects.filter(pk__in=[each.pk for each in people]):
        mine = set(ContactBook.objects.for_user(each).values_list("pk", flat=True))
        assert {book.pk for book in books if each.pk in found.get(book.pk, set())} == mine & {book.pk for book in books}
    assert books[0].pk not in found
    assert rights.readers([books[1].pk], []) == {}
    assert rights.readers([], [people[1].pk]) == {}


def test_contacts_are_looked_for_where_they_are_now():
    cast = make_cast()
    here, gone = (create_contact(by=cast.ann, book=cast.book, document=person(name)) for name in ("Ana", "Ben"))
    trash_contacts(by=cast.ann, contacts=[gone.pk])
    assert rights.books_of([here.pk, gone.pk]) == {here.pk: (cast.book.pk, cast.organization.pk)}
    assert rights.books_of([]) == {}


CHANGES = {
    "a book of one's own": lambda cast: make_book(cast.ben, cast.organization),
    "a share": lambda cast: share(cast.private, cast.ben),
    "a higher level": lambda cast: share(cast.book, cast.vic, Level.EDIT),
    "a share taken away": lambda cast: unshare_book(by=cast.ann, book=cast.book, to=cast.ben),
    "a share with everyone": lambda cast: share(cast.private, cast.organization),
    "a share with the team": lambda cast: share(cast.private, cast.team),
    "another team": lambda cast: add_to_team(team=make_team(cast.organization), user=cast.ben, by=None),
    "a team that is gone": lambda cast: Team.objects.filter(pk=cast.team.pk).delete(),
    "a role": lambda cast: change_role(organization=cast.organization, user=cast.ben, role=Role.ADMIN, by=None),
    "a book that is gone": lambda cast: delete_book(by=cast.ann, book=cast.book),
    "a password": lambda cast: User.objects.filter(pk=cast.ben.pk).update(password="other"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_rights_follow_from_shows(what):
    cast = make_cast()
    who = cast.vic if what == "a higher level" else cast.ben
    before = rights.standing([who.pk, cast.sam.pk])
    assert before == rights.standing([who.pk, cast.sam.pk])
    CHANGES[what](cast)
    after = rights.standing([who.pk, cast.sam.pk])
    assert after[who.pk] != before[who.pk]
    assert after[cast.sam.pk] == before[cast.sam.pk], "nobody else is concerned"


def test_changes_of_contacts_are_no_change_of_rights():
    cast = make_cast()
    before = rights.standing([cast.ben.pk])
    create_contact(by=cast.ben, book=cast.book, document=person("Ana"))
    Contact.objects.update(starred=True)
    assert rights.standing([cast.ben.pk]) == before


def test_a_closed_account_stands_nowhere():
    cast = make_cast()
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert rights.standing([cast.ben.pk]) == {}


def test_it_costs_one_query_however_many_there_are(django_assert_num_queries):
    cast = make_cast()
    everybody = [each.pk for each in (cast.ann, cast.ben, cast.vic, cast.ada, cast.sam)]
    for people in ([cast.ben.pk], everybody):
        with django_assert_num_queries(2):
            rights.standing(people)
            rights.readers([cast.book.pk, cast.private.pk], people)


def test_sessions_that_ended_are_not_living(client):
    cast = make_cast()
    client.force_login(cast.ben)
    signed_in_before(client, 5)
    key = client.session.session_key
    assert rights.living_sessions([key, "x" * 32]) == {key}
    client.logout()
    assert rights.living_sessions([key]) == set()
