"""The demo: made once, into an empty database only; its sign-in is kept and told as long as it works."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import call_command

from books.models import ContactBook
from contacts.models import Contact
from organizations.models import Organization, User
from organizations.sharing import Level
from sync import demo
from tests.factories import make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Keep the file of one test apart from those of others."""
    settings.KITH_DATA = tmp_path / "data"
    return settings.KITH_DATA


def told(*words):
    out = StringIO()
    call_command("prepare_demo", *words, stdout=out)
    return out.getvalue()


def test_an_empty_database_gets_a_demo_that_one_can_sign_in_to(client, folder):
    first = told()
    people = json.loads(told("--json"))
    assert told() == first
    assert Organization.objects.count() == 1
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600
    for each in people:
        assert each["email"] in first
        assert each["password"] in first
        client.post("/accounts/login/", {"login": each["email"], "password": each["password"]})
        assert client.session["_auth_user_id"] == str(User.objects.get(email=each["email"]).pk)
        client.logout()
    owner, editor, viewer = (User.objects.get(email=each["email"]) for each in people)

    def names(user, level):
        return {book.name for book in ContactBook.objects.for_user(user, at_least=level)} - {"Personal"}

    everything = {"Clients", "Prospects", "Vendors", "Partners", "Team"}
    assert names(owner, Level.MANAGE) == everything
    assert names(editor, Level.EDIT) == {"Clients", "Prospects", "Vendors", "Team"}
    assert names(viewer, Level.VIEW) == {"Clients", "Vendors", "Partners", "Team"}
    assert names(viewer, Level.EDIT) == {"Team"}
    assert Contact.objects.for_user(owner).count() == 15
    assert {book.type for book in ContactBook.objects.for_user(owner).with_type()} == {
        "organization", "team", "users", "personal",
    }  # fmt: skip


def test_a_database_that_is_used_is_left_alone(folder):
    make_organization()
    assert told() == ""
    assert told("--json").strip() == "[]"
    assert Organization.objects.count() == 1
    assert not (folder / "demo.json").exists()


def test_a_password_that_was_changed_is_told_no_more():
    people = json.loads(told("--json"))
    owner = User.objects.get(email=people[0]["email"])
    owner.set_password("another-long-password")
    owner.save()
    assert [each["email"] for each in json.loads(told("--json"))] == [each["email"] for each in people[1:]]


def test_a_file_of_another_database_is_not_believed(folder):
    told()
    kept = json.loads((folder / "demo.json").read_text())
    kept["organization"] = "00000000-0000-0000-0000-000000000000"
    (folder / "demo.json").write_text(json.dumps(kept))
    assert told() == ""
    (folder / "demo.json").write_text("not json")
    assert told() == ""


def test_a_demo_that_fails_leaves_nothing(monkeypatch, folder):
    def broken(*args):
        raise OSError("disk full")

    monkeypatch.setattr(demo, "_keep", broken)
    with pytest.raises(OSError, match="disk full"):
        demo.prepare()
    assert not Organization.objects.exists()
    assert not User.objects.exists()
