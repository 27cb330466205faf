"""Settings as people use them: a passkey made and used, an app set up without scripts."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from playwright.sync_api import expect

from organizations.models import Organization
from tests.factories import PASSWORD
from tests.organizations.browsers import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody."""
    cache.clear()


def sign_in(page, user):
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_it_is_me(page):
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def give_a_device(page):
    """Give the browser a device that holds passkeys and says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_made_and_opens_the_door_alone_and_as_second_factor(cast, open_as):
    page = open_as()
    give_a_device(page)
    sign_in(page, cast.ben)
    page.get_by_role("button", name="Account of Ben Editor").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_role("link", name="Two-factor").click()
    page.get_by_role("link", name="Add", exact=True).click()
    confirm_it_is_me(page)
    page.get_by_label("Name", exact=True).fill("Laptop")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("heading", name="Laptop")).to_be_visible()
    expect(page.get_by_text("Opens without the password.")).to_be_visible()

    page.get_by_role("button", name="Account of Ben Editor").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"/contacts/$"))

    page.context.clear_cookies()
    sign_in(page, cast.ben)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile(r"/contacts/$"))
    assert Authenticator.objects.filter(user=cast.ben, type="webauthn").count() == 1


def test_a_device_that_refuses_is_told_of(cast, open_as):
    page = open_as()
    page.goto("/accounts/login/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    give_a_device(page)  # it holds no passkey
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="That did not work")).to_be_visible()


def test_an_app_is_set_up_without_scripts_when_the_organization_demands_it(cast, open_as):
    Organization.objects.filter(pk=cast.organization.pk).update(require_second_factor=True)
    page = open_as(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(page, cast.vic)
    expect(page.get_by_text("Acme asks everybody for a second factor")).to_be_visible()
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="Two-factor")).to_be_visible()
    page.get_by_role("link", name="Set up").click()
    confirm_it_is_me(page)
    secret = page.get_by_label("Key", exact=True).input_value()
    page.get_by_label("Code that the app shows").fill(code_of(secret, time.time()))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="All")).to_be_visible()
