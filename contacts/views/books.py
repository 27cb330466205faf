"""New, edit and delete contact book."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from books.models import ContactBook
from books.services import create_book
from contacts.forms.book import BookForm
from contacts.services import Busy, delete_book, edit_book
from contacts.views.answers import refuse, tell
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.middleware import organizations_of
from organizations.sharing import Level


def _managed(request: SignedInRequest, book_id: UUID) -> ContactBook:
    """Return a book that the person manages: 404 for one they cannot see, 403 for one they only use."""
    books = ContactBook.objects.for_user(request.user, at_least=Level.MANAGE).with_type().with_counts()
    book = books.select_related("organization").filter(pk=book_id).first()
    if book is None:
        get_object_or_404(ContactBook.objects.for_user(request.user), pk=book_id)
        raise PermissionDenied
    return book


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """New contact book, in the organization that the form was opened in."""
    panel = Panel(request)
    form = BookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organization = next(
            (each for each in organizations_of(request.user) if str(each.pk) == request.POST.get("organization")), None
        )
        if organization is None:
            raise Http404
        try:
            book = create_book(by=request.user, organization=organization, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tell(request, _("The contact book %(book)s is ready.") % {"book": book.name})
            return HttpResponseRedirect(reverse("contacts:book", args=[book.pk]))
    context = {"title": _("New contact book"), "form": form, "submit": _("Create"), "book": None}
    return _form(request, panel, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Edit contact book: its name, description and place in search."""
    book = _managed(request, book_id)
    panel = Panel(request, organization=book.organization)
    known = {name: getattr(book, name) for name in ("name", "description", "exclude_from_search")}
    form = BookForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            edit_book(by=request.user, book=book, **form.cleaned_data)
        except Busy as busy:
            form.add_error(None, str(busy))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            tell(request, _("Saved."))
            return HttpResponseRedirect(reverse("contacts:book", args=[book.pk]))
    context = {"title": _("Edit contact book"), "form": form, "submit": _("Save"), "book": book}
    return _form(request, panel, context, form)


def _form(request: SignedInRequest, panel: Panel, context: dict[str, Any], form: BookForm) -> HttpResponse:
    return show(request, "contacts/book_form.html", panel, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Delete contact book, after saying what that means."""
    book = _managed(request, book_id)
    panel = Panel(request, organization=book.organization)
    if request.method == "POST":
        try:
            done = delete_book(by=request.user, book=book)
        except Busy as busy:
            refuse(request, str(busy))
            return HttpResponseRedirect(request.path)
        # A deleted book is seen, and so restored, by its owner alone.
        tell(
            request,
            _("The contact book %(book)s is deleted.") % {"book": book.name},
            undo=done if book.owner_id == request.user.pk else None,
        )
        return HttpResponseRedirect(reverse("contacts:list"))
    return show(request, "contacts/book_delete.html", panel, {"title": _("Delete contact book"), "book": book})
