"""What follows an act: where to go, what to say, and whether it can be undone."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from config.rendering import wants_piece
from contacts.models import ChangeSet
from contacts.templatetags.notices import QUIET
from organizations.http import SignedInRequest


def tell(
    request: HttpRequest,
    sentence: str,
    *,
    undo: ChangeSet | None = None,
    undid: ChangeSet | None = None,
    quiet: bool = False,
) -> None:
    """Say `sentence` on the next page: as a toast, with *Undo* for an act; `quiet` only to screen readers.

    `undid` is the act that was taken back by now: toasts that still offer its *Undo* go away.
    """
    tags = [f"undo:{undo.pk}" if undo else "", f"undid:{undid.pk}" if undid else "", QUIET if quiet else ""]
    messages.success(request, sentence, extra_tags=" ".join(filter(None, tags)))


def refuse(request: HttpRequest, sentence: str) -> None:
    """Say on the next page why something was not done."""
    messages.error(request, sentence)


def next_of(request: HttpRequest, default: str) -> str:
    """Return the address that the form names to go on to, if it is one of ours, else `default`."""
    wanted = request.POST.get("next", "")
    return wanted if is_ours(wanted) else default


def is_ours(address: str) -> bool:
    """Say whether an address that a request names leads to a page of ours."""
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def key_of_form(request: SignedInRequest, text: str) -> UUID | None:
    """Return the key by which a form sent twice is known: the person's own, whatever key others send. None for a text
    that is no key."""
    try:
        return uuid5(UUID(text), str(request.user.pk))
    except ValueError:
        return None


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Go on to a whole page: the list and the sidebar changed as well."""
    return HttpResponseClientRedirect(address) if wants_piece(request) else HttpResponseRedirect(address)
