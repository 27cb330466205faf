"""What people do with the trash: take things out of it again, or delete them for good. Long work is a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books.models import ContactBook
from contacts.models import ChangeSet, Contact, Source
from contacts.services.acts import act, begin, finish
from contacts.services.books import restore_book
from contacts.services.contacts import restore_contacts
from contacts.services.errors import NotAllowed, NotVisible
from contacts.services.holding import hold_contacts
from contacts.services.housekeeping import BATCH, erase_book_batch, erase_contacts
from contacts.trash import contacts_of, deleted_books
from jobs.models import INSTALLATION, Job
from jobs.services import enqueue
from jobs.work import Refused, Work
from organizations import audit
from organizations.audit import Action
from organizations.models import User
from organizations.sharing import Level

KIND: Final = "contacts.trash"

#: Contacts that are restored or erased while the person waits.
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: how many contacts so far, the change-set of a restoring, the job that does the rest."""

    contacts: int
    change_set: ChangeSet | None = None
    job: Job | None = None


def restore_entry(*, by: User, entry: ChangeSet, chosen: Sequence[UUID] | None = None) -> Done:
    """Take out of the trash what the act `entry` put there: all that `by` may edit, or the `chosen` contacts.

    Its deleted books come back whole, with their shares. At once when it is little, else by a job. Raises
    `NotVisible` when nothing of it, or not all that was chosen, is there for `by`, `NotAllowed` when they may only
    view it, and `Busy`.
    """
    if chosen is not None:
        ids = _required(by, entry, chosen, Level.EDIT)
        return Done(len(ids), restore_contacts(by=by, contacts=ids))
    with transaction.atomic():
        if (job := _under_way(entry)) is not None:
            return Done(0, job=job)
        last = None
        for book in deleted_books(by, entry.organization).get(entry.pk, []):
            last = restore_book(by=by, book=book)
        ids = _ids(contacts_of(by, entry, at_least=Level.EDIT), AT_ONCE + 1)
        if not ids:
            if last is None:
                _refuse(by, entry)
            return Done(0, last)
        if len(ids) <= AT_ONCE:
            return Done(len(ids), restore_contacts(by=by, contacts=ids))
        total = contacts_of(by, entry, at_least=Level.EDIT).count()
        label = ngettext("Restore %(count)d contact", "Restore %(count)d contacts", total) % {"count": total}
        into = begin(by=by, organization=entry.organization, source=Source.FORM, label=label)
        return Done(0, into, _enqueue(by, entry, verb="restore", total=total, key=into.pk, into=str(into.pk)))


def erase_entry(*, by: User, entry: ChangeSet, chosen: Sequence[UUID] | None = None) -> Done:
    """Delete for good what the act `entry` put into the trash: all that `by` manages, or the `chosen` contacts.

    Rows, handles, history, pictures and old values go at once; nobody can bring them back. At once when it is
    little, else by a job. An audit line says how many. Raises like `restore_entry`; needs *manage* on the books.
    """
    with transaction.atomic():
        if chosen is None and (job := _under_way(entry)) is not None:
            return Done(0, job=job)
        books = deleted_books(by, entry.organization).get(entry.pk, []) if chosen is None else []
        if chosen is not None:
            ids = _required(by, entry, chosen, Level.MANAGE)
        else:
            ids = _ids(contacts_of(by, entry, at_least=Level.MANAGE), AT_ONCE + 1)
        if not ids and not books:
            _refuse(by, entry)
        for book in books:
            audit.write(
                Action.BOOK_ERASED,
                by=by,
                organization=entry.organization,
                target=book,
                detail={"contacts": book.contact_count},
            )
        total = len(ids) if len(ids) <= AT_ONCE else contacts_of(by, entry, at_least=Level.MANAGE).count()
        if ids:
            detail = {"contacts": total, "change_set": str(entry.pk)}
            audit.write(Action.CONTACTS_ERASED, by=by, organization=entry.organization, detail=detail)
        inside = sum(book.contact_count for book in books)
        if chosen is None and total + inside > AT_ONCE:
            names = [str(book.pk) for book in books]
            return Done(0, job=_enqueue(by, entry, verb="erase", total=total + inside, key=entry.pk, books=names))
        _erase(by, entry, ids)
        for book in books:
            while _erase_book(by, book.pk):
                pass
    return Done(total + inside)


def job_of(entry: ChangeSet) -> Job | None:
    """Return the last job that restored or erased an entry, None without one. One query."""
    jobs = Job.objects.for_kind(KIND).for_organization(entry.organization_id)
    return jobs.filter(payload__entry=str(entry.pk)).order_by("-created_at", "pk").first()


def run(work: Work) -> None:
    """Restore or erase an entry batch by batch; what is done is gone from the entry, so that it goes on by itself."""
    entry = ChangeSet.objects.filter(pk=work.payload["entry"]).select_related("organization").first()
    if entry is None:
        return
    verb, total = work.payload["verb"], work.payload["total"]
    into = ChangeSet.objects.filter(pk=work.payload["into"]).first() if verb == "restore" else None
    by = User.objects.filter(pk=work.job.actor_id or INSTALLATION, is_active=True).first()
    if by is None:
        _refuse_closed(work, into)
    books = [UUID(book_id) for book_id in work.payload.get("books", [])]
    went = 1
    while went:
        with work.checkpoint(total=total) as step:
            by.refresh_from_db(fields=["is_active"])  # whose account is closed by now does nothing more
            went = _batch(by, entry, into, books)
            step.done = min(total, work.job.done + went)
        if not by.is_active:
            _refuse_closed(work, into)
        work.give_way()
    with work.finish(done=total):
        if into is not None:
            finish(into)


def _refuse_closed(work: Work, into: ChangeSet | None) -> NoReturn:
    """End the work of somebody whose account is closed: what it did stays, and is said."""
    with work.checkpoint():
        if into is not None:
            finish(into)
    raise Refused(_("The account of the person who asked for this is closed."))


def _batch(by: User, entry: ChangeSet, into: ChangeSet | None, books: Sequence[UUID]) -> int:
    """Do the next batch and return how many rows it took; 0 at the end. Rights are read anew."""
    if into is not None:
        ids = _ids(contacts_of(by, entry, at_least=Level.EDIT), BATCH)
        if ids:
            with act(by=by, change_set=into) as writing:
                writing.restore(hold_contacts(by, ids, trashed=True))
        return len(ids)
    ids = _ids(contacts_of(by, entry, at_least=Level.MANAGE), BATCH)
    if ids:
        _erase(by, entry, ids)
        return len(ids)
    return next((went for book_id in books if (went := _erase_book(by, book_id))), 0)


def _erase(by: User, entry: ChangeSet, ids: Sequence[UUID]) -> None:
    """Erase contacts once they are locked, those that somebody restored meanwhile excepted."""
    locked = Contact._base_manager.filter(pk__in=ids, trashed_at__isnull=False).order_by("pk")
    still = list(locked.select_for_update(of=("self",)).values_list("pk", flat=True))
    allowed = contacts_of(by, entry, at_least=Level.MANAGE, chosen=still)
    erase_contacts(sorted(allowed.values_list("pk", flat=True)))


def _erase_book(by: User, book_id: UUID) -> int:
    """Erase the next batch of a deleted book if `by` still manages it; return how many rows went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM books_contactbook WHERE id = %s FOR UPDATE", [book_id])
    book = ContactBook.objects.deleted_for_user(by).filter(pk=book_id).first()
    return erase_book_batch(book) if book is not None else 0


def _required(by: User, entry: ChangeSet, chosen: Sequence[UUID], level: Level) -> list[UUID]:
    """Return the chosen ids, sorted; raise unless all are in the entry for `by`, at `level`."""
    wanted = set(chosen)
    if not wanted or contacts_of(by, entry, chosen=list(wanted)).count() < len(wanted):
        raise NotVisible
    if contacts_of(by, entry, at_least=level, chosen=list(wanted)).count() < len(wanted):
        raise NotAllowed(_("You may see these contacts, but not do this with them."))
    return sorted(wanted)


def _refuse(by: User, entry: ChangeSet) -> None:
    """Raise what fits when nothing of an entry may be touched."""
    if contacts_of(by, entry).exists():
        raise NotAllowed(_("You may see these contacts, but not do this with them."))
    raise NotVisible


def _ids(contacts: QuerySet[Contact], most: int) -> list[UUID]:
    return list(contacts.order_by("pk").values_list("pk", flat=True)[:most])


def _under_way(entry: ChangeSet) -> Job | None:
    """Return the unfinished job of an entry; whoever asks second waits here for the first."""
    list(ChangeSet.objects.filter(pk=entry.pk).select_for_update(no_key=True).values_list("pk"))
    jobs = Job.objects.unfinished().for_kind(KIND).for_organization(entry.organization_id)
    return jobs.filter(payload__entry=str(entry.pk)).order_by("pk").first()


def _enqueue(by: User, entry: ChangeSet, *, verb: str, total: int, key: UUID, **more: object) -> Job:
    return enqueue(
        KIND,
        organization_id=entry.organization_id,
        actor_id=by.pk,
        payload={"entry": str(entry.pk), "verb": verb, "total": total, **more},
        key=str(key),
    )
