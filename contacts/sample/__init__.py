"""Made-up people for trying Kith at size: realistic in their skew, and nobody's data."""

from contacts.sample.load import Loaded, load_sample

__all__ = ["Loaded", "load_sample"]
