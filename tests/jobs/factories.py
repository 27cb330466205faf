"""Jobs for tests."""

import uuid
from datetime import timedelta

from django.db import transaction

from jobs.models import Job
from jobs.services import enqueue

HERE = uuid.UUID("00000000-0000-7000-8000-00000000000a")
THERE = uuid.UUID("00000000-0000-7000-8000-00000000000b")
ACTOR = uuid.UUID("00000000-0000-7000-8000-0000000000aa")


def enqueued(
    kind: str,
    *,
    organization_id: uuid.UUID = HERE,
    key: str | None = None,
    lane: str | None = None,
    run_after: timedelta | None = None,
    **payload: object,
) -> Job:
    """Enqueue a job in a transaction of its own, as a request does."""
    with transaction.atomic():
        return enqueue(
            kind,
            organization_id=organization_id,
            actor_id=ACTOR,
            payload=payload,
            key=key,
            lane=lane,
            run_after=run_after,
        )
