"""Text from outside passes `clean_text` at every door, so that whatever a contact holds can be stored and shown."""

import re
import unicodedata

# Controls but for tab and line feed; lone surrogates; noncharacters; invisible bidirectional overrides that could
# make one text look like another (RFC 5892 calls them contextual; names never need the overrides and embeddings).
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069\ufeff]"
)
_NEWLINES = re.compile("\r\n|\r|\u2028|\u2029|\x85")
_BLANKS = re.compile(r"\s+")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Return `text` in NFC without characters that cannot be stored or would mislead, trimmed.

    One line unless `multiline`: runs of white space become one blank. Never raises, and is idempotent.
    """
    if text.isprintable():  # most texts by far: nothing unwanted, no white space but plain blanks
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        return text.strip() if multiline or "  " not in text else " ".join(text.split())
    text = _NEWLINES.sub("\n", text)
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    if multiline:
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return _BLANKS.sub(" ", text).strip()
