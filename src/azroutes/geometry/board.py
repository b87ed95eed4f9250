"""The state of a search for a layout: the curve that each spine has, and what every curve of a spine would cost.

One pass over the lines of all other spines counts the crossings of all curves of a spine with them (`pencil.py`);
angles, touching lines, places, arrowheads and the directions at places are intervals of offsets too. What others do by
drawing each candidate and intersecting it with every other line takes here the time of looking at each line once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from azroutes.geometry.spines import beside, shared, straighter, twins

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats, Ints, Singles
    from azroutes.geometry.spines import Costs, Spines

SAMPLES = 19
"""Points of a curve while searching."""

AT_ONCE = 16
"""Spines whose curves are priced at once before the search."""

EDGE = 1e-3
"""Shares of the chord at its ends that are not looked at: there all curves meet."""

UNSEEN = 0.9
"""Share of the radius of a place within which lines that meet there do not count as crossing."""

HOOK_PX = 20.0
"""Radius of a bend, beside half the width of its arrows, below which it looks like a hook, px."""

FEW, FEWEST = 20, 3.0
"""Spines among which a bend costs twice as much as among many, and how much more at the most: where little crosses,
little is to be gained by it."""

CLOSE = 0.4
"""Share of the distance at which two lines touch, within which they lie on one another."""

ACUTE = (0.68, 0.78)
"""The squares of the cosines of the angles from which a crossing is acute, and from which it is so in full: 34 and 28
degrees."""

FLAT = 0.6
"""The square of the cosine of the angle below which lines may touch along some stretch."""

INK = (0.1, 0.45, 3.0)
"""How touching weighs for the narrower of two lines: of a hairline, more for each px of half its width, at most."""

SAME_SIDE = 0.3
"""Share of the room between twins from which one is not on its side of the other."""

BESIDE = (np.linspace(0.15, 0.85, 5) * GRID).astype(np.intp)
"""Where along their chord two spines that join the same places are kept apart, in steps of it."""

FARTHEST = 0.5 * float(ACROSS[-1]) + 0.02
"""How far off its chord a curve may come, in shares of it."""

NARROWS = np.array([[0.8, 0.12], [0.5, 0.30], [0.2, 0.39]])
"""Steps in which the cost of leaving a place too close to another falls as the angle grows to what is needed: shares of
the angle, and what is charged within them."""

BACKS = np.array([[np.pi * (k + 0.5) / 12, (2 * k + 1) / 36] for k in range(12)])
"""Steps in which the cost of a turn between the legs of a route grows with its square: angles, and what is saved within
them; 1 for a right angle."""

_STEPS = np.linspace(0.0, 1.0, SAMPLES)
_AROUND = np.arange(8) * np.pi / 4
_RING = 1.04 * np.stack([np.cos(_AROUND), np.sin(_AROUND)])
_EACH = np.arange(PENCILS)


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
        self.twin = twins(spines)
        # How far the offsets of a spine and its twin have to be apart, for their arrows not to touch.
        self.apart = np.minimum(2.0 * (spines.half + spines.half[self.twin] + 2.0) / self.length, 0.5)
        self.beside = beside(spines, costs)
        self.stiffness = 1.0
        self.straight = straighter(spines.half)
        self.bend = costs.bend * min(1 + FEW / max(count, 1), FEWEST) * self.straight**2
        self.stiff = costs.detour * spines.count * self.straight
        self.fixed = np.empty((count, PENCILS, CURVES))
        for some in np.array_split(np.arange(count), -(-count // AT_ONCE) or 1):
            self.fixed[some] = self._fixed(some)
        self.chosen = np.zeros(count, dtype=np.intp)
        self.px: Singles = np.zeros((count, SAMPLES, 2), dtype=np.float32)
        self.head = np.zeros((count, 2))
        self.take(np.arange(count), self._first())

    def _first(self) -> Ints:
        """Return where spines begin their search: straight, or beside their twins on their right hand."""
        away = np.where(self.twin >= 0, self.apart / 2, 0.0)
        u = np.where(self.spines.forward, -away, away)
        return number_of(PENCILS // 2, np.abs(ACROSS - u[:, None]).argmin(axis=1))

    def controls(self) -> Floats:
        """Return the control points."""
        v, u = ALONG[self.chosen // CURVES], ACROSS[self.chosen % CURVES]
        control: Floats = self.origin + self.length[:, None] * (v[:, None] * self.along + u[:, None] * self.across)
        return control

    def detour(self) -> float:
        """Return by how much the curves are longer than their chords, on the average."""
        return float(DETOURS.ravel()[self.chosen].mean())

    def stiffen(self, factor: float) -> None:
        """Make detours dearer or, where that has been done, cheaper again."""
        self.stiffness = max(1.0, self.stiffness * factor)

    def take(self, some: Ints, choices: Ints) -> None:
        """Give each of some spines one of its curves."""
        self.chosen[some] = choices
        self.px[some] = self._points(some, choices)
        self.head[some] = self._heads(some, choices)

    def prices(self, some: Ints, every: int = 1) -> Floats:
        """Return what each curve of some spines would cost among all other lines, shape (spines, pencils, curves).

        Where only every so many pencils are asked for, the others are out of reach.
        """
        charges = [*self._of_lines(some, every), self._of_heads(some), *self._of_ends(some)]
        price: Floats = (
            self.fixed[some] + self.stiffness * self.stiff[some, None, None] * DETOURS + summed(charges, len(some))
        )
        price[:, np.mod(_EACH, every) != 0] = np.inf
        return price

    def _points(self, some: Ints, choices: Ints) -> Floats:
        """Return points of curves, but for what is hardly seen in the circles at their ends."""
        m, g = np.divmod(choices, CURVES)
        v, u = ALONG[m], ACROSS[g]
        room = UNSEEN / self.length[some]
        first = _begins(room * self.spines.radius[self.spines.start[some]], v, u)
        last = 1 - _begins(room * self.spines.radius[self.spines.end[some]], 1 - v, u)
        t = first[:, None] + (last - first)[:, None] * _STEPS
        rise = 2 * t * (1 - t)
        x, y = self.length[some] * (t * t + rise * v[:, None]).T, self.length[some] * (rise * u[:, None]).T
        along, across = self.along[some].T, self.across[some].T
        found: Floats = (self.origin[some].T[:, None] + x * along[:, None] + y * across[:, None]).T
        return found

    def _heads(self, some: Ints, choices: Ints) -> Floats:
        """Return the middles of the arrowheads at the ends of curves."""
        s = self.spines
        m, g = np.divmod(choices, CURVES)
        tip = np.where(s.forward, s.end, s.start)[some]
        towards = self.bearing[some] + LEAVING[s.forward[some].astype(np.intp), m, g]
        away = s.radius[tip] + s.head[some, 0] / 2
        middles: Floats = s.place[tip] + away[:, None] * np.column_stack([np.cos(towards), np.sin(towards)])
        return middles

    def _framed(self, some: Ints, px: Floats | Singles) -> tuple[Floats | Singles, Floats | Singles]:
        """Return points in the frames of chords: shape (spines, ...), for points of shape (..., 2)."""
        many = (-1, *[1] * (px.ndim - 1))
        x, y = (px[..., axis] - self.origin[some, axis].astype(px.dtype).reshape(many) for axis in (0, 1))
        ax, ay = ((self.along[some, axis] / self.length[some]).astype(px.dtype).reshape(many) for axis in (0, 1))
        return ax * x + ay * y, ax * y - ay * x

    def _fixed(self, some: Ints) -> Floats:
        """Return what each curve costs whatever the others do: its bend, what it covers, leaving the frame."""
        s, c = self.spines, self.costs
        many = (len(some), 1, 1)
        hook = 1 - TIGHTEST * (self.length[some] / (HOOK_PX + s.half[some])).reshape(many)
        hook = c.hook * np.minimum(np.maximum(hook, 0), 1) ** 2
        cost = s.count[some].reshape(many) * (hook + self.bend[some].reshape(many) * TURNS**2)
        cost *= TURNS**2
        spots, sizes = _discs_in(s.box)
        foreign = np.arange(len(s.place)) != np.stack([s.start[some], s.end[some]])[..., None]
        # On the circle of a place that covers that of an end there is no way around it.
        ends = np.stack([s.place[s.start[some]], s.place[s.end[some]]])
        reach = s.radius + np.stack([s.radius[s.start[some]], s.radius[s.end[some]]])[..., None]
        foreign &= np.hypot(*np.moveaxis(s.place - ends[:, :, None], -1, 0)) >= reach
        each = np.concatenate([c.place * foreign.all(axis=0), np.full((len(some), len(sizes)), c.label)], axis=1)
        centre, radius = np.concatenate([s.place, spots]), np.concatenate([s.radius + 1.5, sizes])
        charges = [self._over(some, centre, radius, each * s.count[some, None])]
        if s.frame is not None:
            charges.append(self._out_of(s.frame, some))
        total: Floats = cost + summed(charges, len(some))
        return total

    def _out_of(self, frame: tuple[float, float, float, float], some: Ints) -> Charges:
        """Return charges for leaving the frame."""
        t = np.linspace(0.0, 1.0, 9)
        rise = 2 * t * (1 - t)
        low = np.full((PENCILS, len(some)), -9.0)
        high = -low
        margin = self.spines.half[some] + 2.0
        for axis in (0, 1):
            # Where a point of a curve lies on an axis is linear in the curve's offset.
            share = (t * t + rise * ALONG[:, None])[:, None]
            middle = self.origin[some, axis, None] + (self.length * self.along[:, axis])[some, None] * share
            slope = (self.length * self.across[:, axis])[some, None] * rise
            for side, sign in ((frame[axis] + margin, 1), (frame[axis + 2] - margin, -1)):
                lacks = sign * (side[:, None] - middle)  # what the offset has to make up for
                with np.errstate(divide="ignore", invalid="ignore"):
                    bound = lacks / (sign * slope)
                up, down, flat = (sign * slope > 1e-9), (sign * slope < -1e-9), np.abs(slope) <= 1e-9
                low = np.maximum(low, np.where(up, bound, np.where(flat & (lacks > 0), 9.0, -9.0)).max(axis=2))
                high = np.minimum(high, np.where(down, bound, 9.0).min(axis=2))
        row = np.arange(len(some)) * PENCILS + _EACH[:, None]
        # What lies below the least offset or above the greatest.
        low = np.clip(low, -9.0, 9.0)
        high = np.clip(high, low, 9.0)
        rows = np.concatenate([row.ravel(), row.ravel()])
        away = np.full(row.size, 9.0)
        return Charges(rows, np.concatenate([-away, high.ravel()]), np.concatenate([low.ravel(), away]),
                       np.full(len(rows), self.costs.frame))  # fmt: skip

    def _over(self, some: Ints, centre: Floats, radius: Floats, cost: Floats) -> Charges:
        """Return charges for curves of spines that run over discs, px; `cost` has shape (spines, discs)."""
        x, y = self._framed(some, centre)
        room = (radius + self.spines.half[some, None]) / self.length[some, None]
        near = (x + room > EDGE) & (x - room < 1 - EDGE) & (np.abs(y) - room < FARTHEST) & (cost > 0)
        (which, _) = np.nonzero(near)
        x, y, room, cost = x[near], y[near], room[near], cost[near]
        # Through each point runs one curve: those over a disc lie between the least and the greatest around it.
        x, y = (middle + room * ring[:, None] for middle, ring in ((x, _RING[0]), (y, _RING[1])))
        # Beside an end, where x is hardly more than 0 or less than 1, the widest curves run.
        grid = (np.minimum(np.maximum(x, 0), 1) * GRID).astype(np.intp)
        offset = y.astype(np.float32) * pencils().per_offset[:, grid]
        low, high = offset.min(axis=1).ravel(), offset.max(axis=1).ravel()
        row = (which * PENCILS + _EACH[:, None]).ravel()
        return Charges(row, low, high, np.tile(cost, PENCILS))

    def _of_heads(self, some: Ints) -> Charges:
        """Return charges for running over the heads of arrows to other places."""
        s = self.spines
        cost = self.costs.head * s.count[some, None] * s.count * ~shared(s, some)
        return self._over(some, self.head, s.head[:, 1] + 0.5, cost)

    def _of_lines(self, some: Ints, every: int) -> list[Charges]:
        """Return charges for crossing and for touching other lines."""
        s, c, table = self.spines, self.costs, pencils()
        x, y = self._framed(some, self.px[:, ::every])
        # Steps of the lines that any curve can come to.
        near = (np.maximum(x[..., :-1], x[..., 1:]) > EDGE) & (np.minimum(x[..., :-1], x[..., 1:]) < 1 - EDGE)
        near &= (np.maximum(y[..., :-1], y[..., 1:]) > -FARTHEST) & (np.minimum(y[..., :-1], y[..., 1:]) < FARTHEST)
        near[np.arange(len(some)), some] = False
        which, owner, _ = np.nonzero(near)
        x0, y0, x1, y1 = x[..., :-1][near], y[..., :-1][near], x[..., 1:][near], y[..., 1:][near]
        run, rise = x1 - x0, y1 - y0
        length = np.sqrt(run * run + rise * rise + np.float32(1e-12))
        # What lies before the start of a chord or behind its end is cut off.
        slope = np.divide(rise, run, out=np.zeros_like(run), where=run != 0)
        within = [np.minimum(np.maximum(v, np.float32(EDGE)), np.float32(1 - EDGE)) for v in (x0, x1)]
        y0, y1 = y0 + (within[0] - x0) * slope, y1 + (within[1] - x1) * slope
        grid = [(v * GRID).astype(np.intp) for v in within]
        asked = table.per_offset[::every]
        first, last = y0 * asked[:, grid[0]], y1 * asked[:, grid[1]]
        low, high = np.minimum(first, last), np.maximum(first, last)
        hit = np.flatnonzero((high > ACROSS[0] - 0.1) & (low < ACROSS[-1] + 0.1))
        pencil, bit = np.divmod(hit, len(owner))
        pencil *= every
        low, high = low.ravel()[hit], high.ravel()[hit]
        at = ((grid[0] + grid[1]) // 2)[bit] + pencil * (GRID + 1)
        row = (which * PENCILS)[bit] + pencil
        middle = (np.maximum(low, -1) + np.minimum(high, 1)) / 2
        ahead, aside = table.ahead.ravel()[at], table.aside.ravel()[at] * middle
        which = some[which]
        weight = (s.count[which] * s.count[owner]).astype(np.float32)
        half, others = s.half[which], s.half[owner]
        room = ((others + half + 1.5) / self.length[which]).astype(np.float32)
        # The wider the narrower of two, the more ink is covered where they touch.
        narrow = np.minimum(INK[0] + INK[1] * np.minimum(half, others), INK[2])
        stretch = (c.touching / 25.0 * narrow * np.sqrt(weight) * self.length[which]).astype(np.float32) * length
        run, rise = (run / length)[bit], (rise / length)[bit]
        size = ahead * ahead + aside * aside
        # The square of the cosine of the angle between the line and the curve through its middle.
        alike = (ahead * run + aside * rise) ** 2 / size
        acute = np.minimum(np.maximum((alike - ACUTE[0]) / (ACUTE[1] - ACUTE[0]), 0), 1)
        crossing = Charges(row, low, high, weight[bit] * (c.crossing + c.acute * acute))
        flat = np.flatnonzero(alike > FLAT)
        bit, row, alike = bit[flat], row[flat], alike[flat]
        slant = np.sqrt(size[flat]) / np.maximum(np.abs(ahead[flat]), 0.05)
        wide = room[bit] * slant * table.per_offset.ravel()[at[flat]]
        touching = stretch[bit] * alike * alike
        middle = (low[flat] + high[flat]) / 2
        # To lie on one another is worse than to touch.
        close = CLOSE * wide
        return [crossing, Charges(row, middle - wide, middle + wide, touching),
                Charges(row, middle - close, middle + close, 2 * touching)]  # fmt: skip

    def _of_ends(self, some: Ints) -> list[Charges]:
        """Return charges for what lies at the ends of spines.

        They are to leave them at some angle to others; to keep to their side of their twins, which join the same
        places; and to run on from those that a route takes before or after them.
        """
        c, b = self.costs, self.beside
        many = b.first[some + 1] - b.first[some]
        which = np.repeat(np.arange(len(some)), many)
        met = np.arange(len(which)) + np.repeat(b.first[some] - (many.cumsum() - many), many)
        others, end, joined = b.others[met], b.end[met], b.joined[met]
        leave = LEAVING.reshape(2, -1)[b.theirs[met], self.chosen[others]]
        away = self.bearing[others] + leave - self.bearing[some[which]]
        # To leave an end is to leave a start, seen in a mirror.
        turn = _turn(np.where(end == 1, np.pi - away, away))
        share, height = NARROWS.T[..., None]
        charges = [leaving(which, end, turn, b.needed[met] * share, b.cost[met] * height)]
        if joined.any():
            angle, saved = BACKS.T[..., None]
            on = _turn(turn[joined] + np.pi)
            charges.append(leaving(which[joined], end[joined], on, angle, -c.smooth * saved))
        (paired,) = np.nonzero(self.twin[some] >= 0)
        if len(paired):
            charges.append(self._of_twins(some, paired))
        return charges

    def _of_twins(self, some: Ints, paired: Ints) -> Charges:
        """Return charges for not keeping to one's side of a twin, or too close to it.

        Looking along the chord, the one that goes lies right of the one that comes. The twin's curve, moved aside by
        what both need, is met at some places along the chord, by one curve of each pencil at each: the widest of these
        is the least that the pencil may take.
        """
        c, per_offset = self.costs, pencils().per_offset[:, BESIDE]
        spines = some[paired]
        pencil, curve = np.divmod(self.chosen[self.twin[spines]], CURVES)
        way = np.where(self.spines.forward[spines], -1.0, 1.0)
        theirs = way[:, None] * (ACROSS[curve][:, None] / per_offset[pencil])
        room = (self.apart[spines, None] - 1e-9) / per_offset[PENCILS // 2]
        apart = theirs + np.multiply.outer([SAME_SIDE, 1.0], room)
        least = way * (apart[:, None] * per_offset[:, None]).max(axis=-1)
        low, high = np.sort([least, np.broadcast_to(-way * 9.0, least.shape)], axis=0)
        row = np.broadcast_to(paired * PENCILS + _EACH[:, None], least.shape)
        cost = np.broadcast_to(np.array([c.side, c.aside])[:, None, None], least.shape)
        return Charges(row.ravel(), low.ravel(), high.ravel(), cost.ravel())


def _begins(room: Floats, v: Floats, u: Floats) -> Floats:
    """Return the share of its run at which a curve is so far from its start, nearly, in shares of the chord."""
    steep = np.hypot(v, u)
    found: Floats = np.minimum(room / (steep + np.sqrt(steep**2 + np.maximum(1 - 2 * v, 0) * room) + 1e-9), 0.3)
    return found


def _turn(angle: Floats) -> Floats:
    """Return angles between -pi and pi."""
    turn: Floats = np.mod(angle + np.pi, 2 * np.pi) - np.pi
    return turn


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
