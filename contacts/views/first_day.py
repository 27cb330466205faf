"""What a newcomer does on the first day: loads sample people, removes them, closes the checklist."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from contacts.services import Busy
from contacts.services.first_day import load_sample_people, standing_sample
from contacts.services.undoing import reverted_count, start_undo
from contacts.views.answers import next_of, refuse, tell
from contacts.views.books import book_for
from contacts.views.changes import kept_in_words
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.sharing import Level


@require_POST
def load_sample(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Put the sample people into a book; who has them already is told so."""
    book = book_for(request, book_id, at_least=Level.EDIT)
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
    book = book_for(request, book_id, at_least=Level.EDIT)
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
