"""The routes told to programs: OpenAPI 3.1, made of what the routes themselves go by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from indicators import catalogue
from indicators.api import problem_json
from indicators.api.formats import JSON, Format
from indicators.api.questions import LARGEST_PAGE
from indicators.api.resources import RESOURCES, Resource
from indicators.exports.open_data.columns import Column, in_both, observations, told
from indicators.exports.open_data.reference_tables import code_lists
from indicators.exports.open_data.sdmx import FREQUENCIES
from indicators.statuses import VerdictClass
from indicators.wording import sentence

Content = dict[str, Any]
_TEXT: Content = {"type": "string"}
_PERIOD = r"^[0-9]{4}(-Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?$"
_SEVERAL = sentence("Codes, several with commas; * or nothing narrows nothing.")
_PARAMETERS: dict[str, tuple[str, Content]] = {
    **dict.fromkeys(
        ("indicator", "period", "scheme", "industry", "size", "region", "target"), (_SEVERAL, _TEXT)
    ),
    "verdict": (_SEVERAL, {"type": "string", "examples": list(VerdictClass)}),
    "citation": (sentence("Keys of the column citation, several with commas."), _TEXT),
    "startPeriod": (
        sentence("The first period, a year, quarter, month or day."),
        {"type": "string", "pattern": _PERIOD},
    ),
    "endPeriod": (
        sentence("The last period, a year, quarter, month or day."),
        {"type": "string", "pattern": _PERIOD},
    ),
    "release": (
        sentence("The number of a release; the newest where it is left out."),
        {"type": "integer", "minimum": 1},
    ),
    "data": (
        sentence("Real figures, or those of the demonstration."),
        {"type": "string", "enum": ["real", "demonstration"], "default": "real"},
    ),
    "limit": (
        sentence("How many figures a page has; all are given where it is left out."),
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    ),
    "cursor": (sentence("Where a page begins, as the header Link says."), _TEXT),
    "freq": (
        sentence("Only figures of years (A), quarters (Q) or months (M)."),
        {"type": "string", "examples": list(FREQUENCIES)},
    ),
    **{
        name: (sentence("As SDMX REST has it; docs/api.md says what is offered."), _TEXT)
        for name in (
            *("flow", "key", "provider", "kind", "agency", "id", "version"),
            *("dimensionAtObservation", "detail", "includeHistory", "references"),
        )
    },
    "number": (sentence("The number of a release."), {"type": "integer", "minimum": 1}),
}
_PROBLEMS = {
    400: sentence("Something in the question is wrong."),
    401: sentence("Nobody has signed in."),
    403: sentence("This server answers its own machine only, or nobody."),
    404: sentence("There is no such release, or no such thing."),
    406: sentence("There is no such format"),
    503: sentence("The database does not answer; ask again."),
}


def description() -> Content:
    """Return the description, as JSON has it."""
    columns = {table.name: table.columns for table in code_lists(catalogue.load())}
    columns["observations"] = observations().columns
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _both(sentence("Quality-governance dashboard")),
            "version": "1.0.0",
            "description": _both(
                sentence("The figures that the pages show, for programs; docs/api.md says more.")
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "paths": {
            resource.path: {"get": _operation(resource, columns.get(resource.rows, ()))}
            for resource in RESOURCES
        },
        "components": {"schemas": {"Problem": _problem()}},
    }


def _both(text: str) -> str:
    return told(in_both(text))


def _operation(resource: Resource, columns: Sequence[Column]) -> Content:
    named = re.findall(r"{(\w+)}", resource.path)
    responses: Content = {
        "200": {
            "description": _both(resource.about),
            "content": {
                each.media_type: {"schema": _schema(resource, each, columns)}
                for each in resource.formats
            },
        },
        "304": {"description": _both(sentence("Nothing has changed since the ETag was given."))},
    }
    problems = {problem_json.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, text in _PROBLEMS.items():
        responses[str(status)] = {"description": _both(text), "content": problems}
    return {
        "operationId": re.sub(r"\W+", "_", resource.path).strip("_"),
        "summary": _both(resource.about),
        "parameters": [
            *(_parameter(name, "path", resource) for name in named),
            *(_parameter(name, "query", resource) for name in resource.parameters),
        ],
        "responses": responses,
    }


def _parameter(name: str, place: str, resource: Resource) -> Content:
    if name == "format":
        words = [each.name for each in resource.formats]
        about, schema = sentence("The form of the answer."), {"type": "string", "enum": words}
    else:
        about, schema = _PARAMETERS[name]
    required = place == "path" or name == "citation"
    return {
        "name": name,
        "in": place,
        "required": required,
        "description": _both(about),
        "schema": schema,
    }


def _schema(resource: Resource, form: Format, columns: Sequence[Column]) -> Content:
    if form is not JSON:
        return {}
    said: Content = dict.fromkeys(("release", "published", "demonstration"), _TEXT)
    said["data"] = {"type": "string", "enum": ["real", "demonstration"]}
    if resource.rows:
        name, content = resource.rows, {"type": "array", "items": _row(columns)}
    else:
        name, content = "content", {"type": "object"}
    required = ["release", "published", "data", name]
    return {"type": "object", "required": required, "properties": {**said, name: content}}


def _row(columns: Sequence[Column]) -> Content:
    properties: Mapping[str, Content] = {
        column.name: {
            "type": column.kind if column.required else [column.kind, "null"],
            "description": told(column.about),
        }
        for column in columns
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _problem() -> Content:
    both = {"type": "object", "properties": {"zh": _TEXT, "en": _TEXT}, "required": ["zh", "en"]}
    return {
        "type": "object",
        "required": ["type", "status", "title"],
        "properties": {
            **dict.fromkeys(("type", "title", "detail", "found"), _TEXT),
            "status": {"type": "integer"},
            "expected": both,
        },
    }
