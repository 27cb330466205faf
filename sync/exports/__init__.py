"""The export of a book, a list, a search or chosen contacts: which contacts, in which format, streamed."""
