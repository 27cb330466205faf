"""`load_sample`: made-up people, as many as wished, for trying Kith at size."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.commands import KithCommand
from contacts.sample import load_sample
from contacts.sample.load import SEED, processes_for
from organizations.lookups import the_organization
from organizations.models import Organization, Role, User
from organizations.services import create_organization, create_user

#: People in each organization beside.
BESIDE = 2_000


class Command(KithCommand):
    """Load made-up people into an organization."""

    help = "Load made-up people in many languages into new books of an organization. Undone as one change."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--contacts", type=int, required=True, metavar="N")
        parser.add_argument("--organization", help="name or slug; needed when there are several")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed draws other people")
        parser.add_argument("--password", help="with which the made-up colleagues can sign in; without one they cannot")
        parser.add_argument(
            "--organizations", type=int, default=0, metavar="K", help="make K other organizations beside, 2000 each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load them, saying how far it is."""
        if not 1 <= options["contacts"] <= 10_000_000:
            raise CommandError("--contacts must be from 1 to 10000000.")
        if not 0 <= options["organizations"] <= 1_000:
            raise CommandError("--organizations must be from 0 to 1000.")
        organization = _organization(options["organization"])
        for number in range(1, options["organizations"] + 1):
            load_sample(contacts=BESIDE, organization=_beside(number), seed=options["seed"] + number)
        loaded = load_sample(
            contacts=options["contacts"],
            organization=organization,
            seed=options["seed"],
            password=options["password"],
            processes=processes_for(options["contacts"]),
            say=lambda done: self.stderr.write(f"{done} …") if done % 50_000 == 0 else None,
        )
        self.answer(
            asdict(loaded), f"Loaded {loaded.contacts} people into {loaded.books} books of {loaded.organization}."
        )


def _beside(number: int) -> Organization:
    """Return another made-up organization, made where there is none."""
    email = f"owner@beside-{number}.example"
    owner = User.objects.filter(email=email).first() or create_user(email=email, password=None)
    owned = Organization.objects.filter(memberships__user=owner, memberships__role=Role.OWNER)
    return owned.order_by("created_at").first() or create_organization(name=f"Beside {number}", owner=owner)


def _organization(named: str | None) -> Organization:
    if named:
        return the_organization(named)
    found = list(Organization.objects.order_by("created_at", "pk")[:2])
    if len(found) != 1:
        raise CommandError(
            "There are several organizations: say which with --organization."
            if found
            else "There is no organization yet: make one with create_user EMAIL --password P --organization NAME."
        )
    return found[0]
