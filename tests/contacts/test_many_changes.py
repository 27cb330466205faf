"""Lists of acts and of the trash beside acts of very many contacts: the same for the reader, without reading all."""

import re

import pytest
from django.db import connection

from contacts import timeline, trash
from contacts.models import Change, ChangeSet, Contact
from contacts.services import act, move_contacts, trash_contacts
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import signed_in
from tests.contacts.test_views_trash import boxes, words

MANY = 40


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    """Count to ten."""
    monkeypatch.setattr(timeline, "COUNTED", 10)
    monkeypatch.setattr("contacts.views.changes.COUNTED", 10)
    monkeypatch.setattr(trash, "COUNTED", 10)
    monkeypatch.setattr(trash, "SHOWN", 9)


def create(cast, book, number, label):
    with act(by=cast.ann, organization=cast.organization, label=label) as writing:
        return writing.create(book, [person(f"{label} {n:02}") for n in range(number)])


def mixed(cast, shown, hidden):
    """An act of Ann in a book that Vic reads and in one that he does not."""
    with act(by=cast.ann, organization=cast.organization, label="Mixed") as writing:
        ids = writing.create(cast.private, [person(f"Hidden {n:02}") for n in range(hidden)])
        ids += writing.create(cast.book, [person(f"Shown {n:02}") for n in range(shown)])
    return ids, writing.change_set


def test_of_an_act_in_hidden_books_only_what_one_reads_is_counted(cast):
    create(cast, cast.private, MANY, "Hidden")
    _ids, change_set = mixed(cast, 3, MANY)
    page = signed_in(cast.vic).get("/changes/")
    assert "created 3 contacts" in words(page)
    assert "and more" not in words(page)
    assert len(re.findall(r'href="/changes/[0-9a-f-]{36}/"', page.text)) == 1
    inside = words(signed_in(cast.vic).get(f"/changes/{change_set.pk}/"))
    assert "3 changes" in inside
    assert "Hidden" not in inside
    assert "and more" in words(signed_in(cast.ann).get("/changes/"))
    assert "more than 10 changes" in words(signed_in(cast.ann).get(f"/changes/{change_set.pk}/"))


def test_an_act_all_of_whose_contacts_were_moved_out_of_sight_is_seen_no_more(cast):
    ids = create(cast, cast.book, MANY, "Moved")
    assert "created" in words(signed_in(cast.vic).get("/changes/"))
    move_contacts(by=cast.ann, contacts=ids, to=cast.private)
    assert "created" not in words(signed_in(cast.vic).get("/changes/"))
    assert not ChangeSet.objects.for_user(cast.vic).exists()


def test_the_trash_says_how_many_one_sees_up_to_a_limit(cast):
    ids, _set = mixed(cast, 3, MANY)
    trash_contacts(by=cast.ann, contacts=ids)
    many = trash_contacts(by=cast.ann, contacts=create(cast, cast.book, MANY, "Open"))
    vic = words(signed_in(cast.vic).get("/trash/"))
    assert "more than 10 contacts" in vic
    assert "3 contacts" in vic
    assert f"{MANY + 3} contacts" not in vic
    # All are shown once, page by page, also where they are too many to be sorted by name.
    seen, query = [], ""
    client = signed_in(cast.ann)
    while True:
        page = client.get(f"/trash/{many.pk}/{query}")
        seen += boxes(page)
        following = re.search(r'href="(\?after=[^"]+)"[^>]*>More contacts', page.text)
        if following is None:
            break
        query = following[1]
    assert len(seen) == MANY
    there = Contact.objects.filter(trashed_at__isnull=False, display_name__startswith="Open")
    assert set(seen) == {str(pk) for pk in there.values_list("pk", flat=True)}


def test_erasing_says_exactly_how_many_however_many_there_are(cast):
    many = trash_contacts(by=cast.ann, contacts=create(cast, cast.book, MANY, "Open"))
    asked = signed_in(cast.ann).get(f"/trash/{many.pk}/erase/")
    assert f"{MANY} contacts" in words(asked)
    assert "stay" not in words(asked)


def test_acts_are_asked_one_by_one_and_by_the_books_one_reads(cast):
    """The plans: neither list reads the changes of all acts, nor those that one act made in hidden books."""
    for number in range(30):
        create(cast, cast.book if number % 2 else cast.private, 1, f"Act {number}")
    with connection.cursor() as sql:
        # As of an organization with some imports: the planner goes by such numbers alone.
        sql.execute("ANALYZE contacts_change, contacts_changeset, contacts_contact, books_contactbook")
    sets = ChangeSet.objects.for_user(cast.vic).filter(organization=cast.organization)
    with connection.cursor() as sql:
        sql.execute("SET LOCAL enable_seqscan = off")
    plan = sets.order_by("-started_at", "pk")[:31].explain()
    assert "SubPlan" in plan
    assert re.search(r"changes_by_book|changes_to_trash|changes_of_set", plan)
    assert "Hash Semi Join" not in plan
    assert "change_set_id = contacts_changeset.id" in plan
    assert Change.objects.for_user(cast.vic).count() == 15
