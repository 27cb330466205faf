"""Undo and redo of one's own latest act, wherever one is: what Control Z and Control Shift Z send."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from contacts.models import ChangeSet
from contacts.services import Busy
from contacts.services.latest import redoable, undo_latest, undoable
from contacts.timeline import summaries
from contacts.views.answers import go, next_of, refuse, tell
from contacts.views.changes import go_on, kept_in_words
from organizations.http import SignedInRequest
from organizations.models import Organization


@require_POST
def undo(request: SignedInRequest) -> HttpResponse:
    """Take back the person's own latest act of the last day that is not undone yet, and say which it was."""
    nothing = _("There is nothing of yours from the last day to undo. Older changes stand in Changes.")
    return _undone(request, undoable, _("Undid: %(what)s"), nothing)


@require_POST
def redo(request: SignedInRequest) -> HttpResponse:
    """Take back the person's own latest undo, if they did nothing since."""
    return _undone(request, redoable, _("Did again: %(what)s"), _("There is nothing to do again."))


def _undone(
    request: SignedInRequest, find: Callable[..., ChangeSet | None], sentence: str, nothing: str
) -> HttpResponse:
    """Do it; answer with what is to be said, or the page that shows the progress of what takes long."""
    acts: list[tuple[ChangeSet, str]] = []

    def note(found: ChangeSet) -> None:
        act = found.undo_of or found
        told = summaries(request.user, [act]).get(act.pk)
        what = f"{told.what}: {told.contact_name}" if told and told.contact_name else told.what if told else act.label
        acts.append((found, what[:1].upper() + what[1:]))

    try:
        undo_set = undo_latest(by=request.user, organization=_organization(request), find=find, before=note)
    except Busy as busy:
        refuse(request, str(busy))
        return go_on(request, next_of(request, reverse("contacts:changes")))
    if undo_set is None:
        tell(request, nothing)
        return go_on(request, next_of(request, reverse("contacts:changes")))
    [(found, what)] = acts
    if undo_set.finished_at is None:
        return go(request, reverse("contacts:change-set", args=[found.pk]))
    words = sentence % {"what": what}
    if kept := kept_in_words(request, undo_set):
        tell(request, _("%(done)s, but kept: %(names)s.") % {"done": words, "names": kept}, undid=found)
    else:
        tell(request, f"{words}.", undid=found)
    return go_on(request, next_of(request, reverse("contacts:changes")))


def _organization(request: SignedInRequest) -> Organization:
    """Return the organization that the page shows, one of the person's own; without one that of the session."""
    wanted = request.POST.get("organization", "")
    if not wanted:
        return request.organization
    for organization in request.organizations:
        if str(organization.pk) == wanted:
            return organization
    raise Http404
