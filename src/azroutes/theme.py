"""What a picture looks like: frozen options for colours, type and sizes."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from azroutes.geometry.curve import Dash
from azroutes.vocabulary import Certainty, Market

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT = "DejaVu Sans"
"""Ships with matplotlib and draws Azerbaijani, Turkish, Russian, Georgian and Armenian."""

# Hues after Okabe and Ito (2008), told apart by colour-blind readers, some deepened to stand on light land; people are
# drawn in calm blues, never in red.
_MARKETS = MappingProxyType(
    {
        Market.HUMAN_TRAFFICKING.value: "#0b5a94",
        Market.HUMAN_SMUGGLING.value: "#4fa3d1",
        Market.HEROIN_TRADE.value: "#c4500a",
        Market.CANNABIS_TRADE.value: "#1b8a63",
        Market.SYNTHETIC_DRUG_TRADE.value: "#b3578f",
        Market.COCAINE_TRADE.value: "#7a4f9a",
        Market.FAUNA_CRIMES.value: "#dd9a00",
        Market.FLORA_CRIMES.value: "#7f8a1e",
        Market.NON_RENEWABLE_RESOURCE_CRIMES.value: "#55504a",
        Market.ARMS_TRAFFICKING.value: "#8c6239",
    }
)

_DASHES = MappingProxyType(
    {
        Certainty.AFFIRMED.value: Dash(),
        Certainty.QUALIFIED.value: Dash(stroke=3.2, gap=1.1),
        Certainty.ALLEGED.value: Dash(stroke=1.0, gap=0.9),
    }
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, type and sizes; lengths in pixels (points in print, CSS pixels on a screen).

    Examples
    --------
    >>> Theme(land="#ffffff").land
    '#ffffff'
    """

    water: str = "#dce8ee"
    land: str = "#f7f4ed"
    border: str = "#b7b1a5"
    ink: str = "#22262a"
    quiet: str = "#6c6a64"
    halo: str = "#ffffff"
    node: str = "#22262a"
    markets: Mapping[str, str] = field(default_factory=lambda: _MARKETS)
    no_market: str = "#2f4b66"
    dashes: Mapping[str, Dash] = field(default_factory=lambda: _DASHES)
    label_px: float = 8.0
    country_px: float = 6.5
    legend_px: float = 8.0
    note_px: float = 6.5
    title_px: float = 12.0
    px_each_lineage: float = 1.25
    max_width_px: float = 10.0
    node_radius_px: float = 2.6
    map_px: tuple[float, float] = (548.0, 404.0)
    legend_column_px: float = 176.0

    def colour(self, market: str | None) -> str:
        """Return the colour of a market, or of arrows without one."""
        return self.no_market if market is None else self.markets[market]


SCREEN = Theme(px_each_lineage=1.7, node_radius_px=3.6)
"""The look of the page: a screen's pixel is larger to the eye than a point on paper."""
