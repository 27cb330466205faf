"""What a column of a table can mean for a contact: the words between a file's header and the document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.document import ADDRESS_PARTS, LABEL_NAMES, LABELS, SCALARS, Kind


class To(StrEnum):
    """Where the cells of a column go."""

    IGNORE = "ignore"
    SCALAR = "scalar"
    NAME = "name"
    INFO = "info"
    ADDRESS = "address"
    COMPANY = "company"
    GROUPS = "groups"
    STARRED = "starred"
    DATE_PART = "date_part"
    CUSTOM = "custom"


KIND_NAMES = {
    Kind.EMAIL: gettext_lazy("Email"),
    Kind.PHONE: gettext_lazy("Phone"),
    Kind.ADDRESS: gettext_lazy("Address"),
    Kind.URL: gettext_lazy("Website"),
    Kind.FACEBOOK: gettext_lazy("Facebook"),
    Kind.INSTAGRAM: gettext_lazy("Instagram"),
    Kind.TWITTER: gettext_lazy("Twitter"),
    Kind.DATE: gettext_lazy("Date"),
    Kind.CUSTOM: gettext_lazy("Custom field"),
}
ADDRESS_PART_NAMES = {
    "label": gettext_lazy("label"),
    "formatted": gettext_lazy("whole address"),
    "street": gettext_lazy("street"),
    "street2": gettext_lazy("street, second line"),
    "street3": gettext_lazy("street, third line"),
    "extended": gettext_lazy("extended address"),
    "po_box": gettext_lazy("PO box"),
    "city": gettext_lazy("city"),
    "region": gettext_lazy("region"),
    "postal_code": gettext_lazy("postal code"),
    "country": gettext_lazy("country"),
}
COMPANY_PART_NAMES = {
    "name": gettext_lazy("Company"),
    "title": gettext_lazy("Job title"),
    "department": gettext_lazy("Department"),
    "location": gettext_lazy("Location in the company"),
    "description": gettext_lazy("Job description"),
}
_INFO_PARTS = {
    "value": "",
    "label": gettext_lazy("label"),
    "service": gettext_lazy("service"),
    "type": gettext_lazy("type"),
    "display": gettext_lazy("shown name"),
}
_DATE_PARTS = {"day": gettext_lazy("day"), "month": gettext_lazy("month"), "year": gettext_lazy("year")}
_NAME_PARTS = {"": gettext_lazy("Name, in one"), "phonetic": gettext_lazy("Phonetic name, in one")}
_FIELDS: dict[To, Mapping[str, Any]] = {
    To.SCALAR: {scalar.name: scalar.title for scalar in SCALARS},
    To.NAME: _NAME_PARTS,
    To.INFO: _INFO_PARTS,
    To.ADDRESS: ADDRESS_PART_NAMES,
    To.COMPANY: COMPANY_PART_NAMES,
    To.DATE_PART: _DATE_PARTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The meaning of one column.

    `field`: which scalar, or which part of an info, address or company. `group`: columns of equal group hold the
    parts of one thing (a value and its label, the lines of an address). `default`: cell texts, case-folded and
    separated by `|`, that every row of such files holds and that say nothing; they are not imported.
    """

    to: To
    field: str = ""
    kind: str = ""
    label: str = ""
    custom_label: str = ""
    group: str = ""
    default: str = ""

    def to_json(self) -> dict[str, str]:
        """Return a compact JSON object: what is empty is left out."""
        data = {item.name: str(getattr(self, item.name)) for item in fields(self)}
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the target that `to_json` wrote. Raises ValueError when it means nothing."""
        names = {item.name for item in fields(cls)}
        if not set(data) <= names or not all(isinstance(value, str) for value in data.values()):
            raise ValueError("not a column's meaning")
        target = cls(**{**data, "to": To(data.get("to", ""))})
        if target.to in _FIELDS and target.field not in _FIELDS[target.to]:
            raise ValueError("no such field")
        if target.to is To.INFO and (target.kind not in set(Kind) or target.kind == Kind.ADDRESS):
            raise ValueError("no such kind")
        if target.label and target.label not in LABEL_NAMES:
            raise ValueError("no such label")
        return target

    @property
    def key(self) -> str:
        """The target as one string, for the value of an option; `Target.from_key` reads it."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Return the target of a `key`. Raises ValueError when it is none."""
        data = json.loads(key)
        if not isinstance(data, dict):
            raise ValueError("not a column's meaning")
        return cls.from_json(data)

    @property
    def title(self) -> str:
        """The meaning in words, as the mapping page and the help page show it."""
        label = self.custom_label or str(LABEL_NAMES.get(self.label, ""))
        match self.to:
            case To.IGNORE:
                return _("Do not import")
            case To.GROUPS:
                return _("Groups")
            case To.STARRED:
                return _("Starred")
            case To.CUSTOM:
                return _("Custom field “%(label)s”") % {"label": label} if label else _("Custom field")
            case To.DATE_PART:
                return _("Birthday: %(part)s") % {"part": _DATE_PARTS[self.field]}
            case To.ADDRESS:
                name = _("Address (%(label)s)") % {"label": label} if label else _("Address")
                return f"{name}: {ADDRESS_PART_NAMES[self.field]}"
            case To.INFO:
                return self._info_title(label)
            case _:
                return str(_FIELDS[self.to][self.field])

    def _info_title(self, label: str) -> str:
        kind = Kind(self.kind)
        name = str(KIND_NAMES[kind])
        if kind is Kind.DATE and self.label in {"birthday", "anniversary"}:
            name = label
        elif label:
            name = _("%(kind)s (%(label)s)") % {"kind": name, "label": label}
        part = _INFO_PARTS[self.field]
        return f"{name}: {part}" if part else name


IGNORE = Target(to=To.IGNORE)


def scalar(name: str) -> Target:
    """Return the target of a field of which a contact has one."""
    return Target(to=To.SCALAR, field=name)


def info(kind: Kind, label: str = "other", custom_label: str = "") -> Target:
    """Return the target of a column that holds a labelled value and nothing else."""
    return Target(to=To.INFO, field="value", kind=kind, label=label, custom_label=custom_label)


def address(label: str, part: str) -> Target:
    """Return the target of a part of the one address with this label."""
    return Target(to=To.ADDRESS, field=part, label=label, group=label)


def company(part: str, group: str = "1") -> Target:
    """Return the target of a part of a membership in a company."""
    return Target(to=To.COMPANY, field=part, group=group)


def custom(label: str, default: str = "") -> Target:
    """Return the target of a column whose title becomes the label of a custom value."""
    return Target(to=To.CUSTOM, custom_label=label, default=default)


def choices(title: str = "") -> list[tuple[str, list[Target]]]:
    """Return what the mapping page offers for a column called `title`: (heading, targets) in order."""
    return [
        ("", [IGNORE, custom(title)]),
        (_("Name"), [Target(to=To.NAME), *(scalar(item.name) for item in SCALARS)]),
        (_("Company"), [company(part) for part in COMPANY_PART_NAMES]),
        *(
            (str(KIND_NAMES[kind]), [info(kind, label) for label in LABELS[kind]])
            for kind in Kind
            if kind not in {Kind.ADDRESS, Kind.CUSTOM}
        ),
        *(
            (
                _("Address (%(label)s)") % {"label": LABEL_NAMES[label]},
                [address(label, part) for part in ("formatted", *ADDRESS_PARTS)],
            )
            for label in LABELS[Kind.ADDRESS]
        ),
        (_("More"), [Target(to=To.GROUPS), Target(to=To.STARRED)]),
    ]
