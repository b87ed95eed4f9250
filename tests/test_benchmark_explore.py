"""The pure parts of benchmarks/explore.py: flows that are made up, rows and their bounds, the table in a page."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import azroutes

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "explore.py"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    spec = spec_from_file_location("benchmark_explore", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_flows_are_the_same_each_time_and_each_row_is_one_flow(benchmark: Any) -> None:
    once, again = (benchmark.made_up(500, places=30) for _ in range(2))
    assert once.equals(again)
    assert not once.duplicated(["origin", "destination", "market"]).any()
    assert (once["origin"] != once["destination"]).all()
    flows = azroutes.read_flows(once, unit="kg")
    assert len(flows) == 500
    assert (flows["statements"] == 1).all()
    assert 0.02 < flows["quantity"].isna().mean() < 0.25


def test_as_many_flows_as_there_can_be_and_no_more(benchmark: Any) -> None:
    most = 6 * 5 * len(benchmark.MARKETS)
    full = benchmark.made_up(most, places=6)
    assert len(full.drop_duplicates(["origin", "destination", "market"])) == most
    assert (full["origin"] != full["destination"]).all()
    with pytest.raises(ValueError, match="no more than 150 flows"):
        benchmark.made_up(most + 1, places=6)


def test_large_places_and_near_ones_have_most(benchmark: Any) -> None:
    table = benchmark.made_up(3000, places=60)
    ends = table["origin"].value_counts()
    assert ends["Place 0"] > 3 * ends.get("Place 59", 0)
    away = np.hypot(table["origin_lon"] - table["destination_lon"], table["origin_lat"] - table["destination_lat"])
    at = table.drop_duplicates("origin")[["origin_lon", "origin_lat"]].to_numpy()
    anywhere = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    assert away.mean() < anywhere[~np.eye(len(at), dtype=bool)].mean()


def test_a_row_says_whether_it_keeps_its_bound(benchmark: Any) -> None:
    verdicts = [benchmark.Row("x", "y", value, "MB", most).verdict for value, most in ((6, 6), (6.1, 6), (9, None))]
    assert verdicts == ["ok", "MISSED", ""]
    seen = benchmark.Seen(2001.0, (51.0, 90.0), (1.0, 1.0), 1e6, 1, 0)
    made = benchmark.Written(1.0, 61.0, 3e9, 5e6)
    missed = {bounds: [row.what for row in benchmark.page_rows("x", made, seen, bounds) if row.verdict == "MISSED"]
              for bounds in (benchmark.HUNDRED_THOUSAND, benchmark.MILLION, benchmark.DOCUMENTED)}  # fmt: skip
    pan, asked = "pan, frame, median", "requests beyond the file"
    assert missed[benchmark.HUNDRED_THOUSAND] == ["first arrows after", pan, asked]
    assert missed[benchmark.MILLION] == ["built and saved in", pan, asked]
    assert missed[benchmark.DOCUMENTED] == ["page", "first arrows after", asked]


def test_the_table_of_a_page_is_replaced_between_its_marks(benchmark: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{benchmark.BEGIN}\nold\n{benchmark.END}\nafter\n", encoding="utf-8")
    rows = [benchmark.Row("10 flows", "page", 1.234, "MB", 1.0), benchmark.Row("20 flows", "page", 2.0, "MB", 6.0),
            benchmark.Row("20 flows", "heap", 4e3, "MB")]  # fmt: skip
    for _ in range(2):
        benchmark.put_table(page, rows)
    assert page.read_text(encoding="utf-8").splitlines() == [
        "before", benchmark.BEGIN, "| | 10 flows | 20 flows |", "|---|---:|---:|",
        "| page | 1.23 MB (at most 1) **misses** | 2 MB (at most 6) |", "| heap |  | 4,000 MB |",
        benchmark.END, "after",
    ]  # fmt: skip
