"""Change-sets: one act of one actor with all its changes, listed and reversible. The change table is the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import UUID7, Cast, Now
from django.utils.translation import gettext_lazy as _

from books.models import ContactBook
from contacts.models.contact import COVERED, Contact
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, User
from organizations.sharing import Level


class Source(models.TextChoices):
    """Through which door an act came."""

    FORM = "form", _("the contacts page")
    IMPORT = "import", _("an import")
    COMMAND = "command", _("the command line")
    UNDO = "undo", _("undo")
    SAMPLE = "sample", _("the sample people")


class ChangeKind(models.TextChoices):
    """What happened to one contact, or to a book as a whole (then there is no contact)."""

    CREATE = "create", _("created")
    UPDATE = "update", _("changed")
    MOVE = "move", _("moved")
    TRASH = "trash", _("deleted")
    RESTORE = "restore", _("restored")
    BOOK_EDIT = "book_edit", _("book changed")
    BOOK_DELETE = "book_delete", _("book deleted")
    BOOK_RESTORE = "book_restore", _("book restored")


class ChangeSetQuerySet(models.QuerySet["ChangeSet"]):
    """The only door to change-sets on behalf of someone is `for_user`."""

    def for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ChangeSetQuerySet:
        """Return the change-sets of which `user` can see at least one change (EDIT: could undo one)."""
        return self.with_any(Change.objects.for_user(user, at_least=at_least))

    def with_any(self, changes: QuerySet[Change]) -> ChangeSetQuerySet:
        """Return those that hold at least one of `changes`.

        Each set is asked for its first one. EXISTS would let the planner read all changes of everybody at once.
        """
        first = changes.filter(change_set=OuterRef("pk")).order_by("book_id").values("pk")[:1]  # as the index has them
        return self.alias(a_change=Subquery(first)).filter(a_change__isnull=False)


class ChangeSet(models.Model):
    """One act: a form save, a bulk action, an import, an undo. It belongs to one organization.

    The actor is a plain key with a snapshot of the name, so that history outlives the account.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    actor_id = models.UUIDField(null=True, editable=False)  # null: the machine itself, as the sweep
    actor_name = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    label = models.CharField(max_length=255, blank=True)
    undo_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="undone_by")
    # What an undo kept and why, by contact id: names are read when shown, so that erasing a contact erases them.
    kept = models.JSONField(default=list)
    # A key of the form that made it: the same form sent twice is one act.
    form_key = models.UUIDField(null=True, unique=True)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)  # null: still running

    objects = ChangeSetQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["organization", "id"], name="change_set_within_organization")]
        indexes = [
            models.Index(fields=["organization", "-started_at", "id"], name="change_sets_by_time"),
            models.Index(fields=["organization"], name="change_sets_running", condition=Q(finished_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.label or str(self.id)


def in_books(column: str, books: QuerySet[Any]) -> Func:
    """Return the condition that `column` is one of `books`, which are read once, as an array.

    So an index that goes on with the book finds the changes of an act in these books without those in others; `IN`
    with a query only filters what was read.
    """
    return Func(
        F(column),
        ArraySubquery(books if books.query.combinator else books.order_by().values("pk")),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )


class ChangeQuerySet(models.QuerySet["Change"]):
    """The only door to changes on behalf of someone is `for_user`."""

    def for_user(self, user: User, *, at_least: Level = Level.VIEW) -> ChangeQuerySet:
        """Return the changes that `user` may see (VIEW) or undo (EDIT).

        Of contacts: those made in books that one may use so far, to contacts that still are in such a book; after a
        move the readers of the new book see the history from the move on. Of whole books: seen by those who may view
        or manage the book, undone by those who manage it; its deletion by those who may bring it back.
        """
        if not user.is_active:
            return self.none()
        books = ContactBook.objects.for_user(user, at_least=min(at_least, Level.EDIT))
        managed = ContactBook.objects.for_user(user, at_least=Level.MANAGE).order_by().values("pk")
        whole = managed.union(ContactBook.objects.deleted_for_user(user).order_by().values("pk"))
        if at_least is Level.VIEW:
            whole = whole.union(books.order_by().values("pk"))
        any_of = whole.union(books.order_by().values("pk"))
        return self.filter(
            Q(in_books("book_id", any_of)),
            Q(contact__isnull=True) & Q(in_books("book_id", whole))
            | Q(contact__isnull=False) & Q(in_books("book_id", books)) & Q(in_books("contact__book_id", books)),
        )


class Change(models.Model):
    """What one act did to one contact. Read in the order of (transaction, id), below the oldest running transaction.

    An update keeps `before` and `after` of the changed fields alone; creation, deletion and moves keep no copy.
    """

    id = models.BigAutoField(primary_key=True)
    # Which transaction wrote it: ids alone are given out before their transaction is seen.
    transaction = models.BigIntegerField(
        db_default=Cast(Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()),
        editable=False,
    )
    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="changes", **COVERED)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", **COVERED)
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="+", **COVERED)
    # Where a moved contact came from; null for every other kind.
    from_book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # Null for what happened to a whole book.
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="changes", db_index=False)
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    version = models.IntegerField(default=0)  # the contact's, after the act
    before = models.JSONField(null=True)  # null: nothing kept
    after = models.JSONField(null=True)  # null: nothing kept
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            CompositeForeignKey(
                name="change_in_book_of_organization",
                columns=["organization_id", "book_id"],
                to="books.ContactBook",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
            CompositeForeignKey(
                name="change_of_change_set",
                columns=["organization_id", "change_set_id"],
                to="contacts.ChangeSet",
                to_columns=["organization_id", "id"],
                on_delete="CASCADE",
            ),
        ]
        indexes = [
            models.Index(F("transaction"), F("id"), name="changes_in_order"),
            models.Index(fields=["change_set", "id"], name="changes_of_set"),
            models.Index(fields=["contact", "id"], name="changes_of_contact"),
            # What an act did in the books that one may read, without looking through what it did in others. An import's
            # entries are all alike, and are kept as one with a list: 8 MB a million.
            models.Index(fields=["change_set", "book"], name="changes_by_book"),
            # The trash is read by act, and an act of a hundred thousand other changes is not looked through for it.
            models.Index(fields=["change_set", "book", "contact"], name="changes_to_trash", condition=Q(kind="trash")),
            models.Index(fields=["book"], name="book_deletions", condition=Q(kind="book_delete")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.contact_id or self.book_id}"


class Tombstone(models.Model):
    """That a contact left a book, by deletion or move. Nothing personal; kept for a year, also when the book goes."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    book = models.ForeignKey(
        ContactBook, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    contact_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["book", "at"], name="tombstones_of_book")]

    def __str__(self) -> str:
        return f"{self.contact_id} left {self.book_id}"
