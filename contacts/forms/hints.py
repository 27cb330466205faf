"""What a form says beside a value that is no mistake: how a number reads, and which domain may have been meant.

A hint never keeps anybody from saving, and the text typed stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import phonenumbers
from babel import Locale
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from contacts.document import Kind
from contacts.forms.document import Draft, InfoRow
from contacts.handles import digits, phone_shown, region_of


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence; for an email whose domain may be misspelt, the `domain` meant and the whole value to `use`."""

    text: str
    domain: str = ""
    use: str = ""


def hint_of(row: InfoRow, *, region: str, meant: Callable[[str], str]) -> Hint | None:
    """Return what there is to say of a row. `region` (ISO 3166) reads phones; `meant` finds the domain that somebody
    meant who typed another one, empty for none."""
    value = row.value.strip()
    if row.kind is Kind.PHONE and value:
        return _phone_hint(value, region)
    local, at, domain = value.rpartition("@")
    if row.kind is Kind.EMAIL and at and local and (better := meant(domain)):
        return Hint(f"{domain}?", better, f"{local}@{better}")
    return None


def hints_of(draft: Draft, *, region: str, meant: Callable[[str], str]) -> dict[str, Hint]:
    """Return what there is to say of each row, by the name of its field."""
    found = {f"info-{row.key}-value": hint_of(row, region=region, meant=meant) for row in draft.infos}
    return {name: hint for name, hint in found.items() if hint}


def region_in(draft: Draft, region: str) -> str:
    """Return the region in which the numbers of a form are read: that of its first country, else `region`."""
    countries: list[Mapping[str, str]] = [row.address for row in draft.of_kind(Kind.ADDRESS)]
    return next((found for each in countries if (found := region_of(each.get("country", "")))), region)


def _phone_hint(text: str, region: str) -> Hint | None:
    shown = phone_shown(text, region, region)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return Hint(_("This does not read as a phone number. It is kept as typed.")) if digits(text) else None
    if not phonenumbers.is_possible_number(number):
        if phonenumbers.is_valid_short_number_for_region(number, region):
            return None
        return Hint(_("This does not read as a whole phone number. It is kept as typed."))
    country = _countries(get_language() or "en").get(phonenumbers.region_code_for_number(number) or "", "")
    return Hint(f"{shown} · {country}" if country else shown) if country or shown != text else None


@cache
def _countries(language: str) -> Mapping[str, str]:
    """Return the names of countries by their codes."""
    return dict(Locale.parse(to_locale(language)).territories)
