"""Marks along an edge keep their order and their room, and move no farther than they must."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.geometry.edge import Edge, settled, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EDGE = Edge(10.0, 10.0, 510.0, 310.0)
FREE, NONE = np.zeros((4, 2)), np.empty((0, 2))


def test_the_way_around_goes_from_corner_to_corner_and_back() -> None:
    assert EDGE.length == 1600
    assert EDGE.starts.tolist() == [0, 500, 800, 1300]
    assert EDGE.spot(np.array([0.0, 500, 800, 1300, 1600])).tolist() == [
        [10, 10], [510, 10], [510, 310], [10, 310], [10, 10]
    ]  # fmt: skip
    runs = np.array([20.0, 520.0, 820.0, 1320.0])
    assert EDGE.run(EDGE.spot(runs)) == pytest.approx(runs)
    assert EDGE.side(runs).tolist() == [0, 1, 2, 3]
    assert EDGE.inward(runs).tolist() == [[0, 1], [-1, 0], [0, -1], [1, 0]]


def test_a_point_within_is_nearest_to_the_side_beside_it() -> None:
    spots = np.array([[250.0, 12.0], [505.0, 100.0], [250.0, 309.0], [11.0, 100.0]])
    assert EDGE.run(spots) == pytest.approx([240, 590, 1060, 1510])


def test_points_that_are_nowhere_are_not_within() -> None:
    spots = np.array([[10.0, 10.0], [9.9, 50.0], [np.inf, 50.0], [np.nan, 50.0], [510.0, 310.0]])
    assert EDGE.holds(spots).tolist() == [True, False, False, False, True]


def test_a_path_leaves_where_it_crosses_the_edge() -> None:
    path = np.array([[260.0, 160.0], [400.0, 160.0], [600.0, 160.0], [900.0, 160.0]])
    assert EDGE.spot(np.array([EDGE.leaves(path)]))[0] == pytest.approx([510, 160])


@pytest.mark.parametrize("beyond", [(np.inf, np.inf), (-5_000.0, 160.0)])
def test_a_path_that_breaks_off_or_jumps_leaves_where_it_was_last(beyond: tuple[float, float]) -> None:
    path = np.array([[260.0, 160.0], [500.0, 160.0], beyond])
    assert EDGE.spot(np.array([EDGE.leaves(path)]))[0] == pytest.approx([510, 160])


def test_marks_with_room_stay_where_they_are() -> None:
    wanted = np.array([100.0, 600.0, 1000.0, 1400.0])
    assert settled(EDGE, wanted, np.full((4, 2), 20.0), FREE, NONE) == pytest.approx(wanted)


def test_two_marks_at_one_spot_part_evenly() -> None:
    assert spread(np.array([50.0, 50.0]), np.array([5.0, 5.0]), 0.0, 100.0) == pytest.approx([45, 55])
    assert spread(np.array([1.0, 1.0]), np.array([5.0, 5.0]), 0.0, 100.0) == pytest.approx([5, 15])
    assert spread(np.empty(0), np.empty(0), 0.0, 1.0).size == 0


def test_more_marks_than_room_close_up_between_the_ends() -> None:
    placed = spread(np.full(11, 50.0), np.full(11, 10.0), 0.0, 110.0)
    assert placed == pytest.approx(np.arange(5.0, 110.0, 10.0))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1600), st.floats(2, 40), st.floats(4, 12)), min_size=1, max_size=25))
def test_marks_keep_their_room_and_their_order_around(marks: list[tuple[float, float, float]]) -> None:
    wanted = np.array([run for run, _, _ in marks])
    sizes = np.array([(wide, high) for _, wide, high in marks])
    corners = np.full((4, 2), 15.0)
    placed = settled(EDGE, wanted, sizes, corners, NONE)
    order = np.argsort(np.mod(wanted, EDGE.length), kind="stable")
    # In their order, all of them are once around: no way from one to the next goes back.
    steps = np.mod(np.diff(np.append(placed[order], placed[order][:1])) + 1e-6, EDGE.length)
    assert steps.sum() - 1e-6 * len(steps) == pytest.approx(EDGE.length if len(marks) > 1 else 0, abs=1e-3)
    side = EDGE.side(placed)
    for k in range(4):
        here = np.flatnonzero(side == k)
        here = here[np.argsort(placed[here])]
        half = sizes[here, k % 2] / 2
        assert (placed[here] - half >= EDGE.starts[k] + 15 - 1e-6).all()
        if half.sum() * 2 <= (470, 270)[k % 2]:
            for (a, at_a), (b, at_b) in pairwise(zip(half, placed[here], strict=True)):
                assert at_b - at_a >= a + b - 1e-6


def test_a_full_side_gives_to_the_one_beside_it() -> None:
    wanted = np.linspace(400, 499, 12)
    placed = settled(EDGE, wanted, np.full((12, 2), [60.0, 10.0]), np.full((4, 2), 20.0), NONE)
    assert set(EDGE.side(placed)) == {0, 1}
    assert (np.diff(placed) > 0).all()


def test_marks_keep_off_what_stands_there() -> None:
    placed = settled(EDGE, np.array([250.0, 251.0]), np.full((2, 2), 20.0), FREE, np.array([[250.0, 30.0]]))
    assert np.abs(placed - 250).min() >= 40 - 1e-9


def test_an_edge_without_any_room_is_used_all_the_same() -> None:
    tiny = Edge(0.0, 0.0, 10.0, 10.0)
    placed = settled(tiny, np.linspace(0, 39, 9), np.full((9, 2), 30.0), np.full((4, 2), 20.0), NONE)
    assert np.isfinite(placed).all()
    assert ((placed >= 0) & (placed <= tiny.length)).all()
