"""Small counts of people are hidden in the table itself, so that nothing made from it can tell them.

A hidden number is not in the table any more: neither a figure, a page, an export nor a sum can hold it, and so it
cannot be had by subtraction either. What would tell it otherwise goes with it: numbers that may hold it, of how many
rows and sources a flow was made, the order of the rows, and columns of the user's own.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from azroutes.distinct import distinct
from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.flows import COLUMNS, SUPPRESSED, path_of
from azroutes.kinds import is_missing
from azroutes.places import VIA, Place, place
from azroutes.schema import Flows, validate
from azroutes.vocabulary import Market, PlaceKind, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from azroutes.geometry.shapes import Flags

HOLDS = "hidden: it may hold a hidden number"
"""Why a number is hidden that is not small itself."""

WORDS = ("sources", "wording")
OF, KEPT = ("people", "all"), ("keep", "hide")

_PEOPLE = frozenset({
    "adult", "adults", "arrest", "arrests", "asylum", "boy", "boys", "case", "cases", "child", "children",
    "conviction", "convictions", "death", "deaths", "detainee", "detainees", "female", "females", "girl", "girls",
    "individual", "individuals", "male", "males", "man", "men", "migrant", "migrants", "minor", "minors",
    "passenger", "passengers", "patient", "patients", "people", "person", "persons", "referral", "referrals",
    "refugee", "refugees", "survivor", "survivors", "suspect", "suspects", "victim", "victims", "woman", "women",
    "worker", "workers",
})  # fmt: skip
_AT_RISK = frozenset({
    "asylum", "boy", "boys", "child", "children", "girl", "girls", "migrant", "migrants", "minor", "minors",
    "refugee", "refugees", "survivor", "survivors", "victim", "victims",
})  # fmt: skip
"""Words of units: what counts people or what was done with them, and people whom a spot on a map may put in danger."""

_THINGS = frozenset({
    "azn", "dollar", "dollars", "eur", "euro", "euros", "g", "gbp", "gram", "grams", "kg", "kilogram", "kilograms",
    "km", "l", "litre", "litres", "mg", "percent", "share", "t", "ton", "tonne", "tonnes", "tons", "usd", "year",
    "years",
})  # fmt: skip
_HUMAN = (Market.HUMAN_TRAFFICKING.value, Market.HUMAN_SMUGGLING.value)


def suppress(
    flows: gpd.GeoDataFrame, *, below: float, of: str = "people", zeros: str = "keep", totals: str = "hide",
    keep: Sequence[str] = (),
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return flows without the numbers that are so small that they may tell of a single person.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    below : float
        The least quantity that is told; smaller ones are hidden.
    of : {'people', 'all'}
        Whether only numbers that count people are hidden, or that may: those whose unit is a word for people or for
        what is done with them (persons, victims, cases, arrests), those of human trafficking and smuggling, and those
        of no market and unit; never weights, volumes, money and shares. Or all.
    zeros : {'keep', 'hide'}
        A zero says that nobody was counted, so it stays; or it is hidden with the small ones.
    totals : {'hide', 'keep'}
        A number that may hold a small one is hidden too: that of a region or a country with the place in it, of no
        market, commodity or form where the small one has it, or of all ways where it has places on the way; unless you
        know that no row of the table is a sum of others.
    keep : sequence of str
        Columns of your own that stay; all others are left out, since they may hold the numbers too. And ``sources`` or
        ``wording`` if they may be told of hidden numbers: where each row of a file is a case with a source of its own,
        as many sources are as many persons.

    Returns
    -------
    GeoDataFrame
        A valid table of all flows, in the order of ``flow_id``. Where a number is hidden, ``quantity`` is missing,
        ``statements`` and ``lineages`` are 1, ``wording`` is empty, and so is ``sources`` unless all flows have the
        same single one; the column ``suppressed`` says why: ``fewer than 5``, or ``hidden: it may hold a hidden
        number``.
        Figures and maps draw such a flow with its certainty and without a number, tell so in the notes, and leave out
        the documents' statements, whose words may hold numbers.

    Raises
    ------
    TableError
        If the table is not valid.
    OptionError
        If `below` is no finite number above 0, there is no such choice, or no such column to keep.

    Examples
    --------
    >>> import pandas as pd
    >>> import azroutes
    >>> table = pd.DataFrame({"origin": ["ALB", "DZA"], "destination": ["GBR", "GBR"], "quantity": [600, 3]})
    >>> told = azroutes.suppress(azroutes.read_flows(table, unit="victims"), below=5)
    >>> told["quantity"].tolist(), told["suppressed"].tolist()
    ([600.0, <NA>], [<NA>, 'fewer than 5'])
    """
    check_option("of", of, OF)
    check_option("zeros", zeros, KEPT)
    check_option("totals", totals, KEPT)
    if not isinstance(below, Real) or isinstance(below, bool) or not (np.isfinite(below) and below > 0):
        fault = Fault("not a finite number above 0", column="below", value=below, hint="for instance 5")
        raise OptionError("below is the least number that is told", [fault])
    validate(Flows, flows)
    own = [name for name in flows.columns if name not in COLUMNS and name != SUPPRESSED]
    faults = [Fault("no such column", column="keep", value=name) for name in keep if name not in {*own, *WORDS}]
    if faults:
        raise OptionError("keep takes columns of your own, sources and wording", faults)
    told = flows.drop(columns=[name for name in own if name not in keep]).sort_index().copy()
    told.attrs = {}
    quantity = told["quantity"].to_numpy(dtype=float, na_value=np.nan)
    small: Flags = (quantity < below) & ((quantity > 0) | (zeros == "hide"))
    small &= counts_people(told) | (of == "all")
    before = told.get(SUPPRESSED, pd.Series(pd.NA, index=told.index)).astype("string")
    holding = np.zeros(len(told), dtype=bool)
    if totals == "hide":
        holding = _holding(told, np.flatnonzero(small | before.notna().to_numpy(dtype=bool)))
        holding &= ~small & ~np.isnan(quantity)
    told[SUPPRESSED] = before.mask(small, f"fewer than {below:.15g}").mask(holding, HOLDS)
    gone = small | holding
    told["quantity"] = told["quantity"].mask(gone)
    told.loc[gone, ["statements", "lineages"]] = 1
    if "wording" not in keep:
        told["wording"] = told["wording"].mask(gone, "")
    if "sources" not in keep and not _one_source(told, gone):
        told["sources"] = told["sources"].mask(gone, "")
    return validate(Flows, told)


def _one_source(flows: gpd.GeoDataFrame, hidden: Flags) -> bool:
    """Tell whether all flows, and not hidden ones alone, have the same single source, which then tells of no number."""
    found = set(flows["sources"].unique())
    return len(found) == 1 and ";" not in found.pop() and not hidden.all()


def suppressed(flows: gpd.GeoDataFrame, below: float | None) -> gpd.GeoDataFrame:
    """Return flows as `suppress` gives them; as they are where there is no bound."""
    return flows if below is None else suppress(flows, below=below)


def counts_people(flows: gpd.GeoDataFrame) -> Flags:
    """Tell of which flows the numbers count people, or may."""
    units = flows["unit"].astype("string").fillna("")
    people, things = _speaks(units, _PEOPLE), _speaks(units, _THINGS)
    human = flows["market"].isin(_HUMAN).to_numpy(dtype=bool)
    untold = (flows["market"].isna() & (units == "")).to_numpy(dtype=bool)
    return people | untold | (human & ~things)


def _speaks(units: pd.Series, of: frozenset[str]) -> Flags:
    """Tell which units have a word of a list."""
    number, known = pd.factorize(units)
    found = np.array([not of.isdisjoint(re.split(r"[^a-z]+", str(unit).lower())) for unit in known], dtype=bool)
    return np.asarray(found[number], dtype=bool)


def is_hidden(flows: gpd.GeoDataFrame) -> Flags:
    """Tell of which flows the number is hidden."""
    if SUPPRESSED not in flows.columns:
        return np.zeros(len(flows), dtype=bool)
    return np.asarray(flows[SUPPRESSED].notna().to_numpy(dtype=bool))


def hidden_words(why: object, unit: str | None) -> str | None:
    """Return what stands where a hidden number would: ``fewer than 5 victims``; None where none is hidden."""
    if is_missing(why):
        return None
    return f"{why} {words(unit).lower()}" if unit and why != HOLDS else str(why)


def hidden_note(flows: gpd.GeoDataFrame) -> str:
    """Return how many numbers are hidden and why; empty where none is."""
    reasons = flows[SUPPRESSED].dropna().value_counts() if is_hidden(flows).any() else pd.Series(dtype="int64")
    if reasons.empty:
        return ""
    small = {str(why): int(many) for why, many in reasons.sort_index().items() if why != HOLDS}
    found = [f"{many} of {len(flows)} flows count{'s' if many == 1 else ''} {why}" for why, many in small.items()]
    holding = int(reasons.get(HOLDS, 0))
    if holding:
        found.append(
            f"{holding} may hold such a number" if small else f"{holding} of {len(flows)} may hold a small number"
        )
    return (f"{'; '.join(found)}: hidden, so that no person can be known by it. Such flows are drawn without a number, "
            "and sums are of what is shown.")  # fmt: skip


def _holding(flows: gpd.GeoDataFrame, hidden: Iterable[int]) -> Flags:
    """Tell which flows may hold one that is hidden, so that a subtraction would tell it."""
    columns = [_plain(flows[name]) for name in _Row._fields]
    rows = [_Row(*cells) for cells in zip(*columns, strict=True)]
    groups: dict[tuple[object, ...], list[int]] = {}
    for k, row in enumerate(rows):
        groups.setdefault((row.market, row.commodity, row.form, row.origin, row.destination), []).append(k)
    # What holds a place is asked among the places of the table, which are mostly countries side by side.
    known = {code: place(code) for code in {code for row in rows for code in (row.origin, row.destination)}}
    wide = [one for one in known.values() if one.kind is not PlaceKind.POINT]

    @cache
    def above(code: str) -> list[str]:
        own = [code] if known[code].kind is PlaceKind.POINT else []
        return own + [one.code for one in wide if may_hold(one, known[code])]

    found: set[int] = set()
    for k in hidden:
        row = rows[k]
        kinds = [{fact, None} for fact in (row.market, row.commodity, row.form)]
        for key in product(*kinds, above(row.origin), above(row.destination)):
            found.update(other for other in groups.get(key, ()) if other != k and _spans(rows[other], row))
    return np.isin(np.arange(len(rows)), list(found))


class _Row(NamedTuple):
    """What tells whether a flow may hold another."""

    market: str | None
    commodity: str | None
    form: str | None
    origin: str
    destination: str
    via: str
    unit: str | None
    first_year: int | None
    last_year: int | None


def _plain(values: pd.Series) -> list[Any]:
    """Return the cells of a column; None where one is missing."""
    number, known = distinct(values)
    return [known[k] for k in number.tolist()]


def may_hold(whole: Place, part: Place) -> bool:
    """Tell whether a place is another, or may have it within: of a point nobody has looked up its country.

    Regions with members in common count as well, since sources draw their bounds each in their own way.
    """
    if part.kind is PlaceKind.POINT:
        return whole.kind is not PlaceKind.POINT or whole.code == part.code
    if whole.code in {part.code, part.part_of} or part.code in whole.members or part.part_of in whole.members:
        return True
    return not set(part.members).isdisjoint(whole.members)


def _spans(whole: _Row, part: _Row) -> bool:
    """Tell whether the way, the unit and the period of a flow leave room for another's."""
    if whole.via:
        rest = iter(part.via.split(VIA) if part.via else [])
        if not all(any(may_hold(place(code), place(other)) for other in rest) for code in whole.via.split(VIA)):
            return False
    if whole.unit is not None and part.unit is not None and whole.unit != part.unit:
        return False
    return not _before(whole.last_year, part.first_year) and not _before(part.last_year, whole.first_year)


def _before(year: int | None, other: int | None) -> bool:
    return year is not None and other is not None and year < other


def check_points(flows: gpd.GeoDataFrame, *, precise: bool) -> gpd.GeoDataFrame:
    """Return flows, unless they tell a spot finer than a country of people whom that may put in danger.

    Raises
    ------
    TableError
        With each such flow, unless `precise` says that it is meant.
    """
    if precise:
        return flows
    units = flows["unit"].astype("string").fillna("")
    risk = flows["market"].isin(_HUMAN).to_numpy(dtype=bool) | _speaks(units, _AT_RISK)
    faults = []
    for name, *ends in flows.loc[risk, ["origin", "via", "destination"]].itertuples(name=None):
        points = [place(code).name for code in path_of(*ends) if place(code).kind is PlaceKind.POINT]
        if points:
            faults.append(Fault("a spot finer than a country", row=str(name), value=" > ".join(points), hint=_PRECISE))
    if faults:
        raise TableError("these flows are of people whom a spot on a map may put in danger", faults)
    return flows


_PRECISE = "name the country instead, or say precise=True if you know that the spots may be told"
