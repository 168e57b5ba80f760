"""No table, tooltip or file has two equal headings, in either language."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from indicators.exports.offered import table_exports
from indicators.store.queries import Vintage
from indicators.wording import LANGUAGES, Wording

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [*ROOT.glob("pages/*.py"), *ROOT.glob("indicators/**/*.py")]


def said(node: ast.AST | None) -> str | None:
    """Return the sentence of `words("…")`, without its values."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
        return None
    first = node.args[0]
    wanted = node.func.id == "words" and isinstance(first, ast.Constant)
    return str(first.value) if wanted and isinstance(first, ast.Constant) else None


def headings(module: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands beside each other as headings: keys, columns, titles of tooltips."""
    for node in ast.walk(module):
        texts: list[str | None] = []
        if isinstance(node, ast.Dict):
            texts = [said(key) for key in node.keys]
        elif isinstance(node, ast.List | ast.Tuple):
            texts = [said(part) for part in node.elts]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            name = name.id if isinstance(name, ast.Name) else name
            if name == "tooltips":
                texts = [said(keyword.value) for keyword in node.keywords]
        if any(texts):
            yield getattr(node, "lineno", 0), [text for text in texts if text]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_headings_that_stand_together_differ(file: Path) -> None:
    for line, texts in headings(ast.parse(file.read_text(encoding="utf-8"))):
        for language in LANGUAGES:
            shown = Counter(Wording(language)(text) for text in texts)
            assert max(shown.values()) == 1, f"{file.name}:{line}: {shown.most_common(1)}"


def test_a_file_has_the_headings_of_the_screen() -> None:
    words = Wording("zh")
    table = pd.DataFrame({words("Objective"): ["某指标"], words("Target"): ["2025年达到 94"]})
    make = table_exports("某表", table, Vintage(1, "real"), words)[0][2]
    assert make().decode("utf-8-sig").splitlines()[0].split(",") == list(table.columns)
