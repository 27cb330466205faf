"""The documents are true of the code: the variables, commands, files, tests and decisions that they name are there."""

import ast
import re
from functools import cache
from urllib.parse import unquote

import pytest

from tests.conventions.project import ROOT, files, python, text, tree, where

README = ROOT / "README.md"
READERS = {"text", "required", "flag", "number", "words", "folder"}  # of config.env
SECRETS = {"secret", "keys"}  # of config.secrets_file
FOREIGN = {"PATH", "DJANGO_SETTINGS_MODULE", "CELERY_SKIP_CHECKS"}  # not ours to explain
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
IMAGE = re.compile(r"<img[^>]*\ssrc=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
OPTION = re.compile(r"--[a-z-]+")
DECISION = re.compile(r"\bADR (\d+)")


def documents():
    return files(".md")


def without_fences(path):
    return FENCE.sub("", text(path))


def variables_read(source):
    """Return the names of the environment variables that a syntax tree reads."""
    found = set()
    for node in ast.walk(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, reader = ast.unparse(node.func.value), node.func.attr
            ours = (owner == "env" and reader in READERS) or (owner == "secrets_file" and reader in SECRETS)
            plain = (owner == "os.environ" and reader == "get") or (owner, reader) == ("os", "getenv")
            name = node.args[0] if (ours or plain) and node.args else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            name = node.slice
        else:
            continue
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.add(name.value)
    return found


def section(markdown, title):
    """Return what stands under a heading, up to the next one of its rank or above."""
    _before, _, rest = markdown.partition(f"\n{title}\n")
    assert rest, f"README.md has no heading {title!r}."
    rank = len(title.split()[0])
    following = re.search(rf"^#{{1,{rank}}} ", rest, re.MULTILINE)
    return rest[: following.start()] if following else rest


def first_cells(markdown):
    """Return what is written as code in the first cell of each row of the tables."""
    rows = (line for line in markdown.splitlines() if line.startswith("|"))
    return [code for row in rows for code in CODE.findall(row.replace(r"\|", "/").split("|")[1])]


def test_the_readme_explains_every_variable_and_no_other():
    read = set().union(*(variables_read(tree(path)) for path in python() if "scripts" not in path.parts)) - FOREIGN
    configure = section(text(README), "## Configure")
    table, _, internal = configure.partition("Set by Kith and its tests themselves")
    assert internal, "The sentence about variables that people do not set is gone."
    own = {code for code in CODE.findall(internal.partition("\n\n")[0]) if VARIABLE.fullmatch(code)}
    listed = {code for code in first_cells(table) if VARIABLE.fullmatch(code)}
    assert listed & own == set()
    assert listed | own == read


def test_a_variable_is_seen_however_it_is_read():
    source = (
        "a = env.text('A')\nb = os.environ['B']\nc = os.environ.get('C')\nd = secrets_file.keys('D', x)\nenv.e('E')"
    )
    assert variables_read(ast.parse(source)) == {"A", "B", "C", "D"}


def test_the_readme_lists_every_command_and_no_other():
    ours = {path.stem for path in python() if path.parts[-3:-1] == ("management", "commands")} - {"__init__"}
    listed = first_cells(section(text(README), "## Commands"))
    assert {command.split()[0] for command in listed} == ours


def test_the_readme_names_the_options_that_a_command_has():
    wrong = []
    for command in first_cells(section(text(README), "## Commands")):
        name = command.split()[0]
        [path] = [path for path in python() if path.parts[-3:] == ("management", "commands", f"{name}.py")]
        has = {
            node.value
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and OPTION.fullmatch(node.value)
        }
        said = set(OPTION.findall(command))
        if said != has:
            wrong.append(f"{name}: README has {sorted(said)}, the command {sorted(has)}")
    assert not wrong, "\n".join(wrong)


@cache
def anchors(path):
    """Return the anchors of a page's headings, made as GitHub makes them."""
    found = []
    for title in HEADING.findall(without_fences(path)):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()).replace(" ", "-")
        found.append(plain if plain not in found else f"{plain}-{found.count(plain)}")
    return set(found)


def broken(path, target):
    """Return whether a link of the document at `path` leads nowhere within the project."""
    if re.match(r"[a-z]+:", target):
        return False
    name, _, anchor = unquote(target).partition("#")
    there = (path.parent / name).resolve() if name else path
    if not there.is_relative_to(ROOT) or not there.is_file():
        return True
    return bool(anchor) and there.suffix == ".md" and anchor not in anchors(there)


def test_links_and_pictures_of_the_documents_are_there():
    wrong = [
        f"{where(path)}: {target}"
        for path in documents()
        for target in LINK.findall(without_fences(path)) + IMAGE.findall(without_fences(path))
        if broken(path, target)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        ("docs/glossary.md", False),
        ("#configure", False),
        ("docs/nothing.md", True),
        ("#nothing", True),
        ("../elsewhere.md", True),
        ("https://www.postgresql.org/docs/18/", False),
    ],
)
def test_the_rule_tells_a_link_that_leads_nowhere(target, wrong):
    assert broken(README, target) is wrong


@cache
def folders():
    return {path.relative_to(ROOT).parts[0] for path in files() if len(path.relative_to(ROOT).parts) > 1}


def is_path(code):
    """Return whether a piece of code in a document names a file or folder of the project."""
    return bool(re.fullmatch(r"[\w.\-/]+", code)) and "/" in code and code.split("/")[0] in folders()


def test_files_that_the_documents_name_are_there():
    wrong = [
        f"{where(path)}: {code}"
        for path in documents()
        for code in CODE.findall(without_fences(path))
        if is_path(code) and not (ROOT / code).exists()
    ]
    assert not wrong, "\n".join(wrong)


def test_documents_that_the_code_names_are_there():
    named = re.compile(r"(?<![\w/])docs/[\w\-/]+(?:\.\w+)?")
    wrong = [
        f"{where(path)}: {name}"
        for path in files(".py", ".css", ".js", ".html", "Makefile")
        if "tests" not in path.parts
        for name in named.findall(text(path))
        if not (ROOT / name).exists()
    ]
    assert not wrong, "\n".join(wrong)


def test_tests_that_the_documents_name_are_there():
    named = [(path, *found) for path in documents() for found in TEST.findall(text(path))]
    assert named, "No document names a test any more: is the threat model gone?"
    wrong = []
    for path, file, name in named:
        there = ROOT / file
        functions = {getattr(node, "name", "") for node in tree(there).body} if there.is_file() else set()
        if name not in functions:
            wrong.append(f"{where(path)}: {file}::{name}")
    assert not wrong, "\n".join(wrong)


def test_every_decision_is_listed_numbered_and_complete():
    folder = ROOT / "docs" / "adr"
    index = text(folder / "README.md")
    records = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    for number, path in zip(numbers, records, strict=True):
        title = text(path).splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{number}. "), where(path)
        assert f"{number}. [{title.partition('. ')[2]}]({path.name})" in index, f"{where(path)} is not listed as it is"
        missing = {"## Context", "## Decision", "## Consequences", "## Rejected"} - set(text(path).splitlines())
        assert not missing, f"{where(path)} lacks {missing}"
    wrong = [
        f"{where(path)}: ADR {number}"
        for path in (*documents(), *python())
        for number in DECISION.findall(text(path))
        if int(number) not in numbers
    ]
    assert not wrong, "\n".join(wrong)


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    large = {path.name: path.stat().st_size for path in pictures if path.stat().st_size >= 300_000}
    assert not large, f"scripts/screenshots.py makes smaller ones: {large}"


def test_documents_name_no_folder_of_a_person():
    private = re.compile(
        r"(?<![\w.])~/|/(?:" + "|".join(["ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk"]) + r")\b"
    )
    wrong = [
        f"{where(path)}:{number} {line.strip()}"
        for path in documents()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if private.search(line)
    ]
    assert not wrong, "\n".join(wrong)
