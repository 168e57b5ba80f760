"""What stands under `/api/v1`: each thing to ask for, with what may be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.api.answers import Answer, Asking, Document, Message
from indicators.api.formats import JSON, OF_FIGURES, OF_SDMX, OF_TABLES, SDMX_ML, Format
from indicators.api.questions import BOUNDS, COMMON, FILTERS, Question
from indicators.api.sdmx_queries import (
    OF_DATA,
    OF_STRUCTURE,
    Names,
    data_question,
    structure_question,
)
from indicators.wording import sentence

PAGES = ("limit", "cursor")


def as_asked(question: Question, names: Names) -> Question:
    """Return the question, about the release that the path names."""
    named = {"release": names["number"]} if "number" in names else {}
    return Question({**question.said, **named})


@dataclass(frozen=True)
class Resource:
    """One thing to ask for.

    path: below `/api/v1`. about: what it is. rows: the name of its rows, none of what is no table.
    daily: whether it changes from day to day. read: what it is asked, and the names in its path →
    a question.
    """

    path: str
    ask: Callable[[Asking], Answer | Document | Message]
    about: str
    rows: str = ""
    parameters: Sequence[str] = COMMON
    formats: Sequence[Format] = OF_TABLES
    daily: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Question, Names], Question] = as_asked


_CODE_LISTS = {
    "indicators": sentence("Indicators"),
    "regions": sentence("Regions"),
    "schemes": sentence("Certification schemes"),
    "industries": sentence("Industries"),
    "sizes": sentence("Enterprise sizes"),
    "units": sentence("Units"),
    "statuses": sentence("Statuses of observations"),
    "confidentialities": sentence("Statuses of confidentiality"),
}
_REGISTER = {
    "documents": sentence("Documents"),
    "targets": sentence("Target register"),
    "milestones": sentence("Milestones"),
    "evidence": sentence("Evidence"),
}
RESOURCES = (
    Resource("/releases", Asking.releases, sentence("Releases"), "releases"),
    Resource(
        "/releases/{number}",
        Asking.release,
        sentence("One release: what it changed, which verdicts it turned"),
        parameters=("data", "format"),
        formats=(JSON,),
    ),
    *(
        Resource(f"/{name}", Asking.codes, about, name, names={"list": name})
        for name, about in _CODE_LISTS.items()
    ),
    *(
        Resource(f"/{name}", Asking.register, about, name, names={"list": name})
        for name, about in _REGISTER.items()
    ),
    Resource(
        "/observations",
        Asking.figures,
        sentence("All figures"),
        "observations",
        (*COMMON, *FILTERS, *BOUNDS, *PAGES),
        OF_FIGURES,
    ),
    Resource(
        "/citations",
        Asking.citations,
        sentence("Citations"),
        "citations",
        (*COMMON, "citation"),
    ),
    Resource(
        "/verdicts",
        Asking.verdicts,
        sentence("Verdicts as of today, with the numbers they rest on"),
        "verdicts",
        (*COMMON, "region", "indicator", "target", "verdict"),
        daily=True,
    ),
    Resource(
        "/verdicts/{target}/{region}",
        Asking.verdict,
        sentence("One verdict with all that it rests on"),
        formats=(JSON,),
        daily=True,
    ),
    *(
        Resource(
            f"/sdmx/data/{path}",
            Asking.figures,
            sentence("All figures, as clients of SDMX ask for them"),
            "observations",
            OF_DATA,
            OF_SDMX,
            read=data_question,
        )
        for path in ("{flow}", "{flow}/{key}", "{flow}/{key}/{provider}")
    ),
    *(
        Resource(
            f"/sdmx/{path}",
            Asking.structure,
            sentence("SDMX-ML 3.0: code lists, concepts, data structure, dataflow"),
            parameters=OF_STRUCTURE,
            formats=(SDMX_ML,),
            read=structure_question,
        )
        for path in ("{kind}/{agency}/{id}", "{kind}/{agency}/{id}/{version}")
    ),
)
