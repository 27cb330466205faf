"""Template tags that every room's pages may use."""
