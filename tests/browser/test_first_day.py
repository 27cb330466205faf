"""The first day from end to end: import, find, edit, undo; a colleague who may view; a stranger who sees nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from contacts.models import Contact
from tests.browser.test_import import DROP
from tests.factories import PASSWORD
from tests.sync.conftest import DATA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def command(capsys, *arguments, **options):
    """Run a management command as the operator does, and return what it printed as JSON."""
    capsys.readouterr()
    call_command(*arguments, json=True, **options)
    return json.loads(capsys.readouterr().out)


def test_a_strangers_first_day(worker, transactional_db, open_as, capsys):
    for name in ("olivia", "vera"):
        role = "owner" if name == "olivia" else "member"
        command(
            capsys, "create_user", f"{name}@first.example",
            password=PASSWORD, name=name.title(), organization="First Day", role=role,
        )  # fmt: skip
    command(capsys, "create_user", "sam@other.example", password=PASSWORD, name="Sam", organization="Elsewhere")
    book = command(
        capsys, "create_book", "Clients", owner="olivia@first.example", share_with=["vera@first.example"], level="view"
    )
    address = f"/books/{book['id']}/"

    def sign_in(email: str):
        page = open_as()
        page.goto(address)
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/books/**")
        return page

    # Olivia drops the file that Google gave her on the window, and watches it arrive.
    page = sign_in("olivia@first.example")
    page.evaluate(DROP, ["google-2024.csv", (DATA / "google-2024.csv").read_text("utf-8")])
    page.get_by_role("button", name="Start import").click()
    expect(page.get_by_role("heading", name="Imported", exact=True)).to_be_visible(timeout=30_000)
    imported = page.url

    # She finds "Żółć" by typing "zolc", edits the card, and undoes the edit.
    page.goto(address)
    page.get_by_role("searchbox").press_sequentially("zolc")
    page.get_by_role("link", name=re.compile("Łukasz Żółć")).click()
    expect(page.get_by_role("heading", name="Łukasz Żółć")).to_be_visible()
    card = page.url
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Last name", exact=True).fill("Nowak")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Łukasz Nowak")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("heading", name="Łukasz Żółć").first).to_be_visible()

    # Vera may view the book: she sees the card, is offered no change, and is refused one.
    viewer = sign_in("vera@first.example")
    viewer.goto(card)
    expect(viewer.get_by_role("heading", name="Łukasz Żółć")).to_be_visible()
    expect(viewer.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    contact = Contact.objects.get(last_name="Żółć")
    assert viewer.goto(f"/contacts/{contact.pk}/edit/").status == 403

    # Sam, of another organization, sees nothing at all.
    stranger = open_as()
    stranger.goto("/accounts/login/")
    stranger.locator("[name=login]").fill("sam@other.example")
    stranger.locator("[name=password]").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in", exact=True).click()
    stranger.wait_for_url("**/contacts/**")
    for hidden in (address, card, imported):
        assert stranger.goto(hidden).status == 404
    stranger.goto("/contacts/?q=zolc")
    expect(stranger.get_by_text("Żółć")).to_have_count(0)

    # Olivia undoes the import.
    page.goto(imported)
    page.get_by_role("button", name="Undo import").click()
    expect(page.locator("#undone")).to_contain_text("60 contacts were taken back.")
    page.goto(address)
    expect(page.get_by_text("Żółć")).to_have_count(0)
