"""What people say about themselves, and how it changes their pages."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from contacts.models import Change
from contacts.services import create_contact
from organizations.models import User
from tests.contacts.conftest import person

PROFILE = "/settings/profile/"
SAID = {"name": "Ann Owner", "time_zone": "UTC", "region": "", "name_order": "mixed", "theme": ""}

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast):
    found = Client()
    found.force_login(cast.ann)
    return found


def save(client, **said):
    return client.post(PROFILE, {**SAID, **said})


def image(kind="PNG"):
    data = io.BytesIO()
    Image.new("RGB", (40, 60), "red").save(data, kind)
    return SimpleUploadedFile("me.png", data.getvalue())


def test_what_is_said_is_saved(client, cast):
    said = {"time_zone": "Asia/Kolkata", "region": "IN", "name_order": "given", "theme": "dark", "density": "compact"}
    assert save(client, name="  Ann   Mayer ", **said).status_code == 302
    ann = User.objects.get(pk=cast.ann.pk)
    assert ann.name == "Ann Mayer"
    assert {name: getattr(ann, name) for name in said} == said
    page = client.get(PROFILE).content.decode()
    assert 'data-theme="dark"' in page
    assert 'value="Ann Mayer"' in page
    assert '<option value="compact" selected>' in page
    assert 'data-density="compact"' in client.get("/contacts/").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 256},
        {"name": "a\x00b"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"region": "XX"},
        {"region": "IND"},
        {"name_order": "last"},
        {"theme": "pink"},
        {"density": "huge"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_saved(client, cast, wrong):
    answer = save(client, **{"name": "Other", **wrong})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert User.objects.get(pk=cast.ann.pk).name == "Ann Owner"


def test_times_are_shown_in_ones_own_zone(client, cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ida", "Noor"))
    Change.objects.filter(contact=contact).update(at="2026-03-01T22:30:00Z")
    history = f"/contacts/{contact.pk}/history/"
    assert "1 March 2026, 22:30" in client.get(history).content.decode()
    save(client, time_zone="Asia/Kolkata")
    assert "2 March 2026, 04:00" in client.get(history).content.decode()
    ben = Client()
    ben.force_login(cast.ben)
    assert "1 March 2026, 22:30" in ben.get(history).content.decode(), "the next one on the thread"


def test_a_zone_that_is_gone_breaks_no_page(client, cast):
    User.objects.filter(pk=cast.ann.pk).update(time_zone="Gone/Away")
    assert client.get("/contacts/").status_code == 200


def test_lists_go_by_the_name_that_one_chose(client, cast):
    for names in (("Zoe", "Adams"), ("Abe", "Zorn")):
        create_contact(by=cast.ann, book=cast.book, document=person(*names))

    def listed(query=""):
        page = client.get(f"/books/{cast.book.pk}/{query}").content.decode()
        return page.index("Zoe Adams") < page.index("Abe Zorn")

    assert listed()
    save(client, name_order="given")
    assert not listed()
    assert listed("?sort=family")
    save(client, name_order="mixed")
    assert listed()
    assert not listed("?sort=given")


def test_the_theme_goes_with_the_account(client, cast):
    client.post("/settings/theme/", {"theme": "light"})
    other = Client()
    other.force_login(cast.ann)
    assert 'data-theme="light"' in other.get("/contacts/").content.decode()
    client.post("/settings/theme/", {"theme": "system"})
    assert "data-theme" not in other.get("/contacts/").content.decode()


# --- Pictures ----------------------------------------------------------------------------------------------------


@pytest.mark.leaves_hooks  # they have run, and stay listed
def test_a_picture_is_seen_by_colleagues_and_by_nobody_else(client, cast, django_capture_on_commit_callbacks):
    assert save(client, picture=image()).status_code == 302
    ann = User.objects.get(pk=cast.ann.pk)
    answer = client.get(ann.picture_url)
    assert answer.headers["Content-Type"] == "image/webp"
    assert b"".join(answer)[8:12] == b"WEBP"
    assert ann.picture_url in client.get("/contacts/").content.decode()
    for colleague, status in ((cast.vic, 200), (cast.sam, 404)):
        browser = Client()
        browser.force_login(colleague)
        answer = browser.get(ann.picture_url)
        assert answer.status_code == status
        b"".join(answer)  # read to its end, the file is closed
    assert Client().get(ann.picture_url).status_code == 302
    assert client.get(ann.picture_url.replace(".webp", "x.webp")).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        save(client, picture=image("JPEG"))
    assert not default_storage.exists(ann.picture)
    assert client.get(ann.picture_url).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        save(client, remove_picture="on")
    assert User.objects.get(pk=cast.ann.pk).picture == ""


def test_what_is_no_picture_is_refused_with_a_sentence(client, cast):
    answer = save(client, name="Other", picture=SimpleUploadedFile("me.png", b"<svg onload=alert(1)>"))
    assert answer.status_code == 422
    assert "not a picture that Kith can read" in answer.content.decode()
    assert User.objects.get(pk=cast.ann.pk).name == "Ann Owner"


def test_the_navigation_names_what_one_may_open(client, cast):
    page = client.get(PROFILE).content.decode()
    for address in ("/settings/profile/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/"):
        assert f'href="{address}"' in page
    assert page.count('aria-current="page"') == 1
    assert 'href="/organization/audit/"' in page
    member = Client()
    member.force_login(cast.vic)
    assert 'href="/organization/audit/"' not in member.get(PROFILE).content.decode()
