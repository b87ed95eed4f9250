"""Years as tables write them: of days, months and quarters, of fiscal years and other spans; whose year is clear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Y = r"([12]\d{3})"
_DAY, _NUMBER = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?\d|1[0-2])"
MONTH = (r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
         r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?")  # fmt: skip
_TIME = r"(?:[ T]\d.*)?"
_PARTS = [re.compile(form, re.ASCII | re.IGNORECASE) for form in (
    rf"{_Y}([-/.]){_NUMBER}\2[0-3]?\d{_TIME}",
    rf"{_Y}-(?:0?[1-9]|1[0-2])",
    rf"[0-3]?\d([./-])[0-3]?\d\1{_Y}{_TIME}",  # whether day or month stands first, the year is the same
    rf"(?:{_DAY}[ -])?{MONTH}[ ,-]*{_Y}{_TIME}", rf"{MONTH} ?{_DAY}, ?{_Y}", rf"{_Y}[ -]?{MONTH}",
    rf"{_Y}[ -]?[QMSTH](?:0?[1-9]|1[0-2])", rf"[QSTH][1-4][ /-]?{_Y}", rf"{_Y}-?W[0-5]\d",
    rf"(?:0?[1-9]|1[0-2])[./-]{_Y}", rf"{_Y}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
)]  # fmt: skip
"""A day, a month, a quarter or half of a year whose year cannot be taken for anything else."""

_WHOLE = re.compile(_Y + r"(?:\.0)?", re.ASCII)
_SPAN = re.compile(_Y + r"(?: ?[-–—/] ?| to )" + _Y, re.ASCII)
_SHORT = re.compile(_Y + r"([-–—/])(\d\d)", re.ASCII)
"""A fiscal year, 2012/13; with a hyphen it may be a month, too."""


class Span(NamedTuple):
    """The first and last year of a text, and whether it is only a part of a year: a month, a day."""

    first: int
    last: int
    part: bool = False


def span_of(text: str, *, fiscal: bool = False) -> Span | None:
    """Return the years that a text means; None where it means none, or nobody can tell which.

    Parameters
    ----------
    text : str
    fiscal : bool
        Whether ``2011-12`` is of two years, as `are_fiscal` tells of a column; else it is December 2011.

    Examples
    --------
    >>> span_of("Mar 2012"), span_of("2012/13")
    (Span(first=2012, last=2012, part=True), Span(first=2012, last=2013, part=False))
    >>> span_of("2010-2014"), span_of("2014-2010"), span_of("03/04/12")
    (Span(first=2010, last=2014, part=False), None, None)
    """
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        return Span(int(whole[1]), int(whole[1]))
    span = _SPAN.fullmatch(text)
    if span is not None:
        return Span(int(span[1]), int(span[2])) if int(span[1]) <= int(span[2]) else None
    short = _SHORT.fullmatch(text)
    if short is not None and (fiscal or short[2] != "-" or not _is_month(short[3])):
        first = int(short[1])
        return Span(first, first + 1) if (first + 1) % 100 == int(short[3]) else None
    for form in _PARTS:
        found = form.fullmatch(text)
        if found is not None:
            year = int(next(part for part in found.groups() if part and part.isdigit()))
            return Span(year, year, part=True)
    return None


def are_fiscal(texts: Iterable[str]) -> bool:
    """Tell whether texts like 2011-12 are of two years: where one of them cannot be a month, none is.

    Examples
    --------
    >>> are_fiscal(["2011-12", "2012-13"]), are_fiscal(["2011-11", "2011-12"])
    (True, False)
    """
    found = [_SHORT.fullmatch(text) for text in texts]
    return any(short is not None and short[2] == "-" and not _is_month(short[3]) for short in found)


def may_be_fiscal(texts: Sequence[str]) -> bool:
    """Tell whether all that are read as months may as well be of two years: 2010-11, 2011-12, and no other."""
    found = [short for text in texts if (short := _SHORT.fullmatch(text)) is not None and short[2] == "-"]
    return bool(found) and not are_fiscal(texts) and all(
        (int(short[1]) + 1) % 100 == int(short[3]) for short in found)  # fmt: skip


def _is_month(figures: str) -> bool:
    return 1 <= int(figures) <= 12


def clash(one: Span, other: Span) -> bool:
    """Tell whether what is counted for one is counted for the other, too: 2010-2012 holds 2011, and so March 2011.

    Spans may share the year at which one ends and the next begins, as fiscal years do.

    Examples
    --------
    >>> clash(Span(2010, 2012), Span(2011, 2011)), clash(Span(2011, 2012), Span(2012, 2013))
    (True, False)
    """
    first, last = max(one.first, other.first), min(one.last, other.last)
    if first > last or (one.part and other.part):
        return False
    if one.part != other.part:
        return True
    return one != other and (first < last or one.first == one.last or other.first == other.last)
