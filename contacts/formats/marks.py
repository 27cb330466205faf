"""The small signs that CSV files of contacts carry in their cells, read and written so that nothing is mistaken.

Google joins several values by ` ::: `, marks the preferred one by `* ` before its label, and its own groups by `* `.
Spreadsheets take cells that begin with `=` and the like for formulas; an apostrophe before them stops that. Our own
exports put a backslash before such a sign (and one more before a backslash that stands there) when it is meant as
text, and the import takes one off: so every value comes back as it was.
"""

from __future__ import annotations

import re
from functools import lru_cache

from contacts.document import LABELS, Info, Kind

SEPARATOR = " ::: "

# First character of a formula, behind blanks and what cannot be seen (OWASP's list and its full-width twins).
_TRIGGER = r"[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\t\r\n|＝＋－＠]"
_NEEDS_GUARD = re.compile(rf"'*{_TRIGGER}")
_GUARDED = re.compile(rf"'+{_TRIGGER}")
_PLAIN_PHONE = re.compile(r"\+[0-9][0-9 ().\-]{3,24}")


def guard(text: str, *, phone: bool = False, safe: bool = True) -> str:
    """Return a cell that no spreadsheet takes for a formula; `unguard` gives `text` back.

    A plain international number stays as it is in a phone column. With `safe` off only text that `unguard` would
    change is touched: for programs, not for spreadsheets.
    """
    if safe and _NEEDS_GUARD.match(text):
        return text if phone and _PLAIN_PHONE.fullmatch(text) else "'" + text
    return "'" + text if _GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Return a cell without the one apostrophe that keeps spreadsheets from reading it as a formula."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


_BARE_SEPARATOR = re.compile(r"(?<!\S)(\\*):::(?!\S)")
_ESCAPED_SEPARATOR = re.compile(r"(?<!\S)\\(\\*):::(?!\S)")


def escape_value(text: str) -> str:
    """Return `text` so that `split_values` sees one value in it."""
    return _BARE_SEPARATOR.sub(r"\\\1:::", text) if ":::" in text else text


def split_values(text: str) -> list[str]:
    """Return the values of a cell in which Google joins several by ` ::: `; blank ones stay, they keep places."""
    if ":::" not in text:
        return [text]
    return [_ESCAPED_SEPARATOR.sub(r"\1:::", value) for value in text.split(SEPARATOR)]


#: What Google writes for a label, where its word is not the label's own.
_GOOGLE_WORDS = {
    "home_fax": "Home Fax",
    "work_fax": "Work Fax",
    "other_fax": "Other Fax",
    "homepage": "Home Page",
}
_SYNONYMS = {
    Kind.PHONE: {"cell": "mobile", "cellphone": "mobile", "mobilephone": "mobile", "fax": "other_fax"},
    Kind.URL: {"homepage": "homepage", "home": "homepage"},
}


def _key(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", text.casefold())


_KNOWN: dict[Kind, dict[str, str]] = {
    kind: {_key(label): label for label in labels} | _SYNONYMS.get(kind, {}) for kind, labels in LABELS.items()
}


def _means_something(kind: Kind, text: str) -> bool:
    return text == "*" or text.startswith("* ") or _key(text) in _KNOWN[kind]


def read_label(kind: Kind, text: str) -> tuple[str, str, bool]:
    """Return (label, label of one's own, preferred) of a label cell; an empty one is "other"."""
    return _read_label(kind, text) if len(text) <= 200 else _read_label.__wrapped__(kind, text)


@lru_cache(maxsize=4_096)
def _read_label(kind: Kind, text: str) -> tuple[str, str, bool]:
    text = text.strip()
    preferred = text == "*" or text.startswith("* ")
    if preferred:
        text = text[1:].strip()
    if text.startswith("\\") and _means_something(kind, text.lstrip("\\")):
        return "other", text[1:], preferred
    label = _KNOWN[kind].get(_key(text)) if text else "other"
    return (label, "", preferred) if label else ("other", text, preferred)


def write_label(info: Info) -> str:
    """Return the label cell of an info, as Google writes it."""
    text = info.custom_label
    if not text:
        text = _GOOGLE_WORDS.get(info.label) or info.label.capitalize()
    elif _means_something(info.kind, text.lstrip("\\")):
        text = "\\" + text
    return f"* {text}" if info.preferred else text


def _is_marked(text: str) -> bool:
    return text == "*" or text.startswith("* ")


def read_groups(names: list[str]) -> tuple[list[str], bool]:
    """Return (names of groups, starred) from Google's list: its system groups are marked by `* `."""
    groups: list[str] = []
    starred = False
    for name in names:
        name = name.strip()
        if _is_marked(name):
            name = name[1:].strip()
            system = _key(name)
            if system == "starred":
                starred = True
            elif system not in {"", "mycontacts"}:
                groups.append(name)
        elif name.startswith("\\") and _is_marked(name.lstrip("\\")):
            groups.append(name[1:])
        elif name:
            groups.append(name)
    return groups, starred


def write_group(name: str) -> str:
    """Return the name of a group as it stands in a list for `read_groups`."""
    return "\\" + name if _is_marked(name.lstrip("\\")) else name
