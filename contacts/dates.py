"""Dates of life: a birthday has no time zone, and often no year."""

import re
from datetime import date


def parse_date(text: str) -> str | None:
    """Return a date of life in ISO form (`1987-10-06`, `--03-07`), or None when `text` is not one.

    Takes ISO, year-less `--MM-DD` and `--MMDD` (RFC 6350), and `M/D/YYYY` as American exports write it; with a first
    part over 12 the order is taken to be day first, as are dotted dates. Two-digit years are refused: they lie.
    """
    text = text.strip()
    if found := re.fullmatch(r"--(\d{2})-?(\d{2})", text):
        month, day = int(found[1]), int(found[2])
        return f"--{month:02}-{day:02}" if _is_date(2000, month, day) else None
    if found := re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?", text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        month, day, year = int(found[1]), int(found[2]), int(found[3])
        if month > 12:
            month, day = day, month
    elif found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text):
        day, month, year = int(found[1]), int(found[2]), int(found[3])
    else:
        return None
    return f"{year:04}-{month:02}-{day:02}" if _is_date(year, month, day) else None


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
