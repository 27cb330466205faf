"""What tests share a worker stay in one process of a parallel run, and do not wait for a worker that was killed."""

import re
from pathlib import Path

from tests.distribution import piece
from tests.worker import UNACKNOWLEDGED, Worker, broker, settle

TESTS = Path(__file__).resolve().parents[1]
USES_A_WORKER = re.compile(r"def (test_\w+)\([^)]*\b(?:no_|own_|second_)?worker\b")


def test_what_uses_a_worker_is_handed_out_in_one_piece():
    using = [
        f"tests/{path.relative_to(TESTS)}::{name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        # A browser test leaves its loop in its process: it comes last there, one by one.
        if path.parent.name != "browser"
        for name in USES_A_WORKER.findall(path.read_text())
    ]
    assert len(using) > 15
    assert [test for test in using if piece(test) != "the worker of tests/worker.py"] == []
    assert piece("tests/config/test_supervisor.py::test_this") == piece("tests/config/test_supervisor.py::test_that[1]")
    assert piece("tests/jobs/test_services.py::test_this") != piece("tests/jobs/test_services.py::test_that")


def test_nobody_waits_for_a_bell_that_a_killed_worker_had_taken(child_environment, tmp_path):
    killed = Worker(child_environment, tmp_path / "log")
    with broker() as redis:
        redis.hset(UNACKNOWLEDGED, "a bell", "[]")
        killed.kill()
        assert not redis.exists(UNACKNOWLEDGED)
    settle()
