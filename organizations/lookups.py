"""Finding what an operator names at the command line: exactly one, or a sentence that says why not."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from organizations.models import Organization, OrganizationMembership, Team, User
from organizations.names import clean_name


def find_organization(text: str) -> Organization | None:
    """Return the organization that `text` names by id, name or slug, else by name in any case; None without one.

    Raises `ValidationError` when several are meant.
    """
    name = clean_name(text)
    exact = Q(name=name) | Q(slug=name)
    if (key := _uuid(name)) is not None:
        exact |= Q(pk=key)
    for condition in (exact, Q(name__iexact=name)):
        found = list(Organization.objects.filter(condition).order_by("created_at", "id"))
        if len(found) > 1:
            choices = ", ".join(f"{each.slug} ({each.pk})" for each in found)
            raise ValidationError(
                _("Several organizations are called “%(name)s”. Give the slug or the id of one: %(choices)s.")
                % {"name": name, "choices": choices},
                code="ambiguous",
            )
        if found:
            return found[0]
    return None


def the_organization(text: str) -> Organization:
    """Return the organization that `text` names; raise `ValidationError` unless there is exactly one."""
    organization = find_organization(text)
    if organization is None:
        raise ValidationError(
            _("There is no organization “%(name)s”. Give the name or slug of one that exists.") % {"name": text},
            code="missing",
        )
    return organization


def the_user(email: str) -> User:
    """Return the user who signs in with `email`; raise `ValidationError` without one."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise ValidationError(
            _("There is nobody with the email %(email)s. Make them with create_user first.") % {"email": email},
            code="missing",
        )
    return user


def the_organization_of(user: User) -> Organization:
    """Return the only organization of `user`; raise `ValidationError` when they have none or several."""
    memberships = OrganizationMembership.objects.filter(user=user).select_related("organization")
    found = [membership.organization for membership in memberships.order_by("joined_at", "id")]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(_("%(email)s belongs to no organization.") % {"email": user.email}, code="missing")
    raise ValidationError(
        _("%(email)s belongs to several organizations. Give one with --organization: %(choices)s.")
        % {"email": user.email, "choices": ", ".join(each.slug for each in found)},
        code="ambiguous",
    )


def the_team(text: str, organization: Organization) -> Team:
    """Return the team that `text` names by id or title, else by title in any case.

    Raises `ValidationError` unless there is exactly one in `organization`.
    """
    title = clean_name(text)
    exact = Q(title=title)
    if (key := _uuid(title)) is not None:
        exact |= Q(public_id=key)
    for condition in (exact, Q(title__iexact=title)):
        found = list(Team.objects.filter(condition, organization=organization).order_by("created_at", "pk"))
        if len(found) > 1:
            raise ValidationError(
                _("Several teams of %(organization)s are called “%(title)s”. Give the id of one: %(choices)s.")
                % {
                    "organization": organization,
                    "title": title,
                    "choices": ", ".join(str(each.public_id) for each in found),
                },
                code="ambiguous",
            )
        if found:
            return found[0]
    raise ValidationError(
        _("%(organization)s has no team “%(title)s”. Make it with create_team first.")
        % {"organization": organization, "title": title},
        code="missing",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
