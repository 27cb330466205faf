"""Two people at once, in transactions of their own: nobody waits for ever, nobody's text is lost, no right outlives
its end."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import OperationalError, connection, transaction

from books.services import unshare_book
from contacts.document import Info, Kind
from contacts.models import Change, ChangeSet, Contact, Source
from contacts.services import (
    Busy,
    EditConflict,
    NotVisible,
    act,
    begin,
    create_contact,
    document_of,
    finish,
    hold_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
)
from contacts.services.acts import Edit
from contacts.services.latest import undo_latest, undoable
from contacts.services.restoring import restore_value
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db):
    return make_cast()


def in_threads(*functions: Callable[[], object]) -> list[BaseException | None]:
    """Run functions at once, each on a connection of its own; return what each raised."""
    raised: list[BaseException | None] = [None] * len(functions)
    barrier = threading.Barrier(len(functions))

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            functions[number]()
        except BaseException as error:  # reported to the test, whatever it is
            raised[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return raised


def test_a_form_save_waits_for_a_long_act_at_most_two_seconds_and_says_who(cast):
    contact = create_contact(by=cast.ben, book=cast.book, document=person("Ana"))
    hidden = begin(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="Import of secrets.csv")
    with act(by=cast.ann, change_set=hidden) as writing:
        writing.create(cast.private, [person("Secret")])
    running = begin(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="Import of people.csv")
    with act(by=cast.ann, change_set=running) as writing:
        writing.create(cast.book, [person("First")])
    holding, done = threading.Event(), threading.Event()

    def long_act() -> None:
        with act(by=cast.ann, change_set=running):
            hold_contacts(cast.ann, [contact.pk])
            holding.set()
            done.wait(20)

    def save() -> None:
        holding.wait(10)
        try:
            save_contact(by=cast.ben, contact=contact, document=person("Anna"), base_version=1)
        finally:
            done.set()

    _long, error = in_threads(long_act, save)
    assert isinstance(error, Busy)
    assert "Ann Owner" in str(error)
    assert "people.csv" in str(error)
    finish(running)
    assert document_of(Contact.objects.get(pk=contact.pk)).first_name == "Ana"

    # What else goes on in the organization is not told to whom it does not concern.
    holding.clear()
    done.clear()
    running = hidden
    _long, error = in_threads(long_act, save)
    assert isinstance(error, Busy)
    assert str(error) == "Somebody is changing this contact right now. Try again in a moment."


def test_many_edits_of_one_contact_lose_nothing(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    seen = document_of(contact)

    def add(number: int) -> Callable[[], object]:
        phone = Info(kind=Kind.PHONE, label="work", value=f"+46 8 {number}")
        mine = replace(seen, infos=(*seen.infos, phone))
        by = cast.ann if number % 2 else cast.ben
        return lambda: save_contact(by=by, contact=contact, document=mine, base_version=1)

    raised = in_threads(*(add(number) for number in range(8)))
    saved = Contact.objects.get(pk=contact.pk)
    kept = {info.value for info in document_of(saved).infos}
    assert raised == [None] * 8
    assert kept == {f"+46 8 {number}" for number in range(8)}
    assert saved.version == 9
    assert Change.objects.filter(contact=contact).count() == 9
    assert_consistent()


def test_the_same_field_by_two_at_once_is_one_save_and_one_question(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    raised = in_threads(
        lambda: save_contact(by=cast.ann, contact=contact, document=person("Anna"), base_version=1),
        lambda: save_contact(by=cast.ben, contact=contact, document=person("Anne"), base_version=1),
    )
    assert [type(error) for error in raised if error] == [EditConflict]
    assert Contact.objects.get(pk=contact.pk).first_name in {"Anna", "Anne"}


def test_bulk_acts_in_opposite_order_do_not_deadlock(cast):
    ids = [create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}")).pk for number in range(20)]
    raised = in_threads(
        lambda: star_contacts(by=cast.ann, contacts=ids, starred=True),
        lambda: star_contacts(by=cast.ben, contacts=ids[::-1], starred=True),
        lambda: star_contacts(by=cast.ann, contacts=ids[5:] + ids[:5], starred=False),
    )
    assert raised == [None, None, None]
    assert_consistent()


def test_contacts_are_locked_in_the_order_of_their_ids(cast, monkeypatch):
    monkeypatch.setattr("contacts.services.acts.PATIENCE", "9s")
    ids = sorted(create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}")).pk for number in range(7))
    held, seen = threading.Event(), threading.Event()
    locked: list[bool] = []

    def hold_the_middle() -> None:
        with transaction.atomic():
            hold_contacts(cast.ann, [ids[3]])
            held.set()
            seen.wait(10)

    def star_all() -> None:
        held.wait(10)
        star_contacts(by=cast.ben, contacts=ids[::-1], starred=True)

    def look() -> None:
        held.wait(10)
        give_up = time.monotonic() + 8  # the others wait a little longer
        while locked[:3] != [True] * 3 and time.monotonic() < give_up:
            locked[:] = [is_locked(contact_id) for contact_id in ids]
        seen.set()

    assert in_threads(hold_the_middle, star_all, look) == [None] * 3
    assert locked == [True] * 4 + [False] * 3


def is_locked(contact_id) -> bool:
    try:
        with transaction.atomic():
            Contact.objects.select_for_update(nowait=True, no_key=True).get(pk=contact_id)
    except OperationalError:
        return True
    return False


def test_two_imports_naming_the_same_new_companies_do_not_deadlock(cast):
    names = [f"Company {number}" for number in range(30)]

    def create(by, order) -> Callable[[], object]:
        def run() -> None:
            with act(by=by, organization=cast.organization) as writing:
                writing.create(cast.book, [person(name, company=name) for name in order])

        return run

    assert in_threads(create(cast.ann, names), create(cast.ben, names[::-1])) == [None, None]
    assert_consistent()


def test_no_write_slips_in_after_a_right_is_taken_away(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    revoked = threading.Event()

    def revoke() -> None:
        with transaction.atomic():
            unshare_book(by=cast.ann, book=cast.book, to=cast.ben)
            revoked.set()
            # The editor's write now waits for this commit, and then sees it.
            threading.Event().wait(0.5)

    def write() -> None:
        revoked.wait(10)
        save_contact(by=cast.ben, contact=contact, document=person("Late"), base_version=1)

    _revoke, error = in_threads(revoke, write)
    assert isinstance(error, NotVisible)
    assert Contact.objects.get(pk=contact.pk).first_name == "Ana"


def test_deleting_twice_at_once_counts_once(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    raised = in_threads(
        lambda: trash_contacts(by=cast.ann, contacts=[contact.pk]),
        lambda: trash_contacts(by=cast.ben, contacts=[contact.pk]),
    )
    assert [type(error) for error in raised if error] == [NotVisible]
    assert_consistent()


def test_a_failure_midway_leaves_nothing(cast):
    before = Contact.objects.count(), Change.objects.count()
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    with suppress(RuntimeError), act(by=cast.ann, organization=cast.organization) as writing:
        writing.create(cast.book, [person("Bo")])
        [locked] = hold_contacts(cast.ann, [contact.pk])
        writing.update([Edit(locked, document_of(locked), person("Anna"))])
        raise RuntimeError("the machine stopped here")
    assert (Contact.objects.count() - 1, Change.objects.count() - 1) == before
    assert_consistent()


def test_two_undos_of_one_person_take_back_two_acts(cast):
    for number in range(4):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}"))

    def undo():
        undo_latest(by=cast.ann, organization=cast.organization, find=undoable, before=lambda _act: None)

    assert in_threads(undo, undo, undo) == [None] * 3
    assert [contact.first_name for contact in Contact.objects.filter(trashed_at__isnull=True)] == ["P0"]
    assert ChangeSet.objects.filter(undo_of__isnull=False).values("undo_of").distinct().count() == 3


def test_two_restore_two_values_at_once_and_a_third_edits(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", nickname="Nina", pronouns="she"))
    changed = save_contact(by=cast.ann, contact=contact, document=person("Ana"), base_version=1)
    [update] = Change.objects.filter(contact=contact, kind="update")

    def restore(by, field):
        return restore_value(
            by=by,
            contact=changed,
            change_id=update.pk,
            field=field,
            item="",
            base_version=changed.version,
            label="Back",
        )

    raised = in_threads(
        lambda: restore(cast.ann, "nickname"),
        lambda: restore(cast.ben, "pronouns"),
        lambda: restore(cast.ben, "nickname"),
        lambda: save_contact(
            by=cast.ben, contact=changed, document=replace(document_of(changed), notes="New"), base_version=2
        ),
    )
    assert raised == [None] * 4
    row = Contact.objects.get(pk=contact.pk)
    assert (row.nickname, row.pronouns, row.notes) == ("Nina", "she", "New")
    assert ChangeSet.objects.filter(label="Back").count() == 2
    assert_consistent()
