"""Starting a server so that it dies with the process that watches it, and finding what an earlier one left."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.servers.place import ServerUser

_PR_SET_PDEATHSIG = 1


class Bound:
    """A running server that gets `last_signal` when this process dies, by whatever means.

    Linux does it in the kernel (prctl(2), PR_SET_PDEATHSIG: set after the user changes, since that clears it, and
    from the main thread, since it watches the thread). Elsewhere a shell waits on a pipe of ours.
    """

    def __init__(
        self, command: Sequence[str | Path], *, user: ServerUser | None, log: IO[bytes], last_signal: signal.Signals
    ) -> None:
        prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None
        watcher = os.getpid()

        def bind() -> None:
            if prctl is not None:
                prctl(_PR_SET_PDEATHSIG, int(last_signal), 0, 0, 0)
                if os.getppid() != watcher:
                    os._exit(1)

        self.process = subprocess.Popen(  # noqa: S603 - our own binaries
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            umask=0o077,
            preexec_fn=bind,
        )
        self._watch: subprocess.Popen[bytes] | None = None
        if prctl is None:
            self._watch = subprocess.Popen(  # noqa: S603 - fixed text
                ["/bin/sh", "-c", f"read _; kill -{int(last_signal)} {self.process.pid}"],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def ended(self) -> bool:
        """Return whether the server has ended; from then on its number is never signalled again."""
        if self.process.poll() is None:
            return False
        if self._watch is not None:
            self._watch.kill()
            self._watch.wait()
            self._watch = None
        return True

    def stop(self, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        """Send each signal and wait its seconds for the end; SIGKILL is the last resort."""
        for number, seconds in (*signals, (signal.SIGKILL, 10.0)):
            if self.ended():
                return
            self.process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.ended()


def run(
    command: Sequence[str | Path], *, user: ServerUser | None, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run a program of the wheels as `user` to its end and return its output, errors included."""
    return subprocess.run(  # noqa: S603 - our own binaries
        [str(part) for part in command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment(),
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        umask=0o077,
        check=False,
    )


def environment() -> dict[str, str]:
    """Return a small environment: no PG* variable of the person's shell reaches the servers."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is `folder`: every PostgreSQL process works in its cluster.

    Only Linux can tell; elsewhere the list is empty.
    """
    found = []
    target = str(folder)
    for entry in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        with suppress(OSError):
            if os.readlink(entry / "cwd") == target:
                found.append(int(entry.name))
    return found


def can_find() -> bool:
    """Return whether `working_in` can tell on this system."""
    return sys.platform == "linux"
