"""Sums over a grid tell what lies in a box: all that surely does, and no more than may."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.geometry.room import MOST_CELLS, Grid, corners, ink
from azroutes.geometry.spots import overlap, unshared

STEADY = settings(deadline=None, derandomize=True, max_examples=60)
SIZE = (120.0, 90.0)


def polygons(*shapes: shapely.Geometry) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


boxes_of = st.lists(
    st.tuples(st.floats(-20, 140), st.floats(-20, 110), st.floats(0.5, 60), st.floats(0.5, 40)), min_size=1, max_size=12
)


@STEADY
@given(boxes_of, boxes_of)
def test_corners_within_are_in_the_box_and_those_in_the_box_are_touched(
    shapes: list[tuple[float, float, float, float]], looked_at: list[tuple[float, float, float, float]]
) -> None:
    found = polygons(*(shapely.box(x, y, x + w, y + h) for x, y, w, h in shapes))
    grid = corners(found, SIZE)
    xy = shapely.get_coordinates(found)
    xy = xy[(xy >= 0).all(axis=1) & (xy < SIZE).all(axis=1)]
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in looked_at])
    inside = [int(((xy >= box[:2]) & (xy <= box[2:])).all(axis=1).sum()) for box in boxes]
    # A vertex on the very edge of a square belongs to the next one.
    edge = [int(((xy >= box[:2]) & (xy < box[2:])).all(axis=1).sum()) for box in boxes]
    assert (grid.within(boxes) <= inside).all()
    assert (grid.touched(boxes) >= edge).all()


def test_ink_is_as_much_as_polygons_cover() -> None:
    grid = ink(polygons(shapely.box(20, 30, 60, 50)), SIZE)
    whole = np.array([[0.0, 0.0, *SIZE]])
    assert grid.touched(whole)[0] == pytest.approx(40 * 20, rel=0.1)
    assert grid.touched(np.array([[0.0, 0.0, 19.0, 90.0], [62.0, 0.0, 120.0, 90.0]])).tolist() == [0, 0]
    assert grid.touched(np.array([[30.0, 35.0, 40.0, 40.0]]))[0] == 50


def test_the_thinnest_arrow_leaves_ink_all_along() -> None:
    grid = ink(polygons(shapely.LineString([(10.2, 10.7), (100.3, 80.1)]).buffer(0.1)), SIZE)
    along = shapely.LineString([(10.2, 10.7), (100.3, 80.1)])
    spots = shapely.get_coordinates(shapely.line_interpolate_point(along, np.linspace(1, along.length - 1, 80)))
    assert (grid.touched(np.hstack([spots - 1, spots + 1])) > 0).all()


@STEADY
@given(boxes_of, boxes_of)
def test_a_box_that_is_free_holds_no_ink(
    shapes: list[tuple[float, float, float, float]], looked_at: list[tuple[float, float, float, float]]
) -> None:
    inked = polygons(*(shapely.LineString([(x, y), (x + w, y + h)]).buffer(h / 30 + 0.2) for x, y, w, h in shapes))
    boxes = np.array([(max(x, 0), max(y, 0), max(x, 0) + w, max(y, 0) + h) for x, y, w, h in looked_at])
    boxes[:, 2:] = np.minimum(boxes[:, 2:], SIZE)
    boxes = boxes[(boxes[:, :2] < boxes[:, 2:]).all(axis=1)]
    for box in boxes[ink(inked, SIZE).free(boxes)]:
        assert not shapely.intersects(shapely.box(*box), inked).any()


def test_nothing_leaves_no_ink_and_dashes_do() -> None:
    none = ink(np.empty(0, dtype=object), SIZE)
    assert none.touched(np.array([[0.0, 0.0, *SIZE]])).tolist() == [0]
    dashes = polygons(shapely.MultiPolygon([shapely.box(10, 10, 20, 12), shapely.box(30, 10, 40, 12)]))
    gap = ink(dashes, SIZE).touched(np.array([[22.0, 9.0, 29.0, 13.0], [12.0, 9.0, 18.0, 13.0]]))
    assert gap[0] == 0
    assert gap[1] > 0


def test_a_huge_picture_has_larger_squares() -> None:
    grid = ink(polygons(shapely.box(0, 0, 10_000, 10_000)), (20_000.0, 10_000.0))
    assert isinstance(grid, Grid)
    assert grid.sums.size <= 1.1 * MOST_CELLS
    assert grid.touched(np.array([[0.0, 0.0, 5_000.0, 5_000.0]]))[0] * grid.cell**2 == pytest.approx(25e6, rel=0.01)


@STEADY
@given(st.lists(st.tuples(st.integers(0, 6), st.floats(0, 50), st.floats(0, 50), st.floats(0, 9)), max_size=40))
def test_what_is_shared_out_overlaps_nowhere_and_none_goes_without_for_no_reason(
    rows: list[tuple[int, float, float, float]],
) -> None:
    owner = np.array([row[0] for row in rows], dtype=np.intp)
    boxes = np.array([(x, y, x + 8, y + 5) for _, x, y, _ in rows]).reshape(-1, 4)
    costs = np.array([cost if cost < 8 else np.inf for *_, cost in rows], dtype=float)
    taken = unshared(boxes, costs, owner)
    assert len(set(owner[taken])) == len(taken)
    assert np.isfinite(costs[taken]).all()
    assert not np.triu(overlap(boxes[taken], boxes[taken]), 1).any()
    without = np.isfinite(costs) & ~np.isin(owner, owner[taken])
    near = overlap(boxes[without], boxes[taken], 1e-6).any(axis=1)
    assert near.all()
