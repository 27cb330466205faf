"""A person's own latest act, to be undone by a key, and their latest undo, to be taken back by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from contacts.models import ChangeSet
from contacts.models.changes import ChangeSetQuerySet
from contacts.services.undoing import start_undo
from organizations.models import Organization, User
from organizations.sharing import Level

#: What is older is undone from the list of changes, not by a key that somebody hits.
RECENT: Final = timedelta(hours=24)


def undoable(*, by: User, organization: Organization) -> ChangeSet | None:
    """Return the newest recent act of `by` in the organization that they may undo and that is not undone. One query."""
    acts = _recent(by, organization).filter(undo_of__isnull=True)
    return acts.filter(~_standing_undo()).order_by("-started_at", "-pk").first()


def redoable(*, by: User, organization: Organization) -> ChangeSet | None:
    """Return the newest recent undo of `by` that is not undone itself; None when they did something since.

    Two queries.
    """
    undos = _recent(by, organization).filter(undo_of__isnull=False, undo_of__undo_of__isnull=True)
    latest = undos.filter(~_standing_undo()).order_by("-started_at", "-pk").first()
    if latest is None:
        return None
    since = ChangeSet.objects.filter(
        organization=organization, actor_id=by.pk, undo_of__isnull=True, started_at__gt=latest.started_at
    )
    return None if since.exists() else latest


def undo_latest(
    *, by: User, organization: Organization, find: Callable[..., ChangeSet | None], before: Callable[[ChangeSet], None]
) -> ChangeSet | None:
    """Undo what `find` (`undoable` or `redoable`) finds, as `start_undo` does; return the undo, None without one.

    `before` is given the act first: an undone act can no longer be told as it was. Two of one person at once go one
    after the other, so that each takes back another act. Raises as `start_undo`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contacts.latest:{by.pk}"])
        found = find(by=by, organization=organization)
        if found is None:
            return None
        before(found)
        return start_undo(by=by, change_set=found)


def _recent(by: User, organization: Organization) -> ChangeSetQuerySet:
    acts = ChangeSet.objects.for_user(by, at_least=Level.EDIT)
    return acts.filter(organization=organization, actor_id=by.pk, started_at__gt=timezone.now() - RECENT)


def _standing_undo() -> Exists:
    return Exists(ChangeSet.objects.filter(undo_of=OuterRef("pk"), undone_by__isnull=True))
