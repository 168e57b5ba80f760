"""No figure in the database keeps the server, `check`, `diff`, `publish` or `rollback` from work.

The gate lets no such figure in; a database written by hand may hold it all the same, and one that
was published before the catalogue changed may hold targets of indicators that are no more.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

import app
from etl.intake import Named
from etl.publish.gate import roll_back
from etl.refresh import RAW, figures, refresh
from indicators.cached import first_visit
from indicators.cached import objectives as cached_objectives
from indicators.cached import province as cached_province
from indicators.store.database import open_database
from indicators.store.queries import Vintage
from indicators.store.tables import observation, target
from indicators.views import province
from indicators.views.briefing.writing import exports
from indicators.wording import Wording
from tests.conftest import free_port, rows_of
from tests.opened_pages import reading

ROOT = Path(__file__).resolve().parent.parent
ZH = Wording("zh")
RATE = "manufacturing_pass_rate"
HOSTILE = {
    "a year beside its December": [("certificates_valid", "2024", "320000", 600_000.0)],
    "a quarter beside its December": [("certificates_valid", "2024-Q4", "320000", 1.0)],
    "a day": [("certificates_valid", "2024-12-31", "320000", 537_498.0)],
    "a period in words": [
        ("certificates_valid", "下半年", "320000", 1.0),
        (RATE, "", "100000", 1.0),
    ],
    "no such month": [("certificates_valid", "2024-13", "320000", 1.0)],
    "a period of the future": [("certificates_valid", "2999", "320000", 1.0)],
    "infinity": [("certificates_valid", "2023-01", "320000", float("inf"))],
    "huge": [
        ("certificates_valid", "2023-01", "320000", 1e308),
        ("certificates_valid", "2023-04", "320000", -1e308),
    ],
    "nothing": [("certificates_valid", "2023-01", "320000", float("nan"))],
    "an indicator of nobody": [("indicator_of_old", "2024", "320000", 1.0)],
    "a region of nobody": [("certificates_valid", "2024-12", "999999", 1.0)],
}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of the figures that the project ships, in two releases."""
    file = tmp_path_factory.mktemp("hostile") / "figures.sqlite"
    engine = open_database(f"sqlite:///{file}")
    raw = file.parent / "raw"
    shutil.copytree(RAW, raw)
    for path in (raw / "quality_outcomes").glob("2024*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("93.93", "93.91"), encoding="utf-8")
    refresh(engine, raw=raw)
    refresh(engine)
    engine.dispose()
    return file


@pytest.fixture
def engine(shipped: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """Yield an engine on a copy of that database, which the pages read too."""
    file = tmp_path / "figures.sqlite"
    shutil.copy(shipped, file)
    url = f"sqlite:///{file}"
    engine = open_database(url)
    with reading(url):
        yield engine
    engine.dispose()


def put(engine: sa.Engine, rows: pd.DataFrame) -> None:
    """Write figures into the database past every check, and count them as published."""
    with engine.begin() as connection:
        table = rows.assign(release=1)
        table.to_sql(observation.name, connection, if_exists="append", index=False)
        counted = table[["indicator", "period", "scheme", "industry", "size", "source"]].assign(
            above="100000", rows=1, known=1
        )
        counted.drop_duplicates().to_sql("holding", connection, if_exists="append", index=False)


def page_errors(name: str, **query: str) -> list[str]:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=120)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    return [error.message for error in page.exception]


def every_hostile_figure() -> pd.DataFrame:
    rows = rows_of([row for rows in HOSTILE.values() for row in rows])
    kept = rows.drop_duplicates(["indicator", "period", "region"])
    return kept.assign(source="hand", citation="none")


def test_the_server_starts_and_the_gate_works_whatever_the_database_holds(
    engine: sa.Engine,
) -> None:
    put(engine, every_hostile_figure())
    first_visit.warm()
    # The others are judged as if nothing were wrong.
    judged = cached_objectives.verdicts(Vintage(2)).set_index("series")
    assert judged.at["100000 nation-manufacturing-pass-rate-c-2025", "last_class"] == "on_track"
    with figures(engine=engine) as made:
        assert not [item for item in made.warnings if item.severity == "error"]
    assert refresh(engine, accepted="a test", dry_run=True).difference is not None
    assert roll_back(engine, 1, reason="a test").release == 3


def test_what_cannot_be_judged_is_a_reason_beside_that_target(engine: sa.Engine) -> None:
    rows = rows_of(HOSTILE["a period in words"])
    put(engine, rows.assign(source="hand", citation="none"))
    found = cached_objectives.verdicts(Vintage(2)).set_index("series")["reason"]
    assert found["320000 jiangsu-certificates-valid-2023"] == "unreadable"
    assert (found == "unreadable").sum() == 1


def test_pages_open_whatever_the_database_holds(engine: sa.Engine) -> None:
    put(engine, every_hostile_figure())
    for name in ("overview", "map", "province", "releases"):
        assert page_errors(name) == []
    assert page_errors("province", region="320000") == []
    assert page_errors("map", indicator="certificates_valid", period="2024-12") == []
    target = "jiangsu-certificates-valid-2023"
    assert page_errors("objectives", region="320000", target=target) == []
    told = cached_province.material("320000", "", Vintage(2))
    page = province.province_tables(told, ZH)
    for _, _, make in exports(told, page, ZH, dark=False, vintage=Vintage(2))[2:5]:
        assert make()
    assert "2024年12月" in province.series_table(told.facts, ZH)["时期"].tolist()


def test_a_register_that_contradicts_itself_stops_nothing(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for key, values in {
            "jiangsu-certificates-valid-2023": {"kind": "more_and_more"},
            "nation-manufacturing-quality-competitiveness-c-2025": {"window_late": "soon"},
            "guizhou-certified-organisations-2022": {"indicator": "indicator_of_old"},
            "guizhou-certificates-valid-2022": {"region": "999999"},
        }.items():
            changed = sa.update(target).where(target.c.target == key).values(**values)
            assert connection.execute(changed).rowcount == 1
    first_visit.warm()
    found = cached_objectives.verdicts(Vintage(2)).set_index("target")
    assert found.at["jiangsu-certificates-valid-2023", "reason"] == "contradictory_target"
    assert cached_objectives.unknown_targets(Vintage(2)) == [
        "guizhou-certificates-valid-2022",
        "guizhou-certified-organisations-2022",
    ]
    assert page_errors("overview") == []
    assert (
        page_errors("objectives", region="320000", target="jiangsu-certificates-valid-2023") == []
    )
    assert refresh(engine, dry_run=True).difference.retargeted
    assert roll_back(engine, 1, reason="a test").release == 3


def test_a_yearly_figure_beside_a_december_one_is_published_and_taken_back(
    engine: sa.Engine, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    own = tmp_path / "年报.csv"
    own.write_text("地区,时期,数值\n江苏省,2024,600000\n", encoding="utf-8")
    own.with_name("年报.csv.yaml").write_text(
        "provenance: {publisher: 某局, document: 年报, licence: 内部使用}\n"
        "layout: long\ncolumns: {region: 地区, period: 时期, value: 数值}\n"
        "fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}\nunit: 张\n",
        encoding="utf-8",
    )
    named = Named((own,), "annual")
    made = refresh(engine, raw=raw, named=named, accepted="a test")
    assert made.release == 3
    first_visit.warm()
    found = (
        cached_objectives.verdicts(Vintage(3))
        .set_index("target")
        .loc["jiangsu-certificates-valid-2023"]
    )
    # The target names no frequency: of a stock the months, which have baseline and latest.
    assert (found["latest_period"], found["verdict"]) == ("2025-01", "achieved_on_time")
    assert found["frequencies_disagree"]
    assert roll_back(engine, 2, reason="a test").release == 4


def test_the_server_starts_without_a_database() -> None:
    async def start() -> bool:
        async with app.lifespan(app.app):
            return True

    with reading(f"postgresql://nobody@127.0.0.1:{free_port()}/figures"):
        try:
            assert asyncio.run(start())
        finally:
            gc.unfreeze()
