"""What contacts are found by: handles for exact look-up, tokens for prefixes, folded text for everything else.

All of it is derived from the document and written in the same transaction; contacts in the trash have none.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from books.models import ContactBook
from contacts.models.contact import COVERED, Contact
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization

# Tokens are written nine to a contact by the service alone, which deletes them by full key: a foreign key check for
# each would cost more than the row.
_LOOSE: dict[str, Any] = {"db_index": False, "db_constraint": False}


def _of_contact(name: str) -> CompositeForeignKey:
    """Tie a row to its contact and organization, and so, through the contact, to a book of it."""
    return CompositeForeignKey(
        name=name,
        columns=["organization_id", "contact_id"],
        to="contacts.Contact",
        to_columns=["organization_id", "id"],
        on_delete="CASCADE",
    )


class HandleKind(models.TextChoices):
    """What a handle's key is."""

    EMAIL = "email", "email"
    PHONE = "phone", "phone, E.164"
    PHONE_END = "end", "phone, last nine digits"


class ContactHandle(models.Model):
    """One email or phone of a contact in its look-up form. A batch of addresses is one index probe."""

    pk = models.CompositePrimaryKey("organization_id", "kind", "key", "contact_id")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", **COVERED)
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="+", **COVERED)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="handles", **COVERED)
    kind = models.CharField(max_length=5, choices=HandleKind.choices)
    key = models.TextField(db_collation="C")

    class Meta:
        default_permissions = ()
        constraints = [_of_contact("handle_of_contact")]
        indexes = [models.Index(fields=["contact"], name="handles_of_contact")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.contact_id}"


class ContactSearch(models.Model):
    """The folded text of a contact, every word of it after a blank, for words that no token begins with."""

    contact = models.OneToOneField(
        Contact, on_delete=models.CASCADE, primary_key=True, related_name="search", db_constraint=False
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", **COVERED)
    book = models.ForeignKey(ContactBook, on_delete=models.CASCADE, related_name="+", **COVERED)
    sort_key = models.TextField(db_collation="C")
    text = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [_of_contact("search_text_of_contact")]
        indexes = [
            GinIndex(OpClass("text", name="gin_trgm_ops"), name="search_text_trigrams"),
            models.Index(fields=["organization", "sort_key", "contact"], include=["book"], name="search_all_by_name"),
            models.Index(fields=["book", "sort_key", "contact"], name="search_book_by_name"),
        ]

    def __str__(self) -> str:
        return f"search text of {self.contact_id}"


class ContactToken(models.Model):
    """A beginning by which a contact is found. Tier 1: a word of the name and the rest of it; tier 2: a word of
    companies and groups, every tail of an address, digits of a phone.

    It stands twice, by organization and by book: a reader of a small share is served book by book.
    """

    pk = models.CompositePrimaryKey("organization_id", "tier", "token", "contact_id")
    organization = models.ForeignKey(Organization, on_delete=models.DO_NOTHING, related_name="+", **_LOOSE)
    book = models.ForeignKey(ContactBook, on_delete=models.DO_NOTHING, related_name="+", **_LOOSE)
    contact = models.ForeignKey(Contact, on_delete=models.DO_NOTHING, related_name="tokens", **_LOOSE)
    tier = models.SmallIntegerField()
    token = models.TextField(db_collation="C")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["book", "tier", "token", "contact"], name="tokens_by_book"),
        ]

    def __str__(self) -> str:
        return f"token of {self.contact_id}"
