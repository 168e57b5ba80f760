"""Statuses, verdicts and reasons: a member carries its code and its sentence, in one place."""

from __future__ import annotations

from enum import Enum

import pytest

from indicators import statuses
from indicators.statuses import Said
from indicators.wording import Wording

SAID = [
    kind for kind in vars(statuses).values() if isinstance(kind, type) and issubclass(kind, Enum)
]


@pytest.mark.parametrize("kind", [kind for kind in SAID if issubclass(kind, Said) and len(kind)])
def test_each_member_says_something_in_both_languages(kind: type[Said]) -> None:
    for member in kind:
        assert member.sentence
        assert Wording("zh")(member.sentence) != member.sentence


def test_a_state_of_the_map_says_what_the_status_of_the_figure_says() -> None:
    assert statuses.MapState.MISSING.sentence == statuses.ObservationStatus.NO_DATA.sentence
    assert Wording("zh")(statuses.MapState.MISSING.sentence) == "无数据"
