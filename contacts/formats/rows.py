"""A row of a table becomes a document. The mapping is compiled once per file, so that a row costs little."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from contacts.document import ContactDocument, Info, InvalidDocument, Kind, Membership, Problem
from contacts.formats.collected import (
    PLAIN_EMAIL,
    Row,
    Step,
    add_date,
    add_exchange,
    address_parts,
    scalar_step_for,
    short,
    take_shown_name,
    take_whole_name,
)
from contacts.formats.dates import read_date
from contacts.formats.marks import read_groups, read_label, split_values, unguard
from contacts.formats.refusals import SkippedRow
from contacts.formats.targets import Target, To
from contacts.handles import email_key

if TYPE_CHECKING:
    from contacts.formats.columns import Layout


@dataclass(frozen=True, slots=True)
class Parsed:
    """The document that a row holds, and sentences on what could not be taken as it stood."""

    document: ContactDocument
    warnings: list[str]
    picture: bytes = b""  # of a vCard: what claims to be one, not yet looked at


def to_document(cells: Sequence[str], layout: Layout) -> Parsed:
    """Return the normalised document of a row.

    Raises `SkippedRow` (with the reason) when the row says nothing of a person, `InvalidDocument` when what it says
    cannot be stored; its problems name the column. Missing cells count as empty, extra ones become custom values.
    """
    return layout.plan.run(cells)


class Plan:
    """The columns of a layout, each compiled to a function that takes its cell."""

    def __init__(
        self,
        header: Sequence[str],
        targets: Sequence[Target],
        *,
        google: bool,
        plain_marks: bool,
        commas_in_groups: bool,
        day_first: bool,
    ) -> None:
        self._header = header
        self._targets = targets
        self._google = google  # values joined by " ::: ", labels marked by "* "
        self._plain_marks = plain_marks  # "myContacts;starred" without their marks
        self._group_splitter = re.compile("[;,]" if commas_in_groups else ";")
        self._day_first = day_first
        self._width = len(header)
        self._steps: list[tuple[int, Step]] = []
        self._columns_of: dict[str, list[str]] = {}
        for index, target in enumerate(targets):
            if (step := self._step(index, target)) is not None:
                self._steps.append((index, step))

    def run(self, cells: Sequence[str]) -> Parsed:
        """Return the document of a row; see `to_document`."""
        texts = [unguard(cell) if cell[:1] == "'" else cell for cell in cells]
        if len(texts) < self._width:
            texts += [""] * (self._width - len(texts))
        row = Row(texts)
        for index, step in self._steps:
            text = texts[index]
            if text and not text.isspace():
                step(row, text)
        for number in range(self._width, len(texts)):
            if texts[number].strip():
                title = _("Column %(number)d") % {"number": number + 1}
                row.add(title, Kind.CUSTOM, "other", title, texts[number])
                row.warn(title, _("the header has no title for this cell; it was kept as a custom value."))
        return self._finish(row)

    def _finish(self, row: Row) -> Parsed:
        if row.date_parts:
            self._birthday(row)
        for what, text in row.names.items():
            take_whole_name(row, what, text)
        for column, text in row.shown:
            take_shown_name(row, column, text)
        if row.long:
            row.scalars["notes"] = "\n\n".join(filter(None, (row.scalars.get("notes", ""), *row.long)))
        memberships = [*row.companies, *(Membership(kind="group", name=name) for name in row.groups)]
        document = ContactDocument(
            **row.scalars,
            starred=row.starred,
            infos=tuple(row.infos),
            memberships=tuple(memberships),
        )
        if document.is_empty:
            raise SkippedRow(self._why_empty(row))
        try:
            return Parsed(document.normalised(), row.warnings)
        except InvalidDocument as error:
            if any(not problem.path for problem in error.problems):
                raise SkippedRow(self._why_empty(row)) from error
            raise InvalidDocument([self._located(row, problem) for problem in error.problems]) from error

    def _why_empty(self, row: Row) -> str:
        if not any(cell.strip() for cell in row.cells):
            return _("This row is empty.")
        if row.groups or row.starred:
            return _("This row names a group but no person. Add a name, an email or a phone to import it.")
        return _("This row holds nothing about a person. Add a name, an email or a phone to import it.")

    def _located(self, row: Row, problem: Problem) -> Problem:
        """Return the problem with the columns it is about, as the file calls them."""
        start, _dot, rest = problem.path.partition(".")
        position = rest.partition(".")[0]
        columns = self._columns_of.get(start, [])
        if start == "infos" and position.isdecimal():
            columns = [row.sources[int(position)]]
        if not columns:
            return problem
        message = _("Column “%(column)s”: %(message)s") % {"column": columns[0], "message": problem.message}
        return Problem(problem.path, message)

    def _birthday(self, row: Row) -> None:
        parts = {name: text.strip() for name, text in row.date_parts.items()}
        year, month, day = (parts.get(name, "") for name in ("year", "month", "day"))
        text = "-".join(filter(None, (year, month, day)))
        if all(part.isascii() and part.isdecimal() for part in (month, day)):
            begin = f"{int(year):04}" if year.isascii() and year.isdecimal() and int(year) else "-" if not year else ""
            if begin and (iso := read_date(f"{begin}-{int(month):02}-{int(day):02}")) is not None:
                if iso:
                    row.add(_("Birthday"), Kind.DATE, "birthday", "", iso)
                return
        if read_date(text) != "":
            row.keep(_("Birthday"), _("Birthday"), text)

    # The rest compiles: each returns the function for one column.

    def _step(self, index: int, target: Target) -> Step | None:
        title = self._header[index] or target.custom_label
        match target.to:
            case To.SCALAR:
                self._columns_of.setdefault(target.field, []).append(title)
                return scalar_step_for(target.field)
            case To.NAME:
                what = target.field

                def name_step(row: Row, text: str) -> None:
                    row.names[what] = f"{row.names[what]} {text}" if what in row.names else text

                self._columns_of.setdefault("first_name", []).append(title)
                return name_step
            case To.INFO:
                if target.field == "display":
                    return self._shown_step(index, target, title)
                return self._info_step(index, target, title) if target.field == "value" else None
            case To.ADDRESS:
                return None if target.field == "label" else self._address_step(target)
            case To.COMPANY:
                return self._company_step(target)
            case To.GROUPS:
                self._columns_of.setdefault("memberships", []).append(title)
                return self._groups_step
            case To.STARRED:

                def star_step(row: Row, text: str) -> None:
                    row.starred = text.strip().casefold() not in {"0", "no", "false", "n"}

                return star_step
            case To.DATE_PART:
                part = target.field

                def part_step(row: Row, text: str) -> None:
                    row.date_parts[part] = text

                return part_step
            case To.CUSTOM:
                label = target.custom_label or title
                defaults = frozenset(target.default.split("|")) if target.default else frozenset()

                def custom_step(row: Row, text: str) -> None:
                    if text.strip().casefold() not in defaults:
                        row.add(title, Kind.CUSTOM, "other", label, text)

                return custom_step
        return None

    def _sibling(self, target: Target, part: str) -> int | None:
        """Return the column that holds another part of the same thing."""
        wanted = (target.to, target.kind, target.group, part)
        for index, other in enumerate(self._targets):
            if target.group and (other.to, other.kind, other.group, other.field) == wanted:
                return index
        return None

    def _siblings(self, target: Target) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, other in enumerate(self._targets):
            if (other.to, other.group) == (target.to, target.group):
                found.setdefault(other.field, []).append(index)
        return found

    def _info_step(self, index: int, target: Target, title: str) -> Step:
        kind = Kind(target.kind)
        label_at = self._sibling(target, "label")
        service_at = self._sibling(target, "service")
        type_at = self._sibling(target, "type")
        display_at = self._sibling(target, "display")
        google, day_first, fallback = self._google, self._day_first, target.custom_label
        fixed = (target.label or "other", target.custom_label, False)

        def info_step(row: Row, text: str) -> None:
            label, custom, preferred = fixed
            if label_at is not None:
                label, custom, preferred = read_label(kind, row.cells[label_at])
                if service_at is not None and (service := row.cells[service_at].strip()):
                    custom = f"{service} ({custom})" if custom else service
                elif label == "other" and not custom:
                    custom = fallback
            if type_at is not None and row.cells[type_at].strip().upper() == "EX":
                add_exchange(row, title, text, row.cells[display_at] if display_at is not None else "")
                return
            for value in split_values(text) if google else (text,):
                if kind is Kind.DATE:
                    add_date(row, title, label, custom, value, preferred, day_first)
                elif value.strip():
                    if kind is Kind.EMAIL and not PLAIN_EMAIL.fullmatch(value) and email_key(value) is None:
                        message = _("“%(text)s” is not an email address; it was kept as it stands.")
                        row.warn(title, message % {"text": value.strip()[:60]})
                    row.add(title, kind, label, custom, value, preferred=preferred)
                preferred = False

        return info_step

    def _shown_step(self, index: int, target: Target, title: str) -> Step:
        def shown_step(row: Row, text: str) -> None:
            row.shown.append((title, text))

        return shown_step

    def _groups_step(self, row: Row, text: str) -> None:
        names = split_values(text) if self._google or ":::" in text else self._group_splitter.split(text)
        if self._plain_marks:
            names = [f"* {name}" if name.strip() in {"myContacts", "starred"} else name for name in names]
        groups, starred = read_groups(names)
        row.groups += groups
        row.starred |= starred

    def _pieces(self, row: Row, indices: list[int], join: str = " ") -> list[str]:
        texts = [row.cells[index] for index in indices if row.cells[index].strip()]
        if not texts:
            return []
        text = texts[0] if len(texts) == 1 else join.join(texts)
        return [piece.strip() for piece in split_values(text)] if self._google else [text.strip()]

    def _address_step(self, target: Target) -> Step:
        columns = self._siblings(target)
        label_at = columns.pop("label", [None])[0]
        key = f"{target.to}{target.group}"
        title = self._header[next(iter(columns.values()))[0]]
        self._columns_of.setdefault("infos", []).append(title)
        fixed = (target.label or "other", "", False)

        def address_step(row: Row, text: str) -> None:
            if key in row.done:
                return
            row.done.add(key)
            label, custom, preferred = fixed if label_at is None else read_label(Kind.ADDRESS, row.cells[label_at])
            found = {part: pieces for part, at in columns.items() if (pieces := self._pieces(row, at, "\n"))}
            for position in range(max(map(len, found.values()))):
                parts = {part: pieces[position] for part, pieces in found.items() if position < len(pieces)}
                parts = address_parts(parts)
                if any(parts.values()):
                    item = Info(
                        kind=Kind.ADDRESS,
                        label=label,
                        custom_label=short(custom),
                        address=parts,
                        preferred=preferred,
                    )
                    row.infos.append(item)
                    row.sources.append(title)
                    preferred = False

        return address_step

    def _company_step(self, target: Target) -> Step:
        columns = self._siblings(target)
        key = f"{target.to}{target.group}"
        self._columns_of.setdefault("memberships", []).append(self._header[next(iter(columns.values()))[0]])

        def company_step(row: Row, text: str) -> None:
            if key in row.done:
                return
            row.done.add(key)
            found = {part: pieces for part, at in columns.items() if (pieces := self._pieces(row, at, ", "))}
            for position in range(max(map(len, found.values()))):
                parts = {part: pieces[position] for part, pieces in found.items() if position < len(pieces)}
                row.companies.append(Membership(kind="company", **{"name": "", **parts}))

        return company_step
