"""Acts as people look them up: newest first, each with what it did as far as one person can see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books.models import ContactBook
from contacts.derived import NAME_PARTS
from contacts.listing import read_key, write_key
from contacts.models import ChangeKind, ChangeSet, Contact
from contacts.restored import restored_in_words
from organizations.models import User
from organizations.sharing import Level

PAGE: Final = 30
#: Changes of one act that are counted; more are said to be more.
COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What an act did, in words, counted over the changes that a person can see.

    `contact_name` is that of the only contact concerned, if there is one; `contact_id` its id while it lives.
    """

    what: str
    contact_id: UUID | None = None
    contact_name: str = ""


def page_of(sets: QuerySet[ChangeSet], *, after: str | None, limit: int = PAGE) -> tuple[list[ChangeSet], str | None]:
    """Return the change-sets after the key, newest first, and the key of the next page. One query."""
    if (place := _place(after)) is not None:
        at, change_set_id = place
        sets = sets.filter(Q(started_at__lt=at) | Q(started_at=at, pk__gt=change_set_id))
    found = list(sets.order_by("-started_at", "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], write_key(last.started_at.isoformat(), last.pk)


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key = read_key(after)
    if key is None:
        return None
    try:
        at = datetime.fromisoformat(key[0])
        # PostgreSQL knows no zone as far from UTC as Python does: "+23:59".
        return (at.astimezone(UTC), key[1]) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def summaries(user: User, change_sets: Sequence[ChangeSet]) -> dict[UUID, Summary]:
    """Return what each act did as far as `user` can see it: the rule of `ChangeQuerySet.for_user`, counted.

    At most `COUNTED` changes of each are looked at. Seven queries whatever the number of acts.
    """
    if not change_sets:
        return {}
    readable = list(ContactBook.objects.for_user(user).values_list("pk", flat=True))
    managed = ContactBook.objects.for_user(user, at_least=Level.MANAGE).values_list("pk", flat=True)
    deleted = ContactBook.objects.deleted_for_user(user).values_list("pk", flat=True)
    whole = list({*readable, *managed, *deleted})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT act.id, seen.kind, count(*), count(DISTINCT seen.contact_id), any_value(seen.contact_id),
                   CASE WHEN seen.kind = 'move' AND count(DISTINCT seen.book_id) > 1 THEN NULL
                   ELSE any_value(seen.book_id) FILTER (WHERE seen.contact_id IS NULL OR seen.kind = 'move') END
              FROM unnest(%(sets)s::uuid[]) AS act(id), LATERAL (
                   SELECT change.kind, change.contact_id, change.book_id
                     FROM contacts_change change
                     LEFT JOIN contacts_contact contact ON contact.id = change.contact_id
                    WHERE change.change_set_id = act.id AND change.book_id = ANY(%(whole)s::uuid[])
                      AND CASE WHEN change.contact_id IS NULL THEN change.book_id = ANY(%(whole)s::uuid[])
                          ELSE change.book_id = ANY(%(books)s::uuid[]) AND contact.book_id = ANY(%(books)s::uuid[]) END
                    LIMIT %(most)s
                   ) AS seen
             GROUP BY act.id, seen.kind
            """,
            {"sets": [each.pk for each in change_sets], "books": readable, "whole": whole, "most": COUNTED},
        )
        rows = cursor.fetchall()
    by_act: dict[UUID, list[tuple[str, int, int, UUID | None, UUID | None]]] = {}
    for act_id, *row in rows:
        by_act.setdefault(act_id, []).append(tuple(row))
    single = {act_id: _only(found) for act_id, found in by_act.items()}
    wanted = {pk for pk in single.values() if pk}
    columns = ("display_name", *NAME_PARTS)
    living = Contact.objects.for_user(user).filter(pk__in=wanted).only(*columns).in_bulk()
    trashed = Contact.objects.trashed_for_user(user).filter(pk__in=wanted).only(*columns).in_bulk()
    names = {pk: contact.name_for(user) for pk, contact in (living | trashed).items()}
    book_ids = {book_id for found in by_act.values() for *_row, book_id in found if book_id}
    visible = ContactBook._base_manager.filter(pk__in=book_ids & set(whole)).values_list("pk", "name")
    books = dict(visible) if book_ids else {}
    restored = {act.pk: words for act in change_sets if (words := restored_in_words(act))}
    told = {}
    for act_id, found in by_act.items():
        only = single[act_id]
        contact_id = only if only in living else None
        what = restored.get(act_id) or _in_words(found, books)
        told[act_id] = Summary(what, contact_id, names.get(only, "") if only else "")
    return told


def _only(found: Collection[tuple[str, int, int, UUID | None, UUID | None]]) -> UUID | None:
    """Return the only contact that an act concerned, None when there are none or several."""
    contacts = {(number, contact_id) for _kind, _count, number, contact_id, _book in found if number}
    [first, *others] = contacts or {(0, None)}
    return first[1] if first[0] == 1 and not others else None


def _in_words(found: Collection[tuple[str, int, int, UUID | None, UUID | None]], books: dict[UUID, str]) -> str:
    """Return one sentence part for each kind of change, in the order of `ChangeKind`."""
    by_kind = {kind: (number, book_id) for kind, _count, number, _contact, book_id in found}
    is_cut = sum(count for _kind, count, *_rest in found) >= COUNTED
    parts = []
    for kind in ChangeKind:
        if kind not in by_kind:
            continue
        number, book_id = by_kind[kind]
        if kind == ChangeKind.MOVE:
            parts.append(_of_moves(number, books.get(book_id, "") if book_id else ""))
        elif book_id is not None:
            parts.append(_of_book(kind, books.get(book_id, "")))
        else:
            parts.append(_of_contacts(kind, number))
    sentence = ", ".join(parts)
    return _("%(what)s, and more") % {"what": sentence} if is_cut else sentence


def _of_book(kind: ChangeKind, name: str) -> str:
    words = {
        ChangeKind.BOOK_EDIT: _("changed the contact book %(book)s"),
        ChangeKind.BOOK_DELETE: _("deleted the contact book %(book)s"),
        ChangeKind.BOOK_RESTORE: _("restored the contact book %(book)s"),
    }
    return words[kind] % {"book": name}


def _of_contacts(kind: ChangeKind, number: int) -> str:
    words = {
        ChangeKind.CREATE: ngettext("created %(count)s contact", "created %(count)s contacts", number),
        ChangeKind.UPDATE: ngettext("changed %(count)s contact", "changed %(count)s contacts", number),
        ChangeKind.TRASH: ngettext("deleted %(count)s contact", "deleted %(count)s contacts", number),
        ChangeKind.RESTORE: ngettext("restored %(count)s contact", "restored %(count)s contacts", number),
    }
    return words[kind] % {"count": _grouped(number)}


def _of_moves(number: int, book: str) -> str:
    """Say where they were moved to, when it is one book."""
    if not book:
        return ngettext("moved %(count)s contact", "moved %(count)s contacts", number) % {"count": _grouped(number)}
    words = ngettext("moved %(count)s contact to %(book)s", "moved %(count)s contacts to %(book)s", number)
    return words % {"count": _grouped(number), "book": book}


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
