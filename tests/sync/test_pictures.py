"""Pictures of contacts go out with vCards and come in again."""

import base64

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from contacts import avatars
from contacts.document import ContactDocument
from contacts.models import PendingPicture
from contacts.services import create_contact
from sync.imports import photos, running, services
from sync.imports.failures import failed_vcards
from tests.contacts.conftest import person
from tests.contacts.test_avatars import bomb, picture
from tests.sync.conftest import counts, imports, people, reasons


def card(name, data=b"", kind="PNG"):
    photo = f"PHOTO;ENCODING=b;TYPE={kind}:{base64.b64encode(data).decode()}\r\n" if data else ""
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nEMAIL:{name}@example.com\r\n{photo}END:VCARD\r\n".encode()


def opened(contact):
    with default_storage.open(contact.avatar) as file:
        image = Image.open(file)
        image.load()
    return image


def files():
    return set(default_storage.listdir(avatars.FOLDER)[1]) if default_storage.exists(avatars.FOLDER) else set()


@pytest.mark.parametrize("file_format", ["vcard-3", "vcard-4"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_contact_exported_and_imported_again_has_its_picture(committed, client, file_format, mode):
    colour = (200, 30, 40) if mode == "RGB" else (200, 30, 40, 90)
    name = avatars.store(ContentFile(picture(size=(300, 300), mode=mode, colour=colour)))
    document = ContactDocument(first_name="Ana", avatar=name)
    ana = create_contact(by=committed.ann, book=committed.book, document=document)
    client.force_login(committed.ann)
    answer = client.post("/contacts/export/", {"contact": str(ana.pk), "format": file_format})
    imported = imports(committed.ann, committed.private, b"".join(answer.streaming_content))
    assert (counts(imported), reasons(imported, "remark")) == ({"created": 1}, [])
    [again] = people(committed.private)
    assert again.avatar not in {"", name}
    image = opened(again)
    assert (image.format, image.size, image.mode) == ("WEBP", (300, 300), mode)
    assert all(abs(one - other) <= 6 for one, other in zip(image.getpixel((150, 150)), colour, strict=True))
    assert not PendingPicture.objects.exists()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_pictures_of_every_usual_kind_come_in(committed, kind):
    imports(committed.ann, committed.book, card("Ann", picture(kind), kind))
    assert opened(people(committed.book)[0]).format == "WEBP"


def test_what_is_no_picture_is_left_out_with_a_sentence_and_the_contact_comes_in(committed):
    data = card("Ann", b"not a picture") + card("Ben", bomb(50_000, 50_000)) + card("Cleo", picture())
    imported = imports(committed.ann, committed.book, data)
    assert counts(imported) == {"created": 3}
    assert [bool(contact.avatar) for contact in people(committed.book)] == [False, False, True]
    [(first, not_read), (second, too_large)] = reasons(imported, "remark")
    assert (first, second) == (1, 2)
    assert not_read.startswith("PHOTO: this picture was left out. This is not a picture")
    assert "50 megapixels" in too_large


def test_undo_takes_the_picture_away(committed):
    create_contact(by=committed.ann, book=committed.book, document=person("Ann", email="ann@example.com"))
    [ann] = people(committed.book)
    imported = imports(committed.ann, committed.book, card("Ann", picture()) + card("Ben", picture()))
    assert counts(imported) == {"created": 1, "updated": 1}
    assert all(contact.avatar for contact in people(committed.book))
    services.undo(by=committed.ann, imported=imported)
    [left] = people(committed.book)
    assert (left.pk, left.avatar) == (ann.pk, "")


def test_who_has_a_picture_keeps_it_and_nothing_stays_behind(committed):
    data = card("Ann", picture())
    imports(committed.ann, committed.book, data)
    [ann] = people(committed.book)
    before = files()
    again = imports(committed.ann, committed.book, data)
    assert counts(again) == {"unchanged": 1}
    assert people(committed.book)[0].avatar == ann.avatar
    assert files() == before
    assert not PendingPicture.objects.exists()


@pytest.mark.parametrize(("seconds", "written"), [(0, [1, 1, 2]), (60, [2, 2])])
def test_many_pictures_make_short_batches_and_slow_ones_shorter(committed, monkeypatch, seconds, written):
    monkeypatch.setattr("sync.imports.reading.BATCH_PICTURES", 2)
    monkeypatch.setattr(photos, "PART_PATIENCE", seconds)
    seen = []
    commit = running._commit

    def counted(imported, by, batch, *more):
        seen.append(len(batch))
        commit(imported, by, batch, *more)

    monkeypatch.setattr(running, "_commit", counted)
    data = b"".join(card(f"P{number}", picture() if number < 3 else b"") for number in range(4))
    assert counts(imports(committed.ann, committed.book, data)) == {"created": 4}
    assert seen == written
    assert [bool(contact.avatar) for contact in people(committed.book)] == [True, True, True, False]


def test_what_takes_too_long_is_left_out_with_a_sentence(committed, monkeypatch):
    monkeypatch.setattr(photos, "PATIENCE", 0.001)
    imported = imports(committed.ann, committed.book, card("Ann", picture()))
    assert counts(imported) == {"created": 1}
    [(_row, reason)] = reasons(imported, "remark")
    assert "takes too long to read" in reason


def test_failed_cards_come_back_with_their_pictures(committed):
    imported = imports(committed.ann, committed.book, card("L" * 300, picture()))
    assert counts(imported) == {"failed": 1}
    mended = b"".join(failed_vcards(imported)).replace(b"L" * 300, b"Lee")
    imports(committed.ann, committed.book, mended)
    assert opened(people(committed.book)[0]).size == (40, 40)


def test_a_picture_that_is_gone_does_not_stop_an_export(committed, client):
    name = avatars.store(ContentFile(picture()))
    ann = create_contact(by=committed.ann, book=committed.book, document=ContactDocument(first_name="Ann", avatar=name))
    default_storage.delete(name)
    client.force_login(committed.ann)
    answer = client.post("/contacts/export/", {"contact": str(ann.pk), "format": "vcard-4"})
    text = b"".join(answer.streaming_content)
    assert b"FN:Ann" in text
    assert b"PHOTO" not in text
