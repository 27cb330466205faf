"""The keys of the contacts page: what each does, where they are shut off, and where one comes back to."""

import re

import pytest
from playwright.sync_api import expect

from contacts.keys import KEYS
from contacts.models import ChangeSet, Contact
from contacts.services import act, create_contact
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def people(cast, number):
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        writing.create(cast.book, [person(f"P{each:03}", "Same", email=f"p{each}@x.example") for each in range(number)])


def test_each_key_does_what_the_sheet_says(cast, open_as):
    people(cast, 3)
    page = open_as(cast.ann, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/contacts/")
    page.keyboard.press("j")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Star P000 Same")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("y")
    expect(page.locator("#status")).to_have_text("Copied")
    expect(page.locator(".toast")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "p0@x.example"
    page.keyboard.press("j")
    page.keyboard.press("Shift+Y")
    page.wait_for_function("navigator.clipboard.readText().then((text) => text === 'P001 Same')")
    page.keyboard.press("o")
    expect(page.locator("#card-name")).to_contain_text("P001 Same")
    page.keyboard.press("e")
    expect(page.get_by_label("First name", exact=True)).to_be_visible()
    page.goto("/contacts/")
    page.keyboard.press("c")
    expect(page.get_by_label("First name", exact=True)).to_be_focused()
    page.keyboard.type("cmlsxe#?/")  # in a field they are text
    expect(page.get_by_label("First name", exact=True)).to_have_value("cmlsxe#?/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Contact.objects.filter(trashed_at__isnull=True).count() == 3


def test_a_key_that_is_held_walks_on_and_changes_once(cast, open_as):
    people(cast, 8)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.keyboard.press("j")
    for _time in range(6):
        page.keyboard.down("j")
    page.keyboard.up("j")
    expect(page.locator(".row-link").nth(6)).to_be_focused()
    star = page.get_by_role("button", name="Star P006 Same")
    for _time in range(4):
        page.keyboard.down("s")
    page.keyboard.up("s")
    expect(star).to_have_attribute("aria-pressed", "true")
    # Two acts, of which a slip of the hand takes back the later one.
    page.keyboard.down("Control")
    for _time in range(5):
        page.keyboard.down("z")
    page.keyboard.up("z")
    page.keyboard.up("Control")
    expect(page.locator(".toast").last).to_contain_text("Undid")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)
    assert Contact.objects.for_user(cast.ann).count() == 8
    assert ChangeSet.objects.count() == 3


def test_the_open_card_is_meant_when_no_row_has_the_focus(cast, open_as):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado", email="ana@x.example"))
    page = open_as(cast.ann, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/contacts/{contact.pk}/")
    page.locator("#card-name").focus()
    page.keyboard.press("s")
    expect(page.locator("#card-star-button")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("y")
    page.wait_for_function("navigator.clipboard.readText().then((text) => text === 'ana@x.example')")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_contain_text("Move 1 contact to…")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".row-link")).to_be_focused()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(f"/contacts/{contact.pk}/edit/$"))


def test_the_sheet_tells_all_keys_of_the_table(cast, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    for words in ("Next contact", "Move to book…", "Copy email", "Search", "Step back"):
        expect(sheet.get_by_text(words, exact=True)).to_be_visible()
    assert sheet.locator("dt").all_inner_texts() == [str(key.words) for key in KEYS.values()]
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_keys_of_one_character_are_switched_off_by_who_does_not_want_them(cast, open_as):
    people(cast, 2)
    page = open_as(cast.ann)
    page.goto("/settings/profile/")
    page.get_by_label("Keys of a single character").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/contacts/")
    page.locator(".row-link").first.focus()
    for key in ("#", "x", "s", "j", "c", "?", "m"):
        page.keyboard.press(key)
    expect(page.locator(".row-link").first).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Those of more than one character, and the menu, stay.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".row[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(page.locator(".toast").last).to_contain_text("P001 Same deleted.")


def test_one_comes_back_to_the_row_and_place_that_one_left(cast, open_as):
    people(cast, 140)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    for count in (100, 140):
        page.locator(".more").scroll_into_view_if_needed()
        expect(page.locator(".row")).to_have_count(count)
    row = page.locator(".row-link", has_text="P120")
    row.scroll_into_view_if_needed()
    row.focus()
    page.wait_for_timeout(200)
    top = page.evaluate("document.querySelector('contact-list').scrollTop")
    page.goto("/trash/")
    page.go_back()
    expect(page.locator(".row-link", has_text="P120")).to_be_in_viewport()
    expect(page.locator("contact-list [tabindex='0']")).to_contain_text("P120")
    assert abs(page.evaluate("document.querySelector('contact-list').scrollTop") - top) < 60
    # Who goes there anew begins at its top.
    page.goto("/contacts/")
    expect(page.locator(".row")).to_have_count(50)
    assert page.evaluate("document.querySelector('contact-list').scrollTop") == 0
