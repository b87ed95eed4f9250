"""A layout that declutters itself: each spine takes the curve that crosses, touches and covers least.

The search always makes the move that gains most: what every move would gain is kept up to date (`board.py`). When none
gains it takes a few spines that are in each other's way out of the drawing, puts them back one by one where they cost
least, lets the rest follow, and keeps the result if it is better (ruin and recreate: Schrimpf and others, 2000).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from azroutes.geometry.board import Board, Costs, Spines

if TYPE_CHECKING:
    from collections.abc import Callable

    from azroutes.geometry.shapes import Floats, Ints

MOST = 1000
"""Spines that are laid out together; what is thinner than these keeps its arc."""

NEEDED_GAIN = 0.25
"""What a move has to gain, in crossings."""

LAST_GAIN = 0.02
"""What it has to gain in the end."""

MOST_MOVES = 3
"""How often a spine may move in one descent."""

RUIN = 6
"""Spines, at the most, that are taken out at once."""

DETOUR = 0.07
"""By how much lines may be longer than their chords, on the average, before detours are made dearer."""

TOLD_EVERY = 20
"""Moves after which progress is told."""

BUDGET, BUDGETED = 5.5, 500
"""Moves for each spine that the search goes on for after its first descent, and the spines that have so many: a move
takes time in proportion to the number of spines."""

SLACK = 2.0
"""How much worse than the best a drawing may be at first, for the search to go on from it, in crossings."""


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
    """Tells how far a search has come, in moves; all are alike to the cache."""

    def __init__(self, tell: Callable[[float], None] | None) -> None:
        self.tell = tell
        self.moves, self.expected = 0, 1.0

    def moved(self) -> None:
        """Count a move."""
        self.moves += 1
        if self.tell is not None and self.moves % TOLD_EVERY == 0:
            self.tell(min(self.moves / self.expected, 1.0))

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
    # Each spine is put in once, and moves two or three times before the budget begins.
    teller.expected = 4.0 * len(start) + _budget(len(start))
    board = Board(spines, known.costs, teller.moved)
    _search(board)
    teller.tell = None  # the cache keeps its keys
    return board.controls()


def _budget(count: int) -> float:
    return BUDGET * min(count, BUDGETED)


def _search(board: Board) -> None:
    """Make the best moves until none gains, then ruin and recreate for a number of moves."""
    count = len(board.chosen)
    chance = np.random.default_rng(0)
    spent = _descend(board, 20 * count)
    for _ in range(8):
        # Where much crosses much, lines would take any way round: no drawing is read that is all detours.
        far = board.detour() / DETOUR
        if far <= 1:
            break
        board.stiffen(float(np.clip(far**3, 1.3, 2.0)))
        spent += _descend(board, 4 * count)
    first, last = spent, spent + _budget(count)
    least = board.cost()
    best = board.saved()
    while spent < last and count > 2:
        done = (spent - first) / (last - first)
        before = board.saved()
        ruined = _ruined(board, chance)
        board.leave_out(ruined)
        for k in chance.permutation(ruined):
            board.put_back(int(k))
        spent += len(ruined) + _descend(board, 4 * count)
        now = board.cost()
        # A little worse will do at first (Dueck, 1993: record-to-record travel).
        if now < least + SLACK * (1 - done):
            if now < least - 1e-6:
                least, best = now, board.saved()
        else:
            board.restore(before)
    board.restore(best)
    best = board.saved()
    _descend(board, count, LAST_GAIN)
    if board.cost() > least:
        board.restore(best)


def _ruined(board: Board, chance: np.random.Generator) -> Ints:
    """Return a spine, the likelier the more it costs, and some of those that it crosses."""
    share = np.maximum(board.felt(), 0) + 0.1
    seed = int(np.searchsorted(share.cumsum(), chance.random() * share.sum(), side="right"))
    seed = min(seed, len(share) - 1)
    crossed = np.flatnonzero(shapely.intersects(board.line, board.line[seed]))
    crossed = chance.permutation(crossed[crossed != seed])
    if chance.random() < 0.5:
        # Two that part from one place need hardly ever cross.
        meet = np.isin(crossed, np.concatenate(board.meeting[seed]))
        crossed = np.concatenate([crossed[meet], crossed[~meet]])
    return np.append(crossed[: RUIN - 1], seed)


def _descend(board: Board, most: int, needed: float = NEEDED_GAIN) -> int:
    """Move the spine that gains most, again and again; return how many moves that took."""
    moves = np.zeros(len(board.chosen), dtype=np.intp)
    for spent in range(most):
        gain = board.gains()
        # What two spines cost each other is not seen alike by both to the last digit: none may move without end.
        gain[moves >= MOST_MOVES] = 0.0
        k = int(gain.argmax())
        if gain[k] < needed:
            return spent
        moves[k] += 1
        board.take(k, int(board.best[k]))
    return most
