"""Places in one another's way on a map are shown as one: clusters for each zoom, each made of those of the zoom above.

The way of flowmap.gl: from the finest zoom to the coarsest, the heaviest takes in what lies near it. Other than there,
a zoom is gone through until no two centres are within reach, so that circles of half that size never overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.shapes import Floats, Ints, points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEAST_SHARE = 1e-6
"""What a place counts at the least towards a centre, as a share of the heaviest: so that no weight is needed at all."""

LEAST_CELL = 1e-9
"""Side of the smallest cells in which neighbours are counted, in widths of the world: cells have whole numbers."""

PAIRS = 400_000
"""About how many pairs of neighbours are looked up at a time: a hundred thousand places in one city have 10^10."""


@dataclass(frozen=True)
class Level:
    """What is drawn in a range of zooms: clusters of places, each place in one.

    Clusters are numbered in the order in which their leads stand in the table.

    Attributes
    ----------
    zoom : int
        The least zoom at which the level is drawn; it is drawn up to that of the finer level before it.
    member : array of shape (places,)
        The cluster of each place.
    xy : array of shape (clusters, 2)
        Weighted mean of the places of each.
    lead : array of shape (clusters,)
        The heaviest place of each.
    size : array of shape (clusters,)
        How many places each has.
    """

    zoom: int
    member: Ints
    xy: Floats
    lead: Ints
    size: Ints


def cluster_levels(
    xy: Floats, weight: Floats, *, zooms: Iterable[int] = range(11), reach_px: float = 40.0, tile_px: float = 256.0
) -> tuple[Level, ...]:
    """Return clusters of places for the zooms of a web map, the finest level first.

    Parameters
    ----------
    xy : array of shape (n, 2)
        Places in Web Mercator, the whole world from 0 to 1. Those on both sides of x = 0 do not join.
    weight : array of shape (n,)
        What each place matters, at least 0: for instance all that flows in and out.
    zooms : iterable of int
        The zooms at which places join, in any order, at least one.
    reach_px : float
        How near the centres of two clusters may not come.
    tile_px : float
        Width of the world at zoom 0.

    Returns
    -------
    tuple of Level
        The first has every place on its own, also places that lie on one another, and is drawn above all zooms at which
        places join. Each other has fewer clusters than the one before, and whole clusters of it in each of its own. The
        last is drawn from the least of the zooms.

    Notes
    -----
    The heaviest cluster takes in those within reach, then the heaviest of the rest, until all have been asked; where
    centres have come near one another by that, again. Of clusters as heavy as each other the one goes first whose lead
    is the heavier, the more western or the more northern, so what joins does not depend on the order of rows.
    """
    descending = sorted(set(zooms), reverse=True)
    order = np.lexsort((xy[:, 1], xy[:, 0], -weight))
    at, mass = xy[order], _mass(weight[order])
    member = np.arange(len(at))
    found = [Level(descending[0] + 1, member, at, order, np.ones(len(at), dtype=np.intp))]
    for zoom in descending:
        joined, reach = member, reach_px / (tile_px * 2.0**zoom)
        while (pass_ := _joined(at, mass, joined, reach)) is not None:
            joined = pass_
        if joined is member:
            found[-1] = replace(found[-1], zoom=zoom)
        else:
            member = joined
            found.append(_level(zoom, at, mass, member, order))
    return tuple(_numbered(level, order) for level in found)


def _mass(weight: Floats) -> Floats:
    """Return weights as shares of the largest, each a little at least."""
    most = weight.max(initial=0.0)
    return np.maximum(weight / most, LEAST_SHARE) if most > 0 else np.ones(len(weight))


def _means(at: Floats, mass: Floats, member: Ints) -> tuple[Floats, Floats]:
    total = np.bincount(member, mass).astype(float)
    return np.column_stack([np.bincount(member, mass * part) / total for part in at.T]), total


def _joined(at: Floats, mass: Floats, member: Ints, reach: float) -> Ints | None:
    """Return the clusters of places after one pass, or nothing where no two were within reach."""
    if len(at) == 0:
        return None
    centre, total = _means(at, mass, member)
    order = np.argsort(-total, kind="stable")
    taker = _takers(centre[order], reach)
    if np.array_equal(taker, np.arange(len(taker))):
        return None
    cluster = np.empty(len(order), dtype=np.intp)
    cluster[order] = order[taker]
    first = np.unique(cluster[member], return_index=True)[1]  # the lead of each, for places stand heaviest first
    rank = np.empty(len(order), dtype=np.intp)
    rank[cluster[member[np.sort(first)]]] = np.arange(len(first))
    joined: Ints = rank[cluster[member]]
    return joined


def _takers(centre: Floats, reach: float) -> Ints:
    """Return who takes each of the clusters, which come in the order in which they are asked: many take themselves."""
    shapes = points(centre)
    tree, taker = shapely.STRtree(shapes), np.full(len(centre), -1, dtype=np.intp)
    most = _neighbours_at_most(centre, reach)
    for rows in _portions(taker, most):
        asked, near = tree.query(shapes[rows], predicate="dwithin", distance=reach)
        count = np.bincount(asked, minlength=len(rows))
        lone = rows[count == 1]
        taker[lone] = lone
        end = np.cumsum(count)
        near = near[np.argsort(asked, kind="stable")]
        for k in np.flatnonzero(count > 1):
            if taker[rows[k]] < 0:
                around = near[end[k] - count[k] : end[k]]
                taker[around[taker[around] < 0]] = rows[k]
    return taker


def _portions(taker: Ints, most: Ints) -> Iterator[Ints]:
    """Return those not yet taken, in their order: as many at a time as have a bearable number of neighbours."""
    begin = 0
    while begin < len(taker):
        # Looks at the next rows only: a portion in a city ends soon, and the rest need not be gone through each time.
        rows = begin + np.flatnonzero(taker[begin : begin + PAIRS] < 0)
        cut = max(int(np.searchsorted(np.cumsum(most[rows]), PAIRS)), 1)
        yield rows[:cut]
        begin = int(rows[cut]) if cut < len(rows) else begin + PAIRS


def _neighbours_at_most(centre: Floats, reach: float) -> Ints:
    """Return how many points lie in the cell of each and the eight around it: no fewer than lie within reach."""
    cell = np.floor((centre - centre.min(axis=0)) / max(reach, LEAST_CELL)).astype(np.int64) + 1
    across = int(cell[:, 1].max()) + 2
    keys, where, count = np.unique(cell[:, 0] * across + cell[:, 1], return_inverse=True, return_counts=True)
    until = np.concatenate([[0], np.cumsum(count)])
    total = np.zeros(len(keys), dtype=np.intp)
    for column in (keys - across, keys, keys + across):
        total += until[np.searchsorted(keys, column + 1, "right")] - until[np.searchsorted(keys, column - 1, "left")]
    found: Ints = total[where]
    return found


def _level(zoom: int, at: Floats, mass: Floats, member: Ints, order: Ints) -> Level:
    """Return the level of clusters that are numbered by the rank of their leads."""
    first = np.unique(member, return_index=True)[1]
    return Level(zoom, member, _means(at, mass, member)[0], order[first], np.bincount(member))


def _numbered(level: Level, order: Ints) -> Level:
    """Return a level of places in their own order, its clusters numbered in that of their leads."""
    by_lead = np.argsort(level.lead)
    number = np.empty(len(by_lead), dtype=np.intp)
    number[by_lead] = np.arange(len(by_lead))
    member = np.empty(len(order), dtype=np.intp)
    member[order] = number[level.member]
    return Level(level.zoom, member, level.xy[by_lead], level.lead[by_lead], level.size[by_lead])
