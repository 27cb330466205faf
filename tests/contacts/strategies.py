"""Hypothesis strategies for contacts: names in many scripts, emails and phones as people write them, whole documents.

Everything drawn is normalised, and its item ids follow from what was drawn, so that failures repeat exactly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from contacts.document import (
    ADDRESS_PARTS,
    LABELS,
    MEMBERSHIP_DETAILS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    InvalidDocument,
    Kind,
    Membership,
)

FIRST_NAMES = (
    "Ann", "Łukasz", "Zoë", "Đorđe", "Søren", "Jürgen", "José María", "Иван", "Юлия", "Γιώργος", "महेश", "مريم",
    "דוד", "伟", "さくら", "민준", "Nguyễn", "J.", "Ægir", "İpek", "Seán", "ßtefan",
)  # fmt: skip
LAST_NAMES = (
    "Lee", "Żółć", "O’Connor", "O'Brien", "Müller-Lüdenscheidt", "García López", "van der Berg", "Петров", "Щербакова",
    "Παπαδόπουλος", "शर्मा", "الفارسي", "כהן", "陈", "山田", "김", "Ångström", "d'Arc", "Straße", "Łęcki",
)  # fmt: skip
WORDS = ("Acme", "Škoda", "Überflieger GmbH", "北京公司", "book club", "Ключ", "ﬁne", "Ⅷ", "x", "100 %", "naïve")
DOMAINS = ("example.com", "example.org", "bücher.example", "mail.example.co.uk", "пример.example")
LOCALS = ("ann", "Ann.Lee", "info", "łukasz", "j.o'brien", "sales+eu", "x", "office")
PHONES = (
    "+49 30 123456", "030 123456", "(555) 123-4567", "+1 555-123-4567", "0049 30 123456", "112", "+48 601 234 567",
    "601234567", "+1 212 555 0100 x12", "٠٣٠ ١٢٣٤٥٦", "ask Ann",
)  # fmt: skip
DATES = ("1987-10-06", "--03-07", "--02-29", "2000-02-29", "1901-01-01", "--10-06")

#: Any text that a file or form could bring, controls, surrogates and all.
raw_text = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    (
        "\ufdd0",
        "\x00",
        "\ud800",
        "a\u0301",
        "\u202egnp.exe",
        "\r\n",
        " \u3000 ",
        "\ufeffA",
        "ＡＢＣ",
        "ﷺ",
        "İ",
        "ς",
        "ŉ",
        "ΐ",
        "’",
    )
)
first_names = st.sampled_from(FIRST_NAMES)
last_names = st.sampled_from(LAST_NAMES)
words = st.sampled_from(WORDS) | first_names
emails = st.builds("{}@{}".format, st.sampled_from(LOCALS), st.sampled_from(DOMAINS))
phones = st.sampled_from(PHONES)
dates = st.sampled_from(DATES)
urls = st.builds("https://{}/{}".format, st.sampled_from(DOMAINS), st.sampled_from(("", "ann", "żółć")))
addresses = st.dictionaries(st.sampled_from(ADDRESS_PARTS), words, min_size=1, max_size=4)

_VALUES = {
    Kind.EMAIL: emails | st.just("not an address"),
    Kind.PHONE: phones,
    Kind.URL: urls,
    Kind.DATE: dates,
    Kind.FACEBOOK: words,
    Kind.INSTAGRAM: st.sampled_from(("@ann", "ann")),
    Kind.TWITTER: st.sampled_from(("@ann", "ann")),
    Kind.CUSTOM: words,
}


@st.composite
def infos(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind)) -> Info:
    """Return one info without an id."""
    kind = draw(st.sampled_from(kinds))
    label = draw(st.sampled_from(LABELS[kind]))
    return Info(
        kind=kind,
        label=label,
        custom_label=draw(st.sampled_from(("", "Büro", "Second"))) if label == "other" else "",
        value="" if kind is Kind.ADDRESS else draw(_VALUES[kind]),
        address=draw(addresses) if kind is Kind.ADDRESS else {},
        preferred=draw(st.booleans()),
    )


@st.composite
def memberships(draw: st.DrawFn) -> Membership:
    """Return one membership without an id: in a group, or in a company with details."""
    name = draw(st.sampled_from(("Acme", "ACME", "Škoda", "Friends", "北京公司")))
    if draw(st.booleans()):
        return Membership(kind="group", name=name)
    details = draw(st.dictionaries(st.sampled_from(MEMBERSHIP_DETAILS), st.sampled_from(("A", "B", "Ö")), max_size=3))
    return Membership(kind="company", name=draw(st.sampled_from((name, ""))) if details else name, **details)


_scalars: dict[str, st.SearchStrategy[str]] = {
    **dict.fromkeys(SCALAR_NAMES, words),
    "first_name": first_names,
    "last_name": last_names,
    "suffix": st.sampled_from(("Jr.", "Sr.", "PhD")),
    "notes": st.sampled_from(("Likes *tea*", "- one\n- two", "Ω" * 50)),
}


def _with_ids(document: ContactDocument, mark: str) -> ContactDocument:
    """Return the document normalised, with ids that begin with `mark` on items that have none."""
    taken = {info.id for info in document.infos} | {item.id for item in document.memberships}
    fresh = (name for name in (f"{mark}{number:07x}" for number in range(1000)) if name not in taken)
    return replace(
        document,
        infos=tuple(info if info.id else replace(info, id=next(fresh)) for info in document.infos),
        memberships=tuple(item if item.id else replace(item, id=next(fresh)) for item in document.memberships),
    ).normalised()


@st.composite
def documents(
    draw: st.DrawFn, mark: str = "0", kinds: tuple[Kind, ...] = tuple(Kind), max_items: int = 5
) -> ContactDocument:
    """Return a normalised document; its item ids begin with the hexadecimal digit `mark`."""
    names = draw(st.lists(st.sampled_from(SCALAR_NAMES), unique=True, max_size=5))
    document = ContactDocument(
        **{name: draw(_scalars[name]) for name in names},
        starred=draw(st.booleans()),
        infos=tuple(draw(st.lists(infos(kinds), max_size=max_items))),
        memberships=tuple(draw(st.lists(memberships(), max_size=3))),
    )
    if document.is_empty:
        document = replace(document, last_name=draw(last_names))
    return _with_ids(document, mark)


@st.composite
def edits(draw: st.DrawFn, document: ContactDocument, mark: str = "a") -> ContactDocument:
    """Return `document` as somebody left it after a few edits; ids of items they added begin with `mark`."""
    edited = document
    for _ in range(draw(st.integers(0, 4))):
        edited = draw(_edit(edited))
    try:
        return _with_ids(edited, mark)
    except InvalidDocument:  # nothing left of the contact: no form would have saved that
        return document


@st.composite
def _edit(draw: st.DrawFn, document: ContactDocument) -> ContactDocument:
    match draw(
        st.sampled_from(("text", "star", "add", "remove", "change", "label", "prefer", "move", "join", "leave"))
    ):
        case "text":
            name = draw(st.sampled_from(("first_name", "last_name", "notes", "nickname")))
            text: dict[str, Any] = {name: draw(_scalars[name] | st.just(""))}
            return replace(document, **text)
        case "star":
            return replace(document, starred=not document.starred)
        case "add":
            position = draw(st.integers(0, len(document.infos)))
            added = (draw(infos()),)
            return replace(document, infos=document.infos[:position] + added + document.infos[position:])
        case "join":
            return replace(document, memberships=(*document.memberships, draw(memberships())))
        case "leave" if document.memberships:
            gone = draw(st.sampled_from(document.memberships))
            if draw(st.booleans()):
                return replace(document, memberships=tuple(m for m in document.memberships if m is not gone))
            new = replace(draw(memberships()), id=gone.id)
            return replace(document, memberships=tuple(new if m is gone else m for m in document.memberships))
        case "move" if document.infos:
            return replace(document, infos=tuple(draw(st.permutations(document.infos))))
        case ("remove" | "change" | "label" | "prefer") as action if document.infos:
            chosen = draw(st.sampled_from(document.infos))
            changed: tuple[Info, ...] = ()
            if action == "change":
                value = draw(_VALUES[chosen.kind]) if chosen.kind is not Kind.ADDRESS else ""
                address = draw(addresses) if chosen.kind is Kind.ADDRESS else {}
                changed = (replace(chosen, value=value, address=address),)
            elif action == "label":
                changed = (replace(chosen, label=draw(st.sampled_from(LABELS[chosen.kind])), custom_label=""),)
            elif action == "prefer":
                others = tuple(replace(info, preferred=False) for info in document.infos if info.kind is chosen.kind)
                rest = {info.id: info for info in others}
                return replace(
                    document,
                    infos=tuple(
                        replace(info, preferred=not chosen.preferred) if info is chosen else rest.get(info.id, info)
                        for info in document.infos
                    ),
                )
            return replace(
                document,
                infos=tuple(item for info in document.infos for item in (changed if info is chosen else (info,))),
            )
    return document


@st.composite
def three_versions(draw: st.DrawFn) -> tuple[ContactDocument, ContactDocument, ContactDocument]:
    """Return a document and two that grew from it."""
    base = draw(documents())
    return base, draw(edits(base, "a")), draw(edits(base, "b"))
