"""Leaving an organization, and being removed from it: what becomes of the books that the person owned there.

Shared books pass to somebody who stays. Personal ones are frozen, seen by nobody, for 30 days: they come back with
the person (a trigger on the membership does it) or are erased (`contacts.services.housekeeping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from books.models import ContactBook, ContactBookQuerySet
from organizations import audit, outgoing, sharing
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, User
from organizations.services import members
from organizations.sharing import Level

FROZEN_DAYS: Final = 30
"""How long frozen books wait for their owner; the trigger that gives them back knows the same number."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What became of the books of somebody who left: which passed to `heir`, and how many were frozen."""

    heir: User | None
    passed_on: tuple[ContactBook, ...]
    frozen: int


@transaction.atomic
def end_membership(*, organization: Organization, user: User, by: User | None, heir: User | None = None) -> Departure:
    """Have `user` leave (`by` is themselves) or be removed; their shared books pass to `heir`, personal ones freeze.

    `heir` is whoever removes unless given; who leaves must name one if they own shared books. Admins remove members
    and admins, owners anybody; the last owner stays. It takes effect at once: teams and grants go with the
    membership, sessions, streams and jobs read their rights when they act. An audit line for the departure and for
    each book that changed hands; the heir and, when removed, the person are told by mail.

    Waits for writes under way in the books that they own or may edit (a second at most each). Raises `NotVisible`,
    `PermissionDenied` and `ValidationError`. The number of queries grows with the shared books.
    """
    # Books before memberships, as everything else that needs both.
    _lock_books(organization, user)
    members.require_removable(organization=organization, user=user, by=by)
    # What came to them before their membership was held; nobody hands them anything after that.
    owned = _lock_books(organization, user)
    shared = owned.shared().order_by("name", "pk")
    passed_on = list(shared)
    if passed_on:
        heir = _heir(organization, user, heir or (by if by is not None and by.pk != user.pk else None))
        for book in passed_on:
            _pass_on(book, organization=organization, by=by, user=user, heir=heir)
    else:
        heir = None
    frozen = owned.filter(owner=user).update(owner=None, frozen_for=user.pk, frozen_at=Now())
    detail: dict[str, str | int] = {"contact_books": len(passed_on)}
    if heir is not None:
        detail |= {"name": str(heir), "user": str(heir.pk)}
    members.end_membership(organization=organization, user=user, by=by, detail=detail)
    departure = Departure(heir, tuple(passed_on), frozen)
    _tell(departure, organization=organization, user=user, by=by)
    return departure


def shared_books(organization: Organization, user: User) -> list[ContactBook]:
    """Return the living books of `user` there that are shared with anybody, by name; what the dialog speaks of."""
    owned = ContactBook._base_manager.filter(organization=organization, owner=user, deleted_at=None)
    return list(ContactBook.objects.filter(pk__in=owned.values("pk")).shared().with_type().order_by("name", "pk"))


def _lock_books(organization: Organization, user: User) -> ContactBookQuerySet:
    """Lock all books that `user` owns, deleted ones too, or may edit there, in the order of their ids (ADR 11).

    Return a query of those that they own.
    """
    owned = ContactBook.objects.filter(organization=organization, owner=user)
    edited = ContactBook.objects.for_user(user, at_least=Level.EDIT).values("pk")
    lost = ContactBook.objects.filter(organization=organization, pk__in=owned.values("pk").union(edited))
    list(lost.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    return owned


def _heir(organization: Organization, user: User, heir: User | None) -> User:
    """Return who gets the shared books, their membership held until commit; raise `ValidationError`."""
    if heir is None:
        raise ValidationError(_("Choose who gets the shared contact books."), code="heir")
    stays = OrganizationMembership.objects.filter(organization=organization, user=heir, user__is_active=True)
    if heir.pk == user.pk or not stays.select_for_update(no_key=True, of=("self",)).exists():
        raise ValidationError(
            _("%(person)s cannot get the shared contact books. Choose somebody who stays in %(organization)s.")
            % {"person": heir, "organization": organization},
            code="heir",
        )
    return heir


def _pass_on(book: ContactBook, *, organization: Organization, by: User | None, user: User, heir: User) -> None:
    """Make `heir` the owner of a locked book; a share of their own is not needed any more."""
    sharing.revoke(book, to=heir)
    book.owner = heir
    book.save(update_fields=["owner"])
    audit.write(
        Action.BOOK_HANDED_OVER,
        by=by,
        organization=organization,
        target=book,
        detail={"user": str(heir.pk), "name": str(heir), "before": str(user.pk)},
    )


def _tell(departure: Departure, *, organization: Organization, user: User, by: User | None) -> None:
    """Post the mails: to the heir, unless they did it themselves, and to whoever was removed."""
    heir = departure.heir
    context = {"organization": organization, "user": user, "departure": departure, "days": FROZEN_DAYS}
    if heir is not None and (by is None or heir.pk != by.pk):
        _post("books_passed_on", heir, context)
    if by is None or by.pk != user.pk:
        _post("removed", user, context)


def _post(name: str, to: User, context: dict[str, object]) -> None:
    if not to.is_active:
        return
    subject = render_to_string(f"organization/email/{name}_subject.txt", context)
    body = render_to_string(f"organization/email/{name}_message.txt", context)
    outgoing.post(EmailMessage(" ".join(subject.split()), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to.email]))
