"""How a file holds its table, where that cannot be found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from azroutes.errors import Fault, OptionError, TableError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'")


@dataclass(frozen=True)
class FileForm:
    r"""How a file holds its table, where that cannot be found out or is found out wrongly.

    Attributes
    ----------
    encoding : str, optional
        Of text, as Python names it (``"cp1251"``); by default UTF-8, else what it most likely is, and told.
    separator : str, optional
        One character between cells; by default that of ``, ; tab |`` which makes a table, and told.
    decimal : {'.', ','}
        What parts whole from fraction in numbers.
    header : int
        The line of the names of columns, or the row of a sheet, from 1; what stands above is left aside.
    sheet : str, optional
        Of a workbook, or the layer of a GeoPackage; by default the only one, or the first, and told.
    missing : tuple of str
        What stands in cells that are empty, besides nothing: ``("\\N",)``. In every column, so that ``NA`` would take
        Namibia away from a column of two-letter codes.
    thousands : {',', '.', ' ', "'"}, optional
        What parts thousands in quantities; a space is also one that does not break.
    notes : tuple of str
        What may stand behind places, quantities and years as a note: ``("*", "(1)", "p")``. It is taken off, and told.

    Raises
    ------
    OptionError
        If a value will not do.

    Examples
    --------
    >>> FileForm(decimal=",").decimal
    ','
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str = "."
    header: int = 1
    sheet: str | None = None
    missing: tuple[str, ...] = ()
    thousands: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no file can have."""
        faults = []
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            faults.append(Fault("not one character", column="separator", value=self.separator, hint="';' or '\\t'"))
        if self.decimal not in DECIMALS:
            faults.append(Fault("no such choice", column="decimal", value=self.decimal, hint="'.' or ','"))
        if not isinstance(header := cast("object", self.header), int) or header < 1:
            faults.append(Fault("not a line", column="header", value=self.header, hint="a whole number from 1"))
        for name, marks, hint in (("missing", self.missing, "('NA',)"), ("notes", self.notes, "('*', '(1)')")):
            if isinstance(cast("object", marks), str) or not all(isinstance(mark, str) for mark in marks):
                faults.append(Fault("not a list of texts", column=name, value=marks, hint=hint))
        if not all(self.notes):
            faults.append(Fault("a note of no letter", column="notes", value=self.notes))
        if self.thousands is not None and self.thousands not in THOUSANDS:
            hint = "one of ',', '.', ' ', \"'\""
            faults.append(Fault("no such choice", column="thousands", value=self.thousands, hint=hint))
        elif self.thousands == self.decimal:
            hint = "decimal=',' where thousands are parted by a point"
            faults.append(Fault("the same as decimal", column="thousands", value=self.thousands, hint=hint))
        if faults:
            raise OptionError("no file is held like this", faults)


def chosen_sheet(names: list[str], form: FileForm, path: Path) -> str:
    """Return the sheet of a workbook that is asked for, else the first."""
    if not names:
        raise TableError(f"{path} has no sheet")
    if form.sheet is None:
        return names[0]
    if form.sheet not in names:
        fault = Fault("no such sheet", column="sheet", value=form.sheet, hint=did_you_mean(form.sheet, names))
        raise OptionError(f"{path} cannot be read", [fault])
    return form.sheet
