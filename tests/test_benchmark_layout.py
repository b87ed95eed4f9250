"""The pure parts of benchmarks/layout.py: networks, bounds, the table in a page."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "layout.py"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    spec = spec_from_file_location("benchmark_layout", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_networks_are_the_same_each_time_and_have_no_loop(benchmark: Any) -> None:
    once, again = (benchmark.networks(None, 200) for _ in range(2))
    names = [network.name for network, _ in once]
    assert len(set(names)) == len(names) >= 6
    for (one, _), (other, _) in zip(once, again, strict=True):
        assert one.legs.equals(other.legs)
        assert (one.legs["start"] != one.legs["end"]).all()
        assert not one.legs.duplicated(["start", "end"]).any()
        assert one.legs["width_px"].max() == pytest.approx(benchmark.WIDEST_PX)
        assert set(shapely.get_num_points(one.legs.geometry.to_numpy())) == {2}


def test_most_leaves_out_larger_networks(benchmark: Any) -> None:
    assert all(len(network.legs) <= 60 for network, _ in benchmark.networks(None, 60))


def test_tables_are_read_with_codes_that_look_like_missing_values(benchmark: Any, tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_text("NA,0,0\nB,3000,4000\n")
    (tmp_path / "cfs100.csv").write_text("NA,B,8\nB,NA,2\n")
    legs = benchmark.us_flows(tmp_path, 100).legs
    assert list(legs["start"]) == ["NA", "B"]
    assert list(legs["width_px"]) == [10.0, 2.5]
    assert list(legs.length) == [5000.0, 5000.0]


def test_a_row_names_the_bounds_that_it_misses(benchmark: Any) -> None:
    straight = benchmark.Row("x", "straight", 1000, 100, 100, 0.5, 1.0, 1.0, np.nan)
    row = benchmark.Row("x", "declutter", 48, 4, 0, 0.07, 1.08, 1.5, 1.0)
    bound = benchmark.BOUNDS[100]
    assert benchmark.missed(row, bound, straight).misses == ()
    worse = replace(row, crossings=49, hits=1, detour_max=1.51)
    names = [text.split(" (")[0] for text in benchmark.missed(worse, bound, straight).misses]
    assert names == ["crossings", "node hits", "detour max"]
    of_straight = replace(row, crossings=651, acute=50, hits=3)
    misses = benchmark.missed(of_straight, benchmark.BOUNDS[1000], straight).misses
    assert misses == ("crossings (at most 650)",)


def test_only_what_stands_between_the_marks_is_replaced(benchmark: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{benchmark.BEGIN}\nstale row\n{benchmark.END}\n\nafter\n", encoding="utf-8")
    row = benchmark.Row("x", "arc", 1234, 4, 0, 0.07, 1.08, 1.5, 1.0, misses=("acute (at most 3)",))
    benchmark.put_table(page, [row], ["cold: 1 s"])
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n\n{benchmark.BEGIN}\n| network |")
    assert text.endswith(f"- cold: 1 s\n{benchmark.END}\n\nafter\n")
    assert "| x | arc | 1,234 | 4 |" in text
    assert "stale row" not in text
    columns = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert len(columns) == 1
