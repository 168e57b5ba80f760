"""Counts chosen for publication: a file of figures and its declaration, for the gate to take in.

`python -m etl publish figures.parquet --source registry` then publishes them as any figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import yaml

from etl.certificates.counting import counted
from etl.certificates.cube import DIMENSIONS
from etl.certificates.engine import Engine
from etl.certificates.registry import Summary
from etl.certificates.results import FIGURES
from etl.certificates.validity import FREQUENCIES, period
from etl.files.checksums import sha256
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, message
from indicators.regions import ALL
from indicators.wording import Wording

SOURCE = "registry"

# The platform's figures stand at the same keys and are another series.
INDICATORS = {
    "certificates_valid": "registry_certificates_valid",
    "certified_organisations": "registry_organisations_certified",
    "certificates_suspended": "certificates_suspended",
    "certificates_new": "certificates_new",
    "certificates_lapsed": "certificates_lapsed",
    "certificates_withdrawn": "certificates_withdrawn",
}
# Those of one scheme are the numerator of the uptake rate, which names no scheme.
QUALITY_MANAGEMENT = ("QMS", "registry_qms_organisations")
LEVELS = ("province", "section", "size", "scheme")
COLUMNS = ("indicator", *DIMENSIONS, "period", "value")


@dataclass(frozen=True)
class Choice:
    """What to publish: `periods` are frequencies, `levels` kinds of codes besides the totals.

    Without `periods` all that were counted are published. A level is a kind of region (province,
    economic_region …), a level of industry (section, division, combination), `size` or `scheme`;
    the regions and industries above come with it.
    """

    periods: Sequence[str] = ()
    levels: Sequence[str] = LEVELS

    def check(self, known: Catalogue) -> None:
        """Raise `FindingsError` where a word names no level or frequency."""
        kinds = sorted({*known.regions["kind"], *known.industries["level"], "size", "scheme"})
        options = (("--periods", self.periods, list(FREQUENCIES)), ("--levels", self.levels, kinds))
        again = message("choose again")
        wrong = [
            Finding(option, word, message("one of {names}", names=names), again)
            for option, words, names in options
            for word in words
            if word not in names
        ]
        if wrong:
            raise FindingsError(wrong)

    def known(self, counted: Iterable[str], as_of: date) -> list[str]:
        """Return which of the periods counted are published; raises `FindingsError` where none is.

        Those that end after `as_of` are not: nobody knows yet what will be valid then.
        """
        asked = {FREQUENCIES[name] for name in self.periods or FREQUENCIES}
        periods = [period(name) for name in sorted(counted)]
        ended = [p.name for p in periods if p.frequency in asked and p.last_day <= as_of]
        if not ended:
            kinds, day = " / ".join(self.periods or FREQUENCIES), as_of.isoformat()
            found = ", ".join(p.name for p in periods[:3])
            expected = message("a {kinds} that ends by {day}", kinds=kinds, day=day)
            advice = message("choose other periods")
            option = "--periods"
            if not any(p.last_day <= as_of for p in periods):
                option = "--from / --to"
                advice = message("begin earlier, or give the day on which the files were drawn")
            if not periods:
                expected = message("a time in which one of the certificates was valid")
                advice = message("choose other years, or see whether these are the right files")
            raise FindingsError([Finding(option, found, expected, advice)])
        return ended

    def codes(self, known: Catalogue) -> dict[str, list[str]]:
        """Return the codes of each dimension that are published."""
        return {
            "region": _with_those_above(known.regions, "kind", self.levels, ("world", "nation")),
            "industry": _with_those_above(known.industries, "level", self.levels, ()),
            "size": [ALL, *(known.sizes["code"] if "size" in self.levels else ())],
            "scheme": [ALL, *(known.schemes["code"] if "scheme" in self.levels else ())],
        }


def _with_those_above(
    codes: pd.DataFrame, level: str, chosen: Sequence[str], always: Sequence[str]
) -> list[str]:
    parents = dict(zip(codes["code"], codes["parent"], strict=True))
    found = {ALL, *codes.loc[codes[level].isin([*chosen, *always]), "code"]}
    for code in sorted(found):
        while code := parents.get(code, ""):
            found.add(code)
    return sorted(found)


def write_publication(
    summary: Summary,
    files: Sequence[Path],
    as_of: date,
    choice: Choice,
    known: Catalogue,
    engine: Engine,
    words: Wording,
) -> Path:
    """Write the chosen counts and their declaration beside the others; return the file.

    Small figures stay in: the gate withholds them. Raises `FindingsError` for an unknown level or
    frequency, or where no period is left.
    """
    from etl.figures.declaration import beside  # what reads figures need not be there to count them

    choice.check(known)
    counts = counted(summary.out, engine)
    names = engine.rows(counts.select("period").distinct())["period"]
    periods = choice.known(names, as_of)
    path = summary.out / FIGURES
    engine.write_file(_figures(counts, periods, choice.codes(known)), path)
    declared = _declaration(summary, files, as_of, known, words)
    text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False, width=10_000)
    beside(path).write_text(text, encoding="utf-8")
    return path


def _figures(counts: Any, periods: Sequence[str], codes: dict[str, list[str]]) -> Any:
    scheme, indicator = QUALITY_MANAGEMENT
    places = (counts[name].isin(codes[name]) for name in DIMENSIONS if name != "scheme")
    rows = counts.filter(counts.period.isin(periods), *places)
    plain = rows.filter(rows.scheme.isin(codes["scheme"]))
    plain = plain.rename({new: old for old, new in INDICATORS.items()})
    plain = plain.pivot_longer(list(INDICATORS.values()), names_to="indicator", values_to="value")
    quality = rows.filter(rows.scheme == scheme).mutate(
        indicator=ibis.literal(indicator),
        scheme=ibis.literal(ALL),
        value=rows.certified_organisations,
    )
    return ibis.union(plain.select(*COLUMNS), quality.select(*COLUMNS))


def _declaration(
    summary: Summary, files: Sequence[Path], as_of: date, known: Catalogue, words: Wording
) -> dict[str, Any]:
    from etl.figures.declaration import beside

    source = known.sources[SOURCE]
    # What was said of a file bears on its counts as much as what stands in it.
    read_from = [each for path in files for each in (path, beside(path)) if each.exists()]
    sums = [f"{path.name} sha256:{sha256(path)}" for path in read_from]
    units = {key: known.indicators[key].unit for key in _published()}
    return {
        "provenance": {
            "publisher": words.text(source.publisher),
            "document": words("Certificate-level files drawn on {day}", day=as_of.isoformat()),
            "licence": words.text(source.licence),
            "date": as_of.isoformat(),
            "place": " · ".join(path.name for path in files),
            "note": "; ".join([summary.sentence_in(words), *sums]),
        },
        "columns": {name: name for name in COLUMNS},
        "unit": {key: words.text(known.units[unit]) for key, unit in units.items()},
        "scope": "all",
    }


def _published() -> list[str]:
    return [*INDICATORS.values(), QUALITY_MANAGEMENT[1]]
