"""What the form makes of what was typed."""

from dataclasses import replace

from django.http import QueryDict
from hypothesis import given

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.forms.choices import NOTHING, with_choices
from contacts.forms.document import document_from, draft_of, read
from contacts.views.forms import hidden_fields
from tests.contacts.strategies import documents


def posted(*pairs):
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data


def resent(document):
    """Return what a form that shows `document` sends when nothing is touched."""
    draft = read(posted(*hidden_fields(draft_of(document))))
    return document_from(draft, like=document, avatar=document.avatar, starred=document.starred)


@given(documents())
def test_a_form_that_nobody_touched_changes_nothing(document):
    assert resent(document) == (document, {})


def test_rows_of_a_kind_keep_their_places_among_other_kinds():
    like = ContactDocument(
        infos=(
            Info(kind=Kind.PHONE, label="mobile", value="1"),
            Info(kind=Kind.EMAIL, label="work", value="a@example.com"),
            Info(kind=Kind.PHONE, label="home", value="2"),
        )
    ).normalised()
    draft = draft_of(like)
    draft.infos.sort(key=lambda row: row.kind)  # a form shows emails first
    document, problems = document_from(draft, like=like)
    assert (document, problems) == (like, {})


def test_messages_stand_at_the_field_that_they_speak_of():
    data = posted(
        ("first_name", "x" * 300),
        ("info-a-kind", "email"),
        ("info-a-value", "ann@example.com"),
        ("info-b-kind", "date"),
        ("info-b-label", "birthday"),
        ("info-b-value", "yesterday"),
        ("membership-c-kind", "company"),
        ("membership-c-title", "t" * 300),
    )
    _document, problems = document_from(read(data), like=ContactDocument())
    assert set(problems) == {"first_name", "info-b-value", "membership-c-title"}
    assert "yesterday" in problems["info-b-value"]


def test_what_is_no_row_of_ours_is_passed_over():
    data = posted(
        ("first_name", "Ann"),
        ("info-a-kind", "secret"),
        ("info-a-value", "1"),
        ("membership-b-kind", "team"),
        ("membership-b-name", "Sales"),
        ("info-c-kind", "email"),
        ("info-c-id", "../../x"),
        ("info-c-value", "ann@example.com"),
        ("avatar", "somebody/else.webp"),
    )
    document, problems = document_from(read(data), like=ContactDocument())
    assert not problems
    assert [info.kind for info in document.infos] == [Kind.EMAIL]
    assert document.infos[0].id.isalnum()
    assert (document.memberships, document.avatar) == ((), "")


def test_of_two_marked_as_preferred_the_new_mark_is_the_choice():
    like = ContactDocument(
        infos=(
            Info(kind=Kind.EMAIL, label="work", value="old@example.com", preferred=True),
            Info(kind=Kind.EMAIL, label="home", value="new@example.com"),
        )
    ).normalised()
    draft = draft_of(like)
    draft.infos[1].preferred = True
    document, _problems = document_from(draft, like=like)
    assert [info.value for info in document.infos if info.preferred] == ["new@example.com"]


def test_a_label_of_ones_own_needs_no_script_to_be_kept():
    data = posted(
        ("info-a-kind", "phone"), ("info-a-label", "other"), ("info-a-custom_label", "Boat"), ("info-a-value", "1")
    )
    document, _problems = document_from(read(data), like=ContactDocument())
    assert document.infos[0].label_name == "Boat"


def test_choices_take_theirs_empty_a_field_or_leave_mine():
    phone = Info(kind=Kind.PHONE, label="home", value="1", id="p")
    theirs = ContactDocument(first_name="Theirs", nickname="", infos=(replace(phone, value="2"),))
    mine = ContactDocument(
        first_name="Mine",
        nickname="Kept",
        suffix="Jr",
        infos=(phone,),
        memberships=(Membership(kind="group", name="VIP", id="g"),),
    )
    chosen = with_choices(
        mine,
        theirs,
        {
            "first_name": "theirs",
            "nickname": "mine",
            "suffix": NOTHING,
            "infos.p": "theirs",
            "memberships.g": NOTHING,
            "starred": "theirs",
            "unheard.of": "theirs",
            "last_name": "nonsense",
        },
    )
    assert chosen == ContactDocument(
        first_name="Theirs", nickname="Kept", infos=(replace(phone, value="2"),), memberships=()
    )


def test_a_preferred_mark_is_chosen_by_kind():
    one, two = (Info(kind=Kind.EMAIL, value=f"{name}@example.com", id=name) for name in ("a", "b"))
    mine = ContactDocument(infos=(replace(one, preferred=True), two))
    theirs = ContactDocument(infos=(one, replace(two, preferred=True)))
    assert with_choices(mine, theirs, {"preferred.email": "theirs"}).infos == theirs.infos
    assert with_choices(mine, theirs, {"preferred.email": NOTHING}).infos == (one, two)
