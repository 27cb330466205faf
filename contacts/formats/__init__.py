"""Formats that contacts come in and go out as: each only translates between its own shape and the document."""
