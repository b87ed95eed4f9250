"""Bends of spines that run over a place they do not serve: an arrow through a place reads as if it stopped there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.curve import SAMPLES, arc
from azroutes.geometry.declutter import MOST
from azroutes.geometry.shapes import lines, points

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats

BENDS = tuple(sign * bend for bend in (0.0, 0.04, 0.08, 0.12, 0.16, 0.2) for sign in (1.0, -1.0))
"""Other bends that a spine tries to get clear of a place, in shares of its chord."""

BEND_COST = 4.0
"""What a change of bend by the whole chord costs, in places run over."""


def clear_of_places(
    spines: Floats, pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], radius: dict[str, float],
    reach: Floats,
) -> Floats:  # fmt: skip
    """Bend the spines that run over a place they do not serve, by as little as clears it.

    An arrow over a foreign place reads as if it stopped there. Both directions of a pair bend alike. Of very many
    arrows only the widest are looked at: among thousands none could get clear.
    """
    if not pairs:
        return spines
    codes = list(radius)
    spots = np.array([at[code] for code in codes])
    size, number = np.array([radius[code] for code in codes]), {code: n for n, code in enumerate(codes)}
    room = reach + max(radius.values())
    tree = shapely.STRtree(points(spots))
    cleared, bent = spines.copy(), {}
    widest = np.sort(np.lexsort((np.arange(len(pairs)), -reach))[:MOST])
    near = tree.query(lines(spines[widest]), predicate="dwithin", distance=room[widest])[0]
    for k in widest[np.unique(near)]:
        # Once a pair, from the end that comes first by name: two curves may cost the same but for a rounding.
        pair, ahead = tuple(sorted(pairs[k])), 1 if pairs[k][0] < pairs[k][1] else -1
        if pair not in bent:
            own = [number[code] for code in pair]
            bent[pair] = _least_run_over(spines[k][::ahead], tree, size + reach[k], own)
        cleared[k] = bent[pair][::ahead]
    return cleared


def _least_run_over(spine: Floats, tree: shapely.STRtree, needed: Floats, own: list[int]) -> Floats:
    """Return the spine, or the bend of it that keeps best to its distance from each place for the least change.

    `needed` is that distance for each place of the tree; those of `own` do not count.
    """
    start, end = spine[0], spine[-1]
    ends = np.ones((len(BENDS), 1))
    curves = np.concatenate([spine[None], arc(ends * start, ends * end, np.array(BENDS))])
    ways = lines(curves)
    # Who is near is found by short pieces, whose boxes hold few places; they leave the curve by no more than this.
    slack = max(BENDS) * float(np.hypot(*(end - start))) * (4 / (SAMPLES - 1)) ** 2
    rough = curves[:, ::4]
    pieces = lines(np.stack([rough[:, :-1], rough[:, 1:]], axis=2).reshape(-1, 2, 2))
    piece, place = tree.query(pieces, predicate="dwithin", distance=float(needed.max()) + slack)
    bend, place = np.divmod(np.unique(piece // (rough.shape[1] - 1) * len(needed) + place), len(needed))
    foreign = ~np.isin(place, own)
    bend, place = bend[foreign], place[foreign]
    gap = shapely.distance(ways[bend], tree.geometries[place])
    share = np.clip((needed[place] - gap) / needed[place], 0.0, 1.0) ** 0.5
    run_over = np.bincount(bend, share, len(curves))
    middle = curves[:, SAMPLES // 2]
    change = np.hypot(*(middle - middle[0]).T) / np.hypot(*(end - start))
    best: Floats = curves[int(np.argmin(run_over + BEND_COST * change))]
    return best
