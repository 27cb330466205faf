"""The project's own files, for tests that read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ["jobs", "organizations", "books", "contacts", "conversations", "rules", "sync", "api"]
"""Lowest first: a room imports only from itself and from rooms before it."""
_NOT_OURS = {"__pycache__", "node_modules", "staticfiles", "test-results"}


@cache
def files(*suffixes: str) -> list[Path]:
    """Return the project's files with one of the suffixes (all without any), sorted."""
    found = []
    for folder, folders, names in ROOT.walk():
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS and not _hidden(folder, name))
        found += [folder / name for name in sorted(names) if not suffixes or name.endswith(suffixes)]
    return found


def _hidden(folder: Path, name: str) -> bool:
    return name.startswith(".") and (folder / name) != ROOT / ".ci"


def where(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    """Return a file's text; what is not text has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file's syntax tree."""
    return ast.parse(text(path))


def python(*folders: str) -> Iterator[Path]:
    """Yield the Python files below these folders of the project (all but tests without any)."""
    for path in files(".py"):
        top = path.relative_to(ROOT).parts[0]
        if top in folders or (not folders and top != "tests"):
            yield path
