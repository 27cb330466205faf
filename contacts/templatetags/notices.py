"""What a page says after an act: messages whose tags tell whether they can be undone and whether they are shown."""

import re

from django import template
from django.template import Context

register = template.Library()

QUIET = "quiet"
_UNDO = re.compile(r"\bundo:([0-9a-f-]{36})\b")
_UNDID = re.compile(r"\bundid:([0-9a-f-]{36})\b")


@register.filter
def undo_of(tags: str) -> str:
    """Return the id of the change-set that a message offers to undo, empty when it offers none."""
    found = _UNDO.search(tags or "")
    return found[1] if found else ""


@register.filter
def undid_of(tags: str) -> str:
    """Return the id of the change-set that a message says was undone, empty when it says nothing of the kind."""
    found = _UNDID.search(tags or "")
    return found[1] if found else ""


@register.filter
def is_quiet(tags: str) -> bool:
    """Say whether a message is only announced to screen readers, because the page shows the fact by itself."""
    return QUIET in (tags or "").split()


@register.simple_tag(takes_context=True)
def page_address(context: Context) -> str:
    """Return the address of the page that somebody is on, also for a piece of it that an act brought."""
    request = context["request"]
    htmx = getattr(request, "htmx", None)
    return (htmx and htmx.current_url_abs_path) or str(request.get_full_path())
