"""Who may do what, said once more in a few lines that read no database: what the campaign holds every surface to."""

from __future__ import annotations

from dataclasses import dataclass, field

from organizations.models import Role
from organizations.sharing import Level

EVERYONE = "everyone"


@dataclass
class Book:
    """A book: whose it is (nobody's while frozen), with whom it is shared and how far, and whether it is deleted."""

    organization: str
    owner: str | None
    grants: dict[str, Level] = field(default_factory=dict)
    deleted: bool = False
    frozen_for: str | None = None


@dataclass
class Rights:
    """People, teams and books by name."""

    roles: dict[tuple[str, str], Role] = field(default_factory=dict)  # by organization and person
    teams: dict[str, set[str]] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def may(self, person: str, name: str, level: Level = Level.VIEW, *, deleted: bool = False) -> bool:
        """Say whether `person` may use a book at `level`: a living one, or with `deleted` one that is deleted."""
        book = self.books[name]
        role = self.roles.get((book.organization, person))
        if role is None or person in self.closed or book.deleted != deleted:
            return False
        if book.owner == person:
            return True
        if level is Level.MANAGE:
            return bool(book.grants) and role in (Role.OWNER, Role.ADMIN)
        return any(
            given >= level and (to in (person, EVERYONE) or person in self.teams.get(to, ()))
            for to, given in book.grants.items()
        )

    def may_bring_back(self, person: str, name: str) -> bool:
        """Say whether `person` may restore a deleted book."""
        return self.may(person, name, Level.MANAGE, deleted=True)

    def readers(self, name: str) -> frozenset[str]:
        """Return who may read the contacts of a book."""
        return frozenset(person for _, person in self.roles if self.may(person, name))

    def colleagues(self, person: str) -> frozenset[str]:
        """Return whoever belongs to an organization of `person`'s, themselves too."""
        theirs = {organization for organization, each in self.roles if each == person}
        return frozenset(each for organization, each in self.roles if organization in theirs) | {person}
