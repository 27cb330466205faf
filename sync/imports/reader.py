"""The process that reads an import's file: `python -m sync.imports.reader`, started by `sync.imports.ahead`."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from typing import Final

import django

#: Pages come first: the process gives way to them.
_NICENESS: Final = 5
#: Objects made and not yet let go of before Python looks for cycles among them: more than a batch of rows has, which
#: holds none, while looking for some takes a tenth of the time.
_LOOKS_FOR_CYCLES: Final = 1_000_000


def main() -> None:
    """Take the request at standard input, write the batches to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a worker at a terminal finishes its batch first
    os.nice(_NICENESS)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from sync.imports.ahead import read  # the models are not there before Django is

    gc.freeze()
    gc.set_threshold(_LOOKS_FOR_CYCLES)
    try:
        read(json.load(sys.stdin), sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # whoever asked is gone; Python would complain of what could not be written


if __name__ == "__main__":
    main()
