"""Structured logs: one JSON object a line on standard output, in UTC, without secrets."""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_SECRET_KEYS = re.compile(
    r"authorization|cookie|passwo?r?d|secret|token$|private_key|signature|api_?key", re.IGNORECASE
)
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(-----END [^-]*-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"\b(gh[a-z]_|github_pat_|whsec_|[rs]k_(?:live|test)_)[\w+/=.-]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (
        re.compile(r"(?i)\b(authorization[\"']?\s*[:=]\s*[\"']?)(?:\w+\s+)?[^\s\"',]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=\S*[\d=])[\w+/=.~-]{12,}"), rf"\1 {HIDDEN}"),
    (
        re.compile(r"(?i)\b((?:\w+_)?(?:token|secret|password|signature|api_?key)=)[^&\s\"'<>]+"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{HIDDEN}@"),
)


def redact_text(text: str) -> str:
    """The text without what looks like a token, key, password or signature."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: hides secrets by the name of their key, and wherever they stand in a text."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: object, value: Any) -> Any:
    if isinstance(key, str) and value and _SECRET_KEYS.search(key):
        return HIDDEN
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {inner: _hidden(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(None, one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(repr(value))


class _OneLineForBadRequests(logging.Filter):
    """What a stranger sends that is no HTTP is no fault of ours: a line, not a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            record.msg, record.args, record.exc_info = "bad_http_request", None, None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


_one_line_for_bad_requests = _OneLineForBadRequests()


def configure(*, level: str = "INFO", stream: TextIO | None = None, to_json: bool = True) -> None:
    """Send the logs of the app and of every library through one formatter; safe to call again."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer() if to_json else structlog.dev.ConsoleRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(_one_line_for_bad_requests)
    # Its access log writes every address with its query, where senders put their tokens.
    logging.getLogger("aiohttp.access").disabled = True
