"""Groups and companies as people use them: pickers by keyboard, menus, filters and the back button, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, Group
from contacts.services import create_contact, document_of
from tests.browser.accessibility import WINDOW, faults, faults_here
from tests.contacts.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def add(cast, *args, **more):
    return create_contact(by=cast.ann, book=cast.book, document=person(*args, **more))


def test_a_company_is_picked_and_another_made_by_keyboard_alone(cast, open_as):
    add(cast, "Ben", "Other", company="Acme")
    add(cast, "Cleo", "Other", company="The Acme Works")
    page = open_as(cast.ann)
    page.goto("/contacts/new/")
    page.get_by_label("First name", exact=True).fill("Ana")
    field = page.get_by_role("combobox", name="Company")
    field.press("ArrowDown")
    expect(page.locator(".combo-list:visible > li")).to_have_text(["Acme", "The Acme Works"])
    field.press("Escape")
    expect(page.locator(".combo-list:visible")).to_have_count(0)
    page.keyboard.type("ac")
    expect(page.locator(".combo-list:visible > li")).to_have_text(["Acme", "The Acme Works", "Create “ac”"])
    expect(page.locator("#status")).to_have_text("2 names")
    for key, chosen in (
        ("ArrowDown", "Acme"),
        ("ArrowUp", None),
        ("ArrowUp", "Create “ac”"),
        ("ArrowUp", "The Acme Works"),
    ):
        page.keyboard.press(key)
        active = field.get_attribute("aria-activedescendant")
        assert (page.locator(f"#{active}").inner_text() if active else None) == chosen
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(field).to_have_value("The Acme Works")
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    page.keyboard.type("New Firm")
    page.get_by_role("option", name="Create “New Firm”").click()
    expect(field).to_be_focused()
    page.get_by_role("button", name="Add group").click()
    page.keyboard.type("VIP")
    expect(page.locator(".combo-list:visible > li")).to_have_text(["Create “VIP”"])
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Create anyway").first.click()
    expect(page.locator("#card-name")).to_contain_text("Ana")
    names = [each.name for each in document_of(Contact.objects.get(first_name="Ana")).memberships]
    assert names == ["New Firm", "VIP"]


def test_the_menu_of_a_group_leads_to_its_forms_and_what_they_did_is_undone(cast, open_as):
    for name in ("Ana", "Ben"):
        add(cast, name, groups=["VIP"])
    page = open_as(cast.ben)
    page.goto("/contacts/")
    group = page.locator("#side-groups .side-link", has_text="VIP")
    expect(group.locator(".number")).to_have_text("2")
    group.click(button="right")
    menu = page.locator("#menu-of-group")
    expect(menu.get_by_role("menuitem")).to_have_text(["Rename", "Merge", "Export", "New group", "Delete group"])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Gold")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Renamed in 2 contacts.")
    expect(page.get_by_role("heading", name="Gold").last).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("Undone: 2 contacts.")
    page.goto("/contacts/")
    expect(group).to_be_visible()


def test_filters_are_chosen_taken_away_and_come_back_with_the_back_button(cast, open_as):
    add(cast, "Both", groups=["VIP"], company="Acme")
    add(cast, "Friend", groups=["VIP"])
    page = open_as(cast.vic)
    page.goto("/contacts/")
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_role("combobox", name="Group").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Group")).to_have_value("VIP")
    page.get_by_role("combobox", name="Company").fill("acme")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".row-name")).to_have_text(["Both"])
    expect(page.locator(".chip-filter")).to_have_text(["VIP", "Acme"])
    page.get_by_role("link", name="Remove the filter Acme").click()
    expect(page.locator(".row-name")).to_have_text(["Both", "Friend"])
    expect(page).to_have_url(re.compile(f"/groups/{Group.objects.get(kind='group').pk}/$"))
    page.go_back()
    expect(page.locator(".chip-filter")).to_have_text(["VIP", "Acme"])
    expect(page.locator(".row-name")).to_have_text(["Both"])
    page.go_forward()
    expect(page.locator(".row-name")).to_have_count(2)


def test_without_scripts_a_group_is_made_filled_renamed_filtered_by_and_deleted(cast, open_as):
    add(cast, "Ana")
    page = open_as(cast.ann, java_script_enabled=False)
    page.goto("/contacts/")
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Name", exact=True).fill("VIP")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("body")).to_contain_text("VIP is ready: put contacts into it.")
    page.goto(f"/contacts/{Contact.objects.get().pk}/edit/")
    field = page.locator("[name^='membership-'][name$='-name'][list='known-group']").first
    field.fill("VIP")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="VIP", exact=True).first.click()
    page.get_by_role("link", name="Rename").first.click()
    page.get_by_label("Name", exact=True).fill("Gold")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator("body")).to_contain_text("Renamed in 1 contact.")
    page.get_by_role("link", name="Filter", exact=True).click()
    page.get_by_label("Incomplete").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".row-name")).to_have_text(["Ana"])
    expect(page.locator(".chip-filter")).to_have_text(["Gold", "Incomplete"])
    page.get_by_role("link", name="Clear", exact=True).click()
    page.goto(f"/groups/{Group.objects.get(name='Gold').pk}/delete/")
    page.get_by_role("button", name="Delete group").click()
    expect(page.locator("body")).to_contain_text("Taken out of 1 contact.")
    assert Contact.objects.for_user(cast.ann).count() == 1


def test_no_page_or_state_of_groups_has_a_fault_that_axe_finds(cast, open_as):
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft & Söhne (Österreich)"
    for number in range(16):
        add(cast, f"P{number}", groups=[f"Group {number}"], company=long, email=f"p@d{number}.example")
    group, company = Group.objects.get(name="Group 3"), Group.objects.get(kind="company")
    page = open_as(cast.ann, **WINDOW)
    found = faults(
        page,
        "/groups/",
        "/companies/?name=zzz",
        f"/companies/{company.pk}/",
        f"/groups/{company.pk}/about/",
        f"/groups/{group.pk}/merge/",
        f"/groups/{group.pk}/delete/",
        f"/contacts/filter/?group={group.pk}&company={company.pk}&starred=1",
    )
    page.goto("/contacts/new/")
    page.get_by_role("combobox", name="Company").fill("do")
    expect(page.locator(".combo-list:visible > li")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    assert found | faults_here(page) == {}
