"""`python -m config.supervisor`: run all of Kith until Ctrl-C."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Plain http on this machine; everything else as in production.
os.environ.setdefault("KITH_LOCAL", "1")

from config.supervisor.running import main

sys.exit(main())
