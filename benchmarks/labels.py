"""Names on maps: our placement against the library textalloc, on the same maps, judged by the same measures.

    python benchmarks/labels.py

Needs an environment with azroutes installed, and textalloc 1.2 or later in it. Maps are the documented flows and flows
that are made up, all decluttered. Both placers get the same names in the same order, the same places, circles,
arrowheads, arrows and frame; what they make of them is judged here, from the boxes of the names alone. Once the
documented flows are laid out without any place kept for names, as elsewhere arrows keep off where ours will likely be.

textalloc gets circles as `x_scatter`, `y_scatter`, `scatter_sizes`; the outlines of arrows and heads as `x_lines`,
`y_lines`; and both of its checks on its own leaders. It knows no arrow that is bad to cross and may be crossed, so it is
run in three ways: strict (`draw_all=False`: a name without a free spot is left out), all (`draw_all=True`: it stands
where no name is) and twice (names left out are tried again with circles and heads as the only obstacles, and the names
that stand). Margin, distances and candidates are those that did best for it in trials; see the constants.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING
from unittest.mock import patch

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import azroutes
from azroutes.geometry.shapes import boxes as rectangles
from azroutes.geometry.shapes import lines as lines_of
from azroutes.geometry.shapes import points
from azroutes.geometry.spots import LEADER_FROM
from azroutes.labels import Label, Obstacles, place_labels
from azroutes.lettering import names
from azroutes.theme import FONT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import geopandas as gpd

    from azroutes.basemap import Basemap
    from azroutes.geometry.shapes import Flags, Floats, Shapes
    from azroutes.projection import Frame
    from azroutes.stage import Node
    from azroutes.theme import Theme

RUNS = 3
SEED = 20
MADE_UP = ((30, 45), (50, 75), (80, 120))
"""Places and flows of the made up tables."""

DOTS_PER_INCH = 72
"""So a point of type is a pixel."""

MARGIN_PX, NEAREST_PX, FARTHEST_EM, CANDIDATES = 0.8, 2.0, 8.0, 400
"""textalloc's `margin`, `min_distance`, `max_distance` (in heights of type) and `nbr_candidates`."""

SLIGHT_PX2 = 0.5
"""A smaller area in common is none."""

PAD_PX = 1.0
"""What our boxes are wider than their text at either side."""

FINE_PX = 0.2
"""How far the outlines that textalloc gets may be from the arrows'."""


@dataclass(frozen=True)
class Job:
    """Names to place on one map.

    Attributes
    ----------
    name : str
    labels : tuple of Label
        The most important first, each at its place.
    radius : array of shape (n,)
        Of the places' circles, px.
    obstacles : Obstacles
    preferred : array of shape (n, 4)
        Boxes that arrows were laid around; nan where none.
    """

    name: str
    labels: tuple[Label, ...]
    radius: Floats
    obstacles: Obstacles
    preferred: Floats

    @property
    def at(self) -> Floats:
        """Return where the places are."""
        return np.array([(label.x, label.y) for label in self.labels])


@dataclass(frozen=True)
class Way:
    """How textalloc is run: draw names without a free spot too, or try them again without the shafts of arrows."""

    name: str
    draw_all: bool = False
    again: bool = False


WAYS = (Way("textalloc, strict"), Way("textalloc, all", draw_all=True), Way("textalloc, twice", again=True))


@dataclass(frozen=True)
class Row:
    """What one placer made of one map, or of all.

    Attributes
    ----------
    asked, placed : int
        Names.
    overlaps : int
        Pairs of names on one another.
    heads, circles : int
        Names over an arrowhead, over a circle.
    crossed : int
        Names over an arrow.
    ink, area : float
        What of the names' area lies over arrows, and that area, px².
    astray : int
        Names nearer to the circle of another place than to their own.
    gaps : array
        Free space between each name and its circle, px.
    leaders, tangled : int
        Names far enough to need one; those that run over a name, another circle or another leader.
    seconds : float
    """

    asked: int
    placed: int
    overlaps: int
    heads: int
    circles: int
    crossed: int
    ink: float
    area: float
    astray: int
    gaps: Floats
    leaders: int
    tangled: int
    seconds: float


def main() -> None:
    """Print the table and the ratios."""
    if find_spec("textalloc") is None:
        sys.exit('textalloc is not installed: python -m pip install "textalloc>=1.2"')
    mpl.use("Agg")
    mpl.rcParams["font.family"] = FONT
    print(_line(HEADER))
    found: dict[str, list[Row]] = {}
    for job in jobs():
        for placer, row in measured(job):
            print(_line(_cells(job.name if placer == OURS else "", placer, row)), flush=True)
            found.setdefault(placer, []).append(row)
    totals = {placer: total(rows) for placer, rows in found.items()}
    for placer, row in totals.items():
        print(_line(_cells("all maps" if placer == OURS else "", placer, row)))
    for way in WAYS:
        print(compared(totals[OURS], totals[way.name], way.name))


def jobs() -> Iterator[Job]:
    """Yield the maps."""
    flows = azroutes.load_flows()
    yield job_of("documented flows", flows)
    yield job_of("the same, no room kept", flows, reserve=False)
    yield job_of("victims of trafficking", flows[flows["market"] == "human_trafficking"])
    yield job_of("documented, Caucasus", flows, extent="Caucasus")
    for places, count in MADE_UP:
        yield job_of(f"made up, {places} places", made_up(places, count))


def job_of(name: str, flows: gpd.GeoDataFrame, *, extent: str | None = None, reserve: bool = True) -> Job:
    """Return the names of a map as our own placer gets them from `azroutes.compose`."""
    caught: list[Job] = []

    def spy(
        wanted: Sequence[Label], nodes: Sequence[Node], frame: Frame, land: Basemap, look: Theme, obstacles: Obstacles,
        preferred: Floats,
    ) -> tuple[tuple[Label, ...], list[str]]:  # fmt: skip
        caught.append(Job(name, tuple(wanted), np.array([node.radius_px for node in nodes]), obstacles, preferred))
        return names(wanted, nodes, frame, land, look, obstacles, preferred)

    def none(_stage: object, _nodes: object, wanted: Sequence[Label]) -> Floats:
        return np.full((len(wanted), 4), np.nan)

    with patch("azroutes.scene.names", spy):
        if reserve:
            azroutes.compose(flows, extent=extent, method="declutter")
        else:
            with patch("azroutes.scene.reserved", none):
                azroutes.compose(flows, extent=extent, method="declutter")
    return caught[0]


def made_up(places: int, count: int) -> gpd.GeoDataFrame:
    """Return so many flows between points, half of them in clusters; a few places have many flows."""
    random = np.random.default_rng(SEED + places)
    hubs = random.uniform((32, 25), (52, 75), (5, 2))
    clustered = hubs[random.integers(5, size=places)] + random.normal(0, 2.0, (places, 2))
    lat, lon = np.where(random.random(places)[:, None] < 0.5, clustered, random.uniform((30, 22), (54, 78), (places, 2))).T
    share = 1.0 / np.arange(1, places + 1)
    pairs: set[tuple[int, int]] = set()
    # Each place has a flow at least; the others fall to the first places for the most part.
    for start in [*range(1, places), *random.choice(places, 50 * count, p=share / share.sum())]:
        end = int(random.choice(places, p=share / share.sum()))
        if end != start and len(pairs) < count:
            pairs.add((int(start), end))
    codes = [f"{word}@{y:.4f},{x:.4f}" for word, y, x in zip(_words(places, random), lat, lon, strict=True)]
    ends = sorted(pairs)
    rows = {"origin": [codes[a] for a, _ in ends], "destination": [codes[b] for _, b in ends],
            "quantity": random.lognormal(0, 1, len(ends)).round(3), "unit": "t"}  # fmt: skip
    return azroutes.read_flows(pd.DataFrame(rows))


def _words(count: int, random: np.random.Generator) -> list[str]:
    """Return made up names, no two alike, of one word or two."""
    parts = ("ba", "do", "ker", "lin", "mo", "nar", "os", "pel", "qui", "ra", "sto", "tur", "ve", "wen", "zan")
    found: dict[str, None] = {}
    while len(found) < count:
        words = ["".join(random.choice(parts, random.integers(2, 4))).capitalize() for _ in range(random.integers(1, 3))]
        found[" ".join(words)] = None
    return list(found)


def measured(job: Job) -> Iterator[tuple[str, Row]]:
    """Yield what each placer makes of a map, with the median of its seconds."""
    yield OURS, timed(job, lambda: ours(job))
    for way in WAYS:
        yield way.name, timed(job, lambda way=way: theirs(job, way))  # type: ignore[misc]


def timed(job: Job, work: Callable[[], tuple[Floats, float]]) -> Row:
    """Return the measures of a placer's boxes."""
    runs = [work() for _ in range(RUNS)]
    return judged(job, runs[0][0], statistics.median(seconds for _, seconds in runs))


def ours(job: Job) -> tuple[Floats, float]:
    """Return the boxes of the names as we place them, nan where one is left out, and the seconds."""
    fresh = replace(job.obstacles)  # what obstacles keep once it is worked out is worked out anew
    begin = time.perf_counter()
    placed, _ = place_labels(job.labels, [float(size) for size in job.radius], fresh, preferred=job.preferred)
    took = time.perf_counter() - begin
    row = {label.code: k for k, label in enumerate(job.labels)}
    boxes = np.full((len(job.labels), 4), np.nan)
    for label in placed:
        boxes[row[label.code]] = label.box
    return boxes, took


def theirs(job: Job, way: Way) -> tuple[Floats, float]:
    """Return the boxes of the names as textalloc places them, nan where one is left out, and the seconds."""
    everything = _rings([*job.obstacles.heads, *job.obstacles.arrows])
    boxes, took = allocated(job, np.arange(len(job.labels)), everything, draw_all=way.draw_all)
    left = np.flatnonzero(np.isnan(boxes[:, 0]))
    if way.again and len(left):
        stand = boxes[~np.isnan(boxes[:, 0])]
        leaders, _ = _leaders(job, boxes)
        solid = [*_rings(job.obstacles.heads), *(_filled(box) for box in stand), *leaders.reshape(-1, 2, 2)]
        boxes[left], more = allocated(job, left, solid, draw_all=False)
        took += more
    return boxes, took


def allocated(job: Job, rows: np.ndarray, obstacles: Sequence[Floats], *, draw_all: bool) -> tuple[Floats, float]:
    """Let textalloc place some of the names, in a figure whose data are its pixels."""
    import textalloc

    width, height = job.obstacles.size
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    at, names = job.at, [job.labels[k] for k in rows]
    em = names[0].size
    begin = time.perf_counter()
    _, _, texts, _ = textalloc.allocate(
        axes, at[rows, 0], at[rows, 1], [name.text for name in names], x_scatter=at[:, 0], y_scatter=at[:, 1],
        scatter_sizes=job.radius, text_scatter_sizes=job.radius[rows], x_lines=[line[:, 0] for line in obstacles],
        y_lines=[line[:, 1] for line in obstacles], textsize=[name.size for name in names],
        fontweight=["bold" if name.bold else "normal" for name in names], margin=MARGIN_PX / width,
        min_distance=NEAREST_PX / width, max_distance=FARTHEST_EM * em / width, nbr_candidates=CANDIDATES,
        draw_all=draw_all, avoid_label_lines_overlap=True, avoid_crossing_label_lines=True, auto_ha=False, va="bottom",
    )  # fmt: skip
    took = time.perf_counter() - begin
    boxes = np.full((len(rows), 4), np.nan)
    for k, (name, text) in enumerate(zip(names, texts, strict=True)):
        if text is not None:
            extent = text.get_window_extent()
            middle = np.array([extent.x0 + extent.x1, extent.y0 + extent.y1]) / 2
            half = np.array([name.width, name.height]) / 2
            boxes[k] = [*(middle - half), *(middle + half)]
    return boxes, took
