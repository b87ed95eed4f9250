"""What curves cost, counted over intervals of offsets, is what they cross, cover and leave when they are drawn."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.geometry.board import EDGE, Board
from azroutes.geometry.curve import bezier
from azroutes.geometry.pencil import ACROSS, ALONG, CURVES, PENCILS, Charges, leaving, number_of, summed
from azroutes.geometry.spines import Costs, Spines

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats

STEADY = settings(deadline=None, max_examples=25)
FREE = {field.name: 0.0 for field in fields(Costs)}
RADIUS = 4.0
seeds = st.integers(0, 10_000)


def spines(places: Floats, pairs: list[tuple[int, int]], half: float = 1.0) -> Spines:
    ends = np.array(pairs)
    many = np.ones(len(pairs))
    return Spines(
        start=ends.min(axis=1), end=ends.max(axis=1), forward=ends[:, 0] < ends[:, 1], half=half * many, count=many,
        head=np.tile([6.0, 3.0], (len(pairs), 1)), place=places, radius=np.full(len(places), RADIUS),
        box=np.empty((0, 4)), follows=np.empty((0, 2), dtype=np.intp),
    )  # fmt: skip


def apart(seed: int, lines: int) -> tuple[Spines, np.random.Generator]:
    """Return lines at random, no two of which have a place in common."""
    chance = np.random.default_rng(seed)
    return spines(chance.random((2 * lines, 2)) * [900, 600], [(2 * k, 2 * k + 1) for k in range(lines)]), chance


def drawn(board: Board, k: int, choice: int, samples: int = 600) -> shapely.LineString:
    m, g = divmod(choice, CURVES)
    start, end = (board.spines.place[side[k]] for side in (board.spines.start, board.spines.end))
    control = start + board.length[k] * (ALONG[m] * board.along[k] + ACROSS[g] * board.across[k])
    return shapely.LineString(bezier(start[None], control[None], end[None], samples)[0])


def some_curves(chance: np.random.Generator, count: int) -> list[int]:
    # Not the outermost pencils: their curves run along their chord near one end, where nothing is looked at.
    return [CURVES * int(chance.integers(1, PENCILS - 1)) + int(chance.integers(CURVES)) for _ in range(count)]


@STEADY
@given(seeds)
def test_a_curve_is_charged_for_each_line_that_it_crosses(seed: int) -> None:
    given_spines, chance = apart(seed, 6)
    board = Board(given_spines, Costs(**{**FREE, "crossing": 1.0}))
    for k, choice in enumerate(some_curves(chance, 6)):
        board.take(np.array([k]), np.array([choice]))
    lines = [shapely.LineString(px) for px in board.px.astype(float)]
    prices = board.prices(np.arange(6)).reshape(6, -1)
    same = total = 0
    for k in range(6):
        for choice in some_curves(chance, 12):
            curve = drawn(board, k, choice)
            met = shapely.get_coordinates([curve.intersection(line) for n, line in enumerate(lines) if n != k])
            x, _ = board._framed(np.array([k]), met)
            crossed = int(((x > EDGE) & (x < 1 - EDGE)).sum())
            # A curve that dips over one step of a line and back is seen as beside it.
            same, total = same + (round(float(prices[k, choice])) == crossed), total + 1
    assert same >= 0.95 * total


@STEADY
@given(seeds)
def test_a_curve_is_charged_for_a_place_that_it_runs_over_and_for_no_other(seed: int) -> None:
    given_spines, chance = apart(seed, 2)
    board = Board(given_spines, Costs(**{**FREE, "place": 1.0}))
    prices = board.prices(np.array([0])).reshape(-1)
    ends, others = given_spines.place[:2], given_spines.place[2:]
    # What covers an end costs nothing: there is no way around it.
    others = others[(np.hypot(*(others[:, None] - ends).T) >= 2 * RADIUS).all(axis=0)]
    for choice in some_curves(chance, 40):
        curve = drawn(board, 0, choice)
        away = shapely.distance(shapely.points(others), curve) - RADIUS - 1.0
        assert prices[choice] >= (away < 1.0).sum(), "what it touches"
        assert prices[choice] <= (away < 5.0).sum(), "what it is well off"


def test_lines_do_not_hide_what_they_cross_near_their_ends() -> None:
    # A control point at a line's own end draws its points together there; the line is seen from the circle on.
    board = Board(spines(np.array([[0.0, 0.0], [400.0, 0.0], [40.0, -80.0], [40.0, 80.0]]), [(0, 1), (2, 3)]),
                  Costs(**{**FREE, "crossing": 1.0}))  # fmt: skip
    middle = (PENCILS // 2) * CURVES + CURVES // 2
    for along in range(PENCILS):
        board.take(np.array([0]), number_of(along, np.array([CURVES // 2])))
        assert float(board.prices(np.array([1])).reshape(-1)[middle]) == pytest.approx(1.0)
        assert np.hypot(*board.px[0, 0]) < 2 * RADIUS


def test_twins_keep_to_their_right_hand() -> None:
    board = Board(spines(np.array([[0.0, 0.0], [400.0, 0.0]]), [(0, 1), (1, 0)]), Costs())
    there, back = (ACROSS[board.chosen[k] % CURVES] for k in (0, 1))
    assert there < 0 < back, "right of a way to the east is south"
    prices = board.prices(np.array([0]))[0]
    assert (prices[:, back + 0.01 < ACROSS] >= Costs().side).all()
    assert prices.min() < 1


@STEADY
@given(seeds)
def test_who_goes_stays_right_of_who_comes_whatever_way_either_bends(seed: int) -> None:
    board = Board(
        spines(np.array([[0.0, 0.0], [400.0, 0.0]]), [(0, 1), (1, 0)], half=3.0), Costs(**{**FREE, "side": 1})
    )
    chance = np.random.default_rng(seed)
    board.take(np.array([1]), np.array(some_curves(chance, 1)))
    prices = board.prices(np.array([0])).reshape(-1)
    x = np.linspace(60, 340, 15)
    back = np.interp(x, *shapely.get_coordinates(drawn(board, 1, int(board.chosen[1]))).T)
    for choice in some_curves(chance, 40):
        aside = (back - np.interp(x, *shapely.get_coordinates(drawn(board, 0, choice)).T)).min()
        if aside < 0:
            assert prices[choice] == 1
        if aside > 2 * 3.0 + 2.0:
            assert prices[choice] == 0


@STEADY
@given(seeds)
def test_a_curve_is_charged_for_leaving_the_frame(seed: int) -> None:
    given_spines, chance = apart(seed, 1)
    framed = replace(given_spines, frame=(100.0, 100.0, 800.0, 500.0))
    board = Board(framed, Costs(**{**FREE, "frame": 1.0}))
    prices = board.prices(np.array([0])).reshape(-1)
    inner, nearly = shapely.box(100, 100, 800, 500).buffer(-3), shapely.box(100, 100, 800, 500).buffer(8)
    for choice in some_curves(chance, 40):
        curve = drawn(board, 0, choice)
        if inner.contains(curve):
            assert prices[choice] == 0
        if not nearly.contains(shapely.MultiPoint(curve.coords[::75])):
            assert prices[choice] == 1


def test_what_a_group_of_spines_would_pay_is_what_each_would_alone() -> None:
    chance = np.random.default_rng(5)
    pairs = [(0, 1), (1, 0), (2, 1), (3, 4), (0, 4), (4, 2)]
    board = Board(spines(chance.random((5, 2)) * [900, 600], pairs), Costs())
    together = board.prices(np.arange(6))
    for k in range(6):
        assert board.prices(np.array([k]))[0] == pytest.approx(together[k], abs=1e-3)


@pytest.mark.parametrize("every", [1, 3])
def test_pencils_that_are_not_asked_for_are_out_of_reach(every: int) -> None:
    given_spines, _ = apart(1, 3)
    prices = Board(given_spines, Costs()).prices(np.array([1]), every)[0]
    assert np.isfinite(prices).all(axis=1).tolist() == [m % every == 0 for m in range(PENCILS)]


@STEADY
@given(
    st.lists(st.tuples(st.integers(0, PENCILS - 1), st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 5)), min_size=1)
)
def test_sums_over_intervals_are_those_of_each_interval(parts: list[tuple[int, float, float, float]]) -> None:
    row, low, high, cost = (np.array(part) for part in zip(*parts, strict=True))
    found = summed([Charges(row, low, high, cost)], 1)[0]
    for along in range(PENCILS):
        own = [(a, b, c) for m, a, b, c in parts if m == along]
        # A bound within a hair of a curve may fall to either side of it.
        clear = [g for g, u in enumerate(ACROSS) if all(min(abs(u - a), abs(u - b)) > 1e-5 for a, b, _ in own)]
        wanted = [sum(c for a, b, c in own if a <= ACROSS[g] <= b) for g in clear]
        assert found[along, clear] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("end", [0, 1])
def test_curves_that_leave_within_an_angle_are_charged(end: int) -> None:
    turn, reach = np.array([0.5]), np.array([[0.3]])
    found = summed([leaving(np.array([0]), np.array([end]), turn, reach, np.array([[2.0]]))], 1)[0]
    for along in range(1, PENCILS - 1):
        ahead = ALONG[along] if end == 0 else 1 - ALONG[along]
        angle = np.arctan2(ACROSS, ahead)
        inside, outside = np.abs(angle - 0.5) < 0.28, np.abs(angle - 0.5) > 0.32
        assert found[along, inside] == pytest.approx(2.0)
        assert found[along, outside] == pytest.approx(0.0)
