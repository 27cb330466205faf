"""What is derived from a document and written beside it: names shown and sorted by, search text, tokens, handles.

Pure functions of the document and the region its phones are read in: the old rows of an edit are computed again
from the old document and deleted by full key, so that no write ever scans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from contacts.document import ContactDocument, Kind
from contacts.folding import fold
from contacts.handles import email_key, needs_region, phone_digits, phone_keys, region_of
from contacts.words import PHONE_MARK, is_without_blanks, marks_of, spaced

SORT_KEY_LENGTH = 200
TOKEN_LENGTH = 80
TOKENS = 60
#: How much of the notes is searched: enough for any note a person writes, bounded for any that a machine does.
SEARCHED_NOTES = 20_000

TIER_NAME = 1
TIER_WORD = 2

#: Parts what was turned round in a token of a name: a row of characters typed without blanks must not run across.
_TURN = "\x1d"

_ADDRESS_SEPARATORS = re.compile(r"[@.\-_+/:]+")
# Han and Hangul; a given name may be in kana. A family name in katakana is foreign, and spaced.
_EAST_ASIAN = r"\u1100-\u11ff\u3005\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = re.compile(f"[{_EAST_ASIAN}]+")
_UNSPACED_GIVEN = re.compile(f"[{_EAST_ASIAN}\u3040-\u30ff]+")
_HYPHENS = re.compile(r"[-‐‑–/]+")
_PHONES = re.compile(f"{PHONE_MARK}([0-9]+)")


@dataclass(frozen=True, slots=True)
class Derived:
    """All that is written beside a document. `tokens` are (tier, text), `handles` (kind, key).

    `region` is the organization's region in which phones were read, empty when it made no difference: in whatever
    region such a document is derived, the same comes out.
    """

    display_name: str
    second_line: str
    sort_family: str
    sort_given: str
    search_text: str
    tokens: frozenset[tuple[int, str]]
    handles: frozenset[tuple[str, str]]
    region: str


def region_for(document: ContactDocument, region: str) -> str:
    """Return the region (ISO 3166) in which the contact's numbers are read: its country's, else `region`."""
    return _country(document) or region


def _country(document: ContactDocument) -> str:
    """Return the region of the first address that names a country, empty without one."""
    for info in document.infos:
        if info.kind is Kind.ADDRESS and (found := region_of(info.address.get("country", ""))):
            return found
    return ""


def derive(document: ContactDocument, region: str) -> Derived:
    """Return what is written beside `document` in an organization of `region`."""
    country = _country(document)
    read_in = country or region
    emails = [info.value for info in document.infos if info.kind is Kind.EMAIL]
    phones = [info.value for info in document.infos if info.kind is Kind.PHONE]
    digits = [string for phone in phones for string in phone_digits(phone, read_in)]
    name = display_name(document)
    return Derived(
        display_name=name,
        second_line=_second_line(document, name),
        sort_family=sort_key(document, family_first=True),
        sort_given=sort_key(document, family_first=False),
        search_text=_search_text(document, digits),
        tokens=_cut(_tokens(document, emails, digits)),
        handles=frozenset(_handles(emails, phones, read_in)),
        region=region if not country and any(map(needs_region, phones)) else "",
    )


def tokens_of(document: ContactDocument, phones: list[str]) -> frozenset[tuple[int, str]]:
    """Return the tokens that `derive` gave with a search text in which `phones_in` found these, without the rest."""
    emails = [info.value for info in document.infos if info.kind is Kind.EMAIL]
    return _cut(_tokens(document, emails, phones))


def phones_in(search_text: str) -> list[str]:
    """Return the digits by which the phones of a contact are searched, as its search text has them."""
    return _PHONES.findall(search_text)


def _cut(tokens: Iterator[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    return frozenset(islice(tokens, TOKENS))


def display_name(document: ContactDocument) -> str:
    """Return the name shown: the full name, else nickname, file-as, company, email, phone or any other value."""
    return document.full_name or document.nickname or document.file_as or next(filter(None, _stand_ins(document)), "")


def _stand_ins(document: ContactDocument) -> Iterator[str]:
    """Yield what may be shown of a nameless contact, the best first; some of it empty."""
    yield " ".join(filter(None, (document.phonetic_first_name, document.phonetic_last_name)))
    yield from (membership.name for membership in document.companies)
    for kind in (Kind.EMAIL, Kind.PHONE):
        info = document.first(kind)
        yield info.value if info else ""
    yield from (info.value for info in document.infos)
    yield from (", ".join(info.address.values()) for info in document.infos)
    yield document.prefix
    yield document.notes[:80]


#: What a name that is shown is made of, in this order.
NAME_PARTS = ("first_name", "middle_name", "last_name", "suffix")


def shown_name(name: str, parts: Iterable[str], *, family_first: bool) -> str:
    """Return a display name as somebody wants to see it.

    `parts` are the values of `NAME_PARTS`. With the family name first, "Emil Novák" is "Novák Emil", and
    "小明 王" 王小明: names in Han and Hangul are written without a blank. Names that are not made of these parts, as
    nicknames and companies, stay as they are.
    """
    first, middle, last, suffix = parts
    given = " ".join(filter(None, (first, middle)))
    if not family_first or not last or not given or name != " ".join(filter(None, (given, last, suffix))):
        return name
    between = "" if _UNSPACED.fullmatch(last) and _UNSPACED_GIVEN.fullmatch(given) else " "
    return " ".join(filter(None, (f"{last}{between}{given}", suffix)))


def second_line(document: ContactDocument) -> str:
    """Return the line under the name: title and company, else the first email, else the first phone."""
    return _second_line(document, display_name(document))


def _second_line(document: ContactDocument, name: str) -> str:
    for membership in document.companies:
        line = " · ".join(filter(None, (membership.title, membership.name)))
        if line and line != name:
            return line
    for kind in (Kind.EMAIL, Kind.PHONE):
        info = document.first(kind)
        if info and info.value != name:
            return info.value
    return ""


def sort_key(document: ContactDocument, *, family_first: bool) -> str:
    """Return the folded text that a contact is sorted by.

    File-as overrides; a phonetic name sorts where present; the nameless sort by company, then email or whatever
    is shown in place of a name.
    """
    given = document.phonetic_first_name or document.first_name
    family = document.phonetic_last_name or document.last_name
    middle = document.phonetic_middle_name or document.middle_name
    parts = (family, given, middle) if family_first else (given, middle, family)
    name = document.file_as or " ".join(filter(None, (*parts, document.suffix)))
    if not name:
        company = next((membership.name for membership in document.companies if membership.name), "")
        email = document.first(Kind.EMAIL)
        name = document.nickname or company or (email.value if email else "") or display_name(document)
    return fold(name)[:SORT_KEY_LENGTH]


def searchable_texts(document: ContactDocument) -> Iterator[str]:
    """Yield every text of a contact in which words are searched, phones as typed included."""
    for name in ("first_name", "middle_name", "last_name", "prefix", "suffix", "nickname", "file_as"):
        yield getattr(document, name)
    for name in ("phonetic_first_name", "phonetic_middle_name", "phonetic_last_name"):
        yield getattr(document, name)
    for membership in document.memberships:
        yield from (membership.name, membership.title, membership.department, membership.location)
    for info in document.infos:
        yield info.value
        yield info.custom_label
        yield from info.address.values()
    yield document.notes[:SEARCHED_NOTES]


def _search_text(document: ContactDocument, digits: list[str]) -> str:
    """Return every searched word between blanks, then marks spelled out, then the phones' digits, each marked."""
    texts = [*searchable_texts(document), _family_first(document)]
    words = " ".join(filter(None, map(fold, filter(None, texts))))
    ends = [*marks_of(words), *(f"{PHONE_MARK}{string}" for string in digits)]
    return f" {spaced(words)} {' '.join(ends)} "


def _family_first(document: ContactDocument) -> str:
    """Return a name that is written without blanks as its bearers write it, empty for others."""
    name = document.last_name + document.first_name + document.middle_name
    return name if is_without_blanks(name) else ""


def name_words(document: ContactDocument) -> list[list[str]]:
    """Return the folded words of each name that a contact goes by: its full name, phonetic name, nickname, file-as."""
    names = (
        " ".join((document.first_name, document.middle_name, document.last_name)),
        " ".join((document.phonetic_first_name, document.phonetic_middle_name, document.phonetic_last_name)),
        _family_first(document),
        document.nickname,
        document.file_as,
    )
    return [words for name in names if (words := spaced(fold(name)).split())]


def _tokens(document: ContactDocument, emails: list[str], digits: list[str]) -> Iterator[tuple[int, str]]:
    for words in name_words(document):
        for position, word in enumerate(words):
            turned = [_TURN, *words[:position]] if position else []
            rotated = " ".join([*words[position:], *turned])
            yield TIER_NAME, rotated[:TOKEN_LENGTH]
            for tail in _tails(word, _HYPHENS):
                yield TIER_NAME, tail[:TOKEN_LENGTH]
    for membership in document.memberships:
        words = spaced(fold(membership.name)).split()
        for position, word in enumerate(words):
            yield TIER_WORD, " ".join(words[position:])[:TOKEN_LENGTH]
            for tail in _tails(word, _HYPHENS):
                yield TIER_WORD, tail[:TOKEN_LENGTH]
    for email in emails:
        address = fold(email)
        yield TIER_WORD, address[:TOKEN_LENGTH]
        for tail in _tails(address, _ADDRESS_SEPARATORS):
            yield TIER_WORD, tail[:TOKEN_LENGTH]
    for string in digits:
        yield TIER_WORD, f"{PHONE_MARK}{string}"[:TOKEN_LENGTH]


def _tails(text: str, separators: re.Pattern[str]) -> Iterator[str]:
    """Yield what follows each separator."""
    if text.isalnum():  # as most words are: no separator is a letter
        return
    for found in separators.finditer(text):
        if tail := text[found.end() :]:
            yield tail


def _handles(emails: list[str], phones: list[str], region: str) -> Iterator[tuple[str, str]]:
    for email in emails:
        if key := email_key(email):
            yield "email", key
    for phone in phones:
        number, end = phone_keys(phone, region)
        if number:
            yield "phone", number
        if end:
            yield "end", end
