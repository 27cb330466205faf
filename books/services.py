"""Making contact books and sharing them. What touches contacts (moving, deleting a book) is in `contacts.services`.

Each function is one transaction with its audit line inside, and reads the rights of `by` at that moment; None is the
operator at the command line.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from books.models import ContactBook
from organizations import audit, sharing
from organizations.audit import Action
from organizations.models import Organization, Team, User
from organizations.names import clean_name
from organizations.permissions import NotVisible, require_member, require_role
from organizations.sharing import Level

_DESCRIPTION = 1000


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
    if isinstance(to, Team):
        if to.organization_id != locked.organization_id:
            raise ValidationError(
                _("The team %(team)s is not one of %(organization)s, whose book this is.")
                % {"team": to, "organization": locked.organization},
                code="stranger",
            )
    else:
        require_member(to, locked.organization)
        if to.pk == locked.owner_id:
            raise ValidationError(
                _("%(person)s owns this book and needs no share of it.") % {"person": to}, code="owner"
            )
    if level is level_given(locked, to):
        return
    sharing.grant(locked, to=to, level=level)
    audit.write(
        Action.BOOK_SHARED,
        by=by,
        organization=locked.organization,
        target=locked,
        detail={**_named(to), "level": level.name.lower()},
    )


@transaction.atomic
def unshare_book(*, by: User | None, book: ContactBook, to: User | Team) -> None:
    """Take the book from a person or team, at once; what other teams give them stays. Needs *manage*."""
    locked = lock_to_manage(by=by, book=book)
    before = level_given(locked, to)
    if before is None:
        return
    sharing.revoke(locked, to=to)
    audit.write(
        Action.BOOK_UNSHARED,
        by=by,
        organization=locked.organization,
        target=locked,
        detail={**_named(to), "before": before.name.lower()},
    )


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


def _named(to: User | Team) -> dict[str, str]:
    """Return whom an audit line speaks of."""
    if isinstance(to, Team):
        return {"team": str(to.public_id), "name": str(to)}
    return {"user": str(to.pk), "name": str(to)}
