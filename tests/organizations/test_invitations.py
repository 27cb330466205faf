"""Invitations: a link for one address and one organization, once, for a week, never beyond its inviter's rights."""

import re
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connections, transaction
from django.db.models.functions import Now
from django.test import Client

from organizations import services
from organizations.models import AuditEntry, Invitation, OrganizationMembership, OutgoingMail, Role, User
from organizations.outgoing import opened
from organizations.permissions import NotVisible
from organizations.services import invitations
from tests.factories import PASSWORD, make_cast, make_member, make_user

JOIN = "/organization/join/"


def invited(cast, email="ida@example.com", *, by=None, role=Role.MEMBER):
    """Invite somebody; return the invitation and the path of the link in its mail."""
    invitation = invitations.invite(by=by or cast.ann, organization=cast.organization, email=email, role=role)
    return invitation, link()


def link():
    """Return the path of the link in the newest mail."""
    message = opened(OutgoingMail.objects.latest("created_at"))
    return re.search(r"https?://[^/]+(/organization/invitation/\S+)", message.body)[1]


def key_of(path):
    return path.rstrip("/").rpartition("/")[2]


def role_of(user, cast):
    found = OrganizationMembership.objects.filter(organization=cast.organization, user=user)
    return found.values_list("role", flat=True).first()


def test_the_link_is_long_and_only_its_digest_is_stored(cast):
    invitation, path = invited(cast)
    key = key_of(path)
    assert len(key) >= 43  # 256 bits
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert key not in str(row)
    assert 6.9 < (invitation.expires_at - invitation.sent_at) / timedelta(days=1) < 7.1
    mail = opened(OutgoingMail.objects.latest("created_at"))
    assert mail.to == ["ida@example.com"]
    assert mail.subject == "Ann Owner invites you to Acme"


def test_who_may_invite_as_what(cast):
    for by, role, refusal in [
        (cast.ben, Role.MEMBER, PermissionDenied),
        (cast.sam, Role.MEMBER, NotVisible),
        (cast.ada, Role.OWNER, PermissionDenied),
    ]:
        with pytest.raises(refusal):
            invitations.invite(by=by, organization=cast.organization, email="ida@example.com", role=role)
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()
    invited(cast, "one@example.com", by=cast.ada, role=Role.ADMIN)
    invited(cast, "two@example.com", by=cast.ann, role=Role.OWNER)
    lines = AuditEntry.objects.filter(action="invitation_sent").order_by("id")
    assert list(lines.values_list("target_name", "detail")) == [
        ("one@example.com", {"role": "admin"}),
        ("two@example.com", {"role": "owner"}),
    ]


@pytest.mark.parametrize("email", ["", "nobody", "a\x00@b.co", "x" * 250 + "@b.co"])
def test_an_impossible_address_is_refused(cast, email):
    with pytest.raises(ValidationError):
        invited(cast, email)


def test_whoever_belongs_or_is_invited_is_not_invited_again(cast):
    with pytest.raises(ValidationError, match="belongs to Acme already"):
        invited(cast, cast.ben.email.upper())
    invited(cast, "ida@example.com")
    with pytest.raises(ValidationError, match="has been invited already"):
        invited(cast, "IDA@example.com")
    assert Invitation.objects.count() == 1


def test_no_organization_sends_invitations_without_end(cast, monkeypatch):
    monkeypatch.setattr(invitations, "_A_DAY", 2)
    first, _path = invited(cast, "one@example.com")
    invitations.resend(by=cast.ann, invitation=first)
    with pytest.raises(ValidationError, match="Go on tomorrow"):
        invited(cast, "two@example.com")
    with pytest.raises(ValidationError, match="Go on tomorrow"):
        invitations.resend(by=cast.ann, invitation=first)


def test_a_new_person_joins_signed_in_with_the_address_proved(cast, client):
    _invitation, path = invited(cast)
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, JOIN)
    page = client.get(JOIN)
    assert page.status_code == 200
    assert "ida@example.com" in page.content.decode()
    response = client.post(JOIN, {"name": "Ida", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/contacts/")
    ida = User.objects.get(email="ida@example.com")
    assert role_of(ida, cast) == Role.MEMBER
    assert EmailAddress.objects.get(user=ida).verified
    assert client.session["_auth_user_id"] == str(ida.pk)
    assert not Invitation.objects.exists()
    assert client.get("/contacts/").status_code == 200
    again = Client()
    again.get(path)
    assert again.get(JOIN).status_code == 404
    assert again.post(JOIN, {"name": "Eve", "password": PASSWORD}).status_code == 404
    line = AuditEntry.objects.get(action="member_added", target_id=ida.pk)
    assert line.detail == {"role": "member", "invited_by": "Ann Owner"}


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("Ida", "short"), ("Ida", "ida@example.com"), ("", "")])
def test_a_form_that_is_not_filled_in_comes_back(cast, client, name, password):
    _invitation, path = invited(cast)
    client.get(path)
    assert client.post(JOIN, {"name": name, "password": password}).status_code == 422
    assert not User.objects.filter(email="ida@example.com").exists()
    assert Invitation.objects.exists()


def test_who_has_an_account_signs_in_and_joins(cast, client):
    ida = make_user("Ida", email="ida@example.com")
    _invitation, path = invited(cast, role=Role.ADMIN)
    client.get(path)
    page = client.get(JOIN).content.decode()
    assert "/accounts/login/?next=/organization/join/" in page
    assert 'name="password"' not in page
    response = client.post("/accounts/login/?next=" + JOIN, {"login": ida.email, "password": PASSWORD, "next": JOIN})
    assert response.headers["Location"] == JOIN
    assert role_of(ida, cast) is None
    assert client.get(JOIN).status_code == 200
    assert role_of(ida, cast) is None  # looking at it is not joining
    assert client.post(JOIN).headers["Location"] == "/contacts/"
    assert role_of(ida, cast) == Role.ADMIN
    assert client.session["organization"] == str(cast.organization.pk)


def test_the_wrong_account_is_told_so_and_nothing_more(cast, client):
    _invitation, path = invited(cast)
    client.force_login(cast.sam)
    client.get(path)
    for response in (client.get(JOIN), client.post(JOIN)):
        assert response.status_code == 403
        page = response.content.decode()
        assert "Acme" not in page
        assert "Ann" not in page
        assert "ida@example.com" not in page
    with pytest.raises(invitations.WrongAccount):
        invitations.accept(key=key_of(path), user=cast.sam)
    assert role_of(cast.sam, cast) is None
    assert Invitation.objects.exists()


def test_an_address_that_is_only_claimed_does_not_count(cast):
    _invitation, path = invited(cast)
    EmailAddress.objects.create(user=cast.sam, email="ida@example.com", verified=False, primary=False)
    with pytest.raises(invitations.WrongAccount):
        invitations.accept(key=key_of(path), user=cast.sam)
    assert role_of(cast.sam, cast) is None
    user = invitations.accept_as_new(key=key_of(path), name="Ida", password=PASSWORD)
    assert role_of(user, cast) == Role.MEMBER


def test_an_account_that_exists_is_not_made_again(cast):
    _invitation, path = invited(cast)
    make_user("Ida", email="ida@example.com")
    with pytest.raises(ValidationError, match="exists already"):
        invitations.accept_as_new(key=key_of(path), name="Eve", password="another-long-password")
    assert User.objects.get(email="ida@example.com").check_password(PASSWORD)
    assert Invitation.objects.exists()


def _revoke(cast, invitation):
    invitations.revoke(by=cast.ada, invitation=invitation)


def _expire(cast, invitation):
    Invitation.objects.update(expires_at=Now() - timedelta(seconds=1))


def _demote(cast, invitation):
    services.change_role(organization=cast.organization, user=cast.ada, role=Role.MEMBER, by=cast.ann)


def _close(cast, invitation):
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)


def _resend(cast, invitation):
    invitations.resend(by=cast.ann, invitation=invitation)


@pytest.mark.parametrize("end", [_revoke, _expire, _demote, _close, _resend])
def test_a_link_that_is_over_opens_nothing(cast, client, end):
    ida = make_user("Ida", email="ida@example.com")
    invitation, path = invited(cast, by=cast.ada)
    end(cast, invitation)
    with pytest.raises(invitations.NotValid):
        invitations.accept(key=key_of(path), user=ida)
    with pytest.raises(invitations.NotValid):
        invitations.accept_as_new(key=key_of(path), name="Eve", password=PASSWORD)
    client.force_login(ida)
    client.get(path)
    for response in (client.get(JOIN), client.post(JOIN)):
        assert response.status_code == 404
        assert "Acme" not in response.content.decode()
    assert role_of(ida, cast) is None


def test_an_owner_who_became_admin_makes_no_owner(cast):
    services.change_role(organization=cast.organization, user=cast.ada, role=Role.OWNER, by=cast.ann)
    _invitation, path = invited(cast, by=cast.ada, role=Role.OWNER)
    services.change_role(organization=cast.organization, user=cast.ada, role=Role.ADMIN, by=cast.ann)
    assert invitations.find(key_of(path)) is None
    with pytest.raises(invitations.NotValid):
        invitations.accept_as_new(key=key_of(path), name="Ida", password=PASSWORD)


@pytest.mark.parametrize("key", ["", "x", "é" * 50, "\ud800", "0" * 4000])
def test_a_made_up_key_opens_nothing(cast, key):
    invited(cast)
    assert invitations.find(key) is None
    with pytest.raises(invitations.NotValid):
        invitations.accept(key=key, user=cast.sam)


def test_sending_again_is_in_the_name_of_who_does_it(cast):
    invitation, old = invited(cast, by=cast.ann, role=Role.OWNER)
    with pytest.raises(PermissionDenied):
        invitations.resend(by=cast.ada, invitation=invitation)  # more than an admin may give
    for by, refusal in [(cast.ben, PermissionDenied), (cast.sam, NotVisible)]:
        with pytest.raises(refusal):
            invitations.resend(by=by, invitation=invitation)
        with pytest.raises(refusal):
            invitations.revoke(by=by, invitation=invitation)
    assert invitations.find(key_of(old)) is not None
    again = invitations.resend(by=cast.ann, invitation=invitation)
    assert invitations.find(key_of(old)) is None
    assert invitations.find(key_of(link())) == again


def test_one_organization_never_opens_another(cast):
    _invitation, path = invited(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            organization=cast.organization,
            email="ida@example.com",
            digest="x",
            invited_by_id=cast.ann.pk,
            sent_at=Now(),
            expires_at=Now(),
        )
    user = invitations.accept_as_new(key=key_of(path), name="Ida", password=PASSWORD)
    assert [each.organization_id for each in user.memberships.all()] == [cast.organization.pk]


def test_who_belongs_already_only_uses_it_up(cast):
    _invitation, path = invited(cast, role=Role.ADMIN)
    ida = make_member(cast.organization, "Ida", email="ida@example.com")
    assert invitations.accept(key=key_of(path), user=ida) == cast.organization
    assert role_of(ida, cast) == Role.MEMBER
    assert not Invitation.objects.exists()


def test_old_ones_are_forgotten(cast):
    invited(cast)
    Invitation.objects.update(expires_at=Now() - timedelta(days=29))
    assert invitations.forget_expired() == 0
    Invitation.objects.update(expires_at=Now() - timedelta(days=31))
    assert invitations.forget_expired() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_it_at_once_one_joins():
    cast = make_cast()
    _invitation, path = invited(cast)
    both = threading.Barrier(2)
    outcomes = []

    def use(name):
        try:
            both.wait(timeout=30)
            invitations.accept_as_new(key=key_of(path), name=name, password=PASSWORD)
            outcomes.append("joined")
        except invitations.NotValid:
            outcomes.append("used")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=use, args=[name]) for name in ("Ida", "Eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "used"]
    assert User.objects.filter(email="ida@example.com").count() == 1
    assert OrganizationMembership.objects.filter(organization=cast.organization).count() == 5
