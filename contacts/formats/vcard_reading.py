"""A vCard becomes a document: versions 2.1, 3.0 and 4.0, as phones, Outlook, Apple and Google write them.

What has a place in the document goes there; every other property is kept as a custom value under its name, or in the
notes when it is too long. Its picture comes beside the document, as bytes. Left out are what the card says of itself
(version, program, time, its own id), further pictures and sounds, of which a warning tells. Sources: RFC 6350, 6474,
6715 and 9554 (4.0), RFC 2426 (3.0), the versit vCard 2.1 specification.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from django.utils.translation import gettext as _

from contacts.document import ContactDocument, Info, InvalidDocument, Kind, Membership, Problem, parse_date
from contacts.formats.collected import Row, add_exchange, address_parts, short
from contacts.formats.dates import read_date
from contacts.formats.names import split_name
from contacts.formats.refusals import SkippedRow
from contacts.formats.rows import Parsed
from contacts.formats.vcard_lines import (
    MAX_PHOTO,
    Card,
    Property,
    is_binary,
    photo_of,
    properties_of,
    split_value,
    unescape,
)
from contacts.formats.vcard_words import SERVICES, read_beside, read_types

#: Said of the card, not of the person.
_OWN: Final = frozenset(
    {
        "BEGIN", "END", "VERSION", "PRODID", "REV", "UID", "SOURCE", "NAME", "PROFILE", "CLASS", "MAILER", "KIND",
        "CLIENTPIDMAP", "CREATED", "X-ABUID", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "X-ABORDER", "X-MOZILLA-HTML",
        "X-PRODID", "X-LASTMODIFIED", "X-IS-DELETED", "X-KITH-NOT-IMPORTED",
    }
)  # fmt: skip
_PHONETIC = {"FIRST": "phonetic_first_name", "MIDDLE": "phonetic_middle_name", "LAST": "phonetic_last_name"}
_ADDRESS = ("po_box", "extended", "street", "city", "region", "postal_code", "country")
_NAMES = ("last_name", "first_name", "middle_name", "prefix", "suffix", "last_name", "suffix")
_SEXES = {"M": "Male", "F": "Female", "O": "Other", "N": "None", "U": "Unknown"}
_SERVICE_NAMES = {"AIM": "AIM", "ICQ": "ICQ", "MSN": "MSN", "QQ": "QQ", "LINKEDIN": "LinkedIn"}


class _CardRow(Row):
    """What has been made out of a card so far: a row whose columns are properties."""

    __slots__ = ()

    def warn(self, column: str, message: str) -> None:
        """Say something of a property."""
        self.warnings.append(f"{column}: {message}")


@dataclass(slots=True)
class _Company:
    """A company while its properties come in."""

    named: bool = False
    parts: dict[str, str] = field(default_factory=dict)


def to_document(card: Card) -> Parsed:
    """Return the normalised document of a card, with sentences on what could not be taken as it stood.

    Raises `SkippedRow` when the card says nothing of a person, `InvalidDocument` when what it says cannot be stored.
    """
    return _Reader(card).read()


class _Reader:
    """One card on its way to a document."""

    def __init__(self, card: Card) -> None:
        self.row = _CardRow([])
        self.card = card
        self.picture: bytes | None = None
        self.old = card.is_old
        self.properties = list(properties_of(card))
        self.labels: dict[str, str] = {}  # by group of properties: the label that stands in a line of its own
        for each in self.properties:
            if each.group and each.name == "X-ABLABEL":
                self.labels[each.group] = self.text(each)
        self.shown: list[str] = []  # formatted names
        self.derived = False  # the formatted name is only made of other values
        self.has_name = False
        self.members: list[_Company | str] = []  # companies and names of groups, in order
        self.companies: dict[str, list[_Company]] = {}
        self.addresses: list[tuple[list[str], dict[str, str]]] = []

    def read(self) -> Parsed:
        """Return the document."""
        for each in self.properties:
            if each.name not in _OWN and each.value.strip():
                self.take(each)
        self.finish()
        row = self.row
        document = ContactDocument(
            **row.scalars,
            starred=row.starred,
            infos=tuple(row.infos),
            memberships=tuple(
                Membership(kind="group", name=item)
                if isinstance(item, str)
                else Membership(kind="company", **{"name": "", **item.parts})
                for item in self.members
            ),
        )
        if document.is_empty:
            raise SkippedRow(_("This card holds nothing about a person. Add a name, an email or a phone to import it."))
        try:
            return Parsed(document.normalised(), row.warnings, self.picture or b"")
        except InvalidDocument as error:
            if any(not problem.path for problem in error.problems):
                raise SkippedRow(
                    _("This card holds nothing about a person. Add a name, an email or a phone to import it.")
                ) from error
            raise InvalidDocument([self.located(problem) for problem in error.problems]) from error

    def located(self, problem: Problem) -> Problem:
        """Return a problem with the property it is about."""
        start, _dot, rest = problem.path.partition(".")
        position = rest.partition(".")[0]
        place = self.row.sources[int(position)] if start == "infos" and position.isdecimal() else start
        return Problem(problem.path, f"{place}: {problem.message}")

    # --- values ------------------------------------------------------------------------------------------------

    def text(self, each: Property) -> str:
        """Return the value as one text."""
        return unescape(each.value, old=self.old)

    def parts(self, each: Property, separator: str = ";") -> list[str]:
        """Return the parts of a structured value, their escapes standing."""
        return split_value(each.value, separator)

    def label(self, kind: Kind, each: Property) -> tuple[str, str]:
        """Return (label, label of one's own) of a value."""
        if each.group in self.labels and each.group:
            return read_beside(kind, self.labels[each.group])
        if custom := each.parameters.get("X-CUSTOM"):
            return "other", custom[0]
        return read_types(kind, each.types)

    @staticmethod
    def prefers(each: Property) -> bool:
        """Whether it is the preferred one of its kind."""
        return "PREF" in each.types or each.parameters.get("PREF") == ["1"]

    def add(self, kind: Kind, each: Property, value: str, label: tuple[str, str] | None = None) -> None:
        """Add a labelled value."""
        name, custom = label or self.label(kind, each)
        self.row.add(each.name, kind, name, custom, value, preferred=self.prefers(each))

    def keep(self, each: Property, label: str, value: str) -> None:
        """Keep what has no place of its own under a label."""
        self.row.keep(each.name, self.labels.get(each.group) or label, value)

    def more(self, name: str, text: str, join: str = " ") -> None:
        """Set a single-valued field, or add to it."""
        if text := text.strip() if name != "notes" else text:
            known = self.row.scalars.get(name)
            self.row.scalars[name] = f"{known}{join}{text}" if known else text

    # --- properties --------------------------------------------------------------------------------------------

    def take(self, each: Property) -> None:
        """Take one property."""
        if is_binary(each):
            if each.name == "PHOTO":
                self.photo(each)
            else:
                self.row.warn(each.name, _("this is not text; it was left out."))
        elif (method := _METHODS.get(each.name)) is not None:
            method(self, each)
        elif each.name.startswith("X-PHONETIC-") and (part := _PHONETIC.get(each.name[11:-5])):
            self.more(part, self.text(each))
        else:
            self.unknown(each)

    def photo(self, each: Property) -> None:
        """PHOTO with the picture itself: the first one is kept."""
        if self.picture is not None:
            self.row.warn(each.name, _("a contact has one picture; this further one was left out."))
            return
        self.picture = photo_of(self.card) or b""
        if self.card.photo is None:
            self.row.warn(
                each.name,
                _("this picture is larger than %(most)d MB; it was left out.") % {"most": MAX_PHOTO * 3 // 4 // 10**6},
            )
        elif not self.picture:
            self.row.warn(each.name, _("this picture cannot be read; it was left out."))

    def formatted_name(self, each: Property) -> None:
        """FN: what the name is shown as."""
        self.shown.append(self.text(each))
        self.derived |= each.parameters.get("DERIVED", [""])[0].upper() == "TRUE"

    def name(self, each: Property) -> None:
        """N: family, given, middle names, prefixes, suffixes; a second one is another spelling."""
        if self.has_name:
            self.keep(each, _("Name"), self.text(each).replace(";", " "))
            return
        self.has_name = True
        for part, name in zip(self.parts(each), _NAMES, strict=False):
            join = ", " if name in {"last_name", "suffix"} else " "
            texts = [part] if self.old else split_value(part, ",")
            self.more(name, join.join(filter(None, (unescape(text, old=self.old).strip() for text in texts))))
        for sort_as in each.parameters.get("SORT-AS", ())[:1]:
            self.more("file_as", sort_as)

    def sort_string(self, each: Property) -> None:
        """SORT-STRING and its like: the key to file under."""
        if not self.row.scalars.get("file_as"):
            self.more("file_as", self.text(each))

    def nickname(self, each: Property) -> None:
        """NICKNAME: one or several."""
        self.more("nickname", ", ".join(unescape(part, old=self.old).strip() for part in self.parts(each, ",")), ", ")

    def note(self, each: Property) -> None:
        """NOTE: the notes."""
        self.more("notes", self.text(each), "\n\n")

    def gender(self, each: Property) -> None:
        """GENDER: a letter, and words."""
        sex, *words = self.parts(each)
        text = unescape(words[0]) if words else ""
        self.more("gender", text or _SEXES.get(sex.strip().upper(), unescape(sex)))

    def plain_gender(self, each: Property) -> None:
        """X-GENDER: words."""
        self.more("gender", self.text(each))

    def pronouns(self, each: Property) -> None:
        """PRONOUNS (RFC 9554): the first are taken as such."""
        if self.row.scalars.get("pronouns"):
            self.keep(each, _("Pronouns"), self.text(each))
        else:
            self.more("pronouns", self.text(each))

    def starred(self, each: Property) -> None:
        """X-KITH-STARRED and its like."""
        self.row.starred |= self.text(each).strip().casefold() in {"1", "true", "yes"}

    def email(self, each: Property) -> None:
        """EMAIL: an address, or one of Exchange's own."""
        value = self.text(each)
        if "EX" in each.types or value.strip().lower().startswith("/o="):
            add_exchange(self.row, each.name, value, "")
            return
        self.add(Kind.EMAIL, each, self.address_of(each, value, "mailto:"))

    def phone(self, each: Property) -> None:
        """TEL: a number as text, or as a URI (RFC 3966)."""
        value = self.address_of(each, self.text(each), "tel:")
        if value != self.text(each):
            value = value.replace(";ext=", " x")
        self.add(Kind.PHONE, each, value)

    @staticmethod
    def address_of(each: Property, value: str, scheme: str) -> str:
        """Return a value without the scheme that a URI has."""
        if each.parameters.get("VALUE", [""])[0].lower() == "uri" and value.strip().lower().startswith(scheme):
            return unquote(value.strip()[len(scheme) :])
        return value

    def url(self, each: Property) -> None:
        """URL."""
        self.add(Kind.URL, each, self.text(each))

    def profile(self, each: Property) -> None:
        """SOCIALPROFILE (RFC 9554) and Apple's X-SOCIALPROFILE: an account with a service."""
        named = [*each.parameters.get("SERVICE-TYPE", ()), *each.types]
        service = next((text for text in named if text.upper() not in {"PREF", "HOME", "WORK"}), "")
        value = self.text(each)
        if not value.partition(":")[2].strip("/ ") and (users := each.parameters.get("X-USER")):
            value = users[0]
        kind = SERVICES.get(service.casefold())
        label = self.labelled(each, kind or Kind.URL)
        if kind is not None:
            self.add(kind, each, value, label)
        elif value.startswith(("http://", "https://")):
            name = _SERVICE_NAMES.get(service.upper(), service.capitalize())
            self.add(Kind.URL, each, value, ("other", label[1] or name) if name else None)
        else:
            self.keep(each, service.capitalize() or _("Profile"), value)

    def account(self, each: Property) -> None:
        """X-TWITTER and its like: an account in a property of its own."""
        self.add(SERVICES[each.name[2:].casefold()], each, self.text(each), self.labelled(each))

    def labelled(self, each: Property, kind: Kind = Kind.CUSTOM) -> tuple[str, str]:
        """Return the label that stands in a line of its own, "other" without one."""
        return read_beside(kind, self.labels[each.group]) if each.group in self.labels else ("other", "")

    def messenger(self, each: Property) -> None:
        """IMPP and the many X- properties of messengers: kept under the name of the service."""
        value = self.text(each)
        if each.name == "IMPP":
            service = (each.parameters.get("X-SERVICE-TYPE") or [value.partition(":")[0]])[0]
        else:
            service = each.name.removeprefix("X-").removesuffix("-USERNAME")
        self.keep(each, _SERVICE_NAMES.get(service.upper(), service.capitalize()), value)

    def date(self, each: Property) -> None:
        """BDAY, ANNIVERSARY and dates with a label of their own."""
        value = self.text(each).strip()
        if (omitted := each.parameters.get("X-APPLE-OMIT-YEAR")) and value.startswith(omitted[0]):
            value = f"-{value[len(omitted[0]) :]}" if "-" in value else f"--{value[len(omitted[0]) :]}"
        match each.name:
            case "BDAY":
                label, name = ("birthday", ""), _("Birthday")
            case "X-ABDATE":
                label = self.labelled(each, Kind.DATE)
                name = label[1] or label[0].capitalize()
            case _:
                label, name = ("anniversary", ""), _("Anniversary")
        if parse_date(value) is None and not value.replace("-", "").replace("/", "").strip("0123456789"):
            self.row.keep(each.name, name, value)  # a year alone, or a year and a month
            return
        date = read_date(value)
        if date:
            self.row.add(each.name, Kind.DATE, label[0], label[1], date, preferred=self.prefers(each))
        elif date is None:
            message = _("“%(text)s” is not a date that can be read; it was kept as a custom value.")
            self.row.warn(each.name, message % {"text": value[:60]})
            self.row.keep(each.name, name, value)

    def address(self, each: Property) -> None:
        """ADR: seven parts; what a formatted address says beyond them is added."""
        values = [
            ", ".join(filter(None, (unescape(piece, old=self.old).strip() for piece in split_value(part, ","))))
            if not self.old
            else unescape(part, old=True).strip()
            for part in self.parts(each)
        ]
        parts = {name: text for name, text in zip(_ADDRESS, values, strict=False) if text}
        if further := [text for text in values[len(_ADDRESS) :] if text]:
            parts["extended"] = "\n".join(filter(None, (parts.get("extended", ""), *further)))
        if formatted := each.parameters.get("LABEL"):
            parts["formatted"] = formatted[0].replace("\\n", "\n")
        if any(parts.values()):
            self.place(each, parts)

    def place(self, each: Property, parts: dict[str, str]) -> None:
        """Add an address; a formatted one that comes later may add to it."""
        label, custom = self.label(Kind.ADDRESS, each)
        parts = address_parts(parts)
        self.addresses.append((each.types, parts))
        self.row.infos.append(
            Info(
                kind=Kind.ADDRESS,
                label=label,
                custom_label=short(custom),
                address=parts,
                preferred=self.prefers(each),
            )
        )
        self.row.sources.append(each.name)

    def formatted_address(self, each: Property) -> None:
        """LABEL (up to 3.0): an address as one text, of the ADR with the same types if there is one."""
        text = self.text(each)
        for types, parts in self.addresses:
            if types == each.types and not parts.get("extended"):
                parts |= address_parts({**parts, "formatted": text})
                return
        self.place(each, {"formatted": text})

    def company(self, each: Property, part: str) -> _Company:
        """Return the company that a property is about: the first of its group that lacks this part."""
        known = self.companies.setdefault(each.group, [])
        for found in known:
            if not (found.named if part == "name" else part in found.parts):
                return found
        known.append(_Company())
        self.members.append(known[-1])
        return known[-1]

    def organization(self, each: Property) -> None:
        """ORG: the company, then departments from large to small."""
        company = self.company(each, "name")
        company.named = True
        name, *departments = (unescape(part, old=self.old).strip() for part in self.parts(each))
        if name:
            company.parts["name"] = name
        if any(departments):
            company.parts["department"] = ", ".join(filter(None, departments))

    def title(self, each: Property) -> None:
        """TITLE: what one is in the company."""
        self.company(each, "title").parts["title"] = self.text(each)

    def role(self, each: Property) -> None:
        """ROLE: taken for the title where there is none, else kept beside it."""
        if any(other.name == "TITLE" and other.value.strip() for other in self.properties):
            self.keep(each, _("Role"), self.text(each))
        else:
            self.title(each)

    def detail(self, each: Property) -> None:
        """X-KITH-LOCATION and X-KITH-DESCRIPTION: what else one says of a company."""
        part = each.name.removeprefix("X-KITH-").lower()
        self.company(each, part).parts[part] = self.text(each)

    def categories(self, each: Property) -> None:
        """CATEGORIES: groups; Google's own are no groups, its star is the star."""
        parts = self.parts(each, ",")
        if self.old and len(parts) == 1:
            parts = self.parts(each)
        for part in parts:
            name = unescape(part, old=self.old).strip()
            if name.casefold() in {"mycontacts", "starred"} and "X-KITH-PLAIN" not in each.parameters:
                self.row.starred |= name.casefold() == "starred"
            elif name:
                self.members.append(name)

    def custom(self, each: Property) -> None:
        """X-KITH-CUSTOM: a custom value."""
        label = self.labelled(each)
        self.row.add(each.name, Kind.CUSTOM, "other", label[1], self.text(each), preferred=self.prefers(each))

    def android(self, each: Property) -> None:
        """X-ANDROID-CUSTOM: a kind of Android's own, its value, the number of its label, the label."""
        kind, value, number, label, *_rest = [*(unescape(part) for part in self.parts(each)), "", "", ""]
        word = kind.rpartition("/")[2]
        if word == "nickname":
            self.more("nickname", value, ", ")
        elif word == "contact_event" and parse_date(value):
            names = {"1": ("anniversary", ""), "3": ("birthday", "")}
            self.row.add(each.name, Kind.DATE, *names.get(number, ("other", label)), value)
        elif value.strip():
            self.keep(each, label or word.replace("_", " ").capitalize(), value)

    def unknown(self, each: Property) -> None:
        """Any other property, kept under its name."""
        built_in = self.labelled(each)[1]
        name = each.name.removeprefix("X-").replace("-", " ").replace("_", " ")
        label = built_in or (name.capitalize() if len(name) > 4 else name)
        self.row.keep(each.name, label, self.text(each))

    # --- the whole ---------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Settle what only the whole card tells: the name, one company in two groups, what was too long."""
        scalars = self.row.scalars
        names = [scalars.get(name, "") for name in ("first_name", "middle_name", "last_name")]
        for position, shown in enumerate(self.shown):
            text = " ".join(shown.split())
            if self.derived or not text:
                continue
            if position == 0 and not any(names):
                if not self.stands_elsewhere(text):
                    for name, value in split_name(text).items():
                        if not scalars.get(name):
                            scalars[name] = value
                        elif value.casefold() not in scalars[name].casefold():
                            scalars[name] += f" {value}"
            elif not _words(text) <= _words(" ".join((*scalars.values(), *self.company_names()))):
                self.row.add("FN", Kind.CUSTOM, "other", _("Name"), text)
        plain = self.companies.get("", [])
        grouped = [found for group, known in self.companies.items() if group for found in known]
        if (
            len(plain) == len(grouped) == 1
            and not plain[0].named
            and not plain[0].parts.keys() & grouped[0].parts.keys()
        ):
            grouped[0].parts |= plain[0].parts
            self.members.remove(plain[0])
        if self.row.long:
            scalars["notes"] = "\n\n".join(filter(None, (scalars.get("notes", ""), *self.row.long)))

    def company_names(self) -> list[str]:
        """Return the names of the companies."""
        return [item.parts.get("name", "") for item in self.members if isinstance(item, _Company)]

    def stands_elsewhere(self, text: str) -> bool:
        """Whether a formatted name repeats a company, nickname, email or phone: no person is called so."""
        others = {self.row.scalars.get("nickname", ""), self.row.scalars.get("file_as", ""), *self.company_names()}
        others |= {info.value for info in self.row.infos if info.kind in {Kind.EMAIL, Kind.PHONE}}
        return text.casefold() in {" ".join(other.split()).casefold() for other in others}


def _words(text: str) -> set[str]:
    return set("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


_METHODS: dict[str, Callable[[_Reader, Property], None]] = {
    "FN": _Reader.formatted_name,
    "N": _Reader.name,
    "SORT-STRING": _Reader.sort_string,
    "X-FILE-AS": _Reader.sort_string,
    "X-EVOLUTION-FILE-AS": _Reader.sort_string,
    "NICKNAME": _Reader.nickname,
    "X-NICKNAME": _Reader.nickname,
    "NOTE": _Reader.note,
    "GENDER": _Reader.gender,
    "X-GENDER": _Reader.plain_gender,
    "PRONOUNS": _Reader.pronouns,
    "X-PRONOUNS": _Reader.pronouns,
    "X-KITH-STARRED": _Reader.starred,
    "EMAIL": _Reader.email,
    "TEL": _Reader.phone,
    "URL": _Reader.url,
    "SOCIALPROFILE": _Reader.profile,
    "X-SOCIALPROFILE": _Reader.profile,
    "X-FACEBOOK": _Reader.account,
    "X-INSTAGRAM": _Reader.account,
    "X-TWITTER": _Reader.account,
    "IMPP": _Reader.messenger,
    **dict.fromkeys(
        (
            "X-AIM", "X-ICQ", "X-MSN", "X-YAHOO", "X-JABBER", "X-SKYPE", "X-SKYPE-USERNAME", "X-QQ",
            "X-GOOGLE-TALK", "X-GADUGADU", "X-GROUPWISE",
        ),
        _Reader.messenger,
    ),
    "BDAY": _Reader.date,
    "ANNIVERSARY": _Reader.date,
    "X-ANNIVERSARY": _Reader.date,
    "X-EVOLUTION-ANNIVERSARY": _Reader.date,
    "X-KADDRESSBOOK-X-ANNIVERSARY": _Reader.date,
    "X-ABDATE": _Reader.date,
    "ADR": _Reader.address,
    "LABEL": _Reader.formatted_address,
    "ORG": _Reader.organization,
    "TITLE": _Reader.title,
    "ROLE": _Reader.role,
    "X-KITH-LOCATION": _Reader.detail,
    "X-KITH-DESCRIPTION": _Reader.detail,
    "CATEGORIES": _Reader.categories,
    "X-KITH-CUSTOM": _Reader.custom,
    "X-ANDROID-CUSTOM": _Reader.android,
}  # fmt: skip
