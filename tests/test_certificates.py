"""Whether the roll-up counts what a person counting certificate by certificate would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.certificates.changes import MEASURES
from etl.certificates.counting import counted, roll_up, roll_up_files
from etl.certificates.cube import DIMENSIONS, Reference, cube
from etl.certificates.engine import LIBRARIES, Engine, Memory, engine
from etl.certificates.registry import Summary
from etl.certificates.registry_declaration import Declaration
from etl.certificates.trace import Figure, trace_figure
from etl.certificates.validity import grid, period, spanned, within
from indicators.findings import FindingsError
from tests.own_files import parquet

# Ibis still asks DuckDB in words that DuckDB is giving up.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

Cell = tuple[str, str, str, str, str]

# Codes that certificates stand at themselves, so that their total is more than its parts.
OWN = {"C", "330000"}

PERIODS = ["2019-12", "2020-01", "2020-02", "2020-03", "2020-Q1", "2019", "2020", "2025-06"]


def tree(**parents: str) -> pd.DataFrame:
    return pd.DataFrame({"code": ["ALL", *parents], "parent": ["", *parents.values()]})


REFERENCE = Reference(
    regions=pd.DataFrame(
        [
            ("ALL", ""),
            ("100000", "ALL"),
            ("330000", "100000"),
            ("330100", "330000"),
            ("320000", "100000"),
            ("ABROAD", "ALL"),
            ("EAST", ""),
        ],
        columns=["code", "parent"],
    ),
    groups=pd.DataFrame(
        [
            ("region", "330000", "EAST"),
            ("region", "320000", "EAST"),
            ("industry", "C", "CG"),
            ("industry", "G59", "CG"),
        ],
        columns=["dimension", "code", "group"],
    ),
    industries=tree(C="ALL", C13="C", C39="C", G="ALL", G59="G", CG="ALL"),
    sizes=pd.DataFrame({"code": ["L", "S"]}),
    schemes=tree(MS="ALL", QMS="MS", EMS="MS", PRODUCT="ALL"),
    size_rules=pd.DataFrame(),
)


FILES = replace(
    REFERENCE,
    regions=REFERENCE.regions.assign(
        name_zh=["全部", "全国", "浙江省", "杭州市", "江苏省", "境外", "东部"]
    ),
    industries=pd.DataFrame({"code": ["ALL", "C", "13"], "parent": ["", "ALL", "C"]}),
    sizes=pd.read_csv("data/reference/sizes.csv"),
    groups=REFERENCE.groups[REFERENCE.groups["dimension"] == "region"],
    size_rules=pd.read_csv(Path("data/reference/size_rules.csv"), dtype={"selector": "str"}),
)


@dataclass(frozen=True)
class Certificate:
    organisation: str
    region: str
    industry: str
    size: str
    scheme: str
    issued: date
    suspended: date | None
    ends: date
    ended_by: str
    reissue: bool


def certificate(
    organisation: str = "A",
    region: str = "330000",
    industry: str = "C13",
    size: str = "L",
    scheme: str = "QMS",
    issued: str = "2020-01-10",
    ends: str = "2023-01-10",
    suspended: str | None = None,
    ended_by: str = "lapsed",
    reissue: bool = False,
) -> Certificate:
    return Certificate(
        organisation,
        region,
        industry,
        size,
        scheme,
        date.fromisoformat(issued),
        date.fromisoformat(suspended) if suspended else None,
        date.fromisoformat(ends),
        ended_by,
        reissue,
    )


def registry(certificates: Iterable[Certificate]) -> pd.DataFrame:
    rows = pd.DataFrame([vars(each) for each in certificates])
    for day in ("issued", "suspended", "ends"):
        rows[day] = pd.to_datetime(rows[day]).astype("datetime64[us]")
    return rows


def dated(certificates: Iterable[Certificate], on: Engine) -> Any:
    rows = on.frame(registry(certificates))
    days = {day: rows[day].cast("date") for day in ("issued", "suspended", "ends")}
    return on.kept(rows.mutate(**days))


def rolled_up(certificates: Iterable[Certificate], periods: list[str], on: Engine) -> pd.DataFrame:
    with TemporaryDirectory() as out:
        return on.rows(roll_up(dated(certificates, on), periods, REFERENCE, on, Path(out)))


def totals_of(code: str, dimension: str) -> list[str]:
    each = getattr(cube(REFERENCE), dimension)
    return [total for total in each.codes if code in each.members(total)]


def counted_by_hand(
    certificates: Iterable[Certificate], periods: list[str]
) -> dict[Cell, dict[str, int]]:
    """Every certificate in every total and period it spans, organisations as sets of names."""
    numbers: dict[Cell, dict[str, int]] = {}
    holders: dict[Cell, set[str]] = {}
    for each in certificates:
        cells = product(*(totals_of(getattr(each, name), name) for name in DIMENSIONS))
        for cell, name in product(list(cells), periods):
            when = period(name)
            day = when.last_day
            in_force = each.issued <= day < each.ends
            is_suspended = in_force and each.suspended is not None and each.suspended <= day
            is_valid = in_force and not is_suspended
            ended = when.first_day <= each.ends <= day
            flags = {
                "certificates_valid": is_valid,
                "certificates_suspended": is_suspended,
                "certificates_new": when.first_day <= each.issued <= day and not each.reissue,
                "certificates_lapsed": ended and each.ended_by == "lapsed",
                "certificates_withdrawn": ended and each.ended_by == "withdrawn",
            }
            key: Cell = (*cell, name)  # type: ignore[assignment]
            row = numbers.setdefault(key, dict.fromkeys(MEASURES, 0))
            for measure, holds in flags.items():
                row[measure] += holds
            if is_valid:
                holders.setdefault(key, set()).add(each.organisation)
    for key, names in holders.items():
        numbers[key]["certified_organisations"] = len(names)
    return numbers


def by_cell(table: pd.DataFrame) -> dict[Cell, dict[str, int]]:
    keys = table[[*DIMENSIONS, "period"]].itertuples(index=False, name=None)
    rows = table[list(MEASURES)].to_dict("records")
    found = dict(zip(keys, rows, strict=True))
    assert len(found) == len(table), "a cell stands twice"
    return found  # type: ignore[return-value]


def without_zeros(numbers: dict[Cell, dict[str, int]]) -> dict[Cell, dict[str, int]]:
    return {key: row for key, row in numbers.items() if any(row.values())}


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


days = st.integers(0, 420).map(lambda n: date(2019, 10, 1) + timedelta(days=n)) | st.sampled_from(
    [
        date(2019, 11, 30),
        date(2019, 12, 1),
        date(2019, 12, 31),
        date(2020, 1, 1),
        date(2020, 1, 31),
        date(2020, 2, 1),
        date(2020, 3, 31),
        date(2020, 12, 31),
    ]
)


@st.composite
def validities(draw: st.DrawFn) -> Certificate:
    issued = draw(days)
    ends = issued + timedelta(days=draw(st.integers(0, 120) | st.integers(0, 2400)))
    suspended = draw(st.none() | st.integers(0, 200).map(lambda n: issued + timedelta(days=n)))
    return Certificate(
        organisation=draw(st.sampled_from("ABC")),
        region=draw(st.sampled_from(["330000", "330100", "320000", "ABROAD"])),
        industry=draw(st.sampled_from(["C13", "C13", "C39", "G59", "C"])),
        size=draw(st.sampled_from("LLS")),
        scheme=draw(st.sampled_from(["QMS", "EMS", "PRODUCT"])),
        issued=issued,
        suspended=suspended if suspended and suspended < ends else None,
        ends=ends,
        ended_by=draw(st.sampled_from(["lapsed", "withdrawn", "replaced"])),
        reissue=draw(st.booleans()),
    )


@st.composite
def renewed(draw: st.DrawFn) -> list[Certificate]:
    """One organisation whose certificate is renewed with a gap, touching or overlapping."""
    first = draw(validities())
    chain = [first]
    for _ in range(draw(st.integers(0, 3))):
        last = chain[-1]
        issued = last.ends + timedelta(days=draw(st.sampled_from([-40, -1, 0, 1, 40])))
        moved = draw(st.sampled_from([last.region, "330000", "320000"]))
        chain.append(
            Certificate(
                last.organisation,
                moved,
                last.industry,
                last.size,
                last.scheme,
                issued,
                None,
                issued + timedelta(days=draw(st.integers(0, 400))),
                "lapsed",
                False,
            )
        )
    return chain


registries = st.lists(renewed(), min_size=1, max_size=12).map(lambda chains: sum(chains, []))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(certificates=registries)
def test_every_cell_equals_a_count_by_hand_and_is_traced_to_its_rows(
    certificates: list[Certificate], duckdb: Engine
) -> None:
    table = hold_by_hand(certificates, duckdb)
    hold_the_laws(by_cell(table))
    rows = table.sample(min(3, len(table)), random_state=len(table)).to_dict("records")
    for row, measure in zip(rows, ("certified_organisations", *MEASURES[:2]), strict=False):
        figure = Figure(measure, *(row[name] for name in ("period", *DIMENSIONS)))
        traced = duckdb.rows(trace_figure(dated(certificates, duckdb), figure, REFERENCE))
        organisations = measure == "certified_organisations"
        assert row[measure] == (traced["organisation"].nunique() if organisations else len(traced))


def hold_by_hand(certificates: list[Certificate], on: Engine) -> pd.DataFrame:
    table = rolled_up(certificates, PERIODS, on)
    expected = counted_by_hand(certificates, PERIODS)
    assert without_zeros(by_cell(table)) == without_zeros(expected)
    assert set(by_cell(table)) <= set(expected)
    return table


def hold_the_laws(numbers: dict[Cell, dict[str, int]]) -> None:
    """Organisations of a total: at most the sum, at least the largest part. Others add up."""
    for place, name in enumerate(DIMENSIONS):
        dimension = getattr(cube(REFERENCE), name)
        parts: dict[Cell, list[dict[str, int]]] = {}
        for cell, row in numbers.items():
            position = dimension.codes.index(cell[place])
            if dimension.depth[position]:
                above = dimension.codes[dimension.parent[position]]
                total: Cell = (*cell[:place], above, *cell[place + 1 :])
                parts.setdefault(total, []).append(row)
        for total, rows in parts.items():
            for measure in MEASURES:
                found = [row[measure] for row in rows]
                if measure == "certified_organisations":
                    assert numbers[total][measure] >= max(found)
                elif total[place] not in OWN:
                    assert numbers[total][measure] == sum(found)
                if total[place] not in OWN:
                    assert numbers[total][measure] <= sum(found)


def only(certificates: list[Certificate], on: Engine, when: str, **cell: str) -> dict[str, int]:
    wanted = {**dict.fromkeys(DIMENSIONS, "ALL"), **cell}
    key: Cell = (*(wanted[name] for name in DIMENSIONS), when)  # type: ignore[assignment]
    return by_cell(rolled_up(certificates, [when], on))[key]


def test_a_certificate_is_valid_on_the_day_of_issue_and_of_expiry(duckdb: Engine) -> None:
    ends = [
        certificate(organisation="A", issued="2020-06-30", ends="2021-01-01"),
        certificate(organisation="B", issued="2020-07-01", ends="2021-01-01"),
        certificate(organisation="C", issued="2020-01-01", ends="2020-06-30"),
        certificate(organisation="D", issued="2020-01-01", ends="2020-07-01"),
    ]
    row = only(ends, duckdb, "2020-06")
    assert (row["certificates_valid"], row["certificates_lapsed"]) == (2, 1)
    assert (row["certificates_new"], row["certified_organisations"]) == (1, 2)


def test_an_organisation_with_several_schemes_counts_once_in_their_total(duckdb: Engine) -> None:
    row = only([certificate(scheme="QMS"), certificate(scheme="EMS")], duckdb, "2020")
    assert (row["certificates_valid"], row["certified_organisations"]) == (2, 1)


def test_an_organisation_in_two_regions_at_once_counts_once_in_the_nation(duckdb: Engine) -> None:
    both = [certificate(region="330100"), certificate(region="320000")]
    assert only(both, duckdb, "2020", region="100000")["certified_organisations"] == 1
    assert only(both, duckdb, "2020", region="EAST")["certified_organisations"] == 1
    assert only(both, duckdb, "2020", region="330000")["certified_organisations"] == 1


def test_months_far_apart_fall_into_words_of_their_own(duckdb: Engine) -> None:
    long = [certificate(issued="2018-05-01", ends="2027-02-01")]
    table = rolled_up(long, spanned("2017-01", "2027-12"), duckdb)
    total = table[(table[list(DIMENSIONS)] == "ALL").all(axis=1)].set_index("period")
    held = total[total["certified_organisations"] == 1].index
    assert sorted(held) == spanned("2018-05", "2027-01")


@pytest.mark.parametrize("bits", [1, 2, 7, 51])
def test_slots_are_held_in_words_of_any_length(
    duckdb: Engine, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    for module in ("validity", "changes"):
        monkeypatch.setattr(f"etl.certificates.{module}.WORD", bits)
    certificates = [
        certificate(name, ends=f"{2020 + number % 6}-06-30", size="LS"[number % 2])
        for number, name in enumerate("ABCDEFGHI")
    ]
    hold_by_hand([*certificates, certificate("A", issued="2025-03-01")], duckdb)


class Weak(Engine):
    """An engine whose numbers are the same for all names of two letters."""

    def hashed(self, text: Any) -> Any:
        return (text.length() == 2).ifelse(ibis.literal(7, "uint64"), super().hashed(text))


def test_organisations_of_the_same_number_are_told_apart(duckdb: Engine) -> None:
    hold_by_hand(
        [certificate("A1"), certificate("B2"), certificate("B2", region="320000")],
        Weak(**vars(duckdb)),
    )


def test_what_has_no_room_in_memory_is_counted_from_files(duckdb: Engine, tmp_path: Path) -> None:
    poor = replace(duckdb, memory=Memory(LIBRARIES + 8, tmp_path))
    hold_by_hand(
        [
            certificate(name, region, industry, scheme=scheme)
            for name, region, industry in product(
                "AB", ("330100", "320000", "ABROAD"), ("C13", "G59")
            )
            for scheme in ("QMS", "EMS", "PRODUCT")
        ],
        poor,
    )
    assert not list(tmp_path.iterdir())


def test_a_period_is_a_year_a_quarter_or_a_month() -> None:
    assert period("2020-Q3").last_day == date(2020, 9, 30)
    assert period("2020").first_day == date(2020, 1, 1)
    assert within("2018-02", "2020-06", "year") == ["2019"]
    assert within("2019", "2019", "quarter") == spanned("2019-Q1", "2019-Q4")
    assert spanned("2019-Q4", "2020-Q2") == ["2019-Q4", "2020-Q1", "2020-Q2"]
    assert (grid(["2018", "2020"]).months, grid(["2018", "2020-06"]).months) == (12, 1)
    for wrong in ("2020-13", "2020-Q5", "202001", "x"):
        with pytest.raises(FindingsError, match="a period such as"):
            period(wrong)


def published(first: int, rows: int, **values: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "证书编号": f"N{first + i}",
                "统一社会信用代码": "914403001922038216",
                "地区": "浙江省",
                "行业": "C13",
                "认证领域": "QMS",
                "企业规模": "大型",
                "颁证日期": "2020-01-10",
                "到期日期": "2023-01-09",
                "证书状态": "有效",
                **values,
            }
            for i in range(rows)
        ]
    )


def test_files_of_all_kinds_are_rolled_up_and_what_is_not_clean_is_told(
    tmp_path: Path, duckdb: Engine
) -> None:
    published(0, 3).to_csv(tmp_path / "part-1.csv", index=False, encoding="gb18030")
    mixed = pd.concat([published(3, 1, 认证机构="“甲”,\n乙"), published(90, 1, 地区="火星")])
    mixed.to_csv(tmp_path / "part-2.csv", index=False, encoding="gb18030")
    mixed = pd.concat([published(4, 2), published(91, 1, 认证领域="天象")])
    mixed.to_excel(tmp_path / "part-3.xlsx", index=False)
    mixed = pd.concat([published(92, 1, 行业="?"), published(6, 2, 颁证日期="2019-12-31")])
    mixed.to_parquet(tmp_path / "part-4.parquet")
    told: list[str] = []
    summary = roll_up_files(
        sorted(tmp_path.glob("part-*")),
        Declaration(date(2020, 6, 30), encoding="gb18030"),
        ["2019", "2020"],
        FILES,
        tmp_path / "out",
        duckdb,
        show=lambda step, steps, doing: told.append(f"{step}/{steps} {doing}"),
    )
    assert (summary.rows, summary.set_aside, summary.share_set_aside) == (11, 3, 300 / 11)
    assert summary.reasons.values.tolist() == [
        ["region_unknown", 1, "part-2.csv", 3],
        ["industry_unknown", 1, "part-4.parquet", 2],
        ["scheme_unknown", 1, "part-3.xlsx", 4],
    ]
    rows = duckdb.rows(counted(summary.out, duckdb))
    value = rows[(rows[list(DIMENSIONS)] == "ALL").all(axis=1)].set_index("period")
    assert value["certificates_valid"].to_dict() == {"2019": 2, "2020": 8}
    assert value["certified_organisations"].to_dict() == {"2019": 1, "2020": 1}
    assert value.loc["2020", "certificates_new"] == 6
    assert told[-1].startswith(f"{len(told)}/{len(told)} ")
    set_aside = duckdb.rows(duckdb.parquet(summary.out / "quarantine.parquet"))
    assert set_aside.sort_values("file")[["file", "row", "certificate"]].values.tolist() == [
        ["part-2.csv", 3, "N90"],
        ["part-3.xlsx", 4, "N91"],
        ["part-4.parquet", 2, "N92"],
    ]


@pytest.mark.parametrize("day", ["2022-12-31", "2023-01-15", ""])
def test_a_certificate_marked_expired_counts_as_one_that_has_run_out(
    day: str, tmp_path: Path, duckdb: Engine
) -> None:
    found = []
    for status, status_day in (("过期", day), ("有效", "")):
        rows = published(0, 1, 到期日期="2022-12-31", 证书状态=status, 状态日期=status_day)
        rows.to_csv(tmp_path / "part.csv", index=False)
        roll_up_files(
            [tmp_path / "part.csv"],
            Declaration(date(2025, 6, 30)),
            ["2022", "2023"],
            FILES,
            tmp_path / "out",
            duckdb,
        )
        rows = duckdb.rows(counted(tmp_path / "out", duckdb))
        found.append(rows.sort_values(rows.columns.tolist()).reset_index(drop=True))
    expired, unmarked = found
    pd.testing.assert_frame_equal(expired, unmarked)
    last = expired[(expired[list(DIMENSIONS)] == "ALL").all(axis=1)].set_index("period")
    assert last["certificates_valid"].to_dict() == {"2022": 1, "2023": 0}
    assert last["certificates_lapsed"].to_dict() == {"2022": 0, "2023": 1}


def test_results_are_there_whole_or_not_at_all(
    tmp_path: Path, duckdb: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "part.csv", tmp_path / "out"

    def rolled(*periods: str) -> Summary:
        declared = Declaration(date(2022, 6, 30))
        return roll_up_files([file], declared, periods, FILES, out, duckdb)

    def standing() -> dict[str, bytes]:
        return {f"{path}": path.read_bytes() for path in out.rglob("*") if path.is_file()}

    published(0, 2).to_csv(file, index=False)
    rolled("2020")
    first = standing()
    assert f"{out / 'complete.json'}" in first
    published(0, 3).to_csv(file, index=False)
    with monkeypatch.context() as broken:
        broken.setattr("etl.certificates.counting.named_cells", _no_space)
        with pytest.raises(OSError, match="no space"):
            rolled("2020")
    assert standing() == first
    with monkeypatch.context() as killed:
        killed.setattr(Path, "rename", _killed)
        with pytest.raises(KeyboardInterrupt):
            rolled("2020")
    assert not (out / "complete.json").exists()
    assert rolled("2020").rows == 3
    assert (out / "complete.json").exists()


def _no_space(*_: object) -> None:
    raise OSError("no space")


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_has_been_counted_already_is_not_counted_again(
    tmp_path: Path, duckdb: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "part.csv", tmp_path / "out"
    pd.concat([published(0, 2), published(9, 1, 地区="火星")]).to_csv(file, index=False)

    def rolled(day: date, *periods: str) -> Summary:
        return roll_up_files([file], Declaration(day), periods, FILES, out, duckdb)

    first = rolled(date(2022, 6, 30), "2020", "2021")
    with monkeypatch.context() as idle:
        idle.setattr("etl.certificates.counting.cleaned", _killed)
        again = rolled(date(2022, 6, 30), "2021", "2020")
        assert (again.rows, again.set_aside) == (first.rows, first.set_aside) == (3, 1)
        pd.testing.assert_frame_equal(again.reasons, first.reasons)
        for day, periods in ((date(2022, 7, 1), ["2020", "2021"]), (date(2022, 6, 30), ["2020"])):
            with pytest.raises(KeyboardInterrupt):
                rolled(day, *periods)
        published(0, 3).to_csv(file, index=False)
        with pytest.raises(KeyboardInterrupt):
            rolled(date(2022, 6, 30), "2020", "2021")


def old_figures(out: Path) -> Path:
    out.mkdir()
    (out / "figures.parquet.yaml").write_text("of an earlier run")
    return out / "figures.parquet.yaml"


def test_a_file_without_a_column_is_refused(tmp_path: Path, duckdb: Engine) -> None:
    earlier = old_figures(tmp_path / "out")
    published(0, 1).drop(columns="行业").to_csv(tmp_path / "part.csv", index=False)
    with pytest.raises(FindingsError, match="行业"):
        roll_up_files(
            [tmp_path / "part.csv"],
            Declaration(date(2020, 6, 30)),
            ["2020"],
            FILES,
            tmp_path / "out",
            duckdb,
        )
    assert earlier.exists()


def test_a_file_whose_texts_are_no_utf_8_is_refused(tmp_path: Path, duckdb: Engine) -> None:
    row = published(0, 1).iloc[0]
    path = parquet(tmp_path, {str(name): text for name, text in row.items()}, "gbk")
    with pytest.raises(FindingsError) as refused:
        roll_up_files(
            [path], Declaration(date(2020, 6, 30)), ["2020"], FILES, tmp_path / "out", duckdb
        )
    (found,) = refused.value.findings
    assert (found.file, found.found[:2]) == (path.name, "\\x")
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_a_registry_without_a_certificate_in_sight_has_no_rows(duckdb: Engine) -> None:
    past = [certificate(issued="2010-01-01", ends="2012-01-01")]
    assert rolled_up(past, ["2020"], duckdb).empty


def test_what_was_written_before_is_replaced(tmp_path: Path, duckdb: Engine) -> None:
    earlier = old_figures(tmp_path / "out")
    published(0, 2).to_csv(tmp_path / "part.csv", index=False)
    for periods in (["2020", "2020-06"], ["2021"]):
        declared = Declaration(date(2022, 6, 30))
        roll_up_files([tmp_path / "part.csv"], declared, periods, FILES, tmp_path / "out", duckdb)
    found = duckdb.rows(counted(tmp_path / "out", duckdb).select("period").distinct())
    assert found["period"].tolist() == ["2021"]
    assert not earlier.exists()
