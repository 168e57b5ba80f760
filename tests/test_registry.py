"""Whether published certificate rows become a clean registry, and the rest is set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.certificates.cube import Reference
from etl.certificates.engine import Engine, engine
from etl.certificates.registry import Registry, reason_counts, registry
from etl.certificates.registry_declaration import COLUMNS, Declaration
from etl.certificates.size_class import limits_of, size_class

# Ibis still asks DuckDB in words that DuckDB is giving up.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

RULES = pd.read_csv(Path("data/reference/size_rules.csv"), dtype={"selector": "str"})
INDUSTRIES = pd.read_csv(Path("data/reference/industries.csv"), dtype="str", keep_default_na=False)
REFERENCE = Reference(
    regions=pd.DataFrame(
        [
            ("ALL", "", "全部"),
            ("100000", "ALL", "全国"),
            ("330000", "100000", "浙江省"),
            ("330100", "330000", "杭州市"),
        ],
        columns=["code", "parent", "name_zh"],
    ),
    industries=pd.DataFrame(
        [("ALL", ""), ("C", "ALL"), ("39", "C"), ("G", "ALL"), ("59", "G"), ("63", "G")],
        columns=["code", "parent"],
    ),
    sizes=pd.read_csv("data/reference/sizes.csv"),
    schemes=pd.DataFrame(
        {
            "code": ["ALL", "QMS", "EMS"],
            "parent": ["", "ALL", "ALL"],
            "platform_code": ["", "A0101", "A0201"],
        }
    ),
    size_rules=RULES,
)
DECLARATION = Declaration(as_of=date(2025, 6, 30))
SOUND = {
    "certificate": "C1",
    "organisation": "914403001922038216",
    "region": "330100",
    "industry": "C39",
    "scheme": "QMS",
    "size": "大型",
    "issued": "2023-01-01",
    "expires": "2025-12-31",
    "status": "有效",
}


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


def read(on: Engine, *changes: dict[str, str]) -> Registry:
    rows = pd.DataFrame([{**dict.fromkeys(COLUMNS, ""), **SOUND, **each} for each in changes])
    rows = rows.rename(columns=COLUMNS).assign(file="part-1.csv", row=range(2, len(rows) + 2))
    published = on.frame(rows)
    return registry([(on.kept(published), DECLARATION)], REFERENCE, on)


def clean(on: Engine, *changes: dict[str, str]) -> pd.DataFrame:
    return on.rows(read(on, *changes).clean)


def reasons(on: Engine, *changes: dict[str, str]) -> list[str]:
    """The reasons of each row, '' for a row that passes."""
    numbered = [{"certificate": f"C{i}", **each} for i, each in enumerate(changes)]
    found = on.rows(read(on, *numbered).quarantine).set_index("certificate")["reasons"]
    return [found.get(each["certificate"], "") for each in numbered]


def test_true_credit_codes_pass(duckdb: Engine) -> None:
    codes = (
        "914403001922038216",
        "91330100799655058B",
        "9144030071526726XG",
        "N2330000000000000K",  # a village collective, registered by agriculture: made up
    )
    assert reasons(duckdb, *({"organisation": code} for code in codes)) == [""] * 4


CASES: list[tuple[dict[str, str], str]] = [
    ({"certificate": " "}, "certificate_missing"),
    ({"organisation": "91440300192203821"}, "credit_code_malformed"),
    ({"organisation": "91440300192203821O"}, "credit_code_malformed"),
    ({"organisation": "914403001922038217"}, "credit_code_check_digit"),
    ({"organisation": "914403001922038126"}, "credit_code_check_digit"),
    ({"region": "990000"}, "region_unknown"),
    ({"region": "33010"}, "region_unknown"),
    ({"region": "33岁"}, "region_unknown"),
    ({"industry": "98"}, "industry_unknown"),
    ({"scheme": "XYZ"}, "scheme_unknown"),
    ({"size": "巨型"}, "size_unknown"),
    ({"status": "?"}, "status_unknown"),
    ({"issued": "2023-02-30"}, "issue_date_unreadable"),
    ({"expires": "soon"}, "expiry_date_unreadable"),
    ({"expires": "2022-12-31"}, "expiry_before_issue"),
    ({"issued": "2025-07-01"}, "issue_in_future"),
    ({"status": "撤销"}, "status_date_missing"),
    ({"status": "撤销", "status_date": "2022-12-31"}, "status_date_before_issue"),
    ({"status": "暂停", "status_date": "2025-07-01"}, "status_date_in_future"),
    ({"region": "990000", "scheme": "XYZ"}, "region_unknown;scheme_unknown"),
]


def test_a_row_is_set_aside_with_its_reasons(duckdb: Engine) -> None:
    assert reasons(duckdb, *(change for change, _ in CASES)) == [reason for _, reason in CASES]


def test_codes_are_read_as_bureaux_write_them(duckdb: Engine) -> None:
    rows = clean(
        duckdb,
        {"certificate": "1", "region": "33", "industry": "39"},
        {"certificate": "2", "region": "330106", "industry": "3911", "scheme": "A0201"},
        {"certificate": "3", "region": "330999", "industry": "C"},
        {"certificate": "4", "region": "浙江省", "industry": "G59"},
        {"certificate": "5", "region": "境外", "organisation": "ACME LTD"},
    ).sort_values("certificate")
    assert rows["region"].tolist() == ["330000", "330100", "330000", "330000", "ALL"]
    assert rows["industry"].tolist() == ["39", "39", "C", "59", "39"]
    assert rows["scheme"].tolist() == ["QMS", "EMS", "QMS", "QMS", "QMS"]


def test_days_are_read_as_bureaux_write_them(duckdb: Engine) -> None:
    days = ("2024-03-05", "2024/3/5", "20240305", "2024年3月5日", "2024-03-05 00:00:00")
    rows = clean(duckdb, *({"certificate": day, "issued": day} for day in days))
    assert rows["issued"].astype("str").tolist() == ["2024-03-05"] * len(days)


SIZES = [
    # industry, employees, revenue and assets in yuan
    ("G59", "150", "50000000", "", "MEDIUM"),
    ("63", "500", "500000000", "", "MEDIUM"),
    ("C39", "1200", "30000000", "", "MEDIUM"),
    ("C39", "1000", "400000000", "", "LARGE"),
    ("C39", "999", "400000000", "", "MEDIUM"),
    ("C39", "1200", "2999999", "", "MICRO"),
    ("G59", "150", "", "", "NOT_CLASSIFIED"),
    ("7010", "", "20000000", "60000000", "MEDIUM"),
    ("7020", "1000", "50000000", "", "LARGE"),
    ("7040", "1000", "50000000", "", "NOT_CLASSIFIED"),
    ("7030", "99", "", "", "SMALL"),
    ("66", "1000", "50000000", "", "NOT_CLASSIFIED"),
    ("53", "1000", "50000000", "", "NOT_CLASSIFIED"),
    ("C", "1200", "30000000", "", "MEDIUM"),
    ("G", "1200", "30000000", "", "NOT_CLASSIFIED"),
    ("K", "1200", "30000000", "", "NOT_CLASSIFIED"),
]


def test_size_follows_the_rule_of_the_sector(duckdb: Engine) -> None:
    names = ["industry_text", "employees", "revenue", "assets", "expected"]
    rows = duckdb.frame(pd.DataFrame(SIZES, columns=names))
    rows = rows.mutate(
        employees=rows.employees.try_cast("float64"),
        revenue_10k=rows.revenue.try_cast("float64") / 10_000,
        assets_10k=rows.assets.try_cast("float64") / 10_000,
    )
    rows = limits_of(rows, RULES, INDUSTRIES, duckdb)
    found = duckdb.rows(rows.mutate(size_class=size_class(rows)))
    assert len(found) == len(SIZES)
    assert found["size_class"].tolist() == found["expected"].tolist()


def test_the_size_given_goes_before_the_size_derived(duckdb: Engine) -> None:
    given = {"size": "微型", "employees": "1200", "revenue": "30000000"}
    assert clean(duckdb, given)["size"].tolist() == ["MICRO"]
    assert clean(duckdb, {**given, "size": ""})["size"].tolist() == ["MEDIUM"]


VALIDITIES = [
    # status, its day, then: suspended, ends, ended by
    ("有效", "", None, "2025-04-01", "lapsed"),
    ("暂停", "2024-05-01", "2024-05-01", "2025-04-01", "lapsed"),
    ("撤销", "2024-05-01", None, "2024-05-01", "withdrawn"),
    ("注销", "2025-03-31", None, "2025-03-31", "withdrawn"),
    ("withdrawn", "2025-04-01", None, "2025-04-01", "lapsed"),
    ("过期", "", None, "2025-04-01", "lapsed"),
    ("失效", "2025-03-31", None, "2025-04-01", "lapsed"),  # the day of its expiry is its last
    ("过期失效", "2024-05-01", None, "2024-05-02", "lapsed"),
    ("expired", "2025-05-01", None, "2025-04-01", "lapsed"),
]


def test_a_status_ends_or_suspends_a_certificate_from_its_day_on(duckdb: Engine) -> None:
    changes = [
        {"certificate": status, "status": status, "status_date": day, "expires": "2025-03-31"}
        for status, day, *_ in VALIDITIES
    ]
    rows = clean(duckdb, *changes).set_index("certificate")
    found = [
        (status, day, *rows.loc[status, ["suspended", "ends", "ended_by"]])
        for status, day, *_ in VALIDITIES
    ]
    assert [tuple(str(value)[:10] for value in validity) for validity in found] == [
        tuple(str(value) for value in validity) for validity in VALIDITIES
    ]


def test_an_issue_told_twice_counts_once_by_its_latest_status(duckdb: Engine) -> None:
    found = read(duckdb, {}, {"status": "暂停", "status_date": "2024-05-01"}, {})
    assert duckdb.rows(found.clean)["status"].tolist() == ["suspended"]
    assert reason_counts(found.quarantine, duckdb).values.tolist() == [
        ["duplicate", 2, "part-1.csv", 2],
    ]


def test_a_reissue_takes_over_from_the_certificate_of_its_number(duckdb: Engine) -> None:
    rows = clean(
        duckdb,
        {"issued": "2020-01-01", "expires": "2022-12-31"},
        {"issued": "2022-06-01", "expires": "2023-12-31"},  # overlaps the first
        {"issued": "2024-01-01", "expires": "2024-06-30"},  # touches the second
        {"issued": "2025-01-01", "expires": "2025-12-31"},  # after a gap
    ).sort_values("issued")
    assert rows["ends"].astype("str").tolist() == [
        "2022-06-01",
        "2024-01-01",
        "2024-07-01",
        "2026-01-01",
    ]
    assert rows["ended_by"].tolist() == ["replaced", "replaced", "lapsed", "lapsed"]
    assert rows["reissue"].tolist() == [False, True, True, False]


EVE = date(2023, 1, 1)


@dataclass(frozen=True)
class Issue:
    """What a bureau tells of one issue, days counted from an eve."""

    issued: int
    expires: int
    status: str
    status_day: int

    def told(self, number: int) -> dict[str, str]:
        dated = self.status != "有效"
        return {
            "certificate": f"N{number}",
            "status": self.status,
            "issued": str(EVE + timedelta(self.issued)),
            "expires": str(EVE + timedelta(self.expires)),
            "status_date": str(EVE + timedelta(self.status_day)) if dated else "",
        }

    def state(self, day: int) -> str:
        """Say how it stands on a day after its issue."""
        if day > self.expires or (self.status in ("撤销", "注销") and day >= self.status_day):
            return "over"
        return "resting" if self.status == "暂停" and day >= self.status_day else "valid"


@st.composite
def issues_of_a_number(draw: st.DrawFn) -> list[Issue]:
    days = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=4)))
    spans = st.integers(0, 60)
    statuses = st.sampled_from(["有效", "有效", "暂停", "撤销", "注销"])
    return [Issue(day, day + draw(spans), draw(statuses), day + draw(spans)) for day in days]


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(numbers=st.lists(issues_of_a_number(), min_size=10, max_size=40))
def test_on_every_day_the_latest_issue_of_a_number_tells_how_it_stands(
    numbers: list[list[Issue]], duckdb: Engine
) -> None:
    rows = clean(duckdb, *(each.told(at) for at, told in enumerate(numbers) for each in told))
    assert len(rows) == sum(map(len, numbers))
    validities = dict[str, list[tuple[int, int, int]]]()
    for name, *days in rows[["certificate", "issued", "suspended", "ends"]].itertuples(index=False):
        issued, suspended, ends = (
            999 if pd.isna(day) else (pd.Timestamp(day).date() - EVE).days for day in days
        )
        validities.setdefault(name, []).append((issued, suspended, ends))
    for at, told in enumerate(numbers):
        for day in range(130):
            latest = max(
                (each for each in told if each.issued <= day),
                default=None,
                key=lambda each: each.issued,
            )
            expected = latest.state(day) if latest else "over"
            found = [
                "resting" if suspended <= day else "valid"
                for issued, suspended, ends in validities[f"N{at}"]
                if issued <= day < ends
            ]
            assert found == ([expected] if expected != "over" else []), (told, day)
