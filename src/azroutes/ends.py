"""Where the rows of a user's table begin, pass and end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from azroutes.columns import ENDS
from azroutes.distinct import coded, together
from azroutes.dtypes import FARTHEST, GEOGRAPHIC
from azroutes.errors import Fault, OptionError, PlaceError
from azroutes.kinds import text_of_cell
from azroutes.nodes import Nodes
from azroutes.numerals import NO_NUMBER, number_of
from azroutes.places import VIA, point, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from azroutes.cells import Cells
    from azroutes.gazetteer import Gazetteer

NO_PLACE, NO_SPOT = "missing place", "missing coordinates"
MISSING = frozenset({NO_PLACE, NO_SPOT})
"""What is wrong with an end of which the table says nothing."""

Answer = tuple[str, list[Fault]]
"""The code of a place, and what is wrong with it."""

Named = tuple[str | None, int | None]
"""A name, and the year of its row."""

Spot = tuple[str | None, str | None, str | None]
"""A name, and two coordinates as they stand in the table."""


def paths(cells: Cells, nodes: Nodes | Gazetteer | None, years: pd.Series, crs: object) -> pd.Series:
    """Return each row's codes joined by '>'; a place that will not do is empty, and a fault of the cells.

    Names of states that are no more are read by the year of their row, where it has one.
    """
    project = _projection(crs)
    years = years.astype("category")
    if isinstance(nodes, Nodes):
        known_here = nodes

        def by_name(names: Sequence[Named]) -> list[Answer]:
            read = partial(_degrees, comma=crs is None or cells.file.decimal == ",")
            here = _projection(None) if known_here.degrees else project
            return _codes_in(known_here, [name for name, _ in names], read, here)
    else:
        gazetteer = nodes

        def by_name(names: Sequence[Named]) -> list[Answer]:
            return [_code_of(name, year, gazetteer) for name, year in names]

    origin, destination = (_end(cells, end, years, by_name, project) for end in ENDS)
    via = _answers(cells, [cells.texts("via"), years], "via",
                   lambda given: [_on_way(way, year, by_name) for way, year in given])  # fmt: skip
    joined, known = together([origin, via, destination])
    found = [VIA.join(_once([start, *way.split(VIA), end]) if way else (start, end)) for start, way, end in known]
    many = np.bincount(joined, minlength=len(known))
    repeated = sum(int(many[k]) for k, (start, way, end) in enumerate(known) if start and end and way
                   and len(found[k].split(VIA)) < len(way.split(VIA)) + 2)  # fmt: skip
    if repeated:
        cells.told.append(
            f"{repeated:,} rows name a place on the way that repeats the one before or the end: told once"
        )
    return coded(found, joined, cells.rows.index)


def _once(stops: list[str]) -> list[str]:
    """Return stops without those on the way that repeat the one before, or the end; a loop keeps its two ends."""
    first, *way, last = stops
    kept = [first]
    kept += [stop for before, stop in zip([first, *way], way, strict=False) if stop != before]
    while len(kept) > 1 and kept[-1] == last:
        kept.pop()
    return [*kept, last]


def _end(
    cells: Cells, end: str, years: pd.Series, by_name: Callable[[Sequence[Named]], list[Answer]],
    project: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> pd.Series:  # fmt: skip
    axes = [f"{end}_lon", f"{end}_lat"]
    if not set(axes) <= set(cells.rows.columns):
        return _answers(cells, [cells.texts(end), years], end, by_name)
    columns = [cells.texts(name) for name in (end, *axes)]
    return _answers(cells, columns, ", ".join(axes), lambda given: _points(
        [(name, lon, lat) for name, lon, lat in given], cells.number, project))  # fmt: skip


def _answers(
    cells: Cells, columns: list[pd.Series], column: str, answer: Callable[[list[tuple[Any, ...]]], list[Answer]]
) -> pd.Series:
    """Return the code of each row; what is given many times is answered once, its faults are told for each row."""
    number, known = together(columns)
    found = answer(known)
    wrong = np.array([bool(faults) for _, faults in found], dtype=bool)
    if wrong.any():
        for at in np.flatnonzero(wrong[number]):
            row = str(cells.rows.index[int(at)])
            cells.faults += [replace(fault, row=row, column=column) for fault in found[number[at]][1]]
    return coded([code for code, _ in found], number, cells.rows.index)


def _code_of(name: str | None, year: int | None, gazetteer: Gazetteer | None) -> Answer:
    if not name:
        hint = "write it in each row, also where it is as above"
        return "", [Fault(NO_PLACE, reason="missing", hint=hint)]
    try:
        return resolve(name, year=None if year is None else int(year), gazetteer=gazetteer).code, []
    except PlaceError as error:
        return "", [replace(error.faults[0], value=name)]


def _on_way(via: str | None, year: int | None, by_name: Callable[[Sequence[Named]], list[Answer]]) -> Answer:
    """Return the codes of places on the way, joined."""
    found = by_name([(name.strip(), year) for name in via.split(VIA)]) if via else []
    empty = f"leave it empty where nothing is on the way; say file=FileForm(missing=({via!r},))"
    joint = f"join them by {VIA} if the way goes through one after the other; or"

    def hint(fault: Fault) -> str:
        if fault.reason == "several":
            return f"{joint} {fault.hint}"
        return empty if fault.reason == "unknown" and len(found) == 1 else fault.hint

    return VIA.join(code for code, _ in found), [
        replace(fault, hint=hint(fault)) for _, faults in found for fault in faults
    ]


def _codes_in(
    nodes: Nodes, names: Sequence[str | None], number: Callable[[str | None], float],
    project: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> list[Answer]:  # fmt: skip
    known = {name: key for name in names if name and (key := nodes.known(name))}
    spots = [(label, _cell(x), _cell(y)) for label, x, y in (nodes.spot[key] for key in known.values())]
    placed = dict(zip(known, _points(spots, number, project), strict=True))
    return [placed.get(name) or ("", [nodes.missing(name) if name else Fault(NO_PLACE)])
            if name else ("", [Fault(NO_PLACE)]) for name in names]  # fmt: skip


def _degrees(text: str | None, *, comma: bool) -> float:
    """Return a coordinate of a table of nodes, whose decimal mark is not that of the flows; a comma where it is one.

    No degree has thousands, so that its comma parts a fraction; a number of metres may have them.
    """
    found = number_of(str(text), ".")
    return number_of(str(text), ",") if comma and np.isnan(found) else found


def _cell(value: object) -> str | None:
    return text_of_cell(value) or None


def _points(
    spots: Sequence[Spot], number: Callable[[str | None], float],
    project: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> list[Answer]:  # fmt: skip
    """Return the codes of a user's own points."""
    xy = np.array([(number(x), number(y)) for _, x, y in spots], dtype=float).reshape(-1, 2)
    return [_point(spot, here, there) for spot, here, there in zip(spots, xy, project(xy), strict=True)]


def _point(spot: Spot, given: NDArray[np.float64], lonlat: NDArray[np.float64]) -> Answer:
    name, x, y = spot
    if all(axis is None or axis.lower() in NO_NUMBER for axis in (x, y)):
        return "", [Fault(NO_SPOT, hint="degrees, with a decimal point")]
    try:
        return point(float(lonlat[0]), float(lonlat[1]), name or "").code, []
    except PlaceError as error:
        hint = "degrees, with a decimal point" if np.isnan(given).any() else error.faults[0].hint
        if abs(given[0]) <= 90 < abs(given[1]) <= 180:
            hint += "; is the latitude where the longitude should be?"
        if np.isfinite(given).all() and (np.abs(given) > 180).any():
            hint += "; coordinates in metres need crs=, for instance crs='EPSG:3857'"
        return "", [Fault("no point on the globe", value=f"{x or ''}, {y or ''}", hint=hint)]


def _projection(crs: object) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return what turns coordinates of a CRS into degrees; what cannot be turned is infinite or NaN."""
    if crs is None:
        return lambda xy: xy
    # Only tables in another CRS need it.
    from pyproj import CRS, Transformer  # noqa: PLC0415
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    problem = "a CRS of no place on the ground"
    try:
        known = CRS.from_user_input(crs)
        on_ground = known.is_geographic or known.is_projected
        turned = Transformer.from_crs(known, GEOGRAPHIC, always_xy=True) if on_ground else None
    except ProjError:
        turned, problem = None, "no such CRS"
    if turned is None:
        fault = Fault(problem, column="crs", value=crs, hint="for instance 'EPSG:3857'")
        raise OptionError("coordinates cannot be read so", [fault])
    turn = turned.transform
    return lambda xy: np.column_stack(turn(*np.where(np.abs(xy) > FARTHEST, np.nan, xy).T))
