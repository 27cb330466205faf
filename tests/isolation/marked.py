"""Two organizations and their people's books, with a mark in every text that anybody wrote, and who may know a mark.

What is said of rights stands in `Rights`, filled from the tables below and from nothing that the database answers.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from books.leaving import end_membership
from books.services import hand_over, share_book
from contacts.document import ADDRESS_PARTS, SCALAR_NAMES, ContactDocument, Info, Kind, Membership
from contacts.formats.targets import Target, To
from contacts.matching import Policy
from contacts.models import ChangeSet, Group
from contacts.services import (
    create_contact,
    delete_book,
    edit_book,
    move_contacts,
    restore_contacts,
    save_contact,
    trash_contacts,
)
from organizations.models import AuditEntry, Role, User
from organizations.services import add_member, change_role, create_organization, create_team, everyone, invitations
from organizations.sharing import Level
from sync.imports import services as imports
from tests.factories import PASSWORD, make_book, make_user
from tests.isolation.marks import Marks
from tests.isolation.model import EVERYONE, Book, Rights
from tests.sync.conftest import draft, run, table

#: Where everybody belongs at first. Fay leaves, and Dan's account is closed; the sessions of both stay open.
ROLES = {
    ("home", "ann"): Role.OWNER,
    ("home", "ada"): Role.ADMIN,
    ("home", "ben"): Role.MEMBER,
    ("home", "vic"): Role.MEMBER,
    ("home", "max"): Role.MEMBER,
    ("home", "sue"): Role.MEMBER,
    ("home", "dan"): Role.ADMIN,
    ("home", "fay"): Role.MEMBER,
    ("away", "sam"): Role.OWNER,
    ("away", "sue"): Role.MEMBER,
}
TEAMS = {"sales": ("home", {"ben"}), "crew": ("away", {"sue"})}
#: As they are in the end. `handed` was Ben's first; to `opened` Ada gave herself access.
BOOKS = {
    "shared": Book("home", "ann", {"ben": Level.EDIT, "vic": Level.VIEW, "sue": Level.VIEW, "dan": Level.EDIT}),
    "teamed": Book("home", "ann", {"sales": Level.EDIT}),
    "private": Book("home", "ann"),
    "bens": Book("home", "ben"),
    "opened": Book("home", "ann", {"vic": Level.VIEW, "ada": Level.VIEW}),
    "handed": Book("home", "ann", {"ben": Level.EDIT, "vic": Level.VIEW}),
    "deleted": Book("home", "ann", {"ben": Level.EDIT}, deleted=True),
    "frozen": Book("home", None, frozen_for="fay"),
    "foreign": Book("away", "sam", {EVERYONE: Level.EDIT, "crew": Level.VIEW}),
    "foreign private": Book("away", "sam"),
}
MADE_BY = {"handed": "ben", "frozen": "fay"}
#: Those with a history: contacts changed, trashed and brought back; and those with imports besides.
TRIED = ("shared", "private", "foreign", "frozen")
IMPORTED = ("shared", "private", "foreign")
#: Ann is an owner, Ada an admin, Ben an editor, Vic a viewer, Max has no share; Sue belongs to both organizations.
ACTORS = ("ann", "ada", "ben", "vic", "max", "sue", "sam", "fay", "dan", "anonymous")


class Marked:
    """The people and all that they wrote; what they opened sessions with. Needs real commits: it runs imports."""

    def __init__(self):
        self.marks = Marks()
        self.rights = Rights(
            roles={where: role for where, role in ROLES.items() if where[1] != "fay"},
            teams={name: people for name, (_, people) in TEAMS.items()},
            books=BOOKS,
            closed={"dan"},
        )
        names = list(dict.fromkeys(name for _, name in ROLES))
        self.people = {name: self._person(name) for name in names}
        self.owners = {"home": self.people["ann"], "away": self.people["sam"]}
        self.organizations = {
            home: create_organization(name=self.mark("organization", home, "name"), owner=owner)
            for home, owner in self.owners.items()
        }
        for (home, name), role in ROLES.items():
            if self.people[name] != self.owners[home]:
                where, person = self.organizations[home], self.people[name]
                add_member(organization=where, user=person, role=Role.MEMBER, by=self.owners[home])
                change_role(organization=where, user=person, role=role, by=self.owners[home])
        self.teams = {
            name: create_team(
                organization=self.organizations[home],
                title=self.mark("organization", home, f"title of the team {name}"),
                members=[self.people[person] for person in sorted(people)],
                by=self.owners[home],
            )
            for name, (home, people) in TEAMS.items()
        }
        self.invitations = [
            invitations.invite(
                by=owner,
                organization=self.organizations[home],
                email=self.mark("invitation", home, "email") + "@example.com",
                role=Role.MEMBER,
            )
            for home, owner in self.owners.items()
        ]
        self.books, self.contacts, self.trashed, self.imports, self.pictures = {}, {}, {}, {}, {}
        for name in BOOKS:
            self._book(name)
        self._move()
        self._act_on_books()
        self.clients = {actor: self._client(actor) for actor in ACTORS}
        self._end()

    def _end(self):
        """Fay is removed and the account of Dan closed, behind the back of their sessions; and a password is lost."""
        Client().post("/accounts/password/reset/", {"email": self.people["sam"].email})
        end_membership(organization=self.organizations["home"], user=self.people["fay"], by=self.people["ann"])
        User.objects.filter(pk=self.people["dan"].pk).update(is_active=False)

    def mark(self, kind, home, field):
        """Return a word that nothing else bears."""
        return self.marks.word(kind, home, field)

    def user(self, actor):
        """Return who somebody is signed in as."""
        return self.people.get(actor, AnonymousUser())

    def _client(self, actor):
        """Return somebody's browser, with a session that is kept."""
        if actor not in self.people:
            return Client()
        device = self.mark("device", actor, "user agent")
        client = Client(HTTP_USER_AGENT=f"Mozilla/5.0 (X11; {device}) Firefox/140.0")
        answer = client.post("/accounts/login/", {"login": self.people[actor].email, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    def _person(self, name):
        person = make_user(self.mark("person", name, "name"), email=self.mark("person", name, "email") + "@example.com")
        picture = f"people/{self.mark('person', name, 'name of the picture')}.webp"
        person.picture = default_storage.save(picture, ContentFile(self._bytes("person", name)))
        person.save(update_fields=["picture"])
        return person

    def _bytes(self, kind, home):
        """Return what stands for a picture; nobody decodes it any more when it is served."""
        return self.mark(kind, home, "bytes of a picture").encode()

    def document(self, book, what):
        """Return a contact with a mark in every field."""

        def mark(field):
            return self.mark("contact", book, f"{field} {what}")

        values = {
            Kind.EMAIL: lambda: mark("email") + "@example.com",
            Kind.PHONE: lambda: self.marks.phone("contact", book, f"phone {what}"),
            Kind.URL: lambda: f"https://{mark('url')}.example.com/",
            Kind.DATE: lambda: "1987-10-06",
            Kind.ADDRESS: lambda: "",
        }
        picture = f"avatars/{mark('name of the picture')}.webp"
        self.pictures[book, what] = default_storage.save(picture, ContentFile(self._bytes("contact", book)))
        return ContactDocument(
            **{name: mark(name) for name in SCALAR_NAMES if name != "avatar"},
            avatar=self.pictures[book, what],
            starred=True,
            infos=tuple(
                Info(
                    kind=kind,
                    label="other",
                    custom_label=mark(f"label of {kind}"),
                    value=values.get(kind, lambda kind=kind: mark(kind))(),
                    address={part: mark(part) for part in ADDRESS_PARTS} if kind is Kind.ADDRESS else {},
                )
                for kind in Kind
            ),
            memberships=(
                Membership(kind="group", name=mark("group")),
                Membership(kind="group", name="Everybody's group"),
                Membership(
                    kind="company",
                    name=mark("company"),
                    **{part: mark(part) for part in ("title", "department", "location", "description")},
                ),
            ),
        ).normalised()

    def _book(self, name):
        """Make a book: its name was another once, and so were what is in it and what is in the trash."""
        book = BOOKS[name]
        owner = self.people[MADE_BY.get(name, book.owner)]
        made = make_book(owner, self.organizations[book.organization], self.mark("book", name, "former name"))
        self.books[name] = made
        for to, level in book.grants.items():
            if (name, to) not in {("opened", "ada"), ("handed", "ben")}:
                share_book(by=owner, book=made, to=self._subject(book, to), level=level)
        edit_book(
            by=owner,
            book=made,
            name=self.mark("book", name, "name"),
            description=self.mark("book", name, "description"),
        )
        if name not in (*TRIED, "deleted"):
            self.contacts[name] = create_contact(by=owner, book=made, document=self.document(name, "as it is")).pk
            return
        contact = create_contact(by=owner, book=made, document=self.document(name, "before a change"))
        after = self.document(name, "as it is")
        save_contact(by=owner, contact=contact, document=after, base_version=contact.version)
        self.contacts[name] = contact.pk
        gone = create_contact(by=owner, book=made, document=self.document(name, "in the trash"))
        trash_contacts(by=owner, contacts=[gone.pk])
        self.trashed[name] = gone.pk
        if name in IMPORTED:
            back = create_contact(by=owner, book=made, document=ContactDocument(first_name="Back"))
            trash_contacts(by=owner, contacts=[back.pk])
            restore_contacts(by=owner, contacts=[back.pk])
            self._imports(name, owner)

    def _subject(self, book, to):
        return everyone(self.organizations[book.organization]) if to == EVERYONE else self.teams.get(to, self.user(to))

    def _imports(self, name, owner):
        """Import a file, of which a row fails, and leave another as a draft."""
        heading = self.mark("rows", name, "heading")
        rows = table(
            (self.mark("contact", name, "imported name"), "", self.mark("contact", name, "imported email") + "@a.eu"),
            ("L" * 300, self.mark("rows", name, "row that failed"), ""),
            header=f"First Name,{heading},E-mail 1 - Value",
        )
        file_name = self.mark("contact", name, "name of a file") + ".csv"
        imported = draft(owner, self.books[name], rows, name=file_name)
        imports.correct(
            by=owner,
            imported=imported,
            targets={1: Target(to=To.CUSTOM, custom_label=heading)},
            day_first=True,
            policy=Policy.FILL,
        )
        imported = run(imports.start(by=owner, imported=imported))
        assert (imported.created, imported.failed) == (1, 1)
        waiting = draft(
            owner,
            self.books[name],
            table((self.mark("rows", name, "row of a draft"), "", "", "", "")),
            name=self.mark("rows", name, "name of a draft's file") + ".csv",
        )
        self.imports[name] = [imported.pk, waiting.pk]

    def _move(self):
        """Move a contact out of Ann's own book: what was before the move stays with whoever could read it there."""
        ann = self.people["ann"]
        contact = create_contact(
            by=ann, book=self.books["private"], document=self.document("private", "before it was moved away")
        )
        cleaned = save_contact(
            by=ann, contact=contact, document=self.document("shared", "moved here"), base_version=contact.version
        )
        move_contacts(by=ann, contacts=[cleaned.pk], to=self.books["shared"])
        self.contacts["moved"] = cleaned.pk
        # And one out of a shared book into her own: its past goes with it.
        shared = create_contact(by=ann, book=self.books["shared"], document=self.document("private", "while shared"))
        taken = save_contact(
            by=ann, contact=shared, document=self.document("private", "taken away"), base_version=shared.version
        )
        move_contacts(by=ann, contacts=[taken.pk], to=self.books["private"])
        self.contacts["taken"] = taken.pk

    def _act_on_books(self):
        """Delete one, hand one over, and have an admin open one to herself: mail goes out."""
        delete_book(by=self.people["ann"], book=self.books["deleted"])
        hand_over(by=self.people["ada"], book=self.books["handed"], to=self.people["ann"])
        share_book(by=self.people["ada"], book=self.books["opened"], to=self.people["ada"], level=Level.VIEW)

    # --- Who may know what.

    def may_know(self, actor, mark):
        """Say whether the model lets somebody see a mark."""
        rights, home = self.rights, mark.home
        if actor in rights.closed or actor not in self.people:
            return False
        if mark.kind == "contact":
            return rights.may(actor, home)
        if mark.kind == "rows":  # what an import is made of is its makers'
            return rights.may(actor, home, Level.EDIT)
        if mark.kind == "book":
            managed = rights.may(actor, home, Level.MANAGE) or rights.may_bring_back(actor, home)
            return managed or rights.may(actor, home)
        if mark.kind == "person":  # colleagues remember who has left
            met = {organization for organization, person in ROLES if person == home}
            return actor == home or any((organization, actor) in rights.roles for organization in met)
        if mark.kind == "invitation":
            return rights.roles.get((home, actor)) in (Role.OWNER, Role.ADMIN)
        if mark.kind == "device":
            return actor == home
        assert mark.kind == "organization"  # its name and its teams
        return (home, actor) in rights.roles

    def hidden(self, actor, *kinds):
        """Return what somebody may not know, word by word, by (kind, home)."""
        found = {}
        for word, mark in self.marks.known.items():
            if mark.kind in kinds and not self.may_know(actor, mark):
                found.setdefault((mark.kind, mark.home), []).append(word)
        return found

    def organizations_of(self, mark):
        """Return the names of the organizations that a mark is from."""
        if mark.home in BOOKS:
            return {BOOKS[mark.home].organization}
        return {home for home, name in ROLES if mark.home in (home, name)}

    # --- What addresses can name.

    def ids(self):
        """Return what may stand in an address: by the name of its argument, or by that and the word before it.

        What comes first is tried with every page of a thing, the rest with its own page alone.
        """
        groups = {
            kind: [
                Group.objects.filter(memberships__contact=self.contacts[book], kind=kind).order_by("-name")[0].pk
                for book in TRIED
            ]
            for kind in ("group", "company")
        }
        whole = [self._act(self.books[book], contact=None) for book in ("private", "foreign", "deleted")]
        memberships = [
            self.people[name].memberships.get(organization=self.organizations[home]).pk
            for home, name in (("home", "max"), ("away", "sam"))
        ]
        audited = [
            AuditEntry.objects.filter(organization_id=each.pk).order_by("at")[0].pk
            for each in self.organizations.values()
        ]
        return {
            "book_id": [self.books[book].pk for book in (*IMPORTED, "deleted", "teamed", "frozen")],
            "contact_id": [
                *(self.contacts[name] for name in ("moved", "taken", "foreign", "private", "shared", "frozen")),
                self.trashed["shared"],
            ],
            ("groups", "group_id"): groups["group"],
            ("companies", "group_id"): groups["company"],
            ("changes", "change_set_id"): [
                self._act(self.books["private"], self.contacts["moved"]),
                self._act(self.books["shared"], self.contacts["taken"]),
                *(self._act(self.books[book], self.contacts[book]) for book in TRIED),
                *whole,
            ],
            ("many", "change_set_id"): [self._act(self.books[book], self.contacts[book]) for book in TRIED],
            ("trash", "change_set_id"): [
                *(self._act(self.books[book], self.trashed[book]) for book in TRIED),
                whole[-1],
            ],
            "import_id": [self.imports[book][0] for book in ("shared", "private", "foreign")]
            + [self.imports[book][1] for book in ("shared", "foreign")],
            "invitation_id": [each.pk for each in self.invitations],
            "membership_id": memberships,
            "team_id": [team.public_id for team in self.teams.values()],
            "user_id": [self.people[name].pk for name in ("ann", "sam")],
            "session_id": [self.people[name].usersession_set.earliest("pk").pk for name in ("ann", "sam")],
            "kind": ["failed"],
            "app_label": ["organizations", "books"],
            ("contactbook", "object_id"): [self.books[book].pk for book in ("shared", "private", "foreign")],
            ("organizationmembership", "object_id"): memberships,
            ("invitation", "object_id"): [each.pk for each in self.invitations],
            ("auditentry", "object_id"): audited,
            ("team", "object_id"): [team.public_id for team in self.teams.values()],
        }

    def _act(self, book, contact):
        """Return the last act on a contact, or (None) on a book as a whole."""
        return ChangeSet.objects.filter(changes__book=book, changes__contact=contact).latest("started_at", "pk").pk
