"""The request as pages for people who are signed in see it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from organizations.models import Organization, OrganizationMembership, User


class SignedInRequest(HttpRequest):
    """For annotations: `LoginRequiredMiddleware`, `HtmxMiddleware` and `CurrentOrganization` have seen the request."""

    user: User
    htmx: HtmxDetails
    memberships: list[OrganizationMembership]
    organization: Organization
    organizations: list[Organization]
    administers: bool
