"""The layout that declutters itself: less crosses and covers, routes run on, and the same drawing each time."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.geometry.arrange import Drawn, arrange
from azroutes.geometry.declutter import declutter
from azroutes.geometry.layout import layout
from azroutes.geometry.metrics import metrics
from azroutes.geometry.spines import Costs, Spines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RADIUS = 5.0
KINDS = ("gravity", "star", "mesh")
FEW = settings(deadline=None, derandomize=True, max_examples=8)
kinds, seeds = st.sampled_from(KINDS), st.integers(0, 2**31)


def network(kind: str, seed: int, places: int = 12, flows: int = 24) -> gpd.GeoDataFrame:
    """Return made-up legs of unlike widths between places that are not crowded, some of them both ways."""
    chance = np.random.default_rng(seed)
    cells = chance.permutation(30)[:places]
    xy = (np.column_stack(np.divmod(cells, 5)) + 0.2 + 0.6 * chance.random((places, 2))) * [170, 125]
    weight = chance.pareto(1.2, places) + 0.2
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 1e9 * np.eye(places)
    if kind == "gravity":
        pull = weight[:, None] * weight[None] / away * chance.lognormal(0, 0.5, away.shape)
        pairs = [divmod(int(k), places) for k in np.argsort(-pull, axis=None)]
    elif kind == "star":
        pairs = [(hub, k) if k % 3 else (k, hub) for k in range(places) for hub in (0, 1) if k != hub]
    else:
        pairs = [(k, int(near)) for k in range(places) for near in np.argsort(away[k])[:2]]
    at = {f"P{n:02}": (float(x), float(y)) for n, (x, y) in enumerate(xy)}
    made = legs([(f"P{a:02}", f"P{b:02}") for a, b in pairs[:flows]], at)
    return made.assign(width_px=chance.uniform(0.5, 5, len(made)))


def legs(pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], scale: float = 1.0) -> gpd.GeoDataFrame:
    lines = [shapely.LineString(np.array([at[a], at[b]]) * scale) for a, b in pairs]
    columns = {"start": [a for a, _ in pairs], "end": [b for _, b in pairs], "width_px": 2.0}
    return gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:3857")


def ends_of(table: gpd.GeoDataFrame) -> dict[str, tuple[float, float]]:
    """Return where the places of legs are."""
    return {row[side]: row.geometry.coords[k] for _, row in table.iterrows() for side, k in (("start", 0), ("end", -1))}


def arranged(table: gpd.GeoDataFrame, **options: object) -> Drawn:
    """Return legs as they are drawn where a pixel is a unit of their CRS."""
    at, width = ends_of(table), table["width_px"].to_numpy(dtype=float)
    return arrange(list(table["start"]), list(table["end"]), at, width, radii=dict.fromkeys(at, RADIUS), **options)  # type: ignore[arg-type]


def xy_of(drawn: gpd.GeoDataFrame) -> Floats:
    return shapely.get_coordinates(drawn.geometry.to_numpy())


def right_of(way: Floats, other: Floats, k: int) -> float:
    """Return how far `other` lies to the right of `way` at its point k; both as points of lines."""
    ahead = way[k + 1] - way[k - 1]
    right = np.array([ahead[1], -ahead[0]]) / np.hypot(*ahead)
    spot = shapely.LineString(other).interpolate(shapely.LineString(other).project(shapely.Point(way[k])))
    return float((shapely.get_coordinates(spot)[0] - way[k]) @ right)


def turn(into: Floats, out: Floats) -> float:
    """Return by what angle a route turns from the end of one line to the beginning of the next."""
    before, after = into[-1] - into[-8], out[7] - out[0]
    return float(np.arccos(np.clip(before @ after / np.hypot(*before) / np.hypot(*after), -1, 1)))


@FEW
@given(kinds, seeds)
def test_less_crosses_and_is_run_over_than_with_arcs_and_straight_lines(kind: str, seed: int) -> None:
    table = network(kind, seed)
    found = {method: metrics(layout(table, method=method)) for method in ("declutter", "arc", "straight")}
    for method in ("arc", "straight"):
        assert found["declutter"]["crossings"] <= found[method]["crossings"]
        assert found["declutter"]["node_hits"] <= found[method]["node_hits"]
    assert found["declutter"]["detour_max"] <= 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_far_less_crosses_on_the_whole(kind: str) -> None:
    tables = [network(kind, seed) for seed in range(4)]
    crossings = {method: sum(metrics(layout(table, method=method))["crossings"] for table in tables)
                 for method in ("declutter", "arc", "straight")}  # fmt: skip
    assert crossings["declutter"] < 0.6 * min(crossings["arc"], crossings["straight"])


@FEW
@given(kinds, seeds)
def test_no_foreign_place_is_run_over_where_there_is_room(kind: str, seed: int) -> None:
    drawn = layout(network(kind, seed, flows=14).assign(width_px=1.5), method="declutter")
    assert metrics(drawn)["node_hits"] == 0


@FEW
@given(kinds, seeds)
def test_ends_stay_exactly_where_they_are(kind: str, seed: int) -> None:
    table = network(kind, seed)
    drawn = layout(table, method="declutter")
    for before, after in zip(table.geometry, drawn.geometry, strict=True):
        assert after.coords[0] == before.coords[0]
        assert after.coords[-1] == before.coords[-1]
        assert len(after.coords) >= 30


@FEW
@given(kinds, seeds)
def test_the_same_legs_give_the_same_lines_in_any_order(kind: str, seed: int) -> None:
    table = network(kind, seed)
    one = layout(table, method="declutter")
    other = layout(table.sample(frac=1, random_state=seed % 1000), method="declutter").loc[table.index]
    assert np.array_equal(xy_of(one), xy_of(other))


def test_a_search_gives_the_same_when_it_is_made_again() -> None:
    # Drawings are kept, so one with another place far off is made in between until the first is forgotten.
    spines = spines_of(network("gravity", 3))
    first = declutter(spines)
    for n in range(40):
        declutter(spines_of(legs([("A", "B")], {"A": (0.0, 0.0), "B": (100.0 + n, 0.0)})))
    assert np.array_equal(declutter(spines), first)


@FEW
@given(kinds, seeds, st.integers(-3, 6), st.tuples(st.integers(-20, 20), st.integers(-20, 20)))
def test_neither_the_scale_of_the_crs_nor_its_origin_matters(
    kind: str, seed: int, power: int, shift: tuple[int, int]
) -> None:
    table, scale = network(kind, seed), 10.0**power
    origin = np.array(shift) * 1e3
    moved = table.set_geometry(table.affine_transform([scale, 0, 0, scale, *(origin * scale)]))
    plain, other = xy_of(layout(table, method="declutter")), xy_of(layout(moved, method="declutter"))
    assert other / scale - origin == pytest.approx(plain, abs=1e-3)


@FEW
@given(kinds, seeds)
def test_curves_stay_within_the_frame_that_holds_their_places(kind: str, seed: int) -> None:
    table = network(kind, seed).assign(width_px=1.0)
    x0, y0, x1, y1 = table.total_bounds
    drawn = arranged(table, method="declutter", frame=(x0 - 20, y0 - 20, x1 + 20, y1 + 20))
    assert (drawn.lines >= [x0 - 20, y0 - 20]).all()
    assert (drawn.lines <= [x1 + 20, y1 + 20]).all()


@FEW
@given(kinds, seeds)
def test_each_direction_of_a_pair_keeps_right_at_both_ends(kind: str, seed: int) -> None:
    table = network(kind, seed, flows=12)
    back = table.rename(columns={"start": "end", "end": "start"}).set_geometry(table.reverse())
    both = gpd.GeoDataFrame(pd.concat([table, back], ignore_index=True))
    drawn = arranged(both.drop_duplicates(["start", "end"]).reset_index(drop=True), method="declutter")
    pairs = list(zip(*(both.drop_duplicates(["start", "end"])[side] for side in ("start", "end")), strict=True))
    for k, (start, end) in enumerate(pairs):
        other = drawn.lines[pairs.index((end, start))]
        assert not shapely.LineString(drawn.lines[k][4:-4]).intersects(shapely.LineString(other[4:-4]))
        assert all(right_of(drawn.lines[k], other, point) < 0 for point in (5, 24, 43))


@FEW
@given(kinds, seeds, st.integers(2, 4))
def test_commodities_of_a_pair_stand_in_one_order_from_end_to_end(kind: str, seed: int, count: int) -> None:
    one = network(kind, seed, flows=8)
    drawn = arranged(gpd.GeoDataFrame(pd.concat([one] * count, ignore_index=True)), method="declutter")
    for k in range(len(one)):
        bundle = drawn.lines[k :: len(one)]
        for (a, first), (b, second) in combinations(zip(drawn.lanes[k :: len(one)], bundle, strict=True), 2):
            assert all(right_of(first, second, point) * (b - a) > 0 for point in (5, 24, 43))
            assert not shapely.LineString(first[3:-3]).intersects(shapely.LineString(second[3:-3]))


def test_a_route_turns_less_where_it_runs_on() -> None:
    turns = {"alone": 0.0, "joined": 0.0}
    for seed in range(6):
        table = network("mesh", seed)
        rows = list(zip(table["start"], table["end"], strict=True))
        follows = [(a, b) for a, b in combinations(range(len(rows)), 2)
                   if rows[a][1] == rows[b][0] and rows[a][0] != rows[b][1]][:6]  # fmt: skip
        for name, joined in (("alone", []), ("joined", follows)):
            lines = arranged(table, method="declutter", follows=joined).lines
            for a, b in follows:
                turns[name] += turn(lines[a], lines[b])
    assert turns["joined"] < 0.95 * turns["alone"]


def test_the_table_tells_which_legs_a_route_takes_one_after_the_other() -> None:
    at = {"A": (0.0, 0.0), "V": (300.0, 900.0), "B": (600.0, 0.0)}
    table = legs([("V", "B"), ("A", "V")], at)
    routed = table.assign(flow_id="f", order=[1, 0])
    strange = table.assign(flow_id=["f", "g"], order=[1, 0])
    alone, joined, apart = (
        xy_of(layout(each, method="declutter")).reshape(2, -1, 2) for each in (table, routed, strange)
    )
    assert turn(joined[1], joined[0]) < turn(alone[1], alone[0]) - 0.1
    assert np.array_equal(apart, alone)


def test_fewer_boxes_are_crossed_than_where_none_are_told() -> None:
    crossed = {"free": 0, "kept": 0}
    for seed in range(5):
        table = network("gravity", seed, flows=16)
        spots = np.random.default_rng(seed).random((14, 2)) * [900, 600]
        boxes = np.hstack([spots, spots + np.array([60, 12])])
        shapes = shapely.box(*boxes.T)
        for name, told in (("free", None), ("kept", boxes)):
            lines = [shapely.LineString(line) for line in arranged(table, method="declutter", keep_off=told).lines]
            crossed[name] += sum(int(shapely.intersects(line, shapes).sum()) for line in lines)
    assert crossed["kept"] < 0.8 * crossed["free"]


def test_a_line_of_two_places_alone_is_straight() -> None:
    drawn = layout(legs([("A", "B")], {"A": (0.0, 0.0), "B": (600.0, 100.0)}), method="declutter")
    line = drawn.geometry.iloc[0]
    assert line.length == pytest.approx(np.hypot(600, 100), rel=1e-6)


def test_two_lines_that_cross_when_straight_go_around_one_another() -> None:
    at = {"A": (0.0, 0.0), "B": (600.0, 0.0), "C": (500.0, -60.0), "D": (560.0, 200.0)}
    table = legs([("A", "B"), ("C", "D")], at)
    assert metrics(table)["crossings"] == 1
    assert metrics(layout(table, method="declutter"))["crossings"] == 0


def spines_of(table: gpd.GeoDataFrame) -> Spines:
    """Return the spines of legs, one a leg."""
    at = ends_of(table)
    number = {code: n for n, code in enumerate(sorted(at))}
    pairs = [(number[a], number[b]) for a, b in zip(table["start"], table["end"], strict=True)]
    ends, many = np.sort(np.array(pairs), axis=1), np.ones(len(pairs))
    return Spines(
        start=ends[:, 0], end=ends[:, 1], forward=np.array([a < b for a, b in pairs]), half=many, count=many,
        head=np.tile([4.0, 2.0], (len(pairs), 1)), place=np.array([at[code] for code in sorted(at)]),
        radius=np.full(len(at), RADIUS), box=np.empty((0, 4)), follows=np.empty((0, 2), dtype=np.intp),
    )  # fmt: skip


def test_a_place_in_the_way_is_passed_on_the_side_that_the_frame_leaves() -> None:
    one = np.ones(1)
    spines = Spines(
        start=np.array([0]), end=np.array([1]), forward=np.array([True]), half=one, count=one,
        head=np.array([[4.0, 2.0]]), place=np.array([[10.0, 10.0], [390.0, 10.0], [200.0, 12.0]]),
        radius=np.full(3, RADIUS), box=np.empty((0, 4)), follows=np.empty((0, 2), dtype=np.intp),
        frame=(0.0, 4.0, 400.0, 200.0),
    )  # fmt: skip
    (control,) = declutter(spines)
    assert control[1] > 20


def test_a_dearer_bend_makes_flatter_curves() -> None:
    spines = spines_of(network("gravity", 1))
    middle = (spines.place[spines.start] + spines.place[spines.end]) / 2
    bent = [np.hypot(*(declutter(spines, Costs(bend=bend)) - middle).T).sum() for bend in (0.1, 20.0)]
    assert bent[1] < bent[0]


def test_progress_is_told_from_little_to_no_more_than_all() -> None:
    told: list[float] = []
    arranged(network("gravity", 11), method="declutter", tell=told.append)
    assert len(told) > 3
    assert told == sorted(told)
    assert 0 < told[0] < 0.5
    assert told[-1] <= 1


def test_an_interrupt_stops_at_once_and_leaves_no_half_drawing() -> None:
    table, told = network("gravity", 12), []

    def stop(share: float) -> None:
        told.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        arranged(table, method="declutter", tell=stop)
    assert len(told) == 1
    again: list[float] = []
    drawn = arranged(table, method="declutter", tell=again.append)
    assert len(again) > 1, "nothing of the search that was stopped is kept"
    assert drawn.lines == pytest.approx(arranged(table, method="declutter").lines, abs=0)
