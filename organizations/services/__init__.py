"""Making people, organizations and teams, and saying who belongs where.

Each function is one transaction with its audit line inside. `by` is the person who acts, whose role is read at that
moment; None is the operator at the command line, who may do everything. What cannot be done is refused with a
`ValidationError` that says why; the database refuses the same once more.
"""

from organizations.services.members import add_member, change_role
from organizations.services.organizations import create_organization, edit_organization
from organizations.services.people import create_user
from organizations.services.teams import (
    add_to_team,
    create_team,
    delete_team,
    everyone,
    remove_from_team,
    rename_team,
)

__all__ = [
    "add_member",
    "add_to_team",
    "change_role",
    "create_organization",
    "create_team",
    "create_user",
    "delete_team",
    "edit_organization",
    "everyone",
    "remove_from_team",
    "rename_team",
]
