"""Contacts' pictures, to those who may see the contact."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from config import pictures
from contacts.avatars import FOLDER
from contacts.models import Contact
from organizations.http import SignedInRequest


@require_safe
def avatar(request: SignedInRequest, contact_id: UUID, name: str) -> FileResponse:
    """The picture that a contact has now; its name changes with it, so that a browser may keep it for an hour."""
    contacts = Contact.objects.for_user(request.user).only("pk", "avatar")
    contact = get_object_or_404(contacts, pk=contact_id)
    if not name or contact.avatar != f"{FOLDER}/{name}":
        raise Http404
    return pictures.answer(contact.avatar)
