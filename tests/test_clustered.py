"""Flows too many to be laid out one by one: what the page gets of them, and that nothing is lost on the way."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import azroutes
from azroutes.clustered import LAID_OUT, MANY, crowd_of, is_crowd
from azroutes.cut import Cut
from azroutes.errors import OptionError
from azroutes.packing import counting, measuring, pack
from azroutes.payload import payload_of_many
from azroutes.scale import WidthScale

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

TYPES = {"u1": "u1", "u2": "<u2", "u4": "<u4", "i2": "<i2", "i4": "<i4", "f4": "<f4", "f8": "<f8"}


def unpacked(packed: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Read columns as the page's scripts do."""
    data = zlib.decompress(base64.b64decode(packed["data"]))
    found = {}
    for name, (kind, offset, count) in packed["columns"].items():
        assert offset % np.dtype(TYPES[kind]).itemsize == 0, "a browser reads no number across its own size"
        found[name] = np.frombuffer(data, TYPES[kind], count, offset)
    return found


@pytest.fixture(scope="module")
def flows(many: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return many()


def made_of(flows: gpd.GeoDataFrame, **options: Any) -> dict[str, Any]:
    given_options: dict[str, Any] = {
        "width": "auto",
        "cut": Cut(),
        "scale": None,
        "extent": None,
        "dark": None,
    }
    return payload_of_many(flows, "Many", azroutes.Theme(), **{**given_options, **options})


@given(
    hnp.arrays(np.uint8, st.integers(0, 9)), hnp.arrays(np.float64, st.integers(0, 9)),
    hnp.arrays(np.int64, st.integers(0, 9), elements=st.integers(0, 2**32 - 1)),
)  # fmt: skip
def test_what_is_packed_is_what_is_read(
    bytes_: NDArray[np.uint8], numbers: NDArray[np.float64], whole: NDArray[np.int64]
) -> None:
    columns = {"a": bytes_, "b": measuring(numbers), "c": counting(whole)}
    found = unpacked(pack(columns))
    assert np.array_equal(found["a"], bytes_)
    assert np.array_equal(found["b"].astype(float), numbers, equal_nan=True)
    assert np.array_equal(found["c"].astype(int), whole)


def test_a_type_that_no_browser_has_is_refused() -> None:
    with pytest.raises(ValueError, match="int64"):
        pack({"a": np.array([1], dtype=np.int64)})


def test_few_ways_are_no_crowd(flows: gpd.GeoDataFrame) -> None:
    assert is_crowd(flows)
    assert not is_crowd(azroutes.load_flows())
    assert not is_crowd(flows.head(MANY))


def test_every_leg_of_every_flow_is_there(flows: gpd.GeoDataFrame) -> None:
    found = made_of(flows)
    columns = unpacked(found["clustered"]["packed"])
    names = found["clustered"]["names"]
    assert len(columns["start"]) == len(flows)
    for k in (0, 17, len(flows) - 1):
        flow = flows.iloc[k]
        assert flow["origin"].startswith(f"{names[columns['start'][k]]}@")
        assert flow["destination"].startswith(f"{names[columns['end'][k]]}@")
    amounts = flows["quantity"].to_numpy(dtype=float, na_value=np.nan)
    assert np.array_equal(columns["flow.amount"].astype(float), amounts, equal_nan=True)
    codes = [market["code"] for market in found["markets"]]
    assert [codes[k] for k in columns["market"]] == flows["market"].astype(object).fillna("").tolist()


def test_a_flow_by_way_of_a_place_is_two_legs() -> None:
    base = azroutes.load_flows()
    crowd = crowd_of(base, None)
    steps = azroutes.legs(base)
    assert len(crowd.steps) == len(steps)
    codes = [found.code for found in crowd.places]
    assert [codes[k] for k in crowd.steps["start"]] == steps["start"].tolist()
    assert [codes[k] for k in crowd.steps["end"]] == steps["end"].tolist()
    assert [base.index[k] for k in crowd.steps["flow"]] == steps["flow_id"].tolist()


def test_levels_hold_every_place_and_their_scales_the_largest_sum(flows: gpd.GeoDataFrame) -> None:
    found = made_of(flows)["clustered"]
    columns = unpacked(found["packed"])
    for number, level in enumerate(found["levels"]):
        member = columns[f"{number}.member"].astype(int)
        assert len(member) == len(found["names"])
        assert set(member) == set(range(len(columns[f"{number}.x"])))
        ends = pd.DataFrame({
            "market": columns["market"], "a": member[columns["start"]], "b": member[columns["end"]],
            "amount": np.nan_to_num(columns["flow.amount"].astype(float)),
        })  # fmt: skip
        sums = ends[ends["a"] != ends["b"]].groupby(["market", "a", "b"])["amount"].sum()
        assert level["largest"] == pytest.approx(sums.max() if len(sums) else 0.0)
        if not len(sums):
            continue
        assert level["px"] * level["largest"] == pytest.approx(azroutes.Theme().max_width_px)


def test_curves_are_those_of_the_largest_pairs(flows: gpd.GeoDataFrame) -> None:
    found = made_of(flows)["clustered"]
    columns = unpacked(found["packed"])
    laid_out = [k for k in range(len(found["levels"])) if len(columns[f"{k}.a"])]
    assert 1 <= len(laid_out) <= 2, "where the page opens"
    number = laid_out[0]
    member = columns[f"{number}.member"].astype(int)
    a, b = member[columns["start"]], member[columns["end"]]
    ends = pd.DataFrame({"low": np.minimum(a, b), "high": np.maximum(a, b),
                         "amount": np.nan_to_num(columns["flow.amount"].astype(float))})  # fmt: skip
    totals = ends[a != b].groupby(["low", "high"])["amount"].sum().sort_values(ascending=False)
    laid = set(zip(columns[f"{number}.a"].tolist(), columns[f"{number}.b"].tolist(), strict=True))
    assert len(laid) == min(LAID_OUT, len(totals))
    assert laid == set(totals.index[: len(laid)])
    assert np.isfinite(columns[f"{number}.across"]).all()
    assert np.abs(columns[f"{number}.across"]).max() <= 1


def test_the_order_of_rows_does_not_change_what_is_shown(flows: gpd.GeoDataFrame) -> None:
    one, other = (made_of(table)["clustered"] for table in (flows, flows.sample(frac=1, random_state=3)))
    assert one["names"] == other["names"]
    assert [level["zoom"] for level in one["levels"]] == [level["zoom"] for level in other["levels"]]
    first, second = unpacked(one["packed"]), unpacked(other["packed"])
    for number in range(len(one["levels"])):
        for part in ("member", "a", "b"):
            assert np.array_equal(first[f"{number}.{part}"], second[f"{number}.{part}"])


def test_the_same_flows_give_the_same_bytes(flows: gpd.GeoDataFrame) -> None:
    assert azroutes.explore_flows(flows).page() == azroutes.explore_flows(flows).page()


def test_widths_show_the_number_of_flows_where_there_are_no_quantities(
    many: Callable[..., gpd.GeoDataFrame],
) -> None:
    found = made_of(many(quantity=False))["clustered"]
    assert found["counts"]
    assert found["title"] == "Width: number of flows"


def test_a_scale_of_ones_own_holds_at_every_zoom(flows: gpd.GeoDataFrame) -> None:
    scale = WidthScale("Kg", px_per_unit=0.01, largest=1e6)
    found = made_of(flows, scale=scale)["clustered"]
    assert {level["px"] for level in found["levels"]} == {0.01}


def test_several_units_are_refused(flows: gpd.GeoDataFrame) -> None:
    mixed = flows.copy()
    mixed["unit"] = pd.Categorical(["kg", "persons"] * (len(mixed) // 2) + ["kg"] * (len(mixed) % 2))
    with pytest.raises(OptionError, match="several units"):
        azroutes.explore_flows(mixed)


def test_what_is_left_out_needs_no_clusters(flows: gpd.GeoDataFrame) -> None:
    page = azroutes.explore_flows(flows, top=20, rest="omit", method="arc").page()
    assert '"clustered"' not in page
    assert '"clustered"' in azroutes.explore_flows(flows, top=20).page()


@pytest.mark.parametrize("option", ["by", "method", "node_size"])
def test_what_a_page_of_many_does_not_ask_is_still_checked(flows: gpd.GeoDataFrame, option: str) -> None:
    with pytest.raises(OptionError, match=f"{option} cannot be 'curly'"):
        azroutes.explore_flows(flows, **{option: "curly"})  # type: ignore[call-overload]
