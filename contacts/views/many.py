"""Many contacts at once: the form that the list is, the steps that ask for a book, group or company, and progress."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from books.models import ContactBook
from books.shelf import types_of
from config.rendering import VARIES, wants_piece
from contacts import listing
from contacts.document import group_key
from contacts.folding import fold
from contacts.models import ChangeSet, Contact, ContactMembership, Group, GroupKind
from contacts.seen_groups import seen_groups
from contacts.services import Busy
from contacts.services.grouping import group_named
from contacts.services.many import Deed, Outcome, Verb, act_of, can_go_on, deed_of, do_many, go_on, outcome_of
from contacts.services.selections import MOST_NAMED, Selection
from contacts.services.undoing import undone_among
from contacts.templatetags.contacts import grouped
from contacts.text import clean_text
from contacts.views.answers import is_ours, key_of_form, next_of, refuse, tell
from contacts.views.lines import lines
from contacts.views.outcomes import sentence
from contacts.views.panel import Panel, show
from jobs.models import State
from jobs.services import NotRetryable
from organizations.http import SignedInRequest
from organizations.middleware import organizations_of
from organizations.sharing import Level

#: Groups and companies offered at once; others are found by their name.
OFFERED = 50
_CARD = re.compile(r"/contacts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


@require_http_methods(["GET", "HEAD", "POST"])
def many(request: SignedInRequest) -> HttpResponse:
    """Do with several contacts what `do` says: those that `contact` names, or with `all` the whole list.

    The query is that of the list. What needs a book, group or company (`to`, or `new` for a name that is made) and is
    sent without gets the page that asks for it; so does a link of one contact's menu. Only a POST changes anything.
    """
    said = request.POST if request.method == "POST" else request.GET
    panel = _panel(request, said)
    wanted = said.get("do", "")
    ids = _ids(said.getlist("contact"))
    whole = said.get("all") == "1"
    if wanted == "export":
        return _export(request, panel, whole=whole)
    if wanted not in Verb or not (ids or whole):
        if wanted or request.method == "POST":
            refuse(request, _("Select contacts first, then choose what to do with them."))
        return _back(request, panel)
    if len(ids) > MOST_NAMED and not whole:
        most = grouped(MOST_NAMED)
        refuse(
            request,
            _("At most %(count)s contacts can be selected one by one. Select all of the list.") % {"count": most},
        )
        return _back(request, panel)
    filters = (
        {name: value for name, value in panel.filters().items() if name not in {"sort", "from"}} if whole else None
    )
    selection = Selection(panel.organization, () if whole else ids, filters)
    verb = Verb(wanted)
    if verb in {Verb.MOVE, Verb.JOIN, Verb.LEAVE, Verb.EMPLOY} and not (said.get("to") or said.get("new")):
        return _ask(request, said, panel, selection, verb)
    if request.method != "POST":
        return HttpResponseRedirect(panel.list_url)
    name, key = _name(request, selection), key_of_form(request, request.POST.get("key", ""))
    try:
        with transaction.atomic():  # a group that is made for it comes with it, or not at all
            deed = _deed(request, panel, verb)
            done = do_many(by=request.user, selection=selection, deed=deed, form_key=key)
    except (Busy, ValidationError) as error:
        refuse(request, error.messages[0] if isinstance(error, ValidationError) else str(error))
        return _back(request, panel)
    except (Http404, PermissionDenied) as error:
        if not wants_piece(request):
            raise
        refuse(request, _why_not(error))  # on the list: the dialog that asked has nothing more to ask
        return _back(request, panel)
    return _answer(request, said, panel, deed, done, ids, name)


def _panel(request: SignedInRequest, said: QueryDict) -> Panel:
    """Return the list that the form was in, in the organization that it was opened in: the session may show another
    one by now. 404 for an organization that the person is not in."""
    opened_in = said.get("organization", "")
    if not opened_in or any(request.GET.get(name) for name in ("book", "group", "company")):
        return Panel(request)
    found = next((each for each in organizations_of(request.user) if str(each.pk) == opened_in), None)
    if found is None:
        raise Http404
    return Panel(request, organization=found)


def _ids(texts: Iterable[str]) -> list[UUID]:
    """Return the ids in a form's fields, each of which may hold several, separated by commas or blanks; 404 for what is
    no id."""
    try:
        return [UUID(word) for word in dict.fromkeys(" ".join(texts).replace(",", " ").split())]
    except ValueError:
        raise Http404 from None


def _export(request: SignedInRequest, panel: Panel, *, whole: bool) -> HttpResponse:
    """Hand the selection on to the export, which stands in a later room."""
    response = HttpResponseRedirect(f"/contacts/export/{panel.query}")
    if request.method == "POST" and not whole:
        response.status_code = 307  # sent again as it was sent here
    return response


def _deed(request: SignedInRequest, panel: Panel, verb: Verb) -> Deed:
    """Return what is to be done, with its book, group or company. 404 for one that the person does not see."""
    if verb is Verb.MOVE:
        return Deed(verb, book=get_object_or_404(ContactBook.objects.for_user(request.user), pk=_uuid(request)))
    if verb in {Verb.STAR, Verb.UNSTAR, Verb.TRASH}:
        return Deed(verb)
    kind = GroupKind.COMPANY if verb is Verb.EMPLOY else GroupKind.GROUP
    if request.POST.get("to") or verb is Verb.LEAVE:
        seen = Group.objects.for_user(request.user).filter(organization=panel.organization, kind=kind)
        return Deed(verb, group=get_object_or_404(seen, pk=_uuid(request)))
    name = request.POST.get("new", "")
    made = group_named(by=request.user, organization=panel.organization, kind=kind, name=name)
    return Deed(verb, group=made)


def _uuid(request: SignedInRequest) -> UUID:
    try:
        return UUID(request.POST.get("to", ""))
    except ValueError:
        raise Http404 from None


# --- the step that asks for a book, group or company ------------------------------------------------------------


def _ask(request: SignedInRequest, said: QueryDict, panel: Panel, selection: Selection, verb: Verb) -> HttpResponse:
    """Show what there is to choose from, what `find` says only."""
    find = clean_text(said.get("find", ""))[:200].strip()
    choices, is_cut = _choices(panel, selection, verb, find)
    kind = GroupKind.COMPANY if verb is Verb.EMPLOY else GroupKind.GROUP
    context = {
        "title": _question(panel, selection, verb),
        "verb": str(verb),
        "find": find,
        "asked": said.get("find", ""),
        "choices": choices,
        "is_cut": is_cut,
        "fresh": find if verb in {Verb.JOIN, Verb.EMPLOY} and _is_new(panel, kind, find) else "",
        "chosen": " ".join(map(str, selection.ids)),
        "whole": selection.filters is not None,
        "key": said.get("key") or uuid4(),
        "in_dialog": wants_piece(request),
        "next": _next(request, panel),
    }
    if wants_piece(request):
        fragment = "options" if request.htmx.target == "pick-options" else "step"
        response = render(request, f"contacts/many.html#{fragment}", {**context, "panel": panel})
        patch_vary_headers(response, VARIES)
        return response
    return show(request, "contacts/many.html", panel, context)


def _question(panel: Panel, selection: Selection, verb: Verb) -> str:
    """Return what is asked: what is done with how many."""
    count = len(selection.ids) if selection.filters is None else panel.count
    if count is None:
        what = _("all that match")
    else:
        what = ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": grouped(count)}
    words = {
        Verb.MOVE: _("Move %(what)s to…"),
        Verb.JOIN: _("Add %(what)s to a group"),
        Verb.LEAVE: _("Remove %(what)s from a group"),
        Verb.EMPLOY: _("Set the company of %(what)s"),
    }
    return words[verb] % {"what": what}


def _choices(panel: Panel, selection: Selection, verb: Verb, find: str) -> tuple[list[tuple[UUID, str, str]], bool]:
    """Return (id, name, icon) of what can be chosen, and whether there is more than that."""
    if verb is Verb.MOVE:
        words = fold(find)
        editable = [book for book in panel.shelf.by_name if book.is_editable and book.pk != panel.book_id]
        books = [book for book in editable if words in fold(book.name)]
        types = types_of(book.pk for book in books)
        return [(book.pk, book.name, types[book.pk].value) for book in books], False
    if verb is Verb.LEAVE and selection.filters is None:
        members = ContactMembership.objects.filter(
            group=OuterRef("pk"), contact__in=Contact.objects.for_user(panel.user).filter(pk__in=selection.ids)
        )
        seen_by_them = Group.objects.for_user(panel.user).filter(kind=GroupKind.GROUP, organization=panel.organization)
        named = seen_by_them.filter(Exists(members), key__contains=group_key(find)).order_by("key", "pk")
        found = list(named.values_list("pk", "name")[: OFFERED + 1])
    else:
        kind = GroupKind.COMPANY if verb is Verb.EMPLOY else GroupKind.GROUP
        seen = seen_groups(panel.user, panel.shelf, most=OFFERED + 1, kinds=[kind], within=find)
        found = [(group.pk, group.name) for group in seen[kind]]
    icon = "company" if verb is Verb.EMPLOY else "group"
    return [(group_id, name, icon) for group_id, name in found[:OFFERED]], len(found) > OFFERED


def _is_new(panel: Panel, kind: GroupKind, name: str) -> bool:
    """Whether the person sees no group or company of this name."""
    key = group_key(name)
    seen = Group.objects.for_user(panel.user).filter(organization=panel.organization, kind=kind, key=key)
    return bool(key) and not seen.exists()


# --- what follows -----------------------------------------------------------------------------------------------


def _next(request: SignedInRequest, panel: Panel) -> str:
    return next_of(request, panel.list_url)


def _back(request: SignedInRequest, panel: Panel) -> HttpResponse:
    """Go back to the list, which says what is the matter."""
    if wants_piece(request):
        return render(request, "contacts/many_done.html", {"panel": panel, "contact": None})
    return HttpResponseRedirect(_next(request, panel))


def _why_not(error: Exception) -> str:
    """Return what to say of rights or things that were lost since the page was opened."""
    if isinstance(error, Http404):
        return _("What you chose is not there any more, or is not shared with you. Nothing was changed.")
    return str(error) or _("You can see this, but you may not change it. Nothing was changed.")


def _name(request: SignedInRequest, selection: Selection) -> str:
    """Return the name of the only contact that is selected, empty for none and several."""
    found = Contact.objects.for_user(request.user).filter(pk__in=selection.ids[:1]).first()
    return found.name_for(request.user) if found and len(selection.ids) == 1 else ""


def _answer(
    request: SignedInRequest, said: QueryDict, panel: Panel, deed: Deed, done: Outcome, ids: list[UUID], name: str
) -> HttpResponse:
    """Say what was done; a long act goes on by itself, on its own page."""
    if done.job is not None and done.change_set is not None:
        back = urlencode({"back": _next(request, panel)})
        address = f"{reverse('contacts:many-act', args=[done.change_set.pk])}?{back}"
        return HttpResponseClientRedirect(address) if wants_piece(request) else HttpResponseRedirect(address)
    tell(request, sentence(request.user, deed, done.tally, name=name), undo=done.change_set)
    try:
        panel = _panel(request, said)  # counts are those of now
    except Http404:  # nothing is left in the group that was listed, or it is not one's own any more
        following = reverse("contacts:list")
        return HttpResponseClientRedirect(following) if wants_piece(request) else HttpResponseRedirect(following)
    if not wants_piece(request):
        return HttpResponseRedirect(_next(request, panel))
    return _piece(request, panel, deed, ids)


def _piece(request: SignedInRequest, panel: Panel, deed: Deed, ids: list[UUID]) -> HttpResponse:
    """Return what changed on the page: lines of the list, those that left it, and the card that is open."""
    rows = (
        {}
        if deed.verb is Verb.TRASH
        else {key: row for key, (row, _sort) in listing.rows_by_id(panel.scope, ids).items()}
    )
    stays = [row for row in rows.values() if not _leaves(panel, deed)]
    open_card = _CARD.fullmatch(urlsplit(request.htmx.current_url or "").path)
    opened = UUID(open_card[1]) if open_card else None
    living = Contact.objects.for_user(request.user).filter(pk=opened).exists() if opened in ids else False
    context: dict[str, Any] = {
        "panel": panel,
        "contact": None,
        "lines": [[each] for each in lines(stays, query=panel.query, editable=panel.editable_ids, current=opened)],
        "gone": [each for each in ids if each not in {row.id for row in stays}],
        "key": uuid4(),
        "card": reverse("contacts:card", args=[opened]) + panel.query if living else "",
        "closes": opened in ids and not living,
        "title": panel.title,
        "pane": "list",
    }
    response = render(request, "contacts/many_done.html", context)
    if context["closes"]:
        response["HX-Push-Url"] = panel.list_url
    patch_vary_headers(response, VARIES)
    return response


def _leaves(panel: Panel, deed: Deed) -> bool:
    """Whether what `deed` was done to is not in the list any more."""
    match deed.verb:
        case Verb.UNSTAR:
            return panel.starred
        case Verb.LEAVE:
            return panel.group is not None and panel.group == deed.group
        case Verb.EMPLOY:
            return panel.company is not None and panel.company != deed.group
        case _:
            return False  # moved out of the book that is listed: not among its rows


# --- a long act -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: SignedInRequest, change_set_id: UUID) -> HttpResponse:
    """How far a long act of one's own is, and what came of it. A POST lets one go on that stopped at an error."""
    found = act_of(request.user, change_set_id)
    if found is None:
        raise Http404
    change_set, job = found
    if request.method == "POST":
        try:
            go_on(by=request.user, change_set=change_set)
        except NotRetryable as reason:
            refuse(request, str(reason))
        return HttpResponseRedirect(request.get_full_path())
    deed = deed_of(request.user, change_set, job)
    back = request.GET.get("back", "")
    running = job.state in {State.WAITING, State.RUNNING}
    editable = ChangeSet.objects.for_user(request.user, at_least=Level.EDIT).filter(pk=change_set.pk).exists()
    context = {
        "title": deed.label,
        "change_set": change_set,
        "job": job,
        "running": running,
        "stopped": job.state == State.FAILED,
        "may_go_on": can_go_on(job),
        "refused": job.error if job.state == State.REFUSED else "",
        "cancelled": job.state == State.CANCELLED,
        "sentence": sentence(request.user, deed, outcome_of(change_set).tally),
        "may_undo": editable and not undone_among([change_set.pk]),
        "back": back if is_ours(back) else reverse("contacts:list"),
        "place": "changes",
    } | _progress(request, job.percent)
    return show(request, "contacts/many_act.html", Panel(request, organization=change_set.organization), context)


def _progress(request: SignedInRequest, percent: int | None) -> dict[str, Any]:
    """Return the address to look again at, and the quarter that is read aloud because it was reached since."""
    told = request.GET.get("told", "")
    before = int(told) if told in {"25", "50", "75"} else 0
    reached = (percent or 0) // 25 * 25
    again = request.GET.copy()
    again["told"] = str(max(before, min(reached, 75)))
    return {"again": f"{request.path}?{again.urlencode()}", "says": reached if before < reached < 100 else 0}
