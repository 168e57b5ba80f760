"""Lines of JSON for machines tell of requests and runs, and of nobody and of no figure."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

import app
from indicators.log_lines import LoggedRequests, route, write_json_lines
from indicators.settings import ROOT
from tests.opened_pages import reading

KNOWN = ("map", "boundaries")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Yield what is logged, as lines of JSON."""
    loggers = [logging.root, *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    before = [(logger, logger.handlers, logger.propagate, logger.level) for logger in loggers]
    written = io.StringIO()
    write_json_lines(written)
    yield written
    for logger, handlers, propagate, level in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def read(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def asked(path: str, **headers: str) -> httpx.Response:
    server = LoggedRequests(PlainTextResponse("93.93"), lambda: KNOWN)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_a_request_is_one_line_by_its_route_without_what_was_asked(lines: io.StringIO) -> None:
    answer = asked(
        "/map?region=330000&name=li", cookie="a=geheim", **{"x-forwarded-for": "9.9.9.9"}
    )
    (line,) = [each for each in read(lines) if each["message"] == "request"]
    assert line["request"] == answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", line["request"])
    assert (line["route"], line["status"], line["level"]) == ("map", 200, "info")
    assert isinstance(line["milliseconds"], float)
    assert not re.search(r"330000|li\b|geheim|9\.9|93\.93", lines.getvalue())


def test_an_id_that_the_proxy_gave_is_kept_and_no_text_is_taken_for_one(
    lines: io.StringIO,
) -> None:
    assert asked("/", **{"x-request-id": "0af7651916cd43dd"}).headers["x-request-id"] == (
        "0af7651916cd43dd"
    )
    assert asked("/", **{"x-request-id": "li wei, 330000"}).headers["x-request-id"] != (
        "li wei, 330000"
    )
    assert "li wei" not in lines.getvalue()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "overview"),
        ("/map", "map"),
        ("/boundaries/330000.geojson", "boundaries"),
        ("/map/_stcore/health", "_stcore/health"),
        ("/_stcore/upload_file/session/secret", "_stcore/upload_file"),
        ("/_stcore/secret", "_stcore"),
        ("/li-wei", "other"),
    ],
)
def test_a_route_is_a_name_of_ours(path: str, name: str) -> None:
    assert route(path, KNOWN) == name


def test_an_error_is_told_by_type_and_place_and_not_by_its_text(lines: io.StringIO) -> None:
    try:
        raise ValueError("the figure 4123456789")
    except ValueError:
        logging.getLogger("streamlit.any").exception("a page failed")
    (line,) = read(lines)
    assert (line["message"], line["error"], line["level"]) == (
        "a page failed",
        "builtins.ValueError",
        "error",
    )
    assert "test_log_lines.py" in line["where"][-1]
    assert "4123456789" not in lines.getvalue()


def test_a_run_of_a_page_is_one_line_with_its_release(
    lines: io.StringIO, shipped_file: Path
) -> None:
    with reading(f"sqlite:///{shipped_file}"):
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        page.query_params["region"] = "330000"
        page.run()
    assert not page.exception
    runs = [each for each in read(lines) if each["message"] == "run"]
    assert [(each["page"], each["release"]) for each in runs] == [("overview", 1)]
    assert all(each["milliseconds"] > 0 and each["run"] for each in runs)
    assert "330000" not in lines.getvalue()


def test_every_known_address_is_a_route() -> None:
    assert {"map", "releases", "boundaries", "healthz", "static"} <= set(app.known_routes())
