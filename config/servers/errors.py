"""What goes wrong with the embedded servers, as a sentence for the person at the terminal."""


class ServersError(Exception):
    """The embedded servers cannot be used; the text says why and what to do."""
