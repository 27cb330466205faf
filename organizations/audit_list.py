"""Reading the audit list on behalf of an organization's owners and admins.

They see what was done in the organization, and what people who belong to it did with their accounts since they joined.
Lines about a book that was never shared tell of somebody's personal book: only whoever wrote them sees those.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from organizations.audit import Action
from organizations.models import AuditEntry, Organization, OrganizationMembership, Role, User

A_PAGE: Final = 50
_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines are wanted. `since` and `until` are days in the time zone that is active; both are included."""

    person: UUID | None = None
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown: an entry and its words."""

    entry: AuditEntry
    what: str
    detail: str

    @property
    def who(self) -> str:
        """Who did it."""
        if self.entry.actor_name:
            return self.entry.actor_name
        return _("nobody known") if self.entry.action in _BY_STRANGERS else _("the operator")


_BY_STRANGERS: Final = {
    Action.SIGN_IN_FAILED.value,
    Action.SECOND_FACTOR_FAILED.value,
    Action.PASSWORD_ENDED.value,
}


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines, newest first, and the id of the last one when more follow."""

    lines: list[Line]
    next: UUID | None


def audit_page(
    viewer: User, organization: Organization, wanted: Filter, *, after: UUID | None = None, limit: int = A_PAGE
) -> AuditPage:
    """Return one page of the list, newest first. `after`: the last line of the page before. Three queries at most.

    The caller has checked that `viewer` administers the organization.
    """
    last = AuditEntry.objects.filter(pk=after).first() if after else None
    # Two indexes in the order of the list, each read as far as the page needs, instead of one query for both.
    found = [
        entry
        for scope in (of_organization(viewer, organization), _of_people(organization))
        for entry in _narrowed(scope, wanted, last).order_by("-at", "-id")[: limit + 1]
    ]
    found.sort(key=lambda entry: (entry.at, entry.pk), reverse=True)
    lines = [in_words(entry) for entry in found[:limit]]
    return AuditPage(lines, lines[-1].entry.pk if len(found) > limit else None)


def audit_count(viewer: User, organization: Organization, wanted: Filter) -> int:
    """Return how many lines `audit_csv` gives. Two queries, which read them all."""
    scopes = (of_organization(viewer, organization), _of_people(organization))
    return sum(_narrowed(scope, wanted, None).count() for scope in scopes)


def audit_csv(viewer: User, organization: Organization, wanted: Filter) -> Iterator[bytes]:
    """Yield the list as CSV for spreadsheets: UTF-8 with its mark, times in UTC, formulas disarmed. Page by page."""
    header = [_("Time (UTC)"), _("Who"), _("What"), _("Kind"), _("Concerning"), _("Details")]
    yield b"\xef\xbb\xbf" + _rows([header])
    after: UUID | None = None
    while True:
        page = audit_page(viewer, organization, wanted, after=after, limit=_BATCH)
        if page.lines:
            yield _rows([_cells(line) for line in page.lines])
        if page.next is None:
            return
        after = page.next


def in_words(entry: AuditEntry) -> Line:
    """Return an entry with the words that show it."""
    return Line(entry, action_label(entry.action), _detail(entry))


def action_label(action: str) -> str:
    """Return what an action is called on the screen."""
    label = _LABELS.get(action)
    return str(label) if label else action.replace("_", " ").capitalize()


def action_choices() -> list[tuple[str, str]]:
    """Return all actions with what they are called, by name."""
    return sorted(((action.value, action_label(action.value)) for action in Action), key=lambda pair: pair[1])


def of_organization(viewer: User, organization: Organization) -> QuerySet[AuditEntry]:
    """Return what was done there, without lines about books that were never shared, unless `viewer` did it."""
    shared = AuditEntry.objects.filter(
        action=Action.BOOK_SHARED, target_id=OuterRef("target_id"), organization_id=organization.pk
    )
    open_to_admins = ~Q(target_kind="contactbook") | Q(actor_id=viewer.pk) | Exists(shared)
    return AuditEntry.objects.filter(open_to_admins, organization_id=organization.pk)


def _of_people(organization: Organization) -> QuerySet[AuditEntry]:
    """Return what people who belong did with their accounts since they joined."""
    belongs = OrganizationMembership.objects.filter(
        organization=organization, user=OuterRef("target_id"), joined_at__lte=OuterRef("at")
    )
    return AuditEntry.objects.filter(Exists(belongs), organization_id=None)


def _narrowed(scope: QuerySet[AuditEntry], wanted: Filter, last: AuditEntry | None) -> QuerySet[AuditEntry]:
    if wanted.person:
        scope = scope.filter(Q(actor_id=wanted.person) | Q(target_id=wanted.person))
    if wanted.action:
        scope = scope.filter(action=wanted.action)
    zone = timezone.get_current_timezone()
    if wanted.since:
        scope = scope.filter(at__gte=datetime.combine(wanted.since, time.min, zone))
    if wanted.until:
        scope = scope.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    if last is not None:
        scope = scope.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    return scope


def _detail(entry: AuditEntry) -> str:
    """Return the details of a line in words; ids are left out, for they say nothing to people."""
    told = []
    for key, value in entry.detail.items():
        words = _value(value)
        if words:
            told.append(f"{key.replace('_', ' ')}: {words}")
    return ", ".join(told)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return " → ".join(_value(value.get(side)) or "–" for side in ("before", "after"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value)
    if text in Role.values:
        return str(Role(text).label)
    return "" if _ID.fullmatch(text) else text


_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Behind blanks and what cannot be seen, a spreadsheet takes these for the beginning of a formula.
_FORMULA: Final = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\t\r\n|＝＋－＠]")


def _cells(line: Line) -> list[str]:
    entry = line.entry
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return [at, line.who, line.what, entry.target_kind, entry.target_name, line.detail]


def _rows(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return text.getvalue().encode(errors="replace")


_LABELS: Final = {
    Action.ORGANIZATION_CREATED.value: _lazy("Organization made"),
    Action.ORGANIZATION_CHANGED.value: _lazy("Organization changed"),
    Action.USER_CREATED.value: _lazy("Account made by the operator"),
    Action.SIGNED_UP.value: _lazy("Signed up"),
    Action.SIGNED_IN.value: _lazy("Signed in"),
    Action.SIGNED_OUT.value: _lazy("Signed out"),
    Action.SIGN_IN_FAILED.value: _lazy("Sign-in failed"),
    Action.PASSWORD_CHANGED.value: _lazy("Password changed"),
    Action.PASSWORD_RESET.value: _lazy("Password set anew by mail"),
    Action.EMAIL_ADDED.value: _lazy("Email added to the account"),
    Action.EMAIL_REMOVED.value: _lazy("Email removed from the account"),
    Action.EMAIL_VERIFIED.value: _lazy("Email confirmed"),
    Action.EMAIL_CHANGED.value: _lazy("Main email changed"),
    Action.PASSWORD_ENDED.value: _lazy("Password ended by confirming the email"),
    Action.SESSIONS_ENDED.value: _lazy("Other sessions ended"),
    Action.SECOND_FACTOR_ADDED.value: _lazy("Second factor added"),
    Action.SECOND_FACTOR_REMOVED.value: _lazy("Second factor removed"),
    Action.SECOND_FACTOR_USED.value: _lazy("Second factor used"),
    Action.SECOND_FACTOR_FAILED.value: _lazy("Second factor failed"),
    Action.RECOVERY_CODES_MADE.value: _lazy("Recovery codes made"),
    Action.INVITATION_SENT.value: _lazy("Invitation sent"),
    Action.INVITATION_REVOKED.value: _lazy("Invitation taken back"),
    Action.MEMBER_ADDED.value: _lazy("Joined the organization"),
    Action.MEMBER_LEFT.value: _lazy("Left the organization"),
    Action.MEMBER_REMOVED.value: _lazy("Removed from the organization"),
    Action.ROLE_CHANGED.value: _lazy("Role changed"),
    Action.TEAM_CREATED.value: _lazy("Team made"),
    Action.TEAM_RENAMED.value: _lazy("Team renamed"),
    Action.TEAM_DELETED.value: _lazy("Team deleted"),
    Action.TEAM_MEMBER_ADDED.value: _lazy("Put into a team"),
    Action.TEAM_MEMBER_REMOVED.value: _lazy("Taken out of a team"),
    Action.BOOK_CREATED.value: _lazy("Contact book made"),
    Action.BOOK_SHARED.value: _lazy("Contact book shared"),
    Action.BOOK_UNSHARED.value: _lazy("Share of a contact book ended"),
    Action.BOOK_HANDED_OVER.value: _lazy("Contact book handed over"),
    Action.BOOK_ERASED.value: _lazy("Contact book deleted for good"),
    Action.CONTACTS_ERASED.value: _lazy("Contacts deleted for good"),
    Action.CONTACTS_EXPORTED.value: _lazy("Contacts exported"),
    Action.AUDIT_EXPORTED.value: _lazy("Audit list exported"),
}
"""What the screen calls an action; one that is not here is called by its stored name."""
