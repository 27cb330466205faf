"""The command bar: opened from anywhere by keys, it finds what may be done and whom one knows, and gives the focus
back."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from books.models import ContactBook
from contacts.models import Contact
from contacts.services import create_contact
from organizations.models import User
from tests.browser.accessibility import WINDOW, faults_here
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(cast):
    create_contact(by=cast.ann, book=cast.book, document=person("Bo", "Berg", email="bo@x.example"))
    return create_contact(
        by=cast.ann, book=cast.book, document=person("Ana", "Prado", email="ana@x.example", company="Acme Ltd")
    )


def bar(page):
    return page.get_by_role("dialog", name="Command bar")


def opened(page, keys="Control+k"):
    page.keyboard.press(keys)
    expect(bar(page)).to_be_visible()
    expect(bar(page).get_by_role("option").first).to_be_visible()
    return bar(page)


def listens(page):
    """Wait until a page with a list hears keys: its address shows earlier than anybody sees the page."""
    expect(page.locator(".row-menu").first).to_be_attached()


def marked(page):
    """The option that Enter chooses, as a screen reader follows it."""
    return page.locator("#command-list [aria-selected=true]")


def test_it_finds_pages_people_and_what_may_be_done(cast, ana, open_as):
    page = open_as(cast.ann)
    page.goto("/settings/profile/")
    page.get_by_label("Name", exact=True).focus()
    # From a text field, with what is typed before its module is there.
    page.keyboard.press("Control+k")
    page.keyboard.type("contacts")
    expect(marked(page)).to_have_text("Contacts")
    expect(page.get_by_role("combobox", name="Type a command")).to_be_focused()
    assert page.evaluate(
        "document.activeElement.getAttribute('aria-activedescendant')"
        " === document.querySelector('#command-list [aria-selected=true]').id"
    )
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ann Owner")
    opened(page)
    page.keyboard.type("contacts")
    expect(marked(page)).to_have_text("Contacts")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/contacts/$"))
    listens(page)
    # By letters, by another word for it, by what is not to be found.
    opened(page)
    for typed, found in (("ncb", "New contact book"), ("dark", "Dark theme"), ("log out", "Sign out")):
        page.get_by_role("combobox").fill(typed)
        expect(marked(page)).to_contain_text(found)
    expect(bar(page).get_by_role("status")).to_have_text("1 result")
    page.get_by_role("combobox").fill("qqzz")
    expect(bar(page).get_by_text("Nothing found").first).to_be_visible()
    expect(bar(page).get_by_role("option")).to_have_count(0)
    # A person, as soon as the name is typed, beside the list.
    page.get_by_role("combobox").fill("")
    page.keyboard.type("ana pr")
    page.keyboard.press("Enter")
    expect(page.locator("#card-name")).to_contain_text("Ana Prado")
    # What was opened is offered first, known by its id alone.
    opened(page)
    recent = bar(page).get_by_role("group", name="Recent").get_by_role("option")
    expect(recent.first).to_contain_text("Ana Prado")
    expect(recent.nth(1)).to_contain_text("Contacts")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert str(ana.pk) in kept
    assert "Prado" not in unquote(kept)
    # After the right to see her is gone, it says nothing of her.
    ContactBook.objects.filter(pk=cast.book.pk).update(owner=cast.ben)
    page.goto("/settings/profile/")
    opened(page)
    expect(recent.first).to_contain_text("Contacts")
    expect(bar(page).get_by_text("Prado")).to_have_count(0)


def test_steps_lead_into_what_is_marked_and_back(cast, ana, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    opened(page)
    page.keyboard.type("open contact book")
    expect(marked(page)).to_have_text("Open contact book…")
    page.keyboard.press("Tab")
    expect(page.locator("#command-step")).to_have_text("Open contact book")
    expect(marked(page)).to_have_text("Personal")
    page.keyboard.press("End")
    expect(marked(page)).to_have_text("Only Ann")
    page.keyboard.press("ArrowUp")
    expect(marked(page)).to_have_text("Clients")
    page.keyboard.press("Backspace")
    expect(page.get_by_role("combobox", name="Type a command")).to_have_value("open contact book")
    page.keyboard.press("Enter")
    page.keyboard.type("cli")
    expect(marked(page)).to_have_text("Clients")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/books/{cast.book.pk}/$"))
    listens(page)
    # What may be done with a person that was found.
    opened(page)
    page.keyboard.type("ana")
    expect(marked(page)).to_contain_text("Ana Prado")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#command-step")).to_have_text("Ana Prado")
    page.keyboard.type("move")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Move 1 contact to…")
    page.keyboard.type("Only")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Only Ann")
    assert Contact.objects.get(pk=ana.pk).book_id == cast.private.pk


def test_who_was_signed_out_meanwhile_is_told_so(cast, ana, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.context.clear_cookies()
    page.keyboard.press("Control+k")
    expect(bar(page).locator(".command-none")).to_contain_text("You are signed out.")


def test_the_open_contact_and_the_selection_come_first(cast, ana, open_as):
    page = open_as(cast.ann, **WINDOW)
    page.goto(f"/contacts/{ana.pk}/")
    opened(page)
    here = bar(page).get_by_role("group", name="Ana Prado").get_by_role("option")
    expect(here.filter(has_text="Move to book…").locator("kbd")).to_have_text("m")
    expect(here.filter(has_text="New email")).to_have_attribute("href", "mailto:ana@x.example")
    assert faults_here(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.type("edit")
    expect(marked(page)).to_have_text("Edite")
    page.keyboard.press("Enter")
    expect(page.get_by_label("First name", exact=True)).to_have_value("Ana")
    page.goto("/contacts/")
    page.locator(".row-link").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    opened(page)
    expect(bar(page).get_by_role("group", name="2 selected")).to_be_visible()
    page.keyboard.type("delete")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("2 contacts")
    assert Contact.objects.filter(trashed_at__isnull=True).count() == 0


def test_contacts_are_one_key_away_and_keys_are_ones_own(cast, ana, open_as):
    User.objects.filter(pk=cast.ann.pk).update(own_keys={"move": "v", "create": ""})
    page = open_as(cast.ann)
    page.goto("/settings/profile/")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Control+Shift+Comma")
    expect(page).to_have_url(re.compile("/contacts/$"))
    listens(page)
    page.locator("#q").focus()
    page.keyboard.press("Control+Shift+Comma")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("v")
    expect(page.get_by_role("dialog")).to_contain_text("Move 1 contact to…")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet.locator("div", has=page.get_by_text("Move to book…", exact=True)).locator("kbd")).to_have_text("v")
    page.keyboard.press("Escape")
    # By its button, which is there for whoever has a mouse.
    page.locator(".sidebar .command-button").click()
    expect(bar(page).get_by_role("option").first).to_be_visible()
