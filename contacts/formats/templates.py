"""What the import's help shows: template files with two example people, and the columns that each format may have."""

from __future__ import annotations

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.formats import google_csv, outlook_csv
from contacts.formats.export import google_csv as write_google
from contacts.formats.export import measure
from contacts.formats.outlook_export import outlook_csv as write_outlook

_EXAMPLES = (
    ContactDocument(
        prefix="Dr.",
        first_name="Ada",
        middle_name="Maria",
        last_name="Example",
        nickname="Addie",
        notes="Met at the fair in spring.\nPrefers email.",
        infos=(
            Info(kind=Kind.DATE, label="birthday", value="1987-10-06"),
            Info(kind=Kind.EMAIL, label="work", value="ada@company.example", preferred=True),
            Info(kind=Kind.EMAIL, label="home", value="ada@home.example"),
            Info(kind=Kind.PHONE, label="mobile", value="+44 7700 900123"),
            Info(kind=Kind.PHONE, label="work", value="+44 20 7946 0123"),
            Info(
                kind=Kind.ADDRESS,
                label="work",
                address={
                    "street": "1 Sample Street",
                    "city": "London",
                    "postal_code": "SW1A 1AA",
                    "country": "United Kingdom",
                },
            ),
            Info(kind=Kind.URL, label="homepage", value="https://company.example/"),
            Info(kind=Kind.CUSTOM, custom_label="Hobby", value="Chess"),
        ),
        memberships=(
            Membership(kind="company", name="Example Company", title="Director", department="Sales"),
            Membership(kind="group", name="Customers"),
            Membership(kind="group", name="Newsletter"),
        ),
    ),
    ContactDocument(
        first_name="Jürgen",
        last_name="Müller-Beispiel",
        starred=True,
        infos=(
            Info(kind=Kind.EMAIL, label="work", value="juergen@firma.example"),
            Info(kind=Kind.PHONE, label="mobile", value="+49 1512 3456789"),
            Info(
                kind=Kind.ADDRESS,
                label="home",
                address={"street": "Musterweg 2", "city": "Köln", "postal_code": "50667", "country": "Germany"},
            ),
            Info(kind=Kind.DATE, label="anniversary", value="2012-05-19"),
        ),
        memberships=(Membership(kind="company", name="Muster GmbH", title="Einkäufer"),),
    ),
)
FORMATS = ("google", "outlook")


def template_csv(name: str) -> bytes:
    """Return a template file, "google" or "outlook", with two example people. Raises KeyError for another name."""
    documents = [document.normalised() for document in _EXAMPLES]
    writers = {
        "google": lambda: write_google(documents, shape=measure(documents), safe=True),
        "outlook": lambda: write_outlook(documents, safe=True),
    }
    return b"".join(writers[name]())


def supported_fields(name: str) -> list[tuple[str, str]]:
    """Return (column title, what it becomes) of a format, "google" or "outlook". Raises KeyError for another name."""
    rows = {"google": google_csv.supported, "outlook": outlook_csv.supported}[name]()
    return [(title, target.title) for title, target in rows]
