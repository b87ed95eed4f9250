"""The options of the commands that draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from azroutes.options import By, Fate, Look, Outside, Width
from azroutes.vocabulary import Market

Title = Annotated[str, typer.Option("--title", help="What stands over the map.")]
Looks = Annotated[Look, typer.Option("--theme", help="Colours, type and sizes; print also stands without colours.")]
Hidden = Annotated[float | None, typer.Option("--suppress-below", metavar="K",
                                              help="Hide numbers of people below this, everywhere.")]  # fmt: skip
Only = Annotated[Market | None, typer.Option("--market", help="Draw the flows of one market only.")]
Apart = Annotated[By, typer.Option("--by", help="What is drawn as an arrow of its own.")]
Shows = Annotated[Width, typer.Option("--width", help="What the width of arrows shows.")]
Top = Annotated[int | None, typer.Option("--top", help="Draw only so many arrows in full, the widest.", min=1)]
Least = Annotated[float | None, typer.Option("--min-quantity", help="Draw only arrows of at least this in full.")]
Others = Annotated[Fate, typer.Option("--rest", help="The other arrows: merged into thin grey ones, or omitted.")]
Focus = Annotated[
    str | None,
    typer.Option("--extent", help="What the map is cut to: a country, region or area, or west,south,east,north in "
                 "degrees (with a minus in front: --extent=-10,35,30,60)."),
]  # fmt: skip
Opening = Annotated[
    str | None,
    typer.Option("--extent", help="What the map shows when it is opened: a country, region or area, or "
                 "west,south,east,north in degrees. All arrows are on the map."),
]  # fmt: skip
Beyond = Annotated[Outside, typer.Option("--outside", help="Arrows that leave it: up to its edge, also in a small map, "
                                         "or not drawn.")]  # fmt: skip
Paper = Annotated[
    float | None,
    typer.Option("--width-cm", help="Width of the whole figure on paper, centimetres: 16 for a page of A4, 8.5 for a "
                 "column. Without it some 26, as for a page on its side."),
]  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """What a picture looks like, and what it hides."""

    title: Title = ""
    theme: Looks = Look.DEFAULT
    suppress_below: Hidden = None


@dataclass(frozen=True)
class Drawing:
    """Which flows are drawn, and what of them."""

    market: Only = None
    by: Apart = By.MARKET
    width: Shows = Width.AUTO
    top: Top = None
    min_quantity: Least = None
    rest: Others = Fate.MERGE


def area(text: str | None) -> str | tuple[float, ...] | None:
    """Return a name as it is, and numbers between commas as numbers."""
    try:
        return tuple(float(part) for part in text.split(",")) if text and "," in text else text
    except ValueError:
        return text
