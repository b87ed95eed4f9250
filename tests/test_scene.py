"""The scene resolves all that is drawn, once: no number is missing, and the same comes out twice."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pyproj import CRS

from azroutes.documents import load_flows
from azroutes.errors import OptionError, TableError
from azroutes.places import gazetteer
from azroutes.read import read_flows
from azroutes.scene import Scene, compose
from azroutes.theme import Theme
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    import geopandas as gpd

COUNTRIES = sorted(code for code, known in gazetteer().items() if known.kind is PlaceKind.COUNTRY)


def table(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return read_flows(pd.DataFrame(list(rows)))


def random_pairs(count: int, among: int, seed: int) -> gpd.GeoDataFrame:
    random = np.random.default_rng(seed)
    places = random.choice(COUNTRIES, among, replace=False)
    pairs = [random.choice(places, 2, replace=False) for _ in range(count)]
    return table(*({"origin": str(a), "destination": str(b)} for a, b in pairs))


def check_resolved(scene: Scene) -> None:
    arrows = scene.arrows
    columns = ["width_px", "head_length_px", "head_half_px", "lane_px"]
    assert np.isfinite(arrows[columns].to_numpy(dtype=float)).all()
    assert arrows[["start", "end", "colour", "title", "certainty", "flows", "counted"]].notna().all(axis=None)
    for name in ("geometry", "spine"):
        assert np.isfinite(shapely.get_coordinates(arrows[name].to_numpy())).all()
        assert (shapely.get_num_points(arrows[name].to_numpy()) == 49).all()
    assert arrows.crs == CRS(scene.frame.crs)
    assert arrows["outline"].is_valid.all()
    assert (arrows["outline"].is_empty == (arrows["width_px"] == 0)).all()
    at = {node.code: (node.x, node.y) for node in scene.nodes}
    for line, start, end in zip(arrows.geometry, arrows["start"], arrows["end"], strict=True):
        assert line.coords[0] == pytest.approx(at[start])
        assert line.coords[-1] == pytest.approx(at[end])
    size = (scene.frame.width_px, scene.frame.height_px)
    px = scene.frame.to_px(np.array(list(at.values())))
    assert ((px > 0) & (px < size)).all()
    assert all(node.radius_px > 0 for node in scene.nodes)
    check_labels(scene, size)


def check_labels(scene: Scene, size: tuple[float, float]) -> None:
    for label in scene.labels:
        x0, y0, x1, y1 = label.box
        assert 0 <= x0 < x1 <= size[0]
        assert 0 <= y0 < y1 <= size[1]
    for one, other in combinations(scene.labels, 2):
        assert shapely.box(*one.box).intersection(shapely.box(*other.box)).area == pytest.approx(0, abs=1e-6)
    # Every place is named, on the map or among the notes.
    named = {label.code for label in scene.labels if label.kind == "node"}
    told = " ".join([*scene.notes, *scene.no_room])
    assert all(node.code in named or node.name in told for node in scene.nodes)


@pytest.fixture(scope="module")
def documented() -> Scene:
    return compose(load_flows(), title="All flows")


CASES: dict[str, list[dict[str, Any]]] = {
    "one flow": [{"origin": "AZE", "destination": "TUR"}],
    "domestic only": [{"origin": "AZE", "destination": "AZE"}],
    "domestic beside others": [
        {"origin": "AZE", "destination": "AZE", "market": "heroin_trade"},
        {"origin": "AZE", "destination": "AZE", "market": "fauna_crimes"},
        {"origin": "AZE", "destination": "GEO"},
    ],
    "points": [{"origin": "Baku@40.4,49.9", "destination": "Ganja@40.68,46.36"}],
    "points at one spot": [{"origin": "A@40.4,49.9", "destination": "B@40.4,49.9"}],
    "a point within a country and its country": [{"origin": "Baku@40.4,49.9", "destination": "AZE"}],
    "points at a pole": [{"origin": "A@90,0", "destination": "B@80,-170"}],
    "over 180 degrees": [{"origin": "FJI", "destination": "CHL"}],
    "to the antipodes": [{"origin": "A@40,50", "destination": "B@-40,-130"}],
    "regions": [{"origin": "EU", "destination": "CIS"}, {"origin": "CIS", "via": "AZE", "destination": "EU"}],
    "zero and missing": [
        {"origin": "AZE", "destination": "TUR", "quantity": 0.0, "unit": "t"},
        {"origin": "AZE", "destination": "GEO", "quantity": 2.0, "unit": "t"},
        {"origin": "AZE", "destination": "IRN"},
    ],
}


@pytest.mark.parametrize("case", CASES)
def test_any_table_is_resolved_whole(case: str) -> None:
    check_resolved(compose(table(*CASES[case])))


def test_the_documented_flows_are_resolved_whole(documented: Scene) -> None:
    check_resolved(documented)
    assert set().union(*documented.arrows["flows"]) == set(load_flows().index)
    assert documented.title == "All flows"
    assert [legend.kind for legend in documented.legends] == ["market", "width", "certainty", "places"]
    assert documented.notes
    assert len(documented.credits) == 2


def test_colours_and_dashes_come_from_the_theme() -> None:
    look = Theme(no_market="#123456", node_radius_px=7.0)
    scene = compose(table({"origin": "AZE", "destination": "TUR"}), theme=look)
    assert scene.arrows["colour"].tolist() == ["#123456"]
    assert all(node.radius_px >= 7.0 for node in scene.nodes)
    assert scene.theme is look


def test_uncertain_arrows_are_dashed_and_certain_ones_whole() -> None:
    rows = [{"origin": "AZE", "destination": code, "certainty": word}
            for code, word in (("TUR", "affirmed"), ("RUS", "qualified"), ("IRN", "alleged"))]  # fmt: skip
    arrows = compose(table(*rows)).arrows
    parts = dict(zip(arrows["certainty"], shapely.get_num_geometries(arrows["outline"].to_numpy()), strict=True))
    assert parts["affirmed"] == 1
    assert parts["qualified"] > 3
    assert parts["alleged"] > 3


def test_titles_say_market_and_way_in_words() -> None:
    rows = [{"origin": "AZE", "destination": "TUR", "market": "heroin_trade"}, {"origin": "AZE", "destination": "AZE"}]
    assert set(compose(table(*rows)).arrows["title"]) == {"Heroin trade: Azerbaijan to Türkiye", "Within Azerbaijan"}


def test_a_scene_is_frozen(documented: Scene) -> None:
    with pytest.raises(FrozenInstanceError):
        documented.title = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        documented.frame.width_px = 1.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        documented.nodes[0].x = 1.0  # type: ignore[misc]


def check_same(one: Scene, other: Scene) -> None:
    for name in ("frame", "title", "nodes", "labels", "legends", "notes", "credits", "theme"):
        assert getattr(one, name) == getattr(other, name), name
    assert_geodataframe_equal(one.arrows.drop(columns="flows"), other.arrows.drop(columns="flows"))
    assert [set(names) for names in one.arrows["flows"]] == [set(names) for names in other.arrows["flows"]]
    assert_geodataframe_equal(one.basemap.land, other.basemap.land)


def test_the_same_flows_make_the_same_scene_in_any_order(documented: Scene) -> None:
    flows = load_flows()
    check_same(documented, compose(flows.copy(), title="All flows"))
    check_same(documented, compose(flows.sample(frac=1, random_state=5), title="All flows"))


def test_composing_changes_nothing_that_it_is_given() -> None:
    flows = load_flows()
    before = flows.copy(deep=True)
    compose(flows)
    assert_geodataframe_equal(flows, before)


def test_three_hundred_flows_are_resolved_and_none_is_lost() -> None:
    flows = random_pairs(300, 60, seed=7)
    scene = compose(flows)
    check_resolved(scene)
    assert len(scene.arrows) == len(flows)


def test_no_flow_of_two_ways_lies_on_its_way_back() -> None:
    rows = [{"origin": a, "destination": b} for pair in (("AZE", "TUR"), ("AZE", "RUS"), ("RUS", "TUR"))
            for a, b in (pair, pair[::-1])]  # fmt: skip
    scene = compose(table(*rows))
    ways = scene.arrows.set_index(["start", "end"])
    # They meet at their places, and run apart from there.
    around = ways["head_length_px"].max() * 3
    circles = shapely.union_all([
        shapely.Point(node.x, node.y).buffer((node.radius_px + around) * scene.frame.metres_per_px)
        for node in scene.nodes
    ])  # fmt: skip
    drawn = dict(zip(ways.index, ways["outline"], strict=True))
    for (start, end), outline in drawn.items():
        both = outline.intersection(drawn[end, start]).difference(circles)
        assert both.area == pytest.approx(0, abs=1)


def test_a_projection_of_ones_own_is_used() -> None:
    flows = table({"origin": "AZE", "destination": "TUR"})
    scene = compose(flows, crs="EPSG:3035")
    assert scene.arrows.crs == CRS("EPSG:3035")
    check_resolved(scene)
    with pytest.raises(OptionError, match="projected"):
        compose(flows, crs="EPSG:4326")


def test_a_map_of_the_world_ends_with_its_inhabited_lands_and_one_of_a_given_size_does_not() -> None:
    ways = [("USA", "CHN"), ("CHN", "BRA"), ("AUS", "GBR"), ("GBR", "USA")]
    flows = table(*({"origin": start, "destination": end} for start, end in ways))
    scene, whole = compose(flows), compose(flows, size_px=Theme().map_px)
    assert whole.frame.height_px == pytest.approx(Theme().map_px[1])
    assert scene.frame.width_px == whole.frame.width_px
    assert scene.frame.height_px < 0.85 * whole.frame.height_px
    assert scene.basemap.land.total_bounds[3] >= scene.frame.bounds[3] - 50 * scene.frame.metres_per_px
    check_resolved(scene)
    south = compose(table({"origin": "ATA", "destination": "USA"}, {"origin": "CHN", "destination": "BRA"}))
    check_resolved(south)


def wide_km(*ways: tuple[str, str]) -> float:
    frame = compose(table(*({"origin": start, "destination": end} for start, end in ways))).frame
    return float(frame.bounds[2] - frame.bounds[0]) / 1000


def test_a_map_of_small_neighbours_is_no_wider_than_they_need_to_be_known() -> None:
    assert 600 < wide_km(("NLD", "BEL"), ("BEL", "LUX")) < 1200
    assert 600 < wide_km(("ARM", "GEO")) < 1200
    assert wide_km(("USA", "CAN")) >= 1800
    for ways in ([("AZE", "AZE")], [("AZE", "SOUTH_CAUCASUS")]):
        assert wide_km(*ways) == pytest.approx(1800)


def test_a_size_of_ones_own_is_used() -> None:
    scene = compose(load_flows(), size_px=(300.0, 500.0))
    assert scene.frame.width_px == 300
    assert scene.frame.height_px == pytest.approx(500)
    check_resolved(scene)


def test_a_small_map_uses_its_room_and_has_smaller_arrows_that_its_legend_explains() -> None:
    flows = table(*({"origin": code, "destination": "TUR", "quantity": float(n), "unit": "kg"}
                    for n, code in enumerate(("AZE", "ITA", "EGY", "UKR", "IRN"), start=4)))  # fmt: skip
    usual, small = compose(flows), compose(flows, size_px=(230.0, 150.0))
    for scene in (usual, small):
        at = scene.frame.to_px(np.array([(node.x, node.y) for node in scene.nodes]))
        share = np.ptp(at, axis=0) / (scene.frame.width_px, scene.frame.height_px)
        assert share.max() > 0.74
        widest = float(scene.arrows["width_px"].max())
        assert widest == scene.theme.max_width_px == pytest.approx(8.0 * scene.scale.px_per_unit)
        (widths,) = (legend for legend in scene.legends if legend.kind == "width")
        assert widths.entries[-1].width_px == pytest.approx(float(widths.entries[-1].label) * scene.scale.px_per_unit)
    assert 5.0 <= small.theme.max_width_px < usual.theme.max_width_px
    assert small.theme.node_radius_px < usual.theme.node_radius_px
    assert 7.0 <= small.theme.label_px < usual.theme.label_px
    assert all(label.size < usual.theme.label_px for label in small.labels)


@pytest.mark.parametrize("option", ["by", "width", "method"])
def test_an_option_that_is_none_is_told_with_the_choices(option: str) -> None:
    with pytest.raises(OptionError, match="one of"):
        compose(load_flows(), **{option: "nonsense"})  # type: ignore[arg-type]


def test_a_table_without_rows_has_nothing_to_draw() -> None:
    with pytest.raises(TableError, match="no flow to draw"):
        compose(load_flows().iloc[:0])


def test_a_table_that_is_not_valid_is_told_as_such() -> None:
    with pytest.raises(TableError, match="market"):
        compose(load_flows().drop(columns="market"))


def test_names_that_would_break_a_label_do_not() -> None:
    names = ["</script><b>x", "$a_b$", "A\nB", "=cmd|x", "x" * 10_000, "中国", "\u202eevil"]
    spots = [(40.0 + k, 45.0 + 2 * k) for k in range(len(names))]
    rows = [
        {"origin": name, "origin_lat": y, "origin_lon": x, "destination": "Baku", "destination_lat": 40.4,
         "destination_lon": 49.9}
        for name, (y, x) in zip(names, spots, strict=True)
    ]  # fmt: skip
    scene = compose(table(*rows))
    check_resolved_names = {label.text for label in scene.labels if label.kind == "node"}
    assert {"</script><b>x", "$a_b$", "A B", "=cmd|x", "中国", "evil"} <= check_resolved_names
    assert all(text.isprintable() for label in scene.labels for text in label.text.split("\n"))
    check_labels_inside(scene)


def check_labels_inside(scene: Scene) -> None:
    for label in scene.labels:
        assert label.box[0] >= 0
        assert label.box[2] <= scene.frame.width_px


def test_a_wide_arrow_alone_runs_straight_as_the_names_of_its_places_keep_off_it() -> None:
    for start, end in (("Nepal", "Qatar"), ("Qatar", "Nepal"), ("Peru", "Spain"), ("Iraq", "Iran")):
        scene = compose(table({"origin": start, "destination": end, "quantity": 5, "unit": "kg"}))
        line = scene.arrows.geometry.iloc[0]
        ends = shapely.LineString([line.coords[0], line.coords[-1]])
        assert line.length <= 1.001 * ends.length, (start, end)
        outline = shapely.transform(scene.arrows["outline"].iloc[0], scene.frame.to_px)
        assert not any(shapely.box(*label.box).intersects(outline) for label in scene.labels)


def test_letters_stand_on_the_arrows_where_the_theme_asks_for_them() -> None:
    scene = compose(load_flows(), theme="print")
    tags = [label for label in scene.labels if label.kind == "tag"]
    markets = scene.arrows["market"].tolist()
    assert tags
    assert all(tag.text == scene.theme.letters[markets[int(tag.code)]] for tag in tags)
    assert len({tag.code for tag in tags}) == len(tags)
    left_out = len(markets) - len(tags)
    assert left_out == 0 or any(f"letters of {left_out} arrows" in note for note in scene.no_room)
    assert all(entry.label.endswith(f"({scene.theme.letters[entry.code]})") for entry in scene.legends[0].entries)
    check_labels(scene, (scene.frame.width_px, scene.frame.height_px))
    assert not any(label.kind == "tag" for label in compose(load_flows()).labels)


def test_names_keep_off_the_heads_of_arrows() -> None:
    scene = compose(random_pairs(60, 25, 3))
    names = [shapely.box(*label.box) for label in scene.labels]
    lines = shapely.transform(scene.arrows.geometry.to_numpy(), scene.frame.to_px)
    radius = {node.code: node.radius_px for node in scene.nodes}
    for line, end in zip(lines, scene.arrows["end"], strict=True):
        tip = shapely.line_interpolate_point(line, line.length - radius[end] - 2.5)
        assert not any(name.intersects(tip) for name in names)


def test_arrows_between_places_too_close_to_be_seen_are_told_the_widest_first() -> None:
    spots = {"Calais": (50.95, 1.86), "Dover": (51.13, 1.31), "Lille": (50.63, 3.06), "Hanoi": (21.0, 105.8)}
    ways = [("Dover", "Calais", 5.0), ("Calais", "Dover", 90.0), ("Hanoi", "Calais", 20.0), ("Dover", "Dover", 7.0)]
    rows = [{"origin": a, "origin_lat": spots[a][0], "origin_lon": spots[a][1], "destination": b, "quantity": q,
             "destination_lat": spots[b][0], "destination_lon": spots[b][1], "unit": "kg"}
            for a, b, q in ways]  # fmt: skip
    told = "2 arrows join places too close together to be seen here: Calais to Dover, Dover to Calais."
    scene = compose(table(*rows))
    assert told in scene.no_room
    assert told not in scene.notes
    # On a map of the Channel alone nothing is hidden.
    assert not compose(table(*rows[:2])).no_room


def test_an_arrow_comes_straight_to_a_place_among_close_ones() -> None:
    close = {f"P{k}": (50.95 + 0.1 * np.sin(k), 1.86 + 0.1 * np.cos(k)) for k in range(5)}
    far = {"Hanoi": (21.0, 105.8), "Lagos": (6.5, 3.4)}
    spots = close | far
    rows = [{"origin": a, "origin_lat": spots[a][0], "origin_lon": spots[a][1], "destination": b, "quantity": 1.0,
             "destination_lat": spots[b][0], "destination_lon": spots[b][1], "unit": "kg"}
            for a, b in [("Hanoi", "P0"), ("Lagos", "P3"), ("P1", "P2"), ("P2", "P4")]]  # fmt: skip
    for size in ((548.0, 404.0), (1000.0, 700.0)):
        arrows = compose(table(*rows), size_px=size).arrows
        for line in arrows.geometry[arrows["start"].str.contains("Hanoi|Lagos")]:
            first, last = (np.array(line.coords[k]) for k in (0, -1))
            assert line.length < 1.06 * np.hypot(*(last - first))


@pytest.mark.parametrize("size", [(548.0, 404.0), (230.0, 150.0)])
def test_loops_stay_open_on_the_map_and_off_one_another(size: tuple[float, float]) -> None:
    within = {"KEN": 120.0, "UGA": 26.0, "TZA": 12.0, "RWA": 85.0, "BDI": 5.0, "ETH": 8.0, "SOM": 40.0, "SDN": 125.0}
    rows = [{"origin": code, "destination": code, "quantity": many, "unit": "kg"} for code, many in within.items()]
    ways = [("KEN", "UGA", 25.0), ("SOM", "KEN", 90.0), ("BDI", "RWA", 20.0)]
    rows += [{"origin": a, "destination": b, "quantity": many, "unit": "kg"} for a, b, many in ways]
    scene = compose(table(*rows), size_px=size)
    arrows = scene.arrows[scene.arrows["start"] == scene.arrows["end"]]
    shapes = {code: shapely.transform(shape, scene.frame.to_px)
              for code, shape in zip(arrows["start"], arrows["outline"], strict=True)}  # fmt: skip
    lines = {code: shapely.transform(line, scene.frame.to_px)
             for code, line in zip(arrows["start"], arrows.geometry, strict=True)}  # fmt: skip
    assert len(shapes) == len(within)
    for code, shape in shapes.items():
        assert shapely.box(0, 0, *size).contains(shape), code
        assert shapely.Polygon(lines[code].coords).difference(shape).area > 12.0, code
        for node in scene.nodes:
            spot = shapely.Point(*scene.frame.to_px(np.array([[node.x, node.y]]))[0])
            assert node.code == code or shape.distance(spot) > node.radius_px, (code, node.code)
    shared = sum(a.intersection(b).area for a, b in combinations(shapes.values(), 2))
    assert shared < 0.02 * sum(shape.area for shape in shapes.values())


def test_where_few_names_have_room_those_of_the_widest_arrows_are_written() -> None:
    around = (
        "AUT BEL BGR CHE CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN IRL ITA LTU LVA NLD NOR POL PRT ROU SRB SVK SVN"
    )
    rows = [{"origin": code, "destination": "TJK", "quantity": 1.0, "unit": "kg"} for code in around.split()]
    for widest in ("PRT", "SVN", "ITA"):
        flows = table(*(row | {"quantity": 50.0} if row["origin"] == widest else row for row in rows))
        scene = compose(flows, size_px=(221.0, 160.0))
        named = {label.code for label in scene.labels if label.kind == "node"}
        assert len(named) < len(scene.nodes)
        assert {widest, "TJK"} <= named


def test_of_many_names_without_room_the_first_are_told_and_the_others_counted() -> None:
    rows = [{"origin": f"Place {k}@{40 + k / 1000:.3f},50", "destination": f"Spot {k}@{40 + k / 1000:.3f},50.001"}
            for k in range(120)]  # fmt: skip
    told = next(note for note in compose(table(*rows)).no_room if note.startswith("No room for the names"))
    assert told.count(",") == 39
    assert told.endswith(" more.")
