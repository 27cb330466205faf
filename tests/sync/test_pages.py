"""The pages of an import: who may open and do what, the draft, its corrections, progress, result, help."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from contacts.formats.templates import FORMATS, supported_fields
from contacts.models import ChangeSet, Contact
from contacts.services import delete_book
from jobs.models import Job
from sync.imports import services
from sync.imports.models import Import, RememberedMapping
from tests.factories import make_book
from tests.sync.conftest import DATA, draft, imports, run, start, table

ROWS = table(("Ann", "Smith", "ann@example.com", "", "hello"), ("Bob", "Miller", "bob@example.com", "", ""))
ACTS = ["mapping/", "start/", "discard/", "stop/", "retry/", "undo/"]


def body(response) -> str:
    return response.content.decode()


def state_of_things():
    """Return everything that an import could have changed."""
    return (
        list(Import.objects.order_by("pk").values_list("pk", "state", "policy", "corrected")),
        Job.objects.count(),
        ChangeSet.objects.count(),
        Contact.objects.count(),
        RememberedMapping.objects.count(),
    )


@pytest.mark.parametrize(("who", "status"), [("ann", 200), ("ben", 200), ("vic", 403), ("ada", 404), ("sam", 404)])
def test_who_may_upload_into_a_book(cast, client, who, status):
    client.force_login(getattr(cast, who))
    before = state_of_things()
    assert client.get(f"/books/{cast.book.pk}/import/").status_code == status
    assert state_of_things() == before
    response = client.post(f"/books/{cast.book.pk}/import/", {"file": _file()})
    if status == 200:
        imported = Import.objects.get()
        assert (response.status_code, response["Location"]) == (302, f"/imports/{imported.pk}/")
        assert imported.created_by_id == getattr(cast, who).pk
    else:
        assert response.status_code == status
        assert state_of_things() == before


@pytest.mark.parametrize(("who", "status"), [("ann", 200), ("ben", 200), ("vic", 403), ("ada", 404), ("sam", 404)])
def test_who_may_see_and_work_on_a_draft(cast, client, who, status):
    imported = draft(cast.ann, cast.book, ROWS)
    client.force_login(getattr(cast, who))
    assert client.get(f"/imports/{imported.pk}/").status_code == status
    before = state_of_things()
    for act in ACTS:
        if status != 200:
            assert client.post(f"/imports/{imported.pk}/{act}").status_code == status, act
    assert state_of_things() == before
    assert client.get(f"/imports/{imported.pk}/failed.csv").status_code == (404 if status == 200 else status)


@pytest.mark.parametrize(("who", "status"), [("ben", 200), ("vic", 200), ("ada", 404), ("sam", 404)])
def test_who_sees_a_result_and_who_may_undo_it(committed, client, who, status):
    imported = imports(committed.ann, committed.book, ROWS)
    client.force_login(getattr(committed, who))
    response = client.get(f"/imports/{imported.pk}/")
    assert response.status_code == status
    assert client.get(f"/imports/{imported.pk}/rows/failed/").status_code == status
    if status == 200:
        assert ("Undo import" in body(response)) is (who == "ben")
    if who != "ben":
        before = state_of_things()
        assert client.post(f"/imports/{imported.pk}/undo/").status_code == (403 if status == 200 else 404)
        assert client.get(f"/imports/{imported.pk}/failed.csv").status_code == (403 if status == 200 else 404)
        assert state_of_things() == before


def test_strangers_to_the_house_are_asked_to_sign_in(cast, client):
    imported = draft(cast.ann, cast.book, ROWS)
    for address in (f"/books/{cast.book.pk}/import/", f"/imports/{imported.pk}/", "/help/importing/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_a_deleted_book_takes_its_imports_out_of_sight(cast, client):
    imported = draft(cast.ann, cast.book, ROWS)
    delete_book(by=cast.ann, book=cast.book)
    client.force_login(cast.ann)
    assert client.get(f"/imports/{imported.pk}/").status_code == 404
    assert client.post(f"/imports/{imported.pk}/start/").status_code == 404


def test_the_draft_says_what_it_takes_the_file_for_and_shows_people(cast, client):
    imported = draft(cast.ann, cast.book, DATA / "google-2024.csv", name="google-2024.csv")
    client.force_login(cast.ann)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "This is taken for Google CSV." in page
    assert escape("Google export since 2024") in page
    assert "Read as UTF-8 because" in page
    assert "62 rows" in page
    assert page.count('scope="row" class="wrap" dir="auto"') == 20
    assert "Łukasz Żółć" in page
    assert "mats.brandt@andersson.example" in page
    assert "--03-07" in page
    assert 'value="fill" checked' in page


def test_a_correction_shows_in_the_preview_and_is_remembered_for_the_organization(cast, client):
    content = table(("Ann", "Acme"), header="First Name,Where,E-mail 1 - Value")
    imported = draft(cast.ann, cast.book, content)
    client.force_login(cast.ben)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "Unknown" in page
    assert re.search(r"Where:</span> Acme", page)
    company = re.search(r'name="column-1".*?<option value="(\d+)">Company</option>', page, re.DOTALL)
    assert company is not None

    response = client.post(f"/imports/{imported.pk}/mapping/", {"column-1": company[1], "policy": "skip"})
    assert response["Location"] == f"/imports/{imported.pk}/"
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert re.search(r"<td dir=\"auto\"><p>Acme</p></td>", page)
    assert 'value="skip" checked' in page
    assert "remembered" in page

    again = draft(cast.ann, cast.private, content)
    assert again.corrected
    assert again.columns.targets[1].to == "company"
    elsewhere = draft(cast.sam, cast.foreign, content)
    assert not elsewhere.corrected
    assert elsewhere.columns.targets[1].to == "custom"


@pytest.mark.parametrize("sent", ["9999", "-1", "x", "", "٣"])
def test_a_meaning_that_does_not_exist_changes_nothing(cast, client, sent):
    imported = draft(cast.ann, cast.book, ROWS)
    client.force_login(cast.ann)
    sent_form = {"column-0": sent, "column-99": "1", "policy": sent}
    assert client.post(f"/imports/{imported.pk}/mapping/", sent_form).status_code == 302
    imported.refresh_from_db()
    assert (imported.corrected, imported.policy) == (False, "fill")


def test_starting_twice_runs_once_and_discarding_comes_too_late(cast, client):
    imported = draft(cast.ann, cast.book, ROWS)
    client.force_login(cast.ann)
    for _ in range(2):
        assert client.post(f"/imports/{imported.pk}/start/", {"policy": "overwrite"}).status_code == 302
    assert Job.objects.filter(kind="imports.run").count() == 1
    assert client.post(f"/imports/{imported.pk}/discard/").status_code == 302
    imported.refresh_from_db()
    assert (imported.state, imported.policy) == ("waiting", "overwrite")
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "<progress" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_discarding_leaves_nothing(committed, client, settings):
    imported = draft(committed.ann, committed.book, ROWS)
    client.force_login(committed.ann)
    response = client.post(f"/imports/{imported.pk}/discard/")
    assert response["Location"] == f"/books/{committed.book.pk}/"
    assert not Import.objects.exists()
    assert not list((settings.MEDIA_ROOT / "imports").iterdir())


def test_the_result_names_counts_and_reasons_and_undoes(committed, client, settings):
    imported = start(
        committed.ann,
        committed.book,
        table(("Ann", "S", "ann@example.com", "", ""), ("", "", "", "", ""), ("L" * 300, "", "", "", "")),
    )
    client.force_login(committed.ann)
    run(imported)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "hx-trigger" not in page
    assert re.findall(r'id="count-(\w+)">.*?<span class="number(?: faint)?">(\d+)</span>', page, re.DOTALL) == [
        ("created", "1"), ("updated", "0"), ("unchanged", "0"), ("skipped", "1"), ("failed", "1"),
    ]  # fmt: skip
    assert "Row 3: This row is empty." in page
    assert "Row 4: " in page
    assert "Ann S</a>" in page
    assert "failed.csv" in page
    assert not list((settings.MEDIA_ROOT / "imports").iterdir())  # the file has done its service

    fragment = client.get(f"/imports/{imported.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip().startswith("<div")
    assert _without_tokens(fragment).strip() in _without_tokens(page)

    response = client.post(f"/imports/{imported.pk}/undo/")
    assert response["Location"] == f"/imports/{imported.pk}/"
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "This import was undone" in page
    assert "1 contact was taken back." in page
    assert "Undo import" not in page
    assert not Contact.objects.filter(trashed_at__isnull=True).exists()


def test_all_rows_of_a_kind_are_paged(committed, client, monkeypatch):
    monkeypatch.setattr("sync.imports.views.ROWS_A_PAGE", 3)
    imported = imports(committed.ann, committed.book, table(*[("", "", "", "", "")] * 4, ("Ann", "", "", "", "")))
    client.force_login(committed.vic)
    first = body(client.get(f"/imports/{imported.pk}/rows/skipped/"))
    assert first.count("This row is empty.") == 3
    following = re.search(r'href="(\?after=\d+)"', first)
    assert following is not None
    second = body(client.get(f"/imports/{imported.pk}/rows/skipped/{following[1]}"))
    assert second.count("This row is empty.") == 1
    assert client.get(f"/imports/{imported.pk}/rows/nonsense/").status_code == 404


def test_an_import_whose_job_was_given_up_says_so_and_goes_on(committed, client, monkeypatch):
    imported = start(committed.ann, committed.book, ROWS)
    with monkeypatch.context() as broken:
        broken.setattr("sync.imports.running.take_batch", lambda *args: 1 / 0)
        run(imported)
    client.force_login(committed.ann)
    page = body(client.get(f"/imports/{imported.pk}/"))
    assert "The import stopped at an error" in page
    assert "ZeroDivisionError" in page
    assert client.post(f"/imports/{imported.pk}/retry/").status_code == 302
    assert run(imported).created == 2


def test_the_help_page_lists_every_field_and_trouble(cast, client):
    client.force_login(cast.vic)
    page = body(client.get("/help/importing/"))
    assert "Importing contacts" in page
    for name in FORMATS:
        fields = supported_fields(name)
        assert len(fields) > 30
        for title, meaning in fields:
            assert f'<th scope="row">{escape(title)}</th><td>{escape(meaning)}</td>' in page, title
        response = client.get(f"/imports/templates/{name}.csv")
        assert response["Content-Type"].startswith("text/csv")
        assert "attachment" in response["Content-Disposition"]
    assert "Excel workbook" in page
    assert client.get("/imports/templates/lotus.csv").status_code == 404


def test_queries_of_the_pages_do_not_grow_with_rows(committed, client, django_assert_max_num_queries):
    client.force_login(committed.ann)
    small = imports(committed.ann, committed.book, ROWS)
    large = imports(committed.ann, make_book(committed.ann, committed.organization), DATA / "google-2024.csv")
    for imported in (small, large):
        with django_assert_max_num_queries(26):
            assert client.get(f"/imports/{imported.pk}/").status_code == 200
    waiting = draft(committed.ann, committed.book, DATA / "outlook-web-bom.csv")
    with django_assert_max_num_queries(10):
        assert client.get(f"/imports/{waiting.pk}/").status_code == 200
    assert services.undo_of(small) is None


def _without_tokens(page: str) -> str:
    """Return a page without what differs in each answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def _file():
    return SimpleUploadedFile("../../people.csv", ROWS, content_type="text/csv")
