"""What the Overview says: the nation's newest figures, every verdict, what must change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from indicators import catalogue, code_names, denominators
from indicators.catalogue import tree
from indicators.code_names import Cell, listing
from indicators.drawing.charts import Specification, matrix_chart
from indicators.drawing.map_rows import state_of
from indicators.drawing.palette import VERDICTS, readable_on
from indicators.drawing.standalone import exported_chart, wrapped
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import in_time, one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.progress.explanation import said_of
from indicators.regions import ALL, NATION
from indicators.statuses import Standing, VerdictClass
from indicators.store.queries import Vintage
from indicators.target_register import AIM, Register
from indicators.views import footnotes
from indicators.views.facts import (
    Facts,
    Material,
    Row,
    assessed,
    behind,
    outstanding,
)
from indicators.views.objectives import (
    GRADE,
    Doubts,
    change_text,
    counts,
    doubts_text,
    marked,
    target_text,
)
from indicators.views.province import benchmark_name, rank_text
from indicators.views.releases import flip_table
from indicators.views.suppliers import supplier_text
from indicators.wording import Wording, difference, sentence

TREND = sentence("Trend")
MOST_TOLD = 6  # of what needs attention
MOST_BARS = 12  # of groups
NAME_WIDTH = 25.0  # em: a line of a name beside the matrix


class Pointer(NamedTuple):
    """A sentence that leads to a page, and what is chosen there."""

    text: str
    page: str
    codes: dict[str, str]


class Outcome(NamedTuple):
    """Verdicts that are counted together: in which words, and the mark that stands for them."""

    sentence: str
    symbol: str
    verdicts: tuple[VerdictClass, ...]


_MET = (VerdictClass.ACHIEVED_ON_TIME, VerdictClass.ACHIEVED, VerdictClass.DONE)
_BEHIND = (VerdictClass.ACCELERATION_NEEDED, VerdictClass.LIMITED, VerdictClass.MOVING_AWAY)
# The best first; those after the last that can be judged say that there is no verdict of today.
OUTCOMES = (
    Outcome(sentence("{n} met"), "✔", (*_MET, VerdictClass.ACHIEVED_LATE)),
    Outcome(sentence("{n} on track"), "▲", (VerdictClass.ON_TRACK,)),
    Outcome(
        sentence("{n} on track for the latest date only"),
        "△",
        (VerdictClass.ON_TRACK_LATEST_ONLY,),
    ),
    Outcome(sentence("{n} behind"), "▶", _BEHIND),
    Outcome(sentence("{n} missed"), "✖", (VerdictClass.MISSED,)),
    Outcome(sentence("{n} under way"), "◐", (VerdictClass.UNDER_WAY,)),
    Outcome(sentence("{n} not begun"), "○", (VerdictClass.NOT_BEGUN,)),
    Outcome(sentence("{n} await their final figure"), "◇", (VerdictClass.STALE,)),
    Outcome(sentence("{n} cannot be judged"), "·", (VerdictClass.NOT_ASSESSED,)),
)


@dataclass(frozen=True)
class Headline:
    """One large number, when it was, and how it changed since the snapshot before.

    help: says which snapshot that is, for which the card has no room.
    """

    label: str
    value: str
    change: str
    help: str


def headlines(rows: pd.DataFrame, words: Wording) -> list[Headline]:
    """Return the nation's figures with their change.

    `rows`: certificates and organisations of all schemes at the regions ALL and 100000.
    """
    titles = {
        "certificates_valid": words("Certificates"),
        "certified_organisations": words("Organisations"),
    }
    totals = rows[rows["industry"] == ALL]
    lines = []
    for region, scope in ((ALL, words("all")), (NATION, words("domestic"))):
        for key, title in titles.items():
            series = _line(totals[(totals["indicator"] == key) & (totals["region"] == region)])
            if not series.empty:
                label = words("{what} ({scope})", what=title, scope=scope)
                lines.append(_headline(key, label, series, words))
    return lines


def _headline(key: str, label: str, series: pd.DataFrame, words: Wording) -> Headline:
    newest, *before = series[::-1].to_dict("records")
    help_text = words(
        "{value} {unit}, {period}. {description}",
        value=words.number(newest["value"]),
        unit=code_names.unit_name(key, words),
        period=words.period(newest["period"]),
        description=words.text(catalogue.load().indicators[key].description),
    )
    # Here, not in the label: a narrow card cuts that.
    card = words.period(newest["period"])
    if before and (change := _change(newest, before[0], words)):
        card = f"{card} {change}"
        since = words.period(before[0]["period"])
        help_text += " " + words("{change} since {period}", change=change, period=since)
    return Headline(label, words.big(newest["value"]), card, help_text)


def _change(newest: Mapping[Any, Any], before: Mapping[Any, Any], words: Wording) -> str | None:
    """Return by how much a figure changed in percent; None across a break or without a base."""
    usual = {state_of(newest), state_of(before)} == {"value"}
    if not usual or newest["status"] == "B" or not before["value"]:
        return None
    return words.signed((newest["value"] / before["value"] - 1) * 100, 1) + "%"


def overview_statement(verdicts: pd.DataFrame, day: str, words: Wording) -> str:
    """Return the Overview's title: how the targets of its matrix stand on a day."""
    if verdicts.empty:
        return words("There are no targets to show")
    judged, late = assessed(verdicts), outstanding(verdicts)
    values = {"day": words.date(day), "all": words.number(len(verdicts))}
    if judged.empty:
        said = words("{day}: none of {all} targets can be judged", **values)
    else:
        said = words(
            "{day}: {judged} of {all} targets can be judged: {outcomes}",
            judged=words.number(len(judged)),
            outcomes=words.listed(outcomes(judged, words)),
            **values,
        )
    if late.empty:
        return said
    return said + words("; {n} await their final figure", n=words.number(len(late)))


def outcomes(judged: pd.DataFrame, words: Wording) -> list[str]:
    """Return how many of the verdicts came out alike: `8 met`, `1 missed`; what occurs alone."""
    return [words(out.sentence, n=words.number(number)) for out, number in _counted(judged)]


def _counted(verdicts: pd.DataFrame) -> list[tuple[Outcome, int]]:
    """Return the outcomes that occur, each with its number."""
    numbers = [(out, int(verdicts["verdict"].isin(out.verdicts).sum())) for out in OUTCOMES]
    return [(out, number) for out, number in numbers if number]


def glance(material: Material, words: Wording) -> pd.DataFrame:
    """Return one region's newest figures of what compares, an indicator a row.

    Beside each the nation, the best and the lowest placed region, the change since the figure
    before, its trend in percent of the newest figure, and the verdict on a target if there is one.
    Rows as in `facts.fair`.
    """
    facts, totals = material.facts, material.shared.totals
    known, names = catalogue.load().indicators, tree().names(words.language)
    siblings = totals[totals["region"].isin(tree().siblings(facts.region))]
    siblings = siblings[siblings["value"].notna() & (siblings["confidentiality"] == "F")]
    siblings = siblings.assign(basis=denominators.basis(siblings))
    # Ratios compare only where their denominators are of one year and kind.
    like = siblings.loc[siblings["region"] == facts.region, ["indicator", "period", "basis"]]
    cells: dict[tuple[str, str], list[Row]] = {}
    for figure in siblings.merge(like, validate="m:1").to_dict("records"):
        cells.setdefault((figure["indicator"], figure["period"]), []).append(figure)
    lines: dict[str, list[Row]] = {}
    for figure in facts.lines[facts.lines["value"].notna()].to_dict("records"):
        lines.setdefault(figure["indicator"], []).append(figure)
    # Of an indicator's targets the one for its total, which is the figure shown, comes last.
    targets = facts.verdicts.iloc[::-1].to_dict("records")
    targets.sort(key=lambda row: not code_names.cell_name(row, words))
    verdicts = {row["indicator"]: row for row in targets}

    def number(row: Row, value: float) -> str:
        return words.number(value, known[row["indicator"]].decimals)

    def placed(row: Row, *, best: bool) -> str:
        highest = (known[row["indicator"]].polarity >= 0) == best
        figures = sorted(cells[row["indicator"], row["period"]], key=lambda cell: cell["value"])
        if len(figures) == 1:
            return words("only this province has a figure")
        chosen = figures[-1 if highest else 0]
        return f"{names[chosen['region']]} {number(row, chosen['value'])}"

    def since(row: Row) -> str:
        line = lines[row["indicator"]]
        if len(line) < 2 or line[-1]["status"] == "B":
            return "—"
        gap = difference(line[-1]["value"], line[-2]["value"], known[row["indicator"]].decimals)
        change = code_names.difference_text(words.signed(gap), row["indicator"], words)
        period = words.period(line[-2]["period"])
        return words("{change} since {period}", change=change, period=period)

    def trend(row: Row) -> list[float]:
        line = lines[row["indicator"]]
        # Of a broken line, what compares with the newest figure.
        start = max(at for at, point in enumerate(line) if not at or point["status"] == "B")
        newest = line[-1]["value"]
        return [round(point["value"] / newest * 100, 1) for point in line[start:] if newest]

    def rank(row: Row) -> str:
        if not rank_text(facts, row, words):
            return "—"
        return words("{rank} of {of}", rank=words.number(row["rank"]), of=words.number(row["of"]))

    doubts = material.shared.judged.doubts(words)

    def verdict(row: Row) -> str:
        found = verdicts.get(row["indicator"])
        if found is None:
            return "—"
        said = said_of(found, words)
        if part := code_names.cell_name(found, words):
            said = words("{what}: {said}", what=part, said=said)
        return marked(f"{VerdictClass(found['verdict']).symbol} {said}", found, doubts)

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(known[row["indicator"]].title),
        words("Period"): lambda row: facts.fresh.said(row["indicator"], row["period"], words),
        words("Value"): lambda row: (
            f"{number(row, row['value'])} {code_names.unit_name(row['indicator'], words)}"
        ),
        words("Nation"): lambda row: number(row, row["benchmark"]),
        words("Best"): lambda row: placed(row, best=True),
        words("Last place"): lambda row: placed(row, best=False),
        words(TREND): trend,
        words("Verdict"): verdict,
        words("Rank"): rank,
        words("Change"): since,
    }
    return listing(facts.fair, columns)


def attention(material: Material, words: Wording) -> list[Pointer]:
    """Return what needs attention in a region, and where it is told of.

    Targets behind or missed, then figures significantly worse than the benchmark.
    """
    facts, known = material.facts, catalogue.load().indicators
    pointers = []
    for row in behind(facts.verdicts).to_dict("records"):
        text = words(
            "{what}: {said}", what=code_names.aim_name(row, words), said=said_of(row, words)
        )
        codes = {"region": facts.region, "target": row["target"]}
        symbol = VerdictClass(row["verdict"]).symbol
        pointers.append(Pointer(f"{symbol} {text}", "objectives", codes))
    worse = facts.fair[facts.fair["class"] == Standing.WORSE].sort_values("at")
    for row in worse.to_dict("records"):
        key, decimals = row["indicator"], known[row["indicator"]].decimals
        text = words(
            "▼ {indicator}: {value} in {period}, significantly worse than {whole} ({benchmark})",
            indicator=words.text(known[key].title),
            value=words.number(row["value"], decimals),
            period=words.period(row["period"]),
            whole=benchmark_name(facts, words),
            benchmark=words.number(row["benchmark"], decimals),
        )
        codes = {"indicator": key, "period": row["period"], "region": facts.region}
        pointers.append(Pointer(text, "map", codes))
    return pointers[:MOST_TOLD]


def nothing_to_attend(facts: Facts, words: Wording) -> list[str]:
    """Return what is said where nothing needs attention: on how much that rests."""
    tested = int((facts.fair["class"] != Standing.NOT_COMPARED).sum())
    if tested == 0:
        worse = words("No figure could be tested against the benchmark.")
    else:
        worse = words.plural(
            "The {n} figure tested against the benchmark is not significantly worse.",
            "None of the {n} figures tested against the benchmark is significantly worse.",
            n=tested,
        )
    return [nothing_behind(facts.verdicts, words), worse]


def news(material: Material, flips: pd.DataFrame, register: Register, words: Wording) -> list[str]:
    """Return what the release shown brought a region: figures, verdicts that it turned.

    `flips`: what the release turned, as the table of that name.
    """
    facts, release = material.facts, material.shared.vintage.release
    new = facts.own[(facts.own["release"] == release) & facts.own["value"].notna()]
    if release == 1:
        lines = [words("This is the first release: all its figures are new.")]
    elif new.empty:
        lines = [
            words(
                "Release {number} brought no figure of {region}.",
                number=release,
                region=_name(facts, words),
            )
        ]
    else:
        titles = [
            words.text(catalogue.load().indicators[key].title) for key in new["indicator"].unique()
        ]
        named = words.listed(titles[:MOST_TOLD])
        lines = [
            words.plural(
                "{n} total is new or revised: {indicators}",
                "{n} totals are new or revised: {indicators}",
                n=len(new),
                indicators=f"{named}…" if len(titles) > MOST_TOLD else named,
            )
        ]
    turned = flip_table(flips[flips["region"] == facts.region], register, words)
    columns = [words(name) for name in ("Objective", "Was", "Became")]
    return (
        [
            *lines,
            *(
                words("{objective}: {old} → {new}", objective=objective, old=old, new=became)
                for objective, old, became in turned[columns].itertuples(index=False)
            ),
        ]
        if len(turned)
        else lines
    )


def _name(facts: Facts, words: Wording) -> str:
    return tree().names(words.language)[facts.region]


def nothing_behind(verdicts: pd.DataFrame, words: Wording) -> str:
    """Return what is said where no target is behind or missed: of how many that is true."""
    judged = assessed(verdicts)
    waiting = words.number(len(verdicts) - len(judged))
    if judged.empty:
        return words("No target could be judged, so none is known to be behind.")
    return words.plural(
        "The {n} target judged is neither behind nor missed; {waiting} more cannot be judged for "
        "now.",
        "None of the {n} targets judged is behind or missed; {waiting} more cannot be judged for "
        "now.",
        n=len(judged),
        waiting=waiting,
    )


def overview_age(rows: pd.DataFrame, fresh: Freshness, words: Wording) -> str:
    """Return how old the newest number of certificates is; empty where there is none."""
    key = "certificates_valid"
    series = _line(rows[(rows["indicator"] == key) & (rows["region"] == ALL)])
    if series.empty:
        return ""
    return words(
        "Certificates as of {period}.", period=fresh.said(key, series["period"].iloc[-1], words)
    )


def _line(rows: pd.DataFrame) -> pd.DataFrame:
    """Return national figures of one frequency each, in order of time."""
    return in_time(one_frequency(rows, ["indicator", "region", "industry"], rows["value"].notna()))


def newest_table(
    rows: pd.DataFrame, citations: pd.DataFrame, words: Wording, fresh: Freshness = UNDATED
) -> pd.DataFrame:
    """Return each indicator's newest national figure, in the catalogue's order.

    `rows`: national figures of every indicator, all schemes and sizes.
    """
    known, names = catalogue.load().indicators, tree().names(words.language)
    order = {key: place for place, key in enumerate(known)}
    newest = _line(rows).groupby(["indicator", "region", "industry"], as_index=False).tail(1)
    newest = newest.sort_values("indicator", key=lambda keys: keys.map(order), kind="stable")
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(known[row["indicator"]].title),
        words("Scope"): lambda row: names[row["region"]],
        words("Industry"): lambda row: code_names.industry_name(row["industry"], words),
        words("Period"): lambda row: fresh.said(row["indicator"], row["period"], words),
        words("Value"): lambda row: words.number(row["value"], known[row["indicator"]].decimals),
        words("Unit"): lambda row: code_names.unit_name(row["indicator"], words),
        words("Denominator"): lambda row: footnotes.denominator(row, words),
    }
    return listing(denominators.with_denominators(newest, citations), columns)


def leading(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the regions and aims of which at least one can be judged."""
    judged = verdicts["verdict"] != VerdictClass.NOT_ASSESSED
    regions = set(verdicts.loc[judged, "region"])
    aims = set(verdicts.loc[judged, AIM].itertuples(index=False, name=None))
    cells = verdicts[AIM].itertuples(index=False, name=None)
    shown = [
        region in regions and aim in aims
        for region, aim in zip(verdicts["region"], cells, strict=True)
    ]
    left: pd.DataFrame = verdicts[shown]
    return left


def unjudged_table(
    verdicts: pd.DataFrame,
    holdings: Mapping[str, Mapping[str, int]],
    publishers: code_names.Publishers,
    words: Wording,
) -> pd.DataFrame:
    """Return why targets cannot be judged yet, and who could supply what is missing.

    One row a reason and supplier, the commonest first.
    """
    known, names = catalogue.load().indicators, tree().names(words.language)
    open_ = verdicts[verdicts["verdict"] == VerdictClass.NOT_ASSESSED]
    groups: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in open_.to_dict("records"):
        item = known[row["indicator"]]
        supplier = supplier_text(item, holdings, publishers, (), words)
        if item.kind == "milestone":
            supplier = words("evidence in the documents of the departments")
        groups.setdefault((said_of(row, words), supplier), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    columns = {
        words("Why"): [why for (why, _), _ in ordered],
        words("Who could supply it"): [supplier for (_, supplier), _ in ordered],
        words("Targets"): [len(rows) for _, rows in ordered],
        words("Objective"): [
            words.listed(list(dict.fromkeys(code_names.aim_name(row, words) for row in rows)))
            for _, rows in ordered
        ],
        words("Regions"): [
            words.listed(list(dict.fromkeys(names[row["region"]] for row in rows)))
            for _, rows in ordered
        ],
    }
    return pd.DataFrame(columns)


def matrix(
    verdicts: pd.DataFrame,
    register: Register,
    words: Wording,
    dark: bool,
    home: str = NATION,
    doubts: Doubts = MappingProxyType({}),
) -> pd.DataFrame:
    """Return the cells of the matrix: aims and regions of which most can be judged come first.

    Aims of one clause stand together below its title, `family`, for which a row is left free. The
    nation's column is the first and the reader's own, `home`, the second. A verdict with doubts
    has a mark beside its symbol.
    """
    names, known = tree().names(words.language), catalogue.load()
    targets = register.target.set_index("target").to_dict("index")
    rows = []
    for row in verdicts.to_dict("records"):
        verdict = VerdictClass(row["verdict"])
        fill = VERDICTS[GRADE[verdict]][dark]
        whose = "" if row["own"] else words(" (the nation's target)")
        clause = known.clauses[known.indicators[row["indicator"]].clause]
        cell = {
            "region": row["region"],
            "name": names[row["region"]],
            "target": row["target"],
            "aim": code_names.aim_name(row, words),
            "lines": _lines(code_names.aim_name(row, words)),
            "family": words.text(clause.title),
            "judged": verdict != VerdictClass.NOT_ASSESSED,
            "symbol": verdict.symbol + ("*" if doubts.get((row["region"], row["target"])) else ""),
            "doubts": doubts_text(row, doubts, words),
            "fill": fill,
            "ink": readable_on(fill),
            "said": said_of(row, words),
            "told": target_text(targets[row["target"]], words) + whose,
        }
        rows.append(cell)
    cells = pd.DataFrame(rows)
    judged = cells.groupby("region")["judged"].sum()
    order = sorted(
        judged.index, key=lambda code: (code != NATION, code != home, -judged[code], code)
    )
    cells["column"] = cells["region"].map({code: place for place, code in enumerate(order)})
    often = cells.groupby(["family", "aim"])["judged"].agg(["sum", "size"]).reset_index()
    often["whole"] = often.groupby("family")["sum"].transform("sum")
    often = often.sort_values(
        ["whole", "family", "sum", "size", "aim"], ascending=[False, True, False, False, True]
    )
    # Each family begins with its title.
    above = pd.Series(pd.factorize(often["family"])[0], often.index) + 1
    often = often.assign(place=np.arange(len(often)) + above)
    placed = cells.merge(often[["family", "aim", "place"]], on=["family", "aim"], validate="m:1")
    return placed.sort_values(["column", "place"], ignore_index=True)


def families(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the headings of the matrix: each family's title, in the row above its first aim."""
    first = cells.groupby("family")["place"].min()
    lines = [_lines(family) for family in first.index]
    return pd.DataFrame({"lines": lines, "place": first.to_numpy() - 1})


def _lines(name: str) -> str:
    return "\n".join(wrapped(name, NAME_WIDTH))


def shares(verdicts: pd.DataFrame, groups: pd.Series, words: Wording, dark: bool) -> pd.DataFrame:
    """Return the bars that share out the verdicts of each group, most judged first.

    `groups`: the group's name of each verdict. Of more than MOST_BARS those that nothing can be
    judged of are one.
    """
    bars: list[dict[str, Any]] = []
    if groups.nunique() > MOST_BARS:
        judged = set(groups[verdicts["verdict"] != VerdictClass.NOT_ASSESSED])
        groups = groups.where(groups.isin(judged), words("Those of which nothing can be judged"))
    for group, rows in verdicts.groupby(groups):
        passed, number = 0, len(rows)
        for out, part in _counted(rows):
            fill = VERDICTS[GRADE[out.verdicts[0]]][dark]
            bar = {
                "group": f"{group} ({words.number(number)})",
                "judged": len(assessed(rows)),
                "start": passed / number,
                "end": (passed + part) / number,
                "label": f"{out.symbol} {words.number(part)}",
                "fill": fill,
                "ink": readable_on(fill),
                "said": words(out.sentence, n=words.number(part)),
            }
            bars.append(bar)
            passed += part
    drawn = pd.DataFrame(bars).sort_values(
        ["judged", "group"], ascending=[False, True], kind="stable"
    )
    return drawn.assign(place=pd.factorize(drawn["group"])[0])


def region_list(verdicts: pd.DataFrame, words: Wording, home: str = NATION) -> pd.DataFrame:
    """Return the matrix as a list: a region a row, how many verdicts of each kind it has.

    Column `region` has the codes.
    """
    names, rows = tree().names(words.language), []
    for region, own in verdicts.groupby("region"):
        counted = [f"{out.symbol} {words.number(number)}" for out, number in _counted(own)]
        rows.append((region != NATION, region != home, -len(assessed(own)), str(region), counted))
    listed = [(region, names[region], "  ".join(counted)) for *_, region, counted in sorted(rows)]
    return pd.DataFrame(listed, columns=["region", words("Region"), words("Verdicts")])


def matrix_table(cells: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the table twin of the matrix: one row a region and target, as `cells` shows them."""
    columns: dict[str, Cell] = {
        words("Region code"): lambda cell: cell["region"],
        words("Region"): lambda cell: cell["name"],
        words("Objective"): lambda cell: cell["aim"],
        words("Target"): lambda cell: cell["told"],
        words("Verdict"): lambda cell: f"{cell['symbol']} {cell['said']}",
        words("* Doubts and notes"): lambda cell: cell["doubts"],
    }
    return listing(cells, columns)


def must_change(
    verdicts: pd.DataFrame, words: Wording, doubts: Doubts = MappingProxyType({})
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the verdicts on targets that are behind or missed, the worst first, and as a table."""
    names = tree().names(words.language)
    columns: dict[str, Cell] = {
        words("Region"): lambda row: names[row["region"]],
        words("Objective"): lambda row: code_names.aim_name(row, words),
        words("Verdict"): lambda row: marked(
            words(VerdictClass(row["verdict"]).sentence), row, doubts
        ),
        words("Acceleration factor"): lambda row: (
            words.number(row["acceleration"], 1) if math.isfinite(row["acceleration"]) else "—"
        ),
        words("Needed in the next year"): lambda row: change_text(row, words),
        words("Or the same each year"): lambda row: change_text(row, words, "yearly"),
        words("* Doubts and notes"): lambda row: doubts_text(row, doubts, words),
    }
    late = behind(verdicts)
    return late, listing(late, columns)


def exports(
    verdicts: pd.DataFrame,
    cells: pd.DataFrame,
    unjudged: pd.DataFrame,
    words: Wording,
    dark: bool,
    vintage: Vintage,
) -> list[Export]:
    """Return what can be taken away from the matrix of verdicts: its `cells`, as they are shown.

    unjudged: `unjudged_table`; the workbook has it whole, an image its reasons.
    """
    title = words("Objectives: every region, every target")
    badges = [f"{symbol} {name} {n}" for symbol, name, n in counts(verdicts, words)]
    reasons = unjudged.groupby(words("Why"), sort=False)[words("Targets")].sum()
    why = [
        words("({n}) {reason}", n=words.number(number), reason=reason)
        for reason, number in reasons.items()
    ]

    def drawn() -> Specification:
        notes = [words.listed(badges), *vintage_notes(vintage, words)]
        if why:
            notes.insert(1, words("Not yet judged: {reasons}", reasons=words.listed(why)))
        if (cells["doubts"] != "").any():
            notes.append(words("*: doubts or notes, which the table has."))
        chart = matrix_chart(words, dark=dark)
        rows = {"matrix": cells, "families": families(cells)}
        return exported_chart(chart, rows, title=title, dark=dark, notes=notes)

    name = words("Verdicts")
    offer = Offer((name,), vintage, words)

    def sheets() -> dict[str, pd.DataFrame]:
        return {name: matrix_table(cells, words), words("Not yet judged: why"): unjudged}

    return [*offer.images(drawn), offer.csv(lambda: matrix_table(cells, words)), offer.xlsx(sheets)]
