"""What a person sees in a real browser: from the event of a key to the frame that shows what it called for."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Error, Page, sync_playwright

from bench.figures import Figures, Result
from bench.place import CannotMeasureError
from bench.subject import Subject

_TIMES: Final = 40
_WARM: Final = 4
#: After so many keys that showed nothing the rest is not waited for.
_GIVEN_UP: Final = 3
_PATIENCE: Final = 10_000.0  # milliseconds
_LOOKS_EVERY: Final = 50.0  # likewise
_BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: In every document: once what `until` selects is there, the second frame from then on is the first that surely shows
#: it; `took` is the time from the key, milliseconds. Kept in the session's storage, since a key may open another page.
_WATCH: Final = """
    const took = () => performance.timeOrigin + performance.now() - sessionStorage.pressed;
    addEventListener("keydown", (event) => {
      if (!sessionStorage.pressed) sessionStorage.pressed = performance.timeOrigin + event.timeStamp;
    }, true);
    const look = () => {
      if (!sessionStorage.until || !document.querySelector(sessionStorage.until)) return;
      delete sessionStorage.until;
      requestAnimationFrame(() => requestAnimationFrame(() => { sessionStorage.took = took(); }));
    };
    new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
    addEventListener("focusin", look);
"""


class NothingShownError(Exception):
    """A key did not show what it was to show."""


def painted(subject: Subject) -> Iterator[Result]:
    """Open cards, books and the command bar by their keys, as who reads everything."""
    reader = subject.readers[0]
    cookies = subject.session(reader).cookies
    with _window(f"http://localhost:{subject.port}", cookies) as page:
        for key, question, acts in (
            ("browser.card", "Enter on a row, until its card is painted", _cards(page)),
            ("browser.book", "Enter on a book, until its list is painted", _books(page)),
            ("browser.bar", "Control K, until the command bar and what it offers are painted", _bar(page)),
        ):
            yield _measured(page, Result(key, question, subject.contacts, reader.name), acts)


def _cards(page: Page) -> Iterator[tuple[str, str]]:
    """Yield (key, what it shows) for one contact of the first page after another, each with the focus."""
    _open(page, "/contacts/")
    rows: Sequence[str] = page.locator("contact-list .row").evaluate_all("rows => rows.map((row) => row.id)")
    for contact in [row.removeprefix("row-") for row in rows]:
        page.focus(f"#row-{contact} .row-link")
        yield "Enter", f'#detail [data-contact="{contact}"] #card-name'


def _books(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the same for one book of the sidebar after another, those with contacts, round and round."""
    _open(page, "/contacts/")
    hrefs: Sequence[str] = page.locator("#sidebar .side-link[href^='/books/']").evaluate_all(
        "links => links.filter((link) => link.querySelector('.number')?.textContent !== '0')"
        ".map((link) => link.getAttribute('href'))"
    )
    for number in range(_TIMES + _WARM if hrefs else 0):
        href = hrefs[number % len(hrefs)]
        page.focus(f'#sidebar .side-link[href="{href}"]')
        yield "Enter", f'body:has(#sidebar .side-link[href="{href}"][aria-current]) contact-list .row'
        page.wait_for_selector("contact-list [role=row]")


def _bar(page: Page) -> Iterator[tuple[str, str]]:
    """Yield the same for the command bar, which is closed again each time."""
    _open(page, "/contacts/")
    page.focus("contact-list .row-link")
    for _time in range(_TIMES + _WARM):
        yield "Control+k", "dialog[open]:has([role=combobox]:focus) [role=option]"
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="hidden")


def _measured(page: Page, result: Result, acts: Iterator[tuple[str, str]]) -> Result:
    """Return the result with the times of all acts but the first ones, which warm up. One that shows nothing is an
    error."""
    times: list[float] = []
    try:
        for number, (key, until) in enumerate(acts):
            if number >= _TIMES + _WARM or result.errors >= _GIVEN_UP:
                break
            try:
                took = _took(page, key, until)
            except NothingShownError:
                result.errors += 1
                result.note = f"{key} showed nothing within {_PATIENCE / 1000:.0f} s"
            else:
                times += [took] if number >= _WARM else []
    except Error as error:
        result.errors += 1
        result.note = error.message.splitlines()[0]
    result.times = Figures.of(times) if times else None
    return result


def _took(page: Page, key: str, until: str) -> float:
    """Press a key and return the milliseconds from its event to the frame that shows what `until` selects."""
    page.evaluate(
        "until => { delete sessionStorage.took; delete sessionStorage.pressed; sessionStorage.until = until; }", until
    )
    page.keyboard.press(key)
    deadline = time.monotonic() + _PATIENCE / 1000
    while time.monotonic() < deadline:
        page.wait_for_timeout(_LOOKS_EVERY)
        if took := _kept(page):
            return took
    raise NothingShownError(key)


def _kept(page: Page) -> float:
    """Return what the page noted, 0 as long as there is nothing, or while one page is followed by another."""
    try:
        return float(page.evaluate("sessionStorage.took ?? 0"))
    except Error:
        return 0.0


def _open(page: Page, address: str) -> None:
    """Open a page of the panel and wait until its list answers keys."""
    page.goto(address)
    page.wait_for_selector("contact-list [role=row]")


@contextmanager
def _window(address: str, cookies: dict[str, str]) -> Iterator[Page]:
    """Yield a page of a browser that has these cookies. Raises `CannotMeasureError` without a browser."""
    executable = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        raise CannotMeasureError("No Chromium was found. Install it: `apt-get install chromium`.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=sandbox)
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(_PATIENCE)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
        context.add_init_script(_WATCH)
        try:
            yield context.new_page()
        finally:
            browser.close()
