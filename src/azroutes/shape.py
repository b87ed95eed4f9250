"""Tables of other shapes become one row a movement: years or places as columns, both directions in a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.columns import BACK, ENDS
from azroutes.errors import Fault, OptionError, PlaceError, TableError
from azroutes.kinds import text_of_cell
from azroutes.nodes import Nodes
from azroutes.places import resolve
from azroutes.tables.given import held

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azroutes.gazetteer import Gazetteer
    from azroutes.tables.given import Given

WAY_BACK = " (back)"
"""What is added to the name of a row for its way back."""

WIDE = ("year", *ENDS)
_YEAR = re.compile(r"[12]\d{3}")


def lengthened(
    table: Given, wide: str, kept: Mapping[str, object], nodes: Nodes | Gazetteer | None
) -> tuple[Given, list[str]]:
    """Return one row a cell of a table that has years or places as columns, and what was found out.

    Parameters
    ----------
    table : Given
    wide : {'year', 'origin', 'destination'}
        What the columns are.
    kept : mapping
        Names of columns that the user gives another meaning.
    nodes : Nodes or Gazetteer, optional
        A user's own places.

    Returns
    -------
    table : Given
        With the columns ``wide`` and ``quantity``; empty cells are no rows. Their names are those of row and column.
    told : list of str
    """
    if wide not in WIDE:
        raise OptionError("a table cannot be wide so", [Fault("no such choice", column="wide", value=wide,
                                                              hint="one of " + ", ".join(WIDE))])  # fmt: skip
    rows, broken = table.read(None, None)
    means = _is_year if wide == "year" else _place_test(nodes)
    names = [str(name).strip() for name in rows.columns]
    taken = [k for k, name in enumerate(names) if name not in kept and means(name)]
    if not taken:
        what = "a year" if wide == "year" else "a place"
        raise TableError("this table is not wide", [Fault(f"no column is called by {what}", column=wide)])
    own = [k for k in range(len(names)) if k not in taken]
    cells = rows.iloc[:, taken].to_numpy(dtype=object)
    filled = np.array([[text_of_cell(cell) != "" for cell in row] for row in cells], dtype=bool).reshape(cells.shape)
    at, column = np.nonzero(filled)
    labels = rows.index[at].astype(str) + ", column " + pd.Index(names, dtype=object)[np.array(taken)][column]
    long = rows.iloc[at, own].set_axis(pd.Index(labels, dtype=object))
    long = long.assign(**{wide: pd.array([names[k] for k in taken], dtype=object)[column], "quantity": cells[filled]})
    empty = int(filled.size - filled.sum())
    what = "years" if wide == "year" else "places"
    told = f"{len(taken)} columns are {what}: {names[taken[0]]} to {names[taken[-1]]}"
    found = [told, *([f"{empty:,} empty cells are no rows"] if empty else [])]
    return held(long, table.told, broken, degrees=table.degrees), found


def both_ways(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of two directions as two rows; that of the way back, where it has a quantity, stands after the other.

    Columns have our names; ``back`` is the quantity of the way back.
    """
    back = np.array([text_of_cell(cell) != "" for cell in rows[BACK]], dtype=bool)
    turned = {one + rest: other + rest for one, other in (ENDS, ENDS[::-1]) for rest in ("", "_lon", "_lat")}
    way = rows[back].drop(columns="quantity", errors="ignore").rename(columns={**turned, BACK: "quantity"})
    if "via" in way:
        way["via"] = [">".join(str(via).split(">")[::-1]) if text_of_cell(via) else None for via in way["via"]]
    way = way.set_axis(pd.Index([f"{label}{WAY_BACK}" for label in way.index], dtype=object))
    order = np.argsort(np.concatenate([np.arange(len(rows)), np.flatnonzero(back)]), kind="stable")
    plain = rows.drop(columns=BACK).set_axis(rows.index.astype(str).astype(object))
    return pd.concat([plain, way[plain.columns.intersection(way.columns)]]).iloc[order]


def _is_year(name: str) -> bool:
    return _YEAR.fullmatch(name) is not None


def _place_test(nodes: Nodes | Gazetteer | None) -> Callable[[str], bool]:
    def is_place(name: str) -> bool:
        if isinstance(nodes, Nodes):
            return nodes.known(name) is not None
        try:
            resolve(name, gazetteer=nodes)
        except PlaceError:
            return False
        return True

    return is_place
