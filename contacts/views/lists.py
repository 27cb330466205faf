"""Lists: All, Starred, one book, group or company, and search in each."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.rendering import VARIES, render_page
from contacts.models import Group
from contacts.views.first_steps import note_search
from contacts.views.group_head import GroupHead, head_of
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest


@require_safe
def contacts(request: SignedInRequest) -> HttpResponse:
    """All contacts, or those that the query's filters leave."""
    return _show(request, Panel(request))


@require_safe
def book(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """The contacts of one book."""
    return _show(request, Panel(request, chosen={"book": book_id}))


@require_safe
def group(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """The contacts of one group that the person can read."""
    return _show(request, Panel(request, chosen={"group": group_id}))


@require_safe
def company(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """The contacts of one company that the person can read."""
    return _show(request, Panel(request, chosen={"company": group_id}))


@require_safe
def letters(request: SignedInRequest) -> HttpResponse:
    """The letters that names in a list begin with: beside the list, and a page of links without JavaScript."""
    panel = Panel(request)
    return show(request, "contacts/letters.html", panel, {"title": _("Letters"), "letters": panel.letters})


@require_safe
def about(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """What stands beside the list of a group or company, for windows that show one of the two."""
    group = get_object_or_404(Group.objects.for_user(request.user), pk=group_id)
    panel = Panel(request, chosen={group.kind: group.pk})
    return show(request, "contacts/group_about.html", panel, {"title": group.name, "head": GroupHead(panel, group)})


def _show(request: SignedInRequest, panel: Panel) -> HttpResponse:
    """The page, or the piece of it that was asked for: further rows for a page key, the other list that is to stand
    where one was (`static/js/open_list.js`), else all that a search changes."""
    panel.after = request.GET.get("after") or None
    note_search(panel)
    context = {"panel": panel, "title": panel.title, "contact": None, "pane": "list", "head": head_of(panel)}
    fragment = "other" if request.htmx.target == "list" else "results"
    response = render_page(
        request, "contacts/panel.html", context, fragment="rows" if panel.after else fragment, status=200
    )
    patch_vary_headers(response, VARIES)
    return response
