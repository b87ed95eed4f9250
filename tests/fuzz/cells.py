"""Tables of flows with cells as nobody would write them on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from draw import Draw

PLACES = ("AZE", "Iran", "IRN", "Georgia", "TUR", "Russia", "Côte d'Ivoire", "NA", "Baku@40.41,49.87", "SUN", "Congo",
          "Total", "Azerbaijann", "Korea", "31", "AZE>IRN", "AZE>AZE", "the Caucasus", "@1,2", "x@91,0",
          "x@nan,inf")  # fmt: skip
NUMBERS = ("1", "12.5", "0", "-1", "1e400", "-1e400", "1e308", "1e15", "1e16", "nan", "inf", "1_0", "1,5", "1.500,00",
           "٣", "0x1f", "9" * 400, "9" * 5000, "1e-400", "2015", "2015.0", "2015.5", "2015-01-31", "31/12/2015",
           "99999", "+7", "..", "-", "NA", "1 000", "-0", "1e", "180", "90", "91", "-181")  # fmt: skip
TEXTS = ("", " ", "kg", "t", "persons", "victims", "heroin_trade", "Heroin trade", "human_trafficking", "affirmed",
         "alleged", "a;b", ";", ";;", ">", ">>", "=1+1", "'=1+1", "@SUM(A1)", "x\ny", "x\r\ny", "x\ry", '"', '""',
         '"x', "\t", "\0", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "e\u0301", "ß" * 300, "<script>",
         "{PALM TREE}", "%s", "{0}", "\\N", "null", "True", "LINESTRING (1 2, 3 4)", "POINT (1 2)", "{}", "[1]",
         "\x1a", "\x85", "\u2028", "#REF!")  # fmt: skip
COLUMNS = ("origin", "destination", "via", "market", "commodity", "form", "group", "quantity", "unit", "year",
           "sources", "wording", "certainty", "lineage", "origin_lon", "origin_lat", "destination_lon",
           "destination_lat", "back")  # fmt: skip
NAMES = ("from", "to", "value", "count", "geometry", "flow_id", "first_year", "fid", "index", "Origin", "ORIGIN",
         " origin", "orgin", "", " ", "origin\0", "\ud800", "1", "2015", "AZE", "problem", "hint", "id", "a" * 3000,
         "=x", "x\ny", "level_0", "__index_level_0__", "azroutes", "statement", "path", "quantity ", "exporter",
         "importer", "lon", "lat")  # fmt: skip
BLANK, LIST, DEEP = None, [1, [2, "x"]], {"a": {"b": [None, {"c": 1.5}]}}
WIDE = (
    "2015",
    "2016",
    "2015-2016",
    "2015*",
    "Jan-15",
    "2016.0",
    "Iran",
    "AZE",
    "Georgia",
    "IRN",
    "Total",
    "Congo",
    "NA",
)
"""Names of columns of tables that are wide."""
OTHERS: tuple[object, ...] = (BLANK, True, 0, 1, -1, 2015, 2.5, -0.0, 1e300, 10**30, 2**63, float("inf"),
                              float("nan"), LIST, DEEP, [], {}, b"\0\xff")  # fmt: skip
"""Cells that are no text, for the formats that have any."""


@dataclass
class Table:
    """A table: names of columns, and rows of cells, which need not be as many."""

    names: list[str]
    rows: list[list[object]]

    def lines(self) -> list[list[object]]:
        """Return the names and the rows below them."""
        return [[*self.names], *self.rows]


def table(draw: Draw) -> Table:
    """Return a table that is a good one but for some names and cells, and now and then a whole column."""
    names = ["origin", "destination", *(name for name in (*COLUMNS[2:14], "back") if draw.below(3) == 1)]
    for at in (14, 16):  # a coordinate says nothing without the other
        names += COLUMNS[at : at + 2] if draw.below(4) == 1 else ()
    for _ in range(draw.pick((0, 0, 0, 1, 2))):
        at = draw.below(len(names) + 1)
        names[at : at + draw.below(3)] = [draw.pick((*NAMES, *COLUMNS))]
    if draw.below(4) == 1:
        names += [draw.pick(WIDE) for _ in range(1 + draw.below(4))]
    rows = [[_likely(name, draw) for name in names] for _ in range(draw.pick((3, 1, 2, 6, 0)))]
    for _ in range(draw.pick((1, 0, 2, 5))):
        row = draw.pick(rows or [[]])
        if row:
            row[draw.below(len(row))] = draw.pick((*TEXTS, *NUMBERS, *PLACES, *OTHERS))
        if draw.rarely():
            row[draw.below(len(row) + 1) :] = [draw.pick(TEXTS)] * draw.below(4)
    return Table(names, rows)


def _likely(name: str, draw: Draw) -> object:
    """Return a cell that fits its column, most of the time."""
    if name in {"origin", "destination", "from", "to", "via"}:
        return draw.pick(PLACES[:9])
    if name in {"quantity", "back", "year", "value", "count", *WIDE} or name.endswith(("_lon", "_lat")):
        return draw.pick(("1", "12.5", "0", 2, 2015, "2015", None))
    return draw.pick(("", None, "kg", "heroin_trade", "a;b", "affirmed"))


def text_of(cell: object) -> str:
    """Return a cell as text."""
    return cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
