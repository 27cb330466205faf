"""Keys of one's own: what is kept, what is refused in a sentence, and where they are shown."""

import re

import pytest
from django.test import Client

from contacts.keys import CHANGEABLE, KEYS, calls, chars_of, chosen_keys
from contacts.services import create_contact
from organizations.models import User
from tests.contacts.conftest import person

KEYS_PAGE = "/settings/keys/"
USUAL = {key.name: key.char for key in CHANGEABLE}

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast):
    found = Client()
    found.force_login(cast.ann)
    return found


def own(cast):
    return User.objects.get(pk=cast.ann.pk).own_keys


def test_the_table_has_no_key_twice():
    every = [key.char for key in CHANGEABLE] + [fixed for key in KEYS.values() for fixed in key.fixed]
    assert len(every) == len(set(every))


def test_what_is_chosen_is_kept_and_shown_everywhere(client, cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", email="ana@x.example"))
    assert client.post(KEYS_PAGE, {**USUAL, "move": "v", "email": "", "next": "ж"}).status_code == 302
    assert own(cast) == {"move": "v", "email": "", "next": "ж"}
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    [said] = [line for line in page.splitlines() if "<body" in line]
    assert "v move" in said
    assert "ж next" in said
    assert "m move" not in said
    assert "email" not in said.partition('data-keys="')[2].partition('"')[0]
    assert '<span class="wrap">Move to book…</span><kbd>v</kbd>' in page
    assert re.search(r"Copy email</span>\s*</button>", page)
    assert "<dt>Move to book…</dt><dd><kbd>v</kbd>" in client.get("/contacts/keys/").content.decode()


def test_two_may_change_places(client, cast):
    assert client.post(KEYS_PAGE, {**USUAL, "next": "k", "previous": "j"}).status_code == 302
    assert own(cast) == {"next": "k", "previous": "j"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"move": "l"}, "“l” is the key of “Add to group…” already."),
        ({"move": "vv"}, "A key is one character"),
        ({"move": "\x07"}, ""),
        ({"move": "vvvvvvvvvvvvvv"}, "at most 8 characters"),
        ({"move": "\u202e"}, "A key is one character"),
    ],
)
def test_what_is_no_key_is_refused_in_a_sentence(client, cast, typed, sentence):
    client.post(KEYS_PAGE, {**USUAL, "star": "v"})
    answer = client.post(KEYS_PAGE, {**USUAL, "star": "w", **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert own(cast) == {"star": "v"}


def test_the_usual_keys_are_restored(client, cast):
    client.post(KEYS_PAGE, {**USUAL, "move": "v"})
    assert client.post(KEYS_PAGE, {**USUAL, "move": "w", "restore": "1"}).status_code == 302
    assert own(cast) == {}


def test_nobody_changes_the_keys_of_another(client, cast):
    client.post(KEYS_PAGE, {**USUAL, "move": "v", "user": str(cast.ben.pk)})
    assert User.objects.get(pk=cast.ben.pk).own_keys == {}


def test_a_default_that_came_later_gives_way(cast):
    cast.ann.own_keys = {"star": "m", "unknown": "q"}
    chars = chars_of(cast.ann)
    assert (chars["star"], chars["move"]) == ("m", "")
    assert "q" not in chars.values()
    cast.ann.own_keys = ["nonsense"]
    assert chars_of(cast.ann) == USUAL


def test_who_has_them_switched_off_keeps_those_of_more_than_one_character(client, cast):
    User.objects.filter(pk=cast.ann.pk).update(single_keys=False, own_keys={"move": "v"})
    said = calls(User.objects.get(pk=cast.ann.pk)).split(" ")[::2]
    assert set(said) == {"Mod+k", "Mod+Shift+,", "Mod+z", "Mod+Shift+z", "Escape", "Mod+a", "Delete"}
    sheet = client.get("/contacts/keys/", headers={"HX-Request": "true"}).content.decode()
    assert "<kbd>Ctrl K</kbd>" in sheet
    assert "Move to book" not in sheet
    assert "switched off" in sheet
    mac = client.get("/contacts/keys/", headers={"User-Agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X)"})
    assert "<kbd>⌘ K</kbd>" in mac.content.decode()


def test_a_key_typed_in_two_ways_is_one_key():
    own_keys, errors = chosen_keys({**USUAL, "move": "e\u0301"}, before=USUAL)
    assert (own_keys, errors) == ({"move": "é"}, {})
