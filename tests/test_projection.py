"""Frames show all places with room around them, in a projection that keeps areas and tears nothing apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from azroutes.errors import OptionError
from azroutes.projection import (
    COUNTRY_SPAN_M,
    LEAST_SPAN_M,
    Frame,
    fit,
    frame_in,
    mercator_for,
    mercator_to_lonlat,
    meridian_of,
    middle_of,
    trimmed,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GEOD = Geod(ellps="WGS84")
SIZE = (548.0, 404.0)
MARGIN = 36.0
CAUCASUS = np.array([[47.5, 40.3], [44.0, 42.0], [37.6, 55.7], [55.3, 25.2]])
FIJI_CHILE = np.array([[178.0, -17.8], [-71.0, -30.0]])

lonlats = st.lists(
    st.tuples(st.floats(-180, 180), st.one_of(st.sampled_from([-90.0, 90.0]), st.floats(-90, 90))),
    min_size=1,
    max_size=8,
)


def method(frame: Frame) -> str:
    operation = CRS(frame.crs).coordinate_operation
    assert operation is not None
    return operation.method_name


def inside(frame: Frame, lonlat: Floats, margin: float) -> bool:
    px = frame.to_px(frame.project(lonlat))
    room = np.array([frame.width_px, frame.height_px]) - margin
    return bool(np.isfinite(px).all() and (px >= margin - 1e-6).all() and (px <= room + 1e-6).all())


@settings(deadline=None, derandomize=True, max_examples=60)
@given(lonlats)
@example([(10.0, 90.0), (-170.0, 85.0)])
@example([(180.0, 0.0), (-180.0, 0.0)])
@example([(0.0, 0.0), (180.0, 0.0)])
@example([(0.0, 90.0), (0.0, -90.0)])
def test_any_places_stand_in_the_frame_and_out_of_its_margin(places: list[tuple[float, float]]) -> None:
    lonlat = np.array(places)
    frame = fit(lonlat, *SIZE, margin_px=MARGIN)
    assert inside(frame, lonlat, MARGIN)
    assert frame.width_px == SIZE[0]
    assert frame.height_px == pytest.approx(SIZE[1])
    assert frame.metres_per_px > 0


def turns(frame: Frame, lonlat: Floats) -> Floats:
    """Return by how much north is turned from the top of the page at each place, degrees."""
    x, y = (frame.project(lonlat + np.array([0.0, 0.1])) - frame.project(lonlat)).T
    turn: Floats = np.abs(np.degrees(np.arctan2(x, y)))
    return turn


KOREA, GERMANY, OHIO, CHINA, RUSSIA = (127.0, 37.0), (9.0, 51.0), (-88.0, 38.0), (117.0, 34.0), (38.0, 55.0)


@pytest.mark.parametrize(
    ("places", "most"),
    [([KOREA, GERMANY, OHIO], 105.0), ([CHINA, OHIO], 63.0), ([RUSSIA, OHIO], 63.0), ([RUSSIA, KOREA, OHIO], 105.0)],
)
def test_on_a_map_over_the_pole_no_place_stands_on_its_head(places: list[tuple[float, float]], most: float) -> None:
    lonlat = np.array(places)
    for flipped in (lonlat, lonlat * [1.0, -1.0]):
        frame = fit(flipped, *SIZE, margin_px=MARGIN)
        assert method(frame) == "Lambert Azimuthal Equal Area"
        assert inside(frame, flipped, MARGIN)
        turn = turns(frame, flipped)
        assert turn.max() <= most
        assert turn.min() <= 60


def test_a_map_of_places_all_around_the_pole_has_it_in_the_middle() -> None:
    ring = np.column_stack([np.arange(-180.0, 180.0, 30.0), np.full(12, 70.0)])
    pole = fit(ring, *SIZE).project(np.array([[0.0, 90.0]]))[0]
    assert np.abs(pole).max() < 600_000


def test_a_place_alone_and_places_far_from_the_poles_are_amid_their_map() -> None:
    for lonlat in (np.array([[-5.35, 36.14]]), CAUCASUS):
        frame = fit(lonlat, *SIZE)
        low, high = frame.project(lonlat).min(axis=0), frame.project(lonlat).max(axis=0)
        assert np.abs(low + high).max() < 200


def test_a_map_of_the_world_is_trimmed_to_what_is_inhabited_and_to_its_places() -> None:
    ring = np.array([[-120.0, 40], [-60, -30], [10, 50], [100, 30], [150, -35]])
    whole = fit(ring, *SIZE, margin_px=MARGIN)
    found = trimmed(whole, ring, margin_px=MARGIN)
    assert found.height_px < 0.9 * whole.height_px
    assert inside(found, ring, 0)
    assert (found.to_px(found.project(ring))[:, 1] >= MARGIN - 1e-6).all()
    ends = found.unproject(np.array([[0.0, found.bounds[1]], [0.0, found.bounds[3]]]))[:, 1]
    assert ends[0] > -60
    assert ends[1] < 85
    south = np.vstack([ring, [[0.0, -75.0]]])
    assert inside(trimmed(fit(south, *SIZE, margin_px=MARGIN), south, margin_px=MARGIN), south, 0)
    assert trimmed(fit(CAUCASUS, *SIZE), CAUCASUS, margin_px=MARGIN) == fit(CAUCASUS, *SIZE)


def test_what_lies_beyond_the_ends_of_a_map_of_the_world_is_no_part_of_the_earth() -> None:
    ring = np.column_stack([np.arange(-160.0, 180.0, 40.0), np.tile([60.0, -50.0, 0.0], 3)])
    frame = fit(ring, *SIZE)
    beyond = frame.beyond()
    assert 0.02 < shapely.area(beyond) / shapely.box(*frame.bounds).area < 0.5
    turned = meridian_of(frame.crs)
    grid = np.stack(np.meshgrid(turned + np.linspace(-179, 179, 60), np.linspace(-89, 89, 60)), axis=-1).reshape(-1, 2)
    assert not shapely.contains_xy(beyond, frame.project(grid)).any()
    assert shapely.is_empty(fit(CAUCASUS, *SIZE).beyond())


@pytest.mark.parametrize(
    "lonlat", [CAUCASUS, FIJI_CHILE, np.array([[20.0, 70], [-150, 71]]), np.array([[-60.0, 10], [140, -30]])]
)
def test_areas_are_kept_all_over_the_frame(lonlat: Floats) -> None:
    frame = fit(lonlat, *SIZE)
    for share in ([0.15, 0.2], [0.5, 0.5], [0.8, 0.75], [0.2, 0.8]):
        centre = frame.to_metres(np.array([share]) * np.array(SIZE))[0]
        square = centre + 20_000 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
        ring = frame.unproject(square)
        assert np.isfinite(ring).all()
        ground = abs(GEOD.polygon_area_perimeter(*ring.T)[0])
        assert ground == pytest.approx(40_000**2, rel=0.01)


def test_places_near_one_another_get_an_azimuthal_map_centred_on_them() -> None:
    frame = fit(CAUCASUS, *SIZE)
    assert method(frame) == "Lambert Azimuthal Equal Area"
    px = frame.to_px(frame.project(CAUCASUS))
    middle = (px.min(axis=0) + px.max(axis=0)) / 2
    assert middle == pytest.approx(np.array(SIZE) / 2, abs=1)
    # North is up in the middle.
    lon, lat = frame.unproject(frame.to_metres(np.array([SIZE]) / 2))[0]
    x, y = np.diff(frame.project(np.array([[lon, lat], [lon, lat + 0.5]])), axis=0)[0]
    assert abs(x) < 0.05 * y


def test_the_whole_world_gets_equal_earth_turned_to_the_places() -> None:
    lonlat = np.array([[170.0, -40], [-70, -33], [100, 60], [-100, 40], [170, 65]])
    frame = fit(lonlat, *SIZE)
    assert method(frame) == "Equal Earth"
    assert not frame.crs.startswith("+proj=eqearth +lon_0=0")


def run(lon: Floats, ways: Any, middle: float) -> float:
    """Return how far the arrows run on a map with this middle, degrees in all."""
    across = (lon - middle + 180) % 360
    return float(np.abs(np.diff(across[ways], axis=1)).sum())


AMERICA, EUROPE, ASIA = [-122.0, -100, -74], [0.0, 10], [77.0, 140, 174]
WORLD = np.array(AMERICA + EUROPE + ASIA)


def test_a_map_of_the_world_is_not_torn_where_its_arrows_run() -> None:
    within = np.array([[0, 2], [2, 0], [1, 2], [2, 3], [3, 1]])  # in America, and over the Atlantic
    over = np.array([[0, 6], [6, 1], [5, 7], [4, 6], [0, 7]])  # over the Pacific
    for ways, middle in ((within, 11.0), (over, 150.0)):
        assert middle_of(WORLD, ways) == middle
        assert run(WORLD, ways, middle) == min(run(WORLD, ways, m) for m in np.arange(-180.0, 180.0, 1.0))
    frame = fit(np.column_stack([WORLD, np.tile([40.0, -35.0], 4)]), *SIZE, ways=within)
    assert frame.crs.startswith("+proj=eqearth +lon_0=11.000")


def test_a_map_of_the_world_ends_at_sea_or_far_from_its_places() -> None:
    everywhere = np.arange(-180.0, 180.0, 5.0)
    assert middle_of(everywhere) == 11.0
    # In so wide a gap nobody sees the end: the places have the middle.
    assert middle_of(np.array([-70.0, 0.0, 90.0])) == pytest.approx(10.0)
    assert middle_of(np.array([33.0])) == pytest.approx(33.0)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.floats(-180, 180), min_size=1, max_size=30), st.floats(-360, 360))
def test_the_middle_is_a_longitude_and_knows_no_order(lon: list[float], turn: float) -> None:
    places = np.array(lon)
    middle = middle_of(places)
    assert -180 <= middle < 180
    assert middle_of(places[::-1]) == middle
    assert np.isfinite(middle_of(places + turn))


def test_the_middle_of_the_whole_world_may_be_given() -> None:
    lonlat = np.array([(lon, lat) for lon in (-180.0, -90, 0, 90, 180) for lat in (-60.0, 84)])
    for meridian in (0.0, 11.0):
        assert fit(lonlat, *SIZE, meridian=meridian).crs.startswith(f"+proj=eqearth +lon_0={meridian:.3f}")
    # Where a smaller map will do, it is centred on the places.
    assert fit(CAUCASUS, *SIZE, meridian=120.0) == fit(CAUCASUS, *SIZE)


def test_fiji_and_chile_lie_close_across_the_pacific() -> None:
    frame = fit(FIJI_CHILE, *SIZE)
    apart = float(np.hypot(*np.diff(frame.project(FIJI_CHILE), axis=0)[0]))
    assert apart == pytest.approx(GEOD.inv(*FIJI_CHILE[0], *FIJI_CHILE[1])[2], rel=0.1)


@pytest.mark.parametrize("lonlat", [np.array([[49.9, 40.4]]), np.array([[49.9, 40.4], [49.9, 40.4]])])
def test_one_place_gets_some_land_around_it(lonlat: Floats) -> None:
    frame = fit(lonlat, *SIZE)
    assert frame.bounds[2] - frame.bounds[0] == pytest.approx(LEAST_SPAN_M, rel=0.2)
    assert frame.to_px(frame.project(lonlat))[0] == pytest.approx(np.array(SIZE) / 2, abs=0.01)
    wide = fit(lonlat, *SIZE, least_m=COUNTRY_SPAN_M)
    assert wide.bounds[2] - wide.bounds[0] == pytest.approx(COUNTRY_SPAN_M)
    none = fit(lonlat, *SIZE, least_m=0.0)
    assert none.bounds[2] - none.bounds[0] > LEAST_SPAN_M


def test_a_frame_smaller_than_its_margins_still_shows_the_places() -> None:
    frame = fit(CAUCASUS, 60.0, 40.0)
    assert inside(frame, CAUCASUS, 0.0)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.lists(st.tuples(st.floats(0, 548), st.floats(0, 404)), min_size=1, max_size=5))
def test_pixels_metres_and_degrees_go_there_and_back(spots: list[tuple[float, float]]) -> None:
    frame = fit(CAUCASUS, *SIZE)
    px = np.array(spots)
    metres = frame.to_metres(px)
    assert frame.to_px(metres) == pytest.approx(px, abs=1e-6)
    assert frame.project(frame.unproject(metres)) == pytest.approx(metres, abs=0.1)


def test_the_outline_holds_what_the_frame_shows() -> None:
    frame = fit(CAUCASUS, *SIZE)
    outline: Any = frame.lonlat_outline()
    assert outline.is_valid
    spots = frame.unproject(frame.to_metres(np.array([[5.0, 5], [540, 5], [540, 400], [5, 400], [270, 200]])))
    assert shapely.contains_xy(outline, *spots.T).all()
    off = frame.unproject(frame.to_metres(np.array([[-20.0, 200], [570, 200], [270, 430]])))
    assert not shapely.contains_xy(outline, *off.T).any()


def test_the_outline_of_a_frame_over_180_degrees_has_both_sides() -> None:
    outline: Any = fit(np.array([[174.0, 64.0], [-165.0, 65.0]]), *SIZE).lonlat_outline()
    assert outline.bounds[0] == -180
    assert outline.bounds[2] == 180
    assert shapely.contains_xy(outline, [179, -179], [65, 65]).all()
    assert not shapely.contains_xy(outline, 0, 65)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_outline_of_a_frame_with_a_pole_reaches_it(sign: int) -> None:
    outline: Any = fit(sign * np.array([[20.0, 70.0], [-150.0, 71.0], [100.0, 75.0]]), *SIZE).lonlat_outline()
    lon = np.arange(-179.0, 180.0, 30.0)
    assert shapely.contains_xy(outline, lon, np.full_like(lon, sign * 89.0)).all()
    assert not shapely.contains_xy(outline, lon, np.full_like(lon, sign * -10.0)).any()


@pytest.mark.parametrize("crs", ["EPSG:4326", "nonsense", "EPSG:0", ""])
def test_a_crs_that_is_not_projected_is_refused(crs: str) -> None:
    with pytest.raises(OptionError, match="projected"):
        frame_in(crs, CAUCASUS, *SIZE, margin_px=MARGIN)


def test_a_crs_that_cannot_show_a_place_is_refused() -> None:
    with pytest.raises(OptionError, match="cannot show"):
        frame_in("+proj=gnom +lat_0=40 +lon_0=50", np.array([[50.0, 40.0], [-130.0, -40.0]]), *SIZE, margin_px=MARGIN)


def test_a_crs_of_ones_own_is_kept() -> None:
    frame = frame_in("EPSG:3035", CAUCASUS, *SIZE, margin_px=MARGIN)
    assert CRS(frame.crs) == CRS("EPSG:3035")
    assert inside(frame, CAUCASUS, MARGIN)


def test_web_mercator_is_turned_only_where_the_places_lie_across_180_degrees() -> None:
    assert "+lon_0=0.0" in mercator_for(CAUCASUS[:, 0])
    assert "+lon_0=0.0" in mercator_for(np.array([-120.0, 20.0, 50.0]))
    crs = mercator_for(FIJI_CHILE[:, 0])
    frame = frame_in(crs, FIJI_CHILE, *SIZE, margin_px=MARGIN)
    x = frame.project(FIJI_CHILE)[:, 0]
    # 111 degrees apart over the Pacific, not 249 over Africa.
    assert abs(x[1] - x[0]) == pytest.approx(np.radians(111) * 6_378_137, rel=1e-3)


def test_arrows_over_the_pacific_run_over_the_pacific_though_one_runs_over_the_atlantic() -> None:
    asia = [102.0, 103.0, 107.0, 116.0, 122.0, 127.0, 138.0]
    lon = np.array([*asia, -89.0, -79.0, -99.0, -4.0])
    ways = np.array([*([k, len(asia)] for k in range(len(asia))), [7, 8], [7, 9], [9, 10]])
    for middle in (middle_of(lon, ways), meridian_of(mercator_for(lon, ways))):
        across = (lon - middle + 180.0) % 360.0 - 180.0
        runs = np.abs(across[ways[:, 0]] - across[ways[:, 1]])
        assert (runs[: len(asia)] < 180.0).all()
        assert (runs > 180.0).sum() <= 1


def test_web_mercator_turns_for_its_arrows_and_not_for_a_trifle() -> None:
    over = np.array([[0, 6], [6, 1], [5, 7], [4, 6], [0, 7]])
    assert "+lon_0=150.0" in mercator_for(WORLD, over)
    assert "+lon_0=0.0" in mercator_for(WORLD, np.array([[0, 3], [4, 6]]))
    # Where places are everywhere, one arrow of many that is torn is not worth another map than readers are used to.
    everywhere = np.arange(-179.0, 180.0, 4.0)
    ways = np.array([[k, k + 1] for k in range(len(everywhere) - 1)] + [[0, len(everywhere) - 1]])
    assert "+lon_0=0.0" in mercator_for(everywhere, ways)


@pytest.mark.parametrize("lonlat", [CAUCASUS, FIJI_CHILE])
def test_mercator_goes_back_to_degrees_that_run_on(lonlat: Floats) -> None:
    crs = mercator_for(lonlat[:, 0])
    frame = frame_in(crs, lonlat, *SIZE, margin_px=MARGIN)
    back = mercator_to_lonlat(crs, frame.project(lonlat))
    assert back[:, 1] == pytest.approx(lonlat[:, 1], abs=1e-6)
    assert (back[:, 0] - lonlat[:, 0] + 180) % 360 - 180 == pytest.approx(np.zeros(len(lonlat)), abs=1e-5)
    assert np.ptp(back[:, 0]) < 180
