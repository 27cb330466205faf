"""The trash as people look into it: by the act that put things there, and only what they may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from books.models import ContactBook
from contacts.derived import NAME_PARTS
from contacts.listing import read_key, write_key
from contacts.models import Change, ChangeKind, ChangeSet, Contact
from contacts.models.changes import in_books
from contacts.services.housekeeping import KEEP_TRASH
from contacts.timeline import page_of
from organizations.models import Organization, User
from organizations.sharing import Level

#: Contacts on a page of one entry.
SHOWN: Final = 100
#: Contacts of one entry that are counted; more are said to be more.
COUNTED: Final = 1_000
#: Acts older than this have nothing left in the trash; a long one may have begun some days before its end.
_REACH: Final = KEEP_TRASH + timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act that put something into the trash that is still there: its contacts by number, its deleted books.

    At most `COUNTED` contacts are counted; `is_cut` says that there are more.
    """

    act: ChangeSet
    contacts: int
    erased_at: datetime
    is_cut: bool = False
    books: list[ContactBook] = field(default_factory=list)


def entries(user: User, organization: Organization, *, after: str | None = None) -> tuple[list[Entry], str | None]:
    """Return the entries that `user` can see, the newest acts first, and the key of the next page. Five queries."""
    by_act = deleted_books(user, organization)
    sets = ChangeSet.objects.filter(organization=organization, started_at__gt=Now() - _REACH)
    # Each act is asked for one contact of its own: with EXISTS all that is in anybody's trash would be read.
    one = put_there(user).filter(change_set=OuterRef("pk")).order_by("book_id").values("pk")[:1]
    sets = sets.alias(contact_there=Subquery(one)).filter(Q(contact_there__isnull=False) | Q(pk__in=list(by_act)))
    found, following = page_of(sets, after=after)
    return _entries(user, found, by_act), following


def entry(user: User, change_set_id: UUID) -> Entry | None:
    """Return one entry, None when nothing that `user` can see is left of it. Five queries."""
    act = ChangeSet.objects.filter(pk=change_set_id).select_related("organization").first()
    if act is None:
        return None
    by_act = deleted_books(user, act.organization)
    found = _entries(user, [act], by_act)
    return found[0] if found and (found[0].contacts or found[0].books) else None


def _entries(user: User, acts: list[ChangeSet], by_act: dict[UUID, list[ContactBook]]) -> list[Entry]:
    numbers = _numbers(user, acts)
    found = []
    for act in acts:
        number, latest = numbers.get(act.pk, (0, None))
        books = by_act.get(act.pk, [])
        at = latest or max((book.deleted_at for book in books if book.deleted_at), default=act.started_at)
        found.append(Entry(act, min(number, COUNTED), at + KEEP_TRASH, number > COUNTED, books))
    return found


def _numbers(user: User, acts: list[ChangeSet]) -> dict[UUID, tuple[int, datetime]]:
    """Return how many contacts of each act `user` sees in the trash, and the last time one of them came there.

    At most one more than `COUNTED` of each are looked at: the rule of `put_there`, act by act. Two queries.
    """
    readable = list(ContactBook.objects.for_user(user).order_by("pk").values_list("pk", flat=True))
    if not acts or not readable:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT act.id, count(*), max(seen.trashed_at)
              FROM unnest(%(acts)s::uuid[]) AS act(id), LATERAL (
                   SELECT contact.trashed_at
                     FROM contacts_change change
                     JOIN contacts_contact contact ON contact.id = change.contact_id
                    WHERE change.change_set_id = act.id AND change.kind = 'trash'
                      AND change.book_id = ANY(%(books)s::uuid[]) AND contact.book_id = ANY(%(books)s::uuid[])
                      AND contact.trashed_at IS NOT NULL
                      AND (SELECT later.id FROM contacts_change later
                            WHERE later.contact_id = change.contact_id AND later.kind = 'trash' AND later.id > change.id
                            LIMIT 1) IS NULL
                    LIMIT %(most)s
                   ) AS seen
             GROUP BY act.id
            """,
            {"acts": [act.pk for act in acts], "books": readable, "most": COUNTED + 1},
        )
        return {act_id: (number, latest) for act_id, number, latest in cursor.fetchall()}


def put_there(user: User) -> QuerySet[Change]:
    """Return the changes that put contacts into the trash where `user` can see them, of each the last alone."""
    if not user.is_active:
        return Change.objects.none()
    later = Change.objects.filter(contact=OuterRef("contact"), kind=ChangeKind.TRASH, pk__gt=OuterRef("pk"))
    books = ContactBook.objects.for_user(user)
    return Change.objects.alias(later=Subquery(later.order_by("pk").values("pk")[:1])).filter(
        in_books("book_id", books),
        in_books("contact__book_id", books),
        kind=ChangeKind.TRASH,
        contact__trashed_at__isnull=False,
        later__isnull=True,
    )


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


def any_contacts_of(user: User, act: ChangeSet, *, at_least: Level) -> bool:
    """Say whether `contacts_of` has any, without looking through all. One query."""
    books = ContactBook.objects.for_user(user, at_least=at_least)
    return put_there(user).filter(in_books("contact__book_id", books), change_set=act).exists()


def page_of_contacts(
    user: User, act: ChangeSet, *, by_name: bool = True, after: str | None = None
) -> tuple[list[Contact], str | None]:
    """Return contacts of an entry, after the key, and the key of the next page. One query.

    Sorting by name reads the whole entry. An entry of very many is better shown book by book, in the order in which
    the contacts came there: an index has it.
    """
    if not by_name:
        return _page_by_book(user, act, after)
    found = contacts_of(user, act).select_related("book")
    if (key := read_key(after)) is not None:
        found = found.filter(Q(sort_family__gt=key[0]) | Q(sort_family=key[0], pk__gt=key[1]))
    columns = ("pk", "display_name", *NAME_PARTS, "second_line", "sort_family", "book__name", "trashed_at")
    rows = list(found.only(*columns).order_by("sort_family", "pk")[: SHOWN + 1])
    if len(rows) <= SHOWN:
        return rows, None
    return rows[:SHOWN], write_key(rows[SHOWN - 1].sort_family, rows[SHOWN - 1].pk)


def _page_by_book(user: User, act: ChangeSet, after: str | None) -> tuple[list[Contact], str | None]:
    found = put_there(user).filter(change_set=act).select_related("contact__book")
    key = read_key(after)
    if key is not None and (book_id := _uuid(key[0])) is not None:
        found = found.filter(Q(book__gt=book_id) | Q(book=book_id, contact__gt=key[1]))
    rows = list(found.order_by("book_id", "contact_id")[: SHOWN + 1])
    contacts = [row.contact for row in rows[:SHOWN] if row.contact is not None]
    if len(rows) <= SHOWN:
        return contacts, None
    last = rows[SHOWN - 1]
    return contacts, write_key(str(last.book_id), contacts[-1].pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
