"""Names without what spellings differ in: case, accents, marks that cannot be seen, and common short forms."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
"""Letters of the longest text that is taken for a name; the longest name in use has some 70."""

# Letters that Unicode does not take apart, as people type them who lack them. Azerbaijani ə is Turkish e in the same
# names; the Cyrillic letters of Azerbaijani have no such fellow and stay as they are.
_LETTERS = str.maketrans({
    "ı": "i", "ə": "e", "Ə": "e", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d",
    "þ": "th", "Þ": "th", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ħ": "h", "Ħ": "h", "&": " and ",
})  # fmt: skip
# These stand within a word or after a short form; all other signs part words.
_WITHIN = frozenset(".'’‘ʼʻʹ`´′＇‛")
# Short forms of the registries' English, each as one word for all its forms: "Dem. Rep.", "Is.", "Fed. Sts.".
_WORDS = {
    "st": "saint", "ste": "saint", "rep": "republic", "repub": "republic", "dem": "democratic", "is": "islands",
    "isl": "islands", "isls": "islands", "isd": "islands", "isds": "islands", "island": "islands", "fed": "federal",
    "federated": "federal",
    "sts": "states", "terr": "territory", "ter": "territory", "territories": "territory", "prov": "province",
    "респ": "республика", "республики": "республика",
}  # fmt: skip
# Where a stop parts words ("Dem.Rep."), unlike in "U.S.A.".
_STOP = re.compile(r"(?<=\w\w)\.(?=\w\w)")
_SILENT = frozenset({"the", "of"})
_FIRST = {"n": "north", "s": "south", "e": "east", "w": "west", "br": "british"}


def fold(text: str) -> str:
    """Return what all spellings of a name have in common.

    Case, accents, stops, apostrophes, doubled spaces, full-width letters and marks that cannot be seen do not matter;
    nor do "the" and "of", and common short forms are the words they stand for. Azerbaijani ə is e and Turkish ı is i.
    A text of which nothing is left, or that is no name by its length, is empty.

    Examples
    --------
    >>> fold("The Dem. Rep. of the CONGO") == fold("Democratic Republic of Congo")
    True
    >>> fold("Azərbaycan"), fold("AZERBAYCAN"), fold("Партия\u200f  и  ёлка")
    ('azerbaycan', 'azerbaycan', 'партия и елка')
    """
    if len(text) > LONGEST:
        return ""
    words = letters(text).split()
    if len(words) > 1:
        words[0] = _FIRST.get(words[0], words[0])
    return " ".join(_WORDS.get(word, word) for word in words if word not in _SILENT)


def letters(text: str) -> str:
    """Return a text's words as they are, but for case, accents and signs: one space between them.

    Examples
    --------
    >>> letters(" U.S.  Virgin-Islands ")
    'us virgin islands'
    """
    plain = "".join(c for c in _STOP.sub(" ", text) if c not in _WITHIN)
    for _ in range(2):  # the second time for letters that only the first brought apart
        plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS).casefold())
    return " ".join("".join(map(_letter, plain)).split())


def tidy(text: str) -> str:
    """Return a code or name as it was meant to be typed: without marks that cannot be seen, in letters of plain width.

    Examples
    --------
    >>> tidy("\ufeffＡＺＥ\u200e ")
    'AZE'
    """
    if text.isascii():
        return text.strip()
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(seen.split())


def _letter(letter: str) -> str:
    """Return a letter or figure as it is, a sign as a space, and nothing for an accent or a mark that is not seen."""
    if letter.isalnum():
        return letter
    if letter in _WITHIN or unicodedata.combining(letter):
        return ""
    kind = unicodedata.category(letter)
    if kind == "Cf" or "\ufe00" <= letter <= "\ufe0f":
        return ""
    # Vowels of Indic scripts are marks without which words fall together.
    return letter if kind in {"Mn", "Mc"} else " "
