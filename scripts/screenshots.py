"""Makes the pictures of the README, `docs/images/*.png`, from a Kith that runs: CONTRIBUTING says how.

    .venv/bin/python scripts/screenshots.py http://localhost:8000/ EMAIL PASSWORD [--open NAME]

The contacts page in light and dark, as wide as a desktop and as narrow as a phone. Needs a Chromium of the system.
"""

import argparse
import io
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SIZES = {1440: 900, 390: 844}  # CSS pixels, width to height
NARROW = 900  # below this the page shows one pane at a time
LARGEST = 300_000  # bytes of one picture
COLOURS = 256


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
            for width, height in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    reduced_motion="reduce",
                    locale="en-GB",
                )
                page = context.new_page()
                _sign_in(page, wanted.address, wanted.email, wanted.password)
                _show(page, wanted.address, wanted.open, narrow=width < NARROW)
                picture = _small(page.screenshot(animations="disabled"))
                context.close()
                target = IMAGES / f"contacts-{theme}-{width}.png"
                if len(picture) > LARGEST:
                    return _fail(
                        f"{target.name} has {len(picture)} bytes; at most {LARGEST} belong into the repository."
                    )
                target.write_bytes(picture)
                sys.stdout.write(f"{target.relative_to(IMAGES.parent.parent)}  {len(picture)} bytes\n")
        browser.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("address", help="where Kith runs, as http://localhost:8000/")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("--open", default="", metavar="NAME", help="the contact whose card is shown; the first one")
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
    page.mouse.move(0, 0)
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
