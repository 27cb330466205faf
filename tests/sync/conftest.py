"""The cast, and short ways to import a file as a page does it and as a worker does it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.files import File

from books.models import ContactBook
from contacts.matching import Policy
from contacts.models import Contact
from contacts.services import document_of
from jobs.doorbell import doorbell
from jobs.runner import run_here
from organizations.models import User
from sync.imports import services
from sync.imports.models import Import
from tests.factories import Cast, make_cast

DATA = Path(__file__).resolve().parent.parent / "data"
COUNTS = ("created", "updated", "unchanged", "skipped", "failed")


@pytest.fixture
def cast(db) -> Cast:
    """A fresh cast, in the test's own transaction."""
    return make_cast()


@pytest.fixture
def committed(transactional_db) -> Cast:
    """A fresh cast that other connections see: for jobs, which need transactions of their own."""
    return make_cast()


@pytest.fixture(autouse=True)
def _apart(request, settings, tmp_path, monkeypatch):
    """Keep the files of a test apart, and its jobs from a worker that an earlier test left running.

    Not in tests that ask for a worker: it looks where the settings of the run say, and has to hear the bell.
    """
    if "worker" not in request.fixturenames:
        settings.MEDIA_ROOT = tmp_path / "files"
        monkeypatch.setattr(doorbell, "ring", _unheard)


def _unheard(lane) -> None:
    """Stand for a bell that nobody hears."""


_unheard.__module__ = doorbell.ring.__module__  # like the bell itself, it may wait for a commit that never comes


def table(*rows: Sequence[str], header: str = "First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Notes") -> bytes:
    """Return a small CSV file of plain cells."""
    return "\r\n".join([header, *(",".join(row) for row in rows)]).encode() + b"\r\n"


def draft(by: User, book: ContactBook, content: bytes | Path, *, name: str = "people.csv") -> Import:
    """Upload a file."""
    data = content.read_bytes() if isinstance(content, Path) else content
    return services.upload(by=by, book=book, file=File(io.BytesIO(data), name=name), name=name)


def start(by: User, book: ContactBook, content: bytes | Path, policy: Policy = Policy.FILL) -> Import:
    """Upload a file and start its import; nobody runs it yet."""
    imported = draft(by, book, content)
    services.correct(by=by, imported=imported, targets={}, day_first=imported.columns.day_first, policy=policy)
    return services.start(by=by, imported=imported)


def run(imported: Import) -> Import:
    """Do the work of a started import in this process, and return it fresh."""
    assert imported.job_id is not None
    run_here(imported.job_id)
    return Import.objects.get(pk=imported.pk)


def imports(by: User, book: ContactBook, content: bytes | Path, policy: Policy = Policy.FILL) -> Import:
    """Import a file to its end."""
    return run(start(by, book, content, policy))


def counts(imported: Import) -> dict[str, int]:
    """Return the counters of an import that are not zero."""
    return {name: number for name in COUNTS if (number := getattr(imported, name))}


def people(book: ContactBook) -> list[Contact]:
    """Return the living contacts of a book, in the order in which they came."""
    return list(Contact.objects.filter(book=book, trashed_at__isnull=True).order_by("pk"))


def contents(book: ContactBook) -> list[object]:
    """Return what the living contacts of a book say, without ids, to be compared."""
    found = []
    for contact in people(book):
        document = document_of(contact)
        data = document.to_json()
        for item in (*data.get("infos", ()), *data.get("memberships", ())):
            item.pop("id")
        found.append((contact.pk, data))
    return found


def reasons(imported: Import, kind: str) -> list[tuple[int, str]]:
    """Return (row, reason) of the outcomes of a kind."""
    return list(imported.outcomes.filter(kind=kind).order_by("row", "id").values_list("row", "reason"))
