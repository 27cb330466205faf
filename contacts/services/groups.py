"""Names of groups and companies, kept once in an organization."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from contacts.document import ContactDocument, altered, group_key
from contacts.models import Group
from contacts.services.preparing import Prepared

#: (kind, key) to (group id, the name as it is kept)
Names = dict[tuple[str, str], tuple[UUID, str]]
#: Kind, key and name of a group or company.
Named = tuple[str, str, str]


def named_in(people: Iterable[ContactDocument | Prepared]) -> Iterator[Named]:
    """Yield the groups and companies that people belong to."""
    for person in people:
        if isinstance(person, Prepared):
            yield from ((item.kind, item.key, item.name) for item in person.memberships)
        else:
            yield from ((item.kind, group_key(item.name), item.name) for item in person.memberships)


def ensure_groups(organization_id: UUID, named: Iterable[Named]) -> Names:
    """Return the groups and companies that are named, made where they do not exist. At most two queries.

    Names are inserted in the order of their keys, so that two writers never wait for each other in a circle.
    """
    wanted: dict[tuple[str, str], str] = {}
    for kind, key, name in named:
        wanted.setdefault((kind, key), name)
    if not wanted:
        return {}
    names = _existing(organization_id, wanted)
    missing = sorted(set(wanted) - set(names))
    if missing:
        Group.objects.bulk_create(
            [
                Group(organization_id=organization_id, kind=kind, key=key, name=wanted[kind, key])
                for kind, key in missing
            ],
            ignore_conflicts=True,
        )
        names |= _existing(organization_id, missing)
    return names


def ensure_named(organization_id: UUID, kind: str, name: str) -> Group:
    """Return the group or company of a clean name, made where there is none. At most three queries."""
    key = group_key(name)
    rows = Group.objects.filter(organization=organization_id, kind=kind, key=key)
    found = rows.first()
    if found is None:
        new = Group(organization_id=organization_id, kind=kind, key=key, name=name)
        Group.objects.bulk_create([new], ignore_conflicts=True)
        found = rows.get()
    return found


def _existing(organization_id: UUID, keys: Iterable[tuple[str, str]]) -> Names:
    wanted = set(keys)
    found = Group.objects.filter(organization=organization_id, key__in={key for _kind, key in wanted})
    rows = found.values_list("kind", "key", "id", "name")
    return {(kind, key): (group_id, name) for kind, key, group_id, name in rows if (kind, key) in wanted}


def with_kept_names(document: ContactDocument, names: Names) -> ContactDocument:
    """Return the document with every membership under the name that the organization keeps ("acme" → "Acme")."""
    kept = [names[membership.kind, group_key(membership.name)][1] for membership in document.memberships]
    if all(membership.name == name for membership, name in zip(document.memberships, kept, strict=True)):
        return document  # nearly always: files spell a company as it was spelled before
    return altered(
        document,
        memberships=tuple(
            altered(membership, name=name) for membership, name in zip(document.memberships, kept, strict=True)
        ),
    )
