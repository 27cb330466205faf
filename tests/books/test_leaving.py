"""Leaving and being removed: shared books pass on, personal ones freeze, every right ends at once."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.test import Client

from books.leaving import end_membership
from books.models import BookUserGrant, ContactBook
from contacts.document import ContactDocument
from contacts.models import Contact
from contacts.services import NotVisible as NoSuchContact
from contacts.services import create_contact, delete_book, star_contacts
from organizations.models import AuditEntry, OrganizationMembership, OutgoingMail, Role, TeamMembership
from organizations.outgoing import opened
from organizations.permissions import NotVisible
from organizations.services import add_member, change_role
from organizations.sharing import Level
from tests.factories import commit_checks, make_book, make_cast, personal_book, share

WHERE = "/organization/people/{}/remove/"


def own(user):
    return ContactBook._base_manager.filter(owner=user)


def remove(cast, user, *, by, heir=None):
    return end_membership(organization=cast.organization, user=user, by=by, heir=heir)


def page_of(cast, user):
    return WHERE.format(OrganizationMembership.objects.get(organization=cast.organization, user=user).pk)


@pytest.fixture
def second_owner(cast):
    change_role(organization=cast.organization, user=cast.ada, role=Role.OWNER, by=cast.ann)
    return cast.ada


def test_shared_books_pass_on_and_personal_ones_freeze(cast, second_owner):
    personal = personal_book(cast.ann, cast.organization)
    contact = create_contact(by=cast.ann, book=cast.private, document=ContactDocument(first_name="Secret"))
    departure = remove(cast, cast.ann, by=second_owner)
    commit_checks()
    assert departure.heir == second_owner
    assert [book.pk for book in departure.passed_on] == [cast.book.pk]
    assert departure.frozen == 2
    cast.book.refresh_from_db()
    assert cast.book.owner == second_owner
    for book in (personal, cast.private):
        book.refresh_from_db()
        assert (book.owner, book.frozen_for) == (None, cast.ann.pk)
        assert book.frozen_at is not None
        for user in (cast.ann, second_owner, cast.ben):
            for level in Level:
                assert not ContactBook.objects.for_user(user, at_least=level).filter(pk=book.pk).exists()
            assert not Contact.objects.for_user(user).filter(pk=contact.pk).exists()
    assert not own(cast.ann).exists()
    assert ContactBook.objects.for_user(cast.ben, at_least=Level.EDIT).filter(pk=cast.book.pk).exists()
    assert ContactBook.objects.for_user(cast.vic).filter(pk=cast.book.pk).exists()


def test_every_right_ends_at_once(cast):
    share(cast.book, cast.team, Level.EDIT)
    contact = create_contact(by=cast.ben, book=cast.book, document=ContactDocument(first_name="Zoë"))
    inside = Client()
    inside.force_login(cast.ben)
    assert inside.get(f"/contacts/{contact.pk}/").status_code == 200
    remove(cast, cast.ben, by=cast.ada)
    commit_checks()
    assert inside.get(f"/contacts/{contact.pk}/").status_code == 404
    assert inside.get("/organization/people/").status_code == 404
    assert inside.get("/contacts/").status_code == 200
    with pytest.raises(NoSuchContact):
        star_contacts(by=cast.ben, contacts=[contact.pk], starred=True)
    assert not BookUserGrant.objects.filter(user=cast.ben).exists()
    assert not TeamMembership.objects.filter(user=cast.ben).exists()
    assert not ContactBook.objects.for_user(cast.ben).exists()


def test_who_returns_finds_the_personal_books_and_no_share(cast):
    contact = create_contact(
        by=cast.ben, book=personal_book(cast.ben, cast.organization), document=ContactDocument(first_name="Mine")
    )
    remove(cast, cast.ben, by=cast.ada)
    add_member(organization=cast.organization, user=cast.ben, role=Role.MEMBER, by=cast.ada)
    assert Contact.objects.for_user(cast.ben).get() == contact
    assert [book.name for book in own(cast.ben)] == ["Personal"]
    assert own(cast.ben).get().frozen_at is None
    assert not ContactBook.objects.for_user(cast.ben).filter(pk=cast.book.pk).exists()


def test_deleted_books_do_not_keep_anybody(cast, second_owner):
    delete_book(by=cast.ann, book=cast.book)
    delete_book(by=cast.ann, book=cast.private)
    departure = remove(cast, cast.ann, by=cast.ann, heir=cast.ben)
    commit_checks()
    assert [book.pk for book in departure.passed_on] == [cast.book.pk]
    assert ContactBook.objects.deleted_for_user(cast.ben).get() == cast.book
    assert not ContactBook.objects.deleted_for_user(cast.ann).exists()


def test_the_heir_is_chosen_and_needs_no_share(cast, second_owner):
    remove(cast, cast.ann, by=cast.ann, heir=cast.ben)
    cast.book.refresh_from_db()
    assert cast.book.owner == cast.ben
    assert not BookUserGrant.objects.filter(user=cast.ben).exists()
    assert BookUserGrant.objects.filter(user=cast.vic).exists()
    lines = AuditEntry.objects.filter(organization_id=cast.organization.pk).order_by("-id")[:2]
    assert [(line.action, line.actor_id) for line in lines] == [
        ("member_left", cast.ann.pk),
        ("book_handed_over", cast.ann.pk),
    ]
    (mail,) = [opened(each) for each in OutgoingMail.objects.all()]
    assert mail.to == [cast.ben.email]
    assert "- Clients" in mail.body


def test_who_is_removed_is_told_and_nothing_personal_is(cast, second_owner):
    remove(cast, cast.ann, by=second_owner)
    (mail,) = [opened(each) for each in OutgoingMail.objects.all()]
    assert mail.to == [cast.ann.email]
    assert mail.subject == "You no longer belong to Acme"
    lines = AuditEntry.objects.filter(organization_id=cast.organization.pk, action="member_removed")
    assert "Only Ann" not in str(list(lines.values()))


def test_who_leaves_with_shared_books_names_an_heir_who_stays(cast, second_owner):
    for heir in (None, cast.ann, cast.sam):
        with pytest.raises(ValidationError, match="contact books"):
            remove(cast, cast.ann, by=cast.ann, heir=heir)
    cast.book.refresh_from_db()
    assert cast.book.owner == cast.ann
    remove(cast, cast.vic, by=cast.vic)
    assert not OrganizationMembership.objects.filter(user=cast.vic).exists()


def test_who_may_remove_whom(cast):
    before = list(OrganizationMembership.objects.order_by("pk").values())
    for user, by, refusal in [
        (cast.vic, cast.ben, PermissionDenied),
        (cast.ann, cast.ada, PermissionDenied),
        (cast.ben, cast.sam, NotVisible),
        (cast.sam, cast.ann, NotVisible),
        (cast.ann, cast.ann, ValidationError),
        (cast.ann, None, ValidationError),
    ]:
        with pytest.raises(refusal):
            remove(cast, user, by=by, heir=cast.ben)
    assert list(OrganizationMembership.objects.order_by("pk").values()) == before
    assert not ContactBook._base_manager.filter(owner=None).exists()
    remove(cast, cast.ada, by=cast.ann)
    remove(cast, cast.ben, by=cast.ann)


def test_the_dialog_names_the_shared_books_and_no_personal_one(cast, client, second_owner):
    client.force_login(second_owner)
    page = client.get(page_of(cast, cast.ann)).content.decode()
    assert "Clients" in page
    assert "Only Ann" not in page
    assert page.index(f"{second_owner} ({second_owner.email})") < page.index(f"{cast.ben} ({cast.ben.email})")
    response = client.post(page_of(cast, cast.ann), {"heir": str(cast.sam.pk)})
    assert response.status_code == 422
    assert own(cast.ann).count() == 3
    response = client.post(page_of(cast, cast.ann), {"heir": str(cast.ben.pk)})
    assert (response.status_code, response.headers["Location"]) == (302, "/organization/people/")
    cast.book.refresh_from_db()
    assert cast.book.owner == cast.ben


def test_leaving_by_the_page(cast, client):
    make_book(cast.ben, cast.organization, "Mine alone")
    client.force_login(cast.ben)
    page = client.get(page_of(cast, cast.ben)).content.decode()
    assert "Leave Acme?" in page
    assert "Shared contact books" not in page
    assert client.post(page_of(cast, cast.ben)).headers["Location"] == "/contacts/"
    assert not OrganizationMembership.objects.filter(user=cast.ben).exists()
    response = client.get("/contacts/")
    assert response.status_code == 200
    assert "Mine alone" not in response.content.decode()
    assert client.get("/organization/new/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays():
    cast = make_cast()
    change_role(organization=cast.organization, user=cast.ada, role=Role.OWNER, by=cast.ann)
    both = threading.Barrier(2)
    outcomes = []

    def leave(user, heir):
        try:
            both.wait(timeout=30)
            remove(cast, user, by=user, heir=heir)
            outcomes.append("left")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=[user, cast.ben]) for user in (cast.ann, cast.ada)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["left", "refused"]
    assert OrganizationMembership.objects.filter(organization=cast.organization, role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_book_made_while_its_owner_is_removed_is_frozen_or_refused():
    cast = make_cast()
    both = threading.Barrier(2)
    refused = []

    def make():
        try:
            both.wait(timeout=30)
            make_book(cast.ben, cast.organization, "At the last moment")
        except NotVisible:
            refused.append(True)
        finally:
            connections.close_all()

    def end():
        try:
            both.wait(timeout=30)
            remove(cast, cast.ben, by=cast.ann)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make), threading.Thread(target=end)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not OrganizationMembership.objects.filter(user=cast.ben).exists()
    found = list(ContactBook._base_manager.filter(name="At the last moment").values_list("owner", "frozen_for"))
    assert found == ([] if refused else [(None, cast.ben.pk)])
