"""The checklist of the first days: five steps beside the lists, ticked by what is there, until they are all done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.first_steps import facts_of, is_newcomer
from contacts.keys import keys_of
from organizations.models import Density, NameOrder, User
from organizations.sharing import Level

if TYPE_CHECKING:
    from contacts.views.panel import Panel

#: Where the session keeps that somebody was found by a search, which nothing else knows, and that all is done.
FOUND: Final = "first_steps_found"
DONE: Final = "first_steps_done"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, where it is done, and whether it was."""

    name: str
    href: str
    done: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The steps; the sample people and a book by which they are removed, while they stand; the key of all keys."""

    steps: tuple[Step, ...]
    sample: UUID | None
    sample_book: UUID | None
    sheet_key: str

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)


def note_search(panel: Panel) -> None:
    """Remember for a newcomer that they found somebody. No query, but the first time."""
    if panel.q and is_newcomer(panel.user) and panel.page.rows and not panel.request.session.get(FOUND):
        panel.request.session[FOUND] = True


def first_steps(panel: Panel) -> FirstSteps | None:
    """Return the checklist, None for those who closed it, did all of it or have been here for long.

    No query for those, else one. The session remembers that all is done, so that it is asked once.
    """
    user, book, session = panel.user, panel.shelf.target, panel.request.session
    if book is None or not is_newcomer(user) or session.get(DONE):
        return None
    facts = facts_of(user, panel.organization, panel.shelf)
    own = next((each for each in panel.shelf.by_name if each.level >= Level.MANAGE and not each.is_personal), None)
    share = reverse("contacts:book-edit", args=[own.pk]) if own else reverse("contacts:book-new")
    keys = keys_of(user)
    steps = (
        Step(_("Bring in your contacts"), f"/books/{book.pk}/import/", facts.has_contacts),
        Step(_("Find one of them"), "/contacts/?q=", bool(session.get(FOUND)), keys["find"]),
        Step(_("Make a group or a company"), reverse("contacts:group-new"), facts.has_groups),
        Step(_("Invite a colleague"), reverse("organization:people"), facts.has_colleagues)
        if panel.request.administers
        else Step(_("Set up names, keys and lists"), reverse("settings:profile"), _is_set_up(user)),
        Step(_("Share a contact book"), share, facts.has_shared),
    )
    if all(step.done for step in steps) and facts.sample is None:
        session[DONE] = True
        return None
    return FirstSteps(steps, facts.sample, book.pk if facts.sample else None, keys["keys"])


def _is_set_up(user: User) -> bool:
    """Return whether somebody chose anything that pages ask of them."""
    chosen = user.theme or user.picture or user.own_keys or not user.single_keys
    return bool(chosen) or user.density != Density.COMFORTABLE or user.name_order != NameOrder.MIXED
