"""What is held before a right goes: all that a team may edit, so that writes come before the end or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import models

from organizations.models import Team
from organizations.sharing import Level, codename


def lock_edited_by(team: Team) -> set[UUID]:
    """Lock all that is shared with `team` at *edit*, in the order of ids, until the transaction ends.

    Whoever takes the right from its people does this first. A write under way holds its object's key (ADR 11) and is
    finished before, the next one waits and finds the right gone. What may only be viewed is written by nobody, and is
    not locked. FOR UPDATE; one query for each model that can be shared. Returns the ids.
    """
    locked = (rows.select_for_update(of=("self",)) for rows in _edited_by(team))
    return {row[0] for rows in locked for row in rows.values_list("pk")}


def edited_by(team: Team) -> set[UUID]:
    """Return the ids of what is shared with `team` at *edit* now. One query for each model that can be shared."""
    return {row[0] for rows in _edited_by(team) for row in rows.values_list("pk")}


def _edited_by(team: Team) -> Iterator[models.QuerySet[Any]]:
    for grants in _grant_models():
        model: Any = grants._meta.get_field("content_object").related_model
        edited = grants._default_manager.filter(
            group=team,
            permission__codename=codename(model, Level.EDIT),
            permission__content_type__app_label=model._meta.app_label,
        )
        yield model._base_manager.filter(pk__in=edited.values("content_object_id")).order_by("pk")


def _grant_models() -> list[type[models.Model]]:
    """Return the models of grants to teams, always in the same order; guardian's generic one, unused, is none."""
    found = {
        relation.related_model
        for relation in Team._meta.related_objects
        if relation.field.name == "group"
        and any(field.name == "content_object" for field in relation.related_model._meta.concrete_fields)
    }
    return sorted(found, key=lambda model: model._meta.db_table)
