"""Names on maps: our placement against the library textalloc, on the same maps, judged by the same measures.

    python benchmarks/labels.py

Needs an environment with azroutes installed, and textalloc 1.2 or later in it. Maps are the documented flows and flows
that are made up, all decluttered. Both placers get the same names in the same order, the same places, circles,
arrowheads, arrows and frame; what they make of them is judged here, from the boxes of the names alone. Once the
documented flows are laid out without any place kept for names, as elsewhere arrows keep off where ours will likely be.

textalloc gets circles as `x_scatter`, `y_scatter`, `scatter_sizes`; the outlines of arrows and heads as `x_lines`,
`y_lines`; both checks on its own leaders; and axes that measure a name as we do. It has no arrows that names had better
not cross, only such as they must not, so it is run in three ways. Strict: a name without a free spot is left out
(`draw_all=False`). Twice: those left out are tried again, with circles, heads and the names that stand as the only
obstacles. Far: twice, with its own `max_distance` of 0.2, which puts fewer names on arrows and more far from their
places. The margin is the best of some trials: wider ones leave out more names. Twice as many candidates place a few
more in the strict way, and none more in the others, for twice the time; `draw_all=True` puts names on heads and
circles. Its seconds are those of `allocate` alone.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, fields, replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import azroutes
from azroutes.geometry.shapes import boxes as rectangles
from azroutes.geometry.shapes import points
from azroutes.geometry.spots import LEADER_FROM
from azroutes.labels import Label, place_labels
from azroutes.lettering import names, reserved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import geopandas as gpd
    from matplotlib.backend_bases import RendererBase

    from azroutes.basemap import Basemap
    from azroutes.geometry.shapes import Flags, Floats, Ints, Shapes
    from azroutes.obstacles import Obstacles
    from azroutes.projection import Frame
    from azroutes.stage import Node
    from azroutes.theme import Theme

RUNS = 3
SEED = 20
MADE_UP = ((30, 45), (50, 75), (70, 100))
"""Places and flows of the made up tables."""

DOTS_PER_INCH = 72
"""So a point of type is a pixel."""

MARGIN_PX, NEAREST_PX, CANDIDATES = 0.4, 1.2, 200
"""textalloc's `margin`, `min_distance` and `nbr_candidates`."""

NEAR_PX, FAR_SHARE = 64.0, 0.2
"""Its `max_distance`: eight heights of type, somewhat more than our longest leader; or its own, a share of the map."""

SLIGHT_PX2 = 0.5
"""A smaller area in common is none."""

PAD_PX = 1.0
"""What our boxes are wider than their text at either side."""

FINE_PX = 0.4
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
    shafts : array of Polygon
        Arrows without heads and dashes, from place to place: a few points each, for textalloc.
    """

    name: str
    labels: tuple[Label, ...]
    radius: Floats
    obstacles: Obstacles
    preferred: Floats
    shafts: Shapes

    @property
    def spots(self) -> Floats:
        """Return where the places are."""
        return np.array([(label.x, label.y) for label in self.labels])


@dataclass(frozen=True)
class Way:
    """How textalloc is run: try names left out again without the shafts of arrows, and look far for a spot."""

    name: str
    again: bool = False
    far: bool = False


OURS = "azroutes"
WAYS = (Way("textalloc, strict"), Way("textalloc, twice", again=True), Way("textalloc, far", again=True, far=True))


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
        radius = np.array([node.radius_px for node in nodes])
        caught.append(Job(name, tuple(wanted), radius, obstacles, preferred, np.empty(0, dtype=object)))
        return names(wanted, nodes, frame, land, look, obstacles, preferred)

    def none(_stage: object, _nodes: object, wanted: Sequence[Label]) -> Floats:
        return np.full((len(wanted), 4), np.nan)

    with patch("azroutes.scene.names", spy), patch("azroutes.scene.reserved", reserved if reserve else none):
        scene = azroutes.compose(flows, extent=extent, method="declutter")
    lines = shapely.transform(scene.arrows.geometry.to_numpy(), scene.frame.to_px)
    wide = scene.arrows["width_px"].to_numpy(dtype=float)
    shafts = shapely.buffer(lines[wide > 0], wide[wide > 0] / 2, cap_style="flat", quad_segs=1)
    return replace(caught[0], shafts=shafts)


def made_up(places: int, count: int) -> gpd.GeoDataFrame:
    """Return so many flows between points, half of them in clusters; a few places have many flows."""
    random = np.random.default_rng(SEED + places)
    hubs = random.uniform((32, 25), (52, 75), (5, 2))
    clustered = hubs[random.integers(5, size=places)] + random.normal(0, 2.0, (places, 2))
    scattered = random.uniform((30, 22), (54, 78), (places, 2))
    lat, lon = np.where(random.random(places)[:, None] < 0.5, clustered, scattered).T
    share = 1.0 / np.arange(1, places + 1)
    pairs: set[tuple[int, int]] = set()
    # Each place has a flow at least; the others fall to the first places for the most part.
    for start in [*range(places), *random.choice(places, 50 * count, p=share / share.sum())]:
        other = share * (np.arange(places) != start)
        if len(pairs) < count:
            pairs.add((int(start), int(random.choice(places, p=other / other.sum()))))
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
        sizes = random.integers(2, 4, size=random.integers(1, 3))
        found[" ".join("".join(random.choice(parts, size)).capitalize() for size in sizes)] = None
    return list(found)


def measured(job: Job) -> Iterator[tuple[str, Row]]:
    """Yield what each placer makes of a map, with the median of its seconds."""
    yield OURS, timed(job, partial(ours, job))
    for way in WAYS:
        yield way.name, timed(job, partial(theirs, job, way))


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
    everything = _rings([*job.obstacles.heads, *job.shafts])
    boxes, took = allocated(job, np.arange(len(job.labels)), everything, far=way.far)
    left = np.flatnonzero(np.isnan(boxes[:, 0]))
    if way.again and len(left):
        stand = boxes[~np.isnan(boxes[:, 0])]
        solid = [*_rings(job.obstacles.heads), *(_filled(box) for box in stand), *_leaders(job, boxes).values()]
        boxes[left], more = allocated(job, left, solid, far=way.far)
        took += more
    return boxes, took


class _Sized(Text):
    """A text with a box that is known, which begins where the text does."""

    size: tuple[float, float] = (0.0, 0.0)

    def get_window_extent(self, renderer: RendererBase | None = None, dpi: float | None = None) -> Bbox:
        """Return the box, px."""
        del renderer, dpi
        x, y = self.get_transform().transform(self.get_position())
        return Bbox.from_bounds(x, y, *self.size)


class _Sheet(Axes):
    """Axes whose data are pixels, and whose texts are names of places with boxes of our own."""

    sizes: Mapping[str, tuple[float, float]] = {}

    def text(self, x: float, y: float, s: str, fontdict: dict[str, object] | None = None, **_: object) -> Text:
        """Add the name of a place."""
        del fontdict
        name = _Sized(x, y, s, transform=self.transData)
        name.size = self.sizes[s]
        self.add_artist(name)
        return name


def allocated(job: Job, rows: Ints, obstacles: Sequence[Floats], *, far: bool) -> tuple[Floats, float]:
    """Let textalloc place some of the names: their boxes, nan where one is left out, and the seconds."""
    import textalloc

    width, height = job.obstacles.size
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    axes = _Sheet(figure, (0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    figure.add_axes(axes)
    axes.axis("off")
    at, wanted = job.spots, [job.labels[k] for k in rows]
    axes.sizes = {name.code: (name.width, name.height) for name in wanted}
    begin = time.perf_counter()
    _, _, texts, _ = textalloc.allocate(
        axes, at[rows, 0], at[rows, 1], [name.code for name in wanted], x_scatter=at[:, 0], y_scatter=at[:, 1],
        scatter_sizes=job.radius, text_scatter_sizes=job.radius[rows], x_lines=[line[:, 0] for line in obstacles],
        y_lines=[line[:, 1] for line in obstacles], textsize=wanted[0].size, margin=MARGIN_PX / width,
        min_distance=NEAREST_PX / width, max_distance=FAR_SHARE if far else NEAR_PX / width,
        nbr_candidates=CANDIDATES, draw_all=False, avoid_label_lines_overlap=True, avoid_crossing_label_lines=True,
        auto_ha=False,
    )  # fmt: skip
    took = time.perf_counter() - begin
    boxes = [(np.nan,) * 4 if text is None else text.get_window_extent().extents for text in texts]
    return np.array(boxes, dtype=float), took


def _rings(shapes: Sequence[shapely.Polygon] | Shapes) -> list[Floats]:
    """Return the outlines of polygons, with no more points than they need."""
    rings = shapely.get_rings(shapely.simplify(shapely.get_parts(np.array(shapes, dtype=object)), FINE_PX))
    return [shapely.get_coordinates(ring) for ring in rings]


def _filled(box: Floats) -> Floats:
    """Return a line that no other box comes between: the outline of a box, its diagonals and its middle."""
    x0, y0, x1, y1 = box
    y = (y0 + y1) / 2
    return np.array([(x0, y), (x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y), (x1, y), (x0, y0), (x1, y1), (x1, y0),
                     (x0, y1)])  # fmt: skip


def judged(job: Job, boxes: Floats, seconds: float) -> Row:
    """Return the measures of boxes of names."""
    stand = np.flatnonzero(~np.isnan(boxes[:, 0]))
    boxed, circles = rectangles(boxes[stand]), shapely.buffer(points(job.spots), job.radius)
    inked = shapely.area(shapely.intersection(boxed, shapely.union_all(job.obstacles.arrows)))
    gaps = shapely.distance(boxed, circles[stand])
    other, name = shapely.STRtree(circles).query(boxed, predicate="dwithin", distance=gaps - 0.5 * PAD_PX)[::-1]
    astray = np.unique(name[other != stand[name]])
    leaders = _leaders(job, boxes)
    return Row(
        asked=len(boxes),
        placed=len(stand),
        overlaps=int(_common(boxed, boxed).sum() - len(stand)) // 2,
        heads=int(_common(boxed, job.obstacles.heads).any(axis=1).sum()),
        circles=int(_common(boxed, circles).any(axis=1).sum()),
        crossed=int((inked > SLIGHT_PX2).sum()),
        ink=float(inked.sum()),
        area=float(shapely.area(boxed).sum()),
        astray=len(astray),
        gaps=gaps,
        leaders=len(leaders),
        tangled=_tangled(leaders, boxed, stand, circles),
        seconds=seconds,
    )


def _common(shapes: Shapes, others: Shapes) -> Flags:
    """Return which shapes have more than a slight area in common with which others."""
    found = np.zeros((len(shapes), len(others)), dtype=bool)
    one, other = shapely.STRtree(others).query(shapes, predicate="intersects")
    found[one, other] = shapely.area(shapely.intersection(shapes[one], others[other])) > SLIGHT_PX2
    return found


def _leaders(job: Job, boxes: Floats) -> dict[int, Floats]:
    """Return the leader of each name that stands off its circle, from the circle's rim to the nearest of its box."""
    found = {}
    for k in np.flatnonzero(~np.isnan(boxes[:, 0])):
        place = job.spots[k]
        near = np.clip(place, boxes[k, :2], boxes[k, 2:])
        far = float(np.hypot(*(near - place)))
        if far - job.radius[k] > LEADER_FROM * job.labels[k].size:
            found[int(k)] = np.array([place + (near - place) * job.radius[k] / far, near])
    return found


def _tangled(leaders: dict[int, Floats], boxed: Shapes, stand: Ints, circles: Shapes) -> int:
    """Return how many leaders run over another name, another circle or another leader."""
    lines = {k: shapely.LineString(leader) for k, leader in leaders.items()}
    count = 0
    for k, line in lines.items():
        others = [*boxed[stand != k], *np.delete(circles, k), *(lines[m] for m in lines if m != k)]
        count += bool(shapely.intersects(line, np.array(others, dtype=object)).any())
    return count


def total(rows: Sequence[Row]) -> Row:
    """Return the sums over maps."""
    sums = {field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Row) if field.name != "gaps"}
    return Row(**sums, gaps=np.concatenate([row.gaps for row in rows]))


HEADER = ("map", "placer", "placed", "on a name", "on a head", "on a circle", "on arrows", "ink %", "nearer another",
          "gap mean", "gap max", "leaders", "tangled", "seconds")  # fmt: skip
SIZES = (24, 18, 8, 10, 10, 12, 10, 6, 15, 9, 8, 8, 8, 8)


def _cells(name: str, placer: str, row: Row) -> tuple[str, ...]:
    return (name, placer, f"{row.placed}/{row.asked}", f"{row.overlaps}", f"{row.heads}", f"{row.circles}",
            f"{row.crossed}", f"{100 * row.ink / row.area:.1f}", f"{row.astray}", f"{row.gaps.mean():.1f}",
            f"{row.gaps.max():.0f}", f"{row.leaders}", f"{row.tangled}", f"{row.seconds:.3f}")  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    return " ".join(text.ljust(size) for text, size in zip(cells, SIZES, strict=True)).rstrip()


def compared(one: Row, other: Row, placer: str) -> str:
    """Return our measures over another placer's."""
    pairs = (("names placed", one.placed, other.placed), ("ink", one.ink / one.area, other.ink / other.area),
             ("gap", one.gaps.mean(), other.gaps.mean()), ("seconds", one.seconds, other.seconds))  # fmt: skip
    return f"ours / {placer}: " + ", ".join(f"{what} {a / b:.2f}" for what, a, b in pairs if b)


if __name__ == "__main__":
    main()
