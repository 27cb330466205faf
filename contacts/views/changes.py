"""Acts in a list, and one act: what it changed, as far as the person can see it, and its undoing."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from books.models import ContactBook
from config.rendering import wants_piece
from contacts.derived import NAME_PARTS
from contacts.models import Change, ChangeSet, Contact, Group, Source
from contacts.services import Busy
from contacts.services.group_acts import KIND as GROUP
from contacts.services.undo import KEPT_BECAUSE
from contacts.services.undoing import act_job, is_given_up, reverted_count, start_undo, undo_job, undone_among
from contacts.timeline import COUNTED, page_of, summaries
from contacts.views.answers import go, next_of, refuse, tell
from contacts.views.panel import Panel, show
from contacts.views.told import tell_change
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.sharing import Level

SHOWN = 50
#: People to choose from in the list of changes.
PEOPLE = 500
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_CARD = re.compile(rf"/contacts/{_ID}/")
_LIST = re.compile(rf"/(?:groups|companies)/{_ID}/")


@require_safe
def changes(request: SignedInRequest) -> HttpResponse:
    """The acts of which the person can see something: newest first, paged by key, by person, source and book."""
    panel = Panel(request)
    sets = ChangeSet.objects.for_user(request.user).filter(organization=request.organization)
    chosen = {name: request.GET.get(name, "") for name in ("person", "source", "of")}
    if chosen["person"]:
        sets = sets.filter(actor_id=_uuid(chosen["person"]))
    if chosen["source"]:
        if chosen["source"] not in Source.values:
            raise Http404
        sets = sets.filter(source=chosen["source"])
    if chosen["of"]:
        book = get_object_or_404(ContactBook.objects.for_user(request.user), pk=_uuid(chosen["of"]))
        sets = sets.with_any(Change.objects.for_user(request.user).filter(book=book.pk))
    found, following = page_of(sets, after=request.GET.get("after"))
    told = summaries(request.user, found)
    keys = [each.pk for each in found]
    editable = set(
        ChangeSet.objects.for_user(request.user, at_least=Level.EDIT).filter(pk__in=keys).values_list("pk", flat=True)
    )
    undone = undone_among(keys)
    people = User.objects.filter(memberships__organization=request.organization.pk).order_by("name", "email", "pk")
    context = {
        "title": _("Changes"),
        "place": "changes",
        "rows": [
            (each, told[each.pk], each.pk in editable and each.pk not in undone, each.pk in undone)
            for each in found
            if each.pk in told
        ],
        "next": following,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "people": people[:PEOPLE],
        "sources": Source.choices,
    }
    return show(request, "contacts/changes.html", panel, context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
def change_set(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """What one act changed, as far as the person can see it: fifty changes at a time, paged by key."""
    found = get_object_or_404(ChangeSet.objects.for_user(request.user).select_related("organization"), pk=change_set_id)
    changes = Change.objects.for_user(request.user).filter(change_set=found)
    after = request.GET.get("after", "")
    if after and not (after.isascii() and after.isdecimal() and len(after) <= 18):
        raise Http404
    rest = changes.filter(pk__gt=int(after)) if after else changes
    told = rest.select_related("change_set", "contact", "book", "from_book").order_by("pk")
    shown = list(told[: SHOWN + 1])
    following = shown[SHOWN - 1].pk if len(shown) > SHOWN else None
    shown = shown[:SHOWN]
    panel = Panel(request, organization=found.organization)
    readable = panel.shelf.books.keys()
    editable = ChangeSet.objects.for_user(request.user, at_least=Level.EDIT).filter(pk=found.pk).exists()
    undone = _undo_of(found)
    # How much there is to do, and was left, may count contacts that others do not see.
    own_job = act_job(found) if found.actor_id == request.user.pk else None
    count = changes.order_by("pk")[: COUNTED + 1].count()
    context = {
        "title": _("A change by %(name)s") % {"name": found.actor_name or _("Kith")},
        "change_set": found,
        "changes": [
            tell_change(change, readable=readable, name=change.contact.name_for(request.user) if change.contact else "")
            for change in shown
        ],
        "count": min(count, COUNTED),
        "is_cut": count > COUNTED,
        "next": following,
        "place": "changes",
        "work": own_job if found.finished_at is None else None,
        "outcome": own_job.progress.get("text", "") if own_job and own_job.kind == GROUP else "",
        "undone": undone,
        "job": undo_job(undone) if undone and undone.finished_at is None else None,
        "may_undo": editable and (undone is None or is_given_up(undone)),
        "kept": kept_by(request, found),
    }
    return show(request, "contacts/change.html", panel, context)


def kept_by(request: SignedInRequest, found: ChangeSet) -> list[tuple[str, str]]:
    """Return (name, reason) of what an undo kept and why, of the contacts that the person can see."""
    reasons = {UUID(item["contact"]): item["reason"] for item in found.kept[:SHOWN]}
    names = Contact.objects.for_user(request.user).filter(pk__in=reasons).order_by("sort_family", "pk")
    return [
        (contact.name_for(request.user), str(KEPT_BECAUSE.get(reasons[contact.pk], "")))
        for contact in names.only("display_name", *NAME_PARTS)
    ]


def kept_in_words(request: SignedInRequest, undo_set: ChangeSet) -> str:
    """Return the first contacts that an undo kept, each with why; empty when it kept none that one can see."""
    kept = kept_by(request, undo_set)
    names = "; ".join(f"{name} ({reason})" for name, reason in kept[:3])
    return names + (_(" and %(count)d more") % {"count": len(kept) - 3} if len(kept) > 3 else "")


@require_POST
def undo(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """Take the act back, and say what was kept because somebody changed it since. A long one goes on by itself."""
    found = get_object_or_404(ChangeSet.objects.for_user(request.user), pk=change_set_id)
    own_page = reverse("contacts:change-set", args=[found.pk])
    following = _standing(request, next_of(request, own_page))
    undone = _undo_of(found)
    if undone is not None and not is_given_up(undone):
        refuse(request, _("This was undone already."))
        return go_on(request, following)
    try:
        undo_set = start_undo(by=request.user, change_set=found)
    except Busy as busy:
        refuse(request, str(busy))
        return go_on(request, following)
    if undo_set.finished_at is None:
        return go(request, own_page)
    kept = kept_in_words(request, undo_set)
    count = reverted_count(undo_set)
    if kept:
        tell(request, _("Undone, but kept: %(names)s.") % {"names": kept}, undid=found)
    elif count > 1:
        sentence = ngettext("Undone: %(count)d contact.", "Undone: %(count)d contacts.", count)
        tell(request, sentence % {"count": count}, undo=undo_set, undid=found)
    else:
        tell(request, _("Undone."), undo=undo_set, undid=found)
    return go_on(request, _standing(request, following))


def go_on(request: SignedInRequest, address: str) -> HttpResponse:
    """Go on to a page, or only say what is to be said to the script that shows the rest of the page anew."""
    if wants_piece(request):
        return render(request, "_parts/toasts.html")
    return HttpResponseRedirect(address)


def _undo_of(found: ChangeSet) -> ChangeSet | None:
    """Return the undo of an act that holds, the undo itself not being undone. One query."""
    return found.undone_by.filter(undone_by__isnull=True).order_by("-started_at", "pk").first()


def _standing(request: SignedInRequest, address: str) -> str:
    """Return the address, or its list when it is that of a contact, group or company that is gone now."""
    found = _CARD.match(address)
    listed = _LIST.match(address)
    if listed and not Group.objects.for_user(request.user).filter(pk=listed[1]).exists():
        return "/contacts/"
    if found and not Contact.objects.for_user(request.user).filter(pk=found[1]).exists():
        return "/contacts/" + address.partition("?")[1] + address.partition("?")[2]
    return address
