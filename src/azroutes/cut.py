"""Which arrows are drawn in full, and what is told of the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np

from azroutes.errors import Fault, OptionError, check_option
from azroutes.measure import Measure, numbers
from azroutes.options import Fate
from azroutes.scale import number

if TYPE_CHECKING:
    import pandas as pd

    from azroutes.geometry.shapes import Flags, Floats


@dataclass(frozen=True, slots=True)
class Cut:
    """Which arrows are drawn in full, and what becomes of the rest.

    Attributes
    ----------
    top : int or None
        How many arrows: those with the largest numbers, as the width shows them. Of equal ones those that come first by
        market, start and end. An arrow without a number has no rank: where anything is cut, it belongs to the rest.
    min_quantity : float or None
        The least quantity of an arrow, in the unit of the table; an arrow without a number belongs to the rest.
    rest : {'merge', 'omit'}
        The rest is drawn as thin grey arrows, one for each way between two places, or not at all.

    Raises
    ------
    OptionError
        If `top` is no whole number from 1, `min_quantity` no finite number from 0, or `rest` no such choice.
    """

    top: int | None = None
    min_quantity: float | None = None
    rest: str = "merge"

    @property
    def cuts(self) -> bool:
        """Whether a number of arrows or a least quantity is asked for."""
        return self.top is not None or self.min_quantity is not None

    def __post_init__(self) -> None:
        """Check the options."""
        check_option("rest", self.rest, Fate)
        top, least = self.top, self.min_quantity
        if top is not None and (not isinstance(top, Integral) or isinstance(top, bool) or top < 1):
            raise OptionError("top is how many arrows are drawn in full",
                              [Fault("not a whole number from 1", column="top", value=top)])  # fmt: skip
        if least is not None and (
            not isinstance(least, Real) or isinstance(least, bool) or not math.isfinite(least) or least < 0
        ):
            raise OptionError("min_quantity is the least quantity of an arrow that is drawn in full",
                              [Fault("not a finite number from 0", column="min_quantity", value=least)])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rest:
    """What is not drawn in full, for the notes.

    Attributes
    ----------
    merged : bool
        Whether it is drawn as thin grey arrows; else it is not drawn.
    kept : int
        How many arrows are drawn in full.
    ranked : bool
        Whether an arrow with a number was cut by its rank.
    least : float or None
        The least quantity of an arrow that is drawn in full, where one was asked for.
    unit : str
        What the quantities count.
    ties : int
        Arrows of the rest whose number is that of the smallest arrow drawn in full.
    flows, partly : int
        Flows with a leg in the rest, and those of them that also have one drawn in full.
    share : float or None
        Share of the rest in the sum over all arrows, where the width shows quantities and the rest has any.
    """

    merged: bool
    kept: int
    ranked: bool
    least: float | None
    unit: str
    ties: int
    flows: int
    partly: int
    share: float | None


def in_full(table: pd.DataFrame, values: Floats, cut: Cut) -> tuple[Flags, int | None]:
    """Return which arrows are drawn in full, and how many equal the last of them; None where none was cut by rank.

    An arrow whose width shows zero is not drawn in any case, and takes nobody's place.

    Raises
    ------
    OptionError
        If there are no numbers to cut by, or nothing is left to draw.
    """
    zero = values == 0
    full = np.ones(len(table), dtype=bool) if cut.min_quantity is None else zero | _large(table, cut.min_quantity)
    ties = None
    if cut.top is not None and int((full & ~zero).sum()) > cut.top:
        full, ties = _first(full, values, cut.top)
    if cut.rest == "omit" and not full.all() and not (full & ~zero).any():
        most = number(float(np.nanmax(numbers(table, "quantity"))))
        above = Fault("above every arrow", column="min_quantity", value=cut.min_quantity, hint=f"the largest is {most}")
        raise OptionError("no arrow is left to draw", [above])
    return full, ties


def _large(table: pd.DataFrame, least: float) -> Flags:
    """Return which arrows have at least a quantity."""
    quantity = numbers(table, "quantity")
    if np.isnan(quantity).all():
        none = Fault("the table has none", column="quantity", hint="say top=")
        raise OptionError("min_quantity needs quantities", [none])
    large: Flags = quantity >= least
    return large


def _first(full: Flags, values: Floats, top: int) -> tuple[Flags, int | None]:
    """Return which arrows are the first by their numbers, those of zero besides, and how many equal the last."""
    order = np.argsort(-values, kind="stable")
    order = order[(full & (values > 0))[order]]
    if not len(order):
        none = Fault("there is none above zero", column="quantity", hint="say width='lineages'")
        raise OptionError("top needs numbers to rank arrows by", [none])
    first = full & (values == 0)
    first[order[:top]] = True
    ties = int((values[order[top:]] == values[order[top - 1]]).sum()) if len(order) > top else None
    return first, ties


def rest_of(table: pd.DataFrame, measure: Measure, full: Flags, cut: Cut, unit: str, ties: int | None) -> Rest:
    """Return what is told of the arrows that are not drawn in full.

    Parameters
    ----------
    table : DataFrame
        All arrows.
    measure : Measure
        What the width shows.
    full, ties
        As `in_full` returns them.
    cut : Cut
    unit : str
        What the quantities count.
    """
    quantities = None if measure.counts else measure.of(table)
    drawn = full if quantities is None else full & (quantities != 0)
    behind, shown = flows_of(table[~full]), flows_of(table[drawn])
    total = 0.0 if quantities is None else math.fsum(np.nan_to_num(quantities))
    part = 0.0 if quantities is None else math.fsum(np.nan_to_num(quantities[~full]))
    return Rest(
        merged=cut.rest == "merge",
        kept=int(drawn.sum()),
        ranked=ties is not None,
        least=cut.min_quantity,
        unit=unit,
        ties=ties or 0,
        flows=len(behind),
        partly=len(behind & shown),
        share=part / total if part else None,
    )


def flows_of(table: pd.DataFrame) -> set[str]:
    """Return the ids of the flows that arrows stand for."""
    return {name for names in table["flows"] for name in names}
