"""The pages of groups and companies: all of them, one, its forms, what pickers complete, and what each costs."""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.shelf import shelf_of
from contacts import seen_groups as module
from contacts.document import ContactDocument, Membership
from contacts.models import ChangeSet, Group, KeptGroup
from contacts.seen_groups import Members, count_members
from contacts.services import create_contact, document_of, save_contact, trash_contacts
from contacts.services.group_acts import keep_group
from contacts.views import panel as panel_module
from tests.contacts.test_grouping import members
from tests.contacts.test_views_lists import HTMX, add, plain, rows, signed_in
from tests.factories import make_book, share


def the(cast, name):
    return Group.objects.get(organization=cast.organization, name=name)


def group_rows(response, where="card-body"):
    """Return (name, count) of the groups in a part of the page: its card, or with "sidebar" its sidebar."""
    text = response.text.split(f'class="{where}', 1)[1]
    if where == "sidebar":
        text = text.split("</nav>", 1)[0]
    found = re.findall(r'href="/(?:groups|companies)/[0-9a-f-]+/".*?<bdi>(.*?)</bdi><b class="number">(.*?)</b>', text)
    return [(unescape(name), count) for name, count in found]


def send(client, address, **data):
    """Open a form and send it as the browser does; return the answer."""
    page = client.get(address).text
    hidden = dict(re.findall(r'name="(form_key|organization)" value="([^"]+)"', page))
    return client.post(address, {**hidden, **data}, follow=True)


# --- lists of groups ---------------------------------------------------------------------------------------------


def test_all_groups_are_listed_with_how_many_contacts_one_reads_in_each(cast):
    for number in range(3):
        add(cast, f"P{number}", groups=["VIP"], company="Acme & Sons")
    add(cast, "Hidden", book=cast.private, groups=["VIP", "Secret"])
    keep_group(by=cast.vic, organization=cast.organization, kind="group", name="Empty")
    assert group_rows(signed_in(cast.ann).get("/groups/")) == [("Secret", "1"), ("VIP", "4")]
    assert group_rows(signed_in(cast.vic).get("/groups/")) == [("Empty", "0"), ("VIP", "3")]
    assert group_rows(signed_in(cast.vic).get("/companies/")) == [("Acme & Sons", "3")]
    assert group_rows(signed_in(cast.ada).get("/groups/")) == []
    assert "No groups yet" in signed_in(cast.ada).get("/groups/").text


@pytest.mark.parametrize("few", [0, 2_000], ids=["by group", "by book"])
def test_one_in_a_company_twice_is_counted_once(cast, monkeypatch, few):
    monkeypatch.setattr(module, "FEW", few)
    contact = add(cast, "Ana", company="Acme")
    document = document_of(contact)
    twice = (*document.memberships, Membership(kind="company", name="Acme", title="CTO"))
    save_contact(by=cast.ann, contact=contact, document=replace(document, memberships=twice), base_version=1)
    assert group_rows(signed_in(cast.ann).get("/companies/")) == [("Acme", "1")]


@pytest.mark.parametrize("few", [0, 2_000], ids=["walked", "gathered"])
def test_all_groups_go_on_by_key_to_the_end(cast, monkeypatch, few):
    monkeypatch.setattr(module, "FEW", few)
    names = [f"Group {number:03}" for number in range(120)]
    for start in range(0, 120, 40):
        add(cast, f"P{start}", groups=names[start : start + 40])
    client, address, seen = signed_in(cast.vic), "/groups/", []
    while address:
        response = client.get(address, headers=HTMX)
        seen += [name for name, _count in group_rows(response)]
        found = re.search(r'<a class="button" href="(\?from=[^"]+)"', response.text)
        address = f"/groups/{found[1]}" if found else ""
    assert seen == names


@pytest.mark.parametrize("few", [0, 2_000], ids=["walked", "gathered"])
@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("ac", ["ACME", "Black & White", "The acacia"]),
        ("WHITE", ["Black & White"]),
        ("%", ["100% Pure"]),
        ("_", []),
        ("zzz", []),
        ("x" * 500, []),
    ],
)
def test_groups_are_searched_by_any_part_of_their_name(cast, monkeypatch, few, q, names):
    monkeypatch.setattr(module, "FEW", few)
    add(cast, "Ana", groups=["ACME", "Black & White", "The acacia", "100% Pure"])
    found = signed_in(cast.vic).get("/groups/", {"name": q})
    assert [name for name, _count in group_rows(found)] == names


@pytest.mark.parametrize("few", [0, 2_000], ids=["by group", "by book"])
def test_counts_are_those_of_readable_living_contacts_and_say_when_they_are_cut(cast, monkeypatch, few):
    monkeypatch.setattr(module, "FEW", few)
    monkeypatch.setattr(module, "COUNTED", 3)
    for number in range(4):
        add(cast, f"P{number}", groups=["Large"])
    add(cast, "One", groups=["Small"])
    add(cast, "Hidden", book=cast.private, groups=["Small"])
    trash_contacts(by=cast.ann, contacts=[add(cast, "Gone", groups=["Small"]).pk])
    assert group_rows(signed_in(cast.vic).get("/groups/")) == [("Large", "3+"), ("Small", "1")]


@pytest.mark.parametrize("few", [0, 2_000], ids=["by group", "by book"])
def test_a_count_is_cut_among_contacts_not_memberships(cast, monkeypatch, few):
    monkeypatch.setattr(module, "FEW", few)
    monkeypatch.setattr(module, "COUNTED", 3)
    jobs = tuple(Membership(kind="company", name="Acme", title=title) for title in ("Cook", "Clown"))
    for number in range(3):
        create_contact(by=cast.ann, book=cast.book, document=ContactDocument(first_name=f"P{number}", memberships=jobs))
    client = signed_in(cast.vic)
    assert group_rows(client.get("/companies/")) == [("Acme", "3")]
    assert group_rows(client.get("/contacts/"), "sidebar") == [("Acme", "3")]
    assert count_members(shelf_of(cast.vic, cast.organization), [the(cast, "Acme").pk]) == {
        the(cast, "Acme").pk: Members(3)
    }


def test_thirty_groups_cost_as_many_queries_as_one(cast):
    client = signed_in(cast.ann)
    add(cast, "P", company="Acme", groups=["G"])
    for address in ("/groups/", "/companies/", f"/groups/{the(cast, 'G').pk}/", f"/companies/{the(cast, 'Acme').pk}/"):
        client.get(address)
    for number in range(29):
        add(cast, f"N{number}", company=f"C{number}", groups=[f"G{number}", "G"], email=f"x@d{number}.example")
    for address in ("/groups/", "/companies/", f"/groups/{the(cast, 'G').pk}/", f"/companies/{the(cast, 'Acme').pk}/"):
        with CaptureQueriesContext(connection) as thirty:
            client.get(address)
        assert len(thirty) <= 16, (address, len(thirty))


# --- the sidebar -------------------------------------------------------------------------------------------------


def test_the_sidebar_names_the_first_groups_and_the_one_that_is_listed(cast, monkeypatch):
    monkeypatch.setattr(panel_module, "SIDEBAR_GROUPS", 2)
    add(cast, "Ana", groups=["A", "B", "C", "D"], company="Acme")
    client = signed_in(cast.vic)
    text = client.get("/contacts/").text
    assert group_rows(client.get("/contacts/"), "sidebar") == [("A", "1"), ("B", "1"), ("Acme", "1")]
    assert 'href="/groups/"' in text
    assert 'href="/companies/"' not in text
    listed = client.get(f"/groups/{the(cast, 'D').pk}/")
    assert group_rows(listed, "sidebar") == [("A", "1"), ("B", "1"), ("D", "1"), ("Acme", "1")]
    assert f'href="/groups/{the(cast, "D").pk}/" aria-current="true"' in listed.text


# --- one group ---------------------------------------------------------------------------------------------------


def test_a_group_says_what_may_be_done_with_it_to_whom(cast):
    add(cast, "Ana", groups=["VIP"], company="Acme")
    for name in ("VIP", "Acme"):
        group = the(cast, name)
        folder = "companies" if group.kind == "company" else "groups"
        for user, changes in ((cast.ann, True), (cast.ben, True), (cast.vic, False)):
            client = signed_in(user)
            for address in (f"/{folder}/{group.pk}/", f"/groups/{group.pk}/actions/", f"/groups/{group.pk}/about/"):
                text = client.get(address).text
                for act in ("rename", "merge", "delete"):
                    assert (f"/groups/{group.pk}/{act}/" in text) is changes
                assert f"/contacts/export/?{group.kind}={group.pk}" in text


def test_a_company_shows_the_domains_of_its_people(cast):
    for number in range(3):
        add(cast, f"P{number}", company="Acme", email=f"p{number}@acme.example")
    add(cast, "Q", company="Acme", email="q@gmail.example")
    add(cast, "Other", company="Other", email="o@other.example")
    add(cast, "Hidden", book=cast.private, company="Acme", email="h@hidden.example")
    company = the(cast, "Acme")
    text = signed_in(cast.vic).get(f"/companies/{company.pk}/").text
    domains = re.findall(r'href="([^"]*)"><svg[^§]*?<bdi>([\w.]+example)</bdi></span><span class="number">(\d+)', text)
    assert [(domain, count) for _href, domain, count in domains] == [("acme.example", "3"), ("gmail.example", "1")]
    assert rows(signed_in(cast.vic).get(domains[1][0])) == ["Q"]
    assert "hidden.example" not in text


def test_a_group_is_made_renamed_merged_and_deleted_by_its_forms(cast):
    contact, other = add(cast, "Ana"), add(cast, "Ben", groups=["Gold"])
    client = signed_in(cast.ben)
    answer = send(client, "/groups/new/", name="VIP")
    group = the(cast, "VIP")
    assert answer.redirect_chain == [(f"/groups/{group.pk}/", 302)]
    assert "VIP is ready" in answer.text
    assert "VIP exists already." in send(client, "/groups/new/", name="vip").text
    add(cast, "Cleo", groups=["VIP"])
    answer = send(client, f"/groups/{group.pk}/rename/", name="gold")
    assert "“Gold” exists already" in answer.text
    merge = unescape(re.search(r'href="(/groups/[^"]+/merge/\?into=[^"]+)"', answer.text)[1])
    assert 'value="Gold"' in client.get(merge).text
    answer = send(client, f"/groups/{group.pk}/rename/", name="Very important")
    assert "Renamed in 1 contact." in answer.text
    group = the(cast, "Very important")
    answer = send(client, f"/groups/{group.pk}/merge/", name="gold")
    assert "1 contact is in Gold now." in answer.text
    assert answer.redirect_chain == [(f"/groups/{the(cast, 'Gold').pk}/", 302)]
    answer = send(client, f"/groups/{the(cast, 'Gold').pk}/delete/")
    assert "Taken out of 2 contacts." in answer.text
    assert members(other) == members(contact) == []
    undo = re.findall(r'action="(/changes/[^"]+/undo/)"', answer.text)[-1]
    assert client.post(undo, {"next": "/contacts/"}).status_code == 302
    assert members(other) == [("group", "Gold", "")]


@pytest.mark.parametrize(
    ("act", "name", "says"),
    [
        ("rename", "", "Type a name."),
        ("rename", "x" * 256, "at most 255 fit"),
        ("merge", "", "Type a name."),
        ("merge", "Secret", "There is no “Secret” that you can see."),
        ("merge", "VIP", "cannot be merged into itself"),
        ("merge", "Acme", "There is no “Acme” that you can see."),
    ],
)
def test_what_cannot_be_done_is_said_at_the_form_and_nothing_is_written(cast, act, name, says):
    add(cast, "Ana", groups=["VIP"], company="Acme")
    add(cast, "Hidden", book=cast.private, groups=["Secret"])
    client, count = signed_in(cast.ben), ChangeSet.objects.count()
    answer = send(client, f"/groups/{the(cast, 'VIP').pk}/{act}/", name=name)
    assert answer.status_code == 422
    assert says in unescape(answer.text)
    assert ChangeSet.objects.count() == count
    assert not KeptGroup.objects.exists()


def test_the_same_form_twice_is_done_once(cast):
    add(cast, "Ana", groups=["VIP"])
    client = signed_in(cast.ben)
    address = f"/groups/{the(cast, 'VIP').pk}/delete/"
    key = re.search(r'name="form_key" value="([^"]+)"', client.get(address).text)[1]
    assert client.post(address, {"form_key": key}).headers["Location"] == "/contacts/"
    act = ChangeSet.objects.order_by("-started_at")[0]
    assert client.post(address, {"form_key": key}).headers["Location"] == f"/changes/{act.pk}/"
    assert ChangeSet.objects.filter(label="Delete the group VIP").count() == 1
    # Whoever sends another one's key is told nothing of it.
    assert signed_in(cast.sam).post(address, {"form_key": key}).status_code == 404


def test_the_form_says_what_it_leaves(cast):
    viewed = make_book(cast.ann, cast.organization, "View")
    share(viewed, cast.ben)
    add(cast, "Ana", groups=["VIP"])
    for number in range(2):
        add(cast, f"V{number}", book=viewed, groups=["VIP"])
    text = signed_in(cast.ben).get(f"/groups/{the(cast, 'VIP').pk}/rename/").text
    assert "This changes 1 contact." in text
    assert "2 contacts in it are in contact books that you can only view" in text


# --- pickers -----------------------------------------------------------------------------------------------------


def test_a_picker_offers_names_that_begin_so_first_and_to_create_what_is_not_there(cast):
    add(cast, "Ana", company="Acme", groups=["Acme"])
    add(cast, "Ben", company="The Acme Works")
    add(cast, "Hidden", book=cast.private, company="Acme Secret")
    add(cast, "Sam", book=cast.foreign, by=cast.sam, company="Acme Foreign")

    def names(user, **query):
        return signed_in(user).get("/groups/names/", query).json()

    assert names(cast.vic, kind="company", q="ac") == {
        "names": ["Acme", "The Acme Works"],
        "create": "Create “ac”",
        "says": "2 names",
    }
    assert names(cast.vic, kind="company", q=" ACME ")["create"] == ""
    assert names(cast.vic, kind="company", q="ac", only="1")["create"] == ""
    assert names(cast.ann, kind="company", q="ac")["names"] == ["Acme", "Acme Secret", "The Acme Works"]
    assert names(cast.vic)["names"] == ["Acme"]
    assert names(cast.vic, q="zz") == {"names": [], "create": "Create “zz”", "says": "0 names"}
    elsewhere = cast.elsewhere.pk
    assert names(cast.sam, kind="company", organization=elsewhere)["names"] == ["Acme Foreign"]
    assert names(cast.vic, kind="company", organization=elsewhere)["names"] == ["Acme", "The Acme Works"]
    assert signed_in(cast.vic).get("/groups/names/?kind=nonsense").status_code == 404


def test_the_contact_form_completes_groups_and_companies(cast):
    add(cast, "Ana", company="Acme", groups=["VIP"])
    text = signed_in(cast.ann).get("/contacts/new/").text
    for kind, name in (("company", "Acme"), ("group", "VIP")):
        assert f'<combo-box src="/groups/names/?kind={kind}&amp;organization={cast.organization.pk}">' in text
        assert f'<datalist id="known-{kind}"><option value="{name}"></datalist>' in text


def test_a_piece_is_the_same_as_in_the_page(cast):
    add(cast, "Ana", groups=["VIP"], company="Acme", email="a@acme.example")
    client = signed_in(cast.ann)
    for address in ("/groups/", f"/groups/{the(cast, 'Acme').pk}/about/", "/contacts/filter/?starred=1"):
        piece = client.get(address, headers=HTMX).text
        detail = re.sub(r"<title>.*?</title>", "", piece)
        assert plain(detail).strip() in plain(client.get(address).text)
