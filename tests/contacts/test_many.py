"""Many contacts at once: what is done to whom, what is left and why, once however often it is sent, undone as one."""

import re
import uuid
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from books.services import share_book, unshare_book
from contacts import tasks  # noqa: F401 - registers the job
from contacts.models import Change, ChangeSet, Contact, ContactMembership, Group, KeptGroup
from contacts.services import act, many, trash_contacts
from contacts.services.forgetting import forget_searches
from contacts.services.many import AT_ONCE, Deed, Selection, Verb, do_many
from contacts.services.selections import BATCH, MOST_NAMED
from contacts.services.undoing import start_undo
from jobs.claims import claim
from jobs.models import Job, Lane, State
from jobs.services import cancel
from jobs.work import Cancelled, Refused, Work
from organizations.models import Role
from organizations.services import add_member
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent, snapshot
from tests.contacts.test_two_at_once import in_threads
from tests.contacts.test_views_cards import message_of
from tests.contacts.test_views_lists import HTMX, add, rows, signed_in
from tests.factories import make_book, make_cast, personal_book, share

MANY = "/contacts/many/"


def people(cast, number, book=None, **more):
    """Write people by the hundred; return their ids."""
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        return writing.create(book or cast.book, [person(f"P{each:04}", "Same", **more) for each in range(number)])


def ids(contacts):
    return [str(each.pk) for each in contacts]


def said(response):
    """Return what a page says after an act."""
    return re.sub(r"\s+", " ", " ".join(re.findall(r'<div class="toast".*?<p>(.*?)</p>', response.text, re.DOTALL)))


def in_book(book):
    return Contact.objects.filter(book=book, trashed_at__isnull=True).count()


def the(name, kind="group"):
    return Group.objects.get(name=name, kind=kind)


# --- at once -----------------------------------------------------------------------------------------------------


def test_contacts_are_moved_together_and_back_by_one_undo(cast):
    three = [add(cast, name) for name in ("Ana", "Ben", "Cleo")]
    client = signed_in(cast.ann)
    answer = client.post(MANY, {"do": "move", "contact": ids(three), "to": cast.private.pk}, follow=True)
    assert said(answer) == "3 contacts moved to Only Ann."
    assert in_book(cast.private) == 3
    [change_set] = ChangeSet.objects.filter(label="Move contacts to Only Ann")
    assert change_set.finished_at is not None
    assert f"/changes/{change_set.pk}/undo/" in answer.text
    client.post(f"/changes/{change_set.pk}/undo/")
    assert in_book(cast.book) == 3
    assert_consistent()


def test_a_group_is_joined_and_left_a_company_set_and_stars_given(cast):
    both = [add(cast, "Ana", company="Old"), add(cast, "Ben", groups=["VIP"])]
    client = signed_in(cast.ben)

    def do(verb, **more):
        return said(client.post(MANY, {"do": verb, "contact": ids(both), **more}, follow=True))

    assert do("join", to=the("VIP").pk) == "1 contact added to VIP, 1 was there already."
    assert do("join", new="Partners") == "2 contacts added to Partners."
    assert do("leave", to=the("VIP").pk) == "2 contacts removed from VIP."
    assert do("company", new="Acme") == "Company of 2 contacts set to Acme."
    assert do("star") == "2 contacts starred."
    assert do("star") == "Nothing changed, 2 were so already."
    assert do("unstar") == "2 contacts unstarred."
    members = Counter(ContactMembership.objects.values_list("group__name", flat=True))
    assert members == {"Partners": 2, "Acme": 2}
    assert do("delete") == "2 contacts deleted."
    assert in_book(cast.book) == 0
    assert_consistent()


def test_what_may_only_be_viewed_is_skipped_and_named(cast):
    mine, yours = add(cast, "Mine", book=make_book(cast.vic, cast.organization, "Vic's"), by=cast.vic), add(cast, "Zoë")
    answer = signed_in(cast.vic).post(MANY, {"do": "delete", "contact": ids([mine, yours])}, follow=True)
    assert said(answer) == "1 contact deleted, 1 skipped: you can only view it (Zoë)."
    assert set(Contact.objects.filter(trashed_at__isnull=False)) == {mine}
    change_set = ChangeSet.objects.get(label="Delete contacts")
    assert "Zoë: you can only view it" in signed_in(cast.vic).get(f"/changes/{change_set.pk}/").text
    # Nobody else learns of it.
    assert signed_in(cast.sam).get(f"/changes/{change_set.pk}/").status_code == 404


def test_what_is_not_there_any_more_is_skipped_and_so_is_what_never_was_for_one(cast):
    here, gone = add(cast, "Here"), add(cast, "Gone")
    trash_contacts(by=cast.ann, contacts=[gone.pk])
    hidden, foreign = add(cast, "Hidden", book=cast.private), add(cast, "Foreign", book=cast.foreign, by=cast.sam)
    for other in (str(gone.pk), str(uuid.uuid4()), str(hidden.pk), str(foreign.pk)):
        for starred in ("star", "unstar"):
            answer = signed_in(cast.ben).post(MANY, {"do": starred, "contact": [str(here.pk), other]}, follow=True)
            assert said(answer) == f"1 contact {starred}red, 1 skipped: it is not there any more."
    assert not Contact.objects.filter(starred=True).exists()


def test_who_may_change_none_of_them_is_refused_and_nothing_is_written(cast):
    contact = add(cast, "Ana", groups=["VIP"])
    hidden = add(cast, "Hidden", book=cast.private)
    viewed = make_book(cast.ann, cast.organization, "Viewed")
    share(viewed, cast.ben, Level.VIEW)
    before = snapshot()
    for user, data, status in (
        (cast.vic, {"do": "delete", "contact": contact.pk}, 403),
        (cast.ben, {"do": "delete", "contact": hidden.pk}, 404),
        (cast.sam, {"do": "delete", "contact": contact.pk}, 404),
        (cast.ada, {"do": "star", "contact": contact.pk}, 404),
        (cast.ben, {"do": "move", "contact": contact.pk, "to": viewed.pk}, 403),
        (cast.ben, {"do": "move", "contact": contact.pk, "to": cast.private.pk}, 404),
        (cast.ann, {"do": "move", "contact": contact.pk, "to": cast.foreign.pk}, 404),
        (cast.ben, {"do": "join", "contact": contact.pk, "to": uuid.uuid4()}, 404),
        (cast.ada, {"do": "join", "contact": contact.pk, "to": the("VIP").pk}, 404),
        (cast.ben, {"do": "company", "contact": contact.pk, "to": the("VIP").pk}, 404),
        (cast.ben, {"do": "star", "contact": "nonsense"}, 404),
        (cast.ben, {"do": "move", "contact": contact.pk, "to": "nonsense"}, 404),
        (cast.sam, {"do": "star", "all": "1", "organization": cast.organization.pk}, 404),
    ):
        assert signed_in(user).post(MANY, data).status_code == status, (user, data)
    assert snapshot() == before


def test_a_get_asks_and_never_writes(cast):
    contact = add(cast, "Ana")
    before = snapshot()
    client = signed_in(cast.ann)
    page = client.get(MANY, {"do": "move", "contact": contact.pk, "to": ""})
    assert "Move 1 contact to…" in page.text
    for query in (
        {"do": "move", "contact": contact.pk, "to": cast.private.pk},
        {"do": "delete", "contact": contact.pk},
    ):
        assert client.get(MANY, query).status_code == 302
    assert client.get(MANY).status_code == 302
    assert snapshot() == before


def test_nothing_selected_is_said(cast):
    client = signed_in(cast.ann)
    for data in ({"do": "delete"}, {"do": ""}, {"do": "dance", "contact": str(uuid.uuid4())}):
        assert "Select contacts first" in client.post(MANY, data, follow=True).text
    many_ids = " ".join(str(uuid.uuid4()) for _each in range(MOST_NAMED + 1))
    too_many = client.post(MANY, {"do": "star", "contact": many_ids}, follow=True)
    assert "Select all of the list." in said(too_many)
    refused = client.post(MANY, {"do": "join", "contact": ids([add(cast, "Ana")]), "new": " "}, follow=True)
    assert "Type a name" in refused.text


def test_the_steps_offer_what_may_be_chosen_and_nothing_else(cast):
    contact = add(cast, "Ana", groups=["VIP", "Friends"])
    add(cast, "Hidden", book=cast.private, groups=["Secret"], company="Hidden Inc")
    viewed = make_book(cast.ann, cast.organization, "Viewed only")
    share(viewed, cast.ben, Level.VIEW)
    client = signed_in(cast.ben)

    def offered(verb, find=""):
        page = client.post(MANY, {"do": verb, "contact": contact.pk, "find": find}, headers=HTMX)
        assert page.status_code == 200
        return re.findall(
            r'name="(?:to|new)" value="[^"]+">.*?<(?:bdi|span class="wrap")>(.*?)</', page.text, re.DOTALL
        )

    assert offered("move") == ["Personal", "Clients"]
    assert offered("move", "CLI") == ["Clients"]
    assert offered("join") == offered("leave") == ["Friends", "VIP"]
    assert offered("join", "vi") == ["VIP", "Create “vi”"]
    assert offered("join", "vip") == ["VIP"]
    assert offered("join", "secret") == ["Create “secret”"]
    assert offered("leave", "secret") == []
    assert offered("company") == []
    assert offered("company", "Acme") == ["Create “Acme”"]


def test_a_list_asked_for_in_one_organization_is_not_that_of_another(cast):
    add(cast, "Ana")
    other = make_cast()
    add(other, "Theirs")
    add_member(organization=other.organization, user=cast.ann, role=Role.MEMBER, by=None)
    share(other.book, cast.ann, Level.EDIT)
    client = signed_in(cast.ann)
    client.post("/organization/switch/", {"organization": other.organization.pk})
    sent = {"do": "delete", "all": "1", "organization": cast.organization.pk}
    assert said(client.post(MANY, sent, follow=True)) == "1 contact deleted."
    assert in_book(other.book) == 1


def test_the_answer_to_a_script_brings_what_changed(cast):
    one, two = add(cast, "Ana"), add(cast, "Ben", book=make_book(cast.ann, cast.organization))
    share(two.book, cast.vic, Level.EDIT)
    client = signed_in(cast.vic)
    piece = client.post(MANY, {"do": "star", "contact": ids([one, two])}, headers=HTMX)
    assert piece.status_code == 200
    assert "<html" not in piece.text
    assert f'data-replace="row-{two.pk}"' in piece.text
    assert 'data-inner="sidebar"' in piece.text
    moved = {"do": "move", "contact": one.pk, "to": cast.private.pk}
    gone = signed_in(cast.ann).post(f"{MANY}?book={cast.book.pk}", moved, headers=HTMX)
    assert f'data-remove="row-{one.pk}"' in gone.text
    assert 'id="list-count">0<' in gone.text


def test_the_last_of_a_group_leave_and_its_list_is_left_too(cast):
    contact = add(cast, "Ana", groups=["VIP"])
    group = the("VIP")
    data = {"do": "leave", "contact": contact.pk, "to": group.pk, "next": f"/groups/{group.pk}/"}
    answer = signed_in(cast.ben).post(f"{MANY}?group={group.pk}", data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contacts/")
    assert not KeptGroup.objects.exists()


def test_a_selection_is_handed_to_the_export(cast):
    three = [add(cast, name) for name in ("Ana", "Ben", "Cleo")]
    client = signed_in(cast.vic)
    answer = client.post(MANY, {"do": "export", "contact": ids(three[:2])}, follow=True)
    assert "Export the selected contacts" in answer.text
    assert "2 contacts" in answer.text
    sent = {"do": "export", "all": "1", "contact": ids(three[:1])}
    whole = client.post(f"{MANY}?book={cast.book.pk}", sent, follow=True)
    assert "Export Clients" in whole.text


def test_queries_do_not_grow_with_the_contacts(cast):
    counted = []
    for number in (2, 60):
        chosen = people(cast, number)
        with CaptureQueriesContext(connection) as queries:
            do_many(by=cast.ann, selection=Selection(cast.organization, chosen), deed=Deed(Verb.STAR))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_same_form_twice_is_one_act(cast):
    contact = add(cast, "Ana")
    client = signed_in(cast.ann)
    sent = {"do": "delete", "contact": contact.pk, "key": uuid.uuid4()}
    for _time in range(2):
        assert said(client.post(MANY, sent, follow=True)) in {"Ana deleted.", "1 contact deleted."}
    assert ChangeSet.objects.filter(label="Delete contacts").count() == 1
    # The key of somebody else's form is none.
    other = add(cast, "Ben")
    answer = signed_in(cast.ben).post(MANY, {**sent, "contact": other.pk}, follow=True)
    assert said(answer) == "Ben deleted."


def test_a_list_is_what_its_filters_say(cast):
    add(cast, "Ana", company="Acme", groups=["VIP"])
    add(cast, "Ben", company="Acme")
    add(cast, "Cleo", groups=["VIP"], starred=True)
    add(cast, "Dora", book=cast.private, groups=["VIP"], email="dora@x.example", phone="+46 8 1")
    client = signed_in(cast.ann)

    def starred(query):
        Contact.objects.update(starred=False)
        Contact.objects.filter(first_name="Cleo").update(starred=True)
        client.post(f"{MANY}?{query}", {"do": "unstar" if "starred" in query else "star", "all": "1"})
        return set(Contact.objects.filter(starred=True).values_list("first_name", flat=True)) - {"Cleo"}

    vip, acme = the("VIP").pk, the("Acme", "company").pk
    assert starred(f"group={vip}") == {"Ana", "Dora"}
    assert starred(f"group={vip}&company={acme}") == {"Ana"}
    assert starred(f"group={vip}&book={cast.private.pk}") == {"Dora"}
    assert starred("q=acme") == {"Ana", "Ben"}
    assert starred("incomplete=1") == {"Ana", "Ben"}
    starred("starred=1")
    assert not Contact.objects.filter(starred=True).exists()


# --- above 200 ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(cast):
    """More than a few batches in Ann's shared book."""
    people(cast, 2 * BATCH + 30)
    return 2 * BATCH + 30


def begun(cast, by=None, **more):
    """Return the job and change-set of an act on the whole book, claimed."""
    deed = more.pop("deed", Deed(Verb.STAR))
    selection = Selection(cast.organization, filters={"book": str(cast.book.pk), **more})
    outcome = do_many(by=by or cast.ann, selection=selection, deed=deed)
    assert outcome.change_set.finished_at is None
    job = claim(Lane.LONG)
    assert job == outcome.job
    return job, outcome.change_set


def test_a_whole_list_goes_batch_by_batch_and_back_as_one(cast, crowd):
    job, change_set = begun(cast, deed=Deed(Verb.MOVE, book=cast.private))
    run(job)
    assert (in_book(cast.book), in_book(cast.private)) == (0, crowd)
    change_set.refresh_from_db()
    assert change_set.finished_at is not None
    assert Change.objects.filter(change_set=change_set).count() == crowd
    page = signed_in(cast.ann).get(f"{MANY}{change_set.pk}/")
    assert f"{crowd} contacts moved to Only Ann." in page.text
    undo_set = start_undo(by=cast.ann, change_set=change_set)
    assert undo_set.finished_at is None  # by a job, too
    assert_consistent()


def run(job):
    job.refresh_from_db()
    many.run(Work(job))
    job.refresh_from_db()


def test_contacts_named_by_the_hundred_are_a_job_too(cast, crowd):
    chosen = list(Contact.objects.order_by("-pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    client = signed_in(cast.ben)
    answer = client.post(MANY, {"do": "delete", "contact": " ".join(map(str, chosen)), "next": "/contacts/?sort=given"})
    change_set = ChangeSet.objects.get(label="Delete contacts")
    assert answer.headers["Location"] == f"{MANY}{change_set.pk}/?back=%2Fcontacts%2F%3Fsort%3Dgiven"
    page = client.get(answer.headers["Location"])
    assert f"0 of {AT_ONCE + 1} done." not in page.text  # nothing is known yet
    assert "0 done." in page.text
    assert 'href="/contacts/?sort=given"' in page.text
    run(claim(Lane.LONG))
    assert in_book(cast.book) == crowd - AT_ONCE - 1
    assert f"{AT_ONCE + 1} contacts deleted." in client.get(answer.headers["Location"]).text
    assert "filters" not in Job.objects.get().payload


def test_a_search_is_done_to_all_that_it_finds_and_its_words_are_forgotten(cast, crowd):
    add(cast, "Other")
    job, _change_set = begun(cast, q="p0")
    assert job.payload["filters"]["q"] == "p0"
    run(job)
    assert Contact.objects.filter(starred=True).count() == crowd
    assert "filters" not in job.payload
    assert job.cursor["after"] == ""  # the name that it came to
    assert job.state == State.DONE


def test_what_is_stopped_forgets_its_words_too_and_what_is_parked_after_a_week(cast, crowd):
    undone, _change_set = begun(cast, q="p0")
    assert cancel(undone.pk)  # as an undo does
    assert "filters" in Job.objects.get(pk=undone.pk).payload
    assert forget_searches() == 1
    assert "filters" not in Job.objects.get(pk=undone.pk).payload

    parked, change_set = begun(cast, q="p0")
    page = f"{MANY}{change_set.pk}/"
    client = signed_in(cast.ann)
    for days, forgotten in ((6, 0), (8, 1)):
        stopped = timezone.now() - timedelta(days=days)
        place = {"after": "eyJ", "done": 3, "left": {}}
        Job.objects.filter(pk=parked.pk).update(state=State.FAILED, finished_at=stopped, cursor=place)
        assert forget_searches() == forgotten
        assert (">Go on</button>" in client.get(page).text) is not forgotten
    parked.refresh_from_db()
    assert (parked.cursor, "filters" in parked.payload) == ({"after": "", "done": 3, "left": {}}, False)
    assert "3 contacts starred" in client.get(page).text
    assert message_of(client.post(page, follow=True)) == [
        "It stopped too long ago to go on. Select the contacts again."
    ]
    parked.refresh_from_db()
    assert parked.state == State.FAILED


def test_who_comes_meanwhile_was_not_selected(cast, crowd):
    job, _change_set = begun(cast, deed=Deed(Verb.TRASH))
    late = [add(cast, "P9999"), add(cast, "A")]
    run(job)
    assert set(Contact.objects.filter(trashed_at__isnull=True)) == set(late)


def test_a_list_partly_only_viewed_is_done_as_far_as_may_be_and_counted(cast, crowd):
    viewed = make_book(cast.ann, cast.organization, "Viewed")
    share(viewed, cast.ben, Level.VIEW)
    people(cast, 60, book=viewed)
    outcome = do_many(by=cast.ben, selection=Selection(cast.organization, filters={}), deed=Deed(Verb.STAR))
    run(claim(Lane.LONG))
    outcome.change_set.refresh_from_db()
    page = signed_in(cast.ben).get(f"{MANY}{outcome.change_set.pk}/").text
    assert re.search(
        rf"{crowd} contacts starred, 60 skipped: you can only view them \(P\d+ Same, .* and 57 more\)\.", page
    )
    assert len(outcome.change_set.kept) == many.MOST_KEPT
    assert not Contact.objects.filter(book=viewed, starred=True).exists()


def test_whose_right_is_taken_in_the_middle_does_nothing_more(cast, crowd):
    target = make_book(cast.ann, cast.organization, "Target")
    share(target, cast.ben, Level.EDIT)
    job, change_set = begun(cast, by=cast.ben, deed=Deed(Verb.MOVE, book=target))

    def revoke(sender):
        share_book(by=cast.ann, book=target, to=cast.ben, level=Level.VIEW)

    with after_batches(1, revoke), pytest.raises(Refused, match="You may not do this any more"):
        run(job)
    assert in_book(target) == BATCH
    change_set.refresh_from_db()
    assert change_set.finished_at is not None


def test_who_loses_the_book_in_the_middle_does_nothing_more(cast, crowd):
    job, _change_set = begun(cast, by=cast.ben)
    with (
        after_batches(1, lambda _work: unshare_book(by=cast.ann, book=cast.book, to=cast.ben)),
        pytest.raises(Refused),
    ):
        run(job)
    assert Contact.objects.filter(starred=True).count() == BATCH


def test_a_closed_account_does_nothing_more(cast, crowd):
    job, change_set = begun(cast, by=cast.ben)
    cast.ben.is_active = False
    cast.ben.save()
    with pytest.raises(Refused):
        run(job)
    change_set.refresh_from_db()
    assert change_set.finished_at is not None
    assert not Contact.objects.filter(starred=True).exists()


@contextmanager
def after_batches(number, act):
    """Do something once so many batches have committed."""
    left, give_way = number, Work.give_way

    def counting(work):
        nonlocal left
        left -= 1
        if not left:
            act(work)
        give_way(work)

    with patch.object(Work, "give_way", counting):
        yield


def test_undo_of_a_running_act_stops_it_first(cast, crowd):
    job, change_set = begun(cast)
    undo = partial(start_undo, by=cast.ann, change_set=change_set)
    with after_batches(1, lambda _work: undo()), pytest.raises(Cancelled):
        run(job)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert Contact.objects.filter(starred=True).count() == BATCH


def test_what_was_lost_since_the_step_was_opened_is_said_on_the_list(cast):
    viewed = make_book(cast.ann, cast.organization, "Viewed")
    share(viewed, cast.ben, Level.VIEW)
    row = add(cast, "A")
    client = signed_in(cast.ben)
    lost = "What you chose is not there any more, or is not shared with you. Nothing was changed."
    kept = "You may view this contact book, but not change its contacts."
    for to, contact, words in (
        (cast.private.pk, row.pk, lost),
        (uuid.uuid4(), row.pk, lost),
        (viewed.pk, row.pk, kept),
        (personal_book(cast.ben, cast.organization).pk, uuid.uuid4(), lost),
    ):
        sent = {"do": "move", "to": to, "contact": contact}
        assert said(client.post(MANY, sent, headers=HTMX)) == words
        assert client.post(MANY, sent).status_code == (403 if words == kept else 404)
    row.refresh_from_db()
    assert row.book == cast.book


def test_an_act_under_way_is_ones_own(cast, crowd):
    _job, change_set = begun(cast, by=cast.ben)
    for user, status in ((cast.ben, 200), (cast.ann, 404), (cast.vic, 404), (cast.ada, 404), (cast.sam, 404)):
        assert signed_in(user).get(f"{MANY}{change_set.pk}/").status_code == status
        assert signed_in(user).post(f"{MANY}{change_set.pk}/").status_code == (302 if status == 200 else status)
    small = do_many(by=cast.ben, selection=Selection(cast.organization, [add(cast, "A").pk]), deed=Deed(Verb.STAR))
    assert signed_in(cast.ben).get(f"{MANY}{small.change_set.pk}/").status_code == 404
    back = signed_in(cast.ben).get(f"{MANY}{change_set.pk}/?back=//evil.example/&told=x").text
    assert "evil.example" not in back.replace("%2F%2Fevil.example", "").replace("//evil.example/&amp;told", "")


def test_a_parked_act_goes_on_when_it_is_asked_to(cast, crowd):
    job, change_set = begun(cast)
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, finished_at="2026-01-01T00:00Z", error="A fault.")
    client = signed_in(cast.ann)
    page = client.get(f"{MANY}{change_set.pk}/")
    assert "It stopped before its end" in page.text
    client.post(f"{MANY}{change_set.pk}/")
    run(claim(Lane.LONG))
    assert Contact.objects.filter(starred=True).count() == crowd


def test_progress_is_shown_and_read_aloud_by_quarters(cast, crowd):
    job, change_set = begun(cast)
    Job.objects.filter(pk=job.pk).update(progress={"done": 300, "total": 530})
    client = signed_in(cast.ann)
    page = client.get(f"{MANY}{change_set.pk}/", headers=HTMX)
    assert "300 of 530 done." in page.text
    assert 'max="530" value="300"' in page.text
    assert 'data-say="50 % done"' in page.text
    again = re.search(r'hx-get="([^"]+)"', page.text)[1]
    assert "told=50" in again
    assert "data-say" not in client.get(again, headers=HTMX).text


# --- at once, in transactions of their own ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_do_the_same_at_once_do_it_once():
    cast = make_cast()
    chosen = people(cast, 20)
    target = make_book(cast.ann, cast.organization, "Target")
    share(target, cast.ben, Level.EDIT)

    def move(user):
        return lambda: do_many(
            by=user, selection=Selection(cast.organization, chosen), deed=Deed(Verb.MOVE, book=target)
        )

    assert in_threads(move(cast.ann), move(cast.ben)) == [None, None]
    assert in_book(target) == 20
    assert Change.objects.filter(kind="move").count() == 20
    assert_consistent()


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_one_act():
    cast = make_cast()
    chosen = people(cast, 20)
    key = uuid.uuid4()

    def delete():
        return do_many(by=cast.ann, selection=Selection(cast.organization, chosen), deed=Deed(Verb.TRASH), form_key=key)

    assert in_threads(delete, delete) == [None, None]
    assert ChangeSet.objects.filter(form_key=key).count() == 1
    assert Change.objects.filter(kind="trash").count() == 20


# --- the menu of a contact ----------------------------------------------------------------------------------------


def test_the_menu_of_a_contact_holds_what_one_may_do(cast):
    contact = add(cast, "Ana", "Prado", email="ana@x.example", groups=["VIP"])
    address = f"/contacts/{contact.pk}/actions/"

    def items(user):
        page = signed_in(user).get(address, headers=HTMX)
        return re.findall(r"class=\"menu-item[^>]*>.*?</svg>(?:<span class=\"wrap\">)?([^<]+)<", page.text, re.DOTALL)

    copies = ("Copy email", "Copy name and email", "Copy name", "Copy vCard", "Show QR code")
    assert items(cast.vic) == ["New email", *copies, "Export", "History"]
    assert items(cast.ben) == [
        *("New email", "Edit", "Star", *copies, "Move to book…", "Add to group…", "Remove from group…"),
        *("Set company…", "Export", "History", "Delete"),
    ]
    assert signed_in(cast.sam).get(address).status_code == 404
    card = signed_in(cast.ben).get(f"/contacts/{contact.pk}/?q=ana").text
    assert f"/contacts/many/?q=ana&amp;contact={contact.pk}" in card


def test_rows_say_who_they_are_to_the_form(cast):
    contact = add(cast, "Ana")
    page = signed_in(cast.vic).get("/contacts/")
    assert rows(page) == ["Ana"]
    assert f'<input type="checkbox" form="many" name="contact" value="{contact.pk}"' in page.text
    assert f'action="{MANY}"' in page.text
