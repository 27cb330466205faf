"""What follows an act: where to go, what to say, and whether it can be undone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from config.rendering import wants_piece
from contacts.models import ChangeSet
from contacts.templatetags.notices import QUIET


def tell(request: HttpRequest, sentence: str, *, undo: ChangeSet | None = None, quiet: bool = False) -> None:
    """Say `sentence` on the next page: as a toast, with *Undo* for an act; `quiet` only to screen readers."""
    tags = f"undo:{undo.pk}" if undo else QUIET if quiet else ""
    messages.success(request, sentence, extra_tags=tags)


def refuse(request: HttpRequest, sentence: str) -> None:
    """Say on the next page why something was not done."""
    messages.error(request, sentence)


def next_of(request: HttpRequest, default: str) -> str:
    """Return the address that the form names to go on to, if it is one of ours, else `default`."""
    wanted = request.POST.get("next", "")
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else default


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Go on to a whole page: the list and the sidebar changed as well."""
    return HttpResponseClientRedirect(address) if wants_piece(request) else HttpResponseRedirect(address)
