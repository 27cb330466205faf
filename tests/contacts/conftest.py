"""The cast, and short ways to write contacts, for everything about contacts."""

import pytest

from contacts.document import ContactDocument, Info, Kind, Membership
from tests.factories import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    """A fresh cast: Ann owns `book`, Ben edits it, Vic views it, Sam is elsewhere."""
    return make_cast()


def person(
    first: str = "", last: str = "", *, email: str = "", phone: str = "", company: str = "", **more
) -> ContactDocument:
    """Return the document of somebody."""
    infos = [Info(kind=Kind.EMAIL, label="work", value=email)] if email else []
    infos += [Info(kind=Kind.PHONE, label="mobile", value=phone)] if phone else []
    memberships = [Membership(kind="company", name=company)] if company else []
    memberships += [Membership(kind="group", name=name) for name in more.pop("groups", ())]
    return ContactDocument(
        first_name=first, last_name=last, infos=tuple(infos), memberships=tuple(memberships), **more
    ).normalised()
