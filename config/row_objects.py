"""Model objects from the rows of hand-written SQL that joins several tables: what every request asks is asked so.

`QuerySet.raw` makes objects of one table. Building a queryset and its SQL anew for each request costs several times
what the database needs for the answer (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model


class Columns[M: Model]:
    """The columns of a model's table, known as `alias` in a statement, and the objects made of their values.

    `sql` names them all, in the order in which `read` takes them.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        # As in a queryset: what the database gives for some kinds of fields is not yet their value.
        self._readers = [
            (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)

    def read(self, values: Iterator[Any]) -> M:
        """Take the object's values from a row and return it. Raises `ValueError` when there are too few."""
        own = list(islice(values, len(self._names)))
        if len(own) < len(self._names):
            raise ValueError(f"The row ends within the columns of {self._model._meta.label}.")
        for place, reader in self._readers:
            own[place] = reader(own[place], None, connection)
        return self._model.from_db(connection.alias, self._names, own)
