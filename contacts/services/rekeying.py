"""Another region for an organization, and the job that reads its phone numbers anew.

Search text, tokens and handles of a contact follow from its document and the region that its row names. Once the
organization has another region, the contacts that name an old one are a shrinking set: whatever is written from then
on names the new one (`contacts.services.regions`), and the job brings the rest over, batch by batch. It needs no mark
of progress to be right, and may be killed, started twice or overtaken by a further change anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from contacts.derived import derive
from contacts.models import Contact
from contacts.services import regions, rows
from contacts.services.errors import Busy
from contacts.services.rows import Stored
from jobs.models import Job
from jobs.services import cancel, enqueue
from jobs.work import Work
from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, User
from organizations.permissions import ADMINISTRATORS, require_role
from organizations.regions import clean_region

KIND: Final = "contacts.rekey"

#: Contacts read anew in one transaction: well under a second of work, and of waiting for whoever changes one of them.
BATCH: Final = 250
#: How long a change of the region waits for writers, and a batch for a contact that somebody holds.
PATIENCE: Final = "5s"
#: Contacts are counted up to here while a person waits.
COUNTED: Final = 10_000


def change_region(*, by: User | None, organization: Organization, region: str) -> Job | None:
    """Give an organization another region, and have its phone numbers read anew by a job, which is returned.

    The region it has already changes nothing, but starts the job if contacts stand in another region and none works
    on them; None when there is nothing to do. Owners and admins; `by` None is the operator. Waits for the batches of
    others who write contacts, a second each. Raises `ValidationError`, `NotVisible`, `PermissionDenied` and `Busy`.
    """
    region = clean_region(region)
    with _busy_when_held(), transaction.atomic():
        held = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        require_role(by, held, *ADMINISTRATORS, lock=False)
        if held.region == region:
            require_role(by, held, *ADMINISTRATORS)
            return _enqueue(held) if stale(held) else None
        # Jobs lock their own row first, and so do we: one that worked towards the old region stops here.
        running = Job.objects.unfinished().for_kind(KIND).for_organization(held.pk).order_by("pk")
        for job_id in running.values_list("pk", flat=True):
            cancel(job_id)
        regions.hold_alone(held.pk, patience=PATIENCE)
        # Last: whoever writes contacts may wait for a book that somebody shares, who holds their membership.
        require_role(by, held, *ADMINISTRATORS)
        before, held.region = held.region, region
        held.save(update_fields=["region"])
        audit.write(
            Action.ORGANIZATION_CHANGED,
            by=by,
            organization=held,
            target=held,
            detail={"region": {"before": before, "after": region}},
        )
        return _enqueue(held)


@contextmanager
def _busy_when_held() -> Iterator[None]:
    """Raise `Busy` where a lock was not to be had in time."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(_("Contacts are being written right now. Try again in a moment.")) from error
        raise


def stale(organization: Organization) -> bool:
    """Return whether some contact's phones were read in another region than the organization's. One query."""
    return bool(_stale_ids(organization.pk, organization.region, most=1))


def job_of(organization: Organization) -> Job | None:
    """Return the last job that read the organization's phones anew, None without one. One query."""
    jobs = Job.objects.for_kind(KIND).for_organization(organization.pk)
    return jobs.order_by("-created_at", "pk").first()


def count_dependent(user: User, organization: Organization) -> int:
    """Return how many contacts that `user` can see would be read anew in another region. One query.

    Counted up to `COUNTED` and one more. Those of books that they cannot see are read anew as well, unmentioned.
    """
    visible = Contact.objects.for_user(user).filter(organization=organization)
    dependent = visible.exclude(derived_region="").order_by("derived_region", "pk")
    return dependent.values("pk")[: COUNTED + 1].count()


def run(work: Work) -> None:
    """Read phones anew until no contact names another region than the organization's."""
    organization_id = work.job.organization_id
    if not Organization.objects.filter(pk=organization_id).exists():
        return
    place: dict[str, Any] = work.cursor or {"region": "", "after": str(UUID(int=0)), "done": 0}
    total = work.job.total
    if total is None:
        with work.checkpoint() as step:
            total = step.total = _count_stale(organization_id)
    looking = True
    while looking:
        with _busy_when_held(), work.checkpoint() as step:
            looking, place = rekey_batch(organization_id, place)
            step.cursor, step.done = place, min(total, place["done"])
        work.give_way()
    with work.finish(done=total):
        pass


def rekey_batch(organization_id: UUID, place: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Read the phones of the next contacts behind `place` anew; call it in a transaction.

    Returns whether there may be more, and the new place (`region` and `after`, the key in the index of regions, and
    how many are `done`). Locks the contacts in the order of their ids, before that their books against being erased.
    """
    regions.hold(organization_id, patience=PATIENCE)
    region = regions.in_force(organization_id)
    found = _stale_ids(organization_id, region, most=BATCH, after=(place["region"], UUID(place["after"])))
    if not found:
        return False, place
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM books_contactbook WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            [sorted({book_id for _region, _id, book_id in found})],
        )
        books = {row[0] for row in cursor.fetchall()}
    # One that was written since, moved or deleted, was read in the region in force then, or has no rows to read anew.
    contacts = list(
        Contact.objects.filter(
            pk__in=[contact_id for _region, contact_id, _book in found], book__in=books, trashed_at__isnull=True
        )
        .exclude(derived_region__in=["", region])
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    _rekey(organization_id, contacts, region)
    last_region, last_id, _book_id = found[-1]
    return True, {"region": last_region, "after": str(last_id), "done": place["done"] + len(found)}


def _rekey(organization_id: UUID, contacts: Sequence[Contact], region: str) -> None:
    """Bring the index rows of locked contacts from the region that each names to `region`."""
    documents = rows.documents_of(contacts)
    batch = [
        (
            Stored(contact.pk, contact.book_id, document, derive(document, contact.derived_region)),
            Stored(contact.pk, contact.book_id, document, derive(document, region)),
        )
        for contact in contacts
        for document in [documents[contact.pk]]
    ]
    rows.replace_index(organization_id, batch)
    rows.set_regions([new for _old, new in batch])


def _enqueue(organization: Organization) -> Job:
    """Write down the job. It is the installation's: what it brings in order stays so when the person leaves."""
    return enqueue(KIND, organization_id=organization.pk, actor_id=None, payload={}, key=str(organization.pk))


def _stale_ids(
    organization_id: UUID, region: str, *, most: int, after: tuple[str, UUID] = ("", UUID(int=0))
) -> list[tuple[str, UUID, UUID]]:
    """Return (region, id, book) of living contacts that name another region than `region`, behind a key. One query.

    Two ranges of the index of regions, so that the many that name `region` already are never stepped over.
    """
    part = """
        (SELECT derived_region, id, book_id FROM contacts_contact
          WHERE organization_id = %s AND trashed_at IS NULL AND derived_region <> ''
            AND derived_region {} %s AND (derived_region, id) > (%s, %s)
          ORDER BY derived_region, id LIMIT %s)"""
    values: list[Any] = [organization_id, region, *after, most]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{part.format('<')} UNION ALL {part.format('>')} ORDER BY derived_region, id LIMIT %s",
            [*values, *values, most],
        )
        return list(cursor.fetchall())


def _count_stale(organization_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM contacts_contact AS contact JOIN organizations_organization AS organization"
            " ON organization.id = contact.organization_id"
            " WHERE contact.organization_id = %s AND contact.trashed_at IS NULL"
            " AND contact.derived_region <> '' AND contact.derived_region <> organization.region",
            [organization_id],
        )
        return int(cursor.fetchone()[0])
