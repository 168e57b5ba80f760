"""Figures as published then, and demonstration figures: both say what they are, on every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from etl.demonstration.dataset import write_demonstration
from etl.publish.gate import Decision, publish
from indicators import frame
from indicators.cached import releases as cached_releases
from indicators.cached import remembered as cached_queries
from indicators.exports import offered
from indicators.store.database import open_database
from indicators.store.queries import Selection, Vintage
from indicators.target_register import Register
from indicators.views import releases
from indicators.wording import Wording
from tests.conftest import WORLD, edition_of, publish_rows
from tests.opened_pages import opened, reading

ROOT = Path(__file__).resolve().parent.parent
CHANGED = [*WORLD[:4], ("certificates_valid", "2024-12", "320000", 600_000.0), *WORLD[5:]]
DEMONSTRATION = "演示数据：由程序生成，仅供试用，不反映任何地区的真实情况。"
JIANGSU = Selection("certificates_valid", "2024-12", region="320000")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield a database with two releases of the tiny world, and demonstration figures apart."""
    url = f"sqlite:///{tmp_path_factory.mktemp('vintages') / 'figures.sqlite'}"
    real = open_database(url)
    publish_rows(real, WORLD)
    publish(real, edition_of(CHANGED), Decision("a revision"))
    write_demonstration(open_database(url, "demonstration"), years=range(2025, 2026))
    yield url
    real.dispose()


@pytest.fixture(autouse=True)
def _fresh(figures: str) -> Iterator[None]:
    with reading(figures):
        yield


# The two whose question the tiny world, which has no targets, can answer.
@pytest.mark.parametrize("page", ["map", "releases"])
def test_a_page_of_an_earlier_release_says_so_and_of_which(page: str) -> None:
    told = [info.value for info in opened(page, release="1").info]
    assert any("发布的第 1 版数据；最新为第 2 版。" in text for text in told)
    assert not any("版数据；最新为" in info.value for info in opened(page).info)


def test_a_page_of_an_earlier_release_shows_its_figures() -> None:
    def jiangsu(**address: str) -> float:
        page = opened("releases", of_region="320000", of_period="2024-12", **address)
        return float(page.dataframe[0].value["数值"].item())

    assert (jiangsu(), jiangsu(release="1"), jiangsu(release="2")) == (6e5, 537_498, 6e5)


def test_a_release_that_never_was_is_said_not_to_be() -> None:
    page = opened("releases", release="9")
    assert [warning.value for warning in page.warning] == ["没有第 9 版；现显示最新一版。"]


def test_the_newest_is_one_click_away() -> None:
    page = opened("map", release="1")
    page.button[0].click().run()
    assert "release" not in page.query_params
    assert not any("版数据；最新为" in info.value for info in page.info)


def test_a_revised_figure_shows_its_history() -> None:
    rows = cached_queries.observations(JIANGSU, Vintage(2))
    table = releases.revision_table(
        rows, cached_releases.revisions(JIANGSU, Vintage(2)), Wording("zh")
    )
    assert table[["数值", "发布于版本", "截至版本"]].to_numpy().tolist() == [
        ["537,498", 1, "1"],
        ["600,000", 2, "至今"],
    ]


def test_a_turned_verdict_names_the_figure_that_turned_it() -> None:
    flips = pd.DataFrame(
        [
            {
                "target": "gone",
                "region": "320000",
                "indicator": "gone",
                "period": "2024",
                "old_verdict": "moving_away",
                "old_reason": "",
                "old_value": 93.0,
                "new_verdict": "on_track",
                "new_reason": "",
                "new_value": 93.93,
            }
        ]
    )
    register = Register(
        **{
            name: pd.DataFrame(columns=["target"])
            for name in ("document", "target", "milestone", "evidence")
        }
    )
    told = releases.flip_table(flips, register, Wording("zh")).iloc[0].to_dict()
    assert told == {
        "地区": "江苏",
        "目标指标": "gone",
        "原为": "偏离目标",
        "变为": "进展符合预期",
        "原因": "2024年：93.00 → 93.93",
    }


@pytest.mark.parametrize(
    ("indicator", "old", "new", "shown"),
    [
        ("certificates_valid", 451_448.0, 537_498.0, "451,448 → 537,498"),
        ("manufacturing_pass_rate", 93.65, 94.0, "93.65 → 94.00"),
        ("manufacturing_pass_rate", 93.998, 94.0, "93.998 → 94.000"),
        ("certificates_valid", None, 2.0, "— → 2"),
    ],
)
def test_what_turned_a_verdict_has_the_decimals_of_its_indicator(
    indicator: str, old: float | None, new: float, shown: str
) -> None:
    assert releases.cause(indicator, "2024", old, new, Wording("zh")) == f"2024年：{shown}"


@pytest.mark.parametrize("page", frame.PAGES)
def test_every_page_of_demonstration_figures_says_so(page: str) -> None:
    told = [error.value for error in opened(page, data="demonstration").error]
    assert told == [f"**{DEMONSTRATION}**"]


@pytest.mark.parametrize("page", ["map", "releases"])
def test_no_page_of_real_figures_shows_a_generated_one(page: str) -> None:
    shown = opened(page)
    assert not shown.error
    assert not any("演示数据" in str(table.value.to_numpy()) for table in shown.dataframe)


def test_every_row_and_every_file_of_demonstration_figures_says_so() -> None:
    vintage, words = Vintage(1, "demonstration"), Wording("zh")
    table = cached_releases.everything("zh", vintage)
    assert set(table["来源"]) == {"演示数据"}
    assert set(table["核验程度"]) == {"演示数据"}
    assert offered.vintage_name(vintage, words).startswith("演示")
    assert offered.vintage_notes(vintage, words)[0] == DEMONSTRATION
