"""The state of a search for a layout: the curve that each spine has, and what every curve of a spine would cost.

One pass over the lines of all other spines counts the crossings of all curves of a spine with them (`pencil.py`);
angles, touching lines, places, arrowheads and the directions at places are intervals of offsets too. What others do by
drawing each candidate and intersecting it with every other line takes here the time of looking at each line once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from azroutes.geometry.pencil import (
    ACROSS,
    ALONG,
    CURVES,
    DETOURS,
    GRID,
    LEAVING,
    PENCILS,
    TIGHTEST,
    TURNS,
    Charges,
    leaving,
    number_of,
    pencils,
    summed,
)

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats, Ints, Singles

SAMPLES = 12
"""Points of a curve while searching."""

EDGE = 1e-3
"""Shares of the chord at its ends that are not looked at: there all curves meet."""

UNSEEN = 0.9
"""Share of the radius of a place within which lines that meet there do not count as crossing."""

HOOK_PX = 20.0
"""Radius of a bend, beside half the width of its arrows, below which it looks like a hook, px."""

CLOSE = 0.4
"""Share of the distance at which two lines touch, within which they lie on one another."""

ACUTE = (0.68, 0.78)
"""The squares of the cosines of the angles from which a crossing is acute, and from which it is so in full: 34 and 28
degrees."""

FLAT = 0.5
"""The square of the cosine of the angle below which lines may touch along some stretch."""

FARTHEST = 0.5 * float(ACROSS[-1]) + 0.02
"""How far off its chord a curve may come, in shares of it."""

NARROWS = np.array([[0.8, 0.12], [0.5, 0.30], [0.2, 0.39]])
"""Steps in which the cost of leaving a place too close to another falls as the angle grows to what is needed: shares of
the angle, and what is charged within them."""

BACKS = np.array([[np.pi * (k + 0.5) / 12, (2 * k + 1) / 36] for k in range(12)])
"""Steps in which the cost of a turn between the legs of a route grows with its square: angles, and what is saved within
them; 1 for a right angle."""

_RING = 1.03 * np.stack([np.cos(np.arange(0, 2 * np.pi, np.pi / 5)), np.sin(np.arange(0, 2 * np.pi, np.pi / 5))])
_EACH = np.arange(PENCILS)


class Beside(NamedTuple):
    """The spines that one meets, once for each end where it does."""

    others: Ints
    end: Ints  # its end where they meet, 0 or 1
    theirs: Ints  # their own end there
    needed: Floats  # the angle to be kept, radians
    cost: Floats  # of keeping none
    joined: Flags  # whether a route takes both


@dataclass(frozen=True, slots=True)
class Costs:
    """What a drawing is charged for, in crossings."""

    crossing: float = 1.0
    acute: float = 1.1
    place: float = 60.0
    head: float = 2.0
    label: float = 0.25
    touching: float = 0.08
    spread: float = 0.1
    fan: float = 0.6
    bend: float = 0.1
    hook: float = 1.0
    detour: float = 3.0
    smooth: float = 0.3
    frame: float = 25.0
    side: float = 30.0


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


class Board:
    """The curve that each spine has now, and what its curves would cost.

    Parameters
    ----------
    spines : Spines
    costs : Costs
    """

    def __init__(self, spines: Spines, costs: Costs) -> None:
        self.spines, self.costs = spines, costs
        self.origin = spines.place[spines.start]
        chord = spines.place[spines.end] - self.origin
        self.length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-3)
        self.along = chord / self.length[:, None]
        self.across = np.column_stack([-self.along[:, 1], self.along[:, 0]])
        self.bearing = np.arctan2(self.along[:, 1], self.along[:, 0])
        count = len(chord)
        self.twin = _twins(spines)
        self.beside = [self._beside(k) for k in range(count)]
        self.stiff = costs.detour * spines.count * _straighter(spines.half)
        self.strange = [self._strange(k) for k in range(count)]
        self.fixed = [self._fixed(k) for k in range(count)]
        self.chosen = np.zeros(count, dtype=np.intp)
        self.px: Singles = np.zeros((count, SAMPLES, 2), dtype=np.float32)
        self.head = np.zeros((count, 2))
        for k in range(count):
            self.take(k, self._first(k))

    def _first(self, k: int) -> int:
        """Return where a spine begins its search: straight, or beside its twin on its right hand."""
        away = self._apart(k) / 2 if self.twin[k] >= 0 else 0.0
        u = -away if self.spines.forward[k] else away
        return number_of(PENCILS // 2, int(np.abs(ACROSS - u).argmin()))

    def _apart(self, k: int) -> float:
        """Return how far the offsets of a spine and its twin have to be apart, for their arrows not to touch."""
        px = self.spines.half[k] + self.spines.half[self.twin[k]] + 2.0
        return float(min(2.0 * px / self.length[k], 0.5))

    def controls(self) -> Floats:
        """Return the control points."""
        v, u = ALONG[self.chosen // CURVES], ACROSS[self.chosen % CURVES]
        control: Floats = self.origin + self.length[:, None] * (v[:, None] * self.along + u[:, None] * self.across)
        return control

    def detour(self) -> float:
        """Return by how much the curves are longer than their chords, on the average."""
        return float(DETOURS.ravel()[self.chosen].mean())

    def stiffen(self, factor: float) -> None:
        """Make detours dearer."""
        self.stiff = self.stiff * factor

    def take(self, k: int, choice: int) -> None:
        """Give a spine one of its curves."""
        self.chosen[k] = choice
        self.px[k] = self._points(k, choice)
        self.head[k] = self._head(k, choice)

    def prices(self, k: int, every: int = 1) -> Floats:
        """Return what each curve of a spine would cost among all other lines, shape (pencils, curves).

        Where only every so many pencils are asked for, the others are out of reach.
        """
        charges = [*self._of_lines(k, every), *self._of_heads(k), *self._of_ends(k)]
        price: Floats = self.fixed[k] + self.stiff[k] * DETOURS + summed(charges)
        price[np.mod(_EACH, every) != 0] = np.inf
        return price

    def _points(self, k: int, choice: int) -> Floats:
        """Return points of a curve, but for what is hardly seen in the circles at its ends."""
        m, g = divmod(choice, CURVES)
        v, u = float(ALONG[m]), float(ACROSS[g])
        room = UNSEEN * self.spines.radius[[self.spines.start[k], self.spines.end[k]]] / self.length[k]
        first = min(room[0] / (2 * np.hypot(v, u) + 1e-9), 0.3)
        last = 1 - min(room[1] / (2 * np.hypot(1 - v, u) + 1e-9), 0.3)
        t = first + (last - first) * np.linspace(0.0, 1.0, SAMPLES)
        rise = 2 * t * (1 - t)
        x, y = t * t + rise * v, rise * u
        found: Floats = self.origin[k] + self.length[k] * (x[:, None] * self.along[k] + y[:, None] * self.across[k])
        return found

    def _head(self, k: int, choice: int) -> Floats:
        """Return the middle of the arrowhead at the end of a curve."""
        s = self.spines
        m, g = divmod(choice, CURVES)
        side = 1 if s.forward[k] else 0
        tip = (s.start, s.end)[side][k]
        towards = self.bearing[k] + LEAVING[side, m, g]
        away = s.radius[tip] + s.head[k, 0] / 2
        middle: Floats = s.place[tip] + away * np.array([np.cos(towards), np.sin(towards)])
        return middle

    def _framed(self, k: int, px: Floats) -> tuple[Floats, Floats]:
        """Return points, (..., 2), in the frame of a chord."""
        (ox, oy), (ax, ay) = self.origin[k].tolist(), (self.along[k] / self.length[k]).tolist()
        x, y = px[..., 0] - ox, px[..., 1] - oy
        return ax * x + ay * y, ax * y - ay * x

    def _beside(self, k: int) -> Beside:
        """Return what is needed to tell what those that a spine meets at its ends mean to it."""
        s = self.spines
        every = np.arange(len(s.start))
        met = [np.flatnonzero(((s.start == end) | (s.end == end)) & (every != k)) for end in (s.start[k], s.end[k])]
        end = np.repeat([0, 1], [len(others) for others in met])
        others = np.concatenate(met)
        place = np.where(end == 0, s.start[k], s.end[k])
        theirs = (s.start[others] != place).astype(np.intp)
        needed = (s.half[k] + s.half[others] + 2.0) / (s.radius[place] + 17.0)
        # Lanes that fan out from a place run over those of a bundle that leaves it too close by.
        cost = self.costs.spread + self.costs.fan * (s.count[others] * s.count[k] - 1)
        routed = s.follows[(s.follows == k).any(axis=1)].ravel()
        joined = np.isin(others, routed) & (np.bincount(others, minlength=len(every))[others] == 1)
        return Beside(others, end, theirs, needed, cost, joined)

    def _fixed(self, k: int) -> Floats:
        """Return what each curve costs whatever the others do: its bend, what it covers, leaving the frame."""
        s, c = self.spines, self.costs
        hook = np.clip(1 - TIGHTEST * self.length[k] / (HOOK_PX + s.half[k]), 0, 1) ** 2
        cost = s.count[k] * TURNS**2 * (c.bend * TURNS**2 + c.hook * hook)
        if s.frame is not None:
            t = np.linspace(0.0, 1.0, 9)
            rise = 2 * t * (1 - t)
            x = (t * t + rise * ALONG[:, None])[:, None, :, None] * self.along[k]
            y = (ACROSS[:, None] * rise)[None, :, :, None] * self.across[k]
            px = self.origin[k] + self.length[k] * (x + y)
            margin = s.half[k] + 2.0
            out = (px < np.array(s.frame[:2]) + margin) | (px > np.array(s.frame[2:]) - margin)
            cost = cost + c.frame * out.any(axis=(2, 3))
        foreign = np.ones(len(s.place), dtype=bool)
        foreign[[s.start[k], s.end[k]]] = False
        spots, sizes = _discs_in(s.box)
        centre = np.concatenate([s.place[foreign], spots])
        radius = np.concatenate([s.radius[foreign] + 1.5, sizes])
        each = np.concatenate([np.full(int(foreign.sum()), c.place), np.full(len(sizes), c.label)])
        total: Floats = cost + summed([self._over(k, centre, radius, each * s.count[k])])
        return total

    def _over(self, k: int, centre: Floats, radius: Floats, cost: Floats) -> Charges:
        """Return charges for curves of a spine that run over discs, px."""
        x, y = self._framed(k, centre)
        room = (radius + self.spines.half[k]) / self.length[k]
        near = np.flatnonzero((x + room > EDGE) & (x - room < 1 - EDGE) & (np.abs(y) - room < FARTHEST))
        # Through each point runs one curve: those over a disc lie between the least and the greatest around it.
        x, y = (v[near] + room[near] * ring[:, None] for v, ring in ((x, _RING[0]), (y, _RING[1])))
        # Beside an end, where x is hardly more than 0 or less than 1, the widest curves run.
        offset = y * pencils().per_offset[:, (np.clip(x, 0, 1) * GRID).astype(np.intp)]
        low, high = offset.min(axis=1), offset.max(axis=1)
        return Charges(np.broadcast_to(_EACH[:, None], low.shape), low, high, np.broadcast_to(cost[near], low.shape))

    def _strange(self, k: int) -> tuple[Ints, Floats, Floats]:
        """Return the spines between other places, the radii of their heads, and what it costs to run over these."""
        s = self.spines
        strange = np.flatnonzero(~_shared(s, k))
        return strange, s.head[strange, 1] + 0.5, self.costs.head * s.count[strange] * s.count[k]

    def _of_heads(self, k: int) -> list[Charges]:
        """Return charges for running over the heads of arrows to other places."""
        strange, radius, cost = self.strange[k]
        return [self._over(k, self.head[strange], radius, cost)]

    def _of_lines(self, k: int, every: int) -> list[Charges]:
        """Return charges for crossing and for touching other lines."""
        s, c, table = self.spines, self.costs, pencils()
        x, y = self._framed(k, self.px)
        # Steps of the lines that any curve can come to.
        near = (np.maximum(x[:, :-1], x[:, 1:]) > EDGE) & (np.minimum(x[:, :-1], x[:, 1:]) < 1 - EDGE)
        near &= (np.maximum(y[:, :-1], y[:, 1:]) > -FARTHEST) & (np.minimum(y[:, :-1], y[:, 1:]) < FARTHEST)
        near[k] = False
        owner, step = np.nonzero(near)
        x0, y0, x1, y1 = x[owner, step], y[owner, step], x[owner, step + 1], y[owner, step + 1]
        grid = [(np.minimum(np.maximum(v, 0), 1) * GRID).astype(np.intp) for v in (x0, x1)]
        asked = table.per_offset[::every]
        first, last = y0 * asked[:, grid[0]], y1 * asked[:, grid[1]]
        low, high = np.minimum(first, last), np.maximum(first, last)
        hit = np.flatnonzero((high > ACROSS[0] - 0.1) & (low < ACROSS[-1] + 0.1))
        pencil, bit = np.divmod(hit, len(owner))
        pencil *= every
        low, high = low.ravel()[hit], high.ravel()[hit]
        at = ((grid[0] + grid[1]) // 2)[bit] + pencil * (GRID + 1)
        middle = (np.maximum(low, -1) + np.minimum(high, 1)) / 2
        ahead, aside = table.ahead.ravel()[at], table.aside.ravel()[at] * middle
        run, rise = x1 - x0, y1 - y0
        length = np.sqrt(run * run + rise * rise + np.float32(1e-12))
        weight = (s.count[k] * s.count[owner]).astype(np.float32)
        room = ((s.half[owner] + (s.half[k] + 1.5)) / self.length[k]).astype(np.float32)
        stretch = np.sqrt(weight) * length * float(c.touching * self.length[k] / 25.0)
        run, rise = (run / length)[bit], (rise / length)[bit]
        size = ahead * ahead + aside * aside
        # The square of the cosine of the angle between the line and the curve through its middle.
        alike = (ahead * run + aside * rise) ** 2 / size
        acute = np.minimum(np.maximum((alike - ACUTE[0]) / (ACUTE[1] - ACUTE[0]), 0), 1)
        crossing = Charges(pencil, low, high, weight[bit] * (c.crossing + c.acute * acute))
        flat = np.flatnonzero(alike > FLAT)
        bit, pencil, alike = bit[flat], pencil[flat], alike[flat]
        slant = np.sqrt(size[flat]) / np.maximum(np.abs(ahead[flat]), 0.05)
        wide = room[bit] * slant * table.per_offset.ravel()[at[flat]]
        touching = stretch[bit] * alike * alike
        middle = (low[flat] + high[flat]) / 2
        # To lie on one another is worse than to touch.
        close = CLOSE * wide
        return [crossing, Charges(pencil, middle - wide, middle + wide, touching),
                Charges(pencil, middle - close, middle + close, 2 * touching)]  # fmt: skip

    def _of_ends(self, k: int) -> list[Charges]:
        """Return charges for what lies at the ends of a spine.

        It is to leave them at some angle to others; to keep to its side of its twin, which joins the same places; and
        to run on from those that a route takes before or after it.
        """
        c = self.costs
        others, end, theirs, needed, cost, joined = self.beside[k]
        away = self.bearing[others] + LEAVING.reshape(2, -1)[theirs, self.chosen[others]] - self.bearing[k]
        # To leave an end is to leave a start, seen in a mirror.
        turn = _turn(np.where(end == 1, np.pi - away, away))
        share, height = NARROWS.T[..., None]
        charges = [leaving(end, turn, needed * share, cost * height)]
        if joined.any():
            angle, saved = BACKS.T[..., None]
            charges.append(leaving(end[joined], _turn(turn[joined] + np.pi), angle, -c.smooth * saved))
        if self.twin[k] >= 0:
            # Looking along the chord, the one that goes lies right of the one that comes.
            limit, way = ACROSS[self.chosen[self.twin[k]] % CURVES], -1.0 if self.spines.forward[k] else 1.0
            bounds = sorted((limit + way * (self._apart(k) - 1e-9), -way * 9.0))
            low, high = (np.full(PENCILS, bound) for bound in bounds)
            charges.append(Charges(_EACH, low, high, np.full(PENCILS, c.side)))
        return charges


def _turn(angle: Floats) -> Floats:
    """Return angles between -pi and pi."""
    turn: Floats = np.mod(angle + np.pi, 2 * np.pi) - np.pi
    return turn


def _shared(spines: Spines, k: int) -> Flags:
    """Return whether spines have a place in common with one."""
    a, b = spines.start[k], spines.end[k]
    found: Flags = (spines.start == a) | (spines.end == a) | (spines.start == b) | (spines.end == b)
    return found


def _discs_in(boxes: Floats) -> tuple[Floats, Floats]:
    """Return discs that fill boxes: their centres and radii."""
    centres, radii = [np.empty((0, 2))], [np.empty(0)]
    for x0, y0, x1, y1 in boxes:
        radius = (y1 - y0) / 2
        many = max(1, round((x1 - x0) / max(2 * radius, 1e-9)))
        x = x0 + (x1 - x0) * (np.arange(many) + 0.5) / many
        centres.append(np.column_stack([x, np.full(many, (y0 + y1) / 2)]))
        radii.append(np.full(many, radius))
    return np.concatenate(centres), np.concatenate(radii)


def _straighter(half: Floats) -> Floats:
    """Return how much dearer than others a detour is to each spine: the wider it is, the straighter it should run."""
    weight = 0.5 + half / max(float(half.max(initial=0.0)), 1e-9)
    found: Floats = weight / max(float(weight.mean()), 1e-9) if len(weight) else weight
    return found


def _twins(spines: Spines) -> Ints:
    """Return for each spine the one that runs the other way between the same places, or -1."""
    known = {(a, b, f): k for k, (a, b, f) in enumerate(zip(spines.start, spines.end, spines.forward, strict=True))}
    pairs = zip(spines.start, spines.end, spines.forward, strict=True)
    return np.array([known.get((a, b, not f), -1) for a, b, f in pairs], dtype=np.intp)
