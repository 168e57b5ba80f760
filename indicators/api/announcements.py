"""What others subscribe to: the catalogue of data (DCAT, JSON-LD), the feed of releases (Atom)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd
from starlette.requests import Request
from starlette.responses import Response

from indicators import catalogue
from indicators.api.formats import OF_FIGURES
from indicators.cached import objectives, releases, remembered
from indicators.exports.downloads import fit_for_xml
from indicators.exports.open_data.columns import in_both, told
from indicators.periods import in_china
from indicators.store.queries import Vintage
from indicators.views.releases import change_table, flip_table
from indicators.wording import LANGUAGES, Text, Wording, sentence

ENTRIES = 30  # the newest releases that the feed tells of
MOST_LINES = 100  # of one list in an entry
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DATE = "xsd:dateTime"
CATALOGUE_TYPE, FEED_TYPE = "application/ld+json", "application/atom+xml; charset=utf-8"


def data_catalogue(request: Request, vintage: Vintage) -> Response:
    """Return what there is, as catalogues of data read it: one dataset, its forms, its service."""
    home = str(request.url.replace(path="", query=""))
    whole = releases.described(vintage)
    known = catalogue.load().sources
    named = [known[key] for key in remembered.sources(vintage)["source"] if key in known]
    terms = dict.fromkeys(source.licence for source in named)
    service = f"{home}/api/v1"
    dataset = {
        "@id": f"{service}/releases/{whole.number}",
        "@type": "dcat:Dataset",
        "dct:identifier": whole.name,
        "dct:title": _texts(whole.title),
        "dct:description": _texts(whole.description),
        "dct:issued": {"@value": whole.published, "@type": _DATE},
        "dcat:version": f"{whole.number}.0.0",
        "dct:publisher": _publisher(whole.home),
        "dct:source": [text for source in named for text in _texts(source.title)],
        "dct:rights": [text for each in terms for text in _texts(each)],
        "dcat:landingPage": {"@id": f"{home}/releases"},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": each.name,
                "dcat:accessURL": {"@id": f"{service}/observations?format={each.name}"},
                "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}/{each.media_type.partition(';')[0]}"},
                "dcat:accessService": {"@id": service},
            }
            for each in OF_FIGURES
        ],
    }
    content = {
        "@context": _CONTEXT,
        "@id": f"{home}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _texts(whole.home),
        "dct:publisher": _publisher(whole.home),
        "dct:modified": {"@value": whole.published, "@type": _DATE},
        "dcat:dataset": [dataset],
        "dcat:service": [
            {
                "@id": service,
                "@type": "dcat:DataService",
                "dct:title": _texts(whole.home),
                "dcat:endpointURL": {"@id": service},
                "dcat:endpointDescription": {"@id": f"{service}/openapi.json"},
                "dcat:servesDataset": {"@id": dataset["@id"]},
            }
        ],
    }
    return Response(json.dumps(content, ensure_ascii=False, indent=1), media_type=CATALOGUE_TYPE)


_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"


def _texts(both: Text) -> list[dict[str, str]]:
    return [{"@value": both.zh, "@language": "zh"}, {"@value": both.en, "@language": "en"}]


def _publisher(home: Text) -> dict[str, Any]:
    return {"@type": "foaf:Agent", "foaf:name": _texts(home)}


def feed(request: Request, vintage: Vintage) -> Response:
    """Return the feed of releases, newest first: what each changed, which verdicts it turned."""
    home = str(request.url.replace(path="", query=""))
    lines = _feed(home, remembered.releases(vintage).head(ENTRIES), vintage)
    return Response("\n".join([*lines, ""]), media_type=FEED_TYPE)


def _feed(home: str, found: pd.DataFrame, vintage: Vintage) -> Iterator[str]:
    database = vintage.state.split(" ")[0]
    title = told(in_both(sentence("Quality-governance dashboard")))
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">'
    yield f"<id>{uuid.UUID(database).urn}</id><title>{escape(title)}</title>"
    yield f"<updated>{_moment(found['published_at'].iloc[0])}</updated>"
    yield f"<author><name>{escape(title)}</name></author>"
    yield f'<link rel="self" href={quoteattr(f"{home}/releases.atom")}/>'
    yield f'<link rel="alternate" type="text/html" href={quoteattr(f"{home}/releases")}/>'
    for number, published in zip(found["release"], found["published_at"], strict=True):
        yield from _entry(home, database, vintage._replace(release=int(number)), str(published))
    yield "</feed>"


def _entry(home: str, database: str, vintage: Vintage, published: str) -> Iterator[str]:
    number = vintage.release
    title = told(in_both(sentence("Release {number}"), number=number))
    entry = uuid.uuid5(uuid.UUID(database), str(number))
    yield f"<entry><id>{entry.urn}</id><title>{escape(title)}</title>"
    yield f"<updated>{_moment(published)}</updated><published>{_moment(published)}</published>"
    page = quoteattr(f"{home}/releases?release={number}")
    yield f'<link rel="alternate" type="text/html" href={page}/>'
    yield '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
    for language in LANGUAGES:
        yield f'<div xml:lang="{language}">'
        yield from _told(vintage, Wording(language))
        yield "</div>"
    yield "</div></content></entry>"


def _told(vintage: Vintage, words: Wording) -> Iterator[str]:
    """Yield what a release changed. The figures themselves are left out: one may be suppressed."""
    changes = change_table(releases.changes(vintage), words)
    yield from _list(words("Changed figures"), [_line(row, words) for row in _rows(changes)])
    flips = flip_table(releases.flips(vintage), objectives.register(vintage), words)
    turned = [
        words("{what}: {before} → {after}", what=f"{region} · {aim}", before=before, after=after)
        for region, aim, before, after, _ in _rows(flips)
    ]
    yield from _list(words("Verdicts turned"), turned)


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    return [list(row) for row in table.itertuples(index=False)]


def _line(row: list[Any], words: Wording) -> str:
    what, added, changed, withdrawn = row
    return words(
        "{what}: {added} added, {changed} changed, {withdrawn} withdrawn",
        what=what,
        added=words.number(added),
        changed=words.number(changed),
        withdrawn=words.number(withdrawn),
    )


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"<p>{escape(title)} ({len(lines)})</p><ul>"
    for line in lines[:MOST_LINES]:
        yield f"<li>{escape(fit_for_xml(line))}</li>"
    yield "<li>…</li></ul>" if len(lines) > MOST_LINES else "</ul>"


def _moment(published: str) -> str:
    return in_china(published).isoformat(timespec="seconds")
