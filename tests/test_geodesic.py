"""Geodesics keep their ends, lie on the ellipsoid's shortest lines and never tear at 180 degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from azroutes.geometry import geodesic
from azroutes.geometry.geodesic import LOOP_M, LOOP_POINTS, STEP_M, geodesics, routes, unwrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")
BAKU, SUVA, SANTIAGO, DUBAI = (49.87, 40.41), (178.44, -18.14), (-70.67, -33.45), (55.3, 25.27)


def one(start: tuple[float, float], end: tuple[float, float]) -> Floats:
    vertices, line = geodesics(np.array([start]), np.array([end]))
    assert (line == 0).all()
    return vertices


def metres(a: Any, b: Any) -> Floats:
    return np.asarray(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2])


def on_globe(lonlat: Floats) -> Floats:
    lon, lat = np.radians(lonlat).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


degrees = st.tuples(
    st.one_of(st.sampled_from([-180.0, -90.0, 0.0, 90.0, 180.0]), st.floats(-180, 180)),
    st.one_of(st.sampled_from([-90.0, 0.0, 90.0]), st.floats(-90, 90)),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[tuple[float, float], tuple[float, float]]:
    lon, lat = draw(degrees)
    opposite = (lon - 180.0 if lon > 0 else lon + 180.0, -lat)
    return (lon, lat), draw(st.one_of(degrees, st.just((lon, lat)), st.just(opposite)))


@settings(deadline=None, derandomize=True)
@given(st.lists(pairs(), min_size=1, max_size=6))
@example([((0.0, 90.0), (50.0, 90.0)), ((180.0, 10.0), (-180.0, 10.0))])
def test_any_pair_makes_a_finite_line_in_one_piece_with_its_ends(
    chosen: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    start, end = np.array([a for a, _ in chosen]), np.array([b for _, b in chosen])
    vertices, line = geodesics(start, end)
    assert np.isfinite(vertices).all()
    assert (np.abs(vertices[:, 1]) <= 90).all()
    for k in range(len(chosen)):
        mine = vertices[line == k]
        length = float(metres(start[[k]], end[[k]])[0])
        still = (start[k] == end[k]).all() or length < 1e-3
        assert len(mine) == 1 + (LOOP_POINTS if still else max(1, int(np.ceil(length / STEP_M))))
        assert (mine[0] == start[k]).all()
        assert mine[-1, 1] == end[k, 1]
        turns = (mine[-1, 0] - end[k, 0]) / 360
        assert turns == pytest.approx(round(turns), abs=1e-12)
        assert (np.abs(np.diff(mine[:, 0])) <= 180).all()


@settings(deadline=None, derandomize=True)
@given(pairs())
def test_no_stretch_between_vertices_is_longer_than_the_step(
    pair: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    line = one(*pair)
    assert (metres(line[:-1], line[1:]) <= STEP_M * 1.001).all()


@settings(deadline=None, derandomize=True)
@given(st.lists(pairs(), min_size=1, max_size=6))
def test_vertices_are_where_proj_says(chosen: list[tuple[tuple[float, float], tuple[float, float]]]) -> None:
    start, end = np.array([a for a, _ in chosen]), np.array([b for _, b in chosen])
    azimuth, _, length = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    vertices, line = geodesics(start, end)
    for k in np.flatnonzero((start != end).any(axis=1) & (np.asarray(length) >= 1e-3)):
        mine = vertices[line == k]
        share = np.linspace(0, 1, len(mine))
        x, y, bearing, far = np.broadcast_arrays(*start[k], azimuth[k], share * length[k])
        lon, lat, _ = GEOD.fwd(x, y, bearing, far)
        turned = np.column_stack([(mine[:, 0] + 180) % 360 - 180, mine[:, 1]])
        assert (metres(np.column_stack([lon, lat]), turned) < 1e-3).all()


def test_vertices_lie_on_the_geodesic_evenly() -> None:
    line = one(BAKU, DUBAI)
    apart = metres(line[:-1], line[1:])
    direct = GEOD.inv(*BAKU, *DUBAI)[2]
    # A detour, however small, would be longer than the shortest line.
    assert apart.sum() == pytest.approx(direct, abs=0.01)
    assert apart == pytest.approx(np.full(len(apart), direct / len(apart)), abs=0.01)


def test_chords_leave_the_geodesic_by_less_than_a_kilometre() -> None:
    line = one(BAKU, SANTIAGO)
    middle = (line[:-1] + line[1:]) / 2
    azimuth, _, length = GEOD.inv(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    lon, lat, _ = GEOD.fwd(line[:-1, 0], line[:-1, 1], azimuth, np.asarray(length) / 2)
    assert (metres(middle, np.column_stack([lon, lat])) < 1000).all()


def test_a_line_over_the_antimeridian_runs_on_past_180() -> None:
    line = one(SUVA, SANTIAGO)
    assert tuple(line[0]) == SUVA
    assert tuple(line[-1]) == (SANTIAGO[0] + 360.0, SANTIAGO[1])
    assert (np.diff(line[:, 0]) > 0).all()
    back = one(SANTIAGO, SUVA)
    assert tuple(back[-1]) == (SUVA[0] - 360.0, SUVA[1])
    assert (np.diff(back[:, 0]) < 0).all()


def test_neighbours_of_a_line_that_runs_on_are_not_moved() -> None:
    vertices, line = geodesics(np.array([BAKU, SUVA, BAKU]), np.array([DUBAI, SANTIAGO, DUBAI]))
    assert (vertices[line == 0] == vertices[line == 2]).all()
    assert tuple(vertices[line == 2][0]) == BAKU


def test_a_leg_that_stays_is_a_loop_through_its_place() -> None:
    line = one(BAKU, BAKU)
    assert tuple(line[0]) == tuple(line[-1]) == BAKU
    away = metres(line, np.broadcast_to(np.array(BAKU), line.shape))
    assert away.max() == pytest.approx(2 * LOOP_M, rel=0.01)
    ring = shapely.Polygon(line)
    assert ring.is_valid
    area = abs(GEOD.geometry_area_perimeter(ring)[0])
    assert area == pytest.approx(np.pi * LOOP_M**2, rel=0.03)


def test_a_line_over_the_pole_passes_it() -> None:
    line = one((20.0, 70.0), (-160.0, 70.0))
    assert line[:, 1].max() > 89.0
    # One turn at the pole, along two meridians.
    steps = np.abs(np.diff(line[:, 0]))
    assert (steps > 1).sum() == 1
    assert steps.max() == pytest.approx(180)


def test_no_pair_makes_no_vertex() -> None:
    vertices, line = geodesics(np.empty((0, 2)), np.empty((0, 2)))
    assert vertices.shape == (0, 2)
    assert len(line) == 0
    assert len(routes(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, dtype=np.intp))) == 0


def test_unwrapped_keeps_the_places_on_the_globe() -> None:
    raw = np.array([[170.0, 0], [-175.0, 1], [-160.0, 2], [175.0, 3], [10.0, 0], [20.0, 0]])
    line = np.array([0, 0, 0, 0, 1, 1])
    turned = unwrapped(raw, line)
    assert turned[:, 0].tolist() == [170, 185, 200, 175, 10, 20]
    assert on_globe(turned) == pytest.approx(on_globe(raw))


def test_a_route_is_one_line_with_a_vertex_at_each_place() -> None:
    start = np.array([BAKU, DUBAI, SUVA])
    end = np.array([DUBAI, SUVA, SANTIAGO])
    whole, *rest = routes(start, end, np.array([0, 0, 0]))
    assert not rest
    at = shapely.get_coordinates(whole)
    assert tuple(at[0]) == BAKU
    assert tuple(at[-1]) == (SANTIAGO[0] + 360.0, SANTIAGO[1])
    for place in (DUBAI, SUVA):
        assert (np.all(at == place, axis=1)).sum() == 1
    assert (np.abs(np.diff(at[:, 0])) <= 180).all()
    assert not (np.diff(at, axis=0) == 0).all(axis=1).any()


def test_routes_keep_apart_and_in_order() -> None:
    start, end = np.array([BAKU, DUBAI, SUVA]), np.array([DUBAI, BAKU, SANTIAGO])
    there, back, over = routes(start, end, np.array([0, 1, 2]))
    assert there.coords[0] == back.coords[-1] == BAKU
    assert over.coords[0] == SUVA


def test_many_routes_are_laid_out_in_portions_and_each_is_as_it_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    ends = np.column_stack([rng.uniform(-180, 180, 60), rng.uniform(-80, 80, 60)])
    start, end = ends[:-1], ends[1:]
    route = np.sort(rng.integers(0, 25, 59))
    route = np.unique(route, return_inverse=True)[1]
    whole = routes(start, end, route)
    monkeypatch.setattr(geodesic, "LEGS", 7)
    assert shapely.equals_identical(routes(start, end, route), whole).all()
    alone = [routes(start[route == k], end[route == k], route[route == k] - k)[0] for k in range(route.max() + 1)]
    assert shapely.equals_identical(alone, whole).all()
