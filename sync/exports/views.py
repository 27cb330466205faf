"""The pages of exports: choose a format, and the file, streamed. What is read goes through `for_user`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from config.rendering import render_page
from contacts.templatetags.contacts import grouped
from contacts.views.panel import Panel
from organizations.http import SignedInRequest
from sync.exports.chosen import Chosen, documents, listed, named, tell_audit
from sync.exports.formats import BY_NAME, FORMATS, FileFormat, blocks

#: Contacts that can be named one by one; more are exported by the list that holds them.
MOST_NAMED = 10_000


@require_http_methods(["GET", "HEAD", "POST"])
def of_book(request: SignedInRequest, book_id: UUID) -> HttpResponseBase:
    """Export a book: GET asks for the format, POST with `format` (and `raw`) sends the file."""
    return _export(request, Panel(request, chosen={"book": book_id}))


@require_http_methods(["GET", "HEAD", "POST"])
def of_list(request: SignedInRequest) -> HttpResponseBase:
    """Export what the query's filters list, or the contacts that a POST names in `contact`.

    Named contacts without a `format` get the page that asks for it, as GET does for a list.
    """
    sent = request.POST.getlist("contact")
    if not sent:
        return _export(request, Panel(request))
    chosen = named(request.user, _ids(sent))
    if chosen is None:
        raise Http404
    return _export(request, Panel(request), chosen)


def _export(request: SignedInRequest, panel: Panel, chosen: Chosen | None = None) -> HttpResponseBase:
    """Send the file, or the page that asks for its format; a format that is none gets a sentence (422)."""
    wanted = request.POST.get("format", "")
    if request.method == "POST" and (file_format := BY_NAME.get(wanted)):
        if chosen is None:
            chosen = listed(panel.scope, query=panel.q, order=panel.order)
        return _file(request, panel, chosen, file_format, safe="raw" not in request.POST)
    asks = request.method != "POST" or (chosen is not None and not wanted)
    problem = "" if asks else _("Choose one of the formats, then press Download.")
    context = {
        "panel": panel,
        "formats": FORMATS,
        "format": wanted if wanted in BY_NAME else FORMATS[0].name,
        "problem": problem,
        "number": _number(len(chosen) if chosen is not None else panel.count),
        "named": [str(contact_id) for ids in chosen.batches() for contact_id in ids] if chosen is not None else [],
        "title": panel.title,
    }
    return render_page(request, "exports/new.html", context, fragment="piece", status=422 if problem else 200)


def _number(count: int | None) -> str:
    """Return how many contacts there are, in words; nothing when only counting them all could tell."""
    if count is None:
        return ""
    return ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": grouped(count)}


def _file(
    request: SignedInRequest, panel: Panel, chosen: Chosen, file_format: FileFormat, *, safe: bool
) -> StreamingHttpResponse:
    """Return the file; the audit list tells of it before its first byte."""
    tell_audit(request.user, chosen, file_format.name)
    content = blocks(file_format.name, partial(documents, request.user, chosen), safe=safe)
    response = StreamingHttpResponse(content, content_type=file_format.content_type)
    name = f"{slugify(panel.title) or 'contacts'}-{timezone.localdate().isoformat()}.{file_format.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Return the ids in a form's fields, of which each may hold several, separated by commas or blanks; 404 for what
    is no id, and for more than 10,000."""
    words = [word for text in texts for word in text.replace(",", " ").split()]
    if len(words) > MOST_NAMED:
        raise Http404
    try:
        return [UUID(word) for word in words]
    except ValueError:
        raise Http404 from None
