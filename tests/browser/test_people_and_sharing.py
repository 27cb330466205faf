"""From an empty organization to who sees what, in the browser: with scripts and without, told in the same words.

Two are invited and join; a team views a book; one of them edits it by a share of their own, and goes on doing so when
the team no longer has them; then that share goes too, while they type. An admin does all of it once more at `/admin/`,
and nothing else there.
"""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from contacts.models import Contact
from organizations.models import Organization, OrganizationMembership
from tests.browser import story
from tests.factories import PASSWORD, make_book, make_organization, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEN, VIC = "ben@fresh.example", "vic@fresh.example"


@pytest.fixture(autouse=True)
def _nothing_counted_yet():
    """Begin every test with nothing counted against anybody."""
    cache.clear()


def first_name():
    """Return what the database holds, which a refused save must not have changed."""
    return Contact.objects.get(last_name="Prado").first_name


def goes_through_the_story(hands, title, pages, book, card, *, gain):
    """Make a team, share, raise, take out of the team, take the share away; look each time at what everybody sees."""
    ben, vic = pages
    hands.makes_a_team(title, BEN, VIC)
    story.sees_no_book(ben, book, card)
    assert gain in hands.shares_with_the_team(book, title)
    now = first_name()
    for page in (ben, vic):
        story.views(page, book, card, now)

    hands.raises(book, "Ben", BEN)
    told = story.reasons(vic, book, "Ben")
    assert f"team {title}" in told
    assert "shared with them directly" in told
    assert "can edit" in told
    story.opens_the_form(ben, card, f"Anna {title}")
    story.saves(ben, f"Anna {title}")
    story.views(vic, book, card, f"Anna {title}")

    # Ben has the book open and is typing when the team loses him: his own share still lets him save.
    story.opens_the_form(ben, card, "Anne")
    hands.takes_out_of_the_team(title, "Ben", BEN)
    story.saves(ben, "Anne")
    told = story.reasons(ben, book, "Ben")
    assert f"team {title}" not in told
    assert "shared with them directly" in told

    # He types again when that share goes too: what he does next is refused, and then the list is gone.
    story.opens_the_form(ben, card, "Annika")
    assert "1 person loses access" in hands.takes_the_share_away(book, "Ben")
    story.is_refused(ben)
    assert first_name() == "Anne"
    story.sees_no_book(ben, book, card)
    story.views(vic, book, card, "Anne")
    assert story.reasons(vic, book, "Ben") == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_two_are_invited_share_a_book_and_lose_it(no_worker, open_as, scripts):
    sam = make_user("Sam Stranger")
    elsewhere = make_organization("Elsewhere", owner=sam)
    foreign = [
        OrganizationMembership.objects.get(user=sam),
        make_team(elsewhere, sam, title="Foreign team"),
        make_book(sam, elsewhere, "Foreign book"),
    ]
    olivia, ben, vic = (open_as(java_script_enabled=scripts) for _person in range(3))

    # An empty organization: Olivia is alone in it, and there is no contact.
    story.sign_up(olivia, "Olivia", "olivia@fresh.example", "Fresh")
    expect(olivia.locator(".row")).to_have_count(0)
    olivia.goto("/organization/people/")
    expect(olivia.get_by_role("list", name="People").get_by_role("listitem")).to_have_count(1)

    own = story.OwnPages(olivia)
    for page, name, email in ((ben, "Ben", BEN), (vic, "Vic", VIC)):
        own.invites(email)
        story.join(page, name, email, "Fresh")

    # A book with a contact, at first nobody's but hers.
    olivia.goto("/books/new/")
    olivia.get_by_label("Name", exact=True).fill("Clients")
    olivia.get_by_role("button", name="Create", exact=True).click()
    expect(olivia.locator(".side-link", has_text="Clients")).to_be_visible()
    book = story.path_of(olivia)
    olivia.get_by_role("link", name="Create contact").first.click()
    olivia.get_by_label("First name", exact=True).fill("Ana")
    olivia.get_by_label("Last name", exact=True).fill("Prado")
    olivia.locator("[name$=value]").first.fill("ana@example.com")
    olivia.get_by_role("button", name="Create", exact=True).click()
    expect(olivia.locator("#card-name")).to_contain_text("Ana Prado")
    card = f"/contacts/{Contact.objects.get(last_name='Prado').pk}/"
    goes_through_the_story(own, "Support", (ben, vic), book, card, gain="2 people gain access to 1 contact.")

    # Vic becomes an admin, and does the same from the admins' site, which the menu of the person leads to.
    olivia.goto("/organization/people/")
    olivia.get_by_label("Role of Vic", exact=True).select_option("admin")
    olivia.get_by_role("button", name="Change the role of Vic").click()
    expect(olivia.get_by_text("Vic is now admin.").first).to_be_attached()
    vic.goto("/contacts/")
    vic.get_by_role("button", name="Account of Vic").click()
    vic.locator("#person-menu").get_by_text("Admin site").click()
    vic.wait_for_url(re.compile("/(admin|accounts/reauthenticate)/"))
    if "reauthenticate" in vic.url:  # on a slow machine it is a while since she joined
        vic.get_by_label("Password", exact=True).fill(PASSWORD)
        vic.get_by_role("button", name="Go on").click()
    expect(vic.get_by_role("heading", name="Admin site", level=1)).to_be_visible()
    admin = story.AdminSite(vic)
    goes_through_the_story(admin, "Renewals", (ben, vic), book, card, gain="1 person gains access.")
    admin.invites("ida@fresh.example")
    assert story.newest_link("ida@fresh.example").startswith("/organization/invitation/")

    # Books that are shared with nobody are not there, but her own: of Olivia's two there is one, of Ben's none.
    admin.goes_to("Contact books")
    books = vic.locator("#result_list tbody tr")
    expect(books.filter(has_text="Olivia")).to_have_count(1)
    expect(books.filter(has_text="Ben")).to_have_count(0)
    # Of Ben there is nothing but his role to change, of the owner nothing at all.
    admin.goes_to("People", "Ben")
    asked = vic.locator("#content-main :is(input, select, textarea):not([type=hidden], [type=submit])")
    expect(asked).to_have_count(1)
    expect(asked).to_have_attribute("name", "role")
    admin.goes_to("People", "Olivia")
    expect(asked).to_have_count(0)

    # What is another organization's does not exist there, nor does any list name it.
    for each in foreign:
        meta = each._meta
        listed = f"/admin/{meta.app_label}/{meta.model_name}/"
        keys = {each.pk, getattr(each, "public_id", each.pk)}
        for key in keys:
            for act in ("change", "history", "delete"):
                assert vic.request.get(f"{listed}{key}/{act}/").status == 404
        vic.goto(listed)
        expect(vic.locator("#content").get_by_text("Foreign")).to_have_count(0)
        expect(vic.locator("#content").get_by_text("Sam Stranger")).to_have_count(0)

    # At last Ben is removed: his next request finds no organization of that name.
    admin.goes_to("People", "Ben")
    vic.get_by_role("button", name="Delete").or_(vic.get_by_role("link", name="Delete")).click()
    vic.get_by_role("button", name="Remove").click()
    expect(vic.get_by_text("was deleted successfully")).to_be_visible()
    assert ben.goto("/organization/people/").status == 404
    assert not OrganizationMembership.objects.filter(organization__name="Fresh", user__email=BEN).exists()
    assert Organization.objects.get(name="Elsewhere").pk == elsewhere.pk
