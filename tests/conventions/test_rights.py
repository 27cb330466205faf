"""`for_user` and django-guardian read the same grants: on random graphs of people, teams and books they agree."""

import random
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm

from books.models import BookTeamGrant, BookUserGrant, ContactBook
from books.services import share_book, unshare_book
from organizations.models import OrganizationMembership, Role, Team, User
from organizations.services import add_member, add_to_team, change_role, everyone, remove_from_team
from organizations.sharing import Level, codename
from tests.factories import make_book, make_cast, make_member, make_organization, make_team, make_user

STEPS = 45


class World:
    """Two organizations with people, teams and books, and a model of who may use what."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.organizations = [make_organization(), make_organization()]
        self.people = [make_user() for _ in range(6)]
        self.roles: dict[tuple[UUID, UUID], Role] = {}
        for membership in OrganizationMembership.objects.select_related("user"):
            self.roles[membership.organization_id, membership.user_id] = Role(membership.role)
            self.people.append(membership.user)
        self.active = {person.pk for person in self.people}
        for organization in self.organizations:
            for person in self.pick.sample(self.people[:6], 4):
                self._join(organization, person)
        self.teams: dict[int, tuple[Team, set[UUID]]] = {
            team.pk: (team, set()) for each in self.organizations for team in (make_team(each), make_team(each))
        }
        self.books = []
        for organization in self.organizations:
            for person in self._members(organization)[:3]:
                self.books.append(make_book(person, organization))
        self.given: dict[tuple[UUID, str, Any], Level] = {}

    def _members(self, organization):
        return [person for person in self.people if (organization.pk, person.pk) in self.roles]

    def _join(self, organization, person):
        role = self.pick.choice(list(Role))
        add_member(organization=organization, user=person, role=role, by=None)
        self.roles[organization.pk, person.pk] = role

    def step(self) -> None:
        """Do one thing that people do, to the database and to the model."""
        pick = self.pick
        organization = pick.choice(self.organizations)
        members = self._members(organization)
        teams = [entry for entry in self.teams.values() if entry[0].organization_id == organization.pk]
        books = [book for book in self.books if book.organization_id == organization.pk]
        act = pick.choice(["share", "share", "share", "unshare", "join", "leave", "role", "active", "delete"])
        book = pick.choice(books) if books else None
        if act in ("share", "unshare") and book is not None:
            others = [person for person in members if person.pk != book.owner_id]
            to = pick.choice([everyone(organization), *(team for team, _ in teams), *others])
            if act == "share":
                level = pick.choice([Level.VIEW, Level.EDIT])
                share_book(by=None, book=book, to=to, level=level)
                self.given[book.pk, type(to).__name__, to.pk] = level
            else:
                unshare_book(by=None, book=book, to=to)
                self.given.pop((book.pk, type(to).__name__, to.pk), None)
        elif act == "join":
            team, inside = pick.choice(teams)
            person = pick.choice(members)
            add_to_team(team=team, user=person, by=None)
            inside.add(person.pk)
        elif act == "leave":
            team, inside = pick.choice(teams)
            if inside:
                key = pick.choice(sorted(inside))
                remove_from_team(team=team, user=User.objects.get(pk=key), by=None)
                inside.discard(key)
        elif act == "role":
            person = pick.choice(members)
            owners = [
                each
                for each in members
                if self.roles[organization.pk, each.pk] == Role.OWNER and each.pk in self.active and each != person
            ]
            if owners:
                role = pick.choice(list(Role))
                change_role(organization=organization, user=person, role=role, by=None)
                self.roles[organization.pk, person.pk] = role
        elif act == "active":
            person = pick.choice(self.people)
            person.is_active = not person.is_active
            person.save(update_fields=["is_active"])
            self.active ^= {person.pk}
        elif act == "delete" and book is not None and len(self.books) > 3 and pick.random() < 0.3:
            ContactBook._base_manager.filter(pk=book.pk).delete()
            self.books.remove(book)

    def may(self, person, book, level) -> bool:
        """Say what the model thinks."""
        if person.pk not in self.active:
            return False
        if book.owner_id == person.pk:
            return True
        shares = {(kind, to): given for (key, kind, to), given in self.given.items() if key == book.pk}
        if level is Level.MANAGE:
            role = self.roles.get((book.organization_id, person.pk))
            return bool(shares) and role in (Role.OWNER, Role.ADMIN)
        mine = {("User", person.pk)}
        mine |= {("Team", pk) for pk, (_, inside) in self.teams.items() if person.pk in inside}
        if (book.organization_id, person.pk) in self.roles:
            mine.add(("Team", everyone(book.organization).pk))
        return any(given >= level for to, given in shares.items() if to in mine)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_every_way_to_ask_agrees(seed):
    world = World(seed)
    for number in range(STEPS):
        world.step()
        if number % 9:
            continue
        for person in User.objects.filter(pk__in=[each.pk for each in world.people]):
            for level in Level:
                listed = set(ContactBook.objects.for_user(person, at_least=level).values_list("pk", flat=True))
                expected = {book.pk for book in world.books if world.may(person, book, level)}
                assert listed & {book.pk for book in world.books} == expected
                if level is Level.MANAGE:
                    continue
                name = f"books.{codename(ContactBook, level)}"
                for book in world.books:
                    owned = book.owner_id == person.pk and person.is_active
                    fresh = User.objects.get(pk=person.pk)
                    assert (fresh.has_perm(name, book) or owned) == (book.pk in listed)


@pytest.mark.django_db
def test_personal_books_are_their_owners_alone():
    organization = make_organization()
    members = [make_member(organization, role=role) for role in Role]
    for member in members:
        for level in Level:
            books = ContactBook.objects.for_user(member, at_least=level)
            assert [(book.name, book.owner) for book in books] == [("Personal", member)]


@pytest.mark.django_db
def test_guardians_bulk_paths_fail_loudly():
    cast = make_cast()
    before = BookUserGrant.objects.count()
    books = ContactBook.objects.filter(pk=cast.private.pk)
    cases: list[tuple[Any, Any]] = [
        (cast.ben, books),
        (User.objects.filter(pk=cast.ben.pk), cast.private),
        (Team.objects.filter(pk=cast.team.pk), cast.private),
        (cast.team, books),
    ]
    for to, subject in cases:
        with pytest.raises(IntegrityError, match="organization_id"), transaction.atomic():
            assign_perm("view_contactbook", to, subject)
    assert BookUserGrant.objects.count() == before
    assert not BookTeamGrant.objects.exists()
