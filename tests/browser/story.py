"""What people do in the story of people and sharing, and what they see; in the same words with scripts and without.

The owner's pages and the admins' site lead to the same ends by different ways: `OwnPages` and `AdminSite` have the
same functions, so that one story is told of both.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.organizations.browsers import mails, path_in

NOT_SHARED = "The page does not exist, was deleted, or is not shared with you."
VIEW_ONLY = "You can see this, but your rights do not reach as far as changing it. Nothing was changed."


def newest_link(email):
    """Return the path of the link in the mail that was sent to somebody last."""
    message = mails()[-1]
    assert message.to == [email]
    return path_in(message)


def sign_up(page, name, email, organization):
    """Make an account and its organization, confirm the email by the link in the mail, and go in."""
    page.goto("/accounts/signup/")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Organization").fill(organization)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("We sent you an email with a link.")).to_be_visible()
    page.goto(newest_link(email))
    page.get_by_role("button", name="Yes, confirm").click()
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/contacts/")


def join(page, name, email, organization):
    """Follow the link of the newest invitation, make an account by it, and go in."""
    page.goto(newest_link(email))
    expect(page.get_by_role("heading", name=f"Join {organization}")).to_be_visible()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account and join").click()
    page.wait_for_url("**/contacts/")


def path_of(page):
    """Return the path of the page that is open."""
    return urlsplit(page.url).path


def sees_no_book(page, book, card):
    """Neither the list nor a count names the book, and its addresses are as if it did not exist."""
    page.goto("/contacts/")
    expect(page.locator(".row")).to_have_count(0)
    expect(page.locator(".side-link", has_text="Clients")).to_have_count(0)
    expect(page.locator(".side-link", has_text="All").locator(".number")).to_have_text("0")
    for address in (book, f"{book}access/", card, f"{card}edit/"):
        answer = page.request.get(address)
        assert (answer.status, NOT_SHARED in answer.text()) == (404, True), address


def views(page, book, card, name):
    """The book and its contact are there to read; nothing offers to change them, and doing it anyway is refused."""
    page.goto(book)
    expect(page.locator(".row-name")).to_have_text(f"{name} Prado")
    expect(page.locator(".side-link", has_text="Clients")).to_contain_text("view only")
    page.goto(card)
    expect(page.locator("#card-name")).to_contain_text(name)
    expect(page.locator(".card-bar").get_by_text("View only")).to_be_visible()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    answer = page.request.get(f"{card}edit/")
    assert (answer.status, VIEW_ONLY in answer.text()) == (403, True)


def opens_the_form(page, card, name):
    """Open a contact from its book, and type a new first name without saving it."""
    page.goto(card)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("First name", exact=True).fill(name)


def saves(page, name):
    """Save what was typed, and see it."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#card-name")).to_contain_text(name)


def is_refused(page):
    """Save what was typed, and read why that is not done: beside the form with scripts, else on a page."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(":is(.toast, .problem) p", has_text=NOT_SHARED)).to_be_visible()


def reasons(page, book, name):
    """Return why somebody can see the book, and what they may do there, as its page tells it; empty if they cannot."""
    page.goto(f"{book}access/")
    row = page.locator(".access-row", has_text=name)
    return " ".join(row.inner_text().split()) if row.count() else ""


class OwnPages:
    """What the owner does on the ordinary pages."""

    def __init__(self, page):
        self.page = page

    def invites(self, email):
        """Invite somebody by mail."""
        page = self.page
        page.goto("/organization/people/")
        page.get_by_label("Email", exact=True).fill(email)
        page.get_by_role("button", name="Send invitation").click()
        expect(page.get_by_text(email, exact=True)).to_be_visible()

    def makes_a_team(self, title, *emails):
        """Make a team and put people into it."""
        page = self.page
        page.goto("/organization/teams/")
        page.get_by_label("Name of the team").fill(title)
        page.get_by_role("button", name="Create").click()
        for email in emails:
            page.get_by_label("Add by email").fill(email)
            page.get_by_role("button", name="Add", exact=True).click()
            expect(page.get_by_text("is in the team.")).not_to_have_count(0)
        expect(page.get_by_role("list", name="People in the team").get_by_role("listitem")).to_have_count(len(emails))

    def takes_out_of_the_team(self, title, person, email):
        """Remove somebody from a team."""
        page = self.page
        page.goto("/organization/teams/")
        page.get_by_role("link", name=title).click()
        page.get_by_role("button", name=f"Remove {person} from the team").click()
        expect(page.get_by_text(f"{person} is no longer in the team.").first).to_be_attached()

    def shares_with_the_team(self, book, title):
        """Share a book with a team, to view; return the sentence that says what that means."""
        return self._shares(book, title, "view")

    def raises(self, book, person, email):
        """Give somebody a share of their own, to edit; return the sentence that says what that means."""
        return self._shares(book, person, "edit")

    def takes_the_share_away(self, book, person):
        """Take somebody's own share away; return the sentence that says what that means."""
        return self._shares(book, person, "")

    def _shares(self, book, whom, level):
        page = self.page
        page.goto(f"{book}edit/")
        page.get_by_label("Share this contact book with others?").check()
        choice = page.get_by_label(re.compile(rf"^{whom}\b"))
        choice.set_checked(bool(level))
        if level:
            page.get_by_label(f"What {whom} may do").select_option(level)
        page.get_by_role("button", name="Save", exact=True).click()
        sentence = page.locator(".confirm-sentence").inner_text()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".confirm-sentence")).to_have_count(0)
        return sentence


class AdminSite:
    """What an admin does at `/admin/`."""

    def __init__(self, page):
        self.page = page

    def goes_to(self, kind, name=""):
        """Open a list by its link on the first page, and something in it by its name."""
        page = self.page
        page.goto("/admin/")
        page.locator("#content").get_by_role("link", name=kind, exact=True).click()
        if name:
            page.locator("#result_list").get_by_role("link", name=name).first.click()

    def invites(self, email):
        """Invite somebody by mail."""
        self.goes_to("Invitations")
        self.page.get_by_role("link", name="Add invitation").click()
        self.page.get_by_label("Email").fill(email)
        self._saves("added")

    def makes_a_team(self, title, *emails):
        """Make a team and put people into it."""
        self.goes_to("Teams")
        self.page.get_by_role("link", name="Add team").click()
        self.page.get_by_label("Name of the team").fill(title)
        self.page.get_by_label("Add people").fill(" ".join(emails))
        self._saves("added")

    def takes_out_of_the_team(self, title, person, email):
        """Remove somebody from a team."""
        self.goes_to("Teams", title)
        self.page.get_by_label(re.compile(rf"^\s*{person}\b")).check()
        self._saves("changed")

    def shares_with_the_team(self, book, title):
        """Share a book with a team, to view; return the sentence that says what that means."""
        self.goes_to("Contact books", "Clients")
        self.page.get_by_label(title).select_option("view")
        return self._agrees()

    def raises(self, book, person, email):
        """Give somebody a share of their own, to edit; return the sentence that says what that means."""
        self.goes_to("Contact books", "Clients")
        self.page.get_by_label("Share with more people").fill(email)
        self.page.get_by_label("These people").select_option("edit")
        return self._agrees()

    def takes_the_share_away(self, book, person):
        """Take somebody's own share away; return the sentence that says what that means."""
        self.goes_to("Contact books", "Clients")
        self.page.get_by_label(re.compile(rf"^\s*{person}\b")).select_option("")
        return self._agrees()

    def _agrees(self):
        self.page.get_by_role("button", name="Save").click()
        sentence = self.page.locator(".errorlist").first.inner_text()
        self._saves("changed")
        return sentence

    def _saves(self, done):
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_text(f"was {done} successfully")).to_be_visible()
