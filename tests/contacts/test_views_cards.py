"""The card, its star, deletion with undo, history and picture."""

import re
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile

from contacts.avatars import store
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.models import Change, ChangeSet, Contact
from contacts.services import create_contact, document_of, move_contacts, save_contact
from organizations.models import Role
from organizations.services import add_member
from tests.contacts.conftest import person
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_lists import HTMX, add, plain, rows, signed_in
from tests.factories import make_cast, share

FULL = ContactDocument(
    prefix="Dr.",
    first_name="Ana",
    middle_name="Maria",
    last_name="Prado",
    suffix="PhD",
    phonetic_first_name="Ah-na",
    phonetic_middle_name="Ma-ria",
    phonetic_last_name="Pra-do",
    nickname="Anita",
    file_as="Prado, Ana",
    gender="woman",
    pronouns="she/her",
    notes="**bold** <script>alert(1)</script>",
    infos=(
        Info(kind=Kind.EMAIL, label="work", value="ana@acme.example", preferred=True),
        Info(kind=Kind.PHONE, label="other", custom_label="Boat", value="+46 70 123 45 67"),
        Info(kind=Kind.ADDRESS, label="home", address={"street": "Storgatan 1", "po_box": "Box 7", "city": "Lund"}),
        Info(kind=Kind.URL, label="blog", value="javascript:alert(1)"),
        Info(kind=Kind.FACEBOOK, label="work", value="ana.prado"),
        Info(kind=Kind.INSTAGRAM, label="work", value="@ana_insta"),
        Info(kind=Kind.TWITTER, label="work", value="@ana_tweets"),
        Info(kind=Kind.DATE, label="birthday", value="1987-10-06"),
        Info(kind=Kind.CUSTOM, custom_label="Customer number", value="C-1034"),
    ),
    memberships=(
        Membership(
            kind="company",
            name="Acme",
            title="CTO",
            department="Engineering",
            location="Malmö",
            description="Since the start",
        ),
        Membership(kind="group", name="VIP"),
    ),
)
SHOWN = """Dr. Ana Maria Prado, PhD|Ah-na Ma-ria Pra-do|Anita|Prado, Ana|woman|she/her|<strong>bold</strong>|Preferred|
ana@acme.example|Boat|+46 70 123 45 67|Storgatan 1|Box 7|Lund|ana.prado|@ana_insta|@ana_tweets|6 October 1987|C-1034|
Customer number|Acme|CTO|Engineering|Malmö|Since the start|VIP|Copy name|Copy email|Copy phone"""


@pytest.fixture
def ana(cast):
    return create_contact(by=cast.ann, book=cast.book, document=FULL)


def message_of(response):
    return re.findall(r'class="toast"[^>]*>\s*<p>(.*?)</p>', response.text)


def test_the_card_shows_everything_that_is_set_and_runs_nothing(cast, ana):
    text = signed_in(cast.vic).get(f"/contacts/{ana.pk}/").text
    for words in SHOWN.replace("\n", "").split("|"):
        assert words in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert "mailto:ana@acme.example" in text
    assert "tel:+46701234567" in text


def test_a_card_as_a_piece_is_the_same_as_in_the_page(cast, ana):
    client = signed_in(cast.ann)
    piece = client.get(f"/contacts/{ana.pk}/", headers=HTMX).text
    article = re.search(r"<article.*</article>", piece, re.DOTALL)[0]
    assert plain(article) in plain(client.get(f"/contacts/{ana.pk}/").text)
    assert "<title>Ana Maria Prado PhD · Kith</title>" in piece


def test_the_list_stays_beside_the_card(cast, ana):
    add(cast, "Ben", "Other")
    text = signed_in(cast.ann).get(f"/contacts/{ana.pk}/?q=ben")
    assert rows(text) == ["Ben Other"]
    assert f"/contacts/{ana.pk}/edit/?q=ben" in text.text


def test_a_card_shows_the_books_of_its_own_organization(cast, ana):
    add_member(organization=cast.elsewhere, user=cast.ann, role=Role.MEMBER, by=None)
    share(cast.foreign, cast.ann)
    theirs = create_contact(by=cast.sam, book=cast.foreign, document=person("Foreign", "One"))
    client = signed_in(cast.ann)
    for contact, name, other in ((ana, "Clients", "Foreign"), (theirs, "Foreign", "Clients")):
        text = client.get(f"/contacts/{contact.pk}/").text
        assert f"<bdi>{name}</bdi>" in text
        assert f"<bdi>{other}</bdi>" not in text


def test_times_are_in_the_zone_of_the_person(cast, ana):
    Change.objects.filter(contact=ana).update(at="2026-01-31T23:30:00Z")
    cast.vic.time_zone = "Asia/Tokyo"
    cast.vic.save()
    assert "1 February 2026, 08:30" in signed_in(cast.vic).get(f"/contacts/{ana.pk}/history/").text


def test_viewers_are_offered_nothing_and_may_do_nothing(cast, ana):
    client = signed_in(cast.vic)
    text = client.get(f"/contacts/{ana.pk}/").text
    assert "View only" in text
    assert f"/contacts/{ana.pk}/delete/" not in text
    for act in ("star", "delete", "edit"):
        assert client.post(f"/contacts/{ana.pk}/{act}/", {"starred": "1"}).status_code == 403
        assert signed_in(cast.sam).post(f"/contacts/{ana.pk}/{act}/", {"starred": "1"}).status_code == 404
    assert client.get(f"/contacts/{ana.pk}/edit/").status_code == 403
    assert Change.objects.filter(contact=ana).count() == 1
    assert not Contact.objects.get(pk=ana.pk).starred


def test_a_star_is_for_everybody_and_comes_back_as_a_piece(cast, ana):
    client = signed_in(cast.ben)
    piece = client.post(f"/contacts/{ana.pk}/star/", {"starred": "1"}, headers=HTMX).text
    assert "<html" not in piece
    assert 'aria-pressed="true"' in piece
    assert "is starred" in piece
    assert rows(signed_in(cast.vic).get("/contacts/?starred=1")) == ["Ana Maria Prado PhD"]
    response = client.post(f"/contacts/{ana.pk}/star/", {"starred": "0", "next": "/contacts/"})
    assert response.headers["Location"] == "/contacts/"
    assert rows(signed_in(cast.vic).get("/contacts/?starred=1")) == []


def test_deleting_goes_at_once_and_can_be_undone(cast, ana):
    client = signed_in(cast.ben)
    answer = client.post(f"/contacts/{ana.pk}/delete/?book={cast.book.pk}", follow=True)
    assert answer.redirect_chain == [(f"/books/{cast.book.pk}/", 302)]
    assert rows(answer) == []
    assert message_of(answer) == ["Ana Maria Prado PhD is deleted."]
    assert client.get(f"/contacts/{ana.pk}/").status_code == 404
    undo = re.search(r'action="(/changes/[^"]+/undo/)"', answer.text)[1]
    assert signed_in(cast.vic).post(undo).status_code == 403
    back = client.post(undo, {"next": f"/books/{cast.book.pk}/"}, follow=True)
    assert rows(back) == ["Ana Maria Prado PhD"]
    assert document_of(Contact.objects.get(pk=ana.pk)) == document_of(ana)
    again = client.post(undo, follow=True)
    assert message_of(again) == ["This was undone already."]


def test_deleting_as_a_piece_takes_the_row_away(cast, ana):
    answer = signed_in(cast.ben).post(f"/contacts/{ana.pk}/delete/?q=ana", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/contacts/?q=ana"
    assert f'data-remove="row-{ana.pk}"' in answer.text
    assert "Undo" in answer.text


def test_undoing_a_creation_leaves_the_card_that_is_gone(cast):
    client = signed_in(cast.ann)
    contact = add(cast, "New", "One")
    made = ChangeSet.objects.get(changes__contact=contact)
    answer = client.post(f"/changes/{made.pk}/undo/", {"next": f"/contacts/{contact.pk}/?q=new"}, follow=True)
    assert answer.redirect_chain == [("/contacts/?q=new", 302)]


def test_undo_keeps_what_somebody_changed_since_and_says_so(cast, ana):
    document = document_of(ana)
    saved = save_contact(
        by=cast.ann, contact=ana, document=replace(document, nickname="Mine"), base_version=ana.version
    )
    mine = ChangeSet.objects.order_by("-started_at").first()
    save_contact(by=cast.ben, contact=saved, document=replace(document, nickname="Bens"), base_version=saved.version)
    answer = signed_in(cast.ann).post(f"/changes/{mine.pk}/undo/", {"next": f"/contacts/{ana.pk}/"}, follow=True)
    assert "kept" in message_of(answer)[0]
    assert Contact.objects.get(pk=ana.pk).nickname == "Bens"


def test_history_tells_who_changed_what_as_far_as_one_may_see(cast, ana):
    document = document_of(ana)
    save_contact(by=cast.ben, contact=ana, document=replace(document, nickname="Nina"), base_version=ana.version)
    text = signed_in(cast.vic).get(f"/contacts/{ana.pk}/history/").text
    assert "Ben Editor</strong> changed it" in text
    assert "<del>Anita</del> <ins>Nina</ins>" in text
    assert "Ann Owner</strong> created it" in text
    secret = add(cast, "Before", "Move", book=cast.private)
    save_contact(
        by=cast.ann, contact=secret, document=person("Before", "Move", nickname="Hush"), base_version=secret.version
    )
    move_contacts(by=cast.ann, contacts=[secret.pk], to=cast.book)
    text = signed_in(cast.vic).get(f"/contacts/{secret.pk}/history/").text
    assert "moved it to Clients" in text
    assert "Hush" not in text.partition("<ol")[2]
    assert "Only Ann" not in text
    assert signed_in(cast.ann).get(f"/contacts/{secret.pk}/history/?before=x").status_code == 404


def test_a_change_set_is_seen_through_contacts_that_one_can_read(cast, ana):
    made = ChangeSet.objects.get(changes__contact=ana)
    text = signed_in(cast.vic).get(f"/changes/{made.pk}/").text
    assert "created it" in text
    assert f"/changes/{made.pk}/undo/" not in text
    assert signed_in(cast.vic).post(f"/changes/{made.pk}/undo/").status_code == 403
    assert signed_in(cast.sam).get(f"/changes/{made.pk}/").status_code == 404
    assert f"/changes/{made.pk}/undo/" in signed_in(cast.ben).get(f"/changes/{made.pk}/").text


def test_pictures_are_for_those_who_see_the_contact(cast, ana):
    name = store(ContentFile(picture()))
    save_contact(by=cast.ann, contact=ana, document=replace(document_of(ana), avatar=name), base_version=ana.version)
    address = f"/avatars/{ana.pk}/{name.rpartition('/')[2]}"
    client = signed_in(cast.vic)
    assert address in client.get(f"/contacts/{ana.pk}/").text
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    for wrong in (f"/avatars/{ana.pk}/other.webp", f"/avatars/{ana.pk}/..%2f..%2fsecret"):
        assert client.get(wrong).status_code == 404
    assert signed_in(cast.sam).get(address).status_code == 404
    assert signed_in(make_cast().ann).get(address).status_code == 404
