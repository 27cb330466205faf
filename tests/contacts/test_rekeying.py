"""Another region for an organization: phones are read anew, by a job that may be cut short and overtaken anywhere."""

import random
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from hypothesis import given

from contacts import tasks  # noqa: F401 - registers the job
from contacts.derived import derive
from contacts.document import Info, Kind
from contacts.models import Change, ChangeSet, Contact, ContactHandle
from contacts.services import (
    Busy,
    create_contact,
    delete_book,
    document_of,
    move_contacts,
    rekeying,
    restore_book,
    restore_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
    undo,
)
from contacts.services.housekeeping import erase_deleted_books
from contacts.services.rekeying import change_region, count_dependent, job_of, rekey_batch, run, stale
from jobs.claims import claim
from jobs.models import Job, Lane, State
from jobs.work import Work
from organizations.models import AuditEntry, Organization
from organizations.permissions import NotVisible
from tests.contacts import strategies
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent, index_of, snapshot
from tests.factories import Cast

REGIONS = ["US", "DE", "GB"]
PHONES = ["030 123456", "020 7946 0018", "(212) 555-0100", "+49 30 123456", "desk", "+999 1", ""]
COUNTRIES = ["", "", "", "Germany", "Atlantis"]
STEPS = ["create", "create", "edit", "edit", "star", "move", "trash", "restore", "undo", "region", "step", "step"]
START = {"region": "", "after": "00000000-0000-0000-0000-000000000000", "done": 0}


def someone(source: random.Random):
    """Return the document of somebody whose phone may depend on the region."""
    number = source.randrange(1000)
    document = person(f"P{number}", email=f"p{number}@x.example", phone=source.choice(PHONES))
    if country := source.choice(COUNTRIES):
        address = Info(kind=Kind.ADDRESS, label="home", address={"country": country})
        document = replace(document, infos=(*document.infos, address)).normalised()
    return document


def finish_job(organization: Organization) -> Job:
    """Do the organization's job to its end, as a worker would."""
    while (job := claim(Lane.LONG)) is not None:
        if job.kind == rekeying.KIND:
            run(Work(job))
    return job_of(organization)


def index_follows_rows() -> None:
    """Every living contact's index rows are those of its document in the region that its row names."""
    for contact in Contact.objects.filter(trashed_at__isnull=True):
        derived = derive(document_of(contact), contact.derived_region or "US")
        assert index_of(contact) == (set(derived.tokens), set(derived.handles), derived.search_text)


@given(strategies.documents(kinds=(Kind.PHONE, Kind.ADDRESS, Kind.EMAIL)))
def test_a_document_that_names_no_region_is_the_same_in_all(document):
    one, *others = [derive(document, region) for region in REGIONS]
    for other in others:
        assert (one.region == "") == (other.region == "")
        if not one.region:
            assert one == other


def test_numbers_of_before_are_found_by_their_new_keys_and_the_text_stays(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", phone="020 7946 0018"))
    abroad = create_contact(by=cast.ann, book=cast.book, document=person("Bo", phone="+46 70 123 45 67"))
    changes = Change.objects.count()
    assert count_dependent(cast.ada, cast.organization) == 0
    assert count_dependent(cast.vic, cast.organization) == 1
    job = change_region(by=cast.ada, organization=cast.organization, region=" gb ")
    assert stale(Organization.objects.get(pk=cast.organization.pk))
    assert not ContactHandle.objects.filter(kind="phone", key="+442079460018").exists()
    done = finish_job(cast.organization)
    assert (done.pk, done.state, done.done, done.total) == (job.pk, State.DONE, 1, 1)
    assert ContactHandle.objects.get(kind="phone", key="+442079460018").contact == contact
    for before in (contact, abroad):
        after = Contact.objects.get(pk=before.pk)
        assert (after.version, after.modified_at) == (before.version, before.modified_at)
        assert document_of(after) == document_of(before)
    assert Change.objects.count() == changes
    assert_consistent()
    [line] = AuditEntry.objects.filter(action="organization_changed")
    assert (line.actor_id, line.detail) == (cast.ada.pk, {"region": {"before": "US", "after": "GB"}})


@pytest.mark.parametrize(("who", "error"), [("ben", PermissionDenied), ("vic", PermissionDenied), ("sam", NotVisible)])
def test_only_owners_and_admins_change_it(cast, who, error):
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", phone="020 7946 0018"))
    before = snapshot()
    with pytest.raises(error):
        change_region(by=getattr(cast, who), organization=cast.organization, region="GB")
    assert Organization.objects.get(pk=cast.organization.pk).region == "US"
    assert (snapshot(), job_of(cast.organization)) == (before, None)
    assert not AuditEntry.objects.filter(action="organization_changed").exists()
    assert change_region(by=cast.ann, organization=cast.organization, region="GB") is not None


@pytest.mark.parametrize("region", ["", "XX", "Germany", "\x00"])
def test_what_is_no_region_is_refused_with_a_sentence(cast, region):
    with pytest.raises(ValidationError, match="list"):
        change_region(by=cast.ann, organization=cast.organization, region=region)


def test_the_region_it_has_starts_nothing_but_a_job_that_is_missing(cast):
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", phone="020 7946 0018"))
    assert change_region(by=cast.ann, organization=cast.organization, region="US") is None
    job = change_region(by=cast.ann, organization=cast.organization, region="GB")
    assert change_region(by=cast.ann, organization=cast.organization, region="GB") == job
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, finished_at=job.created_at)
    again = change_region(by=cast.ann, organization=cast.organization, region="GB")
    assert again.pk != job.pk
    assert finish_job(cast.organization).state == State.DONE
    assert_consistent()


def test_a_change_back_stops_the_job_of_the_change_before(cast, monkeypatch):
    monkeypatch.setattr(rekeying, "BATCH", 2)
    for number in range(5):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}", phone=f"020 7946 00{number}1"))
    there = change_region(by=cast.ann, organization=cast.organization, region="GB")
    more, _place = rekey_batch(cast.organization.pk, START)
    assert more
    back = change_region(by=cast.ann, organization=cast.organization, region="US")
    there.refresh_from_db()
    assert (there.state, back.state) == (State.CANCELLED, State.WAITING)
    assert finish_job(cast.organization).total == 2  # those that had been read anew
    assert_consistent()


def test_contacts_of_a_deleted_book_are_read_anew_too_and_those_in_the_trash_when_they_come_back(cast):
    hidden = create_contact(by=cast.ann, book=cast.private, document=person("Ana", phone="020 7946 0018"))
    trashed = create_contact(by=cast.ann, book=cast.book, document=person("Bo", phone="020 7946 0019"))
    trash_contacts(by=cast.ann, contacts=[trashed.pk])
    delete_book(by=cast.ann, book=cast.private)
    change_region(by=cast.ann, organization=cast.organization, region="GB")
    assert finish_job(cast.organization).done == 1
    assert index_of(trashed) == (set(), set(), None)
    restore_contacts(by=cast.ann, contacts=[trashed.pk])
    restore_book(by=cast.ann, book=cast.private)
    for contact in (hidden, trashed):
        assert ContactHandle.objects.filter(contact=contact, kind="phone", key__startswith="+44").exists()
    assert_consistent()


def test_a_batch_finds_nothing_where_others_were_quicker(cast):
    contacts = [
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{n}", phone="020 7946 0018")) for n in range(3)
    ]
    change_region(by=cast.ann, organization=cast.organization, region="GB")
    star_contacts(by=cast.ann, contacts=[contacts[0].pk], starred=True)
    move_contacts(by=cast.ann, contacts=[contacts[1].pk], to=cast.private)
    trash_contacts(by=cast.ann, contacts=[contacts[2].pk])
    assert rekey_batch(cast.organization.pk, START) == (False, START)
    assert_consistent()


def test_erasing_a_book_leaves_no_token_of_a_job_in_between(cast):
    create_contact(by=cast.ann, book=cast.private, document=person("Ana", phone="020 7946 0018"))
    delete_book(by=cast.ann, book=cast.private)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE books_contactbook SET deleted_at = now() - interval '31 days' WHERE id = %s", [cast.private.pk]
        )
    change_region(by=cast.ann, organization=cast.organization, region="GB")
    erase_deleted_books()
    rekey_batch(cast.organization.pk, START)
    while erase_deleted_books():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contacttoken WHERE book_id = %s", [cast.private.pk])
        assert cursor.fetchone() == (0,)


def test_a_batch_costs_a_constant_number_of_statements(cast, django_assert_max_num_queries):
    for number in range(30):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}", phone="020 7946 0018"))
    change_region(by=cast.ann, organization=cast.organization, region="GB")
    with django_assert_max_num_queries(12):
        assert rekey_batch(cast.organization.pk, START)[1]["done"] == 30


def test_what_waits_to_be_read_anew_is_found_through_its_index(cast):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT derived_region, id, book_id FROM contacts_contact WHERE organization_id = %s"
            " AND trashed_at IS NULL AND derived_region <> '' AND derived_region > 'US'"
            " ORDER BY derived_region, id LIMIT 500",
            [cast.organization.pk],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "contacts_by_region" in plan
    assert "Sort" not in plan


def one_step(source: random.Random, cast: Cast, place: dict) -> dict:
    """Let Ann do something that people do, change the region, or the job do a batch; return the job's place."""
    living = list(Contact.objects.filter(trashed_at__isnull=True).order_by("pk"))
    trashed = list(Contact.objects.filter(trashed_at__isnull=False).order_by("pk"))
    acts = ChangeSet.objects.for_user(cast.ann).order_by("pk")
    match source.choice(STEPS):
        case "region":
            change_region(by=cast.ann, organization=cast.organization, region=source.choice(REGIONS))
            return START
        case "step":
            return rekey_batch(cast.organization.pk, place)[1]
        case "restore" if trashed:
            restore_contacts(by=cast.ann, contacts=[source.choice(trashed).pk])
        case "undo" if acts:
            undo(by=cast.ann, change_set=source.choice(acts))
        case "edit" if living:
            contact = source.choice(living)
            new = replace(someone(source), last_name=f"L{source.randrange(99)}")
            to = source.choice([None, cast.book, cast.private])
            save_contact(by=cast.ann, contact=contact, document=new, base_version=contact.version, book=to)
        case "star" if living:
            star_contacts(by=cast.ann, contacts=[source.choice(living).pk], starred=source.random() < 0.5)
        case "move" if living:
            to = source.choice([cast.book, cast.private])
            move_contacts(by=cast.ann, contacts=[source.choice(living).pk], to=to)
        case "trash" if living:
            trash_contacts(by=cast.ann, contacts=[source.choice(living).pk])
        case _:
            create_contact(by=cast.ann, book=cast.book, document=someone(source))
    return place


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_meanwhile_once_the_job_is_done_every_index_row_is_right(cast, seed, monkeypatch):
    monkeypatch.setattr(rekeying, "BATCH", 2)
    source = random.Random(seed)
    place = START
    for _step in range(30):
        place = one_step(source, cast, place)
    index_follows_rows()
    change_region(by=cast.ann, organization=cast.organization, region=source.choice(REGIONS))
    finish_job(cast.organization)
    assert not stale(Organization.objects.get(pk=cast.organization.pk))
    assert_consistent()


def test_the_page_says_what_the_region_does_how_many_it_concerns_and_how_far_it_is(cast, client):
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", phone="020 7946 0018"))
    client.force_login(cast.ann)
    page = client.get("/organization/region/").content.decode()
    assert "numbers of <strong>United States</strong>" in page
    assert "1 of the contacts that you can see has such numbers" in page
    assert "being read anew" not in page
    response = client.post("/organization/region/", {"organization": cast.organization.pk, "region": "GB"})
    assert (response.status_code, response["Location"]) == (302, "/organization/region/")
    page = client.get("/organization/region/", headers={"HX-Request": "true"}).content.decode()
    assert "Phone numbers are being read anew." in page
    assert 'hx-trigger="every 2s"' in page
    assert "<h1>" not in page
    Job.objects.update(progress={"done": 1, "total": 4})
    assert "being read anew: 25 %" in client.get("/organization/region/").content.decode()
    Job.objects.update(state=State.FAILED, finished_at=Now(), error="It broke.")
    page = client.get("/organization/region/").content.decode()
    assert "It broke." in page
    assert "Retry" in page
    assert client.post("/organization/region/", {}).status_code == 422
    client.post("/organization/region/", {"organization": cast.organization.pk, "region": "GB"})
    finish_job(cast.organization)
    page = client.get("/organization/region/").content.decode()
    assert "United Kingdom" in page
    assert "anew:" not in page
    assert "It broke." not in page


def test_the_page_refuses_what_is_no_region_and_says_who_is_busy(cast, client, monkeypatch):
    client.force_login(cast.ada)
    response = client.post("/organization/region/", {"region": "XX"})
    assert response.status_code == 422
    assert "XX is not one of the available choices" in response.content.decode()

    def busy(**_what):
        raise Busy("Contacts are being written right now.")

    monkeypatch.setattr("contacts.views.region.change_region", busy)
    response = client.post("/organization/region/", {"region": "GB"})
    assert response.status_code == 409
    assert "Contacts are being written right now." in response.content.decode()
    assert Organization.objects.get(pk=cast.organization.pk).region == "US"
