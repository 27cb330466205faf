"""Why a contact matched: which parts of its name and of one more value the words of a query hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from contacts.derived import searchable_texts
from contacts.document import ContactDocument
from contacts.folding import fold
from contacts.handles import digits
from contacts.listing import Parts, Row
from contacts.models import Contact
from contacts.services.rows import documents_of
from contacts.words import begins_words

#: How much of a long text is shown around a hit, in characters.
AROUND = 60


def explain(rows: Sequence[Row], words: Sequence[str]) -> list[Row]:
    """Return the rows with what the words hit marked: in the name, else in the value that matched.

    Two more queries, and only for rows whose name and second line do not say why they matched.
    """
    marked: list[Row] = []
    unexplained: list[int] = []
    for row in rows:
        missing = [word for word in words if not _hits(row.name, word)]
        marked.append(replace(row, name_parts=mark(row.name, words), match=mark(row.second, words)))
        if any(not _hits(row.second, word) for word in missing):
            unexplained.append(len(marked) - 1)
    if unexplained:
        asked = [marked[position] for position in unexplained]
        # What was moved or deleted since its row was read is not looked into: the reader may not be let in there.
        contacts = Contact.objects.filter(
            pk__in=[row.id for row in asked], book__in={row.book_id for row in asked}, trashed_at__isnull=True
        )
        documents = documents_of(contacts)
        for position in unexplained:
            row = marked[position]
            if row.id in documents:
                missing = [word for word in words if not _hits(row.name, word)]
                marked[position] = replace(row, match=_reason(documents[row.id], missing) or row.match)
    return marked


def mark(text: str, words: Sequence[str]) -> Parts:
    """Return `text` in parts, those that a folded word occurs in marked. The parts joined are `text`."""
    parts: Parts = []
    done = 0
    for start, end in sorted(span for word in words for span in _spans(text, word)):
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


def _hits(text: str, word: str) -> bool:
    folded = fold(text)
    if word in folded and (not begins_words(word) or any(_starts_a_word(folded, at) for at in _places(folded, word))):
        return True
    return _is_number(word) and digits(word) in digits(text)


@lru_cache(maxsize=1_000)
def _is_number(word: str) -> bool:
    return bool(digits(word)) and not any(character.isalpha() for character in word)


def _spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text` the folded `word` occurs, as (start, end); digits of phones across their punctuation."""
    folded, origin = _folded(text)
    short = begins_words(word)
    for start in _places(folded, word):
        if not short or _starts_a_word(folded, start):
            yield origin[start], origin[start + len(word) - 1] + 1
    if _is_number(word):
        number = digits(word)
        places = [position for position, character in enumerate(text) if character.isdecimal()]
        for start in _places(digits(text), number):
            yield places[start], places[start + len(number) - 1] + 1


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` folded character by character, and where each folded character comes from."""
    if text.isascii() and "'" not in text and "`" not in text:
        return text.lower(), range(len(text))
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        piece = " " if character.isspace() else fold(character)
        folded.append(piece)
        origin += [position] * len(piece)
    return "".join(folded), origin


def _starts_a_word(folded: str, at: int) -> bool:
    return at == 0 or not folded[at - 1].isalnum()


def _places(text: str, word: str) -> Iterator[int]:
    start = text.find(word) if word else -1
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _reason(document: ContactDocument, words: Sequence[str]) -> Parts | None:
    """Return the text of the contact that most of `words` hit, cut around the first hit."""
    best, score = "", 0
    for text in searchable_texts(document):
        hits = sum(_hits(text, word) for word in words) if text else 0
        if hits > score:
            best, score = text, hits
    if not best:
        return None
    line = " ".join(best.split())
    first = min((start for word in words for start, _end in _spans(line, word)), default=0)
    begin = max(0, first - AROUND // 2)
    cut = line[begin : begin + 2 * AROUND]
    return mark(("…" if begin else "") + cut + ("…" if begin + 2 * AROUND < len(line) else ""), words)
