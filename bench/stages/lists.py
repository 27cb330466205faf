"""Lists, cards, counts and filters."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from bench import raw
from bench.asking import Asked, ask_all
from bench.figures import Figures, Result
from bench.subject import Reader, Scope, Subject
from books.shelf import shelf_of
from contacts.listing import write_key
from organizations.models import Organization, User

_TIMES: Final = 60
_DEPTHS: Final = (1, 10, 100, 1000)
_COLUMNS: Final = {"family": "sort_family", "given": "sort_given"}


def first_page(subject: Subject) -> Iterator[Result]:
    """The page that opens first: the list with the sidebar, its books and counts, groups and companies."""
    for reader, _session in subject.each_reader():
        scope = subject.scope(reader)
        ways = _Sidebar(subject, scope).beside(raw.list_page(scope))
        asked = [Asked("/contacts/", ways=ways)] * _TIMES
        yield ask_all(subject, reader, "list.first", "First list page, whole", asked)


def depth(subject: Subject) -> Iterator[Result]:
    """Further rows of the list, in both orders: behind the 1st, 10th, 100th, 1,000th page, and behind anybody."""
    for reader, _session in subject.each_reader():
        asked = []
        for order, column in _COLUMNS.items():
            for key in _keys(subject, reader, column):
                address = _with(after=_written(*key), sort=order)
                ways = raw.list_page(subject.scope(reader), after=key, column=column)
                asked.append(Asked(address, "rows", ways))
        if asked:
            yield ask_all(subject, reader, "list.depth", "List page at any depth", asked)


def letters(subject: Subject) -> Iterator[Result]:
    """The letters beside the list of all contacts, which its page asks for once it is there."""
    for reader, _session in subject.each_reader():
        asked = [Asked("/contacts/letters/", "detail")] * _TIMES
        yield ask_all(subject, reader, "letters", "Letters beside the list", asked)


def cards(subject: Subject) -> Iterator[Result]:
    """The card beside the list, as a click in it asks for it."""
    for reader, _session in subject.each_reader():
        asked = [
            Asked(f"/contacts/{contact}/", "detail", raw.card(contact), compared=False)
            for contact in subject.drawn(reader, 2 * _TIMES)
        ]
        yield ask_all(subject, reader, "card", "Card", asked)


def counts(subject: Subject) -> Iterator[Result]:
    """The books with their types and counts, as the sidebar asks for them; no address gives these alone."""

    organization = Organization.objects.get(pk=subject.organization_id)
    for reader in subject.readers:
        user = User.objects.get(pk=reader.user_id)
        times = []
        for _time in range(_TIMES):
            begun = time.perf_counter()
            sum(book.contacts for book in shelf_of(user, organization).by_name)
            times.append((time.perf_counter() - begun) * 1000)
        best = raw.Best(subject.raw, [raw.books_with_counts(subject.scope(reader))])
        plain = [best.ask(raw.books_with_counts(subject.scope(reader)))[1] for _time in range(_TIMES)]
        yield Result(
            "counts",
            "Books with counts",
            subject.contacts,
            reader.name,
            times=Figures.of(times),
            raw=Figures.of(plain),
            note="in process",
        )


def filters(subject: Subject) -> Iterator[Result]:
    """Lists narrowed by a group, a company, a star, and several at once: the median ones, then the largest."""
    for reader, _session in subject.each_reader():
        scope = subject.scope(reader)
        sidebar = _Sidebar(subject, scope)
        groups, companies = _by_size(subject, scope, "group"), _by_size(subject, scope, "company")
        for size, key in (("median", "filter.median"), ("largest", "filter.largest")):
            chosen = _combinations(_at(groups, size), _at(companies, size), subject.seed)
            if size == "largest":
                chosen.append({"starred": "1"})
            for name, asked in _named(scope, chosen, sidebar).items():
                yield ask_all(subject, reader, key, f"Filter by {name}, {size}", asked)


def _combinations(groups: Sequence[UUID], companies: Sequence[UUID], seed: int) -> list[dict[str, str]]:
    """Return filters by each group, by each company, and by several at once."""
    found = [{"group": str(group)} for group in groups] + [{"company": str(company)} for company in companies]
    if groups and companies:
        source = random.Random(seed)  # noqa: S311  # a choice of filters, no secret
        pairs = [(source.choice(groups), source.choice(companies)) for _pair in range(4)]
        found += [{"group": str(group), "company": str(company)} for group, company in pairs]
        found += [{"group": str(group), "starred": "1"} for group, _company in pairs]
    return found


def _named(scope: Scope, chosen: Sequence[Mapping[str, str]], sidebar: _Sidebar) -> dict[str, list[Asked]]:
    """Return what is asked for each filter, whole pages as a link opens them, by what it filters by."""
    found: dict[str, list[Asked]] = {}
    for filters_ in chosen:
        name = "several" if len(filters_) > 1 else next(iter(filters_))
        ways = raw.list_page(
            scope,
            groups=[UUID(filters_[kind]) for kind in ("group", "company") if kind in filters_],
            starred="starred" in filters_,
            counted=True,
        )
        found.setdefault(name, []).append(Asked(_with(**filters_), ways=sidebar.beside(ways)))
    return {name: (asked * (1 + _TIMES // 2 // len(asked))) for name, asked in found.items()}


def _by_size(subject: Subject, scope: Scope, kind: str) -> list[UUID]:
    """Return the groups or companies seen, smallest first by the contacts in them."""
    rows = subject.raw.execute(
        "SELECT g.id FROM contacts_group g JOIN contacts_contactmembership m ON m.group_id = g.id"
        " WHERE g.organization_id = %s AND g.kind = %s AND g.key <> '' AND m.book_id = ANY(%s)"
        " GROUP BY g.id ORDER BY count(*), g.key",
        [scope.organization_id, kind, scope.book_ids],
    )
    return [row[0] for row in rows]  # type: ignore[misc]  # the column is a UUID


def _at(ids: Sequence[UUID], size: str) -> list[UUID]:
    """Return up to four in the middle of the sizes, or the largest one."""
    if size == "largest":
        return list(ids[-1:])
    middle = max(0, len(ids) // 2 - 2)
    return list(ids[middle : middle + 4])


def _keys(subject: Subject, reader: Reader, column: str) -> list[tuple[str, UUID]]:
    """Return the keys behind which pages begin: at set depths as far as the list goes, and at random contacts."""
    scope = subject.scope(reader)
    where = "organization_id = %s AND book_id = ANY(%s) AND trashed_at IS NULL"
    values: list[Any] = [scope.organization_id, scope.book_ids]
    keys: list[tuple[str, UUID]] = []
    for page in _DEPTHS:
        rows = subject.raw.execute(
            f"SELECT {column}, id FROM contacts_contact WHERE {where} ORDER BY {column}, id OFFSET %s LIMIT 1",  # noqa: S608  # built of constants
            [*values, page * (raw.PAGE - 1) - 1],
        )
        keys += rows.fetchall()  # type: ignore[arg-type]  # a text and a UUID
    rows = subject.raw.execute(
        f"SELECT {column}, id FROM contacts_contact WHERE id = ANY(%s) ORDER BY {column}, id",  # noqa: S608  # as above
        [subject.drawn(reader, _TIMES // 2, salt="depth")],
    )
    return keys + rows.fetchall()  # type: ignore[operator]  # as above


class _Sidebar:
    """The raw SQL for what stands beside every list: books with counts, groups, companies, each in its best way."""

    def __init__(self, subject: Subject, scope: Scope) -> None:
        self._parts = [raw.books_with_counts(scope), raw.groups_seen(scope, "group"), raw.groups_seen(scope, "company")]
        self._best = [raw.Best(subject.raw, [part] * 3) for part in self._parts]

    def beside(self, ways: raw.Ways) -> raw.Ways:
        """Return the ways to a whole page, given those to its list."""
        return {name: self._page(way) for name, way in ways.items()}

    def _page(self, way: raw.Way) -> raw.Way:
        def ask(connection: raw.Connection) -> list[str]:
            for best, part in zip(self._best, self._parts, strict=True):
                best.ask(part)
            return way(connection)

        return ask


def _written(sort_key: str, contact_id: UUID) -> str:

    return write_key(sort_key, contact_id)


def _with(**query: str) -> str:
    """Return the address of a list as the panel writes it: one that a group or company alone narrows has its own."""
    narrowed = [name for name in ("group", "company") if name in query]
    if len(narrowed) == 1:
        folder = {"group": "groups", "company": "companies"}[narrowed[0]]
        path = f"/{folder}/{query.pop(narrowed[0])}/"
    else:
        path = "/contacts/"
    return f"{path}?{urlencode(query)}" if query else path
