"""The other names of places, in four languages, and the codes that they had: ours, CLDR's and GeoNames'."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from azroutes.spelling import fold, letters
from build_parts import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from build_parts.fetch import Country

COLUMNS = ("alias", "code", "language")
CODE = "code"
"""What stands for a language where the alias is a code; codes are read in the very letters."""

# CLDR's own codes of our regions: those of M49, and the European Union's.
REGIONS = {"EU": "EU", "EUROPE": "150", "EASTERN_EUROPE": "151", "CENTRAL_ASIA": "143", "SOUTHEAST_ASIA": "035"}
# "Republic of X" is "X, Republic of" in lists that are sorted by name.
_LONG_FORM = re.compile(
    r"(?:The )?((?:[A-Z][\w'-]+ )*(?:Republic|Kingdom|State|States|Emirate|Principality|Commonwealth|Sultanate|Union|"
    r"Federation|Jamahiriya)) of (?:the )?([A-Z].+)"
)
_ISLANDS = {"о-ва": "острова", "о-в": "остров"}


def aliases(
    places: Sequence[tables.Row],
    names: Mapping[str, Mapping[str, str]],
    countries: Sequence[Country],
    old_codes: Mapping[str, Sequence[str]],
) -> list[tables.Row]:
    """Return the rows of aliases, sorted, each spelling once.

    Raises
    ------
    RuntimeError
        Where one spelling would mean two places.
    """
    meaning = {fold(place["name"]): place["code"] for place in places}
    # Codes of three letters and more are read in any case.
    meaning |= {letters(place["code"]): place["code"] for place in places}
    meaning |= {letters(row["alias"]): row["code"] for row in tables.read("codes.csv") if len(row["alias"]) > 2}
    called = {place["code"]: place["name"] for place in places}
    # Where the year tells which is meant, one of them may have the name without a year.
    unclear = {fold(row["name"]) for row in tables.beside("ambiguous.csv") if not row["first_year"] + row["last_year"]}
    found: dict[str, tables.Row] = {}
    faults = []
    for alias, code, language in _candidates(called, names, countries):
        if code not in called:
            raise RuntimeError(f"alias {alias!r} is for {code}, which is no place")
        key = fold(alias)
        if key in unclear:
            faults.append(f"{alias!r} stands in ambiguous.csv and would be an alias of {code}")
        if not key:
            faults.append(f"nothing is left of {alias!r}")
        if language != "en" and meaning.get(key) == code:
            continue
        if meaning.setdefault(key, code) != code:
            faults.append(f"{alias!r} means both {meaning[key]} and {code}")
        if alias != called[code]:
            found.setdefault(alias, {"alias": alias, "code": code, "language": language})
    if faults:
        raise RuntimeError("; ".join(faults))
    for alias, code in _codes(places, countries, old_codes):
        found.setdefault(alias, {"alias": alias, "code": code, "language": CODE})
    return [found[alias] for alias in sorted(found)]


def _candidates(
    called: Mapping[str, str], names: Mapping[str, Mapping[str, str]], countries: Sequence[Country]
) -> Iterator[tuple[str, str, str]]:
    for row in tables.read("spellings.csv"):
        yield row["alias"], row["code"], row["language"]
        if row["language"] == "en" and (parts := _LONG_FORM.fullmatch(row["alias"])):
            yield f"{parts[2]}, {parts[1]} of", row["code"], "en"
    ours = {country.iso3: country.iso2 for country in countries} | REGIONS
    for country in countries:
        for name in (called[country.iso3], country.name):
            yield from ((spelling, country.iso3, "en") for spelling in _spellings(name))
    for language, territories in names.items():
        for code, theirs in ours.items():
            # Azerbaijani in Cyrillic letters lacks the youngest territories.
            name = territories.get(theirs, called[code])
            for spelling in _spellings(name) if language == "en" else _written_out(name):
                yield spelling, code, language.partition("_")[0]


def _spellings(name: str) -> Iterator[str]:
    """Yield a name and the ways it is commonly typed."""
    plain = name.replace("’", "'")
    yield name
    for form in (plain, plain.replace(" and ", " & "), plain.replace(" & ", " and ")):
        yield form
        yield form.replace("St. ", "Saint ")
        yield form.replace("St. ", "St ")
        yield form.replace("Saint ", "St. ")


def _written_out(name: str) -> Iterator[str]:
    """Yield a name, and with its islands in full."""
    yield name
    yield " ".join(_ISLANDS.get(word, word) for word in name.split())


def _codes(
    places: Sequence[tables.Row], countries: Sequence[Country], old_codes: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Yield codes that places had: ours, and those of CLDR that are one country today."""
    taken = {row[key] for row in places for key in ("code", "iso2", "numeric") if row[key]}
    taken |= {row["name"] for row in tables.beside("ambiguous.csv")}
    known = {row["code"] for row in places}
    for row in tables.read("codes.csv"):
        if row["alias"] in taken or row["code"] not in known:
            raise RuntimeError(f"codes.csv: {row['alias']} is taken, or {row['code']} is no place")
        taken.add(row["alias"])
        yield row["alias"], row["code"]
    iso3 = {country.iso2: country.iso3 for country in countries}
    for old, new in old_codes.items():
        if old not in taken and len(new) == 1 and new[0] in iso3:
            yield old, iso3[new[0]]
