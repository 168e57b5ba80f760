"""Whether everything that the program stands on is well, and how to mend what is not."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from etl.commands.screen import Outcome, screen
from etl.commands.verbs import Examining, app
from indicators.wording import Wording

STATES = {"well": "✓", "notice": "!", "wrong": "✗"}


@app.command(cls=Examining)
def doctor(
    server: Annotated[
        str | None,
        typer.Option(help="正在运行的服务的网址 · the address of a server that runs"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="结果以 JSON 写到标准输出 · answer in JSON on stdout")
    ] = False,
) -> None:
    """检查运行环境并说明如何处理 · Look at all that this stands on, and say how to mend it."""
    from etl.examinations import examinations

    words, done = screen.words, list(examinations(server))
    told = [
        {
            "name": each.name,
            "state": each.state,
            "found": each.found.said(words),
            "advice": each.advice.said(words) if each.advice else None,
        }
        for each in done
    ]
    screen.note(examinations=told)
    titles = _titles(words)
    columns: dict[str, list[Any]] = {
        "": [STATES[each.state] for each in done],
        words("What"): [titles[each.name] for each in done],
        words("Found"): [row["found"] for row in told],
        words("What to do"): [row["advice"] for row in told],
    }
    screen.table(columns, words("Examination"))
    wrong = {each.name for each in done if each.state == "wrong"}
    if not wrong:
        screen.tell("Nothing is wrong.")
        return
    outcome = (
        Outcome.SETTING
        if "settings" in wrong
        else Outcome.DATABASE
        if "database" in wrong
        else Outcome.FINDINGS
    )
    screen.fail("Something is wrong: each line says how to mend it.", outcome)


def _titles(words: Wording) -> dict[str, str]:
    return {
        "program": words("This program"),
        "python": "Python",
        "packages": words("Packages"),
        "settings": words("Settings"),
        "access": words("Who may see it"),
        "catalogue": words("Catalogue"),
        "boundaries": words("Boundaries"),
        "fonts": words("Fonts"),
        "database": words("Database"),
        "release": words("Release"),
        "clock": words("Clock"),
        "disk": words("Disk"),
        "server": words("Server"),
    }
