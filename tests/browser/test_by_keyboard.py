"""What one does with contacts in a day, by the keyboard alone: no pointer touches the page."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, Group
from contacts.services import act
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POINTED = "addEventListener('pointerdown', () => sessionStorage.setItem('pointed', '1'), true)"
PEOPLE = 60  # more than a page of the list
FAR = 80  # presses of Tab at most


class Keys:
    """A page, and the hands on its keyboard."""

    def __init__(self, page):
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def bar(self, typed, marked, then=""):
        """Choose something in the command bar, or `then` something that may be done with it."""
        self.press("Control+k")
        for words, option in ((typed, marked), (then, then)):
            if words:
                self.type(words)
                expect(self.page.locator("#command-list [aria-selected=true]")).to_contain_text(option)
            if words is typed and then:
                self.press("ArrowRight")
        self.press("Enter")

    def tab_to(self, target, key="Tab"):
        """Go on from stop to stop until the focus is on `target`."""
        expect(target).to_be_visible()
        for _ in range(FAR):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{target} is not reached by {FAR} presses of {key}.")

    def said(self, words):
        """Wait for what the page says about an act."""
        expect(self.page.locator(".toast", has_text=words).last).to_be_visible()

    def has_focus(self, selector):
        """Wait until the focus is there."""
        expect(self.page.locator(selector).first).to_be_focused()

    def to_the_list(self):
        """Open All anew, and go to its first row."""
        self.bar("contacts", "Contacts")
        expect(self.page).to_have_url(re.compile("/contacts/$"))
        expect(self.page.locator("contact-list:defined")).to_be_attached()
        self.press("j")
        self.has_focus(".row-link")


@pytest.fixture
def keys(cast, open_as):
    """Ann at the list of all contacts."""
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        writing.create(
            cast.book, [person(f"P{number:02}", "Same", email=f"p{number}@x.example") for number in range(PEOPLE)]
        )
    page = open_as(cast.ann)
    page.add_init_script(POINTED)
    page.goto("/contacts/")
    yield Keys(page)
    assert page.evaluate("sessionStorage.getItem('pointed')") is None


def test_groups_companies_and_filters(keys):
    page = keys.page
    keys.bar("new group", "New group")
    keys.has_focus("[name=name]")
    keys.type("VIP")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="VIP").first).to_be_visible()
    # All that match, not only those that are shown.
    keys.to_the_list()
    keys.press("Control+a")
    keys.tab_to(page.get_by_label("Select all 60 that match"), "Shift+Tab")
    keys.press("Space")
    expect(page.locator("many-bar output")).to_have_text("60 selected")
    keys.press("l")
    keys.has_focus("#many-dialog input[type=search]")
    keys.type("VIP")
    keys.press("Enter")
    keys.said("60 contacts added to VIP.")
    keys.to_the_list()
    for key in ("x", "Shift+ArrowDown"):
        keys.press(key)
    expect(page.locator("many-bar output")).to_have_text("2 selected")
    keys.bar("set company", "Set company…")
    keys.has_focus("#many-dialog input[type=search]")
    keys.type("Acme")
    keys.press("Enter")
    keys.said("Company of 2 contacts set to Acme.")
    # Filters, each a chip that goes away.
    keys.bar("filter", "Filter")
    for name, field in (("VIP", "group_name"), ("Acme", "company_name")):
        keys.tab_to(page.locator(f"[name={field}]"))
        keys.type(name)
    keys.tab_to(page.get_by_role("button", name="Show", exact=True))
    keys.press("Enter")
    expect(page.locator(".chip-filter")).to_have_text(["VIP", "Acme"])
    expect(page.locator(".row-name")).to_have_text(["P00 Same", "P01 Same"])
    keys.tab_to(page.get_by_role("link", name="Remove the filter Acme"))
    keys.press("Enter")
    expect(page.locator(".chip-filter")).to_have_count(0)
    # Out of the group again; the group renamed, merged, deleted, with nobody lost.
    keys.to_the_list()
    keys.press("x")
    keys.bar("remove from group", "Remove from group…")
    keys.has_focus("#many-dialog input[type=search]")
    keys.type("VIP")
    keys.press("Enter")
    keys.said("P00 Same removed from VIP.")
    keys.bar("vip", "VIP", "Rename")
    keys.has_focus("[name=name]")
    keys.press("Control+a")
    keys.type("Gold")
    keys.press("Enter")
    keys.said("Renamed in 59 contacts.")
    keys.bar("new group", "New group")
    keys.has_focus("[name=name]")
    keys.type("Silver")
    keys.press("Enter")
    keys.said("Silver is ready")
    keys.bar("gold", "Gold", "Merge")
    keys.has_focus("[name=name]")
    keys.type("Silver")
    keys.tab_to(page.get_by_role("button", name="Merge", exact=True))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Silver").first).to_be_visible()
    keys.bar("silver", "Silver", "Delete group")
    expect(page.get_by_role("link", name="Cancel")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    keys.said("Taken out of 59 contacts.")
    assert Contact.objects.filter(trashed_at__isnull=True).count() == PEOPLE
    assert not Contact.objects.filter(memberships__group__in=Group.objects.filter(kind="group")).exists()


def test_menus_cards_export_trash_and_history(keys):
    page = keys.page
    keys.to_the_list()
    # A menu opens, goes by arrows and letters, and gives the focus back.
    keys.press("Shift+F10")
    keys.has_focus("#menu-of-contact [role=menuitem]")
    keys.press("End")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    keys.press("Escape")
    keys.has_focus(".row-link")
    keys.tab_to(page.locator("[data-books] .side-link", has_text="Only Ann"), "Shift+Tab")
    keys.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="New contact book")).to_be_focused()
    keys.press("e")
    keys.press("Enter")
    keys.has_focus("[name=name]")
    # The other order of names, and a selection as a file.
    keys.to_the_list()
    keys.tab_to(page.locator("[data-menu][aria-label=View]"), "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#menu-of-view a:focus")).to_be_visible()
    keys.press("f")
    expect(page.locator("#menu-of-view a:focus")).to_have_text("First name")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("sort=given"))
    expect(page.locator("contact-list:defined")).to_be_attached()
    keys.to_the_list()
    keys.press("x")
    keys.bar("export", "Export")
    expect(page.get_by_role("heading", name="Export the selected contacts")).to_be_visible()
    keys.has_focus("[name=format]:checked")
    with page.expect_download():
        keys.press("Enter")
    # A card is opened, its email copied, itself changed, and the change taken back in its history.
    keys.to_the_list()
    keys.press("Enter")
    expect(page.locator("#card-name")).to_contain_text("P00 Same")
    keys.press("e")
    keys.has_focus("[name=first_name]")
    keys.press("Control+a")
    keys.type("Pia")
    keys.press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Pia Same")
    keys.bar("changes", "Changes")
    expect(page.get_by_role("heading", name="Changes")).to_be_visible()
    keys.tab_to(page.locator(".act-row").first.get_by_role("button", name="Undo"))
    keys.press("Enter")
    keys.said("Undone.")
    assert Contact.objects.filter(first_name="P00").exists()
    # Into the trash, and out of it.
    keys.to_the_list()
    keys.press("#")
    keys.said("P00 Same deleted.")
    keys.bar("trash", "Trash")
    keys.tab_to(page.locator("a.act").first)
    keys.press("Enter")
    keys.tab_to(page.get_by_role("button", name=re.compile("^Restore")).first)
    keys.press("Enter")
    keys.said("1 contact is restored.")
