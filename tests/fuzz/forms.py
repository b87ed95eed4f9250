"""Files of every format that `read_flows` takes: good ones, nearly good ones, and their bytes spoilt."""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import pandas as pd
from cells import DEEP, NAMES, NUMBERS, OTHERS, TEXTS, Table, table

import azroutes
from azroutes.write import flows_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from draw import Draw

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"
ROW = ' r="{}"'
CRS = ("EPSG:4326", "EPSG:3857", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4978", "EPSG:5773", 'LOCAL_CS["x"]', "EPSG:0", "",
       "+proj=longlat +a=0", "EPSG:3857+5773", "\ud800", "{}", None, 4326, [])  # fmt: skip
SHAPES = ("LineString", "Point", "MultiLineString", "Polygon", "GeometryCollection", "linestring", "", None, 1)
SPOTS: tuple[object, ...] = ([[49.9, 40.4], [44.8, 41.7]], [[49.9, 40.4], [44.8, 41.7, 5]], [], [[]], [[1, 2]], None, [1, 2], "x",
                             [[1, "2"], [3, 4]], [[1e400, 2], [3, 4]], [[float("nan"), 0], [1, 1]], [[[1, 2], [3, 4]]], {},
                             [[1e300, 1e300], [1, 2]], [[1, 2], [1, 2]], [[180, 90], [-180, -90]], [[True, None], [0, 0]])  # fmt: skip


def delimited(draw: Draw, separator: str = ",") -> bytes:
    """Return text with separators, in an encoding and with line ends of many kinds."""
    made = table(draw)
    mark = draw.pick((separator, separator, ",", ";", "\t", "|"))
    end = draw.pick(("\n", "\r\n", "\r", "\n\n"))
    text = end.join(mark.join(_quoted(cell, draw) for cell in row) for row in [made.names, *made.rows])
    encoding = draw.pick(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "latin-1", "utf-16-le", "utf-7"))
    return text.encode(
        encoding, draw.pick(("replace", "surrogatepass" if encoding[:5] in {"utf-8", "utf-1"} else "replace"))
    )


def _quoted(cell: object, draw: Draw) -> str:
    text = "" if cell is None else _text(cell)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if draw.below(3) == 1 or '"' in text and draw.often() else text


def _text(cell: object) -> str:
    return str(cell) if not isinstance(cell, bytes) else cell.decode("latin-1")


def workbook(draw: Draw) -> bytes:
    """Return a workbook of Excel, its parts written by hand, with cells of every type and now and then a broken part."""
    made = table(draw)
    shared: list[str] = []
    rows = []
    for number, row in enumerate([made.names, *made.rows], 1):
        cells = "".join(_excel_cell(cell, draw, shared) for cell in row)
        at = (
            draw.pick(("", ROW.format(number)))
            if draw.below(99) != 1
            else ROW.format(draw.pick((0, -1, 1048576, 10**12, "x")))
        )
        rows.append(f"<row{at}>{cells}</row>")
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    good = '<sheet name="A" sheetId="1" r:id="rId1"/>'
    names = draw.pick(
        (
            *[good] * 60,
            '<sheet name="A" sheetId="1" r:id="rId9"/>',
            "",
            '<sheet name="" sheetId="x" r:id="rId1" state="hidden"/><sheet name="B" sheetId="1" r:id="rId1"/>',
        )
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(shared)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": sheet,
    }  # fmt: skip
    return _packed(parts, draw)


def _excel_cell(cell: object, draw: Draw, shared: list[str]) -> str:
    at = (
        ""
        if draw.below(199) != 1
        else draw.pick((' r="B2"', ' r="ZZZ1"', ' r="1"', ' r="XFD1048576"', ' r=""', ' r="A99999999999"'))
    )
    odd = draw.below(150) == 1
    if cell is None:
        return f"<c{at}/>"
    text = escape(_text(cell).encode("utf-8", "replace").decode().replace("\0", ""))
    if isinstance(cell, bool | int | float):
        kind = draw.pick(("b", "d", "e", "s", "x")) if odd else "b" if isinstance(cell, bool) else "n"
        text = str(int(cell)) if isinstance(cell, bool) else text
        return f'<c{at} t="{kind}" s="{draw.below(4) if odd else 0}"><v>{text}</v></c>'
    kind = draw.pick(("e", "d", "n", "b")) if odd else draw.pick(("inlineStr", "s", "str"))
    if kind == "inlineStr":
        return f'<c{at} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if kind == "s":
        shared.append(f"<si><t>{text}</t></si>")
        return f'<c{at} t="s"><v>{len(shared) - 1 if draw.below(150) else 10 ** draw.below(20)}</v></c>'
    return f'<c{at} t="{kind}"><f>{text}</f><v>{text}</v></c>'


def opendocument(draw: Draw) -> bytes:
    """Return a workbook of OpenDocument, its parts written by hand."""
    made = table(draw)
    rows = "".join(
        f"<table:table-row{_repeated('rows', draw)}>{''.join(_open_cell(cell, draw) for cell in row)}</table:table-row>"
        for row in [made.names, *made.rows]
    )
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OASIS}:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        "content.xml": f'<office:document-content xmlns:office="{OASIS}:office:1.0" xmlns:table="{OASIS}:table:1.0" '
        f'xmlns:text="{OASIS}:text:1.0"><office:body><office:spreadsheet><table:table table:name="A">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }  # fmt: skip
    return _packed(parts, draw)


def _repeated(what: str, draw: Draw) -> str:
    if draw.below(199) != 1:
        return ""
    return f' table:number-{what}-repeated="{draw.pick(("2", "0", "-1", "1000", "x", "99999999999", "1048576"))}"'


def _open_cell(cell: object, draw: Draw) -> str:
    if cell is None:
        return f"<table:table-cell{_repeated('columns', draw)}/>"
    text = escape(_text(cell).encode("utf-8", "replace").decode().replace("\0", ""))
    value = quoteattr(_text(cell).encode("utf-8", "replace").decode().replace("\0", ""))
    kind = (
        "string" if draw.below(150) != 1 else draw.pick(("float", "date", "time", "boolean", "currency", "percentage", "x"))
    )
    if isinstance(cell, int | float):
        kind = "boolean" if isinstance(cell, bool) else "float"
    named = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    told = "" if kind == "string" else f" office:{named}={value}"
    return (f'<table:table-cell office:value-type="{kind}"{told}{_repeated("columns", draw)}>'
            f"<text:p>{text}</text:p></table:table-cell>")  # fmt: skip


def _packed(parts: dict[str, str], draw: Draw) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", draw.pick((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as packed:
        for name, text in parts.items():
            content = text.encode()
            if draw.below(99) == 1:
                content = draw.changed(content)
            if draw.below(199) != 1:
                packed.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


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
            told["azroutes"] = draw.pick(
                (
                    DEEP,
                    [],
                    "x",
                    {"columns": {"origin": {"categories": 1, "of": []}}},
                    {"columns": {"commodity": "int64", "unit": "datetime64[ns]", "own": "no"}},
                )
            )
        return json.dumps(told).encode()
    made = table(draw)
    features: list[object] = [
        {
            "type": "Feature",
            "properties": dict(zip(made.names, map(_plain, row), strict=False)),
            "geometry": _shape(draw),
        }
        for row in made.rows
    ]
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
    """Return a GeoPackage, of ours or of another's, with cells of any kind in its tables, also in those about itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(written(".gpkg") if draw.below(3) == 1 else plain_geopackage())
        base = sqlite3.connect(path)
        base.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _: 0.0)
        tables = [
            "flows",
            "flows",
            *(row[0] for row in base.execute("select name from sqlite_master where type = 'table'")),
        ]
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
    step = draw.below(6)
    if step < 3:
        base.execute(f'update "{name}" set "{column}" = ? where rowid = ?', (kept, 1 + draw.below(3)))  # noqa: S608 - ours
    elif step == 3:
        base.execute(f'alter table "{name}" rename column "{column}" to "{draw.pick(NAMES)}"')
    elif step == 4:
        base.execute(
            draw.pick((f'drop table "{name}"', f'delete from "{name}"', f'alter table "{name}" add column x blob'))
        )  # noqa: S608
    else:
        shapes = [row[0] for row in base.execute("select geometry from flows")]
        shape = draw.changed(draw.pick(shapes or [b""]) or b"", 3)
        base.execute("update flows set geometry = ? where rowid = ?", (shape, 1 + draw.below(3)))


def parquet(draw: Draw) -> bytes:
    """Return a table of Parquet with columns of every type, and words about itself that need not be true."""
    import pyarrow as pa
    from pyarrow import parquet as packed

    made = table(draw)
    base = packed.read_table(io.BytesIO(written(".parquet"))) if draw.below(3) == 1 else None
    count = len(made.rows) if base is None else len(base)
    arrays: list[Any] = [] if base is None else list(base.columns)
    names: list[str] = [] if base is None else list(base.schema.names)
    told = {} if base is None else dict(base.schema.metadata)
    if base is None:
        for k, name in enumerate(made.names):
            arrays.append(
                pa.array(
                    [None if len(row) <= k or row[k] is None else _whole(row[k]) for row in made.rows], pa.string()
                )
            )
            names.append(_whole(name))
    for _ in range(draw.below(4)):
        at = draw.below(len(arrays) + 1)
        arrays[at : at + 1] = [_column(pa, draw, count)]
        names[at : at + 1] = [_whole(draw.pick((*names, *NAMES)))]
    for key in (b"pandas", b"geo", b"azroutes", b"ARROW:schema"):
        if draw.rarely():
            told[key] = draw.pick((b"{}", b"[]", b"null", b"x", b"\xff", b'{"columns": {"own": 1}}', draw.changed(told.get(key, b"{}")),
                                   b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}, "version": "9"}',
                                   b'{"index_columns": [1], "columns": [{}], "column_indexes": []}'))  # fmt: skip
    schema = pa.schema([pa.field(name, array.type) for name, array in zip(names, arrays, strict=True)], metadata=told)
    buffer = io.BytesIO()
    try:
        packed.write_table(
            pa.Table.from_arrays(arrays, schema=schema),
            buffer,
            store_schema=draw.often(),
            compression=draw.pick(("snappy", "none", "zstd", "gzip")),
        )
    except (pa.ArrowException, ValueError):
        return written(".parquet")
    return buffer.getvalue()


def _whole(cell: object) -> str:
    return _text(cell).encode("utf-8", "replace").decode()


def _column(pa: Any, draw: Draw, count: int) -> Any:
    """Return a column of one of the types that Parquet has."""
    kinds: tuple[tuple[Any, tuple[Any, ...]], ...] = (
        (pa.int64(), (1, -1, None, 2**62)), (pa.uint64(), (2**64 - 1, 0)), (pa.float32(), (1.5, float("nan"), None)),
        (pa.decimal128(38, 10), (None, 1)), (pa.bool_(), (True, None)), (pa.binary(), (b"\0\xff", b"IRN", None)),
        (pa.list_(pa.int64()), ([1, 2], None, [])), (pa.struct([("a", pa.string())]), ({"a": "x"}, None)),
        (pa.map_(pa.string(), pa.int64()), ([("a", 1)], None)), (pa.timestamp("ns"), (0, None, -(2**63) + 1)),
        (pa.timestamp("ms", "Asia/Baku"), (0, 253402300800000, None)), (pa.date32(), (0, 2**31 - 1, None)), (pa.time64("us"), (0, None)),
        (pa.null(), (None,)), (pa.large_string(), ("IRN", None)), (pa.binary(3), (b"AZE", None)), (pa.duration("s"), (5, None)),
        (pa.float16(), (1.5, None)),
    )  # fmt: skip
    kind, values = draw.pick(kinds)
    column = pa.array([draw.pick(values) for _ in range(count)], kind)
    return (
        column.dictionary_encode() if draw.rarely() and not pa.types.is_nested(kind) and kind != pa.null() else column
    )


@cache
def written(ending: str) -> bytes:
    """Return a file that azroutes wrote."""
    rows = pd.DataFrame({"origin": ["Iran", "AZE", "Baku@40.4,49.9"], "destination": ["Georgia", "RUS", "TUR"], "via": ["AZE", "", ""],
                         "quantity": [1.5, None, 3], "unit": ["kg", None, "t"], "year": [2015, None, 2016],
                         "commodity": ["heroin", "", None], "wording": ["may", "", "=1+1"]})  # fmt: skip
    return flows_bytes(azroutes.read_flows(rows).assign(own=[1, 2, 3]), ending)


@cache
def plain_geopackage() -> bytes:
    """Return a GeoPackage that another program could have written."""
    import geopandas as gpd
    import shapely

    frame = gpd.GeoDataFrame(
        {"from": ["Iran", "AZE"], "to": ["Georgia", "RUS"], "value": [1.5, 2], "Year": [2015, 2016]},
        geometry=[shapely.LineString([(49.9, 40.4), (44.8, 41.7)]), shapely.LineString([(1, 2), (3, 4)])], crs="EPSG:4326",
    )  # fmt: skip
    buffer = io.BytesIO()
    frame.to_file(buffer, driver="GPKG", layer="flows", engine="pyogrio")
    return buffer.getvalue()


def written_csv(draw: Draw) -> bytes:
    """Return a CSV, of ours or of another's."""
    if draw.below(3) > 0:
        return delimited(draw)
    lines = written(".csv").decode().splitlines()
    at = draw.below(len(lines))
    cells = lines[at].split(",")
    cells[draw.below(len(cells))] = _quoted(draw.pick((*TEXTS, *NUMBERS)), draw)
    lines[at] = ",".join(cells)
    return "\n".join(lines).encode("utf-8", "replace")


FORMS: dict[str, Callable[[Draw], bytes]] = {
    ".csv": written_csv, ".tsv": lambda draw: delimited(draw, "\t"), ".txt": lambda draw: delimited(draw, "|"),
    ".xlsx": workbook, ".ods": opendocument, ".geojson": geojson, ".gpkg": geopackage, ".parquet": parquet,
}  # fmt: skip
STARTS = (b"", b"PK\x03\x04", b"SQLite format 3\0" + bytes(52) + b"GPKG", b"PAR1", b'{"features": [', b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
          b"origin,destination\n", b"\xff\xfe", b'"flow_id"')  # fmt: skip


def content(draw: Draw, ending: str) -> bytes:
    """Return a file of a format: well-formed with odd cells, spoilt here and there, or any bytes."""
    way = draw.below(8)
    if way == 7:
        return draw.pick(STARTS) + draw.bytes(draw.below(2000))
    whole = FORMS[ending](draw)
    return draw.changed(whole) if way == 6 else whole
