"""Colours of maps, charts and verdicts, for light and dark pages.

Classes of a map have one hue from faint to strong, or two away from a benchmark, told apart with
any colour vision; what is no value has a hue of its own, at least ΔE 20 (CIEDE2000) from every
class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"

# Verdicts by their grade, on light and dark pages; the symbol says the same without colour.
VERDICTS = {
    "good": ("#1f7a4d", "#2f9e68"),
    "fair": ("#d8b55a", "#b98f2f"),
    "poor": ("#c2410c", "#d9622b"),
    "none": ("#e5e7eb", "#2b323d"),
    "stated": ("#b2c4d8", "#3d5470"),
    "past": ("#cfc8dc", "#4d4560"),
}

# Lines of several regions, on light and dark pages, each at least 3 : 1 from the page.
SERIES = (
    *(("#c2410c", "#fb923c"), ("#1f6fb0", "#5aa5d6"), ("#1f7a4d", "#4fc48a")),
    *(("#7b3fa0", "#c59be8"), ("#8a6d00", "#e0bc45"), ("#b83280", "#f08cc4")),
    *(("#0e7c86", "#4fd1db"), ("#6b4226", "#d2a679"), ("#3b4cc0", "#97a5ff")),
    *(("#4d7c0f", "#a3d65c"), ("#4b5563", "#b6bec9")),
)


@dataclass(frozen=True)
class Palette:
    """The colours one map needs.

    `ramp` runs from the lowest class to the highest, `below` and `above` away from a benchmark.
    """

    background: str
    text: str
    muted: str
    border: str
    line: str
    selected: str
    no_value: str
    hatch: str
    ramp: tuple[str, ...]
    below: tuple[str, ...]
    above: tuple[str, ...]

    def classes(self, count: int) -> list[str]:
        """Return `count` colours, evenly spaced on the ramp."""
        if count == 1:
            return [self.ramp[len(self.ramp) // 2]]
        return [_between(self.ramp, index / (count - 1)) for index in range(count)]

    def scale(self, breaks: Sequence[float], centre: float | None = None) -> list[str]:
        """Return the colours of the classes that `breaks` make, in two hues around a `centre`."""
        if centre is None:
            return self.classes(len(breaks) + 1)
        below = sum(value <= centre for value in breaks)
        return [*reversed(self.below[:below]), *self.above[: len(breaks) + 1 - below]]


LIGHT = Palette(
    background="#ffffff",
    text="#1f2937",
    muted="#4b5563",
    border="#8793a1",
    line="#374151",
    selected="#c2410c",
    no_value="#ede3cc",
    hatch="#8a7a56",
    ramp=("#bfdaf0", "#85bcdf", "#4a97c9", "#1f6fb0", "#0b4a87", "#08306b"),
    below=("#cfa6dc", "#9c5bb8", "#611a78"),
    above=("#93d1a2", "#3f9e58", "#0c5a26"),
)
DARK = Palette(
    background="#0e1117",
    text="#e5e7eb",
    muted="#b6bec9",
    border="#6b7785",
    line="#cbd5e1",
    selected="#fb923c",
    no_value="#4f463b",
    hatch="#a8977a",
    ramp=("#17324d", "#1f5582", "#2f7ab5", "#5aa5d6", "#9ccbe8", "#d8ecf8"),
    below=("#6a3a85", "#a86fc4", "#e3c4f2"),
    above=("#1c6638", "#46ab66", "#b8efc4"),
)


def palette(dark: bool) -> Palette:
    """Return the palette of a dark or a light page."""
    return DARK if dark else LIGHT


def readable_on(colour: str) -> str:
    """Return the text colour, near-black or white, that stands out on a fill."""
    red, green, blue = (_linear(part) for part in _parts(colour))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    # The luminance at which black and white contrast equally (WCAG 2).
    return "#111827" if luminance > 0.179 else "#ffffff"


def _between(ramp: Sequence[str], share: float) -> str:
    position = share * (len(ramp) - 1)
    steps = list(pairwise([*ramp, ramp[-1]]))
    low, high = steps[int(position)]
    rest = position - int(position)
    mixed = (round(a + (b - a) * rest) for a, b in zip(_parts(low), _parts(high), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
