"""The registry of certificates: counted, and a count traced to its certificates."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.screen import Outcome, screen
from etl.commands.usage import Force, SpokenGroup, in_a_folder
from etl.commands.verbs import CommandLine, app
from indicators.regions import ALL
from indicators.settings import ROOT

if TYPE_CHECKING:
    import pandas as pd

    from etl.certificates.cube import Reference
    from etl.certificates.engine import Engine
    from etl.certificates.publication import Choice
    from etl.certificates.registry import Summary
    from etl.certificates.registry_declaration import Declaration
    from indicators.catalogue import Catalogue
    from indicators.findings import Message

RESULTS = ROOT / "data" / "rollup"


certificates = CommandLine(
    cls=SpokenGroup, no_args_is_help=True, help="证书明细 · Certificate-level files"
)
app.add_typer(certificates, name="certificates")

Files = Annotated[list[Path], typer.Argument(exists=True, help="CSV / XLSX / Parquet")]
AsOf = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="导出日 · drawn on")]
Encoding = Annotated[
    str, typer.Option(help="默认自动识别 · told by the file: utf-8, gb18030, utf-16")
]
Said = Annotated[
    Path | None,
    typer.Option(
        "--declaration",
        exists=True,
        dir_okay=False,
        help="对各文件都适用的声明 · a declaration that holds for all the files",
    ),
]
Periods = Annotated[str, typer.Option(help="发布 · publish: year,quarter,month")]
Levels = Annotated[
    str, typer.Option(help="发布 · publish: province,section,division,size,scheme …")
]
_LEVELS = "province,section,size,scheme"


@app.command()
def rollup(
    files: Files,
    as_of: AsOf,
    first: Annotated[str, typer.Option("--from", help="2018, 2018-01, 2018-Q1")],
    last: Annotated[str, typer.Option("--to", help="2025, 2025-12, 2025-Q4")],
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--out",
            file_okay=False,
            callback=in_a_folder,
            help="结果文件夹 · folder of results",
        ),
    ] = RESULTS,
    encoding: Encoding = "",
    declaration: Said = None,
    periods: Periods = "",
    levels: Levels = _LEVELS,
    force: Force = False,
) -> None:
    """由证书级明细汇总指标 · Count indicators from certificate-level files."""
    from etl.certificates.counting import roll_up_files
    from etl.certificates.engine import engine
    from etl.certificates.publication import Choice
    from etl.certificates.results import are_own, results
    from etl.certificates.validity import spanned, within
    from indicators import catalogue

    known, day = catalogue.load(), as_of.date()
    choice = Choice(periods.split(",") if periods else (), levels.split(","))
    screen.check_free(results(out), inputs=files, force=force or are_own(out))
    with engine() as here, screen.progress() as progress:
        choice.check(known)
        counted = spanned(first, last)
        for kind in choice.periods:
            counted += within(first, last, kind)
        choice.known(counted, day)
        common = _declaration(day, encoding, declaration)
        show = _shown(progress)
        summary = roll_up_files(files, common, counted, _reference(), out, here, show)
        written = _written(summary, files, day, choice, known, here)
    _tell(summary, written)


@certificates.command("update")
def update(
    files: Files,
    as_of: AsOf,
    onto: Annotated[
        Path,
        typer.Option(
            "--onto",
            exists=True,
            file_okay=False,
            help="rollup 的结果文件夹 · folder of results",
        ),
    ] = RESULTS,
    encoding: Encoding = "",
    declaration: Said = None,
    periods: Periods = "",
    levels: Levels = _LEVELS,
) -> None:
    """按新送的明细更新汇总 · Bring counts up to date by what has changed."""
    from etl.certificates.engine import engine
    from etl.certificates.publication import Choice
    from etl.certificates.results import results
    from etl.certificates.update import update_files
    from indicators import catalogue

    known, day = catalogue.load(), as_of.date()
    choice = Choice(periods.split(",") if periods else (), levels.split(","))
    screen.check_free(results(onto), inputs=files, force=True)
    with engine() as here, screen.progress() as progress:
        choice.check(known)
        common, show = _declaration(day, encoding, declaration), _shown(progress)
        summary = update_files(files, common, _reference(), onto, here, show)
        written = _written(summary, files, day, choice, known, here)
    _tell(summary, written)


@dataclass(frozen=True)
class _Written:
    """What a roll-up wrote beside its counts. figures: none where nothing is left to count."""

    figures: Path | None
    aside: list[Path]


def _declaration(day: date, encoding: str, said: Path | None) -> Declaration:
    from etl.certificates.registry_declaration import Declaration, said_in

    common = Declaration(as_of=day, encoding=encoding)
    return said_in(said, common) if said else common


def _shown(progress: Any) -> Callable[[int, int, Message], object]:
    task = progress.add_task("")
    return lambda step, steps, name: progress.update(
        task, description=f"{step}/{steps} {screen.sentence(name)}"
    )


def _written(
    summary: Summary, files: list[Path], day: date, choice: Choice, known: Catalogue, here: Engine
) -> _Written:
    from etl.certificates.publication import write_publication
    from etl.certificates.quarantine import write_quarantine

    figures = None
    if summary.set_aside < summary.rows:
        figures = write_publication(summary, files, day, choice, known, here, screen.words)
    return _Written(figures, write_quarantine(summary, here))


def _tell(summary: Summary, written: _Written) -> None:
    words = screen.words
    screen.say(summary.sentence_in(words))
    if len(summary.remarks):
        screen.table(_reasons(summary.remarks), words("Counted, enterprise size not classified"))
    if summary.set_aside:
        screen.table(_reasons(summary.reasons), words("Set aside"))
        if summary.open_ended:
            line = f"no_expiry: [{', '.join(summary.open_ended)}]"
            screen.tell("If these never expire, declare it beside their file: {line}", line=line)
        if len(written.aside) > 1:
            screen.tell(
                "These are too many rows for a workbook: all of them stand in {file}",
                file=str(written.aside[-1]),
            )
    if summary.set_aside:
        screen.tell("Reasons and rows, as published: {file}", file=str(written.aside[0]))
    elif written.aside:
        screen.tell("Counts and reasons: {file}", file=str(written.aside[0]))
    if written.figures is None:
        screen.fail(
            "No certificate is left to count, so there is nothing to publish.", Outcome.FINDINGS
        )
    screen.tell("Written to {file}", file=str(summary.out))
    command = f"python -m etl publish {quote(str(written.figures))} --source registry"
    screen.tell("To publish the counts: {command}", command=command)


@app.command()
def trace(
    indicator: str,
    period: str,
    region: str = ALL,
    industry: str = ALL,
    size: str = ALL,
    scheme: str = ALL,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="rollup 的结果文件夹 · folder of results")
    ] = RESULTS,
) -> None:
    """列出一个汇总数字背后的证书 · List the certificates behind a figure of the roll-up."""
    from etl.account import account
    from etl.certificates.engine import engine
    from etl.certificates.results import Made
    from etl.certificates.trace import Figure, trace_figure
    from indicators.store.database import open_database, writing
    from indicators.store.trail import Action, record

    if Made.read(out) is None:
        screen.fail(
            "No roll-up stands in {folder}. Count the certificates first (python -m etl rollup), "
            "or name the folder of its results with --out.",
            folder=str(out),
        )
    with engine() as here:
        figure = Figure(indicator, period, region, industry, size, scheme)
        rows = here.rows(trace_figure(here.parquet(out / "registry.parquet"), figure, _reference()))
    with writing(open_database()) as connection:  # whoever lists certificates is written down first
        about = " ".join((indicator, period, scheme, industry, size, region))
        record(connection, Action.EXPORTED_CERTIFICATES, account(), about=about)
    words, organisations = screen.words, rows["organisation"].nunique()
    screen.say(
        words.plural("{n} certificate", "{n} certificates", n=len(rows)),
        words.plural("{n} organisation", "{n} organisations", n=organisations),
    )
    rows.to_csv(sys.stdout, index=False)


def _reference() -> Reference:
    import pandas as pd

    from etl.certificates.cube import reference
    from indicators import catalogue

    known = catalogue.load()
    rules = pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": str})
    return reference(known.regions, known.industries, known.sizes, known.schemes, rules)


def _reasons(counts: pd.DataFrame) -> dict[str, Any]:
    from etl.certificates.registry import WORDS

    words = screen.words
    return {
        words("Reason"): [screen.sentence(WORDS[reason]) for reason in counts["reason"]],
        words("Rows"): counts["rows"],
        words("First in"): counts["file"],
        words("Row"): counts["row"],
    }
