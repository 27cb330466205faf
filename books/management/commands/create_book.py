"""`create_book`: a contact book, shared from the start if wished."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from books.services import create_book, share_book
from config.commands import KithCommand
from organizations.lookups import the_organization, the_organization_of, the_team, the_user
from organizations.models import Organization, Team, User
from organizations.services import everyone
from organizations.sharing import Level

_TEAM = "team:"


class Command(KithCommand):
    """Make a contact book."""

    help = "Make a contact book for its owner and share it. Prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--organization", help="name or slug; needed when the owner belongs to several")
        parser.add_argument(
            "--share-with",
            action="append",
            default=[],
            metavar="organization|team:NAME|EMAIL",
            help="may be given several times",
        )
        parser.add_argument("--level", choices=["view", "edit"], default="edit", help="of all the shares; edit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the book with all its shares, or nothing."""
        owner = the_user(options["owner"])
        named = options["organization"]
        organization = the_organization(named) if named else the_organization_of(owner)
        level = Level.named(options["level"])
        with transaction.atomic():
            book = create_book(by=None, owner=owner, organization=organization, name=options["name"])
            for text in options["share_with"]:
                share_book(by=None, book=book, to=_found(text, organization), level=level)
        self.answer(
            {
                "id": book.pk,
                "name": book.name,
                "organization": organization.slug,
                "owner": owner.email,
                "shared_with": options["share_with"],
                "level": options["level"] if options["share_with"] else None,
            },
            str(book.pk),
        )


def _found(text: str, organization: Organization) -> User | Team:
    """Return whom the operator means."""
    if text == "organization":
        return everyone(organization)
    if text.startswith(_TEAM):
        return the_team(text.removeprefix(_TEAM), organization)
    return the_user(text)
