"""File locks: they end with the process that holds them, however it ends, so nothing is ever stale."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Lock:
    """A `flock` on one file, made when missing. Each use opens the file anew, so that two uses exclude each other.

    Children do not inherit it: a descriptor opened by Python is closed by `exec`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Wait for the lock and hold it alone."""
        descriptor = self.take(fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Wait for the lock and hold it with others."""
        descriptor = self.take(fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(descriptor)

    def take(self, kind: int) -> int:
        """Take the lock and return the descriptor to close; `BlockingIOError` with LOCK_NB when somebody has it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def held(self) -> bool:
        """Return whether somebody holds it exclusively at this moment."""
        if not self.path.exists():
            return False
        try:
            os.close(self.take(fcntl.LOCK_SH | fcntl.LOCK_NB))
        except BlockingIOError:
            return True
        return False

    def note(self, descriptor: int, text: str) -> None:
        """Leave `text` in the file for whoever finds it taken."""
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)

    def read(self) -> str:
        """Return the last note, or an empty text."""
        with suppress(FileNotFoundError):
            return self.path.read_text(errors="replace").strip()
        return ""
