"""What is made out of a row on its way to a document, and the rules for values that need more than copying."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from contacts import limits
from contacts.document import Info, Kind, Membership
from contacts.formats.dates import read_date
from contacts.formats.names import split_name
from contacts.formats.outlook_csv import NO_GENDER


@dataclass(slots=True)
class Row:
    """What has been made out of a row so far."""

    cells: list[str]
    scalars: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    infos: list[Info] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)  # by info: the column it came from
    companies: list[Membership] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    starred: bool = False
    date_parts: dict[str, str] = field(default_factory=dict)
    shown: list[tuple[str, str]] = field(default_factory=list)  # (column, name shown with an email)
    done: set[str] = field(default_factory=set)
    long: list[str] = field(default_factory=list)  # values too long for a custom field, on their way to the notes
    warnings: list[str] = field(default_factory=list)

    def warn(self, column: str, message: str) -> None:
        self.warnings.append(_("Column “%(column)s”: %(message)s") % {"column": column, "message": message})

    def add(self, column: str, kind: Kind, label: str, custom: str, value: str, *, preferred: bool = False) -> None:
        """Add an info; what does not fit its kind is kept as a custom value, what fits nowhere in the notes."""
        if len(value) > _LIMITS[kind] and len(value.strip()) > _LIMITS[kind]:
            if kind is not Kind.CUSTOM:
                self.warn(column, _("this is too long for its field; it was kept as a custom value."))
            self.keep(column, custom or column, value)
            return
        if len(custom) > limits.LABEL:
            self.warn(column, _("its label is too long: “%(label)s”; it was cut.") % {"label": custom[:200]})
        item = Info(kind=kind, label=label, custom_label=short(custom), value=value, preferred=preferred)
        self.infos.append(item)
        self.sources.append(column)

    def keep(self, column: str, label: str, value: str) -> None:
        """Keep a value under a label of its own."""
        if len(value) <= limits.VALUE:
            self.infos.append(Info(kind=Kind.CUSTOM, custom_label=short(label), value=value))
            self.sources.append(column)
        else:
            self.warn(column, _("this is too long for a custom field; it was added to the notes."))
            self.long.append(f"{label}: {value.strip()}")


_LIMITS = dict.fromkeys(Kind, limits.VALUE) | {
    Kind.EMAIL: limits.EMAIL,
    Kind.PHONE: limits.PHONE,
    Kind.URL: limits.URL,
}
type Step = Callable[[Row, str], None]


def short(label: str) -> str:
    return label if len(label) <= limits.LABEL else label[: limits.LABEL - 1] + "…"


def scalar_step_for(name: str) -> Step:
    def scalar_step(row: Row, text: str) -> None:
        if name == "gender" and text.strip().casefold() in NO_GENDER:
            return
        known = row.scalars.get(name)
        row.scalars[name] = text if known is None else f"{known}\n{text}" if name == "notes" else f"{known} {text}"

    return scalar_step


def add_date(row: Row, column: str, label: str, custom: str, text: str, preferred: bool, day_first: bool) -> None:
    date = read_date(text, day_first=day_first)
    if date:
        row.add(column, Kind.DATE, label, custom, date, preferred=preferred)
    elif date is None:
        message = _("“%(text)s” is not a date that can be read; it was kept as a custom value.")
        row.warn(column, message % {"text": text.strip()[:60]})
        row.keep(column, custom or column, text)


PLAIN_EMAIL = re.compile(r"\s*[A-Za-z0-9._+\-]+@[A-Za-z0-9.\-]+\s*")
_EMAIL = re.compile(r"[^\s@<>(){}\[\],;:\"']+@[^\s@<>(){}\[\],;:\"']+")


def add_exchange(row: Row, column: str, text: str, shown: str) -> None:
    """Keep an address of Exchange's own directory, and take the email that stands in the name shown with it."""
    row.keep(column, _("Exchange address"), text)
    if found := _EMAIL.search(shown[: limits.EMAIL * 2]):
        row.warn(column, _("this is an Exchange address; the email was taken from the name shown with it."))
        row.add(column, Kind.EMAIL, "other", "", found[0])
    else:
        row.warn(column, _("this is an Exchange address, not an email; it was kept as a custom value."))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _names(row: Row) -> str:
    return " ".join(row.scalars.values())


def take_shown_name(row: Row, column: str, text: str) -> None:
    """Keep the name shown with an email where it says more than name and email do."""
    rest = text
    for info in row.infos:
        if info.kind is Kind.EMAIL:
            rest = rest.replace(info.value.strip(), " ")
    if rest.strip(" ()<>'\"") and not _words(rest) <= _words(
        " ".join((_names(row), *(company.name for company in row.companies)))
    ):
        row.add(column, Kind.CUSTOM, "other", column, text)


_NAME_FIELDS = ("first_name", "middle_name", "last_name")


def take_whole_name(row: Row, what: str, text: str) -> None:
    """Take a name that stands in one cell: split if it is all there is, kept beside the parts if it says more."""
    if what == "phonetic":
        parts = [row.scalars.get(f"phonetic_{name}", "") for name in _NAME_FIELDS]
        if not any(parts):
            row.scalars["phonetic_first_name"] = text
        elif not _words(text) <= _words(" ".join(parts)):
            row.add("Yomi Name", Kind.CUSTOM, "other", "Yomi Name", text)
        return
    whole = " ".join(text.split())
    first = " ".join(row.scalars.get("first_name", "").split())
    others = any(row.scalars.get(name, "").strip() for name in _NAME_FIELDS[1:])
    if not others and first in {"", whole}:
        row.scalars.pop("first_name", None)
        for name, value in split_name(whole).items():
            if not row.scalars.get(name, "").strip():
                row.scalars[name] = value
            elif not _words(value) <= _words(row.scalars[name]):
                row.scalars[name] += f" {value}"
    elif not _words(whole) <= _words(_names(row)):
        row.add(_("Name"), Kind.CUSTOM, "other", _("Name"), text)


_COUNTRY_CODE = re.compile(r"[A-Z]{2}")


def address_parts(parts: dict[str, str]) -> dict[str, str]:
    """Return the parts of an address as the document has them; what only the whole address says is added."""
    extended = [parts.pop(part, "") for part in ("street2", "street3", "extended")]
    formatted = parts.pop("formatted", "")
    if text := "\n".join(filter(None, extended)):
        parts["extended"] = text
    if not formatted:
        return parts
    if not parts:
        return {"street": formatted}
    known = " ".join(parts.values()).replace(",", " ").split()
    if set(formatted.replace(",", " ").split()) <= set(known):
        return parts
    words = _words(" ".join(known))
    more = [
        line.strip()
        for line in formatted.splitlines()
        if not _words(line) <= words and not _COUNTRY_CODE.fullmatch(line.strip())
    ]
    if more:
        parts["extended"] = "\n".join(filter(None, (parts.get("extended", ""), *more)))
    return parts
