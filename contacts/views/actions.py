"""What may be done with a thing: one definition for its menu, its page and whatever else offers the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from books.models import ContactBook
from books.shelf import Shelf
from contacts.models import Group, GroupKind
from contacts.services.first_day import standing_sample
from contacts.services.group_acts import may_change
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.sharing import Level


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do, as a link; with `sends` as a form of these fields, with `copies` as a button that copies it.

    `icon` is one of heroicons' outlines; what is `grave` stands apart. `does` is what the table of keys names it, and
    `key` the key that the person has for it. `place` is the id of the element that shows the answer, where a script
    can put it there. `words` are others that the command bar finds it by; it goes on to the list at `inside`.
    With `fetches` a button copies the text at `href`; what `prints` prints the page. What is `quick` also stands on the
    card itself; what is `outside` leads out of Kith.
    """

    name: str
    href: str
    icon: str
    grave: bool = False
    sends: Mapping[str, str] | None = None
    copies: str = ""
    key: str = ""
    place: str = ""
    does: str = ""
    words: str = ""
    inside: str = ""
    fetches: bool = False
    prints: bool = False
    quick: bool = False
    outside: bool = False


def book_actions(user: User, book: ContactBook) -> Iterator[Action]:
    """Yield what `user`, who may view it, may do with a book. Three queries."""
    levels = {
        level: ContactBook.objects.for_user(user, at_least=level).filter(pk=book.pk).exists()
        for level in (Level.EDIT, Level.MANAGE)
    }
    yield Action(_("New contact book"), reverse("contacts:book-new"), "plus")
    if levels[Level.MANAGE]:
        yield Action(_("Edit contact book"), reverse("contacts:book-edit", args=[book.pk]), "pencil-square")
    yield Action(_("Who can see this?"), reverse("contacts:book-access", args=[book.pk]), "eye")
    if levels[Level.EDIT]:
        yield Action(_("Import contacts (CSV)"), f"/books/{book.pk}/import/", "arrow-up-tray")
    yield Action(_("Export"), f"/books/{book.pk}/export/", "arrow-down-tray")
    if levels[Level.EDIT] and standing_sample(user, book.organization).filter(changes__book=book).exists():
        remove = reverse("contacts:sample-remove", args=[book.pk])
        yield Action(_("Remove the sample people"), remove, "user-minus", sends={})
    if levels[Level.MANAGE]:
        yield Action(_("Delete contact book"), reverse("contacts:book-delete", args=[book.pk]), "trash", grave=True)


def group_actions(user: User, group: Group, *, shelf: Shelf | None = None) -> Iterator[Action]:
    """Yield what `user`, who sees it, may do with a group or company. One query where their `shelf` in its
    organization was read before, else two."""
    is_company = group.kind == GroupKind.COMPANY
    changes = may_change(user, group, shelf=shelf)
    if is_company:
        yield Action(_("Domains"), reverse("contacts:group-about", args=[group.pk]), "at-symbol")
    if changes:
        yield Action(_("Rename"), reverse("contacts:group-rename", args=[group.pk]), "pencil-square")
        yield Action(_("Merge"), reverse("contacts:group-merge", args=[group.pk]), "arrows-pointing-in")
    yield Action(_("Export"), f"/contacts/export/?{group.kind}={group.pk}", "arrow-down-tray")
    new = reverse("contacts:company-new") if is_company else reverse("contacts:group-new")
    yield Action(_("New company") if is_company else _("New group"), new, "plus")
    if changes:
        delete = _("Delete company") if is_company else _("Delete group")
        yield Action(delete, reverse("contacts:group-delete", args=[group.pk]), "trash", grave=True)


@require_safe
def of_book(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """The menu of a book: the piece that its ⋯ opens, and the page it leads to without JavaScript."""
    book = get_object_or_404(ContactBook.objects.for_user(request.user).select_related("organization"), pk=book_id)
    actions = list(book_actions(request.user, book))
    context = {"title": book.name, "actions": actions}
    return show(request, "contacts/actions.html", Panel(request, chosen={"book": book.pk}), context)


@require_safe
def of_group(request: SignedInRequest, group_id: UUID) -> HttpResponse:
    """The menu of a group or company, likewise."""
    group = get_object_or_404(Group.objects.for_user(request.user).select_related("organization"), pk=group_id)
    context = {"title": group.name, "actions": list(group_actions(request.user, group))}
    return show(request, "contacts/actions.html", Panel(request, chosen={group.kind: group.pk}), context)
