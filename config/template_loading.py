"""Our templates as they are sent: lines without their indentation, which is a tenth of a page and nothing to a browser.

What people typed comes from variables, and keeps every space.
"""

import re

from django.template import Origin
from django.template.loaders.filesystem import Loader

_INDENTATION = re.compile(r"\n[ \t]+")


class LeanLoader(Loader):
    """Reads templates of `DIRS`; those named `.html` without indentation. Each line stays a line, for messages of
    errors."""

    def get_contents(self, origin: Origin) -> str:
        """Return the text of a template. Raises `TemplateDoesNotExist`."""
        text = super().get_contents(origin)
        return _INDENTATION.sub("\n", text) if str(origin.name).endswith(".html") else text
