"""The main job against its floors, in one run: imports, a figure, the atlas, the page.

    python benchmarks/main_job.py

Needs an environment with azroutes installed. Every line prints the figure, the floor it is held against, the ratio and
the ratio to reach.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def main() -> None:
    """Print all measures."""
    import_time()
    figure_time()
    atlas_time()


def import_time() -> None:
    """Compare imports, each in a process of its own, taken in turn."""
    used = "import azroutes; azroutes.load_flows"
    lines: dict[str, list[float]] = {"import geopandas": [], "import azroutes": [], used: []}
    for _ in range(RUNS):
        for line, found in lines.items():
            found.append(_import_seconds(line))
    floor = statistics.median(lines["import geopandas"])
    for line, most in (("import azroutes", 0.3), (used, 1.1)):
        report(line, statistics.median(lines[line]), "import geopandas", floor, most)


def _import_seconds(line: str) -> float:
    code = f"import time; t = time.perf_counter(); {line}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def figure_time() -> None:
    """Compare a figure of the documented flows to bare polygons of as many arrows on the same land, PNG at 200 dpi."""
    from io import BytesIO

    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import shapely
    from matplotlib.collections import PolyCollection

    import azroutes
    from azroutes.basemap import basemap

    ax = azroutes.plot_flows()
    scene = ax.azroutes_scene  # type: ignore[attr-defined]
    figure = ax.get_figure(root=True)
    size = figure.get_size_inches() if figure else (10.0, 7.0)
    plt.close("all")
    land = [shapely.get_coordinates(part.exterior)
            for shape in scene.basemap.land.geometry for part in shapely.get_parts(shape)]  # fmt: skip
    arrows = [shapely.get_coordinates(shapely.get_parts(shape)[-1].exterior) for shape in scene.arrows["outline"]]

    def ours() -> None:
        drawn = azroutes.plot_flows()
        plt.figure(drawn.get_figure(root=True)).savefig(BytesIO(), format="png", dpi=200)
        plt.close("all")

    def bare() -> None:
        figure, axes = plt.subplots(figsize=size)
        axes.add_collection(PolyCollection(land, facecolor="#f7f4ed", edgecolor="#b7b1a5", linewidth=0.35))
        axes.add_collection(PolyCollection(arrows, facecolor="#0b5a94", edgecolor="white", linewidth=0.5))
        axes.set_xlim(scene.frame.bounds[0], scene.frame.bounds[2])
        axes.set_ylim(scene.frame.bounds[1], scene.frame.bounds[3])
        figure.savefig(BytesIO(), format="png", dpi=200)
        plt.close("all")

    def anew() -> None:
        # The land of a frame is kept for redraws; the floor is given its land, so both ways are told.
        basemap.cache_clear()
        ours()

    ours()
    bare()  # the first run of each pays for fonts and the like
    fresh = [(seconds(anew), seconds(bare)) for _ in range(RUNS)]
    report("plot_flows() to PNG, land found anew", statistics.median(a for a, _ in fresh), "bare PolyCollection",
           statistics.median(b for _, b in fresh), 3.0)  # fmt: skip
    pairs = [(seconds(ours), seconds(bare)) for _ in range(RUNS)]
    report("plot_flows() to PNG", statistics.median(a for a, _ in pairs), "bare PolyCollection",
           statistics.median(b for _, b in pairs), 3.0)  # fmt: skip


def atlas_time() -> None:
    """Time the command from a cold process, and weigh the page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "atlas"
        took = seconds(lambda: subprocess.run([sys.executable, "-m", "azroutes", "atlas", str(out)], check=True,
                                              stdout=subprocess.DEVNULL))  # fmt: skip
        page = (out / "index.html").stat().st_size / 1e6
    report("azroutes atlas, s", took, "bound", 30.0, 1.0)
    report("index.html, MB", page, "bound", 1.5, 1.0)


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def report(what: str, value: float, floor_name: str, floor: float, most: float) -> None:
    """Print one line: what it took, against what, the ratio, and whether that is within reach."""
    ratio = value / floor
    verdict = "ok" if ratio <= most else "MISSED"
    print(
        f"{what:40} {value:8.3f}   {floor_name:22} {floor:8.3f}   ratio {ratio:5.2f}   at most {most:4.2f}   {verdict}"
    )


if __name__ == "__main__":
    main()
