"""The options that say how a user's table is read, and the table as they have it read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from azroutes.errors import Fault, OptionError, PlaceError, did_you_mean
from azroutes.options import Wide

if TYPE_CHECKING:
    import geopandas as gpd

    from azroutes.accounting import Policy, Reading
    from azroutes.tables.form import FileForm

COLUMNS, FILE = "What is in the table", "How the file holds its table"

NAMED = {"tab": "\t", "\\t": "\t", "space": " "}
"""What is hard to write on a command line, by name."""

SET = ("origin", "destination", "via", "market", "commodity", "quantity", "year")
"""What may be one value for all rows."""


class Dropped(StrEnum):
    """Rows that are right in one table and wrong in the next."""

    ZERO = "zero"
    BLANK = "blank"
    LOOP = "loop"
    REPEAT = "repeat"


def _option(*names: str, said: str, panel: str, metavar: str | None = None) -> Any:  # noqa: ANN401 - as typer has it
    return typer.Option(*names, help=said, rich_help_panel=panel, metavar=metavar)


Unit = Annotated[str | None, _option("--unit", panel=COLUMNS, metavar="UNIT",
                                     said="What the column quantity counts, for instance kg.")]  # fmt: skip
Columns = Annotated[
    list[str] | None,
    _option("--column", panel=COLUMNS, metavar="THEIRS=OURS",
            said="A column of the table and what it is: Country=origin. May be given again."),
]  # fmt: skip
Every = Annotated[
    list[str] | None,
    _option("--set", panel=COLUMNS, metavar="OURS=VALUE",
            said="What holds for all rows: year=2015, 'destination=United Kingdom'; quantity=1 where each is a case. "
            "May be given again."),
]  # fmt: skip
Broad = Annotated[Wide | None, _option("--wide", panel=COLUMNS, said="Columns that are called by these become rows.")]
Places = Annotated[Path | None, _option("--nodes", panel=COLUMNS, metavar="FILE",
                                        said="A table of the places: a key, lat and lon, and a name.")]  # fmt: skip
Key = Annotated[str | None, _option("--node-key", panel=COLUMNS, metavar="COLUMN",
                                    said="Its column by which the table calls them.")]  # fmt: skip
Crs = Annotated[str | None, _option("--crs", panel=COLUMNS, metavar="EPSG:...",
                                    said="Of coordinates that are no degrees.")]  # fmt: skip
Convert = Annotated[str | None, _option("--convert", panel=COLUMNS, metavar="UNIT",
                                        said="Turn other units of mass into this one.")]  # fmt: skip
Country = Annotated[str | None, _option("--focus", panel=COLUMNS, metavar="PLACE",
                                        said="The country that the table is about, for the column role.")]  # fmt: skip
Drop = Annotated[
    list[Dropped] | None,
    _option("--drop", panel=COLUMNS, metavar="|".join(Dropped),
            said="Leave rows out, and count them: of quantity zero, without one, from a place to itself, or like one "
            "before. May be given again."),
]  # fmt: skip
Precise = Annotated[bool, _option("--precise", panel=COLUMNS,
                                  said="Show people at risk at points finer than a country.")]  # fmt: skip
Sheet = Annotated[str | None, _option("--sheet", panel=FILE, metavar="NAME",
                                      said="The sheet of a workbook, or the layer of a GeoPackage.")]  # fmt: skip
Header = Annotated[int, _option("--header", panel=FILE, metavar="LINE", said="The line of the names of columns.")]
Encoding = Annotated[str | None, _option("--encoding", panel=FILE, metavar="NAME",
                                         said="For instance cp1251, where it is found out wrongly.")]  # fmt: skip
Separator = Annotated[str | None, _option("--separator", panel=FILE, metavar="MARK",
                                          said="Between cells: ';' or tab, if it is found out wrongly.")]  # fmt: skip
Decimal = Annotated[str, _option("--decimal", panel=FILE, metavar="MARK", said="What parts whole from fraction.")]
Thousands = Annotated[str | None, _option("--thousands", panel=FILE, metavar="MARK",
                                          said="What parts thousands: , . ' or space.")]  # fmt: skip
Missing = Annotated[list[str] | None, _option("--missing", panel=FILE, metavar="TEXT",
                                              said="What stands for nothing. May be given again.")]  # fmt: skip
Note = Annotated[list[str] | None, _option("--note", panel=FILE, metavar="MARK",
                                           said="A note behind places, years or numbers: '*', '(1)', p. May be given "
                                           "again.")]  # fmt: skip


@dataclass(frozen=True)
class Table:
    """How a table is read: the arguments of `azroutes.read_flows`, as options."""

    unit: Unit = None
    column: Columns = None
    every: Every = None
    wide: Broad = None
    nodes: Places = None
    node_key: Key = None
    crs: Crs = None
    convert: Convert = None
    focus: Country = None
    drop: Drop = None
    precise: Precise = False
    sheet: Sheet = None
    header: Header = 1
    encoding: Encoding = None
    separator: Separator = None
    decimal: Decimal = "."
    thousands: Thousands = None
    missing: Missing = None
    note: Note = None

    def read(self, source: object) -> Reading:
        """Return the flows of a table, the rows that will not do, and its account with all faults."""
        from azroutes.read import read_flows

        return read_flows(source, on_bad="collect", **self.asked())

    def flows(self, source: object) -> gpd.GeoDataFrame:
        """Return the flows of a table all of whose rows will do.

        Raises
        ------
        TableError
            If any will not; it lists every fault.
        """
        from azroutes.read import read_flows

        flows: gpd.GeoDataFrame = read_flows(source, **self.asked())
        return flows

    def asked(self) -> dict[str, Any]:
        """Return the arguments of `read_flows`, but what becomes of rows that will not do."""
        columns = self.columns()
        every, _ = _for_all_rows(self.every)
        self._check_focus()
        return {
            **every, "quantity": _number(every.get("quantity")), "unit": self.unit, "columns": columns,
            "wide": self.wide and self.wide.value, "nodes": self.nodes, "node_key": self.node_key, "crs": self.crs,
            "convert": self.convert, "focus": self.focus, "policy": self._policy(), "file": self.form(),
            "precise": self.precise,
        }  # fmt: skip

    def said(self) -> list[str]:
        """Return the options that are given, as they are written."""
        names = {"every": "--set"}
        return [names.get(field.name, "--" + field.name.replace("_", "-")) for field in fields(self)
                if getattr(self, field.name) not in (field.default, [])]  # fmt: skip

    def columns(self) -> dict[str, str]:
        """Return names of columns, each with ours.

        Raises
        ------
        OptionError
            If what is said of columns, or of all rows, will not do; it lists every fault.
        """
        columns, faults = _columns(self.column)
        faults += _for_all_rows(self.every)[1]
        if faults:
            raise OptionError("the table cannot be read so", faults)
        return columns

    def form(self) -> FileForm | None:
        """Return how the file holds its table; None where nothing is said of it."""
        from azroutes.tables.form import FileForm

        made = FileForm(
            encoding=self.encoding, separator=_mark(self.separator), decimal=self.decimal, header=self.header,
            sheet=self.sheet, missing=tuple(self.missing or ()), thousands=_mark(self.thousands),
            notes=tuple(self.note or ()),
        )  # fmt: skip
        return None if made == FileForm() else made

    def _check_focus(self) -> None:
        """Refuse a country that is none: the table is not at fault."""
        from azroutes.places import resolve

        try:
            _ = self.focus is not None and resolve(self.focus)
        except PlaceError as error:
            raise OptionError(
                "there is no such country", [replace(one, column="focus") for one in error.faults]
            ) from None

    def _policy(self) -> Policy | None:
        from azroutes.accounting import Policy

        drop = {one.value for one in self.drop or ()}
        if not drop:
            return None
        return Policy(**dict.fromkeys(drop, "drop"))


def _columns(given: list[str] | None) -> tuple[dict[str, str], list[Fault]]:
    """Return names of columns, each with ours, and what is wrong with them."""
    from azroutes.columns import OURS, ROUTE

    ours = (*OURS, ROUTE)
    pairs, faults = _pairs("--column", given, "Country=origin")
    for theirs, what in pairs:
        if what not in ours:
            hint = f"the other way round: {what}={theirs}" if theirs in ours else did_you_mean(what, ours)
            faults.append(Fault("no column of flows", column="--column", value=f"{theirs}={what}", hint=hint))
    return dict(pairs), faults


def _for_all_rows(given: list[str] | None) -> tuple[dict[str, str], list[Fault]]:
    """Return what holds for all rows, by our names, and what is wrong with it."""
    pairs, faults = _pairs("--set", given, "year=2015", key_first=True)
    for ours, value in pairs:
        if ours not in SET:
            hint = f"say --unit {quote(value)}" if ours == "unit" else did_you_mean(ours, SET)
            faults.append(Fault("cannot be said of all rows", column="--set", value=ours, hint=hint))
        elif ours == "quantity" and not _is_number(value):
            hint = f"quantity=1; a column is --column {quote(f'{value}=quantity')}"
            faults.append(
                Fault("no number that a row can count for", column="--set", value=f"{ours}={value}", hint=hint)
            )
    return dict(pairs), faults


def _pairs(
    option: str, given: list[str] | None, example: str, *, key_first: bool = False
) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Return texts parted at their equals sign, and what is wrong with them; names of columns may hold one too."""
    parted = [(text, *(text.partition("=") if key_first else text.rpartition("="))[::2]) for text in given or []]
    faults = [Fault("not two words with = between", column=option, value=text, hint=example)
              for text, one, other in parted if not one or not other]  # fmt: skip
    pairs = [(one.strip(), other.strip()) for _, one, other in parted if one and other]
    keys = [one for one, _ in pairs]
    faults += [Fault("said twice", column=option, value=key) for key in dict.fromkeys(keys) if keys.count(key) > 1]
    return pairs, faults


def _mark(text: str | None) -> str | None:
    return text if text is None else NAMED.get(text, text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
