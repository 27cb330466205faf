"""The lists of the admins' site: paged by key, so that a page costs the same wherever it stands.

Django's own page by offset and count every row. Here an address names the row that the page follows (or goes before)
by what the list is ordered by, and ends in a column that tells all rows apart: rows that come or go meanwhile neither
double nor drop others.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest

COUNTED: Final = 1_000
"""Rows that are counted; of more, the page says that there are more."""

_LONGEST: Final = 4_000
_AFTER: Final = "after"
_BEFORE: Final = "before"


class KeysetChangeList(ChangeList):
    """A list whose pages go on from a key. Orders by columns, filters and search are Django's.

    Two queries whatever the number of rows: one for at most `COUNTED` + 1 ids, one for the page.
    """

    model_admin: Any  # a ScopedAdmin, which says by what rows are named
    #: Whether there are more rows than were counted.
    is_cut: bool
    #: The addresses of the pages beside this one, empty where there is none.
    first_url: str
    previous_url: str
    next_url: str

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """Return the columns to order by, each once, up to the one that tells all rows apart."""
        last = self.model_admin.key_field
        seen: dict[str, str] = {}
        for name in map(str, super().get_ordering(request, queryset)):  # the admins name columns, no expressions
            if _column(name) != last:
                seen.setdefault(_column(name), name)
        return [*seen.values(), last]

    def get_results(self, request: HttpRequest) -> None:
        """Read the page that the address names, the first one when it names none that can be read."""
        columns = [str(name) for name in self.queryset.query.order_by]
        way, values = _read(request.GET.get(PAGE_VAR, ""), self._fields(columns))
        size = self.list_per_page
        if way == _BEFORE:
            rows = list(self.queryset.reverse().filter(_beyond(_reversed(columns), values))[: size + 1])
            has_previous, has_next = len(rows) > size, True
            rows = rows[:size][::-1]
        else:
            rows = list((self.queryset.filter(_beyond(columns, values)) if way else self.queryset)[: size + 1])
            has_previous, has_next = bool(way), len(rows) > size
            rows = rows[:size]
        number = self._number(request)
        self.is_cut = number > COUNTED
        self.result_count = min(number, COUNTED)
        self.result_list = rows
        self.first_url = self.get_query_string() if way else ""
        self.previous_url = self._address(_BEFORE, columns, rows[0]) if rows and has_previous else ""
        self.next_url = self._address(_AFTER, columns, rows[-1]) if rows and has_next else ""
        # What Django's templates and views ask besides; its page numbers are not there.
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        self.paginator = None

    def _number(self, request: HttpRequest) -> int:
        """Return how many rows there are, `COUNTED` + 1 for more: in the list's first order, which has an index."""
        rows = self.queryset.order_by(*self.model_admin.get_ordering(request), self.model_admin.key_field)
        return int(rows.values("pk")[: COUNTED + 1].count())

    def url_for_result(self, result: Model) -> str:
        """Return the address of a row's page, by its public id."""
        return str(self.model_admin.address_of(result))

    def _address(self, way: str, columns: list[str], row: Model) -> str:
        values = [_value(row, _column(name)) for name in columns]
        written = json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in values])
        key = base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")
        return self.get_query_string({PAGE_VAR: f"{way}.{key}"})

    def _fields(self, columns: list[str]) -> list[Field[Any, Any]]:
        """Return what reads a value of each column."""
        return [self._field(_column(name)) for name in columns]

    def _field(self, name: str) -> Field[Any, Any]:
        annotation = self.queryset.query.annotations.get(name)
        if annotation is not None:
            return annotation.output_field  # type: ignore[no-any-return]  # the stubs leave it open
        opts, field = self.lookup_opts, None
        for part in name.split("__"):
            field = opts.pk if part == "pk" else opts.get_field(part)
            if field is not None and field.related_model is not None:
                opts = field.related_model._meta
        if not isinstance(field, Field):
            raise FieldDoesNotExist(name)
        return field


def _column(name: str) -> str:
    return name.removeprefix("-")


def _reversed(columns: list[str]) -> list[str]:
    return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in columns]


def _value(row: Model, name: str) -> Any:
    """Return a row's value of a column; of a UUID, its text."""
    found: Any = row
    for part in name.split("__"):
        found = getattr(found, part, None)
    return found if found is None or isinstance(found, str | int | datetime) else str(found)


def _read(text: str, fields: list[Field[Any, Any]]) -> tuple[str, list[Any]]:
    """Return which way a page lies from which values; ("", []) for an address that names no page of this order."""
    way, _dot, key = text.partition(".")
    if way not in {_AFTER, _BEFORE} or len(key) > _LONGEST:
        return "", []
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        if not isinstance(values, list) or len(values) != len(fields):
            return "", []
        return way, [_checked(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError, binascii.Error):
        return "", []


def _checked(field: Field[Any, Any], value: Any) -> Any:
    """Return a value as its column has it; raise what `_read` catches for one that it cannot have."""
    if value is None:
        return None
    if not isinstance(value, str | int):
        raise TypeError(value)
    found = field.to_python(value)
    if isinstance(found, str):
        found.encode()
        if "\x00" in found:
            raise ValueError(found)
    if isinstance(found, datetime):
        if found.tzinfo is None:
            raise ValueError(found)
        return found.astimezone(UTC)  # PostgreSQL knows no zone as far from UTC as Python does: "+23:59"
    return found


def _beyond(columns: list[str], values: list[Any]) -> Q:
    """Return what holds of the rows behind `values` in this order; empty values come last, as PostgreSQL has them."""
    found, same = Q(pk__in=[]), Q()
    for name, value in zip(columns, values, strict=True):
        column = _column(name)
        if name.startswith("-"):
            behind = Q((f"{column}__isnull", False)) if value is None else Q((f"{column}__lt", value))
        else:
            behind = Q(pk__in=[]) if value is None else Q((f"{column}__gt", value)) | Q((f"{column}__isnull", True))
        found |= same & behind
        same &= Q((f"{column}__isnull", True)) if value is None else Q((column, value))
    return found
