"""A layout that declutters itself: each spine takes the curve that crosses, touches and covers least.

One spine after the other looks at what each of its curves would cost among all other lines (`board.py`), and draws one
by lot, the likelier the less it costs: at first also curves that are some crossings worse than the best, in the end
hardly any other than the best. So the drawing finds its way out of arrangements that no single change makes better.
That is simulated annealing (Kirkpatrick and others, 1983) with the heat bath of Gibbs sampling (Geman and Geman, 1984).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from azroutes.geometry.board import Board
from azroutes.geometry.spines import Costs, Spines

if TYPE_CHECKING:
    from collections.abc import Callable

    from azroutes.geometry.shapes import Floats, Ints

MOST = 1000
"""Spines that are laid out together; what is thinner than these keeps its arc."""

SWEEPS, SWEPT, LEAST_SWEEPS = 13, 600, 4
"""How often each spine draws a curve, the spines that do so, and how often each does at the least: of more spines the
sweeps are fewer, as a draw takes time in proportion to their number."""

COARSE, EARLY = 3, 0.7
"""One in so many pencils is drawn from, and in what share of the sweeps, the first."""

TOGETHER, APART, CELLS = 8, 16, 1600
"""How many spines draw at once, none knowing what the others draw: at the most, one in so many, and so that their
number times that of all spines is no more than this. It saves time where there are few spines."""

HOT, COLD = 0.3, 0.15
"""At first and in the end: how much dearer a curve is that is drawn a third as often as the best, in crossings."""

QUIET = 2
"""Sweeps, at the most, in which each spine takes its best curve when all is cold."""

LEAST_GAIN = 0.0001
"""What a move in these has to gain, in crossings."""

DETOUR = 0.076
"""By how much lines may be longer than their chords, on the average, before detours are made dearer."""

STIFFER = 3.0
"""By what factor they may become so from one sweep to the next."""


def declutter(spines: Spines, costs: Costs | None = None, *, tell: Callable[[float], None] | None = None) -> Floats:
    """Return the control point of each spine, px; array of shape (n, 2).

    The last few layouts are kept, for those who draw the same flows again in other colours.

    Parameters
    ----------
    spines : Spines
    costs : Costs, optional
    tell : callable, optional
        Called now and then with the share of the work that is done.
    """
    s = spines
    arrays = (s.start, s.end, s.forward, s.half, s.count, s.head, s.place, s.radius, s.box, s.follows)
    known = _Known(tuple(array.tobytes() for array in arrays), s.frame, costs or Costs())
    return _searched(known, _Teller(tell)).copy()


class _Known(NamedTuple):
    parts: tuple[bytes, ...]
    frame: tuple[float, float, float, float] | None
    costs: Costs


class _Teller:
    """Tells how far a search has come; all are alike to the cache."""

    def __init__(self, tell: Callable[[float], None] | None) -> None:
        self.tell = tell

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Teller)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=32)
def _searched(known: _Known, teller: _Teller) -> Floats:
    parts = known.parts
    start, end = (np.frombuffer(part, dtype=np.intp) for part in parts[:2])
    forward = np.frombuffer(parts[2], dtype=bool)
    half, count, head, place, radius, box = (np.frombuffer(part) for part in parts[3:9])
    follows = np.frombuffer(parts[9], dtype=np.intp).reshape(-1, 2)
    spines = Spines(start, end, forward, half, count, head.reshape(-1, 2), place.reshape(-1, 2), radius,
                    box.reshape(-1, 4), follows, known.frame)  # fmt: skip
    tell, teller.tell = teller.tell or _nobody, None  # the cache keeps its keys
    board = Board(spines, known.costs)
    _search(board, tell)
    return board.controls()


def _nobody(_share: float) -> None:
    """Tell nobody."""


def _search(board: Board, tell: Callable[[float], None]) -> None:
    """Let each spine draw its curves at a falling heat, then take the best."""
    count = len(board.chosen)
    chance = np.random.default_rng(0)
    sweeps = max(LEAST_SWEEPS, round(SWEEPS * min(1.0, SWEPT / max(count, 1))))
    together = int(np.clip(min(count // APART, CELLS // max(count, 1)), 1, TOGETHER))
    for sweep in range(sweeps + QUIET):
        heat = HOT * (COLD / HOT) ** (sweep / (sweeps - 1)) if sweep < sweeps else 0.0
        every = COARSE if sweep < EARLY * sweeps else 1
        order = chance.permutation(count)
        moved = False
        # In the end fewer take a curve at once, so that most know what the others took.
        size = max(1, together // 2) if sweep == sweeps + QUIET - 1 else together
        for n in range(0, count, size):
            some = order[n : n + size]
            prices, chosen = board.prices(some, every).reshape(len(some), -1), board.chosen[some]
            choices = _drawn(prices, heat, chance) if heat else _best(prices, chosen)
            moved |= bool((choices != chosen).any())
            board.take(some, choices)
            tell((sweep + (n + len(some)) / count) / (sweeps + QUIET))
        if not moved and sweep >= sweeps:
            break
        # Where much crosses much, lines would take any way round: no drawing is read that is all detours.
        if sweep < sweeps:
            board.stiffen(float(np.clip((board.detour() / DETOUR) ** 3, 1 / STIFFER, STIFFER)))


def _drawn(prices: Floats, heat: float, chance: np.random.Generator) -> Ints:
    """Return for each spine the number of a curve by lot: one that is dearer by the heat is e times as rare."""
    odds = np.exp((prices.min(axis=1, keepdims=True) - prices) / heat).cumsum(axis=1)
    lots = chance.random(len(prices)) * odds[:, -1]
    return np.array([odd.searchsorted(lot, side="right") for odd, lot in zip(odds, lots, strict=True)], dtype=np.intp)


def _best(prices: Floats, chosen: Ints) -> Ints:
    """Return for each spine the number of the curve that costs least, or the chosen one if that is hardly dearer."""
    each, best = np.arange(len(prices)), prices.argmin(axis=1)
    return np.where(prices[each, chosen] - prices[each, best] > LEAST_GAIN, best, chosen)
