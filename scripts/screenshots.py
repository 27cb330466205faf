"""Makes the pictures of the README, `docs/images/*.png`, from a Kith that runs: CONTRIBUTING says how.

    .venv/bin/python scripts/screenshots.py http://localhost:8000/ EMAIL PASSWORD [--open NAME] [--book NAME]

The contacts page in light and dark, as wide as a desktop and as narrow as a phone; and in light what is done there:
the command bar, many at once, sharing, an import up to its preview. Needs a Chromium of the system, and a person who
owns a shared book. What it opens it leaves as it is, but for the draft of an import, which it discards.
"""

import argparse
import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SIZES = {1440: 900, 390: 844}  # CSS pixels, width to height
NARROW = 900  # below this the page shows one pane at a time
LARGEST = 150_000  # bytes of one picture
COLOURS = 256
#: Made-up people as Google exports them.
FILE = """First Name,Last Name,Organization Name,Organization Title,Labels,E-mail 1 - Label,E-mail 1 - Value,\
Phone 1 - Label,Phone 1 - Value
Adaeze,Nwosu,Blue Lantern Books,Buyer,* myContacts ::: Newsletter,Work,adaeze@bluelantern.example,Mobile,+1 202 555 0120
Bjørn,Aasen,Fjord Paper,Key accounts,* myContacts,Work,bjorn@fjord.example,Work,+1 202 555 0166
Camille,Roux,Atelier Roux,Founder,* myContacts ::: Newsletter,Work,camille@roux.example,,
Δανάη,Γεωργίου,Aegean Travel,Guide,* myContacts,Work,danae@aegean.example,Mobile,+1 202 555 0131
雪,田中,雲システム,Design,* myContacts,Work,yuki@kumo.example,,
Emeka,Obi,Blue Lantern Books,Accounts,* myContacts ::: VIP contacts,Work,emeka@bluelantern.example,,
"""


def main() -> int:
    """Sign in once for each theme and size, take the picture, and say what was written."""
    wanted = _arguments()
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        return _fail("No Chromium was found. Install it: `apt-get install chromium`, or Google Chrome on macOS.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=sandbox)
        for theme in ("light", "dark"):
            for width in SIZES:
                page = _page(browser, theme, width)
                _sign_in(page, wanted.address, wanted.email, wanted.password)
                _show(page, wanted.address, wanted.open, narrow=width < NARROW)
                if not _keep(page, f"contacts-{theme}-{width}"):
                    return 1
                if theme == "light" and width >= NARROW:
                    for name, act in ACTS.items():
                        page.goto(urljoin(wanted.address, "/contacts/"))
                        act(page, wanted)
                        if not _keep(page, name):
                            return 1
                    _discard(page)
                page.context.close()
        browser.close()
    return 0


def _page(browser: Browser, theme: Literal["light", "dark"], width: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=theme,
        reduced_motion="reduce",
        locale="en-GB",
    )
    return context.new_page()


def _keep(page: Page, name: str) -> bool:
    """Write the picture of what is shown; say so, or why not."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)  # pictures and numbers that are fetched when they come into sight
    picture = _small(page.screenshot(animations="disabled"))
    target = IMAGES / f"{name}.png"
    if len(picture) > LARGEST:
        _fail(f"{target.name} has {len(picture)} bytes; at most {LARGEST} belong into the repository.")
        return False
    target.write_bytes(picture)
    sys.stdout.write(f"{target.relative_to(IMAGES.parent.parent)}  {len(picture)} bytes\n")
    return True


def _command_bar(page: Page, wanted: argparse.Namespace) -> None:
    page.locator(".row-link").first.click()
    expect(page.locator("#card-name")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#command-list [role=option]").first).to_be_visible()
    page.keyboard.type("co")
    expect(page.locator("#command-list [aria-selected=true]")).to_be_visible()


def _many(page: Page, wanted: argparse.Namespace) -> None:
    page.keyboard.press("j")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("many-bar output")).to_have_text("4 selected")
    page.keyboard.press("m")
    expect(page.locator("#many-dialog input[type=search]")).to_be_focused()


def _sharing(page: Page, wanted: argparse.Namespace) -> None:
    page.locator("[data-books] .side-link", has_text=wanted.book).first.click()
    page.wait_for_url("**/books/**")
    page.goto(urljoin(page.url, "edit/"))
    expect(page.locator("#sharing")).to_be_visible()


def _import(page: Page, wanted: argparse.Namespace) -> None:
    page.locator("[data-books] .side-link", has_text=wanted.book).first.click()
    page.wait_for_url("**/books/**")
    page.goto(urljoin(page.url, "import/"))
    file: FilePayload = {"name": "contacts.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#recognised")).to_be_visible()


def _discard(page: Page) -> None:
    """Leave no draft behind: the import is what was shown last."""
    page.get_by_role("button", name="Discard").click()
    page.wait_for_url("**/books/**")


#: What is shown besides the list, by the name of its picture. The import comes last.
ACTS: dict[str, Callable[[Page, argparse.Namespace], None]] = {
    "command-bar": _command_bar,
    "many-at-once": _many,
    "sharing": _sharing,
    "import": _import,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("address", help="where Kith runs, as http://localhost:8000/")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("--open", default="", metavar="NAME", help="the contact whose card is shown; the first one")
    parser.add_argument("--book", default="Clients", metavar="NAME", help="the book that is shared and imported into")
    return parser.parse_args()


def _sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(urljoin(address, "/accounts/login/"))
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/contacts/")


def _show(page: Page, address: str, name: str, *, narrow: bool) -> None:
    """Open the list, and beside it a card where there is room for both."""
    page.goto(urljoin(address, "/contacts/"))
    rows = page.locator("contact-list a[href*='/contacts/']")
    row = rows.filter(has_text=name).first if name else rows.first
    expect(row).to_be_visible()
    if not narrow:
        row.click()
        expect(page.locator("#card-name")).to_be_visible()
    page.wait_for_load_state("networkidle")


def _small(picture: bytes) -> bytes:
    """Return the PNG with a palette of its own: a page has few colours."""
    with Image.open(io.BytesIO(picture)) as opened:
        few = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        output = io.BytesIO()
        few.save(output, "PNG", optimize=True)
    return output.getvalue()


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
