"""Flows for other programs: FlowmapBlue and flowmap.gl, kepler.gl, and networkx."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from azroutes.errors import Fault, OptionError, check_option, did_you_mean
from azroutes.flows import steps_of
from azroutes.kinds import cells_of
from azroutes.needed import needed
from azroutes.places import place
from azroutes.privacy import suppressed
from azroutes.vocabulary import Market, codes
from azroutes.write import checked, csv_bytes, ending_of, write_together, write_whole

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd
    import networkx as nx

VIA = ("legs", "whole")
ARC = ["origin_lat", "origin_lng", "dest_lat", "dest_lng"]
"""Pairs of columns by whose names kepler.gl knows two points; it draws arcs between the first two pairs that it meets,
so these come first."""


def to_flowmap(
    flows: gpd.GeoDataFrame, folder: str | PathLike[str], *, via: str = "legs", market: str | None = None,
    suppress_below: float | None = None,
) -> list[Path]:  # fmt: skip
    """Write flows as ``locations.csv`` and ``flows.csv``, which FlowmapBlue and flowmap.gl read.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    folder : path
        Made if it is not there. Both files are written or none.
    via : {'legs', 'whole'}
        Whether a flow by places on the way is a row for each step, as it is drawn here; or one row from its origin to
        its destination. With legs, what comes in and goes out at each place is right, and the sum over all rows counts
        a flow once for each step; with whole it is the other way round, and places on the way are lost.
    market : str, optional
        Only the flows of one market. FlowmapBlue adds up all rows of the same two places and time: write several
        markets to a folder each, and make each ``flows.csv`` a sheet of its own (property ``flows.sheets``).
    suppress_below : float, optional
        Hide numbers of people below this; see `azroutes.suppress`.

    Returns
    -------
    list of Path
        The two files. ``count`` is the quantity if the table has any (missing where a flow has none, which both
        programs take for nothing), else 1 for each flow. ``time`` is there if a flow is of a single year, and missing
        where a period is longer. FlowmapBlue leaves the columns after that alone.

    Raises
    ------
    TableError
        If the table is not valid, or holds what no file can.
    OptionError
        If there is no such market, or no flow of it, or quantities are in several units.
    OutputError
        If the files cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> import azroutes
    >>> azroutes.to_flowmap(azroutes.load_flows(), "heroin", market="heroin_trade")  # doctest: +SKIP
    """
    check_option("via", via, VIA)
    table = checked(_of_market(suppressed(flows, suppress_below), market))
    counted = table["quantity"].notna().any()
    if counted:
        _check_units(table)
    steps = _steps(table, via)
    facts = table.loc[steps["flow_id"]].reset_index(drop=True)
    years = facts["first_year"].where(facts["first_year"] == facts["last_year"])
    rows = pd.DataFrame({
        "origin": steps["start"], "dest": steps["end"],
        "count": facts["quantity"] if counted else pd.Series(1, index=steps.index),
        **({"time": years} if years.notna().any() else {}),
        "market": facts["market"], "commodity": facts["commodity"], "unit": facts["unit"],
        "certainty": facts["certainty"], "flow_id": steps["flow_id"],
    })  # fmt: skip
    known = [place(code) for code in _codes(steps)]
    locations = pd.DataFrame({
        "id": pd.array([one.code for one in known], dtype="string"),
        "name": pd.array([one.name for one in known], dtype="string"),
        "lat": [one.lat for one in known], "lon": [one.lon for one in known],
    })  # fmt: skip
    target = Path(folder)
    files = {target / "locations.csv": csv_bytes(locations), target / "flows.csv": csv_bytes(rows)}
    write_together(files)
    return list(files)


def to_kepler(
    flows: gpd.GeoDataFrame, path: str | PathLike[str], *, via: str = "legs", suppress_below: float | None = None
) -> None:
    """Write flows as a CSV from which kepler.gl makes a layer of arcs by itself.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    path : path
        Ends in ``.csv``. One row an arc: ``origin_lat, origin_lng, dest_lat, dest_lng``, names of both ends,
        ``flow_id`` and all columns of the table, yours among them, but for the lines.
    via : {'legs', 'whole'}
        As in `to_flowmap`; with legs, ``order`` says which step of its flow a row is, from 0.
    suppress_below : float, optional
        Hide numbers of people below this; see `azroutes.suppress`.

    Raises
    ------
    TableError
        If the table is not valid, or holds what no file can.
    OptionError
        If the path ends otherwise.
    OutputError
        If the file cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> import azroutes
    >>> azroutes.to_kepler(azroutes.load_flows(), "flows.kepler.csv")  # doctest: +SKIP
    """
    check_option("via", via, VIA)
    target = Path(path)
    ending_of(target, [".csv"])  # by which kepler.gl knows it
    table = checked(suppressed(flows, suppress_below))
    steps = _steps(table, via)
    ends = [[place(code) for code in steps[side]] for side in ("start", "end")]
    lead = pd.DataFrame({
        name: [getattr(one, axis) for one in side]
        for name, (side, axis) in zip(ARC, product(ends, ("lat", "lon")), strict=True)
    }, index=steps.index)  # fmt: skip
    lead["origin_name"], lead["dest_name"] = ([one.name for one in side] for side in ends)
    facts = pd.DataFrame(table.drop(columns="geometry")).loc[steps["flow_id"]].reset_index(drop=True)
    own = facts.drop(columns=[*ARC, "origin_name", "dest_name", "flow_id", "order"], errors="ignore")
    write_whole(target, csv_bytes(pd.concat([lead, steps[["flow_id", "order"]], own], axis=1)))


def to_networkx(flows: gpd.GeoDataFrame, *, via: str = "legs", suppress_below: float | None = None) -> nx.MultiDiGraph:
    """Return flows as a graph.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    via : {'legs', 'whole'}
        Whether each step of a flow is an edge, so that a place on the way is one on the path; or each flow, from its
        origin to its destination.
    suppress_below : float, optional
        Hide numbers of people below this; see `azroutes.suppress`.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are codes of places, with ``name, kind, lon, lat``. Edges have the columns of the table but for the lines,
        with ``flow_id``, and ``order`` of a step; what is missing is left out, so ``networkx.write_graphml`` takes
        them. The key of an edge is its flow's ``flow_id``, of a step ``flow_id#order``.

    Raises
    ------
    TableError
        If the table is not valid, or holds what a graph cannot.
    OptionError
        If networkx is not installed.

    Examples
    --------
    >>> import azroutes
    >>> graph = azroutes.to_networkx(azroutes.load_flows())
    >>> graph.nodes["AZE"]["name"]
    'Azerbaijan'
    """
    check_option("via", via, VIA)
    nx = needed("networkx", "a graph", "networkx")
    table = checked(suppressed(flows, suppress_below))
    steps = _steps(table, via)
    facts = pd.DataFrame(table.drop(columns="geometry"))
    columns = {str(name): cells_of(facts[name]) for name in facts.columns}
    told = [{name: cell for name, cell in zip(columns, cells, strict=True) if cell is not None}
            for cells in zip(*columns.values(), strict=True)]  # fmt: skip
    row = {str(name): k for k, name in enumerate(facts.index)}
    graph = nx.MultiDiGraph()
    for code in _codes(steps):
        known = place(code)
        graph.add_node(code, name=known.name, kind=known.kind.value, lon=known.lon, lat=known.lat)
    for start, end, name, order in steps[["start", "end", "flow_id", "order"]].itertuples(index=False, name=None):
        step = {"order": int(order)} if via == "legs" else {}
        key = f"{name}#{order}" if via == "legs" else name
        graph.add_edges_from([(start, end, key, {**told[row[name]], "flow_id": name, **step})])
    return graph


def _of_market(flows: gpd.GeoDataFrame, market: str | None) -> gpd.GeoDataFrame:
    if market is None:
        return flows
    check_option("market", market, codes(Market))
    found = checked(flows)
    found = found[found["market"] == market]
    if len(found) == 0:
        present = sorted(flows["market"].dropna().unique())
        fault = Fault("no flow of this market", column="market", value=market, hint=did_you_mean(market, present))
        raise OptionError("there is no flow to write", [fault])
    return found


def _check_units(flows: gpd.GeoDataFrame) -> None:
    units = flows.loc[flows["quantity"].notna(), "unit"].astype("string").fillna("no unit")
    named = sorted(units.unique())
    if len(named) > 1:
        fault = Fault("quantities in several units", column="unit", value=", ".join(named),
                      hint="write the flows of one unit, or of one market: market=")  # fmt: skip
        raise OptionError("these programs add up counts, and these cannot be added", [fault])


def _steps(flows: gpd.GeoDataFrame, via: str) -> pd.DataFrame:
    """Return ``flow_id, order, start, end``: a row for each step, or for each flow."""
    if via == "legs":
        return steps_of(flows)
    return pd.DataFrame({
        "flow_id": flows.index.to_series().array, "order": 0,
        "start": flows["origin"].array, "end": flows["destination"].array,
    })  # fmt: skip


def _codes(steps: pd.DataFrame) -> list[str]:
    """Return the codes of all places of steps, in order."""
    return sorted({*steps["start"], *steps["end"]})
