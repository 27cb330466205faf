"""What happened to a contact, and bringing back one of its older values or a whole past state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.document import ContactDocument, InvalidDocument
from contacts.models import Change, ChangeKind, Contact
from contacts.restored import state_label, value_label
from contacts.services import Busy, document_of
from contacts.services.history import document_at, require_seen
from contacts.services.restoring import Restored, earliest_state, restore_state, restore_value, with_value
from contacts.views.answers import refuse, tell
from contacts.views.cards import visible
from contacts.views.panel import Panel, show
from contacts.views.told import Difference, Told, differences_between, tell_change
from organizations.http import SignedInRequest
from organizations.sharing import Level

HISTORY_PAGE = 30
#: Fields that are named when something was kept.
NAMED = 4


@require_safe
def history(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """What happened to the contact, as far back as the person may see: newest first, paged by key."""
    contact = visible(request, contact_id)
    panel = Panel(request, organization=contact.organization)
    changes = Change.objects.for_user(request.user).filter(contact=contact)
    before = request.GET.get("before", "")
    if before:
        changes = changes.filter(pk__lt=_number(before))
    found = list(changes.select_related("change_set", "from_book", "book").order_by("-pk")[: HISTORY_PAGE + 1])
    following = found[HISTORY_PAGE - 1].pk if len(found) > HISTORY_PAGE else None
    found = found[:HISTORY_PAGE]
    told = [tell_change(change, readable=panel.shelf.books.keys()) for change in found]
    if contact.is_editable:
        told = _offering(request, panel, contact, found, told)
    context = {
        "contact": contact,
        "title": _("History of %(name)s") % {"name": contact.name_for(request.user)},
        "changes": told,
        "older": following,
        "may_edit": contact.is_editable,
    }
    return show(request, "contacts/history.html", panel, context)


def _offering(
    request: SignedInRequest, panel: Panel, contact: Contact, changes: Iterable[Change], told: Iterable[Told]
) -> list[Told]:
    """Return what was told with what can be brought back marked: what is different today. Four queries."""
    current = document_of(contact)
    earliest = earliest_state(by=request.user, contact=contact)
    offered = []
    for change, each in zip(changes, told, strict=True):
        state = change.version if earliest <= change.version < contact.version else 0
        differences = each.differences
        if change.kind == ChangeKind.UPDATE and change.book_id in panel.editable_ids:
            differences = [replace(one, restore=_word(one, change, current)) for one in differences]
        offered.append(replace(each, state=state, differences=differences))
    return offered


def _word(difference: Difference, change: Change, current: ContactDocument) -> str:
    """Return what the button beside a changed value says; empty where it holds already what it held before."""
    field, item = difference.field, difference.item
    before = (change.before or {}).get(field)
    if not field:
        return ""
    if not item:
        return _word_for(before, before != getattr(current, field))
    was = next((each for each in before or () if each["id"] == item), None)
    now = next((each.to_json() for each in getattr(current, field) if each.id == item), None)
    return _word_for(was, was != now)


def _word_for(older: Any, differs: bool) -> str:
    if not differs:
        return ""
    return _("Restore") if older else _("Remove")


@require_POST
def restore(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Give one field or value what it held before a change of the history: `what` is change, field and item."""
    contact = visible(request, contact_id, at_least=Level.EDIT)
    panel = Panel(request, organization=contact.organization)
    base_version = _base_version(request, contact)
    number, field, item = (*request.POST.get("what", "").split(".", 2), "", "")[:3]
    changes = Change.objects.for_user(request.user).filter(contact=contact, pk=_number(number))
    told = [each for change in changes.select_related("change_set", "book", "from_book") for each in _told_of(change)]
    meant = next((each for each in told if field and (each.field, each.item) == (field, item)), None)
    if meant is None:
        raise Http404
    words = {"field": meant.title, "name": contact.name_for(request.user)}
    said = (_("Restored %(field)s of %(name)s.") if meant.gone else _("Removed %(field)s of %(name)s.")) % words
    following = HttpResponseRedirect(reverse("contacts:history", args=[contact.pk]) + panel.query)
    try:
        done = restore_value(
            by=request.user,
            contact=contact,
            change_id=int(number),
            field=field,
            item=item,
            base_version=base_version,
            label=value_label(meant.title, is_removed=not meant.gone),
        )
    except (Busy, InvalidDocument) as error:
        refuse(request, str(error))
        return following
    if done.change_set is not None and _holds(done, field, item):
        tell(request, said, undo=done.change_set)
    elif _holds(done, field, item):
        tell(request, _("It is so already."))
    else:
        refuse(request, _("%(field)s was kept: somebody changed it meanwhile. Look at what it is now.") % words)
    return following


def _told_of(change: Change) -> list[Difference]:
    return tell_change(change, readable=()).differences


def _holds(done: Restored, field: str, item: str) -> bool:
    """Say whether what was to be restored is as it was asked for."""
    if not item:
        return bool(getattr(done.document, field) == getattr(done.wanted, field))
    wanted = next((each for each in getattr(done.wanted, field) if each.id == item), None)
    return with_value(done.document, field, item, wanted) == done.document


@require_http_methods(["GET", "HEAD", "POST"])
def state(request: SignedInRequest, contact_id: UUID, version: int) -> HttpResponse:
    """What bringing back a past state would change, and doing it: what others change meanwhile is kept and named."""
    contact = visible(request, contact_id)
    changes = Change.objects.for_user(request.user).filter(contact=contact, version=version)
    change = changes.order_by("pk").first()
    if change is None or version > contact.version:
        raise Http404
    require_seen(by=request.user, contact=contact, version=version)
    if not contact.is_editable or version < earliest_state(by=request.user, contact=contact):
        raise PermissionDenied
    panel = Panel(request, organization=contact.organization)
    name = contact.name_for(request.user)
    when = date_format(timezone.localtime(change.at), "j F Y, H:i")
    if request.method == "POST":
        base_version = _base_version(request, contact)
        try:
            done = restore_state(
                by=request.user,
                contact=contact,
                version=version,
                base_version=base_version,
                label=state_label(change.at),
            )
        except (Busy, InvalidDocument) as error:
            refuse(request, str(error))
            return HttpResponseRedirect(reverse("contacts:history", args=[contact.pk]) + panel.query)
        _tell_state(request, done, {"name": name, "when": when})
        return HttpResponseRedirect(reverse("contacts:card", args=[contact.pk]) + panel.query)
    context = {
        "contact": contact,
        "title": _("Restore %(name)s") % {"name": name},
        "version": version,
        "when": when,
        "differences": differences_between(document_of(contact), document_at(contact, version)),
        "may_edit": True,
    }
    return show(request, "contacts/state.html", panel, context)


def _tell_state(request: SignedInRequest, done: Restored, words: dict[str, str]) -> None:
    """Say what came of restoring a state, and which fields somebody else's later change was kept in."""
    left = differences_between(done.document, done.wanted)
    titles = list(dict.fromkeys(each.title for each in left))
    more = _(" and more") if len(titles) > NAMED else ""
    words |= {"kept": ", ".join(titles[:NAMED]) + more}
    if not left and done.change_set is not None:
        tell(request, _("%(name)s is as on %(when)s again.") % words, undo=done.change_set)
    elif not left:
        tell(request, _("%(name)s is so already.") % words)
    else:
        sentence = _("%(name)s is as on %(when)s again, but this was kept because somebody changed it: %(kept)s.")
        if done.change_set is None:
            sentence = _("%(name)s was left as it is, because somebody changed it meanwhile: %(kept)s.")
        tell(request, sentence % words, undo=done.change_set)


def _base_version(request: SignedInRequest, contact: Contact) -> int:
    """Return the version that the person looked at."""
    text = request.POST.get("base_version", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= contact.version:
        raise BadRequest("base_version")
    return int(text)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)
