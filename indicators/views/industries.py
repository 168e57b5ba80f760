"""What the Industries page says: regions against industries, sizes, tools, one industry's board."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from indicators import catalogue, code_names, denominators
from indicators.catalogue import tree
from indicators.compare.industry_mix import (
    add_groups,
    in_likeness,
    is_additive,
    location_quotients,
)
from indicators.drawing.classes import (
    QUANTILES,
    class_breaks,
    decimals_for,
    diverging_breaks,
    method_name,
)
from indicators.drawing.industries import CELLS, heat_map
from indicators.drawing.map_rows import HATCH, known_values, legend_rows, unit_rows
from indicators.drawing.palette import palette
from indicators.drawing.region_map import LEGEND
from indicators.drawing.standalone import exported_chart
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.freshness import UNDATED, Freshness
from indicators.industry_tree import DIVISION, GROUP, SECTION, SECTOR
from indicators.periods import decimal_year
from indicators.regions import ALL, NATION
from indicators.statuses import MapState
from indicators.store.queries import Selection, Vintage
from indicators.views import footnotes
from indicators.views.map import changes
from indicators.wording import Language, Wording

SECTIONS, GROUPS = "sections", "groups"  # levels, besides the section whose divisions are shown
Measure = Literal["value", "quotient", "change"]
Order = Literal["code", "value", "likeness"]


@dataclass(frozen=True)
class IndustryView:
    """What a heat map shows: figures of all industries, the cell chosen, language and theme.

    level: SECTIONS, GROUPS or the section whose divisions are shown. against: the earlier period
    of a change. region, industry: of the cell chosen, the nation and `ALL` for none. day: as of
    which figures have an age.
    """

    selection: Selection
    level: str
    measure: Measure
    order: Order
    region: str
    industry: str
    language: Language
    dark: bool
    against: str = ""
    day: str = ""

    @property
    def words(self) -> Wording:
        """The words of its language."""
        return Wording(self.language)

    @property
    def unchosen(self) -> IndustryView:
        """The same cells in the same order, with none chosen where that is no matter to them."""
        return self if self.order == "value" else replace(self, region=NATION, industry=ALL)

    @property
    def indicator(self) -> catalogue.Indicator:
        """What its figures measure."""
        return catalogue.load().indicators[self.selection.indicator]


@dataclass(frozen=True)
class HeatFigures:
    """Everything a heat map draws and says. Frames as `drawing` asks for them."""

    cells: pd.DataFrame
    legend: pd.DataFrame
    table: pd.DataFrame
    rows: pd.DataFrame
    statement: str
    subtitle: str
    footnotes: list[str]
    parts: list[str]


def columns_of(level: str) -> tuple[str, ...]:
    """Return the industries that a level shows, in the order of the code list."""
    known = catalogue.industries()
    if level == SECTIONS:
        return known.of_level(SECTION)
    if level == GROUPS:
        return known.of_level(SECTOR, GROUP)
    return tuple(code for code in known.parts(level) if known.industries[code].level == DIVISION)


def level_of(industry: str) -> str:
    """Return the level on which an industry stands."""
    known = catalogue.industries().industries.get(industry)
    if known is None or known.level == SECTION:
        return SECTIONS
    return known.parent if known.level == DIVISION else GROUPS


def heat_figures(
    view: IndustryView,
    rows: pd.DataFrame,
    citations: pd.DataFrame,
    fresh: Freshness = UNDATED,
) -> HeatFigures:
    """Return a heat map's figures from the rows of its selection, of all industries and regions.

    `rows`: of the period, or of all periods where a change is shown. fresh: how old figures are.
    """
    words, indicator = view.words, view.indicator
    shown, unit, centre = _measured(view, rows)
    columns = [code for code in columns_of(view.level) if code in set(shown["industry"])]
    shown = shown[shown["industry"].isin(columns)]
    held = set(shown["region"])
    regions = [code for code in tree().provinces if held & set(tree().provinces)]
    # A whole is never shown beside its parts: a count of the nation, or its quotient of one.
    if NATION in held and (not regions or (view.measure == "value" and indicator.kind != "count")):
        regions.insert(0, NATION)
    shown = shown[shown["region"].isin(regions)]
    values = known_values(shown)
    if centre is None:
        breaks = class_breaks(values)
        method = method_name(QUANTILES, words) if breaks else ""
        decimals = indicator.decimals
    else:
        breaks, method, decimals = diverging_breaks(values, centre), "", 2
        if view.measure == "quotient":
            breaks = sorted({round(each, decimals) for each in breaks})
        else:
            decimals = decimals_for(breaks, 1)
    cells = _cells(view, shown, regions, columns, breaks, centre, unit, decimals)
    period = str(view.selection.period)
    if fresh.is_stale(indicator.key, period):
        late = words("out of date")
        method = words.sequence([method, late]) if method else late
    legend = legend_rows(
        cells,
        breaks=breaks,
        centre=centre,
        unit=unit,
        words=words,
        palette=palette(view.dark),
        decimals=decimals,
        said=method,
    )
    used = rows[rows["region"].isin([*regions, NATION]) & rows["industry"].isin([*columns, ALL])]
    cited = citations[citations["citation"].isin(used["citation"])]
    parts = _parts(view)
    dated = parts
    if view.measure != "change":
        dated = [*parts[:-1], fresh.said(indicator.key, period, words)]
    figures = HeatFigures(
        cells=_small(cells),
        legend=legend,
        table=_wide(cells, words),
        rows=used,
        statement="",
        subtitle=words(
            "{what}. {description}",
            what=" · ".join([*dated, measure_name(view.measure, words)]),
            description=words.text(indicator.description),
        ),
        footnotes=[
            *_silent(cells, words),
            *_explained(view, shown, words),
            *footnotes.standing(cited, words),
            *footnotes.breaks(used, words),
        ],
        parts=parts,
    )
    return with_choice(figures, view)


def with_choice(figures: HeatFigures, view: IndustryView) -> HeatFigures:
    """Return a heat map's figures with another cell of it chosen: its frame and its title."""
    cells = figures.cells
    if len(cells):
        chosen = (cells["region"] == view.region) & (cells["industry"] == view.industry)
        cells = cells.assign(selected=chosen)
    return replace(figures, cells=cells, statement=_statement(view, cells))


def measure_name(measure: str, words: Wording) -> str:
    """Return what a heat map shows of its figures."""
    return {
        "value": words("value"),
        "quotient": words("location quotient"),
        "change": words("change"),
    }[measure]


def _measured(view: IndustryView, rows: pd.DataFrame) -> tuple[pd.DataFrame, str, float | None]:
    """Return what cells show, its unit, and around what it diverges."""
    words, indicator = view.words, view.indicator
    codes = columns_of(view.level)
    if is_additive(indicator.key):
        rows = add_groups(rows, codes)
    else:
        parts = rows["region"].isin(tree().provinces) & rows["industry"].isin(codes)
        apart = denominators.uncompared(rows, parts)
        rows = rows.assign(state=apart.map({True: str(MapState.BROKEN), False: ""}))
    unit = code_names.unit_name(indicator.key, words)
    if view.measure == "quotient":
        return location_quotients(rows), words("location quotient (nation = 1)"), 1.0
    if view.measure == "change":
        percent = indicator.kind == "count"
        unit = "%" if percent else code_names.difference_unit(indicator.key, words)
        paired = rows.assign(region=rows["region"] + "/" + rows["industry"])
        ends = sorted([view.against, str(view.selection.period)], key=decimal_year)
        changed = changes(paired, ends[0], ends[1], percent=percent)
        place = changed["region"].str.split("/", expand=True).reindex(columns=[0, 1])
        return changed.assign(region=place[0], industry=place[1]), unit, 0.0
    return rows, unit, None


def _cells(
    view: IndustryView,
    shown: pd.DataFrame,
    regions: list[str],
    columns: list[str],
    breaks: Sequence[float],
    centre: float | None,
    unit: str,
    decimals: int,
) -> pd.DataFrame:
    """Return one row a cell, in order; a cell is a unit as those of a map are."""
    words, names = view.words, tree().names(view.language)
    codes = [(region, industry) for region in regions for industry in columns]
    titles = {code: code_names.industry_name(code, words) for code in columns}
    cells = unit_rows(
        shown.assign(region=shown["region"] + "/" + shown["industry"]),
        breaks=breaks,
        centre=centre,
        names={f"{region}/{industry}": names[region] for region, industry in codes},
        unit="" if view.measure == "quotient" else unit,
        words=words,
        palette=palette(view.dark),
        decimals=decimals,
        units=[f"{region}/{industry}" for region, industry in codes],
        signed=view.measure == "change",
    )
    if cells.empty:
        return cells
    cells = cells.assign(
        region=[region for region, _ in codes],
        industry=[industry for _, industry in codes],
        part=[titles[industry] for _, industry in codes],
        hatch=cells["state"].map(HATCH).fillna(""),
        value=pd.to_numeric(cells["value"]),
    )
    if view.measure == "value" and decimals == 0:
        big = [words.big(value) if value == value else "" for value in cells["value"]]
        cells = cells.assign(label=cells["label"].where(cells["state"] != "value", big))
    grid = cells.pivot(index="region", columns="industry", values="value")
    return cells.assign(
        place=cells["region"].map(_places(view, grid.reindex(index=regions), view.industry)),
        column=cells["industry"].map(_places(view, grid.reindex(columns=columns).T, view.region)),
    )


def _places(view: IndustryView, grid: pd.DataFrame, chosen: str) -> dict[str, int]:
    """Return the place of each code of a table's index, in the order that a view asks for.

    By value: that of the column `chosen`, or the median where it is none; the largest first.
    """
    order = list(grid.index)
    if view.order == "likeness":
        order = in_likeness(grid)
    elif view.order == "value":
        value = grid[chosen] if chosen in grid else grid.median(axis=1)
        order = list(value.sort_values(ascending=False, kind="stable", na_position="last").index)
    return {str(code): place for place, code in enumerate(order)}


def _small(cells: pd.DataFrame) -> pd.DataFrame:
    """Return what the chart draws, each word once: half the size to send."""
    if cells.empty:
        return cells
    repeated = ["region", "industry", "name", "part", "state", "fill", "ink", "hatch", "period"]
    kinds = dict.fromkeys([*repeated, "status"], "category") | {"place": "int16", "column": "int16"}
    return cells.drop(columns=["share", "rank"]).astype(kinds)


def _wide(cells: pd.DataFrame, words: Wording) -> pd.DataFrame:
    if cells.empty:
        return cells
    ordered = cells.sort_values(["place", "column"])
    written = ordered.assign(
        text=ordered["shown"].where(ordered["state"] != "value", ordered["label"])
    )
    wide = written.pivot(
        index=["place", "region", "name"], columns=["column", "part"], values="text"
    )
    names = wide.columns.get_level_values("part")
    wide = wide.set_axis(names, axis=1).reset_index().drop(columns="place")
    return wide.rename(columns={"region": words("Code"), "name": words("Region")})


def _parts(view: IndustryView) -> list[str]:
    """Return what is shown and when: the parts of a title."""
    words, chosen = view.words, view.selection
    said = [words.text(view.indicator.title)]
    said += [
        name(code, words)
        for code, name in (
            (str(chosen.scheme), code_names.scheme_name),
            (str(chosen.size), code_names.size_name),
        )
        if code != ALL
    ]
    period = words.period(str(chosen.period))
    if view.measure == "change":
        period = words("{earlier} to {later}", earlier=words.period(view.against), later=period)
    return [*said, period]


def _statement(view: IndustryView, cells: pd.DataFrame) -> str:
    """Return the title: of how many figures, where the highest is, true of what is drawn."""
    words = view.words
    what = words.text(view.indicator.title)
    values = {"what": what, "period": _parts(view)[-1]}
    known = cells
    if len(cells):
        known = cells[(cells["state"] == MapState.VALUE) & (cells["region"] != NATION)]
    if len(cells) and known.empty:  # figures of the nation alone
        known = cells[cells["state"] == MapState.VALUE]
    if known.empty:
        return words("{what} by industry, {period}: no figures are held here", **values)
    chosen = known[known["industry"] == view.industry]
    among = known if chosen.empty else chosen
    top = among.sort_values("value", kind="stable").iloc[-1]
    values |= {
        "region": top["name"],
        "industry": top["part"],
        "shown": top["shown"],
        "regions": words.number(among["region"].nunique()),
        "columns": words.number(among["industry"].nunique()),
        "measure": measure_name(view.measure, words),
    }
    if view.measure == "value":
        if chosen.empty:
            return words(
                "{what} by industry, {period}: of {regions} regions and {columns} industries, "
                "highest in {region}, {industry} ({shown})",
                **values,
            )
        return words(
            "{what}, {industry}, {period}: of {regions} regions with data, {region} is highest "
            "({shown})",
            **values,
        )
    if chosen.empty:
        return words(
            "{what} by industry, {period}: of {regions} regions and {columns} industries, the "
            "{measure} is highest in {region}, {industry} ({shown})",
            **values,
        )
    return words(
        "{what}, {industry}, {period}: of {regions} regions with data, the {measure} is highest "
        "in {region} ({shown})",
        **values,
    )


def _silent(cells: pd.DataFrame, words: Wording) -> list[str]:
    """Return how many cells have no value, a line a reason."""
    counted = cells["state"].value_counts().to_dict() if len(cells) else {}
    return [
        words(
            "{state}: {n} of {all} cells",
            state=words(state.sentence),
            n=words.number(int(counted[state])),
            all=words.number(len(cells)),
        )
        for state in MapState
        if state != MapState.VALUE and state in counted
    ]


def _explained(view: IndustryView, shown: pd.DataFrame, words: Wording) -> list[str]:
    """Return how what is shown was worked out, where it is no published figure."""
    lines = []
    if view.measure == "quotient":
        lines.append(
            words(
                "Location quotient: an industry's share in the region over its share in the "
                "nation; 1 means the same share. It says where an industry weighs more, not that "
                "it does better."
            )
        )
    if view.level == GROUPS and is_additive(view.indicator.key):
        lines.append(
            words(
                "Sectors and groups that are not published are the sums of their parts, each "
                "division once."
            )
        )
    return lines


def exports(
    view: IndustryView,
    figures: HeatFigures,
    table: Callable[[], pd.DataFrame],
    vintage: Vintage,
) -> list[Export]:
    """Return what can be taken away from a heat map; `table` makes its figures with sources."""
    words = view.words
    title = (*figures.parts, measure_name(view.measure, words))
    offer = Offer(title, vintage, words)

    def drawn() -> dict[str, object]:
        notes = [figures.subtitle, *figures.footnotes, *vintage_notes(vintage, words)]
        datasets = {CELLS: figures.cells.astype(object), LEGEND: figures.legend}
        chart = heat_map(words, dark=view.dark)
        return exported_chart(
            chart, datasets, title=figures.statement, dark=view.dark, width=1100, notes=notes
        )

    return [
        *offer.images(drawn),
        offer.csv(table),
        offer.xlsx(lambda: {words("Industries"): figures.table, words("Figures"): table()}),
    ]


def chosen_cell(view: IndustryView, figures: HeatFigures) -> str:
    """Return what the chosen cell says, or the chosen region's own; empty where none is drawn."""
    cells = figures.cells
    own = cells[(cells["region"] == view.region) & (cells["industry"] == view.industry)]
    if own.empty:
        return ""
    return " · ".join(str(own[name].iloc[0]) for name in ("name", "part", "shown", "period"))


def figure_codes(view: IndustryView) -> dict[str, str]:
    """Return what an address of the Data page says to show the figures of the cell chosen."""
    chosen = view.selection
    codes = {"indicator": chosen.indicator, "of_period": chosen.period, "of_scheme": chosen.scheme}
    if view.region != NATION:
        codes["of_region"] = view.region
    if view.industry != ALL:
        codes["of_industry"] = view.industry
    return {key: str(code) for key, code in codes.items()}
