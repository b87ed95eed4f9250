"""Names and codes become places, and a user's point goes through its code unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azroutes.errors import PlaceError
from azroutes.places import gazetteer, place, point, resolve
from azroutes.vocabulary import PlaceKind

HOSTILE = [
    "a>b",
    "a@b",
    "@",
    "1@2,3",
    "a;b,c",
    "100%",
    "%3E",
    "one\ntwo\r\n",
    "</script><img onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "\u202eright to left\u202c \u200f",
    "\N{PALM TREE} \N{REGIONAL INDICATOR SYMBOL LETTER A}",
    "Bakı: Ə ə ı İ",
    "x" * 10_000,
    "Ω" * 10_000,
    " ",
    "\x00",
    "+",
]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("AZE", "AZE"),
        ("AZ-NX", "AZ-NX"),
        ("EU", "EU"),
        ("Azerbaijan", "AZE"),
        (" azerbaijan ", "AZE"),
        ("TÜRKİYE", "TUR"),
        ("Turkey", "TUR"),
        ("U.A.E.", "ARE"),
        ("Côte d'Ivoire", "CIV"),
        ("Cote d’Ivoire", "CIV"),
        ("Georgia", "GEO"),
        ("kosovo", "XKX"),
        ("Nakhchivan", "AZ-NX"),
        ("NA", "NAM"),
        ("UK", "GBR"),
        ("Central  Asia", "CENTRAL_ASIA"),
    ],
)
def test_codes_and_names_resolve(name: str, code: str) -> None:
    assert resolve(name).code == code


@pytest.mark.parametrize("code", list(gazetteer()))
def test_every_code_and_name_of_the_gazetteer_means_its_own_place(code: str) -> None:
    known = gazetteer()[code]
    assert place(code) is known
    assert resolve(code) is known
    assert resolve(known.name) is known
    assert resolve(known.name.upper()) is known
    assert -180 <= known.lon <= 180
    assert -90 <= known.lat <= 90


@pytest.mark.parametrize("name", ["na", "no", "is", "Korea", "Atlantis", "", "Baku@", "@,", "@1", "AZE>IRN", "nan"])
def test_what_is_no_name_is_never_guessed(name: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].value == name


@pytest.mark.parametrize(
    ("name", "hint"), [("Azerbeijan", "Azerbaijan"), ("TURKYE", "Türkiye"), ("Korea", "South Korea"), ("Irann", "Iran")]
)
def test_a_misspelt_name_gets_the_nearest_as_it_is_written(name: str, hint: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert repr(hint) in caught.value.faults[0].hint or "Turkey" in caught.value.faults[0].hint


@pytest.mark.parametrize("name", ["Azerbaijan", "aze", "AZER", "AZ"])
def test_a_name_where_a_code_stands_is_told_the_code(name: str) -> None:
    with pytest.raises(PlaceError, match="did you mean 'AZE'"):
        place(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_goes_through_its_code(name: str) -> None:
    made = point(49.867, 40.409, name)
    assert place(made.code) == made
    assert made.name == name
    assert not set(made.code.rpartition("@")[0]) & set(">@;,")


@given(st.floats(-180, 180), st.floats(-90, 90), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_point_goes_through_its_code(lon: float, lat: float, name: str) -> None:
    made = point(lon, lat, name)
    assert made.kind is PlaceKind.POINT
    assert abs(made.lon - lon) <= 1e-5
    assert abs(made.lat - lat) <= 1e-5
    assert place(made.code) == made
    assert "-0.00000" not in made.code.rpartition("@")[2]


def test_a_point_without_a_name_is_called_by_where_it_lies() -> None:
    assert point(-49.5, -40.25).name == "40.25°S 49.50°W"
    assert point(49.5, 40.25).code == "@40.25000,49.50000"


@pytest.mark.parametrize(
    ("lon", "lat"), [(181, 0), (-180.1, 0), (0, 91), (float("nan"), 0), (0, float("inf")), (0, float("-inf"))]
)
def test_a_point_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(PlaceError, match="longitude -180 to 180"):
        point(lon, lat, "Baku")
    with pytest.raises(PlaceError):
        place(f"Baku@{lat},{lon}")


def test_half_a_character_is_no_name() -> None:
    with pytest.raises(PlaceError, match="Unicode"):
        point(0, 0, "\ud800")


def test_a_region_holds_its_members_and_itself() -> None:
    assert resolve("EU").holds("DEU")
    assert resolve("EU").holds("EU")
    assert not resolve("EU").holds("AZE")
    assert resolve("AZ-NX").part_of == "AZE"
