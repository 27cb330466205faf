"""Every kind of job has a test that kills its worker in the middle."""

import ast
from pathlib import Path

import pytest

from jobs import registry

PROJECT = Path(__file__).resolve().parent.parent.parent

CRASH_TESTS: dict[str, str] = {
    "contacts.group": (
        "tests/contacts/test_grouping_crash.py"
        "::test_worker_killed_while_renaming_a_group_goes_on_and_changes_each_contact_once"
    ),
    "contacts.keep_house": (
        "tests/contacts/test_housekeeping_crash.py::test_worker_killed_while_keeping_house_leaves_the_counts_true"
    ),
    "contacts.many": (
        "tests/contacts/test_many_crash.py::test_worker_killed_while_moving_many_goes_on_and_moves_each_once"
    ),
    "contacts.rekey": (
        "tests/contacts/test_rekeying_crash.py::test_worker_killed_while_reading_phones_anew_goes_on_and_leaves_none_behind"
    ),
    "contacts.trash": "tests/contacts/test_trash_crash.py::test_worker_killed_in_the_trash_leaves_nothing_half_done",
    "contacts.undo": "tests/sync/test_crashes.py::test_worker_killed_while_undoing_leaves_nothing_behind",
    "imports.tidy": "tests/sync/test_tidying.py::test_worker_killed_while_tidying_goes_on",
    "imports.run": "tests/sync/test_crashes.py::test_worker_killed_in_an_import_doubles_and_loses_nothing",
    "organizations.send_mail": (
        "tests/organizations/test_mail_crash.py::test_worker_killed_while_sending_a_mail_sends_it_after_all"
    ),
}
"""Kind of job → the test that kills a worker while it runs one, as "tests/folder/test_file.py::test_name"."""


def of_the_product() -> list[str]:
    """Return the kinds that Kith itself registers."""
    return sorted(
        kind for kind, handler in registry.kinds().items() if not handler.function.__module__.startswith("tests.")
    )


def faults(kinds: list[str], listed: dict[str, str]) -> list[str]:
    """Return what is wrong with `listed`, a sentence each."""
    found = [f"{kind} has no crash test: write one and list it here." for kind in kinds if kind not in listed]
    for kind, node in listed.items():
        if kind not in kinds:
            found.append(f"{kind} is listed but no app registers it.")
        path, _, name = node.partition("::")
        if not (PROJECT / path).is_file():
            found.append(f"{kind}: there is no {path}.")
        elif name not in crash_tests(PROJECT / path):
            found.append(f"{kind}: {path} has no test {name} marked `crash`.")
    return found


def crash_tests(path: Path) -> set[str]:
    """Return the names of a file's test functions that are marked `crash`, themselves or by `pytestmark`."""
    tree = ast.parse(path.read_text())
    whole_file = any(
        isinstance(node, ast.Assign) and "pytestmark" in ast.dump(node) and "'crash'" in ast.dump(node)
        for node in tree.body
    )
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and (whole_file or any("'crash'" in ast.dump(decorator) for decorator in node.decorator_list))
    }


def test_every_kind_of_job_has_a_crash_test():
    assert faults(of_the_product(), CRASH_TESTS) == []


@pytest.mark.parametrize(
    ("listed", "fault"),
    [
        ({}, "has no crash test"),
        ({"a.kind": "tests/jobs/nowhere.py::test_a"}, "there is no"),
        ({"a.kind": "tests/jobs/test_crashes.py::test_nothing"}, "has no test test_nothing"),
        ({"a.kind": "tests/conventions/test_jobs.py::test_every_kind_of_job_has_a_crash_test"}, "marked `crash`"),
    ],
)
def test_a_kind_without_one_is_found(listed, fault):
    (found,) = faults(["a.kind"], listed)
    assert fault in found


def test_a_listed_crash_test_is_accepted():
    assert faults(["a.kind"], {"a.kind": "tests/jobs/test_crashes.py::test_broker_flushed_loses_nothing"}) == []
