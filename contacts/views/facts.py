"""A document as a card shows it: every value that is set, with its link and what copying it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.derived import region_for
from contacts.document import SCALARS, ContactDocument, Info, Kind, Membership
from contacts.handles import phone_shown, phone_uri

_SCHEMES = {"http", "https", "mailto", "tel"}
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([/?#].*)?", re.ASCII)
_PROFILE = re.compile(r"@?[\w.-]{1,64}", re.ASCII)
_PROFILES = {
    Kind.FACEBOOK: "https://www.facebook.com/",
    Kind.INSTAGRAM: "https://www.instagram.com/",
    Kind.TWITTER: "https://x.com/",
}
_COPY = {Kind.EMAIL: gettext_lazy("Copy email"), Kind.PHONE: gettext_lazy("Copy phone")}
#: Scalars that stand in the card's head or have a place of their own.
_ELSEWHERE = {"prefix", "first_name", "middle_name", "last_name", "suffix", "pronouns", "notes"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the card."""

    label: str
    value: str
    href: str = ""
    copy: str = ""  # what the copy button is called, empty without one
    preferred: bool = False
    note: str = ""
    outside: bool = False  # the link leads out of Kith
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What the contact is in one company. `company_id` is None for a title without a company."""

    title: str
    department: str
    company: str
    company_id: UUID | None
    more: Sequence[str]

    @property
    def role(self) -> str:
        """Title and department."""
        return ", ".join(filter(None, (self.title, self.department)))


def safe_href(text: str) -> str:
    """Return the address that a link may lead to, empty when it would run something or lead nowhere."""
    text = text.strip()
    try:
        scheme = urlsplit(text).scheme.lower()
    except ValueError:
        return ""
    if scheme in _SCHEMES and text.lower().startswith((f"{scheme}://", "mailto:", "tel:")):
        return text
    return f"https://{text}" if _HOST.fullmatch(text) else ""


def _link(info: Info) -> str:
    if info.kind is Kind.EMAIL:
        return f"mailto:{quote(info.value, safe='@+')}" if "@" in info.value else ""
    if info.kind in _PROFILES:
        if _PROFILE.fullmatch(info.value):
            return _PROFILES[info.kind] + quote(info.value.removeprefix("@"))
        return safe_href(info.value)
    return safe_href(info.value) if info.kind is Kind.URL else ""


def fact_of(info: Info, *, today: date, region: str, seen_from: str) -> Fact:
    """Return the line of one info. Phones were typed in `region`, and are read in `seen_from` (ISO 3166 alpha-2)."""
    if info.kind is Kind.ADDRESS:
        return _address(info)
    if info.kind is Kind.DATE:
        return _date(info, today)
    is_phone = info.kind is Kind.PHONE
    return Fact(
        label=info.label_name,
        value=phone_shown(info.value, region, seen_from) if is_phone else info.value,
        href=phone_uri(info.value, region) if is_phone else _link(info),
        copy=str(_COPY.get(info.kind, _("Copy"))),
        preferred=info.preferred,
        outside=info.kind not in {Kind.EMAIL, Kind.PHONE},
        kind=str(info.kind),
    )


def _address(info: Info) -> Fact:
    part = {name: text.strip() for name, text in info.address.items()}
    place = " ".join(filter(None, (part.get("postal_code"), part.get("city"))))
    names = ("street", "extended", "po_box")
    lines = [*(part.get(name, "") for name in names), place, part.get("region", ""), part.get("country", "")]
    value = "\n".join(filter(None, lines))
    wanted = ", ".join(filter(None, (part.get("street"), place, part.get("region"), part.get("country"))))
    return Fact(
        label=info.label_name,
        value=value,
        href=f"https://www.openstreetmap.org/search?{urlencode({'query': ' '.join(wanted.split())})}" if wanted else "",
        copy=_("Copy address"),
        preferred=info.preferred,
        outside=True,
        kind="address",
    )


def _date(info: Info, today: date) -> Fact:
    yearless = info.value.startswith("--")
    try:
        day = date.fromisoformat(f"2000{info.value[1:]}" if yearless else info.value)
    except ValueError:  # a year that Python's dates do not reach is shown as it stands
        return Fact(label=info.label_name, value=info.value, kind="date")
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    note = ""
    if not yearless and 0 < years < 150:
        note = ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return Fact(label=info.label_name, value=date_format(day, "j F" if yearless else "j F Y"), note=note, kind="date")


def facts(document: ContactDocument, *, today: date, region: str, seen_from: str) -> Iterator[tuple[str, list[Fact]]]:
    """Yield (title, lines) of each group of values that has any, in the order of the card.

    `region` is the organization's, in which phones without a country are read; `seen_from` that of who looks.
    """
    region = region_for(document, region)
    groups: tuple[tuple[Any, tuple[Kind, ...]], ...] = (
        (_("Emails"), (Kind.EMAIL,)),
        (_("Phones"), (Kind.PHONE,)),
        (_("Addresses"), (Kind.ADDRESS,)),
        (_("On the web"), (Kind.URL, Kind.FACEBOOK, Kind.INSTAGRAM, Kind.TWITTER)),
        (_("Dates"), (Kind.DATE,)),
        (_("More"), (Kind.CUSTOM,)),
    )
    for title, kinds in groups:
        lines = [
            _named(fact_of(info, today=today, region=region, seen_from=seen_from))
            for kind in kinds
            for info in document.of_kind(kind)
        ]
        if Kind.CUSTOM in kinds:
            lines += [
                Fact(str(scalar.title), getattr(document, scalar.name))
                for scalar in SCALARS
                if scalar.name not in _ELSEWHERE and getattr(document, scalar.name)
            ]
        if lines:
            yield str(title), lines


def _named(fact: Fact) -> Fact:
    """Put the network's name before the label of a social name, whose label alone says little."""
    network = {"facebook": "Facebook", "instagram": "Instagram", "twitter": "Twitter"}.get(fact.kind)
    if not network:
        return fact
    return replace(fact, label=f"{network}, {fact.label}")


def jobs(memberships: Sequence[Membership], ids: Mapping[str, UUID]) -> list[Job]:
    """Return what the contact is in each company; `ids` are the companies' by item id."""
    return [
        Job(
            title=membership.title,
            department=membership.department,
            company=membership.name,
            company_id=ids.get(membership.id) if membership.name else None,
            more=[text for text in (membership.location, membership.description) if text],
        )
        for membership in memberships
        if membership.kind == "company"
    ]
