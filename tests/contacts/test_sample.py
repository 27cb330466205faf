"""Sample people are made-up, skewed, the same for a seed, and stand in the database as imported ones do."""

import json

import pytest
from django.core.management import CommandError, call_command

from contacts.document import Kind
from contacts.models import ChangeSet, Contact
from contacts.sample.people import People
from contacts.services import undo
from tests.contacts.test_services import assert_consistent


def test_the_same_seed_draws_the_same_people():
    def plain(person):
        return person.full_name, [info.content for info in person.infos], [each.content for each in person.memberships]

    one, two, other = People(1, companies=50), People(1, companies=50), People(2, companies=50)
    drawn = [plain(one.person()) for _number in range(50)]
    assert drawn == [plain(two.person()) for _number in range(50)]
    assert drawn != [plain(other.person()) for _number in range(50)]


def test_they_have_as_many_emails_and_phones_as_real_books():
    people = People(3, companies=500)
    drawn = [people.person() for _number in range(3000)]
    emails = sum(len(list(person.of_kind(Kind.EMAIL))) for person in drawn) / len(drawn)
    phones = sum(len(list(person.of_kind(Kind.PHONE))) for person in drawn) / len(drawn)
    assert 1.4 < emails < 1.8
    assert 1.0 < phones < 1.4
    assert all("example" in info.value for person in drawn for info in person.of_kind(Kind.EMAIL))


def test_the_command_loads_them_through_the_service_and_undo_takes_them_back(cast, capsys):
    call_command("load_sample", contacts=120, organization="acme", json=True)
    assert json.loads(capsys.readouterr().out) == {"contacts": 120, "books": 2, "organization": "acme"}
    assert Contact.objects.for_user(cast.ann).count() == 120
    assert_consistent()
    assert undo(by=cast.ann, change_set=ChangeSet.objects.order_by("-pk")[0]).reverted == 120
    assert not Contact.objects.for_user(cast.ann).exists()


@pytest.mark.parametrize(("arguments", "sentence"), [({"contacts": 0}, "from 1"), ({"contacts": 5}, "several")])
def test_the_command_refuses_with_a_sentence(cast, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("load_sample", **arguments)
