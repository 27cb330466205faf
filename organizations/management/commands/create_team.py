"""`create_team`: people of an organization who get things together."""

from typing import Any

from django.core.management.base import CommandParser

from config.commands import KithCommand
from organizations.lookups import the_organization, the_user
from organizations.services import create_team


class Command(KithCommand):
    """Make a team."""

    help = "Make a team of people who belong to an organization. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name")
        parser.add_argument("--organization", required=True, help="name or slug")
        parser.add_argument(
            "--member", action="extend", nargs="+", default=[], metavar="EMAIL", help="may be given several times"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the team with all its members, or nothing."""
        organization = the_organization(options["organization"])
        members = [the_user(email) for email in options["member"]]
        team = create_team(organization=organization, title=options["name"], members=members, by=None)
        self.answer(
            {
                "id": team.public_id,
                "name": team.title,
                "organization": organization.slug,
                "members": list(dict.fromkeys(member.email for member in members)),
            },
            str(team.public_id),
        )
