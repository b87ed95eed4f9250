"""Which place a name or code means: one, none, or several, among which none is chosen by guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from azroutes.errors import Fault
from azroutes.nonplaces import REASONS, nonplace
from azroutes.spelling import LONGEST, fold, letters, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NEAR = 0.8
"""How like a name must be to be suggested: the share of letters that both have in order."""

SLACK = 0.06
"""How much less like it than the nearest another may be."""

SUGGESTED = 3
"""Places that a hint names at the most."""

SEARCHED = 20_000
"""Spellings among which near ones are looked for at the most; among more it takes too long."""

MOST_PARTS = 6
_PARTS = re.compile(r"[/|;=(),:]|\s(?:[-–—&+]|and|и|və|ve)\s")
_DIGITS = re.compile(r"(\d{1,3})(?:\.0)?", re.ASCII)


class Bearer(NamedTuple):
    """A place that bears a name, and the years in which it did, where others bore it in others."""

    code: str
    first_year: int | None = None
    last_year: int | None = None

    def bore_it_in(self, year: int) -> bool:
        """Tell whether the years hold this one; those that are not told hold all."""
        return (self.first_year or year) <= year <= (self.last_year or year)


class Spelling(NamedTuple):
    """One name or code of one place."""

    text: str
    bearer: Bearer
    is_code: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Names:
    """Names and codes, each with the places that bear it.

    Attributes
    ----------
    exact : mapping of str to tuple of Bearer
        By their very letters.
    spelt : mapping of str to tuple of Bearer
        By what all spellings have in common.
    titles : mapping of str to str
        What each place is called in a hint.
    """

    exact: Mapping[str, tuple[Bearer, ...]]
    spelt: Mapping[str, tuple[Bearer, ...]]
    titles: Mapping[str, str]

    def find(self, text: str) -> tuple[Bearer, ...]:
        """Return the places that bear a name; none is no fault yet.

        Codes of one or two letters, and numbers, are read as they stand: "no" and "is" are words.
        """
        found = self.exact.get(text)
        if found is None and len(text) <= LONGEST:
            found = self.spelt.get(letters(text)) or self.spelt.get(fold(text))
        return found or ()

    def answer(self, name: str, *, year: int | None = None, numeric: bool = False, hints: bool = True) -> str | Fault:
        """Return the code of the one place that a name means, or why there is none.

        Parameters
        ----------
        name : str
        year : int, optional
            The year in which the name was used, for names that places bore in turn.
        numeric : bool
            Whether the name is a number of ISO 3166-1 that may have lost its zeros.
        hints : bool
            Whether names that are near are looked for, which takes long for very many names.
        """
        text = tidy(name)
        if not text:
            return Fault("missing place", value=name, hint="a code or a name", reason="missing")
        if len(text) == 5 and text.endswith(".0") and text[:3].isdecimal():
            text = text[:3]  # as pandas has a column of numbers with a hole in it
        if numeric and (digits := _DIGITS.fullmatch(text)):
            text = digits[1].zfill(3)
        found = self._chosen(self.find(text), name, year)
        if found is not None:
            return found
        reason = nonplace(text)
        if reason is not None:
            problem, hint = REASONS[reason]
            return Fault(problem, value=name, hint=hint, reason=reason)
        return self._of_parts(text, name) or Fault(
            "no such place", value=name, hint=self.near(text) if hints else "", reason="no such place"
        )

    def _chosen(self, bearers: tuple[Bearer, ...], name: str, year: int | None) -> str | Fault | None:
        """Return the code that a name means, where it is clear or its year makes it so."""
        if not bearers:
            return None
        codes = {bearer.code for bearer in bearers}
        if len(codes) == 1:
            return bearers[0].code
        dated = [bearer for bearer in bearers if bearer.first_year or bearer.last_year]
        if year is not None and dated:
            then = {bearer.code for bearer in dated if bearer.bore_it_in(year)}
            if len(then) == 1:
                return then.pop()
        always = {bearer.code for bearer in bearers if bearer not in dated}
        if dated and len(always) == 1:
            return always.pop()
        told = " or ".join(self._told(bearer) for bearer in (dated or sorted(bearers)))
        more = "; the year tells which" if dated and year is None else ""
        return Fault("the name of several places", value=name, hint=f"write {told}{more}", reason="ambiguous")

    def _told(self, bearer: Bearer) -> str:
        title = f"{bearer.code} ({self.titles.get(bearer.code, bearer.code)}"
        first, last = bearer.first_year, bearer.last_year
        years = f", {first}–{last}" if first and last else f", until {last}" if last else f", from {first}"
        return title + (years if first or last else "") + ")"

    def _of_parts(self, text: str, name: str) -> str | Fault | None:
        """Return the code that all parts of a name mean ("Czechia / Czech Rep."), or what is wrong with them."""
        parts = [part.strip() for part in _PARTS.split(text) if part.strip()] if len(text) <= LONGEST else []
        if not 1 < len(parts) <= MOST_PARTS:
            return None
        found = [{bearer.code for bearer in self.find(part)} for part in parts]
        if all(found):
            shared = set.intersection(*found)
            if len(shared) == 1:
                return shared.pop()
            each = sorted(set.union(*found))
            hint = "one row for each: " + ", ".join(self._told(Bearer(code)) for code in each)
            return Fault("several places, not one", value=name, hint=hint, reason="several")
        some = sorted(set().union(*found))
        if some:
            hint = "did you mean " + " or ".join(self._quoted(code) for code in some[:SUGGESTED]) + "?"
            return Fault("no such place", value=name, hint=hint, reason="no such place")
        return None

    def _quoted(self, code: str) -> str:
        return repr(self.titles.get(code, code))

    def near(self, text: str) -> str:
        """Return a hint that names what may be meant; it is never taken without being asked for."""
        if _DIGITS.fullmatch(text):
            full = text.removesuffix(".0").zfill(3)
            if full in self.exact:
                meant = self.titles.get(self.exact[full][0].code, "")
                return f"{full!r} would be {meant}; resolve(numeric=True) reads it without its zeros"
            return "numbers are those of ISO 3166-1, of three figures"
        if len(text) == 2 and text.upper() in self.exact:
            return f"did you mean {text.upper()!r}? codes of two letters are written in capitals"
        if len(text) == 3 and text.isascii() and text.isupper():
            return "codes of three letters are those of ISO 3166-1"
        codes = self._nearest(fold(text)) if len(text) > 3 else []
        if codes:
            return "did you mean " + " or ".join(self._quoted(code) for code in codes) + "?"
        return "a code or a name; or give its coordinates"

    def _nearest(self, key: str) -> list[str]:
        """Return up to three places with a name that is spelt like this one, or that holds all of its words."""
        if len(self.spelt) > SEARCHED:
            return []
        # Codes are like everything.
        choices = [spelling for spelling in self.spelt if len(spelling) > 3]
        like = get_close_matches(key, choices, n=4 * SUGGESTED, cutoff=NEAR)
        score = {spelling: SequenceMatcher(None, spelling, key).ratio() for spelling in like}
        best = max(score.values(), default=0.0)
        codes = [bearer.code for spelling in like if score[spelling] >= best - SLACK for bearer in self.spelt[spelling]]
        if not codes:
            words = set(key.split())
            held = [spelling for spelling in choices if words <= set(spelling.split())] if len(key) > 3 else []
            codes = [bearer.code for spelling in held for bearer in self.spelt[spelling]]
            # A word that many names share ("islands", "republic") says nothing.
            if len(set(codes)) > SUGGESTED:
                return []
        return list(dict.fromkeys(codes))[:SUGGESTED]


def names_of(spellings: Iterable[Spelling], titles: Mapping[str, str]) -> Names:
    """Return the names that these spellings make; what two places are called is the name of both."""
    exact: dict[str, dict[Bearer, None]] = {}
    spelt: dict[str, dict[Bearer, None]] = {}
    for text, bearer, is_code in spellings:
        exact.setdefault(tidy(text), {})[bearer] = None
        keys = {letters(text)} if is_code else {fold(text)}
        if is_code and (len(text) <= 2 or text.isdecimal()):
            keys = set()
        for key in keys - {""}:
            spelt.setdefault(key, {})[bearer] = None
    return Names(
        {text: tuple(bearers) for text, bearers in exact.items()},
        {key: tuple(bearers) for key, bearers in spelt.items()},
        titles,
    )
