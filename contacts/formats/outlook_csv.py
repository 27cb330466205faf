"""Outlook's CSV layouts: desktop (also in ten more languages), outlook.com, and what Google calls "Outlook CSV".

Sources: exports of each; the words of other languages as webmail importers report them (`outlook_headers.csv`: one
row per meaning, one column per language, several titles of one meaning separated by semicolons).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

from contacts.document import Kind
from contacts.formats.targets import Target, To, address, company, custom, info, scalar


def _email(number: str, part: str) -> Target:
    return Target(to=To.INFO, kind=Kind.EMAIL, field=part, label="other", group=f"email{number}")


def _addresses() -> dict[str, Target]:
    columns = {}
    for place, label in (("Business", "work"), ("Home", "home"), ("Other", "other")):
        for title, part in (
            ("Address", "formatted"),
            ("Street", "street"),
            ("Street 2", "street2"),
            ("Street 3", "street3"),
            ("Address PO Box", "po_box"),
            ("City", "city"),
            ("State", "region"),
            ("Postal Code", "postal_code"),
            ("Country/Region", "country"),
            ("Country", "country"),
        ):
            columns[f"{place} {title}"] = address(label, part)
    return columns


#: Titles in English. What every Outlook contact holds though nobody entered it stands as `default` of its column.
COLUMNS: dict[str, Target] = {
    "Title": scalar("prefix"),
    "First Name": scalar("first_name"),
    "Middle Name": scalar("middle_name"),
    "Last Name": scalar("last_name"),
    "Suffix": scalar("suffix"),
    "Nickname": scalar("nickname"),
    "Given Yomi": scalar("phonetic_first_name"),
    "Surname Yomi": scalar("phonetic_last_name"),
    "Given Name Yomi": scalar("phonetic_first_name"),
    "Family Name Yomi": scalar("phonetic_last_name"),
    "Company": company("name"),
    "Department": company("department"),
    "Job Title": company("title"),
    "Office Location": company("location"),
    "E-mail Address": _email("", "value"),
    "E-mail Type": _email("", "type"),
    "E-mail Display Name": _email("", "display"),
    "E-mail 2 Address": _email("2", "value"),
    "E-mail 2 Type": _email("2", "type"),
    "E-mail 2 Display Name": _email("2", "display"),
    "E-mail 3 Address": _email("3", "value"),
    "E-mail 3 Type": _email("3", "type"),
    "E-mail 3 Display Name": _email("3", "display"),
    "Mobile Phone": info(Kind.PHONE, "mobile"),
    "Primary Phone": info(Kind.PHONE, "main"),
    "Company Main Phone": info(Kind.PHONE, "main"),
    "Business Phone": info(Kind.PHONE, "work"),
    "Business Phone 2": info(Kind.PHONE, "work"),
    "Home Phone": info(Kind.PHONE, "home"),
    "Home Phone 2": info(Kind.PHONE, "home"),
    "Other Phone": info(Kind.PHONE),
    "Business Fax": info(Kind.PHONE, "work_fax"),
    "Home Fax": info(Kind.PHONE, "home_fax"),
    "Other Fax": info(Kind.PHONE, "other_fax"),
    "Pager": info(Kind.PHONE, "pager"),
    "Assistant's Phone": info(Kind.PHONE, custom_label="Assistant"),
    "Callback": info(Kind.PHONE, custom_label="Callback"),
    "Car Phone": info(Kind.PHONE, custom_label="Car"),
    "ISDN": info(Kind.PHONE, custom_label="ISDN"),
    "Radio Phone": info(Kind.PHONE, custom_label="Radio"),
    "TTY/TDD Phone": info(Kind.PHONE, custom_label="TTY/TDD"),
    "Telex": info(Kind.PHONE, custom_label="Telex"),
    **_addresses(),
    "Web Page": info(Kind.URL, "homepage"),
    "Personal Web Page": info(Kind.URL, "personal"),
    "Birthday": info(Kind.DATE, "birthday"),
    "Anniversary": info(Kind.DATE, "anniversary"),
    "Notes": scalar("notes"),
    "Gender": scalar("gender"),
    "Categories": Target(to=To.GROUPS),
    **{
        title: custom(title)
        for title in (
            "Account",
            "Assistant's Name",
            "Billing Information",
            "Children",
            "Company Yomi",
            "Directory Server",
            "Government ID Number",
            "Hobby",
            "IMAddress",
            "Initials",
            "Internet Free Busy",
            "Keywords",
            "Language",
            "Location",
            "Manager's Name",
            "Mileage",
            "Organizational ID Number",
            "Profession",
            "Referred By",
            "Schools",
            "Spouse",
            "User 1",
            "User 2",
            "User 3",
            "User 4",
        )
    },
    "Priority": custom("Priority", default="normal"),
    "Sensitivity": custom("Sensitivity", default="normal"),
    "Private": custom("Private", default="false|falsch|faux|no|0"),
}
ENGLISH = {title.casefold(): target for title, target in COLUMNS.items()}

#: Titles that hardly any other program uses.
TELLING = frozenset(
    title.casefold()
    for title in COLUMNS
    if title.startswith(("E-mail", "Business ", "Home ", "Other ", "TTY")) or title in {"Web Page", "Mobile Phone"}
)
#: Titles of outlook.com alone, and of Google's "Outlook CSV" alone.
WEB_TITLES = frozenset({"given yomi", "surname yomi", "given name yomi", "imaddress", "schools", "personal web page"})
GOOGLE_TITLES = frozenset({"home address", "business address", "other address"})

LANGUAGES = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pl": "Polish",
    "pt-BR": "Portuguese",
    "fi": "Finnish",
    "sk": "Slovak",
    "ru": "Russian",
    "zh-TW": "Chinese",
}
#: Where 6/10 is the sixth of October.
DAY_FIRST = frozenset(LANGUAGES) - {"zh-TW"}

#: What a gender column holds when nobody said any, in the languages above.
NO_GENDER = frozenset(
    {
        "unspecified",
        "keine angabe",
        "nicht angegeben",
        "nicht spezifiziert",
        "non spécifié",
        "non précisé",
        "sin especificar",
        "no especificado",
        "non specificato",
        "nieokreślona",
        "nie określono",
        "não especificado",
        "määrittämätön",
        "neurčené",
        "не указан",
        "未指定",
    }
)

_PLACES = {"home": "home", "work": "work", "other": "other"}
_PARTS = {
    "street": "street",
    "locality": "city",
    "region": "region",
    "zipcode": "postal_code",
    "country": "country",
}
_PHONES = {
    "home": "home",
    "home2": "home",
    "homefax": "home_fax",
    "main": "main",
    "mobile": "mobile",
    "pager": "pager",
    "work": "work",
    "work2": "work",
    "workfax": "work_fax",
}
_SCALARS = {
    "firstname": "first_name",
    "middlename": "middle_name",
    "surname": "last_name",
    "prefix": "prefix",
    "suffix": "suffix",
    "nickname": "nickname",
    "gender": "gender",
    "notes": "notes",
}
_FAX = re.compile(r"fax|faks|télécopie|факс|傳真", re.IGNORECASE)
_MOBILE = re.compile(r"mobile|celular|cellulare", re.IGNORECASE)


def _meaning(name: str, title: str) -> Target:
    """Return the target of a meaning of `outlook_headers.csv` for a column with this title."""
    kind, _colon, label = name.partition(":")
    if name in _SCALARS:
        return scalar(_SCALARS[name])
    if kind in _PARTS:
        return address(_PLACES[label], _PARTS[kind])
    if kind == "phone":
        if label == "other" and _FAX.search(title):
            return info(Kind.PHONE, "other_fax")
        if label in {"car", "assistant"} or (label == "other" and _MOBILE.search(title)):
            return info(Kind.PHONE, custom_label=label.capitalize() if label != "other" else title)
        return info(Kind.PHONE, _PHONES.get(label, "other"))
    if kind == "email":
        number = re.search("[23]", title)
        return _email(number[0] if number else f" {label}", "value")
    if found := re.fullmatch(r"email([23]?)-(type|display)", name):
        return _email(found[1] or " other", found[2])
    if kind == "website":
        return info(Kind.URL, label)
    simple = {
        "organization": company("name"),
        "department": company("department"),
        "jobtitle": company("title"),
        "location": company("location"),
        "groups": Target(to=To.GROUPS),
        "name": Target(to=To.NAME),
        "birthday": info(Kind.DATE, "birthday"),
        "anniversary": info(Kind.DATE, "anniversary"),
        "birthday-d": Target(to=To.DATE_PART, field="day"),
        "birthday-m": Target(to=To.DATE_PART, field="month"),
        "birthday-y": Target(to=To.DATE_PART, field="year"),
        "photo": custom("Photo"),
        "priority": custom(title, default="normal"),
        "sensitivity": custom(title, default="normal"),
        "private": custom(title, default="false|falsch|aus|nein|0"),
    }
    return simple.get(name) or custom(title)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    """Return, by language, the meanings of each case-folded title, the likelier one first."""
    text = (files("contacts.formats") / "outlook_headers.csv").read_text("utf-8")
    words: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
    for row in csv.DictReader(text.splitlines()):
        for language, meanings in words.items():
            for title in row[language].split(";"):
                if title.strip() and row["meaning"] not in (known := meanings.setdefault(title.strip().casefold(), [])):
                    known.append(row["meaning"])
    for meanings in words.values():
        for known in meanings.values():
            if "birthday" in known:  # a column of birthdays is commoner than the others that share its title
                known.remove("birthday")
                known.insert(0, "birthday")
    return words


_STREET_LINE = re.compile(r"(.+?)[ :]+([23])")


def targets_in(language: str, titles: list[str]) -> list[Target | None]:
    """Return what each title means in one language; a title with several meanings gets one not yet taken."""
    words = _words()[language]
    keys = [title.strip().casefold() for title in titles]
    in_parts = any(set(words.get(key, ())) & {"birthday-m", "birthday-y"} for key in keys)
    taken: set[str] = set()
    found: list[Target | None] = []
    for key, title in zip(keys, titles, strict=True):
        meanings = words.get(key, [])
        line = None
        if not meanings and (line := _STREET_LINE.fullmatch(key)):
            meanings = [name for name in words.get(line[1], []) if name.startswith("street:")]
        if not meanings:
            found.append(None)
            continue
        name = next((name for name in meanings if name not in taken), meanings[0])
        if name == "birthday" and in_parts and "birthday-d" in meanings:
            name = "birthday-d"
        elif name == "birthday-d" and not in_parts:
            name = "birthday"
        taken.add(name)
        target = _meaning(name, title)
        found.append(address(target.label, f"street{line[2]}") if line else target)
    return found


def best_language(titles: list[str]) -> tuple[str, int]:
    """Return the language in which most titles mean something, and how many do: a header is of one language."""
    counts = {
        language: sum(title.strip().casefold() in words for title in titles) for language, words in _words().items()
    }
    best = max(counts, key=lambda language: counts[language])
    return best, counts[best]


def supported() -> list[tuple[str, Target]]:
    """Return (column title, meaning) of everything that is read, in English, for the help page."""
    return list(COLUMNS.items())
