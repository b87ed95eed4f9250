"""Which column of a user's table is which of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from azroutes.errors import Fault, OptionError, TableError, did_you_mean, near_hint
from azroutes.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENDS = ("origin", "destination")
OPTIONAL = ("via", "market", "commodity", "form", "group", "quantity", "unit", "year", "sources", "wording",
            "certainty", "lineage")  # fmt: skip
COORDINATES = tuple(f"{end}_{axis}" for end in ENDS for axis in ("lon", "lat"))
BACK = "back"
OURS = (*ENDS, *COORDINATES, *OPTIONAL, BACK)
ROUTE = "route"
"""A column with both ends and what is between; only where the user says so, as a route may be a name of its own."""

PAIRS = (
    ("from", "to"), ("source", "target"), ("orig", "dest"), ("origin", "dest"), ("o", "d"), ("src", "dst"),
    ("exporter", "importer"), ("export", "import"), ("sender", "receiver"), ("start", "end"),
    ("departure", "arrival"), ("departure", "destination"), ("coo", "coa"), ("source", "destination"),
    ("country_of_origin", "country_of_destination"), ("country_of_origin", "country_of_asylum"),
    ("country_of_departure", "country_of_destination"), ("origin_country", "destination_country"),
    ("source_country", "destination_country"), ("exporting_country", "importing_country"),
    ("origin", "asylum"), ("id_a", "id_b"),
    ("cikis_ulkesi", "varis_ulkesi"), ("kaynak_ulke", "hedef_ulke"), ("nereden", "nereye"), ("ihracatci", "ithalatci"),
    ("mense_olkesi", "teyinat_olkesi"), ("gonderen_olke", "qebul_eden_olke"), ("haradan", "haraya"),
    ("страна_отправления", "страна_назначения"), ("страна_происхождения", "страна_назначения"),
    ("страна_отправитель", "страна_получатель"), ("откуда", "куда"), ("экспортер", "импортер"),
    ("pays_d_origine", "pays_de_destination"), ("pays_de_provenance", "pays_de_destination"),
    ("origine", "destination"), ("pais_de_origen", "pais_de_destino"), ("origen", "destino"),
    ("pais_de_origem", "pais_de_destino"), ("origem", "destino"), ("herkunftsland", "zielland"), ("von", "nach"),
)  # fmt: skip
"""What the two ends are called in tables of others, as `plain` has it; each only with the other."""

SUFFIXES = ("", "_country", "_code", "_iso", "_iso2", "_iso3", "_iso_code", "_name", "_id", "_country_code",
            "_country_name", "_airport", "_place", "_city", "_region")  # fmt: skip

COMMON = {
    "quantity": ("value", "count", "flow", "weight", "amount", "number", "n", "total", "volume", "persons", "people",
                 "victims", "magnitude", "trips", "flows", "qty",
                 "obs_value", "miktar", "miqdar", "количество", "quantite", "cantidad", "quantidade", "menge"),
    "year": ("yr", "date_year", "reporting_year", "calendar_year", "time_period", "yil", "год", "annee", "ano", "jahr"),
    "via": ("transit", "through", "transit_country", "via_country", "re_exporter"),
    "unit": ("units", "unit_of_measure", "uom", "measure", "birim", "vahid", "единица_измерения", "unite", "unidad",
             "unidade", "einheit"),
    "commodity": ("product", "drug", "goods", "item", "substance"),
    "sources": ("source", "data_source", "source_of_information", "source_document", "reference", "references",
                "citation", "kaynak", "menbe", "источник", "fuente", "fonte", "quelle"),
}  # fmt: skip
"""What other columns are called; taken where there is no other candidate."""

AXES = {"lon": ("lon", "lng", "long", "longitude", "x"), "lat": ("lat", "latitude", "y")}


@dataclass(frozen=True)
class Matched:
    """Which column of a table is which of ours.

    Attributes
    ----------
    place : dict of str to int
        Our name, and the position of the column.
    value : dict of str to object
        Our name, and one value for all rows.
    told : tuple of str
        What was guessed, and what is left aside, in words.
    """

    place: dict[str, int]
    value: dict[str, object]
    told: tuple[str, ...]


def plain(name: object) -> str:
    """Return a name of a column in small letters, its words joined by '_'; letters of other alphabets as spelt plainly.

    Examples
    --------
    >>> plain("Country of origin"), plain("ÇIKIŞ ÜLKESİ"), plain("Экспортёр")
    ('country_of_origin', 'cikis_ulkesi', 'экспортер')
    """
    if not str(name).isascii():
        name = fold(str(name))
    return re.sub(r"[\W_]+", "_", str(name).strip().lower()).strip("_")


def match(
    names: Sequence[object], said: Mapping[str, object], columns: Mapping[str, str] | None, nameless: str | None = None
) -> Matched:
    """Tell which column of a table is which of ours: as the user says, by our names, else by common ones.

    Parameters
    ----------
    names : sequence
        Of the table's columns, in order.
    said : mapping of str to object
        Our names, each with a name of a column, or one value for all rows; None says nothing.
    columns : mapping of str to str, optional
        Names of columns, each with ours.
    nameless : str, optional
        The end that the first column is, where it has no name and no other column is that end: so in a matrix.

    Raises
    ------
    OptionError
        If the user names a column that is not there, or ours that is none.
    TableError
        If an end has no column or several, or a column of ours stands there twice or misspelt.
    """
    own = [str(name).strip() for name in names]
    place, value = _said(own, said, columns or {})
    told = _said_of_all(own, place, value, said)
    taken = set(place.values())
    if ROUTE in place:
        value |= _taken_by_route(place, value)
    faults = _by_our_names(own, place, value, taken)
    if not faults:
        guessed, doubts = _guessed(own, place, value, taken)
        place |= guessed
        faults = [*doubts, *_missing(own, {*place, *value, *_doubted(doubts)})]
        if nameless is not None and not own[0] and any(fault.column == nameless for fault in faults):
            place[nameless] = 0
            faults = [fault for fault in faults if fault.column != nameless]
            told.append(f"{nameless} is the first column, which has no name")
        told += [f"{name} is column {own[k]!r}" for name, k in guessed.items()]
        faults += _unit_alone(said.get("unit") if "unit" in place else None, {*place, *value})
    if faults:
        raise TableError("these are not flows", faults)
    taken = set(place.values())
    aside = [name for k, name in enumerate(own) if k not in taken and name]
    # Who says which columns are meant has looked at them all.
    faults = [] if columns or any(ours in place for ours, what in said.items() if what is not None) else _misspelt(
        aside, {*place, *value})  # fmt: skip
    if faults:
        raise TableError("these are not flows", faults)
    unnamed = sum(not name and k not in taken for k, name in enumerate(own))
    if unnamed:
        aside.append("one without a name" if unnamed == 1 else f"{unnamed} without a name")
    if aside:
        told.append("columns left aside: " + ", ".join(aside))
    return Matched(place, {ours: what for ours, what in value.items() if what is not None}, tuple(told))


def _taken_by_route(place: Mapping[str, int], value: Mapping[str, object]) -> dict[str, object]:
    """Return what a route says itself, for which no column is looked for."""
    held = (*ENDS, "via", *COORDINATES)
    twice = [Fault("said twice", column=ours, hint="a route holds the ends and what is between") for ours in held
             if ours in place or ours in value]  # fmt: skip
    if twice:
        raise OptionError("the table cannot be read so", twice)
    return dict.fromkeys(held)


def _said(
    own: list[str], said: Mapping[str, object], columns: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, object]]:
    place, faults = _renamed(own, columns)
    value: dict[str, object] = {}
    for ours, what in said.items():
        if what is None:
            continue
        if ours in place:
            faults.append(Fault("said twice", column=ours, value=what, hint="in `columns`, or by itself"))
        elif isinstance(what, str) and what.strip() in own:
            if own.count(what.strip()) > 1:
                faults.append(Fault("column given twice", column=ours, value=what))
            place[ours] = own.index(what.strip())
        else:
            value[ours] = what
    for one, other, both in ((*ENDS, "ends"), ("quantity", BACK, "ways")):
        if place.get(one) == place.get(other) is not None:
            faults.append(Fault(f"one column for both {both}", value=own[place[one]], hint="each has one of its own"))
    # A quantity or a way back is no one word for all rows: a name that is no column is a slip.
    faults += [Fault("no such column", column=ours, value=word, hint=_near(word, own))
               for ours in ("quantity", BACK) if isinstance(word := value.get(ours), str)]  # fmt: skip
    if faults:
        raise OptionError("the table has no such columns", faults)
    return place, value


def _said_of_all(
    own: list[str], place: dict[str, int], value: dict[str, object], said: Mapping[str, object]
) -> list[str]:
    """Turn what names the column of the quantity into one word for all rows, and tell of it.

    So of `quantity="victims", unit="victims"`: one column is not both.
    """
    counted = place.get("quantity")
    if counted is None and "quantity" not in value and "unit" in place:
        # The column is not said, and will be found by its name.
        found = plain(own[place["unit"]]) in {"quantity", *COMMON["quantity"]} and "quantity" not in own
        counted = place["unit"] if found else None
    of_all = [ours for ours, k in place.items() if k == counted and said.get(ours) is not None
              and ours not in {"quantity", BACK}]  # fmt: skip
    for ours in of_all:
        value[ours] = said[ours]
        del place[ours]
    return [f"{ours} is {value[ours]!r} in all rows: the column {value[ours]!r} is the quantity" for ours in of_all]


def _renamed(own: list[str], columns: Mapping[str, str]) -> tuple[dict[str, int], list[Fault]]:
    place: dict[str, int] = {}
    faults: list[Fault] = []
    for name, ours in columns.items():
        theirs = str(name)  # as a frame may have numbers for names
        if ours not in {*OURS, ROUTE}:
            faults.append(Fault("no column of flows", column="columns", value=ours, hint=did_you_mean(ours, OURS)))
        elif theirs not in own:
            faults.append(Fault("no such column", column="columns", value=theirs, hint=_near(theirs, own)))
        elif ours in place:
            faults.append(Fault("two columns for one", column="columns", value=ours))
        else:
            place[ours] = own.index(theirs)
    return place, faults


def _by_our_names(own: list[str], place: dict[str, int], value: Mapping[str, object], taken: set[int]) -> list[Fault]:
    """Add the columns that bear our names, and return those that do twice."""
    faults = []
    lower = [name.lower() for name in own]
    for ours in OURS:
        found = [k for k, name in enumerate(lower) if name == ours and k not in taken]
        # A unit that is said for all rows fills the column.
        if ours in place or (ours in value and ours != "unit") or not found:
            continue
        if len(found) > 1:
            faults.append(Fault("column given twice", column=ours))
        place[ours] = found[0]
        taken.add(found[0])
    return faults


def _guessed(
    own: list[str], place: Mapping[str, int], value: Mapping[str, object], taken: set[int]
) -> tuple[dict[str, int], list[Fault]]:
    """Return the columns that bear common names, and doubts where several do."""
    free = {k: plain(name) for k, name in enumerate(own) if k not in taken}
    known = {*place, *value}
    found = {f"{end}_{axis}": spots[0] for end in ENDS for axis in AXES
             if f"{end}_{axis}" not in known and len(spots := _coordinate(end, axis, free)) == 1}  # fmt: skip
    found = {name: k for name, k in found.items() if _other_axis(name) in {*known, *found}}
    ends, doubts = _guessed_ends(own, free, known, {*known, *found})
    found |= ends
    for ours, names in COMMON.items():
        spots = [k for k, name in free.items() if name in names and k not in found.values()]
        if ours in known or not spots:
            continue
        if len(spots) == 1:
            found[ours] = spots[0]
        elif ours == "quantity":
            twice = len({own[k] for k in spots}) < len(spots)
            doubts.append(_given_twice(own[spots[0]]) if twice
                          else _doubt("more than one column may be the quantity", ours, spots, own))  # fmt: skip
    return found, doubts


def _guessed_ends(
    own: list[str], free: Mapping[int, str], known: set[str], placed: set[str]
) -> tuple[dict[str, int], list[Fault]]:
    """Return the columns of ends that the user has not said."""
    left = [end for end in ENDS if end not in known]
    if len(left) == 2:
        pairs = _ends(free)
        if len(pairs) > 1:
            ways = " or ".join(f"origin={own[a]!r}, destination={own[b]!r}" for a, b in pairs)
            return {}, [Fault("more than one pair of columns may be the ends", hint=f"say {ways}")]
        twice = [own[k] for pair in pairs for k in pair if list(free.values()).count(free[k]) > 1]
        if twice:
            return {}, [_given_twice(name) for name in twice]
        return (dict(zip(ENDS, pairs[0], strict=True)) if pairs else {}), []
    for end in left:
        names = {form for pair in PAIRS for form in _with_suffixes(pair[ENDS.index(end)])}
        spots = [k for k, name in free.items() if name in names]
        if len(spots) == 1:
            return {end: spots[0]}, []
        if spots and not {f"{end}_lon", f"{end}_lat"} <= placed:
            return {}, [_doubt("more than one column may be the end", end, spots, own)]
    return {}, []


def _doubted(doubts: Sequence[Fault]) -> set[str]:
    """Return what has too many columns, so that it is not missing; a doubt about no one end is about both."""
    return {name for doubt in doubts for name in ((doubt.column,) if doubt.column else ENDS)}


def _doubt(problem: str, ours: str, spots: Sequence[int], own: list[str]) -> Fault:
    return Fault(problem, column=ours, hint="say " + " or ".join(f"{ours}={own[k]!r}" for k in spots))


def _given_twice(name: str) -> Fault:
    return Fault("column given twice", column=name, hint="give each a name of its own")


def _with_suffixes(base: str) -> set[str]:
    return {base + suffix for suffix in SUFFIXES}


def _ends(free: Mapping[int, str]) -> list[tuple[int, int]]:
    """Return the pairs of columns whose names are those of two ends."""
    position = {name: k for k, name in reversed(list(free.items()))}
    pairs = {
        (position[one + suffix], position[other + suffix]): None
        for one, other in (*PAIRS, ENDS)
        for suffix in SUFFIXES
        if one + suffix in position and other + suffix in position
    }
    return list(pairs)


def _coordinate(end: str, axis: str, free: Mapping[int, str]) -> list[int]:
    bases = {pair[ENDS.index(end)] for pair in (*PAIRS, ENDS)}
    names = {form for base in bases for word in AXES[axis] for form in (f"{base}_{word}", f"{word}_{base}")}
    return [k for k, name in free.items() if name in names]


def _other_axis(name: str) -> str:
    """Return the coordinate without which one says nothing: the latitude of a longitude."""
    return f"{name[:-3]}{'lat' if name.endswith('lon') else 'lon'}"


def _missing(own: list[str], known: set[str]) -> list[Fault]:
    ends = [
        Fault("missing column", column=end, hint=_near(end, own) or f"or {end}_lon and {end}_lat, or say {end}=...")
        for end in ENDS
        if end not in known and not {f"{end}_lon", f"{end}_lat"} <= known
    ]
    halves = [Fault("missing column", column=_other_axis(name), hint=f"{name} says nothing without it")
              for name in COORDINATES if name in known and _other_axis(name) not in known]  # fmt: skip
    return [*ends, *halves]


def _unit_alone(unit: object, known: set[str]) -> list[Fault]:
    """Return the fault of a unit that is said to be a column where none is the quantity: "kg" may be both."""
    if "unit" not in known or "quantity" in known or unit is None:
        return []
    return [Fault("missing column", column="quantity", hint=f"say quantity={unit!r}, if that holds the numbers")]


def _misspelt(aside: list[str], known: set[str]) -> list[Fault]:
    """Return columns that would be lost without a word: those whose names are nearly ours."""
    near = {name: get_close_matches(name.lower(), OPTIONAL, n=1, cutoff=0.85) for name in aside}
    return [Fault("unknown column", column=name, hint=f"did you mean {found[0]!r}?")
            for name, found in near.items() if found and found[0] not in known]  # fmt: skip


def _near(name: str, own: list[str]) -> str:
    return near_hint(name, [column for column in own if column])
