"""The history tab: what is offered to whom, and bringing back one value or a whole past state."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.document import Info, Kind
from contacts.models import Change, ChangeSet, Contact, Source
from contacts.services import act, create_contact, document_of, move_contacts, save_contact, trash_contacts, undo
from contacts.services.restoring import restore_state
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.contacts.test_views_cards import message_of
from tests.contacts.test_views_lists import HTMX, signed_in
from tests.contacts.test_views_trash import words
from tests.factories import share

BUTTON = re.compile(r'name="what" value="([^"]+)"[^>]*aria-label="([^"]+)"')


def offers(page):
    """Return what each button of a history sends, by its label."""
    return {label: what for what, label in BUTTON.findall(page.text)}


def states(page, contact):
    return [int(number) for number in re.findall(rf'href="/contacts/{contact.pk}/history/(\d+)/"', page.text)]


def change(by, contact, **fields):
    """Change a contact as it is now; return its row."""
    contact = Contact.objects.get(pk=contact.pk)
    document = replace(document_of(contact), **fields)
    return save_contact(by=by, contact=contact, document=document, base_version=contact.version)


def value(contact, kind):
    return [info.value for info in document_of(Contact.objects.get(pk=contact.pk)).of_kind(kind)]


@pytest.fixture
def ana(cast):
    return create_contact(
        by=cast.ann,
        book=cast.book,
        document=person("Ana", "Prado", email="ana@x.example", phone="+46 70 123 45 67", nickname="Nina"),
    )


@pytest.fixture
def changed(cast, ana):
    """Ana with another nickname, without her phone, and with a second email."""
    document = document_of(ana)
    emails = tuple(document.of_kind(Kind.EMAIL))
    added = Info(kind=Kind.EMAIL, label="home", value="home@x.example")
    return change(cast.ben, ana, nickname="Annie", infos=(*emails, added))


def send(client, contact, what, *, version=None, **more):
    version = Contact.objects.get(pk=contact.pk).version if version is None else version
    data = {"what": what, "base_version": version}
    return client.post(f"/contacts/{contact.pk}/history/restore/", data, follow=True, **more)


def test_tabs_are_links_with_the_open_one_marked_and_keep_the_list(cast, ana):
    client = signed_in(cast.vic)
    for address, open_tab in (("", "details"), ("history/", "history")):
        text = client.get(f"/contacts/{ana.pk}/{address}?q=ana").text
        assert re.findall(r'<a id="tab-(\w+)"[^>]*aria-current="page"', text) == [open_tab]
        for tab in ("", "history/"):
            assert f'href="/contacts/{ana.pk}/{tab}?q=ana"' in text


def test_a_piece_of_the_history_is_what_the_page_shows(cast, changed):
    client = signed_in(cast.ben)
    whole, piece = (client.get(f"/contacts/{changed.pk}/history/", headers=headers) for headers in ({}, HTMX))
    assert offers(whole) == offers(piece) != {}
    assert "<html" not in piece.text


def test_each_changed_value_is_offered_with_what_it_was(cast, changed):
    page = signed_in(cast.ben).get(f"/contacts/{changed.pk}/history/")
    assert sorted(offers(page)) == [
        "Remove Email: home@x.example (Home)",
        "Restore Nickname: Nina",
        "Restore Phone: +46 70 123 45 67 (Mobile)",
    ]


def test_a_field_comes_back_as_an_act_that_can_be_undone(cast, changed):
    client = signed_in(cast.ben)
    what = offers(client.get(f"/contacts/{changed.pk}/history/"))["Restore Nickname: Nina"]
    answer = send(client, changed, what)
    assert answer.redirect_chain == [(f"/contacts/{changed.pk}/history/", 302)]
    assert message_of(answer) == ["Restored Nickname of Ana Prado."]
    assert Contact.objects.get(pk=changed.pk).nickname == "Nina"
    assert "Restore Nickname: Nina" not in offers(answer)
    made = ChangeSet.objects.order_by("-started_at").first()
    assert made.actor_id == cast.ben.pk
    for address in (f"/contacts/{changed.pk}/history/", f"/changes/{made.pk}/"):
        assert f"<strong>{cast.ben}</strong> restored Nickname" in client.get(address).text
    assert "restored Nickname: " in client.get("/changes/").text
    client.post(f"/changes/{made.pk}/undo/")
    assert Contact.objects.get(pk=changed.pk).nickname == "Annie"


def test_a_value_of_a_list_comes_back_alone_and_what_was_added_goes_alone(cast, changed):
    client = signed_in(cast.ben)
    offered = offers(client.get(f"/contacts/{changed.pk}/history/"))
    send(client, changed, offered["Restore Phone: +46 70 123 45 67 (Mobile)"])
    assert value(changed, Kind.PHONE) == ["+46 70 123 45 67"]
    assert value(changed, Kind.EMAIL) == ["ana@x.example", "home@x.example"]
    assert message_of(send(client, changed, offered["Remove Email: home@x.example (Home)"])) == [
        "Removed Email of Ana Prado."
    ]
    assert value(changed, Kind.EMAIL) == ["ana@x.example"]
    assert Contact.objects.get(pk=changed.pk).nickname == "Annie"
    assert message_of(send(client, changed, offered["Remove Email: home@x.example (Home)"])) == ["It is so already."]


def test_a_preferred_value_comes_back_as_the_only_preferred_one(cast, ana):
    one, other = (Info(kind=Kind.EMAIL, label="work", value=f"{name}@x.example") for name in ("one", "two"))
    row = change(cast.ann, ana, infos=(replace(one, preferred=True), other))
    first, second = document_of(row).infos
    row = change(cast.ann, row, infos=(second,))
    row = change(cast.ann, row, infos=(replace(second, preferred=True),))
    page = signed_in(cast.ann).get(f"/contacts/{ana.pk}/history/")
    send(signed_in(cast.ann), ana, offers(page)["Restore Email: one@x.example (Work)"])
    infos = document_of(Contact.objects.get(pk=ana.pk)).infos
    assert [(info.value, info.preferred) for info in infos] == [("two@x.example", False), ("one@x.example", True)]
    assert first.id in {info.id for info in infos}


def test_what_somebody_changed_meanwhile_is_kept_and_said(cast, changed):
    client = signed_in(cast.ben)
    what = offers(client.get(f"/contacts/{changed.pk}/history/"))["Restore Nickname: Nina"]
    change(cast.ann, changed, nickname="Anita", notes="New")
    before = ChangeSet.objects.count()
    answer = send(client, changed, what, version=changed.version)
    assert "Nickname was kept: somebody changed it meanwhile." in words(answer)
    assert Contact.objects.get(pk=changed.pk).nickname == "Anita"
    assert ChangeSet.objects.count() == before
    # What others changed elsewhere is no matter.
    page = client.get(f"/contacts/{changed.pk}/history/")
    change(cast.ann, changed, notes="Newer")
    shown = Contact.objects.get(pk=changed.pk).version - 1
    send(client, changed, offers(page)["Restore Nickname: Nina"], version=shown)
    row = Contact.objects.get(pk=changed.pk)
    assert (row.nickname, row.notes) == ("Nina", "Newer")


def test_a_contact_is_not_emptied_by_taking_away_its_last_value(cast):
    row = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    row = change(cast.ann, row, first_name="", nickname="Nina")
    client = signed_in(cast.ann)
    answer = send(client, row, offers(client.get(f"/contacts/{row.pk}/history/"))["Remove Nickname: Nina"])
    assert "This contact is empty." in words(answer)
    assert Contact.objects.get(pk=row.pk).nickname == "Nina"


class TestRefusals:
    """Everything is refused before anything is written."""

    def test_a_viewer_is_offered_nothing_and_may_do_nothing(self, cast, changed):
        client = signed_in(cast.vic)
        page = client.get(f"/contacts/{changed.pk}/history/")
        assert offers(page) == {}
        assert states(page, changed) == []
        what = next(iter(offers(signed_in(cast.ben).get(f"/contacts/{changed.pk}/history/")).values()))
        before = ChangeSet.objects.count()
        for user, status in ((cast.vic, 403), (cast.ada, 404), (cast.sam, 404)):
            client = signed_in(user)
            assert send(client, changed, what).status_code == status
            assert client.get(f"/contacts/{changed.pk}/history/1/").status_code == status
            assert client.post(f"/contacts/{changed.pk}/history/1/", {"base_version": "2"}).status_code == status
        assert ChangeSet.objects.count() == before
        assert Contact.objects.get(pk=changed.pk).nickname == "Annie"

    def test_bad_ids_in_the_body_are_not_there(self, cast, changed):
        other = change(
            cast.ann, create_contact(by=cast.ann, book=cast.book, document=person("Other")), nickname="Secret"
        )
        foreign = Change.objects.get(contact=other, kind="update").pk
        own = Change.objects.get(contact=changed, kind="update").pk
        made = Change.objects.get(contact=changed, kind="create").pk
        client = signed_in(cast.ben)
        before = ChangeSet.objects.count()
        bad = ["", "x", "9", f"{foreign}.nickname", f"{own}.notes", f"{own}.infos", f"{own}.infos.zzz", f"{own}.id"]
        bad += [f"{made}.nickname", f"{own}.nickname.x", "1" * 30, f"-{own}.nickname", f"{own}"]
        for what in bad:
            assert send(client, changed, what).status_code == 404, what
        for version in ("", "x", "0", "99", "1" * 12):
            assert send(client, changed, f"{own}.nickname", version=version).status_code == 400, version
        assert ChangeSet.objects.count() == before
        assert client.get(f"/contacts/{changed.pk}/history/restore/").status_code == 405

    def test_states_that_never_were_are_not_there(self, cast, changed):
        client = signed_in(cast.ben)
        for version in (0, 3, 10**30):
            assert client.get(f"/contacts/{changed.pk}/history/{version}/").status_code == 404
        assert client.post(f"/contacts/{changed.pk}/history/1/").status_code == 400
        trash_contacts(by=cast.ann, contacts=[changed.pk])
        assert client.get(f"/contacts/{changed.pk}/history/1/").status_code == 404

    def test_after_a_move_the_new_readers_bring_nothing_back_from_before(self, cast):
        row = create_contact(by=cast.ann, book=cast.private, document=person("Ana", nickname="Secret"))
        row = change(cast.ann, row, nickname="Known")
        hidden = Change.objects.get(contact=row, kind="update").pk
        move_contacts(by=cast.ann, contacts=[row.pk], to=cast.book)
        row = change(cast.ann, row, nickname="New")
        client = signed_in(cast.ben)
        page = client.get(f"/contacts/{row.pk}/history/")
        assert "Secret" not in page.text
        assert states(page, row) == [2]  # as it came
        assert client.get(f"/contacts/{row.pk}/history/1/").status_code == 404
        assert client.post(f"/contacts/{row.pk}/history/1/", {"base_version": "3"}).status_code == 404
        assert send(client, row, f"{hidden}.nickname").status_code == 404
        assert send(client, row, offers(page)["Restore Nickname: Known"], version=1).status_code == 404
        assert client.post(f"/contacts/{row.pk}/history/2/", {"base_version": "3"}).status_code == 302
        assert Contact.objects.get(pk=row.pk).nickname == "Known"

    def test_what_stood_in_a_book_that_one_may_only_view_is_not_brought_into_another(self, cast):
        row = create_contact(by=cast.ann, book=cast.private, document=person("Ana", nickname="First"))
        row = change(cast.ann, row, nickname="Second")
        earlier = Change.objects.get(contact=row, kind="update").pk
        move_contacts(by=cast.ann, contacts=[row.pk], to=cast.book)
        row = change(cast.ann, row, nickname="Third")
        share(cast.private, cast.ben, Level.VIEW)
        client = signed_in(cast.ben)
        page = client.get(f"/contacts/{row.pk}/history/")
        assert "First" in page.text
        assert sorted(offers(page)) == ["Restore Nickname: Second"]
        assert send(client, row, f"{earlier}.nickname").status_code == 403
        assert client.get(f"/contacts/{row.pk}/history/1/").status_code == 403
        assert client.post(f"/contacts/{row.pk}/history/1/", {"base_version": "3"}).status_code == 403
        assert Contact.objects.get(pk=row.pk).nickname == "Third"
        assert signed_in(cast.ann).post(f"/contacts/{row.pk}/history/1/", {"base_version": "3"}).status_code == 302
        assert Contact.objects.get(pk=row.pk).nickname == "First"


class TestPastStates:
    """Restoring all of a contact to what it was after one of its changes."""

    def test_the_page_shows_what_would_change_and_then_it_does(self, cast, changed):
        third = change(cast.ann, changed, notes="Met in Lund")
        client = signed_in(cast.ben)
        assert states(client.get(f"/contacts/{third.pk}/history/"), third) == [2, 1]
        preview = client.get(f"/contacts/{third.pk}/history/1/")
        shown = re.sub(r"\s+", " ", words(preview))
        for text in ("Nickname Annie Nina", "Email home@x.example (Home)", "Phone +46 70 123 45 67 (Mobile)", "Notes"):
            assert text in shown
        assert Contact.objects.get(pk=third.pk).version == 3
        answer = client.post(f"/contacts/{third.pk}/history/1/", {"base_version": "3"}, follow=True)
        assert answer.redirect_chain == [(f"/contacts/{third.pk}/", 302)]
        assert re.fullmatch(r"Ana Prado is as on .* again\.", message_of(answer)[0])
        first = create_contact(
            by=cast.ann,
            book=cast.book,
            document=person("Ana", "Prado", email="ana@x.example", phone="+46 70 123 45 67", nickname="Nina"),
        )
        assert contents(third) == contents(first)
        made = ChangeSet.objects.order_by("-started_at").filter(changes__contact=third).first()
        text = words(client.get(f"/contacts/{third.pk}/history/"))
        assert re.search(r"Ben Editor restored the state of \d+ \w+ \d{4}, \d\d:\d\d", text)
        undo(by=cast.ben, change_set=made)
        assert contents(third) == (document_of(third).nickname, "Met in Lund", *contents(third)[2:])

    def test_what_others_changed_since_the_preview_is_kept_and_named(self, cast, changed):
        client = signed_in(cast.ben)
        client.get(f"/contacts/{changed.pk}/history/1/")
        change(cast.ann, changed, nickname="Anita", notes="New")
        answer = client.post(f"/contacts/{changed.pk}/history/1/", {"base_version": "2"}, follow=True)
        assert "but this was kept because somebody changed it: Nickname, Notes." in words(answer)
        row = Contact.objects.get(pk=changed.pk)
        assert (row.nickname, row.notes) == ("Anita", "New")
        assert value(changed, Kind.PHONE) == ["+46 70 123 45 67"]

    def test_sent_twice_it_is_done_once(self, cast, changed):
        client = signed_in(cast.ben)
        for _time in range(2):
            answer = client.post(f"/contacts/{changed.pk}/history/1/", {"base_version": "2"}, follow=True)
        assert message_of(answer) == ["Ana Prado is so already."]
        assert ChangeSet.objects.filter(label__startswith="\x1fstate").count() == 1

    def test_the_state_of_today_is_not_offered_and_changes_nothing(self, cast, changed):
        client = signed_in(cast.ben)
        page = client.get(f"/contacts/{changed.pk}/history/2/")
        assert "there is nothing to restore" in page.text
        done = restore_state(by=cast.ben, contact=changed, version=2, base_version=2, label="x")
        assert done.change_set is None


def contents(contact):
    document = document_of(Contact.objects.get(pk=contact.pk))
    return (document.nickname, document.notes, *(item.content for item in document.infos))


def test_an_import_is_named_by_its_file_and_an_undo_as_such(cast):
    label = "Import of people.csv into Clients"
    with act(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label=label) as writing:
        [contact_id] = writing.create(cast.book, [person("Ana")])
    row = change(cast.ben, Contact.objects.get(pk=contact_id), nickname="Nina")
    undo(by=cast.ben, change_set=ChangeSet.objects.order_by("-started_at").first())
    text = words(signed_in(cast.vic).get(f"/contacts/{row.pk}/history/"))
    assert "Ann Owner created it (Import of people.csv into Clients)" in text
    assert "Ben Editor changed it, by undo" in text


def test_a_long_history_is_paged_and_costs_the_same(cast, changed, monkeypatch):
    client = signed_in(cast.ben)
    address = f"/contacts/{changed.pk}/history/"
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(8):
        change(cast.ann, changed, nickname=f"N{number}", notes=f"Note {number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get(address)
    assert len(many) == len(few)
    assert len(states(page, changed)) == 9
    monkeypatch.setattr("contacts.views.history.HISTORY_PAGE", 4)
    seen, query = [], ""
    while True:
        page = client.get(address + query)
        seen += re.findall(r'id="change-(\d+)"', page.text)
        more = re.search(r'href="(\?before=\d+)"', page.text)
        if more is None:
            break
        query = more[1]
    assert len(seen) == len(set(seen)) == 10
    for wrong in ("x", "-1", "١٢", "9" * 19):
        assert client.get(address, {"before": wrong}).status_code == 404
