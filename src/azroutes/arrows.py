"""Legs become arrows: which flows each stands for, how wide it is, and what is not told by its width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.cut import Cut, Rest, flows_of, in_full, rest_of
from azroutes.documents import backing
from azroutes.dtypes import CERTAINTY, MARKET
from azroutes.errors import Fault, TableError, check_option
from azroutes.flows import steps_of
from azroutes.measure import measure_of, one_unit
from azroutes.options import By
from azroutes.privacy import is_hidden
from azroutes.schema import Flows, validate
from azroutes.theme import theme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import geopandas as gpd

    from azroutes.geometry.shapes import Flags, Floats
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme

    Lines = Mapping[Hashable, set[str]]

LEAST_PX = 0.5
"""Width of an arrow whose number is not zero and would make it too thin to be seen; how many there are is told."""

HAIRLINE_PX = 0.7
"""Width of an arrow that has no number where the width shows numbers."""

REST_PX = 0.6
"""Width of the grey arrows into which the rest is merged: it shows no number."""


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """How many flows have no number, where the width shows numbers; each flow is counted once.

    Attributes
    ----------
    thin : int
        Drawn as thin lines.
    hidden : int
        Part of an arrow that has a number from other flows.
    rest : int
        Merged or left out with the rest.
    """

    thin: int = 0
    hidden: int = 0
    rest: int = 0


@dataclass(frozen=True)
class Arrows:
    """Arrows before they have a shape.

    Attributes
    ----------
    table : DataFrame
        One row an arrow: ``market, start, end, flows`` (tuple of flow ids), ``lineages, quantity, certainty, width_px,
        counted`` (whether the width shows a number), ``rest`` (whether it is the merged rest of one way, of no market);
        the rest comes first and then the widest, so that small ones are drawn on top.
    scale : WidthScale
        What the width shows.
    unnumbered : Unnumbered
        Flows that have no number.
    widened : int
        Arrows that are drawn wider than their number says, for they could not be seen.
    rest : Rest or None
        What is not drawn in full; None where all is.
    shared : bool
        Whether the scale was given, for a set of figures.
    hidden : bool
        Whether numbers of flows are hidden; see `azroutes.suppress`.
    zeros : int
        Arrows whose number is zero. They have no width; where what is cut is left out, so are they, as their places
        would stand on the map without an arrow.
    """

    table: pd.DataFrame
    scale: WidthScale
    unnumbered: Unnumbered = Unnumbered()
    widened: int = 0
    rest: Rest | None = None
    shared: bool = False
    hidden: bool = False
    zeros: int = 0


def arrows_of(
    flows: gpd.GeoDataFrame, theme: Theme, *, by: str = "market", width: str = "auto", cut: Cut | None = None,
    scale: WidthScale | None = None, on_map: Callable[[pd.Series, pd.Series], Flags] | None = None,
) -> Arrows:  # fmt: skip
    """Return the arrows of flows: by default one for each market and leg, which lists its flows.

    Parameters
    ----------
    flows : GeoDataFrame
        A valid table of flows.
    theme : Theme
    by : {'market', 'commodity', 'flow'}
        What is drawn apart: all flows of a market that share a leg are one arrow, or those of a commodity, or none.
    width : {'auto', 'lineages', 'quantity'}
        What the width shows; auto takes what `scale` shows, and without one the quantity where the table has any, else
        the independent lines of sources.
    cut : Cut, optional
        Which arrows are drawn in full; by default all.
    scale : WidthScale, optional
        A scale for a set of figures; by default one fitted to the arrows drawn in full.
    on_map : callable, optional
        Tells from the starts and the ends which legs are on the map; by default all.

    Raises
    ------
    OptionError
        If an option will not do: an unknown choice, quantities in several units, a least quantity without quantities, a
        cut that leaves nothing to draw, a scale of something else, or a number beyond the scale.
    """
    check_option("by", by, By)
    measure = measure_of(flows, width, scale)
    cut = cut or Cut()
    unit = one_unit(flows) if measure.counts and cut.min_quantity is not None else measure.unit or ""
    lines: Lines = backing(flows).groupby("flow_id")["lineage"].agg(set).to_dict()
    table = _grouped(flows, by, lines)
    if on_map is not None:
        table = table[on_map(table["start"], table["end"])].reset_index(drop=True)
    values = measure.of(table)
    full, ties = in_full(table, values, cut)
    zero = full & (values == 0)
    left_out = zero if cut.rest == "omit" and cut.cuts and (full & ~zero).any() else np.zeros(len(table), dtype=bool)
    kept, shown = table[full & ~left_out], values[full & ~left_out]
    if scale is not None:
        measure.check(scale, kept, shown)
    fitted = measure.fitted(shown, theme) if scale is None else scale
    kept, widened = _wide(kept, shown, fitted)
    drawn = [_merged(table[~full], lines), kept] if cut.rest == "merge" and not full.all() else [kept]
    return Arrows(
        table=pd.concat(drawn, ignore_index=True) if len(drawn) > 1 else kept.reset_index(drop=True),
        scale=fitted,
        unnumbered=Unnumbered() if measure.counts else _unnumbered(flows, kept, table[~full]),
        widened=widened,
        rest=None if full.all() else rest_of(table, measure, full, cut, unit, ties),
        shared=scale is not None,
        hidden=bool(is_hidden(flows).any()),
        zeros=int(zero.sum()),
    )


def width_scale(
    flows: gpd.GeoDataFrame, *, width: str = "auto", by: str = "market", theme: Theme | str = "default"
) -> WidthScale:
    """Return one scale of widths for a set of figures, so that their arrows compare.

    Parameters
    ----------
    flows : GeoDataFrame
        All flows of the set.
    width : {'auto', 'lineages', 'quantity'}
        What the width shows; auto takes the quantity where the table has any, else the independent lines of sources.
    by : {'market', 'commodity', 'flow'}
        What is drawn as an arrow of its own; say the same for the figures.
    theme : Theme or str
        Says how wide the widest arrow is; as in `azroutes.plot_flows`.

    Returns
    -------
    WidthScale
        Hand it to `azroutes.plot_flows` as ``scale=``. A figure whose widths would show something else, or with a
        number beyond the largest of the set, is refused.

    Raises
    ------
    TableError
        If the table is not valid or has no row; it lists every fault.
    OptionError
        If an option has a value that will not do, or the quantities are in several units.

    Examples
    --------
    >>> import azroutes
    >>> flows = azroutes.load_flows()
    >>> scale = azroutes.width_scale(flows)
    >>> scale.title
    'Independent lines of sources'
    >>> ax = azroutes.plot_flows(flows[flows["market"] == "heroin_trade"], scale=scale)
    """
    if len(validate(Flows, flows)) == 0:
        raise TableError("there is no flow to make a scale of", [Fault("the table has no rows")])
    return arrows_of(flows, theme_of(theme), by=by, width=width).scale


def _grouped(flows: gpd.GeoDataFrame, by: str, lines: Lines) -> pd.DataFrame:
    """Return one row an arrow, in an order that does not depend on that of the flows."""
    facts = flows[["market", "commodity", "quantity", "certainty", "lineages"]].reset_index()
    steps = steps_of(flows).merge(facts, on="flow_id", how="left")
    steps["market"] = steps["market"].astype(MARKET)
    steps["level"] = steps["certainty"].cat.codes
    keys = ["market", "start", "end", *{"market": [], "commodity": ["commodity"], "flow": ["flow_id"]}[by]]
    # A flow that comes back to a place passes a leg twice: it counts once.
    once = steps.drop_duplicates([*keys, "flow_id"]) if by != "flow" else steps.drop_duplicates(keys)
    grouped = once.groupby(keys, dropna=False, observed=True, sort=True)
    table = grouped.agg(level=("level", "max"), lineages=("lineages", "max"))
    # Added from the least, so that the order of rows does not show in the last digit.
    rising = once.sort_values("quantity", kind="stable").groupby(keys, dropna=False, observed=True, sort=True)
    table["quantity"] = rising["quantity"].sum(min_count=1)
    table["flows"] = once.assign(ids=once["flow_id"]).groupby(keys, dropna=False, observed=True)["ids"].agg(tuple)
    table = table.reset_index()
    table["lineages"] = _lineages(table, lines)
    table["certainty"] = pd.Categorical.from_codes(table["level"], dtype=CERTAINTY)
    return table.drop(columns="level")


def _wide(table: pd.DataFrame, values: Floats, scale: WidthScale) -> tuple[pd.DataFrame, int]:
    """Return arrows as wide as their numbers say, the widest first, and how many had to be drawn wider."""
    widths, counted = scale.widths(values), ~np.isnan(values)
    thin = (values > 0) & (widths < LEAST_PX)
    width_px = np.where(counted, np.where(thin, LEAST_PX, widths), HAIRLINE_PX)
    made = table.assign(counted=counted, width_px=width_px, rest=False)
    return made.sort_values("width_px", ascending=False, kind="stable"), int(thin.sum())


def _merged(rest: pd.DataFrame, lines: Lines) -> pd.DataFrame:
    """Return the rest as thin arrows, one for each way between two places; what it merges is missing in it."""
    grouped = rest.assign(level=rest["certainty"].cat.codes).groupby(["start", "end"], sort=True)
    table = grouped.agg(level=("level", "max"), lineages=("lineages", "max"))
    table["quantity"] = grouped["quantity"].sum(min_count=1)
    names = rest[["start", "end", "flows"]].explode("flows").drop_duplicates()
    table["flows"] = names.groupby(["start", "end"])["flows"].agg(tuple)
    table = table.reset_index()
    table["lineages"] = _lineages(table, lines)
    table["certainty"] = pd.Categorical.from_codes(table["level"], dtype=CERTAINTY)
    merged = table.reindex(columns=rest.columns).astype(dict(rest.dtypes.items()))
    return merged.assign(counted=False, width_px=REST_PX, rest=True)


def _unnumbered(flows: gpd.GeoDataFrame, kept: pd.DataFrame, rest: pd.DataFrame) -> Unnumbered:
    missing = set(flows.index[flows["quantity"].isna().to_numpy(dtype=bool) & ~is_hidden(flows)])
    thin = missing & flows_of(kept[~kept["counted"]])
    hidden = missing & flows_of(kept[kept["counted"]]) - thin
    return Unnumbered(len(thin), len(hidden), len(missing & flows_of(rest) - thin - hidden))


def _lineages(table: pd.DataFrame, lines: Lines) -> pd.Series:
    """Return how many independent lines of sources stand behind each arrow.

    For documented flows they are counted once over all flows of the arrow. Where a table tells only how many each flow
    has, an arrow has as many as the best backed of its flows: never more than is known.
    """
    known = [len(set().union(*(lines.get(name, set()) for name in names))) for names in table["flows"]]
    return pd.Series(np.maximum(known, table["lineages"]), index=table.index)
