"""A layout that declutters itself: each spine takes the curve that crosses, touches and covers least.

A spine is a quadratic Bezier curve; its control point lies at one of a few shares along the chord and one of many
offsets across. Seen in the frame of the chord (its start at 0,0 and its end at 1,0), all curves with the same share
form a pencil: through each point between the ends runs exactly one of them, at the offset u = y / (2 t (1 - t)). So a
stretch of another line between two points is crossed by just those curves whose offset lies between the offsets of
these points. One pass over the other lines therefore counts the crossings of all curves of a pencil at once, as sums
over intervals; angles, touching lines, places and arrowheads are intervals of offsets too. What others do by drawing
each candidate and intersecting it with every other line takes here the time of looking at each line once.

Spines then take their best curve in turn, the longest first: a few sweeps that at first also take worse ones by chance
(Gibbs sampling at a falling temperature, with a fixed seed), so as not to be caught, then sweeps that only mend. What
has not changed around a spine is not computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats, Ints

SAMPLES = 17
"""Points of a curve while searching."""

ACROSS = np.linspace(-0.75, 0.75, 61)
"""Offsets of the control point across the chord, in shares of its length."""

ALONG = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
"""Positions of the control point along the chord."""

HEAT = (0.3, 0.2, 0.14, 0.09, 0.06, 0.03)
"""Temperatures of the sweeps that may take a worse curve, in crossings."""

MENDING = 10
"""Sweeps, at the most, that only take better ones."""

TURNS = (np.arctan2(np.abs(ACROSS), ALONG[:, None]) + np.arctan2(np.abs(ACROSS), 1 - ALONG[:, None])) / (np.pi / 2)
"""By how many right angles each curve turns from its start to its end: what a reader sees as a sharp bend."""

MOST = 1200
"""Spines that are laid out together; what is thinner than these keeps its arc."""

EDGE = 1e-3
"""Shares of the chord at its ends that are not looked at: there all curves meet."""

NEEDED_GAIN = 1e-3
BIN = ACROSS[1] - ACROSS[0]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a drawing is charged for, in crossings."""

    crossing: float = 1.0
    acute: float = 1.5
    place: float = 12.0
    head: float = 2.0
    touching: float = 0.4
    spread: float = 0.12
    bend: float = 0.6
    frame: float = 25.0
    side: float = 40.0


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
    frame: tuple[float, float, float, float] | None = None


def declutter(spines: Spines, costs: Costs | None = None) -> Floats:
    """Return the control point of each spine, px; array of shape (n, 2).

    The last few layouts are kept, for those who draw the same flows again in other colours.
    """
    arrays = (
        spines.start,
        spines.end,
        spines.forward,
        spines.half,
        spines.count,
        spines.head,
        spines.place,
        spines.radius,
    )
    return _searched(tuple(array.tobytes() for array in arrays), spines.frame, costs or Costs()).copy()


@lru_cache(maxsize=32)
def _searched(parts: tuple[bytes, ...], frame: tuple[float, float, float, float] | None, costs: Costs) -> Floats:
    start, end = (np.frombuffer(part, dtype=np.intp) for part in parts[:2])
    forward = np.frombuffer(parts[2], dtype=bool)
    half, count, head, place, radius = (np.frombuffer(part) for part in parts[3:])
    spines = Spines(start, end, forward, half, count, head.reshape(-1, 2), place.reshape(-1, 2), radius, frame)
    board = _Board(spines, costs)
    chance = np.random.default_rng(0)
    for heat in HEAT:
        for k in board.order:
            total = board.total(k)
            odds = np.exp((total.min() - total.ravel()) / heat).cumsum()
            board.take(k, int(np.searchsorted(odds, chance.random() * odds[-1])))
    stale = np.ones(len(board.order), dtype=bool)
    for _ in range(MENDING):
        for k in board.order:
            if stale[k]:
                stale[k] = False
                total = board.total(k).ravel()
                best = int(total.argmin())
                if total[best] < total[board.chosen[k]] - NEEDED_GAIN:
                    stale |= board.take(k, best)
                    stale[k] = False
        if not stale.any():
            break
    return board.controls()


class _Board:
    """The state of a search: the curve that each spine has now, and what every curve of a spine would cost."""

    def __init__(self, spines: Spines, costs: Costs) -> None:
        self.spines, self.costs = spines, costs
        self.origin, target = spines.place[spines.start], spines.place[spines.end]
        chord = target - self.origin
        self.length = np.hypot(chord[:, 0], chord[:, 1])
        self.along = chord / self.length[:, None]
        self.across = np.column_stack([-self.along[:, 1], self.along[:, 0]])
        self.bearing = np.arctan2(self.along[:, 1], self.along[:, 0])
        count = len(chord)
        self.order = np.lexsort((spines.forward, spines.end, spines.start, -np.round(self.length, 6)))
        self.twin = _twins(spines)
        t = np.linspace(0.0, 1.0, SAMPLES)
        # A curve in the frame of its chord, for each position along, and the part of it that grows with the offset.
        self.run = t**2 + 2 * t * (1 - t) * ALONG[:, None]
        self.rise = 2 * t * (1 - t)
        self.chosen = np.full(count, _flat(len(ALONG) // 2, len(ACROSS) // 2))
        self.lines = np.empty((count, SAMPLES, 2))
        self.boxes = np.empty((count, 4))
        self.leaving = np.empty((count, 2))
        self.heads = np.empty((count, 2))
        self.reach = self._reach()
        self.fixed = np.stack([self._fixed(k) for k in range(count)])
        self.meeting = [[np.flatnonzero((spines.start == end) | (spines.end == end)) for end in pair]
                        for pair in zip(spines.start, spines.end, strict=True)]  # fmt: skip
        self.leave_angles = np.arctan2(ACROSS, np.maximum(ALONG[:, None], 1e-6))
        self.arrive_angles = np.pi - np.arctan2(ACROSS, np.maximum(1 - ALONG[:, None], 1e-6))
        for k in range(count):
            self.take(k, self._first(k))

    def _first(self, k: int) -> int:
        """Return where a spine begins its search: straight, or beside its twin on its right hand."""
        if self.twin[k] < 0:
            return int(self.chosen[k])
        away = self._apart(k) / 2
        u = -away if self.spines.forward[k] else away
        return _flat(len(ALONG) // 2, int(np.clip(np.round((u - ACROSS[0]) / BIN), 0, len(ACROSS) - 1)))

    def _apart(self, k: int) -> float:
        """Return how far the offsets of a spine and its twin have to be apart, for their arrows not to touch."""
        px = self.spines.half[k] + self.spines.half[self.twin[k]] + 2.0
        return float(min(2.0 * px / self.length[k], 0.5))

    def controls(self) -> Floats:
        """Return the control points."""
        v, u = ALONG[self.chosen // len(ACROSS)], ACROSS[self.chosen % len(ACROSS)]
        control: Floats = self.origin + self.length[:, None] * (v[:, None] * self.along + u[:, None] * self.across)
        return control

    def take(self, k: int, choice: int) -> Flags:
        """Give a spine one of its curves, and return which others that may concern."""
        before = self.boxes[k].copy() if choice != self.chosen[k] else None
        self.chosen[k] = choice
        m, g = divmod(choice, len(ACROSS))
        line = self.origin[k] + self.length[k] * (
            self.run[m][:, None] * self.along[k] + (ACROSS[g] * self.rise)[:, None] * self.across[k]
        )
        self.lines[k] = line
        self.boxes[k] = (*line.min(axis=0), *line.max(axis=0))
        self.leaving[k] = self.bearing[k] + np.array([self.leave_angles[m, g], self.arrive_angles[m, g]])
        self.heads[k] = self._head_of(k, line)
        if before is None:
            return np.zeros(len(self.order), dtype=bool)
        swept = np.r_[np.minimum(before[:2], self.boxes[k, :2]), np.maximum(before[2:], self.boxes[k, 2:])]
        return self._near(self.reach, swept)

    def _head_of(self, k: int, line: Floats) -> Floats:
        """Return the middle of the arrowhead at the end of a curve."""
        path = line if self.spines.forward[k] else line[::-1]
        tip = self.spines.end[k] if self.spines.forward[k] else self.spines.start[k]
        back = path[-4] - path[-1]
        size = max(float(np.hypot(*back)), 1e-9)
        middle: Floats = path[-1] + back / size * (self.spines.radius[tip] + self.spines.head[k, 0] / 2)
        return middle

    def _reach(self) -> Floats:
        """Return the box that no curve of a spine leaves."""
        spread = np.array([[v, u] for v in (0.0, 1.0) for u in (ACROSS[0] / 2, ACROSS[-1] / 2)])
        x = spread[:, :1] * self.along[:, None] + spread[:, 1:] * self.across[:, None]
        corners = self.origin[:, None] + self.length[:, None, None] * x
        margin = (self.spines.half + 12.0)[:, None]
        return np.hstack([corners.min(axis=1) - margin, corners.max(axis=1) + margin])

    @staticmethod
    def _near(boxes: Floats, box: Floats) -> Flags:
        apart = (boxes[:, :2] > box[2:]).any(axis=1) | (boxes[:, 2:] < box[:2]).any(axis=1)
        return np.asarray(~apart, dtype=bool)

    def _fixed(self, k: int) -> Floats:
        """Return what each curve costs whatever the others do: its bend, the places it covers, leaving the frame."""
        s, c = self.spines, self.costs
        cost = c.bend * s.count[k] * TURNS**4
        if s.frame is not None:
            x = self.run[:, None, ::2, None] * self.along[k]
            y = (ACROSS[:, None] * self.rise[::2])[None, :, :, None] * self.across[k]
            px = self.origin[k] + self.length[k] * (x + y)
            margin = s.half[k] + 2.0
            out = (px < np.array(s.frame[:2]) + margin) | (px > np.array(s.frame[2:]) - margin)
            cost = cost + c.frame * out.any(axis=(2, 3))
        foreign = np.ones(len(s.place), dtype=bool)
        foreign[[s.start[k], s.end[k]]] = False
        sums = np.zeros(len(ALONG) * (len(ACROSS) + 1))
        self._cover(k, sums, s.place[foreign], s.radius[foreign] + 1.5, np.full(foreign.sum(), c.place * s.count[k]))
        total: Floats = cost + _summed(sums)
        return total

    def _cover(self, k: int, sums: Floats, centre: Floats, radius: Floats, cost: Floats) -> None:
        """Charge the curves of a spine that run over discs."""
        x, y = self._framed(k, centre)
        inside = (x > EDGE) & (x < 1 - EDGE) & (np.abs(y) < 0.5)
        if not inside.any():
            return
        offset, t, rise = _offsets(x[inside], y[inside])
        ahead, aside = _tangent(t, offset)
        room = (radius[inside] + self.spines.half[k]) / self.length[k]
        wide = room * np.hypot(ahead, aside) / np.maximum(ahead, 0.05) / rise
        _charge(sums, offset - wide, offset + wide, cost[inside])

    def _framed(self, k: int, points: Floats) -> tuple[Floats, Floats]:
        away = (points - self.origin[k]) / self.length[k]
        return away @ self.along[k], away @ self.across[k]

    def total(self, k: int) -> Floats:
        """Return what each curve of a spine costs, the others being as they are; array (along, across)."""
        s, c = self.spines, self.costs
        near = self._near(self.boxes, self.reach[k])
        near[k] = False
        others = np.flatnonzero(near)
        sums = np.zeros(len(ALONG) * (len(ACROSS) + 1))
        if len(others):
            self._charge_lines(k, others, sums)
            strange = others[~self._share(k, others).any(axis=0)]
            self._cover(k, sums, self.heads[strange], s.head[strange, 1] + 0.5, c.head * s.count[strange] * s.count[k])
        cost: Floats = self.fixed[k] + _summed(sums)
        self._charge_spread(k, cost)
        if self.twin[k] >= 0:
            # Each direction keeps to its right hand: looking along the chord, the one that goes lies right of its twin.
            other = ACROSS[self.chosen[self.twin[k]] % len(ACROSS)]
            gap = self._apart(k)
            wrong = other - gap + 1e-9 < ACROSS if s.forward[k] else other + gap - 1e-9 > ACROSS
            cost += c.side * wrong
        return cost

    def _share(self, k: int, others: Ints) -> Flags:
        s = self.spines
        return np.array([(s.start[others] == end) | (s.end[others] == end) for end in (s.start[k], s.end[k])])

    def _charge_lines(self, k: int, others: Ints, sums: Floats) -> None:
        """Charge the curves of a spine for the lines that they cross or touch."""
        s, c = self.spines, self.costs
        x, y = self._framed(k, self.lines[others])
        x0, x1, y0, y1 = x[:, :-1], x[:, 1:], y[:, :-1], y[:, 1:]
        seen = (np.maximum(x0, x1) > EDGE) & (np.minimum(x0, x1) < 1 - EDGE)
        seen &= (np.maximum(y0, y1) > -0.4) & (np.minimum(y0, y1) < 0.4)
        # Around a place that both join they have to meet.
        for side, shared in enumerate(self._share(k, others)):
            if shared.any():
                reach = 1.2 * s.radius[s.start[k] if side == 0 else s.end[k]] / self.length[k]
                seen[shared] &= np.hypot((x0[shared] + x1[shared]) / 2 - side, (y0[shared] + y1[shared]) / 2) >= reach
        j, n = np.nonzero(seen)
        x0, y0 = x0[j, n], y0[j, n]
        dx, dy = x1[j, n] - x0, y1[j, n] - y0
        run = np.where(np.abs(dx) < 1e-9, 1e-9, dx)
        low, high = (EDGE - x0) / run, (1 - EDGE - x0) / run
        a, b = np.clip(np.minimum(low, high), 0, 1), np.clip(np.maximum(low, high), 0, 1)
        first, _, _ = _offsets(x0 + a * dx, y0 + a * dy)
        last, _, _ = _offsets(x0 + b * dx, y0 + b * dy)
        middle, t, rise = _offsets(x0 + (a + b) / 2 * dx, y0 + (a + b) / 2 * dy)
        ahead, aside = _tangent(t, middle)
        size, step = np.hypot(ahead, aside), np.hypot(dx, dy) + 1e-12
        cosine = np.abs(ahead * dx + aside * dy) / (size * step)
        who = others[j]
        pairs = s.count[who] * s.count[k]
        acute = np.clip((cosine - 0.82) / 0.08, 0, 1)
        _charge(sums, np.minimum(first, last), np.maximum(first, last), pairs * (c.crossing + c.acute * acute))
        room = (s.half[k] + s.half[who] + 1.5) / self.length[k]
        wide = room * size / np.maximum(np.abs(ahead), 0.05) / rise
        stretch = (b - a) * step * self.length[k] / 25.0
        _charge(sums, middle - wide, middle + wide, c.touching * cosine**4 * (stretch * np.sqrt(pairs)))

    def _charge_spread(self, k: int, cost: Floats) -> None:
        """Charge the curves of a spine for leaving a place close to another."""
        s = self.spines
        for side, angles in enumerate((self.leave_angles, self.arrive_angles)):
            others = self.meeting[k][side]
            others = others[others != k]
            if len(others) == 0:
                continue
            end = s.start[k] if side == 0 else s.end[k]
            theirs = self.leaving[others, np.where(s.start[others] == end, 0, 1)] - self.bearing[k]
            turn = np.abs((angles[..., None] - theirs + np.pi) % (2 * np.pi) - np.pi)
            needed = (s.half[k] + s.half[others] + 2.0) / (s.radius[end] + 17.0)
            close = np.clip(1 - turn / needed, 0, None) ** 2
            cost += self.costs.spread * (close * np.sqrt(s.count[others] * s.count[k])).sum(axis=-1)


def _twins(spines: Spines) -> Ints:
    """Return for each spine the one that runs the other way between the same places, or -1."""
    known = {(a, b, f): k for k, (a, b, f) in enumerate(zip(spines.start, spines.end, spines.forward, strict=True))}
    pairs = zip(spines.start, spines.end, spines.forward, strict=True)
    return np.array([known.get((a, b, not f), -1) for a, b, f in pairs], dtype=np.intp)


def _flat(along: int, across: int) -> int:
    return along * len(ACROSS) + across


def _offsets(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return, for points in the frame of a chord, the curve of each pencil that runs through them.

    Three arrays (along, points): its offset, the parameter t at the point, and how fast y grows with the offset there.
    """
    v = ALONG[:, None]
    skew = 1 - 2 * v
    even = np.abs(skew) < 1e-9
    t = np.where(even, x, (np.sqrt(np.maximum(v * v + skew * x, 0)) - v) / np.where(even, 1, skew))
    t = np.clip(t, 1e-4, 1 - 1e-4)
    rise = 2 * t * (1 - t)
    return y / rise, t, rise


def _tangent(t: Floats, offset: Floats) -> tuple[Floats, Floats]:
    v = ALONG[:, None]
    return 2 * t * (1 - 2 * v) + 2 * v, 2 * np.clip(offset, -1, 1) * (1 - 2 * t)


def _charge(sums: Floats, low: Floats, high: Floats, cost: Floats) -> None:
    """Add a cost to all offsets between two, for each pencil; as differences, to be summed up."""
    bins = len(ACROSS)
    row = (np.arange(len(ALONG)) * (bins + 1))[:, None]
    flat = np.broadcast_to(cost, low.shape).ravel()
    begin = np.clip(np.ceil((low - ACROSS[0]) / BIN), 0, bins).astype(np.intp) + row
    stop = np.clip(np.ceil((high - ACROSS[0]) / BIN), 0, bins).astype(np.intp) + row
    sums += np.bincount(begin.ravel(), flat, len(sums))
    sums -= np.bincount(stop.ravel(), flat, len(sums))


def _summed(sums: Floats) -> Floats:
    total: Floats = np.cumsum(sums.reshape(len(ALONG), -1), axis=1)[:, :-1]
    return total
