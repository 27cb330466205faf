"""`python -m config.servers NAME DATA [--testing]` is the keeper of one server (see `keeper`)."""

import sys

from config.servers.keeper import main

sys.exit(main(sys.argv[1:]))
