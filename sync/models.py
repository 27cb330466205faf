"""The rows of the sync room."""

from sync.imports.models import Import, ImportOutcome, ImportState, OutcomeKind, RememberedMapping

__all__ = ["Import", "ImportOutcome", "ImportState", "OutcomeKind", "RememberedMapping"]
