"""The document: what passed `normalised()` can be stored, compared and shown, and says what is wrong otherwise."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts import limits
from contacts.document import (
    ADDRESS_PARTS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    InvalidDocument,
    Kind,
    Membership,
    changed_fields,
    group_key,
    parse_date,
)
from tests.contacts.strategies import dates, documents, edits, raw_text

laws = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def problems_of(document):
    """Return the sentences that refuse a document, by where they belong."""
    try:
        document.normalised()
    except InvalidDocument as error:
        return {problem.path: str(problem.message) for problem in error.problems}
    return {}


@st.composite
def raw_documents(draw):
    """Return a document as a careless door might hand it in: any text anywhere, ids missing or twice."""
    ids = st.sampled_from(("", "1", "2"))
    raw_infos = st.builds(
        Info,
        kind=st.sampled_from(sorted(Kind)).filter(lambda kind: kind is not Kind.DATE),
        label=st.sampled_from(("work", "home", "mobile", "odd")) | raw_text,
        custom_label=raw_text,
        value=raw_text,
        address=st.dictionaries(st.sampled_from(ADDRESS_PARTS), raw_text, max_size=3),
        preferred=st.booleans(),
        id=ids,
    )
    raw_memberships = st.builds(
        Membership, kind=st.sampled_from(("group", "company")), name=raw_text, title=raw_text, id=ids
    )
    return ContactDocument(
        **draw(st.dictionaries(st.sampled_from(SCALAR_NAMES), raw_text, max_size=4)),
        starred=draw(st.booleans()),
        infos=tuple(draw(st.lists(raw_infos, max_size=5))),
        memberships=tuple(draw(st.lists(raw_memberships, max_size=4))),
    )


@laws
@given(raw_documents())
def test_whatever_a_door_hands_in_becomes_normal_or_is_refused_as_empty(raw):
    if problems := problems_of(raw):
        assert list(problems) == [""]
        return
    document = raw.normalised()
    assert document.normalised() == document
    assert ContactDocument.from_json(json.loads(json.dumps(document.to_json()))) == document
    json.dumps(document.to_json(), ensure_ascii=False).encode()
    for items in (document.infos, document.memberships):
        ids = [item.id for item in items]
        assert all(ids)
        assert len(set(ids)) == len(ids)
    for kind in Kind:
        assert sum(info.preferred for info in document.of_kind(kind)) <= 1
    said = [replace(info, preferred=False).content for info in document.infos]
    assert len(set(said)) == len(said)


@laws
@given(documents())
def test_a_document_survives_json_and_normalising(document):
    assert document.normalised() == document
    assert ContactDocument.from_json(json.loads(json.dumps(document.to_json()))) == document
    assert changed_fields(document, document) == []


@laws
@given(documents(), st.data())
def test_a_door_without_ids_keeps_those_of_equal_items(document, data):
    bare = replace(
        document,
        infos=tuple(replace(info, id="") for info in document.infos),
        memberships=tuple(replace(item, id="") for item in document.memberships),
    )
    assert bare.normalised(like=document) == document
    edited = data.draw(edits(document))
    equal = {info.content: info.id for info in document.infos}
    again = replace(edited, infos=tuple(replace(info, id="") for info in edited.infos)).normalised(like=document)
    for info in again.infos:
        assert info.id == equal.get(info.content, info.id)
    assert not {info.id for info in again.infos if info.content not in equal} & set(equal.values())


@laws
@given(documents(), st.data())
def test_changed_fields_are_those_that_differ(document, data):
    edited = data.draw(edits(document))
    names = changed_fields(document, edited)
    assert (names == []) == (document == edited)
    assert replace(document, **{name: getattr(edited, name) for name in names}) == edited


@laws
@given(dates)
def test_a_normal_date_is_its_own_reading(text):
    assert parse_date(text) == text


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1987-10-06", "1987-10-06"),
        ("19871006", "1987-10-06"),
        ("1987-10-06T00:00:00Z", "1987-10-06"),
        ("--10-06", "--10-06"),
        ("--1006", "--10-06"),
        ("--02-29", "--02-29"),
        ("10/6/1987", "1987-10-06"),
        ("25/12/1987", "1987-12-25"),
        ("6.10.1987", "1987-10-06"),
        ("6. 10. 1987", "1987-10-06"),
        (" 1987-10-06 ", "1987-10-06"),
        ("1987-02-29", None),
        ("10/6/87", None),
        ("--13-01", None),
        ("0/0/00", None),
        ("0000-00-00", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_as_files_write_them(text, iso):
    assert parse_date(text) == iso


def test_every_problem_is_found_at_once_where_it_is():
    document = ContactDocument(
        first_name="x" * 256,
        notes="n" * (limits.NOTES + 1),
        infos=(
            Info(kind=Kind.EMAIL, value="a@example.com"),
            Info(kind=Kind.DATE, label="birthday", value="tomorrow"),
            Info(kind=Kind.ADDRESS, address={"city": "c" * 501}),
        ),
        memberships=(Membership(kind="company", name="Acme", title="t" * 256),),
    )
    found = problems_of(document)
    assert list(found) == ["first_name", "notes", "infos.1.value", "infos.2.city", "memberships.0.title"]
    assert found["first_name"] == "This is 256 characters long; at most 255 fit. Shorten it."
    assert "“tomorrow” is not a date" in found["infos.1.value"]


def test_too_many_values_are_refused():
    emails = tuple(Info(kind=Kind.EMAIL, value=f"{n}@example.com") for n in range(limits.INFOS_OF_A_KIND + 1))
    groups = tuple(Membership(kind="group", name=str(n)) for n in range(limits.MEMBERSHIPS + 1))
    assert list(problems_of(ContactDocument(infos=emails, memberships=groups))) == ["infos", "memberships"]


@pytest.mark.parametrize(
    "document",
    [
        ContactDocument(),
        ContactDocument(starred=True),
        ContactDocument(first_name=" \x00 "),
        ContactDocument(memberships=(Membership(kind="group", name="Friends"),)),
        ContactDocument(infos=(Info(kind=Kind.EMAIL, value="  "),)),
    ],
)
def test_an_empty_contact_is_refused(document):
    assert "empty" in problems_of(document)[""]


def test_repeats_go_but_their_preference_stays():
    repeated = ContactDocument(
        infos=(
            Info(kind=Kind.EMAIL, label="work", value="a@example.com"),
            Info(kind=Kind.EMAIL, label="work", value=" a@example.com ", preferred=True),
            Info(kind=Kind.EMAIL, label="home", value="b@example.com", preferred=True),
        ),
        memberships=(Membership(kind="group", name="Café"), Membership(kind="group", name="CAFÉ ")),
    ).normalised()
    assert [(info.value, info.preferred) for info in repeated.infos] == [
        ("a@example.com", True),
        ("b@example.com", False),
    ]
    assert [item.name for item in repeated.memberships] == ["Café"]


def test_a_label_of_ones_own_is_kept_beside_other():
    (info,) = ContactDocument(infos=(Info(kind=Kind.PHONE, label="Büro", value="112"),)).normalised().infos
    assert (info.label, info.custom_label, info.label_name) == ("other", "Büro", "Büro")


def test_groups_have_no_title():
    (item,) = ContactDocument(
        first_name="Ann", memberships=(Membership(kind="group", name="Friends", title="Boss"),)
    ).normalised().memberships  # fmt: skip
    assert item.title == ""


def test_names_of_groups_are_the_same_but_for_case_and_blanks():
    assert group_key(" Book  Club ") == group_key("book club")
    assert group_key("Cafe\u0301") == group_key("CAFÉ")
    assert group_key("Cafe") != group_key("Café")


def test_what_counts_as_incomplete():
    named = ContactDocument(first_name="Ann")
    assert named.is_incomplete
    assert ContactDocument(infos=(Info(kind=Kind.PHONE, value="112"),)).is_incomplete
    assert not replace(named, infos=(Info(kind=Kind.PHONE, value="112"),)).is_incomplete
    firm = Membership(kind="company", name="Acme")
    assert not ContactDocument(memberships=(firm,), infos=(Info(kind=Kind.EMAIL, value="a@x.example"),)).is_incomplete


def test_the_preferred_value_comes_first():
    second = Info(kind=Kind.EMAIL, value="b@example.com", preferred=True)
    document = ContactDocument(infos=(Info(kind=Kind.EMAIL, value="a@example.com"), second))
    assert document.first(Kind.EMAIL) == second
    assert document.first(Kind.PHONE) is None
