"""People, the organizations they belong to, and teams within them.

`OrganizationMembership` is the truth of who belongs where; everything that a person gains by belonging hangs on it
by a composite foreign key and goes with it.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models import Value
from django.db.models.functions import UUID7, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.mixins import GuardianGroupMixin, GuardianUserMixin
from guardian.models import GroupObjectPermissionAbstract

from organizations.constraints import CompositeForeignKey


class Role(models.TextChoices):
    """What a person may do in an organization. Rights on books do not follow from it, but for *manage*."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")


class NameOrder(models.TextChoices):
    """How names of contacts are shown to a person, and which part of them lists go by."""

    MIXED = "mixed", _("Given name first, sorted by family name")
    GIVEN = "given", _("Given name first, sorted by given name")
    FAMILY = "family", _("Family name first, sorted by family name")


class Theme(models.TextChoices):
    """Light or dark; empty is as the device has it."""

    DEVICE = "", _("Theme of this device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How tall the rows of lists are."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COSY = "cosy", _("Cosy")
    COMPACT = "compact", _("Compact")


class Organization(models.Model):
    """The tenant: everything that people share belongs to one. Working alone is an organization of one."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=80, unique=True)
    region = models.CharField(max_length=2, default="US")
    require_second_factor = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users; sign-in names are email addresses, compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new saved user. The address is lower-cased, so that one person is one account."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user who signs in with this address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin, GuardianUserMixin):
    """A person who signs in. `groups` are teams, reached through the team membership table.

    Never give a user model-level permissions or the superuser flag: both would open every tenant.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    email = models.EmailField(_("email"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    is_active = models.BooleanField(default=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    region = models.CharField(max_length=2, blank=True)  # ISO 3166; empty: that of each organization
    picture = models.CharField(max_length=100, blank=True, db_default="", editable=False)  # a name in the storage
    name_order = models.CharField(
        _("name order"),
        max_length=6,
        choices=NameOrder.choices,
        default=NameOrder.MIXED,
        db_default=NameOrder.MIXED,
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, blank=True, db_default="")
    # Whether keys of a single character do something on their own (WCAG 2.2, 2.1.4).
    single_keys = models.BooleanField(_("keys of a single character"), default=True, db_default=True)
    # Keys chosen instead of those of the table of keys: {what it does: key}.
    own_keys = models.JSONField(_("own keys"), default=dict, db_default=Value({}, models.JSONField()), blank=True)
    density = models.CharField(
        _("density"),
        max_length=11,
        choices=Density.choices,
        default=Density.COMFORTABLE,
        db_default=Density.COMFORTABLE,
    )
    # Whether the checklist of the first day was closed, or done.
    first_steps_closed = models.BooleanField(default=False, db_default=False, editable=False)
    date_joined = models.DateTimeField(db_default=Now(), editable=False)
    groups = models.ManyToManyField(  # type: ignore[assignment,var-annotated]  # the stubs fix it to auth.Group; guardian reads teams here
        "Team",
        through="TeamMembership",
        through_fields=("user", "team"),
        related_name="user_set",
        related_query_name="user",
        blank=True,
    )

    objects = UserManager()

    # What the one who is signed in belongs to, read with them (organizations.signed_in); None: not read.
    belongings: list[OrganizationMembership] | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Nobody is staff: organization admins have a site of their own, by role."""
        return False

    @property
    def picture_url(self) -> str:
        """The address of the person's picture, empty without one."""
        if not self.picture:
            return ""
        return reverse("settings:picture", args=[self.pk, self.picture.rpartition("/")[2]])

    @property
    def family_first(self) -> bool:
        """Whether names of contacts are shown with the family name first."""
        return self.name_order == NameOrder.FAMILY

    @property
    def sorted_by(self) -> str:
        """Which part of a name lists go by where nothing else is asked for: "family" or "given"."""
        return "given" if self.name_order == NameOrder.GIVEN else "family"

    def region_in(self, organization: Organization) -> str:
        """Return the region (ISO 3166) from which phone numbers of `organization` are read on screen."""
        return self.region or organization.region

    def get_full_name(self) -> str:
        """Return the name shown to colleagues."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the first word of the name."""
        return str(self).split()[0]


class OrganizationMembership(models.Model):
    """That a person belongs to an organization, and as what. A trigger keeps the everyone-team in step."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]
        indexes = [models.Index(fields=["user", "organization"], name="memberships_of_user")]

    def __str__(self) -> str:
        return str(self.user)


class Team(Group, GuardianGroupMixin):
    """People of one organization who get things together. A team *is* a Django group, so guardian can grant to it.

    `Group.name` is technical (`team:<uuid>`); people see `title`, addresses name `public_id`. One team in each
    organization is *everyone*: the database keeps its members equal to the organization's.
    """

    public_id = models.UUIDField(unique=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    title = models.CharField(max_length=255)
    everyone = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[models.Manager[Team]] = models.Manager()  # type: ignore[assignment]  # Group's own would give groups

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "group_ptr"], name="team_within_organization"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(everyone=True), name="one_everyone_team"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new team gets its technical group name first."""
        if not self.name:
            self.name = f"team:{uuid.uuid4()}"
        super().save(*args, **kwargs)


class TeamMembership(models.Model):
    """That a person is in a team. It needs, and goes with, the membership in the team's organization."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="team_memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="once_in_a_team"),
            CompositeForeignKey(
                name="team_member_belongs",
                columns=["organization_id", "user_id"],
                to="organizations.OrganizationMembership",
                to_columns=["organization_id", "user_id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="team_member_same_organization",
                columns=["organization_id", "team_id"],
                to="organizations.Team",
                to_columns=["organization_id", "group_ptr_id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [models.Index(fields=["user", "team"], name="teams_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the organization is always the team's."""
        self.organization_id = self.team.organization_id
        super().save(*args, **kwargs)


class UnusedTeamPermission(GroupObjectPermissionAbstract):
    """Guardian wants a generic grant table that knows our teams; it stays empty, grants live in direct tables."""

    group = models.ForeignKey(Team, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionAbstract.Meta):
        abstract = False


class AuditEntry(models.Model):
    """One line of the audit list: who did what to rights, tokens or sign-ins. Append-only, held by a trigger.

    Actor and target are plain keys with a snapshot of the name, so that the line outlives both.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization_id = models.UUIDField(null=True, editable=False)  # null: a sign-in belongs to no organization
    actor_id = models.UUIDField(null=True, editable=False)  # null: the operator, from the command line
    actor_name = models.CharField(max_length=255, blank=True, editable=False)
    action = models.CharField(max_length=64, editable=False)
    target_kind = models.CharField(max_length=32, blank=True, editable=False)
    target_id = models.UUIDField(null=True, editable=False)  # null: an act without a target
    target_name = models.CharField(max_length=255, blank=True, editable=False)
    detail = models.JSONField(default=dict, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["organization_id", "-at", "id"], name="audit_of_organization"),
            models.Index(fields=["target_id", "-at"], name="audit_of_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """That somebody with this email may join an organization in a role, until it expires or is taken back.

    The link holds a random key of which only the digest is stored. Rows are open invitations alone: one that is used
    or taken back is deleted, and the audit list tells of it. Who invited is a plain key with a snapshot of the name;
    what they may grant is read again when the invitation is used.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by_id = models.UUIDField(editable=False)
    invited_by_name = models.CharField(max_length=255, editable=False)
    sent_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "email"], name="one_invitation_an_address"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.email


class OutgoingMail(models.Model):
    """A mail that waits for its job to send it (`organizations.outgoing`); encrypted, since it holds secret links."""

    id = models.UUIDField(primary_key=True, editable=False)
    sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "outgoing mail"

    def __str__(self) -> str:
        return f"mail of {self.created_at:%Y-%m-%d %H:%M}"
