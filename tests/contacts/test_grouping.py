"""Contacts into a group, out of it, into another company: what becomes of each, and who is refused."""

from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import limits
from contacts.document import ContactDocument, Membership
from contacts.models import ChangeSet, Group, GroupKind
from contacts.regrouping import employing, joining, leaving, renaming
from contacts.services import (
    NotAllowed,
    NotVisible,
    act,
    create_contact,
    document_of,
    group_named,
    hold_editable,
    regroup,
    trash_contacts,
    undo,
)
from contacts.services.many import Deed, Selection, Verb, do_many
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent, snapshot


def add(cast, *args, book=None, by=None, **more):
    return create_contact(by=by or cast.ann, book=book or cast.book, document=person(*args, **more))


def named(cast, name, kind=GroupKind.GROUP):
    return group_named(by=cast.ann, organization=cast.organization, kind=kind, name=name)


def do(cast, by, verb, contacts, group):
    return do_many(by=by, selection=Selection(cast.organization, contacts), deed=Deed(verb, group=group))


def members(contact):
    """Return (kind, name, title) of what a contact is in, in order."""
    return [(each.kind, each.name, each.title) for each in document_of(contact).memberships]


def company(name="", title="", **more):
    return Membership(kind="company", name=name, title=title, **more)


def having(*memberships):
    return ContactDocument(first_name="Ana", memberships=memberships).normalised()


def contents(document):
    return [each.content for each in document.memberships]


# --- the document ------------------------------------------------------------------------------------------------


def test_joining_and_leaving_a_group_touch_no_other_membership():
    document = having(company("Acme", "CTO"), Membership(kind="group", name="VIP"))
    joined = joining("group", "Friends")(document)
    assert contents(joined)[:2] == contents(document)
    assert joined.memberships[2].name == "Friends"
    assert len({each.id for each in joined.memberships}) == 3
    assert joining("group", "vip")(document) is document
    assert contents(leaving("group", "VIP")(joined)) == [contents(joined)[0], contents(joined)[2]]
    assert leaving("group", "Nobody")(document) is document
    assert leaving("group", "Acme")(document) is document  # a company of that name is another thing


def test_leaving_a_company_keeps_what_one_was_there():
    document = having(company("Acme", "CTO"), company("Acme"), company("Other", "Adviser"))
    left = leaving("company", "ACME")(document)
    assert [(each.name, each.title) for each in left.memberships] == [("", "CTO"), ("Other", "Adviser")]
    assert left.memberships[0].id == document.memberships[0].id
    assert leaving("company", "Acme")(having(company("Acme"))).memberships == ()


def test_who_is_in_both_is_in_the_merged_one_once_with_all_there_is_to_say():
    document = having(company("Acme Ltd"), company("Acme", "CTO"), Membership(kind="group", name="Acme"))
    merged = renaming("company", "Acme", "Acme Ltd")(document)
    assert [(each.kind, each.name, each.title) for each in merged.memberships] == [
        ("company", "Acme Ltd", "CTO"),
        ("group", "Acme", ""),
    ]
    two_jobs = renaming("company", "Acme", "Acme Ltd")(having(company("Acme", "CTO"), company("Acme Ltd", "Founder")))
    assert [each.title for each in two_jobs.memberships] == ["CTO", "Founder"]
    same = renaming("company", "Acme", "Acme Ltd")(having(company("Acme", "CTO"), company("Acme Ltd", "CTO")))
    assert [each.title for each in same.memberships] == ["CTO"]


def test_another_company_takes_the_place_of_the_first():
    document = having(company("Old", "CTO", department="R&D"), company("Side"), Membership(kind="group", name="VIP"))
    changed = employing("New")(document)
    assert [each.name for each in changed.memberships] == ["New", "Side", "VIP"]
    assert changed.memberships[0].department == "R&D"
    assert changed.memberships[0].id == document.memberships[0].id
    assert employing("side")(document) is document
    assert [each.name for each in employing("New")(having(company("", "CTO"))).memberships] == ["New"]
    assert [each.name for each in employing("New")(having()).memberships] == ["New"]


# --- given contacts ----------------------------------------------------------------------------------------------


def test_contacts_are_put_into_a_group_and_taken_out_again_as_one_act_each(cast):
    inside, outside = add(cast, "Ana", groups=["VIP"]), add(cast, "Ben", company="Acme")
    group = named(cast, " vip ")
    assert group.name == "VIP"
    done = do(cast, cast.ben, Verb.JOIN, [inside.pk, outside.pk], group)
    assert (done.tally.done, +done.tally.left, done.change_set.label) == (1, Counter(same=1), "Add contacts to VIP")
    assert members(outside) == [("company", "Acme", ""), ("group", "VIP", "")]
    assert do(cast, cast.ben, Verb.JOIN, [inside.pk], group).change_set is None
    removed = do(cast, cast.ann, Verb.LEAVE, [inside.pk, outside.pk], group)
    assert removed.tally.done == 2
    assert members(inside) == []
    undone = undo(by=cast.ann, change_set=removed.change_set)
    assert (undone.reverted, members(inside)) == (2, [("group", "VIP", "")])
    assert_consistent()


def test_a_company_is_set_and_found_by(cast):
    contact = add(cast, "Ana", company="Old")
    do(cast, cast.ben, Verb.EMPLOY, [contact.pk], named(cast, "New", GroupKind.COMPANY))
    contact.refresh_from_db()
    assert (members(contact), contact.second_line) == ([("company", "New", "")], "New")
    with pytest.raises(NotVisible):
        do(cast, cast.ben, Verb.EMPLOY, [contact.pk], named(cast, "New", GroupKind.GROUP))
    assert_consistent()


def test_what_would_be_too_much_or_nothing_is_left_and_counted(cast):
    full = add(cast, "Ana", groups=[f"G{number}" for number in range(limits.MEMBERSHIPS)])
    firm = add(cast, company="Firm")
    other = add(cast, "Ben")
    done = do(cast, cast.ann, Verb.JOIN, [full.pk, other.pk], named(cast, "More"))
    assert (done.tally.done, +done.tally.left) == (1, Counter(full=1))
    with act(by=cast.ann, organization=cast.organization) as writing:
        left = regroup(writing, hold_editable(cast.ann, [firm.pk]), leaving("company", "Firm"))
    assert (left.changed, left.left, writing.outcome) == (0, Counter(empty=1), None)
    assert members(firm) == [("company", "Firm", "")]


@pytest.mark.parametrize("verb", [Verb.JOIN, Verb.LEAVE])
def test_whoever_may_not_is_refused_before_anything_is_written(cast, verb):
    ours = add(cast, "Ana", groups=["VIP"])
    theirs = add(cast, "Sam", book=cast.foreign, by=cast.sam, groups=["VIP"])
    gone = add(cast, "Gone", groups=["VIP"])
    trash_contacts(by=cast.ann, contacts=[gone.pk])
    group = Group.objects.get(organization=cast.organization, name="VIP")
    elsewhere = Group.objects.get(organization=cast.elsewhere, name="VIP")
    before = snapshot()
    for by, contacts, chosen, error in (
        (cast.vic, [ours.pk], group, NotAllowed),
        (cast.ben, [theirs.pk], group, NotVisible),
        (cast.sam, [theirs.pk], group, NotVisible),  # their own contact, into a group of another organization
        (cast.ann, [ours.pk], elsewhere, NotVisible),
        (cast.ann, [gone.pk], group, NotVisible),
        (cast.ann, [], group, NotVisible),
    ):
        with pytest.raises(error):
            do(cast, by, verb, contacts, chosen)
    assert snapshot() == before


@pytest.mark.parametrize("name", ["", "  ", "\x00", "x" * 256])
def test_a_name_that_is_none_is_refused(cast, name):
    with pytest.raises(ValidationError):
        named(cast, name)
    assert not Group.objects.exists()


def test_nobody_names_groups_where_they_do_not_belong(cast):
    with pytest.raises(NotVisible):
        group_named(by=cast.sam, organization=cast.organization, kind=GroupKind.GROUP, name="Mine")
    assert not Group.objects.exists()


def test_a_batch_of_fifty_costs_as_many_statements_as_one(cast):
    contacts = [add(cast, f"P{number}", email=f"p{number}@example.com").pk for number in range(51)]
    group = named(cast, "VIP")
    with CaptureQueriesContext(connection) as one:
        do(cast, cast.ann, Verb.JOIN, contacts[:1], group)
    with CaptureQueriesContext(connection) as fifty:
        assert do(cast, cast.ann, Verb.JOIN, contacts[1:], group).tally.done == 50
    assert len(fifty) == len(one)


def test_a_batch_of_a_longer_act_takes_what_may_be_changed_and_leaves_the_rest(cast):
    ours, private = add(cast, "Ana"), add(cast, "Bea", book=cast.private)
    viewed = add(cast, "Vic's view")
    with act(by=cast.vic, organization=cast.organization) as writing:
        assert hold_editable(cast.vic, [viewed.pk]) == []
    with act(by=cast.ben, organization=cast.organization, label="Many") as writing:
        locked = hold_editable(cast.ben, [ours.pk, private.pk])
        assert [contact.pk for contact in locked] == [ours.pk]
        assert regroup(writing, locked, joining("group", "VIP")).changed == 1
    assert ChangeSet.objects.get(label="Many").changes.count() == 1
