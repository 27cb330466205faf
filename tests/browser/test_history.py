"""History by the keyboard, toasts that wait for their reader, and undo by key: in windows that hear of each other."""

import re
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from contacts.models import ChangeSet, Contact
from contacts.services import create_contact, document_of, save_contact
from tests.browser.accessibility import WINDOW, faults_here
from tests.browser.test_live import SOON, open_live, served  # noqa: F401  # the same servers and windows
from tests.contacts.conftest import person
from tests.live.streams import until_everything_is_told

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(cast):
    row = create_contact(
        by=cast.ann, book=cast.book, document=person("Ana", "Prado", nickname="Nina", phone="+46 70 123 45 67")
    )
    return change(cast.ben, row, nickname="Annie", infos=())


def change(by, contact, **fields):
    contact = Contact.objects.get(pk=contact.pk)
    document = replace(document_of(contact), **fields)
    saved = save_contact(by=by, contact=contact, document=document, base_version=contact.version)
    until_everything_is_told()
    return saved


def test_the_tabs_by_keyboard_and_what_was_comes_back(cast, ana, open_live):  # noqa: F811
    page = open_live(cast.ann, f"/contacts/{ana.pk}/", **WINDOW)
    details, history = page.get_by_role("tab", name="Details"), page.get_by_role("tab", name="History")
    expect(details).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Details")).to_contain_text("Annie")
    assert faults_here(page) == {}
    details.focus()
    page.keyboard.press("ArrowRight")
    expect(history).to_be_focused()
    expect(history).to_have_attribute("aria-selected", "false")  # it opens when one says so
    page.keyboard.press("ArrowRight")
    expect(details).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tabpanel", name="History")).to_contain_text("Ben Editor changed it")
    expect(page).to_have_url(re.compile(f"/contacts/{ana.pk}/history/$"))
    expect(history).to_be_focused()
    assert faults_here(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    # What somebody does meanwhile comes in above, and the focus stays where it is.
    page.get_by_role("button", name="Restore Nickname: Nina").focus()
    change(cast.ben, ana, notes="Met in Lund")
    expect(page.locator(".told").first).to_contain_text("Met in Lund", timeout=SOON)
    expect(page.get_by_role("button", name="Restore Nickname: Nina")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Restored Nickname of Ana Prado.")
    expect(page.get_by_role("button", name="Restore Nickname: Nina")).to_have_count(0)
    expect(page.locator(".told").first).to_contain_text("Ann Owner restored Nickname")
    page.get_by_role("link", name=re.compile("^Restore this state")).last.press("Enter")
    expect(page.get_by_role("heading", name="Restore Ana Prado")).to_be_visible()
    expect(page.locator(".differences")).to_contain_text("+46 70 123 45 67")
    assert faults_here(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Restore this state").press("Enter")
    expect(page.locator("#card-name")).to_contain_text("Ana Prado")
    expect(page.locator(".facts").first).to_contain_text("+46 70 123 45 67")
    page.go_back()
    expect(page.locator("#detail")).to_contain_text("there is nothing to restore")
    page.go_back()
    expect(history).to_have_attribute("aria-selected", "true")


def test_toasts_stack_wait_while_one_is_read_and_are_reached_by_a_key(cast, open_live):  # noqa: F811
    for number in range(6):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}", "Same"))
    page = open_live(cast.ann, "/contacts/")
    page.clock.install()
    page.locator(".row-link").first.focus()
    for number in range(5):
        page.keyboard.press("#")
        expect(page.locator(".toast")).to_have_count(number + 1)
    toasts = page.locator(".toast")
    expect(toasts.last).to_contain_text("P4 Same deleted.")
    # At most four are in sight, the newest nearest; the rest scrolls.
    shelf = page.locator("#toasts").bounding_box()
    shown = [box for box in (each.bounding_box() for each in toasts.all()) if box["y"] >= shelf["y"]]
    assert 3 <= len(shown) <= 4
    focused = page.evaluate("document.activeElement.id")
    page.keyboard.press("F6")
    expect(toasts.last.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")  # in place: the others stay
    expect(toasts.last).to_contain_text("Undone.")
    expect(page.locator(".row")).to_have_count(2)
    expect(toasts).to_have_count(5)
    page.clock.run_for(20_000)
    expect(toasts).to_have_count(5)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == focused
    toasts.first.hover()
    page.clock.run_for(20_000)
    expect(toasts).to_have_count(5)
    page.mouse.move(5, 5)
    page.clock.run_for(9_000)
    expect(toasts).to_have_count(0)


def test_undo_by_key_takes_back_my_own_latest_act_and_says_which(cast, ana, open_live):  # noqa: F811
    page = open_live(cast.ann, "/contacts/")
    page.locator(".row-link").focus()
    page.keyboard.press("s")
    star = page.get_by_role("button", name="Star Ana Prado")
    expect(star).to_have_attribute("aria-pressed", "true")
    change(cast.ben, ana, notes="By Ben")
    page.locator("#q").fill("ana")
    page.keyboard.press("Control+z")  # of the text
    expect(page.locator("#q")).to_have_value("")
    assert ChangeSet.objects.filter(undo_of__isnull=False).count() == 0
    page.locator(".row-link").focus()
    page.keyboard.press("Control+z")
    expect(page.locator(".toast").last).to_contain_text("Undid: Changed 1 contact: Ana Prado.")
    expect(page.locator("#status")).to_have_text(re.compile("Undid: Changed 1 contact"))
    expect(star).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".toast").last).to_contain_text("Did again: Changed 1 contact: Ana Prado.")
    expect(star).to_have_attribute("aria-pressed", "true")
    row = Contact.objects.get(pk=ana.pk)
    assert (row.starred, row.notes) == (True, "By Ben")
    # The command bar has both, with their keys.
    page.keyboard.press("Control+k")
    page.keyboard.type("undo my")
    page.get_by_role("option", name=re.compile("Undo my latest change")).click()
    expect(page.locator(".toast").last).to_contain_text("Undid: Changed 1 contact: Ana Prado.")
    expect(star).to_have_attribute("aria-pressed", "false")
    # What is taken back is offered no more, here and in another window.
    other = page.context.new_page()
    other.goto("/contacts/")
    expect(other.locator(".rows[role=grid]")).to_be_visible()  # its scripts are at work
    page.locator(".row-link").focus()
    page.keyboard.press("#")
    offer = page.locator(".toast", has_text="Ana Prado deleted.")
    expect(offer.get_by_role("button", name="Undo")).to_be_visible()
    act = offer.locator("form").get_attribute("action")
    other.locator("#toasts").evaluate(
        """(shelf, act) => {
          const offer = `<form action="${act}"></form><button data-dismiss></button>`;
          shelf.insertAdjacentHTML("beforeend", `<div class="toast"><p>x</p>${offer}</div>`);
          shelf.dispatchEvent(new Event("htmx:afterSwap", { bubbles: true }));
        }""",
        act,
    )
    expect(other.locator(".row")).to_have_count(0, timeout=SOON)
    # It hears of the act before the window where it was done has its answer.
    held = []
    page.route("**/changes/undo/", lambda route: held.append((route, route.fetch())))
    page.locator(".pane-head").first.click()
    page.keyboard.press("Control+z")
    expect(other.locator(".row")).to_have_count(1, timeout=SOON)
    expect(offer).to_have_count(1)
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.locator(".toast").last).to_contain_text("Undid: Deleted 1 contact: Ana Prado.")
    expect(offer).to_have_count(0)
    expect(other.locator(".toast", has_text="x")).to_have_count(0, timeout=SOON)
    other.close()
    # The page of all changes follows, too.
    page.goto("/changes/")
    expect(page.locator(".act-row")).to_have_count(9)
    change(cast.ben, ana, notes="More")
    expect(page.locator(".act-row")).to_have_count(10, timeout=SOON)


def test_after_a_password_changed_elsewhere_the_page_says_so_and_leads_to_signing_in(cast, ana, open_live):  # noqa: F811
    page = open_live(cast.vic, f"/contacts/{ana.pk}/", **WINDOW)
    vic = get_user_model().objects.get(pk=cast.vic.pk)
    vic.set_password("another-long-password")
    vic.save()
    assert Session.objects.exists()
    line = page.locator("live-updates")
    expect(line).to_contain_text("You are signed out.", timeout=10_000)
    assert faults_here(page) == {}
    line.get_by_role("link", name="Sign in").click()
    expect(page).to_have_url(re.compile(rf"/accounts/login/\?next=/contacts/{ana.pk}/$"))
