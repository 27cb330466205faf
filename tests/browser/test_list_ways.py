"""Ways through a long list: its letters, the menu of what is selected, and what is shown while a card is on its way."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from contacts.services import act
from tests.browser.accessibility import WINDOW, faults_here
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(cast):
    """Sixty people, ten for each of six letters, and one of another script."""
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        everybody = [person("P", f"{letter}{number}") for letter in "ABCDEF" for number in range(10)]
        writing.create(cast.book, [*everybody, person("Ольга", "Юрская")])


def test_letters_lead_down_and_up_the_list_by_mouse_and_by_keys(cast, crowd, open_as):
    page = open_as(cast.ann, **WINDOW)
    page.goto("/contacts/")
    rail = page.get_by_role("navigation", name="Letters")  # a toolbar within, once it is pointed at
    first = page.locator(".row-name").first
    page.locator(".row").last.scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(61)  # the rest came with its reveal
    rail.get_by_role("link", name="Ю").click()
    expect(first).to_have_text("Ольга Юрская")
    expect(page.locator(".row")).to_have_count(1)
    # And up again, from where only later names are.
    rail.get_by_role("link", name="B").click()
    expect(first).to_have_text("P B0")
    expect(page).to_have_url(re.compile(r"/contacts/\?from=b$"))
    assert page.locator("contact-list").evaluate("list => list.scrollTop") == 0
    expect(rail.get_by_role("link", name="B")).to_have_attribute("aria-current", "true")
    assert faults_here(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    # One tab stop, arrows within, Enter goes.
    expect(rail.get_by_role("toolbar", name="Letters").locator("[tabindex='0']")).to_have_count(1)
    rail.get_by_role("link", name="B").focus()
    for key, letter in (("ArrowDown", "C"), ("End", "Ю"), ("Home", "A"), ("ArrowUp", "A"), ("ArrowDown", "B")):
        page.keyboard.press(key)
        expect(rail.get_by_role("link", name=letter)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(first).to_have_text("P F0")
    expect(rail.get_by_role("link", name="F")).to_be_focused()
    page.get_by_role("link", name="Show from the beginning").click()
    expect(first).to_have_text("P A0")
    page.go_back()
    expect(first).to_have_text("P F0")
    expect(rail.get_by_role("link", name="F")).to_have_attribute("aria-current", "true")


def test_a_row_of_several_that_are_selected_has_the_menu_of_all_of_them(cast, crowd, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    rows, menu = page.locator("contact-list .row"), page.get_by_role("menu")
    for at in (0, 1, 2):
        rows.nth(at).get_by_role("checkbox").check(force=True)
    expect(page.locator("many-bar output")).to_have_text("3 selected")
    rows.nth(1).locator(".row-link").click(button="right")
    expect(menu).to_have_accessible_name("3 selected")
    tools = page.locator("many-bar button[name=do]")
    assert menu.get_by_role("menuitem").count() == tools.count() > 4
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    # One that is not among them has its own menu; the selection stays.
    rows.nth(5).locator(".row-link").click(button="right")
    expect(menu.get_by_role("menuitem", name=re.compile("^Edit"))).to_be_visible()
    page.keyboard.press("Escape")
    rows.nth(2).locator(".row-link").focus()
    page.keyboard.press("Shift+F10")
    expect(menu).to_have_accessible_name("3 selected")
    menu.get_by_role("menuitem", name=re.compile("^Star")).press("Enter")
    expect(page.locator(".toast").last).to_contain_text("3 contacts starred.")
    assert Contact.objects.filter(starred=True).count() == 3


@contextmanager
def held(page, pattern):
    """Hold back the answers to what is asked for at `pattern`, until the block ends."""
    waiting = []
    page.route(pattern, lambda route: waiting.append(route))
    yield
    for route in waiting:
        route.continue_()
    page.unroute(pattern)


def at(page, milliseconds):
    """Return what is to be seen of the old card, and whether lines stand for the new one, at a time of their styles."""
    return page.locator("#detail").evaluate(
        """(pane, time) => {
          for (const each of pane.getAnimations({ subtree: true })) {
            each.pause();
            each.currentTime = time;
          }
          const lines = getComputedStyle(pane).backgroundImage.includes("gradient");
          return [getComputedStyle(pane.firstElementChild).opacity, lines];
        }""",
        milliseconds,
    )


def test_lines_stand_for_a_card_only_when_it_is_slow_to_come(cast, crowd, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    pane, rows = page.locator("#detail"), page.locator(".row-link")
    expect(page.locator(".rows[role=grid]")).to_be_visible()
    rows.nth(0).click()
    expect(page.locator("#card-name")).to_contain_text("P A0")
    with held(page, "**/contacts/*-*-*-*-*/"):
        rows.nth(1).click()
        expect(pane).to_have_attribute("data-loading", "")
        expect(pane).to_have_attribute("aria-busy", "true")
        assert at(page, 149) == ["1", False]
        assert at(page, 151) == ["0", True]
    expect(page.locator("#card-name")).to_contain_text("P A1")
    expect(pane).not_to_have_attribute("data-loading", "")
    assert at(page, 151) == ["1", False]


def test_keys_for_the_list_wait_for_what_was_typed(cast, crowd, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    field, first = page.locator("#q"), page.locator(".row-link").first
    field.focus()
    expect(page.locator("search-field:defined")).to_be_attached()
    held = []
    page.route("**/contacts/?q=*", lambda route: held.append(route))
    # The rows that are shown are not those that the keys are for.
    with page.expect_request("**/contacts/?q=*"):
        field.fill("e4")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    expect(field).to_have_value("e4")
    held.pop().continue_()
    expect(page.locator("#card-name")).to_contain_text("P E4")
    with page.expect_request("**/contacts/?q=*"):
        field.fill("e5")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("s")
    expect(field).to_have_value("e5")
    held.pop().continue_()
    expect(page.get_by_role("button", name="Star P E5")).to_have_attribute("aria-pressed", "true")
    # Where there is no list, they are for none, and nothing waits any more.
    with page.expect_request("**/contacts/?q=*"):
        field.fill("e6")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("x")
    expect(field).to_have_value("e6")
    held.pop().fulfill(status=500)
    expect(page.locator(".toast")).to_contain_text("Kith cannot be reached")
    expect(field).to_be_focused()
    expect(page.locator("[name=contact]:checked")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
