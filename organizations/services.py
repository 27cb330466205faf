"""Making people, organizations and teams, and saying who belongs where.

Each function is one transaction with its audit line inside. `by` is the person who acts, whose role is read at that
moment; None is the operator at the command line, who may do everything. What cannot be done is refused with a
`ValidationError` that says why; the database refuses the same once more.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Role, Team, TeamMembership, User
from organizations.names import clean_name
from organizations.permissions import ADMINISTRATORS, require_member, require_role

_SLUG = 60  # of 80 characters: a suffix keeps equal names apart


@transaction.atomic
def create_user(*, email: str, password: str | None, name: str = "") -> User:
    """Return a new user whose email counts as verified, so that they can sign in at once. They belong nowhere yet.

    Any password is taken: who calls this is trusted; None makes one that nobody can type. Raises `ValidationError`
    for an address that is none or is taken.
    """
    email = email.strip().lower()
    validate_email(email)
    get_adapter().clean_email(email)
    taken = ValidationError(_("Somebody with the email %(email)s exists already.") % {"email": email}, code="taken")
    if EmailAddress.objects.filter(email=email).exists():
        raise taken
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=clean_name(name) if name.strip() else "")
    except IntegrityError:
        raise taken from None
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.write(Action.USER_CREATED, by=None, target=user)
    return user


@transaction.atomic
def create_organization(*, name: str, owner: User) -> Organization:
    """Return a new organization with its everyone-team and `owner` as its owner, who gets a Personal book."""
    name = clean_name(name)
    organization = _insert_with_slug(name)
    Team.objects.create(organization=organization, title=_("Everyone"), everyone=True)
    audit.write(Action.ORGANIZATION_CREATED, by=owner, organization=organization, target=organization)
    OrganizationMembership.objects.create(organization=organization, user=owner, role=Role.OWNER)
    audit.write(
        Action.MEMBER_ADDED, by=owner, organization=organization, target=owner, detail={"role": Role.OWNER.value}
    )
    return organization


@transaction.atomic
def add_member(*, organization: Organization, user: User, role: Role, by: User | None) -> OrganizationMembership:
    """Make `user` belong to `organization`. The database puts them into its everyone-team and gives a Personal book.

    Admins add members and admins, owners anybody. Raises `ValidationError` when they belong already.
    """
    held = require_role(by, organization, *ADMINISTRATORS)
    if role == Role.OWNER and held == Role.ADMIN:
        raise PermissionDenied(_("Only an owner can make somebody an owner."))
    try:
        with transaction.atomic():
            membership = OrganizationMembership.objects.create(organization=organization, user=user, role=role)
    except IntegrityError:
        raise ValidationError(
            _("%(person)s belongs to %(organization)s already.") % {"person": user, "organization": organization},
            code="belongs",
        ) from None
    audit.write(Action.MEMBER_ADDED, by=by, organization=organization, target=user, detail={"role": Role(role).value})
    return membership


@transaction.atomic
def change_role(*, organization: Organization, user: User, role: Role, by: User | None) -> OrganizationMembership:
    """Give a member another role. Only owners make and unmake owners, and the last owner stays one.

    Locks the organization, so that two owners cannot demote each other at once.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    held = require_role(by, organization, *ADMINISTRATORS)
    members = OrganizationMembership.objects.filter(organization=organization)
    require_member(user, organization)
    membership = members.get(user=user)
    before = Role(membership.role)
    if before == role:
        return membership
    if Role.OWNER in (before, role) and held == Role.ADMIN:
        raise PermissionDenied(_("Only an owner can make somebody an owner, or end it."))
    if before == Role.OWNER and members.filter(role=Role.OWNER, user__is_active=True).exclude(user=user).count() == 0:
        raise ValidationError(
            _("%(person)s is the only owner of %(organization)s. Make somebody else an owner first.")
            % {"person": user, "organization": organization},
            code="last_owner",
        )
    membership.role = role
    membership.save(update_fields=["role"])
    audit.write(
        Action.ROLE_CHANGED,
        by=by,
        organization=organization,
        target=user,
        detail={"before": before.value, "after": Role(role).value},
    )
    return membership


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
    if not TeamMembership.objects.filter(team=team, user=user).exists():
        _join(team, user, by=by)


@transaction.atomic
def remove_from_team(*, team: Team, user: User, by: User | None) -> None:
    """Take somebody out of the team, and with it what it opened to them, at once. Admins and owners only.

    Raises `ValidationError` for the team of everyone, which one leaves with the organization alone.
    """
    require_role(by, team.organization, *ADMINISTRATORS)
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


def everyone(organization: Organization) -> Team:
    """Return the team that everybody in `organization` is in. One query."""
    return Team.objects.get(organization=organization, everyone=True)


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


def _insert_with_slug(name: str) -> Organization:
    """Insert the organization under the first free of name, name-2 …, then a random one: two may come at once."""
    base = slugify(name)[:_SLUG].strip("-") or "organization"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)
    try:
        with transaction.atomic():
            return Organization.objects.create(name=name, slug=slug, region=settings.DEFAULT_REGION)
    except IntegrityError:
        slug = f"{base}-{get_random_string(8, 'abcdefghijkmnpqrstuvwxyz23456789')}"
        return Organization.objects.create(name=name, slug=slug, region=settings.DEFAULT_REGION)
