"""The contact form as a page shows it: which fields always, which under *More fields*, with messages at their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books.models import ContactBook
from books.shelf import ShelvedBook
from contacts.document import LABEL_NAMES, LABELS, SCALARS, Kind, Scalar
from contacts.forms.document import Draft, InfoRow, MembershipRow
from contacts.forms.hints import Hint

if TYPE_CHECKING:
    from contacts.duplicates import Possible
    from contacts.views.lines import BookLine

#: Scalars that the form always shows; the others while they hold something, and under *More fields*.
ALWAYS = ("first_name", "last_name", "notes")

_TITLES = {
    Kind.EMAIL: (gettext_lazy("Emails"), gettext_lazy("Add email")),
    Kind.PHONE: (gettext_lazy("Phones"), gettext_lazy("Add phone")),
    Kind.ADDRESS: (gettext_lazy("Addresses"), gettext_lazy("Add address")),
    Kind.URL: (gettext_lazy("URLs"), gettext_lazy("Add URL")),
    Kind.FACEBOOK: (gettext_lazy("Facebook"), gettext_lazy("Add Facebook")),
    Kind.INSTAGRAM: (gettext_lazy("Instagram"), gettext_lazy("Add Instagram")),
    Kind.TWITTER: (gettext_lazy("Twitter"), gettext_lazy("Add Twitter")),
    Kind.DATE: (gettext_lazy("Dates"), gettext_lazy("Add date")),
    Kind.CUSTOM: (gettext_lazy("Custom fields"), gettext_lazy("Add custom field")),
}
_VALUE_TITLES = {
    Kind.EMAIL: gettext_lazy("Email"),
    Kind.PHONE: gettext_lazy("Phone"),
    Kind.URL: gettext_lazy("URL"),
    Kind.FACEBOOK: gettext_lazy("Facebook name"),
    Kind.INSTAGRAM: gettext_lazy("Instagram name"),
    Kind.TWITTER: gettext_lazy("Twitter name"),
    Kind.DATE: gettext_lazy("Date"),
    Kind.CUSTOM: gettext_lazy("Value"),
}
_ADDRESS_TITLES = {
    "street": gettext_lazy("Street"),
    "extended": gettext_lazy("Building, floor"),
    "po_box": gettext_lazy("PO box"),
    "city": gettext_lazy("City"),
    "region": gettext_lazy("Region"),
    "postal_code": gettext_lazy("Postal code"),
    "country": gettext_lazy("Country"),
}
_MEMBERSHIP_TITLES = {
    "name": gettext_lazy("Company"),
    "title": gettext_lazy("Job title"),
    "department": gettext_lazy("Department"),
    "location": gettext_lazy("Location"),
    "description": gettext_lazy("Description"),
}
_INPUT = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.URL: "url"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One input: name, what it is called, what it holds, what is wrong with that, and what else there is to say.

    `suggest`: the kind of group whose names it completes.
    """

    name: str
    title: str
    value: str
    error: str = ""
    multiline: bool = False
    suggest: str = ""
    hint: Hint | None = None

    @property
    def row(self) -> str:
        """The name of the row that it stands in."""
        return self.name.rpartition("-")[0]

    @property
    def id(self) -> str:
        """The element's id."""
        return f"f-{self.name}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list as the page shows it."""

    row: InfoRow | MembershipRow
    name: str
    cells: Sequence[Cell]
    labels: Sequence[tuple[str, str]] = ()
    label: str = ""
    own_label: Cell | None = None
    more: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind, with the empty one that is added."""

    kind: str
    title: str
    add: str
    lines: Sequence[Line]
    blank: Line
    input: str = "text"
    has_preferred: bool = False


@dataclass(slots=True)
class ContactForm:
    """A draft with what is wrong with it, ready to be shown."""

    draft: Draft
    books: Sequence[BookLine]
    book: ContactBook | ShelvedBook | None
    errors: dict[str, str] = field(default_factory=dict)
    focus: str = ""
    avatar: str = ""
    avatar_token: str = ""
    starred: bool = False
    base_version: int = 0
    form_key: str = ""
    warning: Sequence[str] = ()
    hints: dict[str, Hint] = field(default_factory=dict)
    duplicates: Sequence[Possible] = ()
    pasted: str = ""

    def __post_init__(self) -> None:
        for kind in (Kind.EMAIL, Kind.PHONE):
            if not self.draft.of_kind(kind):
                self.draft.add(kind)
        for member in ("company", "group"):
            if not self.draft.members_of(member):
                self.draft.add(member)

    @property
    def anyway(self) -> str:
        """What *Create anyway* answers: that something is missing, or all that is asked."""
        return "1" if self.duplicates else "incomplete"

    # --- fields ------------------------------------------------------------------------------------------------

    def _cell(self, name: str, title: Any, value: str, *, multiline: bool = False, suggest: str = "") -> Cell:
        error, hint = self.errors.get(name, ""), self.hints.get(name)
        return Cell(name, str(title), value, error, multiline, suggest, hint)

    def _scalar(self, scalar: Scalar) -> Cell:
        return self._cell(
            scalar.name, scalar.title, self.draft.scalars.get(scalar.name, ""), multiline=scalar.multiline
        )

    def _is_shown(self, scalar: Scalar) -> bool:
        filled = bool(self.draft.scalars.get(scalar.name)) or scalar.name in self.errors
        return scalar.name in ALWAYS or filled

    @property
    def names(self) -> list[Cell]:
        """The name fields that are always shown, and those that hold something."""
        return [self._scalar(scalar) for scalar in SCALARS if not scalar.multiline and self._is_shown(scalar)]

    @property
    def more_names(self) -> list[Cell]:
        """The scalars under *More fields*."""
        return [self._scalar(scalar) for scalar in SCALARS if not self._is_shown(scalar)]

    @property
    def notes(self) -> Cell:
        """The notes."""
        return next(self._scalar(scalar) for scalar in SCALARS if scalar.multiline)

    # --- rows --------------------------------------------------------------------------------------------------

    def _info_line(self, row: InfoRow) -> Line:
        name = f"info-{row.key}"
        if row.kind is Kind.ADDRESS:
            cells = [
                self._cell(f"{name}-{part}", title, row.address.get(part, ""), multiline=part == "street")
                for part, title in _ADDRESS_TITLES.items()
            ]
        else:
            multiline = row.kind is Kind.CUSTOM and "\n" in row.value
            cells = [self._cell(f"{name}-value", _VALUE_TITLES[row.kind], row.value, multiline=multiline)]
        label = row.label or LABELS[row.kind][0]
        return Line(
            row,
            name,
            cells,
            labels=[(each, str(LABEL_NAMES[each])) for each in LABELS[row.kind]],
            label=label if label in LABELS[row.kind] else "other",
            own_label=self._cell(
                f"{name}-custom_label",
                _("Name of the field") if row.kind is Kind.CUSTOM else _("Own label"),
                row.custom_label,
            ),
        )

    def _membership_line(self, row: MembershipRow, *, first: bool = False) -> Line:
        name = f"membership-{row.key}"
        if row.kind == "group":
            return Line(row, name, [self._cell(f"{name}-name", _("Group"), row.name, suggest="group")])
        cells = [
            self._cell(f"{name}-{part}", title, getattr(row, part), suggest="company" if part == "name" else "")
            for part, title in _MEMBERSHIP_TITLES.items()
        ]
        in_error = any(cell.error for cell in cells[2:])
        if first and not row.has_details and not in_error:
            return Line(row, name, cells[:2], more=cells[2:])
        return Line(row, name, cells)

    def _section(self, kind: Kind) -> Section:
        title, add = _TITLES[kind]
        return Section(
            kind=str(kind),
            title=str(title),
            add=str(add),
            lines=[self._info_line(row) for row in self.draft.of_kind(kind)],
            blank=self._info_line(InfoRow("__n__", kind)),
            input=_INPUT.get(kind, "text"),
            has_preferred=kind not in {Kind.DATE, Kind.CUSTOM},
        )

    @property
    def emails(self) -> Section:
        """The emails, at least an empty row."""
        return self._section(Kind.EMAIL)

    @property
    def phones(self) -> Section:
        """The phones, at least an empty row."""
        return self._section(Kind.PHONE)

    @property
    def others(self) -> list[Section]:
        """Every other kind of value; those with rows stand among the fields, the others under *More fields*."""
        return [self._section(kind) for kind in Kind if kind not in {Kind.EMAIL, Kind.PHONE}]

    @property
    def companies(self) -> Section:
        """The companies, at least an empty row. The first one's details may stand under *More fields*."""
        rows = self.draft.members_of("company")
        return Section(
            kind="company",
            title=_("Companies"),
            add=_("Add company"),
            lines=[self._membership_line(row, first=position == 0) for position, row in enumerate(rows)],
            blank=self._membership_line(MembershipRow("__n__", "company")),
        )

    @property
    def groups(self) -> Section:
        """The groups, at least an empty row."""
        return Section(
            kind="group",
            title=_("Groups"),
            add=_("Add group"),
            lines=[self._membership_line(row) for row in self.draft.members_of("group")],
            blank=self._membership_line(MembershipRow("__n__", "group")),
        )

    # --- what is wrong -----------------------------------------------------------------------------------------

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(element id or empty, sentence) of everything wrong, for the summary."""
        shown = {cell.name for cell in self._all_cells()} | {"avatar", "book", "pasted"}
        return [(f"f-{name}" if name in shown else "", message) for name, message in self.errors.items()]

    def _all_cells(self) -> list[Cell]:
        lines = [
            line
            for section in (self.emails, self.phones, self.companies, self.groups, *self.others)
            for line in section.lines
        ]
        rows = [cell for line in lines for cell in (*line.cells, *line.more)]
        labels = [line.own_label for line in lines if line.own_label]
        return [*self.names, *self.more_names, self.notes, *rows, *labels]
