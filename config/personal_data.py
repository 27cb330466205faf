"""Which columns hold personal data, and which do not: each one is in exactly one of the two lists.

Personal is what tells something about a person by itself: names, addresses, numbers, what somebody wrote, and what is
derived from it. A key that only points at such a row is not. Export, erasure, logs and backups of test data go by
these lists; `tests/conventions/test_personal_fields.py` holds that no column is forgotten.
"""

from typing import Final

PERSONAL: Final[dict[str, str]] = {
    "account.EmailAddress": "email",
    "account.EmailConfirmation": "key",
    "admin.LogEntry": "object_repr change_message",
    "books.ContactBook": "name description",
    "contacts.Change": "before after",
    "contacts.ChangeSet": "actor_name label kept",
    "contacts.Contact": (
        "prefix first_name middle_name last_name suffix phonetic_first_name phonetic_middle_name phonetic_last_name "
        "nickname file_as gender pronouns notes avatar infos display_name second_line sort_family sort_given"
    ),
    "contacts.ContactHandle": "key",
    "contacts.ContactMembership": "title department location description",
    "contacts.ContactSearch": "sort_key text",
    "contacts.ContactToken": "token",
    "contacts.Group": "name key",
    "jobs.Job": "payload cursor error",  # what a search looked for, and the name it came to, until the work ends
    "mfa.Authenticator": "data last_used_at",
    "organizations.AuditEntry": "actor_name target_name detail",
    "organizations.Invitation": "email invited_by_name",
    "organizations.Organization": "name slug",
    "organizations.OutgoingMail": "sealed",
    "organizations.Team": "title",
    "organizations.User": "password last_login email name time_zone region picture name_order theme single_keys "
    "own_keys density",
    "sessions.Session": "session_data",
    "sync.Import": "created_by_name file_name stored table layout remarks sentence",
    "sync.ImportOutcome": "cells reason",
    "sync.RememberedMapping": "layout",
    "usersessions.UserSession": "ip user_agent data created_at last_seen_at",
}

NEUTRAL: Final[dict[str, str]] = {
    "account.EmailAddress": "id user verified primary",
    "account.EmailConfirmation": "id email_address created sent",
    "admin.LogEntry": "id action_time user content_type object_id action_flag",
    "auth.Group": "id name",
    "auth.Group_permissions": "id group permission",
    "auth.Permission": "id name content_type codename",
    "books.BookCount": "id book contacts starred",
    "books.BookTeamGrant": "id permission organization group content_object",
    "books.BookUse": "id user organization book",
    "books.BookUserGrant": "id permission user organization content_object",
    "books.ContactBook": "id organization owner frozen_for frozen_at exclude_from_search created_at deleted_at",
    "contacts.Change": "id transaction change_set organization book from_book contact kind version at",
    "contacts.ChangeSet": "id organization actor_id source undo_of form_key started_at finished_at",
    "contacts.Contact": (
        "id organization book starred membership_stamp derived_region version created_at modified_at trashed_at"
    ),
    "contacts.ContactHandle": "organization book contact kind",
    "contacts.ContactMembership": "item contact group book organization position",
    "contacts.ContactSearch": "contact organization book",
    "contacts.ContactToken": "organization book contact tier",
    "contacts.Group": "id organization kind",
    "contacts.KeptGroup": "id group user organization",
    "contacts.PendingPicture": "id name at",
    "contacts.Tombstone": "id organization book contact_id at",
    "contenttypes.ContentType": "id app_label model",
    "guardian.GroupObjectPermission": "id permission content_type object_pk group",
    "guardian.UserObjectPermission": "id permission content_type object_pk user",
    "jobs.Job": (
        "id kind lane organization_id actor_id key state attempts max_attempts run_after fence progress created_at "
        "started_at finished_at"
    ),
    "jobs.Turn": "lane organization_id claimed_at",
    "mfa.Authenticator": "id user type created_at",
    "organizations.AuditEntry": "id organization_id actor_id action target_kind target_id at",
    "organizations.Invitation": "id organization role digest invited_by_id sent_at expires_at",
    "organizations.Organization": "id region require_second_factor created_at",
    "organizations.OrganizationMembership": "id organization user role joined_at",
    "organizations.OutgoingMail": "id created_at",
    "organizations.Team": "group_ptr public_id organization everyone created_at",
    "organizations.TeamMembership": "id organization team user",
    "organizations.UnusedTeamPermission": "id permission content_type object_pk group",
    "organizations.User": "is_superuser id is_active date_joined first_steps_closed",
    "organizations.User_user_permissions": "id user permission",
    "sessions.Session": "session_key expire_date",
    "sync.Import": (
        "id organization book created_by_id size corrected policy state rows_total rows_done created updated unchanged "
        "skipped failed change_set job_id created_at started_at finished_at"
    ),
    "sync.ImportOutcome": "id organization part_of row kind",
    "sync.RememberedMapping": "id organization signature changed_at",
    "usersessions.UserSession": "id user session_key",
}


def personal_fields(label: str) -> frozenset[str]:
    """Return the names of the personal fields of the model with this label ("app.Model"); empty when it has none."""
    return frozenset(PERSONAL.get(label, "").split())
