"""The pages of the contacts panel: HTTP only. Reads go through `for_user`, writes through services."""
