"""Fixtures with processes, for the tests of jobs."""

from tests.worker import _workers, effects, scheduler, second_worker, worker

__all__ = ["_workers", "effects", "scheduler", "second_worker", "worker"]
