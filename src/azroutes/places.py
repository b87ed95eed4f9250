"""The gazetteer: countries, Nakhchivan, regions with their members, and points that a user gives."""

from __future__ import annotations

import csv
import math
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from azroutes.bundled import data_file
from azroutes.errors import Fault, PlaceError, did_you_mean
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        Country, subdivision, region or point.
    lon, lat : float
        The anchor, where arrows end: degrees, EPSG:4326. A point on a map, not a spot on a route.
    label_lon, label_lat : float
        Where its name may stand.
    part_of : str
        The code of the state it is a part of, or empty.
    members : tuple of str
        The country codes of a region.
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

    def holds(self, code: str) -> bool:
        """Tell whether the place is, or contains, the one with this code."""
        return code == self.code or code in self.members


@cache
def gazetteer() -> Mapping[str, Place]:
    """Return all bundled places by code, in the order of the file."""
    rows = csv.DictReader(StringIO(data_file("geo/places.csv").read_text(encoding="utf-8")))
    found = {row["code"]: _place_of(row) for row in rows}
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
        members=tuple(row["members"].split(";")) if row["members"] else (),
    )


REMEMBERED = 2**14
"""Places found by their codes that are kept, as a table's own points are asked for again and again."""


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
    meant = _names().get(_fold(code)) or _two_letters().get(code)
    near = f"did you mean {meant!r}?" if meant else did_you_mean(code, list(gazetteer()))
    hint = near or "azroutes.resolve(name).code is the code of a name"
    raise PlaceError(f"no place has the code {code!r}", [Fault("no such place code", value=code, hint=hint)])


def resolve(name: str) -> Place:
    """Return the place that a code or an English name means; never a guess.

    Parameters
    ----------
    name : str
        A code (``AZE``, ``AZ-NX``, ``EU``), an English name (``Azerbaijan``), or a common other one (``Türkiye``,
        ``UAE``); upper and lower case, accents and stops do not matter. ``Georgia`` is the country. Two-letter codes
        of ISO 3166-1 are written in capitals: ``NA`` is Namibia, and ``no`` is no place.

    Raises
    ------
    PlaceError
        If nothing bears the name; the message says what comes near.

    Examples
    --------
    >>> resolve("U.A.E.").code
    'ARE'
    """
    text = name.strip()
    if text in gazetteer() or "@" in text:
        return place(text)
    code = _names().get(_fold(text)) or _two_letters().get(text)
    if code is not None:
        return gazetteer()[code]
    near = did_you_mean(text, [known.name for known in gazetteer().values()])
    hint = near or "a code or an English name; or give its coordinates"
    raise PlaceError(f"no place is called {text!r}", [Fault("no such place", value=text, hint=hint)])


@cache
def _two_letters() -> Mapping[str, str]:
    rows = csv.DictReader(StringIO(data_file("geo/places.csv").read_text(encoding="utf-8")))
    return {row["iso2"]: row["code"] for row in rows if row["iso2"]}


@cache
def _names() -> Mapping[str, str]:
    names = {_fold(known.name): known.code for known in gazetteer().values()}
    names |= {_fold(code): code for code in gazetteer()}
    aliases = csv.DictReader(StringIO(data_file("geo/aliases.csv").read_text(encoding="utf-8")))
    return names | {_fold(row["alias"]): row["code"] for row in aliases}


def _fold(text: str) -> str:
    """Return a name without case, accents, stops and doubled spaces, so that one spelling finds it."""
    plain = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("ə", "a").replace("Ə", "a").casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c) and c not in ".'’")
    return " ".join(kept.split())
