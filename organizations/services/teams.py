"""Teams of an organization, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, Team, TeamMembership, User
from organizations.names import clean_name
from organizations.permissions import ADMINISTRATORS, NotVisible, require_member, require_role
from organizations.revocation import edited_by, lock_edited_by

_LOOKS = 5


@transaction.atomic
def create_team(*, organization: Organization, title: str, members: Iterable[User] = (), by: User | None) -> Team:
    """Return a new team of people who belong to `organization`. Admins and owners only."""
    require_role(by, organization, *ADMINISTRATORS)
    team = Team.objects.create(organization=organization, title=clean_name(title))
    audit.write(Action.TEAM_CREATED, by=by, organization=organization, target=team)
    for user in dict.fromkeys(members):
        _join(team, user, by=by)
    return team


@transaction.atomic
def add_to_team(*, team: Team, user: User, by: User | None) -> None:
    """Put a member of the organization into the team; nothing changes when they are in it. Admins and owners only."""
    require_role(by, team.organization, *ADMINISTRATORS)
    team = _lock(team)
    if not TeamMembership.objects.filter(team=team, user=user).exists():
        _join(team, user, by=by)


@transaction.atomic
def remove_from_team(*, team: Team, user: User, by: User | None) -> None:
    """Take somebody out of the team, and with it what it opened to them, at once. Admins and owners only.

    Waits for writes under way in what the team may edit. Raises `ValidationError` for the team of everyone, which one
    leaves with the organization alone.
    """
    team = _lock_with_what_it_edits(team, by=by)
    if team.everyone:
        raise ValidationError(
            _("Everybody in %(organization)s is in this team. Remove the person from the organization instead.")
            % {"organization": team.organization},
            code="everyone",
        )
    gone, _rows = TeamMembership.objects.filter(team=team, user=user).delete()
    if gone:
        audit.write(
            Action.TEAM_MEMBER_REMOVED,
            by=by,
            organization=team.organization,
            target=team,
            detail={"user": str(user.pk), "name": str(user)},
        )


@transaction.atomic
def rename_team(*, team: Team, title: str, by: User | None) -> Team:
    """Give a team another title. Admins and owners only; the team of everyone keeps its own."""
    require_role(by, team.organization, *ADMINISTRATORS)
    team = _lock(team)
    _refuse_everyone(team)
    before, team.title = team.title, clean_name(title)
    if team.title != before:
        team.save(update_fields=["title"])
        audit.write(Action.TEAM_RENAMED, by=by, organization=team.organization, target=team, detail={"before": before})
    return team


@transaction.atomic
def delete_team(*, team: Team, by: User | None) -> None:
    """Delete a team, and with it all that was shared with it. Admins and owners only; never the team of everyone.

    Waits for writes under way in what the team may edit.
    """
    team = _lock_with_what_it_edits(team, by=by)
    _refuse_everyone(team)
    audit.write(Action.TEAM_DELETED, by=by, organization=team.organization, target=team)
    team.delete()


def everyone(organization: Organization) -> Team:
    """Return the team that everybody in `organization` is in. One query."""
    return Team.objects.get(organization=organization, everyone=True)


def _lock_with_what_it_edits(team: Team, *, by: User | None) -> Team:
    """Return the team as it is now, locked with all that its people may edit by it; raise unless `by` administers it,
    and `NotVisible` if it is gone.

    What is shared comes first, then the membership of `by`, then the team, as for whoever shares. While the team's
    key is held nothing more is shared with it; what came since the look begins all of it anew, for one must not wait
    for what comes first while holding what comes last.
    """
    require_role(by, team.organization, *ADMINISTRATORS, lock=False)
    for _look in range(_LOOKS):
        before = transaction.savepoint_create()
        held = lock_edited_by(team)
        require_role(by, team.organization, *ADMINISTRATORS)
        locked = _lock(team, no_key=False)
        if edited_by(locked) <= held:
            return locked
        transaction.savepoint_rollback(before)  # and with it the locks
    raise ValidationError(
        _("Contact books are being shared with this team right now. Try again in a moment."), code="busy"
    )


def _lock(team: Team, *, no_key: bool = True) -> Team:
    """Return the team as it is now, locked for this transaction; raise `NotVisible` when it is gone."""
    teams = Team.objects.select_related("organization").select_for_update(of=("self",), no_key=no_key)
    found = teams.filter(pk=team.pk).first()
    if found is None:
        raise NotVisible
    return found


def _refuse_everyone(team: Team) -> None:
    if team.everyone:
        raise ValidationError(
            _("This team is everybody in %(organization)s and stays as it is.") % {"organization": team.organization},
            code="everyone",
        )


def _join(team: Team, user: User, *, by: User | None) -> None:
    """Insert the team membership and its audit line; refuse people from elsewhere."""
    require_member(user, team.organization)
    TeamMembership.objects.create(team=team, user=user)
    audit.write(
        Action.TEAM_MEMBER_ADDED,
        by=by,
        organization=team.organization,
        target=team,
        detail={"user": str(user.pk), "name": str(user)},
    )
