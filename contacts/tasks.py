"""What the contacts room leaves to the workers."""

from __future__ import annotations

from datetime import timedelta

from contacts.services.errors import Busy, NotVisible
from contacts.services.group_acts import KIND as GROUP
from contacts.services.group_acts import run as run_group_act
from contacts.services.housekeeping import CHORES
from contacts.services.many import KIND as MANY
from contacts.services.many import run as run_many
from contacts.services.rekeying import KIND as REKEY
from contacts.services.rekeying import run as run_rekeying
from contacts.services.trash import KIND as TRASH
from contacts.services.trash import run as run_trash
from contacts.services.undoing import KIND, run_undo
from jobs.registry import handler
from jobs.work import Work


@handler(KIND, lane="long", retry_on=(Busy,))
def undo(work: Work) -> None:
    """Undo an act of many contacts."""
    run_undo(work)


@handler("contacts.keep_house", lane="long", every=timedelta(minutes=10))
def keep_house(work: Work) -> None:
    """Fold counts, erase what has been in the trash for 30 days, forget old tombstones."""
    for chore in CHORES:
        took = 1
        while took:
            with work.checkpoint():
                took = chore()
            work.give_way()


@handler(TRASH, lane="long", retry_on=(Busy, NotVisible))
def trash(work: Work) -> None:
    """Restore or erase many contacts of the trash."""
    run_trash(work)


@handler(REKEY, lane="long", retry_on=(Busy,))
def rekey(work: Work) -> None:
    """Read an organization's phone numbers anew, in the region that it has now."""
    run_rekeying(work)


@handler(MANY, lane="long", retry_on=(Busy,))
def many(work: Work) -> None:
    """Move, group, star or delete many contacts."""
    run_many(work)


@handler(GROUP, lane="long", retry_on=(Busy,))
def group(work: Work) -> None:
    """Rename, merge or delete a group or company of many contacts."""
    run_group_act(work)
