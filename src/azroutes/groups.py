"""What groups of rows have together: totals, first and greatest values, texts joined; no row is looked at by itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from azroutes.distinct import distinct, key_of, repeated, sorted_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from azroutes.distinct import Ints

_NONE = np.iinfo(np.int16).min
"""Less than any year or code."""


@dataclass(frozen=True)
class Groups:
    """Rows in groups.

    Attributes
    ----------
    of : array of int
        The group of each row, from 0 on.
    many : int
        How many groups there are; each has a row.

    Examples
    --------
    >>> each = Groups(np.array([1, 0, 1]), 2)
    >>> each.total(pd.Series([0.1, 5, 0.2], dtype="Float64")).tolist()
    [5.0, 0.30000000000000004]
    """

    of: Ints
    many: int

    def first(self, values: pd.Categorical) -> pd.Categorical:
        """Return the first value of each group that is there."""
        there = np.flatnonzero(values.codes >= 0)[::-1]
        found = np.full(self.many, -1, dtype=values.codes.dtype)
        found[self.of[there]] = values.codes[there]
        return pd.Categorical.from_codes(found, dtype=values.dtype)

    def last_of_list(self, values: pd.Categorical) -> pd.Categorical:
        """Return the value of each group that stands last in the list of categories."""
        return pd.Categorical.from_codes(self._most(values.codes.astype(np.int64)), dtype=values.dtype)

    def greatest(self, years: pd.Series) -> pd.arrays.IntegerArray:
        """Return the greatest year of each group; missing where it has none."""
        return self._years(years, 1)

    def least(self, years: pd.Series) -> pd.arrays.IntegerArray:
        """Return the least year of each group; missing where it has none."""
        return self._years(years, -1)

    def _years(self, years: pd.Series, sign: int) -> pd.arrays.IntegerArray:
        there = years.notna().to_numpy(dtype=bool)
        found = self._most(np.where(there, sign * years.to_numpy(dtype=np.int64, na_value=0), _NONE))
        none = found == _NONE
        return pd.arrays.IntegerArray(np.where(none, 0, sign * found).astype(np.int16), none)

    def _most(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        found = np.full(self.many, _NONE, dtype=np.int64)
        np.maximum.at(found, self.of, values)
        return found

    def how_many(self, names: pd.Series) -> NDArray[np.int64]:
        """Return how many names each group has that are not the same."""
        known = pd.Index(names)
        # Of names that rise pandas knows that none is twice without a look at each of them again.
        if known.is_monotonic_increasing and known.is_unique:
            return np.bincount(self.of, minlength=self.many)
        alike = repeated(key_of([pd.Series(self.of), names]))
        return np.bincount(self.of[~alike], minlength=self.many)

    def total(self, quantities: pd.Series) -> pd.arrays.FloatingArray:
        """Add the quantities of each group exactly, so that the order of rows does not show in the last digit.

        None is below zero; a group of which none is known has none. Where longer numbers than floats show that nothing
        is lost by them they are used, else `math.fsum`.
        """
        known = quantities.notna().to_numpy(dtype=bool)
        amount, of = quantities[known].to_numpy(dtype=float), self.of[known]
        count = np.bincount(of, minlength=self.many)
        some = count > 0
        found = np.zeros(self.many)
        if some.any():
            found[some] = _sums(amount[sorted_by(of)], count[some])
        return pd.arrays.FloatingArray(found, ~some)

    def joined(
        self, values: pd.Series, joiner: Callable[[Sequence[object]], Any]
    ) -> tuple[NDArray[np.intp], list[Any]]:  # fmt: skip
        """Return what a joiner makes of the values of groups, after which of it is each group's.

        It is asked once for the same values in the same order. A value that a group has before is left out: no joiner
        minds.

        Parameters
        ----------
        values : Series
            One a row.
        joiner : callable
            Takes the values of one group in the order of its rows; a missing one is None.
        """
        number, known = distinct(values)
        if (number == number[:1]).all():
            return np.zeros(self.many, dtype=np.intp), [joiner([known[k] for k in number[:1]])]
        number = np.where(number < 0, len(known) - 1, number).astype(np.intp)
        new = ~repeated(self.of.astype(np.int64) * len(known) + number)
        number, of = number[new], self.of[new]
        order, count = sorted_by(of), np.bincount(of, minlength=self.many)
        end = np.cumsum(count)
        # Most groups of a large table have one row, and take what its value alone makes.
        made = [joiner([value]) for value in known]
        which = number[order[end - count]]
        place: dict[tuple[int, ...], int] = {}
        for k in np.flatnonzero(count > 1):
            key = tuple(number[order[end[k] - count[k] : end[k]]].tolist())
            if key not in place:
                place[key] = len(made)
                made.append(joiner([known[n] for n in key]))
            which[k] = place[key]
        return which, made


def _sums(amounts: NDArray[np.float64], many: Ints) -> NDArray[np.float64]:
    """Return the sum of the first so many amounts, of the next so many, and so on."""
    end = np.cumsum(many)
    begin = end - many
    total = np.add.reduceat(amounts, begin, dtype=np.longdouble)
    lost = total * many * np.finfo(np.longdouble).eps
    found: NDArray[np.float64] = (total - lost).astype(np.float64)
    most = (total + lost).astype(np.float64)
    for k in np.flatnonzero(found != most):
        found[k] = math.fsum(amounts[begin[k] : end[k]])
    return found
