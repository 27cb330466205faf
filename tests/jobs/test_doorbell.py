"""The doorbell: at once for who rings, one bell for many rings, and nothing of it can fail a request."""

import os
import threading
import time

import pytest

from config.celery import SCHEDULER_ARGV, SLOTS, WORKER_ARGV, app
from jobs.doorbell import Doorbell
from jobs.models import Lane


def wait_for(holds):
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_many_rings_while_the_broker_hangs_become_one_bell_a_lane():
    sent: list[Lane] = []
    hung = threading.Event()

    def press(lane):
        sent.append(lane)
        hung.wait()

    bell = Doorbell(press)
    bell.ring(Lane.SHORT)
    wait_for(lambda: sent)
    began = time.monotonic()
    for _ in range(1000):
        bell.ring(Lane.SHORT)
        bell.ring(Lane.LONG)
    assert time.monotonic() - began < 1
    assert not bell.quiet
    hung.set()
    wait_for(lambda: bell.quiet)
    assert sorted(sent) == [Lane.LONG, Lane.SHORT, Lane.SHORT]
    assert (bell.rung, bell.failed) == (3, 0)


def test_a_bell_that_fails_is_counted_and_the_next_one_is_sent():
    def press(lane):
        if lane == Lane.SHORT:
            raise OSError("no broker")

    bell = Doorbell(press)
    bell.ring(Lane.SHORT)
    wait_for(lambda: bell.failed == 1)
    bell.ring(Lane.LONG)
    wait_for(lambda: bell.rung == 1)


@pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"
)  # forking beside a thread is what is tested; what the child needs is made anew there
def test_a_forked_process_has_a_bell_of_its_own():
    hung = threading.Event()

    def press(lane):
        hung.wait()

    bell = Doorbell(press)
    bell.ring(Lane.SHORT)
    wait_for(lambda: not bell._notes)
    child = os.fork()
    if not child:
        hung.set()
        bell.ring(Lane.LONG)
        ends = time.monotonic() + 10
        while not bell.rung and time.monotonic() < ends:
            time.sleep(0.01)
        os._exit(0 if bell.rung == 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    hung.set()
    wait_for(lambda: bell.quiet)


def test_celery_takes_json_alone_and_promises_nothing():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None
    assert not app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["socket_timeout"] == 2
    assert [name for name in app.tasks if not name.startswith("celery.")] == ["jobs.run_due"]


def test_command_lines_start_two_processes_one_of_them_kept_for_short_jobs():
    assert SLOTS == 2
    assert WORKER_ARGV[WORKER_ARGV.index("--concurrency") + 1] == "2"
    assert SCHEDULER_ARGV[-1] == "run_scheduler"
