"""Raw files and releases: they move together, whatever happens, and come back together."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import time
from itertools import cycle
from multiprocessing.synchronize import Event
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import refresh as refreshing
from etl.__main__ import app
from etl.commands.figures import some_of
from etl.commands.screen import screen
from etl.files.checksums import sha256
from etl.intake import Named
from etl.publish.filing import Filing, bring_back, settle_all, versions
from etl.publish.gate import Decision, Edition, publish, roll_back
from etl.publish.lock import BusyError, publishing
from etl.refresh import refresh
from indicators.findings import FindingsError, UnacceptedError
from indicators.store.archive import frame_of
from indicators.store.database import open_database
from indicators.store.queries import Selection, inputs, latest_release, observations
from indicators.store.tables import observation
from indicators.wording import Wording
from tests.conftest import copy_of_raw, edition_of, rows_of

KILLS = int(os.environ.get("KILLS", "20"))
ROWS = 3_000
FILES = 60  # of one release, so that putting them into place takes a while
PUBLISHERS = multiprocessing.get_context("forkserver")


def incoming(folder: Path, factor: float, count: int = FILES) -> dict[str, Path]:
    """Return new files that say the factor, by the names that they are to have in raw."""
    files = {}
    for number in range(count):
        file = folder / f"incoming-{factor}" / f"{number}.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{number}\n{factor}\n" * 100, encoding="utf-8")
        files[f"own/{number}.csv"] = file
    return files


def edition(factor: float, files: dict[str, Path]) -> Edition:
    """Return ROWS figures, each `factor` times its number, as read from files."""
    world = [
        ("certificates_valid", f"{2000 + number % 100}", f"{number:06}", number * factor)
        for number in range(1, ROWS + 1)
    ]
    made = edition_of(rows_of(world).sort_values(["indicator", "period", "region"]))
    read = pd.DataFrame(
        [(name, "own", sha256(file), file.stat().st_size) for name, file in files.items()],
        columns=["file", "source", "sha256", "bytes"],
    )
    return Edition(made.rows, made.citations, read)


def publish_files(engine: sa.Engine, folder: Path, factor: float) -> None:
    files = incoming(folder, factor)
    filing = Filing(folder / "raw", files)
    publish(engine, edition(factor, files), Decision("a test"), filing=filing)


def publish_without_end(url: str, folder: str, ready: Event) -> None:
    """Publish 2, 1, 2, 1 … times the numbers, each with its files."""
    engine = open_database(url)
    ready.set()
    for factor in cycle([2.0, 1.0]):
        publish_files(engine, Path(folder), factor)


def stands(engine: sa.Engine, folder: Path) -> bool:
    """Return whether raw holds what the newest release was made of."""
    read = inputs(engine, latest_release(engine) or 0).set_index("file")["sha256"]
    places = {name: folder / "raw" / name for name in read.index}
    return all(path.exists() and sha256(path) == read[name] for name, path in places.items())


def agree(engine: sa.Engine, folder: Path) -> float:
    """Assert that raw holds what the newest release was made of; return its factor."""
    assert stands(engine, folder)
    with engine.connect() as connection:
        rows = frame_of(connection, sa.select(observation.c.value, observation.c.region))
    (factor,) = set((rows["value"] / rows["region"].astype(int)).unique())
    assert f"\n{factor}\n" in (folder / "raw" / "own" / "7.csv").read_text("utf-8")
    return float(factor)


def test_a_publisher_killed_at_any_instant_leaves_files_and_figures_of_one_release(
    empty: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page that was tested before may stand there, and would be run again by each publisher.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules[__name__])
    publish_files(empty, tmp_path, 1.0)
    url = empty.url.render_as_string(hide_password=False)
    PUBLISHERS.set_forkserver_preload(["tests.test_filing"])
    chance = random.Random(20180003)
    halves = 0
    for turn in range(KILLS):
        before = latest_release(empty) or 0
        ready = PUBLISHERS.Event()
        child = PUBLISHERS.Process(target=publish_without_end, args=(url, str(tmp_path), ready))
        child.start()
        assert ready.wait(30)
        if turn % 2:
            time.sleep(chance.uniform(0.0, 0.6))
        else:  # while the files of a release that has just become public go into place
            while (latest_release(empty) or 0) == before:
                pass
        child.kill()
        child.join()
        halves += not stands(empty, tmp_path)
        settle_all(empty, tmp_path / "raw")
        agree(empty, tmp_path)
    assert halves  # some were killed in between, or this test shows nothing
    publish_files(empty, tmp_path, 3.0)
    assert agree(empty, tmp_path) == 3.0
    assert not list((tmp_path / "pending").glob("*/journal.json"))


def test_what_could_not_be_put_into_place_is_put_there_by_the_next_run(
    empty: sa.Engine, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "own").write_text("in the way", encoding="utf-8")
    files = incoming(tmp_path, 1.0)
    filing = Filing(tmp_path / "raw", files)
    made = publish(empty, edition(1.0, files), Decision("a test"), filing=filing)
    assert (made.release, made.unfinished) == (1, True)
    (tmp_path / "raw" / "own").unlink()
    settle_all(empty, tmp_path / "raw")
    assert agree(empty, tmp_path) == 1.0


def test_a_file_that_changes_no_figure_stays_where_it_is(empty: sa.Engine, tmp_path: Path) -> None:
    publish_files(empty, tmp_path, 1.0)
    files = {"own/another.csv": next(iter(incoming(tmp_path, 1.0).values()))}
    filing = Filing(tmp_path / "raw", files)
    assert publish(empty, edition(1.0, files), Decision("a test"), filing=filing).release is None
    assert not (tmp_path / "raw" / "own" / "another.csv").exists()
    assert not list((tmp_path / "pending").iterdir())
    assert agree(empty, tmp_path) == 1.0


def test_whoever_is_refused_leaves_no_file(empty: sa.Engine, tmp_path: Path) -> None:
    publish_files(empty, tmp_path, 1.0)
    with publishing(empty), pytest.raises(BusyError):
        publish_files(empty, tmp_path, 2.0)
    assert agree(empty, tmp_path) == 1.0
    files = incoming(tmp_path, 2.0)
    made = edition(2.0, files)
    files["own/7.csv"].write_text("another by now", encoding="utf-8")
    with pytest.raises(FindingsError, match="changed meanwhile"):
        publish(empty, made, Decision("a test"), filing=Filing(tmp_path / "raw", files))
    assert agree(empty, tmp_path) == 1.0
    assert not list((tmp_path / "pending").iterdir())


DECLARATION = """\
provenance: {publisher: 浙江省市场监管局, document: 质量工具应用调查, licence: 内部}
unit: 家
columns: {region: 地区, industry: 行业, value: 数值}
fixed: {indicator: tool_users, period: "2024", size: ALL, scheme: ALL}
"""
TABLE = "地区,行业,数值\n浙江,C,50000\n"
WRONG = TABLE.replace("50000", "69999")
TOOLS = Selection("tool_users", "2024", industry="C", region="330000")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    copy_of_raw(tmp_path / "raw")
    (tmp_path / "raw" / "bureau").mkdir()
    (tmp_path / "raw" / "bureau" / "tools.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "raw" / "bureau" / "tools.csv.yaml").write_text(DECLARATION, encoding="utf-8")
    return tmp_path / "raw"


def tools(engine: sa.Engine) -> float:
    return float(observations(engine, TOOLS)["value"].item())


@pytest.mark.parametrize("edited_in_place", [True, False])
def test_a_rollback_is_not_undone_by_the_next_refresh(
    empty: sa.Engine, raw: Path, tmp_path: Path, edited_in_place: bool
) -> None:
    refresh(empty, raw=raw)
    file = raw / "bureau" / "tools.csv" if edited_in_place else tmp_path / "tools.csv"
    file.write_text(WRONG, encoding="utf-8")
    if edited_in_place:
        (raw / "bureau" / "new.csv").write_text(TABLE.replace("浙江", "江苏"), encoding="utf-8")
        (raw / "bureau" / "new.csv.yaml").write_text(DECLARATION, encoding="utf-8")
        named = Named()
    else:
        (tmp_path / "tools.csv.yaml").write_text(DECLARATION, encoding="utf-8")
        named = Named([file], "bureau")
    refresh(empty, raw=raw, named=named)
    assert tools(empty) == 69_999
    files = roll_back(empty, 1, reason="a wrong file", raw=raw).files
    assert files is not None
    assert sorted(files.filing.come) == ["bureau/tools.csv"]
    assert list(files.lost) == []
    assert (raw / "bureau" / "tools.csv").read_text("utf-8") == TABLE
    assert not (raw / "bureau" / "new.csv").exists()
    assert refresh(empty, raw=raw).release is None
    assert tools(empty) == 50_000
    # What was taken back is kept, and comes back if somebody asks for it …
    places = versions(empty, raw).query("file == 'bureau/tools.csv'")
    assert places[["first", "last", "place"]].to_numpy().tolist() == [[1, 3, "raw"], [2, 2, "kept"]]
    bring_back(empty, raw, "bureau/tools.csv", 2)
    assert (raw / "bureau" / "tools.csv").read_text("utf-8") == WRONG
    # … but is not published again without a word.
    with pytest.raises(UnacceptedError) as stopped:
        refresh(empty, raw=raw)
    assert [item.check for item in stopped.value.findings] == ["taken_back"]
    refresh(empty, raw=raw, accepted="it was right")
    assert tools(empty) == 69_999
    assert refresh(empty, raw=raw).warnings == []


@pytest.mark.parametrize("asked", ["tools.csv", "tools.csv.yaml"])
@pytest.mark.parametrize("shared", [True, False])
def test_what_a_rollback_took_away_comes_back_with_its_other_half(
    empty: sa.Engine, raw: Path, asked: str, shared: bool
) -> None:
    bureau, whole = raw / "bureau", ["bureau/tools.csv", "bureau/tools.csv.yaml"]
    aside = raw.parent / "aside"
    bureau.rename(aside)
    refresh(empty, raw=raw)
    aside.rename(bureau)
    if shared:
        (bureau / "declaration.yaml").write_text("layout: long\n", encoding="utf-8")
        whole.insert(0, "bureau/declaration.yaml")
    refresh(empty, raw=raw)
    roll_back(empty, 1, reason="a wrong file", raw=raw)
    assert not list(bureau.iterdir())
    assert bring_back(empty, raw, f"bureau/{asked}", 2) == whole
    assert bring_back(empty, raw, f"bureau/{asked}", 2) == []
    refresh(empty, raw=raw, accepted="it was right")
    assert tools(empty) == 50_000


@pytest.mark.parametrize("corrected", ["the table", "the declaration"])
def test_a_file_that_was_taken_back_is_published_once_either_half_of_it_is_corrected(
    empty: sa.Engine, raw: Path, corrected: str
) -> None:
    refresh(empty, raw=raw)
    new = raw / "bureau" / "new.csv"
    declared = new.with_name("new.csv.yaml")

    def put(table: str, declaration: str) -> None:
        new.write_text(table, encoding="utf-8")
        declared.write_text(declaration, encoding="utf-8")

    wrong = WRONG.replace("浙江", "江苏"), DECLARATION + "# first\n"
    put(*wrong)
    refresh(empty, raw=raw)
    roll_back(empty, 1, reason="a wrong file", raw=raw)
    put(*wrong)
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    if corrected == "the table":
        put(TABLE.replace("浙江", "江苏"), wrong[1])
    else:
        put(wrong[0], DECLARATION + "# looked up: it holds\n")
    assert refresh(empty, raw=raw).release == 4


def test_where_no_version_is_kept_the_next_refresh_asks_first(empty: sa.Engine, raw: Path) -> None:
    refresh(empty, raw=raw)
    (raw / "bureau" / "tools.csv").write_text(WRONG, encoding="utf-8")
    refresh(empty, raw=raw)
    shutil.rmtree(raw.parent / "versions")
    files = roll_back(empty, 1, reason="a wrong file", raw=raw).files
    assert files is not None
    assert list(files.lost) == ["bureau/tools.csv"]
    with pytest.raises(UnacceptedError):
        refresh(empty, raw=raw)
    assert tools(empty) == 50_000


def test_of_many_files_a_rollback_names_the_first_of_each_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "words", Wording("en"))
    many = [f"bureau/{n:02}.csv" for n in range(12)]
    assert some_of([*many, "own/a.csv", "own/b.csv"]) == (
        "bureau/00.csv, bureau/01.csv, bureau/02.csv … (12 files in bureau), own/a.csv, own/b.csv"
    )


def test_a_named_file_that_is_not_published_is_not_kept(
    empty: sa.Engine, raw: Path, tmp_path: Path
) -> None:
    refresh(empty, raw=raw)
    file = tmp_path / "tools.csv"
    file.write_text(WRONG, encoding="utf-8")
    (tmp_path / "tools.csv.yaml").write_text(DECLARATION, encoding="utf-8")
    with publishing(empty), pytest.raises(BusyError):
        refresh(empty, raw=raw, named=Named([file], "bureau"))
    assert refresh(empty, raw=raw).release is None
    assert tools(empty) == 50_000


def test_versions_are_listed_and_brought_back_by_command(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(refreshing, "RAW", raw)
    monkeypatch.setattr(
        refreshing.refresh,
        "__kwdefaults__",
        {**(refreshing.refresh.__kwdefaults__ or {}), "raw": raw},
    )
    monkeypatch.setattr(screen.console, "width", 200)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code == code, result.output
        return result.output

    run("refresh")
    assert "没有被替换过的文件" in run("files")
    (raw / "bureau" / "tools.csv").write_text(WRONG, encoding="utf-8")
    run("refresh")
    assert "已恢复为第 1 版时的文件：bureau/tools.csv" in run("rollback", "1", "--reason", "错")
    listed = run("files")
    assert "bureau/tools.csv" in listed
    assert "已留存" in listed
    assert "第 2 版" in run("files", "bureau/tools.csv", "--release", "2")
    assert (raw / "bureau" / "tools.csv").read_text("utf-8") == WRONG
    assert "没有用到" in run("files", "bureau/other.csv", "--release", "2", code=2)
    assert "请指明文件" in run("files", "--release", "2", code=2)
    open_database().dispose()
