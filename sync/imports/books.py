"""Finding the book that an operator names at the command line, and in whose name the command acts."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from books.models import ContactBook
from organizations.models import User


def the_book(text: str) -> tuple[ContactBook, User]:
    """Return the living book with this id, and its owner. Raises `ValidationError` with a sentence."""
    try:
        key = UUID(text)
    except ValueError:
        raise ValidationError(
            _("“%(text)s” is not the id of a book. `create_book` prints it, and it stands in the book's address.")
            % {"text": text}
        ) from None
    book = ContactBook.objects.filter(pk=key, deleted_at__isnull=True).select_related("owner", "organization").first()
    if book is None:
        raise ValidationError(_("There is no book with the id %(id)s.") % {"id": key})
    if book.owner is None or not book.owner.is_active:
        raise ValidationError(
            _("The owner of “%(book)s” has left; somebody has to take the book over first.") % {"book": book.name}
        )
    return book, book.owner
