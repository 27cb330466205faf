"""Bringing back what a contact was: one value, or a whole past state. Each is a change-set of its own, undone like any.

What somebody changed since the person looked stays as it is, as with undo (ADR 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max, Q

from books.models import ContactBook
from contacts.document import SCALAR_NAMES, ContactDocument, Info, Membership
from contacts.merging import revert
from contacts.models import Change, ChangeKind, ChangeSet, Contact
from contacts.models.changes import in_books
from contacts.services.acts import Edit, act
from contacts.services.errors import NotAllowed, NotVisible
from contacts.services.history import document_at, document_of
from contacts.services.holding import hold_contacts
from organizations.models import User
from organizations.sharing import Level

#: Fields that are restored whole; those of `infos` and `memberships` one by one.
PLAIN = (*SCALAR_NAMES, "avatar", "starred")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: the change-set (None when nothing was left to change), the document that was asked for, and
    the one that the contact has now. Where the two differ, somebody else's later change was kept."""

    change_set: ChangeSet | None
    wanted: ContactDocument
    document: ContactDocument


def earliest_state(*, by: User, contact: Contact, at_least: Level = Level.EDIT) -> int:
    """Return the first version whose state `by` may know (VIEW) or bring back (EDIT). One query.

    Older ones were changed in books that they may not use so far: after a move, the readers of the new book know the
    contact from the move on, and what stood in another book is not brought into this one.
    """
    books = ContactBook.objects.for_user(by, at_least=at_least)
    hidden = Change.objects.filter(~Q(in_books("book_id", books)), contact=contact, kind=ChangeKind.UPDATE)
    return int(hidden.aggregate(last=Max("version"))["last"] or 0)


def restore_state(*, by: User, contact: Contact, version: int, base_version: int, label: str) -> Restored:
    """Make the contact what it was at `version`, as `by` decided looking at `base_version`.

    Raises `NotVisible` and `NotAllowed` for a contact or state that `by` may not know, or not bring back; `Busy`.
    """
    return _restore(by, contact, base_version, label, lambda _base: document_at(contact, version), version)


def restore_value(
    *, by: User, contact: Contact, change_id: int, field: str, item: str, base_version: int, label: str
) -> Restored:
    """Give one field, or with `item` one value of a list, what it held before a change, where nobody changed it since
    `base_version`. What was not there before is taken away.

    Raises `NotVisible` for a change, field or item that `by` cannot see in the contact's history; `NotAllowed`;
    `InvalidDocument` when nothing, or too much, would be left of the contact; `Busy`.
    """
    older = value_before(by=by, contact=contact, change_id=change_id, field=field, item=item)

    def wanted(base: ContactDocument) -> ContactDocument:
        return with_value(base, field, item, older).normalised(like=base)

    return _restore(by, contact, base_version, label, wanted, None)


def value_before(*, by: User, contact: Contact, change_id: int, field: str, item: str) -> Any:
    """Return what a field, or an item of a list (None: it was not there), held before a change. Two queries at most.

    Raises as `restore_value` does.
    """
    changes = {"contact": contact, "pk": change_id, "kind": ChangeKind.UPDATE}
    change = Change.objects.for_user(by).filter(**changes).first()
    if change is None or field not in (change.before or {}):
        raise NotVisible
    if not Change.objects.for_user(by, at_least=Level.EDIT).filter(**changes).exists():
        raise NotAllowed
    before, after = (change.before or {}).get(field), (change.after or {}).get(field)
    if field in PLAIN and not item:
        return before
    if field not in {"infos", "memberships"}:
        raise NotVisible
    was, became = ({each["id"]: each for each in values or ()} for values in (before, after))
    if item not in was and item not in became:
        raise NotVisible
    if item not in was:
        return None
    return Info.from_json(was[item]) if field == "infos" else Membership.from_json(was[item])


def with_value(document: ContactDocument, field: str, item: str, value: Any) -> ContactDocument:
    """Return the document with one field or item as it was; an item that is no longer there stands at the end again."""
    if field in PLAIN:
        values: dict[str, Any] = {field: value}
        return replace(document, **values)
    items = list(getattr(document, field))
    at = next((place for place, each in enumerate(items) if each.id == item), len(items))
    items[at : at + 1] = [] if value is None else [value]
    if field == "memberships":
        return replace(document, memberships=tuple(items))
    if isinstance(value, Info) and value.preferred:
        items = [replace(each, preferred=each.id == item) if each.kind is value.kind else each for each in items]
    return replace(document, infos=tuple(items))


def _restore(
    by: User,
    contact: Contact,
    base_version: int,
    label: str,
    wanted_from: Callable[[ContactDocument], ContactDocument],
    version: int | None,
) -> Restored:
    """Write what `wanted_from` makes of the contact's document at `base_version`, merged with what came since."""
    with act(by=by, organization=contact.organization, label=label) as writing:
        [locked] = hold_contacts(by, [contact.pk])
        oldest = base_version if version is None else min(version, base_version)
        if oldest < earliest_state(by=by, contact=locked, at_least=Level.VIEW) or base_version > locked.version:
            raise NotVisible
        if oldest < earliest_state(by=by, contact=locked):
            raise NotAllowed
        current = document_of(locked)
        base = document_at(locked, base_version)
        wanted = wanted_from(base)
        document = wanted if current == base else revert(current, wanted, base).document
        versions = writing.update([Edit(locked, current, document)])
    return Restored(writing.outcome, wanted, document if versions else current)
