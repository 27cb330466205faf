"""Whatever people did, undoing it in reverse leads back step by step; in any order it never breaks anything."""

import random
from dataclasses import replace

import pytest

from contacts.document import Info, Kind, Membership
from contacts.models import ChangeSet, Contact, Source
from contacts.services import (
    Undone,
    act,
    create_contact,
    document_of,
    documents_of,
    hold_contacts,
    move_contacts,
    restore_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
    undo,
)
from contacts.services.acts import Edit
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.factories import Cast

SEEDS = [1, 2]
STEPS = 12


def state() -> dict:
    """Return all that people can see: where each living contact is, and its document without the random ids."""
    living = list(Contact.objects.filter(trashed_at__isnull=True))
    documents = documents_of(living)
    return {
        contact.pk: (contact.book_id, _plain(documents[contact.pk]))
        for contact in sorted(living, key=lambda contact: contact.pk)
    }


def _plain(document):
    return (
        tuple(getattr(document, name) for name in ("first_name", "last_name", "nickname", "notes", "starred")),
        tuple(info.content for info in document.infos),
        tuple(membership.content for membership in document.memberships),
    )


def one_act(source: random.Random, cast: Cast) -> ChangeSet | None:
    """Do something that people do, by Ann, to what is there; return its change-set, None if it changed nothing."""
    living = list(Contact.objects.filter(trashed_at__isnull=True).order_by("pk"))
    trashed = list(Contact.objects.filter(trashed_at__isnull=False).order_by("pk"))
    chosen = source.sample(living, min(len(living), source.randrange(1, 4)))
    ids = [contact.pk for contact in chosen]
    what = source.choice(["create", "batch", "edit", "edit", "star", "move", "trash", "restore"])
    if what == "restore" and trashed:
        return restore_contacts(by=cast.ann, contacts=[source.choice(trashed).pk])
    if what == "batch":
        with act(by=cast.ann, organization=cast.organization, source=Source.IMPORT, label="Import") as writing:
            [first, *_rest] = writing.create(cast.book, [random_person(source) for _number in range(3)])
            [locked] = hold_contacts(cast.ann, [first])
            old = document_of(locked)
            writing.update([Edit(locked, old, replace(old, nickname=f"Row {source.randrange(99)}").normalised())])
        return writing.change_set
    if what == "create" or not living:
        create_contact(by=cast.ann, book=cast.book, document=random_person(source))
    elif what == "edit":
        contact = chosen[0]
        document, version = changed(source, contact), contact.version
        saved = save_contact(by=cast.ann, contact=contact, document=document, base_version=version)
        if saved.version == version:
            return None
    elif what == "star":
        return star_contacts(by=cast.ann, contacts=ids, starred=source.random() < 0.5)
    elif what == "move":
        return move_contacts(by=cast.ann, contacts=ids, to=source.choice([cast.book, cast.private]))
    else:
        return trash_contacts(by=cast.ann, contacts=ids)
    return ChangeSet.objects.order_by("-pk")[0]


def undo_if(cast: Cast, done: ChangeSet | None) -> Undone | None:
    """Undo an act that changed something."""
    return undo(by=cast.ann, change_set=done) if done else None


def random_person(source: random.Random):
    number = source.randrange(1000)
    return person(f"P{number}", email=f"p{number}@x.example", company=source.choice(["", "Acme", "Żabka"]))


def changed(source: random.Random, contact: Contact):
    """Return the contact's document with a few things changed."""
    document = document_of(contact)
    number = source.randrange(1000)
    changes = [
        {"last_name": f"L{number}"},
        {"infos": document.infos[1:]},
        {"infos": (*document.infos, Info(kind=Kind.PHONE, label="mobile", value=f"+46 70 {number:07}"))},
        {"memberships": (Membership(kind="group", name=source.choice(["VIP", "Friends"])),)},
        {"notes": f"n{number}", "first_name": f"P{number}"},
    ]
    return replace(document, **source.choice(changes))


@pytest.mark.parametrize("seed", SEEDS)
def test_undone_in_reverse_every_step_is_the_one_before(cast, seed):
    source = random.Random(seed)
    states, acts = [state()], []
    for _step in range(STEPS):
        acts.append(one_act(source, cast))
        states.append(state())
    assert_consistent()
    for number in reversed(range(STEPS)):
        undone = undo_if(cast, acts[number])
        assert not (undone and undone.kept)
        assert state() == states[number]
    assert_consistent()
    assert states[0] == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_an_undo_undone_is_the_act_again(cast, seed):
    source = random.Random(seed)
    for _step in range(STEPS):
        done = one_act(source, cast)
        after = state()
        if undone := undo_if(cast, done):
            undo(by=cast.ann, change_set=undone.change_set)
        assert state() == after
    assert_consistent()


@pytest.mark.parametrize("seed", SEEDS)
def test_undone_in_any_order_nothing_breaks_and_what_was_kept_is_named(cast, seed):
    source = random.Random(seed)
    acts = [one_act(source, cast) for _step in range(STEPS)]
    source.shuffle(acts)
    for done in acts:
        before = state()
        undone = undo_if(cast, done)
        if undone and before == state():
            assert undone.reverted == 0
    assert_consistent()


def test_what_another_person_wrote_since_survives_an_undo(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado", email="a@x.example"))
    document = document_of(contact)
    ann = replace(
        document,
        last_name="Silva",
        infos=(replace(document.infos[0], value="new@x.example"), Info(kind=Kind.PHONE, label="work", value="+46 8 1")),
    )
    contact = save_contact(by=cast.ann, contact=contact, document=ann, base_version=1)
    edit = ChangeSet.objects.order_by("-pk")[0]
    document = document_of(contact)
    ben = replace(
        document, infos=(replace(document.infos[0], label="home"), replace(document.infos[1], value="+46 8 2"))
    )
    save_contact(by=cast.ben, contact=contact, document=ben, base_version=2)
    undone = undo(by=cast.ann, change_set=edit)
    contact.refresh_from_db()
    after = document_of(contact)
    assert after.last_name == "Prado"
    assert [(info.label, info.value) for info in after.infos] == [("home", "a@x.example"), ("work", "+46 8 2")]
    assert [kept.fields for kept in undone.kept] == [("infos",)]
