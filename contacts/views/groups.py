"""Groups and companies: all of them, a new one, rename, merge, delete, and what pickers complete."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from books.shelf import shelf_of
from contacts.document import group_key
from contacts.listing import read_key, write_key
from contacts.models import ChangeSet, Group, GroupKind
from contacts.seen_groups import seen_groups
from contacts.services import Busy
from contacts.services.group_acts import (
    COUNTED,
    GroupAct,
    NameTaken,
    count_editable,
    delete_group,
    keep_group,
    may_change,
    merge_group,
    rename_group,
)
from contacts.templatetags.contacts import grouped
from contacts.text import clean_text
from contacts.views.answers import go, key_of_form, tell
from contacts.views.panel import Panel, show
from contacts.views.side_groups import section
from organizations.http import SignedInRequest
from organizations.middleware import organizations_of
from organizations.models import Organization

PAGE = 50
COMPLETED = 8
METHODS = ["GET", "HEAD", "POST"]

type Do = Callable[[UUID | None], GroupAct]


@require_safe
def groups(request: SignedInRequest, kind: str) -> HttpResponse:
    """All groups, or all companies, that one sees, with how many contacts each has: by name, searched by name."""
    which = GroupKind(kind)
    panel = Panel(request)
    # Named otherwise than what the list of contacts beside is searched and paged by.
    name = clean_text(request.GET.get("name", ""))[:200]
    after = read_key(request.GET.get("from"))
    start = after[0] if after else ""
    found = seen_groups(
        request.user, panel.shelf, most=PAGE + 1, kinds=[which], after=start, within=name, counted=True
    )[which]
    context = {
        "title": _("Companies") if which == GroupKind.COMPANY else _("Groups"),
        "place": f"all {kind}",
        "section": section(which, found[:PAGE], has_more=len(found) > PAGE),
        "searched": name,
        "next": write_key(found[PAGE - 1].name, found[PAGE - 1].pk) if len(found) > PAGE else None,
    }
    return show(request, "contacts/groups.html", panel, context)


@require_safe
def names(request: SignedInRequest) -> HttpResponse:
    """What a picker offers for what was typed: names that begin so, then names that hold it; and to create it.

    JSON: `names`, `create` (a sentence, empty where the name is there or too long), `says` (how many).
    """
    kind = request.GET.get("kind", GroupKind.GROUP)
    if kind not in GroupKind.values:
        raise Http404
    q = clean_text(request.GET.get("q", ""))[:255]
    shelf = shelf_of(request.user, _organization_of(request))
    which = GroupKind(kind)
    found = seen_groups(request.user, shelf, most=COMPLETED, kinds=[which], beginning=q)[which]
    if q and len(found) < COMPLETED:
        inside = seen_groups(request.user, shelf, most=COMPLETED, kinds=[which], within=q)[which]
        found = list({group.pk: group for group in (*found, *inside)}.values())[:COMPLETED]
    is_there = any(group_key(group.name) == group_key(q) for group in found)
    # `only` is for pickers that choose among what is there.
    create = _("Create “%(name)s”") % {"name": q} if q and not is_there and "only" not in request.GET else ""
    says = ngettext("%(count)d name", "%(count)d names", len(found)) % {"count": len(found)}
    return JsonResponse({"names": [group.name for group in found], "create": create, "says": says})


def _organization_of(request: SignedInRequest) -> Organization:
    """Return the organization of a picker: the one it names, if the person belongs to it, else the session's."""
    named = request.GET.get("organization", "")
    theirs = organizations_of(request.user) if named else []
    return next((each for each in theirs if str(each.pk) == named), request.organization)


# --- one group ---------------------------------------------------------------------------------------------------


@require_http_methods(METHODS)
def new(request: SignedInRequest, kind: str) -> HttpResponse:
    """A new group or company, empty, in the organization that the form was opened in."""
    which = GroupKind(kind)
    organization = request.organization
    error = ""
    if request.method == "POST":
        theirs = [each for each in organizations_of(request.user) if str(each.pk) == request.POST.get("organization")]
        if not theirs:
            raise Http404
        [organization] = theirs
        try:
            group, is_new = keep_group(
                by=request.user, organization=organization, kind=which, name=request.POST.get("name", "")
            )
        except ValidationError as problem:
            error = problem.messages[0]
        else:
            sentence = _("%(name)s is ready: put contacts into it.") if is_new else _("%(name)s exists already.")
            tell(request, sentence % {"name": group.name})
            return go(request, _address(group))
    context = {
        "title": _("New company") if which == GroupKind.COMPANY else _("New group"),
        "help": _("It stays in your sidebar, empty or not, until you delete it."),
        "submit": _("Create"),
        "back": reverse("contacts:list"),
        "name": request.POST.get("name", ""),
        "error": error,
    }
    panel = Panel(request, organization=organization)
    return show(request, "contacts/group_form.html", panel, context, status=422 if error else 200)


@require_http_methods(METHODS)
def rename(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """Give a group or company another name."""
    if (known := _done_before(request)) is not None:
        return known
    group, panel = _changeable(request, group_id)
    context = {"title": _("Rename %(name)s") % {"name": group.name}, "submit": _("Rename"), "name": group.name}
    if request.method == "POST":
        name = context["name"] = request.POST.get("name", "")
        return _answer(
            request,
            panel,
            group,
            context,
            lambda key: rename_group(by=request.user, group=group, name=name, form_key=key),
        )
    return _form(request, panel, group, context)


@require_http_methods(METHODS)
def merge(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """Put the contacts of a group or company into another one."""
    if (known := _done_before(request)) is not None:
        return known
    group, panel = _changeable(request, group_id)
    is_company = group.kind == GroupKind.COMPANY
    context: dict[str, Any] = {
        "title": _("Merge %(name)s into another") % {"name": group.name},
        "submit": _("Merge"),
        "label": _("Company to merge into") if is_company else _("Group to merge into"),
        "name": request.GET.get("into", ""),
        "picks": group.kind,
    }
    if request.method != "POST":
        return _form(request, panel, group, context)
    name = context["name"] = request.POST.get("name", "")
    same = {"organization": group.organization_id, "kind": group.kind, "key": group_key(name)}
    into = Group.objects.for_user(request.user).filter(**same).first()
    if into is None:
        context["error"] = (
            _("There is no “%(name)s” that you can see. Choose one of the names offered.") % {"name": clean_text(name)}
            if clean_text(name)
            else _("Type a name.")
        )
        return _form(request, panel, group, context, status=422)
    return _answer(
        request, panel, group, context, lambda key: merge_group(by=request.user, group=group, into=into, form_key=key)
    )


@require_http_methods(METHODS)
def delete(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """Delete a group or company, after saying that nobody is deleted with it."""
    if (known := _done_before(request)) is not None:
        return known
    group, panel = _changeable(request, group_id)
    is_company = group.kind == GroupKind.COMPANY
    context = {
        "title": _("Delete company") if is_company else _("Delete group"),
        "submit": _("Delete company") if is_company else _("Delete group"),
        "is_grave": True,
        "help": _("The contacts stay, with their job titles: only the company is taken out of them.")
        if is_company
        else _("The contacts stay: only the group is taken out of them."),
    }
    if request.method == "POST":
        return _answer(
            request, panel, group, context, lambda key: delete_group(by=request.user, group=group, form_key=key)
        )
    return _form(request, panel, group, context)


def _changeable(request: SignedInRequest, group_id: UUID) -> tuple[Group, Panel]:
    """Return a group that the person may change: 404 for one they do not see, 403 for one they may only view."""
    group = get_object_or_404(Group.objects.for_user(request.user).select_related("organization"), pk=group_id)
    if not may_change(request.user, group):
        raise PermissionDenied
    return group, Panel(request, chosen={group.kind: group.pk})


def _answer(request: SignedInRequest, panel: Panel, group: Group, context: dict[str, Any], do: Do) -> HttpResponse:
    """Do it, and go on to where the contacts are now, or to the act that a job goes on with."""
    key = key_of_form(request, request.POST.get("form_key", ""))
    try:
        result = do(key)
    except NameTaken as taken:
        merged = reverse("contacts:group-merge", args=[group.pk])
        context |= {"error": taken.messages[0], "taken": taken.group, "merge_url": merged}
    except ValidationError as problem:
        context["error"] = problem.messages[0]
    except Busy as busy:
        context["error"] = str(busy)
    except IntegrityError as error:
        # The same form is being answered by another request, which was quicker.
        if key is None or "form_key" not in str(error):
            raise
        return _after(request, key) or go(request, reverse("contacts:list"))
    else:
        act = result.done.change_set
        if result.job is not None and result.done.changed and act is not None:
            return go(request, reverse("contacts:change-set", args=[act.pk]))
        tell(request, result.sentence, undo=act if result.job is None else None)
        return go(request, _address(result.group) if result.group else reverse("contacts:list"))
    return _form(request, panel, group, context, status=422)


def _form(
    request: SignedInRequest, panel: Panel, group: Group, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    editable, viewed = count_editable(request.user, group)
    whole = {
        "group": group,
        "back": _address(group),
        "form_key": request.POST.get("form_key") or str(uuid.uuid4()),
        "editable": _number(editable),
        "viewed": _number(viewed),
        "viewed_count": viewed,
        "error": "",
        **context,
    }
    if status == 422:
        whole["form_key"] = str(uuid.uuid4())
    return show(request, "contacts/group_form.html", panel, whole, status=status)


def _number(count: int) -> str:
    """Return how many contacts, in words."""
    if count > COUNTED:
        return _("more than %(count)s contacts") % {"count": grouped(COUNTED)}
    return ngettext("%(count)d contact", "%(count)d contacts", count) % {"count": count}


def _address(group: Group) -> str:
    return reverse("contacts:company" if group.kind == GroupKind.COMPANY else "contacts:group", args=[group.pk])


# --- the same form twice -----------------------------------------------------------------------------------------


def _done_before(request: SignedInRequest) -> HttpResponse | None:
    """Return the answer to a form that was sent and answered before, None for a new one."""
    key = key_of_form(request, request.POST.get("form_key", "")) if request.method == "POST" else None
    return _after(request, key) if key is not None else None


def _after(request: SignedInRequest, key: UUID) -> HttpResponse | None:
    known = ChangeSet.objects.for_user(request.user).filter(form_key=key).first()
    return go(request, reverse("contacts:change-set", args=[known.pk])) if known else None
