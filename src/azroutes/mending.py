"""A copy of a table in which slips are mended, each told: never the table itself, and never without a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from azroutes.columns import BACK, ENDS, ROUTE, match
from azroutes.errors import AzroutesError, Fault, TableError, meant_by
from azroutes.kinds import text_of_cell
from azroutes.places import VIA
from azroutes.read import read_flows
from azroutes.shape import WAY_BACK
from azroutes.tables.form import FileForm
from azroutes.tables.given import given
from azroutes.write import disarmed
from azroutes.written import written_flows

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def mended(source: str | PathLike[str] | pd.DataFrame, asked: Mapping[str, Any] | None = None) -> Mended:
    """Return a table with what has one likely meaning put right.

    Names of places, codes and columns that are spelt like one other and no more; decimal commas; spaces around cells.
    What has two likely meanings, or none, is left.

    Parameters
    ----------
    source : path or DataFrame
    asked : mapping, optional
        The arguments of `azroutes.read_flows` by which it is read.
    """
    asked = asked or {}
    ours = None if isinstance(source, pd.DataFrame) else _left_in_ours(Path(source))
    if ours is not None:
        return Mended(pd.DataFrame(), (), ours)
    table = given(source, asked.get("file") or FileForm())
    own, broken = table.read(None)
    rows = pd.DataFrame({k: [text_of_cell(cell) for cell in own.iloc[:, k]] for k in range(own.shape[1])},
                        index=own.index.astype(str), dtype=object)  # fmt: skip
    rows = rows.set_axis(pd.Index([str(name).strip() for name in own.columns], dtype=object), axis=1)
    changes = [f"all: {fact}; written as UTF-8 with commas" for fact in table.told]
    left: tuple[Fault, ...] = ()
    for _ in range(ROUNDS):
        try:
            _ = read_flows(rows, **asked)
            left = ()
        except TableError as error:
            left = error.faults
        known = _Known.of(rows, asked) if left else None
        mends = [told for fault in left for told in _mend(rows, fault, known)] if known is not None else []
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


@dataclass(frozen=True)
class _Known:
    """What is known of a table before it is mended: where our columns and its rows are, which columns have points.

    Of a wide table our columns are those that are no cells.
    """

    placed: Mapping[str, int]
    lines: Mapping[str, int]
    pointed: frozenset[int]

    @classmethod
    def of(cls, rows: pd.DataFrame, asked: Mapping[str, Any]) -> _Known:
        wide = asked.get("wide")
        said = {
            name: asked.get(name) for name in (*ENDS, "via", "market", "commodity", "quantity", "unit", "year", BACK)
        }
        if wide is not None:  # what its cells and their columns say needs no column
            said |= {name: said.get(name) or 0 for name in ("quantity", wide)}
        try:
            placed = match(list(rows.columns), said, asked.get("columns")).place
        except AzroutesError:
            placed = {}
        pointed = {k for k in range(rows.shape[1]) if any(map(_POINTED.fullmatch, rows.iloc[:, k]))}
        return cls(placed, {str(label): k for k, label in enumerate(rows.index)}, frozenset(pointed))

    def column(self, ours: str, *, back: bool) -> int | None:
        """Return where a column of ours is, in which the ends of a way back stand turned; None where nobody knows."""
        turned = {"quantity": BACK, ENDS[0]: ENDS[1], ENDS[1]: ENDS[0]}
        ours = turned.get(ours, ours) if back else ours
        return self.placed.get(ROUTE if ROUTE in self.placed and ours in {*ENDS, "via"} else ours)

    def may_be_thousands(self, *, wide: bool) -> bool:
        """Tell whether points part thousands in any column of quantities, for all that anyone can tell."""
        counted = {self.placed.get("quantity"), self.placed.get(BACK)}
        return bool(self.pointed) if wide else bool(self.pointed & counted)


def _mend(rows: pd.DataFrame, fault: Fault, known: _Known) -> list[str]:
    """Put right what one fault is about, and tell it; nothing where it is not sure what is meant."""
    meant = meant_by(fault.hint)
    if fault.row is None:
        return [] if meant is None else _renamed(rows, fault, meant)
    name, _, cell = fault.row.partition(", column ")  # of a wide table
    row = name.removesuffix(WAY_BACK)
    of_cell = bool(cell) and fault.column == "quantity"
    names = list(rows.columns)
    k = known.column(str(fault.column), back=row != name) if not of_cell else (
        names.index(cell) if names.count(cell) == 1 else None)  # fmt: skip
    if k is None or row not in known.lines:
        return []
    old = str(rows.iloc[known.lines[row], k])
    new = old
    if meant is not None and _is_slip(str(fault.value), meant):
        parts = [meant if part.strip() == fault.value else part.strip() for part in old.split(VIA)]
        new = VIA.join(parts)
    elif fault.problem == "not a quantity" and _COMMA.fullmatch(old) and not known.may_be_thousands(wide=of_cell):
        new = old.replace(",", ".")
    if new == old:
        return []
    rows.iloc[known.lines[row], k] = new
    return [f"row {row}, {names[k]}: {old!r} is now {new!r}"]


def _renamed(rows: pd.DataFrame, fault: Fault, meant: str) -> list[str]:
    """Give a column the name that was meant, if it is sure which column, and no other has that."""
    # Of one that is missing the hint has its slip; of one that is a slip, or a place in the name of one, what is meant.
    old, new = (meant, str(fault.column)) if fault.problem == "missing column" else (str(fault.column), meant)
    names = list(rows.columns)
    if names.count(old) != 1 or new in names or not _is_slip(old, new):
        return []
    rows.columns = pd.Index([new if name == old else name for name in names], dtype=object)
    return [f"column {old!r} is now {new!r}"]


def _is_slip(text: str, meant: str) -> bool:
    """Tell whether a text is so nearly what is meant that it is a slip, not another word or a part of a list."""
    return SequenceMatcher(None, text.casefold(), meant.casefold()).ratio() >= SLIP
