"""Who has an account stays untold, and what one was told or could do ends with the session or the right."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from books.services import unshare_book
from contacts.models import ChangeSet, Contact
from contacts.services import create_contact, delete_book
from organizations.services import remove_from_team
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, make_team, make_user, share
from tests.security.conftest import everything, signed_in
from tests.sync.conftest import draft, table


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody's address."""
    cache.clear()


def sign_up(email):
    """Return the names of the cookies and headers that answer a sign-up, and the page that follows."""
    client = Client()
    sent = {"email": email, "name": "Zoë", "organization": "Zoë & Co", "password1": "a-long-test-password"}
    answer = client.post("/accounts/signup/", sent)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    text = re.sub(r'"X-CSRFToken": "\w+"|value="\w{64}"|nonce="[^"]*"', "", page.text).replace(email, "")
    return sorted(answer.cookies), sorted(answer.headers), answer["Location"], text


@pytest.mark.django_db
def test_signing_up_with_a_known_address_looks_like_signing_up_with_a_new_one():
    known = make_user(email="known@example.com")
    assert sign_up(known.email) == sign_up("newer@example.com")


@pytest.mark.django_db
def test_what_waits_to_be_told_ends_with_the_session(cast):
    client = signed_in(cast.ann)
    client.post("/contacts/new/", {"book": cast.book.pk, "first_name": "Secretname", "anyway": "1"})
    assert not any("Secretname" in cookie.value for cookie in client.cookies.values())
    assert "messages" not in client.cookies
    page = client.post("/accounts/logout/", follow=True)
    assert "Secretname" not in page.text
    assert "You are signed out." in page.text


ACTS = [
    ("/contacts/new/", {"book": "{book}", "first_name": "X", "anyway": "1"}),
    ("/contacts/{contact}/edit/", {"book": "{book}", "first_name": "X", "base_version": "1"}),
    ("/contacts/{contact}/star/", {"starred": "1"}),
    ("/contacts/{contact}/delete/", {}),
    ("/changes/{act}/undo/", {}),
    ("/imports/{imported}/start/", {}),
    ("/imports/{imported}/mapping/", {"policy": "skip"}),
    ("/imports/{imported}/discard/", {}),
    ("/imports/{imported}/undo/", {}),
]


def statuses(client, cast):
    """Send every form that was open; return the statuses."""
    found = []
    names = {
        "book": str(cast.book.pk),
        "contact": str(Contact.objects.get().pk),
        "act": str(ChangeSet.objects.get().pk),
        "imported": str(cast.book.imports.get().pk),
    }
    for address, data in ACTS:
        sent = {name: value.format(**names) for name, value in data.items()}
        found.append(client.post(address.format(**names), sent).status_code)
    return found


@pytest.fixture
def open_forms(cast):
    """Ben with a session in which every form of Ann's shared book is open."""
    create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    draft(cast.ann, cast.book, table(("Jan", "Novak", "", "", "")))
    client = signed_in(cast.ben)
    assert client.get(f"/books/{cast.book.pk}/").status_code == 200
    return client


def test_nothing_open_works_once_the_share_is_gone(cast, open_forms):
    unshare_book(by=cast.ann, book=cast.book, to=cast.ben)
    before = everything()
    assert set(statuses(open_forms, cast)) == {404}
    assert everything() == before


def test_nothing_open_writes_once_the_share_is_for_viewing(cast, open_forms):
    share(cast.book, cast.ben, Level.VIEW)
    before = everything()
    assert set(statuses(open_forms, cast)) == {403}
    assert everything() == before


def test_nothing_open_works_once_the_book_is_deleted(cast, open_forms):
    act = ChangeSet.objects.get()
    delete_book(by=cast.ann, book=cast.book)
    before = everything()
    ChangeSet.objects.exclude(pk=act.pk).get()  # the deletion itself
    names = {"contact": Contact.objects.get().pk, "act": act.pk, "imported": cast.book.imports.get().pk}
    for address, data in ACTS:
        sent = {name: value.format(book=cast.book.pk) for name, value in data.items()}
        assert open_forms.post(address.format(**names), sent).status_code == 404
    assert everything() == before


def test_nothing_open_works_once_the_account_is_closed(cast, open_forms):
    cast.ben.is_active = False
    cast.ben.save()
    before = everything()
    assert set(statuses(open_forms, cast)) == {302}
    page = open_forms.get(f"/books/{cast.book.pk}/")
    assert page["Location"].startswith("/accounts/login/")
    assert everything() == before


def test_leaving_a_team_ends_what_it_opened(cast):
    book = make_book(cast.ann, cast.organization)
    team = make_team(cast.organization, cast.ben)
    share(book, team, Level.EDIT)
    contact = create_contact(by=cast.ann, book=book, document=person("Zoë"))
    client = signed_in(cast.ben)
    assert client.get(f"/contacts/{contact.pk}/edit/").status_code == 200
    remove_from_team(team=team, user=cast.ben, by=cast.ada)
    before = everything()
    sent = {"book": book.pk, "first_name": "X", "base_version": "1"}
    assert client.post(f"/contacts/{contact.pk}/edit/", sent).status_code == 404
    assert everything() == before


def test_a_404_takes_as_many_queries_for_what_is_hidden_as_for_what_is_not_there(cast):
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Zoë"))
    client = signed_in(cast.ben)
    counted = []
    for key in (contact.pk, "00000000-0000-4000-8000-000000000000"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/contacts/{key}/").status_code == 404
        counted.append(len(queries))
    assert counted[0] == counted[1]
