"""What a newcomer does on the first day: loads sample people, removes them, closes the checklist."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from books.models import ContactBook
from contacts.services import Busy
from contacts.services.first_day import load_sample_people, standing_sample
from contacts.services.undoing import reverted_count, start_undo
from contacts.views.answers import next_of, refuse, tell
from contacts.views.changes import kept_in_words
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.sharing import Level


def _editable(request: SignedInRequest, book_id: UUID) -> ContactBook:
    """Return a book whose contacts the person may change: 404 for one they cannot see, 403 for one they only view."""
    book = get_object_or_404(ContactBook.objects.for_user(request.user).select_related("organization"), pk=book_id)
    if not ContactBook.objects.for_user(request.user, at_least=Level.EDIT).filter(pk=book.pk).exists():
        raise PermissionDenied
    return book


@require_POST
def load_sample(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Put the sample people into a book; who has them already is told so."""
    book = _editable(request, book_id)
    try:
        loaded = load_sample_people(by=request.user, book=book)
    except Busy as busy:
        refuse(request, str(busy))
        return HttpResponseRedirect(reverse("contacts:list"))
    if loaded is None:
        tell(request, _("The sample people are here already."))
    else:
        tell(request, _("Sample people are in %(book)s: try everything on them.") % {"book": book.name}, undo=loaded)
    return HttpResponseRedirect(reverse("contacts:list"))


@require_POST
def remove_sample(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Take the sample people away again: all that nobody changed since. Those kept are named."""
    book = _editable(request, book_id)
    following = next_of(request, reverse("contacts:list"))
    sample = standing_sample(request.user, book.organization).first()
    if sample is None:
        tell(request, _("There are no sample people any more."))
        return HttpResponseRedirect(following)
    try:
        undo_set = start_undo(by=request.user, change_set=sample)
    except Busy as busy:
        refuse(request, str(busy))
        return HttpResponseRedirect(following)
    count = reverted_count(undo_set)
    sentence = ngettext("%(count)d sample person removed.", "%(count)d sample people removed.", count)
    said = sentence % {"count": count}
    if names := kept_in_words(request, undo_set):
        said = _("%(removed)s Kept: %(names)s.") % {"removed": said, "names": names}
    tell(request, said, undo=undo_set if count else None)
    return HttpResponseRedirect(following)


@require_POST
def close_steps(request: SignedInRequest) -> HttpResponse:
    """Close the checklist for good."""
    User.objects.filter(pk=request.user.pk).update(first_steps_closed=True)
    if standing_sample(request.user, request.organization).exists():
        tell(request, _("The checklist is closed. The menu ⋯ of the contact book still removes the sample people."))
    else:
        tell(request, _("The checklist is closed."))
    return HttpResponseRedirect(next_of(request, reverse("contacts:list")))
