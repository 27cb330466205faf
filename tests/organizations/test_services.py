"""People, organizations and teams: who may make what, what is refused, and the audit line of each act."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models.functions import Now

from books.models import BookTeamGrant, BookUserGrant, ContactBook
from organizations import audit, services
from organizations.models import AuditEntry, Organization, OrganizationMembership, Role, Team, TeamMembership, User
from organizations.permissions import NotVisible
from organizations.sharing import Level
from tests.factories import (
    commit_checks,
    make_book,
    make_cast,
    make_member,
    make_organization,
    make_team,
    make_user,
    share,
)


def actions(organization):
    return list(
        AuditEntry.objects.filter(organization_id=organization.pk).order_by("id").values_list("action", flat=True)
    )


def members_of_everyone(organization):
    return set(services.everyone(organization).user_set.values_list("pk", flat=True))


@pytest.mark.django_db
def test_an_organization_begins_with_its_owner_everyone_and_a_personal_book():
    owner = make_user("Ann")
    organization = services.create_organization(name="  Zażółć  GmbH ", owner=owner)
    assert (organization.name, organization.slug) == ("Zażółć GmbH", "zazoc-gmbh")
    assert OrganizationMembership.objects.get(organization=organization).role == Role.OWNER
    assert members_of_everyone(organization) == {owner.pk}
    book = ContactBook.objects.for_user(owner).with_type().get()
    assert (book.name, book.owner, book.organization, book.type) == ("Personal", owner, organization, "personal")
    assert actions(organization) == ["organization_created", "member_added"]


@pytest.mark.django_db
def test_equal_names_get_different_slugs():
    slugs = [make_organization("Acme & Sons").slug for _ in range(3)]
    assert slugs == ["acme-sons", "acme-sons-2", "acme-sons-3"]
    assert make_organization("株式会社").slug == "organization"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\ud800b", "x" * 256])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValidationError):
        services.create_organization(name=name, owner=make_user())
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_a_user_made_by_the_operator_is_verified_and_may_have_any_password():
    user = services.create_user(email=" Ann@Example.COM ", password="x", name="Ann")
    assert user.email == "ann@example.com"
    assert user.check_password("x")
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("ann@example.com", True, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email", ["ann@example.com", "ANN@example.com", "nobody", "a\x00@b.co", "", "x" * 250 + "@b.co"]
)
def test_a_taken_or_impossible_email_is_refused(email):
    make_user("Ann", email="ann@example.com")
    with pytest.raises(ValidationError):
        services.create_user(email=email, password="x")
    assert User.objects.count() == 1


def test_members_join_everyone_and_get_a_personal_book(cast):
    new = make_user("New")
    services.add_member(organization=cast.organization, user=new, role=Role.MEMBER, by=cast.ada)
    assert new.pk in members_of_everyone(cast.organization)
    assert ContactBook.objects.for_user(new).get().name == "Personal"
    with pytest.raises(ValidationError, match="belongs to Acme already"):
        services.add_member(organization=cast.organization, user=new, role=Role.ADMIN, by=cast.ada)
    assert OrganizationMembership.objects.get(user=new).role == Role.MEMBER


def test_who_may_add_whom(cast):
    new = make_user("New")
    for by, role, refusal in [
        (cast.ben, Role.MEMBER, PermissionDenied),
        (cast.sam, Role.MEMBER, NotVisible),
        (cast.ada, Role.OWNER, PermissionDenied),
    ]:
        with pytest.raises(refusal):
            services.add_member(organization=cast.organization, user=new, role=role, by=by)
    assert not OrganizationMembership.objects.filter(user=new).exists()
    services.add_member(organization=cast.organization, user=new, role=Role.OWNER, by=cast.ann)
    assert OrganizationMembership.objects.get(user=new).role == Role.OWNER


def test_an_admin_whose_account_is_closed_adds_nobody(cast):
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)
    with pytest.raises(NotVisible):
        services.add_member(organization=cast.organization, user=make_user(), role=Role.MEMBER, by=cast.ada)


def test_who_may_change_roles(cast):
    def change(user, role, by):
        services.change_role(organization=cast.organization, user=user, role=role, by=by)
        return OrganizationMembership.objects.get(organization=cast.organization, user=user).role

    assert change(cast.ben, Role.ADMIN, cast.ada) == Role.ADMIN
    assert change(cast.ben, Role.MEMBER, cast.ada) == Role.MEMBER
    for user, role, by, refusal in [
        (cast.ben, Role.OWNER, cast.ada, PermissionDenied),
        (cast.ada, Role.OWNER, cast.ada, PermissionDenied),
        (cast.ann, Role.MEMBER, cast.ada, PermissionDenied),
        (cast.ben, Role.ADMIN, cast.ben, PermissionDenied),
        (cast.ben, Role.ADMIN, cast.sam, NotVisible),
        (cast.sam, Role.MEMBER, cast.ann, ValidationError),
    ]:
        before = list(OrganizationMembership.objects.order_by("pk").values())
        with pytest.raises(refusal):
            change(user, role, by)
        assert list(OrganizationMembership.objects.order_by("pk").values()) == before


def test_the_last_owner_stays_one(cast):
    with pytest.raises(ValidationError, match="only owner of Acme"):
        services.change_role(organization=cast.organization, user=cast.ann, role=Role.MEMBER, by=cast.ann)
    services.change_role(organization=cast.organization, user=cast.ada, role=Role.OWNER, by=cast.ann)
    services.change_role(organization=cast.organization, user=cast.ann, role=Role.MEMBER, by=cast.ann)
    assert actions(cast.organization)[-2:] == ["role_changed", "role_changed"]
    with pytest.raises(ValidationError, match="only owner"):
        services.change_role(organization=cast.organization, user=cast.ada, role=Role.ADMIN, by=None)


def test_an_owner_whose_account_is_closed_does_not_count(cast):
    services.change_role(organization=cast.organization, user=cast.ada, role=Role.OWNER, by=cast.ann)
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="only owner"):
        services.change_role(organization=cast.organization, user=cast.ann, role=Role.ADMIN, by=cast.ann)


def test_teams_are_made_and_changed_by_admins_alone(cast):
    for by, refusal in [(cast.ben, PermissionDenied), (cast.sam, NotVisible)]:
        with pytest.raises(refusal):
            services.create_team(organization=cast.organization, title="New", members=[], by=by)
        with pytest.raises(refusal):
            services.add_to_team(team=cast.team, user=cast.ada, by=by)
        with pytest.raises(refusal):
            services.remove_from_team(team=cast.team, user=cast.ben, by=by)
    assert set(cast.team.user_set.all()) == {cast.ben, cast.vic}
    assert not Team.objects.filter(title="New").exists()
    services.add_to_team(team=cast.team, user=cast.ada, by=cast.ada)
    services.add_to_team(team=cast.team, user=cast.ada, by=cast.ada)
    services.remove_from_team(team=cast.team, user=cast.ben, by=cast.ann)
    assert set(cast.team.user_set.all()) == {cast.ada, cast.vic}
    assert actions(cast.organization)[-2:] == ["team_member_added", "team_member_removed"]


def test_a_stranger_joins_no_team(cast):
    with pytest.raises(ValidationError, match="does not belong to Acme"):
        services.create_team(organization=cast.organization, title="Mixed", members=[cast.ben, cast.sam], by=cast.ada)
    assert not Team.objects.filter(title="Mixed").exists()
    with pytest.raises(ValidationError, match="does not belong to Acme"):
        services.add_to_team(team=cast.team, user=cast.sam, by=None)


def test_nobody_leaves_everyone_but_with_the_organization(cast):
    team = services.everyone(cast.organization)
    with pytest.raises(ValidationError, match="Remove the person from the organization"):
        services.remove_from_team(team=team, user=cast.ben, by=cast.ada)
    with pytest.raises(IntegrityError, match="cannot leave its everyone-team"), transaction.atomic():
        TeamMembership.objects.filter(team=team, user=cast.ben).delete()
    assert cast.ben.pk in members_of_everyone(cast.organization)


def test_leaving_takes_teams_and_grants_along(cast):
    share(cast.book, cast.team, Level.EDIT)
    share(cast.book, cast.organization, Level.VIEW)
    ContactBook._base_manager.filter(owner=cast.ben).delete()
    OrganizationMembership.objects.filter(organization=cast.organization, user=cast.ben).delete()
    commit_checks()
    assert not TeamMembership.objects.filter(user=cast.ben).exists()
    assert not BookUserGrant.objects.filter(user=cast.ben).exists()
    assert not ContactBook.objects.for_user(cast.ben).exists()
    assert cast.ben.pk not in members_of_everyone(cast.organization)
    assert BookTeamGrant.objects.filter(group=cast.team).count() == 2
    assert ContactBook.objects.for_user(cast.vic, at_least=Level.EDIT).filter(pk=cast.book.pk).exists()


def test_nobody_leaves_books_behind(cast):
    @transaction.atomic
    def leave():
        OrganizationMembership.objects.filter(organization=cast.organization, user=cast.ann).delete()
        commit_checks()

    with pytest.raises(IntegrityError, match="book_owner_belongs"):
        leave()
    assert ContactBook.objects.for_user(cast.ann).filter(pk=cast.book.pk).exists()


def test_who_returns_finds_their_own_books_again(cast):
    mine = ContactBook.objects.get(owner=cast.ben)
    ContactBook._base_manager.filter(pk=mine.pk).update(owner=None, frozen_for=cast.ben.pk, frozen_at=Now())
    OrganizationMembership.objects.filter(user=cast.ben).delete()
    commit_checks()
    assert not ContactBook.objects.for_user(cast.ben).exists()
    services.add_member(organization=cast.organization, user=cast.ben, role=Role.MEMBER, by=None)
    assert [book.pk for book in ContactBook.objects.for_user(cast.ben)] == [mine.pk]


@pytest.mark.django_db
def test_the_audit_list_only_grows():
    line = audit.write(audit.Action.SIGNED_IN, by=make_user("Ann"))
    for change in (lambda: AuditEntry.objects.update(action="nothing"), AuditEntry.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    line.refresh_from_db()
    assert (line.action, line.actor_name) == ("signed_in", "Ann")


def test_a_refused_act_leaves_no_audit_line(cast):
    before = AuditEntry.objects.count()
    with pytest.raises(ValidationError):
        services.create_team(organization=cast.organization, title="Mixed", members=[cast.ben, cast.sam], by=None)
    assert AuditEntry.objects.count() == before


def test_a_person_in_two_organizations_keeps_them_apart(cast):
    services.add_member(organization=cast.elsewhere, user=cast.ben, role=Role.ADMIN, by=cast.sam)
    books = ContactBook.objects.for_user(cast.ben)
    assert {book.organization_id for book in books} == {cast.organization.pk, cast.elsewhere.pk}
    assert [book.name for book in books.in_organization(cast.elsewhere)] == ["Personal"]
    share(cast.foreign, make_member(cast.elsewhere), Level.VIEW)
    managed = ContactBook.objects.for_user(cast.ben, at_least=Level.MANAGE)
    assert cast.foreign in managed
    assert cast.book not in managed
    team = make_team(cast.organization, cast.ben)
    with pytest.raises(ValidationError, match="not one of Elsewhere"):
        share(make_book(cast.sam, cast.elsewhere), team, Level.VIEW)


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_demote_each_other_at_once():
    cast = make_cast()
    services.change_role(organization=cast.organization, user=cast.ben, role=Role.OWNER, by=cast.ann)
    both = threading.Barrier(2)
    outcomes = []

    def demote(user, by):
        try:
            both.wait(timeout=30)
            services.change_role(organization=cast.organization, user=user, role=Role.MEMBER, by=by)
            outcomes.append("done")
        except (ValidationError, PermissionDenied):
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=args) for args in [(cast.ann, cast.ben), (cast.ben, cast.ann)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert OrganizationMembership.objects.filter(organization=cast.organization, role=Role.OWNER).count() == 1
