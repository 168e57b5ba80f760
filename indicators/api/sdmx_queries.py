"""What clients of SDMX ask, as REST queries of SDMX 2.1 are written (version 1 of that API).

Such a path becomes a question like any other: flow and version are dataset and release, and the
key lists codes, dimension by dimension.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from indicators.api.problem_json import QuestionError
from indicators.api.questions import Question
from indicators.exports.open_data.sdmx import AGENCY, CODE_LISTS, DIMENSIONS, FLOWS
from indicators.findings import Message, message

Names = Mapping[str, str]
_ANY = ("all", "*", "")
_NEWEST = ("latest", "all", "*", "~", "+")
_VERSION = re.compile(r"([1-9][0-9]{0,8})(\.0\+?){0,2}")
_STRUCTURES = {
    "dataflow": tuple(FLOWS),
    "datastructure": tuple(FLOWS),
    "codelist": tuple(CODE_LISTS),
    "conceptscheme": ("CONCEPTS",),
    "agencyscheme": ("AGENCIES",),
}
# What may be said and changes nothing: all else would ask for another answer than is given.
_USUAL = {
    "detail": ("full",),
    "dimensionAtObservation": ("AllDimensions", "TIME_PERIOD"),
    "includeHistory": ("false",),
}
OF_DATA = ("format", "startPeriod", "endPeriod", *_USUAL)
OF_STRUCTURE = ("format", "detail", "references")


def data_question(question: Question, names: Names) -> Question:
    """Return what a data query asks; raises `QuestionError`."""
    for name, usual in _USUAL.items():
        if question.said.get(name, usual[0]) not in usual:
            title = message("This is not offered")
            raise QuestionError(400, title, f"{name}={question.said[name]}", _one_of(usual))
    flow = names["flow"].split(",")
    agency, flow_id, version = {
        2: [*flow, "latest"],
        3: flow,
    }.get(len(flow), ["all", names["flow"], "latest"])
    _known(agency, (*_ANY, AGENCY), AGENCY)
    _known(names.get("provider", "all"), (*_ANY, AGENCY), AGENCY)
    _known(flow_id, FLOWS, *FLOWS)
    codes = _codes(names.get("key", "all"))
    bounds = {name: question.said[name] for name in OF_DATA[:3] if name in question.said}
    return Question({**bounds, **codes, **_release(version), "data": FLOWS[flow_id]})


def structure_question(question: Question, names: Names) -> Question:
    """Return of which release a structure query asks; raises `QuestionError`.

    Every answer holds all that the data refer to, whatever `references` and `detail` are.
    """
    _known(names["kind"], _STRUCTURES, *_STRUCTURES)
    ids = _STRUCTURES[names["kind"]]
    _known(names["agency"], (*_ANY, AGENCY, "SDMX"), AGENCY, "SDMX")
    _known(names["id"], (*_ANY, *ids), *ids)
    form = {name: question.said[name] for name in ("format",) if name in question.said}
    version = "latest" if names["agency"] == "SDMX" else names.get("version", "latest")
    return Question({**form, **_release(version), "data": FLOWS.get(names["id"], "real")})


def _release(version: str) -> dict[str, str]:
    if version in _NEWEST:
        return {}
    if not (found := _VERSION.fullmatch(version)):
        title = message("There is no such release")
        raise QuestionError(404, title, version, _one_of(("latest", "1.0.0", "2.0.0, …")))
    return {"release": found[1]}


def _codes(key: str) -> dict[str, str]:
    if key in _ANY:
        return {}
    parts = key.split(".")
    if len(parts) != len(DIMENSIONS):
        expected = message("codes as in {form}, several with +", form=".".join(DIMENSIONS))
        raise QuestionError(400, message("This is no key"), key, expected)
    named = zip(DIMENSIONS.items(), parts, strict=True)
    return {column or "freq": part.replace("+", ",") for (_, (column, _)), part in named if part}


def _known(text: str, known: Sequence[str] | Mapping[str, object], *expected: str) -> None:
    if text not in known:
        raise QuestionError(404, message("There is no such structure"), text, _one_of(expected))


def _one_of(names: Sequence[str]) -> Message:
    return message("one of {names}", names=", ".join(names))
