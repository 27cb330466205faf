"""What becomes of a contact's groups and companies: changes of its document, one for each thing that people do.

Each returns a function from document to document, for a whole batch of them. Pure: names are taken as they are given,
what is too much or nothing is the caller's to refuse.
"""

from __future__ import annotations

from collections.abc import Callable

from contacts.document import MEMBERSHIP_DETAILS, ContactDocument, Membership, altered, group_key, new_item_id

type Regrouping = Callable[[ContactDocument], ContactDocument]


def joining(kind: str, name: str) -> Regrouping:
    """Put a contact into a group or company; one that is in it already stays as it is."""
    key = group_key(name)

    def join(document: ContactDocument) -> ContactDocument:
        if any(_is(membership, kind, key) for membership in document.memberships):
            return document
        new = Membership(kind=kind, name=name, id=new_item_id({each.id for each in document.memberships}))
        return altered(document, memberships=(*document.memberships, new))

    return join


def leaving(kind: str, name: str) -> Regrouping:
    """Take a contact out of a group or company. Title and the rest in a company are the contact's, and stay."""
    return renaming(kind, name, "")


def renaming(kind: str, name: str, into: str) -> Regrouping:
    """Have a contact that is in the group or company `name` be in `into` instead, as what it was there.

    Who is in both is in `into` once; in a company as often as there are different things to say.
    """
    key, new_key = group_key(name), group_key(into)

    def rename(document: ContactDocument) -> ContactDocument:
        if not any(_is(membership, kind, key) for membership in document.memberships):
            return document
        named = [altered(each, name=into) if _is(each, kind, key) else each for each in document.memberships]
        return altered(document, memberships=tuple(_distinct(named, kind, new_key)))

    return rename


def employing(name: str) -> Regrouping:
    """Set a contact's company: its first one gets another name, title and the rest stay; without one it gets one."""
    key = group_key(name)
    join = joining("company", name)

    def employ(document: ContactDocument) -> ContactDocument:
        if not document.companies or any(_is(company, "company", key) for company in document.companies):
            return join(document)
        first = document.companies[0]
        return altered(
            document,
            memberships=tuple(altered(each, name=name) if each is first else each for each in document.memberships),
        )

    return employ


def _is(membership: Membership, kind: str, key: str) -> bool:
    return membership.kind == kind and group_key(membership.name) == key


def _distinct(memberships: list[Membership], kind: str, key: str) -> list[Membership]:
    """Return the memberships without those in one group or company that say nothing that another does not say."""
    kept = list(memberships)
    for each in reversed(memberships):
        if not _is(each, kind, key):
            continue
        others = [other for other in kept if other is not each and _is(other, kind, key)]
        is_empty = not key and not any(getattr(each, detail) for detail in MEMBERSHIP_DETAILS)
        if is_empty or any(_says(other, each) for other in others):
            kept = [other for other in kept if other is not each]
    return kept


def _says(other: Membership, each: Membership) -> bool:
    """Whether `other` says all that `each` says of the same group or company."""
    return all(getattr(each, detail) in {"", getattr(other, detail)} for detail in MEMBERSHIP_DETAILS)
