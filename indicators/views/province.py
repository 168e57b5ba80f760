"""What is said of one region by rules: sentences, tables, rows of its charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from indicators import catalogue, code_names, denominators, second_sources
from indicators.catalogue import tree
from indicators.code_names import Cell, listing
from indicators.compare.peer_groups import PeerGroups
from indicators.drawing import charts
from indicators.drawing.charts import Specification
from indicators.drawing.province import AIMS, PARTS, STRIPS, TRENDS, parts_chart
from indicators.drawing.standalone import exported_chart
from indicators.exports import readable_tables
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.periods import frequency, parse
from indicators.progress.explanation import said_of
from indicators.regions import ALL, NATION
from indicators.statuses import Gap, Kind, RankChange, Reason, Standing, VerdictClass
from indicators.store.queries import Vintage
from indicators.views import footnotes, objectives
from indicators.views.facts import (
    NEAREST,
    OWN,
    SIBLINGS,
    Facts,
    Material,
    Row,
    assessed,
    outstanding,
    standing_well,
)
from indicators.views.objectives import line_text, target_text, whose
from indicators.views.suppliers import supplier_text
from indicators.wording import Wording, decimals_apart, difference, sentence

# A rank among fewer says nothing.
FEWEST_RANKED = 5
_BEST_FIRST = {code: place for place, code in enumerate(VerdictClass)}
MOST_STRIPS = 12
FEWEST_PARTS = 2
# A longer series is drawn by the last figure of each year: a strip has no room for more.
MOST_POINTS = 24


ONE_INDUSTRY = sentence(
    "Figures, ranks, targets and verdicts are of this industry alone. What is published for all "
    "industries together only is listed under what is missing."
)


def statement(facts: Facts, words: Wording) -> str:
    """Return the page's title: how many targets stand well, and one rank."""
    where = facts.name(words)
    if not facts.sources:
        return words("{region}: no figures are held here", region=where)
    said = words("{region}: {what}", region=where, what=targets_statement(facts, words))
    row = leading_rank(facts)
    if row is None:
        return said
    return words("{said}; {rank}", said=said, rank=rank_phrase(facts, row, words))


def parts_at_a_glance(
    known: Mapping[tuple[str, str], Facts], parent: str, words: Wording
) -> pd.DataFrame:
    """Return how each part of a region stands, a row each, with its code as `region`.

    known: `Shared.facts` of the parent; those of which figures are held come first.
    """
    by_region = {facts.region: facts for facts in known.values()}
    held = [by_region[code] for code in tree().children(parent) if code in by_region]

    def leading(facts: Facts) -> str:
        row = leading_rank(facts)
        return "—" if row is None else rank_phrase(facts, row, words)

    rows = [
        {
            "region": facts.region,
            words("Region"): tree().names(words.language)[facts.region],
            words("Target status"): targets_statement(facts, words),
            words("Rank"): leading(facts),
            words("Indicators with figures"): len(facts.held),
        }
        for facts in sorted(held, key=lambda facts: not facts.held)
    ]
    return pd.DataFrame(rows)


def targets_statement(facts: Facts, words: Wording) -> str:
    """Return how many targets stand well, of those that can be judged."""
    if facts.verdicts.empty:
        return words("no target applies")
    judged, late = assessed(facts.verdicts), outstanding(facts.verdicts)
    parts = []
    if len(judged):
        judged_text = words.plural(
            "{good} of {n} target that can be judged is met or on track",
            "{good} of {n} targets that can be judged are met or on track",
            n=len(judged),
            good=words.number(len(standing_well(judged))),
        )
        parts.append(judged_text)
    if len(late):
        waiting = words.plural(
            "{n} target past its deadline waits for the final figure",
            "{n} targets past their deadlines wait for the final figures",
            n=len(late),
        )
        parts.append(waiting)
    if not parts:
        return words.plural(
            "the {n} target that applies cannot be judged yet",
            "none of the {n} targets that apply can be judged yet",
            n=len(facts.verdicts),
        )
    return parts[0] if len(parts) == 1 else words("{said}; {rank}", said=parts[0], rank=parts[1])


def reason_with_count(reason: str, number: int, words: Wording) -> str:
    """Return why targets cannot be judged, and how many of them."""
    said = words(Reason(reason).sentence)
    return words("({n}) {reason}", n=words.number(number), reason=said)


def leading_rank(facts: Facts) -> Row | None:
    """Return the first indicator with a rank that says something: one with its interval first.

    Never of a count, which is as large as its region and is not compared.
    """
    fair = facts.fair
    told = fair[(fair["polarity"] != 0) & (fair["of"] >= FEWEST_RANKED) & fair["rank"].notna()]
    sound = told[told["rank_from"].notna()]
    chosen = sound if len(sound) else told
    return None if chosen.empty else chosen.head(1).to_dict("records")[0]


def rank_phrase(facts: Facts, row: Row, words: Wording) -> str:
    """Return `uptake rate ranks 2 of 31 provinces with data in 2024`."""
    return words(
        "{indicator} ranks {rank} in {period}",
        indicator=words.within(catalogue.load().indicators[row["indicator"]].title),
        rank=rank_text(facts, row, words),
        period=words.period(row["period"]),
    )


def rank_text(facts: Facts, row: Row, words: Wording) -> str:
    """Return a rank with its interval, and among how many; empty where there is none."""
    if pd.isna(row["rank"]) or row["of"] < FEWEST_RANKED:
        return ""
    values = {"rank": words.number(row["rank"]), "of": words.number(row["of"])}
    parts = code_names.parts_name(facts.nation, words)
    place = words("{rank} of {of} {parts} with data", parts=parts, **values)
    if not pd.isna(row["rank_from"]) and row["rank_from"] != row["rank_to"]:
        interval = {"first": words.number(row["rank_from"]), "last": words.number(row["rank_to"])}
        place = words("{place} ({first}–{last} by chance)", place=place, **interval)
    if row["shared"] == 1:
        return place
    return words("{rank}, shared by {n}", rank=place, n=words.number(row["shared"]))


def change_sign(row: Row) -> str:
    """Return a change of rank as a sign: `▲2`, `▼1`, `≈` for noise, `=`; empty where untested."""
    if pd.isna(row["change"]) or row["of"] < FEWEST_RANKED:
        return ""
    return RankChange(row["state"]).symbol.format(places=f"{abs(row['change']):.0f}")


def change_text(row: Row, words: Wording) -> str:
    """Return a change of rank, since when, and whether chance could make it; empty for none."""
    if pd.isna(row["change"]) or row["of"] < FEWEST_RANKED:
        return ""
    values = {"n": words.signed(row["change"], 0), "period": words.period(row["since"])}
    return words(RankChange(row["state"]).sentence, **values)


def gap_name(code: str, words: Wording) -> str:
    """Return why a part of a comparison is missing, in words; empty for none."""
    return words(Gap(code).sentence) if isinstance(code, str) and code else ""


def group_name(group: str, region: str, declared: PeerGroups, words: Wording) -> str:
    """Return the name of a group of peers."""
    if group == NEAREST:
        return words("Nearest neighbours")
    if group.startswith(OWN):
        return words("My comparison group")
    if group == SIBLINGS:
        names = tree().names(words.language)
        parent = tree().parent(region)
        parts = code_names.parts_name(parent, words)
        return words("All {parts} of {province}", parts=parts, province=names[parent])
    return words.text(next(item.title for item in declared.groups if item.key == group))


def peers_text(facts: Facts, declared: PeerGroups, words: Wording) -> str:
    """Return whom a region is compared with; of neighbours, what the likeness rests on."""
    names = tree().names(words.language)
    name = group_name(facts.group, facts.region, declared, words)
    if not facts.peers:
        return words("{group}: none can be found, for want of figures.", group=name)
    if facts.group != NEAREST:
        peers = words.listed([names[code] for code in facts.peers])
        return words("{group}: {names}.", group=name, names=peers)
    near = [
        words("{region} ({distance})", region=names[code], distance=words.number(distance, 2))
        for code, distance in facts.nearest[["neighbour", "distance"]].itertuples(index=False)
    ]
    said = words(
        "{group}, distance in standard deviations: {names}.", group=name, names=words.listed(near)
    )
    used = _features(facts.nearest["features"], words)
    said += words(" Alike by {features}.", features=words.listed(used))
    if missing := _features(facts.nearest["missing"], words):
        said += words(" Not known for all: {features}.", features=words.listed(missing))
    return said


def _features(cells: pd.Series, words: Wording) -> list[str]:
    keys = list(dict.fromkeys(key for cell in cells for key in cell.split(", ") if key))
    return [feature_name(key, words) for key in keys]


def feature_name(key: str, words: Wording) -> str:
    """Return what a feature of likeness measures."""
    indicator, _, industry = key.partition("/")
    title = words.text(catalogue.load().indicators[indicator].title)
    if not industry:
        return title
    name = code_names.industry_name(industry, words)
    return words("share of {industry} in {indicator}", indicator=title, industry=name)


def _gap(row: Row) -> Decimal:
    decimals = catalogue.load().indicators[row["indicator"]].decimals
    return difference(row["value"], row["benchmark"], decimals)


def reads_the_same(row: Row) -> bool:
    """Say whether a figure and its benchmark are written alike."""
    return not _gap(row)


def difference_signed(row: Row, words: Wording) -> str:
    """Return how far a figure is from its benchmark, both as they are written; a dash for none."""
    if pd.isna(row["benchmark"]):
        return "—"
    # Written with the decimals of the two, which a difference of decimals keeps.
    return code_names.difference_text(words.signed(_gap(row)), row["indicator"], words)


def comparison_sentence(facts: Facts, row: Row, words: Wording) -> str:
    """Return one indicator against its benchmark: the difference first, then rank and chance."""
    known = catalogue.load().indicators[row["indicator"]]
    said = words(
        "{indicator} stood at {value} {unit} in {period}",
        indicator=words.text(known.title),
        value=words.number(row["value"], known.decimals),
        unit=code_names.unit_name(known.key, words),
        period=words.period(row["period"]),
    )
    if not pd.isna(row["benchmark"]):
        gap = _gap(row)
        values = {
            "said": said,
            "difference": code_names.difference_text(words.number(abs(gap)), known.key, words),
            "whole": benchmark_name(facts, words),
            "benchmark": words.number(row["benchmark"], known.decimals),
        }
        if gap > 0:
            said = words("{said}, {difference} above {whole} ({benchmark})", **values)
        elif gap < 0:
            said = words("{said}, {difference} below {whole} ({benchmark})", **values)
        else:
            said = words("{said}, the same as {whole}", **values)
    if rank := rank_text(facts, row, words):
        said = words("{said}, rank {rank}", said=said, rank=rank)
    if row["class"] == Standing.SIMILAR:
        said = words("{said}; chance alone could make such a difference", said=said)
    return words("{said}.", said=said)


def benchmark_name(facts: Facts, words: Wording) -> str:
    """Return what the benchmark is called in a sentence."""
    if facts.nation == NATION:
        return words("the nation")
    return tree().names(words.language)[facts.nation]


def spine_rows(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the rows of the spine chart: what can be compared and has a range of peers."""
    drawn = facts.fair[facts.fair["at"].notna()]
    rows = [_spine_row(facts, row, words) for row in drawn.to_dict("records")]
    return pd.DataFrame(rows).assign(place=range(len(rows)))


def _spine_row(facts: Facts, row: Row, words: Wording) -> dict[str, Any]:
    item = catalogue.load().indicators[row["indicator"]]

    def number(column: str) -> str:
        return words.number(row[column], item.decimals)

    name, value = (
        words.text(item.title),
        f"{number('value')} {code_names.unit_name(item.key, words)}",
    )
    rank = rank_text(facts, row, words)
    told = [value, facts.fresh.said(item.key, row["period"], words)]
    if rank:
        place, of = words.number(row["rank"]), words.number(row["of"])
        ranked = words("rank {rank} of {of}", rank=place, of=of)
        told.append(" ".join(filter(None, [ranked, change_sign(row)])))
    ends = ("lowest", "lower_quartile", "upper_quartile", "highest")
    return {
        "indicator": item.key,
        "region": facts.region,
        "period": row["period"],
        "name": name,
        "told": " · ".join(told),
        "value": value,
        "benchmark": number("benchmark"),
        "difference": difference_signed(row, words),
        "class": row["class"],
        "standing": words(Standing(row["class"]).sentence),
        "median": number("median"),
        "range": f"{number('lowest')} – {number('highest')}",
        "rank": rank,
        "change": change_text(row, words),
        "spoken": " · ".join([name, *told]),
        "at": row["at"],
        "centre_at": 0.0,
    } | {f"{end}_at": row[f"{end}_at"] for end in ends}


def trends(
    facts: Facts, asked: Mapping[str, Row], words: Wording, most: int = MOST_STRIPS
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the trends: indicators with two figures or more, aims first.

    `asked`: the register's targets by their key.
    """
    known, aims = catalogue.load().indicators, _aims(facts)
    strips, points, goals = [], [], []
    for place, (key, series) in enumerate(_series(facts, trending(facts)[:most]).items()):
        item, unit = known[key], code_names.unit_name(key, words)
        aim, demand = _aim_of(series, aims.get(key)), ""
        values = [point.value for point in series]
        shown = [words.number(value, item.decimals) for value in values]
        if aim is not None:
            values.append(aim["target_value"])
            target = target_text(asked[aim["target"]], words)
            demand = words("Target: {target}", target=target)
        low, reach = min(values), max(values) - min(values)
        age = facts.fresh.said(key, series[-1].period, words)
        strips.append(
            (
                key,
                place,
                words.text(item.title),
                _development(series, shown, words, unit, age),
                demand,
            )
        )
        if aim is not None:
            goals.append((key, place, _height(aim["target_value"], low, reach)))
        for point, number in zip(series, shown, strict=True):
            height, period = _height(point.value, low, reach), words.period(point.period)
            points.append(
                (key, facts.region, point.date, height, point.segment, f"{number} {unit}", period)
            )
    columns: dict[str, tuple[list[Any], list[str]]] = {
        STRIPS: (strips, ["indicator", "place", "name", "told", "asked"]),
        TRENDS: (points, ["indicator", "region", "date", "y", "segment", "shown", "period"]),
        AIMS: (goals, ["indicator", "place", "y"]),
    }
    return {name: pd.DataFrame(rows, columns=names) for name, (rows, names) in columns.items()}


def in_columns(frames: dict[str, pd.DataFrame], columns: int = 2) -> list[dict[str, pd.DataFrame]]:
    """Return the datasets of the trends in columns, as many strips in each, counted anew."""
    size = -(-len(frames[STRIPS]) // columns) or 1
    drawn = []
    for first in range(0, len(frames[STRIPS]), size):
        strips = frames[STRIPS].iloc[first : first + size]
        own = {
            name: rows[rows["indicator"].isin(strips["indicator"])] for name, rows in frames.items()
        }
        moved = {STRIPS: own[STRIPS], AIMS: own[AIMS]}
        drawn.append(
            own | {name: rows.assign(place=rows["place"] - first) for name, rows in moved.items()}
        )
    return drawn


def _development(series: list[Point], shown: list[str], words: Wording, unit: str, age: str) -> str:
    """Return the first and the last figure of a series; of a broken one those since the break.

    age: the last period, with how old it is.
    """
    last = series[-1]
    start = next(at for at, point in enumerate(series) if point.segment == last.segment)
    first = series[start]
    values = {"last": shown[-1], "to_period": age, "unit": unit}
    values |= {"first": shown[start], "from_period": words.period(first.period)}
    if first == last:
        said = words("{last} ({to_period}) {unit}", **values)
    else:
        said = words("{first} ({from_period}) to {last} ({to_period}) {unit}", **values)
    if not start:
        return said
    period = words.period(first.period)
    return words("{said}; not comparable with figures before {period}", said=said, period=period)


def _height(value: float, low: float, reach: float) -> float:
    return round((value - low) / reach, 3) if reach else 0.5


class Point(NamedTuple):
    """A figure of a strip; `segment` counts the breaks before it."""

    date: str
    period: str
    value: float
    segment: int


def _series(facts: Facts, chosen: list[str]) -> dict[str, list[Point]]:
    """Return what the strips of the chosen indicators draw, in order of time."""
    own = facts.lines[facts.lines["indicator"].isin(chosen)]
    columns = ["indicator", "period", "value", "status", "confidentiality"]
    rows = sorted(
        (charts.period_end(period), key, period, *rest)
        for key, period, *rest in zip(*(own[name].tolist() for name in columns), strict=True)
    )
    found: dict[str, list[Point]] = {key: [] for key in chosen}
    segments = dict.fromkeys(chosen, 0)
    for date, key, period, value, status, confidentiality in rows:
        # Counted even where the figure is missing.
        segments[key] += status == "B"
        if confidentiality == "F" and value == value:
            found[key].append(Point(date, period, value, segments[key]))
    return {key: _thinned(series) for key, series in found.items()}


def earlier_figure(facts: Facts, indicator: str, period: str) -> Point | None:
    """Return the last comparable figure a year or more before a period; None where none is."""
    end = charts.period_end(period)
    series = _series(facts, [indicator])[indicator]
    now = [point.segment for point in series if point.date <= end]
    year_before = f"{int(end[:4]) - 1}{end[4:]}"
    found = [p for p in series if p.date <= year_before and p.segment == now[-1]]
    return found[-1] if found else None


def _thinned(series: list[Point]) -> list[Point]:
    """Return a long series by the last figure of each year and segment."""
    if len(series) <= MOST_POINTS:
        return series
    return list({(parse(point.period).year, point.segment): point for point in series}.values())


def trending(facts: Facts) -> list[str]:
    """Return the indicators that have a trend to draw: those aimed at, then what compares."""
    own = facts.lines
    usable = own[own["value"].notna() & (own["confidentiality"] == "F")]
    counts = usable["indicator"].value_counts()
    aimed = facts.verdicts.loc[facts.verdicts["target_value"].notna(), "indicator"]
    order = dict.fromkeys([*aimed, *facts.fair["indicator"], *catalogue.load().indicators])
    return [key for key in order if counts.get(key, 0) >= 2]


def _aims(facts: Facts) -> dict[Any, dict[Any, Any]]:
    """Return the target of each indicator's totals that is a number to be reached."""
    verdicts = facts.verdicts
    totals = (verdicts[["industry", "size", "scheme"]] == [facts.industry, ALL, ALL]).all(axis=1)
    chosen = verdicts[
        totals
        & verdicts["target_value"].notna()
        & ~verdicts["kind"].isin([Kind.EXCEED_BENCHMARK, Kind.WITHIN])
    ]
    return chosen.drop_duplicates("indicator").set_index("indicator", drop=False).to_dict("index")


def _aim_of(series: list[Point], aim: Row | None) -> Row | None:
    """Return the target that a strip may show: of a flow, one for periods of its length."""
    if aim is None or catalogue.load().indicators[aim["indicator"]].timing == "stock":
        return aim
    if catalogue.load().indicators[aim["indicator"]].covers == "year":  # as every line of it
        return aim
    latest = aim["latest_period"]
    same = isinstance(latest, str) and frequency(latest) == frequency(series[-1].period)
    return aim if same else None


def parts_rows(facts: Facts, indicator: str, by: str, words: Wording) -> pd.DataFrame:
    """Return the bars of one indicator `by` industry or size, in the order of the code list.

    The benchmark of a count, which is as large as its region, is what the region would have of a
    part with the nation's mix.
    """
    known = catalogue.load()
    item = known.indicators[indicator]
    codes = known.industries if by == "industry" else known.sizes
    name = code_names.industry_name if by == "industry" else code_names.size_name
    parts = facts.parts
    undivided = {"industry": facts.industry, "size": ALL}
    other = "size" if by == "industry" else "industry"
    single = (parts[by] != undivided[by]) & (parts[other] == undivided[other])
    free = _free(parts[(parts["indicator"] == indicator) & single])
    whole = free[free["region"] == facts.nation].set_index(by)["value"]
    own = free[free["region"] == facts.region].set_index(by, drop=False)
    own = own.reindex([code for code in codes["code"] if code in own.index])
    fair = item.kind != "count" and item.share_of is None
    mix = _mix(facts, indicator, by)
    own = own.assign(
        nation=own[by].map(whole).astype(float) * (100 / mix.nation if mix else 1),
        share=own["value"] * (100 / mix.region) if mix else float("nan"),
    )
    scale = mix.region / 100 if mix else 1 if fair else float("nan")
    own = own.assign(benchmark=own["nation"] * scale)

    def label(row: Row) -> str:
        value = words.number(row["value"], item.decimals)
        if not mix:
            return value
        return words("{value} ({share})", value=value, share=words.percent(row["share"]))

    def compared(row: Row) -> str:
        if mix and not math.isnan(row["nation"]):
            return words.percent(row["nation"])
        return words.number(row["benchmark"], item.decimals)

    columns: dict[str, Cell] = {
        "name": lambda row: name(row[by], words),
        "value": lambda row: row["value"],
        "label": label,
        "benchmark": lambda row: row["benchmark"],
        "compared": compared,
        "region": lambda row: row["region"],
        "industry": lambda row: row["industry"],
        "sized": lambda row: indicator,
        "end": lambda row: np.fmax(row["value"], row["benchmark"]),
        "spoken": lambda row: f"{name(row[by], words)}, {label(row)}",
    }
    bars = listing(own, columns)
    return bars.assign(place=range(len(bars)))


class _Mix(NamedTuple):
    """What all parts of a count make up, in a region and in the nation."""

    region: float
    nation: float


def _mix(facts: Facts, indicator: str, by: str) -> _Mix | None:
    """Return the totals that parts `by` industry or size are shares of, where both are known."""
    item = catalogue.load().indicators[indicator]
    if item.kind != "count" or by not in item.additive:
        return None
    period = _period_of_parts(facts, indicator)
    found = []
    for rows in (facts.own, facts.whole):
        total = _free(rows[(rows["indicator"] == indicator) & (rows["period"] == period)])
        found += total["value"].tolist()[:1]
    return _Mix(*found) if len(found) == 2 and min(found) > 0 else None


def _free(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["value"].notna() & (rows["confidentiality"] == "F")]


def _period_of_parts(facts: Facts, indicator: str) -> str:
    return str(facts.parts.loc[facts.parts["indicator"] == indicator, "period"].iloc[0])


def parts_title(by: str, words: Wording) -> str:
    """Return what the bars by industry or size are called."""
    return words("Figures by industry") if by == "industry" else words("Figures by enterprise size")


def divided(facts: Facts) -> list[str]:
    """Return the indicators of which the region has figures by industry or size, rates first."""
    own = facts.parts[(facts.parts["region"] == facts.region) & facts.parts["value"].notna()]
    counted = own[own["confidentiality"] == "F"].groupby("indicator").size()
    held = set(counted[counted >= FEWEST_PARTS].index)
    order = catalogue.load().indicators
    found = [key for key in order if key in held]
    return sorted(found, key=lambda key: order[key].kind == "count" or bool(order[key].share_of))


def _best_first(verdicts: pd.DataFrame) -> pd.DataFrame:
    return verdicts.assign(order=verdicts["verdict"].map(_BEST_FIRST)).sort_values(
        ["order", "own", "indicator"], ascending=[True, False, True]
    )


def verdict_table(material: Material, words: Wording) -> pd.DataFrame:
    """Return the region's targets and verdicts, those that can be judged first."""
    facts, judged = material.facts, material.shared.judged
    doubts = judged.doubts(words)
    rows = _best_first(facts.verdicts)
    known = catalogue.load().indicators

    def latest(row: Row) -> str:
        if pd.isna(row["latest_value"]):
            return "—"
        decimals = known[row["indicator"]].decimals
        enough = decimals_apart(row["latest_value"], row["target_value"], decimals)
        value = words.number(row["latest_value"], enough)
        period = facts.fresh.said(row["indicator"], row["latest_period"], words)
        return words("{value} ({period})", period=period, value=value)

    def acceleration(row: Row) -> str:
        needed = row["required"] and math.isfinite(row["acceleration"])
        return words.number(row["acceleration"], 1) if needed else "—"

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: code_names.aim_name(row, words),
        words("Verdict"): lambda row: objectives.marked(
            f"{VerdictClass(row['verdict']).symbol} {said_of(row, words)}", row, doubts
        ),
        words("Target"): lambda row: line_text(judged.asked, row["target"], words),
        words("Latest"): latest,
        words("Needed in the next year"): lambda row: objectives.change_text(row, words),
        words("Or the same each year"): lambda row: objectives.change_text(row, words, "yearly"),
        words("Acceleration factor"): acceleration,
        words("Whose target"): lambda row: whose(row, words),
        words("* Doubts and notes"): lambda row: objectives.doubts_text(row, doubts, words),
    }
    return listing(rows, columns)


def doubt_lines(material: Material, words: Wording) -> list[str]:
    """Return the doubts and notes of the region's verdicts, a line a target that has any."""
    verdicts = material.facts.verdicts.sort_values(["own", "indicator"], ascending=[False, True])
    told = material.shared.judged.doubts(words)
    lines = [
        (code_names.aim_name(row, words), objectives.doubts_text(row, told, words))
        for row in verdicts.to_dict("records")
    ]
    return [words("* {what}: {said}", what=what, said=said) for what, said in lines if said]


def comparison_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the region on every indicator that it has a figure of, beside benchmark and peers."""
    known = catalogue.load().indicators

    def number(column: str) -> Cell:
        return lambda row: words.number(row[column], known[row["indicator"]].decimals)

    def limits(height: str) -> Cell:
        low, high = number(f"limit_lower_{height}"), number(f"limit_upper_{height}")
        return lambda row: "—" if low(row) == "—" else f"{low(row)} – {high(row)}"

    def beside_peers(row: Row) -> str:
        nothing = pd.isna(row["group_benchmark"])
        return "—" if nothing else words(Standing(row["group_class"]).sentence)

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(known[row["indicator"]].title),
        words("Period"): lambda row: facts.fresh.said(row["indicator"], row["period"], words),
        words("Value"): number("value"),
        words("Unit"): lambda row: code_names.unit_name(row["indicator"], words),
        words("Benchmark"): number("benchmark"),
        words("Difference"): lambda row: difference_signed(row, words),
        words("Control limits at 95 %"): limits("95"),
        words("Control limits at 99.8 %"): limits("998"),
        words("Rank"): lambda row: rank_text(facts, row, words) or "—",
        words("Change of rank"): lambda row: change_text(row, words) or "—",
        words("Compared with the benchmark"): lambda row: words(Standing(row["class"]).sentence),
        words("Peers together"): number("group_benchmark"),
        words("Compared with the peers together"): beside_peers,
        words("Median of the peers"): number("median"),
        words("Lowest of the peers"): number("lowest"),
        words("Highest of the peers"): number("highest"),
        words("Peers with a figure"): lambda row: words.number(row["peers"]),
        words("What is missing"): lambda row: gap_name(row["benchmark_gap"] or row["gap"], words),
    }
    return listing(facts.spine[facts.spine["value"].notna()], columns)


def lacking(facts: Facts) -> list[str]:
    """Return the indicators that the region has no figure of.

    What exists for one industry, scheme or period only is there.
    """
    return [key for key in declared() if key not in facts.held]


def missing_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return what the region has no figure of, the clause that asks for it, and who has figures."""
    known = catalogue.load()
    gaps = facts.spine[facts.spine["value"].isna()].set_index("indicator")["gap"]
    held = set(facts.own.loc[facts.own["value"].notna(), "indicator"])

    def why(key: str) -> str:
        if key in facts.apart and key not in gaps:
            return words("there are figures, but none of this industry")
        return gap_name(gaps.get(key, Gap.NO_DATA), words)

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(row["item"].title),
        words("Clause"): lambda row: words.text(known.clauses[row["item"].clause].title),
        words("Why"): lambda row: why(row["item"].key),
        words("Who could supply it"): lambda row: supplier_text(
            row["item"], facts.holdings, facts.publishers, held, words
        ),
    }
    return listing(
        pd.DataFrame({"item": [known.indicators[key] for key in lacking(facts)]}), columns
    )


@dataclass(frozen=True)
class Beside:
    """Whom a region is compared with, and on how much; `compared` is empty without a chart."""

    group: str
    peers: str
    compared: str
    definitions: list[str]


@dataclass(frozen=True)
class ProvinceTables:
    """Sentences and tables of one region; `trends` is empty without a chart.

    known: whether it has any figure; counts: its verdicts as badges; targets: those of `verdicts`,
    by row; doubts: lines about these; trends_defined: what the indicators of the trends mean;
    lacking: the clauses that the rows of `missing` belong to.
    """

    statement: str
    known: bool
    counts: str
    verdicts: pd.DataFrame
    targets: list[str]
    doubts: list[str]
    beside: Beside
    trends: str
    trends_note: str
    trends_defined: list[str]
    divided: list[str]
    missing: pd.DataFrame
    lacking: list[str]
    missing_note: str
    sources: list[str]


def province_tables(material: Material, words: Wording) -> ProvinceTables:
    """Return what the page says of a region."""
    facts = material.facts
    moving, missing = trending(facts), missing_table(facts, words)
    badges = (
        f":gray-badge[{symbol} {name} {words.number(number)}]"
        for symbol, name, number in objectives.counts(facts.verdicts, words)
    )
    number, where = min(len(moving), MOST_STRIPS), facts.name(words)
    drawn_trends = words.plural(
        "{n} trend of {region}", "{n} trends of {region}", n=number, region=where
    )
    return ProvinceTables(
        statement=statement(facts, words),
        known=bool(facts.sources),
        counts=" ".join(badges),
        verdicts=verdict_table(material, words),
        targets=_best_first(facts.verdicts)["target"].tolist() if len(facts.verdicts) else [],
        doubts=doubt_lines(material, words),
        beside=beside(material, words),
        trends=drawn_trends if moving else "",
        trends_note=_trends_note(len(moving), words),
        trends_defined=definitions(moving[:MOST_STRIPS], words),
        divided=divided(facts),
        missing=missing,
        lacking=[catalogue.load().indicators[key].clause for key in lacking(facts)],
        missing_note=_missing_note(facts, len(missing), words),
        sources=sources(material, words),
    )


def _missing_note(facts: Facts, number: int, words: Wording) -> str:
    values = {"n": words.number(number), "all": words.number(len(declared()))}
    if facts.industry == ALL:
        return words(
            "{n} of the {all} indicators that the clauses ask for have no figure here.", **values
        )
    return words(
        "{n} of the {all} indicators that the clauses ask for have no figure of this industry "
        "here; {apart} of them have figures of the region, but none of this industry.",
        apart=words.number(len(facts.apart & set(lacking(facts)))),
        **values,
    )


def sources(material: Material, words: Wording) -> list[str]:
    """Return where a region's figures come from.

    Its documents are too many to list: the briefing and the workbook do.
    """
    published = material.citations[material.citations["basis"] != "derived"]
    return [
        source_line(material.facts, words),
        *footnotes.standing(published, words)[1:],
        *second_sources.footnotes(material.facts.own, published, words),
        *denominators.of_a_region(material.facts.own, material.citations, words),
    ]


def beside(material: Material, words: Wording) -> Beside:
    """Return whom a region is compared with; all that its group of peers decides."""
    facts = material.facts
    drawn = int(facts.fair["at"].notna().sum())
    where = facts.name(words)
    compared = words.plural(
        "{region} among its peers on {n} indicator",
        "{region} among its peers on {n} indicators",
        n=drawn,
        region=where,
    )
    peers = peers_text(facts, material.shared.declared, words)
    meant = definitions(facts.fair["indicator"], words)
    return Beside(facts.group, peers, compared if drawn else "", meant)


def source_line(facts: Facts, words: Wording) -> str:
    """Return the sources of a region's figures in one line."""
    names = source_names(facts, words)
    if not names:
        return words("Source: none has figures of this region")
    return words("Source: {documents}", documents=words.listed(names))


def source_names(facts: Facts, words: Wording) -> list[str]:
    """Return the sources of a region's figures; one without a title says who publishes it."""
    return [
        code_names.source_name(key, words)
        if key == "derived" or key in catalogue.load().sources
        else words(
            "{document} ({publisher})",
            document=key,
            publisher=code_names.publisher_name(key, facts.publishers, words),
        )
        for key in sorted(facts.sources)
    ]


def declared() -> list[str]:
    """Return the indicators that ask for a figure, not for evidence."""
    known = catalogue.load().indicators
    return [key for key, item in known.items() if item.kind != "milestone"]


def _trends_note(trends: int, words: Wording) -> str:
    if not trends:
        return words("No indicator has two figures yet, so there is no trend.")
    said = words(
        "Each strip has its own scale; dashed: the target. Of a series with more than {n} figures "
        "the last of each year is drawn.",
        n=MOST_POINTS,
    )
    if trends > MOST_STRIPS:
        said += words(
            " {n} of {all} indicators are drawn, those with a target first.",
            n=MOST_STRIPS,
            all=trends,
        )
    return said


def definitions(indicators: Iterable[str], words: Wording) -> list[str]:
    """Return what each of the indicators means."""
    known = catalogue.load().indicators
    return [
        words(
            "{what}: {said}",
            what=words.text(known[key].title),
            said=words.text(known[key].description),
        )
        for key in dict.fromkeys(indicators)
    ]


def comparison_notes(words: Wording) -> list[str]:
    """Return how a spine chart is read, and what it does not say."""
    return [
        words(
            "▲ significantly better, ▼ significantly worse; ● no significant "
            "difference; ◆ neither good nor bad; ■ not tested. Line: national value "
            "(or the province's, or the peer median if missing). Bands: range of "
            "peers and their middle half."
        ),
        words(
            "After a rank: ▲ ▼ places won or lost within a year or more, beyond chance; ≈ a change "
            "that chance could make; = none."
        ),
        words(
            "Totals depend on a region's size and are not compared. With large "
            "populations even small differences are significant: read the "
            "difference first, then the rank."
        ),
    ]


def series_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the figures of the region over time, of one frequency each: the trends' twin."""
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    # By indicator; within one they stand in order of time.
    rows = facts.lines.sort_values("indicator", key=lambda column: column.map(order), kind="stable")
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(known[row["indicator"]].title),
        words("Period"): lambda row: words.period(row["period"]),
        words("Value"): lambda row: row["value"] if row["confidentiality"] == "F" else math.nan,
        words("Unit"): lambda row: code_names.unit_name(row["indicator"], words),
        words("Footnote"): lambda row: readable_tables.footnote(
            row["status"], row["confidentiality"], row["value"], words
        ),
    }
    return listing(rows, columns)


def part_note(facts: Facts, indicator: str, words: Wording) -> str:
    """Return what the bars of industries and sizes show."""
    item = catalogue.load().indicators[indicator]
    values = {"what": words.text(item.title), "unit": code_names.unit_name(indicator, words)}
    period = facts.fresh.said(indicator, _period_of_parts(facts, indicator), words)
    said = words("{what} ({unit}), {period}.", period=period, **values)
    if any(_mix(facts, indicator, by) for by in ("industry", "size")):
        return said + words(
            " In brackets: the share of the total. The tick: with the mix of {whole}; under the "
            "pointer: the share there.",
            whole=benchmark_name(facts, words),
        )
    if item.kind == "count" or item.share_of:
        return said
    return said + words(" The tick: {whole}.", whole=benchmark_name(facts, words))


def part_table(facts: Facts, indicator: str, words: Wording) -> pd.DataFrame:
    """Return the twin of the bars: industries, then sizes."""
    both = pd.concat([parts_rows(facts, indicator, by, words) for by in ("industry", "size")])
    columns: dict[str, Cell] = {
        words("Part"): lambda row: row["name"],
        words("Value"): lambda row: row["label"],
        words("Benchmark"): lambda row: row["compared"],
        words("Unit"): lambda row: code_names.unit_name(indicator, words),
    }
    return listing(both, columns)


def part_exports(
    material: Material, indicator: str, by: str, words: Wording, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from the bars `by` industry or size."""
    facts = material.facts
    where, what = facts.name(words), parts_title(by, words)
    title = words.text(catalogue.load().indicators[indicator].title)

    def bars() -> Specification:
        return exported_chart(
            parts_chart(words, dark=dark),
            {PARTS: parts_rows(facts, indicator, by, words)},
            title=f"{where} · {what}",
            dark=dark,
            width=620,
            notes=[
                part_note(facts, indicator, words),
                *sources(material, words),
                *vintage_notes(vintage, words),
            ],
        )

    return Offer((where, title, what), vintage, words).images(bars)
