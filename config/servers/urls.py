"""Which database, broker and cache Django and Celery are to use."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env, threads
from config.servers import postgres
from config.servers.place import Place

# A page waits for nobody for long. A job commits batch by batch: one that waits in the middle holds up others, so it
# gives up and is tried again; its longest statement ends before Celery ends its process (config/celery.py).
_TIMEOUTS = {
    "web": {"lock_timeout": "2s", "idle_in_transaction_session_timeout": "60s"},
    "worker": {"statement_timeout": "4min", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "60s"},
    "scheduler": {"statement_timeout": "5min", "idle_in_transaction_session_timeout": "60s"},
}
_PERSON_TIMEOUTS = {"idle_in_transaction_session_timeout": "15min"}
_EXAMPLE = "postgres://user:password@host:5432/database"


def database_settings(data: Path) -> dict[str, Any]:
    """Return Django's settings for the database: DATABASE_URL, else the embedded server of `data`.

    A web process (KITH_PROCESS=web) gets a pool with a connection for each of its threads. What a statement, a lock
    and an idle transaction may take is set for each kind of process when it connects. What `config.prepared` asks is
    prepared on the server, and nothing else. With DATABASE_POOLER, which may give each transaction another connection,
    nothing is prepared, cursors on the server are off, and the limits are left to the operator, since poolers refuse
    them.
    Raises `ImproperlyConfigured` for a DATABASE_URL that is not one.
    """
    url = env.text("DATABASE_URL")
    settings: dict[str, Any] = _from_url(url) if url else _embedded(data)
    process = env.text("KITH_PROCESS", "command")
    options = settings["OPTIONS"]
    options.setdefault("application_name", f"kith {process}")
    limits = _TIMEOUTS.get(process, _PERSON_TIMEOUTS)
    if process == "web":
        seconds = env.number("PAGE_STATEMENT_SECONDS", 15, least=1, most=600)
        limits = {"statement_timeout": f"{seconds}s", **limits}
    if env.flag("DATABASE_POOLER"):
        # https://www.pgbouncer.org/features.html: what a session keeps is gone with the transaction.
        settings["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        options.setdefault("prepare_threshold", 0)  # at once: Django's own cursors never prepare
        # One plan for all values (config/prepared.py): to plan anew for hundreds of books takes longer than to answer.
        limits = {**limits, "plan_cache_mode": "force_generic_plan"}
        options.setdefault("options", " ".join(f"-c {name}={value}" for name, value in limits.items()))
    settings["ENGINE"] = "django.db.backends.postgresql"
    settings["CONN_MAX_AGE"] = 0
    # Processes that a test starts are to use that test's database.
    settings["NAME"] = env.text("KITH_DATABASE_NAME", settings["NAME"])
    if process == "web":
        size = env.number("DATABASE_POOL", threads.pages() + threads.BULK + threads.LIVE, least=1, most=1000)
        wait = env.number("DATABASE_WAIT_SECONDS", 10, least=1, most=600)
        options["pool"] = {"min_size": min(2, size), "max_size": size, "timeout": wait}
    return settings


def redis_url(data: Path) -> str:
    """Return the broker's address for Celery: REDIS_URL, else the embedded Valkey of `data`.

    KITH_VALKEY_DATABASE chooses one of the embedded server's numbered databases (test processes take one each).
    """
    url = env.text("REDIS_URL")
    if not url:
        number = env.number("KITH_VALKEY_DATABASE", 0, most=63)
        return f"redis+socket://{Place(data).valkey_socket}?virtual_host={number}"
    scheme = urlsplit(url).scheme
    if scheme == "unix":
        return "redis+socket" + url.removeprefix("unix")
    if scheme not in {"redis", "rediss", "redis+socket"}:
        raise ImproperlyConfigured(
            f"REDIS_URL begins with {scheme!r}. Write it as redis://host:6379/0, rediss://… or redis+socket:///path."
        )
    return url


def cache_url(broker: str) -> str:
    """Return `broker` (from `redis_url`) as Django's Redis cache wants it: a Unix socket has another spelling there."""
    parts = urlsplit(broker)
    if parts.scheme != "redis+socket":
        return broker
    query = [("db" if name == "virtual_host" else name, value) for name, value in parse_qsl(parts.query)]
    return f"unix://{parts.netloc}{parts.path}?{urlencode(query)}"


def _embedded(data: Path) -> dict[str, Any]:
    return {
        "NAME": postgres.DATABASE,
        "USER": postgres.ROLE,
        "PASSWORD": "",
        "HOST": str(Place(data).sockets),
        "PORT": str(postgres.PORT),
        "OPTIONS": {},
    }


def _from_url(url: str) -> dict[str, Any]:
    """Read a libpq connection URI (postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not an address ({error}). Write it as {_EXAMPLE}.") from error
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(f"DATABASE_URL must name a PostgreSQL database, as {_EXAMPLE}.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "NAME": name,
        "USER": options.pop("user", "") or unquote(parts.username or ""),
        "PASSWORD": options.pop("password", "") or unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", "") or (str(port) if port else ""),
        "OPTIONS": options,
    }
