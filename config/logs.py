"""Structured logs on stderr: JSON for machines, plain lines at `make run`; never personal data or secrets.

Code logs ids and counts. What slips in all the same (a library's message, an exception's text) is masked here,
and no value can start a new line.
"""

import logging
import logging.config
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, cast

import structlog
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import EventDict, Processor, WrappedLogger

type Exc = tuple[type[BaseException], BaseException, TracebackType | None]

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MASK = "[hidden]"
DEEPEST = 6
LONGEST = 2000
_SECRET_PART = re.compile(r"passw|secret|token|authori[sz]ation|cookie|credential|api_?key|private_?key", re.IGNORECASE)
_SECRET_NAMES = frozenset(
    {
        *("code", "state", "nonce", "csrf", "csrfmiddlewaretoken", "session", "sessionid", "otp", "key", "auth"),
        *("body", "query", "query_string", "params", "sql", "statement", "headers", "form", "data"),
        *("email", "emails", "phone", "phones", "name", "names", "address", "notes", "birthday", "remote_addr", "ip"),
    }
)
_EMAIL = re.compile(r"[^\s@'\"<>(),;:=]+@[^\s@'\"<>(),;:=]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_ASSIGNED = re.compile(r"(?i)\b(\w*(?:passw\w*|secret|token|cookie|code|state|key))(\s*[=:]\s*)[^\s&,;]+")
_DIGITS = re.compile(r"\+?\d[\d ().-]{7,}\d")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|\([^()]*\)=\([^()]*\)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class StandardError(logging.Handler):
    """Writes to whatever `sys.stderr` is at the moment, so that a captured stream is never written after its end."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # a log line must never break the work that it is about
            self.handleError(record)


class OwnLineSaysIt(logging.Filter):
    """Drops Django's line about a refused request, and the path from its line about a failed one.

    Every request has a line of its own with the route (`config.middleware.RequestLog`).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep errors, without the address that somebody typed."""
        record.__dict__.pop("request", None)
        if record.levelno < logging.ERROR:
            return False
        record.msg, record.args = "unhandled exception", ()
        return True


def level(name: str) -> str:
    """Return a level's name in capitals; raise `ImproperlyConfigured` when logging knows no such level."""
    if name.upper() not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is {name!r}. Set it to one of {', '.join(LEVELS)}.")
    return name.upper()


def configure(options: Mapping[str, Any]) -> None:
    """Send structlog's and the standard library's records down one path.

    Args: `level`, a level's name as `level()` returns it; `json`, whether lines are for machines.
    """
    least = level(str(options["level"]))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_exception,
        redact,
    ]
    renderer: Processor = structlog.processors.JSONRenderer(sort_keys=True) if options["json"] else _plain_line
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"own_line": {"()": OwnLineSaysIt}},
            "formatters": {
                "kith": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"()": StandardError, "formatter": "kith"}},
            "root": {"level": least, "handlers": ["stderr"]},
            "loggers": {
                "django": {"handlers": [], "level": least, "propagate": True},
                "django.request": {"filters": ["own_line"], "handlers": [], "propagate": True},
                # Statements carry values: they are not logged at any level.
                "django.db.backends": {"handlers": [], "level": "WARNING", "propagate": True},
                "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
                "uvicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
                # Its lines hold whole addresses.
                "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a logger made before this call must follow it too
    )


def redact(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """structlog processor: hide values under telling names, and addresses, numbers and tokens inside any text."""
    own = {"event", "logger", "level", "timestamp", "exception"}
    return {
        key: (value if key in own - {"event"} or key.startswith("_") else _clean(key, value, 0))
        for key, value in event.items()
    }


def mask_text(text: str) -> str:
    """Return `text` with email addresses, long numbers, tokens and control characters masked, cut to `LONGEST`."""
    text = _BEARER.sub(rf"\1 {MASK}", text[:LONGEST])
    text = _ASSIGNED.sub(rf"\1\2{MASK}", text)
    text = _EMAIL.sub("[email]", text)
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _clean(key: str, value: Any, depth: int) -> Any:
    if key in _SECRET_NAMES or _SECRET_PART.search(key):
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {mask_text(str(inner)): _clean(str(inner).lower(), item, depth + 1) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item, depth + 1) for item in value]
    return mask_text(str(value))


def _name_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """structlog processor: replace `exc_info` by class, masked message and frames.

    Messages quote what somebody typed (`invalid literal for int(): 'ann@…'`, a key's values in an IntegrityError):
    only their first line is kept, and quoted parts, values and numbers in it are masked.
    """
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[1] is not None:
        event["exception"] = _described(cast(Exc, info))
    return event


def _described(info: Exc) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    error: BaseException | None = info[1]
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        message = _QUOTED.sub("…", (str(error).splitlines() or [""])[0])
        message = mask_text(_DIGITS.sub("…", message))
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}: {message}"[:LONGEST])
        lines += [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _plain_line(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """structlog renderer for a person: time, level, what, then `key=value`; an exception's frames below."""
    exception = event.pop("exception", [])
    moment = str(event.pop("timestamp", ""))[11:19]
    level, what = event.pop("level", ""), event.pop("event", "")
    event.pop("logger", None)
    rest = " ".join(f"{key}={value}" for key, value in event.items() if value is not None)
    return "\n    ".join([f"{moment} {level:<7} {what} {rest}".rstrip(), *exception])
