"""A copy of a table in which slips are mended, each told: never the table itself, and never without a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from azroutes.columns import OURS
from azroutes.errors import Fault, TableError, meant_by
from azroutes.kinds import text_of_cell
from azroutes.places import VIA
from azroutes.read import read_flows
from azroutes.tables.form import FileForm
from azroutes.tables.given import given
from azroutes.write import disarmed
from azroutes.written import written_flows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

ROUNDS = 4
"""How often a table is read again after it was mended: a slip can hide another."""

SLIP = 0.85
"""How alike a slip is to what is meant, from 0 to 1."""

_COMMA = re.compile(r"\d{1,15},(?:\d{1,2}|\d{4,15})")
"""Numbers whose comma can only part whole from fraction: three digits after it may also be thousands."""


_POINTED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?")
"""Numbers whose points may part thousands. Beside decimal commas they most likely do, and nothing says that 1.250 is
not one and a quarter once the commas are gone: so then all are left."""


@dataclass(frozen=True)
class Mended:
    """A table with its slips mended.

    Attributes
    ----------
    rows : DataFrame
        All rows and columns as text, under the names of the rows of the table.
    changes : tuple of str
        Each change, in words: the row, the column, what stood there and what stands there now.
    left : tuple of Fault
        What could not be mended.
    """

    rows: pd.DataFrame
    changes: tuple[str, ...]
    left: tuple[Fault, ...]

    def text(self) -> str:
        """Return the table as CSV, which no spreadsheet will run."""
        table = self.rows.map(disarmed).set_axis([disarmed(str(name)) for name in self.rows.columns], axis=1)
        return table.to_csv(index=False, lineterminator="\n")


def mended(
    source: str | PathLike[str] | pd.DataFrame, *, columns: Mapping[str, str] | None = None, unit: str | None = None,
    file: FileForm | None = None, read: Callable[[pd.DataFrame], object] | None = None,
) -> Mended:  # fmt: skip
    """Return a table with what has one likely meaning put right.

    Names of places, codes and columns that are spelt like one other and no more; decimal commas; spaces around cells.
    What has two likely meanings, or none, is left.

    Parameters
    ----------
    source, columns, unit, file
        As in `azroutes.read_flows`.
    read : callable, optional
        Reads its rows, where more than these is said of it; what it raises tells what is wrong with them.
    """
    ours = None if isinstance(source, pd.DataFrame) else _left_in_ours(Path(source))
    if ours is not None:
        return Mended(pd.DataFrame(), (), ours)
    table = given(source, file or FileForm())
    own, broken = table.read(None)
    rows = pd.DataFrame({k: [text_of_cell(cell) for cell in own.iloc[:, k]] for k in range(own.shape[1])},
                        index=own.index.astype(str), dtype=object)  # fmt: skip
    rows = rows.set_axis(pd.Index([str(name).strip() for name in own.columns], dtype=object), axis=1)
    changes = [f"all: {fact}; written as UTF-8 with commas" for fact in table.told]
    left: tuple[Fault, ...] = ()
    for _ in range(ROUNDS):
        try:
            _ = read(rows) if read is not None else read_flows(rows, columns=columns, unit=unit)
            left = ()
        except TableError as error:
            left = error.faults
        mends = [told for fault in left for told in _mend(rows, fault, columns or {})]
        changes += mends
        if not mends:
            break
    return Mended(rows, tuple(changes), (*broken, *left))


def _left_in_ours(path: Path) -> tuple[Fault, ...] | None:
    """Return the faults of a file that azroutes wrote, in which nothing is mended; None where it is another's."""
    try:
        return None if not path.is_file() or written_flows(path) is None else ()
    except TableError as error:
        return error.faults
    except OSError:
        return None


def _mend(rows: pd.DataFrame, fault: Fault, columns: Mapping[str, str]) -> list[str]:
    """Put right what one fault is about, and tell it; nothing where it is not sure what is meant."""
    meant = meant_by(fault.hint)
    if fault.row is None:
        if fault.problem == "unknown column" and meant in OURS and meant not in rows.columns:
            names = [meant if name == fault.column else name for name in rows.columns]
            rows.columns = pd.Index(names, dtype=object)
            return [f"column {fault.column!r} is now {meant!r}"]
        return []
    column = _column(rows, str(fault.column), columns)
    row = fault.row.partition(", column ")[0]  # of a wide table
    if column is None or row not in rows.index:
        return []
    k = list(rows.columns).index(column)
    at = list(rows.index).index(row)
    old = str(rows.iloc[at, k])
    new = old
    if meant is not None and _is_slip(str(fault.value), meant):
        parts = [meant if part.strip() == fault.value else part.strip() for part in old.split(VIA)]
        new = VIA.join(parts)
    elif (
        fault.problem == "not a quantity"
        and _COMMA.fullmatch(old)
        and not any(_POINTED.fullmatch(str(cell)) for cell in rows.iloc[:, k])
    ):
        new = old.replace(",", ".")
    if new == old:
        return []
    rows.iloc[at, k] = new
    return [f"row {row}, {column}: {old!r} is now {new!r}"]


def _is_slip(text: str, meant: str) -> bool:
    """Tell whether a text is so nearly what is meant that it is a slip, not another word or a part of a list."""
    return SequenceMatcher(None, text.casefold(), meant.casefold()).ratio() >= SLIP


def _column(rows: pd.DataFrame, ours: str, columns: Mapping[str, str]) -> str | None:
    """Return the table's name of one of our columns; None where the fault is of several."""
    said = next((theirs for theirs, name in columns.items() if name == ours), None)
    found = [name for name in rows.columns if name == said or str(name).lower() == ours]
    return found[0] if len(found) == 1 else None
