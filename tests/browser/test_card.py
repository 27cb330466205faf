"""Somebody copies, prints and takes along what stands on a card; the QR code passes axe."""

import re

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from contacts.avatars import store
from contacts.document import altered
from contacts.services import create_contact
from tests.browser.accessibility import WINDOW, faults
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_cards import FULL
from tests.contacts.test_views_lists import add

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(cast):
    document = altered(FULL, avatar=store(ContentFile(picture(size=(300, 300)))))
    return create_contact(by=cast.ann, book=cast.book, document=document)


def choose(page, name):
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=name).click()


def test_a_card_is_copied_printed_and_shown_as_a_code(cast, ana, open_as):
    page = open_as(cast.vic)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = "navigator.clipboard.readText()"
    page.goto(f"/contacts/{ana.pk}/")
    page.get_by_role("button", name="Copy: Customer number").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Copied")
    expect(page.get_by_role("button", name="Copy: Customer number")).to_have_attribute("data-copied", "")
    assert page.evaluate(copied) == "C-1034"
    for item, start in (("Copy name and email", '"Ana Maria Prado PhD" <ana@acme'), ("Copy vCard", "BEGIN:VCARD")):
        page.locator("#status").evaluate("(node) => (node.textContent = '')")
        choose(page, item)
        expect(page.locator("#status")).to_have_text("Copied")
        expect(page.locator(".toast").last).to_contain_text("Copied")
        assert page.evaluate(copied).startswith(start)
    page.evaluate("window.print = () => (document.title = 'printed')")
    choose(page, "Print")
    expect(page).to_have_title("printed")
    choose(page, "Show QR code")
    expect(page.get_by_role("img", name="QR code with the vCard of Ana Maria Prado PhD")).to_be_visible()
    expect(page).to_have_url(re.compile("/qr/$"))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download vCard").click()
    text = waiting.value.path().read_text("utf-8")
    assert text.startswith("BEGIN:VCARD")
    assert "PHOTO;ENCODING=b;TYPE=JPEG:" in text
    page.get_by_role("link", name="Back to the contact").click()
    expect(page.locator("#card-name")).to_contain_text("Dr. Ana Maria Prado, PhD")


def test_what_needs_a_script_is_not_offered_without(cast, ana, open_as):
    page = open_as(cast.vic, java_script_enabled=False)
    page.goto(f"/contacts/{ana.pk}/")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("link", name="Show QR code")).to_be_visible()
    for name in ("Print", "Copy vCard"):
        expect(page.get_by_text(name, exact=True)).to_be_hidden()


def test_a_card_prints_as_one_clean_page(cast, ana, open_as):
    page = open_as(cast.ben, color_scheme="dark")
    page.goto(f"/contacts/{ana.pk}/")
    page.emulate_media(media="print")
    expect(page.locator("#card-name")).to_be_visible()
    expect(page.get_by_text("ana@acme.example").last).to_be_visible()
    for chrome in (".sidebar", ".list-pane", ".card-bar", ".card-quick", ".card-foot", ".copy", "#toasts", ".map-link"):
        for found in page.locator(chrome).all():
            expect(found).to_be_hidden()
    colours = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    assert colours[0] == "rgb(255, 255, 255)"
    assert colours[1] == "rgb(20, 24, 31)"
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_a_list_prints_as_far_as_it_came(cast, open_as):
    for number in range(60):
        add(cast, "Person", f"Number {number:03}", email=f"p{number}@acme.example")
    page = open_as(cast.ben, color_scheme="dark")
    page.goto(f"/books/{cast.book.pk}/")
    page.emulate_media(media="print")
    expect(page.locator(".list-title h2")).to_be_visible()
    expect(page.get_by_text("Person Number 040")).to_be_visible()
    for chrome in (".sidebar", ".detail-pane", ".list-head", ".list-foot", ".many", ".row button", ".row input"):
        for found in page.locator(chrome).all():
            expect(found).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") > 1


def test_the_code_passes_axe(cast, ana, open_as):
    assert faults(open_as(cast.ben, **WINDOW), f"/contacts/{ana.pk}/qr/") == {}
