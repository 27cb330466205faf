"""The sweep: everything that anybody wrote bears a mark, everybody looks everywhere, and nobody meets a mark that the
model keeps from them: pages, fragments, headers, searches, counts, pictures, results, files, exports, mail, logs."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import TextField
from django.db.models.functions import Cast

from config.personal_data import NEUTRAL, PERSONAL
from organizations.models import OutgoingMail
from organizations.outgoing import opened
from tests.isolation.crawling import Crawl, inventory
from tests.isolation.marked import ACTORS, IMPORTED, TRIED

pytestmark = pytest.mark.django_db

#: Personal columns without a mark of both organizations, and why they can have none.
UNMARKED = {
    "account.EmailConfirmation": {"key": "made at random"},
    "admin.LogEntry": dict.fromkeys(("object_repr", "change_message"), "nothing writes any: the audit list tells"),
    "contacts.ChangeSet": {"kept": "ids, and reasons out of a list"},
    "jobs.Job": {
        **dict.fromkeys(("payload", "cursor"), "words of a search, forgotten when the work ends"),
        "error": "a sentence of ours with the name of an exception",
    },
    "mfa.Authenticator": {"data": "sealed", "last_used_at": "a time"},
    "organizations.OutgoingMail": {"sealed": "sealed; the test of mail opens it"},
    "organizations.User": {
        "password": "hashed",
        "last_login": "a time",
        **dict.fromkeys(("time_zone", "region", "name_order", "theme", "single_keys"), "one out of a list"),
        **dict.fromkeys(("own_keys", "density"), "one out of a list"),
    },
    "sessions.Session": {"session_data": "signed; no page shows it"},
    "sync.Import": {
        "stored": "made at random",
        "remarks": "a number",
        "sentence": "ours",
    },
    "sync.ImportOutcome": {"reason": "ours"},
    "usersessions.UserSession": {
        "ip": "an address of the network",
        "data": "which sign-in it was",
        **dict.fromkeys(("created_at", "last_seen_at"), "a time"),
    },
}

READS = {
    **dict.fromkeys(("contacts:list", "contacts:book", "contacts:card", "contacts:history"), "contact"),
    **dict.fromkeys(("contacts:group", "contacts:company", "contacts:changes", "contacts:change-set"), "contact"),
    **dict.fromkeys(("contacts:trash", "contacts:trash-entry", "contacts:avatar"), "contact"),
    "contacts:book-access": "person",
}
EDITS = {"contacts:edit": "contact", "imports:show": "rows", "imports:rows": "contact", "imports:failed": "rows"}
MANAGES = {
    **dict.fromkeys(("contacts:book-edit", "contacts:book-delete", "admin:books_contactbook_change"), "book"),
    "contacts:trash-erase": "contact",
}
BELONGS = {
    **dict.fromkeys(("organization:people", "settings:profile", "settings:picture"), "person"),
    **dict.fromkeys(("organization:general", "organization:teams", "organization:team"), "organization"),
}
RUNS = {
    **dict.fromkeys(("organization:audit", "organization:audit-export"), "person"),
    **dict.fromkeys(("admin:organizations_auditentry_changelist", "admin:organizations_auditentry_change"), "person"),
    "admin:organizations_organizationmembership_changelist": "person",
    "admin:organizations_organizationmembership_change": "person",
    "admin:organizations_team_changelist": "organization",
    "admin:organizations_team_change": "organization",
    "admin:organizations_invitation_changelist": "invitation",
    "admin:organizations_invitation_change": "invitation",
    "admin:books_contactbook_changelist": "book",
}
#: Where each actor must have met a mark, and of what kind: whoever looks at nothing sees no leak.
SHOWN = {
    "ann": READS | EDITS | MANAGES | BELONGS | RUNS,
    "ada": BELONGS | RUNS | MANAGES | {"contacts:list": "contact", "contacts:book-access": "person"},
    "ben": READS | EDITS | BELONGS,
    "vic": READS | BELONGS,
    "max": BELONGS,
    "sue": READS | BELONGS,
    "sam": READS | EDITS | MANAGES | BELONGS | RUNS,
    "fay": {"settings:profile": "person"},
    "dan": {},
    "anonymous": {},
}


@pytest.mark.parametrize("label", sorted(PERSONAL))
def test_every_personal_column_is_marked_in_both_organizations(world, label):
    for field in PERSONAL[label].split():
        found = marks_in(world, label, field)
        homes = {home for mark in found for home in world.organizations_of(mark)}
        if reason := UNMARKED.get(label, {}).get(field):
            assert not homes, f"{label}.{field} is marked: it is not {reason!r} alone, so take it from UNMARKED."
        else:
            assert homes == {"home", "away"}, f"{label}.{field} has marks of {homes or 'nobody'}: mark it in both."


def test_no_other_column_is_marked(world):
    found = [
        f"{label}.{field} holds {mark}"
        for label, fields in NEUTRAL.items()
        for field in fields.split()
        for mark in marks_in(world, label, field)
    ]
    assert not found, "What people wrote stands in columns that are said to be neutral:\n" + "\n".join(found[:20])


def marks_in(world, label, field):
    """Return the marks in a column."""
    model = apps.get_model(label)
    texts = model._base_manager.annotate(as_text=Cast(field, TextField())).values_list("as_text", flat=True)
    return list(world.marks.within("\n".join(text for text in texts if text)).values())


@pytest.mark.parametrize("actor", ACTORS)
def test_nobody_meets_a_mark_that_is_not_theirs(world, actor, capsys):
    crawl = Crawl(world, actor)
    crawl.run()
    logged = capsys.readouterr()
    assert logged.err.count("request") >= crawl.requests, "The log was not caught."
    leaks = crawl.leaks + [f"the log tells {mark}" for mark in world.marks.within(logged.err + logged.out).values()]
    assert not leaks, f"{len(leaks)} leaks:\n" + "\n".join(sorted(set(leaks))[:60])
    # And they did look: every surface showed what is theirs.
    shown = {(view, world.marks.known[word].kind) for word, views in crawl.seen.items() for view in views}
    missed = set(SHOWN[actor].items()) - shown
    assert not missed, f"{actor} looked at these and saw nothing: {sorted(missed)}"
    # Every field of the contacts that they may read and that the crawl has opened.
    fields = {
        word: str(mark)
        for word, mark in world.marks.known.items()
        if mark.kind == "contact" and mark.field.endswith((" as it is", " moved here"))
    }
    unseen = {
        text
        for word, text in fields.items()
        if (mark := world.marks.known[word]).home in TRIED and world.may_know(actor, mark) and word not in crawl.seen
    }
    assert not unseen, f"{actor} may see these and did not: {sorted(unseen)}"


def test_the_crawl_knows_every_address():
    found = inventory()
    assert len(found) > 90
    assert {"/contacts/%(contact_id)s/", "/admin/books/contactbook/", "/accounts/2fa/"} <= set(found)


def test_mail_tells_nobody_what_is_not_theirs(world):
    by_email = {person.email: name for name, person in world.people.items()}
    invited = {each.email: home for each, home in zip(world.invitations, world.organizations, strict=True)}
    told = set()
    for mail in OutgoingMail.objects.order_by("created_at"):
        message = opened(mail)
        text = "\n".join([str(message.subject), str(message.body), *(part.content for part in message.alternatives)])
        for mark in world.marks.within(text).values():
            for to in message.to:
                name = by_email.get(to, "")
                # Who is invited learns the name of the organization, and who invites.
                inviting = mark.home in (invited.get(to), "ann" if invited.get(to) == "home" else "sam")
                outsider = to in invited and ((inviting and mark.kind in ("organization", "person")) or to in text)
                # Whoever was removed is told of it, and by whom.
                removed = name == "fay" and mark.kind in ("organization", "person") and mark.home in ("home", "ann")
                assert outsider or removed or world.may_know(name, mark), f"{name or to} is told {mark}: {message.body}"
                told.add((name or "invited", mark.kind))
    assert {("invited", "organization"), ("ann", "book"), ("ben", "book"), ("fay", "organization")} <= told


@pytest.mark.parametrize("layout", ["csv", "outlook-csv"])
def test_an_export_holds_its_own_book(world, layout):
    for name in IMPORTED:
        written = io.StringIO()
        call_command("export_contacts", str(world.books[name].pk), format=layout, stdout=written)
        found = world.marks.within(written.getvalue()).values()
        assert {mark.home for mark in found} == {name}
        former = [str(mark) for mark in found if mark.field.endswith(("before a change", "in the trash", "moved away"))]
        assert len(found) > 20
        assert not former
