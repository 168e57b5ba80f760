"""A release as search engines read it: a Dataset of schema.org, as JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indicators.exports.open_data.descriptor import Whole
from indicators.wording import Text

FORMS = {  # of `/api/v1/observations`
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}


def dataset(
    whole: Whole, home: str, terms: Sequence[Text], measured: Sequence[Text], reach: tuple[str, str]
) -> dict[str, Any]:
    """Return what a release is, whose pages stand at `home`.

    terms: the licences of its sources; measured: its indicators; reach: its first and last period.
    """
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{home}/api/v1/releases/{whole.number}",
        "identifier": whole.name,
        "name": whole.title.zh,
        "alternateName": whole.title.en,
        "description": f"{whole.description.zh} {whole.description.en}",
        "url": f"{home}/releases?release={whole.number}",
        "version": f"{whole.number}.0.0",
        "datePublished": whole.published,
        "creator": {
            "@type": "Organization",
            "name": whole.home.zh,
            "alternateName": whole.home.en,
            "url": home,
        },
        "license": [
            {"@type": "CreativeWork", "name": each.zh, "alternateName": each.en} for each in terms
        ],
        "isAccessibleForFree": True,
        "inLanguage": ["zh-CN", "en"],
        "spatialCoverage": {"@type": "Country", "name": "CN"},
        "temporalCoverage": "/".join(reach),
        "variableMeasured": [
            {"@type": "PropertyValue", "name": each.zh, "alternateName": each.en}
            for each in measured
        ],
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{home}/catalog.jsonld"},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media_type,
                "contentUrl": f"{home}/api/v1/observations?format={form}&release={whole.number}",
            }
            for form, media_type in FORMS.items()
        ],
    }
