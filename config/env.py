"""Typed readers for environment variables: a missing or odd value fails loudly, with the cure."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return the variable as text without surrounding blanks, or `default` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def required(name: str, cure: str) -> str:
    """Return the variable as text; raise `ImproperlyConfigured` with `cure` when it is missing."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {cure}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable. Accepts 1/0, true/false, yes/no, on/off in any case."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to true or false.")


def number(name: str, default: int, *, least: int = 0, most: int = 2**53) -> int:
    """Return a whole number within [`least`, `most`]."""
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: list[str] | None = None) -> list[str]:
    """Return a comma-separated variable as a list without empty parts."""
    parts = [part.strip() for part in os.environ.get(name, "").split(",")]
    return [part for part in parts if part] or list(default or [])


def folder(name: str, default: Path) -> Path:
    """Return a folder's absolute path; it need not exist yet."""
    value = text(name)
    return Path(value).expanduser().resolve() if value else default
