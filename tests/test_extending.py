"""What the guide to extending shows works as it stands, and reaches every page without code."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from etl import meaning
from etl.__main__ import app
from etl.files import checksums
from etl.refresh import refresh
from etl.targets import FOLDER
from indicators import catalogue
from indicators.names import names
from indicators.settings import ROOT
from indicators.store.archive import frame_of
from indicators.store.database import open_database
from indicators.store.tables import observation
from tests.opened_pages import forget, opened

GUIDE = ROOT / "docs" / "extending.md"
RECIPE = re.compile(
    r"^`data/(?P<file>[^`]+)`，(?P<place>[^\n]+?) · [^\n]*:\n\n```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Recipe(NamedTuple):
    """A part of a file that the guide shows: where it goes below data, and what it says."""

    file: str
    place: str
    text: str

    def follow(self, data: Path) -> None:
        """Write it where the guide says."""
        path = data / self.file
        if self.place == "新文件":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")
            return
        before = path.read_text(encoding="utf-8")
        after = ""
        if self.place != "写在文件末尾":
            start = re.fullmatch(r"写在“(.+)”一行之后", self.place)
            assert start, self.place
            before, mark, after = before.partition(f"\n{start[1]}\n")
            before += mark
        path.write_text(before + self.text + after, encoding="utf-8")


RECIPES = [Recipe(**found.groupdict()) for found in RECIPE.finditer(GUIDE.read_text("utf-8"))]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with copies of the catalogue and the code lists, which all then goes by."""
    for name in ("catalogue", "reference"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    (tmp_path / "raw").mkdir()
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path / "catalogue")
    monkeypatch.setattr(catalogue, "REFERENCE", tmp_path / "reference")
    monkeypatch.setattr("etl.targets.register.__defaults__", (tmp_path / "catalogue" / "targets",))
    monkeypatch.setattr(checksums, "KEPT", tmp_path / "tidy")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    catalogue.stand_on(None)
    forget()


def told(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--language", "en", "new", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


def test_the_guide_shows_every_kind_of_file_that_can_be_added() -> None:
    assert [recipe.file.partition(".")[0] for recipe in RECIPES] == [
        "catalogue/indicators",
        "catalogue/clauses",
        "catalogue/sources",
        "raw/brand_survey/2025",
        "raw/brand_survey/2025",
        "catalogue/targets/zhejiang-brands-2026",
        "reference/peer_groups",
        "catalogue/standards",
        "catalogue/indicators",
        "reference/region_spellings",
        "reference/region_changes",
    ]


def test_a_count_by_industry_a_ratio_by_size_and_a_score_reach_every_page_without_code(
    data: Path,
) -> None:
    for recipe in RECIPES:
        recipe.follow(data)
    assert meaning.findings() == []
    engine = open_database()
    refresh(engine, raw=data / "raw", accepted="a test")
    with engine.connect() as connection:
        rows = frame_of(connection, observation.select())
    cells = rows.set_index(["indicator", "region", "industry", "size"])["value"]
    assert cells["brand_enterprises", "320000", "C", "ALL"] == 90
    assert cells["brand_share", "320000", "ALL", "LARGE"] == 80
    assert cells["brand_score", "330000", "ALL", "ALL"] == 88.2
    engine.dispose()

    regions = names(catalogue.load(), "region")
    assert [regions.code(each) for each in ("示例地区", "330199")] == ["330100", "330199"]
    assert catalogue.tree().names("zh")["330199"] == "示例区（2024年撤销）"

    titles = "品牌企业数", "品牌企业占比", "品牌质量得分"
    by_industry = opened("map", indicator="brand_enterprises", industry="C").title[0].value
    assert "品牌企业数" in by_industry
    assert "浙江" in by_industry
    by_size = opened("map", indicator="brand_share", size="LARGE").title[0].value
    assert "品牌企业占比" in by_size
    assert "江苏" in by_size
    assert "品牌质量得分" in opened("map", indicator="brand_score").title[0].value
    assert "2025年品牌调查公报" in everything(opened("releases", indicator="brand_score"))
    province = everything(opened("province", region="330000"))
    assert {title for title in titles if title not in province} == set()
    assert "长江口三省市" in everything(opened("province", region="330000", group="RIVER_MOUTH"))
    share = everything(opened("map", indicator="ems_current_share"))
    assert "2025年现行的标准：ISO 14001" in share
    objective = opened("objectives", region="330000", target="zhejiang-brand-score-2027")
    assert "品牌质量得分" in objective.title[0].value
    assert "品牌质量得分" in everything(opened("overview"))


def everything(page: AppTest) -> str:
    """Return all texts and tables of a page."""
    texts = [element.value for element in (*page.title, *page.caption, *page.markdown)]
    texts += [frame.value.to_string() for frame in page.dataframe]
    return " ".join([*texts, *(str(box.options) for box in page.selectbox)])


def test_a_new_indicator_is_written_with_remarks_and_never_over_another(data: Path) -> None:
    file = data / "catalogue" / "indicators.yaml"
    before = file.read_text(encoding="utf-8")
    order = ("indicator", "brands", "--zh", "品牌数", "--en", "Brands", "--clause", "spread")
    assert told(*order)[0] == 0
    after = file.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert "# a key of clauses.yaml" in after.removeprefix(before)
    assert meaning.findings() == []
    catalogue.stand_on(None)
    status, text = told(*order)
    assert status
    assert "brands stands in line" in text
    assert file.read_text(encoding="utf-8") == after


def test_an_entry_that_would_break_the_catalogue_is_not_written(data: Path) -> None:
    before = (data / "catalogue" / "indicators.yaml").read_text(encoding="utf-8")
    status, text = told("indicator", "brands", "--zh", "品牌数", "--en", "B", "--clause", "spred")
    assert status
    assert "write spread" in text.replace("│ ", "") or "spread" in text
    assert (data / "catalogue" / "indicators.yaml").read_text(encoding="utf-8") == before


def test_a_new_source_and_a_new_target_are_right_as_written(data: Path) -> None:
    publisher = ("--publisher-zh", "某局", "--publisher-en", "A bureau")
    assert told("source", "brands", "--zh", "品牌", "--en", "Brands", *publisher)[0] == 0
    assert (data / "raw" / "brands").is_dir()
    order = (
        "target",
        "zhejiang-2027",
        "--indicator",
        "manufacturing_pass_rate",
        "--region",
        "330000",
        "--value",
        "96",
        "--due",
        "2027",
        "--title",
        "浙江省质量规划",
        "--issuer",
        "浙江省人民政府",
    )
    assert told(*order)[0] == 0
    assert "industry: C" in (data / "catalogue" / "targets" / "zhejiang-2027.yaml").read_text(
        "utf-8"
    )
    assert meaning.findings() == []
    assert told(*order)[0]
    assert not (FOLDER / "zhejiang-2027.yaml").exists()


def test_a_key_never_leads_out_of_the_catalogue_and_what_is_wrong_is_told_in_chinese(
    data: Path,
) -> None:
    def files() -> dict[Path, int]:
        folders = (data / "catalogue", data / "raw")
        found = [path for folder in folders for path in folder.rglob("*")]
        return {path: path.stat().st_mtime_ns for path in found}

    before = files()
    publisher = ("--publisher-zh", "某局", "--publisher-en", "A bureau")
    order = (
        "--indicator",
        "manufacturing_pass_rate",
        "--due",
        "2027",
        "--title",
        "浙江省质量规划",
        "--issuer",
        "浙江省人民政府",
        "--region",
    )
    for arguments, expected in [
        (("source", "../brands", "--zh", "品牌", "--en", "Brands", *publisher), "下的文件夹名"),
        (("target", "../brands", *order, "330000", "--value", "96"), "不能用作代码"),
        (("target", "brands", *order, "浙江", "--value", "96"), "加引号的六位"),
        (("target", "brands", *order, "330000", "--value", "abc"), "应为数字"),
    ]:
        result = CliRunner().invoke(app, ["--language", "zh", "new", *arguments])
        text = re.sub(r"[│\s]", "", result.output)
        assert result.exit_code, arguments
        assert expected in text, text
        assert not re.search("valid|unable|[\\^]", text), text
    # The parts of the folder are as they were, and nothing stands beside it.
    assert files() == before
    assert not (data.parent / "brands.yaml").exists()
