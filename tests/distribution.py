"""Which tests of a parallel run belong to one process, because they share something dear: a worker, a running Kith.

pytest-xdist's own `xdist_group` mark changes test ids in a way that pytest 9.2 ignores, without a word.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    (re.compile(r"/test_(?:\w+_)?crash(?:es)?\.py::|::test_worker_"), "the worker of tests/worker.py"),
    (re.compile(r"/config/test_(?:supervisor|asgi|headers|production)\.py::"), None),
    (re.compile(r"/live/test_(?:streams|revocation)\.py::|/browser/test_live\.py::"), None),
)
"""Part of a test's id → what its tests share with other files'; None where only the tests of one file share."""


class Together(LoadScopeScheduling):
    """Hands out tests one by one in the order of their collection, and those of `TOGETHER` in one piece."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the piece that a test belongs to (the method that xdist's documentation overrides)."""
        return piece(nodeid)


def piece(nodeid: str) -> str:
    """Return the name of the piece that the test `nodeid` is handed out with: its own id for most."""
    for part, shared in TOGETHER:
        if part.search(nodeid):
            return shared or nodeid.split("::")[0]
    return nodeid
