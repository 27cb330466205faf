"""The contact itself, and its memberships in groups and companies."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import UUID7, Now

from books.models import ContactBook
from contacts import limits
from contacts.derived import NAME_PARTS, shown_name
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, User
from organizations.sharing import Level

ALIVE = Q(trashed_at__isnull=True)
#: Contacts without a name, or without an email and a phone; the nameless ones of a company are among them.
LACKING = Q(first_name="", middle_name="", last_name="", suffix="", nickname="") | ~(
    Q(infos__contains=[{"kind": "email"}]) | Q(infos__contains=[{"kind": "phone"}])
)
#: For keys of rows that come by the hundred thousand, where a composite key of the table checks the same and more.
COVERED: dict[str, Any] = {"db_index": False, "db_constraint": False}


class ContactQuerySet(models.QuerySet["Contact"]):
    """The only door to contacts on behalf of someone is `for_user`."""

    def for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ContactQuerySet:
        """Return the living contacts in the books that `user` may use at `at_least`. No query by itself."""
        return self.filter(ALIVE, book__in=ContactBook.objects.for_user(user, at_least=_contact_level(at_least)))

    def with_right(self, user: User) -> ContactQuerySet:
        """Annotate `is_editable`: whether `user` may change the contact, as `for_user` has it at *edit*."""
        books = ContactBook.objects.for_user(user, at_least=Level.EDIT)
        may = models.ExpressionWrapper(Q(book__in=books), output_field=models.BooleanField())
        return self.annotate(is_editable=may)  # type: ignore[no-redef]  # declared on the model for those who read it

    def trashed_for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ContactQuerySet:
        """Return the contacts in the trash of the books that `user` may use at `at_least`."""
        books = ContactBook.objects.for_user(user, at_least=_contact_level(at_least))
        return self.filter(trashed_at__isnull=False, book__in=books)


def _contact_level(level: Level) -> Level:
    """Managing a book shows no contacts: what is asked of contacts is at most *edit*."""
    return min(level, Level.EDIT)


class Contact(models.Model):
    """A person or a firm, in exactly one book. Written by the contacts service alone.

    `version` and `modified_at` are kept by a trigger; display name, second line and sort keys are derived from the
    document and written with it.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", **COVERED)
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="contacts", **COVERED)

    prefix = models.CharField(max_length=limits.NAME, blank=True)
    first_name = models.CharField(max_length=limits.NAME, blank=True)
    middle_name = models.CharField(max_length=limits.NAME, blank=True)
    last_name = models.CharField(max_length=limits.NAME, blank=True)
    suffix = models.CharField(max_length=limits.NAME, blank=True)
    phonetic_first_name = models.CharField(max_length=limits.NAME, blank=True)
    phonetic_middle_name = models.CharField(max_length=limits.NAME, blank=True)
    phonetic_last_name = models.CharField(max_length=limits.NAME, blank=True)
    nickname = models.CharField(max_length=limits.NAME, blank=True)
    file_as = models.CharField(max_length=limits.NAME, blank=True)
    gender = models.CharField(max_length=limits.NAME, blank=True)
    pronouns = models.CharField(max_length=limits.NAME, blank=True)
    notes = models.TextField(blank=True)
    avatar = models.CharField(max_length=100, blank=True)
    starred = models.BooleanField(default=False)
    infos = models.JSONField(default=list)
    # Raised with every change of memberships: they are part of the document, and so of its version.
    membership_stamp = models.IntegerField(default=0)

    display_name = models.TextField()
    second_line = models.TextField(blank=True)
    sort_family = models.TextField(db_collation="C")
    sort_given = models.TextField(db_collation="C")
    # The organization's region in which phones were read for the index rows; empty: it makes no difference.
    derived_region = models.CharField(max_length=2, default="", db_default="", editable=False)

    version = models.IntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    modified_at = models.DateTimeField(db_default=Now(), editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)  # null: living

    objects = ContactQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="contact_within_organization"),
            CompositeForeignKey(
                name="contact_in_book_of_organization",
                columns=["organization_id", "book_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "sort_family", "id"], name="contacts_book_family", condition=ALIVE),
            models.Index(fields=["book", "sort_given", "id"], name="contacts_book_given", condition=ALIVE),
            models.Index(fields=["book", "modified_at", "id"], name="contacts_book_modified"),
            models.Index(
                fields=["organization", "sort_family", "id"],
                include=["book"],
                name="contacts_all_family",
                condition=ALIVE,
            ),
            models.Index(
                fields=["organization", "sort_given", "id"],
                include=["book"],
                name="contacts_all_given",
                condition=ALIVE,
            ),
            models.Index(
                fields=["organization", "sort_family", "id"],
                include=["book"],
                name="contacts_starred",
                condition=ALIVE & Q(starred=True),
            ),
            models.Index(
                fields=["organization", "sort_given", "id"],
                include=["book"],
                name="contacts_starred_given",
                condition=ALIVE & Q(starred=True),
            ),
            models.Index(
                fields=["organization", "derived_region", "id"],
                include=["book"],
                name="contacts_by_region",
                condition=ALIVE & ~Q(derived_region=""),
            ),
            models.Index(
                fields=["book", "sort_family", "id"],
                name="contacts_book_starred",
                condition=ALIVE & Q(starred=True),
            ),
            models.Index(
                fields=["organization", "sort_family", "id"],
                include=["book"],
                name="contacts_incomplete",
                condition=ALIVE & LACKING,
            ),
            models.Index(
                fields=["book", "sort_family", "id"], name="contacts_book_incomplete", condition=ALIVE & LACKING
            ),
            models.Index(fields=["book", "trashed_at"], name="contacts_trash", condition=Q(trashed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.display_name

    def name_for(self, user: User) -> str:
        """Return the name in the order that `user` wants to see."""
        return shown_name(
            self.display_name, (getattr(self, part) for part in NAME_PARTS), family_first=user.family_first
        )

    # Annotation of `with_right`, declared for the type checker alone.
    is_editable: bool


class ContactMembership(models.Model):
    """That a contact is in a group, or in a company as something. `item` is the id of the document's item.

    `book` is where the membership is seen: the contact's book, none while the contact is in the trash. Lists and
    sidebars ask memberships alone by it, however large a group is.
    """

    pk = models.CompositePrimaryKey("contact_id", "item")
    item = models.CharField(max_length=16)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships", **COVERED)
    group = models.ForeignKey("contacts.Group", on_delete=models.CASCADE, related_name="memberships", **COVERED)
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="+", null=True, **COVERED)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", **COVERED)
    position = models.IntegerField()
    title = models.CharField(max_length=limits.NAME, blank=True)
    department = models.CharField(max_length=limits.NAME, blank=True)
    location = models.CharField(max_length=limits.NAME, blank=True)
    description = models.CharField(max_length=limits.NAME, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            CompositeForeignKey(
                name="membership_of_contact",
                columns=["organization_id", "contact_id"],
                to="contacts.Contact",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="membership_in_group",
                columns=["organization_id", "group_id"],
                to="contacts.Group",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "book", "contact"], name="members_of_group_in_book"),
            models.Index(fields=["book", "group"], name="groups_of_book"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.group_id}"
