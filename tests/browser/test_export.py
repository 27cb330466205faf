"""Somebody takes a book and a search away as files, with and without scripts; the page of it passes axe."""

import pytest
from playwright.sync_api import expect

from contacts.services import create_contact
from tests.browser.accessibility import WINDOW, faults
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(cast):
    """Two people in the book, one in another."""
    for name in ("Ana", "Bo"):
        create_contact(by=cast.ann, book=cast.book, document=person(name, "Prado", email=f"{name}@example.com"))
    create_contact(by=cast.ann, book=cast.private, document=person("Secret", "Prado"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_book_is_exported_from_its_menu(cast, people, open_as, scripts):
    page = open_as(cast.vic, java_script_enabled=scripts)
    page.goto(f"/books/{cast.book.pk}/actions/")
    page.locator(".actions").get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Export {cast.book.name}")
    expect(page.get_by_text("2 contacts")).to_be_visible()
    page.get_by_role("radio", name="vCard 3.0").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert waiting.value.suggested_filename.endswith(".vcf")
    text = waiting.value.path().read_text("utf-8")
    assert text.count("BEGIN:VCARD") == 2
    assert "Secret" not in text


def test_a_search_is_exported_from_its_list(cast, people, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/?q=ana")
    page.locator(".list-title").get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export what “ana” finds in All")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    lines = waiting.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ['"Ana"']


def test_axe_finds_nothing_on_the_page_of_an_export(cast, people, open_as):
    page = open_as(cast.ann, **WINDOW)
    assert faults(page, f"/books/{cast.book.pk}/export/", "/contacts/export/?q=ana") == {}
