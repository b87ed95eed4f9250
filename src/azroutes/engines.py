"""The engines that add records up: DuckDB, Polars and Spark.

An engine reads files or takes a table, and hands out narwhals frames; what is computed on them is the same for all
(`aggregation`). No engine is asked in SQL made from a user's words: names of columns reach it as names.
"""

from __future__ import annotations

import glob
import os
import re
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Protocol

from azroutes.errors import AzroutesError, Fault, OptionError, TableError, check_option
from azroutes.needed import needed
from azroutes.options import Engines
from azroutes.progress import FRAME_S, shown
from azroutes.record_files import check_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import narwhals as nw
    import pyarrow as pa

    from azroutes.record_files import Files

    Sums = Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]

WHAT = "Adding up records"
LONGEST = 300
"""Letters that are kept of what an engine says of its error."""
LIST_BYTES = 2**16
"""How long a list of words may be in a Parquet file, packed, for words to be few."""
SAMPLE = 100_000
"""Records in which all words are looked for at first."""
_NEEDS = {"duckdb": "duckdb", "polars": "polars", "spark": "pyspark"}


class Engine(Protocol):
    """What adds records up."""

    def grouped(self, frame: nw.LazyFrame[Any], few: Sequence[str], sums: Sums, /) -> pa.Table:
        """Return the sums of a frame, some columns of whose key are text of few words."""

    def wide(self, frame: nw.LazyFrame[Any], few: Sequence[str], sums: Sums, /) -> pa.Table | None:
        """Return sums in whole numbers of 128 bits, if the engine has such and tells when they do not suffice."""

    def run(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Return what a frame holds; an interrupt stops the engine."""


class Reader(Engine, Protocol):
    """An engine that reads records."""

    def files(self, files: Files) -> tuple[nw.LazyFrame[Any], list[str]]:
        """Return the records of files, and their columns as the files name them, in the frame's order."""

    def few(self, paths: Sequence[Path], names: Sequence[str], /) -> frozenset[str]:
        """Return which columns of Parquet files have few words, if that helps the engine to group by them."""

    def table(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Return a table as the engine's own."""


@contextmanager
def opened(name: str) -> Iterator[Reader]:
    """Open an engine, and close what it opened; its errors become ours.

    Raises
    ------
    OptionError
        If the engine does not start.
    TableError
        If it cannot read or add up the records.
    """
    with told(), ExitStack() as stack:
        kinds: dict[str, Callable[[ExitStack], Reader]] = {"duckdb": _DuckDB, "polars": _Polars, "spark": _Spark}
        yield kinds[name](stack)


def check_engine(name: str) -> None:
    """Check that there is such an engine, and that it is installed.

    Raises
    ------
    OptionError
        If not.
    """
    check_option("engine", name, Engines)
    for module in (_NEEDS[name], "narwhals", "pyarrow"):
        needed(module, f"the engine {name}", name)


@contextmanager
def told() -> Iterator[None]:
    """Tell an engine's error as one of ours."""
    import narwhals as nw  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    kinds: list[type[BaseException]] = [nw.exceptions.NarwhalsError, pa.ArrowException, OSError, MemoryError,
                                        ValueError]  # fmt: skip
    # Only an engine that has been loaded can have failed; a frame of one may be given where another was asked for.
    for module, names in _ERRORS.items():
        if module in sys.modules:
            kinds += [getattr(sys.modules[module], error) for error in names]
    try:
        yield
    except AzroutesError:
        raise
    except tuple(kinds) as error:
        if type(error).__name__ == "InterruptException":  # how DuckDB says that somebody pressed Ctrl-C
            raise KeyboardInterrupt from None
        short = isinstance(error, MemoryError) or "OutOfMemory" in f"{type(error).__name__}{error}"
        hint = "there is not enough memory; try fewer columns in by=" if short else ""
        raise TableError("the engine cannot read these records", [Fault(_said(error), hint=hint)]) from None


def _said(error: BaseException) -> str:
    """Return what an engine has to say of its error in one line: where Java is behind it, what lies at the bottom."""
    lines = [line.strip() for line in str(error).partition("Possible ")[0].splitlines() if line.strip()]  # no fixes
    # DuckDB shows where in its query it is, of which no user has written a word.
    begin = next((k for k, line in enumerate(lines) if re.match(r"LINE \d+:", line)), len(lines))
    lines = lines[:begin] or lines
    causes = [line.partition(": ")[2] for line in lines if line.startswith("Caused by: ")]
    # The name of a Java class says nothing to a reader.
    told = re.sub(r"^[\w.$]+(Exception|Error): ", "", causes[-1]) if causes else " ".join(lines)
    return (told if len(told) <= LONGEST else f"{told[:LONGEST]}…") or type(error).__name__


_ERRORS = {
    "duckdb": ("Error",),
    "polars.exceptions": ("PolarsError", "PanicException"),
    "pyspark.errors": ("PySparkException",),
    "py4j.protocol": ("Py4JError",),
}


class _DuckDB:
    """DuckDB in this process: larger than memory, since what does not fit goes into a folder that is removed."""

    def __init__(self, stack: ExitStack) -> None:
        import duckdb  # noqa: PLC0415

        spill = stack.enter_context(tempfile.TemporaryDirectory(prefix="azroutes-"))
        # Nothing is fetched: an extension that is not there is an error.
        quiet = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        self.connection = duckdb.connect(config={**quiet, "temp_directory": spill, "preserve_insertion_order": False})
        stack.callback(self.connection.close)
        # Without a bar, even one that is not printed, it does not tell how far it has come.
        self.connection.execute("SET enable_progress_bar = true")
        self.connection.execute("SET enable_progress_bar_print = false")

    def files(self, files: Files) -> tuple[nw.LazyFrame[Any], list[str]]:
        import narwhals as nw  # noqa: PLC0415

        paths = [glob.escape(str(path)) for path in files.paths]
        if not files.header:
            relation = self.connection.read_parquet(paths)
            return nw.from_native(relation), list(relation.columns)
        check_packed(files.paths)
        cells = {f"c{k}": "VARCHAR" for k in range(len(files.header))}
        relation = self.connection.read_csv(
            paths, columns=cells, header=True, sep=files.separator, quotechar='"', escapechar='"', auto_detect=False,
        )  # fmt: skip
        return nw.from_native(relation), list(files.header)

    def table(self, table: pa.Table) -> nw.LazyFrame[Any]:
        import narwhals as nw  # noqa: PLC0415

        frame: nw.LazyFrame[Any] = nw.from_native(self.connection.from_arrow(table))
        return frame

    def few(self, paths: Sequence[Path], names: Sequence[str], /) -> frozenset[str]:
        """Return the columns that Parquet keeps as a short list of words and numbers into it."""
        few, found = set(names), set()
        # pyarrow ends the whole program over some damaged files when it is asked for a column's place.
        told = "SELECT path_in_schema, dictionary_page_offset, data_page_offset FROM parquet_metadata(?)"
        for name, begin, end in self.connection.execute(told, [[glob.escape(str(path)) for path in paths]]).fetchall():
            found.add(name)
            if begin is None or not 0 <= end - begin <= LIST_BYTES:
                few.discard(name)
        return frozenset(few & found)

    def grouped(self, frame: nw.LazyFrame[Any], few: Sequence[str], sums: Sums, /) -> pa.Table:
        """Group by hashes in place of words: DuckDB works out one for each of a list, and groups faster by numbers."""
        import duckdb  # noqa: PLC0415
        import narwhals as nw  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        relation = nw.to_native(frame)
        columns = {name: duckdb.ColumnExpression(name) for name in relation.columns}
        hashes = {name: duckdb.FunctionExpression("hash", columns[name]) for name in few}
        short = relation.select(*(hashes.get(name, column).alias(name) for name, column in columns.items()))
        found = self.run(sums(nw.from_native(short)))
        for name, number in hashes.items():
            # Most often all words stand in the first records; where one does not, all records are asked for theirs.
            for some in (relation.limit(SAMPLE), relation):
                words = some.select(columns[name]).distinct()
                table = self.run(nw.from_native(words.select(columns[name].alias("word"), number.alias("number"))))
                if len(table.column("number").unique()) < len(table):
                    return self.run(sums(frame))  # two words of one hash
                places = pc.index_in(found.column(name), value_set=table.column("number").combine_chunks())
                if not places.null_count:
                    break
            found = found.set_column(found.column_names.index(name), name, table.column("word").take(places))
        return found

    def wide(self, frame: nw.LazyFrame[Any], few: Sequence[str], sums: Sums, /) -> pa.Table | None:
        import duckdb  # noqa: PLC0415

        try:
            return self.grouped(frame, few, sums)
        except (duckdb.ConversionException, duckdb.OutOfRangeException):
            return None

    def run(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Collect in a thread, so that this one can tell how far it is and hear Ctrl-C."""
        found: list[pa.Table] = []
        failed: list[BaseException] = []
        done = Event()  # a thread whose join is interrupted passes for one that has ended, in some versions of Python

        def work() -> None:
            try:
                found.append(frame.collect("pyarrow").to_native())
            except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that asked
                failed.append(error)
            finally:
                done.set()

        with shown(WHAT) as tell:
            Thread(target=work, name="azroutes-duckdb", daemon=True).start()
            try:
                while not done.wait(FRAME_S):
                    tell(max(self.connection.query_progress(), 0.0) / 100)
            except BaseException:
                while not done.is_set():  # an interrupt that comes before the query has begun is lost
                    self.connection.interrupt()
                    done.wait(FRAME_S)
                raise
        if failed:
            raise failed[0]
        return found[0]


class _Lazy:
    """An engine that takes keys as they are, is interrupted by Python's own signal, and does not tell how far it is."""

    def few(self, _paths: Sequence[Path], _names: Sequence[str], /) -> frozenset[str]:
        return frozenset()

    def grouped(self, frame: nw.LazyFrame[Any], _few: Sequence[str], sums: Sums, /) -> pa.Table:
        return self.run(sums(frame))

    def wide(self, _frame: nw.LazyFrame[Any], _few: Sequence[str], _sums: Sums, /) -> pa.Table | None:
        return None  # Polars has them, and goes on from the least number where a sum is beyond the largest

    def run(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        return frame.collect("pyarrow").to_native()


class _Polars(_Lazy):
    def __init__(self, _stack: ExitStack) -> None:
        pass

    def files(self, files: Files) -> tuple[nw.LazyFrame[Any], list[str]]:
        import narwhals as nw  # noqa: PLC0415
        import polars as pl  # noqa: PLC0415

        if not files.header:
            frame = pl.scan_parquet(list(files.paths), glob=False, hive_partitioning=False)
            return nw.from_native(frame), frame.collect_schema().names()
        cells = [f"c{k}" for k in range(len(files.header))]  # a header may bear a name twice
        text = pl.scan_csv(list(files.paths), separator=files.separator, infer_schema=False, glob=False,
                           with_column_names=lambda _names: cells)  # fmt: skip
        return nw.from_native(text), list(files.header)

    def table(self, table: pa.Table) -> nw.LazyFrame[Any]:
        import narwhals as nw  # noqa: PLC0415
        import polars as pl  # noqa: PLC0415

        return nw.from_native(pl.DataFrame(table)).lazy()

    def run(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        # In pieces, so that what is larger than memory goes through.
        return frame.collect("polars", engine="streaming").to_arrow()


class _Spark(_Lazy):
    """Spark: the session that is there, else one of our own on this machine, stopped at the end."""

    def __init__(self, stack: ExitStack) -> None:
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415

        there = SparkSession.getActiveSession()
        if there is not None:
            self.session = there
            return
        bar = str(sys.stderr is not None and sys.stderr.isatty()).lower()
        here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
                "spark.ui.showConsoleProgress": bar, "spark.sql.session.timeZone": "UTC",
                "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)), "spark.log.level": "OFF"}  # fmt: skip
        builder = SparkSession.builder.master("local[*]").appName("azroutes")
        for key, value in here.items():
            builder = builder.config(key, value)
        try:
            self.session = builder.getOrCreate()
        except PySparkException as error:
            hint = "Spark needs Java 17 or later: for instance apt-get install default-jre-headless"
            raise OptionError("Spark does not start", [Fault(str(error).splitlines()[0], hint=hint)]) from None
        stack.callback(self.session.stop)

    def files(self, files: Files) -> tuple[nw.LazyFrame[Any], list[str]]:
        paths = [_hadoop(os.path.abspath(path)) for path in files.paths]  # noqa: PTH100 - links stay links
        if not files.header:
            frame = self.session.read.parquet(*paths)
            return _numbered(frame), list(frame.columns)
        cells = ", ".join(f"c{k} STRING" for k in range(len(files.header)))
        text = self.session.read.csv(
            paths, schema=cells, sep=files.separator, header=True, quote='"', escape='"', multiLine=True,
            mode="FAILFAST", encoding="UTF-8",
        )  # fmt: skip
        return _numbered(text), list(files.header)

    def table(self, table: pa.Table) -> nw.LazyFrame[Any]:
        return _numbered(self.session.createDataFrame(table))


def _hadoop(path: str) -> str:
    """Return a path as Spark takes it: on this machine, and every character for itself."""
    return "file:" + "".join(f"\\{letter}" if letter in "\\*?[]{}" else letter for letter in path)


def _numbered(frame: Any) -> nw.LazyFrame[Any]:  # noqa: ANN401 - pyspark's frame, which bears no types
    """Return a frame of Spark with columns that need no quoting; a name with a dot would be taken for a field."""
    import narwhals as nw  # noqa: PLC0415

    numbered: nw.LazyFrame[Any] = nw.from_native(frame.toDF(*[f"c{k}" for k in range(len(frame.columns))]))
    return numbered


class Home(_Lazy):
    """An engine that already holds the records: its connection is the user's, and so are its settings."""

    def __init__(self, name: str) -> None:
        self.name = name

    def records(self, records: Any) -> tuple[nw.LazyFrame[Any], list[str]]:  # noqa: ANN401 - of any engine
        """Return the records under names that the engine can take, and its own names in the same order."""
        import narwhals as nw  # noqa: PLC0415

        if self.name == "spark":
            return _numbered(records), list(records.columns)
        frame: nw.LazyFrame[Any] = nw.from_native(records)
        return frame, list(frame.collect_schema().names())
