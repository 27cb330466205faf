"""The lists and addresses of the admins' site: paged by key, named by public ids, and asked for who one is first."""

import base64
import json
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.admin_base import ScopedAdmin
from organizations.admin_list import COUNTED
from organizations.admin_site import site
from organizations.models import AuditEntry, Invitation, OrganizationMembership, Role, Team
from organizations.services import invitations
from tests.conventions.test_urls import contents
from tests.factories import PASSWORD, make_book, make_cast, make_member, make_team, share
from tests.signing_in import signed_in_before

pytestmark = pytest.mark.django_db

TEAMS = "/admin/organizations/team/"
PEOPLE = "/admin/organizations/organizationmembership/"
AUDIT = "/admin/organizations/auditentry/"
BOOKS = "/admin/books/contactbook/"
WINDOW = 300  # allauth's own, in seconds


@pytest.fixture
def cast():
    return make_cast()


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def content(response):
    return response.content.decode()


def names(page):
    """Return what the first column of a list names, in order."""
    return [unescape(name) for name in re.findall(r'<th class="field-[^"]+"><a href="[^"]+">([^<]+)</a></th>', page)]


def link(page, rel):
    """Return the address of the page beside this one, None without one."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(found[1]) if found else None


def walk(client, path, rel="next", query=""):
    """Return what each page names, and the query of the last one."""
    pages = []
    while True:
        page = content(client.get(path + query))
        pages.append(names(page))
        following = link(page, rel)
        if following is None:
            return pages, query
        query = following


# --- who one is, asked on entering -------------------------------------------------------------------------------


def test_who_signed_in_long_ago_says_once_more_who_they_are(cast):
    client = as_(cast.ada)
    assert client.get(TEAMS).status_code == 200
    signed_in_before(client, WINDOW + 1)
    for path in ("/admin/", TEAMS + "?q=x", f"{TEAMS}{cast.team.public_id}/change/", "/admin/jsi18n/"):
        asked = client.get(path)
        assert asked.status_code == 302
        to = urlsplit(asked["Location"])
        assert (to.path, parse_qs(to.query)["next"]) == ("/accounts/reauthenticate/", [path])
    # A wrong password opens nothing, the right one leads back to where they were going.
    wrong = client.post("/accounts/reauthenticate/", {"password": "not-this-one-at-all", "next": TEAMS + "?q=x"})
    assert wrong.status_code == 200
    assert client.get(TEAMS).status_code == 302
    right = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": TEAMS + "?q=x"})
    assert right["Location"] == TEAMS + "?q=x"
    assert client.get(TEAMS).status_code == 200


def test_what_is_sent_by_who_signed_in_long_ago_is_done_after_they_said_who_they_are(cast):
    client = as_(cast.ada)
    signed_in_before(client, WINDOW + 1)
    before = contents()
    sent = {
        f"{TEAMS}add/": {"title": "New team"},
        f"{TEAMS}{cast.team.public_id}/change/": {"title": "Renamed"},
        f"{TEAMS}{cast.team.public_id}/delete/": {"post": "yes"},
        f"{BOOKS}{cast.book.pk}/delete/": {"post": "yes"},
    }
    for path, data in sent.items():
        answer = client.post(path, data)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert contents() == before
    client.post("/accounts/reauthenticate/", {"password": "not-this-one-at-all", "next": f"{TEAMS}add/"})
    assert contents() == before
    # What was typed is not lost: the last form that was sent is done once the password is right.
    client.post(f"{TEAMS}add/", {"title": "Typed before"})
    assert not Team.objects.filter(title="Typed before").exists()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": f"{TEAMS}add/"})
    assert Team.objects.filter(title="Typed before", organization=cast.organization).exists()


def test_a_right_that_ended_meanwhile_does_nothing_after_the_confirmation(cast):
    client = as_(cast.ada)
    signed_in_before(client, WINDOW + 1)
    client.post(f"{TEAMS}add/", {"title": "Typed before"})
    OrganizationMembership.objects.filter(user=cast.ada).update(role=Role.MEMBER)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": f"{TEAMS}add/"})
    assert not Team.objects.filter(title="Typed before").exists()


def test_to_whom_the_site_does_not_exist_it_does_not_exist_later_either(cast):
    client = as_(cast.vic)
    signed_in_before(client, WINDOW + 1)
    assert client.get("/admin/").status_code == 404


def test_another_persons_sign_in_in_the_same_browser_counts_for_nothing(cast):
    client = as_(cast.ada)
    session = client.session
    session["account_authentication_methods_user"] = str(cast.ann.pk)
    session.save()
    assert client.get("/admin/")["Location"].startswith("/accounts/reauthenticate/")


# --- ids ----------------------------------------------------------------------------------------------------------


class Attributes(HTMLParser):
    """Collects what a page's elements point to or send."""

    def __init__(self):
        super().__init__()
        self.links, self.values = set(), set()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.links |= {given[name] for name in ("href", "action", "formaction") if given.get(name)}
        self.values |= {given["value"]} if given.get("value") else set()


def test_no_integer_id_stands_in_any_address_or_value(cast, monkeypatch):
    monkeypatch.setattr(ScopedAdmin, "list_per_page", 5)
    # Numbers that nothing else on a page could be.
    with connection.cursor() as sql:
        sql.execute(f"SELECT setval(pg_get_serial_sequence('{Group._meta.db_table}', 'id'), 987654000)")
    teams = [make_team(cast.organization, cast.ben, title=f"Team {number:02}") for number in range(7)]
    share(cast.book, teams[0])
    client = as_(cast.ann)
    made = client.post(f"{TEAMS}add/", {"title": "Made here"}, follow=True)
    changed = client.post(f"{TEAMS}{teams[1].public_id}/change/", {"title": "Changed here"}, follow=True)
    pages = {"made": content(made), "changed": content(changed)}
    line = AuditEntry.objects.get(target_id=teams[0].public_id, action="team_created")
    member = cast.ben.memberships.get()
    for here in (
        "/admin/",
        TEAMS,
        TEAMS + link(content(client.get(TEAMS)), "next"),
        TEAMS + "?o=-2",
        *(f"{TEAMS}{teams[0].public_id}/{view}/" for view in ("change", "history", "delete")),
        f"{TEAMS}add/",
        PEOPLE,
        *(f"{PEOPLE}{member.pk}/{view}/" for view in ("change", "history", "delete")),
        BOOKS,
        *(f"{BOOKS}{cast.book.pk}/{view}/" for view in ("change", "history", "delete")),
        AUDIT,
        f"{AUDIT}{line.pk}/change/",
        f"{AUDIT}{line.pk}/history/",
    ):
        response = client.get(here)
        assert response.status_code == 200, here
        pages[here] = content(response)
    for here, page in pages.items():
        found = Attributes()
        found.feed(page)
        if here.startswith(f"{TEAMS}{teams[0].public_id}"):
            assert any(str(teams[0].public_id) in each for each in found.links)
        assert "987654" not in page, here
        for each in found.links:
            assert not re.search(r"/\d+/", urlsplit(each).path), (here, each)
        assert not [each for each in found.values if each.isdigit() and int(each) > 9], here
    assert client.get(f"{TEAMS}{teams[0].pk}/change/").status_code == 404


def test_addresses_name_rows_by_uuid_alone():
    patterns = [str(each.pattern) for model in site.registered().values() for each in model.get_urls()]
    assert patterns
    assert not [each for each in patterns if "<" in each and "<uuid:" not in each]


# --- pages by key -------------------------------------------------------------------------------------------------


@pytest.fixture
def sixty(cast):
    """Sixty teams beside the cast's, by name."""
    Team.objects.filter(pk=cast.team.pk).delete()
    titles = [f"T{number:02}" for number in range(59)]  # and everyone
    for title in titles:
        make_team(cast.organization, title=title)
    return sorted([*titles, Team.objects.get(organization=cast.organization, everyone=True).title])


def test_pages_forward_and_back_hold_every_row_once(cast, sixty):
    client = as_(cast.ann)
    pages, last = walk(client, TEAMS)
    assert [len(page) for page in pages] == [50, 10]
    assert [*chain(*pages)] == sixty
    back, _query = walk(client, TEAMS, "prev", last)
    assert back == pages[::-1]
    assert content(client.get(TEAMS + last)).count("60 teams") == 1
    assert link(content(client.get(TEAMS)), "prev") is None


def test_rows_that_come_and_go_meanwhile_neither_double_nor_drop_others(cast, sixty):
    client = as_(cast.ann)
    first = content(client.get(TEAMS))
    seen = names(first)
    make_team(cast.organization, title=f"{seen[10]} and a half")
    make_team(cast.organization, title="T99")
    Team.objects.filter(title=seen[-1]).delete()  # the very row that the next page goes on from
    second = content(client.get(TEAMS + link(first, "next")))
    assert seen + names(second) == sorted([*sixty, "T99"])
    make_team(cast.organization, title="T100")
    before = content(client.get(TEAMS + link(second, "prev")))
    assert len(names(before)) == 50
    rest = content(client.get(TEAMS + link(before, "prev")))
    ours = Team.objects.filter(organization=cast.organization)
    assert names(rest) + names(before) + names(second) == sorted(ours.values_list("title", flat=True))
    assert link(rest, "prev") is None


@pytest.mark.parametrize("path", [TEAMS, PEOPLE, AUDIT, BOOKS, "/admin/organizations/invitation/"])
def test_every_order_pages_through_every_row(cast, path, monkeypatch):
    monkeypatch.setattr(ScopedAdmin, "list_per_page", 4)
    client = as_(cast.ann)
    for number in range(7):
        member = make_member(cast.organization, f"Same {number % 3}", email=f"m{number}@example.com")
        make_team(cast.organization, *([member] if number % 2 else []), title=f"Team {number % 4}")
        share(make_book(cast.ann, cast.organization, f"Book {number % 5}"), member)
        invitations.invite(
            by=cast.ann, organization=cast.organization, email=f"i{number}@example.com", role=Role.MEMBER
        )
    rows = {
        TEAMS: Team.objects.filter(organization=cast.organization),
        PEOPLE: OrganizationMembership.objects.filter(organization=cast.organization),
        BOOKS: None,
        AUDIT: AuditEntry.objects.filter(organization_id=cast.organization.pk),
        "/admin/organizations/invitation/": Invitation.objects.filter(organization=cast.organization),
    }[path]
    first = content(client.get(path))
    # The orders that the headers of the list offer, each both ways, alone and with another before it.
    offered = sorted({int(number) for number in re.findall(r"[?&]o=-?(\d+)", unescape(first))})
    orders = ["", *(f"?o={sign}{number}" for number in offered for sign in ("", "-"))]
    orders += [f"?o=-{offered[-1]}.{offered[0]}"]
    assert len(offered) > 1
    for order in orders:
        found, query = [], order
        while query is not None:
            page = content(client.get(path + query))
            found += re.findall(r'<th class="field-\w+[^"]*"><a href="/admin/\w+/\w+/([0-9a-f-]{36})/', page)
            query = link(page, "next")
            assert query is None or not order or order.removeprefix("?") in query
        assert len(found) == len(set(found)), order
        assert len(found) > 6
        if rows is not None:
            assert len(found) == rows.count(), order


def test_pages_keep_search_and_filter(cast):
    for number in range(55):
        make_member(cast.organization, f"Findable {number:02}", email=f"m{number}@example.com")
        make_member(cast.organization, f"Other {number:02}", role=Role.ADMIN, email=f"a{number}@example.com")
    client = as_(cast.ann)
    pages, _query = walk(client, PEOPLE, query="?q=findable&role=member")
    assert [*chain(*pages)] == [f"Findable {number:02}" for number in range(55)]
    pages, _query = walk(client, PEOPLE, query="?role=admin")
    assert len([*chain(*pages)]) == 56  # and Ada
    assert "56 people" in content(client.get(PEOPLE + "?role=admin"))


def test_a_page_costs_the_same_wherever_it_is(cast, sixty, django_assert_max_num_queries):
    client = as_(cast.ann)

    def cost(query):
        with django_assert_max_num_queries(40) as counted:
            page = content(client.get(TEAMS + query))
        return len(counted), page

    few, _page = cost("?q=T00")
    first, page = cost("")
    second, page = cost(link(page, "next"))
    back, _page = cost(link(page, "prev"))
    assert few == first == second == back
    with connection.execute_wrapper(_refuse_offset):
        walk(client, TEAMS)


def _refuse_offset(execute, sql, params, many, context):
    assert " OFFSET " not in sql
    return execute(sql, params, many, context)


def test_of_very_many_rows_the_number_is_cut_and_the_pages_go_on(cast, monkeypatch):
    at = timezone.now()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            action="team_created",
            organization_id=cast.organization.pk,
            actor_name=f"A{n % 7}",
            at=at - timedelta(days=n % 400),
        )
        for n in range(COUNTED + 60)
    )
    client = as_(cast.ann)
    assert re.search(r"More than 1\D?000 audit entries", content(client.get(AUDIT)))
    monkeypatch.setattr(ScopedAdmin, "list_per_page", 300)
    pages, _query = walk(client, AUDIT)
    assert sum(len(page) for page in pages) == AuditEntry.objects.filter(organization_id=cast.organization.pk).count()


@pytest.mark.parametrize(
    "key",
    [
        "after.",
        "after.x",
        "before.W10",  # []
        "after.WyJhIl0",  # one value instead of two
        "after.WyJcdTAwMDAiLCAieCJd",  # NUL
        "after.WyJcdWQ4MDAiLCAiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0",  # half a surrogate pair
        "after.W3t9LCBbXV0",  # [{}, []]
        "after." + "W" * 5000,
        "sideways.WyJhIl0",
        "2",
    ],
)
def test_a_key_that_cannot_be_read_is_the_first_page(cast, sixty, key):
    client = as_(cast.ann)
    for path in (PEOPLE, AUDIT, BOOKS):
        assert client.get(path, {"p": key, "o": "1.-2"}).status_code == 200
    assert names(content(client.get(TEAMS, {"p": key}))) == sixty[:50]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", 10**30, -(10**30), True])
def test_a_key_of_values_that_no_column_can_have_is_no_mistake_of_ours(cast, value):
    client = as_(cast.ann)
    for path in (TEAMS, PEOPLE, AUDIT, BOOKS):
        for column in range(1, 6):
            for named in ([value, str(cast.team.public_id)], [value, value], [value]):
                key = base64.urlsafe_b64encode(json.dumps(named).encode()).decode().rstrip("=")
                assert client.get(path, {"p": f"after.{key}", "o": column}).status_code == 200


def test_a_page_behind_the_end_says_so_and_leads_back(cast, sixty):
    client = as_(cast.ann)
    _pages, last = walk(client, TEAMS)
    Team.objects.filter(title__in=sixty[50:], everyone=False).delete()
    page = content(client.get(TEAMS + last))
    assert names(page) in ([], [sixty[-1]])
    assert re.search(r'<a href="\?">First page</a>', page)
    assert client.get(reverse("admin:organizations_team_changelist") + "?").status_code == 200
