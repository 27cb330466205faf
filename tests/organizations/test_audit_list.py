"""The audit list as owners and admins read it: what is in it, what is not, narrowed, paged and taken away."""

import csv
import io
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from books.services import share_book, unshare_book
from organizations import audit
from organizations.audit import Action
from organizations.audit_list import Filter, audit_page
from organizations.models import AuditEntry, OrganizationMembership
from organizations.services import create_team, everyone
from organizations.sharing import Level
from tests.factories import make_book

LIST = "/organization/audit/"


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def lines(viewer, cast, **wanted):
    """Return every line that `viewer` reads, page by page."""
    found, after = [], None
    while True:
        page = audit_page(viewer, cast.organization, Filter(**wanted), after=after, limit=3)
        found += page.lines
        if page.next is None:
            return found
        after = page.next


def rows_of(response):
    content = b"".join(response.streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_pages_hold_every_line_once_newest_first(cast):
    found = [line.entry for line in lines(cast.ann, cast)]
    assert len(found) == len({entry.pk for entry in found}) > 10
    assert found == sorted(found, key=lambda entry: (entry.at, entry.pk), reverse=True)
    assert {entry.organization_id for entry in found} == {cast.organization.pk}


def test_nothing_of_another_organization_is_in_it(cast):
    audit.write(Action.SIGNED_IN, by=cast.sam, target=cast.sam)
    for viewer in (cast.ann, cast.ada):
        page = as_(viewer).get(LIST).content.decode()
        assert "Sam" not in page
        assert "Elsewhere" not in page
        assert not [line for line in lines(viewer, cast) if line.entry.actor_id == cast.sam.pk]
    assert not lines(cast.ann, cast, person=cast.sam.pk)


def test_sign_ins_of_members_are_in_it_from_joining_to_leaving(cast):
    OrganizationMembership.objects.filter(user=cast.vic).update(joined_at=Now() + timedelta(seconds=60))
    for user in (cast.ben, cast.vic):
        audit.write(Action.SIGNED_IN, by=user, target=user)
    audit.write(Action.SIGN_IN_FAILED, by=None, target=cast.ben)
    told = [(line.entry.action, line.who) for line in lines(cast.ada, cast) if line.entry.organization_id is None]
    assert sorted(told) == [("sign_in_failed", "nobody known"), ("signed_in", "Ben Editor")]


def test_personal_books_do_not_exist_in_it(cast):
    book = make_book(cast.ben, cast.organization, "Secret plans")
    for viewer in (cast.ann, cast.ada):
        assert "Secret plans" not in as_(viewer).get(LIST).content.decode()
        assert "Only Ann" not in str([line.entry.target_name for line in lines(cast.ada, cast)])
        assert not lines(viewer, cast, person=book.pk)
    assert "Only Ann" in [line.entry.target_name for line in lines(cast.ann, cast)]  # her own act
    share_book(by=cast.ben, book=book, to=everyone(cast.organization), level=Level.VIEW)
    unshare_book(by=cast.ben, book=book, to=everyone(cast.organization))
    assert [line.entry.action for line in lines(cast.ada, cast) if line.entry.target_id == book.pk] == [
        "book_unshared",
        "book_shared",
        "book_created",
    ]


def test_it_is_narrowed_by_person_action_and_day(cast):
    create_team(organization=cast.organization, title="New", members=[cast.vic], by=cast.ada)
    by_ada = lines(cast.ann, cast, person=cast.ada.pk)
    assert {"team_created", "team_member_added", "member_added"} == {line.entry.action for line in by_ada}
    assert {line.what for line in lines(cast.ann, cast, action="team_created")} == {"Team made"}
    today = timezone.localdate()
    assert lines(cast.ann, cast, since=today - timedelta(days=1), until=today + timedelta(days=1))
    assert not lines(cast.ann, cast, until=today - timedelta(days=2))
    assert not lines(cast.ann, cast, since=today + timedelta(days=2))


@pytest.mark.parametrize(
    "query",
    ["person=x", "action=nothing", "since=2026-99-99", "since=0001-01-01", "until=9999-12-31", "after=x", "since=%00"],
)
def test_an_odd_filter_narrows_nothing(cast, query):
    response = as_(cast.ann).get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert response.context["page"].lines


def test_words_say_what_happened_and_ids_stay_out(cast):
    page = as_(cast.ada).get(LIST + "?action=book_shared").content.decode()
    assert "Contact book shared" in page
    assert "name: Ben Editor, level: edit" in page
    assert str(cast.ben.pk) not in page.partition("<table")[2]


def test_the_export_holds_the_narrowed_list_and_is_in_it(cast):
    response = as_(cast.ada).post(LIST + "export/", {"action": "book_shared"})
    assert response.headers["Content-Disposition"].startswith('attachment; filename="audit-acme-')
    header, *rows = rows_of(response)
    assert header == ["Time (UTC)", "Who", "What", "Kind", "Concerning", "Details"]
    assert [row[2] for row in rows] == ["Contact book shared"] * 2
    line = AuditEntry.objects.get(action="audit_exported")
    assert (line.actor_id, line.organization_id, line.detail) == (
        cast.ada.pk,
        cast.organization.pk,
        {"action": "book_shared", "lines": 2, "format": "csv"},
    )


def test_exports_of_contacts_are_told_book_by_book(cast):
    audit.contacts_exported(
        by=cast.ann, organization=cast.organization, books=[(cast.book, 12), (cast.private, 3)], file_format="csv"
    )
    page = as_(cast.ada).get(LIST + "?action=contacts_exported").content.decode()
    assert "Contacts exported" in page
    assert "format: csv, contacts: 12" in page
    # A book that was never shared is nobody's business but its owner's.
    assert "Only Ann" not in page
    assert "contacts: 3" not in page
    assert "Only Ann" in as_(cast.ann).get(LIST + "?action=contacts_exported").content.decode()


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-1", "@x", " =1", "＝1", '"quoted", and so on'])
def test_no_cell_is_a_formula(cast, name):
    create_team(organization=cast.organization, title=name, by=cast.ada)
    rows = rows_of(as_(cast.ann).post(LIST + "export/", {"action": "team_created"}))
    (cell,) = [row[4] for row in rows if row[4].lstrip("'") == name.strip()]
    assert cell == (name if name.startswith('"') else f"'{name.strip()}")


def test_members_neither_read_nor_take_it(cast):
    before = AuditEntry.objects.filter(action="audit_exported").count()
    for response in (as_(cast.ben).get(LIST), as_(cast.ben).post(LIST + "export/")):
        assert response.status_code == 403
    assert AuditEntry.objects.filter(action="audit_exported").count() == before


def test_a_person_in_two_organizations_reads_only_where_they_administer(cast):
    OrganizationMembership.objects.create(organization=cast.elsewhere, user=cast.ada)
    client = as_(cast.ada)
    client.post("/organization/switch/", {"organization": str(cast.elsewhere.pk)})
    assert client.get(LIST).status_code == 403
    assert client.post(LIST + "export/", {"organization": str(cast.elsewhere.pk)}).status_code == 403
