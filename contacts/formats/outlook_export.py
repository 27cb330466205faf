"""Contacts as CSV in Outlook's desktop layout. It holds less than a contact here can.

Outlook's columns have room for three emails, one or two phones of a label, three addresses, one company and no labels
of one's own. What finds no column is written below the notes, one line each ("Email (Work): …"), so that nothing is
lost to the reader; imported again it is then part of the notes. Labels of emails, preferred marks, years left out of
dates (they go to the notes) and semicolons in names of groups do not survive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contacts.document import ContactDocument, Info, Kind
from contacts.formats.export import formatted_address, write
from contacts.formats.outlook_csv import COLUMNS
from contacts.formats.targets import KIND_NAMES, To

#: The desktop's columns in its order, without those that only hold what Outlook itself puts there.
HEADER: tuple[str, ...] = (
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Nickname",
    "Given Yomi",
    "Surname Yomi",
    "Company",
    "Department",
    "Job Title",
    *(
        f"{place} {part}"
        for place in ("Business", "Home", "Other")
        for part in ("Street", "Street 2", "City", "State", "Postal Code", "Country/Region", "Address PO Box")
    ),
    "Assistant's Phone",
    "Business Fax",
    "Business Phone",
    "Business Phone 2",
    "Callback",
    "Car Phone",
    "Company Main Phone",
    "Home Fax",
    "Home Phone",
    "Home Phone 2",
    "ISDN",
    "Mobile Phone",
    "Other Fax",
    "Other Phone",
    "Pager",
    "Primary Phone",
    "Radio Phone",
    "TTY/TDD Phone",
    "Telex",
    "Account",
    "Anniversary",
    "Assistant's Name",
    "Billing Information",
    "Birthday",
    "Categories",
    "Children",
    "Directory Server",
    "E-mail Address",
    "E-mail 2 Address",
    "E-mail 3 Address",
    "Gender",
    "Government ID Number",
    "Hobby",
    "Initials",
    "Keywords",
    "Language",
    "Location",
    "Manager's Name",
    "Mileage",
    "Notes",
    "Office Location",
    "Organizational ID Number",
    "Profession",
    "Referred By",
    "Spouse",
    "User 1",
    "User 2",
    "User 3",
    "User 4",
    "Web Page",
    "Personal Web Page",
)
_ADDRESS_PARTS = {"street2": "extended"}
_SCALARS = {title: COLUMNS[title].field for title in HEADER if COLUMNS[title].to is To.SCALAR}
_COMPANY = {title: COLUMNS[title].field for title in HEADER if COLUMNS[title].to is To.COMPANY}


def _columns_for(info: Info) -> list[str]:
    """Return the columns that could hold an info, the best one first."""
    if info.kind is Kind.EMAIL:
        return [] if info.custom_label else ["E-mail Address", "E-mail 2 Address", "E-mail 3 Address"]
    if info.kind is Kind.CUSTOM:
        return [title for title in HEADER if COLUMNS[title].to is To.CUSTOM and title == info.custom_label]
    return [
        title
        for title in HEADER
        if (target := COLUMNS[title]).to is To.INFO
        and (target.kind, target.label, target.custom_label) == (info.kind, info.label, info.custom_label)
    ]


def outlook_csv(documents: Iterable[ContactDocument], *, safe: bool = True) -> Iterator[bytes]:
    """Yield a CSV file in Outlook's desktop layout, UTF-8, in blocks; see the module for what it cannot hold."""
    yield from write(HEADER, map(_row, documents), safe=safe)


def _row(document: ContactDocument) -> list[tuple[str, bool]]:
    cells = {title: getattr(document, name) for title, name in _SCALARS.items()}
    rest: list[str] = []
    unheld = {"phonetic_middle_name": "Phonetic middle name", "file_as": "File as", "pronouns": "Pronouns"}
    rest += [f"{title}: {value}" for name, title in unheld.items() if (value := getattr(document, name))]
    if companies := document.companies:
        cells |= {title: getattr(companies[0], part) for title, part in _COMPANY.items()}
        if companies[0].description:
            rest.append(f"Job description: {companies[0].description}")
        for company in companies[1:]:
            rest.append("Company: " + ", ".join(filter(None, company.content[1:])))
    for info in sorted(document.infos, key=lambda info: not info.preferred):
        if not _place(info, cells):
            rest.append(_line(info))
    names = [group.name.replace(";", ",") for group in document.groups]
    cells["Categories"] = ";".join([*names, "* starred"] if document.starred else names)
    cells["Notes"] = "\n".join(filter(None, (document.notes, *rest)))
    return [
        (cells.get(title, ""), COLUMNS[title].to is To.INFO and COLUMNS[title].kind == Kind.PHONE) for title in HEADER
    ]


def _place(info: Info, cells: dict[str, str]) -> bool:
    """Put an info into its column; False when there is none or it is taken."""
    if info.kind is Kind.ADDRESS:
        place = {"work": "Business", "home": "Home", "other": "Other"}[info.label]
        columns = {
            title: info.address.get(_ADDRESS_PARTS.get(target.field, target.field), "")
            for title in HEADER
            if (target := COLUMNS[title]).to is To.ADDRESS and title.startswith(place)
        }
        if info.custom_label or any(cells.get(title) for title in columns):
            return False
        cells.update(columns)
        return True
    value = info.value
    if info.kind is Kind.DATE:
        if value.startswith("--"):
            return False
        year, month, day = value.split("-")
        value = f"{int(month)}/{int(day)}/{year}"
    title = next((title for title in _columns_for(info) if not cells.get(title)), None)
    if title is None:
        return False
    cells[title] = value
    return True


def _line(info: Info) -> str:
    text = formatted_address(dict(info.address)).replace("\n", ", ") if info.kind is Kind.ADDRESS else info.value
    if info.kind is Kind.CUSTOM:
        return f"{info.custom_label}: {text}" if info.custom_label else text
    return f"{KIND_NAMES[info.kind]} ({info.label_name}): {text}"
