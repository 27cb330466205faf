"""Secrets that were not given by the environment are made once and kept under `KITH_DATA`."""

import base64
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import env


def secret(name: str, data: Path, *, shared: bool) -> str:
    """Return the secret `name` from the environment, else from `data/secrets/name`, made on first use.

    `shared` says that several machines may run on one database: then a secret of this machine's own would
    break the others, and its absence raises `ImproperlyConfigured`.
    """
    given = env.text(name)
    if given:
        return given
    if shared:
        raise ImproperlyConfigured(
            f"{name} is not set. With DATABASE_URL every machine needs the same one: "
            "make it with `python3 -c 'import secrets; print(secrets.token_urlsafe(64))'`."
        )
    return _kept(data / "secrets" / name, secrets.token_urlsafe(64))


def keys(name: str, data: Path, *, shared: bool) -> list[bytes]:
    """Return the AES-256 keys in `name`: comma-separated base64 of 32 bytes each; the first one encrypts."""
    given = env.words(name)
    if not given and shared:
        raise ImproperlyConfigured(
            f"{name} is not set. Make a key with "
            "`python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'`."
        )
    if not given:
        given = [_kept(data / "secrets" / name, base64.b64encode(os.urandom(32)).decode())]
    found = []
    for position, text in enumerate(given, start=1):
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ImproperlyConfigured(f"{name}: key {position} is not the base64 of 32 bytes.")
        found.append(key)
    return found


def _kept(path: Path, fresh: str) -> str:
    """Return the file's text; write `fresh` there first when there is none. Safe when two processes start at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret is the one
        finally:
            draft.unlink()
    return path.read_text().strip()
