"""Claiming: how a worker gets the right to a job, organizations taking turns."""

from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from jobs.models import Job, JobQuerySet, Lane, State
from jobs.work import lease_end

log = structlog.stdlib.get_logger(__name__)

MOST_TURNS = 50
"""How many organizations one claim looks at, in case others are just claiming from the first ones."""

# A loose index scan over jobs_turns: one probe an organization with unfinished work, however long its queue is.
# https://wiki.postgresql.org/wiki/Loose_indexscan
_NEXT_ORGANIZATIONS = """
WITH RECURSIVE busy AS (
    (SELECT organization_id FROM jobs_job
      WHERE lane = %(lane)s AND state IN ('waiting', 'running')
      ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT job.organization_id FROM jobs_job AS job
             WHERE job.lane = %(lane)s AND job.state IN ('waiting', 'running')
               AND job.organization_id > busy.organization_id
             ORDER BY job.organization_id LIMIT 1)
      FROM busy WHERE busy.organization_id IS NOT NULL
)
SELECT busy.organization_id
  FROM busy
  LEFT JOIN jobs_turn AS turn ON turn.lane = %(lane)s AND turn.organization_id = busy.organization_id
 WHERE EXISTS (SELECT FROM jobs_job AS job
                WHERE job.lane = %(lane)s AND job.state IN ('waiting', 'running')
                  AND job.organization_id = busy.organization_id AND job.run_after <= statement_timestamp())
 ORDER BY turn.claimed_at NULLS FIRST, busy.organization_id
 LIMIT %(most)s
"""

_TAKE_TURN = """
INSERT INTO jobs_turn (lane, organization_id, claimed_at) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (lane, organization_id) DO UPDATE SET claimed_at = excluded.claimed_at
"""


def claim(lane: Lane) -> Job | None:
    """Claim the next due job of `lane`: the oldest of the organization whose last turn is longest ago.

    Returns the job with its new fence, or None when nothing is due. Jobs whose last attempt never ended are parked
    on the way. Two workers never get the same job: rows are taken with SKIP LOCKED.
    """
    with connection.cursor() as sql:
        sql.execute(_NEXT_ORGANIZATIONS, {"lane": str(lane), "most": MOST_TURNS})
        organizations = [row[0] for row in sql.fetchall()]
    for organization_id in organizations:
        due = Job.objects.due().filter(lane=lane, organization_id=organization_id)
        job = _take(due)
        if job is not None:
            return job
    return None


def claim_one(job_id: UUID) -> Job | None:
    """Claim this job before its time; None while another holds it, it pauses after a failure, or it has finished."""
    untried = Job.objects.filter(pk=job_id, state=State.WAITING, attempts=0)
    return _take(untried | Job.objects.due().filter(pk=job_id))


def _take(candidates: JobQuerySet) -> Job | None:
    """Claim the first of `candidates` that still has an attempt left."""
    with transaction.atomic():
        while True:
            job = candidates.select_for_update(skip_locked=True).order_by("run_after", "id").first()
            if job is None:
                return None
            if job.attempts < job.max_attempts:
                break
            park(job)
        Job.objects.filter(pk=job.pk).update(
            state=State.RUNNING,
            attempts=F("attempts") + 1,
            fence=F("fence") + 1,
            run_after=lease_end(),
            started_at=Coalesce("started_at", Now()),
            error="",
        )
        with connection.cursor() as sql:
            sql.execute(_TAKE_TURN, [str(job.lane), job.organization_id])
    job.state = State.RUNNING
    job.attempts += 1
    job.fence += 1
    job.error = ""
    return job


def park(job: Job) -> None:
    """End a job whose last attempt never ended. The row is locked by the caller."""
    sentence = _("It stopped the worker at each of %(count)d attempts.") % {"count": job.attempts}
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, finished_at=Now(), fence=F("fence") + 1, error=sentence)
    log.error("job.parked", job=str(job.pk), kind=job.kind, attempts=job.attempts)


def forget_turns() -> None:
    """Delete turns of a day ago: no turn at all comes first as well."""
    with connection.cursor() as sql:
        sql.execute("DELETE FROM jobs_turn WHERE claimed_at < now() - interval '1 day'")
