"""One deed done to many contacts: those that are named, or all of a list. One change-set, and one undo for all.

What a person may only view, or what is not there any more, is left as it is and told. Up to `AT_ONCE` contacts are done
in one transaction while the person waits; more by a job, batch by batch, which asks for rights at each batch again.
Every deed done twice is done once: who is there already stays there, and the key of the form names the first act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from books.models import ContactBook
from contacts.items import altered
from contacts.models import Change, ChangeSet, Contact, Group, GroupKind, Source
from contacts.regrouping import Regrouping, employing, joining, leaving
from contacts.services.acts import Act, act, begin, finish
from contacts.services.errors import NotAllowed, NotVisible
from contacts.services.forgetting import forget_search
from contacts.services.grouping import regroup
from contacts.services.holding import hold_books, hold_editable
from contacts.services.selections import Selection, batches, count, listed, scope_of
from jobs.models import INSTALLATION, Job, State
from jobs.services import NotRetryable, enqueue, retry
from jobs.work import Refused, Work
from organizations.models import Organization, User
from organizations.sharing import Level

KIND: Final = "contacts.many"

#: Contacts that are done while the person waits.
AT_ONCE: Final = 200
#: Contacts that were left as they are and are kept by name, to be told; others are counted.
MOST_KEPT: Final = 50


class Verb(StrEnum):
    """What can be done with many contacts."""

    MOVE = "move"
    JOIN = "join"
    LEAVE = "leave"
    EMPLOY = "company"
    STAR = "star"
    UNSTAR = "unstar"
    TRASH = "delete"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done: a verb, and the book, group or company that it is about, as far as it is about one."""

    verb: Verb
    book: ContactBook | None = None
    group: Group | None = None

    @property
    def about(self) -> str:
        """The name of that book, group or company, empty without one."""
        return str(self.book or self.group or "")

    @property
    def label(self) -> str:
        """What the change-set is called."""
        words = {
            Verb.MOVE: _("Move contacts to %(name)s"),
            Verb.JOIN: _("Add contacts to %(name)s"),
            Verb.LEAVE: _("Remove contacts from %(name)s"),
            Verb.EMPLOY: _("Set the company %(name)s"),
            Verb.STAR: _("Star contacts"),
            Verb.UNSTAR: _("Unstar contacts"),
            Verb.TRASH: _("Delete contacts"),
        }
        return words[self.verb] % {"name": self.about}


@dataclass(slots=True)
class Tally:
    """What came of a batch, or of all: how many contacts were changed, and how many left, by reason.

    Reasons are "same" (it was so already), "view" (may only be viewed), "gone" (not there, or not there any more), and
    those of `contacts.services.grouping.Regrouped`. `viewed` are the ids of some that may only be viewed.
    """

    done: int = 0
    left: Counter[str] = field(default_factory=Counter)
    viewed: list[UUID] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.done + other.done, self.left + other.left, [*self.viewed, *other.viewed][:MOST_KEPT])

    @property
    def seen(self) -> int:
        """How many contacts were looked at."""
        return self.done + self.left.total()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done so far; `job` does the rest. `change_set` is None when nothing changed."""

    tally: Tally
    change_set: ChangeSet | None = None
    job: Job | None = None


def do_many(*, by: User, selection: Selection, deed: Deed, form_key: UUID | None = None) -> Outcome:
    """Do `deed` to all of the selection that `by` may change, as one act.

    At once when they are few, else by a job whose change-set is returned unfinished. The same `form_key` twice is one
    act: what the first one did is returned. A group or company comes from `Group.objects.for_user` or `group_named`.
    Raises `NotVisible` when `by` sees none of the contacts, or not the book; `NotAllowed` when they may change none of
    them, or not put contacts into the book; `Busy`.
    """
    if form_key and (known := _known(by, form_key)):
        return known
    _check(by, selection.organization, deed)
    ids, more = _first(by, selection)
    try:
        with transaction.atomic():
            if more:
                return _begin(by, selection, deed, form_key)
            with act(
                by=by, organization=selection.organization, label=deed.label, form_key=form_key, source=Source.FORM
            ) as writing:
                tally = _do(writing, deed, ids)
                _refuse_if_none(tally)
                _keep(writing.change_set, tally)
            return Outcome(tally, writing.outcome)
    except IntegrityError:
        if form_key is None:
            raise
    # The same form was sent twice at once; the key of somebody else's form is none.
    return _known(by, form_key) or do_many(by=by, selection=selection, deed=deed)


def _known(by: User, form_key: UUID) -> Outcome | None:
    """Return what the form with this key did already."""
    change_set = ChangeSet.objects.filter(form_key=form_key, actor_id=by.pk).first()
    return outcome_of(change_set) if change_set is not None else None


def outcome_of(change_set: ChangeSet) -> Outcome:
    """Return what an act has done so far: counted by its job, else by its changes. Two queries."""
    job = job_of(change_set)
    if job is not None:
        place = job.cursor or {"done": 0, "left": {}}
        viewed = [UUID(item["contact"]) for item in change_set.kept]
        return Outcome(Tally(place["done"], Counter(place["left"]), viewed), change_set, job)
    changed = Change.objects.filter(change_set=change_set, contact__isnull=False).values("contact").distinct().count()
    return Outcome(Tally(changed, Counter(view=len(change_set.kept))), change_set)


def job_of(change_set: ChangeSet) -> Job | None:
    """Return the job of an act, None for one that was done at once. One query."""
    jobs = Job.objects.for_kind(KIND).for_organization(change_set.organization_id).filter(key=str(change_set.pk))
    return jobs.order_by("-created_at", "pk").first()


def act_of(by: User, change_set_id: UUID) -> tuple[ChangeSet, Job] | None:
    """Return an act that a job of `by` does or did, with the job; None for any other. Two queries."""
    mine = ChangeSet.objects.filter(actor_id=by.pk, organization__memberships__user=by)
    change_set = mine.select_related("organization").filter(pk=change_set_id).first()
    job = job_of(change_set) if change_set is not None else None
    return (change_set, job) if change_set is not None and job is not None else None


def go_on(*, by: User, change_set: ChangeSet) -> None:
    """Let an act go on whose job stopped at an error. Raises `jobs.services.NotRetryable`."""
    found = act_of(by, change_set.pk)
    if found is not None and found[1].state == State.FAILED:
        if not can_go_on(found[1]):
            raise NotRetryable(_("It stopped too long ago to go on. Select the contacts again."))
        retry(found[1].pk)


def can_go_on(job: Job) -> bool:
    """Say whether a job stopped at an error and still knows which contacts were selected."""
    return job.state == State.FAILED and ("ids" in job.payload or "filters" in job.payload)


def _check(by: User, organization: Organization, deed: Deed) -> None:
    """Raise unless `by` may do `deed` in `organization`, whatever it is done to."""
    if deed.book is not None:
        if deed.book.organization_id != organization.pk:
            raise NotVisible
        if not ContactBook.objects.for_user(by, at_least=Level.EDIT).filter(pk=deed.book.pk).exists():
            hold_books(by, [deed.book.pk])  # says which of both it is
    if deed.group is not None:
        kind = GroupKind.COMPANY if deed.verb is Verb.EMPLOY else GroupKind.GROUP
        if (deed.group.organization_id, deed.group.kind) != (organization.pk, kind):
            raise NotVisible


def _first(by: User, selection: Selection) -> tuple[list[UUID], bool]:
    """Return the contacts of the selection, and whether they are too many to be done at once."""
    if selection.filters is None:
        ids = sorted(set(selection.ids))
        if len(ids) <= AT_ONCE:
            return ids, False
        visible = Contact.objects.for_user(by).filter(pk__in=ids, organization=selection.organization)
        _require_editable(visible.values_list("book", flat=True).distinct(), by)
        return ids, True
    scope = scope_of(by, selection.organization, selection.filters)
    ids = [contact_id for contact_id, _key in listed(scope, selection.filters, None, AT_ONCE + 1)[0]]
    if len(ids) > AT_ONCE:
        _require_editable(scope.book_ids, by)
    return ids, len(ids) > AT_ONCE


def _require_editable(books: Collection[UUID], by: User) -> None:
    """Raise unless `by` may change the contacts of one of `books`."""
    wanted = list(books)
    if not wanted:
        raise NotVisible
    if not ContactBook.objects.for_user(by, at_least=Level.EDIT).filter(pk__in=wanted).exists():
        raise NotAllowed(_("You may view these contacts, but not change them."))


def _refuse_if_none(tally: Tally) -> None:
    """Raise when nothing of what was asked for may be touched, so that nothing is left of the act."""
    if tally.seen > tally.left["view"] + tally.left["gone"]:
        return
    if tally.left["view"]:
        raise NotAllowed(_("You may view these contacts, but not change them."))
    raise NotVisible


# --- one batch --------------------------------------------------------------------------------------------------


def _do(writing: Act, deed: Deed, ids: Sequence[UUID]) -> Tally:
    """Do `deed` to those of `ids` that the actor may change now; they stay locked until commit."""
    by = writing.by
    # Before any lock: nobody waits for, or learns of, what they cannot see.
    here = Contact.objects.for_user(by).filter(pk__in=ids, organization=writing.organization_id)
    visible = set(here.values_list("pk", flat=True))
    contacts = hold_editable(by, visible, into=[deed.book.pk] if deed.book else [])
    left = visible - {contact.pk for contact in contacts}
    viewed = sorted(here.filter(pk__in=left).values_list("pk", flat=True)) if left else []
    tally = _write(writing, deed, contacts) if contacts else Tally()
    gone = len(set(ids)) - len(contacts) - len(viewed)
    return tally + Tally(0, Counter(view=len(viewed), gone=gone), viewed)


def _write(writing: Act, deed: Deed, contacts: list[Contact]) -> Tally:
    """Do `deed` to locked contacts."""
    left: Counter[str] = Counter()
    if deed.verb is Verb.TRASH:
        writing.trash(contacts)
        done = len(contacts)
    elif deed.verb is Verb.MOVE and deed.book is not None:
        moved = [contact for contact in contacts if contact.book_id != deed.book.pk]
        writing.move(moved, deed.book)
        done = len(moved)
    else:
        regrouped = regroup(writing, contacts, _change(deed))
        done, left = regrouped.changed, regrouped.left
    return Tally(done, left + Counter(same=len(contacts) - done - left.total()))


def _change(deed: Deed) -> Regrouping:
    """Return what `deed` makes of a document."""
    name = deed.group.name if deed.group else ""
    match deed.verb:
        case Verb.JOIN:
            return joining(GroupKind.GROUP, name)
        case Verb.LEAVE:
            return leaving(GroupKind.GROUP, name)
        case Verb.EMPLOY:
            return employing(name)
        case _:
            starred = deed.verb is Verb.STAR
            return lambda document: altered(document, starred=starred)


def _keep(change_set: ChangeSet, tally: Tally) -> None:
    """Add what was left as it is to what the change-set tells. Batches of one act follow each other."""
    room = MOST_KEPT - len(change_set.kept)
    if tally.viewed and room > 0:
        named = [{"contact": str(pk), "reason": "view_only", "fields": []} for pk in tally.viewed[:room]]
        change_set.kept = [*change_set.kept, *named]
        ChangeSet.objects.filter(pk=change_set.pk).update(kept=change_set.kept)


# --- the job ----------------------------------------------------------------------------------------------------


def _begin(by: User, selection: Selection, deed: Deed, form_key: UUID | None) -> Outcome:
    """Open the act and write down its job."""
    organization = selection.organization
    into = begin(by=by, organization=organization, source=Source.FORM, label=deed.label, form_key=form_key)
    payload: dict[str, object] = {
        "into": str(into.pk),
        "verb": str(deed.verb),
        "book": str(deed.book.pk) if deed.book else "",
        "group": str(deed.group.pk) if deed.group else "",
    }
    if selection.filters is None:
        payload["ids"] = [str(contact_id) for contact_id in sorted(set(selection.ids))]
    else:
        payload["filters"] = dict(selection.filters)
    job = enqueue(KIND, organization_id=organization.pk, actor_id=by.pk, payload=payload, key=str(into.pk))
    return Outcome(Tally(), into, job)


def run(work: Work) -> None:
    """Do the deed batch by batch behind the job's cursor; killed anywhere, it goes on behind the last that committed.

    Whoever may not put contacts into the book any more, or whose account is closed, does nothing more: what was done
    by then stays, and can be undone.
    """
    into = ChangeSet.objects.filter(pk=work.payload["into"]).select_related("organization").first()
    if into is None:
        return
    by = User.objects.filter(pk=work.job.actor_id or INSTALLATION, is_active=True).first()
    if by is None:
        _stop(work, into, _("The account of the person who asked for this is closed."))
    place: dict[str, Any] = work.cursor or {"after": "", "done": 0, "left": {}}
    try:
        total = work.job.total
        if total is None:
            with work.checkpoint() as step:
                total = step.total = count(by, into, work.payload)
        for ids, after in batches(by, into, work.payload, place["after"]):
            with work.checkpoint() as step:
                if not User.objects.filter(pk=by.pk, is_active=True).exists():
                    raise NotVisible
                into.refresh_from_db(fields=["kept"])
                deed = _deed(by, into.organization, work.payload)
                with act(by=by, change_set=into) as writing:
                    batch = _do(writing, deed, ids)
                _keep(into, batch)
                tally = Tally(place["done"], Counter(place["left"])) + batch
                step.cursor = {"after": after, "done": tally.done, "left": dict(tally.left)}
                step.done = min(tally.seen, total) if total else tally.seen
            place = work.cursor
            work.give_way()
    except (NotVisible, NotAllowed):
        _stop(work, into, _("You may not do this any more. What was done by then stays; you can undo it."))
    with work.finish(done=work.job.total):
        finish(into)
        forget_search(work.job)


def _stop(work: Work, into: ChangeSet, why: str) -> NoReturn:
    """End the work for good: what it did stays, and is said."""
    with work.checkpoint():
        finish(into)
        forget_search(work.job)
    raise Refused(why)


def _deed(by: User, organization: Organization, payload: Mapping[str, Any]) -> Deed:
    """Return the deed of a job, as far as `by` may still do it. Raises like `do_many`."""
    deed = _told(by, organization, payload)
    if (payload["book"] and deed.book is None) or (payload["group"] and deed.group is None):
        raise NotVisible
    _check(by, organization, deed)
    return deed


def _told(by: User, organization: Organization, payload: Mapping[str, Any]) -> Deed:
    """Return the deed of a job, without the book or group that is not there any more. Whoever began it saw the group or
    made it; it may have emptied since."""
    books, groups = ContactBook.objects.for_user(by), Group.objects.filter(organization=organization)
    return Deed(
        Verb(payload["verb"]),
        books.filter(pk=payload["book"]).first() if payload["book"] else None,
        groups.filter(pk=payload["group"]).first() if payload["group"] else None,
    )


def deed_of(by: User, change_set: ChangeSet, job: Job) -> Deed:
    """Return what a job of `by` does, as far as they may still see what it is about. At most two queries."""
    return _told(by, change_set.organization, job.payload)
