"""Names of groups and companies, kept once in an organization."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from contacts.document import ContactDocument, altered, group_key
from contacts.models import Group

#: (kind, key) to (group id, the name as it is kept)
Names = dict[tuple[str, str], tuple[UUID, str]]


def ensure_groups(organization_id: UUID, documents: Iterable[ContactDocument]) -> Names:
    """Return the groups and companies that `documents` name, made where they do not exist. At most two queries.

    Names are inserted in the order of their keys, so that two writers never wait for each other in a circle.
    """
    wanted: dict[tuple[str, str], str] = {}
    for document in documents:
        for membership in document.memberships:
            wanted.setdefault((membership.kind, group_key(membership.name)), membership.name)
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


def with_kept_names(documents: Sequence[ContactDocument], names: Names) -> list[ContactDocument]:
    """Return the documents with every membership under the name that the organization keeps ("acme" → "Acme")."""
    return [_with_kept_names(document, names) if document.memberships else document for document in documents]


def _with_kept_names(document: ContactDocument, names: Names) -> ContactDocument:
    kept = [names[membership.kind, group_key(membership.name)][1] for membership in document.memberships]
    if all(membership.name == name for membership, name in zip(document.memberships, kept, strict=True)):
        return document  # nearly always: files spell a company as it was spelled before
    return altered(
        document,
        memberships=tuple(
            altered(membership, name=name) for membership, name in zip(document.memberships, kept, strict=True)
        ),
    )
