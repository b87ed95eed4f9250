"""Clusters are a partition at each zoom, never split when zooming out, keep apart, and do not depend on row order."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.geometry import cluster
from azroutes.geometry.cluster import Level, cluster_levels

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

REACH_PX, TILE_PX, ZOOMS = 40.0, 256.0, range(11)

# Coordinates near one another, on one another and far apart; weights that tie, are none, and are very unlike.
near = st.integers(0, 12).map(lambda n: 0.5 + n * 4e-5)
coordinate = st.one_of(near, st.sampled_from([0.0, 0.3, 0.3 + 1e-9, 1.0]), st.floats(0, 1))
heaviness = st.one_of(st.sampled_from([0.0, 1.0, 5.0]), st.floats(0, 1e12), st.just(1e308))
places = st.lists(st.tuples(coordinate, coordinate, heaviness), min_size=1, max_size=40)


def arrays(chosen: list[tuple[float, float, float]]) -> tuple[Floats, Floats]:
    table = np.array(chosen, dtype=float).reshape(-1, 3)
    return table[:, :2], table[:, 2]


def reach(zoom: int) -> float:
    return REACH_PX / (TILE_PX * 2.0**zoom)


def nearest_apart(xy: Floats) -> float:
    gap = np.hypot(*(xy[:, None] - xy[None]).T)
    np.fill_diagonal(gap, np.inf)
    return float(gap.min())


def sets(level: Level, names: NDArray[np.intp]) -> set[frozenset[int]]:
    """Return the clusters as sets of places by their names."""
    return {frozenset(names[level.member == k].tolist()) for k in range(len(level.xy))}


@settings(deadline=None, derandomize=True)
@given(places)
def test_each_level_is_a_partition_with_its_own_leads_and_centres(chosen: list[tuple[float, float, float]]) -> None:
    xy, weight = arrays(chosen)
    for level in cluster_levels(xy, weight):
        count = len(level.xy)
        assert level.member.shape == (len(xy),)
        assert set(level.member.tolist()) == set(range(count))
        assert level.size.tolist() == np.bincount(level.member).tolist()
        assert level.member[level.lead].tolist() == list(range(count))
        assert np.all(np.diff(level.lead) > 0), "clusters are numbered in the order of their leads"
        for k in range(count):
            mine = level.member == k
            assert weight[level.lead[k]] == weight[mine].max()
            assert (level.xy[k] >= xy[mine].min(axis=0) - 1e-12).all()
            assert (level.xy[k] <= xy[mine].max(axis=0) + 1e-12).all()


@settings(deadline=None, derandomize=True)
@given(places)
def test_levels_go_from_all_places_to_fewer_and_no_cluster_is_split(chosen: list[tuple[float, float, float]]) -> None:
    xy, weight = arrays(chosen)
    levels = cluster_levels(xy, weight)
    assert levels[0].member.tolist() == list(range(len(xy)))
    assert (levels[0].xy == xy).all()
    assert levels[-1].zoom == min(ZOOMS)
    for fine, coarse in pairwise(levels):
        assert fine.zoom > coarse.zoom
        assert len(fine.xy) > len(coarse.xy)
        pairs = set(zip(fine.member.tolist(), coarse.member.tolist(), strict=True))
        assert len(pairs) == len(fine.xy)
        assert set(coarse.lead.tolist()) <= set(fine.lead.tolist())


@settings(deadline=None, derandomize=True)
@given(places)
def test_no_two_centres_come_within_reach_wherever_a_level_is_drawn(chosen: list[tuple[float, float, float]]) -> None:
    for level in cluster_levels(*arrays(chosen)):
        if level.zoom in ZOOMS and len(level.xy) > 1:
            assert nearest_apart(level.xy) > reach(level.zoom)


@settings(deadline=None, derandomize=True)
@given(places)
def test_what_joins_was_within_reach_of_something_that_joined(chosen: list[tuple[float, float, float]]) -> None:
    """A cluster cannot be cut in two by a gap wider than reach between all its parts, nor can far places join."""
    xy, weight = arrays(chosen)
    for fine, coarse in pairwise(cluster_levels(xy, weight)):
        for k in range(len(coarse.xy)):
            parts = fine.xy[np.unique(fine.member[coarse.member == k])]
            if len(parts) > 1:
                # Passes shift centres, by less than what they span; each part was within reach of a centre among them.
                hull = shapely.convex_hull(shapely.multipoints(parts))
                assert nearest_apart(parts) <= reach(coarse.zoom)
                assert hull.length <= 4 * len(parts) * reach(coarse.zoom)


@settings(deadline=None, derandomize=True)
@given(places, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(chosen: list[tuple[float, float, float]], random: Random) -> None:
    xy, weight = arrays(sorted(set(chosen)))
    names = np.arange(len(xy))
    shuffled = np.array(random.sample(range(len(names)), len(names)), dtype=np.intp)
    levels, others = cluster_levels(xy, weight), cluster_levels(xy[shuffled], weight[shuffled])
    assert [level.zoom for level in levels] == [level.zoom for level in others]
    for level, other in zip(levels, others, strict=True):
        assert sets(level, names) == sets(other, shuffled)
        assert set(level.lead.tolist()) == set(shuffled[other.lead].tolist())
        by_lead = np.argsort(shuffled[other.lead])
        assert (level.xy == other.xy[by_lead]).all(), "not even the last bit"


@settings(deadline=None, derandomize=True)
@given(places)
def test_neighbours_looked_up_in_small_portions_give_the_same(chosen: list[tuple[float, float, float]]) -> None:
    xy, weight = arrays(chosen)
    with pytest.MonkeyPatch.context() as patch:
        whole = cluster_levels(xy, weight)
        patch.setattr(cluster, "PAIRS", 3)
        for one, other in zip(whole, cluster_levels(xy, weight), strict=True):
            assert one.zoom == other.zoom
            assert (one.member == other.member).all()
            assert (one.xy == other.xy).all()


def test_the_heaviest_takes_first_and_draws_the_centre_to_itself() -> None:
    step = 0.8 * reach(5)
    xy = np.array([[0.5, 0.5], [0.5 + step, 0.5], [0.5 + 2 * step, 0.5], [0.9, 0.9]])
    # The middle takes both others; were an end heavier, it would take the middle only.
    middle = cluster_levels(xy, np.array([1.0, 9.0, 1.0, 1.0]), zooms=[5])[1]
    assert middle.member.tolist() == [0, 0, 0, 1]
    assert middle.lead.tolist() == [1, 3]
    assert middle.size.tolist() == [3, 1]
    assert middle.xy[0] == pytest.approx([0.5 + step, 0.5])
    end = cluster_levels(xy, np.array([9.0, 1.0, 1.0, 1.0]), zooms=[5])[1]
    assert end.member.tolist() == [0, 0, 1, 2]
    assert end.xy[0] == pytest.approx([0.5 + 0.1 * step, 0.5])


def test_places_without_weight_join_and_their_centre_is_their_middle() -> None:
    xy = np.array([[0.5, 0.5], [0.5 + 0.5 * reach(3), 0.5]])
    joined = cluster_levels(xy, np.zeros(2))[1]
    assert joined.xy[0] == pytest.approx(xy.mean(axis=0))
    beside = cluster_levels(xy, np.array([0.0, 7.0]))[1]
    assert beside.xy[0] == pytest.approx(xy[1], abs=1e-6)
    assert beside.lead.tolist() == [1]


@pytest.mark.parametrize("count", [0, 1])
def test_a_table_of_no_place_or_one_has_one_level_for_all_zooms(count: int) -> None:
    levels = cluster_levels(np.full((count, 2), 0.5), np.ones(count))
    assert len(levels) == 1
    assert levels[0].zoom == 0
    assert levels[0].member.tolist() == list(range(count))
    assert levels[0].xy.shape == (count, 2)


def test_places_on_one_another_are_apart_above_all_zooms_and_one_below() -> None:
    levels = cluster_levels(np.full((5, 2), 0.25), np.arange(5.0))
    assert [(level.zoom, len(level.xy)) for level in levels] == [(11, 5), (0, 1)]
    assert levels[1].lead.tolist() == [4]


def test_a_level_is_drawn_from_the_least_zoom_at_which_nothing_else_joins() -> None:
    xy = np.array([[0.2, 0.5], [0.2 + 0.9 * reach(4), 0.5], [0.8, 0.5]])
    levels = cluster_levels(xy, np.array([3.0, 2.0, 1.0]))
    assert [(level.zoom, len(level.xy)) for level in levels] == [(5, 3), (0, 2)]
    wider = cluster_levels(xy, np.array([3.0, 2.0, 1.0]), reach_px=2 * REACH_PX, tile_px=2 * TILE_PX)
    assert [level.zoom for level in wider] == [5, 0]
    only = cluster_levels(xy, np.array([3.0, 2.0, 1.0]), zooms=[7, 6])
    assert [level.zoom for level in only] == [6]


def test_the_edges_of_the_world_do_not_join() -> None:
    levels = cluster_levels(np.array([[1e-6, 0.5], [1 - 1e-6, 0.5]]), np.ones(2))
    assert [len(level.xy) for level in levels] == [2]


@pytest.mark.parametrize("spread", [0.0, 1e-6, 5e-4, 1e-2])
def test_twenty_thousand_places_in_one_city_need_no_pair_of_each(spread: float) -> None:
    rng = np.random.default_rng(5)
    xy = 0.5 + rng.normal(0, spread, (20_000, 2))
    began = time.perf_counter()
    levels = cluster_levels(xy, rng.pareto(1, 20_000))
    assert time.perf_counter() - began < 15
    assert len(levels[-1].xy) == 1
