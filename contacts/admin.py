"""Deleting a contact book on the admins' site: all that is in it goes to the trash with it."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import register
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from books.admin import BookAdmin
from books.models import ContactBook
from contacts.services import Busy, delete_book
from organizations.admin_site import person_of, site


@register(ContactBook, site=site)
class DeletableBookAdmin(BookAdmin):
    """Books, which can be deleted too."""

    can_delete = True

    def consequence(self, request: HttpRequest, obj: ContactBook) -> dict[str, Any]:
        """Say what goes with it, and for how long it can come back."""
        sentences = [
            _("All contacts in it (%(count)d) go with it, for everybody whom it is shared with.")
            % {"count": obj.contact_count},
            _("It can be restored from the trash for 30 days."),
        ]
        return {"verb": _("Delete"), "sentences": sentences}

    def delete_through_service(self, request: HttpRequest, obj: ContactBook) -> None:
        """Delete the book."""
        try:
            delete_book(by=person_of(request), book=obj)
        except Busy as busy:
            raise ValidationError(str(busy)) from None
