"""A user's own places, in a table of their own beside that of the flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from azroutes.columns import AXES, plain
from azroutes.errors import Fault, OptionError, TableError, did_you_mean, near_hint
from azroutes.kinds import text_of_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

KEYS = ("id", "code", "key", "node", "iata", "iso3", "iso", "abbreviation", "node_id", "name", "label", "place")
"""What the column is called by which flows name their places, the likeliest first."""

NAMES = ("name", "label", "title", "place", "city")


@dataclass(frozen=True)
class Nodes:
    """Places of a user's own: what flows call each, its name, and where it is, as the table says it.

    Attributes
    ----------
    spot : mapping of str to (str, object, object)
        Name, longitude and latitude (or x and y in the CRS of the table) of each key.
    twice : set of str
        Keys that stand at more than one place; none is preferred.
    told : str
    degrees : bool
        Whether its coordinates are degrees, whatever the user says of others.
    """

    spot: Mapping[str, tuple[str, object, object]]
    twice: frozenset[str]
    told: str
    degrees: bool = False

    def known(self, key: str) -> str | None:
        """Return the key as the nodes have it; 7.0, as pandas has a column of numbers with a hole in it, is 7."""
        return next((text for text in (key, key.removesuffix(".0")) if text in self.spot), None)

    def missing(self, key: str) -> Fault:
        """Return the fault of a key that is not there."""
        if key in self.twice:
            return Fault("several places in the nodes have this key", value=key, hint="each key needs one place")
        near = near_hint(key, list(self.spot)) if len(self.spot) < 20_000 else ""
        return Fault("no such place in the nodes", value=key, hint=near)


def nodes_of(rows: pd.DataFrame, key: str | None) -> Nodes:
    """Return the places of a table of nodes.

    Parameters
    ----------
    rows : DataFrame
    key : str, optional
        The column by which flows name their places; by default the first of `KEYS` that there is.

    Raises
    ------
    TableError
        If a column is missing.
    """
    own = {plain(name): k for k, name in reversed(list(enumerate(rows.columns)))}
    axes = {axis: next((own[word] for word in words if word in own), None) for axis, words in AXES.items()}
    if key is not None and plain(key) not in own:
        fault = Fault("no such column", column="key", value=key, hint=did_you_mean(key, [str(c) for c in rows.columns]))
        raise OptionError("the nodes have no such column", [fault])
    named = plain(key) if key is not None else next((name for name in KEYS if name in own), None)
    faults = [Fault("missing column", column=axis, hint="one of " + ", ".join(AXES[axis])) for axis, k in axes.items()
              if k is None]  # fmt: skip
    if named is None:
        faults.append(Fault("missing column", column="key", hint="one of " + ", ".join(KEYS)))
    if faults or named is None:
        raise TableError("these are not nodes", faults)
    label = next((own[name] for name in NAMES if name in own), own[named])
    spot: dict[str, tuple[str, object, object]] = {}
    twice: set[str] = set()
    at = rows.iloc[:, [own[named], label, *(k for k in axes.values() if k is not None)]]
    for one, name, lon, lat in at.itertuples(index=False, name=None):
        text = text_of_cell(int(one) if isinstance(one, float) and one.is_integer() else one)
        if not text:
            continue
        if text in spot and list(map(text_of_cell, spot[text][1:])) != [text_of_cell(lon), text_of_cell(lat)]:
            twice.add(text)
        spot[text] = (text if label == own[named] else text_of_cell(name) or text, lon, lat)
    kept = {text: place for text, place in spot.items() if text not in twice}
    return Nodes(kept, frozenset(twice), f"places by column {str(rows.columns[own[named]])!r} of the nodes")
