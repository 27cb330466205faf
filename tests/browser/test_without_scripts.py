"""Everything that people do in a day, in a browser without JavaScript: links and forms alone."""

import re

import pytest
from playwright.sync_api import expect

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from books.access import grants_of
from contacts.models import Contact
from contacts.services.first_day import load_sample_people
from tests.browser.accessibility import WINDOW, faults
from tests.factories import PASSWORD, make_user, personal_book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PEOPLE = "First Name,Last Name,E-mail 1 - Value\nJan,Novák,jan@x.example\nŁucja,Żółć,lucja@x.example\n"


def said(page, words):
    """Read what the page says after an act."""
    expect(page.locator(".toast").last).to_contain_text(words)


def names(page, *expected):
    """Read the list."""
    expect(page.locator("contact-list .row-name")).to_have_text(list(expected))


def test_a_day_without_scripts(worker, cast, open_as):
    page = open_as(java_script_enabled=False)
    page.goto(f"/books/{cast.book.pk}/")
    # Sign in.
    page.get_by_label("Email", exact=True).fill(cast.ann.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**/books/{cast.book.pk}/")
    # Create.
    for first, email in (("Ana", "ana@x.example"), ("Ben", "ben@x.example"), ("Cleo", "cleo@x.example")):
        page.get_by_role("link", name="Create contact").first.click()
        page.get_by_label("First name", exact=True).fill(first)
        page.locator("[data-rows=email] [name$=value]").first.fill(email)
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.locator("#card-name")).to_contain_text(first)
        page.locator(".side-link", has_text="Clients").click()
    # List, search, open.
    names(page, "Ana", "Ben", "Cleo")
    page.get_by_role("searchbox").fill("BEN@x")
    page.get_by_role("searchbox").press("Enter")
    names(page, "Ben")
    page.get_by_role("link", name="Ben").click()
    expect(page.locator("#card-name")).to_contain_text("Ben")
    # Edit.
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Last name", exact=True).fill("Berg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#card-name")).to_contain_text("Ben Berg")
    # Star.
    page.get_by_role("button", name="Star", exact=True).click()
    page.get_by_role("link", name="Starred").click()
    names(page, "Ben Berg")
    # Move.
    page.locator(".row input").check(force=True)
    page.get_by_role("button", name="Move to book…").click()
    page.get_by_role("button", name="Only Ann").click()
    said(page, "Ben Berg moved to Only Ann.")
    page.locator(".side-link", has_text="Only Ann").click()
    names(page, "Ben Berg")
    # Delete, and restore from the trash.
    page.get_by_role("link", name="Ben Berg").click()
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#menu-card").get_by_role("button", name="Delete").click()
    said(page, "Ben Berg deleted.")
    page.get_by_role("link", name="Trash").click()
    page.get_by_role("link", name=re.compile("Ben Berg")).click()
    page.get_by_role("button", name=re.compile("^Restore")).first.click()
    said(page, "1 contact is restored.")
    assert Contact.objects.get(last_name="Berg").book_id == cast.private.pk
    # Share.
    page.locator("[data-books] .side-link", has_text="Only Ann").click()
    page.get_by_role("link", name="Only Ann: more").click()
    page.get_by_role("link", name="Edit contact book").click()
    page.get_by_label("Share this contact book with others?").check()
    page.get_by_label(re.compile("^Sales")).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("2 people gain access to 1 contact.")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "Saved.")
    assert [str(to) for to in grants_of(cast.private)] == ["Sales"]
    # Import, wait for it by reloading, and undo it.
    page.get_by_role("link", name="Only Ann: more").click()
    page.get_by_role("link", name="Import contacts (CSV)").first.click()
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    page.get_by_label("CSV or vCard file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Start import").click()
    arrived = page.get_by_role("heading", name="Imported", exact=True)
    for _ in range(60):
        if arrived.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.goto(f"/books/{cast.private.pk}/")
    names(page, "Ben Berg", "Jan Novák", "Łucja Żółć")
    page.get_by_role("link", name="Changes").click()
    page.locator(".act-row", has_text="an import").get_by_role("button", name="Undo").click()
    page.goto(f"/books/{cast.private.pk}/")
    names(page, "Ben Berg")


def test_a_newcomer_loads_and_removes_sample_people_and_closes_the_checklist(cast, open_as):
    nia = make_user("Nia", newcomer=True)
    cast.organization.memberships.create(user=nia)
    page = open_as(nia, java_script_enabled=False)
    page.goto("/contacts/")
    welcome = page.locator("#detail .welcome")
    expect(welcome.get_by_role("listitem")).to_have_count(3)
    welcome.get_by_role("link", name=re.compile("Google or Microsoft")).click()
    expect(page.get_by_role("link", name="Import into Personal")).to_be_visible()
    page.go_back()
    welcome.get_by_role("button", name="Load sample people").click()
    said(page, "Sample people are in Personal")
    expect(page.locator("contact-list .row")).to_have_count(20)
    card = page.locator("#first-steps")
    expect(card.get_by_text("0 of 5")).to_be_visible()
    card.locator("summary").click()
    expect(card.get_by_role("button", name="Remove the sample people")).to_be_hidden()
    card.locator("summary").click()
    card.get_by_role("button", name="Close the list").click()
    said(page, "The checklist is closed.")
    expect(card).to_have_count(0)
    page.locator("[data-books] .side-link", has_text="Personal").click()
    page.get_by_role("link", name="Personal: more").click()
    page.get_by_role("button", name="Remove the sample people").first.click()
    said(page, "20 sample people removed.")
    expect(page.locator("contact-list .row")).to_have_count(0)
    assert not Contact.objects.filter(book=personal_book(nia, cast.organization), trashed_at__isnull=True).exists()


def test_no_empty_list_has_a_fault_that_axe_finds(cast, open_as):
    nia = make_user("Nia", newcomer=True)
    cast.organization.memberships.create(user=nia)
    page = open_as(nia, **WINDOW)
    found = faults(page, "/contacts/", "/contacts/?q=zzz&starred=1", "/help/moving/", "/trash/", "/changes/")
    load_sample_people(by=nia, book=personal_book(nia, cast.organization))
    assert found | faults(page, "/contacts/") == {}
