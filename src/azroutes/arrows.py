"""Legs become arrows: which flows each stands for, how wide it is, how it is drawn, and what is not drawn in full."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from azroutes.documents import backing
from azroutes.dtypes import CERTAINTY, MARKET
from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.flows import steps_of
from azroutes.geometry.shapes import points
from azroutes.privacy import is_hidden
from azroutes.scale import AreaScale, WidthScale, counts_scale, number, quantity_scale
from azroutes.schema import Flows, validate
from azroutes.theme import theme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import geopandas as gpd

    from azroutes.geometry.shapes import Flags, Floats
    from azroutes.theme import Theme

    Lines = Mapping[Hashable, set[str]]

BY = ("market", "commodity", "flow")
WIDTHS = ("auto", "lineages", "quantity")
RESTS = ("merge", "omit")
LEAST_PX = 0.5
"""Width of an arrow whose number is not zero and would make it too thin to be seen; how many there are is told."""

HAIRLINE_PX = 0.7
"""Width of an arrow that has no number where the width shows numbers."""

REST_PX = 0.6
"""Width of the grey arrows into which the rest is merged: it shows no number."""

COUNTS_TITLE = "Independent lines of sources"
NO_UNIT_TITLE = "Quantity"
ROUNDING = 1e-9
"""By how much a number may pass the largest of a scale, as a share of it: sums differ in their last digits."""

MOST_RADIUS, LEAST_RADIUS = 3.5, 0.5
"""Largest and smallest circle that shows a total, in radii of a plain one."""

CIRCLE_GAP_PX = 1.0
"""Free space between two circles that show totals, px."""


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
        check_option("rest", self.rest, RESTS)
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
    check_option("by", by, BY)
    check_option("width", width, WIDTHS)
    cut = cut or Cut()
    width = _shown(flows, width, scale)
    unit = _one_unit(flows) if width == "quantity" or cut.min_quantity is not None else ""
    lines: Lines = backing(flows).groupby("flow_id")["lineage"].agg(set).to_dict()
    table = _grouped(flows, by, lines)
    if on_map is not None:
        table = table[on_map(table["start"], table["end"])].reset_index(drop=True)
    values = _numbers(table, width)
    full, ties = _drawn_in_full(table, values, cut)
    zero = full & (values == 0)
    left_out = zero if cut.rest == "omit" and cut.cuts and (full & ~zero).any() else np.zeros(len(table), dtype=bool)
    kept, shown = table[full & ~left_out], values[full & ~left_out]
    fitted = _scale(flows, shown, theme, unit, width) if scale is None else scale
    if scale is not None:
        _check_scale(scale, _title(flows, unit, width), kept, shown, counts=width == "lineages")
    widths = fitted.widths(shown)
    thin = (shown > 0) & (widths < LEAST_PX)
    counted = ~np.isnan(shown)
    kept = kept.assign(
        counted=counted, width_px=np.where(counted, np.where(thin, LEAST_PX, widths), HAIRLINE_PX), rest=False
    ).sort_values("width_px", ascending=False, kind="stable")
    drawn = [_merged(table[~full], lines), kept] if cut.rest == "merge" and not full.all() else [kept]
    return Arrows(
        table=pd.concat(drawn, ignore_index=True) if len(drawn) > 1 else kept.reset_index(drop=True),
        scale=fitted,
        unnumbered=_unnumbered(flows, kept, table[~full]) if width == "quantity" else Unnumbered(),
        widened=int(thin.sum()),
        rest=_rest(table, values if width == "quantity" else None, full, cut, unit, ties) if not full.all() else None,
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


def circle_scale(arrows: Arrows, theme: Theme, *, at: Mapping[str, tuple[float, float]] | None = None) -> AreaScale:
    """Return the scale of circles whose area shows how much comes in and goes out, by what the width shows.

    Parameters
    ----------
    arrows : Arrows
    theme : Theme
        A plain circle's radius: the largest total has 3.5 of it, and none has less than half.
    at : mapping of place to (x, y), optional
        Where the places are, px. All circles shrink alike until no two meet, though the largest never below a plain
        one: where that is not enough, plain ones would meet too.
    """
    totals = _totals(arrows)
    largest = max(totals.values(), default=0.0)
    plain = theme.node_radius_px
    scale = AreaScale(arrows.scale.title, largest, MOST_RADIUS * plain, LEAST_RADIUS * plain, whole=arrows.scale.whole)
    if at is None or largest == 0:
        return scale
    most = max(plain, scale.max_px * _shrunk(scale, totals, at))
    return AreaScale(scale.title, largest, most, scale.least_px, whole=scale.whole)


def node_radii(arrows: Arrows, scale: AreaScale) -> dict[str, float]:
    """Return the radius of each place's circle, px, so that its area shows how much comes in and goes out.

    What stays at a place counts once; an arrow without a number adds nothing.
    """
    totals = _totals(arrows)
    radii = scale.radii(np.array(list(totals.values())))
    return {code: float(radius) for code, radius in zip(totals, radii, strict=True)}


def _totals(arrows: Arrows) -> dict[str, float]:
    """Return the sum of the arrows at each place, by what the width shows."""
    table = arrows.table
    values = np.nan_to_num(_numbers(table, "lineages" if arrows.scale.whole else "quantity"))
    ends = pd.concat([
        pd.DataFrame({"code": table["start"].astype(str), "value": values}),
        pd.DataFrame({"code": table["end"].astype(str), "value": values})[(table["start"] != table["end"]).to_numpy()],
    ])  # fmt: skip
    return {str(code): math.fsum(found) for code, found in ends.groupby("code", sort=True)["value"]}


def _shrunk(scale: AreaScale, totals: dict[str, float], at: Mapping[str, tuple[float, float]]) -> float:
    """Return the largest factor, at most 1, by which circles shrink so that no two meet."""
    xy = np.array([at[code] for code in totals], dtype=float).reshape(-1, 2)
    radius = scale.radii(np.array(list(totals.values())))
    spots = points(xy)
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=2 * scale.max_px + CIRCLE_GAP_PX)
    room = np.hypot(*(xy[one] - xy[other]).T) - CIRCLE_GAP_PX
    small, large = np.minimum(radius[one], radius[other]), np.maximum(radius[one], radius[other])
    # Two that are as small as circles get are no reason to shrink the others.
    matter = (one < other) & (large > scale.least_px)
    room, small, large = room[matter], small[matter], large[matter]
    both = room / (small + large)
    # Where the smaller of two is as small as circles get, the larger makes all the room.
    factor = np.where(both * small >= scale.least_px, both, (room - scale.least_px) / large)
    return float(np.clip(np.min(factor, initial=1.0), 0.0, 1.0))


def _shown(flows: gpd.GeoDataFrame, width: str, scale: WidthScale | None) -> str:
    if scale is not None and not isinstance(scale, WidthScale):
        fault = Fault("not a scale of widths", column="scale", value=scale, hint="make one with azroutes.width_scale")
        raise OptionError("scale is one scale of widths for a set of figures", [fault])
    if width != "auto":
        return width
    if scale is not None:
        return "lineages" if scale.whole else "quantity"
    return "quantity" if flows["quantity"].notna().any() else "lineages"


def shown_unit(flows: gpd.GeoDataFrame, width: str, scale: WidthScale | None = None) -> str | None:
    """Return the unit of the quantities that widths show, or None where they show none.

    Raises
    ------
    OptionError
        If the quantities are in several units, or an option has a value that will not do.
    """
    check_option("width", width, WIDTHS)
    return _one_unit(flows) if _shown(flows, width, scale) == "quantity" else None


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


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    found = table[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    values: Floats = np.asarray(found, dtype=np.float64)
    return values


def _drawn_in_full(table: pd.DataFrame, values: Floats, cut: Cut) -> tuple[Flags, int | None]:
    """Return which arrows are drawn in full, and how many equal the last of them; None where none was cut by rank.

    An arrow whose width shows zero is not drawn in any case, and takes nobody's place.
    """
    zero, ties = values == 0, None
    full = np.ones(len(table), dtype=bool)
    if cut.min_quantity is not None:
        quantity = _numbers(table, "quantity")
        if np.isnan(quantity).all():
            none = Fault("the table has none", column="quantity", hint="say top=")
            raise OptionError("min_quantity needs quantities", [none])
        full = zero | (quantity >= cut.min_quantity)
    if cut.top is not None and int((full & ~zero).sum()) > cut.top:
        order = np.argsort(-values, kind="stable")
        order = order[(full & (values > 0))[order]]
        if not len(order):
            none = Fault("there is none above zero", column="quantity", hint="say width='lineages'")
            raise OptionError("top needs numbers to rank arrows by", [none])
        if len(order) > cut.top:
            ties = int((values[order[cut.top :]] == values[order[cut.top - 1]]).sum())
        full &= zero
        full[order[: cut.top]] = True
    if cut.rest == "omit" and not full.all() and not (full & ~zero).any():
        most = number(float(np.nanmax(_numbers(table, "quantity"))))
        above = Fault("above every arrow", column="min_quantity", value=cut.min_quantity, hint=f"the largest is {most}")
        raise OptionError("no arrow is left to draw", [above])
    return full, ties


def _rest(table: pd.DataFrame, quantities: Floats | None, full: Flags, cut: Cut, unit: str, ties: int | None) -> Rest:
    drawn = full if quantities is None else full & (quantities != 0)
    behind, in_full = _names(table[~full]), _names(table[drawn])
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
        partly=len(behind & in_full),
        share=part / total if part else None,
    )


def _names(table: pd.DataFrame) -> set[str]:
    return {name for names in table["flows"] for name in names}


def _unnumbered(flows: gpd.GeoDataFrame, kept: pd.DataFrame, rest: pd.DataFrame) -> Unnumbered:
    missing = set(flows.index[flows["quantity"].isna().to_numpy(dtype=bool) & ~is_hidden(flows)])
    thin = missing & _names(kept[~kept["counted"]])
    hidden = missing & _names(kept[kept["counted"]]) - thin
    return Unnumbered(len(thin), len(hidden), len(missing & _names(rest) - thin - hidden))


def _one_unit(flows: gpd.GeoDataFrame) -> str:
    units = sorted(flows.loc[flows["quantity"].notna(), "unit"].dropna().astype(str).unique())
    if len(units) > 1:
        raise OptionError(
            "one width cannot show several units",
            [Fault("quantities in several units", column="unit", value=", ".join(units),
                   hint="draw the flows of one unit, or say width='lineages'")],
        )  # fmt: skip
    return units[0] if units else ""


def _lineages(table: pd.DataFrame, lines: Lines) -> pd.Series:
    """Return how many independent lines of sources stand behind each arrow.

    For documented flows they are counted once over all flows of the arrow. Where a table tells only how many each flow
    has, an arrow has as many as the best backed of its flows: never more than is known.
    """
    known = [len(set().union(*(lines.get(name, set()) for name in names))) for names in table["flows"]]
    return pd.Series(np.maximum(known, table["lineages"]), index=table.index)


def _title(flows: gpd.GeoDataFrame, unit: str, width: str) -> str | None:
    """Return what the width shows; None where it shows quantities and the table has none."""
    if width == "lineages":
        return COUNTS_TITLE
    if not flows["quantity"].notna().any():
        return None
    return unit.replace("_", " ").strip() or NO_UNIT_TITLE


def _scale(flows: gpd.GeoDataFrame, values: Floats, theme: Theme, unit: str, width: str) -> WidthScale:
    title = _title(flows, unit, width) or NO_UNIT_TITLE
    if width == "quantity":
        return quantity_scale(title, values, max_px=theme.max_width_px)
    return counts_scale(title, values, px_each=theme.px_each_lineage, max_px=theme.max_width_px)


def _check_scale(scale: WidthScale, title: str | None, table: pd.DataFrame, values: Floats, *, counts: bool) -> None:
    if counts != scale.whole or title not in {None, scale.title}:
        shown = title or NO_UNIT_TITLE
        raise OptionError("a scale for a set of figures must show what the figure shows",
                          [Fault("a scale of something else", column="scale", value=scale.title,
                                 hint=f"the widths of this table show {shown!r}")])  # fmt: skip
    beyond = np.flatnonzero(np.nan_to_num(values) > scale.largest * (1 + ROUNDING))
    if len(beyond):
        ways = [f"{start}>{end}" for start, end in zip(table["start"], table["end"], strict=True)]
        hint = "make the scale of all flows of the set, with the same by="
        raise OptionError(
            f"the scale ends at {number(scale.largest)}, and arrows would be wider than it",
            [Fault(f"beyond the scale: {ways[k]}", column="scale", value=float(values[k]), hint=hint) for k in beyond],
        )
