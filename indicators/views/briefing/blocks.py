"""What a document is made of, before it is .docx or .pdf."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from indicators.exports.downloads import png_of, svg_file


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list without an order."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption; `shares` are the widths of its columns in parts."""

    caption: str
    rows: pd.DataFrame
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption and the sentence that says what it shows; width in per cent."""

    caption: str
    alt: str
    specification: dict[str, Any] = field(repr=False)
    width: float = 100.0

    @cached_property
    def svg(self) -> str:
        """The drawing, made once for all files."""
        return svg_file(self.specification).decode()

    @cached_property
    def png(self) -> bytes:
        """The drawing in pixels."""
        return png_of(self.svg)


Block = Heading | Paragraph | Points | Table | Figure


@dataclass(frozen=True)
class Briefing:
    """A whole document. `header` and `footer` stand on every page, `mark` in red if there is one.

    name: what its files are called, without suffix. published: when its release was, ISO 8601.
    """

    title: str
    subtitle: str
    header: str
    footer: str
    mark: str
    language: str
    name: str
    published: str
    blocks: tuple[Block, ...]
