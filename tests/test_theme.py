"""Every theme: colours told apart by any reader, words that can be read on their ground, and names that work."""

from __future__ import annotations

import io
import re
from dataclasses import FrozenInstanceError, fields
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import is_color_like, to_hex, to_rgb
from matplotlib.text import Annotation
from PIL import Image

import azroutes
from azroutes.cli import main
from azroutes.errors import OptionError
from azroutes.figure import render
from azroutes.options import Look
from azroutes.scene import compose
from azroutes.theme import SCREEN, THEMES, Theme, contrast, recoloured, theme_of
from azroutes.vocabulary import Certainty, Market, codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]
    Colours = NDArray[np.float64]

LEAST_DIFFERENCE = 10.0
"""Between any two arrows' colours, CIEDE2000, for normal sight and three kinds of colour blindness."""

LEAST_OF_SHAPES, LEAST_OF_WORDS = 3.0, 4.5
"""Contrast with the ground, as the Web Content Accessibility Guidelines 2.2 ask of graphics and of text."""

# Machado, Oliveira and Fernandes (2009), severity 1.0; they act on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""From linear sRGB."""

ALL = {**THEMES, **{f"{name} on a screen": theme_of(name, screen=True) for name in THEMES}}
each_theme = pytest.mark.parametrize("theme", ALL.values(), ids=ALL)
each_name = pytest.mark.parametrize("name", THEMES)


def seen_as(colours: list[str], sight: str) -> Colours:
    """Return CIE Lab (D65) of sRGB colours as somebody sees them: (n, 3)."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ SIGHT[sight].T, 0, 1)
    share = linear @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def difference(one: Colours, other: Colours) -> float:
    """Return CIEDE2000 of two colours in Lab, after Sharma, Wu and Dalal (2005)."""
    (light_1, a_1, b_1), (light_2, a_2, b_2) = one, other
    chroma = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    chroma_1, chroma_2 = np.hypot(stretch * a_1, b_1), np.hypot(stretch * a_2, b_2)
    hue_1, hue_2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a_1, b_1), (a_2, b_2)))
    grey = chroma_1 * chroma_2 == 0
    turn = 0.0 if grey else (hue_2 - hue_1 + 180) % 360 - 180
    hue = hue_1 + hue_2 if grey else (hue_1 + hue_2) / 2 + (180 if abs(hue_1 - hue_2) > 180 else 0)
    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    weights = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(share * np.cos(np.radians(times * hue + shift)) for share, times, shift in weights)
    in_light = (light_2 - light_1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    in_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    in_hue = 2 * np.sqrt(chroma_1 * chroma_2) * np.sin(np.radians(turn) / 2) / (1 + 0.015 * chroma * t)
    blues = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * blues
    return float(np.sqrt(in_light**2 + in_chroma**2 + in_hue**2 + rotation * in_chroma * in_hue))


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_its_authors(one: tuple[float, ...], other: tuple[float, ...], wanted: float) -> None:
    assert difference(np.array(one, float), np.array(other, float)) == pytest.approx(wanted, abs=1e-4)
    assert difference(np.array(other, float), np.array(one, float)) == pytest.approx(wanted, abs=1e-4)


def test_the_sights_are_what_they_are_called() -> None:
    for name, matrix in SIGHT.items():
        assert matrix.sum(axis=1) == pytest.approx(1, abs=1e-5), name  # greys stay as they are
    red, green, blue, cyan = "#a03a00", "#5a6a00", "#0060c0", "#007a80"

    def apart(one: str, other: str, sight: str) -> float:
        return difference(*seen_as([one, other], sight))

    for sight in ("protanopia", "deuteranopia"):
        assert apart(red, green, sight) < apart(red, green, "normal") / 2
    assert apart(blue, cyan, "tritanopia") < apart(blue, cyan, "normal") / 2


def arrow_colours(theme: Theme) -> dict[str, str]:
    return {**theme.markets, "no market": theme.no_market, "small flows": theme.quiet}


@each_theme
def test_every_market_and_every_certainty_has_its_look(theme: Theme) -> None:
    assert set(theme.markets) == set(theme.letters) == set(codes(Market))
    assert set(theme.dashes) == set(codes(Certainty))
    assert all(is_color_like(theme.colour(market)) for market in (*codes(Market), None))
    colours = [field.name for field in fields(theme) if str(getattr(theme, field.name)).startswith("#")]
    assert all(is_color_like(getattr(theme, name)) for name in colours)
    assert {"paper", "water", "land", "border", "ink", "no_market"} <= set(colours)


@each_theme
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_colours_of_arrows_are_told_apart(theme: Theme, sight: str) -> None:
    colours = arrow_colours(theme)
    seen = dict(zip(colours, seen_as(list(colours.values()), sight), strict=True))
    apart = {pair: difference(seen[pair[0]], seen[pair[1]]) for pair in combinations(seen, 2)}
    nearest = min(apart, key=lambda pair: apart[pair])
    assert apart[nearest] >= LEAST_DIFFERENCE, (nearest, apart[nearest])


@each_theme
def test_colours_of_arrows_stand_out_from_land_water_and_the_legends_paper(theme: Theme) -> None:
    for name, colour in {**arrow_colours(theme), "node": theme.node}.items():
        for ground in (theme.land, theme.water, theme.paper):
            assert contrast(colour, ground) >= LEAST_OF_SHAPES, (name, ground)


@each_theme
def test_words_can_be_read_on_every_ground_that_they_stand_on(theme: Theme) -> None:
    for words in (theme.ink, theme.quiet):
        for ground in (theme.land, theme.water, theme.paper, theme.halo):
            assert contrast(words, ground) >= LEAST_OF_WORDS, (words, ground)


@each_theme
def test_people_are_never_drawn_in_red(theme: Theme) -> None:
    for market in (Market.HUMAN_TRAFFICKING, Market.HUMAN_SMUGGLING):
        red, green, blue = to_rgb(theme.colour(market))
        assert blue > green > red


def test_print_is_told_apart_without_colours() -> None:
    theme = THEMES["print"]
    assert theme.tags
    light = dict(zip(theme.markets, seen_as(list(theme.markets.values()), "normal")[:, 0], strict=True))
    steps = [high - low for low, high in pairwise(sorted(light.values()))]
    assert min(steps) > 4.5
    assert max(steps) < 1.2 * min(steps)
    looks = {(theme.letters[code], round(light[code])) for code in light}
    assert len(looks) == len(light)


def test_markets_of_one_kind_are_no_neighbours_in_print() -> None:
    theme = THEMES["print"]
    order = sorted(theme.markets, key=lambda code: seen_as([theme.colour(code)], "normal")[0, 0])
    # human_..., ..._trade, ..._crimes: people, drugs, nature.
    kinds = [code.split("_")[0] if code.startswith("human") else code.split("_")[-1] for code in order]
    assert all(one != next_one for one, next_one in pairwise(kinds))


@each_theme
def test_letters_of_markets_are_short_and_their_own(theme: Theme) -> None:
    assert all(re.fullmatch("[A-Z]{1,2}", letters) for letters in theme.letters.values())
    assert len(set(theme.letters.values())) == len(theme.letters)


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
    with pytest.raises(TypeError):
        THEMES["mine"] = theme  # type: ignore[index]
    assert theme != Theme()
    assert Theme() == Theme()


def test_a_market_that_is_none_has_no_colour() -> None:
    with pytest.raises(KeyError):
        Theme().colour("piracy")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#777777") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_name_or_a_theme_gives_a_theme() -> None:
    mine = Theme(land="#eeeeee")
    assert theme_of(mine) is theme_of(mine, screen=True) is mine
    assert theme_of("default") == Theme()
    assert theme_of("default", screen=True) == SCREEN
    for name in THEMES:
        paper, screen = theme_of(name), theme_of(name, screen=True)
        assert screen.markets == paper.markets
        assert screen.node_radius_px >= SCREEN.node_radius_px
        assert screen.px_each_lineage >= SCREEN.px_each_lineage


def test_presentation_is_large() -> None:
    theme, usual = THEMES["presentation"], Theme()
    assert theme.map_px == (960, 540)
    assert min(theme.label_px, theme.country_px, theme.legend_px) >= 14
    assert theme.px_each_lineage > usual.px_each_lineage
    assert theme.max_width_px > usual.max_width_px


@pytest.fixture(scope="module")
def heroin() -> gpd.GeoDataFrame:
    flows = azroutes.load_flows()
    return flows[flows["market"] == "heroin_trade"]


@pytest.fixture
def axes() -> Iterator[Axes]:
    """Give axes in a figure of the user's own, white as matplotlib makes it."""
    figure = plt.figure(figsize=(9, 6), facecolor="white")
    yield figure.add_axes((0.05, 0.2, 0.6, 0.7))
    plt.close(figure)


@pytest.mark.parametrize("wrong", ["darc", "", "Dark", None, 3, ["dark"]])
def test_a_theme_that_is_none_is_told_everywhere(heroin: gpd.GeoDataFrame, tmp_path: Path, wrong: object) -> None:
    theme = cast("str", wrong)
    calls: list[Callable[[], object]] = [
        lambda: compose(heroin, theme=theme),
        lambda: azroutes.plot_flows(heroin, theme=theme),
        lambda: azroutes.explore_flows(heroin, theme=theme),
        lambda: azroutes.write_atlas(tmp_path / "atlas", heroin, theme=theme),
    ]
    for call in calls:
        with pytest.raises(OptionError) as told:
            call()
        (fault,) = told.value.faults
        assert (fault.column, fault.value) == ("theme", wrong)
        assert "dark" in fault.hint
    assert not (tmp_path / "atlas").exists()


def test_the_command_has_the_same_themes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [look.value for look in Look] == list(THEMES)
    monkeypatch.chdir(tmp_path)
    corners = {}
    for name in ("dark", "print"):
        out = f"{name}.png"
        monkeypatch.setattr(
            "sys.argv", ["azroutes", "figure", out, "--theme", name, "--dpi", "50", "--market", "heroin_trade"]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        corners[name] = Image.open(out).convert("RGB").getpixel((1, 1))
    assert corners == {name: tuple(bytes.fromhex(THEMES[name].paper[1:])) for name in corners}
    monkeypatch.setattr("sys.argv", ["azroutes", "explore", "map.html", "--theme", "darc"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "presentation" in capsys.readouterr().err


@each_name
def test_a_figure_stands_on_the_paper_of_its_theme(heroin: gpd.GeoDataFrame, name: str) -> None:
    theme = THEMES[name]
    scene = compose(heroin, title="Heroin", theme=name)
    assert scene.theme is theme
    with mpl.rc_context({"savefig.facecolor": "red", "figure.facecolor": "red"}):
        image = Image.open(io.BytesIO(render(scene, "png", dpi=60))).convert("RGB")
    corners = {image.getpixel((x, y)) for x in (0, image.width - 1) for y in (0, image.height - 1)}
    assert corners == {tuple(bytes.fromhex(theme.paper[1:]))}
    counted = image.getcolors(image.width * image.height) or []
    share = {
        f"#{bytes(cast('tuple[int, ...]', colour)).hex()}": count / image.width / image.height
        for count, colour in counted
    }
    assert share[theme.land] > 0.15
    assert share[theme.water] > 0.05


def test_a_presentation_is_as_wide_as_a_slide(heroin: gpd.GeoDataFrame) -> None:
    scene = compose(heroin, title="Heroin", theme="presentation")
    image = Image.open(io.BytesIO(render(scene, "png", dpi=72)))
    assert image.width / image.height == pytest.approx(16 / 9, abs=0.005)
    longer = compose(heroin, title="Heroin", theme=Theme(ratio=3.0))
    image = Image.open(io.BytesIO(render(longer, "png", dpi=72)))
    assert image.width / image.height == pytest.approx(3, abs=0.01)


def grounds(ax: Axes) -> list[str | None]:
    """Return what colour of its own stands behind the title, the notes and the legends."""
    boxes = [child.get_bbox_patch() for child in ax.get_children() if isinstance(child, Annotation)]
    legend = next(child for child in ax.get_children() if child.get_gid() == "legend")
    framed = cast("Any", legend)
    patches: list[Patch | None] = [*boxes, framed.patch if framed.patch.get_visible() else None]
    return [None if patch is None else to_hex(patch.get_facecolor()) for patch in patches]


def test_words_beside_a_dark_map_bring_their_paper_to_a_white_figure(heroin: gpd.GeoDataFrame, axes: Axes) -> None:
    drawn = azroutes.plot_flows(heroin, ax=axes, title="Heroin", theme="dark")
    assert grounds(drawn) == [THEMES["dark"].paper] * 3
    assert to_hex(axes.figure.get_facecolor()) == "#ffffff"


@pytest.mark.parametrize(("name", "face"), [("default", "white"), ("dark", "black"), ("print", "#eaeaf2")])
def test_words_that_can_be_read_bring_no_paper(heroin: gpd.GeoDataFrame, axes: Axes, name: str, face: str) -> None:
    axes.figure.set_facecolor(face)
    assert grounds(azroutes.plot_flows(heroin, ax=axes, title="Heroin", theme=name)) == [None] * 3


WORDS_OF_THE_PAGE = """
[...document.querySelectorAll(".azroutes-panel *, .azroutes-toggle, .leaflet-bar a, .leaflet-control-attribution")]
  .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .map((e) => {
    let ground = e;
    while (/, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    return [e.textContent, getComputedStyle(e).color, getComputedStyle(ground).backgroundColor];
  })
"""


@each_name
def test_words_of_the_page_can_be_read(heroin: gpd.GeoDataFrame, tmp_path: Path, visit: Opener, name: str) -> None:
    path = tmp_path / "page.html"
    azroutes.explore_flows(heroin, theme=name).save(path)
    with visit(path) as seen:
        for folded in seen.page.locator("summary").all():
            folded.click()
        words = seen.page.evaluate(WORDS_OF_THE_PAGE)
        seen.page.mouse.click(*seen.arrows()[0]["middle"])
        words += seen.page.evaluate(WORDS_OF_THE_PAGE)
        dark = seen.page.evaluate("document.querySelector('.azroutes').classList.contains('azroutes-dark')")
        assert seen.complaints == []
    assert len(words) > 60
    assert dark == (name == "dark")
    for text, ink, ground in words:
        colours = [f"#{bytes(int(part) for part in re.findall(r'[0-9.]+', rgb)[:3]).hex()}" for rgb in (ink, ground)]
        assert contrast(*colours) >= LEAST_OF_WORDS, (text, colours)


def test_the_page_has_the_paper_of_its_theme(heroin: gpd.GeoDataFrame, tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "page.html"
    azroutes.explore_flows(heroin, theme=Theme(paper="#ffeecc", ink="#330000")).save(path)
    with visit(path) as seen:
        style = "getComputedStyle(document.querySelector('.azroutes-panel'))"
        found = [seen.page.evaluate(f"{style}.{name}") for name in ("backgroundColor", "color")]
    assert found == ["rgb(255, 238, 204)", "rgb(51, 0, 0)"]


def test_one_colour_or_those_of_some_markets_may_be_chosen() -> None:
    plain = Theme()
    assert recoloured(plain, None) is plain
    teal = recoloured(plain, "teal")
    assert {teal.colour(code) for code in [*codes(Market), None]} == {"#008080"}
    some = recoloured(plain, {"heroin_trade": "#ABC", "fauna_crimes": "rgb(1, 2, 3)"})
    assert some.colour("heroin_trade") == "#aabbcc"
    assert some.colour("fauna_crimes") == "#010203"
    assert some.colour("arms_trafficking") == plain.colour("arms_trafficking")
    assert some.colour(None) == plain.colour(None)


@pytest.mark.parametrize(
    ("color", "problem"),
    [
        ("blueish", "no colour"),
        ("", "no colour"),
        ("#12345", "no colour"),
        ("red;} body{display:none", "no colour"),
        ("#11223344", "transparent"),
        (7, "neither text nor a mapping"),
        (["red"], "neither text nor a mapping"),
        ({"heroin": "red"}, "did you mean 'heroin_trade'"),
        ({"heroin_trade": None}, "no colour"),
        ({"heroin_trade": "x", "nothing": "red"}, "no such market"),
    ],
)
def test_nonsense_for_a_colour_is_told(color: Any, problem: str) -> None:
    with pytest.raises(OptionError, match=problem):
        azroutes.explore_flows(color=color)
