"""What a contact was: older documents are rebuilt by walking back from today's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contacts.document import ContactDocument, Info, Membership
from contacts.models import Change, ChangeKind, ChangeSet, Contact
from contacts.services.errors import NotVisible
from contacts.services.rows import documents_of
from organizations.models import User
from organizations.sharing import Level


def document_of(contact: Contact) -> ContactDocument:
    """Return the document of one contact row. One query."""
    return documents_of([contact])[contact.pk]


def with_fields(document: ContactDocument, data: dict[str, Any]) -> ContactDocument:
    """Return `document` with the fields that a change kept as JSON put over it."""
    values: dict[str, Any] = dict(data)
    if "infos" in values:
        values["infos"] = tuple(Info.from_json(item) for item in values["infos"])
    if "memberships" in values:
        values["memberships"] = tuple(Membership.from_json(item) for item in values["memberships"])
    return replace(document, **values)


def require_seen(*, by: User, contact: Contact, version: int) -> None:
    """Raise `NotVisible` when `by` may not know what `contact` was at `version`: in a book that they cannot read.

    Two queries, none for today's version.
    """
    if version >= contact.version:
        return
    later = {"contact": contact, "kind": ChangeKind.UPDATE, "version__gt": version}
    if Change.objects.for_user(by).filter(**later).count() < Change.objects.filter(**later).count():
        raise NotVisible


def document_at(contact: Contact, version: int) -> ContactDocument:
    """Return the document that `contact` had at `version`: today's, with every later change taken back. Two queries."""
    document = document_of(contact)
    later = Change.objects.filter(contact=contact, kind=ChangeKind.UPDATE, version__gt=version).order_by("-id")
    for before in later.values_list("before", flat=True):
        document = with_fields(document, before or {})
    return document


def latest_act(*, by: User, contact: Contact) -> ChangeSet | None:
    """Return the newest act of `by` on the contact that they may undo, None without one. One query."""
    own = ChangeSet.objects.for_user(by, at_least=Level.EDIT).filter(actor_id=by.pk)
    return own.filter(changes__contact=contact).order_by("-started_at", "-pk").first()
