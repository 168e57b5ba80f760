"""What is not published is for those alone whose role gives it, and for their regions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Mount

import app
from etl.publish.gate import Decision, publish
from indicators import access, frame
from indicators.api.resources import RESOURCES
from indicators.catalogue import tree
from indicators.exports.open_data.release_package import write_package
from indicators.findings import Finding, message
from indicators.roles import (
    EVERYTHING,
    PUBLISHED,
    Bounds,
    Grant,
    Rights,
    Role,
    Roles,
    covers,
    role_mistakes,
    roles_of,
)
from indicators.wording import Wording
from tests.conftest import WORLD, edition_of
from tests.opened_pages import opened, reading

ROLES = Roles(
    "groups",
    (
        Grant("all-analysts", Role.ANALYST),
        Grant("zj-analysts", Role.ANALYST, ("330000",)),
        Grant("delta-planners", Role.PLANNER, ("YANGTZE_DELTA",)),
        Grant("CN=Viewers,OU=Quality", Role.VIEWER),
    ),
)


@pytest.mark.parametrize(
    ("name", "claims", "values"),
    [
        ("groups", {"groups": ["zj-analysts", "others"]}, ["zj-analysts"]),
        ("groups", {"groups": "all-analysts"}, ["all-analysts"]),
        ("groups", {"groups": ["CN=Viewers,OU=Quality"]}, ["CN=Viewers,OU=Quality"]),
        ("groups", {"groups": []}, []),
        ("groups", {"groups": [1, 2]}, []),
        ("groups", {"groups": {"all-analysts": True}}, []),
        ("groups", {"groups": None}, None),
        ("groups", {}, None),
        ("realm_access.roles", {"realm_access": {"roles": ["all-analysts"]}}, ["all-analysts"]),
        ("realm_access.roles", {"realm_access": ["all-analysts"]}, None),
        ("https://id.cn/roles", {"https://id.cn/roles": ["all-analysts"]}, ["all-analysts"]),
    ],
)
def test_a_claim_is_read_as_providers_write_it(
    name: str, claims: dict[str, Any], values: list[str] | None
) -> None:
    assert Roles(name, ROLES.grants).values(claims) == values


def rights(*groups: str) -> Rights:
    return ROLES.rights({"groups": list(groups)}, tree())


def test_roles_bind_what_they_give_to_their_regions() -> None:
    assert rights() == rights("others") == Rights()
    assert rights("CN=Viewers,OU=Quality") == PUBLISHED
    bound = rights("zj-analysts", "delta-planners")
    assert bound.viewing
    assert covers(bound.analysing, ["330000", "330100"])
    assert not covers(bound.analysing, ["330000", "320000"])
    assert not covers(bound.analysing, ["100000"])
    assert not covers(bound.analysing, [])  # about no region: for all of them
    assert covers(bound.planning, ["320000"])  # in the delta, as 330000 is
    assert covers(bound.planning, ["320500", "YANGTZE_DELTA"])
    assert not covers(bound.planning, ["440000"])
    everywhere = rights("zj-analysts", "all-analysts")
    assert covers(everywhere.analysing, ["440000"])
    assert covers(everywhere.analysing, [])
    assert not covers(everywhere.planning, ["330000"])
    assert ROLES.rights({"groups": ["zj-analysts"]}, None).analysing == frozenset()


def test_a_value_of_everybody_needs_no_claim() -> None:
    roles = Roles("groups", (*ROLES.grants, Grant("*", Role.VIEWER)))
    assert roles.rights({}, tree()) == PUBLISHED
    assert roles.rights({"groups": ["all-analysts"]}, tree()).analysing is None


def test_all_that_is_wrong_with_roles_is_told_at_once_in_both_languages() -> None:
    table = {
        "clam": "groups",
        "grant": [
            {"value": "a", "role": "analist"},
            {"value": "b", "role": "viewer", "regions": "330000"},
            {"value": "", "role": "planner", "regions": ["330000", "339999", 44]},
            {"role": "viewer"},
        ],
    }
    wrong = role_mistakes(table, tree())
    places = {wrong.path for wrong in wrong}
    assert places == {
        ("clam",),
        ("grant", 0, "role"),
        ("grant", 1, "regions"),
        ("grant", 2, "value"),
        ("grant", 2, "regions", 1),
        ("grant", 2, "regions", 2),
        ("grant", 3),
    }
    for language in ("zh", "en"):
        words = Wording(language)
        assert all(each.expected.said(words) and each.advice.said(words) for each in wrong)
    nonsense: list[Any] = [None, "groups", [], {}, {"claim": "groups", "grant": []}]
    assert all(role_mistakes(each, tree()) for each in nonsense)
    right = {"claim": "groups", "grant": [{"value": "a", "role": "analyst", "regions": ["330000"]}]}
    assert not role_mistakes(right, tree())
    assert roles_of(right) == Roles("groups", (Grant("a", Role.ANALYST, ("330000",)),))


def warned(found: str, *regions: str) -> Finding:
    text = message("a whole number: this is a count")
    figures = tuple(
        ("certificates_valid", "2024-12", "ALL", "ALL", "ALL", region) for region in regions
    )
    return Finding(
        "a.csv",
        found,
        text,
        text,
        severity="warning",
        check="jumps",
        figures=figures,
        fingerprint=found,
    )


@pytest.fixture
def published(empty: sa.Engine) -> Iterator[sa.Engine]:
    """Let pages read a release for which warnings about regions and about none were accepted."""
    decision = Decision(
        "the first",
        "looked at by hand",
        [
            warned("of-zhejiang", "330000"),
            warned("of-both", "330000", "320000"),
            warned("of-none"),
        ],
    )
    # Of an indicator that the catalogue has given up.
    publish(empty, edition_of([*WORLD, ("given_up", "2024-12", "320000", 5.0)]), decision)
    with reading(empty.url.render_as_string(hide_password=False)):
        yield empty


BOUND: Bounds = tree().within("330000")


@pytest.mark.parametrize(
    ("given", "seen", "reason"),
    [
        (PUBLISHED, set(), False),
        (Rights(viewing=True, planning=None), set(), False),
        (Rights(viewing=True, analysing=BOUND), {"of-zhejiang"}, False),
        (EVERYTHING, {"of-zhejiang", "of-both", "of-none"}, True),
    ],
)
@pytest.mark.usefixtures("published")
def test_accepted_warnings_are_for_analysts(
    given: Rights, seen: set[str], reason: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"zh": pd.DataFrame({"文件": ["targets.yaml"]})}
    monkeypatch.setattr(frame, "findings", wrong)
    # Whoever sees all has asked before: what is remembered of it is not for others.
    for asking in (EVERYTHING, given):
        monkeypatch.setattr(access, "gate", lambda _words, asking=asking: asking)
        page = opened("releases", changes="1", release="1")
    tables = "\n".join(table.value.to_csv() for table in page.dataframe)
    assert {name for name in ("of-zhejiang", "of-both", "of-none") if name in tables} == seen
    assert ("looked at by hand" in tables) is bool(seen)
    why = Wording("zh")("Accepted warnings because")
    assert any(why in table.value for table in page.dataframe) is reason
    assert ("targets.yaml" in tables) is reason
    left_out = "1条数据未在各页显示：其代码不在目录或代码表中"
    assert (left_out in [each.value for each in page.subheader]) is reason
    assert "537" in tables or "553" in tables  # what is published


RESTRICTED = ("looked at by hand", "of-zhejiang", "of-both", "of-none")


def test_no_other_road_leads_to_what_roles_restrict(published: sa.Engine, tmp_path: Path) -> None:
    server = Starlette(routes=[Mount("/api/v1", app.programs), *app.ANNOUNCED])

    async def answers(paths: list[str]) -> dict[str, str]:
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return {path: (await client.get(path)).text for path in paths}

    resources = [each.path for each in RESOURCES if "{" not in each.path]
    asked = [f"/api/v1{path}" for path in (*resources, "/releases/1", "/observations?format=csv")]
    told = asyncio.run(answers([*asked, "/catalog.jsonld", "/releases.atom"]))
    assert "the first" in told["/api/v1/releases"]
    assert "certificates_valid" in told["/api/v1/observations"]
    assert not [text for text in RESTRICTED for answer in told.values() if text in answer]
    write_package(published, "real", tmp_path / "package", 1)
    written = [file.read_bytes() for file in (tmp_path / "package").rglob("*") if file.is_file()]
    assert any(b"certificates_valid" in content for content in written)
    assert not [text for text in RESTRICTED for content in written if text.encode() in content]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (PUBLISHED, False),
        (Rights(viewing=True, analysing=None), False),
        (Rights(viewing=True, planning=tree().within("330000")), False),
        (Rights(viewing=True, planning=tree().within("320000")), True),
        (EVERYTHING, True),
    ],
)
def test_what_if_is_for_planners_of_the_region(
    given: Rights, shown: bool, shipped: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "gate", lambda _words: given)
    target = "jiangsu-certificates-valid-2023"
    asked = {"region": "320000", "target": target, f"change-{target}": "5"}
    with reading(shipped.url.render_as_string(hide_password=False)):
        page = opened("objectives", **asked)
    assert bool(page.number_input) is shown
    assert page.title[0].value
