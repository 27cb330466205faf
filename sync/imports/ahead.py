"""Reads the file of an import ahead of its job, in a process of its own, so that reading and writing both have a core.

The process (`sync.imports.reader`) takes a request as JSON at its standard input, the file as a descriptor, and gives
back batches of rows, each made ready to be written. It asks no database. Whoever started it may die at
any time: its next batch finds nobody to take it, and it ends.

While a batch is written, a thread of the job's process takes in the next one, and reads who of the book may be its
people, on a connection of its own: the server looks up for one while it writes for the other.
"""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, BinaryIO, Self, cast
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.utils import translation

from contacts.candidates import AsRead, Remembered
from contacts.matching import Policy
from sync.imports.models import Import
from sync.imports.reading import Reading, batches, read_rows, table_of


class ReadingEndedError(Exception):
    """The process that read a file ended before the end of the file. What was committed stays; the job goes on."""


class Ahead:
    """The batches of an import's rows above `after`, read by another process. Iterate once.

    `file` is the opened upload, which nobody else may read meanwhile; `region` (ISO 3166) is the organization's, in
    which phones are read. With a batch comes into `remembered` who of the book may be its people, read ahead: whether
    that still stands is for `take_batch` to find out. At most three batches are in memory. Raises `ReadingEndedError`
    when the process dies.
    """

    def __init__(
        self, imported: Import, file: BinaryIO, *, after: int, region: str, remembered: Remembered | None = None
    ) -> None:
        self._book = imported.book
        self._remembered = None if imported.policy == Policy.KEEP_BOTH else remembered
        local = _with_descriptor(file)
        request = {
            "file": local.fileno(),
            "table": imported.table,
            "layout": imported.layout,
            "after": after,
            "region": region,
            "language": translation.get_language(),
        }
        self._process = subprocess.Popen(  # our own interpreter and our own module
            [sys.executable, "-m", "sync.imports.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[local.fileno()],
            cwd=settings.BASE_DIR,
        )
        if local is not file:
            local.close()
        self._output = cast(IO[bytes], self._process.stdout)
        with cast(IO[bytes], self._process.stdin) as stream, suppress(BrokenPipeError):  # the first batch will tell
            stream.write(json.dumps(request).encode())
        # One batch, taken in while the one before is being written, which is mostly waiting.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="looks-ahead")
        self._coming = self._thread.submit(self._take_in)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[Reading]:
        batch, found = self._coming.result()
        if batch is None:
            raise StopIteration
        if self._remembered is not None:
            self._remembered.add(found)
        self._coming = self._thread.submit(self._take_in)
        return batch

    def _take_in(self) -> tuple[list[Reading] | None, dict[UUID, AsRead]]:
        batch = self._unpack()
        if batch is None or self._remembered is None:
            return batch, {}
        keys = {key for row in batch for key in row.keys}
        return batch, self._remembered.ahead(self._book, keys)

    def _unpack(self) -> list[Reading] | None:
        try:
            return cast("list[Reading] | None", pickle.load(self._output))  # noqa: S301  # written by our own process
        except (EOFError, pickle.UnpicklingError) as error:
            raise ReadingEndedError(f"The process that read the file ended with {self._process.wait()}.") from error

    def close(self) -> None:
        """End the process, however far it is, and the thread with its connection."""
        self._process.kill()
        self._process.wait()
        self._thread.submit(connections.close_all)  # of that thread
        self._thread.shutdown()
        self._output.close()


def _with_descriptor(file: BinaryIO) -> BinaryIO:
    """Return the file, or a copy of it on disk where its storage gives none that another process could read."""
    with suppress(OSError, AttributeError):
        file.fileno()
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the caller
    shutil.copyfileobj(file, copy)
    copy.flush()
    return cast(BinaryIO, copy)


def read(request: dict[str, Any], output: BinaryIO) -> None:
    """Write the batches that `request` asks for to `output`, and None behind the last one."""
    with open(request["file"], "rb") as file, translation.override(request["language"]):
        imported = Import(table=request["table"], layout=request["layout"])
        rows = read_rows(table_of(imported, file), imported.columns, after=request["after"])
        for batch in batches(rows, request["region"]):
            pickle.dump(batch, output, pickle.HIGHEST_PROTOCOL)
            output.flush()
        pickle.dump(None, output)
        output.flush()
