"""The one write path: what a write leaves behind, in one transaction, and whom it refuses."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from books.models import ContactBook
from contacts.derived import derive
from contacts.document import SCALAR_NAMES, ContactDocument, Info, InvalidDocument, Kind
from contacts.models import (
    Change,
    ChangeSet,
    Contact,
    ContactHandle,
    ContactMembership,
    ContactSearch,
    ContactToken,
    Group,
    Tombstone,
)
from contacts.services import (
    EditConflict,
    NotAllowed,
    NotVisible,
    act,
    create_contact,
    delete_book,
    document_of,
    edit_book,
    move_contacts,
    restore_book,
    restore_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
    undo,
)
from contacts.services.history import document_at
from contacts.services.preparing import DERIVED_COLUMNS, DOCUMENT_COLUMNS
from organizations.models import TeamMembership
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, share


def index_of(contact: Contact) -> tuple[set, set, str | None]:
    """Return the tokens, handles and search text that stand in the database for a contact."""
    return (
        set(ContactToken.objects.filter(contact=contact).values_list("tier", "token")),
        set(ContactHandle.objects.filter(contact=contact).values_list("kind", "key")),
        ContactSearch.objects.filter(contact=contact).values_list("text", flat=True).first(),
    )


def assert_consistent() -> None:
    """Every living contact has just the index rows of its document, in its book; counts equal what is there. Those in
    the trash keep their memberships, which are seen nowhere."""
    for contact in Contact.objects.select_related("organization"):
        derived = derive(document_of(contact), contact.organization.region)
        seen_in = set(ContactMembership.objects.filter(contact=contact).values_list("book", flat=True))
        assert seen_in <= {None if contact.trashed_at else contact.book_id}
        if contact.trashed_at:
            assert index_of(contact) == (set(), set(), None)
            continue
        assert index_of(contact) == (set(derived.tokens), set(derived.handles), derived.search_text)
        assert contact.display_name == derived.display_name
        assert (contact.sort_family, contact.sort_given) == (derived.sort_family, derived.sort_given)
        assert contact.derived_region == derived.region
        books = set(ContactToken.objects.filter(contact=contact).values_list("book", flat=True))
        books |= set(ContactHandle.objects.filter(contact=contact).values_list("book", flat=True))
        books |= set(ContactSearch.objects.filter(contact=contact).values_list("book", flat=True))
        assert books == {contact.book_id}
    for book in ContactBook.objects.with_counts():
        living = Contact.objects.filter(book=book, trashed_at__isnull=True)
        assert book.contact_count == living.count()
        assert book.starred_count == living.filter(starred=True).count()


def snapshot() -> dict:
    """Return every row that a write of contacts may touch, to prove that a refused one touched none."""
    models = [
        Contact,
        ContactMembership,
        ContactHandle,
        ContactToken,
        ContactSearch,
        Change,
        ChangeSet,
        Group,
        Tombstone,
    ]
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in models}


def test_a_contact_comes_back_as_it_was_written(cast):
    document = person(
        "Łukasz", "Żółć", email="L@Example.COM", phone="+48 577 412 154", company="Acme", groups=["VIP"], notes="# Hi"
    )
    contact = create_contact(by=cast.ann, book=cast.book, document=document)
    assert document_of(contact) == document
    assert contact.version == 1
    assert contact.display_name == "Łukasz Żółć"
    assert contact.sort_family == "zolc lukasz"
    assert ("email", "l@example.com") in index_of(contact)[1]
    assert_consistent()


@pytest.mark.parametrize("text", [r"\N", r"\.", r"C:\new\tab", "one\ttwo", "a\\", '"quoted\\"', "x\x1fy", "a'b; --"])
def test_what_means_something_to_the_database_is_written_as_it_stands(cast, text):
    document = person(
        text, "Novák", email=f"{text}@example.com", company=text, groups=[text], notes=f"{text}\n\n{text}"
    )
    contact = create_contact(by=cast.ann, book=cast.book, document=document)
    assert document_of(contact) == document
    changed = replace(document, notes=f"{text}\n{text}", nickname=text).normalised(like=document)
    save_contact(by=cast.ben, contact=contact, document=changed, base_version=1)
    assert document_of(Contact.objects.get()) == changed
    assert document_at(Contact.objects.get(), 1) == document
    assert_consistent()


def test_an_empty_contact_is_refused_with_a_sentence(cast):
    before = snapshot()
    with pytest.raises(InvalidDocument, match="empty"):
        create_contact(by=cast.ann, book=cast.book, document=ContactDocument())
    assert snapshot() == before


@pytest.mark.parametrize(
    ("who", "error"),
    [("vic", NotAllowed), ("sam", NotVisible), ("ada", NotVisible)],
    ids=["viewer", "stranger", "admin"],
)
def test_who_may_not_edit_writes_nothing_by_any_way(cast, who, error):
    by = getattr(cast, who)
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado"))
    own = make_book(by, cast.elsewhere if who == "sam" else cast.organization)
    before = snapshot()
    ways = [
        lambda: create_contact(by=by, book=cast.book, document=person("New")),
        lambda: save_contact(by=by, contact=contact, document=person("Changed"), base_version=1),
        lambda: star_contacts(by=by, contacts=[contact.pk], starred=True),
        lambda: trash_contacts(by=by, contacts=[contact.pk]),
        lambda: move_contacts(by=by, contacts=[contact.pk], to=own),
        lambda: undo(by=by, change_set=ChangeSet.objects.get()),
    ]
    for way in ways:
        with pytest.raises(error), transaction.atomic():
            way()
        assert snapshot() == before
    create_contact(by=cast.ben, book=cast.book, document=person("Allowed"))  # the set-up does allow an editor


def test_a_contact_cannot_be_moved_into_a_book_one_may_only_view_or_not_see(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    other = make_book(cast.ann, cast.organization)
    share(other, cast.ben, Level.VIEW)
    before = snapshot()
    with pytest.raises(NotAllowed), transaction.atomic():
        move_contacts(by=cast.ben, contacts=[contact.pk], to=other)
    with pytest.raises(NotVisible), transaction.atomic():
        move_contacts(by=cast.ben, contacts=[contact.pk], to=cast.private)
    with pytest.raises(NotVisible), transaction.atomic():
        move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.foreign)
    assert snapshot() == before


def test_one_contact_out_of_sight_stops_the_whole_act_before_it_waits_for_anything(cast):
    seen = create_contact(by=cast.ann, book=cast.book, document=person("Seen"))
    hidden = create_contact(by=cast.ann, book=cast.private, document=person("Hidden"))
    before = snapshot()
    for contacts in ([seen.pk, hidden.pk], [seen.pk, uuid4()]):
        with CaptureQueriesContext(connection) as queries, pytest.raises(NotVisible), transaction.atomic():
            star_contacts(by=cast.ben, contacts=contacts, starred=True)
        assert not [query for query in queries if "FOR " in query["sql"]]
    assert snapshot() == before
    assert star_contacts(by=cast.ann, contacts=[seen.pk, hidden.pk], starred=True) is not None


def test_revoking_takes_effect_on_the_next_write(cast):
    team_book = make_book(cast.ann, cast.organization)
    share(team_book, cast.team, Level.EDIT)
    contact = create_contact(by=cast.ben, book=team_book, document=person("Ana"))
    TeamMembership.objects.filter(team=cast.team, user=cast.ben).delete()
    with pytest.raises(NotVisible), transaction.atomic():
        star_contacts(by=cast.ben, contacts=[contact.pk], starred=True)


def test_a_save_raises_the_version_once_and_only_when_something_changed(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", groups=["VIP"]))
    saved = save_contact(by=cast.ann, contact=contact, document=document_of(contact), base_version=1)
    assert saved.version == 1
    assert star_contacts(by=cast.ann, contacts=[contact.pk], starred=False) is None
    assert ChangeSet.objects.count() == 1  # an act that changed nothing is none
    with_group = replace(document_of(contact), memberships=())
    saved = save_contact(by=cast.ann, contact=contact, document=with_group, base_version=1)
    assert saved.version == 2
    assert document_of(saved).memberships == ()
    assert_consistent()


def test_every_column_of_the_document_raises_the_version_and_no_other(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    columns = dict.fromkeys((*SCALAR_NAMES, "avatar"), "x") | {"starred": True, "infos": [{}], "membership_stamp": 7}
    assert {*DOCUMENT_COLUMNS, "membership_stamp"} == set(columns)
    for version, (name, value) in enumerate(columns.items(), start=2):
        Contact.objects.filter(pk=contact.pk).update(**{name: value})
        contact.refresh_from_db()
        assert (name, contact.version) == (name, version)
    Contact.objects.filter(pk=contact.pk).update(**dict.fromkeys(DERIVED_COLUMNS, "x"), version=99)
    contact.refresh_from_db()
    assert contact.version == len(columns) + 1


def test_two_people_change_different_fields_and_both_stay(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado", email="ana@acme.example"))
    seen = document_of(contact)
    save_contact(by=cast.ann, contact=contact, document=replace(seen, last_name="Silva"), base_version=1)
    mine = replace(seen, infos=(*seen.infos, Info(kind=Kind.PHONE, label="mobile", value="+46 70 123")))
    saved = save_contact(by=cast.ben, contact=contact, document=mine, base_version=1)
    document = document_of(saved)
    assert document.last_name == "Silva"
    assert [info.value for info in document.infos] == ["ana@acme.example", "+46 70 123"]
    assert_consistent()


def test_two_people_change_the_same_field_and_the_second_is_asked(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado"))
    seen = document_of(contact)
    save_contact(by=cast.ann, contact=contact, document=replace(seen, last_name="Silva"), base_version=1)
    before = snapshot()
    with pytest.raises(EditConflict) as caught, transaction.atomic():
        save_contact(
            by=cast.ben, contact=contact, document=replace(seen, last_name="Souza", nickname="Aninha"), base_version=1
        )
    [conflict] = caught.value.conflicts
    assert (conflict.field, conflict.before, conflict.mine, conflict.theirs) == ("last_name", "Prado", "Souza", "Silva")
    assert caught.value.merged.nickname == "Aninha"
    assert snapshot() == before
    saved = save_contact(by=cast.ben, contact=contact, document=caught.value.merged, base_version=caught.value.version)
    assert (saved.last_name, saved.nickname) == ("Souza", "Aninha")


def test_nobody_asks_back_beyond_what_they_may_know(cast):
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Ana", notes="secret"))
    public = replace(document_of(contact), notes="public")
    contact = save_contact(by=cast.ann, contact=contact, document=public, base_version=1)
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.book)
    mine = replace(public, notes="mine")
    with pytest.raises(NotVisible), transaction.atomic():
        save_contact(by=cast.ben, contact=contact, document=mine, base_version=1)
    with pytest.raises(EditConflict) as caught, transaction.atomic():
        save_contact(by=cast.ann, contact=contact, document=mine, base_version=1)
    assert [conflict.before for conflict in caught.value.conflicts] == ["secret"]
    assert save_contact(by=cast.ben, contact=contact, document=mine, base_version=2).notes == "mine"


def test_an_older_document_is_rebuilt_by_walking_back(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", email="a@acme.example"))
    documents = [document_of(contact)]
    for number in range(3):
        changed = replace(
            documents[-1], nickname=f"n{number}", infos=documents[-1].infos[: number % 2], notes="x" * number
        )
        contact = save_contact(by=cast.ann, contact=contact, document=changed, base_version=contact.version)
        documents.append(document_of(contact))
    assert [document_at(contact, version) for version in (1, 2, 3, 4)] == documents


def test_the_same_form_sent_twice_makes_one_contact(cast):
    key = uuid4()
    first = create_contact(by=cast.ann, book=cast.book, document=person("Ana"), form_key=key)
    second = create_contact(by=cast.ann, book=cast.book, document=person("Ana"), form_key=key)
    assert first.pk == second.pk
    assert Contact.objects.filter(book=cast.book).count() == 1


def test_trash_restore_and_move_keep_everything_and_the_index_in_step(cast):
    contact = create_contact(
        by=cast.ann, book=cast.book, document=person("Ana", email="a@acme.example", groups=["VIP"], starred=True)
    )
    document = document_of(contact)
    trash_contacts(by=cast.ben, contacts=[contact.pk])
    assert not Contact.objects.for_user(cast.ann).filter(pk=contact.pk).exists()
    assert Tombstone.objects.filter(contact_id=contact.pk, book=cast.book).count() == 1
    assert_consistent()
    restore_contacts(by=cast.ben, contacts=[contact.pk])
    assert_consistent()
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
    contact.refresh_from_db()
    assert contact.book_id == cast.private.pk
    assert document_of(contact) == document
    assert Tombstone.objects.filter(contact_id=contact.pk, book=cast.book).count() == 2
    assert not Contact.objects.for_user(cast.ben).filter(pk=contact.pk).exists()
    assert_consistent()


def test_one_name_of_a_company_is_kept_once_in_an_organization(cast):
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", company="Acme"))
    second = create_contact(by=cast.ben, book=cast.book, document=person("Bo", company=" ACME "))
    foreign = create_contact(by=cast.sam, book=cast.foreign, document=person("Cy", company="acme"))
    assert document_of(second).companies[0].name == "Acme"
    assert document_of(foreign).companies[0].name == "acme"
    assert Group.objects.filter(organization=cast.organization).count() == 1
    assert_consistent()


def test_a_group_is_seen_through_contacts_that_one_can_read(cast):
    create_contact(by=cast.ann, book=cast.private, document=person("Ana", groups=["Secret"]))
    create_contact(by=cast.ann, book=cast.book, document=person("Bo", groups=["Open"]))
    assert set(Group.objects.for_user(cast.vic).values_list("name", flat=True)) == {"Open"}
    assert set(Group.objects.for_user(cast.ann).values_list("name", flat=True)) == {"Open", "Secret"}
    assert not Group.objects.for_user(cast.sam).exists()


class TestUndo:
    def test_of_a_creation_trashes_it_unless_somebody_changed_it(self, cast):
        with act(by=cast.ann, organization=cast.organization, label="Import") as writing:
            ids = writing.create(cast.book, [person("Ana"), person("Bo"), person("Cy")])
        bo = Contact.objects.get(pk=ids[1])
        save_contact(by=cast.ben, contact=bo, document=replace(document_of(bo), nickname="B"), base_version=1)
        undone = undo(by=cast.ann, change_set=writing.change_set)
        assert undone.reverted == 2
        assert [(kept.contact_id, kept.reason) for kept in undone.kept] == [(bo.pk, "changed")]
        assert list(Contact.objects.for_user(cast.ann).values_list("pk", flat=True)) == [bo.pk]
        assert_consistent()
        again = undo(by=cast.ann, change_set=undone.change_set)
        assert again.reverted == 2
        assert set(Contact.objects.for_user(cast.ann).values_list("pk", flat=True)) == set(ids)
        assert_consistent()

    def test_of_a_creation_leaves_what_somebody_moved_since(self, cast):
        with act(by=cast.ann, organization=cast.organization, label="Import") as writing:
            moved, stayed = writing.create(cast.book, [person("Ana"), person("Bo")])
        bens = make_book(cast.ben, cast.organization)
        share(bens, cast.ann, Level.EDIT)
        move_contacts(by=cast.ben, contacts=[moved], to=bens)
        undone = undo(by=cast.ann, change_set=writing.change_set)
        assert [(kept.contact_id, kept.reason) for kept in undone.kept] == [(moved, "moved")]
        assert undone.reverted == 1
        assert list(Contact.objects.for_user(cast.ann).values_list("pk", flat=True)) == [moved]
        move_contacts(by=cast.ben, contacts=[moved], to=cast.book)
        assert undo(by=cast.ann, change_set=writing.change_set).reverted == 1
        assert not Contact.objects.for_user(cast.ann).filter(pk__in=[moved, stayed]).exists()
        assert_consistent()

    def test_of_an_edit_restores_what_still_holds_and_names_what_was_kept(self, cast):
        contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado", email="a@acme.example"))
        edited = replace(document_of(contact), first_name="Anna", last_name="Silva", infos=())
        contact = save_contact(by=cast.ann, contact=contact, document=edited, base_version=1)
        edit = ChangeSet.objects.latest("started_at")
        contact = save_contact(
            by=cast.ben, contact=contact, document=replace(document_of(contact), last_name="Souza"), base_version=2
        )
        undone = undo(by=cast.ann, change_set=edit)
        contact.refresh_from_db()
        assert (contact.first_name, contact.last_name) == ("Ana", "Souza")
        assert [info.value for info in document_of(contact).infos] == ["a@acme.example"]
        assert [(kept.reason, kept.fields) for kept in undone.kept] == [("changed", ("last_name",))]
        assert_consistent()

    def test_of_a_deletion_and_of_a_move(self, cast):
        contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", groups=["VIP"]))
        undo(by=cast.ann, change_set=trash_contacts(by=cast.ann, contacts=[contact.pk]))
        contact.refresh_from_db()
        assert contact.trashed_at is None
        undo(by=cast.ann, change_set=move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private))
        contact.refresh_from_db()
        assert contact.book_id == cast.book.pk
        assert_consistent()

    def test_of_a_restoring_leaves_what_somebody_changed_since(self, cast):
        contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
        trash_contacts(by=cast.ann, contacts=[contact.pk])
        restored = restore_contacts(by=cast.ann, contacts=[contact.pk])
        save_contact(by=cast.ben, contact=contact, document=replace(document_of(contact), nickname="A"), base_version=1)
        undone = undo(by=cast.ann, change_set=restored)
        assert [(kept.contact_id, kept.reason) for kept in undone.kept] == [(contact.pk, "changed")]
        assert Contact.objects.for_user(cast.ann).get(pk=contact.pk).nickname == "A"

    def test_of_a_move_leaves_what_is_elsewhere_by_now_or_came_from_where_one_may_not_write(self, cast):
        first, second = (
            create_contact(by=cast.ben, book=cast.book, document=person(name)).pk for name in ("Ana", "Bo")
        )
        bens = make_book(cast.ben, cast.organization)
        share(bens, cast.ann, Level.EDIT)
        move = move_contacts(by=cast.ben, contacts=[first, second], to=bens)
        move_contacts(by=cast.ann, contacts=[first], to=cast.private)
        share(cast.private, cast.ben, Level.EDIT)
        share(cast.book, cast.ben, Level.VIEW)
        undone = undo(by=cast.ben, change_set=move)
        assert {(kept.contact_id, kept.reason) for kept in undone.kept} == {(first, "moved"), (second, "no_right")}
        assert undone.reverted == 0
        where = dict(Contact.objects.values_list("pk", "book"))
        assert where == {first: cast.private.pk, second: bens.pk}

    def test_keeps_what_one_may_not_edit_any_more(self, cast):
        contact = create_contact(by=cast.ben, book=cast.book, document=person("Ana"))
        star = star_contacts(by=cast.ben, contacts=[contact.pk], starred=True)
        move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
        with pytest.raises(NotVisible), transaction.atomic():
            undo(by=cast.ben, change_set=star)
        contact.refresh_from_db()
        assert contact.starred

    def test_of_an_import_that_updated_what_it_had_created(self, cast):
        from contacts.services import Edit, hold_contacts

        with act(by=cast.ann, organization=cast.organization) as writing:
            [contact_id] = writing.create(cast.book, [person("Ana")])
            [locked] = hold_contacts(cast.ann, [contact_id])
            old = document_of(locked)
            writing.update([Edit(locked, old, replace(old, nickname="A"))])
        assert undo(by=cast.ann, change_set=writing.change_set).reverted == 1
        assert not Contact.objects.for_user(cast.ann).filter(pk=contact_id).exists()
        assert_consistent()

    def test_many_contacts_cost_a_constant_number_of_queries(self, cast, django_assert_max_num_queries):
        with act(by=cast.ann, organization=cast.organization) as writing:
            writing.create(
                cast.book, [person(f"Person {number}", email=f"p{number}@x.example") for number in range(200)]
            )
        with django_assert_max_num_queries(60):
            assert undo(by=cast.ann, change_set=writing.change_set).reverted == 200
        assert_consistent()


class TestBooks:
    def test_deleting_a_book_hides_everything_in_it_and_undo_brings_it_back(self, cast):
        contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
        deletion = delete_book(by=cast.ann, book=cast.book)
        assert not Contact.objects.for_user(cast.ann).filter(pk=contact.pk).exists()
        with pytest.raises(NotVisible), transaction.atomic():
            create_contact(by=cast.ann, book=cast.book, document=person("Bo"))
        undo(by=cast.ann, change_set=deletion)
        for reader in (cast.ann, cast.ben, cast.vic):
            assert Contact.objects.for_user(reader).filter(pk=contact.pk).exists()

    def test_is_for_those_who_manage_it(self, cast):
        for who in (cast.ben, cast.vic):
            with pytest.raises(NotAllowed), transaction.atomic():
                delete_book(by=who, book=cast.book)
        with pytest.raises(NotVisible), transaction.atomic():
            delete_book(by=cast.sam, book=cast.book)
        with pytest.raises(NotVisible), transaction.atomic():
            delete_book(by=cast.ada, book=cast.private)
        edit_book(by=cast.ada, book=cast.book, name="Customers")
        cast.book.refresh_from_db()
        assert cast.book.name == "Customers"
        undo(by=cast.ada, change_set=ChangeSet.objects.latest("started_at"))
        cast.book.refresh_from_db()
        assert cast.book.name == "Clients"
        delete_book(by=cast.ada, book=cast.book)
        with pytest.raises(NotVisible), transaction.atomic():
            restore_book(by=cast.ben, book=cast.book)
        restore_book(by=cast.ada, book=cast.book)
        assert ContactBook.objects.for_user(cast.vic).filter(pk=cast.book.pk).exists()


def test_a_group_of_contacts_in_the_trash_alone_is_not_seen(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", groups=["VIP"]))
    assert Group.objects.for_user(cast.ann).exists()
    trash_contacts(by=cast.ann, contacts=[contact.pk])
    assert not Group.objects.for_user(cast.ann).exists()


def test_history_and_change_sets_are_seen_only_through_readable_contacts(cast):
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Ana", notes="secret"))
    create_contact(by=cast.ann, book=cast.book, document=person("Bo"))
    assert ChangeSet.objects.for_user(cast.vic).count() == 1
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.book)
    seen = Change.objects.for_user(cast.vic).filter(contact=contact)
    assert [change.kind for change in seen] == ["move"]
    assert not ChangeSet.objects.for_user(cast.sam).exists()


def test_the_tenant_wall_refuses_a_contact_in_a_foreign_book(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    Contact.objects.filter(pk=contact.pk).update(book=cast.foreign)
    with pytest.raises(IntegrityError, match="contact_in_book_of_organization"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("number", [1, 30])
def test_a_batch_costs_a_constant_number_of_statements(cast, number, django_assert_max_num_queries):
    documents = [person(f"P{i}", email=f"p{i}@x.example", company="Acme", groups=["VIP"]) for i in range(number)]
    create_contact(by=cast.ann, book=cast.book, document=person("Warm", company="Acme", groups=["VIP"]))
    with django_assert_max_num_queries(22), act(by=cast.ann, organization=cast.organization) as writing:
        writing.create(cast.book, documents)
    assert_consistent()
