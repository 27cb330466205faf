"""What somebody pasted where a name belongs: a vCard, or a signature."""

from __future__ import annotations

import io
import re

from django.utils.translation import gettext as _

from contacts.document import ContactDocument, InvalidDocument
from contacts.formats import vcard_reading
from contacts.formats.refusals import NotATable
from contacts.formats.signature import read_signature
from contacts.formats.vcard_lines import open_cards

#: Characters: a card without its picture, a signature below a letter.
LONGEST = 100_000

_CARD = re.compile(r"^\s*BEGIN\s*:\s*VCARD\s*$", re.IGNORECASE | re.MULTILINE)
_PICTURE = re.compile(r"^(?:PHOTO|LOGO)\b[^\n]*(?:\n[ \t][^\n]*)*\n?", re.IGNORECASE | re.MULTILINE)


class CannotSplit(ValueError):
    """A text that no fields can be made of. `str()` says why, and what to do."""


class MoreThanOne(CannotSplit):
    """A text of several people, or too long for one."""


def read_pasted(text: str, *, region: str) -> ContactDocument:
    """Return the normalised document of a vCard or signature; numbers without a country are of `region` (ISO 3166).

    Raises `CannotSplit` when there is nothing of a person in it, and of these `MoreThanOne` for more than one person.
    """
    if len(text) > LONGEST:
        text = _PICTURE.sub("", text)
    if len(text) > LONGEST:
        raise MoreThanOne(_("This text is too long for one person. Paste only the signature, or one vCard."))
    try:
        begins = _CARD.search(text)
        document = _read_card(text[begins.start() :]) if begins else read_signature(text, region=region)
    except InvalidDocument as error:
        raise CannotSplit(str(error)) from error
    if document.is_empty:
        raise CannotSplit(_("Nothing of a person was found in this text. Type what you know into the fields."))
    return document


def _read_card(text: str) -> ContactDocument:
    if len(_CARD.findall(text)) > 1:
        raise MoreThanOne(
            _("There are several people in this text. Save it as a .vcf file and import it, or paste one card.")
        )
    try:
        card = next(open_cards(io.BytesIO(text.strip().encode())).cards())
    except NotATable as error:
        raise CannotSplit(str(error)) from error
    if card.problem:
        raise CannotSplit(card.problem)
    return vcard_reading.to_document(card).document
