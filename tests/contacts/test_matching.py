"""Who counts as the same person, and what an import adds to somebody who is known."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contacts.document import SCALAR_NAMES, ContactDocument, Info, Kind, Membership
from contacts.matching import (
    Ambiguous,
    Index,
    Policy,
    combine,
    decide,
    email_keys,
    is_role_mailbox,
    names_contradict,
    same_info,
    same_person,
)
from tests.contacts.strategies import documents, edits

laws = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
policies = st.sampled_from((Policy.FILL, Policy.OVERWRITE))


def email(value, label="work", **rest):
    return Info(kind=Kind.EMAIL, label=label, value=value, **rest)


def phone(value, label="work"):
    return Info(kind=Kind.PHONE, label=label, value=value)


def date(value, label="birthday"):
    return Info(kind=Kind.DATE, label=label, value=value)


def company(name, **details):
    return Membership(kind="company", name=name, **details)


def contact(*infos, memberships=(), **scalars):
    return ContactDocument(infos=infos, memberships=tuple(memberships), **scalars).normalised()


def named(text):
    """Return a contact named `first|middle|last|suffix`, or `first last`; `~x` at the end is the nickname."""
    text, _, nickname = text.partition("~")
    parts = text.split("|") if "|" in text else [text.rpartition(" ")[0] or text, "", text.rpartition(" ")[2]]
    if "|" not in text and " " not in text:
        parts = [text]
    parts += [""] * (4 - len(parts))
    first, middle, last, suffix = parts
    return ContactDocument(first_name=first, middle_name=middle, last_name=last, suffix=suffix, nickname=nickname)


SAME = [
    # nothing said
    ("", "Ann Lee"),
    ("Ann", "Ann Lee"),
    ("||Lee", "Ann Lee"),
    ("Ann", "||Lee"),
    # case, accents, apostrophes, umlauts
    ("ANN LEE", "ann lee"),
    ("Zoë Żółć", "Zoe Zolc"),
    ("Sean O’Brien", "Seán OBrien"),
    ("Jürgen Müller", "Juergen Mueller"),
    ("Søren Ångström", "Soren Angstrom"),
    # initials and middle names
    ("A. Lee", "Ann Lee"),
    ("Ann L.", "Ann Lee"),
    ("A.B. Lee", "Ann Beth Lee"),
    ("J.|Edgar|Hoover", "Edgar Hoover"),
    ("Ann|Marie|Lee", "Ann Lee"),
    ("Ann|M.|Lee", "Ann|Marie|Lee"),
    ("Anne-Marie Lee", "Annemarie Lee"),
    ("Anne-Marie|Sophie|Lee", "Anne Marie||Lee"),
    # nicknames and short forms
    ("Robert Miller~Bob", "Bob Miller"),
    ("William Miller", "Bill Miller"),
    ("Mike Miller", "Michael Miller"),
    ("~Grandma", "Ann Lee"),
    # order and fields
    ("Lee|  |Ann", "Ann Lee"),
    ("Ann Lee||", "Ann||Lee"),
    ("Lee, Ann||", "Ann||Lee"),
    ("Ann Marie Lee||", "Ann||Lee"),
    ("陈伟||", "伟||陈"),
    ("김 민준", "민준 김"),
    ("Dr. Ann Lee", "Ann Lee"),
    ("Ann||Lee|PhD", "Ann Lee"),
    # surnames
    ("Ann Schmidt-Meyer", "Ann Schmidt"),
    ("José||García López", "Jose Garcia"),
    ("Jan||van den Berg", "Jan||Vandenberg"),
    ("Jan||van den Berg", "Jan||Berg"),
    ("Ronald MacDonald", "Ronald||Mac Donald"),
    # generations
    ("John||Smith|Jr.", "John||Smith|Junior"),
    ("John||Smith|Jr.", "John Smith"),
    ("John||Smith Jr.", "John||Smith|Jr"),
    # scripts
    ("Иван Петров", "Ivan Petrov"),
    ("Юлия Щербакова", "Iuliia Shcherbakova"),
    ("Γιώργος Παπαδόπουλος", "Giorgos Papadopoulos"),
    ("伟||陈", "Wei Chen"),
    ("प्रिया शर्मा", "प्रिया शर्मा"),
    # couples
    ("Anna & Peter Schmidt", "Anna and Peter Schmidt"),
]

DIFFERENT = [
    # a family, a shared mailbox
    ("Anna Schmidt", "Peter Schmidt"),
    ("Jan Kowalski", "Janina Kowalska"),
    ("Paul Weber", "Paula Weber"),
    ("Daniel Weber", "Daniela Weber"),
    ("Anna Kowalska", "Anna Kowalski"),
    ("Ann Lee", "Bob Stone"),
    ("~Mum", "~Dad"),
    # twins
    ("John|A.|Smith", "John|B.|Smith"),
    ("John|Andrew|Smith", "John|Benjamin|Smith"),
    ("Mary-Kate Olsen", "Mary-Ann Olsen"),
    ("Anna Lee", "Hanna Lee"),
    # generations
    ("John||Smith|Jr.", "John||Smith|Sr."),
    ("John||Smith Jr.", "John||Smith|Sr."),
    ("Henry||Ford|II", "Henry||Ford|III"),
    # another surname
    ("Anna Schmidt", "Anna Meyer"),
    ("María de la Cruz", "María de la Fuente"),
    ("Ann||Lee", "Ann||Leigh"),
    # initials
    ("A. Lee", "Bob Lee"),
    ("B. Lee", "Ann|Beth|Lee"),
    ("Ann L.", "Ann Stone"),
    ("J.|Edgar|Hoover", "K.|Edgar|Hoover"),
    # called by a name that could be another's
    ("José|María|García", "María García"),
    # couples
    ("Anna & Peter Schmidt", "Anna Schmidt"),
    ("Anna und Peter Schmidt", "Peter Schmidt"),
    # one field
    ("Ann Lee||", "Ann||Stone"),
    ("Schmidt||", "Anna Schmidt"),
    # other scripts
    ("Иван Петров", "Olga Petrova"),
    ("Юлия Петрова", "Olya Petrova"),
    ("Пётр Чехов", "Anton Chekhov"),
    ("राम शर्मा", "रामा शर्मा"),
    ("伟||陈", "明||陈"),
    ("민준||김", "서준||김"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_names_that_can_be_one_persons(a, b):
    assert not names_contradict(named(a), named(b))
    assert not names_contradict(named(b), named(a))


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_names_that_contradict(a, b):
    assert names_contradict(named(a), named(b))
    assert names_contradict(named(b), named(a))


@laws
@given(documents(), documents())
def test_no_name_contradicts_itself_and_order_does_not_matter(a, b):
    assert not names_contradict(a, a)
    assert names_contradict(a, b) == names_contradict(b, a)
    assert not names_contradict(a, contact(email("x@example.com")))
    assert same_person(a, b) == same_person(b, a)


def test_a_phonetic_name_joins_two_scripts():
    kanji = ContactDocument(
        first_name="太郎", last_name="山田", phonetic_first_name="Taro", phonetic_last_name="Yamada"
    )
    assert not names_contradict(kanji, named("Taro Yamada"))


@pytest.mark.parametrize(
    "local",
    ["info", "office", "sales", "support", "Kontakt", "biuro", "contacto", "accueil", "no-reply", "noreply",
     "do_not_reply", "vertrieb", "customer.service", "info-berlin", "sales.eu", "info2", "info+web", "hr", "rechnung",
     "mailer-daemon"],
)  # fmt: skip
def test_role_mailboxes(local):
    assert is_role_mailbox(f"{local}@example.com")


@pytest.mark.parametrize(
    "local", ["ann", "ann.lee", "infante", "officer.lee", "salesh", "m.post", "ann+info", "hrafn", ""]
)
def test_mailboxes_of_people(local):
    assert not is_role_mailbox(f"{local}@example.com")


ANN, ANNA, BOB = (contact(email("a@example.com"), first_name=name) for name in ("Ann", "Anna", "Bob"))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (contact(email("A@Example.com")), contact(email("a@example.com", "home")), True),
        (contact(email("A@Example.com"), first_name="Ann"), ANN, True),
        (ANN, BOB, False),
        (ANN, contact(email("b@example.com"), first_name="Ann"), False),
        (contact(email("x@example.com"), email("a@example.com"), first_name="Ann"), ANN, True),
        # a phone or a company alone is a possible duplicate, not the same
        (contact(phone("030 123456"), first_name="Ann"), contact(phone("030 123456"), first_name="Ann"), False),
        (contact(memberships=[company("Acme")], first_name="Ann", last_name="Lee"),
         contact(memberships=[company("Acme")], first_name="Ann", last_name="Lee", nickname="A"), False),
        # a desk's mailbox alone never suffices
        (contact(email("info@example.com")), contact(email("info@example.com"), first_name="Ann"), False),
        (contact(email("info@example.com"), first_name="Ann"),
         contact(email("info@example.com"), first_name="A."), False),
        (contact(email("info@example.com"), first_name="Ann", last_name="Lee"),
         contact(email("info@example.com"), first_name="Lee", last_name="ANN", notes="Tea"), True),
        (contact(email("info@example.com"), memberships=[company("Acme")]),
         contact(email("info@example.com"), memberships=[company("Beta")]), False),
        (contact(email("info@example.com"), memberships=[company("Acme")]),
         contact(email("info@example.com"), memberships=[company("Acme")]), True),
        (contact(email("info@example.com"), email("a@example.com"), first_name="Ann"), ANN, True),
    ],
)  # fmt: skip
def test_same_person(a, b, same):
    assert same_person(a, b) is same
    assert same_person(b, a) is same


def sharing(document, *candidates):
    mine = email_keys(document)
    return [(key, other, [email for email in email_keys(other) if email in mine]) for key, other in candidates]


def test_several_candidates_are_never_guessed():
    unnamed = contact(email("a@example.com"))
    assert decide(ANN, []) is None
    assert decide(ANN, sharing(ANN, (1, BOB))) is None
    assert decide(ANN, sharing(ANN, (1, BOB), (2, ANN))) == 2
    assert decide(unnamed, sharing(unnamed, (1, BOB), (2, ANN))) == Ambiguous((1, 2))


def test_rows_of_one_file_find_each_other_by_email():
    index = Index[int]()
    index.add(1, ANN)
    index.add(2, BOB)
    index.add(3, contact(email("b@example.com"), email("A@EXAMPLE.com")))
    assert index.candidates(ANNA) == [1, 2, 3]
    assert index.candidates(contact(email("b@example.com"), email("a@example.com"))) == [3, 1, 2]
    assert index.candidates(contact(first_name="Ann")) == []


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("030 123456", "+49 30 123456", True),
        ("0049 30 123456", "+49 (30) 12-34-56", True),
        ("+49 30 123456", "+48 30 123456", False),
        ("601 234 567", "+48 601 234 567", True),  # typed without its country: by its last nine digits
        ("+49 601 234 567", "+48 601 234 567", False),
        ("+1 212 555 0100 x12", "+1 212 555 0100 x13", False),
        ("+1 212 555 0100 ext. 12", "+1 (212) 555-0100 x12", True),
        ("+1 212 555 0100", "+1 212 555 0100 x12", False),
        ("ask Ann", "ask Bob", False),
        ("ask Ann", "Ask ann", True),
    ],
)
def test_same_phone(a, b, same):
    assert same_info(phone(a), phone(b, "home"), "DE") is same
    assert same_info(phone(b), phone(a), "DE") is same


@laws
@given(documents(), documents("1"), policies)
def test_combining_twice_is_combining_once(existing, incoming, policy):
    once = combine(existing, incoming, policy, region="DE")
    assert combine(once, incoming, policy, region="DE") == once
    assert once.normalised() == once


@laws
@given(documents(), policies, st.data())
def test_combining_again_after_edits_settles_at_once(existing, policy, data):
    incoming = data.draw(edits(existing))
    once = combine(existing, incoming, policy, region="PL")
    assert combine(once, incoming, policy, region="PL") == once


@laws
@given(documents(), st.sampled_from((Policy.FILL, Policy.OVERWRITE, Policy.SKIP)))
def test_what_says_nothing_new_changes_nothing(document, policy):
    assert combine(document, document, policy, region="DE") == document


@laws
@given(documents(), documents("1"))
def test_filling_blanks_replaces_nothing(existing, incoming):
    filled = combine(existing, incoming, Policy.FILL, region="DE")
    for name in SCALAR_NAMES:
        assert getattr(filled, name) == (getattr(existing, name) or getattr(incoming, name))
    assert filled.infos[: len(existing.infos)] == existing.infos
    assert filled.starred == (existing.starred or incoming.starred)
    for info in incoming.infos:
        assert any(same_info(info, known, "DE") for known in filled.infos)
    for old, new in zip(existing.memberships, filled.memberships, strict=False):
        assert (new.id, new.name) == (old.id, old.name)
        assert all(before in ("", after) for before, after in zip(old.content, new.content, strict=True))
    names = {(item.kind, item.name.casefold()) for item in (*existing.memberships, *incoming.memberships)}
    assert {(item.kind, item.name.casefold()) for item in filled.memberships} == names


@laws
@given(documents(), documents("1"))
def test_overwriting_takes_all_that_is_said_and_loses_no_other_value(existing, incoming):
    result = combine(existing, incoming, Policy.OVERWRITE, region="DE")
    for name in SCALAR_NAMES:
        assert getattr(result, name) == (getattr(incoming, name) or getattr(existing, name))
    for info in (*existing.infos, *incoming.infos):
        assert any(same_info(info, known, "DE") for known in result.infos)
    said = {(info.kind, info.value) for info in result.infos}
    for info in incoming.infos:
        if info.kind not in (Kind.DATE, Kind.ADDRESS):
            assert (info.kind, info.value) in said
    for kind in Kind:
        wanted = [info for info in incoming.of_kind(kind) if info.preferred]
        if wanted and kind is not Kind.DATE:
            (chosen,) = (info for info in result.of_kind(kind) if info.preferred)
            assert same_info(chosen, wanted[0], "DE")


def test_fill():
    existing = contact(
        email("ann@example.com"), phone("+49 30 123456"), date("1987-10-06"),
        memberships=[company("Acme", title="Clerk")], first_name="Ann", notes="Tea",
    )  # fmt: skip
    incoming = contact(
        email("ANN@example.com", "home"), email("a@example.org"), phone("030 123456", "mobile"), date("1999-01-01"),
        date("2010-05-05", "anniversary"),
        memberships=[company("ACME", title="Boss", department="Sales"), company("Beta")],
        first_name="Anna", last_name="Lee", starred=True,
    )  # fmt: skip
    filled = combine(existing, incoming, Policy.FILL, region="DE")
    assert (filled.full_name, filled.notes, filled.starred) == ("Ann Lee", "Tea", True)
    assert [(info.label, info.value) for info in filled.infos] == [
        ("work", "ann@example.com"),
        ("work", "+49 30 123456"),
        ("birthday", "1987-10-06"),
        ("work", "a@example.org"),
        ("anniversary", "2010-05-05"),
    ]
    assert [item.content[1:4] for item in filled.memberships] == [("Acme", "Clerk", "Sales"), ("Beta", "", "")]


def test_overwrite():
    existing = contact(
        email("ann@example.com"), email("old@example.com"), phone("+49 30 123456"), date("1987-10-06"),
        memberships=[company("Acme", title="Clerk", location="Berlin")], first_name="Ann", notes="Tea",
    )  # fmt: skip
    incoming = contact(
        email("Ann@example.com", "home", preferred=True), phone("030 123456", "other"), date("1988-01-01"),
        memberships=[company("ACME", title="Boss")], first_name="Anna", last_name="Lee",
    )  # fmt: skip
    result = combine(existing, incoming, Policy.OVERWRITE, region="DE")
    assert (result.full_name, result.notes) == ("Anna Lee", "Tea")
    assert [(info.label, info.value, info.preferred) for info in result.infos] == [
        ("home", "Ann@example.com", True),
        ("work", "old@example.com", False),
        ("work", "030 123456", False),
        ("birthday", "1988-01-01", False),
    ]
    assert [info.id for info in result.infos] == [info.id for info in existing.infos]
    assert [item.content[1:] for item in result.memberships] == [("Acme", "Boss", "", "Berlin", "")]


def test_a_birthday_without_its_year_does_not_take_the_year_away():
    existing = contact(date("1987-10-06"), first_name="Ann")
    assert combine(existing, contact(date("--10-06")), Policy.OVERWRITE, region="DE") == existing
    assert combine(existing, contact(date("--10-07")), Policy.OVERWRITE, region="DE").infos[0].value == "--10-07"


def test_skip_changes_nothing_and_keeping_both_is_not_combining():
    assert combine(ANN, BOB, Policy.SKIP, region="DE") is ANN
    with pytest.raises(ValueError, match="second contact"):
        combine(ANN, BOB, Policy.KEEP_BOTH, region="DE")


def test_ids_of_appended_values_never_collide_with_the_contacts_own():
    existing = contact(email("a@example.com", id="1"), first_name="Ann")
    result = combine(existing, replace(existing, infos=(email("b@example.com", id="1"),)), Policy.FILL, region="DE")
    assert result.infos[0] == existing.infos[0]
    assert len({info.id for info in result.infos}) == 2


@laws
@given(documents(), st.data(), policies)
def test_who_was_imported_is_found_when_the_file_comes_again(existing, data, policy):
    known = replace(existing, infos=(*existing.infos, email("ann@example.net", id="f"))).normalised()
    row = data.draw(edits(known))
    result = combine(known, row, policy, region="DE")
    index = Index[str]()
    index.add("known", result)
    if any(info.value == "ann@example.net" for info in row.infos):
        assert index.candidates(row) == ["known"]
        if policy is Policy.OVERWRITE or not names_contradict(known, row):
            assert decide(row, sharing(row, ("known", result))) == "known"
