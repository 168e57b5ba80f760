"""Accepted warnings: remembered with their reason until the figures that they speak of change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import refresh as refreshing
from etl.__main__ import app
from etl.commands.screen import Outcome, screen
from etl.refresh import refresh
from indicators import catalogue
from indicators.findings import Finding, UnacceptedError
from indicators.store.database import open_database
from indicators.store.queries import latest_release, warnings
from indicators.store.tables import warning
from indicators.views import releases
from indicators.wording import Wording
from tests.conftest import copy_of_raw

DECLARATION = """\
provenance: {publisher: 浙江省市场监管局, document: 登记清点, licence: 内部}
unit: {registry_organisations_certified: 家, legal_units: 个}
columns: {indicator: 指标, region: 地区, industry: 行业, period: 年, value: 值}
fixed: {scheme: ALL, size: ALL}
"""
# More organisations certified than there are legal units: the rate is left out, with a warning.
TABLE = """\
指标,地区,行业,年,值
registry_organisations_certified,330000,C,2021,731
registry_organisations_certified,320000,C,2021,64703
legal_units,330000,C,2021,684
legal_units,320000,C,2021,983141
"""
SMALL = TABLE.replace("731", "2").replace("684", "1")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    copy_of_raw(tmp_path / "raw")
    (tmp_path / "raw" / "bureau").mkdir()
    write(tmp_path / "raw", TABLE)
    return tmp_path / "raw"


def write(raw: Path, table: str) -> None:
    (raw / "bureau" / "counts.csv").write_text(table, encoding="utf-8")
    (raw / "bureau" / "counts.csv.yaml").write_text(DECLARATION, encoding="utf-8")


def reasons(found: object) -> list[tuple[str, str | None, int | None]]:
    assert isinstance(found, list)
    assert all(isinstance(item, Finding) for item in found)
    return [(item.check, item.accepted, item.since) for item in found]


def test_an_unchanged_refresh_asks_about_no_warning_again(empty: sa.Engine, raw: Path) -> None:
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    refresh(empty, raw=raw, accepted="two registers")
    for _ in range(2):
        nightly = refresh(empty, raw=raw)
        assert nightly.release is None
        assert reasons(nightly.warnings) == [("beyond", "two registers", 1)]
    # Another figure of the file moves, and the rows move too: what was accepted still holds.
    lines = TABLE.replace("64703", "64704").splitlines()
    write(raw, "\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert reasons(refresh(empty, raw=raw).warnings) == [("beyond", "two registers", 1)]
    assert latest_release(empty) == 2
    table = releases.warning_table(warnings(empty, 2), Wording("zh"))
    assert table[["确认理由", "始于版本"]].to_numpy().tolist() == [["two registers", 1]]


def test_a_figure_that_changed_is_asked_about_even_if_it_changes_back(
    empty: sa.Engine, raw: Path
) -> None:
    refresh(empty, raw=raw, accepted="two registers")
    write(raw, TABLE.replace("731", "732"))
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    refresh(empty, raw=raw, accepted="a correction")
    assert refresh(empty, raw=raw).release is None
    write(raw, TABLE)
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)


def test_of_a_suppressed_figure_no_guess_can_be_checked(empty: sa.Engine, raw: Path) -> None:
    write(raw, SMALL)
    refresh(empty, raw=raw, accepted="two registers")
    assert reasons(refresh(empty, raw=raw).warnings) == [("beyond", "two registers", 1)]
    assert warnings(empty, 1).empty
    # It is known by its file, not by the number: so any change of the file is asked about.
    write(raw, SMALL.replace("64703", "64704"))
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)


def test_what_nobody_saw_of_a_suppressed_figure_is_not_accepted_for_its_file_s_sake(
    empty: sa.Engine,
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    request.addfinalizer(catalogue.load.cache_clear)
    meant = tmp_path / "catalogue"
    shutil.copytree(catalogue.CATALOGUE, meant)
    monkeypatch.setattr(catalogue, "CATALOGUE", meant)
    write(raw, SMALL.replace(",1\n", ",4\n"))  # a rate of 50 %
    assert refresh(empty, raw=raw, reason="a first release, without a warning").release == 1
    text = (meant / "indicators.yaml").read_text("utf-8")
    before, entry = text.split("  registry_coverage_rate:\n")
    narrower = entry.replace("range: [0, 100]", "range: [0, 40]", 1)
    (meant / "indicators.yaml").write_text(
        f"{before}  registry_coverage_rate:\n{narrower}", "utf-8"
    )
    catalogue.load.cache_clear()
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    assert refresh(empty, raw=raw, accepted="two registers").release == 2
    assert reasons(refresh(empty, raw=raw).warnings) == [("beyond", "two registers", 2)]
    monkeypatch.setenv("CODE_VERSION", "another")  # which may look at more
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)


def test_what_is_accepted_without_a_release_is_remembered_too(empty: sa.Engine, raw: Path) -> None:
    refresh(empty, raw=raw, accepted="two registers")
    with empty.begin() as connection:  # as a release before warnings were remembered left it
        connection.execute(sa.update(warning).values(fingerprint="", reason=None, since=None))
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    assert refresh(empty, raw=raw, accepted="looked up").release is None
    assert reasons(refresh(empty, raw=raw).warnings) == [("beyond", "looked up", 1)]


POPULATION = """\
provenance: {publisher: 某局, document: 某表, licence: 内部使用}
columns: {region: 地区, period: 时期, value: 数值}
fixed: {indicator: population, scheme: ALL, industry: ALL, size: ALL}
unit: 人
"""


def test_ratios_that_leave_their_bounds_with_a_figure_are_accepted_with_it(
    empty: sa.Engine, tmp_path: Path
) -> None:
    copy_of_raw(tmp_path / "raw")
    raw = tmp_path / "raw"
    refresh(empty, raw=raw)
    (raw / "bureau").mkdir()
    file = raw / "bureau" / "population.csv"
    file.with_name("population.csv.yaml").write_text(POPULATION, encoding="utf-8")
    file.write_text("地区,时期,数值\n江苏省,2022-06,100000\n", encoding="utf-8")
    with pytest.raises(UnacceptedError) as asked:
        refresh(empty, raw=raw)
    # One figure is one warning, which tells of the ratios that it makes.
    assert [finding.check for finding in asked.value.findings] == ["jumps"]
    assert reasons(refresh(empty, raw=raw, accepted="looked up").warnings) == [
        ("jumps", "looked up", 2)
    ]
    # It is public now and jumps no more; what was made of it was accepted with it.
    nightly = refresh(empty, raw=raw)
    assert nightly.release is None
    assert {*reasons(nightly.warnings)} == {("beyond", "looked up", 2)}
    file.write_text("地区,时期,数值\n江苏省,2022-06,90000\n", encoding="utf-8")
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)


def test_a_nightly_run_with_an_accepted_warning_ends_well_and_lists_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(
        refreshing.refresh,
        "__kwdefaults__",
        {**(refreshing.refresh.__kwdefaults__ or {}), "raw": raw},
    )
    monkeypatch.setattr(screen.console, "width", 200)
    run = CliRunner()
    assert run.invoke(app, ["refresh"]).exit_code == Outcome.WARNINGS
    checked = run.invoke(app, ["check"])
    assert checked.exit_code == Outcome.WARNINGS
    assert "全部检查通过" not in checked.output
    assert "尚有提示未确认" in checked.output
    assert run.invoke(app, ["refresh", "--accept", "两套登记"]).exit_code == 0
    nightly = run.invoke(app, ["refresh"])
    assert nightly.exit_code == Outcome.NOTHING, nightly.output
    output = nightly.output.replace("\n", "")
    assert "此前已接受1项" in output
    assert "已确认的提示" in output
    open_database().dispose()
