"""The layout that declutters itself: fewer crossings, nothing over a foreign place, and the same each time."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from azroutes.geometry.declutter import Costs, Spines, declutter
from azroutes.geometry.layout import layout

RADIUS = 5.0


def network(seed: int, places: int = 18, flows: int = 36) -> gpd.GeoDataFrame:
    """Return made-up legs between places of unlike weight, some of them both ways."""
    chance = np.random.default_rng(seed)
    xy = chance.random((places, 2)) * [1000, 620]
    weight = chance.pareto(1.2, places) + 0.2
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 1e9 * np.eye(places)
    pull = weight[:, None] * weight[None] / away * chance.lognormal(0, 0.5, away.shape)
    pairs = [divmod(int(k), places) for k in np.argsort(-pull, axis=None)[:flows]]
    return legs([(f"P{a:02}", f"P{b:02}") for a, b in pairs], {f"P{n:02}": tuple(at) for n, at in enumerate(xy)})


def legs(pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], scale: float = 1.0) -> gpd.GeoDataFrame:
    lines = [shapely.LineString(np.array([at[a], at[b]]) * scale) for a, b in pairs]
    columns = {"start": [a for a, _ in pairs], "end": [b for _, b in pairs], "width_px": 2.0}
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:3857")


def crossings(drawn: gpd.GeoDataFrame) -> int:
    """Count the points where two lines cross, but around places that both join."""
    found = 0
    for (_, one), (_, other) in combinations(drawn.iterrows(), 2):
        shared = {one["start"], one["end"]} & {other["start"], other["end"]}
        ends = [shapely.Point(row.geometry.coords[k]) for row in (one, other) for k in (0, -1)]
        met = one.geometry.intersection(other.geometry)
        for part in getattr(met, "geoms", [met]):
            around = shared and min(part.distance(end) for end in ends) < 2 * RADIUS
            found += not part.is_empty and not around
    return found


def run_over(drawn: gpd.GeoDataFrame) -> int:
    """Count how often a line runs over a place that it does not join."""
    places = {row[side]: shapely.Point(row.geometry.coords[k])
              for _, row in drawn.iterrows() for side, k in (("start", 0), ("end", -1))}  # fmt: skip
    return sum(
        row.geometry.distance(point) < RADIUS
        for _, row in drawn.iterrows()
        for code, point in places.items()
        if code not in (row["start"], row["end"])
    )


@pytest.mark.parametrize("seed", range(4))
def test_fewer_crossings_than_arcs_and_straight_lines(seed: int) -> None:
    given = network(seed)
    counted = {method: crossings(layout(given, method=method)) for method in ("declutter", "arc", "straight")}
    assert counted["declutter"] < 0.75 * counted["arc"]
    assert counted["declutter"] < 0.75 * counted["straight"]


@pytest.mark.parametrize("seed", range(4))
def test_fewer_places_are_run_over_than_by_straight_lines(seed: int) -> None:
    given = network(seed)
    assert run_over(layout(given, method="declutter")) <= 0.2 * run_over(layout(given, method="straight")) + 1


def test_ends_stay_exactly_where_they_are() -> None:
    given = network(5)
    drawn = layout(given, method="declutter")
    for before, after in zip(given.geometry, drawn.geometry, strict=True):
        assert after.coords[0] == pytest.approx(before.coords[0], abs=1e-6)
        assert after.coords[-1] == pytest.approx(before.coords[-1], abs=1e-6)
        assert len(after.coords) >= 30


def test_the_same_legs_give_the_same_lines_in_any_order() -> None:
    given = network(6)
    shuffled = given.sample(frac=1, random_state=3)
    one = layout(given, method="declutter").geometry
    other = layout(shuffled, method="declutter").geometry.loc[given.index]
    assert np.all(shapely.equals_exact(np.array(one), np.array(other), tolerance=1e-6))


@pytest.mark.parametrize("scale", [0.001, 5000.0])
def test_the_scale_of_the_crs_does_not_matter(scale: float) -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 100.0), "C": (250.0, 400.0), "D": (300.0, 30.0)}
    pairs = [("A", "B"), ("B", "A"), ("C", "A"), ("D", "C"), ("C", "B")]
    plain, scaled = (layout(legs(pairs, at, size), method="declutter") for size in (1.0, scale))
    for one, other in zip(plain.geometry, scaled.geometry, strict=True):
        assert shapely.get_coordinates(other) / scale == pytest.approx(shapely.get_coordinates(one), abs=0.01)


def test_a_line_of_two_places_alone_is_straight() -> None:
    drawn = layout(legs([("A", "B")], {"A": (0.0, 0.0), "B": (600.0, 100.0)}), method="declutter")
    line = drawn.geometry.iloc[0]
    assert line.length == pytest.approx(np.hypot(600, 100), rel=1e-6)


def test_two_lines_that_cross_when_straight_go_around_one_another() -> None:
    # A square's diagonals must cross; a third place's line to the far side of another need not.
    at = {"A": (0.0, 0.0), "B": (600.0, 0.0), "C": (500.0, -60.0), "D": (560.0, 200.0)}
    given = legs([("A", "B"), ("C", "D")], at)
    assert crossings(given) == 1
    assert crossings(layout(given, method="declutter")) == 0


def test_each_direction_of_a_pair_keeps_to_its_right_hand() -> None:
    at = {"A": (0.0, 0.0), "B": (500.0, 0.0), "C": (250.0, 120.0)}
    drawn = layout(legs([("A", "B"), ("B", "A"), ("C", "A")], at), method="declutter")
    going, coming = (shapely.get_coordinates(line)[24, 1] for line in drawn.geometry[:2])
    assert going < coming - 2


def test_curves_stay_within_the_frame_where_they_can() -> None:
    place = np.array([[10.0, 10.0], [390.0, 10.0], [200.0, 12.0]])
    frame = (0.0, 0.0, 400.0, 200.0)
    one = np.ones(1)
    spines = Spines(
        start=np.array([0]), end=np.array([1]), forward=np.array([True]), half=one, count=one,
        head=np.array([[4.0, 2.0]]), place=place, radius=np.full(3, RADIUS), frame=frame,
    )  # fmt: skip
    (control,) = declutter(spines)
    # The place in the way is passed on the inside, for there is no room on the other.
    assert control[1] > 20


def test_a_dearer_bend_makes_flatter_curves() -> None:
    given = network(1)
    at = {row[s]: row.geometry.coords[k] for _, row in given.iterrows() for s, k in (("start", 0), ("end", -1))}
    number = {code: n for n, code in enumerate(sorted(at))}
    pairs = [(number[a], number[b]) for a, b in zip(given["start"], given["end"], strict=True)]
    ends = np.sort(np.array(pairs), axis=1)
    many = np.ones(len(pairs))
    spines = Spines(
        start=ends[:, 0], end=ends[:, 1], forward=np.array([a < b for a, b in pairs]), half=many, count=many,
        head=np.tile([4.0, 2.0], (len(pairs), 1)), place=np.array([at[code] for code in sorted(at)]),
        radius=np.full(len(at), RADIUS),
    )  # fmt: skip
    middle = (spines.place[ends[:, 0]] + spines.place[ends[:, 1]]) / 2
    bent = [np.hypot(*(declutter(spines, Costs(bend=bend)) - middle).T).sum() for bend in (0.2, 20.0)]
    assert bent[1] < bent[0]
