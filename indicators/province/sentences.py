"""What is said of one region: sentences that figures support, by rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from indicators import catalogue, tables
from indicators.compare import Gap, Mistake, PeerGroups, Problem, RankChange, Standing
from indicators.objectives import GRADE
from indicators.progress import Reason, VerdictClass, reason_sentence
from indicators.province.facts import NATION, NEAREST, SIBLINGS, Facts, parent_of
from indicators.wording import Wording, difference

# A rank among fewer says nothing.
FEWEST_RANKED = 5
# Scatter beyond this many times what chance explains: a class of difference is no news.
FAR_FROM_CHANCE = 5
Row = dict[Any, Any]


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


def assessed(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts that stand today, from figures or from evidence."""
    return verdicts[~verdicts["verdict"].isin([VerdictClass.NOT_ASSESSED, VerdictClass.STALE])]


def outstanding(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the past: the deadline is behind, its figure is not there."""
    return verdicts[verdicts["verdict"] == VerdictClass.STALE]


def standing_well(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of targets that are met or on track."""
    return verdicts[[GRADE[VerdictClass(code)] == "good" for code in verdicts["verdict"]]]


def behind(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of targets that are behind or missed, the worst first."""
    late = [VerdictClass.MOVING_AWAY, VerdictClass.MISSED, VerdictClass.LIMITED,
            VerdictClass.ACCELERATION_NEEDED]  # fmt: skip
    order = {code: place for place, code in enumerate(late)}
    chosen = verdicts[verdicts["verdict"].isin(late)]
    return chosen.assign(order=chosen["verdict"].map(order)).sort_values(
        ["order", "acceleration"], ascending=[True, False], na_position="first"
    )


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
