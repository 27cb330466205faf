"""Sessions that several requests write at the same time: nobody's change is lost, an ended one stays ended."""

import pytest
from django.contrib.sessions.backends.base import UpdateError

from config.session_store import SessionStore


@pytest.fixture
def key(db):
    store = SessionStore()
    store.update({"theme": "dark", "organization": "first", "asked": "once"})
    store.save()
    return store.session_key


def two_that_read(key):
    stores = SessionStore(key), SessionStore(key)
    for store in stores:
        assert store["theme"] == "dark"
    return stores


def test_what_another_request_wrote_stays(key):
    one, other = two_that_read(key)
    one["message"] = ["Saved."]
    one["theme"] = "light"
    del one["asked"]
    one.save()
    other["found"] = True
    other.save()
    now = {"theme": "light", "organization": "first", "message": ["Saved."], "found": True}
    assert dict(SessionStore(key).items()) == now
    assert dict(other.items()) == now  # and the request goes on with it


def test_who_writes_a_name_last_is_right(key):
    one, other = two_that_read(key)
    one["organization"] = "second"
    one.save()
    other["organization"] = "third"
    other.save()
    assert SessionStore(key)["organization"] == "third"


def test_a_list_that_was_changed_in_place_is_a_change(key):
    first = SessionStore(key)
    first["seen"] = ["Ana"]
    first.save()
    first["seen"].append("Bo")
    first.save()
    one, other = two_that_read(key)
    one["seen"].append("Cy")
    one.save()
    other["found"] = True
    other.save()
    assert SessionStore(key)["seen"] == ["Ana", "Bo", "Cy"]


def test_what_is_taken_away_twice_is_gone(key):
    one, other = two_that_read(key)
    for store in (one, other):
        del store["asked"]
        store.save()
    assert "asked" not in SessionStore(key)


def test_a_new_key_takes_everything_along(key):
    store = SessionStore(key)
    assert store["theme"] == "dark"
    store.cycle_key()
    store["user"] = "ana"
    store.save()
    assert store.session_key != key
    assert dict(SessionStore(store.session_key).items()) == {
        "theme": "dark", "organization": "first", "asked": "once", "user": "ana"
    }  # fmt: skip
    assert not SessionStore().exists(key)


def test_an_ended_session_is_not_brought_back(key):
    one, other = two_that_read(key)
    one.flush()
    other["found"] = True
    with pytest.raises(UpdateError):
        other.save()
    assert not SessionStore().exists(key)
