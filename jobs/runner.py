"""Running claimed jobs to whatever end, and saying so in their row."""

import random
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from jobs import claims, registry, slots
from jobs.doorbell import doorbell
from jobs.models import FINISHED, Job, Lane, State
from jobs.work import Cancelled, LostLease, Refused, RetryLater, Work, Yield

log = structlog.stdlib.get_logger(__name__)

RUN_SECONDS = 30.0
"""After this long a bell's run ends and rings anew, so that the other lane's bells get their turn."""

LONG_RUN_SECONDS = 200.0
"""The same for long jobs in a worker that has another process for short ones. Whatever process goes on with a job may
have to begin with what this one has at hand, as the rows that it read ahead. Celery ends a run after 270 seconds."""

LONGEST_DELAY = 600.0
"""The longest pause between two attempts, in seconds."""


def run_due(lane: Lane) -> int:
    """Claim and run due jobs of `lane` until there are none, its time has passed, or the worker stops.

    Returns how many ran. With the first job found it rings once more, so that a free process comes to help; that
    chain ends with the work.
    """
    ran = 0
    ends = time.monotonic() + (LONG_RUN_SECONDS if slots.short_ones_have_room(lane) else RUN_SECONDS)
    with slots.place(lane) as have_place:
        while have_place and not slots.stopping():
            job = claims.claim(lane)
            if job is None:
                break
            if not ran:
                doorbell.ring(lane)
            run(job)
            ran += 1
            if time.monotonic() >= ends:
                doorbell.ring(lane)
                break
    return ran


def run_here(job_id: UUID) -> Job:
    """Run one job in this process until it has finished, waiting while a worker holds it; return it fresh.

    For commands that do in the foreground what a page does in the background. Outside transactions only.
    """
    while True:
        job = claims.claim_one(job_id)
        if job is not None:
            run(job)
        current = Job.objects.get(pk=job_id)
        if current.state in FINISHED:
            return current
        if job is None:
            time.sleep(0.2)


def run(job: Job) -> None:
    """Run a job that `claims` returned and record how it ended. Raises only when that cannot be recorded."""
    work = Work(job)
    began = time.monotonic()
    outcome = _outcome(work)
    log.info(
        "job.ran",
        job=str(job.pk),
        kind=job.kind,
        outcome=outcome,
        attempt=job.attempts,
        seconds=round(time.monotonic() - began, 3),
    )


def _outcome(work: Work) -> str:
    """Call the handler; return in one word what came of it."""
    job = work.job
    try:
        handler = registry.find(job.kind)
    except registry.UnknownKind:
        # As during an upgrade, when an old worker meets a new kind of job: another worker may know it.
        return _again(work, _("This worker does not know this kind of job."), delay=_delay(job, 2.0))
    try:
        handler.function(work)
        if not work.finished:
            with work.finish():
                pass
    except Yield:
        # A slice that ended well is progress: attempts are counted anew.
        _leave(work, state=State.WAITING, run_after=Now(), attempts=0)
        return "yielded"
    except (LostLease, Cancelled) as stop:
        return "cancelled" if isinstance(stop, Cancelled) else "lost"
    except Refused as refusal:
        _leave(work, state=State.REFUSED, finished_at=Now(), error=str(refusal)[:500])
        return "refused"
    except RetryLater as later:
        return _again(work, str(later), delay=later.delay)
    except Exception as error:
        log.error("job.error", job=str(job.pk), kind=job.kind, exc_info=error)
        if isinstance(error, handler.retry_on):
            return _again(work, _failure_sentence(job, error), delay=_delay(job, handler.retry_delay))
        return _fail(work, _failure_sentence(job, error))
    return "done"


def _again(work: Work, sentence: str, *, delay: timedelta) -> str:
    """Let the job wait for another attempt, or park it when it had its last."""
    if work.job.attempts >= work.job.max_attempts:
        return _fail(work, sentence)
    _leave(work, state=State.WAITING, run_after=Now() + delay, error=sentence[:500])
    return "retry"


def _fail(work: Work, sentence: str) -> str:
    _leave(work, state=State.FAILED, finished_at=Now(), error=sentence[:500])
    return "failed"


def _leave(work: Work, **fields: Any) -> None:
    """Let go of the job: write `fields` unless somebody else has it or cancelled it meanwhile."""
    if not connection.in_atomic_block:
        close_old_connections()  # the handler's trouble may have been this very connection
    held = Job.objects.filter(pk=work.job.pk, fence=work.job.fence, state=State.RUNNING)
    held.update(fence=F("fence") + 1, **fields)


def _delay(job: Job, first: float) -> timedelta:
    """Return the pause before the next attempt: four times longer each time, spread by chance."""
    seconds = min(first * 4.0 ** max(0, job.attempts - 1), LONGEST_DELAY)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing


def _failure_sentence(job: Job, error: Exception) -> str:
    """Return what people are told: the kind of trouble, without its text, which may quote their data."""
    return _("It stopped at an unexpected error (%(error)s). The log says where, under job %(job)s.") % {
        "error": type(error).__name__,
        "job": job.pk,
    }
