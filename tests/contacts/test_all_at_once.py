"""Who writes, shares, takes rights away and changes the region at the same moment waits in one order: no deadlock."""

import random
import threading
import time
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections
from django.http import Http404

from books.services import share_book, unshare_book
from contacts.services import Busy, create_contact, move_contacts
from contacts.services.rekeying import change_region
from organizations.services import add_to_team, remove_from_team
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, make_cast, share

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 4
REFUSED = (Busy, PermissionDenied, Http404, ValidationError)


def test_nobody_waits_in_a_circle():
    cast = make_cast()
    books = [make_book(cast.ann, cast.organization) for _number in range(3)]
    for book in books:
        share(book, cast.team, Level.EDIT)
    source, done, faults = random.Random(7), Counter(), []

    def write():
        contact = create_contact(by=cast.vic, book=source.choice(books), document=person("Ana", phone="030 123456"))
        move_contacts(by=cast.vic, contacts=[contact.pk], to=source.choice(books))

    def leave_and_return():
        remove_from_team(team=cast.team, user=cast.vic, by=cast.ann)
        add_to_team(team=cast.team, user=cast.vic, by=cast.ann)
        time.sleep(0.02)

    def share_anew():
        book = source.choice(books)
        unshare_book(by=cast.ann, book=book, to=cast.team)
        share_book(by=cast.ann, book=book, to=cast.team, level=Level.EDIT)

    def another_region():
        change_region(by=cast.ann, organization=cast.organization, region=source.choice(["US", "DE", "GB"]))

    def again_and_again(work):
        until = time.monotonic() + SECONDS
        try:
            while time.monotonic() < until:
                try:
                    work()
                    done[work.__name__] += 1
                except REFUSED:
                    pass
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    works = (write, write, leave_and_return, share_anew, another_region)
    threads = [threading.Thread(target=again_and_again, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert all(done[work.__name__] for work in works), done
