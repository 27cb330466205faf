"""What the form says while it is filled in, what it splits, and what it asks before somebody is created twice."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import ChangeSet, Contact
from contacts.services import document_of
from organizations.models import Organization, Role
from organizations.services import add_member
from tests.contacts.test_avatars import picture
from tests.contacts.test_views_forms import card_of, field, form_of
from tests.contacts.test_views_lists import HTMX, add, signed_in
from tests.factories import personal_book

SIGNATURE = "Ana Prado\r\nCTO, Acme AB\r\nana@acme.se | 070-123 45 67\r\nRoom 12"


@pytest.fixture
def ann(cast):
    Organization.objects.filter(pk=cast.organization.pk).update(region="SE")
    return signed_in(cast.ann)


def new(client, cast):
    """Return the fields of an empty form for the shared book, and the names of those for an email and a phone."""
    fields = form_of(client.get(f"/contacts/new/?book={cast.book.pk}"))
    return fields, field(fields, "info", "email"), field(fields, "info", "phone")


def hinted(client, fields, *changed):
    """Return what the form is told after fields were left."""
    answer = client.post("/contacts/hints/", fields | {"changed": " ".join(changed)}, headers=HTMX)
    assert answer.status_code == 200
    return unescape(answer.text)


# --- hints -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("+46701234567", "070-123 45 67 · Sweden"),
        ("0701234567", "070-123 45 67 · Sweden"),
        ("+12125550123", "+1 212-555-0123 · United States"),
        ("070 12", "does not read as a whole phone number"),
        ("112", ""),
        ("ask Bo", ""),
        ("", ""),
    ],
)
def test_a_phone_is_shown_as_it_is_dialled_here_and_kept_as_typed(cast, ann, typed, says):
    fields, _email, phone = new(ann, cast)
    answer = hinted(ann, fields | {phone: typed}, phone)
    assert f'data-inner="f-{phone}-hint"' in answer
    assert (says in answer) if says else ("help" not in answer)
    if typed:
        contact = card_of(ann.post("/contacts/new/", fields | {"first_name": "Ana", phone: typed, "anyway": "1"}))
        assert document_of(contact).infos[0].value == typed


def test_a_number_is_read_in_the_country_of_the_address(cast, ann):
    fields, _email, phone = new(ann, cast)
    fields |= {"info-a-kind": "address", "info-a-country": "Germany", phone: "030 1234567"}
    assert "030 1234567 · Germany" in hinted(ann, fields, phone)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ana@gmial.com", "gmail.com"),
        ("ana@Gmal.com", "gmail.com"),
        ("ana@hotmial.con", "hotmail.com"),
        ("ana@yahooo.com", "yahoo.com"),
        ("ana@gmail.com", ""),
        ("ana@googlemail.com", ""),
        ("ana@ymail.com", ""),
        ("ana@aon.com", ""),
        ("ana@acme.example", ""),
        ("ana", ""),
        ("@gmial.com", ""),
        ("ana@" + "x" * 300, ""),
    ],
)
def test_a_misspelt_domain_is_asked_about_and_never_in_the_way(cast, ann, typed, meant):
    fields, email, _phone = new(ann, cast)
    answer = hinted(ann, fields | {email: typed}, email)
    assert (f"Use {meant}" in answer) == bool(meant)
    assert ('name="use"' in answer) == bool(meant)


def test_saving_what_is_asked_about_is_saving_it(cast, ann):
    fields, email, _phone = new(ann, cast)
    contact = card_of(ann.post("/contacts/new/", fields | {"first_name": "Ana", email: "ana@gmial.com"}))
    assert document_of(contact).infos[0].value == "ana@gmial.com"
    edit = ann.get(f"/contacts/{contact.pk}/edit/")
    assert "Use gmail.com" in edit.text
    fields = form_of(edit)
    row = field(fields, "info", "email").removesuffix("-value")
    used = form_of(ann.post(f"/contacts/{contact.pk}/edit/", fields | {"use": f"{row} gmail.com"}))
    assert used[f"{row}-value"] == "ana@gmail.com"
    assert document_of(Contact.objects.get()).infos[0].value == "ana@gmial.com"


def test_a_domain_that_is_usual_here_is_meant_only_to_those_who_read_it(cast, ann):
    for number in range(3):
        add(cast, f"N{number}", email=f"n{number}@parmesan.example", book=cast.private)
    fields, email, _phone = new(ann, cast)
    fields[email] = "ana@parmesn.example"
    assert "Use parmesan.example" in hinted(ann, fields, email)
    assert "parmesan" not in hinted(signed_in(cast.ben), fields, email)
    add(cast, "Is", "Real", email="x@parmesn.example", book=cast.private)
    assert "Use" not in hinted(ann, fields, email)


def test_what_is_wrong_is_said_when_the_field_is_left(cast, ann):
    fields, email, _phone = new(ann, cast)
    fields |= {"info-d-kind": "date", "info-d-value": "yesterday", "first_name": "x" * 300, email: "ana@gmial.com"}
    answer = hinted(ann, fields, "info-d-value")
    assert "“yesterday” is not a date" in answer
    assert 'id="f-info-d-value-error"' in answer
    assert "characters long" not in answer  # of a field that was not left
    assert "Use" not in answer


def test_hints_save_nothing_and_ask_for_the_book(cast, ann):
    fields, email, _phone = new(ann, cast)
    fields |= {email: "ana@acme.example", "changed": email}
    assert signed_in(cast.sam).post("/contacts/hints/", fields).status_code == 404
    assert ann.post("/contacts/hints/", fields | {"book": "x"}).status_code == 404
    many = {f"info-{number}-kind": "email" for number in range(1000)}
    assert ann.post("/contacts/hints/", fields | many).status_code == 400
    evil = ann.post("/contacts/hints/", fields | {"<script>": "1", "changed": "<script>"}).text
    assert ("<script>" in evil, "&lt;script&gt;" in evil) == (False, True)
    assert not Contact.objects.exists()


# --- the order of rows -----------------------------------------------------------------------------------------------


def test_rows_change_places_without_a_script_and_the_contact_keeps_their_order(cast, ann):
    contact = add(cast, "Ana", email="one@acme.example", phone="112", company="Acme", groups=["VIP", "Old"])
    edit = f"/contacts/{contact.pk}/edit/"
    fields = form_of(ann.post(edit, form_of(ann.get(edit)) | {"add": "email"}))
    fields[field(fields, "info", "email", nth=1)] = "two@acme.example"
    second = field(fields, "info", "email", "", nth=1).removesuffix("-")
    fields = form_of(ann.post(edit, fields | {"up": second}))
    fields = form_of(ann.post(edit, fields | {"up": second}))  # already above
    groups = field(fields, "membership", "group", "", nth=1).removesuffix("-")
    fields = form_of(ann.post(edit, fields | {"up": groups}))
    again = form_of(ann.post(edit, fields | {"up": "info-none"}))
    assert list((again | {"csrfmiddlewaretoken": fields["csrfmiddlewaretoken"]}).items()) == list(fields.items())
    assert ChangeSet.objects.count() == 1
    ann.post(edit, fields)
    document = document_of(Contact.objects.get(pk=contact.pk))
    assert [info.value for info in document.infos] == ["two@acme.example", "112", "one@acme.example"]
    assert [member.name for member in document.memberships] == ["Acme", "Old", "VIP"]


# --- what is pasted --------------------------------------------------------------------------------------------------


def test_a_paste_is_offered_to_be_split_and_nothing_is_saved(cast, ann):
    answer = unescape(ann.post("/contacts/pasted/", {"pasted": SIGNATURE}, headers=HTMX).text)
    for part in ("Ana Prado", "CTO, Acme AB", "ana@acme.se", "070-123 45 67", "Room 12", "Keep as it is"):
        assert part in answer
    for name in ("Ana Prado", "Ana\nPrado", "", "BEGIN:VCARD\nEND:VCARD"):
        assert not ann.post("/contacts/pasted/", {"pasted": name}, headers=HTMX).text.strip()
    for more, says in (
        ("x" * 200_000, "too long for one person"),
        ("BEGIN:VCARD\nFN:Ana\nEND:VCARD\n" * 2, "several people"),
    ):
        answer = ann.post("/contacts/pasted/", {"pasted": more}, headers=HTMX).text
        assert says in answer
        assert "Split" not in answer
    assert not Contact.objects.exists()


def test_a_signature_fills_the_form_beside_what_is_typed(cast, ann):
    fields, email, phone = new(ann, cast)
    typed = {"first_name": "Anna", "nickname": "Nina", email: "other@acme.se", phone: "+46 70 123 45 67"}
    answer = ann.post("/contacts/new/", fields | typed | {"pasted": SIGNATURE, "split": "1"}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Push-Url"]) == (200, "false")
    filled = form_of(answer)
    assert (filled["first_name"], filled["last_name"], filled["nickname"]) == ("Anna", "Prado", "Nina")
    assert [filled[field(filled, "info", "email", nth=nth)] for nth in (0, 1)] == ["other@acme.se", "ana@acme.se"]
    assert filled[field(filled, "info", "phone")] == "+46 70 123 45 67"  # the same number, as it was typed
    assert filled[field(filled, "membership", "company", "title")] == "CTO"
    assert filled["notes"] == "Room 12\n\nFirst name: Ana"
    assert filled["pasted"] == ""
    assert not Contact.objects.exists()
    document = document_of(card_of(ann.post("/contacts/new/", filled)))
    assert len(list(document.infos)) == 3


def test_a_card_fills_an_empty_form_and_one_that_is_there(cast, ann):
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Ek;Bo;;;\nEMAIL:bo@acme.se\nEND:VCARD"
    fields, *_rest = new(ann, cast)
    filled = form_of(ann.post("/contacts/new/", fields | {"pasted": card, "split": "1"}))
    assert (filled["first_name"], filled[field(filled, "info", "email")]) == ("Bo", "bo@acme.se")
    contact = add(cast, "Bo", "Ek", phone="112")
    edit = f"/contacts/{contact.pk}/edit/"
    filled = form_of(ann.post(edit, form_of(ann.get(edit)) | {"pasted": card, "split": "1"}))
    assert (filled[field(filled, "info", "phone")], filled[field(filled, "info", "email")]) == ("112", "bo@acme.se")
    ann.post(edit, filled)
    assert [info.value for info in document_of(Contact.objects.get()).infos] == ["112", "bo@acme.se"]


@pytest.mark.parametrize("pasted", ["", "--", "x" * 200_000])
def test_what_cannot_be_split_stays_and_is_said_at_its_field(cast, ann, pasted):
    fields, *_rest = new(ann, cast)
    answer = ann.post("/contacts/new/", fields | {"first_name": "Typed", "pasted": pasted, "split": "1"})
    assert answer.status_code == 422
    assert 'aria-describedby="f-pasted-error"' in answer.text
    assert (form_of(answer)["first_name"], form_of(answer)["pasted"]) == ("Typed", pasted)


# --- who is there already --------------------------------------------------------------------------------------------


def test_who_is_there_is_shown_while_typing_and_asked_about_once(cast, ann):
    contact = add(cast, "Ana", "Prado", email="ana@acme.se")
    fields, email, _phone = new(ann, cast)
    fields |= {"first_name": "Anna", email: "ANA@acme.se"}
    shown = hinted(ann, fields, email)
    assert "Looks like <strong>Ana Prado</strong> (same email), in Clients" in shown
    assert f'name="add_to" value="{contact.pk}"' in shown
    answer = ann.post("/contacts/new/", fields, headers=HTMX)
    assert answer.status_code == 422
    assert "Looks like" in answer.text
    assert 'name="anyway" value="1" data-save' in answer.text
    assert Contact.objects.count() == 1
    again = form_of(answer)
    assert card_of(ann.post("/contacts/new/", again | {"anyway": "1"})).first_name == "Anna"


def test_a_weak_sign_is_shown_and_not_asked_about(cast, ann):
    add(cast, "Ana", "Prado", email="old@acme.se", company="Acme")
    fields, email, _phone = new(ann, cast)
    company = field(fields, "membership", "company", "name")
    fields |= {"first_name": "Ana", "last_name": "Prado", company: "Acme", email: "new@acme.se"}
    assert "same name and company" in hinted(ann, fields, company)
    assert card_of(ann.post("/contacts/new/", fields)).display_name == "Ana Prado"


def test_what_is_incomplete_and_there_already_is_asked_about_once_each(cast, ann):
    add(cast, "Ana", "Prado", email="ana@acme.se")
    fields, email, _phone = new(ann, cast)
    answer = ann.post("/contacts/new/", fields | {"first_name": "Ana"})
    assert 'name="anyway" value="incomplete"' in answer.text
    answer = ann.post("/contacts/new/", form_of(answer) | {email: "ana@acme.se", "anyway": "incomplete"})
    assert answer.status_code == 422
    assert "Looks like" in answer.text


def test_a_form_sent_twice_is_not_taken_for_somebody_else(cast, ann):
    fields, email, _phone = new(ann, cast)
    fields |= {"first_name": "Ana", email: "ana@acme.se"}
    assert card_of(ann.post("/contacts/new/", fields)) == card_of(ann.post("/contacts/new/", fields))
    assert Contact.objects.count() == 1


def test_nobody_is_told_of_a_contact_that_they_cannot_read(cast, ann):
    hidden = add(cast, "Only", "Ann", email="ana@acme.se", book=cast.private)
    ben = signed_in(cast.ben)
    fields, email, _phone = new(ben, cast)
    fields |= {"first_name": "Ana", email: "ana@acme.se"}
    assert "Looks like" not in hinted(ben, fields, email)
    assert ben.post("/contacts/new/", fields | {"add_to": hidden.pk}).status_code == 404
    assert ben.post("/contacts/new/", fields | {"add_to": "x"}).status_code == 404
    assert not Contact.objects.filter(first_name="Ana").exists()
    assert card_of(ben.post("/contacts/new/", fields)).book == cast.book


def test_a_viewer_may_open_and_not_add(cast):
    contact = add(cast, "Ana", "Prado", email="ana@acme.se")
    vic = signed_in(cast.vic)
    fields = form_of(vic.get("/contacts/new/"))
    email = field(fields, "info", "email")
    fields |= {"first_name": "Ana", email: "ana@acme.se"}
    shown = hinted(vic, fields, email)
    assert f"/contacts/{contact.pk}/" in shown
    assert "add_to" not in shown
    assert vic.post("/contacts/new/", fields | {"add_to": contact.pk}).status_code == 403
    assert document_of(Contact.objects.get()) == document_of(contact)


def test_what_was_typed_is_added_to_who_is_there_and_nothing_is_lost_or_saved(cast, ann):
    contact = add(cast, "Ana", "Prado", email="ana@acme.se", company="Acme", notes="Old note")
    fields, email, phone = new(ann, cast)
    fields |= {"first_name": "Anna", "nickname": "Nina", email: "Ana@acme.se", phone: "112", "notes": "New note"}
    fields[field(fields, "membership", "company", "name")] = "acme"
    fields[field(fields, "membership", "company", "title")] = "CTO"
    upload = SimpleUploadedFile("me.avif", picture("AVIF", size=(80, 80)), "image/avif")
    answer = ann.post("/contacts/new/", fields | {"add_to": contact.pk, "avatar": upload}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/contacts/{contact.pk}/edit/"
    assert f'hx-post="/contacts/{contact.pk}/edit/' in answer.text
    assert document_of(Contact.objects.get()) == document_of(contact)
    ann.post(f"/contacts/{contact.pk}/edit/", form_of(answer))
    saved = Contact.objects.get()
    document = document_of(saved)
    assert (saved.book, saved.avatar.startswith("avatars/")) == (cast.book, True)
    assert (document.first_name, document.nickname) == ("Ana", "Nina")
    assert [info.value for info in document.infos] == ["ana@acme.se", "112"]
    assert [(job.name, job.title) for job in document.companies] == [("Acme", "CTO")]
    assert document.notes == "Old note\n\nFirst name: Anna\nNew note"


def test_somebody_of_another_organization_is_not_added_to(cast, ann):
    add_member(organization=cast.elsewhere, user=cast.ann, role=Role.MEMBER, by=None)
    fields, email, _phone = new(ann, cast)
    contact = add(cast, "Far", "Away", email="ana@acme.se", book=personal_book(cast.ann, cast.elsewhere))
    assert Contact.objects.for_user(cast.ann).filter(pk=contact.pk).exists()
    fields |= {"first_name": "Ana", email: "ana@acme.se"}
    assert "Looks like" not in hinted(ann, fields, email)
    assert ann.post("/contacts/new/", fields | {"add_to": contact.pk}).status_code == 404
