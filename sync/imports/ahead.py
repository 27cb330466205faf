"""Reads the file of an import ahead of its job, in a process of its own, so that reading and writing both have a core.

The process (`sync.imports.reader`) takes a request as JSON at its standard input, the file as a descriptor, and gives
back batches of rows, each with what is derived from its document. It asks no database. Whoever started it may die at
any time: its next batch finds nobody to take it, and it ends.
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
from dataclasses import replace
from typing import IO, Any, BinaryIO, Self, cast

from django.conf import settings
from django.utils import translation

from contacts.derived import derive
from sync.imports.models import Import
from sync.imports.reading import Reading, batches, read_rows, table_of


class ReadingEndedError(Exception):
    """The process that read a file ended before the end of the file. What was committed stays; the job goes on."""


class Ahead:
    """The batches of an import's rows above `after`, read by another process. Iterate once.

    `file` is the opened upload, which nobody else may read meanwhile; `region` (ISO 3166) is the organization's, in
    which phones are read. At most three batches are in memory. Raises `ReadingEndedError` when the process dies.
    """

    def __init__(self, imported: Import, file: BinaryIO, *, after: int, region: str) -> None:
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
        # Unpacked while the batch before is being written, which is mostly waiting.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="unpacks-ahead")
        self._coming = self._thread.submit(self._unpack)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[Reading]:
        batch = self._coming.result()
        if batch is None:
            raise StopIteration
        self._coming = self._thread.submit(self._unpack)
        return batch

    def _unpack(self) -> list[Reading] | None:
        try:
            return cast("list[Reading] | None", pickle.load(self._output))  # noqa: S301  # written by our own process
        except (EOFError, pickle.UnpicklingError) as error:
            raise ReadingEndedError(f"The process that read the file ended with {self._process.wait()}.") from error

    def close(self) -> None:
        """End the process, however far it is."""
        self._process.kill()
        self._process.wait()
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
        for batch in batches(rows):
            pickle.dump([_with_derived(row, request["region"]) for row in batch], output, pickle.HIGHEST_PROTOCOL)
            output.flush()
        pickle.dump(None, output)
        output.flush()


def _with_derived(row: Reading, region: str) -> Reading:
    return row if row.document is None else replace(row, derived=derive(row.document, region))
