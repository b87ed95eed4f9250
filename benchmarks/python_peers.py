"""Figures beside geoplot's and pages beside scikit-mobility's: the same flows, each as its guide says.

    python benchmarks/python_peers.py [--pictures DIR] [--table FILE]

geoplot and scikit-mobility are brought from PyPI into environments of their own, as scikit-mobility needs an older
pandas: that has no wheels beyond Python 3.11. Flows are the documented ones and two networks of layout.py, made up by a
fixed seed. `geoplot.sankey` gets their legs as straight lines in the projection, the window and the size of our map,
and no land; what it draws is read from its lines, and scored by `azroutes.metrics` as our arrows are. Times are of
drawing and saving, the median of three after one before, imports and reading not counted. Pages are opened in a
headless Chromium with the network off.

Needs an environment with azroutes and playwright installed, Chromium, and PyPI.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import azroutes
import explore
import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from azroutes.geometry.shapes import Floats

BEGIN, END = "<!-- geoplot, scikit-mobility: begin -->", "<!-- geoplot, scikit-mobility: end -->"
PEERS = {"geoplot": ["geoplot==0.5.1"], "scikit-mobility": ["scikit-mobility==1.3.1", "numpy<2", "shapely<2"]}
RUNS = 4
COVERED = 0.5
"""Share of an arrow's stroke under or over others from which it can hardly be seen."""

SETTLED_MS = 3000.0
LINES = (
    "globalThis.azroutes?.app?.picture.shapes.length ?? document.querySelectorAll('path.leaflet-interactive').length"
)

TIMED = """
import json, statistics, sys, time, warnings
warnings.simplefilter("ignore")
given = json.load(open(sys.argv[1], encoding="utf-8"))

def timed(work, runs):
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return statistics.median(took[1:])
"""

OURS = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import azroutes
from azroutes.geometry.declutter import _searched
flows = azroutes.read_flows(given["flows"])

def figure():
    _searched.cache_clear()
    azroutes.save_figure(azroutes.plot_flows(flows), given["png"])
    plt.close("all")

def page():
    _searched.cache_clear()
    azroutes.explore_flows(flows).save(given["html"])

print(json.dumps({"figure": timed(figure, given["runs"]), "page": timed(page, given["runs"])}))
"""

GEOPLOT = """
import matplotlib
matplotlib.use("Agg")
import geopandas as gpd
import geoplot
import matplotlib.pyplot as plt
legs = gpd.read_file(given["legs"])
legs["market"] = legs["market"].astype(object)  # a kind of text that it knows
found = {}

def figure():
    drawn = plt.figure(figsize=[px / 72 for px in given["size"]])
    axes = drawn.add_axes((0, 0, 1, 1))
    hue = {"hue": "market"} if given["markets"] else {}
    geoplot.sankey(legs, ax=axes, scale="value", legend=True, legend_var="scale", **hue)
    axes.set(xlim=given["x"], ylim=given["y"])
    drawn.savefig(given["png"], dpi=200)
    drawn.set_dpi(72)
    px = axes.transData.transform
    found["lines"] = [[px(line.get_xydata()).tolist(), line.get_linewidth()] for line in axes.lines]
    plt.close("all")

print(json.dumps({"figure": timed(figure, given["runs"]), **found}))
"""

MOBILITY = """
import geopandas as gpd
import pandas as pd
import skmob
spots = pd.read_csv(given["places"], keep_default_na=False)
places = gpd.GeoDataFrame(spots[["tile_ID"]], geometry=gpd.points_from_xy(spots["lon"], spots["lat"]), crs="EPSG:4326")
flows = skmob.FlowDataFrame(pd.read_csv(given["pairs"], keep_default_na=False), origin="origin",
    destination="destination", flow="flow", tile_id="tile_ID", tessellation=places)

def page():
    flows.plot_flows().save(given["html"])

print(json.dumps({"page": timed(page, given["runs"])}))
"""


@dataclass(frozen=True)
class Case:
    """Flows that all draw, and our map of them."""

    name: str
    flows: gpd.GeoDataFrame
    scene: azroutes.Scene


def main() -> None:
    """Measure, print, and write the table that is asked for."""
    parser = argparse.ArgumentParser(description="Figures beside geoplot's, pages beside scikit-mobility's.")
    parser.add_argument("--pictures", type=Path, help="where figures and pages are kept")
    parser.add_argument("--table", type=Path, help="the page whose table is written anew")
    options = parser.parse_args()
    rows: list[explore.Row] = []
    with tempfile.TemporaryDirectory() as temporary, explore.opened_browser() as browser:
        pythons = {name: brought(Path(temporary) / name, packages) for name, packages in PEERS.items()}
        for case in cases():
            folder = (options.pictures or Path(temporary)) / case.name.replace(", ", "_")
            folder.mkdir(parents=True, exist_ok=True)
            for row in side_by_side(case, pythons, browser, folder):
                print(f"{row.page:34} {row.what:40} {row.value:12,.4g} {row.unit}", flush=True)
                rows.append(row)
    if options.table:
        explore.put_table(options.table, rows, BEGIN, END)


def brought(folder: Path, packages: list[str]) -> Path:
    """Return the Python of a new environment with some packages."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--quiet", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *packages], check=True)
    return python


def cases() -> Iterator[Case]:
    """Return the flows that all draw."""
    documented = azroutes.load_flows()
    yield Case("documented", documented, azroutes.compose(documented))
    for network in (layout.gravity(100, 30), layout.gravity(200, 40)):
        flows = flows_of(network)
        yield Case(network.name, flows, azroutes.compose(flows))


def flows_of(network: layout.Network) -> gpd.GeoDataFrame:
    """Return a made up network as flows between points."""
    legs = network.legs.to_crs("EPSG:4326")
    ends = [shapely.get_coordinates(shapely.get_point(legs.geometry.to_numpy(), k)).T for k in (0, -1)]
    columns = {f"{end}_{axis}": values for end, both in zip(("origin", "destination"), ends, strict=True)
               for axis, values in zip(("lon", "lat"), both, strict=True)}  # fmt: skip
    table = pd.DataFrame({"origin": legs["start"], "destination": legs["end"], "quantity": legs["width_px"], **columns})
    return azroutes.read_flows(table, unit="parts")


def side_by_side(case: Case, pythons: dict[str, Path], browser: Browser, folder: Path) -> Iterator[explore.Row]:
    """Measure what each makes of the same flows."""
    given = handed_over(case, folder)
    files = {name: {"png": folder / f"{name}.png", "html": folder / f"{name}.html"} for name in ("azroutes", *PEERS)}
    peers = (("azroutes", Path(sys.executable), OURS), ("geoplot", pythons["geoplot"], GEOPLOT),
             ("scikit-mobility", pythons["scikit-mobility"], MOBILITY))  # fmt: skip
    made = {name: run(python, code, {**given, **files[name]}, folder) for name, python, code in peers}
    figures: dict[str, gpd.GeoDataFrame] = {
        "azroutes": on_paper(case),
        "geoplot": drawn_by(case, made["geoplot"]["lines"]),
    }
    for name, table in figures.items():
        measures = {**scored(table, case), "figure: drawn and saved in, s": made[name]["figure"]}
        yield from (explore.Row(f"{case.name}, {name}", what, value, "") for what, value in measures.items())
    for name in ("azroutes", "scikit-mobility"):
        measures = {**opened(browser, files[name]["html"]), "page: built and saved in, s": made[name]["page"]}
        yield from (explore.Row(f"{case.name}, {name}", what, value, "") for what, value in measures.items())


def opened(browser: Browser, path: Path) -> dict[str, float]:
    """Return what a browser without a network makes of a page."""
    with explore.visited(browser, path) as (page, counts):
        page.wait_for_timeout(SETTLED_MS)
        shown = page.evaluate(LINES)
        page.screenshot(path=path.with_suffix(".screenshot.png"))
        return {
            "page: size, MB": path.stat().st_size / explore.MB,
            "page: lines seen with the network off": shown,
            "page: requests beyond the file": counts["requests"],
            "page: console messages": counts["messages"],
        }


def handed_over(case: Case, folder: Path) -> dict[str, Any]:
    """Write the flows as each of the three reads them; return where, and the window of our map."""
    azroutes.write_flows(case.flows, folder / "flows.csv")
    frame = case.scene.frame
    legs = straight(case)
    legs.to_file(folder / "legs.geojson", driver="GeoJSON", crs=None)
    pairs = legs.groupby(["start", "end"], sort=True)["value"].sum().reset_index()
    pairs.columns = ["origin", "destination", "flow"]
    pairs.to_csv(folder / "pairs.csv", index=False)
    spots = gpd.GeoSeries([shapely.Point(node.x, node.y) for node in case.scene.nodes], crs=legs.crs).to_crs(
        "EPSG:4326"
    )
    places = pd.DataFrame({"tile_ID": [node.code for node in case.scene.nodes], "lon": spots.x, "lat": spots.y})
    places.to_csv(folder / "places.csv", index=False)
    x0, y0, x1, y1 = frame.bounds
    files = {name: folder / file for name, file in (("flows", "flows.csv"), ("legs", "legs.geojson"),
                                                    ("pairs", "pairs.csv"), ("places", "places.csv"))}  # fmt: skip
    return {**files, "runs": RUNS, "size": [frame.width_px, frame.height_px], "x": [x0, x1], "y": [y0, y1],
            "markets": len(set(legs["market"])) > 1}  # fmt: skip


def apart(case: Case) -> gpd.GeoDataFrame:
    """Return our arrows from one place to another."""
    return case.scene.arrows[case.scene.arrows["start"] != case.scene.arrows["end"]]


def straight(case: Case) -> gpd.GeoDataFrame:
    """Return our arrows as straight legs on the same map, with what their width shows."""
    arrows = apart(case)
    at = {node.code: (node.x, node.y) for node in case.scene.nodes}
    value = arrows["quantity"].fillna(arrows["lineages"]).astype(float)
    lines = [shapely.LineString([at[a], at[b]]) for a, b in zip(arrows["start"], arrows["end"], strict=True)]
    columns = {"start": arrows["start"], "end": arrows["end"], "market": arrows["market"].astype(str), "value": value}
    return gpd.GeoDataFrame(columns, geometry=lines, crs=arrows.crs).reset_index(drop=True)


def run(python: Path, code: str, given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a process of its own makes of what it is given."""
    asked = folder / "asked.json"
    asked.write_text(json.dumps(given, default=str), encoding="utf-8")
    done = subprocess.run([str(python), "-c", TIMED + code, str(asked)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def on_paper(case: Case) -> gpd.GeoDataFrame:
    """Return our arrows, px."""
    arrows, scale = apart(case), 1 / case.scene.frame.metres_per_px
    px = arrows.geometry.affine_transform([scale, 0, 0, scale, 0, 0])
    return gpd.GeoDataFrame(arrows[["start", "end", "width_px"]], geometry=px.to_numpy(), crs=arrows.crs)


def drawn_by(case: Case, found: list[tuple[list[list[float]], float]]) -> gpd.GeoDataFrame:
    """Return the lines of a figure, px, with the places where they begin and end."""
    frame = case.scene.frame
    codes = np.array([node.code for node in case.scene.nodes])
    at = np.array([(node.x, node.y) for node in case.scene.nodes])
    tree = shapely.STRtree(shapely.points((at - frame.bounds[:2]) / frame.metres_per_px))
    lines = np.array([shapely.LineString(xy) for xy, _ in found])
    start, end = (codes[tree.nearest(shapely.get_point(lines, k))] for k in (0, -1))
    columns = {"start": start, "end": end, "width_px": [width for _, width in found]}
    return gpd.GeoDataFrame(columns, geometry=lines, crs=frame.crs)


def scored(table: gpd.GeoDataFrame, case: Case) -> dict[str, float]:
    """Return the measures of lines in pixels."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(table.geometry.to_numpy(), k)) for k in (0, -1)])
    found = azroutes.metrics(table, figure_width_px=float(np.ptp(ends[:, 0])),
                             node_radius_px=case.scene.theme.node_radius_px)  # fmt: skip
    return {
        "figure: lines": float(len(table)),
        "figure: crossings": float(found["crossings"]),
        "figure: acute crossings": float(found["acute_crossings"]),
        "figure: places run over": float(found["node_hits"]),
        "figure: share of overlapped ink": float(found["overlap_area_share"]),
        "figure: lines half covered by others": float(
            covered(table.geometry.to_numpy(), table["width_px"].to_numpy(dtype=float))
        ),
    }


def covered(lines: Any, width: Floats) -> int:  # noqa: ANN401 - an array of shapes, which numpy cannot name
    """Return how many strokes others lie on, or under, for half of their area or more."""
    strokes = shapely.buffer(lines, width / 2, cap_style="flat")
    tree = shapely.STRtree(strokes)
    hidden = 0
    for k, stroke in enumerate(strokes):
        others = np.delete(strokes[near], np.flatnonzero(near == k)) if len(near := tree.query(stroke)) else strokes[:0]
        shared = shapely.intersection(stroke, shapely.union_all(others)).area
        hidden += shared >= COVERED * stroke.area > 0
    return hidden


if __name__ == "__main__":
    main()
