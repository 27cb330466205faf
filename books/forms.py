"""The part of a book's form that says with whom it is shared, and the kinds of books that people start with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books.access import Grants
from organizations.models import Organization, Team, User
from organizations.permissions import NotVisible
from organizations.sharing import Level

#: People offered at once; others are found by name or email.
OFFERED: Final = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A kind of book that teams commonly keep, with a line of purpose."""

    key: str
    name: str | Promise
    purpose: str | Promise


SUGGESTIONS: Final = (
    Suggestion("clients", gettext_lazy("Clients"), gettext_lazy("Everyone who buys from us")),
    Suggestion("prospects", gettext_lazy("Prospects"), gettext_lazy("People who may become clients")),
    Suggestion("vendors", gettext_lazy("Vendors"), gettext_lazy("Those we buy from")),
    Suggestion("partners", gettext_lazy("Partners"), gettext_lazy("Firms and people we work with")),
    Suggestion("personal", gettext_lazy("Personal"), gettext_lazy("Friends, family and others who are mine alone")),
    Suggestion("team", gettext_lazy("Team"), gettext_lazy("Colleagues and how to reach them")),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody with whom the book can be shared: a team or a person, and what is chosen for them."""

    key: str
    to: User | Team
    level: Level | None  # None: not chosen

    @property
    def is_edit(self) -> bool:
        """Whether *can edit* stands in the list beside: the default, too."""
        return self.level is not Level.VIEW


class SharingForm:
    """With whom a book of `organization` is shared: the organization, its teams, its people, each at a level.

    Reads `share`, `with` (keys as "everyone", "team:<id>", "user:<id>"), `level:<key>` and `find` from `data`, else
    shows `grants`. Raises `NotVisible` for keys of teams and people who are not of the organization. Four queries.
    """

    def __init__(
        self, organization: Organization, *, owner: User | None, grants: Grants, data: QueryDict | None = None
    ) -> None:
        self.organization = organization
        self.errors: list[str] = []
        self.find = data.get("find", "").strip().replace("\x00", "")[:200] if data is not None else ""
        self._owner_id = owner.pk if owner else None
        teams = list(Team.objects.filter(organization=organization).order_by("-everyone", "title", "pk"))
        if data is None:
            picked = {_key(to): level for to, level in grants.items()}
            self.shared = bool(grants)
        else:
            picked = {key: self._level(data.get(f"level:{key}", "edit")) for key in data.getlist("with")}
            self.shared = data.get("share") == "on"
        people = self._people(picked)
        everybody: list[User | Team] = [*teams, *people]
        known = {_key(to) for to in everybody}
        if not picked.keys() <= known:
            raise NotVisible
        choices = [Choice(_key(to), to, picked.get(_key(to))) for to in everybody]
        self.everyone = choices[0]
        self.teams = [choice for choice in choices[1:] if isinstance(choice.to, Team)]
        self.people = [choice for choice in choices if isinstance(choice.to, User)]
        if data is not None and self.shared and not picked:
            self.errors.append(_("Choose whom to share this contact book with, or do not share it."))

    @property
    def grants(self) -> dict[User | Team, Level]:
        """What was chosen; nothing when the book is not to be shared."""
        every = (self.everyone, *self.teams, *self.people)
        return {choice.to: choice.level for choice in every if choice.level is not None} if self.shared else {}

    @property
    def has_more_people(self) -> bool:
        """Whether some people are not offered, but can be found."""
        return self._more

    def _level(self, text: str) -> Level:
        try:
            return Level.named(text)
        except ValueError:
            self.errors.append(_("Choose “can edit” or “can view” for everybody you share with."))
            return Level.VIEW

    def _people(self, picked: Iterable[str]) -> list[User]:
        """Return those chosen, and those who are offered or found. Two queries."""
        ids = [UUID(key[5:]) for key in picked if key.startswith("user:") and _is_uuid(key[5:])]
        members = User.objects.filter(memberships__organization=self.organization)
        if self._owner_id:
            members = members.exclude(pk=self._owner_id)
        chosen = list(members.filter(pk__in=ids).order_by("name", "email", "pk")) if ids else []
        offered = members.filter(is_active=True).exclude(pk__in=ids)
        for word in self.find.split()[:5]:
            offered = offered.filter(Q(name__icontains=word) | Q(email__icontains=word))
        found = list(offered.order_by("name", "email", "pk")[: OFFERED + 1])
        self._more = len(found) > OFFERED or bool(self.find)
        return [*chosen, *found[:OFFERED]]


def _key(to: User | Team) -> str:
    if isinstance(to, User):
        return f"user:{to.pk}"
    return "everyone" if to.everyone else f"team:{to.public_id}"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
