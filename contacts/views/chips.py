"""The filters of a list as chips, each a link to the same list without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from contacts.views.panel import Panel


class Chip(NamedTuple):
    """A filter: its name, what kind of filter it is (a word of `panel.filters`), and the list without it."""

    name: str
    kind: str
    without: str


def chips(panel: Panel) -> list[Chip]:
    """Return the filters of the panel's list. None for one that has a list of its own, which its title names."""
    named = [
        (panel.book.name if panel.book else "", "book"),
        (panel.group.name if panel.group else "", "group"),
        (panel.company.name if panel.company else "", "company"),
        (_("Starred") if panel.starred else "", "starred"),
        (_("Incomplete") if panel.incomplete else "", "incomplete"),
    ]
    found = [Chip(name, kind, panel.address(panel.filters(**{kind: "", "start": ""}))) for name, kind in named if name]
    return found if len(found) > 1 or panel.incomplete else []
