"""Text as it is set: how wide it is, and where it is broken or cut; without a renderer."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import east_asian_width

from PIL import ImageFont

LINE = 1.15
"""Height of a line, in heights of its type."""

_REFERENCE = 100


@cache
def _font(bold: bool, italic: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001
    """Return DejaVu Sans as matplotlib ships it, found without importing matplotlib."""
    home = find_spec("matplotlib")
    if home is None or home.origin is None:
        message = "matplotlib is not installed"
        raise ImportError(message)
    style = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    path = Path(home.origin).parent / "mpl-data" / "fonts" / "ttf" / f"DejaVuSans{style[bold, italic]}.ttf"
    return ImageFont.truetype(str(path), _REFERENCE)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
    """Return how wide a line of text is, px."""
    # The font has no Chinese, Japanese or Korean: where another draws them, each is as wide as the type is high.
    wide = sum(east_asian_width(c) in "WF" for c in text)
    plain = "".join(c for c in text if east_asian_width(c) not in "WF") if wide else text
    return float(_font(bold, italic).getlength(plain)) * size / _REFERENCE + wide * size


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break text into lines no wider than `width`, px; a word wider than a line is broken too."""
    lines: list[str] = []
    line = ""
    for word in plain(text).split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while (cut := _fitting(line, size, width, bold=bold)) < len(line):
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


def plain(text: str) -> str:
    """Return a text in which what has no shape is a space: a font would draw a box, and an SVG may not hold it."""
    return "".join(c if c.isprintable() else " " for c in text)


def _fitting(line: str, size: float, width: float, *, bold: bool) -> int:
    """Return how many letters of a line are no wider than `width`, at least one."""
    # Far beyond it nothing need be measured: few letters are narrower than an eighth of their height.
    most = min(len(line), max(1, int(8 * width / size)))
    if most == len(line) and text_width(line, size, bold=bold) <= width:
        return most
    least = 1
    while least < most:
        middle = (least + most + 1) // 2
        if text_width(line[:middle], size, bold=bold) <= width:
            least = middle
        else:
            most = middle - 1
    return least


def shortened(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return one line of text, cut with an ellipsis where it is wider than `width`."""
    line = " ".join(plain(text).split())
    if text_width(line, size, bold=bold) <= width:
        return line
    keep = len(line)
    while keep > 1 and (wide := text_width(line[:keep] + "…", size, bold=bold)) > width:
        keep = max(1, min(keep - 1, int(keep * width / wide)))
    return line[:keep] + "…"


def block(text: str, size: float, width: float, most: int, *, bold: bool = False) -> list[str]:
    """Return a text in as many lines as it needs, the last cut where `most` are not enough: it may be a book."""
    lines = wrapped(text, size, width, bold=bold)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], shortened(" ".join(lines[most - 1 :]), size, width, bold=bold)]


def name_lines(text: str, size: float, width: float) -> str:
    """Return a name in one line, or where it is wider than `width` in two, cut where two are not enough."""
    line = shortened(text, size, 2 * width)
    parts = wrapped(line, size, width)
    if len(parts) < 2:
        return line
    # Lines of like length look better than a full one and a rest.
    even = wrapped(line, size, max(0.5 * text_width(line, size) * 1.25, *(text_width(w, size) for w in line.split())))
    parts = even if len(even) == 2 else parts
    return parts[0] + "\n" + shortened(" ".join(parts[1:]), size, width)
