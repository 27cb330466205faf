"""Who can see a contact book and why, and handing it over to another owner."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from books.access import Access, who_can_see
from books.models import ContactBook
from books.services import hand_over as give
from contacts.views.answers import tell
from contacts.views.books import managed
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.sharing import Level

#: People on one page of the list.
SHOWN = 100
#: People offered as a new owner; others are found by name or email.
OFFERED = 30


@require_safe
def access(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Everybody who can see the book's contacts, with the reason and level; for those who can see or manage it."""
    manages = ContactBook.objects.for_user(request.user, at_least=Level.MANAGE)
    found = manages.with_type().select_related("organization", "owner").filter(pk=book_id).first()
    may_manage = found is not None
    if found is None:
        books = ContactBook.objects.for_user(request.user).with_type().select_related("organization", "owner")
        found = get_object_or_404(books, pk=book_id)
    everybody = who_can_see(found)
    start = _start(request.GET.get("after", ""), everybody)
    shown = everybody[start : start + SHOWN]
    context = {
        "title": _("Who can see %(book)s?") % {"book": found.name},
        "book": found,
        "people": shown,
        "count": len(everybody),
        "next": shown[-1].user.pk if start + SHOWN < len(everybody) else None,
        "may_manage": may_manage,
        "edit_level": Level.EDIT,
        "is_personal": found.type == "personal",
    }
    panel = Panel(request, organization=found.organization)
    return show(request, "contacts/access.html", panel, context)


def _start(after: str, everybody: Sequence[Access]) -> int:
    """Return the place behind the person whose id is `after`: 0 without one."""
    if not after:
        return 0
    found = next((place for place, each in enumerate(everybody) if str(each.user.pk) == after), None)
    if found is None:
        raise Http404
    return found + 1


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Give the book another owner, who must belong to its organization; found by name or email."""
    book = managed(request, book_id)
    members = User.objects.filter(memberships__organization=book.organization, is_active=True)
    if book.owner_id:
        members = members.exclude(pk=book.owner_id)
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("owner", "")
        if not chosen:
            error = _("Choose the new owner.")
        else:
            new_owner = get_object_or_404(members, pk=_uuid(chosen))
            try:
                give(by=request.user, book=book, to=new_owner)
            except ValidationError as refusal:
                error = refusal.messages[0]
            else:
                tell(request, _("%(book)s belongs to %(owner)s now.") % {"book": book.name, "owner": new_owner})
                return HttpResponseRedirect(reverse("contacts:book-access", args=[book.pk]))
    find = request.GET.get("find", "").strip().replace("\x00", "")[:200]
    offered = members
    for word in find.split()[:5]:
        offered = offered.filter(Q(name__icontains=word) | Q(email__icontains=word))
    people = list(offered.order_by("name", "email", "pk")[: OFFERED + 1])
    context = {
        "title": _("Hand over %(book)s") % {"book": book.name},
        "book": book,
        "people": people[:OFFERED],
        "find": find,
        "has_more": len(people) > OFFERED or bool(find),
        "error": error,
    }
    panel = Panel(request, organization=book.organization)
    return show(request, "contacts/hand_over.html", panel, context, status=422 if error else 200)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
