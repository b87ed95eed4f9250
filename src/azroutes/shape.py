"""Tables of other shapes become one row a movement: years or places as columns, both directions in a row."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.columns import BACK, ENDS, ROUTE, match
from azroutes.distinct import coded, distinct
from azroutes.errors import SHOWN, Fault, OptionError, PlaceError, TableError, check_option, near_hint
from azroutes.kinds import text_of_cell
from azroutes.nodes import Nodes
from azroutes.nonplaces import REASONS
from azroutes.numerals import bare
from azroutes.options import Wide
from azroutes.places import VIA, resolve
from azroutes.spelling import fold
from azroutes.tables.given import held
from azroutes.years import MONTH, are_fiscal, clash, may_be_fiscal, span_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from azroutes.columns import Matched
    from azroutes.gazetteer import Gazetteer
    from azroutes.tables.form import FileForm
    from azroutes.tables.given import Given
    from azroutes.years import Span

WAY_BACK = " (back)"
"""What is added to the name of a row for its way back."""

_LIKE_YEAR = re.compile(
    rf"(?:FY ?|CY ?|[a-z]\.? ?)?[12]\d{{3}}(?!\d).{{0,8}}|{MONTH}[ ./'’-]{{0,2}}\d\d", re.IGNORECASE
)
"""Names of columns that begin with a year, and go on for a little; or a month and two figures, of a year or a day."""
_ANY_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_BETWEEN = re.compile(r"\s*(?:[-–—=]*>|[→⇒➔➜])\s*|\s[-–—]\s")
_QUOTED = re.compile(r"'([^']+)'")

SLIP = 0.85
"""How alike the name of a column and that of a place are, from 0 to 1, for the one to be a slip of the other."""


def laid_out(
    table: Given, said: Mapping[str, object], columns: Mapping[str, str] | None, wide: str | None,
    points: Nodes | Gazetteer | None, form: FileForm,
) -> tuple[Given, Matched, list[str]]:  # fmt: skip
    """Return a table with a row a movement, which of its columns is which, and what was found out.

    Raises
    ------
    AzroutesError
        If it has not the columns that are said or needed.
    """
    found: list[str] = []
    if wide is not None:
        _check_wide(wide, {*(ours for ours, what in said.items() if what is not None), *(columns or {}).values()})
        kept = {str(name).strip(): None for name in (*said.values(), *(columns or {})) if name is not None}
        table, found = lengthened(table, wide, kept, points, form)
    rows_of_matrix = {"origin": "destination", "destination": "origin"}.get(wide or "")
    matched = match(table.names, said, columns, nameless=rows_of_matrix)
    for end in (*ENDS, "via"):
        if end in matched.value:
            _check_constant(end, str(matched.value[end]), table.names, points)
    return table, matched, found


def _check_wide(wide: str, said: Collection[str]) -> None:
    """Refuse what cannot be wide, and what is said beside it of the same."""
    check_option("wide", wide, Wide)
    what = "years" if wide == "year" else "places"
    hint = f"in a wide table the names of columns are the {what}, and their cells the quantities"
    faults = [Fault("said twice", column=ours, hint=hint) for ours in _of_cells(wide) if ours in said]
    if faults:
        raise OptionError("the table cannot be read so", faults)


def _of_cells(wide: str) -> tuple[str, ...]:
    """Return what the cells of a wide table and the names of their columns tell."""
    of_end = () if wide == "year" else (f"{wide}_lon", f"{wide}_lat", ROUTE)
    return (wide, "quantity", BACK, *of_end)


def _check_constant(end: str, text: str, names: Sequence[object], nodes: Nodes | Gazetteer | None) -> None:
    """Refuse what is neither a column nor a place; else each row would be told so."""
    for name in text.split(VIA):
        wrong = _place_fault(name.strip(), nodes)
        if wrong is not None:
            hint = near_hint(text, [str(own) for own in names]) or wrong.hint
            fault = Fault("no such column, and no such place", column=end, value=text, hint=hint)
            raise OptionError("the table cannot be read so", [fault])


def lengthened(
    table: Given, wide: str, kept: Mapping[str, object], nodes: Nodes | Gazetteer | None, file: FileForm
) -> tuple[Given, list[str]]:
    """Return one row a cell of a table that has years or places as columns, and what was found out.

    Parameters
    ----------
    table : Given
    wide : {'year', 'origin', 'destination'}
        What the columns are.
    kept : mapping
        Names of columns that the user gives another meaning.
    nodes : Nodes or Gazetteer, optional
        A user's own places.
    file : FileForm
        What may stand behind the names of columns as a note.

    Returns
    -------
    table : Given
        With the columns ``wide`` and ``quantity``; empty cells are no rows. Their names are those of row and column.
    told : list of str

    Raises
    ------
    TableError
        If no column is called so; or if one with numbers may be, and would be lost, or counted twice.
    """
    rows, broken = table.read(None)
    names = [str(name).strip() for name in rows.columns]
    called = [bare(name, file.notes, number=wide == "year") for name in names]
    free = [k for k in range(len(names)) if names[k] not in kept]
    taken, doubts, told = _years(called, free) if wide == "year" else _places(called, free, nodes)
    hint = "name it; where a cell with a name was merged, only the first of its columns has that"
    doubts |= {k: Fault("numbers in a column without a name", column=f"number {k + 1}", hint=hint)
               for k in free if taken and k > taken[0] and not names[k]}  # fmt: skip
    faults = [fault for k, fault in doubts.items() if _holds_numbers(rows.iloc[:, k])]
    hint = "give it another name, or leave it out"
    faults += [Fault("a place, or the number of the row?", column=names[k], hint=hint)
               for k in taken if len(called[k]) == 2 and _numbers_rows(rows.iloc[:, k])]  # fmt: skip
    first = {called[k]: k for k in reversed(taken)}
    hint = "each has one column; a line above may tell them apart"
    faults += [Fault("a column twice, of which nobody can tell what each counts", column=names[k], hint=hint)
               for k in taken if first[called[k]] != k]  # fmt: skip
    if not taken:
        what = "a year" if wide == "year" else "a place"
        held_in = [name for name in names if _ANY_YEAR.search(name)] if wide == "year" else []
        hint = f"call them by their years alone: {', '.join(map(repr, held_in[:SHOWN]))}" if held_in else ""
        faults = [Fault(f"no column is called by {what}", column=wide, hint=hint), *faults]
    if faults:
        raise TableError("this table is not wide", faults)
    again = [k for k in free if k not in taken and names[k].lower() in _of_cells(wide)]
    own = [k for k in range(len(names)) if k not in {*taken, *again}]
    told += [f"column {names[k]!r} is left aside: the cells and their columns say that" for k in again]
    cells = rows.iloc[:, taken].to_numpy(dtype=object)
    filled = np.array([[text_of_cell(cell) != "" for cell in row] for row in cells], dtype=bool).reshape(cells.shape)
    wrong = rows.index.astype(str).isin([str(fault.row) for fault in broken])
    filled[wrong & ~filled.any(axis=1), 0] = True  # what is broken is told, though its cells may all be empty
    at, column = np.nonzero(filled)
    own_label = rows.index[at].astype(str)
    labels = own_label + ", column " + pd.Index(names, dtype=object)[np.array(taken)][column]
    broken = tuple(replace(fault, row=label) for fault in broken for label in labels[own_label == str(fault.row)])
    long = rows.iloc[at, own].set_axis(pd.Index(labels, dtype=object))
    long = long.assign(**{wide: pd.array([called[k] for k in taken], dtype=object)[column], "quantity": cells[filled]})
    empty = int(filled.size - filled.sum())
    what = "years" if wide == "year" else "places"
    run = f"{len(taken)} columns are {what}: {names[taken[0]]} to {names[taken[-1]]}"
    found = [run, *told, *([f"{empty:,} empty cells are no rows"] if empty else [])]
    return held(long, table.told, broken, degrees=table.degrees), found


def stops_of(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return rows with the ends and the places between them for the column of routes, and routes that are none.

    Places stand between ``>``, an arrow, or a dash with spaces around it: one without may be a part of a name.
    """
    number, known = distinct(rows[ROUTE])
    stops = [[stop.strip() for stop in _BETWEEN.split(text_of_cell(text))] for text in known]
    wrong = np.array([len(parts) < 2 or not all(parts) for parts in stops], dtype=bool)
    hint = "places between '>', '→' or ' - '"
    faults = tuple(Fault("not a route of two places or more", str(row), ROUTE, text_of_cell(text) or None, hint)
                   for row, text in rows[ROUTE][wrong[number]].items())  # fmt: skip
    ways = [([None] * 3 if bad else [parts[0], VIA.join(parts[1:-1]) or None, parts[-1]])
            for bad, parts in zip(wrong, stops, strict=True)]  # fmt: skip
    found = {name: coded([way[k] for way in ways], number, rows.index)
             for k, name in enumerate((ENDS[0], "via", ENDS[1]))}  # fmt: skip
    return rows.drop(columns=ROUTE).assign(**found), faults


def both_ways(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of two directions as two rows; that of the way back, where it has a quantity, stands after the other.

    Columns have our names; ``back`` is the quantity of the way back.
    """
    back = np.array([text_of_cell(cell) != "" for cell in rows[BACK]], dtype=bool)
    turned = {one + rest: other + rest for one, other in (ENDS, ENDS[::-1]) for rest in ("", "_lon", "_lat")}
    way = rows[back].drop(columns="quantity", errors="ignore").rename(columns={**turned, BACK: "quantity"})
    if "via" in way:
        way["via"] = [">".join(str(via).split(">")[::-1]) if text_of_cell(via) else None for via in way["via"]]
    way = way.set_axis(pd.Index([f"{label}{WAY_BACK}" for label in way.index], dtype=object))
    order = np.argsort(np.concatenate([np.arange(len(rows)), np.flatnonzero(back)]), kind="stable")
    plain = rows.drop(columns=BACK).set_axis(rows.index.astype(str).astype(object))
    return pd.concat([plain, way[plain.columns.intersection(way.columns)]]).iloc[order]


def _years(names: Sequence[str], free: Sequence[int]) -> tuple[list[int], dict[int, Fault], list[str]]:
    """Return the columns that are years or parts of them, those that may be, and what is to be told."""
    fiscal = are_fiscal(names)
    spans = {k: span for k in free if (span := span_of(names[k], fiscal=fiscal)) is not None}
    hint = "call it by its year, or say file=FileForm(notes=...) for what stands behind it"
    doubts = {k: Fault("a column that may be a year", column=names[k], hint=hint)
              for k in free if k not in spans and _LIKE_YEAR.fullmatch(names[k])}  # fmt: skip
    seen: dict[Span, int] = {}
    plain = all(span.first == span.last and not span.part for span in spans.values())  # of which none holds another
    for k, span in spans.items():
        if plain or span in seen:
            continue
        other = next((at for known, at in seen.items() if clash(span, known)), None)
        if other is None:
            seen[span] = k
            continue
        hint = f"{names[other]!r} holds a part of it, or all: leave one of them out"
        doubts[k] = Fault("years that are counted twice", column=names[k], hint=hint)
        if len(doubts) > SHOWN:
            break
    told = []
    if may_be_fiscal([names[k] for k in spans]):
        told.append("columns like 2011-12 are read as months; if they are spans of two years, write 2011/12")
    return list(spans), doubts, told


def _places(
    names: Sequence[str], free: Sequence[int], nodes: Nodes | Gazetteer | None
) -> tuple[list[int], dict[int, Fault], list[str]]:
    """Return the columns that are places, those that may be, and what is to be told."""
    wrong = {k: _place_fault(names[k], nodes) for k in free}
    taken = [k for k, fault in wrong.items() if fault is None]
    doubts = {k: replace(fault, column=names[k], value=None) for k, fault in wrong.items()
              if fault is not None and _may_be_place(names[k], fault)}  # fmt: skip
    none = {names[k]: REASONS[fault.reason][0] for k, fault in wrong.items()
            if fault is not None and fault.reason in REASONS and k not in doubts}  # fmt: skip
    told = [f"columns that are no place, left aside: {', '.join(f'{name} ({why})' for name, why in none.items())}"]
    return taken, doubts, [*(told if none else []), *_one_place(names, taken, nodes)]


def _one_place(names: Sequence[str], taken: Sequence[int], nodes: Nodes | Gazetteer | None) -> list[str]:
    """Tell of columns that are one place under several names: parts of it, or the same in two codings."""
    if isinstance(nodes, Nodes):
        return []
    found: dict[str, list[str]] = {}
    for k in taken:
        found.setdefault(resolve(names[k], gazetteer=nodes).code, []).append(names[k])
    return [f"columns {' and '.join(map(repr, same))} are one place, {code}: their cells are added"
            for code, same in found.items() if len(same) > 1]  # fmt: skip


def _place_fault(name: str, nodes: Nodes | Gazetteer | None) -> Fault | None:
    """Return why a name is no place; None where it is one."""
    if isinstance(nodes, Nodes):
        return nodes.missing(name) if nodes.known(name) is None else None
    try:
        resolve(name, gazetteer=nodes)
    except PlaceError as error:
        return error.faults[0]
    return None


def _may_be_place(name: str, fault: Fault) -> bool:
    """Tell whether a name that is no place may well be meant as one: it has several, a slip, or a note behind it."""
    if fault.reason == "ambiguous":
        return True
    key = fold(name)
    meant = [fold(text) for text in _QUOTED.findall(fault.hint)] if fault.hint.startswith("did you mean") else []
    near = [like for like in meant if min(len(like), len(key)) > 3]
    return any(like in key or SequenceMatcher(None, key, like).ratio() >= SLIP for like in near)


def _numbers_rows(cells: pd.Series) -> bool:
    """Tell whether a column numbers the rows, from 0 or 1."""
    texts = list(map(text_of_cell, cells))
    return len(texts) > 2 and any(texts == [str(k + first) for k in range(len(texts))] for first in (0, 1))


def _holds_numbers(cells: pd.Series) -> bool:
    """Tell whether a column holds a number, so that something would be lost with it."""
    return any(text[:1].isdigit() for text in map(text_of_cell, cells))
