"""A theme has a colour for every market and a dash for every certainty, told apart by any reader."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import is_color_like, to_rgb

from azroutes.theme import SCREEN, Theme
from azroutes.vocabulary import Certainty, Market, codes


def lab(colour: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return CIE Lab of an sRGB colour (D65)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    turn = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    share = turn @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        rgb = np.array(to_rgb(colour))
        return float(np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [Theme(), SCREEN])
def test_every_market_and_every_certainty_has_its_look(theme: Theme) -> None:
    assert set(theme.markets) == set(codes(Market))
    assert set(theme.dashes) == set(codes(Certainty))
    assert all(is_color_like(theme.colour(market)) for market in (*codes(Market), None))
    colours = [field.name for field in fields(theme) if str(getattr(theme, field.name)).startswith("#")]
    assert all(is_color_like(getattr(theme, name)) for name in colours)
    assert {"water", "land", "border", "ink", "no_market"} <= set(colours)


def test_colours_of_markets_are_told_apart() -> None:
    theme = Theme()
    colours = [*theme.markets.values(), theme.no_market]
    for one, other in combinations(colours, 2):
        assert np.linalg.norm(lab(one) - lab(other)) > 12, (one, other)


def test_colours_stand_out_from_land_and_water() -> None:
    theme = Theme()
    for colour in (*theme.markets.values(), theme.no_market):
        assert contrast(colour, theme.land) > 2
    for colour in (theme.ink, theme.quiet):
        assert contrast(colour, theme.land) > 4.5


def test_people_are_never_drawn_in_red() -> None:
    for market in (Market.HUMAN_TRAFFICKING, Market.HUMAN_SMUGGLING):
        red, green, blue = to_rgb(Theme().colour(market))
        assert blue > green > red


def test_only_what_is_stated_as_fact_is_a_solid_line() -> None:
    gaps = {code: dash.gap for code, dash in Theme().dashes.items()}
    assert gaps[Certainty.AFFIRMED] == 0
    assert gaps[Certainty.QUALIFIED] > 0
    assert gaps[Certainty.ALLEGED] > 0
    strokes = {code: dash.stroke for code, dash in Theme().dashes.items()}
    assert strokes[Certainty.ALLEGED] < strokes[Certainty.QUALIFIED]


def test_a_theme_is_frozen_and_made_anew_with_changes() -> None:
    theme = Theme(land="#ffffff")
    assert theme.land == "#ffffff"
    assert theme.water == Theme().water
    with pytest.raises(FrozenInstanceError):
        theme.land = "#000000"  # type: ignore[misc]
    with pytest.raises(TypeError):
        theme.markets["heroin_trade"] = "#000000"  # type: ignore[index]
    assert theme != Theme()
    assert Theme() == Theme()


def test_a_market_that_is_none_has_no_colour() -> None:
    with pytest.raises(KeyError):
        Theme().colour("piracy")
