"""What a page says after an act: messages whose tags tell whether they can be undone and whether they are shown."""

import re

from django import template

register = template.Library()

QUIET = "quiet"
_UNDO = re.compile(r"\bundo:([0-9a-f-]{36})\b")


@register.filter
def undo_of(tags: str) -> str:
    """Return the id of the change-set that a message offers to undo, empty when it offers none."""
    found = _UNDO.search(tags or "")
    return found[1] if found else ""


@register.filter
def is_quiet(tags: str) -> bool:
    """Say whether a message is only announced to screen readers, because the page shows the fact by itself."""
    return QUIET in (tags or "").split()
