"""One industry's board for clause 6: its figures, its verdicts, who leads, what is left, done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.code_names import Cell, listing
from indicators.drawing.map_rows import known_values
from indicators.frequencies import in_time, one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.periods import period_at
from indicators.progress.explanation import said_of
from indicators.regions import ALL, NATION
from indicators.statuses import Direction, VerdictClass
from indicators.target_register import Register
from indicators.views.facts import assessed
from indicators.views.objectives import target_text
from indicators.wording import Wording, decimals_apart, difference

ACHIEVED = (
    VerdictClass.ACHIEVED_ON_TIME,
    VerdictClass.ACHIEVED,
    VerdictClass.ACHIEVED_LATE,
    VerdictClass.DONE,
)
FEWEST_COMPARED = 8  # regions with a figure, for leaders to be told apart from the others
MOST_NAMED = 5
Row = dict[Any, Any]


@dataclass(frozen=True)
class Standing:
    """Whether an industry's objective is met: every target achieved and none slipping.

    since: the period in which the last of them was met, empty where it is not done or not known.
    left: the verdicts on targets that are not met, or are slipping.
    """

    done: bool
    since: str
    left: pd.DataFrame
    targets: int


def standing(verdicts: pd.DataFrame) -> Standing:
    """Return how an industry stands by the verdicts on its targets; without any it is not done."""
    met = verdicts["verdict"].isin(ACHIEVED) & ~verdicts["slipping"].fillna(False).astype(bool)
    done = bool(len(verdicts)) and bool(met.all())
    since = ""
    if done:
        moments = [
            (float(row["attained"]), str(row["latest_period"]))
            for row in verdicts.to_dict("records")
            if pd.notna(row["attained"]) and isinstance(row["latest_period"], str)
        ]
        since = period_at(*max(moments)) if moments else ""
    return Standing(done, since, verdicts[~met], len(verdicts))


def own_verdicts(verdicts: pd.DataFrame, industry: str, region: str) -> pd.DataFrame:
    """Return the verdicts on an industry's targets: a province's, or those of all who set one."""
    rows = verdicts[verdicts["industry"] == industry]
    chosen: pd.DataFrame = rows[rows["own"]] if region == NATION else rows[rows["region"] == region]
    return chosen


def standing_sentence(found: Standing, industry: str, region: str, words: Wording) -> str:
    """Return whether an industry is done, in one sentence."""
    values = {
        "industry": code_names.industry_name(industry, words),
        "region": tree().names(words.language)[region],
        "n": words.number(found.targets),
        "left": words.number(len(found.left)),
    }
    if found.done and found.since:
        period = words.period(found.since)
        return words(
            "{industry}, {region}: done. All {n} targets are achieved and none is slipping; the "
            "last was met in {period}.",
            period=period,
            **values,
        )
    if found.done:
        return words(
            "{industry}, {region}: done. All {n} targets are achieved and none is slipping.",
            **values,
        )
    if not found.targets:
        return words(
            "{industry}, {region}: no target for this industry is on record, so it cannot be done.",
            **values,
        )
    return words("{industry}, {region}: not done; {left} of {n} targets are left.", **values)


def industries_table(verdicts: pd.DataFrame, region: str, words: Wording) -> pd.DataFrame:
    """Return every industry that has targets: how many, how many are met, whether it is done."""
    rows = []
    for code in catalogue.industries().industries:
        own = own_verdicts(verdicts, code, region)
        if own.empty:
            continue
        found = standing(own)
        rows.append(
            {
                words("Industry"): code_names.industry_name(code, words),
                words("Targets"): len(own),
                words("Can be judged"): len(assessed(own)),
                words("Achieved, not slipping"): len(own) - len(found.left),
                words("Whether done"): words(
                    "done since {period}", period=words.period(found.since)
                )
                if found.since
                else words("done")
                if found.done
                else words("not done"),
            }
        )
    return pd.DataFrame(rows)


def indicator_table(
    rows: pd.DataFrame, region: str, words: Wording, fresh: Freshness = UNDATED
) -> pd.DataFrame:
    """Return an industry's indicators, each at its newest period: value, nation, best, trend.

    `rows`: of one industry, its last periods; fresh: how old figures are. The trend is the sign of
    the last two changes (method §5), of the region or, without a figure of it, of the nation.
    """
    known, names = catalogue.load().indicators, tree().names(words.language)
    free = rows.loc[known_values(rows).index]
    found = []
    for key in known:
        own = in_time(one_frequency(free[free["indicator"] == key], ["indicator"]))
        if own.empty:
            continue
        period = own["period"].iloc[-1]
        now = own[own["period"] == period].set_index("region")["value"]
        line = own[own["region"] == (region if region in now else NATION)]
        provinces = now[now.index.isin(tree().provinces)]
        item = known[key]

        def number(value: float | None, item: catalogue.Indicator = item) -> str:
            return words.number(value, item.decimals)

        best = "—"
        if len(provinces) and item.polarity:
            top = provinces.idxmax() if item.polarity > 0 else provinces.idxmin()
            best = f"{names[str(top)]} {number(float(provinces[top]))}"
        found.append(
            {
                words("Indicator"): words.text(item.title),
                words("Period"): fresh.said(key, str(period), words),
                names[region] if region != NATION else words("Nation"): number(now.get(region)),
                **({words("Nation"): number(now.get(NATION))} if region != NATION else {}),
                words("Best"): best,
                words("Provinces"): len(provinces),
                words("Unit"): code_names.unit_name(key, words),
                words("Trend"): words(direction(line["value"].tolist()).sentence),
            }
        )
    return pd.DataFrame(found)


def direction(values: Sequence[float]) -> Direction:
    """Return where a line has lately been going: the sign of its last two changes."""
    if len(values) < 3:
        return Direction.UNKNOWN
    first, second = values[-2] - values[-3], values[-1] - values[-2]
    if first > 0 and second > 0:
        return Direction.RISING
    return Direction.FALLING if first < 0 and second < 0 else Direction.STEADY


def target_table(
    verdicts: pd.DataFrame, register: Register, words: Wording, fresh: Freshness = UNDATED
) -> pd.DataFrame:
    """Return an industry's targets and verdicts, what is left of each, and where it is explained.

    What cannot be judged comes last.
    """
    known, names = catalogue.load().indicators, tree().names(words.language)
    order = {each: place for place, each in enumerate(VerdictClass)}
    rows = verdicts.assign(order=verdicts["verdict"].map(order)).sort_values(
        ["order", "indicator", "region"]
    )

    def latest(row: Row) -> str:
        if pd.isna(row["latest_value"]):
            return "—"
        decimals = known[row["indicator"]].decimals
        enough = decimals_apart(row["latest_value"], row["target_value"], decimals)
        value = words.number(row["latest_value"], enough)
        period = fresh.said(row["indicator"], row["latest_period"], words)
        return words("{value} ({period})", period=period, value=value)

    columns: dict[str, Cell] = {
        words("Region"): lambda row: names[row["region"]],
        words("Objective"): lambda row: code_names.aim_name(row, words),
        words("Target"): lambda row: target_text(register.record(row["target"]), words),
        words("Latest"): latest,
        words("Left"): lambda row: left_text(row, words),
        words("Verdict"): lambda row: (
            f"{VerdictClass(row['verdict']).symbol} {said_of(row, words)}"
        ),
        words("Explained"): lambda row: (
            f"/objectives?region={row['region']}&target={row['target']}&lang={words.language}"
        ),
    }
    return listing(rows, columns)


def left_text(row: Mapping[Any, Any], words: Wording) -> str:
    """Return what is left to a target: from the latest figure to it; nothing of one that is met."""
    if row["verdict"] in ACHIEVED:
        return words("slipping") if row["slipping"] else "—"
    if pd.isna(row["latest_value"]) or pd.isna(row["target_value"]):
        return words("not known")
    item = catalogue.load().indicators[row["indicator"]]
    decimals = decimals_apart(row["latest_value"], row["target_value"], item.decimals)
    gap = difference(row["target_value"], row["latest_value"], decimals)
    if gap * item.polarity <= 0:  # through it, as of the latest figure
        return "—"
    return code_names.difference_text(words.signed(gap), row["indicator"], words)


@dataclass(frozen=True)
class Leaders:
    """Who leads and who lags in an industry, by one indicator at one period."""

    indicator: str
    period: str
    leading: tuple[str, ...]
    lagging: tuple[str, ...]
    others: tuple[str, ...]
    said: str


def leaders(rows: pd.DataFrame, words: Wording) -> Leaders | None:
    """Return the best quarter of provinces and the others; None without a fair comparison.

    By the first indicator in the catalogue that is no count, of which policy wants more or less,
    and that enough provinces have a figure of.
    """
    known, names = catalogue.load().indicators, tree().names(words.language)
    free = rows.loc[known_values(rows).index]
    free = free[free["region"].isin(tree().provinces)]
    for key, item in known.items():
        own = free[free["indicator"] == key]
        if item.kind == "count" or not item.polarity or item.share_of or own.empty:
            continue
        own = in_time(one_frequency(own, ["indicator"]))
        period = str(own["period"].iloc[-1])
        now = own[own["period"] == period].sort_values(
            ["value", "region"], ascending=[item.polarity < 0, True]
        )
        if len(now) < FEWEST_COMPARED:
            continue
        codes = [str(code) for code in now["region"]]
        texts = {
            row["region"]: f"{names[row['region']]} {words.number(row['value'], item.decimals)}"
            for row in now.to_dict("records")
        }
        quarter = max(2, len(codes) // 4)
        leading, others = codes[:quarter], codes[quarter:]
        lagging = codes[-quarter:][::-1]
        said = words(
            "By {what}, {period}, of {n} provinces: leading {leading}; lagging {lagging}.",
            what=words.text(item.title),
            period=words.period(period),
            n=words.number(len(codes)),
            leading=words.listed([texts[code] for code in leading[:MOST_NAMED]]),
            lagging=words.listed([texts[code] for code in lagging[:MOST_NAMED]]),
        )
        return Leaders(key, period, tuple(leading), tuple(lagging), tuple(others), said)
    return None


def apart_table(found: Leaders, mixes: Mapping[str, pd.DataFrame], words: Wording) -> pd.DataFrame:
    """Return what sets leaders apart: shares of schemes and of sizes beside the others'.

    `mixes`: additive counts of one period, by the dimension whose parts they have: `scheme` or
    `size`. A share is that of the sums over regions; those that lack a part are left out.
    """
    name: dict[str, Callable[[str, Wording], str]] = {
        "scheme": code_names.scheme_name,
        "size": code_names.size_name,
    }
    heading = {"scheme": words("Certification scheme"), "size": words("Enterprise size")}
    lines = []
    for by, rows in mixes.items():
        if rows.empty:
            continue
        free = rows.loc[known_values(rows).index]
        counts = free.pivot_table(index="region", columns=by, values="value", aggfunc="sum")
        counts = counts.dropna()
        sums = [counts[counts.index.isin(group)].sum() for group in (found.leading, found.others)]
        if any(total.sum() == 0 for total in sums):
            continue
        leading, others = (total / total.sum() * 100 for total in sums)
        what = words.text(catalogue.load().indicators[str(rows["indicator"].iloc[0])].title)
        period = words.period(str(rows["period"].iloc[0]))
        for code in counts.columns:
            gap = difference(float(leading[code]), float(others[code]), 1)
            lines.append(
                {
                    words("Mix"): f"{heading[by]} ({what}, {period})",
                    words("Part"): name[by](str(code), words),
                    words("Leaders"): words.percent(float(leading[code])),
                    words("The others"): words.percent(float(others[code])),
                    words("Difference"): words(
                        "{number} percentage points", number=words.signed(gap)
                    ),
                }
            )
    return pd.DataFrame(lines)


def tools_table(
    rows: pd.DataFrame, tools: Sequence[str], region: str, words: Wording
) -> pd.DataFrame:
    """Return industries against tools of clause 4: how many organisations use each.

    `rows`: of the `tools`, of all industries, one period each.
    """
    known = catalogue.load().indicators
    own = rows[(rows["region"] == region) & (rows["industry"] != ALL)]
    free = own.loc[known_values(own).index].set_index(["industry", "indicator"])["value"]
    kept = set(
        own.loc[own["confidentiality"] != "F", ["industry", "indicator"]].apply(tuple, axis=1)
    )
    codes = [code for code in catalogue.industries().industries if code in set(own["industry"])]

    def cell(code: str, key: str) -> str:
        if (code, key) in kept:
            return words("Suppressed")
        return words.number(float(free[code, key]), 0) if (code, key) in free.index else "—"

    columns = {words("Industry"): [code_names.industry_name(code, words) for code in codes]}
    columns |= {words.text(known[key].title): [cell(code, key) for code in codes] for key in tools}
    return pd.DataFrame(columns)
