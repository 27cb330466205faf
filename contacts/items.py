"""What the lists of a contact hold: labelled values, and memberships in groups and companies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _


def state_of(value: Any) -> tuple[Any, ...]:
    """Return the fields of a frozen dataclass with slots, at least two, in order: what is pickled of it.

    As `__getstate__`, with `put_state` as `__setstate__`, quicker than what `dataclass` makes, which lists the
    fields anew for each value.
    """
    state: tuple[Any, ...] = _access(type(value))[0](value)
    return state


def put_state(value: Any, state: Iterable[Any]) -> None:
    """Put what `state_of` returned into a value that nobody has seen yet."""
    for put, item in zip(_access(type(value))[1], state, strict=True):
        put(value, item)


_Access = tuple[Callable[[Any], Any], tuple[Callable[[Any, Any], None], ...]]
_known: dict[type, _Access] = {}


def _access(cls: type) -> _Access:
    """Return what reads all slots of a value of `cls`, and what writes each, frozen or not."""
    if (found := _known.get(cls)) is None:
        names: tuple[str, ...] = cls.__slots__  # type: ignore[attr-defined]  # every dataclass that comes here has them
        found = _known[cls] = attrgetter(*names), tuple(cls.__dict__[name].__set__ for name in names)
    return found


def altered[Value](value: Value, **changes: Any) -> Value:
    """Return a copy of a frozen dataclass with slots in which `changes` differ; its other fields are shared.

    What `dataclasses.replace` does, without the time that it takes a hundred thousand times over.
    """
    copy: Value = object.__new__(type(value))
    put_state(copy, state_of(value))
    for name, change in changes.items():
        object.__setattr__(copy, name, change)
    return copy


class Kind(StrEnum):
    """What an info is."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    URL = "url"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    TWITTER = "twitter"
    DATE = "date"
    CUSTOM = "custom"


#: The labels each kind offers, the usual one first. A label of one's own is "other" with `custom_label`.
LABELS: dict[Kind, tuple[str, ...]] = {
    Kind.EMAIL: ("work", "home", "personal", "other"),
    Kind.PHONE: ("mobile", "main", "home", "work", "home_fax", "work_fax", "other_fax", "pager", "other"),
    Kind.ADDRESS: ("home", "work", "other"),
    Kind.URL: ("homepage", "profile", "blog", "personal", "work", "other"),
    Kind.FACEBOOK: ("personal", "work", "other"),
    Kind.INSTAGRAM: ("personal", "work", "other"),
    Kind.TWITTER: ("personal", "work", "other"),
    Kind.DATE: ("birthday", "anniversary", "other"),
    Kind.CUSTOM: ("other",),
}

LABEL_NAMES = {
    "work": _("Work"),
    "home": _("Home"),
    "personal": _("Personal"),
    "other": _("Other"),
    "mobile": _("Mobile"),
    "main": _("Main"),
    "home_fax": _("Home fax"),
    "work_fax": _("Work fax"),
    "other_fax": _("Other fax"),
    "pager": _("Pager"),
    "homepage": _("Homepage"),
    "profile": _("Profile"),
    "blog": _("Blog"),
    "birthday": _("Birthday"),
    "anniversary": _("Anniversary"),
}

ADDRESS_PARTS = ("street", "extended", "po_box", "city", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """One labelled value: an email, phone, address, URL, social name, date or custom value.

    `value` holds the text as typed; a date is ISO 8601 (`1987-10-06`, year-less `--03-07`, RFC 6350 4.3.1); an
    address keeps its parts in `address` and no value. `id` is short and unique within the contact.
    """

    kind: Kind
    label: str = "other"
    custom_label: str = ""
    value: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    preferred: bool = False
    id: str = ""

    __getstate__ = state_of
    __setstate__ = put_state

    @property
    def label_name(self) -> str:
        """The label as people read it."""
        return self.custom_label or str(LABEL_NAMES.get(self.label, self.label))

    @property
    def content(self) -> tuple[Any, ...]:
        """Everything but the id: two items of equal content say the same."""
        return (
            self.kind,
            self.label,
            self.custom_label,
            self.value,
            tuple(sorted(self.address.items())),
            self.preferred,
        )

    def to_json(self) -> dict[str, Any]:
        """Return a compact JSON object: what is empty is left out."""
        data: dict[str, Any] = {"id": self.id, "kind": str(self.kind), "label": self.label}
        if self.custom_label:
            data["custom_label"] = self.custom_label
        if self.kind is Kind.ADDRESS:
            data |= self.address
        else:
            data["value"] = self.value
        if self.preferred:
            data["preferred"] = True
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Info:
        """Return the item that `to_json` wrote."""
        kind = Kind(data["kind"])
        is_address = kind is Kind.ADDRESS
        return cls(
            id=data["id"],
            kind=kind,
            label=data["label"],
            custom_label=data.get("custom_label", ""),
            value=data.get("value", ""),
            address={part: data[part] for part in ADDRESS_PARTS if data.get(part)} if is_address else {},
            preferred=data.get("preferred", False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That the contact belongs to a group, or to a company as something. Title and the rest only with a company."""

    kind: str  # "group" or "company"
    name: str
    title: str = ""
    department: str = ""
    location: str = ""
    description: str = ""
    id: str = ""

    __getstate__ = state_of
    __setstate__ = put_state

    @property
    def content(self) -> tuple[str, ...]:
        """Everything but the id."""
        return (self.kind, self.name, self.title, self.department, self.location, self.description)

    def to_json(self) -> dict[str, str]:
        """Return a compact JSON object: what is empty is left out."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Membership:
        """Return the item that `to_json` wrote."""
        return cls(**{name: data.get(name, "") for name in cls.__slots__})


MEMBERSHIP_KINDS = ("company", "group")
MEMBERSHIP_DETAILS = ("title", "department", "location", "description")
