"""The words that vCards have for labels, and which of ours each of them is: one table for reading and for writing.

A label that TYPE has no word for stands in a line of its own beside the value, as Apple's programs write it
(`item1.X-ABLabel`): built-in ones between `_$!<` and `>!$_`, those of one's own as they are.
"""

from __future__ import annotations

import re

from contacts.document import LABELS, Info, Kind

#: By kind and label: the TYPE words, in vCard 3.0 and 4.0. A label that is not here needs a line of its own.
TYPES: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.EMAIL: {"work": ("WORK",), "home": ("HOME",), "other": ()},
    Kind.PHONE: {
        "mobile": ("CELL",),
        "main": ("MAIN",),
        "home": ("HOME",),
        "work": ("WORK",),
        "home_fax": ("HOME", "FAX"),
        "work_fax": ("WORK", "FAX"),
        "other_fax": ("FAX",),
        "pager": ("PAGER",),
        "other": (),
    },
    Kind.ADDRESS: {"home": ("HOME",), "work": ("WORK",), "other": ()},
    Kind.URL: {"work": ("WORK",), "homepage": ()},
    Kind.FACEBOOK: {"other": ()},
    Kind.INSTAGRAM: {"other": ()},
    Kind.TWITTER: {"other": ()},
    Kind.DATE: {"other": ()},
    Kind.CUSTOM: {"other": ()},
}
#: Words of TYPE that say how a value is used, not whose it is.
_SILENT = frozenset(
    {
        "INTERNET",
        "PREF",
        "VOICE",
        "MSG",
        "VIDEO",
        "TEXT",
        "TEXTPHONE",
        "DOM",
        "INTL",
        "POSTAL",
        "PARCEL",
        "OTHER",
        "X-INTERNET",
        "URI",
        "DATE",
    }
)
_SAME = {
    "MOBILE": "CELL",
    "IPHONE": "CELL",
    "MAIN-NUMBER": "MAIN",
    "BUSINESS": "WORK",
    "X-WORK": "WORK",
    "X-HOME": "HOME",
}
_PLACES = frozenset({"WORK", "HOME"})
_BUILT_IN = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)


def _key(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", text.casefold())


_KNOWN: dict[Kind, dict[str, str]] = {kind: {_key(label): label for label in labels} for kind, labels in LABELS.items()}
_KNOWN[Kind.PHONE]["otherfax"] = "other_fax"
_KNOWN[Kind.URL]["home"] = "personal"


def beside(info: Info) -> str:
    """Return the label as it stands in a line of its own, empty when TYPE says it."""
    if info.custom_label:
        return f"_$!<{info.custom_label}>!$_" if _BUILT_IN.fullmatch(info.custom_label) else info.custom_label
    return "" if info.label in TYPES[info.kind] else f"_$!<{info.label.replace('_', ' ').title().replace(' ', '')}>!$_"


def read_beside(kind: Kind, text: str) -> tuple[str, str]:
    """Return (label, label of one's own) of a label that stands in a line of its own."""
    built_in = _BUILT_IN.fullmatch(text.strip())
    if built_in is None:
        return "other", text.strip()
    label = _KNOWN[kind].get(_key(built_in[1]))
    return (label, "") if label else ("other", built_in[1])


def read_types(kind: Kind, types: list[str]) -> tuple[str, str]:
    """Return (label, label of one's own) for the words of a TYPE; words that nobody knows become one's own."""
    said = [_SAME.get(word, word) for word in types if word and word not in _SILENT]
    words = set(said)
    strange = [word for word in dict.fromkeys(said) if word not in _PLACES and word not in _WORDS[kind]]
    if strange:
        return "other", " ".join(
            word.removeprefix("X-").replace("-", " ").replace("_", " ") for word in dict.fromkeys(said)
        ).capitalize()
    if kind is Kind.PHONE:
        if "FAX" in words:
            return ("work_fax" if "WORK" in words else "home_fax" if "HOME" in words else "other_fax"), ""
        for word, label in (("CELL", "mobile"), ("PAGER", "pager"), ("MAIN", "main")):
            if word in words:
                return label, ""
    if "WORK" in words and "work" in LABELS[kind]:
        return "work", ""
    if "HOME" in words:
        return ("home" if "home" in LABELS[kind] else "personal" if "personal" in LABELS[kind] else "other"), ""
    return ("homepage" if kind is Kind.URL else "other"), ""


_WORDS = {kind: {word for words in labels.values() for word in words} for kind, labels in TYPES.items()}
_WORDS[Kind.EMAIL] |= {"X400"}

#: Services whose accounts have a kind of their own.
SERVICES = {"facebook": Kind.FACEBOOK, "instagram": Kind.INSTAGRAM, "twitter": Kind.TWITTER, "x": Kind.TWITTER}
