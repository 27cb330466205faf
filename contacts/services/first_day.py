"""The sample of the first day: made-up people to try everything on, written as one act and taken back as one.

There is one sample for a person in an organization at a time. Its change-set is found by a form key that follows from
the two, which an index holds: nothing else marks the people, and undoing the act by any way removes them.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from books.models import ContactBook
from contacts.first_people import LABEL, first_people
from contacts.models import Change, ChangeKind, ChangeSet, Source
from contacts.services.acts import act
from organizations.models import Organization, User

_NAMESPACE: Final = UUID("7f0c2c39-5e0f-4b57-9f1b-6f2a6f1f7b0e")


def sample_key(user: User, organization: Organization) -> UUID:
    """Return the form key of the sample of `user` in `organization`: always the same, and nobody else's."""
    return uuid5(_NAMESPACE, f"sample people of {user.pk} in {organization.pk}")


def standing_sample(user: User, organization: Organization) -> QuerySet[ChangeSet]:
    """Return the act that loaded the sample, as a query of at most one row: none when it was undone, or when none of
    its people are left outside the trash."""
    undone = ChangeSet.objects.filter(undo_of=OuterRef("pk"), undone_by__isnull=True)
    left = Change.objects.filter(
        change_set=OuterRef("pk"), kind=ChangeKind.CREATE, contact__isnull=False, contact__trashed_at__isnull=True
    )
    return ChangeSet.objects.filter(~Exists(undone), Exists(left), form_key=sample_key(user, organization))


def load_sample_people(*, by: User, book: ContactBook) -> ChangeSet | None:
    """Write the sample people into `book`, which `by` must be able to edit, as one act; return it.

    Returns None, and writes nothing, when their sample stands in the organization already: asked twice at once, the
    second waits for the first. Raises `NotVisible`, `NotAllowed` and `Busy`.
    """
    organization = book.organization
    key = sample_key(by, organization)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sample {key}"])
        if standing_sample(by, organization).exists():
            return None
        # An earlier sample that was taken back gives its key to this one.
        ChangeSet.objects.filter(form_key=key).update(form_key=None)
        with act(by=by, organization=organization, source=Source.SAMPLE, label=LABEL, form_key=key) as writing:
            writing.create(book, first_people())
    return writing.change_set
