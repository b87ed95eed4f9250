"""What the library says of its arguments, said of the options of the command."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from azroutes.errors import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from azroutes.errors import AzroutesError, Fault

REPEATED = {"missing": "--missing", "notes": "--note"}
"""Arguments of several texts, and the option that is given once for each."""

MARKED = {"header": "LINE", "sheet": "NAME", "encoding": "NAME", "separator": "MARK", "notes": "MARK",
          "top": "N", "by": "...", "crs": "EPSG:...", "market": "NAME", "k": "N"}  # fmt: skip
"""What stands for a value that the library leaves open."""

COLUMNS = frozenset({"origin", "destination", "via", "quantity", "unit", "year", "market", "commodity", "back"})
"""Arguments whose value is a column of the table."""

SINGLE = frozenset({"header", "sheet", "encoding", "separator", "decimal", "thousands", "wide", "convert", "crs",
                    "focus", "width", "outside", "top", "by", "engine", "suppress_below"})  # fmt: skip

PHRASES = {
    "in `columns`, or by itself": "by --column, or by --set",
    "precise=True": "--precise",
    "convert them, or keep them apart": "say --convert for units of mass, or keep them apart",
    "resolve(numeric=True) reads it without its zeros": "write all three figures",
    "say frame.set_crs('EPSG:4326') if it is in degrees": "save the file with its CRS",
    "of others hand over a frame of your engine": "in Python also a frame of your engine will do",
}

ASKED = (": say quantity=..., or wide=...", ": say --column NAME=quantity, or --wide")
"""What the end of a line of an account asks for, and the options that say it."""

_FORM = re.compile(r"(?:file=)?(?:azroutes\.)?FileForm\(")
_ARGUMENT = re.compile(
    r"(?<![\w=`-])(?<!--set )([a-z_]+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\.\.\.|[\d.]+|(?=[\s,;)]|$))"
)


def told(error: AzroutesError) -> str:
    """Return an error with its faults as lines, in the words of the options."""
    return "\n".join([first_line(error), *listed(error.faults[:SHOWN]), *_more(len(error.faults) - SHOWN)])


def first_line(error: AzroutesError) -> str:
    """Return what could not be done."""
    return str(error).partition("\n")[0]


def listed(faults: Iterable[Fault]) -> list[str]:
    """Return a line for each fault."""
    return [f"  - {replace(fault, column=_option(fault.column), hint=in_options(fault.hint))}" for fault in faults]


def _option(column: str | None) -> str | None:
    """Return what a fault is about; the argument that names columns is an option here."""
    return "--column" if column == "columns" else "--node-key" if column == "key" else column


def _more(many: int) -> list[str]:
    return [f"  … and {many:,} more; azroutes check lists them all"] if many > 0 else []


def in_options(text: str) -> str:
    """Return a hint that names arguments of Python as one that names options of the command.

    Examples
    --------
    >>> in_options("thousands? say file=FileForm(thousands='.', decimal=',')")
    'thousands? say --thousands . --decimal ,'
    >>> in_options("say origin='Exporter', destination='Partner country'")
    "say --column Exporter=origin --column 'Partner country=destination'"
    """
    for phrase, ours in PHRASES.items():
        text = text.replace(phrase, ours)
    text = _ARGUMENT.sub(_of_argument, forms_in_options(text))
    # Options of one command stand side by side.
    return re.sub(r"(--column (?:'[^']*'|\S+?)), (?=--column )", r"\1 ", text)


def forms_in_options(text: str) -> str:
    """Return a text that names a form of a file, or ends with what is asked for, in options; all else in it stays."""
    if text.endswith(ASKED[0]):
        text = text.removesuffix(ASKED[0]) + ASKED[1]
    made, at = "", 0
    while (found := _FORM.search(text, at)) is not None:
        end, said = _call(text, found.end())
        made += text[at : found.start()] + (text[found.start() : end] if said is None else said)
        at = end
    return made + text[at:]


def _call(text: str, start: int) -> tuple[int, str | None]:
    """Return where a call ends that begins at a place, and its arguments as options; None where it is none of ours."""
    end = text.find(")", start)
    while end >= 0:
        try:
            call = ast.parse(f"f({text[start:end]})", mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # a bracket within a text, or words of a user's
            end = text.find(")", end + 1)
            continue
        try:
            words = [(word.arg or "", ast.literal_eval(word.value)) for word in getattr(call, "keywords", ())]
        except ValueError:
            return start, None
        whole = isinstance(call, ast.Call) and not call.args and all(name in {*SINGLE, *REPEATED} for name, _ in words)
        return (end + 1, " ".join(_said(*word) for word in words)) if whole and words else (start, None)
    return start, None


def _said(name: str, value: object) -> str:
    """Return one argument as an option."""
    if name in REPEATED:
        values = value if isinstance(value, tuple) else (MARKED["notes"],)
        return " ".join(f"{REPEATED[name]} {quote(str(each))}" for each in values)
    word = MARKED.get(name, "VALUE") if value is ... else quote(str(value))
    return f"--{name.replace('_', '-')} {word}"


def _of_argument(found: re.Match[str]) -> str:
    name, value = found[1], found[2]
    if name in COLUMNS:
        if value in {"", "..."}:
            return "--market" if name == "market" and not value else f"--column NAME={name} or --set {name}=PLACE"
        given = ast.literal_eval(value)
        return f"--column {quote(f'{given}={name}')}" if isinstance(given, str) else f"--set {name}={given}"
    if name not in SINGLE:
        return found[0]
    if not value:
        return f"--{name.replace('_', '-')}"
    return _said(name, ... if value == "..." else ast.literal_eval(value))
