"""The trash as people look into it: by the act that put things there, and only what they may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from books.models import ContactBook
from contacts.derived import NAME_PARTS
from contacts.listing import read_key, write_key
from contacts.models import Change, ChangeKind, ChangeSet, Contact
from contacts.services.housekeeping import KEEP_TRASH
from contacts.timeline import page_of
from organizations.models import Organization, User
from organizations.sharing import Level

#: Contacts on a page of one entry.
SHOWN: Final = 100
#: Acts older than this have nothing left in the trash; a long one may have begun some days before its end.
_REACH: Final = KEEP_TRASH + timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act that put something into the trash that is still there: its contacts by number, its deleted books."""

    act: ChangeSet
    contacts: int
    erased_at: datetime
    books: list[ContactBook] = field(default_factory=list)


def entries(user: User, organization: Organization, *, after: str | None = None) -> tuple[list[Entry], str | None]:
    """Return the entries that `user` can see, the newest acts first, and the key of the next page. Four queries."""
    by_act = deleted_books(user, organization)
    sets = ChangeSet.objects.filter(organization=organization, started_at__gt=Now() - _REACH)
    trashed = put_there(user).filter(change_set=OuterRef("pk"))
    found, following = page_of(sets.filter(Exists(trashed) | Q(pk__in=list(by_act))), after=after)
    return _entries(user, found, by_act), following


def entry(user: User, change_set_id: UUID) -> Entry | None:
    """Return one entry, None when nothing that `user` can see is left of it. Four queries."""
    act = ChangeSet.objects.filter(pk=change_set_id).select_related("organization").first()
    if act is None:
        return None
    by_act = deleted_books(user, act.organization)
    found = _entries(user, [act], by_act)
    return found[0] if found and (found[0].contacts or found[0].books) else None


def _entries(user: User, acts: list[ChangeSet], by_act: dict[UUID, list[ContactBook]]) -> list[Entry]:
    counted = (
        put_there(user)
        .filter(change_set__in=[act.pk for act in acts])
        .order_by()
        .values_list("change_set")
        .annotate(contacts=Count("pk"), latest=Max("contact__trashed_at"))
    )
    numbers = {act_id: (number, latest) for act_id, number, latest in counted}
    found = []
    for act in acts:
        number, latest = numbers.get(act.pk, (0, None))
        books = by_act.get(act.pk, [])
        at = latest or max((book.deleted_at for book in books if book.deleted_at), default=act.started_at)
        found.append(Entry(act, number, at + KEEP_TRASH, books))
    return found


def put_there(user: User) -> QuerySet[Change]:
    """Return the changes that put contacts into the trash where `user` can see them, of each the last alone."""
    later = Change.objects.filter(contact=OuterRef("contact"), kind=ChangeKind.TRASH, pk__gt=OuterRef("pk"))
    trashed = Contact.objects.trashed_for_user(user).values("pk")
    books = ContactBook.objects.for_user(user).values("pk")
    return Change.objects.filter(~Exists(later), kind=ChangeKind.TRASH, book__in=books, contact__in=trashed)


def deleted_books(user: User, organization: Organization) -> dict[UUID, list[ContactBook]]:
    """Return the deleted books that `user` may bring back, by the act that deleted each. Two queries."""
    books = ContactBook.objects.deleted_for_user(user).in_organization(organization).with_type().with_counts()
    by_id = {book.pk: book for book in books.order_by("name", "pk")}
    deletions = Change.objects.filter(kind=ChangeKind.BOOK_DELETE, book__in=list(by_id)).order_by("pk")
    last = dict(deletions.values_list("book", "change_set"))
    found: dict[UUID, list[ContactBook]] = {}
    for book_id, act_id in last.items():
        found.setdefault(act_id, []).append(by_id[book_id])
    return found


def contacts_of(
    user: User, act: ChangeSet, *, at_least: Level = Level.VIEW, chosen: list[UUID] | None = None
) -> QuerySet[Contact]:
    """Return the contacts of an entry that `user` may see, restore (EDIT) or erase (MANAGE); no query by itself.

    Whoever erases must both see the contacts and manage their book.
    """
    seen = Contact.objects.trashed_for_user(user, at_least=Level.EDIT if at_least is Level.EDIT else Level.VIEW)
    if at_least is Level.MANAGE:
        seen = seen.filter(book__in=ContactBook.objects.for_user(user, at_least=Level.MANAGE).values("pk"))
    if chosen is not None:
        seen = seen.filter(pk__in=chosen)
    return seen.filter(pk__in=put_there(user).filter(change_set=act).values("contact"))


def page_of_contacts(user: User, act: ChangeSet, *, after: str | None = None) -> tuple[list[Contact], str | None]:
    """Return contacts of an entry by name, after the key, and the key of the next page. One query."""
    found = contacts_of(user, act).select_related("book")
    if (key := read_key(after)) is not None:
        found = found.filter(Q(sort_family__gt=key[0]) | Q(sort_family=key[0], pk__gt=key[1]))
    columns = ("pk", "display_name", *NAME_PARTS, "second_line", "sort_family", "book__name", "trashed_at")
    rows = list(found.only(*columns).order_by("sort_family", "pk")[: SHOWN + 1])
    if len(rows) <= SHOWN:
        return rows, None
    return rows[:SHOWN], write_key(rows[SHOWN - 1].sort_family, rows[SHOWN - 1].pk)
