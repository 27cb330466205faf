"""An import through the page, the job and the worker; its undo; and what others wait for meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, Final
from uuid import UUID

from bench.client import Session
from bench.copying import copy_rate
from bench.data import OWNER, PASSWORD, people
from bench.figures import Figures, Result
from bench.memory import watched
from bench.stages.crowd import mixed, run
from bench.subject import Subject
from books.models import ContactBook
from books.services import create_book
from contacts.formats.export import google_csv, measure
from contacts.models import ChangeSet
from organizations.models import Organization, User
from sync.imports.models import Import, ImportState

#: Other people than the database's and the readers'.
_SEED: Final = 77
_IDLE: Final = 80
_PAUSE: Final = 0.1
_COPIED: Final = 20_000
_LONGEST: Final = 600.0


class NotEndedError(Exception):
    """An import or its undo did not come to its end; the text says how far it came."""


def populated(subject: Subject, rows: int) -> Iterator[Result]:
    """Import into the largest book beside everything else, with somebody reading meanwhile, and undo it."""
    mix = mixed(subject, 7)
    reading = subject.session(subject.readers[0]).twin()
    idle = Figures.of(run(reading, [mix[number % len(mix)] for number in range(_IDLE)])[0])
    yield from _import(subject, rows, "populated", reading=(reading, mix, idle))


def empty(subject: Subject, rows: int) -> Iterator[Result]:
    """Import into a database that has no contact yet."""
    yield from _import(subject, rows, "empty", reading=None)


def _import(
    subject: Subject, rows: int, where: str, *, reading: tuple[Session, list[tuple[str, str]], Figures] | None
) -> Iterator[Result]:
    """Import `rows` people, report, copy the same rows raw, undo, report."""
    session = Session(subject.port).sign_in(OWNER, PASSWORD)
    place = f"{rows:,} rows, {where}"
    content = _file(rows)
    meanwhile = _Meanwhile(reading)
    with watched(subject.supervisor, "celery") as peak:
        begun = time.perf_counter()
        answer = session.upload(f"/books/{_book()}/import/", "people.csv", content)
        uploaded = time.perf_counter() - begun
        if answer.status != 302:
            raise NotEndedError(f"The upload came back with {answer.status}.")
        address = answer.headers["location"]
        begun = time.perf_counter()
        session.act(f"{address}start/", page=address)
        imported = _wait(lambda: _finished_import(address), meanwhile, "The import")
        spent = time.perf_counter() - begun
    counts = (
        f"{imported.created:,} created, {imported.updated:,} updated, {imported.unchanged:,} unchanged,"
        f" {imported.failed:,} failed; {len(content) / 2**20:.0f} MB uploaded in {uploaded:.1f} s"
    )
    rate = rows / spent
    yield Result(
        f"import.{where}",
        f"Import, {place}",
        subject.contacts,
        value=rate,
        unit="rows/s",
        note=f"{spent:.1f} s: {counts}",
    )
    memory = Result("import.memory", "… the worker's largest process", subject.contacts, value=peak.largest, unit="MB")
    memory.note = f"{peak.together:.0f} MB all of its processes, shared pages counted in each"
    yield memory
    yield from meanwhile.results(subject, "while an import runs")
    copied, count = copy_rate(subject.raw, imported.change_set_id, min(rows, _COPIED))
    raw = Result("import.copy", "… raw COPY of its rows into the same tables", subject.contacts, unit="rows/s")
    raw.value, raw.note = copied, f"{count:,} contacts; the import takes {copied / rate:.1f} times as long"
    yield raw
    meanwhile = _Meanwhile(reading)
    begun = time.perf_counter()
    session.act(f"{address}undo/", page=address)
    undone = _wait(lambda: _finished_undo(imported.change_set_id), meanwhile, "The undo")
    spent = time.perf_counter() - begun
    note = f"{spent:.1f} s; {len(undone.kept):,} kept"
    yield Result("import.undo", f"Undo of it, {where}", subject.contacts, value=rows / spent, unit="rows/s", note=note)
    yield from meanwhile.results(subject, "while its undo runs")
    session.close()


class _Meanwhile:
    """Somebody who goes on reading while a job runs, at a person's pace."""

    def __init__(self, reading: tuple[Session, list[tuple[str, str]], Figures] | None) -> None:
        self._reading = reading
        self._asked = cycle(reading[1]) if reading else None
        self._times: list[float] = []
        self._errors = 0

    def read(self) -> None:
        """Ask once, and pause."""
        if self._reading and self._asked:
            times, errors = run(self._reading[0], [next(self._asked)])
            self._times += times
            self._errors += errors
        time.sleep(_PAUSE)

    def results(self, subject: Subject, when: str) -> Iterator[Result]:
        """Yield the times, and their p95 in terms of an idle machine's."""
        if self._reading is None or not self._times:
            return
        idle, spread = self._reading[2], Figures.of(self._times)
        yield Result("import.meanwhile", f"Pages {when}", subject.contacts, times=spread, errors=self._errors)
        ratio = Result("import.pages", f"… their p95 in terms of idle, {when}", subject.contacts, unit="×")
        ratio.value, ratio.note = spread.p95 / idle.p95, f"idle p95 {idle.p95:.1f} ms"
        yield ratio


def _wait[Found](look: Callable[[], Found | None], meanwhile: _Meanwhile, what: str) -> Found:
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        meanwhile.read()
    raise NotEndedError(f"{what} did not end within {_LONGEST:.0f} s.")


def _file(rows: int) -> bytes:

    documents = list(people(_SEED, rows))
    return b"".join(google_csv(documents, shape=measure(documents), safe=False))


def _book() -> UUID:
    """Return the owner's largest book, a new one where there is none."""

    owner = User.objects.get(email=OWNER)
    books = ContactBook.objects.filter(owner=owner).exclude(name="Personal").with_counts()
    largest = max(books, key=lambda book: book.contact_count, default=None)
    if largest is None:
        largest = create_book(by=owner, organization=Organization.objects.get(name="Bench"), name="Imported")
    return largest.pk


def _finished_import(address: str) -> Any:

    imported = Import.objects.get(pk=UUID(address.strip("/").rpartition("/")[2]))
    if imported.state in {ImportState.DRAFT, ImportState.WAITING, ImportState.RUNNING}:
        return None
    if imported.state != ImportState.DONE:
        raise NotEndedError(f"The import ended as {imported.state}: {imported.sentence}")
    return imported


def _finished_undo(change_set: UUID) -> Any:

    return ChangeSet.objects.filter(undo_of=change_set, finished_at__isnull=False).first()
