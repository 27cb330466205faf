"""What streams are told of, and who is not: over real sockets, from Kith's own web process."""

import json
import re
import time

import pytest
from django.db import connection, transaction

from contacts.live.outbox import KEPT
from contacts.models import Change, ChangeSet, Contact, Source
from contacts.services import (
    act,
    create_contact,
    document_of,
    move_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
)
from contacts.services.undoing import start_undo
from tests.contacts.conftest import person
from tests.factories import make_book, personal_book
from tests.live.streams import Stream, session_of, until_everything_is_told

pytestmark = pytest.mark.django_db(transaction=True)

IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture
def contact(cast):
    return create_contact(by=cast.ann, book=cast.book, document=person("Zoë", "Secretname", email="zoe@example.com"))


def star(cast, contact, starred=True):
    star_contacts(by=cast.ben, contacts=[contact.pk], starred=starred)
    until_everything_is_told()


def heard(streams, names):
    """Return which of the streams were told of a change, after one that everybody is waiting for has come."""
    return {name for name in names if streams[name].named("change")}


def test_a_change_is_told_within_two_seconds_by_id_and_version_alone(web, cast, contact):
    with web.listen(cast.ann) as stream:
        stream.wait_until_caught_up()
        star(cast, contact)
        began = time.monotonic()
        told = stream.change()
        assert time.monotonic() - began < 2
        assert told == {"book": str(cast.book.pk), "contacts": {str(contact.pk): 2}}
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["x-accel-buffering"] == "no"
        assert "access-control-allow-origin" not in stream.headers
        assert set(IDS.findall(stream.text)) == {str(cast.book.pk), str(contact.pk)}
        assert "Secretname" not in stream.text
    assert "Secretname" not in web.log.read_text()
    assert "ann" not in web.log.read_text()


def test_whoever_may_read_the_book_is_told_and_nobody_else(web, cast, contact):
    everybody = {"ann": cast.ann, "ben": cast.ben, "vic": cast.vic, "ada": cast.ada, "sam": cast.sam}
    streams = {name: web.listen(user).wait_until_caught_up() for name, user in everybody.items()}
    try:
        star(cast, contact)
        for name in ("ann", "ben", "vic"):
            streams[name].change()
        create_contact(by=cast.ann, book=cast.private, document=person("Private"))
        until_everything_is_told()
        streams["ann"].wait(lambda stream: len(stream.named("change")) == 2)
        for name, user in (("ada", cast.ada), ("sam", cast.sam)):
            own = personal_book(user, cast.elsewhere if name == "sam" else cast.organization)
            create_contact(by=user, book=own, document=person("Own"))
            until_everything_is_told()
            # The first thing they hear of is their own: what came before is no secret that is still on its way.
            assert streams[name].change()["book"] == str(own.pk)
        assert len(streams["ben"].named("change")) == len(streams["vic"].named("change")) == 1
    finally:
        for stream in streams.values():
            stream.close()


def test_a_stream_of_one_organization_is_told_of_no_other(web, cast):
    own = personal_book(cast.ann, cast.organization)
    with web.listen(cast.ann, organization=cast.organization.pk) as stream:
        stream.wait_until_caught_up()
        create_contact(by=cast.ann, book=own, document=person("Here"))
        until_everything_is_told()
        assert stream.change()["book"] == str(own.pk)
    assert web.refuse(cast.ann, organization=cast.elsewhere.pk) == 404


def test_an_undo_and_a_deletion_are_told(web, cast, contact):
    with web.listen(cast.vic) as stream:
        stream.wait_until_caught_up()
        star(cast, contact)
        stream.wait(lambda stream: len(stream.named("change")) == 1)
        [acted] = ChangeSet.objects.filter(actor_id=cast.ben.pk)
        start_undo(by=cast.ben, change_set=acted)
        until_everything_is_told()
        stream.wait(lambda stream: len(stream.named("change")) == 2)
        trash_contacts(by=cast.ben, contacts=[contact.pk])
        until_everything_is_told()
        stream.wait(lambda stream: len(stream.named("change")) == 3)
        assert stream.named("change")[1]["contacts"] == {str(contact.pk): 3}
        assert stream.named("change")[2]["contacts"] is None, "what is in the trash is read by nobody"


def test_readers_of_the_book_that_a_contact_left_are_told_of_the_book_alone(web, cast, contact):
    with web.listen(cast.vic) as viewer, web.listen(cast.ann) as owner:
        viewer.wait_until_caught_up()
        owner.wait_until_caught_up()
        move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
        until_everything_is_told()
        assert viewer.change() == {"book": str(cast.book.pk), "contacts": None}
        owner.wait(lambda stream: len(stream.named("change")) == 2)
        told = {each["book"]: each["contacts"] for each in owner.named("change")}
        assert told == {str(cast.book.pk): None, str(cast.private.pk): {str(contact.pk): 1}}
        assert str(contact.pk) not in viewer.text
        assert str(cast.private.pk) not in viewer.text


def test_an_act_of_three_hundred_contacts_is_one_announcement(web, cast):
    with web.listen(cast.vic) as stream:
        stream.wait_until_caught_up()
        with act(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="people.csv") as writing:
            writing.create(cast.book, [person(f"P{number}") for number in range(300)])
        until_everything_is_told()
        assert stream.change() == {"book": str(cast.book.pk), "contacts": None}
        create_contact(by=cast.ann, book=cast.book, document=person("After"))
        until_everything_is_told()
        stream.wait(lambda stream: len(stream.named("change")) == 2)


def test_what_commits_late_is_not_missed(web, cast, contact):
    with web.listen(cast.vic) as stream:
        stream.wait_until_caught_up()
        with transaction.atomic():
            star_contacts(by=cast.ben, contacts=[contact.pk], starred=True)
            time.sleep(1.5)  # read several times meanwhile
            assert stream.named("change") == []
        until_everything_is_told()
        assert stream.change()["contacts"] == {str(contact.pk): 2}


def test_who_comes_back_is_told_what_they_missed(web, cast, contact):
    with web.listen(cast.ann) as stream:
        mark = stream.wait_until_caught_up().mark
    star(cast, contact)
    for given in ({"since": mark}, {"since": "1.2", "headers": {"Last_Event_ID": mark}}):
        with web.listen(cast.ann, **given) as back:
            assert back.change()["contacts"] == {str(contact.pk): 2}
            assert back.named("again") == []
    with web.listen(cast.ann) as anew:
        anew.wait_until_caught_up()
        assert anew.events[0][0] == "beat", "a page that says nothing was made just now"


def test_a_page_goes_on_where_it_was_made(web, cast, contact, client):
    client.force_login(cast.ann)
    page = client.get("/contacts/").text
    star(cast, contact)
    since = re.search(r'data-since="(\d+)"', page)[1]
    with web.listen(cast.ann, since=since) as stream:
        assert stream.change()["contacts"] == {str(contact.pk): 2}


@pytest.mark.parametrize("which", ["another epoch", "the future", "nonsense", "too much"])
def test_who_was_away_for_too_long_starts_again(web, cast, contact, which):
    with web.listen(cast.ann) as stream:
        mark = stream.wait_until_caught_up().mark
    epoch, _, number = mark.partition(".")
    if which == "too much":
        known = Change.objects.get(contact=contact)
        Change.objects.bulk_create(
            Change(
                change_set=known.change_set,
                organization=known.organization,
                book=known.book,
                contact=contact,
                kind="update",
                version=2,
            )
            for _ in range(KEPT + 1)
        )
        until_everything_is_told()
    since = {
        "another epoch": f"0{epoch[1:]}x.{number}",
        "the future": f"{epoch}.{int(number) + 10**9}",
        "nonsense": "%27%00..9",
        "too much": mark,
    }[which]
    with web.listen(cast.ann, since=since) as stream:
        stream.wait_until_caught_up()
        assert stream.events[0] == ("again", {})
        assert stream.named("change") == []


def test_a_killed_connection_costs_nobody_news(web, cast, contact):
    with web.listen(cast.ann) as stream:
        stream.wait_until_caught_up()
        with connection.cursor() as sql:
            sql.execute(
                "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'kith web' AND datname = current_database()"
            )
            assert sql.fetchone() == (True,)
        star(cast, contact)
        assert stream.change()["contacts"] == {str(contact.pk): 2}
        assert not stream.ended.is_set()


def test_without_valkey_news_come_all_the_same(another_web, cast, contact, tmp_path):
    web = another_web(REDIS_URL=f"redis+socket://{tmp_path / 'nobody'}?virtual_host=0")
    with web.listen(cast.ann, editing=contact.pk) as stream:
        stream.wait_until_caught_up()
        star(cast, contact)
        began = time.monotonic()
        stream.change()
        assert time.monotonic() - began < 2


def test_it_stops_at_once_although_streams_are_open(another_web, cast):
    web = another_web()
    streams = [web.listen(cast.ann).wait_until_caught_up() for _ in range(3)]
    try:
        assert web.stop() < 3
        assert all(stream.ended.wait(5) for stream in streams)
        assert "Cancel" not in web.log.read_text()
    finally:
        for stream in streams:
            stream.close()


def test_one_person_has_so_many_streams_and_others_have_theirs(web, cast):
    session = session_of(cast.ann)
    streams = [web.listen(session=session) for _ in range(10)]
    try:
        assert [stream.status for stream in streams] == [200] * 10
        assert web.refuse(session=session) == 429
        assert web.refuse(cast.ann) == 200
        assert web.refuse(cast.ben) == 200
        streams.pop().close()
        time.sleep(0.5)
        assert web.refuse(session=session) == 200
    finally:
        for stream in streams:
            stream.close()


def test_everybody_else_is_refused_with_a_sentence(web, cast, settings):
    session = session_of(cast.ann)
    here = f"localhost:{web.port}"
    refused = {
        "nobody": web.refuse(),
        "a made-up session": web.refuse(session="a" * 32),
        "no session key at all": web.refuse(session="%00'"),
        "elsewhere": web.refuse(session=session, headers={"Origin": "https://evil.example"}),
        "another site": web.refuse(session=session, headers={"Sec_Fetch_Site": "cross-site"}),
        "a sibling": web.refuse(session=session, headers={"Sec_Fetch_Site": "same-site"}),
        "another host": web.refuse(session=session, headers={"Host": "evil.example"}),
        "no id": web.refuse(session=session, organization="1"),
        "no contact": web.refuse(session=session, editing="x"),
        "too many questions": web.refuse(session=session, **{f"q{number}": 1 for number in range(30)}),
    }
    assert refused == {
        **dict.fromkeys(("nobody", "a made-up session", "no session key at all"), 403),
        **dict.fromkeys(("elsewhere", "another site", "a sibling"), 403),
        "another host": 404,
        **dict.fromkeys(("no id", "no contact", "too many questions"), 400),
    }
    with Stream(web.port, "/live/", session, method="POST", Content_Length="0") as stream:
        assert (stream.status, stream.headers["allow"]) == (405, "GET")
    assert web.refuse(session=session, headers={"Origin": f"http://{here}", "Sec_Fetch_Site": "same-origin"}) == 200
    answer = web.ask("GET", "/live/", headers={"Accept": "text/html"})
    assert answer.status == 403
    assert "Sign in, then reload the page." in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]


def test_who_edits_is_told_to_who_may_read_and_ends_with_the_form(web, cast, contact):
    on, off = {"contact": str(contact.pk), "on": True}, {"contact": str(contact.pk), "on": False}
    with web.listen(cast.vic) as viewer, web.listen(cast.ada) as admin:
        viewer.wait_until_caught_up()
        admin.wait_until_caught_up()
        with web.listen(cast.ben, editing=contact.pk) as editor:
            viewer.wait(lambda stream: stream.named("editing") == [on])
            with web.listen(cast.ann) as late:
                late.wait(lambda stream: stream.named("editing") == [on])
            assert editor.named("editing") == []
        viewer.wait(lambda stream: stream.named("editing") == [on, off])
        with web.listen(cast.vic, editing=contact.pk):  # who may only view edits nothing
            time.sleep(1)
        assert viewer.named("editing") == [on, off]
        assert admin.named("editing") == []
        assert str(cast.ben.pk) not in viewer.text


def test_two_processes_know_who_edits(web, another_web, cast, contact):
    second = another_web()
    with second.listen(cast.vic) as viewer:
        viewer.wait_until_caught_up()
        with web.listen(cast.ben, editing=contact.pk):
            viewer.wait(lambda stream: stream.named("editing"))
        viewer.wait(lambda stream: len(stream.named("editing")) == 2)


def test_nothing_but_ids_and_versions_is_ever_sent(web, cast, contact):
    with web.listen(cast.vic) as stream:
        stream.wait_until_caught_up()
        document = document_of(Contact.objects.get(pk=contact.pk))
        save_contact(by=cast.ben, contact=contact, document=document.__class__(first_name="Other"), base_version=1)
        book = make_book(cast.ann, cast.organization, "Secretbook")
        create_contact(by=cast.ann, book=book, document=person("Secretname"))
        until_everything_is_told()
        stream.change()
        for name, data in stream.events:
            assert name in {"beat", "change", "again", "editing", "over"}
            assert not re.search(r"[G-Zg-z]", re.sub(r'"(book|contacts)"|null', "", json.dumps(data)))
        assert str(book.pk) not in stream.text
