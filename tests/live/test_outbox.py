"""The outbox is read in the order of transactions, below the oldest that still runs, one announcement an act and
book."""

import threading

import pytest
from django.db import connection, transaction

from contacts.live import outbox
from contacts.models import Source
from contacts.services import act, begin, create_contact, move_contacts, star_contacts, trash_contacts
from tests.contacts.conftest import person
from tests.factories import make_cast
from tests.live.streams import until_everything_is_told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def start(cast):
    until_everything_is_told()
    return outbox.place("")[0]


def told(since):
    until_everything_is_told()
    return outbox.read(since)


def test_an_act_in_two_books_is_two_announcements_and_its_batches_are_one(cast, start):
    change_set = begin(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="people.csv")
    for _ in range(3):
        with act(by=cast.ann, change_set=change_set) as writing:
            writing.create_in([(book.pk, person("Ana")) for book in (cast.book, cast.private)])
    news = told(start)
    assert {each.book_id for each in news.announcements} == {cast.book.pk, cast.private.pk}
    assert [len(each.contacts) for each in news.announcements] == [3, 3]
    assert told(news.upto).announcements == ()


def test_contacts_are_named_while_they_are_few_and_all_there(cast, start):
    with act(by=cast.ann, organization=cast.organization) as writing:
        ids = writing.create(cast.book, [person(f"P{number}") for number in range(outbox.NAMED)])
    [few] = told(start).announcements
    assert set(few.contacts) == {(each, 1) for each in ids}
    star_contacts(by=cast.ann, contacts=[ids[0]], starred=True)
    assert (ids[0], 2) in told(start).announcements[0].contacts, "the version is that of now"
    trash_contacts(by=cast.ann, contacts=[ids[0]])
    assert all(each.contacts is None for each in told(start).announcements)
    with act(by=cast.ann, organization=cast.organization) as writing:
        writing.create(cast.private, [person(f"P{number}") for number in range(outbox.NAMED + 1)])
    assert [each.contacts for each in told(start).announcements if each.book_id == cast.private.pk] == [None]


def test_a_move_concerns_both_books(cast, start):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    start = told(start).upto
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
    found = {each.book_id: each.contacts for each in told(start).announcements}
    assert found == {cast.book.pk: None, cast.private.pk: ((contact.pk, 1),)}


def test_what_runs_holds_back_what_was_committed_after_it_began(cast, start):
    began, go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            create_contact(by=cast.ann, book=cast.book, document=person("Late"))
            began.set()
            assert go_on.wait(20)
        connection.close()

    other = threading.Thread(target=late)
    other.start()
    assert began.wait(20)
    create_contact(by=cast.ben, book=cast.book, document=person("Early"))
    held = outbox.read(start)
    assert held.announcements == ()
    go_on.set()
    other.join()
    news = told(held.upto)
    assert sum(len(each.contacts) for each in news.announcements) == 2, "neither is missed"


def test_reading_costs_one_query_without_news_and_two_with_any(cast, start, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.read(start)
    for _ in range(3):
        create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    until_everything_is_told()
    with django_assert_num_queries(2):
        assert len(outbox.read(start).announcements) == 3


@pytest.mark.parametrize("text", ["x", ".", "-1", "1.2.3.", "9" * 30, "٣", "\x00", "é.1"])
def test_a_mark_that_is_none_starts_again(cast, text):
    upto, again = outbox.place(text)
    assert again
    assert upto > 0


def test_a_mark_leads_back_to_its_place(cast, start):
    news = outbox.read(start)
    assert outbox.place(news.mark) == (news.upto, False)
    assert outbox.place(str(news.upto)) == (news.upto, False)
    assert outbox.place(f"ffffffff.{news.upto}")[1]
