"""The admins' site in a browser under the strict policy; test_people_and_sharing tells what it does without scripts."""

import pytest
from playwright.sync_api import expect

from books.models import ContactBook
from organizations.models import OrganizationMembership, Role, Team
from organizations.sharing import Level
from tests.browser.accessibility import NARROW, WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = (
    "organizations/organizationmembership",
    "organizations/team",
    "organizations/invitation",
    "organizations/auditentry",
    "books/contactbook",
)


def test_no_page_breaks_the_policy_and_each_fits_a_phone(cast, open_as):
    """The console's complaints, those of the policy among them, fail the test when it ends."""
    page = open_as(cast.ada)
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Admin site", level=1)).to_be_visible()
    for each in LISTS:
        page.goto(f"/admin/{each}/")
        fits_a_phone(page, "#changelist")
        links = page.locator("#result_list tbody th a")
        if links.count():
            path = links.first.get_attribute("href").partition("?")[0]
            page.goto(path)
            views = ("history", "delete") if page.locator(".deletelink").count() else ("history",)
            fits_a_phone(page, "#content")
            for view in views:
                page.goto(path.replace("/change/", f"/{view}/"))
                fits_a_phone(page, "#content")
    for each in ("team", "invitation"):
        page.goto(f"/admin/organizations/{each}/add/")
        fits_a_phone(page, "input[name=_save]")


def fits_a_phone(page, part):
    """Look at the page that is open, wide and as narrow as a phone."""
    expect(page.locator(part)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#header')).display") == "flex"
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], page.url
    page.set_viewport_size(WIDE)


def test_an_admin_runs_the_organization(cast, open_as):
    page = open_as(cast.ada)
    page.goto("/organization/people/")
    page.get_by_role("link", name="Admin site").click()
    page.locator("#content").get_by_role("link", name="Teams", exact=True).click()
    page.get_by_role("link", name="Add team").click()
    page.get_by_label("Name of the team").fill("Support")
    page.get_by_label("Add people").fill(cast.vic.email)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert list(Team.objects.get(title="Support").user_set.all()) == [cast.vic]

    page.goto("/admin/books/contactbook/")
    page.get_by_role("link", name="Clients").click()
    page.get_by_label("Support").select_option("view")
    page.get_by_label(cast.ben.name).select_option("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 person loses access.")).to_be_visible()
    assert ContactBook.objects.for_user(cast.ben, at_least=Level.EDIT).filter(pk=cast.book.pk).exists()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert not ContactBook.objects.for_user(cast.ben).filter(pk=cast.book.pk).exists()
    assert ContactBook.objects.for_user(cast.vic).filter(pk=cast.book.pk).exists()

    page.goto("/admin/organizations/organizationmembership/?q=vic")
    page.locator("#result_list").get_by_role("link", name="Vic Viewer").click()
    page.get_by_label("Role").select_option("admin")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert OrganizationMembership.objects.get(user=cast.vic).role == Role.ADMIN
    page.locator("#result_list").get_by_role("link", name="Vic Viewer").click()
    page.get_by_role("link", name="History").or_(page.get_by_role("button", name="History")).click()
    expect(page.get_by_text("Role changed")).to_be_visible()

    page.goto("/admin/organizations/organizationmembership/?q=ben")
    page.locator("#result_list").get_by_role("link", name="Ben Editor").click()
    page.get_by_role("button", name="Delete").or_(page.get_by_role("link", name="Delete")).click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
    assert not OrganizationMembership.objects.filter(user=cast.ben).exists()
