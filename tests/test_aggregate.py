"""Records, added up: the same totals on every engine and in any order, and no record lost."""

from __future__ import annotations

import gzip
import math
import os
import random
import subprocess
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import azroutes
from azroutes import aggregation, engines, record_files
from azroutes.aggregation import Aggregated, aggregate
from azroutes.errors import AzroutesError, OptionError, TableError
from azroutes.units import MOST

Record = tuple[str | None, int | None, float | None]

ENGINES = ("duckdb", "polars")
KEY = ["market", "year"]
BAD = (-1.0, -math.inf, math.nan, math.inf, 2 * MOST)


@st.composite
def records(draw: st.DrawFn, *, bad: bool = True) -> list[Record]:
    amounts = [st.none(), st.floats(2.0**-26, 1e12), st.integers(0, 10**9).map(lambda many: many / 1000)]
    amount = st.one_of(*amounts, st.sampled_from(BAD)) if bad else st.one_of(*amounts)
    market = st.sampled_from(["heroin", " heroin", "cocaine\t", "NA", "", " ", None, "Ə,\n;"])
    return draw(st.lists(st.tuples(market, st.sampled_from([2012, 2013, None]), amount), min_size=1, max_size=25))


def table_of(rows: list[Record]) -> pa.Table:
    markets, years, amounts = zip(*rows, strict=True)
    return pa.table({"market": pa.array(markets, pa.string()), "year": pa.array(years, pa.int32()),
                     "quantity": pa.array(amounts, pa.float64())})  # fmt: skip


def summed(rows: list[Record]) -> dict[tuple[str | None, int | None], tuple[float | None, int, int]]:
    """Return the sum, the records and those without a quantity of each key, by fractions of whole numbers."""
    found = defaultdict(list)
    for market, year, amount in rows:
        if amount is None or 0 <= amount <= MOST:
            found[(market or "").strip() or None, year].append(amount)
    sums = {}
    for key, amounts in found.items():
        there = [Fraction(amount) for amount in amounts if amount is not None]
        sums[key] = (float(sum(there)) if there else None, len(amounts), len(amounts) - len(there))
    return sums


def plain(added: Aggregated) -> dict[tuple[str | None, int | None], tuple[float | None, int, int]]:
    cells = added.table.astype(object).where(added.table.notna(), None)
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cells.itertuples(index=False)}


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faults_of(source: object, error: type[AzroutesError] = TableError, **said: Any) -> list[str]:
    with pytest.raises(error) as caught:
        aggregate(source, **said)
    return [f"{fault.column or ''}: {fault.problem}" for fault in caught.value.faults] or [str(caught.value)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("records")


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None, max_examples=12)
@given(rows=records(), seed=st.integers())
@example(rows=[("heroin", 2012, 1.0), ("heroin", 2012, 0.5), ("heroin", 2012, math.nan)], seed=0)
@example(rows=[("heroin", 2012, -1.0), ("heroin", 2012, math.nan)], seed=0)
def test_sums_are_those_of_fractions_in_any_order(folder: Path, engine: str, rows: list[Record], seed: int) -> None:
    added = aggregate(table_of(rows), by=KEY, engine=engine, on_bad="collect")
    assert plain(added) == summed(rows)
    good = sum(1 for _, _, amount in rows if amount is None or 0 <= amount <= MOST)
    assert (added.tally.records, added.tally.kept, added.tally.refused) == (len(rows), good, len(rows) - good)
    assert added.refused["records"].sum() == len(rows) - good
    mixed = random.Random(seed).sample(rows, len(rows))  # noqa: S311 - nothing secret
    path = folder / f"{engine}.parquet"
    pq.write_table(table_of(mixed), path, row_group_size=4)
    again = aggregate(path, by=KEY, engine=engine, on_bad="collect")
    assert_frame_equal(again.table, added.table)
    assert_frame_equal(again.refused, added.refused)
    assert again.tally == added.tally


@settings(deadline=None, max_examples=8)
@given(rows=records(bad=False))
def test_engines_and_formats_agree(folder: Path, rows: list[Record]) -> None:
    table = table_of(rows)
    first = aggregate(table, by=KEY)
    # A line without a cell that has something in it is no record.
    lines = [row for row in rows if (row[0] or "").strip("\n ") or row[1] or row[2] is not None]
    text = pd.DataFrame({"market": [row[0] for row in lines], "year": pd.array([row[1] for row in lines], "Int64"),
                         "quantity": [row[2] for row in lines]})  # fmt: skip
    if not lines:
        return
    given_once = aggregate(table_of(lines), by=KEY).table
    text.to_csv(folder / "some.csv", index=False)
    text.to_csv(folder / "some.tsv.gz", index=False, sep="\t")
    for engine in ENGINES:
        for source in (table.to_pandas(), pl.from_arrow(table)):
            assert_frame_equal(aggregate(source, by=KEY, engine=engine).table, first.table)
        for name in ("some.csv", "some.tsv.gz"):
            found = aggregate(folder / name, by=KEY, engine=engine).table
            assert_frame_equal(found, given_once.assign(year=given_once["year"].astype("string")))


def test_rows_are_read_as_flows(tmp_path: Path) -> None:
    text = "market,origin,destination,year,quantity,unit\n"
    lines = [f"heroin_trade,IRN,RUS,{2010 + k % 3},{k}.5,kg\n" for k in range(30)]
    path = written(tmp_path, "seized.csv", text + "".join(lines) + "heroin_trade,IRN,RUS,2010,3,tablets\n")
    added = aggregate(path)
    assert added.table["unit"].value_counts().to_dict() == {"kg": 3, "tablets": 1}
    assert added.table["records"].sum() == 31
    with pytest.raises(TableError, match="cannot be added"):
        azroutes.read_flows(added)
    reading = azroutes.read_flows(added, on_bad="collect")
    assert len(reading.bad) == 4
    flows = azroutes.read_flows(aggregate(written(tmp_path, "kg.csv", text + "".join(lines))))
    assert flows["quantity"].tolist() == [sum(k + 0.5 for k in range(30))]
    assert flows["statements"].tolist() == [30]
    assert (flows["first_year"].item(), flows["last_year"].item()) == (2010, 2012)
    told = " ".join(flows.attrs["account"]["told"]) if "told" in flows.attrs["account"] else ""
    assert "31" not in told


def test_what_is_added_up_has_one_direction() -> None:
    added = aggregate(pd.DataFrame({"origin": ["IRN"], "destination": ["RUS"], "kg": [1.0]}),
                      by=["origin", "destination"], quantity="kg")  # fmt: skip
    with pytest.raises(OptionError, match="one row a flow"):
        azroutes.read_flows(added, wide="year")


def test_counts_alone() -> None:
    table = pd.DataFrame({"origin": ["IRN", "IRN", "TUR"], "unit": ["kg", "g", "kg"]})
    added = aggregate(table, by="origin", quantity=None)
    assert added.table.to_dict("records") == [{"origin": "IRN", "records": 2}, {"origin": "TUR", "records": 1}]


def test_a_name_of_any_kind_stays_a_name(tmp_path: Path) -> None:
    names = ["o.x", 'd"; DROP TABLE x; --', "k0", "whole", "words", "q", "left"]
    table = pa.table({name: ["a", "b"] for name in names} | {"[=kg]": [1.0, 2.0]})
    paths = [tmp_path / name for name in ("c[1].parquet", "b*.parquet", "d'\".parquet", "e ?.parquet")]
    for path in paths:
        pq.write_table(table, path)
    pq.write_table(table, tmp_path / "c1.parquet")
    for engine in ENGINES:
        found = [aggregate(path, by=names, quantity="[=kg]", engine=engine).table for path in paths]
        assert all(one["quantity"].tolist() == [1.0, 2.0] and list(one.columns[:7]) == names for one in found)
        everything = aggregate(tmp_path / "*.parquet", by=names, quantity="[=kg]", engine=engine)
        assert everything.tally.records == 10


def test_files_of_several_shapes_are_one(tmp_path: Path) -> None:
    pq.write_table(pa.table({"o": ["IRN"], "year": [2012], "kg": [1]}), tmp_path / "a1.parquet")
    pq.write_table(pa.table({"kg": [0.5], "unit": ["kg"], "year": [2012.0], "o": ["IRN"]}), tmp_path / "a2.parquet")
    pq.write_table(
        pa.table({"o": ["IRN"], "year": pa.nulls(1), "kg": ["1e2"], "unit": [None]}), tmp_path / "a3.parquet"
    )
    pq.write_table(pa.table({"o": ["IRN"], "year": ["2012"], "kg": [1]}), tmp_path / "a4.parquet")
    for engine in ENGINES:
        found = aggregate(str(tmp_path / "a[12].parquet"), by=["o", "year"], quantity="kg", engine=engine)
        assert found.table["unit"].isna().tolist() == [False, True]
        assert found.table["quantity"].tolist() == [0.5, 1.0]
        assert found.table["year"].tolist() == [2012, 2012]
        # What holds nothing has no type of its own; a number may stand in text.
        empty = aggregate(tmp_path / "a3.parquet", by=["o", "year"], quantity="kg", engine=engine)
        assert empty.table.iloc[0].isna().tolist() == [False, True, True, False, False, False]
        everything = aggregate(str(tmp_path / "a[123].parquet"), by=["o", "year"], quantity="kg", engine=engine)
        assert everything.table["quantity"].tolist() == [0.5, 1.0, 100.0]
        assert faults_of(tmp_path / "a*.parquet", by=["o", "year"], quantity="kg", engine=engine) == [
            "year: of several kinds over the files"
        ]


def test_numbers_in_text(tmp_path: Path) -> None:
    cells = ["1.5", " 2 ", "+1e3", "-0", ".5", "", "  ", "1,5", "ten", "-1", "1e99", "inf", "0x10", "1_0", "٣", "1 nan"]
    nothing = ["nan", "N/A", " .. ", "…", "–", ":", "-", "\\N"]
    cells += nothing
    path = written(tmp_path, "a.csv", "o,kg\n" + "".join(f'A,"{cell}"\n' for cell in cells))
    for engine in ENGINES:
        added = aggregate(path, by="o", quantity="kg", engine=engine, on_bad="collect")
        assert added.table.to_dict("records") == [{
            "o": "A", "quantity": 1004.0, "records": 7 + len(nothing), "without_quantity": 2 + len(nothing),
        }]  # fmt: skip
        assert added.refused[["problem", "records", "example"]].to_numpy().tolist() == [
            ["negative", 1, "-1"], ["no number", 7, "0x10"], ["too large", 1, "1e99"],
        ]  # fmt: skip
        assert added.tally.records == len(cells)
    # As where rows are read one by one.
    rows = pd.DataFrame({"origin": "IRN", "destination": "TUR", "kg": nothing})
    assert azroutes.read_flows(rows, quantity="kg", unit="kg")["quantity"].isna().all()


@pytest.mark.parametrize("engine", ENGINES)
def test_each_kind_of_key(engine: str) -> None:
    large = 2**53 + 1
    table = pl.DataFrame({"case": [large, large - 1, None], "day": [date(2012, 1, 2)] * 3, "part": [0.5, 0.5, math.nan],
                          "whole": [1.0, 2.0, None], "sure": [True, False, None], "kg": [1, 2, 3],
                          "how": pl.Series(["sea", "air", None], dtype=pl.Categorical)})  # fmt: skip
    by = ["case", "day", "part", "whole", "sure", "how"]
    added = aggregate(table, by=by, quantity="kg", engine=engine).table
    cells = added.astype(object).where(added.notna(), None)[by].to_numpy().tolist()
    assert cells == [[large - 1, "2012-01-02", 0.5, 2, False, "air"], [large, "2012-01-02", 0.5, 1, True, "sea"],
                     [None, "2012-01-02", None, None, None, None]]  # fmt: skip
    nested = pl.DataFrame({"o": [[1], [2]], "kg": [[1.0], [2.0]]})
    assert faults_of(nested, by="o", quantity="kg", engine=engine) == [
        "o: cannot be a part of the key",
        "kg: wrong type",
    ]


def test_columns_that_an_engine_does_not_take_are_cast() -> None:
    table = pa.table({"half": np.array([1.5, 2.5], np.float16), "long": pa.array([1, 2], pa.decimal256(50, 3)),
                      "day": pa.array([0, 86_400_000], pa.date64()), "large": pa.array([2**64 - 1, 1], pa.uint64()),
                      "byte": pa.array([200, 1], pa.uint8())})  # fmt: skip
    for engine in ENGINES:
        for quantity in ("half", "long"):
            found = aggregate(table, by=["day", "large", "byte"], quantity=quantity, engine=engine).table
            assert found.to_numpy().tolist() == [["1970-01-01", str(2**64 - 1), 200, table[quantity][0].as_py(), 1, 0],
                                                 ["1970-01-02", "1", 1, table[quantity][1].as_py(), 1, 0]]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_decimals_are_the_floats_nearest_to_them(tmp_path: Path, engine: str) -> None:
    for precision, scale in ((15, 3), (20, 3), (38, 22)):
        digits = [Decimal(k * 48_271**4 % 10 ** min(precision - 1, scale + 11)).scaleb(-scale) for k in range(1, 300)]
        table = pa.table({"o": ["A"] * 299, "kg": pa.array(digits, pa.decimal128(precision, scale))})
        pq.write_table(table, tmp_path / "a.parquet")
        for source in (table, tmp_path / "a.parquet"):
            found = aggregate(source, by="o", quantity="kg", engine=engine).table["quantity"].tolist()
            assert found == [float(sum(Fraction(float(one)) for one in digits))]


@pytest.mark.parametrize("engine", ENGINES)
def test_sums_are_exact_where_numbers_are_tiny_and_mixed(engine: str) -> None:
    small = [1e-12, 3e-11, 0.1, 2.0**-52, 1e-9, 5e-324] * 3000
    random.Random(1).shuffle(small)  # noqa: S311 - nothing secret
    sums = [aggregate(pa.table({"o": ["A"] * len(some), "kg": some}), by="o", quantity="kg", engine=engine).table
            for some in (small, small[::-1])]  # fmt: skip
    assert_frame_equal(sums[0], sums[1])
    grid = [Fraction(math.floor(Fraction(one) * 2**78), 2**78) for one in small]
    assert sums[0]["quantity"].tolist() == [float(sum(grid))]


def test_duckdb_adds_wide_numbers_where_they_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = engines._DuckDB.wide
    sufficed = []

    def told(self: engines._DuckDB, *given: Any) -> pa.Table | None:
        found = wide(self, *given)
        sufficed.append(found is not None)
        return found

    monkeypatch.setattr(engines._DuckDB, "wide", told)
    finest: list[float | None] = [5e-324, 2.0**-79, 2.0**-78, 0.1, -0.0, None, 3.0, 2.0**26 + 2.0**-20, 1e-30]
    good: list[list[float | None]] = [finest, [2.0**48, 2.0**47, 0.1], [1.0] * 5, [None], [0.0]]
    for amounts in good:
        table = pa.table({"o": ["A"] * len(amounts), "kg": pa.array(amounts, pa.float64())})
        found = [aggregate(table, by="o", quantity="kg", engine=engine).table for engine in ENGINES]
        for other in found[1:]:
            assert_frame_equal(other, found[0])
        cut = [Fraction(math.floor(Fraction(one) * 2**78), 2**78) for one in amounts if one is not None]
        assert found[0]["quantity"].tolist() == ([float(sum(cut))] if cut else [pd.NA])
    assert sufficed == [True] * len(good)
    sufficed.clear()
    beyond = [[2.0**49], [2.0**48] * 2, [MOST] * 8, [2.0**49, 2.0**-52, 0.5]]
    for large in beyond:
        table = pa.table({"o": ["A"] * len(large), "kg": large})
        found = [aggregate(table, by="o", quantity="kg", engine=engine).table["quantity"].item() for engine in ENGINES]
        assert found == [float(sum(map(Fraction, large)))] * len(ENGINES)
    bad = [-1.0, -5e-324, -1e-30, math.nan, math.inf, -math.inf, 2 * MOST, 1e300]
    for amount in bad:
        table = pa.table({"o": ["A", "A"], "kg": [amount, 1.0]})
        added = aggregate(table, by="o", quantity="kg", on_bad="collect")
        assert added.refused["records"].tolist() == [1]
        assert added.table["quantity"].tolist() == [1.0]
    # What is left when those that cannot be added are set aside is wide again.
    assert sufficed == [False] * len(beyond) + [False, True] * len(bad)


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32()])
def test_years_of_any_width_are_years(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"year": pa.array([7, None, 7, 12], kind), "kg": [1.0, 2.0, 3.0, 4.0]})
    pq.write_table(table, tmp_path / "a.parquet")
    for engine in ENGINES:
        for source in (table, tmp_path / "a.parquet"):
            found = aggregate(source, by="year", quantity="kg", engine=engine).table
            assert found["year"].dtype == "Int64"
            assert found["year"].tolist() == [7, 12, pd.NA]
            assert found["quantity"].tolist() == [4.0, 4.0, 2.0]


def test_too_many_records_for_an_exact_sum_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "MOST_RECORDS", 3)
    table = pd.DataFrame({"o": ["A"] * 4 + ["B"] * 5, "kg": [1.0] * 7 + [None] * 2})
    assert faults_of(table, by="o", quantity="kg") == ["kg: too many records, of o A"]


def test_keys_that_spaces_tell_apart_are_one() -> None:
    table = pd.DataFrame({"o": ["IRN", " IRN", "IRN ", "", " ", None], "kg": [1.0, None, 2.0, -1.0, 4.0, np.nan]})
    for engine in ENGINES:
        added = aggregate(table, by="o", quantity="kg", engine=engine, on_bad="collect")
        assert added.table["records"].tolist() == [3, 2]
        assert added.table["quantity"].tolist() == [3.0, 4.0]
        assert added.table["without_quantity"].tolist() == [1, 1]
        assert added.tally.missing == {"o": 2}
        assert len(added.refused) == 1


def test_what_cannot_be_added_is_told_by_its_key() -> None:
    table = pa.table({"o": ["IRN", "IRN", None, "TUR"], "kg": [-1.0, -2.0, math.nan, math.inf]})
    with pytest.raises(TableError, match="4 of 4 records have a quantity that cannot be added") as caught:
        aggregate(table, by="o", quantity="kg")
    assert [(fault.problem, fault.value) for fault in caught.value.faults] == [
        ("a negative quantity, in 2 records of o IRN", -2.0), ("too large, in 1 record of o TUR", math.inf),
        ("no number, in 1 record of o missing", "nan"),
    ]  # fmt: skip


def test_no_number_hides_behind_the_bounds_of_a_file(tmp_path: Path) -> None:
    pq.write_table(pa.table({"o": ["IRN"] * 3, "kg": [1.0, math.nan, 2.0]}), tmp_path / "a.parquet")
    own = duckdb.connect().read_parquet(str(tmp_path / "a.parquet"))
    for source, engine in ((tmp_path / "a.parquet", "duckdb"), (tmp_path / "a.parquet", "polars"), (own, "duckdb")):
        added = aggregate(source, by="o", quantity="kg", engine=engine, on_bad="collect")
        assert added.table["quantity"].tolist() == [3.0]
        assert added.refused["records"].tolist() == [1]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sum_that_would_lose_digits_is_refused(engine: str) -> None:
    table = pd.DataFrame({"o": ["IRN"] * 10 + ["TUR"], "kg": [MOST] * 11})
    assert faults_of(table, by="o", quantity="kg", engine=engine) == ["kg: too large a sum, of o IRN"]
    assert aggregate(table[2:], by="o", quantity="kg", engine=engine).table["quantity"].tolist() == [8 * MOST, MOST]


def test_what_is_not_there_is_told_for_all_files(tmp_path: Path) -> None:
    pq.write_table(pa.table({"origin": ["IRN"], "kg": [1]}), tmp_path / "a.parquet")
    path = written(tmp_path, "b.csv", "orign,kg,kg\nIRN,1,2\n")
    with pytest.raises(TableError) as caught:
        aggregate([tmp_path / "a.parquet", path], by=["origin", "year"], quantity="kg")
    found = [(Path(str(fault.row)).name, fault.column, fault.problem) for fault in caught.value.faults]
    assert found == [("a.parquet", "year", "missing column"), ("b.csv", "origin", "missing column"),
                     ("b.csv", "year", "missing column"), ("b.csv", "kg", "column given twice")]  # fmt: skip
    assert "did you mean 'orign'" in caught.value.faults[1].hint


def test_files_that_are_no_records_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    pq.write_table(pa.table({"o": ["IRN"]}), tmp_path / "good.parquet")
    whole = (tmp_path / "good.parquet").read_bytes()
    bad = {
        "empty.csv": b"",
        "blank.csv": b"\n \n",
        "latin.csv": "o\n\xe9\n".encode("latin-1"),
        "junk.csv.gz": b"hello",
        "junk.parquet": b"PAR",
        "cut.parquet": whole[:-4],
        "table.xlsx": b"PK",
        "cut.csv.gz": gzip.compress(b"o\n")[:-9],
    }
    paths = [written(tmp_path, name, content) for name, content in bad.items()]
    os.mkfifo(tmp_path / "pipe.csv")
    sources = [*paths, tmp_path / "pipe.csv", tmp_path / "folder", tmp_path / "none.csv", tmp_path / "no*.csv",
               "s3://bucket/a.parquet"]  # fmt: skip
    with pytest.raises(TableError) as caught:
        aggregate(sources, by="o")
    assert [fault.problem for fault in caught.value.faults] == [
        "there is no such file", "no file matches", "there is no such file", "empty", "empty", "not UTF-8 text",
        "cannot be read", "not a Parquet file", "a Parquet file without its end", "no such format", "cannot be read",
        "not a file", "a folder",
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("content", ["o,kg\nA,1,2\n", 'o,kg\nA,"1\n', b"o,kg\n" + b"A,1\n" * 400_000 + b"\xe9,1\n"])
def test_lines_that_are_no_records_are_an_error(tmp_path: Path, engine: str, content: str | bytes) -> None:
    with pytest.raises(TableError):
        aggregate(written(tmp_path, "a.csv", content), by="o", quantity="kg", engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_text_files_as_people_write_them(tmp_path: Path, engine: str) -> None:
    for name, content in {
        "a.csv": '\ufeffo;kg\r\n"A\nB";1\r\n\r\n;\r\n"say ""x""";2',
        "b.csv": 'kg|o\n1|"A\nB"\n2|"say ""x"""\n',
        "c.tsv": 'o\tkg\n"A\nB"\t1\n"say ""x"""\t2\n\n\n',
    }.items():
        found = aggregate(written(tmp_path, name, content), by="o", quantity="kg", engine=engine)
        assert found.table["o"].tolist() == ["A\nB", 'say "x"'], name
        assert found.table["quantity"].tolist() == [1.0, 2.0]
    assert faults_of(written(tmp_path, "d.csv", "o,kg\n\n"), by="o", quantity="kg", engine=engine) == [
        "the files have column names and no records"
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_text_files_of_many_columns(tmp_path: Path, engine: str) -> None:
    for many, good in ((400, True), (1001, False)):
        lines = ["o,kg" + ",x" * (many - 2), "A,1" + "," * (many - 2), "," * (many - 1)]
        path = written(tmp_path, "a.csv", "\n".join(lines))
        if good:
            assert aggregate(path, by="o", quantity="kg", engine=engine).tally.records == 1
        else:
            assert faults_of(path, by="o", quantity="kg", engine=engine) == [": more than 1,000 columns"]


@pytest.mark.parametrize("engine", ENGINES)
def test_spaces_and_blank_cells_are_the_same_on_all(tmp_path: Path, engine: str) -> None:
    text = 'o,kg\n"",\n\u00a0A\u2003,\u00a01\u3000\n"A","2\x85"\n,3\nA\u202f,\u00a0\n'
    found = aggregate(written(tmp_path, "a.csv", text), by="o", quantity="kg", engine=engine).table
    assert found["quantity"].tolist() == [3.0, 3.0]
    assert found["records"].tolist() == [3, 1]
    alone = aggregate(written(tmp_path, "b.csv", 'o\nA\n""\n\nB\n'), by="o", quantity=None, engine=engine)
    assert alone.tally.records == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_packed_file_that_is_damaged_is_refused(tmp_path: Path, engine: str) -> None:
    packed = bytearray(gzip.compress(b"o,kg\n" + b"A,1\n" * 300_000))
    packed[-6] ^= 1  # the checksum, which DuckDB does not look at
    with pytest.raises(TableError):
        aggregate(written(tmp_path, "a.csv.gz", bytes(packed)), by="o", quantity="kg", engine=engine)


def test_damaged_parquet_gives_rows_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"o": ["A", "B"] * 20, "kg": [1.0, None] * 20}), path)
    whole, draw = path.read_bytes(), random.Random(1)  # noqa: S311 - nothing secret
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            damaged[draw.randrange(4, len(whole) - 4)] = draw.randrange(256)
        path.write_bytes(damaged)
        try:
            added = aggregate(path, by="o", quantity="kg", on_bad="collect")
        except AzroutesError:
            continue
        assert added.tally.records == added.tally.kept + added.tally.refused


def test_a_panic_of_polars_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def panics(_self: object, _frame: object) -> None:
        raise pl.exceptions.PanicException("operator does not support this")

    monkeypatch.setattr(engines._Polars, "run", panics)
    with pytest.raises(TableError, match="does not support this"):
        aggregate(pd.DataFrame({"o": ["A"], "kg": [1.0]}), by="o", quantity="kg", engine="polars")


def test_an_error_of_an_engine_shows_none_of_its_query(tmp_path: Path) -> None:
    pq.write_table(pa.table({"o": pa.array([2**64 - 1], pa.uint64())}), tmp_path / "a.parquet")
    with pytest.raises(TableError) as caught:
        aggregate(tmp_path / "a.parquet", by="o", quantity=None)
    assert "SELECT" not in str(caught.value)


def test_options_are_told() -> None:
    table = pd.DataFrame({"o": ["IRN"], "kg": [1.0]})
    assert faults_of(table, OptionError, by=[]) == ["by: no column of a key"]
    assert faults_of(table, OptionError, by=["o", "kg", "o", "records", "example"], quantity="kg") == [
        "by: given twice", "by: both in the key and added up", "by: the name of a sum", "by: the name of a sum",
    ]  # fmt: skip
    for wrong in ({"engine": "duck"}, {"on_bad": "drop"}):
        with pytest.raises(OptionError):
            aggregate(table, by="o", quantity="kg", **wrong)
    for nothing in (None, 3, [1], {"o": [1]}, object(), pd.Series([1])):
        with pytest.raises(TableError):
            aggregate(nothing, by="o")
    assert faults_of([], by="o") == [": no file is named"]


def test_an_engine_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(OptionError, match=r"azroutes\[polars\]"):
        aggregate(pd.DataFrame({"o": ["IRN"]}), by="o", quantity=None, engine="polars")


def test_frames_of_pandas_with_all_sorts_in_a_column() -> None:
    assert faults_of(pd.DataFrame({"o": ["IRN", 3], "kg": [1, "x"]}), by="o", quantity="kg") == [
        "o: values of several kinds", "kg: values of several kinds",
    ]  # fmt: skip
    twice = pd.DataFrame([["IRN", 1, 2]], columns=["o", "kg", "kg"])
    with pytest.raises(TableError):
        aggregate(twice, by="o", quantity="kg")
    empty = aggregate(pd.DataFrame({"o": pd.Series([], dtype=object), "kg": pd.Series([], dtype=float)}), by="o",
                      quantity="kg")  # fmt: skip
    assert len(empty.table) == 0
    assert empty.tally.records == 0


def test_what_an_engine_has_not_yet_computed() -> None:
    table = pa.table({"o": ["IRN", "TUR", "IRN"], "kg": [1.0, 2.0, 0.1]})
    expected = aggregate(table, by="o", quantity="kg").table
    connection = duckdb.connect()
    relation = connection.from_arrow(table)
    for source in (relation, pl.from_arrow(table).lazy()):  # type: ignore[union-attr]
        assert_frame_equal(aggregate(source, by="o", quantity="kg").table, expected)
    assert len(relation.fetchall()) == 3, "the connection is still its owner's"
    assert faults_of(pl.LazyFrame({"o": ["A"]}), OptionError, by="o", engine="spark") == [
        "engine: these records are polars's"
    ]
    broken = connection.sql("SELECT 'A' AS o, CAST(o AS DOUBLE) AS kg FROM (SELECT 'x' AS o)")
    with pytest.raises(TableError, match="the engine cannot read these records"):
        aggregate(broken, by="o", quantity="kg")


def test_few_words_are_grouped_by_their_hash_and_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{'a' * (k % 4)}", f"w{k % 7}" if k % 5 else None, float(k)) for k in range(1000)]
    table = pa.table({"o": [row[0] for row in rows], "d": [row[1] for row in rows], "kg": [row[2] for row in rows],
                      "late": ["a"] * 999 + ["z"]})  # fmt: skip
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, use_dictionary=["o", "d", "late"], row_group_size=100)
    asked: list[list[str]] = []
    grouped = engines._DuckDB.grouped

    def watched(self: engines._DuckDB, frame: Any, few: list[str], sums: Any) -> pa.Table:
        asked.append(list(few))
        return grouped(self, frame, few, sums)

    monkeypatch.setattr(engines._DuckDB, "grouped", watched)
    monkeypatch.setattr(engines, "SAMPLE", 10)
    by = ["o", "d", "late"]
    found = aggregate(path, by=by, quantity="kg").table
    pq.write_table(table, path, use_dictionary=False)
    assert_frame_equal(found, aggregate(path, by=by, quantity="kg").table)
    assert_frame_equal(found, aggregate(path, by=by, quantity="kg", engine="polars").table)
    assert asked == [["k0", "k1", "k2"], []]


def test_two_words_of_one_hash_stay_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"o": ["IRN", "TUR", "AZE"], "kg": [1.0, 2.0, 4.0]}), path)
    real = duckdb.FunctionExpression

    def weak(name: str, *given: duckdb.Expression) -> duckdb.Expression:
        return real("length", *given) if name == "hash" else real(name, *given)

    monkeypatch.setattr(duckdb, "FunctionExpression", weak)
    assert aggregate(path, by="o", quantity="kg").table["quantity"].tolist() == [4.0, 1.0, 2.0]


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"o": ["IRN"], "kg": [1.0]}), path)
    counted = aggregation._counted

    def slow(found: pa.Table) -> pd.DataFrame:
        os.utime(path, ns=(1, 1))
        return counted(found)

    monkeypatch.setattr(aggregation, "_counted", slow)
    assert faults_of(path, by="o", quantity="kg") == [": changed while it was read"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a.csv", "o\nIRN\n")

    def refused(*_given: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(record_files, "_header", refused)
    assert faults_of(path, by="o") == [": cannot be read"]


def test_memory_that_does_not_suffice_is_told() -> None:
    connection = duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""})
    many = connection.sql("SELECT (i * 7919)::VARCHAR AS o, 1.0 AS kg FROM range(3_000_000) AS t(i)")
    with pytest.raises(TableError) as caught:
        aggregate(many, by="o", quantity="kg")
    assert "not enough memory" in caught.value.faults[0].hint


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_stops_duckdb_and_leaves_nothing(tmp_path: Path) -> None:
    code = """
import os, signal, sys, threading, duckdb, azroutes
from azroutes import engines
quiet = duckdb.connect()
quiet.execute("SET enable_progress_bar = false")
folder = quiet.sql("SELECT (i * 7919)::VARCHAR AS o, 1.0 AS kg FROM range(2_000_000) AS t(i)")
folder.write_parquet("a.parquet")
for k in range(50):
    os.symlink("a.parquet", f"b{k}.parquet")
run = engines._DuckDB.run
def late(self, frame):
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    return run(self, frame)
engines._DuckDB.run = late
try:
    azroutes.aggregate("b*.parquet", by="o", quantity="kg")
except KeyboardInterrupt:
    print("stopped")
"""
    spill = tmp_path / "spill"
    spill.mkdir()
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "TMPDIR": str(spill)},
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.stdout == "stopped\n", done.stderr
    assert list(spill.iterdir()) == []


def test_small_sums_of_people_are_hidden_with_their_records() -> None:
    people = pd.DataFrame({"market": "human_trafficking", "origin": ["ALB"] * 20 + ["MDA"] * 3, "destination": "GBR",
                           "year": 2012, "quantity": 1, "unit": "victims"})  # fmt: skip
    told = azroutes.suppress(azroutes.read_flows(aggregate(people)), below=5)
    assert told["quantity"].isna().tolist() == [False, True]
    assert told["statements"].tolist() == [20, 1]
    assert "account" not in told.attrs, "the tally less what is told is what is hidden"
    fewer = azroutes.read_flows(aggregate(people.iloc[:-1]))
    assert_frame_equal(azroutes.suppress(fewer, below=5).drop(columns="geometry"), told.drop(columns="geometry"))
    alone = aggregate(people, by=["market", "origin", "destination"], quantity=None)
    counted = azroutes.read_flows(alone, quantity="records", unit="victims")
    assert azroutes.suppress(counted, below=5)["statements"].tolist() == [20, 1]
