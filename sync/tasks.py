"""What the sync room leaves to the workers."""

from __future__ import annotations

from jobs.registry import handler
from jobs.work import Work
from sync.imports.running import KIND, run_import


@handler(KIND, lane="long")
def import_file(work: Work) -> None:
    """Import an uploaded file."""
    run_import(work)
