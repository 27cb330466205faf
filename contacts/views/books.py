"""New, edit and delete contact book, its sharing with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from books.access import Effects, grants_of
from books.forms import SUGGESTIONS, SharingForm
from books.models import ContactBook
from books.services import AccessChanged, create_book, set_sharing
from contacts.forms.book import BookForm
from contacts.services import Busy, delete_book, edit_book
from contacts.templatetags.contacts import grouped
from contacts.views.answers import refuse, tell
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.middleware import organizations_of
from organizations.models import Organization, User
from organizations.sharing import Level

#: People named on the page that asks before access changes.
NAMED = 50

#: Saves what the form says, sharing included, if whose access it changes is what `expected` says; returns the book.
type Save = Callable[[dict[str, Any], SharingForm | None, str | None], ContactBook]


def managed(request: SignedInRequest, book_id: UUID) -> ContactBook:
    """Return a book that the person manages, as `book_for` does."""
    return book_for(request, book_id, at_least=Level.MANAGE)


def book_for(request: SignedInRequest, book_id: UUID, *, at_least: Level) -> ContactBook:
    """Return a book that the person may use so far: 404 for one they cannot see, 403 for one they may use less far."""
    books = ContactBook.objects.for_user(request.user, at_least=at_least).with_type().with_counts()
    book = books.select_related("organization", "owner").filter(pk=book_id).first()
    if book is None:
        get_object_or_404(ContactBook.objects.for_user(request.user), pk=book_id)
        raise PermissionDenied
    return book


@require_safe
def books(request: SignedInRequest) -> HttpResponse:
    """All contact books of the organization that one may use, which the sidebar names only the first of."""
    return show(request, "contacts/books.html", Panel(request), {"title": _("Contact books"), "place": "books"})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """New contact book, in the organization that the form was opened in."""
    organization = _chosen_organization(request)
    suggestion = next((each for each in SUGGESTIONS if each.key == request.GET.get("kind")), None)
    initial = {"name": str(suggestion.name), "description": str(suggestion.purpose)} if suggestion else {}
    form = BookForm(request.POST or None, initial=initial)
    sharing = _sharing_form(request, organization, owner=request.user, book=None)

    def save(fields: dict[str, Any], sharing: SharingForm | None, expected: str | None) -> ContactBook:
        with transaction.atomic():
            book = create_book(by=request.user, organization=organization, **fields)
            if sharing is not None:
                set_sharing(by=request.user, book=book, grants=sharing.grants.items(), expected=expected)
        return book

    return _answer(request, form, sharing, save, book=None, organization=organization)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Edit contact book: its name, description, place in search, and with whom it is shared."""
    book = managed(request, book_id)
    known = {name: getattr(book, name) for name in ("name", "description", "exclude_from_search")}
    form = BookForm(request.POST or None, initial=known)
    sharing = _sharing_form(request, book.organization, owner=book.owner, book=book)

    def save(fields: dict[str, Any], sharing: SharingForm | None, expected: str | None) -> ContactBook:
        grants = sharing.grants.items() if sharing is not None else None
        return edit_book(by=request.user, book=book, grants=grants, expected=expected, **fields)

    return _answer(request, form, sharing, save, book=book, organization=book.organization)


def _chosen_organization(request: SignedInRequest) -> Organization:
    """Return the organization of a new book: the session's, or the one that the form was opened in."""
    if request.method != "POST":
        return request.organization
    theirs = organizations_of(request.user)
    found = next((each for each in theirs if str(each.pk) == request.POST.get("organization")), None)
    if found is None:
        raise Http404
    return found


def _sharing_form(
    request: SignedInRequest, organization: Organization, *, owner: User | None, book: ContactBook | None
) -> SharingForm | None:
    """Return the sharing part of the form; None for a form without one, which leaves sharing as it is."""
    if not organization:
        return None
    if request.method != "POST":
        return SharingForm(organization, owner=owner, grants=grants_of(book) if book else {})
    if "sharing" not in request.POST:
        return None
    return SharingForm(organization, owner=owner, grants={}, data=request.POST)


def _answer(
    request: SignedInRequest,
    form: BookForm,
    sharing: SharingForm | None,
    save: Save,
    *,
    book: ContactBook | None,
    organization: Organization,
) -> HttpResponse:
    """Show the form, ask before access changes, or save and go on to the book."""
    panel = Panel(request, organization=organization)
    context = {
        "title": _("Edit contact book") if book else _("New contact book"),
        "form": form,
        "sharing": sharing,
        "submit": _("Save") if book else _("Create"),
        "book": book,
        "suggestions": () if book else SUGGESTIONS,
    }
    step = request.POST.get("step", "")
    if request.method != "POST" or step in {"find", "back"}:
        if step:
            form.is_bound = False
            form.initial = {name: request.POST.get(name, "") for name in form.fields}
        return show(request, "contacts/book_form.html", panel, context)
    if form.is_valid() and not (sharing and sharing.errors):
        # Whoever has not seen yet what their choice does has agreed to nothing.
        expected = request.POST.get("confirmed", Effects().key) if sharing else None
        try:
            saved = save(form.cleaned_data, sharing, expected)
        except AccessChanged as changed:
            return _ask(request, panel, context, changed.effects)
        except Busy as busy:
            form.add_error(None, str(busy))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tell(request, _("Saved.") if book else _("The contact book %(book)s is ready.") % {"book": saved.name})
            return HttpResponseRedirect(_after(request.user, saved))
    return show(request, "contacts/book_form.html", panel, context, status=422)


def _after(user: User, book: ContactBook) -> str:
    """Return where to go on to: the book, for those who read it."""
    if ContactBook.objects.for_user(user).filter(pk=book.pk).exists():
        return reverse("contacts:book", args=[book.pk])
    if ContactBook.objects.for_user(user, at_least=Level.MANAGE).filter(pk=book.pk).exists():
        return reverse("contacts:book-access", args=[book.pk])
    return reverse("contacts:list")


def _ask(request: SignedInRequest, panel: Panel, context: dict[str, Any], changes: Effects) -> HttpResponse:
    """Say who gains and who loses access, and ask whether that is meant."""
    book = context["book"]
    people = {user.pk: user for user in User.objects.filter(pk__in=changes.user_ids)}
    groups = [
        (title, _people(people, part), len(part))
        for title, part in (
            (_("Gain access"), changes.gain),
            (_("Lose access"), changes.lose),
            (_("May change contacts now"), changes.raised),
            (_("May only view now"), changes.lowered),
        )
        if part
    ]
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    kept = {"csrfmiddlewaretoken", "confirmed", "step"}
    context |= {
        "sentence": sentence(changes, book.contact_count if book else 0),
        "groups": groups,
        "effects": changes,
        "sent": [pair for pair in sent if pair[0] not in kept],
        "again": "confirmed" in request.POST,
        "tells_owner": book is not None and book.owner_id != request.user.pk and request.user.pk in changes.gain,
    }
    return show(request, "contacts/book_confirm.html", panel, context)


def _people(people: dict[UUID, User], part: Any) -> list[tuple[str, str]]:
    """Return (name, level in words) of the first people of one part of the effects, by name."""
    words = {Level.VIEW: _("can view"), Level.EDIT: _("can edit")}
    named = sorted((str(people[user_id]), words[level]) for user_id, level in part.items() if user_id in people)
    return named[:NAMED]


def sentence(changes: Effects, contacts: int) -> str:
    """Return in words how many people gain and lose access to how many contacts."""
    number = ngettext("%(count)s contact", "%(count)s contacts", contacts) % {"count": grouped(contacts)}
    gain, lose = len(changes.gain), len(changes.lose)
    gains = ngettext("%(count)s person gains", "%(count)s people gain", gain) % {"count": grouped(gain)}
    if gain and lose:
        loses = ngettext("%(count)s loses", "%(count)s lose", lose) % {"count": grouped(lose)}
        return _("%(gains)s, %(loses)s access to %(contacts)s.") % {"gains": gains, "loses": loses, "contacts": number}
    if gain:
        return _("%(gains)s access to %(contacts)s.") % {"gains": gains, "contacts": number}
    if lose:
        loses = ngettext("%(count)s person loses", "%(count)s people lose", lose) % {"count": grouped(lose)}
        return _("%(loses)s access to %(contacts)s.") % {"loses": loses, "contacts": number}
    others = len(changes.raised) + len(changes.lowered)
    return ngettext(
        "Nobody gains or loses access to %(contacts)s; what %(count)s person may do changes.",
        "Nobody gains or loses access to %(contacts)s; what %(count)s people may do changes.",
        others,
    ) % {"contacts": number, "count": grouped(others)}


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Delete contact book, after saying what that means."""
    book = managed(request, book_id)
    panel = Panel(request, organization=book.organization)
    if request.method == "POST":
        try:
            done = delete_book(by=request.user, book=book)
        except Busy as busy:
            refuse(request, str(busy))
            return HttpResponseRedirect(request.path)
        tell(request, _("The contact book %(book)s is deleted.") % {"book": book.name}, undo=done)
        return HttpResponseRedirect(reverse("contacts:list"))
    return show(request, "contacts/book_delete.html", panel, {"title": _("Delete contact book"), "book": book})
