"""No text, page, briefing or file holds a suppressed figure; what is retracted is gone."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from docx import Document
from pypdf import PdfReader
from rich.console import Console
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from etl import refresh as refreshing
from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.publish.backup import back_up, restore
from etl.publish.gate import Decision, publish, roll_back
from etl.refresh import refresh
from etl.reporting import findings_records, findings_table, write_findings
from etl.suppression.retraction import agree, retract
from indicators import frame
from indicators.cached import releases as cached_releases
from indicators.cached import remembered as cached_queries
from indicators.exports.downloads import csv_file
from indicators.exports.open_data.release_package import write_package
from indicators.findings import Finding, FindingsError, UnacceptedError, message
from indicators.store.archive import frame_of, published_in
from indicators.store.database import open_database, sqlite_file
from indicators.store.holdings import reach
from indicators.store.queries import (
    Selection,
    Vintage,
    all_observations,
    flips,
    latest_release,
    observations,
    retractions,
    revisions,
    warnings,
)
from indicators.store.tables import flip, metadata
from indicators.views import releases
from indicators.views.briefing.writing import write_briefings
from indicators.wording import Language, Wording
from tests.conftest import WORLD, copy_of_raw, edition_of, publish_rows, rows_of
from tests.opened_pages import opened, reading

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
    copy_of_raw(tmp_path / "raw")
    folder = tmp_path / "raw" / "bureau"
    folder.mkdir()
    (folder / "counts.csv").write_text(TABLE, encoding="utf-8")
    (folder / "counts.csv.yaml").write_text(DECLARATION, encoding="utf-8")
    return tmp_path / "raw"


def every_text(engine: sa.Engine) -> str:
    """Return every cell of every table of the database."""
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.tables.values()
            for row in connection.execute(sa.select(table))
        )


def page_text(page: AppTest) -> str:
    """Return everything that a page shows: its texts, tables and charts."""
    shown = [str(element.proto) for element in page.main] + [str(page.main), str(page.sidebar)]
    frames = [table.value.to_csv() for table in page.dataframe]
    return "\n".join([*shown, *frames])


def test_no_text_of_a_release_holds_a_suppressed_figure(
    empty: sa.Engine, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnacceptedError) as stopped:
        refresh(empty, raw=raw)
    (jump,) = stopped.value.findings
    assert jump.found == "1,297 → 73,193"  # so the analyst sees what is meant …
    cell = ("2021", "ALL", "C", "ALL", "330000")
    assert f"registry_coverage_rate {' '.join(cell)}" in str(jump.advice)
    assert {("legal_units", *cell), ("registry_coverage_rate", *cell)} <= set(jump.figures or ())
    assert not told(str(stopped.value))  # … and no log does
    for suffix in (".csv", ".json", ".xlsx"):
        path = tmp_path / f"findings{suffix}"
        write_findings(stopped.value.findings, path, Wording("zh"))
        text = (
            pd.read_excel(path, engine="calamine").to_csv()
            if suffix == ".xlsx"
            else path.read_text("utf-8")
        )
        assert not told(text)
        assert "未公布" in text
    refresh(empty, raw=raw, accepted="counted again")
    assert not told(every_text(empty))
    assert warnings(empty, 1).empty

    # What pages, briefings and files show.
    with reading(empty.url.render_as_string(hide_password=False)):
        for page in frame.PAGES:
            test = opened(page, of="registry_organisations_certified")
            assert not told(page_text(test)), page
        vintage = Vintage(1)
        for language in ("zh", "en"):
            words = Wording(language)
            assert not told(csv_file(cached_releases.everything(language, vintage)).decode())
            assert releases.warning_table(cached_releases.warnings(vintage), words).empty
        out = tmp_path / "briefings"
        for _ in write_briefings(empty, ["330000"], out, Wording("zh"), vintage):
            pass
        (paper,), (printed,) = out.rglob("*.docx"), out.rglob("*.pdf")
        words_of = Document(str(paper))
        cells = [cell.text for table in words_of.tables for row in table.rows for cell in row.cells]
        assert not told("\n".join([*cells, *(part.text for part in words_of.paragraphs)]))
        assert not told("\n".join(sheet.extract_text() for sheet in PdfReader(printed).pages))
        for file in out.rglob("*.xlsx"):
            sheets = pd.read_excel(file, sheet_name=None, engine="calamine", header=None)
            assert not any(told(sheet.to_csv()) for sheet in sheets.values())


PAIR = """\
指标,地区,行业,年,值,保密
registry_organisations_certified,330000,C,2020,140,F
registry_organisations_certified,320000,C,2020,480,F
registry_organisations_certified,330000,C,2021,{zhejiang},F
registry_organisations_certified,320000,C,2021,{jiangsu},F
registry_organisations_certified,JZH,C,2021,500,F
registry_organisations_certified,310000,C,2021,400,F
legal_units,330000,C,2021,1,F
"""


def test_nothing_that_is_kept_or_sent_tells_which_of_two_suppressed_figures_is_the_small_one(
    tmp_path: Path,
) -> None:
    kept = []
    for small, zhejiang, jiangsu in (("330000", 2, 98), ("320000", 98, 2)):
        folder = tmp_path / small / "raw"
        (folder / "bureau").mkdir(parents=True)
        table = PAIR.format(zhejiang=zhejiang, jiangsu=jiangsu).replace("JZH", "YANGTZE_DELTA")
        (folder / "bureau" / "counts.csv").write_text(table, encoding="utf-8")
        (folder / "bureau" / "counts.csv.yaml").write_text(DECLARATION, encoding="utf-8")
        engine = open_database(f"sqlite:///{tmp_path / small / 'figures.sqlite'}")
        with pytest.raises(UnacceptedError) as stopped:
            refresh(engine, raw=folder)
        quoting = [finding.found for finding in stopped.value.findings]
        assert any(re.search(r"\b2\b", found) for found in quoting)
        records = findings_records(stopped.value.findings, Wording("zh"))
        refresh(engine, raw=folder, accepted="counted again")
        again = refresh(engine, raw=folder)
        assert again.release is None
        assert {finding.accepted for finding in again.warnings} == {"counted again"}
        figures = observations(
            engine, Selection("registry_organisations_certified", "2021", industry="C")
        )
        assert figures.loc[figures["value"].isna(), "region"].tolist() == ["320000", "330000"]
        kept.append((str(stopped.value), records, warnings(engine, 1).to_csv()))
        engine.dispose()
    assert kept[0] == kept[1]


def test_a_log_of_a_publication_holds_no_suppressed_figure(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(
        refreshing.refresh,
        "__kwdefaults__",
        {**(refreshing.refresh.__kwdefaults__ or {}), "raw": raw},
    )
    stopped = CliRunner().invoke(app, ["publish"])
    assert stopped.exit_code == Outcome.WARNINGS
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


@pytest.mark.parametrize("part", ["numerator", "denominator", "neither"])
def test_a_ratio_of_a_figure_that_is_suppressed_is_in_no_earlier_release(
    empty: sa.Engine, part: str
) -> None:
    count = ("registry_organisations_certified", "2021", "330000", 61_297.0)
    whole = ("legal_units", "2021", "330000", 900_000.0)
    publish_rows(empty, [count, whole, ("registry_coverage_rate", "2021", "330000", 6.8108)])
    rows = rows_of([count, whole])  # the ratio is withdrawn
    hidden = {"numerator": count[0], "denominator": whole[0]}.get(part)
    of_it = rows["indicator"] == hidden
    rows["value"] = rows["value"].mask(of_it)
    rows["confidentiality"] = rows["confidentiality"].mask(of_it, "C")
    publish(empty, edition_of(rows), Decision("later"))
    ratio = observations(empty, Selection("registry_coverage_rate"), 1)
    assert ratio["value"].notna().tolist() == [part == "neither"]
    assert ratio["confidentiality"].tolist() == ["F" if part == "neither" else "C"]


@pytest.mark.parametrize("year", ["2020", "2021", "2019"])
def test_a_growth_rate_of_a_figure_that_is_suppressed_is_in_no_earlier_release(
    empty: sa.Engine, year: str
) -> None:
    counts = [("registry_qms_organisations", at, "330000", 500.0) for at in ("2020", "2021")]
    counts.append(("registry_qms_organisations", "2019", "330000", 400.0))
    publish_rows(empty, [*counts, ("qms_organisation_growth", "2021", "330000", 0.0)])
    rows = rows_of(counts)  # the growth rate is withdrawn
    hidden = rows["period"] == year
    rows["value"] = rows["value"].mask(hidden)
    rows["confidentiality"] = rows["confidentiality"].mask(hidden, "C")
    publish(empty, edition_of(rows), Decision("later"))
    growth = observations(empty, Selection("qms_organisation_growth"), 1)
    assert growth["value"].notna().tolist() == [year == "2019"]


@pytest.mark.parametrize("hidden", ["C", "ALL", "D"])
def test_an_industry_s_share_of_a_figure_that_is_suppressed_is_in_no_earlier_release(
    empty: sa.Engine, hidden: str
) -> None:
    counts = rows_of([("registry_qms_organisations", "2021", "330000", 500.0)] * 3)
    counts = counts.assign(industry=["C", "D", "ALL"])
    share = rows_of([("qms_organisation_share", "2021", "330000", 100.0)])
    share = share.assign(industry="C", scheme="QMS")
    publish(empty, edition_of(pd.concat([counts, share], ignore_index=True)), Decision("a test"))
    of_it = counts["industry"] == hidden
    counts = counts.assign(
        value=counts["value"].mask(of_it),
        confidentiality=counts["confidentiality"].mask(of_it, "C"),
    )
    publish(empty, edition_of(counts), Decision("the share is withdrawn"))
    then = observations(empty, Selection("qms_organisation_share", scheme="QMS", industry="C"), 1)
    assert then["value"].notna().tolist() == [hidden == "D"]


def test_what_is_open_again_is_open_in_earlier_releases_too(engine: sa.Engine) -> None:
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    publish_rows(engine, WORLD)
    assert [shown(engine, number) for number in (1, 2, 3)] == [
        (537_498.0, "F"),
        (None, "C"),
        (537_498.0, "F"),
    ]


KEY_OF_IT = ("certificates_valid", "2024-12", "ALL", "ALL", "ALL", "320000")
WARNED = Finding(
    "platform_provinces/2024-12.csv",
    "451,448 → 537,498",
    message("a number"),
    message("a number"),
    row=7,
    severity="warning",
    check="jumps",
    figures=(KEY_OF_IT,),
)


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
        "release": 1,
        "target": "t",
        "region": "320000",
        "period": "2024-12",
        "old_value": 451_448.0,
        "new_value": 537_498.0,
        "indicator": "certificates_valid",
        "scheme": "ALL",
        "industry": "ALL",
        "size": "ALL",
    }
    with engine.begin() as connection:
        connection.execute(sa.insert(flip).values(**turned))
    publish(engine, edition_of(suppressed(WORLD, "320000")), Decision("a test"))
    told = flips(engine, 1).iloc[0]
    assert told[["old_value", "new_value"]].isna().all()
    assert (
        releases.cause("certificates_valid", told["period"], None, None, Wording("zh"))
        == "2024年12月：未公布（为保护单个单位信息）"
    )


def test_a_finding_that_gives_a_figure_away_is_for_the_analyst_s_screen_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = Finding(**{**vars(WARNED), "suppressed": True})
    for quoted, expected in ((False, False), (True, True)):
        Console(width=200).print(findings_table([secret], Wording("zh"), quoted=quoted))
        assert ("537,498" in capsys.readouterr().out) is expected


# Retracting: what became confidential later.

WHOLE = 9_731_358_642.0  # of the three, two of which are 4,123,456,789 and 1,611,111,111
THREE = [
    ("JINGJINJI", WHOLE),
    ("110000", 4_123_456_789.0),
    ("120000", 1_611_111_111.0),
    ("130000", 3_996_790_742.0),
]
BEIJING = ("certificates_valid", "2024-12", "ALL", "ALL", "ALL", "110000")


def three(**changed: float) -> list[tuple[str, str, str, float]]:
    return [
        ("certificates_valid", "2024-12", region, changed.get(f"r{region}", value))
        for region, value in THREE
    ]


@pytest.fixture
def twice(empty: sa.Engine) -> sa.Engine:
    """Return two releases of a whole and its parts; the second changes Hebei and the whole."""
    publish(empty, edition_of(three()), Decision("a test", "looked up", [BEIJING_WARNED]))
    changed = three(r130000=3_996_790_800.0, rJINGJINJI=WHOLE + 58)
    assert publish(empty, edition_of(changed), Decision("a test")).release == 2
    return empty


BEIJING_WARNED = Finding(
    "platform_provinces/2024-12.csv",
    "451,448 → 4,123,456,789",
    message("a number"),
    message("a number"),
    row=7,
    severity="warning",
    check="jumps",
    figures=(BEIJING,),
)


def known(engine: sa.Engine, number: int) -> dict[str, float]:
    rows = all_observations(engine, number)
    return dict(rows.dropna(subset="value")[["region", "value"]].itertuples(index=False, name=None))


def test_a_retracted_figure_is_in_no_release_nor_follows_from_one(
    twice: sa.Engine, tmp_path: Path
) -> None:
    done = retract(twice, BEIJING, "a single firm", tmp_path / "raw")
    assert (list(done.releases), done.texts, done.purged) == ([1, 2], 1, True)
    # Tianjin, the smallest other part, goes along in both; the rest stays as it was published.
    assert [key[-1] for key in done.figures] == ["110000", "120000"]
    assert known(twice, 1) == {"JINGJINJI": WHOLE, "130000": 3_996_790_742.0}
    assert known(twice, 2) == {"JINGJINJI": WHOLE + 58, "130000": 3_996_790_800.0}
    assert latest_release(twice) == 2
    text = every_text(twice)
    assert "4123456789" not in text
    assert "4,123,456,789" not in text
    with twice.connect() as connection:
        published = frame_of(connection, sa.select(published_in(1)))
    assert published.set_index("region")["value"].isna().to_dict() == {
        "110000": True,
        "120000": True,
        "130000": False,
        "JINGJINJI": False,
    }
    trace = retractions(twice).set_index("region")[["rule", "reason"]]
    assert trace.to_dict("index") == {
        "110000": {"rule": "retracted", "reason": "a single firm"},
        "120000": {"rule": "complementary", "reason": "a single firm"},
    }
    assert reach(twice)["rows"].tolist() == [4]


def test_bringing_back_a_release_does_not_bring_back_what_was_retracted(
    twice: sa.Engine, tmp_path: Path
) -> None:
    retract(twice, BEIJING, "a single firm", tmp_path / "raw")
    back = roll_back(twice, 1, reason="a test")
    assert back.release == 3
    assert back.suppressed is not None
    assert back.suppressed.to_numpy().tolist() == [["certificates_valid", "retracted", 2]]
    assert known(twice, 3) == {"JINGJINJI": WHOLE, "130000": 3_996_790_742.0}


IN_BYTES = [  # as SQLite and PostgreSQL write it, and as it is written in sentences
    (4_123_456_789).to_bytes(6, "big"),
    struct.pack(">d", 4_123_456_789.0),
    struct.pack("<d", 4_123_456_789.0),
    b"4123456789",
    b"4,123,456,789",
]


def bytes_of(engine: sa.Engine) -> list[bool]:
    """Return which spellings of the figure the files of a database hold, all but its log."""
    file = sqlite_file(engine.url)
    if file is not None:
        paths = sorted(file.parent.glob(f"{file.name}*"))
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            base = connection.exec_driver_sql(
                "SELECT current_setting('data_directory') || '/base/' || oid::text "
                "FROM pg_database WHERE datname = current_database()"
            ).scalar_one()
        paths = [path for path in sorted(Path(base).iterdir()) if path.is_file()]
    held = b"".join(path.read_bytes() for path in paths)
    return [spelling in held for spelling in IN_BYTES]


def test_no_byte_of_the_database_nor_of_its_backup_holds_a_retracted_figure(
    twice: sa.Engine, tmp_path: Path
) -> None:
    with twice.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")  # as the database does by itself
    before, after = tmp_path / "before.backup", tmp_path / "after.backup"
    back_up(twice, before)
    assert any(bytes_of(twice))
    retract(twice, BEIJING, "a single firm", tmp_path / "raw")
    assert not any(bytes_of(twice))
    back_up(twice, after)
    copy = open_database(f"sqlite:///{after}")
    assert not any(bytes_of(copy))
    assert retractions(copy)["reason"].tolist() == ["a single firm"] * 2
    copy.dispose()
    # Nor does a database that an older backup is put into keep it, once the list is known.
    restored = open_database(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    restore(restored, before)
    assert any(bytes_of(restored))
    agree(restored, tmp_path / "raw")
    assert not any(bytes_of(restored))
    assert known(restored, 1) == known(twice, 1)
    restored.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_reader_prevented_is_done_by_the_next_run(twice: sa.Engine, tmp_path: Path) -> None:
    url = twice.url.render_as_string()
    reader = sa.create_engine(url)
    with reader.connect() as reading:
        reading.exec_driver_sql("BEGIN")
        reading.exec_driver_sql("SELECT count(*) FROM observation").fetchall()
        assert not retract(twice, BEIJING, "a single firm", tmp_path / "raw").purged
        assert retractions(twice)["purged"].isna().all()
        reading.exec_driver_sql("ROLLBACK")
    reader.dispose()
    again = retract(twice, BEIJING, "a single firm", tmp_path / "raw")
    assert (again.before, again.purged) == (True, True)
    assert len(retractions(twice)) == 2


QUARTER = ("qms_new_organisations", "2024-Q2", "ALL", "ALL", "ALL", "330000")
QUARTERS = {"2024-Q1": 311_117.0, "2024-Q2": 412_343.0, "2024-Q3": 511_213.0, "2024-Q4": 617_129.0}


def test_a_retracted_quarter_is_in_no_release_file_or_backup_nor_follows_from_its_year(
    empty: sa.Engine, tmp_path: Path
) -> None:
    for more in (0, 58):  # the second release changes a quarter, and the year with it
        flows = QUARTERS | {"2024-Q4": QUARTERS["2024-Q4"] + more}
        flows["2024"] = sum(flows.values())
        publish_rows(empty, [(QUARTER[0], at, "330000", value) for at, value in flows.items()])
    done = retract(empty, QUARTER, "a single firm", tmp_path / "raw")
    # The smallest other quarter goes along; without it the year would leave this one.
    assert sorted(key[1] for key in done.figures) == ["2024-Q1", "2024-Q2"]
    for number, value in ((1, 617_129.0), (2, 617_187.0)):
        rows = all_observations(empty, number).set_index("period")["value"]
        assert rows[rows.notna()].to_dict() == {
            "2024": 1_851_802.0 + value - 617_129,
            "2024-Q3": 511_213.0,
            "2024-Q4": value,
        }
    write_package(empty, "real", tmp_path / "package")
    back_up(empty, tmp_path / "figures.backup")
    copy = open_database(f"sqlite:///{tmp_path / 'figures.backup'}")
    texts = [every_text(empty), every_text(copy), csv_file(all_observations(empty)).decode()]
    copy.dispose()
    files = [path for path in (tmp_path / "package").rglob("*") if path.is_file()]
    texts += [path.read_bytes().decode("utf-8", "replace") for path in files]
    texts += [pd.read_parquet(path).to_csv() for path in files if path.suffix == ".parquet"]
    for text in texts:
        assert not [number for number in ("412343", "412,343", "311117") if number in text]
    trace = retractions(empty).set_index("period")["rule"]
    assert trace.to_dict() == {"2024-Q1": "complementary", "2024-Q2": "retracted"}


def test_a_rehearsal_of_a_retraction_changes_nothing(twice: sa.Engine, tmp_path: Path) -> None:
    before = every_text(twice)
    plan = retract(twice, BEIJING, "a single firm", tmp_path / "raw", dry_run=True)
    assert [key[-1] for key in plan.figures] == ["110000", "120000"]
    assert every_text(twice) == before
    assert list(tmp_path.glob("*.csv")) == []


def test_a_figure_that_never_was_cannot_be_retracted(twice: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        retract(twice, (*BEIJING[:-1], "440000"), "a test", tmp_path / "raw")


def test_a_running_server_shows_a_retracted_figure_no_more(
    twice: sa.Engine, tmp_path: Path
) -> None:
    def page(**address: str) -> str:
        return page_text(opened("releases", of_period="2024-12", **address))

    with reading(twice.url.render_as_string(hide_password=False)):
        assert "4123456789" in page()
        assert "4123456789" in page(release="1")
        retract(twice, BEIJING, "a single firm", tmp_path / "raw")
        cached_queries.answer.clear()  # as it forgets by itself after five seconds
        for address in ({}, {"release": "1"}):
            text = page(**address)
            assert "4123456789" not in text
            assert "4,123,456,789" not in text
            assert "a single firm" in text


HANGZHOU = ("registry_organisations_certified", "2021", "ALL", "C", "ALL", "330000")


def test_the_next_refresh_does_not_bring_a_retracted_figure_back(
    empty: sa.Engine, raw: Path, tmp_path: Path
) -> None:
    file = raw / "bureau" / "counts.csv"
    opened = TABLE.replace(",C\n", ",F\n").replace(",1297,", ",70297,").replace("68417", "968417")
    file.write_text(opened, encoding="utf-8")
    refresh(empty, raw=raw)
    assert "73193" in every_text(empty)
    selection = Selection(HANGZHOU[0], "2021", industry="C", region="330000")
    assert observations(empty, selection)["value"].item() == 73_193
    done = retract(empty, HANGZHOU, "a single firm", raw)
    assert done.files == ["bureau/counts.csv"]
    # The copies of it that we keep ourselves are gone, and none is made again.
    assert len(done.copies) == 1
    kept_copies = raw.parent / "versions"
    assert not list(kept_copies.glob("*-counts.csv"))

    def gone(engine: sa.Engine) -> bool:
        row = observations(engine, selection).iloc[0]
        return bool(pd.isna(row["value"]) and row["confidentiality"] == "C")

    assert gone(empty)
    assert refresh(empty, raw=raw).release is None  # and nothing follows by itself
    file.write_text(file.read_text("utf-8").replace("64703", "64704"), encoding="utf-8")
    refresh(empty, raw=raw)
    assert gone(empty)
    assert latest_release(empty) == 2
    assert "73193" not in every_text(empty)
    assert not list(kept_copies.glob("*-counts.csv"))
    for kept in (raw.parent / "tidy").glob("*.parquet"):
        assert 73_193.0 not in set(pd.read_parquet(kept)["value"])
    # Nor does a database made anew from the same files.
    anew = open_database(f"sqlite:///{tmp_path / 'anew.sqlite'}")
    refresh(anew, raw=raw)
    assert gone(anew)
    assert len(retractions(anew)) == len(retractions(empty))
    anew.dispose()


def test_a_computed_figure_is_retracted_with_what_it_is_computed_from(
    empty: sa.Engine, raw: Path
) -> None:
    refresh(empty, raw=raw, accepted="a test")
    ratio = ("organisations_per_10000_residents", "2024-12", "ALL", "ALL", "ALL", "110000")
    with pytest.raises(FindingsError) as refusal:
        retract(empty, ratio, "a test", raw)
    assert "certified_organisations" in str(refusal.value)
    done = retract(empty, ("certified_organisations", *ratio[1:]), "a test", raw)
    assert ratio in done.figures
    assert refresh(empty, raw=raw, accepted="a test").release is None


def test_a_retraction_is_rehearsed_then_done_and_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(refreshing, "RAW", tmp_path / "raw")
    engine = open_database()
    publish(engine, edition_of(three()), Decision("4,123,456,789 looks right"))
    command = ["retract", BEIJING[0], BEIJING[1], BEIJING[5], "--reason", "a single firm"]
    for more, word in (([], "尚未作任何更改"), (["--yes"], "从第 1 版取走")):
        result = CliRunner().invoke(app, [*command, *more])
        assert result.exit_code == 0, result.output
        assert word in result.output.replace("\n", "")
        assert "release.reason" in result.output
        assert "4,123" not in result.output
    assert "此前已取走" in CliRunner().invoke(app, [*command, "--yes"]).output
    assert "已取走的数字" in CliRunner().invoke(app, ["status"]).output
    for language, why in (("zh", "此后已取走"), ("en", "retracted since")):
        shown = CliRunner().invoke(
            app, ["--language", language, "rollback", "1", "--reason", "a wrong file"]
        )
        assert why in shown.output
        assert "4,123" not in shown.output
    engine.dispose()


# Cells that cannot be read are no figures yet, and may be small ones.

UNREADABLE = {
    "2①": "#①",
    "约2": "约#",
    "二家": "#家",
    "2 家": "# 家",
    "2026/1/2": "#/#/#",
    "1,234x": "#x",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("marked_by", ["threshold", "its source"])
def test_a_cell_that_may_be_small_and_cannot_be_read_is_quoted_on_the_analyst_s_screen_alone(
    empty: sa.Engine, tmp_path: Path, marked_by: str, language: Language
) -> None:
    small = marked_by == "threshold"
    indicator = "registry_organisations_certified" if small else "legal_units"
    folder = tmp_path / "raw" / "bureau"
    folder.mkdir(parents=True)
    cells = list(UNREADABLE)
    rows = [
        f'{name},"{cell}",{"F" if small else "C"}'
        for name, cell in zip(["江苏", "浙江", "安徽", "福建", "江西", "山东"], cells, strict=True)
    ]
    (folder / "counts.csv").write_text("\n".join(["地区,值,保密", *rows]) + "\n", "utf-8")
    confidentiality = ", confidentiality: 保密" if not small else ""
    (folder / "counts.csv.yaml").write_text(
        "provenance: {publisher: 某局, document: 清点, licence: 内部}\n"
        f"columns: {{region: 地区, value: 值{confidentiality}}}\n"
        f"fixed: {{indicator: {indicator}, period: '2021', scheme: ALL, industry: C, size: ALL}}\n"
        + ("ignore: [保密]\n" if small else "")
        + f"unit: {'家' if small else '个'}\n",
        "utf-8",
    )
    with pytest.raises(FindingsError) as stopped:
        refresh(empty, raw=tmp_path / "raw")
    words = Wording(language)
    found = [finding.found for finding in stopped.value.findings if finding.row]
    assert found == cells
    records = findings_records(stopped.value.findings, words)
    assert [record["found"] for record in records if record["row"]] == list(UNREADABLE.values())
    files = [tmp_path / f"findings{suffix}" for suffix in (".csv", ".json", ".xlsx")]
    for file in files:
        write_findings(stopped.value.findings, file, words)
    stored = [str(stopped.value), *(file.read_text("utf-8") for file in files[:2])]
    stored.append(pd.read_excel(files[2], engine="calamine").to_csv())
    for text in stored:
        assert not [cell for cell in cells if cell in text]
        assert "#①" in text
