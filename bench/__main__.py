"""`python -m bench --contacts N`: the whole run, unattended. See `bench.orchestra`."""

import sys

from bench.orchestra import main

sys.exit(main())
