"""What stands under `/api/v1`: each thing to ask for, with what may be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from indicators.api.answers import Answer, Asking, Document
from indicators.api.formats import JSON, OF_FIGURES, OF_TABLES, Format
from indicators.api.questions import BOUNDS, COMMON, FILTERS
from indicators.wording import sentence

PAGES = ("limit", "cursor")


@dataclass(frozen=True)
class Resource:
    """One thing to ask for.

    path: below `/api/v1`. about: what it is. rows: the name of its rows, none of what is no table.
    daily: whether it changes from day to day.
    """

    path: str
    ask: Callable[[Asking], Answer | Document]
    about: str
    rows: str = ""
    parameters: Sequence[str] = COMMON
    formats: Sequence[Format] = OF_TABLES
    daily: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


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
)
