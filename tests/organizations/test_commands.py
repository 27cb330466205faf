"""create_user, create_team, create_book: what they print, what they make, and a sentence for what cannot be."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from books.models import ContactBook
from organizations.models import Organization, OrganizationMembership, Team, User
from organizations.sharing import Level
from tests.factories import make_organization, make_team

pytestmark = pytest.mark.django_db

PROJECT = Path(__file__).resolve().parents[2]


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def refused(*words):
    """Return the sentence of a command that must fail and change nothing."""
    before = counted()
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert counted() == before
    return str(caught.value)


def counted():
    return [model._base_manager.count() for model in (User, Organization, OrganizationMembership, Team, ContactBook)]


def test_a_user_a_team_and_a_book(client):
    ann = run("create_user", "Ann@Example.com", "--password", "x", "--name", "Ann", "--organization", "Acme")
    ben = json.loads(run("create_user", "ben@example.com", "--password", "y", "--organization", "acme", "--json"))
    assert str(User.objects.get(email="ann@example.com").pk) == ann
    assert ben["organization"]["slug"] == "acme"
    roles = OrganizationMembership.objects.values_list("user__email", "role")
    assert dict(roles) == {"ann@example.com": "owner", "ben@example.com": "member"}

    team = run("create_team", "Sales", "--organization", "Acme", "--member", "ben@example.com")
    assert str(Team.objects.get(title="Sales").public_id) == team

    key = run("create_book", "Clients", "--owner", "ann@example.com", "--share-with", "team:sales")
    book = ContactBook.objects.get(pk=key)
    assert (
        ContactBook.objects.for_user(User.objects.get(email="ben@example.com"), at_least=Level.EDIT).get(pk=key) == book
    )

    for email, password in [("ann@example.com", "x"), ("ben@example.com", "y")]:
        client.post("/accounts/login/", {"login": email, "password": password})
        assert client.session["_auth_user_id"] == str(User.objects.get(email=email).pk)
        client.logout()


def test_a_user_without_an_organization_gets_one_of_their_own():
    made = json.loads(run("create_user", "zoe@example.com", "--password", "x", "--name", "Zoë K", "--json"))
    assert made["organization"]["name"] == "Zoë K"
    assert made["role"] == "owner"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["create_user", "nobody", "--password", "x"], "valid email"),
        (["create_user", "ann@example.com", "--password", "x"], "exists already"),
        (["create_user", "b@example.com", "--password", "x", "--organization", "New", "--role", "member"], "owner"),
        (["create_user", "b@example.com", "--password", "x", "--organization", "Twin"], "Several organizations"),
        (["create_user", "b@example.com", "--password", "x", "--name", "a\udcffb"], "cannot be shown"),
        (["create_team", "Sales", "--organization", "Nowhere"], "no organization “Nowhere”"),
        (["create_team", "Sales", "--organization", "Acme", "--member", "who@example.com"], "nobody with the email"),
        (["create_team", "Sales", "--organization", "Acme", "--member", "sam@example.com"], "does not belong to Acme"),
        (["create_team", "  ", "--organization", "Acme"], "name is missing"),
        (["create_book", "B", "--owner", "who@example.com"], "nobody with the email"),
        (["create_book", "B", "--owner", "sam@example.com"], "several organizations"),
        (["create_book", "B", "--owner", "sam@example.com", "--organization", "Acme"], "does not belong to Acme"),
        (["create_book", "B", "--owner", "ann@example.com", "--share-with", "team:None"], "no team “None”"),
        (["create_book", "B", "--owner", "ann@example.com", "--share-with", "team:Pair"], "Several teams"),
        (["create_book", "B", "--owner", "ann@example.com", "--share-with", "sam@example.com"], "does not belong"),
        (["create_book", "B", "--owner", "ann@example.com", "--share-with", "ann@example.com"], "owns this book"),
        (["create_book", "B", "--owner", "ann@example.com", "--share-with", "organisation"], "nobody with the email"),
    ],
)
def test_what_cannot_be_gets_a_sentence_and_changes_nothing(words, sentence):
    run("create_user", "ann@example.com", "--password", "x", "--organization", "Acme")
    run("create_user", "sam@example.com", "--password", "x", "--organization", "Sam's")
    sam = User.objects.get(email="sam@example.com")
    make_organization("Twin", owner=sam)
    make_organization("Twin", owner=sam)
    acme = Organization.objects.get(slug="acme")
    make_team(acme, title="Pair")
    make_team(acme, title="Pair")
    assert sentence in refused(*words)


def test_an_ambiguous_name_is_told_apart_by_slug_and_id():
    first, second = make_organization("Twin"), make_organization("Twin")
    owner = run("create_user", "a@example.com", "--password", "x", "--organization", "twin-2")
    assert OrganizationMembership.objects.get(user=owner).organization == second
    other = run("create_user", "b@example.com", "--password", "x", "--organization", str(first.pk))
    assert OrganizationMembership.objects.get(user=other).organization == first


def test_levels_and_shares_of_a_book():
    run("create_user", "ann@example.com", "--password", "x", "--organization", "Acme")
    run("create_user", "vic@example.com", "--password", "x", "--organization", "Acme")
    vic = User.objects.get(email="vic@example.com")
    key = run("create_book", "B", "--owner", "ann@example.com", "--share-with", "organization", "--level", "view")
    assert ContactBook.objects.for_user(vic).filter(pk=key).exists()
    assert not ContactBook.objects.for_user(vic, at_least=Level.EDIT).filter(pk=key).exists()
    both = ["--share-with", "vic@example.com", "--share-with", "organization", "--json"]
    made = json.loads(run("create_book", "C", "--owner", "ann@example.com", *both))
    assert made["shared_with"] == ["vic@example.com", "organization"]
    assert ContactBook.objects.for_user(vic, at_least=Level.EDIT).filter(pk=made["id"]).exists()


@pytest.mark.django_db(transaction=True)
def test_at_the_terminal_an_error_is_one_sentence_and_status_1(child_environment):
    def manage(*words):
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env={**os.environ, **child_environment},
            capture_output=True,
            text=True,
            check=False,
        )

    good = manage("create_user", "ann@example.com", "--password", "x", "--organization", "Acme")
    assert (good.returncode, good.stdout.strip()) == (0, str(User.objects.get(email="ann@example.com").pk))
    bad = manage("create_team", "Sales", "--organization", "Nowhere")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.strip() == "There is no organization “Nowhere”. Give the name or slug of one that exists."
