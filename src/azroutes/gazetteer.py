"""A user's own places, and whole columns of names."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from azroutes.errors import SHOWN, Fault, OptionError, PlaceError, TableError, near_hint
from azroutes.files import check_file
from azroutes.kinds import text_or_none
from azroutes.names import Bearer, Names, Spelling, names_of
from azroutes.places import code_of, no_text, place, point, refusal, text_of, world
from azroutes.spelling import tidy

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
    from os import PathLike

    from azroutes.places import Place

HINTED = SHOWN
"""Different spellings of one column that near names are looked for: as many as an error shows."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "id", "key"),
    "name": ("name", "label"),
    "lon": ("lon", "longitude", "lng"),
    "lat": ("lat", "latitude"),
    "aliases": ("aliases", "alias", "also"),
}
"""Columns of a gazetteer, and what else they may be called."""


@dataclass(frozen=True, eq=False, slots=True)
class Gazetteer:
    """Places of your own, found by their codes, names and other names; `read` makes one.

    Attributes
    ----------
    names : Names
        What each code and name means.
    with_world : bool
        Whether names that are not in it are looked up among the places that azroutes knows.
    shadowed : tuple of str
        Its names and codes that mean another place to azroutes; here they mean yours.
    """

    names: Names
    with_world: bool = True
    shadowed: tuple[str, ...] = ()

    @classmethod
    def read(cls, source: str | PathLike[str] | pd.DataFrame, *, with_world: bool = True) -> Gazetteer:
        """Make a gazetteer of a table.

        Parameters
        ----------
        source : path or DataFrame
            A CSV file (UTF-8) or a frame, one row a place: ``name`` or ``code`` or both, ``lon`` and ``lat`` in
            degrees (EPSG:4326), and ``aliases``, other names joined by ``;``. A row without coordinates is other names
            for a place that azroutes knows by its code.
        with_world : bool
            Whether names that are not in it are looked up among the places that azroutes knows. Say no where your
            codes look like theirs: where ``CA`` is California, ``CO`` should not be Colombia because it is missing.

        Raises
        ------
        TableError
            If columns are missing or rows will not do; every fault is listed.

        Examples
        --------
        >>> import pandas as pd
        >>> ports = pd.DataFrame({"name": ["Alat"], "lon": [49.41], "lat": [39.94], "aliases": ["Alyat"]})
        >>> own = Gazetteer.read(ports)
        >>> own.resolve("alyat").code, own.resolve("Iran").code
        ('Alat@39.94000,49.41000', 'IRN')
        """
        faults: list[Fault] = []
        entries = [entry for entry in _entries(_table(source), faults) if entry is not None]
        if faults:
            raise TableError("this is not a gazetteer", faults)
        names = names_of(
            (Spelling(text, Bearer(found.code), is_code) for found, texts in entries for text, is_code in texts),
            {found.code: found.name for found, _ in entries},
        )
        shadowed = [
            text
            for found, texts in entries
            for text, _ in texts
            if with_world and (others := world().find(text)) and {other.code for other in others} != {found.code}
        ]
        return cls(names, with_world, tuple(dict.fromkeys(shadowed)))

    def resolve(self, name: str, *, year: int | None = None, numeric: bool = False) -> Place:
        """Return the place that a code or a name means, of yours first; see `azroutes.resolve`.

        Raises
        ------
        PlaceError
            If nothing bears the name, or more than one place does.
        """
        return _placed(name, self, year, numeric=numeric)

    def code_of(self, name: str, *, year: int | None = None, numeric: bool = False, hints: bool = True) -> str | Fault:
        """Return the code of the place that a name means, or why there is none."""
        if self.names.find(tidy(name)) or not self.with_world:
            return self.names.answer(name, year=year, hints=hints)
        found = code_of(name, year=year, numeric=numeric, hints=hints)
        if isinstance(found, Fault) and found.reason == "no such place" and hints:
            own = self.names.answer(name)
            if isinstance(own, Fault) and own.hint.startswith("did"):
                return own
        return found


class Resolved(NamedTuple):
    """What a column of names means.

    Attributes
    ----------
    codes : list of str
        The code of each row's place; empty where there is none.
    faults : mapping of int to Fault
        What is wrong with a row, by its number from 0; rows of one spelling share their fault.
    """

    codes: list[str]
    faults: Mapping[int, Fault]


def resolve_all(
    names: Iterable[object], *, gazetteer: Gazetteer | None = None, years: Sequence[int | None] | None = None,
    numeric: bool = False,
) -> Resolved:  # fmt: skip
    """Return the code of each name of a column; each spelling is looked up once.

    Parameters
    ----------
    names : iterable
        Names and codes, as `resolve` takes them; a Series will do.
    gazetteer : Gazetteer, optional
        Places of your own, which go first.
    years : sequence of int, optional
        The year of each row, or None, of the same length.
    numeric : bool
        Whether numbers are of ISO 3166-1 and may have lost their zeros.

    Examples
    --------
    >>> found = resolve_all(["Iran", "Total", "İran", "Irann"])
    >>> found.codes
    ['IRN', '', 'IRN', '']
    >>> {row: fault.reason for row, fault in found.faults.items()}
    {1: 'total', 3: 'no such place'}
    """
    values = list(names)
    if years is not None and len(years) != len(values):
        raise OptionError(
            "as many years as names", [Fault("another number of years", "", "years", len(years), str(len(values)))]
        )
    texts = [value if type(value) is str else text_of(value) for value in values]
    # A dictionary that answers what it lacks is looked up in C, a million times in some hundredths of a second.
    answers = _Answers(gazetteer, numeric=numeric)
    keys: list[Hashable] = list(texts) if years is None else list(zip(texts, years, strict=True))
    found = list(map(answers.__getitem__, keys))
    faults = {
        row: answer if texts[row] or isinstance(values[row], str) else no_text(values[row])
        for row, answer in enumerate(found)
        if isinstance(answer, Fault)
    }
    return Resolved(["" if isinstance(answer, Fault) else answer for answer in found], faults)


class _Answers(dict["Hashable", "str | Fault"]):
    """The code of each name asked for so far, or of each name with its year."""

    def __init__(self, gazetteer: Gazetteer | None, *, numeric: bool) -> None:
        super().__init__()
        self.code_of = code_of if gazetteer is None else gazetteer.code_of
        self.numeric = numeric
        self.missed = 0

    def __missing__(self, key: Hashable) -> str | Fault:
        name, year = key if isinstance(key, tuple) else (key, None)
        found = self.code_of(name, year=year, numeric=self.numeric, hints=self.missed < HINTED)
        if isinstance(found, Fault):
            self.missed += 1
        elif year is not None:
            found = place(found).anachronism(year) or found
        self[key] = found
        return found


def _placed(name: object, gazetteer: Gazetteer, year: int | None, *, numeric: bool) -> Place:
    text = text_of(name)
    code = gazetteer.code_of(text, year=year, numeric=numeric) if text or isinstance(name, str) else no_text(name)
    if isinstance(code, Fault):
        raise refusal(name, code)
    found = place(code)
    if year is not None and (fault := found.anachronism(year)):
        raise refusal(name, fault)
    return found


class _Entry(NamedTuple):
    place: Place
    texts: list[tuple[str, bool]]
    """What it is called, and whether that is a code."""


def _table(source: str | PathLike[str] | pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the cells of each row as text, under our names of columns and the row's own name."""
    if isinstance(source, pd.DataFrame):
        header = [str(name) for name in source.columns]
        rows = {
            f"{label}": [text_or_none(value) or "" for value in cells]
            for label, cells in zip(_labels(source), source.itertuples(index=False, name=None), strict=True)
        }
    else:
        header, rows = _csv_table(Path(source))
    own = {name.strip().casefold(): number for number, name in reversed(list(enumerate(header)))}
    at = {ours: next((own[word] for word in words if word in own), None) for ours, words in _COLUMNS.items()}
    faults = [
        Fault("missing column", column=column, hint=_near(column, header))
        for column in ("lon", "lat")
        if at[column] is None
    ]
    if at["code"] is None and at["name"] is None:
        faults.append(Fault("missing column", column="name", hint="or code"))
    if faults:
        raise TableError("this is not a gazetteer", faults)
    return {
        row: {ours: cells[k].strip() if k is not None and k < len(cells) else "" for ours, k in at.items()}
        for row, cells in rows.items()
    }


def _near(column: str, header: list[str]) -> str:
    return near_hint(column, header) or "or " + ", ".join(_COLUMNS[column][1:])


def _labels(frame: pd.DataFrame) -> list[str]:
    labels = [str(label) for label in frame.index]
    return labels if len(set(labels)) == len(labels) else [str(number) for number in range(1, len(labels) + 1)]


def _csv_table(path: Path) -> tuple[list[str], dict[str, list[str]]]:
    """Return the column names, and the cells of each line that is not blank by its number."""
    check_file(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(f"{path} is not UTF-8 text; save it as CSV UTF-8") from None
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        rows = {str(reader.line_num): cells for cells in reader if any(cell.strip() for cell in cells)}
    except csv.Error as error:
        raise TableError(f"{path} is not a CSV table", [Fault(str(error), row=str(reader.line_num))]) from None
    if not rows:
        raise TableError(f"{path} is empty: a gazetteer begins with a line of column names")
    return rows.pop(next(iter(rows))), rows


def _entries(rows: Mapping[str, Mapping[str, str]], faults: list[Fault]) -> Iterator[_Entry | None]:
    """Yield each row's place with what it is called; what will not do is a fault, and so is a code that is twice."""
    seen: dict[str, str] = {}
    for row, cells in rows.items():
        code, name = cells["code"], cells["name"]
        if not code and not name:
            faults.append(Fault("neither name nor code", row=row))
            continue
        if code and seen.setdefault(code, row) != row:
            faults.append(Fault("code given twice", row=row, column="code", value=code, hint=f"also row {seen[code]}"))
            continue
        found = _place_of(row, cells, faults)
        if found is None:
            yield None
            continue
        texts = [(code, True), (name, False), *((other.strip(), False) for other in cells["aliases"].split(";"))]
        yield _Entry(found, [(text, is_code) for text, is_code in texts if text])


def _place_of(row: str, cells: Mapping[str, str], faults: list[Fault]) -> Place | None:
    """Return a point of the user's, or the place of ours that the row gives other names."""
    try:
        if not cells["lon"] and not cells["lat"]:
            return place(cells["code"])
        return point(_degrees(cells["lon"]), _degrees(cells["lat"]), cells["name"] or cells["code"])
    except PlaceError as error:
        fault = error.faults[0]
        if not cells["lon"] and not cells["lat"]:
            hint = f"{fault.hint}; or give its coordinates"
            faults.append(Fault("no coordinates, and no code of ours", row=row, value=cells["code"], hint=hint))
        else:
            value = f"{cells['lon']}, {cells['lat']}"
            faults.append(Fault(fault.problem, row=row, column="lon, lat", value=value, hint=fault.hint))
    return None


def _degrees(text: str) -> float:
    """Return the number that a text is, or NaN; Python itself would also take '1_0' for one."""
    try:
        return float(text) if "_" not in text else math.nan
    except ValueError:
        return math.nan
