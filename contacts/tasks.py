"""What the contacts room leaves to the workers."""

from __future__ import annotations

from contacts.services.undoing import KIND, run_undo
from jobs.registry import handler
from jobs.work import Work


@handler(KIND, lane="long")
def undo(work: Work) -> None:
    """Undo an act of many contacts."""
    run_undo(work)
