"""Creating and editing a contact: whole or not at all, with and without a script, and no text lost."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from contacts.models import Change, ChangeSet, Contact
from contacts.services import create_contact, document_of, save_contact
from tests.contacts.conftest import person
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_cards import FULL
from tests.contacts.test_views_lists import HTMX, add, signed_in
from tests.factories import personal_book


class Form(HTMLParser):
    """Reads what a browser without scripts would send of the contact form."""

    def __init__(self, html):
        super().__init__()
        self.fields, self.inside, self.skip, self.area, self.select = [], False, 0, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("enctype") == "multipart/form-data" and "hidden" not in given
        self.skip += tag == "template"
        if not self.inside or self.skip:
            return
        name, value, kind = given.get("name"), given.get("value", ""), given.get("type", "")
        if tag == "input" and name and kind != "file" and (kind not in {"checkbox", "radio"} or "checked" in given):
            self.fields.append((name, value))
        if tag == "textarea":
            self.area = (name, [])
        if tag == "select":
            self.select = name
        if tag == "option" and self.select and "selected" in given:
            self.fields.append((self.select, value))

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            self.fields.append((self.area[0], "".join(self.area[1]).removeprefix("\n")))
            self.area = None
        self.skip -= tag == "template"
        self.select = None if tag == "select" else self.select
        self.inside = self.inside and tag != "form"


def form_of(response):
    """Return the fields of the form in a page, by name."""
    return dict(Form(response.text).fields)


def field(fields, prefix, kind, part="value", nth=0):
    """Return the name of a part of the nth row of a kind."""
    keys = [
        name.split("-")[1] for name, value in fields.items() if re.match(rf"{prefix}-\w+-kind$", name) and value == kind
    ]
    return f"{prefix}-{keys[nth]}-{part}"


def card_of(response):
    """Return the contact that a redirect leads to."""
    return Contact.objects.get(pk=re.search(r"/contacts/([0-9a-f-]{36})/", response.headers["Location"])[1])


@pytest.fixture
def ana(cast):
    return create_contact(by=cast.ann, book=cast.book, document=FULL)


def test_a_contact_is_created_from_what_is_always_shown(cast):
    client = signed_in(cast.ben)
    fields = form_of(client.get(f"/contacts/new/?book={cast.book.pk}"))
    fields |= {
        "first_name": "Ana",
        "last_name": "Prado",
        "notes": "line\r\nline",
        field(fields, "info", "email"): "ana@acme.example",
        field(fields, "info", "phone"): "+46 70 123 45 67",
        field(fields, "membership", "company", "name"): "Acme",
        field(fields, "membership", "company", "title"): "CTO",
        field(fields, "membership", "group", "name"): "VIP",
    }
    contact = card_of(client.post("/contacts/new/", fields))
    document = document_of(contact)
    assert (contact.book, contact.display_name, document.notes) == (cast.book, "Ana Prado", "line\nline")
    assert [(info.kind, info.label, info.value) for info in document.infos] == [
        ("email", "work", "ana@acme.example"),
        ("phone", "mobile", "+46 70 123 45 67"),
    ]
    assert [(member.kind, member.name, member.title) for member in document.memberships] == [
        ("company", "Acme", "CTO"),
        ("group", "VIP", ""),
    ]


def test_new_contacts_go_to_the_selected_book_the_last_one_used_or_personal(cast):
    client = signed_in(cast.ben)
    assert form_of(client.get("/contacts/new/"))["book"] == str(personal_book(cast.ben, cast.organization).pk)
    fields = form_of(client.get(f"/contacts/new/?book={cast.book.pk}"))
    assert fields["book"] == str(cast.book.pk)
    client.post("/contacts/new/", fields | {"first_name": "Ana", "anyway": "1"})
    assert form_of(client.get("/contacts/new/"))["book"] == str(cast.book.pk)


def test_only_books_that_one_may_edit_are_offered_or_taken(cast):
    client = signed_in(cast.vic)
    page = client.get("/contacts/new/")
    assert f'<option value="{cast.book.pk}"' not in page.text
    fields = form_of(page) | {"first_name": "Ana", "anyway": "1"}
    for book, status in ((cast.book.pk, 403), (cast.private.pk, 404), (cast.foreign.pk, 404), ("nonsense", 404)):
        assert client.post("/contacts/new/", fields | {"book": book}).status_code == status
    assert not ChangeSet.objects.exists()


def test_a_contact_without_a_name_or_way_to_reach_it_is_created_anyway_when_asked(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Ana"}
    answer = client.post("/contacts/new/", fields)
    assert answer.status_code == 422
    assert "neither an email nor a phone" in answer.text
    assert "Create anyway" in answer.text
    assert not Contact.objects.exists()
    again = form_of(answer)
    assert again["first_name"] == "Ana"
    assert card_of(client.post("/contacts/new/", again | {"anyway": "1"})).first_name == "Ana"


def test_a_wholly_empty_contact_is_refused(cast):
    client = signed_in(cast.ann)
    answer = client.post("/contacts/new/", form_of(client.get("/contacts/new/")) | {"anyway": "1"})
    assert answer.status_code == 422
    assert "This contact is empty" in answer.text


def test_the_same_form_sent_twice_is_one_contact(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Ana", "anyway": "1"}
    first, second = client.post("/contacts/new/", fields), client.post("/contacts/new/", fields)
    assert card_of(first) == card_of(second)
    assert Contact.objects.count() == 1


def test_a_form_whose_contact_was_deleted_is_asked_for_again(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Ana", "anyway": "1"}
    contact = card_of(client.post("/contacts/new/", fields))
    client.post(f"/contacts/{contact.pk}/delete/")
    answer = client.post("/contacts/new/", fields)
    assert answer.status_code == 422
    assert "created before and deleted since" in answer.text
    assert card_of(client.post("/contacts/new/", form_of(answer) | {"anyway": "1"})) != contact
    # Somebody else who sends the same key is not told of it.
    assert card_of(signed_in(cast.sam).post("/contacts/new/", fields | {"book": cast.foreign.pk})).book == cast.foreign


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_is_one_contact(cast):
    client, other = signed_in(cast.ann), signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Ana", "anyway": "1"}

    def send(client):
        try:
            return card_of(client.post("/contacts/new/", fields)).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(send, (client, other))
    assert first == second
    assert Contact.objects.count() == 1


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.post("/contacts/new/", form_of(client.get("/contacts/new/")) | {"add": "date"}))
    date = field(fields, "info", "date")
    long = "x" * 300
    fields |= {"first_name": long, "notes": "\n<b>kept</b>", date: "yesterday", "suffix": "Jr"}
    answer = client.post("/contacts/new/", fields, headers=HTMX)
    assert answer.status_code == 422
    assert 'aria-describedby="f-first_name-error"' in answer.text
    assert f'href="#f-{date}"' in answer.text
    assert "“yesterday” is not a date" in unescape(answer.text)
    again = form_of(answer)
    assert {name: again[name] for name in ("first_name", "notes", date, "suffix")} == {
        "first_name": long,
        "notes": "\n<b>kept</b>",
        date: "yesterday",
        "suffix": "Jr",
    }
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "kind", ["email", "phone", "address", "url", "facebook", "instagram", "twitter", "date", "custom"]
)
def test_rows_come_and_go_without_a_script(cast, kind):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Typed"}
    more = form_of(client.post("/contacts/new/", fields | {"add": kind}))
    added = sum(name.endswith("-kind") and value == kind for name, value in more.items())
    assert added == sum(name.endswith("-kind") and value == kind for name, value in fields.items()) + 1
    assert more["first_name"] == "Typed"
    row = field(more, "info", kind, "x", nth=added - 1).removesuffix("-x")
    fewer = form_of(client.post("/contacts/new/", more | {"remove": row}))
    assert not any(name.startswith(f"{row}-") for name in fewer if kind not in {"email", "phone"})
    assert not Contact.objects.exists()


def test_more_fields_holds_the_rest_and_what_is_filled_is_always_shown(cast, ana):
    client = signed_in(cast.ann)
    new = client.get("/contacts/new/").text
    shown, _details, hidden = new.partition('<details class="more-fields">')
    assert "More fields" in hidden
    for name in ("prefix", "nickname", "file_as", "pronouns", "gender", "phonetic_last_name"):
        assert f'name="{name}"' in hidden
        assert f'name="{name}"' not in shown
    edit = client.get(f"/contacts/{ana.pk}/edit/").text.partition('<details class="more-fields">')[0]
    for name in ("prefix", "middle_name", "nickname", "file_as", "pronouns"):
        assert f'name="{name}"' in edit
    assert "Since the start" in edit


def test_a_form_saved_untouched_changes_nothing(cast, ana):
    client = signed_in(cast.ben)
    fields = form_of(client.get(f"/contacts/{ana.pk}/edit/"))
    client.post(f"/contacts/{ana.pk}/edit/", fields)
    assert document_of(Contact.objects.get(pk=ana.pk)) == document_of(ana)
    assert Change.objects.filter(contact=ana).count() == 1


def test_an_edit_is_saved_and_can_move_the_contact(cast, ana):
    client = signed_in(cast.ann)
    fields = form_of(client.get(f"/contacts/{ana.pk}/edit/"))
    answer = client.post(f"/contacts/{ana.pk}/edit/", fields | {"nickname": "Nina", "book": cast.private.pk})
    saved = card_of(answer)
    assert (saved.pk, saved.nickname, saved.book) == (ana.pk, "Nina", cast.private)
    assert signed_in(cast.vic).get(f"/contacts/{ana.pk}/").status_code == 404


def test_moving_needs_edit_on_both_books(cast, ana):
    client = signed_in(cast.ben)
    fields = form_of(client.get(f"/contacts/{ana.pk}/edit/")) | {"nickname": "Nina"}
    assert client.post(f"/contacts/{ana.pk}/edit/", fields | {"book": cast.private.pk}).status_code == 404
    assert client.post(f"/contacts/{ana.pk}/edit/", fields | {"book": cast.foreign.pk}).status_code == 404
    assert Contact.objects.get(pk=ana.pk).nickname == "Anita"


def test_different_fields_of_two_editors_merge_by_themselves(cast, ana):
    ann, ben = signed_in(cast.ann), signed_in(cast.ben)
    mine, bens = (form_of(client.get(f"/contacts/{ana.pk}/edit/")) for client in (ann, ben))
    ben.post(f"/contacts/{ana.pk}/edit/", bens | {"nickname": "Bens"})
    ann.post(f"/contacts/{ana.pk}/edit/", mine | {"suffix": "Mine"})
    saved = Contact.objects.get(pk=ana.pk)
    assert (saved.nickname, saved.suffix) == ("Bens", "Mine")


@pytest.mark.parametrize(("choice", "nickname"), [("mine", "Mine"), ("theirs", "Bens")])
def test_the_same_field_of_two_editors_is_chosen_and_nothing_is_lost(cast, ana, choice, nickname):
    ann, ben = signed_in(cast.ann), signed_in(cast.ben)
    mine, bens = (form_of(client.get(f"/contacts/{ana.pk}/edit/")) for client in (ann, ben))
    ben.post(f"/contacts/{ana.pk}/edit/", bens | {"nickname": "Bens", "gender": "theirs too"})
    answer = ann.post(f"/contacts/{ana.pk}/edit/", mine | {"nickname": "Mine", "suffix": "kept"}, headers=HTMX)
    assert answer.status_code == 409
    for words in ("Anita", "Mine", "Bens"):
        assert words in answer.text
    assert Contact.objects.get(pk=ana.pk).nickname == "Bens"
    chosen = form_of(answer)
    assert chosen["choose-nickname"] == "mine"
    ann.post(f"/contacts/{ana.pk}/edit/", chosen | {"choose-nickname": choice})
    saved = Contact.objects.get(pk=ana.pk)
    assert (saved.nickname, saved.suffix, saved.gender) == (nickname, "kept", "theirs too")


def test_deleted_by_one_and_changed_by_the_other_is_asked_too(cast):
    contact = add(cast, "Ana", "Prado", email="ana@example.com", phone="112")
    ann, ben = signed_in(cast.ann), signed_in(cast.ben)
    mine, bens = (form_of(client.get(f"/contacts/{contact.pk}/edit/")) for client in (ann, ben))
    ben.post(f"/contacts/{contact.pk}/edit/", bens | {field(bens, "info", "email"): "bens@example.com"})
    answer = ann.post(f"/contacts/{contact.pk}/edit/", mine | {field(mine, "info", "email"): ""})
    assert answer.status_code == 409
    chosen = form_of(answer)
    [name] = [name for name in chosen if name.startswith("choose-")]
    assert chosen[name] == "theirs"  # a value is not lost by default
    ann.post(f"/contacts/{contact.pk}/edit/", chosen | {name: "nothing"})
    assert [info.value for info in document_of(Contact.objects.get(pk=contact.pk)).infos] == ["112"]


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99", "1" * 30])
def test_a_version_that_never_was_is_refused(cast, ana, version):
    client = signed_in(cast.ann)
    fields = form_of(client.get(f"/contacts/{ana.pk}/edit/")) | {"nickname": "x", "base_version": version}
    assert client.post(f"/contacts/{ana.pk}/edit/", fields).status_code == 400
    assert Contact.objects.get(pk=ana.pk).nickname == "Anita"


def test_a_picture_is_taken_in_survives_an_error_and_can_be_removed(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "x" * 300, "anyway": "1"}
    upload = SimpleUploadedFile("me.png", picture(size=(80, 80)), "image/png")
    answer = client.post("/contacts/new/", fields | {"avatar": upload})
    assert answer.status_code == 422
    contact = card_of(client.post("/contacts/new/", form_of(answer) | {"first_name": "Ana", "anyway": "1"}))
    assert contact.avatar.startswith("avatars/")
    edit = f"/contacts/{contact.pk}/edit/"
    client.post(edit, form_of(client.get(edit)) | {"nickname": "Nina"})
    assert Contact.objects.get(pk=contact.pk).avatar == contact.avatar
    client.post(edit, form_of(client.get(edit)) | {"remove_avatar": "1"})
    assert Contact.objects.get(pk=contact.pk).avatar == ""


def test_a_bad_picture_gets_a_sentence_at_its_field(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/")) | {"first_name": "Ana", "anyway": "1"}
    answer = client.post("/contacts/new/", fields | {"avatar": SimpleUploadedFile("x.png", b"no picture")})
    assert answer.status_code == 422
    assert "Choose a JPEG, PNG, WebP or AVIF file" in answer.text
    assert 'aria-describedby="f-avatar-error"' in answer.text


def test_nobody_can_point_a_contact_at_another_file(cast, ana):
    save_contact(
        by=cast.ann, contact=ana, document=replace(document_of(ana), avatar="avatars/real.webp"), base_version=1
    )
    edit = f"/contacts/{ana.pk}/edit/"
    token = form_of(signed_in(cast.ann).get(edit))["picture"]
    client = signed_in(cast.ben)
    for forged in ("avatars/other.webp", token, "x:y:z"):
        client.post(edit, form_of(client.get(edit)) | {"picture": forged, "suffix": forged[:20]})
        assert Contact.objects.get(pk=ana.pk).avatar == "avatars/real.webp"


def test_creating_as_a_piece_goes_on_to_a_whole_page(cast):
    client = signed_in(cast.ann)
    fields = form_of(client.get("/contacts/new/", headers=HTMX)) | {"first_name": "Ana", "anyway": "1"}
    answer = client.post("/contacts/new/", fields, headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith("/contacts/")


def test_names_of_groups_that_one_cannot_see_are_not_suggested(cast):
    create_contact(by=cast.ann, book=cast.private, document=person("Ana", company="Hidden Ltd", groups=["Secret"]))
    create_contact(by=cast.ann, book=cast.book, document=person("Ben", company="Open Ltd", groups=["Known"]))
    page = signed_in(cast.ben).get(f"/contacts/new/?book={cast.book.pk}").text
    assert ("Open Ltd" in page, "Known" in page) == (True, True)
    assert ("Hidden Ltd" in page, "Secret" in page) == (False, False)
