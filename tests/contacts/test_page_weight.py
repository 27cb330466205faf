"""How heavy the contacts pages are: what a browser has to read before it can show anything."""

import pytest

from contacts.services import create_contact
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import signed_in
from tests.factories import make_book

pytestmark = pytest.mark.django_db

HTML = 60_000
FIRST = ("Ana", "Bartholomew", "Chiara", "Dagmar", "Émile")
LAST = ("Prado", "Lindqvist-Andersson", "Okonkwo", "Żółkiewska", "Nguyen", "O’Sullivan", "Berg", "Castellanos", "Ito")
PLACES = ("Northern", "Southern", "Iberian", "Baltic", "Nordic", "Alpine")
TRADES = ("partners", "suppliers", "press", "alumni", "donors", "speakers", "vendors", "agencies", "lawyers", "guests")


def test_a_page_of_fifty_with_sixty_books_and_as_many_groups_as_it_shows_stays_light(cast):
    for place in PLACES:
        for trade in TRADES:
            make_book(cast.ann, cast.organization, f"{place} {trade} 2026")
    for at, last in enumerate(LAST * 6):
        document = person(
            FIRST[at // len(LAST) % len(FIRST)],
            last,
            email=f"{FIRST[at // len(LAST) % len(FIRST)]}.{last}@{PLACES[at % 6]}-{TRADES[at % 10]}.example".lower(),
            groups=[f"{PLACES[at % 6]} {TRADES[at % 10]}"],
            company=f"{last} {TRADES[at % 7]} Ltd",
            phone=f"+44 20 7946 0{at:03}",
        )
        create_contact(by=cast.ann, book=cast.book, document=document)
    for closed in (False, True):  # the checklist of who joined this week, too
        cast.ann.first_steps_closed = closed
        cast.ann.save(update_fields=["first_steps_closed"])
        page = signed_in(cast.ann).get("/contacts/").content
        assert page.count(b'class="row"') == 50
        assert page.count(b'<b class="number">') == (80 if closed else 60)  # books and groups
        assert (b'id="first-steps"' in page) is not closed
        assert len(page) < HTML
