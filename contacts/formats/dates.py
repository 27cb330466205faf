"""Dates of life as exports write them."""

from __future__ import annotations

import re
from functools import lru_cache

from contacts.document import parse_date

_SEPARATED = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")
_MIDNIGHT = re.compile(r"[ T]+(?:0{1,2}:00(?::00)?|12:00(?::00)? ?AM)$", re.IGNORECASE)
_ZEROS = re.compile(r"0+([/.\-]0+)*")
_LONGEST = 40  # no date is longer
# Outlook's word for "no date": the end of its calendar.
_NEVER = "4501-01-01"


def read_date(text: str, *, day_first: bool = False) -> str | None:
    """Return a date as the document keeps it, "" when the text says that there is none, None when it is unreadable.

    `day_first`: 6/10/1987 is the sixth of October. A first part above 12 is always a day, a second one never a month.
    """
    text = text.strip()
    return _read(text, day_first) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4_096)
def _read(text: str, day_first: bool) -> str | None:
    text = _MIDNIGHT.sub("", text)
    if not text or _ZEROS.fullmatch(text):
        return ""
    iso = parse_date(text) if text.startswith("--") else None
    if iso is None and (found := _SEPARATED.fullmatch(text)):
        first, second, third = found[1], found[2], found[3]
        if len(first) == 4:
            text = f"{first}-{int(second):02}-{int(third):02}" if len(third) <= 2 else text
        elif len(third) == 4:
            day, month = int(first), int(second)
            dotted = "." in text
            if (not (day_first or dotted) and day <= 12) or month > 12 >= day:
                day, month = month, day
            text = f"{third}-{month:02}-{day:02}"
    iso = iso or parse_date(text)
    return "" if iso == _NEVER else iso
