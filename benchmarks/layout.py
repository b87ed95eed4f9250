"""Layouts against one another: straight lines, arcs and decluttered curves, in numbers and in pictures.

    python benchmarks/layout.py [FOLDER] [--most N] [--pictures DIR] [--table FILE]

FOLDER holds the tables of US commodity flows that come with the program Flox: nodes.csv (code, x and y in metres) and
cfs100.csv, cfs200.csv, cfs500.csv, cfs1000.csv (start, end, value), none with a header. With them stand the rows of
Flox and the bounds to reach; without FOLDER only made up networks are laid out. --most leaves out networks of more
flows than N. --pictures draws some networks before and after; --table puts all rows between the marks of a page. So

    python benchmarks/layout.py FOLDER --pictures docs/pictures --table docs/layout.md

makes pictures and table of docs/layout.md anew. Needs an environment with azroutes installed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.patches import Circle
from matplotlib.path import Path as Outline
from PIL import Image, ImageDraw, ImageFont

import azroutes
from azroutes.figure import add_map_axes, draw
from azroutes.figure_files import FlowFigure
from azroutes.geometry.curve import SOLID, arrows, head_size, trimmed
from azroutes.geometry.declutter import _searched
from azroutes.map_face import HALO_PX
from azroutes.theme import FONT, theme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from azroutes.geometry.shapes import Floats

ACROSS_PX, WIDEST_PX, NODE_PX = 1000.0, 10.0, 5.0
"""Across all places, of the widest arrow, and the radius of a place: those of the reference rows."""

CRS = "EPSG:3857"
SIDE_M = 1_000_000.0
METHODS = ("straight", "arc", "declutter")
US_SIZES = (100, 200, 500, 1000)
SEED = 20
RUNS, OFTEN = 3, 200
"""How often what is timed is run, and the most flows that are laid out so often."""

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PANEL_PX, GAP_PX, CAPTION_PX = 760, 12, 30
COLOURS_OF_PNG = 256
THIN_PX = 1.0
"""Width at the least of arrows in the pictures, not in the measures."""


@dataclass(frozen=True)
class Network:
    """Flows between places: a table of straight legs, and the name it is told under."""

    name: str
    legs: gpd.GeoDataFrame


@dataclass(frozen=True)
class Row:
    """One layout of one network: counts, shares, detours, seconds and plain sweeps, and the bounds that it misses."""

    network: str
    layout: str
    crossings: int
    acute: int
    hits: int
    overlap: float
    detour_mean: float
    detour_max: float
    seconds: float
    sweeps: float = float("nan")
    misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A row of another layout; None is what was not measured."""

    layout: str
    crossings: int
    acute: int
    hits: int
    overlap: float | None
    seconds: str


@dataclass(frozen=True)
class Bound:
    """The most that a decluttered layout is to have; counts of the largest table are shares of the straight lines'."""

    crossings: float
    acute: float
    hits: float
    overlap: float | None
    seconds: float
    of_straight: bool = False


# Flox: Jenny et al. 2017 (Force-directed layout of origin-destination flow maps, International Journal of Geographical
# Information Science 31), program Flox, measured on the same tables: what it makes of them, scored by the same measures
# at the same sizes, and its seconds with two cores, at another time. No figure here is from the paper itself. The
# coordinate descent is a rough trial of our own on these measures, the stronger of the two to compare with. Rows of
# straight lines are here for a check: they count opposing flows that lie on each other as one crossing at 0 degrees,
# but for the row of 500, which leaves out its 206 such pairs. For Flox on 500 flows azroutes.metrics gives 10,612 and
# 2,005: it takes crossings that are close together a little differently.
REFERENCES = {
    100: (Reference("straight, reference", 184, 72, 12, 0.36, "-"),
          Reference("Flox", 128, 20, 1, 0.14, "5-7"),
          Reference("coordinate descent", 70, 6, 0, 0.08, "0.9")),
    200: (Reference("straight, reference", 1124, 251, 39, 0.46, "-"),
          Reference("Flox", 986, 253, 12, 0.18, "45-60"),
          Reference("coordinate descent", 611, 73, 0, None, "1.6")),
    500: (Reference("straight, reference", 11259, 1431, 119, None, "-"),
          Reference("Flox", 10619, 2012, 61, None, "246"),
          Reference("coordinate descent", 7719, 842, 7, None, "9.9")),
}  # fmt: skip

BOUNDS = {
    100: Bound(48, 4, 0, 0.07, 1.0),
    200: Bound(480, 30, 0, 0.10, 3.0),
    500: Bound(6500, 500, 2, None, 20.0),
    1000: Bound(0.65, 0.5, 0.03, None, 60.0, of_straight=True),
}
DETOUR_MEAN, DETOUR_MAX = 1.08, 1.5
PLOT_COLD_S, PLOT_WARM_S = 5.0, 1.0


def main() -> None:
    """Measure, print, and draw what is asked for."""
    options = _options()
    mpl.use("Agg")
    azroutes.layout(star(4).legs, method="declutter", figure_width_px=ACROSS_PX)  # pays for imports and the like
    took = np.median([plot_time() for _ in range(RUNS)], axis=0)
    rows: list[Row | Reference] = []
    laid: dict[tuple[str, str], gpd.GeoDataFrame] = {}
    print(_line(HEADER))
    for network, size in networks(options.folder, options.most):
        new, drawn = measured(network, None if size is None else BOUNDS[size])
        laid |= {(network.name, method): table for method, table in drawn.items()}
        told: list[Row | Reference] = [*new, *REFERENCES.get(size or 0, ())]
        for row in told:
            print(_line(_cells(row, network.name)), flush=True)
        rows += told
    scenes = {method: azroutes.compose(azroutes.load_flows(), method=method) for method in METHODS}
    documented = [_documented(method, scene) for method, scene in scenes.items()]
    for row in documented:
        print(_line(_cells(row, row.network)))
    times = [
        f'plot_flows(method="declutter") of the documented flows, {what}: {seconds:.2f} s, at most {bound:.0f} s'
        + ("" if seconds <= bound else ", misses")
        for what, seconds, bound in zip(("cold", "warm"), took, (PLOT_COLD_S, PLOT_WARM_S), strict=True)
    ]
    print("\n".join(times))
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
        draw_all(laid, scenes, options.pictures)
    if options.table:
        put_table(options.table, [*rows, *documented], times)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Layouts against one another.")
    parser.add_argument("folder", nargs="?", type=Path, help="the tables of US commodity flows")
    parser.add_argument("--most", type=int, default=1000, help="leave out networks of more flows")
    parser.add_argument("--pictures", type=Path, help="where pictures go")
    parser.add_argument("--table", type=Path, help="the page whose table is written anew")
    options = parser.parse_args()
    if options.table and (options.folder is None or options.most < max(US_SIZES)):
        parser.error("--table needs FOLDER and all sizes, or the page would lose rows")
    return options


def networks(folder: Path | None, most: int) -> list[tuple[Network, int | None]]:
    """Return what is laid out, with the size of the reference table where it is one."""
    made: list[tuple[Network, int | None]] = [
        (network, None)
        for network in (star(24), two_hubs(20), grid(6, 60), mesh(8), gravity(100, 30), gravity(200, 40),
                        gravity(500, 50))
        if len(network.legs) <= most
    ]  # fmt: skip
    if folder is not None:
        made += [(us_flows(folder, size), size) for size in US_SIZES if size <= most]
    return made


def us_flows(folder: Path, size: int) -> Network:
    """Return one of the tables of US commodity flows."""
    nodes = pd.read_csv(folder / "nodes.csv", header=None, names=["code", "x", "y"], keep_default_na=False)
    table = pd.read_csv(folder / f"cfs{size}.csv", header=None, names=["start", "end", "value"], keep_default_na=False)
    at = {code: (x, y) for code, x, y in nodes.itertuples(index=False)}
    return network_of(f"US commodity flows, {size:,}", at, list(table.itertuples(index=False, name=None)))


def network_of(name: str, at: dict[str, tuple[float, float]], flows: Sequence[tuple[str, str, float]]) -> Network:
    """Return flows as straight lines of two points, the widest as wide as may be."""
    start, end, value = zip(*flows, strict=True)
    most = max(value)
    lines = [shapely.LineString([at[a], at[b]]) for a, b in zip(start, end, strict=True)]
    columns = {"start": list(start), "end": list(end), "width_px": [WIDEST_PX * v / most for v in value]}
    return Network(name, gpd.GeoDataFrame(columns, geometry=lines, crs=CRS))


def gravity(count: int, places: int) -> Network:
    """Return the largest flows between towns at random: masses over distance, with some noise."""
    chance = np.random.default_rng(SEED + count)
    xy = _scattered(chance, places)
    mass = chance.lognormal(0.0, 1.0, places)
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + np.eye(places)
    force = mass[:, None] * mass[None] / away * chance.lognormal(0.0, 0.5, (places, places))
    np.fill_diagonal(force, 0.0)
    largest = np.argsort(-force, axis=None, kind="stable")[:count]
    flows = [(f"P{a}", f"P{b}", float(force[a, b])) for a, b in (divmod(int(k), places) for k in largest)]
    return network_of(f"gravity, {count}", _named(xy), flows)


def _scattered(chance: np.random.Generator, places: int) -> Floats:
    """Return points at random that keep some distance."""
    found: list[Floats] = []
    while len(found) < places:
        point = chance.uniform(0.0, SIDE_M, 2) * (1.0, 0.65)
        if all(np.hypot(*(point - other)) > 0.04 * SIDE_M for other in found):
            found.append(point)
    return np.array(found)


def _named(xy: Floats) -> dict[str, tuple[float, float]]:
    return {f"P{k}": (float(x), float(y)) for k, (x, y) in enumerate(xy)}


def star(leaves: int) -> Network:
    """Return a hub that all flows leave or reach, every third place both."""
    chance = np.random.default_rng(SEED)
    angle = np.linspace(0.0, 2 * np.pi, leaves, endpoint=False) + chance.uniform(-0.08, 0.08, leaves)
    far = SIDE_M / 2 * chance.uniform(0.45, 1.0, leaves)
    at = _named(far[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])) | {"H": (0.0, 0.0)}
    value = chance.lognormal(0.0, 0.8, (leaves, 2))
    out = [("H", f"P{k}", float(value[k, 0])) for k in range(leaves) if k % 3 != 1]
    back = [(f"P{k}", "H", float(value[k, 1])) for k in range(leaves) if k % 3 != 2]
    return network_of(f"star, {len(out) + len(back)}", at, [*out, *back])


def two_hubs(places: int) -> Network:
    """Return places each of which sends to one hub and hears from another."""
    chance = np.random.default_rng(SEED + 1)
    at = _named(_scattered(chance, places))
    at |= {"H": (0.3 * SIDE_M, 0.33 * SIDE_M), "K": (0.72 * SIDE_M, 0.36 * SIDE_M)}
    value = chance.lognormal(0.0, 0.8, (places, 2))
    flows = [(f"P{k}", "H", float(value[k, 0])) for k in range(places)]
    flows += [("K", f"P{k}", float(value[k, 1])) for k in range(places)]
    return network_of(f"two hubs, {len(flows)}", at, flows)


def grid(side: int, count: int) -> Network:
    """Return flows between crossings of a grid, where straight lines run over places and on one another."""
    chance = np.random.default_rng(SEED + 2)
    step = SIDE_M / (side - 1)
    at = {f"P{k}": (step * (k % side), step * (k // side)) for k in range(side * side)}
    pairs = chance.choice(side * side * (side * side - 1), count, replace=False)
    ends = [(int(pair) // (side * side - 1), int(pair) % (side * side - 1)) for pair in pairs]
    value = chance.lognormal(0.0, 0.8, count)
    flows = [(f"P{a}", f"P{b + (b >= a)}", float(v)) for (a, b), v in zip(ends, value, strict=True)]
    return network_of(f"grid, {count}", at, flows)


def mesh(places: int) -> Network:
    """Return flows from each place to every other, so that all come back as well."""
    chance = np.random.default_rng(SEED + 3)
    at = _named(_scattered(chance, places))
    flows = [(a, b, float(chance.lognormal(0.0, 0.8))) for a in at for b in at if a != b]
    return network_of(f"mesh both ways, {len(flows)}", at, flows)


def measured(network: Network, bound: Bound | None) -> tuple[list[Row], dict[str, gpd.GeoDataFrame]]:
    """Return the rows of a network, and how each method draws it."""
    rows: list[Row] = []
    laid = {}
    for method in METHODS:
        # Two points a line, as in the reference rows: the method of that name keeps opposing flows apart.
        laid[method], seconds = (network.legs, float("nan")) if method == "straight" else timed(network, method)
        found = azroutes.metrics(laid[method], figure_width_px=ACROSS_PX, node_radius_px=NODE_PX)
        row = row_of(network.name, method, found, seconds)
        if method == "declutter":
            row = missed(replace(row, sweeps=seconds / plain_sweep(network)), bound, rows[0])
        rows.append(row)
    return rows, laid


def timed(network: Network, method: str) -> tuple[gpd.GeoDataFrame, float]:
    """Return a layout, and the seconds that it takes: the median of some runs, of large networks one."""
    took = []
    for _ in range(RUNS if len(network.legs) <= OFTEN else 1):
        _searched.cache_clear()
        begin = time.perf_counter()
        laid = azroutes.layout(network.legs, method=method, figure_width_px=ACROSS_PX, node_radius_px=NODE_PX)
        took.append(time.perf_counter() - begin)
    return laid, float(np.median(took))


def plain_sweep(network: Network) -> float:
    """Return what one sweep of a plain coordinate descent takes, s.

    63 curves are drawn for each flow, and intersected with the lines of all others: the least that a search does which
    draws its candidates. So a time can be compared on machines that are not alike.
    """
    begin = time.perf_counter()
    lines = network.legs.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    across, along, t = np.linspace(-0.5, 0.5, 21), np.array([0.25, 0.5, 0.75]), np.linspace(0.0, 1.0, 20)[:, None]
    share = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 1, 2)
    for line in lines:
        start, end = shapely.get_coordinates(line)
        chord = end - start
        control = start + share @ np.stack([chord, [-chord[1], chord[0]]])
        curves = shapely.linestrings((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)
        shapely.prepare(curves)
        np.bincount(tree.query(curves, predicate="intersects")[0], minlength=len(curves)).argmin()
    return time.perf_counter() - begin


def row_of(network: str, layout: str, found: pd.Series[float], seconds: float) -> Row:
    """Return measures as a row."""
    return Row(network, layout, int(found["crossings"]), int(found["acute_crossings"]), int(found["node_hits"]),
               float(found["overlap_area_share"]), float(found["detour_mean"]), float(found["detour_max"]),
               seconds)  # fmt: skip


def missed(row: Row, bound: Bound | None, straight: Row) -> Row:
    """Return a row with the names of the bounds that it misses."""
    pairs: list[tuple[str, float, float]] = [
        ("detour mean", row.detour_mean, DETOUR_MEAN), ("detour max", row.detour_max, DETOUR_MAX),
    ]  # fmt: skip
    if bound is not None:
        of = (straight.crossings, straight.acute, straight.hits) if bound.of_straight else (1, 1, 1)
        pairs = [
            ("crossings", row.crossings, bound.crossings * of[0]), ("acute", row.acute, bound.acute * of[1]),
            ("node hits", row.hits, bound.hits * of[2]), ("seconds", row.seconds, bound.seconds), *pairs,
        ]  # fmt: skip
        if bound.overlap is not None:
            pairs.append(("overlapped ink", row.overlap, bound.overlap))
    names = tuple(
        f"{name} (at most {most:,.0f})" if most >= 100 else f"{name} (at most {most:.4g})"
        for name, value, most in pairs
        if value > most
    )
    return replace(row, misses=names)


def _documented(method: str, scene: azroutes.Scene) -> Row:
    """Return the measures of the documented flows as a figure draws them."""
    across = np.ptp([node.x for node in scene.nodes]) / scene.frame.metres_per_px
    found = azroutes.metrics(scene.arrows, figure_width_px=float(across), node_radius_px=scene.theme.node_radius_px)
    return row_of(f"documented flows, {len(scene.arrows)}", method, found, float("nan"))


PLOT = """
import time
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import azroutes
from azroutes.figure import plot_flows
from azroutes.geometry.declutter import _searched
for _ in range(2):
    begin = time.perf_counter()
    plot_flows(method="declutter")
    print(time.perf_counter() - begin)
    plt.close("all")
    assert _searched.cache_info().currsize > 0
    _searched.cache_clear()
"""


def plot_time() -> tuple[float, float]:
    """Return what the first and the second figure of the documented flows take in a process, s, both laid out anew."""
    done = subprocess.run([sys.executable, "-c", PLOT], capture_output=True, text=True, check=True)
    cold, warm = map(float, done.stdout.split())
    return cold, warm


HEADER = ("network", "layout", "crossings", "acute", "node hits", "overlapped ink", "detour mean", "detour max",
          "seconds", "plain sweeps", "")  # fmt: skip
SIZES = (26, 23, 10, 7, 10, 15, 12, 11, 9, 13, 0)


def _cells(row: Row | Reference, network: str) -> tuple[str, ...]:
    if isinstance(row, Reference):
        return (network, row.layout, f"{row.crossings:,}", f"{row.acute:,}", f"{row.hits}",
                "-" if row.overlap is None else f"{row.overlap:.2f}", "-", "-", row.seconds, "-", "")  # fmt: skip
    took, sweeps = ("-" if np.isnan(number) else f"{number:.2f}" for number in (row.seconds, row.sweeps))
    return (network, row.layout, f"{row.crossings:,}", f"{row.acute:,}", f"{row.hits}", f"{row.overlap:.3f}",
            f"{row.detour_mean:.3f}", f"{row.detour_max:.2f}", took, sweeps,
            f"misses {', '.join(row.misses)}" if row.misses else "")  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    return " ".join(text.ljust(size) for text, size in zip(cells, SIZES, strict=True)).rstrip()


def put_table(page: Path, rows: Sequence[Row | Reference], times: Sequence[str]) -> None:
    """Put all rows between the marks of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    head = [f"| {' | '.join((*HEADER[:-1], 'bounds'))} |", "|---|---|" + "---:|" * 8 + "---|"]
    body, network = [], ""
    for row in rows:
        network = row.network if isinstance(row, Row) else network
        body.append(f"| {' | '.join(_cells(row, network))} |")
    listed = "\n".join([BEGIN, *head, *body, "", *(f"- {line}" for line in times), END])
    page.write_text(before + listed + after, encoding="utf-8", newline="\n")


def draw_all(laid: dict[tuple[str, str], gpd.GeoDataFrame], scenes: dict[str, azroutes.Scene], folder: Path) -> None:
    """Draw each picture whose network was laid out."""
    wanted = (("us_100", "US commodity flows, 100", "straight"), ("us_200", "US commodity flows, 200", "straight"),
              ("star", star(24).name, "straight"), ("mesh", mesh(8).name, "straight"))  # fmt: skip
    for file, name, before in wanted:
        if (name, before) not in laid:
            continue
        tables = [laid[name, method] for method in (before, "declutter")]
        found = [azroutes.metrics(table, figure_width_px=ACROSS_PX, node_radius_px=NODE_PX) for table in tables]
        captions = [_caption(method, row_of(name, method, told, 0.0))
                    for method, told in zip((before, "declutter"), found, strict=True)]  # fmt: skip
        side_by_side(network_panels(tables), captions, folder / f"layout_{file}.png")
    pair = ("arc", "declutter")
    captions = [_caption(method, _documented(method, scenes[method])) for method in pair]
    side_by_side([_map_of(scenes[method]) for method in pair], captions, folder / "layout_documented.png")


def _caption(method: str, row: Row) -> str:
    return f"{method}: {row.crossings:,} crossings, {row.acute:,} acute, {row.hits} places run over"


def network_panels(tables: Sequence[gpd.GeoDataFrame]) -> list[Image.Image]:
    """Return drawings of one network in one frame: arrows with halos, the wide ones below, and circles."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(tables[0].geometry, k)) for k in (0, -1)])
    low, scale = ends.min(axis=0), ACROSS_PX / np.ptp(ends[:, 0])
    around = np.array([table.total_bounds for table in tables]).reshape(-1, 2, 2)
    x0, y0 = (around[:, 0].min(axis=0) - low) * scale - 18.0
    x1, y1 = (around[:, 1].max(axis=0) - low) * scale + 18.0
    places = np.unique(np.round((ends - low) * scale, 6), axis=0)
    return [_panel(table, lambda xy: (xy - low) * scale, (x0, y0, x1, y1), places) for table in tables]


def _panel(
    table: gpd.GeoDataFrame, to_px: Callable[[Floats], Floats], box: tuple[float, float, float, float], places: Floats
) -> Image.Image:
    look = theme_of("default")
    x0, y0, x1, y1 = box
    figure = Figure(figsize=(PANEL_PX / 100, PANEL_PX / 100 * (y1 - y0) / (x1 - x0)), dpi=100, facecolor=look.land)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(x0, x1), ylim=(y0, y1))
    axes.axis("off")
    wide = table.sort_values("width_px", ascending=False, kind="stable")
    paths = to_px(shapely.get_coordinates(wide.geometry.to_numpy())).reshape(len(wide), -1, 2)
    width = wide["width_px"].to_numpy(dtype=float)
    gap = np.full(len(width), NODE_PX + 1.0)
    shapes = arrows(trimmed(paths, gap, gap), np.maximum(width, THIN_PX), head_size(width), [SOLID] * len(width))
    colour = look.colour("human_trafficking")
    outlines = [outline for shape in shapes for outline in [_outline(shape)] * 2]
    axes.add_collection(PathCollection(
        outlines, facecolor=[look.land, colour] * len(shapes), edgecolor=[look.land, "none"] * len(shapes),
        linewidth=[size for wide_px in width for size in (min(HALO_PX, wide_px), 0.0)],
    ))  # fmt: skip
    for x, y in places:
        axes.add_patch(Circle((float(x), float(y)), NODE_PX, facecolor=look.land, edgecolor=look.node, linewidth=0.9,
                              zorder=3))  # fmt: skip
    return _image(figure)


def _outline(shape: shapely.Geometry) -> Outline:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))


def _map_of(scene: azroutes.Scene) -> Image.Image:
    """Return the map alone of a figure as azroutes draws it."""
    figure = FlowFigure()
    axes = draw(scene, add_map_axes(figure, scene))
    figure.set_dpi(72.0 * PANEL_PX / scene.frame.width_px)
    whole, box = _image(figure), axes.get_position()
    wide, high = whole.size
    return whole.crop((round(box.x0 * wide), round((1 - box.y1) * high), round(box.x1 * wide),
                       round((1 - box.y0) * high)))  # fmt: skip


def _image(figure: Figure) -> Image.Image:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return Image.open(buffer).convert("RGB")


def side_by_side(panels: Sequence[Image.Image], captions: Sequence[str], path: Path) -> None:
    """Save pictures next to one another, each with a line below."""
    look = theme_of("default")
    high = max(panel.height for panel in panels)
    size = (sum(panel.width for panel in panels) + GAP_PX * (len(panels) - 1), high + CAPTION_PX)
    sheet = Image.new("RGB", size, look.paper)
    pen, font, left = ImageDraw.Draw(sheet), ImageFont.truetype(findfont(FONT), 15), 0
    for panel, caption in zip(panels, captions, strict=True):
        sheet.paste(panel, (left, 0))
        pen.text((left + 4, high + 6), caption, fill=look.ink, font=font)
        left += panel.width + GAP_PX
    # The usual way keeps colours by their area, and gives thin arrows those of others.
    few = sheet.quantize(COLOURS_OF_PNG, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)


if __name__ == "__main__":
    main()
