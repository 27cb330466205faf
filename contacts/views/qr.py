"""A contact as a vCard for another device: as text to copy, and as a QR code to be read by a phone's camera."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import segno
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.formats.vcard_short import short_vcard
from contacts.formats.vcard_writing import vcard as write_vcard
from contacts.services import document_of
from contacts.views.cards import visible
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest

#: Light squares around a code (ISO/IEC 18004).
QUIET = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as the path of its dark squares, in a drawing of `side` by `side` squares."""

    path: str
    side: int


def code_of(text: str) -> Code:
    """Return the QR code of a text, which up to 15 % of it may be lost of (level M)."""
    made = segno.make(text, encoding="utf-8", error="m", micro=False, boost_error=False)
    lines = []
    for y, row in enumerate(made.matrix):
        x = 0
        while x < len(row):
            run = next((at for at in range(x, len(row)) if row[at] != row[x]), len(row)) - x
            if row[x]:
                lines.append(f"M{x + QUIET} {y + QUIET}h{run}v1h-{run}z")
            x += run
    return Code("".join(lines), len(made.matrix) + 2 * QUIET)


@require_safe
def qr(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """The QR code of a contact, what it leaves out, and the whole as a file."""
    contact = visible(request, contact_id)
    panel = Panel(request, organization=contact.organization)
    short = short_vcard(document_of(contact))
    name = contact.name_for(request.user)
    context = {
        "contact": contact,
        "name": name,
        "title": _("QR code of %(name)s") % {"name": name},
        "code": code_of(short.text) if short.text else None,
        "left_out": short.left_out,
    }
    return show(request, "contacts/qr.html", panel, context)


@require_safe
def vcard(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """The contact as a vCard 3.0 to be copied: as text, without its picture."""
    contact = visible(request, contact_id)
    response = HttpResponse(write_vcard(document_of(contact)), content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
