"""A book is made and shared in the browser, with JavaScript and without; who sees it is said; the trash gives back."""

import re

import pytest
from playwright.sync_api import expect

from books.access import grants_of
from books.models import ContactBook
from tests.contacts.test_views_lists import add


@pytest.mark.parametrize("with_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_book_is_shared_deleted_and_brought_back(open_as, cast, with_scripts):
    page = open_as(cast.ann, java_script_enabled=with_scripts)
    page.goto("/books/new/")
    expect(page.get_by_text("Share with entire organization")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Vendors")).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Vendors")
    page.get_by_label("Share this contact book with others?").check()
    page.get_by_label(re.compile("^Sales")).check()
    page.get_by_label("What Sales may do").select_option("view")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("2 people gain access to 0 contacts.")).to_be_visible()
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page).to_have_url(re.compile(r"/books/[0-9a-f-]{36}/$"))
    book = ContactBook.objects.get(name="Vendors")
    assert {str(to): level.name for to, level in grants_of(book).items()} == {"Sales": "VIEW"}
    add(cast, "Ana", "Prado", book=book)
    page.goto(f"/books/{book.pk}/access/")
    expect(page.get_by_text("3 people can see its contacts")).to_be_visible()
    page.goto(f"/books/{book.pk}/delete/")
    page.get_by_role("button", name="Delete contact book").click()
    page.goto("/trash/")
    page.get_by_role("link", name=re.compile("Vendors with 1 contact")).click()
    page.get_by_role("button", name="Restore all").click()
    expect(page.get_by_text("Restored.", exact=True)).to_be_visible()
    page.goto("/changes/")
    expect(page.get_by_text("restored the contact book Vendors")).to_be_visible()
