"""Records become rows to be read as flows, however many they are.

One narwhals expression adds them up, whichever engine runs it (`record_sums`, `engines`). It is written so that totals
are the same on all engines and with any number of threads, and so that nothing is added or left out uncounted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.record_sums import (
    EXACT,
    MOST_RECORDS,
    NEGATIVE,
    NO_NUMBER,
    PARTS,
    TOO_LARGE,
    UNIT,
    counts,
    few_words,
    fitting,
    joined,
    misfits,
    sums,
    whole_key,
    wide_sums,
)
from azroutes.records import opened_records
from azroutes.units import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import narwhals as nw
    import pyarrow as pa
    from numpy.typing import NDArray
    from pandas.core.groupby import DataFrameGroupBy

    from azroutes.engines import Engine
    from azroutes.record_sums import Part

BY = ("market", "origin", "destination", "year")
COUNTS = ("quantity", "records", "without_quantity")
PROBLEM = ("problem", "records", "example")
ON_BAD = ("raise", "collect")

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
    with opened_records(records, [*key, quantity or "", UNIT], engine) as (parts, held):
        key = whole_key(parts, key, quantity)
        frame = joined(parts, key, quantity)
        summed = partial(_summed, held, parts, key, alone=quantity is None)
        found = summed(frame)
        counted = _counted(found)
        if parts[0].source:
            _check_read(counted, key)
        many = int(counted["records"].sum())
        bad = quantity is not None and _has_misfits(found)
        refused = _refused(held.run(misfits(frame, len(key))) if bad else None, key)
        if bad and on_bad == "collect":
            counted = _counted(summed(fitting(frame)))
    if bad and on_bad == "raise":
        lead = f"{int(refused['records'].sum()):,} of {many:,} records have a quantity that cannot be added"
        raise TableError(lead, refusals(refused, str(quantity)))
    table = _added(counted, key, quantity)
    return Aggregated(table, _tally(many, table, refused, key), refused)


def _checked_key(by: Sequence[str], quantity: str | None) -> list[str]:
    key = [by] if isinstance(by, str) else list(by)
    faults = [Fault("given twice", column="by", value=name) for name in dict.fromkeys(key) if key.count(name) > 1]
    faults += [Fault("both in the key and added up", column="by", value=name) for name in key if name == quantity]
    faults += [Fault("the name of a sum", column="by", value=name, hint="rename the column") for name in key
               if name in {*COUNTS, *PROBLEM} and name != quantity]  # fmt: skip
    if not key:
        faults.append(Fault("no column of a key", column="by", value=key, hint=f"for instance {list(BY)}"))
    if faults:
        raise OptionError("records cannot be added up so", faults)
    return key


def _summed(
    held: Engine, parts: Sequence[Part], key: Sequence[str], frame: nw.LazyFrame[Any], *, alone: bool
) -> pa.Table:
    """Return the sums of records, of those that are quickly read again in the way that may fail first."""
    few = few_words(parts, key)
    if alone:
        return held.grouped(frame, few, partial(counts, keys=len(key)))
    if all(part.quick for part in parts):
        found = held.wide(frame, few, partial(wide_sums, keys=len(key)))
        if found is not None:
            return found
    return held.grouped(frame, few, partial(sums, keys=len(key)))


def _counted(found: pa.Table) -> pd.DataFrame:
    """Return the sums; those whose keys differ in nothing but spaces are one."""
    keys = _keys(found)
    counts = {name: _column(found, name).astype("int64") for name in ("records", "given") if name in found.column_names}
    parts = {name: _column(found, name).astype("float64") for name in PARTS if name in found.column_names}
    table = pd.DataFrame({**keys, **counts, **parts})
    return _alike(table, list(keys)).sum() if table.duplicated(list(keys)).any() else table


def _has_misfits(found: pa.Table) -> bool:
    """Tell whether a quantity cannot be added; where there is none, the sum is missing and not NaN."""
    import pyarrow.compute as pc  # noqa: PLC0415

    return bool(pc.any(pc.is_nan(found.column("rest"))).as_py())


def _check_read(counted: pd.DataFrame, key: list[str]) -> None:
    """Refuse files without records, and those of which a letter could not be read: Spark puts a mark in its place."""
    if not counted["records"].sum():
        raise TableError("the files have column names and no records")
    texts = {name: counted[f"k{k}"] for k, name in enumerate(key) if counted[f"k{k}"].dtype == "category"}
    faults = [Fault("not UTF-8 text", column=name, value=word, hint="save it as UTF-8") for name, text in texts.items()
              for word in text.cat.categories if "\ufffd" in word]  # fmt: skip
    if faults:
        raise TableError("the records cannot be read", faults)


def _refused(found: pa.Table | None, key: list[str]) -> pd.DataFrame:
    """Return how many records of each key are in no row, why, and an example of what stands there."""
    if found is None:
        return pd.DataFrame(columns=[*key, *PROBLEM])
    keys, (said, least) = _keys(found), (_column(found, name).astype(object) for name in ("said", "least"))
    example = said.where(said.notna(), least).fillna("nan")
    table = pd.DataFrame({**keys, "problem": _column(found, "problem").astype("string"),
                          "records": _column(found, "records").astype("int64"), "example": example})  # fmt: skip
    # A text that only spaces tell from another comes from another key; the example is the same on all engines.
    first = table.sort_values("example", kind="stable", key=lambda values: values.astype(str))
    table = _alike(first, [*keys, "problem"]).agg({"records": "sum", "example": "first"})
    return _ordered(table, ["problem"]).set_axis([*key, *PROBLEM], axis=1)


def _alike(table: pd.DataFrame, names: list[str]) -> DataFrameGroupBy[Any, Any]:
    return table.groupby(names, dropna=False, sort=False, as_index=False, observed=True)


def _column(found: pa.Table, name: str) -> pd.Series:
    return pd.Series(found.column(name).to_pandas())


def _keys(found: pa.Table) -> dict[str, pd.Series]:
    names = [name for name in found.column_names if name.startswith("k")]
    return {name: _key_column(found.column(name)) for name in names}


def _key_column(values: pa.ChunkedArray) -> pd.Series:
    """Return a column of the key in a dtype that holds missing values: text as an ordered category.

    Text has no spaces around it, and a blank is missing.
    """
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_boolean(values.type):
        return pd.Series(values.to_pandas()).astype("boolean")
    if pa.types.is_integer(values.type):
        return pd.Series(values.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get))
    if pa.types.is_floating(values.type):
        numbers = pd.Series(values.to_pandas()).astype("Float64")
        whole = bool(((numbers.dropna() % 1 == 0) & (numbers.dropna().abs() < EXACT)).all())
        return numbers.astype("Int64") if whole else numbers
    known = pd.Series(values.cast(pa.large_string()).dictionary_encode().to_pandas()).cat
    plain = [word.strip() for word in known.categories]
    words = sorted({*plain} - {""})
    place = {word: k for k, word in enumerate(words)}
    moved = np.array([*(place.get(word, -1) for word in plain), -1])  # a missing one has the number -1, the last
    codes: NDArray[np.int64] = moved[known.codes.to_numpy()]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(words, dtype=object), ordered=True))


def _ordered(table: pd.DataFrame, more: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table in the order of its key, missing values last; text is plain again."""
    own = [str(name) for name in table.columns if str(name).startswith("k")]
    table = table.sort_values([*own, *more], kind="stable", na_position="last", ignore_index=True)
    return table.assign(**{name: _plain(table[name]) for name in own if table[name].dtype == "category"})


def _plain(texts: pd.Series) -> pd.Series:
    words = pd.array([*texts.cat.categories, None], dtype="string")
    return pd.Series(words.take(texts.cat.codes.to_numpy()), index=texts.index)  # a missing one has the number -1


def refusals(refused: pd.DataFrame, quantity: str) -> list[Fault]:
    """Return a fault for each key and problem; records have no numbers in an engine, so they go by their key."""
    key = list(refused.columns[: -len(PROBLEM)])
    faults = []
    for values, problem, many, example in zip(refused[key].itertuples(index=False), refused["problem"],
                                              refused["records"], refused["example"], strict=True):  # fmt: skip
        where = _where(values, key)
        what = "no number" if problem == NO_NUMBER else f"a {problem} quantity" if problem == NEGATIVE else problem
        records = "record" if many == 1 else "records"
        faults.append(Fault(f"{what}, in {many:,} {records} of {where}", None, quantity, example, _HINTS[problem],
                            reason=problem))  # fmt: skip
    return faults


def _where(values: Iterable[Any], key: list[str]) -> str:
    return ", ".join(
        f"{name} {'missing' if pd.isna(value) else value}" for name, value in zip(key, values, strict=True)
    )


def _added(counted: pd.DataFrame, key: list[str], quantity: str | None) -> pd.DataFrame:
    """Return the table: sums rounded once, missing where no record has a quantity."""
    table = _ordered(counted)
    own = list(table.columns[: len(key)])
    shown = table[[*own, "records"]]
    if quantity is not None:
        if "whole" in table and len(large := table[table["whole"] >= EXACT]):
            hint = f"digits are lost beyond {EXACT:g}: take a larger unit"
            faults = [Fault(f"too large a sum, of {_where(values, key)}", None, quantity, float(f"{total:.6g}"), hint)
                      for *values, total in large[[*own, "whole"]].itertuples(index=False)]  # fmt: skip
            raise TableError("quantities cannot be added up exactly", faults)
        if len(large := table[table["given"] > MOST_RECORDS]):
            hint = f"sums are exact up to {MOST_RECORDS:,} records: add a column to by="
            faults = [Fault(f"too many records, of {_where(values, key)}", None, quantity, many, hint)
                      for *values, many in large[[*own, "given"]].itertuples(index=False)]  # fmt: skip
            raise TableError("quantities cannot be added up exactly", faults)
        parts = [(table[part] * one).tolist() for part, one in PARTS.items() if part in table]
        totals = pd.Series(list(map(math.fsum, zip(*parts, strict=True))), index=table.index, dtype="Float64")
        given = table["given"]
        shown = table[own].assign(quantity=totals.where(given > 0), records=table["records"],
                                  without_quantity=table["records"] - given)  # fmt: skip
    return shown.set_axis([*key, *shown.columns[len(key) :]], axis=1)


def _tally(many: int, table: pd.DataFrame, refused: pd.DataFrame, key: list[str]) -> Tally:
    kept = table["records"]
    without = int(table["without_quantity"].sum()) if "without_quantity" in table else 0
    missing = {name: int(kept[table[name].isna()].sum()) for name in key}
    tally = Tally(many, int(kept.sum()), int(refused["records"].sum()), without, missing)
    if tally.records != tally.kept + tally.refused:
        raise TableError(f"{tally.records:,} records, but {tally.kept:,} added up and {tally.refused:,} refused: they "
                         "change while they are read")  # fmt: skip
    return tally
