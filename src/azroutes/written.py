"""Files that azroutes wrote become the table of flows that they were."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from azroutes.dtypes import BASIS, CERTAINTY, FORM, GEOGRAPHIC, MARKET, ROLE
from azroutes.errors import Fault, TableError, did_you_mean
from azroutes.flows import COLUMNS, path_of, role_in
from azroutes.geometry.shapes import lines
from azroutes.kinds import cells_of, column_of, has_half, plain_column
from azroutes.places import VIA, resolve
from azroutes.schema import Flows, validate
from azroutes.tables.bounds import check_geopackage, check_hollow, check_parquet
from azroutes.tables.spatial import sound
from azroutes.write import KINDS, LAYER, armed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from azroutes.kinds import Cell, Kind

OURS = frozenset({"flow_id", *COLUMNS})
"""The columns by which a table is known as one of ours."""

_LISTS = {"market": MARKET, "form": FORM, "role": ROLE, "certainty": CERTAINTY, "basis": BASIS}
_TEXTS = ("flow_id", "group", "origin", "destination", "via", "wording", "sources")
_NEVER_MISSING = ("via", "wording", "sources")
_NUMBERS = {"quantity": "Float64", "first_year": "Int16", "last_year": "Int16", "statements": "int64",
            "lineages": "int64"}  # fmt: skip
_TOKEN = re.compile(r'("[^"]*(?:""[^"]*)*"|[^,"\r\n]*)(,|\r\n|\r|\n|\Z)')
_WKT = re.compile(r"\s*LINESTRING\s*(?:Z\s*)?\(([-+.,\seE0-9]*)\)\s*")
_PLAIN_WKT = re.compile(r"LINESTRING \(((?:[-+.eE0-9]+ [-+.eE0-9]+, )+[-+.eE0-9]+ [-+.eE0-9]+)\)")
_WHOLE, _DECIMAL = re.compile(r"[+-]?\d{1,4300}"), re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)")


@dataclass(frozen=True)
class _File:
    """What a file holds: its cells, column by column, its lines, its rows' names, and what it tells of its columns."""

    columns: dict[str, list[Cell]]
    lines: Sequence[object]
    rows: Sequence[str]
    kinds: dict[str, Kind]


def written_flows(path: Path) -> gpd.GeoDataFrame | None:
    """Return the flows of a file that `azroutes.write_flows` wrote; None where a file is anything else.

    Parameters
    ----------
    path : Path
        A file whose ending is one that `azroutes.write_flows` takes.

    Returns
    -------
    GeoDataFrame or None
        The table that was written. Of a CSV, which does not tell of what kind its columns are, those of the user's own
        are text, numbers, or yes or no as their cells are.

    Raises
    ------
    TableError
        If the file is such a table and was changed into what is none; it lists every fault.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        return None
    found = reader(path)
    return None if found is None else _flows(found, path)


def asked_of(flows: gpd.GeoDataFrame, *, unit: str | None, focus: str | None) -> gpd.GeoDataFrame:
    """Return flows with a unit where they have a number and none, and with the part that a country has in them."""
    asked = flows.copy()
    if unit is not None:
        bare = flows["quantity"].notna() & flows["unit"].isna()
        units = flows["unit"].astype("string").mask(bare, unit)
        asked["unit"] = units.astype(pd.CategoricalDtype(pd.Index(sorted(units.dropna().unique()), dtype="string")))
    if focus is not None:
        code = resolve(focus).code
        ends = zip(flows["origin"], flows["via"], flows["destination"], strict=True)
        asked["role"] = pd.Categorical([role_in(VIA.join(path_of(*one)), code) for one in ends], dtype=ROLE)
    return asked


def _csv(path: Path) -> _File | None:
    try:
        with path.open("rb") as file:
            head = file.readline(2**16)
            if b"flow_id" not in head:
                return None
            text = (head + file.read()).decode("utf-8-sig")
    except (OSError, ValueError):
        return None
    records = _records(text)
    names = [str(_text(cell)) for cell in records[0]] if records else []
    if not set(names) >= OURS or len(set(names)) < len(names):
        return None
    rows = [str(number) for number, _ in enumerate(records[1:], 2)]
    odd = [Fault(f"{len(cells)} cells, and {len(names)} columns", row=row)
           for row, cells in zip(rows, records[1:], strict=True) if len(cells) != len(names)]  # fmt: skip
    if odd:
        raise TableError(f"{path} is not whole", odd)
    raw = dict(zip(names, zip(*records[1:], strict=True), strict=False)) if rows else dict.fromkeys(names, ())
    shapes = _lines_of([text or "" for text in _texts(raw["geometry"])])
    texts = {*_TEXTS, *_LISTS, "commodity", "unit"}
    columns: dict[str, list[Cell]] = {}
    for name, cells in raw.items():
        if name in texts:
            columns[name] = [*_texts(cells)]
        elif name != "geometry":
            columns[name] = _numbers_of(cells) if name in _NUMBERS else _own(cells)
    return _File(columns, shapes, rows, {})


def _lines_of(texts: list[str]) -> list[object]:
    """Return the lines that WKT says, with the digits that it says; flows that have the same share it."""
    known = [*dict.fromkeys(texts)]
    plain = [found[1] if (found := _PLAIN_WKT.fullmatch(text)) else "" for text in known]
    try:
        numbers = [*map(float, " ".join(plain).replace(",", "").split())]
    except ValueError:
        plain, numbers = [""] * len(known), []
    flat = iter(_flat_lines(numbers, [text.count(",") + 1 for text in plain if text]))
    made = {text: next(flat) if corners else _line_of(text) for text, corners in zip(known, plain, strict=True)}
    return [made[text] for text in texts]


def _flat_lines(numbers: Sequence[float], many: list[int]) -> Sequence[object]:
    """Return the lines of so many corners, from x and y of all corners one after the other."""
    corners = np.array(numbers, dtype=np.float64).reshape(-1, 2)
    return lines(corners, np.repeat(np.arange(len(many)), many)).tolist() if many else []


def _line_of(text: str) -> object:
    found = _WKT.fullmatch(text)
    if found is None:
        return shapely.from_wkt(text, on_invalid="ignore")
    try:
        return _line([[float(number) for number in corner.split()] for corner in found[1].split(",")])
    except ValueError:
        return None


def _line(corners: object) -> object:
    try:
        return shapely.LineString(cast("Any", corners))
    except (TypeError, KeyError, ValueError, shapely.errors.ShapelyError):
        return None


def _records(text: str) -> list[list[str]]:
    """Return the cells of each record as they stand, with their quotes; nothing where it is no CSV."""
    tokens = _TOKEN.findall(text)
    cells, joints = [cell for cell, _ in tokens], [joint for _, joint in tokens]
    if sum(map(len, cells)) + sum(map(len, joints)) < len(text):
        return []
    ends = [k + 1 for k, joint in enumerate(joints) if joint != ","]
    records = [cells[begin:end] for begin, end in pairwise([0, *ends])]
    return [record for record in records if record != [""]]


def _text(cell: str) -> str | None:
    """Return the text of a cell of a CSV; a bare cell that is empty is missing."""
    return armed(cell[1:-1].replace('""', '"')) if cell.startswith('"') else armed(cell) if cell else None


def _texts(cells: Sequence[str]) -> list[str | None]:
    known = {cell: _text(cell) for cell in {*cells}}
    return [known[cell] for cell in cells]


def _numbers_of(cells: Sequence[str]) -> list[Cell]:
    """Return numbers, also where a spreadsheet put them in quotes; what is none stays text, to be told."""
    return [None if not (text := _text(cell)) else _number(text) for cell in cells]


def _number(text: str) -> Cell:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _own(cells: Sequence[str]) -> list[Cell]:
    """Return the cells of a column of the user's own: numbers, or yes or no, only if all are and none is in quotes."""
    bare = [cell for cell in cells if cell]
    if all(cell in {"True", "False"} for cell in bare):
        return [cell == "True" if cell else None for cell in cells]
    numbers: list[Cell] = [_number(cell) if cell else None for cell in cells]
    return [*_texts(cells)] if any(isinstance(cell, str) for cell in numbers) else numbers


def _geojson(path: Path) -> _File | None:
    try:
        content = path.read_bytes()
        found = json.loads(content) if f'"{KINDS}"'.encode() in content or b'"flow_id"' in content else None
    except (OSError, ValueError, RecursionError):
        return None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        return None
    told = _kinds_of(cast("dict[str, object]", found).get(KINDS))
    rows = [one.get("properties") for one in features]
    names = dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row)
    if not rows and told is not None:
        names = dict.fromkeys(["flow_id", *COLUMNS[:-1], *told])
    if not set(names) >= OURS - {"geometry"} or not all(isinstance(row, dict) for row in rows):
        return None
    check_hollow(path, len(rows), len(names), len(content))
    columns = {name: [_plain(row.get(name)) for row in rows] for name in names}
    numbered = [f"feature {k}" for k in range(1, len(rows) + 1)]
    halves = [Fault("no Unicode text", row, name, cell, "it holds half a character") for name, cells in columns.items()
              for row, cell in zip(("", *numbered), (name, *cells), strict=True)
              if isinstance(cell, str) and has_half(cell)]  # fmt: skip
    if halves:
        raise TableError(f"{path} holds text that is none", halves)
    shapes = [one.get("geometry") for one in features]
    corners = [shape.get("coordinates") if isinstance(shape, dict) else None for shape in shapes]
    return _File(columns, _lines(corners), numbered, told or {})


def _plain(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool) else json.dumps(value)


def _lines(corners: Sequence[Any]) -> list[object]:
    """Return the line of each list of corners; None where it is none."""
    plain = [_is_plain_line(one) for one in corners]
    known = [one for one, is_plain in zip(corners, plain, strict=True) if is_plain]
    numbers = [*chain.from_iterable(chain.from_iterable(known))]
    flat = iter(_flat_lines(numbers, [len(one) for one in known]))
    return [next(flat) if is_plain else _line(one) for one, is_plain in zip(corners, plain, strict=True)]


def _is_plain_line(corners: Any) -> bool:  # noqa: ANN401 - whatever a file holds
    """Tell whether corners are those of a line, each of two numbers, as nearly all are."""
    return (isinstance(corners, list) and len(corners) > 1 and {*map(type, corners)} == {list}
            and {*map(len, corners)} == {2} and {*map(type, chain.from_iterable(corners))} == {float})  # fmt: skip


def _geopackage(path: Path) -> _File | None:
    try:
        check_geopackage(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of GDAL's, on what it finds odd
            info = pyogrio.read_info(path, layer=LAYER)
            if not {*info["fields"]} >= OURS - {"geometry"}:
                return None
            table = pyogrio.read_dataframe(path, layer=LAYER)
    except Exception:  # noqa: BLE001 - no GeoPackage, or none that GDAL, Arrow and shapely can read: `given` says why
        return None
    told = _kinds_of(_json((info["layer_metadata"] or {}).get(KINDS)))
    columns = {str(name): cells_of(table[name]) for name in table.columns if name != table.geometry.name}
    for name in ("via", "wording", "sources"):
        columns[name] = [cell or "" for cell in columns[name]]
    return _File(columns, list(table.geometry), [str(k) for k in range(1, len(table) + 1)], told or {})


def _geoparquet(path: Path) -> _File | None:
    try:
        from pyarrow import parquet  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    try:
        schema = parquet.read_schema(path)
        if not set(schema.names) >= OURS:
            return None
        check_parquet(path)
        sound(path)
        table = gpd.read_parquet(path)
        frame = pd.DataFrame(table.drop(columns="geometry")).reset_index()
    except Exception:  # noqa: BLE001 - Arrow, pandas, pyproj and shapely have errors of their own: `given` says why
        return None
    told = _kinds_of(_json((schema.metadata or {}).get(KINDS.encode())))
    own = {str(name): kind for name, kind in (told or {}).items()}
    columns = {str(name): cells_of(frame[name]) for name in frame.columns}
    return _File(columns, list(table["geometry"]), [str(k) for k in range(1, len(frame) + 1)], own)


def _json(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return None


def _kinds_of(told: object) -> dict[str, Kind] | None:
    """Return what a file tells of its columns; None where it tells nothing, or in a way that we do not know."""
    columns = told.get("columns") if isinstance(told, dict) else None
    if not isinstance(columns, dict) or not all(isinstance(kind, str | dict) for kind in columns.values()):
        return None
    return cast("dict[str, Kind]", columns)


_READERS = {".csv": _csv, ".geojson": _geojson, ".json": _geojson, ".gpkg": _geopackage, ".parquet": _geoparquet,
            ".geoparquet": _geoparquet}  # fmt: skip


def _flows(found: _File, path: Path) -> gpd.GeoDataFrame:
    faults: list[Fault] = []
    names = [*(name for name in found.columns if name != "flow_id")]
    table = pd.DataFrame({name: _column(found, name, faults) for name in names})
    lines = np.array([line if isinstance(line, shapely.LineString) else None for line in found.lines], dtype=object)
    faults += [Fault("not a line", row=row, column="geometry", hint="each flow needs a LineString")
               for row, line in zip(found.rows, lines, strict=True) if line is None]  # fmt: skip
    ids = list(_column(found, "flow_id", faults))
    if faults:
        raise TableError(f"{path} holds flows that were written by azroutes and changed into what are none", faults)
    table.index = pd.Index(pd.array(ids, dtype="string"), name="flow_id")
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(lines, index=table.index, crs=GEOGRAPHIC), crs=GEOGRAPHIC)
    own = [name for name in names if name not in COLUMNS]
    return validate(Flows, frame[[*COLUMNS, *own]])


def _column(found: _File, name: str, faults: list[Fault]) -> pd.Series:
    """Return a column as it was written; what cannot be of its kind is told, and missing."""
    cells = found.columns[name]
    if name in _LISTS:
        return _listed(cells, _LISTS[name], name, found.rows, faults)
    if name in _TEXTS:
        texts = [None if cell is None else str(cell) for cell in cells]
        return column_of([text or "" for text in texts] if name in _NEVER_MISSING else texts, "string")
    if name in _NUMBERS:
        return _counted(cells, name, found.rows, faults)
    if name in found.kinds:
        try:
            return column_of(cells, found.kinds[name])
        except (ValueError, TypeError, OverflowError, KeyError) as error:
            hint = "what the file tells of its columns no longer fits them"
            faults.append(Fault(f"not of its kind: {str(error).partition(chr(10))[0]}", column=name, hint=hint))
    if name in {"commodity", "unit"}:
        known = column_of([None if cell is None else str(cell) for cell in cells], "string")
        return known.astype(pd.CategoricalDtype(pd.Index(sorted(known.dropna().unique()), dtype="string")))
    return plain_column(cells)


def _listed(
    cells: Sequence[Cell], dtype: pd.CategoricalDtype, name: str, rows: Sequence[str], faults: list[Fault]
) -> pd.Series:
    known = set(dtype.categories)
    faults += [Fault("not one of the list", row, name, cell, did_you_mean(str(cell), list(dtype.categories)))
               for row, cell in zip(rows, cells, strict=True) if cell is not None and cell not in known]  # fmt: skip
    return pd.Series(pd.Categorical([cell if cell in known else None for cell in cells], dtype=dtype))


def _counted(cells: Sequence[Cell], name: str, rows: Sequence[str], faults: list[Fault]) -> pd.Series:
    kind = _NUMBERS[name]
    whole, needed = kind != "Float64", kind == "int64"
    bound = 2**15 if kind == "Int16" else 2**63
    kept: list[Cell] = []
    for row, cell in zip(rows, cells, strict=True):
        fits = isinstance(cell, int | float) and not isinstance(cell, bool) and (
            not whole or (abs(cell) < bound and cell == int(cell)))  # fmt: skip
        if not fits and (cell is not None or needed):
            faults.append(Fault(f"not a {'whole ' if whole else ''}number", row=row, column=name, value=cell))
        kept.append((int(cell) if whole else float(cell)) if fits and cell is not None else 0 if needed else None)
    return column_of(kept, kind)
