"""A table of a million rows against pandas alone: the same file by `pandas.read_csv`, which makes no flows of it.

    python benchmarks/read.py [--rows N]

Needs an environment with azroutes installed, on a system that tells a process its memory (Linux, macOS). The table is
made up from a seed: market, commodity, origin, destination, quantity, unit, year; some 200 spellings of countries, in
four languages and codes, and some 120,000 distinct flows. Four readers each have a process of their own, in turn, with
all that they import loaded before: `pandas.read_csv` as it comes; the same with all cells as text, as codes must be
read; what one would write by hand to have flows, with pandas and shapely, if no cell could be wrong; and `read_flows`.
From pandas 3.1 on, pandas as it comes reads in several threads: with 2.3 and 3.0 the bound is met, with 3.1 it is not,
and hardly so by hand. Told are medians of three runs: time on the clock, time of the processor, the most memory that
the process had. Then, each once and in one process, how long parts of the work take, suppress, and files of ours
written and read back.
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

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

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

READERS = ("pandas.read_csv", "... as text", "flows by hand", "read_flows")


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--measure", nargs=3, metavar=("READER", "SMALL", "LARGE"), help="one reader, in this process")
    given = parser.parse_args()
    rows = given.rows
    if given.measure:
        print(*measured(*given.measure))
        return
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
    """Compare the readers, each in a process of its own."""
    found: dict[str, list[tuple[float, ...]]] = {reader: [] for reader in READERS}
    for _ in range(RUNS):
        for reader, runs in found.items():
            asked = [sys.executable, __file__, "--measure", reader, str(small), str(large)]
            done = subprocess.run(asked, capture_output=True, text=True, check=True)
            runs.append(tuple(float(text) for text in done.stdout.split()))
    *others, ours = ([statistics.median(run) for run in zip(*runs, strict=True)] for runs in found.values())
    print(f"{ours[3]:,.0f} flows")
    for name, theirs in zip(READERS, others, strict=False):
        report("read_flows, s on the clock", ours[0], name, theirs[0], MOST_TIMES)
        report("read_flows, s of the processor", ours[1], name, theirs[1], MOST_TIMES)
    alone, _, by_hand = others
    report("flows by hand, s on the clock", by_hand[0], READERS[0], alone[0], MOST_TIMES)
    report("flows by hand, s of the processor", by_hand[1], READERS[0], alone[1], MOST_TIMES)
    report("read_flows, most memory, GB", ours[2], "bound", MOST_GB, 1.0)


def measured(reader: str, small: str, large: str) -> tuple[float, float, float, int]:
    """Return the time a reader takes on the clock and of the processor, the most memory, and how much it returns."""
    import resource

    import azroutes
    import azroutes.schema

    readers: tuple[Callable[[str], pd.DataFrame], ...] = (pd.read_csv, as_text, by_hand, azroutes.read_flows)
    read = dict(zip(READERS, readers, strict=True))[reader]
    read(small)
    clock, work = time.perf_counter(), time.process_time()
    found = read(large)
    clock, work = time.perf_counter() - clock, time.process_time() - work
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    return clock, work, most, len(found)


def as_text(path: str) -> pd.DataFrame:
    """Return all cells as they stand."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def by_hand(path: str) -> gpd.GeoDataFrame:
    """Return what one writes by hand for such a table, if no cell of it can be wrong: groups and straight lines."""
    from azroutes.places import place, resolve

    kinds = ["market", "commodity", "origin", "destination", "unit"]
    rows = pd.read_csv(path, dtype=dict.fromkeys(kinds, "category"), keep_default_na=False)
    for end in ("origin", "destination"):
        rows[end] = rows[end].map({name: resolve(name).code for name in rows[end].cat.categories}).astype("category")
    flows = rows.groupby(kinds, observed=True).agg(
        quantity=("quantity", "sum"), first_year=("year", "min"), last_year=("year", "max"), statements=("year", "size")
    ).reset_index()  # fmt: skip
    ends = []
    for end in ("origin", "destination"):
        known = [place(code) for code in flows[end].cat.categories]
        ends.append(np.array([(at.lon, at.lat) for at in known])[flows[end].cat.codes])
    return gpd.GeoDataFrame(flows, geometry=shapely.linestrings(np.stack(ends, axis=1)), crs="EPSG:4326")


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
