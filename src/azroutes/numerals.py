"""Numbers as tables write them: what parts thousands, what stands behind them and is only a note, what is no number."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from azroutes.units import known_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NO_NUMBER = frozenset({"na", "n/a", "#n/a", "n.a.", "nan", "null", "none", "-", "–", "—", "..", "...", "…", ":", "\\n"})
"""What stands in a column of numbers where there is none; told, and never so in a column of names."""

MARK = 12
"""Letters of the longest text that may stand for nothing."""

_LIKE = {" ": " \u00a0\u2009\u202f", "'": "'’ʼ"}
"""What stands for a space between thousands, and for an apostrophe."""

_RANGE = re.compile(r"\d[\d.,\s]*(?:[-–—]|to|\.\.)\s*\d[\d.,\s]*")
_ABOUT = re.compile(r"(?:approx(?:imately)?\.?|about|around|c(?:irc)?a\.?|over|under|up to|more than|less than|at least"
                    r"|at most|[~≈<>≤≥±])\s*\d[\d.,\s]*|\d[\d.,\s]*\+", re.IGNORECASE)  # fmt: skip
_SHARE = re.compile(r".*\d\s?%")
_NOTED = re.compile(r"[-+]?\d[\d.,\s]*?(\s?[*†‡§#¹²³⁰⁴-⁹]+|\s?\[\w{1,3}\]|\s?\(\w{1,3}\)|\s[a-z]{1,3})")
_UNIT = re.compile(r"([€$£₼₽¥]\s?\d[\d.,\s]*|\d[\d.,\s]*(?:[€$£₼₽¥]|\s?[A-Za-zА-я]+\.?))")

_OTHERS = ((_RANGE, "a range: write one number, and the text into wording"),
           (_ABOUT, "a bound or an estimate: write the number, and the text into wording"),
           (_SHARE, "a share is no quantity"), (_UNIT, "write the unit into a column of its own"))  # fmt: skip


def parted(text: str, thousands: str, decimal: str) -> str | None:
    """Return a number without what parts its thousands; None where that stands anywhere else.

    Examples
    --------
    >>> parted("1 234,5", " ", ","), parted("1,234,567", ",", "."), parted("12,34", ",", ".")
    ('1234,5', '1234567', None)
    """
    marks = _LIKE.get(thousands, thousands)
    if not any(mark in text for mark in marks):
        return text
    groups = rf"[-+]?\d{{1,3}}(?:[{re.escape(marks)}]\d{{3}})+(?:{re.escape(decimal)}\d*)?"
    if re.fullmatch(groups, text) is None:
        return None
    return "".join(letter for letter in text if letter not in marks)


def bare(text: str, notes: Sequence[str], *, number: bool) -> str:
    """Return a cell without the notes behind it, of which there may be several.

    A note of letters or figures is only taken off where it does not go on a word or number; one of figures alone never
    off a number.

    Examples
    --------
    >>> bare("Türkiye (1)*", ["*", "(1)"], number=False), bare("5 bp", ["b", "p"], number=True)
    ('Türkiye', '5')
    >>> bare("Georgia", ["a"], number=False), bare("12 1", ["1"], number=True)
    ('Georgia', '12 1')
    """
    usable = [note for note in notes if not (number and note.isdecimal())]
    rest, before = text, ""
    while rest != before:
        before = rest
        for note in usable:
            if len(note) < len(rest) and rest.endswith(note) and _parts_from(text, rest, note, usable):
                rest = rest[: -len(note)].rstrip()
    return rest


def _parts_from(text: str, rest: str, note: str, notes: Sequence[str]) -> bool:
    """Tell whether a note at the end of what is left is no part of the word or number before it."""
    if not note[0].isalpha() and not note[0].isdecimal():
        return True
    last = rest[-len(note) - 1]
    if note[0].isdecimal():
        return not last.isdecimal()
    if not last.isalpha():
        return True
    # Several notes in one word: "10 bep", all of whose letters are notes.
    word = re.search(r"[^\W\d_]+$", text.rstrip())
    return word is not None and word.start() > 0 and all(letter in notes for letter in word[0])


def hint_of(text: str, decimal: str, otherwise: str) -> str:
    """Return what would make a number of a text, by what it looks like.

    Examples
    --------
    >>> hint_of("1,234.50", ".", ""), hint_of("10-20", ".", "")
    ("thousands? say file=FileForm(thousands=',')", 'a range: write one number, and the text into wording')
    >>> hint_of("unknown", ".", "")
    "nothing? say file=FileForm(missing=('unknown',))"
    """
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text):
        point, other = ("point", ",") if decimal == "." else ("comma", ".")
        return (f"thousands? say file=FileForm(thousands={other!r}); a fraction? file=FileForm(decimal={other!r}), or "
                f"a decimal {point}")  # fmt: skip
    for mark in ",. '":
        for point in ".,":
            whole = parted(text, mark, point) if mark != point else None
            if whole is not None and whole != text:
                more = f", decimal={point!r}" if point != decimal and (point in whole or mark == decimal) else ""
                return f"thousands? say file=FileForm(thousands={mark!r}{more})"
    if re.fullmatch(r"[-+]?\d+[.,]\d+", text):
        point, other = ("point", ",") if decimal == "." else ("comma", ".")
        return f"a number with a decimal {point}, or say file=FileForm(decimal={other!r})"
    if note := note_of(text):
        return f"a note? say file=FileForm(notes=({note!r},))"
    if len(text) <= MARK and not any(c.isnumeric() for c in text) and text.casefold() not in {"true", "false"}:
        return f"nothing? say file=FileForm(missing=({text!r},))"
    return next((hint for form, hint in _OTHERS if form.fullmatch(text)), otherwise)


def note_of(text: str) -> str:
    """Return what stands behind a number and may be a note; empty where nothing does.

    Examples
    --------
    >>> note_of("2015*"), note_of("12 kg"), note_of("12")
    ('*', '', '')
    """
    noted = _NOTED.fullmatch(text)
    return noted[1].strip() if noted is not None and known_unit(noted[1]) is None else ""


def may_be_thousands(texts: Iterable[str | None], decimal: str) -> bool:
    """Tell whether every fraction has three figures, as thousands would, and nothing says that it is one.

    Examples
    --------
    >>> may_be_thousands(["1.234", "12.000", "7"], "."), may_be_thousands(["1.234", "0.500"], ".")
    (True, False)
    """
    like = re.compile(rf"[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}", re.ASCII)
    any_like = False
    for text in texts:
        if not text or text.lower() in NO_NUMBER:
            continue
        if like.fullmatch(text):
            any_like = True
        elif decimal in text or (len(text) > 3 and text.isdecimal()):
            return False
    return any_like


def number_of(text: str, decimal: str) -> float:
    """Return the number that a text is, or NaN; Python itself would also take '1_0' for one."""
    if "_" in text or (decimal == "," and "." in text):
        return math.nan
    try:
        return float(text.replace(",", ".") if decimal == "," else text)
    except ValueError:
        return math.nan
