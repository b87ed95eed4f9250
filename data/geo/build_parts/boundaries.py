"""The two boundary layers: the world at 1:50m, the wider Caucasus at 1:10m."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from build_parts import coverage, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry import MultiPolygon, Polygon

    from build_parts.fetch import Country

# West, south, east, north of the 1:10m layer: the Aegean to Kashgar, the Gulf of Oman to Moscow.
REGION_BOX = (20.0, 20.0, 82.0, 58.0)
# Degrees. Under the source's own grid (0.0036 by 0.0017): only points along straight lines go.
REGION_TOLERANCE = 0.001
WORLD_DECIMALS = 4
REGION_DECIMALS = 5
Collected = dict[str, list[BaseGeometry]]


def world(
    topology: dict[str, Any], names: Mapping[str, str], sovereigns: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Make the 1:50m layer, and lines that tell what was done with features that have no ISO code."""
    codeless = _codeless("world_50m")
    collected: Collected = defaultdict(list)
    notes = []
    for item, shape in coverage.features(topology):
        code, name = item["properties"]["a3"], item["properties"]["name"]
        if code not in names:
            notes.append(f"world_50m: {name} ({code}) -> {codeless[name]}")
            code = codeless[name]
        if shape.is_empty:
            notes.append(f"world_50m: {name} ({code}) is empty in the source")
        collected[code].append(shape)
    _check_used(codeless, notes)
    shared = coverage.share_borders(_cut_out(_merged(collected)), WORLD_DECIMALS)
    missing = sorted(set(names) - set(shared))
    notes.append(f"world_50m: places without a polygon: {' '.join(missing)}")
    return _frame(shared, names, sovereigns), notes


def region(
    topology: dict[str, Any],
    names: Mapping[str, str],
    sovereigns: Mapping[str, str],
    countries: Sequence[Country],
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Make the 1:10m layer of the wider Caucasus, and the lines about features without an ISO code."""
    codes = {f"{country.number:03d}": country.iso3 for country in countries}
    codeless = _codeless("region_10m")
    box = shapely.box(*REGION_BOX)
    collected: Collected = defaultdict(list)
    notes = []
    for item, shape in coverage.features(topology):
        if not shape.intersects(box):
            continue
        name = item["properties"]["name"]
        if "id" in item:
            code = codes[item["id"]]
        else:
            code = codeless[name]
            notes.append(f"region_10m: {name} (no id) -> {code}")
        collected[code].append(shape)
    _check_used(codeless, notes)
    clipped = {code: shape.intersection(box) for code, shape in _cut_out(_merged(collected)).items()}
    shared = coverage.share_borders(clipped, REGION_DECIMALS)
    thinner = coverage.simplify(shared, REGION_TOLERANCE)
    return _frame(coverage.share_borders(thinner, REGION_DECIMALS), names, sovereigns), notes


def _codeless(layer: str) -> dict[str, str]:
    return {row["name"]: row["code"] for row in tables.read("codeless.csv") if row["layer"] == layer}


def _check_used(codeless: Mapping[str, str], notes: Sequence[str]) -> None:
    unused = [name for name in codeless if not any(f": {name} (" in note for note in notes)]
    if unused:
        raise RuntimeError(f"codeless.csv names features that the source does not hold: {unused}")


def _merged(collected: Collected) -> dict[str, MultiPolygon]:
    return {code: coverage.as_multi(shapely.union_all(shapes)) for code, shapes in collected.items()}


def _cut_out(territories: dict[str, MultiPolygon]) -> dict[str, MultiPolygon]:
    """Move whole parts that have a code of their own, or another owner, as `parts.csv` says."""
    parts: dict[str, list[Polygon]] = {code: list(shape.geoms) for code, shape in territories.items()}
    for row in tables.read("parts.csv"):
        box = shapely.box(float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
        moved = [part for part in parts.get(row["from"], []) if box.contains(part)]
        parts[row["from"]] = [part for part in parts.get(row["from"], []) if not box.contains(part)]
        parts.setdefault(row["code"], []).extend(moved)
    kept = {code: listed for code, listed in parts.items() if listed}
    return {code: coverage.as_multi(shapely.union_all(listed)) for code, listed in kept.items()}


def _frame(
    territories: Mapping[str, MultiPolygon], names: Mapping[str, str], sovereigns: Mapping[str, str]
) -> gpd.GeoDataFrame:
    codes = sorted(territories)
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [names[code] for code in codes],
            "sovereign": [sovereigns.get(code, code) for code in codes],
        },
        geometry=[territories[code] for code in codes],
        crs="EPSG:4326",
    )
    _check(frame)
    return frame


def _check(frame: gpd.GeoDataFrame) -> None:
    if not frame.geometry.is_valid.all():
        raise RuntimeError(f"invalid after rounding: {frame.code[~frame.geometry.is_valid].tolist()}")
    if not shapely.coverage_is_valid(frame.geometry.values):
        raise RuntimeError("borders are no longer shared after rounding")
