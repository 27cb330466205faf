"""Groups and companies: names that contacts belong to, kept once in an organization.

A name is seen through contacts that one can read, and through keeping it (`KeptGroup`), and else does not exist.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q

from books.models import ContactBook
from contacts import limits
from contacts.models.contact import ContactMembership
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, User


class GroupKind(models.TextChoices):
    """What a name gathers."""

    GROUP = "group", "group"
    COMPANY = "company", "company"


class GroupQuerySet(models.QuerySet["Group"]):
    """The only door to groups and companies on behalf of someone is `for_user`."""

    def for_user(self, user: User) -> GroupQuerySet:
        """Return what `user` sees: groups of living contacts that they can read, and those they keep."""
        readable = ContactMembership.objects.filter(group=OuterRef("pk"), book__in=ContactBook.objects.for_user(user))
        kept = KeptGroup.objects.filter(group=OuterRef("pk"), user=user)
        # A title without a company belongs to a nameless one, which nobody lists.
        return self.exclude(key="").filter(Q(Exists(readable)) | Q(Exists(kept)))


class Group(models.Model):
    """A group or company: only a name. Ids are random, so that they tell nothing of other people's groups."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=GroupKind.choices)
    name = models.CharField(max_length=limits.NAME)
    # The name as it is compared: NFC, trimmed, case-folded.
    key = models.TextField()

    objects = GroupQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="group_within_organization"),
            models.UniqueConstraint(fields=["organization", "kind", "key"], name="group_name_once"),
            models.CheckConstraint(condition=Q(kind__in=GroupKind.values), name="group_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class KeptGroup(models.Model):
    """That a person keeps a group in sight, even while no contact that they can read is in it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="kept_by")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="kept_once"),
            CompositeForeignKey(
                name="kept_by_member",
                columns=["organization_id", "user_id"],
                to="organizations.OrganizationMembership",
                to_columns=["organization_id", "user_id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="kept_group_of_organization",
                columns=["organization_id", "group_id"],
                to="contacts.Group",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.group_id}"
