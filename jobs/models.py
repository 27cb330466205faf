"""The job row: all that is known about one piece of background work. The broker holds nothing that counts."""

from datetime import timedelta
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import UUID7, Now
from django.utils.translation import gettext_lazy as _

INSTALLATION = UUID(int=0)
"""Stands where an organization's id would, for work that concerns the installation as a whole."""


class Lane(models.TextChoices):
    """What a worker slot is kept for: the other kind of work cannot hold up a short job."""

    SHORT = "short", _("short")
    LONG = "long", _("long")


class State(models.TextChoices):
    """Where a job stands. `FAILED` is parked: nothing happens to it until somebody presses *Retry*."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    REFUSED = "refused", _("refused")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (State.WAITING, State.RUNNING)
FINISHED = (State.DONE, State.FAILED, State.REFUSED, State.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs. Whose job one may see is the caller's to decide: this room knows no rights."""

    def unfinished(self) -> "JobQuerySet":
        """Return jobs that wait or run."""
        return self.filter(state__in=UNFINISHED)

    def parked(self) -> "JobQuerySet":
        """Return jobs that used up their attempts and wait for *Retry*."""
        return self.filter(state=State.FAILED)

    def for_kind(self, kind: str) -> "JobQuerySet":
        """Return jobs of one kind."""
        return self.filter(kind=kind)

    def for_organization(self, organization_id: UUID) -> "JobQuerySet":
        """Return jobs of one organization."""
        return self.filter(organization_id=organization_id)

    def due(self) -> "JobQuerySet":
        """Return jobs that a worker should take now: waiting ones whose time came, running ones whose lease ended."""
        return self.unfinished().filter(run_after__lte=Now())

    def oldest_due_age(self) -> timedelta | None:
        """Return for how long the oldest due job has been due, None when none is. One query.

        The health of the whole chain in one number: with broker and workers well it stays within a few seconds.
        """
        age = ExpressionWrapper(Now() - F("run_after"), output_field=models.DurationField())
        found: timedelta | None = self.due().aggregate(oldest=models.Max(age))["oldest"]
        return found


class Job(models.Model):
    """One piece of background work, written in the transaction of the rows that it is about.

    A worker *claims* it: attempts and fence go up, `run_after` becomes the end of the lease. From then on only the
    holder of that fence can write to it. Times are the database's.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    kind = models.CharField(max_length=100)
    lane = models.CharField(max_length=5, choices=Lane.choices)
    # Plain ids, no foreign keys: this is the lowest room, and a job outlives what it was about.
    organization_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)  # null: the installation itself acts
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    key = models.CharField(max_length=200, null=True)  # null: any number of such jobs side by side
    state = models.CharField(max_length=9, choices=State.choices, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    max_attempts = models.PositiveSmallIntegerField()
    run_after = models.DateTimeField(db_default=Now())
    fence = models.BigIntegerField(db_default=0)
    progress = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cursor = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "kind", "key"],
                condition=Q(state__in=UNFINISHED),
                name="jobs_key_once",
            ),
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="jobs_lane_known"),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, finished_at__isnull=True)
                | Q(state__in=FINISHED, finished_at__isnull=False),
                name="jobs_finished_has_time",
            ),
        ]
        indexes = [
            # Finds due and abandoned work alike.
            models.Index(fields=["lane", "run_after", "id"], condition=Q(state__in=UNFINISHED), name="jobs_due"),
            # Walks from organization to organization, so that a long queue of one hides nobody else's.
            models.Index(
                fields=["lane", "organization_id", "run_after", "id"],
                condition=Q(state__in=UNFINISHED),
                name="jobs_turns",
            ),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="jobs_finished"),
        ]

    def __str__(self) -> str:
        """Return the kind and id, which name nobody."""
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        """Say whether the job ended, well or not."""
        return self.state in FINISHED

    @property
    def done(self) -> int:
        """Return how much is done, in the handler's unit (rows, people, pages)."""
        return int(self.progress.get("done") or 0)

    @property
    def total(self) -> int | None:
        """Return how much there is to do, None while that is not known."""
        total: int | None = self.progress.get("total")
        return total

    @property
    def percent(self) -> int | None:
        """Return the whole percentage that is done (0 to 100), None while the total is not known."""
        if self.state == State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def text(self) -> str:
        """Return the handler's own words about where it is; may be empty."""
        return str(self.progress.get("text") or "")


class Turn(models.Model):
    """When an organization last had a job claimed in a lane. Who waited longest comes next."""

    lane = models.CharField(max_length=5, choices=Lane.choices)
    organization_id = models.UUIDField()
    claimed_at = models.DateTimeField(db_default=Now())
    pk = models.CompositePrimaryKey("lane", "organization_id")

    def __str__(self) -> str:
        """Return lane and organization."""
        return f"{self.lane} {self.organization_id}"
