"""What is exported in Google's layout and imported again is the same contact."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from contacts.document import (
    ADDRESS_PARTS,
    LABELS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    InvalidDocument,
    Kind,
    Membership,
)
from contacts.formats.columns import detect
from contacts.formats.export import google_csv, measure
from contacts.formats.marks import escape_value, guard, read_groups, read_label, split_values, unguard, write_group
from contacts.formats.outlook_export import outlook_csv
from contacts.formats.rows import to_document
from contacts.formats.tables import open_table

# Every sign that means something in a cell, and what could be mistaken for one.
NASTY = (
    " ::: ", "a ::: b", "::: b", "a :::", ":::", "\\:::", "\\\\::: x ::: y", "* ", "*", "* Work", "\\* x", "\\Work",
    "Work", "work", "home fax", "Other", "'=1", "''=1", "=1+1", "+49 30 123456", "-1", "@x", "|x", "＝1", "\u200b=1",
    "'", "'quoted'", '"', '""', 'a"b', "a,b;c\td", "a\nb", "--03-07", "* starred", "* myContacts", "myContacts",
    "\\", "Żółć", "田中", "É", "😀", "\u00a0", "a\u2028b", "1/2/2003", "NULL", "’",
)  # fmt: skip
texts = st.text("ab1 \\*:'=+-@\"\n,;|éŁ田\u200b", max_size=10) | st.sampled_from(NASTY) | st.text(max_size=12)


@st.composite
def nasty_infos(draw):
    kind = draw(st.sampled_from(list(Kind)))
    return Info(
        kind=kind,
        label=draw(st.sampled_from(LABELS[kind])),
        custom_label=draw(texts),
        value=draw(st.sampled_from(("1987-10-06", "--02-29", "--12-31"))) if kind is Kind.DATE else draw(texts),
        address=draw(st.dictionaries(st.sampled_from(ADDRESS_PARTS), texts)) if kind is Kind.ADDRESS else {},
        preferred=draw(st.booleans()),
    )


nasty_memberships = st.builds(Membership, kind=st.just("group"), name=texts) | st.builds(
    Membership,
    kind=st.just("company"),
    name=texts,
    title=texts,
    department=texts,
    location=texts,
    description=texts,
)


@st.composite
def nasty_documents(draw):
    document = ContactDocument(
        **draw(st.dictionaries(st.sampled_from(SCALAR_NAMES), texts, max_size=6)),
        starred=draw(st.booleans()),
        infos=tuple(draw(st.lists(nasty_infos(), max_size=6))),
        memberships=tuple(draw(st.lists(nasty_memberships, max_size=5))),
    )
    try:
        return document.normalised()
    except InvalidDocument:
        assume(False)


def said(document):
    """Return what a document says: no ids, kinds together, and the date that has a column of its own first."""
    infos = [replace(info, id="") for info in document.infos]
    first = next((i for i in infos if i.label == "birthday" and not i.preferred), None)
    infos.sort(key=lambda info: (list(Kind).index(info.kind), info is not first))
    companies = [replace(item, id="") for item in document.companies]
    groups = [replace(item, id="") for item in document.groups]
    return replace(document, infos=tuple(infos), memberships=(*companies, *groups))


def imported(data):
    table = open_table(io.BytesIO(data))
    layout = detect(table.header)
    rows = list(table.rows())
    assert [row.problem for row in rows] == [None] * len(rows)
    return layout, [to_document(row.cells, layout) for row in rows]


def full(**changes):
    return ContactDocument(
        first_name="Ann",
        pronouns="she/her",
        gender="female",
        notes="Line one\n\n  * a list\n  * of two",
        starred=True,
        infos=(
            Info(kind=Kind.EMAIL, label="other", custom_label="Work", value="a@x.example"),
            Info(kind=Kind.EMAIL, label="other", custom_label="* Work", value="b ::: c", preferred=True),
            Info(kind=Kind.PHONE, label="mobile", value="+49 30 123456"),
            Info(kind=Kind.PHONE, label="work", value="'+49 30 123456"),
            Info(kind=Kind.DATE, label="birthday", value="--03-07", preferred=True),
            Info(kind=Kind.DATE, label="birthday", value="1987-10-06"),
            Info(kind=Kind.DATE, label="other", custom_label="Met", value="2001-01-01"),
            Info(kind=Kind.CUSTOM, custom_label="Size", value="'=A1\nsecond line"),
            Info(kind=Kind.TWITTER, label="work", value="@ann"),
        ),
        memberships=(
            Membership(kind="company", name="Acme", title="CEO", location="Roof", description="All of it"),
            Membership(kind="group", name="* starred"),
            Membership(kind="company", name="", title="Just a title"),
            Membership(kind="group", name="a ::: b"),
            Membership(kind="group", name="myContacts"),
        ),
        **changes,
    ).normalised()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(nasty_documents(), min_size=1, max_size=3), st.booleans())
@example([full()], True)
@example([full()], False)
def test_import_of_export_is_the_same(documents, safe):
    data = b"".join(google_csv(iter(documents), shape=measure(documents), safe=safe))
    layout, parsed = imported(data)
    assert layout.name == "google"
    assert [said(item.document) for item in parsed] == [said(document) for document in documents]


@settings(max_examples=300, deadline=None)
@given(texts, st.booleans(), st.booleans())
def test_guard_comes_off_again(text, phone, safe):
    assert unguard(guard(text, phone=phone, safe=safe)) == text


@settings(max_examples=300, deadline=None)
@given(st.lists(texts.map(str.strip).filter(bool), min_size=1, max_size=4))
def test_joined_values_come_apart_again(values):
    flat = [" ".join(value.split()) for value in values if value.split()]
    assume(flat)
    assert split_values(" ::: ".join(escape_value(value) for value in flat)) == flat
    assert read_groups([write_group(value) for value in flat]) == (flat, False)


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_of_a_safe_export_is_a_formula(text):
    document = ContactDocument(
        first_name="x",
        nickname=text,
        notes=text,
        infos=(Info(kind=Kind.EMAIL, value=text), Info(kind=Kind.PHONE, value=text, custom_label=text)),
    ).normalised()
    data = b"".join(google_csv([document], shape=measure([document])))
    assert data.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    for title, cell in zip(header, row, strict=True):
        plain = cell.lstrip(" \u200b\ufeff")
        if title == "Phone 1 - Value" and cell == "+49 30 123456":
            continue
        assert not plain.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")), (title, cell)


def test_raw_export_leaves_formulas_alone():
    document = ContactDocument(first_name="=1+1", last_name="'=2").normalised()
    data = b"".join(google_csv([document], shape=measure([document]), safe=False))
    assert data.splitlines()[1].startswith(b"=1+1,,''=2,")


def test_columns_beyond_googles_only_when_used():
    plain = ContactDocument(first_name="Ann", infos=(Info(kind=Kind.EMAIL, value="a@x.example"),)).normalised()
    header = b"".join(google_csv([plain], shape=measure([plain]), safe=False)).splitlines()[0].decode()
    assert header == (
        "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,"
        "Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,"
        "Photo,Labels,E-mail 1 - Label,E-mail 1 - Value"
    )


def test_a_contact_that_was_not_measured_is_refused():
    wide = ContactDocument(first_name="Ann", infos=(Info(kind=Kind.EMAIL, value="a@x.example"),)).normalised()
    with pytest.raises(ValueError, match="more values"):
        list(google_csv([wide], shape=measure([])))


def test_export_comes_in_blocks():
    documents = [replace(full(), first_name=f"Ann {number}") for number in range(500)]
    blocks = list(google_csv(iter(documents), shape=measure(documents)))
    assert len(blocks) > 3
    assert max(map(len, blocks)) < 200_000


def test_outlook_keeps_what_its_columns_hold():
    document = ContactDocument(
        first_name="Ann",
        last_name="Lee",
        notes="First line",
        starred=True,
        infos=(
            Info(kind=Kind.EMAIL, value="a@x.example"),
            Info(kind=Kind.PHONE, label="other", custom_label="Car", value="+49 30 2"),  # in the columns' order
            Info(kind=Kind.PHONE, label="mobile", value="+49 30 1"),
            Info(kind=Kind.ADDRESS, label="work", address={"street": "1 Road", "extended": "Floor 2", "city": "X"}),
            Info(kind=Kind.DATE, label="birthday", value="1987-10-06"),
            Info(kind=Kind.CUSTOM, custom_label="Spouse", value="Kim"),
        ),
        memberships=(
            Membership(kind="company", name="Acme", title="CEO", department="Top", location="Roof"),
            Membership(kind="group", name="VIPs"),
            Membership(kind="group", name="Partners"),
        ),
    ).normalised()
    layout, (parsed,) = imported(b"".join(outlook_csv([document])))
    assert layout.name.startswith("outlook")
    assert parsed.warnings == []
    assert said(parsed.document) == said(document)


def test_outlook_writes_the_rest_below_the_notes():
    document = ContactDocument(
        first_name="Ann",
        notes="First line",
        pronouns="she/her",
        infos=(
            *(Info(kind=Kind.EMAIL, label="work", value=f"a{number}@x.example") for number in range(4)),
            Info(kind=Kind.DATE, label="birthday", value="--03-07"),
            Info(kind=Kind.CUSTOM, custom_label="Size", value="L"),
        ),
    ).normalised()
    _layout, (parsed,) = imported(b"".join(outlook_csv([document])))
    assert parsed.document.notes == (
        "First line\nPronouns: she/her\nEmail (Work): a3@x.example\nDate (Birthday): --03-07\nSize: L"
    )


@pytest.mark.parametrize("text", ["* Work", "*", "* ", "*  Work "])
def test_marked_labels(text):
    label, custom, preferred = read_label(Kind.EMAIL, text)
    assert (label, custom, preferred) == ("work" if "Work" in text else "other", "", True)
