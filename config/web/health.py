"""`/healthz` says that the process answers; `/readyz` whether it can serve people, and what runs slowly.

Both are answered beside Django: they must work when every thread is taken, and from a probe that sends no host
name of ours.
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from config.servers import cache_url
from config.web.answers import answer, security_headers
from config.web.types import Scope, Send

log = structlog.get_logger(__name__)

PATHS = frozenset({"/healthz", "/readyz"})
ANSWER_SECONDS = 3.0
LATE = timedelta(seconds=60)
RECHECK_SECONDS = 60.0

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")
_migrated_until = 0.0

# Transaction ids are the whole cluster's: a stuck transaction in any database holds the outbox's horizon back.
_HORIZON = """
    SELECT extract(epoch FROM max(clock_timestamp() - begun))
    FROM (
        SELECT xact_start AS begun FROM pg_stat_activity WHERE backend_xid IS NOT NULL
        UNION ALL
        SELECT prepared FROM pg_prepared_xacts
    ) AS writing
"""


async def answer_health(scope: Scope, send: Send) -> None:
    """Answer `/healthz` or `/readyz`: 200, or 503 with the reasons, as JSON."""
    if scope["method"] not in {"GET", "HEAD"}:
        await _say(send, 405, {"status": "refused", "reason": "Ask with GET or HEAD."}, allow=b"GET, HEAD")
        return
    if scope["path"] == "/healthz":
        await _say(send, 200, {"status": "ok"})
        return
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            report = await asyncio.get_running_loop().run_in_executor(_thread, _readiness_in_own_thread)
    except TimeoutError:
        report = _failed("database", f"The database gave no answer within {ANSWER_SECONDS:.0f} seconds.")
    await _say(send, 503 if report["status"] == "failed" else 200, report)


def readiness() -> dict[str, Any]:
    """Return `status` (ok, degraded or failed), the `reasons` by part, and the measured ages in seconds.

    *failed* means that no page can be served: the database does not answer, or lacks migrations. Everything else
    is *degraded*: pages work, background work is late. Makes four short queries and one ping.
    """
    try:
        connection.ensure_connection()
        missing = _unapplied_migrations()
        if missing:
            return _failed("migrations", f"{missing} migrations are not applied: run `manage.py migrate`.")
        with connection.cursor() as cursor:
            cursor.execute(_HORIZON)
            (horizon,) = cursor.fetchone()
        waiting = _oldest_waiting_job()
    except DatabaseError as error:
        log.warning("not ready", part="database", error=type(error).__name__)
        return _failed("database", "The database does not answer.")
    reasons = {}
    if not _broker_answers():
        reasons["broker"] = "The broker does not answer: background work starts late, none is lost."
    if waiting > LATE:
        reasons["jobs"] = f"The oldest job has waited {waiting.total_seconds():.0f} s: is a worker running?"
    behind = float(horizon or 0)
    if behind > LATE.total_seconds():
        reasons["outbox"] = f"A transaction open for {behind:.0f} s holds back news of changes."
    return {
        "status": "degraded" if reasons else "ok",
        "reasons": reasons,
        "oldest_job_seconds": round(waiting.total_seconds(), 1),
        "outbox_horizon_seconds": round(behind, 1),
    }


def _readiness_in_own_thread() -> dict[str, Any]:
    connection.close_if_unusable_or_obsolete()
    try:
        return readiness()
    finally:
        connection.close()


def _unapplied_migrations() -> int:
    """Return how many migrations the database lacks; a complete database is asked again after a minute."""
    global _migrated_until
    if time.monotonic() < _migrated_until:
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not missing:
        _migrated_until = time.monotonic() + RECHECK_SECONDS
    return missing


def _oldest_waiting_job() -> timedelta:
    from jobs.models import Job  # rooms are imported late: config stands below them

    return Job.objects.oldest_due_age() or timedelta(0)


def _broker_answers() -> bool:
    try:
        with Redis.from_url(cache_url(settings.REDIS_URL), socket_timeout=1, socket_connect_timeout=1) as broker:
            return bool(broker.ping())
    except RedisError:
        return False


def _failed(part: str, reason: str) -> dict[str, Any]:
    return {"status": "failed", "reasons": {part: reason}}


async def _say(send: Send, status: int, report: dict[str, Any], *, allow: bytes = b"") -> None:
    body = json.dumps(report).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *security_headers()]
    if allow:
        headers.append((b"allow", allow))
    await answer(send, status, headers, body)
