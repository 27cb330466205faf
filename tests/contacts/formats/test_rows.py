"""What the cells of real exports hold, oddity by oddity."""

import contextlib
import time

import pytest

from contacts.document import InvalidDocument, Kind
from contacts.formats.columns import detect
from contacts.formats.names import split_name
from contacts.formats.refusals import SkippedRow
from contacts.formats.rows import to_document
from tests.contacts.formats.reading import companies, groups, infos, read


def one(header, row):
    """Return (document, warnings) of one row of a table with these columns, given as `|`-separated cells."""
    parsed = to_document(row.split("|"), detect(header.split("|")))
    return parsed.document, parsed.warnings


GOOGLE = "First Name|Last Name|Labels|E-mail 1 - Label|E-mail 1 - Value|Organization Name|"
OLD = "Name|Given Name|Family Name|Group Membership|E-mail 1 - Type|E-mail 1 - Value|"
OUTLOOK = "First Name|Last Name|E-mail Address|Business Phone|Company|"


def test_several_values_of_one_label():
    document, warnings = one(
        GOOGLE + "Phone 1 - Label|Phone 1 - Value", "Ann|||* Work|a@x.example ::: b@x.example||Mobile|1 ::: 2"
    )
    assert infos(document) == [
        ("email", "Work", "a@x.example"),
        ("email", "Work", "b@x.example"),
        ("phone", "Mobile", "1"),
        ("phone", "Mobile", "2"),
    ]
    assert [info.preferred for info in document.infos] == [True, False, False, False]
    assert warnings == []


def test_several_addresses_and_companies_of_one_label():
    header = GOOGLE + "Organization Title|Address 1 - Label|Address 1 - Street|Address 1 - City"
    document, _warnings = one(header, "Ann|||||A ::: B|CEO ::: Owner|Home|1 Road ::: 2 Lane|X ::: Y")
    assert companies(document) == [("A", "CEO", "", ""), ("B", "Owner", "", "")]
    assert infos(document) == [("address", "Home", "1 Road / X"), ("address", "Home", "2 Lane / Y")]


@pytest.mark.parametrize(
    ("cell", "names", "starred"),
    [
        ("VIPs ::: * myContacts ::: * starred", ["VIPs"], True),
        ("* My Contacts ::: * Friends", ["Friends"], False),
        ("* starred", [], True),
        ("starred ::: myContacts", ["starred", "myContacts"], False),
        ("A;B", ["A;B"], False),
    ],
)
def test_groups_of_google(cell, names, starred):
    document, _warnings = one(GOOGLE, f"Ann||{cell}|||")
    assert (groups(document), document.starred) == (names, starred)


def test_groups_of_outlook():
    google_style = "First Name|Last Name|E-mail Address|Business Phone|Home Address|Categories"
    document, _warnings = one(google_style, "Ann|||||myContacts;starred;VIPs")
    assert (groups(document), document.starred) == (["VIPs"], True)
    document, _warnings = one(OUTLOOK + "Categories", "Ann|||||myContacts; VIPs")
    assert (groups(document), document.starred) == (["myContacts", "VIPs"], False)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Work", "Work"),
        ("", "Other"),
        ("*", "Other"),
        ("* ", "Other"),
        ("Grandma's", "Grandma's"),
        ("HOME", "Home"),
        ("\\Work", "Work"),  # our own export's way to say that it is text: a label of one's own
    ],
)
def test_labels(label, expected):
    document, _warnings = one(GOOGLE, f"Ann|||{label}|a@x.example|")
    assert infos(document) == [("email", expected, "a@x.example")]
    assert document.infos[0].label == (
        "other" if label.strip("* ").casefold() not in {"work", "home"} else expected.lower()
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Mobile", "mobile"),
        ("Work Fax", "work_fax"),
        ("homeFax", "home_fax"),
        ("Pager", "pager"),
        ("Main", "main"),
        ("Cell", "mobile"),
    ],
)
def test_phone_labels(label, expected):
    document, _warnings = one(GOOGLE + "Phone 1 - Label|Phone 1 - Value", f"Ann||||||{label}|123")
    assert document.first(Kind.PHONE).label == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1987-10-06", "1987-10-06"),
        ("--03-07", "--03-07"),
        (" --03-07", "--03-07"),
        ("'--03-07", "--03-07"),
        ("4/21/1985", "1985-04-21"),
        ("21/4/1985", "1985-04-21"),
        ("06.10.1987", "1987-10-06"),
        ("1987/10/6", "1987-10-06"),
        ("10/6/1987 00:00:00", "1987-10-06"),
        ("0/0/00", None),
        ("00.00.0000", None),
        ("1/1/4501", None),
    ],
)
def test_birthdays(cell, expected):
    for header in (GOOGLE + "Birthday", OUTLOOK + "Birthday"):
        cells = ["Ann", *[""] * (header.count("|") - 1), cell]
        document, warnings = one(header, "|".join(cells))
        assert infos(document) == ([("date", "Birthday", expected)] if expected else [])
        assert warnings == []


@pytest.mark.parametrize("cell", ["soon", "10/6/87", "1987-13-45", "February", "31/31/2000"])
def test_a_date_that_cannot_be_read_is_kept(cell):
    document, (warning,) = one(GOOGLE + "Birthday", f"Ann||||||{cell}")
    assert infos(document) == [("custom", "Birthday", cell)]
    assert cell in warning
    assert "“Birthday”" in warning


@pytest.mark.parametrize(("cell", "expected"), [("06/10/1987", "1987-10-06"), ("6/13/1987", "1987-06-13")])
def test_languages_that_put_the_day_first(cell, expected):
    document, _warnings = one("Prénom|Nom|Société|Adresse de messagerie|Anniversaire", f"Zoé|Martin|||{cell}")
    assert infos(document) == [("date", "Birthday", expected)]


@pytest.mark.parametrize(
    ("name", "first", "middle", "last"),
    [
        ("Larissa Dippel", "Larissa", "", "Dippel"),
        ("María Fernanda Castro", "María", "Fernanda", "Castro"),
        ("Ludwig van Beethoven", "Ludwig", "", "van Beethoven"),
        ("Lee, Ann", "Ann", "", "Lee"),
        ("田中美咲", "田中美咲", "", ""),
        ("田中 美咲", "田中 美咲", "", ""),
        ("김 민준", "김 민준", "", ""),
        ("Cher", "Cher", "", ""),
        ("???", "???", "", ""),
        ("a b c (d", "a b c (d", "", ""),
    ],
)
def test_a_name_in_one_cell(name, first, middle, last):
    document, _warnings = one(OLD, f"{name}|||||a@x.example")
    assert (document.first_name, document.middle_name, document.last_name) == (first, middle, last)
    assert set("".join(split_name(name).values())) >= set(name) - set(" ,()")


def test_a_given_name_that_holds_everything():
    document, _warnings = one(OLD, "Jan Kowalski|Jan Kowalski||||")
    assert (document.first_name, document.last_name) == ("Jan", "Kowalski")
    document, _warnings = one(GOOGLE, "Karl Heinz|||||")  # the newer layout says that this is the first name
    assert document.first_name == "Karl Heinz"


def test_a_name_beside_its_parts():
    document, _warnings = one(OLD, "Ann Lee|Ann|Lee|||")
    assert (document.full_name, infos(document)) == ("Ann Lee", [])
    document, _warnings = one(OLD, "Annie of the Hill|Ann|Lee|||")
    assert infos(document) == [("custom", "Name", "Annie of the Hill")]


@pytest.mark.parametrize(
    ("formatted", "parts", "expected"),
    [
        ("1 Road\nX, 123\nUK", "|||", "1 Road\nX, 123\nUK"),
        ("1 Road\nX, 123\nUK", "1 Road|X|123|UK", "1 Road / X / 123 / UK"),
        ("1 Road\nX, 123\nGB\nUK", "1 Road|X|123|UK", "1 Road / X / 123 / UK"),
        ("1 Road\nBack yard\nX", "1 Road|X||", "1 Road / Back yard / X"),
    ],
)
def test_whole_addresses(formatted, parts, expected):
    header = (
        GOOGLE + "Address 1 - Formatted|Address 1 - Street|Address 1 - City|Address 1 - Postal Code|Address 1 - Country"
    )
    document, _warnings = one(header, f"Ann||||||{formatted}|{parts}")
    assert infos(document) == [("address", "Other", expected)]


def test_street_lines_and_po_box():
    header = OUTLOOK + "Home Street|Home Street 2|Home Street 3|Home Address PO Box|Home City|Home Country/Region"
    document, _warnings = one(header, "Ann|||||1 Road|Floor 2|Left|99|X|UK")
    assert document.infos[0].address == {
        "street": "1 Road",
        "extended": "Floor 2\nLeft",
        "po_box": "99",
        "city": "X",
        "country": "UK",
    }


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Business Phone 2", "Work"),
        ("Home Phone 2", "Home"),
        ("Primary Phone", "Main"),
        ("Company Main Phone", "Main"),
        ("Business Fax", "Work fax"),
        ("Home Fax", "Home fax"),
        ("Other Fax", "Other fax"),
        ("Other Phone", "Other"),
        ("Car Phone", "Car"),
        ("Radio Phone", "Radio"),
        ("ISDN", "ISDN"),
        ("Telex", "Telex"),
        ("TTY/TDD Phone", "TTY/TDD"),
        ("Callback", "Callback"),
        ("Assistant's Phone", "Assistant"),
    ],
)
def test_outlook_phones(title, label):
    document, _warnings = one(OUTLOOK + title, "Ann|||||+49 30 1")
    assert infos(document) == [("phone", label, "+49 30 1")]


def test_outlook_noise_is_dropped_only_when_it_says_nothing():
    header = OUTLOOK + "Priority|Sensitivity|Private|Gender"
    assert infos(one(header, "Ann|||||Normal|Normal|False|Unspecified")[0]) == []
    document, _warnings = one(header, "Ann|||||High|Normal|True|Female")
    assert infos(document) == [("custom", "Priority", "High"), ("custom", "Private", "True")]
    assert document.gender == "Female"


@pytest.mark.parametrize(
    ("address", "kind", "shown", "expected"),
    [
        ("a@x.example", "SMTP", "Ann Lee (a@x.example)", [("email", "Other", "a@x.example")]),
        ("a@x.example", "SMTP", "a@x.example", [("email", "Other", "a@x.example")]),
        (
            "a@x.example",
            "SMTP",
            "Front desk",
            [("email", "Other", "a@x.example"), ("custom", "E-mail Display Name", "Front desk")],
        ),
        ("/o=X/cn=abc", "EX", "Ann", [("custom", "Exchange address", "/o=X/cn=abc")]),
        (
            "/o=X/cn=abc",
            "EX",
            "Ann (a@x.example)",
            [("custom", "Exchange address", "/o=X/cn=abc"), ("email", "Other", "a@x.example")],
        ),
    ],
)
def test_outlook_email_types(address, kind, shown, expected):
    document, _warnings = one(OUTLOOK + "E-mail Type|E-mail Display Name", f"Ann|Lee|{address}|||{kind}|{shown}")
    assert infos(document) == expected


def test_what_has_no_field_becomes_custom():
    header = (
        GOOGLE + "Relation 1 - Label|Relation 1 - Value|IM 1 - Label|IM 1 - Service|IM 1 - Value|"
        "Event 1 - Label|Event 1 - Value|Photo|Shoe size"
    )
    row = "Ann||||||Spouse|Kim|Home|Skype|ann.lee|Anniversary|2012-05-19|https://x.example/p.jpg|42"
    document, warnings = one(header, row)
    assert infos(document) == [
        ("custom", "Spouse", "Kim"),
        ("custom", "Skype (Home)", "ann.lee"),
        ("date", "Anniversary", "2012-05-19"),
        ("custom", "Photo", "https://x.example/p.jpg"),
        ("custom", "Shoe size", "42"),
    ]
    assert warnings == []


def test_formula_guard_comes_off():
    header = GOOGLE + "Notes|Phone 1 - Label|Phone 1 - Value"
    document, _warnings = one(header, "'Ann|'=x||||'|'=1+1|'-one|'+49 30 1")
    assert (document.first_name, document.last_name, document.notes) == ("'Ann", "=x", "=1+1")
    assert companies(document) == [("'", "", "", "")]
    assert infos(document) == [("phone", "-one", "+49 30 1")]


def test_what_is_too_long_for_its_field_is_kept_elsewhere():
    document, warnings = one(
        GOOGLE + "Phone 1 - Label|Phone 1 - Value|Story", f"Ann||||||Work|{'call ' * 20}|{'x' * 2_000}"
    )
    assert infos(document) == [("custom", "Phone 1 - Value", ("call " * 20).strip())]
    assert document.notes == "Story: " + "x" * 2_000
    assert len(warnings) == 2


@pytest.mark.parametrize("row", ["", "|||||", " | |\t|||"])
def test_empty_rows_are_skipped(row):
    with pytest.raises(SkippedRow, match="empty"):
        one(GOOGLE, row)


@pytest.mark.parametrize("row", ["||VIPs ::: * myContacts|||", "||* starred|||"])
def test_rows_with_only_a_group_are_skipped(row):
    with pytest.raises(SkippedRow, match=r"a group but no person|nothing about a person"):
        one(GOOGLE, row)


def test_outlooks_rows_of_nothing_are_skipped():
    with pytest.raises(SkippedRow, match="nothing about a person"):
        one(OUTLOOK + "Birthday|Gender|Priority", "|||||0/0/00|Unspecified|Normal")


def test_a_row_that_cannot_be_stored_says_in_which_column():
    with pytest.raises(InvalidDocument, match=r"Column “First Name”.*300.*255"):
        one(GOOGLE, "x" * 300 + "|||||")
    with pytest.raises(InvalidDocument, match=r"Column “Address 1 - Street”.*600"):
        one(GOOGLE + "Address 1 - Street", "Ann||||||" + "x" * 600)


def test_naughty_strings_come_through_or_fail_with_a_sentence():
    naughty = [
        "<script>alert(1)</script>", "'; DROP TABLE contacts; --", "undefined", "null", "NaN", "../../etc/passwd",
        "%s%n", "{{7*7}}", "\u202egnp.exe", "\ufeff", "\u0000", "\ud800", "𝕿𝖍𝖊", "ﷺ", "Z̮̞̠͙͔͟ͅalgo", "🏳️‍🌈", "\t\r",
        "１２３", "İi", "\u2028", "a\x1bb", "​", "&lt;b&gt;", "=cmd|' /C calc'!A0",
    ]  # fmt: skip
    layout = detect(
        (GOOGLE + "Notes|Birthday|Address 1 - Formatted|Custom Field 1 - Label|Custom Field 1 - Value").split("|")
    )
    for text in naughty:
        for position in range(len(layout.header)):
            cells = ["Ann"] + [""] * (len(layout.header) - 1)
            cells[position] = text
            try:
                document = to_document(cells, layout).document
            except SkippedRow:
                assert position == 0
            else:
                assert document == document.normalised()


def test_a_file_of_nothing_usual():
    found = read("Name,Email,Phone,Company,Favourite colour\nAnn Lee,a@x.example,123,Acme,red\n")
    assert found.layout.name == "other"
    assert found.layout.known == (True, True, True, True, False)
    assert found.only.full_name == "Ann Lee"
    assert companies(found.only) == [("Acme", "", "", "")]
    assert ("custom", "Favourite colour", "red") in infos(found.only)


def test_long_nonsense_in_any_column_costs_no_time():
    header = OLD + "Birthday|Notes|Photo|Phone 1 - Type|Phone 1 - Value|Address 1 - Formatted|E-mail Type"
    for layout in (
        detect(header.split("|")),
        detect((OUTLOOK + "E-mail Type|E-mail Display Name|Birthday").split("|")),
    ):
        for text in ("T" * 900_000, " '" * 450_000, "a" * 900_000, "\\" * 900_000, "0/" * 450_000, "(" * 900_000):
            for position in range(len(layout.header)):
                cells = ["Ann", *["EX" if title == "E-mail Type" else "" for title in layout.header[1:]]]
                cells[position] = text
                started = time.monotonic()
                with contextlib.suppress(InvalidDocument):
                    to_document(cells, layout)
                assert time.monotonic() - started < 2, (layout.header[position], text[:3])


def test_a_label_that_is_too_long_is_cut_and_said():
    document, (warning,) = one(GOOGLE, f"Ann|||{'long ' * 20}|a@x.example|")
    assert document.infos[0].custom_label == ("long " * 20)[:63] + "…"
    assert "long long" in warning
