"""Files that are none, and files with bad rows: a sentence each, and the good rows come in."""

import csv
import io

import pytest

from contacts.formats.refusals import NotATable
from sync.imports.failures import failed_csv
from sync.imports.models import Import
from tests.sync.conftest import counts, draft, imports, people, reasons, table

HEADER = b"First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Notes\r\n"
GOOD = b"Eve,Good,eve@example.com,,\r\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty"),
        (HEADER, "no rows below"),
        (b"PK\x03\x04 xl/workbook.xml", "Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "vCard"),
        (b"<!DOCTYPE html><html>", "web page"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"ann@example.com,Ann\r\nbob@example.com,Bob\r\n", "no column titles"),
        (b"alpha;beta\r\n1;2\r\n", "None of the column titles is known"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_a_sentence(cast, client, content, sentence):
    with pytest.raises(NotATable, match=sentence):
        draft(cast.ann, cast.book, content)
    assert not Import.objects.exists()
    client.force_login(cast.ann)
    response = client.post(f"/books/{cast.book.pk}/import/", {"file": io.BytesIO(content or b" ")})
    assert response.status_code == 422
    if content:
        assert sentence in response.content.decode()


def test_a_file_over_the_limit_is_refused(cast, client, settings):
    settings.IMPORT_MAX_BYTES = 2**20
    client.force_login(cast.ann)
    file = io.BytesIO(HEADER + GOOD * 40_000)
    response = client.post(f"/books/{cast.book.pk}/import/", {"file": file})
    assert response.status_code == 422
    assert "larger than 1 MB" in response.content.decode()
    assert not Import.objects.exists()


def test_no_file_chosen_is_said(cast, client):
    client.force_login(cast.ann)
    response = client.post(f"/books/{cast.book.pk}/import/")
    assert response.status_code == 422
    assert "No file was chosen" in response.content.decode()


@pytest.mark.parametrize(
    ("bad", "expected", "sentence"),
    [
        (b'Bad,"Quote,bad@example.com,,\r\n', {"created": 2, "failed": 1}, "is not closed"),
        (b"Bad,Wide," + b"," * 4995 + b"\r\n", {"created": 2, "failed": 1}, "cells"),
        (b"Bad,Large,,," + b"x" * 3_000_000 + b"\r\n", {"created": 2, "failed": 1}, "larger"),
        (b"Bad," + b"L" * 300 + b",bad@example.com,,\r\n", {"created": 2, "failed": 1}, "at most 255"),
        (b"Bad\0,Nul,bad@example.com,,\r\n", {"created": 3}, "NUL"),
        (b"Bad\r\n", {"created": 3}, ""),
        (b",,,,\r\n\r\n", {"created": 2, "skipped": 2}, ""),
    ],
    ids=["quote", "cells", "cell", "name", "nul", "short", "empty"],
)
def test_the_good_rows_of_a_bad_file_come_in(committed, bad, expected, sentence):
    imported = imports(committed.ann, committed.book, HEADER + b"Ann,Good,ann@example.com,,\r\n" + bad + GOOD)
    assert imported.state == "done"
    assert counts(imported) == expected
    names = [contact.first_name for contact in people(committed.book)]
    assert (names[0], names[-1]) == ("Ann", "Eve")
    said = [text for kind in ("failed", "remark") for row, text in reasons(imported, kind) if row == 3]
    assert not sentence or sentence in said[0]


def test_failed_rows_are_mended_and_imported_again(committed, client):
    long = "L" * 300
    content = table(
        ("Ann", "Good", "", "", ""), ("Bob", long, "bob@example.com", "", "=1+1"), ("Eve", long, "", "", "")
    )
    first = imports(committed.ann, committed.book, content)
    assert counts(first) == {"created": 1, "failed": 2}

    client.force_login(committed.ben)
    response = client.get(f"/imports/{first.pk}/failed.csv")
    assert response.status_code == 200
    data = b"".join(response.streaming_content)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Not imported because", *HEADER.decode().strip().split(",")]
    assert [row[1] for row in rows[1:]] == ["Bob", "Eve"]
    assert rows[1][0].startswith("3: ")
    assert "at most 255" in rows[1][0]
    assert rows[1][5] == "'=1+1"  # no spreadsheet computes it

    mended = data.replace(long.encode(), b"Mended")
    second = imports(committed.ann, committed.book, mended)
    assert counts(second) == {"created": 2}
    assert second.remarks == 0
    found = people(committed.book)[1:]
    assert [(c.first_name, c.last_name, c.notes, c.infos and c.infos[0]["value"]) for c in found] == [
        ("Bob", "Mended", "=1+1", "bob@example.com"),
        ("Eve", "Mended", "", []),
    ]
    # Failing twice, the column of reasons does not pile up.
    third = imports(committed.ann, committed.book, data)
    assert b"".join(failed_csv(third)).count(b"Not imported because") == 1
