"""`manage.py run_scheduler`: sweeps every few seconds until told to stop."""

import signal
import threading
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from jobs.sweep import sweep

log = structlog.stdlib.get_logger(__name__)


class Command(BaseCommand):
    """The scheduler's loop. Two of them do no harm; while none runs, lost bells stay lost."""

    help = "Rings for due jobs every few seconds and keeps house among the finished ones. Runs until stopped."
    requires_system_checks = []  # `migrate` and the web process make them; this starts again within a moment

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep until SIGTERM or SIGINT. Trouble with the database is logged and the next sweep tries again."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        while not stopped.is_set():
            try:
                swept = sweep()
                if swept.parked or swept.deleted:
                    log.info("sweep", parked=swept.parked, deleted=swept.deleted)
            except Error as error:
                log.warning("sweep.failed", error=type(error).__name__)
            finally:
                close_old_connections()
            stopped.wait(settings.JOB_SWEEP_SECONDS)
