"""Checks that nothing opens every tenant at once: no right over a whole table, no switch that brings one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.models import Exists, OuterRef, Q

from organizations.models import Team, User

_FORBIDDEN = {
    "GUARDIAN_LEGACY_GLOBAL_PERMS_GROUP_UNION": "it brings back a fault that listed objects without the right",
    "GUARDIAN_AUTO_PREFETCH": "it remembers rights on the user after they were taken away",
}


@register(Tags.security)
def guardian_is_tame(**kwargs: Any) -> list[CheckMessage]:
    """Report settings of django-guardian that widen or remember rights. No query."""
    found: list[CheckMessage] = [
        Error(f"{name} is set: {why}.", hint="Remove it from the settings.", id="kith.E010")
        for name, why in _FORBIDDEN.items()
        if getattr(settings, name, False)
    ]
    if getattr(settings, "ANONYMOUS_USER_NAME", "AnonymousUser") is not None:
        found.append(
            Error(
                "ANONYMOUS_USER_NAME is not None: a user who is nobody would stand in every list of people.",
                hint="Set ANONYMOUS_USER_NAME = None.",
                id="kith.E011",
            )
        )
    return found


@register(Tags.database)
def nobody_has_it_all(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Report users and teams with rights over a whole model: such a right opens every organization.

    Runs with `migrate` and `check --database`; two queries for each of `databases`, none before the tables stand.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        if User._meta.db_table not in connections[alias].introspection.table_names():
            continue
        rights = User.user_permissions.through.objects.filter(user=OuterRef("pk"))
        mighty = User.objects.using(alias).filter(Q(is_superuser=True) | Exists(rights)).order_by("pk")
        found += [
            Error(
                f"The user {pk} is a superuser or holds rights over whole models, which opens every organization.",
                hint="Set is_superuser to false and delete the user's rows in organizations_user_user_permissions.",
                id="kith.E012",
            )
            for pk in mighty.values_list("pk", flat=True)[:10]
        ]
        group_rights = Team.permissions.through.objects.filter(group=OuterRef("pk"))
        teams = Team.objects.using(alias).filter(Exists(group_rights)).order_by("pk")
        found += [
            Error(
                f"The team {public_id} holds rights over whole models, which opens every organization.",
                hint="Delete the rows of its group in auth_group_permissions.",
                id="kith.E013",
            )
            for public_id in teams.values_list("public_id", flat=True)[:10]
        ]
    return found
