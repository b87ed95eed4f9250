"""The pure parts of benchmarks/python_peers.py: what is handed over, and how lines of a figure are scored."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    sys.path.insert(0, str(BENCHMARKS))  # it builds on two others
    try:
        spec = spec_from_file_location("benchmark_python_peers", BENCHMARKS / "python_peers.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


@pytest.fixture(scope="module")
def case(benchmark: Any) -> Any:
    flows = benchmark.flows_of(benchmark.layout.mesh(4))
    return benchmark.Case("mesh", flows, benchmark.azroutes.compose(flows))


def test_lines_that_others_lie_on_are_counted(benchmark: Any) -> None:
    across = shapely.LineString([(0, 0), (100, 0)])
    beside = shapely.LineString([(0, 3), (100, 3)])
    up = shapely.LineString([(50, -50), (50, 50)])
    shorter = shapely.LineString([(0, 0), (40, 0)])
    for lines, hidden in (([across, across], 2), ([across, beside], 0), ([across, up], 0), ([across, shorter], 1)):
        assert benchmark.covered(np.array(lines), np.full(len(lines), 2.0)) == hidden


def test_a_made_up_network_keeps_its_flows_as_they_were(benchmark: Any, case: Any) -> None:
    network = benchmark.layout.mesh(4)
    assert len(case.flows) == len(network.legs) == 12
    assert case.flows["quantity"].sum() == pytest.approx(network.legs["width_px"].sum())


def test_straight_legs_found_again_in_a_figure_are_scored_as_they_are(benchmark: Any, case: Any) -> None:
    frame = case.scene.frame
    legs = benchmark.straight(case)
    px = [(shapely.get_coordinates(line) - frame.bounds[:2]) / frame.metres_per_px for line in legs.geometry]
    # In any order: which places a line joins is seen from where it is.
    drawn = benchmark.drawn_by(case, [(xy.tolist(), 2.0) for xy in px][::-1])
    assert drawn["start"].tolist() == legs["start"].tolist()[::-1]
    assert drawn["end"].tolist() == legs["end"].tolist()[::-1]
    found = benchmark.scored(drawn, case)
    assert found["figure: lines"] == found["figure: lines half covered by others"] == 12
    assert found["figure: crossings"] > benchmark.scored(benchmark.on_paper(case), case)["figure: crossings"]
