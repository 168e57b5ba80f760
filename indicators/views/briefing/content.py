"""A briefing's text: from verdicts and comparisons, by rules, and nothing that figures lack.

What is newest comes first, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd

from indicators import catalogue, code_names, denominators, second_sources
from indicators.catalogue import tree
from indicators.drawing import charts as drawing
from indicators.drawing import province as charts
from indicators.drawing.charts import Specification
from indicators.drawing.standalone import exported_chart, exported_map
from indicators.exports import downloads
from indicators.exports.offered import demonstration_note
from indicators.frequencies import in_time, one_frequency
from indicators.progress.explanation import explain
from indicators.regions import NATION
from indicators.statuses import Standing
from indicators.store.queries import Selection, Vintage
from indicators.views import province
from indicators.views.facts import Facts, Material, Row, assessed, behind, outstanding
from indicators.views.map import MapView, map_figures
from indicators.wording import Wording

# What two to four pages have room for; the workbook has all.
NEWEST, TOLD, REASONS, SIDES, STRIPS, GAPS, DOCUMENTS, SPINE = 5, 4, 5, 3, 3, 8, 8, 7
WIDTH, COLUMN = 720, 400  # px of a drawing across the page, and of one beside another
HALF = 50.0  # per cent of the page: narrower drawings stand side by side
MOST_OF_A_NOTE, LINES_OF_A_NOTE = 600, 12  # characters and lines


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    text: str


def introduces(block: object, follower: object) -> bool:
    """Say whether a paragraph stays on the page of what follows: a list, a table, a drawing."""
    return isinstance(block, Paragraph) and isinstance(follower, Points | Table | Figure | list)


@dataclass(frozen=True)
class Points:
    """A list without an order."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption; `shares` are the widths of its columns in parts."""

    caption: str
    rows: pd.DataFrame
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption and the sentence that says what it shows; width in per cent."""

    caption: str
    alt: str
    specification: dict[str, Any] = field(repr=False)
    width: float = 100.0

    @cached_property
    def svg(self) -> str:
        """The drawing, made once for all files."""
        return downloads.svg_file(self.specification).decode()

    @cached_property
    def png(self) -> bytes:
        """The drawing in pixels, some 200 an inch on paper."""
        return downloads.png_of(self.svg, 1.5)


Block = Heading | Paragraph | Points | Table | Figure


def paired(blocks: Sequence[Block]) -> list[Block | list[Figure]]:
    """Return the blocks with narrow drawings that follow one another as a row of them."""
    rows: list[Block | list[Figure]] = []
    for block in blocks:
        if not isinstance(block, Figure) or block.width >= HALF:
            rows.append(block)
        elif rows and isinstance(rows[-1], list):
            rows[-1].append(block)
        else:
            rows.append([block])
    return [row[0] if isinstance(row, list) and len(row) == 1 else row for row in rows]


@dataclass(frozen=True)
class Briefing:
    """A whole document. `header` and `footer` stand on every page, `mark` in red if there is one.

    name: what its files are called, without suffix. published: when its release was, ISO 8601.
    """

    title: str
    subtitle: str
    header: str
    footer: str
    mark: str
    language: str
    name: str
    published: str
    blocks: tuple[Block, ...]


def name_of(where: str, vintage: Vintage, words: Wording) -> str:
    """Return the name of the files of a briefing on a place, without their suffix."""
    name = [words("Briefing"), where, words("release {number}", number=vintage.release)]
    mark = [words("demonstration")] if vintage.dataset == "demonstration" else []
    return downloads.file_name(*mark, *name, suffix="")


def briefing(
    material: Material, words: Wording, parts: Collection[str] | None = None, note: str = ""
) -> Briefing:
    """Return a region's briefing.

    parts: the keys of `part_titles` to be written, all by default; where its figures come from
    is in each. note: the reader's own words, which stand on top as they are, shortened to
    `MOST_OF_A_NOTE` characters and `LINES_OF_A_NOTE` lines.
    """
    facts, release = material.facts, material.shared.release
    where = facts.name(words)
    number, date = release["release"], words.date(str(release["published_at"]))
    demonstration = material.shared.vintage.dataset == "demonstration"
    title = words("{region}: briefing on quality governance", region=where)
    chosen = part_titles(words) if parts is None else parts
    opening = newest(facts) if "standing" in chosen else []
    blocks = [*_note(note, words)]
    if "standing" in chosen:
        blocks += _standing(material, opening, words)
    if "targets" in chosen:
        blocks += _targets(material, words)
    if "comparison" in chosen:
        blocks += _comparison(material, {row["indicator"] for row in opening}, words)
    if "missing" in chosen:
        blocks += _missing(material, words)
    blocks += _sources(material, words)
    return Briefing(
        title=title,
        subtitle=words("Figures of release {number}, published {date}", number=number, date=date),
        header=title,
        footer=words(
            "{sources}. Release {number}, published {date}.",
            number=number,
            date=date,
            sources=province.source_line(facts, words),
        ),
        mark=demonstration_note(words) if demonstration else "",
        language=words.language,
        name=name_of(where, material.shared.vintage, words),
        published=str(release["published_at"]),
        blocks=tuple(blocks),
    )


def part_titles(words: Wording) -> dict[str, str]:
    """Return what a reader may choose of a briefing, by key, in the order in which it stands."""
    return {
        "standing": words("Where we stand"),
        "targets": words("Target status"),
        "comparison": words("Compared with the nation and peers"),
        "missing": words("What is missing, and who could supply it"),
    }


def _note(note: str, words: Wording) -> Iterator[Block]:
    lines = [line.strip() for line in note[:MOST_OF_A_NOTE].splitlines() if line.strip()]
    if lines:
        yield Heading(words("Covering note"))
        yield from (Paragraph(line) for line in lines[:LINES_OF_A_NOTE])


def _standing(material: Material, opening: Sequence[Row], words: Wording) -> Iterator[Block]:
    facts = material.facts
    yield Heading(part_titles(words)["standing"])
    if not facts.sources:
        nothing = words(
            "No source that this project holds has a figure of {region}. So nothing is said of "
            "how it stands; what is missing, and who could supply it, stands below.",
            region=facts.name(words),
        )
        yield Paragraph(nothing)
        return
    if told := [_newest_fact(facts, row, words) for row in opening]:
        yield Points(tuple(told))
    else:
        yield Paragraph(words("There is no figure yet of what the clauses ask for."))


def newest(facts: Facts) -> list[Row]:
    """Return the rows of the spine that a briefing opens with: the newest, ranks first.

    What is neither good nor bad opens none, nor does what others are only divided by.
    """
    rows, known = facts.spine[facts.spine["value"].notna()], catalogue.load().indicators
    telling = [
        known[key].polarity != 0 or known[key].share_of is not None for key in rows["indicator"]
    ]
    rows = rows[np.array(telling, dtype=bool)]
    ranked = rows["indicator"].isin(facts.fair.loc[facts.fair["rank"].notna(), "indicator"])
    ends = rows["period"].map(drawing.period_end)
    order = rows.assign(end=ends, ranked=ranked & (rows["of"] >= province.FEWEST_RANKED))
    order = order.sort_values(["end", "ranked"], ascending=False, kind="stable")
    found: list[Row] = order.head(NEWEST).drop(columns=["end", "ranked"]).to_dict("records")
    return found


def _newest_fact(facts: Facts, row: Row, words: Wording) -> str:
    """Return a figure with what it stands beside: the benchmark and ranks, or what it was."""
    fair = row["indicator"] in set(facts.fair["indicator"])
    if fair and row["of"] >= province.FEWEST_RANKED:
        return province.comparison_sentence(facts, row, words)
    # A count is as large as its region, so it is held against itself.
    alone = row | {"rank": float("nan"), "benchmark": float("nan"), "class": Standing.NOT_COMPARED}
    said = province.comparison_sentence(facts, alone, words)
    earlier = province.earlier_figure(facts, row["indicator"], row["period"])
    if earlier is None:
        return said
    known = catalogue.load().indicators[row["indicator"]]
    before = words.number(earlier.value, known.decimals)
    period = words.period(earlier.period)
    return words("{said} In {period} it was {value}.", said=said, period=period, value=before)


def _best_covered(material: Material) -> tuple[str, str] | None:
    """Return the rate and period that most provinces have a figure of; None without any."""
    known, rows = catalogue.load().indicators, material.shared.totals
    fair = rows[
        [known[key].polarity != 0 and known[key].kind != "count" for key in rows["indicator"]]
    ]
    figures = fair[fair["value"].notna() & (fair["region"] != material.shared.parent)]
    figures = one_frequency(figures, ["indicator"])
    if figures.empty:
        return None
    counted = figures.groupby(["indicator", "period"], as_index=False).agg(n=("region", "size"))
    best = in_time(counted.sort_values("indicator")).sort_values("n", kind="stable").iloc[-1]
    return str(best["indicator"]), str(best["period"])


def _map(material: Material, words: Wording) -> Iterator[Block]:
    common, region, industry = material.shared, material.facts.region, material.facts.industry
    row = province.leading_rank(material.facts)
    cell = _best_covered(material) if row is None else (row["indicator"], row["period"])
    if cell is None or not (common.parent == NATION or common.parent in tree().prefectures):
        return
    indicator, period = cell
    rows = common.totals
    rows = rows[(rows["indicator"] == indicator) & (rows["period"] == period)]
    selection = Selection(indicator, period, industry)
    view = MapView(selection, region, words.language, dark=False, within=common.parent)
    figures = map_figures(view, rows, material.citations.head(0), common.boundaries)
    values = {
        "region": material.facts.name(words),
        "what": words.text(view.indicator.title),
        "period": words.period(period),
    }
    if region not in set(rows.loc[rows["value"].notna(), "region"]):
        absent = words(
            "{region} is not among the regions with a figure of: {what}, {period}.", **values
        )
        yield Paragraph(absent)
    drawing = exported_map(
        common.boundaries.within(common.parent),
        figures.units,
        figures.legend,
        words=words,
        width=COLUMN,
        title="",
        labels=False,  # too small to be read on paper
    )
    caption = words("{what}, {period}; {region} outlined", **values)
    yield Figure(caption, figures.statement, drawing, width=49)


def _targets(material: Material, words: Wording) -> Iterator[Block]:
    verdicts = material.facts.verdicts
    yield Heading(part_titles(words)["targets"])
    if verdicts.empty:
        yield Paragraph(words("No target of a document in the register applies here."))
        return
    statement = province.targets_statement(material.facts, words)
    own = int(verdicts["own"].sum())
    values = {"count": statement[:1].upper() + statement[1:]}
    values |= {"own": words.number(own), "n": words.number(len(verdicts))}
    if not own:
        yield Paragraph(words("{count}; all of them are the nation's.", **values))
    elif own == len(verdicts):
        yield Paragraph(words("{count}; all of them are the region's own.", **values))
    else:
        summary = words(
            "{count}; {own} of all {n} that apply are the region's own, the others the nation's.",
            **values,
        )
        yield Paragraph(summary)
    if late := [
        _why(row, material, words) for row in behind(verdicts).head(TOLD).to_dict("records")
    ]:
        yield Paragraph(words("What needs attention first, the farthest behind at the top:"))
        yield Points(tuple(late))
    judged = len(assessed(verdicts)) + len(outstanding(verdicts))
    waiting = len(verdicts) - judged
    both = waiting and judged
    shown = province.verdict_table(material, words)
    caption = words("Targets that can be judged") if both else words("Targets and verdicts")
    table = shown.iloc[: judged or None, :5]
    told = [bool((cells != "—").any()) for _, cells in table.items()]
    yield Table(caption, table.loc[:, told], tuple(np.array((3.2, 2.2, 3.4, 1.9, 1.5))[told]))
    if (shown[words("* Doubts and notes")] != "").any():
        yield Paragraph(words("*: doubts or notes, which the region's page and workbook tell."))
    if both:
        why = _run(_reasons(verdicts, words), words)
        unjudged = words.plural(
            "{n} more target cannot be judged: {why}",
            "{n} more targets cannot be judged: {why}",
            n=waiting,
            why=why,
        )
        yield Paragraph(unjudged)


def _why(row: Row, material: Material, words: Wording) -> str:
    """Return why a target is behind, as briefly as a page allows."""
    verdict, key = material.behind[row["target"]], row["indicator"]
    decimals = catalogue.load().indicators[key].decimals
    reasons = explain(verdict, words, decimals, in_points=code_names.in_points(key))
    # The last sentence is another method's verdict: the Objectives page has room for both.
    reasons = reasons[:-1] if verdict.eurostat.value is not None else reasons
    left_out = words("There is no history of revisions, so that check is left out.")
    told = [reason for reason in reasons if reason != left_out][:REASONS]
    return words("{aim}. {why}", aim=code_names.aim_name(row, words), why=_run(told, words))


def _reasons(verdicts: pd.DataFrame, words: Wording) -> list[str]:
    waiting = verdicts[verdicts["verdict"] == "not_assessed"]
    return [
        province.reason_with_count(str(reason), len(rows), words)
        for reason, rows in waiting.groupby("reason", sort=False)
    ]


def _run(said: list[str], words: Wording) -> str:
    """Return sentences one after another."""
    return ("" if words.language == "zh" else " ").join(said)


def _comparison(material: Material, told: Collection[str], words: Wording) -> Iterator[Block]:
    """Return the region beside nation and peers, without the indicators that are `told` above."""
    facts, common = material.facts, material.shared
    fair = facts.fair
    yield Heading(part_titles(words)["comparison"])
    if fair.empty:
        yield Paragraph(words("There is no rate or index of this region to compare."))
        yield from _map(material, words)
        return
    yield Paragraph(province.peers_text(facts, common.declared, words))
    fair = fair[~fair["indicator"].isin(told)]

    def compared(rows: pd.DataFrame) -> Points:
        records = rows.to_dict("records")
        return Points(tuple(province.comparison_sentence(facts, row, words) for row in records))

    known = fair[fair["benchmark"].notna() & (fair["polarity"] != 0)].sort_values("at")
    # What chance could make, or rounding hides, is neither ahead nor behind.
    alike = [province.reads_the_same(row) for row in known.to_dict("records")]
    clear = known[(known["class"] != Standing.SIMILAR) & ~pd.Series(alike, known.index, dtype=bool)]
    if known.empty:
        alone = words(
            "The benchmark has no figure for the same periods, so what follows rests on the peers "
            "and the rank."
        )
        yield Paragraph(alone)
        if len(fair):
            yield compared(fair.head(SIDES))
    ahead, after = clear[clear["at"] > 0].iloc[::-1], clear[clear["at"] < 0]
    for said, rows in (
        (words("Most clearly ahead:"), ahead),
        (words("Most clearly behind:"), after),
    ):
        if len(rows):
            yield Paragraph(said)
            yield compared(rows.head(SIDES))
    if len(known) and clear.empty:
        yield Paragraph(words("No significant difference from the benchmark."))
    *legend, caution = province.comparison_notes(words)
    yield Paragraph(caution)
    if len(province.spine_rows(facts, words)):
        yield from (Paragraph(line) for line in legend)
    yield from _map(material, words)
    yield from _drawings(material, words)


def _drawings(material: Material, words: Wording) -> Iterator[Block]:
    """Return the spine and the trends, which stand side by side."""
    facts, common = material.facts, material.shared
    region = facts.name(words)

    def drawn(chart: Specification, rows: Mapping[str, pd.DataFrame], width: int) -> Specification:
        # Its caption is its title, and the foot of the page tells the release.
        return exported_chart(chart, rows, width=width, title="", notes=[])

    rows = province.spine_rows(facts, words).head(SPINE)
    if len(rows):
        yield Figure(
            words("{region} among its peers: better to the right", region=region),
            words("{n} indicators, each with the range of the peers", n=len(rows)),
            drawn(charts.spine_chart(words), {charts.SPINE: rows}, COLUMN),
            width=49,
        )
    trends = province.trends(facts, common.judged.asked, words, STRIPS)
    if number := len(trends[charts.STRIPS]):
        yield Figure(
            words("How figures developed, each on its own scale; dashed: the target"),
            words("{n} trends, each on its own scale", n=number),
            drawn(charts.trends_chart(words), trends, WIDTH),
        )


def _missing(material: Material, words: Wording) -> Iterator[Block]:
    facts = material.facts
    rows = province.missing_table(facts, words)
    yield Heading(part_titles(words)["missing"])
    if rows.empty:
        yield Paragraph(words("Every indicator that the clauses ask for has a figure here."))
        return
    every, lacking = words.number(len(province.declared())), words.number(len(rows))
    said = words(
        "Of {all} indicators that the clauses ask for, {n} have no figure here.",
        all=every,
        n=lacking,
    )
    # Where nothing else is to be told, what is missing is the message.
    shown = GAPS if facts.sources else 3 * GAPS
    if len(rows) > shown:
        said += words(" The first are below, all of them in the workbook.")
    yield Paragraph(said)
    yield Table(words("Figures that are missing"), rows.head(shown), (2.6, 2.6, 1.1, 3.2))


def _sources(material: Material, words: Wording) -> Iterator[Block]:
    yield Heading(words("Sources"))
    cited = material.citations[material.citations["basis"] != "derived"]
    documents = cited.drop_duplicates("document").sort_values("date", ascending=False)
    lines = [_document(row, words) for row in documents.head(DOCUMENTS).to_dict("records")]
    if len(documents) > DOCUMENTS:
        others = words.plural(
            "{n} more document, named in the workbook",
            "{n} more documents, named in the workbook",
            n=len(documents) - DOCUMENTS,
        )
        lines.append(others)
    lines += second_sources.footnotes(material.facts.own, cited, words)
    if (material.facts.own["source"] == "derived").any():
        lines.append(words("Ratios and shares are computed here by the catalogue's rules."))
        lines += denominators.of_a_region(material.facts.own, material.citations, words)
    # The release stands at the foot of every page, the boundaries' origin on the map.
    yield Points(tuple(simplified(line, words) for line in lines))


def simplified(text: str, words: Wording) -> str:
    """Return a text with simplified characters in Chinese; the workbook keeps what sources wrote.

    Only what holds a character that the mainland's standard set lacks: others have two readings.
    """
    if words.language != "zh" or text.encode("gb2312", "ignore").decode("gb2312") == text:
        return text
    return str(_converter().convert(text))


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _document(row: Row, words: Wording) -> str:
    said = words("{document} ({publisher})", document=row["document"], publisher=row["publisher"])
    if row["verification"] == "secondary":
        return words("{document}, read in a secondary copy", document=said)
    if row["verification"] == "unconfirmed":
        return words("{document}, not confirmed by a second source", document=said)
    return said
