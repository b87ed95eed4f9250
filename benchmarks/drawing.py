"""Drawing very many arrows against its floor: the same polygons as one bare collection in an equal figure.

    python benchmarks/drawing.py [arrows] [places]

Needs an environment with azroutes installed, on a system that can fork: each drawing is done in a process of its own,
so that its memory can be told. Every line prints the figure, the floor it is held against, the ratio and the ratio to
reach. The flows are made up.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from io import BytesIO
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

import azroutes
from azroutes.figure import add_map_axes, render
from azroutes.figure_files import FlowFigure
from azroutes.vocabulary import Market
from main_job import report

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from azroutes.scene import Scene

ARROWS = (10_000, 100_000)
PLACES = 2_000
RUNS = 3
DPI = 200
BOUND = 1.5
SEED = 20


def main() -> None:
    """Print the measures for each number of arrows."""
    mpl.use("Agg")
    numbers = [int(text.replace(",", "")) for text in sys.argv[1:]]
    places = numbers[1] if len(numbers) > 1 else PLACES
    render(azroutes.compose(made_up(10, 5), method="arc"), "png", dpi=DPI)  # pays for fonts and the like
    for count in numbers[:1] or ARROWS:
        flows = made_up(count, places)
        begin = time.perf_counter()
        scene = azroutes.compose(flows, method="arc")
        print(f"{len(scene.arrows):,} arrows among {places:,} places, composed in {time.perf_counter() - begin:.1f} s")
        compare(scene)


def made_up(count: int, places: int) -> gpd.GeoDataFrame:
    """Return so many flows between points that lie at random: a few large ones and many small, of all markets."""
    random = np.random.default_rng(SEED)
    lat, lon = random.uniform(30, 55, places).round(4), random.uniform(20, 80, places).round(4)
    markets = np.array([market.value for market in Market])
    # Drawn without return, so that each flow is an arrow of its own.
    code = random.choice(places * (places - 1) * len(markets), count, replace=False)
    pair, market = np.divmod(code, len(markets))
    start, end = np.divmod(pair, places - 1)
    end += end >= start
    rows = pd.DataFrame(
        {"market": markets[market], "quantity": random.lognormal(0, 1, count).round(3), "unit": "t"}
        | {f"{role}{what}": found for role, at in (("origin", start), ("destination", end))
           for what, found in (("", [f"P{k}" for k in at]), ("_lat", lat[at]), ("_lon", lon[at]))}
    )  # fmt: skip
    return azroutes.read_flows(rows)


def compare(scene: Scene) -> None:
    """Compare our drawing of a scene to its polygons alone."""
    rings = [shapely.get_coordinates(shape) for shape in scene.arrows["outline"]]
    figure = FlowFigure()
    box = add_map_axes(figure, scene).get_position()
    wide, high = figure.get_size_inches()

    def ours() -> None:
        render(scene, "png", dpi=DPI)

    def bare() -> None:
        figure = Figure(figsize=(wide, high))
        axes = figure.add_axes(box.bounds)
        axes.add_collection(PolyCollection(rings, facecolor="#0b5a94"))
        axes.set_xlim(scene.frame.bounds[0], scene.frame.bounds[2])
        axes.set_ylim(scene.frame.bounds[1], scene.frame.bounds[3])
        figure.savefig(BytesIO(), format="png", dpi=DPI)

    pairs = [(measured(ours), measured(bare)) for _ in range(RUNS)]
    mine, floor = (np.median([pair[side] for pair in pairs], axis=0) for side in (0, 1))
    report("drawing to PNG, s", mine[0], "bare PolyCollection", floor[0], BOUND)
    print(f"memory beyond the scene's, MB            {mine[1]:8.0f}   bare PolyCollection    {floor[1]:8.0f}")


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Return the processor's time that a piece of work takes, s, and by how much memory grows in it, MB."""
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.SimpleQueue[tuple[float, float]] = context.SimpleQueue()
    child = context.Process(target=_measure, args=(work, queue))
    child.start()
    child.join()
    if child.exitcode:
        sys.exit("a drawing failed")
    return queue.get()


def _measure(work: Callable[[], None], queue: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    work()
    took = time.process_time() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    queue.put((took, grown / 1e3))


if __name__ == "__main__":
    main()
