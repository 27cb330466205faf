"""What a handler holds while it works: payload, cursor, checkpoints under the fence, and the ways to stop."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from jobs import slots
from jobs.models import Job, State

SLICE_SECONDS = 10.0
"""After this long a long job lets the next one have the slot."""

IDLE_SECONDS = 60
"""A checkpoint in which the handler asks the database nothing for this long is ended by the server: its locks
would hold up people."""


class Refused(Exception):
    """The job may or can not be done, now or later; the sentence is shown to people. It is not tried again."""


class RetryLater(Exception):
    """Try again after `delay`, as when a remote service names a time; counts as an attempt."""

    def __init__(self, sentence: str, *, delay: timedelta) -> None:
        """Take the sentence to show meanwhile and the time to wait."""
        super().__init__(sentence)
        self.delay = delay


class Stop(BaseException):
    """The handler has to return now. Not an `Exception`, so that `except Exception` does not swallow it."""


class LostLease(Stop):
    """Another worker has the job: what was written in this checkpoint was rolled back."""


class Cancelled(Stop):
    """Somebody cancelled the job: what was written in this checkpoint was rolled back."""


class Yield(Stop):
    """The handler gives way; it is called again later with the cursor of its last checkpoint."""


@dataclass(slots=True)
class Step:
    """What a checkpoint saves at its end; may be filled inside it. None leaves a field as it was."""

    cursor: Any = None
    done: int | None = None
    total: int | None = None
    text: str | None = None


class Work:
    """One run of one claimed job."""

    def __init__(self, job: Job) -> None:
        """Take a job as `jobs.claims` returned it: its fence is the right to write."""
        self.job = job
        self.finished = False
        self._slice_ends = time.monotonic() + SLICE_SECONDS

    @property
    def payload(self) -> dict[str, Any]:
        """Return what `enqueue` was given; UUIDs and times come back as text."""
        payload: dict[str, Any] = self.job.payload
        return payload

    @property
    def cursor(self) -> Any:
        """Return what the last checkpoint that committed saved, None at the beginning."""
        return self.job.cursor

    @contextmanager
    def checkpoint(
        self,
        cursor: Any = None,
        *,
        done: int | None = None,
        total: int | None = None,
        text: str | None = None,
        redoable: bool = False,
    ) -> Iterator[Step]:
        """Do a part of the work: one transaction holding the handler's writes and this job's new cursor.

        The job row is locked first and the lease renewed at the end, so the part happens once or not at all, and a
        cancel waits for it. `done` and `total` are absolute, in the handler's unit. Fields that are known only
        after the work can be set on the `Step` yielded. Keep a part under a second. Raises `LostLease` or
        `Cancelled` before anything is written; raises RuntimeError inside a transaction.

        A `redoable` part, one that has no effect outside of the database, is not waited for until it is on disk
        (ADR 23): if the machine fails within the next moment, the part and the new cursor are lost together, and the
        part is done again.
        """
        step = Step(cursor, done, total, text)
        with transaction.atomic(durable=True):
            self._hold()
            if redoable:
                with connection.cursor() as sql:
                    sql.execute("SET LOCAL synchronous_commit = off")
            yield step
            self._save(step, run_after=lease_end())
        self._keep(step)

    @contextmanager
    def finish(self, *, done: int | None = None, total: int | None = None, text: str | None = None) -> Iterator[Step]:
        """Like `checkpoint`, and the job is done with it: for an effect that must come with the end."""
        step = Step(None, done, total, text)
        with transaction.atomic(durable=True):
            self._hold()
            yield step
            self._save(step, state=State.DONE, finished_at=Now(), error="")
        self._keep(step)
        self.finished = True
        self.job.state = State.DONE

    def should_yield(self) -> bool:
        """Say whether others should have their turn: ten seconds have passed, or the worker is asked to stop."""
        return slots.stopping() or time.monotonic() >= self._slice_ends

    def give_way(self) -> None:
        """Raise `Yield` when `should_yield()`; call it between checkpoints."""
        if self.should_yield():
            raise Yield

    def _hold(self) -> None:
        """Lock the job row and see that it is still ours."""
        with connection.cursor() as sql:
            sql.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [f"{IDLE_SECONDS}s"])
        row = Job.objects.select_for_update().filter(pk=self.job.pk).values_list("state", "fence").first()
        if row == (State.RUNNING, self.job.fence):
            return
        raise Cancelled if row is not None and row[0] == State.CANCELLED else LostLease

    def _save(self, step: Step, **fields: Any) -> None:
        """Write what `step` says; the row is locked and ours."""
        if step.cursor is not None:
            fields["cursor"] = step.cursor
        fields["progress"] = self._progress(step)
        saved = Job.objects.filter(pk=self.job.pk, fence=self.job.fence, state=State.RUNNING).update(**fields)
        if not saved:
            raise LostLease

    def _keep(self, step: Step) -> None:
        """Take over into memory what was committed."""
        if step.cursor is not None:
            self.job.cursor = step.cursor
        self.job.progress = self._progress(step)

    def _progress(self, step: Step) -> dict[str, Any]:
        new = {"done": step.done, "total": step.total, "text": step.text}
        return {**self.job.progress, **{name: value for name, value in new.items() if value is not None}}


def lease_end() -> Any:
    """Return the expression for the end of a lease that begins now, by the database's clock."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
