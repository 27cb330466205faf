"""A form that has something becomes one that has more: what was pasted, or typed for a contact that is there. Pure."""

from __future__ import annotations

from dataclasses import replace

from contacts.document import SCALARS, ContactDocument
from contacts.folding import fold
from contacts.matching import Policy, combine


def filled(existing: ContactDocument, more: ContactDocument, *, region: str) -> ContactDocument:
    """Return `existing` with all that `more` says: blanks filled, values added, the rest in the notes.

    `region` (ISO 3166) tells which phones are the same. Raises `InvalidDocument` when it grows beyond the limits.
    """
    if existing.is_empty:
        return replace(more, starred=existing.starred or more.starred)
    both = combine(existing, more, Policy.FILL, region=region)
    others = [
        f"{scalar.title}: {said}"
        for scalar in SCALARS
        if not scalar.multiline
        and (said := getattr(more, scalar.name))
        and fold(said) != fold(getattr(both, scalar.name))
    ]
    if more.notes and more.notes not in both.notes:
        others.append(more.notes)
    if not others:
        return both
    return replace(both, notes="\n\n".join(filter(None, (both.notes, "\n".join(others))))).normalised(like=both)
