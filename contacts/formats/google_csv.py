"""Google's CSV layouts: what its columns mean, since 2024 ("Labels", "First Name") and before ("Given Name").

Source: exports of Google Contacts of both times. Columns of a kind are numbered, as many as the fullest contact needs.
"""

from __future__ import annotations

import re

from contacts.document import Kind
from contacts.formats.targets import IGNORE, Target, To, company, custom, info, scalar

#: Columns that occur once. Both layouts in one table: no title means two things.
COLUMNS: dict[str, Target] = {
    # Since 2024.
    "First Name": scalar("first_name"),
    "Middle Name": scalar("middle_name"),
    "Last Name": scalar("last_name"),
    "Phonetic First Name": scalar("phonetic_first_name"),
    "Phonetic Middle Name": scalar("phonetic_middle_name"),
    "Phonetic Last Name": scalar("phonetic_last_name"),
    "Name Prefix": scalar("prefix"),
    "Name Suffix": scalar("suffix"),
    "Nickname": scalar("nickname"),
    "File As": scalar("file_as"),
    "Organization Name": company("name"),
    "Organization Title": company("title"),
    "Organization Department": company("department"),
    "Birthday": info(Kind.DATE, "birthday"),
    "Notes": scalar("notes"),
    "Photo": custom("Photo"),
    "Labels": Target(to=To.GROUPS),
    # Ours, beyond Google's: other programs leave them out.
    "Organization Location": company("location"),
    "Organization Description": company("description"),
    "Pronouns": scalar("pronouns"),
    # Before 2024.
    "Name": Target(to=To.NAME),
    "Given Name": scalar("first_name"),
    "Additional Name": scalar("middle_name"),
    "Family Name": scalar("last_name"),
    "Yomi Name": Target(to=To.NAME, field="phonetic"),
    "Given Name Yomi": scalar("phonetic_first_name"),
    "Additional Name Yomi": scalar("phonetic_middle_name"),
    "Family Name Yomi": scalar("phonetic_last_name"),
    "Gender": scalar("gender"),
    "Group Membership": Target(to=To.GROUPS),
    **{
        title: custom(title)
        for title in (
            "Initials",
            "Short Name",
            "Maiden Name",
            "Location",
            "Billing Information",
            "Directory Server",
            "Mileage",
            "Occupation",
            "Hobby",
            "Subject",
            "Language",
        )
    },
    "Sensitivity": custom("Sensitivity", default="normal"),
    "Priority": custom("Priority", default="normal"),
}
_BY_KEY = {title.casefold(): target for title, target in COLUMNS.items()}

#: Numbered columns: "E-mail 1 - Value". By the word before the number, which kind of info they hold.
NUMBERED: dict[str, Kind] = {
    "E-mail": Kind.EMAIL,
    "Phone": Kind.PHONE,
    "Website": Kind.URL,
    "Event": Kind.DATE,
    "Relation": Kind.CUSTOM,
    "IM": Kind.CUSTOM,
    "Custom Field": Kind.CUSTOM,
    # Ours.
    "Facebook": Kind.FACEBOOK,
    "Instagram": Kind.INSTAGRAM,
    "Twitter": Kind.TWITTER,
}
_KINDS = {word.casefold(): kind for word, kind in NUMBERED.items()} | {"email": Kind.EMAIL}

ADDRESS_COLUMNS = {
    "Label": "label",
    "Formatted": "formatted",
    "Street": "street",
    "City": "city",
    "PO Box": "po_box",
    "Region": "region",
    "Postal Code": "postal_code",
    "Country": "country",
    "Extended Address": "extended",
}
COMPANY_COLUMNS = {
    "Name": "name",
    "Title": "title",
    "Department": "department",
    "Location": "location",
    "Job Description": "description",
}
_ADDRESS_PARTS = {title.casefold(): part for title, part in ADDRESS_COLUMNS.items()} | {"type": "label"}
_COMPANY_PARTS = {title.casefold(): part for title, part in COMPANY_COLUMNS.items()}
_INFO_PARTS = {"label": "label", "type": "label", "service": "service", "value": "value"}

NUMBERED_TITLE = re.compile(r"(?P<word>[a-z][a-z\- ]*?) (?P<number>[0-9]{1,4}) - (?P<part>.+)", re.IGNORECASE)


def target_of(title: str) -> Target | None:
    """Return what a column with this title means in a Google export, or None."""
    title = title.strip()
    if (target := _BY_KEY.get(title.casefold())) is not None:
        return target
    found = NUMBERED_TITLE.fullmatch(title)
    if found is None:
        return None
    word, number, part = found["word"].casefold(), int(found["number"]), found["part"].strip().casefold()
    if word in _KINDS and part in _INFO_PARTS:
        kind = _KINDS[word]
        # The word tells Relation 1 from Custom Field 1; a value without a label is at least called what it is.
        own = {"relation": "Relation", "im": "IM"}.get(word, "")
        return Target(to=To.INFO, kind=kind, field=_INFO_PARTS[part], custom_label=own, group=f"{word} {number}")
    if word == "address" and part in _ADDRESS_PARTS:
        return Target(to=To.ADDRESS, field=_ADDRESS_PARTS[part], group=str(number))
    if word == "organization":
        if part in _COMPANY_PARTS:
            return company(_COMPANY_PARTS[part], str(number))
        if part == "type":
            return custom(title, default="|*|work|* work|other|* other|unknown")
        return custom(title)
    return None


def supported() -> list[tuple[str, Target]]:
    """Return (column title, meaning) of everything that is read, numbered columns once, for the help page."""
    rows = list(COLUMNS.items())
    for word, kind in NUMBERED.items():
        rows.append((f"{word} 1 - Label", Target(to=To.INFO, kind=kind, field="label")))
        if word == "IM":
            rows.append((f"{word} 1 - Service", Target(to=To.INFO, kind=kind, field="service")))
        rows.append((f"{word} 1 - Value", Target(to=To.INFO, kind=kind, field="value")))
    rows += [(f"Address 1 - {title}", Target(to=To.ADDRESS, field=part)) for title, part in ADDRESS_COLUMNS.items()]
    rows += [(f"Organization 1 - {title}", company(part)) for title, part in COMPANY_COLUMNS.items()]
    return [(title, target) for title, target in rows if target != IGNORE]
