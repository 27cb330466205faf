"""Handles: an email address or phone number in the form in which it is looked up exactly.

The text typed is always kept beside; these keys only decide what counts as the same address or number.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache, lru_cache
from urllib.parse import quote

import idna
import phonenumbers
from babel import Locale

# Languages in whose words a country may be written in an address or an export.
_COUNTRY_LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pl",
    "pt",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "sk",
    "ru",
    "uk",
    "tr",
    "ja",
    "zh",
)
_NOT_DIALLED = re.compile(r"[^0-9+*#,;]+")
_NON_DIGITS = re.compile(r"[^0-9]+")
LAST_DIGITS = 9
#: Longer texts are hardly addresses, and would fill the memory.
_REMEMBERED_LENGTH = 100


def email_key(text: str) -> str | None:
    """Return the look-up key of an address: lower-cased local part, IDNA domain, `+tag` kept. None when it is none."""
    return _email_key(text) if len(text) <= _REMEMBERED_LENGTH else _email_key.__wrapped__(text)


@lru_cache(maxsize=10_000)
def _email_key(text: str) -> str | None:
    text = text.strip()
    local, at, domain = text.rpartition("@")
    domain = domain.rstrip(".")
    if not at or not local or not domain or len(text.split()) > 1:
        return None
    if not domain.isascii():
        with suppress(idna.IDNAError):  # no such domain can exist; compared as it is written
            domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local.casefold()}@{domain.casefold()}"


def digits(text: str) -> str:
    """Return the ASCII digits of `text`; digits of other scripts count as theirs."""
    if text.isascii():
        return _NON_DIGITS.sub("", text)
    return "".join(str(int(character)) for character in text if character.isdecimal())


@lru_cache(maxsize=10_000)
def needs_region(text: str) -> bool:
    """Return whether the keys of a number may differ from region to region: it is written without its country."""
    return bool(digits(text)) and _with_country(text) is None


@lru_cache(maxsize=10_000)
def _with_country(text: str) -> phonenumbers.PhoneNumber | None:
    """Return the number that `text` is wherever it is read, since it is written with its country; else None."""
    if "+" in text or "＋" in text:
        with suppress(phonenumbers.NumberParseException):
            return phonenumbers.parse(text, None)
    return None


@lru_cache(maxsize=10_000)
def _parsed(text: str, region: str) -> tuple[str, str] | None:
    """Return (E.164, national digits) of a possible number, or None."""
    try:
        number = _with_country(text) or phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return e164, digits(national)


def phone_keys(text: str, region: str) -> tuple[str | None, str | None]:
    """Return (E.164 or None, last nine digits or None) of a number typed in `region` (ISO 3166 alpha-2)."""
    found = _parsed(text, region)
    plain = digits(text)
    last = plain[-LAST_DIGITS:] if len(plain) >= LAST_DIGITS else None
    return (found[0] if found else None), last


def phone_digits(text: str, region: str) -> list[str]:
    """Return the digit strings by which a number is searched: as typed, national, international; no repeats."""
    found = _parsed(text, region)
    strings = [digits(text)]
    if found:
        strings += [found[1], found[0][1:]]
    return [string for position, string in enumerate(strings) if string and string not in strings[:position]]


@lru_cache(maxsize=10_000)
def _readable(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """Return the number where all that `text` says is a number that can be dialled from anywhere, else None.

    None for numbers that are possible only within their own town or network (112), or are partly written in letters.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    spelled = any(character.isalpha() for character in text)
    if spelled and (not number.extension or phonenumbers.is_alpha_number(text)):
        return None
    return number


@lru_cache(maxsize=10_000)
def phone_shown(text: str, region: str, seen_from: str) -> str:
    """Return a number typed in `region` as somebody in `seen_from` reads it (both ISO 3166 alpha-2).

    In national format when it is dialled so in `seen_from`, else in international format (E.123), its extension behind
    it. What cannot be read as one number is returned as typed.
    """
    number = _readable(text, region)
    if number is None:
        return text
    at_home = number.country_code == phonenumbers.country_code_for_region(seen_from)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def phone_uri(text: str, region: str) -> str:
    """Return the address (RFC 3966) that dials a number typed in `region`, empty when it is no number."""
    number = _readable(text, region)
    if number is not None:
        dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return f"tel:{dialled};ext={number.extension}" if number.extension else f"tel:{dialled}"
    dialled = _NOT_DIALLED.sub("", text)
    return f"tel:{quote(dialled, safe='+')}" if dialled else ""


@cache
def _regions() -> dict[str, str]:
    """Return region codes by country name, case-folded, in the languages above."""
    known = set(phonenumbers.SUPPORTED_REGIONS)
    names: dict[str, str] = {}
    for language in reversed(_COUNTRY_LANGUAGES):
        territories = Locale.parse(language).territories
        names |= {name.casefold(): code for code, name in territories.items() if code in known}
    names |= {code.casefold(): code for code in known}
    return names | {
        "usa": "US",
        "u.s.a.": "US",
        "u.s.": "US",
        "uk": "GB",
        "great britain": "GB",
        "england": "GB",
        "scotland": "GB",
        "wales": "GB",
    }


def region_of(country: str) -> str | None:
    """Return the ISO 3166 code of a country written by name or code, in any of many languages; None if unknown."""
    return _regions().get(country.strip().casefold()) if country else None
