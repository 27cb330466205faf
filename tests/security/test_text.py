"""Text that would be code, in every field and on every page that shows it; pictures that would be a load."""

from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config import pictures
from contacts import markdown
from contacts.document import LABELS, ContactDocument, Info, Kind, Membership
from contacts.models import ChangeSet, Contact, Group
from contacts.services import create_contact, save_contact
from tests.contacts.test_avatars import picture
from tests.security.conftest import everything, signed_in
from tests.sync.conftest import draft

PAYLOADS = [
    '"><script>boom()</script>',
    "'><img src=x onerror=boom()>",
    "</title></textarea></template><svg onload=boom()>",
    "javascript:boom()",
    "{{ 7|add:7 }}{% now 'Y' %}",
    '" hx-get="/boom" hx-trigger="load',
]
NOTES = [
    "[a](javascript:boom())",
    "[a](JaVaScRiPt&colon;boom())",
    "[a](data:text/html,<script>boom()</script>)",
    "[a](\tjavascript:boom())",
    "<javascript:boom()>",
    "![a](x) <img src=x onerror=boom()>",
    '<a href="/x" hx-get="/boom" data-hx-get="/boom" id="toasts" class="toast">a</a>',
    "<details open ontoggle=boom()>",
    '[a](/x "\\" onclick=\\"boom()")',
    "<math><mtext><table><mglyph><style><img src=x onerror=boom()>",
    "```<script>\n<script>boom()</script>\n```",
]


class Reader(HTMLParser):
    """Collects what could run: elements that no page of ours has, handlers, and links with other schemes."""

    def __init__(self, html):
        super().__init__()
        self.found, self.tags, self.attributes = [], set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= given.keys()
        if tag == "script" and not given.get("src", "").startswith("/static/") and given.get("type") != "importmap":
            self.found.append("script")
        if tag in {"iframe", "object", "embed", "math"} or given.get("src") == "x":
            self.found.append(tag)
        for name, value in attrs:
            if (
                name.startswith("on")
                or "boom" in name
                or (name.startswith(("hx-", "data-hx-")) and (value or "").startswith("/boom"))
            ):
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"} and ":" in (value or "").split("/")[0]:
                scheme = value.split(":")[0].strip().lower()
                if scheme not in {"http", "https", "mailto", "tel"}:
                    self.found.append(f"{tag} {name}={value[:40]}")


def runs(html):
    return Reader(html).found


def test_the_reader_sees_what_runs():
    assert runs(PAYLOADS[0]) == ["script"]
    assert runs(PAYLOADS[1]) == ["img", "img onerror"]
    assert runs('<a href="JavaScript:boom()">') == ["a href=JavaScript:boom()"]
    assert runs('<p hx-get="/boom">') == ["p hx-get"]


@pytest.mark.parametrize("source", NOTES + PAYLOADS)
def test_notes_run_nothing(source):
    read = Reader(str(markdown.render(source)))
    assert read.found == []
    assert read.attributes <= {"href", "title", "rel", "start"}
    assert read.tags.isdisjoint({"img", "svg", "details", "style", "form", "input"})


def naughty(text):
    """Return a document that says `text` wherever it can: alone where it may become a link, else within a text."""
    link, text = text, f"a {text}"
    scalars = ("prefix", "first_name", "last_name", "suffix", "nickname", "file_as", "gender", "pronouns", "notes")
    infos = [
        Info(kind=kind, label="other", custom_label=text[:60], value=link[: 60 if kind is Kind.PHONE else None])
        for kind in LABELS
        if kind not in {Kind.DATE, Kind.ADDRESS}
    ]
    infos.append(Info(kind=Kind.ADDRESS, address={"street": text, "city": text, "country": text}))
    return ContactDocument(
        **dict.fromkeys(scalars, text),
        infos=tuple(infos),
        memberships=(
            Membership(kind="company", name=text, title=text, department=text, location=text, description=text),
            Membership(kind="group", name=text),
        ),
    ).normalised()


@pytest.mark.parametrize("text", ["javascript:boom()", " ".join(PAYLOADS)])
def test_no_page_runs_what_a_contact_says(cast, text, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cast.book.name = cast.book.description = f"a {text}"
    cast.book.save()
    cast.ann.name = cast.organization.name = f"a {text}"
    cast.ann.save()
    cast.organization.save()
    contact = create_contact(by=cast.ann, book=cast.book, document=naughty(text))
    contact = save_contact(by=cast.ann, contact=contact, document=naughty(text + "2"), base_version=1)
    cell = '"' + text.replace('"', '""') + '"'
    content = f"First Name,Notes,{cell}\r\n{cell},{cell},{cell}\r\n".encode()
    imported = draft(cast.ann, cast.book, content, name=text + ".csv")
    client = signed_in(cast.ann)
    members = Group.objects.filter(memberships__contact=contact)
    group, company = (members.get(kind=kind).pk for kind in ("group", "company"))
    pages = [f"/contacts/{contact.pk}/{page}" for page in ("", "edit/", "history/")]
    pages += [f"/books/{cast.book.pk}/{page}" for page in ("", "edit/", "delete/", "import/")]
    pages += [f"/changes/{act.pk}/" for act in ChangeSet.objects.all()]
    pages += [f"/groups/{group}/", f"/companies/{company}/", f"/imports/{imported.pk}/", "/contacts/new/"]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        assert runs(response.text) == [], page
    conflict = {"book": cast.book.pk, "first_name": "mine", "notes": text + "3", "base_version": "1"}
    for method, address, sent in (
        ("get", "/contacts/", {"q": text}),
        ("post", f"/contacts/{contact.pk}/edit/", conflict),
        (
            "post",
            "/contacts/new/",
            {"book": cast.book.pk, "first_name": text, "info-a-kind": "date", "info-a-value": text},
        ),
        ("post", f"/contacts/{contact.pk}/delete/", {}),
        ("get", "/contacts/", {}),
    ):
        response = getattr(client, method)(address, sent, follow=True)
        assert runs(response.text) == [], address


def test_pictures_wait_for_each_other_only_so_long(cast, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pictures, "WAIT", 0.01)
    client = signed_in(cast.ann)

    def send():
        upload = SimpleUploadedFile("a.png", picture(), content_type="image/png")
        sent = {"book": cast.book.pk, "first_name": "Zoë", "anyway": "1", "avatar": upload}
        return client.post("/contacts/new/", sent)

    for _slot in range(pictures.AT_ONCE):
        assert pictures._slots.acquire(blocking=False)
    before = everything()
    try:
        response = send()
    finally:
        for _slot in range(pictures.AT_ONCE):
            pictures._slots.release()
    assert response.status_code == 422
    assert "Several pictures are being read" in response.text
    assert 'value="Zoë"' in response.text
    assert everything() == before
    assert send().status_code == 302
    assert Contact.objects.get().avatar
