"""What is easily overlooked in a table: names of columns lower down, totals beside their parts, both directions."""

from __future__ import annotations

import math
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from azroutes.columns import ENDS, plain
from azroutes.distinct import distinct
from azroutes.errors import AzroutesError, Fault, OptionError, TableError
from azroutes.kinds import text_of_cell
from azroutes.nonplaces import nonplace
from azroutes.numerals import number_of
from azroutes.places import VIA, code_of, place
from azroutes.spelling import fold
from azroutes.tables.given import BOOKS, TEXT, given, held

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from azroutes.places import Place
    from azroutes.tables.form import FileForm
    from azroutes.tables.given import Given

LOWEST = 15
"""The last line that is tried as that of the names of columns."""

MOST_BYTES = 1_000_000
"""Files larger than this are not read again and again to find it."""

SAMPLED, WIDEST = 100, 500
"""Rows and columns of a sheet that are tried below each."""

MOSTLY = 0.8
"""The share of the widest line's cells that a line of names has at least."""

MOST_ROWS = 50_000
"""Rows of the largest table of which all columns that are left aside are looked at."""

MOST_VALUES = 1_000

NOWHERE = "@0.00000,0.00000"

METRES = 0.00162
"""Degrees that 180 metres are at most, as which coordinates in degrees are read where they are said to be metres."""

MOST_NAMED = 8
"""Columns that may be the quantity, of which names are told."""

PARTED = frozenset({"sex", "gender", "age", "age_group", "agegroup", "age_class", "age_broad", "agebroad"})
DIRECTED = frozenset({"flow", "flow_code", "flowcode", "flow_desc", "flowdesc", "trade_flow", "tradeflow",
                      "trade_flow_code", "trade_flow_desc", "flow_direction", "direction"})  # fmt: skip
"""Columns that are looked at in tables of any size: those by which sums go wrong most often."""

_WHOLE = frozenset({"_t", "both", "both sexes", "all ages", "all sexes", "all drugs", "all commodities"})
_IN = frozenset({"m", "rm", "i", "import", "imports", "re-import", "re-imports", "in", "inflow", "inward", "incoming"})
_OUT = frozenset({"x", "rx", "e", "export", "exports", "re-export", "re-exports", "out", "outflow", "outward",
                  "outgoing"})  # fmt: skip


def with_lower_header(
    error: AzroutesError, source: object, form: FileForm, table: Given, reads: Callable[[Given], object]
) -> AzroutesError:
    """Return an error with one more fault, where the table could be read if its header stood lower down.

    Parameters
    ----------
    error : AzroutesError
        Why it cannot be read as it is.
    source : path, or anything else
    form : FileForm
    table : Given
        It, with the first line as its header.
    reads : callable
        Raises AzroutesError unless the columns of a table are those that are needed.
    """
    line, named = _lower_header(source, form, table, reads)
    if line is None:
        return error
    problem = "the names of columns stand lower down" if named else "the names of columns may stand lower down"
    more = Fault(problem, column="header", value=line, hint=f"say file=FileForm(header={line})")
    kind = OptionError if isinstance(error, OptionError) else TableError
    return kind(str(error).partition("\n")[0], [*error.faults, more])


def _lower_header(
    source: object, form: FileForm, table: Given, reads: Callable[[Given], object]
) -> tuple[int | None, bool]:
    """Return the line that seems to be the header, and whether it has the names that are needed."""
    if not isinstance(source, str | PathLike) or form.header != 1:
        return None, False
    path = Path(source)
    if path.suffix.lower() not in {*TEXT, *BOOKS, ""} or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None, False
    found = _candidates(path, form, table)
    for line, below in found.items():
        if line == 1:
            continue
        try:
            reads(below)
        except AzroutesError:
            continue
        return line, True
    width = {line: sum(bool(str(name).strip()) for name in table.names) for line, table in found.items()}
    if not width or 2 * width.get(1, 0) > max(width.values()):
        return None, False
    widest = next(line for line in width if width[line] >= MOSTLY * max(width.values()))
    return (widest if widest > 1 else None), False


def _candidates(path: Path, form: FileForm, table: Given) -> dict[int, Given]:
    """Return the table as it would be below each of the first lines; of a sheet, which takes long to read, a part."""
    found: dict[int, Given] = {1: table}
    if path.suffix.lower() in BOOKS:
        rows = table.rows.iloc[: LOWEST + SAMPLED, :WIDEST]
        for at, line in enumerate(rows.index[:-1]):
            if line <= LOWEST:
                names = pd.Index([text_of_cell(name) for name in rows.iloc[at]], dtype=object)
                found[int(line)] = held(rows.iloc[at + 1 :].set_axis(names, axis=1))
        return found
    for line in range(2, LOWEST + 1):
        try:
            found[line] = given(path, replace(form, header=line))
        except AzroutesError:
            continue
    # A line without a cell is passed over, so that it has the names of the next.
    return {line: one for line, one in found.items() if line + 1 not in found or found[line + 1].names != one.names}


def overlooked(table: Given, aside: Sequence[int], own: pd.DataFrame, fit: pd.Series) -> list[str]:
    """Return what sums over a table may hold twice or turned round, in words.

    Parameters
    ----------
    table : Given
    aside : sequence of int
        Where its columns are that are not read.
    own : DataFrame
        Those that are, under our names.
    fit : Series
        The paths of the rows that are in flows, by their names.
    """
    told, many = [], len(own)
    whole = len(fit) == many

    def values_of(column: pd.Series) -> list[str]:
        return _values(column if whole else column[column.index.astype(str).isin(fit.index.astype(str))])

    told += _regions(fit) + _nowhere(fit) + _turned(fit)
    for name in ("commodity", "group", "form"):
        if name in own:
            said = values_of(own[name])
            told += _totals(f"column {name!r}", said)
            told += _alike(name, said) if name != "form" else []
    named = [(k, name) for k in aside if (name := str(table.names[k]).strip())
             and (many <= MOST_ROWS or plain(name) in PARTED | DIRECTED)]  # fmt: skip
    left = table.read([k for k, _ in named])[0] if named else pd.DataFrame()  # at once: each reading goes over all text
    if "quantity" not in own and many <= MOST_ROWS:
        told += _uncounted([name for _, name in named], left)
    for at, (_, name) in enumerate(named):
        known, values = plain(name), values_of(left.iloc[:, at])
        told += _totals(f"column {name!r}, left aside,", values, short=known in PARTED)
        if known in DIRECTED:
            told += _directions(name, values)
    return told


def _nowhere(paths: pd.Series) -> list[str]:
    """Tell of points where no place is, but what programs did not find."""
    number, known = distinct(paths)
    there = np.array([way is not None and any(stop.endswith(NOWHERE) for stop in way.split(VIA)) for way in known])
    many = int(there[number].sum())
    told = [f"{many:,} rows are at 0, 0, where programs put places that they did not find"] if many else []
    spots = [
        place(stop) for way in _said(paths) for stop in way.split(VIA) if "@" in stop and not stop.endswith(NOWHERE)
    ]
    if spots and all(abs(spot.lon) <= METRES and abs(spot.lat) <= METRES for spot in spots):
        told.append("all points are next to 0, 0: are these degrees that are said to be metres?")
    return told


def _turned(paths: pd.Series) -> list[str]:
    """Tell of points that are all nearer to the countries whose names they bear with longitude and latitude turned."""
    stops = sorted({stop for way in _said(paths) for stop in way.split(VIA) if "@" in stop})
    spots = [(place(code), place(stop)) for stop in stops[:MOST_VALUES]
             if isinstance(code := code_of(stop.partition("@")[0], hints=False), str)]  # fmt: skip
    if not spots or not all(2 * _apart(known, spot.lat, spot.lon) < _apart(known, spot.lon, spot.lat)
                            for known, spot in spots):  # fmt: skip
        return []
    spot = spots[0][1]
    read = f"{spot.name!r} is read at longitude {spot.lon:g}, latitude {spot.lat:g}, far from {spots[0][0].name}"
    return [f"{read}: turned, it and all others would be near; is the latitude where the longitude should be?"]


def _apart(known: Place, lon: float, lat: float) -> float:
    """Return how many degrees a place is from a point; as far as can be from what is none."""
    if abs(lat) > 90:
        return 180.0
    one, other, between = (math.radians(angle) for angle in (known.lat, lat, known.lon - lon))
    cosine = math.sin(one) * math.sin(other) + math.cos(one) * math.cos(other) * math.cos(between)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def numbering(own: pd.DataFrame) -> list[str]:
    """Tell of quantities, found by their name alone, that seem to number the rows."""
    cells = own["quantity"].array if "quantity" in own and len(own) > 2 else ()
    first = [text_of_cell(cell).removesuffix(".0") for cell in cells[:3]]
    start = next((k for k in (0, 1) if first == [str(k), str(k + 1), str(k + 2)]), None)
    if start is None or any(text_of_cell(cell).removesuffix(".0") != str(k) for k, cell in enumerate(cells, start)):
        return []
    return [f"the quantities are {', '.join(first)} and so on: does their column number the rows?"]


def _uncounted(named: Sequence[str], left: pd.DataFrame) -> list[str]:
    """Tell which columns might be the quantity, where none is read."""
    found = []
    for at, name in enumerate(named):
        cells = [text for cell in left.iloc[:SAMPLED, at] if (text := text_of_cell(cell))]
        if cells and not any(math.isnan(number_of(text, ".")) for text in cells):
            found.append(repr(name))
    names = ", ".join(found[:MOST_NAMED])
    return [f"no quantity is read; columns of numbers are {names}: say quantity=..., or wide=..."] if found else []


def _regions(paths: pd.Series) -> list[str]:
    """Tell of regions that stand beside a country within them, at the same end of flows whose other end is the same."""
    ends = [(way.partition(VIA)[0], way.rpartition(VIA)[2]) for way in _said(paths)]
    told = []
    for k, end in enumerate(ENDS):
        regions = {code: members for code in {pair[k] for pair in ends} if (members := _members(code))}
        beside = {(pair[1 - k], pair[k]) for pair in ends} if regions else set()
        for pair in sorted(set(ends)) if regions else ():
            within = next((code for code in regions.get(pair[k], ()) if (pair[1 - k], code) in beside), None)
            if within is not None:
                told.append(f"{end} {place(pair[k]).name!r} stands beside {place(within).name!r}, which is "
                            "within it: if it is a sum, all is counted twice")  # fmt: skip
                regions.pop(pair[k])
    return told


def _members(code: str) -> tuple[str, ...]:
    return () if "@" in code else place(code).members


def _values(column: pd.Series) -> list[str]:
    known = _said(column)
    return [] if len(known) > MOST_VALUES else [text for value in known if (text := text_of_cell(value))]


def _said(column: pd.Series) -> list[Any]:
    """Return what is said in a column, each once; a category may know more."""
    number, known = distinct(column)
    there = np.zeros(len(known), dtype=bool)
    there[number] = True
    return [known[k] for k in np.flatnonzero(there[:-1])]


def _totals(column: str, values: Collection[str], *, short: bool = False) -> list[str]:
    """Tell of a total beside its parts; whether T is one, too, as in columns of sex and age."""
    whole = [text for text in values if _is_total(text) or (short and text == "T")]
    part = next((text for text in values if text not in whole and nonplace(text) is None), None)
    if not whole or part is None:
        return []
    return [f"{column} has {whole[0]!r} beside {part!r}: a total and its parts are added up unless one is left out"]


def _alike(name: str, values: Collection[str]) -> list[str]:
    """Tell of words that differ in capitals, accents or stops alone, and so part what may be one flow."""
    first: dict[str, str] = {}
    words = sorted({text.strip() for text in values})
    pairs = [
        (before, word) for word in words if (key := fold(word)) and (before := first.setdefault(key, word)) != word
    ]
    if not pairs:
        return []
    one, other = pairs[0]
    more = f", and {len(pairs) - 1} more such" if len(pairs) > 1 else ""
    return [f"column {name!r} has {one!r} and {other!r}{more}: they are read as two, and may be one"]


def _is_total(text: str) -> bool:
    """Tell whether a word says that it is a total; a code of figures, as 001, may be anything here."""
    if text.casefold() in _WHOLE:
        return True
    return not any(letter.isdigit() for letter in text) and nonplace(text) == "total"


def _directions(name: str, values: Collection[str]) -> list[str]:
    into, out = ([text for text in values if text.casefold() in known] for known in (_IN, _OUT))
    if not into or not out:
        return []
    words = "rows of one of them run the other way than they are read; read each by itself"
    return [f"column {name!r}, left aside, has {into[0]!r} and {out[0]!r}: {words}"]
