"""The list of changes: of each act only what one may see, newest first, filtered, undone from there."""

import re

import pytest

from contacts.listing import write_key
from contacts.models import Change, ChangeSet, Source
from contacts.services import act, edit_book, move_contacts, star_contacts, trash_contacts
from contacts.timeline import summaries
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import add, rows, signed_in
from tests.contacts.test_views_trash import words


def shown(page):
    return re.findall(r'href="/changes/([0-9a-f-]{36})/"', page.text)


def test_every_act_is_told_in_words_newest_first_and_can_be_undone(cast):
    contact = add(cast, "Ana", "Prado")
    star_contacts(by=cast.ben, contacts=[contact.pk], starred=True)
    client = signed_in(cast.ann)
    page = client.get("/changes/")
    assert shown(page) == [str(each.pk) for each in ChangeSet.objects.order_by("-started_at")]
    assert "Ben Editor changed 1 contact: Ana Prado" in words(page)
    assert "Ann Owner created 1 contact: Ana Prado" in words(page)
    undo = re.findall(r'action="(/changes/[^"]+/undo/)"', page.text)
    client.post(undo[0], {"next": "/changes/"})
    contact.refresh_from_db()
    assert not contact.starred
    assert "undone" in words(client.get("/changes/"))


def test_only_what_one_may_see_is_listed_and_counted(cast):
    seen = [add(cast, f"P{number}").pk for number in range(2)]
    hidden = [add(cast, f"Hidden{number}", book=cast.private).pk for number in range(3)]
    trash_contacts(by=cast.ann, contacts=[*seen, *hidden])
    assert "deleted 5 contacts" in words(signed_in(cast.ann).get("/changes/"))
    for user in (cast.ben, cast.vic):
        page = signed_in(user).get("/changes/")
        assert "deleted 2 contacts" in words(page)
        assert "5 contacts" not in words(page)
        assert "Hidden" not in page.text
    assert "/undo/" in signed_in(cast.ben).get("/changes/").text
    assert "/undo/" not in signed_in(cast.vic).get("/changes/").text
    assert shown(signed_in(cast.ada).get("/changes/")) == []
    assert shown(signed_in(cast.sam).get("/changes/")) == []


def test_admins_see_what_happened_to_a_shared_book_but_not_inside(cast):
    add(cast, "Secret")
    edit_book(by=cast.ann, book=cast.book, name="Renamed")
    page = signed_in(cast.ada).get("/changes/")
    assert "Ann Owner changed the contact book Renamed" in words(page)
    assert "Secret" not in page.text


def test_the_counts_are_those_of_the_one_door(cast):
    shared = [add(cast, f"P{number}").pk for number in range(3)]
    own = [add(cast, f"Q{number}", book=cast.private).pk for number in range(2)]
    move_contacts(by=cast.ann, contacts=own, to=cast.book)
    move_contacts(by=cast.ann, contacts=shared[:1], to=cast.private)
    trash_contacts(by=cast.ann, contacts=[*shared, *own])
    sets = list(ChangeSet.objects.order_by("pk"))
    for user in (cast.ann, cast.ben, cast.vic, cast.ada, cast.sam):
        visible = {each.pk for each in ChangeSet.objects.for_user(user)}
        told = summaries(user, sets)
        assert set(told) == visible
        for each in sets:
            kinds = Change.objects.for_user(user).filter(change_set=each).values_list("kind", flat=True)
            for kind, word in (("create", "created"), ("move", "moved"), ("trash", "deleted")):
                number = list(kinds).count(kind)
                assert (f"{word} {number} contact" in told[each.pk].what) if number else True
                assert number or each.pk not in told or word not in told[each.pk].what


def test_filters_by_person_source_and_book(cast):
    add(cast, "By Ann")
    add(cast, "By Ben", by=cast.ben)
    add(cast, "Private", book=cast.private)
    with act(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="people.csv") as writing:
        writing.create(cast.book, [person("Imported")])
    client = signed_in(cast.ann)
    assert len(shown(client.get(f"/changes/?person={cast.ben.pk}"))) == 1
    assert len(shown(client.get("/changes/?source=import"))) == 1
    assert len(shown(client.get(f"/changes/?of={cast.private.pk}"))) == 1
    assert len(shown(client.get(f"/changes/?of={cast.book.pk}&person={cast.ann.pk}"))) == 2
    assert "No change fits" in client.get(f"/changes/?person={cast.vic.pk}").text
    for query in ("person=x", "source=x", "of=x", f"of={cast.foreign.pk}"):
        assert client.get(f"/changes/?{query}").status_code == 404
    assert signed_in(cast.vic).get(f"/changes/?of={cast.private.pk}").status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(cast, monkeypatch):
    monkeypatch.setitem(_page_defaults(), "limit", 2)
    for number in range(5):
        add(cast, f"P{number}")
    client = signed_in(cast.vic)
    seen, address = [], "/changes/?source=form"
    while address:
        page = client.get(address)
        seen += shown(page)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', page.text)
        address = f"/changes/{more[1].replace('&amp;', '&')}" if more else ""
    assert seen == [str(each.pk) for each in ChangeSet.objects.order_by("-started_at", "pk")]


@pytest.mark.parametrize(
    "time", ["2026-01-01T00:00:00+23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01", "x"]
)
def test_a_key_of_a_time_that_no_act_began_at_is_no_mistake_of_ours(cast, time):
    trash_contacts(by=cast.ann, contacts=[add(cast, "Ana").pk])
    client = signed_in(cast.ann)
    for address in ("/changes/", "/trash/"):
        assert client.get(address, {"after": write_key(time, cast.book.pk)}).status_code == 200


def _page_defaults():
    from contacts.timeline import page_of

    return page_of.__kwdefaults__


def test_the_changes_of_one_act_are_paged(cast, monkeypatch):
    monkeypatch.setattr("contacts.views.changes.SHOWN", 2)
    with act(by=cast.ann, organization=cast.organization, label="Three") as writing:
        writing.create(cast.book, [person(f"P{number}") for number in range(3)])
    address = f"/changes/{writing.change_set.pk}/"
    client = signed_in(cast.vic)
    first = client.get(address)
    more = re.search(r'href="(\?after=\d+)"', first.text)[1]
    second = client.get(address + more)
    names = [re.findall(r">(P\d)</a>", page.text.partition('class="timeline"')[2]) for page in (first, second)]
    assert names == [["P0", "P1"], ["P2"]]
    assert 'href="?after=' not in second.text
    for wrong in ("x", "-1", "١٢", "9" * 19):
        assert client.get(address, {"after": wrong}).status_code == 404


@pytest.mark.parametrize("address", ["/trash/", "/changes/"])
def test_empty_lists_say_so_and_the_sidebar_leads_there(cast, address):
    page = signed_in(cast.vic).get(address)
    assert "The trash is empty" in page.text or "Nothing has changed yet" in page.text
    assert f'href="{address}" aria-current="true"' in page.text
    assert rows(page) == []


def test_a_page_key_of_acts_is_none_of_the_list_beside(cast):
    add(cast, "Ana", "Prado")
    trash_contacts(by=cast.ann, contacts=[add(cast, "Gone").pk])
    client = signed_in(cast.ann)
    for address in ("/changes/", "/trash/", "/books/", "/groups/"):
        for after in (write_key("Z", cast.book.pk), write_key("2026-01-01T00:00:00+00:00", cast.book.pk), "x", "0"):
            assert rows(client.get(address, {"after": after})) == ["Ana Prado"]
