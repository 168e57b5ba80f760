"""What goes on from a view: its link, its citation, how it is embedded, where its data stand."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import app
from indicators.exports.open_data.descriptor import Whole
from indicators.exports.open_data.schema_org import dataset
from indicators.exports.shared_view import View, home_of
from indicators.store.queries import Vintage
from indicators.wording import Text, Wording

MAP = {"lang": "zh", "indicator": "certificates_valid", "period": "2024-12", "region": "320000"}
HOME = "https://quality.example.cn"


def view(page: str = "map", said: dict[str, str] = MAP, dataset: str = "real") -> View:
    vintage = Vintage(3, dataset)  # type: ignore[arg-type]
    return View(page, f"{HOME}/{page}", said, vintage, "2026-11-29T20:00:00+00:00")


def test_a_link_opens_the_same_view_of_the_same_release() -> None:
    address = urlsplit(view(said=MAP | {"embed": "true", "embed_options": "x"}).address())
    assert (address.netloc, address.path) == ("quality.example.cn", "/map")
    assert parse_qs(address.query) == {
        name: [text] for name, text in (MAP | {"release": "3"}).items()
    }


def test_a_citation_names_figure_release_and_both_days() -> None:
    said = view().citation("江苏最高", "2026-12-01", Wording("zh"))
    assert said.startswith(
        "质量治理看板. 江苏最高[DB/OL]. 第 3 版. (2026-11-30)[2026-12-01]. https"
    )
    made_up = view(dataset="demonstration").citation("x", "2026-12-01", Wording("en"))
    assert "Demonstration data" in made_up


def test_what_is_embedded_carries_no_markup_of_a_title() -> None:
    html = view().embedding('">< script>')
    assert html.count("<") == 2
    assert "&amp;release=3&amp;embed=true" in html


@pytest.mark.parametrize(
    ("page", "said", "path", "asked"),
    [
        (
            *("map", MAP, "observations"),
            {
                "indicator": "certificates_valid",
                "period": "2024-12",
                **dict.fromkeys(("scheme", "industry", "size"), "ALL"),
            },
        ),
        (
            *("comparison", MAP | {"scheme": "CCC"}, "observations"),
            {"indicator": "certificates_valid", "scheme": "CCC", "industry": "ALL", "size": "ALL"},
        ),
        ("province", MAP, "observations", {"region": "320000"}),
        ("province", MAP | {"industry": "ALL"}, "observations", {"region": "320000"}),
        (
            *("province", MAP | {"industry": "C"}, "observations"),
            {"region": "320000", "industry": "C"},
        ),
        (
            *("industries", MAP | {"industry": "C"}, "observations"),
            {
                "indicator": "certificates_valid",
                "period": "2024-12",
                "scheme": "ALL",
                "size": "ALL",
            },
        ),
        ("objectives", MAP | {"target": "a/b"}, "verdicts/a%2Fb/320000", {}),
        ("overview", MAP, "verdicts", {}),
        ("policy", MAP, "documents", {}),
    ],
)
def test_programs_find_the_figures_of_a_view(
    page: str, said: dict[str, str], path: str, asked: dict[str, str]
) -> None:
    address = urlsplit(view(page, said).data_address("json"))
    assert address.path == f"/api/v1/{path}"
    found = {name: text for name, [text] in parse_qs(address.query).items()}
    assert found == asked | {"release": "3", "format": "json"}
    made_up = view(page, said, "demonstration").data_address()
    assert "data=demonstration" in made_up


@pytest.mark.parametrize(
    ("url", "home"),
    [
        (f"{HOME}/map", HOME),
        (f"{HOME}/", HOME),
        (f"{HOME}/board/map", f"{HOME}/board"),
        (f"{HOME}/board/", f"{HOME}/board"),
        ("", ""),
    ],
)
def test_pages_stand_where_one_of_them_does(url: str, home: str) -> None:
    assert home_of(url, "map") == home


@pytest.mark.parametrize(
    ("access", "query", "framed"),
    [
        ("public", "?embed=true", False),
        ("public", "?embed=false", True),
        ("public", "", True),
        ("local", "?embed=true", True),
        ("sign-in", "?embed=true", True),
        ("", "?embed=true", True),
    ],
)
def test_only_what_anybody_may_see_is_embedded_elsewhere(
    access: str, query: str, framed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", access)
    pages = Starlette(routes=[Route("/map", lambda _: PlainTextResponse("a page"))])
    server = app.SecurityHeaders(pages)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(f"/map{query}")

    headers = asyncio.run(ask()).headers
    assert (headers.get("x-frame-options") == "SAMEORIGIN") is framed
    assert ("frame-ancestors 'self'" in headers["content-security-policy"]) is framed
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert headers["x-content-type-options"] == "nosniff"


def test_search_engines_read_a_dataset() -> None:
    both = Text("名", "name")
    whole = Whole("quality-governance-3", both, both, 3, "2026-11-29T20:00:00+00:00", both)
    told = json.loads(json.dumps(dataset(whole, HOME, [both], [both], ("2013", "2025-12"))))
    assert (told["@type"], told["identifier"]) == ("Dataset", "quality-governance-3")
    assert told["temporalCoverage"] == "2013/2025-12"
    assert {each["encodingFormat"] for each in told["distribution"]} >= {"text/csv"}
    assert all(each["contentUrl"].startswith(f"{HOME}/api/v1/") for each in told["distribution"])
