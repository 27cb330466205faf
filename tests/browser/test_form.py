"""The contact form in a browser: with the keyboard, by drag, and asked once before anything is lost."""

import base64
import re

from playwright.sync_api import expect

from books.models import ContactBook
from contacts.models import Contact
from contacts.services import document_of
from organizations.models import Organization
from tests.browser.accessibility import WIDE, WINDOW, faults_here
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_lists import add
from tests.factories import PASSWORD

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


def test_a_row_that_is_dragged_by_a_quick_hand_comes_as_far_as_the_hand(cast, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/new/")
    expect(page.locator("contact-form:defined")).to_have_count(1)
    emails(page).first.fill("0@acme.example")
    for number in range(1, 4):
        page.keyboard.press("Enter")
        expect(emails(page)).to_have_count(number + 1)
        page.keyboard.type(f"{number}@acme.example")
    handle = page.locator("[data-rows=email] [name=up]").last
    handle.hover()
    page.mouse.down()
    top = page.locator("[data-rows=email] [data-row]").first.bounding_box()
    # One step, which is all that a busy page hears of many.
    page.mouse.move(top["x"] + top["width"] - 20, top["y"] + 2)
    page.mouse.up()
    expect(page.locator("#status")).to_have_text("Now 1 of 4")
    assert values(page) == [f"{number}@acme.example" for number in (3, 0, 1, 2)]


def test_back_asks_in_a_browser_that_cannot_stop_it(cast, open_as):
    page = open_as(cast.ann)
    page.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined })")
    page.goto(f"/books/{cast.book.pk}/")
    page.get_by_role("link", name="Create contact").first.click()
    expect(page.locator("contact-form:defined")).to_have_count(1)
    first = page.get_by_label("First name", exact=True)
    question = page.get_by_role("dialog", name="Leave without saving?")
    first.fill("Ana")
    for _twice in range(2):
        page.evaluate("history.back()")
        expect(question).to_be_visible()
        expect(page).to_have_url(re.compile("/contacts/new/"))
        question.get_by_role("button", name="Keep editing").click()
        expect(first).to_have_value("Ana")
    page.evaluate("history.back()")
    question.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile(f"/books/{cast.book.pk}/$"))
    expect(page.locator("contact-form")).to_have_count(0)


def test_a_form_whose_contact_was_taken_away_says_so_once_and_keeps_what_was_typed(cast, open_as):
    contact = add(cast, "Ben", "Other")
    page = open_as(cast.ann, **WINDOW)
    page.goto(f"/contacts/{contact.pk}/edit/")
    first = page.get_by_label("First name", exact=True)
    first.fill("Benjamin")
    ContactBook.objects.filter(pk=cast.book.pk).update(owner=cast.ada)
    # Leaving the field asks for hints, the button saves: two requests, and one thing to say.
    held = []
    page.route("**/hints/", lambda route: held.append(route))
    with page.expect_request("**/hints/"):
        page.keyboard.press("Tab")
    with page.expect_response("**/hints/") as hints, page.expect_response("**/edit/") as saved:
        page.get_by_role("button", name="Save", exact=True).click()
        held.pop().continue_()
    assert (hints.value.status, saved.value.status) == (404, 404)
    expect(page.locator("#toasts .toast p")).to_have_count(1)
    expect(page.locator("#toasts .toast p")).to_contain_text("not shared with you")
    expect(first).to_have_value("Benjamin")


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
    expect(page.locator(".toast", has_text="Drop one picture")).to_be_visible()
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


def test_on_a_phone_the_field_says_that_somebody_is_there_and_leads_to_them(cast, open_as):
    add(cast, "Ana", "Prado", email="ana@acme.example")
    page = open_as(cast.ann, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/contacts/new/")
    expect(page.locator("contact-form:defined")).to_have_count(1)
    emails(page).first.fill("ana@acme.example")
    page.keyboard.press("Tab")
    beside = page.get_by_role("link", name="Looks like Ana Prado: see below")
    expect(beside).to_be_in_viewport()
    address = page.url
    beside.click()
    expect(page.get_by_role("group", name="You may have this person already")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="Open Ana Prado")).to_be_focused()
    assert page.url == address  # the way back still leads to the list
    # What is no longer so is no longer said, whichever field changed it.
    page.get_by_label("First name", exact=True).fill("Ana")
    page.get_by_label("Last name", exact=True).fill("Prado")
    page.keyboard.press("Tab")
    expect(page.locator("[data-names]").get_by_role("link", name="Looks like Ana Prado")).to_be_visible()
    expect(page.get_by_role("link", name="Looks like")).to_have_count(1)
    emails(page).first.fill("ana@other.example")
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="You may have this person already")).to_have_count(0)
    expect(page.get_by_role("link", name="Looks like")).to_have_count(0)
    # Where there is room the notice itself is in sight.
    page.set_viewport_size(WIDE)
    emails(page).first.fill("ana@acme.example")
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="You may have this person already")).to_be_in_viewport()
    expect(beside).to_have_count(0)


def test_a_form_sent_twice_at_once_is_sent_once(cast, open_as):
    page = open_as(cast.ann)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    for number, act in enumerate(
        (
            lambda: page.get_by_role("button", name="Create", exact=True).dblclick(),
            lambda: [page.keyboard.press("Control+Enter") for _time in range(3)],
        )
    ):
        page.goto(f"/contacts/new/?book={cast.book.pk}")
        page.get_by_label("First name", exact=True).fill("Ida")
        emails(page).first.fill(f"ida{number}@acme.example")
        page.get_by_label("Notes").focus()
        sent.clear()
        act()
        expect(page.locator("#card-name")).to_contain_text("Ida")
        expect(page.locator(".toast")).to_have_count(1)
        assert len([request for request in sent if "/contacts/new/" in request.url]) == 1


def test_a_form_is_not_sent_again_while_the_page_that_follows_is_on_its_way(cast, open_as):
    page = open_as(cast.ann)
    page.goto(f"/contacts/new/?book={cast.book.pk}")
    page.get_by_label("First name", exact=True).fill("Ida")
    emails(page).first.fill("ida@acme.example")
    sent, held = [], []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.route("**/contacts/*-*/*", lambda route: held.append(route))
    with page.expect_request(lambda request: request.is_navigation_request()):
        page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    held.pop().continue_()
    expect(page.locator("#card-name")).to_contain_text("Ida")
    assert len([request for request in sent if "/contacts/new/" in request.url]) == 1


def test_a_session_that_ended_meanwhile_costs_no_typed_text(cast, open_as):
    page = open_as(cast.ann)
    page.goto(f"/contacts/new/?book={cast.book.pk}")
    page.get_by_label("First name", exact=True).fill("Ida")
    emails(page).first.fill("ida@acme.example")
    page.context.clear_cookies(name="session")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text="You are signed out.")).to_have_count(1)
    expect(emails(page).first).to_have_value("ida@acme.example")
    # Signing in in another window gives tokens anew, which the form learns of when it is sent.
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.locator("[name=login]").fill(cast.ann.email)
    other.locator("[name=password]").fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url("**/contacts/**")
    other.close()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text="Send it again")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Ida")
