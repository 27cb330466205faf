"""Why a contact matched: which parts of its name and of one more value the words of a query hit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from contacts.derived import searchable_texts
from contacts.document import ContactDocument
from contacts.folding import fold
from contacts.handles import digits
from contacts.listing import Parts, Row
from contacts.services.rows import documents_in
from contacts.words import begins_words

#: How much of a long text is shown around a hit, in characters.
AROUND = 60

_DIGIT = re.compile(r"\d")
#: Where a text is hit: (start, end), in order, and maybe overlapping.
type Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Word:
    """A folded word of a query, with what each text is asked for; `number` is empty unless it may be part of one."""

    text: str
    is_short: bool
    number: str


@lru_cache(maxsize=1_000)
def _word(text: str) -> _Word:
    is_number = not any(character.isalpha() for character in text)
    return _Word(text, begins_words(text), digits(text) if is_number else "")


def explain(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    """Return the rows with what the words hit marked: in the name, else in the value that matched.

    Two more queries, and only for rows whose name and second line do not say why they matched.
    """
    sought = [_word(word) for word in words]
    marked: list[Row] = []
    unexplained: dict[int, list[_Word]] = {}
    for row in rows:
        in_name, missing = _look(row.name, sought)
        in_second, not_in_second = _look(row.second, sought)
        if any(word in not_in_second for word in missing):
            unexplained[len(marked)] = missing
        marked.append(replace(row, name_parts=_mark(row.name, in_name), match=_mark(row.second, in_second)))
    if unexplained:
        asked = [marked[position] for position in unexplained]
        # What was moved or deleted since is left out: the reader may not be let in there.
        documents = documents_in({row.id: row.book_id for row in asked})
        for position, missing in unexplained.items():
            row = marked[position]
            if row.id in documents:
                marked[position] = replace(row, match=_reason(documents[row.id], missing) or row.match)
    return marked


def _mark(text: str, spans: Spans) -> Parts:
    """Return `text` in parts, those within `spans` marked. The parts joined are `text`."""
    if not spans:
        return [(text, False)] if text else []
    parts: Parts = []
    done = 0
    for start, end in spans:
        if end <= done:
            continue
        if start > done:
            parts.append((text[done:start], False))
        if parts and parts[-1][1]:  # hits that touch or overlap are one
            parts[-1] = (parts[-1][0] + text[max(start, done) : end], True)
        else:
            parts.append((text[max(start, done) : end], True))
        done = end
    if done < len(text):
        parts.append((text[done:], False))
    return parts


def _look(text: str, words: Sequence[_Word]) -> tuple[Spans, list[_Word]]:
    """Return where `words` hit `text`, in order, and those that do not."""
    folded, origin = _folded(text)
    spans: Spans = []
    missing: list[_Word] = []
    for word in words:
        before = len(spans)
        start = folded.find(word.text)
        if start >= 0:
            spans += _spans(folded, origin, word, start)
        if word.number:
            spans += _number_spans(text, word.number)
        # What folds only as a whole, as a letter and its accent that are two characters, is hit, and not marked.
        if len(spans) == before and (text.isascii() or not _is_in(fold(text), word)):
            missing.append(word)
    if len(spans) > 1:
        spans.sort()
    return spans, missing


def _spans(folded: str, origin: Sequence[int], word: _Word, start: int) -> Iterator[tuple[int, int]]:
    """Yield where `word` is, which first occurs at `start`."""
    length = len(word.text)
    while start >= 0:
        if not word.is_short or _starts_a_word(folded, start):
            yield origin[start], origin[start + length - 1] + 1
        start = folded.find(word.text, start + 1)


def _number_spans(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Yield where the digits of `text` are `number`, across their punctuation."""
    plain, places = _digits_in(text)
    start = plain.find(number)
    while start >= 0:
        yield places[start], places[start + len(number) - 1] + 1
        start = plain.find(number, start + 1)


@lru_cache(maxsize=1)  # each text is looked at for one word after another
def _digits_in(text: str) -> tuple[str, Sequence[int]]:
    """Return the digits of `text`, and where each of them stands."""
    places = [digit.start() for digit in _DIGIT.finditer(text)]
    return digits(text) if places else "", places


def _is_in(folded: str, word: _Word) -> bool:
    return any(True for _span in _spans(folded, range(len(folded)), word, folded.find(word.text)))


def _starts_a_word(folded: str, at: int) -> bool:
    return at == 0 or not folded[at - 1].isalnum()


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` folded character by character, and where each folded character comes from."""
    if text.isascii() and "'" not in text and "`" not in text:
        return text.lower(), range(len(text))
    return _folded_by_character(text)


@lru_cache(maxsize=256)
def _folded_by_character(text: str) -> tuple[str, Sequence[int]]:
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        piece = _folded_character(character)
        folded.append(piece)
        origin += [position] * len(piece)
    return "".join(folded), origin


@lru_cache(maxsize=10_000)
def _folded_character(character: str) -> str:
    return " " if character.isspace() else fold(character)


def _reason(document: ContactDocument, words: Sequence[_Word]) -> Parts | None:
    """Return the text of the contact that most of `words` hit, cut around the first hit."""
    best, fewest = "", len(words)
    spans: Spans = []
    for text in filter(None, searchable_texts(document)):
        found, missing = _look(text, words)
        if len(missing) < fewest:
            best, spans, fewest = text, found, len(missing)
            if not missing:
                break
    if not best:
        return None
    line = " ".join(best.split())
    if line != best:
        spans = _look(line, words)[0]
    first = spans[0][0] if spans else 0
    begin = max(0, first - AROUND // 2)
    cut = ("…" if begin else "") + line[begin : begin + 2 * AROUND] + ("…" if begin + 2 * AROUND < len(line) else "")
    if cut != line:
        spans = _look(cut, words)[0]
    return _mark(cut, spans)
