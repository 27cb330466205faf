"""URL × role: what each person gets at each address.

One `Row` an address and method: name, then the statuses of anonymous, owner, editor, viewer, admin, stranger. Ann owns
the book that the arguments name, Ben edits it, Vic views it, Ada administers its organization without a share, Sam is
in another organization. Arguments of an address are found by name in `ARGUMENTS`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.files import File
from django.urls import get_resolver

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.models import ChangeSet, Contact, Group
from contacts.services import create_contact, trash_contacts
from organizations.models import AuditEntry, Invitation, Role
from organizations.services import invitations
from sync.imports import services as imports
from sync.imports.models import Import
from tests.factories import Cast, make_cast


@dataclass(frozen=True)
class World(Cast):
    """The cast, and in Ann's shared `book` a contact with all that has an address."""

    contact: Contact
    group: Group
    company: Group
    change_set: ChangeSet
    trashed: ChangeSet
    imported: Import
    invitation: Invitation


ARGUMENTS: dict[str, Callable[[World], Any]] = {
    "book_id": lambda world: world.book.pk,
    "contact_id": lambda world: world.contact.pk,
    "change_set_id": lambda world: world.change_set.pk,
    "group_id": lambda world: world.group.pk,
    "import_id": lambda world: world.imported.pk,
    "invitation_id": lambda world: world.invitation.pk,
    "membership_id": lambda world: world.vic.memberships.get(organization=world.organization).pk,
    "team_id": lambda world: world.team.public_id,
}
"""How to fill an argument of an address, by the argument's name."""


def make_world() -> World:
    """Return the people and things that the addresses are about."""
    cast = make_cast()
    contact = create_contact(
        by=cast.ann,
        book=cast.book,
        document=ContactDocument(
            first_name="Zoë",
            infos=(Info(kind=Kind.EMAIL, label="work", value="zoe@example.com"),),
            memberships=(Membership(kind="company", name="Zoë & Co"), Membership(kind="group", name="Friends")),
        ),
    )
    old = create_contact(by=cast.ann, book=cast.book, document=ContactDocument(first_name="Old"))
    change_set = ChangeSet.objects.order_by("started_at", "pk")[0]
    file = File(io.BytesIO(b"First Name,Last Name\r\nJan,Novak\r\n"), name="people.csv")
    return World(
        **vars(cast),
        contact=contact,
        group=Group.objects.get(kind="group"),
        company=Group.objects.get(kind="company"),
        change_set=change_set,
        trashed=trash_contacts(by=cast.ann, contacts=[old.pk]),
        imported=imports.upload(by=cast.ann, book=cast.book, file=file, name="people.csv"),
        invitation=invitations.invite(
            by=cast.ann, organization=cast.organization, email="ida@example.com", role=Role.MEMBER
        ),
    )


@dataclass(frozen=True)
class Row:
    """One line of the table. `data` is the form sent; a value may be a function of the world."""

    name: str
    statuses: tuple[int, int, int, int, int, int]
    method: str = "GET"
    data: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    note: str = ""
    content_type: str = "application/x-www-form-urlencoded"

    def kwargs(self, world: World) -> dict[str, Any]:
        """Return the arguments of the address."""
        found: dict[str, Any] = {}
        for key in _arguments_of(self.name):
            value = self.arguments.get(key, ARGUMENTS.get(key))
            if value is None:
                raise LookupError(f"{self.name} takes {key}: say in ARGUMENTS of url_table.py what to put there.")
            found[key] = value(world) if callable(value) else value
        return found

    def body(self, world: World) -> str:
        """Return the form as it is sent; nothing for GET."""
        sent = {key: value(world) if callable(value) else value for key, value in self.data.items()}
        return urlencode(sent, doseq=True)


def _arguments_of(name: str) -> list[str]:
    """Return the names of an address's arguments."""
    resolver = get_resolver()
    *spaces, last = name.split(":")
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    return list(resolver.reverse_dict.getlist(last)[0][0][0][1])


def page(name: str, *statuses: int, **options: Any) -> Row:
    """Return the row of a GET."""
    return Row(name, statuses, **options)


def post(name: str, *statuses: int, **options: Any) -> Row:
    """Return the row of a POST."""
    return Row(name, statuses, method="POST", **options)


def of(path: str) -> Callable[[World], str]:
    """Return a function that finds the key of something in the world, for `data`."""
    return lambda world: str(getattr(world, path).pk)


def membership(name: str) -> Callable[[World], Any]:
    """Return a function that finds the key of somebody's membership in Ann's organization."""
    return lambda world: getattr(world, name).memberships.get(organization=world.organization).pk


GENERAL = {"name": "Other", "slug": "other"}
INVITED = {"email": "new@example.com", "role": "member"}
NAMED = {"first_name": "Ida", "anyway": "1"}
MADE_HERE = {"title": "New", "opened_in": of("organization")}
SHARED_BY_ADMIN = {"new_level": "edit"}


def audit_line(world: World) -> str:
    """Return the key of a line of the audit list of Ann's organization."""
    lines = AuditEntry.objects.filter(organization_id=world.organization.pk, action="team_created")
    return str(lines.order_by("-at")[0].pk)


ADMIN: dict[str, Callable[[World], Any]] = {
    "organizations_organizationmembership": membership("vic"),
    "organizations_team": lambda world: world.team.public_id,
    "organizations_invitation": of("invitation"),
    "organizations_auditentry": audit_line,
    "books_contactbook": of("book"),
}
"""What the admins' site shows, and which of it in the world."""

TRASHED = {"change_set_id": lambda world: world.trashed.pk}


TABLE: list[Row] = [
    page("home", 302, 302, 302, 302, 302, 302),
    # --- accounts (django-allauth): for everybody, or for whoever is signed in
    page("account_login", 200, 302, 302, 302, 302, 302),
    page("account_logout", 302, 200, 200, 200, 200, 200),
    post("account_logout", 302, 302, 302, 302, 302, 302),
    page("account_inactive", 200, 200, 200, 200, 200, 200),
    page("account_signup", 200, 302, 302, 302, 302, 302),
    page("account_reauthenticate", 302, 200, 200, 200, 200, 200),
    page("account_email", 302, 200, 200, 200, 200, 200),
    page("account_email_verification_sent", 200, 200, 200, 200, 200, 200),
    page("account_change_password", 302, 200, 200, 200, 200, 200),
    page("account_set_password", 302, 302, 302, 302, 302, 302),
    page("account_reset_password", 200, 200, 200, 200, 200, 200),
    page("account_reset_password_done", 200, 200, 200, 200, 200, 200),
    page("account_reset_password_from_key_done", 200, 200, 200, 200, 200, 200),
    page(
        "account_reset_password_from_key",
        *[200] * 6,
        arguments={"uidb36": lambda world: world.ann.pk.hex, "key": "wrong"},
    ),
    page("account_confirm_email", *[200] * 6, arguments={"key": "wrong"}),
    post("account_confirm_email", *[404] * 6, arguments={"key": "wrong"}),
    page("account_confirm_login_code", 302, 302, 302, 302, 302, 302),
    # --- the second factor and sessions (django-allauth): each person's own
    page("mfa_index", 302, 200, 200, 200, 200, 200),
    page("mfa_authenticate", 302, 302, 302, 302, 302, 302),
    page("mfa_reauthenticate", 302, 302, 302, 302, 302, 302, note="none"),
    page("mfa_activate_totp", 302, 302, 302, 302, 302, 302, note="asks who it is first"),
    page("mfa_deactivate_totp", 302, 404, 404, 404, 404, 404, note="none"),
    page("mfa_view_recovery_codes", 302, 404, 404, 404, 404, 404, note="none"),
    page("mfa_download_recovery_codes", 302, 404, 404, 404, 404, 404, note="none"),
    page("mfa_generate_recovery_codes", 302, 302, 302, 302, 302, 302, note="asks who it is first"),
    page("mfa_list_webauthn", 302, 200, 200, 200, 200, 200),
    page("mfa_add_webauthn", 302, 302, 302, 302, 302, 302, note="asks who it is first"),
    page("mfa_login_webauthn", 302, 302, 302, 302, 302, 302),
    page("mfa_reauthenticate_webauthn", 302, 302, 302, 302, 302, 302, note="none"),
    page("mfa_edit_webauthn", 302, 302, 302, 302, 302, 302, arguments={"pk": 1}, note="asks who it is first"),
    page("mfa_remove_webauthn", 302, 302, 302, 302, 302, 302, arguments={"pk": 1}, note="asks who it is first"),
    page("usersessions_list", 302, 200, 200, 200, 200, 200),
    # --- settings of the person
    page("settings:home", 302, 302, 302, 302, 302, 302),
    page("settings:profile", 302, 200, 200, 200, 200, 200),
    post("settings:profile", 302, 422, 422, 422, 422, 422),
    post(
        "settings:profile",
        *(302, 302, 302, 302, 302, 302),
        data={"name": "Other", "time_zone": "Europe/Warsaw", "name_order": "given", "theme": ""},
        note="saved",
    ),
    page("contacts:keys", 302, 200, 200, 200, 200, 200),
    page("contacts:own-keys", 302, 200, 200, 200, 200, 200),
    post("contacts:own-keys", 302, 302, 302, 302, 302, 302, data={"move": "v"}),
    post("contacts:own-keys", 302, 422, 422, 422, 422, 422, data={"move": "vv"}, note="no key"),
    page(
        "settings:picture",
        *(302, 404, 404, 404, 404, 404),
        arguments={"user_id": lambda world: world.ann.pk, "name": "none.webp"},
    ),
    post("settings:end-session", 302, 404, 404, 404, 404, 404, arguments={"session_id": 1}),
    # --- the organization
    page("contacts:region", 302, 200, 403, 403, 200, 200),
    post("contacts:region", 302, 422, 403, 403, 422, 404, data={"organization": of("organization")}),
    post(
        "contacts:region",
        *(302, 302, 403, 403, 302, 404),
        data={"organization": of("organization"), "region": "GB"},
        note="saved",
    ),
    page("organization:switch", 302, 405, 405, 405, 405, 405),
    post("organization:switch", 302, 302, 302, 302, 302, 404, data={"organization": of("organization")}),
    page("organization:home", 302, 302, 302, 302, 302, 302),
    page("organization:general", 302, 200, 200, 200, 200, 200),
    post("organization:general", 302, 302, 403, 403, 302, 404, data={"organization": of("organization"), **GENERAL}),
    page("organization:new", 302, 200, 200, 200, 200, 200),
    post("organization:new", 302, 302, 302, 302, 302, 302, data={"name": "New"}),
    page("organization:people", 302, 200, 200, 200, 200, 200),
    page("organization:invite", 302, 405, 405, 405, 405, 405),
    post("organization:invite", 302, 302, 403, 403, 302, 404, data={"organization": of("organization"), **INVITED}),
    post("organization:role", 302, 302, 403, 403, 302, 404, data={"role": "admin"}),
    post("organization:resend", 302, 302, 403, 403, 302, 404),
    post("organization:revoke", 302, 302, 403, 403, 302, 404),
    page("books:end-membership", 302, 200, 403, 200, 200, 404, note="of Vic"),
    post("books:end-membership", 302, 302, 403, 302, 302, 404, note="of Vic"),
    page("books:end-membership", 302, 200, 403, 403, 403, 404, arguments={"membership_id": membership("ann")}),
    post(
        "books:end-membership",
        *(302, 422, 403, 403, 403, 404),
        arguments={"membership_id": membership("ann")},
        note="of the last owner",
    ),
    page("organization:teams", 302, 200, 200, 200, 200, 200),
    post("organization:teams", 302, 302, 403, 403, 302, 404, data={"organization": of("organization"), "title": "T"}),
    page("organization:team", 302, 200, 200, 200, 200, 404),
    post("organization:team", 302, 302, 403, 403, 302, 404, data={"title": "Other"}),
    post("organization:team-add", 302, 302, 403, 403, 302, 404, data={"email": lambda world: world.ada.email}),
    post("organization:team-remove", 302, 302, 403, 403, 302, 404),
    page("organization:team-delete", 302, 200, 403, 403, 200, 404),
    post("organization:team-delete", 302, 302, 403, 403, 302, 404),
    page("organization:audit", 302, 200, 403, 403, 200, 200),
    post("organization:audit-export", 302, 200, 403, 403, 200, 404, data={"organization": of("organization")}),
    page("organization:invitation", 302, 302, 302, 302, 302, 302, arguments={"key": "wrong"}),
    page("organization:join", 404, 404, 404, 404, 404, 404, note="without an invitation"),
    # --- lists and cards: one's own are everybody's; Ann's shared book is Ben's and Vic's; nothing is Sam's
    page("contacts:list", 302, 200, 200, 200, 200, 200),
    page("contacts:live", 302, 200, 200, 200, 200, 200),
    page("contacts:live", 302, 200, 200, 200, 200, 200, query=f"?book={UUID(int=4)}", note="lost"),
    page("contacts:contact-live", 302, 200, 200, 200, 404, 404),
    page("contacts:book", 302, 200, 200, 200, 404, 404),
    page("contacts:sample-load", 302, 405, 405, 405, 405, 405),
    post("contacts:sample-load", 302, 302, 302, 403, 404, 404),
    page("contacts:sample-remove", 302, 405, 405, 405, 405, 405),
    post("contacts:sample-remove", 302, 302, 302, 403, 404, 404),
    page("contacts:first-steps-close", 302, 405, 405, 405, 405, 405),
    post("contacts:first-steps-close", 302, 302, 302, 302, 302, 302),
    page("contacts:group", 302, 200, 200, 200, 404, 404),
    page("contacts:company", 302, 200, 200, 200, 404, 404, arguments={"group_id": lambda world: world.company.pk}),
    page("contacts:commands", 302, 200, 200, 200, 200, 200),
    page("contacts:commands-find", 302, 200, 200, 200, 200, 200, query="?q=zo"),
    page("contacts:filter", 302, 200, 200, 200, 200, 200),
    page("contacts:filter", 302, 302, 302, 302, 302, 302, query="?apply=1&starred=1", note="chosen"),
    page("contacts:filter", 302, 302, 302, 302, 422, 422, query="?apply=1&group_name=friends", note="of a group"),
    # --- groups and companies: seen through contacts, changed by who may edit some of these
    page("contacts:groups", 302, 200, 200, 200, 200, 200),
    page("contacts:companies", 302, 200, 200, 200, 200, 200),
    page("contacts:group-names", 302, 200, 200, 200, 200, 200, query="?kind=company&q=a"),
    page("contacts:group-new", 302, 200, 200, 200, 200, 200),
    post("contacts:group-new", 302, 302, 302, 302, 302, 404, data={"name": "New", "organization": of("organization")}),
    page("contacts:company-new", 302, 200, 200, 200, 200, 200),
    post("contacts:company-new", 302, 422, 422, 422, 422, 404, data={"organization": of("organization")}),
    page("contacts:group-about", 302, 200, 200, 200, 404, 404),
    page("contacts:group-actions", 302, 200, 200, 200, 404, 404),
    page("contacts:group-rename", 302, 200, 200, 403, 404, 404),
    post("contacts:group-rename", 302, 302, 302, 403, 404, 404, data={"name": "Pals"}),
    page("contacts:group-merge", 302, 200, 200, 403, 404, 404),
    post("contacts:group-merge", 302, 422, 422, 403, 404, 404, data={"name": "Nobody"}),
    page("contacts:group-delete", 302, 200, 200, 403, 404, 404),
    post("contacts:group-delete", 302, 302, 302, 403, 404, 404),
    page("contacts:card", 302, 200, 200, 200, 404, 404),
    page("contacts:history", 302, 200, 200, 200, 404, 404),
    page("contacts:restore-value", 302, 405, 405, 405, 405, 405),
    post("contacts:restore-value", 302, 404, 404, 403, 404, 404, data={"base_version": "1", "what": "1.notes"}),
    page("contacts:state", 302, 200, 200, 403, 404, 404, arguments={"version": 1}),
    post("contacts:state", 302, 302, 302, 403, 404, 404, arguments={"version": 1}, data={"base_version": "1"}),
    page("contacts:avatar", 302, 404, 404, 404, 404, 404, arguments={"name": "none.webp"}),
    page("contacts:new", 302, 200, 200, 200, 200, 200),
    post("contacts:new", 302, 302, 302, 403, 404, 404, data={"book": of("book"), **NAMED}),
    post("contacts:new", 302, 404, 404, 404, 404, 302, data={"book": of("foreign"), **NAMED}, note="elsewhere"),
    post("contacts:hints", 302, 200, 200, 200, 404, 404, data={"book": of("book"), "form_key": "x", **NAMED}),
    post("contacts:pasted", 302, 200, 200, 200, 200, 200, data={"pasted": "Zoë <zoe@example.com>"}),
    page("contacts:edit", 302, 200, 200, 403, 404, 404),
    post("contacts:edit", 302, 302, 302, 403, 404, 404, data={"book": of("book"), "base_version": "1", **NAMED}),
    post(
        "contacts:edit",
        *(302, 302, 404, 403, 404, 404),
        data={"book": of("private"), "base_version": "1", **NAMED},
        note="moved to a book of Ann's alone",
    ),
    page("contacts:star", 302, 405, 405, 405, 405, 405),
    post("contacts:star", 302, 302, 302, 403, 404, 404, data={"starred": "1"}),
    page("contacts:delete", 302, 405, 405, 405, 405, 405),
    post("contacts:delete", 302, 302, 302, 403, 404, 404),
    page("contacts:actions", 302, 200, 200, 200, 404, 404),
    page("contacts:qr", 302, 200, 200, 200, 404, 404),
    page("contacts:vcard", 302, 200, 200, 200, 404, 404),
    # --- many at once: what one may not change is refused when it is all
    page("contacts:many", 302, 302, 302, 302, 302, 302),
    page("contacts:many", 302, 200, 200, 200, 200, 200, query="?do=join&contact=01890000-0000-7000-8000-000000000000"),
    post("contacts:many", 302, 302, 302, 302, 302, 302, note="of nothing"),
    post("contacts:many", 302, 302, 302, 403, 404, 404, data={"do": "star", "contact": of("contact")}),
    post("contacts:many", 302, 302, 302, 403, 404, 404, data={"do": "delete", "contact": of("contact")}),
    post(
        "contacts:many",
        *(302, 302, 404, 404, 404, 404),
        data={"do": "move", "contact": of("contact"), "to": of("private")},
        note="to a book of Ann's alone",
    ),
    post(
        "contacts:many",
        *(302, 404, 404, 404, 404, 404),
        data={"do": "join", "contact": of("contact"), "to": of("company")},
        note="a company as a group",
    ),
    post(
        "contacts:many",
        *(302, 302, 302, 403, 404, 404),
        data={"do": "join", "contact": of("contact"), "new": "Partners"},
        note="a new one",
    ),
    post(
        "contacts:many",
        *(302, 302, 302, 403, 404, 404),
        data={"do": "star", "all": "1", "organization": of("organization")},
        note="all of one's own",
    ),
    page("contacts:many-act", 302, 404, 404, 404, 404, 404, note="of an act that was done at once"),
    post("contacts:many-act", 302, 404, 404, 404, 404, 404, note="likewise"),
    # --- books: managed by their owner, and when they are shared by admins
    page("contacts:book-new", 302, 200, 200, 200, 200, 200),
    post("contacts:book-new", 302, 302, 302, 302, 302, 404, data={"name": "New", "organization": of("organization")}),
    page("contacts:book-edit", 302, 200, 403, 403, 200, 404),
    post("contacts:book-edit", 302, 302, 403, 403, 302, 404, data={"name": "Other"}),
    page("contacts:book-edit", 302, 200, 404, 404, 404, 404, arguments={"book_id": of("private")}, note="of one"),
    page("contacts:book-delete", 302, 200, 403, 403, 200, 404),
    post("contacts:book-delete", 302, 302, 403, 403, 302, 404),
    post("contacts:book-delete", 302, 302, 404, 404, 404, 404, arguments={"book_id": of("private")}, note="of one"),
    post(
        "contacts:book-edit",
        *(302, 200, 403, 403, 200, 404),
        data={"name": "Other", "sharing": "1"},
        note="unshared, which is asked first",
    ),
    post(
        "contacts:book-edit",
        *(302, 404, 403, 403, 404, 404),
        data={"name": "Other", "sharing": "1", "share": "on", "with": lambda world: f"user:{world.sam.pk}"},
        note="shared with a stranger",
    ),
    page("contacts:book-access", 302, 200, 200, 200, 200, 404),
    page("contacts:book-actions", 302, 200, 200, 200, 404, 404),
    page("contacts:book-actions", 302, 200, 404, 404, 404, 404, arguments={"book_id": of("private")}, note="of one"),
    page("contacts:book-access", 302, 200, 404, 404, 404, 404, arguments={"book_id": of("private")}, note="of one"),
    page("contacts:book-hand-over", 302, 200, 403, 403, 200, 404),
    post("contacts:book-hand-over", 302, 302, 403, 403, 302, 404, data={"owner": lambda world: world.ben.pk}),
    post(
        "contacts:book-hand-over",
        *(302, 404, 403, 403, 404, 404),
        data={"owner": lambda world: world.sam.pk},
        note="to a stranger",
    ),
    # --- acts
    page("contacts:books", 302, 200, 200, 200, 200, 200),
    page("contacts:changes", 302, 200, 200, 200, 200, 200),
    page("contacts:change-set", 302, 200, 200, 200, 404, 404),
    page("contacts:undo", 302, 405, 405, 405, 405, 405),
    post("contacts:undo", 302, 302, 302, 403, 404, 404),
    page("contacts:undo-latest", 302, 405, 405, 405, 405, 405),
    post("contacts:undo-latest", 302, 302, 302, 302, 302, 302),
    post("contacts:undo-latest", 302, 302, 302, 302, 302, 404, data={"organization": of("organization")}, note="there"),
    page("contacts:redo-latest", 302, 405, 405, 405, 405, 405),
    post("contacts:redo-latest", 302, 302, 302, 302, 302, 302),
    # --- the trash: seen by readers, restored by editors, emptied by who manages the book
    page("contacts:trash", 302, 200, 200, 200, 200, 200),
    page("contacts:trash-entry", 302, 200, 200, 200, 404, 404, arguments=TRASHED),
    page("contacts:trash-entry", 302, 404, 404, 404, 404, 404, note="of an act that deleted nothing"),
    page("contacts:trash-restore", 302, 405, 405, 405, 405, 405),
    post("contacts:trash-restore", 302, 302, 302, 403, 404, 404, arguments=TRASHED),
    page("contacts:trash-erase", 302, 200, 403, 403, 404, 404, arguments=TRASHED),
    post("contacts:trash-erase", 302, 302, 403, 403, 404, 404, arguments=TRASHED, data={"typed": "1"}),
    page("contacts:letters", 302, 200, 200, 200, 200, 200),
    page("contacts:person-menu", 302, 200, 200, 200, 200, 200),
    page("contacts:view-menu", 302, 200, 200, 200, 200, 200),
    post("contacts:view-menu", 302, 302, 302, 302, 302, 302, data={"density": "compact"}),
    post("contacts:view-menu", 302, 400, 400, 400, 400, 400, data={"density": "huge"}),
    page("contacts:theme", 302, 405, 405, 405, 405, 405),
    post("contacts:theme", 302, 302, 302, 302, 302, 302, data={"theme": "dark"}),
    # --- exports: of those who view
    page("exports:book", 302, 200, 200, 200, 404, 404),
    post("exports:book", 302, 200, 200, 200, 404, 404, data={"format": "csv"}),
    post("exports:book", 302, 422, 422, 422, 404, 404, note="without a format"),
    page("exports:list", 302, 200, 200, 200, 200, 200),
    post("exports:list", 302, 200, 200, 200, 200, 200, data={"format": "vcard-3"}),
    post("exports:list", 302, 200, 200, 200, 404, 404, data={"contact": lambda world: world.contact.pk}),
    post(
        "exports:list",
        *(302, 200, 200, 200, 404, 404),
        data={"contact": lambda world: world.contact.pk, "format": "vcard-4"},
        note="chosen by id",
    ),
    # --- imports: of those who edit the book
    page("imports:new", 302, 200, 200, 403, 404, 404),
    post("imports:new", 302, 422, 422, 403, 404, 404),
    page("imports:show", 302, 200, 200, 403, 404, 404),
    post("imports:mapping", 302, 302, 302, 403, 404, 404, data={"policy": "fill"}),
    post("imports:start", 302, 302, 302, 403, 404, 404, data={"policy": "fill"}),
    post("imports:discard", 302, 302, 302, 403, 404, 404),
    post("imports:stop", 302, 302, 302, 403, 404, 404),
    post("imports:retry", 302, 302, 302, 403, 404, 404),
    post("imports:undo", 302, 404, 404, 403, 404, 404, note="of a draft"),
    page("imports:rows", 302, 404, 404, 404, 404, 404, arguments={"kind": "failed"}),
    page("imports:failed", 302, 404, 404, 403, 404, 404),
    page("imports:template", 302, 200, 200, 200, 200, 200, arguments={"name": "google"}),
    page("imports:help", 302, 200, 200, 200, 200, 200),
    page("imports:moving", 302, 200, 200, 200, 200, 200),
    # --- the admins' site: of owners and admins of the organization at hand (`test_admin_site.py` crawls all of it)
    page("admin:index", 302, 200, 404, 404, 200, 200),
    page("admin:jsi18n", 302, 200, 404, 404, 200, 200),
    page("admin:app_list", 302, 200, 404, 404, 200, 200, arguments={"app_label": "organizations"}),
    *(page(f"admin:{model}_changelist", 302, 200, 404, 404, 200, 200) for model in ADMIN),
    *(
        page(f"admin:{model}_{view}", 302, 200, 404, 404, 200, 404, arguments={"object_id": key})
        for model, key in ADMIN.items()
        for view in ("change", "history")
    ),
    page("admin:organizations_team_add", 302, 200, 404, 404, 200, 200),
    post("admin:organizations_team_add", 302, 302, 404, 404, 302, 302, data={"title": "New"}),
    post("admin:organizations_team_add", 302, 302, 404, 404, 302, 200, data=MADE_HERE, note="of Ann's organization"),
    page("admin:organizations_invitation_add", 302, 200, 404, 404, 200, 200),
    post("admin:organizations_invitation_add", 302, 302, 404, 404, 302, 302, data=INVITED),
    *(
        page(f"admin:{model}_delete", 302, 200, 404, 404, 200, 404, arguments={"object_id": key})
        for model, key in ADMIN.items()
        if model != "organizations_auditentry"
    ),
    *(
        post(f"admin:{model}_delete", 302, 302, 404, 404, 302, 404, arguments={"object_id": key}, data={"post": "yes"})
        for model, key in ADMIN.items()
        if model != "organizations_auditentry"
    ),
    *(
        post(f"admin:{model}_change", 302, status, 404, 404, status, 404, arguments={"object_id": key}, data=data)
        for model, key, data, status in (
            ("organizations_organizationmembership", membership("vic"), {"role": "admin"}, 302),
            ("organizations_team", lambda world: world.team.public_id, {"title": "Other"}, 302),
            ("books_contactbook", of("book"), SHARED_BY_ADMIN, 302),
            ("organizations_invitation", of("invitation"), INVITED, 403),
            ("organizations_auditentry", audit_line, {"action": "nothing"}, 403),
        )
    ),
]
