"""How a change-set says that it brought something back: its label, which no other act's can be, is read in words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.models import ChangeSet, Source

# `clean_text` leaves no such character in names of people, books or groups, which other labels are made of.
_MARK = "\x1f"
_STATE, _VALUE, _REMOVED = "state", "value", "removed"


def state_label(at: datetime) -> str:
    """Return the label of an act that brings back the state that a contact had at `at`."""
    return _MARK.join(("", _STATE, at.isoformat()))


def value_label(title: str, *, is_removed: bool) -> str:
    """Return the label of an act that brings back a value, or takes one away that was not there; `title` names it."""
    return _MARK.join(("", _REMOVED if is_removed else _VALUE, title))


def restored_in_words(act: ChangeSet) -> str:
    """Return what an act brought back, as the rest of a sentence after who did it; empty for every other act."""
    parts = act.label.split(_MARK)
    if len(parts) != 3 or act.source != Source.FORM:
        return ""
    _empty, kind, what = parts
    if kind == _STATE:
        when = date_format(timezone.localtime(datetime.fromisoformat(what)), "j F Y, H:i")
        return _("restored the state of %(when)s") % {"when": when}
    words = _("removed %(field)s again") if kind == _REMOVED else _("restored %(field)s")
    return words % {"field": what}
