"""A table of a million rows against pandas alone: the same file by `pandas.read_csv`, which makes no flows of it.

    python benchmarks/read.py [--rows N]

Needs an environment with azroutes installed, on a system that tells a process its memory (Linux, macOS). The table is
made up from a seed: market, commodity, origin, destination, quantity, unit, year; some 200 spellings of countries, in
four languages and codes, and some 120,000 distinct flows. `read_flows`, `pandas.read_csv` as it comes, and the same
with all cells as text, each have a process of their own, in turn, with all that they import loaded before. As text is
how flows must be read: pandas as it comes makes numbers of codes and nothing of "NA", and from 3.1 on it does so in
several threads; with pandas 2.3 and 3.0 the bound is met, with 3.1 it is not. Told are medians of three runs: time on
the clock, time of the processor, the most memory that the process had. Then, each once and in one process, how long
parts of the work take, suppress, and files of ours written and read back.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from main_job import report

if TYPE_CHECKING:
    from collections.abc import Callable

SEED, RUNS = 5, 3
SPELLINGS, FLOWS = 200, 180_000
MOST_TIMES, MOST_GB = 3.0, 1.5
GOODS = {
    "heroin_trade": ("opium", "heroin", "morphine"),
    "cocaine_trade": ("coca leaf", "cocaine"),
    "cannabis_trade": ("herb", "resin"),
    "synthetic_drug_trade": ("tablets", "precursors"),
    "arms_trafficking": ("ammunition", "small arms"),
}

MEASURE = """
import functools, resource, sys, time
import pandas as pd
import azroutes, azroutes.schema
from azroutes.read import read_flows
small, large, what = sys.argv[1:]
as_text = functools.partial(pd.read_csv, dtype=str, keep_default_na=False)
read = {"pandas": pd.read_csv, "pandas, as text": as_text, "azroutes": read_flows}[what]
read(small)
wall, work = time.perf_counter(), time.process_time()
found = read(large)
wall, work = time.perf_counter() - wall, time.process_time() - work
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
print(wall, work, most, len(found))
"""


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        table = made_up(rows)
        table.to_csv(large, index=False)
        table.head(20).to_csv(small, index=False)
        del table
        print(f"{rows:,} rows, {large.stat().st_size / 1e6:.0f} MB; pandas {pd.__version__}")
        compare(small, large)
        parts(large, Path(folder))


def made_up(rows: int) -> pd.DataFrame:
    """Return so many rows: a few large flows, and many that are named once or twice."""
    draw = np.random.default_rng(SEED)
    names = np.array(spellings(), dtype=object)
    kinds = np.array([(market, good) for market, goods in GOODS.items() for good in goods], dtype=object)
    flow = draw.choice(len(kinds) * len(names) ** 2, min(FLOWS, rows), replace=False)
    weight = draw.pareto(1.2, len(flow)) + 1
    of = flow[draw.choice(len(flow), rows, p=weight / weight.sum())]
    pair, kind = np.divmod(of, len(kinds))
    origin, destination = np.divmod(pair, len(names))
    return pd.DataFrame(
        {
            "market": kinds[kind, 0],
            "commodity": kinds[kind, 1],
            "origin": names[origin],
            "destination": names[destination],
            "quantity": draw.lognormal(2, 2, rows).round(2),
            "unit": "kg",
            "year": draw.integers(2000, 2024, rows),
        }
    )


def spellings() -> list[str]:
    """Return names and codes of countries, each of one country alone."""
    from azroutes.places import gazetteer, world

    countries = {code for code, place in gazetteer().items() if place.kind.value == "country"}
    known = [text for text, bearers in world().exact.items() if {bearer.code for bearer in bearers} <= countries
             and len(bearers) == 1 and len(text) > 2 and "," not in text]  # fmt: skip
    return random.Random(SEED).sample(known, SPELLINGS)  # noqa: S311 - nothing secret


def compare(small: Path, large: Path) -> None:
    """Compare both readers, each in a process of its own."""
    found: dict[str, list[tuple[float, ...]]] = {"pandas": [], "pandas, as text": [], "azroutes": []}
    for _ in range(RUNS):
        for what, runs in found.items():
            done = subprocess.run([sys.executable, "-c", MEASURE, str(small), str(large), what], capture_output=True,
                                  text=True, check=True)  # fmt: skip
            runs.append(tuple(float(text) for text in done.stdout.split()))
    middle = {what: [statistics.median(run) for run in zip(*runs, strict=True)] for what, runs in found.items()}
    ours = middle["azroutes"]
    print(f"{ours[3]:,.0f} flows")
    for name, theirs in (("pandas.read_csv", middle["pandas"]), ("... as text", middle["pandas, as text"])):
        report("read_flows, s on the clock", ours[0], name, theirs[0], MOST_TIMES)
        report("read_flows, s of the processor", ours[1], name, theirs[1], MOST_TIMES)
    report("read_flows, most memory, GB", ours[2], "bound", MOST_GB, 1.0)


def parts(large: Path, folder: Path) -> None:
    """Time parts of the work, and what one does with the flows."""
    import azroutes
    from azroutes.flows import route_lines
    from azroutes.schema import Flows, validate

    flows = azroutes.read_flows(large)
    paths = (flows["origin"] + ">" + flows["destination"]).unique().tolist()
    told(f"lines of {len(paths):,} paths", lambda: route_lines([path.split(">") for path in paths]))
    told("check of the flows", lambda: validate(Flows, flows))
    told("suppress", lambda: azroutes.suppress(flows, below=5, of="all"))
    for ending in (".csv", ".geojson", ".gpkg", ".parquet"):
        path = folder / f"flows{ending}"
        told(f"write_flows to {ending}", lambda path=path: azroutes.write_flows(flows, path))  # type: ignore[misc]
        told(f"read_flows of that, {path.stat().st_size / 1e6:.0f} MB", lambda path=path: azroutes.read_flows(path))  # type: ignore[misc]


def told(what: str, work: Callable[[], object]) -> None:
    begin = time.perf_counter()
    work()
    print(f"{what:40} {time.perf_counter() - begin:8.3f} s")


if __name__ == "__main__":
    main()
