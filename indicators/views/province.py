"""What is said of one region by rules: sentences, tables, rows of its charts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from indicators import catalogue, denominators, tables
from indicators.compare import Gap, Mistake, PeerGroups, Problem, RankChange, Standing
from indicators.drawing import charts
from indicators.drawing.province import AIMS, STRIPS, TRENDS
from indicators.periods import frequency, parse
from indicators.progress import SYMBOLS, Kind, Reason, VerdictClass, reason_sentence, said_of
from indicators.views import footnotes, objectives
from indicators.views.facts import (
    NATION,
    NEAREST,
    SIBLINGS,
    Facts,
    Material,
    Row,
    assessed,
    outstanding,
    parent_of,
    standing_well,
)
from indicators.views.objectives import target_text
from indicators.wording import Wording, difference, rounded

# A rank among fewer says nothing.
FEWEST_RANKED = 5
# Scatter beyond this many times what chance explains: a class of difference is no news.
FAR_FROM_CHANCE = 5


def statement(facts: Facts, words: Wording) -> str:
    """Return the page's title: how many targets stand well, and one rank."""
    where = tables.region_names(words.language)[facts.region]
    if facts.own.empty:
        return words("{region}: there are no figures yet", region=where)
    said = words("{region}: {what}", region=where, what=targets_statement(facts, words))
    row = leading_rank(facts)
    if row is None:
        return said
    return words("{said}; {rank}", said=said, rank=rank_phrase(row, words))


def targets_statement(facts: Facts, words: Wording) -> str:
    """Return how many targets stand well, of those that can be judged."""
    if facts.verdicts.empty:
        return words("no target applies")
    judged, late = assessed(facts.verdicts), outstanding(facts.verdicts)
    if judged.empty and late.empty:
        return words.plural(
            "the {n} target that applies cannot be judged yet",
            "none of the {n} targets that apply can be judged yet", n=len(facts.verdicts),
        )  # fmt: skip
    parts = []
    if len(judged):
        parts.append(words.plural(
            "{good} of {n} target that can be judged is met or on track",
            "{good} of {n} targets that can be judged are met or on track",
            n=len(judged), good=words.number(len(standing_well(judged))),
        ))  # fmt: skip
    if len(late):
        parts.append(words.plural(
            "{n} target past its deadline waits for the final figure",
            "{n} targets past their deadlines wait for the final figures", n=len(late),
        ))  # fmt: skip
    return parts[0] if len(parts) == 1 else words("{said}; {rank}", said=parts[0], rank=parts[1])


def mistake_text(mistake: Mistake, words: Wording) -> str:
    """Return one thing that is wrong in the file of peer groups, and where."""
    problem = {
        Problem.NOT_YAML: words("the file is not YAML: {found}", found=mistake.found),
        Problem.UNKNOWN_FIELD: words("unknown field {found}", found=mistake.found),
        Problem.MISSING_FIELD: words("the field {found} is missing", found=mistake.found),
        Problem.NOT_A_LIST: words("a list is needed, not {found}", found=mistake.found),
        Problem.NOT_A_MAPPING: words("fields are needed, not {found}", found=mistake.found),
        Problem.NOT_TEXT: words("text in quotes is needed, not {found}", found=mistake.found),
        Problem.NOT_TRUE_OR_FALSE: words(
            "true or false is needed, not {found}", found=mistake.found
        ),
        Problem.NOT_A_POSITIVE_NUMBER: words(
            "a positive number is needed, not {found}", found=mistake.found
        ),
        Problem.UNKNOWN_REGION: words("no region has the code {found}", found=mistake.found),
        Problem.UNKNOWN_INDICATOR: words("no indicator is called {found}", found=mistake.found),
        Problem.UNKNOWN_INDUSTRY: words("no industry has the code {found}", found=mistake.found),
        Problem.UNKNOWN_SCALE: words(
            "the scale is linear or log, not {found}", found=mistake.found
        ),
        Problem.DUPLICATE: words("{found} stands twice", found=mistake.found),
        Problem.TOO_FEW: words("a group needs two members, not {found}", found=mistake.found),
    }[mistake.problem]
    if not mistake.place:
        return problem
    return words("{place}: {problem}", place=mistake.place, problem=problem)


def reason_with_count(reason: str, number: int, words: Wording) -> str:
    """Return why targets cannot be judged, and how many of them."""
    return words("({n}) {reason}", n=words.number(number),
                 reason=reason_sentence(Reason(reason), words))  # fmt: skip


def leading_rank(facts: Facts) -> Row | None:
    """Return the first indicator with a rank that says something: one with its interval first."""
    spine = facts.spine
    told = spine[(spine["polarity"] != 0) & (spine["of"] >= FEWEST_RANKED) & spine["rank"].notna()]
    sound = told[told["rank_from"].notna()]
    chosen = sound if len(sound) else told
    return None if chosen.empty else chosen.head(1).to_dict("records")[0]


def rank_phrase(row: Row, words: Wording) -> str:
    """Return `uptake rate ranks 2 of 31`, with the ranks that chance allows."""
    name = words.within(catalogue.load().indicators[row["indicator"]].title)
    return words("{indicator} ranks {rank}", indicator=name, rank=rank_text(row, words))


def rank_text(row: Row, words: Wording) -> str:
    """Return a rank with its interval, and among how many; empty where there is none."""
    if pd.isna(row["rank"]) or row["of"] < FEWEST_RANKED:
        return ""
    rank, of = words.number(row["rank"]), words.number(row["of"])
    if pd.isna(row["rank_from"]) or row["rank_from"] == row["rank_to"]:
        place = words("{rank} of {of} with figures", rank=rank, of=of)
    else:
        place = words(
            "{rank} ({first}–{last}) of {of} with figures",
            rank=rank,
            of=of,
            first=words.number(row["rank_from"]),
            last=words.number(row["rank_to"]),
        )
    if row["shared"] == 1:
        return place
    return words("{rank}, shared by {n}", rank=place, n=words.number(row["shared"]))


def change_sign(row: Row) -> str:
    """Return a change of rank as a sign: `▲2`, `▼1`, `≈` for noise, `=`; empty where untested."""
    if pd.isna(row["change"]) or row["of"] < FEWEST_RANKED:
        return ""
    return {
        RankChange.UNCHANGED: "=", RankChange.NOISE: "≈", RankChange.UNKNOWN: "",
        RankChange.UP: f"▲{row['change']:.0f}", RankChange.DOWN: f"▼{-row['change']:.0f}",
    }[RankChange(row["state"])]  # fmt: skip


def change_text(row: Row, words: Wording) -> str:
    """Return a change of rank, since when, and whether chance could make it; empty for none."""
    if pd.isna(row["change"]) or row["of"] < FEWEST_RANKED:
        return ""
    change, period = words.signed(row["change"], 0), words.period(row["since"])
    return {
        RankChange.UNCHANGED: words("the same as in {period}", period=period),
        RankChange.NOISE: words(
            "{n} since {period}, which chance could make", n=change, period=period
        ),
        RankChange.UNKNOWN: words("{n} since {period}, not tested", n=change, period=period),
        RankChange.UP: words("{n} since {period}, beyond chance", n=change, period=period),
        RankChange.DOWN: words("{n} since {period}, beyond chance", n=change, period=period),
    }[RankChange(row["state"])]


def standing_name(code: str, words: Wording) -> str:
    """Return how a figure stands to its benchmark, in words."""
    return {
        Standing.BETTER: words("better, beyond chance"),
        Standing.WORSE: words("worse, beyond chance"),
        Standing.HIGHER: words("higher, beyond chance"),
        Standing.LOWER: words("lower, beyond chance"),
        Standing.SIMILAR: words("no difference that chance could not make"),
        Standing.NOT_COMPARED: words("not tested"),
    }[Standing(code)]


def gap_name(code: str, words: Wording) -> str:
    """Return why a part of a comparison is missing, in words; empty for none."""
    if not isinstance(code, str) or not code:
        return ""
    return {
        Gap.NO_DATA: words("no figure"),
        Gap.SUPPRESSED: words("withheld"),
        Gap.NOT_COMPARABLE: words("another definition"),
        Gap.NO_DENOMINATOR: words("published without its denominator, so chance cannot be told"),
        Gap.INCONSISTENT: words("numerator and denominator do not give the figure"),
        Gap.NO_BENCHMARK: words("the benchmark has no figure for this period"),
        Gap.OUTSIDE_RANGE: words("outside the range that the test covers"),
        Gap.COUNT: words("a count: a part is never compared with its whole"),
        Gap.SHARE_OF_WHOLE: words("a share of the whole, which has no benchmark"),
        Gap.NO_NUMERATORS: words("published without numerators"),
        Gap.TOO_FEW_MEMBERS: words("too few members have figures"),
    }[Gap(code)]


def group_name(group: str, region: str, declared: PeerGroups, words: Wording) -> str:
    """Return the name of a group of peers."""
    if group == NEAREST:
        return words("Nearest neighbours")
    if group == SIBLINGS:
        names = tables.region_names(words.language)
        return words("Prefectures of {province}", province=names[parent_of(region)])
    return words.text(next(item.title for item in declared.groups if item.key == group))


def peers_text(facts: Facts, declared: PeerGroups, words: Wording) -> str:
    """Return whom a region is compared with; of neighbours, what the likeness rests on."""
    names = tables.region_names(words.language)
    name = group_name(facts.group, facts.region, declared, words)
    if not facts.peers:
        return words("{group}: none can be found, for want of figures.", group=name)
    if facts.group != NEAREST:
        return words("{group}: {names}.", group=name,
                     names=words.listed([names[code] for code in facts.peers]))  # fmt: skip
    near = [
        words("{region} ({distance})", region=names[code], distance=words.number(distance, 2))
        for code, distance in zip(
            facts.nearest["neighbour"], facts.nearest["distance"], strict=True
        )
    ]
    said = words("{group}, distance in standard deviations: {names}.", group=name,
                 names=words.listed(near))  # fmt: skip
    used = _features(facts.nearest["features"], words)
    said += words(" Alike by {features}.", features=words.listed(used))
    missing = _features(facts.nearest["missing"], words)
    if missing:
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
    return words("share of {industry} in {indicator}", indicator=title,
                 industry=tables.industry_name(industry, words))  # fmt: skip


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
    return tables.difference_text(words.signed(_gap(row)), row["indicator"], words)


def compared(facts: Facts) -> pd.DataFrame:
    """Return the rows of the spine that are a fair comparison: no counts, no shares of a whole."""
    return facts.fair


def comparison_sentence(facts: Facts, row: Row, words: Wording) -> str:
    """Return one indicator against its benchmark: the difference first, then rank and chance."""
    known = catalogue.load().indicators[row["indicator"]]
    unit, decimals = tables.unit_name(known.key, words), known.decimals
    said = words(
        "{indicator} stood at {value} {unit} in {period}",
        indicator=words.text(known.title), value=words.number(row["value"], decimals), unit=unit,
        period=words.period(row["period"]),
    )  # fmt: skip
    if not pd.isna(row["benchmark"]):
        gap = _gap(row)
        values = {
            "said": said,
            "difference": tables.difference_text(words.number(abs(gap)), known.key, words),
            "whole": benchmark_name(facts, words),
            "benchmark": words.number(row["benchmark"], decimals),
        }  # fmt: skip
        if gap > 0:
            said = words("{said}, {difference} above {whole} ({benchmark})", **values)
        elif gap < 0:
            said = words("{said}, {difference} below {whole} ({benchmark})", **values)
        else:
            said = words("{said}, the same as {whole}", **values)
    rank = rank_text(row, words)
    if rank:
        said = words("{said}, rank {rank}", said=said, rank=rank)
    if row["class"] == Standing.SIMILAR:
        said = words("{said}; chance alone could make such a difference", said=said)
    return words("{said}.", said=said)


def benchmark_name(facts: Facts, words: Wording) -> str:
    """Return what the benchmark is called in a sentence."""
    if facts.nation == NATION:
        return words("the nation")
    return tables.region_names(words.language)[facts.nation]


MOST_STRIPS = 12
FEWEST_PARTS = 2
# A longer series is drawn by the last figure of each year: a strip has no room for more.
MOST_POINTS = 24


def spine_rows(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the rows of the spine chart: what can be compared and has a range of peers."""
    known = catalogue.load().indicators
    drawn = compared(facts)
    drawn = drawn[drawn["at"].notna()]
    rows = []
    for row in drawn.to_dict("records"):
        item = known[row["indicator"]]
        decimals, unit = item.decimals, tables.unit_name(item.key, words)
        name, value = words.text(item.title), words.number(row["value"], decimals)
        rank = rank_text(row, words)
        told = [f"{value} {unit}", words.period(row["period"])]
        if rank:
            place, of = words.number(row["rank"]), words.number(row["of"])
            ranked = words("rank {rank} of {of}", rank=place, of=of)
            told.append(" ".join(filter(None, [ranked, change_sign(row)])))
        lowest, highest = (words.number(row[end], decimals) for end in ("lowest", "highest"))
        rows.append({
            "indicator": item.key, "name": name, "told": " · ".join(told),
            "value": told[0],
            "benchmark": words.number(row["benchmark"], decimals),
            "difference": difference_signed(row, words),
            "class": row["class"],
            "standing": standing_name(row["class"], words),
            "median": words.number(row["median"], decimals),
            "range": f"{lowest} – {highest}",
            "rank": rank,
            "change": change_text(row, words),
            "spoken": " · ".join([name, *told]),
            "at": row["at"],
            "centre_at": 0.0,
            **{
                f"{end}_at": row[f"{end}_at"]
                for end in ("lowest", "lower_quartile", "upper_quartile", "highest")
            },
        })  # fmt: skip
    return pd.DataFrame(rows)


def trends(
    facts: Facts, asked: Mapping[str, Row], words: Wording, most: int = MOST_STRIPS
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the trends: indicators with two figures or more, aims first.

    `asked`: the register's targets by their key.
    """
    known, aims = catalogue.load().indicators, _aims(facts)
    strips, points, goals = [], [], []
    for key, series in _series(facts, trending(facts)[:most]).items():
        item, unit = known[key], tables.unit_name(key, words)
        aim = _aim_of(series, aims.get(key))
        shown = [words.number(point.value, item.decimals) for point in series]
        ends = [point.value for point in series] + ([] if aim is None else [aim["target_value"]])
        low, reach = min(ends), max(ends) - min(ends)
        strips.append({
            "indicator": key, "name": words.text(item.title),
            "told": _development(series, shown, unit, words),
            "asked": "" if aim is None else words(
                "Target: {target}", target=target_text(asked[aim["target"]], words)
            ),
        })  # fmt: skip
        if aim is not None:
            goals.append((key, _height(aim["target_value"], low, reach)))
        points += [
            (
                key, point.date, _height(point.value, low, reach), point.segment,
                f"{said} {unit}", words.period(point.period),
            )
            for point, said in zip(series, shown, strict=True)
        ]  # fmt: skip
    return {
        STRIPS: pd.DataFrame(strips, columns=["indicator", "name", "told", "asked"]),
        TRENDS: pd.DataFrame(
            points, columns=["indicator", "date", "y", "segment", "shown", "period"]
        ),
        AIMS: pd.DataFrame(goals, columns=["indicator", "y"]),
    }


def _development(series: list[Point], shown: list[str], unit: str, words: Wording) -> str:
    """Return the first and the last figure of a series; of a broken one those since the break."""
    last = series[-1]
    start = next(at for at, point in enumerate(series) if point.segment == last.segment)
    first = series[start]
    said = (
        words(
            "{first} ({from_period}) to {last} ({to_period}) {unit}",
            first=shown[start],
            from_period=words.period(first.period),
            last=shown[-1],
            to_period=words.period(last.period),
            unit=unit,
        )
        if first != last
        else words(
            "{last} ({to_period}) {unit}",
            last=shown[-1],
            to_period=words.period(last.period),
            unit=unit,
        )
    )
    if not start:
        return said
    return words(
        "{said}; not comparable with figures before {period}",
        said=said,
        period=words.period(first.period),
    )


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
    aimed = list(facts.verdicts.loc[facts.verdicts["target_value"].notna(), "indicator"])
    order = list(dict.fromkeys([*aimed, *compared(facts)["indicator"],
                                *catalogue.load().indicators]))  # fmt: skip
    return [key for key in order if counts.get(key, 0) >= 2]


def _aims(facts: Facts) -> dict[Any, dict[Any, Any]]:
    """Return the target of each indicator's totals that is a number to be reached."""
    verdicts = facts.verdicts
    totals = (verdicts[["industry", "size", "scheme"]] == "ALL").all(axis=1)
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
    latest = aim["latest_period"]
    same = isinstance(latest, str) and frequency(latest) == frequency(series[-1].period)
    return aim if same else None


def parts_rows(facts: Facts, indicator: str, by: str, words: Wording) -> pd.DataFrame:
    """Return the bars of one indicator `by` industry or size, in the order of the code list.

    A count's parts have no benchmark: it is as large as the region.
    """
    known = catalogue.load()
    item = known.indicators[indicator]
    codes = known.industries if by == "industry" else known.sizes
    order = {code: place for place, code in enumerate(codes["code"])}
    parts = facts.parts
    chosen = parts[(parts["indicator"] == indicator) & (parts[by] != "ALL")]
    free = chosen[chosen["value"].notna() & (chosen["confidentiality"] == "F")]
    own = free[free["region"] == facts.region].sort_values(by, key=lambda column: column.map(order))
    whole = free[free["region"] == facts.nation].set_index(by)["value"]
    name = tables.industry_name if by == "industry" else tables.size_name
    fair = item.kind != "count" and item.share_of is None
    benchmark = own[by].map(whole).astype(float) if fair else pd.Series(float("nan"), own.index)
    labels = [words.number(value, item.decimals) for value in own["value"]]
    said = [name(code, words) for code in own[by]]
    return pd.DataFrame({
        "name": said,
        "value": own["value"].to_numpy(),
        "label": labels,
        "benchmark": benchmark.to_numpy(),
        "compared": [words.number(value, item.decimals) for value in benchmark],
        "end": pd.concat([own["value"], benchmark], axis=1).max(axis=1).to_numpy(),
        "spoken": [f"{part}, {label}" for part, label in zip(said, labels, strict=True)],
    })  # fmt: skip


def divided(facts: Facts) -> list[str]:
    """Return the indicators of which the region has figures by industry or size, rates first."""
    own = facts.parts[(facts.parts["region"] == facts.region) & facts.parts["value"].notna()]
    counted = own[own["confidentiality"] == "F"].groupby("indicator").size()
    held = set(counted[counted >= FEWEST_PARTS].index)
    order = catalogue.load().indicators
    found = [key for key in order if key in held]
    return sorted(found, key=lambda key: order[key].kind == "count" or bool(order[key].share_of))


MOST_DECIMALS = 4
_BEST_FIRST = {code: place for place, code in enumerate(VerdictClass)}


def verdict_table(facts: Facts, asked: Mapping[str, Row], words: Wording) -> pd.DataFrame:
    """Return the region's targets and verdicts, those that can be judged first.

    `asked`: the register's targets by their key.
    """
    rows = facts.verdicts.assign(order=facts.verdicts["verdict"].map(_BEST_FIRST)).sort_values(
        ["order", "own", "indicator"], ascending=[True, False, True]
    )
    known = catalogue.load().indicators
    told = rows.to_dict("records")
    return pd.DataFrame({
        words("Verdict"): [
            f"{SYMBOLS[VerdictClass(row['verdict'])]} "
            f"{said_of(row, words)}" for row in told
        ],
        words("Indicator"): [tables.aim_name(row, words) for row in told],
        words("Target"): [target_text(asked[row["target"]], words) for row in told],
        words("Latest"): [
            "—" if pd.isna(row["latest_value"]) else words(
                "{value} ({period})", period=words.period(row["latest_period"]),
                value=words.number(row["latest_value"], known[row["indicator"]].decimals),
            ) for row in told
        ],
        words("Required a year from now"): [
            required_text(row, words) for row in told
        ],
        words("Acceleration factor"): [
            words.number(row["acceleration"], 1) if math.isfinite(row["acceleration"])
            and row["required"] else "—" for row in told
        ],
        words("Whose target"): [
            words("its own") if row["own"] else words("the nation's") for row in told
        ],
    })  # fmt: skip


def comparison_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the region on every indicator that it has a figure of, beside benchmark and peers."""
    known = catalogue.load().indicators
    rows = facts.spine[facts.spine["value"].notna()].to_dict("records")

    def figures(name: str) -> list[str]:
        return [words.number(row[name], known[row["indicator"]].decimals) for row in rows]

    def limits(height: str) -> list[str]:
        ends = zip(figures(f"limit_lower_{height}"), figures(f"limit_upper_{height}"), strict=True)
        return ["—" if low == "—" else f"{low} – {high}" for low, high in ends]

    return pd.DataFrame({
        words("Indicator"): [words.text(known[row["indicator"]].title) for row in rows],
        words("Period"): [words.period(row["period"]) for row in rows],
        words("Value"): figures("value"),
        words("Unit"): [tables.unit_name(row["indicator"], words) for row in rows],
        words("Benchmark"): figures("benchmark"),
        words("Difference"): [difference_signed(row, words) for row in rows],
        words("Control limits at 95 %"): limits("95"),
        words("Control limits at 99.8 %"): limits("998"),
        words("Rank"): [rank_text(row, words) or "—" for row in rows],
        words("Change of rank"): [change_text(row, words) or "—" for row in rows],
        words("Compared with the benchmark"): [
            standing_name(row["class"], words) for row in rows
        ],
        words("Peers together"): figures("group_benchmark"),
        words("Compared with the peers together"): [
            "—" if pd.isna(row["group_benchmark"]) else standing_name(row["group_class"], words)
            for row in rows
        ],
        words("Median of the peers"): figures("median"),
        words("Lowest of the peers"): figures("lowest"),
        words("Highest of the peers"): figures("highest"),
        words("Peers with a figure"): [
            words.number(row["peers"]) for row in rows
        ],
        words("What is missing"): [
            gap_name(row["benchmark_gap"] or row["gap"], words) for row in rows
        ],
    })  # fmt: skip


def missing_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return what the region has no figure of, the clause that asks for it, and who has figures."""
    known = catalogue.load()
    gaps = facts.spine[facts.spine["value"].isna()].set_index("indicator")["gap"]
    own = facts.parts[(facts.parts["region"] == facts.region) & facts.parts["value"].notna()]
    # What exists for one industry only is there: it has no total to be missing.
    held = {*facts.spine.loc[facts.spine["value"].notna(), "indicator"], *own["indicator"]}
    rows = [
        (item, gap_name(gaps.get(key, Gap.NO_DATA), words))
        for key, item in known.indicators.items()
        if item.kind != "milestone" and key not in held
    ]
    return pd.DataFrame({
        words("Indicator"): [words.text(item.title) for item, _ in rows],
        words("Clause"): [words.text(known.clauses[item.clause].title) for item, _ in rows],
        words("Why"): [why for _, why in rows],
        words("Who could supply it"): [supplier(item, facts, words) for item, _ in rows],
    })  # fmt: skip


def supplier(item: catalogue.Indicator, facts: Facts, words: Wording) -> str:
    """Return who has figures of an indicator for others, or what it would follow from."""
    known = catalogue.load()
    if item.derived:
        needed = [str(item.numerator), str(item.denominator)]
        own = facts.own
        have = set(own.loc[own["value"].notna(), "indicator"])
        lacking = [key for key in dict.fromkeys(needed) if key not in have] or needed
        return words("computed here as soon as there is: {indicators}", indicators=words.listed([
            words.text(known.indicators[key].title) for key in lacking
        ]))  # fmt: skip
    found = []
    for source, provinces in sorted(facts.holdings.get(item.key, {}).items()):
        publisher = (
            words.text(known.sources[source].publisher)
            if source in known.sources
            else tables.source_name(source, words)
        )
        found.append(
            words.plural("{publisher}: published for {n} province",
                         "{publisher}: published for {n} provinces", n=provinces,
                         publisher=publisher) if provinces
            else words("{publisher}: published for the nation only", publisher=publisher)
        )  # fmt: skip
    return ("；" if words.language == "zh" else "; ").join(found) or words(
        "no public source is known: to be collected"
    )


def required_text(row: Row, words: Wording) -> str:
    """Return what the coming year must bring, with digits enough to be more than zero."""
    required, decimals = row["required"], catalogue.load().indicators[row["indicator"]].decimals
    if pd.isna(required) or not required:
        return "—"
    while not rounded(required, decimals) and decimals < MOST_DECIMALS:
        decimals += 1
    return tables.difference_text(words.signed(required, decimals), row["indicator"], words)


@dataclass(frozen=True)
class Beside:
    """Whom a region is compared with, and on how much; `compared` is empty without a chart."""

    group: str
    peers: str
    compared: str


@dataclass(frozen=True)
class ProvinceTables:
    """Sentences and tables of one region; `trends` is empty without a chart.

    known: whether it has any figure; counts: its verdicts as badges.
    """

    statement: str
    known: bool
    counts: str
    verdicts: pd.DataFrame
    beside: Beside
    trends: str
    trends_note: str
    divided: list[str]
    missing: pd.DataFrame
    missing_note: str
    sources: list[str]


def province_tables(material: Material, words: Wording) -> ProvinceTables:
    """Return what the page says of a region."""
    facts, common = material.facts, material.shared
    where = tables.region_names(words.language)[facts.region]
    trends = len(trending(facts))
    missing = missing_table(facts, words)
    return ProvinceTables(
        statement=statement(facts, words),
        known=not facts.own.empty,
        counts=" ".join(
            f":gray-badge[{symbol} {name} {words.number(number)}]"
            for symbol, name, number in objectives.counts(facts.verdicts, words)
        ),
        verdicts=verdict_table(facts, common.judged.asked, words),
        beside=beside(material, words),
        trends=words.plural(
            "{n} trend of {region}", "{n} trends of {region}", n=min(trends, MOST_STRIPS),
            region=where,
        ) if trends else "",
        trends_note=_trends_note(trends, words),
        divided=divided(facts),
        missing=missing,
        missing_note=words(
            "{n} of the {all} indicators that the clauses ask for have no figure here.",
            n=words.number(len(missing)), all=words.number(len(declared())),
        ),
        sources=[
            source_line(facts, words),
            # Its documents are too many to list: the briefing and the workbook do.
            *footnotes.standing(material.citations[material.citations["basis"] != "derived"],
                            words)[1:],
            *denominators.of_a_region(facts.own, material.citations, words),
        ],
    )  # fmt: skip


def beside(material: Material, words: Wording) -> Beside:
    """Return whom a region is compared with; all that its group of peers decides."""
    facts = material.facts
    where = tables.region_names(words.language)[facts.region]
    drawn = int(compared(facts)["at"].notna().sum())
    return Beside(
        facts.group,
        peers_text(facts, material.shared.declared, words),
        words.plural(
            "{region} among its peers on {n} indicator",
            "{region} among its peers on {n} indicators", n=drawn, region=where,
        ) if drawn else "",
    )  # fmt: skip


def source_line(facts: Facts, words: Wording) -> str:
    """Return the sources of a region's figures in one line."""
    sources = sorted(set(facts.own["source"]))
    if not sources:
        return words("Source: none has figures of this region")
    names = [tables.source_name(key, words) for key in sources]
    return words("Source: {documents}", documents=words.listed(names))


def declared() -> list[str]:
    """Return the indicators that ask for a figure, not for evidence."""
    return [
        key for key, item in catalogue.load().indicators.items() if item.kind != "milestone"
    ]  # fmt: skip


def _trends_note(trends: int, words: Wording) -> str:
    if not trends:
        return words("No indicator has two figures yet, so there is no trend.")
    said = words(
        "Each strip has its own scale; dashed: the target. Of a series with more than {n} figures "
        "the last of each year is drawn.", n=MOST_POINTS,
    )  # fmt: skip
    if trends > MOST_STRIPS:
        said += words(" {n} of {all} indicators are drawn, those with a target first.",
                      n=MOST_STRIPS, all=trends)  # fmt: skip
    return said


def comparison_notes(words: Wording) -> list[str]:
    """Return how a spine chart is read, and what it does not say."""
    return [
        words(
            "▲ better, ▼ worse beyond chance; ● no difference beyond chance; ◆ neither good nor "
            "bad; ■ not tested. Line: the nation or the province above, without a figure of it "
            "the peers' median. Bands: all peers, and their middle half."
        ),
        words(
            "After a rank: ▲ ▼ places won or lost within a year or more, beyond chance; ≈ a change "
            "that chance could make; = none."
        ),
        words(
            "Counts grow with a region's size and are not compared. Where denominators are large, "
            "chance explains very little: read the difference first, then the rank."
        ),
    ]


def series_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the figures of the region over time, of one frequency each: the trends' twin."""
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    # By indicator; within one they stand in order of time.
    rows = facts.lines.sort_values("indicator", key=lambda column: column.map(order), kind="stable")
    return pd.DataFrame({
        words("Indicator"): [words.text(known[key].title) for key in rows["indicator"]],
        words("Period"): [words.period(period) for period in rows["period"]],
        words("Value"): rows["value"].where(rows["confidentiality"] == "F").to_numpy(),
        words("Unit"): [tables.unit_name(key, words) for key in rows["indicator"]],
        words("Footnote"): [
            tables.footnote(status, confidentiality, value, words)
            for status, confidentiality, value in zip(
                rows["status"], rows["confidentiality"], rows["value"], strict=True
            )
        ],
    })  # fmt: skip


def part_note(facts: Facts, indicator: str, words: Wording) -> str:
    """Return what the bars of industries and sizes show."""
    item = catalogue.load().indicators[indicator]
    period = facts.parts.loc[facts.parts["indicator"] == indicator, "period"].iloc[0]
    said = words("{what} ({unit}), {period}.", what=words.text(item.title),
                 unit=tables.unit_name(indicator, words),
                 period=words.period(period))  # fmt: skip
    if item.kind == "count" or item.share_of:
        return said
    return said + words(" The tick: {whole}.", whole=benchmark_name(facts, words))


def part_table(facts: Facts, indicator: str, words: Wording) -> pd.DataFrame:
    """Return the twin of the bars: industries, then sizes."""
    both = pd.concat([parts_rows(facts, indicator, by, words) for by in ("industry", "size")])
    return pd.DataFrame({
        words("Part"): both["name"].to_numpy(),
        words("Value"): both["label"].to_numpy(),
        words("Benchmark"): both["compared"].to_numpy(),
        words("Unit"): tables.unit_name(indicator, words),
    })  # fmt: skip
