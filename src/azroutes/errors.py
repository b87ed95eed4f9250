"""What goes wrong, told once and whole: the row, the value, what is the matter, and what would do."""

from __future__ import annotations

import re
from ast import literal_eval
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN = 100
"""Faults that an error message lists; the attribute ``faults`` always holds all of them."""

VALUE_LENGTH = 60

LONGEST = 4000
"""Letters of a line that an error or an account tells; what is longer is shortened."""

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that a terminal takes for orders, that turn the order of others around, or that cannot be written."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a table or an option.

    Attributes
    ----------
    problem : str
        What is the matter, as a short clause.
    row : str or None
        The row as its owner knows it: a line of the file, or an index label.
    column : str or None
        The column.
    value : object
        The value found there; shortened when it is printed.
    hint : str
        What would do.
    reason : str
        The kind of fault in a word or two that programs may count by, where there is one.
    """

    problem: str
    row: str | None = None
    column: str | None = None
    value: object = None
    hint: str = ""
    reason: str = ""

    def __str__(self) -> str:
        """Return the fault in one line: row, column, value, what is the matter and what would do."""
        column = shortened(str(self.column or ""), VALUE_LENGTH)
        where = ", ".join(part for part in (f"row {self.row}" if self.row else "", column) if part)
        found = "" if self.value is None else shown(self.value)
        lead = f"{where} {found}".strip() + ": " if where or found else ""
        return visible(f"{lead}{self.problem}" + (f" ({self.hint})" if self.hint else ""))


def shown(value: object) -> str:
    """Return a value as an error tells it: shortened, and never an error itself."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a number of too many digits, a time too far off
        text = f"a {type(value).__name__} that cannot be written out"
    return shortened(text, VALUE_LENGTH)


def shortened(text: str, length: int) -> str:
    """Return a text, or its beginning if it is long."""
    return text if len(text) <= length else f"{text[:length]}…"


def visible(text: str) -> str:
    r"""Return a line in which characters that would do something to a terminal stand as what Python writes for them.

    Text of a table, or a name of a file, may hold orders to a terminal, or marks that turn a line around. Letters and
    signs of all scripts stay as they are, and so do the joiners within them.

    Examples
    --------
    >>> visible("Iran\x1b[2J"), visible("سفارت")
    ('Iran\\x1b[2J', 'سفارت')
    """
    return _UNSEEN.sub(lambda found: repr(found[0])[1:-1], shortened(text, LONGEST))


class AzroutesError(ValueError):
    """Base of all errors that azroutes raises on purpose.

    Parameters
    ----------
    message : str
        What could not be done.
    faults : iterable of Fault
        Every single thing that is wrong.
    """

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        lines = [visible(message), *(f"  - {fault}" for fault in self.faults[:SHOWN])]
        if len(self.faults) > SHOWN:
            lines.append(f"  … and {len(self.faults) - SHOWN} more; the error's .faults lists them all")
        super().__init__("\n".join(lines))


class TableError(AzroutesError):
    """A table cannot be read as what it was meant to be."""


class PlaceError(AzroutesError):
    """A name or code is not a place, or not one alone."""

    @property
    def reason(self) -> str:
        """Why: 'missing', 'ambiguous', 'out of time', 'no such place', or what `azroutes.nonplace` says it is."""
        return self.faults[0].reason if self.faults else ""


class OptionError(AzroutesError):
    """An option has a value that will not do."""


class OutputError(AzroutesError):
    """A file could not be written; what stood there before is untouched."""


def did_you_mean(value: str, choices: Sequence[str]) -> str:
    """Return a hint that names the nearest choices, or lists them where none is near."""
    return near_hint(value, choices) or ("one of " + ", ".join(choices) if len(choices) <= 16 else "")


def near_hint(value: str, choices: Sequence[str]) -> str:
    """Return a hint that names the nearest choices; nothing where none is near.

    Examples
    --------
    >>> near_hint("Hungry", ["Hungary", "Iran"]), near_hint("Peru", ["Hungary", "Iran"])
    ("did you mean 'Hungary'?", '')
    """
    near = _nearest(value.strip().casefold(), choices)
    return "did you mean " + " or ".join(repr(choice) for choice in near) + "?" if near else ""


def meant_by(hint: str) -> str | None:
    """Return the one choice that a hint of `did_you_mean` names; None where it names several, or none.

    Examples
    --------
    >>> meant_by(did_you_mean("Hungry", ["Hungary", "Iran"]))
    'Hungary'
    """
    found = re.fullmatch(r"did you mean (\"[^\"]*\"|'[^']*')\?", hint)
    return None if found is None else str(literal_eval(found[1]))


def _nearest(value: str, choices: Sequence[str]) -> list[str]:
    """Return up to three choices that are spelt like the value, or that hold a word that is."""
    spelt = {choice.casefold(): choice for choice in reversed(choices)}
    near = [value] if value in spelt else get_close_matches(value, list(spelt), n=3, cutoff=0.7)
    if near:
        return [spelt[key] for key in near]
    holders: dict[str, list[str]] = {}
    for key, choice in spelt.items():
        for word in key.replace("_", " ").split():
            holders.setdefault(word, []).append(choice)
    # A word that many choices share ("islands", "trade") says nothing.
    telling = [word for word, held in holders.items() if len(word) > 3 and len(held) <= 3]
    return [choice for word in get_close_matches(value, telling, n=1, cutoff=0.8) for choice in sorted(holders[word])]


def check_option(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise OptionError unless `value` is one of `choices`."""
    known = [str(choice) for choice in choices]
    if value not in known:
        fault = Fault("no such choice", column=name, value=value, hint=did_you_mean(str(value), known))
        raise OptionError(f"{name} cannot be {shown(value)}", [fault])
