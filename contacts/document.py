"""The whole of a contact as typed, validated, normalised data: the one shape that every door translates to.

A form, CSV row, vCard, REST body, rule or merge turns into a `ContactDocument`; history keeps it as JSON. Nothing
here knows rows. `normalised()` is the gate: what passed it can be stored, compared and shown.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from contacts import limits
from contacts.text import clean_text


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

_VALUE_LIMITS = {Kind.EMAIL: limits.EMAIL, Kind.PHONE: limits.PHONE, Kind.URL: limits.URL}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One single-valued field of a contact: its name in code, its name on the screen, its limit."""

    name: str
    title: Any
    limit: int = limits.NAME
    multiline: bool = False


#: Every text field of a contact that is not a list, in the order of the form.
SCALARS: tuple[Scalar, ...] = (
    Scalar("prefix", _("Prefix")),
    Scalar("first_name", _("First name")),
    Scalar("middle_name", _("Middle name")),
    Scalar("last_name", _("Last name")),
    Scalar("suffix", _("Suffix")),
    Scalar("phonetic_first_name", _("Phonetic first name")),
    Scalar("phonetic_middle_name", _("Phonetic middle name")),
    Scalar("phonetic_last_name", _("Phonetic last name")),
    Scalar("nickname", _("Nickname")),
    Scalar("file_as", _("File as")),
    Scalar("gender", _("Gender")),
    Scalar("pronouns", _("Pronouns")),
    Scalar("notes", _("Notes"), limits.NOTES, multiline=True),
)
SCALAR_NAMES = tuple(scalar.name for scalar in SCALARS)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a document: where (`first_name`, `infos.3.value`, or empty for the whole) and a sentence."""

    path: str
    message: str


class InvalidDocument(ValueError):
    """A document that cannot be stored. `problems` says why, field by field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(str(problem.message) for problem in problems))
        self.problems = problems


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
        return cls(
            id=data["id"],
            kind=Kind(data["kind"]),
            label=data["label"],
            custom_label=data.get("custom_label", ""),
            value=data.get("value", ""),
            address={part: data[part] for part in ADDRESS_PARTS if data.get(part)},
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

    @property
    def content(self) -> tuple[str, ...]:
        """Everything but the id."""
        return (self.kind, self.name, self.title, self.department, self.location, self.description)

    def to_json(self) -> dict[str, str]:
        """Return a compact JSON object: what is empty is left out."""
        data = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> Membership:
        """Return the item that `to_json` wrote."""
        return cls(**{part.name: data.get(part.name, "") for part in fields(cls)})


MEMBERSHIP_KINDS = ("company", "group")
MEMBERSHIP_DETAILS = ("title", "department", "location", "description")


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

    def of_kind(self, kind: Kind) -> Iterator[Info]:
        """Yield the infos of one kind, in order."""
        return (info for info in self.infos if info.kind is kind)

    def first(self, kind: Kind) -> Info | None:
        """Return the preferred info of a kind, else its first one."""
        found = list(self.of_kind(kind))
        return next((info for info in found if info.preferred), found[0] if found else None)

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
            scalar.name: _clean_scalar(scalar, getattr(self, scalar.name), problems) for scalar in SCALARS
        }
        infos = _with_ids(_clean_infos(self.infos, problems), like.infos if like else ())
        memberships = _with_ids(_clean_memberships(self.memberships, problems), like.memberships if like else ())
        document = replace(self, **scalars, infos=infos, memberships=memberships)
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


def parse_date(text: str) -> str | None:
    """Return a date of life in ISO form (`1987-10-06`, `--03-07`), or None when `text` is not one.

    Takes ISO, year-less `--MM-DD` and `--MMDD` (RFC 6350), and `M/D/YYYY` as American exports write it; with a first
    part over 12 the order is taken to be day first, as are dotted dates. Two-digit years are refused: they lie.
    """
    text = text.strip()
    if found := re.fullmatch(r"--(\d{2})-?(\d{2})", text):
        month, day = int(found[1]), int(found[2])
        return f"--{month:02}-{day:02}" if _is_date(2000, month, day) else None
    if found := re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?", text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        month, day, year = int(found[1]), int(found[2]), int(found[3])
        if month > 12:
            month, day = day, month
    elif found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text):
        day, month, year = int(found[1]), int(found[2]), int(found[3])
    else:
        return None
    return f"{year:04}-{month:02}-{day:02}" if _is_date(year, month, day) else None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def new_item_id(taken: Iterable[str] = ()) -> str:
    """Return a short random id that is not among `taken`."""
    taken = set(taken)
    while (candidate := secrets.token_hex(4)) in taken:
        pass
    return candidate


def _too_long(path: str, text: str, limit: int) -> Problem:
    message = _("This is %(length)d characters long; at most %(limit)d fit. Shorten it.")
    return Problem(path, message % {"length": len(text), "limit": limit})


def _clean_scalar(scalar: Scalar, text: str, problems: list[Problem]) -> str:
    if not text:
        return ""
    text = clean_text(text, multiline=scalar.multiline)
    if len(text) > scalar.limit:
        problems.append(_too_long(scalar.name, text, scalar.limit))
    return text


def _clean_info(position: int, info: Info, problems: list[Problem]) -> Info | None:
    path = f"infos.{position}"
    kind = Kind(info.kind)
    label = info.label if info.label in LABELS[kind] else "other"
    custom = clean_text(info.custom_label) or ("" if info.label == label else clean_text(info.label))
    if label != "other":
        custom = ""
    if len(custom) > limits.LABEL:
        problems.append(_too_long(f"{path}.custom_label", custom, limits.LABEL))
    address: dict[str, str] = {}
    value = ""
    if kind is Kind.ADDRESS:
        for part in ADDRESS_PARTS:
            text = clean_text(info.address.get(part, ""), multiline=part in {"street", "extended"})
            if len(text) > limits.ADDRESS_PART:
                problems.append(_too_long(f"{path}.{part}", text, limits.ADDRESS_PART))
            if text:
                address[part] = text
    else:
        value = clean_text(info.value, multiline=kind is Kind.CUSTOM)
        limit = _VALUE_LIMITS.get(kind, limits.VALUE)
        if len(value) > limit:
            problems.append(_too_long(f"{path}.value", value, limit))
        if kind is Kind.DATE and value:
            parsed = parse_date(value)
            if parsed is None:
                message = _("“%(text)s” is not a date. Write it as 1987-10-06, or --10-06 without a year.")
                problems.append(Problem(f"{path}.value", message % {"text": value[:40]}))
            else:
                value = parsed
    if not (value or address):
        return None
    return Info(
        kind=kind,
        label=label,
        custom_label=custom,
        value=value,
        address=address,
        preferred=info.preferred,
        id=info.id,
    )


def _clean_infos(infos: Iterable[Info], problems: list[Problem]) -> tuple[Info, ...]:
    kept: dict[tuple[Any, ...], Info] = {}
    preferred: set[Kind] = set()
    for position, info in enumerate(infos):
        cleaned = _clean_info(position, info, problems)
        if cleaned is None:
            continue
        content = cleaned.content[:-1]  # all but the mark
        prefers = cleaned.preferred and cleaned.kind not in preferred
        if prefers:
            preferred.add(cleaned.kind)
        first = kept.get(content)
        if first is None:
            kept[content] = cleaned if cleaned.preferred == prefers else replace(cleaned, preferred=prefers)
        elif prefers:  # a repeat goes, its mark stays
            kept[content] = replace(first, preferred=True)
    if len(kept) > limits.INFOS or (
        len(kept) > limits.INFOS_OF_A_KIND
        and max(Counter(info.kind for info in kept.values()).values()) > limits.INFOS_OF_A_KIND
    ):
        message = _("A contact holds at most %(limit)d values of a kind and %(all)d in all. Remove some.")
        problems.append(Problem("infos", message % {"limit": limits.INFOS_OF_A_KIND, "all": limits.INFOS}))
    return tuple(kept.values())


def _clean_memberships(memberships: Iterable[Membership], problems: list[Problem]) -> tuple[Membership, ...]:
    kept: list[Membership] = []
    seen: set[tuple[str, ...]] = set()
    for position, membership in enumerate(memberships):
        texts = {}
        for name in ("name", *MEMBERSHIP_DETAILS):
            texts[name] = text = clean_text(getattr(membership, name))
            if len(text) > limits.NAME:
                problems.append(_too_long(f"memberships.{position}.{name}", text, limits.NAME))
        if membership.kind == "group":
            texts |= dict.fromkeys(MEMBERSHIP_DETAILS, "")
            if not texts["name"]:
                continue
        elif not any(texts.values()):
            continue
        cleaned = replace(membership, **texts)
        content = (cleaned.kind, group_key(cleaned.name), *cleaned.content[2:])
        if content not in seen:
            seen.add(content)
            kept.append(cleaned)
    if len(kept) > limits.MEMBERSHIPS:
        message = _("A contact belongs to at most %(limit)d groups and companies. Remove some.")
        problems.append(Problem("memberships", message % {"limit": limits.MEMBERSHIPS}))
    return tuple(kept)


def group_key(name: str) -> str:
    """Return what makes two names of groups or companies the same: NFC, trimmed, case-folded; accents differ."""
    return clean_text(clean_text(name).casefold())


def _with_ids[Item: (Info, Membership)](items: tuple[Item, ...], like: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items, each with an id of its own: kept, taken from its equal in `like`, or new."""
    used: set[str] = set()
    result: list[Item] = []
    free: dict[tuple[Any, ...], list[str]] = {}
    given = {item.id for item in items if item.id}
    for item in like:
        if item.id not in given:
            free.setdefault(item.content, []).append(item.id)
    for item in items:
        known = item.id if item.id and item.id not in used else ""
        if not known:
            equals = free.get(item.content) if free else None
            known = equals.pop(0) if equals else new_item_id(used | given)
        used.add(known)
        result.append(item if item.id == known else _with_id(item, known))
    return tuple(result)


def _with_id[Item: (Info, Membership)](item: Item, known: str) -> Item:
    """Return a copy with this id: `dataclasses.replace`, without the time it takes a hundred thousand times over."""
    copy = object.__new__(type(item))
    for name in type(item).__slots__:
        object.__setattr__(copy, name, getattr(item, name))
    object.__setattr__(copy, "id", known)
    return copy
