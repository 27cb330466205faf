"""Signing in, out and up, passwords and sessions, as a browser does it; who exists stays untold."""

import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from redis.exceptions import ConnectionError as CacheIsGone

from books.models import ContactBook
from jobs.models import Job, State
from jobs.runner import run_here
from organizations.http import SignedInRequest
from organizations.middleware import CurrentOrganization
from organizations.models import AuditEntry, Organization, OrganizationMembership, OutgoingMail, User
from organizations.outgoing import opened
from tests.factories import PASSWORD, make_cast, make_organization, make_user
from tests.hashers import QuickArgon2

LOGIN, SIGNUP, RESET = "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"
NEW_PASSWORD = "another-long-password"
ANSWER = {"name": "Zoë", "email": "zoe@example.com", "password1": "a-long-test-password", "organization": "Zoë & Co"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody's address."""
    cache.clear()


@pytest.fixture
def ann():
    user = make_user("Ann", email="ann@example.com")
    make_organization("Acme", owner=user)
    return user


def sign_in(client, email="ann@example.com", password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def is_in(client):
    return "_auth_user_id" in client.session


def told(*actions):
    return AuditEntry.objects.filter(action__in=actions).order_by("id")


def mails():
    return [opened(mail) for mail in OutgoingMail.objects.order_by("created_at")]


def link_in(message):
    (link,) = re.findall(r"https?://\S+", message.body)
    return link


def without_secrets(response):
    """Return the page without what differs each time: tokens, nonces and the address typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    page = re.sub(r"nonce=\"[^\"]*\"|X-CSRFToken[^}]*", "", page)
    return response.status_code, response.headers.get("Location"), re.sub(r"[\w.+-]+@example\.com", "", page)


# --- Signing in and out ------------------------------------------------------------------------------------------


def test_in_and_out_again_with_a_new_session_each_time(client, ann):
    client.get(LOGIN)
    client.session["left"] = "before"
    response = sign_in(client, "Ann@Example.com")
    assert (response.status_code, response.headers["Location"]) == (302, "/contacts/")
    key = client.session.session_key
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_in(client)  # looking at the page is not signing out
    client.post("/accounts/logout/")
    assert not is_in(client)
    sign_in(client)
    assert client.session.session_key != key
    assert [(line.action, line.actor_id) for line in told("signed_in", "signed_out")] == [
        ("signed_in", ann.pk),
        ("signed_out", ann.pk),
        ("signed_in", ann.pk),
    ]


def test_a_session_somebody_planted_is_not_kept(client, ann):
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    sign_in(client)
    assert client.cookies[django_settings.SESSION_COOKIE_NAME].value != session.session_key


def test_wrong_password_and_unknown_address_look_alike(client, ann):
    known, unknown = sign_in(client, password="wrong"), sign_in(client, "nobody@example.com")
    assert without_secrets(known) == without_secrets(unknown)
    assert known.status_code == 200
    assert not is_in(client)
    assert [(line.target_id, line.detail) for line in told("sign_in_failed")] == [(ann.pk, {}), (None, {})]
    assert not AuditEntry.objects.filter(target_name__contains="nobody").exists()


def test_who_is_not_active_stays_out_and_falls_out(client, ann):
    sign_in(client)
    inside = Client()
    inside.force_login(ann)
    assert inside.get("/accounts/password/change/").status_code == 200
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert inside.get("/accounts/password/change/").headers["Location"].startswith(LOGIN)
    outside = Client()
    sign_in(outside)
    assert not is_in(outside)
    assert told("signed_in").count() == 2


def test_an_address_that_is_not_verified_does_not_sign_in(client, ann):
    ann.emailaddress_set.update(verified=False)
    response = sign_in(client)
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)
    assert "/accounts/confirm-email/" in link_in(mails()[0])


def test_after_signing_in_one_goes_where_one_wanted_but_never_elsewhere(client, ann):
    assert sign_in(client, QUERY_STRING="next=/accounts/email/").headers["Location"] == "/accounts/email/"
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        stranger = Client()
        response = stranger.post(LOGIN, {"login": "ann@example.com", "password": PASSWORD, "next": away})
        assert response.headers["Location"] == "/contacts/"


def test_too_many_tries_are_refused_with_a_sentence(client, ann):
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 200
    assert "Too many failed" in sign_in(client, password=PASSWORD).content.decode()
    assert not is_in(client)
    others = Client(REMOTE_ADDR="192.0.2.7")
    sam = make_user("Sam", email="sam@example.com")
    sign_in(others, sam.email)
    assert is_in(others)


@pytest.mark.parametrize(("address", "tries"), [(LOGIN, 30), (SIGNUP, 20), (RESET, 20)])
def test_one_place_can_only_try_so_often(client, address, tries):
    for number in range(tries):
        assert client.post(address, {"email": f"{number}@example.com"}).status_code in {200, 302}
    refused = client.post(address, {"email": "last@example.com"})
    assert refused.status_code == 429
    assert "Wait five minutes" in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post(address, {"email": "last@example.com"})
    assert elsewhere.status_code in {200, 302}


def test_without_anything_to_count_with_nobody_tries(client, ann, monkeypatch):
    def gone(*args, **kwargs):
        raise CacheIsGone("refused")

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.add", gone)
    client.raise_request_exception = False
    response = sign_in(client)
    assert response.status_code == 503
    assert "does not let anybody try unchecked" in response.content.decode()
    client.force_login(ann)
    assert client.get("/accounts/password/change/").status_code == 200


# --- Signing up --------------------------------------------------------------------------------------------------


def test_up_verified_and_in(client):
    response = client.post(SIGNUP, ANSWER)
    assert response.headers["Location"] == "/accounts/confirm-email/"
    assert not is_in(client)
    user = User.objects.get(email="zoe@example.com")
    assert user.name == "Zoë"
    membership = OrganizationMembership.objects.select_related("organization").get(user=user)
    assert (membership.organization.name, membership.role) == ("Zoë & Co", "owner")
    assert ContactBook.objects.for_user(user).get().name == "Personal"

    sign_in(client, user.email)
    assert not is_in(client)
    (message,) = mails()
    assert message.to == ["zoe@example.com"]
    link = link_in(message)
    assert link.startswith(django_settings.BASE_URL)
    assert not told("email_verified").exists()
    assert client.get(urlsplit(link).path).status_code == 200  # looking is not confirming: mail scanners look
    assert not EmailAddress.objects.get(user=user).verified
    client.post(urlsplit(link).path)
    assert EmailAddress.objects.get(user=user).verified
    sign_in(client, user.email)
    assert is_in(client)
    acts = ["organization_created", "member_added", "signed_up", "email_verified", "signed_in"]
    assert [line.action for line in told(*acts)] == acts


def test_links_lead_to_our_address_whatever_host_was_asked(client, settings, ann):
    settings.ALLOWED_HOSTS = ["*"]
    client.post(SIGNUP, ANSWER, headers={"host": "evil.example"})
    client.post(SIGNUP, {**ANSWER, "email": ann.email}, headers={"host": "evil.example"})
    client.post(RESET, {"email": ann.email}, headers={"host": "evil.example"})
    sent = mails()
    assert len(sent) == 3
    for message in sent:
        assert "evil" not in message.subject + message.body
        assert link_in(message).startswith(django_settings.BASE_URL)


def test_who_has_an_account_already_sees_the_same_and_gets_a_mail(client, ann):
    new = without_secrets(client.post(SIGNUP, ANSWER))
    before = User.objects.count(), Organization.objects.count()
    again = without_secrets(client.post(SIGNUP, {**ANSWER, "email": "ANN@example.com"}))
    assert again == new
    assert (User.objects.count(), Organization.objects.count()) == before
    assert {tuple(mail.to) for mail in mails()} == {("zoe@example.com",), ("ann@example.com",)}


def test_signing_up_hashes_a_password_whether_one_has_an_account_or_not(client, ann, monkeypatch):
    hashed = []
    quick = QuickArgon2.encode

    def counted(self, password, salt):
        hashed.append(password)
        return quick(self, password, salt)

    monkeypatch.setattr(QuickArgon2, "encode", counted)
    client.post(SIGNUP, ANSWER)
    new = len(hashed)
    client.post(SIGNUP, {**ANSWER, "email": ann.email})
    assert (new, len(hashed)) == (1, 2)


def test_two_sign_ups_at_once_make_one_account(client, monkeypatch):
    client.post(SIGNUP, ANSWER)
    cache.clear()
    first = without_secrets(client.get("/accounts/confirm-email/"))
    # The second one looked before the first was saved.
    monkeypatch.setattr("allauth.account.internal.flows.manage_email.assess_unique_email", lambda *a, **k: True)
    second = Client()
    response = second.post(SIGNUP, ANSWER)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/confirm-email/")
    assert without_secrets(second.get("/accounts/confirm-email/"))[0] == first[0]
    assert (User.objects.count(), Organization.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "x" * 300),
        ("organization", "   "),
        ("organization", "a\x00b"),
        ("email", "nobody"),
        ("email", "a\r\nBcc: x@example.com"),
        ("email", "x" * 300 + "@example.com"),
        ("password1", "short"),
        ("password1", "zoe@example.com"),
        ("password1", "123456789012345"),
        ("password1", "a-long-\x00-password"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_leaves_nothing(client, field, value):
    response = client.post(SIGNUP, {**ANSWER, field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not User.objects.exists()
    assert not Organization.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_failure_half_way_leaves_nobody_behind(client, monkeypatch):
    def broken(**kwargs):
        raise RuntimeError

    monkeypatch.setattr("organizations.forms.create_organization", broken)
    client.raise_request_exception = False
    assert client.post(SIGNUP, ANSWER).status_code == 500
    assert not User.objects.exists()


def test_a_closed_house(client, settings):
    settings.SIGN_UP_OPEN = False
    assert "signup_closed" in client.get(SIGNUP).templates[0].name
    client.post(SIGNUP, ANSWER)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "address", [LOGIN, SIGNUP, RESET, "/accounts/login/?next=%00", "/accounts/signup/?email=%ED%A0%80"]
)
def test_bytes_that_are_no_text_are_never_a_500(client, address):
    names = (b"login", b"password", b"email", b"password1", b"name", b"organization", b"next")
    part = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%sx@example.com\r\n'
    for raw in (b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"%00%ED%A0%80", "ſ\u202e＠".encode()):
        coded = b"&".join(name + b"=" + raw + b"x@example.com" for name in names)
        parts = b"".join(part % (name, raw) for name in names) + b"--x--\r\n"
        for body, kind in [
            (coded, "application/x-www-form-urlencoded"),
            (parts, "multipart/form-data; boundary=x"),
        ]:
            assert client.post(address, body, content_type=kind).status_code in {200, 302, 400}


# --- Passwords ---------------------------------------------------------------------------------------------------


def test_a_forgotten_password(client, ann):
    inside = Client()
    inside.force_login(ann)
    known, unknown = client.post(RESET, {"email": "Ann@example.com"}), client.post(RESET, {"email": "no@example.com"})
    assert without_secrets(known) == without_secrets(unknown)
    (message,) = mails()
    path = urlsplit(link_in(message)).path
    assert [address.lower() for address in message.to] == ["ann@example.com"]
    form = client.get(path, follow=True)
    address = form.redirect_chain[-1][0]
    assert "set-password" in address  # the secret has left the address bar
    client.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_in(client)
    assert inside.get("/accounts/password/change/").headers["Location"].startswith(LOGIN)
    sign_in(client)
    assert not is_in(client)
    sign_in(client, password=NEW_PASSWORD)
    assert is_in(client)
    assert told("password_reset").get().target_id == ann.pk
    second = Client()
    again = second.get(path, follow=True)
    assert not again.redirect_chain
    assert again.context["token_fail"]


def test_changing_the_password_ends_the_other_sessions(client, ann):
    other = Client()
    other.force_login(ann)
    sign_in(client)
    change = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post("/accounts/password/change/", change).status_code == 302
    assert client.get("/accounts/email/").status_code == 200
    assert other.get("/accounts/email/").headers["Location"].startswith(LOGIN)
    assert told("password_changed").get().actor_id == ann.pk


# --- Mail --------------------------------------------------------------------------------------------------------


def test_mail_is_sealed_until_a_job_has_sent_it(client, ann, mailoutbox):
    client.post(RESET, {"email": ann.email})
    mail = OutgoingMail.objects.get()
    assert b"password" not in bytes(mail.sealed)
    job = Job.objects.get()
    assert job.payload == {"mail": str(mail.pk)}
    run_here(job.pk)
    job.refresh_from_db()
    assert job.state == State.DONE
    assert [message.to for message in mailoutbox] == [[ann.email]]
    assert not OutgoingMail.objects.exists()


# --- Which organization ------------------------------------------------------------------------------------------


def switch(client, organization, **data):
    return client.post(
        "/organization/switch/", {"organization": str(getattr(organization, "pk", organization)), **data}
    )


def test_the_switcher_changes_the_session_of_members_alone(client, rf):
    cast = make_cast()
    client.force_login(cast.ann)
    second = make_organization("Second", owner=cast.ann)
    assert shown(client) == cast.organization
    assert switch(client, second).headers["Location"] == "/contacts/"
    assert shown(client) == second
    for foreign in (cast.elsewhere, "00000000-0000-0000-0000-000000000000", "x", "", "\x00"):
        assert switch(client, foreign).status_code == 404
        assert shown(client) == second
    assert client.get("/organization/switch/").status_code == 405
    assert switch(client, cast.organization, next="//evil.example/").headers["Location"] == "/contacts/"
    assert switch(client, second, next="/accounts/email/").headers["Location"] == "/accounts/email/"
    ContactBook._base_manager.filter(organization=second).delete()
    OrganizationMembership.objects.filter(organization=second).delete()
    assert shown(client) == cast.organization


def shown(client):
    """Return the organization that the next request of this browser would show."""
    request = SignedInRequest()
    request.session, request.user = client.session, User.objects.get(pk=client.session["_auth_user_id"])
    CurrentOrganization(lambda request: HttpResponse()).process_request(request)
    return request.organization


def test_nothing_is_looked_up_before_it_is_needed(ann, django_assert_num_queries):
    request = SignedInRequest()
    request.user, request.session = ann, SessionStore()
    with django_assert_num_queries(0):
        CurrentOrganization(lambda request: HttpResponse()).process_request(request)
    with django_assert_num_queries(1):
        assert (request.organization.name, request.organization.slug) == ("Acme", "acme")


def test_who_belongs_nowhere_sees_an_empty_place(client):
    user = make_user()
    client.force_login(user)
    organization = shown(client)
    assert not organization
    assert not ContactBook.objects.for_user(user).in_organization(organization).exists()
