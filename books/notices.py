"""What owners of books are told by mail: that an admin opened a book to themselves, that it changed hands."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from books.models import ContactBook
from organizations import outgoing
from organizations.models import User


def tell_of_access(book: ContactBook, *, by: User, owner: User) -> None:
    """Tell the owner that an admin gave themselves access to the book. Three queries, in the caller's transaction."""
    _post(
        owner,
        _("%(admin)s can now see your contact book %(book)s") % {"admin": by, "book": book.name},
        _(
            "%(admin)s (%(email)s) administers %(organization)s and has given themselves access to the contacts of "
            "your contact book “%(book)s”."
        )
        % {"admin": by, "email": by.email, "organization": book.organization.name, "book": book.name},
        book,
    )


def tell_of_hand_over(book: ContactBook, *, by: User | None, old: User, new: User) -> None:
    """Tell the old and the new owner that the book changed hands, but not whoever did it."""
    who = str(by) if by else _("The operator of this server")
    for person in (old, new):
        if by is not None and person.pk == by.pk:
            continue
        _post(
            person,
            _("The contact book %(book)s belongs to %(owner)s now") % {"book": book.name, "owner": new},
            _("%(who)s handed the contact book “%(book)s” of %(organization)s over from %(old)s to %(new)s.")
            % {"who": who, "book": book.name, "organization": book.organization.name, "old": old, "new": new},
            book,
        )


def _post(to: User, subject: str, sentence: str, book: ContactBook) -> None:
    if not to.is_active:
        return
    link = f"{settings.BASE_URL}/books/{book.pk}/access/"
    body = f"{sentence}\n\n{_('Who can see it:')} {link}\n"
    # A name may hold anything but a line break, which a subject could not carry either.
    outgoing.post(EmailMessage(" ".join(subject.split()), body, settings.DEFAULT_FROM_EMAIL, [to.email]))
