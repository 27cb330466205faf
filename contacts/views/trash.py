"""The trash: its entries act by act, what is in one, restoring and deleting for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.services import Busy
from contacts.services.trash import erase_entry, job_of, restore_entry
from contacts.templatetags.contacts import grouped
from contacts.timeline import summaries
from contacts.trash import Entry, any_contacts_of, contacts_of, entries, page_of_contacts
from contacts.trash import entry as entry_of
from contacts.views.answers import refuse, tell
from contacts.views.panel import Panel, show
from jobs.models import State
from organizations.http import SignedInRequest
from organizations.sharing import Level


@require_safe
def trash(request: SignedInRequest) -> HttpResponse:
    """What is in the trash, one entry for each act that put something there: newest first, paged by key."""
    found, following = entries(request.user, request.organization, after=request.GET.get("after"))
    told = summaries(request.user, [each.act for each in found])
    context = {
        "title": _("Trash"),
        "place": "trash",
        "rows": [(each, told.get(each.act.pk), contents(each)) for each in found],
        "next": following,
    }
    return show(request, "contacts/trash.html", Panel(request), context)


def contents(found: Entry) -> str:
    """Return what is left of an entry, in words."""
    parts = [
        ngettext("%(book)s with %(count)s contact", "%(book)s with %(count)s contacts", book.contact_count)
        % {"book": book.name, "count": grouped(book.contact_count)}
        for book in found.books
    ]
    if found.is_cut:
        parts.append(_("more than %(count)s contacts") % {"count": grouped(found.contacts)})
    elif found.contacts:
        number = ngettext("%(count)s contact", "%(count)s contacts", found.contacts)
        parts.append(number % {"count": grouped(found.contacts)})
    return ", ".join(parts)


def _found(request: SignedInRequest, change_set_id: UUID) -> Entry:
    found = entry_of(request.user, change_set_id)
    if found is None:
        raise Http404
    return found


@require_safe
def entry(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """What one act put into the trash and is still there, as far as the person can see it."""
    found = _found(request, change_set_id)
    after = request.GET.get("after")
    contacts, following = page_of_contacts(request.user, found.act, by_name=not found.is_cut, after=after)
    job = job_of(found.act)
    may_restore = bool(found.books) or any_contacts_of(request.user, found.act, at_least=Level.EDIT)
    may_erase = bool(found.books) or any_contacts_of(request.user, found.act, at_least=Level.MANAGE)
    context = {
        "title": contents(found),
        "place": "trash",
        "entry": found,
        "contacts": contacts,
        "next": following,
        "job": job if job and job.state in {State.WAITING, State.RUNNING} else None,
        "total": job.payload["total"] if job else 0,
        "failed": job if job and job.state in {State.FAILED, State.REFUSED} else None,
        "may_restore": may_restore,
        "may_erase": may_erase,
    }
    return show(request, "contacts/trash_entry.html", _panel(request, found), context)


def _panel(request: SignedInRequest, found: Entry) -> Panel:
    return Panel(request, organization=found.act.organization)


def _chosen(request: SignedInRequest) -> list[UUID] | None:
    """Return the contacts that the form names; None for the whole entry."""
    if request.POST.get("what") != "chosen":
        return None
    try:
        return [UUID(text) for text in request.POST.getlist("contact")]
    except ValueError:
        raise Http404 from None


@require_POST
def restore(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """Take the whole entry, or the chosen contacts, out of the trash."""
    found = _found(request, change_set_id)
    own_page = reverse("contacts:trash-entry", args=[found.act.pk])
    chosen = _chosen(request)
    if chosen == []:
        refuse(request, _("Choose the contacts that you want back."))
        return HttpResponseRedirect(own_page)
    try:
        done = restore_entry(by=request.user, entry=found.act, chosen=chosen)
    except Busy as busy:
        refuse(request, str(busy))
        return HttpResponseRedirect(own_page)
    if done.job is not None:
        return HttpResponseRedirect(own_page)
    if done.contacts:
        sentence = ngettext("%(count)s contact is restored.", "%(count)s contacts are restored.", done.contacts)
        tell(request, sentence % {"count": grouped(done.contacts)}, undo=done.change_set)
    else:
        tell(request, _("Restored."), undo=done.change_set)
    return HttpResponseRedirect(_standing(request, found))


def _standing(request: SignedInRequest, found: Entry) -> str:
    """Return the entry's address, or the trash's when nothing of the entry is left."""
    if entry_of(request.user, found.act.pk) is None:
        return reverse("contacts:trash")
    return reverse("contacts:trash-entry", args=[found.act.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """Delete for good, once the person has typed what shows that they mean it: the number, or the book's name."""
    found = _found(request, change_set_id)
    own_page = reverse("contacts:trash-entry", args=[found.act.pk])
    chosen = _chosen(request)
    if chosen == []:
        refuse(request, _("Choose the contacts that you want to delete for good."))
        return HttpResponseRedirect(own_page)
    contacts = contacts_of(request.user, found.act, at_least=Level.MANAGE, chosen=chosen)
    number = contacts.count()
    books = found.books if chosen is None else []
    if chosen is not None and number < len(set(chosen)):
        if contacts_of(request.user, found.act, chosen=chosen).count() < len(set(chosen)):
            raise Http404
        raise PermissionDenied
    if not number and not books:
        raise PermissionDenied
    wanted = books[0].name if books else str(number)
    typed = request.POST.get("typed")
    error = ""
    if request.method == "POST" and typed is not None:
        if " ".join(typed.split()) == " ".join(wanted.split()):
            return _erased(request, found, chosen, own_page)
        error = _("This is not “%(wanted)s”. Type exactly that, or cancel.") % {"wanted": wanted}
    left = contacts_of(request.user, found.act).count() - number if chosen is None else 0
    context: dict[str, Any] = {
        "title": _("Delete for good"),
        "place": "trash",
        "entry": found,
        "chosen": chosen,
        "number": number,
        "books": books,
        "wanted": wanted,
        "left": left,
        "error": error,
    }
    panel = _panel(request, found)
    return show(request, "contacts/trash_erase.html", panel, context, status=422 if error else 200)


def _erased(request: SignedInRequest, found: Entry, chosen: list[UUID] | None, own_page: str) -> HttpResponse:
    try:
        done = erase_entry(by=request.user, entry=found.act, chosen=chosen)
    except Busy as busy:
        refuse(request, str(busy))
        return HttpResponseRedirect(own_page)
    if done.job is not None:
        return HttpResponseRedirect(own_page)
    tell(request, _("Deleted for good."))
    return HttpResponseRedirect(_standing(request, found))
