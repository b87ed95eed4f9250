"""Files of every format that `read_flows` takes: good ones, nearly good ones, and their bytes spoilt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from books import opendocument, workbook
from cells import NUMBERS, TEXTS, table, text_of
from layers import geojson, geopackage, parquet, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from draw import Draw


def delimited(draw: Draw, separator: str = ",") -> bytes:
    """Return text with separators, in an encoding and with line ends of many kinds."""
    made = table(draw)
    mark = draw.pick((separator, separator, ",", ";", "\t", "|"))
    end = draw.pick(("\n", "\r\n", "\r", "\n\n"))
    text = end.join(mark.join(_quoted(cell, draw) for cell in row) for row in made.lines())
    encoding = draw.pick(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "latin-1", "utf-16-le", "utf-7"))
    halves = "surrogatepass" if encoding in {"utf-8", "utf-16", "utf-16-le"} and draw.often() else "replace"
    return text.encode(encoding, halves)


def _quoted(cell: object, draw: Draw) -> str:
    text = "" if cell is None else text_of(cell)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if draw.below(3) == 1 or ('"' in text and draw.often()) else text


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
STARTS = (b"", b"PK\x03\x04", b"SQLite format 3\0" + bytes(52) + b"GPKG", b"PAR1", b'{"features": [',
          b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"origin,destination\n", b"\xff\xfe", b'"flow_id"')  # fmt: skip


def content(draw: Draw, ending: str) -> bytes:
    """Return a file of a format: well-formed with odd cells, spoilt here and there, or any bytes."""
    way = draw.below(8)
    if way == 7:
        return draw.pick(STARTS) + draw.some(draw.below(2000))
    whole = FORMS[ending](draw)
    return draw.changed(whole) if way == 6 else whole
