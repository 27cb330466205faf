"""A vCard short enough for a QR code that any phone reads off a screen, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.document import SCALARS, ContactDocument, Info, Kind
from contacts.formats.vcard_writing import vcard

#: Bytes that a code holds at its usual size: version 14 at most (ISO/IEC 18004), 73 squares a side.
ROOM: Final = 350
#: Bytes beyond which a code is not read off a screen any more: a name and company that alone are longer get none.
MOST: Final = 800

_NAMES = ("prefix", "first_name", "middle_name", "last_name", "suffix")


@dataclass(frozen=True, slots=True)
class ShortCard:
    """The card as text, empty when not even a name fits, and what it leaves out in words, empty when nothing is."""

    text: str
    left_out: str


def short_vcard(document: ContactDocument) -> ShortCard:
    """Return name, first company, and as many phones, emails, websites and addresses as have room, in vCard 3.0.

    The preferred of each kind come first, phones and emails in turn. Labels of one's own are left out.
    """
    company = document.companies[:1]
    card = ContactDocument(
        **{name: getattr(document, name) for name in _NAMES},
        nickname="" if document.full_name else document.nickname,
        memberships=tuple(replace(each, department="", location="", description="") for each in company),
    )
    if len(_written(card)) > ROOM:
        card = replace(card, memberships=())
    if len(_written(card)) > MOST:
        return ShortCard("", "")
    taken: set[str] = set()
    for info in _in_turn(document):
        wider = replace(card, infos=(*card.infos, replace(info, preferred=False, custom_label="")))
        if len(_written(wider)) <= ROOM:
            card = wider
            taken.add(info.id)
    if card.is_empty:
        return ShortCard("", "")
    return ShortCard(_written(card).decode(), _left_out(document, card, taken))


def _written(card: ContactDocument) -> bytes:
    """Return the card without folds, which not every camera's program takes out."""
    return vcard(card).replace("\r\n ", "").encode()


def _in_turn(document: ContactDocument) -> list[Info]:
    def of(kind: Kind) -> list[Info]:
        return sorted(document.of_kind(kind), key=lambda info: not info.preferred)

    pairs = zip_longest(of(Kind.PHONE), of(Kind.EMAIL))
    reached = [info for pair in pairs for info in pair if info is not None]
    return [*reached, *of(Kind.URL)[:1], *of(Kind.ADDRESS)[:1]]


def _left_out(document: ContactDocument, card: ContactDocument, taken: set[str]) -> str:
    """Return "2 emails, the notes and the picture"."""
    words = {
        Kind.PHONE: lambda count: ngettext("%(count)d phone", "%(count)d phones", count),
        Kind.EMAIL: lambda count: ngettext("%(count)d email", "%(count)d emails", count),
        Kind.ADDRESS: lambda count: ngettext("%(count)d address", "%(count)d addresses", count),
        Kind.URL: lambda count: ngettext("%(count)d website", "%(count)d websites", count),
        Kind.DATE: lambda count: ngettext("%(count)d date", "%(count)d dates", count),
    }
    parts = []
    others = 0
    for kind in Kind:
        missing = sum(info.id not in taken for info in document.of_kind(kind))
        if kind not in words:
            others += missing
        elif missing:
            parts.append(words[kind](missing) % {"count": missing})
    others += sum(
        bool(getattr(document, scalar.name)) and not getattr(card, scalar.name)
        for scalar in SCALARS
        if scalar.name != "notes"
    )
    companies = len(document.companies) - len(card.companies)
    if companies:
        parts.append(ngettext("%(count)d company", "%(count)d companies", companies) % {"count": companies})
    if others:
        parts.append(ngettext("%(count)d other value", "%(count)d other values", others) % {"count": others})
    if document.groups:
        parts.append(_("the groups"))
    if document.notes:
        parts.append(_("the notes"))
    if document.avatar:
        parts.append(_("the picture"))
    return str(get_text_list(parts, _("and")))
