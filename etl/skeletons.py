"""New entries of data/catalogue, whole and with a remark on each line, for somebody to complete.

An entry is written only if the catalogue is right with it, and never over one that is there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from etl import meaning
from indicators import catalogue
from indicators.findings import Finding
from indicators.periods import today
from indicators.regions import ALL
from indicators.strict_yaml import read
from indicators.wording import Text, Wording

TARGET_KEY = re.compile("[a-z0-9]+(-[a-z0-9]+)*")  # its file bears it
_REMARK = 34  # the column at which remarks begin


@dataclass(frozen=True)
class Entry:
    """What is to be written: the whole text of a file below data/catalogue that has it."""

    file: str
    text: str

    @property
    def path(self) -> Path:
        return catalogue.CATALOGUE / self.file

    def findings(self) -> list[Finding]:
        """Return what would be wrong with the catalogue if it were written."""
        with TemporaryDirectory(prefix="catalogue-") as folder:
            copy = Path(folder) / "catalogue"
            shutil.copytree(catalogue.CATALOGUE, copy)
            (copy / self.file).write_text(self.text, encoding="utf-8")
            return meaning.findings(copy, catalogue.REFERENCE)

    def write(self) -> None:
        """Put it into its file, all at once."""
        beside = self.path.with_suffix(".new")
        beside.write_text(self.text, encoding="utf-8")
        os.replace(beside, self.path)


def standing(file: str, key: str) -> int | None:
    """Return the line at which an entry stands already; None where it does not."""
    path = catalogue.CATALOGUE / file
    written, _ = read(path)
    entries = written.content[path.stem] if written else {}
    return written.row(path.stem, key) if written and key in entries else None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What must be said of a new indicator; the rest follows from its kind."""

    title: Text
    kind: str
    unit: str
    clause: str
    polarity: str = "higher_better"
    numerator: str | None = None
    denominator: str | None = None
    factor: float = 1.0


# By kind: unit, timing, additive, range, decimals, shape.
_USUAL = {
    "count": (
        "organisations",
        "stock",
        "[region, industry, size]",
        "[0, 10000000]",
        0,
        "geometric",
    ),
    "ratio": ("percent", "stock", "[]", "[0, 100]", 2, "linear"),
    "rate": ("percent", "flow", "[]", "[0, 100]", 2, "linear"),
    "index": ("score", "stock", "[]", "[0, 100]", 2, "linear"),
}


def usual_unit(kind: str) -> str:
    """Return the unit that an indicator of a kind has unless somebody says otherwise."""
    return _USUAL[kind][0]


def indicator_entry(key: str, measure: Measure, words: Wording) -> Entry:
    """Return a new indicator at the end of indicators.yaml."""
    _, timing, additive, bounds, decimals, shape = _USUAL[measure.kind]
    lines = [
        (f"title: {_both(measure.title)}", ""),
        (f"description: {_both(measure.title)}", words("what counts, what does not, whose it is")),
        (f"kind: {measure.kind}", "count | ratio | rate | index | milestone"),
        (f"timing: {timing}", words("stock: at the end of a period; flow: over a period")),
        (f"unit: {measure.unit}", words("a key of {file}", file="units.yaml")),
        (f"polarity: {measure.polarity}", "higher_better | lower_better | neutral"),
        (f"clause: {measure.clause}", words("a key of {file}", file="clauses.yaml")),
        (f"additive: {additive}", words("over which its values add up; [] for none")),
        (f"range: {bounds}", words("no value lies outside")),
        (f"decimals: {decimals}", ""),
        (f"shape: {shape}", "linear | geometric | logistic (docs/method.md §3)"),
    ]
    if measure.numerator:
        parts = f"numerator: {measure.numerator}, denominator: {measure.denominator}"
        ratio = f"ratio: {{{parts}, factor: {measure.factor:g}}}"
        lines.append((ratio, words("computed at each refresh from these two")))
    return _appended("indicators.yaml", [(f"{key}:", "")], lines)


def source_entry(key: str, title: Text, publisher: Text, every: int, words: Wording) -> Entry:
    """Return a new source at the end of sources.yaml, its figures due `every` so many months."""
    licence = Text(
        "公开发布的统计数字；作为事实引用并注明出处。", "Figures quoted as facts with their source."
    )
    often = {1: Text("月度", "Monthly"), 3: Text("季度", "Quarterly"), 12: Text("年度", "Yearly")}
    usual = Text(f"每{every}个月", f"Every {every} months")
    calendar = f"every: {every}, after: 6, where: {_both(publisher)}"
    lines = [
        (f"title: {_both(title)}", ""),
        (f"publisher: {_both(publisher)}", ""),
        (f"description: {_both(title)}", words("what it covers and what it does not")),
        (f"licence: {_both(licence)}", words("what its publisher allows")),
        (f"frequency: {_both(often.get(every, usual))}", ""),
        (
            f"calendar: {{{calendar}}}",
            words("after: months from the end of a period until it is out; where to look"),
        ),
    ]
    return _appended("sources.yaml", [(f"{key}:", "")], lines)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What must be said of a new target and of the document that sets it."""

    title: str
    issuer: str
    region: str
    indicator: str
    kind: str
    value: float
    due: str


def target_entry(key: str, demand: Demand, words: Wording) -> Entry:
    """Return a new document of the register with its first target."""
    title = catalogue.load().indicators.get(demand.indicator)
    definition = title.title.zh if title else demand.indicator
    industry = title.industry if title and title.industry != ALL else None
    first = [
        ("document:", ""),
        (f"  title: {_quoted(demand.title)}", ""),
        (f"  issuer: {_quoted(demand.issuer)}", ""),
        (f"  region: '{demand.region}'", words("six digits, of {file}", file="regions.csv")),
        (f"  date: '{today()[:4]}'", words("of the document: 2025, 2025-03 or 2025-03-01")),
        ("  date_inferred: true", words("remove this line once the date is read in the document")),
        ("targets:", words("one entry a target, each beginning with - key")),
        (f"- key: {key}", words("no other target has it")),
        (f"  indicator: {demand.indicator}", words("a key of {file}", file="indicators.yaml")),
        *([(f"  industry: {industry}", "GB/T 4754-2017")] if industry else []),
        (f"  kind: {demand.kind}", "at_least | at_most | gain | … (docs/method.md §2)"),
        (f"  value: {demand.value:g}", ""),
        (f"  window: ['{demand.due}', '{demand.due}']", words("the earliest and latest deadline")),
        (f"  definition: {_quoted(definition)}", words("what the document calls it")),
        (f"  place: {_quoted('第1段')}", words("where it stands in the document")),
        (
            "  grade: B",
            words("A: read in an official outlet; B: in a copy; C: nothing else confirms it"),
        ),
    ]
    return Entry(f"targets/{key}.yaml", _laid_out(first))


def _appended(file: str, heading: list[tuple[str, str]], lines: list[tuple[str, str]]) -> Entry:
    before = (catalogue.CATALOGUE / file).read_text(encoding="utf-8-sig").rstrip("\n")
    entry = _laid_out(
        [(f"  {text}", remark) for text, remark in heading]
        + [(f"    {text}", remark) for text, remark in lines]
    )
    return Entry(file, f"{before}\n{entry}")


def _laid_out(lines: list[tuple[str, str]]) -> str:
    """Return lines of YAML, each with its remark behind it."""
    written = [f"{text:<{_REMARK}}  # {remark}" if remark else text for text, remark in lines]
    return "".join(f"{line}\n" for line in written)


def _both(text: Text) -> str:
    return f"{{zh: {_quoted(text.zh)}, en: {_quoted(text.en)}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
