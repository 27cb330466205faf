"""Requirements are pinned and hashed, and say nothing about where packages come from."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
COMPILED = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.name)
def test_no_address_and_no_index_option(path):
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i\b|-f\b|--(extra-)?index-url|--find-links|--no-index|--trusted-host)", text)


@pytest.mark.parametrize("path", COMPILED, ids=lambda path: path.name)
def test_every_package_is_pinned_and_hashed(path):
    joined = path.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    for line in lines:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==\S+", line), line
        assert "--hash=sha256:" in line, line


def test_what_runs_is_what_is_tested():
    base, dev = (
        dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", (FOLDER / name).read_text())) for name in ("base.txt", "dev.txt")
    )
    assert base.items() <= dev.items()


def test_what_kith_imports_is_in_what_it_installs():
    """`make run` installs base.txt alone, while the tests and `make bench` run with everything of dev.txt."""
    root = FOLDER.parent
    ours = {path.name for path in root.iterdir() if (path / "__init__.py").exists()}
    files = [*root.glob("*.py"), *(path for name in ours - {"tests", "bench"} for path in (root / name).rglob("*.py"))]
    imported = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    base = set(re.findall(r"(?m)^([a-z0-9._-]+)(?:\[.*\])?==", (FOLDER / "base.txt").read_text()))
    brought_by = packages_distributions()
    assert len(imported) > 20
    for name in imported - ours - sys.stdlib_module_names:
        found = {re.sub(r"[-_.]+", "-", distribution).lower() for distribution in brought_by.get(name, [])}
        assert found & base, f"{name} is imported, but no package of base.txt brings it"


def test_no_lock_file_with_addresses():
    root = FOLDER.parent
    assert not [name for name in ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock") if (root / name).exists()]
