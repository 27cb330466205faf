"""How a document is brought in order: texts cleaned and measured, labels and dates settled, every item with an id."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts import limits
from contacts.dates import parse_date
from contacts.items import ADDRESS_PARTS, LABELS, MEMBERSHIP_DETAILS, Info, Kind, Membership, altered
from contacts.text import clean_text

#: For names within one contact, which are no secrets. Its own, as nothing else is to follow from their order; a forked
#: worker goes on with other ones than its siblings.
_ids = random.Random()  # noqa: S311  # as said
os.register_at_fork(after_in_child=_ids.seed)

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


def new_item_id(taken: Collection[str] = ()) -> str:
    """Return a short random id that is not among `taken`."""
    while (candidate := f"{_ids.getrandbits(32):08x}") in taken:
        pass
    return candidate


def _too_long(path: str, text: str, limit: int) -> Problem:
    message = _("This is %(length)d characters long; at most %(limit)d fit. Shorten it.")
    return Problem(path, message % {"length": len(text), "limit": limit})


def clean_scalar(scalar: Scalar, text: str, problems: list[Problem]) -> str:
    """Return a single-valued field brought in order; a text too long is a problem."""
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


def clean_infos(infos: Iterable[Info], problems: list[Problem]) -> tuple[Info, ...]:
    """Return the infos brought in order: empty ones and repeats gone, at most one of a kind preferred."""
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
            kept[content] = cleaned if cleaned.preferred == prefers else altered(cleaned, preferred=prefers)
        elif prefers:  # a repeat goes, its mark stays
            kept[content] = altered(first, preferred=True)
    if len(kept) > limits.INFOS or (
        len(kept) > limits.INFOS_OF_A_KIND
        and max(Counter(info.kind for info in kept.values()).values()) > limits.INFOS_OF_A_KIND
    ):
        message = _("A contact holds at most %(limit)d values of a kind and %(all)d in all. Remove some.")
        problems.append(Problem("infos", message % {"limit": limits.INFOS_OF_A_KIND, "all": limits.INFOS}))
    return tuple(kept.values())


def clean_memberships(memberships: Iterable[Membership], problems: list[Problem]) -> tuple[Membership, ...]:
    """Return the memberships brought in order: empty ones and repeats gone."""
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
        cleaned = altered(membership, **texts)
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


def with_ids[Item: (Info, Membership)](items: tuple[Item, ...], like: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return the items, each with an id of its own: kept, taken from its equal in `like`, or new."""
    used: set[str] = set()
    result: list[Item] = []
    free: dict[tuple[Any, ...], list[str]] = {}
    given = {item.id for item in items if item.id}
    taken = set(given)
    for item in like:
        if item.id not in given:
            free.setdefault(item.content, []).append(item.id)
    for item in items:
        known = item.id if item.id and item.id not in used else ""
        if not known:
            equals = free.get(item.content) if free else None
            known = equals.pop(0) if equals else new_item_id(taken)
        used.add(known)
        taken.add(known)
        result.append(item if item.id == known else altered(item, id=known))
    return tuple(result)
