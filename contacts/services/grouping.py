"""Groups and companies of contacts: their names, and one batch of an act that changes who is in them.

The acts themselves are in `contacts.services.many` (contacts that people chose) and `contacts.services.group_acts` (a
group as a whole).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts import limits
from contacts.document import ContactDocument, group_key
from contacts.models import ChangeSet, Contact, Group, GroupKind
from contacts.regrouping import Regrouping
from contacts.services.acts import Act, Edit
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
