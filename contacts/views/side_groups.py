"""The groups and companies of the sidebar, made ready for its template: every page has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypedDict
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from contacts.models import GroupKind
from contacts.seen_groups import Members, SeenGroup
from contacts.templatetags.contacts import grouped

#: The folder of addresses of each kind.
FOLDERS = {GroupKind.GROUP: "groups", GroupKind.COMPANY: "companies"}


class GroupLine(TypedDict):
    """A group or company as a row, everything in it escaped already; `members` is empty where they are not counted."""

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
    is_counted: bool

    @property
    def place(self) -> str:
        """The name of the page with all of them."""
        return f"all {self.kind}"

    @property
    def folder(self) -> str:
        """The first part of its addresses."""
        return FOLDERS[self.kind]


def section(kind: GroupKind, shown: Sequence[SeenGroup], *, has_more: bool, listed: UUID | None = None) -> GroupSection:
    """Return the section that shows these groups of one kind; `listed` is the one whose list is open."""
    is_company = kind == GroupKind.COMPANY
    return GroupSection(
        kind=kind,
        title=_("Companies") if is_company else _("Groups"),
        new=_("New company") if is_company else _("New group"),
        all=_("All companies") if is_company else _("All groups"),
        lines=group_lines(kind, shown, current=listed),
        has_more=has_more,
        is_counted=all(group.members is not None for group in shown),
    )


def group_lines(kind: GroupKind, groups: Iterable[SeenGroup], *, current: UUID | None = None) -> list[GroupLine]:
    """Return groups of one kind as rows."""
    folder = FOLDERS[kind]
    return [
        GroupLine(
            id=_safe(str(group.pk)),
            href=_safe(f"/{folder}/{group.pk}/"),
            name=_safe(escape(group.name)),
            members=_safe(members_text(group.members)),
            current=group.pk == current,
        )
        for group in groups
    ]


def members_text(members: Members | None) -> str:
    """Return how many contacts are in a group as the page says it: "12", "1 000+", empty where nobody counted."""
    return f"{grouped(members.count)}{'+' if members.more else ''}" if members else ""


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  # ids and what was escaped above
