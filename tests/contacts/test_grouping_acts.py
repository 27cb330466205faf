"""A group or company as a whole: kept empty, renamed, merged, deleted; what each leaves, and what nobody is told."""

import threading
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

import tests.jobs.handlers  # noqa: F401 - registers the kind by which a worker shows that it is ready
from books.leaving import end_membership
from books.services import share_book
from contacts import tasks  # noqa: F401 - registers the job
from contacts.models import Change, ChangeSet, Contact, ContactMembership, Group, GroupKind, KeptGroup
from contacts.services import NotAllowed, NotVisible, act, trash_contacts, undo
from contacts.services.group_acts import (
    BATCH,
    NameTaken,
    count_editable,
    delete_group,
    keep_group,
    may_change,
    merge_group,
    rename_group,
    run,
)
from contacts.services.undoing import start_undo
from jobs.claims import claim
from jobs.models import Lane, State
from jobs.work import Refused, Work
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.contacts.test_grouping import add, members
from tests.contacts.test_services import assert_consistent, snapshot
from tests.factories import make_book, make_cast, share
from tests.worker import finished, until


def the(cast, name, kind="group"):
    return Group.objects.get(organization=cast.organization, name=name, kind=kind)


def seen(user, kind="group"):
    return sorted(Group.objects.for_user(user).filter(kind=kind).values_list("name", flat=True))


def keep(cast, user, name, kind=GroupKind.GROUP):
    return keep_group(by=user, organization=cast.organization, kind=kind, name=name)


# --- kept --------------------------------------------------------------------------------------------------------


def test_an_empty_group_is_seen_by_who_keeps_it_alone(cast):
    group, is_new = keep(cast, cast.ben, "  Prospects ")
    assert (group.name, is_new) == ("Prospects", True)
    assert seen(cast.ben) == ["Prospects"]
    assert seen(cast.ann) == seen(cast.vic) == seen(cast.ada) == []
    assert keep(cast, cast.ben, "prospects") == (group, False)
    assert KeptGroup.objects.count() == 1


def test_a_name_that_others_have_unseen_is_adopted_like_one_that_nobody_has(cast):
    add(cast, "Ana", book=cast.private, groups=["Secret"])
    group, is_new = keep(cast, cast.vic, "secret")
    assert (is_new, group) == (True, the(cast, "Secret"))
    assert seen(cast.vic) == ["Secret"]
    assert count_editable(cast.vic, group) == (0, 0)
    # What one does with it touches nothing that one cannot see.
    delete_group(by=cast.vic, group=group)
    assert seen(cast.vic) == []
    assert seen(cast.ann) == ["Secret"]
    assert not ChangeSet.objects.filter(label__contains="Secret").exists()


def test_nobody_keeps_a_group_where_they_do_not_belong(cast):
    with pytest.raises(NotVisible):
        keep(cast, cast.sam, "Mine")
    assert not Group.objects.exists()


def test_whoever_leaves_keeps_nothing(cast):
    keep(cast, cast.vic, "Prospects")
    end_membership(by=cast.ann, organization=cast.organization, user=cast.vic)
    assert not KeptGroup.objects.exists()


# --- renamed -----------------------------------------------------------------------------------------------------


def test_a_group_is_renamed_where_one_may_edit_and_the_rest_is_told(cast):
    ours = [add(cast, f"P{number}", groups=["VIP"]) for number in range(3)]
    viewed = make_book(cast.ann, cast.organization, "View")
    share(viewed, cast.ben)
    left = add(cast, "Viewed", book=viewed, groups=["VIP"])
    hidden = add(cast, "Hidden", book=cast.private, groups=["VIP"])
    done = rename_group(by=cast.ben, group=the(cast, "VIP"), name="Gold")
    assert done.sentence == "Renamed in 3 contacts; 1 is in a contact book that you can only view."
    assert done.group == the(cast, "Gold")
    assert {members(contact)[0][1] for contact in ours} == {"Gold"}
    assert members(left) == members(hidden) == [("group", "VIP", "")]
    assert seen(cast.ben) == ["Gold", "VIP"]
    assert seen(cast.vic) == ["Gold"]
    undone = undo(by=cast.ben, change_set=done.done.change_set)
    assert (undone.reverted, undone.kept) == (3, [])
    assert seen(cast.ben) == ["VIP"]
    assert_consistent()


def test_a_company_keeps_titles_when_it_is_renamed_and_is_found_by_its_new_name(cast):
    contact = add(cast, company="Old Firm", email="info@example.com")
    rename_group(by=cast.ann, group=the(cast, "Old Firm", "company"), name="New Firm")
    contact.refresh_from_db()
    assert contact.display_name == "New Firm"
    assert_consistent()


def test_a_name_that_one_sees_is_offered_for_merging_and_one_that_one_does_not_see_is_adopted(cast):
    add(cast, "Ana", groups=["VIP", "Gold"])
    add(cast, "Bea", book=cast.private, groups=["Silver"])
    with pytest.raises(NameTaken) as taken:
        rename_group(by=cast.ben, group=the(cast, "VIP"), name="gold")
    assert taken.value.group == the(cast, "Gold")
    assert seen(cast.ben) == ["Gold", "VIP"]
    done = rename_group(by=cast.ben, group=the(cast, "VIP"), name="silver")
    assert done.sentence == "Renamed in 1 contact."
    assert seen(cast.ben) == ["Gold", "Silver"]


def test_another_spelling_is_the_organizations_and_needs_all_contacts_in_it(cast):
    ours = add(cast, "Ana", company="acme gmbh")
    group = the(cast, "acme gmbh", "company")
    done = rename_group(by=cast.ben, group=group, name="Acme GmbH")
    ours.refresh_from_db()
    assert (members(ours), ours.second_line) == ([("company", "Acme GmbH", "")], "Acme GmbH")
    change = Change.objects.get(change_set=done.done.change_set)
    names = [[each["name"] for each in side["memberships"]] for side in (change.before, change.after)]
    assert names == [["acme gmbh"], ["Acme GmbH"]]
    undone = undo(by=cast.ben, change_set=done.done.change_set)
    assert (undone.reverted, [kept.reason for kept in undone.kept]) == (0, ["spelling"])
    add(cast, "Hidden", book=cast.private, company="ACME GMBH")
    before = snapshot()
    with pytest.raises(ValidationError, match="one spelling"):
        rename_group(by=cast.ben, group=group, name="ACME gmbh")
    assert snapshot() == before
    rename_group(by=cast.ann, group=group, name="ACME gmbh")
    assert members(ours) == [("company", "ACME gmbh", "")]
    assert_consistent()


def test_an_empty_group_is_renamed_for_who_keeps_it(cast):
    group, _new = keep(cast, cast.ben, "Prospects")
    KeptGroup.objects.create(group=group, user=cast.vic, organization=cast.organization)
    done = rename_group(by=cast.ben, group=group, name="Leads")
    assert (done.sentence, done.done.change_set) == ("Renamed.", None)
    assert seen(cast.ben) == ["Leads"]
    assert seen(cast.vic) == ["Prospects"]
    assert not ChangeSet.objects.exists()


def test_the_same_name_changes_nothing(cast):
    add(cast, "Ana", groups=["VIP"])
    before = snapshot()
    assert rename_group(by=cast.ann, group=the(cast, "VIP"), name=" VIP ").done.changed == 0
    assert snapshot() == before


# --- merged and deleted ------------------------------------------------------------------------------------------


def test_two_groups_become_one(cast):
    both, one = add(cast, "Ana", groups=["VIP", "Gold"]), add(cast, "Ben", groups=["VIP"])
    done = merge_group(by=cast.ben, group=the(cast, "VIP"), into=the(cast, "Gold"))
    assert done.sentence == "2 contacts are in Gold now."
    assert members(both) == members(one) == [("group", "Gold", "")]
    assert seen(cast.ann) == ["Gold"]
    undo(by=cast.ben, change_set=done.done.change_set)
    assert [name for _kind, name, _title in members(both)] == ["VIP", "Gold"]
    assert_consistent()


def test_a_group_is_not_merged_into_itself_a_company_or_what_is_elsewhere(cast):
    add(cast, "Ana", groups=["VIP"], company="Acme")
    add(cast, "Sam", book=cast.foreign, by=cast.sam, groups=["Elsewhere"])
    group, company = the(cast, "VIP"), the(cast, "Acme", "company")
    before = snapshot()
    with pytest.raises(ValidationError):
        merge_group(by=cast.ann, group=group, into=group)
    for into in (company, Group.objects.get(name="Elsewhere")):
        with pytest.raises(NotVisible):
            merge_group(by=cast.ann, group=group, into=into)
    assert snapshot() == before


def test_a_deleted_group_takes_nobody_with_it(cast):
    contact = add(cast, "Ana", groups=["VIP"])
    keep(cast, cast.ann, "VIP")
    done = delete_group(by=cast.ann, group=the(cast, "VIP"))
    assert (done.sentence, done.group) == ("Taken out of 1 contact.", None)
    assert Contact.objects.for_user(cast.ann).get() == contact
    assert seen(cast.ann) == seen(cast.vic) == []
    undo(by=cast.ann, change_set=done.done.change_set)
    assert seen(cast.ann) == seen(cast.vic) == ["VIP"]


def test_a_deleted_company_leaves_firms_that_are_nothing_else(cast):
    firm, person_ = add(cast, company="Acme"), add(cast, "Ana", company="Acme", email="ana@example.com")
    done = delete_group(by=cast.ann, group=the(cast, "Acme", "company"))
    assert done.sentence == "Taken out of 1 contact; 1 contact has nothing else to go by and keeps it."
    assert done.done.left == Counter(empty=1)
    assert (members(firm), members(person_)) == ([("company", "Acme", "")], [])


# --- refused -----------------------------------------------------------------------------------------------------

ACTS = {
    "rename": lambda cast, by: rename_group(by=by, group=the(cast, "VIP"), name="Other"),
    "merge": lambda cast, by: merge_group(by=by, group=the(cast, "VIP"), into=the(cast, "Gold")),
    "delete": lambda cast, by: delete_group(by=by, group=the(cast, "VIP")),
}


@pytest.mark.parametrize("what", ACTS)
def test_who_only_views_or_does_not_see_is_refused_and_nothing_is_written(cast, what):
    add(cast, "Ana", groups=["VIP", "Gold"])
    before = snapshot()
    for by, error in ((cast.vic, NotAllowed), (cast.ada, NotVisible), (cast.sam, NotVisible)):
        assert may_change(by, the(cast, "VIP")) is (by != cast.vic)  # nothing stands in the way that they can see
        with pytest.raises(error):
            ACTS[what](cast, by)
    assert snapshot() == before
    ACTS[what](cast, cast.ben)
    assert snapshot() != before


def test_contacts_in_the_trash_stay_as_they_were(cast):
    contact = add(cast, "Ana", groups=["VIP"])
    trashed = add(cast, "Gone", groups=["VIP"])
    trash_contacts(by=cast.ann, contacts=[trashed.pk])
    assert rename_group(by=cast.ann, group=the(cast, "VIP"), name="Gold").done.changed == 1
    assert (members(contact), members(trashed)) == ([("group", "Gold", "")], [("group", "VIP", "")])


# --- at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_rename_at_once_lose_nobody():
    cast = make_cast()
    contacts = [add(cast, f"P{number}", groups=["VIP"]) for number in range(20)]
    group, barrier, problems = the(cast, "VIP"), threading.Barrier(2), []

    def rename(by, name):
        try:
            barrier.wait(timeout=10)
            rename_group(by=by, group=group, name=name)
        except NotVisible:
            pass  # the other one was done before this one began
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=rename, args=pair) for pair in ((cast.ann, "Gold"), (cast.ben, "Silver"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert problems == []
    found = {tuple(members(contact)) for contact in contacts}
    assert len(found) == 1
    assert found < {(("group", "Gold", ""),), (("group", "Silver", ""),)} | {(("group", "VIP", ""),)}
    assert_consistent()


# --- many --------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(transactional_db):
    """A cast, and one more contact in its group than two batches take."""
    cast = make_cast()
    people = [person(f"P{number:03}", groups=["vip"]) for number in range(2 * BATCH + 1)]
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        writing.create(cast.book, people)
    return cast


@pytest.mark.parametrize("name", ["Gold", "VIP"])
def test_worker_does_the_rest_of_many_after_the_first_batch(crowd, worker, name):
    done = rename_group(by=crowd.ben, group=the(crowd, "vip"), name=name)
    assert done.done.changed == BATCH
    assert done.done.change_set.finished_at is None
    until(finished(done.job), sweeping=True)
    done.job.refresh_from_db()
    assert (done.job.state, done.job.done, done.job.total) == (State.DONE, 401, 401)
    assert done.job.progress["text"] == "Renamed in 401 contacts."
    done.done.change_set.refresh_from_db()
    assert done.done.change_set.finished_at is not None
    assert seen(crowd.vic) == [name]
    assert done.done.change_set.changes.count() == 401
    names = {each["name"] for change in done.done.change_set.changes.all() for each in change.before["memberships"]}
    assert names == {"vip"}
    assert_consistent()


def begun(cast):
    """Delete a group of 401 contacts as Ben; return the job that does the rest, claimed."""
    people = [person(f"P{number:03}", groups=["vip"]) for number in range(2 * BATCH + 1)]
    with act(by=cast.ann, organization=cast.organization, label="People") as writing:
        writing.create(cast.book, people)
    done = delete_group(by=cast.ben, group=the(cast, "vip"))
    job = claim(Lane.LONG)
    assert job == done.job
    return job


def test_a_job_changes_nothing_more_for_who_was_taken_off_the_book(cast):
    job = begun(cast)
    share_book(by=cast.ann, book=cast.book, to=cast.ben, level=Level.VIEW)
    run(Work(job))
    assert ContactMembership.objects.count() == BATCH + 1
    assert ChangeSet.objects.get(label="Delete the group vip").finished_at is not None


def test_a_job_of_a_closed_account_is_refused_and_its_act_is_over(cast):
    job = begun(cast)
    cast.ben.is_active = False
    cast.ben.save()
    with pytest.raises(Refused):
        run(Work(job))
    assert ContactMembership.objects.count() == BATCH + 1
    assert ChangeSet.objects.get(label="Delete the group vip").finished_at is not None


def test_undo_of_a_running_act_stops_it_first(cast):
    job = begun(cast)
    change_set = ChangeSet.objects.get(label="Delete the group vip")
    start_undo(by=cast.ann, change_set=change_set)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert ContactMembership.objects.count() == 2 * BATCH + 1
