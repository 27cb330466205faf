"""Undo as people start it: at once when it is small, else as a job with visible progress."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Change, ChangeSet
from contacts.services.acts import finish
from contacts.services.undo import begin_undo, undo_batch
from jobs.models import INSTALLATION, Job, State
from jobs.services import NotRetryable, cancel, enqueue, retry
from jobs.work import Refused, Work
from organizations.models import User

KIND: Final = "contacts.undo"

#: Changes that are undone while the person waits.
AT_ONCE: Final = 200


def start_undo(*, by: User, change_set: ChangeSet) -> ChangeSet:
    """Undo an act: at once when it made few changes, else by a job. Return the change-set of the undo.

    Its `finished_at` is None while the job works; `undo_job` tells how far it is, `kept` what it left and why. Asked
    twice, the undo under way is returned; one whose job was given up goes on where it stopped. An act that still runs
    is stopped first: the job of a long act has the id of its change-set as its key. Raises `NotVisible` and
    `NotAllowed`, and nothing is stopped then.
    """
    with transaction.atomic():
        _stop(change_set)
        # Whoever asks second waits here, and finds what the first one began.
        list(ChangeSet.objects.filter(pk=change_set.pk).select_for_update(no_key=True).values_list("pk"))
        running = ChangeSet.objects.filter(undo_of=change_set, finished_at__isnull=True, actor_id=by.pk)
        if (standing := running.order_by("-started_at").first()) is not None:
            if (job := _given_up(standing)) is not None:
                with suppress(NotRetryable):  # somebody was quicker
                    retry(job.pk)
            return standing
        undo_set = begin_undo(by=by, change_set=change_set)
        changes = Change.objects.filter(change_set=change_set).order_by("pk")
        if len(changes.values_list("pk")[: AT_ONCE + 1]) > AT_ONCE:
            enqueue(
                KIND,
                organization_id=undo_set.organization_id,
                actor_id=by.pk,
                payload={"undo": str(undo_set.pk)},
                key=str(undo_set.pk),
            )
            return undo_set
        cursor: str | None = ""
        while cursor is not None:
            cursor, _reverted, _kept = undo_batch(by=by, undo_set=undo_set, cursor=cursor)
        finish(undo_set)
    return undo_set


def _stop(change_set: ChangeSet) -> None:
    """Stop the job that still writes to a change-set, waiting for the batch under way."""
    running = Job.objects.unfinished().for_organization(change_set.organization_id).filter(key=str(change_set.pk))
    for job_id in running.values_list("pk", flat=True):
        cancel(job_id)  # before anything else is locked: the job locks its row first, too
        finish(change_set)


def run_undo(work: Work) -> None:
    """Undo batch by batch behind the job's cursor; killed anywhere, it goes on behind the last batch that committed."""
    undo_set = ChangeSet.objects.filter(pk=work.payload["undo"]).select_related("undo_of", "organization").first()
    if undo_set is None or undo_set.undo_of is None:
        return
    by = User.objects.filter(pk=work.job.actor_id or INSTALLATION, is_active=True).first()
    if by is None:
        with work.checkpoint():
            finish(undo_set)
        raise Refused(_("The account of the person who undid this is closed."))
    total = Change.objects.filter(change_set=undo_set.undo_of).values("contact").distinct().count()
    seen = work.cursor or {"after": "", "done": 0}
    while seen["after"] is not None:
        with work.checkpoint(total=total, redoable=True) as step:
            undo_set.refresh_from_db(fields=["kept"])
            by.refresh_from_db(fields=["is_active"])  # whose account is closed by now takes nothing back
            after, reverted, kept = undo_batch(by=by, undo_set=undo_set, cursor=seen["after"])
            seen = {"after": after, "done": seen["done"] + reverted + len(kept)}
            step.cursor, step.done = seen, min(total, seen["done"])
        work.give_way()
    with work.finish(done=total):
        finish(undo_set)


def undo_job(undo_set: ChangeSet) -> Job | None:
    """Return the job of an undo, the last one if there were several; None when it was done at once. One query."""
    jobs = Job.objects.for_kind(KIND).for_organization(undo_set.organization_id).filter(key=str(undo_set.pk))
    return jobs.order_by("-created_at").first()


def act_job(change_set: ChangeSet) -> Job | None:
    """Return the job that an act goes on with, or went on with, whatever its kind: its key is the act. One query."""
    jobs = Job.objects.for_organization(change_set.organization_id).filter(key=str(change_set.pk))
    return jobs.order_by("-created_at").first()


def is_given_up(undo_set: ChangeSet) -> bool:
    """Return whether an undo stopped at an error, so that undoing again lets it go on. At most one query."""
    return _given_up(undo_set) is not None


def _given_up(undo_set: ChangeSet) -> Job | None:
    job = undo_job(undo_set) if undo_set.finished_at is None else None
    return job if job is not None and job.state == State.FAILED else None


def undone_among(change_set_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these acts are undone, by an undo that was not undone itself. One query."""
    found = ChangeSet.objects.filter(undo_of__in=change_set_ids, undone_by__isnull=True)
    return {undone for undone in found.values_list("undo_of", flat=True) if undone is not None}


def reverted_count(undo_set: ChangeSet) -> int:
    """Return how many contacts an undo has taken back so far, counted from what was committed. One query."""
    return Change.objects.filter(change_set=undo_set, contact__isnull=False).values("contact").distinct().count()
