"""Asking Kith and the database the same things, one after another, and comparing what they say."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.client import Answer, Session
from bench.figures import Figures, Result
from bench.raw import Best, Ways
from bench.subject import Reader, Subject

_WARM: Final = 15
_TRIAL: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its address, the element whose piece htmx asks for (empty: the whole page), and the raw SQL.

    `compared` says that the rows of the answer must be those of the SQL; of an answer that was cut nothing is said,
    since which of many equally good matches come first is not settled.
    """

    address: str
    piece: str = ""
    ways: Ways | None = None
    compared: bool = True


def ask_all(
    subject: Subject, reader: Reader, key: str, question: str, asked: Sequence[Asked], *, note: str = ""
) -> Result:
    """Ask everything once as `reader`, warm, one request at a time, and the raw SQL after each. Nothing asked: empty.

    An answer other than 200, or none, counts as an error and not among the times.
    """
    result = Result(key, question, subject.contacts, reader.name, note=note)
    session = subject.session(reader)
    for each in asked[:_WARM]:
        ask(session, each.address, piece=each.piece)
    trial = [each.ways for each in asked if each.ways is not None][:_TRIAL]
    best = Best(subject.raw, trial) if trial else None
    times: list[float] = []
    raw: list[float] = []
    slowest = 0.0
    for each in asked:
        answer = ask(session, each.address, piece=each.piece)
        if answer is None or answer.status != 200:
            result.errors += 1
            continue
        milliseconds = answer.seconds * 1000
        times.append(milliseconds)
        if milliseconds > slowest:
            slowest, result.slowest, result.piece = milliseconds, each.address, each.piece
        if best is None or each.ways is None:
            continue
        found, spent = best.ask(each.ways)
        raw.append(spent)
        if each.compared and not answer.is_cut:
            result.checked += 1
            shown, right = set(answer.rows), set(found)
            # Of a search the first page shows half of the best ones only.
            result.differing += not (shown < right if answer.more and len(right) > len(shown) else shown == right)
    result.times = Figures.of(times) if times else None
    if not asked:
        result.note = "nothing to ask: this reader has too little"
    result.raw = Figures.of(raw) if raw else None
    return result


def ask(session: Session, address: str, *, piece: str = "") -> Answer | None:
    """Return the answer, None when the connection failed."""
    try:
        return session.get(address, piece=piece)
    except (OSError, http.client.HTTPException):
        return None
