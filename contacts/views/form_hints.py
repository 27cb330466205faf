"""What the contact form is told while it is filled in: hints for a field that was left, and what a paste would fill."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from books.models import ContactBook
from books.shelf import shelf_of
from contacts.document import ContactDocument
from contacts.duplicates import possible_duplicates
from contacts.formats.pasted import CannotSplit, MoreThanOne, read_pasted
from contacts.forms.contact import Cell
from contacts.forms.document import TooManyRows, document_from, read
from contacts.forms.hints import hint_of, region_in
from contacts.spelling import meant_by
from contacts.views.panel import Panel
from organizations.http import SignedInRequest

#: Fields answered at once: a person leaves one at a time.
FIELDS = 10


@require_POST
def hints(request: SignedInRequest) -> HttpResponse:
    """What there is to say of the fields named in `changed`: errors and hints; while creating, who it may be already.

    A whole form is sent; nothing is saved. 404 for a book that the person cannot see.
    """
    try:
        book_id = UUID(request.POST.get("book", ""))
        draft = read(request.POST)
    except TooManyRows:
        raise BadRequest("too many rows") from None
    except ValueError:
        raise Http404 from None
    books = ContactBook.objects.for_user(request.user).select_related("organization")
    organization = get_object_or_404(books, pk=book_id).organization
    shelf = shelf_of(request.user, organization)
    document, errors = document_from(draft, like=ContactDocument())
    changed = [name for name in request.POST.get("changed", "").split()[:FIELDS] if name in request.POST]
    region = region_in(draft, organization.region)
    rows = {f"info-{row.key}-value": row for row in draft.infos}
    cells = []
    for name in changed:
        error = errors.get(name, "")
        row = None if error else rows.get(name)
        hint = hint_of(row, region=region, meant=partial(meant_by, shelf)) if row else None
        cells.append(Cell(name, "", request.POST[name], error, hint=hint))
    errors.pop("", None)
    looked_up = "form_key" in request.POST and not errors
    found = possible_duplicates(request.user, shelf, document, region=region) if looked_up else []
    return render(request, "contacts/hints.html", {"cells": cells, "looked_up": looked_up, "duplicates": found})


@require_POST
def pasted(request: SignedInRequest) -> HttpResponse:
    """Offer to split a pasted text into fields: what it would fill, and both answers. Nothing for a mere name.

    Of what is more than one person it says what to do instead.
    """
    text = request.POST.get("pasted", "")
    region = Panel(request).organization.region
    document, problem = ContactDocument(), ""
    try:
        document = read_pasted(text, region=region)
    except MoreThanOne as error:
        problem = str(error)
    except CannotSplit:
        pass
    parts = _parts(document) if document.infos or document.companies else []
    return render(request, "contacts/_offer.html", {"parts": parts, "pasted": text, "problem": problem})


def _parts(document: ContactDocument) -> list[str]:
    """Return what a document says, each value as a short text."""
    texts = [
        document.full_name,
        *(", ".join(filter(None, (job.title, job.name))) for job in document.companies),
        *(info.value or ", ".join(info.address.values()) for info in document.infos),
        document.notes,
    ]
    return [f"{text[:80]}…" if len(text) > 80 else text for text in texts if text]
