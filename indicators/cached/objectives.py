"""Targets, verdicts and the matrix of both, remembered per release."""

from __future__ import annotations

import pandas as pd

from indicators import target_register
from indicators.cached.remembered import citations_of, engine, freshness, kept
from indicators.catalogue import tree
from indicators.periods import today
from indicators.progress.verdict import Verdict, judge
from indicators.store import queries
from indicators.store.queries import Vintage
from indicators.target_register import Register
from indicators.views.facts import Judged


@kept
def register(vintage: Vintage) -> Register:
    """Return the target register."""
    return Register(**queries.register(engine(vintage.dataset), vintage.release))


@kept
def aims(vintage: Vintage) -> pd.DataFrame:
    """Return which target applies where; see `target_register.applicable`."""
    return target_register.applicable(register(vintage), tree().provinces)


@kept
def unknown_targets(vintage: Vintage) -> list[str]:
    """Return the targets that nothing can be said of; see `target_register.unknown`."""
    return sorted(target_register.unknown(register(vintage))["target"])


@kept
def aimed_at(vintage: Vintage) -> pd.DataFrame:
    """Return the figures that targets are set for; see `queries.observations_of`."""
    needed = target_register.needed(register(vintage), aims(vintage))
    return queries.observations_of(engine(vintage.dataset), needed, vintage.release)


def verdicts(vintage: Vintage) -> pd.DataFrame:
    """Return the verdict of every region and aim as of today; see `target_register.verdicts`."""
    return _verdicts(vintage, today())


@kept
def _verdicts(vintage: Vintage, day: str) -> pd.DataFrame:
    return target_register.verdicts(register(vintage), aims(vintage), aimed_at(vintage), day)


def judged(vintage: Vintage) -> Judged:
    """Return the register, today's verdicts on it and what they rest on; see `facts.Judged`."""
    return _judged(vintage, today())


@kept
def _judged(vintage: Vintage, day: str) -> Judged:
    rows = aimed_at(vintage)
    told = register(vintage), _verdicts(vintage, day), rows, day
    return Judged(*told, citations_of(rows, vintage), freshness(vintage))


def series(target: str, region: str, vintage: Vintage) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region."""
    return target_register.series_of(aimed_at(vintage), region, register(vintage).record(target))


def verdict(target: str, region: str, vintage: Vintage) -> Verdict:
    """Return one target's verdict in a region as of today, with its projection."""
    return _verdict(target, region, vintage, today())


def line(target: str, region: str, vintage: Vintage) -> dict[str, Verdict]:
    """Return the verdicts of a target and of those that led to it, oldest first."""
    rows = register(vintage).target.set_index("target", drop=False).to_dict("index")
    return {
        key: verdict(key, region, vintage) for key in target_register.line_of_aims(rows, target)
    }


@kept
def _verdict(target: str, region: str, vintage: Vintage, day: str) -> Verdict:
    asked = target_register.engine_target(register(vintage), target)
    return judge(series(target, region, vintage), asked, as_of=day)
