"""Regions, by their codes of ISO 3166 and in words: where phone numbers are read and shown."""

from __future__ import annotations

from functools import cache

import phonenumbers
from babel import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def regions() -> tuple[tuple[str, str], ...]:
    """Return (code, name) of every region that has phone numbers, by name, in the language of the page."""
    return _regions(get_language() or "en")


def region_name(code: str) -> str:
    """Return the name of a region in the language of the page; the code itself where it is not known."""
    return dict(regions()).get(code, code)


def clean_region(text: str) -> str:
    """Return the code of a region in capitals; raise `ValidationError` for what is none."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError(_("This region is not known. Choose one from the list."), code="region")
    return code


@cache
def _regions(language: str) -> tuple[tuple[str, str], ...]:
    try:
        names = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        names = Locale.parse("en").territories
    found = [(code, str(names.get(code, code))) for code in phonenumbers.SUPPORTED_REGIONS]
    return tuple(sorted(found, key=lambda pair: (pair[1].casefold(), pair[0])))
