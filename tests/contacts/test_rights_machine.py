"""Sharing, teams, roles, moving, deleting and handing over in any order: what everybody sees equals a small model."""

import random
from dataclasses import dataclass, field

import pytest

from books.models import ContactBook
from books.services import hand_over, set_sharing
from contacts.models import Contact
from contacts.services import delete_book, move_contacts, restore_book, restore_contacts, trash_contacts
from contacts.trash import put_there
from organizations.models import Role, Team
from organizations.services import add_to_team, change_role, everyone, remove_from_team
from organizations.sharing import Level
from tests.contacts.test_views_lists import add, signed_in
from tests.factories import make_book

STEPS = 18
SEEDS = [1, 2]


@dataclass
class Model:
    """Who may do what, by plain names: books with owner, grants and whether they live; contacts with their book."""

    teams: dict[str, set[str]]
    roles: dict[str, Role]
    owners: dict[str, str]
    grants: dict[str, dict[str, Level]]
    deleted: set[str] = field(default_factory=set)
    where: dict[str, str] = field(default_factory=dict)
    trashed: set[str] = field(default_factory=set)

    def level(self, who: str, book: str) -> int:
        """Return how far `who` may use the contacts of a living book: 0 not at all."""
        if book in self.deleted:
            return 0
        if self.owners[book] == who:
            return Level.EDIT
        given = [level for to, level in self.grants[book].items() if to == who or who in self.teams.get(to, ())]
        return max(given, default=0)

    def manages(self, who: str, book: str) -> bool:
        """Say whether `who` may rename, share, hand over and delete a book, or restore it."""
        is_admin = self.roles.get(who) in (Role.OWNER, Role.ADMIN)
        return self.owners[book] == who or (is_admin and bool(self.grants[book]))


class Machine:
    """The cast with three books, a team and six contacts, and the model of it."""

    def __init__(self, cast, seed):
        self.pick = random.Random(seed)
        self.organization = cast.organization
        self.everyone = everyone(cast.organization)
        self.team = cast.team
        self.people = {name: getattr(cast, name) for name in ("ann", "ben", "vic", "ada", "sam")}
        self.books = {"shared": cast.book, "private": cast.private, "bens": make_book(cast.ben, cast.organization)}
        members = {"ann", "ben", "vic", "ada"}
        self.model = Model(
            teams={"everyone": members, "team": {"ben", "vic"}},
            roles={"ann": Role.OWNER, "ben": Role.MEMBER, "vic": Role.MEMBER, "ada": Role.ADMIN},
            owners={"shared": "ann", "private": "ann", "bens": "ben"},
            grants={"shared": {"ben": Level.EDIT, "vic": Level.VIEW}, "private": {}, "bens": {}},
        )
        self.contacts = {}
        for number in range(6):
            book = ("shared", "private", "bens")[number % 3]
            owner = self.people[self.model.owners[book]]
            self.contacts[f"c{number}"] = add(cast, f"Contact {number}", book=self.books[book], by=owner)
            self.model.where[f"c{number}"] = book

    def to(self, name):
        return {"everyone": self.everyone, "team": self.team}.get(name) or self.people[name]

    def living(self):
        return [book for book in self.books if book not in self.model.deleted]

    def step(self):
        model, pick = self.model, self.pick
        acts = ["share", "share", "join", "leave", "role", "move", "trash", "restore", "delete", "bring_back", "give"]
        getattr(self, pick.choice(acts))(model, pick)

    def share(self, model, pick):
        if not self.living():
            return
        book = pick.choice(self.living())
        names = [name for name in ("everyone", "team", "ann", "ben", "vic", "ada") if name != model.owners[book]]
        chosen = {name: pick.choice([Level.VIEW, Level.EDIT]) for name in pick.sample(names, pick.randrange(4))}
        owner = self.people[model.owners[book]]
        grants = [(self.to(name), level) for name, level in chosen.items()]
        set_sharing(by=owner, book=self.books[book], grants=grants)
        model.grants[book] = chosen

    def join(self, model, pick):
        name = pick.choice(["ann", "ben", "vic", "ada"])
        add_to_team(team=self.team, user=self.people[name], by=None)
        model.teams["team"].add(name)

    def leave(self, model, pick):
        name = pick.choice(["ann", "ben", "vic", "ada"])
        remove_from_team(team=Team.objects.get(pk=self.team.pk), user=self.people[name], by=None)
        model.teams["team"].discard(name)

    def role(self, model, pick):
        name, role = pick.choice(["ben", "vic", "ada"]), pick.choice(list(Role))
        change_role(organization=self.organization, user=self.people[name], role=role, by=None)
        model.roles[name] = role

    def move(self, model, pick):
        free = [c for c in self.contacts if c not in model.trashed and model.where[c] not in model.deleted]
        ways = [
            (who, contact, book)
            for who in self.people
            for contact in free
            for book in self.living()
            if min(model.level(who, model.where[contact]), model.level(who, book)) >= Level.EDIT
        ]
        if ways:
            who, contact, book = pick.choice(ways)
            move_contacts(by=self.people[who], contacts=[self.contacts[contact].pk], to=self.books[book])
            model.where[contact] = book

    def trash(self, model, pick):
        self._put(model, pick, trash_contacts, [c for c in self.contacts if c not in model.trashed])

    def restore(self, model, pick):
        self._put(model, pick, restore_contacts, sorted(model.trashed))

    def _put(self, model, pick, service, among):
        ways = [(w, c) for w in self.people for c in among if model.level(w, model.where[c]) >= Level.EDIT]
        if ways:
            who, contact = pick.choice(ways)
            service(by=self.people[who], contacts=[self.contacts[contact].pk])
            model.trashed ^= {contact}

    def delete(self, model, pick):
        ways = [(who, book) for who in self.people for book in self.living() if model.manages(who, book)]
        if ways and len(self.living()) > 1:
            who, book = pick.choice(ways)
            delete_book(by=self.people[who], book=self.books[book])
            model.deleted.add(book)

    def bring_back(self, model, pick):
        ways = [(who, book) for who in self.people for book in sorted(model.deleted) if model.manages(who, book)]
        if ways:
            who, book = pick.choice(ways)
            restore_book(by=self.people[who], book=self.books[book])
            model.deleted.discard(book)

    def give(self, model, pick):
        if not self.living():
            return
        book = pick.choice(self.living())
        old, new = model.owners[book], pick.choice(["ann", "ben", "vic", "ada"])
        if old != new:
            hand_over(by=self.people[old], book=self.books[book], to=self.people[new])
            model.owners[book] = new
            model.grants[book].pop(new, None)
            model.grants[book][old] = Level.EDIT

    def compare(self):
        """Compare what the doors open to everybody with the model."""
        model = self.model
        keys = {book.pk: name for name, book in self.books.items()}
        contacts = {contact.pk: name for name, contact in self.contacts.items()}
        for who, user in self.people.items():
            for level in (Level.VIEW, Level.EDIT):
                books = ContactBook.objects.for_user(user, at_least=level).filter(pk__in=keys)
                expected = {name for name in self.books if model.level(who, name) >= level}
                assert {keys[book.pk] for book in books} == expected, (who, level)
                found = Contact.objects.for_user(user, at_least=level).filter(pk__in=contacts)
                seen = {c for c, book in model.where.items() if book in expected and c not in model.trashed}
                assert {contacts[contact.pk] for contact in found} == seen, (who, level)
            managed = ContactBook.objects.for_user(user, at_least=Level.MANAGE).filter(pk__in=keys)
            assert {keys[book.pk] for book in managed} == {b for b in self.living() if model.manages(who, b)}, who
            deleted = ContactBook.objects.deleted_for_user(user).filter(pk__in=keys)
            assert {keys[book.pk] for book in deleted} == {b for b in model.deleted if model.manages(who, b)}, who
            trashed = put_there(user).filter(contact__in=contacts).values_list("contact", flat=True)
            assert {contacts[pk] for pk in trashed} == {c for c in model.trashed if model.level(who, model.where[c])}

    def ask(self):
        """Ask pages as somebody and compare the answers with the model."""
        model, pick = self.model, self.pick
        who, book, contact = (
            pick.choice(list(self.people)),
            pick.choice(list(self.books)),
            pick.choice([*self.contacts]),
        )
        client = signed_in(self.people[who])
        pk, level = self.books[book].pk, model.level(who, book)
        manages = book not in model.deleted and model.manages(who, book)
        assert client.get(f"/books/{pk}/").status_code == (200 if level else 404)
        assert client.get(f"/books/{pk}/access/").status_code == (200 if level or manages else 404)
        expected = 200 if manages else 403 if level else 404
        assert client.get(f"/books/{pk}/edit/").status_code == expected
        assert client.get(f"/books/{pk}/hand-over/").status_code == expected
        level = 0 if contact in model.trashed else model.level(who, model.where[contact])
        address = f"/contacts/{self.contacts[contact].pk}/"
        assert client.get(address).status_code == (200 if level else 404)
        expected = {0: 404, Level.VIEW: 403, Level.EDIT: 200}[level]
        assert client.get(f"{address}edit/").status_code == expected


@pytest.mark.leaves_hooks  # mails of handing over
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_everybody_sees_what_the_model_says(cast, seed):
    machine = Machine(cast, seed)
    machine.compare()
    for number in range(STEPS):
        machine.step()
        if number % 2:
            machine.compare()
        if number % 4 == 0:
            machine.ask()
