"""Programs get the figures that pages show, in the forms that they read, and nothing else."""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rdflib
import sqlalchemy as sa
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pysdmx.api.qb import (
    ApiVersion,
    DataContext,
    DataFormat,
    DataQuery,
    RestService,
    StructureFormat,
    StructureQuery,
    StructureType,
)
from pysdmx.io import get_datasets, read_sdmx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount

import app
from indicators import catalogue
from indicators.access import Gate
from indicators.api import answers, routes
from indicators.api.formats import JSON, stream
from indicators.api.questions import Question
from indicators.api.resources import RESOURCES, Resource
from indicators.cached import objectives, releases, remembered
from indicators.statuses import VerdictClass
from indicators.store import tables
from indicators.store.bulk import insert_rows
from indicators.store.database import open_database
from indicators.store.holdings import holding_of
from indicators.store.queries import Vintage
from indicators.store.tables import KEY, holding, observation
from indicators.wording import Wording
from tests.conftest import (
    CITATION,
    WORLD,
    free_port,
    publish_rows,
    publish_then_suppress,
)

SECRET = 731_719.0


def asked(
    path: str,
    host: str = "127.0.0.1:8501",
    peer: str = "127.0.0.1",
    method: str = "GET",
    **headers: str,
) -> httpx.Response:
    """Ask as a program on this machine does, through the gate."""
    server = Starlette(
        routes=[
            Mount("/api/v1", app.programs),
            *app.ANNOUNCED,
        ],
        middleware=[Middleware(Gate), Middleware(app.KnownAddresses)],
    )
    named = {name.replace("_", "-"): text for name, text in headers.items()}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            whole = path if path.startswith("/") else f"/api/v1/{path}"
            return await client.request(method, whole, headers=named)

    return asyncio.run(ask())


def rows(path: str, name: str = "observations") -> list[dict[str, Any]]:
    answer = asked(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()[name]
    return found


def forget() -> None:
    for memory in (remembered.engine, remembered.answer, remembered.datasets, routes.kept):
        memory.clear()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def world(engine: sa.Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Return the tiny known world, served; on SQLite and on PostgreSQL."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return engine


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """Yield the same on SQLite, for what does not depend on the database."""
    url = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    engine = open_database(url)
    publish_rows(engine, WORLD)
    monkeypatch.setenv("DATABASE_URL", url)
    yield engine
    engine.dispose()


@pytest.fixture
def served(shipped: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Return the figures that the project ships, served."""
    monkeypatch.setenv("DATABASE_URL", shipped.url.render_as_string(hide_password=False))
    return shipped


def test_figures_are_chosen_by_the_words_of_a_pages_address(world: sa.Engine) -> None:
    found = rows("observations?indicator=certificates_valid&region=320000,330000&period=2024-12")
    assert [(row["region"], row["value"]) for row in found] == [
        ("320000", 537_498.0),
        ("330000", 553_393.0),
    ]
    assert {row["citation"] for row in found} == {"c1"}
    assert rows("observations?region=320000&region=330000&scheme=ALL&industry=ALL&size=ALL") == [
        row for row in rows("observations") if row["region"] in ("320000", "330000")
    ]
    assert len(rows("observations?indicator=*")) == len(WORLD)
    assert rows("observations?indicator=population") == []


def test_pages_of_an_answer_are_the_whole_in_its_order(world: sa.Engine) -> None:
    whole = rows("observations")
    assert [row["period"] for row in whole] == sorted(row["period"] for row in whole)
    path, found = "observations?limit=3&indicator=certificates_valid", []
    sizes = []
    while path:
        answer = asked(path)
        page = answer.json()["observations"]
        sizes.append(len(page))
        found += page
        path = answer.links.get("next", {}).get("url", "").removeprefix("/api/v1/")
        assert not path or "release=1" in path
    assert (sizes, found) == ([3, 3, 2], whole)
    assert "link" not in asked("observations?limit=8").headers


def test_an_answer_without_end_is_read_piece_by_piece(
    world: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows("observations")
    monkeypatch.setattr(answers, "_AT_ONCE", 3)
    assert rows("observations") == whole


def test_a_long_answer_is_packed_once_and_only_where_that_is_accepted(
    tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_AT_ONCE", 3)
    with running() as address:
        for form in ("json", "csv", "sdmx-csv"):
            asking = f"{address}/observations?format={form}"
            plain = httpx.get(asking, headers={"accept-encoding": "identity"})
            packed = httpx.get(asking, headers={"accept-encoding": "gzip"})
            assert "content-encoding" not in plain.headers
            assert packed.headers["content-encoding"] == "gzip"
            assert "Accept-Encoding" in packed.headers["vary"]
            assert packed.content == plain.content
            assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip, deflate, br", True),
        ("gzip;q=0.5", True),
        ("*", True),
        ("br;q=1, gzip; q=1.0", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("gzip;q=..", False),
        ("", False),
    ],
)
def test_a_client_that_refuses_packed_answers_gets_none(accepted: str, taken: bool) -> None:
    assert routes.takes_gzip({"accept-encoding": accepted}) == taken


LARGE = 30_000  # figures, of which a page below holds a thirtieth


def test_a_large_answer_is_whole_on_both_databases_however_it_is_cut(
    world: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, places = catalogue.load(), catalogue.tree().provinces
    months = [f"{year}-{month:02}" for year in range(2000, 2023) for month in range(1, 13)]
    industries = known.industries["code"].head(3)
    indicators = ("certificates_new", "certificates_valid")
    keys = list(product(indicators, months, industries, places))[:LARGE]
    columns = ["indicator", "period", "industry", "region"]
    figures = pd.DataFrame(keys, columns=columns).assign(
        scheme="ALL",
        size="ALL",
        status="A",
        confidentiality="F",
        source="platform_provinces",
        citation="c1",
        release=1,
        value=[place / 7 for place in range(len(keys))],
        numerator=[place / 3 if place % 2 else float("nan") for place in range(len(keys))],
        denominator=None,
    )
    with world.begin() as connection:
        insert_rows(connection, observation, figures)
        connection.execute(sa.delete(holding))
        names = [column.name for column in holding.columns]
        connection.execute(sa.insert(holding).from_select(names, holding_of(observation)))
    columns += ["value"]
    there = [(*row[:2], "ALL", *row[2:]) for row in WORLD]
    expected = sorted([*figures[columns].itertuples(index=False, name=None), *there])

    def given(form: str) -> list[tuple[Any, ...]]:
        content = io.BytesIO(asked(f"observations?format={form}").content)
        if form == "parquet":
            read = pd.read_parquet(content)
        else:
            read = pd.read_csv(content, dtype=dict.fromkeys(KEY, str))
        return list(read[columns].itertuples(index=False, name=None))

    assert given("csv") == expected
    monkeypatch.setattr(answers, "_IN_COLUMNS", {})
    monkeypatch.setattr(answers, "_AT_ONCE", LARGE // 30)
    assert given("parquet") == expected
    assert given("csv") == expected


def test_what_is_published_meanwhile_breaks_an_answer_off(
    tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_AT_ONCE", 3)
    vintage = remembered.newest()
    assert vintage is not None
    asking = answers.Asking(Question({}), vintage, JSON)
    pages = asking.figures().pages
    next(pages)
    publish_rows(tiny, [(*row[:3], row[3] + 1) for row in WORLD])
    with pytest.raises(answers.ChangedError):
        list(pages)


@pytest.mark.parametrize(
    ("bounds", "periods"),
    [
        ("startPeriod=2024", {"2024-12"}),
        ("endPeriod=2024-11-30", {"2023-03"}),
        ("startPeriod=2023-Q1&endPeriod=2023", {"2023-03"}),
        ("startPeriod=2025", set()),
        ("startPeriod=2020&period=2023-03,2024", {"2023-03"}),
    ],
)
def test_periods_lie_between_bounds(bounds: str, periods: set[str], tiny: sa.Engine) -> None:
    assert {row["period"] for row in rows(f"observations?{bounds}")} == periods


def test_every_form_says_the_same(tiny: sa.Engine) -> None:
    path = "observations?region=330000"
    as_json = pd.DataFrame(rows(path))
    as_csv = pd.read_csv(
        io.StringIO(asked(path, accept="text/csv").text), dtype={"period": str, "region": str}
    )
    as_parquet = pq.read_table(io.BytesIO(asked(f"{path}&format=parquet").content)).to_pandas()
    as_sdmx = pd.read_csv(io.StringIO(asked(f"{path}&format=sdmx-csv").text), dtype=str)
    assert list(as_csv.columns) == list(as_json.columns) == list(as_parquet.columns)
    for other in (as_csv, as_parquet):
        assert other["value"].tolist() == as_json["value"].tolist() == [439_345.0, 553_393.0]
        assert other[list(KEY)].astype(str).equals(as_json[list(KEY)].astype(str))
    assert as_sdmx["OBS_VALUE"].astype(float).tolist() == as_json["value"].tolist()
    assert set(as_sdmx["STRUCTURE_ID"]) == {"QUALITY_GOVERNANCE:OBSERVATIONS(1.0.0)"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv;q=0.5, application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("text/*", "text/csv; charset=utf-8"),
        (
            "application/vnd.sdmx.data+csv;version=2.0.0",
            "application/vnd.sdmx.data+csv;version=2.0.0",
        ),
    ],
)
def test_the_form_is_what_is_accepted(accept: str, media_type: str, tiny: sa.Engine) -> None:
    answer = asked("observations", accept=accept)
    assert answer.headers["content-type"] == media_type
    assert "Accept" in answer.headers["vary"]


def test_an_answer_is_known_again_until_something_is_published(world: sa.Engine) -> None:
    first = asked("observations")
    tag = first.headers["etag"]
    again = asked("observations", if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert asked("observations?format=csv").headers["etag"] != tag
    old = asked("observations?release=1").headers["etag"]
    publish_rows(world, [(*row[:3], row[3] + 1) for row in WORLD])
    forget()
    changed = asked("observations", if_none_match=tag)
    assert changed.status_code == 200
    assert changed.json()["release"] == "2"
    # Nothing is suppressed since; but it might have been, so the old release is asked for anew.
    assert asked("observations?release=1").headers["etag"] != old
    assert rows("observations?release=1") == first.json()["observations"]


def test_a_small_answer_is_given_again_until_something_is_published(
    tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "observations?region=330000&format=csv"
    first = asked(path)
    with monkeypatch.context() as without:
        without.setattr(answers.Asking, "_page", None)
        again = asked(path)
        assert asked("observations?region=320000&format=csv").status_code == 500
    assert again.content == first.content
    assert dict(again.headers) == dict(first.headers) | {"content-length": str(len(first.content))}
    publish_rows(tiny, [(*row[:3], row[3] + 1) for row in WORLD])
    remembered.answer.clear()
    assert asked(path).content != first.content


@pytest.mark.parametrize(
    ("access", "kept"), [("local", "private, no-cache"), ("public", "public, no-cache")]
)
def test_only_public_figures_are_kept_by_others(
    access: str, kept: str, tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", access)
    assert asked("observations").headers["cache-control"] == kept


WAYS_IN = [
    *("", "observations", "verdicts/_stcore/stream", "_stcore/health"),
    *("/api", "/catalog.jsonld", "/releases.atom", "/releases.atom/_stcore/stream"),
]


@pytest.mark.parametrize("access", ["", "local", "sign-in"])
@pytest.mark.parametrize("path", WAYS_IN)
def test_nothing_is_told_to_whom_no_page_is_shown(
    access: str, path: str, tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", access)
    answer = asked(path, "quality.example.cn", "10.0.0.5")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "537498" not in answer.text


INJECTED = "'; DROP TABLE observation; --"


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("observations?indicator=certificates", 400, "certificates"),
        (f"observations?region={INJECTED}", 400, INJECTED),
        ("observations?region=320000,", 400, ""),
        ("observations?scheme=zz", 400, "zz"),
        ("observations?period=2024-13", 400, "2024-13"),
        ("observations?period=0000", 400, "0000"),
        ("observations?startPeriod=gestern", 400, "gestern"),
        ("observations?endPeriod=2024-02-30", 400, "2024-02-30"),
        ("observations?startPeriod=0000", 400, "0000"),
        ("observations?release=7", 404, "7"),
        ("observations?release=-1", 404, "-1"),
        ("observations?release=1e0", 404, "1e0"),
        ("observations?data=demonstration", 404, "demonstration"),
        ("observations?data=other", 400, "other"),
        ("observations?format=xml", 400, "xml"),
        ("observations?limit=0", 400, "0"),
        ("observations?limit=100001", 400, "100001"),
        ("observations?limit=3&cursor=x", 400, "x"),
        (f"observations?limit=3&cursor=a,b,c,d,e,{INJECTED}", 400, f"a,b,c,d,e,{INJECTED}"),
        ("observations?colour=red", 400, "colour"),
        ("regions?region=320000", 400, "region"),
        ("citations", 400, "citation"),
        ("verdicts?verdict=fine", 400, "fine"),
        ("verdicts/none/320000", 404, "none/320000"),
        ("releases/2", 404, "2"),
        ("releases/one", 404, "one"),
    ],
)
def test_what_is_wrong_is_told_with_what_is_expected(
    path: str, status: int, found: str, tiny: sa.Engine
) -> None:
    answer = asked(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    told = answer.json()
    assert (told["status"], told["found"]) == (status, found)
    assert told["title"].isascii() is False
    assert set(told["expected"]) == {"zh", "en"}
    assert told["expected"]["en"] in told["detail"]
    assert "Traceback" not in answer.text
    assert len(rows("observations")) == len(WORLD)


def test_a_form_that_is_not_offered_is_not_acceptable(tiny: sa.Engine) -> None:
    assert asked("observations", accept="image/png").status_code == 406
    assert asked("regions", accept="application/vnd.sdmx.data+csv").status_code == 406


@pytest.mark.parametrize("path", ["observations", "/catalog.jsonld", "/releases.atom"])
def test_nothing_but_a_question_is_answered(path: str, tiny: sa.Engine) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = asked(path, method=method)
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"
        assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "HEAD"}
    head = asked(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == asked(path).headers["etag"]


def test_an_address_that_there_is_not_is_told_as_a_problem(tiny: sa.Engine) -> None:
    for path in ("", "nothing", "observations/1"):
        answer = asked(path)
        assert answer.status_code == 404
        assert answer.json()["title"] == "没有这个地址 · There is no such address"


def test_a_question_has_a_bounded_number_of_filters(tiny: sa.Engine) -> None:
    many = "&".join(["size=L"] * 9_000)
    assert asked(f"observations?{many}").status_code == 400
    months = ",".join(f"{year}-{month:02}" for year in range(1950, 2025) for month in range(1, 13))
    answer = asked(f"observations?period={months}")
    assert (answer.status_code, answer.json()["expected"]["en"]) == (400, "500 codes at most")


def test_a_database_that_is_gone_is_told_in_both_languages(tiny: sa.Engine, tmp_path: Path) -> None:
    asked("observations")
    for file in tmp_path.glob("figures.sqlite*"):
        file.unlink()
    forget()
    answer = asked("observations")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["title"].startswith("数据库没有应答")


def test_an_error_of_ours_tells_nothing(tiny: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with tiny.begin() as connection:
        connection.execute(sa.text("DROP TABLE holding"))
    answer = asked("observations")
    assert answer.status_code == 503
    assert "holding" not in answer.text


def test_a_suppressed_figure_has_no_number_in_any_form_or_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    engine = open_database(url)
    monkeypatch.setenv("DATABASE_URL", url)
    note = {"citation": "c2", "note": f"{SECRET:.0f}"}
    cited = pd.DataFrame([CITATION, CITATION | note])
    publish_then_suppress(engine, cited, SECRET)
    hidden = observation.c.confidentiality == "C"
    with engine.begin() as connection:  # as one changed by hand may
        numbers = {"value": SECRET, "numerator": SECRET, "denominator": SECRET}
        connection.execute(sa.update(observation).where(hidden).values(numbers))
    for number in (1, 2):
        for form in ("sdmx-ml-data", "sdmx-ml-data-2.1"):
            answer = asked(f"sdmx/data/{AGENCY},OBSERVATIONS,{number}.0.0/all?format={form}")
            assert "731719" not in answer.text
            assert 'CONF_STATUS="C"' in answer.text
        for form in ("json", "csv", "sdmx-csv"):
            answer = asked(f"observations?region=330000&release={number}&format={form}")
            assert "731719" not in answer.text
            assert "C" in answer.text
        parquet = asked(f"observations?region=330000&release={number}&format=parquet").content
        table = pq.read_table(io.BytesIO(parquet)).to_pandas().set_index("period")
        assert table.loc["2024-12", ["value", "numerator", "denominator"]].isna().all()
        for path in ("citations?citation=c1,c2&", "verdicts?", f"releases/{number}?data=real&"):
            telling = asked(path if "releases/" in path else f"{path}release={number}")
            assert telling.status_code == 200
            assert "731719" not in telling.text
    engine.dispose()


def test_code_lists_hold_both_languages(tiny: sa.Engine) -> None:
    regions = {row["region"]: row for row in rows("regions", "regions")}
    assert (regions["330000"]["name_zh"], regions["330000"]["name_en"]) == ("浙江省", "Zhejiang")
    assert "浙江" in asked("regions?format=csv").text
    for name in ("indicators", "schemes", "industries", "sizes", "units", "statuses"):
        assert rows(name, name)
    assert {row["confidentiality"] for row in rows("confidentialities", "confidentialities")} == {
        "F",
        "C",
    }


def test_releases_are_told_with_what_they_changed(tiny: sa.Engine) -> None:
    publish_rows(tiny, [(*row[:3], row[3] + 1) for row in WORLD])
    forget()
    found = rows("releases", "releases")
    assert [(row["release"], row["changed"]) for row in found] == [(2, 8), (1, 0)]
    told = asked("releases/2").json()["content"]
    assert [(row["indicator"], row["changed"]) for row in told["changes"]] == [
        ("certificates_valid", 8)
    ]


def test_verdicts_are_those_of_the_pages_with_what_they_rest_on(served: sa.Engine) -> None:
    vintage = remembered.newest()
    assert isinstance(vintage, Vintage)
    shown = objectives.verdicts(vintage)
    found = rows("verdicts", "verdicts")
    names = ["target", "region", "verdict", "reason", "latest_period"]
    assert [tuple(row[name] or "" for name in names) for row in found] == [
        tuple("" if pd.isna(cell) else cell for cell in row)
        for row in shown[names].itertuples(index=False)
    ]
    judged = shown[shown["reason"] == ""].iloc[0]
    told = asked(f"verdicts/{judged['target']}/{judged['region']}").json()["content"]
    assert told["verdict"]["verdict"] == judged["verdict"]
    latest = {row["period"]: row["value"] for row in told["series"]}[judged["latest_period"]]
    assert told["verdict"]["latest"]["value"] == latest
    assert {row["citation"] for row in told["series"]} == {
        row["citation"] for row in told["citations"]
    }
    chosen = rows(f"verdicts?region={judged['region']}&target={judged['target']}", "verdicts")
    assert [row["verdict"] for row in chosen] == [judged["verdict"]]
    assert {row["target"] for row in rows("targets", "targets")} >= set(shown["target"])
    assert rows("documents", "documents")
    assert rows("milestones", "milestones") is not None


def test_all_shipped_figures_come_whole_in_every_form(served: sa.Engine) -> None:
    with served.connect() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(observation))
    assert len(rows("observations")) == count
    assert asked("observations?format=csv").text.count("\n") == count + 1
    parquet = asked("observations?format=parquet").content
    assert pq.read_table(io.BytesIO(parquet)).num_rows == count


def test_demonstration_figures_are_given_to_whom_asks_for_them_and_say_so(
    tiny: sa.Engine, tmp_path: Path
) -> None:
    apart = open_database(f"sqlite:///{tmp_path / 'figures.sqlite'}", "demonstration")
    publish_rows(apart, [("certificates_valid", "2024-12", "320000", 9.0)])
    forget()
    assert len(rows("observations")) == len(WORLD)
    answer = asked("observations?data=demonstration")
    assert "演示数据" in answer.json()["demonstration"]
    assert answer.headers["x-data"] == "demonstration"
    for form in ("json", "csv"):
        line = asked(f"observations?data=demonstration&format={form}")
        assert "Demonstration data" in line.text
        assert "demonstration-" in line.headers["content-disposition"]
    as_sdmx = asked("observations?data=demonstration&format=sdmx-csv").text
    assert "QUALITY_GOVERNANCE:DEMONSTRATION(1.0.0)" in as_sdmx
    parquet = asked("observations?data=demonstration&format=parquet").content
    [row] = pq.read_table(io.BytesIO(parquet)).to_pylist()
    assert (row["value"], "演示数据" in row["demonstration"]) == (9.0, True)
    assert "演示数据" in asked("verdicts?data=demonstration").text
    apart.dispose()


def test_json_of_no_rows_is_json() -> None:
    import pyarrow as pa

    parts = stream("rows", iter([]), pa.schema([]), JSON, {})
    assert json.loads(b"".join(parts)) == {"rows": []}


def test_the_description_tells_of_each_route_and_each_parameter() -> None:
    told = asked("openapi.json").json()
    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]) == {resource.path for resource in RESOURCES}
    for resource in RESOURCES:
        operation = told["paths"][resource.path]["get"]
        named = {(each["in"], each["name"]) for each in operation["parameters"]}
        in_path = {("path", name) for name in re.findall(r"{(\w+)}", resource.path)}
        assert named == in_path | {("query", name) for name in resource.parameters}
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
    ids = [each["get"]["operationId"] for each in told["paths"].values()]
    assert len(set(ids)) == len(ids)


def conforms(told: dict[str, Any], path: str, answer: httpx.Response) -> None:
    """Hold an answer against what the description says of its route."""
    said = told["paths"][path]["get"]["responses"][str(answer.status_code)]
    kinds = {kind.partition(";")[0]: content for kind, content in said["content"].items()}
    content = kinds[answer.headers["content-type"].partition(";")[0]]
    if answer.headers["content-type"].endswith("json"):
        schema = content["schema"] | {"components": told["components"]}
        Draft202012Validator(schema).validate(answer.json())


def test_answers_are_as_the_description_says(served: sa.Engine) -> None:
    told = asked("openapi.json").json()
    [verdict, *_] = rows("verdicts?verdict=on_track", "verdicts") or rows("verdicts", "verdicts")
    [figure] = rows("observations?limit=1")
    for resource in RESOURCES:
        known = {"number": 1, "target": verdict["target"], "region": verdict["region"]}
        known |= {"flow": "OBSERVATIONS", "key": "A.....", "provider": "all", "version": "latest"}
        known |= {"kind": "dataflow", "agency": "QUALITY_GOVERNANCE", "id": "OBSERVATIONS"}
        path = resource.path.format(**known).removeprefix("/")
        if "citation" in resource.parameters:
            path += f"?citation={figure['citation']}"
        for form in resource.formats:
            answer = asked(f"{path}{'&' if '?' in path else '?'}format={form.name}")
            assert answer.status_code == 200
            conforms(told, resource.path, answer)


ODD = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["*", "ALL", "320000", "2024-12", "2024", "1", "0", "-1", "json", "csv", "F"]),
    st.sampled_from(["real", "certificates_valid", "a,b,c,d,e,f", "%00", "'--", "\x00", "𠮷"]),
)
QUESTIONS = st.sampled_from([each for each in RESOURCES if "{" not in each.path]).flatmap(
    lambda resource: st.tuples(
        st.just(resource),
        st.dictionaries(st.sampled_from([*resource.parameters, "other"]), ODD, max_size=4),
    )
)


def test_whatever_is_asked_the_answer_is_one_that_is_described(tiny: sa.Engine) -> None:
    told = asked("openapi.json").json()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(QUESTIONS)
    def ask(question: tuple[Resource, dict[str, str]]) -> None:
        resource, said = question
        answer = asked(f"{resource.path.removeprefix('/')}?{urlencode(said)}")
        assert answer.status_code in (200, 400, 404)
        conforms(told, resource.path, answer)

    ask()


@contextmanager
def running() -> Iterator[str]:
    """Yield where programs find the routes, served on loopback behind the gate."""
    server = Starlette(
        routes=[Mount("/api/v1", app.programs)],
        middleware=[Middleware(GZipMiddleware), Middleware(Gate), Middleware(app.KnownAddresses)],
    )
    port = free_port()
    serving = uvicorn.Server(uvicorn.Config(server, port=port, log_config=None, ws="none"))
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        while not serving.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        serving.should_exit = True
        thread.join()


AGENCY = "QUALITY_GOVERNANCE"


def test_clients_of_sdmx_read_data_and_structure(tiny: sa.Engine, tmp_path: Path) -> None:
    with running() as address:
        client = RestService(
            f"{address}/sdmx",
            ApiVersion.V1_5_0,
            DataFormat.SDMX_CSV_2_0_0,
            StructureFormat.SDMX_ML_3_0,
            timeout=120,
        )
        key = "M.certificates_valid.ALL.ALL.ALL.320000+330000"
        found = client.data(
            DataQuery(DataContext.DATAFLOW, AGENCY, "OBSERVATIONS", "1.0.0", key=key)
        )
        flow = StructureQuery(StructureType.DATAFLOW, AGENCY, "OBSERVATIONS", "latest")
        structure = client.structure(flow)
        packed = httpx.get(f"{address}/regions", timeout=120)
        assert packed.headers["content-encoding"] == "gzip"
        later = httpx.get(f"{address}/sdmx/data/OBSERVATIONS?startPeriod=2024", timeout=120)
    files = tmp_path / "data.csv", tmp_path / "structure.xml"
    for file, content in zip(files, (found, structure), strict=True):
        file.write_bytes(content)
    [dataset] = get_datasets(*files)
    assert dataset.data["OBS_VALUE"].astype(float).tolist() == [
        451_448.0,
        439_345.0,
        537_498.0,
        553_393.0,
    ]
    assert read_sdmx(files[1], validate=True).get_dataflows()
    assert later.text.count("2024-12") == 4
    assert "2023-03" not in later.text


@pytest.mark.parametrize("key", ["all", "M.certificates_valid....", ".....", "M+A+Q....."])
def test_keys_of_sdmx_leave_open_what_they_do_not_say(key: str, tiny: sa.Engine) -> None:
    answer = asked(f"sdmx/data/{AGENCY},OBSERVATIONS,latest/{key}?detail=full&startPeriod=2020")
    assert answer.text.count("\n") == len(WORLD) + 1
    assert asked("sdmx/data/OBSERVATIONS/A.....").text.count("\n") == 1


def test_sdmx_csv_has_its_first_version_too(tiny: sa.Engine) -> None:
    answer = asked("sdmx/data/OBSERVATIONS", accept="application/vnd.sdmx.data+csv;version=1.0.0")
    head, first, *_ = answer.text.splitlines()
    assert head.replace('"', "").startswith("DATAFLOW,FREQ,INDICATOR,")
    assert first.replace('"', "").startswith(f"{AGENCY}:OBSERVATIONS(1.0.0),M,certificates_valid")
    second = asked("observations", accept="application/vnd.sdmx.data+csv;version=9.0.0")
    assert second.status_code == 406


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/vnd.sdmx.data+xml;version=3.0.0", "sdmx-ml-data"),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "sdmx-ml-data-2.1"),
    ],
)
def test_clients_that_read_xml_get_the_same_figures(
    accept: str, form: str, tiny: sa.Engine, tmp_path: Path
) -> None:
    path = f"sdmx/data/{AGENCY},OBSERVATIONS,latest/all"
    answer = asked(path, accept=accept)
    assert answer.headers["content-type"] == accept
    assert asked(f"{path}?format={form}").text == answer.text
    structure = tmp_path / "structure.xml"
    structure.write_text(asked(f"sdmx/dataflow/{AGENCY}/OBSERVATIONS/latest").text, "utf-8")
    data = tmp_path / "data.xml"
    data.write_text(answer.text, "utf-8")
    [found] = get_datasets(data, structure)
    as_csv = pd.read_csv(io.StringIO(asked(path).text), dtype=str).dropna(axis="columns")
    as_csv = as_csv.drop(columns=["STRUCTURE", "STRUCTURE_ID", "ACTION"])
    order = ["REF_AREA", "TIME_PERIOD"]
    there, here = (
        each.astype({"OBS_VALUE": float, "RELEASE": str}).sort_values(order)[list(as_csv.columns)]
        for each in (as_csv, found.data)
    )
    assert here.to_numpy().tolist() == there.to_numpy().tolist()


# As rsdmx 0.6.2 of R asks, all that it says of the form in `Accept`; it reads series alone.
@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            "data/OBSERVATIONS/M.certificates_valid..../all/?startPeriod=2024&endPeriod=2024",
            [("100000", 1), ("320000", 1), ("330000", 1), ("ALL", 1)],
        ),
        (
            "data/OBSERVATIONS/M.certificates_valid.ALL.ALL.ALL.320000+330000/all/",
            [("320000", 2), ("330000", 2)],
        ),
        ("data/OBSERVATIONS/all/all/?startPeriod=2025", []),
    ],
)
def test_rsdmx_finds_the_series_it_asks_for(
    path: str, found: list[tuple[str, int]], tiny: sa.Engine
) -> None:
    with running() as address:
        answer = httpx.get(
            f"{address}/sdmx/{path}",
            headers={"accept": "application/xml", "content-type": "application/xml"},
            follow_redirects=True,
            timeout=120,
        )
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    series = [(each.attrib["REF_AREA"], len(each.findall("Obs"))) for each in root.iter("Series")]
    assert series == found
    assert all({"TIME_PERIOD", "OBS_VALUE"} <= each.attrib.keys() for each in root.iter("Obs"))


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("sdmx/data/OTHER", 404, "OTHER"),
        ("sdmx/data/ESTAT,OBSERVATIONS", 404, "ESTAT"),
        ("sdmx/data/a,OBSERVATIONS,1.0,4", 404, "a,OBSERVATIONS,1.0,4"),
        (f"sdmx/data/{AGENCY},OBSERVATIONS,2.0.0", 404, "2"),
        (f"sdmx/data/{AGENCY},OBSERVATIONS,x", 404, "x"),
        ("sdmx/data/DEMONSTRATION", 404, "demonstration"),
        ("sdmx/data/OBSERVATIONS/M.certificates_valid", 400, "M.certificates_valid"),
        ("sdmx/data/OBSERVATIONS/D.....", 400, "D"),
        ("sdmx/data/OBSERVATIONS/M.certificates_valid....999999", 400, "999999"),
        ("sdmx/data/OBSERVATIONS?detail=nodata", 400, "detail=nodata"),
        ("sdmx/data/OBSERVATIONS?firstNObservations=1", 400, "firstNObservations"),
        ("sdmx/dataflow/all/OTHER/latest", 404, "OTHER"),
        ("sdmx/categoryscheme/all/all/latest", 404, "categoryscheme"),
    ],
)
def test_what_sdmx_does_not_find_is_told(
    path: str, status: int, found: str, tiny: sa.Engine
) -> None:
    answer = asked(path)
    assert (answer.status_code, answer.json()["found"]) == (status, found)


ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_tells_what_each_release_changed(tiny: sa.Engine) -> None:
    publish_rows(tiny, [(*row[:3], row[3] + 1) for row in WORLD])
    forget()
    answer = asked("/releases.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.text)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "第 2 版 · Release 2",
        "第 1 版 · Release 1",
    ]
    ids = [each.findtext(f"{ATOM}id") or "" for each in (root, *entries)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", each) for each in ids)
    assert root.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    # Not the name of the entry, which is drawn by chance.
    said = "".join(text for each in entries[0].iter(f"{ATOM}content") for text in each.itertext())
    assert "0 added, 8 changed, 0 withdrawn" in said
    assert "537" not in said
    again = asked("/releases.atom", if_none_match=answer.headers["etag"])
    assert again.status_code == 304


def test_the_feed_tells_which_verdicts_turned(
    served: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.begin() as connection:
        [target, *_] = connection.execute(sa.select(tables.target.c.target)).scalars()
        turned = {"target": target, "region": "330000", "old_verdict": "on_track"}
        turned |= {"release": 1, "new_verdict": "moving_away", "old_value": SECRET}
        connection.execute(sa.insert(tables.flip).values(turned))
    releases.flips.clear()
    said = asked("/releases.atom").text
    with served.begin() as connection:
        connection.execute(sa.delete(tables.flip).where(tables.flip.c.old_value == SECRET))
    releases.flips.clear()
    words = Wording("zh")
    before, after = words(VerdictClass.ON_TRACK.sentence), words(VerdictClass.MOVING_AWAY.sentence)
    assert f"{before} → {after}" in said
    assert "浙江" in said
    assert "731719" not in said


# Of the reader's own making (rdflib 7.6).
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_catalogues_of_data_read_what_there_is(served: sa.Engine) -> None:
    answer = asked("/catalog.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    graph = rdflib.Graph().parse(data=answer.text, format="json-ld")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    [dataset] = graph.subjects(rdflib.RDF.type, dcat.Dataset)
    assert {str(title) for title in graph.objects(dataset, rdflib.DCTERMS.title)} == {
        "质量治理数据第1版",
        "Quality governance, release 1",
    }
    kinds = {str(kind) for kind in graph.objects(None, dcat.mediaType)}
    assert "https://www.iana.org/assignments/media-types/text/csv" in kinds
    for address in graph.objects(None, dcat.accessURL):
        assert asked(str(address).removeprefix("http://127.0.0.1:8501")).status_code == 200
    assert list(graph.objects(dataset, rdflib.DCTERMS.rights))
    assert asked("/catalog.jsonld?release=1").status_code == 400
