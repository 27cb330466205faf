"""Making and sharing books: who may, whom with, and what the database refuses whoever asks."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone

from books import services
from books.models import BookTeamGrant, BookUserGrant, ContactBook
from organizations.models import AuditEntry, OrganizationMembership, Role, User
from organizations.permissions import NotVisible
from organizations.services import change_role, everyone, remove_from_team
from organizations.sharing import Level
from tests.factories import make_cast, make_team, personal_book, share


def usable(user, level=Level.VIEW):
    return {book.name for book in ContactBook.objects.for_user(user, at_least=level) if book.name != "Personal"}


def grants():
    return (
        sorted(BookUserGrant.objects.values_list("user", "content_object", "permission__codename")),
        sorted(BookTeamGrant.objects.values_list("group", "content_object", "permission__codename")),
    )


def test_anybody_who_belongs_makes_books_of_their_own(cast):
    book = services.create_book(by=cast.vic, organization=cast.organization, name=" Mine ", description="For me")
    assert (book.name, book.owner, book.organization) == ("Mine", cast.vic, cast.organization)
    assert usable(cast.vic, Level.MANAGE) == {"Mine"}
    for other in (cast.ann, cast.ben, cast.ada, cast.sam):
        assert "Mine" not in usable(other) | usable(other, Level.MANAGE)
    line = AuditEntry.objects.get(action="book_created", target_id=book.pk)
    assert (line.actor_id, line.organization_id, line.target_name) == (cast.vic.pk, cast.organization.pk, "Mine")


def test_books_elsewhere_and_without_a_name_are_refused(cast):
    with pytest.raises(NotVisible):
        services.create_book(by=cast.sam, organization=cast.organization, name="Spy")
    with pytest.raises(ValidationError, match="does not belong to Acme"):
        services.create_book(by=None, owner=cast.sam, organization=cast.organization, name="Spy")
    for name, description in [("", ""), ("x" * 256, ""), ("a\x00", ""), ("Fine", "x" * 1001)]:
        with pytest.raises(ValidationError):
            services.create_book(by=cast.ann, organization=cast.organization, name=name, description=description)
    assert not ContactBook.objects.filter(name__in=["Spy", "Fine"]).exists()


def test_each_level_holds_what_is_below_it(cast):
    assert usable(cast.vic) == {"Clients"}
    assert usable(cast.vic, Level.EDIT) == set()
    assert usable(cast.ben) == usable(cast.ben, Level.EDIT) == {"Clients"}
    assert usable(cast.ben, Level.MANAGE) == set()
    assert usable(cast.ann) == usable(cast.ann, Level.EDIT) == usable(cast.ann, Level.MANAGE) == {"Clients", "Only Ann"}
    assert usable(cast.ada) == usable(cast.ada, Level.EDIT) == set()
    assert usable(cast.ada, Level.MANAGE) == {"Clients"}
    assert usable(cast.sam, Level.MANAGE) == {"Foreign"}


def test_personal_books_do_not_exist_for_admins(cast):
    with pytest.raises(NotVisible):
        services.share_book(by=cast.ada, book=cast.private, to=cast.ada, level=Level.VIEW)
    with pytest.raises(NotVisible):
        services.share_book(by=cast.ada, book=personal_book(cast.vic, cast.organization), to=cast.ada, level=Level.VIEW)
    services.share_book(by=cast.ann, book=cast.private, to=cast.ben, level=Level.VIEW)
    services.share_book(by=cast.ada, book=cast.private, to=cast.ada, level=Level.VIEW)
    assert usable(cast.ada) == {"Only Ann"}
    line = AuditEntry.objects.filter(action="book_shared", target_id=cast.private.pk).latest("id")
    assert (line.actor_id, line.detail["user"]) == (cast.ada.pk, str(cast.ada.pk))


@pytest.mark.parametrize(
    ("who", "refusal"), [("ben", PermissionDenied), ("vic", PermissionDenied), ("sam", NotVisible)]
)
def test_sharing_needs_manage(cast, who, refusal):
    by = getattr(cast, who)
    before = grants()
    for act in (
        lambda: services.share_book(by=by, book=cast.book, to=cast.ada, level=Level.VIEW),
        lambda: services.share_book(by=by, book=cast.book, to=by, level=Level.EDIT),
        lambda: services.unshare_book(by=by, book=cast.book, to=cast.vic),
    ):
        with pytest.raises(refusal):
            act()
    assert grants() == before


def test_admins_manage_shared_books_until_they_are_none(cast):
    services.share_book(by=cast.ada, book=cast.book, to=cast.team, level=Level.EDIT)
    assert usable(cast.vic, Level.EDIT) == {"Clients"}
    change_role(organization=cast.organization, user=cast.ada, role=Role.MEMBER, by=cast.ann)
    with pytest.raises(NotVisible):
        services.unshare_book(by=cast.ada, book=cast.book, to=cast.team)
    assert usable(cast.vic, Level.EDIT) == {"Clients"}


def test_a_closed_account_shares_nothing(cast):
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    with pytest.raises(NotVisible):
        services.share_book(by=cast.ann, book=cast.book, to=cast.ada, level=Level.VIEW)
    cast.ann.refresh_from_db()
    assert usable(cast.ann) == set()


def test_levels_go_up_and_down_and_away(cast):
    book = cast.private
    services.share_book(by=cast.ann, book=book, to=cast.vic, level=Level.EDIT)
    assert usable(cast.vic, Level.EDIT) == {"Only Ann"}
    services.share_book(by=cast.ann, book=book, to=cast.vic, level=Level.VIEW)
    assert usable(cast.vic, Level.EDIT) == set()
    assert "Only Ann" in usable(cast.vic)
    services.unshare_book(by=cast.ann, book=book, to=cast.vic)
    services.unshare_book(by=cast.ann, book=book, to=cast.vic)
    assert "Only Ann" not in usable(cast.vic)
    lines = AuditEntry.objects.filter(target_id=book.pk, action__startswith="book_").order_by("id")
    told = [(line.action, line.detail.get("level"), line.detail.get("before")) for line in lines]
    assert told == [
        ("book_created", None, None),
        ("book_shared", "edit", None),
        ("book_shared", "view", None),
        ("book_unshared", None, "view"),
    ]


def test_what_is_given_twice_by_ways_ends_with_the_last(cast):
    book = cast.private
    share(book, cast.organization, Level.VIEW)
    share(book, cast.team, Level.EDIT)
    share(book, cast.ben, Level.VIEW)
    assert {"Only Ann"} <= usable(cast.ben, Level.EDIT)
    remove_from_team(team=cast.team, user=cast.ben, by=cast.ada)
    assert "Only Ann" not in usable(cast.ben, Level.EDIT)
    services.unshare_book(by=cast.ann, book=book, to=cast.ben)
    assert "Only Ann" in usable(cast.ben)
    services.unshare_book(by=cast.ann, book=book, to=everyone(cast.organization))
    assert "Only Ann" not in usable(cast.ben)


def test_the_type_says_the_widest_share(cast):
    def type_of(book):
        return ContactBook.objects.with_type().get(pk=book.pk).type

    assert type_of(cast.private) == "personal"
    assert type_of(cast.book) == "users"
    share(cast.book, cast.team)
    assert type_of(cast.book) == "team"
    share(cast.book, cast.organization)
    assert type_of(cast.book) == "organization"


def test_nothing_is_shared_with_people_and_teams_from_elsewhere(cast):
    before = grants()
    team = make_team(cast.elsewhere, cast.sam)
    for by in (None, cast.ann):
        for to in (cast.sam, team, everyone(cast.elsewhere)):
            with pytest.raises(ValidationError, match="Acme"):
                services.share_book(by=by, book=cast.book, to=to, level=Level.VIEW)
    with pytest.raises(ValidationError, match="owns this book"):
        services.share_book(by=None, book=cast.book, to=cast.ann, level=Level.VIEW)
    assert grants() == before


def test_a_deleted_book_is_gone_for_all(cast):
    ContactBook._base_manager.filter(pk=cast.book.pk).update(deleted_at=timezone.now())
    for by in (cast.ann, cast.ada, None):
        with pytest.raises(NotVisible):
            services.share_book(by=by, book=cast.book, to=cast.ada, level=Level.VIEW)
    for user in (cast.ann, cast.ben, cast.vic, cast.ada):
        assert "Clients" not in usable(user) | usable(user, Level.MANAGE)


def test_new_members_see_what_everyone_sees(cast):
    share(cast.book, cast.organization)
    OrganizationMembership.objects.create(organization=cast.organization, user=cast.sam)
    assert usable(cast.sam) == {"Clients", "Foreign"}


def test_lists_cost_the_same_for_ten_books_and_three_hundred(cast, django_assert_num_queries):
    def listed(expected):
        with django_assert_num_queries(1):
            books = list(ContactBook.objects.for_user(cast.ben).with_type().with_counts().order_by("name", "id"))
            assert len([(book.type, book.contact_count) for book in books]) == expected

    def give(count):
        rows = [ContactBook(organization=cast.organization, owner=cast.ann, name=f"Book {n}") for n in range(count)]
        right = Permission.objects.get(codename="view_contactbook")
        BookTeamGrant.objects.bulk_create(
            BookTeamGrant(organization=cast.organization, group=cast.team, content_object=book, permission=right)
            for book in ContactBook.objects.bulk_create(rows)
        )

    give(8)
    listed(10)
    give(290)
    listed(300)


@pytest.mark.django_db(transaction=True)
def test_a_right_taken_away_while_one_waits_for_the_lock_is_gone():
    cast = make_cast()
    outcome = []

    def share_meanwhile():
        try:
            services.share_book(by=cast.ada, book=cast.book, to=cast.ada, level=Level.VIEW)
            outcome.append("shared")
        except NotVisible:
            outcome.append("refused")
        finally:
            connections.close_all()

    with transaction.atomic():
        services.lock_to_manage(by=cast.ann, book=cast.book)
        thread = threading.Thread(target=share_meanwhile)
        thread.start()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with connection.cursor() as sql:
            for _ in range(1000):
                sql.execute("SELECT pg_sleep(0.01)")
                sql.execute(waiting)
                if sql.fetchone() is not None:
                    break
            else:
                pytest.fail("The other one never waited for the book.")
        change_role(organization=cast.organization, user=cast.ada, role=Role.MEMBER, by=cast.ann)
    thread.join()
    assert outcome == ["refused"]
    assert usable(cast.ada) == set()
