"""No text, page, briefing or file holds a suppressed figure; what is retracted is gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
import streamlit as st
from docx import Document
from pypdf import PdfReader
from rich.console import Console
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from etl import refresh as refreshing
from etl.commands import app
from etl.findings import Finding, findings_table, message, write_findings
from etl.publish import Decision, publish, roll_back
from etl.refresh import RAW, Unaccepted, refresh
from indicators import cached, frame, vintages
from indicators.archive import frame_of, published_in
from indicators.briefing import write_briefings
from indicators.database import flip, metadata, open_database
from indicators.downloads import csv_file
from indicators.queries import (
    Selection,
    Vintage,
    all_observations,
    flips,
    observations,
    revisions,
    warnings,
)
from indicators.wording import Wording
from tests.conftest import WORLD, edition_of, publish_rows, rows_of

ROOT = Path(__file__).resolve().parent.parent
DECLARATION = """\
provenance: {publisher: 浙江省市场监管局, document: 登记清点, licence: 内部}
unit: {registry_organisations_certified: 家, legal_units: 个}
columns:
  {indicator: 指标, region: 地区, industry: 行业, period: 年, value: 值, confidentiality: 保密}
fixed: {scheme: ALL, size: ALL}
"""
# 73,193 and 68,417 are marked as confidential; 61,297, 64,661 and 59,233 are open.
TABLE = """\
指标,地区,行业,年,值,保密
registry_organisations_certified,330000,C,2020,1297,F
registry_organisations_certified,330000,C,2021,73193,C
registry_organisations_certified,320000,C,2020,64661,F
registry_organisations_certified,320000,C,2021,64703,F
legal_units,330000,C,2021,68417,C
legal_units,320000,C,2021,983141,F
"""
SECRET = (73_193.0, 68_417.0)


def written(value: float) -> set[str]:
    """Return how a figure may be written."""
    return {f"{value:.0f}", f"{value:,.0f}"}


SPELLINGS = set().union(*map(written, SECRET)) | {"106.98"}  # and their ratio


def told(text: str) -> set[str]:
    return {spelling for spelling in SPELLINGS if spelling in text}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return the shipped raw files with a table of which some figures are confidential."""
    shutil.copytree(RAW, tmp_path / "raw")
    folder = tmp_path / "raw" / "bureau"
    folder.mkdir()
    (folder / "counts.csv").write_text(TABLE, encoding="utf-8")
    (folder / "counts.csv.yaml").write_text(DECLARATION, encoding="utf-8")
    return tmp_path / "raw"


def every_text(engine: sa.Engine) -> str:
    """Return every cell of every table of the database."""
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row)) for table in metadata.tables.values()
            for row in connection.execute(sa.select(table))
        )  # fmt: skip


def page_text(page: AppTest) -> str:
    """Return everything that a page shows: its texts, tables and charts."""
    shown = [str(element.proto) for element in page.main] + [str(page.main), str(page.sidebar)]
    frames = [table.value.to_csv() for table in page.dataframe]
    return "\n".join([*shown, *frames])


def test_no_text_of_a_release_holds_a_suppressed_figure(
    empty: sa.Engine, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unaccepted) as stopped:
        refresh(empty, raw=raw)
    quoting = {finding.check: finding.found for finding in stopped.value.findings}
    assert quoting["jumps"] == "1,297 → 73,193"  # so the analyst sees what is meant …
    assert "73,193 / 68,417" in quoting["beyond"]
    assert not told(str(stopped.value))  # … and no log does
    for suffix in (".csv", ".json", ".xlsx"):
        path = tmp_path / f"findings{suffix}"
        write_findings(stopped.value.findings, path, Wording("zh"))
        text = (
            pd.read_excel(path, engine="calamine").to_csv() if suffix == ".xlsx"
            else path.read_text("utf-8")
        )  # fmt: skip
        assert not told(text)
        assert "不公开" in text
    refresh(empty, raw=raw, accepted="counted again")
    assert not told(every_text(empty))
    assert set(warnings(empty, 1)["suppressed"]) == {1}

    # What pages, briefings and files show.
    url = empty.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    st.cache_resource.clear()
    st.cache_data.clear()
    for page in frame.PAGES:
        test = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
        test.query_params["of"] = "registry_organisations_certified"
        test.run()
        assert not test.exception
        assert not told(page_text(test)), page
    vintage = Vintage(1)
    for language in ("zh", "en"):
        words = Wording(language)
        assert not told(csv_file(cached.everything(language, vintage)).decode())
        table = vintages.warning_table(cached.warnings(vintage), words)
        assert len(table) == 2
        assert not told(table.to_csv())
    out = tmp_path / "briefings"
    for _ in write_briefings(empty, ["330000"], out, Wording("zh"), vintage):
        pass
    (paper,), (printed,) = out.rglob("*.docx"), out.rglob("*.pdf")
    words_of = Document(str(paper))
    cells = [cell.text for table in words_of.tables for row in table.rows for cell in row.cells]
    assert not told("\n".join([*cells, *(part.text for part in words_of.paragraphs)]))
    assert not told("\n".join(sheet.extract_text() for sheet in PdfReader(printed).pages))
    for file in out.rglob("*.xlsx"):
        for sheet in pd.read_excel(file, sheet_name=None, engine="calamine", header=None).values():
            assert not told(sheet.to_csv())
    st.cache_resource.clear()
    st.cache_data.clear()


def test_a_log_of_a_publication_holds_no_suppressed_figure(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(refreshing.refresh, "__kwdefaults__",
                        {**(refreshing.refresh.__kwdefaults__ or {}), "raw": raw})  # fmt: skip
    stopped = CliRunner().invoke(app, ["publish"])
    assert stopped.exit_code == 1
    accepted = CliRunner().invoke(app, ["publish", "--accept", "counted again"])
    assert accepted.exit_code == 0, accepted.output
    for output in (stopped.output, accepted.output, CliRunner().invoke(app, ["diff"]).output):
        assert not told(output)
    open_database().dispose()


REGION = Selection("certificates_valid", period="2024-12", region="320000")


def suppressed(world: list[tuple[str, str, str, float]], *regions: str) -> pd.DataFrame:
    """Return these rows, those of December 2024 in these regions suppressed."""
    rows = rows_of(world)
    hidden = rows["region"].isin(regions) & (rows["period"] == "2024-12")
    return rows.assign(
        value=rows["value"].mask(hidden), confidentiality=rows["confidentiality"].mask(hidden, "C")
    )


def shown(engine: sa.Engine, number: int | None) -> tuple[float | None, str]:
    row = observations(engine, REGION, number).iloc[0]
    return (None if pd.isna(row["value"]) else row["value"], row["confidentiality"])


def test_what_a_release_suppresses_no_earlier_release_shows(engine: sa.Engine) -> None:
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    assert [shown(engine, number) for number in (1, 2, None)] == [(None, "C")] * 3
    assert revisions(engine, REGION)["value"].isna().all()
    held = all_observations(engine, 1).set_index(["period", "region"])["value"]
    assert held[("2024-12", "330000")] == 553_393  # others stay as they were
    # What was public once counts as known: the archive keeps it, for those who suppress.
    known = published_in(1).c
    question = sa.select(known.value).where(known.region == "320000", known.period == "2024-12")
    with engine.connect() as connection:
        assert frame_of(connection, question)["value"].tolist() == [537_498.0]


def test_what_was_suppressed_when_it_was_withdrawn_stays_so(engine: sa.Engine) -> None:
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    publish_rows(engine, WORLD[:4])
    assert [shown(engine, number) for number in (1, 2)] == [(None, "C")] * 2


def test_what_is_open_again_is_open_in_earlier_releases_too(engine: sa.Engine) -> None:
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    roll_back(engine, 1, reason="suppressed by mistake")
    assert [shown(engine, number) for number in (1, 2, 3)] == [
        (537_498.0, "F"), (None, "C"), (537_498.0, "F"),
    ]  # fmt: skip


KEY_OF_IT = ("certificates_valid", "2024-12", "ALL", "ALL", "ALL", "320000")
WARNED = Finding(
    "platform_provinces/2024-12.csv", "451,448 → 537,498", message("a number"),
    message("a number"), row=7, severity="warning", check="jumps",
    figures=(KEY_OF_IT,),
)  # fmt: skip


def test_a_warning_accepted_earlier_loses_its_sentence_once_its_figure_is_suppressed(
    empty: sa.Engine,
) -> None:
    publish(empty, edition_of(WORLD), Decision("a test", "looked up", [WARNED]))
    assert warnings(empty, 1)["found"].tolist() == ["451,448 → 537,498"]
    publish(empty, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    assert warnings(empty, 1)[["found", "expected", "suppressed"]].to_numpy().tolist() == [
        ["", "", 1]
    ]
    assert warnings(empty, 1)["row"].tolist() == [7]


def test_a_turned_verdict_loses_its_figures_once_they_are_suppressed(engine: sa.Engine) -> None:
    turned = {
        "release": 1, "target": "t", "region": "320000", "period": "2024-12",
        "old_value": 451_448.0, "new_value": 537_498.0, "indicator": "certificates_valid",
        "scheme": "ALL", "industry": "ALL", "size": "ALL",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(sa.insert(flip).values(**turned))
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    told = flips(engine, 1).iloc[0]
    assert told[["old_value", "new_value"]].isna().all()
    assert vintages.cause(told["period"], None, None, Wording("zh")) == "2024年12月：不公开"


def test_a_finding_that_gives_a_figure_away_is_for_the_analyst_s_screen_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = Finding(**{**vars(WARNED), "suppressed": True})
    for quoted, expected in ((False, False), (True, True)):
        Console(width=200).print(findings_table([secret], Wording("zh"), quoted=quoted))
        assert ("537,498" in capsys.readouterr().out) is expected
