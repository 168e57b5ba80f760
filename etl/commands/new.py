"""`python -m etl new …`: an indicator, a source or a target, written for somebody to complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from etl.commands.screen import Outcome, screen
from etl.commands.usage import SpokenGroup
from etl.commands.verbs import CommandLine, app

if TYPE_CHECKING:
    from etl.skeletons import Entry

new = CommandLine(
    cls=SpokenGroup,
    no_args_is_help=True,
    help="新增指标、来源、目标的条目 · Write a new indicator, source or target",
)
app.add_typer(new, name="new")
Chinese = Annotated[str, typer.Option("--zh", help="中文名称 · the Chinese title")]
English = Annotated[str, typer.Option("--en", help="英文名称 · the English title")]


@new.command("indicator")
def new_indicator(
    key: Annotated[str, typer.Argument(help="代码 · key: a-z 0-9 _")],
    zh: Chinese,
    en: English,
    clause: Annotated[str, typer.Option(help="条款 · key of clauses.yaml")],
    kind: Annotated[
        Literal["count", "ratio", "rate", "index"], typer.Option(help="类型 · kind")
    ] = "count",
    unit: Annotated[
        str | None, typer.Option(help="单位，默认按类型 · key of units.yaml, by default its kind's")
    ] = None,
    polarity: Annotated[
        Literal["higher_better", "lower_better", "neutral"], typer.Option(help="极性 · polarity")
    ] = "higher_better",
    numerator: Annotated[str | None, typer.Option(help="比率的分子 · of a ratio")] = None,
    denominator: Annotated[str | None, typer.Option(help="比率的分母 · of a ratio")] = None,
    factor: Annotated[float, typer.Option(help="比率的倍数 · of a ratio")] = 1.0,
) -> None:
    """在 indicators.yaml 末尾写一个指标 · Write an indicator at the end of indicators.yaml."""
    from etl.skeletons import Measure, indicator_entry, standing, usual_unit
    from indicators.wording import Text

    if (kind == "ratio") != (numerator is not None and denominator is not None):
        screen.fail("A ratio, and nothing else, has --numerator and --denominator.")
    _check_free("indicators.yaml", key, standing("indicators.yaml", key))
    measure = Measure(
        title=Text(zh, en),
        kind=kind,
        unit=unit or usual_unit(kind),
        clause=clause,
        polarity=polarity,
        numerator=numerator,
        denominator=denominator,
        factor=factor,
    )
    _write(indicator_entry(key, measure, screen.words))
    command = f"python -m etl template {key} -o {key}.xlsx"
    screen.tell("An empty workbook for its figures: {command}", command=command)


@new.command("source")
def new_source(
    key: Annotated[str, typer.Argument(help="代码，即 data/raw 下的文件夹 · its folder in raw")],
    zh: Chinese,
    en: English,
    publisher_zh: Annotated[str, typer.Option(help="发布方 · its publisher, in Chinese")],
    publisher_en: Annotated[str, typer.Option(help="发布方英文名 · its publisher, in English")],
    every: Annotated[int, typer.Option(min=1, help="几个月发布一次 · months between figures")] = 12,
) -> None:
    """在 sources.yaml 末尾写一个来源 · Write a source at the end of sources.yaml."""
    from etl.skeletons import source_entry, standing
    from indicators import catalogue
    from indicators.wording import Text

    _check_free("sources.yaml", key, standing("sources.yaml", key))
    publisher = Text(publisher_zh, publisher_en)
    _write(source_entry(key, Text(zh, en), publisher, every, screen.words))
    folder = catalogue.CATALOGUE.parent / "raw" / key
    folder.mkdir(parents=True, exist_ok=True)
    screen.tell("Its files belong here: {folder}", folder=str(folder))


@new.command("target")
def new_target(
    key: Annotated[str, typer.Argument(help="代码 · key: a-z 0-9 -")],
    indicator: Annotated[str, typer.Option(help="指标代码 · key of the catalogue")],
    region: Annotated[str, typer.Option(help="地区代码 · code")],
    value: Annotated[float, typer.Option(help="目标值 · the number to be reached")],
    due: Annotated[str, typer.Option(help="期限，如2027或2027-06 · deadline, as 2027 or 2027-06")],
    title: Annotated[str, typer.Option(help="文件名称 · title of the document")],
    issuer: Annotated[str, typer.Option(help="发文机关 · who issued it")],
    kind: Annotated[
        Literal["at_least", "at_most", "gain"], typer.Option(help="类型 · kind")
    ] = "at_least",
) -> None:
    """在 targets/ 写一份文件及其目标 · Write a document and its target into targets/."""
    from etl.skeletons import TARGET_KEY, Demand, target_entry

    if not TARGET_KEY.fullmatch(key):
        screen.fail("{key} is no key: words of a-z and 0-9 with - between them.", key=key)
    demand = Demand(
        title=title,
        issuer=issuer,
        region=region,
        indicator=indicator,
        kind=kind,
        value=value,
        due=due,
    )
    entry = target_entry(key, demand, screen.words)
    _check_free(entry.file, key, 1 if entry.path.exists() else None)
    _write(entry)


def _check_free(file: str, key: str, line: int | None) -> None:
    """End the command where an entry stands already."""
    if line is not None:
        screen.fail(
            "{key} stands in line {line} of {file} already. Nothing was written.",
            key=key,
            line=line,
            file=file,
        )


def _write(entry: Entry) -> None:
    """Write an entry if the catalogue is right with it; end the command with findings if not."""
    if findings := entry.findings():
        screen.findings(findings)
        screen.fail(
            "With this entry the catalogue has mistakes. Nothing was written.", Outcome.FINDINGS
        )
    entry.write()
    screen.tell("Written to {file}", file=str(entry.path))
    screen.tell("Complete what the remarks in it ask for, then run: python -m etl check")
