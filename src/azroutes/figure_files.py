"""A figure as a file: text stays text, fonts go in, bytes are the same each time, whatever a user's settings."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image

from azroutes.errors import Fault, OptionError
from azroutes.theme import FONT
from azroutes.write import ending_of, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

FORMATS = ("pdf", "png", "svg")

# What a figure must not take from a user's own settings: text stays text in SVG and PDF, and bytes stay the same.
_PINNED: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "savefig.facecolor": "auto",
    "svg.fonttype": "none",
    "svg.hashsalt": "azroutes",
    "text.hinting": "none",
    "text.usetex": False,
    "axes.unicode_minus": False,
    "path.simplify": True,
}
COMPRESSION = 3
"""Of a PNG: half the time of the usual 6 for a file that is a twentieth larger."""

# No dates, so that bytes stay the same.
_SAVING: dict[str, dict[str, object]] = {
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": COMPRESSION}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
    "pdf": {"metadata": {"CreationDate": None, "ModDate": None, "Creator": "azroutes", "Producer": None}},
}


class FlowFigure(Figure):
    """A figure whose `savefig` keeps text editable, embeds fonts, writes whole files, and the same bytes each time."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw as `matplotlib.figure.Figure.draw` does, with text as wide as it was measured."""
        with pinned():
            super().draw(renderer)

    def savefig(self, fname: str | PathLike[str] | IO[bytes], **options: object) -> None:
        """Save as `matplotlib.figure.Figure.savefig` does; a path is written whole or not at all."""
        path = Path(fname) if isinstance(fname, (str, PathLike)) else None
        ending = path.suffix.lstrip(".").lower() if path else ""
        content = rendered(self, str(options.pop("format", None) or ending or "png"), options)
        if path is not None:
            write_whole(path, content)
        elif not isinstance(fname, (str, PathLike)):
            fname.write(content)


def save_figure(ax: Axes, path: str | PathLike[str], *, dpi: float = 300) -> None:
    """Save the figure of an axes as PNG, SVG or PDF, whole or not at all.

    Parameters
    ----------
    ax : Axes
        As `plot_flows` returns it.
    path : path
        Its ending says the format; a folder that is not there is made. Text stays text in SVG and PDF, fonts are
        embedded in PDF.
    dpi : float
        Dots per inch of a PNG. It changes how sharp it is, not how large: that is ``plot_flows(width_cm=...)``.

    Raises
    ------
    OptionError
        If `ax` is no axes, or the ending none of ``.pdf, .png, .svg``.
    OutputError
        If the file cannot be written; what stood there is untouched.
    """
    target = Path(path)
    kind = kind_of_file(target)
    given: object = ax  # what callers without a type checker may hand over
    figure = given.get_figure(root=True) if isinstance(given, Artist) else None
    if not isinstance(figure, Figure):
        fault = Fault(
            "no axes of a figure", column="ax", value=type(ax).__name__, hint="hand over what plot_flows returns"
        )
        raise OptionError("there is no figure to save", [fault])
    write_whole(target, rendered(figure, kind, {"dpi": dpi}))


def kind_of_file(path: Path) -> str:
    """Return which of `FORMATS` the ending of a path says."""
    return ending_of(path, [f".{kind}" for kind in FORMATS]).lstrip(".")


def rendered(figure: Figure, kind: str, options: dict[str, object]) -> bytes:
    """Return a figure as bytes: kind is png, svg or pdf, the options are those of matplotlib."""
    buffer = BytesIO()
    opaque = figure.get_alpha() in {None, 1.0} and to_rgba(figure.get_facecolor())[3] == 1.0
    with pinned():
        if kind == "png" and opaque and set(options) <= {"dpi"}:
            return _opaque_png(figure, float(str(options.get("dpi", figure.dpi))))
        Figure.savefig(figure, buffer, format=kind, **{**_SAVING.get(kind, {}), **options})  # type: ignore[arg-type]
    return buffer.getvalue()


def _opaque_png(figure: Figure, dpi: float) -> bytes:
    """Return a PNG without an alpha channel, which an opaque page needs not: smaller, and sooner written."""
    pixels, buffer = BytesIO(), BytesIO()
    Figure.savefig(figure, pixels, format="rgba", dpi=dpi)
    size = (int(figure.get_figwidth() * dpi), int(figure.get_figheight() * dpi))
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    image.save(buffer, "PNG", dpi=(dpi, dpi), compress_level=COMPRESSION)
    return buffer.getvalue()


@contextmanager
def pinned(fonts: Sequence[str] = (FONT,)) -> Iterator[None]:
    """Draw under our own settings, whatever the user's are."""
    with mpl.rc_context(_PINNED), mpl.rc_context({"font.family": list(fonts)}):
        yield
