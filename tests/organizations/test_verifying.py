"""Whose account it is: what was prepared with a stranger's address is worth nothing once the stranger verifies it."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from organizations.models import User
from tests.factories import PASSWORD, make_organization, make_user
from tests.organizations.browsers import confirm_it_is_me, is_in, mails, path_in, sign_in, told

SIGN_UP, RESET = "/accounts/signup/", "/accounts/password/reset/"
VICTIM = "victim@example.com"
ANSWER = {"name": "Vic Tim", "email": VICTIM, "password1": PASSWORD, "organization": "Trap"}
NEW_PASSWORD = "a-password-of-my-own"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody."""
    cache.clear()


def choose_password(browser, address):
    form = browser.get(address).headers["Location"]
    return browser.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def test_who_signed_up_in_this_browser_keeps_the_password(client):
    client.post(SIGN_UP, ANSWER)
    client.post(path_in(mails()[0]))
    assert sign_in(client, User.objects.get(email=VICTIM)).headers["Location"] == "/contacts/"
    assert told("password_ended") == []


def test_who_typed_the_password_in_this_browser_keeps_it(client):
    Client().post(SIGN_UP, ANSWER)
    user = User.objects.get(email=VICTIM)
    sign_in(client, user)
    client.post(path_in(mails()[0]))
    assert EmailAddress.objects.get(user=user).verified
    assert is_in(client) or sign_in(client, user).headers["Location"] == "/contacts/"
    assert told("password_ended") == []


def test_the_owner_of_a_mailbox_gets_an_account_that_nobody_else_can_open(client):
    attacker = Client()
    attacker.post(SIGN_UP, ANSWER)
    user = User.objects.get(email=VICTIM)
    sign_in(attacker, user)
    answer = client.post(path_in(mails()[0]))
    assert EmailAddress.objects.get(user=user).verified
    assert told("password_ended") == ["password_ended"]

    sign_in(attacker, user)
    assert not is_in(attacker), "the password of whoever made the account"
    for page in ("/accounts/login/", "/accounts/confirm-email/", "/contacts/"):
        attacker.get(page)
    assert not is_in(attacker), "the sign-in that waited for the verification"

    choose_password(client, answer.headers["Location"])
    assert sign_in(client, user, NEW_PASSWORD).headers["Location"] == "/contacts/"
    sign_in(attacker, user)
    assert not is_in(attacker)


def test_the_link_to_choose_a_password_works_once(client):
    Client().post(SIGN_UP, ANSWER)
    address = client.post(path_in(mails()[0])).headers["Location"]
    choose_password(client, address)
    assert Client().get(address).status_code == 200, "says that the link is used up"
    assert client.post(path_in(mails()[0])).status_code in {302, 404}
    assert sign_in(Client(), User.objects.get(email=VICTIM), NEW_PASSWORD).headers["Location"] == "/contacts/"


# --- An address added to somebody else's account -----------------------------------------------------------------


@pytest.fixture
def trap(db):
    """Eve's account, to which she added the stranger's address, and her browser."""
    eve, browser = make_user("Eve", email="eve@example.com"), Client()
    make_organization("Trap", owner=eve)
    sign_in(browser, eve)
    confirm_it_is_me(browser)
    browser.post("/accounts/email/", {"action_add": "", "email": VICTIM})
    assert EmailAddress.objects.filter(user=eve, email=VICTIM, verified=False).exists()
    return browser


def test_a_stranger_who_presses_the_link_gives_nothing_away(trap, client):
    link = path_in(next(mail for mail in mails() if mail.to == [VICTIM]))
    assert client.get(link).status_code == 200
    answer = client.post(link)
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert not EmailAddress.objects.get(email=VICTIM).verified
    assert not is_in(client)


def test_who_is_signed_in_to_the_account_verifies_it_and_is_signed_out_elsewhere(trap, client):
    eve = User.objects.get(email="eve@example.com")
    sign_in(client, eve)
    trap.post(path_in(next(mail for mail in mails() if mail.to == [VICTIM])))
    assert EmailAddress.objects.get(email=VICTIM).verified
    assert is_in(trap)
    assert not is_in(client)
    assert told("sessions_ended") == ["sessions_ended"]


def test_a_claimed_address_gets_no_reset_and_can_still_be_signed_up_with(trap, client):
    before = len(mails())
    shown = client.post(RESET, {"email": VICTIM}).headers["Location"]
    assert len(mails()) == before
    assert client.post(RESET, {"email": "nobody@example.com"}).headers["Location"] == shown
    cache.clear()  # one mail to an address in three minutes
    client.post(SIGN_UP, ANSWER)
    mine = User.objects.get(email=VICTIM)
    client.post(path_in(mails()[-1]))
    assert EmailAddress.objects.get(user=mine).verified
    trap.post(path_in(next(mail for mail in mails() if mail.to == [VICTIM])))
    assert list(EmailAddress.objects.filter(email=VICTIM, verified=True).values_list("user", flat=True)) == [mine.pk]
    count = len(mails())
    client.post(RESET, {"email": VICTIM})
    assert len(mails()) == count + 1
    assert mails()[-1].to == [VICTIM]


def test_signing_up_answers_alike_down_to_the_cookies(client):
    make_user("Known", email="known@example.com")
    new = client.post(SIGN_UP, ANSWER)
    known = Client().post(SIGN_UP, {**ANSWER, "email": "known@example.com"})
    assert (new.status_code, new.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert set(new.cookies) == set(known.cookies)
