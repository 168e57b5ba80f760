"""What the command line shows: tables, progress, and what went wrong, in the user's language."""

from __future__ import annotations

import codecs
import errno
import json
import os
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl.commands.outcome import Outcome
from etl.publish.lock import Busy
from etl.reporting import findings_records, findings_table
from indicators import catalogue, progress, tables
from indicators.findings import (
    Finding,
    FindingsError,
    Message,
    UnacceptedError,
    address_finding,
)
from indicators.store.opening import DatabaseSettingError
from indicators.views import releases
from indicators.wording import Wording

if TYPE_CHECKING:
    from etl.publish.difference import Difference

SHOWN = 40
GATE = ("publish", "refresh", "check", "diff", "rollback", "retract")  # the verbs that use it
LOST = ("57P01", "57P02", "57P03", "08003", "08006")  # PostgreSQL, appendix A

# What a Chinese code page lacks, in characters that it has.
_PLAIN = {"−": "-", "–": "-", "\u2011": "-", "\u2009": " ", "\u202f": " ", "\xa0": " ", "²": "2"}


def make_legible(*streams: Any) -> None:
    """Let nothing that is printed fail, whatever the code page: what it lacks is written plainly.

    A minus stays a minus: `−1,234` is -1,234 in GBK and not ?1,234.
    """
    codecs.register_error("legible", _legible)
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="legible")


def _legible(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    written = ""
    for letter in error.object[error.start : error.end]:
        plain = _PLAIN.get(letter, unicodedata.normalize("NFKC", letter))
        try:
            plain.encode(error.encoding)
        except UnicodeEncodeError:
            plain = "?"
        written += plain
    return written, error.end


# What DuckDB and PostgreSQL raise is looked up when something went wrong: loading them takes longer
# than most commands.
def _too_large() -> tuple[type[Exception], ...]:
    import duckdb

    return MemoryError, duckdb.OutOfMemoryException


def _unreachable() -> tuple[type[Exception], ...]:
    import duckdb
    import psycopg

    return sa.exc.DBAPIError, psycopg.Error, sqlite3.Error, duckdb.Error, OSError


class Screen:
    """The terminal, and the language it is spoken to in."""

    def __init__(self) -> None:
        self.console = Console()
        self.content: dict[str, Any] | None = None  # of the answer in JSON
        self.words = Wording("en" if os.environ.get("ETL_LANGUAGE") == "en" else "zh")

    def say(self, *lines: str) -> None:
        """Print lines."""
        self.console.print(*lines, sep="\n", highlight=False)

    def findings(self, findings: Sequence[Finding], *, published: bool = False) -> None:
        """Print findings; suppressed figures only before publication and in no log."""
        self.note(findings=findings_records(findings, self.words))
        quoted = self.console.is_terminal and not published
        self.console.print(findings_table(findings, self.words, quoted=quoted))

    def sentence(self, sentence: Message) -> str:
        """Return a deferred sentence in the user's language."""
        return sentence.said(self.words)

    def table(self, rows: pd.DataFrame, title: str) -> None:
        """Print a frame: its columns are the headings, numbers stand to the right."""
        shown = Table(title=title, title_justify="left")
        for name in rows.columns:
            numeric = pd.api.types.is_numeric_dtype(rows[name])
            shown.add_column(str(name), justify="right" if numeric else "left", overflow="fold")
        for row in rows.head(SHOWN).itertuples(index=False):
            shown.add_row(*(self._cell(cell) for cell in row))
        self.console.print(shown)
        if len(rows) > SHOWN:
            self.say(self.words("… and {n} more", n=len(rows) - SHOWN))

    def _cell(self, cell: object) -> str:
        if cell is None or cell != cell:
            return ""
        return self.words.number(cell) if isinstance(cell, int) else str(cell)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Yield a line that tells what is being done, gone when it is."""
        # A code page without Braille has a spinner of ASCII.
        spinner = SpinnerColumn("dots" if self.console.encoding.startswith("utf") else "line")
        columns = (spinner, TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as shown:
            yield shown

    def difference(self, made: Difference) -> None:
        """Print what a publication changes: by indicator and region, the largest, the verdicts."""
        words, known = self.words, catalogue.load().indicators
        names = tables.region_names(words.language)
        title = {key: words.text(item.title) for key, item in known.items()}
        if len(made.counts):
            self.table(
                pd.DataFrame({
                    words("Indicator"): made.counts["indicator"].map(title),
                    words("Region"): made.counts["region"].map(names),
                    words("Added"): made.counts["added"],
                    words("Changed"): made.counts["changed"],
                    words("Withdrawn"): made.counts["withdrawn"],
                }),
                words("What changes, by indicator and region"),
            )  # fmt: skip
        if len(made.largest):
            rows = made.largest
            self.table(
                pd.DataFrame({
                    words("Indicator"): rows["indicator"].map(title),
                    words("Region"): rows["region"].map(names),
                    words("Period"): [words.period(period) for period in rows["period"]],
                    words("Old"): self._values(rows, "old"),
                    words("New"): self._values(rows, "new"),
                    words("Change"): [
                        "" if pd.isna(share) else words.signed(share * 100, 1) + "%"
                        for share in rows["relative"]
                    ],
                }),
                words("The largest changes"),
            )  # fmt: skip
        if len(made.flips):
            self.table(self._flips(made.flips, title, names), words("Verdicts that turn"))
        if made.retargeted:
            self.say(words("The register of targets changes."))

    def _values(self, rows: pd.DataFrame, name: str) -> list[str]:
        known = catalogue.load().indicators
        return [
            self.words.number(value, known[key].decimals if key in known else None)
            for key, value in zip(rows["indicator"], rows[name], strict=True)
        ]

    def _flips(
        self, flips: pd.DataFrame, title: Mapping[str, str], names: Mapping[str, str]
    ) -> pd.DataFrame:
        words = self.words
        return pd.DataFrame({
            words("Region"): flips["region"].map(names),
            words("Indicator"): flips["indicator"].map(title),
            words("Was"): [
                progress.said(verdict, reason, words)
                for verdict, reason in zip(flips["old_verdict"], flips["old_reason"], strict=True)
            ],
            words("Will be"): [
                progress.said(verdict, reason, words)
                for verdict, reason in zip(flips["new_verdict"], flips["new_reason"], strict=True)
            ],
            words("Because of"): [
                releases.cause(period, old, new, words)
                for period, old, new in zip(
                    flips["period"], flips["old_value"], flips["new_value"], strict=True
                )
            ],
        })  # fmt: skip

    @contextmanager
    def answering(self, command: str, *, as_json: bool) -> Iterator[None]:
        """Put into words what goes wrong; with `as_json` the only text on stdout is one object.

        Its keys are stable: command, outcome, exit_status, message, findings, and those that a verb
        adds by `note`. All else is printed to stderr. See docs/running.md.
        """
        console = self.console
        if as_json:
            self.console = Console(stderr=True)
            self.content = {"message": None, "findings": []}
        outcome = Outcome.FAULT
        try:
            with self.explained(publishing=command in GATE):
                yield
            outcome = Outcome.DONE
        except typer.Exit as ended:
            outcome = Outcome(ended.exit_code)
            raise
        finally:
            if self.content is not None:
                head = {"command": command, "outcome": outcome.word, "exit_status": int(outcome)}
                answer = json.dumps(head | self.content, ensure_ascii=False, default=str)
                sys.stdout.write(f"{answer}\n")
            self.console, self.content = console, None

    def note(self, **content: Any) -> None:
        """Add to the answer in JSON, where one was asked for."""
        if self.content is not None:
            self.content |= content

    def end(self, outcome: Outcome) -> NoReturn:
        """End with a status that is no failure to be told in red."""
        raise typer.Exit(int(outcome))

    @contextmanager
    def explained(self, *, publishing: bool = False) -> Iterator[None]:
        """Turn what can go wrong into words and an exit status; see `Outcome`."""
        words = self.words
        try:
            yield
        except UnacceptedError as refusal:
            self.findings(refusal.findings)
            self.fail(words(
                "Warnings stop a release until somebody accepts them. If the figures are right, "
                "say why: --accept \"…\""
            ), Outcome.WARNINGS)  # fmt: skip
        except FindingsError as refusal:
            self.findings(refusal.findings)
            public = words("Nothing was written. What was public before still is.")
            own = words("Nothing was written. Correct what is listed and run the command again.")
            self.fail(public if publishing else own, Outcome.FINDINGS)
        except Busy as busy:
            self.fail(self._busy(busy), Outcome.BUSY)
        except _too_large() as error:
            self.fail(words(
                "This needs more memory than there is, or than it is allowed. For a roll-up "
                "ETL_MEMORY_LIMIT says how much: {reason}", reason=str(error),
            ), Outcome.SETTING)  # fmt: skip
        except DatabaseSettingError as error:
            self.findings([address_finding(error.shown)])
            self.fail(
                words("The address of the database cannot be read. Nothing was done."),
                Outcome.SETTING,
            )
        except _unreachable() as error:
            self.fail(self._fault(error), Outcome.DATABASE)
        except ValueError as error:
            self.fail(str(error))

    def check_free(self, paths: Sequence[Path], *, force: bool) -> None:
        """End where a file stands that would be written over, unless forced."""
        standing = [str(path) for path in paths if path.exists()]
        if standing and not force:
            self.fail(
                self.words(
                    "{files}: already there, so nothing was written. Choose another name with "
                    "-o, or write over it with --force.",
                    files=self.words.listed(standing),
                )
            )

    def fail(self, sentence: str, outcome: Outcome = Outcome.USAGE) -> NoReturn:
        """Print a sentence in red and end; by default with the status of a wrong call."""
        self.note(message=sentence)
        self.console.print(sentence, style="red", highlight=False)
        raise typer.Exit(int(outcome)) from None

    def _busy(self, busy: Busy) -> str:
        holder, words = busy.holder, self.words
        if holder is None:
            return words("Somebody else is publishing. Try again when it is done.")
        return words(
            "{who} on {machine} (process {process}) has been publishing since {since}. "
            "Nothing was written; try again when it is done.",
            who=holder.who, machine=holder.machine, process=holder.process,
            since=words.moment(holder.since),
        )  # fmt: skip

    def _fault(self, error: Exception) -> str:
        # What the driver itself says: bulk writing goes past SQLAlchemy.
        driven = getattr(error, "orig", None) or error
        words, said, code = self.words, str(driven), getattr(driven, "sqlstate", None)
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        signs = ("disk is full", "disk I/O error", "No space left", "could not extend file")
        if full or code == "53100" or any(sign in said for sign in signs):
            return words(
                "The disk is full or cannot be written. Nothing was published; make room and run "
                "the command again."
            )
        if code == "25006" or "readonly database" in said:
            return words(
                "The database is read-only for this account. Nothing was written; ask for the "
                "right to write, or name another database in DATABASE_URL."
            )
        if code in LOST or any(sign in said for sign in ("terminating connection", "closed")):
            return words(
                "The connection to the database was lost. Nothing was written; run the command "
                "again when the server is back."
            )
        return words("The database cannot be reached or written: {reason}", reason=said)


screen = Screen()
