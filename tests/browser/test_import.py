"""Somebody imports the file that Google gave them, watches it arrive, finds a person, and undoes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from contacts.models import Contact, ContactMembership
from tests.browser.accessibility import broken_rules
from tests.factories import PASSWORD
from tests.sync.conftest import DATA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """
([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}
"""


def drop(page: Page, place: str, *paths: Path) -> None:
    """Drop files from the disk in the middle of `place`, as a hand does."""
    box = page.locator(place).first.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def number(page: Page, kind: str) -> str:
    return page.locator(f"#count-{kind} .number").inner_text()


def test_a_dropped_google_file_arrives_and_is_undone(worker, cast, open_as):
    page = open_as()
    page.goto(f"/books/{cast.book.pk}/")  # asks to sign in first
    page.locator("[name=login]").fill(cast.ann.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/books/**")
    page.evaluate(DROP, ["google-2024.csv", (DATA / "google-2024.csv").read_text("utf-8")])
    page.wait_for_url("**/imports/**")
    expect(page.locator("#recognised")).to_contain_text("This is taken for Google CSV.")
    expect(page.get_by_role("row", name="Łukasz Żółć")).to_be_visible()
    expect(page.locator(".preview tbody tr")).to_have_count(20)

    page.get_by_role("button", name="Start import").click()
    expect(page.get_by_role("heading", name="Imported", exact=True)).to_be_visible(timeout=30_000)
    assert [number(page, kind) for kind in ("created", "updated", "unchanged", "skipped", "failed")] == [
        "60", "1", "0", "1", "0",
    ]  # fmt: skip
    page.locator("#count-skipped summary").click()
    expect(page.locator("#count-skipped")).to_contain_text("Row 22: This row is empty.")
    page.reload()
    assert number(page, "created") == "60"

    page.goto("/contacts/?q=zolc")
    expect(page.get_by_role("link", name=re.compile("Żółć"))).to_be_visible()
    page.go_back()

    page.get_by_role("button", name="Undo import").click()
    expect(page.locator("#undone")).to_contain_text("60 contacts were taken back.")
    assert not Contact.objects.filter(book=cast.book, trashed_at__isnull=True).exists()


def test_without_javascript_a_file_is_uploaded_corrected_and_imported(worker, cast, open_as):
    page = open_as(cast.ben, java_script_enabled=False)
    page.goto(f"/books/{cast.book.pk}/import/")
    workbook = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"PK\x03\x04xl/workbook.xml"}
    page.get_by_label("CSV or vCard file").set_input_files(workbook)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert").first).to_contain_text("Excel workbook")

    page.get_by_label("CSV or vCard file").set_input_files(DATA / "outlook-desktop-german.csv")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#recognised")).to_contain_text("Outlook export in German")
    expect(page.get_by_role("row", name="Miroslaw Junitz")).to_contain_text("Leiter · Vertrieb · Becker GmbH")
    page.get_by_label("Position").select_option(label="Do not import")
    page.get_by_role("button", name="Update preview").click()
    expect(page.locator("#recognised")).to_contain_text("remembered for files with the same column titles")
    expect(page.get_by_role("row", name="Miroslaw Junitz")).not_to_contain_text("Leiter")
    page.get_by_label(re.compile("^Overwrite")).check()
    page.get_by_role("button", name="Start import").click()
    arrived = page.get_by_role("heading", name="Imported", exact=True)
    for _ in range(60):
        if arrived.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert number(page, "created") == "30"
    titles = ContactMembership.objects.filter(contact__book=cast.book).exclude(title="")
    assert not titles.exists()


def test_a_viewer_is_told_no_and_a_stranger_nothing(cast, open_as):
    address = f"/books/{cast.book.pk}/import/"
    assert open_as(cast.vic).goto(address).status == 403
    assert open_as(cast.sam).goto(address).status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_narrow(cast, open_as, scheme):
    page = open_as(cast.ann, color_scheme=scheme, bypass_csp=True, viewport={"width": 320, "height": 700})
    for address in (f"/books/{cast.book.pk}/import/", "/help/importing/"):
        page.goto(address)
        assert wide(page) <= 320, address
        assert violations(page) == []
    page.goto(f"/books/{cast.book.pk}/import/")
    page.get_by_label("CSV or vCard file").set_input_files(DATA / "google-2024.csv")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#recognised")).to_be_visible()
    assert wide(page) <= 320
    assert violations(page) == []


def wide(page: Page) -> int:
    """Return how wide the page is, in CSS pixels."""
    return page.evaluate("document.documentElement.scrollWidth")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong."""
    found = broken_rules(page, {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def test_a_folder_and_several_files_are_refused_wherever_they_are_dropped(cast, open_as, tmp_path):
    page = open_as(cast.ann)
    (tmp_path / "people").mkdir()
    for address, place in (
        (f"/books/{cast.book.pk}/", "#detail"),
        (f"/books/{cast.book.pk}/import/", "h1"),
        (f"/books/{cast.book.pk}/import/", "[name=file]"),
    ):
        page.goto(address)
        drop(page, "h1, h2", DATA / "google-2024.csv", DATA / "google-2024.csv")
        expect(page.locator(".toast", has_text="Drop one file at a time.")).to_be_visible()
        drop(page, place, tmp_path / "people")
        expect(page.locator(".toast", has_text="This cannot be read")).to_be_visible()
        assert page.url.endswith(address)
    assert page.locator("[name=file]").evaluate("(field) => field.files.length") == 0
    drop(page, "h1", DATA / "google-2024.csv")
    page.wait_for_url("**/imports/**")
    expect(page.locator("#recognised")).to_contain_text("This is taken for Google CSV.")
