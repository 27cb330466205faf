"""The organization's pages in a browser: free of what axe finds, and an invitation that works without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from organizations.models import OrganizationMembership, OutgoingMail, Role, Team
from organizations.outgoing import opened
from organizations.services import invitations
from tests.factories import PASSWORD

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


def newest_link():
    message = opened(OutgoingMail.objects.latest("created_at"))
    return re.search(r"https?://[^/]+(/organization/invitation/\S+)", message.body)[1]


def wrong_on(page, address):
    """Return what axe finds on a page, and whether it scrolls sideways."""
    page.goto(address)
    found = {f"{address}: {each['id']}" for each in Axe().run(page, options=RULES).response["violations"]}
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.add(f"{address}: scrolls sideways")
    return found


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_every_page_is_free_of_what_axe_finds(no_worker, cast, open_as, scheme, width):
    invitations.invite(by=cast.ann, organization=cast.organization, email="ida@example.com", role=Role.MEMBER)
    invitation = newest_link()
    ada = OrganizationMembership.objects.get(user=cast.ada)
    team = f"teams/{cast.team.public_id}/"
    page = open_as(
        cast.ann,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        bypass_csp=True,  # axe brings styles
    )
    pages = ("general/", "people/", "teams/", team, team + "delete/", "audit/", "new/", f"people/{ada.pk}/remove/")
    found = set().union(*(wrong_on(page, f"/organization/{each}") for each in pages))
    found |= wrong_on(page, invitation)  # signed in as somebody else
    stranger = open_as(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    found |= wrong_on(stranger, invitation)
    found |= wrong_on(stranger, "/organization/invitation/wrong/")
    assert not found


def test_somebody_is_invited_joins_and_gets_a_team_without_scripts(no_worker, cast, open_as):
    ann = open_as(cast.ann, java_script_enabled=False)
    ann.goto("/organization/people/")
    ann.get_by_label("Email", exact=True).fill("ida@example.com")
    ann.get_by_role("button", name="Send invitation").click()
    assert ann.get_by_text("ida@example.com", exact=True).is_visible()
    ida = open_as(java_script_enabled=False)
    ida.goto(newest_link())
    ida.get_by_label("Your name").fill("Ida")
    ida.get_by_label("Password").fill(PASSWORD)
    ida.get_by_role("button", name="Create account and join").click()
    ida.wait_for_url("**/contacts/")
    ida.goto("/organization/people/")
    assert ida.get_by_text("Ann Owner").is_visible()
    assert ida.get_by_role("button", name="Send invitation").count() == 0
    ann.goto("/organization/teams/")
    ann.get_by_label("Name of the team").fill("Support")
    ann.get_by_role("button", name="Create").click()
    ann.get_by_label("Add by email").fill("ida@example.com")
    ann.get_by_role("button", name="Add", exact=True).click()
    assert ann.get_by_role("button", name="Remove Ida from the team").is_visible()
    assert [str(user) for user in Team.objects.get(title="Support").user_set.all()] == ["Ida"]
    ann.get_by_role("button", name="Remove Ida from the team").click()
    assert ann.get_by_text("Nobody is in this team yet.").is_visible()
    ann.goto("/organization/people/")
    ann.get_by_role("link", name="Remove Ida").click()
    ann.get_by_role("button", name="Remove").click()
    assert ann.get_by_text("Ida").count() == 1  # the sentence that says so
    assert ida.goto("/organization/people/").status == 404
