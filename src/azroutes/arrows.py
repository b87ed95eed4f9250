"""Legs become arrows: which flows each stands for, how wide it is, how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.documents import backing
from azroutes.dtypes import CERTAINTY, MARKET
from azroutes.errors import Fault, OptionError, check_option
from azroutes.flows import steps_of
from azroutes.scale import WidthScale, counts_scale, quantity_scale

if TYPE_CHECKING:
    import geopandas as gpd

    from azroutes.theme import Theme

BY = ("market", "commodity", "flow")
WIDTHS = ("auto", "lineages", "quantity")
LEAST_PX = 0.5
"""Width of an arrow whose number is not zero and would make it too thin to be seen; how many there are is told."""

HAIRLINE_PX = 0.7
"""Width of an arrow that has no number where the width shows numbers."""


@dataclass(frozen=True)
class Arrows:
    """Arrows before they have a shape.

    Attributes
    ----------
    table : DataFrame
        One row an arrow: ``market, start, end, flows`` (tuple of flow ids), ``lineages, quantity, certainty, width_px,
        counted`` (whether the width shows a number); the widest first, so that small ones are drawn on top.
    scale : WidthScale
        What the width shows.
    without_number : int
        Flows that have no number, where the width shows numbers.
    widened : int
        Arrows that are drawn wider than their number says, for they could not be seen.
    """

    table: pd.DataFrame
    scale: WidthScale
    without_number: int
    widened: int = 0


def arrows_of(flows: gpd.GeoDataFrame, theme: Theme, *, by: str = "market", width: str = "auto") -> Arrows:
    """Return the arrows of flows: by default one for each market and leg, which lists its flows.

    Parameters
    ----------
    flows : GeoDataFrame
        A valid table of flows.
    theme : Theme
    by : {'market', 'commodity', 'flow'}
        What is drawn apart: all flows of a market that share a leg are one arrow, or those of a commodity, or none.
    width : {'auto', 'lineages', 'quantity'}
        What the width shows; auto takes the quantity where the table has any, else the independent lines of sources.
    """
    check_option("by", by, BY)
    check_option("width", width, WIDTHS)
    if width == "auto":
        width = "quantity" if flows["quantity"].notna().any() else "lineages"
    unit = _one_unit(flows) if width == "quantity" else None
    facts = flows[["market", "commodity", "quantity", "certainty", "lineages"]].reset_index()
    steps = steps_of(flows).merge(facts, on="flow_id", how="left")
    steps["market"] = steps["market"].astype(MARKET)
    steps["level"] = steps["certainty"].cat.codes
    keys = ["market", "start", "end", *{"market": [], "commodity": ["commodity"], "flow": ["flow_id"]}[by]]
    # A flow that comes back to a place passes a leg twice: it counts once.
    once = steps.drop_duplicates([*keys, "flow_id"]) if by != "flow" else steps.drop_duplicates(keys)
    grouped = once.groupby(keys, dropna=False, observed=True, sort=True)
    table = grouped.agg(level=("level", "max"), lineages=("lineages", "max"))
    table["quantity"] = grouped["quantity"].sum(min_count=1)
    table["flows"] = once.assign(ids=once["flow_id"]).groupby(keys, dropna=False, observed=True)["ids"].agg(tuple)
    table = table.reset_index()
    table["lineages"] = _lineages(flows, table)
    table["certainty"] = pd.Categorical.from_codes(table["level"], dtype=CERTAINTY)
    scale = _scale(table, theme, unit, width)
    shown = table["quantity" if width == "quantity" else "lineages"].astype("Float64")
    values = np.asarray(shown.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
    widths = scale.widths(values)
    thin = (values > 0) & (widths < LEAST_PX)
    table["counted"] = ~np.isnan(values)
    table["width_px"] = np.where(table["counted"], np.where(thin, LEAST_PX, widths), HAIRLINE_PX)
    ordered = table.drop(columns="level").sort_values("width_px", ascending=False, kind="stable", ignore_index=True)
    missing = int(flows["quantity"].isna().sum()) if width == "quantity" else 0
    return Arrows(ordered, scale, missing, int(thin.sum()))


def _one_unit(flows: gpd.GeoDataFrame) -> str:
    units = sorted(flows.loc[flows["quantity"].notna(), "unit"].dropna().astype(str).unique())
    if len(units) > 1:
        raise OptionError(
            "one width cannot show several units",
            [Fault("quantities in several units", column="unit", value=", ".join(units),
                   hint="draw the flows of one unit, or say width='lineages'")],
        )  # fmt: skip
    return units[0] if units else ""


def _lineages(flows: gpd.GeoDataFrame, table: pd.DataFrame) -> pd.Series:
    """Return how many independent lines of sources stand behind each arrow.

    For documented flows they are counted once over all flows of the arrow. Where a table tells only how many each flow
    has, an arrow has as many as the best backed of its flows: never more than is known.
    """
    lines = backing(flows).groupby("flow_id")["lineage"].agg(set).to_dict()
    known = [len(set().union(*(lines.get(name, set()) for name in names))) for names in table["flows"]]
    return pd.Series(np.maximum(known, table["lineages"]), index=table.index)


def _scale(table: pd.DataFrame, theme: Theme, unit: str | None, width: str) -> WidthScale:
    if width == "quantity":
        quantities = table["quantity"].to_numpy(dtype=float, na_value=np.nan)
        title = unit.replace("_", " ").strip() if unit else "Quantity"
        return quantity_scale(title, quantities, max_px=theme.max_width_px)
    return counts_scale("Independent lines of sources", table["lineages"].to_numpy(dtype=float),
                        px_each=theme.px_each_lineage, max_px=theme.max_width_px)  # fmt: skip
