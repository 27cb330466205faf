"""The demo organization of an empty database: three people, some books, a handful of made-up contacts."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from books.models import ContactBook
from books.services import create_book, share_book
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.models import Source
from contacts.services import act
from organizations.models import Organization, Role, Team, User
from organizations.services import add_member, create_organization, create_team, create_user, everyone
from organizations.sharing import Level

_LOCK = 0x6B697468  # "kith": two starts at once make one demo


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one of the demo's people signs in, and what they may do there."""

    email: str
    password: str
    does: str


_PEOPLE = (
    ("olivia@kith.example", "Olivia Marsh", "owns the organization"),
    ("emil@kith.example", "Emil Novák", "edits shared contacts"),
    ("vera@kith.example", "Vera Lindqvist", "views shared contacts"),
)


def kept_at() -> Path:
    """Return the file that keeps how to sign in."""
    return settings.KITH_DATA / "demo.json"


def prepare() -> list[SignIn]:
    """Fill the database if it has no organization yet; return how to sign in.

    That is what the file keeps, as far as it still works: nothing when the database was filled by somebody else, and
    nobody whose password was changed since.
    """
    with transaction.atomic():
        with connection.cursor() as sql:
            sql.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not Organization.objects.exists():
            people = [SignIn(email, secrets.token_urlsafe(12), does) for email, _, does in _PEOPLE]
            organization = _fill(people)
            # Before the commit: a demo that nobody can sign in to would stay for ever.
            _keep(organization, people)
            return people
    return [each for each in _kept() if _works(each)]


def _fill(people: list[SignIn]) -> Organization:
    """Make the organization with everything in it; return it."""
    users = [
        create_user(email=each.email, password=each.password, name=name)
        for each, (_, name, _) in zip(people, _PEOPLE, strict=True)
    ]
    owner, editor, viewer = users
    # They come into a house that is furnished: the checklist of the first days would stand there half ticked.
    User.objects.filter(pk__in=[user.pk for user in users]).update(first_steps_closed=True)
    organization = create_organization(name="Harbour & Finch", owner=owner)
    add_member(organization=organization, user=editor, role=Role.MEMBER, by=owner)
    add_member(organization=organization, user=viewer, role=Role.MEMBER, by=owner)
    sales = create_team(organization=organization, title="Sales", members=[owner, editor], by=owner)

    books = {
        name: create_book(by=owner, organization=organization, name=name, description=description)
        for name, description in [
            ("Clients", "Everybody we work for."),
            ("Prospects", "Whom Sales is talking to."),
            ("Vendors", "Whom we buy from."),
            ("Partners", "Whom we work with."),
            ("Team", "Ourselves."),
        ]
    }
    shares: list[tuple[str, User | Team, Level]] = [
        ("Clients", editor, Level.EDIT),
        ("Clients", viewer, Level.VIEW),
        ("Prospects", sales, Level.EDIT),
        ("Vendors", everyone(organization), Level.VIEW),
        ("Vendors", sales, Level.EDIT),
        ("Partners", everyone(organization), Level.VIEW),
        ("Team", everyone(organization), Level.EDIT),
    ]
    for book, to, level in shares:
        share_book(by=owner, book=books[book], to=to, level=level)
    books["Personal"] = ContactBook.objects.for_user(owner).in_organization(organization).get(name="Personal")

    with act(by=owner, organization=organization, source=Source.COMMAND, label="Sample contacts") as writing:
        for book, documents in _SAMPLES.items():
            writing.create(books[book], [document.normalised() for document in documents])
    return organization


def _keep(organization: Organization, people: list[SignIn]) -> None:
    """Write the file anew, for its owner's eyes alone."""
    path = kept_at()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"organization": str(organization.pk), "people": [asdict(each) for each in people]}, file, indent=2)
    draft.replace(path)


def _kept() -> list[SignIn]:
    """Return what the file says, if it speaks of this database."""
    try:
        kept = json.loads(kept_at().read_text())
        people = [SignIn(**each) for each in kept["people"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # never made, deleted or changed by hand: there is nothing to tell
    return people if Organization.objects.filter(pk=kept["organization"]).exists() else []


def _works(kept: SignIn) -> bool:
    user = User.objects.filter(email=kept.email, is_active=True).first()
    return user is not None and user.check_password(kept.password)


def _person(
    first: str, last: str, company: str = "", title: str = "", *, groups: tuple[str, ...] = (), **more: Any
) -> ContactDocument:
    """Return a made-up person: `email`, `phone`, `home`, `birthday`, `url`, `city` become values, the rest fields."""
    infos = [
        Info(kind=kind, label=label, value=more.pop(name))
        for name, kind, label in [
            ("email", Kind.EMAIL, "work"),
            ("home", Kind.EMAIL, "home"),
            ("phone", Kind.PHONE, "mobile"),
            ("office", Kind.PHONE, "work"),
            ("url", Kind.URL, "homepage"),
            ("birthday", Kind.DATE, "birthday"),
        ]
        if name in more
    ]
    if "city" in more:
        street, city, country = more.pop("city").split(", ")
        infos.append(
            Info(kind=Kind.ADDRESS, label="work", address={"street": street, "city": city, "country": country})
        )
    memberships = [Membership(kind="group", name=name) for name in groups]
    if company:
        memberships.insert(0, Membership(kind="company", name=company, title=title))
    return ContactDocument(first_name=first, last_name=last, infos=tuple(infos), memberships=tuple(memberships), **more)


# Numbers and domains reserved for fiction and documentation: nobody is called or written to by mistake.
_SAMPLES: dict[str, list[ContactDocument]] = {
    "Clients": [
        _person(
            "Amara",
            "Okafor",
            "Blue Lantern Books",
            "Buyer",
            email="amara@bluelantern.example",
            phone="+1 202 555 0143",
            groups=("Newsletter subscribers", "VIP contacts"),
            birthday="--03-07",
            notes="Prefers a call **before noon**.",
        ),
        _person(
            "Łucja",
            "Żółtowska",
            "Żółć i Spółka",
            "Owner",
            email="lucja@zolc.example",
            office="+1 202 555 0171",
            groups=("VIP contacts",),
            city="ul. Długa 5, Gdańsk, Poland",
        ),
        _person("José", "Muñoz", "Panadería Sol", email="jose@sol.example", phone="+1 202 555 0109", nickname="Pepe"),
        _person("Grace", "Whitfield", "Blue Lantern Books", "Accounts", email="accounts@bluelantern.example"),
    ],
    "Prospects": [
        _person("Kenji", "Sato", "Kumo Systems", "CTO", email="kenji@kumo.example", url="https://kumo.example"),
        _person(
            "Noor",
            "Haddad",
            "Cedar Logistics",
            "Operations",
            email="noor@cedar.example",
            phone="+1 202 555 0188",
            groups=("Event attendees",),
            pronouns="she/her",
        ),
        _person("Tomás", "O’Brien", "Cedar Logistics", groups=("Event attendees",), office="+1 202 555 0190"),
    ],
    "Vendors": [
        _person(
            "Ingrid", "Sørensen", "Fjord Paper", "Key accounts", email="ingrid@fjord.example", phone="+1 202 555 0127"
        ),
        _person("", "", "City Couriers", office="+1 202 555 0100", notes="Pick-ups until 17:00."),
    ],
    "Partners": [
        _person("Dmitri", "Volkov", "Northlight Studio", "Designer", email="dmitri@northlight.example"),
        _person(
            "Chloé",
            "Lefèvre",
            "Atelier Lefèvre",
            "Founder",
            email="chloe@lefevre.example",
            groups=("Newsletter subscribers",),
        ),
    ],
    "Team": [
        _person("Olivia", "Marsh", "Harbour & Finch", "Director", email="olivia@kith.example"),
        _person("Emil", "Novák", "Harbour & Finch", "Sales", email="emil@kith.example", birthday="1991-11-02"),
        _person("Vera", "Lindqvist", "Harbour & Finch", "Support", email="vera@kith.example"),
    ],
    "Personal": [
        _person(
            "Rose", "Marsh", home="rose@family.example", phone="+1 202 555 0155", nickname="Mum", birthday="--05-21"
        ),
    ],
}
