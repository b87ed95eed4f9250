"""The geography that ships with the library is whole, and says what its catalogue says."""

from __future__ import annotations

import csv
import hashlib
import math
import unicodedata
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from shapely.geometry import Point

GEO = Path(__file__).parent.parent / "data" / "geo"
LAYERS = ("world_50m.fgb", "region_10m.fgb")
REGIONS = {
    "EU",
    "EUROPE",
    "REST_OF_EUROPE",
    "EASTERN_EUROPE",
    "CENTRAL_EUROPE",
    "CIS",
    "FORMER_SOVIET_REPUBLICS",
    "SOUTH_CAUCASUS",
    "NORTH_CAUCASUS",
    "SOUTHWEST_ASIA",
    "MIDDLE_EAST",
    "CENTRAL_ASIA",
    "SOUTHEAST_ASIA",
    "NEIGHBOURS_OF_AZERBAIJAN",
}
SMALL_REGIONS = {"SOUTH_CAUCASUS", "NORTH_CAUCASUS", "NEIGHBOURS_OF_AZERBAIJAN"}
# The countries whose anchors stand beside the regions' on a map about Azerbaijan.
NEARBY = {
    "AZE",
    "GEO",
    "ARM",
    "TUR",
    "IRN",
    "RUS",
    "ARE",
    "MDA",
    "UKR",
    "UZB",
    "KAZ",
    "KGZ",
    "TKM",
    "AFG",
    "PAK",
    "IND",
    "CHN",
}
# Known by name only at 1:50m.
WITHOUT_POLYGON = {"BVT", "CCK", "GIB", "TKL", "UMI", "VAT"}
ON_LAND = {
    "Simferopol, Crimea": (34.2, 45.2, "UKR"),
    "Sevastopol, Crimea": (33.6, 44.6, "UKR"),
    "Khankendi, Karabakh": (46.75, 39.8, "AZE"),
    "Kalbajar": (46.04, 40.1, "AZE"),
    "Nakhchivan": (45.4, 39.2, "AZ-NX"),
    "Baikonur": (63.3, 45.95, "KAZ"),
    "Sukhumi, Abkhazia": (41.2, 42.95, "GEO"),
    "Kyrenia, Cyprus": (33.3, 35.3, "CYP"),
}
CASPIAN = [(51.0, 42.0), (50.6, 39.5)]

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (GEO / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def layer(name: str) -> gpd.GeoDataFrame:
    frame = gpd.read_file(GEO / name)
    assert isinstance(frame, gpd.GeoDataFrame)
    return frame


def polygons(name: str) -> dict[str, shapely.MultiPolygon]:
    frame = layer(name)
    return dict(zip(frame["code"], frame.geometry, strict=True))


def places() -> dict[str, Row]:
    return {row["code"]: row for row in table("places.csv")}


def anchor(row: Row) -> Point:
    return Point(float(row["anchor_lon"]), float(row["anchor_lat"]))


def label(row: Row) -> Point:
    return Point(float(row["label_lon"]), float(row["label_lat"]))


def distance_km(a: Point, b: Point) -> float:
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (a.x, a.y, b.x, b.y))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))


def plain(name: str) -> str:
    """Fold a name as a lenient reader would: no accents, no case."""
    spread = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).casefold()


def test_catalogue_names_every_data_file() -> None:
    files = {file.name for file in GEO.iterdir() if file.is_file()}
    beside = {"build.py", "catalogue.csv"} | {name for name in files if name.endswith(".md")}
    assert {row["file"] for row in table("catalogue.csv")} == files - beside


@pytest.mark.parametrize("row", table("catalogue.csv"), ids=lambda row: row["file"])
def test_catalogue_tells_the_truth(row: Row) -> None:
    file = GEO / row["file"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == row["sha256"]
    if file.suffix == ".fgb":
        frame = layer(row["file"])
        rows, columns = len(frame), list(frame.columns)
    else:
        listed = table(row["file"])
        rows, columns = len(listed), list(listed[0])
    assert str(rows) == row["rows"]
    assert ";".join(columns) == row["columns"]


@pytest.mark.parametrize("row", table("catalogue.csv"), ids=lambda row: row["file"])
def test_catalogue_says_whence_and_under_which_terms(row: Row) -> None:
    assert all(row.values())
    assert "@" in row["source"]


@pytest.mark.parametrize("name", LAYERS)
def test_layer_is_sorted_valid_and_in_degrees(name: str) -> None:
    frame = layer(name)
    assert frame.crs == "EPSG:4326"
    assert frame["code"].is_unique
    assert frame["code"].is_monotonic_increasing
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    assert shapely.box(-180, -90, 180, 90).covers(shapely.box(*frame.total_bounds))


@pytest.mark.parametrize("name", LAYERS)
def test_borders_are_shared(name: str) -> None:
    assert shapely.coverage_is_valid(layer(name).geometry.to_numpy())


@pytest.mark.parametrize(("name", "decimals"), [("world_50m.fgb", 4), ("region_10m.fgb", 5)])
def test_coordinates_are_rounded(name: str, decimals: int) -> None:
    coordinates = shapely.get_coordinates(layer(name).geometry.to_numpy())
    assert (coordinates == coordinates.round(decimals)).all()


@pytest.mark.parametrize(("name", "limit"), [("world_50m.fgb", 2.0e6), ("region_10m.fgb", 1.2e6)])
def test_layer_is_light_and_has_no_index(name: str, limit: float) -> None:
    assert (GEO / name).stat().st_size < limit
    assert not pyogrio.read_info(GEO / name)["capabilities"]["fast_spatial_filter"]


@pytest.mark.parametrize("name", LAYERS)
def test_layer_agrees_with_places(name: str) -> None:
    known = places()
    frame = layer(name)
    assert set(frame["code"]) <= set(known)
    assert frame["name"].tolist() == [known[code]["name"] for code in frame["code"]]
    sovereign = dict(zip(frame["code"], frame["sovereign"], strict=True))
    assert set(sovereign.values()) <= set(known)
    # No territory belongs to a state that belongs to another.
    assert all(sovereign[owner] == owner for owner in sovereign.values())


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("spot", ON_LAND, ids=str)
def test_spot_lies_in_its_country_alone(name: str, spot: str) -> None:
    lon, lat, code = ON_LAND[spot]
    held_by = [code for code, shape in polygons(name).items() if shape.contains(Point(lon, lat))]
    assert held_by == [code]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("spot", CASPIAN, ids=str)
def test_caspian_is_water(name: str, spot: tuple[float, float]) -> None:
    assert not layer(name).intersects(Point(spot)).any()


@pytest.mark.parametrize("name", LAYERS)
def test_nakhchivan_is_cut_out_of_azerbaijan(name: str) -> None:
    shapes = polygons(name)
    assert shapes["AZE"].disjoint(shapes["AZ-NX"])
    assert dict(zip(*layer(name)[["code", "sovereign"]].to_numpy().T, strict=True))["AZ-NX"] == "AZE"


def test_world_is_whole() -> None:
    countries = {code for code, row in places().items() if row["kind"] in {"country", "subdivision"}}
    assert countries - set(polygons("world_50m.fgb")) == WITHOUT_POLYGON


def test_places_are_sorted_and_of_four_kinds() -> None:
    rows = table("places.csv")
    keys = [(row["kind"], row["code"]) for row in rows]
    assert keys == sorted(set(keys))
    kinds = defaultdict(set)
    for row in rows:
        kinds[row["kind"]].add(row["code"])
    assert kinds["region"] == REGIONS
    assert kinds["subdivision"] == {"AZ-NX"}
    assert {"SUN", "YUG", "SCG", "CSK", "DDR", "ANT"} <= kinds["historic"]
    assert set(kinds) == {"country", "historic", "region", "subdivision"}
    # The 249 of ISO 3166-1, and Kosovo.
    assert len(kinds["country"]) == 250
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in kinds["country"])
    assert {"AZE", "XKX", "VAT", "ESH", "TWN"} <= kinds["country"]


def test_fields_suit_the_kind() -> None:
    for code, row in places().items():
        assert row["name"]
        assert bool(row["iso2"]) == (row["kind"] == "country") or row["kind"] == "historic", code
        assert row["numeric"] == "" or (len(row["numeric"]) == 3 and row["numeric"].isdecimal()), code
        assert bool(row["numeric"]) == (row["kind"] == "country") or row["kind"] == "historic" or code == "XKX", code
        assert row["part_of"] == ("AZE" if code == "AZ-NX" else "")
        assert bool(row["members"]) == (row["kind"] == "region"), code
        assert row["anchor_rule"] in {"towns", "polygon", "hand"}
        assert bool(row["note"]) == (row["anchor_rule"] == "hand") or row["kind"] == "historic", code
    iso2 = [row["iso2"] for row in table("places.csv") if row["iso2"]]
    assert len(set(iso2)) == len(iso2)
    numeric = [row["numeric"] for row in table("places.csv") if row["numeric"]]
    assert len(set(numeric)) == len(numeric)


def test_historic_states_have_dates_and_countries_of_today() -> None:
    known = places()
    for code, row in known.items():
        dates = [row["first_year"], row["last_year"]]
        if row["kind"] != "historic":
            assert [*dates, row["successors"]] == ["", "", ""], code
            continue
        assert 1600 < int(dates[0]) < int(dates[1]) < 2020, code
        heirs = row["successors"].split(";")
        assert heirs == sorted(set(heirs)), code
        assert {known[heir]["kind"] for heir in heirs} == {"country"}, code
        assert row["note"], code


# Those amid islands lie at sea.
@pytest.mark.parametrize(
    "code", ["SUN", "YUG", "SCG", "CSK", "DDR", "NORTH_YEMEN", "YMD", "VDR", "SOUTH_VIETNAM", "NTZ", "SKM"]
)
def test_anchor_of_a_historic_state_lies_in_its_land(code: str) -> None:
    row = places()[code]
    shapes = polygons("world_50m.fgb")
    assert any(shapes[heir].contains(anchor(row)) for heir in row["successors"].split(";"))


@pytest.mark.parametrize("where", [anchor, label], ids=["anchor", "label"])
def test_points_lie_in_their_country(where: object) -> None:
    assert callable(where)
    shapes = polygons("world_50m.fgb")
    outside = [code for code, row in places().items() if code in shapes and not shapes[code].contains(where(row))]
    assert outside == []


def test_anchors_lie_in_their_country_at_the_larger_scale_too() -> None:
    shapes = polygons("region_10m.fgb")
    inside = shapely.box(*layer("region_10m.fgb").total_bounds)
    held = {code: anchor(row) for code, row in places().items() if code in shapes}
    outside = [code for code, spot in held.items() if inside.contains(spot) and not shapes[code].contains(spot)]
    assert outside == []


def test_large_countries_are_anchored_where_a_reader_looks() -> None:
    known = places()
    assert 30 < anchor(known["RUS"]).x < 60
    assert shapely.box(-125, 25, -67, 49).contains(anchor(known["USA"]))
    assert shapely.box(-5, 42, 9, 51).contains(anchor(known["FRA"]))
    assert shapely.box(28, 37, 40, 41).contains(anchor(known["TUR"]))


def test_anchors_of_the_south_caucasus_are_apart() -> None:
    known = places()
    for one, other in combinations(("AZE", "AZ-NX", "GEO", "ARM"), 2):
        assert distance_km(anchor(known[one]), anchor(known[other])) > 120, (one, other)
    assert distance_km(anchor(known["AZE"]), anchor(known["AZ-NX"])) > 220


def test_no_two_countries_share_an_anchor() -> None:
    spots = [anchor(row) for row in table("places.csv")]
    assert min(distance_km(one, other) for one, other in combinations(spots, 2)) > 4


def test_members_are_countries() -> None:
    known = places()
    for region in REGIONS:
        members = known[region]["members"].split(";")
        assert members == sorted(set(members))
        assert {known[member]["kind"] for member in members} == {"country"}


def test_members_are_those_meant() -> None:
    members = {code: set(places()[code]["members"].split(";")) for code in REGIONS}
    assert len(members["EU"]) == 27
    assert not {"GBR", "NOR", "CHE", "TUR"} & members["EU"]
    assert members["REST_OF_EUROPE"] == members["EUROPE"] - {"RUS"}
    assert "RUS" in members["EUROPE"]
    assert not {"TUR", "CYP", "AZE"} & members["EUROPE"]
    assert members["EU"] - members["EUROPE"] == {"CYP"}
    assert len(members["FORMER_SOVIET_REPUBLICS"]) == 15
    assert members["CIS"] < members["FORMER_SOVIET_REPUBLICS"]
    assert members["SOUTH_CAUCASUS"] == {"ARM", "AZE", "GEO"}
    assert members["NEIGHBOURS_OF_AZERBAIJAN"] == {"ARM", "GEO", "IRN", "RUS", "TUR"}
    assert members["SOUTHWEST_ASIA"] == {"AFG", "IRN", "PAK"}
    assert members["CENTRAL_ASIA"] == {"KAZ", "KGZ", "TJK", "TKM", "UZB"}
    assert len(members["SOUTHEAST_ASIA"]) == 11


@pytest.mark.parametrize("region", sorted(REGIONS - {"NEIGHBOURS_OF_AZERBAIJAN"}))
def test_anchor_of_a_region_lies_in_a_member(region: str) -> None:
    row = places()[region]
    shapes = polygons("world_50m.fgb")
    assert any(shapes[member].contains(anchor(row)) for member in row["members"].split(";") if member in shapes)


def test_neighbours_of_azerbaijan_point_at_no_country() -> None:
    spot = anchor(places()["NEIGHBOURS_OF_AZERBAIJAN"])
    assert not layer("world_50m.fgb").intersects(spot).any()
    assert not layer("region_10m.fgb").intersects(spot).any()


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_anchor_of_a_region_is_clear_of_others(region: str) -> None:
    known = places()
    for other in (REGIONS | NEARBY) - {region}:
        least = 120 if {region, other} & SMALL_REGIONS else 300
        assert distance_km(anchor(known[region]), anchor(known[other])) >= least, other


def test_aliases_are_for_known_places_and_no_name_of_another() -> None:
    known = places()
    by_name = {plain(row["name"]): code for code, row in known.items()}
    assert len(by_name) == len(known)
    assert {row["language"] for row in table("aliases.csv")} == {"en", "az", "ru", "tr", "code"}
    for row in table("aliases.csv"):
        assert row["alias"] == row["alias"].strip()
        assert row["alias"] != known[row["code"]]["name"]
        assert by_name.get(plain(row["alias"]), row["code"]) == row["code"], row


def test_no_alias_means_two_places() -> None:
    meaning = defaultdict(set)
    for row in table("aliases.csv"):
        meaning[plain(row["alias"])].add(row["code"])
    assert [alias for alias, codes in meaning.items() if len(codes) > 1] == []
    assert not {"congo", "korea", "virgin islands", "georgia"} & set(meaning)


def test_aliases_are_sorted_each_once() -> None:
    listed = [row["alias"] for row in table("aliases.csv")]
    assert listed == sorted(set(listed))


def test_no_alias_is_a_code_of_another_place() -> None:
    known = places()
    codes = {key: code for code, row in known.items() for key in (code, row["iso2"], row["numeric"]) if key}
    for row in table("aliases.csv"):
        assert codes.get(row["alias"], row["code"]) == row["code"], row


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Turkey", "TUR"),
        ("Turkiye", "TUR"),
        ("UAE", "ARE"),
        ("Russian Federation", "RUS"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Viet Nam", "VNM"),
        ("Lao PDR", "LAO"),
        ("Republic of Moldova", "MDA"),
        ("Czech Republic", "CZE"),
        ("Burma", "MMR"),
        ("Ivory Coast", "CIV"),
        ("Côte d'Ivoire", "CIV"),
        ("Democratic Republic of the Congo", "COD"),
        ("Nakhichevan", "AZ-NX"),
        ("Naxçıvan", "AZ-NX"),
        ("Swaziland", "SWZ"),
        ("Macedonia", "MKD"),
        ("United States of America", "USA"),
        ("USA", "USA"),
        ("UK", "GBR"),
        ("Saint Lucia", "LCA"),
        ("South Caucasus", "SOUTH_CAUCASUS"),
        ("Former Soviet Union", "FORMER_SOVIET_REPUBLICS"),
    ],
)
def test_common_spelling_is_known(spelling: str, code: str) -> None:
    meaning = {row["alias"]: row["code"] for row in table("aliases.csv")}
    assert meaning[spelling] == code


def test_ambiguous_names_are_of_known_places_and_of_more_than_one() -> None:
    known = places()
    meant = defaultdict(list)
    for row in table("ambiguous.csv"):
        assert row["code"] in known
        meant[row["name"]].append(row)
    for name, rows in meant.items():
        assert len({row["code"] for row in rows}) == len(rows) > 1, name
        dated = [row for row in rows if row["first_year"] or row["last_year"]]
        assert dated in ([], rows), name
        # No year is of two of them.
        spans = sorted((int(row["first_year"] or 0), int(row["last_year"] or 9999)) for row in dated)
        assert all(end < begin for (_, end), (begin, _) in pairwise(spans)), name


def test_what_is_no_place_is_no_name_of_one() -> None:
    known = places()
    called = {plain(row["name"]) for row in known.values()} | {plain(row["alias"]) for row in table("aliases.csv")}
    codes = {row[key] for row in known.values() for key in ("code", "iso2", "numeric")}
    rows = table("nonplaces.csv")
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        assert row["reason"] in {"total", "unknown", "stateless", "several", "people", "at sea"}
        assert plain(row["name"]) not in called
        assert row["name"] not in codes


def test_names_are_plain() -> None:
    known = places()
    wanted = {"TUR": "Türkiye", "ARE": "United Arab Emirates", "CZE": "Czechia", "AZ-NX": "Nakhchivan"}
    wanted |= {"EU": "European Union", "SOUTH_CAUCASUS": "Southern Caucasus", "KOR": "South Korea"}
    assert {code: known[code]["name"] for code in wanted} == wanted
    assert not any("&" in row["name"] for row in known.values())
