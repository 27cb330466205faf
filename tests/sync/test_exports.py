"""Exports by page: whose contacts, in which format, told in the audit list, streamed, and ended with the right."""

import asyncio
import csv
import io
import threading

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.html import escape

from books.models import ContactBook
from books.services import unshare_book
from config.web import limits
from config.web.bridge import Bridge
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.formats.export import fitted, google_csv, measure
from contacts.models import Contact, Group
from contacts.services import create_contact, trash_contacts
from organizations.models import AuditEntry
from sync.exports import chosen as choosing
from sync.exports.chosen import documents
from tests.config.test_bridge import asked, body, run
from tests.contacts.conftest import person
from tests.sync.conftest import contents, counts, imports

FORMATS = ["csv", "outlook-csv", "vcard-3", "vcard-4"]


def rich(number):
    return ContactDocument(
        first_name=f"Ann {number}",
        last_name="Prado",
        gender="female",
        notes="=1+1",
        starred=number == 1,
        infos=(
            Info(kind=Kind.EMAIL, label="work", value=f"ann{number}@example.com", preferred=True),
            Info(kind=Kind.PHONE, label="mobile", value="+49 30 123456"),
            Info(kind=Kind.CUSTOM, custom_label="Size", value="L"),
        ),
        memberships=(
            Membership(kind="company", name="Acme", title="CEO", location="Roof"),
            Membership(kind="group", name="Friends" if number % 2 else "Others"),
        ),
    )


def fill(cast, number=3):
    return [create_contact(by=cast.ann, book=cast.book, document=rich(each)) for each in range(number)]


def received(response):
    assert response.status_code == 200, response.content
    assert response.streaming
    return b"".join(response.streaming_content)


def names(data):
    return [row["First Name"] for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))]


@pytest.mark.parametrize(("who", "status"), [("ann", 200), ("ben", 200), ("vic", 200), ("ada", 404), ("sam", 404)])
@pytest.mark.parametrize("by", ["book", "filter", "id"])
def test_who_may_export(cast, client, who, status, by):
    [contact] = fill(cast, 1)
    client.force_login(getattr(cast, who))
    address = {"book": f"/books/{cast.book.pk}/export/", "filter": f"/contacts/export/?book={cast.book.pk}"}
    sent = {"format": "csv"} | ({"contact": contact.pk} if by == "id" else {})
    response = client.post(address.get(by, "/contacts/export/"), sent)
    assert response.status_code == status
    if status == 200:
        assert names(received(response)) == ["Ann 0"]
    assert AuditEntry.objects.filter(action="contacts_exported").exists() is (status == 200)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_comes_in_again(committed, client, name):
    fill(committed)
    client.force_login(committed.vic)
    response = client.post(f"/books/{committed.book.pk}/export/", {"format": name})
    kind, ending = ("text/vcard", ".vcf") if name.startswith("vcard") else ("text/csv", ".csv")
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert response["Content-Disposition"].endswith(f'{ending}"')
    data = received(response)
    assert counts(imports(committed.ann, committed.private, data)) == {"created": 3}
    if name != "outlook-csv":
        before = [document for _key, document in contents(committed.book)]
        assert [document for _key, document in contents(committed.private)] == before


def test_protection_is_the_default_and_raw_a_choice(cast, client):
    fill(cast, 1)
    client.force_login(cast.ann)
    address = f"/books/{cast.book.pk}/export/"
    safe = received(client.post(address, {"format": "csv"}))
    assert b'"\'=1+1"' in safe
    assert safe.startswith("\ufeff".encode())
    raw = received(client.post(address, {"format": "csv", "raw": "on"}))
    assert b"'=1+1" not in raw
    assert b"=1+1" in raw


def test_the_page_offers_formats_without_scripts(cast, client):
    fill(cast, 2)
    client.force_login(cast.vic)
    page = client.get(f"/books/{cast.book.pk}/export/").content.decode()
    assert escape(f"Export {cast.book.name}") in page
    assert "2 contacts" in page
    assert [page.count(f'name="format" value="{name}"') for name in FORMATS] == [1, 1, 1, 1]
    assert not AuditEntry.objects.filter(action="contacts_exported").exists()
    response = client.post(f"/books/{cast.book.pk}/export/", {"format": "xlsx"})
    assert response.status_code == 422
    assert "Choose one of the formats" in response.content.decode()


def test_a_list_and_a_search_are_exported_as_they_are_filtered(cast, client):
    fill(cast, 4)
    create_contact(by=cast.ann, book=cast.private, document=person("Private"))
    group = Group.objects.get(name="Friends")
    client.force_login(cast.ann)

    def export(query):
        return names(received(client.post(f"/contacts/export/{query}", {"format": "csv"})))

    assert sorted(export("")) == ["Ann 0", "Ann 1", "Ann 2", "Ann 3", "Private"]
    assert export(f"?group={group.pk}") == ["Ann 1", "Ann 3"]
    assert export(f"?group={group.pk}&starred=1") == ["Ann 1"]
    assert export("?q=ann2@") == ["Ann 2"]
    assert export("?q=nobody") == []
    assert export(f"?book={cast.book.pk}&q=Prado&sort=given") == ["Ann 0", "Ann 1", "Ann 2", "Ann 3"]
    assert client.post("/contacts/export/?group=nonsense", {"format": "csv"}).status_code == 404
    page = client.get(f"/contacts/?q=prado&group={group.pk}").content.decode()
    assert escape(f"/contacts/export/?q=prado&group={group.pk}") in page


def test_books_excluded_from_search_are_left_out_of_an_exported_search(cast, client):
    fill(cast, 1)
    ContactBook.objects.filter(pk=cast.book.pk).update(exclude_from_search=True)
    client.force_login(cast.ann)
    assert names(received(client.post("/contacts/export/?q=prado", {"format": "csv"}))) == []


def test_chosen_contacts_ask_for_the_format_and_come_in_the_order_chosen(cast, client):
    first, second, third = fill(cast)
    client.force_login(cast.vic)
    page = client.post("/contacts/export/", {"contact": [third.pk, first.pk]})
    assert page.status_code == 200
    assert f'name="contact" value="{third.pk} {first.pk}"' in page.content.decode()
    assert not AuditEntry.objects.filter(action="contacts_exported").exists()
    response = client.post("/contacts/export/", {"contact": f"{third.pk} {first.pk}", "format": "csv"})
    assert names(received(response)) == ["Ann 2", "Ann 0"]
    hidden = create_contact(by=cast.ann, book=cast.private, document=person("Private"))
    trash_contacts(by=cast.ann, contacts=[second.pk])
    for unseen in (hidden.pk, second.pk, "nonsense"):
        sent = {"contact": [first.pk, unseen], "format": "csv"}
        assert client.post("/contacts/export/", sent).status_code == 404


def test_the_audit_list_tells_a_line_a_book_before_the_first_byte(cast, client):
    fill(cast, 2)
    create_contact(by=cast.ann, book=cast.private, document=person("Private"))
    client.force_login(cast.ann)
    response = client.post("/contacts/export/", {"format": "vcard-3"})
    lines = AuditEntry.objects.filter(action="contacts_exported").order_by("target_name")
    assert {(line.target_id, line.detail["contacts"]) for line in lines} == {(cast.book.pk, 2), (cast.private.pk, 1)}
    assert {(line.actor_id, line.detail["format"]) for line in lines} == {(cast.ann.pk, "vcard-3")}
    assert received(response).count(b"END:VCARD") == 3


@pytest.mark.parametrize("loss", ["share", "account", "contact"])
def test_what_one_may_not_see_any_more_does_not_leave(cast, client, monkeypatch, loss):
    contacts = fill(cast, 4)
    monkeypatch.setattr(choosing, "BATCH", 2)
    client.force_login(cast.ben)
    response = client.post(f"/books/{cast.book.pk}/export/", {"format": "vcard-3"})
    stream = documents(cast.ben, listed_of(cast))
    assert [next(stream).first_name, next(stream).first_name] == ["Ann 0", "Ann 1"]
    if loss == "share":
        unshare_book(by=cast.ann, book=cast.book, to=cast.ben)
    elif loss == "account":
        cast.ben.is_active = False
        cast.ben.save()
    else:
        Contact.objects.filter(pk=contacts[2].pk).delete()
    assert [document.first_name for document in stream] == (["Ann 3"] if loss == "contact" else [])
    assert received(response).count(b"END:VCARD") == (3 if loss == "contact" else 0)


def listed_of(cast):
    found = choosing.Chosen()
    for contact in Contact.objects.filter(book=cast.book).order_by("pk"):
        found.add(contact.pk, contact.book_id)
    return found


def test_pages_of_a_long_list_and_search_are_put_together(cast, client, monkeypatch):
    fill(cast, 7)
    monkeypatch.setattr(choosing, "_LISTED", 3)
    client.force_login(cast.ann)
    for query in ("", "?q=prado"):
        data = received(client.post(f"/contacts/export/{query}", {"format": "csv"}))
        assert names(data) == [f"Ann {number}" for number in range(7)]


def test_a_contact_that_grew_during_the_export_loses_nothing():
    before = ContactDocument(first_name="Ann").normalised()
    grown = rich(1).normalised()
    shape = measure([before])
    small = fitted(grown, shape)
    data = b"".join(google_csv([small], shape=shape))
    [row] = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    for text in ("ann1@example.com", "+49 30 123456", "Size: L", "female", "Roof"):
        assert text in row["Notes"]
    assert row["Organization Name"] == "Acme"
    assert fitted(grown, measure([grown])) is grown


def test_an_export_stops_when_its_reader_has_gone(committed, client, monkeypatch):
    for number in range(40):
        document = ContactDocument(first_name=f"Ann {number}", notes="long " * 15_000)
        create_contact(by=committed.ann, book=committed.book, document=document)
    monkeypatch.setattr(choosing, "BATCH", 1)
    read = []
    closed = threading.Event()

    def watched(user, chosen):
        try:
            for document in documents(user, chosen):
                read.append(document.first_name)
                yield document
        finally:
            closed.set()

    monkeypatch.setattr("sync.exports.views.documents", watched)
    client.force_login(committed.ann)
    token = "a" * 32
    cookies = {settings.SESSION_COOKIE_NAME: client.session.session_key, settings.CSRF_COOKIE_NAME: token}
    headers = {
        "host": "localhost",
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "x-csrftoken": token,
        "content-type": "application/x-www-form-urlencoded",
    }
    scope = asked(f"/books/{committed.book.pk}/export/", "POST", [(k.encode(), v.encode()) for k, v in headers.items()])
    assert limits.allowance("POST", scope["path"]).bulk
    app = Bridge(get_wsgi_application())
    got = []

    async def leaves_after_two_parts():
        gone = asyncio.Event()
        messages = [body(b"format=vcard-4")]

        async def receive():
            if messages:
                return messages.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            got.append(message)
            if len(got) == 3:
                gone.set()
            await asyncio.sleep(0.05)

        await app(scope, receive, send)

    try:
        run(leaves_after_two_parts())
        assert closed.wait(20)
    finally:
        app.close()
    assert got[0]["status"] == 200
    assert got[1]["body"].startswith(b"BEGIN:VCARD\r\nVERSION:4.0")
    assert len(read) < 40
    assert AuditEntry.objects.get(action="contacts_exported").detail["contacts"] == 40
