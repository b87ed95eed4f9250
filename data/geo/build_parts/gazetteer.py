"""The table of places: countries, Nakhchivan and regions, with their anchors."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import shapely

from build_parts import tables
from build_parts.coverage import as_multi
from build_parts.points import LonLat, median_of_towns, well_inside, widest_point

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry import MultiPolygon

    from build_parts.fetch import Country, Town

COLUMNS = (
    "code",
    "kind",
    "iso2",
    "numeric",
    "name",
    "anchor_lon",
    "anchor_lat",
    "label_lon",
    "label_lat",
    "part_of",
    "members",
    "first_year",
    "last_year",
    "successors",
    "anchor_rule",
    "note",
)
NAKHCHIVAN = "AZ-NX"


def country_names(territory_names: Mapping[str, str], countries: Sequence[Country]) -> dict[str, str]:
    """Return the English name of each code: CLDR's, made plain where `names.csv` says so."""
    ours = {row["code"]: row["name"] for row in tables.read("names.csv")}
    names = {
        country.iso3: ours.pop(country.iso3, territory_names[country.iso2].replace(" & ", " and "))
        for country in countries
    }
    names[NAKHCHIVAN] = ours.pop(NAKHCHIVAN)
    if ours:
        raise RuntimeError(f"names.csv holds codes that are no place: {sorted(ours)}")
    return names


def places(
    world: gpd.GeoDataFrame, towns: Sequence[Town], countries: Sequence[Country], names: Mapping[str, str]
) -> list[tables.Row]:
    """Make the rows of the table of places, sorted by kind and code."""
    shapes: dict[str, MultiPolygon] = dict(zip(world["code"], map(as_multi, world.geometry), strict=True))
    hand = {row["code"]: row for row in tables.read("anchors.csv")}
    of_place = _towns_of_places(towns, countries, shapes)
    iso2 = {country.iso3: country.iso2 for country in countries}
    numeric = {country.iso3: f"{country.number:03}" for country in countries if country.number}
    rows = []
    for code in [*iso2, NAKHCHIVAN]:
        row = _place(code, shapes.get(code), of_place[code], hand.pop(code, None))
        row["kind"] = "subdivision" if code == NAKHCHIVAN else "country"
        row["iso2"] = iso2.get(code, "")
        row["numeric"] = numeric.get(code, "")
        row["name"] = names[code]
        row["part_of"] = "AZE" if code == NAKHCHIVAN else ""
        rows.append(row)
    if hand:
        raise RuntimeError(f"anchors.csv holds codes that are no place: {sorted(hand)}")
    rows.extend(_regions(set(iso2)))
    rows.extend(_historic(set(iso2), of_place))
    return sorted(rows, key=lambda row: (row["kind"], row["code"]))


def _towns_of_places(
    towns: Sequence[Town], countries: Sequence[Country], shapes: Mapping[str, MultiPolygon]
) -> dict[str, list[Town]]:
    """Group towns by place; those of Nakhchivan are its own and none of mainland Azerbaijan's."""
    iso3 = {country.iso2: country.iso3 for country in countries}
    exclave = shapes[NAKHCHIVAN]
    grouped = defaultdict(list)
    for town in towns:
        code = iso3[town.iso2]
        if code == "AZE" and shapely.intersects_xy(exclave, town.lon, town.lat):
            code = NAKHCHIVAN
        grouped[code].append(town)
    return grouped


def _place(code: str, shape: MultiPolygon | None, towns: Sequence[Town], hand: tables.Row | None) -> tables.Row:
    """Choose the anchor and the label point: by hand, else from towns, else from the polygon."""
    if hand is not None:
        anchor, rule, note = LonLat(float(hand["lon"]), float(hand["lat"])), "hand", hand["reason"]
    elif shape is None:
        raise RuntimeError(f"{code} has no polygon at 1:50m and no anchor in anchors.csv")
    elif towns:
        anchor, rule, note = well_inside(median_of_towns(towns), shape), "towns", ""
    else:
        anchor, rule, note = widest_point(shape), "polygon", ""
    return _row(code, anchor, anchor if shape is None else widest_point(shape), rule, note)


def _row(code: str, anchor: LonLat, label: LonLat, rule: str, note: str) -> tables.Row:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"code": code, "anchor_rule": rule, "note": note}
    row |= {"anchor_lon": f"{anchor.lon:.4f}", "anchor_lat": f"{anchor.lat:.4f}"}
    row |= {"label_lon": f"{label.lon:.4f}", "label_lat": f"{label.lat:.4f}"}
    return row


def _regions(codes: set[str]) -> list[tables.Row]:
    rows = []
    for region in tables.read("regions.csv"):
        members = region["members"].split()
        if members != sorted(set(members)) or not codes.issuperset(members):
            raise RuntimeError(f"members of {region['code']} must be known codes, sorted, each once")
        anchor = LonLat(float(region["lon"]), float(region["lat"]))
        row = _row(region["code"], anchor, anchor, "hand", region["note"])
        row |= {"kind": "region", "name": region["name"], "members": ";".join(members)}
        rows.append(row)
    return rows


def _historic(codes: set[str], of_place: Mapping[str, Sequence[Town]]) -> list[tables.Row]:
    """Make the rows of states that are no more; by the rule of countries, their anchor is amid today's towns."""
    rows = []
    for state in tables.read("historic.csv"):
        heirs = state["successors"].split()
        if heirs != sorted(set(heirs)) or not codes.issuperset(heirs) or state["code"] in codes:
            raise RuntimeError(f"successors of {state['code']} must be countries, sorted, each once")
        if not int(state["first_year"]) < int(state["last_year"]):
            raise RuntimeError(f"{state['code']} must begin before it ends")
        if state["lon"]:
            anchor, rule = LonLat(float(state["lon"]), float(state["lat"])), "hand"
        else:
            # Nakhchivan's towns are counted as its own, and Azerbaijan's land holds them.
            held = [*heirs, NAKHCHIVAN] if "AZE" in heirs else heirs
            anchor, rule = median_of_towns(sorted(town for heir in held for town in of_place[heir])), "towns"
        row = _row(state["code"], anchor, anchor, rule, state["note"])
        row |= {key: state[key] for key in ("iso2", "numeric", "name", "first_year", "last_year")}
        row |= {"kind": "historic", "successors": ";".join(heirs)}
        rows.append(row)
    return rows
