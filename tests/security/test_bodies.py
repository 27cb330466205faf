"""Ids in the body of a form: what one cannot see does not exist there either, and nothing is written."""

import uuid

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from books.models import ContactBook
from contacts.models import ChangeSet, Contact
from contacts.services import create_contact, document_of, trash_contacts
from organizations.models import Role
from organizations.services import add_member
from sync.imports import services as imports
from tests.contacts.conftest import person
from tests.contacts.test_avatars import picture
from tests.factories import personal_book
from tests.security.conftest import everything, signed_in
from tests.sync.conftest import draft, table


def new(client, book, **more):
    return client.post("/contacts/new/", {"book": book.pk, "first_name": "Dup", "anyway": "1", **more})


def test_the_same_form_after_its_contact_was_deleted_asks_before_it_makes_another(cast):
    client, key = signed_in(cast.ann), str(uuid.uuid4())
    assert new(client, cast.book, form_key=key).status_code == 302
    first = Contact.objects.get()
    assert new(client, cast.book, form_key=key).status_code == 302
    assert Contact.objects.count() == 1
    trash_contacts(by=cast.ann, contacts=[first.pk])
    again = new(client, cast.book, form_key=key)
    assert again.status_code == 422
    assert "deleted since" in again.text
    fresh = again.text.split('name="form_key" value="')[1].split('"')[0]
    assert new(client, cast.book, form_key=fresh).status_code == 302
    assert Contact.objects.filter(trashed_at__isnull=True).count() == 1


def test_the_key_of_somebody_elses_form_says_nothing_and_gives_nothing(cast):
    key = str(uuid.uuid4())
    new(signed_in(cast.ann), cast.book, form_key=key)
    theirs = Contact.objects.get()
    for other, book in ((cast.sam, cast.foreign), (cast.ben, cast.book)):
        response = new(signed_in(other), book, form_key=key)
        assert response.status_code == 302
        assert str(theirs.pk) not in response["Location"]


@pytest.mark.parametrize("who", ["ben", "vic", "ada", "sam"])
def test_a_book_in_the_form_that_one_cannot_see_does_not_exist(cast, who):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    client = signed_in(getattr(cast, who))
    before = everything()
    for hidden in (cast.private.pk, personal_book(cast.ann, cast.organization).pk, uuid.uuid4(), "", "nonsense"):
        assert client.post("/contacts/new/", {"book": hidden, "first_name": "X", "anyway": "1"}).status_code == 404
        sent = {"book": hidden, "first_name": "X", "base_version": "1"}
        assert client.post(f"/contacts/{contact.pk}/edit/", sent).status_code == (403 if who == "vic" else 404)
    assert everything() == before


def test_a_contact_does_not_move_into_another_organization_by_a_form(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Zoë"))
    add_member(organization=cast.elsewhere, user=cast.ann, role=Role.MEMBER, by=None)
    own_elsewhere = ContactBook.objects.get(owner=cast.ann, organization=cast.elsewhere)
    client = signed_in(cast.ann)
    before = everything()
    sent = {"book": own_elsewhere.pk, "first_name": "Zoë", "base_version": "1"}
    assert client.post(f"/contacts/{contact.pk}/edit/", sent).status_code == 404
    assert everything() == before


def test_fields_that_a_form_does_not_have_are_passed_over(cast):
    more = {"avatar": "avatars/../secrets.json", "version": "9", "trashed_at": "2026-01-01", "id": uuid.uuid4()}
    more |= {"organization": cast.elsewhere.pk, "display_name": "Forged", "picture": "avatars/x.webp"}
    response = new(signed_in(cast.ann), cast.book, **more)
    made = Contact.objects.get()
    assert response["Location"] == f"/contacts/{made.pk}/"
    assert (made.avatar, made.version, made.trashed_at, made.display_name) == ("", 1, None, "Dup")
    assert made.organization_id == cast.organization.pk


def token_of(page):
    return page.text.split('name="picture" value="')[1].split('"')[0]


def test_the_picture_in_one_contacts_form_cannot_be_put_into_another(cast):
    """Else erasing the one would take the other's picture, and who lost the right to see it could keep it."""
    client = signed_in(cast.ben)
    upload = SimpleUploadedFile("a.png", picture(), content_type="image/png")
    new(client, cast.book, avatar=upload)
    first = Contact.objects.get()
    assert first.avatar
    token = token_of(client.get(f"/contacts/{first.pk}/edit/"))
    new(client, personal_book(cast.ben, cast.organization), picture=token)
    second = Contact.objects.exclude(pk=first.pk).get()
    assert second.avatar == ""
    third = create_contact(by=cast.ben, book=cast.book, document=person("Third"))
    sent = {"book": cast.book.pk, "first_name": "Third", "base_version": "1", "picture": token}
    client.post(f"/contacts/{third.pk}/edit/", sent)
    assert document_of(Contact.objects.get(pk=third.pk)).avatar == ""
    # Its own form keeps it.
    sent = {"book": cast.book.pk, "first_name": "Kept", "base_version": "1", "picture": token}
    client.post(f"/contacts/{first.pk}/edit/", sent)
    kept = Contact.objects.get(pk=first.pk)
    assert (kept.first_name, kept.avatar) == ("Kept", first.avatar)


def test_a_picture_named_by_a_forged_token_is_none(cast):
    forged = signing.dumps([str(cast.ben.pk), "avatars/../secrets.json"], key="guess", salt="contacts.avatar")
    new(signed_in(cast.ben), cast.book, picture=forged)
    assert Contact.objects.get().avatar == ""


def test_an_import_that_somebody_else_starts_in_between_runs_once(cast, monkeypatch):
    imported = draft(cast.ann, cast.book, table(("Ann", "Smith", "", "", "")))
    real = imports.start

    def twice(**how):
        real(**how)
        return real(**how)

    monkeypatch.setattr(imports, "start", twice)
    response = signed_in(cast.ann).post(f"/imports/{imported.pk}/start/")
    assert response.status_code == 302
    assert ChangeSet.objects.count() == 1


@pytest.mark.parametrize("name", ["\u202egnp.exe", "\x07bell", "a\ufdd0b"])
def test_a_book_is_not_renamed_to_what_misleads(cast, name):
    client = signed_in(cast.ann)
    response = client.post(f"/books/{cast.book.pk}/edit/", {"name": name, "description": name})
    cast.book.refresh_from_db()
    assert response.status_code in {302, 422}
    for text in (cast.book.name, cast.book.description):
        assert not set(text) & {"\u202e", "\x07", "\ufdd0"}
    client.post("/books/new/", {"name": "New", "description": name, "organization": cast.organization.pk})
    for made in ContactBook.objects.filter(name="New"):
        assert not set(made.description) & {"\u202e", "\x07", "\ufdd0"}
