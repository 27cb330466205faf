"""Names of people, organizations, teams and books: one clean line, or a sentence that says what is wrong."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 255
"""Characters, as wide as the columns."""

# Categories of characters that no name needs: controls, lone surrogates, noncharacters and unassigned ones.
_UNFIT = {"Cc", "Cs", "Cn"}
# What turns the order of letters round and makes one name look like another (Unicode TR 36, 2.2), and the mark of
# byte order.
_MISLEADING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean_name(text: str) -> str:
    """Return `text` in NFC with single blanks; raise `ValidationError` when it is empty, too long or not text."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(character) in _UNFIT or character in _MISLEADING for character in name):
        raise ValidationError(_("The name holds characters that cannot be shown. Type it again."), code="unfit")
    if not name:
        raise ValidationError(_("A name is missing. Give one."), code="missing")
    if len(name) > LONGEST:
        raise ValidationError(
            _("The name has %(count)d characters; at most %(most)d fit. Shorten it.")
            % {"count": len(name), "most": LONGEST},
            code="long",
        )
    return name
