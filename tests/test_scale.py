"""Widths are in proportion to numbers, and legends show round ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.errors import OptionError
from azroutes.scale import AreaScale, WidthScale, counts_scale, number, quantity_scale, round_down


def test_of_whole_quantities_no_part_of_one_is_shown() -> None:
    assert quantity_scale("victims", np.array([1.0, np.nan, 2.0]), max_px=9.0).breaks() == [1.0, 2.0]
    assert quantity_scale("victims", np.array([0.0, 13.0]), max_px=9.0).breaks() == [1.0, 2.0, 10.0]
    assert quantity_scale("kg", np.array([0.5, 2.0]), max_px=9.0).breaks() == [0.2, 0.5, 2.0]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=20))
def test_widths_are_in_proportion_and_zero_is_zero(values: list[float]) -> None:
    numbers = np.array(values)
    scale = quantity_scale("kg", numbers, max_px=10.0)
    widths = scale.widths(numbers)
    assert (widths <= 10.0 + 1e-9).all()
    assert widths * max(values) == pytest.approx(numbers * widths.max())
    assert (widths[numbers == 0] == 0).all()


def test_a_missing_number_has_no_width_and_leaves_the_others_theirs() -> None:
    values = np.array([np.nan, 5.0, 10.0])
    assert quantity_scale("kg", values, max_px=10.0).widths(values).tolist() == [0.0, 5.0, 10.0]


@pytest.mark.parametrize("values", [[], [0.0], [np.nan]])
def test_nothing_to_show_is_no_trouble(values: list[float]) -> None:
    with np.errstate(all="raise"):
        scale = quantity_scale("kg", np.array(values, dtype=float), max_px=10.0)
    assert scale.largest == 0
    assert scale.breaks() == []


def test_counts_have_a_width_each_until_the_largest_would_be_too_wide() -> None:
    assert counts_scale("n", np.array([1.0, 4.0]), px_each=1.25, max_px=10.0).px_per_unit == 1.25
    assert counts_scale("n", np.array([1.0, 40.0]), px_each=1.25, max_px=10.0).widths(np.array([40.0])) == [10.0]


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-300, 1e300), st.booleans())
def test_breaks_are_few_round_and_not_above_the_largest(largest: float, whole: bool) -> None:  # noqa: FBT001
    breaks = WidthScale("x", 1.0, np.ceil(largest) if whole else largest, whole=whole).breaks()
    assert 1 <= len(breaks) <= 3
    assert breaks == sorted(set(breaks))
    assert breaks[-1] <= np.ceil(largest) * (1 + 1e-9)
    if whole:
        assert all(value >= 1 and value.is_integer() for value in breaks)


@pytest.mark.parametrize(
    ("largest", "expected"), [(1.0, [1]), (2.0, [1, 2]), (3.0, [1, 2, 3]), (7.0, [1, 4, 7]), (10.0, [1, 5, 10])]
)
def test_small_counts_show_the_least_a_middle_and_the_most(largest: float, expected: list[float]) -> None:
    assert WidthScale("n", 1.0, largest, whole=True).breaks() == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(4700, 2000), (1, 1), (0.09, 0.05), (9.99, 5), (100, 100), (0.3, 0.2), (5e11, 5e11)]
)
def test_round_down_finds_the_round_number_below(value: float, expected: float) -> None:
    assert round_down(value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12000.0, "12,000"), (0.5, "0.5"), (0.0, "0"), (2e9, "2,000,000,000"), (0.002, "0.002"),
        (1e12, "1,000,000,000,000"), (1e-9, "1 × 10⁻⁹"), (2e300, "2 × 10³⁰⁰"), (1234567.5, "1,234,568"),
        (123456.7, "123,457"), (9.999e-5, "1 × 10⁻⁴"), (12.25, "12.25"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_readers_write_them(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("px", "largest"), [(np.inf, 1.0), (1.0, np.nan), (-1.0, 1.0), (1.0, -2.0)])
def test_a_scale_of_numbers_that_cannot_be_drawn_is_refused(px: float, largest: float) -> None:
    with pytest.raises(OptionError, match="another unit") as caught:
        WidthScale("kg", px, largest)
    assert len(caught.value.faults) == 1


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-300, 1e300), st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_areas_are_in_proportion_and_none_is_too_small_to_see(largest: float, shares: list[float]) -> None:
    scale = AreaScale("kg", largest, max_px=9.0, least_px=1.3)
    radii = scale.radii(np.array(shares) * largest)
    assert radii == pytest.approx(np.maximum(9.0 * np.sqrt(shares), 1.3))
    assert scale.radii(np.array([np.nan, 0.0])).tolist() == [1.3, 1.3]


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-300, 1e300), st.booleans())
def test_circles_in_the_legend_are_two_round_numbers_large_enough_to_see(largest: float, whole: bool) -> None:  # noqa: FBT001
    scale = AreaScale("x", np.ceil(largest) if whole else largest, max_px=9.0, least_px=1.3, whole=whole)
    breaks = scale.breaks()
    assert 1 <= len(breaks) <= 2
    assert breaks == sorted(set(breaks))
    assert all(round_down(value) == pytest.approx(value) for value in breaks)
    assert (scale.radii(np.array(breaks)) > 1.3).all()
    assert all(value >= 1 for value in breaks) or not whole


def test_no_total_has_no_circle_in_the_legend() -> None:
    assert AreaScale("x", 0.0, max_px=9.0, least_px=1.3).breaks() == []
    assert AreaScale("x", 0.0, max_px=9.0, least_px=1.3).radii(np.array([0.0])).tolist() == [1.3]
