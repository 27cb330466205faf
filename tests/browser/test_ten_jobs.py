"""Ten common jobs by the keyboard alone: the keys that docs/keyboard.md tells are pressed, and do what it says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from books.access import grants_of
from contacts.models import Contact
from contacts.services import act, document_of
from tests.contacts.conftest import person
from tests.conventions.project import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROW = re.compile(r"^\| ([A-Z][^|]+) \| ([^|]+) \| (\d+) \|$", re.MULTILINE)
TOKEN = re.compile(r"`([^`]+)`(?: × (\d+))?|“([^”]+)”")
NAMES = {"↓": "ArrowDown", "↑": "ArrowUp", "→": "ArrowRight", "Ctrl": "Control", "K": "k", "Z": "z"}
FILE = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"First Name,Last Name\nJan,Novak\n"}


def table():
    """Return {job: ([(key, text)], presses)} of the table: each a key as Playwright names it, or text that is typed."""
    found = {}
    for job, cells, presses in ROW.findall((ROOT / "docs" / "keyboard.md").read_text("utf-8")):
        steps = []
        for key, times, typed in TOKEN.findall(cells):
            named = "+".join(NAMES.get(part, part) for part in key.split("+")) if len(key) > 1 else NAMES.get(key, key)
            steps += [(named, typed)] * int(times or 1)
        found[job] = (steps, int(presses))
    return found


class Desk:
    """One page, and what is waited for: a person looks before they go on to the next key."""

    def __init__(self, page, cast):
        self.page = page
        self.cast = cast
        self.files = []
        page.on("download", lambda download: self.files.append(download))
        page.on("filechooser", lambda chooser: chooser.set_files(FILE))

    def sees(self, selector, text=None):
        """Wait until something is there, and says `text`."""
        found = self.page.locator(selector)
        expect(found.first).to_be_visible()
        if text:
            expect(found.first).to_contain_text(text)

    def has_focus(self, selector):
        """Wait until the focus is there."""
        expect(self.page.locator(selector).first).to_be_focused()

    def has_file(self):
        """Wait until a file was chosen."""
        expect(self.page.locator("[name=file]")).to_have_js_property("value", r"C:\fakepath\people.csv")

    def said(self, text):
        """Wait for what the page says about an act."""
        expect(self.page.locator(".toast", has_text=text).last).to_be_visible()

    def marked(self, text):
        """Wait until the command bar would do this."""
        expect(self.page.locator("#command-list [aria-selected=true]")).to_contain_text(text)


def zoe():
    return Contact.objects.get(first_name="Zoë")


def found_zoe(desk):
    expect(desk.page.locator("contact-list .row-name")).to_have_text(["Zoë Zimmer"])


def in_form(desk):
    desk.has_focus("[name=first_name]")


def selected(count):
    return lambda desk: expect(desk.page.locator("many-bar output")).to_have_text(f"{count} selected")


def pick(desk):
    desk.has_focus("#many-dialog input[type=search]")


def moved(desk):
    desk.said("3 contacts moved to Only Ann.")
    assert Contact.objects.filter(book=desk.cast.private).count() == 3


def joined(desk):
    desk.said("3 contacts added to Partners.")
    assert Contact.objects.filter(memberships__group__name="Partners").count() == 3


def phoned(desk):
    expect(desk.page.locator("#card-name")).to_contain_text("Zoë Zimmer")
    assert [info.value for info in document_of(zoe()).infos if info.kind == "phone"] == ["+1 202 555 0143"]


def created(desk):
    expect(desk.page.locator("#card-name")).to_contain_text("Ida")
    assert [info.value for info in document_of(Contact.objects.get(first_name="Ida")).infos] == ["ida@x.example"]


def starred(desk):
    expect(desk.page.get_by_role("button", name="Star Zoë Zimmer").first).to_have_attribute("aria-pressed", "true")
    assert zoe().starred


def shared(desk):
    desk.said("Saved.")
    assert [str(to) for to in grants_of(desk.cast.private)] == ["Sales"]


def exported(desk):
    for _ in range(100):
        if desk.files:
            break
        desk.page.wait_for_timeout(100)
    [download] = desk.files
    text = download.path().read_text("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ['"Ana"', '"Ben"']


def imported(desk):
    expect(desk.page.get_by_role("heading", name="Imported", exact=True)).to_be_visible(timeout=30_000)
    assert Contact.objects.filter(last_name="Novak", trashed_at__isnull=True).exists()


def back_again(desk):
    desk.said("Undone")
    assert Contact.objects.filter(trashed_at__isnull=False).count() == 0


#: For each job what is waited for after some of its steps, counted from 1, and what came of it.
WAITS = {
    "Open somebody by name": (
        {1: lambda desk: desk.has_focus("#q"), 2: found_zoe},
        lambda desk: desk.sees("#card-name", "Zoë Zimmer"),
    ),
    "Create a contact with name and email": ({1: in_form}, created),
    "Add a phone to somebody": ({2: found_zoe, 4: in_form}, phoned),
    "Star somebody": ({2: found_zoe}, starred),
    "Move three to another book": ({4: selected(3), 5: pick}, moved),
    "Add three to a group": ({4: selected(3), 5: pick}, joined),
    "Share a book with a team": (
        {
            2: lambda desk: desk.marked("Only Ann"),
            4: lambda desk: desk.marked("Edit contact book"),
            5: lambda desk: desk.has_focus("[name=name]"),
            8: lambda desk: desk.has_focus("#share"),
            9: lambda desk: desk.sees("[name=with]"),
            13: lambda desk: desk.has_focus(".card:has(.confirm-sentence) h1"),
        },
        shared,
    ),
    "Export a group": (
        {
            2: lambda desk: desk.marked("Newsletter"),
            4: lambda desk: desk.marked("Export"),
            5: lambda desk: desk.has_focus("[name=format]:checked"),
        },
        exported,
    ),
    "Import a file": (
        {
            2: lambda desk: desk.marked("Import contacts (CSV)"),
            3: lambda desk: desk.has_focus("[name=file]"),
            4: lambda desk: desk.has_file(),
            6: lambda desk: desk.has_focus("[name=policy]:checked"),
        },
        imported,
    ),
    "Delete somebody and take it back": (
        {1: lambda desk: desk.has_focus(".row-link"), 2: lambda desk: desk.said("deleted.")},
        back_again,
    ),
}


def do(desk, job, steps):
    """Press the keys of a job, and look at what came of it."""
    page = desk.page
    page.goto("/contacts/")
    expect(page.locator("contact-list:defined")).to_be_attached()
    waits, came_of_it = WAITS[job]
    for number, (key, typed) in enumerate(steps, 1):
        if typed:
            page.keyboard.type(typed)
        else:
            page.keyboard.press(key)
        waits.get(number, lambda desk: None)(desk)
    came_of_it(desk)


def test_ten_jobs_take_the_keys_that_the_table_says(worker, cast, open_as):
    jobs = table()
    assert len(jobs) == 10
    assert set(jobs) == set(WAITS)
    for job, (steps, presses) in jobs.items():
        assert presses == sum(not typed for _key, typed in steps), job
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        names = ("Ana Aalto", "Ben Berg", "Cleo Cruz", "Dan Dahl", "Zoë Zimmer")
        writing.create(
            cast.book,
            [
                person(*name.split(), email=f"{number}@x.example", groups=["Newsletter"] if number < 2 else [])
                for number, name in enumerate(names)
            ],
        )
    desk = Desk(open_as(cast.ann), cast)
    for job, (steps, _presses) in jobs.items():
        do(desk, job, steps)
