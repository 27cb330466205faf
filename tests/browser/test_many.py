"""Many contacts at once as people do it: by pointer, by keyboard, by dragging, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import expect

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from contacts.models import Contact, ContactMembership
from contacts.services import act
from organizations.sharing import Level
from tests.browser.accessibility import WINDOW, faults_here
from tests.contacts.conftest import person
from tests.factories import make_book, share

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = "contact-list .row"


def people(cast, number, book=None, **more):
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        return writing.create(book or cast.book, [person(f"P{each:03}", "Same", **more) for each in range(number)])


def toast(page):
    return page.locator(".toast").last


def box(page, at):
    return page.locator(ROWS).nth(at).get_by_role("checkbox")


def expect_selected(page, names):
    """Wait until just the contacts of these names are selected: a key is answered a moment after it was pressed."""
    expect(page.locator("contact-list .row:has([name=contact]:checked) .row-name")).to_have_text(names)


def in_book(book):
    return Contact.objects.filter(book=book, trashed_at__isnull=True).count()


def test_a_range_is_selected_by_pointer_and_moved_to_a_book_and_back(cast, open_as):
    people(cast, 6)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    expect(page.locator("many-bar")).to_be_hidden()
    page.locator(ROWS).nth(1).hover()
    box(page, 1).click()
    expect(page.locator("many-bar output")).to_have_text("1 selected")
    expect(page.locator(".list-title")).to_be_hidden()
    box(page, 3).click(modifiers=["Shift"])
    expect_selected(page, ["P001 Same", "P002 Same", "P003 Same"])
    expect(page.locator("#status")).to_have_text("3 selected")
    box(page, 2).click()
    expect_selected(page, ["P001 Same", "P003 Same"])
    page.get_by_role("button", name="Move to book…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Move 2 contacts to…")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("only")
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("2 contacts moved to Only Ann.")
    expect(dialog).to_be_hidden()
    assert in_book(cast.private) == 2
    expect(page.locator("many-bar")).to_be_hidden()
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone")
    assert in_book(cast.private) == 0


def test_rows_leave_the_list_that_they_are_not_in_any_more(cast, open_as):
    people(cast, 4)
    page = open_as(cast.ann)
    page.goto(f"/books/{cast.book.pk}/")
    box(page, 0).check(force=True)
    box(page, 1).check(force=True)
    page.get_by_role("button", name="Delete").click()
    expect(toast(page)).to_contain_text("2 contacts deleted.")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#list-count")).to_have_text("2")
    expect(page.locator(".row-link").nth(0)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.press("#")
    expect(page.locator(ROWS)).to_have_count(0)
    expect(page.get_by_text("No one in Clients yet")).to_be_visible()


def test_what_is_done_with_a_selection_is_offered_once_it_can_be_done_in_place(cast, open_as):
    people(cast, 4)
    page = open_as(cast.ann)
    held = []
    page.route("**/js/selection*", lambda route: held.append(route))
    page.goto(f"/books/{cast.book.pk}/")
    expect(page.locator(".row-menu").first).to_be_attached()
    box(page, 0).check(force=True)
    expect(page.locator("many-bar")).to_be_attached()
    expect(page.get_by_role("button", name="Delete")).to_be_hidden()
    held.pop().continue_()
    page.get_by_role("button", name="Delete").click()
    expect(toast(page)).to_contain_text("P000 Same deleted.")
    expect(page.locator(".row-link").nth(0)).to_be_focused()


def test_what_is_typed_before_the_module_of_a_key_has_come_is_done_after_it(cast, open_as):
    people(cast, 3)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    expect(page.locator("many-bar:defined")).to_be_attached()
    held = []
    page.route("**/js/search_field*", lambda route: held.append(route))
    field = page.locator("#q")
    field.press_sequentially("p00")
    expect(page.locator(ROWS)).to_have_count(3)
    page.keyboard.press("Escape")
    page.keyboard.type("p0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(field).to_have_value("p00")
    held.pop().continue_()
    expect(field).to_have_value("p0")
    expect_selected(page, ["P000 Same"])


def test_a_range_goes_on_from_what_was_checked_before_selecting_had_come(cast, open_as):
    people(cast, 4)
    page = open_as(cast.ann)
    held = []
    page.route("**/js/selection*", lambda route: held.append(route))
    with page.expect_request("**/js/selection*"):
        page.goto("/contacts/")
    box(page, 1).check(force=True)
    held.pop().continue_()
    expect(page.locator("many-bar output")).to_have_text("1 selected")
    box(page, 3).click(modifiers=["Shift"], force=True)
    expect_selected(page, ["P001 Same", "P002 Same", "P003 Same"])


@pytest.mark.parametrize("keys", [("x", "j", "x"), ("Space", "ArrowDown", "Space")])
def test_keys_pressed_before_selecting_has_come_are_about_the_rows_where_they_were_pressed(cast, open_as, keys):
    people(cast, 4)
    page = open_as(cast.ann)
    held = []
    page.route("**/js/selection*", lambda route: held.append(route))
    with page.expect_request("**/js/selection*"):
        page.goto("/contacts/")
    page.locator(".row-link").first.focus()
    for key in keys:
        page.keyboard.press(key)
    expect_selected(page, [])
    held.pop().continue_()
    expect_selected(page, ["P000 Same", "P001 Same"])


def test_by_the_keyboard_alone(cast, open_as):
    people(cast, 5)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.locator("#q").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect_selected(page, ["P000 Same"])
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".row-link").nth(2)).to_be_focused()
    expect_selected(page, ["P000 Same", "P001 Same", "P002 Same"])
    page.keyboard.press("Shift+ArrowUp")
    expect_selected(page, ["P000 Same", "P001 Same"])
    page.keyboard.press("Escape")
    expect_selected(page, [])
    page.keyboard.press("Space")
    expect_selected(page, ["P001 Same"])
    page.keyboard.press("l")
    expect(page.get_by_role("combobox", name="Name of the group")).to_be_focused()
    page.keyboard.type("Partners")
    expect(page.get_by_role("option", name="Create “Partners”")).to_be_visible()
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("P001 Same added to Partners.")
    expect(page.locator(".row-link").nth(1)).to_be_focused()
    assert ContactMembership.objects.get().group.name == "Partners"
    # The bar is one tab stop, before the list.
    page.keyboard.press("x")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Clear the selection")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Move to book…")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect_selected(page, [])


def test_keys_are_about_the_row_with_the_focus_when_nothing_is_selected(cast, open_as):
    people(cast, 3)
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.locator(".row-link").nth(1).focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_contain_text("Move 1 contact to…")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("m")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("Only")
    page.keyboard.press("Enter")  # before the answer is there: what was typed is meant
    expect(toast(page)).to_contain_text("P001 Same moved to Only Ann.")
    expect(page.locator(".row-link").nth(1)).to_be_focused()
    page.keyboard.press("Delete")
    expect(toast(page)).to_contain_text("P001 Same deleted.")
    assert not Contact.objects.filter(first_name="P001", trashed_at__isnull=True).exists()


def test_all_that_match_are_done_by_a_job_with_progress(worker, cast, open_as):
    people(cast, 260)
    page = open_as(cast.ann)
    page.goto(f"/books/{cast.book.pk}/")
    page.locator(".row-link").first.focus()
    page.keyboard.press("Control+a")
    expect(page.locator("many-bar output")).to_have_text("50 selected")
    page.get_by_label("Select all 260 that match").check()
    expect(page.locator("many-bar output")).to_have_text("260 selected")
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page).to_have_url(re.compile(r"/contacts/many/[0-9a-f-]+/\?back="))
    expect(page.get_by_role("heading", name="Star contacts")).to_be_visible()
    expect(page.locator("#detail").get_by_text("260 contacts starred.")).to_be_visible(timeout=30_000)
    assert Contact.objects.filter(starred=True).count() == 260
    page.get_by_role("link", name="Back to the list").last.click()
    expect(page).to_have_url(re.compile(f"/books/{cast.book.pk}/$"))


def drag(page, row, target, says):
    """Take a row to a place in the sidebar, where the pointer `says` what would happen, and let it go there."""
    row.hover()
    page.mouse.down()
    link = target.bounding_box()
    page.mouse.move(link["x"] + 60, link["y"] + 10, steps=4)
    page.mouse.move(link["x"] + 62, link["y"] + 12)
    page.wait_for_timeout(50)  # a drag begins a moment after its first moves
    page.mouse.move(link["x"] + 64, link["y"] + 14, steps=3)
    expect(page.locator(".drag-says")).to_have_text(says)
    page.mouse.up()


def test_rows_are_dragged_onto_a_book_or_group_and_refused_in_words(cast, open_as):
    viewed = make_book(cast.vic, cast.organization, "Viewed")
    share(viewed, cast.ann, Level.VIEW)
    people(cast, 4, groups=["VIP"])
    with act(by=cast.ann, organization=cast.organization, label="Other") as writing:
        writing.create(cast.book, [person("Zoë", "Zorn")])
    page = open_as(cast.ann)
    page.goto("/contacts/")

    def side(name):
        return page.locator(".side-link", has_text=name)

    box(page, 0).check(force=True)
    box(page, 1).check(force=True)
    drag(page, page.locator(".row-name").nth(1), side("Viewed"), "You can only view Viewed")
    assert in_book(viewed) == 0
    drag(page, page.locator(".row-name").nth(1), side("Only Ann"), "Move 2 contacts to Only Ann")
    expect(toast(page)).to_contain_text("2 contacts moved to Only Ann.")
    assert in_book(cast.private) == 2
    drag(page, page.locator(".row-name", has_text="Zoë"), side("VIP"), "Add Zoë Zorn to VIP")
    expect(toast(page)).to_contain_text("Zoë Zorn added to VIP.")
    page.goto(f"/books/{cast.private.pk}/")
    drag(page, page.locator(".row-name").first, side("Only Ann"), "They are in Only Ann")
    expect(page.locator(".drag-says")).to_have_count(0)


def test_the_menu_of_a_row_opens_by_right_click_button_and_key(cast, open_as):
    people(cast, 2, email="p@x.example")
    page = open_as(cast.ann, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/contacts/")
    page.locator(".row-link").first.click(button="right")
    menu = page.locator("#menu-of-contact")
    expect(menu.get_by_role("menuitem", name="Move to book…")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".row-link").first).to_be_focused()
    page.locator(ROWS).nth(1).hover()
    page.get_by_role("button", name="P001 Same: more").click()
    menu.get_by_role("menuitem", name="Star").click()
    expect(toast(page)).to_contain_text("P001 Same starred.")
    expect(page.get_by_role("button", name="Star P001 Same")).to_have_attribute("aria-pressed", "true")
    page.locator(".row-link").first.focus()
    page.keyboard.press("Shift+F10")
    menu.get_by_role("menuitem", name="Set company…").click()
    expect(page.get_by_role("combobox", name="Name of the company")).to_be_focused()
    page.keyboard.type("Acme")
    page.get_by_role("option", name="Create “Acme”").click()
    expect(toast(page)).to_contain_text("Company of P000 Same set to Acme.")
    expect(page.locator(".row-second").first).to_contain_text("Acme")
    # The card has the same menu, and shows what it did.
    page.locator(".row-link").first.click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Add to group…").click()
    expect(page.get_by_role("combobox", name="Name of the group")).to_be_focused()
    page.keyboard.type("Friends")
    page.get_by_role("option", name="Create “Friends”").click()
    expect(page.locator(".card-groups")).to_have_text("Friends")
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#menu-card").get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("No contact selected")).to_be_visible()


def test_without_scripts_the_list_is_a_form(cast, open_as):
    people(cast, 3)
    page = open_as(cast.ann, java_script_enabled=False)
    page.goto("/contacts/")
    for at in (0, 2):
        page.locator(f".row:nth-of-type({at + 1}) input").check(force=True)
    page.get_by_role("button", name="Move to book…").click()
    expect(page.get_by_role("heading", name="Move 2 contacts to…")).to_be_visible()
    page.get_by_label("Find a contact book").fill("only")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Only Ann").click()
    expect(toast(page)).to_contain_text("2 contacts moved to Only Ann.")
    page.locator(".row input").first.check(force=True)
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator("many-bar")).to_be_hidden()
    page.locator(".row input").first.check(force=True)
    page.get_by_role("button", name="More to do with them").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("heading", name="Export the selected contacts")).to_be_visible()


def test_a_phone_selects_by_the_avatar(cast, open_as):
    people(cast, 3)
    page = open_as(cast.ann, viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/contacts/")
    place = page.locator(f"{ROWS} .avatar").first.bounding_box()
    page.touchscreen.tap(place["x"] + 18, place["y"] + 18)
    expect(page.locator("many-bar output")).to_have_text("1 selected")
    expect(page.locator("many-bar button").nth(1)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_a_card_that_is_deleted_gives_way_to_the_list(cast, open_as):
    people(cast, 2)
    page = open_as(cast.ann, viewport={"width": 390, "height": 800})
    page.goto(f"/contacts/{Contact.objects.get(first_name='P000').pk}/")
    page.locator("#card-name").click()
    page.keyboard.press("#")
    expect(page.locator(".toast")).to_contain_text("deleted.")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_role("link", name="P001")).to_be_visible()
    expect(page.get_by_text("No contact selected")).to_be_hidden()


def test_each_state_is_free_of_what_axe_finds(cast, open_as):
    people(cast, 60, groups=["VIP"])
    page = open_as(cast.ann, **WINDOW)
    page.goto("/contacts/")
    page.locator(".row-link").first.focus()
    page.keyboard.press("Control+a")
    found = faults_here(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    for key in ("m", "l"):
        page.keyboard.press(key)
        expect(page.get_by_role("combobox")).to_be_focused()
        found |= faults_here(page)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found |= faults_here(page)
    assert found == {}
