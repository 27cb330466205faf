"""Who can use a book, how far and why; and whom a change of its sharing would give or take access. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from books.models import ContactBook
from organizations import sharing
from organizations.models import Team, TeamMembership, User
from organizations.sharing import Level

#: With whom a book is shared, and how far.
Grants = Mapping[User | Team, Level]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody can use a book: as its owner, through `team`, or (neither) because it is shared with them."""

    level: Level
    is_owner: bool = False
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody who can read a book's contacts, at the highest level that their reasons give."""

    user: User
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> Level:
        """How far it goes."""
        return max(reason.level for reason in self.reasons)

    @property
    def is_owner(self) -> bool:
        """Whether the book is theirs."""
        return any(reason.is_owner for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Effects:
    """Whose access a change of sharing changes, by user id: what they get, or (`lose`) had."""

    gain: Mapping[UUID, Level] = field(default_factory=dict)
    lose: Mapping[UUID, Level] = field(default_factory=dict)
    raised: Mapping[UUID, Level] = field(default_factory=dict)
    lowered: Mapping[UUID, Level] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.gain or self.lose or self.raised or self.lowered)

    @property
    def key(self) -> str:
        """A digest by which a form says which effects the person has seen."""
        parts = [
            sorted((str(user_id), int(level)) for user_id, level in part.items())
            for part in (self.gain, self.lose, self.raised, self.lowered)
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def user_ids(self) -> set[UUID]:
        """Everybody concerned."""
        return {*self.gain, *self.lose, *self.raised, *self.lowered}


def grants_of(book: ContactBook) -> dict[User | Team, Level]:
    """Return with whom the book is shared, teams first, by name. Two queries."""
    edit = sharing.codename(ContactBook, Level.EDIT)
    found: dict[User | Team, Level] = {}
    teams = book.team_grants.select_related("group", "permission").order_by("group__title", "group_id", "pk")
    for by_team in teams:
        level = Level.EDIT if by_team.permission.codename == edit else Level.VIEW
        found[by_team.group] = max(level, found.get(by_team.group, Level.VIEW))
    people = book.user_grants.select_related("user", "permission").order_by("user__name", "user_id", "pk")
    for by_person in people:
        level = Level.EDIT if by_person.permission.codename == edit else Level.VIEW
        found[by_person.user] = max(level, found.get(by_person.user, Level.VIEW))
    return found


def effects(owner_id: UUID | None, before: Grants, after: Grants) -> Effects:
    """Return whose access changes when the grants of a book go from `before` to `after`. One query.

    The owner's own never does; people whose account is closed have none.
    """
    members = _members([to for to in {*before, *after} if isinstance(to, Team)])
    old, new = _levels(before, members), _levels(after, members)
    old.pop(owner_id, None)  # type: ignore[arg-type]  # a frozen book has no owner, and nobody's id is None
    new.pop(owner_id, None)  # type: ignore[arg-type]  # likewise
    return Effects(
        gain={user_id: level for user_id, level in new.items() if user_id not in old},
        lose={user_id: level for user_id, level in old.items() if user_id not in new},
        raised={user_id: level for user_id, level in new.items() if level > old.get(user_id, level)},
        lowered={user_id: level for user_id, level in new.items() if level < old.get(user_id, level)},
    )


def who_can_see(book: ContactBook) -> list[Access]:
    """Return everybody who can read the book's contacts, its owner first, then by name. Four queries.

    Organization admins who were given nothing are not among them: they manage the sharing, and see no contacts.
    """
    grants = grants_of(book)
    reasons: dict[User, list[Reason]] = {}
    if book.owner is not None and book.owner.is_active:
        reasons[book.owner] = [Reason(Level.EDIT, is_owner=True)]
    teams = {to.pk: to for to in grants if isinstance(to, Team)}
    inside = TeamMembership.objects.filter(team__in=list(teams), user__is_active=True).select_related("user")
    by_team: dict[int, list[User]] = {}
    for membership in inside.order_by("user__name", "user_id", "pk"):
        by_team.setdefault(membership.team_id, []).append(membership.user)
    for to, level in grants.items():
        people = by_team.get(to.pk, []) if isinstance(to, Team) else [to] if to.is_active else []
        for person in people:
            team = teams[to.pk] if isinstance(to, Team) else None
            reasons.setdefault(person, []).append(Reason(level, team=team))
    found = [Access(person, tuple(why)) for person, why in reasons.items()]
    return sorted(found, key=lambda each: (not each.is_owner, str(each.user).casefold(), each.user.pk))


def _members(teams: Iterable[Team]) -> dict[int, list[UUID]]:
    """Return the ids of the active people of each team. One query."""
    found: dict[int, list[UUID]] = {}
    inside = TeamMembership.objects.filter(team__in=[team.pk for team in teams], user__is_active=True).order_by("pk")
    for team_id, user_id in inside.values_list("team_id", "user_id"):
        found.setdefault(team_id, []).append(user_id)
    return found


def _levels(grants: Grants, members: Mapping[int, Iterable[UUID]]) -> dict[UUID, Level]:
    found: dict[UUID, Level] = {}
    for to, level in grants.items():
        if isinstance(to, User):
            people: Iterable[UUID] = [to.pk] if to.is_active else []
        else:
            people = members.get(to.pk, [])
        for user_id in people:
            found[user_id] = max(level, found.get(user_id, level))
    return found
