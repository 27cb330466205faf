"""The region in which an organization's phones are read, held still while contacts are written.

Index rows are deleted by the keys that the old document gives in the region in which it was derived, so each contact
keeps that region. What has to be excluded is a writer who read the old region, and commits after the job that reads
phones anew has passed: writers share a lock on the region, whoever changes it takes it alone. It is an advisory lock,
since its queue is fair: a lock on the organization's row could be kept from a changer by writers who overlap.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from organizations.models import Organization

_KEY: Final = "hashtextextended('region of {}', 0)"


def hold(organization_id: UUID, *, patience: str) -> None:
    """Keep the organization's region from being changed until the transaction ends. One statement.

    Everybody who writes contacts does this first, and they do not wait for each other. From then on a lock is waited
    for at most `patience`, an interval as PostgreSQL writes it.
    """
    key = _KEY.format(UUID(str(organization_id)))
    with connection.cursor() as cursor:  # constants and a UUID; no parameters, so that it is one round trip
        cursor.execute(f"SET LOCAL lock_timeout = '{patience}'; SELECT pg_advisory_xact_lock_shared({key})")


def hold_alone(organization_id: UUID, *, patience: str) -> None:
    """Wait until nobody writes contacts of the organization, and keep everybody from it until the transaction ends."""
    key = _KEY.format(UUID(str(organization_id)))
    with connection.cursor() as cursor:  # as above
        cursor.execute(f"SET LOCAL lock_timeout = '{patience}'; SELECT pg_advisory_xact_lock({key})")


def in_force(organization_id: UUID) -> str:
    """Return the organization's region (ISO 3166 alpha-2). One query; it stays so once the region is held."""
    return Organization.objects.values_list("region", flat=True).get(pk=organization_id)
