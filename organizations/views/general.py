"""Pages about the organization itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from organizations.middleware import choose


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Show another of the person's organizations from now on in this session, and go to `next` or the contacts."""
    try:
        wanted = UUID(request.POST.get("organization", ""))
    except ValueError:
        raise Http404 from None
    if not choose(request, wanted):
        raise Http404
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/contacts/"
    return HttpResponseRedirect(following)
