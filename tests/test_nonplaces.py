"""What is no place is told as what it is, and no place is taken for one of these."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azroutes.nonplaces import REASONS, nonplace
from azroutes.places import gazetteer, world


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Total", "total"),
        ("GRAND TOTAL", "total"),
        ("Total Africa", "total"),
        ("Iran Total", "total"),
        ("World", "total"),
        ("Итого", "total"),
        ("Cəmi", "total"),
        ("Toplam", "total"),
        ("Unknown", "unknown"),
        ("Not known", "unknown"),
        ("Unknown/other", "unknown"),
        ("n/a", "unknown"),
        ("XX", "unknown"),
        ("UKN", "unknown"),
        ("?", "unknown"),
        ("—", "unknown"),
        ("Naməlum", "unknown"),
        ("Неизвестно", "unknown"),
        ("Stateless", "stateless"),
        ("*ST", "stateless"),
        ("XXA", "stateless"),
        ("Лица без гражданства", "stateless"),
        ("Vatansız", "stateless"),
        ("Various", "several"),
        ("Various/unknown", "several"),
        ("Other", "several"),
        ("Other Asia, nes", "several"),
        ("XV", "several"),
        ("*VA", "several"),
        ("Rest of the world", "several"),
        ("Africa", "several"),
        ("Tibetan", "people"),
        ("TIB", "people"),
        ("High seas", "at sea"),
        ("International waters", "at sea"),
    ],
)
def test_reason(name: str, reason: str) -> None:
    assert nonplace(name) == reason
    assert reason in REASONS


@pytest.mark.parametrize("name", ["Baku", "xx", "xv", "sta", "", "   ", "Totalia", "NA", "Europe"])
def test_other_names_have_none(name: str) -> None:
    assert nonplace(name) is None


@pytest.mark.parametrize("code", list(gazetteer()))
def test_no_place_is_taken_for_one(code: str) -> None:
    assert nonplace(code) is None
    assert nonplace(gazetteer()[code].name) is None


def test_no_alias_is_taken_for_one() -> None:
    with_codes = [*world().exact]
    assert [name for name in with_codes if nonplace(name)] == []


@given(st.text())
def test_any_text_has_a_reason_or_none(name: str) -> None:
    assert nonplace(name) in {None, *REASONS}
