"""The sweep: rings for due work whatever became of the bells, and keeps house. Any number may run at once."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs import claims, registry, services
from jobs.doorbell import doorbell
from jobs.models import INSTALLATION, Job, Lane, State

log = structlog.stdlib.get_logger(__name__)

KEEP = timedelta(days=30)
"""How long finished jobs are kept."""

BATCH = 1000
"""How many rows one sweep parks or deletes at most: it must stay short."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    rung: tuple[Lane, ...]
    parked: int
    deleted: int


def sweep() -> Swept:
    """Park jobs out of attempts, keep the schedule, delete old rows, and ring each lane with due work."""
    parked = _park_exhausted()
    _keep_schedule()
    deleted = _delete_old()
    claims.forget_turns()
    lanes = tuple(services.due_lanes())
    for lane in lanes:
        doorbell.ring(lane)
    return Swept(rung=lanes, parked=parked, deleted=deleted)


def _park_exhausted() -> int:
    """Park running jobs whose lease and attempts have both ended."""
    with transaction.atomic():
        gone = Job.objects.due().filter(state=State.RUNNING, attempts__gte=F("max_attempts"))
        jobs = list(gone.select_for_update(skip_locked=True).order_by("run_after", "id")[:BATCH])
        for job in jobs:
            claims.park(job)
    return len(jobs)


def _keep_schedule() -> None:
    """See that one job of each kind with a period waits or runs."""
    for kind, handler in registry.kinds().items():
        if handler.every is not None:
            with transaction.atomic():
                services.enqueue(
                    kind, organization_id=INSTALLATION, actor_id=None, payload={}, key=kind, run_after=handler.every
                )


def _delete_old() -> int:
    """Delete some of the jobs that finished 30 days ago or earlier."""
    with transaction.atomic():
        old = Job.objects.filter(finished_at__lt=Now() - KEEP).order_by("finished_at")
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Job.objects.filter(pk__in=ids).delete()
    return len(ids)
