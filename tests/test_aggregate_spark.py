"""Spark adds up what DuckDB does; it needs Java, and speaks to it over a socket of this machine."""

from __future__ import annotations

import math
import re
import shutil
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import azroutes
from azroutes.aggregation import Aggregated, aggregate
from azroutes.engines import opened
from azroutes.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])]

Row = tuple[str | None, str | None, int | None, float | None]

BY = ["o", "day.of", "year"]
ROWS: list[Row] = [
    ("IRN", "2012-01-01", 2012, 0.1), ("IRN", "2012-01-01", 2012, 0.2), (" IRN", "2012-01-01", 2012, 0.3),
    (None, "x\ny", None, 1e14), ("", "x\ny", None, 0.007), ("TUR", 'a"b', 2013, None), ("NA", "`d`", 2013, 2.0**-26),
]  # fmt: skip
BAD: list[Row] = [("IRN", "2012-01-01", 2012, -1.0), ("TUR", None, None, math.nan), ("TUR", None, None, math.inf),
       ("AZE", "c", 2015, 1e16)]  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.fail("the tests of Spark need Java 17 or later: for instance apt-get install default-jre-headless")
    # A JVM that lives for seconds spends most of them on making code fast that runs once.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        stack = ExitStack()
        engine = stack.enter_context(opened("spark"))
    with stack:
        session = engine.session  # type: ignore[attr-defined]
        session.conf.set("spark.sql.shuffle.partitions", "1")  # the records are few, and a partition has its price
        yield session


def table_of(rows: list[Row]) -> pa.Table:
    places, days, years, amounts = zip(*rows, strict=True)
    return pa.table({"o": pa.array(places), "day.of": pa.array(days), "year": pa.array(years, pa.int32()),
                     "kg": pa.array(amounts, pa.float64())})  # fmt: skip


def assert_alike(one: Aggregated, other: Aggregated) -> None:
    assert_frame_equal(one.table, other.table)
    assert_frame_equal(one.refused, other.refused)
    assert one.tally == other.tally


def test_a_frame_gives_what_duckdb_gives(session: Any) -> None:
    table = table_of([*ROWS, *BAD])
    expected = aggregate(table, by=BY, quantity="kg", on_bad="collect")
    assert (expected.tally.kept, expected.tally.refused) == (7, 4)
    assert_alike(aggregate(table, by=BY, quantity="kg", engine="spark", on_bad="collect"), expected)
    assert_alike(aggregate(session.createDataFrame(table), by=BY, quantity="kg", on_bad="collect"), expected)


def test_files_give_what_duckdb_gives(session: Any, tmp_path: Path) -> None:  # noqa: ARG001 - it is started once
    pq.write_table(table_of(ROWS), tmp_path / "c[1].parquet")
    more = table_of(ROWS[::-1]).append_column("unit", pa.array(["kg", "g"] * 3 + [None]))
    pq.write_table(more, tmp_path / "d *.parquet")
    assert_alike(aggregate(tmp_path / "*.parquet", by=BY, quantity="kg", engine="spark"),
                 aggregate(tmp_path / "*.parquet", by=BY, quantity="kg"))  # fmt: skip
    text = pd.DataFrame([*ROWS, *BAD[:1]], columns=["o", "day.of", "year", "kg"])
    text.to_csv(tmp_path / "a.csv", index=False)
    text.to_csv(tmp_path / "b.tsv.gz", index=False, sep="\t")
    both = [tmp_path / "a.csv", tmp_path / "b.tsv.gz"]
    assert_alike(aggregate(both, by=BY, quantity="kg", engine="spark", on_bad="collect"),
                 aggregate(both, by=BY, quantity="kg", on_bad="collect"))  # fmt: skip


def test_numbers_of_all_kinds_are_the_same_floats(session: Any, tmp_path: Path) -> None:  # noqa: ARG001
    digits = [Decimal(k * 7919 % 10**17) / 1000 for k in range(1, 400)]
    table = pa.table(
        {
            "o": ["A"] * 399,
            "small": pa.array(range(399), pa.uint16()),
            "kg": pa.array(digits, pa.decimal128(20, 3)),
            "text": [f"\u00a0{k}" for k in digits],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    for name in ("kg", "text"):
        for source in (table, tmp_path / "a.parquet"):
            assert_alike(aggregate(source, by="o", quantity=name, engine="spark"),
                         aggregate(source, by="o", quantity=name))  # fmt: skip
    kept = aggregate(table, by=["o", "small"], quantity="kg", engine="spark")
    assert_alike(kept, aggregate(table, by=["o", "small"], quantity="kg"))


@pytest.mark.usefixtures("session")
def test_the_page_on_records_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "records.md").read_text("utf-8")
    ((code, said),) = re.findall(r"```python\n(from pyspark.*?)```\n\n```text\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "seizures").mkdir()
    lines = ["market,origin,destination,year,kg,unit", *("heroin_trade,Iran,NA,2012,1,kg",) * 2,
             "heroin_trade,Iran,NA,2012,-1,kg"]  # fmt: skip
    (tmp_path / "seizures" / "2012.csv").write_text("\n".join(lines))
    code = code.replace("seizures/", f"{tmp_path}/seizures/")  # Java does not follow Python into another folder
    exec(compile(code, "records.md", "exec"), {"azroutes": azroutes})  # noqa: S102 - our own page
    assert capsys.readouterr().out == said


LATE = b"o,kg\n" + b"A,1\n" * 300_000 + b"\xe9,1\n"


@pytest.mark.parametrize(("content", "said"), [(b"o,kg\nIRN,1,2\n", "Malformed CSV"), (LATE, "not UTF-8 text")])
def test_what_spark_cannot_read_is_our_error(session: Any, tmp_path: Path, content: bytes, said: str) -> None:  # noqa: ARG001
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(TableError) as caught:
        aggregate(tmp_path / "a.csv", by="o", quantity="kg", engine="spark")
    assert said in str(caught.value)
    assert "java" not in str(caught.value)
