"""Headers: whose they are, in which language, and a person's correction."""

import json

import pytest

from contacts.document import Kind
from contacts.formats import google_csv, outlook_csv
from contacts.formats.columns import Layout, detect
from contacts.formats.refusals import NotATable
from contacts.formats.rows import to_document
from contacts.formats.targets import IGNORE, Target, To, choices, company, custom, info, scalar
from contacts.formats.templates import FORMATS, supported_fields, template_csv
from tests.contacts.formats.reading import companies, groups, infos, read

# One header of each language, with what its columns mean, as Outlook of that language writes them.
LOCALISED = {
    "de": "Vorname;Nachname;Firma;E-Mail-Adresse;Telefon geschäftlich;Ort privat;Geburtstag;Kategorien;Webseite",
    "fr": "Prénom;Nom;Société;Adresse de messagerie;Téléphone (bureau);Ville (domicile);Anniversaire;Catégories;"
    "Page Web",
    "es": "Nombre;Apellidos;Organización;Dirección de correo electrónico 2;Teléfono del trabajo;Home City;Birthday;"
    "Categorías;Página web",
    "it": "Nome;Cognome;Società;Indirizzo E-mail;Telefono di Lavoro;Città di residenza;Compleanno;Categorie;Pagina Web",
    "pl": "Imię;Nazwisko;Firma;Adres e-mail;Telefon służbowy;Miasto (dom);Urodziny;Kategorie;Osobista strona sieci Web",
    "pt-BR": "Primeiro nome;Último nome;Empresa;Endereço de E-mail;Fone comercial;Cidade de casa;Aniversário;"
    "Categorias;Página Web",
    "fi": "Etunimi;Sukunimi;Järjestö;Ensisijainen sähköposti;Työpuhelin;Kotikaupunki;Syntymäpäivä;;Verkkosivu 1",
    "sk": "Krstné meno;Priezvisko;Spoločnosť;E-mailová adresa;Telefón do práce;Mesto (domov);Narodeniny;Kategórie;"
    "Webová stránka",
    "ru": "Имя;Фамилия;Организация;Адрес электронной почты;Рабочий телефон;Город;День рождения;;Веб-страница",
    "zh-TW": "名字;姓氏;公司;電子郵件地址;商務電話;住家 - 市/鎮;生日;類別;網頁",
}


@pytest.mark.parametrize("language", LOCALISED)
def test_localised_outlook(language):
    header = LOCALISED[language]
    found = read(f"{header}\nZoë;Lee;Acme;z@x.example;123;Town;1987-10-06;VIPs;https://x.example\n")
    assert (found.layout.name, found.layout.language) == ("outlook", language)
    assert outlook_csv.LANGUAGES[language] in found.layout.reason
    document = found.only
    assert document.full_name == "Zoë Lee"
    assert companies(document) == [("Acme", "", "", "")]
    groups_column = language not in {"fi", "ru"}  # theirs is not known: here it has no title
    assert infos(document) == [
        ("email", "Other", "z@x.example"),
        ("phone", "Work", "123"),
        ("address", "Home", "Town"),
        ("date", "Birthday", "1987-10-06"),
        *([] if groups_column else [("custom", "Column 8", "VIPs")]),
        ("url", "Homepage", "https://x.example"),
    ]
    assert groups(document) == (["VIPs"] if groups_column else [])


def test_every_localised_title_means_something():
    titles = {title for language in outlook_csv.LANGUAGES for title in outlook_csv._words()[language]}
    assert len(titles) > 500
    for language in outlook_csv.LANGUAGES:
        words = list(outlook_csv._words()[language])
        assert None not in outlook_csv.targets_in(language, words)


def test_a_birthday_in_three_columns():
    found = read("Vorname;Nachname;Geburtstag;Geburtsmonat;Geburtsjahr\nZoë;Lee;7;3;1987\nAnn;Lee;7;3;\nBen;Lee;;;\n")
    assert [infos(document) for document in found.documents.values()] == [
        [("date", "Birthday", "1987-03-07")],
        [("date", "Birthday", "--03-07")],
        [],
    ]


def test_street_lines_in_other_languages():
    document = read(
        "Vorname;Nachname;Straße geschäftlich;Straße geschäftlich 2;Ort geschäftlich\nZoë;Lee;Weg 1;Haus 2;Köln\n"
    ).only
    assert document.infos[0].address == {"street": "Weg 1", "extended": "Haus 2", "city": "Köln"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("First Name,Last Name,Labels,Organization Name", "google"),
        ("Name,Given Name,Family Name,Notes", "google-old"),
        ("Name,E-mail 1 - Type,E-mail 1 - Value", "google-old"),
        ("First Name,E-mail 1 - Label,E-mail 1 - Value", "google"),
        ("Title,First Name,Last Name,Business Street,Home Street,E-mail Address", "outlook"),
        ("First Name,Last Name,E-mail Address,Home Address,Business Phone,Categories", "outlook-google"),
        ("First Name,Last Name,Given Yomi,E-mail Address,Home Phone", "outlook-web"),
        ("first name , LAST NAME,e-mail address,BUSINESS PHONE", "outlook"),
        ("First Name,Last Name,Email,Phone", "other"),
    ],
)
def test_layouts(header, name):
    layout = detect(header.split(","))
    assert layout.name == name
    assert layout.reason.startswith("It ")
    assert layout.title


def test_nothing_known_is_refused():
    with pytest.raises(NotATable, match="“foo” and “bar”"):
        detect(["foo", "bar"])
    with pytest.raises(NotATable):
        detect(["", ""])


def test_a_correction():
    layout = detect(["First Name", "Last Name", "Labels", "Organization Name", "Shoe size"])
    assert layout.targets[4] == custom("Shoe size")
    corrected = layout.with_targets([*layout.targets[:3], scalar("nickname"), IGNORE])
    document = to_document(["Ann", "Lee", "VIPs", "Annie", "42"], corrected).document
    assert (document.nickname, infos(document), companies(document)) == ("Annie", [], [])
    again = Layout.from_json(json.loads(json.dumps(corrected.to_json())))
    assert (again.targets, again.signature) == (corrected.targets, layout.signature)
    with pytest.raises(ValueError, match="2 meanings for 5 columns"):
        layout.with_targets([IGNORE, IGNORE])


def test_day_first_can_be_corrected():
    layout = detect(["First Name", "Last Name", "E-mail Address", "Business Phone", "Birthday"])
    cells = ["Ann", "Lee", "", "", "06/10/1987"]
    assert infos(to_document(cells, layout).document) == [("date", "Birthday", "1987-06-10")]
    layout = layout.with_targets(layout.targets, day_first=True)
    assert infos(to_document(cells, layout).document) == [("date", "Birthday", "1987-10-06")]


def every_target():
    for _heading, targets in choices("Shoe size"):
        yield from targets
    yield from google_csv.COLUMNS.values()
    yield from outlook_csv.COLUMNS.values()


def test_targets_survive_the_mapping_page():
    for target in every_target():
        assert Target.from_key(target.key) == target
        assert target.title


@pytest.mark.parametrize(
    "key",
    [
        "",
        "[]",
        "{}",
        '{"to":"nowhere"}',
        '{"to":"scalar","field":"avatar"}',
        '{"to":"info","field":"value","kind":"address"}',
        '{"to":"info","field":"value","kind":"email","label":"<b>"}',
        '{"to":"custom","custom_label":1}',
        '{"to":"ignore","evil":"x"}',
    ],
)
def test_a_target_that_means_nothing_is_refused(key):
    with pytest.raises(ValueError, match=r".+"):
        Target.from_key(key)


def test_two_columns_for_one_field():
    layout = detect(["First Name", "Last Name", "Email", "Notes", "Extra"])
    layout = layout.with_targets([*layout.targets[:4], scalar("notes")])
    assert to_document(["Ann", "", "", "one", "two"], layout).document.notes == "one\ntwo"


@pytest.mark.parametrize("name", FORMATS)
def test_templates_import_without_a_warning(name):
    found = read(template_csv(name))
    assert found.layout.name == name
    assert (found.warnings, found.failed, found.skipped) == ([], {}, {})
    assert [document.full_name for document in found.documents.values()] == [
        "Ada Maria Example",
        "Jürgen Müller-Beispiel",
    ]
    ada, juergen = found.documents.values()
    assert len(ada.infos) == 8
    assert groups(ada) == ["Customers", "Newsletter"]
    assert juergen.starred
    assert ada.notes == "Met at the fair in spring.\nPrefers email."


def test_supported_fields():
    google = dict(supported_fields("google"))
    assert google["E-mail 1 - Value"] == "Email"
    assert google["Address 1 - PO Box"] == "Address: PO box"
    assert google["Labels"] == "Groups"
    outlook = dict(supported_fields("outlook"))
    assert outlook["Business Phone"] == "Phone (Work)"
    assert outlook["Car Phone"] == "Phone (Car)"
    assert outlook["Home Country/Region"] == "Address (Home): country"
    assert outlook["Spouse"] == "Custom field “Spouse”"
    for rows in (google, outlook):
        assert all(meaning and not meaning.startswith("Do not") for meaning in rows.values())


def test_choices_cover_the_document():
    targets = [target for _heading, group in choices("X") for target in group]
    assert IGNORE in targets
    assert {target.field for target in targets if target.to is To.SCALAR} >= {"first_name", "notes", "pronouns"}
    assert info(Kind.PHONE, "work_fax") in targets
    assert company("description") in targets
    assert len(set(targets)) == len(targets)
