"""The tree of industries: sectors and groups beside sections and divisions, nothing twice."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import meaning
from etl.divisions import divisions
from indicators import catalogue
from indicators.catalogue import industries
from indicators.industry_tree import DIVISION, GROUP, SECTION, SECTOR
from indicators.names import UnreadError, names
from indicators.regions import ALL

TREE = industries()
EVERY = [ALL, *TREE.industries]


def test_the_three_sectors_hold_every_division_once() -> None:
    sectors = [TREE.divisions(code) for code in TREE.of_level(SECTOR)]
    assert sum(map(len, sectors)) == len(frozenset().union(*sectors)) == 97
    # The rule of 2018: the support divisions of farming, mining and manufacturing are services.
    assert {"05", "11", "43", "97"} <= TREE.divisions("TERTIARY")
    assert TREE.divisions("PRIMARY") == {"01", "02", "03", "04"}
    assert TREE.parts("BCDE") == ("B", "C", "D", "E")
    assert TREE.divisions("GOVERNANCE") == TREE.divisions("S") < TREE.divisions("FS")
    assert TREE.parts("J") == ("66", "67", "68", "69")
    assert TREE.of_level(SECTION, GROUP)[:2] == ("BCD", "BCDE")


@pytest.mark.parametrize(
    ("code", "held", "found"),
    [
        ("BCDE", ["B", "C", "D", "E", "13", "F"], {"B", "C", "D", "E"}),
        ("BCDE", ["BCD", "B", "C", "D", "E"], {"BCD", "E"}),
        ("BCDE", ["BCDE", "BCD", "E"], {"BCDE"}),
        ("BCDE", ["B", "C", "D"], None),
        ("SECONDARY", ["B", "C", "D", "E"], None),  # sections hold services among theirs
        (
            ALL,
            ["PRIMARY", "SECONDARY", "TERTIARY", "A", "FS"],
            {"PRIMARY", "SECONDARY", "TERTIARY"},
        ),
        (ALL, ["A", "BCDE", "FS", "T", "C", "GOVERNANCE"], {"A", "BCDE", "FS", "T"}),
        ("J", ["66", "67", "68"], None),
    ],
)
def test_an_industry_is_made_up_of_the_fewest_that_are_held(
    code: str, held: list[str], found: set[str] | None
) -> None:
    made = TREE.making_up(code, held)
    assert (made if made is None else set(made)) == found


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EVERY), st.sets(st.sampled_from(EVERY)), st.randoms())
def test_groups_of_industries_are_never_counted_double(code: str, held: set[str], chance) -> None:  # type: ignore[no-untyped-def]
    figures = {division: chance.randint(0, 10**6) for division in TREE.of_level(DIVISION)}

    def total(industry: str) -> int:
        return sum(figures[division] for division in TREE.divisions(industry))

    made = TREE.making_up(code, held)
    if made is not None:
        assert set(made) <= held
        assert sum(map(total, made)) == total(code)
    else:
        # Then what is held inside leaves a division out, or overlaps with no way around it.
        inside = [each for each in held if TREE.divisions(each) <= TREE.divisions(code)]
        assert code not in held
        apart = {each for each in inside if TREE.industries[each].level in (SECTION, DIVISION)}
        covered = frozenset().union(*map(TREE.divisions, apart))
        assert covered != TREE.divisions(code)


def test_what_is_known_to_add_up_holds_each_division_once_in_every_way() -> None:
    known = divisions(catalogue.load()).query("dimension == 'industry' and distance == 1")
    for _, family in known.groupby("family"):
        for whole, parts in family.groupby("whole")["part"]:
            held = [TREE.divisions(part) for part in parts]
            assert frozenset().union(*held) == TREE.divisions(str(whole))
            assert sum(map(len, held)) == len(TREE.divisions(str(whole)))


@pytest.mark.parametrize(
    ("text", "code"),
    [("第二产业", "SECONDARY"), ("B+C+D", "BCD"), ("B-E", "BCDE"), ("F—S", "FS"), ("S", "S")],
)
def test_sources_names_of_groups_are_read(text: str, code: str) -> None:
    assert names(catalogue.load(), "industry").code(text) == code


def test_a_part_of_two_sectors_is_no_industry() -> None:
    with pytest.raises(UnreadError):
        names(catalogue.load(), "industry").code("第二、三产业")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("B C D C", "each division once"),
        ("B C 13", "each division once"),
        ("BCD E", "a section or a division"),
        ("B Z", "a code of industries.csv"),
    ],
)
def test_members_that_would_count_twice_are_told_with_their_line(
    tmp_path: Path, members: str, expected: str
) -> None:
    reference = copytree(catalogue.REFERENCE, tmp_path / "reference")
    file = reference / "industries.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("B C D E\n", f"{members}\n"), encoding="utf-8")
    found = [item for item in meaning.findings(reference=reference) if item.file == file.name]
    assert [(item.row, str(item.expected)) for item in found] == [(6, expected)]
