"""The letters beside a list: which there are, for whom, where they lead, and what they cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.shelf import shelf_of
from contacts import listing
from contacts.letters import letters_of
from contacts.models import Group
from contacts.scope import scope_for
from contacts.services import create_contact
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import HTMX, rows, signed_in
from tests.factories import make_book

NAMES = ("007", "Ana", "Émile", "Zoë", "Ольга", "Юрий", "王芳", "李伟", "김민준", "강하늘", "박서연", "🙂")


def fill(cast, *lasts, book=None, **more):
    for last in lasts:
        create_contact(by=cast.ann, book=book or cast.book, document=person("", last, **more))


def labels(answer):
    return re.findall(r">([^<]+)</a>", answer.text)


def scopes(user, organization, monkeypatch):
    """Return what one reads as each of the ways to look for it: read whole, by organization, book by book."""
    monkeypatch.setattr("contacts.scope.FEW", 0)
    monkeypatch.setattr("contacts.scope.SMALL_SHARE", 0)
    walked = scope_for(user, organization, shelf=shelf_of(user, organization))
    monkeypatch.setattr("contacts.scope.SMALL_SHARE", 2)
    by_book = scope_for(user, organization, shelf=shelf_of(user, organization))
    return walked, by_book


def test_letters_are_those_of_the_names_own_scripts_in_the_order_of_the_list(cast, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 5)
    monkeypatch.setattr("contacts.views.panel.listing.PAGE", 5)
    fill(cast, *NAMES)
    client = signed_in(cast.vic)
    assert labels(client.get("/contacts/letters/", headers=HTMX)) == [*"#AEZОЮ漢ㄱㅂ", "#"]


@pytest.mark.parametrize("order", ["family", "given"])
def test_each_way_of_looking_finds_the_same_letters(cast, monkeypatch, order):
    fill(cast, *NAMES[:6])
    fill(cast, *NAMES[5:], book=cast.private)
    fill(cast, "Quinn", book=make_book(cast.ann, cast.organization))
    whole = letters_of(listing.first_keys(scope_for(cast.ann, cast.organization), order=order))
    for scope in scopes(cast.ann, cast.organization, monkeypatch):
        assert letters_of(listing.first_keys(scope, order=order)) == whole
        assert [letter.label for letter in whole] == [*"#AEQZОЮ漢ㄱㅂ", "#"]


def test_a_letter_that_one_cannot_read_is_none(cast, monkeypatch):
    fill(cast, "Ana", "Ben")
    fill(cast, "Quinn", book=cast.private)
    for scope in (scope_for(cast.vic, cast.organization), *scopes(cast.vic, cast.organization, monkeypatch)):
        assert [letter.label for letter in letters_of(listing.first_keys(scope))] == ["A", "B"]
    assert signed_in(cast.sam).get(f"/contacts/letters/?book={cast.book.pk}").status_code == 404


def test_a_letter_leads_to_the_list_from_there_on(cast):
    fill(cast, *(f"Berg{number:02}" for number in range(30)), *(f"Mann{number:02}" for number in range(30)))
    client = signed_in(cast.vic)
    assert "/contacts/letters/" in client.get("/contacts/").text
    rail = client.get("/contacts/letters/", headers=HTMX)
    assert labels(rail) == ["B", "M"]
    there = client.get("/contacts/?from=m")
    assert rows(there) == [f"Mann{number:02}" for number in range(30)]
    assert "Show from the beginning" in there.text
    assert rows(client.get("/contacts/?from=M"))[0] == "Mann00"
    assert "No one from here on" in client.get("/contacts/?from=z").text
    # The whole list is what a selection of all means, and what is kept in step.
    assert "Select all 60 that match" not in there.text
    assert len(rows(client.get("/contacts/live/?from=m&shown=30"))) == 30


def test_letters_of_groups_stars_and_searches(cast, monkeypatch):
    monkeypatch.setattr("contacts.views.panel.listing.PAGE", 1)
    fill(cast, "Ana", "Ben", groups=["VIP"])
    fill(cast, "Zoë")
    group = Group.objects.get(name="VIP")
    client = signed_in(cast.ann)
    assert labels(client.get(f"/contacts/letters/?group={group.pk}", headers=HTMX)) == ["A", "B"]
    assert labels(client.get("/contacts/letters/?starred=1", headers=HTMX)) == []
    assert labels(client.get("/contacts/letters/?q=a", headers=HTMX)) == []
    monkeypatch.setattr(listing, "FEW_MEMBERS", 1)
    assert labels(client.get(f"/contacts/letters/?group={group.pk}", headers=HTMX)) == []


def test_letters_cost_one_query_more_than_what_is_read_of_books(cast):
    fill(cast, *(f"{chr(97 + number)}x" for number in range(26)))
    scope = scope_for(cast.vic, cast.organization)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(listing.first_keys(scope)) == 26
    assert len(asked) == 1


@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "a" * 500, "%F0%9F%99%82", "' OR 1=1 --"])
def test_where_a_list_begins_is_text_and_nothing_else(cast, text):
    fill(cast, "Ana")
    assert signed_in(cast.ann).get(f"/contacts/?from={text}").status_code == 200


def test_how_a_list_looks_is_kept_on_the_account_and_is_in_the_page(cast):
    fill(cast, "Ana")
    client = signed_in(cast.vic)
    assert 'data-density="comfortable"' in client.get("/contacts/").text
    menu = client.get("/contacts/view/?starred=1", headers=HTMX | {"HX-Current-URL": "http://testserver/contacts/?q=a"})
    assert 'name="next" value="/contacts/?q=a"' in menu.text
    assert 'href="/contacts/?starred=1&amp;sort=given"' in menu.text
    answer = client.post("/contacts/view/", {"density": "compact", "next": "/contacts/?starred=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/contacts/?starred=1")
    assert 'data-density="compact"' in client.get("/contacts/").text
    client.post("/contacts/view/", {"name_order": "given"})
    cast.vic.refresh_from_db()
    assert (cast.vic.density, cast.vic.name_order) == ("compact", "given")
    for wrong in ({"density": "huge"}, {"name_order": ""}, {}, {"density": "cosy", "name_order": "x"}):
        assert client.post("/contacts/view/", wrong).status_code == 400
    cast.vic.refresh_from_db()
    assert cast.vic.density == "compact"


def test_the_menu_of_the_person_goes_back_to_the_page_it_was_opened_on(cast):
    client = signed_in(cast.ann)
    headers = HTMX | {"HX-Current-URL": "http://testserver/contacts/?starred=1"}
    assert 'name="next" value="/contacts/?starred=1"' in client.get("/settings/menu/", headers=headers).text
    strange = HTMX | {"HX-Current-URL": "https://evil.example/contacts/"}
    assert 'name="next" value="/contacts/"' in client.get("/settings/menu/", headers=strange).text
    assert "Sign out" in client.get("/settings/menu/").text
