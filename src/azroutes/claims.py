"""What the rows of a user's table claim: each cell by what it means, one claim a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.columns import OPTIONAL
from azroutes.distinct import coded, distinct, mapped, together
from azroutes.ends import paths
from azroutes.flows import role_in
from azroutes.places import resolve
from azroutes.units import MOST, factor
from azroutes.vocabulary import Basis, Certainty, Form, Market

if TYPE_CHECKING:
    from azroutes.cells import Cells
    from azroutes.gazetteer import Gazetteer
    from azroutes.nodes import Nodes

YEARS = (1000, 2999)


def claims_of(cells: Cells, nodes: Nodes | Gazetteer | None, crs: object, unit: object) -> pd.DataFrame:
    """Return the claim of each row; what will not do is missing in it, and a fault of the cells."""
    given = {name: cells.texts(name) for name in OPTIONAL if name not in {"via", "quantity", "unit", "year"}}
    given["unit"] = cells.units()
    for name in ("market", "commodity", "form", *(["unit"] if unit is None else [])):
        cells.tell_empty(given[name], name)
    for name, kind in (("market", Market), ("form", Form), ("certainty", Certainty)):
        given[name] = cells.coded(given[name], kind, name)
    year, last_year = cells.years("year", *YEARS)
    quantity = cells.quantities("quantity", low=0.0, high=MOST)
    measured = given["unit"] if not str(unit or "").strip() else _filled(given["unit"], str(unit))
    index = cells.rows.index
    # Rows of two days of a year are not alike, though they are of one year.
    dated = {"dated": cells.texts("year")} if cells.dated else {}
    return pd.DataFrame(
        {
            "market": given["market"],
            "commodity": given["commodity"],
            "form": given["form"],
            "path": paths(cells, nodes, year, crs),
            "group": given["group"],
            "role": cells.nothing,
            "quantity": quantity,
            "unit": measured.mask(quantity.isna()),
            "first_year": year,
            "last_year": last_year,
            "certainty": _filled(given["certainty"], Certainty.AFFIRMED.value),
            "wording": given["wording"],
            "basis": _filled(cells.nothing, Basis.STATED.value),
            "statement": index,
            "lineage": _first_said(given["lineage"], given["sources"]),
            "source": given["sources"],
            **dated,
        },
        index=index,
    )


def _filled(texts: pd.Series, text: str) -> pd.Series:
    """Return texts with one in place of missing ones."""
    number, known = distinct(texts)
    return coded([text if one is None else one for one in known], number, texts.index)


def _first_said(texts: pd.Series, others: pd.Series) -> pd.Series:
    """Return texts with those of another column in place of missing ones."""
    number, known = together([texts, others])
    return coded([other if text is None else text for text, other in known], number, texts.index)


def converted(claims: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return claims with quantities in other units of mass turned into one of them; all else stays as it is."""
    number, known = distinct(claims["unit"])
    ratios = [(None if unit is None else factor(unit, target)) or (1.0, 1.0) for unit in known]
    by, over = np.array(ratios, dtype=float).reshape(-1, 2)[number].T
    quantity = claims["quantity"] * by / over
    unit = mapped(claims["unit"], lambda unit: unit if factor(unit, target) is None else target)
    return claims.assign(quantity=quantity, unit=unit)


def with_roles(claims: pd.DataFrame, focus: str | None) -> pd.DataFrame:
    """Return claims with the part that a country has in the path of each."""
    if focus is None:
        return claims
    code = resolve(focus).code
    return claims.assign(role=mapped(claims["path"], lambda path: role_in(path, code)))
