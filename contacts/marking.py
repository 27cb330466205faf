"""Why a contact matched: which parts of its name and of one more value the words of a query hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contacts.derived import searchable_texts
from contacts.document import ContactDocument
from contacts.folding import fold
from contacts.handles import digits
from contacts.listing import Parts, Row
from contacts.models import Contact
from contacts.services.rows import documents_of

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
        contacts = Contact.objects.filter(pk__in=[marked[position].id for position in unexplained])
        documents = documents_of(contacts)
        for position in unexplained:
            row = marked[position]
            if row.id in documents:
                missing = [word for word in words if not _hits(row.name, word)]
                marked[position] = replace(row, match=_reason(documents[row.id], missing) or row.match)
    return marked


def mark(text: str, words: Sequence[str]) -> Parts:
    """Return `text` in parts, those that a folded word occurs in marked. The parts joined are `text`."""
    hit = [False] * len(text)
    for spans in (_spans(text, word) for word in words):
        for start, end in spans:
            hit[start:end] = [True] * (end - start)
    parts: Parts = []
    for character, is_hit in zip(text, hit, strict=True):
        if parts and parts[-1][1] == is_hit:
            parts[-1] = (parts[-1][0] + character, is_hit)
        else:
            parts.append((character, is_hit))
    return parts


def _hits(text: str, word: str) -> bool:
    return word in fold(text) or (_is_number(word) and digits(word) in digits(text))


def _is_number(word: str) -> bool:
    return bool(digits(word)) and not any(character.isalpha() for character in word)


def _spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text` the folded `word` occurs, as (start, end); digits of phones across their punctuation."""
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        piece = " " if character.isspace() else fold(character)
        folded.append(piece)
        origin += [position] * len(piece)
    yield from _occurrences("".join(folded), word, origin)
    number = digits(word)
    if _is_number(word):
        places = [position for position, character in enumerate(text) if character.isdecimal()]
        yield from _occurrences(digits(text), number, places)


def _occurrences(text: str, word: str, origin: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = text.find(word) if word else -1
    while start >= 0:
        last = start + len(word) - 1
        yield origin[start], origin[last] + 1
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
