"""Starting a server so that it dies with the process that watches it, and finding what an earlier one left."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.servers.place import ServerUser

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded before any fork


def die_with_parent(number: signal.Signals, parent: int | None = None) -> None:
    """Have the kernel send this process `number` when the thread that forked it ends (Linux; elsewhere nothing).

    Call it right after the fork and after any change of user, which clears it (prctl(2), PR_SET_PDEATHSIG).
    `parent` is the process that is meant to live: had it died before this call, this process ends now.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


class Bound:
    """A child process that gets `last_signal` when this process dies, by whatever means.

    Linux does it in the kernel; elsewhere a shell waits on a pipe of ours. `own_group` puts the child at the head
    of a process group, which is then signalled as a whole. To be made from the main thread.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        last_signal: signal.Signals,
        env: Mapping[str, str],
        user: ServerUser | None = None,
        stdout: IO[bytes] | int | None = None,
        stderr: IO[bytes] | int | None = None,
        cwd: Path = Path("/"),
        own_group: bool = False,
    ) -> None:
        parent = os.getpid()
        self.process = subprocess.Popen(  # noqa: S603 - the callers' own commands
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env=dict(env),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            umask=0o077,
            process_group=0 if own_group else None,
            preexec_fn=lambda: die_with_parent(last_signal, parent),
        )
        self._group = own_group
        self._watch: subprocess.Popen[bytes] | None = None
        if sys.platform != "linux":
            target = f"{'-' if own_group else ''}{self.process.pid}"
            self._watch = subprocess.Popen(  # noqa: S603 - fixed text
                ["/bin/sh", "-c", f"read _; kill -{int(last_signal)} -- {target}"],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def ended(self) -> bool:
        """Return whether the server has ended; from then on its number is never signalled again."""
        if self.process.poll() is None:
            return False
        if self._group:
            with suppress(ProcessLookupError, PermissionError):  # what it started ends with it
                os.killpg(self.process.pid, signal.SIGKILL)
            self._group = False
        if self._watch is not None:
            self._watch.kill()
            self._watch.communicate()
            self._watch = None
        return True

    def send(self, number: signal.Signals) -> None:
        """Signal the child, or its whole group when the signal is SIGKILL."""
        if number == signal.SIGKILL and self._group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def stop(self, signals: Sequence[tuple[signal.Signals, float]]) -> None:
        """Send each signal and wait its seconds for the end; SIGKILL is the last resort."""
        for number, seconds in (*signals, (signal.SIGKILL, 10.0)):
            if self.ended():
                return
            self.send(number)
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
