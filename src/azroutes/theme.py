"""What a picture looks like: frozen options for colours, type and sizes, and the themes that have a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from PIL import ImageColor

from azroutes.errors import Fault, OptionError, check_option, did_you_mean
from azroutes.geometry.curve import Dash
from azroutes.options import Look
from azroutes.vocabulary import Certainty, Market, codes

FONT = "DejaVu Sans"
"""Ships with matplotlib and draws Azerbaijani, Turkish, Russian, Georgian and Armenian."""

# Colours were found by a search: each as near as may be to a hue that suits its market, while any two stay apart for
# every reader, and each stands out from land and water. tests/test_theme.py holds the bounds, docs/internals.md tells
# them. People are drawn in calm blues, never in red.
_MARKETS = MappingProxyType(
    {
        Market.HUMAN_TRAFFICKING.value: "#0d5ba8",
        Market.HUMAN_SMUGGLING.value: "#2687c2",
        Market.HEROIN_TRADE.value: "#a74308",
        Market.CANNABIS_TRADE.value: "#63886e",
        Market.SYNTHETIC_DRUG_TRADE.value: "#bc5a94",
        Market.COCAINE_TRADE.value: "#4b2375",
        Market.FAUNA_CRIMES.value: "#a17a0e",
        Market.FLORA_CRIMES.value: "#677744",
        Market.NON_RENEWABLE_RESOURCE_CRIMES.value: "#45423e",
        Market.ARMS_TRAFFICKING.value: "#6a492e",
    }
)

_ON_DARK = MappingProxyType(
    {
        Market.HUMAN_TRAFFICKING.value: "#4b7eac",
        Market.HUMAN_SMUGGLING.value: "#a9ddf7",
        Market.HEROIN_TRADE.value: "#f2751d",
        Market.CANNABIS_TRADE.value: "#47bc91",
        Market.SYNTHETIC_DRUG_TRADE.value: "#dc88ce",
        Market.COCAINE_TRADE.value: "#a777f5",
        Market.FAUNA_CRIMES.value: "#fdc53c",
        Market.FLORA_CRIMES.value: "#b1bb6c",
        Market.NON_RENEWABLE_RESOURCE_CRIMES.value: "#d6ccc3",
        Market.ARMS_TRAFFICKING.value: "#b38860",
    }
)

# From dark to light in even steps, so that a copier's greys differ too; markets of one kind (people, drugs, nature)
# are never neighbours.
_IN_PRINT = MappingProxyType(
    {
        Market.COCAINE_TRADE.value: "#2f1038",
        Market.NON_RENEWABLE_RESOURCE_CRIMES.value: "#2c281b",
        Market.HUMAN_TRAFFICKING.value: "#03306e",
        Market.HEROIN_TRADE.value: "#712504",
        Market.ARMS_TRAFFICKING.value: "#5b4535",
        Market.CANNABIS_TRADE.value: "#166057",
        Market.FLORA_CRIMES.value: "#656518",
        Market.SYNTHETIC_DRUG_TRADE.value: "#a25387",
        Market.HUMAN_SMUGGLING.value: "#4081ac",
        Market.FAUNA_CRIMES.value: "#aa810d",
    }
)

_LETTERS = MappingProxyType(
    {
        Market.HUMAN_TRAFFICKING.value: "HT",
        Market.HUMAN_SMUGGLING.value: "HS",
        Market.HEROIN_TRADE.value: "HE",
        Market.CANNABIS_TRADE.value: "CA",
        Market.SYNTHETIC_DRUG_TRADE.value: "SY",
        Market.COCAINE_TRADE.value: "CO",
        Market.FAUNA_CRIMES.value: "FA",
        Market.FLORA_CRIMES.value: "FL",
        Market.NON_RENEWABLE_RESOURCE_CRIMES.value: "NR",
        Market.ARMS_TRAFFICKING.value: "AR",
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

    Attributes
    ----------
    paper : str
        Ground of title, legends and notes.
    water, land, border, halo, node : str
        Of the map; the halo parts what crosses, and is the ground of names that stand on arrows.
    ink, quiet : str
        Of text; quiet is for what stands back: notes, arrows of the legends, small flows drawn as one.
    markets : mapping
        Colour of each market.
    no_market : str
        Colour of arrows whose market is not given.
    tags, letters : bool, mapping
        Whether arrows carry the letters of their market, for pictures that may lose their colours; the letters.
    dashes : mapping
        How each certainty is drawn.
    taper : float
        Share of its width with which an arrow of a figure begins; 1 for shafts that are as wide all along.
    map_px : (float, float)
        Width and height of the map alone. For a figure of a given width say ``plot_flows(width_cm=...)``.
    legends_below : bool, optional
        Whether the legends stand below the map, and not beside it; by default (None) below a map that is narrower than
        1.6 times `legend_column_px`.
    ratio : float
        Width over height to which a figure is filled up with paper; 0 leaves it as large as what it holds.

    Examples
    --------
    >>> Theme(land="#ffffff").land
    '#ffffff'
    """

    paper: str = "#ffffff"
    water: str = "#dce8ee"
    land: str = "#f7f4ed"
    border: str = "#b7b1a5"
    ink: str = "#22262a"
    quiet: str = "#64625d"
    halo: str = "#ffffff"
    node: str = "#22262a"
    markets: Mapping[str, str] = field(default_factory=lambda: _MARKETS)
    no_market: str = "#354b60"
    tags: bool = False
    letters: Mapping[str, str] = field(default_factory=lambda: _LETTERS)
    dashes: Mapping[str, Dash] = field(default_factory=lambda: _DASHES)
    label_px: float = 8.0
    country_px: float = 6.5
    legend_px: float = 8.0
    note_px: float = 6.5
    title_px: float = 12.0
    px_each_lineage: float = 1.25
    max_width_px: float = 10.0
    taper: float = 1.0
    node_radius_px: float = 2.6
    map_px: tuple[float, float] = (548.0, 404.0)
    legend_column_px: float = 176.0
    legends_below: bool | None = None
    ratio: float = 0.0

    def colour(self, market: str | None) -> str:
        """Return the colour of a market, or of arrows without one."""
        return self.no_market if market is None else self.markets[market]


SCREEN = Theme(paper="#fcfbf8", px_each_lineage=1.7, node_radius_px=3.6)
"""The look of the page: a screen's pixel is larger to the eye than a point on paper."""

PRINT = Theme(
    water="#eeeeee", land="#ffffff", border="#9a9a9a", ink="#000000", quiet="#313539", node="#000000",
    markets=_IN_PRINT, no_market="#111418", tags=True,
)  # fmt: skip
"""For paper, also without colours: white land, black ink, and letters on the arrows."""

DARK = Theme(
    paper="#12161a", water="#171d23", land="#2a3037", border="#535c66", ink="#eef0f2", quiet="#b5bec7",
    halo="#12161a", node="#f2f4f5", markets=_ON_DARK, no_market="#8e9aa2",
)  # fmt: skip
"""For screens and slides with a dark ground."""

PRESENTATION = Theme(
    border="#d3cec3", label_px=15.0, country_px=14.0, legend_px=14.5, note_px=10.0, title_px=24.0,
    px_each_lineage=2.4, max_width_px=18.0, node_radius_px=4.4, map_px=(960.0, 540.0), legend_column_px=310.0,
    ratio=16 / 9,
)  # fmt: skip
"""For slides, 16 to 9: large type and wide arrows, on borders that stand back."""

LEAST_SIZE = 0.5
"""Share of their size to which arrows and circles shrink on a small map at the most."""

LEAST_TYPE = MappingProxyType({"label_px": 7.0, "country_px": 6.0})
"""Height to which names shrink there at the most, px: what is still easily read in print."""

THEMES: Mapping[str, Theme] = MappingProxyType(
    {"default": Theme(), "print": PRINT, "dark": DARK, "presentation": PRESENTATION}
)
"""The themes that have a name, as figures draw them."""


def theme_of(theme: Theme | str, *, screen: bool = False) -> Theme:
    """Return the theme of a name, or the theme that is given.

    Parameters
    ----------
    theme : Theme or {'default', 'print', 'dark', 'presentation'}
    screen : bool
        Whether a name means the page's look: the colours of the figure's, in sizes for a screen.

    Raises
    ------
    OptionError
        If there is no theme of that name.

    Examples
    --------
    >>> theme_of("dark").land
    '#2a3037'
    """
    if isinstance(theme, Theme):
        return theme
    check_option("theme", theme, Look)
    if not screen or theme == "presentation":
        return THEMES[theme]
    if theme == "default":
        return SCREEN
    return replace(THEMES[theme], px_each_lineage=SCREEN.px_each_lineage, node_radius_px=SCREEN.node_radius_px)


def sized_for(theme: Theme, size_px: tuple[float, float]) -> Theme:
    """Return a theme with arrows, circles and names for a map of this size: on a small one they are smaller.

    They shrink with the root of the shorter of its sides, each as a share of the map that the theme is for, arrows and
    circles by half at the most, names to seven points: so a small map is a little fuller than a large one, and its
    arrows can still be told apart.

    Examples
    --------
    >>> sized_for(Theme(), (274.0, 202.0)).max_width_px
    7.1
    """
    room = min(1.0, *(own / usual for own, usual in zip(size_px, theme.map_px, strict=True)))
    share = max(room**0.5, LEAST_SIZE)
    if share == 1.0:
        return theme
    sizes = {name: round(share * getattr(theme, name), 1) for name in ("max_width_px", "node_radius_px")}
    sizes |= {name: max(round(share * getattr(theme, name), 1), min(least, getattr(theme, name)))
              for name, least in LEAST_TYPE.items()}  # fmt: skip
    return replace(theme, px_each_lineage=round(share * theme.px_each_lineage, 2), **sizes)


def recoloured(theme: Theme, color: str | Mapping[str, str] | None) -> Theme:
    """Return a theme with the arrows in other colours.

    Parameters
    ----------
    theme : Theme
    color : str, mapping of str to str, or None
        One colour for all arrows, or colours of markets by their codes; None leaves the theme's. A colour is written as
        in CSS: ``"#a74308"``, ``"teal"``.

    Raises
    ------
    OptionError
        If something is no colour, is transparent, or is no market; it lists every fault.

    Examples
    --------
    >>> recoloured(Theme(), {"heroin_trade": "teal"}).colour("heroin_trade")
    '#008080'
    """
    if color is None:
        return theme
    if isinstance(color, str):
        one, faults = _hex("color", color)
        found = dict.fromkeys(theme.markets, one)
    elif isinstance(color, Mapping):
        known = codes(Market)
        faults = [Fault("no such market", column="color", value=code, hint=did_you_mean(str(code), known))
                  for code in color if code not in known]  # fmt: skip
        read = {code: _hex(f"color of {code}", value) for code, value in color.items() if code in known}
        faults += [fault for _, some in read.values() for fault in some]
        one, found = theme.no_market, {**theme.markets, **{code: value for code, (value, _) in read.items()}}
    else:
        one, found = "", {}
        hint = "one colour, or a mapping of markets to colours"
        faults = [Fault("neither text nor a mapping", column="color", value=color, hint=hint)]
    if faults:
        raise OptionError("arrows cannot have these colours", faults)
    return replace(theme, markets=MappingProxyType(found), no_market=one)


def _hex(name: str, color: object) -> tuple[str, list[Fault]]:
    """Return a colour as ``#rrggbb``, and what is wrong with it."""
    hint = 'as in CSS: "#a74308", "teal"'
    try:
        parts = ImageColor.getrgb(str(color)) if isinstance(color, str) else None
    except ValueError:
        parts = None
    if parts is None:
        return "", [Fault("no colour", column=name, value=color, hint=hint)]
    if len(parts) > 3 and parts[3] < 255:
        return "", [Fault("a transparent colour", column=name, value=color, hint="arrows are drawn in full colours")]
    return "#{:02x}{:02x}{:02x}".format(*parts[:3]), []


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as the Web Content Accessibility Guidelines 2.2 define it.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return round((high + 0.05) / (low + 0.05), 10)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour written as ``#rrggbb``, from 0 (black) to 1 (white)."""
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
