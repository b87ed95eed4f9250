"""The gazetteer: countries, Nakhchivan, regions, states that are no more, and points that a user gives."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from io import StringIO
from numbers import Integral, Real
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote

from azroutes.bundled import data_file
from azroutes.errors import Fault, PlaceError, did_you_mean, shown
from azroutes.names import Bearer, Spelling, names_of
from azroutes.spelling import LONGEST
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from azroutes.names import Names

VIA = ">"
"""What joins the codes of places on the way."""

_KEPT = "".join(chr(c) for c in range(32, 127) if chr(c) not in "%>@;,")


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a flow can begin at, pass or end at.

    Attributes
    ----------
    code : str
        ISO 3166-1 alpha-3 (``AZE``), ISO 3166-2 (``AZ-NX``), a region code (``EU``), or for a user's own point
        ``name@lat,lon``, which tells all there is to know of it.
    name : str
        Its English name, or the name the user gave.
    kind : PlaceKind
        Country, subdivision, region, historic (a state that is no more) or point.
    lon, lat : float
        The anchor, where arrows end: degrees, EPSG:4326. A point on a map, not a spot on a route.
    label_lon, label_lat : float
        Where its name may stand.
    part_of : str
        The code of the state it is a part of, or empty.
    members : tuple of str
        The country codes of a region.
    first_year, last_year : int or None
        The years in which a historic state was there; None for all others.
    successors : tuple of str
        The codes of the countries that a historic state's land is in today.
    """

    code: str
    name: str
    kind: PlaceKind
    lon: float
    lat: float
    label_lon: float
    label_lat: float
    part_of: str = ""
    members: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    successors: tuple[str, ...] = ()

    def holds(self, code: str) -> bool:
        """Tell whether the place is, or contains, the one with this code."""
        return code == self.code or code in self.members

    def anachronism(self, year: int) -> Fault | None:
        """Return what is wrong with a flow of this year, where the place was not there then.

        Examples
        --------
        >>> print(resolve("USSR").anachronism(2010))
        2010: Soviet Union was there from 1922 to 1991 (its land is in ARM, AZE, BLR, EST and 11 more today)
        """
        if self.last_year is None or self.first_year is None or self.first_year <= year <= self.last_year:
            return None
        told = ", ".join(self.successors[:4])
        more = f" and {len(self.successors) - 4} more" if len(self.successors) > 4 else ""
        return Fault(
            f"{self.name} was there from {self.first_year} to {self.last_year}", value=year,
            hint=f"its land is in {told}{more} today", reason="out of time",
        )  # fmt: skip


@cache
def gazetteer() -> Mapping[str, Place]:
    """Return all bundled places by code, in the order of the file."""
    found = {row["code"]: _place_of(row) for row in _rows("places")}
    return MappingProxyType(found)


def _place_of(row: dict[str, str]) -> Place:
    return Place(
        code=row["code"],
        name=row["name"],
        kind=PlaceKind(row["kind"]),
        lon=float(row["anchor_lon"]),
        lat=float(row["anchor_lat"]),
        label_lon=float(row["label_lon"]),
        label_lat=float(row["label_lat"]),
        part_of=row["part_of"],
        members=tuple(filter(None, row["members"].split(";"))),
        first_year=int(row["first_year"]) if row["first_year"] else None,
        last_year=int(row["last_year"]) if row["last_year"] else None,
        successors=tuple(filter(None, row["successors"].split(";"))),
    )


REMEMBERED = 2**14
"""Places found by their codes that are kept, as a table's own points are asked for again and again."""

LARGEST_CODE = 10**9
"""No number of a place is larger; and Python does not write out one of any number of digits."""


def point(lon: float, lat: float, name: str = "") -> Place:
    """Return a place for a user's own point, to 5 decimals (about a metre).

    Raises
    ------
    PlaceError
        If the coordinates are not numbers on the globe.

    Examples
    --------
    >>> point(49.867, 40.409, "Baku").code
    'Baku@40.40900,49.86700'
    """
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        fault = Fault("no point on the globe", value=(lon, lat), hint="longitude -180 to 180, latitude -90 to 90")
        raise PlaceError(f"cannot place {name or 'a point'}", [fault])
    try:
        name.encode()
    except UnicodeEncodeError:
        fault = Fault("no Unicode text", value=name, hint="it holds half a character")
        raise PlaceError("cannot name a point", [fault]) from None
    lon, lat = round(lon, 5) + 0.0, round(lat, 5) + 0.0
    # Every character that joins codes is escaped, so any name makes a code that splits back.
    code = f"{quote(name, safe=_KEPT)}@{lat:.5f},{lon:.5f}"
    shown = name or f"{abs(lat):.2f}°{'N' if lat >= 0 else 'S'} {abs(lon):.2f}°{'E' if lon >= 0 else 'W'}"
    return Place(code, shown, PlaceKind.POINT, lon, lat, lon, lat)


@lru_cache(maxsize=REMEMBERED)
def place(code: str) -> Place:
    """Return the place with exactly this code.

    Raises
    ------
    PlaceError
        If there is none; the message names the nearest codes.
    """
    found = gazetteer().get(code)
    if found is not None:
        return found
    name, at, where = code.rpartition("@")
    lat, comma, lon = where.partition(",")
    if at and comma:
        try:
            y, x = float(lat), float(lon)
        except ValueError:
            pass
        else:
            return point(x, y, unquote(name))
    # Whoever writes a name where a code stands is told the code.
    meant = world().find(code)
    near = " or ".join(repr(bearer.code) for bearer in meant[:2])
    near = f"did you mean {near}?" if near else did_you_mean(code, list(gazetteer()))
    hint = near or "azroutes.resolve(name).code is the code of a name"
    raise PlaceError(f"no place has the code {code!r}", [Fault("no such place code", value=code, hint=hint)])


class Resolver(Protocol):
    """What tells places by their names: a `azroutes.Gazetteer`, or anything of a user's that answers like one."""

    def resolve(self, name: str, *, year: int | None = None, numeric: bool = False) -> Place:
        """Return the place, or raise PlaceError."""


def resolve(
    name: str, *, gazetteer: Resolver | None = None, year: int | None = None, numeric: bool = False
) -> Place:  # fmt: skip
    """Return the place that a code or a name means; never a guess.

    Parameters
    ----------
    name : str
        A code: of ISO 3166-1 (``AZE``, ``AZ``, ``031``), ours (``AZ-NX``, ``EU``), or one that a place had (``SUN``,
        ``ZAR``). Or a name in English, Azerbaijani, Russian or Turkish: short (``Türkiye``), long (``Iran (Islamic
        Republic of)``), turned round (``Korea, Rep.``), or old (``Zaire``). Case, accents, stops and common short
        forms do not matter; but two letters are a code in capitals alone: ``NA`` is Namibia, and ``no`` is no place.
        ``Georgia`` is the country.
    gazetteer : Gazetteer, optional
        Places of your own, which go first.
    year : int, optional
        The year that the name was used of. It tells apart what bore one name in turn (``CS``: Czechoslovakia, then
        Serbia and Montenegro), and must be one in which a historic state was there.
    numeric : bool
        Whether numbers of fewer than three figures are of ISO 3166-1 and lost their zeros: then 31 is Azerbaijan.

    Raises
    ------
    PlaceError
        If nothing bears the name, or more than one place does, or it is no place but a total, an unknown place, or
        people without a state. The error's ``reason`` says which, and its message what may be meant.

    Examples
    --------
    >>> resolve("U.A.E.").code, resolve("Азербайджан").code, resolve("Congo, Dem. Rep.").code
    ('ARE', 'AZE', 'COD')
    >>> state = resolve("USSR", year=1985)
    >>> state.code, state.kind.value, state.last_year, "AZE" in state.successors
    ('SUN', 'historic', 1991, True)
    """
    if gazetteer is not None:
        return gazetteer.resolve(name, year=year, numeric=numeric)
    given: object = name
    text = given if isinstance(given, str) else text_of(given)
    if text or isinstance(given, str):
        # Texts that are too long for names are not kept.
        found = (_found if len(text) <= LONGEST else _found.__wrapped__)(text, year, numeric)
    else:
        found = no_text(given)
    if isinstance(found, Fault):
        raise refusal(name, found)
    return found


def refusal(name: object, fault: Fault) -> PlaceError:
    """Return the error of a name that will not do."""
    return PlaceError(f"cannot place {shown(name)}", [fault])


def text_of(name: object) -> str:
    """Return a name or code as text; of numbers the whole ones. What is missing, or no text, is empty."""
    if isinstance(name, str):
        return str(name)
    if isinstance(name, bool):
        return ""
    if isinstance(name, Integral):
        return str(int(name)) if abs(int(name)) <= LARGEST_CODE else ""
    if isinstance(name, Real) and math.isfinite(name) and float(name).is_integer():
        return str(int(float(name)))
    return ""


def no_text(value: object) -> Fault:
    """Return the fault of what is no name at all: missing, or of another kind."""
    if value is None or (isinstance(value, Real) and value != value) or shown(value) in {"<NA>", "NaT"}:  # noqa: PLR0124 - NaN
        return Fault("missing place", hint="a code or a name", reason="missing")
    return Fault(f"no name but a {type(value).__name__}", value=value, hint="a code or a name", reason="no such place")


@lru_cache(maxsize=REMEMBERED)
def _found(name: str, year: int | None, numeric: bool) -> Place | Fault:  # noqa: FBT001 - what is cached is positional
    code = code_of(name, year=year, numeric=numeric)
    if isinstance(code, Fault):
        return code
    found = place(code)
    return (found.anachronism(year) if year is not None else None) or found


def code_of(name: str, *, year: int | None = None, numeric: bool = False, hints: bool = True) -> str | Fault:
    """Return the code of the place that a name or code means, or why there is none."""
    if "@" in name:
        try:
            return place(name.strip()).code
        except PlaceError as error:
            return replace(error.faults[0], value=name, reason="no such place")
    return world().answer(name, year=year, numeric=numeric, hints=hints)


@cache
def world() -> Names:
    """Return the bundled names and codes of all places."""
    return names_of(_spellings(), {code: known.name for code, known in gazetteer().items()})


def _spellings() -> Iterator[Spelling]:
    for row in _rows("places"):
        bearer = Bearer(row["code"])
        yield Spelling(row["name"], bearer)
        yield from (Spelling(row[key], bearer, is_code=True) for key in ("code", "iso2", "numeric") if row[key])
    for row in _rows("aliases"):
        yield Spelling(row["alias"], Bearer(row["code"]), row["language"] == "code")
    for row in _rows("ambiguous"):
        first, last = (int(row[key]) if row[key] else None for key in ("first_year", "last_year"))
        name = row["name"]
        yield Spelling(name, Bearer(row["code"], first, last), name.isascii() and name.isupper() and len(name) < 4)


def _rows(table: str) -> csv.DictReader[str]:
    return csv.DictReader(StringIO(data_file(f"geo/{table}.csv").read_text(encoding="utf-8")))
