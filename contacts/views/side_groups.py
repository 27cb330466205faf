"""The groups and companies of the sidebar, made ready for its template: every page has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from books.shelf import Shelf
from contacts.models import Group, GroupKind
from contacts.seen_groups import SeenGroup, count_members
from contacts.templatetags.contacts import grouped
from contacts.views.lines import CURRENT, safe

#: The folder of addresses of each kind.
FOLDERS = {GroupKind.GROUP: "groups", GroupKind.COMPANY: "companies"}


@dataclass(frozen=True, slots=True)
class GroupSection:
    """The groups, or the companies, that the sidebar has room for."""

    kind: GroupKind
    title: str
    new: str
    all: str
    lines: list[SafeString]
    has_more: bool

    @property
    def place(self) -> str:
        """The name of the page with all of them."""
        return f"all {self.kind}"

    @property
    def folder(self) -> str:
        """The first part of its addresses."""
        return FOLDERS[self.kind]


def with_listed(groups: Sequence[SeenGroup], listed: Group | None, shelf: Shelf) -> list[SeenGroup]:
    """Return the counted groups, and the one whose list is open if it is not among them, counted too: one query
    then."""
    if listed is None or any(group.pk == listed.pk for group in groups):
        return list(groups)
    return [*groups, SeenGroup(listed.pk, listed.name, count_members(shelf, [listed.pk])[listed.pk])]


def section(
    kind: GroupKind,
    shown: Iterable[SeenGroup],
    *,
    has_more: bool,
    listed: Group | None = None,
) -> GroupSection:
    """Return the section that shows these groups of one kind, all of them counted; `listed` is the one that is open."""
    is_company = kind == GroupKind.COMPANY
    open_id = listed.pk if listed else None
    return GroupSection(
        kind=kind,
        title=_("Companies") if is_company else _("Groups"),
        new=_("New company") if is_company else _("New group"),
        all=_("All companies") if is_company else _("All groups"),
        lines=[_line(kind, group, current=group.pk == open_id) for group in shown],
        has_more=has_more,
    )


def _line(kind: GroupKind, group: SeenGroup, *, current: bool) -> SafeString:
    """Return a group or company as a line of the list, with how many it has."""
    return safe(
        f'<li><a class="side-link" href="/{FOLDERS[kind]}/{group.pk}/"{CURRENT if current else ""}><svg>'
        f'<use href="#icon-{kind.value}"/></svg><bdi>{escape(group.name)}</bdi>'
        f'<b class="number">{grouped(group.members.count)}{"+" if group.members.more else ""}</b></a></li>\n'
    )
