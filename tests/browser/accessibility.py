"""What axe finds on a page, light and wide, then dark and narrow, by opening it once."""

from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
#: What a theme and a size change; the rest is the same page.
LOOKS = {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}

RUN = "(rules) => axe.run({ ...rules, resultTypes: ['violations'] }).then((found) => found.violations)"

#: What a window is opened with for this: axe brings styles, which the policy would not let in.
WINDOW = {"bypass_csp": True, "reduced_motion": "reduce"}
#: Colours on their way from one theme to the other are in neither. They are brought to their end, not waited for: what
#: `content-visibility` leaves undrawn never gets there by itself.
SETTLED = """async (scheme) => {
  const frame = () => new Promise(requestAnimationFrame);
  while (!matchMedia(`(prefers-color-scheme: ${scheme})`).matches) await frame();
  for (let more = 0; more < 2; more++) await frame();
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
}"""


def faults(page, *addresses):
    """Open each address; return the rules broken, each with the first elements that break it, and what is too wide."""
    found = {}
    for address in addresses:
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        page.goto(address)
        assert urlsplit(page.url).path == address.partition("?")[0]
        found |= faults_here(page)
    return found


def faults_here(page):
    """Return the same of the page that is open."""
    found = {}
    for size, scheme, rules in ((WIDE, "light", RULES), (NARROW, "dark", LOOKS)):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLED, scheme)
        where = f"{urlsplit(page.url).path} {scheme}"
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{where}: scrolls sideways"] = []
        for rule in broken_rules(page, rules):
            found[f"{where}: {rule['id']}"] = [node["html"][:200] for node in rule["nodes"][:3]]
    return found


def broken_rules(page, rules):
    """Return the rules that the page breaks as it is now, as axe tells them.

    axe is half a megabyte, so a page gets it once, however often it is looked at; and what it finds in order, many
    times as much, stays in the browser.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, rules)
