"""A document as a card shows it: every value that is set, with its link and what copying it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.derived import region_for
from contacts.document import SCALARS, ContactDocument, Info, Kind, Membership
from contacts.handles import phone_shown, phone_uri
from contacts.phone_time import times_there

_SCHEMES = {"http", "https", "mailto", "tel"}
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([/?#].*)?", re.ASCII)
_PROFILE = re.compile(r"@?[\w.-]{1,64}", re.ASCII)
_PROFILES = {
    Kind.FACEBOOK: "https://www.facebook.com/",
    Kind.INSTAGRAM: "https://www.instagram.com/",
    Kind.TWITTER: "https://x.com/",
}
_COPY = {Kind.EMAIL: gettext_lazy("Copy email"), Kind.PHONE: gettext_lazy("Copy phone")}
_PHONETIC = ("phonetic_first_name", "phonetic_middle_name", "phonetic_last_name")
#: Scalars that stand in the card's head or have a place of their own.
_ELSEWHERE = {
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "pronouns",
    "notes",
    "nickname",
    *_PHONETIC,
}
#: Suffixes that are a part of the name itself: no comma stands before them.
_GENERATION = re.compile(r"(jr|jnr|junior|sr|snr|senior|[ivx]+|\d+(st|nd|rd|th))\.?", re.IGNORECASE)
#: How long before a birthday the card tells of it.
_SOON = timedelta(days=31)


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


@dataclass(frozen=True, slots=True)
class Head:
    """How the card calls a contact: `name` with its prefix, and what else they go by, as (what it is, text)."""

    name: str
    also: Sequence[tuple[str, str]]


def head_of(document: ContactDocument, name: str, *, family_first: bool) -> Head:
    """Return what stands at the top of the card; `name` is the name as the person wants to see it.

    A degree or honour is set off by a comma, "Junior" is not.
    """
    suffix = document.suffix
    shown = name
    if suffix and name.endswith(f" {suffix}") and not _GENERATION.fullmatch(suffix):
        shown = f"{name.removesuffix(suffix).rstrip(' ,')}, {suffix}"
    if document.prefix and document.full_name:
        shown = f"{document.prefix} {shown}"
    given, middle, family = (getattr(document, part) for part in _PHONETIC)
    phonetic = " ".join(filter(None, (family, given, middle) if family_first else (given, middle, family)))
    also = [
        (_("Prefix"), "" if document.full_name else document.prefix),
        (_("Nickname"), document.nickname),
        (_("Phonetic name"), phonetic),
    ]
    return Head(shown, [(what, text) for what, text in also if text and text != name])


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


def mail_href(email: str) -> str:
    """Return the link that begins an email (RFC 6068), empty for what is no address."""
    return f"mailto:{quote(email, safe='@+')}" if "@" in email else ""


def _link(info: Info) -> str:
    if info.kind is Kind.EMAIL:
        return mail_href(info.value)
    if info.kind in _PROFILES:
        if _PROFILE.fullmatch(info.value):
            return _PROFILES[info.kind] + quote(info.value.removeprefix("@"))
        return safe_href(info.value)
    return safe_href(info.value) if info.kind is Kind.URL else ""


def fact_of(info: Info, *, now: datetime, region: str, seen_from: str) -> Fact:
    """Return the line of one info, `now` being the time of who looks (aware).

    Phones were typed in `region`, and are read in `seen_from` (ISO 3166 alpha-2).
    """
    if info.kind is Kind.ADDRESS:
        return _address(info)
    if info.kind is Kind.DATE:
        return _date(info, now.date())
    is_phone = info.kind is Kind.PHONE
    return Fact(
        label=info.label_name,
        value=phone_shown(info.value, region, seen_from) if is_phone else info.value,
        href=phone_uri(info.value, region) if is_phone else _link(info),
        copy=str(_COPY.get(info.kind) or _copy(info.label_name)),
        preferred=info.preferred,
        note=_there(info.value, region, now) if is_phone else "",
        outside=info.kind not in {Kind.EMAIL, Kind.PHONE},
        kind=str(info.kind),
    )


def _copy(label: str) -> str:
    return _("Copy: %(label)s") % {"label": label}


def _there(phone: str, region: str, now: datetime) -> str:
    """Return what time it is where a phone is, empty when that is not known or the same as here.

    Who has not chosen a time zone is in UTC for us, which says nothing about where they are.
    """
    times = times_there(phone, region, now)
    if times is None or (str(now.tzinfo) != "UTC" and all(time.utcoffset() == now.utcoffset() for time in times)):
        return ""
    first, last = times
    # A weekday where it is another day than here.
    earliest, latest = (date_format(time, "H:i" if time.date() == now.date() else "D H:i") for time in times)
    if first.utcoffset() == last.utcoffset():
        return _("%(time)s there") % {"time": earliest}
    return _("%(earliest)s to %(latest)s there") % {"earliest": earliest, "latest": latest}


def map_href(info: Info) -> str:
    """Return the link to where an address is on a map, empty when it names no place."""
    part = {name: text.strip() for name, text in info.address.items()}
    place = " ".join(filter(None, (part.get("postal_code"), part.get("city"))))
    wanted = ", ".join(filter(None, (part.get("street"), place, part.get("region"), part.get("country"))))
    query = urlencode({"query": " ".join(wanted.split())})
    return f"https://www.openstreetmap.org/search?{query}" if wanted else ""


def _address(info: Info) -> Fact:
    part = {name: text.strip() for name, text in info.address.items()}
    place = " ".join(filter(None, (part.get("postal_code"), part.get("city"))))
    names = ("street", "extended", "po_box")
    lines = [*(part.get(name, "") for name in names), place, part.get("region", ""), part.get("country", "")]
    value = "\n".join(filter(None, lines))
    return Fact(
        label=info.label_name,
        value=value,
        href=map_href(info),
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
        return Fact(label=info.label_name, value=info.value, copy=_copy(info.label_name), kind="date")
    return Fact(
        label=info.label_name,
        value=date_format(day, "j F" if yearless else "j F Y"),
        copy=_copy(info.label_name),
        note="" if yearless else _years(day, today, is_birthday=info.label == "birthday"),
        preferred=info.preferred,
        kind="date",
    )


def _years(day: date, today: date, *, is_birthday: bool) -> str:
    """Return how many years ago a day was, of a birthday the age, and the next one when it is near."""
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    if not 0 <= years < 150:
        return ""
    if not is_birthday:
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years} if years else ""
    if years and (today.month, today.day) == (day.month, day.day):
        return _("turns %(age)d today") % {"age": years}
    try:
        following = day.replace(year=day.year + years + 1)
    except ValueError:  # the 29th of February, in a year without one
        following = date(day.year + years + 1, 3, 1)
    age = ngettext("%(count)d year old", "%(count)d years old", years) % {"count": years} if years else ""
    if following - today > _SOON:
        return age
    turns = _("turns %(age)d on %(day)s") % {"age": years + 1, "day": date_format(following, "j F")}
    return ", ".join(filter(None, (age, turns)))


def facts(document: ContactDocument, *, now: datetime, region: str, seen_from: str) -> Iterator[tuple[str, list[Fact]]]:
    """Yield (title, lines) of each group of values that has any, in the order of the card.

    `now` is the time of who looks (aware), `seen_from` their region; `region` is that in which phones without a country
    are read: the organization's.
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
            _named(fact_of(info, now=now, region=region, seen_from=seen_from))
            for kind in kinds
            for info in document.of_kind(kind)
        ]
        if Kind.CUSTOM in kinds:
            lines += [
                Fact(str(scalar.title), getattr(document, scalar.name), copy=_copy(str(scalar.title)))
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
