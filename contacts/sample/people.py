"""Draws made-up people: skewed as real books are, the same for the same seed.

Names, companies and domains by Zipf; three in a hundred are there twice, as people come twice into real books: the
same address in another spelling, the same number in another form, the same name in the same firm.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.folding import fold
from contacts.sample import names


class Zipf[Item]:
    """Draws the first items often and the last ones rarely: the n-th with a weight of 1/n."""

    def __init__(self, source: random.Random, items: Sequence[Item]) -> None:
        self._source = source
        self._items = items
        self._weights = list(accumulate(1 / rank for rank in range(1, len(items) + 1)))

    def draw(self) -> Item:
        """Return one item."""
        return self._source.choices(self._items, cum_weights=self._weights)[0]


#: How many of a hundred people are one of those before, met again.
TWICE = 0.03
#: Of how many of the last ones that is chosen.
_REMEMBERED = 200


class People:
    """Makes people, one after another. `companies` is how many distinct firms they work for."""

    def __init__(self, seed: int, *, companies: int = 40_000) -> None:
        self._seed = seed
        self._source = source = random.Random(seed)  # noqa: S311  # sample data, not a secret
        self._places = names.PLACES
        self._place_weights = list(accumulate(place.weight for place in names.PLACES))
        self._first = {place.region: Zipf(source, _words(place.first)) for place in names.PLACES}
        self._last = {place.region: Zipf(source, _surnames(_words(place.last))) for place in names.PLACES}
        self._companies = Zipf(source, [self._company(number) for number in range(companies)])
        self._domains = Zipf(source, ["mail.example", "post.example", "inbox.example", "web.example"])
        self._groups = Zipf(source, names.GROUPS)
        self._made = 0
        self._before: list[ContactDocument] = []

    def begin_at(self, number: int) -> None:
        """Go to the person of this number, at which another process may begin too: what follows depends on it alone."""
        self._source.seed(f"{self._seed}:{number}")
        self._made = number
        self._before.clear()

    def person(self) -> ContactDocument:
        """Return the next person: 1.6 emails and 1.2 phones on average, notes, dates and groups for some."""
        self._made += 1
        if self._before and self._source.random() < TWICE:
            return self._met_again(self._source.choice(self._before))
        person = self._new()
        if len(self._before) < _REMEMBERED:
            self._before.append(person)
        else:
            self._before[self._made % _REMEMBERED] = person
        return person

    def _met_again(self, known: ContactDocument) -> ContactDocument:
        """Return somebody who is there already, as they would come in from elsewhere."""
        ways = [Kind.EMAIL, Kind.PHONE, "company"]
        self._source.shuffle(ways)
        for way in ways:
            if way == "company" and known.companies:
                infos: list[Info] = []
                memberships = [Membership(kind="company", name=known.companies[0].name.upper())]
            elif way != "company" and (info := known.first(Kind(way))):
                infos = [Info(kind=info.kind, label="other", value=_respelled(info))]
                memberships = []
            else:
                continue
            return ContactDocument(
                first_name=known.first_name,
                last_name=known.last_name,
                infos=tuple(infos),
                memberships=tuple(memberships),
            ).normalised()
        return self._new()

    def _new(self) -> ContactDocument:
        source = self._source
        place = source.choices(self._places, cum_weights=self._place_weights)[0]
        first, last = self._first[place.region].draw(), self._last[place.region].draw()
        if source.random() < 0.25:  # a second surname, which makes the long tail
            last = f"{last} {self._last[place.region].draw()}"
        company = self._companies.draw() if source.random() < 0.7 else ""
        infos = [*self._emails(first, last, company), *self._phones(place)]
        if source.random() < 0.3:
            infos.append(self._address(place))
        if source.random() < 0.12:
            infos.append(Info(kind=Kind.DATE, label="birthday", value=self._birthday()))
        if source.random() < 0.1:
            infos.append(Info(kind=Kind.CUSTOM, custom_label="Account number", value=f"A-{source.randrange(10**6):06}"))
        if source.random() < 0.05:
            infos.append(Info(kind=Kind.URL, label="homepage", value=f"https://{_domain(company or last)}"))
        return ContactDocument(
            first_name=first,
            middle_name=self._first[place.region].draw() if source.random() < 0.08 else "",
            last_name=last,
            prefix="Dr." if source.random() < 0.04 else "",
            nickname=first[:3] if source.random() < 0.03 else "",
            notes=". ".join(source.sample(names.NOTE_PARTS, source.randrange(1, 4))) if source.random() < 0.2 else "",
            starred=source.random() < 0.02,
            infos=tuple(infos),
            memberships=tuple(self._memberships(company)),
        ).normalised()

    def _memberships(self, company: str) -> list[Membership]:
        source = self._source
        memberships = []
        if company:
            department = source.choice(names.DEPARTMENTS) if source.random() < 0.3 else ""
            memberships.append(
                Membership(kind="company", name=company, title=source.choice(names.TITLES), department=department)
            )
        if source.random() < 0.25:
            memberships.append(Membership(kind="group", name=self._groups.draw()))
        return memberships

    def _emails(self, first: str, last: str, company: str) -> list[Info]:
        local = ".".join(filter(None, (_ascii(first), _ascii(last)))) or "person"
        firm = Info(kind=Kind.EMAIL, label="work", value=f"{local}@{_domain(company)}") if company else None
        home = Info(kind=Kind.EMAIL, label="home", value=f"{local}{self._made}@{self._domains.draw()}")
        drawn = self._source.random()
        if drawn < 0.04:
            return []
        return [each for each in (firm, home if drawn > 0.3 or not firm else None) if each]

    def _phones(self, place: names.Place) -> list[Info]:
        count = self._source.choices((0, 1, 2, 3), (18, 50, 26, 6))[0]
        return [
            Info(kind=Kind.PHONE, label=("mobile", "work", "home")[number], value=self._phone(place))
            for number in range(count)
        ]

    def _phone(self, place: names.Place) -> str:
        form = self._source.choice(place.phones)
        return "".join(str(self._source.randrange(10)) if character == "#" else character for character in form)

    def _address(self, place: names.Place) -> Info:
        source = self._source
        street = f"{self._last[place.region].draw()} {source.randrange(1, 200)}"
        city = source.choice(_words(place.cities))
        address = {
            "street": street,
            "city": city,
            "postal_code": f"{source.randrange(10**5):05}",
            "country": place.country,
        }
        return Info(kind=Kind.ADDRESS, label=source.choice(("work", "home")), address=address)

    def _birthday(self) -> str:
        source = self._source
        day = f"{source.randrange(1, 13):02}-{source.randrange(1, 29):02}"
        return f"--{day}" if source.random() < 0.2 else f"{source.randrange(1940, 2006)}-{day}"

    def _company(self, number: int) -> str:
        source = self._source
        head = source.choice(names.COMPANY_HEADS)
        if number < len(names.COMPANY_HEADS):
            head = names.COMPANY_HEADS[number]
        middle = f" {source.choice(names.COMPANY_HEADS)} {number}" if number >= 200 else ""
        return f"{head}{middle} {source.choice(names.COMPANY_TAILS).replace('_', ' ')}"


def _respelled(info: Info) -> str:
    """Return an email in capitals, or a phone without blanks and marks."""
    if info.kind is Kind.EMAIL:
        return info.value.title()
    return "".join(character for character in info.value if character.isdigit() or character == "+")


def _surnames(known: list[str]) -> list[str]:
    """Return surnames, the commonest first, with a long tail put together of their beginnings and ends."""
    tail = [f"{one[: (len(one) + 1) // 2]}{other[len(other) // 2 :].lower()}" for one in known for other in known]
    return list(dict.fromkeys([*known, *tail]))


def _words(text: str) -> list[str]:
    return [word.replace("_", " ") for word in text.split()]


def _ascii(text: str) -> str:
    return "".join(character for character in fold(text) if character.isascii() and character.isalnum())


def _domain(company: str) -> str:
    return f"{_ascii(company.rsplit(' ', 1)[0]) or 'firm'}.example"
