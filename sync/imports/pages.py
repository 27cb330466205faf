"""What the pages of an import show, read once for each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.derived import display_name
from contacts.document import SCALARS, ContactDocument, Info, Kind
from contacts.formats.columns import Layout
from contacts.formats.targets import Target, choices
from contacts.matching import Policy
from contacts.models import Change, ChangeKind, ChangeSet, Contact
from contacts.services.undo import KEPT_BECAUSE
from contacts.services.undoing import reverted_count, undo_job
from jobs.models import Job
from organizations.models import User
from sync.imports.models import Import, ImportOutcome, ImportState, OutcomeKind
from sync.imports.reading import Column, Preview, Reading, opened, preview
from sync.imports.services import job_of, undo_of

SHOWN = 20
ROWS_A_PAGE = 200
AS_RECOGNISED = "="
#: Columns whose meaning can be chosen: each brings a long list of meanings into the page.
OFFERED_COLUMNS = 150

POLICIES: dict[Policy, tuple[Promise | str, Promise | str]] = {
    Policy.FILL: (
        gettext_lazy("Fill in what is missing"),
        gettext_lazy("Empty fields are filled, further emails, phones and groups are added. Nothing is replaced."),
    ),
    Policy.OVERWRITE: (
        gettext_lazy("Overwrite"),
        gettext_lazy("What the file says replaces what the contact says; what only the contact says stays."),
    ),
    Policy.KEEP_BOTH: (gettext_lazy("Keep both"), gettext_lazy("Every row becomes a contact of its own.")),
    Policy.SKIP: (gettext_lazy("Skip"), gettext_lazy("Rows about people who are in the book already are left out.")),
}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as the contact that it will become."""

    number: int
    name: str
    emails: list[str]
    phones: list[str]
    companies: list[str]
    groups: list[str]
    more: list[tuple[str, str]]
    starred: bool
    remarks: tuple[str, ...]
    refused: str


@dataclass(frozen=True, slots=True)
class Option:
    """One meaning that a column can be given: `value` is sent, `title` is read."""

    value: str
    title: str
    selected: bool


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column with what stands in it and the meanings on offer, under headings."""

    field: str
    title: str
    samples: list[str]
    known: bool
    recognised: Option | None
    groups: list[tuple[str, list[Option]]]


@dataclass(frozen=True, slots=True)
class KeptContact:
    """A contact that an undo left as it is: its id and name if one may see it, and why."""

    contact_id: UUID | None
    name: str
    reason: str


class DraftPage:
    """A draft: what the file is taken for, its first rows as contacts, and the meaning of its columns."""

    def __init__(self, imported: Import) -> None:
        self.imported = imported
        self.layout: Layout = imported.columns
        with opened(imported) as table:
            self.description = table.description
            self._preview: Preview = preview(table, self.layout)

    @property
    def rows(self) -> list[PreviewRow]:
        """The first rows as contacts."""
        return [_preview_row(reading) for reading in self._preview.rows]

    @property
    def sampled(self) -> int:
        """How many rows the samples were looked for in."""
        return self._preview.sampled

    @cached_property
    def columns(self) -> list[ColumnChoice]:
        """The first columns in which something stands."""
        return [_choice(column, self.layout) for column in self._filled[:OFFERED_COLUMNS]]

    @property
    def further_columns(self) -> int:
        """How many columns more there are in which something stands."""
        return max(0, len(self._filled) - OFFERED_COLUMNS)

    @cached_property
    def _filled(self) -> list[Column]:
        return [column for column in self._preview.columns if column.samples]

    @property
    def empty_columns(self) -> list[str]:
        """The titles of the columns in which nothing stands, as far as was looked."""
        return [
            column.title or _("Column %(number)d") % {"number": column.index + 1}
            for column in self._preview.columns
            if not column.samples
        ]

    @property
    def has_dates(self) -> bool:
        """Whether it matters in which order day and month are written."""
        return any(target.kind == Kind.DATE for target in self.layout.targets)

    @property
    def policies(self) -> list[tuple[str, str, str, bool]]:
        """What can be done with people known already: (value, name, explanation, chosen)."""
        return [
            (policy.value, str(name), str(help_text), policy.value == self.imported.policy)
            for policy, (name, help_text) in POLICIES.items()
        ]


def _choice(column: Column, layout: Layout) -> ColumnChoice:
    current = layout.targets[column.index]
    groups: list[tuple[str, list[Option]]] = []
    number = 0
    found = False
    for heading, targets in choices(column.title):
        options = []
        for target in targets:
            chosen = target == current and not found
            found |= chosen
            options.append(Option(str(number), target.title, chosen))
            number += 1
        groups.append((heading, options))
    return ColumnChoice(
        field=f"column-{column.index}",
        title=column.title or _("Column %(number)d") % {"number": column.index + 1},
        samples=column.samples,
        known=layout.known[column.index],
        recognised=None if found else Option(AS_RECOGNISED, current.title, True),
        groups=groups,
    )


def chosen_targets(sent: Mapping[str, str], layout: Layout) -> dict[int, Target]:
    """Return the meanings chosen in a form by column index; what makes no sense is left as it was."""
    chosen: dict[int, Target] = {}
    for index, title in enumerate(layout.header):
        value = sent.get(f"column-{index}", AS_RECOGNISED)
        if value.isascii() and value.isdecimal() and len(value) < 5:
            offered = [target for _heading, targets in choices(title) for target in targets]
            if int(value) < len(offered):
                chosen[index] = offered[int(value)]
    return chosen


def _preview_row(reading: Reading) -> PreviewRow:
    document = reading.document or ContactDocument()
    shown = {Kind.EMAIL, Kind.PHONE}
    more = [
        (str(scalar.title), getattr(document, scalar.name))
        for scalar in SCALARS
        if scalar.name not in {"first_name", "middle_name", "last_name", "suffix"} and getattr(document, scalar.name)
    ]
    more += [(info.label_name, _text_of(info)) for info in document.infos if info.kind not in shown]
    return PreviewRow(
        number=reading.number,
        name=display_name(document),
        emails=[info.value for info in document.of_kind(Kind.EMAIL)],
        phones=[info.value for info in document.of_kind(Kind.PHONE)],
        companies=[" · ".join(filter(None, (item.title, item.department, item.name))) for item in document.companies],
        groups=[item.name for item in document.groups],
        more=[(label, text[:200]) for label, text in more],
        starred=document.starred,
        remarks=reading.remarks,
        refused=reading.failed or reading.skipped,
    )


def _text_of(info: Info) -> str:
    return ", ".join(info.address.values()) if info.kind is Kind.ADDRESS else info.value


@dataclass(frozen=True, slots=True)
class Count:
    """One number of the result, with the first rows or contacts behind it."""

    kind: str
    title: str
    number: int
    outcomes: list[ImportOutcome]
    contacts: list[Contact]

    @property
    def has_more(self) -> bool:
        """Whether there is more to say than is shown."""
        return self.number > len(self.outcomes) + len(self.contacts)


class StandingPage:
    """An import that was started: how far it is, what came of it, and its undo."""

    def __init__(self, imported: Import, user: User, *, may_edit: bool) -> None:
        self.imported = imported
        self.user = user
        self.may_edit = may_edit
        self.job: Job | None = job_of(imported)
        imported.note_job(self.job)

    @property
    def total(self) -> int:
        """How many rows there are, as far as is known."""
        return max(self.imported.rows_total, self.imported.rows_done, 1)

    @property
    def progress_text(self) -> str:
        """How far it is, in words."""
        if self.imported.state == ImportState.WAITING:
            return _("Waiting for a worker; it starts by itself.")
        text = (
            ngettext("%(done)d of about %(total)d vCard", "%(done)d of about %(total)d vCards", self.total)
            if self.imported.is_of_cards
            else ngettext("%(done)d of about %(total)d row", "%(done)d of about %(total)d rows", self.total)
        )
        return text % {"done": self.imported.rows_done, "total": self.total}

    @property
    def polls(self) -> bool:
        """Whether something still moves, so that the page looks again."""
        return self.imported.is_unfinished or self.undo_runs

    @property
    def headline(self) -> str:
        """What came of it, in a few words."""
        return {
            ImportState.WAITING: _("Importing…"),
            ImportState.RUNNING: _("Importing…"),
            ImportState.DONE: _("Imported"),
            ImportState.FAILED: _("The import stopped at an error"),
            ImportState.REFUSED: _("The import was refused"),
            ImportState.STOPPED: _("The import was stopped"),
        }.get(ImportState(self.imported.state), "")

    @cached_property
    def counts(self) -> list[Count]:
        """What came of the rows, counted from what was committed. At most five queries."""
        imported = self.imported
        return [
            self._changed("created", _("Created"), imported.created, ChangeKind.CREATE),
            self._changed("updated", _("Updated"), imported.updated, ChangeKind.UPDATE),
            self._said(OutcomeKind.UNCHANGED, _("Unchanged"), imported.unchanged),
            self._said(OutcomeKind.SKIPPED, _("Skipped"), imported.skipped),
            self._said(OutcomeKind.FAILED, _("Failed"), imported.failed),
        ]

    @cached_property
    def remarks(self) -> Count:
        """What is to be said of rows that were imported."""
        return self._said(OutcomeKind.REMARK, _("Remarks on imported rows"), self.imported.remarks)

    def _changed(self, kind: str, title: str, number: int, change: ChangeKind) -> Count:
        found: list[Contact] = []
        if number:
            changes = Change.objects.for_user(self.user).filter(change_set=self.imported.change_set_id, kind=change)
            ids = list(changes.order_by("pk").values_list("contact", flat=True)[: SHOWN * 2])
            named = Contact.objects.for_user(self.user).in_bulk([each for each in ids if each])
            found = [named[each] for each in dict.fromkeys(ids) if each in named][:SHOWN]
        return Count(kind, title, number, [], found)

    def _said(self, kind: OutcomeKind, title: str, number: int) -> Count:
        outcomes = list(self.imported.outcomes.filter(kind=kind).order_by("row", "id")[:SHOWN]) if number else []
        return Count(kind.value, title, number, outcomes, [])

    # --- undo --------------------------------------------------------------------------------------------------

    @cached_property
    def undo_set(self) -> ChangeSet | None:
        """The change-set that took it back, or is doing so."""
        return undo_of(self.imported)

    @property
    def undo_runs(self) -> bool:
        """Whether a job is taking it back right now."""
        return self.undo_set is not None and self.undo_set.finished_at is None and not self.undo_failed

    @cached_property
    def undo_job(self) -> Job | None:
        """The job that takes it back."""
        return undo_job(self.undo_set) if self.undo_set is not None else None

    @property
    def undo_failed(self) -> bool:
        """Whether the job that took it back was given up."""
        return self.undo_job is not None and self.undo_job.is_finished and self.undo_job.state != "done"

    @property
    def may_undo(self) -> bool:
        """Whether *Undo import* is offered."""
        wrote = self.imported.created or self.imported.updated
        return self.may_edit and bool(wrote) and (self.undo_set is None or self.undo_failed)

    @cached_property
    def reverted(self) -> int:
        """How many contacts were taken back."""
        return reverted_count(self.undo_set) if self.undo_set is not None else 0

    @property
    def kept_count(self) -> int:
        """How many contacts the undo left, wholly or in part."""
        return len(self.undo_set.kept) if self.undo_set is not None else 0

    @cached_property
    def kept(self) -> list[KeptContact]:
        """The first contacts that the undo left; their names are read now, those that one may not see have none."""
        if self.undo_set is None:
            return []
        kept = self.undo_set.kept[:100]
        names = Contact.objects.for_user(self.user).in_bulk([UUID(item["contact"]) for item in kept])
        shown = []
        for item in kept:
            contact = names.get(UUID(item["contact"]))
            reason = str(KEPT_BECAUSE.get(item["reason"], item["reason"]))
            if fields := [_field_name(name) for name in item.get("fields", ())]:
                reason = f"{reason} ({', '.join(fields)})"
            name = contact.name_for(self.user) if contact else _("A contact that you cannot see")
            shown.append(KeptContact(contact.pk if contact else None, name, reason))
        return shown


_FIELD_NAMES = {scalar.name: scalar.title for scalar in SCALARS}


def _field_name(name: str) -> str:
    """Return the name of a document's field as people read it."""
    own = {
        "avatar": _("Picture"),
        "starred": _("Starred"),
        "infos": _("Emails, phones and other values"),
        "memberships": _("Groups and companies"),
    }
    return str(own.get(name) or _FIELD_NAMES.get(name) or name)
