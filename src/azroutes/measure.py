"""What the widths of arrows show: independent lines of sources, or quantities in one unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from azroutes.errors import Fault, OptionError, check_option
from azroutes.options import Width
from azroutes.scale import WidthScale, counts_scale, number, quantity_scale

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from azroutes.geometry.shapes import Floats
    from azroutes.theme import Theme

COUNTS_TITLE = "Independent lines of sources"
NO_UNIT_TITLE = "Quantity"
ROUNDING = 1e-9
"""By how much a number may pass the largest of a scale, as a share of it: sums differ in their last digits."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the width of each arrow shows.

    Attributes
    ----------
    unit : str or None
        The unit of the quantities; None where it shows how many independent lines of sources there are.
    title : str or None
        What a legend calls it; None where it shows quantities and the table has none.
    """

    unit: str | None
    title: str | None

    @property
    def counts(self) -> bool:
        """Whether it shows how many independent lines of sources there are."""
        return self.unit is None

    def of(self, table: pd.DataFrame) -> Floats:
        """Return the number of each arrow; nan where it has none."""
        return numbers(table, "lineages" if self.counts else "quantity")

    def fitted(self, values: Floats, theme: Theme) -> WidthScale:
        """Return a scale of widths for these numbers."""
        title = self.title or NO_UNIT_TITLE
        if self.counts:
            return counts_scale(title, values, px_each=theme.px_each_lineage, max_px=theme.max_width_px)
        return quantity_scale(title, values, max_px=theme.max_width_px)

    def check(self, scale: WidthScale, table: pd.DataFrame, values: Floats) -> None:
        """Check that a scale for a set of figures shows the same, and that no arrow is beyond it.

        Raises
        ------
        OptionError
            If it shows something else, or arrows would be wider than it; it lists them.
        """
        if self.counts != scale.whole or self.title not in {None, scale.title}:
            shown = self.title or NO_UNIT_TITLE
            raise OptionError("a scale for a set of figures must show what the figure shows",
                              [Fault("a scale of something else", column="scale", value=scale.title,
                                     hint=f"the widths of this table show {shown!r}")])  # fmt: skip
        beyond = np.flatnonzero(np.nan_to_num(values) > scale.largest * (1 + ROUNDING))
        if len(beyond):
            ways = [f"{start}>{end}" for start, end in zip(table["start"], table["end"], strict=True)]
            hint = "make the scale of all flows of the set, with the same by="
            raise OptionError(
                f"the scale ends at {number(scale.largest)}, and arrows would be wider than it",
                [Fault(f"beyond the scale: {ways[k]}", column="scale", value=float(values[k]), hint=hint)
                 for k in beyond],
            )  # fmt: skip


def measure_of(flows: gpd.GeoDataFrame, width: str, scale: WidthScale | None = None) -> Measure:
    """Return what the width shows.

    Parameters
    ----------
    flows : GeoDataFrame
        A valid table of flows.
    width : {'auto', 'lineages', 'quantity'}
        auto takes what `scale` shows, and without one the quantity where the table has any, else the independent lines
        of sources.
    scale : WidthScale, optional
        A scale for a set of figures.

    Raises
    ------
    OptionError
        If the quantities are in several units, or an option has a value that will not do.
    """
    check_option("width", width, Width)
    if scale is not None and not isinstance(scale, WidthScale):
        fault = Fault("not a scale of widths", column="scale", value=scale, hint="make one with azroutes.width_scale")
        raise OptionError("scale is one scale of widths for a set of figures", [fault])
    if _shows_counts(flows, width, scale):
        return Measure(None, COUNTS_TITLE)
    unit = one_unit(flows)
    title = unit.replace("_", " ").strip() or NO_UNIT_TITLE
    return Measure(unit, title if flows["quantity"].notna().any() else None)


def _shows_counts(flows: gpd.GeoDataFrame, width: str, scale: WidthScale | None) -> bool:
    if width != "auto":
        return width == "lineages"
    return scale.whole if scale is not None else not flows["quantity"].notna().any()


def one_unit(flows: gpd.GeoDataFrame) -> str:
    """Return the unit of the quantities, which is empty where none is told.

    Raises
    ------
    OptionError
        If they are in several units.
    """
    units = sorted(flows.loc[flows["quantity"].notna(), "unit"].dropna().astype(str).unique())
    if len(units) > 1:
        raise OptionError(
            "one width cannot show several units",
            [Fault("quantities in several units", column="unit", value=", ".join(units),
                   hint="draw the flows of one unit, or say width='lineages'")],
        )  # fmt: skip
    return units[0] if units else ""


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column of numbers, with nan where one is missing."""
    found = table[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    values: Floats = np.asarray(found, dtype=np.float64)
    return values
