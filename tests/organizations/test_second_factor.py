"""Two-factor: setting it up, signing in with it, what is stored of it, and organizations that demand it."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from organizations.models import Organization, OrganizationMembership
from organizations.second_factor import has_second_factor, owes_second_factor
from organizations.services import create_organization
from tests.factories import make_cast, make_user
from tests.organizations.browsers import code_of, confirm_it_is_me, is_in, mails, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.leaves_hooks]  # those of setting up have run, and stay listed

SET_UP, SECOND = "/accounts/2fa/totp/activate/", "/accounts/2fa/authenticate/"
CODES = "/accounts/2fa/recovery-codes/"
#: A moment in the middle of a code's half minute, after which the tests count in whole half minutes.
NOON = 1_795_089_600 + 5


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody, and no code used."""
    cache.clear()


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ann(db):
    user = make_user("Ann", email="ann@example.com")
    create_organization(name="Acme", owner=user)
    return user


def set_up(client, at, hooks):
    """Set up an app in a browser that is signed in; return its key."""
    confirm_it_is_me(client)
    page = client.get(SET_UP).content.decode()
    secret = re.search(r'id="totp-key" value="([A-Z2-7]{32})"', page)[1]
    with hooks(execute=True):
        answer = client.post(SET_UP, {"code": code_of(secret, at)})
    assert answer.headers["Location"] == CODES
    return secret


@pytest.fixture
def secret(client, ann, clock, django_capture_on_commit_callbacks):
    """Ann has an app; `client` is her browser, signed in. The next code is half a minute away."""
    sign_in(client, ann)
    found = set_up(client, NOON, django_capture_on_commit_callbacks)
    clock.shift(30)
    return found


def recovery_codes(client):
    return re.findall(r"<li>(\d{8})</li>", client.get(CODES).content.decode())


def test_setting_it_up_asks_for_the_password_first_and_tells_by_mail(
    client, ann, clock, django_capture_on_commit_callbacks
):
    sign_in(client, ann)
    assert client.get(SET_UP).headers["Location"].startswith("/accounts/reauthenticate/")
    assert not has_second_factor(ann)
    set_up(client, NOON, django_capture_on_commit_callbacks)
    assert has_second_factor(ann)
    assert "set up" in mails()[-1].subject
    assert told("second_factor_added", "recovery_codes_made") == ["second_factor_added", "recovery_codes_made"]
    assert "On since" in client.get("/accounts/2fa/").content.decode()


def test_a_wrong_code_sets_nothing_up(client, ann, clock):
    sign_in(client, ann)
    confirm_it_is_me(client)
    page = client.get(SET_UP).content.decode()
    again = client.post(SET_UP, {"code": "000000"}).content.decode()
    assert "not the right code" in again
    key = re.compile(r'id="totp-key" value="(\w+)"')
    assert key.search(again)[1] == key.search(page)[1], "another key, and the app would have to scan again"
    assert not has_second_factor(ann)


def test_signing_in_takes_the_code_and_takes_it_once(secret, ann, clock):
    browser = Client()
    assert sign_in(browser, ann).headers["Location"] == SECOND
    assert not is_in(browser)
    code = code_of(secret, NOON + 30)
    assert browser.post(SECOND, {"code": code}).headers["Location"] == "/contacts/"
    assert is_in(browser)
    assert told("second_factor_used") == ["second_factor_used"]
    other = Client()
    sign_in(other, ann)
    assert "not the right code" in other.post(SECOND, {"code": code}).content.decode(), "seen over a shoulder"
    assert not is_in(other)
    assert told("second_factor_failed") == ["second_factor_failed"]


def test_the_second_step_is_nobodys_without_the_first(secret, ann):
    stranger = Client()
    assert stranger.get(SECOND).headers["Location"].startswith("/accounts/login/")
    assert stranger.post(SECOND, {"code": code_of(secret, NOON + 30)}).status_code == 302
    assert not is_in(stranger)


def test_a_recovery_code_opens_once(secret, client, ann):
    codes = recovery_codes(client)
    assert len(codes) == 10
    browser, again = Client(), Client()
    sign_in(browser, ann)
    assert browser.post(SECOND, {"code": codes[0]}).headers["Location"] == "/contacts/"
    sign_in(again, ann)
    assert again.post(SECOND, {"code": codes[0]}).status_code == 200
    assert not is_in(again)
    assert recovery_codes(client) == codes[1:]
    assert client.get(f"{CODES}download/").content.decode().split() == codes[1:]


def test_wrong_codes_are_counted_for_the_person_wherever_they_come_from(secret, ann):
    for _attempt in range(5):
        browser = Client()
        sign_in(browser, ann)
        assert "not the right code" in browser.post(SECOND, {"code": "000000"}).content.decode()
    browser = Client(REMOTE_ADDR="10.0.0.9")
    sign_in(browser, ann)
    refused = browser.post(SECOND, {"code": code_of(secret, NOON + 30)}).content.decode()
    assert "Too many failed login attempts" in refused
    assert not is_in(browser)


@pytest.mark.parametrize("code", ["", "\x00", "１２３４５６", "1" * 5000, "' OR 1=1"])
def test_no_code_breaks_the_page(secret, ann, code):
    browser = Client()
    sign_in(browser, ann)
    assert browser.post(SECOND, {"code": code}).status_code == 200


@pytest.mark.parametrize("answer", ["", "{}", "[]", "1", '"x"', "{", '{"id": 5, "rawId": [], "response": {}}', "null"])
@pytest.mark.parametrize("address", [SECOND, "/accounts/2fa/webauthn/login/"])
def test_no_answer_of_a_device_breaks_the_page(secret, ann, address, answer):
    browser = Client()
    if address == SECOND:
        sign_in(browser, ann)
    else:
        assert "challenge" in browser.get(address, headers={"accept": "application/json"}).content.decode()
    assert browser.post(address, {"credential": answer}).status_code in {200, 302}
    assert not is_in(browser)


def test_turning_it_off_asks_again_and_ends_the_codes(secret, client, ann, clock, django_capture_on_commit_callbacks):
    clock.shift(3600)
    page = "/accounts/2fa/totp/deactivate/"
    assert client.post(page).headers["Location"].startswith("/accounts/reauthenticate/")
    assert has_second_factor(ann)
    confirm_it_is_me(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page)
    assert not Authenticator.objects.filter(user=ann).exists()
    assert "turned off" in mails()[-1].subject
    assert told("second_factor_removed") == ["second_factor_removed", "second_factor_removed"]
    assert sign_in(Client(), ann).headers["Location"] == "/contacts/"


def test_a_forgotten_password_does_not_go_round_it(secret, client, ann):
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": ann.email})
    link = re.search(r"https?://[^/]+(/\S+)", mails()[-1].body)[1]
    form = browser.get(link).headers["Location"]
    browser.post(form, {"password1": "another-long-password", "password2": "another-long-password"})
    assert not is_in(client), "the reset ended the session"
    assert sign_in(browser, ann, "another-long-password").headers["Location"] == SECOND
    assert not is_in(browser)


# --- What is stored ----------------------------------------------------------------------------------------------


def test_secrets_are_encrypted_for_their_person(client, ann, clock, django_capture_on_commit_callbacks):
    sign_in(client, ann)
    confirm_it_is_me(client)
    page = client.get(SET_UP).content.decode()
    waiting = re.search(r'id="totp-key" value="(\w+)"', page)[1]
    assert all(waiting not in str(each.get_decoded()) for each in Session.objects.order_by("pk"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(SET_UP, {"code": code_of(waiting, NOON)})
    assert waiting not in str(
        list(Authenticator.objects.filter(user=ann).order_by("pk").values_list("data", flat=True))
    )


def test_a_secret_copied_to_another_person_opens_nothing(secret, ann, clock):
    eve = make_user("Eve")
    stolen = Authenticator.objects.get(user=ann, type="totp")
    Authenticator.objects.create(user=eve, type="totp", data=stolen.data)
    browser = Client()
    sign_in(browser, eve)
    answer = browser.post(SECOND, {"code": code_of(secret, NOON + 30)})
    assert "cannot be read" in answer.content.decode()
    assert not is_in(browser)


# --- Demanded ----------------------------------------------------------------------------------------------------


def owes(user):
    return owes_second_factor(user, OrganizationMembership.objects.filter(user=user).select_related("organization"))


def demand(organization):
    Organization.objects.filter(pk=organization.pk).update(require_second_factor=True)


def test_whoever_owes_one_is_led_to_it_before_anything_else(client, clock, django_capture_on_commit_callbacks):
    cast = make_cast()
    demand(cast.organization)
    sign_in(client, cast.ben)
    assert owes(cast.ben)
    for page in ("/contacts/", f"/books/{cast.book.pk}/", "/settings/profile/", "/accounts/password/change/"):
        assert client.get(page).headers["Location"] == "/accounts/2fa/"
    assert client.post("/contacts/new/", {"book": str(cast.book.pk), "first_name": "X"}).status_code == 302
    assert client.get("/contacts/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/accounts/2fa/"
    assert "Acme asks everybody for a second factor" in client.get("/accounts/2fa/").content.decode()
    assert client.get("/accounts/email/").status_code == 200  # an unconfirmed one would stand in the way
    secret = set_up(client, NOON, django_capture_on_commit_callbacks)
    assert not owes(cast.ben)
    assert client.get("/contacts/").status_code == 200
    assert secret


def test_nobody_else_is_led_anywhere(client):
    cast = make_cast()
    demand(cast.organization)
    client.force_login(cast.sam)
    assert not owes(cast.sam)
    assert client.get("/contacts/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor_and_leaving_frees(client):
    cast = make_cast()
    demand(cast.organization)
    Authenticator.objects.create(user=cast.ben, type="recovery_codes", data={})
    assert owes(cast.ben)
    client.force_login(cast.ben)
    assert client.post("/accounts/logout/").status_code == 302
    Organization.objects.filter(pk=cast.organization.pk).update(require_second_factor=False)
    assert not owes(cast.ben)
