"""Thirty nights of a bureau's scheduled refresh, and what a careful analyst would have published.

Two sources of its own: `platform`, certificates by month, a file a month; `registry`, counts by
year in one file. In the morning somebody may read the log and act: accept, take away, roll back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import refresh as refreshing
from etl.__main__ import app
from etl.publish.lock import publishing
from indicators.store import queries
from indicators.store.database import open_database

MONTHLY = """\
provenance: {{publisher: 省认证监管处, document: 月度清点, licence: 内部, date: '{date}'}}
columns: {{region: 地区, value: 有效证书}}
fixed: {{indicator: certificates_valid, period: {month}, scheme: ALL, industry: ALL, size: ALL}}
unit: 张
"""
YEARLY = """\
provenance: {publisher: 省市场监管局, document: 登记清点, licence: 内部}
columns: {indicator: 指标, region: 地区, period: 年, value: 值}
fixed: {scheme: ALL, industry: C, size: ALL}
unit: {registry_organisations_certified: 家, legal_units: 个}
"""
REGISTRY = """\
指标,地区,年,值
registry_organisations_certified,江苏,2020,60000
registry_organisations_certified,浙江,2020,600
legal_units,江苏,2020,960000
legal_units,浙江,2020,800
"""
# More organisations certified in Zhejiang than there are legal units: a warning.
REGISTRY_2021 = (
    REGISTRY
    + """\
registry_organisations_certified,江苏,2021,64703
registry_organisations_certified,浙江,2021,731
legal_units,江苏,2021,983141
legal_units,浙江,2021,684
"""
)
REGISTRY_2022 = (
    REGISTRY_2021
    + """\
registry_organisations_certified,江苏,2022,66000
legal_units,江苏,2022,1000000
"""
)


@dataclass
class Bureau:
    """A scratch folder of raw files."""

    raw: Path

    def put(self, name: str, table: str, declaration: str) -> None:
        file = self.raw / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(table, encoding="utf-8")
        file.with_name(f"{file.name}.yaml").write_text(declaration, encoding="utf-8")

    def month(
        self,
        month: str,
        jiangsu: int | str,
        zhejiang: int | str,
        *,
        name: str = "",
        date: str = "",
        region: str = "浙江",
    ) -> None:
        table = f"地区,有效证书\n江苏,{jiangsu}\n{region},{zhejiang}\n"
        said = MONTHLY.format(month=month, date=date or f"{month}-28")
        self.put(f"platform/{name or month}.csv", table, said)

    def registry(self, table: str) -> None:
        self.put("registry/counts.csv", table, YEARLY)

    def take_away(self, name: str) -> None:
        (self.raw / name).unlink()
        (self.raw / f"{name}.yaml").unlink()


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit status and stdout."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


@pytest.fixture
def bureau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Bureau:
    raw = tmp_path / "raw"
    raw.mkdir()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(refreshing, "RAW", raw)
    settings = refreshing.refresh.__kwdefaults__ or {}
    monkeypatch.setattr(refreshing.refresh, "__kwdefaults__", settings | {"raw": raw})
    return Bureau(raw)


# What happens in the day before a night, by the number of the night.
EVENTS: dict[int, Callable[[Bureau], object]] = {
    3: lambda bureau: bureau.month("2024-02", 458_120, 446_020),
    4: lambda bureau: bureau.month("2024-02", 458_120, 446_020, name="2024-02 (1)"),
    6: lambda bureau: bureau.registry(REGISTRY_2021),
    7: lambda bureau: bureau.month("2024-03", 465_310, 452_880),
    8: lambda _: run("refresh", "--reason", "登记清点", "--accept", "两套登记口径不同，已核实"),
    9: lambda bureau: bureau.month("2024-04", 472_600, 459_940),
    11: lambda bureau: bureau.month(
        "2024-03", 465_310, 453_880, name="2024-03更正", date="2024-05-06"
    ),
    13: lambda bureau: bureau.month("2024-05", 480_000, "46730O", region="浙汇"),
    14: lambda bureau: bureau.registry(REGISTRY_2022),
    16: lambda bureau: bureau.take_away("platform/2024-05.csv"),
    17: lambda bureau: bureau.month("2024-05", 480_000, 467_300),
    18: lambda bureau: bureau.month("2024-06", 487_500, 474_800),
    23: lambda bureau: bureau.month("2024-07", 495_100, 428_100),
    24: lambda _: run("rollback", "8", "--reason", "2024年7月浙江数字颠倒"),
    26: lambda bureau: bureau.month("2024-07", 495_100, 482_100),
    27: lambda bureau: bureau.registry(REGISTRY_2022.replace("731", "733")),
    28: lambda _: run("refresh", "--reason", "登记更正", "--accept", "更正后仍为两套口径"),
    29: lambda bureau: (bureau.raw / "platform" / "~$2024-07.csv").write_bytes(b"locked"),
    30: lambda bureau: bureau.registry(REGISTRY_2022.replace("731", "733").replace("684", "784")),
}
BUSY_NIGHT, WRONG_SETTING, SERVER_AWAY = 18, 20, 21

WRITTEN_NOT = "什么也没有写入，已公开的数据保持不变。"
NOT_ACCEPTED = '有提示未确认，因此没有发布。如数据无误，请说明理由：--accept "…"'
BEYOND = ("registry/counts.csv", 7, "registry_coverage_rate 2021 ALL C ALL 330000: ")
ASKED = (*BEYOND[:2], BEYOND[2] + "731 / 684 = 106.871345", None, None)
ACCEPTED = (*ASKED[:3], "两套登记口径不同，已核实", 3)
ASKED_AGAIN = (*BEYOND[:2], BEYOND[2] + "733 / 684 = 107.163743", None, None)
ACCEPTED_AGAIN = (*ASKED_AGAIN[:3], "更正后仍为两套口径", 12)
BAD = [
    ("platform/2024-05.csv", 3, "浙汇", None, None),
    ("platform/2024-05.csv", 3, "46730O", None, None),
]
ADDRESS = ("DATABASE_URL", None, "postgresql:…", None, None)

# What the log says of each night: exit status and word; the release, and what it added, changed
# and withdrew; the findings, with why and since when they are accepted.
Line = tuple[int, str, int | None, tuple[int, int, int] | None, list[tuple[Any, ...]]]
LOG: dict[int, Line] = {
    1: (0, "done", 1, (8, 0, 0), []),
    2: (10, "nothing", None, (0, 0, 0), []),
    3: (0, "done", 2, (2, 0, 0), []),
    4: (10, "nothing", None, (0, 0, 0), []),  # the same figures in a copy
    5: (10, "nothing", None, (0, 0, 0), []),
    6: (4, "warnings", None, None, [ASKED]),
    7: (4, "warnings", None, None, [ASKED]),
    8: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),  # release 3 was published by day
    9: (0, "done", 4, (2, 0, 0), [ACCEPTED]),
    10: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),
    11: (0, "done", 5, (0, 1, 0), [ACCEPTED]),
    12: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),
    13: (3, "findings", None, None, BAD),
    14: (3, "findings", None, None, BAD),
    15: (3, "findings", None, None, BAD),
    16: (0, "done", 6, (3, 0, 0), [ACCEPTED]),
    17: (0, "done", 7, (2, 0, 0), [ACCEPTED]),
    18: (5, "busy", None, None, []),
    19: (0, "done", 8, (2, 0, 0), [ACCEPTED]),
    20: (6, "setting", None, None, [ADDRESS]),
    21: (7, "database", None, None, []),
    22: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),
    23: (0, "done", 9, (2, 0, 0), [ACCEPTED]),
    24: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),  # the rollback by day was release 10
    25: (10, "nothing", None, (0, 0, 0), [ACCEPTED]),
    26: (0, "done", 11, (2, 0, 0), [ACCEPTED]),
    27: (4, "warnings", None, None, [ASKED_AGAIN]),
    28: (10, "nothing", None, (0, 0, 0), [ACCEPTED_AGAIN]),  # release 12 was published by day
    29: (10, "nothing", None, (0, 0, 0), [ACCEPTED_AGAIN]),
    30: (0, "done", 13, (1, 1, 0), []),
}
MESSAGES = {
    **dict.fromkeys((6, 7, 27), NOT_ACCEPTED),
    **dict.fromkeys((13, 14, 15), WRITTEN_NOT),
    20: "设置有误，未作任何处理。",
}
# The newest release on the morning after.
NEWEST = [
    1,
    1,
    2,
    2,
    2,
    2,
    2,
    3,
    4,
    4,
    5,
    5,
    5,
    5,
    5,
    6,
    7,
    7,
    8,
    8,
    8,
    8,
    9,
    10,
    10,
    11,
    11,
    12,
    12,
    13,
]

# Number, reason, added, changed, withdrawn, rows, the release restored, why warnings were accepted.
RELEASES = [
    (1, "夜间", 8, 0, 0, 8, None, None),
    (2, "夜间", 2, 0, 0, 10, None, None),
    (3, "登记清点", 7, 0, 0, 17, None, "两套登记口径不同，已核实"),
    (4, "夜间", 2, 0, 0, 19, None, None),
    (5, "夜间", 0, 1, 0, 19, None, None),
    (6, "夜间", 3, 0, 0, 22, None, None),
    (7, "夜间", 2, 0, 0, 24, None, None),
    (8, "夜间", 2, 0, 0, 26, None, None),
    (9, "夜间", 2, 0, 0, 28, None, None),
    (10, "2024年7月浙江数字颠倒", 0, 0, 2, 26, 8, None),
    (11, "夜间", 2, 0, 0, 28, None, None),
    (12, "登记更正", 0, 1, 0, 28, None, "更正后仍为两套口径"),
    (13, "夜间", 1, 1, 0, 29, None, None),
]
JIANGSU, ZHEJIANG = "320000", "330000"
PUBLIC = {
    ("certificates_valid", "2024-01", JIANGSU): 451_448,
    ("certificates_valid", "2024-01", ZHEJIANG): 439_345,
    ("certificates_valid", "2024-02", JIANGSU): 458_120,
    ("certificates_valid", "2024-02", ZHEJIANG): 446_020,
    ("certificates_valid", "2024-03", JIANGSU): 465_310,
    ("certificates_valid", "2024-03", ZHEJIANG): 453_880,
    ("certificates_valid", "2024-04", JIANGSU): 472_600,
    ("certificates_valid", "2024-04", ZHEJIANG): 459_940,
    ("certificates_valid", "2024-05", JIANGSU): 480_000,
    ("certificates_valid", "2024-05", ZHEJIANG): 467_300,
    ("certificates_valid", "2024-06", JIANGSU): 487_500,
    ("certificates_valid", "2024-06", ZHEJIANG): 474_800,
    ("certificates_valid", "2024-07", JIANGSU): 495_100,
    ("certificates_valid", "2024-07", ZHEJIANG): 482_100,
    ("legal_units", "2020", JIANGSU): 960_000,
    ("legal_units", "2020", ZHEJIANG): 800,
    ("legal_units", "2021", JIANGSU): 983_141,
    ("legal_units", "2021", ZHEJIANG): 784,
    ("legal_units", "2022", JIANGSU): 1_000_000,
    ("registry_organisations_certified", "2020", JIANGSU): 60_000,
    ("registry_organisations_certified", "2020", ZHEJIANG): 600,
    ("registry_organisations_certified", "2021", JIANGSU): 64_703,
    ("registry_organisations_certified", "2021", ZHEJIANG): 733,
    ("registry_organisations_certified", "2022", JIANGSU): 66_000,
    ("registry_coverage_rate", "2020", JIANGSU): 6.25,
    ("registry_coverage_rate", "2020", ZHEJIANG): 75.0,
    ("registry_coverage_rate", "2021", JIANGSU): pytest.approx(6.5812534),
    ("registry_coverage_rate", "2021", ZHEJIANG): pytest.approx(93.4948980),
    ("registry_coverage_rate", "2022", JIANGSU): pytest.approx(6.6),
}


@contextmanager
def circumstances(night: int, monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[None]:
    """Let somebody else publish, or the database be away, during the nights that say so."""
    with monkeypatch.context() as during:
        if night == WRONG_SETTING:
            during.setenv("DATABASE_URL", "postgresql://anna:geheim@host:port/quality")
        elif night == SERVER_AWAY:
            during.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")
        if night != BUSY_NIGHT:
            yield
            return
        somebody = open_database(url)
        with publishing(somebody):
            yield
        somebody.dispose()


def public(engine: sa.Engine) -> dict[tuple[str, str, str], float]:
    """Return every public figure by indicator, period and region; all are of one industry."""
    rows = queries.all_observations(engine)
    assert not rows.duplicated(["indicator", "period", "region"]).any()
    keys = rows[["indicator", "period", "region"]].itertuples(index=False, name=None)
    return dict(zip(keys, rows["value"], strict=True))


def line_of(answer: dict[str, Any]) -> Line:
    """Return what a line of the log says, as in `LOG`."""
    changes = answer.get("changes")
    return (
        answer["exit_status"],
        answer["outcome"],
        answer.get("release"),
        changes and (changes["added"], changes["changed"], changes["withdrawn"]),
        [
            tuple(found[name] for name in ("file", "row", "found", "accepted", "since"))
            for found in answer["findings"]
        ],
    )


def test_thirty_nights_end_with_what_a_careful_analyst_would_have_published(
    bureau: Bureau,
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    empty: sa.Engine,
    tmp_path: Path,
) -> None:
    log = tmp_path / "quality.jsonl"
    bureau.month("2024-01", 451_448, 439_345)
    bureau.registry(REGISTRY)
    before = dict[tuple[str, str, str], float]()
    for night in range(1, 31):
        if night in EVENTS:
            EVENTS[night](bureau)
            before = public(empty)
        with circumstances(night, monkeypatch, database_url):
            status, answer = run("refresh", "--reason", "夜间", "--json")
        with log.open("a", encoding="utf-8") as lines:
            lines.write(answer)
        assert status == LOG[night][0], answer
        assert queries.latest_release(empty) == NEWEST[night - 1]
        after = public(empty)
        if status:  # nobody sees anything of a night that did not end well
            assert after == before
        before = after
    assert before == PUBLIC

    answers = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {night: line_of(answer) for night, answer in enumerate(answers, 1)} == LOG
    messages = {night: answer["message"] for night, answer in enumerate(answers, 1)}
    assert "正在发布" in messages.pop(BUSY_NIGHT)
    assert "无法连接" in messages.pop(SERVER_AWAY)
    assert {night: said for night, said in messages.items() if said} == MESSAGES
    assert "geheim" not in log.read_text("utf-8")

    releases = json.loads(run("status", "--json")[1])["releases"]
    names = ("release", "reason", "added", "changed", "withdrawn", "rows", "restored", "accepted")
    assert [tuple(one[name] for name in names) for one in reversed(releases)] == RELEASES
    assert type(releases[3]["restored"]) is int
    # Rolled back, the wrong file is kept beside the one that stands.
    kept = run("files", "platform/2024-07.csv")[1]
    assert (kept.count("已留存"), kept.count("在用")) == (1, 1)
