"""Who may do what with a shared thing: the one place that talks to django-guardian.

A grant says that a person or a team may *view* or *edit* one object; *edit* stores both rows. Lists ask
`open_ids`, one UNION over the grant rows, and never guardian's shortcuts (DESIGN section 5, *Rights*).
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import Any, Protocol

from django.db import models
from django.db.models.expressions import RawSQL
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


def open_ids(model: type[models.Model], user: User, *, level: Level) -> RawSQL:
    """Return SQL for the ids of `model` that are open to `user` at `level` (view or edit): those they own, and those
    granted to themselves or to their teams.

    For use inside `filter(pk__in=…)`: it runs no query by itself. Written out, because every page asks it more than
    once and building it from querysets cost more than running it (2 ms against 0.4).
    """
    kind = f"{model._meta.app_label}.{model._meta.model_name}"
    name = codename(model, level)
    return RawSQL(_open_sql(model), [user.pk, user.pk, name, kind, user.pk, name, kind])  # noqa: S611  # built of table names


@cache
def open_levels(model: type[models.Model]) -> str:
    """Return SQL for the rows `(id, level)` of all of `model` that is open to a user, the value named `user`: what
    `open_ids` finds at each level, in one go.

    For `FROM (…)` in a statement that reads much of them at once. The caller leaves out users who are not active.
    """
    user_grant, team_grant = _grant_tables(model)
    view, edit = codename(model, Level.VIEW), codename(model, Level.EDIT)
    return (
        f"WITH permission AS MATERIALIZED (SELECT permission.id, CASE codename WHEN '{edit}' THEN {Level.EDIT}"  # noqa: S608  # names of ours
        f" ELSE {Level.VIEW} END AS level FROM auth_permission permission JOIN django_content_type type"
        f" ON type.id = permission.content_type_id WHERE codename IN ('{view}', '{edit}')"
        f" AND app_label = '{model._meta.app_label}' AND type.model = '{model._meta.model_name}')"
        f" SELECT id, max(level) AS level FROM (SELECT id, {Level.EDIT} AS level"
        f" FROM {model._meta.db_table} WHERE owner_id = %(user)s"
        f" UNION ALL SELECT content_object_id, level FROM {user_grant} mine"
        " JOIN permission ON permission.id = mine.permission_id WHERE user_id = %(user)s"
        f" UNION ALL SELECT content_object_id, level FROM {team_grant} mine"
        " JOIN permission ON permission.id = mine.permission_id"
        f" JOIN {TeamMembership._meta.db_table} member ON member.team_id = mine.group_id"
        " WHERE member.user_id = %(user)s"
        ") AS each GROUP BY id"
    )


@cache
def level_of(model: type[models.Model], row: str) -> str:
    """Return SQL for one row `(level)`: at which level one object of `model`, the row known as `row` in the statement
    around it, is open to a user, the value named `user`; NULL when it is not. As `open_levels` has it.

    For `LATERAL (…)` beside the row. The caller leaves out users who are not active.
    """
    user_grant, team_grant = _grant_tables(model)
    # Asked apart, not joined: with every table more that a statement joins it takes longer to plan than to run.
    level = "".join(
        f" WHEN (SELECT permission.id FROM auth_permission permission JOIN django_content_type type"  # noqa: S608  # names of ours
        f" ON type.id = permission.content_type_id WHERE codename = '{codename(model, level)}'"
        f" AND app_label = '{model._meta.app_label}' AND type.model = '{model._meta.model_name}') THEN {level}"
        for level in (Level.EDIT, Level.VIEW)
    )
    return (
        f"SELECT max(level) AS level FROM (SELECT {Level.EDIT} AS level WHERE {row}.owner_id = %(user)s"  # noqa: S608  # likewise
        f" UNION ALL SELECT CASE permission_id{level} END FROM ("
        f"SELECT permission_id FROM {user_grant} WHERE content_object_id = {row}.id AND user_id = %(user)s"
        f" UNION ALL SELECT permission_id FROM {team_grant} mine JOIN {TeamMembership._meta.db_table} member"
        f" ON member.team_id = mine.group_id WHERE content_object_id = {row}.id AND member.user_id = %(user)s"
        ") AS given) AS each"
    )


@cache
def open_to_any(model: type[models.Model]) -> str:
    """Return SQL for the rows `(user_id, id)`: which objects of `model`, of those whose ids are the array named `ids`,
    are open at view to which people of the array named `users`.

    One go for what many people may see of a few objects. The caller leaves out users who are not active.
    """
    user_grant, team_grant = _grant_tables(model)
    permission = (
        "(SELECT permission.id FROM auth_permission permission JOIN django_content_type type"  # noqa: S608  # names of ours
        f" ON type.id = permission.content_type_id WHERE codename = '{codename(model, Level.VIEW)}'"
        f" AND app_label = '{model._meta.app_label}' AND type.model = '{model._meta.model_name}')"
    )
    return (
        f"SELECT owner_id AS user_id, id FROM {model._meta.db_table}"  # noqa: S608  # likewise
        " WHERE id = ANY(%(ids)s::uuid[]) AND owner_id = ANY(%(users)s::uuid[])"
        f" UNION SELECT user_id, content_object_id FROM {user_grant} WHERE permission_id = {permission}"
        " AND content_object_id = ANY(%(ids)s::uuid[]) AND user_id = ANY(%(users)s::uuid[])"
        f" UNION SELECT member.user_id, mine.content_object_id FROM {team_grant} mine"
        f" JOIN {TeamMembership._meta.db_table} member ON member.team_id = mine.group_id"
        f" WHERE mine.permission_id = {permission}"
        " AND mine.content_object_id = ANY(%(ids)s::uuid[]) AND member.user_id = ANY(%(users)s::uuid[])"
    )


@cache
def _open_sql(model: type[models.Model]) -> str:
    user_grant, team_grant = _grant_tables(model)
    permission = (
        "(SELECT permission.id FROM auth_permission permission JOIN django_content_type type"
        " ON type.id = permission.content_type_id"
        " WHERE permission.codename = %s AND type.app_label || '.' || type.model = %s)"
    )
    return (
        f"SELECT id FROM {model._meta.db_table} WHERE owner_id = %s"  # noqa: S608  # table names
        f" UNION SELECT content_object_id FROM {user_grant} WHERE user_id = %s AND permission_id = {permission}"
        f" UNION SELECT mine.content_object_id FROM {team_grant} mine"
        f" JOIN {TeamMembership._meta.db_table} member ON member.team_id = mine.group_id"
        f" WHERE member.user_id = %s AND mine.permission_id = {permission}"
    )


def _grant_tables(model: type[models.Model]) -> tuple[str, str]:
    # The reverse names are declared by the grant models of each shareable model.
    return tuple(
        model._meta.get_field(name).related_model._meta.db_table  # type: ignore[union-attr, return-value]  # a model class; two names
        for name in ("user_grants", "team_grants")
    )
