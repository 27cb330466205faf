"""The job of an import: batch by batch, each with its counters and cursor in the transaction that writes it."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import BinaryIO, Final
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils.translation import gettext as _

from books.models import ContactBook
from contacts.candidates import Remembered
from contacts.matching import Policy
from contacts.services import Busy, NotAllowed, NotVisible, act, finish, hold_books
from jobs.models import INSTALLATION
from jobs.work import Refused, RetryLater, Work
from organizations.models import User
from sync.imports import photos
from sync.imports.ahead import Ahead
from sync.imports.models import Import, ImportOutcome, ImportState
from sync.imports.people import Taken, take_batch
from sync.imports.reading import Reading, batches, open_stored, read_rows, table_of
from sync.imports.storage import forget_file

KIND: Final = "imports.run"

#: Bytes from which a file is read by a process of its own: a smaller one is in before that process has begun.
WORTH_A_PROCESS = 1_000_000

#: How often a batch tries again while another act holds one of its contacts.
PATIENCE = 5


def run_import(work: Work) -> None:
    """Import the rows above the job's cursor. Killed anywhere, it goes on behind the last batch that committed."""
    known = Import.objects.select_related("change_set", "organization", "book")
    imported = known.filter(pk=work.payload["import"]).first()
    if imported is None or imported.change_set is None:
        return
    by = User.objects.filter(pk=work.job.actor_id or INSTALLATION, is_active=True).first()
    if by is None:
        _refuse(work, imported, _("The account of the person who started this import is closed."))
        return
    after = int((work.cursor or {}).get("row", 0))
    try:
        source = _Source.at(imported, after)
    except FileNotFoundError:
        _refuse(work, imported, _("The uploaded file is gone. Upload it again; what is in the book stays."))
        return
    try:
        for batch in source.batches:
            for part in photos.parts(batch, imported.organization.region):
                _write(work, imported, by, part, source.remembered)
            if work.should_yield():
                source.keep_for_later(batch[-1].number)
                work.give_way()
    finally:
        source.close_unless_kept()
    with work.finish(done=imported.rows_done, total=imported.rows_done):
        finish(imported.change_set)
        Import.objects.filter(pk=imported.pk).update(
            state=ImportState.DONE, finished_at=Now(), rows_total=F("rows_done")
        )
        forget_file(imported)


def _write(work: Work, imported: Import, by: User, batch: list[Reading], remembered: Remembered) -> None:
    """Write one batch, or end the import as refused when `by` may not write into the book any more."""
    for attempt in range(PATIENCE):
        try:
            done = imported.rows_done + len(batch)
            with work.checkpoint({"row": batch[-1].number}, done=done, redoable=True) as step:
                _commit(imported, by, batch, remembered)
                step.total = max(imported.rows_total, done)
        except (NotVisible, NotAllowed) as refusal:
            _refuse(work, imported, _why(imported, by, refusal))
        except Busy as busy:
            if attempt + 1 == PATIENCE:
                raise RetryLater(str(busy), delay=timedelta(seconds=5)) from busy
            time.sleep(0.5)
        else:
            photos.leave_out_unused(batch)
            imported.rows_done = done
            return


def _commit(imported: Import, by: User, batch: list[Reading], remembered: Remembered) -> None:
    assert imported.change_set is not None  # noqa: S101 - only started imports come here; for the type checker
    by.refresh_from_db(fields=["is_active"])  # whose account is closed by now may use no book
    with act(by=by, change_set=imported.change_set) as writing:
        book = hold_books(by, {imported.book_id})[imported.book_id]
        taken = take_batch(writing, book, batch, Policy(imported.policy), remembered)
        _count(imported, taken, len(batch))


def _count(imported: Import, taken: Taken, rows: int) -> None:
    ImportOutcome.objects.bulk_create(
        ImportOutcome(
            organization_id=imported.organization_id,
            part_of=imported,
            row=outcome.row,
            kind=outcome.kind,
            reason=outcome.reason[:1000],
            cells=outcome.cells,
        )
        for outcome in taken.outcomes
    )
    Import.objects.filter(pk=imported.pk).update(
        state=ImportState.RUNNING,
        started_at=Coalesce("started_at", Now()),
        rows_done=F("rows_done") + rows,
        rows_total=Greatest("rows_total", F("rows_done") + rows),
        created=F("created") + taken.created,
        updated=F("updated") + taken.updated,
        unchanged=F("unchanged") + taken.unchanged,
        skipped=F("skipped") + taken.skipped,
        failed=F("failed") + taken.failed,
        remarks=F("remarks") + taken.remarks,
    )


def _why(imported: Import, by: User, refusal: NotVisible | NotAllowed) -> str:
    """Return a sentence on why the import may not go on, without telling what one may not see."""
    if ContactBook.objects.filter(pk=imported.book_id, deleted_at__isnull=False).exists():
        return _("The contact book was deleted meanwhile. What had come in by then comes back with it.")
    if User.objects.filter(pk=by.pk, is_active=False).exists():
        return _("The account of the person who started this import is closed.")
    if isinstance(refusal, NotAllowed):
        return _("You may only view this contact book by now. What had come in by then stays.")
    return _("This contact book is not shared with you any more. What had come in by then stays.")


def _refuse(work: Work, imported: Import, sentence: str) -> None:
    """End the import, keeping what it committed, and the job with it."""
    with work.checkpoint():
        if imported.change_set is not None:
            finish(imported.change_set)
        Import.objects.filter(pk=imported.pk).update(
            state=ImportState.REFUSED, sentence=sentence[:500], finished_at=Now()
        )
        forget_file(imported)
    raise Refused(sentence)


@dataclass(slots=True, eq=False)
class _Source:
    """An open file with its next batches. A process keeps the one it gave way with: when it is the one that goes on,
    it need not read up to its cursor again."""

    import_id: UUID
    file: BinaryIO
    batches: Ahead | Generator[list[Reading]]
    row: int = 0  # the last one committed, once it is kept
    remembered: Remembered = field(default_factory=Remembered)

    @classmethod
    def at(cls, imported: Import, after: int) -> _Source:
        """Return the rows of an import above `after`. Raises FileNotFoundError when the file is gone."""
        kept = _kept.pop(0) if _kept else None
        if kept is not None:
            if (kept.import_id, kept.row) == (imported.pk, after):
                return kept
            kept.close()
        file, region = open_stored(imported), imported.organization.region
        if imported.size >= WORTH_A_PROCESS:
            remembered = Remembered()
            ahead = Ahead(imported, file, after=after, region=region, remembered=remembered)
            return cls(imported.pk, file, ahead, remembered=remembered)
        rows = read_rows(table_of(imported, file), imported.columns, after=after)
        return cls(imported.pk, file, batches(rows, region))

    def keep_for_later(self, row: int) -> None:
        """Stay open behind `row`, which has been committed."""
        self.row = row
        _kept[:] = [self]

    def close_unless_kept(self) -> None:
        """Close the file, whatever ended the reading, unless it waits for its next turn."""
        if self not in _kept:
            self.close()

    def close(self) -> None:
        """Stop reading, and close the file."""
        self.batches.close()
        self.file.close()


_kept: list[_Source] = []  # one at most


def close_kept() -> None:
    """Close the file that this process keeps open for the next turn, if any."""
    while _kept:
        _kept.pop().close()
