"""Maps of more than one period: what changed between two, and all of them one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from indicators import catalogue, charts, map_words, maps, tables, views
from indicators.frequencies import one_frequency
from indicators.progress import decimal_year, decimal_years
from indicators.queries import Selection
from indicators.views import OFFERED_CLASSES, MapFigures, MapView
from indicators.wording import Wording

MOST_FRAMES = 24  # the newest: more would be too much to send at once
NO_BASE = "not_applicable"  # there is no percentage of nothing


@dataclass(frozen=True)
class MovingFigures:
    """Everything a map that plays draws and says. Frames as `maps` asks for them.

    parts: of its title. newest: the last period, on which it opens; None without any.
    """

    units: pd.DataFrame
    legend: pd.DataFrame
    frames: pd.DataFrame
    table: pd.DataFrame
    statement: str
    subtitle: str
    footnotes: list[str]
    parts: list[str]
    newest: str | None


def same_scale(one: Selection, other: Selection) -> bool:
    """Return whether two maps side by side share their classes: those of one indicator do.

    Another indicator may have the same unit and a size of its own: one of two maps would be flat.
    """
    return one.indicator == other.indicator


def change_figures(
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: maps.Boundaries
) -> MapFigures:
    """Return the figures of a map of changes since the period of `view.against`.

    `rows`: the selection's in all periods, for a break may stand between the two. A count's
    change is in percent, any other's in its own unit. The classes diverge around no change.
    """
    assert view.against is not None
    words = Wording(view.language)
    indicator = catalogue.load().indicators[view.selection.indicator]
    earlier, later = _in_order(str(view.selection.period), str(view.against.period))
    drawn = boundaries.within(view.within)
    percent = indicator.kind == "count"
    mapped = rows[rows["region"].isin(drawn.codes)]
    changed = changes(mapped, earlier, later, percent=percent)
    unit = "%" if percent else tables.difference_unit(indicator.key, words)
    decimals = 1 if percent else indicator.decimals
    breaks = maps.diverging_breaks(maps.known_values(changed), 0.0)
    decimals = maps.decimals_for(breaks, decimals)
    colours = maps.palette(view.dark)
    figures = maps.map_figures(
        changed, breaks=breaks, centre=0.0, names=tables.region_names(view.language), unit=unit,
        words=words, palette=colours, decimals=decimals, units=drawn.codes, signed=True,
        out_of_scope=tables.uncovered(), selected=view.region,
    )  # fmt: skip
    span = words("{earlier} to {later}", earlier=words.period(earlier), later=words.period(later))
    figures = figures.assign(period=span)
    what, unit_said = words.text(indicator.title), words("change, {unit}", unit=unit)
    told = map_words.parts(replace(view.selection, period=later), view.within, words)[:-1]
    ranking = charts.ranking_rows(figures, words, decimals=decimals, dark=view.dark)
    ranking = ranking.merge(
        figures[["region", "label", "fill"]], on="region", validate="1:1", suffixes=("_bar", "")
    )
    # Written beside the name: beyond its end a bar to the left has no room.
    ranking = ranking.assign(name=ranking["name"] + " " + ranking["label"], label="")
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=maps.map_legend(
            figures, breaks=breaks, centre=0.0, unit=unit_said, words=words, palette=colours,
            decimals=decimals,
        ),
        ranking=ranking[["region", "name", "value", "shown", "label", "rank", "fill"]],
        reference=pd.DataFrame(
            {"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)}
        ),
        table=tables.region_table(figures, words, unit=unit_said),
        rows=rows[rows["period"].isin([earlier, later])],
        statement=_change_statement(figures, what, view.within, span, words),
        subtitle=words(
            "{what}, {span}: the change in {unit}. Not computed across a break in the series.",
            what=" · ".join(told), span=span, unit=unit,
        ),
        ranking_statement=words("Change, {span} ({unit})", span=span, unit=unit),
        footnotes=[
            *map_words.silent(figures, view.within, words),
            *views.standing(citations, words),
            *views.divided_by(
                mapped[mapped["period"].isin([earlier, later])], citations, words
            ),
            *maps.map_provenance(boundaries, words),
        ],
        parts=[*told, words("change"), span],
    )  # fmt: skip


def changes(rows: pd.DataFrame, earlier: str, later: str, *, percent: bool) -> pd.DataFrame:
    """Return each region's change between two periods, in percent or in its own unit.

    Columns as in `rows`, and `state`: empty where there is a change, else why there is none:
    a figure of either period that is missing, withheld or not applicable; a break after the
    earlier period, or figures of different definition; a percentage of nothing.
    """
    at = rows.assign(time=decimal_years(rows["period"]))
    first, last = at.loc[at["period"] == earlier, "time"], at.loc[at["period"] == later, "time"]
    between = at[(at["time"] > first.min()) & (at["time"] <= last.max())]
    broken = set(between.loc[between["status"] == "B", "region"])
    befores = at[at["period"] == earlier].set_index("region").to_dict("index")
    afters = at[at["period"] == later].to_dict("records")
    found = [_change(befores.get(after["region"]), after, broken, percent) for after in afters]
    columns = ["region", "period", "value", "status", "confidentiality", "state"]
    return pd.DataFrame(found, columns=columns).astype({"value": float})


def _change(
    before: Mapping[Any, Any] | None, after: Mapping[Any, Any], broken: set[str], percent: bool
) -> dict[str, object]:
    base = {"region": after["region"], "period": after["period"], "value": float("nan"),
            "status": "A", "confidentiality": "F"}  # fmt: skip
    for side in (after, before):
        reason = "missing" if side is None else maps.state_of(side)
        if reason != "value":
            return base | {"state": reason}
    assert before is not None
    if after["region"] in broken or (before["status"] == "D") != (after["status"] == "D"):
        return base | {"state": maps.BROKEN}
    old, new = float(before["value"]), float(after["value"])
    if percent and old == 0:
        return base | {"state": NO_BASE}
    value = (new / old - 1) * 100 if percent else new - old
    # What is provisional or estimated at either end is so in between.
    status = next((s for s in "EP" if s in (before["status"], after["status"])), "A")
    return base | {"value": value, "status": status, "state": ""}


def _in_order(one: str, other: str) -> tuple[str, str]:
    first, last = sorted([one, other], key=decimal_year)
    return first, last


def _change_statement(
    figures: pd.DataFrame, what: str, within: str, span: str, words: Wording
) -> str:
    known = figures[figures["state"] == "value"]
    covered = len(tables.provinces()) if within == maps.NATION else len(figures)
    if known.empty:
        return words("{what}: no change can be told for {span}", what=what, span=span)
    highest = map_words.highest(known)
    best = {
        "what": what,
        "region": map_words.leaders(known, words),
        "covered": covered,
        "change": highest["shown"].iloc[0],
        "known": len(known),
    }
    if len(highest) == 1:
        return words(
            "{what}: {region} has the highest change, {change}; {known} of {covered} can be "
            "compared",
            **best,
        )
    return words(
        "{what}: {region} share the highest change, {change}; {known} of {covered} can be compared",
        **best,
    )


def moving_figures(
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: maps.Boundaries
) -> MovingFigures:
    """Return a map's figures of all periods, on one scale; `rows`: the selection's in all."""
    words, indicator = (
        Wording(view.language), catalogue.load().indicators[view.selection.indicator],
    )  # fmt: skip
    unit = tables.unit_name(indicator.key, words)
    drawn = boundaries.within(view.within)
    mapped = rows[rows["region"].isin(drawn.codes)]
    mapped = one_frequency(mapped, ["indicator"], mapped["value"].notna())
    values = maps.known_values(mapped)
    shown = sorted(mapped.loc[values.index, "period"].unique(), key=decimal_year)[-MOST_FRAMES:]
    values = values[mapped.loc[values.index, "period"].isin(shown)]
    # Natural breaks compare every pair of values, and there may be thousands here.
    method = maps.QUANTILES if view.classes == maps.NATURAL else view.classes
    breaks = maps.class_breaks(values, OFFERED_CLASSES, method, indicator.breaks)
    colours = maps.palette(view.dark)

    def each() -> Iterator[pd.DataFrame]:
        for frame, period in enumerate(shown, start=1):
            figures = maps.map_figures(
                mapped[mapped["period"] == period], breaks=breaks,
                names=tables.region_names(view.language), unit=unit, words=words, palette=colours,
                decimals=indicator.decimals, units=drawn.codes, out_of_scope=tables.uncovered(),
                selected=view.region, ascending=indicator.polarity < 0,
            )  # fmt: skip
            # Also where a region has no row of the period.
            yield views.with_denominator(
                figures.assign(frame=frame, period=words.period(period)),
                mapped[mapped["period"] == period],
                citations,
                words,
            )

    figures = pd.concat(each(), ignore_index=True) if len(shown) else pd.DataFrame()
    labels = [words.period(period) for period in shown]
    what = words.text(indicator.title)
    told = map_words.parts(view.selection, view.within, words)[:-1]
    return MovingFigures(
        units=_small(maps.add_key(figures)) if len(shown) else figures,
        legend=maps.map_legend(
            figures, breaks=breaks, unit=unit, words=words, palette=colours,
            decimals=indicator.decimals, said=maps.method_name(method, words), counted=False,
        ) if len(shown) else figures,
        frames=pd.DataFrame({"frame": range(1, len(labels) + 1), "label": labels}),
        table=_wide(figures, labels, words) if len(shown) else figures,
        statement=words(
            "{what}, {first} to {last}", what=what, first=labels[0], last=labels[-1]
        ) if labels else words("No province has a figure for {what}", what=what),
        subtitle=words(
            "{what}: {n} periods on one scale. {description}",
            what=" · ".join(told), n=len(labels), description=words.text(indicator.description),
        ),
        footnotes=[
            *views.standing(citations, words),
            *views.divided_by(mapped, citations, words),
            *views.breaks(mapped, words),
            *maps.map_provenance(boundaries, words),
        ],
        parts=[*told, f"{labels[0]}–{labels[-1]}"] if labels else told,
        newest=shown[-1] if len(shown) else None,
    )  # fmt: skip


def _small(figures: pd.DataFrame) -> pd.DataFrame:
    """Return what the map draws, each word once: half the size to send."""
    repeated = ["region", "name", "state", "fill", "ink", "period", "rank", "status"]
    drawn = figures.drop(columns=["value", "frame"])
    return drawn.astype(dict.fromkeys(repeated, "category"))


def _wide(figures: pd.DataFrame, labels: list[str], words: Wording) -> pd.DataFrame:
    wide = figures.pivot(index=["region", "name"], columns="frame", values="label").reset_index()
    wide.columns = pd.Index([words("Code"), words("Region"), *labels])
    return wide
