"""What became of each row of a table: rows that flows are made of, rows set aside, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from azroutes.errors import Fault, OptionError, check_option, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

KEPT = "account"
"""The name under which a table of flows carries its account, in `attrs`."""

ROWS_SHOWN = 12
"""Runs of rows that a line of an account names."""

_CHOICES = {"zero": ("keep", "drop"), "blank": ("keep", "drop"), "loop": ("keep", "drop"),
            "repeat": ("add", "drop")}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """What becomes of rows that can be read and that not every table means.

    A negative quantity is a fault in any case: no flow is less than nothing.

    Attributes
    ----------
    zero : {'keep', 'drop'}
        A quantity of zero: a flow of no width, or none.
    blank : {'keep', 'drop'}
        No quantity, where the table has a column of them: a flow without a number, or none.
    loop : {'keep', 'drop'}
        From a place to the same place: a loop, or none.
    repeat : {'add', 'drop'}
        A row that is like one before it in every column that is read: one more, or a copy.

    Raises
    ------
    OptionError
        If a choice is another.

    Examples
    --------
    >>> Policy(zero="drop").zero
    'drop'
    """

    zero: str = "keep"
    blank: str = "keep"
    loop: str = "keep"
    repeat: str = "add"

    def __post_init__(self) -> None:
        """Refuse other choices."""
        for name, choices in _CHOICES.items():
            check_option(name, getattr(self, name), choices)


@dataclass(frozen=True)
class Account:
    """What became of the rows of a table; each row is counted once.

    Attributes
    ----------
    rows : int
        Rows of the table, each cell of a wide one and each direction of a row with two by itself.
    read : int
        Rows that flows are made of.
    aside : mapping of str to tuple of str
        The names of the rows that are in no flow, by reason; in the order of the table.
    seen : mapping of str to int
        How many of the rows that were read are zero, blank, loops, or repeat another.
    told : tuple of str
        What was found out about the table, or guessed.
    faults : tuple of Fault
        All that is wrong, as the error would list it that ``on_bad="raise"`` raises.

    Examples
    --------
    >>> import pandas as pd
    >>> import azroutes
    >>> table = pd.DataFrame({"origin": ["Iran", "Total"], "destination": ["Russia", "Russia"]})
    >>> reading = azroutes.read_flows(table, on_bad="collect")
    >>> reading.account.rows, reading.account.read
    (2, 1)
    """

    rows: int
    read: int
    aside: Mapping[str, tuple[str, ...]]
    seen: Mapping[str, int]
    told: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        """Return the account in lines."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Return the account, a line each for what was read, what was set aside, and what was found out."""
        gone = sum(len(rows) for rows in self.aside.values())
        lines = [f"{self.rows:,} rows: {self.read:,} read, {gone:,} set aside"]
        for reason, rows in sorted(self.aside.items(), key=lambda item: (-len(item[1]), item[0])):
            lines.append(f"  {len(rows):,} {reason}: row{'s' if len(rows) > 1 else ''} {runs(rows)}")
        lines += [f"  of those read, {many:,} {what}" for what, many in self.seen.items() if many]
        return [visible(line) for line in (*lines, *(f"  {fact}" for fact in self.told))]

    def plain(self) -> dict[str, object]:
        """Return the account in counts alone, as JSON can hold it."""
        return {"rows": self.rows, "read": self.read, "aside": {why: len(rows) for why, rows in self.aside.items()},
                "seen": dict(self.seen), "told": list(self.told)}  # fmt: skip


def account_lines(plain: Mapping[str, Any]) -> list[str]:
    """Return what an account in counts has to say of the rows that are read, in lines."""
    counts = (*plain["aside"].items(), *plain["seen"].items())
    said = (f"{many:,} row{'s' if many > 1 else ''} {what}" for what, many in counts if many)
    return [visible(line) for line in (*said, *plain["told"])]


class Reading(NamedTuple):
    """What `read_flows` makes of a table of which not all rows will do.

    Attributes
    ----------
    flows : GeoDataFrame
        A valid table of flows, of the rows that will do.
    bad : DataFrame
        The rows that will not, as they were given, under their names; ``problem`` says why, and ``hint`` what would do.
    account : Account
        What became of every row.
    """

    flows: gpd.GeoDataFrame
    bad: pd.DataFrame
    account: Account


def runs(rows: Iterable[str], most: int = ROWS_SHOWN) -> str:
    """Return names of rows, those that follow one another as a run.

    Examples
    --------
    >>> runs(["2", "3", "4", "9"])
    '2-4, 9'
    >>> runs(["2, column 1999", "3, column 1999"])
    '2, column 1999; 3, column 1999'
    """
    names = list(rows)
    keyed = [(int(name) - k if name.isdecimal() else name, name) for k, name in enumerate(names)]
    told = [
        part[0] if len(part) == 1 else f"{part[0]}-{part[-1]}"
        for part in ([name for _, name in run] for _, run in groupby(keyed, key=lambda pair: pair[0]))
    ]
    more = len(told) - most
    joint = "; " if any("," in name for name in told) else ", "  # cells of wide tables: "71, column 1976"
    return joint.join(told[:most]) + (f" and {more:,} more" if more > 0 else "")


def check_balance(account: Account) -> Account:
    """Return an account in which every row is found once.

    Raises
    ------
    OptionError
        Never, unless the reading itself is at fault: better an error than a table that has lost rows.
    """
    gone = sum(len(rows) for rows in account.aside.values())
    if account.rows != account.read + gone:
        raise OptionError(f"{account.rows} rows, but {account.read} read and {gone} set aside: please report it")
    return account


REASONS = {"out of time": "a state that was not there in that year", "ambiguous": "the name of several places"}
"""What rows are counted under whose problems name their place; all others are counted under their problem."""


def reason_of(fault: Fault) -> str:
    """Return what the row of a fault is counted under."""
    return REASONS.get(fault.reason, fault.problem)


def aside_of(reasons: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the names of rows by reason, of (row, reason) in the order of the table."""
    found: dict[str, list[str]] = {}
    for row, reason in reasons:
        found.setdefault(reason, []).append(row)
    return {reason: tuple(rows) for reason, rows in found.items()}
