"""Sessions: the list of one's own, ending them, and how long they last."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from organizations.sessions import end_sessions
from tests.factories import make_organization, make_user
from tests.organizations.browsers import is_in, sign_in, told

LIST = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody."""
    cache.clear()


@pytest.fixture
def ann(db):
    user = make_user("Ann")
    make_organization("Acme", owner=user)
    return user


def browser(user, agent=FIREFOX):
    found = Client(headers={"user-agent": agent})
    sign_in(found, user)
    assert is_in(found)
    return found


def key(client):
    return UserSession.objects.get(session_key=client.session.session_key).pk


def test_the_list_tells_where_one_is_signed_in(ann):
    laptop, _phone = browser(ann), browser(ann, IPHONE)
    browser(make_user("Sam"), "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Edg/140.0")
    page = laptop.get(LIST).content.decode()
    assert page.count("This one") == 1
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "Edge" not in page


def test_one_session_is_ended_at_once(ann):
    laptop, phone = browser(ann), browser(ann, IPHONE)
    answer = laptop.post(f"/settings/sessions/{key(phone)}/end/")
    assert answer.headers["Location"] == LIST
    assert not is_in(phone)
    assert is_in(laptop)
    assert told("sessions_ended") == ["sessions_ended"]


def test_ending_the_one_that_asks_is_signing_out(ann):
    laptop, phone = browser(ann), browser(ann, IPHONE)
    laptop.post(f"/settings/sessions/{key(laptop)}/end/")
    assert not is_in(laptop)
    assert is_in(phone)


def test_everywhere_else_at_once(ann):
    laptop, phone, tablet = browser(ann), browser(ann, IPHONE), browser(ann)
    sam = browser(make_user("Sam"))
    laptop.post(LIST)
    assert [is_in(each) for each in (laptop, phone, tablet, sam)] == [True, False, False, True]


def test_nobody_ends_a_session_of_others(ann):
    laptop, sam = browser(ann), browser(make_user("Sam"))
    assert sam.post(f"/settings/sessions/{key(laptop)}/end/").status_code == 404
    assert sam.get(f"/settings/sessions/{key(laptop)}/end/").status_code == 405
    assert sam.post(f"/settings/sessions/{'9' * 30}/end/").status_code == 404
    assert is_in(laptop)


def test_a_session_ends_after_thirty_days_however_much_it_is_used(ann):
    with time_machine.travel(NOON, tick=False) as clock:
        laptop = browser(ann)
        for _use in range(3):
            clock.shift(timedelta(days=10) - timedelta(minutes=1))
            assert is_in(laptop)
        clock.shift(timedelta(days=1))
        assert not is_in(laptop)
        assert laptop.get("/contacts/").headers["Location"].startswith("/accounts/login/")


def test_an_unused_session_ends_after_fourteen_days(ann):
    with time_machine.travel(NOON, tick=False) as clock:
        laptop = browser(ann)
        clock.shift(timedelta(days=15))
        assert not is_in(laptop)


def test_use_is_noted_once_an_hour(ann):
    with time_machine.travel(NOON, tick=False) as clock:
        laptop = browser(ann)
        clock.shift(timedelta(minutes=50))
        laptop.get(LIST)
        assert UserSession.objects.get().last_seen_at == NOON
        clock.shift(timedelta(minutes=20))
        laptop.get(LIST)
        assert UserSession.objects.get().last_seen_at == NOON + timedelta(minutes=70)


def test_all_sessions_of_a_person_end(ann):
    laptop, phone = browser(ann), browser(ann, IPHONE)
    assert end_sessions(user=ann, keep=laptop.session.session_key) == 1
    assert (is_in(laptop), is_in(phone)) == (True, False)
    assert end_sessions(user=ann) == 1
    assert not is_in(laptop)


def test_who_is_not_signed_in_is_led_there_and_a_page_that_is_open_is_told(client, db):
    piece = {"HX-Request": "true", "HX-Target": "detail"}
    told = client.get("/contacts/", headers=piece)
    assert told.status_code == 401
    assert "You are signed out." in told.text
    # The way back shows a page, also where htmx asks for it.
    for headers in ({}, {"HX-Request": "true", "HX-History-Restore-Request": "true"}):
        led = client.get("/contacts/", headers=headers)
        assert led.status_code == 302
        assert led["Location"].startswith("/accounts/login/")
