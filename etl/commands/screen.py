"""What the command line shows: tables, progress, what went wrong and how a command ended."""

from __future__ import annotations

import codecs
import errno
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console

from indicators.settings import ETL_LANGUAGE, SettingError
from indicators.wording import Wording

# Commands load what they need when it is needed: pandas, SQLAlchemy, DuckDB and the drawing of
# tables take longer than `--help` and most refusals.
if TYPE_CHECKING:
    from rich.progress import Progress

    from etl.publish.lock import BusyError
    from indicators.findings import Finding, Message

SHOWN = 40
GATE = ("publish", "refresh", "check", "diff", "rollback", "retract")  # the verbs that use it
LOST = ("57P01", "57P02", "57P03", "08003", "08006")  # PostgreSQL, appendix A


class Outcome(IntEnum):
    """The exit statuses, told apart by schedulers (docs/running.md). FAULT: of the program."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    FINDINGS = 3
    WARNINGS = 4
    BUSY = 5
    SETTING = 6
    DATABASE = 7
    NOTHING = 10

    @property
    def word(self) -> str:
        """The stable word of the status in JSON."""
        return self.name.lower()


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


def without_account(reason: str) -> str:
    """Return what a server said without the account and password of `DATABASE_URL`."""
    import sqlalchemy as sa

    from indicators.settings import DATABASE_URL

    try:
        address = sa.make_url(DATABASE_URL.value)
    except (sa.exc.ArgumentError, ValueError):
        return reason
    if address.get_backend_name() == "sqlite":
        return reason
    asked = [address.query.get(name) for name in ("user", "password", "sslpassword")]
    secrets = [part for part in (address.username, address.password, *asked) if part]
    for secret in map(str, secrets):
        reason = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", reason)
    return reason


class Screen:
    """The terminal, and the language it is spoken to in."""

    def __init__(self) -> None:
        self.console = Console()
        self.content: dict[str, Any] | None = None  # of the answer in JSON
        self.words = Wording("en" if ETL_LANGUAGE.text == "en" else "zh")

    def say(self, *lines: str) -> None:
        """Print lines."""
        self.console.print(*lines, sep="\n", highlight=False)

    def tell(self, sentence: str, **values: Any) -> None:
        """Print a sentence of the message catalogue with its values."""
        self.say(self.words(sentence, **values))

    def findings(self, findings: Sequence[Finding], *, published: bool = False) -> None:
        """Print findings; suppressed figures only before publication and in no log."""
        from etl.reporting import findings_records, findings_table

        self.note(findings=findings_records(findings, self.words))
        quoted = self.console.is_terminal and not published
        self.console.print(findings_table(findings, self.words, quoted=quoted))

    def sentence(self, sentence: Message) -> str:
        """Return a deferred sentence in the user's language."""
        return sentence.said(self.words)

    def table(self, columns: Mapping[str, Iterable[Any]], title: str) -> None:
        """Print columns, or a frame, under their headings; numbers stand to the right."""
        from rich.table import Table

        shown, cells = Table(title=title, title_justify="left"), list[list[Any]]()
        for name, column in columns.items():
            cells.append(list(column))
            numeric = bool(cells[-1]) and all(isinstance(cell, int | float) for cell in cells[-1])
            shown.add_column(name, justify="right" if numeric else "left", overflow="fold")
        rows = list(zip(*cells, strict=True))
        for row in rows[:SHOWN]:
            shown.add_row(*map(self._cell, row))
        self.console.print(shown)
        if len(rows) > SHOWN:
            self.tell("… and {n} more", n=len(rows) - SHOWN)

    def _cell(self, cell: object) -> str:
        if cell is None or cell != cell:
            return ""
        return self.words.number(cell) if isinstance(cell, int) else str(cell)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Yield a line that tells what is being done, gone when it is."""
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        # A code page without Braille has a spinner of ASCII.
        spinner = SpinnerColumn("dots" if self.console.encoding.startswith("utf") else "line")
        columns = (spinner, TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as shown:
            yield shown

    @contextmanager
    def answering(self, command: str, *, as_json: bool) -> Iterator[None]:
        """Put into words what goes wrong; with `as_json` the only text on stdout is one object.

        Its keys are stable: command, outcome, exit_status, message, findings, and those that a verb
        adds by `note`. All else is printed to stderr. See docs/running.md.
        """
        console = self.console
        if as_json:
            self.console = Console(stderr=True)
            self.content = {}
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
                self.answer(command, outcome, self.content)
            self.console, self.content = console, None

    @staticmethod
    def answer(command: str, outcome: Outcome, content: dict[str, Any]) -> None:
        """Write the one object of an answer in JSON."""
        head = {"command": command, "outcome": outcome.word, "exit_status": int(outcome)}
        whole = head | {"message": None, "findings": []} | content
        sys.stdout.write(f"{json.dumps(whole, ensure_ascii=False, default=str)}\n")

    def note(self, **content: Any) -> None:
        """Add to the answer in JSON, where one was asked for."""
        if self.content is not None:
            self.content |= content

    def end(self, outcome: Outcome) -> NoReturn:
        """End with a status that is no failure to be told in red."""
        raise typer.Exit(int(outcome))

    def fail(self, sentence: str, outcome: Outcome = Outcome.USAGE, **values: Any) -> NoReturn:
        """End with a sentence of the message catalogue; by default as after a wrong call."""
        self.stop(self.words(sentence, **values), outcome)

    def stop(self, text: str, outcome: Outcome = Outcome.USAGE) -> NoReturn:
        """Print a text in red and end."""
        self.note(message=text)
        self.console.print(text, style="red", highlight=False)
        raise typer.Exit(int(outcome)) from None

    def check_free(
        self, paths: Sequence[Path], *, inputs: Sequence[Path] = (), force: bool
    ) -> None:
        """End where a file stands that would be written over, unless forced; of inputs, always."""
        standing = [path for path in paths if path.exists()]
        for path in standing:
            if any(path.samefile(file) for file in inputs):
                self.fail(
                    "{file} is what is looked at, and is never written over. Choose another name "
                    "with -o.",
                    file=str(path),
                )
        if standing and not force:
            self.fail(
                "{files}: already there, so nothing was written. Choose another name with "
                "-o, or write over it with --force.",
                files=self.words.listed(list(map(str, standing))),
            )

    def check_report(self, report: Path, inputs: Sequence[Path]) -> None:
        """End where findings would be written over anything but findings of before."""
        from etl.refresh import RAW
        from etl.reporting import check_suffix, is_report
        from indicators.settings import ROOT

        check_suffix(report, self.words)
        place = report.resolve()
        if any(report.exists() and report.samefile(file) for file in inputs):
            self.fail(
                "{file} is what is looked at, and is never written over. Choose another name "
                "for the findings.",
                file=str(report),
            )
        if any(place.is_relative_to(folder.resolve()) for folder in (ROOT / "data", RAW)):
            self.fail(
                "{file} lies in the folder of data, where no findings are written. Choose "
                "another folder.",
                file=str(report),
            )
        if report.exists() and not is_report(report):
            self.fail(
                "{file}: already there, and no findings of before, so nothing was written. "
                "Choose another name for the findings.",
                file=str(report),
            )

    @contextmanager
    def explained(self, *, publishing: bool = False) -> Iterator[None]:
        """Turn what can go wrong into words and an exit status; see `Outcome`."""
        try:
            yield
        except typer.Exit:
            raise
        except Exception as error:
            self._explain(error, publishing=publishing)
            raise

    def _explain(self, error: Exception, *, publishing: bool) -> None:
        """Say what went wrong and end; return where it is a fault of the program."""
        import sqlite3

        import duckdb
        import psycopg
        import sqlalchemy as sa

        from etl.publish.lock import BusyError
        from indicators.findings import FindingsError, UnacceptedError
        from indicators.store.database import NewerDatabaseError

        if isinstance(error, UnacceptedError):
            self.findings(error.findings)
            self.fail(
                "Warnings stop a release until somebody accepts them. If the figures are right, "
                'say why: --accept "…"',
                Outcome.WARNINGS,
            )
        if isinstance(error, SettingError):
            self.findings(error.findings)
            self.fail("Settings are wrong. Nothing was done.", Outcome.SETTING)
        if isinstance(error, FindingsError):
            self.findings(error.findings)
            if publishing:
                self.fail("Nothing was written. What was public before still is.", Outcome.FINDINGS)
            self.fail(
                "Nothing was written. Correct what is listed and run the command again.",
                Outcome.FINDINGS,
            )
        if isinstance(error, BusyError):
            self._fail_busy(error)
        if isinstance(error, NewerDatabaseError):
            self.fail(
                "A later version of this program has used the database. Upgrade this program; "
                "nothing was done.",
                Outcome.DATABASE,
            )
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
            self.fail(
                "This needs more memory than there is, or than it is allowed. For a roll-up "
                "ETL_MEMORY_LIMIT says how much: {reason}",
                Outcome.SETTING,
                reason=str(error),
            )
        unreachable = sa.exc.DBAPIError, psycopg.Error, sqlite3.Error, duckdb.Error, OSError
        if isinstance(error, unreachable):
            self.stop(self._fault(error), Outcome.DATABASE)
        if isinstance(error, ValueError):
            self.stop(str(error))

    def _fail_busy(self, busy: BusyError) -> NoReturn:
        holder = busy.holder
        if holder is None:
            self.fail("Somebody else is publishing. Try again when it is done.", Outcome.BUSY)
        self.fail(
            "{who} on {machine} (process {process}) has been publishing since {since}. "
            "Nothing was written; try again when it is done.",
            Outcome.BUSY,
            who=holder.who,
            machine=holder.machine,
            process=holder.process,
            since=self.words.moment(holder.since),
        )

    def _fault(self, error: Exception) -> str:
        """Return the sentence for what a database or a disk said."""
        # What the driver itself says: bulk writing goes past SQLAlchemy.
        driven = getattr(error, "orig", None) or error
        reason, code, words = str(driven), getattr(driven, "sqlstate", None), self.words
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        signs = ("disk is full", "disk I/O error", "No space left", "could not extend file")
        if full or code == "53100" or any(sign in reason for sign in signs):
            return words(
                "The disk is full or cannot be written. Nothing was published; make room and run "
                "the command again."
            )
        if code == "25006" or "readonly database" in reason:
            return words(
                "The database is read-only for this account. Nothing was written; ask for the "
                "right to write, or name another database in DATABASE_URL."
            )
        gone = ("terminating connection", "closed", "connection is lost")
        if code in LOST or any(sign in reason for sign in gone):
            return words(
                "The connection to the database was lost. Nothing was written; run the command "
                "again when the server is back."
            )
        reason = without_account(reason)
        return words("The database cannot be reached or written: {reason}", reason=reason)


screen = Screen()
