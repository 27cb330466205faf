"""The audit list: who did what to rights, tokens, sign-ins and exports. Lines are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.db import models

from organizations.models import AuditEntry, Organization, Team, User


class Action(StrEnum):
    """What an audit line tells of; stored, so never rename one."""

    ORGANIZATION_CREATED = "organization_created"
    ORGANIZATION_CHANGED = "organization_changed"
    USER_CREATED = "user_created"
    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act, not a password
    PASSWORD_RESET = "password_reset"  # noqa: S105 - likewise
    EMAIL_ADDED = "email_added"
    EMAIL_REMOVED = "email_removed"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_ENDED = "password_ended"  # noqa: S105 - likewise
    SESSIONS_ENDED = "sessions_ended"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_USED = "second_factor_used"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    INVITATION_SENT = "invitation_sent"
    INVITATION_REVOKED = "invitation_revoked"
    MEMBER_ADDED = "member_added"
    MEMBER_LEFT = "member_left"
    MEMBER_REMOVED = "member_removed"
    ROLE_CHANGED = "role_changed"
    TEAM_CREATED = "team_created"
    TEAM_RENAMED = "team_renamed"
    TEAM_DELETED = "team_deleted"
    TEAM_MEMBER_ADDED = "team_member_added"
    TEAM_MEMBER_REMOVED = "team_member_removed"
    BOOK_CREATED = "book_created"
    BOOK_SHARED = "book_shared"
    BOOK_UNSHARED = "book_unshared"
    AUDIT_EXPORTED = "audit_exported"
    BOOK_HANDED_OVER = "book_handed_over"
    BOOK_ERASED = "book_erased"
    CONTACTS_ERASED = "contacts_erased"
    CONTACTS_EXPORTED = "contacts_exported"


def write(
    action: Action,
    *,
    by: User | None,
    organization: Organization | None = None,
    target: models.Model | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add one line, in the caller's transaction; one INSERT.

    `by` None: the operator at the command line, or (for a failed sign-in) nobody known. `target`: what it was done
    to; its kind, public id and name are copied. `detail`: ids and switches, never contact data or secrets.
    """
    return AuditEntry.objects.create(
        action=action,
        organization_id=organization.pk if organization else None,
        actor_id=by.pk if by else None,
        actor_name=str(by)[:255] if by else "",
        target_kind=str(target._meta.model_name) if target is not None else "",
        target_id=_public_id(target),
        target_name=str(target)[:255] if target is not None else "",
        detail=dict(detail or {}),
    )


def contacts_exported(
    *, by: User | None, organization: Organization, books: Iterable[tuple[models.Model, int]], file_format: str
) -> None:
    """Add a line for each contact book out of which contacts are taken; one INSERT each.

    Whoever exports calls it before the first byte leaves, in a transaction that is committed by then: an export that
    breaks off was begun, and its line stays. `books`: each book with the number of contacts that are taken out of it
    (all of it, or those chosen), as counted when it begins; every book has a line of its own, so that admins read
    nothing of personal ones. `by` None: the operator. `file_format`: what people call it, as "csv", "vcard".
    """
    for book, number in books:
        detail = {"contacts": number, "format": file_format}
        write(Action.CONTACTS_EXPORTED, by=by, organization=organization, target=book, detail=detail)


def _public_id(target: models.Model | None) -> Any:
    """Return the id that addresses name; a team's primary key is Django's technical number."""
    if target is None:
        return None
    return target.public_id if isinstance(target, Team) else target.pk
