"""Figures and their releases: check, compare, publish, take back, try out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from etl.commands.app import app
from etl.commands.outcome import Outcome
from etl.commands.screen import screen
from etl.publish.filing import OWN
from etl.reporting import write_findings
from indicators import catalogue, tables
from indicators.findings import FindingsError
from indicators.store import holdings, queries
from indicators.store.opening import open_database
from indicators.views import releases

if TYPE_CHECKING:
    from etl.publish.difference import Difference
    from etl.publish.filing import Return
    from etl.publish.gate import Publication
    from etl.suppression.retraction import Retraction


Files = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, dir_okay=False, help="自备文件（可省略）· files of your own"),
]
Folder = Annotated[str, typer.Option("--source", help="自备文件归入的来源 · source they belong to")]
Report = Annotated[
    Path | None,
    typer.Option("--findings", help="检查结果存为 .csv / .xlsx / .json · write the findings there"),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="结果以 JSON 写到标准输出 · answer in JSON on stdout")
]


@app.command()
@app.command("refresh")
def publish(
    files: Files = None,
    source: Folder = OWN,
    reason: Annotated[str, typer.Option(help="发布原因 · why")] = "",
    accept: Annotated[
        str | None, typer.Option(help="接受提醒的理由 · why warnings are accepted")
    ] = None,
    findings: Report = None,
    as_json: AsJson = False,
) -> None:
    """读取、对照、检查、派生并发布为新的一版 · Publish what the files say as one release."""
    publication = _refreshed(files, source, findings, reason=reason, accepted=accept)
    words, made = screen.words, publication.difference
    screen.note(release=publication.release, changes=_counts(made))
    if publication.release:
        said = words("Published as release {number}.", number=publication.release)
        _unfinished(publication)
        screen.say(said, _counted(made))
        return
    _unfinished(publication)
    screen.say(
        words("Nothing to change: the figures are those of the last release."), _counted(made)
    )
    screen.end(Outcome.NOTHING)


@app.command()
def check(
    files: Files = None, source: Folder = OWN, findings: Report = None, as_json: AsJson = False
) -> None:
    """完成发布以外的全部步骤 · Do all but publish."""
    publication = _refreshed(files, source, findings, dry_run=True)
    words, made = screen.words, publication.difference
    screen.note(changes=_counts(made))
    open_still = any(finding.accepted is None for finding in publication.warnings)
    if made and open_still:
        said = words("There are warnings to accept. Publishing would change the figures.")
    elif made:
        said = words("All checks passed. Publishing would change the figures.")
    else:
        said = words("Nothing to change: the figures are those of the last release.")
    screen.say(said, _counted(made))
    if open_still:
        screen.end(Outcome.WARNINGS)


@app.command()
def diff(
    files: Files = None, source: Folder = OWN, findings: Report = None, as_json: AsJson = False
) -> None:
    """显示发布会带来的变化，包括评判结果的变化 · Show what publishing would change."""
    made = _refreshed(files, source, findings, dry_run=True).difference
    screen.note(
        changes=_counts(made),
        by_indicator=_records(made.counts), largest=_records(made.largest),
        verdicts=_records(made.flips), targets_changed=made.retargeted,
    )  # fmt: skip
    screen.difference(made)
    screen.say(_counted(made))
    if not made:
        screen.end(Outcome.NOTHING)


@app.command()
def rollback(
    release: Annotated[int, typer.Argument(help="恢复到的版本 · the release to bring back")],
    reason: Annotated[str, typer.Option(help="原因 · why")],
) -> None:
    """把某一版的数据恢复为新的一版 · Make a release public again, as a new one."""
    from etl.publish.gate import roll_back
    from etl.refresh import RAW

    words = screen.words
    with screen.progress() as progress:
        progress.add_task(words("Comparing and publishing"))
        try:
            publication = roll_back(open_database(), release, reason=reason, raw=RAW)
        except LookupError:
            screen.fail(words("There is no release {number}.", number=release))
    if publication.release is None:
        screen.say(words("Nothing to change: the figures are those of the last release."))
    else:
        screen.say(
            words("The figures of release {number} are public again, as release {newest}.",
                  number=release, newest=publication.release),
            _counted(publication.difference),
        )  # fmt: skip
    _unfinished(publication)
    if publication.files is not None:
        _returned(publication.files, release)
    if publication.release is None:
        screen.end(Outcome.NOTHING)


def _unfinished(publication: Publication) -> None:
    if publication.unfinished:
        screen.say(screen.words(
            "The files could not be put into data/raw. They are kept beside it, and the next run "
            "puts them there."
        ))  # fmt: skip


def _returned(files: Return, release: int) -> None:
    """Say what a rollback did to the raw files, and what it could not."""
    words = screen.words
    if files.filing.come:
        screen.say(words("Again as in release {number}: {files}", number=release,
                         files=words.listed(sorted(files.filing.come))))  # fmt: skip
    if files.filing.gone:
        screen.say(words("Put aside, to be brought back with `python -m etl files`: {files}",
                         files=words.listed(list(files.filing.gone))))  # fmt: skip
    if files.lost:
        screen.say(words(
            "No version of these is kept: correct them, since the next refresh asks before it "
            "publishes them again: {files}", files=words.listed(list(files.lost)),
        ))  # fmt: skip
    if files.elsewhere:
        screen.say(words(
            "These do not stand in data/raw and are as they were before, so the next refresh "
            "applies them again: {files}", files=words.listed(list(files.elsewhere)),
        ))  # fmt: skip


@app.command()
def files(
    file: Annotated[str | None, typer.Argument(help="来源/文件名 · source/name")] = None,
    release: Annotated[
        int | None, typer.Option(help="恢复该版所用的一份 · bring back that release's")
    ] = None,
) -> None:
    """列出原始文件的历次版本，或恢复其一 · List versions of raw files, or bring one back."""
    from etl.publish.filing import bring_back, versions
    from etl.refresh import RAW

    words = screen.words
    if release is not None and file is None:
        screen.fail(words("Say which file: source/name"))
    engine = open_database()
    if file is not None and release is not None:
        try:
            bring_back(engine, RAW, file, release)
        except LookupError:
            screen.fail(words("Release {number} was not made of {file}.",
                              number=release, file=file))  # fmt: skip
        except FileNotFoundError:
            screen.fail(words("No version of it is kept."))
        screen.say(words("{file} stands in data/raw as in release {number}. Publish it with: "
                         "python -m etl refresh", file=file, number=release))  # fmt: skip
        return
    known = versions(engine, RAW)
    superseded = known[known["place"] != "raw"] if file is None else known[known["file"] == file]
    if superseded.empty:
        screen.say(words("No file was superseded."))
        return
    places = {"raw": words("in use"), "kept": words("kept"), "lost": words("not kept")}
    screen.table(
        pd.DataFrame({
            words("File"): superseded["file"], words("From release"): superseded["first"],
            words("Until release"): superseded["last"],
            words("Checksum"): superseded["sha256"].str[:12],
            words("Bytes"): superseded["bytes"], words("Version"): superseded["place"].map(places),
        }),
        words("Versions of raw files"),
    )  # fmt: skip


@app.command()
def retract(
    indicator: Annotated[str, typer.Argument(help="指标代码 · key of the catalogue")],
    period: Annotated[str, typer.Argument(help="2024, 2024-12, 2024-Q4")],
    region: Annotated[str, typer.Argument(help="地区代码 · code")],
    reason: Annotated[str, typer.Option(help="原因 · why")],
    scheme: Annotated[str, typer.Option(help="领域 · scheme")] = "ALL",
    industry: Annotated[str, typer.Option(help="行业 · industry")] = "ALL",
    size: Annotated[str, typer.Option(help="规模 · size")] = "ALL",
    yes: Annotated[
        bool, typer.Option("--yes", help="照此执行；否则只说明 · do it; otherwise only say what")
    ] = False,
) -> None:
    """把后来须保密的数字从全部版本中取走 · Take a figure out of every release."""
    from etl.refresh import RAW
    from etl.suppression.retraction import retract as take_out

    words, key = screen.words, (indicator, period, scheme, industry, size, region)
    with screen.progress() as progress:
        progress.add_task(words("Comparing and publishing"))
        try:
            done = take_out(open_database(), key, reason, RAW, dry_run=not yes)
        except LookupError:
            screen.fail(words("No release has a figure at {key}.", key=" ".join(key)))
    if done.before:
        screen.say(words("It was retracted before."))
    else:
        screen.say(
            words("Retracted from releases {releases}: {key}", key=" ".join(key),
                  releases=words.listed([str(number) for number in done.releases])),
            words.plural("{n} other figure goes, so that it does not follow from those that stay",
                         "{n} other figures go, so that it does not follow from those that stay",
                         n=len(done.figures) - 1),
            *(f"  {' '.join(figure)}" for figure in done.figures[1:]),
            words.plural("{n} warning or turned verdict loses its figures",
                         "{n} warnings or turned verdicts lose their figures", n=done.texts),
        )  # fmt: skip
    _left_to_do(done)
    if not yes:
        screen.say(words("Nothing was changed. To do it, add --yes."))
    elif not done.purged:
        screen.say(words(
            "It is out of the tables, but somebody was reading and the database's file still holds "
            "it: run this command again, or the next refresh will do it."
        ))  # fmt: skip


def _left_to_do(done: Retraction) -> None:
    """Say what no command can do: files and sentences that are people's own, and copies."""
    words = screen.words
    if done.sentences:
        screen.say(words("The number may stand in what people wrote; look there: {places}",
                         places=words.listed(list(done.sentences))))  # fmt: skip
    if done.files:
        screen.say(words(
            "These files still hold it. It will not be published from them, but take it out of "
            "them: {files}", files=words.listed(list(done.files)),
        ))  # fmt: skip
    if done.copies:
        screen.say(words("Versions of them that were kept in data/versions go too: {n}",
                         n=words.number(len(done.copies))))  # fmt: skip
    screen.say(words(
        "Copies that others hold, backups of the database and of its log, and files taken away "
        "before are not reached: replace them."
    ))  # fmt: skip


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
    from etl import intake
    from etl.publish.lock import abandoned
    from etl.refresh import RAW, refresh

    words = screen.words
    names = {key: words.text(source.title) for key, source in catalogue.load().sources.items()}
    names |= {
        "targets": words("Target register"),
        "checks": words("Checks"), "derive": words("Ratios and totals"),
        "publish": words("Comparing and publishing"),
    }  # fmt: skip
    if passed := intake.passed_over(RAW):
        screen.say(
            words(
                "Passed over in data/raw, for they are no files of figures: {names}",
                names=words.listed(passed),
            )
        )
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
                engine, named=intake.Named(files or [], source), reason=reason, accepted=accepted,
                dry_run=dry_run,
                step=lambda key: progress.update(task, description=names.get(key, key)),
            )  # fmt: skip
        except FindingsError as refusal:
            if report is not None:
                write_findings(refusal.findings, report, words)
            raise
    if report is not None:
        write_findings(publication.warnings, report, words)
    if publication.warnings:
        screen.findings(publication.warnings, published=not dry_run)
    return publication


def _counts(made: Difference) -> dict[str, int]:
    """Return what a publication changes, as numbers with stable keys."""
    return {name: getattr(made, name) for name in ("added", "changed", "withdrawn", "rows")}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records of plain values; what is missing is null."""
    records: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", force_ascii=False, double_precision=15)
    )
    return records


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
    with screen.progress() as progress:
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
        words('The pages show them where "Demonstration" is chosen; real figures stay apart.'),
    )  # fmt: skip


@app.command()
def status(as_json: AsJson = False) -> None:
    """显示发布版本、来源和数量 · Show releases, sources and counts."""
    engine = open_database()
    published, held = queries.releases(engine), holdings.sources(engine)
    gone = queries.retractions(engine)
    words = screen.words
    screen.note(
        release=None if published.empty else int(published["release"].max()),
        releases=_records(published.astype({"restored": "Int64"})), sources=_records(held),
        retracted=len(gone),
    )  # fmt: skip
    if published.empty:
        screen.say(words("Nothing has been published yet. Run: python -m etl refresh"))
        return
    screen.table(tables.releases_table(published, words), words("Releases"))
    short = tables.sources_table(held, words).drop(columns=[words("About"), words("Publisher")])
    screen.table(short, words("Sources"))
    if len(gone):
        screen.table(releases.retraction_table(gone, words), words("Retracted figures"))
