"""Numbers as they are written: rounded once, a half up; differences of what is written."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.wording import Wording, difference, rounded

EN = Wording("en")
# Figures as sources print them: twelve digits at most, so that each is one double.
FIGURES = st.decimals(-1_000_000, 1_000_000, places=5)
PLACES = st.integers(0, 4)


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.125, 2, "0.13"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (29 / 200 * 100, 0, "15"),  # the double is 14.499999999999998
        (1e15 + 0.5, 0, "1,000,000,000,000,000"),
        (1e22, 2, "10,000,000,000,000,000,000,000.00"),
        (5e-324, 2, "0.00"),
    ],
)
def test_a_half_is_rounded_up_for_numbers_and_changes_alike(
    value: float, decimals: int, written: str
) -> None:
    assert EN.number(value, decimals) == written
    sign = "±" if not rounded(value, decimals) else "+"
    assert EN.signed(value, decimals) == sign + written
    if sign == "+":
        assert EN.signed(-value, decimals) == "−" + written
        assert EN.number(-value, decimals) == "-" + written


@pytest.mark.parametrize("value", [-0.0, -0.001, -1e-300, -0.004999])
def test_nought_has_no_minus(value: float) -> None:
    assert EN.number(value, 2) == "0.00"
    assert EN.signed(value, 2) == "±0.00"


def test_a_change_without_places_that_is_written_as_nought_has_no_sign() -> None:
    assert EN.signed(0.001) == "±0.00"
    assert EN.number(-0.001) == "0.00"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_figure_is_a_dash(value: float) -> None:
    assert EN.number(value, 1) == EN.signed(value, 1) == "—"
    with pytest.raises(ValueError, match=r"nan|inf"):
        rounded(value, 1)


@given(FIGURES, PLACES)
def test_a_figure_is_rounded_once_from_its_own_digits(figure: Decimal, places: int) -> None:
    expected = figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert rounded(float(figure), places) == expected
    assert Decimal(EN.number(float(figure), places).replace(",", "")) == expected
    assert EN.signed(float(figure), places)[1:].replace(",", "") == f"{abs(expected):f}"


@given(st.floats(allow_nan=False, allow_infinity=False), PLACES)
def test_every_number_there_is_can_be_written(value: float, places: int) -> None:
    for written in (EN.number(value, places), EN.signed(value, places)):
        assert float(written.lstrip("+±").replace(",", "").replace("−", "-")) == pytest.approx(
            value, rel=0, abs=0.5000001 * 10**-places + 1e-14 * abs(value)
        )
        assert not (written.startswith(("-", "−")) and set(written) <= set("-−0.,"))


@given(FIGURES, FIGURES, PLACES)
def test_two_written_figures_and_their_difference_add_up(
    one: Decimal, other: Decimal, places: int
) -> None:
    apart = difference(float(one), float(other), places)
    first, second = (
        Decimal(EN.number(float(figure), places).replace(",", "")) for figure in (one, other)
    )
    assert second + apart == first
    assert Decimal(EN.signed(apart)[1:].replace(",", "")) == abs(first - second)
    assert apart == 0 or (apart > 0) == (one > other)
