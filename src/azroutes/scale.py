"""How numbers become widths, and which round numbers the legend shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats


@dataclass(frozen=True, slots=True)
class WidthScale:
    """Widths in proportion to a number: zero is zero wide, and twice the number twice as wide.

    Attributes
    ----------
    title : str
        What the width shows, for the legend.
    px_per_unit : float
        Pixels of width for one.
    largest : float
        The largest number that the scale was made for.
    whole : bool
        Whether only whole numbers make sense (a count of sources).
    """

    title: str
    px_per_unit: float
    largest: float
    whole: bool = False

    def widths(self, values: Floats) -> Floats:
        """Return the width of each value, px; a missing value has width zero."""
        widths: Floats = np.nan_to_num(values) * self.px_per_unit
        return widths

    def breaks(self, count: int = 3) -> list[float]:
        """Return a few round numbers up to the largest, for the legend."""
        if self.largest <= 0:
            return []
        if self.whole and self.largest <= 10:
            return sorted({1.0, float(np.ceil(self.largest / 2)), self.largest})
        top = round_down(self.largest)
        found = sorted({round_down(top / step) for step in (10.0, 10.0**0.5, 1.0)})
        return [value for value in found if not self.whole or value >= 1][-count:]


def round_down(value: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not above the value.

    Examples
    --------
    >>> round_down(4700.0)
    2000.0
    """
    power = 10.0 ** np.floor(np.log10(value))
    lead = next(step for step in (5.0, 2.0, 1.0) if step <= value / power + 1e-9)
    return float(lead * power)


def counts_scale(title: str, values: Floats, *, px_each: float, max_px: float) -> WidthScale:
    """Return a scale for small counts: so many pixels for each, fewer where the largest would be too wide."""
    largest = float(np.max(values, initial=1.0))
    return WidthScale(title, min(px_each, max_px / largest), largest, whole=True)


def quantity_scale(title: str, values: Floats, *, max_px: float) -> WidthScale:
    """Return a scale on which the largest quantity has the greatest width."""
    largest = float(np.nanmax(values, initial=0.0))
    return WidthScale(title, max_px / largest if largest > 0 else 0.0, largest)


def number(value: float) -> str:
    """Return a number as a reader writes it: 12,000 or 0.5.

    Examples
    --------
    >>> number(12000.0)
    '12,000'
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"
