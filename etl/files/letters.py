"""What a spreadsheet calls a column, for those that have no heading."""

from __future__ import annotations

import re


def letter(position: int) -> str:
    """Return what a spreadsheet calls a column: A for 0, AA for 26."""
    letters = ""
    position += 1
    while position:
        position, place = divmod(position - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def position(letters: str) -> int | None:
    """Return which column a spreadsheet calls so, from 0; None where it is no such name."""
    if not re.fullmatch("[A-Z]{1,3}", letters):
        return None
    place = 0
    for sign in letters:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1
