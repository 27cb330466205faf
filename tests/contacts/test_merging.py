"""The one merge: laws that hold for all documents, and what people expect of the cases that they meet."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import limits
from contacts.conflicts import text_of
from contacts.document import SCALAR_NAMES, ContactDocument, Info, InvalidDocument, Kind, Membership
from contacts.merging import item_key, merge, resolve, revert
from tests.contacts.strategies import documents, edits, three_versions

laws = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
law = settings(laws, max_examples=60)


def email(value, id="e1", label="work", preferred=False):
    return Info(kind=Kind.EMAIL, label=label, value=value, id=id, preferred=preferred)


def company(name, id="c1", **details):
    return Membership(kind="company", name=name, id=id, **details)


def contact(*infos, memberships=(), first_name="Ann", **scalars):
    return ContactDocument(first_name=first_name, infos=infos, memberships=tuple(memberships), **scalars).normalised()


def values(document):
    return [info.value for info in document.infos]


@law
@given(documents(), st.data())
def test_what_one_side_alone_changed_is_taken_exactly(base, data):
    changed = data.draw(edits(base))
    for merged in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert merged.document == changed
        assert merged.conflicts == []


@laws
@given(three_versions())
def test_the_result_is_normalised_and_repeatable(versions):
    first = merge(*versions)
    assert first.document.normalised() == first.document
    assert merge(*versions) == first
    assert len({conflict.key for conflict in first.conflicts}) == len(first.conflicts)
    assert all(conflict.title and any(conflict.texts) for conflict in first.conflicts)


@laws
@given(three_versions())
def test_merging_the_result_again_changes_nothing(versions):
    base, mine, theirs = versions
    merged = merge(base, mine, theirs).document
    assert merge(base, merged, theirs).document == merged


@laws
@given(three_versions())
def test_both_sides_meet_the_same_conflicts(versions):
    base, mine, theirs = versions

    def questions(merged, turned=False):
        return sorted(
            (conflict.field, text_of(conflict.before), *map(text_of, sides))
            for conflict in merged.conflicts
            for sides in [(conflict.theirs, conflict.mine) if turned else (conflict.mine, conflict.theirs)]
        )

    assert questions(merge(base, mine, theirs)) == questions(merge(base, theirs, mine), turned=True)


def said(document):
    """Return all that a document says, each piece with where it says it."""
    pieces: set[tuple[object, ...]] = {
        (name, getattr(document, name)) for name in SCALAR_NAMES if getattr(document, name)
    }
    pieces |= {(info.kind, info.value) for info in document.infos if info.value}
    pieces |= {part for info in document.infos for part in info.address.items()}
    for item in document.memberships:
        name = (item.kind, item.name.casefold())
        pieces |= {name, *((*name, text) for text in item.content[2:] if text)}
    return pieces


def keys(document):
    return {item_key(item) for item in (*document.infos, *document.memberships)}


@laws
@given(three_versions())
def test_nothing_that_a_side_wrote_is_lost(versions):
    base, mine, theirs = versions
    merged = merge(base, mine, theirs)
    kept = said(merged.document)
    for conflict in merged.conflicts:
        for value in (conflict.mine, conflict.theirs):
            if isinstance(value, Info):
                kept |= said(ContactDocument(infos=(value,)))
            elif isinstance(value, Membership):
                kept |= said(ContactDocument(memberships=(value,)))
            elif value:
                kept.add((conflict.field, value))
    for side in (mine, theirs):
        assert said(side) - said(base) <= kept
    assert keys(mine) & keys(theirs) <= keys(merged.document)


@laws
@given(three_versions(), st.data())
def test_every_conflict_can_be_resolved_either_way(versions, data):
    merged = merge(*versions)
    assert resolve(merged, {}) == merged.document
    choices = {conflict.key: data.draw(st.sampled_from(("mine", "theirs"))) for conflict in merged.conflicts}
    try:
        document = resolve(merged, choices)
    except InvalidDocument:
        assert merged.careful  # every value was deleted by one side, and the choices agreed to it
        return
    for conflict in merged.conflicts:
        if conflict.field in SCALAR_NAMES:
            assert getattr(document, conflict.field) == getattr(conflict, choices[conflict.key])


@law
@given(documents(), st.data())
def test_undo_gives_back_exactly_what_was(before, data):
    after = data.draw(edits(before))
    reverted = revert(after, before, after)
    assert reverted.document == before
    assert reverted.kept == []


@laws
@given(three_versions())
def test_undo_keeps_what_came_later_and_names_it(versions):
    before, after, _ = versions
    current = versions[2]  # anything at all
    reverted = revert(current, before, after)
    for name in (*SCALAR_NAMES, "starred"):
        act, now, then = getattr(after, name), getattr(current, name), getattr(before, name)
        if act == then or now not in (act, then):
            assert getattr(reverted.document, name) == now
        elif now == act and name not in reverted.kept:
            assert getattr(reverted.document, name) == then
        assert (name in reverted.kept) >= (act != then and now not in (act, then))
    assert reverted.document.normalised() == reverted.document


def test_different_fields_merge_by_themselves():
    base = contact(email("ann@example.com"), notes="Likes tea")
    merged = merge(base, replace(base, first_name="Anna"), replace(base, notes="Likes coffee"))
    assert (merged.document.first_name, merged.document.notes) == ("Anna", "Likes coffee")
    assert merged.conflicts == []


def test_the_same_field_is_asked_about():
    base = contact(notes="Likes tea")
    merged = merge(base, replace(base, notes="Likes coffee"), replace(base, notes="Hates tea"))
    (conflict,) = merged.conflicts
    assert (conflict.key, conflict.title) == ("notes", "Notes")
    assert conflict.texts == ("Likes tea", "Likes coffee", "Hates tea")
    assert merged.document.notes == "Likes coffee"
    assert resolve(merged, {"notes": "theirs"}).notes == "Hates tea"
    assert resolve(merged, {"notes": "mine"}).notes == "Likes coffee"
    assert resolve(merged, {"notes": "nonsense", "other": "theirs"}).notes == "Likes coffee"


@pytest.mark.parametrize("cleared_by_me", [True, False])
def test_a_change_beats_a_deletion_and_is_asked_about(cleared_by_me):
    base = contact(email("a@example.com"), notes="Tea")
    cleared = replace(base, notes="", infos=())
    changed = replace(base, notes="Green tea", infos=(email("b@example.com"),))
    merged = merge(base, cleared, changed) if cleared_by_me else merge(base, changed, cleared)
    assert (merged.document.notes, values(merged.document)) == ("Green tea", ["b@example.com"])
    assert [conflict.key for conflict in merged.conflicts] == ["notes", "infos.e1"]
    deleting = "mine" if cleared_by_me else "theirs"
    resolved = resolve(merged, {"notes": deleting, "infos.e1": deleting})
    assert (resolved.notes, resolved.infos) == ("", ())


def test_a_value_deleted_by_one_side_and_left_alone_by_the_other_goes():
    base = contact(email("a@example.com"), email("b@example.com", "e2"))
    merged = merge(base, replace(base, infos=base.infos[1:]), replace(base, notes="Tea"))
    assert values(merged.document) == ["b@example.com"]
    assert merged.conflicts == []


def test_a_repeat_that_each_side_removed_at_another_place_stays_once():
    base = contact(email("a@example.com"), email("a@example.com", "e2", "home"))
    work, home = (replace(base, infos=(info,)) for info in base.infos)
    assert merge(base, work, home).document == home
    assert merge(base, home, work).document == work


def test_label_and_value_of_one_email_merge():
    base = contact(email("a@example.com"))
    mine = replace(base, infos=(email("a@example.com", label="home"),))
    merged = merge(base, mine, replace(base, infos=(email("b@example.com"),)))
    assert merged.document.infos == (email("b@example.com", label="home"),)
    assert merged.conflicts == []


def test_one_value_changed_twice_is_one_question_about_the_whole_item():
    base = contact(email("a@example.com"))
    mine = replace(base, infos=(email("b@example.com", label="home"),))
    merged = merge(base, mine, replace(base, infos=(email("c@example.com"),)))
    (conflict,) = merged.conflicts
    assert conflict.title == "Email (Home)"
    assert (conflict.mine, conflict.theirs) == (mine.infos[0], email("c@example.com", label="home"))
    assert resolve(merged, {conflict.key: "theirs"}).infos == (conflict.theirs,)


def test_the_same_addition_twice_is_one():
    base = contact()
    merged = merge(
        base,
        replace(
            base, infos=(email("a@example.com", "m1"),), memberships=(Membership(kind="group", name="A", id="g1"),)
        ),
        replace(
            base, infos=(email("a@example.com", "t1"),), memberships=(Membership(kind="group", name="a", id="g2"),)
        ),
    )
    assert merged.document.infos == (email("a@example.com", "t1"),)
    assert [item.id for item in merged.document.memberships] == ["g2"]
    assert merged.conflicts == []


def test_one_address_added_under_two_labels_is_one_item_and_a_question():
    base = contact()
    merged = merge(
        base,
        replace(base, infos=(email("a@example.com", "m1"),)),
        replace(base, infos=(email("a@example.com", "t1", "home"),)),
    )
    (conflict,) = merged.conflicts
    assert conflict.texts == ("", "a@example.com (Work)", "a@example.com (Home)")
    assert [info.label for info in merged.document.infos] == ["work"]


def test_details_of_one_company_added_by_both_complete_each_other():
    base = contact()
    merged = merge(
        base,
        replace(base, memberships=(company("Acme", "m1", title="Director"),)),
        replace(base, memberships=(company("Acme", "t1", department="Sales"),)),
    )
    assert merged.document.memberships == (company("Acme", "t1", title="Director", department="Sales"),)
    assert merged.conflicts == []


def test_a_new_title_does_not_follow_to_a_new_company():
    base = contact(memberships=[company("Acme", title="Clerk")])
    moved = replace(base, memberships=(company("Beta", title="Clerk"),))
    promoted = replace(base, memberships=(company("Acme", title="Director"),))
    merged = merge(base, moved, promoted)
    (conflict,) = merged.conflicts
    assert conflict.title == "Company"
    assert merged.document.memberships == moved.memberships
    assert resolve(merged, {conflict.key: "theirs"}).memberships == promoted.memberships


def test_half_of_two_addresses_is_no_address():
    def living(**parts):
        return contact(Info(kind=Kind.ADDRESS, label="home", address=parts, id="a1"))

    base = living(street="Main St 1", city="Berlin")
    merged = merge(base, living(street="Elm St 2", city="Berlin"), living(street="Main St 1", city="Hamburg"))
    assert [conflict.key for conflict in merged.conflicts] == ["infos.a1"]
    completed = living(street="Main St 1", city="Berlin", country="Germany")
    merged = merge(base, living(street="Main Street 1", city="Berlin"), completed)
    assert merged.conflicts == []
    assert merged.document == living(street="Main Street 1", city="Berlin", country="Germany")


def test_at_most_one_is_preferred_and_two_wishes_are_asked_about():
    base = contact(email("a@example.com", "e1", preferred=True), email("b@example.com", "e2"), email("c@x.org", "e3"))

    def preferring(id):
        return replace(base, infos=tuple(replace(info, preferred=info.id == id) for info in base.infos))

    merged = merge(base, preferring("e2"), preferring("e3"))
    assert [info.id for info in merged.document.infos if info.preferred] == ["e2"]
    (conflict,) = merged.conflicts
    assert (conflict.key, conflict.title) == ("preferred.email", "Preferred: Email")
    assert [info.id for info in resolve(merged, {conflict.key: "theirs"}).infos if info.preferred] == ["e3"]
    assert merge(base, preferring(""), preferring("e3")).conflicts == []


def test_additions_stand_after_their_neighbours():
    base = contact(email("a@example.com", "e1"), email("b@example.com", "e2"))
    a, b = base.infos
    m, t = email("m@example.com", "m1"), email("t@example.com", "t1")
    assert values(merge(base, replace(base, infos=(a, m, b)), replace(base, infos=(b, a, t))).document) == [
        "b@example.com", "a@example.com", "m@example.com", "t@example.com",
    ]  # fmt: skip
    assert values(merge(base, replace(base, infos=(b, m, a)), replace(base, infos=(a, t, b))).document) == [
        "b@example.com", "m@example.com", "a@example.com", "t@example.com",
    ]  # fmt: skip


def test_a_change_made_by_one_door_with_ids_and_one_without_is_one_change():
    base = contact(email("a@example.com", "e1"))
    merged = merge(
        base, replace(base, infos=(email("b@example.com", "e1"),)), replace(base, infos=(email("b@example.com", "n1"),))
    )
    assert values(merged.document) == ["b@example.com"]
    assert merged.conflicts == []


def test_copies_of_one_contact_that_went_different_ways_keep_both_values():
    merged = merge(None, contact(email("a@example.com", "e1")), contact(email("b@example.com", "e1")))
    assert sorted(values(merged.document)) == ["a@example.com", "b@example.com"]
    assert len({info.id for info in merged.document.infos}) == 2


def test_duplicates_merge_without_a_common_past():
    survivor = contact(email("ann@example.com", "e1"), last_name="Lee", nickname="Annie")
    other = contact(email("ann@example.com", "x1"), email("a@example.org", "x2"), last_name="Leigh", notes="Tea")
    merged = merge(None, survivor, other)
    assert values(merged.document) == ["ann@example.com", "a@example.org"]
    assert (merged.document.notes, merged.document.nickname) == ("Tea", "Annie")
    assert [(conflict.key, conflict.mine, conflict.theirs) for conflict in merged.conflicts] == [
        ("last_name", "Lee", "Leigh")
    ]


def test_deletions_that_together_leave_nothing_are_asked_about():
    base = contact(email("a@example.com"))
    merged = merge(base, replace(base, infos=()), replace(base, first_name=""))
    assert (merged.document.first_name, values(merged.document)) == ("Ann", ["a@example.com"])
    assert [conflict.key for conflict in merged.conflicts] == ["first_name", "infos.e1"]
    assert resolve(merged, {"infos.e1": "mine"}).infos == ()
    with pytest.raises(InvalidDocument):
        resolve(merged, {"infos.e1": "mine", "first_name": "theirs"})


def many(mark):
    return tuple(email(f"{mark}{n}@example.com", f"{mark}{n}") for n in range(limits.INFOS_OF_A_KIND - 1))


def test_a_union_beyond_the_limits_is_refused_with_a_sentence():
    base = contact()
    with pytest.raises(InvalidDocument, match="at most 100 values"):
        merge(base, replace(base, infos=many("a")), replace(base, infos=many("b")))


def test_undo_that_would_exceed_the_limits_or_empty_the_contact_keeps_and_says_so():
    before, after = contact(*many("a"), notes="Tea"), contact(notes="Coffee")
    current = replace(after, infos=many("b"))
    reverted = revert(current, before, after)
    assert (reverted.document.notes, reverted.document.infos) == ("Tea", current.infos)
    assert reverted.kept == ["infos"]

    before, after = contact(), contact(email("a@example.com"))
    current = replace(after, first_name="")
    reverted = revert(current, before, after)
    assert values(reverted.document) == ["a@example.com"]
    assert reverted.kept == ["first_name", "infos"] or reverted.kept == ["infos"]


def test_undo_restores_the_rest_and_names_what_somebody_changed_since():
    before = contact(email("a@example.com"), email("old@example.com", "e2"), notes="Tea")
    after = replace(before, notes="Coffee", nickname="Annie", infos=(email("b@example.com"),))
    current = replace(after, notes="Cocoa", infos=(email("c@example.com"),))
    reverted = revert(current, before, after)
    assert reverted.document == contact(email("c@example.com"), email("old@example.com", "e2"), notes="Cocoa")
    assert reverted.kept == ["notes", "infos"]


def test_undo_does_not_bring_back_what_somebody_deleted_since():
    before, after = contact(email("a@example.com")), contact(email("b@example.com"))
    reverted = revert(contact(), before, after)
    assert reverted.document.infos == ()
    assert reverted.kept == ["infos"]
