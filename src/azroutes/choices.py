"""Rows that are right in one table and wrong in the next: which they are, and which of them are left out by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from azroutes.distinct import distinct, key_of, repeated
from azroutes.places import VIA

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from azroutes.accounting import Policy
    from azroutes.geometry.shapes import Flags

LOOP, ZERO, BLANK, REPEAT = "from a place to itself", "quantity zero", "no quantity", "like a row before it"


def chosen(claims: pd.DataFrame, policy: Policy, *, counted: bool) -> tuple[dict[Hashable, str], dict[str, int]]:
    """Return the rows that a policy drops, with the reason, and how many of those kept are of each such kind."""
    blank = claims["quantity"].isna().to_numpy(dtype=bool)
    kinds: dict[str, tuple[Flags, bool]] = {
        LOOP: (_loops(claims["path"]), policy.loop == "drop"),
        BLANK: (blank & counted, policy.blank == "drop"),
        ZERO: ((claims["quantity"] == 0).fillna(value=False).to_numpy(dtype=bool), policy.zero == "drop"),
        REPEAT: (_repeats(claims), policy.repeat == "drop"),
    }
    gone = np.zeros(len(claims), dtype=bool)
    dropped: dict[Hashable, str] = {}
    for what, (rows, drops) in kinds.items():
        if drops:
            dropped |= dict.fromkeys(claims.index[rows & ~gone], what)
            gone |= rows
    return dropped, {what: int((rows & ~gone).sum()) for what, (rows, _) in kinds.items()}


def _repeats(claims: pd.DataFrame) -> Flags:
    """Tell which claims are like one before them in all that was read."""
    # Never read, or read twice.
    read = claims.columns.drop(["statement", "role", "basis"])
    if claims["last_year"].equals(claims["first_year"]):
        read = read.drop("last_year")
    return repeated(key_of([claims[name] for name in read]))


def _loops(on: pd.Series) -> Flags:
    number, known = distinct(on)
    loop = np.array([way is not None and way.partition(VIA)[0] == way.rpartition(VIA)[2] for way in known])
    return cast("Flags", loop[number])
