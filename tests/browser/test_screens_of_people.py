"""Every page about people, rights and what was done is fit for everybody: light and dark, wide and narrow."""

import pytest
from playwright.sync_api import expect

from contacts.models import ChangeSet, Contact
from contacts.services import delete_book, trash_contacts
from organizations.models import OrganizationMembership, Role, Team
from organizations.services import invitations
from tests.browser.accessibility import WIDE, WINDOW, faults, faults_here
from tests.browser.story import newest_link
from tests.contacts.test_views_lists import add
from tests.factories import PASSWORD, make_book, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Maximiliana Hohenstaufen-Donaudampfschifffahrtsgesellschaft"


def test_one_s_own_account(cast, open_as):
    page = open_as(cast.ann, **WINDOW)
    found = faults(
        page,
        "/settings/profile/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/sessions/",
    )
    page.goto("/accounts/2fa/webauthn/add/")
    found |= faults_here(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    found |= faults_here(page)
    assert found == {}


def test_the_organization(no_worker, cast, open_as):
    make_member(cast.organization, LONG, email=f"{'x' * 60}@{'y' * 60}.example")
    invitations.invite(by=cast.ann, organization=cast.organization, email="ida@example.com", role=Role.MEMBER)
    invitation = newest_link("ida@example.com")
    membership = {each.user_id: each.pk for each in OrganizationMembership.objects.all()}
    team = f"/organization/teams/{cast.team.public_id}/"
    page = open_as(cast.ann, **WINDOW)
    found = faults(
        page,
        "/organization/general/",
        "/organization/people/",
        "/organization/teams/",
        team,
        f"{team}delete/",
        "/organization/audit/",
        "/organization/new/",
        f"/organization/people/{membership[cast.ada.pk]}/remove/",
    )
    for person in (page, open_as(**WINDOW)):  # signed in as somebody else, and nobody yet
        person.goto(invitation)
        found |= faults_here(person)
    person.goto("/organization/invitation/wrong/")
    found |= faults_here(person)
    leaver = open_as(cast.ben, **WINDOW)
    found |= faults(leaver, f"/organization/people/{membership[cast.ben.pk]}/remove/")
    assert found == {}


def test_who_sees_a_book_and_what_was_done(cast, open_as):
    add(cast, "Ana", LONG)
    trash_contacts(by=cast.ann, contacts=[Contact.objects.get().pk])
    lost = make_book(cast.ann, cast.organization, f"Old partners of {LONG}")
    add(cast, "Ben", "Other", book=lost)
    delete_book(by=cast.ann, book=lost)
    act = ChangeSet.objects.filter(changes__kind="trash").first()
    book = f"/books/{cast.book.pk}/"
    page = open_as(cast.ann, **WINDOW)
    found = faults(
        page,
        f"{book}access/",
        f"{book}edit/",
        f"{book}hand-over/",
        "/trash/",
        f"/trash/{act.pk}/",
        "/changes/",
        f"/changes/{act.pk}/",
    )
    assert found == {}


def test_open_menus_are_menus_to_everybody(cast, open_as):
    OrganizationMembership.objects.create(organization=cast.elsewhere, user=cast.ann, role=Role.MEMBER)
    page = open_as(cast.ann, **WINDOW)
    page.goto("/contacts/")
    page.get_by_role("button", name="Account of Ann Owner").click()
    menu = page.get_by_role("menu", name="Account of Ann Owner")
    expect(menu.get_by_role("group", name="Theme").get_by_role("menuitemradio")).to_have_count(3)
    here = menu.get_by_role("group", name="Organization").get_by_role("menuitemradio", name="Acme")
    expect(here).to_have_attribute("aria-checked", "true")
    found = faults_here(page)
    page.set_viewport_size(WIDE)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clients: more").click()
    expect(page.get_by_role("menu", name="Clients: more").get_by_role("menuitem").first).to_be_focused()
    assert found | faults_here(page) == {}


def test_a_page_of_another_organization_names_it_and_offers_to_switch(cast, open_as):
    """Without scripts: the navigation, then the person menu, which alone has a switcher."""
    add_to = cast.elsewhere
    OrganizationMembership.objects.create(organization=add_to, user=cast.ann, role=Role.ADMIN)
    everyone = Team.objects.get(organization=add_to, everyone=True)
    page = open_as(cast.ann, java_script_enabled=False)
    page.goto(f"/organization/teams/{everyone.public_id}/")
    nav = page.get_by_role("navigation", name="Settings")
    expect(nav.get_by_text("Elsewhere")).to_be_visible()
    expect(nav.get_by_text("Acme")).to_have_count(0)
    expect(nav.get_by_role("link", name="People")).to_have_count(0)
    nav.get_by_role("button", name="Switch to it").click()
    expect(page.get_by_role("heading", name="Everyone")).to_be_visible()
    expect(nav.get_by_role("link", name="Teams")).to_have_attribute("aria-current", "page")

    page.goto("/contacts/")
    expect(page.locator(".side-organization", has_text="Elsewhere")).to_be_visible()
    assert page.locator("#sidebar select").count() == 0
    page.get_by_role("button", name="Account of Ann Owner").click()
    menu = page.locator("#person-menu")
    expect(menu.get_by_role("link", name="Admin site")).to_be_visible()
    menu.get_by_role("button", name="Acme").click()
    expect(page.locator(".side-link", has_text="Clients")).to_be_visible()

    # A member is not offered the admin site, nor one organization alone a switcher.
    ben = open_as(cast.ben, java_script_enabled=False)
    ben.goto("/contacts/")
    ben.get_by_role("button", name="Account of Ben Editor").click()
    expect(ben.locator("#person-menu").get_by_role("link", name="Settings")).to_be_visible()
    expect(ben.locator("#person-menu").get_by_text("Admin site")).to_have_count(0)
    expect(ben.locator("#person-menu").get_by_role("button", name="Acme")).to_have_count(0)
