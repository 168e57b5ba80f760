"""Figures and their releases: check, compare, publish, take back, try out, back up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.commands.screen import Outcome, screen
from etl.commands.usage import Force, in_a_folder, spoken
from etl.commands.verbs import app
from indicators.regions import ALL
from indicators.wording import sentence

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

    from etl.publish.difference import Difference
    from etl.publish.filing import Return
    from etl.publish.gate import Publication
    from etl.suppression.retraction import Retraction
    from indicators.findings import Finding

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        exists=True,
        help="自备文件、数据包（可省略）· files of your own, packages of open data",
    ),
]
Folder = Annotated[str, typer.Option("--source", help="自备文件归入的来源 · source they belong to")]
Report = Annotated[
    Path | None,
    typer.Option(
        "--findings",
        dir_okay=False,
        callback=in_a_folder,
        help="检查结果存为 .csv / .xlsx / .json · write the findings there",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="结果以 JSON 写到标准输出 · answer in JSON on stdout")
]
Accept = Annotated[
    str | None,
    typer.Option("--accept", callback=spoken, help="接受提示的理由 · why warnings are accepted"),
]


NAMED = 3  # files of a folder that a rollback names
REPUBLISHED = sentence("a package of demonstration figures")
UNCHANGED = sentence("Nothing to change: the figures are those of the last release.")


@app.command()
@app.command("refresh")
def publish(
    files: Files = None,
    source: Folder = "own",
    reason: Annotated[str, typer.Option(help="发布原因 · why")] = "",
    accept: Accept = None,
    findings: Report = None,
    as_json: AsJson = False,
) -> None:
    """读取、对照、检查、派生并发布为新的一版 · Publish what the files say as one release."""
    publication = _refreshed(files, source, findings, reason=reason, accepted=accept)
    screen.note(release=publication.release, changes=_counts(publication.difference))
    _tell_unfinished(publication)
    if files and publication.release is None:
        screen.tell("Files that change no figure are not put into data/raw.")
    _end(publication)


@app.command()
def check(
    files: Files = None, source: Folder = "own", findings: Report = None, as_json: AsJson = False
) -> None:
    """完成发布以外的全部步骤 · Do all but publish."""
    publication = _refreshed(files, source, findings, dry_run=True)
    screen.note(changes=_counts(publication.difference))
    _end(publication)


@app.command()
def diff(
    files: Files = None, source: Folder = "own", findings: Report = None, as_json: AsJson = False
) -> None:
    """显示发布会带来的变化，包括评判结果的变化 · Show what publishing would change."""
    publication = _refreshed(files, source, findings, dry_run=True)
    difference = publication.difference
    screen.note(
        changes=_counts(difference),
        by_indicator=_records(difference.counts),
        largest=_records(difference.largest),
        verdicts=_records(difference.flips),
        targets_changed=difference.retargeted,
    )
    _show_difference(difference)
    _end(publication)


def _end(publication: Publication) -> None:
    """Say how a publication or its rehearsal ended, and end with that status."""
    words, difference = screen.words, publication.difference
    unaccepted = any(finding.accepted is None for finding in publication.warnings)
    if unaccepted and difference:
        verdict = words("There are warnings to accept. Publishing would change the figures.")
    elif unaccepted:
        verdict = words("There are warnings to accept. Publishing would change no figure.")
    elif not difference:
        verdict = words(UNCHANGED)
    elif publication.release is None:
        verdict = words("All checks passed. Publishing would change the figures.")
    else:
        verdict = words("Published as release {number}.", number=publication.release)
    screen.say(verdict, _counted(difference))
    if unaccepted:
        screen.note(message=verdict)
        screen.end(Outcome.WARNINGS)
    if not difference:
        screen.end(Outcome.NOTHING)


def _show_difference(difference: Difference) -> None:
    """Print what a publication changes: by indicator and region, the largest, the verdicts."""
    import pandas as pd

    from indicators import catalogue
    from indicators.progress.explanation import said
    from indicators.views import releases

    words, indicators = screen.words, catalogue.load().indicators
    names = catalogue.tree().names(words.language)
    title = {key: words.text(item.title) for key, item in indicators.items()}
    decimals = {key: item.decimals for key, item in indicators.items()}

    def place(rows: pd.DataFrame) -> dict[str, Any]:
        return {
            words("Indicator"): rows["indicator"].map(title),
            words("Region"): rows["region"].map(names),
        }

    def values(rows: pd.DataFrame, name: str) -> list[str]:
        pairs = zip(rows["indicator"], rows[name], strict=True)
        return [words.number(value, decimals.get(key)) for key, value in pairs]

    def verdicts(rows: pd.DataFrame, age: str) -> list[str]:
        pairs = zip(rows[f"{age}_verdict"], rows[f"{age}_reason"], strict=True)
        return [said(verdict, reason, words) for verdict, reason in pairs]

    if len(rows := difference.counts):
        columns: dict[str, Any] = {
            words("Added"): rows["added"],
            words("Changed"): rows["changed"],
            words("Withdrawn"): rows["withdrawn"],
        }
        screen.table(place(rows) | columns, words("What changes, by indicator and region"))
    if len(rows := difference.largest):
        columns = {
            words("Period"): [words.period(period) for period in rows["period"]],
            words("Old"): values(rows, "old"),
            words("New"): values(rows, "new"),
            words("Change"): [
                "" if pd.isna(share) else words.signed(share * 100, 1) + "%"
                for share in rows["relative"]
            ],
        }
        screen.table(place(rows) | columns, words("The largest changes"))
    if len(rows := difference.flips):
        columns = {
            words("Region"): rows["region"].map(names),
            words("Indicator"): rows["indicator"].map(title),
            words("Was"): verdicts(rows, "old"),
            words("Will be"): verdicts(rows, "new"),
            words("Because of"): [
                releases.cause(*figure, words)
                for figure in zip(
                    rows["indicator"],
                    rows["period"],
                    rows["old_value"],
                    rows["new_value"],
                    strict=True,
                )
            ],
        }
        screen.table(columns, words("Verdicts that turn"))
    if difference.retargeted:
        screen.tell("The register of targets changes.")


@app.command()
def rollback(
    release: Annotated[int, typer.Argument(help="恢复到的版本 · the release to bring back")],
    reason: Annotated[str, typer.Option(callback=spoken, help="原因 · why")],
    accept: Accept = None,
) -> None:
    """把某一版的数据恢复为新的一版 · Make a release public again, as a new one."""
    from etl.publish.gate import roll_back
    from etl.refresh import RAW
    from indicators.store.database import open_database

    with screen.progress() as progress:
        progress.add_task(screen.words("Comparing and publishing"))
        try:
            publication = roll_back(
                open_database(), release, reason=reason, raw=RAW, accepted=accept
            )
        except LookupError:
            screen.fail("There is no release {number}.", number=release)
    if publication.release is None:
        screen.tell(UNCHANGED)
    else:
        screen.tell(
            "The figures of release {number} are public again, as release {newest}.",
            number=release,
            newest=publication.release,
        )
        screen.say(_counted(publication.difference))
    _tell_suppressed(publication, release)
    _tell_unfinished(publication)
    if publication.files is not None:
        _tell_returned(publication.files, release)
    if publication.release is None:
        screen.end(Outcome.NOTHING)


def _tell_suppressed(publication: Publication, release: int) -> None:
    """Say how many figures a rollback leaves suppressed, by indicator, and why."""
    from indicators.views import releases

    rows, words = publication.suppressed, screen.words
    if rows is None or rows.empty:
        return
    reasons = {
        "then": words("release {number} suppressed them too", number=release),
        "retracted": words("retracted since"),
        "rules": words("small by today's rules, or protecting others"),
    }
    columns: dict[str, Any] = {
        words("Indicator"): [releases.title(key, words) for key in rows["indicator"]],
        words("Figures"): [words.number(count) for count in rows["figures"]],
        words("Why"): rows["reason"].map(reasons),
    }
    screen.table(columns, words("Suppressed still"))


def _tell_unfinished(publication: Publication) -> None:
    if publication.unfinished:
        screen.tell(
            "The files could not be put into data/raw. They are kept beside it, and the next run "
            "puts them there."
        )


def _tell_returned(files: Return, release: int) -> None:
    """Say what a rollback did to the raw files, and what it could not."""
    if files.filing.come:
        again = some_of(sorted(files.filing.come))
        screen.tell("Again as in release {number}: {files}", number=release, files=again)
    if files.filing.gone:
        screen.tell(
            "Put aside, to be brought back with `python -m etl files`: {files}",
            files=some_of(files.filing.gone),
        )
    if files.lost:
        screen.tell(
            "No version of these is kept: correct them, since the next refresh asks before it "
            "publishes them again: {files}",
            files=some_of(files.lost),
        )
    if files.elsewhere:
        screen.tell(
            "These do not stand in data/raw and are as they were before, so the next refresh "
            "applies them again: {files}",
            files=some_of(files.elsewhere),
        )


def some_of(files: Iterable[str]) -> str:
    """Return files by their folders, of each folder the first ones and how many there are."""
    words, folders = screen.words, dict[str, list[str]]()
    for file in files:
        folders.setdefault(str(PurePosixPath(file).parent), []).append(file)
    return words.listed(
        [
            words.listed(names)
            if len(names) <= NAMED
            else words(
                "{files} … ({n} files in {folder})",
                files=words.listed(names[:NAMED]),
                n=words.number(len(names)),
                folder=folder,
            )
            for folder, names in folders.items()
        ]
    )


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
    from indicators.store.database import open_database

    words = screen.words
    if release is not None and file is None:
        screen.fail("Say which file: source/name")
    engine = open_database()
    if file is not None and release is not None:
        try:
            moved = bring_back(engine, RAW, file, release)
        except LookupError:
            screen.fail("Release {number} was not made of {file}.", number=release, file=file)
        except FileNotFoundError:
            screen.fail("No version of it is kept.")
        screen.tell(
            "Stands in data/raw as in release {number}: {files}. To publish it: "
            "python -m etl refresh",
            number=release,
            files=words.listed(moved or [file]),
        )
        screen.end(Outcome.DONE if moved else Outcome.NOTHING)
    known = versions(engine, RAW)
    superseded = known[known["place"] != "raw"] if file is None else known[known["file"] == file]
    if superseded.empty:
        screen.tell("No file was superseded.")
        return
    places = {"raw": words("in use"), "kept": words("kept"), "lost": words("not kept")}
    columns = {
        words("File"): superseded["file"],
        words("From release"): superseded["first"],
        words("Until release"): superseded["last"],
        words("Checksum"): superseded["sha256"].str[:12],
        words("Bytes"): superseded["bytes"],
        words("Version"): superseded["place"].map(places),
    }
    screen.table(columns, words("Versions of raw files"))


@app.command()
def retract(
    indicator: Annotated[str, typer.Argument(help="指标代码 · key of the catalogue")],
    period: Annotated[str, typer.Argument(help="2024, 2024-12, 2024-Q4")],
    region: Annotated[str, typer.Argument(help="地区代码 · code")],
    reason: Annotated[str, typer.Option(callback=spoken, help="原因 · why")],
    scheme: Annotated[str, typer.Option(help="领域 · scheme")] = ALL,
    industry: Annotated[str, typer.Option(help="行业 · industry")] = ALL,
    size: Annotated[str, typer.Option(help="规模 · size")] = ALL,
    yes: Annotated[
        bool, typer.Option("--yes", help="照此执行；否则只说明 · do it; otherwise only say what")
    ] = False,
) -> None:
    """把后来须保密的数字从全部版本中取走 · Take a figure out of every release."""
    from etl.refresh import RAW
    from etl.suppression.retraction import retract as take_out
    from indicators.store.database import open_database

    words, key = screen.words, (indicator, period, scheme, industry, size, region)
    with screen.progress() as progress:
        progress.add_task(words("Comparing and publishing"))
        try:
            done = take_out(open_database(), key, reason, RAW, dry_run=not yes)
        except LookupError:
            screen.fail("No release has a figure at {key}.", key=" ".join(key))
    if done.before:
        screen.tell("It was retracted before.")
    else:
        releases = words.listed([str(number) for number in done.releases])
        screen.tell(
            "Retracted from releases {releases}: {key}", key=" ".join(key), releases=releases
        )
        screen.say(
            words.plural(
                "{n} other figure goes, so that it does not follow from those that stay",
                "{n} other figures go, so that it does not follow from those that stay",
                n=len(done.figures) - 1,
            ),
            *(f"  {' '.join(figure)}" for figure in done.figures[1:]),
            words.plural(
                "{n} warning or turned verdict loses its figures",
                "{n} warnings or turned verdicts lose their figures",
                n=done.texts,
            ),
        )
    _tell_left_to_do(done)
    if not yes:
        screen.tell("Nothing was changed. To do it, add --yes.")
    elif not done.purged:
        screen.tell(
            "It is out of the tables, but somebody was reading and the database's file still holds "
            "it: run this command again, or the next refresh will do it."
        )
    elif done.before:
        screen.end(Outcome.NOTHING)


def _tell_left_to_do(done: Retraction) -> None:
    """Say what no command can do: files and sentences that are people's own, and copies."""
    words = screen.words
    if done.sentences:
        screen.tell(
            "The number may stand in what people wrote; look there: {places}",
            places=words.listed(list(done.sentences)),
        )
    if done.files:
        screen.tell(
            "These files still hold it. It will not be published from them, but take it out of "
            "them: {files}",
            files=words.listed(list(done.files)),
        )
    if done.copies:
        copies = words.number(len(done.copies))
        screen.tell("Versions of them that were kept in data/versions go too: {n}", n=copies)
    screen.tell(
        "Copies that others hold, backups of the database and of its log, and files taken away "
        "before are not reached: replace them."
    )


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
    from etl.reporting import write_findings
    from indicators import catalogue
    from indicators.findings import FindingsError
    from indicators.store.database import open_database

    words = screen.words
    names = {key: words.text(source.title) for key, source in catalogue.load().sources.items()}
    names |= {
        "targets": words("Target register"),
        "checks": words("Checks"),
        "derive": words("Ratios and totals"),
        "publish": words("Comparing and publishing"),
    }
    if passed := intake.passed_over(RAW):
        screen.tell(
            "Passed over in data/raw, for they are no files of figures: {names}",
            names=words.listed(passed),
        )
    engine = open_database()
    if (holder := abandoned(engine)) is not None:
        screen.tell(
            "{who} (process {process}) ended while publishing at {since}; nothing of that was "
            "kept.",
            who=holder.who,
            process=holder.process,
            since=words.moment(holder.since),
        )
    with screen.progress() as progress, TemporaryDirectory(prefix="package-") as folder:
        task = progress.add_task("")
        try:
            made_up, own = _unpacked(files or [], engine, Path(folder), dry_run=dry_run)
            if made_up is not None:
                return _demonstrated(made_up, reason, dry_run=dry_run)
            publication = refresh(
                engine,
                named=intake.Named(own, source),
                reason=reason,
                accepted=accepted,
                dry_run=dry_run,
                step=lambda key: progress.update(task, description=names.get(key, key)),
            )
        except FindingsError as error:
            _keep_check(engine, files, error.findings)
            if report is not None:
                write_findings(error.findings, report, words)
            raise
    if dry_run:
        _keep_check(engine, files, publication.warnings, publication.difference)
    if report is not None:
        write_findings(publication.warnings, report, words)
    if publication.warnings:
        screen.findings(publication.warnings, published=not dry_run)
    return publication


def _keep_check(
    engine: sa.Engine,
    files: list[Path] | None,
    findings: Sequence[Finding],
    difference: Difference | None = None,
) -> None:
    """Keep what a check found for analysts' pages; where that cannot be written it is left out."""
    import sqlalchemy as sa

    from etl.reporting import kept_findings
    from indicators.store import last_check
    from indicators.store.database import writing

    tables = None
    if difference is not None:  # even one that changes nothing
        tables = {name: _records(getattr(difference, name)) for name in last_check.DIFFERENCE}
    names = [file.name for file in files or []]
    try:
        with writing(engine) as connection:
            last_check.keep(connection, names, kept_findings(findings), tables)
    except sa.exc.DBAPIError:
        screen.tell("The database cannot be written, so no page shows what this check found.")


def _unpacked(
    files: list[Path], engine: sa.Engine, folder: Path, *, dry_run: bool
) -> tuple[dict[str, Path] | None, list[Path]]:
    """Return the tables of a package of demonstration figures, or the files that were named.

    Packages of open data become the files in them. Raises `FindingsError`.
    """
    from etl.open_data.taken import demonstration, is_package, taken
    from etl.refresh import fill_if_empty
    from indicators.store.queries import latest_release

    if not any(map(is_package, files)):
        return None, files
    if len(files) == 1 and (made_up := demonstration(files[0], folder)) is not None:
        return made_up, []
    # What a package adds is seen beside what is public.
    if not dry_run:
        fill_if_empty(engine)
    elif latest_release(engine) is None:
        screen.fail("Nothing has been published yet. Run: python -m etl refresh")
    return None, taken(files, engine, folder)


def _demonstrated(tables: dict[str, Path], reason: str, *, dry_run: bool) -> Publication:
    """Publish a package of demonstration figures into their own dataset."""
    from etl.open_data.made_up import publish_again
    from indicators.store.database import has_dataset, open_database

    if not has_dataset("demonstration"):
        screen.fail("There are no demonstration figures. Make them with: python -m etl demo")
    engine = open_database(dataset="demonstration")
    return publish_again(engine, tables, reason or REPUBLISHED, dry_run=dry_run)


def _counts(difference: Difference) -> dict[str, int]:
    """Return what a publication changes, as numbers with stable keys."""
    return {name: getattr(difference, name) for name in ("added", "changed", "withdrawn", "rows")}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records of plain values; what is missing is null."""
    from indicators.exports.downloads import settled

    text = settled(table).to_json(orient="records", force_ascii=False, double_precision=15)
    records: list[dict[str, Any]] = json.loads(text)
    return records


def _counted(difference: Difference) -> str:
    words = screen.words
    return words(
        "{added} added, {changed} changed, {withdrawn} withdrawn, {rows} in all",
        **{name: words.number(count) for name, count in _counts(difference).items()},
    )


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="随机种子 · seed")] = 2018,
    remove: Annotated[bool, typer.Option("--remove", help="全部删除 · take it away")] = False,
) -> None:
    """生成或删除演示数据，与真实数据分开存放 · Make or remove demonstration figures."""
    from etl.demonstration import dataset
    from indicators.store.database import has_dataset, open_database

    if remove:
        there = has_dataset("demonstration")
        dataset.remove()
        screen.tell("The demonstration figures are gone. Real figures were not touched.")
        screen.end(Outcome.DONE if there else Outcome.NOTHING)
    with screen.progress() as progress:
        task = progress.add_task(screen.words("Demonstration"))
        publication = dataset.write_demonstration(
            open_database(dataset="demonstration"),
            seed=seed,
            step=lambda _: progress.advance(task),
        )
    screen.tell(
        "The demonstration figures are ready: {rows}, from seed {seed}.",
        rows=screen.words.number(publication.difference.rows),
        seed=seed,
    )
    screen.tell('The pages show them where "Demonstration" is chosen; real figures stay apart.')


@app.command()
def status(as_json: AsJson = False) -> None:
    """显示发布版本、来源和数量 · Show releases, sources and counts."""
    from indicators import catalogue
    from indicators.periods import today
    from indicators.publication_calendar import expected, overdue
    from indicators.store import archive, holdings
    from indicators.store.database import open_database

    words, engine = screen.words, open_database()
    with archive.snapshot(engine) as connection:
        published = archive.records_of(connection, archive.RELEASES)
        gone = archive.records_of(connection, archive.RETRACTIONS)
    sources = holdings.source_records(engine)
    held = holdings.series(engine)
    waiting = [each for each in expected(catalogue.load(), held, today()) if each.late]
    series = overdue(catalogue.load(), held, today())
    screen.note(
        release=published[0]["release"] if published else None,
        releases=published,
        sources=sources,
        overdue=[
            {name: getattr(each, name) for name in ("source", "newest", "due", "late", "url")}
            for each in waiting
        ],
        overdue_series=[
            each.series._asdict() | {"due": each.due, "late": each.late} for each in series
        ],
        retracted=len(gone),
    )
    if not published:
        screen.tell("Nothing has been published yet. Run: python -m etl refresh")
        return
    from indicators.exports import readable_tables

    screen.table(readable_tables.releases_columns(published, words), words("Releases"))
    columns = readable_tables.sources_columns(sources, words)
    del columns[words("About")], columns[words("Publisher")]
    screen.table(columns, words("Sources"))
    if waiting:
        screen.table(readable_tables.calendar_columns(waiting, words), words("Overdue"))
    if series:
        screen.tell(
            "{n} series of indicators are overdue: the Data page lists them.", n=len(series)
        )
    if gone:
        import pandas as pd

        from indicators.views import releases  # which loads all that judges targets

        table = releases.retraction_table(pd.DataFrame(gone), words)
        screen.table({str(name): table[name] for name in table}, words("Retracted figures"))


@app.command()
def audit(
    number: Annotated[int, typer.Option(min=1, max=100_000, help="最近几条 · how many")] = 50,
    as_json: AsJson = False,
) -> None:
    """显示谁在何时做过什么 · Show who did what, and when."""
    from indicators.store import trail
    from indicators.store.archive import snapshot
    from indicators.store.database import open_database

    words = screen.words
    with snapshot(open_database()) as connection:
        entries = trail.entries(connection, number)
    screen.note(entries=entries)
    if not entries:
        screen.tell("Nothing has been written down yet.")
        screen.end(Outcome.NOTHING)
    columns: dict[str, Any] = {
        words("When"): [words.moment(each["moment"]) for each in entries],
        words("What"): [words(trail.Action(each["action"]).sentence) for each in entries],
        words("Account"): [each["account"] for each in entries],
        words("Release"): [str(each["release"] or "") for each in entries],
        words("About"): [each["about"] for each in entries],
    }
    screen.table(columns, words("Audit trail"))


@app.command()
def export(
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", callback=in_a_folder, help="文件夹，或 .zip 文件 · folder, or a .zip"
        ),
    ],
    release: Annotated[
        int | None, typer.Option(help="哪一版，默认最新 · which one, by default the newest")
    ] = None,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="演示数据 · the demonstration figures")
    ] = False,
    force: Force = False,
) -> None:
    """把整个一版导出为开放数据包 · Write a whole release as a package of open data."""
    from indicators.exports.open_data.release_package import (
        OccupiedError,
        check_place,
        write_package,
    )
    from indicators.store.database import Dataset, has_dataset, open_database
    from indicators.store.whole_release import NoReleaseError

    dataset: Dataset = "demonstration" if demonstration else "real"
    if demonstration and not has_dataset(dataset):
        screen.fail("There are no demonstration figures. Make them with: python -m etl demo")
    screen.check_free([out], force=force)
    try:
        check_place(out)
        with screen.progress() as progress:
            progress.add_task(screen.words("Writing the package"))
            package = write_package(open_database(dataset=dataset), dataset, out, release)
    except OccupiedError:
        screen.fail(
            "{file} is no package made by this program and is never written over. Choose another "
            "name with -o.",
            file=str(out),
        )
    except NoReleaseError:
        if release is None:
            screen.fail("Nothing has been published yet. Run: python -m etl refresh")
        screen.fail("There is no release {number}.", number=release)
    count = screen.words.number(package.rows)
    screen.tell(
        "Release {number} stands in {file}: {n} figures.",
        number=package.number,
        file=str(out),
        n=count,
    )
    if package.left_out:
        screen.tell(
            "{n} figures are left out: the catalogue has no name for one of their codes.",
            n=screen.words.number(package.left_out),
        )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="备份文件 · the file to write")],
    force: Force = False,
) -> None:
    """把各版数据备份为一个文件，不影响使用 · Back up all releases while others go on."""
    from etl.publish.backup import back_up
    from indicators.store.database import open_database

    if not file.absolute().parent.is_dir():
        screen.fail("There is no folder {folder}.", folder=str(file.absolute().parent))
    screen.check_free([file], force=force)
    with screen.progress() as progress:
        progress.add_task(screen.words("Backing up"))
        release = back_up(open_database(), file)
    if release is None:
        screen.tell("Backed up to {file}; nothing has been published yet.", file=str(file))
    else:
        screen.tell(
            "Backed up to {file}, releases up to {number}. Files in data/raw and data/versions "
            "are kept apart; copy them too.",
            file=str(file),
            number=release,
        )


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="备份文件 · the backup")
    ],
) -> None:
    """把备份装入一个空数据库 · Put a backup into an empty database."""
    from etl.publish.backup import NoBackupError, NotEmptyError
    from etl.publish.backup import restore as put_back
    from etl.refresh import RAW
    from etl.suppression.retraction import agree
    from indicators.store.database import open_database

    try:
        with screen.progress() as progress:
            progress.add_task(screen.words("Restoring"))
            release = put_back(open_database(), file)
            agree(open_database(), RAW)
    except NotEmptyError:
        screen.fail(
            "This database has releases of its own, so nothing was restored. Name an empty one in "
            "DATABASE_URL."
        )
    except NoBackupError as error:
        if error.newer:
            screen.fail("{file} was made by a later version of this program.", file=str(file))
        screen.fail("{file} is no backup made by this program.", file=str(file))
    screen.tell("Restored from {file}, releases up to {number}.", file=str(file), number=release)
    screen.end(Outcome.DONE)
