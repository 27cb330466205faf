"""Every keystroke of people who search, *Show all by name*, and whether the answers are exact."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from bench import raw
from bench.asking import Asked, ask, ask_all
from bench.figures import Result
from bench.subject import Reader, Subject
from bench.typing_log import Keystroke, typing_log
from contacts.listing import read_key
from contacts.search import words_of

#: Another seed warms up, so that no reported key has been asked before but by chance.
_WARM_SEED: Final = 1_000_003
_WARM: Final = 60
_PEOPLE: Final = 400
_BY_NAME: Final = 40
_LOOKED_AT: Final = 120
_PROVED: Final = 12


def keystrokes(subject: Subject) -> Iterator[Result]:
    """Search as the page does while somebody types."""
    for reader, session in subject.each_reader():
        for stroke in _log(subject, reader, subject.seed + _WARM_SEED, _WARM):
            ask(session, _address(stroke.query), piece="results")
        asked = [
            Asked(_address(stroke.query), "results", _ways(subject, reader, stroke.query))
            for stroke in _log(subject, reader, subject.seed, subject.keystrokes)
        ]
        yield ask_all(subject, reader, "search.keystroke", "Search, every keystroke", asked)


def by_name(subject: Subject) -> Iterator[Result]:
    """All matches by name: the first page of those answers that were cut, and a page behind it."""
    for reader, session in subject.each_reader():
        asked: list[Asked] = []
        for query in dict.fromkeys(stroke.query for stroke in _log(subject, reader, subject.seed, _LOOKED_AT)):
            first = ask(session, _address(query), piece="results")
            if first is None or not first.is_cut:
                continue
            scope, words = subject.scope(reader), _words(query)
            asked.append(Asked(_address(query, sort="name"), "results", raw.by_name(scope, words)))
            page = ask(session, _address(query, sort="name"), piece="results")
            if page is not None and page.more:
                asked.append(Asked(page.more, "rows", raw.by_name(scope, words, after=_key_of(page.more))))
            if len(asked) >= _BY_NAME:
                break
        if asked:
            yield ask_all(subject, reader, "search.by_name", "Show all by name, first and second page", asked)


def exact(subject: Subject) -> Iterator[Result]:
    """Compare answers with a look at every text: all that match are there, and nothing else."""
    for reader, session in subject.each_reader():
        result = Result("search.exact", "Search, wrong answers", subject.contacts, reader.name, unit="")
        source = random.Random(subject.seed)  # noqa: S311  # a choice of queries, no secret
        log = list(dict.fromkeys(stroke.query for stroke in _log(subject, reader, subject.seed, 400)))
        for query in source.sample(log, min(_PROVED, len(log))):
            answer = ask(session, _address(query), piece="results")
            named = ask(session, _address(query, sort="name"), piece="results")
            if answer is None or named is None or not _words(query):
                continue
            truth = raw.every_match(subject.raw, subject.scope(reader), _words(query))
            shown = answer.rows
            if answer.more and (rest := ask(session, answer.more, piece="rows")) is not None:
                shown += rest.rows
            right = set(shown) <= set(truth) and named.rows == truth[: raw.PAGE - 1]
            right &= len(truth) > len(shown) > 0 if answer.is_cut else len(truth) == len(shown)
            result.checked += 1
            result.differing += not right
            if not right:
                result.note = f"{query!r}: shows {len(shown)} of {len(truth)}"
        result.value = float(result.differing)
        yield result


def _log(subject: Subject, reader: Reader, seed: int, count: int) -> list[Keystroke]:
    return typing_log(subject.people(reader, _PEOPLE), seed=seed, count=count)


def _address(query: str, *, sort: str = "") -> str:
    return "/contacts/?" + urlencode({"q": query} | ({"sort": sort} if sort else {}))


def _words(query: str) -> list[str]:

    return words_of(query)


def _ways(subject: Subject, reader: Reader, query: str) -> raw.Ways | None:
    words = _words(query)
    return raw.search(subject.scope(reader), words) if words else None


def _key_of(address: str) -> tuple[str, UUID] | None:

    return read_key(parse_qs(urlsplit(address).query)["after"][0])
