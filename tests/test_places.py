"""Names and codes become places, and a user's point goes through its code unchanged."""

from __future__ import annotations

import csv
import unicodedata
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes.bundled import data_file
from azroutes.errors import PlaceError
from azroutes.places import gazetteer, place, point, resolve, world
from azroutes.spelling import fold
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Callable

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
        ("031", "AZE"),
        ("004", "AFG"),
        ("Azərbaycan Respublikası", "AZE"),
        ("Азербайджанская Республика", "AZE"),
        ("AZERBAYCAN", "AZE"),
        ("Азәрбајҹан", "AZE"),
        ("ABŞ", "USA"),
        ("США", "USA"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Iran, Islamic Rep.", "IRN"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Congo, Dem.Rep.", "COD"),
        ("Korea, Rep.", "KOR"),
        ("Dem. People's Rep. of Korea", "PRK"),
        ("Egypt, Arab Rep.", "EGY"),
        ("Micronesia, Fed. Sts.", "FSM"),
        ("Czechia / Czech Rep.", "CZE"),
        ("Azerbaijan (AZE)", "AZE"),
        ("AZ - Azerbaijan", "AZE"),
        ("XK", "XKX"),
        ("Kosovo under UNSCR 1244/99", "XKX"),
        ("Zaire", "COD"),
        ("ZAR", "COD"),
        ("USSR", "SUN"),
        ("СССР", "SUN"),
        ("810", "SUN"),
        ("SCG", "SCG"),
        ("DDR", "DDR"),
        ("AN", "ANT"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Dominica", "DMA"),
        ("Dominican Rep.", "DOM"),
        ("Guinea", "GIN"),
        ("Guinea Bissau", "GNB"),
        ("Eq. Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("South Georgia", "SGS"),
        ("Gambia (the)", "GMB"),
        ("St Kitts & Nevis", "KNA"),
        ("Faeroe Is.", "FRO"),
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


@pytest.mark.parametrize(
    "name",
    [
        "na",
        "no",
        "is",
        "n.a.",
        "Korea",
        "31",
        "4.0",
        "Serbia, Montenegro",
        "Atlantis",
        "",
        "Baku@",
        "@,",
        "@1",
        "AZE>IRN",
        "nan",
    ],
)
def test_what_is_no_name_is_never_guessed(name: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].value == name


@pytest.mark.parametrize(("name", "hint"), [("Azerbeijan", "Azerbaijan"), ("TURKYE", "Türkiye"), ("Irann", "Iran")])
def test_a_misspelt_name_gets_the_nearest_as_it_is_written(name: str, hint: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert repr(hint) in caught.value.faults[0].hint
    assert caught.value.reason == "no such place"


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


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Congo", ["COD", "COG"]),
        ("Korea", ["KOR", "PRK"]),
        ("Корея", ["KOR", "PRK"]),
        ("Kongo", ["COD", "COG"]),
        ("Virgin Islands", ["VGB", "VIR"]),
        ("the Virgin Is.", ["VGB", "VIR"]),
        ("Channel Islands", ["GGY", "JEY"]),
        ("CS", ["CSK", "SCG"]),
        ("Serbia and Kosovo: S/RES/1244 (1999)", ["SRB", "XKX"]),
    ],
)
def test_a_name_of_several_places_is_an_error_that_names_them(name: str, codes: list[str]) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert caught.value.reason == "ambiguous"
    assert all(f"{code} ({gazetteer()[code].name}" in caught.value.faults[0].hint for code in codes)


@pytest.mark.parametrize(
    "name",
    [
        "Serbia/Kosovo",
        "Guinea / Portugal",
        "Serbia, Montenegro",
        "Georgia (USA)",
        "Iran; Iraq",
        "Turkey and UAE",
        "Iran & Iraq",
        "Иран и Ирак",
    ],
)
def test_a_list_of_places_is_no_place(name: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert caught.value.reason == "several"
    assert "one row for each" in caught.value.faults[0].hint


def test_numbers_that_may_have_lost_their_zeros_are_read_where_they_are_said_to_be_numbers() -> None:
    for number in ("31", 31, 31.0, "31.0"):
        with pytest.raises(PlaceError, match="'031' would be Azerbaijan"):
            resolve(number)  # type: ignore[arg-type]
        assert resolve(number, numeric=True).code == "AZE"  # type: ignore[arg-type]
    assert resolve(840).code == resolve("840.0").code == "USA"  # type: ignore[arg-type]
    assert resolve("Iran", numeric=True).code == "IRN"


@pytest.mark.parametrize("name", [None, float("nan"), True, b"AZE", ["AZE"], 3.5, float("inf"), object(), -31])
def test_what_is_no_text_is_our_error(name: object) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)  # type: ignore[arg-type]
    assert caught.value.reason in {"missing", "no such place"}


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("CS", 1990, "CSK"),
        ("CS", 2004, "SCG"),
        ("YU", 1985, "YUG"),
        ("YU", 2001, "SCG"),
        ("Yugoslavia", 1999, "SCG"),
        ("Югославия", 1970, "YUG"),
        ("USSR", 1922, "SUN"),
        ("USSR", 1991, "SUN"),
        ("Iran", 1900, "IRN"),
    ],
)
def test_the_year_tells_what_bore_a_name_in_turn(name: str, year: int, code: str) -> None:
    assert resolve(name, year=year).code == code


@pytest.mark.parametrize(
    ("name", "year", "told"),
    [
        ("USSR", 2010, "1922 to 1991"),
        ("USSR", 1921, "1922"),
        ("GDR", 1991, "1949 to 1990"),
        ("YU", 2006, "1918 to 1992"),
    ],
)
def test_a_state_that_was_not_there_in_the_year_is_an_error(name: str, year: int, told: str) -> None:
    with pytest.raises(PlaceError, match=told) as caught:
        resolve(name, year=year)
    assert caught.value.reason == "out of time"
    assert "its land is in" in caught.value.faults[0].hint


def test_a_code_that_two_states_bore_in_turn_needs_a_year_of_one_of_them() -> None:
    with pytest.raises(PlaceError, match=r"until 1992.*2003–2006"):
        resolve("CS", year=1999)


def test_a_historic_state_can_be_a_place_of_a_flow() -> None:
    known = resolve("Soviet Union")
    assert known.kind is PlaceKind.HISTORIC
    assert (known.first_year, known.last_year) == (1922, 1991)
    assert len(known.successors) == 15
    assert known.anachronism(1985) is None
    assert resolve("Iran").anachronism(1) is None
    assert place("SUN") is known


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Total", "total"), ("XX", "unknown"), ("*ST", "stateless"), ("High seas", "at sea"), ("", "missing")],
)
def test_what_is_no_place_is_told_as_what_it_is(name: str, reason: str) -> None:
    with pytest.raises(PlaceError) as caught:
        resolve(name)
    assert caught.value.reason == reason
    assert caught.value.faults[0].problem != "no such place"


def aliases() -> list[tuple[str, str]]:
    text = data_file("geo/aliases.csv").read_text(encoding="utf-8")
    return [(row["alias"], row["code"]) for row in csv.DictReader(StringIO(text))]


def test_every_name_of_the_tables_means_its_place() -> None:
    assert [(alias, code) for alias, code in aliases() if resolve(alias).code != code] == []


def test_no_two_places_share_a_name_but_those_that_are_told_to() -> None:
    text = data_file("geo/ambiguous.csv").read_text(encoding="utf-8")
    told = {fold(row["name"]) for row in csv.DictReader(StringIO(text))}
    shared = {key for key, bearers in world().spelt.items() if len({bearer.code for bearer in bearers}) > 1}
    assert shared <= told


NAMES = sorted({alias for alias, _ in aliases() if len(alias) > 3} | {known.name for known in gazetteer().values()})


CASES: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.upper, str.lower, str.title, str.casefold])


@given(st.sampled_from(NAMES), st.data())
def test_case_accents_spaces_and_unseen_marks_do_not_matter(name: str, data: st.DataObject) -> None:
    meant = resolve(name).code
    spelt = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), name)
    spelt = data.draw(CASES)(spelt)
    unseen = data.draw(st.sampled_from(["\u200b", "\u200e", "\u200f", "\ufeff", "\u00ad", "\u2060"]))
    at = data.draw(st.integers(0, len(spelt)))
    spelt = spelt[:at] + unseen + spelt[at:]
    if data.draw(st.booleans()):
        spelt = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in spelt)
    spelt = f"\t {spelt.replace(' ', data.draw(st.sampled_from(['  ', chr(0xA0), chr(0x2009)])))} \n"
    if not name.isupper() or spelt.strip(" \t\n").isupper():
        assert resolve(spelt).code == meant


@given(st.sampled_from(list(gazetteer())), st.sampled_from([str, str.lower, str.title]))
def test_codes_of_places_are_read_in_any_case(code: str, written: Callable[[str], str]) -> None:
    if len(code) > 2:
        assert resolve(written(code)).code == code
    assert resolve(resolve(code).code).code == code


@settings(deadline=None, max_examples=60)  # near names are looked for
@given(
    st.one_of(
        st.text(), st.text(alphabet="@,.;:/()|- \u200f\x00ıİəё"), st.none(), st.integers(), st.floats(), st.binary(),
        st.lists(st.text()), st.sampled_from(NAMES).flatmap(lambda name: st.text().map(lambda more: name + more)),
    ),
    st.one_of(st.none(), st.integers(-10_000, 10_000)),
    st.booleans(),
)  # fmt: skip
def test_anything_is_a_place_or_our_error(name: object, year: int | None, numeric: bool) -> None:  # noqa: FBT001
    try:
        found = resolve(name, year=year, numeric=numeric)  # type: ignore[arg-type]
    except PlaceError as error:
        told = error.reason
    else:
        told = resolve(found.code).code
    assert told
