r"""Keys of several columns that stand in one, as Eurostat writes them: ``freq,citizen,geo\TIME_PERIOD``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.distinct import coded, distinct
from azroutes.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.tables.delimited import Reads, Rows

_KEY = re.compile(r"\w+(?:,\w+)+\\\w+")


def unjoined(
    names: Sequence[str], read: Reads
) -> tuple[tuple[str, ...], Reads, str]:  # fmt: skip
    """Return names and reader of a table whose first column holds several, each as a column of its own.

    The first name says it: names between commas, and after a backslash what the other columns are called by. Any other
    table is as it was.

    Parameters
    ----------
    names : sequence of str
    read : callable
        Returns rows at some positions, and what is broken.

    Returns
    -------
    names : tuple of str
    read : callable
    told : str
        What was found out; empty where there is nothing.
    """
    if len(names) < 2 or _KEY.fullmatch(names[0].strip()) is None:
        return tuple(names), read, ""
    parts = names[0].strip().partition("\\")[0].split(",")
    more = len(parts) - 1
    whole = (*parts, *names[1:])

    def read_apart(which: Sequence[int] | None, number: int | None = None) -> Rows:
        asked = range(len(whole)) if which is None else which
        rows, broken = read([0, *(k - more for k in asked if k > more)],
                            None if number is None or number <= more else number - more)  # fmt: skip
        said, known = distinct(rows.iloc[:, 0])
        keys = [text.split(",") if isinstance(text, str) else [] for text in known]
        wrong = np.array([len(key) != len(parts) for key in keys], dtype=bool)[said]
        faults = tuple(Fault("not a key of as many parts as the header says", str(row), names[0], text)
                       for row, text in rows.iloc[:, 0][wrong].items())  # fmt: skip
        kept = [[part.strip() for part in key] if len(key) == len(parts) else [""] * len(parts) for key in keys]
        columns, at = [], 0
        for k in asked:
            if k <= more:
                columns.append(coded([key[k] for key in kept], said, rows.index))
            else:
                at += 1
                columns.append(rows.iloc[:, at])
        table = pd.concat(columns, axis=1) if columns else rows.iloc[:, :0]
        names_asked = pd.Index([whole[k] for k in asked], dtype=object)
        return table.set_axis(names_asked, axis=1), (*broken, *faults)

    return whole, read_apart, f"the first column holds {len(parts)}: {', '.join(parts)}"
