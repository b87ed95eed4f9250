"""Records become rows to be read as flows, however many they are.

One narwhals expression adds them up, whichever engine runs it (`record_sums`, `engines`). It is written so that totals
are the same on all engines and with any number of threads, and so that nothing is added or left out uncounted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.record_sums import FINE, NEGATIVE, NO_NUMBER, PARTS, TOO_LARGE, UNIT, joined, misfits, sums, whole_key
from azroutes.records import opened_records
from azroutes.units import MOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

BY = ("market", "origin", "destination", "year")
COUNTS = ("quantity", "records", "without_quantity")
ON_BAD = ("raise", "collect")
_COUNTED = ("records", "given", "fit")

_HINTS = {NEGATIVE: "no flow is less than nothing", NO_NUMBER: "a number with a decimal point",
          TOO_LARGE: f"a number up to {MOST:g}"}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """What became of each record.

    Attributes
    ----------
    records : int
        Records that were read: those kept and those refused.
    kept : int
        Records that the rows stand for.
    refused : int
        Records in no row, since their quantity is negative, no number or too large.
    without_quantity : int
        How many of those kept have no quantity: they are counted, and add nothing.
    missing : mapping of str to int
        How many of those kept have no value in a column of the key, by column.
    """

    records: int
    kept: int
    refused: int
    without_quantity: int
    missing: Mapping[str, int]

    def __str__(self) -> str:
        """Return the tally in lines."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Return the tally, a line for each thing there is to say."""
        lines = [f"{self.records:,} records: {self.kept:,} added up, {self.refused:,} refused"]
        if self.without_quantity:
            lines.append(f"of those added up, {self.without_quantity:,} without a quantity")
        return [*lines, *(f"of those added up, {many:,} without {name}" for name, many in self.missing.items() if many)]


@dataclass(frozen=True)
class Aggregated:
    """Records, added up; `azroutes.read_flows` takes it as it is.

    Attributes
    ----------
    table : DataFrame
        One row for each combination of the key that occurs, sorted, missing values last: the columns of the key,
        ``unit`` where the records have one, ``quantity`` (the sum; missing where no record has one), ``records`` (how
        many) and ``without_quantity`` (how many of them have none).
    tally : Tally
        What became of each record.
    refused : DataFrame
        The records in no row, counted by key and ``problem``, with an ``example`` of what stands there.
    """

    table: pd.DataFrame
    tally: Tally
    refused: pd.DataFrame


def aggregate(
    records: object, *, by: Sequence[str] = BY, quantity: str | None = "quantity", engine: str = "duckdb",
    on_bad: str = "raise",
) -> Aggregated:  # fmt: skip
    """Add records up to rows that can be read as flows.

    Parameters
    ----------
    records : path, pattern, several of these, frame or relation
        One row a seizure, a case, a shipment. Parquet, CSV or TSV by the ending, text also with ``.gz`` after it; in a
        pattern ``*`` and ``**`` stand for any name. Or a frame of pandas, Polars or Arrow. Or what an engine has not
        yet computed, and does itself: a relation of DuckDB, a LazyFrame of Polars, a DataFrame of PySpark.
    by : sequence of str
        The columns of the key. A column ``unit`` is always part of it, so that nothing is added across units.
    quantity : str, optional
        The column that is added up; None counts records alone.
    engine : {'duckdb', 'polars', 'spark'}
        What adds paths and frames up. DuckDB and Polars work on this machine, also with what is larger than memory;
        Spark where its session is. Each comes with ``pip install "azroutes[duckdb]"``, ``[polars]`` or ``[spark]``.
    on_bad : {'raise', 'collect'}
        What becomes of records whose quantity is negative, no finite number or above 1e15: one error that counts them
        by key; or they are in no row, and handed back as counts.

    Returns
    -------
    Aggregated
        ``table``, ``tally`` and ``refused``. The same records give the same table, in any order and on any engine: sums
        are exact and rounded once. Keys that are text have no spaces around them, and a blank is missing; records with
        a missing key stay, and are counted.

    Raises
    ------
    TableError
        If the records cannot be read or added up; it lists every fault that can be told beforehand.
    OptionError
        If an option has a value that will not do, or an engine is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> import azroutes
    >>> seized = pd.DataFrame({"origin": ["Iran"] * 3, "destination": ["Russia"] * 3, "kg": [0.5, 2.0, None]})
    >>> added = azroutes.aggregate(seized, by=["origin", "destination"], quantity="kg")
    >>> added.table.to_dict("records")
    [{'origin': 'Iran', 'destination': 'Russia', 'quantity': 2.5, 'records': 3, 'without_quantity': 1}]
    >>> azroutes.read_flows(added, unit="kg")["statements"].tolist()
    [3]
    """
    key = _checked_key(by, quantity)
    check_option("on_bad", on_bad, ON_BAD)
    with opened_records(records, [*key, quantity or "", UNIT], engine) as (parts, run):
        key = whole_key(parts, key, quantity)
        frame = joined(parts, key, quantity)
        counted = _counted(run(sums(frame, len(key), counts_alone=quantity is None)), key)
        if parts[0].source:
            _check_read(counted, key)
        bad = quantity is not None and bool((counted["fit"] < counted["given"]).any())
        refused = _refused(run(misfits(frame, len(key))) if bad else None, key)
    if bad and on_bad == "raise":
        many = f"{int(refused['records'].sum()):,} of {int(counted['records'].sum()):,} records"
        raise TableError(f"{many} have a quantity that cannot be added", _faults(refused, key, str(quantity)))
    return _aggregated(counted, refused, key, counts_alone=quantity is None)


def _checked_key(by: Sequence[str], quantity: str | None) -> list[str]:
    key = [by] if isinstance(by, str) else list(by)
    faults = [Fault("given twice", column="by", value=name) for name in dict.fromkeys(key) if key.count(name) > 1]
    faults += [Fault("both in the key and added up", column="by", value=name) for name in key if name == quantity]
    faults += [Fault("the name of a sum", column="by", value=name, hint="rename the column") for name in key
               if name in COUNTS and name != quantity]  # fmt: skip
    if not key:
        faults.append(Fault("no column of a key", column="by", value=key, hint=f"for instance {list(BY)}"))
    if faults:
        raise OptionError("records cannot be added up so", faults)
    return key


def _counted(found: pa.Table, key: list[str]) -> pd.DataFrame:
    """Return the sums under the key's own names, in its order; those whose keys differ in spaces alone are one."""
    counts = {name: _column(found, name).astype("int64") for name in _COUNTED if name in found.column_names}
    parts = {name: _column(found, name).astype("float64") for name in PARTS if name in found.column_names}
    table = pd.DataFrame({**_keys(found, key), **counts, **parts})
    return table.groupby(key, dropna=False, sort=False, as_index=False, observed=True).sum()


def _check_read(counted: pd.DataFrame, key: list[str]) -> None:
    """Refuse files without records, and those of which a letter could not be read: Spark puts a mark in its place."""
    if not counted["records"].sum():
        raise TableError("the files have column names and no records")
    texts = [counted[name] for name in key if pd.api.types.is_string_dtype(counted[name].dtype)]
    faults = [Fault("not UTF-8 text", column=str(text.name), value=value, hint="save it as UTF-8")
              for text in texts for value in text[text.str.contains("\ufffd", na=False)].unique()]  # fmt: skip
    if faults:
        raise TableError("the records cannot be read", faults)


def _refused(found: pa.Table | None, key: list[str]) -> pd.DataFrame:
    """Return how many records of each key are in no row, why, and an example of what stands there."""
    if found is None:
        return pd.DataFrame(columns=[*key, "problem", "records", "example"])
    said, least = (_column(found, name).astype(object) for name in ("said", "least"))
    table = pd.DataFrame({**_keys(found, key), "problem": _column(found, "problem").astype("string"),
                          "records": _column(found, "records").astype("int64"),
                          "example": said.where(said.notna(), least)})  # fmt: skip
    alike = table.sort_values("example", kind="stable", key=lambda values: values.astype(str)).groupby(
        [*key, "problem"], dropna=False, sort=False, as_index=False, observed=True)  # fmt: skip
    return _sorted(alike.agg({"records": "sum", "example": "first"}), [*key, "problem"])


def _column(found: pa.Table, name: str) -> pd.Series:
    return pd.Series(found.column(name).to_pandas())


def _keys(found: pa.Table, key: list[str]) -> dict[str, pd.Series]:
    return {name: _key_column(_column(found, f"k{k}")) for k, name in enumerate(key)}


def _key_column(values: pd.Series) -> pd.Series:
    """Return a column of the key in a dtype that holds missing values; whole numbers as such, text without spaces."""
    if pd.api.types.is_bool_dtype(values.dropna().infer_objects().dtype):
        return values.astype("boolean")
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.astype("Float64")
        whole = bool((numbers.dropna() % 1 == 0).all())
        return numbers.astype("Int64") if whole else numbers
    number, known = pd.factorize(values.astype("string"))
    plain = [text.strip() or None for text in known]
    return pd.Series(pd.array([*plain, None], dtype="string").take(number))  # a missing one has the number -1


def _sorted(table: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return table.sort_values(key, kind="stable", na_position="last", ignore_index=True)


def _faults(refused: pd.DataFrame, key: list[str], quantity: str) -> list[Fault]:
    """Return a fault for each key and problem; records have no numbers in an engine, so they go by their key."""
    faults = []
    for values, problem, many, example in zip(refused[key].itertuples(index=False), refused["problem"],
                                              refused["records"], refused["example"], strict=True):  # fmt: skip
        where = ", ".join(f"{name} {'missing' if pd.isna(value) else value}"
                          for name, value in zip(key, values, strict=True))  # fmt: skip
        what = "no number" if problem == NO_NUMBER else f"a {problem} quantity" if problem == NEGATIVE else problem
        records = "record" if many == 1 else "records"
        faults.append(Fault(f"{what}, in {many:,} {records} of {where}", None, quantity, example, _HINTS[problem],
                            reason=problem))  # fmt: skip
    return faults


def _aggregated(counted: pd.DataFrame, refused: pd.DataFrame, key: list[str], *, counts_alone: bool) -> Aggregated:
    records = int(counted["records"].sum())
    if counts_alone:
        table = counted
    else:
        out = counted["given"] - counted["fit"]
        table = counted.assign(quantity=_totals(counted), records=counted["records"] - out,
                               without_quantity=counted["records"] - counted["given"])  # fmt: skip
        # A key all of whose records are refused is no row; they are told beside the table.
        table = table[(table["records"] > 0).to_numpy()]
    shown = [name for name in COUNTS if name in table]
    table = _sorted(table[[*key, *shown]], key)
    kept = table["records"]
    without = int(table["without_quantity"].sum()) if "without_quantity" in table else 0
    missing = {name: int(kept[table[name].isna()].sum()) for name in key}
    tally = Tally(records, int(kept.sum()), int(refused["records"].sum()), without, missing)
    if tally.records != tally.kept + tally.refused:
        raise TableError(f"{tally.records:,} records, but {tally.kept:,} added up and {tally.refused:,} refused: they "
                         "change while they are read")  # fmt: skip
    return Aggregated(table, tally, refused)


def _totals(counted: pd.DataFrame) -> pd.Series:
    """Return the sum of the parts of each row, rounded once; missing where no record has a quantity."""
    scale = dict(zip(PARTS, (1.0, 1 / FINE, 1 / FINE), strict=True))
    parts = [(counted[part] * scale[part]).to_numpy() for part in PARTS]
    totals = np.fromiter(map(math.fsum, zip(*parts, strict=True)), dtype=np.float64, count=len(counted))
    return pd.Series(totals, index=counted.index, dtype="Float64").where(counted["fit"] > 0)
