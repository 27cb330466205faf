"""What the panel's templates ask of a contact or number."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from contacts.models import Contact
from organizations.models import User

if TYPE_CHECKING:
    from contacts.views.lines import Line
    from contacts.views.panel import Panel

register = template.Library()

TINTS = 8
#: Joins what stands before and after it into one character, as families of emoji do.
_JOINER = "\u200d"


@register.simple_tag
def form_key() -> str:
    """Return a new key for a form, by which it is known when it is sent twice."""
    return str(uuid4())


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago a moment was, in words."""
    if timezone.now() - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment)}


@register.filter
def initials(name: str) -> str:
    """Return the first characters of the first and last word of a name, as people see them."""
    words = [word for word in name.split() if any(character.isalnum() for character in word)] or name.split()
    if not words:
        return ""
    ends = [words[0]] if len(words) == 1 else [words[0], words[-1]]
    return "".join(_first(word) for word in ends).upper()


def _first(word: str) -> str:
    """Return a word's first character with the marks that belong to it, without what opens a bracket or quotation."""
    start = next((at for at, character in enumerate(word) if character.isalnum()), 0)
    end = start + 1
    while end < len(word) and end - start < 8:
        joins = word[end] == _JOINER or word[end - 1] == _JOINER
        if not joins and not unicodedata.category(word[end]).startswith("M"):
            break
        end += 1
    return word[start:end]


@register.filter
def tint(contact_id: UUID) -> int:
    """Return which of the avatar colours a contact has, always the same."""
    return contact_id.int % TINTS


@register.filter
def picture_url(picture: str, contact_id: UUID) -> str:
    """Return the address of a contact's picture by its storage name."""
    return reverse("contacts:avatar", args=[contact_id, picture.rpartition("/")[2]])


@register.filter
def grouped(number: int) -> str:
    """Return a count with narrow spaces between thousands, which no language misreads."""
    return f"{number:,}".replace(",", "\u202f")


@register.filter
def line_of(panel: Panel, contact: Contact) -> list[Line]:
    """Return the contact's line in the list, alone."""
    return panel.line_of(contact)


@register.filter
def name_for(contact: Contact, user: User) -> str:
    """Return a contact's name in the order that somebody wants to see."""
    return contact.name_for(user)


@register.filter
def is_narrowed(panel: Panel) -> Any:
    """Say whether the list shows less than All: one book, group or company, the starred or the incomplete ones."""
    return panel.book or panel.group or panel.company or panel.starred or panel.incomplete
