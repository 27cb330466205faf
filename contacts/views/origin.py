"""Where a contact came from, in one line: who added it or moved it here, when, and through which door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import Change, ChangeKind, Contact, Source
from organizations.models import User


@dataclass(frozen=True, slots=True)
class Origin:
    """The line, and the act that it tells of."""

    text: str
    change_set_id: UUID


def origin_of(user: User, contact: Contact) -> Origin | None:
    """Return how the contact came, as far back as `user` may see; None when that is not known. One query.

    Who did not see where it stood before is told of the move, not of the creation (`ChangeQuerySet.for_user`).
    """
    seen = Change.objects.for_user(user).filter(contact=contact, kind__in=[ChangeKind.CREATE, ChangeKind.MOVE])
    first = seen.select_related("change_set", "book").order_by("pk").first()
    if first is None:
        return None
    act = first.change_set
    values = {
        "who": act.actor_name or _("Kith"),
        "when": date_format(timezone.localtime(first.at), "j F Y"),
        "book": first.book.name,
    }
    if first.kind == ChangeKind.CREATE:
        text = _("Added by %(who)s on %(when)s") % values
    else:
        text = _("Moved to %(book)s by %(who)s on %(when)s") % values
    if act.source == Source.IMPORT and act.label:
        text = f"{text} · {act.label}"
    elif act.source != Source.FORM:
        text = _("%(what)s, by %(source)s") % {"what": text, "source": Source(act.source).label}
    return Origin(text, act.pk)
