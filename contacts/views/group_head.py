"""What stands beside the list of a group or company: what may be done with it, and a company's domains."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from contacts.domains import Domains, domains_of
from contacts.models import Group, GroupKind
from contacts.views.actions import Action, group_actions
from contacts.views.panel import Panel


class GroupHead:
    """The head of the page of the panel's group or company. Everything is read when first used, and once."""

    def __init__(self, panel: Panel, group: Group) -> None:
        self.panel = panel
        self.group = group

    @property
    def is_company(self) -> bool:
        """Whether it is a company."""
        return self.group.kind == GroupKind.COMPANY

    @cached_property
    def actions(self) -> list[Action]:
        """What may be done with it but to come here. One query."""
        here = reverse("contacts:group-about", args=[self.group.pk])
        return [
            action
            for action in group_actions(self.panel.user, self.group, shelf=self.panel.shelf)
            if action.href != here
        ]

    @cached_property
    def domains(self) -> Domains | None:
        """The domains of the emails of a company's people; None for a group. One query."""
        return domains_of(self.panel.shelf, self.group) if self.is_company else None

    @property
    def domain_links(self) -> list[tuple[str, int, str]]:
        """Each of these domains, how many people have it, and the address of these people's list."""
        if self.domains is None:
            return []
        base = f"/companies/{self.group.pk}/?"
        return [(domain, count, base + urlencode({"q": domain})) for domain, count in self.domains.found]


def head_of(panel: Panel) -> GroupHead | None:
    """Return the head of the company or group that is listed, None for lists of others and of a part of it."""
    return GroupHead(panel, panel.group_listed) if panel.group_listed and not panel.chips else None
