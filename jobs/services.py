"""What other apps call: enqueue, cancel, retry."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext as _

from jobs import registry
from jobs.doorbell import doorbell
from jobs.models import INSTALLATION, Job, Lane, State


class NotRetryable(Exception):
    """The job is not parked, or work with its key goes on already."""


def enqueue(
    kind: str,
    *,
    organization_id: UUID | None,
    actor_id: UUID | None,
    payload: Mapping[str, object],
    key: str | None = None,
    lane: str | None = None,
    run_after: timedelta | None = None,
) -> Job:
    """Write down a job in the caller's transaction, and ring once that has committed.

    `organization_id`: whose turn it takes; None for the installation's own work. `actor_id`: whose rights the handler
    checks when it runs; None for the installation. `payload`: ids and switches only, never contact data: it stays
    for 30 days. `key`: while a job of the same organization, kind and key is unfinished, that one is returned and
    nothing is written; it may be running already and past what was just changed. `lane`: the handler's, unless
    given. `run_after`: how long to wait, from now.

    Raises TransactionManagementError outside a transaction and `jobs.registry.UnknownKind`. One or two queries.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            f"enqueue({kind!r}) outside a transaction: the job and what it is about must commit together."
        )
    handler = registry.find(kind)
    job = Job(
        kind=kind,
        lane=Lane(lane) if lane else handler.lane,
        organization_id=organization_id or INSTALLATION,
        actor_id=actor_id,
        payload=dict(payload),
        key=key,
        max_attempts=handler.max_attempts,
    )
    if run_after:
        job.run_after = Now() + run_after
    if key is None:
        job.save(force_insert=True)
    else:
        standing = _insert_or_find(job)
        if standing is not None:
            return standing
    if not run_after:
        transaction.on_commit(partial(doorbell.ring, Lane(job.lane)))
    return job


def _insert_or_find(job: Job) -> Job | None:
    """Insert a job with a key; return the unfinished one that has it when there is one."""
    same = Job.objects.unfinished().filter(organization_id=job.organization_id, kind=job.kind, key=job.key)
    while True:
        standing = same.first()
        if standing is not None:
            return standing
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:
            continue  # another transaction was first and has committed: look again
        return None


def cancel(job_id: UUID) -> bool:
    """Cancel an unfinished job; return whether it was unfinished.

    Waits for a checkpoint under way (a second at most). Once this has committed, nothing that the job writes in
    checkpoints commits any more; what earlier ones wrote stays. Call it before locking what the job writes to.
    """
    return bool(
        Job.objects.unfinished()
        .filter(pk=job_id)
        .update(state=State.CANCELLED, finished_at=Now(), fence=F("fence") + 1)
    )


def retry(job_id: UUID) -> Job:
    """Give a parked job its attempts anew; it goes on at its cursor. Returns it.

    Raises `Job.DoesNotExist` and `NotRetryable` with a sentence.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state != State.FAILED:
            raise NotRetryable(
                _("This job is %(state)s; only a job that failed can be tried again.")
                % {"state": State(job.state).label}
            )
        again = {"state": State.WAITING, "attempts": 0, "finished_at": None, "error": "", "run_after": Now()}
        try:
            with transaction.atomic():
                Job.objects.filter(pk=job_id).update(**again)
        except IntegrityError:
            raise NotRetryable(_("The same work was started anew meanwhile; wait for that.")) from None
        transaction.on_commit(partial(doorbell.ring, Lane(job.lane)))
        job.refresh_from_db()
    return job


def due_lanes() -> list[Lane]:
    """Return the lanes in which work is due. One query a lane, each one index probe."""
    return [lane for lane in Lane if Job.objects.due().filter(lane=lane).order_by("run_after").exists()]
