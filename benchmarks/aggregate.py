"""Fifty million records added up, against the same in SQL written by hand.

    python benchmarks/aggregate.py [--rows N] [--threads N]

Needs an environment with azroutes[duckdb,polars]. Records of a market, an origin, a destination, a year and a quantity
(three decimals; one in a hundred is missing) are written from a seed to Parquet files in a temporary folder. Then, in
turn and each in a process of its own:

- `aggregate` with DuckDB;
- plain SQL in DuckDB: SELECT the key, SUM(quantity), COUNT(*) GROUP BY the key;
- exact SQL in DuckDB: the same, but the sum is of whole numbers, in units of 2^-78, so that the total does not hang on
  the order of the records, none that is negative or no number is added, and those without a quantity are counted;
- `aggregate` with Polars.

Timed is the call, from the names of the files to a pandas DataFrame, not the imports. Told are the medians, and the
highest peak of memory of the whole process, which `aggregate` is to keep under 1 GB. `--threads` gives DuckDB more
threads than there are cores, to see what a larger machine takes in memory; times mean nothing then.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEED, FILES = 5, 10
PIECE = 500_000
MARKETS = ("heroin_trade", "cocaine_trade", "cannabis_trade", "human_trafficking", "arms_trafficking", "fauna_crimes")
COUNTRIES, YEARS = 60, range(2010, 2020)
MOST_RATIO, MOST_MB = 1.1, 1000.0
JOBS = ("aggregate, DuckDB", "plain SQL", "exact SQL", "aggregate, Polars")

PLAIN = """
SELECT market, origin, destination, year, SUM(quantity), COUNT(*) FROM read_parquet(?)
GROUP BY market, origin, destination, year"""
EXACT = """
SELECT market, origin, destination, year, SUM(floor(quantity * 302231454903657293676544.0::DOUBLE)::UHUGEINT::HUGEINT),
  COUNT(*), COUNT(quantity)
FROM read_parquet(?) GROUP BY market, origin, destination, year"""


def main() -> None:
    """Write the records, run all jobs and print what they took."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--rows", type=int, default=50_000_000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--threads", type=int, default=0)
    words.add_argument("--job", help=argparse.SUPPRESS)
    words.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    said = words.parse_args()
    if said.job == "write":
        write(said.folder, said.rows)
    elif said.job:
        print(json.dumps(measured(said.job, said.folder, said.threads)))
    else:
        with tempfile.TemporaryDirectory(prefix="azroutes-benchmark-") as folder:
            compare(Path(folder), said.rows, said.threads, said.runs)


def compare(folder: Path, rows: int, threads: int, runs: int) -> None:
    common = ["--folder", str(folder), "--rows", str(rows), "--threads", str(threads)]
    subprocess.run([sys.executable, __file__, "--job", "write", *common], check=True)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    found: dict[str, list[dict[str, float]]] = {job: [] for job in JOBS}
    for _ in range(runs):
        for job, measures in found.items():
            done = subprocess.run([sys.executable, __file__, "--job", job, *common], check=True, capture_output=True)
            measures.append(json.loads(done.stdout))
    counted = {(one["rows"], one["records"], round(one["quantity"], 3)) for same in found.values() for one in same}
    print(f"{rows:,} records in {FILES} files, {size:,.0f} MB; rows, records and sum of each run: {counted}")
    seconds = {job: statistics.median(one["seconds"] for one in same) for job, same in found.items()}
    busy = {job: statistics.median(one["busy"] for one in same) for job, same in found.items()}
    peak = {job: max(one["peak_mb"] for one in same) for job, same in found.items()}
    for job in JOBS:
        print(f"{job:20} {seconds[job]:7.2f} s   of all cores {busy[job]:7.2f} s   peak {peak[job]:6.0f} MB")
    ours = JOBS[0]
    for floor in ("plain SQL", "exact SQL"):
        for what, took in (("seconds", seconds), ("of all cores", busy)):
            ratio = took[ours] / took[floor]
            good = verdict(ratio <= MOST_RATIO)
            print(f"{ours} / {floor:10} {what:12} ratio {ratio:5.2f}   at most {MOST_RATIO:.2f}   {good}")
    print(f"{ours}, peak {peak[ours]:.0f} MB   at most {MOST_MB:.0f} MB   {verdict(peak[ours] <= MOST_MB)}")
    print(f"same result of all: {verdict(len(counted) == 1)}")


def verdict(reached: bool) -> str:  # noqa: FBT001 - it is what is said
    return "ok" if reached else "MISSED"


def write(folder: Path, rows: int) -> None:
    """Write the records, a piece at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    draw = np.random.default_rng(SEED)
    places = [f"C{number:02}" for number in range(COUNTRIES)]
    each = -(-rows // FILES)
    for number in range(FILES):
        left = min(each, rows - number * each)
        with pq.ParquetWriter(folder / f"{number}.parquet", schema()) as file:
            for many in [PIECE] * (left // PIECE) + [left % PIECE] * bool(left % PIECE):
                quantity = draw.integers(0, 1_000_000, many) / 1000
                columns = [
                    pa.DictionaryArray.from_arrays(draw.integers(0, len(MARKETS), many), MARKETS).cast(pa.string()),
                    pa.DictionaryArray.from_arrays(draw.integers(0, COUNTRIES, many), places).cast(pa.string()),
                    pa.DictionaryArray.from_arrays(draw.integers(0, COUNTRIES, many), places).cast(pa.string()),
                    pa.array(draw.integers(YEARS.start, YEARS.stop, many, dtype=np.int32)),
                    pa.array(quantity, mask=draw.random(many) < 0.01),
                ]
                file.write_table(pa.table(columns, schema=schema()))


def schema() -> object:
    import pyarrow as pa

    return pa.schema({"market": pa.string(), "origin": pa.string(), "destination": pa.string(), "year": pa.int32(),
                      "quantity": pa.float64()})  # fmt: skip


def measured(job: str, folder: Path, threads: int) -> dict[str, float]:
    """Run a job; return how long it took and what it found."""
    import duckdb
    import narwhals as nw  # noqa: F401 - not timed
    import pandas as pd  # noqa: F401
    import polars as pl  # noqa: F401
    import pyarrow.compute as pc  # noqa: F401

    import azroutes

    if threads:
        connect = duckdb.connect

        def many(**said: Any) -> duckdb.DuckDBPyConnection:  # noqa: ANN401 - whatever duckdb takes
            return connect(**{**said, "config": {**said.get("config", {}), "threads": threads}})

        duckdb.connect = many  # type: ignore[assignment]
    paths = sorted(str(path) for path in folder.iterdir())
    aggregate = azroutes.aggregate
    begin, busy = time.perf_counter(), time.process_time()
    if job.startswith("aggregate"):
        added = aggregate(paths, engine=job.partition(", ")[2].lower())
        took, used = time.perf_counter() - begin, time.process_time() - busy
        rows, records, quantity = len(added.table), added.tally.records, float(added.table["quantity"].sum())
    else:
        table = duckdb.connect().execute(PLAIN if job == "plain SQL" else EXACT, [paths]).df()
        took, used = time.perf_counter() - begin, time.process_time() - busy
        unit = 1.0 if job == "plain SQL" else 2.0**-78
        quantity = float(table.iloc[:, 4].sum()) * unit
        rows, records = len(table), int(table.iloc[:, 5].sum())
    return {"seconds": took, "busy": used, "peak_mb": peak_mb(), "rows": rows, "records": records,
            "quantity": quantity}  # fmt: skip


def peak_mb() -> float:
    """Return the most memory that this process has held, as Linux counts it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


if __name__ == "__main__":
    main()
