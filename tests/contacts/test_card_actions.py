"""What may be done from a card: write, call, find on a map, copy, print, and show as a QR code."""

import re
from dataclasses import replace
from html import unescape

import pytest

from contacts.document import ContactDocument, Info, Kind
from contacts.models import Change, ChangeKind, ChangeSet, Source
from contacts.services import create_contact, document_of, move_contacts, save_contact
from contacts.views.contact_actions import mailbox
from organizations.models import AuditEntry
from tests.contacts.conftest import person
from tests.contacts.test_views_cards import FULL
from tests.contacts.test_views_lists import HTMX, add, signed_in


@pytest.fixture
def ana(cast):
    return create_contact(by=cast.ann, book=cast.book, document=FULL)


def card(user, contact):
    return re.search(r"<article.*</article>", signed_in(user).get(f"/contacts/{contact.pk}/").text, re.DOTALL)[0]


def quick(text):
    row = re.search(r'<div class="cluster card-quick">(.*?)</div>', text, re.DOTALL)
    return re.findall(r'href="([^"]*)".*?</svg>([^<]+)</a>', row[1], re.DOTALL) if row else []


def test_the_card_offers_to_write_to_call_and_to_find_on_a_map(cast, ana):
    [mail, call, place] = quick(card(cast.vic, ana))
    assert mail == ("mailto:ana@acme.example", "New email")
    assert call == ("tel:+46701234567", "Call")
    assert place[1] == "Map"
    assert "Storgatan+1" in place[0]


def test_what_has_no_content_is_not_shown(cast):
    contact = add(cast, "Only", "Name")
    text = card(cast.ann, contact)
    assert quick(text) == []
    for words in ("New email", "Call", "Map", "Copy email", "Copy name and email", "also", "card-groups"):
        assert words not in text


def test_what_is_no_address_is_not_written_to(cast):
    infos = (Info(kind=Kind.EMAIL, value="at home"), Info(kind=Kind.PHONE, value="ask at the desk"))
    contact = create_contact(by=cast.ann, book=cast.book, document=ContactDocument(first_name="Bo", infos=infos))
    assert quick(card(cast.ann, contact)) == []


def test_the_menu_of_the_list_has_what_the_cards_has_but_for_printing(cast, ana):
    menu = signed_in(cast.vic).get(f"/contacts/{ana.pk}/actions/", headers=HTMX).text
    text = card(cast.vic, ana)
    for words in ("New email", "Call", "Map", "Copy email", "Copy name and email", "Copy vCard", "Show QR code"):
        assert words in menu
        assert words in text
    assert "print-page" in text
    assert "print-page" not in menu


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        ("Ana Prado", '"Ana Prado" <ana@acme.example>'),
        ("Żółć, Gęślą", '"Żółć, Gęślą" <ana@acme.example>'),
        ('Ana "the boss" \\ Prado', '"Ana \\"the boss\\" \\\\ Prado" <ana@acme.example>'),
    ],
)
def test_an_email_is_copied_with_its_name_quoted(name, copied):
    assert mailbox(name, "ana@acme.example") == copied


def test_the_menu_copies_name_and_email(cast):
    contact = add(cast, "Ana", "O'Hara", email="ana@acme.example")
    assert '''data-copy="&quot;Ana O&#x27;Hara&quot; &lt;ana@acme.example&gt;"''' in card(cast.vic, contact)
    nameless = add(cast, email="info@acme.example")
    assert "Copy name and email" not in card(cast.vic, nameless)


def test_the_vcard_is_copied_as_text(cast, ana):
    answer = signed_in(cast.vic).get(f"/contacts/{ana.pk}/vcard/")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.text.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Maria Prado PhD\r\n")
    assert signed_in(cast.sam).get(f"/contacts/{ana.pk}/vcard/").status_code == 404


def test_the_qr_code_says_what_it_leaves_out_and_offers_the_file(cast, ana):
    client = signed_in(cast.vic)
    text = client.get(f"/contacts/{ana.pk}/qr/").text
    assert "QR code with the vCard of Ana Maria Prado PhD" in text
    assert re.search(r'<path d="M4 4h7v1h-7z', text)
    assert "Only in the file: 1 date" in text
    assert "the groups and the notes." in text
    form = re.search(r'<form class="cluster" method="post" action="/contacts/export/">(.*?)</form>', text, re.DOTALL)[1]
    fields = dict(re.findall(r'name="(contact|format)" value="([^"]*)"', form))
    answer = client.post("/contacts/export/", fields)
    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert b"NICKNAME:Anita" in b"".join(answer.streaming_content)
    assert AuditEntry.objects.filter(action="contacts_exported").count() == 1
    assert signed_in(cast.sam).get(f"/contacts/{ana.pk}/qr/").status_code == 404


def test_a_name_too_long_for_a_code_is_offered_as_a_file(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=ContactDocument(first_name="ż" * 255))
    text = signed_in(cast.ann).get(f"/contacts/{contact.pk}/qr/").text
    assert "too long for a QR code" in text
    assert 'class="qr"' not in text
    assert "Download vCard" in text


def origin(user, contact):
    found = re.search(r'<p class="origin"><a href="/changes/[^"]*">([^<]*)</a></p>', card(user, contact))
    return unescape(found[1]) if found else ""


def test_the_card_says_who_added_it_when_and_from_where(cast, ana):
    Change.objects.filter(contact=ana).update(at="2026-01-31T23:30:00Z")
    assert origin(cast.vic, ana) == "Added by Ann Owner on 31 January 2026"
    cast.vic.time_zone = "Asia/Tokyo"
    cast.vic.save()
    assert origin(cast.vic, ana) == "Added by Ann Owner on 1 February 2026"
    made = ChangeSet.objects.filter(changes__contact=ana)
    made.update(source=Source.IMPORT, label="Import of people.csv into Clients")
    assert origin(cast.vic, ana) == "Added by Ann Owner on 1 February 2026 · Import of people.csv into Clients"
    made.update(source=Source.COMMAND, actor_name="")
    assert origin(cast.vic, ana) == "Added by Kith on 1 February 2026, by the command line"
    save_contact(by=cast.ben, contact=ana, document=replace(document_of(ana), nickname="B"), base_version=ana.version)
    assert "Added by Kith" in origin(cast.vic, ana)


def test_after_a_move_readers_of_the_new_book_are_told_of_the_move_alone(cast):
    secret = create_contact(by=cast.ann, book=cast.private, document=person("Before", "Move"))
    ChangeSet.objects.filter(changes__contact=secret).update(source=Source.IMPORT, label="Import of secret.csv")
    move_contacts(by=cast.ann, contacts=[secret.pk], to=cast.book)
    Change.objects.filter(contact=secret, kind=ChangeKind.MOVE).update(at="2026-02-03T12:00:00Z")
    assert origin(cast.vic, secret) == "Moved to Clients by Ann Owner on 3 February 2026"
    assert "secret.csv" not in card(cast.vic, secret)
    assert origin(cast.ann, secret).endswith("· Import of secret.csv")
