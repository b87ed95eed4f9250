"""Files, written whole or not at all, and tables that no spreadsheet will run."""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely

from azroutes.distinct import repeated
from azroutes.errors import Fault, OptionError, OutputError, TableError
from azroutes.flows import COLUMNS
from azroutes.kinds import cells_of, column_faults, kind_of, plain_column
from azroutes.needed import needed
from azroutes.privacy import suppressed
from azroutes.schema import Flows, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    import geopandas as gpd

    from azroutes.geometry.shapes import Floats, Shapes
    from azroutes.kinds import Cell

ENDINGS = (".csv", ".geojson", ".gpkg")
"""Of the files that an atlas has; GeoParquet needs a package that is not always there."""

LAYER, KINDS, VERSION = "flows", "azroutes", 1
"""The layer of a GeoPackage; under which name a file tells the kinds of columns, and how."""

FIXED = tuple(name for name in COLUMNS if name not in {"commodity", "unit"})
"""Columns of one kind in every table of flows."""

STAMP = "2000-01-01T00:00:00.000Z"
"""The time that a GeoPackage says it was changed; always the same, so that the same flows are the same bytes."""

_SIGNS = "=+@－＝＋＠-"
_BEGINS = rf"(?:\A(?='*[\t\r\n{_SIGNS}])|(?<=[;\t\r\n])(?='*[{_SIGNS}]))"
_FORMULA = re.compile(_BEGINS)
"""Where a cell begins that a spreadsheet would run: also after a semicolon, a tab or a line end, for where the
semicolon separates cells, commas and their quotes do not, and the rest of the text falls into cells of its own. One
that has an apostrophe of its own gets another, so that whoever takes one away has the text that was written. Wide
forms of the signs are taken for them where East Asian keyboards are at home."""

_LEADS = frozenset("'" + _SIGNS)

_DISARMED = re.compile(_BEGINS + "'")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and then rename it, so that a stopped run leaves the old file or the new one.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.
    """
    part = _part(path, content)
    try:
        part.replace(path)
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        why = getattr(error, "strerror", None) or error
        raise OutputError(f"cannot write {path}: {why}; the old file is untouched") from None
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path, content: bytes) -> Path:
    """Return a file beside the place of another that has its content."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".azroutes-", suffix=".part")
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from None
    part, whole = Path(name), False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        whole = True
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; the old file is untouched") from None
    finally:
        if not whole:
            part.unlink(missing_ok=True)
    return part


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: all of them, or where one cannot be written, none.

    Raises
    ------
    OutputError
        If one of them cannot be written; what stood there before is untouched.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            if path.is_dir():
                raise OutputError(f"cannot write {path}: a folder stands there")
            parts[path] = _part(path, content)
        _swap(parts)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _swap(parts: Mapping[Path, Path]) -> None:
    """Put each part in its place, and take all back if one cannot be."""
    kept: dict[Path, bytes | None] = {}
    try:
        for path in parts:
            kept[path] = path.read_bytes() if path.exists() else None
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        for path, old in kept.items():
            if path in parts and not parts[path].exists():
                path.unlink() if old is None else write_whole(path, old)
        raise OutputError(f"cannot write: {error.strerror or error}; the old files are untouched") from None


def ending_of(path: Path, known: Iterable[str]) -> str:
    """Return the ending of a file that is to be written, in small letters, which says its format.

    Raises
    ------
    OptionError
        If it is none that can be written.
    """
    ending = path.suffix.lower()
    if ending not in known:
        fault = Fault("no such format", value=ending, hint="one of " + ", ".join(known))
        raise OptionError(f"cannot tell the format of {path.name!r}", [fault])
    return ending


def write_flows(flows: gpd.GeoDataFrame, path: str | PathLike[str], *, suppress_below: float | None = None) -> None:
    """Write a table of flows as CSV, GeoJSON, GeoPackage or GeoParquet, by the ending of the path.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows; columns of your own may hold text, numbers, times and yes or no.
    path : path
        Ends in ``.csv`` (geometry as WKT; text that a spreadsheet would run as a formula is led by an apostrophe),
        ``.geojson``, ``.gpkg``, or ``.parquet`` or ``.geoparquet`` (these need ``pip install "azroutes[parquet]"``).
        The same flows give the same bytes, and `azroutes.read_flows` gives back the same flows: see docs/export.md.
    suppress_below : float, optional
        Hide numbers of people below this; see `azroutes.suppress`.

    Raises
    ------
    TableError
        If the table is not valid, or holds what no file can: a second geometry, objects, text that is no Unicode.
    OptionError
        If the ending is another, or a package is missing.
    OutputError
        If the file cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> import azroutes
    >>> azroutes.write_flows(azroutes.load_flows(), "flows.csv")  # doctest: +SKIP
    """
    target = Path(path)
    ending = ending_of(target, WRITERS)
    write_whole(target, flows_bytes(suppressed(flows, suppress_below), ending))


def flows_bytes(flows: gpd.GeoDataFrame, ending: str) -> bytes:
    """Return a table of flows as the bytes of a file with this ending."""
    return WRITERS[ending](checked(flows))


def checked(flows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return valid flows that a file can hold, ``flow_id`` as their first column.

    Raises
    ------
    TableError
        With every fault.
    """
    validate(Flows, flows)
    flows = flows.copy()
    flows.attrs = {}  # an account is of a reading, not of the table
    own = flows.drop(columns="geometry")
    faults = [*column_faults(pd.DataFrame(own))]
    faults += column_faults(pd.DataFrame({flows.index.name: flows.index}))
    if flows.index.name in own:
        faults.append(Fault("a column of the name of the index", column=str(flows.index.name), hint="rename it"))
    if faults:
        raise TableError("these flows cannot be written to a file", faults)
    return flows.set_geometry("geometry")


def disarmed(text: object) -> object:
    """Return text that a spreadsheet shows and does not run; `armed` is the way back.

    Examples
    --------
    >>> disarmed("=1+1")
    "'=1+1"
    """
    # Most texts have nothing of the kind, and are many times as soon looked through for it letter by letter.
    if not isinstance(text, str) or not (text[:1] in _LEADS or any(letter in text for letter in ";\t\r\n")):
        return text
    return _FORMULA.sub("'", text)


def armed(text: str) -> str:
    """Return text as it was before it was disarmed.

    Examples
    --------
    >>> armed("'=1+1")
    '=1+1'
    """
    return _DISARMED.sub("", text) if "'" in text else text


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV: text in quotes and disarmed, numbers bare, and where there is nothing, nothing.

    So a missing text is not an empty one, and the text 12 is not the number.
    """
    head = ",".join(_quoted(str(name)) for name in table.columns)
    columns = [_csv_cells(cells_of(table[name])) for name in table.columns]
    return "\n".join([head, *map(",".join, zip(*columns, strict=True)), ""]).encode("utf-8")


def _csv_cells(cells: Sequence[Cell]) -> list[str]:
    texts = {cell: _quoted(cell) for cell in {*cells} if isinstance(cell, str)}
    return ["" if cell is None else texts[cell] if isinstance(cell, str) else repr(cell) for cell in cells]


def _quoted(text: str) -> str:
    return '"' + str(disarmed(text)).replace('"', '""') + '"'


def _csv(flows: gpd.GeoDataFrame) -> bytes:
    table = pd.DataFrame(flows.drop(columns="geometry")).reset_index()
    return csv_bytes(table.assign(geometry=pd.Series(_of_lines(flows, _wkts), dtype=object)))


def _of_lines(flows: gpd.GeoDataFrame, texts: Callable[[Shapes], Iterable[str]]) -> list[str]:
    """Return a text for the line of each flow, made once for flows that have the same."""
    lines = flows.geometry.to_numpy()
    number, _ = pd.factorize(np.array(shapely.to_wkb(lines), dtype=object))
    made = [*texts(lines[~repeated(number)])]
    return [made[k] for k in number.tolist()]


def _wkts(lines: Shapes) -> Iterator[str]:
    """Return lines with all their digits; GEOS may change the last of one when it reads or writes them."""
    for line, corners in zip(lines, _corners(lines, _bare), strict=True):
        yield f"LINESTRING {'Z ' if line.has_z else ''}({', '.join(map(' '.join, corners))})"


def _geometries(lines: Shapes) -> Iterator[str]:
    for corners in _corners(lines, _json_numbers):
        yield '{"type":"LineString","coordinates":[[' + "],[".join(map(",".join, corners)) + "]]}"


def _corners(lines: Shapes, texts: Callable[[Floats], list[str]]) -> Iterator[Iterator[tuple[str, ...]]]:
    """Return the numbers of each corner of each line as text; a third only where the line has heights."""
    high = shapely.has_z(lines)
    axes = [texts(axis) for axis in shapely.get_coordinates(lines, include_z=bool(high.any())).T]
    end = np.cumsum(shapely.get_num_coordinates(lines)).tolist()
    for begin, stop, three in zip([0, *end], end, high.tolist(), strict=False):
        yield zip(*(axis[begin:stop] for axis in (axes if three else axes[:2])), strict=True)


def _json_numbers(values: Floats) -> list[str]:
    return _json_cells(values.tolist())


def _json_cells(cells: Sequence[Cell]) -> list[str]:
    """Return each cell as JSON; all at once, since a line end within a text is written otherwise."""
    whole = json.dumps(cells, ensure_ascii=False, separators=("\n", ":"))
    return whole[1:-1].split("\n") if cells else []


def _bare(values: Floats) -> list[str]:
    """Return numbers as text, whole ones without a point."""
    found = [*map(repr, values.tolist())]
    for k in np.flatnonzero(values == np.floor(values)).tolist():
        found[k] = found[k].removesuffix(".0")
    return found


def kinds_text(flows: gpd.GeoDataFrame) -> str:
    """Return what the columns are whose cells do not tell it, as JSON: those of open lists and of the user's own."""
    told = {name: kind_of(flows[name]) for name in flows.columns if name not in FIXED}
    return json.dumps({"version": VERSION, "columns": told}, ensure_ascii=True, separators=(",", ":"))


def _geojson(flows: gpd.GeoDataFrame) -> bytes:
    """Return flows as RFC 7946, one feature a line, numbers with all their digits, which GDAL would cut."""
    table = pd.DataFrame(flows.drop(columns="geometry")).reset_index()
    columns = [cells_of(table[name]) for name in table.columns]
    infinite = [Fault("not a finite number", row=str(flows.index[k]), column=str(name), value=cell,
                      hint="JSON has none; use CSV")
                for name, cells in zip(table.columns, columns, strict=True)
                for k, cell in enumerate(cells) if isinstance(cell, float) and not math.isfinite(cell)]  # fmt: skip
    if infinite:
        raise TableError("these flows cannot be written as GeoJSON", infinite)
    names = _json_cells([str(name) for name in table.columns])
    cells = [_json_cells(column) for column in columns]
    properties = (",".join(map(":".join, zip(names, row, strict=True))) for row in zip(*cells, strict=True))
    lines = ",\n".join(f'{{"type":"Feature","properties":{{{told}}},"geometry":{line}}}'
                       for told, line in zip(properties, _of_lines(flows, _geometries), strict=True))  # fmt: skip
    head = f'{{"type":"FeatureCollection","name":"flows","azroutes":{kinds_text(flows)},"features":['
    return f"{head}\n{lines}\n]}}\n".encode()


def _geopackage(flows: gpd.GeoDataFrame) -> bytes:
    """Return flows as a GeoPackage; of each column that SQLite has no type for as text."""
    table = flows.reset_index()
    clash = [Fault("two columns of one name but for case", column=str(name)) for name in
             table.columns[table.columns.str.lower().duplicated()]]  # fmt: skip
    if clash:
        raise TableError("these flows cannot be written as a GeoPackage", clash)
    for name in table.columns.drop("geometry"):
        kind = kind_of(table[name])
        if isinstance(kind, dict) or kind.startswith("datetime64"):
            cells = cells_of(table[name])
            table[name] = plain_column(cells).array
    # The key of a row has a column of its own, which must not be one of the table's.
    taken = set(table.columns.str.lower())
    key = next(name for name in (f"fid{k or ''}" for k in count()) if name not in taken)
    buffer = BytesIO()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        pyogrio.write_dataframe(table, buffer, driver="GPKG", layer=LAYER, geometry_type="LineString",
                                layer_metadata={KINDS: kinds_text(flows)},
                                layer_options={"FID": key, "GEOMETRY_NAME": "geometry"})  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return buffer.getvalue()


def _geoparquet(flows: gpd.GeoDataFrame) -> bytes:
    parquet = needed("pyarrow.parquet", "GeoParquet", "parquet")
    made, buffer = BytesIO(), BytesIO()
    flows.to_parquet(made)
    table = parquet.read_table(BytesIO(made.getvalue()))
    told = {**(table.schema.metadata or {}), KINDS.encode(): kinds_text(flows).encode()}
    parquet.write_table(table.replace_schema_metadata(told), buffer)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[gpd.GeoDataFrame], bytes]] = {
    ".csv": _csv, ".geojson": _geojson, ".gpkg": _geopackage, ".parquet": _geoparquet, ".geoparquet": _geoparquet,
}  # fmt: skip
