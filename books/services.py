"""Making contact books and sharing them. What touches contacts (moving, deleting a book) is in `contacts.services`.

Each function is one transaction with its audit line inside, and reads the rights of `by` at that moment; None is the
operator at the command line.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from books import notices
from books.access import Effects, effects, grants_of
from books.models import ContactBook
from organizations import audit, sharing
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Team, User
from organizations.names import clean_name
from organizations.permissions import NotVisible, require_member, require_role
from organizations.sharing import Level

_DESCRIPTION = 1000


class AccessChanged(Exception):
    """Whom a change of sharing concerns is not what the person was shown; `effects` is what it is now."""

    def __init__(self, now: Effects) -> None:
        super().__init__("Who gains and loses access is not what was confirmed.")
        self.effects = now


@transaction.atomic
def create_book(
    *,
    by: User | None,
    organization: Organization,
    name: str,
    description: str = "",
    exclude_from_search: bool = False,
    owner: User | None = None,
) -> ContactBook:
    """Return a new book of `by` in `organization`, shared with nobody.

    Anybody who belongs may make books. `owner` is for the operator, who makes it for somebody else. Raises
    `NotVisible` when `by`, and `ValidationError` when the operator's `owner`, does not belong there.
    """
    if (by is None) == (owner is None):
        raise ValueError("Give either `by`, whose book it becomes, or as the operator `owner`.")
    require_role(by, organization)
    if owner is not None:
        require_member(owner, organization)
    if len(description) > _DESCRIPTION:
        raise ValidationError(
            _("The description has %(count)d characters; at most %(most)d fit. Shorten it.")
            % {"count": len(description), "most": _DESCRIPTION},
            code="long",
        )
    book = ContactBook.objects.create(
        organization=organization,
        name=clean_name(name),
        description=description,
        exclude_from_search=exclude_from_search,
        owner=by or owner,
    )
    audit.write(
        Action.BOOK_CREATED, by=by, organization=organization, target=book, detail={"owner": str(book.owner_id)}
    )
    return book


@transaction.atomic
def share_book(*, by: User | None, book: ContactBook, to: User | Team, level: Level) -> None:
    """Let a person or a team of the book's organization use it at `level`, replacing what they had.

    "The entire organization" is its everyone-team (`organizations.services.everyone`). Needs *manage*; locks the
    book. Raises `NotVisible`, `PermissionDenied`, and `ValidationError` for people and teams from elsewhere and
    for the owner, who has every right already.
    """
    locked = lock_to_manage(by=by, book=book)
    _refuse_strangers(locked, [to])
    if level is level_given(locked, to):
        return
    could_see = _can_see(by, locked)
    sharing.grant(locked, to=to, level=level)
    _audit(Action.BOOK_SHARED, by, locked, to, level=level.name.lower())
    _tell_owner(by, locked, could_see=could_see)


@transaction.atomic
def set_sharing(
    *, by: User | None, book: ContactBook, grants: Iterable[tuple[User | Team, Level]], expected: str | None = None
) -> Effects:
    """Share the book with exactly `grants`, whatever it was shared with before; return whose access that changed.

    Needs *manage*; locks the book. `expected` is the key of the effects that the person has agreed to: when they
    are others by now, `AccessChanged` is raised and nothing is written. An audit line for each grant that came,
    went or changed; an admin who thereby comes to see the contacts is named to the owner by mail. Raises
    `NotVisible`, `PermissionDenied` and `ValidationError` as `share_book` does.
    """
    locked = lock_to_manage(by=by, book=book)
    after = dict(grants)
    _refuse_strangers(locked, after)
    before = grants_of(locked)
    changes = effects(locked.owner_id, before, after)
    if expected is not None and changes.key != expected:
        raise AccessChanged(changes)
    could_see = _can_see(by, locked)
    for to, level in before.items():
        if to not in after:
            sharing.revoke(locked, to=to)
            _audit(Action.BOOK_UNSHARED, by, locked, to, before=level.name.lower())
    for to, level in after.items():
        if before.get(to) != level:
            sharing.grant(locked, to=to, level=level)
            _audit(Action.BOOK_SHARED, by, locked, to, level=level.name.lower())
    _tell_owner(by, locked, could_see=could_see)
    return changes


@transaction.atomic
def hand_over(*, by: User | None, book: ContactBook, to: User) -> ContactBook:
    """Make `to`, who must belong to the book's organization, its owner. The old owner keeps *edit*.

    Needs *manage*; locks the book and the new owner's membership. Both owners are told by mail, but for whoever
    did it. Raises `NotVisible`, `PermissionDenied` and `ValidationError`.
    """
    locked = lock_to_manage(by=by, book=book)
    members = OrganizationMembership.objects.filter(organization=locked.organization, user__is_active=True)
    # Held until commit: somebody who is leaving cannot be handed anything.
    if not members.select_for_update(no_key=True, of=("self",)).filter(user=to).exists():
        raise ValidationError(
            _("%(person)s does not belong to %(organization)s. Choose somebody who does.")
            % {"person": to, "organization": locked.organization},
            code="stranger",
        )
    if to.pk == locked.owner_id:
        raise ValidationError(_("%(person)s owns this contact book already.") % {"person": to}, code="owner")
    old = locked.owner
    sharing.revoke(locked, to=to)
    locked.owner = to
    locked.save(update_fields=["owner"])
    if old is not None:
        sharing.grant(locked, to=old, level=Level.EDIT)
        notices.tell_of_hand_over(locked, by=by, old=old, new=to)
    _audit(Action.BOOK_HANDED_OVER, by, locked, to, before=str(old.pk) if old else "")
    return locked


@transaction.atomic
def unshare_book(*, by: User | None, book: ContactBook, to: User | Team) -> None:
    """Take the book from a person or team, at once; what other teams give them stays. Needs *manage*."""
    locked = lock_to_manage(by=by, book=book)
    before = level_given(locked, to)
    if before is None:
        return
    sharing.revoke(locked, to=to)
    _audit(Action.BOOK_UNSHARED, by, locked, to, before=before.name.lower())


def lock_to_manage(*, by: User | None, book: ContactBook) -> ContactBook:
    """Return the book as it is now, locked for this transaction, if `by` may *manage* it.

    Raises `NotVisible` when it does not exist for `by`, `PermissionDenied` when they only use it. The right is
    read after the lock is had, so that one taken away meanwhile is gone here too.
    """
    # FOR UPDATE, not NO KEY UPDATE: whoever writes contacts holds the book's key (`contacts.services.acts`), and
    # must be finished first, or find the right gone.
    locked = ContactBook._base_manager.select_for_update().filter(pk=book.pk, deleted_at=None).first()
    if locked is None:
        raise NotVisible
    if by is not None:
        require_role(by, locked.organization)
        books = ContactBook.objects.filter(pk=locked.pk)
        if not books.for_user(by, at_least=Level.MANAGE).exists():
            if books.for_user(by).exists():
                raise PermissionDenied(_("Only the owner of a book and the organization's admins can do this."))
            raise NotVisible
    return locked


def level_given(book: ContactBook, to: User | Team) -> Level | None:
    """Return the level of the grant that `to` itself holds on `book`, None without one. One query."""
    grants = book.team_grants.filter(group=to) if isinstance(to, Team) else book.user_grants.filter(user=to)
    held = set(grants.values_list("permission__codename", flat=True))
    if sharing.codename(ContactBook, Level.EDIT) in held:
        return Level.EDIT
    return Level.VIEW if held else None


def _refuse_strangers(book: ContactBook, people: Iterable[User | Team]) -> None:
    """Raise `ValidationError` unless all belong to the book's organization and none is its owner. One query."""
    users = []
    for to in people:
        if isinstance(to, Team):
            if to.organization_id != book.organization_id:
                raise ValidationError(
                    _("The team %(team)s is not one of %(organization)s, whose book this is.")
                    % {"team": to, "organization": book.organization},
                    code="stranger",
                )
        elif to.pk == book.owner_id:
            raise ValidationError(
                _("%(person)s owns this book and needs no share of it.") % {"person": to}, code="owner"
            )
        else:
            users.append(to)
    belong = OrganizationMembership.objects.filter(organization=book.organization, user__in=users)
    inside = set(belong.values_list("user_id", flat=True)) if users else set()
    for to in users:
        if to.pk not in inside:
            raise ValidationError(
                _("%(person)s does not belong to %(organization)s. Add them to the organization first.")
                % {"person": to, "organization": book.organization},
                code="stranger",
            )


def _can_see(by: User | None, book: ContactBook) -> bool:
    """Say whether `by` can read the book's contacts. One query; the operator has no need to be told of."""
    return by is None or ContactBook.objects.for_user(by).filter(pk=book.pk).exists()


def _tell_owner(by: User | None, book: ContactBook, *, could_see: bool) -> None:
    """Tell the owner by mail when `by`, who administers the organization, could not see the contacts and now can."""
    if by is not None and not could_see and book.owner is not None and _can_see(by, book):
        notices.tell_of_access(book, by=by, owner=book.owner)


def _audit(action: Action, by: User | None, book: ContactBook, to: User | Team, **detail: str) -> None:
    audit.write(action, by=by, organization=book.organization, target=book, detail={**_named(to), **detail})


def _named(to: User | Team) -> dict[str, str]:
    """Return whom an audit line speaks of."""
    if isinstance(to, Team):
        return {"team": str(to.public_id), "name": str(to)}
    return {"user": str(to.pk), "name": str(to)}
