"""Fonts for letters that the figure's own font does not have."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import font_manager

from azroutes.theme import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from azroutes.scene import Scene

LAST_RESORT = "Last Resort High-Efficiency"
"""Has a box for every letter there is, and comes with newer versions of matplotlib."""

# Fonts of signs whose code points do not mean what they draw.
_SIGNS = ("cm", "STIXNon", "STIXSize", "Last Resort")


def fonts_of(scene: Scene) -> tuple[list[str], bool]:
    """Return the fonts that the words of a scene need, and whether letters are left without one."""
    entries = [entry.label for legend in scene.legends for entry in legend.entries]
    titles = [scene.title, *(legend.title for legend in scene.legends)]
    names = [label.text for label in scene.labels]
    return families([*titles, *entries, *names, *scene.notes, *scene.no_room, *scene.credits], FONT)


def families(texts: Iterable[str], font: str) -> tuple[list[str], bool]:
    """Return the fonts that draw texts, and whether some letters are drawn as boxes.

    Parameters
    ----------
    texts : iterable of str
    font : str
        The font of the figure. Others, installed on the computer, are added only for letters that it does not have.
    """
    missing = {ord(c) for text in texts for c in text if c.isprintable() and not c.isspace()} - _letters(_file(font))
    chosen = [font]
    for name, file in _installed().items():
        if not missing:
            break
        found = missing & _letters(file)
        if found:
            chosen.append(name)
            missing -= found
    if missing and any(entry.name == LAST_RESORT for entry in font_manager.fontManager.ttflist):
        chosen.append(LAST_RESORT)
    return chosen, bool(missing)


def _file(font: str) -> str:
    return str(font_manager.findfont(font))


@cache
def _installed() -> dict[str, str]:
    """Return the upright text fonts of this computer that a PDF can embed as TrueType: name and file, by name."""
    found = {
        entry.name: str(entry.fname)
        for entry in font_manager.fontManager.ttflist
        if entry.style == "normal" and entry.weight in (400, "normal", "regular") and not entry.name.startswith(_SIGNS)
    }
    # Sans before serif: the figure's own is one.
    return dict(sorted(found.items(), key=lambda item: ("Sans" not in item[0], item[0])))


@cache
def _letters(file: str) -> frozenset[int]:
    try:
        with Path(file).open("rb") as start:
            if b"CFF " in start.read(4096):
                return frozenset()
        return frozenset(font_manager.get_font(file).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
