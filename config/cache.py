"""What is kept in the shared cache: JSON alone.

Whoever can write to Valkey must not thereby run code here, and Django's own serializer unpickles what it reads.
"""

from __future__ import annotations

import json
from typing import Any


class JsonSerializer:
    """Writes values of the cache as JSON. Whole numbers stay as they are, so that Valkey can count with them."""

    def dumps(self, value: Any) -> bytes | int:
        """Return what is stored; raise `TypeError` for a value that JSON cannot hold."""
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        """Return what was stored. Anything that is not JSON counts as absent: it was not written by Kith."""
        try:
            return json.loads(data)
        except ValueError:
            return None
