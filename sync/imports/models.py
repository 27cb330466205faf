"""An import: one uploaded file on its way into one book, and what became of its rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import UUID7, Now
from django.utils.translation import gettext_lazy as _

from books.models import ContactBook
from contacts.formats.columns import Layout
from contacts.matching import Policy
from contacts.models import ChangeSet
from jobs.models import Job, State
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, User
from organizations.sharing import Level


class ImportState(models.TextChoices):
    """Where an import stands. That it was undone is read from the change-sets, not kept here."""

    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    REFUSED = "refused", _("refused")
    STOPPED = "stopped", _("stopped")


UNFINISHED = (ImportState.WAITING, ImportState.RUNNING)


class OutcomeKind(models.TextChoices):
    """What became of one row, where there is something to say of it. A remark stands beside the row's fate."""

    UNCHANGED = "unchanged", _("unchanged")
    SKIPPED = "skipped", _("skipped")
    FAILED = "failed", _("failed")
    REMARK = "remark", _("imported with a remark")


class ImportQuerySet(models.QuerySet["Import"]):
    """The only door to imports on behalf of someone is `for_user`."""

    def for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ImportQuerySet:
        """Return the imports into living books that `user` may use at `at_least`. No query by itself."""
        return self.filter(book__in=ContactBook.objects.for_user(user, at_least=min(at_least, Level.EDIT)))


class Import(models.Model):
    """One file, the mapping of its columns, what to do with people known already, and how far it has come.

    Counters are raised in the transaction that writes the contacts: they always say what was committed.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="imports")
    # A plain key and a name, like the actor of a change-set: the import outlives the account.
    created_by_id = models.UUIDField(editable=False)
    created_by_name = models.CharField(max_length=255, blank=True)
    file_name = models.CharField(max_length=255)
    stored = models.CharField(max_length=100, blank=True)  # name in the storage; empty once the file is gone
    size = models.BigIntegerField()  # bytes
    # How the bytes are read: codec, title, reason, delimiter, header_number (contacts.formats.tables).
    table = models.JSONField()
    layout = models.JSONField()  # contacts.formats.columns.Layout
    corrected = models.BooleanField(default=False)  # whether somebody chose another meaning for a column
    policy = models.CharField(
        max_length=10, choices=[(policy.value, policy.value) for policy in Policy], default=Policy.FILL.value
    )
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.DRAFT)
    sentence = models.CharField(max_length=500, blank=True)  # why it ended before the end of the file
    rows_total = models.IntegerField(default=0)  # an estimate until the end of the file was seen
    rows_done = models.IntegerField(default=0)
    created = models.IntegerField(default=0)
    updated = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    remarks = models.IntegerField(default=0)
    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, null=True, related_name="imports")
    job_id = models.UUIDField(null=True)  # null: not started
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)  # null: not started
    finished_at = models.DateTimeField(null=True)  # null: not finished

    objects = ImportQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="import_within_organization"),
            models.CheckConstraint(
                condition=Q(state=ImportState.DRAFT) | Q(change_set__isnull=False), name="import_started_has_change_set"
            ),
            CompositeForeignKey(
                name="import_in_book_of_organization",
                columns=["organization_id", "book_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="import_of_change_set",
                columns=["organization_id", "change_set_id"],
                to="contacts.ChangeSet",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "-created_at"], name="imports_of_book"),
            models.Index(fields=["created_at"], condition=~Q(stored=""), name="imports_with_file"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def columns(self) -> Layout:
        """What the file was recognised as, with the corrections made."""
        return Layout.from_json(self.layout)

    @property
    def is_of_cards(self) -> bool:
        """Whether the file holds vCards, not a table."""
        return bool(self.layout.get("name") == "vcard")

    @property
    def is_draft(self) -> bool:
        """Whether it waits for somebody to start it."""
        return self.state == ImportState.DRAFT

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits for a worker or runs."""
        return self.state in UNFINISHED

    def note_job(self, job: Job | None) -> None:
        """Take over from the job row what only that knows: that it was given up, or stopped by an undo. Not saved."""
        if job is None or not self.is_unfinished:
            return
        if job.state == State.FAILED:
            self.state = ImportState.FAILED
            self.sentence = job.error
        elif job.state == State.CANCELLED:
            self.state = ImportState.STOPPED


class ImportOutcome(models.Model):
    """What became of one row of the file. Rows that were created or updated are in the change-set."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    part_of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    row = models.IntegerField()  # as a spreadsheet numbers it
    kind = models.CharField(max_length=10, choices=OutcomeKind.choices)
    reason = models.CharField(max_length=1000)
    cells = models.JSONField(null=True)  # of failed rows, to be mended and imported again; null for the others

    class Meta:
        default_permissions = ()
        constraints = [
            CompositeForeignKey(
                name="outcome_of_import",
                columns=["organization_id", "part_of_id"],
                to="sync.Import",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [models.Index(fields=["part_of", "kind", "row", "id"], name="outcomes_of_import")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.kind}"


class RememberedMapping(models.Model):
    """What an organization corrected in the mapping of a header: the next file with the same header begins with it."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=32)  # of the header: contacts.formats.columns.Layout.signature
    layout = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organization", "signature"], name="mapping_remembered_once")]

    def __str__(self) -> str:
        return self.signature
