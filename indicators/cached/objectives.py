"""Targets, verdicts and the matrix of both, remembered per release."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from indicators import tables, targets
from indicators.cached.map import indicator
from indicators.cached.queries import citations, engine, kept
from indicators.drawing import charts
from indicators.drawing.standalone import exported_chart
from indicators.exports import downloads
from indicators.exports.offered import (
    Export,
    image_exports,
    image_labels,
    marked,
    vintage_name,
    vintage_notes,
)
from indicators.progress import Verdict, judge
from indicators.store import queries
from indicators.store.queries import Vintage
from indicators.targets import Register
from indicators.views import footnotes, objectives
from indicators.wording import Language, Wording


@kept
def register(vintage: Vintage) -> Register:
    """Return the target register."""
    return Register(**queries.register(engine(vintage.dataset), vintage.release))


@kept
def aims(vintage: Vintage) -> pd.DataFrame:
    """Return which target applies where; see `targets.applicable`."""
    return targets.applicable(register(vintage), tables.provinces())


@kept
def unknown_targets(vintage: Vintage) -> list[str]:
    """Return the targets that nothing can be said of; see `targets.unknown`."""
    return sorted(targets.unknown(register(vintage))["target"])


@kept
def aimed_at(vintage: Vintage) -> pd.DataFrame:
    """Return the figures that targets are set for; see `queries.observations_of`."""
    needed = targets.needed(register(vintage), aims(vintage))
    return queries.observations_of(engine(vintage.dataset), needed, vintage.release)


def verdicts(vintage: Vintage) -> pd.DataFrame:
    """Return the verdict of every region and aim as of today; see `targets.verdicts`."""
    return _verdicts(vintage, targets.today())


@kept
def _verdicts(vintage: Vintage, day: str) -> pd.DataFrame:
    return targets.verdicts(register(vintage), aims(vintage), aimed_at(vintage), day)


def series(target: str, region: str, vintage: Vintage) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region."""
    return targets.series_of(aimed_at(vintage), region, register(vintage).record(target))


def verdict(target: str, region: str, vintage: Vintage) -> Verdict:
    """Return one target's verdict in a region as of today, with its projection."""
    return _verdict(target, region, vintage, targets.today())


@kept
def _verdict(target: str, region: str, vintage: Vintage, day: str) -> Verdict:
    asked = targets.engine_target(register(vintage), target)
    return judge(series(target, region, vintage), asked, as_of=day)


def divided_by(target: str, region: str, language: Language, vintage: Vintage) -> list[str]:
    """Return the line that names the denominators of a target's figures, none of no ratio."""
    rows = series(target, region, vintage)
    rows = rows.assign(region=region, indicator=register(vintage).record(target)["indicator"])
    cited = citations(tuple(set(rows["citation"])), vintage)
    return footnotes.divided_by(rows, cited, Wording(language))


@st.cache_resource(show_spinner=False)
def objective_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the objective chart without figures."""
    return charts.objective_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def required_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the bars of what is required a year, without figures."""
    return charts.required_chart(Wording(language), dark=dark)


def objective_exports(
    target: str, region: str, language: Language, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from an objective: label, file name, and how to make it."""
    words, record = Wording(language), register(vintage).record(target)
    where = tables.region_names(language)[region]
    title = words.listed([where, tables.aim_name(record, words)])
    answer = verdict(target, region, vintage)
    rows = series(target, region, vintage)

    def name(suffix: str) -> str:
        return downloads.file_name(title, vintage_name(vintage, words), suffix=suffix)

    def drawn() -> charts.Specification:
        return exported_chart(
            objective_specification(language, dark),
            objectives.drawing(answer, rows, record, words),
            title=title, dark=dark,
            notes=[
                objectives.target_text(record, words),
                *objectives.citation_lines(record, words)[:2],
                *footnotes.standing(citations(tuple(set(rows["citation"])), vintage), words),
                *divided_by(target, region, language, vintage),
                *footnotes.breaks(rows, words),
                *vintage_notes(vintage, words),
            ],
        )  # fmt: skip

    def sheets() -> dict[str, pd.DataFrame]:
        known = indicator(record["indicator"])
        return {
            words("Verdict"): objectives.verdict_table(answer, record, words),
            words("Figures"): objectives.observed_table(
                rows, known, citations(tuple(set(rows["citation"])), vintage), words
            ),
            words("Required a year from now"): objectives.required(
                verdicts(vintage), record, region, words, dark
            )[1],
        }

    def leaving() -> dict[str, pd.DataFrame]:
        return {key: marked(table, vintage, words) for key, table in sheets().items()}

    return [
        *image_exports(image_labels(words), name, drawn),
        (words("Table (CSV)"), name(".csv"),
         lambda: downloads.csv_file(leaving()[words("Verdict")])),
        (words("Workbook (XLSX)"), name(".xlsx"), lambda: downloads.xlsx_file(leaving())),
    ]  # fmt: skip
