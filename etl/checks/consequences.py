"""One wrong figure is one finding: ratios that leave their bounds with it are told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indicators.findings import Finding, Key, message


def with_consequences(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return findings without those about computed ratios whose part another one is about; these.

    That one names them, and quotes their figures too. Once it is accepted they are as well.
    """
    causes = {
        item.about: place
        for place, item in enumerate(findings)
        if item.about is not None and item.check != "beyond"
    }
    made: dict[int, list[Finding]] = {}
    stays = list[int]()
    for place, item in enumerate(findings):
        parts = item.figures or () if item.check == "beyond" else ()
        cause = next((causes[part] for part in parts if part in causes), None)
        if cause is None:
            stays.append(place)
        else:
            made.setdefault(cause, []).append(item)
    told = [_extended(findings[place], made.get(place, [])) for place in stays]
    return told, [item for items in made.values() for item in items]


def not_told(consequences: Sequence[Finding], warnings: Sequence[Finding]) -> list[Finding]:
    """Return consequences that nobody accepted and that no warning to be accepted speaks of."""
    asked = {key for item in warnings if item.accepted is None for key in item.figures or ()}
    return [
        item
        for item in consequences
        if item.accepted is None and not asked >= {*(item.figures or ())}
    ]


def _extended(cause: Finding, made: Sequence[Finding]) -> Finding:
    if not made:
        return cause
    ratios = [" ".join(item.about) for item in made if item.about is not None]
    advice = message(
        "{advice}; with it these ratios leave their bounds, and are not published if it is "
        "accepted: {ratios}",
        advice=cause.advice,
        ratios=ratios,
    )
    figures: list[Key] = list(cause.figures or ((cause.about,) if cause.about else ()))
    figures += [key for item in made for key in item.figures or ()]
    return replace(cause, advice=advice, figures=tuple(dict.fromkeys(figures)))
