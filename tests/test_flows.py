"""Claims merge into flows whatever their order, and flows fall into legs that lie on the globe as they should."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import Geod

import azroutes
from azroutes.errors import TableError
from azroutes.flows import flow_id, legs_of, merge_claims, path_of, role_in, steps_of
from azroutes.places import place, point

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    import geopandas as gpd

GLOBE = Geod(ellps="WGS84")


def claims(*rows: Mapping[str, object]) -> pd.DataFrame:
    plain: dict[str, object] = {
        "market": None, "commodity": None, "form": None, "path": "IRN>AZE", "group": None, "role": None,
        "quantity": None, "unit": None, "first_year": None, "last_year": None, "certainty": "affirmed",
        "wording": None, "basis": "stated", "lineage": None, "source": None,
    }  # fmt: skip
    table = pd.DataFrame([{**plain, "statement": str(n), **row} for n, row in enumerate(rows)])
    return table.astype({"quantity": "Float64", "first_year": "Int16", "last_year": "Int16"})


def only(flows: gpd.GeoDataFrame) -> pd.Series:
    assert len(flows) == 1
    return flows.iloc[0]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("heroin_trade", "opium", None), "heroin_trade:opium:IRN>AZE"),
        (("human_trafficking", "persons", "begging"), "human_trafficking:persons:begging:IRN>AZE"),
        ((None, None, None), "-:-:IRN>AZE"),
        ((None, "-", None), "-:%2D:IRN>AZE"),
        ((None, "a:b>c", None), "-:a%3Ab%3Ec:IRN>AZE"),
        ((None, "gold & coal", None), "-:gold & coal:IRN>AZE"),
    ],
)
def test_flow_ids_are_readable(parts: tuple[str | None, str | None, str | None], name: str) -> None:
    assert flow_id(*parts, "IRN>AZE") == name


def test_no_two_flows_share_an_id() -> None:
    harbour, begging = point(1, 2, "A").code, point(1, 2, "begging:A").code
    flows = merge_claims(
        claims({"commodity": "-"}, {}, {"commodity": "a", "path": f"{begging}>AZE"},
               {"commodity": "a", "form": "begging", "path": f"{harbour}>AZE"}, {"commodity": "a:b"},
               {"commodity": "a%3Ab"}, {"market": "fauna_crimes"})
    )  # fmt: skip
    assert len(flows) == 7
    assert flows.index.is_unique


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("AZE>TUR", "source"),
        ("TUR>AZE", "destination"),
        ("IRN>AZE>RUS", "transit"),
        ("IRN>GEO>AZE>RUS", "transit"),
        ("AZE>AZE", "domestic"),
        ("AZ-NX>AZE", "domestic"),
        ("AZE>TUR>AZE", "domestic"),
        ("AZ-NX>TUR", "source"),
        ("IRN>AZ-NX>TUR", "transit"),
        ("IRN>TUR", None),
        ("IRN>CIS", None),
        (f"{point(49, 40, 'Baku').code}>TUR", None),
    ],
)
def test_the_role_of_the_focus_country(path: str, role: str | None) -> None:
    assert role_in(path, "AZE") == role


def test_claims_of_one_path_are_one_flow() -> None:
    flow = only(
        merge_claims(
            claims(
                {"quantity": 1.5, "unit": "kg", "first_year": 2006, "last_year": 2006, "certainty": "alleged",
                 "basis": "listed", "source": "b", "lineage": "x", "group": "children+women", "wording": "may"},
                {"quantity": 2.5, "unit": "kg", "first_year": 2001, "last_year": 2009, "certainty": "qualified",
                 "basis": "nationality", "source": "a;b", "lineage": "y;x", "group": "men", "wording": "some; may"},
                {"source": "a"},
            )
        )
    )  # fmt: skip
    assert (flow["quantity"], flow["unit"]) == (4.0, "kg")
    assert (flow["first_year"], flow["last_year"]) == (2001, 2009)
    assert (flow["certainty"], flow["basis"]) == ("affirmed", "stated")
    assert (flow["statements"], flow["lineages"], flow["sources"]) == (3, 2, "a;b")
    assert (flow["group"], flow["wording"]) == ("women+men+children", "may; some")


def test_what_differs_in_market_commodity_form_or_path_stays_apart() -> None:
    flows = merge_claims(
        claims({}, {"market": "heroin_trade"}, {"commodity": "opium"}, {"form": "begging"}, {"path": "AZE>IRN"},
               {"path": "IRN>TUR>AZE"})
    )  # fmt: skip
    assert len(flows) == 6
    assert flows["statements"].tolist() == [1] * 6


def test_no_quantity_is_no_quantity_and_zero_is_zero() -> None:
    assert only(merge_claims(claims({}, {})))["quantity"] is pd.NA
    assert only(merge_claims(claims({}, {"quantity": 0, "unit": "kg"})))["quantity"] == 0


def test_units_that_differ_are_never_added() -> None:
    table = claims(
        {"quantity": 1, "unit": "kg"}, {"quantity": 2, "unit": "t"}, {"unit": "g"}, {"quantity": 3, "path": "AZE>GEO"}
    )
    with pytest.raises(TableError) as caught:
        merge_claims(table)
    [fault] = caught.value.faults
    assert (fault.row, fault.column, fault.value) == ("0, 1", "unit", "kg, t")
    assert "convert" in fault.hint
    with pytest.raises(TableError, match="no unit"):
        merge_claims(claims({"quantity": 1, "unit": "kg"}, {"quantity": 2}))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "path": st.sampled_from(["IRN>AZE", "AZE>IRN", "IRN>AZE>RUS", "AZE>AZE"]),
            "market": st.sampled_from([None, "heroin_trade", "cannabis_trade"]),
            "commodity": st.sampled_from([None, "opium"]),
            "quantity": st.one_of(st.none(), st.floats(0, 1e15)),
            "first_year": st.one_of(st.none(), st.integers(1990, 2010)),
            "certainty": st.sampled_from(["affirmed", "qualified", "alleged"]),
            "source": st.sampled_from([None, "a", "b;c", "c"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_merging_keeps_totals_and_heeds_no_order(rows: list[dict[str, object]], shuffle: Random) -> None:
    table = claims(*[{**row, "last_year": row["first_year"], "unit": "kg"} for row in rows])
    flows = merge_claims(table)
    assert flows["statements"].sum() == len(rows)
    total = math.fsum(table["quantity"].dropna())
    assert math.isclose(math.fsum(flows["quantity"].dropna()), total, rel_tol=1e-12)
    assert flows["first_year"].min() is pd.NA or flows["first_year"].min() == table["first_year"].min()
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    again = merge_claims(table.iloc[order])
    assert_frame_equal(pd.DataFrame(flows), pd.DataFrame(again), check_exact=True)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    _, _, found = GLOBE.inv(a[0], a[1], b[0], b[1])
    return float(found)


def drawn(*paths: str) -> gpd.GeoDataFrame:
    return merge_claims(claims(*[{"path": path} for path in paths]))


def test_legs_of_flows_without_a_stop_are_the_same_beside_others() -> None:
    flows = azroutes.load_flows()
    plain = flows[flows["via"] == ""]
    assert 0 < len(plain) < len(flows)
    steps = steps_of(flows)
    assert_frame_equal(steps_of(plain), steps[steps["flow_id"].isin(plain.index)].reset_index(drop=True))


def test_legs_are_the_steps_of_a_flow_in_order() -> None:
    flows = drawn("AFG>IRN>AZE>RUS")
    steps = azroutes.legs(flows)
    assert steps["flow_id"].tolist() == [flows.index[0]] * 3
    assert steps["order"].tolist() == [0, 1, 2]
    assert list(zip(steps["start"], steps["end"], strict=True)) == list(pairwise(["AFG", "IRN", "AZE", "RUS"]))
    assert steps.crs is not None
    assert steps.crs.equals("EPSG:4326", ignore_axis_order=True)
    for start, end, line in zip(steps["start"], steps["end"], steps.geometry, strict=True):
        for code, at in ((start, line.coords[0]), (end, line.coords[-1])):
            assert at == (place(code).lon, place(code).lat)
    joined = [xy for line in steps.geometry for xy in line.coords]
    assert [xy for n, xy in enumerate(joined) if n == 0 or xy != joined[n - 1]] == list(flows.geometry.iloc[0].coords)


def test_documented_flows_fall_into_as_many_legs_as_their_paths_have_steps() -> None:
    flows = azroutes.load_flows()
    ends = zip(flows["origin"], flows["via"], flows["destination"], strict=True)
    assert len(azroutes.legs(flows)) == sum(len(path_of(*row)) - 1 for row in ends)


@pytest.mark.parametrize("path", ["IRN>AZE", "AZE>USA", "CHL>AUS", "NOR>FJI"])
def test_every_vertex_lies_on_the_geodesic(path: str) -> None:
    [line] = azroutes.legs(drawn(path)).geometry
    first, *rest = [(float(x), float(y)) for x, y in line.coords]
    total = metres(first, rest[-1])
    for vertex in rest:
        assert math.isclose(metres(first, vertex) + metres(vertex, rest[-1]), total, abs_tol=1e-3)
    [middle] = GLOBE.npts(*first, *rest[-1], 1)
    assert min(metres(middle, vertex) for vertex in rest) <= 100_001, "no vertex within half a step of the middle"


@pytest.mark.parametrize("path", ["FJI>CHL", "CHL>FJI", "USA>FJI>CHL", "NZL>RUS>USA"])
def test_a_flow_over_the_antimeridian_is_one_line_without_a_jump(path: str) -> None:
    flows = drawn(path)
    for line in [*flows.geometry, *azroutes.legs(flows).geometry]:
        assert line.geom_type == "LineString"
        assert np.abs(np.diff(np.array(line.coords)[:, 0])).max() < 180
    for line in azroutes.legs(flows).geometry:
        assert abs(line.coords[-1][0] - line.coords[0][0]) < 180


@pytest.mark.parametrize("path", ["AZE>AZE", "AZE>TUR>AZE", "FJI>FJI"])
def test_a_flow_that_returns_closes_at_its_anchor(path: str) -> None:
    line = drawn(path).geometry.iloc[0]
    here = place(path[:3])
    assert line.coords[0] == line.coords[-1] == (here.lon, here.lat)
    assert line.length > 0.1


def test_no_flow_has_no_leg() -> None:
    empty = drawn("IRN>AZE").iloc[:0]
    assert len(legs_of(empty)) == 0
    assert list(azroutes.legs(empty).columns) == ["flow_id", "order", "start", "end", "geometry"]
