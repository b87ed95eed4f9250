"""The sums of records, as narwhals expressions that every engine runs.

Columns of a user go by numbers here, so that no name of theirs can be taken for anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from azroutes.errors import Fault, TableError, did_you_mean
from azroutes.numerals import NO_NUMBER as NOTHING
from azroutes.units import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw
    from narwhals.dtypes import DType

UNIT = "unit"
FINE = 2.0**26
"""Numbers are added in parts: their whole units, the rest in units of 2**-26, the rest of that in units of 2**-52, and
of that in units of 2**-78. All are whole numbers, so their sums are exact up to 2**53; see docs/internals.md."""

FINEST = 2**78
"""Of the last parts there are so many in a whole unit; what is left below is cut off."""

PARTS = {"whole": 1.0, "middle": 1 / FINE, "small": 1 / FINE**2, "rest": 1 / FINE**3}
"""What one of each part stands for."""

EXACT = 2.0**53

MOST_RECORDS = 2**28
"""Records of one key whose parts below whole units, each at most 2**25, certainly add up to less than 2**53."""

_ROUNDER = 2.0**52
"""A number of no fraction: what is added to it loses its own, so adding and taking away rounds, and NaN stays NaN. A
floor is a whole number in Spark, which overflows."""

NUMBER = r"^[+-]?([0-9]{1,40}([.][0-9]{0,40})?|[.][0-9]{1,40})([eE][+-]?[0-9]{1,2})?$"
"""Text that is a number to all engines alike."""

BLANKS = "".join(chr(code) for code in (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B),
                                         0x2028, 0x2029, 0x202F, 0x205F, 0x3000))  # fmt: skip
"""What Python takes for a space: engines take more of it away or less."""

LONG = "number of many digits"
"""A decimal number that may have more digits than a float: engines agree on its text, and on the float of a text."""

NEGATIVE, NO_NUMBER, TOO_LARGE = "negative", "no number", "too large"


@dataclass(frozen=True)
class Part:
    """Records of one shape.

    Attributes
    ----------
    frame : LazyFrame
        The records, with any columns.
    names : list of str
        The columns as their owner knows them, in the order of the frame's.
    source : str
        What they were read from; empty where it was no file.
    known : sequence of str
        All columns that there were, where not all were taken.
    few : frozenset of str
        Columns of few words, see `azroutes.engines.Reader.few`.
    empty : frozenset of str
        Columns of no type, since nothing stands in them.
    quick : bool
        Whether the records are read again in little time.
    """

    frame: nw.LazyFrame[Any]
    names: list[str]
    source: str = ""
    known: Sequence[str] = ()
    few: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    quick: bool = False

    def column(self, name: str) -> tuple[str, str]:
        """Return the frame's name of a column, and what it holds; nothing where there is nothing in it."""
        if name not in self.names or name in self.empty:
            return "", ""
        schema = self.frame.collect_schema()
        own = schema.names()[self.names.index(name)]
        return own, _kind(schema[own])


def whole_key(parts: Sequence[Part], by: Sequence[str], quantity: str | None) -> list[str]:
    """Return the columns of the key, with that of the unit where quantities have one.

    Raises
    ------
    TableError
        If a column is not there, or is there twice.
    """
    given = quantity is not None and quantity != UNIT and UNIT not in by and any(UNIT in part.names for part in parts)
    faults: dict[Fault, None] = {}
    for part in parts:
        for name in [*by, *([] if quantity is None else [quantity])]:
            if name not in part.names:
                near = did_you_mean(name, list(part.known or part.names))
                hint = "; ".join([*([near] if near else []), *(["say by=... without it"] if name in by else [])])
                faults[Fault("missing column", part.source or None, name, hint=hint)] = None
        for name in sorted({*by, *([quantity] if quantity else []), *([UNIT] if given else [])}):
            if part.names.count(name) > 1:
                faults[Fault("column given twice", part.source or None, name)] = None
    if faults:
        raise TableError("these records cannot be added up so", faults)
    return [*by, *([UNIT] if given else [])]


def joined(parts: Sequence[Part], key: Sequence[str], quantity: str | None) -> nw.LazyFrame[Any]:
    """Return all records: the key as ``k0``, ``k1`` ..., and where there is a quantity ``q`` and the text ``said``.

    ``q`` is missing where there is no quantity, and NaN where there is text that is no number.

    Raises
    ------
    TableError
        If a column is of a kind that will not do, or of several kinds.
    """
    import narwhals as nw  # noqa: PLC0415

    kinds = {name: {"number" if kind == LONG else kind for kind in _kind_over(parts, name)} for name in key}
    faults = [fault for name, kind in kinds.items() for fault in _key_faults(name, kind)]
    if quantity is not None:
        wrong = _kind_over(parts, quantity) - {"text", "whole number", "number", LONG}
        hint = "a column of numbers, or of text that reads as numbers"
        faults += [Fault("wrong type", column=quantity, value=kind, hint=hint) for kind in sorted(wrong)]
    if faults:
        raise TableError("these records cannot be added up so", faults)
    alone = len(parts) == 1
    frames = [part.frame.select(*_key(part, key, kinds, alone=alone), *_quantity(part, quantity)) for part in parts]
    return frames[0] if len(frames) == 1 else nw.concat(frames, how="vertical")


def few_words(parts: Sequence[Part], key: Sequence[str]) -> list[str]:
    """Return which columns of the key, by our names, are text of few words in all parts."""
    return [f"k{k}" for k, name in enumerate(key)
            if all(name in part.few and part.column(name)[1] == "text" for part in parts)]  # fmt: skip


def _unbound(q: nw.Expr) -> nw.Expr:
    """Return quantities of which an engine knows no bounds.

    DuckDB takes it from the bounds that a Parquet file bears whether there are such that cannot be added, and NaN is
    not in these; what a condition has gone through has no bounds.
    """
    import narwhals as nw  # noqa: PLC0415

    return nw.when(~q.is_null()).then(q)


def _unfit(q: nw.Expr) -> nw.Expr:
    """Tell which quantities cannot be added."""
    q = _unbound(q)
    return q.is_nan() | (q < 0) | (q > MOST)


def fitting(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the records whose quantity can be added, or is missing."""
    import narwhals as nw  # noqa: PLC0415

    q = nw.col("q")
    return frame.filter(q.is_null() | ~_unfit(q))


def counts(frame: nw.LazyFrame[Any], keys: int) -> nw.LazyFrame[Any]:
    """Return a row for each key: ``records``."""
    import narwhals as nw  # noqa: PLC0415

    return frame.group_by(*_names(keys)).agg(records=nw.len())


def sums(frame: nw.LazyFrame[Any], keys: int) -> nw.LazyFrame[Any]:
    """Return a row for each key: ``records``, how many of them have a quantity (``given``), and the parts of its sum.

    The ``rest`` is NaN where a quantity cannot be added.
    """
    import narwhals as nw  # noqa: PLC0415

    q, left = nw.col("q"), nw.col("left")
    split = frame.with_columns(left=nw.when((q < 0) | (q > MOST)).then(nw.lit(float("nan"))).otherwise(q))
    for part, below in pairwise(PARTS):
        split = split.with_columns(((left + _ROUNDER) - _ROUNDER).alias(part))
        split = split.with_columns(left=(left - nw.col(part)) * (PARTS[part] / PARTS[below]))
    near = (left + _ROUNDER) - _ROUNDER
    split = split.with_columns(rest=near - (near > left).cast(nw.Float64()))
    return split.group_by(*_names(keys)).agg(records=nw.len(), given=q.count(),
                                             **{part: nw.col(part).sum() for part in PARTS})  # fmt: skip


def wide_sums(frame: nw.LazyFrame[Any], keys: int) -> nw.LazyFrame[Any]:
    """Return the same as `sums`, added in one whole number of 128 bits in place of four of 53.

    An engine that takes these fails at a quantity that cannot be added and at sums beyond 2**49: no negative number
    can be cast to one without a sign.
    """
    import narwhals as nw  # noqa: PLC0415

    q, wide = nw.col("q"), nw.col("wide")
    number = (q * float(FINEST)).floor().cast(nw.UInt128()).cast(nw.Int128())
    added = frame.with_columns(wide=number).group_by(*_names(keys)).agg(
        records=nw.len(), given=q.count(), wide=wide.sum())  # fmt: skip
    worth = {part: int(FINEST * one) for part, one in PARTS.items()}
    above = dict(zip(worth, [None, *worth.values()], strict=False))
    return added.select(
        *_names(keys), "records", "given",
        *[((wide if above[part] is None else wide % above[part]) // one).cast(nw.Float64()).alias(part)
          for part, one in worth.items()],
    )  # fmt: skip


def _names(keys: int) -> list[str]:
    return [f"k{k}" for k in range(keys)]


def misfits(frame: nw.LazyFrame[Any], keys: int) -> nw.LazyFrame[Any]:
    """Return the records left out of all sums, counted by key and ``problem``, with the least value and text."""
    import narwhals as nw  # noqa: PLC0415

    q, bare = nw.col("q"), _unbound(nw.col("q"))
    unlike = nw.when(bare.is_nan()).then(nw.lit(NO_NUMBER)).otherwise(nw.lit(TOO_LARGE))
    return (
        frame.filter(_unfit(q))
        .with_columns(problem=nw.when(bare < 0).then(nw.lit(NEGATIVE)).otherwise(unlike))
        .group_by(*_names(keys), "problem")
        .agg(records=nw.len(), least=q.min(), said=nw.col("said").min())
    )


def _kind(dtype: DType) -> str:
    """Return what a column holds, in plain words."""
    import narwhals as nw  # noqa: PLC0415

    if dtype.is_integer():
        return "whole number"
    if dtype.is_decimal() and getattr(dtype, "precision", None) not in range(16):
        return LONG
    if dtype.is_numeric():
        return "number"
    known = {nw.String: "text", nw.Categorical: "text", nw.Enum: "text", nw.Boolean: "yes or no", nw.Date: "date",
             nw.Datetime: "date with time", nw.Time: "time of day", nw.Duration: "duration", nw.Binary: "bytes",
             nw.List: "list", nw.Array: "list", nw.Struct: "record"}  # fmt: skip
    return known.get(dtype.base_type(), str(dtype))


def _kind_over(parts: Sequence[Part], name: str) -> set[str]:
    return {part.column(name)[1] for part in parts} - {""}


def _key_faults(name: str, kinds: set[str]) -> list[Fault]:
    strange = sorted(kinds - {"text", "whole number", "number", "yes or no", "date"})
    if strange:
        hint = "text, numbers, dates or yes and no; of a time make a column of its year or date first"
        return [Fault("cannot be a part of the key", column=name, value=kind, hint=hint) for kind in strange]
    if len(kinds) > 1 and kinds != {"whole number", "number"}:
        told = " and ".join(sorted(kinds))
        return [Fault("of several kinds over the files", column=name, value=told, hint="write it as text in all")]
    return []


def _key(part: Part, key: Sequence[str], kinds: dict[str, set[str]], *, alone: bool) -> list[nw.Expr]:
    """Return the columns of the key, alike over all parts. Short numbers of a part alone stay so: they group faster."""
    import narwhals as nw  # noqa: PLC0415

    found = []
    for k, name in enumerate(key):
        kind = min(kinds[name], default="text")  # of whole and other numbers the latter
        dtype = {"text": nw.String(), "date": nw.String(), "whole number": nw.Int64(), "number": nw.Float64(),
                 "yes or no": nw.Boolean()}[kind]  # fmt: skip
        own, _ = part.column(name)
        value = nw.col(own) if own else nw.lit(None, dtype=dtype)
        short = alone and own and part.frame.collect_schema()[own] in {nw.Int8, nw.Int16, nw.Int32}
        found.append((value if short else value.cast(dtype)).alias(f"k{k}"))
    return found


def _quantity(part: Part, quantity: str | None) -> list[nw.Expr]:
    import narwhals as nw  # noqa: PLC0415

    if quantity is None:
        return []
    name, kind = part.column(quantity)
    if kind == LONG:
        return [nw.col(name).cast(nw.String).cast(nw.Float64).alias("q"), nw.lit(None, dtype=nw.String).alias("said")]
    if kind != "text":
        number = nw.col(name).cast(nw.Float64) if name else nw.lit(None, dtype=nw.Float64)
        return [number.alias("q"), nw.lit(None, dtype=nw.String).alias("said")]
    text = nw.col(name).cast(nw.String).str.strip_chars(BLANKS)
    number = nw.when(text.str.contains(NUMBER)).then(text).cast(nw.Float64)
    # A blank is no quantity, nor is a mark of nothing; other text is one that will not do.
    nothing = (text == "") | text.str.to_lowercase().is_in(sorted(NOTHING))
    value = nw.when(text.str.contains(NUMBER)).then(number).otherwise(nw.when(~nothing).then(nw.lit(float("nan"))))
    return [value.alias("q"), text.alias("said")]
