"""What there is to ask for: releases, code lists, figures, citations, targets, verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from indicators import catalogue
from indicators.api.formats import (
    CSV,
    OF_SDMX,
    PARQUET,
    SDMX_CSV,
    SDMX_CSV_1,
    Format,
    plain,
)
from indicators.api.problem_json import QuestionError
from indicators.api.questions import Question, codes_of, within
from indicators.cached import objectives, releases, remembered
from indicators.exports.offered import DEMONSTRATION
from indicators.exports.open_data import sdmx
from indicators.exports.open_data.columns import Table, in_both, observations, told
from indicators.exports.open_data.reference_tables import citations, code_lists, register_tables
from indicators.exports.open_data.release_package import schema_of, whole_of
from indicators.findings import message
from indicators.periods import frequency, today
from indicators.statuses import VerdictClass
from indicators.store.bulk import ahead
from indicators.store.queries import Vintage, newest_vintage
from indicators.store.whole_release import OPEN, Chosen, Key, Page, whole_release

Row = dict[str, Any]
_AT_ONCE = 20_000  # figures that are held of an answer without an end
# In columns they weigh a tenth of what they do row by row, and fewer questions take half the time.
_IN_COLUMNS = dict.fromkeys((CSV, PARQUET, SDMX_CSV, SDMX_CSV_1), 100_000)
DEMONSTRATED = "demonstration"  # the column that each made-up row says so in


@dataclass(frozen=True)
class Answer:
    """A table on its way; `about` it is what JSON and Parquet say beside the rows.

    further: the key after which the next page begins, of an answer that is one page of several.
    long: whether it takes more than a moment to send.
    """

    name: str
    schema: pa.Schema
    pages: Iterator[pa.Table]
    about: Mapping[str, Any]
    further: Key | None = None
    long: bool = False


@dataclass(frozen=True)
class Document:
    """An answer that is no table, as JSON."""

    content: Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """An answer that is written already."""

    text: str


class ChangedError(Exception):
    """Raised where figures were published while an answer was given: it is broken off."""


@dataclass(frozen=True)
class Asking:
    """A question about a release, the form of its answer, and what its path names."""

    question: Question
    vintage: Vintage
    form: Format
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_demonstration(self) -> bool:
        """Whether figures are made up, which every answer says."""
        return self.vintage.dataset == "demonstration"

    def about(self) -> dict[str, Any]:
        """Return what every answer says of itself."""
        said: dict[str, Any] = {
            "release": str(self.vintage.release),
            "published": remembered.published(self.vintage)[self.vintage.release],
            "data": self.vintage.dataset,
        }
        if self.is_demonstration:
            said[DEMONSTRATED] = told(in_both(DEMONSTRATION))
        return said

    def table(self, name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> Answer:
        """Return an answer that is held whole."""
        whole = pa.Table.from_pylist([plain(row) for row in rows], schema)
        return self._answer(name, schema, iter([whole]))

    def _answer(self, name: str, schema: pa.Schema, pages: Iterator[pa.Table]) -> Answer:
        if self.is_demonstration and self.form not in OF_SDMX:  # whose dataflow says so
            mark = told(in_both(DEMONSTRATION))
            schema = schema.append(pa.field(DEMONSTRATED, pa.string()))
            pages = (
                page.append_column(
                    schema.field(DEMONSTRATED), pa.array([mark] * page.num_rows, pa.string())
                )
                for page in pages
            )
        return Answer(name, schema, pages, self.about())

    def figures(self) -> Answer:
        """Return figures, one page of them or all, in the order of their keys."""
        size, chosen = self.question.size(), self._chosen()
        first = self._page(chosen, self.question.after(), size or self._at_once)
        pages = self._pages(chosen, first) if size is None else iter([first.figures])
        return replace(
            self._of_figures(pages),
            further=None if size is None else first.last,
            long=first.figures.num_rows >= _AT_ONCE,
        )

    def _of_figures(self, pages: Iterator[pa.Table]) -> Answer:
        columns = schema_of(observations())
        figures = (page.select(columns.names).cast(columns) for page in pages)
        if self.form not in OF_SDMX:
            return self._answer("observations", columns, figures)
        units = {key: item.unit for key, item in catalogue.load().indicators.items()}
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            whole = whole_of(held, made_up=self.is_demonstration)
        told_in_sdmx = (sdmx.observations(page, whole, units) for page in figures)
        if self.form is not SDMX_CSV_1:
            return self._answer("observations", sdmx.SCHEMA, told_in_sdmx)
        first_form = (_of_first_version(page) for page in told_in_sdmx)
        return self._answer("observations", _FIRST_VERSION, first_form)

    def _chosen(self) -> Chosen:
        question, chosen = self.question, self.question.chosen()
        bounds = question.day("startPeriod"), question.day("endPeriod")
        expected = message("one of {names}", names=", ".join(sdmx.FREQUENCIES))
        asked = question.codes("freq", sdmx.FREQUENCIES, expected)
        if bounds == (None, None) and asked is None:
            return chosen
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            there = held.periods(chosen.get("indicator"))
        wanted = chosen.get("period")
        among = there if wanted is None else [each for each in there if each in wanted]
        periods = within(among, *bounds)
        if asked is not None:
            periods = tuple(each for each in periods if frequency(each) in asked)
        return {**chosen, "period": periods}

    @property
    def _at_once(self) -> int:
        return _IN_COLUMNS.get(self.form, _AT_ONCE)

    def _page(self, chosen: Chosen, after: Key | None, most: int) -> Page:
        """Read one page by itself: nobody who reads slowly keeps the database waiting."""
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            return held.page(chosen, after, most)

    def _pages(self, chosen: Chosen, first: Page) -> Iterator[pa.Table]:
        """Yield all pages; each is read while the one before it is written and sent."""
        return iter([first.figures]) if first.last is None else ahead(self._read(chosen, first))

    def _read(self, chosen: Chosen, page: Page) -> Iterator[pa.Table]:
        yield page.figures
        while page.last is not None:
            state = newest_vintage(remembered.engine(self.vintage.dataset), self.vintage.dataset)
            if state is None or state.state != self.vintage.state:
                raise ChangedError
            page = self._page(chosen, page.last, self._at_once)
            yield page.figures

    def releases(self) -> Answer:
        """Return every release, newest first."""
        found = remembered.releases(self.vintage)
        return self._of_frame("releases", found[list(_OF_RELEASE)])

    def release(self) -> Document:
        """Return one release: what it changed by indicator, and which verdicts it turned."""
        found = remembered.releases(self.vintage)
        [row] = _records(found[found["release"] == self.vintage.release][list(_OF_RELEASE)])
        flips = releases.flips(self.vintage).drop(columns="release")
        return self._document(
            row
            | {
                "changes": _records(releases.changes(self.vintage)),
                "verdicts_turned": _records(flips),
            }
        )

    def codes(self) -> Answer:
        """Return a code list."""
        [table] = [each for each in code_lists(catalogue.load()) if each.name == self.names["list"]]
        return self._of_table(table)

    def structure(self) -> Message:
        """Return all that SDMX data refer to: dataflow, structure, concepts, code lists."""
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            whole = whole_of(held, made_up=self.is_demonstration)
        return Message(sdmx.structure(whole, code_lists(catalogue.load())))

    def register(self) -> Answer:
        """Return a table of the register of targets, as it stood in the release."""
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            tables = register_tables(held.register)
        [table] = [each for each in tables if each.name == self.names["list"]]
        return self._of_table(table)

    def citations(self) -> Answer:
        """Return where figures stand, by the keys that they are cited by."""
        title = message("A parameter is missing")
        expected = message("keys of the column citation, 500 at most")
        keys = [key for key in self.question.said.get("citation", "").split(",") if key]
        if not 0 < len(keys) <= 500:
            raise QuestionError(400, title, "citation", expected)
        return self._of_table(self._cited(keys))

    def _cited(self, keys: Sequence[str]) -> Table:
        with whole_release(remembered.engine(self.vintage.dataset), self.vintage.release) as held:
            cited = held.citations(keys)
        return citations(cited, remembered.suppressed_citations(self.vintage))

    def verdicts(self) -> Answer:
        """Return the verdicts that pages show, those chosen, with the numbers they rest on."""
        found = objectives.verdicts(self.vintage).drop(columns="series")
        for name, known in (
            ("region", codes_of("region")),
            ("indicator", codes_of("indicator")),
            ("target", set(objectives.register(self.vintage).target["target"])),
            ("verdict", list(VerdictClass)),
        ):
            place = {"target": "/api/v1/targets", "verdict": ", ".join(VerdictClass)}.get(
                name, f"/api/v1/{name}s"
            )
            expected = message("a code that {address} lists", address=place)
            codes = self.question.codes(name, known, expected)
            if codes is not None:
                found = found[found[name].isin(codes)]
        return self._of_frame("verdicts", found.assign(as_of=today()))

    def verdict(self) -> Document:
        """Return one target's verdict in a region, with all that it rests on."""
        target, region = self.names["target"], self.names["region"]
        applied = objectives.aims(self.vintage)
        if applied[(applied["target"] == target) & (applied["region"] == region)].empty:
            title = message("This target applies to no such region")
            expected = message("a target and a region that {address} lists", address=_VERDICTS)
            raise QuestionError(404, title, f"{target}/{region}", expected)
        series = objectives.series(target, region, self.vintage)
        is_open = series["confidentiality"] == OPEN
        numbers = ["value", "numerator", "denominator"]
        series = series.assign(**{name: series[name].where(is_open) for name in numbers})
        return self._document(
            {
                "as_of": today(),
                "target": objectives.register(self.vintage).record(target),
                "verdict": asdict(objectives.verdict(target, region, self.vintage)),
                "series": _records(series),
                "citations": list(self._cited(sorted(set(series["citation"]))).rows),
            }
        )

    def _document(self, content: Mapping[str, Any]) -> Document:
        return Document(plain(self.about() | {"content": content}))

    def _of_table(self, table: Table) -> Answer:
        schema = schema_of(table)
        # An empty text is a missing one, as in the package.
        rows = [
            {name: None if row.get(name) == "" else row.get(name) for name in schema.names}
            for row in table.rows
        ]
        return self.table(table.name, rows, schema)

    def _of_frame(self, name: str, frame: pd.DataFrame) -> Answer:
        rows = _records(frame)
        kinds = [(column, _kind(frame[column])) for column in map(str, frame.columns)]
        return self.table(name, rows, pa.schema(kinds))


_LATER_ON = ["STRUCTURE", "ACTION"]  # columns that 1.0 does not have
_KEPT = [column for column in sdmx.SCHEMA if column.name not in _LATER_ON]
_FIRST_VERSION = pa.schema([_KEPT[0].with_name("DATAFLOW"), *_KEPT[1:]])
_VERDICTS = "/api/v1/verdicts"
_WHEN, _COUNTS = ("release", "published_at", "reason"), ("added", "changed", "withdrawn", "rows")
_OF_RELEASE = (*_WHEN, *_COUNTS, "restored")


def _of_first_version(page: pa.Table) -> pa.Table:
    """Return SDMX-CSV 2.0 as 1.0 has it: the dataflow stands in front, and nothing is deleted."""
    return page.drop_columns(_LATER_ON).rename_columns(_FIRST_VERSION.names)


def _records(frame: pd.DataFrame) -> list[Row]:
    """Return rows with None for what is missing."""
    whole = frame.astype(object).where(frame.notna(), None)
    return [{str(name): cell for name, cell in row.items()} for row in whole.to_dict("records")]


def _kind(column: pd.Series) -> pa.DataType:
    if pd.api.types.is_bool_dtype(column):
        return pa.bool_()
    if pd.api.types.is_integer_dtype(column):
        return pa.int64()
    return pa.float64() if pd.api.types.is_float_dtype(column) else pa.string()
