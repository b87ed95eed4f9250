"""What spellings of a name have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azroutes.spelling import LONGEST, fold, letters, tidy


@pytest.mark.parametrize(
    "same",
    [
        ("St. Lucia", "Saint Lucia", "ST LUCIA"),
        ("Trinidad & Tobago", "Trinidad and Tobago"),
        ("Central African Rep.", "Central African Republic", "the Central African Republic"),
        ("Dem. Rep. of the Congo", "Democratic Republic of Congo", "DEM.REP. CONGO"),
        ("Cook Is.", "Cook Islands", "Cook Isl.", "Cook Isds"),
        ("N. Korea", "North Korea"),
        ("Br. Virgin Isds", "British Virgin Islands"),
        ("Côte d’Ivoire", "Cote d'Ivoire", "COTE DIVOIRE", "Co\u0302te d\u02bcIvoire"),
        ("Kırgızistan", "KIRGIZİSTAN", "kirgizistan"),
        ("Azərbaycan", "AZƏRBAYCAN", "Azerbaycan"),
        ("Королёв", "КОРОЛЕВ", "королев"),
        ("U.S.A.", "USA", "Ｕ.Ｓ.Ａ"),
        ("Guinea-Bissau", "Guinea  Bissau", "\u200fGuinea\u00a0Bissau\u200b"),
    ],
)
def test_spellings_of_one_name_fold_alike(same: tuple[str, ...]) -> None:
    assert len({fold(name) for name in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Niger", "Nigeria"), ("Dominica", "Dominican Rep."), ("Guinea", "Guyana"), ("Iran", "Iraq"), ("Mali", "Malawi"),
     ("Austria", "Australia"), ("कि", "की")],
)  # fmt: skip
def test_names_of_two_places_do_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_what_is_folded_stays_and_nothing_is_raised(text: str) -> None:
    assert letters(letters(text)) == letters(text)
    assert "  " not in fold(text)
    assert tidy(tidy(text)) == tidy(text)


def test_a_text_too_long_for_a_name_is_none() -> None:
    assert fold("a" * LONGEST) != ""
    assert fold("a" * (LONGEST + 1)) == ""
