"""What leaves a page: who makes the file, and the release that is said on it."""

from __future__ import annotations

from collections.abc import Callable

from indicators.queries import Vintage
from indicators.wording import Wording

# What a download button needs: label, file name, and how to make the file when it is asked for.
Export = tuple[str, str, Callable[[], bytes]]


def vintage_name(vintage: Vintage, words: Wording) -> str:
    """Return how a vintage is called in the name of a file."""
    said = words("release {number}", number=vintage.release)
    return said if vintage.dataset == "real" else words("demonstration") + " " + said


def vintage_notes(vintage: Vintage, words: Wording) -> list[str]:
    """Return what stands under all that leaves: the release, and whether it is made up."""
    notes = [words("Release {number}", number=vintage.release)]
    return notes if vintage.dataset == "real" else [demonstration_note(words), *notes]


def demonstration_note(words: Wording) -> str:
    """Return the sentence that no demonstration figure is shown without."""
    return words("Demonstration data: generated for trying things out, true of no region.")
