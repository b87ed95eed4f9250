"""The other English names of places: ours, CLDR's and GeoNames'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from build_parts import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from build_parts.fetch import Country

COLUMNS = ("alias", "code", "language")


def aliases(
    places: Sequence[tables.Row], territory_names: Mapping[str, str], countries: Sequence[Country]
) -> list[tables.Row]:
    """Return the rows of aliases, sorted, each spelling once.

    Raises
    ------
    RuntimeError
        Where one spelling would mean two places.
    """
    meaning = {place["name"].casefold(): place["code"] for place in places}
    names = {place["code"]: place["name"] for place in places}
    found: dict[str, str] = {}
    for alias, code in _candidates(names, territory_names, countries):
        if code not in names:
            raise RuntimeError(f"alias {alias!r} is for {code}, which is no place")
        if meaning.setdefault(alias.casefold(), code) != code:
            raise RuntimeError(f"{alias!r} means both {meaning[alias.casefold()]} and {code}")
        if alias != names[code]:
            found[alias] = code
    return [{"alias": alias, "code": found[alias], "language": "en"} for alias in sorted(found)]


def _candidates(
    names: Mapping[str, str], territory_names: Mapping[str, str], countries: Sequence[Country]
) -> Iterator[tuple[str, str]]:
    for row in tables.read("spellings.csv"):
        yield row["alias"], row["code"]
    for country in countries:
        for name in (names[country.iso3], territory_names[country.iso2], country.name):
            yield from ((spelling, country.iso3) for spelling in _spellings(name))


def _spellings(name: str) -> Iterator[str]:
    """Yield a name and the ways it is commonly typed."""
    plain = name.replace("’", "'")
    yield name
    for form in (plain, plain.replace(" and ", " & "), plain.replace(" & ", " and ")):
        yield form
        yield form.replace("St. ", "Saint ")
        yield form.replace("St. ", "St ")
        yield form.replace("Saint ", "St. ")
