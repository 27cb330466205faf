"""From the contact form to a document and back, without losing a character of what was typed.

A form posts rows named `info-<key>-<part>` and `membership-<key>-<part>`; `<key>` only tells rows apart. A `Draft`
holds them as typed, and can always be shown again. Pure: no queries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contacts import limits
from contacts.document import (
    ADDRESS_PARTS,
    MEMBERSHIP_DETAILS,
    MEMBERSHIP_KINDS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    InvalidDocument,
    Kind,
    Membership,
)

#: More rows than any contact has, with some to spare for empty ones: drawing thousands would take a page half a minute.
MOST_ROWS = limits.INFOS + limits.MEMBERSHIPS + 50

_INFO = re.compile(r"info-(\w{1,16})-kind")
_MEMBERSHIP = re.compile(r"membership-(\w{1,16})-kind")
_ITEM_ID = re.compile(r"[\w-]{1,16}")


class TooManyRows(ValueError):
    """A form holds more rows than a page of ours can have sent."""


@dataclass(slots=True)
class InfoRow:
    """One labelled value as typed. Two digits of a date stay two digits here; the document decides."""

    key: str
    kind: Kind
    id: str = ""
    label: str = ""
    custom_label: str = ""
    value: str = ""
    address: dict[str, str] = field(default_factory=dict)
    preferred: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed into it."""
        return bool(self.value.strip() or any(text.strip() for text in self.address.values()))


@dataclass(slots=True)
class MembershipRow:
    """One group or company as typed."""

    key: str
    kind: str
    id: str = ""
    name: str = ""
    title: str = ""
    department: str = ""
    location: str = ""
    description: str = ""

    @property
    def has_details(self) -> bool:
        """Whether more than company and job title is filled."""
        return bool(self.department or self.location or self.description)


@dataclass(slots=True)
class Draft:
    """Everything that the form holds of a contact."""

    scalars: dict[str, str] = field(default_factory=dict)
    infos: list[InfoRow] = field(default_factory=list)
    memberships: list[MembershipRow] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[InfoRow]:
        """Return the rows of one kind, in order."""
        return [row for row in self.infos if row.kind is kind]

    def members_of(self, kind: str) -> list[MembershipRow]:
        """Return the rows of groups or of companies, in order."""
        return [row for row in self.memberships if row.kind == kind]

    def remove(self, name: str) -> None:
        """Take out the row called `info-<key>` or `membership-<key>`, if there is one."""
        self.infos = [row for row in self.infos if f"info-{row.key}" != name]
        self.memberships = [row for row in self.memberships if f"membership-{row.key}" != name]

    def up(self, name: str) -> None:
        """Change the row called `info-<key>` or `membership-<key>` with the one of its kind above it."""
        _raise(self.infos, [f"info-{row.key}" for row in self.infos], name)
        _raise(self.memberships, [f"membership-{row.key}" for row in self.memberships], name)

    def use(self, name: str, domain: str) -> None:
        """Change the domain of the email in the row called `info-<key>`."""
        for row in self.of_kind(Kind.EMAIL):
            if f"info-{row.key}" == name:
                row.value = f"{row.value.rpartition('@')[0]}@{domain}"

    def add(self, kind: str) -> str:
        """Add an empty row of a kind, or of a group or company; return its key, empty for what there is none of."""
        taken = {row.key for row in self.infos} | {row.key for row in self.memberships}
        key = next(f"n{number}" for number in range(len(taken) + 1) if f"n{number}" not in taken)
        if kind in MEMBERSHIP_KINDS:
            self.memberships.append(MembershipRow(key, kind))
        elif kind in Kind:
            self.infos.append(InfoRow(key, Kind(kind)))
        else:
            return ""
        return key


def _raise[Row: (InfoRow, MembershipRow)](rows: list[Row], names: list[str], name: str) -> None:
    if name not in names:
        return
    at = names.index(name)
    above = [place for place in range(at) if rows[place].kind == rows[at].kind]
    if above:
        rows[above[-1]], rows[at] = rows[at], rows[above[-1]]


def draft_of(document: ContactDocument) -> Draft:
    """Return the draft that shows a document."""
    return Draft(
        scalars={name: getattr(document, name) for name in SCALAR_NAMES},
        infos=[
            InfoRow(
                key=info.id or str(position),
                kind=info.kind,
                id=info.id,
                label=info.label,
                custom_label=info.custom_label,
                value=info.value,
                address=dict(info.address),
                preferred=info.preferred,
            )
            for position, info in enumerate(document.infos)
        ],
        memberships=[
            MembershipRow(
                key=membership.id or str(position),
                kind=membership.kind,
                id=membership.id,
                name=membership.name,
                **{detail: getattr(membership, detail) for detail in MEMBERSHIP_DETAILS},
            )
            for position, membership in enumerate(document.memberships)
        ],
    )


def read(data: Mapping[str, str]) -> Draft:
    """Return the draft that was posted. What is not a row of ours is passed over.

    Raises `TooManyRows` for what no page of ours sends.
    """
    draft = Draft(scalars={name: _text(data, name) for name in SCALAR_NAMES})
    for name in data:
        if found := _INFO.fullmatch(name):
            prefix = name.removesuffix("kind")
            if data[name] in Kind:
                draft.infos.append(_info_row(data, found[1], prefix, Kind(data[name])))
        elif found := _MEMBERSHIP.fullmatch(name):
            prefix = name.removesuffix("kind")
            if data[name] in MEMBERSHIP_KINDS:
                parts = {part: _text(data, prefix + part) for part in ("name", *MEMBERSHIP_DETAILS)}
                row = MembershipRow(found[1], data[name], id=_item_id(data, prefix), **parts)
                draft.memberships.append(row)
    if len(draft.infos) + len(draft.memberships) > MOST_ROWS:
        raise TooManyRows
    return draft


def _info_row(data: Mapping[str, str], key: str, prefix: str, kind: Kind) -> InfoRow:
    return InfoRow(
        key=key,
        kind=kind,
        id=_item_id(data, prefix),
        label=_text(data, prefix + "label"),
        custom_label=_text(data, prefix + "custom_label"),
        value=_text(data, prefix + "value"),
        address={part: text for part in ADDRESS_PARTS if (text := _text(data, prefix + part))}
        if kind is Kind.ADDRESS
        else {},
        preferred=bool(data.get(prefix + "preferred")),
    )


def _text(data: Mapping[str, str], name: str) -> str:
    return data.get(name, "").replace("\r\n", "\n")


def _item_id(data: Mapping[str, str], prefix: str) -> str:
    text = _text(data, prefix + "id")
    return text if _ITEM_ID.fullmatch(text) else ""


def document_from(
    draft: Draft, *, like: ContactDocument, avatar: str = "", starred: bool = False
) -> tuple[ContactDocument, dict[str, str]]:
    """Return the normalised document of a draft, and what is wrong with it: messages by the name of the form field.

    `like` is what the form began with: items keep their place among those of other kinds, which the form shows
    apart, and so an untouched form changes nothing. With messages the document is `like` itself.
    """
    rows = _in_place(draft.infos, like.infos)
    preferred = _preferred(draft.infos, like)
    members = _in_place(draft.memberships, like.memberships)
    document = ContactDocument(
        **{name: draft.scalars.get(name, "") for name in SCALAR_NAMES},
        avatar=avatar,
        starred=starred,
        infos=tuple(
            Info(
                kind=row.kind,
                label=row.label or "other",
                custom_label=row.custom_label if row.label in ("", "other") else "",
                value=row.value,
                address=row.address,
                preferred=row.key == preferred.get(row.kind),
                id=row.id,
            )
            for row in rows
        ),
        memberships=tuple(
            Membership(
                kind=row.kind,
                name=row.name,
                id=row.id,
                **{detail: getattr(row, detail) for detail in MEMBERSHIP_DETAILS},
            )
            for row in members
        ),
    )
    try:
        return document.normalised(like=like), {}
    except InvalidDocument as error:
        return like, {
            _field_name(problem.path, rows, members): str(problem.message) for problem in reversed(error.problems)
        }


def _preferred(rows: Sequence[InfoRow], like: ContactDocument) -> dict[Kind, str]:
    """Return the key of the preferred row of each kind. Of several marked, one that was not before is the choice."""
    before = {info.id for info in like.infos if info.preferred}
    chosen: dict[Kind, str] = {}
    for row in sorted((row for row in rows if row.preferred and row.is_filled), key=lambda row: row.id in before):
        chosen.setdefault(row.kind, row.key)
    return chosen


def _in_place[Row: (InfoRow, MembershipRow), Item: (Info, Membership)](
    rows: Sequence[Row], like: Sequence[Item]
) -> list[Row]:
    """Return the rows with each kind's in the places that this kind has in `like`, and further ones at the end."""
    waiting: dict[str, list[Row]] = {}
    for row in rows:
        waiting.setdefault(row.kind, []).append(row)
    placed = [waiting[item.kind].pop(0) for item in like if waiting.get(item.kind)]
    return placed + [row for rest in waiting.values() for row in rest]


def _field_name(path: str, infos: Sequence[InfoRow], memberships: Sequence[MembershipRow]) -> str:
    """Return the form field that a problem's path (`infos.3.value`) speaks of."""
    parts = path.split(".")
    if len(parts) == 3:
        prefix, rows = ("info", infos) if parts[0] == "infos" else ("membership", memberships)
        return f"{prefix}-{rows[int(parts[1])].key}-{parts[2]}"
    return path
