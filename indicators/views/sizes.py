"""What is said of enterprise sizes side by side: levels, the gap to large ones, its trend."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.code_names import Cell, listing
from indicators.compare.size_gaps import add_small_micro, size_gaps, trend
from indicators.drawing import charts
from indicators.drawing.charts import Specification
from indicators.drawing.industries import SIZES, sizes_chart
from indicators.drawing.standalone import exported_chart
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import in_time, one_frequency
from indicators.regions import ALL
from indicators.store.queries import Vintage
from indicators.views import footnotes
from indicators.wording import Wording, points

SHOWN = ("LARGE", "MEDIUM", "SMALL", "MICRO", "SMALL_MICRO")


@dataclass(frozen=True)
class SizeFigures:
    """Everything drawn and said of an indicator's sizes; `lines` as the chart asks for them."""

    lines: pd.DataFrame
    table: pd.DataFrame
    statement: str
    sentences: list[str]
    footnotes: list[str]


def size_figures(
    indicator: str,
    region: str,
    industry: str,
    rows: pd.DataFrame,
    cited: pd.DataFrame,
    words: Wording,
) -> SizeFigures:
    """Return what is drawn and said; `rows`: an indicator's sizes in one region, all periods."""
    item = catalogue.load().indicators[indicator]
    # A share of all sampled tells how many there are of a size, not how well they do.
    compared = item.kind != "count" and item.polarity != 0
    additive = item.kind == "count" and "size" in item.additive
    rows = one_frequency(rows, ["indicator"], rows["value"].notna())
    rows = in_time(add_small_micro(rows, additive=additive))
    held = rows[rows["size"].isin(SHOWN)]
    gaps = size_gaps(held) if compared else size_gaps(held.head(0))
    parts = [tree().names(words.language)[region], words.text(item.title)]
    if industry != ALL:
        parts.insert(1, code_names.industry_name(industry, words))
    return SizeFigures(
        lines=_lines(held, item, words),
        table=_table(held, gaps, item, words),
        statement=" · ".join([*parts, words("by enterprise size")]),
        sentences=_sentences(gaps, item, words),
        footnotes=[
            # What it is and what it is not: sampling looks for problems, and its channels shift.
            words.text(item.description),
            *footnotes.standing(cited, words),
            *footnotes.breaks(held, words),
        ],
    )


def _lines(rows: pd.DataFrame, item: catalogue.Indicator, words: Wording) -> pd.DataFrame:
    free = rows[(rows["confidentiality"] == "F") & rows["value"].notna()]
    last = free.groupby("size")["period"].transform("last") if len(free) else free["period"]
    columns: dict[str, Cell] = {
        "date": lambda row: charts.period_end(row["period"]),
        "period": lambda row: words.period(row["period"]),
        "value": lambda row: row["value"],
        "size": lambda row: code_names.size_name(row["size"], words),
        "place": lambda row: SHOWN.index(row["size"]),
        "shown": lambda row: _written(row["value"], item, words),
        "label": lambda row: (
            code_names.size_name(row["size"], words) if row["period"] == row["last"] else ""
        ),
    }
    drawn = listing(free.assign(last=last), columns)
    spoken = drawn["size"] + " " + drawn["period"] + " " + drawn["shown"]
    return drawn.assign(spoken=spoken)


def _table(
    rows: pd.DataFrame, gaps: pd.DataFrame, item: catalogue.Indicator, words: Wording
) -> pd.DataFrame:
    """Return one row a period: a column a size, and the gap with its interval."""
    free = rows[rows["confidentiality"] == "F"]
    values = free.pivot_table(index="period", columns="size", values="value", sort=False)
    sizes = [size for size in SHOWN if size in values]
    known = {row["period"]: row for row in gaps.to_dict("records")}

    def gap(period: str) -> str:
        row = known.get(period)
        return "—" if row is None else _difference(row["gap"], item, words)

    def interval(period: str) -> str:
        row = known.get(period)
        if row is None or row["low"] != row["low"]:
            return "—"
        return words(
            "{low} to {high}",
            low=words.signed(row["low"], item.decimals),
            high=words.signed(row["high"], item.decimals),
        )

    columns: dict[str, Cell] = {words("Period"): lambda row: words.period(row["period"])}
    for size in sizes:
        columns[code_names.size_name(size, words)] = lambda row, size=size: words.number(  # type: ignore[misc]
            row[size], item.decimals
        )
    if len(gaps):
        columns[words("Gap, large less small")] = lambda row: gap(row["period"])
        columns[words("95% interval")] = lambda row: interval(row["period"])
    return listing(values.reset_index(), columns)


def _written(value: float, item: catalogue.Indicator, words: Wording) -> str:
    unit = code_names.unit_name(item.key, words)
    return f"{words.number(value, item.decimals)}{'' if unit == '%' else ' '}{unit}"


def _difference(gap: float, item: catalogue.Indicator, words: Wording) -> str:
    written = words.signed(gap, item.decimals)
    return points(written, words) if code_names.in_points(item.key) else written


def _sentences(gaps: pd.DataFrame, item: catalogue.Indicator, words: Wording) -> list[str]:
    """Return what the newest gap is, and its trend with the interval, or why there is none."""
    if gaps.empty:
        return []
    newest = gaps.iloc[-1]
    size = code_names.size_name(str(newest["size"]), words).lower()
    values = {
        "period": words.period(str(newest["period"])),
        "large": _written(newest["large"], item, words),
        "small": _written(newest["small"], item, words),
        "size": size,
        "gap": _difference(newest["gap"], item, words),
    }
    said = [words("{period}: large {large}, {size} {small}; large less {size} is {gap}.", **values)]
    found = trend(gaps)
    if found is None:
        return [
            *said,
            words("Fewer than five periods with both sizes: no trend with an interval is given."),
        ]
    decimals = item.decimals + 1
    values = {
        "slope": words.signed(found.slope, decimals),
        "low": words.signed(found.low, decimals),
        "high": words.signed(found.high, decimals),
        "first": words.period(found.first),
        "last": words.period(found.last),
        "n": words.number(found.points),
        "unit": code_names.difference_unit(item.key, words),
    }
    if found.low <= 0 <= found.high:
        trending = words(
            "From {first} to {last} ({n} figures) the gap moved by {slope} {unit} a year (90% "
            "interval {low} to {high}): no certain trend.",
            **values,
        )
    else:
        trending = words(
            "From {first} to {last} ({n} figures) the gap moved by {slope} {unit} a year (90% "
            "interval {low} to {high}).",
            **values,
        )
    return [*said, trending]


def exports(figures: SizeFigures, words: Wording, dark: bool, vintage: Vintage) -> list[Export]:
    """Return what can be taken away of sizes: the chart and its table."""
    offer = Offer((figures.statement,), vintage, words)

    def drawn() -> Specification:
        notes = [*figures.sentences, *figures.footnotes, *vintage_notes(vintage, words)]
        chart = sizes_chart(words, dark=dark)
        return exported_chart(
            chart, {SIZES: figures.lines}, title=figures.statement, dark=dark, notes=notes
        )

    return [
        *offer.images(drawn),
        offer.csv(lambda: figures.table),
        offer.xlsx(lambda: {words("Enterprise size"): figures.table}),
    ]
