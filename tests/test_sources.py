"""Who publishes a source and how often: said by the catalogue, else by the files' declarations.

And every figure that the project ships, as it was published before its sources were declared.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from etl.figures.grammar import declaration_of
from etl.figures.tidying import tidy
from etl.refresh import refresh
from etl.tidy import DERIVED
from indicators import catalogue, second_sources
from indicators.exports import readable_tables
from indicators.findings import FindingsError
from indicators.store import holdings
from indicators.store.archive import frame_of
from indicators.store.tables import KEY, MEASURES, citation, observation
from indicators.wording import Wording
from tests.conftest import copy_of_raw
from tests.own_files import PROVENANCE, csv, faults, loaded

DECLARED = """provenance: {{publisher: {publisher}, document: {document}, licence: 内部使用{more}}}
columns: {{region: 地区, period: 时期, value: 数值}}
fixed: {{indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}}
unit: 张
"""

VECTORS = Path(__file__).parent / "vectors"


def written(folder: Path, name: str, period: str, **said: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"地区,时期,数值\n江苏,{period},500\n", encoding="utf-8")
    declared = DECLARED.format(**({"more": ""} | said))
    (folder / f"{name}.yaml").write_text(declared, encoding="utf-8")


def told(engine: sa.Engine, language: str = "zh") -> dict[str, tuple[str, str, str]]:
    words = Wording("zh" if language == "zh" else "en")
    table = readable_tables.sources_table(holdings.sources(engine), words)
    names = (words("Source"), words("Publisher"), words("Frequency"), words("About"))
    rows = table[list(names)].itertuples(index=False)
    return {source: (publisher, often, about) for source, publisher, often, about in rows}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a copy of the shipped files, to put own ones beside."""
    copy_of_raw(tmp_path / "raw")
    return tmp_path / "raw"


def test_an_own_source_shows_what_its_files_declare(empty: sa.Engine, raw: Path) -> None:
    written(
        raw / "bureau",
        "a.csv",
        "2016-12",
        publisher="某省局",
        document="证书年报",
        more=", frequency: 每年一次",
    )
    written(raw / "bureau", "b.csv", "2017-12", publisher="某市局", document="证书统计")
    refresh(empty, raw=raw, accepted="own figures")
    assert told(empty)["bureau"] == ("某市局、某省局", "每年一次", "证书年报、证书统计")


def test_a_frequency_that_nobody_declares_is_that_of_the_figures(
    empty: sa.Engine, raw: Path
) -> None:
    written(raw / "bureau", "a.csv", "2016-12", publisher="某省局", document="月报")
    written(raw / "yearbook", "b.csv", "2015", publisher="某统计局", document="年鉴")
    refresh(empty, raw=raw, accepted="own figures")
    assert told(empty)["bureau"][:2] == ("某省局", "月度")
    assert told(empty, "en")["yearbook"][:2] == ("某统计局", "yearly")


def test_what_a_withdrawn_file_declared_is_no_longer_shown(empty: sa.Engine, raw: Path) -> None:
    written(raw / "bureau", "a.csv", "2016-12", publisher="旧机构", document="月报")
    refresh(empty, raw=raw, accepted="own figures")
    (raw / "bureau" / "a.csv").unlink()
    (raw / "bureau" / "a.csv.yaml").unlink()
    written(raw / "bureau", "b.csv", "2016-12", publisher="新机构", document="月报")
    refresh(empty, raw=raw, accepted="a new publisher")
    assert told(empty)["bureau"][0] == "新机构"
    words = Wording("zh")
    then = readable_tables.sources_table(holdings.sources(empty, 1), words)
    assert "旧机构" in then[words("Publisher")].tolist()


def test_a_file_declared_anew_is_shown_as_it_is_declared_now(empty: sa.Engine, raw: Path) -> None:
    written(raw / "bureau", "a.csv", "2016-12", publisher="旧机构", document="月报")
    refresh(empty, raw=raw, accepted="own figures")
    more = ", frequency: 每季一次"
    written(raw / "bureau", "a.csv", "2016-12", publisher="新机构", document="月报", more=more)
    refresh(empty, raw=raw, accepted="declared anew")
    assert told(empty)["bureau"] == ("新机构", "每季一次", "月报")
    then = readable_tables.sources_table(holdings.sources(empty, 1), Wording("zh")).set_index(
        "来源"
    )
    assert then.at["bureau", "发布机构"] == "旧机构"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_shipped_figures_keep_key_value_status_and_citation(empty: sa.Engine) -> None:
    refresh(empty)
    figures = sa.select(observation).where(observation.c.source != DERIVED)
    added = pd.read_csv(VECTORS / "added_figures.csv", dtype=str)[list(KEY)]
    with empty.connect() as connection:
        rows = frame_of(connection, figures)
        citations = frame_of(connection, sa.select(citation))
    rows = rows.merge(added, on=list(KEY), how="left", indicator="added", validate="1:1")
    rows = rows[rows["added"] == "left_only"]
    assert_unchanged(rows.assign(value=rows["value"].map(repr)), "shipped_figures")
    assert_unchanged(citations[citations["citation"].isin(rows["citation"])], "shipped_citations")


def assert_unchanged(now: pd.DataFrame, name: str) -> None:
    then = pd.read_csv(VECTORS / f"{name}.csv", dtype=str, keep_default_na=False)
    columns = list(then.columns)
    said = now[columns].fillna("").astype(str)
    pd.testing.assert_frame_equal(
        said.sort_values(columns).reset_index(drop=True),
        then.sort_values(columns).reset_index(drop=True),
    )


CITED = """
columns: {region: 地区, scheme: 领域, value: 数值, place: 位置, grade: 等级, note: 附注, url: 网址}
fixed: {indicator: certificates_valid, period: 2024-12, industry: ALL, size: ALL}
unit: 张
scope: all
"""
TABLE = """地区,领域,数值,位置,等级,附注,网址
全国,QMS,5,表1,A,,https://a.example
全国,CCC,6,表1,B,约数,
江苏,CCC,7,,C,,
全国,境内合计,9,表2,A,,
"""
MEANING = "names: {scheme: {境内合计: ALL}}\nscope_by_scheme: {境内合计: domestic}\n"


def test_a_row_says_where_its_figure_stands(tmp_path: Path) -> None:
    rows, path = loaded(csv(tmp_path, TABLE), CITED + MEANING), tmp_path / "figures.csv"
    assert rows["citation"].nunique() == len(rows)
    cited = citations_of(path, CITED + MEANING).set_index("citation").loc[rows["citation"]]
    columns = ["place", "verification", "note", "url", "publisher", "basis"]
    assert cited[columns].fillna("").to_numpy().tolist() == [
        ["表1", "primary", "", "https://a.example", "某省市场监管局", "as_published"],
        ["表1", "secondary", "约数", "", "某省市场监管局", "as_published"],
        ["figures.csv", "unconfirmed", "", "", "某省市场监管局", "as_published"],
        ["表2", "primary", "", "", "某省市场监管局", "as_published"],
    ]


def citations_of(path: Path, declared: str) -> pd.DataFrame:
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(declared), "d.yaml")
    out = path.with_name("cited.parquet")
    return tidy(path, declaration, catalogue.load(), out, source="bureau").citations


def test_a_grade_that_is_none_and_a_publisher_that_nobody_says_are_told(tmp_path: Path) -> None:
    path = csv(tmp_path, TABLE.replace("B,约数", "D,约数"))
    assert [fault[:3] for fault in faults(path, CITED + MEANING)] == [(3, "等级", "D")]
    path = csv(tmp_path, "地区,数值,机构\n江苏,5,甲局\n浙江,6,\n")
    declared = """
provenance: {publisher: , document: 年报, licence: 公开}
columns: {region: 地区, value: 数值, publisher: 机构}
fixed: {indicator: certificates_valid, period: 2024, industry: ALL, size: ALL, scheme: ALL}
unit: 张
"""
    assert [fault[:3] for fault in faults(path, declared)] == [(3, "机构", "")]


def test_what_a_total_covers_may_depend_on_the_scheme(tmp_path: Path) -> None:
    rows = loaded(csv(tmp_path, TABLE), CITED + MEANING)
    assert rows["region"].tolist() == ["ALL", "ALL", "320000", "100000"]
    found = faults(
        csv(tmp_path, TABLE), CITED + MEANING.replace("_scheme: {境内", "_scheme: {境外")
    )
    assert ("scope_by_scheme.境外合计", "境外合计") in {fault[1:3] for fault in found}
    with pytest.raises(FindingsError):
        declaration_of(
            {"provenance": PROVENANCE} | yaml.safe_load(CITED + MEANING.replace("domestic", "x")),
            "d",
        )


SECOND = (
    "second_sources: [{scheme: CCC, region: 320000, value: 8, publisher: 省局, document: 年报, "
    "place: 第2页, grade: A}]"
)


def test_a_figure_tells_what_a_second_document_says_of_it(tmp_path: Path) -> None:
    path = csv(tmp_path, TABLE)
    rows = loaded(path, CITED + MEANING + SECOND)[[*KEY, *MEASURES]].assign(release=1)
    cited = citations_of(path, CITED + MEANING + SECOND)
    words = Wording("zh")
    told = "省局《年报》、第2页：8（张），与所列数不一致；官方渠道"
    table = readable_tables.figure_table(rows, cited, words).set_index("数值")["其他出处"]
    assert table.to_dict() == {5.0: "", 6.0: "", 7.0: told, 9.0: ""}
    assert second_sources.footnotes(rows, cited, words) == [f"江苏、2024年12月另见{told}"]
    secret = rows.assign(confidentiality="C")
    assert second_sources.footnotes(secret, cited, words) == []
    assert set(readable_tables.figure_table(secret, cited, words)["其他出处"]) == {""}


def test_a_second_source_speaks_of_one_figure_of_its_file(tmp_path: Path) -> None:
    found = []
    for other in (SECOND.replace("320000", "330000"), SECOND.replace("region: 320000, ", "")):
        found += [fault[2:4] for fault in faults(csv(tmp_path, TABLE), CITED + MEANING + other)]
    assert found == [
        ("CCC · 330000: 0", "one figure of this file"),
        ("CCC: 2", "one figure of this file"),
    ]


def test_a_series_breaks_where_the_declaration_says_so(tmp_path: Path) -> None:
    declared = CITED + MEANING + "breaks: [{scheme: CCC, period: 2024-12, region: 320000}]"
    assert loaded(csv(tmp_path, TABLE), declared)["status"].tolist() == ["A", "A", "B", "A"]
    wrong = CITED + MEANING + "breaks: [{scheme: XYZ}]"
    assert "breaks.scheme" in {fault[1] for fault in faults(csv(tmp_path, TABLE), wrong)}


SHARED = """columns: {region: 地区, period: 时期, value: 数值}
fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_files_of_a_source_share_a_declaration(empty: sa.Engine, raw: Path) -> None:
    for year in ("2016", "2017"):
        written(raw / "bureau", f"{year}.csv", f"{year}-12", publisher="某省局", document=year)
        own = f"provenance: {{publisher: 某省局, document: '{year}', licence: 内部使用}}\n"
        (raw / "bureau" / f"{year}.csv.yaml").write_text(own, encoding="utf-8")
    (raw / "bureau" / "declaration.yaml").write_text(SHARED, encoding="utf-8")
    assert refresh(empty, raw=raw, accepted="own figures").release == 1
    wrong = SHARED.replace("unit: 张", "unti: 张")
    (raw / "bureau" / "declaration.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(FindingsError) as refusal:
        refresh(empty, raw=raw)
    misspelt = [found for found in refusal.value.findings if found.found == "unti"]
    assert {(found.file, found.row) for found in misspelt} == {("bureau/declaration.yaml", 3)}
    assert refusal.value.findings == misspelt  # not told of again in each file that stands on it
    assert len(misspelt) == 1
    (raw / "bureau" / "declaration.yaml").write_text(SHARED, encoding="utf-8")
    assert refresh(empty, raw=raw).release is None
