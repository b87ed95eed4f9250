"""Measures of a drawing: hand-made drawings with known counts, what may not change them, and another package's word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import geg
import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from azroutes import layout, metrics
from azroutes.errors import OptionError, TableError
from azroutes.geometry.curve import arc, head_size

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
Row: TypeAlias = "tuple[str, str, float, Sequence[tuple[float, float]]]"

STEADY = settings(deadline=None, derandomize=True, max_examples=20)
METRES = "EPSG:3857"
NAMES = [
    "flows", "crossings", "acute_crossings", "crossing_quality", "crossing_angle_quality", "node_hits",
    "overlap_area_share", "detour_mean", "detour_max", "angular_resolution", "endpoint_error_px", "head_overlaps",
    "label_overlaps", "label_crossings",
]  # fmt: skip

CROSS: list[Row] = [("A", "B", 10.0, [(0, 0), (1000, 0)]), ("C", "D", 10.0, [(500, -500), (500, 500)])]


def table(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    columns = pd.DataFrame([row[:3] for row in rows], columns=["start", "end", "width_px"])
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(row[3]) for row in rows], crs=METRES)


def measured(rows: Sequence[Row], *, labels: list[Any] | None = None, radius: float = 5.0) -> pd.Series[float]:
    """Measure a drawing of which one unit is a pixel."""
    across = [x for row in rows for x, _ in (row[3][0], row[3][-1])]
    boxes = None if labels is None else gpd.GeoSeries(labels, crs=METRES)
    wide = max(across) - min(across)
    return metrics(table(rows), figure_width_px=wide, node_radius_px=radius, labels=boxes)


def random_drawing(seed: int, *, bend: float = 0.3) -> gpd.GeoDataFrame:
    """Return curves between places in general position, some of them wide, with both directions and loops."""
    rng = np.random.default_rng(seed)
    places, flows = int(rng.integers(3, 12)), int(rng.integers(2, 30))
    xy = rng.uniform(0, 1000, (places, 2))
    start = rng.integers(0, places, flows)
    end = (start + rng.integers(1, places, flows)) % places
    lines = arc(xy[start], xy[end], rng.uniform(-bend, bend, flows), 2 if bend == 0 else 25)
    made = table([(f"p{a}", f"p{b}", float(w), line.tolist())
                  for a, b, w, line in zip(start, end, rng.uniform(0.2, 9, flows), lines, strict=True)])  # fmt: skip
    if bend:
        made = pd.concat([made, table([("p0", "p0", 2.0, [xy[0], xy[0] + (40, 0), xy[0] + (0, 40), xy[0]])])])
    return made.reset_index(drop=True)


def boxes(drawn: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return labels of some places, beside them and on them."""
    ends = shapely.get_coordinates(shapely.get_point(drawn.geometry.to_numpy(), 0))
    return gpd.GeoSeries([shapely.box(x - 10, y, x + 60, y + 14) for x, y in ends], crs=drawn.crs)


def across(drawn: gpd.GeoDataFrame) -> float:
    shapes = drawn.geometry.to_numpy()
    return float(np.ptp([shapely.get_x(shapely.get_point(shapes, n)) for n in (0, -1)]))


def test_the_names_are_these_and_all_are_numbers() -> None:
    found = measured(CROSS, labels=[])
    assert list(found.index) == NAMES
    assert found.dtype == float
    assert np.isfinite(found).all()


# Crossings


def test_a_cross_is_one_crossing_at_the_best_angle() -> None:
    found = measured(CROSS)
    assert found["crossings"] == 1
    assert found["acute_crossings"] == 0
    assert found["crossing_angle_quality"] == pytest.approx(1)
    assert found["crossing_quality"] == 0, "the one crossing that two flows can have"


@pytest.mark.parametrize(("degrees", "acute"), [(20, 1), (29, 1), (31, 0), (80, 0), (150.5, 1), (149.5, 0)])
def test_a_crossing_is_acute_under_thirty_degrees(degrees: float, acute: int) -> None:
    east, north = float(400 * np.cos(np.radians(degrees))), float(400 * np.sin(np.radians(degrees)))
    found = measured([CROSS[0], ("C", "D", 1.0, [(500 - east, -north), (500 + east, north)])])
    assert found["crossings"] == 1
    assert found["acute_crossings"] == acute
    assert found["crossing_angle_quality"] == pytest.approx(min(degrees, 180 - degrees) / 90)


def test_a_line_that_ends_on_another_is_a_crossing() -> None:
    assert measured([CROSS[0], ("C", "D", 1.0, [(500, -500), (500, 0)])])["crossings"] == 1


def test_the_angle_is_that_of_the_lines_right_where_they_cross() -> None:
    # Upright for 6 px, nearly level beyond.
    found = measured([CROSS[0], ("C", "D", 1.0, [(100, -50), (500, -3), (500, 3), (900, 50)])])
    assert found["crossing_angle_quality"] == pytest.approx(1)


@pytest.mark.parametrize(("radius", "crossings"), [(5.0, 0), (3.0, 1)])
def test_lines_may_meet_near_a_place_that_both_join(radius: float, crossings: int) -> None:
    # They leave A apart and cross 4 px east of it.
    rows: list[Row] = [
        ("A", "B", 1.0, [(0, 0), (2, 2), (4, 0), (500, -400)]),
        ("A", "C", 1.0, [(0, 0), (2, -2), (4, 0), (500, 400)]),
    ]
    assert measured(rows, radius=radius)["crossings"] == crossings


def test_lines_that_meet_near_a_place_that_only_one_joins_cross() -> None:
    assert measured([CROSS[0], ("C", "D", 1.0, [(998, -300), (998, 300)])])["crossings"] == 1


@pytest.mark.parametrize(("apart", "crossings"), [(4.0, 1), (6.0, 2)])
def test_crossings_of_a_pair_that_are_close_count_once(apart: float, crossings: int) -> None:
    way = [(500 - apart / 2, -500), (500 - apart / 2, 9), (500 + apart / 2, 9), (500 + apart / 2, -500)]
    assert measured([CROSS[0], ("C", "D", 1.0, way)])["crossings"] == crossings


def test_of_crossings_that_are_close_the_most_acute_counts() -> None:
    # Straight down through the line, and out of it again by a slope of one to three, 4 px away.
    way = [(500.0, 300.0), (500.0, -0.5), (502.5, -0.5), (504.0, 0.0), (800.0, 296 / 3)]
    for line in (way, way[::-1]):
        found = measured([CROSS[0], ("C", "D", 1.0, line)])
        assert (found["crossings"], found["acute_crossings"]) == (1, 1)


def test_a_shared_stretch_is_one_crossing_at_no_angle_however_many_points_it_has() -> None:
    few: list[Row] = [CROSS[0], ("C", "D", 1.0, [(300, -300), (300, 0), (700, 0), (700, 300)])]
    drawn = table(few)
    dense = drawn.set_geometry(gpd.GeoSeries(shapely.segmentize(drawn.geometry.to_numpy(), 17.0), crs=METRES))
    for shapes in (drawn, dense):
        found = metrics(shapes)
        assert (found["crossings"], found["acute_crossings"]) == (1, 1)
        assert found["crossing_angle_quality"] == 0


def test_two_shared_stretches_are_two_crossings() -> None:
    way = [(100, -300), (100, 0), (200, 0), (200, 90), (700, 90), (700, 0), (900, 0), (900, -300)]
    assert measured([CROSS[0], ("C", "D", 1.0, way)])["crossings"] == 2


def test_most_crossings_leave_out_flows_that_share_a_place() -> None:
    # Of six pairs of flows, three share A: three can cross, one does.
    rows: list[Row] = [
        ("A", "B", 1.0, [(0, 0), (1000, 0)]),
        ("A", "C", 1.0, [(0, 0), (700, 400)]),
        ("A", "D", 1.0, [(0, 0), (700, -400)]),
        ("E", "F", 1.0, [(300, -50), (300, 50)]),
    ]
    assert measured(rows)["crossing_quality"] == pytest.approx(1 - 1 / 3)


def test_a_star_cannot_be_better_and_curves_that_cross_too_often_not_worse_than_nothing() -> None:
    star: list[Row] = [("A", name, 1.0, [(0, 0), (x, 300)]) for name, x in (("B", -200), ("C", 0), ("D", 200))]
    assert measured(star)["crossing_quality"] == 1
    wave = [(x, 50.0 if k % 2 else -50.0) for k, x in enumerate(range(100, 900, 100))]
    found = measured([CROSS[0], ("C", "D", 1.0, wave)])
    assert found["crossings"] == 7
    assert found["crossing_quality"] == 0


# Places, ink, length


@pytest.mark.parametrize(("away", "hits"), [(9.9, 1), (10.1, 0)])
def test_a_stroke_hits_a_place_when_it_touches_its_circle(away: float, hits: int) -> None:
    # Half a stroke of 10 px and a circle of 5 px; the flow to C begins far off the stroke.
    rows: list[Row] = [CROSS[0], ("C", "D", 1.0, [(500, away), (500, 500)])]
    assert measured(rows)["node_hits"] == hits
    assert measured(rows, radius=0.0)["node_hits"] == 0


def test_every_place_under_a_stroke_counts_but_its_own() -> None:
    rows: list[Row] = [CROSS[0], ("C", "D", 1.0, [(300, 0), (300, 90)]), ("E", "F", 1.0, [(600, 90), (600, 0)])]
    assert measured(rows)["node_hits"] == 2


def test_ink_that_is_covered() -> None:
    assert measured(CROSS)["overlap_area_share"] == pytest.approx(100 / 20_000)
    assert measured([CROSS[0], CROSS[0]])["overlap_area_share"] == pytest.approx(0.5)
    assert measured([CROSS[0]])["overlap_area_share"] == pytest.approx(0, abs=1e-12)
    assert measured([("A", "B", 0.0, [(0, 0), (9, 0)])])["overlap_area_share"] == 0


@STEADY
@given(st.integers(0, 10_000))
def test_covered_ink_is_that_of_a_union_of_all_strokes(seed: int) -> None:
    drawn = random_drawing(seed)
    strokes = [line.buffer(wide / 2, cap_style="flat")
               for line, wide in zip(drawn.geometry, drawn["width_px"], strict=True)]  # fmt: skip
    ink = sum(stroke.area for stroke in strokes)
    found = metrics(drawn, figure_width_px=across(drawn))["overlap_area_share"]
    assert found == pytest.approx(1 - shapely.union_all(strokes).area / ink, abs=1e-6)


def test_detour_is_length_over_distance_and_loops_have_none() -> None:
    corner: Row = ("A", "B", 1.0, [(0, 0), (300, 0), (300, 400)])
    loop: Row = ("A", "A", 1.0, [(0, 0), (30, 30), (-30, 30), (0, 0)])
    found = measured([corner, ("A", "C", 1.0, [(0, 0), (500, 0)]), loop])
    assert found["detour_mean"] == pytest.approx((1.4 + 1) / 2)
    assert found["detour_max"] == pytest.approx(1.4)
    assert (metrics(table([loop]))[["detour_mean", "detour_max"]] == 1).all()


def test_angular_resolution_is_best_where_flows_are_spread_evenly() -> None:
    compass: list[Row] = [("A", name, 1.0, [(0, 0), end]) for name, end in
                          (("N", (0, 90)), ("E", (90, 0)), ("S", (0, -90)), ("W", (-90, 0)))]  # fmt: skip
    assert measured(compass)["angular_resolution"] == pytest.approx(1)
    assert measured(compass[:2])["angular_resolution"] == pytest.approx(0.5)
    assert measured(compass[:3])["angular_resolution"] == pytest.approx(0.75)
    assert measured([compass[0], compass[1], compass[1]])["angular_resolution"] == pytest.approx((0 + 0) / 2)


def test_the_bearing_of_a_flow_is_taken_25_px_out_or_at_less_than_a_third_of_it() -> None:
    # Both leave A eastward; one turns north 10 px out.
    east: Row = ("A", "B", 1.0, [(0, 0), (200, 0)])
    turned = measured([east, ("A", "C", 1.0, [(0, 0), (10, 0), (10, 300)])])["angular_resolution"]
    assert turned == pytest.approx(np.arctan2(15, 10) / np.pi)
    # A shorter line is looked at before its turn.
    assert measured([east, ("A", "C", 1.0, [(0, 0), (10, 0), (10, 15)])])["angular_resolution"] == pytest.approx(0)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 4, 3, 0, 2]])
def test_the_end_that_is_off_its_place_is_told_whatever_the_order(order: list[int]) -> None:
    rows: list[Row] = [
        ("A", "B", 1.0, [(0, 0), (200, 0)]),
        ("C", "B", 1.0, [(0, 200), (200, 0)]),
        ("E", "B", 1.0, [(0, 300), (200, 0)]),
        ("B", "D", 1.0, [(203, 4), (400, 0)]),
        ("B", "F", 1.0, [(197, -4), (400, 90)]),
    ]
    assert measured([rows[k] for k in order])["endpoint_error_px"] == pytest.approx(5)


# Heads


HEAD_LENGTH, HEAD_HALF = (float(size[0]) for size in head_size(np.array([4.0])))


def flow(start: str, end: str, *way: tuple[float, float]) -> Row:
    return start, end, 4.0, way


@pytest.mark.parametrize(
    ("x", "heads"),
    [(500.0, 0), (995 - HEAD_LENGTH - 2.5, 0), (995 - HEAD_LENGTH - 1.0, 1), (996.5, 1), (997.5, 0)],
)
def test_a_head_under_the_shaft_of_another_arrow_counts(x: float, heads: int) -> None:
    # The tip is on the circle, 5 px before B; the shaft that crosses is 4 px wide.
    rows = [flow("A", "B", (0, 0), (1000, 0)), flow("C", "D", (x, -300), (x, 300))]
    assert measured(rows)["head_overlaps"] == heads


@pytest.mark.parametrize(("apart", "heads"), [(1.9, 2), (2.1, 0)])
def test_heads_on_heads_count_each(apart: float, heads: int) -> None:
    # Two arrows side by side, barb to barb, into two places.
    gap = apart * HEAD_HALF
    rows = [flow("A", "B", (0, 0), (1000, 0)), flow("C", "D", (0, gap), (1000, gap))]
    assert measured(rows)["head_overlaps"] == heads


def test_a_head_counts_once_however_many_run_over_it() -> None:
    rows = [flow("A", "B", (0, 0), (1000, 0)), flow("C", "D", (984, -300), (990, 300)),
            flow("E", "D", (996, -300), (990, 300))]  # fmt: skip
    assert measured(rows)["head_overlaps"] == 1


def test_heads_at_one_place_crowd_but_do_not_count() -> None:
    rows = [flow("A", "B", (0, 0), (1000, 0)), flow("C", "B", (0, 20), (1000, 0))]
    assert measured(rows)["head_overlaps"] == 0


def test_what_leaves_a_place_may_not_run_over_heads_there() -> None:
    rows = [flow("A", "B", (0, 0), (1000, 0)), flow("B", "C", (1000, 0), (400, 10))]
    assert measured(rows)["head_overlaps"] == 1
    assert measured([flow("A", "B", (0, 0), (1000, 0)), flow("B", "A", (1000, 0), (0, 0))])["head_overlaps"] == 2


def test_an_arrow_of_no_width_has_neither_head_nor_shaft() -> None:
    seen = [flow("A", "B", (0, 0), (1000, 0)), flow("C", "D", (994, -300), (994, 300))]
    assert measured(seen)["head_overlaps"] == 1
    for hidden in (0, 1):
        rows = [(a, b, 0.0 if k == hidden else wide, way) for k, (a, b, wide, way) in enumerate(seen)]
        assert measured(rows)["head_overlaps"] == 0


# Labels


ARROW = [flow("A", "B", (0, 0), (1000, 0))]


@pytest.mark.parametrize(
    ("labels", "overlaps", "crossings"),
    [
        ([], 0, 0),
        ([(400, 10, 500, 30)], 0, 0),
        ([(400, -10, 500, 10)], 0, 1),
        ([(400, 10, 500, 30), (490, 20, 600, 40)], 1, 0),
        ([(400, 10, 500, 30), (500, 10, 600, 30)], 0, 0),
        ([(400, 10, 500, 30)] * 3, 3, 0),
        ([(985, 0.5, 990, 20)], 1, 0),
        ([(-40, 2, 2, 20)], 1, 0),
        ([(985, -20, 1040, 20)], 2, 0),
        ([(-20, -20, 1020, 20)], 3, 1),
    ],
    ids=["none", "free", "on shaft", "on label", "edge to edge", "three in one", "on head", "on circle",
         "on head and circle", "on all"],
)  # fmt: skip
def test_labels_are_counted_by_what_they_lie_on(
    labels: list[tuple[float, float, float, float]], overlaps: int, crossings: int
) -> None:
    found = measured(ARROW, labels=[shapely.box(*corners) for corners in labels])
    assert (found["label_overlaps"], found["label_crossings"]) == (overlaps, crossings)


def test_without_labels_theirs_are_no_numbers() -> None:
    assert measured(ARROW)[["label_overlaps", "label_crossings"]].isna().all()


def test_sizes_are_those_of_the_picture_that_is_asked_for() -> None:
    # Drawn at half the size, the stroke covers twice the share of the other; the widths are in another column.
    drawn = table(CROSS).rename(columns={"width_px": "thick"})
    shares = [metrics(drawn, width="thick", figure_width_px=wide)["overlap_area_share"] for wide in (1000.0, 500.0)]
    assert shares == pytest.approx([0.005, 0.01])


# What may not change a measure


def same(one: pd.Series[float], other: pd.Series[float], *, but: Sequence[str] = ()) -> None:
    kept = [name for name in NAMES if name not in but]
    assert one[kept].to_dict() == pytest.approx(other[kept].to_dict(), rel=1e-5, abs=1e-6)


def turned(drawn: gpd.GeoDataFrame, wheel: Floats, shift: Floats) -> tuple[gpd.GeoDataFrame, gpd.GeoSeries]:
    """Return a drawing and its labels turned and stretched by a matrix, then moved."""
    found = [gpd.GeoSeries(shapely.transform(shapes.to_numpy(), lambda xy: xy @ wheel + shift), crs=drawn.crs)
             for shapes in (drawn.geometry, boxes(drawn))]  # fmt: skip
    return drawn.set_geometry(found[0]), found[1]


@STEADY
@given(st.integers(0, 10_000), st.floats(0.01, 5000), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_neither_units_nor_origin_nor_a_mirror_matter(seed: int, scale: float, east: float, north: float) -> None:
    drawn = random_drawing(seed)
    before = metrics(drawn, labels=boxes(drawn))
    shift = np.array([east, north]) * scale
    for flip in ([1, 1], [-1, -1], [-1, 1], [1, -1]):
        moved, labels = turned(drawn, np.diag(flip) * scale, shift)
        same(metrics(moved, labels=labels), before)


@STEADY
@given(st.integers(0, 10_000), st.floats(0, 2 * np.pi))
def test_a_turn_does_not_matter_where_a_pixel_stays_a_pixel(seed: int, turn: float) -> None:
    drawn = random_drawing(seed)
    wheel = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved, labels = turned(drawn, wheel, np.zeros(2))
    before = metrics(drawn, figure_width_px=across(drawn), labels=boxes(drawn))
    same(metrics(moved, figure_width_px=across(moved), labels=labels), before)


@STEADY
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed: int, random: Any) -> None:
    drawn = random_drawing(seed)
    order = list(range(len(drawn)))
    random.shuffle(order)
    same(metrics(drawn.iloc[order], labels=boxes(drawn)), metrics(drawn, labels=boxes(drawn)))


@STEADY
@given(st.integers(0, 10_000), st.data())
def test_a_line_drawn_the_other_way_changes_only_where_heads_are(seed: int, data: st.DataObject) -> None:
    drawn = random_drawing(seed)
    back = np.array(data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn))))
    shapes = drawn.geometry.to_numpy().copy()
    shapes[back] = shapely.reverse(shapes[back])
    start, end = drawn["start"].where(~back, drawn["end"]), drawn["end"].where(~back, drawn["start"])
    other = drawn.assign(start=start, end=end).set_geometry(gpd.GeoSeries(shapes, crs=drawn.crs))
    labels = boxes(drawn)
    heads = ("head_overlaps", "label_overlaps", "label_crossings")
    same(metrics(other, labels=labels), metrics(drawn, labels=labels), but=heads)


@STEADY
@given(st.integers(0, 10_000))
def test_points_between_those_of_a_line_do_not_matter(seed: int) -> None:
    drawn = random_drawing(seed)
    dense = drawn.set_geometry(gpd.GeoSeries(shapely.segmentize(drawn.geometry.to_numpy(), 30.0), crs=drawn.crs))
    same(metrics(dense), metrics(drawn), but=("label_overlaps", "label_crossings"))


def test_heights_do_not_matter_and_nothing_is_changed() -> None:
    drawn = table(CROSS)
    high = drawn.set_geometry(gpd.GeoSeries(shapely.force_3d(drawn.geometry.to_numpy(), 7.0), crs=METRES))
    before = high.copy(deep=True)
    pd.testing.assert_series_equal(metrics(high), metrics(drawn))
    pd.testing.assert_frame_equal(pd.DataFrame(high), pd.DataFrame(before))


def test_a_declutter_is_measured_as_better_than_straight_lines() -> None:
    drawings = [random_drawing(seed, bend=0.0) for seed in range(4)]
    straight, better = (
        pd.DataFrame([metrics(layout(drawn, method=method)) for drawn in drawings]).sum()
        for method in ("straight", "declutter")
    )
    for name in ("crossings", "acute_crossings", "head_overlaps"):
        assert better[name] < straight[name]
    assert better["angular_resolution"] > straight["angular_resolution"]


# Another package's word


def graph_of(drawn: gpd.GeoDataFrame) -> nx.Graph:
    graph = nx.MultiGraph()
    for start, end, line in zip(drawn["start"], drawn["end"], drawn.geometry, strict=True):
        for name, (x, y) in ((start, line.coords[0]), (end, line.coords[-1])):
            graph.add_node(name, x=x, y=y)
        graph.add_edge(start, end)
    return graph


def straight_drawing(seed: int) -> gpd.GeoDataFrame:
    """Return straight lines, no two between the same places."""
    drawn = random_drawing(seed, bend=0.0)
    pair = [frozenset(ends) for ends in zip(drawn["start"], drawn["end"], strict=True)]
    return drawn[~pd.Series(pair).duplicated()].assign(width_px=0.0)


@STEADY
@given(st.integers(0, 10_000))
def test_straight_lines_cross_as_often_and_as_sharply_as_geg_metrics_says(seed: int) -> None:
    drawn = straight_drawing(seed)
    quality, crossings = geg.edge_crossings(graph_of(drawn), return_crossings=True, min_angle_tol=0.0)
    found = metrics(drawn, figure_width_px=across(drawn))
    assert found["crossings"] == len(crossings)
    assert found["acute_crossings"] == sum(angle < 30 for _, angle in crossings)
    assert found["crossing_quality"] == pytest.approx(quality)
    angles = geg.crossing_angle(graph_of(drawn), crossings=crossings)
    assert found["crossing_angle_quality"] == pytest.approx(angles, abs=1e-6)


@STEADY
@given(st.integers(0, 10_000))
def test_straight_lines_are_spread_around_places_as_geg_metrics_says(seed: int) -> None:
    drawn = straight_drawing(seed)
    found = metrics(drawn, figure_width_px=across(drawn))["angular_resolution"]
    assert found == pytest.approx(geg.angular_resolution(graph_of(drawn)), abs=1e-6)


@STEADY
@given(st.integers(0, 10_000), st.floats(1, 60))
def test_lines_hit_as_many_places_as_geg_metrics_says(seed: int, radius: float) -> None:
    # It gives the share of edges over any place, so each place is asked for in turn: the others are points.
    drawn, hits = straight_drawing(seed), 0.0
    for name in graph_of(drawn):
        graph = graph_of(drawn)
        for other in graph:
            graph.nodes[other]["radius"] = radius if other == name else 0.0
        hits += len(drawn) * (1 - geg.node_edge_occlusion(graph, epsilon_fraction=1e-9))
    found = metrics(drawn, figure_width_px=across(drawn), node_radius_px=radius)["node_hits"]
    assert found == pytest.approx(hits)


# What cannot be measured


def test_a_drawing_without_flows_has_nothing_against_it() -> None:
    found = metrics(table(CROSS).iloc[:0], labels=gpd.GeoSeries([], crs=METRES))
    best = {"crossing_quality", "crossing_angle_quality", "detour_mean", "detour_max", "angular_resolution"}
    assert found.to_dict() == {name: float(name in best) for name in NAMES}


def test_a_line_without_length_crosses_nothing() -> None:
    assert measured([CROSS[0], ("C", "D", 1.0, [(500, 0), (500, 0)])])["crossings"] == 0


def test_flows_between_places_at_one_spot_are_measured() -> None:
    found = metrics(table([("A", "B", 1.0, [(5, 5), (5, 5)]), ("A", "A", 2.0, [(5, 5), (5, 5)])]))
    assert np.isfinite(found[:-2]).all()
    assert found["detour_max"] == 1


@pytest.mark.parametrize("wrong", ["crs", "no crs", "column", "name", "width", "line", "figure"])
def test_what_layout_refuses_is_refused_alike(wrong: str) -> None:
    drawn, options = table(CROSS), {}
    if wrong == "crs":
        drawn = drawn.set_crs("EPSG:4326", allow_override=True)
    elif wrong == "no crs":
        drawn = gpd.GeoDataFrame(pd.DataFrame(drawn).drop(columns="geometry"), geometry=list(drawn.geometry))
    elif wrong == "column":
        drawn = drawn.drop(columns=["end"])
    elif wrong == "name":
        drawn["start"] = ["A", None]
    elif wrong == "width":
        drawn["width_px"] = [np.nan, -1.0]
    elif wrong == "line":
        drawn = drawn.set_geometry(gpd.GeoSeries(np.array([shapely.LineString(), None]), crs=METRES))
    else:
        options = {"figure_width_px": 0.0}
    with pytest.raises((TableError, OptionError)) as laid:
        layout(drawn, **options)  # type: ignore[arg-type]
    with pytest.raises(type(laid.value)) as told:
        metrics(drawn, **options)  # type: ignore[arg-type]
    assert str(told.value) == str(laid.value)


@pytest.mark.parametrize("radius", [-1.0, np.nan, np.inf])
def test_a_radius_must_be_a_number(radius: float) -> None:
    with pytest.raises(OptionError, match="node_radius_px"):
        metrics(table(CROSS), node_radius_px=radius)


def test_labels_must_be_areas_in_the_crs_of_the_flows() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.Point(0, 0), None])
    flat = gpd.GeoSeries(shapes, index=["x", "y", "z"], crs=METRES)
    with pytest.raises(TableError) as caught:
        metrics(table(CROSS), labels=flat)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [("y", "labels"), ("z", "labels")]
    for crs in ("EPSG:4326", None):
        with pytest.raises(TableError, match=r"to_crs\('EPSG:3857'\)"):
            metrics(table(CROSS), labels=gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=crs))
