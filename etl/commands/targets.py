"""Targets: the register checked, a planner's own series judged."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from etl.commands.app import CommandLine, app
from etl.commands.screen import screen
from etl.commands.usage import SpokenGroup
from indicators import catalogue

targets = CommandLine(
    cls=SpokenGroup, no_args_is_help=True, help="目标登记册 · The target register"
)
app.add_typer(targets, name="targets")


@targets.command("check")
def check_targets() -> None:
    """检查 data/catalogue/targets 中的全部目标 · Check every file of the register."""
    from etl.targets import register

    words = screen.words
    read = register(catalogue.load())
    screen.say(words(
        "{targets} targets in {documents} documents: no mistake found",
        targets=len(read.target), documents=len(read.document),
    ))  # fmt: skip


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV / XLSX")],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="判定日，默认今天 · The day asked of, by default today"
        ),
    ] = None,
) -> None:
    """判定自备的序列与目标 · Judge a planner's own series and targets."""
    from etl.judging import asked_of, in_words, verdicts, write_verdicts
    from etl.plan import read_plan
    from indicators.progress import SYMBOLS, VerdictClass
    from indicators.targets import today

    words = screen.words
    plan = read_plan(file)
    answers = verdicts(plan, as_of.date().isoformat() if as_of else today())
    written = write_verdicts(file, answers, words)
    shown = pd.DataFrame({
        words("Series"): answers["series"],
        words("Deadline"): [words.period(due) for due in answers["due_period"]],
        words("Latest"): [words.number(value) for value in answers["latest_value"]],
        words("Target"): [
            asked_of(target, value, words)
            for target, value in zip(
                plan.targets.to_dict("records"), answers["target_value"], strict=True
            )
        ],
        words("Verdict"): [
            f"{SYMBOLS[VerdictClass(row['verdict'])]} {in_words(row, words)}"
            for row in answers.to_dict("records")
        ],
    })  # fmt: skip
    screen.table(shown, words("Verdicts"))
    if plan.without_target:
        screen.say(
            words(
                "Series without a target, not judged: {names}",
                names=words.listed(plan.without_target),
            )
        )
    if plan.unread:
        screen.say(words("Not read: {names}", names=words.listed(plan.unread)))
    screen.say(words("Written to {file}", file=written.name))
