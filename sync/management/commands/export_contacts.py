"""`export_contacts`: a book as CSV or vCards on stdout."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.db import connection, transaction

from books.models import ContactBook
from config.commands import KithCommand
from contacts.document import ContactDocument
from contacts.models import Contact
from contacts.services import documents_of
from organizations.audit import contacts_exported
from organizations.models import User
from sync.exports.formats import blocks
from sync.imports.books import the_book

BATCH = 500
_MARK = "\ufeff".encode()


class Command(KithCommand):
    """Write a book's contacts to stdout."""

    help = (
        "Write the contacts of a book to stdout: as CSV in Google's layout (csv), which holds everything and imports "
        "again, or in Outlook's (outlook-csv), or as vCards (vcard), which hold everything, pictures too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("book", metavar="BOOK_ID")
        parser.add_argument("--format", choices=["csv", "outlook-csv", "vcard"], default="csv")
        parser.add_argument(
            "--raw",
            action="store_true",
            help="do not put an apostrophe before cells that a spreadsheet would take for formulas",
        )
        parser.add_argument(
            "--vcard-version", choices=["3.0", "4.0"], default="3.0", help="of vCards; 3.0 unless given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the book as it is at this moment, in memory that does not grow with it; the audit list tells of it."""
        book, owner = the_book(options["book"])
        # A transaction of its own: whoever closes the pipe half-way has taken contacts all the same.
        number = Contact.objects.for_user(owner).filter(book=book).count()
        contacts_exported(
            by=None, organization=book.organization, books=[(book, number)], file_format=options["format"]
        )
        with transaction.atomic():
            if not connection.savepoint_ids:  # the outermost transaction
                with connection.cursor() as cursor:  # two passes over the same contacts
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            name = options["format"]
            if name == "vcard":
                name = f"vcard-{options['vcard_version'].partition('.')[0]}"
            _write(self.stdout.write, blocks(name, partial(_documents, owner, book), safe=not options["raw"]))


def _write(write: Callable[..., Any], content: Iterator[bytes]) -> None:
    """Write the blocks as text; what reads a pipe wants no byte order mark."""
    for block in content:
        write(block.removeprefix(_MARK).decode(), ending="")


def _documents(owner: User, book: ContactBook) -> Iterator[ContactDocument]:
    """Yield the documents of a book in the order of their ids, a batch at a time."""
    after: UUID | None = None
    while True:
        contacts = Contact.objects.for_user(owner).filter(book=book)
        batch = list((contacts.filter(pk__gt=after) if after else contacts).order_by("pk")[:BATCH])
        if not batch:
            return
        documents = documents_of(batch)
        yield from (documents[contact.pk] for contact in batch)
        after = batch[-1].pk
