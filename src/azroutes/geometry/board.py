"""The state of a search for a layout: the curve that each spine has, and what every curve of every spine would cost.

One pass over a line counts the crossings of all curves of a spine with it (`pencil.py`); angles, touching lines, places
and arrowheads are intervals of offsets too. What others do by drawing each candidate and intersecting it with every
other line takes here the time of looking at each line once. The costs are kept up to date: when a spine moves, its old
line is taken out of those of all other spines and its new one is put in, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from azroutes.geometry.pencil import (
    ACROSS,
    ALONG,
    BIN,
    CURVES,
    DETOURS,
    GRID,
    LEAVING,
    PENCILS,
    TIGHTEST,
    TURNS,
    Sums,
    by_angle,
    number_of,
    pencils,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from azroutes.geometry.shapes import Flags, Floats, Ints, Shapes

SAMPLES = 15
"""Points of a curve while searching."""

EDGE = 1e-3
"""Shares of the chord at its ends that are not looked at: there all curves meet."""

UNSEEN = 0.9
"""Share of the radius of a place within which lines that meet there do not count as crossing."""

HOOK_PX = 20.0
"""Radius of a bend, beside half the width of its arrows, below which it looks like a hook, px."""

CLOSE = 0.4
"""Share of the distance at which two lines touch, within which they lie on one another."""

MOST_PENDING = 1_000_000
"""Intervals that are gathered, at the most, before they are summed up."""

ACUTE = (0.6, 0.78)
"""The squares of the cosines of the angles from which a crossing is acute, and from which it is so in full."""

_RING = 1.03 * np.stack([np.cos(np.arange(0, 2 * np.pi, np.pi / 5)), np.sin(np.arange(0, 2 * np.pi, np.pi / 5))])


class _Line(NamedTuple):
    """A curve of a spine that is put into the drawing (sign 1) or taken out (-1)."""

    spine: int
    choice: int
    sign: float


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
    """The curve that each spine has now, and what every curve of every spine would cost.

    Parameters
    ----------
    spines : Spines
    costs : Costs
    moved : callable
        Called whenever lines are put in or taken out.
    """

    def __init__(self, spines: Spines, costs: Costs, moved: Callable[[], None]) -> None:
        self.spines, self.costs, self.moved = spines, costs, moved
        self.origin = spines.place[spines.start]
        chord = spines.place[spines.end] - self.origin
        self.length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-3)
        self.along = chord / self.length[:, None]
        self.across = np.column_stack([-self.along[:, 1], self.along[:, 0]])
        self.bearing = np.arctan2(self.along[:, 1], self.along[:, 0])
        count = len(chord)
        self.all = np.arange(count)
        # Turns and scales pixels into the frame of each chord: x and y are (way . px) - shift.
        self.way = np.stack([self.along, self.across], axis=1) / self.length[:, None, None]
        self.shift = np.einsum("kij,kj->ki", self.way, self.origin)
        self.twin = _twins(spines)
        self.reach = self._reach()
        self.meeting = [
            [np.flatnonzero(((spines.start == end) | (spines.end == end)) & (self.all != k)) for end in pair]
            for k, pair in enumerate(zip(spines.start, spines.end, strict=True))
        ]
        self.stiff = costs.detour * spines.count * _straighter(spines.half)
        self.fixed = np.stack([self._fixed(k) for k in range(count)]) if count else np.empty((0, PENCILS, CURVES))
        self.total = self.fixed.copy()
        self.pending = Sums(count)
        self.concerned = np.zeros(count, dtype=bool)
        self.best = np.zeros(count, dtype=np.intp)
        self.chosen = np.array([self._first(k) for k in range(count)], dtype=np.intp)
        self.line: Shapes = np.array([self._shape(k) for k in range(count)], dtype=object)
        for k in range(count):
            self._felt_by_others([_Line(k, int(self.chosen[k]), 1.0)])
        self.concerned[:] = True
        self.settle()

    def _first(self, k: int) -> int:
        """Return where a spine begins its search: straight, or beside its twin on its right hand."""
        away = self._apart(k) / 2 if self.twin[k] >= 0 else 0.0
        u = -away if self.spines.forward[k] else away
        return number_of(PENCILS // 2, int(np.clip(np.round((u - ACROSS[0]) / BIN), 0, CURVES - 1)))

    def _apart(self, k: int) -> float:
        """Return how far the offsets of a spine and its twin have to be apart, for their arrows not to touch."""
        px = self.spines.half[k] + self.spines.half[self.twin[k]] + 2.0
        return float(min(2.0 * px / self.length[k], 0.5))

    def controls(self) -> Floats:
        """Return the control points."""
        v, u = ALONG[self.chosen // CURVES], ACROSS[self.chosen % CURVES]
        control: Floats = self.origin + self.length[:, None] * (v[:, None] * self.along + u[:, None] * self.across)
        return control

    def gains(self) -> Floats:
        """Return what each spine would gain by its best curve."""
        self.settle()
        flat = self.total.reshape(len(self.all), -1)
        gain: Floats = flat[self.all, self.chosen] - flat[self.all, self.best]
        return gain

    def detour(self) -> float:
        """Return by how much the curves are longer than their chords, on the average."""
        return float(DETOURS.ravel()[self.chosen].mean())

    def stiffen(self, factor: float) -> None:
        """Make detours dearer."""
        self.settle()
        more = (factor - 1) * self.stiff[:, None, None] * DETOURS
        self.stiff = self.stiff * factor
        self.fixed += more
        self.total += more
        self.best = self.total.reshape(len(self.all), -1).argmin(axis=1)

    def felt(self) -> Floats:
        """Return what each spine costs now."""
        self.settle()
        felt: Floats = self.total.reshape(len(self.all), -1)[self.all, self.chosen]
        return felt

    def cost(self) -> float:
        """Return what the drawing costs: what two spines cost one another counts once."""
        own = self.fixed.reshape(len(self.all), -1)[self.all, self.chosen]
        return float((own + self.felt()).sum() / 2)

    def saved(self) -> tuple[Floats, Ints, Ints, Shapes]:
        """Return what `restore` needs to undo all that follows."""
        self.settle()
        return self.total.copy(), self.best.copy(), self.chosen.copy(), self.line.copy()

    def restore(self, before: tuple[Floats, Ints, Ints, Shapes]) -> None:
        """Go back to a saved state."""
        self.total, self.best, self.chosen, self.line = before
        self.pending = Sums(len(self.all))
        self.concerned[:] = False

    def take(self, k: int, choice: int) -> None:
        """Give a spine another of its curves."""
        self._felt_by_others([_Line(k, int(self.chosen[k]), -1.0), _Line(k, choice, 1.0)])
        self._choose(k, choice)

    def leave_out(self, spines: Ints) -> None:
        """Take spines out of the drawing, for the others as if they were not there."""
        self._felt_by_others([_Line(int(k), int(self.chosen[k]), -1.0) for k in spines])

    def put_back(self, k: int) -> None:
        """Put a spine back where it costs least."""
        now = self.total[k] + self.pending.of(k)
        self._choose(k, int(now.argmin()))
        self._felt_by_others([_Line(k, int(self.chosen[k]), 1.0)])

    def settle(self) -> None:
        """Bring the costs of all curves, and which of them are best, up to date."""
        if self.pending.at:
            self.total += self.pending.summed()
            self.pending = Sums(len(self.all))
        changed = np.flatnonzero(self.concerned)
        if len(changed):
            self.best[changed] = self.total[changed].reshape(len(changed), PENCILS * CURVES).argmin(axis=1)
            self.concerned[:] = False

    def _choose(self, k: int, choice: int) -> None:
        self.chosen[k] = choice
        self.line[k] = self._shape(k)

    def _shape(self, k: int) -> shapely.LineString:
        return shapely.LineString(self._points(k, int(self.chosen[k]), bare=1.0))

    def _points(self, k: int, choice: int, bare: float) -> Floats:
        """Return points of a curve, but for a share of the circles at its ends."""
        m, g = divmod(choice, CURVES)
        v, u = float(ALONG[m]), float(ACROSS[g])
        room = bare * self.spines.radius[[self.spines.start[k], self.spines.end[k]]] / self.length[k]
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

    def _reach(self) -> Floats:
        """Return the box that no curve of a spine leaves."""
        spread = np.array([[v, u] for v in (0.0, 1.0) for u in (ACROSS[0] / 2, ACROSS[-1] / 2)])
        x = spread[:, :1] * self.along[:, None] + spread[:, 1:] * self.across[:, None]
        corners = self.origin[:, None] + self.length[:, None, None] * x
        margin = (self.spines.half + 12.0)[:, None]
        return np.hstack([corners.min(axis=1) - margin, corners.max(axis=1) + margin])

    def _fixed(self, k: int) -> Floats:
        """Return what each curve costs whatever the others do: its bend, what it covers, leaving the frame."""
        s, c = self.spines, self.costs
        hook = np.clip(1 - TIGHTEST * self.length[k] / (HOOK_PX + s.half[k]), 0, 1) ** 2
        cost = s.count[k] * TURNS**2 * (c.bend * TURNS**2 + c.hook * hook) + self.stiff[k] * DETOURS
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
        sums = Sums(1)
        framed = (centre @ self.way[k].T - self.shift[k])[None]
        self._cover(sums, np.array([0]), np.array([k]), framed, radius, each[None] * s.count[k])
        total: Floats = cost + sums.summed()[0]
        return total

    def _cover(self, sums: Sums, rows: Ints, spines: Ints, centre: Floats, radius: Floats, cost: Floats) -> None:
        """Charge the curves of spines that run over discs.

        Centres (spines, discs, 2) are in the frames of the spines, radii in px; `rows` are the spines' in the sums.
        """
        x, y = centre[..., 0], centre[..., 1]
        room = (radius + self.spines.half[spines, None]) / self.length[spines, None]
        row, disc = np.nonzero((x + room > EDGE) & (x - room < 1 - EDGE) & (np.abs(y) - room < 0.47) & (cost != 0))
        if len(row) == 0:
            return
        # Through each point runs one curve: those over a disc lie between the least and the greatest around it.
        x, y = (v[row, disc] + room[row, disc] * ring[:, None] for v, ring in ((x, _RING[0]), (y, _RING[1])))
        # Beside an end, where x is hardly more than 0 or less than 1, the widest curves run.
        offset = y * pencils().per_offset[:, (np.clip(x, 0, 1) * GRID).astype(np.intp)]
        low, high = offset.min(axis=1), offset.max(axis=1)
        pencil = rows[row] * PENCILS + np.arange(PENCILS)[:, None]
        sums.charge(pencil.ravel(), low.ravel(), high.ravel(), np.broadcast_to(cost[row, disc], low.shape).ravel())

    def _felt_by_others(self, lines: Sequence[_Line]) -> None:
        """Add to the costs of all others what some lines mean to them, or take that away."""
        s = self.spines
        self.moved()
        px = np.stack([self._points(k, choice, UNSEEN) for k, choice, _ in lines])
        low, high = px.min(axis=1), px.max(axis=1)
        near = (self.reach[:, None, :2] <= high).all(axis=2) & (self.reach[:, None, 2:] >= low).all(axis=2)
        owner = np.array([line.spine for line in lines])
        near[owner, self.all[: len(lines)]] = False
        concerned = near.any(axis=1)
        others = np.flatnonzero(concerned)
        if len(others):
            sums = self.pending
            sign = np.array([line.sign for line in lines])
            pairs = s.count[others, None] * s.count[owner] * sign
            self._charge_lines(sums, px, owner, others, pairs)
            strange = ~_shared(s, others[:, None], owner)
            heads = np.stack([self._head(k, choice) for k, choice, _ in lines])
            centre = np.einsum("kij,mj->kmi", self.way[others], heads) - self.shift[others][:, None]
            self._cover(sums, others, others, centre, s.head[owner, 1] + 0.5, self.costs.head * pairs * strange)
        for k in dict.fromkeys(line.spine for line in lines):
            own = [line for line in lines if line.spine == k]
            for side in (0, 1):
                self._charge_spread(k, side, own)
            concerned[self.meeting[k][0]] = concerned[self.meeting[k][1]] = True
            self._charge_twin(own)
            self._charge_route(own)
        self.concerned |= concerned
        if self.pending.size > MOST_PENDING:
            self.settle()

    def _charge_lines(self, sums: Sums, px: Floats, owner: Ints, others: Ints, pairs: Floats) -> None:
        """Charge the curves of other spines for crossing or touching lines of shape (lines, points, 2)."""
        s, c, table = self.spines, self.costs, pencils()
        shape = (len(others), len(px), px.shape[1])
        flat = px.reshape(-1, 2).T
        x, y = (
            (self.way[others, axis] @ flat - self.shift[others, axis, None]).astype(np.float32).reshape(shape)
            for axis in (0, 1)
        )
        grid = np.clip(x, 0, 1) * np.float32(GRID)
        offset = y * table.per_offset[:, grid.astype(np.intp)]
        first, last = offset[..., :-1], offset[..., 1:]
        low, high = np.minimum(first, last), np.maximum(first, last)
        between = (np.maximum(x[..., :-1], x[..., 1:]) > EDGE) & (np.minimum(x[..., :-1], x[..., 1:]) < 1 - EDGE)
        between &= (others[:, None] != owner)[..., None]
        hit = np.flatnonzero(between & (high > ACROSS[0] - 0.1) & (low < ACROSS[-1] + 0.1))
        low, high = low.ravel()[hit], high.ravel()[hit]
        pencil, bit = np.divmod(hit, between.size)
        pair = bit // between.shape[2]
        who, which = np.divmod(pair, len(px))
        run, rise = np.diff(x).ravel()[bit], np.diff(y).ravel()[bit]
        at = ((grid[..., :-1] + grid[..., 1:]) / 2).astype(np.intp).ravel()[bit] + pencil * (GRID + 1)
        centre = (np.clip(low, -1, 1) + np.clip(high, -1, 1)) / 2
        ahead, aside = table.ahead.ravel()[at], table.aside.ravel()[at] * centre
        size, step = ahead * ahead + aside * aside, run * run + rise * rise + np.float32(1e-12)
        # The square of the cosine of the angle between the line and the curve through its middle.
        alike = (ahead * run + aside * rise) ** 2 / (size * step)
        weight = pairs.ravel()[pair]
        row = others[who] * PENCILS + pencil
        acute = np.clip((alike - ACUTE[0]) / (ACUTE[1] - ACUTE[0]), 0, 1)
        sums.charge(row, low, high, weight * (c.crossing + c.acute * acute))
        flatly = np.flatnonzero(alike > 0.4)
        who, which, weight = others[who[flatly]], owner[which[flatly]], weight[flatly]
        room = (s.half[who] + s.half[which] + 1.5) / self.length[who]
        per = table.per_offset.ravel()[at[flatly]]
        wide = room * np.sqrt(size[flatly]) / np.maximum(np.abs(ahead[flatly]), 0.05) * per
        stretch = np.sqrt(step[flatly]) * self.length[who] / 25.0
        touching = np.sign(weight) * np.sqrt(np.abs(weight)) * c.touching * alike[flatly] ** 2 * stretch
        middle = (low[flatly] + high[flatly]) / 2
        sums.charge(row[flatly], middle - wide, middle + wide, touching)
        # To lie on one another is worse than to touch.
        close = CLOSE * wide
        sums.charge(row[flatly], middle - close, middle + close, 2 * touching)

    def _charge_spread(self, j: int, side: int, lines: Sequence[_Line]) -> None:
        """Charge the curves of the spines that meet one at an end for leaving too close to it."""
        s = self.spines
        others = self.meeting[j][side]
        if len(others) == 0:
            return
        end = (s.start, s.end)[side][j]
        # Leaving an end is leaving a start, seen in a mirror.
        kind = (s.start[others] != end).astype(np.intp)
        needed = (s.half[j] + s.half[others] + 2.0) / (s.radius[end] + 17.0)
        # Lanes that fan out from a place run over those of a bundle that leaves it too close by.
        weight = self.costs.spread + self.costs.fan * (s.count[others] * s.count[j] - 1)
        rank, angles = by_angle()
        # The cost falls from 1 to 0 as the angle grows to what is needed, in three steps.
        reach = needed * np.array([[-0.2], [-0.5], [-0.8], [0.2], [0.5], [0.8]])
        height = weight * np.array([[0.39], [0.30], [0.12], [-0.39], [-0.30], [-0.12]])
        width = len(angles) + 1
        rows = np.arange(len(others)) * width
        at, cost = [], []
        for line in lines:
            turn = self.bearing[j] + LEAVING[side].flat[line.choice] - self.bearing[others]
            turn = np.where(kind == 1, np.pi - turn, turn)
            turn = np.mod(turn + np.pi, 2 * np.pi) - np.pi
            at.append((np.searchsorted(angles, turn + reach) + rows).ravel())
            cost.append((line.sign * height).ravel())
        steps = np.bincount(np.concatenate(at), np.concatenate(cost), len(others) * width).cumsum()
        found = steps.take(rank[kind] + rows[:, None])
        self.total[others] += found.reshape(-1, PENCILS, CURVES)

    def _charge_twin(self, lines: Sequence[_Line]) -> None:
        """Charge the twin of a spine where it would not keep to its right hand."""
        j = lines[0].spine
        k = int(self.twin[j])
        if k >= 0:
            gap = self._apart(j)
            for line in lines:
                other = ACROSS[line.choice % CURVES]
                # Looking along the chord, the one that goes lies right of the one that comes.
                wrong = other - gap + 1e-9 < ACROSS if self.spines.forward[k] else other + gap - 1e-9 > ACROSS
                self.total[k] += line.sign * self.costs.side * wrong

    def _charge_route(self, lines: Sequence[_Line]) -> None:
        """Charge the spines that a route takes before or after one for a turn where they meet."""
        s, j = self.spines, lines[0].spine
        for pair in s.follows[(s.follows == j).any(axis=1)]:
            k = int(pair[0] if pair[1] == j else pair[1])
            via = {int(s.start[k]), int(s.end[k])} & {int(s.start[j]), int(s.end[j])}
            if k == j or len(via) != 1:
                continue
            (place,) = via
            theirs = self.bearing[k] + LEAVING[int(s.end[k] == place)]
            for line in lines:
                mine = self.bearing[j] + LEAVING[int(s.end[j] == place)].flat[line.choice]
                turn = np.abs(np.mod(mine - theirs, 2 * np.pi) - np.pi)
                self.total[k] += line.sign * self.costs.smooth * (turn / (np.pi / 2)) ** 2


def _shared(spines: Spines, one: Ints, other: Ints) -> Flags:
    """Return whether spines have a place in common."""
    s = spines
    same = (s.start[one] == s.start[other]) | (s.start[one] == s.end[other])
    found: Flags = same | (s.end[one] == s.start[other]) | (s.end[one] == s.end[other])
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
