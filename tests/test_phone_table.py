"""Tables for a phone."""

from __future__ import annotations

import pyarrow as pa

from indicators.drawing.phone_table import phone_table


def test_a_table_for_a_phone_shows_texts_literally_and_leads_where_a_row_has_an_address() -> None:
    rows = pa.table({"指标": ["甲 <b>&", "乙"], "数值": [None, 12]})
    drawn = phone_table(rows, '表 "一"', "—", ["map?a=1&b=2", None])
    assert '<a href="map?a=1&amp;b=2">甲 &lt;b&gt;&amp;</a></th><td>—</td>' in drawn
    assert '<th scope="row">乙</th><td>12</td>' in drawn
    assert 'aria-label="表 &quot;一&quot;"' in drawn
    assert "<b>" not in drawn


def test_a_table_for_a_phone_may_lead_nowhere() -> None:
    assert "<a " not in phone_table(pa.table({"a": ["x"], "b": ["y"]}), "t", "—")
