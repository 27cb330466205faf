"""Names in the order, and phones in the form, that somebody chose for themselves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.derived import shown_name
from contacts.document import ContactDocument, Info, Kind
from contacts.models import Contact
from contacts.services import create_contact, trash_contacts
from organizations.models import NameOrder, User
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import HTMX, add, rows, signed_in


def choose(user: User, **said):
    """Have somebody choose, and sign them in."""
    User.objects.filter(pk=user.pk).update(**said)
    return signed_in(User.objects.get(pk=user.pk))


@pytest.mark.parametrize(
    ("parts", "turned"),
    [
        (("Emil", "", "Novák", ""), "Novák Emil"),
        (("János", "Márton", "Kovács", "Jr."), "Kovács János Márton Jr."),
        (("小明", "", "王", ""), "王小明"),
        (("민준", "", "김", ""), "김민준"),
        (("さくら", "", "山田", ""), "山田さくら"),
        (("ジョン", "", "スミス", ""), "スミス ジョン"),
        (("Ming", "", "王", ""), "王 Ming"),
        (("Emil", "", "", ""), "Emil"),
        (("", "", "Novák", "PhD"), "Novák PhD"),
        (("", "Emil", "Novák", ""), "Novák Emil"),
    ],
)
def test_a_full_name_is_turned_and_a_half_one_is_not(parts, turned):
    name = " ".join(filter(None, parts))
    assert shown_name(name, parts, family_first=True) == turned
    assert shown_name(name, parts, family_first=False) == name
    assert shown_name("Nick", parts, family_first=True) == "Nick"


@pytest.mark.parametrize("query", ["", "?q=kovacs", "?q=kovacs&sort=name", "?starred=1"])
def test_lists_show_and_sort_names_as_one_chose(cast, query):
    for names in (("Anna", "Kovács"), ("Zoltán", "Kovács")):
        create_contact(by=cast.ann, book=cast.book, document=person(*names, starred=True))
    assert rows(choose(cast.vic).get(f"/contacts/{query}")) == ["Anna Kovács", "Zoltán Kovács"]
    turned = choose(cast.vic, name_order=NameOrder.FAMILY).get(f"/contacts/{query}")
    assert rows(turned) == ["Kovács Anna", "Kovács Zoltán"]
    if "q=" in query:
        assert "<mark>Kovács</mark> Anna" in turned.text
    assert rows(signed_in(cast.ann).get(f"/contacts/{query}")) == ["Anna Kovács", "Zoltán Kovács"]


def test_who_goes_by_another_name_keeps_it(cast):
    add(cast, "", "", nickname="Zizi")
    add(cast, "", "", company="Kovács Anna Kft.")
    add(cast, "", "", file_as="Anna Kovács")
    client = choose(cast.vic, name_order=NameOrder.FAMILY)
    assert sorted(rows(client.get("/contacts/"))) == ["Anna Kovács", "Kovács Anna Kft.", "Zizi"]


def test_the_order_of_the_list_can_differ_from_that_of_the_names(cast):
    add(cast, "Zoltán", "Alma")
    add(cast, "Anna", "Zeller")
    client = choose(cast.vic, name_order=NameOrder.FAMILY)
    assert rows(client.get("/contacts/")) == ["Alma Zoltán", "Zeller Anna"]
    assert rows(client.get("/contacts/?sort=given")) == ["Zeller Anna", "Alma Zoltán"]
    client = choose(cast.vic, name_order=NameOrder.GIVEN)
    assert rows(client.get("/contacts/")) == ["Anna Zeller", "Zoltán Alma"]


def test_a_turned_list_costs_no_more_queries_and_pages_to_its_end(cast):
    for number in range(60):
        add(cast, f"P{number:02}", "Kovács")
    counted = []
    for order in (NameOrder.MIXED, NameOrder.FAMILY):
        client = choose(cast.vic, name_order=order)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(client.get("/contacts/", headers=HTMX))) == 50
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert "infos" not in "".join(query["sql"] for query in queries)


def test_card_history_trash_and_changes_say_the_name_in_the_same_order(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Anna", "Kovács", prefix="Dr."))
    client = choose(cast.ann, name_order=NameOrder.FAMILY)
    page = client.get(f"/contacts/{contact.pk}/").text
    assert "Dr. Kovács Anna" in page
    assert 'data-copy="Kovács Anna"' in page
    assert "Anna Kovács" not in page
    for address in (f"/contacts/{contact.pk}/history/", f"/contacts/{contact.pk}/edit/", "/changes/"):
        assert "Kovács Anna" in client.get(address).text, address
    entry = trash_contacts(by=cast.ann, contacts=[contact.pk])
    assert "Kovács Anna" in client.get(f"/trash/{entry.pk}/").text
    assert "Kovács Anna" in client.get(f"/changes/{entry.pk}/").text


def test_phones_on_the_card_are_shown_from_where_one_is(cast):
    numbers = ["030 123456", "+44 20 7946 0018", "ask Ann"]
    infos = tuple(Info(kind=Kind.PHONE, label="work", value=number) for number in numbers)
    address = Info(kind=Kind.ADDRESS, label="work", address={"country": "Germany"})
    contact = create_contact(
        by=cast.ann, book=cast.book, document=ContactDocument(first_name="Ana", infos=(*infos, address))
    )
    card = f"/contacts/{contact.pk}/"

    def shown(page):
        return [
            text
            for text in ("030 123456", "+49 30 123456", "+44 20 7946 0018", "020 7946 0018", "ask Ann")
            if f'data-copy="{text}"' in page and f">{text}" in page
        ]

    page = signed_in(cast.vic).get(card).text
    assert shown(page) == ["+49 30 123456", "+44 20 7946 0018", "ask Ann"]
    assert 'href="tel:+4930123456"' in page
    page = choose(cast.vic, region="DE").get(card).text
    assert shown(page) == ["030 123456", "+44 20 7946 0018", "ask Ann"]
    assert 'href="tel:+4930123456"' in page
    assert shown(choose(cast.vic, region="GB").get(card).text) == ["+49 30 123456", "020 7946 0018", "ask Ann"]
    form = choose(cast.ann, region="GB").get(f"{card}edit/").text
    assert all(f'value="{number}"' in form for number in numbers), "the form keeps what was typed"
    assert Contact.objects.get(pk=contact.pk).version == 1


def test_a_card_with_many_phones_costs_as_many_queries_as_one_with_none(cast):
    counted = []
    for number in (0, 30):
        infos = tuple(Info(kind=Kind.PHONE, label="work", value=f"030 1234{n:02}") for n in range(number))
        contact = create_contact(by=cast.ann, book=cast.book, document=ContactDocument(first_name="Ana", infos=infos))
        client = choose(cast.vic, region="DE", name_order=NameOrder.FAMILY)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/contacts/{contact.pk}/", headers=HTMX)
        counted.append(len(queries))
    assert counted[0] == counted[1]
