"""Land is where land is, water where water is, at any place of the globe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from azroutes.basemap import Basemap, basemap, boundaries, catalogue
from azroutes.projection import Frame, fit, frame_in, mercator_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIZE = (548.0, 404.0)
CAUCASUS = np.array([[44.0, 38.0], [51.0, 43.0]])
BERING = np.array([[174.0, 64.0], [-165.0, 66.0]])
WORLD = np.array([[-160.0, -50.0], [160.0, 60.0], [0.0, 0.0], [90.0, 30.0], [-90.0, 30.0]])


def drawn(lonlat: Floats) -> tuple[Frame, Basemap]:
    frame = fit(lonlat, *SIZE)
    return frame, basemap(frame)


def codes_at(frame: Frame, shown: Basemap, lon: float, lat: float) -> list[str]:
    x, y = frame.project(np.array([[lon, lat]]))[0]
    return sorted(shown.land.loc[shapely.contains_xy(shown.land.geometry.to_numpy(), x, y), "code"])


def test_the_caspian_is_water_and_nakhchivan_is_a_place_of_its_own() -> None:
    frame, shown = drawn(CAUCASUS)
    assert codes_at(frame, shown, 51.0, 42.0) == []
    assert codes_at(frame, shown, 50.5, 39.5) == []
    assert codes_at(frame, shown, 47.5, 40.3) == ["AZE"]
    assert codes_at(frame, shown, 45.5, 39.3) == ["AZ-NX"]
    assert codes_at(frame, shown, 44.6, 40.2) == ["ARM"]


@pytest.mark.parametrize(
    ("lonlat", "scale", "file"), [(CAUCASUS, "1:10m", "region_10m"), (WORLD, "1:50m", "world_50m")]
)
def test_the_scale_fits_the_frame_and_the_credit_says_which(lonlat: Floats, scale: str, file: str) -> None:
    _, shown = drawn(lonlat)
    assert scale in shown.credit
    assert str(catalogue().loc[f"{file}.fgb", "data_date"]) in shown.credit
    assert set(shown.land["code"]) <= set(boundaries(file)["code"])


def test_a_small_frame_off_the_fine_boundaries_takes_the_coarse_ones() -> None:
    frame, shown = drawn(np.array([[-74.0, 4.0], [-70.0, 7.0]]))
    assert "1:50m" in shown.credit
    assert codes_at(frame, shown, -72.0, 5.0) == ["COL"]


@pytest.mark.parametrize("lonlat", [CAUCASUS, BERING, WORLD, np.array([[20.0, 70], [-150, 71], [100, 75]])])
def test_land_is_sound_and_within_the_frame(lonlat: Floats) -> None:
    frame, shown = drawn(lonlat)
    land = shown.land
    assert len(land) > 0
    assert land.crs == CRS(frame.crs)
    assert land.geometry.geom_type.eq("MultiPolygon").all()
    assert land.geometry.is_valid.all()
    x0, y0, x1, y1 = land.total_bounds
    assert x0 >= frame.bounds[0] - 1e-6
    assert y0 >= frame.bounds[1] - 1e-6
    assert x1 <= frame.bounds[2] + 1e-6
    assert y1 <= frame.bounds[3] + 1e-6
    assert not land["code"].duplicated().any()


def test_territories_hardly_cover_one_another() -> None:
    frame, shown = drawn(CAUCASUS)
    total = shown.land.geometry.area.sum()
    assert shapely.union_all(shown.land.geometry.to_numpy()).area == pytest.approx(total, rel=1e-3)
    assert total < (frame.bounds[2] - frame.bounds[0]) * (frame.bounds[3] - frame.bounds[1])


def test_chukotka_has_no_seam_at_180_degrees() -> None:
    frame, shown = drawn(BERING)
    russia = shown.land.loc[shown.land["code"] == "RUS"].geometry.iloc[0]
    main = max(shapely.get_parts(russia), key=lambda part: part.area)
    for lon, lat in ((178.0, 67.5), (180.0, 67.5), (-178.0, 67.5), (-173.0, 66.0)):
        x, y = frame.project(np.array([[lon, lat]]))[0]
        assert shapely.contains_xy(main, x, y), lon
    seam = frame.project(np.column_stack([np.full(50, 180.0), np.linspace(66.5, 68.5, 50)]))
    assert main.boundary.distance(shapely.LineString(seam)) > 5_000


def test_new_zealand_is_not_covered_by_the_other_side_of_the_globe() -> None:
    frame, shown = drawn(np.array([[172.0, -43.0], [176.0, -38.0]]))
    assert set(shown.land["code"]) == {"NZL"}
    assert codes_at(frame, shown, 171.0, -43.3) == ["NZL"]
    assert codes_at(frame, shown, 178.0, -43.0) == []


def test_a_frame_that_is_half_the_globe_holds_no_land_inside_out() -> None:
    lonlat = np.array([[174.0, -41.0], [-70.0, -33.0], [-155.0, 20.0]])
    frame, shown = drawn(lonlat)
    for lon, lat in ((-150.0, -20.0), (-140.0, 0.0), (180.0, -50.0), (-110.0, -45.0)):
        assert codes_at(frame, shown, lon, lat) == []
    assert codes_at(frame, shown, 175.5, -39.0) == ["NZL"]


def test_a_pole_in_the_frame_is_drawn_right() -> None:
    frame, shown = drawn(np.array([[20.0, 70.0], [-150.0, 71.0], [100.0, 75.0]]))
    assert codes_at(frame, shown, 0.0, 89.5) == []
    assert codes_at(frame, shown, -40.0, 82.0) == ["GRL"]
    assert codes_at(frame, shown, 100.0, 72.0) == ["RUS"]
    frame, shown = drawn(np.array([[20.0, -70.0], [-150.0, -71.0], [100.0, -66.0]]))
    for lon, lat in ((0.0, -89.5), (180.0, -85.0), (90.0, -75.0)):
        assert codes_at(frame, shown, lon, lat) == ["ATA"]


LANDMARKS = [
    (-60.0, -10.0, ["BRA"]), (25.0, -2.0, ["COD"]), (-100.0, 40.0, ["USA"]), (134.0, -25.0, ["AUS"]),
    (100.0, 65.0, ["RUS"]), (-173.0, 66.0, ["RUS"]), (-30.0, 30.0, []), (-150.0, 0.0, []), (80.0, -20.0, []),
]  # fmt: skip


@pytest.mark.parametrize("middle", [0, 18.4, 90, 170, 180, -18, -120, -180])
def test_the_world_turned_to_any_meridian_has_its_land_in_place(middle: float) -> None:
    lonlat = np.array([(lon, lat) for lon, lat, _ in LANDMARKS])
    frame = frame_in(f"+proj=eqearth +lon_0={middle} +datum=WGS84", lonlat, *SIZE, margin_px=20.0)
    shown = basemap(frame)
    for lon, lat, expected in LANDMARKS:
        assert codes_at(frame, shown, lon, lat) == expected, (lon, lat)
    # Nothing is smeared over the map from one edge to the other.
    share = shown.land.geometry.area.sum() / 510e12
    assert 0.2 < share < 0.3
    widest = max(part.bounds[2] - part.bounds[0] for shape in shown.land.geometry for part in shapely.get_parts(shape))
    assert widest < 33e6


@pytest.mark.parametrize("lon", [CAUCASUS[:, 0], np.array([178.0, -71.0])])
def test_a_mercator_map_has_its_land_in_place(lon: Floats) -> None:
    places = np.array([(x, y) for x, y, _ in LANDMARKS])
    frame = frame_in(mercator_for(lon), places, *SIZE, margin_px=20.0)
    shown = basemap(frame)
    for x, y, expected in LANDMARKS:
        assert codes_at(frame, shown, x, y) == expected, (x, y)


def test_bundled_boundaries_are_read_once_and_hold_what_a_map_needs() -> None:
    assert boundaries("world_50m") is boundaries("world_50m")
    for name in ("world_50m", "region_10m"):
        table = boundaries(name)
        assert isinstance(table, gpd.GeoDataFrame)
        assert {"code", "name", "sovereign"} <= set(table.columns)
        assert table.crs == CRS("EPSG:4326")
