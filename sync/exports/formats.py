"""The formats that contacts leave in: what people call each, what it is good for, and its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts import avatars
from contacts.document import ContactDocument
from contacts.formats.export import fitted, google_csv, measure
from contacts.formats.outlook_export import outlook_csv
from contacts.formats.vcard_writing import vcards

type Documents = Callable[[], Iterable[ContactDocument]]

_MARK = "\ufeff".encode()


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One format. `name` is what a form and the audit list say."""

    name: str
    title: Promise | str
    help: Promise | str
    extension: str

    @property
    def content_type(self) -> str:
        """The type that the file is sent as."""
        return f"text/{'vcard' if self.extension == 'vcf' else 'csv'}; charset=utf-8"


FORMATS = (
    FileFormat(
        "csv",
        _("Google CSV"),
        _("For Google Contacts and spreadsheets. Holds everything but pictures."),
        "csv",
    ),
    FileFormat(
        "outlook-csv", _("Outlook CSV"), _("For Outlook. What it has no column for stands below the notes."), "csv"
    ),
    FileFormat(
        "vcard-3",
        _("vCard 3.0"),
        _("For phones, Apple Contacts and most programs. Holds everything, pictures too."),
        "vcf",
    ),
    FileFormat("vcard-4", _("vCard 4.0"), _("The newer vCard, for programs that read it. Holds as much."), "vcf"),
)
BY_NAME = {each.name: each for each in FORMATS}


def blocks(file_format: str, documents: Documents, *, safe: bool) -> Iterator[bytes]:
    """Yield the bytes of a file in one of `FORMATS`, in blocks, in memory that does not grow with it.

    `documents` is called for each pass over the contacts: Google's layout needs two, and what has changed in between
    is made to fit. `safe`: for spreadsheets; no difference to vCards.
    """
    match file_format:
        case "csv":
            if safe:
                yield _MARK  # at once: the first pass over very many takes its time
            shape = measure(documents())
            written = google_csv((fitted(each, shape) for each in documents()), shape=shape, safe=safe)
            yield next(written).removeprefix(_MARK)
            yield from written
        case "outlook-csv":
            yield from outlook_csv(documents(), safe=safe)
        case "vcard-3":
            yield from vcards(documents(), version="3.0", picture_of=avatars.portable)
        case "vcard-4":
            yield from vcards(documents(), version="4.0", picture_of=avatars.portable)
        case _:
            raise ValueError(f"no format is called {file_format}")
