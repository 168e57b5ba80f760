"""Who publishes a source and how often: said by the catalogue, else by the files' declarations.

And every figure that the project ships, as it was published before its sources were declared.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.refresh import RAW, refresh
from etl.tidy import DERIVED
from indicators import tables
from indicators.store import holdings
from indicators.store.archive import frame_of
from indicators.store.tables import citation, observation
from indicators.wording import Wording

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
    table = tables.sources_table(holdings.sources(engine), words)
    names = (words("Source"), words("Publisher"), words("Frequency"), words("About"))
    rows = table[list(names)].itertuples(index=False)
    return {source: (publisher, often, about) for source, publisher, often, about in rows}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a copy of the shipped files, to put own ones beside."""
    shutil.copytree(RAW, tmp_path / "raw")
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
    then = tables.sources_table(holdings.sources(empty, 1), words)
    assert "旧机构" in then[words("Publisher")].tolist()


def test_a_file_declared_anew_is_shown_as_it_is_declared_now(empty: sa.Engine, raw: Path) -> None:
    written(raw / "bureau", "a.csv", "2016-12", publisher="旧机构", document="月报")
    refresh(empty, raw=raw, accepted="own figures")
    more = ", frequency: 每季一次"
    written(raw / "bureau", "a.csv", "2016-12", publisher="新机构", document="月报", more=more)
    refresh(empty, raw=raw, accepted="declared anew")
    assert told(empty)["bureau"] == ("新机构", "每季一次", "月报")
    then = tables.sources_table(holdings.sources(empty, 1), Wording("zh")).set_index("来源")
    assert then.at["bureau", "发布机构"] == "旧机构"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_shipped_figures_keep_key_value_status_and_citation(empty: sa.Engine) -> None:
    refresh(empty)
    figures = sa.select(observation).where(observation.c.source != DERIVED)
    with empty.connect() as connection:
        rows = frame_of(connection, figures)
        citations = frame_of(connection, sa.select(citation))
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
