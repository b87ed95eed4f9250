"""Spark adds up what DuckDB does; it needs Java, and speaks to it over a socket of this machine."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from azroutes.aggregation import Aggregated, aggregate
from azroutes.engines import opened
from azroutes.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    with opened("spark") as engine:
        yield engine.session  # type: ignore[attr-defined]


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


LATE = b"o,kg\n" + b"A,1\n" * 300_000 + b"\xe9,1\n"


@pytest.mark.parametrize(("content", "said"), [(b"o,kg\nIRN,1,2\n", "Malformed CSV"), (LATE, "not UTF-8 text")])
def test_what_spark_cannot_read_is_our_error(session: Any, tmp_path: Path, content: bytes, said: str) -> None:  # noqa: ARG001
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(TableError) as caught:
        aggregate(tmp_path / "a.csv", by="o", quantity="kg", engine="spark")
    assert said in str(caught.value)
    assert "java" not in str(caught.value)
