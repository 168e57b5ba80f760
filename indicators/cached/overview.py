"""The Overview, remembered per release."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from indicators import catalogue
from indicators.cached.objectives import register
from indicators.cached.queries import engine, kept
from indicators.drawing import charts
from indicators.drawing.standalone import exported_chart
from indicators.exports import downloads
from indicators.exports.offered import (
    Export,
    image_exports,
    image_labels,
    table_exports,
    vintage_name,
    vintage_notes,
)
from indicators.store import queries
from indicators.store.queries import Vintage
from indicators.views import objectives
from indicators.wording import Language, Wording


@kept
def national(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.national`."""
    return queries.national(engine(vintage.dataset), vintage.release)


@st.cache_resource(show_spinner=False)
def matrix_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the matrix of verdicts without figures."""
    return charts.matrix_chart(Wording(language), dark=dark)


def matrix_exports(
    shown: pd.DataFrame, language: Language, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from the matrix of verdicts, as `shown`."""
    words = Wording(language)
    title = words("Objectives: every region, every target")
    cells = objectives.matrix(shown, register(vintage), words, dark)

    def name(suffix: str) -> str:
        return downloads.file_name(words("Verdicts"), vintage_name(vintage, words), suffix=suffix)

    def drawn() -> charts.Specification:
        return exported_chart(
            matrix_specification(language, dark), {"matrix": cells}, title=title, dark=dark,
            notes=[
                words.listed([
                    f"{symbol} {name} {n}" for symbol, name, n in objectives.counts(shown, words)
                ]),
                *vintage_notes(vintage, words),
            ],
        )  # fmt: skip

    return [
        *image_exports(image_labels(words), name, drawn),
        *table_exports(
            words("Verdicts"), lambda: objectives.matrix_table(cells, words), language, vintage
        ),
    ]


def declared() -> int:
    """Return how many indicators the catalogue declares."""
    return len(catalogue.load().indicators)
