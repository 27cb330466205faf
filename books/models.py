"""Contact books: containers of contacts with one owner, personal until shared."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import UUID7, Coalesce, Now
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, OrganizationMembership, Role, Team, User
from organizations.sharing import Level, open_ids


class BookType(models.TextChoices):
    """What the screen says of a book: with whom it is shared, widest first."""

    ORGANIZATION = "organization", _("Organization")
    TEAM = "team", _("Team")
    USERS = "users", _("Specific users")
    PERSONAL = "personal", _("Personal")


class ContactBookQuerySet(models.QuerySet["ContactBook"]):
    """The only door to books on behalf of someone is `for_user`."""

    def for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ContactBookQuerySet:
        """Return the living books that `user` may use at `at_least`; no query by itself, one UNION when run.

        VIEW and EDIT: one's own books, and those granted to oneself or one's teams. MANAGE: one's own, and, for
        admins and owners of the organization, every book that is shared with anybody; that right shows name,
        owner, sharing and counts, and never contacts.
        """
        return self._open_to(user, at_least).filter(deleted_at__isnull=True)

    def deleted_for_user(self, user: User) -> ContactBookQuerySet:
        """Return the deleted books that `user` may bring back: those they would manage."""
        return self._open_to(user, Level.MANAGE).filter(deleted_at__isnull=False)

    def _open_to(self, user: User, level: Level) -> ContactBookQuerySet:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if level is not Level.MANAGE:
            return self.filter(pk__in=open_ids(ContactBook, user, level=level))
        own = ContactBook._base_manager.filter(owner=user).values("pk")
        administered = OrganizationMembership.objects.filter(user=user, role__in=[Role.OWNER, Role.ADMIN])
        organizations = administered.values("organization_id")
        by_people = BookUserGrant.objects.filter(organization__in=organizations).values("content_object_id")
        by_teams = BookTeamGrant.objects.filter(organization__in=organizations).values("content_object_id")
        return self.filter(pk__in=own.union(by_people, by_teams))

    def in_organization(self, organization: Organization) -> ContactBookQuerySet:
        """Return the books of one organization."""
        return self.filter(organization=organization)

    def shared(self) -> ContactBookQuerySet:
        """Return the books that are shared with anybody."""
        return self.filter(
            Exists(BookTeamGrant.objects.filter(content_object=OuterRef("pk")))
            | Exists(BookUserGrant.objects.filter(content_object=OuterRef("pk")))
        )

    def with_type(self) -> ContactBookQuerySet:
        """Annotate `shared_with_everyone`, `shared_with_teams`, `shared_with_people`, which `book.type` reads."""
        teams = BookTeamGrant.objects.filter(content_object=OuterRef("pk"))
        return self.annotate(  # type: ignore[no-redef]  # declared on the model for those who read them
            shared_with_everyone=Exists(teams.filter(group__everyone=True)),
            shared_with_teams=Exists(teams.filter(group__everyone=False)),
            shared_with_people=Exists(BookUserGrant.objects.filter(content_object=OuterRef("pk"))),
        )

    def with_counts(self) -> ContactBookQuerySet:
        """Annotate `contact_count` and `starred_count`, summed from the deltas of each book."""
        deltas = BookCount.objects.filter(book=OuterRef("pk")).order_by().values("book")
        return self.annotate(  # type: ignore[no-redef]  # declared on the model for those who read them
            contact_count=Coalesce(models.Subquery(deltas.annotate(n=Sum("contacts")).values("n")), 0),
            starred_count=Coalesce(models.Subquery(deltas.annotate(n=Sum("starred")).values("n")), 0),
        )


class ContactBook(models.Model):
    """A container of contacts. Rights on it are rights on everything in it."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="books")
    name = models.CharField(_("name"), max_length=255)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    # Null only while frozen: its owner has left the organization.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="owned_books")
    frozen_for = models.UUIDField(null=True, editable=False)  # null: not frozen
    frozen_at = models.DateTimeField(null=True, editable=False)  # null: not frozen
    exclude_from_search = models.BooleanField(_("exclude contacts from search results"), default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)  # null: living

    objects = ContactBookQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_contactbook", "Can view the contacts of the book"),
            ("edit_contactbook", "Can change the contacts of the book"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="book_within_organization"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False, frozen_for__isnull=True, frozen_at__isnull=True)
                | Q(owner__isnull=True, frozen_for__isnull=False, frozen_at__isnull=False),
                name="book_is_owned_or_frozen",
            ),
            CompositeForeignKey(
                name="book_owner_belongs",
                columns=["organization_id", "owner_id"],
                to="organizations.OrganizationMembership",
                to_columns=["organization_id", "user_id"],
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "organization"], name="books_of_owner"),
            models.Index(fields=["frozen_at"], name="books_frozen", condition=Q(frozen_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def type(self) -> BookType:
        """With whom the book is shared, widest first. Needs `with_type()`, and raises without it."""
        if self.shared_with_everyone:
            return BookType.ORGANIZATION
        if self.shared_with_teams:
            return BookType.TEAM
        return BookType.USERS if self.shared_with_people else BookType.PERSONAL

    # Annotations of `with_type` and `with_counts`, declared for the type checker alone.
    shared_with_everyone: bool
    shared_with_teams: bool
    shared_with_people: bool
    contact_count: int
    starred_count: int


class BookUserGrant(UserObjectPermissionBase):
    """That a person may use a book at a level. Written by `organizations.sharing` alone."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    content_object = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="user_grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        constraints = [
            CompositeForeignKey(
                name="book_grant_to_member",
                columns=["organization_id", "user_id"],
                to="organizations.OrganizationMembership",
                to_columns=["organization_id", "user_id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="book_user_grant_same_organization",
                columns=["organization_id", "content_object_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the organization is always the book's."""
        self.organization_id = self.content_object.organization_id
        super().save(*args, **kwargs)


class BookTeamGrant(GroupObjectPermissionBase):
    """That a team may use a book at a level. Written by `organizations.sharing` alone."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Team, on_delete=models.CASCADE)
    content_object = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="team_grants")

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        constraints = [
            CompositeForeignKey(
                name="book_grant_to_team_of_organization",
                columns=["organization_id", "group_id"],
                to="organizations.Team",
                to_columns=["organization_id", "group_ptr_id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="book_team_grant_same_organization",
                columns=["organization_id", "content_object_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the organization is always the book's."""
        self.organization_id = self.content_object.organization_id
        super().save(*args, **kwargs)


class BookCount(models.Model):
    """One change of a book's counts. Inserted only, so that writers never wait for each other; summed when read,
    folded into one row a book by the sweep."""

    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="counts")
    contacts = models.IntegerField()
    starred = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.contacts:+} in {self.book_id}"


class BookUse(models.Model):
    """The book a person last put a contact into, in each organization: where new ones go under All."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="one_last_book"),
            CompositeForeignKey(
                name="last_book_of_member",
                columns=["organization_id", "user_id"],
                to="organizations.OrganizationMembership",
                to_columns=["organization_id", "user_id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="last_book_same_organization",
                columns=["organization_id", "book_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} last used {self.book_id}"
