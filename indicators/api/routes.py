"""The routes under `/api/v1`, and what their answers have in common."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import zlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from indicators import catalogue
from indicators.api.announcements import data_catalogue, feed
from indicators.api.answers import Asking, Document, Message
from indicators.api.description import description
from indicators.api.formats import JSON, PARQUET, format_asked, stream, weighed
from indicators.api.problem_json import QuestionError, problem
from indicators.api.questions import Question
from indicators.api.resources import RESOURCES, Resource
from indicators.cached import remembered
from indicators.exports.downloads import file_name
from indicators.findings import message
from indicators.periods import today
from indicators.settings import ACCESS, CODE_VERSION
from indicators.store.queries import Vintage

_log = logging.getLogger(__name__)
# Answers that are made at one time; the others wait, so that pages have the rest of the machine.
_MAKING = asyncio.Semaphore(2)


def answered(resource: Resource, request: Request) -> Response:
    """Return the answer; raises `QuestionError` where there is none."""
    question = Question.of(request.query_params, resource.parameters)
    accept = request.headers.get("accept", "")
    form = format_asked(question.said.get("format"), accept, resource.formats)
    names = {**resource.names, **request.path_params}
    question = resource.read(question, names)
    vintage = question.vintage()
    headers = _headers(vintage, form.name, today() if resource.daily else "")
    if _is_known(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    asked = tuple(
        sorted({**question.said, **{f"/{name}": text for name, text in names.items()}}.items())
    )
    key = headers["etag"], resource.path, request.method, asked
    if (whole := kept.get(key)) is not None:
        return Response(whole.content, 200, {**headers, **whole.headers}, form.media_type)
    found = resource.ask(Asking(question, vintage, form, names))
    if isinstance(found, Document):
        text = json.dumps(found.content, ensure_ascii=False, allow_nan=False, default=str)
        return Response(text, 200, headers, JSON.media_type)
    if isinstance(found, Message):
        return Response(found.text, 200, headers, form.media_type)
    if found.further is not None:
        headers["link"] = _next(request, found.further, vintage)
    mark = "" if vintage.dataset == "real" else "demonstration-"
    name = file_name(f"{mark}{found.name}-{vintage.release}", suffix=form.suffix)
    named = {"content-disposition": f'inline; filename="{name}"'}
    headers |= named
    if request.method == "HEAD":
        return Response(None, 200, headers, form.media_type)
    parts = stream(found.name, found.pages, found.schema, form, found.about)
    content = None if found.long else b"".join(parts)
    if content is not None and len(content) <= _SMALL:
        if found.further is None:
            _keep(key, _Whole(content, named))
        return Response(content, 200, headers, form.media_type)
    parts = parts if content is None else iter([content])
    if form is not PARQUET and takes_gzip(request.headers):
        headers |= {"content-encoding": "gzip", "vary": f"{headers['vary']}, Accept-Encoding"}
        parts = _packed(parts)
    return StreamingResponse(_made(parts), 200, headers, form.media_type)


def announced(request: Request) -> Response:
    """Return the catalogue of data or the feed of releases, whichever the path asks for."""
    try:
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        vintage = Question.of(request.query_params, ()).vintage()
        headers = _headers(vintage, request.url.path, "")
        if _is_known(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        answer = ANNOUNCEMENTS[request.url.path](request, vintage)
    except Exception as error:
        return _refusal(request, error)
    answer.headers.update(headers)
    return answer


ANNOUNCEMENTS = {"/catalog.jsonld": data_catalogue, "/releases.atom": feed}


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Tell whether a client takes packed answers: `gzip;q=0` refuses them (RFC 9110, 12.5.3)."""
    weights = dict(map(weighed, headers.get("accept-encoding", "").split(",")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _headers(vintage: Vintage, form: str, day: str) -> dict[str, str]:
    return {
        "etag": etag(vintage, form, day),
        "cache-control": f"{'public' if ACCESS.value == 'public' else 'private'}, no-cache",
        "vary": "Accept, Cookie",
        "x-release": str(vintage.release),
        "x-data": vintage.dataset,
    }


class _Whole(NamedTuple):
    """A small answer as it was given."""

    content: bytes
    headers: dict[str, str]


# The newest small answers. What they rest on is in their ETag, and so in their key.
kept: OrderedDict[Hashable, _Whole] = OrderedDict()
_KEPT, _SMALL = 256, 64 << 10  # answers, and bytes of one


def _keep(key: Hashable, whole: _Whole) -> None:
    kept[key] = whole
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the parts of a long answer packed, where they are made: the server would pack them in
    the one thread that pages are sent from, and harder than a long answer is worth.
    """
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)  # as gzip has it
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


async def _made(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        async with _MAKING:
            part = await run_in_threadpool(next, parts, None)
        if part is None:
            return
        if part:
            yield part


def etag(vintage: Vintage, form: str, day: str) -> str:
    """Return what an answer is known again by: another where anything that it rests on is."""
    known = catalogue.load()
    rests_on = (*vintage, form, day, CODE_VERSION.text, _digest(known))
    return f'W/"{hashlib.sha256(repr(rests_on).encode()).hexdigest()[:32]}"'


@lru_cache(2)
def _digest(known: catalogue.Catalogue) -> str:
    return hashlib.sha256(repr(sorted(known.texts.items())).encode()).hexdigest()


def _is_known(asked: str, tag: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in asked.split(",")}
    return asked.strip() == "*" or tag.removeprefix("W/") in tags


def _next(request: Request, after: Sequence[str], vintage: Vintage) -> str:
    """Return where the next page is: of the same release, whatever is published meanwhile."""
    address = request.url.include_query_params(cursor=",".join(after), release=vintage.release)
    return f'<{address.path}?{address.query}>; rel="next"'


def _endpoint(resource: Resource) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        try:
            return answered(resource, request)
        except Exception as error:
            return _refusal(request, error)

    return answer


def _refusal(_request: Request, error: Exception) -> Response:
    """Return what whoever asked is told of an error: never its text, which may quote a figure."""
    if isinstance(error, QuestionError):
        return problem(error)
    again = {"retry-after": "5"}
    if isinstance(error, remembered.UnreachableError):
        return problem(QuestionError(503, error.reason, headers=again))
    if isinstance(error, HTTPException):
        titles = {404: message("There is no such address"), 405: message("Only GET is answered")}
        title = titles.get(error.status_code, message("The question cannot be answered"))
        return problem(QuestionError(error.status_code, title, headers=error.headers))
    _log.error("a question failed", exc_info=error)
    if isinstance(error, remembered.FAULTS):
        title = message("the database does not answer; the server's log says why")
        return problem(QuestionError(503, title, headers=again))
    return problem(QuestionError(500, message("Something went wrong; the server's log says what")))


def warm() -> None:
    """Do at start what whoever asks first would wait for: ask for one figure."""
    question = Question({"limit": "1"})
    vintage = question.vintage()
    found = Asking(question, vintage, JSON).figures()
    etag(vintage, JSON.name, "")
    deque(stream(found.name, found.pages, found.schema, JSON, found.about), 0)


def described(_request: Request) -> Response:
    """Return what there is to ask for, as programs read it."""
    text = json.dumps(description(), ensure_ascii=False)
    return Response(text, headers={"cache-control": "no-cache"}, media_type=JSON.media_type)


served = Starlette(
    routes=[
        Route("/openapi.json", described),
        *(Route(resource.path, _endpoint(resource)) for resource in RESOURCES),
    ],
    exception_handlers={HTTPException: _refusal},
)
