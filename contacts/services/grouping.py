"""Groups and companies of given contacts: into a group, out of it, another company. Each is one change-set.

`regroup` writes one batch of whatever act: of these, of an act of many at once, of a renaming
(`contacts.services.group_acts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts import limits
from contacts.document import ContactDocument, group_key
from contacts.models import ChangeSet, Contact, Group, GroupKind
from contacts.regrouping import Regrouping, employing, joining, leaving
from contacts.services.acts import Act, Edit
from contacts.services.contacts import act_on
from contacts.services.errors import NotVisible
from contacts.services.groups import ensure_named
from contacts.services.rows import documents_of
from contacts.text import clean_text
from organizations.models import Organization, User
from organizations.permissions import require_role


@dataclass(slots=True)
class Regrouped:
    """What came of a batch or act: how many contacts it changed, and how many it left for which reason.

    Reasons are "empty" (nothing would be left of the contact), "full" (it is in as many groups and companies as one
    can be in). `change_set` is None for a batch, and for an act that changed nothing.
    """

    changed: int = 0
    left: Counter[str] = field(default_factory=Counter)
    change_set: ChangeSet | None = None

    def add(self, other: Regrouped) -> None:
        """Count another batch in."""
        self.changed += other.changed
        self.left += other.left


def regroup(writing: Act, contacts: Sequence[Contact], change: Regrouping) -> Regrouped:
    """Write what `change` makes of contacts that are locked and may be edited. A constant number of statements."""
    documents = documents_of(contacts)
    result = Regrouped()
    edits = []
    for contact in contacts:
        before = documents[contact.pk]
        after = change(before)
        if after == before:
            continue
        if reason := _why_not(before, after):
            result.left[reason] += 1
        else:
            edits.append(Edit(contact, before, after))
    result.changed = len(writing.update(edits))
    return result


def _why_not(before: ContactDocument, after: ContactDocument) -> str:
    if after.is_empty and not before.is_empty:
        return "empty"
    if len(after.memberships) > max(limits.MEMBERSHIPS, len(before.memberships)):
        return "full"
    return ""


def reasons(left: Counter[str]) -> list[str]:
    """Return in words why contacts were left as they are, a part of a sentence each."""
    words = {
        "empty": ngettext(
            "%(count)d contact has nothing else to go by and keeps it",
            "%(count)d contacts have nothing else to go by and keep it",
            left["empty"],
        ),
        "full": ngettext(
            "%(count)d contact is in %(limit)d groups and companies, and no more fit",
            "%(count)d contacts are in %(limit)d groups and companies, and no more fit",
            left["full"],
        ),
    }
    return [words[reason] % {"count": left[reason], "limit": limits.MEMBERSHIPS} for reason in words if left[reason]]


def clean_name(name: str) -> str:
    """Return the name of a group or company as it is kept; raise `ValidationError` for one that is none."""
    name = clean_text(name)
    if not name or not group_key(name):
        raise ValidationError(_("Type a name."), code="required")
    if len(name) > limits.NAME:
        raise ValidationError(
            _("This is %(length)d characters long; at most %(limit)d fit. Shorten it.")
            % {"length": len(name), "limit": limits.NAME},
            code="max_length",
        )
    return name


def group_named(*, by: User, organization: Organization, kind: GroupKind, name: str) -> Group:
    """Return the group or company of this name, made where there is none: to put contacts into.

    Nobody sees it until a contact is in it or somebody keeps it; whether it was there is not told. Raises
    `ValidationError` for a name that is none, `NotVisible` unless `by` belongs to the organization.
    """
    name = clean_name(name)
    require_role(by, organization, lock=False)
    return ensure_named(organization.pk, kind, name)


def add_to_group(*, by: User, contacts: Sequence[UUID], group: Group) -> Regrouped:
    """Put contacts into a group, or into a company as nothing in particular; those that are in it stay as they are.

    All in one transaction: of thousands write batches with `regroup`. `group` comes from `Group.objects.for_user` or
    `group_named`. Raises `NotVisible` when one of the contacts is not there for `by` or belongs to another
    organization, `NotAllowed` when they may only view it, and `Busy`.
    """
    label = ngettext("Add %(count)d contact to %(group)s", "Add %(count)d contacts to %(group)s", len(contacts))
    return _regroup_all(by, contacts, group, joining(group.kind, group.name), label)


def remove_from_group(*, by: User, contacts: Sequence[UUID], group: Group) -> Regrouped:
    """Take contacts out of a group or company; title and the rest in a company stay theirs. Like `add_to_group`."""
    label = ngettext(
        "Remove %(count)d contact from %(group)s", "Remove %(count)d contacts from %(group)s", len(contacts)
    )
    return _regroup_all(by, contacts, group, leaving(group.kind, group.name), label)


def set_company(*, by: User, contacts: Sequence[UUID], company: Group) -> Regrouped:
    """Set the company of contacts: the first one that each has is replaced, title and the rest stay.

    Whoever is in the company already stays as they are. Like `add_to_group`.
    """
    if company.kind != GroupKind.COMPANY:
        raise NotVisible
    label = ngettext(
        "Set the company of %(count)d contact to %(group)s",
        "Set the company of %(count)d contacts to %(group)s",
        len(contacts),
    )
    return _regroup_all(by, contacts, company, employing(company.name), label)


def _regroup_all(by: User, contacts: Sequence[UUID], group: Group, change: Regrouping, label: str) -> Regrouped:
    with act_on(by, contacts, label % {"count": len(contacts), "group": group.name}) as (writing, locked):
        if writing.organization_id != group.organization_id:
            raise NotVisible
        result = regroup(writing, locked, change)
    result.change_set = writing.outcome
    return result
