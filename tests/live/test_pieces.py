"""The pieces that pages fetch when they hear of a change show what a reload would, and nothing else."""

import re

import pytest
from django.test import Client

from contacts.live import bell, presence
from contacts.models import Contact
from contacts.services import create_contact, document_of, save_contact, star_contacts, trash_contacts
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import plain
from tests.factories import make_cast
from tests.worker import broker

pytestmark = pytest.mark.django_db

ROW = re.compile(r'name="contact" value="([0-9a-f-]{36})"')


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def contact(cast):
    document = person("Zoë", "Adams", email="zoe@example.com", phone="+49 30 1234567")
    return create_contact(by=cast.ann, book=cast.book, document=document)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def save(by, contact, **fields):
    """Save fields as somebody would who opened the form now."""
    contact = Contact.objects.get(pk=contact.pk)
    document = document_of(contact)
    changed = document.__class__(**{**{f: getattr(document, f) for f in document.__dataclass_fields__}, **fields})
    return save_contact(by=by, contact=contact, document=changed, base_version=contact.version)


def editing(contact, *users, seconds=60):
    """Have Valkey say that these have the contact open."""
    with broker() as valkey:
        now = float(valkey.time()[0])
        for user in users:
            valkey.zadd(presence.KEY, {f"{contact.pk}:{user.pk}": now + seconds})


@pytest.fixture(autouse=True)
def _nobody_edits():
    with broker() as valkey:
        valkey.delete(presence.KEY)
    yield
    with broker() as valkey:
        valkey.delete(presence.KEY)


class TestTheList:
    def test_it_is_what_a_reload_shows(self, cast, contact):
        client = signed_in(cast.vic)
        for path, query in (("/contacts/", ""), (f"/books/{cast.book.pk}/", f"&book={cast.book.pk}")):
            page = client.get(path).text
            asked = re.search(r'data-live="([^"]+)"', page)[1].replace("&amp;", "&")
            assert asked == f"/contacts/live/?organization={cast.organization.pk}{query}"
            piece = client.get(f"{asked}&shown=1").text
            results = re.search(r'<div class="results".*?</contact-list>', page, re.DOTALL)[0]
            assert plain(results) in plain(piece)
            assert piece.count('<nav id="sidebar">') == 1
            assert "<html" not in piece

    def test_as_many_rows_come_as_the_page_has(self, cast):
        for number in range(120):
            create_contact(by=cast.ann, book=cast.book, document=person(f"P{number:03}"))
        client = signed_in(cast.vic)
        for shown, rows in ((0, 50), (50, 50), (51, 100), (100, 100), (500, 120)):
            assert len(ROW.findall(client.get(f"/contacts/live/?shown={shown}").text)) == rows
        many = client.get("/contacts/live/?shown=501").text
        assert ROW.findall(many) == []
        assert 'id="results"' not in many
        assert 'id="sidebar"' in many
        everybody = ROW.findall(client.get("/contacts/live/?shown=500").text)
        assert len(set(everybody)) == 120

    def test_a_search_and_a_star_narrow_it(self, cast, contact):
        create_contact(by=cast.ann, book=cast.book, document=person("Other"))
        star_contacts(by=cast.ann, contacts=[contact.pk], starred=True)
        client = signed_in(cast.vic)
        for query in ("q=zoe", "starred=1", f"book={cast.book.pk}&starred=1"):
            assert ROW.findall(client.get(f"/contacts/live/?{query}").text) == [str(contact.pk)]

    def test_a_list_that_is_not_there_any_more_says_so_and_shows_the_sidebar(self, cast, contact):
        for user, status in ((cast.vic, "Zoë"), (cast.sam, "not shared with you any more")):
            answer = signed_in(user).get(f"/contacts/live/?book={cast.book.pk}&shown=3")
            assert answer.status_code == 200
            assert status in answer.text
        assert "Zoë" not in answer.text
        assert "Clients" not in answer.text
        assert 'id="sidebar"' in answer.text

    @pytest.mark.parametrize("query", ["shown=x", "shown=-1", "shown=1e3", "shown=99999999999"])
    def test_bad_numbers_are_refused(self, cast, query):
        assert signed_in(cast.ann).get(f"/contacts/live/?{query}").status_code == 400

    def test_another_organization_is_not_there(self, cast):
        client = signed_in(cast.ann)
        for wanted in (cast.elsewhere.pk, "x", "00000000-0000-0000-0000-000000000000"):
            assert client.get(f"/contacts/live/?organization={wanted}").status_code == 404


def test_what_an_act_has_to_say_waits_for_the_acts_own_answer(cast, contact):
    client = signed_in(cast.ann)
    assert client.post(f"/contacts/{contact.pk}/star/", {"on": "1"}).status_code == 302
    piece = {"HX-Request": "true", "HX-Target": "detail"}
    heard = client.get(f"/contacts/{contact.pk}/", headers={**piece, "Kith-Live": "true"}).text
    assert "Zoë" in heard
    assert "data-append" not in heard
    answer = client.get(f"/contacts/{contact.pk}/", headers=piece).text
    assert 'data-append="toasts"' in answer
    assert "Zoë Adams" in re.search(r'<template data-append="toasts">(.*?)</template>', answer, re.DOTALL)[1]


class TestTheNews:
    def news(self, user, contact, since=1):
        return signed_in(user).get(f"/contacts/{contact.pk}/live/?since={since}")

    def test_they_say_who_changed_what_since(self, cast, contact):
        assert "live-news" in self.news(cast.ann, contact).text
        assert "<details" not in self.news(cast.ann, contact).text
        save(cast.ben, contact, last_name="Brown", pronouns="she/her")
        told = self.news(cast.ann, contact).text
        assert 'data-say="Ben Editor changed Pronouns and Last name"' in told
        assert "<del>Adams</del> <ins>Brown</ins>" in told
        assert "<details" not in self.news(cast.ann, contact, since=2).text
        assert "You, in another window, changed Pronouns and Last name" in self.news(cast.ben, contact).text

    def test_several_people_and_many_fields_stay_one_line_each(self, cast, contact):
        save(cast.ben, contact, last_name="Brown", pronouns="she/her", prefix="Dr", nickname="Zo")
        save(cast.ann, contact, suffix="PhD")
        told = re.search(r'live-news" data-say="([^"]*)"', self.news(cast.vic, contact).text)[1]
        assert re.fullmatch(r"Ben Editor changed .+, .+ and more\. Ann Owner changed Suffix", told)

    def test_those_who_may_not_read_it_get_nothing(self, cast, contact):
        save(cast.ben, contact, last_name="Brown")
        editing(contact, cast.ben)
        for user in (cast.ada, cast.sam):
            assert self.news(user, contact).status_code == 404
        trash_contacts(by=cast.ann, contacts=[contact.pk])
        assert self.news(cast.ann, contact).status_code == 404

    def test_who_edits_is_named_to_others(self, cast, contact):
        editing(contact, cast.ben)
        assert "Ben Editor is editing" in self.news(cast.vic, contact).text
        assert "is editing" not in self.news(cast.ben, contact).text
        editing(contact, cast.ann)
        assert 'data-say="2 people are editing"' in self.news(cast.vic, contact).text
        other = create_contact(by=cast.ann, book=cast.book, document=person("Other"))
        assert "is editing" not in self.news(cast.vic, other).text

    def test_who_lapsed_or_was_written_by_somebody_else_is_not(self, cast, contact):
        editing(contact, cast.ben, seconds=-5)
        with broker() as valkey:
            valkey.zadd(presence.KEY, {"<script>": 9e12, f"{contact.pk}:x": 9e12})
        told = self.news(cast.vic, contact)
        assert told.status_code == 200
        assert "is editing" not in told.text

    def test_without_valkey_nobody_is_named(self, cast, contact, settings, tmp_path):
        editing(contact, cast.ben)
        settings.REDIS_URL = f"redis+socket://{tmp_path / 'nobody'}?virtual_host=0"
        told = self.news(cast.vic, contact)
        assert told.status_code == 200
        assert "is editing" not in told.text

    @pytest.mark.parametrize("since", ["x", "-1", "", "99999999999"])
    def test_bad_versions_are_refused(self, cast, contact, since):
        assert self.news(cast.ann, contact, since).status_code == 400

    def test_it_costs_the_same_for_one_change_and_for_many(self, cast, contact, django_assert_max_num_queries):
        client = signed_in(cast.vic)
        for number in range(3):
            save(cast.ben, contact, nickname=f"N{number}")
            with django_assert_max_num_queries(9):
                client.get(f"/contacts/{contact.pk}/live/?since=1")


def test_channels_of_two_databases_of_one_valkey_are_apart(settings):
    here = bell.channel()
    settings.REDIS_URL = f"{settings.REDIS_URL.partition('?')[0]}?virtual_host=63"
    assert bell.channel() == "kith:live:63" != here
