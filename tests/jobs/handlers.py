"""Handlers of kinds that only tests enqueue. Each effect is a row of `test_effect`."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from django.db import connection

from jobs.registry import handler
from jobs.work import Refused, RetryLater, Work, Yield


def effect(work: Work, step: int) -> None:
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO test_effect (job, organization, step, pid) VALUES (%s, %s, %s, %s)",
            [work.job.pk, work.job.organization_id, step, os.getpid()],
        )


@handler("test.steps", max_attempts=5)
def steps(work: Work) -> None:
    """Write effects 0 to `steps` - 1, one a checkpoint, with a `pause` inside and after each."""
    total = work.payload["steps"]
    pause = work.payload.get("pause", 0)
    for step in range((work.cursor or {"next": 0})["next"], total):
        with work.checkpoint({"next": step + 1}, done=step + 1, total=total):
            effect(work, step)
            time.sleep(pause / 2)
        time.sleep(pause / 2)
        work.give_way()


@handler("test.yields", lane="long")
def yields(work: Work) -> None:
    """Like `steps`, one step a slice."""
    step = (work.cursor or {"next": 0})["next"]
    with work.checkpoint({"next": step + 1}):
        effect(work, step)
    if step + 1 < work.payload["steps"]:
        raise Yield


@handler("test.poison", max_attempts=2)
def poison(work: Work) -> None:
    """Kill this process while the file `fuse` exists, in the middle of an effect."""
    with work.finish():
        effect(work, 0)
        if Path(work.payload["fuse"]).exists():
            os.kill(os.getpid(), signal.SIGKILL)


@handler("test.fails", max_attempts=3, retry_on=(KeyError,), retry_delay=0.02)
def fails(work: Work) -> None:
    """Write an effect that is to be rolled back and raise what the payload names, until attempt `well`."""
    with work.finish():
        effect(work, work.job.attempts)
        if work.job.attempts >= work.payload.get("well", 99):
            return
        raise {
            "KeyError": KeyError("ann@example.com"),
            "ValueError": ValueError("ann@example.com"),
            "Refused": Refused("You may no longer edit this book."),
            "RetryLater": RetryLater("The other side asks for patience.", delay=timedelta(seconds=0.05)),
        }[work.payload["error"]]
