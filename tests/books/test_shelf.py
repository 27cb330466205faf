"""A shelf says of a person's books what the querysets and rows say of each."""

import random

import pytest

from books.models import BookUse, ContactBook
from books.services import create_book
from books.shelf import Shelf, shelf_of, types_of
from organizations.models import Team, User
from organizations.sharing import Level, grant

pytestmark = pytest.mark.django_db


def _as_querysets_say(user, organization):
    books = ContactBook.objects.for_user(user).in_organization(organization).with_type().with_counts()
    editable = set(ContactBook.objects.for_user(user, at_least=Level.EDIT).values_list("pk", flat=True))
    return {
        book.pk: (
            book.name,
            book.type,
            book.pk in editable,
            not book.exclude_from_search,
            book.contact_count,
            book.starred_count,
        )
        for book in books
    }


def _as_the_shelf_says(shelf: Shelf):
    types = types_of(shelf.books)
    return {
        book.pk: (book.name, types[book.pk], book.is_editable, book.searched, book.contacts, book.starred)
        for book in shelf.books.values()
    }


@pytest.mark.parametrize("seed", range(4))
def test_it_says_what_the_querysets_say(cast, seed):
    chance = random.Random(seed)  # a choice of grants, no secret
    people = [cast.ann, cast.ben, cast.vic, cast.ada]
    teams = list(Team.objects.filter(organization=cast.organization))
    for number in range(12):
        owner = chance.choice(people)
        book = create_book(by=owner, organization=cast.organization, name=f"Book {chance.choice('aBcÅ')} {number}")
        for to in chance.sample([*people, *teams], chance.randint(0, 3)):
            if to != owner:
                grant(book, to=to, level=chance.choice([Level.VIEW, Level.EDIT]))
        ContactBook.objects.filter(pk=book.pk).update(exclude_from_search=chance.random() < 0.3)
        if number % 6 == 5:
            ContactBook.objects.filter(pk=book.pk).update(deleted_at="2026-01-01T00:00Z")
        book.counts.create(contacts=chance.randint(1, 9), starred=chance.randint(0, 1))
        book.counts.create(contacts=-1)
    for user in [*people, cast.sam]:
        for organization in (cast.organization, cast.elsewhere):
            shelf = shelf_of(user, organization)
            assert _as_the_shelf_says(shelf) == _as_querysets_say(user, organization)
            assert list(shelf.books) == sorted(shelf.books)
    expected = sum(counted.contacts for book in cast.organization.books.all() for counted in book.counts.all())
    assert shelf_of(cast.ann, cast.organization).of_everybody == expected


def test_personal_comes_first_then_names_whatever_their_case(cast):
    for name in ("zebra", "Apple", "banana"):
        create_book(by=cast.vic, organization=cast.organization, name=name)
    names = [book.name for book in shelf_of(cast.vic, cast.organization).by_name]
    assert names[0] == "Personal"
    assert names[1:] == sorted(names[1:], key=str.casefold)


def test_new_contacts_go_to_the_book_last_used_while_it_may_be_changed(cast):
    assert shelf_of(cast.vic, cast.organization).target.name == "Personal"
    book = create_book(by=cast.ann, organization=cast.organization, name="Aardvarks")
    grant(book, to=cast.vic, level=Level.EDIT)
    BookUse.objects.create(user=cast.vic, organization=cast.organization, book=book)
    assert shelf_of(cast.vic, cast.organization).target.pk == book.pk
    grant(book, to=cast.vic, level=Level.VIEW)
    assert shelf_of(cast.vic, cast.organization).target.name == "Personal"


def test_somebody_whose_account_is_closed_has_an_empty_one(cast):
    assert shelf_of(cast.ann, cast.organization).books
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    cast.ann.refresh_from_db()
    assert not shelf_of(cast.ann, cast.organization).books


def test_it_is_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        shelf = shelf_of(cast.ann, cast.organization)
        assert shelf.by_name
        assert shelf.contacts >= shelf.starred
