"""The four people who ask: of everything, of one percent, of two hundred contacts, of many small books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bench.subject import Reader
from books.models import ContactBook
from contacts.sample.load import Loaded
from organizations.models import Organization, User

NAMES: Final = ("everything", "one percent", "two hundred", "small books")


def readers_of(loaded: Loaded, organization: Organization, password: str) -> list[Reader]:
    """Return the readers that a sample was loaded for, under our names for them. Two queries each."""
    emails: Sequence[str] = [reader.email for reader in loaded.readers]
    return [_reader(name, email, organization.pk, password) for name, email in zip(NAMES, emails, strict=True)]


def _reader(name: str, email: str, organization_id: UUID, password: str) -> Reader:
    user = User.objects.get(email=email)
    books = ContactBook.objects.for_user(user).filter(organization_id=organization_id).with_counts()
    contacts = sum(book.contact_count for book in books)
    return Reader(name, email, password, user.pk, organization_id, contacts)
