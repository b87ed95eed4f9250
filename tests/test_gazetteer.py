"""A user's own places go first, and a column is resolved as its names are one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import azroutes
from azroutes.errors import PlaceError, TableError
from azroutes.gazetteer import HINTED, Gazetteer, resolve_all
from azroutes.places import gazetteer, resolve

if TYPE_CHECKING:
    from pathlib import Path

PORTS = pd.DataFrame({
    "code": ["ALT", "GEO-US", "BTS", "BTS2"],
    "name": ["Alat", "Georgia", "Batumi", "Batumi"],
    "lon": [49.41, -83.4, 41.64, 41.65],
    "lat": [39.94, 32.7, 41.65, 41.66],
    "aliases": ["Alyat; Ələt", None, "", ""],
})  # fmt: skip


def test_own_names_go_first_and_what_they_hide_is_told() -> None:
    own = Gazetteer.read(PORTS)
    assert own.resolve("Georgia").code == "Georgia@32.70000,-83.40000"
    assert own.shadowed == ("Georgia",)
    assert resolve("Georgia").code == "GEO"
    assert own.resolve("alyat").code == own.resolve("ƏLƏT").code == own.resolve("ALT").code
    assert own.resolve("Iran").code == "IRN"
    assert resolve("alyat", gazetteer=own).name == "Alat"


def test_own_places_need_no_register_to_be_found_by_their_codes() -> None:
    code = Gazetteer.read(PORTS).resolve("ALT").code
    assert resolve(code).name == "Alat"
    assert azroutes.places.place(code).lat == 39.94


def test_a_name_of_two_own_places_is_ambiguous_and_their_codes_are_not() -> None:
    own = Gazetteer.read(PORTS)
    with pytest.raises(PlaceError) as caught:
        own.resolve("Batumi")
    assert caught.value.reason == "ambiguous"
    assert own.resolve("BTS").code != own.resolve("BTS2").code


def test_without_the_world_nothing_else_is_a_place() -> None:
    own = Gazetteer.read(PORTS, with_world=False)
    assert own.shadowed == ()
    for name in ("CO", "Iran", "AZE"):
        with pytest.raises(PlaceError):
            own.resolve(name)
    with pytest.raises(PlaceError, match="did you mean 'Alat'"):
        own.resolve("Alatt")
    with pytest.raises(PlaceError) as caught:
        own.resolve("Total")
    assert caught.value.reason == "total"


def test_near_names_are_also_looked_for_among_own_ones() -> None:
    with pytest.raises(PlaceError, match="did you mean 'Alat'"):
        Gazetteer.read(PORTS).resolve("Alatt")
    with pytest.raises(PlaceError, match="did you mean 'Azerbaijan'"):
        Gazetteer.read(PORTS).resolve("Azerbeijan")


def test_a_row_without_coordinates_is_other_names_of_a_place_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "Code,Name,Longitude,Latitude,aliases\nAZE,Azerb.,,,Land of fire;Odlar yurdu\n\nX,Ə place,1,2,\n", "utf-8"
    )
    own = Gazetteer.read(file)
    assert own.resolve("odlar  yurdu").code == own.resolve("azerb").code == "AZE"
    assert own.resolve("X").name == "Ə place"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("name,lon\nBaku,1\n", "missing column"),
        ("lon,lat\n1,2\n", "missing column"),
        ("name,lon,lat\nBaku,east,2\n", "row 2.*no point on the globe"),
        ("name,lon,lat\nBaku,1,\n", "no point on the globe"),
        ("name,lon,lat\nBaku,1_0,2\n", "no point on the globe"),
        ("name,lon,lat\nBaku,,\n", "no coordinates, and no code of ours"),
        ("code,name,lon,lat\n,,1,2\n", "neither name nor code"),
        ("code,lon,lat\nA,1,2\nA,3,4\n", "row 3.*code given twice.*also row 2"),
        ('name,lon,lat\n"Baku,1,2\n', "is not a CSV table"),
        ("name,lon,lat\nBaku\x00,1,200\n", "no point on the globe"),
    ],
)
def test_a_table_that_will_not_do_is_one_error_of_ours(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(TableError, match=told):
        Gazetteer.read(file)


def test_every_fault_of_a_table_is_listed(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        Gazetteer.read(PORTS.assign(lon=[1, 200, "x", 3], code=["A", "B", "C", "A"]))
    assert [fault.row for fault in caught.value.faults] == ["1", "2", "3"]
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(TableError, match=r"no file|directory"):
            Gazetteer.read(path)
    (tmp_path / "latin.csv").write_bytes("name,lon,lat\nBakü,1,2\n".encode("latin-1"))
    with pytest.raises(TableError, match="UTF-8"):
        Gazetteer.read(tmp_path / "latin.csv")


def one_by_one(names: list[object], years: list[int | None], own: Gazetteer | None) -> list[str]:
    found = []
    for name, year in zip(names, years, strict=True):
        try:
            found.append(resolve(name, gazetteer=own, year=year).code)  # type: ignore[arg-type]
        except PlaceError as error:
            found.append(error.reason)
    return found


OWN = Gazetteer.read(PORTS)
CELLS = st.one_of(
    st.sampled_from(["Iran", "İran", "CS", "YU", "USSR", "Total", "XX", "Congo", "Batumi", "ALT", "Georgia", "", "31"]),
    st.sampled_from(list(gazetteer())), st.text(max_size=8), st.none(), st.integers(0, 900), st.floats(), st.booleans(),
    st.lists(st.integers()),
)  # fmt: skip


@settings(deadline=None, max_examples=40)  # near names are looked for
@given(st.lists(st.tuples(CELLS, st.one_of(st.none(), st.integers(1900, 2020)))), st.sampled_from([None, OWN]))
def test_a_column_is_resolved_as_its_names_are(rows: list[tuple[object, int | None]], own: Gazetteer | None) -> None:
    names, years = [name for name, _ in rows], [year for _, year in rows]
    found = resolve_all(names, years=years, gazetteer=own)
    whole = [found.faults[k].reason if k in found.faults else code for k, code in enumerate(found.codes)]
    assert whole == one_by_one(names, years, own)
    assert all(found.codes[k] == "" for k in found.faults)
    plain = resolve_all(pd.Series(names, dtype="object"), gazetteer=own)
    assert [fault.reason for fault in plain.faults.values()] == [
        reason for reason in one_by_one(names, [None] * len(names), own)
        if reason in {fault.reason for fault in plain.faults.values()}
    ]  # fmt: skip


def test_each_spelling_is_answered_once_and_its_rows_share_the_fault() -> None:
    found = resolve_all(["Atlantis", "Iran", "Atlantis"])
    assert found.faults[0] is found.faults[2]
    assert found.codes == ["", "IRN", ""]


def test_very_many_misspellings_are_told_without_looking_for_near_names_for_all() -> None:
    found = resolve_all([f"Azerbeijan {k}" for k in range(HINTED + 50)])
    assert len(found.faults) == HINTED + 50
    assert found.faults[0].hint
    assert not found.faults[HINTED + 49].hint


def test_years_are_as_many_as_names() -> None:
    with pytest.raises(azroutes.AzroutesError):
        resolve_all(["Iran"], years=[])


def test_numbers_without_their_zeros_in_a_column() -> None:
    assert resolve_all([4, "31", 840, "Iran"], numeric=True).codes == ["AFG", "AZE", "USA", "IRN"]
    assert sorted(resolve_all([4, "31", 840]).faults) == [0, 1]
