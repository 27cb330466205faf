"""What the sync room leaves to the workers."""

from __future__ import annotations

from datetime import timedelta

from jobs.registry import handler
from jobs.work import Work
from sync.imports import running, tidying


@handler(running.KIND, lane="long")
def import_file(work: Work) -> None:
    """Import an uploaded file."""
    running.run_import(work)


@handler(tidying.KIND, lane="long", every=timedelta(hours=1))
def tidy_imports(work: Work) -> None:
    """Delete what imports left behind."""
    tidying.tidy(work)
