"""The made-up people of *Load sample people*: a handful to try everything on, in the scripts that real books hold.

Their addresses end in `.example`, and their numbers come from ranges that regulators keep for fiction: nobody is
called or written to by mistake.
"""

from __future__ import annotations

from typing import Any, Final

from contacts.document import ContactDocument, Info, Kind, Membership


def _person(name: tuple[str, str], job: tuple[str, str] | None = None, *groups: str, **more: Any) -> ContactDocument:
    """Return a person by (first, last) name and (company, title); `email`, `home`, `phone`, `office`, `birthday`,
    `url` and `place` ("street, city, country") become values, everything else is a field."""
    infos = [
        Info(kind=kind, label=label, value=more.pop(given))
        for given, kind, label in (
            ("email", Kind.EMAIL, "work"),
            ("home", Kind.EMAIL, "home"),
            ("phone", Kind.PHONE, "mobile"),
            ("office", Kind.PHONE, "work"),
            ("url", Kind.URL, "homepage"),
            ("birthday", Kind.DATE, "birthday"),
        )
        if given in more
    ]
    if "place" in more:
        street, city, country = more.pop("place").split(", ")
        address = {"street": street, "city": city, "country": country}
        infos.append(Info(kind=Kind.ADDRESS, label="work", address=address))
    memberships = [Membership(kind="company", name=job[0], title=job[1])] if job else []
    memberships += [Membership(kind="group", name=group) for group in groups]
    fields: dict[str, Any] = {**more, "infos": tuple(infos), "memberships": tuple(memberships)}
    return ContactDocument(first_name=name[0], last_name=name[1], **fields).normalised()


def first_people() -> list[ContactDocument]:
    """Return the sample people as documents that can be written, each time new ones. No query."""
    harbour, kumo, sol = "Harbour Press", "雲システム", "Panadería Sol"
    return [
        _person(
            ("Amara", "Okafor"), (harbour, "Editor"), "Newsletter",
            email="amara@harbourpress.example", phone="+44 20 7946 0143", pronouns="she/her", birthday="1986-03-07",
            notes="Prefers a call **before noon**.",
        ),
        _person(
            ("Oliver", "Finch"), (harbour, "Publisher"),
            email="oliver@harbourpress.example", office="+44 20 7946 0160", place="12 Quay Street, Bristol, UK",
        ),
        _person(("Gwen", "Pryce-Jones"), (harbour, "Accounts"), email="accounts@harbourpress.example"),
        _person(
            ("José", "Muñoz"), (sol, "Baker"),
            email="jose@sol.example", nickname="Pepe", birthday="--05-21", place="Calle Mayor 3, Sevilla, Spain",
        ),
        _person(("Lucía", "Muñoz"), (sol, "Owner"), "Newsletter", email="lucia@sol.example"),
        _person(
            ("Łukasz", "Żółtowski"), ("Żółć i Spółka", "Buyer"),
            email="lukasz@zolc.example", url="https://zolc.example", place="ul. Długa 5, Gdańsk, Poland",
        ),
        _person(
            ("Chloé", "Lefèvre"), ("Atelier Lefèvre", "Founder"), "Newsletter",
            email="chloe@lefevre.example", phone="+33 1 99 00 27 45",
        ),
        _person(("Jürgen", "Groß"), ("Groß & Söhne", ""), email="j.gross@gross.example", office="+49 30 23125 017"),
        _person(("Ingrid", "Sørensen"), ("Fjord Paper", "Key accounts"), email="ingrid@fjord.example"),
        _person(
            ("Nguyễn", "Thị Hoa"), ("Lotus Textiles", "Designer"), "Newsletter",
            email="hoa@lotus.example", birthday="1993-10-02",
        ),
        _person(("Ελένη", "Παπαδοπούλου"), ("Αιγαίο Travel", "Guide"), email="eleni@aegean.example"),
        _person(("Дмитро", "Шевченко"), ("Northlight Studio", "Designer"), email="dmytro@northlight.example"),
        _person(
            ("יעל", "כהן"), ("Northlight Studio", "Producer"),
            email="yael@northlight.example", phone="+1 202 555 0171",
        ),
        _person(
            ("نور", "حداد"), ("Cedar Logistics", "Operations"),
            email="noor@cedar.example", phone="+1 202 555 0188", pronouns="she/her",
        ),
        _person(("Tomás", "O’Brien"), ("Cedar Logistics", "Driver"), office="+1 202 555 0190"),
        _person(
            ("健二", "佐藤"), (kumo, "CTO"),
            email="kenji@kumo.example", phonetic_first_name="けんじ", phonetic_last_name="さとう",
        ),
        _person(("小明", "王"), (kumo, "Support"), email="xiaoming@kumo.example"),
        _person(("अनन्या", "शर्मा"), ("Monsoon Tea", "Tasting"), "Newsletter", email="ananya@monsoon.example"),
        _person(
            ("Rose", "Marsh"), None, "Family",
            home="rose@family.example", phone="+1 202 555 0155", nickname="Mum", birthday="--08-14",
        ),
        _person(("Theo", "Marsh"), None, "Family", home="theo@family.example", birthday="2011-12-30"),
    ]  # fmt: skip


#: The label of the act that writes them, as the list of changes shows it.
LABEL: Final = "Sample people"
