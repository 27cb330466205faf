"""The contact form in a browser: with the keyboard, by drag, and asked once before anything is lost."""

import base64
import re

from playwright.sync_api import expect

from contacts.models import Contact
from contacts.services import document_of
from organizations.models import Organization
from tests.browser.accessibility import WIDE, WINDOW, faults_here
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_lists import add

SIGNATURE = "Ana Prado\nCTO, Acme AB\nana@gmial.com\n+46 70 123 45 67"
PASTE = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""
DROP = """([data, type]) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], "me", { type }));
  for (const name of ["dragenter", "dragover", "drop"])
    document.querySelector(".picture").dispatchEvent(
      new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


def emails(page):
    return page.locator("[data-rows=email] [name$='-value']")


def looks_well(page):
    """The page that is open breaks no rule, light and wide, dark and narrow."""
    assert faults_here(page) == {}
    page.set_viewport_size(WIDE)


def values(page):
    return emails(page).evaluate_all("(fields) => fields.map((field) => field.value)")


def test_a_contact_is_made_with_the_keyboard_and_found_twice(cast, open_as):
    add(cast, "Ana", "Prado", email="ana@gmail.com")
    Organization.objects.filter(pk=cast.organization.pk).update(region="SE")
    page = open_as(cast.ann, **WINDOW)
    page.goto(f"/books/{cast.book.pk}/")
    page.keyboard.press("c")
    expect(page.get_by_label("First name", exact=True)).to_be_focused()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    # What is pasted is offered to be split.
    page.keyboard.type("Mrs ")
    page.evaluate(PASTE, SIGNATURE)
    offer = page.get_by_role("group", name="Split what you pasted into fields?")
    expect(offer).to_contain_text("CTO, Acme AB")
    looks_well(page)
    offer.get_by_role("button", name="Keep as it is").click()
    expect(offer).to_have_count(0)
    page.get_by_label("First name", exact=True).fill("")
    page.evaluate(PASTE, SIGNATURE)
    offer.get_by_role("button", name="Split into fields").press("Enter")
    expect(page.get_by_label("Last name", exact=True)).to_have_value("Prado")
    expect(
        page.get_by_text("070-123 45 67 · Sweden").or_(page.get_by_text("+46 70 123 45 67 · Sweden"))
    ).to_be_visible()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    # A hint that is taken, and then somebody who is there.
    page.get_by_role("button", name="Use gmail.com").press("Enter")
    expect(emails(page).first).to_have_value("ana@gmail.com")
    expect(emails(page).first).to_be_focused()
    page.keyboard.press("Tab")
    same = page.get_by_role("group", name="You may have this person already")
    expect(same).to_contain_text("Looks like Ana Prado (same email), in Clients")
    # Rows: Enter adds, Alt with an arrow moves, and the handle is dragged.
    emails(page).first.press("Enter")
    expect(emails(page)).to_have_count(2)
    page.keyboard.type("second@acme.example")
    page.keyboard.press("Enter")
    page.keyboard.type("third@acme.example")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#status")).to_have_text("Now 2 of 3")
    assert values(page) == ["ana@gmail.com", "third@acme.example", "second@acme.example"]
    expect(emails(page).nth(1)).to_be_focused()
    handle = page.locator("[data-rows=email] [name=up]").nth(2).bounding_box()
    top = page.locator("[data-rows=email] [data-row]").nth(0).bounding_box()
    page.mouse.move(handle["x"] + 10, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 10, handle["y"] - 20, steps=4)
    page.mouse.move(handle["x"] + 10, top["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator("#status")).to_have_text("Now 1 of 3")
    assert values(page) == ["second@acme.example", "ana@gmail.com", "third@acme.example"]
    looks_well(page)
    # Saved from any field: asked once, then made.
    page.locator("[data-rows=email] [name=remove]").first.press("Control+Enter")
    expect(same).to_be_focused()
    same.get_by_role("button", name="Add to it").press("Enter")
    expect(page.get_by_role("heading", name="Edit Ana Prado")).to_be_visible()
    expect(page).to_have_url(re.compile("/edit/"))
    expect(page.locator("contact-form:defined")).to_have_count(1)
    page.get_by_label("Notes").press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Ana Prado")
    document = document_of(Contact.objects.get())
    assert [info.value for info in document.infos] == [
        "ana@gmail.com",
        "second@acme.example",
        "third@acme.example",
        "+46 70 123 45 67",
    ]


def test_unsaved_text_is_asked_about_once_and_pictures_are_dropped(cast, open_as):
    add(cast, "Ben", "Other")
    page = open_as(cast.ann, **WINDOW)
    closing, held = [], []

    def close(dialog):
        closing.append(dialog.type)
        dialog.accept()

    def hold(route):
        held.append(route)

    page.on("dialog", close)
    page.route("**/js/contact_form*", hold)
    page.goto(f"/books/{cast.book.pk}/")
    page.get_by_role("link", name="Create contact").first.click()
    first = page.get_by_label("First name", exact=True)
    question = page.get_by_role("dialog", name="Leave without saving?")
    # What is typed before the form's module has come counts.
    first.fill("Early")
    held[0].continue_()
    page.unroute_all()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    first.press("Escape")
    question.get_by_role("button", name="Keep editing").click()
    # Nothing is typed, nothing is asked.
    first.fill("")
    first.press("Escape")
    expect(page.locator("contact-form")).to_have_count(0)
    page.get_by_role("link", name="Create contact").first.click()
    first.fill("Ana")
    first.fill("")
    page.get_by_role("link", name="Ben Other").click()
    expect(page.locator("#card-name")).to_contain_text("Ben Other")
    page.get_by_role("link", name="Create contact").first.click()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    # A picture dropped on its place is shown, what is none is refused.
    page.evaluate(DROP, [base64.b64encode(b"x").decode(), "text/plain"])
    expect(page.locator("#alert")).to_contain_text("Drop one picture")
    page.evaluate(DROP, [base64.b64encode(picture("AVIF")).decode(), "image/avif"])
    expect(page.locator(".picture img")).to_be_visible()
    for leave in (
        lambda: first.press("Escape"),
        lambda: page.get_by_role("link", name="Ben Other").click(),
        lambda: page.locator(".side-link", has_text="All").first.click(),
        lambda: page.evaluate("history.back()"),
    ):
        leave()
        expect(question).to_be_visible()
        page.keyboard.press("Escape")
        expect(question).to_be_hidden()
        expect(page.locator(".picture img")).to_be_visible()
    first.fill("Ana")
    first.press("Escape")
    question.get_by_role("button", name="Leave without saving").click()
    expect(page.locator("contact-form")).to_have_count(0)
    page.get_by_role("link", name="Create contact").first.click()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    first.fill("Ana")
    page.locator(".side-link", has_text="All").first.click()
    question.get_by_role("button", name="Leave without saving").click()
    expect(page).to_have_url(re.compile("/contacts/$"))
    assert closing == []
    assert not Contact.objects.filter(first_name="Ana").exists()
