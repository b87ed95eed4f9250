"""Flows too many to be laid out one by one: places that cluster as a reader zooms out, and flows as columns.

The page adds the flows up itself, between the clusters of each zoom and for what its filters let through, so that a
filter and a click mean the same on a cluster as on a place. Here are the clusters, the curves of the widest ways of
each zoom, and all that the page has to know of a flow to filter it and to tell whose word it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from azroutes.arrows import HAIRLINE_PX, LEAST_PX
from azroutes.dtypes import CERTAINTY
from azroutes.flows import SUPPRESSED, steps_of
from azroutes.geometry.arrange import arrange
from azroutes.geometry.cluster import Level, cluster_levels
from azroutes.measure import NO_UNIT_TITLE
from azroutes.packing import counting, measuring, pack
from azroutes.places import Place, place
from azroutes.privacy import is_hidden
from azroutes.vocabulary import Basis, Certainty, Form, Role, label, words
from azroutes.vocabulary import codes as vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from azroutes.geometry.shapes import Floats, Ints
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme

MANY = 1000
"""Ways that flows of a market take between two places, up to which a page holds each as an arrow of its own."""

DRAWN = 1000
"""Arrows that a page draws at once, the widest in view."""

LAID_OUT = 10
"""Pairs of places whose arrows are decluttered, those with the largest totals, at the zoom on which a page opens and at
the next: farther out few are apart, closer by few are in view. All others are arcs."""

TILE_PX = 256.0
FIRST_ZOOM, LAST_ZOOM = 2, 10
"""The zooms of the page."""

CLOSE_PX = 5.0
"""Distance of two places up to which the way between them is not laid out, px."""

ROOM_PX = 30.0
"""How far laid out arrows may run beyond the box around their places, px."""

COUNT_TITLE = "number of flows"
NO_YEAR = 0
MAX_RADIUS_PX = 17.0


@dataclass(frozen=True)
class Crowd:
    """Many flows, and what their arrows show.

    Attributes
    ----------
    flows : GeoDataFrame
        A valid table.
    steps : DataFrame
        Their legs: ``flow`` (the number of a row), ``start`` and ``end`` (numbers of places).
    places : list of Place
    unit : str or None
        The unit of the quantities that widths show; None where they show the number of flows.
    """

    flows: gpd.GeoDataFrame
    steps: pd.DataFrame
    places: list[Place]
    unit: str | None

    @property
    def value(self) -> Floats:
        """What each leg adds to the width of its arrow; NaN where a flow has no number."""
        if self.unit is None:
            return np.ones(len(self.steps))
        quantity = self.flows["quantity"].to_numpy(dtype=float, na_value=np.nan)
        return cast("Floats", quantity[self.steps["flow"].to_numpy()])


def is_crowd(flows: gpd.GeoDataFrame) -> bool:
    """Tell whether a page cannot hold each arrow of flows by itself."""
    if len(flows) <= MANY:
        return False
    ways = flows[["market", "origin", "via", "destination"]]
    return len(ways.drop_duplicates()) > MANY


def crowd_of(flows: gpd.GeoDataFrame, unit: str | None) -> Crowd:
    """Return flows with their legs and places numbered; places are in the order of their codes."""
    if (flows["via"] == "").all():
        steps = pd.DataFrame({"flow": np.arange(len(flows)), "start": flows["origin"], "end": flows["destination"]})
    else:
        found = steps_of(flows)
        steps = pd.DataFrame({"flow": flows.index.get_indexer(pd.Index(found["flow_id"])), "start": found["start"],
                              "end": found["end"]})  # fmt: skip
    number, known = pd.factorize(pd.concat([steps["start"], steps["end"]]).astype(object), sort=True)
    steps["start"], steps["end"] = number[: len(steps)], number[len(steps) :]
    return Crowd(flows, steps.reset_index(drop=True), [place(str(code)) for code in known], unit)


def parts(
    crowd: Crowd, classes: Sequence[str | None], xy: Floats, theme: Theme, *, by: str = "market",
    scale: WidthScale | None = None, most: int = DRAWN, least: float = 0.0, also: Mapping[str, Ints] | None = None,
    opening: float = 3.0,
) -> dict[str, object]:  # fmt: skip
    """Return what a page draws of many flows.

    Parameters
    ----------
    crowd : Crowd
    classes : sequence of str or None
        The markets that are drawn apart, in the order of the page.
    xy : array of shape (places, 2)
        The places on a web map, the whole world from 0 to 1, y downwards.
    theme : Theme
    by : {'market', 'commodity'}
        What is drawn apart between two places: the flows of each market, or those of each of its commodities.
    scale : WidthScale, optional
        One scale of widths for all zooms; by default each zoom has its own, fitted to its largest arrow.
    most : int
        Arrows that are drawn at once.
    least : float
        The least number of an arrow that is shown at first.
    opening : float
        The zoom at which the page opens, about.
    also : mapping of str to array of int, optional
        More columns of the flows.
    """
    start, end = (crowd.steps[side].to_numpy(dtype=np.intp) for side in ("start", "end"))
    value: Floats = np.nan_to_num(crowd.value)
    count = len(crowd.places)
    weight = cast("Floats", np.bincount(start, value, count) + np.bincount(end, value, count))
    market = {code: n for n, code in enumerate(classes)}
    codes = np.array([market[code if isinstance(code, str) else None] for code in crowd.flows["market"].astype(object)])
    apart, kinds = _apart(crowd.flows, codes) if by == "commodity" else (codes, [])
    levels = cluster_levels(xy, weight, zooms=range(FIRST_ZOOM, LAST_ZOOM + 1))
    columns: dict[str, NDArray[np.generic]] = {
        "x": xy[:, 0].astype(np.float64), "y": xy[:, 1].astype(np.float64),
        "start": counting(start), "end": counting(end), "flow": counting(crowd.steps["flow"].to_numpy()),
        "market": counting(codes), **({"class": counting(apart)} if kinds else {}),
    }  # fmt: skip
    if len(crowd.steps) == len(crowd.flows):
        del columns["flow"]  # each flow is one leg, in its order
    listed = []
    opened = {_drawn_at(levels, zoom) for zoom in (math.floor(opening), math.floor(opening) + 1)}
    for number, level in enumerate(levels):
        ends = level.member[start], level.member[end]
        columns |= {
            f"{number}.{name}": part
            for name, part in _curves(level, ends, value, theme, LAID_OUT if number in opened else 0).items()
        }
        columns |= {f"{number}.member": counting(level.member), f"{number}.lead": counting(level.lead),
                    f"{number}.x": level.xy[:, 0].astype(np.float64),
                    f"{number}.y": level.xy[:, 1].astype(np.float64)}  # fmt: skip
        arrow, total = _largest(ends, apart[crowd.steps["flow"].to_numpy()], value, len(level.xy))
        px = scale.px_per_unit if scale is not None else theme.max_width_px / arrow if arrow > 0 else 0.0
        listed.append({"zoom": level.zoom, "px": px, "largest": arrow, "total": total})
    facts, words_of = _facts(crowd.flows)
    unit = words(crowd.unit) if crowd.unit else NO_UNIT_TITLE
    return {
        "clustered": {
            "packed": pack(columns | facts | {name: counting(one) for name, one in (also or {}).items()}),
            "words": words_of,
            "certainties": vocabulary(Certainty),
            **({"classes": kinds} if kinds else {}),
            "levels": listed,
            "names": [found.name for found in crowd.places],
            "codes": [found.code for found in crowd.places],
            "kinds": [found.kind.value for found in crowd.places],
            "title": f"Width: {COUNT_TITLE if crowd.unit is None else unit.lower()}",
            "unit": words(crowd.unit).lower() if crowd.unit else "",
            "counts": crowd.unit is None,
            "integral": bool((np.floor(value) == value).all()),
            "hairline": HAIRLINE_PX,
            "least": LEAST_PX,
            "at_least": least,
            "radius": theme.node_radius_px,
            "widest_radius": MAX_RADIUS_PX,
            "most": most,
        }
    }


def _apart(flows: gpd.GeoDataFrame, market: Ints) -> tuple[Ints, list[dict[str, object]]]:
    """Return the class of each flow, a commodity of a market, and what each class is, in the order of the markets."""
    commodity, names = pd.factorize(flows["commodity"].astype("string"), sort=True)
    key = market.astype(np.int64) * (len(names) + 1) + commodity + 1
    known, apart = np.unique(key, return_inverse=True)
    kinds: list[dict[str, object]] = []
    for one in known:
        of, name = divmod(int(one), len(names) + 1)
        kinds.append({"market": of, "cargo": words(str(names[name - 1])).lower() if name else ""})
    return apart, kinds


def _drawn_at(levels: Sequence[Level], zoom: int) -> int:
    """Return the number of the level that is drawn at a zoom: the finest that is not finer than it."""
    fit = [number for number, level in enumerate(levels) if level.zoom <= zoom]
    return min(fit) if fit else len(levels) - 1


def _largest(ends: tuple[Ints, Ints], market: Ints, value: Floats, clusters: int) -> tuple[float, float]:
    """Return the largest arrow between two clusters, and the largest total in and out of one."""
    start, end = ends
    apart = start != end
    key = (market[apart].astype(np.int64) * clusters + start[apart]) * clusters + end[apart]
    group, _ = pd.factorize(key)
    arrow = float(np.bincount(group, value[apart]).max(initial=0.0)) if len(key) else 0.0
    total = np.bincount(start, value, clusters) + np.bincount(end[apart], value[apart], clusters)
    return arrow, float(total.max(initial=0.0))


def _curves(
    level: Level, ends: tuple[Ints, Ints], value: Floats, theme: Theme, most: int
) -> dict[str, NDArray[np.generic]]:
    """Return the control points of the widest pairs of clusters, in the frame of their chords, decluttered together."""
    if not most:
        nothing = np.empty(0, dtype=np.uint8)
        return {"a": nothing, "b": nothing, "along": np.empty(0, np.float32), "across": np.empty(0, np.float32)}
    low, high = np.minimum(*ends), np.maximum(*ends)
    apart = low != high
    pair, group = np.unique(low[apart].astype(np.int64) * len(level.xy) + high[apart], return_inverse=True)
    total = np.bincount(group, value[apart], len(pair)) if len(pair) else np.empty(0)
    px = level.xy * TILE_PX * 2.0**level.zoom
    a, b = np.divmod(pair, max(len(level.xy), 1))
    # Places that all but coincide have no way between them that could be bent.
    seen = np.flatnonzero(np.hypot(*(px[b] - px[a]).T) > CLOSE_PX)
    widest = np.sort(seen[np.lexsort((pair[seen], -total[seen]))[:most]])
    if not len(widest):
        return _curves(level, ends, value, theme, 0)
    a, b = a[widest], b[widest]
    at = {str(k): (float(px[k, 0]), -float(px[k, 1])) for k in np.unique([a, b])}
    width = cast("Floats", theme.max_width_px * total[widest] / max(float(total.max()), 1e-300))
    spots = np.array(list(at.values()))
    frame = (*(spots.min(axis=0) - ROOM_PX), *(spots.max(axis=0) + ROOM_PX))
    drawn = arrange([str(k) for k in a], [str(k) for k in b], at, width, node_radius_px=theme.node_radius_px,
                    frame=cast("tuple[float, float, float, float]", frame))  # fmt: skip
    ends_px = np.array([[at[str(k)] for k in side] for side in (a, b)])
    chord = ends_px[1] - ends_px[0]
    middle = drawn.spines[:, drawn.spines.shape[1] // 2]
    # Of a quadratic curve: its middle lies half way between that of its chord and its control point.
    off = 2 * middle - ends_px.sum(axis=0) / 2 - ends_px[0]
    square = np.maximum((chord**2).sum(axis=1), 1e-12)
    along = (off * chord).sum(axis=1) / square
    across = (off[:, 1] * chord[:, 0] - off[:, 0] * chord[:, 1]) / square
    return {"a": counting(a), "b": counting(b), "along": along.astype(np.float32), "across": across.astype(np.float32)}


def _facts(flows: gpd.GeoDataFrame) -> tuple[dict[str, NDArray[np.generic]], dict[str, list[object]]]:
    """Return the columns of facts of flows, and the words that their codes stand for."""
    worded: dict[str, tuple[str, Callable[[str], object]]] = {
        "title": ("commodity", words),
        "form": ("form", lambda code: label(Form, code)),
        "group": ("group", str),
        "role": ("role", lambda code: label(Role, code)),
        "basis": ("basis", lambda code: label(Basis, code)),
        "wording": ("wording", str),
        "sources": ("sources", lambda text: [part for part in text.split(";") if part]),
    }
    columns: dict[str, NDArray[np.generic]] = {}
    meaning: dict[str, list[object]] = {}
    for name, (column, means) in worded.items():
        codes, known = pd.factorize(flows[column].astype("string"), sort=True)
        columns[f"flow.{name}"] = counting(codes + 1)  # 0 says that there is none
        meaning[name] = [means(str(text)) if str(text) else None for text in known]
    # Numbered from the least sure, so that the largest number of an arrow's flows is how sure the arrow is.
    columns["flow.certainty"] = counting(flows["certainty"].astype(CERTAINTY).cat.codes.to_numpy() + 1)
    meaning["certainty"] = [label(Certainty, code) for code in vocabulary(Certainty)]
    if is_hidden(flows).any():
        why, known = pd.factorize(flows[SUPPRESSED].astype("string"), sort=True)
        columns["flow.hidden"] = counting(why + 1)
        meaning["hidden"] = [str(text) for text in known]
    for name, column in (("first", "first_year"), ("last", "last_year")):
        columns[f"flow.{name}"] = flows[column].to_numpy(dtype=np.int16, na_value=NO_YEAR)
    columns["flow.amount"] = measuring(flows["quantity"].to_numpy(dtype=float, na_value=np.nan))
    columns["flow.lineages"] = counting(flows["lineages"].to_numpy(dtype=np.int64))
    return columns, meaning
