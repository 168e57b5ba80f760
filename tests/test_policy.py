"""The Policy page: every clause of the opinion is there, gaps are gaps, documents are dated."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy, copytree

import pandas as pd
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from etl import meaning
from indicators import catalogue, opinion
from indicators.cached import policy as cached
from indicators.cached import remembered
from indicators.catalogue import tree
from indicators.statuses import VerdictClass
from indicators.store.bulk import insert_rows
from indicators.store.database import open_database
from indicators.store.tables import observation
from indicators.target_register import Register
from indicators.views import policy as views
from indicators.wording import Wording
from tests.conftest import rows_of
from tests.opened_pages import opened, reading

ROOT = Path(__file__).resolve().parent.parent
CLAUSES = catalogue.load().clauses
ZH, EN = Wording("zh"), Wording("en")


@pytest.fixture(scope="module")
def _figures(shipped: sa.Engine) -> Iterator[None]:
    """Let pages read the figures that the project ships."""
    with reading(shipped.url.render_as_string(hide_password=False)):
        yield


def whole_tables(page: AppTest) -> list[pd.DataFrame]:
    """Return a page's tables as wide screens show them; a phone shows two columns of each."""
    return [each.value for each in page.dataframe if each.value.shape[1] > 2]


@pytest.mark.usefixtures("_figures")
@pytest.mark.parametrize("clause", ["objectives_systems", "upgrade", "spread"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_has_two_columns_of_each_table(clause: str, language: str) -> None:
    page = opened("policy", clause=clause, lang=language)
    whole = whole_tables(page)
    drawn = [each.proto.body for each in page.get("html")]
    short = [html for html in drawn if "<table" in html]
    assert len(whole) == len(short) >= 3
    for table, two in zip(whole, short, strict=True):
        names = re.findall('<th scope="col">(.*?)</th>', two)
        assert len(names) == 2
        assert set(names) <= set(table)
        assert two.count("<td>") == len(table)


# The opinion walked clause by clause: what is missing on the page fails here.
@pytest.mark.usefixtures("_figures")
@pytest.mark.parametrize("key", CLAUSES)
def test_each_clause_of_the_opinion_stands_on_the_page(key: str) -> None:
    page = opened("policy", clause=key)
    clause = CLAUSES[key]
    name = views.clause_name(clause, ZH)
    whole = page.dataframe[0].value
    assert whole["条款"].tolist() == [views.clause_name(each, ZH) for each in CLAUSES.values()]
    assert whole["说明"].tolist() == [f"/policy?clause={each}&lang=zh" for each in CLAUSES]
    (row,) = whole[whole["条款"] == name].to_dict("records")
    tracking = [item for item in catalogue.load().indicators.values() if item.clause == key]
    assert int(row["有数据"]) + int(row["尚未度量"]) == int(row["指标"]) == len(tracking)
    assert name in [heading.value for heading in page.subheader]
    texts = " ".join(text.value for text in page.markdown)
    assert clause.ask.zh in texts
    for passage in opinion.passages_of(key):
        assert passage.text in texts
        assert passage.read_in in texts
    # Each indicator stands there, with its figures or as a gap with who could supply it.
    tables = [table for table in whole_tables(page) if "指标" in table]
    shown = [title for table in tables[1:] for title in table["指标"]]
    assert sorted(item.title.zh for item in tracking) == sorted(shown)


@pytest.mark.usefixtures("_figures")
def test_a_clause_without_figures_is_a_gap_and_not_hidden() -> None:
    page = opened("policy", clause="government")
    assert "本条尚无数据。" in [note.value for note in page.info]
    gaps = whole_tables(page)[1]
    assert set(gaps["提供单位"]) == {"未见公开来源，需自行采集"}
    english = opened("policy", clause="government", lang="en")
    assert "Nothing of this clause is measured yet." in [note.value for note in english.info]


@pytest.mark.usefixtures("_figures")
def test_what_belongs_to_a_clause_stands_with_it() -> None:
    systems = opened("policy", clause="objectives_systems")
    board = next(each for each in whole_tables(systems) if "体系" in each)
    assert len(board) == 6
    assert set(board["最新佐证材料"]) == {"尚未收录佐证材料"}
    upgrade = opened("policy", clause="upgrade")
    standards = next(each for each in whole_tables(upgrade) if "标准" in each)
    assert any("9001:2026" in title for title in standards["标准"])
    spread = opened("policy", clause="spread")
    links = [link.proto.label for link in spread.get("page_link")]
    assert "查看该目标" in links
    assert "本系统未收录该活动的数据。" in [note.value for note in spread.info]


# As gathered from public copies: region, number, date as far as it is known, inferred or not.
IMPLEMENTING = {
    ("100000", "国发〔2018〕3号", "2018-01", 0),
    ("310000", "", "2018-09-12", 0),
    ("370000", "鲁政发〔2018〕22号", "2018-09-30", 0),
    ("510000", "川办函〔2018〕96号", "2018-10-24", 0),
    ("450000", "桂政办发〔2018〕37号", "2018-04-28", 0),
    ("420000", "鄂政发〔2019〕23号", "2019-11-01", 0),
    ("360000", "赣府字〔2018〕50号", "2018", 0),
    ("440000", "", "2018", 1),
    ("520000", "黔府发〔2018〕17号", "2018-07", 0),
    ("410000", "", "2018-12", 1),
    ("430000", "湘政发〔2018〕28号", "2018", 0),
    ("620000", "甘政办发〔2018〕145号", "2018-07-31", 0),
    ("320000", "", "", 0),
}


def test_every_document_that_implements_the_opinion_is_on_the_register(shipped: sa.Engine) -> None:
    from indicators.store import queries

    register = Register(**queries.register(shipped))
    rows = register.document[register.document["policy"] == views.OPINION].fillna("")
    found = rows[["region", "number", "date", "date_inferred"]].itertuples(index=False, name=None)
    assert set(found) == IMPLEMENTING
    # Where each was read stands beside it: a copy, or the address.
    assert ((rows["copy"] != "") | (rows["url"] != "")).all()
    drawn = views.document_rows(register, ZH)
    assert drawn["name"].is_unique
    assert len(drawn) == len(register.document.dropna(subset="date"))
    kinds = dict(zip(drawn["told"], drawn["kind"], strict=True))
    assert kinds["质量强国建设纲要"] == "followed"
    assert kinds["国务院关于加强质量认证体系建设促进全面质量管理的意见"] == "opinion"
    table = views.document_table(register, ZH)
    assert len(table) == len(register.document)
    inferred = table.loc[table["文件"].str.startswith("广东省加强质量认证"), "成文日期"]
    assert list(inferred) == ["2018年（推断）"]


def test_bars_count_every_verdict_once_and_hide_no_clause() -> None:
    rows = pd.DataFrame({"verdict": [VerdictClass.MISSED, VerdictClass.ACHIEVED, "missed"]})
    bars = views.spread_rows(
        {"tools": ("4 Tools", rows), "upgrade": ("III", rows.head(0))}, EN, dark=False
    )
    assert bars[["key", "number", "start", "end"]].to_numpy().tolist() == [
        ["tools", 1, 0, 1 / 3],
        ["tools", 2, 1 / 3, 1],
        ["upgrade", 0, 0, 1],
    ]
    assert bars["verdict"].tolist() == ["Achieved", "Missed", "no target on record"]
    assert bars["label"].tolist() == ["✔", "✖2", "no target on record"]
    assert views.counted(rows, EN) == "✔ Achieved 1, ✖ Missed 2"


@pytest.mark.usefixtures("_figures")
def test_the_bars_and_the_line_of_time_leave_as_data() -> None:
    vintage = remembered.newest()
    assert vintage is not None
    known = cached.known(vintage)
    files = {label: make for label, _, make in views.exports(known, EN, False, vintage)}
    counts = pd.read_csv(io.BytesIO(files["Table (CSV)"]()))
    judged = known.verdicts["indicator"].map(lambda key: catalogue.load().indicators[key].clause)
    assert counts["Targets"].sum() == judged.isin(CLAUSES).sum() > 100
    named = {views.clause_name(clause, EN): key for key, clause in CLAUSES.items()}
    assert set(counts["Clause"].map(named)) == set(judged)
    dated = pd.read_csv(io.BytesIO(files["Line of time (CSV)"]()))
    assert len(dated) == len(known.register.document)
    book = pd.read_excel(io.BytesIO(files["Workbook (XLSX)"]()), sheet_name=None, engine="calamine")
    assert [len(rows) for rows in book.values()] == [len(counts), len(dated)]


def test_the_campaign_leaves_as_data_once_it_has_figures(
    shipped_file: Path, tmp_path: Path
) -> None:
    file = copy(shipped_file, tmp_path / "figures.sqlite")
    engine = open_database(f"sqlite:///{file}")
    row = rows_of([(views.CAMPAIGN, "2019-12", "100000", 300_000.0)]).assign(release=1)
    with engine.begin() as connection:
        insert_rows(connection, observation, row)
    engine.dispose()
    with reading(f"sqlite:///{file}"):
        page = opened("policy", clause="spread")
    labels = [button.label for button in page.button]
    # Of the campaign and of the whole.
    assert labels.count("图片（PNG）") == labels.count("矢量图（SVG）") == 2
    assert "本系统未收录该活动的数据。" not in [note.value for note in page.info]


def test_a_passage_of_no_clause_is_told_with_its_line(tmp_path: Path) -> None:
    folder = copytree(catalogue.CATALOGUE, tmp_path / "catalogue")
    file = folder / "opinion.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("clauses: [upgrade]", "clauses: [upgrad]"), encoding="utf-8")
    (found,) = [item for item in meaning.findings(folder) if item.file == file.name]
    assert (found.found, str(found.expected)) == ("upgrad", "a clause of clauses.yaml")
    assert "upgrade" in str(found.advice)


@pytest.mark.usefixtures("_figures")
def test_the_newest_figure_of_the_nation_is_its_newest() -> None:
    """Of two regions with many figures each, the nation's own last one."""
    tables = [frame.value for frame in opened("policy", clause="preamble").dataframe]
    told = next(table for table in tables if "全国最新数据" in table).set_index("指标")
    newest = told["全国最新数据"].to_dict()
    assert newest["有效认证证书数"] == "4,067,752 张"
    assert told["时期"].to_dict()["有效认证证书数"].startswith("2024年12月")
    assert newest["获证组织数"] == "1,087,967 家"


def test_regions_of_documents_have_names() -> None:
    assert {region for region, *_ in IMPLEMENTING} <= set(tree().regions)
