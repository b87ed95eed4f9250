"""Layers and tables that are binary or JSON: GeoJSON, GeoPackage, Parquet; and files that azroutes wrote."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import azroutes
from azroutes.write import flows_bytes
from cells import DEEP, NAMES, NUMBERS, OTHERS, TEXTS, table, text_of

if TYPE_CHECKING:
    from cells import Table
    from draw import Draw

CRS: tuple[object, ...] = ("EPSG:4326", "EPSG:3857", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4978", "EPSG:5773",
                           'LOCAL_CS["x"]', "EPSG:0", "", "+proj=longlat +a=0", "EPSG:3857+5773", "\ud800", "{}",
                           None, 4326, [])  # fmt: skip
SHAPES = ("LineString", "Point", "MultiLineString", "Polygon", "GeometryCollection", "linestring", "", None, 1)
SPOTS: tuple[object, ...] = ([[49.9, 40.4], [44.8, 41.7]], [[49.9, 40.4], [44.8, 41.7, 5]], [], [[]], [[1, 2]], None,
                             [1, 2], "x", [[1, "2"], [3, 4]], [[1e400, 2], [3, 4]], [[float("nan"), 0], [1, 1]],
                             [[[1, 2], [3, 4]]], {}, [[1e300, 1e300], [1, 2]], [[1, 2], [1, 2]],
                             [[180, 90], [-180, -90]], [[True, None], [0, 0]])  # fmt: skip

TOLD: tuple[object, ...] = (DEEP, [], "x", {"columns": {"origin": {"categories": 1, "of": []}}},
                            {"columns": {"commodity": "int64", "unit": "datetime64[ns]", "own": "no"}},
                            {"columns": {"own": {"categories": [1, 1], "of": "int64"}}})  # fmt: skip
"""What a file of ours may say of its columns."""
WORDS = (b"{}", b"[]", b"null", b"x", b"\xff", b'{"columns": {"own": 1}}',
         b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}, "version": "9"}',
         b'{"index_columns": [1], "columns": [{}], "column_indexes": []}')  # fmt: skip
"""What a Parquet file may say of itself."""


def geojson(draw: Draw) -> bytes:
    """Return features with shapes of every kind, or files of ours with cells of other kinds."""
    if draw.below(3) == 1:
        told = json.loads(written(".geojson"))
        for _ in range(1 + draw.below(3)):
            feature = draw.pick(told["features"])
            feature["properties"][draw.pick((*feature["properties"], *NAMES))] = _value(draw)
            if draw.rarely():
                feature["geometry"] = _shape(draw)
        if draw.rarely():
            told["azroutes"] = draw.pick(TOLD)
        return json.dumps(told).encode()
    made = table(draw)
    features: list[object] = [
        {"type": "Feature", "properties": dict(zip(made.names, map(_plain, row), strict=False)),
         "geometry": _shape(draw)}
        for row in made.rows
    ]  # fmt: skip
    if draw.rarely():
        features.append(draw.pick((1, None, [], {}, {"properties": [], "geometry": {}}, {"properties": None})))
    told = {"type": "FeatureCollection", "features": features}
    if draw.rarely():
        told["crs"] = draw.pick(({"properties": {"name": draw.pick(CRS)}}, {"properties": 1}, 1, {}))
    return json.dumps(told).encode()


def _value(draw: Draw) -> object:
    return _plain(draw.pick((*OTHERS, *TEXTS, *NUMBERS)))


def _plain(cell: object) -> object:
    return cell.decode("latin-1") if isinstance(cell, bytes) else cell


def _shape(draw: Draw) -> object:
    if draw.often():
        return draw.pick((None, {"type": "LineString", "coordinates": draw.pick(SPOTS[:2])}))
    return {"type": draw.pick(SHAPES), draw.pick(("coordinates", "coordinates", "geometries", "x")): draw.pick(SPOTS)}


def geopackage(draw: Draw) -> bytes:
    """Return a GeoPackage, of ours or not, with cells of any kind in its tables, also in those about itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(written(".gpkg") if draw.below(3) == 1 else plain_geopackage())
        base = sqlite3.connect(path)
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0.0)
        own = [str(row[0]) for row in base.execute("select name from sqlite_master where type = 'table'")]
        tables = ["flows"] * 8 + own
        for _ in range(1 + draw.below(4)):
            name = draw.pick(tables)
            try:
                _spoil(base, name, draw)
            except (sqlite3.Error, OverflowError, UnicodeError):
                continue
        base.commit()
        base.close()
        return path.read_bytes()


def _spoil(base: sqlite3.Connection, name: str, draw: Draw) -> None:
    columns = [row[1] for row in base.execute(f'pragma table_info("{name}")')]
    column = draw.pick(columns or ["fid"])
    value = draw.pick((*OTHERS, *TEXTS, *NUMBERS))
    kept = json.dumps(_plain(value)) if isinstance(value, list | dict) else value
    step = draw.below(12)
    if step < 8:
        base.execute(f'update "{name}" set "{column}" = ? where rowid = ?', (kept, 1 + draw.below(3)))  # noqa: S608
    elif step == 8:
        base.execute(f'alter table "{name}" rename column "{column}" to "{draw.pick(NAMES)}"')
    elif step == 9:
        base.execute(draw.pick(("drop table", "delete from")) + f' "{name}"')
    elif step == 10:
        base.execute(f'alter table "{name}" add column "{draw.pick(NAMES)}" blob')
    else:
        shapes = [row[0] for row in base.execute("select geometry from flows")]
        shape = draw.changed(draw.pick(shapes or [b""]) or b"", 3)
        base.execute("update flows set geometry = ? where rowid = ?", (shape, 1 + draw.below(3)))


def parquet(draw: Draw) -> bytes:
    """Return a table of Parquet with columns of every type, and words about itself that need not be true."""
    import pyarrow as pa
    from pyarrow import parquet as packed

    ours = draw.below(3) == 1
    base = packed.read_table(io.BytesIO(written(".parquet"))) if ours else _texts(pa, table(draw))
    arrays, names, told = list(base.columns), list(base.schema.names), dict(base.schema.metadata or {})
    for _ in range(draw.below(4)):
        at = draw.below(len(arrays) + 1)
        arrays[at : at + 1] = [_column(pa, draw, len(base))]
        names[at : at + 1] = [_whole(draw.pick((*names, *NAMES)))]
    for key in (b"pandas", b"geo", b"azroutes", b"ARROW:schema"):
        if draw.rarely():
            told[key] = draw.pick((draw.changed(told.get(key, b"{}")), *WORDS))
    buffer = io.BytesIO()
    try:
        whole = pa.Table.from_arrays(arrays, names=names).replace_schema_metadata(told)
        kind = draw.pick(("snappy", "none", "zstd", "gzip"))
        packed.write_table(whole, buffer, store_schema=draw.often(), compression=kind)
    except (pa.ArrowException, ValueError):  # not all that can be drawn can be written
        return written(".parquet")
    return buffer.getvalue()


def _texts(pa: Any, made: Table) -> Any:
    """Return a table whose cells are all text."""
    cells = [[None if len(row) <= k or row[k] is None else _whole(row[k]) for row in made.rows]
             for k in range(len(made.names))]  # fmt: skip
    arrays = [pa.array(column, pa.string()) for column in cells]
    return pa.Table.from_arrays(arrays, names=[_whole(name) for name in made.names])


def _whole(cell: object) -> str:
    return text_of(cell).encode("utf-8", "replace").decode()


def _column(pa: Any, draw: Draw, count: int) -> Any:
    """Return a column of one of the types that Parquet has."""
    kinds: tuple[tuple[Any, tuple[Any, ...]], ...] = ((pa.int64(), (1, -1, None, 2**62)),
                                                      (pa.uint64(), (2**64 - 1, 0)),
                                                      (pa.float32(), (1.5, float("nan"), None)),
                                                      (pa.decimal128(38, 10), (None, 1)), (pa.bool_(), (True, None)),
                                                      (pa.binary(), (b"\0\xff", b"IRN", None)),
                                                      (pa.list_(pa.int64()), ([1, 2], None, [])),
                                                      (pa.struct([("a", pa.string())]), ({"a": "x"}, None)),
                                                      (pa.map_(pa.string(), pa.int64()), ([("a", 1)], None)),
                                                      (pa.timestamp("ns"), (0, None, -(2**63) + 1)),
                                                      (pa.timestamp("ms", "Asia/Baku"), (0, 253402300800000, None)),
                                                      (pa.date32(), (0, 2**31 - 1, None)),
                                                      (pa.time64("us"), (0, None)), (pa.null(), (None,)),
                                                      (pa.large_string(), ("IRN", None)),
                                                      (pa.binary(3), (b"AZE", None)), (pa.duration("s"), (5, None)),
                                                      (pa.float16(), (1.5, None)))  # fmt: skip
    kind, values = draw.pick(kinds)
    column = pa.array([draw.pick(values) for _ in range(count)], kind)
    plain = not pa.types.is_nested(kind) and kind != pa.null()
    return column.dictionary_encode() if plain and draw.rarely() else column


@cache
def written(ending: str) -> bytes:
    """Return a file that azroutes wrote."""
    rows = pd.DataFrame({"origin": ["Iran", "AZE", "Baku@40.4,49.9"], "destination": ["Georgia", "RUS", "TUR"],
                         "via": ["AZE", "", ""], "quantity": [1.5, None, 3], "unit": ["kg", None, "t"],
                         "year": [2015, None, 2016], "commodity": ["heroin", "", None],
                         "wording": ["may", "", "=1+1"]})  # fmt: skip
    return flows_bytes(azroutes.read_flows(rows).assign(own=[1, 2, 3]), ending)


@cache
def plain_geopackage() -> bytes:
    """Return a GeoPackage that another program could have written."""
    import geopandas as gpd
    import shapely

    rows = {"from": ["Iran", "AZE"], "to": ["Georgia", "RUS"], "value": [1.5, 2], "Year": [2015, 2016]}
    lines = [shapely.LineString(spots) for spots in ([(49.9, 40.4), (44.8, 41.7)], [(1, 2), (3, 4)])]
    frame = gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326")
    buffer = io.BytesIO()
    frame.to_file(buffer, driver="GPKG", layer="flows", engine="pyogrio")
    return buffer.getvalue()
