"""What people do with a group or company as a whole: keep an empty one, rename, merge, delete.

A group is only a name, so these act on the memberships in contacts that the person may edit, as one change-set, and say
what they left. What is more than a batch goes on as a job. Nobody is deleted with a group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books.models import ContactBook
from books.shelf import Shelf, array_of, shelf_of
from config.prepared import prepared_cursor
from contacts.document import group_key
from contacts.models import Change, ChangeKind, ChangeSet, ContactMembership, Group, GroupKind, KeptGroup, Source
from contacts.regrouping import Regrouping, leaving, renaming
from contacts.services.acts import Edit, act, begin, finish
from contacts.services.errors import NotAllowed, NotVisible
from contacts.services.grouping import Regrouped, clean_name, group_named, reasons, regroup
from contacts.services.groups import ensure_named
from contacts.services.holding import hold_editable
from contacts.services.rows import documents_of
from jobs.models import INSTALLATION, Job
from jobs.services import enqueue
from jobs.work import Refused, Work
from organizations.models import Organization, User
from organizations.sharing import Level

KIND: Final = "contacts.group"

# Written out, since every list of a group asks it.
_MAY_CHANGE: Final = """
    SELECT EXISTS (SELECT FROM contacts_contactmembership
                    WHERE group_id = %(group)s AND book_id = ANY(%(editable)s::uuid[]))
        OR NOT EXISTS (SELECT FROM contacts_contactmembership
                        WHERE group_id = %(group)s AND book_id = ANY(%(books)s::uuid[]))"""

#: Contacts of one batch: what is changed while the person waits; of more the rest is a job's.
BATCH: Final = 200
#: Contacts that one may only view are counted up to here.
COUNTED: Final = 1_000

RENAME, MERGE, DELETE = "rename", "merge", "delete"


class NameTaken(ValidationError):
    """There is such a group or company already, and the person sees it: `group`."""

    def __init__(self, group: Group) -> None:
        super().__init__(
            _("“%(name)s” exists already. Merge the two instead, or choose another name.") % {"name": group.name},
            code="taken",
        )
        self.group = group


@dataclass(slots=True)
class GroupAct:
    """What came of an act on a group so far.

    `group` is where its contacts are now, None when it was deleted; `viewed` how many contacts it left because one may
    only view them, at most `COUNTED` and one more; `job` does the rest of a long act.
    """

    verb: str
    group: Group | None
    done: Regrouped = field(default_factory=Regrouped)
    viewed: int = 0
    job: Job | None = None

    @property
    def sentence(self) -> str:
        """What was done and what was left, in words."""
        return told(self.verb, self.group.name if self.group else "", self.done, self.viewed)


def told(verb: str, into: str, done: Regrouped, viewed: int) -> str:
    """Return in words what an act on a group did and left."""
    if not (done.changed or done.left or viewed):
        return {RENAME: _("Renamed."), MERGE: _("Merged."), DELETE: _("Deleted.")}[verb]
    words = {
        RENAME: ngettext("Renamed in %(count)d contact", "Renamed in %(count)d contacts", done.changed),
        MERGE: ngettext("%(count)d contact is in %(into)s now", "%(count)d contacts are in %(into)s now", done.changed),
        DELETE: ngettext("Taken out of %(count)d contact", "Taken out of %(count)d contacts", done.changed),
    }
    parts = [words[verb] % {"count": done.changed, "into": into}, *reasons(done.left)]
    if viewed > COUNTED:
        parts.append(_("more than %(count)d are in contact books that you can only view") % {"count": COUNTED})
    elif viewed:
        one = _("1 is in a contact book that you can only view")
        many = _("%(count)d are in contact books that you can only view")
        parts.append(one if viewed == 1 else many % {"count": viewed})
    return "; ".join(parts) + "."


def keep_group(*, by: User, organization: Organization, kind: GroupKind, name: str) -> tuple[Group, bool]:
    """Have `by` keep the group or company of this name in sight, empty as it may be. Return it, and whether it is new
    to them: one that others have, unseen by `by`, is adopted like one that nobody has.

    Raises `ValidationError` for a name that is none, `NotVisible` unless `by` belongs to the organization.
    """
    with transaction.atomic():
        group = group_named(by=by, organization=organization, kind=kind, name=name)
        seen = Group.objects.for_user(by).filter(pk=group.pk).exists()
        _keep(by, group)
    return group, not seen


def may_change(by: User, group: Group, *, shelf: Shelf | None = None) -> bool:
    """Whether `by` may rename, merge or delete a group that they see: contacts in it that they may edit, or none at
    all that they read. One query where their `shelf` in the group's organization was read before, else two."""
    shelf = shelf or shelf_of(by, group.organization)
    values: dict[str, Any] = {"group": group.pk, "editable": array_of(shelf.editable), "books": shelf.array}
    with prepared_cursor() as cursor:
        cursor.execute(_MAY_CHANGE, values)
        return bool(cursor.fetchone()[0])


def count_editable(by: User, group: Group) -> tuple[int, int]:
    """Return how many contacts of a group `by` may edit, and how many only view; at most `COUNTED` and one of each.

    Four queries.
    """
    editable = _books(by, group, Level.EDIT)
    viewed = sorted(set(_books(by, group, Level.VIEW)) - set(editable))
    return len(_member_ids(group, editable, most=COUNTED + 1)), len(_member_ids(group, viewed, most=COUNTED + 1))


def rename_group(*, by: User, group: Group, name: str, form_key: UUID | None = None) -> GroupAct:
    """Give a group or company another name, in the contacts that `by` may edit.

    Another spelling of the same name holds for the whole organization, so it needs edit on all contacts in it. Raises
    `NameTaken` for a name that `by` sees already, `ValidationError`, `NotVisible`, `NotAllowed` and `Busy`.
    """
    name = clean_name(name)
    with transaction.atomic():
        _require(by, group)
        if name == group.name:
            return GroupAct(RENAME, group)
        was, into = group.name, group
        if group_key(name) == group.key:
            _respell(by, group, name)
        else:
            same = {"organization": group.organization_id, "kind": group.kind, "key": group_key(name)}
            if (taken := Group.objects.for_user(by).filter(**same).first()) is not None:
                raise NameTaken(taken)
            into = ensure_named(group.organization_id, group.kind, name)
        label = _("Rename %(old)s to %(new)s") % {"old": was, "new": name}
        return _start(by, _Plan(RENAME, group, into, was), label, form_key)


def merge_group(*, by: User, group: Group, into: Group, form_key: UUID | None = None) -> GroupAct:
    """Put the contacts of a group that `by` may edit into another of its kind instead, each once.

    `into` comes from `for_user`. Raises `ValidationError` for the group itself, `NotVisible`, `NotAllowed`, `Busy`.
    """
    if into.pk == group.pk:
        raise ValidationError(_("It cannot be merged into itself. Choose another."), code="same")
    if (into.kind, into.organization_id) != (group.kind, group.organization_id):
        raise NotVisible
    with transaction.atomic():
        _require(by, group)
        label = _("Merge %(old)s into %(new)s") % {"old": group.name, "new": into.name}
        return _start(by, _Plan(MERGE, group, into, group.name), label, form_key)


def delete_group(*, by: User, group: Group, form_key: UUID | None = None) -> GroupAct:
    """Take the contacts that `by` may edit out of a group, and keep it in sight no more. Nobody is deleted.

    Raises `NotVisible`, `NotAllowed` and `Busy`.
    """
    with transaction.atomic():
        _require(by, group)
        label = _("Delete the company %(name)s") if group.kind == GroupKind.COMPANY else _("Delete the group %(name)s")
        return _start(by, _Plan(DELETE, group, None, group.name), label % {"name": group.name}, form_key)


# --- how ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """An act on `group`, of which documents know the name `was`; `into` is what its contacts are in afterwards."""

    verb: str
    group: Group
    into: Group | None
    was: str

    @property
    def is_respelling(self) -> bool:
        """Whether only the spelling of the name becomes another: documents are read in the new one already."""
        return self.into == self.group

    @property
    def change(self) -> Regrouping:
        """What becomes of each contact's document; of a respelling, what it was before."""
        kind = self.group.kind
        if self.is_respelling:
            return renaming(kind, self.group.name, self.was)
        return renaming(kind, self.was, self.into.name) if self.into else leaving(kind, self.was)


def _require(by: User, group: Group) -> None:
    """Raise unless `by` sees the group and may change it."""
    if not Group.objects.for_user(by).filter(pk=group.pk).exists():
        raise NotVisible
    if not may_change(by, group):
        raise NotAllowed(_("You may view the contacts in it, but not change them."))


def _respell(by: User, group: Group, name: str) -> None:
    """Write the other spelling of a group's name, unless somebody else's contacts are in it as well."""
    members = ContactMembership.objects.filter(group=group, contact__book__deleted_at__isnull=True)
    if members.exclude(contact__book__in=_books(by, group, Level.EDIT)).exists():
        raise ValidationError(
            _(
                "“%(name)s” is the same name in another spelling. A name has one spelling in the whole organization,"
                " and only who may edit all contacts in it can change that. Choose another name."
            )
            % {"name": name},
            code="spelling",
        )
    Group.objects.filter(pk=group.pk).update(name=name)
    group.name = name


def _start(by: User, plan: _Plan, label: str, form_key: UUID | None) -> GroupAct:
    """Do the first batch, and leave what is more to a job. In the caller's transaction."""
    _move_keeping(by, plan)
    change_set = begin(by=by, organization=plan.group.organization, source=Source.FORM, label=label, form_key=form_key)
    editable = _books(by, plan.group, Level.EDIT)
    viewed = sorted(set(_books(by, plan.group, Level.VIEW)) - set(editable))
    result = GroupAct(plan.verb, plan.into, viewed=len(_member_ids(plan.group, viewed, most=COUNTED + 1)))
    ids = _member_ids(plan.group, editable, most=BATCH + 1)
    total = _count(plan.group, editable) if len(ids) > BATCH else len(ids)
    if ids:
        result.done.add(_write(by, change_set, plan, ids[:BATCH]))
    if len(ids) > BATCH:
        result.job = _enqueue(by, change_set, plan, result, after=ids[BATCH - 1], total=total)
        result.done.change_set = change_set
    elif result.done.changed:
        finish(change_set)
        result.done.change_set = change_set
    else:
        change_set.delete()
    return result


def _write(by: User, change_set: ChangeSet, plan: _Plan, ids: Sequence[UUID]) -> Regrouped:
    with act(by=by, change_set=change_set) as writing:
        contacts = hold_editable(by, ids)
        if not plan.is_respelling:
            return regroup(writing, contacts, plan.change)
        documents = documents_of(contacts)
        edits = [Edit(each, plan.change(documents[each.pk]), documents[each.pk]) for each in contacts]
        return Regrouped(len(writing.update(edits)))


def _enqueue(by: User, change_set: ChangeSet, plan: _Plan, so_far: GroupAct, *, after: UUID, total: int) -> Job:
    return enqueue(
        KIND,
        organization_id=change_set.organization_id,
        actor_id=by.pk,
        payload={
            "act": str(change_set.pk),
            "verb": plan.verb,
            "group": str(plan.group.pk),
            "into": str(plan.into.pk) if plan.into else None,
            "total": total,
            "begun": _place(so_far.done, str(after)),
            "viewed": so_far.viewed,
        },
        key=str(change_set.pk),
    )


def _place(done: Regrouped, after: str | None) -> dict[str, Any]:
    return {"after": after, "changed": done.changed, "left": dict(done.left)}


def run(work: Work) -> None:
    """Go on with an act behind the job's cursor; killed anywhere, it goes on behind the last batch that committed."""
    payload = work.payload
    change_set = ChangeSet.objects.filter(pk=payload["act"]).first()
    groups = Group.objects.in_bulk([UUID(key) for key in (payload["group"], payload["into"]) if key])
    group = groups.get(UUID(payload["group"]))
    if change_set is None or group is None:
        return
    into = groups.get(UUID(payload["into"])) if payload["into"] else None
    was = _spelled_before(change_set, group) if into == group else group.name
    plan = _Plan(payload["verb"], group, into, was)
    by = User.objects.filter(pk=work.job.actor_id or INSTALLATION).first()
    place, total = work.cursor or payload["begun"], payload["total"]
    while place["after"] is not None:
        with work.checkpoint(total=total) as step:
            if by is not None:
                by.refresh_from_db(fields=["is_active"])  # whose account is closed by now does nothing more
            if by is None or not by.is_active:
                finish(change_set)
                break
            place = _next(by, change_set, plan, place)
            step.cursor, step.done = place, min(total, place["changed"] + sum(place["left"].values()))
        work.give_way()
    if by is None or not by.is_active:
        raise Refused(_("The account of the person who asked for this is closed."))
    done = Regrouped(place["changed"], Counter(place["left"]))
    with work.finish(done=total, text=told(plan.verb, into.name if into else "", done, payload["viewed"])):
        finish(change_set)


def _spelled_before(change_set: ChangeSet, group: Group) -> str:
    """Return how a name was spelled before the act, from what the act wrote down first: a job keeps no names."""
    changes = Change.objects.filter(change_set=change_set, kind=ChangeKind.UPDATE).order_by("pk")
    for membership in (changes.values_list("before", flat=True).first() or {}).get("memberships", []):
        if (membership["kind"], group_key(membership.get("name", ""))) == (group.kind, group.key):
            return str(membership["name"])
    return group.name


def _next(by: User, change_set: ChangeSet, plan: _Plan, place: dict[str, Any]) -> dict[str, Any]:
    """Do the next batch behind a place and return the place after it. Rights are read anew."""
    done = Regrouped(place["changed"], Counter(place["left"]))
    ids = _member_ids(plan.group, _books(by, plan.group, Level.EDIT), most=BATCH, after=UUID(place["after"]))
    if ids:
        done.add(_write(by, change_set, plan, ids))
    return _place(done, str(ids[-1]) if ids else None)


def _move_keeping(by: User, plan: _Plan) -> None:
    """Let the person keep what the group became instead of the group, if they kept that."""
    if plan.is_respelling:
        return
    deleted, _by_model = KeptGroup.objects.filter(group=plan.group, user=by).delete()
    if deleted and plan.into is not None:
        _keep(by, plan.into)


def _keep(by: User, group: Group) -> None:
    KeptGroup.objects.bulk_create(
        [KeptGroup(group=group, user=by, organization_id=group.organization_id)], ignore_conflicts=True
    )


def _books(by: User, group: Group, level: Level) -> list[UUID]:
    """Return the books of the group's organization that `by` may use at `level`. One query."""
    books = ContactBook.objects.for_user(by, at_least=level).filter(organization=group.organization_id)
    return list(books.order_by("pk").values_list("pk", flat=True))


def _members(group: Group, books: Sequence[UUID]) -> Any:
    return ContactMembership.objects.filter(group=group, book__in=list(books))  # those in the trash know no book


def _member_ids(group: Group, books: Sequence[UUID], *, most: int, after: UUID | None = None) -> list[UUID]:
    """Return the first living contacts of a group in these books, by id. At most one query."""
    if not books:
        return []
    members = _members(group, books)
    if after is not None:
        members = members.filter(contact__gt=after)
    return list(members.order_by("contact_id").values_list("contact_id", flat=True).distinct()[:most])


def _count(group: Group, books: Sequence[UUID]) -> int:
    found: int = _members(group, books).values("contact_id").distinct().count()
    return found
