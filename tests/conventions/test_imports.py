"""Imports point one way: each room stands on those before it, and `config` stands under all of them."""

import ast
import re

import pytest

from tests.conventions.project import ROOMS, ROOT, python, tree, where

# These join the rooms to the house; they do it inside functions, once Django is ready.
JOINS = {
    *("config/urls.py", "config/asgi.py", "config/celery.py", "config/supervisor/prepare.py"),
    *("config/web/health.py", "config/web/routes.py"),
}
MODEL_NAME = re.compile(r"(\w+)\.[A-Z]\w*")
DOTTED = re.compile(r"(\w+)(?:\.\w+)+")


def imported(node):
    """Return the names of the modules that a node imports, empty for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def rooms_used(source, *, names=True):
    """Yield (line, room) for each room that the source imports, or names in a string as a model or a function."""
    for node in ast.walk(source):
        if not isinstance(node, ast.stmt | ast.expr):
            continue
        for module in imported(node):
            room = module.partition(".")[0]
            if room in ROOMS:
                yield node.lineno, room
        if names and isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = MODEL_NAME.fullmatch(node.value) or DOTTED.fullmatch(node.value)
            if found and found[1] in ROOMS:
                yield node.lineno, found[1]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_rooms_before_it(room):
    later = set(ROOMS[ROOMS.index(room) + 1 :])
    wrong = [
        f"{where(path)}:{line} uses {used}, which stands on {room}"
        for path in python(room)
        if "migrations" not in path.parts
        for line, used in rooms_used(tree(path))
        if used in later
    ]
    assert not wrong, "\n".join(wrong)


def test_config_imports_no_room_but_where_it_joins_them_and_there_late():
    wrong = []
    for path in python("config"):
        at_the_top = {node.lineno for node in tree(path).body if imported(node)}
        for line, room in rooms_used(tree(path), names=False):
            allowed = where(path) in JOINS or path.name == "checks.py"
            if not allowed or line in at_the_top:
                wrong.append(f"{where(path)}:{line} imports {room}")
    assert not wrong, "\n".join(wrong)


def test_only_tests_import_tests():
    wrong = [
        f"{where(path)}:{node.lineno}"
        for path in python()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.stmt)
        if any(module.partition(".")[0] == "tests" for module in imported(node))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rule_sees_an_import_in_a_function_and_a_model_in_a_string():
    source = ast.parse("def f():\n    from contacts.models import Contact\nx = ForeignKey('sync.Account')\n")
    assert sorted(rooms_used(source)) == [(2, "contacts"), (3, "sync")]


def test_every_room_that_exists_is_in_the_order():
    standing = {path.parent.name for path in ROOT.glob("*/apps.py")} - {"config"}
    assert standing <= set(ROOMS), f"Put {standing - set(ROOMS)} in its place in tests/conventions/project.py."
