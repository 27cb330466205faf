"""The sample exports give the people that a person counts in them, value by value where it is easy to go wrong."""

import pytest

from contacts.document import Kind
from tests.contacts.formats.reading import DATA, companies, groups, infos, read

# Counted in each file record by record (a quoted cell may span lines, so lines are no measure), by going down the
# names in the text of the file, and checked against the number of records that a spreadsheet reader sees.
# google-2024: 62 rows below the header; row 22 is nothing but commas; row 35 is cut short after its 16th cell.
# None of the others holds an empty or broken row.
# (file, rows, people, skipped rows, format, language, encoding, delimiter)
SAMPLES = [
    ("google-2024.csv", 62, 61, {22}, "google", "", "utf-8", ","),
    ("google-old-utf16.csv", 60, 60, set(), "google-old", "", "utf-16", ","),
    ("outlook-desktop-cp1250.csv", 30, 30, set(), "outlook", "", "cp1250", ";"),
    ("outlook-desktop-cp1252.csv", 41, 41, set(), "outlook", "", "cp1252", ","),
    ("outlook-desktop-german.csv", 30, 30, set(), "outlook", "de", "cp1252", ";"),
    ("outlook-desktop-semicolon.csv", 25, 25, set(), "outlook", "", "utf-8-sig", ";"),
    ("outlook-web-bom.csv", 60, 60, set(), "outlook-web", "", "utf-8-sig", ","),
]


@pytest.mark.parametrize(("file", "rows", "people", "skipped", "name", "language", "codec", "delimiter"), SAMPLES)
def test_counts(file, rows, people, skipped, name, language, codec, delimiter):
    found = read(DATA / file)
    assert (found.table.encoding.codec, found.table.delimiter) == (codec, delimiter)
    assert (found.layout.name, found.layout.language) == (name, language)
    assert all(found.layout.known)
    assert len(found.documents) == people
    assert set(found.skipped) == skipped
    assert found.failed == {}
    assert sorted([*found.documents, *found.skipped]) == list(range(2, rows + 2))


def test_google_2024():
    found = read(DATA / "google-2024.csv")
    mats = found.documents[2]
    assert (mats.prefix, mats.first_name, mats.last_name, mats.suffix) == ("Dr.", "Mats", "Brandt", "Sr.")
    assert mats.notes == "Met at the fair."
    assert mats.starred
    assert groups(mats) == ["VIPs", "Partners"]
    assert companies(mats) == [("Andersson & Persson AB", "Barrister", "", "")]
    assert infos(mats) == [
        ("date", "Birthday", "1985-04-21"),
        ("email", "Work", "mats.brandt@andersson.example"),
        ("email", "Work", "mats0@mail.example"),
        ("phone", "Mobile", "0301-66 13 18"),
        ("address", "Home", "Järnvägsstigen 462 / Nyköping / 48219 / Sweden"),
        ("custom", "Account number", "A-1000"),
    ]
    assert [info.preferred for info in mats.infos] == [False, True, False, False, False, False]

    lukasz = found.documents[11]
    assert (lukasz.first_name, lukasz.last_name, lukasz.nickname) == ("Łukasz", "Żółć", "Dan")
    assert lukasz.notes == "Zażółć gęślą jaźń"
    assert ("date", "Birthday", "--03-07") in infos(lukasz)
    assert ("email", "Other", "danilo.dacruz@da.example") in infos(lukasz)  # no label
    assert ("phone", "Work fax", "14 7887-8384") in infos(lukasz)

    nameless = found.documents[8]
    assert (nameless.full_name, nameless.prefix) == ("", "Mr.")
    assert companies(nameless) == [("", "", "Engineering", "")]
    assert ("url", "Profile", "https://www.kardemir.example") in infos(nameless)

    assert (found.documents[12].first_name, found.documents[12].last_name) == ("美咲", "田中")
    oneil = found.documents[13]
    assert (oneil.first_name, oneil.last_name) == ('O\'Neil "Bo"', "D'Arcy, Jr")
    assert oneil.notes == "=1+1 is not a formula"
    assert found.documents[12].notes == "Line one\nLine two"
    assert ("email", "Grandma's", "stphane.cohen@dupuy.example") in infos(found.documents[14])
    # The short row: no group, no email, nothing made up.
    assert infos(found.documents[35]) == [("date", "Birthday", "1985-04-21")]
    # The same person twice stays two rows here; what to do with them is the import's question.
    assert found.documents[9].full_name == found.documents[10].full_name == "Benjamin Aylla da Cunha"
    assert found.warnings == [
        (7, "Column “E-mail 1 - Value”: “not an address” is not an email address; it was kept as it stands.")
    ]
    assert ("email", "Work", "not an address") in infos(found.documents[7])
    # 6 labels say "* starred" (rows of Mats, O'Neil, Lorraine, Karl Heinz, Etta, María Fernanda).
    assert [number for number, document in found.documents.items() if document.starred] == [2, 13, 25, 37, 48, 59]
    assert not any("myContacts" in groups(document) for document in found.documents.values())


def test_google_old():
    found = read(DATA / "google-old-utf16.csv")
    assert found.warnings == []
    larissa = found.documents[2]  # only the whole name is filled in
    assert (larissa.first_name, larissa.last_name) == ("Larissa", "Dippel")
    assert groups(larissa) == ["VIPs", "Partners"]
    marie = found.documents[3]
    assert (marie.first_name, marie.last_name) == ("Marie", "Norling")
    assert infos(marie)[1:3] == [
        ("email", "Other", "marie.norling@skoglund.example"),
        ("email", "Home", "marie41@mail.example"),
    ]
    preferred = [info.value for info in marie.of_kind(Kind.EMAIL) if info.preferred]
    assert preferred == ["marie.norling@skoglund.example"]  # its label is a bare "* "
    assert (found.documents[4].first_name, found.documents[4].middle_name) == ("Geraldine", "Toby")
    assert found.documents[5].gender == "female"
    maria = found.documents[17]  # three words in the one cell
    assert maria.full_name == "María Fernanda Castro"
    assert companies(found.documents[15]) == [
        ("Bourgeois", "éducateur sportif sportive des activités aquatiques et de la natation", "", "")
    ]


def test_outlook_polish_code_page():
    found = read(DATA / "outlook-desktop-cp1250.csv")
    antoni = found.documents[2]
    assert (antoni.full_name, antoni.notes) == ("Antoni Kustosz", "Zażółć gęślą jaźń")
    assert companies(antoni) == [("Utrata-Teter s.c.", "Kierownik działu", "", "")]
    assert infos(antoni) == [("phone", "Mobile", "736 514 191"), ("email", "Other", "antoni.kustosz@przyklad.example")]
    assert found.documents[11].last_name == "Węgrzynowicz"


def test_outlook_desktop():
    found = read(DATA / "outlook-desktop-cp1252.csv")
    isabel = found.documents[2]
    assert isabel.full_name == "Isabel Joan Canales"
    assert isabel.notes == "Line one\nLine two"
    assert companies(isabel) == [
        ("Che Ariza Abella S.L.", "Operador de instalaciones de procesamiento de metales", "R&D", "HQ 3rd floor")
    ]
    assert groups(isabel) == ["Newsletter"]
    assert infos(isabel) == [  # no gender, no 0/0/00, no display name that only repeats
        ("address", "Work", "Plaza Agustín Mata 64 Puerta 3 / Melilla / 16385 / Spain"),
        ("phone", "Work", "+34825 14 89 36"),
        ("phone", "Mobile", "+34 800 42 48 61"),
        ("email", "Other", "isabel.canales@che.example"),
        ("custom", "Spouse", "Kim"),
        ("url", "Homepage", "https://www.che.example"),
    ]
    assert isabel.gender == ""
    assert groups(found.documents[3]) == ["VIPs", "Partners"]
    # Two rows hold an Exchange address: Rosa-Maria Weiß (13) and Benjamin Brooks (38).
    exchange = "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=abc"
    for number, email in ((13, "rosa-maria.wei@hesse.example"), (38, "benjamin.brooks@welch.example")):
        assert ("custom", "Exchange address", exchange) in infos(found.documents[number])
        assert ("email", "Other", email) in infos(found.documents[number])
    assert {number for number, _warning in found.warnings} == {13, 38}


def test_outlook_german():
    found = read(DATA / "outlook-desktop-german.csv")
    miroslaw = found.documents[2]
    assert (miroslaw.full_name, miroslaw.notes) == ("Miroslaw Junitz", "Grüße aus Köln")
    assert companies(miroslaw) == [("Becker GmbH", "Leiter", "Vertrieb", "")]
    assert groups(miroslaw) == ["VIPs", "Partner"]
    assert infos(miroslaw) == [
        ("address", "Work", "Nadeschda-Hänel-Ring 14/49 / Brandenburg / 94420"),
        ("phone", "Work", "+49 (0) 7106 419930"),
        ("phone", "Mobile", "+49(0)4042 558225"),
        ("email", "Other", "miroslaw.junitz@beispiel.example"),
        ("date", "Birthday", "1987-10-06"),  # 06.10.1987
        ("url", "Homepage", "www.beispiel.example"),
    ]
    assert not any(kind == "date" for kind, _label, _value in infos(found.documents[3]))  # 0/0/00
    assert found.warnings == []


def test_outlook_semicolon_and_web():
    ilsu = read(DATA / "outlook-desktop-semicolon.csv").documents[2]
    assert (ilsu.full_name, ilsu.notes) == ("İlsu Kısakürek", "Met at the fair.")
    web = read(DATA / "outlook-web-bom.csv")
    george = web.documents[2]
    assert (george.prefix, george.full_name, george.nickname) == ("Ms.", "George Brown", "Geo")
    assert infos(george) == [
        ("email", "Other", "george.brown@browne-king.example"),
        ("phone", "Work", "+44(0)292018599"),
        ("phone", "Mobile", "020 7946 0502"),
        ("address", "Home", "87 Trevor Knolls / Port Danny / WR6W 4EU / United Kingdom"),
        ("url", "Homepage", "https://www.browne-king.example"),
    ]
    assert web.documents[3].notes == "Line one\nLine two"
    assert web.warnings == []


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("google-2024.csv", ("“E-mail 1 - Label”", "Google export since 2024")),
        ("google-old-utf16.csv", ("“E-mail 1 - Type”", "Google export before 2024")),
        ("outlook-desktop-cp1252.csv", ("“First Name”", "“E-mail Address”", "export of Outlook.")),
        ("outlook-desktop-german.csv", ("“Vorname”", "German")),
        ("outlook-web-bom.csv", ("“Given Yomi”", "Outlook on the web")),
    ],
)
def test_it_says_why(file, words):
    reason = read(DATA / file).layout.reason
    assert all(word in reason for word in words), reason
