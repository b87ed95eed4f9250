"""Curves keep their ends; arrows are sound polygons whose tip is the end of their line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from azroutes.geometry.curve import (
    LEAST_SHARE,
    SAMPLES,
    SOLID,
    Dash,
    arc,
    arrows,
    at,
    bezier,
    fitted_head,
    head_size,
    lengths,
    loops,
    normals,
    shifted,
    trimmed,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEADY = settings(deadline=None, derandomize=True)
DASHES = (SOLID, Dash(3.2, 1.1), Dash(1.0, 0.9))

px = st.floats(0, 1000)
point = st.tuples(px, px)


def straight(length: float, points: int = SAMPLES) -> Floats:
    return np.column_stack([np.linspace(0, length, points), np.zeros(points)])[None]


def arrow(line: Floats, width: float, dash: Dash = SOLID) -> Any:
    wide = np.array([width])
    return arrows(line, wide, head_size(wide), [dash])[0]


@STEADY
@given(point, point, st.floats(-0.5, 0.5))
def test_an_arc_begins_and_ends_exactly_at_its_ends(
    a: tuple[float, float], b: tuple[float, float], bulge: float
) -> None:
    start, end = np.array([a]), np.array([b])
    curve = arc(start, end, np.array([bulge]))
    assert curve.shape == (1, SAMPLES, 2)
    assert (curve[0, 0] == start[0]).all()
    assert (curve[0, -1] == end[0]).all()
    # Its middle stands off the chord by so large a share of it, to the left.
    chord = end[0] - start[0]
    off = curve[0, SAMPLES // 2] - (start[0] + end[0]) / 2
    assert off == pytest.approx(bulge * np.array([-chord[1], chord[0]]), abs=1e-6)


def test_a_bezier_curve_leaves_towards_its_control_point() -> None:
    curve = bezier(np.array([[0.0, 0]]), np.array([[10.0, 20]]), np.array([[20.0, 0]]))[0]
    ahead = curve[1] - curve[0]
    assert ahead[1] / ahead[0] == pytest.approx(2, rel=0.05)
    assert curve[SAMPLES // 2] == pytest.approx([10, 10])


@STEADY
@given(point, st.floats(-np.pi, np.pi), st.floats(1, 50), st.floats(0.1, 1.2))
def test_a_loop_is_a_drop_at_its_place_that_reaches_towards_its_bearing(
    centre: tuple[float, float], bearing: float, reach: float, spread: float
) -> None:
    drop = loops(np.array([centre]), np.array([bearing]), np.array([reach]), np.array([spread]))[0]
    assert (drop[0] == centre).all()
    assert (drop[-1] == centre).all()
    from_place = drop - centre
    ahead = from_place @ [np.cos(bearing), np.sin(bearing)]
    assert ahead.max() == pytest.approx(reach, abs=1e-6)
    assert int(ahead.argmax()) == SAMPLES // 2
    aside = from_place @ [np.sin(bearing), -np.cos(bearing)]
    assert (aside[1 : SAMPLES // 2] > 0).all(), "it leaves on the right hand"
    assert aside == pytest.approx(-aside[::-1], abs=1e-6)
    assert aside[1] / ahead[1] == pytest.approx(np.tan(spread), rel=0.1, abs=0.02)


def test_distances_and_points_along_a_line() -> None:
    line = np.array([[[0.0, 0], [3, 4], [3, 10]]])
    assert lengths(line)[0].tolist() == [0, 5, 11]
    assert at(line, np.array([[0.0, 2.5, 8.0, 11.0]]))[0].tolist() == [[0, 0], [1.5, 2], [3, 7], [3, 10]]


def test_points_along_many_lines_are_those_of_each_line_alone() -> None:
    random = np.random.default_rng(4)
    lines = random.uniform(0, 500, (40, 9, 2))
    lines[3, 4:] = lines[3, 4]  # a line that stands still
    lines[5] = lines[5, 0]  # and one that never moves
    run = lengths(lines)
    distance = random.uniform(-0.2, 1.2, (40, 30)) * run[:, -1:]
    found = at(lines, distance)
    for k, (line, along) in enumerate(zip(lines, run, strict=True)):
        wanted = np.column_stack([np.interp(distance[k], along, line[:, axis]) for axis in (0, 1)])
        # Within a stretch that stands still each point is as good as the next.
        assert found[k] == pytest.approx(wanted, abs=1e-9)


def test_normals_point_to_the_right_of_the_way() -> None:
    assert normals(straight(10, 5))[0].tolist() == [[0, -1]] * 5
    assert np.isfinite(normals(np.zeros((1, 5, 2)))).all()


@STEADY
@given(point, point, st.floats(-30, 30), st.floats(0, 1))
def test_a_lane_leaves_both_ends_where_they_are(
    a: tuple[float, float], b: tuple[float, float], lane: float, kept: float
) -> None:
    lines = arc(np.array([a]), np.array([b]), np.array([0.1]))
    moved = shifted(lines, np.array([lane]), np.array([[4.0, 5.0]]), np.array([[9.0, 9.0]]), np.array([[kept, kept]]))
    assert (moved[0, 0] == lines[0, 0]).all()
    assert (moved[0, -1] == lines[0, -1]).all()
    assert np.isfinite(moved).all()
    assert np.hypot(*(moved - lines)[0].T).max() <= abs(lane) + 1e-9


def test_a_lane_lies_to_the_right_and_is_whole_in_the_middle() -> None:
    line = straight(200)
    room = np.array([[5.0, 5.0]])
    moved = shifted(line, np.array([6.0]), room, 2 * room, np.array([[0.5, 0.5]]))[0]
    assert moved[SAMPLES // 2] == pytest.approx([100, -6])
    at_rim = np.interp(5.0, moved[:, 0], -moved[:, 1])
    assert at_rim == pytest.approx(3.0, abs=0.5)


@STEADY
@given(point, point, st.floats(0, 20), st.floats(0, 20), st.floats(-0.3, 0.3))
def test_what_is_left_of_a_line_between_two_circles(
    a: tuple[float, float], b: tuple[float, float], first: float, last: float, bulge: float
) -> None:
    assume(np.hypot(a[0] - b[0], a[1] - b[1]) > 0.01)
    line = arc(np.array([a]), np.array([b]), np.array([bulge]))
    total = lengths(line)[0, -1]
    cut = trimmed(line, np.array([first]), np.array([last]))
    assert np.isfinite(cut).all()
    left = lengths(cut)[0, -1]
    assert left >= (LEAST_SHARE - 0.01) * total
    if total > 3 * (first + last) + 1:
        assert np.hypot(*(cut[0, 0] - a)) == pytest.approx(first, abs=0.2)
        assert np.hypot(*(cut[0, -1] - b)) == pytest.approx(last, abs=0.2)
    # No arrow turns about.
    assert (cut[0, -1] - cut[0, 0]) @ (np.array(b) - np.array(a)) >= -1e-9


def test_circles_without_room_leave_the_least_share() -> None:
    cut = trimmed(straight(10), np.array([8.0]), np.array([24.0]))
    assert lengths(cut)[0, -1] == pytest.approx(LEAST_SHARE * 10)
    # Both circles give way.
    assert 0 < cut[0, 0, 0] < 8
    assert 0 < 10 - cut[0, -1, 0] < 10


def test_heads_grow_slower_than_their_shafts_and_never_vanish() -> None:
    width = np.array([0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    length, half = head_size(width)
    area = length * half
    assert (np.diff(area / width**2) < 0).all()
    assert (np.diff(half) >= 0).all()
    assert (half > width / 2 + 0.7).all()
    assert (length > 1.5).all()


@STEADY
@given(point, point, st.floats(0, 20), st.floats(-0.4, 0.4), st.sampled_from(DASHES))
def test_any_arrow_is_a_sound_shape_near_its_line(
    a: tuple[float, float], b: tuple[float, float], width: float, bulge: float, dash: Dash
) -> None:
    assume(np.hypot(a[0] - b[0], a[1] - b[1]) > 0.01)
    line = arc(np.array([a]), np.array([b]), np.array([bulge]))
    shape = arrow(line, width, dash)
    assert shape.is_valid
    assert shape.area > 0
    outline = shapely.points(shapely.get_coordinates(shape))
    reach = float(head_size(np.array([width]))[1][0])
    assert shapely.distance(outline, shapely.LineString(line[0])).max() <= reach + 1e-6


@pytest.mark.parametrize("dash", DASHES)
@pytest.mark.parametrize("width", [0.5, 2.0, 9.0])
def test_the_tip_is_the_end_of_the_line_and_the_shaft_has_its_width(width: float, dash: Dash) -> None:
    shape = arrow(straight(200), width, dash)
    x0, y0, x1, y1 = shape.bounds
    assert (x0, x1) == pytest.approx((0, 200))
    assert y1 == pytest.approx(float(head_size(np.array([width]))[1][0]))
    assert y0 == pytest.approx(-y1)
    middle = shape.intersection(shapely.box(0, -50, 100, 50)).bounds
    assert middle[3] - middle[1] == pytest.approx(width)


def test_many_arrows_at_once_are_the_same_as_one_by_one() -> None:
    random = np.random.default_rng(9)
    ends = random.uniform(0, 300, (2, 60, 2))
    lines = arc(ends[0], ends[1], random.uniform(-0.4, 0.4, 60))
    width = random.uniform(0.3, 14.0, 60)
    dashes = [DASHES[k % 3] for k in range(60)]
    together = arrows(lines, width, head_size(width), dashes)
    alone = [arrow(line[None], wide, dash) for line, wide, dash in zip(lines, width, dashes, strict=True)]
    assert shapely.equals_exact(together, np.array(alone, dtype=object), tolerance=1e-6).all()
    assert arrows(lines[:0], width[:0], head_size(width[:0]), []).tolist() == []


@pytest.mark.parametrize("dash", DASHES)
@pytest.mark.parametrize("taper", [0.0, 0.3, 1.0])
def test_a_tapered_shaft_widens_evenly_to_its_whole_width_at_the_head(dash: Dash, taper: float) -> None:
    wide, sizes = np.array([8.0]), head_size(np.array([8.0]))
    neck = 300 - float(sizes[0][0])
    shape = arrows(straight(300), wide, sizes, [dash], taper=taper)[0]
    assert shape.is_valid
    assert shape.bounds[2] == pytest.approx(300)
    assert shape.bounds[3] == pytest.approx(float(sizes[1][0]))
    outline = shapely.get_coordinates(shape)
    shaft = outline[outline[:, 0] < neck - 1e-6]
    assert 2 * np.abs(shaft[:, 1]) == pytest.approx(8.0 * (taper + (1 - taper) * shaft[:, 0] / neck), abs=1e-6)


def test_dashes_take_ink_away_and_leave_the_head() -> None:
    solid, qualified, alleged = (arrow(straight(200), 4.0, dash) for dash in DASHES)
    assert isinstance(solid, shapely.Polygon)
    assert alleged.area < qualified.area < solid.area
    length = float(head_size(np.array([4.0]))[0][0])
    head = shapely.box(200 - length, -50, 200, 50)
    for dashed in (qualified, alleged):
        assert len(shapely.get_parts(dashed)) > 5
        assert dashed.difference(solid).area == pytest.approx(0, abs=1e-6)
        assert dashed.intersection(head).area == pytest.approx(solid.intersection(head).area)


def test_strokes_and_gaps_are_even_and_near_to_what_is_said() -> None:
    dash = Dash(stroke=3.0, gap=2.0)
    parts = shapely.get_parts(arrow(straight(300), 5.0, dash))
    spans = sorted((part.bounds[0], part.bounds[2]) for part in parts)
    strokes = [end - begin for begin, end in spans[:-1]]
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    assert len(strokes) > 5
    # No stroke is cut short: all are alike, in the proportion that is said, and hardly longer or shorter.
    assert strokes == pytest.approx([strokes[0]] * len(strokes))
    assert gaps == pytest.approx([strokes[0] * 2 / 3] * len(gaps))
    assert strokes[0] == pytest.approx(15.0, rel=0.1)


def test_a_thin_line_has_dashes_that_can_be_seen() -> None:
    assert Dash(stroke=2.0, gap=1.0, least_px=3.0).lengths(0.5) == (6.0, 3.0)
    assert SOLID.lengths(4.0)[1] == 0


def test_a_very_short_arrow_is_still_one() -> None:
    shape = arrow(straight(2.0), 6.0, DASHES[1])
    assert shape.is_valid
    assert shape.area > 0
    assert shape.bounds[0] == pytest.approx(0)
    assert shape.bounds[2] == pytest.approx(2.0)


@pytest.mark.parametrize("width", [0.7, 4.0, 12.0, 24.0])
@pytest.mark.parametrize("length", [3.0, 10.0, 25.0, 60.0, 400.0])
def test_an_arrow_however_short_has_a_shaft_and_barbs_that_stand_out(length: float, width: float) -> None:
    wide, whole = np.array([width]), head_size(np.array([width]))
    shape = arrow(straight(length), width)
    head, half = (float(side[0]) for side in fitted_head(whole, wide, np.array([length])))
    assert head <= min(0.6 * length, float(whole[0][0])) + 1e-9
    beyond = float(whole[1][0]) - width / 2
    assert beyond / 2 <= half - width / 2 + 1e-9 <= beyond + 2e-9
    # The shaft is as wide as the number says, and the head wider.
    shaft = shape.intersection(shapely.box(0, -99, length - head - 1e-6, 99))
    assert shaft.bounds[3] - shaft.bounds[1] == pytest.approx(width)
    assert shape.bounds[3] - shape.bounds[1] == pytest.approx(2 * half)


def test_an_arrow_around_a_tight_bend_is_one_valid_shape() -> None:
    ring = loops(np.array([[0.0, 0]]), np.array([0.0]), np.array([8.0]), np.array([1.2]))
    shape = arrow(trimmed(ring, np.array([2.0]), np.array([2.0])), 9.0)
    assert shape.is_valid
    assert shape.area > 0
