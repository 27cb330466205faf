"""The contacts panel as people use it: by keyboard, by pointer, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from contacts.services import create_contact, document_of
from tests.browser.accessibility import WINDOW, faults
from tests.contacts.conftest import person
from tests.contacts.test_views_cards import FULL
from tests.factories import make_book

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def add(cast, *args, **more):
    return create_contact(by=cast.ann, book=cast.book, document=person(*args, **more))


def toast(page):
    return page.locator(".toast").last


def test_somebody_is_found_opened_edited_and_put_back_by_keyboard(cast, open_as):
    add(cast, "Żółć", "Gęślą", email="zolc@example.pl")
    add(cast, "Anders", "Berg")
    page = open_as(cast.ben)
    page.goto("/contacts/")
    page.keyboard.press("/")
    page.keyboard.type("zolc")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row mark").first).to_have_text("Żółć")
    expect(page.locator("#status")).to_have_text("1 contact")
    page.keyboard.press("Enter")
    expect(page.locator("#card-name")).to_contain_text("Żółć Gęślą")
    expect(page).to_have_url(re.compile(r"/contacts/[0-9a-f-]+/\?q=zolc$"))
    expect(page.locator(".row-link")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("First name", exact=True).fill("Żółcia")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#card-name")).to_contain_text("Żółcia Gęślą")
    expect(page.locator(".row-name")).to_have_text("Żółcia Gęślą")
    expect(page.locator("#status")).to_contain_text("Saved.")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="History").click()
    page.locator(".told-when").first.click()
    page.get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone.")
    assert Contact.objects.get(last_name="Gęślą").first_name == "Żółć"


def test_the_list_is_one_tab_stop_and_goes_by_arrows(cast, open_as):
    for name in ("Ana", "Ben", "Cleo"):
        add(cast, name, "Same")
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.locator("#q").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row-link").nth(0)).to_be_focused()
    for key, at in (("j", 1), ("ArrowDown", 2), ("ArrowDown", 2), ("k", 1), ("Home", 0), ("End", 2)):
        page.keyboard.press(key)
        expect(page.locator(".row-link").nth(at)).to_be_focused()
    assert page.locator("contact-list [tabindex='0']").count() == 1
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Star Cleo Same")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Star Cleo Same")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Star Cleo Same")).to_be_focused()
    expect(page.locator("#status")).to_have_text("Cleo Same is starred")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("o")
    expect(page.locator("#card-name")).to_contain_text("Cleo Same")


def test_the_list_goes_on_by_itself(cast, open_as):
    for number in range(70):
        add(cast, f"P{number:02}", "Same")
    page = open_as(cast.vic)
    page.goto("/contacts/")
    expect(page.locator(".row")).to_have_count(50)
    page.locator(".more").scroll_into_view_if_needed()
    expect(page.locator(".row")).to_have_count(70)
    assert page.url.endswith("/contacts/")


def test_deleting_takes_the_row_away_and_undo_brings_it_back(cast, open_as):
    add(cast, "Ana", "Prado")
    add(cast, "Ben", "Other")
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.get_by_text("Ana Prado").click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(toast(page)).to_contain_text("Ana Prado deleted.")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".side-link .number").first).to_have_text("1")
    toast(page).get_by_role("button", name="Undo").click()
    expect(page.locator(".row")).to_have_count(2)


def test_the_menu_of_a_book_opens_by_right_click_and_key_and_gives_the_focus_back(cast, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    book = page.locator(".side-link", has_text="Clients")
    book.click(button="right")
    items = ["New contact book", "Edit contact book", "Import contacts (CSV)", "Delete contact book"]
    menu = page.locator("#menu-of-book")
    expect(menu).to_be_visible()
    assert set(items) <= {text.strip() for text in menu.get_by_role("menuitem").all_inner_texts()}
    for key, name in (("ArrowUp", items[-1]), ("ArrowDown", items[0]), ("e", items[1]), ("End", items[-1])):
        page.keyboard.press(key)
        expect(menu.get_by_role("menuitem", name=name)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(book).to_be_focused()
    page.locator("[data-books] h2").click(button="right")
    expect(page.locator("#menu-books")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clients: more").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/books/{cast.book.pk}/edit/$"))


def test_the_menu_is_that_of_the_book_asked_for_last_whichever_answer_comes_first(cast, open_as):
    page = open_as(cast.ann)
    page.goto("/contacts/")
    held = []
    page.route(f"**/books/{cast.book.pk}/actions/", lambda route: held.append(route))
    menu = page.locator("#menu-of-book")
    page.get_by_role("button", name="Clients: more").click()
    page.get_by_role("button", name="Only Ann: more").click()
    expect(menu.get_by_role("menuitem", name="Edit contact book")).to_have_attribute(
        "href", f"/books/{cast.private.pk}/edit/"
    )
    with page.expect_response(f"**/books/{cast.book.pk}/actions/"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(menu).to_have_attribute("aria-label", "Only Ann: more")
    expect(menu.get_by_role("menuitem", name="Edit contact book")).to_have_attribute(
        "href", f"/books/{cast.private.pk}/edit/"
    )


def test_rows_of_the_form_come_and_go_and_unsaved_text_is_not_left_by_mistake(cast, open_as):
    add(cast, "Ben", "Other")
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.get_by_role("link", name="Create contact").first.click()
    expect(page.get_by_label("First name", exact=True)).to_be_focused()
    page.keyboard.type("Ana")
    page.locator("[data-rows=email] [name$=value]").fill("one@example.com")
    page.get_by_role("button", name="Add email").click()
    page.keyboard.type("two@example.com")
    page.get_by_text("More fields").click()
    page.get_by_role("button", name="Add date").click()
    page.keyboard.type("--10-06")
    page.get_by_role("button", name="Add custom field").click()
    page.keyboard.type("Shoe size")
    page.locator("[data-rows=custom] [name$='-value']").fill("42")
    page.locator("[data-rows=email] .prefer").nth(1).click()
    page.locator("[data-rows=email] [name=remove]").nth(0).click()
    page.get_by_text("Ben Other").click()
    page.get_by_role("dialog", name="Leave without saving?").get_by_role("button", name="Keep editing").click()
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("#card-name")).to_contain_text("Ana")
    document = document_of(Contact.objects.get(first_name="Ana"))
    assert [(info.kind, info.value, info.preferred) for info in document.infos] == [
        ("email", "two@example.com", True),
        ("date", "--10-06", False),
        ("custom", "42", False),
    ]


def test_what_two_changed_is_chosen_in_place(cast, open_as):
    contact = add(cast, "Ana", "Prado", nickname="Anita")
    ann, ben = open_as(cast.ann), open_as(cast.ben)
    for page, nickname in ((ben, "Bens"), (ann, "Mine")):
        page.goto(f"/contacts/{contact.pk}/")
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Nickname", exact=True).fill(nickname)
    ben.get_by_role("button", name="Save").click()
    expect(ben.locator("#status")).to_contain_text("Saved.")
    ann.get_by_role("button", name="Save").click()
    expect(ann.get_by_role("heading", name="You both changed the same thing")).to_be_visible()
    ann.get_by_label("Theirs").check()
    ann.get_by_role("button", name="Save").click()
    expect(ann.locator("#card-name")).to_be_visible()
    assert Contact.objects.get(pk=contact.pk).nickname == "Bens"


def test_values_are_copied(cast, open_as):
    contact = add(cast, "Ana", "Prado", email="ana@acme.example")
    page = open_as(cast.vic, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/contacts/{contact.pk}/")
    page.get_by_role("button", name="Copy email").click()
    expect(page.locator("#status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "ana@acme.example"


def test_a_file_dropped_anywhere_goes_to_the_selected_book(cast, open_as):
    page = open_as(cast.ann)
    page.goto(f"/books/{cast.book.pk}/")
    drop = """() => {
      const files = new DataTransfer();
      files.items.add(new File(["First Name\\nAna\\n"], "people.csv", { type: "text/csv" }));
      for (const name of ["dragenter", "dragover", "drop"])
        document.querySelector(".card, .detail-empty, h2").dispatchEvent(
          new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
    }"""
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.evaluate(drop)
    assert sent.value.url.endswith(f"/books/{cast.book.pk}/import/")
    assert "multipart/form-data" in sent.value.headers["content-type"]


def test_back_shows_what_was_there(cast, open_as):
    add(cast, "Ana", "Prado")
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.get_by_text("Ana Prado").click()
    expect(page.locator("#card-name")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("No contact selected")).to_be_visible()
    page.go_forward()
    expect(page.locator("#card-name")).to_contain_text("Ana Prado")


def test_without_scripts_everything_has_a_path(cast, open_as):
    page = open_as(cast.ann, java_script_enabled=False)
    page.goto("/contacts/")
    page.get_by_role("link", name="Create contact").first.click()
    page.get_by_label("First name", exact=True).fill("Ana")
    page.locator("[name$=value]").first.fill("ana@example.com")
    page.get_by_role("button", name="Add email").click()
    expect(page.get_by_label("First name", exact=True)).to_have_value("Ana")
    page.get_by_role("button", name="Create", exact=True).click()
    page.get_by_role("button", name="Star", exact=True).click()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".row")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.locator("#q").fill("ana")
    page.keyboard.press("Enter")
    page.locator(".row-link").click()
    expect(page.locator("#card-name")).to_contain_text("Ana")
    page.get_by_role("link", name=re.compile("^Clients")).first.click()
    page.get_by_role("link", name="Clients: more").click()
    page.get_by_role("link", name="Edit contact book").click()
    expect(page.get_by_label("Exclude contacts from search results?")).to_be_visible()


def test_a_page_is_light_before_anything_is_done(cast, open_as):
    ana = add(cast, "Ana", "Prado", company="Acme")
    acme = ana.memberships.get().group_id
    # Each with the last of its modules.
    for address, last in (
        ("/contacts/", "many-bar"),
        (f"/books/{cast.book.pk}/", "many-bar"),
        (f"/companies/{acme}/", "many-bar"),
        (f"/contacts/{ana.pk}/", "card-tabs"),
        (f"/contacts/{ana.pk}/edit/", "contact-form"),
        ("/contacts/new/", "contact-form"),
    ):
        page = open_as(cast.ann)  # whose cache is empty
        addresses = []
        page.on("response", lambda answer, seen=addresses: seen.append(answer.url))
        page.goto(address, wait_until="load")
        expect(page.locator(".row-menu")).to_be_attached()
        expect(page.locator(f"{last}:defined")).to_be_attached()
        weights = {"js": 0, "css": 0}
        for address in addresses:
            kind = address.rpartition(".")[2]
            if kind in weights and "django_htmx" not in address:
                weights[kind] += len(page.request.get(address).body())
        assert 20_000 < weights["js"] <= 40_000, address
        assert 40_000 < weights["css"] <= 60_000


@pytest.mark.parametrize("width", [320, 390, 1000, 1440])
def test_nothing_is_wider_than_the_window(cast, open_as, width):
    contact = create_contact(by=cast.ann, book=cast.book, document=FULL)
    add(cast, "Maximiliana" * 8, "Hohenstaufen" * 8, email=f"{'x' * 60}@{'y' * 60}.example", company="Donau" * 40)
    page = open_as(cast.ann, viewport={"width": width, "height": 800})
    long = Contact.objects.exclude(pk=contact.pk).get()
    for address in (
        "/contacts/",
        f"/contacts/{contact.pk}/",
        f"/contacts/{contact.pk}/edit/",
        f"/contacts/{long.pk}/",
        f"/contacts/{long.pk}/history/",
        "/contacts/new/",
        f"/books/{cast.book.pk}/delete/",
        "/accounts/email/",
    ):
        assert page.goto(address).ok
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        panes = "[...document.querySelectorAll('.detail-pane, .contact-list')]"
        assert page.evaluate(f"{panes}.every((pane) => pane.scrollWidth <= pane.clientWidth)"), address
        # What scrolls is a pane, never the page below it.
        lower = "!document.querySelector('.panel') || document.documentElement.scrollHeight <= innerHeight"
        assert page.evaluate(lower), address


def test_a_phone_shows_one_pane_at_a_time(cast, open_as):
    add(cast, "Ana", "Prado")
    page = open_as(cast.ann, viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/contacts/")
    expect(page.locator("#detail")).to_be_hidden()
    page.get_by_text("Ana Prado").tap()
    expect(page.locator("#card-name")).to_be_visible()
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").tap()
    expect(page.locator("#list")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).tap()
    expect(page.locator("#sidebar")).to_be_visible()


def test_the_sidebar_shows_where_one_is_and_what_stands_above(cast, open_as):
    books = [make_book(cast.ann, cast.organization, f"Book {number:02}") for number in range(40)]
    page = open_as(cast.ann)
    for place, others in ((books[0], ["All", "Starred", "Book 05"]), (books[20], ["Book 15", "Book 25"])):
        page.goto(f"/books/{place.pk}/")
        side = page.locator("#sidebar")
        for name in (place.name, *others):
            expect(side.get_by_role("link", name=re.compile(f"^{name}")).first).to_be_in_viewport(ratio=1)


def test_every_page_is_free_of_what_axe_finds(cast, open_as):
    contact = create_contact(by=cast.ann, book=cast.book, document=FULL)
    add(cast, "Ben", "Other", starred=True)
    found = faults(
        open_as(cast.ann, **WINDOW),
        "/contacts/?q=ana",
        f"/contacts/{contact.pk}/",
        f"/contacts/{contact.pk}/edit/",
        f"/contacts/{contact.pk}/history/",
        "/contacts/new/",
        "/books/new/",
        f"/books/{cast.book.pk}/delete/",
    )
    found |= faults(open_as(**WINDOW), "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
    assert found == {}


def test_an_act_whose_module_cannot_be_fetched_is_told_of_and_keys_go_on(cast, open_as):
    add(cast, "Ana", "Prado")
    page = open_as(cast.ann)
    page.goto("/contacts/")
    page.route(
        re.compile(r"/static/js/(kith_menu|command_bar|copy_value|open_list|search_field)\."),
        lambda route: route.abort(),
    )
    out_of_reach = page.locator(".toast", has_text="Kith cannot be reached.")
    for act in (
        lambda: page.locator(".row-link").click(button="right"),
        lambda: page.keyboard.press("Control+k"),
        lambda: page.locator("#sidebar").get_by_role("link", name="Starred").click(),
    ):
        act()
        expect(out_of_reach).to_have_count(1)
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert page.url.endswith("/contacts/")
        out_of_reach.get_by_role("button", name="Dismiss").click()
        expect(out_of_reach).to_have_count(0)
    # A key that nobody answers is the browser's: Escape empties a field for finding.
    with page.expect_event("requestfailed", lambda request: "search_field" in request.url):
        page.keyboard.press("/")
    page.keyboard.type("ana")
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")
    # What can be fetched again is there again.
    page.unroute_all()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
