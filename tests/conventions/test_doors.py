"""Shared things are read through `for_user` alone wherever somebody's request or job is served."""

import ast

import pytest
from django.apps import apps

from tests.conventions.project import ROOMS, python, tree, where

SERVING = {"views", "api", "tasks", "mcp", "feeds"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"}


def shared_models():
    """Return the names of the models that have the door."""
    return {model.__name__ for model in apps.get_models() if hasattr(model._default_manager, "for_user")}


def named(node):
    """Return the last word of a name or dotted name, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def bypasses(source, shared):
    """Yield (line, model) wherever the source reaches rows of a shared model around `for_user`."""
    through_the_door = {
        id(node.value) for node in ast.walk(source) if isinstance(node, ast.Attribute) and node.attr == "for_user"
    }
    for node in ast.walk(source):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS and named(node.value) in shared:
            if id(node) not in through_the_door:
                yield node.lineno, named(node.value)
        elif isinstance(node, ast.Call) and named(node.func) in SHORTCUTS:
            yield from ((node.lineno, named(first)) for first in node.args[:1] if named(first) in shared)


def test_what_serves_people_reads_shared_things_through_their_door():
    shared = shared_models()
    assert {"ContactBook", "Contact"} <= shared
    wrong = [
        f"{where(path)}:{line} reads {model} without for_user"
        for path in python(*ROOMS)
        if SERVING & {path.stem, *(part for part in path.parts)}
        for line, model in bypasses(tree(path), shared)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("Contact.objects.get(pk=1)", True),
        ("models.Contact.objects.filter(book=1)", True),
        ("Contact._base_manager.all()", True),
        ("get_object_or_404(Contact, pk=1)", True),
        ("Contact.objects.for_user(user).get(pk=1)", False),
        ("get_object_or_404(Contact.objects.for_user(user), pk=1)", False),
        ("book.contacts.all()", False),
    ],
)
def test_the_rule_tells_the_door_from_the_window(line, caught):
    assert bool(list(bypasses(ast.parse(line), {"Contact"}))) is caught
