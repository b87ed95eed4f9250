"""What is to be laid out, what a drawing of it is charged for, and who meets whom at places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Costs:
    """What a drawing is charged for, in crossings."""

    crossing: float = 1.0
    acute: float = 0.95
    place: float = 60.0
    head: float = 2.0
    label: float = 0.25
    touching: float = 0.037
    spread: float = 0.1
    fan: float = 0.6
    bend: float = 0.23
    hook: float = 1.0
    detour: float = 2.4
    smooth: float = 0.3
    frame: float = 25.0
    side: float = 30.0
    aside: float = 1.5


@dataclass(frozen=True)
class Spines:
    """What is to be laid out, px.

    Attributes
    ----------
    start, end : array of shape (n,)
        The numbers of the places that each spine joins, the smaller first.
    forward : array of shape (n,)
        Whether its arrows run from start to end.
    half : array of shape (n,)
        Half the width of its arrows and the gaps between them.
    count : array of shape (n,)
        How many arrows keep to it.
    head : array of shape (n, 2)
        Length and half width of its largest arrowhead.
    place : array of shape (m, 2)
        Where the places are.
    radius : array of shape (m,)
        Radii of their circles.
    box : array of shape (k, 4)
        What lines had better keep off, such as names: xmin, ymin, xmax, ymax.
    follows : array of shape (l, 2)
        Pairs of spines that a route takes one after the other.
    frame : tuple of float or None
        xmin, ymin, xmax, ymax that curves keep within.
    """

    start: Ints
    end: Ints
    forward: Flags
    half: Floats
    count: Floats
    head: Floats
    place: Floats
    radius: Floats
    box: Floats
    follows: Ints
    frame: tuple[float, float, float, float] | None = None


class Beside(NamedTuple):
    """The spines that others meet, once for each end where they do, one spine after the other."""

    first: Ints  # where each spine's begin
    others: Ints
    end: Ints  # its end where they meet, 0 or 1
    theirs: Ints  # their own end there
    needed: Floats  # the angle to be kept, radians
    cost: Floats  # of keeping none
    joined: Flags  # whether a route takes both


def beside(spines: Spines, costs: Costs) -> Beside:
    """Return what is needed to tell what those that spines meet at their ends mean to them."""
    s = spines
    found = []
    for end, mine in enumerate((s.start, s.end)):
        for other, their in enumerate((s.start, s.end)):
            one, others = np.nonzero(mine[:, None] == their)
            found.append(np.stack([one, others, np.full(len(one), end), np.full(len(one), other)]))
    one, others, end, theirs = np.concatenate(found, axis=1)[:, :]
    keep = one != others
    one, others, end, theirs = one[keep], others[keep], end[keep], theirs[keep]
    order = np.lexsort((others, end, one))
    one, others, end, theirs = one[order], others[order], end[order], theirs[order]
    place = np.where(end == 0, s.start[one], s.end[one])
    needed = (s.half[one] + s.half[others] + 2.0) / (s.radius[place] + 17.0)
    # Lanes that fan out from a place run over those of a bundle that leaves it too close by.
    cost = costs.spread + costs.fan * (s.count[others] * s.count[one] - 1)
    many = len(s.start)
    pair = one * many + others
    routed = np.concatenate([s.follows @ (many, 1), s.follows @ (1, many)])
    joined = np.isin(pair, routed) & (np.bincount(pair, minlength=0)[pair] == 1)
    return Beside(np.searchsorted(one, np.arange(many + 1)), others, end, theirs, needed, cost, joined)


def shared(spines: Spines, some: Ints) -> Flags:
    """Return whether spines have a place in common with some, shape (some, spines)."""
    a, b = spines.start[some, None], spines.end[some, None]
    found: Flags = (spines.start == a) | (spines.end == a) | (spines.start == b) | (spines.end == b)
    return found


def straighter(half: Floats) -> Floats:
    """Return how much dearer than to others detours and bends are to each: the wider, the straighter it should run."""
    weight = 0.5 + half / max(float(half.max(initial=0.0)), 1e-9)
    found: Floats = weight / max(float(weight.mean()), 1e-9) if len(weight) else weight
    return found


def twins(spines: Spines) -> Ints:
    """Return for each spine the one that runs the other way between the same places, or -1."""
    known = {(a, b, f): k for k, (a, b, f) in enumerate(zip(spines.start, spines.end, spines.forward, strict=True))}
    pairs = zip(spines.start, spines.end, spines.forward, strict=True)
    return np.array([known.get((a, b, not f), -1) for a, b, f in pairs], dtype=np.intp)
