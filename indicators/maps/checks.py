"""Why a boundary folder may not be shown: everything that is missing or wrong in its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
import yaml

ISLANDS = "460000"  # Hainan, which holds the islands of the South China Sea
DASHES = 10
FAR_SOUTH = 12.0  # °N: islands south of it must be there for the inset
REQUIRED = ("source", "publisher", "licence", "origin", "vintage", "datum")


@dataclass(frozen=True)
class Problem:
    """One reason for refusing a boundary folder; `text` is a sentence of the message catalogue."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


class BoundaryError(Exception):
    """Raised with everything that keeps a boundary folder from being shown."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        super().__init__(f"{folder}:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.folder = folder
        self.problems = problems


def collection(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """Return a file's GeoJSON collection, None where it is none: then `problems` says why."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"]
        if not all(isinstance(feature["properties"], dict) for feature in features):
            raise ValueError
    except OSError:
        problems.append(Problem("The file {file} is missing.", {"file": path.name}))
    except (ValueError, KeyError, TypeError):
        problems.append(
            Problem("The file {file} is not a GeoJSON feature collection.", {"file": path.name})
        )
    else:
        return dict(content)
    return None


def metadata(path: Path, problems: list[Problem]) -> dict[str, Any]:
    """Return where a folder's boundaries come from; `problems` gets what it does not say."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        problems.append(Problem("The file {file} is missing.", {"file": path.name}))
        return {}
    except yaml.YAMLError:
        problems.append(Problem("The file {file} is not valid YAML.", {"file": path.name}))
        return {}
    content = content if isinstance(content, dict) else {}
    missing = [key for key in REQUIRED if not content.get(key)]
    if missing:
        problems.append(
            Problem(
                "The file {file} does not state: {missing}.",
                {"file": path.name, "missing": ", ".join(missing)},
            )
        )
    for name, digest in (content.get("files") or {}).items():
        file = path.parent / name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            problems.append(
                Problem(
                    "The file {file} is not the one whose checksum {metadata} records.",
                    {"file": name, "metadata": path.name},
                )
            )
    return content


def unit_problems(drawn: dict[str, Any], expected: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with units: their codes, their geometry, how their rings run."""
    units = [(str(feature.get("id")), feature) for feature in drawn["features"]]
    codes = [code for code, _ in units]
    for text, wrong in (
        ("Missing units: {codes}.", [code for code in expected if code not in codes]),
        ("Unknown units: {codes}.", [code for code in codes if code not in expected]),
        ("Units drawn twice: {codes}.", sorted({c for c in codes if codes.count(c) > 1})),
    ):
        if wrong:
            yield Problem(text, {"codes": ", ".join(wrong)})

    shapes = [(code, _shape(feature)) for code, feature in units]
    invalid = [code for code, shape in shapes if not _valid_area(shape)]
    if invalid:
        yield Problem("Units whose geometry is not valid: {codes}.", {"codes": ", ".join(invalid)})
    areas = [(code, shape) for code, shape in shapes if _valid_area(shape)]
    # Vega reads a ring that runs anticlockwise as the whole globe less the province.
    turned = [
        code
        for code, shape in areas
        if shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shape))).any()
    ]
    if turned:
        yield Problem(
            "Units whose exterior rings do not run clockwise: {codes}.",
            {"codes": ", ".join(turned)},
        )


def island_problems(provinces: dict[str, Any]) -> Iterator[Problem]:
    """Yield that the islands of the inset are missing, where they are."""
    hainan = [_shape(unit) for unit in provinces["features"] if unit.get("id") == ISLANDS]
    if hainan and _valid_area(hainan[0]) and hainan[0].bounds[1] > FAR_SOUTH:
        yield Problem("The islands of the South China Sea are missing from unit 460000.")


def maritime_problems(maritime: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the dashed line."""
    dashes = [_shape(f) for f in maritime["features"] if f.get("id") == "dashes"]
    if not dashes or dashes[0] is None:
        yield Problem("The dashed line of the South China Sea inset is missing.")
    elif shapely.get_num_geometries(dashes[0]) != DASHES:
        yield Problem(
            "The dashed line of the South China Sea has {found} dashes, not {expected}.",
            {"found": int(shapely.get_num_geometries(dashes[0])), "expected": DASHES},
        )


def _shape(feature: dict[str, Any]) -> Any:
    try:
        return shapely.geometry.shape(feature["geometry"])
    except (shapely.errors.ShapelyError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _valid_area(shape: Any) -> bool:
    return (
        shape is not None
        and shape.geom_type in ("Polygon", "MultiPolygon")
        and shape.is_valid
        and not shape.is_empty
    )
