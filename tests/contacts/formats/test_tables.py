"""Opening files: what is no table is refused with a sentence; broken rows fail alone; memory stays small."""

import io
import tracemalloc
import zipfile

import pytest

from contacts.formats.encodings import detect_encoding
from contacts.formats.lines import MAX_CELLS
from contacts.formats.refusals import NotATable
from contacts.formats.tables import open_table
from tests.contacts.formats.reading import DATA, read

HEADER = "First Name,Last Name,E-mail 1 - Value\r\n"


def rows(data):
    data = data.encode() if isinstance(data, str) else data
    return list(open_table(io.BytesIO(data)).rows())


def workbook():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("contacts.csv", HEADER)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ("empty", "Export")),
        (b"\xef\xbb\xbf \r\n\r\n", ("empty",)),
        (b"\xff\xfe\r\0\n\0", ("empty",)),
        (HEADER.encode(), ("no rows", "Export")),
        (HEADER.encode() + b"\r\n\r\n", ("no rows",)),
        (workbook(), ("Excel workbook", "save it as")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, ("Excel workbook",)),
        (archive(), ("ZIP", "Unpack")),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", ("PDF",)),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, ("picture",)),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), ("picture",)),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ("picture",)),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", ("web page",)),
        (b"\n  <HTML><head>", ("web page",)),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n", ("vCard", "instead")),
        ("BEGIN:VCARD\r\nFN:Ann\r\n".encode("utf-16"), ("vCard",)),
        (b'{"name": "Ann"}', ("not a table",)),
        (bytes(range(256)) * 40, ("not a text file",)),
        (b"\x1f\x8b\x08\0\0\0\0\0", ("not a text file",)),
        (b"Ann,Lee,ann@example.com\r\nBen,Lee,ben@example.com\r\n", ("no column titles", "ann@example.com", "Add")),
        (b"colour,size\r\nred,4\r\n", ("“colour” and “size”", "First Name")),
        (b"Dear Sir\r\nthank you for your letter\r\n", ("Dear Sir",)),
        (b'"First Name,Last Name\r\nAnn,Lee\r\n', ("first row", "not closed")),
        (b"First Name," * 5000 + b"\r\n1\r\n", ("first row", "cells")),
    ],
)
def test_refused_with_a_sentence(data, words):
    with pytest.raises(NotATable) as error:
        read(data)
    sentence = str(error.value)
    assert all(word in sentence for word in words), sentence
    assert sentence[0].isupper()
    assert sentence[-1] in ".?"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_encodings_line_ends(delimiter, codec, end):
    lines = ["First Name,Last Name,Notes", 'Zoë,Müller,"one', 'two ""x"""', "Ann,Lee,"]
    found = read(end.join(lines).replace(",", delimiter).encode(codec))
    assert (found.table.delimiter, found.failed, found.warnings) == (delimiter, {}, [])
    zoe, ann = found.documents.values()
    assert (zoe.full_name, zoe.notes, ann.full_name) == ("Zoë Müller", 'one\ntwo "x"', "Ann Lee")


def test_delimiter_comes_from_the_header_alone():
    found = read("First Name;Last Name;Notes\nAnn;Lee;a,b,c,d,e,f\n")
    assert found.only.notes == "a,b,c,d,e,f"


def test_a_spreadsheets_hint_and_lines_above_the_header():
    found = read("sep=;\n\nFirst Name;Last Name\nAnn;Lee\n")
    assert found.only.full_name == "Ann Lee"


def test_numbers_are_those_of_a_spreadsheet():
    found = rows(HEADER + 'Ann,"L\r\nee",\r\n\r\n\r\n,,\r\nBen,Lee,\r\n\r\n\r\n')
    assert [(row.number, row.line, row.is_empty) for row in found] == [
        (2, 2, False),
        (3, 4, True),
        (4, 5, True),
        (5, 6, True),
        (6, 7, False),
    ]


def test_rows_after_a_number_for_going_on():
    table = open_table(io.BytesIO((HEADER + "A,a,\r\nB,b,\r\nC,c,\r\n").encode()))
    assert [row.cells[0] for row in table.rows(after=3)] == ["C"]
    assert [row.number for row in table.rows()] == [2, 3, 4]


def test_short_and_long_rows():
    found = read(HEADER + "Ann\r\nBen,Lee,ben@example.com,extra,,more\r\n")
    assert found.documents[2].first_name == "Ann"
    assert [info.label_name for info in found.documents[3].infos] == ["Other", "Column 4", "Column 6"]
    assert [number for number, _warning in found.warnings] == [3, 3]


def test_nul_bytes_are_removed_and_said():
    found = read(HEADER.encode() + b"A\0nn,Lee,ann@example.com\r\nBen,Lee,\r\n")
    assert found.documents[2].first_name == "Ann"
    ((number, warning),) = found.warnings
    assert number == 2
    assert "NUL" in warning


def test_invalid_bytes_in_the_middle_cost_nothing():
    good = "".join(f"Zoë{number},Müller,\r\n" for number in range(50)).encode()
    found = read(HEADER.encode() + good + b"J\xfcrgen,K\xf6hler,\r\n" + good)
    assert len(found.documents) == 101
    assert found.documents[52].full_name == "Jürgen Köhler"
    assert [number for number, _warning in found.warnings] == [52]


UNCLOSED = [
    HEADER + 'Ann,Lee,\r\n"Bad,Row,x\r\nBen,Lee,ben@example.com\r\nCy,Lee,\r\n',
    HEADER + 'Ann,Lee,\r\n"Bad,Row,x\r\nBen,"Lee",ben@example.com\r\n"Cy",Lee,\r\n',
    HEADER + 'Ann,Lee,\r\nBad,Row,"x\r\nBen,"",ben@example.com\r\n"Cy",Lee,\r\n',
    HEADER + 'Ann,Lee,\r\nBad,"Row,x\r\n"Ben","Lee","ben@example.com"\r\n"Cy","Lee",""\r\n',
]


@pytest.mark.parametrize("text", UNCLOSED)
def test_an_unclosed_quote_costs_its_own_row(text):
    found = read(text)
    assert [document.first_name for document in found.documents.values()] == ["Ann", "Ben", "Cy"]
    assert list(found.failed) == [3]
    assert "line 3" in found.failed[3]
    assert "Close it" in found.failed[3]


def test_an_unclosed_quote_early_in_a_large_file():
    many = "".join(f"Ann{number},Lee,a{number}@example.com\r\n" for number in range(60_000))
    found = rows(HEADER + '"Bad,Row,x\r\n' + many)
    assert [row.number for row in found if row.problem] == [2]
    assert len(found) == 60_001
    assert found[-1].cells == ["Ann59999", "Lee", "a59999@example.com"]


def test_what_follows_a_broken_row_is_not_taken_for_people():
    found = read(HEADER + 'Ann,Lee,\r\nBad,"He said "hi"\r\nand left",x\r\nBen,Lee,\r\n')
    assert [document.first_name for document in found.documents.values()] == ["Ann", "Ben"]
    assert len(found.failed) == 2
    assert "rest of the row on line 3" in found.failed[4]


def test_quotes_inside_a_cell_that_were_not_doubled():
    found = read(HEADER + 'Ann,"the "best" one",ann@example.com\r\nBen 5",Lee,\r\n')
    assert found.failed == {}
    assert "best" in found.documents[2].last_name
    assert found.documents[3].first_name == 'Ben 5"'


def test_a_quote_that_is_closed_is_no_reason_to_fail_long_notes():
    notes = "\n".join(f"line {number}, with a comma" for number in range(2_000))
    found = read(f'First Name,Notes\nAnn,"{notes}"\nBen,x\n')
    assert found.documents[2].notes == notes
    assert found.documents[3].notes == "x"


def test_too_many_cells():
    found = read(HEADER + "Ann,Lee,\r\n" + "x," * 5_000 + "\r\nBen,Lee,\r\n")
    assert [document.first_name for document in found.documents.values()] == ["Ann", "Ben"]
    assert "5001 cells" in found.failed[3]
    assert str(MAX_CELLS) in found.failed[3]


class Huge(io.BytesIO):
    """A file with one enormous cell, made up as it is read."""

    def __init__(self, before, unit, times, after):
        super().__init__()
        self._parts = (before, unit, times, after)
        self.size = len(before) + len(unit) * times + len(after)
        self._position = 0

    def seek(self, position, whence=0):
        self._position = position
        return position

    def read(self, size=-1):
        before, unit, times, after = self._parts
        middle = len(unit) * times
        start = self._position
        out = before[start : start + size]
        if len(out) < size and start + len(out) < len(before) + middle:
            at = start + len(out) - len(before)
            count = min(size - len(out), middle - at)
            out += (unit * (count // len(unit) + 2))[at % len(unit) : at % len(unit) + count]
        if len(out) < size:
            at = start + len(out) - len(before) - middle
            out += after[max(0, at) : max(0, at) + size - len(out)]
        self._position += len(out)
        return out


@pytest.mark.parametrize(
    ("unit", "megabytes"),
    [
        (b"x" * 100, 50),
        (b"a line, with a comma and more\r\n", 4),
        (b'""', 4),
        (b"short\n", 2),
        ("żółć\n".encode(), 2),
    ],
    ids=range(5),
)
@pytest.mark.parametrize("quote", [b'"', b""])
def test_an_enormous_cell(unit, megabytes, quote):
    if not quote:
        unit = b"y" * 50  # without quotes a line's end is the row's
    before = HEADER.encode() + b"Ann,Lee,\r\nBad,Row," + quote
    times = megabytes * 1_000_000 // len(unit)
    file = Huge(before, unit, times, quote + b"\r\nBen,Lee,ben@example.com\r\n")
    tracemalloc.start()
    try:
        found = [(row.number, row.cells[0], row.problem) for row in open_table(file).rows()]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(number, first[:3]) for number, first, _problem in found] == [(2, "Ann"), (3, "Bad"), (4, "Ben")]
    assert [bool(problem) for _number, _first, problem in found] == [False, True, False]
    assert "1 MB" in (found[1][2] or "")
    assert peak < 30_000_000


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Zażółć gęślą jaźń", "cp1250"),
        ("Příliš žluťoučký kůň", "cp1250"),
        ("Größe aus Köln", "cp1252"),
        ("François n’était pas là – dommage", "cp1252"),
        ("Привет, мир", "cp1251"),
        ("Καλημέρα κόσμε", "cp1253"),
        ("Çağrı Şahin", "cp1254"),
    ],
)
def test_code_pages(text, codec):
    data = f'First Name,Notes\r\nAnn,"{text}"\r\n'.encode(codec)
    encoding = detect_encoding(io.BytesIO(data))
    assert encoding.codec == codec
    assert encoding.reason
    assert read(data).only.notes == text


@pytest.mark.parametrize(
    ("text", "codec"), [("山田さんこんにちは東京都", "cp932"), ("你好世界通讯录中国北京", "gb18030")]
)
def test_east_asian_code_pages(text, codec):
    found = read(f"First Name,Notes\r\nAnn,{text * 3}\r\n".encode(codec))
    assert found.only.notes == text * 3


def test_a_first_accent_late_in_a_large_file():
    plain = "Ann,Lee,ann@example.com\r\n" * 80_000
    found = rows((HEADER + plain + "Paweł,Żak,\r\n").encode("cp1250"))
    assert found[-1].cells[:2] == ["Paweł", "Żak"]


def test_double_encoded_text_is_left_as_it_is():
    assert read("First Name,Notes\nAnn,SÃ£o\n").only.notes == "SÃ£o"


def test_it_says_how_it_reads():
    table = open_table(io.BytesIO((DATA / "outlook-desktop-cp1250.csv").read_bytes()))
    assert table.description == (
        "Read as Windows-1250 (Central Europe) because it is not valid UTF-8, and its accented characters make words "
        "so; cells are separated by a semicolon."
    )


def test_memory_does_not_grow_with_the_file():
    file = Huge(HEADER.encode(), b'Ann,"Lee ""x""",ann@example.com\r\n', 20_000, b"")
    tracemalloc.start()
    try:
        count = len([row.number for row in open_table(file).rows()])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 12_000_000
