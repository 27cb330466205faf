"""The admins' site is confined: whatever is registered there, nothing of another organization is shown or written."""

import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlencode, urljoin

import pytest
from django.apps import apps
from django.contrib.admin import site as djangos_own
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse

from books.models import BookTeamGrant, BookUserGrant, ContactBook
from contacts.document import ContactDocument
from contacts.services import create_contact
from organizations.admin_site import site
from organizations.middleware import SESSION_KEY
from organizations.models import AuditEntry, Invitation, Organization, OrganizationMembership, Role, Team
from organizations.services import add_member, everyone, invitations, rename_team
from organizations.sharing import Level
from tests.factories import make_book, make_cast, make_member, make_organization, make_team, make_user, share

pytestmark = pytest.mark.django_db

MODELS = ("organizationmembership", "team", "invitation", "auditentry", "contactbook")


class World:
    """One organization with everything that the site shows, every text in it bearing `mark`."""

    def __init__(self, mark):
        self.mark = mark
        self.owner = make_user(f"{mark} Owner", email=f"{mark}owner@example.com")
        self.organization = make_organization(f"{mark} Firm", owner=self.owner)
        self.admin = make_member(self.organization, f"{mark} Admin", role=Role.ADMIN, email=f"{mark}admin@example.com")
        self.member = make_member(self.organization, f"{mark} Member", email=f"{mark}member@example.com")
        self.team = make_team(self.organization, self.member, title=f"{mark} Team")
        rename_team(team=self.team, title=f"{mark} Crew", by=self.owner)
        self.team.refresh_from_db()
        self.book = make_book(self.owner, self.organization, f"{mark} Book")
        share(self.book, self.team, Level.VIEW)
        share(self.book, self.member, Level.EDIT)
        self.private = make_book(self.owner, self.organization, f"{mark} Hidden")
        create_contact(by=self.owner, book=self.book, document=ContactDocument(first_name=f"{mark}contact"))
        self.invitation = invitations.invite(
            by=self.owner, organization=self.organization, email=f"{mark}new@example.com", role=Role.MEMBER
        )

    def rows(self):
        """Return one row of each model that the site shows, by the model."""
        return {
            OrganizationMembership: OrganizationMembership.objects.get(
                organization=self.organization, user=self.member
            ),
            Team: self.team,
            Invitation: self.invitation,
            AuditEntry: AuditEntry.objects.filter(target_id=self.team.public_id, action="team_created").get(),
            ContactBook: self.book,
        }


class Links(HTMLParser):
    """Collects the links of a page that lead on within the site."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs).get("href") or "")


@pytest.fixture
def ours(db):
    return World("ourmark")


@pytest.fixture
def theirs(db):
    return World("foreignmark")


def as_(person, organization=None):
    client = Client()
    client.force_login(person)
    if organization is not None:
        session = client.session
        session[SESSION_KEY] = str(organization.pk)
        session.save()
    return client


def address(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def key_of(row):
    """Return the id by which addresses name a row."""
    return row.public_id if isinstance(row, Team) else row.pk


def content(response):
    return response.content.decode()


def contents():
    """Return a digest of every row of ours, but for the audit list, which tells of sign-ins too."""
    tables = sorted(
        model._meta.db_table
        for app in ("organizations", "books", "contacts", "sync")
        for model in apps.get_app_config(app).get_models()
        if model is not AuditEntry
    )
    digest = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        for table in tables
    )
    with connection.cursor() as sql:
        sql.execute(digest)
        return sql.fetchall()


def test_what_is_registered_is_what_these_tests_know():
    assert {model._meta.model_name for model in site.registered()} == set(MODELS)
    assert djangos_own._registry == {}


def test_every_filter_is_one_of_ours_and_nothing_reads_a_table_by_itself():
    for model, admin in site.registered().items():
        assert all(isinstance(each, type) and each.__module__.endswith(".admin") for each in admin.list_filter)
        assert [*admin.autocomplete_fields, *admin.raw_id_fields, *admin.inlines] == []
        assert admin.date_hierarchy is None
        assert admin.formfield_for_dbfield(model._meta.pk, None) is None
        assert not admin.list_editable


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_a_crawl_of_everything_meets_nothing_of_others(ours, theirs, role):
    # Somebody who is in both, so that people, shares and rights of both are at hand; this session shows ours.
    person = getattr(ours, role)
    add_member(organization=theirs.organization, user=person, role=Role.ADMIN, by=None)
    share(theirs.book, person, Level.EDIT)
    client = as_(person, ours.organization)
    waiting, seen = ["/admin/"], set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        response = client.get(here)
        assert response.status_code == 200, here
        page = content(response)
        assert "foreignmark" not in page, here
        assert "ourmark Hidden" not in page or role == "owner", here
        assert "ourmarkcontact" not in page, here
        links = Links()
        links.feed(page)
        for link in links.found:
            there = urldefrag(urljoin(here, link)).url
            # Orders and filters that are kept lead to the same pages over and over.
            if there.startswith("/admin/") and not re.search(r"[?&]o=|_changelist_filters", there):
                waiting.append(there)
        assert len(seen) < 500
    for model, admin in site.registered().items():
        assert address(model, "changelist") in seen
        for each in admin.list_filter:
            assert any(f"?{each.parameter_name}=" in url for url in seen), each
    for name in ("Crew", "Member", "Firm", "Book", "new@example.com"):
        assert any("ourmark" in content(client.get(url)) for url in list(seen)[:5]), name


def test_lists_and_pages_show_what_is_ours(ours, theirs):
    client = as_(ours.admin)
    for model, row in ours.rows().items():
        page = content(client.get(address(model, "changelist")))
        assert address(model, "change", key_of(row)) in page, model
        assert client.get(address(model, "change", key_of(row))).status_code == 200
        assert "ourmark" in content(client.get(address(model, "change", key_of(row))))
        assert client.get(address(model, "history", key_of(row))).status_code == 200
    assert "Team made" in content(client.get(address(Team, "history", ours.team.public_id)))


def test_search_finds_nothing_of_others(ours, theirs):
    client = as_(ours.admin)
    for model in site.registered():
        found = content(client.get(address(model, "changelist"), {"q": "foreignmark"}))
        # What was searched for stands in the field and in the links that keep it, and nowhere else.
        assert "foreignmark" not in re.sub(r'q(=|%3D)foreignmark|value="foreignmark"', "", found), model
        assert "ourmark" in content(client.get(address(model, "changelist"), {"q": "ourmark"}))


def test_filters_take_no_value_and_no_column_of_others(ours, theirs):
    client = as_(ours.admin)
    memberships = address(OrganizationMembership, "changelist")
    for query in ({"team": str(theirs.team.public_id)}, {"team": "x"}, {"team": "\x00"}, {"role": "king"}):
        page = content(client.get(memberships, query))
        assert "foreignmark" not in page
        assert "0 people" in page
    books = address(ContactBook, "changelist")
    assert "0 contact books" in content(client.get(books, {"owner": str(theirs.owner.pk)}))
    assert "1 contact book" in content(client.get(books, {"owner": str(ours.owner.pk), "type": "team"}))
    assert "0 contact books" in content(client.get(books, {"owner": str(ours.owner.pk), "type": "users"}))


@pytest.mark.parametrize(
    "query",
    [
        "name__exact=%00",
        "user__password__startswith=a",
        "organization__name__startswith=f",
        "organization=1",
        "id__exact=x",
        "owner__email=x",
        "digest__startswith=a",
    ],
)
def test_no_column_can_be_asked_about_by_the_address(ours, query):
    client = as_(ours.admin)
    for model in site.registered():
        assert client.get(f"{address(model, 'changelist')}?{query}").status_code == 400, model


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 5000,
        "q=%22'%25_",
        "p=99999999999",
        "p=x",
        "p=-1",
        "o=99.x.-7",
        "all=1",
        "e=1",
        "_facets=1",
    ],
)
def test_odd_addresses_of_lists_are_no_mistake_of_ours(ours, query):
    client = as_(ours.admin)
    for model in site.registered():
        response = client.get(f"{address(model, 'changelist')}?{query}", follow=True)
        assert response.status_code in {200, 400, 404}, model
    assert client.get(f"{address(Team, 'changelist')}?e=1&p=777").status_code == 200


def test_malformed_and_unknown_ids_are_not_found(ours):
    client = as_(ours.admin)
    for model in site.registered():
        for key in ("x", "%00", "0", "-1", "9" * 40, "00000000-0000-0000-0000-000000000000", "None", "..%2f"):
            for view in ("change", "history", "delete"):
                path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/{view}/"
                assert client.get(path).status_code == 404, path


def test_what_djangos_site_offers_beyond_is_not_there(ours, theirs):
    client = as_(ours.owner)
    for path in (
        "login/",
        "logout/",
        "password_change/",
        "password_change/done/",
        "r/1/1/",
        f"r/{Team._meta.app_label}/{theirs.team.pk}/",
        "auth/",
        "auth/user/",
        "contacts/",
        f"organizations/user/{ours.member.pk}/password/",
        f"books/contactbook/{theirs.book.pk}/permissions/",
    ):
        assert client.get(f"/admin/{path}").status_code == 404, path
    for model in apps.get_models():
        for field in model._meta.get_fields():
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            if field.is_relation:
                assert client.get("/admin/autocomplete/?" + urlencode(asked)).status_code == 404
    for query in ("_popup=1", "_to_field=id", "_source_model=x"):
        for model in site.registered():
            assert client.get(f"{address(model, 'changelist')}?{query}").status_code == 404


# --- foreign ids, sent ----------------------------------------------------------------------------------------


def test_foreign_objects_are_neither_shown_nor_changed_nor_deleted(ours, theirs):
    client = as_(ours.owner)
    before = contents()
    for model, row in theirs.rows().items():
        for view, data in (
            ("change", {"role": "admin", "title": "Taken", "new_level": "edit"}),
            ("delete", {"post": "yes"}),
            ("history", {}),
        ):
            if view == "delete" and not site.registered()[model].can_delete:
                continue
            path = address(model, view, key_of(row))
            assert client.get(path).status_code == 404, path
            assert client.post(path, data).status_code == 404, path
    assert contents() == before


def test_actions_reach_nothing_foreign(ours, theirs):
    client = as_(ours.owner)
    before = contents()
    chosen = {"_selected_action": [str(theirs.invitation.pk)], "index": "0", "select_across": "1"}
    response = client.post(address(Invitation, "changelist"), {**chosen, "action": "delete_selected"})
    assert response.status_code in {200, 302}
    client.post(address(Invitation, "changelist"), {**chosen, "select_across": "0", "action": "resend"})
    for model in site.registered():
        client.post(address(model, "changelist"), {**chosen, "action": "delete_selected"})
    assert contents() == before


def test_sharing_with_foreign_people_and_teams_is_refused(ours, theirs):
    client = as_(ours.admin)
    path = address(ContactBook, "change", ours.book.pk)
    before = contents()
    response = client.post(path, {"new_level": "edit", "new_people": theirs.member.email})
    assert response.status_code == 200
    assert "Nobody in ourmark Firm signs in with foreignmarkmember@example.com" in content(response)
    stranger = client.post(path, {"new_level": "edit", "new_people": "nobody-at-all@example.com"})
    assert "Nobody in ourmark Firm signs in with nobody-at-all@example.com" in content(stranger)
    kept = {f"team_{ours.team.public_id.hex}": "view", f"person_{ours.member.pk.hex}": "edit", "new_level": "edit"}
    foreign = {f"team_{theirs.team.public_id.hex}": "edit", f"person_{theirs.member.pk.hex}": "edit"}
    assert client.post(path, {**kept, **foreign}).status_code == 302
    assert contents() == before


def test_people_of_elsewhere_come_into_no_team_and_get_no_books(ours, theirs):
    client = as_(ours.owner)
    before = contents()
    for path in (address(Team, "add"), address(Team, "change", ours.team.public_id)):
        response = client.post(path, {"title": "Other", "new_people": theirs.member.email})
        assert response.status_code == 200
        response = client.post(path, {"title": "Other", "gone_people": [str(theirs.member.pk)], "new_people": "\x00"})
        assert response.status_code == 200
    share(ours.private, ours.member)
    ContactBook.objects.filter(pk=ours.private.pk).update(owner=ours.admin)
    before = contents()
    membership = ours.admin.memberships.get()
    path = address(OrganizationMembership, "delete", membership.pk)
    for heir in (str(theirs.member.pk), "x", "\x00", str(ours.admin.pk)):
        response = client.post(path, {"post": "yes", "heir": heir}, follow=True)
        assert "Choose somebody else" in content(response)
    assert contents() == before


def test_a_form_opened_in_another_organization_makes_nothing(ours, theirs):
    add_member(organization=theirs.organization, user=ours.owner, role=Role.ADMIN, by=None)
    client = as_(ours.owner, theirs.organization)
    before = contents()
    opened_in = str(ours.organization.pk)
    for path, data in (
        (address(Team, "add"), {"title": "Meant for ours"}),
        (address(Invitation, "add"), {"email": "ida@example.com", "role": "member"}),
    ):
        response = client.post(path, {**data, "opened_in": opened_in})
        assert "You switched to foreignmark Firm" in content(response)
    assert contents() == before


# --- who may come in, and what they may do ------------------------------------------------------------------------


def test_only_owners_and_admins_of_the_organization_at_hand_come_in(ours, theirs):
    paths = ["/admin/", *(address(model, "changelist") for model in site.registered())]
    for path in paths:
        assert Client().get(path).status_code == 302
        assert "/accounts/login/" in Client().get(path)["Location"]
        assert as_(ours.member).get(path).status_code == 404
        assert as_(make_user()).get(path).status_code == 404
    # An owner elsewhere who is only a member here.
    add_member(organization=ours.organization, user=theirs.owner, role=Role.MEMBER, by=None)
    assert as_(theirs.owner, ours.organization).get("/admin/").status_code == 404
    assert as_(theirs.owner, theirs.organization).get("/admin/").status_code == 200


def test_a_right_taken_away_is_gone_at_the_next_request(ours):
    client = as_(ours.admin)
    assert client.get("/admin/").status_code == 200
    OrganizationMembership.objects.filter(user=ours.admin).update(role=Role.MEMBER)
    before = contents()
    assert client.get("/admin/").status_code == 404
    assert client.post(address(Team, "delete", ours.team.public_id), {"post": "yes"}).status_code == 404
    assert contents() == before


def test_a_superuser_flag_opens_nothing(ours):
    ours.member.is_superuser = True
    ours.member.save()
    assert as_(ours.member).get("/admin/").status_code == 404


def test_admins_change_roles_and_nothing_else_of_people(ours):
    client = as_(ours.admin)
    path = address(OrganizationMembership, "change", ours.rows()[OrganizationMembership].pk)
    page = content(client.get(path))
    assert {*re.findall(r'name="(\w+)"', page)} <= {
        *("csrfmiddlewaretoken", "role", "_save", "robots", "viewport"),
        "color",
    }
    assert 'value="owner"' not in page
    person = OrganizationMembership.objects.get(user=ours.member).user
    sent = {"role": "admin", "email": "x@example.com", "name": "X", "password": "x", "user": str(ours.owner.pk)}
    assert client.post(path, sent).status_code == 302
    ours.member.refresh_from_db()
    assert (ours.member.email, ours.member.name, ours.member.password) == (person.email, person.name, person.password)
    assert OrganizationMembership.objects.get(user=ours.member).role == Role.ADMIN
    line = AuditEntry.objects.get(action="role_changed")
    assert (line.actor_id, line.target_id) == (ours.admin.pk, ours.member.pk)
    assert not LogEntry.objects.exists()


def test_admins_leave_owners_alone_and_nobody_makes_the_last_owner_go(ours):
    owner = ours.owner.memberships.get()
    admin, himself = as_(ours.admin), as_(ours.owner)
    before = contents()
    assert admin.get(address(OrganizationMembership, "change", owner.pk)).status_code == 200
    assert admin.post(address(OrganizationMembership, "change", owner.pk), {"role": "member"}).status_code == 403
    assert admin.post(address(OrganizationMembership, "delete", owner.pk), {"post": "yes"}).status_code == 403
    vic = ours.rows()[OrganizationMembership]
    assert admin.post(address(OrganizationMembership, "change", vic.pk), {"role": "owner"}).status_code == 200
    demoted = himself.post(address(OrganizationMembership, "change", owner.pk), {"role": "member"})
    assert "is the only owner" in content(demoted)
    assert contents() == before


def test_removing_somebody_passes_their_shared_books_on(ours):
    client = as_(ours.owner)
    book = make_book(ours.member, ours.organization, "Passed on")
    share(book, ours.admin)
    path = address(OrganizationMembership, "delete", ours.rows()[OrganizationMembership].pk)
    assert "Passed on" in content(client.get(path))
    assert client.post(path, {"post": "yes", "heir": str(ours.admin.pk)}).status_code == 302
    book.refresh_from_db()
    assert book.owner == ours.admin
    assert not ours.member.memberships.exists()
    assert AuditEntry.objects.filter(action="member_removed", target_id=ours.member.pk, actor_id=ours.owner.pk).exists()


def test_teams_are_made_filled_emptied_and_deleted(ours):
    client = as_(ours.admin)
    made = client.post(address(Team, "add"), {"title": " New  team ", "new_people": ours.member.email.upper()})
    assert made.status_code == 302
    team = Team.objects.get(title="New team")
    assert team.organization == ours.organization
    assert list(team.user_set.all()) == [ours.member]
    path = address(Team, "change", team.public_id)
    sent = {"title": "Renamed", "new_people": ours.owner.email, "gone_people": [str(ours.member.pk)]}
    assert client.post(path, sent).status_code == 302
    assert list(team.user_set.all()) == [ours.owner]
    told = AuditEntry.objects.filter(target_id=team.public_id).values_list("action", flat=True)
    assert {"team_created", "team_renamed", "team_member_added", "team_member_removed"} <= set(told)
    assert client.post(address(Team, "delete", team.public_id), {"post": "yes"}).status_code == 302
    assert not Team.objects.filter(pk=team.pk).exists()
    before = contents()
    all_of_us = everyone(ours.organization)
    assert client.get(address(Team, "change", all_of_us.public_id)).status_code == 200
    assert client.post(address(Team, "change", all_of_us.public_id), {"title": "Mine"}).status_code == 403
    assert client.post(address(Team, "delete", all_of_us.public_id), {"post": "yes"}).status_code == 403
    assert client.post(address(Team, "add"), {"title": "\x00"}).status_code == 200
    assert client.post(address(Team, "add"), {"title": " "}).status_code == 200
    assert contents() == before


def test_sharing_asks_before_access_changes_and_then_does_it(ours):
    client = as_(ours.admin)
    path = address(ContactBook, "change", ours.book.pk)
    names = {f"team_{ours.team.public_id.hex}": "", f"person_{ours.member.pk.hex}": "", "new_level": "view"}
    sent = {**names, "new_people": ours.admin.email}
    before = contents()
    asked = client.post(path, sent)
    assert "1 person gains access. 1 person loses access." in content(asked)
    assert contents() == before
    confirmed = re.search(r'name="confirmed" value="(\w+)"', content(asked))[1]
    assert client.post(path, {**sent, "confirmed": confirmed}).status_code == 302
    assert {grant.user_id for grant in BookUserGrant.objects.filter(content_object=ours.book)} == {ours.admin.pk}
    assert not BookTeamGrant.objects.filter(content_object=ours.book).exists()
    assert AuditEntry.objects.filter(action="book_unshared", actor_id=ours.admin.pk).count() == 2
    # Shared with nobody, it exists for its owner alone.
    sent = {f"person_{ours.admin.pk.hex}": "", "new_level": "view"}
    asked = client.post(path, sent)
    confirmed = re.search(r'name="confirmed" value="(\w+)"', content(asked))[1]
    assert client.post(path, {**sent, "confirmed": confirmed}).status_code == 302
    assert client.get(path).status_code == 404
    assert as_(ours.owner).get(path).status_code == 200


def test_a_share_that_came_after_the_form_was_opened_stays(ours):
    client = as_(ours.admin)
    path = address(ContactBook, "change", ours.book.pk)
    before = contents()
    assert client.post(path, {f"team_{ours.team.public_id.hex}": "view", "new_level": "edit"}).status_code == 302
    assert contents() == before


def test_admins_cannot_send_an_owners_invitation_again(ours):
    Invitation.objects.filter(pk=ours.invitation.pk).update(role=Role.OWNER)
    client = as_(ours.admin)
    before = contents()
    chosen = {"_selected_action": [str(ours.invitation.pk)], "index": "0", "action": "resend"}
    answer = client.post(address(Invitation, "changelist"), chosen, follow=True)
    assert "Only an owner can make somebody an owner." in content(answer)
    assert contents() == before


def test_personal_books_of_others_do_not_exist(ours):
    client = as_(ours.admin)
    before = contents()
    for view, data in (("change", {"new_level": "edit"}), ("delete", {"post": "yes"}), ("history", {})):
        assert client.post(address(ContactBook, view, ours.private.pk), data).status_code == 404
    assert "Hidden" not in content(client.get(address(AuditEntry, "changelist")))
    assert contents() == before


def test_a_deleted_book_goes_to_the_trash(ours):
    client = as_(ours.admin)
    path = address(ContactBook, "delete", ours.book.pk)
    page = content(client.get(path))
    assert "(1)" in page
    assert "ourmarkcontact" not in page
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert ContactBook._base_manager.get(pk=ours.book.pk).deleted_at is not None
    assert client.get(path).status_code == 404


def test_invitations_are_sent_again_and_taken_back(ours, django_capture_on_commit_callbacks):
    client = as_(ours.admin)
    digest = ours.invitation.digest
    assert digest not in content(client.get(address(Invitation, "change", ours.invitation.pk)))
    sent = client.post(address(Invitation, "add"), {"email": "Ida@Example.com", "role": "admin"})
    assert sent.status_code == 302
    assert Invitation.objects.get(email="ida@example.com").organization == ours.organization
    before = contents()
    assert client.post(address(Invitation, "add"), {"email": "y@example.com", "role": "owner"}).status_code == 200
    assert client.post(address(Invitation, "add"), {"email": "ida@example.com", "role": "admin"}).status_code == 200
    assert client.post(address(Invitation, "change", ours.invitation.pk), {"role": "owner"}).status_code == 403
    assert contents() == before
    chosen = {"_selected_action": [str(ours.invitation.pk)], "index": "0", "action": "resend"}
    client.post(address(Invitation, "changelist"), chosen)
    ours.invitation.refresh_from_db()
    assert ours.invitation.digest != digest
    assert client.post(address(Invitation, "delete", ours.invitation.pk), {"post": "yes"}).status_code == 302
    assert not Invitation.objects.filter(pk=ours.invitation.pk).exists()


def test_the_audit_list_is_only_read(ours):
    line = ours.rows()[AuditEntry]
    client = as_(ours.owner)
    before = contents()
    assert client.post(address(AuditEntry, "change", line.pk), {"action": "x"}).status_code == 403
    assert client.get("/admin/organizations/auditentry/add/").status_code == 404
    assert client.post(f"/admin/organizations/auditentry/{line.pk}/delete/", {"post": "yes"}).status_code == 404
    assert contents() == before


def test_lists_cost_the_same_for_one_row_and_for_thirty(ours, django_assert_max_num_queries):
    client = as_(ours.owner)

    def cost(model):
        with django_assert_max_num_queries(40) as counted:
            client.get(address(model, "changelist"))
        return len(counted)

    before = {model: cost(model) for model in site.registered()}
    for number in range(12):
        member = make_member(ours.organization)
        make_team(ours.organization, member)
        share(make_book(member, ours.organization), ours.team)
        invitations.invite(
            by=ours.owner, organization=ours.organization, email=f"n{number}@example.com", role=Role.MEMBER
        )
    assert {model: cost(model) for model in site.registered()} == before


def test_owners_and_admins_are_shown_the_way(ours):
    for person, shown in ((ours.owner, True), (ours.admin, True), (ours.member, False)):
        assert ('href="/admin/"' in content(as_(person).get("/organization/people/"))) is shown


def test_the_cast_meets_no_name_of_elsewhere():
    cast = make_cast()
    pages = [content(as_(cast.ada).get(address(model, "changelist"))) for model in site.registered()]
    assert not any(word in page for page in pages for word in ("Sam Stranger", "Elsewhere", "Foreign", "Only Ann"))
    assert Organization.objects.count() == 2
