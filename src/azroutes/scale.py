"""How numbers become widths and circles, and which round numbers the legend shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from azroutes.errors import Fault, OptionError

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats


LEAST_PLAIN, MOST_PLAIN = 1e-4, 1e15
"""Between which numbers are written out."""

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
        Whether it shows a count of sources.
    integral : bool
        Whether all numbers are whole, so that none below one is shown.

    Raises
    ------
    OptionError
        If a number is not finite or below zero: the values are beyond what can be drawn.

    Examples
    --------
    >>> WidthScale("kg", px_per_unit=0.1, largest=70.0).breaks()
    [5.0, 10.0, 50.0]
    """

    title: str
    px_per_unit: float
    largest: float
    whole: bool = False
    integral: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        faults = [
            Fault("not a finite number from 0", column=name, value=value, hint="say the quantities in another unit")
            for name, value in (("px_per_unit", self.px_per_unit), ("largest", self.largest))
            if not (math.isfinite(value) and value >= 0)
        ]
        if faults:
            raise OptionError("widths cannot show these numbers", faults)

    def widths(self, values: Floats) -> Floats:
        """Return the width of each value, px; a missing value has width zero."""
        widths: Floats = np.nan_to_num(values) * self.px_per_unit
        return widths

    def breaks(self, count: int = 3) -> list[float]:
        """Return a few round numbers up to the largest, for the legend."""
        if self.largest <= 0:
            return []
        integral = self.whole or self.integral
        if integral and self.largest <= 10:
            return sorted({1.0, float(np.ceil(self.largest / 2)), self.largest})
        top = round_down(self.largest)
        found = sorted({round_down(top / step) for step in (10.0, 10.0**0.5, 1.0)})
        return [value for value in found if not integral or value >= 1][-count:]


@dataclass(frozen=True, slots=True)
class AreaScale:
    """Circles whose area is in proportion to a number: four times the number, twice the radius.

    Attributes
    ----------
    title : str
        What the area shows.
    largest : float
        The number of the largest circle.
    max_px, least_px : float
        Radius of the largest circle, and of one too small to be seen.
    whole : bool
        Whether only whole numbers make sense.
    """

    title: str
    largest: float
    max_px: float
    least_px: float
    whole: bool = False

    def radii(self, values: Floats) -> Floats:
        """Return the radius of each value, px: never less than `least_px`, of zero and of a missing value too."""
        share = np.nan_to_num(values) / self.largest if self.largest > 0 else np.zeros(len(values))
        radii: Floats = np.maximum(np.sqrt(share) * self.max_px, self.least_px)
        return radii

    def breaks(self) -> list[float]:
        """Return two round numbers for the legend, or one where the second would be too small to be seen."""
        if self.largest <= 0:
            return []
        top = round_down(self.largest)
        found = [value for value in (round_down(top / 5), top) if not self.whole or value >= 1]
        true = np.sqrt(np.array(found) / self.largest) * self.max_px
        return [value for value, radius in zip(found, true, strict=True) if radius >= self.least_px]


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
    integral = bool((np.floor(values) == values)[~np.isnan(values)].all())
    return WidthScale(title, max_px / largest if largest > 0 else 0.0, largest, integral=integral)


def number(value: float) -> str:
    """Return a number as a reader writes it: 12,000 or 0.5, and a very large or small one by its power of ten.

    Examples
    --------
    >>> number(12000.0)
    '12,000'
    >>> number(5e-9)
    '5 × 10⁻⁹'
    """
    if value and not LEAST_PLAIN <= abs(value) < MOST_PLAIN:
        lead, power = f"{value:.2e}".split("e")
        return f"{float(lead):g} × 10{str(int(power)).translate(_RAISED)}"
    # A computer's own short form turns to powers of ten at a million.
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1e5 else f"{value:,g}"
