"""The Celery application. It rings; the job table holds the work (see `jobs`).

Start a worker with `WORKER_ARGV` and, beside it, one scheduler with `SCHEDULER_ARGV`.
"""

import gc
import logging
import os
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

from celery import Celery, signals
from celery.exceptions import SecurityWarning

from config.servers.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# The system checks load every page's code; `migrate` and the web process have made them by then.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

SLOTS = 2
"""Processes of one worker. Long jobs may fill all but one of them."""

_LOOKS_FOR_CYCLES = 100_000
"""Objects made and not yet let go of before a worker's process looks for cycles among them: some ten megabytes."""

WORKER_ARGV: list[str] = [
    *(sys.executable, "-m", "celery", "--quiet", "-A", "config.celery", "worker"),
    *("--concurrency", str(SLOTS), "--hostname", "kith@%h"),
    # Workers need not know of each other, and each of these is one more thing to reconnect.
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
]
"""Command line of a worker, run from the checkout. SIGTERM: no new job, long ones yield, then it ends."""

SCHEDULER_ARGV: list[str] = [
    sys.executable,
    str(Path(__file__).resolve().parent.parent / "manage.py"),
    "run_scheduler",
]
"""Command line of the scheduler. One is enough; two do no harm."""


def _configuration() -> dict[str, Any]:
    """Return the settings; called when first needed, so that importing this module reads no environment."""
    from django.conf import settings

    return {
        "broker_url": settings.REDIS_URL,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # the broker may be away for as long as it likes
        "broker_transport_options": {
            "visibility_timeout": 3600,
            # A hung broker must cost the doorbell's thread seconds, not for ever.
            "socket_timeout": 2,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            # A consumer whose connection died silently notices after a few of these.
            "health_check_interval": 5,
        },
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "task_default_queue": "kith",
        "task_ignore_result": True,
        "task_acks_late": False,  # a lost bell is rung again by the sweep; a repeated one would run in circles
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
        "task_soft_time_limit": 270,
        "task_time_limit": 300,
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,  # a bell held by a busy worker is a bell that an idle one does not hear
        "worker_max_tasks_per_child": 200,
        "worker_max_memory_per_child": 400_000,  # kilobytes
        "worker_proc_alive_timeout": 60,  # on a busy machine a fork takes longer than the default of 4 s
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        # Nothing is acknowledged late, so this cancels nothing; left unset, Celery warns about its future.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "enable_utc": True,
        "timezone": "UTC",
    }


app = Celery("kith")
app.add_defaults(_configuration)
app.autodiscover_tasks(["jobs"])

# Celery advises against root because pickled messages could then run code as root. Ours are JSON and carry one word.
warnings.filterwarnings("ignore", message=r"\s*You're running the worker with superuser", category=SecurityWarning)


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Leave logging as Django's settings configured it: having a receiver is what tells Celery so.

    Every bell would be two lines; what it led to is in the lines of the jobs.
    """
    logging.getLogger("celery").setLevel(logging.WARNING)


@signals.worker_init.connect
def _prepare(sender: Any, **_: Any) -> None:
    """Before the processes fork: load every handler, so that a broken one is seen now, and lay out the places."""
    from jobs import registry, slots

    registry.discover()
    slots.prepare(sender.concurrency)


@signals.worker_process_init.connect
def _collect_rarely(**_: Any) -> None:
    """Long jobs make rows by the hundred thousand, which hold no cycles: looking for some would take a sixth of an
    import. What was loaded before the fork stays for good, and shared."""
    gc.freeze()
    gc.set_threshold(_LOOKS_FOR_CYCLES)


@signals.worker_process_init.connect
def _end_with_the_worker(**_: Any) -> None:
    """A worker killed outright takes its processes along; they would otherwise finish what they had begun first."""
    die_with_parent(signal.SIGKILL)


@signals.worker_shutting_down.connect
def _wind_down(**_: Any) -> None:
    """Let long jobs yield instead of holding up the end."""
    from jobs import slots

    slots.stop()
