"""The groups and companies of the sidebar, made ready for its template: every page has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contacts.models import Group, GroupKind
from contacts.seen_groups import Members, SeenGroup
from contacts.templatetags.contacts import grouped
from contacts.views.lines import escaped, safe

#: The folder of addresses of each kind.
FOLDERS = {GroupKind.GROUP: "groups", GroupKind.COMPANY: "companies"}


class GroupLine(TypedDict):
    """A group or company as a row, everything in it escaped already. `members`: how many it has, in words."""

    id: SafeString
    href: SafeString
    name: SafeString
    members: SafeString
    current: bool


@dataclass(frozen=True, slots=True)
class GroupSection:
    """The groups, or the companies, that the sidebar has room for."""

    kind: GroupKind
    title: str
    new: str
    all: str
    lines: list[GroupLine]
    has_more: bool

    @property
    def place(self) -> str:
        """The name of the page with all of them."""
        return f"all {self.kind}"

    @property
    def folder(self) -> str:
        """The first part of its addresses."""
        return FOLDERS[self.kind]


def with_listed(groups: Sequence[SeenGroup], listed: Group | None) -> list[SeenGroup]:
    """Return the groups, and the one whose list is open if it is not among them."""
    if listed is None or any(group.pk == listed.pk for group in groups):
        return list(groups)
    return [*groups, SeenGroup(listed.pk, listed.name)]


def section(
    kind: GroupKind,
    shown: Iterable[SeenGroup],
    members: Mapping[UUID, Members],
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
        lines=[_line(kind, group, members[group.pk], current=group.pk == open_id) for group in shown],
        has_more=has_more,
    )


def _line(kind: GroupKind, group: SeenGroup, members: Members, *, current: bool) -> GroupLine:
    return GroupLine(
        id=safe(str(group.pk)),
        href=safe(f"/{FOLDERS[kind]}/{group.pk}/"),
        name=escaped(group.name),
        members=safe(f"{grouped(members.count)}{'+' if members.more else ''}"),
        current=current,
    )
