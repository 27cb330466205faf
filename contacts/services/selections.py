"""Which contacts a person means: those that they name, or all of a list, walked by name in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from books.models import ContactBook
from contacts import listing, search
from contacts.models import ChangeSet, Contact, Group, GroupKind
from contacts.scope import Scope, scope_for
from contacts.services.errors import NotVisible
from organizations.models import Organization, User

#: Contacts of one batch of a job: well under a second of work, and of waiting for everybody else.
BATCH: Final = 250
#: Contacts that can be named one by one; more are all of a list.
MOST_NAMED: Final = 10_000
#: Rows of a search that one query returns: a search looks through all its matches each time.
_SEARCHED: Final = 20_000
#: A list is counted up to here before work on it begins.
_COUNTED: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Selection:
    """The contacts of `organization` that are meant: `ids`, or with `filters` all of a list.

    `filters` are those of the list's address: `q book group company starred incomplete`.
    """

    organization: Organization
    ids: Sequence[UUID] = ()
    filters: Mapping[str, str] | None = None


def scope_of(by: User, organization: Organization, filters: Mapping[str, str]) -> Scope:
    """Return where a list looks whose address has `filters`. Raises `NotVisible` for a filter that is none for `by`."""
    book = ContactBook.objects.for_user(by).filter(pk=filters["book"]).first() if filters.get("book") else None
    groups = Group.objects.for_user(by).filter(organization=organization)
    chosen = {kind: groups.filter(pk=filters[kind], kind=kind).first() for kind in GroupKind if filters.get(kind)}
    if None in chosen.values() or (filters.get("book") and (book is None or book.organization_id != organization.pk)):
        raise NotVisible
    return scope_for(
        by,
        organization,
        book=book,
        group=chosen.get(GroupKind.GROUP),
        company=chosen.get(GroupKind.COMPANY),
        starred=bool(filters.get("starred")),
        incomplete=bool(filters.get("incomplete")),
        searching=bool(filters.get("q")),
    )


def listed(
    scope: Scope, filters: Mapping[str, str], after: str | None, limit: int
) -> tuple[list[tuple[UUID, str]], bool]:
    """Return (contact, the page key behind it) of a list by name, at most `limit`, and whether there are more. Two
    queries."""
    if query := filters.get("q", ""):
        found, following = search.find_ids(scope, query, after=after, limit=limit)
    else:
        found, following = listing.find_ids(scope, after=after, limit=limit)
    ids = [contact_id for contact_id, _book in found]
    keys = dict(Contact._base_manager.filter(pk__in=ids).values_list("pk", "sort_family"))
    # What was erased between the two has no key.
    return [(each, listing.write_key(keys[each], each)) for each in ids if each in keys], following is not None


def count(by: User, into: ChangeSet, payload: Mapping[str, Any]) -> int | None:
    """Return how many contacts the job of `into` is about, None where only the whole search could tell."""
    if "ids" in payload:
        return len(payload["ids"])
    filters = payload["filters"]
    scope = scope_of(by, into.organization, filters)
    if not filters.get("q"):
        return listing.count(scope, most=_COUNTED)
    found, following = search.find_ids(scope, filters["q"], limit=_SEARCHED)
    return None if following else len(found)


def batches(by: User, into: ChangeSet, payload: Mapping[str, Any], after: str) -> Iterator[tuple[Sequence[UUID], str]]:
    """Yield the next contacts behind the place `after`, and the place behind them.

    Of a list those that were there when the act began: whoever is added meanwhile was not selected.
    """
    if "ids" in payload:
        ids = [UUID(contact_id) for contact_id in payload["ids"]]
        for start in range(int(after or 0), len(ids), BATCH):
            yield ids[start : start + BATCH], str(start + BATCH)
        return
    filters = payload["filters"]
    limit = _SEARCHED if filters.get("q") else BATCH
    key: str | None = after or None
    while True:
        found, more = listed(scope_of(by, into.organization, filters), filters, key, limit)
        for start in range(0, len(found), BATCH):
            part = found[start : start + BATCH]
            key = part[-1][1]
            yield [contact_id for contact_id, _key in part if contact_id < into.pk], key
        if not more or not found:
            return
