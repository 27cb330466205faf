"""Two people at work on the same contacts, each in a browser of their own: what one does appears for the other.

They use the real web process: the server of the other browser tests has no streams.
"""

import re
import time

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from books.services import unshare_book
from contacts.models import Contact
from contacts.services import act, create_contact, document_of, move_contacts, save_contact, trash_contacts
from tests.browser.accessibility import WINDOW, faults_here
from tests.browser.conftest import windows
from tests.contacts.conftest import person
from tests.live.streams import Web, until_everything_is_told

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Milliseconds after the change could be read at all. It takes less than two seconds: `tests/live/test_streams.py` is
# strict about that. A machine that runs browsers for several tests at once is given twice that.
SOON = 4_000


@pytest.fixture(scope="module")
def served(django_db_setup, tmp_path_factory):
    running = Web(tmp_path_factory.mktemp("web") / "log")
    try:
        yield running.wait()
    finally:
        running.stop()


@pytest.fixture
def open_live(served, cast, browser):
    """Return a function that opens an address as somebody, and waits until its stream is open."""
    with windows(browser, served.url) as opened:

        def open_at(user, address, **options):
            page = opened(user, **options)
            with page.expect_response(re.compile(r"//[^/]+/live/\?")):
                page.goto(address)
            return page

        yield open_at


@pytest.fixture
def contact(cast):
    return create_contact(by=cast.ann, book=cast.book, document=person("Zoë", "Adams", phone="+49 30 1234567"))


def add(cast, *args, by=None, **more):
    made = create_contact(by=by or cast.ben, book=cast.book, document=person(*args, **more))
    until_everything_is_told()
    return made


def change(by, contact, **fields):
    contact = Contact.objects.get(pk=contact.pk)
    document = document_of(contact)
    known = {name: getattr(document, name) for name in document.__dataclass_fields__}
    saved = save_contact(
        by=by, contact=contact, document=type(document)(**known | fields), base_version=contact.version
    )
    until_everything_is_told()
    return saved


def count_of(page):
    return page.locator(".side-link[href='/contacts/'] .number")


def test_a_new_contact_appears_in_list_and_counts_and_nothing_moves(cast, contact, open_live):
    for number in range(60):
        create_contact(by=cast.ann, book=cast.book, document=person(f"P{number:02}", "Many"))
    page = open_live(cast.ann, "/contacts/")
    expect(count_of(page)).to_have_text("61")
    page.locator(".row-link").nth(20).focus()
    page.locator(".contact-list").evaluate("list => list.closest('.results').scrollTop")
    row = "document.activeElement.closest('.row').id"
    focused = page.evaluate(row)
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    made = add(cast, "Aaron", "Aardvark")
    expect(page.locator(f"#row-{made.pk}")).to_be_attached(timeout=SOON)
    expect(page.locator(".row-name").first).to_have_text("Aaron Aardvark")
    expect(count_of(page)).to_have_text("62")
    expect(page.locator(f".side-link[href='/books/{cast.book.pk}/'] .number")).to_have_text("62")
    expect(page.locator(".list-title .number")).to_have_text("62")
    assert page.evaluate(row) == focused
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top") - top) < 60
    page.keyboard.press("ArrowDown")
    assert page.evaluate(row) != focused
    expect(page.locator(".row:not(:has(.star, .row-menu))")).to_have_count(0)  # it gets its buttons once painted
    expect(page.locator(".row[role=row] [role=gridcell]")).to_have_count(2 * page.locator(".row").count())


def test_a_list_too_long_to_come_anew_says_that_it_changed_and_stays(cast, contact, open_live):
    page = open_live(cast.ann, "/contacts/")
    # As many rows as a page has after ten more pages.
    page.locator(".rows").evaluate(
        """rows => {
          const [row] = rows.children;
          for (let number = 0; number < 500; number++) {
            const copy = row.cloneNode(true);
            copy.querySelectorAll("[id]").forEach(each => each.removeAttribute("id"));
            copy.id = `row-copy-${number}`;
            rows.append(copy);
          }
        }"""
    )
    expect(page.locator(".row .row-menu")).to_have_count(501)  # the list is done with them
    add(cast, "Aaron", "Aardvark")
    line = page.get_by_role("link", name="The list has changed: show")
    expect(line).to_be_visible(timeout=3 * SOON)
    expect(count_of(page)).to_have_text("2")
    expect(page.locator(".row")).to_have_count(501)
    line.click()
    expect(page.locator(".row-name")).to_have_text(["Aaron Aardvark", "Zoë Adams"])
    expect(line).to_have_count(0)


def test_a_change_a_move_and_a_deletion_appear_in_list_and_card(cast, contact, open_live):
    other = add(cast, "Other", "Person")
    page = open_live(cast.ann, f"/contacts/{contact.pk}/")
    page.get_by_role("button", name="More", exact=True).focus()
    change(cast.ben, contact, last_name="Brown")
    expect(page.locator("#card-name")).to_contain_text("Zoë Brown", timeout=SOON)
    expect(page.locator(f"#row-{contact.pk} .row-name")).to_have_text("Zoë Brown")
    expect(page.get_by_role("button", name="More", exact=True)).to_be_focused()
    expect(page.locator("#status")).to_contain_text("Ben Editor changed Last name")
    trash_contacts(by=cast.ben, contacts=[other.pk])
    until_everything_is_told()
    expect(page.locator(f"#row-{other.pk}")).to_have_count(0, timeout=SOON)
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private)
    until_everything_is_told()
    expect(page.locator(".card-foot")).to_contain_text("In Only Ann", timeout=SOON)


def test_a_card_that_goes_says_so(cast, contact, open_live):
    page = open_live(cast.vic, f"/contacts/{contact.pk}/", **WINDOW)
    expect(page.locator("#card-name")).to_contain_text("Zoë Adams")
    trash_contacts(by=cast.ben, contacts=[contact.pk])
    until_everything_is_told()
    expect(page.locator("#detail")).to_contain_text("deleted, or moved to where you cannot see it", timeout=SOON)
    expect(page.locator("#detail")).not_to_contain_text("Zoë")
    assert faults_here(page) == {}


def test_a_star_that_is_taken_away_keeps_the_focus_though_the_list_hears_of_it_first(cast, contact, open_live):
    Contact.objects.filter(pk=contact.pk).update(starred=True)
    page = open_live(cast.ann, "/contacts/")
    star = page.get_by_role("button", name="Star Zoë Adams")
    expect(star).to_have_attribute("aria-pressed", "true")
    held = []
    page.route("**/star/", lambda route: held.append((route, route.fetch())))
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "false", timeout=SOON)
    expect(star).to_be_focused()
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.locator("#status")).to_contain_text("not starred")
    expect(star).to_be_focused()
    expect(star).to_have_attribute("aria-pressed", "false")


def test_a_half_typed_form_keeps_its_text_and_says_what_others_changed(cast, contact, open_live):
    page = open_live(cast.ann, f"/contacts/{contact.pk}/edit/", **WINDOW)
    field = page.get_by_label("First name", exact=True)
    field.fill("Zoe half-ty")
    phone = document_of(contact).infos[0]
    change(cast.ben, contact, infos=(type(phone)(**{**vars_of(phone), "value": "+49 30 7654321"}),))
    line = page.locator("#live-news summary")
    expect(line).to_contain_text("Ben Editor changed Phone: show", timeout=SOON)
    expect(field).to_have_value("Zoe half-ty")
    expect(field).to_be_focused()
    page.keyboard.type("ped")
    expect(field).to_have_value("Zoe half-typed")
    expect(page.locator("#status")).to_contain_text("Ben Editor changed Phone")
    line.click()
    expect(page.locator("#live-news del")).to_contain_text("1234567")
    expect(page.locator("#live-news ins")).to_contain_text("7654321")
    assert faults_here(page) == {}
    page.keyboard.press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Zoe half-typed Adams")
    expect(page.locator("#detail")).to_contain_text("7654321")


def vars_of(item):
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def test_a_form_that_opens_while_its_card_is_fetched_anew_stays(cast, contact, open_live):
    page = open_live(cast.ann, f"/contacts/{contact.pk}/")
    held = []
    page.route(f"**/contacts/{contact.pk}/", lambda route: held.append(route))
    with page.expect_request(f"**/contacts/{contact.pk}/"):
        change(cast.ben, contact, last_name="Brown")
    page.keyboard.press("e")
    page.get_by_label("First name", exact=True).fill("Zoe half-typed")
    # What follows the card's answer: the list is fetched again.
    with page.expect_response("**/contacts/live/*"):
        held[0].continue_()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Zoe half-typed Brown")


def test_what_is_saved_here_is_not_told_as_another_windows(cast, contact, open_live):
    page = open_live(cast.ann, f"/contacts/{contact.pk}/edit/")
    page.get_by_label("First name", exact=True).fill("Zoe")
    held = []
    page.route("**/edit/", lambda route: held.append((route, route.fetch(max_redirects=0))))
    with page.expect_response(f"**/contacts/{contact.pk}/live/*"):
        page.keyboard.press("Control+Enter")
    # The list has the new name, and the form has no answer yet.
    expect(page.locator(f"#row-{contact.pk} .row-name")).to_have_text("Zoe Adams", timeout=SOON)
    expect(page.locator("#live-news")).to_have_text("")
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.locator("#card-name")).to_contain_text("Zoe Adams")
    # What somebody else changed meanwhile is told.
    change(cast.ben, contact, nickname="Zo")
    expect(page.locator("#status")).to_have_text("Ben Editor changed Nickname", timeout=SOON)


def test_news_that_were_asked_for_earlier_do_not_cover_later_ones(cast, contact, open_live):
    page = open_live(cast.ann, "/contacts/")
    page.clock.install()
    name, held, asked = page.locator(f"#row-{contact.pk} .row-name"), [], []
    page.route("**/contacts/live/?*", lambda route: held.append(route) if not held else route.continue_())
    page.on("request", lambda request: asked.append(request.url) if "/contacts/live/?" in request.url else None)
    with page.expect_request("**/contacts/live/?*"):
        change(cast.ben, contact, first_name="Zora")
    expect(name).to_have_text("Zoë Adams")
    answer = held[0].fetch()
    change(cast.ben, contact, first_name="Zita")
    page.evaluate("import('kith/live_pieces').then(({ change }) => change({}))")
    page.clock.run_for(SOON)  # in which the later ones would be asked for
    page.request.get("/contacts/")
    assert len(asked) == 1
    held[0].fulfill(response=answer)
    expect(name).to_have_text("Zita Adams", timeout=2 * SOON)


def test_a_choice_between_two_texts_stays_when_the_contact_goes(cast, contact, open_live):
    page = open_live(cast.ann, f"/contacts/{contact.pk}/edit/")
    page.get_by_label("First name", exact=True).fill("Zoe by Ann")
    change(cast.ben, contact, first_name="Zoe by Ben")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="You both changed the same thing")).to_be_visible()
    trash_contacts(by=cast.ben, contacts=[contact.pk])
    until_everything_is_told()
    expect(page.get_by_role("heading", name="This contact is gone")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("radio", name="Mine Zoe by Ann")).to_be_checked()


def test_who_has_the_form_open_is_shown_to_others_until_they_close_it(cast, contact, open_live):
    reader = open_live(cast.vic, f"/contacts/{contact.pk}/")
    editor = open_live(cast.ben, f"/contacts/{contact.pk}/")
    editor.get_by_role("link", name="Edit", exact=True).click()
    expect(reader.locator("#live-people")).to_have_text(re.compile("Ben Editor is editing"))
    expect(reader.locator("#status")).to_contain_text("Ben Editor is editing")
    expect(editor.locator("#live-people")).not_to_contain_text("editing")
    late = open_live(cast.ann, "/contacts/")
    late.wait_for_timeout(1_000)
    late.locator(f"#row-{contact.pk} .row-link").click()
    expect(late.locator("#live-people")).to_contain_text("Ben Editor is editing")
    editor.get_by_role("link", name="Cancel").click()
    expect(reader.locator("#live-people")).to_have_text("")


def test_an_import_asks_for_few_pieces(cast, contact, open_live):
    page = open_live(cast.vic, "/contacts/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/contacts/live/" in request.url else None)
    for batch in range(3):
        with act(by=cast.ann, organization=cast.organization, label="people.csv") as writing:
            writing.create(cast.book, [person(f"P{batch}{number:03}", "Imported") for number in range(100)])
    until_everything_is_told()
    expect(count_of(page)).to_have_text("301", timeout=SOON)
    page.wait_for_timeout(1_000)
    assert 1 <= len(asked) <= 4


def test_what_is_taken_away_goes_from_the_page(cast, contact, open_live):
    page = open_live(cast.ben, f"/books/{cast.book.pk}/")
    unshare_book(by=cast.ann, book=cast.book, to=cast.ben)
    expect(page.locator("#results")).to_contain_text("not shared with you any more", timeout=3_000)
    expect(page.locator("#results")).not_to_contain_text("Zoë")
    expect(page.locator(f".side-link[href='/books/{cast.book.pk}/']")).to_have_count(0)


def test_who_was_signed_out_is_told(cast, contact, open_live):
    page = open_live(cast.ben, "/contacts/", **WINDOW)
    Session.objects.all().delete()
    expect(page.locator("live-updates")).to_have_text("You are signed out.Sign in", timeout=3_000)
    assert faults_here(page) == {}


def test_a_search_that_is_open_is_kept(cast, contact, open_live):
    page = open_live(cast.ann, "/contacts/?q=zoe")
    expect(page.locator(".row")).to_have_count(1)
    page.locator("#q").focus()
    add(cast, "Zoe", "Newer")
    expect(page.locator(".row")).to_have_count(2, timeout=SOON)
    add(cast, "Somebody", "Else")
    page.wait_for_timeout(1_500)
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").fill("newer")
    expect(page.locator(".row")).to_have_count(1)
    change(cast.ben, contact, nickname="Newer one")
    expect(page.locator(".row")).to_have_count(2, timeout=SOON)


def test_the_first_contact_of_all_appears_in_an_empty_list(cast, open_live):
    page = open_live(cast.vic, f"/books/{cast.book.pk}/")
    expect(page.locator(".row")).to_have_count(0)
    made = add(cast, "First", "Ever")
    expect(page.locator(f"#row-{made.pk}")).to_be_visible(timeout=SOON)
    page.locator(f"#row-{made.pk} .row-link").click()
    expect(page.locator("#card-name")).to_contain_text("First Ever")


def test_an_open_menu_stays_open(cast, contact, open_live):
    page = open_live(cast.ann, "/contacts/")
    page.get_by_role("button", name="Contact books: more").click()
    add(cast, "Other", "Person")
    expect(count_of(page)).to_have_text("2", timeout=SOON)
    expect(page.get_by_role("menuitem", name="New contact book")).to_be_visible()


def test_offline_it_waits_quietly_then_says_so_and_comes_back(cast, contact, open_live):
    page = open_live(cast.ann, "/contacts/", **WINDOW)
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('online'))")  # a try that fails at once
    made = add(cast, "Meanwhile", "Made")
    expect(page.locator("live-updates")).to_contain_text("Kith cannot be reached.", timeout=40_000)
    assert faults_here(page) == {}
    page.context.set_offline(False)
    began = time.monotonic()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(f"#row-{made.pk}")).to_be_visible()
    expect(page.locator("live-updates")).to_be_hidden()
    assert time.monotonic() - began < 5
