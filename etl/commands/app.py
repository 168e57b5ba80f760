"""What every verb hangs on: the command line itself, and the language it speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from etl.findings import write_findings
from etl.screen import screen
from indicators.wording import Wording

Force = Annotated[
    bool, typer.Option("--force", help="覆盖已有的文件 · write over a file that is there")
]


class Verb(TyperCommand):
    """A command: the catalogue must be right before it begins, and faults are put into words."""

    def invoke(self, ctx: Any) -> Any:
        """Look at the catalogue, then run."""
        from etl import meaning

        with screen.explained():
            if findings := meaning.findings():
                if (report := ctx.params.get("findings")) is not None:
                    write_findings(findings, report, screen.words)
                screen.findings(findings)
                screen.fail(screen.words(
                    "The catalogue has mistakes, so nothing else was looked at. Correct them and "
                    "run the command again."
                ))  # fmt: skip
            return super().invoke(ctx)


class CommandLine(typer.Typer):
    """A Typer whose commands are verbs."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Return the decorator that makes a function a verb."""
        return super().command(name, **{"cls": Verb} | settings)


app = CommandLine(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def settings(
    language: Annotated[str, typer.Option(help="zh / en", envvar="ETL_LANGUAGE")] = "zh",
) -> None:
    """质量治理看板的数据维护命令 · Data maintenance for the quality-governance dashboard."""
    screen.words = Wording("en" if language == "en" else "zh")
