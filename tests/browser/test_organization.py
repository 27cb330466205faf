"""The organization's pages in a browser: an invitation, a team and a removal without scripts."""

from playwright.sync_api import expect

from organizations.models import Team
from tests.browser.story import newest_link
from tests.factories import PASSWORD


def test_somebody_is_invited_joins_and_gets_a_team_without_scripts(no_worker, cast, open_as):
    ann = open_as(cast.ann, java_script_enabled=False)
    ann.goto("/organization/people/")
    ann.get_by_label("Email", exact=True).fill("ida@example.com")
    ann.get_by_role("button", name="Send invitation").click()
    expect(ann.get_by_text("ida@example.com", exact=True)).to_be_visible()
    ida = open_as(java_script_enabled=False)
    ida.goto(newest_link("ida@example.com"))
    ida.get_by_label("Your name").fill("Ida")
    ida.get_by_label("Password").fill(PASSWORD)
    ida.get_by_role("button", name="Create account and join").click()
    ida.wait_for_url("**/contacts/")
    ida.goto("/organization/people/")
    expect(ida.get_by_text("Ann Owner")).to_be_visible()
    expect(ida.get_by_role("button", name="Send invitation")).to_have_count(0)
    ann.goto("/organization/teams/")
    ann.get_by_label("Name of the team").fill("Support")
    ann.get_by_role("button", name="Create").click()
    ann.get_by_label("Add by email").fill("ida@example.com")
    ann.get_by_role("button", name="Add", exact=True).click()
    expect(ann.get_by_role("button", name="Remove Ida from the team")).to_be_visible()
    assert [str(user) for user in Team.objects.get(title="Support").user_set.all()] == ["Ida"]
    ann.get_by_role("button", name="Remove Ida from the team").click()
    expect(ann.get_by_text("Nobody is in this team yet.")).to_be_visible()
    ann.goto("/organization/people/")
    ann.get_by_role("link", name="Remove Ida").click()
    ann.get_by_role("button", name="Remove").click()
    expect(ann.get_by_text("Ida")).to_have_count(1)  # the sentence that says so
    assert ida.goto("/organization/people/").status == 404
