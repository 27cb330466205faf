"""`create_user`: a person who can sign in at once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from config.commands import KithCommand
from organizations.lookups import find_organization
from organizations.models import Organization, Role, User
from organizations.services import add_member, create_organization, create_user


class Command(KithCommand):
    """Make a user, and their organization when it is new."""

    help = "Make a user who can sign in at once, in an organization that is made if it is new. Prints the user's id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email")
        parser.add_argument("--password", required=True, help="any password: the operator is trusted")
        parser.add_argument("--name", default="", help="the name that colleagues see; the email without one")
        parser.add_argument(
            "--organization", help="name or slug; without it the user gets an organization of their own"
        )
        parser.add_argument("--role", choices=Role.values, help="owner in a new organization, else member, unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make everything or nothing."""
        with transaction.atomic():
            user = create_user(email=options["email"], password=options["password"], name=options["name"])
            name = options["organization"] or user.name or user.email.partition("@")[0]
            organization = find_organization(name) if options["organization"] else None
            organization, role = self._join(user, organization, name, options["role"])
        self.answer(
            {
                "id": user.pk,
                "email": user.email,
                "name": user.name,
                "organization": {"id": organization.pk, "name": organization.name, "slug": organization.slug},
                "role": role.value,
            },
            str(user.pk),
        )

    def _join(
        self, user: User, organization: Organization | None, name: str, role: str | None
    ) -> tuple[Organization, Role]:
        if organization is not None:
            joined = Role(role or Role.MEMBER)
            add_member(organization=organization, user=user, role=joined, by=None)
            return organization, joined
        if role not in (None, Role.OWNER):
            raise ValidationError(
                f"There is no organization “{name}” yet, and the first one in it must be its owner. "
                "Make its owner first, or leave out --role."
            )
        return create_organization(name=name, owner=user), Role.OWNER
