"""What is given as the opinion's own words stands in the wording held of it."""

from __future__ import annotations

import re

import pytest
import yaml

from etl.figures.citations import GRADES
from indicators import catalogue

OPINION = yaml.safe_load((catalogue.CATALOGUE / "opinion.yaml").read_text(encoding="utf-8"))
TARGETS = yaml.safe_load(
    (catalogue.CATALOGUE / "targets" / "nation-certification-2018.yaml").read_text(encoding="utf-8")
)
TEXT = "\n".join(passage["text"] for passage in OPINION["passages"])


def passage_of(definition: str) -> dict[str, str]:
    """Return the passage in which a definition, with what it leaves out, stands."""
    pattern = ".*".join(re.escape(part) for part in definition.split("……"))
    found: list[dict[str, str]] = [
        passage for passage in OPINION["passages"] if re.search(pattern, passage["text"])
    ]
    assert len(found) == 1, definition
    return found[0]


@pytest.mark.parametrize("target", TARGETS["targets"], ids=lambda target: str(target["key"]))
def test_a_national_target_is_defined_in_the_opinion_s_own_words(target: dict[str, str]) -> None:
    assert TARGETS["document"]["number"] == OPINION["document"]["number"]
    # A target is verified no better than the passage that it is read in.
    assert GRADES[target["grade"]] == passage_of(target["definition"])["verification"]


@pytest.mark.parametrize("key", ["tools", "spread", "government", "upgrade"])
def test_a_clause_has_the_opinion_s_own_heading(key: str) -> None:
    assert catalogue.load().clauses[key].title.zh in TEXT


def test_no_wording_of_the_opinion_is_held_without_its_source() -> None:
    for passage in OPINION["passages"]:
        assert passage["place"]
        assert passage["read_in"]
        assert passage["verification"] in ("primary", "secondary", "unconfirmed")


def test_no_document_has_a_date_that_is_none() -> None:
    day = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
    for file in sorted((catalogue.CATALOGUE / "targets").glob("*.yaml")):
        date = yaml.safe_load(file.read_text(encoding="utf-8"))["document"].get("date")
        assert date is None or day.fullmatch(str(date)), file.name
