"""`import_contacts`: the import of a CSV or vCard file, in the foreground."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from config.commands import KithCommand
from contacts.formats.refusals import NotATable
from contacts.matching import Policy
from jobs.models import State
from jobs.runner import run_here
from sync.imports import services
from sync.imports.books import the_book
from sync.imports.models import Import, ImportState

COUNTS = ("created", "updated", "unchanged", "skipped", "failed")


class Command(KithCommand):
    """Import a CSV or vCard file into a book."""

    help = (
        "Import a CSV or vCard file into a contact book, as its owner and as the page does it. Prints how many rows "
        "were created, updated, unchanged, skipped and failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("book", metavar="BOOK_ID")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--policy",
            choices=[policy.value for policy in Policy],
            default=Policy.FILL.value,
            help="what to do with people who are in the book already; fill (in what is missing) unless given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file to its end; a worker may do a part of it."""
        book, owner = the_book(options["book"])
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                imported = services.upload(by=owner, book=book, file=File(file), name=path.name)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(_("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": reason}) from error
        except NotATable as problem:
            raise CommandError(str(problem)) from problem
        imported = services.correct(
            by=owner,
            imported=imported,
            targets={},
            day_first=imported.columns.day_first,
            policy=Policy(options["policy"]),
        )
        imported = services.start(by=owner, imported=imported)
        assert imported.job_id is not None  # noqa: S101 - start() set it; for the type checker
        job = run_here(imported.job_id)
        imported = Import.objects.get(pk=imported.pk)
        if imported.state != ImportState.DONE:
            raise CommandError(
                imported.sentence
                or job.error
                or _("The import was stopped (%(state)s).") % {"state": State(job.state).label}
            )
        counts = {name: getattr(imported, name) for name in COUNTS}
        sentence = _(
            "%(created)d created, %(updated)d updated, %(unchanged)d unchanged, %(skipped)d skipped, %(failed)d failed."
        )
        self.answer(counts, sentence % counts)
        failed = imported.outcomes.filter(kind="failed").order_by("row", "id")
        for row, reason in failed.values_list("row", "reason").iterator():
            text = _("vCard %(row)d: %(reason)s") if imported.is_of_cards else _("Row %(row)d: %(reason)s")
            self.stderr.write(text % {"row": row, "reason": reason})
