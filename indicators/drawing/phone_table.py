"""A table of two columns for a phone: texts go on in further lines and lead where they say."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pyarrow as pa

# Streamlit's own grid is drawn on a canvas, which neither breaks a line nor is light: a page would
# mount a second one for each of its tables, hidden on wide screens. A page has the style once.
STYLE = """
  .phone {max-height: 26rem; overflow-y: auto; border: 1px solid light-dark(#d5dae1, #3a4150)}
  .phone table {width: 100%; border-collapse: collapse; font-size: 0.875rem}
  .phone :is(th, td) {
    padding: 0.4rem 0.5rem; text-align: start; vertical-align: top; overflow-wrap: anywhere;
    border-bottom: 1px solid light-dark(#e6e9ef, #2c3340); font-weight: normal
  }
  .phone thead th {
    position: sticky; top: 0; background: light-dark(#f3f6f9, #171c25); font-weight: 600
  }
  .phone a {color: inherit}
"""


def phone_table(rows: pa.Table, alt: str, empty: str, leading: Sequence[str | None] = ()) -> str:
    """Return the rows as HTML; the first cell of each leads to its address of `leading`, if any.

    alt: what the table shows, for those who hear it. empty: what a cell without anything says.
    """
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows.column_names)
    body = []
    for place, cells in enumerate(zip(*rows.to_pydict().values(), strict=True)):
        first, *others = (empty if cell is None else escape(str(cell)) for cell in cells)
        if address := leading[place] if leading else None:
            first = f'<a href="{escape(address)}">{first}</a>'
        further = "".join(f"<td>{cell}</td>" for cell in others)
        body.append(f'<tr><th scope="row">{first}</th>{further}</tr>')
    # It scrolls, so the keyboard must reach it.
    opening = f'<div class="phone" tabindex="0" role="region" aria-label="{escape(alt)}">'
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f"{opening}{table}</div>"
