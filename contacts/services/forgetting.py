"""What jobs forget: the filters of the list that they work on, for the words of a search may name somebody.

A job that ends forgets them with its last write; one that an undo stopped within ten minutes, by the sweep; one that
stopped at an error after a week, for until then it can go on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from jobs.models import FINISHED, Job, State

#: For so long a job that stopped at an error can go on.
KEEP_SEARCH: Final = timedelta(days=7)
BATCH: Final = 200


def forget_search(job: Job) -> None:
    """Take out of a job which list it works on, and the name that it came to there."""
    payload = {name: value for name, value in job.payload.items() if name != "filters"}
    Job.objects.filter(pk=job.pk).update(payload=payload, cursor=job.cursor and {**job.cursor, "after": ""})


def forget_searches() -> int:
    """Let the next jobs forget that are over, or stopped at an error `KEEP_SEARCH` ago. Return how many."""
    over = ~Q(state=State.FAILED) | Q(finished_at__lt=Now() - KEEP_SEARCH)
    with transaction.atomic():
        old = Job.objects.filter(over, state__in=FINISHED, finished_at__isnull=False, payload__has_key="filters")
        jobs = list(old.order_by("pk").select_for_update(skip_locked=True)[:BATCH])
        for job in jobs:
            forget_search(job)
    return len(jobs)
