"""Notes as people see them: Markdown rendered without HTML, images or anything that loads or runs."""

from __future__ import annotations

from functools import cache

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

#: Longer notes are shown as plain text: rendering them would hold the page up. So are more deeply nested ones, of
#: which the parser would leave out what is innermost.
LONGEST = 30_000
DEEPEST = 20

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5"}


@cache
def _parser() -> MarkdownIt:
    options = {"html": False, "breaks": True, "linkify": False, "maxNesting": DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"]).disable(["image", "reference"])


def render(source: str) -> SafeString:
    """Return notes as safe HTML. Headings begin below the card's own; links open without telling where from."""
    if len(source) > LONGEST:
        return _plain(source)
    parser = _parser()
    environment: dict[str, object] = {}
    tokens = parser.parse(source, environment)
    if any(token.level >= DEEPEST - 1 for token in tokens):
        return _plain(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = _HEADINGS.get(token.tag, "h6")
    html = parser.renderer.render(tokens, parser.options, environment)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned by nh3 to the tags above


def _plain(source: str) -> SafeString:
    return mark_safe(linebreaks(source, autoescape=True))  # noqa: S308 - escaped by `linebreaks`
