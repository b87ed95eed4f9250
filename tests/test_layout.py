"""Where arrows run: ends stay, those of one pair lie side by side, and nothing depends on the order of rows."""

from __future__ import annotations

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
from azroutes.geometry.curve import SOLID, arrows, head_size, lengths, trimmed
from azroutes.geometry.layout import METHODS, Drawn, arrange, layout

if TYPE_CHECKING:
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


def shafts(drawn: Drawn, starts: list[str], ends: list[str], width: Floats) -> list[Any]:
    """Return the shafts of arrows outside the surroundings of their places."""
    shapes = []
    for line, a, b, wide in zip(drawn.lines, starts, ends, width, strict=True):
        shaft = shapely.LineString(line).buffer(wide / 2, cap_style="flat")
        near = [shapely.Point(spot).buffer(drawn.radius[code] + 1) for spot, code in ((line[0], a), (line[-1], b))]
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
    drawn = arrange(starts, ends, at, np.full(len(starts), 2.0))
    for k in range(len(chosen)):
        assert drawn.spines[k] == pytest.approx(drawn.spines[k + len(chosen)][::-1], abs=1e-6)


def test_both_directions_bend_to_one_side_of_a_place_that_stands_right_between() -> None:
    # North and south of it cost the same, or would but for a rounding.
    for k, away in enumerate(np.radians(np.arange(0, 360, 5))):
        b = (150 + k) * np.array([np.cos(away), np.sin(away)])
        for share in (0.3, 0.5, 0.61):
            at = {"A": (0.0, 0.0), "B": (float(b[0]), float(b[1])), "C": (float(b[0] * share), float(b[1] * share))}
            drawn = arrange(["A", "B", "C"], ["B", "A", "A"], at, np.full(3, 2.0))
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
    for one, other in combinations(shafts(drawn, starts, ends, width), 2):
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
    free = arrange(["A"], ["B"], {"A": at["A"], "B": at["B"]}, np.array([2.0]))
    # The arc of a pair alone runs right through where C stands.
    assert shapely.LineString(free.lines[0]).distance(shapely.Point(at["C"])) < 1
    drawn = arrange(["A", "C"], ["B", "A"], at, np.full(2, 2.0))
    away = shapely.LineString(drawn.lines[0]).distance(shapely.Point(at["C"]))
    assert away > drawn.radius["C"] + 1.0


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
