"""A briefing's text: from verdicts and comparisons, by rules, and nothing that figures lack."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from indicators import catalogue, denominators, tables
from indicators.compare import Standing
from indicators.drawing import province as province_charts
from indicators.drawing.boundaries import prefectures
from indicators.drawing.standalone import exported_chart, exported_map, map_provenance
from indicators.exports import downloads
from indicators.frequencies import in_time, one_frequency
from indicators.progress import explain
from indicators.store.holdings import NATION
from indicators.store.queries import Selection, Vintage
from indicators.views import map as map_view
from indicators.views import province
from indicators.views.briefing.blocks import (
    Block,
    Briefing,
    Figure,
    Heading,
    Paragraph,
    Points,
    Table,
)
from indicators.views.facts import Material, assessed, behind, outstanding
from indicators.views.map import MapView
from indicators.wording import Wording

# What two to four pages have room for; the workbook has all.
TOLD, REASONS, SIDES, STRIPS, GAPS, DOCUMENTS, SPINE = 4, 5, 3, 5, 10, 8, 9
WIDTH, COLUMN = 640, 380  # px of a drawing across the page, and of one beside another


def name_of(region: str, vintage: Vintage, words: Wording) -> str:
    """Return the name of a briefing's files, without their suffix."""
    where = tables.region_names(words.language)[region]
    name = [words("Briefing"), where, words("release {number}", number=vintage.release)]
    mark = [words("demonstration")] if vintage.dataset == "demonstration" else []
    return downloads.file_name(*mark, *name, suffix="")


def briefing(material: Material, words: Wording) -> Briefing:
    """Return a region's briefing."""
    facts, release = material.facts, material.shared.release
    where = tables.region_names(words.language)[facts.region]
    number, date = release["release"], words.date(str(release["published_at"]))
    demonstration = material.shared.vintage.dataset == "demonstration"
    title = words("{region}: briefing on quality governance", region=where)
    mark = (
        words("Demonstration data: generated for trying things out, true of no region.")
        if demonstration else ""
    )  # fmt: skip
    sections = (_standing, _targets, _comparison, _missing, _sources)
    return Briefing(
        title=title,
        subtitle=words("Figures of release {number}, published {date}", number=number, date=date),
        header=title,
        footer=words(
            "{sources}. Release {number}, published {date}.", number=number, date=date,
            sources=province.source_line(facts, words),
        ),
        mark=mark,
        language=words.language,
        name=name_of(facts.region, material.shared.vintage, words),
        published=str(release["published_at"]),
        blocks=tuple(block for section in sections for block in section(material, words)),
    )  # fmt: skip


def _standing(material: Material, words: Wording) -> Iterator[Block]:
    facts = material.facts
    yield Heading(words("Where we stand"))
    if facts.own.empty:
        yield Paragraph(words(
            "No source that this project holds has a figure of {region}. So nothing is said of "
            "how it stands; what is missing, and who could supply it, stands below.",
            region=tables.region_names(words.language)[facts.region],
        ))  # fmt: skip
    else:
        yield Paragraph(words("{said}.", said=province.statement(facts, words)))
    row = province.leading_rank(facts)
    if row is not None:
        yield Paragraph(province.comparison_sentence(facts, row, words))
    cell = _best_covered(material) if row is None else (row["indicator"], row["period"])
    parent = material.shared.parent
    if cell and (parent == NATION or parent in prefectures()):
        yield from _map(material, cell[0], cell[1], words)


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


def _map(material: Material, indicator: str, period: str, words: Wording) -> Iterator[Block]:
    common, facts = material.shared, material.facts
    rows = common.totals
    rows = rows[(rows["indicator"] == indicator) & (rows["period"] == period)]
    drawn = common.boundaries.within(common.parent)
    view = MapView(
        Selection(indicator, period), facts.region, words.language, dark=False, within=common.parent
    )
    figures = map_view.map_figures(view, rows, material.citations.head(0), common.boundaries)
    where = tables.region_names(words.language)[facts.region]
    what = words.text(catalogue.load().indicators[indicator].title)
    if facts.region not in set(rows.loc[rows["value"].notna(), "region"]):
        yield Paragraph(words(
            "{region} is not among the regions with a figure of: {what}, {period}.", region=where,
            what=what, period=words.period(period),
        ))  # fmt: skip
    yield Figure(
        words("{what}, {period}; {region} outlined", what=what,
              period=words.period(period), region=where),
        figures.statement,
        exported_map(
            drawn, figures.units, figures.legend, words=words, width=WIDTH,
            title=" · ".join(figures.parts),
            notes=[words("Release {number}", number=common.vintage.release)],
        ),
        width=74,
    )  # fmt: skip


def _targets(material: Material, words: Wording) -> Iterator[Block]:
    facts = material.facts
    yield Heading(words("Targets and how they stand"))
    judged = pd.concat([
        assessed(facts.verdicts), outstanding(facts.verdicts)
    ])  # fmt: skip
    if facts.verdicts.empty:
        yield Paragraph(words("No target of a document in the register applies here."))
        return
    yield Paragraph(words(
        "{count}; {own} of all {n} that apply are the region's own, the others the nation's.",
        count=_capital(province.targets_statement(facts, words)),
        own=words.number(int(facts.verdicts["own"].sum())),
        n=words.number(len(facts.verdicts)),
    ))  # fmt: skip
    late = behind(facts.verdicts)
    told = []
    for row in late.head(TOLD).to_dict("records"):
        verdict = material.behind[row["target"]]
        decimals = catalogue.load().indicators[row["indicator"]].decimals
        left_out = words("There is no history of revisions, so that check is left out.")
        every = explain(verdict, words, decimals, in_points=tables.in_points(row["indicator"]))
        # The last sentence is another method's verdict: the Objectives page has room for both.
        every = every[:-1] if verdict.eurostat.value is not None else every
        said = [sentence for sentence in every if sentence != left_out][:REASONS]
        told.append(words("{aim}. {why}", aim=tables.aim_name(row, words),
                          why=_run(said, words)))  # fmt: skip
    if told:
        yield Paragraph(words("What needs attention first, the farthest behind at the top:"))
        yield Points(tuple(told))
    shown = province.verdict_table(facts, material.shared.judged.asked, words)
    waiting = len(facts.verdicts) - len(judged)
    yield Table(
        words("Targets that can be judged") if waiting and len(judged)
        else words("Targets and verdicts"),
        shown.iloc[: len(judged) or None, :5], (2.2, 3.2, 3.4, 1.9, 1.5),
    )  # fmt: skip
    if waiting and len(judged):
        why = _run(_reasons(facts.verdicts, words), words)
        yield Paragraph(words.plural(
            "{n} more target cannot be judged: {why}", "{n} more targets cannot be judged: {why}",
            n=waiting, why=why,
        ))  # fmt: skip


def _reasons(verdicts: pd.DataFrame, words: Wording) -> list[str]:
    waiting = verdicts[verdicts["verdict"] == "not_assessed"]
    return [
        province.reason_with_count(str(reason), len(rows), words)
        for reason, rows in waiting.groupby("reason", sort=False)
    ]


def _run(said: list[str], words: Wording) -> str:
    """Return sentences one after another."""
    return ("" if words.language == "zh" else " ").join(said)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _comparison(material: Material, words: Wording) -> Iterator[Block]:
    facts, common = material.facts, material.shared
    fair = province.compared(facts)
    yield Heading(words("Beside the nation and the peers"))
    if fair.empty:
        yield Paragraph(words("There is no rate or index of this region to compare."))
        return
    yield Paragraph(province.peers_text(facts, common.declared, words))
    known = fair[fair["benchmark"].notna() & (fair["polarity"] != 0)].sort_values("at")
    # What chance could make, or rounding hides, is neither ahead nor behind.
    alike = [province.reads_the_same(row) for row in known.to_dict("records")]
    clear = known[(known["class"] != Standing.SIMILAR) & ~pd.Series(alike, known.index, dtype=bool)]
    ahead = clear[clear["at"] > 0].iloc[::-1].head(SIDES)
    after = clear[clear["at"] < 0].head(SIDES)
    if known.empty:
        yield Paragraph(words(
            "The benchmark has no figure for the same periods, so what follows rests on the peers "
            "and the rank."
        ))  # fmt: skip
        yield Points(tuple(
            province.comparison_sentence(facts, row, words)
            for row in fair.head(SIDES).to_dict("records")
        ))  # fmt: skip
    for said, rows in (
        (words("Most clearly ahead:"), ahead), (words("Most clearly behind:"), after),
    ):  # fmt: skip
        if len(rows):
            yield Paragraph(said)
            yield Points(tuple(
                province.comparison_sentence(facts, row, words) for row in rows.to_dict("records")
            ))  # fmt: skip
    if len(known) and clear.empty:
        yield Paragraph(words("No difference from the benchmark is more than chance could make."))
    *legend, caution = province.comparison_notes(words)
    yield Paragraph(caution)
    rows = province.spine_rows(facts, words)
    if len(rows):
        yield Figure(
            words("{region} among its peers: better to the right",
                  region=tables.region_names(words.language)[facts.region]),
            words("{n} indicators, each with the range of the peers", n=min(len(rows), SPINE)),
            exported_chart(
                province_charts.spine_chart(words),
                {province_charts.SPINE: rows.head(SPINE)}, width=COLUMN,
                title=words("Among the peers"),
                notes=[*legend,
                       words("Release {number}", number=common.vintage.release)],
            ),
            width=49,
        )  # fmt: skip
    drawn = province.trends(facts, common.judged.asked, words, STRIPS)
    if len(drawn[province_charts.STRIPS]):
        yield Figure(
            words("How figures developed; dashed: the target"),
            words("{n} trends, each on its own scale", n=len(drawn[province_charts.STRIPS])),
            exported_chart(
                province_charts.trends_chart(words), drawn, width=COLUMN, title=words("Trends"),
                notes=[words("Each strip has its own scale; dashed: the target."),
                       words("Release {number}", number=common.vintage.release)],
            ),
            width=49,
        )  # fmt: skip


def _missing(material: Material, words: Wording) -> Iterator[Block]:
    facts = material.facts
    rows = province.missing_table(facts, words)
    yield Heading(words("What is missing, and who could supply it"))
    if rows.empty:
        yield Paragraph(words("Every indicator that the clauses ask for has a figure here."))
        return
    said = words("Of {all} indicators that the clauses ask for, {n} have no figure here.",
                 all=words.number(len(province.declared())), n=words.number(len(rows)))  # fmt: skip
    # Where nothing else is to be told, what is missing is the message.
    shown = GAPS if len(facts.own) else 3 * GAPS
    if len(rows) > shown:
        said += words(" The first are below, all of them in the workbook.")
    yield Paragraph(said)
    yield Table(words("Figures that are missing"), rows.head(shown), (2.6, 2.6, 1.1, 3.2))


def _sources(material: Material, words: Wording) -> Iterator[Block]:
    common = material.shared
    yield Heading(words("Sources and release"))
    lines = []
    cited = material.citations[material.citations["basis"] != "derived"]
    documents = cited.drop_duplicates("document").sort_values("date", ascending=False)
    for row in documents.head(DOCUMENTS).to_dict("records"):
        said = words("{document} ({publisher})", document=row["document"],
                     publisher=row["publisher"])  # fmt: skip
        if row["verification"] == "secondary":
            said = words("{document}, read in a secondary copy", document=said)
        lines.append(said)
    if len(documents) > DOCUMENTS:
        lines.append(words.plural(
            "{n} more document, named in the workbook",
            "{n} more documents, named in the workbook", n=len(documents) - DOCUMENTS,
        ))  # fmt: skip
    if (material.facts.own["source"] == "derived").any():
        lines.append(words("Ratios and shares are computed here by the catalogue's rules."))
        lines += denominators.of_a_region(material.facts.own, material.citations, words)
    lines.append(words(
        "Release {number}, published {date}. Figures are quoted as facts with their source.",
        number=common.vintage.release, date=words.date(str(common.release["published_at"])),
    ))  # fmt: skip
    lines += map_provenance(common.boundaries, words)
    yield Points(tuple(lines))
