"""The pages of the organization: who sees and changes what, and what odd input is told."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations import people
from organizations.models import Organization, OrganizationMembership, Role, Team, TeamMembership
from organizations.services import add_member, everyone
from tests.factories import make_member, make_team, make_user

HERE = "/organization/"


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def text(response):
    return response.content.decode()


def at(cast, person, what="role"):
    membership = OrganizationMembership.objects.get(organization=cast.organization, user=person)
    return f"{HERE}people/{membership.pk}/{what}/"


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# --- The organization --------------------------------------------------------------------------------------------


def test_admins_change_name_and_demand_and_members_read_it(cast):
    response = as_(cast.ada).post(
        HERE + "general/", {"name": " New  name ", "slug": "new-name", "require_second_factor": "on"}
    )
    assert response.status_code == 302
    cast.organization.refresh_from_db()
    assert (cast.organization.name, cast.organization.slug) == ("New name", "new-name")
    assert cast.organization.require_second_factor
    Organization.objects.update(require_second_factor=False)
    page = text(as_(cast.ben).get(HERE + "general/"))
    assert "New name" in page
    assert 'name="slug"' not in page


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        *((name, "fine") for name in ("", "x" * 300, "a\x00b")),
        *(("Fine", slug) for slug in ("", "No good", "-", "ä", "x" * 81, "elsewhere")),
    ],
)
def test_a_name_that_will_not_do_comes_back(cast, name, slug):
    before = Organization.objects.filter(pk=cast.organization.pk).values().get()
    response = as_(cast.ann).post(HERE + "general/", {"name": name, "slug": slug})
    assert response.status_code == 422
    assert "error" in text(response)
    assert Organization.objects.filter(pk=cast.organization.pk).values().get() == before


def test_a_form_acts_on_the_organization_it_was_opened_in(cast):
    add_member(organization=cast.elsewhere, user=cast.ann, role=Role.ADMIN, by=cast.sam)
    client = as_(cast.ann)
    client.post(HERE + "switch/", {"organization": str(cast.elsewhere.pk)})
    client.post(HERE + "general/", {"organization": str(cast.organization.pk), "name": "Meant", "slug": "meant"})
    assert set(Organization.objects.values_list("name", flat=True)) == {"Meant", "Elsewhere"}
    wrong = client.post(HERE + "general/", {"organization": "x", "name": "Wrong", "slug": "wrong"})
    assert wrong.status_code == 404


def test_a_further_organization_is_shown_at_once(cast):
    client = as_(cast.ben)
    response = client.post(HERE + "new/", {"name": "Ben & Co"}, follow=True)
    assert "Ben &amp; Co" in text(response)
    made = Organization.objects.get(name="Ben & Co")
    assert OrganizationMembership.objects.get(organization=made).role == Role.OWNER
    assert client.post(HERE + "new/", {"name": "a\x00"}).status_code == 422
    assert client.post(HERE + "new/", {"name": " "}).status_code == 422


def test_the_menu_switches_between_organizations_and_is_quiet_for_one(cast):
    client = as_(cast.ben)
    menu = "/settings/menu/"
    for page in ("/contacts/", HERE + "people/"):
        assert f'href="{menu}" data-menu' in text(client.get(page))
    assert 'value="' + str(cast.organization.pk) + '" data-radio' not in text(client.get(menu))
    add_member(organization=cast.elsewhere, user=cast.ben, role=Role.MEMBER, by=cast.sam)
    assert text(client.get(menu)).count('name="organization" value="' + str(cast.elsewhere.pk) + '" data-radio') == 1
    client.post(HERE + "switch/", {"organization": str(cast.elsewhere.pk)})
    assert "Sam Stranger" in text(client.get(HERE + "people/"))
    assert "Ann Owner" not in text(client.get(HERE + "people/"))


def test_who_belongs_nowhere_finds_nothing_but_the_way_to_an_organization(cast):
    client = as_(make_user("Nora"))
    for page in ("", "general/", "people/", "teams/", "audit/"):
        assert client.get(HERE + page).status_code == 404
    assert client.get(HERE + "new/").status_code == 200


# --- People ------------------------------------------------------------------------------------------------------


def test_members_see_people_and_no_invitation_or_button(cast):
    as_(cast.ann).post(HERE + "people/invite/", {"email": "ida@example.com", "role": "member"})
    page = text(as_(cast.ben).get(HERE + "people/"))
    assert "Ada Admin" in page
    assert "ida@example.com" not in page
    assert "/role/" not in page
    assert page.count("/remove/") == 1  # leaving oneself
    admin = text(as_(cast.ada).get(HERE + "people/"))
    assert "ida@example.com" in admin
    assert 'value="owner"' not in admin
    assert at(cast, cast.ann) not in admin


def test_roles_are_changed_and_the_last_owner_is_kept(cast):
    client = as_(cast.ann)
    client.post(at(cast, cast.ben), {"role": "admin"}, follow=True)
    assert OrganizationMembership.objects.get(user=cast.ben).role == Role.ADMIN
    response = client.post(at(cast, cast.ann), {"role": "member"}, follow=True)
    assert messages_of(response) == ["Ann Owner is the only owner of Acme. Make somebody else an owner first."]
    assert OrganizationMembership.objects.get(user=cast.ann).role == Role.OWNER
    assert messages_of(client.post(at(cast, cast.ben), {"role": "god"}, follow=True)) == [
        "Choose one of the roles in the list."
    ]
    assert as_(cast.ada).post(at(cast, cast.vic), {"role": "owner"}).status_code == 403
    assert as_(cast.ada).post(at(cast, cast.ann), {"role": "member"}).status_code == 403


@pytest.mark.parametrize(
    ("email", "role"), [("", "member"), ("nobody", "member"), ("i@x.example", "god"), ("i\x00@x.y", "member")]
)
def test_an_invitation_that_will_not_do_comes_back(cast, email, role):
    response = as_(cast.ann).post(HERE + "people/invite/", {"email": email, "role": role})
    assert response.status_code == 422
    assert not cast.organization.invitations.exists()


def test_an_admin_cannot_invite_an_owner(cast):
    response = as_(cast.ada).post(HERE + "people/invite/", {"email": "ida@example.com", "role": "owner"})
    assert response.status_code == 422
    assert not cast.organization.invitations.exists()


def test_people_are_paged_by_name_and_found(cast):
    for number in range(7):
        make_member(cast.organization, f"Zed {number}")
    client = as_(cast.ben)
    whole = people.people_page(cast.organization).rows
    seen, after = [], ""
    while True:
        page = people.people_page(cast.organization, after=after, limit=3)
        seen += page.rows
        if page.next is None:
            break
        after = str(page.next)
    assert [row.pk for row in seen] == [row.pk for row in whole]
    assert len(seen) == 11
    found = client.get(HERE + "people/?q=zed 3").context["page"].rows
    assert [str(row.user) for row in found] == ["Zed 3"]
    for query in ("?q=%00", "?after=x", "?q=nobody%25", "?after=00000000-0000-0000-0000-000000000000"):
        assert client.get(HERE + "people/" + query).status_code == 200
    assert "Sam" not in text(client.get(HERE + "people/?q=sam"))


def test_lists_cost_the_same_for_many(cast):
    def cost(page):
        client = as_(cast.ann)
        client.get(HERE + page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HERE + page).status_code == 200
        return len(queries)

    pages = ("people/", "teams/", "audit/", f"teams/{cast.team.public_id}/")
    as_(cast.ann).post(HERE + "people/invite/", {"email": "first@example.com", "role": "member"})
    before = [cost(page) for page in pages]
    for number in range(20):
        make_team(cast.organization, make_member(cast.organization, f"M {number}"))
        as_(cast.ann).post(HERE + "people/invite/", {"email": f"i{number}@example.com", "role": "member"})
    TeamMembership.objects.bulk_create(
        TeamMembership(organization=cast.organization, team=cast.team, user=member.user)
        for member in cast.organization.memberships.exclude(user__in=[cast.ben, cast.vic])
    )
    assert [cost(page) for page in pages] == before


# --- Teams -------------------------------------------------------------------------------------------------------


def test_a_team_from_making_to_deleting(cast):
    client = as_(cast.ada)
    made = client.post(HERE + "teams/", {"title": "Support"})
    team = Team.objects.get(title="Support")
    assert made.headers["Location"] == f"{HERE}teams/{team.public_id}/"
    here = made.headers["Location"]
    client.post(here + "add/", {"email": cast.ben.email.upper()})
    client.post(here + "add/", {"email": cast.ben.email})
    assert set(team.user_set.all()) == {cast.ben}
    assert "Ben Editor" in text(client.get(here))
    client.post(here, {"title": "Help"})
    assert Team.objects.get(pk=team.pk).title == "Help"
    member = OrganizationMembership.objects.get(user=cast.ben)
    client.post(f"{here}{member.pk}/remove/")
    assert not team.user_set.exists()
    assert client.get(here + "delete/").status_code == 200
    client.post(here + "delete/")
    assert not Team.objects.filter(pk=team.pk).exists()
    assert client.get(here).status_code == 404


def test_nobody_from_elsewhere_is_named_or_added(cast):
    client = as_(cast.ann)
    here = f"{HERE}teams/{cast.team.public_id}/"
    answers = []
    for email in (cast.sam.email, "nobody@example.com"):
        response = client.post(here + "add/", {"email": email})
        assert response.status_code == 422
        answers.append(text(response).replace(email, "…").count("…"))
        assert "Sam Stranger" not in text(response)
    assert answers[0] == answers[1]
    elsewhere = cast.sam.memberships.get().pk
    assert client.post(f"{here}{elsewhere}/remove/").status_code == 404
    assert set(cast.team.user_set.all()) == {cast.ben, cast.vic}


def test_the_team_of_everyone_stays_as_it_is(cast):
    team = everyone(cast.organization)
    here = f"{HERE}teams/{team.public_id}/"
    client = as_(cast.ann)
    ben = OrganizationMembership.objects.get(user=cast.ben)
    assert "/delete/" not in text(client.get(here))
    assert client.post(here, {"title": "All"}).status_code == 422
    client.post(f"{here}{ben.pk}/remove/")
    client.post(here + "delete/")
    team.refresh_from_db()
    assert team.title == "Everyone"
    assert team.user_set.count() == 4
