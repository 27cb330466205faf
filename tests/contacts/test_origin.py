"""Where a contact came from: the first creation or move that `ChangeQuerySet.for_user` lets somebody see."""

import pytest

from contacts.models import Change, ChangeKind, Contact
from contacts.services import create_contact, move_contacts
from contacts.views.origin import origin_of
from tests.contacts.conftest import person


@pytest.mark.parametrize("who", ["ann", "ben", "vic", "ada", "sam"])
def test_it_is_the_first_that_one_may_see(cast, who):
    create_contact(by=cast.ann, book=cast.book, document=person("Stays"))
    moved = create_contact(by=cast.ann, book=cast.private, document=person("Moved"))
    move_contacts(by=cast.ann, contacts=[moved.pk], to=cast.book)
    create_contact(by=cast.sam, book=cast.foreign, document=person("Elsewhere"))
    user = getattr(cast, who)
    seen = Contact.objects.for_user(user).order_by("pk")
    assert len(seen) == {"ann": 2, "ben": 2, "vic": 2, "ada": 0, "sam": 1}[who]
    for contact in seen:
        changes = Change.objects.for_user(user).filter(contact=contact, kind__in=[ChangeKind.CREATE, ChangeKind.MOVE])
        first = changes.order_by("pk").first()
        origin = origin_of(user, contact)
        assert first is not None
        assert origin is not None
        assert origin.change_set_id == first.change_set_id
        assert origin.text.startswith(
            "Added by" if first.kind == ChangeKind.CREATE else f"Moved to {cast.book.name} by"
        )
        assert (first.kind == ChangeKind.MOVE) == (contact.pk == moved.pk and who != "ann")
