"""What a stage is given: the database, the people who ask, their sessions, and samples drawn by the seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg

from bench.client import Session
from bench.place import connect
from bench.typing_log import Person

#: Of the people in a reader's log so many are drawn from the whole organization: often theirs is a miss.
_STRANGERS = 0.2
#: So many contacts of a reader are drawn once; what is asked is chosen among them.
_POOL = 3_000


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who signs in and asks; `contacts` is how many they can read."""

    name: str
    email: str
    password: str
    user_id: UUID
    organization_id: UUID
    contacts: int

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "user_id": str(self.user_id), "organization_id": str(self.organization_id)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reader:
        """Return what `to_json` gave."""
        ids = {name: UUID(data[name]) for name in ("user_id", "organization_id")}
        return cls(**{**data, **ids})


@dataclass(slots=True)
class Scope:
    """What a reader may read, for the raw SQL: it need not ask for rights."""

    organization_id: UUID
    book_ids: list[UUID]
    searched_ids: list[UUID]


@dataclass
class Subject:
    """One database with Kith running on it."""

    database: str
    contacts: int
    port: int
    supervisor: int
    seed: int
    readers: list[Reader]
    organization_id: UUID
    keystrokes: int
    stack: ExitStack
    say: Callable[[str], None]
    _sessions: dict[str, Session] = field(default_factory=dict)
    _scopes: dict[str, Scope] = field(default_factory=dict)
    _pools: dict[str, list[UUID]] = field(default_factory=dict)

    @cached_property
    def raw(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection for raw SQL."""
        connection = connect(self.database)
        self.stack.callback(connection.close)
        return connection

    def renew_raw(self) -> None:
        """Leave the connection for raw SQL: a stage that was late may have stopped in the middle of a statement."""
        if (connection := self.__dict__.pop("raw", None)) is not None:
            connection.close()

    def session(self, reader: Reader) -> Session:
        """Return the reader's session, signed in through the form when first asked for."""
        if reader.email not in self._sessions:
            session = Session(self.port).sign_in(reader.email, reader.password)
            self.stack.callback(session.close)
            self._sessions[reader.email] = session
        return self._sessions[reader.email]

    def scope(self, reader: Reader) -> Scope:
        """Return the books that the reader may read, asked once."""
        from books.models import ContactBook
        from organizations.models import User

        if reader.name not in self._scopes:
            books = ContactBook.objects.for_user(User.objects.get(pk=reader.user_id)).order_by("pk")
            self._scopes[reader.name] = Scope(
                reader.organization_id,
                list(books.values_list("pk", flat=True)),
                list(books.filter(exclude_from_search=False).values_list("pk", flat=True)),
            )
        return self._scopes[reader.name]

    def drawn(self, reader: Reader, count: int, *, salt: str = "") -> list[UUID]:
        """Return up to `count` random contacts that the reader can read, the same for the same seed and names."""
        if reader.name not in self._pools:
            rows = self.raw.execute(
                "SELECT id FROM contacts_contact WHERE organization_id = %s AND book_id = ANY(%s)"
                " AND trashed_at IS NULL ORDER BY md5(display_name || second_line || %s), id LIMIT %s",
                [reader.organization_id, self.scope(reader).book_ids, str(self.seed), _POOL],
            )
            self._pools[reader.name] = [row[0] for row in rows]  # type: ignore[misc]  # the column is a UUID
        pool = self._pools[reader.name]
        source = random.Random(f"{self.seed} {salt}")  # noqa: S311  # a choice of contacts, no secret
        return source.sample(pool, min(count, len(pool)))

    def people(self, reader: Reader, count: int) -> list[Person]:
        """Return `count` people whom the reader may search for: most of them theirs, some that they cannot see."""
        strangers = self.raw.execute(
            "SELECT id FROM contacts_contact TABLESAMPLE SYSTEM (%s) REPEATABLE (%s) WHERE organization_id = %s"
            " AND trashed_at IS NULL ORDER BY md5(display_name || %s), id LIMIT %s",
            [min(100, 100 * 5000 / max(1, self.contacts)), self.seed, reader.organization_id, str(self.seed), count],
        )
        theirs = self.drawn(reader, count, salt="people")
        few = [row[0] for row in strangers][: max(1, round(len(theirs) * _STRANGERS))]
        return self._persons([*theirs, *few])

    def _persons(self, ids: Sequence[object]) -> list[Person]:
        rows = self.raw.execute(
            "SELECT c.first_name, c.last_name, c.infos::text, c.notes, (SELECT g.name FROM contacts_contactmembership m"
            " JOIN contacts_group g ON g.id = m.group_id WHERE m.contact_id = c.id AND g.kind = 'company' LIMIT 1)"
            " FROM contacts_contact c WHERE c.id = ANY(%s) ORDER BY md5(c.display_name || c.second_line), c.id",
            [list(ids)],
        )
        return [_person(*row) for row in rows]  # type: ignore[arg-type]  # five texts

    def each_reader(self) -> Iterator[tuple[Reader, Session]]:
        """Yield the readers with their sessions."""
        for reader in self.readers:
            yield reader, self.session(reader)


def _person(first: str, last: str, infos: str, notes: str, company: str | None) -> Person:
    values: dict[str, str] = {}
    for info in json.loads(infos):
        values.setdefault(str(info.get("kind", "")), str(info.get("value", "")))
    return Person(
        first=first,
        last=last,
        company=company or "",
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        notes=notes,
        custom=values.get("custom", ""),
    )
