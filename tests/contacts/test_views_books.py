"""New, edit and delete contact book."""

import re

from books.models import ContactBook
from tests.contacts.test_views_lists import add, rows, signed_in


def test_a_new_book_belongs_to_who_made_it(cast):
    client = signed_in(cast.vic)
    page = client.get("/books/new/").text
    assert f'name="organization" value="{cast.organization.pk}"' in page
    answer = client.post("/books/new/", {"organization": cast.organization.pk, "name": "  My   people "}, follow=True)
    book = ContactBook.objects.get(name="My people")
    assert (book.owner, book.organization) == (cast.vic, cast.organization)
    assert answer.redirect_chain == [(f"/books/{book.pk}/", 302)]


def test_a_book_needs_a_name_and_an_organization_of_ones_own(cast):
    client = signed_in(cast.vic)
    answer = client.post("/books/new/", {"organization": cast.organization.pk, "name": " "})
    assert answer.status_code == 422
    assert "Give the contact book a name." in answer.text
    count = ContactBook.objects.count()
    assert client.post("/books/new/", {"organization": cast.elsewhere.pk, "name": "x"}).status_code == 404
    assert client.post("/books/new/", {"organization": "nonsense", "name": "x"}).status_code == 404
    assert ContactBook.objects.count() == count


def test_the_owner_renames_a_book_and_takes_it_out_of_search(cast):
    add(cast, "Ana", "Prado")
    client = signed_in(cast.ann)
    assert "Exclude contacts from search results?" in client.get(f"/books/{cast.book.pk}/edit/").text
    sent = {"name": "Friends", "description": "of ours", "exclude_from_search": "on"}
    client.post(f"/books/{cast.book.pk}/edit/", sent)
    book = ContactBook.objects.get(pk=cast.book.pk)
    assert (book.name, book.description, book.exclude_from_search) == ("Friends", "of ours", True)
    assert rows(client.get("/contacts/?q=ana")) == []
    assert rows(client.get(f"/books/{book.pk}/?q=ana")) == ["Ana Prado"]


def test_who_only_uses_a_book_neither_renames_nor_deletes_it(cast):
    for act in ("edit", "delete"):
        address = f"/books/{cast.book.pk}/{act}/"
        for user, status in ((cast.ben, 403), (cast.vic, 403), (cast.sam, 404)):
            assert signed_in(user).get(address).status_code == status
            assert signed_in(user).post(address, {"name": "Mine"}).status_code == status
    book = ContactBook.objects.get(pk=cast.book.pk)
    assert (book.name, book.deleted_at) == ("Clients", None)


def test_a_deleted_book_vanishes_with_its_contacts_and_comes_back(cast):
    add(cast, "Ana", "Prado")
    client = signed_in(cast.ann)
    assert "1 contact" in client.get(f"/books/{cast.book.pk}/delete/").text
    answer = client.post(f"/books/{cast.book.pk}/delete/", follow=True)
    assert rows(answer) == []
    for user in (cast.ann, cast.vic):
        assert signed_in(user).get(f"/books/{cast.book.pk}/").status_code == 404
    undo = re.search(r'action="(/changes/[^"]+/undo/)"', answer.text)[1]
    assert rows(client.post(undo, {"next": "/contacts/"}, follow=True)) == ["Ana Prado"]
    assert rows(signed_in(cast.vic).get("/contacts/")) == ["Ana Prado"]
