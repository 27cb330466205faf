"""Why something was not taken: sentences that say what is wrong, where, and what to do."""

from contacts.document import InvalidDocument, Problem


class NotATable(ValueError):
    """A file that cannot be read as a table of contacts. `str()` is a sentence for people."""


class SkippedRow(InvalidDocument):
    """A row that says nothing of a person, so there is nothing to import. `str()` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__([Problem("", reason)])
