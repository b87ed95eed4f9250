"""Where arrows run: ends stay, those of one pair lie side by side, and nothing depends on the order of rows."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.errors import OptionError, TableError
from azroutes.geometry import arrange as arrange_file
from azroutes.geometry import layout as layout_file
from azroutes.geometry.arrange import METHODS, Drawn, arrange
from azroutes.geometry.curve import SOLID, arrows, head_size, lengths, trimmed
from azroutes.geometry.layout import layout, picture_scale
from azroutes.geometry.metrics import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Spots = dict[str, tuple[float, float]]

STEADY = settings(deadline=None, derandomize=True, max_examples=60)
METRES = "EPSG:3857"
spot = st.tuples(st.integers(0, 900), st.integers(0, 600))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[str], list[str], dict[str, tuple[float, float]], Floats]:
    spots = draw(st.lists(spot, min_size=2, max_size=7, unique=True))
    at = {chr(65 + k): (float(x), float(y)) for k, (x, y) in enumerate(spots)}
    codes = st.sampled_from(sorted(at))
    rows = draw(st.lists(st.tuples(codes, codes, st.floats(0, 10)), min_size=1, max_size=12))
    return [r[0] for r in rows], [r[1] for r in rows], at, np.array([r[2] for r in rows])


def shafts(drawn: Drawn, starts: list[str], ends: list[str], width: Floats, around: float = 1.0) -> list[Any]:
    """Return the shafts of arrows outside the surroundings of their places: the circles and some px more."""
    shapes = []
    for line, a, b, wide in zip(drawn.lines, starts, ends, width, strict=True):
        shaft = shapely.LineString(line).buffer(wide / 2, cap_style="flat")
        near = [shapely.Point(spot).buffer(drawn.radius[code] + around) for spot, code in ((line[0], a), (line[-1], b))]
        shapes.append(shaft.difference(shapely.union_all(near)))
    return shapes


def side(way: Floats, other: Floats) -> float:
    """Return how far `other` lies to the right of `way` half way along it; both as points of lines."""
    k = len(way) // 2
    ahead = way[k + 1] - way[k - 1]
    right = np.array([ahead[1], -ahead[0]]) / np.hypot(*ahead)
    nearest = other[int(np.argmin(np.hypot(*(other - way[k]).T)))]
    return float((nearest - way[k]) @ right)


def legs(rows: list[tuple[str, str, float]], at: Spots, **columns: Any) -> gpd.GeoDataFrame:
    lines = [shapely.LineString([at[a], at[b]]) for a, b, _ in rows]
    table = pd.DataFrame({"start": [r[0] for r in rows], "end": [r[1] for r in rows]})
    return gpd.GeoDataFrame(table.assign(width_px=[r[2] for r in rows], **columns), geometry=lines, crs=METRES)


@STEADY
@given(scenes(), st.sampled_from(METHODS))
def test_both_ends_of_every_line_stay_at_their_places(
    scene: tuple[list[str], list[str], Spots, Floats], method: str
) -> None:
    starts, ends, at, width = scene
    drawn = arrange(starts, ends, at, width, method=method)
    assert np.isfinite(drawn.lines).all()
    for line, a, b in zip(drawn.lines, starts, ends, strict=True):
        assert tuple(line[0]) == at[a]
        assert tuple(line[-1]) == at[b]


@STEADY
@given(st.lists(spot, min_size=2, max_size=6, unique=True), st.data())
def test_both_directions_of_a_pair_keep_to_one_spine(spots: list[tuple[int, int]], data: st.DataObject) -> None:
    at = {chr(65 + k): (float(x), float(y)) for k, (x, y) in enumerate(spots)}
    pairs = list(combinations(sorted(at), 2))
    chosen = data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=6, unique=True))
    starts = [a for a, _ in chosen] + [b for _, b in chosen]
    ends = [b for _, b in chosen] + [a for a, _ in chosen]
    drawn = arrange(starts, ends, at, np.full(len(starts), 2.0), method="arc")
    for k in range(len(chosen)):
        assert drawn.spines[k] == pytest.approx(drawn.spines[k + len(chosen)][::-1], abs=1e-6)


def test_both_directions_bend_to_one_side_of_a_place_that_stands_right_between() -> None:
    # North and south of it cost the same, or would but for a rounding.
    for k, away in enumerate(np.radians(np.arange(0, 360, 5))):
        b = (150 + k) * np.array([np.cos(away), np.sin(away)])
        for share in (0.3, 0.5, 0.61):
            at = {"A": (0.0, 0.0), "B": (float(b[0]), float(b[1])), "C": (float(b[0] * share), float(b[1] * share))}
            drawn = arrange(["A", "B", "C"], ["B", "A", "A"], at, np.full(3, 2.0), method="arc")
            assert drawn.spines[0] == pytest.approx(drawn.spines[1][::-1], abs=1e-6)


@STEADY
@given(
    st.tuples(st.integers(200, 900), st.integers(-400, 400)),
    st.lists(st.tuples(st.booleans(), st.floats(0.2, 1.2)), min_size=2, max_size=4),
    st.sampled_from(METHODS),
)
def test_arrows_of_a_pair_with_room_never_lie_on_one_another(
    far: tuple[int, int], rows: list[tuple[bool, float]], method: str
) -> None:
    at = {"A": (0.0, 0.0), "B": (float(far[0]), float(far[1]))}
    starts = ["A" if there else "B" for there, _ in rows]
    ends = ["B" if there else "A" for there, _ in rows]
    width = np.array([wide for _, wide in rows])
    drawn = arrange(starts, ends, at, width, method=method, node_radius_px=6.0)
    # Both directions of a decluttered pair have a curve of their own, and part as they leave the place.
    around = 30.0 if method == "declutter" else 1.0
    for one, other in combinations(shafts(drawn, starts, ends, width, around), 2):
        assert one.intersection(other).area == pytest.approx(0, abs=1e-9)


@STEADY
@given(
    st.tuples(st.integers(-900, 900), st.integers(-600, 600)).filter(lambda p: abs(p[0]) + abs(p[1]) > 100),
    st.lists(st.tuples(st.booleans(), st.floats(0.2, 8)), min_size=2, max_size=6),
    st.sampled_from(METHODS),
)
def test_every_arrow_has_those_that_come_back_on_its_left(
    far: tuple[int, int], rows: list[tuple[bool, float]], method: str
) -> None:
    at = {"A": (0.0, 0.0), "B": (float(far[0]), float(far[1]))}
    starts = ["A" if there else "B" for there, _ in rows]
    ends = ["B" if there else "A" for there, _ in rows]
    drawn = arrange(starts, ends, at, np.array([wide for _, wide in rows]), method=method)
    for one, other in combinations(range(len(rows)), 2):
        if starts[one] != starts[other]:
            assert side(drawn.lines[one], drawn.lines[other]) < 0
            assert side(drawn.lines[other], drawn.lines[one]) < 0


def test_markets_of_one_pair_stand_in_one_order_from_end_to_end() -> None:
    at = {"A": (0.0, 0.0), "B": (400.0, 90.0)}
    count = 5
    drawn = arrange(["A"] * count, ["B"] * count, at, np.full(count, 2.0))
    across = np.array([-90.0, 400.0]) / np.hypot(90, 400)
    for k in (3, 12, 24, 36, 45):
        heights = drawn.lines[:, k] @ across
        assert (np.diff(heights) < 0).all() or (np.diff(heights) > 0).all()
        assert np.sign(heights[1] - heights[0]) == np.sign(drawn.lanes[0] - drawn.lanes[1])


def test_lanes_are_as_wide_as_their_arrows_ask() -> None:
    at = {"A": (0.0, 0.0), "B": (500.0, 0.0)}
    width = np.array([6.0, 2.0, 4.0])
    drawn = arrange(["A", "A", "B"], ["B", "B", "A"], at, width)
    middles = drawn.lines[:, 24, 1]
    for one, other in combinations(range(3), 2):
        assert abs(middles[one] - middles[other]) >= (width[one] + width[other]) / 2 + 1


@STEADY
@given(scenes(), st.randoms(use_true_random=False))
def test_what_is_drawn_does_not_depend_on_the_order_of_rows(
    scene: tuple[list[str], list[str], Spots, Floats], random: object
) -> None:
    starts, ends, at, width = scene
    table = legs(
        list(zip(starts, ends, width.tolist(), strict=True)), at, flow_id=[f"f{k}" for k in range(len(starts))]
    )
    shuffled = table.sample(frac=1, random_state=getattr(random, "randrange")(1000))  # noqa: B009
    one, other = layout(table).set_index("flow_id"), layout(shuffled).set_index("flow_id")
    for name in one.index:
        assert shapely.equals_exact(one.geometry[name], other.geometry[name], tolerance=1e-6)


@pytest.mark.parametrize("scale", [0.001, 1.0, 5000.0])
def test_what_is_drawn_does_not_depend_on_the_scale_of_the_crs(scale: float) -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 100.0), "C": (250.0, 400.0)}
    rows = [("A", "B", 3.0), ("B", "A", 2.0), ("C", "A", 1.0), ("C", "C", 1.0)]
    plain = layout(legs(rows, at))
    scaled = layout(legs(rows, {code: (x * scale, y * scale) for code, (x, y) in at.items()}))
    for one, other in zip(plain.geometry, scaled.geometry, strict=True):
        near = shapely.get_coordinates(other) / scale
        assert near == pytest.approx(shapely.get_coordinates(one), abs=1e-5)


def test_layout_keeps_rows_index_columns_and_crs() -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 100.0)}
    given_legs = legs([("B", "A", 3.0), ("A", "B", 2.0)], at, note=["x", "y"]).set_index(pd.Index(["r1", "r2"]))
    before = given_legs.copy(deep=True)
    drawn = layout(given_legs)
    assert drawn.index.tolist() == ["r1", "r2"]
    assert drawn["note"].tolist() == ["x", "y"]
    assert drawn.crs == given_legs.crs
    assert [len(line.coords) for line in drawn.geometry] == [49, 49]
    assert drawn.geometry["r1"].coords[0] == pytest.approx((600, 100))
    assert given_legs.geometry.geom_equals(before.geometry).all()


def test_arrows_begin_at_the_edge_of_one_circle_and_end_at_that_of_the_other() -> None:
    at = {"A": (0.0, 0.0), "B": (300.0, 100.0), "C": (100.0, 300.0)}
    starts, ends = ["A", "B", "C", "A"], ["B", "A", "A", "B"]
    width = np.array([3.0, 1.0, 2.0, 1.5])
    drawn = arrange(starts, ends, at, width, node_radius_px=5.0)
    first = np.array([drawn.radius[code] for code in starts])
    last = np.array([drawn.radius[code] for code in ends])
    seen = trimmed(drawn.lines, first + 1, last + 2)
    shapes = arrows(seen, width, head_size(width), [SOLID] * 4)
    for shape, a, b in zip(shapes, starts, ends, strict=True):
        assert shape.distance(shapely.Point(at[b])) == pytest.approx(drawn.radius[b] + 2, abs=0.2)
        assert shape.distance(shapely.Point(at[a])) == pytest.approx(drawn.radius[a] + 1, abs=0.5)


def test_a_spine_bends_away_from_a_place_that_it_does_not_serve() -> None:
    at = {"A": (0.0, 0.0), "B": (400.0, 0.0), "C": (200.0, 36.0)}
    free = arrange(["A"], ["B"], {"A": at["A"], "B": at["B"]}, np.array([2.0]), method="arc")
    # The arc of a pair alone runs right through where C stands.
    assert shapely.LineString(free.lines[0]).distance(shapely.Point(at["C"])) < 1
    drawn = arrange(["A", "C"], ["B", "A"], at, np.full(2, 2.0), method="arc")
    away = shapely.LineString(drawn.lines[0]).distance(shapely.Point(at["C"]))
    assert away > drawn.radius["C"] + 1.0


def test_arrows_make_no_way_for_those_that_are_their_ground() -> None:
    spots = np.random.default_rng(3).uniform(20, 480, (14, 2))
    at = {f"P{k:02}": (float(x), float(y)) for k, (x, y) in enumerate(spots)}
    ways = list(combinations(at, 2))
    wide = np.array([int(b[1:]) - int(a[1:]) == 1 for a, b in ways])
    width, radii = np.where(wide, 6.0, 0.6), dict.fromkeys(at, 4.0)
    starts, ends = ([way[side] for way in ways] for side in (0, 1))
    drawn = arrange(starts, ends, at, width, radii=radii, ground=~wide)
    arcs = arrange(starts, ends, at, width, radii=radii, method="arc")
    assert drawn.lines[~wide] == pytest.approx(arcs.lines[~wide])
    seen = [way for way, it in zip(ways, wide, strict=True) if it]
    alone = arrange([way[0] for way in seen], [way[1] for way in seen], at, width[wide], radii=radii)
    assert drawn.lines[wide] == pytest.approx(alone.lines)


def test_both_ways_of_a_pair_are_laid_out_where_one_is_not_the_ground() -> None:
    at = {"A": (0.0, 0.0), "B": (200.0, 40.0), "C": (90.0, 200.0)}
    width, radii = np.array([6.0, 0.6, 0.6]), dict.fromkeys(at, 4.0)
    starts, ends = ["A", "B", "A"], ["B", "A", "C"]
    some = arrange(starts, ends, at, width, radii=radii, ground=np.array([False, True, True]))
    pair = arrange(starts[:2], ends[:2], at, width[:2], radii={**radii}, ground=None)
    assert some.lanes[:2] == pytest.approx(pair.lanes)
    there, back = (shapely.LineString(line) for line in some.lines[:2])
    assert not there.crosses(back)


def test_loops_of_a_place_lie_around_one_another_and_leave_its_circle_free() -> None:
    at = {"A": (100.0, 100.0), "B": (300.0, 100.0)}
    starts, ends = ["A", "A", "A"], ["A", "A", "B"]
    width = np.full(3, 1.5)
    drawn = arrange(starts, ends, at, width)
    inner, outer = sorted((shapely.Polygon(line) for line in drawn.lines[:2]), key=lambda ring: ring.area)
    assert inner.area < 0.8 * outer.area
    apart = outer.boundary.difference(shapely.Point(at["A"]).buffer(8))
    assert apart.distance(inner) > 1
    rim = np.full(2, drawn.radius["A"])
    seen = trimmed(drawn.lines[:2], rim + 0.6, rim + 1.4)
    circle = shapely.Point(at["A"]).buffer(drawn.radius["A"])
    for shape in arrows(seen, width[:2], head_size(width[:2]), [SOLID] * 2):
        assert shape.intersection(circle).area < 0.1 * circle.area
        # Towards the free side, away from B.
        assert shape.centroid.x < 100


def test_circles_grow_for_their_bundles_but_not_into_each_other() -> None:
    wide = np.full(4, 6.0)
    roomy = arrange(["A"] * 4, ["B"] * 4, {"A": (0.0, 0.0), "B": (300.0, 0.0)}, wide, node_radius_px=3.0)
    tight = arrange(["A"] * 4, ["B"] * 4, {"A": (0.0, 0.0), "B": (12.0, 0.0)}, wide, node_radius_px=3.0)
    assert roomy.radius["A"] > 3.0
    assert tight.radius["A"] + tight.radius["B"] < 12


@pytest.mark.parametrize("method", METHODS)
def test_very_short_legs_and_no_width_are_no_trouble(method: str) -> None:
    at = {"A": (0.0, 0.0), "B": (0.5, 0.2), "C": (0.5, 0.2), "D": (500.0, 0.0)}
    starts, ends = ["A", "B", "B", "A", "A"], ["B", "A", "C", "D", "A"]
    drawn = arrange(starts, ends, at, np.array([0.0, 8.0, 2.0, 0.0, 3.0]), method=method)
    assert np.isfinite(drawn.lines).all()
    assert lengths(drawn.lines)[2, -1] > 1, "a leg between two places at one spot is a loop"


def test_an_empty_table_comes_back_empty() -> None:
    empty = legs([], {})
    assert layout(empty).empty
    assert layout(empty).columns.tolist() == empty.columns.tolist()


def faults(table: gpd.GeoDataFrame, **options: float) -> TableError:
    with pytest.raises(TableError) as caught:
        layout(table, **options)  # type: ignore[arg-type]
    return caught.value


def test_a_geographic_crs_is_refused_and_the_way_out_told() -> None:
    at = {"A": (40.0, 40.0), "B": (50.0, 40.0)}
    error = faults(legs([("A", "B", 1.0)], at).set_crs("EPSG:4326", allow_override=True))
    assert error.faults[0].column == "geometry"
    assert "to_crs" in str(error)
    bare = legs([("A", "B", 1.0)], at)
    without = gpd.GeoDataFrame(bare.drop(columns="geometry"), geometry=list(bare.geometry))
    assert faults(without).faults[0].column == "geometry"


def test_missing_columns_are_told_together() -> None:
    table = legs([("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    error = faults(table.drop(columns=["start", "width_px"]))
    assert [fault.column for fault in error.faults] == ["start", "width_px"]


def test_every_row_at_fault_is_told() -> None:
    at = {"A": (0.0, 0.0), "B": (100.0, 50.0)}
    table = legs([("A", "B", 1.0)] * 7, at).set_index(pd.Index(list("abcdefg")))
    table.loc["b", "width_px"] = -1.0
    table.loc["c", "width_px"] = np.nan
    table.loc["d", "width_px"] = np.inf
    shapes = table.geometry.to_numpy().copy()
    with np.errstate(invalid="ignore"):
        shapes[4] = shapely.linestrings([[0.0, 0.0], [np.nan, 1.0]])
    shapes[5], shapes[6] = None, shapely.LineString()
    error = faults(table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=METRES)))
    assert {(fault.row, fault.column) for fault in error.faults} == {
        ("b", "width_px"), ("c", "width_px"), ("d", "width_px"),
        ("e", "geometry"), ("f", "geometry"), ("g", "geometry"),
    }  # fmt: skip


@pytest.mark.parametrize("wide", [0.0, -5.0, np.nan, np.inf])
def test_the_figure_must_have_a_width(wide: float) -> None:
    table = legs([("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    with pytest.raises(OptionError, match="figure_width_px"):
        layout(table, figure_width_px=wide)


def test_a_method_that_is_none_is_told_with_the_choices() -> None:
    table = legs([("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    with pytest.raises(OptionError, match="arc, straight"):
        layout(table, method="wavy")


def test_a_missing_place_name_is_a_fault() -> None:
    table = legs([("A", "B", 1.0), ("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    table["start"] = pd.array([pd.NA, "A"], dtype="string")
    error = faults(table)
    assert [(fault.row, fault.column) for fault in error.faults] == [("0", "start")]


def faults_of(table: gpd.GeoDataFrame) -> list[tuple[str | None, str | None]]:
    return [(fault.row, fault.column) for fault in faults(table).faults]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_coordinate_that_is_no_number_is_a_fault(bad: float) -> None:
    table = legs([("A", "B", 1.0)] * 2, {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    with np.errstate(invalid="ignore"):
        line = shapely.linestrings([[0.0, 0.0], [bad, 9.0]])
    assert faults_of(table.set_geometry(gpd.GeoSeries([line, table.geometry[1]], crs=METRES))) == [("0", "geometry")]


def test_only_single_lines_are_laid_out_and_the_way_out_is_told() -> None:
    table = legs([("A", "B", 1.0)] * 4, {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    halves = shapely.MultiLineString([[(0, 0), (4, 4)], [(4, 4), (9, 9)]])
    shapes = [halves, shapely.Point(1, 1), shapely.box(0, 0, 9, 9), table.geometry[3]]
    error = faults(table.set_geometry(gpd.GeoSeries(shapes, crs=METRES)))
    assert [(fault.row, fault.column) for fault in error.faults] == [(row, "geometry") for row in "012"]
    assert "line_merge" in error.faults[0].hint


def test_a_table_without_lines_is_told_what_it_lacks() -> None:
    table = legs([("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    plain = pd.DataFrame(table.drop(columns="geometry"))
    assert faults_of(plain) == [(None, "geometry")]  # type: ignore[arg-type]
    assert faults_of(gpd.GeoDataFrame(plain)) == [(None, "geometry")]


@pytest.mark.parametrize("width", ["wide", "", None, pd.NA, "-1"])
def test_a_width_that_is_no_number_is_a_fault_with_its_value(width: object) -> None:
    table = legs([("A", "B", 1.0)] * 2, {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    table["width_px"] = pd.Series([2.0, width], dtype=object)
    assert faults_of(table) == [("1", "width_px")]


def test_a_place_in_two_spots_is_a_fault_of_the_row_that_has_it_elsewhere() -> None:
    at = {"A": (0.0, 0.0), "B": (900.0, 500.0), "C": (300.0, 800.0)}
    table = legs([("A", "B", 1.0), ("A", "C", 1.0), ("B", "A", 1.0)], at)
    shapes = table.geometry.to_numpy().copy()
    shapes[1] = shapely.LineString([(40, 0), at["C"]])
    error = faults(table.set_geometry(gpd.GeoSeries(shapes, crs=METRES)))
    assert [(fault.row, fault.column, fault.value) for fault in error.faults] == [("1", "start", "A")]
    # Less than a pixel is no more than rounding.
    shapes[1] = shapely.LineString([(0.4, 0), at["C"]])
    drawn = layout(table.set_geometry(gpd.GeoSeries(shapes, crs=METRES)), method="arc")
    assert {line.coords[0] for line in drawn.geometry[:2]} == {(0.0, 0.0)}


@pytest.mark.parametrize("name", ["figure_width_px", "node_radius_px"])
@pytest.mark.parametrize("value", [0.0, -5.0, np.nan, np.inf, "5", None, True])
def test_sizes_must_be_positive_numbers(name: str, value: object) -> None:
    table = legs([("A", "B", 1.0)], {"A": (0.0, 0.0), "B": (9.0, 9.0)})
    with pytest.raises(OptionError, match=name):
        layout(table, **{name: value})  # type: ignore[arg-type]


def test_options_are_looked_at_where_there_is_nothing_to_draw() -> None:
    with pytest.raises(OptionError, match="wavy"):
        layout(legs([], {}), method="wavy")
    assert faults_of(legs([], {}).drop(columns="end")) == [(None, "end")]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("apart", [0.0, 1e-9, 0.0004, 0.02, 1.0])
def test_two_places_at_one_spot_or_nearly_are_drawn(method: str, apart: float) -> None:
    at = {"A": (0.0, 0.0), "B": (500.0, 300.0), "C": (500.0 + apart, 300.0), "D": (1000.0, 0.0)}
    rows = [("A", "B", 2.0), ("B", "C", 3.0), ("C", "B", 3.0), ("C", "D", 1.0), ("D", "B", 2.0)]
    drawn = layout(legs(rows, at), method=method)
    for line, (start, end, _) in zip(drawn.geometry, rows, strict=True):
        assert (line.coords[0], line.coords[-1]) == (at[start], at[end])
        assert np.isfinite(shapely.get_coordinates(line)).all()
    if apart < 0.01:
        there, back = drawn.geometry[1], drawn.geometry[2]
        assert min(there.length, back.length) > 10, "no arrow vanishes"
        assert abs(there.length - back.length) > 5, "one loop lies around the other"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wobble", [0.0, 1e-9, 0.5])
def test_places_on_one_meridian_are_measured_along_it(method: str, wobble: float) -> None:
    spots = {code: (5e5 + wobble * (k % 2), 1e5 * k) for k, code in enumerate("ABCD")}
    rows = [("A", "C", 3.0), ("C", "A", 3.0), ("B", "D", 2.0), ("D", "D", 1.0)]
    drawn = layout(legs(rows, spots), method=method)
    x0, y0, x1, y1 = drawn.total_bounds
    assert y1 - y0 >= 3e5
    assert x1 - x0 < 2e5, "lines stay near the meridian"
    assert metrics(drawn)["detour_max"] < 1.5
    assert drawn.geometry[3].length * 1000 / 3e5 > 20, "loops are of the size that pixels ask"


@pytest.mark.parametrize(
    ("spots", "pixels"),
    [
        ([[0, 0], [50, 20]], 20.0),
        ([[0, 0], [1, 900]], 1000.0),
        ([[0, 0], [1, 1001]], 1000 / 1001),
        ([[7, 0], [7, 50]], 20.0),
        ([[1e7, 0], [1e7 + 4e-9, 0]], 1.0),
        ([[3, 3], [3, 3]], 1.0),
        ([[3, 3]], 1.0),
    ],
)
def test_the_figure_is_as_wide_as_the_places_or_as_high_where_they_have_no_width(
    spots: list[list[float]], pixels: float
) -> None:
    assert picture_scale(np.array(spots, dtype=float), 1000.0) == pytest.approx(pixels, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_all_legs_at_one_spot_are_loops_around_one_another(method: str) -> None:
    drawn = layout(
        legs([("A", "A", 1.0), ("A", "B", 1.0), ("B", "A", 1.0)], dict.fromkeys("AB", (7.0, 7.0))), method=method
    )
    lengths_px = sorted(drawn.length)
    assert lengths_px[0] > 10
    assert min(np.diff(lengths_px)) > 5


@pytest.mark.parametrize("method", METHODS)
def test_widths_beyond_the_figure_give_a_drawing_all_the_same(method: str) -> None:
    at = {"A": (0.0, 0.0), "B": (800.0, 100.0), "C": (300.0, 500.0)}
    rows = [("A", "B", 5000.0), ("B", "A", 3000.0), ("A", "B", 1.0), ("B", "C", 0.0), ("C", "C", 4000.0)]
    drawn = layout(legs(rows, at), method=method)
    assert np.isfinite(shapely.get_coordinates(drawn.geometry.to_numpy())).all()
    assert [line.coords[-1] for line in drawn.geometry] == [at[end] for _, end, _ in rows]


@pytest.mark.parametrize("method", METHODS)
def test_one_leg_alone_is_drawn(method: str) -> None:
    at = {"A": (-3e6, 2e6), "B": (4e6, 5e6)}
    line = layout(legs([("A", "B", 2.0)], at), method=method).geometry.iloc[0]
    assert (line.coords[0], line.coords[-1]) == (at["A"], at["B"])
    assert line.length < 1.1 * np.hypot(7e6, 3e6)


@pytest.mark.parametrize("method", METHODS)
def test_rows_that_are_alike_lie_side_by_side(method: str) -> None:
    table = legs([("A", "B", 2.0)] * 3, {"A": (0.0, 0.0), "B": (600.0, 100.0)}).set_index(pd.Index(["r", "r", "r"]))
    drawn = layout(table, method=method)
    assert drawn.index.tolist() == ["r", "r", "r"]
    middles = [line.interpolate(0.5, normalized=True) for line in drawn.geometry]
    # The places are 600 units apart in x, the figure is 1,000 px wide.
    assert min(a.distance(b) for a, b in combinations(middles, 2)) * 1000 / 600 > 3


def test_heights_are_left_out() -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 100.0)}
    flat = legs([("A", "B", 2.0)], at)
    high = flat.set_geometry(gpd.GeoSeries([shapely.LineString([(0, 0, 9), (600, 100, np.nan)])], crs=METRES))
    assert layout(high).geometry.iloc[0].equals(layout(flat).geometry.iloc[0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", [int, "category", "string"])
def test_places_are_told_apart_by_any_kind_of_code(method: str, kind: Any) -> None:
    at = {"1": (0.0, 0.0), "2": (600.0, 100.0), "10": (300.0, 400.0)}
    rows = [("1", "2", 3.0), ("2", "1", 1.0), ("10", "2", 2.0), ("10", "10", 1.0)]
    table = legs(rows, at)
    other = layout(table.astype({"start": kind, "end": kind}), method=method)
    assert other.geometry.geom_equals_exact(layout(table, method=method).geometry, 0).all()


def test_steps_of_routes_may_be_written_as_text_or_missing() -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 100.0), "C": (300.0, 900.0)}
    rows = [("A", "B", 3.0), ("B", "C", 1.0), ("C", "A", 1.0)]
    plain = layout(legs(rows, at, flow_id=[1, 1, 1], order=[0, 1, 2]))
    text = layout(legs(rows, at, flow_id=["1", "1", "1"], order=["0", "1", "2"]))
    assert text.geometry.geom_equals_exact(plain.geometry, 0).all()
    assert len(layout(legs(rows, at, flow_id=[None, "x", None], order=[pd.NA, 1, "last"]))) == 3


def test_what_is_thinner_than_the_most_that_are_laid_out_keeps_its_arc(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(4)
    at = {f"P{k}": (float(x), float(y)) for k, (x, y) in enumerate(chance.random((8, 2)) * [900, 600])}
    rows = [pair for k, (a, b) in enumerate(combinations(at, 2)) for pair in ((a, b, 1.0 + k / 4), (b, a, 0.1))]
    monkeypatch.setattr(arrange_file, "MOST", 11)
    arcs, drawn = (layout(legs(rows, at), method=method).geometry for method in ("arc", "declutter"))
    kept = arcs.geom_equals_exact(drawn, 1e-6)
    # Both directions of the five widest pairs; the sixth would be one too many.
    assert kept[:-10].all()
    assert not kept[-10:].any()


def test_thousands_of_loops_and_legs_of_one_place_are_drawn() -> None:
    rows = [("A", "A", 0.1)] * 1500 + [("A", "B", 0.1)] * 1500
    drawn = layout(legs(rows, {"A": (0.0, 0.0), "B": (900.0, 0.0)}), method="arc")
    assert drawn.geometry.is_valid.all()
    assert drawn.length[:1500].nunique() == 1500


def test_layout_tells_how_far_a_search_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, list[float]] = {}

    @contextmanager
    def noted(what: str) -> Iterator[Callable[[float], None]]:
        yield told.setdefault(what, []).append

    monkeypatch.setattr(layout_file, "shown", noted)
    chance = np.random.default_rng(77)
    at = {f"P{k}": (float(x), float(y)) for k, (x, y) in enumerate(chance.random((9, 2)) * [900, 600])}
    layout(legs([(a, b, 1.0) for a, b in combinations(at, 2)], at))
    assert list(told) == ["Laying out"]
    assert len(told["Laying out"]) > 3


def test_an_arrow_does_not_keep_off_a_place_that_stands_where_it_ends() -> None:
    at = {"A": (0.0, 0.0), "B": (500.0, 300.0), "C": (500.0, 300.0), "D": (1000.0, 0.0)}
    drawn = layout(legs([("A", "B", 2.0), ("D", "C", 2.0)], at))
    assert metrics(drawn)["detour_max"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_no_arrows_make_an_empty_drawing(method: str) -> None:
    drawn = arrange([], [], {}, np.empty(0), method=method)
    assert drawn.lines.shape == (0, 49, 2)
    assert drawn.radius == {}
