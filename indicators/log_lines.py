"""What the server logs for machines: a line of JSON each, of whom or of which figure nothing.

`LOG_FORMAT=json` asks for it. A line tells of one request or of one run of a page, with the name of
the route or the page, never the address as it was written: that holds what somebody chose.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("quality")
_GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
_INNER = ("health", "host-config", "stream", "metrics", "upload_file")  # of Streamlit's `_stcore`
OTHER = "other"


class JsonLines(logging.Formatter):
    """Writes a record as one object; of an exception its type and its place, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
        told: dict[str, Any] = getattr(record, "told", {})
        # An error's text may quote what somebody chose, or a figure.
        line["message"] = str(record.msg) if record.exc_info else record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, where = record.exc_info
            told = told | {
                "error": f"{kind.__module__}.{kind.__qualname__}",
                "where": [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(where)[-8:]],
            }
        return json.dumps(line | told, ensure_ascii=False, default=str)


def write_json_lines(stream: TextIO = sys.stderr) -> None:
    """Let all that is logged from now on be lines of JSON, one handler for all loggers."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.root.handlers = [handler]
    _log.setLevel(logging.INFO)
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers, logger.propagate = [], True


def route(path: str, known: Collection[str]) -> str:
    """Return the name of what an address asks for: `map`, `boundaries`, `_stcore/stream`."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return "overview"
    if "_stcore" in parts:
        inner = parts[parts.index("_stcore") + 1 :][:1]
        return f"_stcore/{inner[0]}" if inner and inner[0] in _INNER else "_stcore"
    return parts[0] if parts[0] in known else OTHER


class LoggedRequests:
    """Logs every request when it has been answered, and gives its id back as `X-Request-ID`.

    known: the first parts of the addresses that there are.
    """

    def __init__(self, app: ASGIApp, known: Callable[[], Collection[str]]) -> None:
        self._app, self._known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        status: int | None = None

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=list(message["headers"]))
                headers["x-request-id"] = number
                message = {**message, "headers": headers.raw}
            await send(message)

        name = route(scope["path"], self._known())
        with timed("request", request=number, kind=scope["type"], route=name) as told:
            await self._app(scope, receive, answer)
            told["status"] = status


@contextmanager
def timed(what: str, **told: Any) -> Iterator[dict[str, Any]]:
    """Log a block when it ends, however it ends, with what is told of it and how long it took."""
    begun = time.perf_counter()
    try:
        yield told
    finally:
        milliseconds = round((time.perf_counter() - begun) * 1000, 1)
        _log.info(what, extra={"told": told | {"milliseconds": milliseconds}})
