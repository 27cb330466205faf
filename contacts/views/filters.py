"""Choosing what the list is narrowed by: a book, a group, a company, stars, what is missing, all at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.document import group_key
from contacts.models import Group, GroupKind
from contacts.text import clean_text
from contacts.views.answers import go
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest


@require_safe
def choose(request: SignedInRequest) -> HttpResponse:
    """The form of the filters; with `apply` go on to the list that it names. Groups are named, and then known by id."""
    panel = Panel(request)
    kinds = ((GroupKind.GROUP, panel.group), (GroupKind.COMPANY, panel.company))
    typed = {kind.value: chosen.name if chosen else "" for kind, chosen in kinds}
    errors = {kind.value: "" for kind, _chosen in kinds}
    if "apply" in request.GET:
        found = {}
        for kind in GroupKind:
            name = typed[kind.value] = clean_text(request.GET.get(f"{kind.value}_name", ""))[:255]
            group = _named(panel, kind, name) if name else None
            found[kind.value] = group.pk if group else ""
            if name and group is None:
                sentence = _("There is no “%(name)s” that you can see. Choose one of the names offered.")
                errors[kind.value] = sentence % {"name": name}
        if not any(errors.values()):
            return go(request, panel.address(panel.filters(**found, start="")))
    context = {
        "title": _("Filter"),
        "typed": typed,
        "errors": errors,
        "kept": {name: value for name, value in panel.filters().items() if name in {"q", "sort"}},
    }
    return show(request, "contacts/filter.html", panel, context, status=422 if any(errors.values()) else 200)


def _named(panel: Panel, kind: GroupKind, name: str) -> Group | None:
    groups = Group.objects.for_user(panel.user).filter(organization=panel.organization, kind=kind)
    return groups.filter(key=group_key(name)).first()
