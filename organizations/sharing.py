"""Who may do what with a shared thing: the one place that talks to django-guardian.

A grant says that a person or a team may *view* or *edit* one object; *edit* stores both rows. Lists ask
`granted_ids`, one UNION over the grant rows, and never guardian's shortcuts (DESIGN section 5, *Rights*).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Protocol

from django.contrib.auth.models import Permission
from django.db import models
from guardian.shortcuts import assign_perm, remove_perm

from organizations.models import Team, TeamMembership, User


class Level(IntEnum):
    """How far a right goes; each level holds those below it."""

    VIEW = 1
    EDIT = 2
    MANAGE = 3

    @classmethod
    def named(cls, name: str) -> Level:
        """Return the level called `name` ("view" or "edit"); raise `ValueError` for anything else."""
        if name not in {"view", "edit"}:
            raise ValueError(f"“{name}” is not a level. Use view or edit.")
        return cls[name.upper()]


class Shared(Protocol):
    """What a shareable model offers: its two grant tables."""

    user_grants: Any
    team_grants: Any


def codename(model: type[models.Model], level: Level) -> str:
    """Return the permission codename that stands for `level` (view or edit) on `model`."""
    return f"{level.name.lower()}_{model._meta.model_name}"


def grant(subject: models.Model, *, to: User | Team, level: Level) -> None:
    """Let `to` use `subject` at `level`, replacing what it had. The caller checks rights and writes the audit line."""
    if level is Level.MANAGE:
        raise ValueError("Manage is not granted: it belongs to the owner and to organization admins.")
    model = type(subject)
    assign_perm(codename(model, Level.VIEW), to, subject)
    if level is Level.EDIT:
        assign_perm(codename(model, Level.EDIT), to, subject)
    else:
        remove_perm(codename(model, Level.EDIT), to, subject)


def revoke(subject: models.Model, *, to: User | Team) -> None:
    """Take every right on `subject` from `to`. It takes effect at once: nothing else remembers rights."""
    for level in (Level.EDIT, Level.VIEW):
        remove_perm(codename(type(subject), level), to, subject)


def granted_ids(model: type[models.Model], user: User, *, level: Level) -> models.QuerySet[Any, Any]:
    """Return a query of the ids of `model` that grants open to `user` at `level`, themselves or through teams.

    For use inside `filter(pk__in=…)`: it runs no query by itself.
    """
    permission = Permission.objects.filter(
        content_type__app_label=model._meta.app_label,
        content_type__model=model._meta.model_name,
        codename=codename(model, level),
    ).values("pk")
    # The reverse names are declared by the grant models of each shareable model.
    user_grant = model._meta.get_field("user_grants").related_model
    team_grant = model._meta.get_field("team_grants").related_model
    teams = TeamMembership.objects.filter(user=user).values("team_id")
    own = user_grant._default_manager.filter(user=user, permission__in=permission)  # type: ignore[union-attr]  # a model class
    through_teams = team_grant._default_manager.filter(group__in=teams, permission__in=permission)  # type: ignore[union-attr]  # likewise
    return own.values("content_object_id").union(through_teams.values("content_object_id"))
