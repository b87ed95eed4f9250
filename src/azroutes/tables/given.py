"""A table as it was given, whatever it was given as."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.columns import AXES, plain
from azroutes.dtypes import FARTHEST, GEOGRAPHIC
from azroutes.errors import Fault, OptionError, TableError, near_hint
from azroutes.files import check_file
from azroutes.kinds import text_of_cell
from azroutes.tables.bounds import check_begin
from azroutes.tables.delimited import delimited
from azroutes.tables.joined import unjoined
from azroutes.tables.spatial import geojson, geopackage, parquet
from azroutes.tables.workbook import workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from azroutes.tables.delimited import Reads, Rows
    from azroutes.tables.form import FileForm

TEXT = (".csv", ".tsv", ".tab", ".txt")
BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SHAPES = (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet")
ENDINGS = (*TEXT, *BOOKS, *SHAPES)

LINE_COLUMNS = ("origin_lon", "origin_lat", "destination_lon", "destination_lat")
"""Where the ends of lines go."""


@dataclass(frozen=True)
class Given:
    """A table as it was given.

    Attributes
    ----------
    names : tuple
        Its own names of columns.
    read : callable
        Returns its rows and those that are broken: all columns, or those at some positions, of which one may be read as
        numbers at once. The index has the names by which its owner knows the rows: lines of a file, or labels of a
        frame.
    told : tuple of str
        What was found out about it and not said by the user, in words.
    degrees : bool
        Whether coordinates come from lines, and are degrees whatever the user says of others.
    points : bool
        Whether its columns ``lon`` and ``lat`` come from points, and are degrees too.
    """

    names: tuple[object, ...]
    read: Reads
    told: tuple[str, ...] = ()
    degrees: bool = False
    points: bool = False

    @property
    def rows(self) -> pd.DataFrame:
        """All of its cells, under its own names of columns."""
        return self.read(None)[0]


def held(
    rows: pd.DataFrame, told: tuple[str, ...] = (), faults: tuple[Fault, ...] = (), *, degrees: bool = False
) -> Given:
    """Return a table of which all cells are there."""

    def read(which: Sequence[int] | None, _number: int | None = None) -> Rows:
        return rows if which is None else rows.iloc[:, list(which)], faults

    return Given(tuple(rows.columns), read, told, degrees)


def given(source: object, form: FileForm) -> Given:
    """Return the table that a path, a frame of pandas, geopandas, Polars or Arrow holds.

    Raises
    ------
    TableError
        If it cannot be read as a table.
    """
    if isinstance(source, pd.DataFrame):
        return _of_frame(source)
    columns = _columns_of(source)
    if columns is not None:
        return _of_frame(columns)
    if not isinstance(source, str | Path) and not hasattr(source, "__fspath__"):
        hint = "a path, or a frame of pandas, geopandas, Polars or Arrow"
        fault = Fault("not a table", value=type(source).__name__,
                      hint="series.reset_index() is one" if isinstance(source, pd.Series) else hint)  # fmt: skip
        raise TableError("this is not a table", [fault])
    return _of_file(Path(cast("str | PathLike[str]", source)), form)


def _columns_of(source: object) -> pd.DataFrame | None:
    """Return what a frame of Polars or Arrow holds; neither needs the other's package, nor pandas' own bridge."""
    plain: Any = source
    if hasattr(source, "collect") and hasattr(source, "collect_schema"):
        plain = plain.collect()  # a lazy frame of Polars
    if hasattr(plain, "to_pydict") and hasattr(plain, "column_names"):
        names, lists = plain.column_names, [plain.column(k).to_pylist() for k in range(plain.num_columns)]
    elif hasattr(plain, "get_columns") and hasattr(plain, "to_dicts"):
        names, lists = plain.columns, [column.to_list() for column in plain.get_columns()]
    else:
        return None
    frame = pd.DataFrame({k: pd.Series(cells, dtype=object) for k, cells in enumerate(lists)})
    return frame.set_axis(pd.Index(names, dtype=object), axis=1)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with one name a column, in which levels of the index that have a name are columns, too.

    So are the keys of what pandas has grouped. Whole numbers that only number the rows are none.
    """
    if isinstance(frame.columns, pd.MultiIndex) and not isinstance(frame, gpd.GeoDataFrame):
        frame = frame.set_axis(pd.Index(_joined(frame.columns), dtype=object), axis=1)
    index = frame.index
    kept = {str(name) for name in frame.columns}
    keys = [k for k, name in enumerate(index.names) if name is not None and str(name) not in kept
            and not _numbers_rows(index.get_level_values(k))]  # fmt: skip
    if not keys:
        return frame
    frame = frame.copy(deep=False)
    for at, k in enumerate(keys):
        frame.insert(at, index.names[k], index.get_level_values(k).to_numpy())
    return frame


def _numbers_rows(labels: pd.Index) -> bool:
    """Tell whether labels are the whole numbers from 0 or 1 on."""
    if not pd.api.types.is_integer_dtype(labels.dtype):
        return False
    return any(labels.equals(pd.RangeIndex(first, first + len(labels))) for first in (0, 1))


def _joined(columns: pd.MultiIndex) -> list[str]:
    """Return the names of columns that have several each as one, without a word that all have, unless it is a year."""
    texts = [
        ["" if (text := text_of_cell(part)).startswith("Unnamed: ") else text for part in name] for name in columns
    ]
    deep = [name for name in texts if all(name)]
    words = [{name[k] for name in deep} for k in range(columns.nlevels)]
    told = [k for k, level in enumerate(words) if len(level) > 1 or any(map(str.isdecimal, level))]
    return [" ".join(name[k] for k in (told if all(name) and told else range(len(name))) if name[k]) for name in texts]


def _of_frame(frame: pd.DataFrame, *, assumed: bool = False) -> Given:
    """Return a frame; whether its lines, if they name no CRS, are taken for degrees unless the user says other."""
    frame = _named(frame)
    index = frame.index
    if not index.is_unique or (index.dtype == object and len({*map(text_of_cell, index)}) < len(index)):
        # After pandas.concat, for instance; or 1 beside "1".
        index = pd.Index(
            [f"{text_of_cell(label)} (number {number})" for number, label in enumerate(index, 1)], dtype=object
        )
    elif isinstance(index, pd.MultiIndex):
        index = pd.Index([", ".join(map(str, label)) for label in index], dtype=object)
    elif not pd.api.types.is_integer_dtype(index.dtype):  # of which pandas writes some as text in ways of its own
        index = pd.Index([text_of_cell(label) for label in index], dtype=object)
    plain = pd.DataFrame(frame).set_axis(index)
    if not isinstance(frame, gpd.GeoDataFrame):
        return held(plain)
    try:
        name, shapes = frame.geometry.name, frame.geometry.set_axis(index)
    except AttributeError:  # there is none, or several of one name
        return held(plain)
    named = shapes.crs is not None or not assumed
    found = _with_ends(plain.loc[:, plain.columns != name], shapes if named else shapes.set_crs(GEOGRAPHIC),
                       f"the lines of {str(name)!r}")  # fmt: skip
    return found if named else replace(found, degrees=False, points=False)


def _with_ends(rows: pd.DataFrame, shapes: gpd.GeoSeries, what: str) -> Given:
    """Return rows with the ends of their lines as columns; rows that have columns of their own for that keep them."""
    kept = {str(name).strip().lower() for name in rows.columns}
    shapes = _in_one_piece(shapes)
    lines = shapes.to_numpy()
    kinds = shapely.get_type_id(lines)
    if {*LINE_COLUMNS} <= kept or (shapely.is_missing(lines)).all():
        return held(rows)
    wrong = ~np.isin(kinds, (shapely.GeometryType.LINESTRING,)) | shapely.is_empty(lines)
    if wrong.all():
        return _with_points(rows, shapes) or held(rows, ("its shapes are no lines, and are left aside",))
    if shapes.crs is None:
        fault = Fault("no CRS", column="geometry", hint=f"say frame.set_crs({GEOGRAPHIC!r}) if it is in degrees")
        raise TableError("the lines of this table are nowhere", [fault])
    if not (shapes.crs.is_geographic or shapes.crs.is_projected):
        fault = Fault("a CRS of no place on the ground", column="geometry", value=shapes.crs.name, hint="a map's")
        raise TableError("the lines of this table are nowhere", [fault])
    far = ~wrong & (np.abs(shapely.bounds(lines)) > FARTHEST).any(axis=1)
    faults = tuple(Fault("not a line", str(row), "geometry", hint="each flow is one LineString") if what else
                   Fault("no place on the globe", str(row), "geometry", hint=f"coordinates beyond {FARTHEST:g}")
                   for row, what in zip(rows.index[wrong | far], wrong[wrong | far], strict=True))  # fmt: skip
    degrees = shapes.where(~(wrong | far)).to_crs(GEOGRAPHIC).to_numpy()
    ends = [*(shapely.get_point(degrees, k) for k in (0, -1))]
    found = dict(zip(LINE_COLUMNS, (get(end) for end in ends for get in (shapely.get_x, shapely.get_y)), strict=True))
    own = [k for k, name in enumerate(rows.columns) if str(name).strip().lower() not in LINE_COLUMNS]
    return held(rows.iloc[:, own].assign(**found), (f"the ends are those of {what}",), faults, degrees=True)


def _with_points(rows: pd.DataFrame, shapes: gpd.GeoSeries) -> Given | None:
    """Return rows with points as columns, as a table of places has; None where they have such, or a shape is none."""
    kept = {plain(name) for name in rows.columns}
    known = shapes.crs is not None and (shapes.crs.is_geographic or shapes.crs.is_projected)
    kinds = shapely.get_type_id(shapes.to_numpy())
    if not known or kept & {*AXES["lon"], *AXES["lat"]} or not np.isin(kinds, (shapely.GeometryType.POINT, -1)).all():
        return None
    none = np.asarray((np.abs(shapely.bounds(shapes.to_numpy())) > FARTHEST).any(axis=1), dtype=bool)
    none |= shapely.is_empty(shapes.to_numpy())
    spots = shapes.where(~none).to_crs(GEOGRAPHIC)
    found = rows.assign(lon=shapely.get_x(spots.to_numpy()), lat=shapely.get_y(spots.to_numpy()))
    return replace(held(found, ("its shapes are points, its columns lon and lat",)), points=True)


def _in_one_piece(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes in which lines that are kept as several, each of which goes on where one before ends, are one."""
    lines = shapes.to_numpy().copy()
    several = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    if not several.any():
        return shapes
    with np.errstate(invalid="ignore"):  # of coordinates that are no numbers, which are told with their rows
        lines[several] = shapely.line_merge(lines[several], directed=True)
    return gpd.GeoSeries(lines, index=shapes.index, crs=shapes.crs)


def _of_file(path: Path, form: FileForm) -> Given:
    ending = path.suffix.lower()
    check_file(path)
    if ending in ENDINGS:
        check_begin(path)
    if ending in BOOKS:
        rows, told = workbook(path, form)
        return held(rows, told)
    if ending in SHAPES:
        reader: Callable[[Path, str | None], pd.DataFrame] = (
            geopackage if ending == ".gpkg" else parquet if ending in {".parquet", ".geoparquet"} else geojson
        )
        frame = reader(path, form.sheet)
        return _of_frame(_named(frame).set_axis(pd.RangeIndex(1, len(frame) + 1)), assumed=reader is geojson)
    if ending not in TEXT and ending:
        fault = Fault("no such format", column="source", value=ending, hint="one of " + ", ".join(ENDINGS))
        raise OptionError(f"{path} cannot be read", [fault, *_similar(ending)])
    text = delimited(path, form)
    names, read, joined = unjoined(text.names, text.read)
    return Given(names, read, (*text.told, joined) if joined else text.told)


def _similar(ending: str) -> list[Fault]:
    near = near_hint(ending, ENDINGS)
    return [Fault("unknown ending", value=ending, hint=near)] if near else []
