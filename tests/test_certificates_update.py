"""Whether drops, one after the other, bring results to what a count of all files would be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.certificates.changes import MEASURES
from etl.certificates.counting import counted, roll_up_files
from etl.certificates.cube import DIMENSIONS
from etl.certificates.engine import Engine, engine
from etl.certificates.registry_declaration import Declaration
from etl.certificates.update import WORDS, update_files
from indicators.findings import FindingsError
from tests.test_certificates import FILES

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

Row = dict[str, str]
AS_OF = Declaration(date(2025, 12, 31))
# So that what cannot be deleted for want of its name is set aside for the same reasons.
WHOLE = replace(AS_OF, statuses=AS_OF.statuses | WORDS)
PERIODS = ["2019", "2020", "2021", "2020-Q1", "2020-03"]
ORGANISATIONS = ["914403001922038216", "91330100799655058B", "9144030071526726XG"]


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


@st.composite
def rows(draw: st.DrawFn) -> Row:
    def pick(*texts: str) -> str:
        return draw(st.sampled_from(texts))

    status = pick("有效", "有效", "暂停", "撤销", "过期")
    return {
        "证书编号": pick("P1", "P2", "P3", "P4"),
        "统一社会信用代码": pick(*ORGANISATIONS, "914403001922038217"),
        "地区": pick("浙江省", "杭州市", "江苏省", "火星"),
        "行业": pick("13", "C"),
        "认证领域": pick("QMS", "QMS", "EMS", "?"),
        "企业规模": pick("大型", "小型"),
        "颁证日期": pick("2019-03-01", "2020-01-31", "2020/2/1", "?"),
        "到期日期": pick("2020-02-15", "2021-12-31", "2018-01-01"),
        "证书状态": status,
        "状态日期": "" if status == "有效" else pick("2020-03-10", "2021-05-01"),
    }


deletions = rows().map(lambda row: row | {"证书状态": "删除", "状态日期": ""})
drops = st.lists(rows() | rows() | deletions, min_size=1, max_size=6)


def known_as(row: Row) -> tuple[str, ...] | None:
    """Return by what an issue is known, where that can be read."""
    issued = row["颁证日期"].replace("/2/1", "-02-01")
    return None if "?" in (row["认证领域"], issued) else (row["证书编号"], row["认证领域"], issued)


def after(held: list[Row], drop: list[Row]) -> list[Row]:
    """Return the rows of a registry after a drop, as a clerk would keep them."""
    told = {known_as(row) for row in drop} - {None}
    new = [row for row in drop if row["证书状态"] != "删除" or known_as(row) is None]
    return [row for row in held if known_as(row) not in told] + new


def tables(on: Engine, out: Path) -> list[list[Any]]:
    """Return counts, clean rows and rows set aside, but for where they stand."""
    counts = on.rows(counted(out, on))
    counts = counts[(counts[list(MEASURES)] != 0).any(axis=1)][[*DIMENSIONS, "period", *MEASURES]]
    found = [sorted(counts.itertuples(index=False, name=None))]
    for name in ("registry", "quarantine"):
        frame = on.rows(on.parquet(out / f"{name}.parquet")).drop(columns=["file", "row"])
        frame = frame[sorted(frame.columns)].astype("str").fillna("")
        found.append(sorted(frame.itertuples(index=False, name=None)))
    return found


def written(path: Path, held: list[Row]) -> Path:
    pd.DataFrame(held).to_csv(path, index=False)
    return path


# To make a failing sequence shorter takes minutes.
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    first=st.lists(rows(), min_size=1, max_size=12), later=st.lists(drops, min_size=1, max_size=3)
)
def test_drops_come_to_what_a_count_of_all_would(
    first: list[Row],
    later: list[list[Row]],
    duckdb: Engine,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("drops")
    out, anew = folder / "out", folder / "anew"
    file = written(folder / "first.csv", first)
    roll_up_files([file], AS_OF, PERIODS, FILES, out, duckdb)
    held = first
    for number, drop in enumerate(later):
        file, held = written(folder / f"{number}.csv", drop), after(held, drop)
        update_files([file], AS_OF, FILES, out, duckdb)
    if held:
        file = written(folder / "all.csv", held)
        roll_up_files([file], WHOLE, PERIODS, FILES, anew, duckdb)
        assert tables(duckdb, out) == tables(duckdb, anew)
    else:
        assert not any(tables(duckdb, out))


SOUND = {
    "证书编号": "P1",
    "统一社会信用代码": ORGANISATIONS[0],
    "地区": "浙江省",
    "行业": "13",
    "认证领域": "QMS",
    "企业规模": "大型",
    "颁证日期": "2019-03-01",
    "到期日期": "2022-02-28",
    "证书状态": "有效",
}


def test_the_same_drop_twice_is_brought_in_once(tmp_path: Path, duckdb: Engine) -> None:
    file, drop = written(tmp_path / "a.csv", [SOUND]), written(tmp_path / "b.csv", [SOUND])
    out = tmp_path / "out"
    roll_up_files([file], AS_OF, PERIODS, FILES, out, duckdb)
    for _ in range(2):
        assert update_files([drop], AS_OF, FILES, out, duckdb).rows == 1
    assert len(json.loads((out / "complete.json").read_text("utf-8"))["inputs"]) == 6


def test_a_drop_is_refused_where_it_cannot_be_counted(tmp_path: Path, duckdb: Engine) -> None:
    file, out = written(tmp_path / "a.csv", [SOUND]), tmp_path / "out"
    with pytest.raises(FindingsError, match="the whole results of a roll-up"):
        update_files([file], AS_OF, FILES, out, duckdb)
    roll_up_files([file], AS_OF, PERIODS, FILES, out, duckdb)
    with pytest.raises(FindingsError, match="drawn on 2025-12-31 or later"):
        update_files([file], Declaration(date(2025, 12, 30)), FILES, out, duckdb)
    others = replace(FILES, sizes=FILES.sizes[::-1])
    with pytest.raises(FindingsError, match="code lists of today"):
        update_files([file], AS_OF, others, out, duckdb)
