"""A map that is cut to an extent shows what is in it, tells what is not, and draws nothing out of its frame."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from azroutes.documents import load_flows
from azroutes.errors import OptionError
from azroutes.exits import BEYOND_NOTE
from azroutes.extent import Extent, extent_of, focus_on, frame_of
from azroutes.figure import plot_flows, render
from azroutes.places import gazetteer
from azroutes.read import read_flows
from azroutes.scene import compose
from azroutes.theme import Theme
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from azroutes.scene import Scene

SIZE = (548.0, 404.0)
COUNTRIES = sorted(code for code, known in gazetteer().items() if known.kind is PlaceKind.COUNTRY)
CAUCASUS_BOX = (40.0, 38.0, 51.0, 44.0)


def table(*paths: str, **rest: Any) -> gpd.GeoDataFrame:
    rows = []
    for path in paths:
        first, *way, last = path.split(">")
        rows.append({"origin": first, "via": ">".join(way), "destination": last, **rest})
    return read_flows(pd.DataFrame(rows))


def star(middle: str, count: int, seed: int) -> gpd.GeoDataFrame:
    random = np.random.default_rng(seed)
    others = random.choice([code for code in COUNTRIES if code != middle], count, replace=False)
    return table(*(f"{middle}>{code}" if k % 2 else f"{code}>{middle}" for k, code in enumerate(others)))


def shown(extent: Extent) -> tuple[float, float, float, float]:
    low, high = extent.lonlat.min(axis=0), extent.lonlat.max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def told(scene: Scene) -> str:
    return " ".join([*scene.notes, *scene.no_room])


def outer(scene: Scene) -> set[str]:
    return {node.code for node in scene.nodes if node.beyond}


def check_whole(scene: Scene) -> None:
    """Check that nothing is out of the frame, that each name is written or told, and that none covers another."""
    size = np.array([scene.frame.width_px, scene.frame.height_px])
    xy, owner = shapely.get_coordinates(scene.arrows["outline"].to_numpy(), return_index=True)
    still = (scene.arrows["start"] == scene.arrows["end"]).to_numpy()[owner]
    px = scene.frame.to_px(xy)[~still]
    assert (px >= -1e-6).all()
    assert (px <= size + 1e-6).all()
    for one, other in combinations(scene.labels, 2):
        assert shapely.box(*one.box).intersection(shapely.box(*other.box)).area == pytest.approx(0, abs=1e-6)
    for label in scene.labels:
        assert (np.array(label.box[:2]) >= 0).all()
        assert (np.array(label.box[2:]) <= size).all()
    named = {label.code for label in scene.labels if label.kind == "node"}
    assert all(node.code in named or node.name in told(scene) for node in scene.nodes)


def test_a_country_is_shown_whole_with_the_parts_that_bear_a_code_of_their_own() -> None:
    west, south, east, north = shown(extent_of("Azerbaijan"))
    assert (west, south, east, north) == pytest.approx((44.8, 38.4, 50.4, 41.9), abs=0.1)
    for name in ("AZE", "AZ", "azerbaijan", " Azerbaijan "):
        assert shown(extent_of(name)) == (west, south, east, north)


def test_a_region_is_the_land_of_its_members() -> None:
    members = [shown(extent_of(code)) for code in ("ARM", "AZE", "GEO")]
    bounds = np.array(members)
    expected = (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    assert shown(extent_of("SOUTH_CAUCASUS")) == pytest.approx(expected, abs=0.01)


def test_small_islands_far_off_do_not_widen_a_country() -> None:
    assert shown(extent_of("ESP"))[0] > -10, "the Canaries"
    assert shown(extent_of("ESP"))[2] > 4, "the Balearics are near"
    assert shown(extent_of("PRT"))[0] > -10, "the Azores"
    assert shown(extent_of("CHL"))[0] > -80, "Easter Island"


@pytest.mark.parametrize("name", ["RUS", "FJI", "NZL", "USA", "CIS"])
def test_a_country_over_the_antimeridian_is_one_piece(name: str) -> None:
    extent = extent_of(name)
    frame = frame_of(extent, SIZE, margin_px=10)
    px = frame.to_px(frame.project(extent.lonlat))
    assert (px >= 10 - 1e-3).all()
    assert (px <= np.array(SIZE) - 10 + 1e-3).all()
    assert frame.bounds[2] - frame.bounds[0] < 12e6


@pytest.mark.parametrize("name", ["VAT", "MCO", "Baku@40.4,49.9"])
def test_a_place_without_land_or_with_little_gets_some_around_it(name: str) -> None:
    frame = frame_of(extent_of(name), SIZE, margin_px=10)
    assert 90_000 < frame.bounds[2] - frame.bounds[0] < 400_000


@pytest.mark.parametrize("name", ["caucasus", "Caucasus", "THE CAUCASUS", "Caucasus region"])
def test_areas_that_are_no_place_have_a_box(name: str) -> None:
    assert shown(extent_of(name)) == shown(extent_of((36.5, 38.4, 50.5, 47)))


def test_europe_ends_where_a_reader_expects() -> None:
    west, south, east, north = shown(extent_of("europe"))
    assert west > -30
    assert east < 60
    assert 30 < south < north < 75
    assert shown(extent_of("EUROPE")) == (west, south, east, north)


def test_every_area_and_every_place_has_an_extent() -> None:
    for code, known in gazetteer().items():
        assert np.isfinite(extent_of(code).lonlat).all(), known.name


def test_shapes_are_taken_in_degrees_or_in_their_own_crs() -> None:
    box = shapely.box(*CAUCASUS_BOX)
    series = gpd.GeoSeries([box], crs="EPSG:4326")
    for area in (box, series, series.to_crs("EPSG:3857"), gpd.GeoDataFrame(geometry=series), gpd.GeoSeries([box])):
        assert shown(extent_of(area)) == pytest.approx(CAUCASUS_BOX, abs=1e-6)
    assert shown(extent_of(np.array(CAUCASUS_BOX))) == pytest.approx(CAUCASUS_BOX)
    assert shown(extent_of(series.total_bounds)) == pytest.approx(CAUCASUS_BOX)
    assert len(extent_of(shapely.Point(47, 40)).lonlat) == 1


def test_a_box_may_cross_the_antimeridian() -> None:
    extent = extent_of((170, -25, -170, -10))
    assert extent.meridian == pytest.approx(180) or extent.meridian == pytest.approx(-180)
    frame = frame_of(extent, SIZE, margin_px=10)
    assert frame.bounds[2] - frame.bounds[0] < 3e6
    x, y = frame.to_px(frame.project(np.array([[180.0, -17.5]])))[0]
    assert (x, y) == pytest.approx(np.array(SIZE) / 2, abs=5)


def test_the_whole_world_has_greenwich_in_its_middle() -> None:
    frame = frame_of(extent_of("World"), SIZE, margin_px=10)
    assert frame.crs.startswith("+proj=eqearth +lon_0=0.000")
    assert frame.to_px(frame.project(np.array([[0.0, 0.0]])))[0, 0] == pytest.approx(SIZE[0] / 2, abs=1)


BAD: dict[str, tuple[Any, str]] = {
    "nan": ((np.nan, 0, 1, 1), "not finite"),
    "infinite": ((0, 0, np.inf, 1), "not finite"),
    "inverted": ((0, 10, 5, 5), "not south of its north"),
    "without width": ((5, 0, 5, 10), "its west is its east"),
    "off the globe": ((0, 0, 400, 5), "not on the globe"),
    "three numbers": ((1, 2, 3), "no extent"),
    "a number": (3, "no extent"),
    "flags": ((True, False, True, True), "no extent"),
    "texts": (("1", "2", "3", "4"), "no extent"),
    "an unknown name": ("Atlantis", "no such country"),
    "a near miss": ("Azerbajan", "did you mean 'Azerbaijan'"),
    "a near miss of an area": ("caucasas", "'Caucasus'"),
    "no name": (" ", "no such country"),
    "a broken point": ("Baku@x,y", "no such country"),
    "an empty shape": (shapely.Polygon(), "empty shape"),
    "an empty series": (gpd.GeoSeries([], crs="EPSG:4326"), "empty shape"),
    "a shape in metres": (shapely.box(5e5, 4e6, 6e5, 5e6), "not in degrees"),
    "a shape of nothing": (shapely.Point(np.inf, 0), "not finite"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_extent_is_told_as_such(case: str) -> None:
    value, words = BAD[case]
    with pytest.raises(OptionError, match=words) as raised:
        compose(load_flows(), extent=value)
    assert [fault.column for fault in raised.value.faults] == ["extent"]


def test_an_extent_without_any_flow_is_told_with_where_they_are() -> None:
    with pytest.raises(OptionError, match=r"no flow is in this extent(.|\n)*their places lie from"):
        compose(load_flows(), extent=(-60, -50, -50, -40))
    with pytest.raises(OptionError, match="every one of them leaves it"):
        compose(table("AZE>CHN"), extent="Azerbaijan", outside="omit")


@pytest.mark.parametrize("extent", [None, "Caucasus"])
def test_a_fate_that_is_none_is_told_with_the_choices(extent: str | None) -> None:
    with pytest.raises(OptionError, match="edge, inset, omit"):
        compose(load_flows(), extent=extent, outside="nowhere")


@pytest.mark.parametrize("method", ["arc", "straight", "declutter"])
@pytest.mark.parametrize("outside", ["edge", "inset", "omit"])
@pytest.mark.parametrize("extent", ["caucasus", "Azerbaijan", (25, 30, 60, 50)])
def test_documented_flows_are_drawn_within_the_frame(extent: Any, outside: str, method: str) -> None:
    scene = compose(load_flows(), extent=extent, outside=outside, method=method)
    check_whole(scene)
    assert (BEYOND_NOTE in scene.notes) == (outside != "omit")
    assert (scene.inset is not None) == (outside == "inset")


def test_each_place_outside_has_one_mark_before_its_name_at_the_edge() -> None:
    scene = compose(load_flows(), extent="Caucasus")
    focus = focus_on(load_flows(), "Caucasus", size_px=SIZE, edge_px=10.0)
    assert {"CHN", "RUS", "ARE", "EU"} <= outer(scene)
    assert not outer(scene) & focus.within
    assert {"AZE", "GEO", "AZ-NX"} <= focus.within
    boxes = {label.code: label.box for label in scene.labels if label.kind == "node"}
    marks = [node for node in scene.nodes if node.beyond]
    assert len({node.code for node in marks}) == len(marks)
    for node in marks:
        x, y = scene.frame.to_px(np.array([[node.x, node.y]]))[0]
        ways = {0.0: SIZE[0] - x, np.pi: x, np.pi / 2: SIZE[1] - y, -np.pi / 2: y}
        nearest = min(ways, key=lambda way: abs(np.exp(1j * way) - np.exp(1j * node.towards)))
        assert abs(np.exp(1j * nearest) - np.exp(1j * node.towards)) < 1e-9
        box = np.array(boxes[node.code])
        wide, high = box[2:] - box[:2]
        beside = wide if nearest in {0.0, np.pi} else high
        assert ways[nearest] == pytest.approx(beside + 2 * Theme().node_radius_px + 5, abs=4), node.name


def bearings(scene: Scene, middle: str) -> tuple[list[str], list[str]]:
    """Return the places outside in the order of their marks around the map, and in that of the ways there."""
    at = {node.code: node for node in scene.nodes}
    marks = [node for node in scene.nodes if node.beyond]
    centre = scene.frame.to_px(np.array([[at[middle].x, at[middle].y]]))[0]
    globe = Geod(ellps="WGS84")
    angles, ways = {}, {}
    for node in marks:
        dx, dy = scene.frame.to_px(np.array([[node.x, node.y]]))[0] - centre
        angles[node.code] = float(np.degrees(np.arctan2(dx, dy)) % 360)
        ways[node.code] = float(globe.inv(at[middle].lon, at[middle].lat, node.lon, node.lat)[0] % 360)
    return sorted(angles, key=angles.__getitem__), sorted(ways, key=ways.__getitem__)


def test_marks_stand_around_the_map_in_the_order_of_their_bearings() -> None:
    others = ("RUS", "CHN", "IND", "ARE", "EGY", "FRA", "GBR", "USA")
    scene = compose(table(*(f"AZE>{code}" for code in others)), extent="Azerbaijan")
    assert outer(scene) == set(others)
    marks, ways = bearings(scene, "AZE")
    start = ways.index(marks[0])
    assert marks == ways[start:] + ways[:start]


def test_places_in_nearly_the_same_direction_stay_apart() -> None:
    scene = compose(table("AZE>KOR", "AZE>JPN", "AZE>PRK", "AZE>MNG"), extent="Azerbaijan")
    px = scene.frame.to_px(np.array([(node.x, node.y) for node in scene.nodes if node.beyond]))
    assert len(px) == 4
    assert min(float(np.hypot(*(a - b))) for a, b in combinations(px, 2)) > 8
    assert not any("No room" in note for note in scene.no_room)


@pytest.mark.parametrize("extent", ["FRA", "BRA", "FJI", "RUS", "ZAF"])
def test_forty_places_outside_are_marked_and_named(extent: str) -> None:
    scene = compose(star(extent, 40, seed=3), extent=extent)
    check_whole(scene)
    assert len(outer(scene)) >= 25


def test_a_map_that_is_too_small_for_names_still_has_its_marks() -> None:
    scene = compose(star("FRA", 30, seed=8), extent="FRA", size_px=(60.0, 40.0))
    px = scene.frame.to_px(np.array([(node.x, node.y) for node in scene.nodes]))
    assert ((px >= 0) & (px <= [60, 40])).all()
    assert all(
        name in told(scene) for name in {node.name for node in scene.nodes} - {label.text for label in scene.labels}
    )


def test_a_hundred_places_outside_are_marked_and_each_is_told() -> None:
    scene = compose(star("MEX", 100, seed=5), extent="MEX", outside="inset")
    check_whole(scene)
    assert len(scene.nodes) == 101


def test_flows_outside_are_told_by_their_number() -> None:
    flows = table("AZE>GEO", "AZE>CHN", "FRA>DEU", "USA>MEX", "IND>PAK>AZE")
    edge = compose(flows, extent="Caucasus")
    assert "2 of 5 flows run wholly outside the map and are not drawn." in edge.notes
    assert "One flow has steps outside it, which are not drawn." in edge.notes
    assert len(edge.arrows) == 3
    assert outer(edge) == {"CHN", "PAK"}
    omit = compose(flows, extent="Caucasus", outside="omit")
    assert "4 of 5 flows leave the map or run outside it and are not drawn." in omit.notes
    assert outer(omit) == set()
    assert len(omit.arrows) == 1
    inset = compose(flows, extent="Caucasus", outside="inset")
    assert "2 of 5 flows run wholly outside the map and are drawn in the small one only." in inset.notes
    assert "One flow has steps outside it, which are drawn in the small map only." in inset.notes


def test_one_flow_outside_is_told_as_one() -> None:
    scene = compose(table("AZE>GEO", "FRA>DEU"), extent="Caucasus")
    assert "1 of 2 flows runs wholly outside the map and is not drawn." in scene.notes
    assert BEYOND_NOTE not in scene.notes


def test_a_flow_that_leaves_and_stays_is_told_where_what_leaves_is_omitted() -> None:
    scene = compose(table("GEO>AZE>CHN", "AZE>GEO"), extent="Caucasus", outside="omit")
    assert "One flow has steps that leave the map or run outside it, which are not drawn." in scene.notes


def test_widths_legends_and_sources_are_those_of_what_is_drawn() -> None:
    rows = [
        {"origin": "AZE", "destination": "GEO", "quantity": 2.0, "market": "heroin_trade", "sources": "one"},
        {"origin": "FRA", "destination": "DEU", "quantity": 900.0, "market": "fauna_crimes", "sources": "two"},
    ]
    flows = read_flows(pd.DataFrame(rows), unit="kg")
    scene = compose(flows, extent="Caucasus")
    legend = {one.kind: [entry.label for entry in one.entries] for one in scene.legends}
    assert legend["market"] == ["Heroin trade"]
    assert legend["width"][-1] == "2"
    assert "two" not in scene.credits[0]
    # The small map has arrows of the other market, so the legend must tell its colour.
    small = compose(flows, extent="Caucasus", outside="inset")
    assert {one.kind: [entry.label for entry in one.entries] for one in small.legends}["market"] == [
        "Fauna crimes", "Heroin trade"
    ]  # fmt: skip


def test_steps_off_the_map_count_for_no_rank() -> None:
    rows = [{"origin": "FRA", "destination": "DEU", "quantity": 900.0}, {"origin": "USA", "destination": "MEX",
            "quantity": 800.0}, {"origin": "AZE", "destination": "GEO", "quantity": 2.0}]  # fmt: skip
    scene = compose(read_flows(pd.DataFrame(rows), unit="kg"), extent="Caucasus", top=1)
    assert list(scene.arrows["start"]) == ["AZE"]


def test_the_small_map_shows_what_leaves_and_what_runs_outside() -> None:
    flows = table("AZE>GEO", "AZE>CHN", "FRA>DEU")
    scene = compose(flows, extent="Caucasus", outside="inset")
    small = scene.inset
    assert small is not None
    assert set(zip(small.arrows["start"], small.arrows["end"], strict=True)) == {("AZE", "CHN"), ("FRA", "DEU")}
    x0, y0, x1, y1 = small.box
    assert {x0, x1} & {0.0, scene.frame.width_px}
    assert {y0, y1} & {0.0, scene.frame.height_px}
    bounds = np.array(small.frame.bounds)
    for shape in (small.focus, *small.arrows.geometry):
        assert (np.array(shape.bounds[:2]) >= bounds[:2]).all()
        assert (np.array(shape.bounds[2:]) <= bounds[2:]).all()
    # The places of the map lie within the rectangle that stands for it, those outside beyond it.
    seen = shapely.Polygon(shapely.get_coordinates(small.focus))
    known = gazetteer()
    spots = small.frame.project(np.array([(known[code].lon, known[code].lat) for code in ("AZE", "GEO", "CHN", "FRA")]))
    assert np.asarray(shapely.contains_xy(seen, *spots.T)).tolist() == [True, True, False, False]
    assert not any(shapely.box(*small.box).intersects(shapely.box(*label.box)) for label in scene.labels)
    few = compose(flows, extent="Caucasus", outside="inset", top=2)
    assert few.inset is not None
    assert set(few.inset.arrows["end"]) == {"CHN"}
    assert "1 of 3 flows runs wholly outside the map and is not drawn." in few.notes


def test_the_small_map_stands_in_the_emptiest_corner() -> None:
    scene = compose(table("GEO>ARM", "GEO>TUR", "GEO>CHN"), extent=(40, 30, 60, 45), outside="inset")
    assert scene.inset is not None
    arrows = [scene.frame.to_px(shapely.get_coordinates(line)) for line in scene.arrows.geometry]
    corner = shapely.box(*scene.inset.box)
    assert not any(shapely.LineString(line).intersects(corner) for line in arrows)


def test_there_is_no_small_map_where_nothing_leaves() -> None:
    scene = compose(table("AZE>GEO"), extent="Caucasus", outside="inset")
    assert scene.inset is None
    assert scene.notes == compose(table("AZE>GEO"), extent="Caucasus").notes


def test_flows_in_several_units_may_run_outside() -> None:
    rows = [{"origin": "AZE", "destination": "GEO", "quantity": 2.0, "unit": "kg"},
            {"origin": "FRA", "destination": "DEU", "quantity": 900.0, "unit": "persons"}]  # fmt: skip
    scene = compose(read_flows(pd.DataFrame(rows)), extent="Caucasus", outside="inset")
    assert scene.inset is not None


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32638", "+proj=ortho +lat_0=40 +lon_0=45"])
def test_an_extent_and_a_projection_of_ones_own_go_together(crs: str) -> None:
    scene = compose(table("AZE>GEO", "AZE>USA", "AZE>AUS"), extent="Caucasus", crs=crs)
    assert outer(scene) == {"USA", "AUS"}
    check_whole(scene)


def test_without_an_extent_all_is_as_before() -> None:
    scene = compose(load_flows())
    assert outer(scene) == set()
    assert scene.inset is None
    assert BEYOND_NOTE not in scene.notes


def test_the_same_flows_make_the_same_map_in_any_order() -> None:
    flows = load_flows()
    one = compose(flows, extent="Caucasus", outside="inset")
    other = compose(flows.sample(frac=1, random_state=3), extent="Caucasus", outside="inset")
    assert one.nodes == other.nodes
    assert one.labels == other.labels
    assert one.notes == other.notes
    assert render(one, "svg") == render(other, "svg")


def test_a_figure_draws_marks_in_place_of_circles_and_the_small_map_below_the_arrows() -> None:
    ax = plot_flows(table("AZE>GEO", "AZE>CHN", "FRA>DEU"), extent="Caucasus", outside="inset")
    try:
        drawn = {artist.get_gid(): artist for artist in ax.findobj() if artist.get_gid()}
        assert type(drawn["node CHN"]).__name__ == "Line2D"
        assert {"inset", "inset land", "inset arrows", "inset focus"} <= set(drawn)
        assert drawn["land"].get_zorder() < drawn["inset"].get_zorder() < drawn["arrows"].get_zorder()
        low, high = ax.get_xlim(), ax.get_ylim()
        assert (*low, *high) == pytest.approx((*ax.azroutes_scene.frame.bounds[::2],  # type: ignore[attr-defined]
                                               *ax.azroutes_scene.frame.bounds[1::2]))  # type: ignore[attr-defined] # fmt: skip
    finally:
        plt.close("all")


@pytest.mark.parametrize("size", [(548.0, 404.0), (230.0, 150.0)])
def test_arrows_come_to_a_mark_from_within_the_map(size: tuple[float, float]) -> None:
    paths = ("AFG>ALB", "COL>ALB", "ALB>ITA", "ALB>GBR", "XKX>DEU", "TUR>BGR", "BGR>SRB", "SRB>HUN", "GRC>MKD",
             "MAR>GRC", "CHN>SRB", "MNE>AUS", "ECU>MNE")  # fmt: skip
    scene = compose(table(*paths), extent="Balkans", size_px=size)
    marks = {node.code: node for node in scene.nodes if node.beyond}
    seen = 0
    for start, end, line in zip(scene.arrows["start"], scene.arrows["end"], scene.arrows.geometry, strict=True):
        points = shapely.get_coordinates(line)
        for code, along in ((start, points), (end, points[::-1])):
            if code in marks:
                there = np.array([np.cos(marks[code].towards), np.sin(marks[code].towards)])
                last, chord = along[0] - along[5], along[0] - along[-1]
                least = min(0.5, float(chord @ there / np.hypot(*chord)) - 0.01)
                assert last @ there / np.hypot(*last) >= least, (start, end)
                seen += 1
    assert seen >= 5
