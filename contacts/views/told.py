"""Changes told in words: who did what, and what each field was and became."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from contacts.conflicts import text_of
from contacts.document import SCALARS, ContactDocument, Info, Membership, changed_fields
from contacts.models import Change, ChangeKind, Source
from contacts.restored import restored_in_words

_TITLES = {scalar.name: scalar.title for scalar in SCALARS}
LONGEST = 200  # characters of one value


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what went and what came, as plain text; either may be empty.

    `field` is its name in the document, `item` the id of the value in a list; both empty where it is neither. `restore`
    is the word on the button that brings back what went, empty where that is not offered.
    """

    title: str
    gone: str
    come: str
    field: str = ""
    item: str = ""
    restore: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One change as a sentence with its details."""

    at: datetime
    who: str
    what: str
    change_set_id: UUID
    differences: list[Difference]
    contact_id: UUID | None = None
    contact_name: str = ""
    change_id: int = 0
    #: The version of the state after it, where that can be brought back.
    state: int = 0


def tell_change(change: Change, *, readable: Collection[UUID], name: str = "") -> Told:
    """Return a change in words. Books outside `readable` are not named. Expects `change_set` and the books loaded."""
    what = _what(change, readable)
    source, label = change.change_set.source, change.change_set.label
    if source == Source.IMPORT and label:  # it names the file, and the book that this reader reads the change in
        what = _("%(what)s (%(label)s)") % {"what": what, "label": label}
    elif source != Source.FORM:
        what = _("%(what)s, by %(source)s") % {"what": what, "source": Source(source).label}
    return Told(
        at=change.at,
        who=change.change_set.actor_name or _("Kith"),
        what=what,
        change_set_id=change.change_set_id,
        differences=list(_differences(change.before or {}, change.after or {})),
        change_id=change.pk,
        contact_id=change.contact_id,
        contact_name=name,
    )


def _what(change: Change, readable: Collection[UUID]) -> str:
    if change.kind == ChangeKind.MOVE:
        if change.from_book and change.from_book_id in readable:
            return _("moved it from %(old)s to %(new)s") % {"old": change.from_book.name, "new": change.book.name}
        return _("moved it to %(new)s") % {"new": change.book.name}
    return {
        ChangeKind.CREATE: _("created it"),
        ChangeKind.UPDATE: restored_in_words(change.change_set) or _("changed it"),
        ChangeKind.TRASH: _("deleted it"),
        ChangeKind.RESTORE: _("restored it"),
        ChangeKind.BOOK_EDIT: _("changed the contact book %(book)s") % {"book": change.book.name},
        ChangeKind.BOOK_DELETE: _("deleted the contact book %(book)s") % {"book": change.book.name},
        ChangeKind.BOOK_RESTORE: _("restored the contact book %(book)s") % {"book": change.book.name},
    }[ChangeKind(change.kind)]


def differences_between(old: ContactDocument, new: ContactDocument) -> list[Difference]:
    """Return what would go and come if a contact became `new` after having been `old`."""
    before, after = old.to_json(), new.to_json()
    fields = changed_fields(old, new)
    return list(_differences(*({name: side.get(name) for name in fields} for side in (before, after))))


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if name == "infos":
            yield from _items(name, _("Values"), map(Info.from_json, old or []), map(Info.from_json, new or []))
        elif name == "memberships":
            title = _("Companies and groups")
            yield from _items(name, title, map(Membership.from_json, old or []), map(Membership.from_json, new or []))
        elif name == "starred":
            yield Difference(_("Star"), _("starred") if old else "", _("starred") if new else "", name)
        elif name == "avatar":
            become = _("another picture") if old else _("a picture")
            yield Difference(_("Picture"), _("a picture") if old else "", become if new else "", name)
        elif name == "exclude_from_search":
            yield Difference(_("Excluded from search"), _("yes") if old else _("no"), _("yes") if new else _("no"))
        else:
            title = {"name": _("Name"), "description": _("Description")}.get(name) or str(_TITLES.get(name, name))
            yield Difference(title, _short(old), _short(new), name)


def _items(
    field: str, title: str, old: Iterable[Info | Membership], new: Iterable[Info | Membership]
) -> Iterable[Difference]:
    """Pair what has the same id; what only changed its place is not told."""
    was, became = {item.id: item for item in old}, {item.id: item for item in new}
    told = False
    for item_id in dict.fromkeys([*was, *became]):
        gone, come = was.get(item_id), became.get(item_id)
        if gone != come:
            told = True
            texts = _short(text_of(gone)), _short(text_of(come))
            yield Difference(_title_of(come or gone, title), *texts, field, item_id)
    if not told:
        yield Difference(title, "", _("in another order"))


def _title_of(item: Info | Membership | None, title: str) -> str:
    if isinstance(item, Membership):
        return _("Company") if item.kind == "company" else _("Group")
    return item.kind.capitalize() if isinstance(item, Info) else title


def _short(text: Any) -> str:
    text = str(text or "")
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text
