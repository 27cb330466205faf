"""Many at once, and one for long: no request fails, and nobody waits longer than their share."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from bench.asking import ask
from bench.client import Session
from bench.figures import Figures, Result
from bench.subject import Subject
from bench.typing_log import typing_log

PEOPLE_AT_ONCE: Final = 16
_EACH: Final = 40
_KEEP_ALIVE: Final = 2_000
_LONGEST: Final = 100.0


def at_once(subject: Subject) -> Iterator[Result]:
    """Sixteen clients asking without a pause, beside one client asking the same."""
    mixes = [mixed(subject, number) for number in range(PEOPLE_AT_ONCE)]
    alone = Result("crowd.one", "One client, mixed requests", subject.contacts)
    everybody = Result("crowd.all", f"{PEOPLE_AT_ONCE} clients at once, mixed requests", subject.contacts)
    one = [subject.session(reader) for reader in subject.readers]
    times: list[float] = []
    for number, mix in enumerate(mixes):
        # A part of each mix, so that one client asks what all ask.
        spent, errors = run(one[number % len(one)], mix[: _EACH // 4])
        times += spent
        alone.errors += errors
    alone.times = Figures.of(times) if times else None
    together: list[tuple[list[float], int]] = []
    threads = [
        threading.Thread(target=_into, args=(together, one[number % len(one)].twin(), mix), daemon=True)
        for number, mix in enumerate(mixes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everybody.errors = sum(errors for _times, errors in together)
    all_times = [each for spent, _errors in together for each in spent]
    everybody.times = Figures.of(all_times) if all_times else None
    yield alone
    yield everybody
    if alone.times and everybody.times:
        ratio = everybody.times.p95 / alone.times.p95
        yield Result(
            "crowd.ratio",
            f"p95 of {PEOPLE_AT_ONCE} clients in terms of one",
            subject.contacts,
            value=ratio,
            unit="×",
            errors=everybody.errors,
        )


def keep_alive(subject: Subject) -> Iterator[Result]:
    """Two thousand requests over one connection, which is never hung up."""
    session = subject.session(subject.readers[2]).twin()
    # Of a reader of little, whose answers cost the database least: this is about the connection.
    mix = [each for each in mixed(subject, 2) if each[1]]
    result = Result("server.requests", f"{_KEEP_ALIVE} requests over one connection", subject.contacts)
    times, result.errors = run(session, [mix[number % len(mix)] for number in range(_KEEP_ALIVE)], seconds=_LONGEST)
    result.times = Figures.of(times) if times else None
    if len(times) + result.errors < _KEEP_ALIVE:
        result.note = f"only {len(times) + result.errors:,} requests within {_LONGEST:.0f} s"
    yield result
    broken = Result("server.keep_alive", "… connections that were hung up", subject.contacts, unit="")
    broken.value = float(session.connections - 1)
    yield broken
    session.close()


def mixed(subject: Subject, number: int) -> list[tuple[str, str]]:
    """Return (address, piece) of what one person does: three keys typed, a list page, two cards, and so on."""
    reader = subject.readers[number % len(subject.readers)]
    people = subject.people(reader, 100)
    log = typing_log(people, seed=subject.seed + number, count=_EACH)
    contacts = subject.drawn(reader, _EACH, salt=f"crowd{number}")
    mix: list[tuple[str, str]] = []
    for place, stroke in enumerate(log):
        if place % 6 == 3:
            mix.append(("/contacts/", ""))
        elif place % 6 > 3 and contacts:
            mix.append((f"/contacts/{contacts[place % len(contacts)]}/", "detail"))
        else:
            mix.append(("/contacts/?" + urlencode({"q": stroke.query}), "results"))
    return mix


def run(session: Session, asked: Sequence[tuple[str, str]], *, seconds: float = math.inf) -> tuple[list[float], int]:
    """Ask one after another, for so many seconds; return the times in milliseconds and how many requests failed."""
    times, errors, until = [], 0, time.monotonic() + seconds
    for address, piece in asked:
        if time.monotonic() > until:
            break
        answer = ask(session, address, piece=piece)
        if answer is None or answer.status != 200:
            errors += 1
        else:
            times.append(answer.seconds * 1000)
    return times, errors


def _into(together: list[tuple[list[float], int]], session: Session, asked: Sequence[tuple[str, str]]) -> None:
    together.append(run(session, asked))
    session.close()
