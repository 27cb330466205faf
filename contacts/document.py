"""The whole of a contact as typed, validated, normalised data: the one shape that every door translates to.

A form, CSV row, vCard, REST body, rule or merge turns into a `ContactDocument`; history keeps it as JSON. Nothing
here knows rows. `normalised()` is the gate: what passed it can be stored, compared and shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from contacts.cleaning import (
    SCALAR_NAMES,
    SCALARS,
    InvalidDocument,
    Problem,
    Scalar,
    clean_infos,
    clean_memberships,
    clean_scalar,
    group_key,
    new_item_id,
    with_ids,
)
from contacts.dates import parse_date
from contacts.items import (
    ADDRESS_PARTS,
    LABEL_NAMES,
    LABELS,
    MEMBERSHIP_DETAILS,
    MEMBERSHIP_KINDS,
    Info,
    Kind,
    Membership,
    altered,
    put_state,
    state_of,
)

__all__ = [
    "ADDRESS_PARTS",
    "FIELD_NAMES",
    "LABELS",
    "LABEL_NAMES",
    "MEMBERSHIP_DETAILS",
    "MEMBERSHIP_KINDS",
    "SCALARS",
    "SCALAR_NAMES",
    "ContactDocument",
    "Info",
    "InvalidDocument",
    "Kind",
    "Membership",
    "Problem",
    "Scalar",
    "altered",
    "changed_fields",
    "group_key",
    "new_item_id",
    "parse_date",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDocument:
    """A contact without its book and identity. Immutable: change it with `dataclasses.replace`, then `normalised()`."""

    prefix: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    suffix: str = ""
    phonetic_first_name: str = ""
    phonetic_middle_name: str = ""
    phonetic_last_name: str = ""
    nickname: str = ""
    file_as: str = ""
    gender: str = ""
    pronouns: str = ""
    notes: str = ""
    avatar: str = ""  # storage name of a picture that we re-encoded; doors from outside never set it
    starred: bool = False
    infos: tuple[Info, ...] = ()
    memberships: tuple[Membership, ...] = ()

    __getstate__ = state_of
    __setstate__ = put_state

    def of_kind(self, kind: Kind) -> Iterator[Info]:
        """Yield the infos of one kind, in order."""
        return (info for info in self.infos if info.kind is kind)

    def first(self, kind: Kind) -> Info | None:
        """Return the preferred info of a kind, else its first one."""
        found = None
        for info in self.infos:
            if info.kind is kind:
                if info.preferred:
                    return info
                found = found or info
        return found

    @property
    def companies(self) -> tuple[Membership, ...]:
        """The memberships in companies, in order."""
        return tuple(membership for membership in self.memberships if membership.kind == "company")

    @property
    def groups(self) -> tuple[Membership, ...]:
        """The memberships in groups, in order."""
        return tuple(membership for membership in self.memberships if membership.kind == "group")

    @property
    def full_name(self) -> str:
        """First, middle, last name and suffix, as one line; empty when there is none."""
        return " ".join(filter(None, (self.first_name, self.middle_name, self.last_name, self.suffix)))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of the contact: a star or a group alone does not make a person."""
        return not (any(getattr(self, name) for name in SCALAR_NAMES) or self.avatar or self.infos or self.companies)

    @property
    def is_incomplete(self) -> bool:
        """Whether a name, or both email and phone, are missing."""
        named = bool(self.full_name or self.nickname or self.companies)
        return not (named and (self.first(Kind.EMAIL) or self.first(Kind.PHONE)))

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON: what is empty is left out."""
        data: dict[str, Any] = {name: getattr(self, name) for name in SCALAR_NAMES if getattr(self, name)}
        if self.avatar:
            data["avatar"] = self.avatar
        if self.starred:
            data["starred"] = True
        if self.infos:
            data["infos"] = [info.to_json() for info in self.infos]
        if self.memberships:
            data["memberships"] = [membership.to_json() for membership in self.memberships]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ContactDocument:
        """Return the document that `to_json` wrote, without checking it again."""
        plain = {name: data[name] for name in (*SCALAR_NAMES, "avatar", "starred") if name in data}
        return cls(
            **plain,
            infos=tuple(Info.from_json(item) for item in data.get("infos", ())),
            memberships=tuple(Membership.from_json(item) for item in data.get("memberships", ())),
        )

    def normalised(self, *, like: ContactDocument | None = None) -> ContactDocument:
        """Return the document cleaned, with labels and dates in order and an id on every item.

        Items without an id take that of the item of `like` with equal content, else a new one. Empty items vanish,
        as do repeats of the same item; at most one value of a kind stays preferred. Idempotent. Raises
        `InvalidDocument` with every problem found; an empty document is one.
        """
        problems: list[Problem] = []
        scalars: dict[str, Any] = {
            scalar.name: clean_scalar(scalar, text, problems)
            for scalar in SCALARS
            if (text := getattr(self, scalar.name))
        }
        infos = with_ids(clean_infos(self.infos, problems), like.infos if like else ())
        memberships = with_ids(clean_memberships(self.memberships, problems), like.memberships if like else ())
        document = altered(self, **scalars, infos=infos, memberships=memberships)
        if not problems and document.is_empty:
            problems.append(
                Problem("", gettext_noop("This contact is empty. Give it at least a name, an email or a phone."))
            )
        if problems:
            raise InvalidDocument(problems)
        return document


#: The fields of a document as history names them.
FIELD_NAMES = (*SCALAR_NAMES, "avatar", "starred", "infos", "memberships")


def changed_fields(before: ContactDocument, after: ContactDocument) -> list[str]:
    """Return the names of the fields in which two documents differ."""
    return [name for name in FIELD_NAMES if getattr(before, name) != getattr(after, name)]
