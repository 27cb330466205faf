"""Whoever loses a right loses the stream, within two seconds and however it was lost."""

import time

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from books.leaving import end_membership
from books.services import hand_over, share_book, unshare_book
from contacts.services import create_contact, delete_book
from organizations.models import Organization, User
from organizations.services import everyone, remove_from_team
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, make_team, share

pytestmark = pytest.mark.django_db(transaction=True)


def unshared(cast):
    return lambda: unshare_book(by=cast.ann, book=cast.book, to=cast.ben)


def left_team(cast):
    team = make_team(cast.organization, cast.ben)
    share(make_book(cast.ann, cast.organization), team)
    return lambda: remove_from_team(team=team, user=cast.ben, by=cast.ada)


def team_unshared(cast):
    team = make_team(cast.organization, cast.ben)
    share(book := make_book(cast.ann, cast.organization), team)
    return lambda: unshare_book(by=cast.ann, book=book, to=team)


def everyone_unshared(cast):
    share(book := make_book(cast.ann, cast.organization), cast.organization)
    return lambda: unshare_book(by=cast.ann, book=book, to=everyone(cast.organization))


def book_deleted(cast):
    return lambda: delete_book(by=cast.ann, book=cast.book)


def to_view(cast):
    return lambda: share(cast.book, cast.ben, Level.VIEW)


def handed_over(cast):
    own = make_book(cast.ben, cast.organization)

    def give():
        hand_over(by=cast.ben, book=own, to=cast.ann)
        unshare_book(by=cast.ann, book=own, to=cast.ben)

    return give


def membership_ended(cast):
    return lambda: end_membership(organization=cast.organization, user=cast.ben, by=cast.ada)


def second_factor_demanded(cast):
    return lambda: Organization.objects.filter(pk=cast.organization.pk).update(require_second_factor=True)


def shared(cast):
    return lambda: share_book(by=cast.ann, book=cast.private, to=cast.ben, level=Level.VIEW)


def signed_out(cast):
    def sign_out():
        for session in Session.objects.all():
            if session.get_decoded().get(SESSION_KEY) == str(cast.ben.pk):
                client = Client()
                client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
                client.post("/accounts/logout/")

    return sign_out


def session_row_deleted(cast):
    return lambda: Session.objects.all().delete()


def closed(cast):
    return lambda: User.objects.filter(pk=cast.ben.pk).update(is_active=False)


def password_changed(cast):
    def change():
        cast.ben.set_password("another-long-password")
        cast.ben.save(update_fields=["password"])

    return change


#: Each prepares a right, and returns what ends it; then the last word of the stream, and what a new one gets.
ENDINGS = {
    unshared: ("again", 200),
    left_team: ("again", 200),
    team_unshared: ("again", 200),
    everyone_unshared: ("again", 200),
    book_deleted: ("again", 200),
    to_view: ("again", 200),
    handed_over: ("again", 200),
    membership_ended: ("again", 200),
    second_factor_demanded: ("again", 403),
    shared: ("again", 200),
    signed_out: ("over", 403),
    session_row_deleted: ("over", 403),
    closed: ("over", 403),
    password_changed: ("again", 403),
}


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_a_stream_ends_with_the_right(web, cast, ending):
    last, then = ENDINGS[ending]
    end = ending(cast)
    with web.listen(cast.ben) as stream, web.listen(cast.sam) as other:
        stream.wait_until_caught_up()
        other.wait_until_caught_up()
        session = stream.session
        end()
        began = time.monotonic()
        assert stream.ended.wait(10)
        assert time.monotonic() - began < 2
        assert stream.events[-1] == (last, {})
        if ending is not session_row_deleted:
            assert not other.ended.is_set()
    assert web.refuse(session=session) == then


def test_after_it_nothing_is_told(web, cast):
    """The change is written in the moment in which the right goes: whoever reads it afterwards is asked anew."""
    with web.listen(cast.ben) as stream, web.listen(cast.vic) as other:
        stream.wait_until_caught_up()
        other.wait_until_caught_up()
        unshare_book(by=cast.ann, book=cast.book, to=cast.ben)
        create_contact(by=cast.ann, book=cast.book, document=person("Later"))
        other.change(30)
        assert stream.ended.wait(5)
        assert stream.named("change") == []
        assert str(cast.book.pk) not in stream.text
