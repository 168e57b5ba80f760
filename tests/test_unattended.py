"""Commands that nobody watches: their exit status, JSON, language, console and script."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl import refresh
from etl.__main__ import app
from etl.commands.screen import Outcome, screen
from etl.commands.usage import half
from etl.publish.lock import publishing
from etl.reporting import is_report, write_findings
from indicators.findings import Finding, message
from indicators.settings import ROOT
from indicators.store.database import open_database
from indicators.wording import Wording
from tests.conftest import WORLD, copy_of_raw, publish_rows
from tests.test_acceptance import DECLARATION, TABLE, write

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of raw files of its own, with a database of its own."""
    folder = copy_of_raw(tmp_path / "raw")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setattr(
        refresh.refresh, "__kwdefaults__", (refresh.refresh.__kwdefaults__ or {}) | {"raw": folder}
    )
    return folder


def ended(*arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit status, stdout and stderr."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def answered(*arguments: str) -> dict[str, Any]:
    """Run a command with `--json`; return what it answers, which is all of stdout."""
    status, out, _ = ended(*arguments, "--json")
    answer: dict[str, Any] = json.loads(out)
    assert answer["exit_status"] == status
    assert answer["command"] == arguments[0]
    assert answer["outcome"] == Outcome(status).word
    return answer


def test_a_refresh_ends_done_then_with_nothing_to_do_then_with_findings(raw: Path) -> None:
    first = answered("refresh", "--reason", "首次")
    assert (first["exit_status"], first["release"]) == (Outcome.DONE, 1)
    assert first["changes"]["added"] == first["changes"]["rows"] > 300
    again = answered("refresh")
    assert (again["outcome"], again["release"], again["findings"]) == ("nothing", None, [])
    assert answered("diff")["outcome"] == "nothing"
    assert answered("check")["outcome"] == "nothing"
    table = raw / "platform_provinces" / "2024-12.csv"
    table.write_text(table.read_text("utf-8").replace("北京市", "北平市"), encoding="utf-8")
    wrong = answered("refresh")
    assert wrong["outcome"] == "findings"
    assert wrong["findings"][0]["file"].endswith("2024-12.csv")
    assert HAN.search(wrong["message"])
    known = answered("status")
    assert (known["release"], known["releases"][0]["reason"]) == (1, "首次")
    assert {source["source"] for source in known["sources"]} >= {"platform_provinces"}
    assert ended("rollback", "1", "--reason", "同上")[0] == Outcome.NOTHING
    assert ended("rollback", "7", "--reason", "无")[0] == Outcome.USAGE


def test_warnings_that_nobody_accepted_have_a_status_of_their_own(raw: Path) -> None:
    (raw / "bureau").mkdir()
    write(raw, TABLE)
    checked, compared, refused = (answered(name) for name in ("check", "diff", "refresh"))
    assert checked["outcome"] == compared["outcome"] == refused["outcome"] == "warnings"
    assert all(HAN.search(each["message"]) for each in (checked, compared, refused))
    assert {finding["severity"] for finding in refused["findings"]} == {"warning"}
    assert compared["changes"]["added"] > 300
    accepted = answered("refresh", "--accept", "已核实")
    assert (accepted["outcome"], accepted["release"]) == ("done", 1)
    assert {(item["accepted"], item["since"]) for item in accepted["findings"]} == {("已核实", 1)}


def test_a_finding_says_what_figure_it_is_about_and_what_found_it(raw: Path) -> None:
    (raw / "bureau").mkdir()
    write(raw, "指标,地区,行业,年,值\ncertificates_valid,330000,ALL,2024,13\n")
    declaration = raw / "bureau" / "counts.csv.yaml"
    declaration.write_text(
        DECLARATION.replace("unit: {", "unit: {certificates_valid: 张, "), "utf-8"
    )
    warnings = answered("check")["findings"]
    (belied,) = [item for item in warnings if item["folder"] == "bureau"]
    assert belied["check"] == "frequencies"
    assert [belied[name] for name in ("indicator", "region", "period")] == [
        "certificates_valid",
        "330000",
        "2024",
    ]
    table = raw / "bureau" / "counts.csv"
    table.write_text(table.read_text("utf-8").replace("330000", "北平"), "utf-8")
    assert {item["check"] for item in answered("check")["findings"]} == {"input"}


# What is wrong with a source before its figures are read, by the file it is told of.
UNREAD: list[tuple[dict[str, str], str]] = [
    ({"counts.csv": TABLE}, "counts.csv"),
    ({"counts.csv": TABLE, "counts.csv.yaml": "columns: {a"}, "counts.csv.yaml"),
    ({"counts.csv": TABLE, "counts.csv.yaml": "unit: 张\nunit: 张"}, "counts.csv.yaml"),
    ({"counts.csv": TABLE, "counts.csv.yaml": "columnz: {}"}, "counts.csv.yaml"),
    ({"counts.csv": TABLE, "counts.csv.yaml": f"unit: {'张' * 99_999}"}, "counts.csv.yaml"),
    ({"counts.csv": TABLE, "declaration.yaml": "columnz: {}"}, "declaration.yaml"),
    ({"declaration.yaml": DECLARATION}, "declaration.yaml"),
]


@pytest.mark.parametrize(("files", "told"), UNREAD)
def test_a_finding_about_a_source_names_its_folder_below_the_raw_files(
    raw: Path, files: dict[str, str], told: str
) -> None:
    (raw / "bureau").mkdir()
    for name, text in files.items():
        (raw / "bureau" / name).write_text(text, encoding="utf-8")
    places = {(item["folder"], item["file"]) for item in answered("check")["findings"]}
    assert places == {("bureau", f"bureau/{told}")}


# A call of each command that is right in itself; `file` stands for a file that is there.
CALLS = {
    "publish": "",
    "refresh": "",
    "check": "",
    "diff": "",
    "status": "",
    "files": "",
    "rollback": "1 --reason why",
    "retract": "certificates_valid 2024-12 320000 --reason why",
    "demo": "--remove",
    "template": "legal_units -o new.xlsx",
    "inspect": "file",
    "judge": "file",
    "briefing": "江苏",
    "boundaries": "",
    "targets check": "",
    "backup": "new.sqlite",
    "restore": "file",
    "doctor": "",
    "export": "-o package",
    "audit": "",
    "rollup": "file --as-of 2025-01-31 --from 2018 --to 2024 -o new",
    "certificates update": "file --as-of 2025-01-31 --onto .",
    "trace": "certificates_valid 2024 -o new",
    "new indicator": "x_y --zh 甲 --en A --clause x",
    "new target": (
        "x-y --indicator legal_units --region 320000 --value 1 --due 2027 --title 甲 --issuer 乙"
    ),
    "new source": "x_y --zh 甲 --en A --publisher-zh 乙 --publisher-en B",
}
OPENING = (
    "publish",
    "refresh",
    "check",
    "diff",
    "status",
    "files",
    "rollback",
    "retract",
    "briefing",
    "doctor",
    "export",
    "audit",
)


def ends(command: str, *more: str) -> int:
    call = [*command.split(), *CALLS[command].split(), *more]
    return ended(*(str(ROOT / "README.md") if word == "file" else word for word in call))[0]


def test_every_command_ends_alike_when_it_is_called_wrongly_or_cannot_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.main import get_command

    groups = {"", "certificates", "new", "targets"}
    every = {" ".join(path) for path in commands(get_command(app))} - groups
    assert every == CALLS.keys()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    assert {ends(command, "--nope") for command in every} == {Outcome.USAGE}
    assert {ends(command) for command in every} == {Outcome.SETTING}
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")
    assert {ends(command) for command in OPENING} == {Outcome.DATABASE}
    assert list(tmp_path.iterdir()) == []


def test_every_command_of_figures_ends_by_the_same_rule(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    (raw / "bureau").mkdir(parents=True)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(refresh, "RAW", raw)
    monkeypatch.setattr(
        refresh.refresh, "__kwdefaults__", (refresh.refresh.__kwdefaults__ or {}) | {"raw": raw}
    )
    publishing_or_not = ("check", "diff", "publish", "refresh")

    def alike(*commands: str) -> int:
        """Return the one status that commands end with, the same call of each."""
        (status,) = {ends(command) for command in commands}
        return status

    write(raw, TABLE)
    assert ends("status") == ends("files") == Outcome.DONE
    assert alike(*publishing_or_not) == Outcome.WARNINGS
    assert ends("refresh", "--accept", "已核实") == Outcome.DONE
    assert alike(*publishing_or_not, "rollback") == Outcome.NOTHING
    write(raw, TABLE.replace("64703", "64704"))
    assert alike("check", "diff", "refresh") == Outcome.DONE
    write(raw, TABLE.replace("64703", "6470x"))
    assert alike(*publishing_or_not) == Outcome.FINDINGS
    back = ("files", "bureau/counts.csv", "--release", "2")
    assert [ended(*back)[0] for _ in range(2)] == [Outcome.DONE, Outcome.NOTHING]
    assert ends("retract") == ended("files", "none", "--release", "2")[0] == Outcome.USAGE
    gone = ("retract", "legal_units", "2021", "320000", "--industry", "C", "--reason", "一家")
    taken = [ended(*gone, *more)[0] for more in ((), ("--yes",), ("--yes",))]
    assert taken == [Outcome.DONE, Outcome.DONE, Outcome.NOTHING]
    engine = open_database(database_url)
    with publishing(engine):
        assert alike("publish", "refresh", "rollback", "retract") == Outcome.BUSY
    engine.dispose()


def test_what_publishes_nothing_does_not_speak_of_what_is_public(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("序列,年份,数值\na,二〇,3\n", encoding="utf-8")
    status, out, _ = ended("judge", str(plan))
    assert status == Outcome.FINDINGS
    assert "已公开" not in out
    assert "再运行此命令" in out


def test_who_publishes_at_the_same_time_is_told_that_somebody_is(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    engine = open_database()
    publish_rows(engine, WORLD)
    with publishing(engine):
        assert ended("rollback", "1", "--reason", "再来")[0] == Outcome.BUSY
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgres:/anna:geheim@host/x",
        "postgresql://anna:geheim@host:port/x",
        "geheim",
        "mysql://anna:geheim@host/x?password=geheim",
        "oracle+x://geheim",
        "postgres",
        "postgresql",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_is_none_is_a_finding_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    for command in ("status", "check", "briefing"):
        status, out, err = ended(command)
        assert status == Outcome.SETTING
        assert "DATABASE_URL" in out
        assert url == "geheim" or "geheim" not in out + err


@pytest.mark.parametrize(
    "address",
    [
        "u:sec@retpw@127.0.0.1:1/x",
        "u:sec@retpw/x@127.0.0.1:1/x",
        "u:sec@retpw?x@127.0.0.1:1/x",
        "u/x:retpw@host/x",
        "u:retpw@[bad/x",
    ],
)
def test_no_part_of_a_torn_address_is_printed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{address}")
    status, out, err = ended("status")
    assert status == Outcome.SETTING
    assert "%40" in out
    assert not re.search(r"retpw|127\.0|bad|host", out.replace("@host:5432", "") + err), out


def test_what_a_server_says_is_printed_without_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:geheim@127.0.0.1:9/figures")
    reason = 'port 9 failed: password authentication failed for user "anna" (geheim), "figures"'
    told = screen._fault(sa.exc.OperationalError("", None, Exception(reason)))
    assert "anna" not in told
    assert "geheim" not in told
    assert "port 9" in told
    assert "figures" in told


def test_a_server_that_is_not_there_has_the_status_of_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2")
    assert answered("status")["outcome"] == "database"


def test_a_status_is_told_by_the_documentation_as_by_the_program() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (\S.*) \| (\S.*) \|$", text, re.M)
    assert [(int(status), word) for status, word, *_ in rows] == [
        (int(outcome), outcome.word) for outcome in Outcome
    ]
    assert all(HAN.search(row[2]) for row in rows)


def test_every_key_of_the_answers_is_documented(raw: Path) -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    keys = set().union(*(answered(name) for name in ("diff", "check", "refresh", "status")))
    assert {key for key in keys if f"`{key}`" not in text} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["status"]])
def test_a_command_that_reads_no_figures_loads_nothing_that_is_slow(
    tmp_path: Path, arguments: list[str]
) -> None:
    slow = {"altair", "duckdb", "psycopg", "pyspark", "scipy", "streamlit", "etl.refresh"}
    run = (
        "import sys; from etl.__main__ import app; "
        f"app({arguments!r}, standalone_mode=False); print(*{slow!r} & set(sys.modules))"
    )
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'figures.sqlite'}"}
    printed = subprocess.run(
        [sys.executable, "-c", run],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.splitlines()[-1] == ""


# Its language


@pytest.mark.parametrize(
    "arguments",
    [
        "nope",
        "check --nope",
        "check --surce=x",
        "check /no/such.csv",
        "rollback",
        "status more",
        "rollback x --reason y",
        "check --source",
        "targets nope",
        "briefing --all=3",
        "rollup pyproject.toml --as-of 2024 --from 1 --to 2",
        "--language fr status",
    ],
)
def test_a_wrong_call_is_answered_in_the_reader_s_language(arguments: str) -> None:
    words = arguments.split()
    status, out, err = ended(*words)
    assert (status, out) == (Outcome.USAGE, "")
    typed = re.sub(r"'[^']*'|--?[\w-]+|\[[^]]*\]|python -m etl|root", "", err)
    assert HAN.search(err)
    assert not re.search(r"[A-Za-z]+ [A-Za-z]+ [a-z]+", typed), err
    if not arguments.startswith("--language"):
        assert not HAN.search(ended("--language", "en", *words)[2])


def commands(group: Any, *path: str) -> list[tuple[str, ...]]:
    below = getattr(group, "commands", {})
    return [path, *(place for name, part in below.items() for place in commands(part, *path, name))]


def test_help_is_in_one_language_and_complete_in_both() -> None:
    from typer.main import get_command

    for path in commands(get_command(app)):
        chinese, english = (
            ended("--language", language, *path, "--help")[1] for language in ("zh", "en")
        )
        assert HAN.search(chinese)
        assert not HAN.search(english), path
        assert not re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", chinese.replace("python -m etl", ""))


def test_a_text_in_both_languages_is_halved_and_another_is_left() -> None:
    assert half("来源 · source", Wording("zh")) == "来源"
    assert half("来源（可省略）· a source", Wording("en")) == "a source"
    assert half("CSV / XLSX", Wording("zh")) == "CSV / XLSX"


# Consoles, and the script


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "cp936", "ascii", "cp1252"])
def test_no_console_is_too_narrow_for_what_is_printed(tmp_path: Path, encoding: str) -> None:
    address = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    engine = open_database(address)
    publish_rows(engine, WORLD)
    engine.dispose()
    environment = os.environ | {"PYTHONIOENCODING": encoding, "DATABASE_URL": address}
    result = subprocess.run(
        [sys.executable, "-m", "etl", "diff"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
    )
    assert b"Traceback" not in result.stderr, result.stderr
    assert result.returncode == Outcome.DONE
    shown = result.stdout.decode(encoding)
    if encoding not in ("ascii", "cp1252"):
        assert "指标" in shown
        assert "?" not in shown


def test_a_minus_stays_one_where_the_code_page_has_none() -> None:
    from etl.commands.screen import make_legible

    make_legible()
    assert "−1,234 m² 📈".encode("gbk", errors="legible") == b"-1,234 m2 ?"


def test_the_console_script_names_a_function_that_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for place in project["scripts"].values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_the_console_script_works_from_any_folder(tmp_path: Path) -> None:
    place = tmp_path / "its own" / "venv"
    venv.create(place, with_pip=False)
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    python = next(programs.glob("python*"))
    subprocess.run([python, "-m", "etl.script"], cwd=ROOT, check=True)
    packages = next(place.rglob("site-packages"))
    (packages / "packages.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'figures.sqlite'}"}
    script = next(programs.glob("quality*"))
    said = subprocess.run(
        [script, "targets", "check"], cwd=elsewhere, env=environment, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    assert "目标" in said.stdout
    assert "main(" not in script.read_text(encoding="utf-8")
    helped = subprocess.run([script, "--help"], cwd=elsewhere, capture_output=True, text=True)
    assert "quality [选项]" in helped.stdout
    assert list(elsewhere.iterdir()) == []


def test_a_misspelt_command_is_told_in_chinese_with_the_nearest() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "ETL_LANGUAGE"}
    run = subprocess.run(
        [sys.executable, "-m", "etl", "chek"],
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == Outcome.USAGE
    assert "没有命令 'chek'，是否指 'check'？" in run.stderr.decode()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_documented_units_are_accepted_by_systemd(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    units = re.findall(r"^# /etc/systemd/system/(\S+)\n(.*?)(?=^# /etc|^```)", text, re.M | re.S)
    assert [name for name, _ in units] == ["quality.service", "quality.timer"]
    for name, lines in units:
        here = lines.replace("/srv/quality/.venv/bin/quality", sys.executable)
        (tmp_path / name).write_text(here, encoding="utf-8")
    run = ["systemd-analyze", "verify", *(str(tmp_path / name) for name, _ in units)]
    told = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


# Findings in a file


def test_findings_replace_findings_of_before_and_nothing_else(raw: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("地区,2023\n江苏,5\n", encoding="utf-8")
    linked = tmp_path / "linked.csv"
    linked.symlink_to(own)
    (tmp_path / "notes.json").write_text('[{"check": 1}]', encoding="utf-8")
    (tmp_path / "book.xlsx").write_bytes(b"no workbook")
    kept = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name in ("own.csv", "linked.csv", "notes.json", "book.xlsx", "own.csv.yaml", "x.txt"):
        status, out, err = ended("check", str(own), "--findings", str(tmp_path / name))
        assert status == Outcome.USAGE, out + err
    for place in ("data/raw/platform/none.csv", "data/none.json"):
        assert ended("check", "--findings", str(ROOT / place))[0] == Outcome.USAGE
        assert not (ROOT / place).exists()
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_report_of_findings_is_known_as_one(tmp_path: Path, suffix: str) -> None:
    report = tmp_path / f"findings.{suffix}"
    for language in ("zh", "en"):
        for findings in (
            [],
            [Finding("x", "", message("this file"), message("put the file back"))],
        ):
            write_findings(findings, report, Wording(language))
            assert is_report(report)
    report.write_bytes(b"")
    assert is_report(report)
    report.write_text("region,value\n1,2\n", encoding="utf-8")
    assert not is_report(report)


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--findings"],
        ["template", "certificates_valid", "-o"],
        ["inspect", "pyproject.toml", "-o"],
    ],
)
def test_a_folder_that_is_not_there_is_a_wrong_call(words: list[str], tmp_path: Path) -> None:
    status, out, err = ended(*words, str(tmp_path / "none" / "q.xlsx"))
    assert (status, out) == (Outcome.USAGE, "")
    assert "文件夹" in err
    assert "不存在" in err


@pytest.mark.parametrize(
    "words", [["--findings", "data/none.json"], ["--findings", "none/a.csv"], ["--sorce", "own"]]
)
def test_a_wrong_call_is_answered_in_json_too(words: list[str]) -> None:
    answer = answered("check", *words)
    assert (answer["outcome"], answer["findings"]) == ("usage", [])
    assert HAN.search(answer["message"])


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize(
    "words",
    [
        ["refresh", "--accept"],
        ["rollback", "1", "--reason"],
        ["retract", "certificates_valid", "2024", "ALL", "--reason"],
    ],
)
def test_a_blank_reason_is_a_wrong_call(words: list[str], blank: str) -> None:
    status, out, err = ended(*words, blank)
    assert (status, out) == (Outcome.USAGE, "")
    assert "请写明理由" in err
    assert not HAN.search(ended("--language", "en", *words, blank)[2])
