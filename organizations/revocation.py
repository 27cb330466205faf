"""What is held before a right goes: all that a team may edit, so that writes come before the end or not at all."""

from __future__ import annotations

from typing import Any

from django.db import models

from organizations.models import Team
from organizations.sharing import Level, codename


def lock_edited_by(team: Team) -> None:
    """Lock all that is shared with `team` at *edit*, in the order of ids, until the transaction ends.

    Whoever takes the right from its people does this first. A write under way holds its object's key (ADR 11) and is
    finished before, the next one waits and finds the right gone. What may only be viewed is written by nobody, and is
    not locked. FOR UPDATE; one query for each model that can be shared.
    """
    for grants in _grant_models():
        model: Any = grants._meta.get_field("content_object").related_model
        edited = grants._default_manager.filter(
            group=team,
            permission__codename=codename(model, Level.EDIT),
            permission__content_type__app_label=model._meta.app_label,
        )
        rows = model._base_manager.filter(pk__in=edited.values("content_object_id")).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))


def _grant_models() -> list[type[models.Model]]:
    """Return the models of grants to teams, always in the same order; guardian's generic one, unused, is none."""
    found = {
        relation.related_model
        for relation in Team._meta.related_objects
        if relation.field.name == "group"
        and any(field.name == "content_object" for field in relation.related_model._meta.concrete_fields)
    }
    return sorted(found, key=lambda model: model._meta.db_table)
