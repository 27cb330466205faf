"""Search finds exactly what a scan of everything would find, best first, and only what one may read."""

import random
import re
import string
import unicodedata
from dataclasses import replace

import pytest

from contacts.derived import Derived, derive
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.folding import fold
from contacts.handles import digits
from contacts.listing import count, page, rows_by_id
from contacts.marking import explain
from contacts.models import Contact, Group
from contacts.scope import FEW, scope_for
from contacts.search import BEST, SOME, find, find_page, words_of
from contacts.services import act, create_contact, documents_of, move_contacts, star_contacts, trash_contacts
from contacts.words import PHONE_MARK, is_without_blanks, phone_part, spaced
from tests.contacts.conftest import person
from tests.factories import make_book

NAMES = [
    "Ann",
    "Anna",
    "Annika",
    "O'Connor",
    "O’Neil",
    "Żółć",
    "Łukasz",
    "Müller",
    "Groß",
    "Ångström",
    "Øre",
    "Æsir",
    "Jean-Luc",
    "Ana-María",
    "İlsu",
    "Kısakürek",
    "Иван",
    "Щербаков",
    "Ковалевський",
    "田中",
    "美咲",
    "Νίκος",
    "Παπάς",
    "محمد",
    "علي",
    "דוד",
    "कुमार",
    "กมล",
    "Nguyễn",
    "Đặng",
    "김",
    "王",
    "小明",
    "ゆかり",
    "प्रिया",
    "🎉",
    "철수",
    "x",
    "1a",
    "100%",
    "a_b",
    "c\\d",
    "zolc",
]
COMPANIES = (
    "Acme & Sons",
    "Żabka",
    "ACME",
    "O'Reilly Media",
    "50% Off",
    "Müller-Groß KG",
    "株式会社",
    "x_y",
    "The An Shop",
)


def random_person(source: random.Random, number: int):
    """Return a document drawn from few parts, so that queries hit often and in many ways."""
    infos = []
    for _count in range(source.randrange(3)):
        local = fold(source.choice(NAMES)).replace(" ", ".") or "x"
        infos.append(
            Info(
                kind=Kind.EMAIL, label="work", value=f"{local}.{number}@{source.choice(['acme', 'mail', 'an'])}.example"
            )
        )
    if source.random() < 0.5:
        form = source.choice(["+46 70 {0} {1}", "({0}) {1}-00", "0{0}/{1}", "+49 (0){0}-{1}", "{0}{1}"])
        infos.append(
            Info(
                kind=Kind.PHONE,
                label="mobile",
                value=form.format(source.randrange(100, 999), source.randrange(1000, 9999)),
            )
        )
    if source.random() < 0.3:
        infos.append(
            Info(kind=Kind.CUSTOM, custom_label="Account", value=f"A-{source.randrange(30)} {source.choice(NAMES)}")
        )
    memberships = (
        [Membership(kind="company", name=source.choice(COMPANIES), title="CTO")] if source.random() < 0.5 else []
    )
    if source.random() < 0.2:
        memberships.append(Membership(kind="group", name=source.choice(["VIP", "Friends of An"])))
    return ContactDocument(
        first_name=source.choice(NAMES),
        last_name=" ".join(source.sample(NAMES, source.randrange(3))),
        nickname=source.choice(NAMES) if source.random() < 0.1 else "",
        notes=f"met {source.choice(NAMES)} in 2{source.randrange(3)}" if source.random() < 0.2 else "",
        starred=source.random() < 0.2,
        infos=tuple(infos),
        memberships=tuple(memberships),
    ).normalised()


def is_in(word: str, text: str) -> bool:
    """Say by the definition whether a word of a query is in a contact's words."""
    if is_without_blanks(word):
        row = spaced(word)
        return f"{' ' * is_without_blanks(row[0])}{row}{' ' * is_without_blanks(row[-1])}" in text
    kinds = "".join(unicodedata.category(character)[0] for character in word)
    if any(set(kinds[at : at + 3]) <= set("LMN") for at in range(len(kinds) - 2)) or not word[0].isalnum():
        return word in text
    begins = [found.start() for found in re.finditer(f"(?={re.escape(word)})", text)]
    return any(text[at - 1] in f" {string.punctuation}" for at in begins)


def matches(derived: Derived, words) -> bool:
    """Say by the definition whether a contact matches: each word in its folded text, or its digits in a phone."""
    text = derived.search_text
    folded, _mark, _rest = text.partition(PHONE_MARK)
    folded = folded.partition("\x1e")[0]
    phones = [part.strip() for part in text.split(PHONE_MARK)[1:]]
    return all(
        is_in(word, folded)
        or any(word in phone if len(word) > 2 else phone.startswith(word) for phone in phones)
        or (
            (part := phone_part(word))
            and any(part in phone if len(part) > 2 else phone.startswith(part) for phone in phones)
        )
        for word in words
    )


def rank(derived: Derived, words) -> int:
    """Return 0 when a name begins with the longest word and the others begin later words of it; 1 when companies,
    groups, addresses or phones have the words as they stand, from the beginning of a word; else 2."""
    tokens = derived.tokens
    lead = max(words, key=len)
    others = [word for word in words if word != lead]
    if any(
        tier == 1 and token.startswith(spaced(lead)) and all(f" {spaced(word)}" in token for word in others)
        for tier, token in tokens
    ):
        return 0
    leads = [spaced(" ".join(words))]
    parts = [phone_part(word) or (word if word.isdigit() else "") for word in words]
    leads += [PHONE_MARK + "".join(parts)] if all(parts) else []
    if any(tier == 2 and token.startswith(start) for tier, token in tokens for start in leads):
        return 1
    return 2


def queries(source: random.Random, documents) -> list[str]:
    """Return queries drawn from the data: beginnings, parts, pairs, phones in other formats, misses."""
    texts = [
        text for document in documents for text in re.sub("\x1e\\S+", "", derive(document, "US").search_text).split()
    ]
    drawn = [
        " ",
        "%",
        "_",
        "\\",
        "a",
        "an",
        "O'Con",
        "o’con",
        "zolc",
        "ŻÓŁĆ",
        "zzzz",
        "ann acme",
        "an an",
        "+46",
        "(0)",
        "46 70",
        "4",
        "+4",
        "50%",
        "b_",
        "🎉",
        "王小明",
        "小明王",
        "明王",
        "中美",
        "美",
        "कु",
        "कम",
        "ก",
        "กม",
        "प्",
        "|",
        "\x1e",
        "100%",
    ]
    for _number in range(120):
        word = source.choice(texts).strip(PHONE_MARK)
        start = source.randrange(len(word))
        part = word[: source.randrange(1, 6)] if source.random() < 0.5 else word[start : start + source.randrange(1, 8)]
        drawn.append(part if source.random() < 0.7 else f"{part} {source.choice(texts)[:3]}")
    for document in source.sample(documents, 20):
        for info in document.of_kind(Kind.PHONE):
            plain = digits(info.value)
            drawn += [plain[:4], f"{plain[:3]}-{plain[3:5]}", f"({plain[1:4]})", plain[-5:]]
            drawn += [f"{plain[:2]} {plain[2:5]}", f"+{plain[:1]} {plain[1:2]}", info.value[:8], info.value]
    for company in COMPANIES:
        drawn += [company[: source.randrange(3, 12)], company, f"{company} {source.choice(NAMES)}"]
    return drawn


@pytest.fixture
def crowd(cast):
    """Three hundred random people in two books of Ann's; Ben sees one of them, Sam has some of his own."""
    source = random.Random(20261121)
    documents = [random_person(source, number) for number in range(300)]
    with act(by=cast.ann, organization=cast.organization) as writing:
        writing.create(cast.book, documents[:200])
        writing.create(cast.private, documents[200:])
    with act(by=cast.sam, organization=cast.elsewhere) as writing:
        writing.create(cast.foreign, documents[:50])
    return source


WAYS = {
    "few, read whole": {"by_book": True},
    "book by book": {"by_book": True, "contacts": FEW + 1},
    "book by book, by the index": {"by_book": True, "contacts": SOME + 1},
    "by organization": {"by_book": False, "contacts": FEW + 1},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("who", ["ann", "ben"])
def test_equals_a_scan_of_everything(cast, crowd, who, way):
    user = getattr(cast, who)
    scope = replace(scope_for(user, cast.organization, searching=True), **way)
    readable = documents_of(Contact.objects.for_user(user))
    derived = {pk: derive(document, "US") for pk, document in readable.items()}
    for query in queries(crowd, list(readable.values())):
        words = words_of(query)
        expected = {pk for pk in readable if words and matches(derived[pk], words)}
        found = find(scope, query, limit=1000)
        assert found.complete, query
        assert {row.id for row in found.rows} == expected, query
        ranks = [rank(derived[row.id], words) for row in found.rows]
        assert ranks == sorted(ranks), query
        best = find(scope, query, limit=10)
        assert len(best.rows) == min(10, len(expected)), query
        assert best.complete <= (len(expected) <= 10), query
        assert {row.id for row in best.rows} <= expected, query
        for row in found.rows:
            assert "".join(text for text, _hit in row.name_parts or []) == row.name


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_all_by_name_pages_the_same_answer(cast, crowd, way):
    scope = replace(scope_for(cast.ann, cast.organization, searching=True), **way)
    for query in ("a", "an", "acme", "4", "o"):
        expected = {row.id for row in find(scope, query, limit=1000).rows}
        seen, after = [], None
        while True:
            part = find_page(scope, query, after=after, limit=7)
            seen += [row.id for row in part.rows]
            after = part.next
            if after is None:
                break
        assert len(seen) == len(set(seen))
        assert set(seen) == expected
        keys = dict(Contact.objects.filter(pk__in=seen).values_list("pk", "sort_family"))
        assert [(keys[pk], pk) for pk in seen] == sorted((keys[pk], pk) for pk in seen)


@pytest.mark.parametrize("by_book", [True, False])
@pytest.mark.parametrize("order", ["family", "given"])
def test_the_list_pages_everything_once_in_order(cast, crowd, order, by_book):
    scope = replace(scope_for(cast.ann, cast.organization), by_book=by_book)
    seen, after = [], None
    while True:
        part = page(scope, after=after, limit=23, order=order)
        seen += [row.id for row in part.rows]
        after = part.next
        if after is None:
            break
    expected = Contact.objects.for_user(cast.ann).order_by(f"sort_{order}", "pk").values_list("pk", flat=True)
    assert seen == list(expected)
    assert count(scope) == 300


def test_a_broken_page_key_starts_over(cast, crowd):
    scope = scope_for(cast.ann, cast.organization)
    first = page(scope).rows
    for key in ("x", "%%%", "eyJhIjogMX0", "W10", "WyJcdTAwMDAiLCAieCJd", "a" * 5000, "W1siYSJdLCAiYiJd", "W1tb" * 999):
        assert page(scope, after=key).rows == first


def test_filters_narrow_lists_and_searches_alike(cast, crowd):
    vip = Group.objects.for_user(cast.ann).get(name="VIP")
    acme = Group.objects.for_user(cast.ann).get(name="Acme & Sons")
    for narrowed in (
        scope_for(cast.ann, cast.organization, group=vip),
        scope_for(cast.ann, cast.organization, company=acme),
        scope_for(cast.ann, cast.organization, group=vip, company=acme),
        scope_for(cast.ann, cast.organization, starred=True),
        scope_for(cast.ann, cast.organization, book=cast.private),
    ):
        listed = {row.id for row in page(narrowed, limit=500).rows}
        assert 0 < len(listed) < 300
        assert count(narrowed) == len(listed)
        everyone = {row.id for row in find(scope_for(cast.ann, cast.organization), "an", limit=1000).rows}
        assert {row.id for row in find(narrowed, "an", limit=1000).rows} == everyone & listed


def test_a_book_excluded_from_search_is_left_out_of_alls_search_alone(cast, crowd):
    hidden = make_book(cast.ann, cast.organization)
    hidden.exclude_from_search = True
    hidden.save(update_fields=["exclude_from_search"])
    contact = create_contact(by=cast.ann, book=hidden, document=person("Quentin"))
    assert not find(scope_for(cast.ann, cast.organization, searching=True), "quentin").rows
    assert [
        row.id for row in find(scope_for(cast.ann, cast.organization, book=hidden, searching=True), "quentin").rows
    ] == [contact.pk]
    assert contact.pk in {row.id for row in page(scope_for(cast.ann, cast.organization), limit=500).rows}


def test_a_row_says_why_it_matched(cast):
    create_contact(
        by=cast.ann,
        book=cast.book,
        document=person(
            "Łukasz", "Żółć", email="lz@poczta.example", phone="+48 577 412-154", notes="Likes very old maps of Kraków."
        ),
    )
    scope = scope_for(cast.ann, cast.organization, searching=True)

    def marked(query):
        [row] = find(scope, query).rows
        return [text for text, hit in [*(row.name_parts or []), *(row.match or [])] if hit]

    assert marked("zolc") == ["Żółć"]
    assert marked("5774121") == ["577 412-1"]
    assert marked("krakow") == ["Kraków"]
    assert marked("luk poczta") == ["Łuk", "poczta"]


@pytest.mark.parametrize("way", WAYS.values(), ids=lambda way: str(way))
@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ("acme sp", {"company": "The Acme Sports Club"}, {"notes": "sports at acme"}),
        ("acme s", {"groups": ["Acme staff"]}, {"company": "Sun & Acme"}),
        ("+49 30 12", {"phone": "+49 30 123 456"}, {"notes": "+49 and 30 and 12"}),
        ("030 123 4", {"phone": "+49 (0)30 123 456", "notes": "030 123 4"}, {"notes": "4 030 123"}),
    ],
)
def test_who_has_the_words_as_they_stand_comes_before_who_has_them_apart(cast, way, query, first, second):
    last = create_contact(by=cast.ann, book=cast.book, document=person("Zed", **first)).pk
    early = create_contact(by=cast.ann, book=cast.book, document=person("Abe", **second)).pk
    scope = replace(scope_for(cast.ann, cast.organization, searching=True), **way)
    found = find(scope, query)
    assert [row.id for row in found.rows] == [last, early]
    assert found.complete


def test_a_phone_that_begins_with_the_digits_but_does_not_hold_each_word_is_not_found(cast):
    apart = create_contact(by=cast.ann, book=cast.book, document=person("Ann", phone="+49 30 123 456")).pk
    create_contact(by=cast.ann, book=cast.book, document=person("Ben", phone="+4930123456"))
    found = find(scope_for(cast.ann, cast.organization, searching=True), "+49 30 12")
    assert [row.id for row in found.rows] == [apart]


def test_a_cut_answer_says_so(cast):
    with act(by=cast.ann, organization=cast.organization) as writing:
        writing.create(cast.book, [person("Anna", f"Number {number}") for number in range(BEST + 1)])
    found = find(scope_for(cast.ann, cast.organization, searching=True), "anna")
    assert len(found.rows) == BEST
    assert not found.complete


def test_starring_and_searching_cost_a_constant_number_of_queries(cast, crowd, django_assert_max_num_queries):
    scope = scope_for(cast.ann, cast.organization, searching=True)
    star_contacts(by=cast.ann, contacts=[row.id for row in page(scope).rows], starred=True)
    for query in ("a", "quite nothing", "example", "an acme", "+46 70 1"):
        with django_assert_max_num_queries(6):
            find(scope, query)


def test_what_left_the_scope_between_finding_and_reading_is_not_shown(cast):
    stays, moved, deleted = (
        create_contact(by=cast.ann, book=cast.book, document=person(name)).pk for name in ("Stays", "Moved", "Deleted")
    )
    scope = scope_for(cast.vic, cast.organization)
    move_contacts(by=cast.ann, contacts=[moved], to=cast.private)
    trash_contacts(by=cast.ann, contacts=[deleted])
    assert set(rows_by_id(scope, [stays, moved, deleted])) == {stays}


def test_what_left_the_scope_between_reading_and_explaining_is_not_looked_into(cast):
    stays, moved, deleted = (
        create_contact(by=cast.ann, book=cast.book, document=person(name, notes="Beforehand")).pk
        for name in ("Stays", "Moved", "Deleted")
    )
    scope = scope_for(cast.vic, cast.organization)
    rows = [row for row, _key in rows_by_id(scope, [stays, moved, deleted]).values()]
    move_contacts(by=cast.ann, contacts=[moved], to=cast.private)
    trash_contacts(by=cast.ann, contacts=[deleted])
    told = {row.id: "".join(text for text, _hit in row.match or []) for row in explain(rows, ["beforehand"])}
    assert told == {stays: "Beforehand", moved: "", deleted: ""}
