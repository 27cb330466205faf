"""The sidebar's lists open in place of the one that is shown, and are what the browser would have opened."""

import re

import pytest
from playwright.sync_api import expect

from contacts.services import create_contact
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_book_opens_in_place_and_everything_follows(cast, open_as):
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Shared"))
    create_contact(by=cast.ann, book=cast.private, document=person("Otto", "Own"))
    page = open_as(cast.ann)
    page.goto("/contacts/")
    expect(page.locator("contact-list [role=row]")).to_have_count(2)
    page.evaluate("window.same = true")
    book = page.locator(f"#sidebar .side-link[href='/books/{cast.private.pk}/']")
    book.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/books/{cast.private.pk}/$"))
    expect(page.locator("contact-list [role=row]")).to_have_count(1)
    expect(page.locator("#list h2").first).to_have_text(cast.private.name)
    expect(page).to_have_title(re.compile(cast.private.name))
    expect(book).to_have_attribute("aria-current", "true")
    expect(page.locator("#sidebar [aria-current]")).to_have_count(1)
    expect(book).to_be_focused()
    expect(page.locator("#status")).to_have_text("1 contact")
    expect(page.locator("a.create")).to_have_attribute("href", f"/contacts/new/?book={cast.private.pk}")
    expect(page.locator(".file-drop form")).to_have_attribute("action", f"/books/{cast.private.pk}/import/")
    expect(page.locator(".file-drop")).to_have_count(1)
    page.locator("#q").fill("shared")
    expect(page.locator("contact-list .row")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/contacts/$"))
    expect(page.locator("contact-list [role=row]")).to_have_count(2)
    expect(page.locator("#sidebar [aria-current]")).to_have_attribute("href", "/contacts/")
    assert page.evaluate("window.same")


def test_a_list_that_is_gone_and_a_form_that_is_open_are_left_to_the_browser(cast, open_as):
    book = cast.private
    page = open_as(cast.ann)
    page.goto("/contacts/new/")
    page.evaluate("window.same = true")
    page.locator(f"#sidebar .side-link[href='/books/{book.pk}/']").click()
    expect(page.locator("#list h2").first).to_have_text(book.name)
    assert not page.evaluate("window.same")
    type(book).objects.filter(pk=book.pk).delete()
    page.goto("/contacts/")
    gone = f"/books/{'0' * 8}-0000-7000-8000-{'0' * 12}/"
    page.locator("#sidebar .side-link").last.evaluate("(link, gone) => link.setAttribute('href', gone)", gone)
    page.locator(f"#sidebar .side-link[href='{gone}']").click()
    expect(page.locator("h1")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(gone)))
    expect(page.locator("#sidebar")).to_have_count(0)
