"""Records as a user has them: files, a frame, or what an engine has not yet computed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from azroutes.engines import Home, check_engine, opened, told
from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.options import Engines
from azroutes.record_files import check_unchanged, record_files, stamps
from azroutes.record_sums import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import narwhals as nw
    import pyarrow as pa

    from azroutes.engines import Engine, Reader
    from azroutes.record_files import Files

_HOMES = {("duckdb", "DuckDBPyRelation"): "duckdb", ("_duckdb", "DuckDBPyRelation"): "duckdb",
          ("polars", "LazyFrame"): "polars", ("pyspark", "DataFrame"): "spark"}  # fmt: skip
_WHAT = "a path, a pattern, a frame of pandas, Polars or Arrow, or what DuckDB, Polars or Spark have not yet computed"


@contextmanager
def opened_records(records: object, wanted: Sequence[str], engine: str) -> Iterator[tuple[list[Part], Engine]]:
    """Open records, and yield them with the engine that computes frames made of them.

    Parameters
    ----------
    records : object
        See `azroutes.aggregate`.
    wanted : sequence of str
        The columns that will be read, if they are there.
    engine : str
        What reads paths and frames.

    Raises
    ------
    OptionError
        If there is no such engine, it is not installed, or the records are another's.
    TableError
        If these are no records, the engine cannot read them, or they changed while it did.
    """
    check_option("engine", engine, Engines)
    home = _home(records)
    check_engine(home or engine)
    if home is not None:
        if engine not in {home, "duckdb"}:
            fault = Fault(f"these records are {home}'s", column="engine", value=engine, hint=f"say {home!r}")
            raise OptionError("records are computed where they are", [fault])
        held = Home(home)
        with told():
            yield [Part(*held.records(records))], held
        return
    named = _paths(records)
    if named is None:
        table, known = _table(records, wanted)
        with opened(engine) as found:
            yield [Part(found.table(table), list(table.column_names), known=known, quick=True)], found
        return
    files = record_files(named, wanted)
    before = stamps(files)
    with opened(engine) as found:
        yield _file_parts(files, found, wanted), found
    check_unchanged(before)


def _home(records: object) -> str | None:
    """Return the engine that records are of which it has not yet computed."""
    kind = type(records)
    return next((home for (package, name), home in _HOMES.items()
                 if kind.__name__ == name and kind.__module__.partition(".")[0] == package), None)  # fmt: skip


def _paths(records: object) -> list[str | PathLike[str]] | None:
    if isinstance(records, str | PathLike):
        return [records]
    if isinstance(records, list | tuple) and all(isinstance(path, str | PathLike) for path in records):
        return list(records)
    return None


def _file_parts(groups: Sequence[Files], engine: Reader, wanted: Sequence[str]) -> list[Part]:
    """Return the records of files, those whose columns are of the same names and types together."""
    parts = []
    for files in groups:
        alike: dict[tuple[str, ...], list[Path]] = {}
        for path in files.paths:
            # Text files are in one group since they have one header.
            alike.setdefault(() if files.header else _columns(path), []).append(path)
        for shape, same in alike.items():
            frame, names = engine.files(replace(files, paths=tuple(same)))
            source = f"{same[0]} and {len(same) - 1:,} more" if len(same) > 1 else str(same[0])
            if files.header:
                parts.append(Part(_without_blanks(frame), names, source))
                continue
            empty = frozenset(name for name, kind in zip(shape[::2], shape[1::2], strict=True) if kind == "null")
            parts.append(Part(frame, names, source, few=engine.few(same, wanted), empty=empty, quick=True))
    return parts


def _columns(path: Path) -> tuple[str, ...]:
    """Return the columns of a Parquet file, each name before its type."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    return tuple(text for column in pq.read_schema(path) for text in (column.name, str(column.type)))


def _without_blanks(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the lines of a text file that have a cell with something in it: some engines take a blank line for one."""
    import narwhals as nw  # noqa: PLC0415

    cells = frame.collect_schema().names()
    return frame.filter(~nw.coalesce(*[nw.when(nw.col(cell) != "").then(nw.col(cell)) for cell in cells]).is_null())


def _table(records: object, wanted: Sequence[str]) -> tuple[pa.Table, list[str]]:
    """Return the wanted columns of a frame in memory as a table of Arrow, and the names of all its columns.

    What pandas takes for missing, is missing.
    """
    import narwhals as nw  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    try:
        frame = nw.from_native(records, eager_only=True)  # type: ignore[call-overload]
    except TypeError:
        fault = Fault("neither file nor table", value=type(records).__name__, hint=_WHAT)
        raise TableError("these are no records", [fault]) from None
    except nw.exceptions.NarwhalsError as error:
        raise TableError("these are no records", [Fault(str(error).splitlines()[0])]) from None
    columns, faults = {}, []
    for name in (name for name in dict.fromkeys(wanted) if name in frame.columns):
        try:
            columns[name] = _plain(frame.get_column(name).to_arrow())
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            hint = str(error).splitlines()[0]
            faults.append(Fault("values of several kinds", column=name, hint=hint))
    if faults:
        raise TableError("these records cannot be added up so", faults)
    # No engine takes a table without columns. What is missing is told by whoever asks for it.
    return pa.table(columns or {"": pa.nulls(len(frame), pa.string())}), list(frame.columns)


def _plain(values: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as all engines take it: categories as what they are, and nothing at all as text."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_decimal256(values.type):
        return values.cast(pa.string())
    if pa.types.is_unsigned_integer(values.type):
        large = values.type == pa.uint64() and (pc.max(values).as_py() or 0) >= 2**63
        return values.cast(pa.string() if large else pa.int64())
    if pa.types.is_float16(values.type):
        return values.cast(pa.float32())
    if pa.types.is_date64(values.type):
        return values.cast(pa.date32())
    return values.cast(pa.string()) if pa.types.is_null(values.type) else values
