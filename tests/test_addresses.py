"""Every address leads to a page: the first page's name, a slip, a page that never was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from app import KnownAddresses
from indicators.frame import PAGES, UNKNOWN


def answer(address: str) -> tuple[int, str]:
    """Return the status of an answer, and where it leads."""
    path, _, query = address.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
    }
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(KnownAddresses(PlainTextResponse("shell"))(scope, receive, send))
    headers = dict(messages[0]["headers"])
    return messages[0]["status"], headers.get(b"location", b"").decode()


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/map",
        "/map/",
        "/releases?lang=en",
        "/unknown",
        "/_stcore/health",
        "/boundaries/provinces.geojson",
        "/favicon.png",
        "/static/js/main.js",
    ],
)
def test_what_there_is_stays_where_it_is(address: str) -> None:
    assert answer(address) == (200, "")


def test_a_browser_that_looks_for_the_server_below_a_page_is_told_of_none_and_of_no_error() -> None:
    for page in (*PAGES, UNKNOWN):
        assert answer(f"/{page}/_stcore/health") == (300, "")
        assert answer(f"/{page}/_stcore/host-config?x=1") == (300, "")
    assert answer("/map/_stcore/stream") == answer("/other/_stcore/health") == (200, "")


def test_the_first_page_is_found_by_its_name_too() -> None:
    assert answer("/overview") == (307, "/")
    assert answer("/overview?lang=en&release=3") == (307, "/?lang=en&release=3")


def test_an_address_that_no_page_has_leads_to_a_page_of_ours_in_its_language() -> None:
    assert answer("/mapp?lang=en&x=1") == (307, "/unknown?lang=en&asked=%2Fmapp")
    assert answer("/map/320000") == (307, "/unknown?asked=%2Fmap%2F320000")
