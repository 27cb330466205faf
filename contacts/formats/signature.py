"""What somebody signed a mail with becomes a document: name, job, addresses, numbers; the rest goes to the notes.

There is no format to follow. A line is taken for what it plainly is; where doubt remains it stays in the notes, so
that every word is kept. Only greetings, rules between parts and the label before a value that was taken are left out.
Pure, apart from the metadata of phone numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import phonenumbers

from contacts import limits
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.folding import fold
from contacts.formats.names import split_name
from contacts.formats.signature_words import (
    ADDRESS_LABELS,
    CLOSINGS,
    HOUSES,
    JOBS,
    LABELS,
    LEGAL,
    NO_PHONE,
    PHONE_LABELS,
)
from contacts.handles import region_of
from contacts.mail_domains import KNOWN_DOMAINS
from contacts.text import clean_text

#: What is read: a signature has ten lines, a whole letter below one is no signature.
MAX_LINES = 60

_EMAIL = re.compile(
    r"(?:mailto:)?([^\s@<>()\[\],;:\"'|]+@[^\s@<>()\[\],;:\"'|]+\.[^\W\d_]{2,24})(?![\w@])", re.IGNORECASE
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'|]+[^\s<>\"'|.,;:!?)]", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|·•‖∙]\s*|\s*[|·•‖∙]\s+|\t+|\s{3,}")
_WORDS = re.compile(r"[^\W_]+(?:[-./&'’][^\W_]+)*\.?")
_LETTER = re.compile(r"[^\W\d_]")
_SOCIAL = re.compile(r"(?:^|[/.])(?:linkedin|xing|github|gitlab|twitter|x|facebook|instagram|youtube|mastodon|bsky)\.")
#: Between a job and the firm that it is at.
_AT = re.compile(r"\s+(?:at|@|bei|hos|chez|på|bij|w)\s+|\s*,\s+|\s+[-–—]\s+")

_CODE_FIRST = re.compile(
    r"(?:[A-Z]{1,2}-)?(\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}|\d{5}-\d{3}|\d{4} [A-Z]{2}|\d{4,6})\s+([^\W\d].{1,60})"
)
_CODE_LAST = re.compile(
    r"([^\W\d][^\d,]{1,60}?),?\s+(?:([A-Z]{2,3})\s+)?"
    r"(\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d|\d{4})"
)
_STREET = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{2}).{3,120}", re.DOTALL)


@dataclass(slots=True)
class _Reading:
    """What was made out of the lines so far. `texts` are the parts that are none of these, in order."""

    region: str
    emails: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    addresses: list[dict[str, str]] = field(default_factory=list)


def read_signature(text: str, *, region: str) -> ContactDocument:
    """Return the normalised document of a signature; numbers without a country are of `region` (ISO 3166).

    An empty text, or one that says nothing, is an empty document. Raises `InvalidDocument` when a text in it is longer
    than its field. Never loses a word but greetings and labels; what is below `MAX_LINES` goes to the notes as it is.
    """
    lines = clean_text(text, multiline=True).split("\n")
    reading = _Reading(region)
    for line in lines[:MAX_LINES]:
        _take_line(reading, line.strip())
    texts = _without_addresses(reading)
    name, texts = _named(texts, reading)
    job, texts = _job(texts, reading)
    notes = "\n".join([*texts, *lines[MAX_LINES:]]).strip()
    document = ContactDocument(
        **name,
        notes=notes,
        infos=tuple(_infos(reading)),
        memberships=(job,) if job else (),
    )
    return ContactDocument() if document.is_empty else document.normalised()


# --- lines -----------------------------------------------------------------------------------------------------------


def _take_line(reading: _Reading, line: str) -> None:
    """Take what is plain of a line, and keep the rest as text."""
    if not _LETTER.search(line) and not any(character.isdigit() for character in line):
        return
    if fold(line.strip(" ,.!-–—")) in CLOSINGS:
        return
    for part in _PARTS.split(line):
        rest = _take_phones(reading, _take_addresses(reading, part))
        kept = part.strip() if rest is part else _unlabelled(rest)
        if kept and any(character.isalnum() for character in kept):
            reading.texts.append(kept.strip(" ,;"))


def _take_addresses(reading: _Reading, part: str) -> str:
    """Take emails and addresses of pages out of a part; return what is left, the part itself when there were none."""
    rest = part
    for found in _EMAIL.finditer(part):
        reading.emails.append(found[1])
        rest = rest.replace(found[0], " ", 1)
    for found in _URL.finditer(rest):
        reading.urls.append(found[0])
        rest = rest.replace(found[0], " ", 1)
    bare = _bare(rest)
    if rest is part and _HOST.fullmatch(bare) and fold(bare.rpartition(".")[2]) not in LEGAL:
        reading.urls.append(bare)
        return ""
    return rest


def _bare(text: str) -> str:
    """Return a text without the label before its colon."""
    label, colon, rest = text.strip().partition(":")
    return rest.strip() if colon and fold(label) in LABELS else text.strip()


def _take_phones(reading: _Reading, part: str) -> str:
    """Take phone numbers out of a part, each with the label before it; the same of what is left."""
    if NO_PHONE.search(part) and "+" not in part:
        return part
    leniency = phonenumbers.Leniency.VALID
    found = list(phonenumbers.PhoneNumberMatcher(part, reading.region, leniency=leniency))
    if not found:
        return part
    left = []
    end = 0
    for match in found:
        before = part[end : match.start]
        number = match.raw_string
        label = _phone_label(before, match.number)
        reading.phones.append((label, number))
        left.append(before)
        end = match.end
    return " ".join([*left, part[end:]])


def _phone_label(before: str, number: phonenumbers.PhoneNumber) -> str:
    for word in reversed(_WORDS.findall(before)):
        if label := PHONE_LABELS.get(fold(word.rstrip("."))):
            return label
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return "mobile" if is_mobile else "work"


def _unlabelled(text: str) -> str:
    """Return what is left beside values that were taken: nothing when it was only their labels."""
    words = [fold(word.rstrip(".")).replace("-", "") for word in _WORDS.findall(text)]
    return "" if all(word in LABELS for word in words) else " ".join(text.split()).strip(" ,;:<>()[]/-–")


# --- postal addresses ------------------------------------------------------------------------------------------------


def _without_addresses(reading: _Reading) -> list[str]:
    """Take the postal address, where street and city stand together; return the texts that are none."""
    texts = reading.texts
    for at, text in enumerate(texts):
        pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
        if len(pieces) > 1 and fold(pieces[0].partition(":")[0]) in ADDRESS_LABELS:
            pieces[0] = pieces[0].partition(":")[2].strip()
        found = _city_in(pieces)
        if found is None:
            continue
        city, first, last = found
        start = at
        street = ", ".join(pieces[:first])
        if not street and at and _STREET.fullmatch(texts[at - 1]):
            start, street = at - 1, texts[at - 1]
        if not _STREET.fullmatch(street):
            continue
        after, end = pieces[last:], at + 1
        if not after and end < len(texts) and region_of(texts[end]):
            after, end = [texts[end]], end + 1
        if after and not (len(after) == 1 and region_of(after[0])):
            city["extended"] = ", ".join(after)
        elif after:
            city["country"] = after[0]
        reading.addresses.append({"street": street} | city)
        return texts[:start] + texts[end:]
    return texts


def _city_in(pieces: list[str]) -> tuple[dict[str, str], int, int] | None:
    """Return the city with its code, and which pieces say so: from, to. None when no piece is plainly one."""
    for at, piece in enumerate(pieces):
        if found := _CODE_FIRST.fullmatch(piece):
            return {"postal_code": found[1], "city": found[2]}, at, at + 1
        if (found := _CODE_LAST.fullmatch(piece)) and (found[2] or not found[3].isdigit()):
            return _city(found), at, at + 1
    for at, (piece, after) in enumerate(pairwise(pieces)):
        if found := _CODE_LAST.fullmatch(f"{piece}, {after}"):
            return _city(found), at, at + 2
    return None


def _city(found: re.Match[str]) -> dict[str, str]:
    parts = {"city": found[1].strip(), "postal_code": found[3]}
    return parts | {"region": found[2]} if found[2] else parts


# --- name and job ----------------------------------------------------------------------------------------------------


def _named(texts: list[str], reading: _Reading) -> tuple[dict[str, Any], list[str]]:
    """Return the fields of the name, which stands first, and the other texts. No name: no fields."""
    if not texts:
        return {}, texts
    first, rest = texts[0], texts[1:]
    head, comma, tail = first.partition(",")
    if comma and _is_job(tail):
        first, rest = head.strip(), [tail.strip(), *rest]
    else:
        before, dash, after = (*re.split(r"(\s+[-–—/]\s+)", first, maxsplit=1), "", "")[:3]
        if dash and (_is_job(after) or _is_firm(after, reading)):
            first, rest = before.strip(), [after.strip(), *rest]
    words = first.split()
    doubtful = any(character.isdigit() for character in first) or len(words) > 6 or len(first) > limits.NAME
    if doubtful or ":" in first or (_is_firm(first, reading) and not _says_name(first, reading)):
        return {}, texts
    if _is_job(first) and len(texts) > 1 and not _says_name(first, reading):
        return {}, texts
    return split_name(first), rest


def _says_name(text: str, reading: _Reading) -> bool:
    """Whether a word of a text stands before the @ of an email."""
    locals_ = " ".join(fold(email.partition("@")[0]) for email in reading.emails)
    return any(len(word) > 2 and word in locals_ for word in fold(text).split())


def _is_job(text: str) -> bool:
    return any(fold(word.rstrip(".")) in JOBS for word in re.split(r"[\s/&,-]+", text))


def _is_firm(text: str, reading: _Reading) -> bool:
    """Whether a text is called as firms are, or as the domain of an email or page is."""
    words = [fold(word).strip(",") for word in text.split()]
    if any(word in LEGAL for word in words[1:]) or (not _is_job(text) and any(word in HOUSES for word in words)):
        return True
    squeezed = "".join(re.findall(r"\w", fold(text)))
    hosts = [email.rpartition("@")[2] for email in reading.emails]
    hosts = [host for host in hosts if host.casefold() not in KNOWN_DOMAINS]
    hosts += [re.sub(r"^(?:https?://)?(?:www\.)?", "", url.casefold()).partition("/")[0] for url in reading.urls]
    names = {re.sub(r"\W", "", fold(part)) for host in hosts for part in host.split(".")[:-1]}
    if len(squeezed) < 3:
        return False
    return squeezed in names or any(len(name) > 3 and squeezed.startswith(name) for name in names)


def _job(texts: list[str], reading: _Reading) -> tuple[Membership | None, list[str]]:
    """Return what the person is and where, of the texts that follow the name, and the other texts."""
    title = firm = ""
    used: set[int] = set()
    for at, text in enumerate(texts[:4]):
        parted = _AT.split(text, maxsplit=1)
        if not title and not firm and len(parted) == 2 and _is_job(parted[0]) and not _is_job(parted[1]):
            title, firm = parted
        elif not firm and _is_firm(text, reading):
            firm = text
        elif not title and _is_job(text):
            title = text
        else:
            continue
        used.add(at)
    # What stands between the name and the firm is what one is there.
    if firm and not title and used == {1} and len(texts[0]) <= limits.NAME and not texts[0].endswith((".", "!")):
        title = texts[0]
        used.add(0)
    if len(title) > limits.NAME or len(firm) > limits.NAME or not (title or firm):
        return None, texts
    rest = [text for at, text in enumerate(texts) if at not in used]
    return Membership(kind="company", name=firm.strip(" ,"), title=title.strip(" ,")), rest


def _infos(reading: _Reading) -> list[Info]:
    infos = []
    for email in dict.fromkeys(reading.emails):
        known = email.rpartition("@")[2].casefold() in KNOWN_DOMAINS
        infos.append(Info(kind=Kind.EMAIL, label="personal" if known else "work", value=email))
    infos += [Info(kind=Kind.PHONE, label=label, value=number) for label, number in dict.fromkeys(reading.phones)]
    infos += [Info(kind=Kind.ADDRESS, label="work", address=address) for address in reading.addresses]
    for url in dict.fromkeys(reading.urls):
        label = "profile" if _SOCIAL.search(url.casefold()) else "work"
        infos.append(Info(kind=Kind.URL, label=label, value=url))
    return infos
