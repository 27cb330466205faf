"""The card of one contact, its star and deletion."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config.rendering import wants_piece
from contacts import markdown
from contacts.models import Contact
from contacts.seen_contact import seen_contact
from contacts.services import Busy, document_from, document_of, memberships_of, star_contacts, trash_contacts
from contacts.views.answers import next_of, refuse, tell
from contacts.views.contact_actions import contact_actions
from contacts.views.facts import facts, head_of, jobs
from contacts.views.origin import origin_of
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.sharing import Level


def visible(request: SignedInRequest, contact_id: UUID, *, at_least: Level = Level.VIEW) -> Contact:
    """Return the contact as `seen_contact` does. 404 for one that the person cannot see, 403 for one that they may
    only view.

    One query.
    """
    contact = seen_contact(request.user, contact_id)
    if contact is None:
        raise Http404
    if at_least > Level.VIEW and not contact.is_editable:
        raise PermissionDenied
    return contact


@require_safe
def card(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Everything that is set of one contact."""
    contact = visible(request, contact_id)
    panel = Panel(request, organization=contact.organization)
    return show(request, "contacts/card.html", panel, _card(request, contact, panel))


@require_safe
def actions(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """The menu of a contact: the piece that its ⋯ opens, and the page it leads to without JavaScript."""
    contact = visible(request, contact_id)
    panel = Panel(request, organization=contact.organization)
    found = list(contact_actions(request.user, contact, document_of(contact), panel=panel))
    return show(request, "contacts/actions.html", panel, {"title": contact.name_for(request.user), "actions": found})


def _card(request: SignedInRequest, contact: Contact, panel: Panel) -> dict[str, Any]:
    members = memberships_of([contact.pk])[contact.pk]
    document = document_from(contact, [membership for membership, _group_id in members])
    group_ids = {membership.id: group_id for membership, group_id in members}
    title = contact.name_for(request.user)
    actions = list(contact_actions(request.user, contact, document, panel=panel, is_open=True))
    return {
        "contact": contact,
        "document": document,
        "title": title,
        "called": head_of(document, title, family_first=request.user.family_first),
        "may_edit": contact.is_editable,
        "actions": actions,
        "quick": [action for action in actions if action.quick],
        "origin": origin_of(request.user, contact),
        "facts": list(
            facts(
                document,
                now=timezone.localtime(),
                region=contact.organization.region,
                seen_from=request.user.region_in(contact.organization),
            )
        ),
        "jobs": jobs(document.memberships, group_ids),
        "groups": [(group_ids[member.id], member.name) for member in document.groups if member.id in group_ids],
        "notes": markdown.render(document.notes) if document.notes else "",
    }


@require_POST
def star(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Star or unstar the contact, for everybody who sees it."""
    contact = visible(request, contact_id, at_least=Level.EDIT)
    starred = request.POST.get("starred") == "1"
    try:
        star_contacts(by=request.user, contacts=[contact.pk], starred=starred)
    except Busy as busy:
        refuse(request, str(busy))
    else:
        contact.starred = starred
        name = contact.name_for(request.user)
        tell(
            request,
            (_("%(name)s is starred") if starred else _("%(name)s is not starred")) % {"name": name},
            quiet=True,
        )
    if wants_piece(request):
        where = "card" if request.POST.get("where") == "card" else "row"
        context = {"panel": Panel(request, organization=contact.organization), "contact": contact, "where": where}
        return render(request, "contacts/star.html", context)
    return HttpResponseRedirect(next_of(request, reverse("contacts:card", args=[contact.pk])))


@require_POST
def delete(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Put the contact into the trash at once; the answer offers to undo it."""
    contact = visible(request, contact_id, at_least=Level.EDIT)
    panel = Panel(request, organization=contact.organization)
    try:
        done = trash_contacts(by=request.user, contacts=[contact.pk])
    except Busy as busy:
        refuse(request, str(busy))
        return HttpResponseRedirect(reverse("contacts:card", args=[contact.pk]) + panel.query)
    tell(request, _("%(name)s is deleted.") % {"name": contact.name_for(request.user)}, undo=done)
    if not wants_piece(request):
        return HttpResponseRedirect(panel.list_url)
    context = {"removed": contact.pk, "title": panel.title, "pane": "list"}
    response = show(request, "contacts/panel.html", panel, context)
    response["HX-Push-Url"] = panel.list_url
    return response
