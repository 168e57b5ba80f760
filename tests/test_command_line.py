"""The analysts' commands, as they are typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import intake, refresh
from etl.__main__ import app
from etl.commands.screen import Outcome, screen
from indicators.settings import ROOT
from indicators.store.database import open_database
from indicators.store.queries import all_observations, latest_release
from tests.conftest import WORLD, copy_of_raw, free_port, publish_rows


@pytest.fixture
def _database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(screen.console, "width", 200)


def said(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.usefixtures("_database")
def test_check_refresh_and_status_in_turn() -> None:
    assert "尚未发布任何数据" in said("status")
    assert "发布后数据将有变化" in said("check")
    assert "尚未发布任何数据" in said("status")
    assert "已发布为第 1 版" in said("refresh", "--reason", "首次")
    again = said("refresh", code=Outcome.NOTHING)
    assert "无需更改" in again
    assert "新增 0 条，修改 0 条，撤回 0 条" in again
    shown = said("--language", "en", "status")
    assert "首次" in shown
    assert "National platform by province" in shown
    open_database().dispose()


@pytest.mark.usefixtures("_database")
def test_the_language_of_one_command_is_not_that_of_the_next() -> None:
    before = screen.words.language
    assert "Nothing has been published" in said("--language", "en", "status")
    assert screen.words.language == before
    assert "COMMAND" in said("--language", "en", "nonsense", code=Outcome.USAGE)
    assert screen.words.language == before


@pytest.mark.usefixtures("_database")
def test_a_refused_file_is_shown_as_a_table_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    table = raw / "platform_provinces" / "2024-12.csv"
    table.write_text(
        table.read_text(encoding="utf-8").replace("北京市", "北平市"), encoding="utf-8"
    )
    monkeypatch.setattr(
        refresh.refresh, "__kwdefaults__", {**(refresh.refresh.__kwdefaults__ or {}), "raw": raw}
    )
    shown = said("refresh", code=Outcome.FINDINGS)
    assert "错误1项，提示0项" in shown  # one name, in two rows
    assert "北平市" in shown
    assert "是否为：" in shown
    assert "什么也没有写入" in shown
    assert "尚未发布任何数据" in said("status")
    open_database().dispose()


def test_the_register_is_checked() -> None:
    assert "43 份文件、106 项目标，未发现错误" in said("targets", "check")


CERTIFICATES = (
    "证书编号,统一社会信用代码,地区,行业,认证领域,从业人员,营业收入,颁证日期,到期日期,证书状态,状态日期\n"
    "A1,91110000802100433B,北京市,39,质量管理体系认证,150,5000,2020-03-01,2023-02-28,有效,\n"
    "A2,91110000802100433B,北京市,39,环境管理体系认证,150,5000,2020-03-01,2023-02-28,撤销,2021-05-01\n"
    "A3,91110000802100433X,北京市,39,质量管理体系认证,,,2020-03-01,2023-02-28,有效,\n"
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_certificates_are_rolled_up_and_traced(tmp_path: Path) -> None:
    path, out = tmp_path / "certificates.csv", tmp_path / "rollup"
    path.write_text(CERTIFICATES, encoding="utf-8")
    shown = said(
        "rollup",
        str(path),
        "--as-of",
        "2022-01-01",
        "--from",
        "2020",
        "--to",
        "2021",
        "--out",
        str(out),
    )
    assert "读取证书 3 张，隔离 1 张（33.3%）" in shown
    assert "统一社会信用代码校验位错误" in shown
    assert "2 张证书" in said("trace", "certificates_valid", "2020", "--out", str(out))
    assert "1 张证书" in said("trace", "certificates_valid", "2021", "--out", str(out))
    said("trace", "nonsense", "2020", "--out", str(out), code=Outcome.FINDINGS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_drop_brings_the_counts_up_to_date_by_a_declaration_for_all_files(tmp_path: Path) -> None:
    first, drop, out = (tmp_path / name for name in ("a.csv", "b.csv", "rollup"))
    declared = tmp_path / "all.yaml"
    declared.write_text("columns: {certificate: 号}\nstatus: {在用: valid}\n", encoding="utf-8")
    rows = CERTIFICATES.replace("证书编号", "号").replace("有效", "在用")
    first.write_text(rows, encoding="utf-8")
    head, row, *_ = rows.splitlines()
    drop.write_text(
        "\n".join([head, row.replace("在用,", "删除,"), row.replace("A1", "A9")]), "utf-8"
    )
    common = ["--as-of", "2022-01-01", "--declaration", str(declared)]
    said("rollup", str(first), *common, "--from", "2020", "--to", "2021", "--out", str(out))
    shown = said("certificates", "update", str(drop), *common, "--onto", str(out))
    assert "读取证书 3 张，隔离 1 张" in shown
    assert "A9" in said("trace", "certificates_valid", "2021", "--out", str(out))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("employees", "told"), [("150", ""), ("约150", "数量和原因：")])
def test_where_no_certificate_is_set_aside_no_rows_are_said_to_stand_in_a_file(
    tmp_path: Path, employees: str, told: str
) -> None:
    path, out = tmp_path / "certificates.csv", tmp_path / "rollup"
    head, row = CERTIFICATES.splitlines()[:2]
    path.write_text("\n".join([head, row.replace("150", employees)]), encoding="utf-8")
    shown = said(
        "rollup",
        str(path),
        "--as-of",
        "2022-01-01",
        "--from",
        "2020",
        "--to",
        "2021",
        "--out",
        str(out),
    )
    assert "原样的各行" not in shown
    assert told in shown
    assert ("quarantine.xlsx" in shown) is bool(told)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_certificates_that_are_all_set_aside_are_told_why(tmp_path: Path) -> None:
    path, out = tmp_path / "certificates.csv", tmp_path / "rollup"
    head, *rows = CERTIFICATES.splitlines()[:3]
    expiries = zip(rows, ("长期", "长期有效"), strict=True)
    lasting = [row.replace("2023-02-28", expiry) for row, expiry in expiries]
    path.write_text("\n".join([head, *lasting]), encoding="utf-8")
    shown = said(
        "rollup",
        str(path),
        "--as-of",
        "2022-01-01",
        "--from",
        "2020",
        "--to",
        "2021",
        "--out",
        str(out),
        code=Outcome.FINDINGS,
    )
    assert "读取证书 2 张，隔离 2 张（100.0%）" in shown
    assert "到期日期" in shown
    assert "no_expiry: [长期, 长期有效]" in shown
    assert "没有可以计入的证书" in shown
    assert "--periods" not in shown
    assert (out / "quarantine.xlsx").exists()
    assert not (out / "figures.parquet").exists()


@pytest.mark.usefixtures("_database")
def test_a_difference_is_shown_before_it_is_published_and_can_be_taken_back() -> None:
    assert "按指标和地区的变化" in said("diff")
    assert "尚未发布任何数据" in said("status")
    said("publish", "--reason", "首次")
    assert "新增 0 条，修改 0 条，撤回 0 条" in said("diff", code=Outcome.NOTHING)
    assert "无需更改" in said("rollback", "1", "--reason", "试验", code=Outcome.NOTHING)
    assert "没有第 7 版" in said("rollback", "7", "--reason", "试验", code=Outcome.USAGE)


def test_a_database_that_may_not_be_written_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    publish_rows(open_database(url), WORLD)
    open_database(url).dispose()
    only_read = f"sqlite:///file:{tmp_path / 'figures.sqlite'}?mode=ro&uri=true"
    monkeypatch.setenv("DATABASE_URL", only_read)
    assert "当前账户对数据库只有读取权限，未写入任何内容" in said("publish", code=Outcome.DATABASE)
    open_database(only_read).dispose()
    assert latest_release(open_database(url)) == 1
    open_database(url).dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_account_that_may_only_read_is_told_so(
    empty: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty.url.render_as_string(hide_password=False)
    options = "?options=-cdefault_transaction_read_only%3Don"
    monkeypatch.setenv("DATABASE_URL", url + options)
    assert "当前账户对数据库只有读取权限，未写入任何内容" in said("publish", code=Outcome.DATABASE)
    assert latest_release(empty) is None


def test_a_server_that_does_not_answer_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/figures")
    assert "数据库无法连接或写入" in said("publish", code=Outcome.DATABASE)


def test_a_full_disk_leaves_the_last_release_and_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "figures.sqlite"
    engine = open_database(f"sqlite:///{file}")
    publish_rows(engine, WORLD)
    engine.dispose()
    # No file may grow beyond what the database has now, as on a disk without room.
    limit = file.stat().st_size // 1024
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f {limit}; exec '{sys.executable}' -W ignore -m etl publish"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{file}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Outcome.DATABASE
    assert "磁盘已满或无法写入，没有发布任何内容" in done.stdout
    assert len(all_observations(open_database(f"sqlite:///{file}"))) == len(WORLD)
    engine.dispose()


@pytest.mark.usefixtures("_database")
def test_a_briefing_is_refused_for_what_is_no_region_or_not_there() -> None:
    assert "尚未发布任何数据" in said("briefing", "浙江", code=Outcome.USAGE)
    assert "还没有演示数据" in said("briefing", "--demonstration", "浙江", code=Outcome.USAGE)
    publish_rows(open_database(), WORLD)
    assert "请给出地区" in said("briefing", code=Outcome.USAGE)
    assert "全国都不是" in said("briefing", "全国", code=Outcome.USAGE)


def test_nothing_is_written_over_unless_it_is_forced(tmp_path: Path) -> None:
    book = tmp_path / "template.xlsx"
    said("template", "certificates_valid", "-o", str(book))
    filled = book.read_bytes() + b"figures of a day's work"
    book.write_bytes(filled)
    assert "--force" in said("template", "certificates_valid", "-o", str(book), code=Outcome.USAGE)
    assert book.read_bytes() == filled
    said("template", "certificates_valid", "-o", str(book), "--force")
    assert book.read_bytes() != filled


def test_a_proposal_writes_over_no_declaration_and_never_over_the_file(tmp_path: Path) -> None:
    table, declared = tmp_path / "a.csv", tmp_path / "a.csv.yaml"
    table.write_text("地区,2023\n江苏,5\n浙江,6\n", encoding="utf-8")
    declared.write_text("unit: 张", encoding="utf-8")
    said("inspect", str(table), "-o", str(declared), code=Outcome.USAGE)
    assert declared.read_text(encoding="utf-8") == "unit: 张"
    for force in ([], ["--force"]):
        refusal = said("inspect", str(table), "-o", str(table), *force, code=Outcome.USAGE)
        assert "--force" not in refusal  # which would not help
        assert "绝不覆盖" in refusal
    assert table.read_text(encoding="utf-8").startswith("地区")
    said("inspect", str(table), "-o", str(declared), "--force")
    assert "江苏" not in declared.read_text(encoding="utf-8")


def test_verdicts_are_written_over_no_other_file(tmp_path: Path) -> None:
    plan, other = tmp_path / "plan.csv", tmp_path / "plan.verdicts.csv"
    plan.write_text("序列,时期,数值,极性,目标,期限\n甲,2018,50,1,65,2020\n", encoding="utf-8")
    other.write_text("somebody's own", encoding="utf-8")
    assert "--force" in said("judge", str(plan), code=Outcome.USAGE)
    assert other.read_text("utf-8") == "somebody's own"
    assert "绝不覆盖" in said("judge", str(plan), "-o", str(plan), "--force", code=Outcome.USAGE)
    assert ".xlsx" in said("judge", str(plan), "-o", str(tmp_path / "a.pdf"), code=Outcome.USAGE)
    said("judge", str(plan), "-o", str(tmp_path / "a.xlsx"))
    said("judge", str(plan), "--force")
    assert "甲" in other.read_text("utf-8")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_roll_up_replaces_results_of_its_own_alone(tmp_path: Path) -> None:
    file, out = tmp_path / "certificates.csv", tmp_path / "out"
    file.write_text(CERTIFICATES, encoding="utf-8")
    roll = ["rollup", "--as-of", "2022-01-01", "--from", "2020", "--to", "2021", "-o", str(out)]
    out.mkdir()
    other = out / "quarantine.xlsx"
    other.write_bytes(b"somebody's own")
    assert "--force" in said(*roll, str(file), code=Outcome.USAGE)
    assert [path.read_bytes() for path in out.iterdir()] == [b"somebody's own"]
    said(*roll, str(file), "--force")
    assert other.read_bytes() != b"somebody's own"
    said(*roll, str(file))  # as every month
    aside = out / "quarantine.csv"
    shutil.copy(file, aside)
    assert "绝不覆盖" in said(*roll, str(aside), "--force", code=Outcome.USAGE)
    assert aside.exists()


ROLL = ["--as-of", "2022-01-01", "--from", "2020", "--to", "2021"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize(
    "refused",
    [
        ["rollup", "not.csv", *ROLL, "-o", "new"],
        ["rollup", "certificates.csv", *ROLL, "--levels", "village", "-o", "new"],
        ["rollup", "certificates.csv", *ROLL, "--periods", "week", "-o", "new"],
        ["rollup", "not.csv", *ROLL, "-o", "there"],
        ["export", "-o", "new"],
        ["export", "-o", "new.zip"],
        ["briefing", "江苏", "-o", "new"],
        ["briefing", "--all", "-o", "new"],
        ["template", "nothing", "-o", "new.xlsx"],
        ["template", "certificates_valid", "-o", "new.csv"],
        ["inspect", "empty.csv", "-o", "new.yaml"],
        ["inspect", "not.csv", "-o", "new.txt"],
        ["judge", "not.csv", "-o", "new.csv"],
        ["judge", "empty.csv", "-o", "new.xlsx"],
        ["backup", "nowhere/new.sqlite"],
        ["check", "not.csv", "--findings", "new.docx"],
    ],
)
def test_a_refusal_leaves_nothing_where_it_was_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: list[str]
) -> None:
    folder = tmp_path / "work"
    (folder / "there").mkdir(parents=True)
    (folder / "certificates.csv").write_text(CERTIFICATES, encoding="utf-8")
    (folder / "not.csv").write_text("甲,乙\n丙,丁\n", encoding="utf-8")
    (folder / "empty.csv").touch()
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    result = CliRunner().invoke(app, refused)
    assert result.exit_code in (Outcome.USAGE, Outcome.FINDINGS), result.output
    assert sorted(folder.rglob("*")) == before


@pytest.mark.usefixtures("_database")
def test_a_briefing_makes_no_folder_with_the_name_of_a_file(tmp_path: Path) -> None:
    said("refresh")
    refusal = said("briefing", "江苏", "-o", str(tmp_path / "b.docx"), code=Outcome.USAGE)
    assert "须为文件夹" in refusal
    assert not (tmp_path / "b.docx").exists()


@pytest.mark.usefixtures("_database")
def test_a_briefing_writes_over_none(tmp_path: Path) -> None:
    said("refresh")
    said("briefing", "江苏", "-o", str(tmp_path))
    paths = sorted(tmp_path.glob("质量治理简报_*"))
    assert len(paths) == 3
    paths[0].write_bytes(b"corrected by hand")
    assert paths[0].name in said("briefing", "江苏", "-o", str(tmp_path), code=Outcome.USAGE)
    assert paths[0].read_bytes() == b"corrected by hand"
    said("briefing", "江苏", "-o", str(tmp_path), "--force")
    assert paths[0].read_bytes() != b"corrected by hand"


OWN = """
provenance: {publisher: 某局, document: 某表, licence: 内部使用}
columns: {region: 地区, value: 数值}
fixed: {indicator: people_trained, period: 2024, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
"""


def own_file(folder: Path, name: str = "a.csv") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("地区,数值\n江苏,5\n", encoding="utf-8")
    (folder / f"{name}.yaml").write_text(OWN, encoding="utf-8")
    return str(folder / name)


@pytest.mark.parametrize(
    "source",
    [
        *("", " ", "derived", "Derived", "demonstration", "a/b", "../x", "..", ".", "a\\b"),
        *("catalogue", "reference", "superseded", "platform_provinces", "-x", "a b"),
        *("ｄｅｒｉｖｅｄ", "Ｄerived", "CON", "nul", "aux", "com1", "ＬＰＴ1"),
    ],
)
def test_a_source_is_a_name_of_one_s_own(source: str) -> None:
    (found,) = intake.misnamed(intake.Named([], source), refresh.RAW)
    assert found.found == source


@pytest.mark.parametrize("source", ["bureau", "市场监管局", "own", "bureau-2024_1"])
def test_a_source_may_be_named_in_any_script(source: str) -> None:
    assert intake.misnamed(intake.Named([], source), refresh.RAW) == []


@pytest.mark.parametrize("source", ["ＢＵＲＥＡＵ", "Bureau", "ｏｗｎ", "省局２"])
def test_a_source_is_written_as_its_folder_is_called(tmp_path: Path, source: str) -> None:
    (tmp_path / "bureau").mkdir()
    (found,) = intake.misnamed(intake.Named([], source), tmp_path)
    assert (found.file, found.found) == ("--source", source)
    usual = found.expected.values["name"]
    assert usual in ("bureau", "own", "省局2")
    assert intake.misnamed(intake.Named([], usual), tmp_path) == []


def test_a_file_is_written_under_the_ending_of_what_it_is(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("地区,2023\n江苏,5\n浙江,6\n", encoding="utf-8")
    wrong = ["template", "certificates_valid"], ["inspect", str(table)]
    for words, right in zip(wrong, (".xlsx", ".yaml"), strict=True):
        assert right in said(*words, "-o", str(tmp_path / "q.csv"), code=Outcome.USAGE)
    assert not (tmp_path / "q.csv").exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_roll_up_lacks_is_named_by_its_option(tmp_path: Path) -> None:
    file = tmp_path / "certificates.csv"
    file.write_text(CERTIFICATES, encoding="utf-8")
    none = str(tmp_path / "none")
    assert "python -m etl rollup" in said(
        "trace", "certificates_valid", "2020", "--out", none, code=Outcome.USAGE
    )
    roll = ["rollup", str(file), "--as-of", "2025-01-31", "--out", str(tmp_path / "out")]
    for span in (["--from", "2026", "--to", "2027"], ["--from", "2010", "--to", "2011"]):
        refusal = said(*roll, *span, code=Outcome.FINDINGS)
        assert "--from" in refusal
        assert "--periods" not in refusal
    roll[-1] = str(tmp_path / "none" / "out")
    assert "不存在" in said(*roll, "--from", "2018", "--to", "2019", code=Outcome.USAGE)


@pytest.mark.usefixtures("_database")
def test_a_source_that_is_a_path_is_refused(tmp_path: Path) -> None:
    assert "自定的来源名称" in said(
        "check", own_file(tmp_path), "--source=../x", code=Outcome.FINDINGS
    )


@pytest.mark.usefixtures("_database")
def test_a_file_that_stands_among_the_raw_files_already_is_read_without_being_named(
    tmp_path: Path,
) -> None:
    for place in ("bureau", "bureau/older"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "a.csv").touch()
    standing, older = tmp_path / "bureau" / "a.csv", tmp_path / "bureau" / "older" / "a.csv"
    (found,) = intake.misnamed(intake.Named([standing], "own"), tmp_path)
    assert "refresh" in str(found.advice)
    assert intake.misnamed(intake.Named([standing], "bureau"), tmp_path) == []
    assert intake.misnamed(intake.Named([older], "own"), tmp_path) == []


def test_a_file_named_twice_or_two_of_one_name_are_said_plainly(tmp_path: Path) -> None:
    one, other = own_file(tmp_path / "one"), own_file(tmp_path / "other")
    assert "每个文件写一次" in said("check", one, one, code=Outcome.FINDINGS)
    assert "每个文件写一次" in said("check", one, other, code=Outcome.FINDINGS)
    assert "每个文件写一次" in said(
        "check", one, own_file(tmp_path / "upper", "A.csv"), code=Outcome.FINDINGS
    )


@pytest.mark.usefixtures("_database")
def test_what_is_no_file_of_figures_is_passed_over_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    monkeypatch.setattr(refresh, "RAW", raw)
    monkeypatch.setattr(
        refresh.refresh, "__kwdefaults__", dict(refresh.refresh.__kwdefaults__ or {}) | {"raw": raw}
    )
    own_file(raw / "bureau")
    own_file(raw / "bureau" / "older", "b.csv")
    for name in ("~$x.xlsx", "._a.csv", "公告.docx", "orphan.csv.yaml"):
        (raw / "bureau" / name).write_bytes(b"x")
    shown = said("check")
    assert "全部检查通过" in shown
    for name in ("~$x.xlsx", "._a.csv", "公告.docx", "orphan.csv.yaml", "older/"):
        assert f"bureau/{name}" in shown
    assert "bureau/a.csv" not in shown


@pytest.mark.usefixtures("_database")
def test_a_tsv_that_was_published_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = copy_of_raw(tmp_path / "raw")
    monkeypatch.setattr(
        refresh.refresh, "__kwdefaults__", dict(refresh.refresh.__kwdefaults__ or {}) | {"raw": raw}
    )
    file = Path(own_file(tmp_path, "a.tsv"))
    file.write_text("地区\t数值\n江苏\t5\n", encoding="utf-8")
    assert "已发布为第 1 版" in said("publish", str(file), "--source", "bureau")
    assert "无需更改" in said("check", code=Outcome.NOTHING)


@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize(("command", "further"), [("status", ()), ("--help", ("sqlalchemy",))])
def test_a_command_loads_no_library_that_it_has_no_need_of(
    command: str, further: tuple[str, ...]
) -> None:
    slow = {"babel", "duckdb", "jsonschema", "numpy", "pandas", "pydantic", "scipy"}
    heavy = {"streamlit", "altair", "docx", "typst", *slow, *further}
    code = (
        "import sys; from etl.__main__ import app; "
        f"status = app([{command!r}], standalone_mode=False); "
        f"print(status, sorted({heavy!r} & set(sys.modules)))"
    )
    open_database().dispose()  # its tables are made before
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] in ("None []", "0 []")
