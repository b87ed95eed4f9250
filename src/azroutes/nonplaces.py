"""What stands in columns of places and is none: totals, unknown places, people without a state."""

from __future__ import annotations

import csv
from functools import cache
from io import StringIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from azroutes.bundled import data_file
from azroutes.spelling import fold, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "total": ("a total, no place", "leave such rows out, or all is counted twice"),
    "unknown": ("a place that is not known", "such a row says nothing of from where or to where"),
    "stateless": ("people without a nationality, no place", "write the place that they left, if the source says it"),
    "several": ("several places, not one", "write a row for each, or a region that azroutes knows"),
    "people": ("a people, no place", "write the place that they left, if the source says it"),
    "at sea": ("at sea, no place on land", "give a point of your own: a name and coordinates"),
})  # fmt: skip
"""Why a name is no place: what it is, and what would do."""

# "Total Africa", "Other Asia": what they begin with says what they are, whatever follows; so does "Africa Total".
_FIRST = MappingProxyType({
    "total": "total", "subtotal": "total", "итого": "total", "всего": "total", "toplam": "total", "cemi": "total",
    "yekun": "total", "unknown": "unknown", "unspecified": "unknown", "неизвестно": "unknown", "namelum": "unknown",
    "bilinmeyen": "unknown", "stateless": "stateless", "various": "several", "other": "several", "others": "several",
    "прочие": "several", "другие": "several", "diger": "several",
})  # fmt: skip
_A_REGION = frozenset({"other european countries"})


def nonplace(name: str) -> str | None:
    """Return why a name or code is no place, or None where nothing says so; it may be a place then, or a misspelling.

    Parameters
    ----------
    name : str
        What stands where a place should: ``Total``, ``Unknown``, ``Stateless``, ``XX``, ``Various``, ``High seas``, in
        English, Azerbaijani, Russian or Turkish. Codes (``XX`` and ``XV`` of CITES, ``STA`` and ``UKN`` of UNHCR) are
        read in capitals.

    Returns
    -------
    {'total', 'unknown', 'stateless', 'several', 'people', 'at sea'} or None
        The key of `REASONS`.

    Examples
    --------
    >>> nonplace("Total"), nonplace("*ST"), nonplace("Not known"), nonplace("Baku")
    ('total', 'stateless', 'unknown', None)
    """
    text = tidy(name)
    codes, names = _known()
    if text in codes:
        return codes[text]
    folded = fold(text)
    if not folded:
        # Dashes, dots and question marks alone.
        return "unknown" if 0 < len(text) < 10 and not any(c.isalnum() for c in text) else None
    if folded in names or " " not in folded or folded in _A_REGION:
        return names.get(folded)
    first, *_, last = folded.split()
    return _FIRST.get(first) or ("total" if _FIRST.get(last) == "total" else None)


@cache
def _known() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the reasons of codes, by their very letters, and of names, by what their spellings have in common."""
    codes, names = {}, {}
    for row in csv.DictReader(StringIO(data_file("geo/nonplaces.csv").read_text(encoding="utf-8"))):
        if row["language"] == "code":
            codes[row["name"]] = row["reason"]
        else:
            names[fold(row["name"])] = row["reason"]
    return codes, names
