"""Recognising a table's header: whose export it is, and what each of its columns means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from django.utils.translation import gettext as _

from contacts.document import Kind
from contacts.formats import google_csv, outlook_csv
from contacts.formats.refusals import NotATable
from contacts.formats.rows import Plan
from contacts.formats.targets import Target, To, address, company, custom, info, scalar

#: The formats and what they are called on the page.
FORMAT_NAMES = {
    "google": "Google CSV",
    "google-old": "Google CSV (before 2024)",
    "outlook": "Outlook CSV",
    "outlook-google": "Outlook CSV, as Google writes it",
    "vcard": "vCard",
    "outlook-web": "Outlook.com CSV",
    "other": "CSV",
}

#: Titles of tables that nobody exported from Google or Outlook.
_GENERAL: dict[str, Target] = {
    **dict.fromkeys(("name", "full name", "fullname", "display name", "contact", "contact name"), Target(to=To.NAME)),
    **dict.fromkeys(("first", "firstname", "first name", "given name", "forename"), scalar("first_name")),
    **dict.fromkeys(("middle", "middlename", "middle name"), scalar("middle_name")),
    **dict.fromkeys(("last", "lastname", "last name", "surname", "family name"), scalar("last_name")),
    **dict.fromkeys(("prefix", "salutation"), scalar("prefix")),
    "pronouns": scalar("pronouns"),
    "gender": scalar("gender"),
    "nick": scalar("nickname"),
    **dict.fromkeys(("note", "notes", "comment", "comments", "description"), scalar("notes")),
    **dict.fromkeys(
        ("email", "e-mail", "mail", "email address", "e-mail address", "emails", "primary email", "email 1", "email1"),
        info(Kind.EMAIL),
    ),
    **dict.fromkeys(("email 2", "email2", "secondary email", "email 3", "email3"), info(Kind.EMAIL)),
    **dict.fromkeys(("work email", "business email"), info(Kind.EMAIL, "work")),
    **dict.fromkeys(("home email", "personal email", "private email"), info(Kind.EMAIL, "personal")),
    **dict.fromkeys(("phone", "telephone", "tel", "phone number", "phone 1", "telephone number"), info(Kind.PHONE)),
    **dict.fromkeys(("mobile", "cell", "cell phone", "mobile number", "cellphone"), info(Kind.PHONE, "mobile")),
    **dict.fromkeys(("work phone", "office phone"), info(Kind.PHONE, "work")),
    "fax": info(Kind.PHONE, "other_fax"),
    **dict.fromkeys(
        ("organization", "organisation", "company name", "organization name", "employer", "firm"), company("name")
    ),
    **dict.fromkeys(("position", "role", "job"), company("title")),
    "address": address("other", "formatted"),
    **dict.fromkeys(("street", "street address", "address 1", "address line 1"), address("other", "street")),
    **dict.fromkeys(("address 2", "address line 2"), address("other", "street2")),
    **dict.fromkeys(("city", "town"), address("other", "city")),
    **dict.fromkeys(("state", "region", "province", "county"), address("other", "region")),
    **dict.fromkeys(("zip", "zip code", "zipcode", "postcode", "postal code"), address("other", "postal_code")),
    "country": address("other", "country"),
    **dict.fromkeys(("url", "website", "web site", "homepage", "web", "web page"), info(Kind.URL, "homepage")),
    "linkedin": info(Kind.URL, "profile"),
    "facebook": info(Kind.FACEBOOK),
    "instagram": info(Kind.INSTAGRAM),
    **dict.fromkeys(("twitter", "x (twitter)"), info(Kind.TWITTER)),
    **dict.fromkeys(("birthday", "date of birth", "birth date", "birthdate"), info(Kind.DATE, "birthday")),
    **dict.fromkeys(("group", "groups", "tags", "labels", "categories", "category"), Target(to=To.GROUPS)),
    **dict.fromkeys(("starred", "favorite", "favourite"), Target(to=To.STARRED)),
}


@dataclass(frozen=True, eq=False)
class Layout:
    """What a file was recognised as, and what each column of it means.

    `name` is one of `FORMAT_NAMES`; `reason` a sentence; `targets` one per column of `header`; `known` says of each
    column whether its title was recognised (the others become custom fields). `language` is that of a localised
    Outlook ("" for English); `day_first` says that 6/10 in it is the sixth of October.
    """

    name: str
    reason: str
    header: tuple[str, ...]
    targets: tuple[Target, ...]
    known: tuple[bool, ...]
    language: str = ""
    day_first: bool = False

    @cached_property
    def plan(self) -> Plan:
        """The targets compiled for speed; `to_document` runs it on every row."""
        return Plan(
            self.header,
            self.targets,
            google=self.name in {"google", "google-old"},
            plain_marks=self.name == "outlook-google",
            commas_in_groups=self.name == "other",
            day_first=self.day_first,
        )

    @property
    def title(self) -> str:
        """The format's name as people read it."""
        return FORMAT_NAMES[self.name]

    @property
    def signature(self) -> str:
        """A key of the header: a correction of the mapping is remembered under it, case-blind."""
        text = json.dumps([title.casefold() for title in self.header], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def with_targets(self, targets: Sequence[Target], *, day_first: bool | None = None) -> Layout:
        """Return the layout with a correction applied. Raises ValueError unless there is a target for each column."""
        if len(targets) != len(self.header):
            raise ValueError(f"{len(targets)} meanings for {len(self.header)} columns")
        day_first = self.day_first if day_first is None else day_first
        return replace(self, targets=tuple(targets), day_first=day_first)

    def to_json(self) -> dict[str, Any]:
        """Return the layout as JSON, for the import's row."""
        return {
            "name": self.name,
            "reason": self.reason,
            "header": list(self.header),
            "targets": [target.to_json() for target in self.targets],
            "known": list(self.known),
            "language": self.language,
            "day_first": self.day_first,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the layout that `to_json` wrote."""
        return cls(
            name=data["name"],
            reason=data["reason"],
            header=tuple(data["header"]),
            targets=tuple(Target.from_json(target) for target in data["targets"]),
            known=tuple(data["known"]),
            language=data["language"],
            day_first=data["day_first"],
        )


def detect(header: Sequence[str]) -> Layout:
    """Return what a header row is of. Raises `NotATable` when no title in it means anything for a contact."""
    titles = [" ".join(title.split()) for title in header]
    keys = [title.casefold() for title in titles]
    google = [google_csv.target_of(title) for title in titles]
    numbered = [title for title in titles if google_csv.NUMBERED_TITLE.fullmatch(title) and google_csv.target_of(title)]
    if numbered or {"given name", "family name"} <= set(keys) or {"labels", "organization name"} <= set(keys):
        return _google(titles, keys, google, numbered)
    english = [outlook_csv.ENGLISH.get(key) for key in keys]
    count = sum(target is not None for target in english)
    language, words = outlook_csv.best_language(titles)
    if words >= 3 and words > count:
        name = _(outlook_csv.LANGUAGES[language])
        targets = outlook_csv.targets_in(language, titles)
        # Outlook leaves a title here and there in English.
        targets = [target or other for target, other in zip(targets, english, strict=True)]
        reason = _("It has the columns %(titles)s of an Outlook export in %(language)s.") % {
            "titles": _some([title for title, target in zip(titles, targets, strict=True) if target]),
            "language": name,
        }
        return _layout("outlook", reason, titles, targets, language, day_first=language in outlook_csv.DAY_FIRST)
    if count >= 3 and len(outlook_csv.TELLING.intersection(keys)) >= 2:
        return _outlook(titles, keys, english)
    return _other(titles, keys, english, google, outlook_csv.targets_in(language, titles))


def _google(titles: list[str], keys: list[str], google: list[Target | None], numbered: list[str]) -> Layout:
    old = any(title.casefold().endswith("- type") for title in numbered) or "given name" in keys
    telling = [title for title in numbered if title.casefold().startswith("e-mail")] or numbered
    others = {"given name", "family name", "group membership"} if old else {"first name", "labels", "organization name"}
    telling = [*telling[:2], *(title for title in titles if title.casefold() in others)]
    sentence = (
        _("It has the columns %(titles)s of a Google export before 2024.")
        if old
        else _("It has the columns %(titles)s of a Google export since 2024.")
    )
    reason = sentence % {"titles": _some(telling)}
    return _layout("google-old" if old else "google", reason, titles, google)


def _outlook(titles: list[str], keys: list[str], english: list[Target | None]) -> Layout:
    if found := outlook_csv.GOOGLE_TITLES.intersection(keys):
        name, sentence = "outlook-google", _("It has the columns %(titles)s of the Outlook CSV that Google writes.")
    elif "categories" not in keys and (found := outlook_csv.WEB_TITLES.intersection(keys)):
        name, sentence = "outlook-web", _("It has the columns %(titles)s of an export of Outlook on the web.")
    else:
        name, sentence = "outlook", _("It has the columns %(titles)s of an export of Outlook.")
        found = outlook_csv.TELLING.intersection(keys)
    usual = [title for title in titles if title.casefold() in {"first name", "e-mail address", "business phone"}]
    special = [title for title in titles if title.casefold() in found]
    telling = [*special[:2], *usual] if name != "outlook" else [*usual, *special]
    telling = list(dict.fromkeys(telling))
    return _layout(name, sentence % {"titles": _some(telling)}, titles, english)


def _other(titles: list[str], keys: list[str], *known: list[Target | None]) -> Layout:
    columns = zip(*known, strict=True)
    targets = [
        _GENERAL.get(key) or next((target for target in candidates if target), None)
        for key, candidates in zip(keys, columns, strict=True)
    ]
    found = [title for title, target in zip(titles, targets, strict=True) if target]
    if not found:
        raise NotATable(
            _(
                "None of the column titles is known: %(titles)s. The first row should say what each column holds, "
                "such as First Name, Last Name and Email. Add such a row, or use a template."
            )
            % {"titles": _some([title for title in titles if title][:3]) or "–"}
        )
    reason = _(
        "It is not laid out as Google or Outlook do; %(count)d of its %(all)d columns are known by their titles, "
        "such as %(titles)s."
    ) % {"count": len(found), "all": len(titles), "titles": _some(found)}
    return _layout("other", reason, titles, targets)


def _some(titles: list[str]) -> str:
    names = [f"“{title[:40]}”" for title in titles[:3]]
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _layout(
    name: str,
    reason: str,
    titles: list[str],
    targets: Sequence[Target | None],
    language: str = "",
    *,
    day_first: bool = False,
) -> Layout:
    """Return the layout; a column without a known title becomes a custom field called by it."""
    return Layout(
        name=name,
        reason=reason,
        header=tuple(titles),
        targets=tuple(
            target or custom(title or _("Column %(number)d") % {"number": number})
            for number, (title, target) in enumerate(zip(titles, targets, strict=True), 1)
        ),
        known=tuple(target is not None for target in targets),
        language=language,
        day_first=day_first,
    )
