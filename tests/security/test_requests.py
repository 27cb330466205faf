"""Cookies, addresses and forms that no browser of ours would send: an answer that says so, never an error of ours."""

import pytest
from django.core.cache import cache
from django.test import Client

from contacts.models import ChangeSet
from contacts.services import create_contact
from tests.contacts.conftest import person
from tests.factories import PASSWORD
from tests.security.conftest import everything, signed_in

ABROAD = ["//evil.example/", "https://evil.example/", "/\\evil.example", "///evil.example", "javascript:alert(1)"]
BROKEN = ["//[", "https://[::1", "/contacts/------------------------------------/", "/contacts/" + "0" * 36 + "/"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["\x00aaaaaaaaaaaaaaaa", "'; --aaaaaaaaaaaa", "ÿÿÿÿÿÿÿÿÿÿÿÿ", "a" * 3000])
@pytest.mark.parametrize("address", ["/contacts/", "/accounts/login/"])
def test_a_cookie_that_holds_no_session_is_no_session(key, address, settings):
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get(address).status_code == (200 if "login" in address else 302)


def test_the_key_of_a_session_that_is_one_still_opens_it(cast, settings):
    client = signed_in(cast.ann)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value.isalnum()
    assert client.get("/contacts/").status_code == 200


@pytest.mark.parametrize("following", ABROAD + BROKEN)
def test_signing_in_leads_nowhere_else(cast, client, following):
    cache.clear()
    sent = {"login": cast.ann.email, "password": PASSWORD, "next": following}
    response = client.post("/accounts/login/", sent)
    assert response.status_code == 302
    assert response["Location"].startswith("/contacts/")


@pytest.mark.parametrize("following", ABROAD + BROKEN)
def test_undoing_leads_nowhere_else(cast, following):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    made = ChangeSet.objects.get()
    client = signed_in(cast.ann)
    response = client.post(f"/changes/{made.pk}/undo/", {"next": following})
    assert response.status_code == 302
    assert response["Location"].startswith(("/contacts/", f"/changes/{made.pk}/"))
    contact.refresh_from_db()
    assert contact.trashed_at


@pytest.mark.parametrize("following", [*ABROAD, "//["])
@pytest.mark.parametrize("address", ["/organization/switch/", "/contacts/{contact}/star/"])
def test_acts_lead_nowhere_else(cast, following, address):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    sent = {"organization": cast.organization.pk, "starred": "1", "next": following}
    response = signed_in(cast.ann).post(address.format(contact=contact.pk), sent)
    assert response.status_code == 302
    assert response["Location"].startswith("/contacts/")


@pytest.mark.parametrize("kind", ["address", "email"])
def test_a_form_with_thousands_of_rows_is_refused_before_it_is_drawn(cast, kind):
    client = signed_in(cast.ann)
    before = everything()
    rows = {f"info-{number}-kind": kind for number in range(4000)}
    response = client.post("/contacts/new/", {"book": cast.book.pk, "first_name": "Zoë", "add": "email", **rows})
    assert response.status_code == 400
    assert everything() == before


def test_a_form_with_as_many_rows_as_a_contact_holds_is_shown_with_what_was_typed(cast):
    rows = {f"info-{number}-kind": "custom" for number in range(400)}
    sent = {"book": cast.book.pk, "first_name": "Zoë", "add": "email", **rows, "info-399-value": "the last one"}
    response = signed_in(cast.ann).post("/contacts/new/", sent)
    assert response.status_code == 200
    assert "the last one" in response.text
