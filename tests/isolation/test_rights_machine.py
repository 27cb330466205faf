"""A rights machine: whatever people do to shares, teams, roles, books and contacts, every surface says what the
model says after each step."""

import random
import re

import pytest
from django.test import Client

from books.leaving import end_membership
from books.models import ContactBook
from books.services import hand_over, share_book, unshare_book
from contacts.document import ContactDocument, Membership
from contacts.models import ChangeSet, Contact, Group, KeptGroup
from contacts.scope import scope_for
from contacts.search import find
from contacts.services import (
    create_contact,
    delete_book,
    edit_book,
    move_contacts,
    restore_book,
    restore_contacts,
    star_contacts,
    trash_contacts,
)
from organizations.models import Role
from organizations.services import add_member, add_to_team, change_role, everyone, remove_from_team
from organizations.sharing import Level
from sync.imports.models import Import
from tests.conftest import LONG
from tests.factories import make_book, make_member, make_organization, make_team, make_user, personal_book
from tests.isolation.model import EVERYONE, Book, Rights
from tests.sync.conftest import draft, table

STEPS = 300 if LONG else 16
LIST_LINK = re.compile(r'<div class="row"[^>]*><div><input [^>]*name="contact" value="([0-9a-f-]{36})"')


class Machine:
    """One organization and a stranger's, the model beside the database, and what was done so far."""

    def __init__(self, seed):
        self.pick = random.Random(seed)
        self.trace = []
        self.model = Rights()
        owner, stranger = make_user("Olga"), make_user("Sam")
        self.homes = {"home": make_organization(owner=owner), "away": make_organization(owner=stranger)}
        self.people = {"olga": owner, "sam": stranger}
        self.model.roles |= {("home", "olga"): Role.OWNER, ("away", "sam"): Role.OWNER}
        for name, role in (("ada", Role.ADMIN), ("ben", Role.MEMBER), ("vic", Role.MEMBER), ("ann", Role.MEMBER)):
            self.people[name] = make_member(self.homes["home"], name.title(), role=role)
            self.model.roles["home", name] = role
        self.teams = {"east": make_team(self.homes["home"]), "west": make_team(self.homes["home"])}
        self.model.teams = {"east": set(), "west": set()}
        self.books, self.contacts, self.groups = {}, {}, {}
        self.acts = {}  # change-set: the (book, contact or None) of each of its changes
        self.imports = {}
        self.trashed, self.kept = set(), set()
        for name in self.people:
            home = next(home for home, person in self.model.roles if person == name)
            self._has(f"personal of {name}", personal_book(self.people[name], self.homes[home]), home, name)
        for holder in ("ann", "ann", "ada", "olga", "ben"):
            title = f"book {len(self.books)} of {holder}"
            self._has(title, make_book(self.people[holder], self.homes["home"], title), "home", holder)
        self.clients = {name: Client() for name in self.people}
        for name, client in self.clients.items():
            client.force_login(self.people[name])

    def _has(self, name, book, home, owner):
        """Put one contact in a group of its own, and a draft of an import, into a new book."""
        self.books[name] = book
        self.model.books[name] = Book(home, owner)
        group = f"Group of {name}"
        contact = create_contact(
            by=self.people[owner],
            book=book,
            document=ContactDocument(
                first_name="Everyword", last_name=name, memberships=(Membership(kind="group", name=group),)
            ),
        )
        self.contacts[contact.pk] = name
        self.groups[contact.pk] = Group.objects.get(name=group).pk
        self.acts[ChangeSet.objects.get(changes__contact=contact).pk] = [(name, contact.pk)]
        self.imports[draft(self.people[owner], book, table(("Jan", "", "", "", ""))).pk] = name

    # --- What people do. Each returns whether it could be done.

    def members(self):
        return sorted(person for home, person in self.model.roles if home == "home")

    def some_book(self, *, deleted=False):
        """Return a book of the organization that somebody manages, and who manages it; None when there is none."""
        found = [
            (name, person)
            for name in self.model.books
            for person in self.members()
            if self.model.may(person, name, Level.MANAGE, deleted=deleted)
        ]
        return self.pick.choice(found) if found else (None, None)

    def some_contact(self, level, *, trashed=False):
        """Return a contact and somebody who may use it at `level`."""
        found = [
            (contact, person)
            for contact, book in self.contacts.items()
            if (contact in self.trashed) == trashed
            for person in self.members()
            if self.model.may(person, book, level)
        ]
        return self.pick.choice(found) if found else (None, None)

    def share(self):
        name, by = self.some_book()
        book = self.model.books[name]
        others = [person for person in self.members() if person != book.owner]
        to = self.pick.choice([EVERYONE, "east", "west", *others])
        level = self.pick.choice([Level.VIEW, Level.EDIT])
        share_book(by=self.people[by], book=self.books[name], to=self._subject(to), level=level)
        book.grants[to] = level
        return f"{by} shares {name} with {to} to {level.name}"

    def unshare(self):
        shared = [
            (name, to, person)
            for name, book in self.model.books.items()
            for to in book.grants
            for person in self.members()
            if self.model.may(person, name, Level.MANAGE)
        ]
        if not shared:
            return None
        name, to, by = self.pick.choice(shared)
        unshare_book(by=self.people[by], book=self.books[name], to=self._subject(to))
        del self.model.books[name].grants[to]
        return f"{by} unshares {name} with {to}"

    def _subject(self, to):
        return everyone(self.homes["home"]) if to == EVERYONE else self.teams.get(to) or self.people[to]

    def join_team(self):
        team, person = self.pick.choice(["east", "west"]), self.pick.choice(self.members())
        add_to_team(team=self.teams[team], user=self.people[person], by=None)
        self.model.teams[team].add(person)
        return f"{person} joins {team}"

    def leave_team(self):
        inside = [(team, person) for team, people in self.model.teams.items() for person in sorted(people)]
        if not inside:
            return None
        team, person = self.pick.choice(inside)
        remove_from_team(team=self.teams[team], user=self.people[person], by=None)
        self.model.teams[team].remove(person)
        return f"{person} leaves {team}"

    def role(self):
        person = self.pick.choice([person for person in self.members() if person != "olga"])
        role = self.pick.choice(list(Role))
        change_role(organization=self.homes["home"], user=self.people[person], role=role, by=None)
        self.model.roles["home", person] = role
        return f"{person} becomes {role}"

    def leave(self):
        person = self.pick.choice([person for person in self.members() if person != "olga"])
        end_membership(organization=self.homes["home"], user=self.people[person], by=self.people["olga"])
        del self.model.roles["home", person]
        for people in self.model.teams.values():
            people.discard(person)
        for book in self.model.books.values():
            book.grants.pop(person, None)
            if book.owner == person and book.grants:
                book.owner = "olga"
                # Whoever owns a book needs no share of it. When that was the last, it is hers alone from here.
                book.grants.pop("olga", None)
            elif book.owner == person:
                book.owner, book.frozen_for = None, person
        self.kept = {(group, each) for group, each in self.kept if each != person}
        return f"{person} leaves the organization"

    def return_(self):
        away = sorted(set(self.people) - set(self.members()) - {"sam"})
        if not away:
            return None
        person, role = self.pick.choice(away), self.pick.choice([Role.ADMIN, Role.MEMBER])
        add_member(organization=self.homes["home"], user=self.people[person], role=role, by=None)
        self.model.roles["home", person] = role
        for book in self.model.books.values():
            if book.frozen_for == person:
                book.owner, book.frozen_for = person, None
        return f"{person} returns as {role}"

    def hand_over(self):
        name, by = self.some_book()
        book = self.model.books[name]
        to = self.pick.choice([each for each in self.members() if each != book.owner and each not in self.model.closed])
        hand_over(by=self.people[by], book=self.books[name], to=self.people[to])
        book.grants.pop(to, None)
        book.grants[book.owner], book.owner = Level.EDIT, to
        return f"{by} hands {name} over to {to}"

    def delete(self):
        name, by = self.some_book()
        self._did(delete_book(by=self.people[by], book=self.books[name]), name, None)
        self.model.books[name].deleted = True
        return f"{by} deletes {name}"

    def restore(self):
        name, by = self.some_book(deleted=True)
        if name is None:
            return None
        self._did(restore_book(by=self.people[by], book=self.books[name]), name, None)
        self.model.books[name].deleted = False
        return f"{by} restores {name}"

    def rename(self):
        name, by = self.some_book()
        edit_book(by=self.people[by], book=self.books[name], name=f"{name} {len(self.acts)}")
        self._did(ChangeSet.objects.latest("started_at", "pk"), name, None)
        return f"{by} renames {name}"

    def move(self):
        contact, by = self.some_contact(Level.EDIT)
        there = [name for name in self.books if self.model.may(by, name, Level.EDIT) and name != self.contacts[contact]]
        there = [name for name in there if self.model.books[name].organization == "home"]
        if not there:
            return None
        name = self.pick.choice(there)
        self._did(move_contacts(by=self.people[by], contacts=[contact], to=self.books[name]), name, contact)
        moved_from, self.contacts[contact] = self.contacts[contact], name
        return f"{by} moves {contact} from {moved_from} to {name}"

    def star(self):
        contact, by = self.some_contact(Level.EDIT)
        starred = not Contact.objects.get(pk=contact).starred
        made = star_contacts(by=self.people[by], contacts=[contact], starred=starred)
        self._did(made, self.contacts[contact], contact)
        return f"{by} stars {contact}"

    def trash(self):
        contact, by = self.some_contact(Level.EDIT)
        self._did(trash_contacts(by=self.people[by], contacts=[contact]), self.contacts[contact], contact)
        self.trashed.add(contact)
        return f"{by} trashes {contact}"

    def untrash(self):
        contact, by = self.some_contact(Level.EDIT, trashed=True)
        if contact is None:
            return None
        self._did(restore_contacts(by=self.people[by], contacts=[contact]), self.contacts[contact], contact)
        self.trashed.discard(contact)
        return f"{by} takes {contact} out of the trash"

    def keep_group(self):
        contact, person = self.some_contact(Level.VIEW)
        group = Group.objects.get(pk=self.groups[contact])
        KeptGroup.objects.get_or_create(group=group, user=self.people[person], organization=group.organization)
        self.kept.add((contact, person))
        return f"{person} keeps the group of {contact}"

    def close_account(self):
        person = self.pick.choice([name for name in self.people if name != "olga"])
        user = self.people[person]
        user.is_active = not user.is_active
        user.save(update_fields=["is_active"])
        self.model.closed ^= {person}
        if user.is_active:
            self.clients[person].force_login(user)
        return f"the account of {person} is {'open' if user.is_active else 'closed'}"

    def _did(self, change_set, book, contact):
        self.acts[change_set.pk] = [(book, contact)]

    ACTS = (
        *(share, share, share, unshare, join_team, leave_team, role, leave, return_, return_, hand_over, hand_over),
        *(delete, restore, restore, rename, move, move, star, trash, untrash, keep_group, close_account),
    )

    def step(self):
        """Do one thing that can be done, by somebody who may, with an account that is open."""
        while True:
            done = self.pick.choice(self.ACTS)(self)
            if done is not None:
                self.trace.append(done)
                return

    # --- What everybody then sees.

    def compare(self, *, closely):
        """Compare the model with the books that everybody may use, and with all that those of `closely` see."""
        for name in self.people:
            surfaces = (self.of_books, self.of_services, self.of_pages) if name in closely else (self.of_books,)
            wrong = [
                f"{surface}: {sorted(map(str, seen ^ expected))} is {'seen' if seen - expected else 'missing'}"
                for ask in surfaces
                for surface, seen, expected in ask(name)
                if seen != expected
            ]
            assert not wrong, "\n".join([*self.trace, f"then {name}:", *wrong])

    def of_books(self, name):
        """Yield (surface, what `name` sees, what the model says) for the door to books, on which all else hangs."""
        model, user = self.model, self.people[name]
        ids = {book: self.books[book].pk for book in self.books}
        known = set(ids.values())
        for level in Level:
            seen = set(ContactBook.objects.for_user(user, at_least=level).values_list("pk", flat=True)) & known
            yield f"books to {level.name}", seen, {ids[book] for book in ids if model.may(name, book, level)}
        seen = set(ContactBook.objects.deleted_for_user(user).values_list("pk", flat=True))
        yield "deleted books", seen, {ids[book] for book in ids if model.may_bring_back(name, book)}

    def of_services(self, name):
        """Yield the same for every other door."""
        model, user = self.model, self.people[name]
        for level in (Level.VIEW, Level.EDIT):
            allowed = {contact for contact, book in self.contacts.items() if model.may(name, book, level)}
            seen = set(Contact.objects.for_user(user, at_least=level).values_list("pk", flat=True))
            yield f"contacts to {level.name}", seen, allowed - self.trashed
            seen = set(Contact.objects.trashed_for_user(user, at_least=level).values_list("pk", flat=True))
            yield f"the trash to {level.name}", seen, allowed & self.trashed
            seen = set(ChangeSet.objects.for_user(user, at_least=level).values_list("pk", flat=True))
            acts = {
                act
                for act, changes in self.acts.items()
                if any(self._sees(name, book, contact, level) for book, contact in changes)
            }
            yield f"change-sets to {level.name}", seen, acts
            seen = set(Import.objects.for_user(user, at_least=level).values_list("pk", flat=True))
            yield (
                f"imports to {level.name}",
                seen,
                {each for each, book in self.imports.items() if model.may(name, book, level)},
            )
        groups = {
            group
            for contact, group in self.groups.items()
            if contact in self.readable(name) or (contact, name) in self.kept
        }
        yield "groups", set(Group.objects.for_user(user).values_list("pk", flat=True)), groups
        for home, organization in self.homes.items():
            rows = {row.id for row in find(scope_for(user, organization), "everyword").rows}
            yield f"search in {home}", rows, self.readable(name, home)

    def _sees(self, name, book, contact, level):
        if contact is not None:
            return self.model.may(name, book, level) and self.model.may(name, self.contacts[contact], level)
        managed = self.model.may(name, book, Level.MANAGE) or self.model.may_bring_back(name, book)
        return managed or (level is Level.VIEW and self.model.may(name, book))

    def readable(self, name, home=None):
        """Return the living contacts that the model lets `name` read."""
        return {
            contact
            for contact, book in self.contacts.items()
            if contact not in self.trashed
            and self.model.may(name, book)
            and home in (None, self.model.books[book].organization)
        }

    def of_pages(self, name):
        """Yield the same for the list page, a search, the trash, and the status of a card, a form and a group page."""
        client = self.clients[name]
        home = "away" if name == "sam" else "home"
        readable = {str(contact) for contact in self.readable(name, home)}
        for address in ("/contacts/", "/contacts/?q=everyword"):
            yield address, set(LIST_LINK.findall(client.get(address).text)), readable
        contact, book = self.pick.choice(sorted(self.contacts.items()))
        headers = self.pick.choice([{}, {"HX-Request": "true", "HX-Target": "detail"}])
        if name in self.model.closed:
            view = edit = group = page = 401 if headers else 302
        else:
            seen = contact in self.readable(name)
            view = 200 if seen else 404
            edit = (200 if self.model.may(name, book, Level.EDIT) else 403) if seen else 404
            group = 200 if seen or (contact, name) in self.kept else 404
            page = 200 if self.model.may(name, book) else 404
        for address, status in (
            (f"/contacts/{contact}/", view),
            (f"/contacts/{contact}/edit/", edit),
            (f"/groups/{self.groups[contact]}/", group),
            (f"/books/{self.books[book].pk}/", page),
        ):
            yield f"{address} in {book}", {client.get(address, headers=headers).status_code}, {status}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6 if LONG else 2))
def test_every_surface_says_what_the_model_says(seed):
    machine = Machine(seed)
    machine.compare(closely=machine.people)
    for number in range(STEPS):
        machine.step()
        # Everybody now and then, and else whoever the lot falls on: what one step broke is still broken later.
        everybody = number % 10 == 9
        machine.compare(closely=machine.people if everybody else machine.pick.sample(sorted(machine.people), 1))
