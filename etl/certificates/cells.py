"""Cells as arrays of numbers in ascending order, and where others stand among them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


def placed(cells: Cells) -> tuple[Cells, Places]:
    """Return the cells, ascending and each once, and the place of each given one among them."""
    if not len(cells):
        return cells, cells
    # The cells of a scheme lie close together: a table of places is quicker than sorting.
    lowest = cells.min()
    there = np.zeros(cells.max() - lowest + 1, np.bool_)
    there[cells - lowest] = True
    return np.flatnonzero(there) + lowest, (np.cumsum(there) - 1)[cells - lowest]


def places(cells: Cells, asked: Cells) -> Places:
    """Return the place of each asked cell among `cells`, in which it is."""
    if not len(cells):
        return asked
    table = np.zeros(cells[-1] - cells[0] + 1, np.intp)
    table[cells - cells[0]] = np.arange(len(cells))
    place: Places = table[asked - cells[0]]
    return place
