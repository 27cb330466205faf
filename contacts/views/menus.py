"""Menus that are fetched when they open, and are pages without JavaScript: one's own, and that of how a list looks."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.rendering import render_page
from contacts.views.answers import is_ours, next_of
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.models import Density, NameOrder, User

HOME = "/contacts/"


def shown_page(request: SignedInRequest, default: str) -> str:
    """Return the address of the page that a menu was opened on: what its forms go back to."""
    address = request.htmx.current_url_abs_path or ""
    return address if is_ours(address) else default


@require_safe
def person(request: SignedInRequest) -> HttpResponse:
    """The menu of the person: where to go, theme, organizations, signing out."""
    return render_page(
        request, "contacts/person_menu.html", {"next": shown_page(request, HOME)}, fragment="piece", status=200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def view(request: SignedInRequest) -> HttpResponse:
    """How the list looks: its order, the order of names, the height of rows. A POST keeps one of the last two."""
    if request.method == "POST":
        _keep(request)
        return HttpResponseRedirect(next_of(request, HOME))
    panel = Panel(request)
    user = request.user
    context: dict[str, Any] = {
        "title": _("View"),
        "next": shown_page(request, panel.list_url),
        "sorts": [
            (_("Last name"), panel.ordered_url("family"), not panel.is_by_given),
            (_("First name"), panel.ordered_url("given"), panel.is_by_given),
        ],
        "choosing": [
            (name, legend, [(value, label, value == getattr(user, name)) for value, label in choices])
            for name, legend, choices in (
                ("density", _("Rows"), Density.choices),
                ("name_order", _("Names"), NameOrder.choices),
            )
        ],
    }
    return show(request, "contacts/view_menu.html", panel, context)


def _keep(request: SignedInRequest) -> None:
    """Keep on the account what was chosen. Raises `BadRequest` for what cannot be."""
    chosen = {name: request.POST[name] for name in ("density", "name_order") if name in request.POST}
    known = {"density": Density.values, "name_order": NameOrder.values}
    if not chosen or any(value not in known[name] for name, value in chosen.items()):
        raise BadRequest("view")
    User.objects.filter(pk=request.user.pk).update(**chosen)
