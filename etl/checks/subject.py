"""What is checked: the tidy rows, and beside them in the same DuckDB what the catalogue says.

tidy         the rows of a refresh; `candidate` those of the sources, or those derived from them
checked      the rows of `candidate` to be looked at
meaning      one row an indicator: its bounds, decimals, ratio and jump
dated        the periods of `candidate` and `public`: period, month (`Period.until`), frequency
touched      the indicators and periods looked at, where those are not all
public       KEY, value, status, confidentiality of what is public now, maybe empty
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from etl.tidy import DERIVED, KEYS, TidyRows
from indicators.catalogue import Catalogue, Indicator
from indicators.findings import Finding, Key, Message, Severity, message
from indicators.periods import SQL_FREQUENCY, SQL_MONTH
from indicators.store.tables import KEY

LISTED = 100_000  # findings of one check: more say nothing more, and must not fill the memory
Row = dict[str, Any]


@dataclass
class Subject:
    """The rows with everything that they are held against."""

    rows: TidyRows
    catalogue: Catalogue
    published: bool = False
    derived: bool = False  # whether the rows looked at are those that we computed
    narrowed: bool = False  # whether `touched` says which indicators and periods are looked at
    cut: bool = False  # whether an answer was longer than LISTED

    def run(self, command: str, **parameters: Any) -> None:
        """Run a command in SQL."""
        self.rows.connection.execute(command, parameters or None)

    def ask(self, question: str, **parameters: Any) -> pd.DataFrame:
        """Return the answer to a question in SQL, LISTED rows of it."""
        limited = f"SELECT * FROM ({question}) LIMIT {LISTED}"
        answer = self.rows.connection.execute(limited, parameters or None).df()
        self.cut |= len(answer) >= LISTED
        return answer

    def records(self, question: str, **parameters: Any) -> list[Row]:
        """Return the rows of an answer."""
        return records(self.ask(question, **parameters))

    def any(self, table: str) -> bool:
        """Return whether a table has a row."""
        return not self.ask(f"SELECT 1 FROM {table} LIMIT 1").empty

    @cached_property
    def items(self) -> list[Indicator]:
        """The indicators looked at that the catalogue knows."""
        given = set(self.ask("SELECT DISTINCT indicator FROM checked")["indicator"])
        return [item for key, item in self.catalogue.indicators.items() if key in given]

    def keep(self, name: str, question: str, **parameters: Any) -> None:
        """Keep an answer as the temporary table `name`."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {question}", **parameters)

    def keep_frame(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame as the temporary table `name`."""
        self.rows.connection.register("given", frame)
        self.keep(name, "SELECT * FROM given")
        self.rows.connection.unregister("given")

    def span(self) -> dict[str, str | None]:
        """Return the first and last period looked at: files that lie outside need not be read."""
        answer = self.rows.connection.execute("SELECT min(period), max(period) FROM touched")
        first, last = answer.fetchone() or (None, None)
        return {"first": first, "last": last}


@dataclass(frozen=True)
class Wrong:
    """What a check found at a row that has `file`, `sheet` and `row`.

    figures: the keys of those that its sentences quote, None where they are those of the row.
    check: the name of another check that it is told under.
    """

    row: Row
    found: str
    expected: Message
    advice: Message
    column: str | None = "value"
    figures: Iterable[Key] | None = None
    check: str | None = None


@dataclass(frozen=True)
class Check:
    """One thing that must hold. `name` is stable; `rule` is the sentence that people read."""

    name: str
    severity: Severity
    rule: Message
    find: Callable[[Subject], Iterator[Wrong]]
    of_derived: bool = False  # is also asked of figures that we computed ourselves

    def findings(self, subject: Subject) -> list[Finding]:
        """Return what is wrong, in the order of the files; and whether that is not all of it."""
        subject.cut = False
        found = sorted(map(self._finding, self.find(subject)), key=_place)
        if not subject.cut:
            return found
        expected = message("a list of everything that is wrong")
        advice = message("correct these first, then check again: there are more of the same kind")
        severity, name = self.severity, self.name
        more = Finding(
            "", f"{LISTED:,}", expected, advice, severity=severity, check=name, figures=()
        )
        return [more, *found]

    def _finding(self, wrong: Wrong) -> Finding:
        row = wrong.row
        return Finding(
            str(row["file"]),
            wrong.found,
            wrong.expected,
            wrong.advice,
            row=None if pd.isna(row["row"]) else int(row["row"]),
            column=wrong.column,
            sheet=row["sheet"] or None,
            severity=self.severity,
            check=wrong.check or self.name,
            figures=None if wrong.figures is None else tuple(wrong.figures),
            about=key_of(row) if row.keys() >= set(KEY) else None,
        )


def _place(finding: Finding) -> tuple[str, str, int, str]:
    return finding.file, finding.sheet or "", finding.row or 0, finding.column or ""


def subject(
    rows: TidyRows,
    catalogue: Catalogue,
    *,
    published: bool,
    derived: bool,
    changed: Sequence[str] | None,
) -> Subject:
    """Return the rows ready to be checked: ours if `derived`, otherwise those of the sources.

    With `changed`, only what these files have a part in: every indicator and period of theirs,
    and all ratios and growth rates that sources give, since other figures may belie them.
    """
    made = Subject(rows, catalogue, published, derived, changed is not None and not derived)
    # Findings are put in order at the end; to keep every row's place costs memory.
    made.run("SET preserve_insertion_order = false")
    made.keep_frame("meaning", _meaning(catalogue))
    sign = "=" if derived else "IS DISTINCT FROM"
    chosen = f"SELECT * FROM tidy WHERE source {sign} '{DERIVED}'"
    made.run(f"CREATE OR REPLACE TEMP VIEW candidate AS {chosen}")
    if changed is None or derived:
        made.run("CREATE OR REPLACE TEMP VIEW checked AS SELECT * FROM candidate")
    else:
        ratios = [key for key, item in catalogue.indicators.items() if item.derived]
        resting = [key for key, item in catalogue.indicators.items() if item.growth_of]
        # Ratios that we compute were public for every period, whatever the files' own are.
        then = """
            UNION SELECT indicator, period FROM public_then
            WHERE NOT list_contains($ratios, indicator)
        """
        made.keep(
            "touched",
            f"""
            SELECT indicator, period FROM candidate WHERE file IN $changed
            {then if published else ""}
            """,
            changed=list(changed),
            **({"ratios": ratios} if published else {}),
        )
        made.keep(
            "touched_rows",
            """
            SELECT candidate.* FROM candidate SEMI JOIN touched USING (indicator, period)
            WHERE period BETWEEN $first AND $last
            UNION ALL
            SELECT candidate.* FROM candidate ANTI JOIN touched USING (indicator, period)
            WHERE list_contains($given, indicator)
            """,
            **made.span(),
            given=ratios + resting,
        )
        made.run("CREATE OR REPLACE TEMP VIEW checked AS SELECT * FROM touched_rows")
    public = "published" if published else "tidy WHERE false"
    figures = f"SELECT {KEYS}, value, status, confidentiality FROM {public}"
    made.run(f"CREATE OR REPLACE TEMP VIEW public AS {figures}")
    # A period is read once, not once a figure: of ten million that takes seconds.
    made.keep(
        "dated",
        f"""
        SELECT period, {SQL_MONTH}::USMALLINT AS month, {SQL_FREQUENCY} AS frequency
        FROM (SELECT period FROM candidate UNION SELECT period FROM public)
        """,
    )
    return made


def _meaning(catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "number": number,
                "indicator": item.key,
                "kind": item.kind,
                "timing": item.timing,
                "whole_of": list(item.additive),
                "low": item.range[0],
                "high": item.range[1],
                "decimals": item.decimals,
                "derived": item.derived,
                "top": item.numerator or "",
                "bottom": item.denominator or "",
                "bottoms": list(item.denominators),
                "factor": item.factor if item.derived else 100.0 if item.unit == "percent" else 0.0,
                "way": "share" if item.share_of else item.denominator_period,
                "whole": item.share_of or "",
                "growth_of": item.growth_of or "",
                "growth_same": same.indicator if same else "",
                "growth_scheme": (same.scheme or "") if same else "",
                "months": int((item.max_age or 100) * 12),
                "scale": item.jump.scale if item.jump else "",
                "floor": item.jump.floor if item.jump else 0.0,
                "multiple": item.jump.multiple if item.jump else 0.0,
            }
            for number, item in enumerate(catalogue.indicators.values())
            for same in [item.growth_of and catalogue.indicators[item.growth_of].same_as]
        ]
    )


def records(answer: pd.DataFrame) -> list[Row]:
    """Return an answer's rows."""
    return [{str(name): cell for name, cell in row.items()} for row in answer.to_dict("records")]


def key(row: Row) -> str:
    """Return the key of a row in one line."""
    return " ".join(key_of(row))


def key_of(row: Row, **other: str) -> Key:
    """Return the key of a row, but for what is `other` about it."""
    return tuple(str(other.get(name, row[name])) for name in KEY)


def figure(value: float) -> str:
    """Return a figure as both languages write it: 2,307,621 or 15.4."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")
