"""Template tags of the contacts panel and of the parts that every page shares."""
