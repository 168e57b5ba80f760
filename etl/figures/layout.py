"""Where things stand in a table: which column is what, and what each wide column holds."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.figures.declaration import Declaration, Rule
from etl.files.listing import Listing
from etl.files.table import Table, position
from indicators.findings import message
from indicators.names import plain

_CORRECT = message("correct the header row, or `header` and `columns` in the declaration")
_UNITS = ("单位", "计量单位", "数据单位")


@dataclass
class Layout:
    """Positions from 0. figures: a column of figures with what holds for all of it.

    units: columns of units that the declaration ignores, held against the units it says.
    """

    labels: list[str]
    columns: dict[str, int] = field(default_factory=dict)
    figures: dict[int, dict[str, str]] = field(default_factory=dict)
    rules: list[tuple[Rule, int]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)

    @property
    def needed(self) -> set[int]:
        """Return every column that must be read."""
        ruled = {position for _, position in self.rules}
        return {*self.columns.values(), *self.figures, *ruled, *self.nameless, *self.units}


def layout(table: Table, declaration: Declaration, listing: Listing) -> Layout:
    """Return where everything stands; raises `FindingsError` where a declared column does not.

    A column is named by its heading; one that has none, by its letter.
    """
    width = max(map(len, table.header), default=0)
    header = [[*cells, *[""] * (width - len(cells))] for cells in table.header]
    labels = labels_of(header, width)
    made = Layout(labels)

    def place(name: str) -> int | None:
        wanted = plain(name)
        exact = [p for p, label in enumerate(labels) if plain(label) == wanted]
        found = exact or [
            p for p in range(width) if any(plain(cells[p]) == wanted for cells in header)
        ]
        if not found and (lettered := position(name)) is not None:
            found = [p for p in range(width) if p == lettered and not labels[p]]
        if len(found) == 1:
            return found[0]
        row = declaration.header[-1]
        if found:
            expected = message("the column {name} once", name=name)
            advice = message("give each column a name of its own")
            listing.add(name, expected, advice, row=row, column=name)
            return None
        near = difflib.get_close_matches(name, [label for label in labels if label], 3, 0.4)
        advice = message("did you mean {names}?", names=" / ".join(near)) if near else _CORRECT
        expected = message("the column {name}", name=name)
        listing.add(" | ".join(filter(None, labels)), expected, advice, row=row, column=name)
        return None

    for key, name in declaration.columns.items():
        if (found := place(name)) is not None:
            made.columns[key] = found
    for rule in declaration.leave_out:
        if (found := place(rule.column)) is not None:
            made.rules.append((rule, found))
    ignored = {place(name) for name in declaration.ignore}
    listing.refuse()
    made.units = [p for p in range(width) if p in ignored and plain(labels[p]) in _UNITS]
    taken = {*made.columns.values(), *ignored, *(p for _, p in made.rules)}
    places = [p for p in range(width) if p not in taken]
    if declaration.layout == "long":
        made.figures[made.columns.pop("value")] = {}
        for p in places:
            if labels[p]:
                listing.add(
                    labels[p],
                    message("every column declared"),
                    message(
                        "say under `columns` what it holds, or name it under `ignore` if it says "
                        "nothing about the figures"
                    ),
                    row=declaration.header[-1],
                    column=labels[p],
                )
            else:
                made.nameless.append(p)
        listing.refuse()
        return made
    spread = _spread(header, places, table, declaration)
    for p in places:
        said = {
            key: cells[p].strip() for key, cells in zip(declaration.across, spread, strict=True)
        }
        said.pop("-", None)
        if not labels[p]:
            made.nameless.append(p)
        else:
            made.figures[p] = said
    if not made.figures:
        expected = message("columns of figures")
        listing.add(" | ".join(labels), expected, _CORRECT, row=declaration.header[-1])
    listing.refuse()
    return made


def labels_of(header: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return each column's label, as a declaration names it."""
    return [
        " / ".join(dict.fromkeys(cells[p].strip() for cells in header if cells[p].strip()))
        for p in range(width)
    ]


def _spread(
    header: list[list[str]], places: list[int], table: Table, declaration: Declaration
) -> list[list[str]]:
    """Return the header rows with merged cells repeated over the columns they span."""
    spread = [list(cells) for cells in header]
    top = declaration.header[0] - 1
    for (first_row, first), (last_row, last) in table.merged or ():
        for line in range(max(first_row, top), min(last_row, top + len(spread) - 1) + 1):
            if first_row >= top:
                for p in range(first, min(last + 1, len(spread[line - top]))):
                    spread[line - top][p] = header[first_row - top][first]
    for key, cells in zip(declaration.across, spread, strict=True):
        if key in declaration.merged:
            held = ""
            for p in places:
                held = cells[p] = cells[p].strip() or held
    return spread
