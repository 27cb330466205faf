"""What came of a deed done to many contacts, in one sentence: how many, and how many were skipped and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.derived import NAME_PARTS
from contacts.models import Contact
from contacts.services.grouping import reasons
from contacts.services.many import Deed, Tally, Verb
from contacts.templatetags.contacts import grouped
from organizations.models import User

#: Skipped contacts that the sentence names.
NAMED = 3


def sentence(user: User, deed: Deed, tally: Tally, *, name: str = "") -> str:
    """Return what was done, what was so already, and what was skipped and why. One query when some may only be viewed,
    whose names are told to `user`. `name` is that of the only contact that it was about, if there was one."""
    parts = [_done(deed, tally.done, name) if tally.done else _("Nothing changed")]
    left = tally.left
    if left["same"]:
        parts.append(_same(deed.verb, left["same"]))
    if count := left["view"]:
        words = ngettext("%(count)s skipped: you can only view it", "%(count)s skipped: you can only view them", count)
        parts.append(words % {"count": grouped(count)} + _names(user, tally))
    if count := left["gone"]:
        words = ngettext(
            "%(count)s skipped: it is not there any more", "%(count)s skipped: they are not there any more", count
        )
        parts.append(words % {"count": grouped(count)})
    parts += reasons(left)
    return ", ".join(parts) + "."


def _done(deed: Deed, count: int, name: str) -> str:
    words = {
        Verb.MOVE: _("%(what)s moved to %(to)s"),
        Verb.JOIN: _("%(what)s added to %(to)s"),
        Verb.LEAVE: _("%(what)s removed from %(to)s"),
        Verb.EMPLOY: _("Company of %(what)s set to %(to)s"),
        Verb.STAR: _("%(what)s starred"),
        Verb.UNSTAR: _("%(what)s unstarred"),
        Verb.TRASH: _("%(what)s deleted"),
    }
    what = name or ngettext("%(count)s contact", "%(count)s contacts", count) % {"count": grouped(count)}
    return words[deed.verb] % {"what": what, "to": deed.about}


def _same(verb: Verb, count: int) -> str:
    if verb in {Verb.MOVE, Verb.JOIN}:
        words = ngettext("%(count)s was there already", "%(count)s were there already", count)
    elif verb is Verb.LEAVE:
        words = ngettext("%(count)s was not in it", "%(count)s were not in it", count)
    else:
        words = ngettext("%(count)s was so already", "%(count)s were so already", count)
    return words % {"count": grouped(count)}


def _names(user: User, tally: Tally) -> str:
    """Return the first names of what may only be viewed, in brackets."""
    found = Contact.objects.for_user(user).filter(pk__in=tally.viewed).order_by("sort_family", "pk")
    names = [contact.name_for(user) for contact in found.only("display_name", *NAME_PARTS)[:NAMED]]
    if not names:
        return ""
    return _(" (%(names)s)") % {"names": _listed(names, tally.left["view"] - len(names))}


def _listed(names: Sequence[str], others: int) -> str:
    listed = ", ".join(names)
    if not others:
        return listed
    words = ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", others)
    return words % {"names": listed, "count": grouped(others)}
