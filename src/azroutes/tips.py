"""What the small note beside the pointer tells of an arrow: columns of the table of its flows.

An arrow stands for several flows. Quantities are added up, those of each unit by themselves. Of any other column the
values of its flows are told, each once, that of the largest flow first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.documents import load_sources
from azroutes.errors import Fault, OptionError, did_you_mean
from azroutes.places import VIA, place
from azroutes.scale import number
from azroutes.vocabulary import Basis, Certainty, Form, Group, Market, Role, label, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

LEAST_PARTED = 10_000
"""The least whole number of a user's own column whose thousands are parted."""

_TITLES = {"via": "Through", "lineages": "Independent lines of sources", "flow_id": "Flow"}


@dataclass(frozen=True, slots=True)
class Tip:
    """A column of the note.

    Attributes
    ----------
    title : str
        What stands before its values.
    added : bool
        Whether the arrow's flows are added up; the words are their units then.
    words : list of str or list of str
        The values, each once; several where a cell lists several.
    codes : array of int
        For each flow the number of its word, from 1; 0 where it has none.
    """

    title: str
    added: bool
    words: list[str | list[str]]
    codes: NDArray[np.int64]


def checked_tooltip(flows: gpd.GeoDataFrame, tooltip: bool | str | Sequence[str]) -> bool | tuple[str, ...]:  # noqa: FBT001
    """Return what the note tells: as it comes, nothing, or these columns.

    Raises
    ------
    OptionError
        If the table has no such column; it lists those that it has.
    """
    if isinstance(tooltip, bool):
        return tooltip
    wanted = [tooltip] if isinstance(tooltip, str) else list(tooltip)
    choices = [str(column) for column in flows.columns if column != flows.geometry.name] + ["flow_id"]
    faults = [Fault("no such column", column="tooltip", value=name, hint=did_you_mean(str(name), choices))
              for name in wanted if name not in choices]  # fmt: skip
    if faults:
        raise OptionError(f"tooltip takes columns of the flows: {', '.join(choices)}", faults)
    return tuple(dict.fromkeys(wanted))


def tips_of(flows: gpd.GeoDataFrame, columns: Sequence[str]) -> list[Tip]:
    """Return columns of flows as the page tells them."""
    return [_tip(flows, name) for name in columns]


def _tip(flows: gpd.GeoDataFrame, name: str) -> Tip:
    title = _TITLES.get(name, words(name))
    if name == "quantity":
        # A number without a unit has a word too, an empty one: what has no number has none.
        units = flows["unit"].astype("string").fillna("")
        numbers, known = pd.factorize(units.where(flows["quantity"].notna()))
        names: list[str | list[str]] = [words(str(unit)).lower() for unit in known]
        return Tip(title, added=True, words=names, codes=np.asarray(numbers, dtype=np.int64) + 1)
    values = flows.index.to_series() if name == "flow_id" else flows[name]
    numbers, known = pd.factorize(values.astype(object).where(values.notna() & (values.astype("string") != "")))
    say = _wording(name)
    names = [say(value) for value in known]
    return Tip(title, added=False, words=names, codes=np.asarray(numbers, dtype=np.int64) + 1)


def _wording(name: str) -> Callable[[object], str | list[str]]:
    """Return how the values of a column are put into words."""
    coded = {"market": Market, "form": Form, "role": Role, "certainty": Certainty, "basis": Basis}
    if name in coded:
        return lambda code: label(coded[name], str(code))
    cited = load_sources()["citation"].to_dict() if name == "sources" else {}
    ways: dict[str, Callable[[object], str | list[str]]] = {
        "group": lambda group: ", ".join(label(Group, part).lower() for part in str(group).split("+")),
        **dict.fromkeys(("origin", "destination", "via"), _places),
        **dict.fromkeys(("commodity", "unit"), lambda code: words(str(code))),
        **dict.fromkeys(("first_year", "last_year"), str),
        "sources": lambda text: [cited.get(part, part) for part in str(text).split(";")],
    }
    return ways.get(name, _plain)


def _places(path: object) -> str:
    return " → ".join(place(code).name for code in str(path).split(VIA))


def _plain(value: object) -> str:
    """Return a cell of a column of the user's own; a whole number of four digits may well be a year."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return str(value)
    amount = float(value)
    return f"{amount:.0f}" if amount.is_integer() and abs(amount) < LEAST_PARTED else number(amount)
