"""Figures hold what the scene holds: artists first, then files that keep text, fonts and bytes."""

from __future__ import annotations

import re
import warnings
import zlib
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from azroutes.documents import load_flows, load_sources
from azroutes.errors import OptionError, OutputError, TableError
from azroutes.figure import plot_flows, render
from azroutes.figure_files import FORMATS, FlowFigure, save_figure
from azroutes.fonts import LAST_RESORT, families
from azroutes.map_face import HALO_PX
from azroutes.marginalia import BOXES_NOTE
from azroutes.read import read_flows
from azroutes.scene import compose
from azroutes.signs import MOST_SIGNS, sign
from azroutes.theme import FONT, THEMES, Theme
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

    from azroutes.scene import Scene

HOSTILE = ("</script><b>x", "$a_b$", r"\frac{1}{2} $", "A\nB", "%s {0} #1")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def heroin() -> gpd.GeoDataFrame:
    flows = load_flows()
    return flows[flows["market"] == "heroin_trade"]


@pytest.fixture(scope="module")
def small() -> gpd.GeoDataFrame:
    return named("Tabriz")


def table(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return read_flows(pd.DataFrame(list(rows)))


def named(*names: str, **rest: Any) -> gpd.GeoDataFrame:
    rows = [
        {"origin": name, "origin_lat": 38.0 + 3 * k, "origin_lon": 44.0 + 2 * k, "destination": "Baku",
         "destination_lat": 40.4, "destination_lon": 49.9, **rest}
        for k, name in enumerate(names)
    ]  # fmt: skip
    return table(*rows)


def scene_of(ax: Axes) -> Scene:
    scene: Scene = ax.azroutes_scene  # type: ignore[attr-defined]
    return scene


def by_gid(ax: Axes, start: str) -> list[Artist]:
    return [artist for artist in ax.findobj() if (artist.get_gid() or "").startswith(start)]


def written(ax: Axes) -> list[Any]:
    return list(ax.findobj(Text))


def texts(ax: Axes) -> list[str]:
    return [artist.get_text() for artist in written(ax) if artist.get_text()]


def notes(ax: Axes) -> str:
    (found,) = by_gid(ax, "notes")
    assert isinstance(found, Text)
    return " ".join(found.get_text().split())


def painted(ax: Axes) -> PathCollection:
    (found,) = by_gid(ax, "arrows")
    assert isinstance(found, PathCollection)
    return found


def test_the_axes_hold_the_scene_in_its_projection(heroin: gpd.GeoDataFrame) -> None:
    ax = plot_flows(heroin, title="Heroin")
    scene = scene_of(ax)
    x0, y0, x1, y1 = scene.frame.bounds
    assert ax.get_xlim() == pytest.approx((x0, x1))
    assert ax.get_ylim() == pytest.approx((y0, y1))
    assert {f"node {node.code}" for node in scene.nodes} == {
        a.get_gid() for a in by_gid(ax, "node ") if "label" not in str(a.get_gid())
    }
    labels = {a.get_gid(): a for a in ax.texts}
    for label in scene.labels:
        drawn = labels[f"{label.kind} label {label.code}"]
        assert drawn.get_text() == label.text
        px = scene.frame.to_px(np.array([drawn.get_position()]))[0]
        assert px == pytest.approx([label.x, label.y])
    assert [len(by_gid(ax, name)) for name in ("land", "arrows", "legend", "notes", "title")] == [1] * 5
    assert not by_gid(plot_flows(heroin), "title")


def test_every_arrow_is_drawn_once_in_its_colour_and_place() -> None:
    ax = plot_flows()
    arrows, drawn = scene_of(ax).arrows, painted(ax)
    # Each as its halo, then as itself without an edge, so that its ink has its own width.
    halos, ink = drawn.get_paths()[::2], drawn.get_paths()[1::2]
    assert len(halos) == len(ink) == len(arrows)
    faces = np.asarray(drawn.get_facecolor())
    assert faces[1::2] == pytest.approx(np.array([to_rgba(colour) for colour in arrows["colour"]]))
    assert np.asarray(drawn.get_linewidth())[1::2].tolist() == [0.0] * len(arrows)
    for path, outline in zip(ink, arrows["outline"], strict=True):
        box = path.get_extents()
        assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(outline.bounds)


def test_the_halo_of_a_thin_arrow_does_not_drown_it() -> None:
    rows = [{"origin": "AZE", "destination": d, "quantity": q, "unit": "t"} for d, q in (("TUR", 100.0), ("GEO", 1.0))]
    ax = plot_flows(table(*rows))
    widths = np.asarray(painted(ax).get_linewidth())[::2]
    assert widths[0] == HALO_PX
    assert widths[1] <= scene_of(ax).arrows["width_px"].min()


def test_the_ink_of_an_arrow_is_as_wide_as_its_legend_says() -> None:
    ends = {"A": (40.0, 40.0), "B": (40.0, 50.0)}
    row = {"origin": "A", "destination": "B", "quantity": 5.0, "unit": "t"}
    for end, (lat, lon) in zip(("origin", "destination"), ends.values(), strict=True):
        row |= {f"{end}_lat": lat, f"{end}_lon": lon}
    ax = plot_flows(table(row), method="straight", theme=Theme(max_width_px=6.0, no_market="#ff0000"))
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=288)
    image = np.asarray(Image.open(buffer).convert("RGB")).astype(int)
    box = ax.get_window_extent()
    share = 288 / figure.dpi
    column = image[:, round((box.x0 + box.x1) / 2 * share)]
    red = int(((column[:, 0] > 200) & (column[:, 1] < 100)).sum())
    assert red / 4 == pytest.approx(6.0, abs=0.4)


def test_a_quantity_of_zero_is_not_drawn_and_told() -> None:
    rows = [{"origin": "AZE", "destination": d, "quantity": q, "unit": "t"} for d, q in (("TUR", 0.0), ("GEO", 2.0))]
    ax = plot_flows(table(*rows))
    assert len(painted(ax).get_paths()) == 2, "one arrow and its halo"
    assert "quantity of zero" in notes(ax)


def test_legends_say_what_the_scene_says() -> None:
    ax = plot_flows()
    found = [" ".join(text.split()) for text in texts(ax)]
    for legend in scene_of(ax).legends:
        assert legend.title in found
        for entry in legend.entries:
            assert entry.label in found


def test_the_note_holds_every_source_and_every_word_of_caution() -> None:
    ax = plot_flows()
    told = notes(ax)
    scene = scene_of(ax)
    for note in (*scene.notes, *scene.credits):
        assert " ".join(note.split()) in told
    used = {name for text in load_flows()["sources"] for name in text.split(";")}
    for name in used:
        assert str(load_sources().loc[name, "citation"]) in told
    assert "no opinion on the status" in told
    assert "does not show the way taken" in told


def test_hostile_names_are_drawn_as_they_are_written() -> None:
    with mpl.rc_context({"text.parse_math": True}):
        ax = plot_flows(named(*HOSTILE, sources="$s_1$ & <i>x</i>", unit="$u_1$", quantity=3.0), title="$t_1$ <b>")
        found = texts(ax)
        for name in HOSTILE:
            assert name.replace("\n", " ") in found
        assert "$t_1$ <b>" in found
        assert "Width: $u 1$" in found
        assert "$s_1$ & <i>x</i>" in notes(ax)
        assert not any(text.get_parse_math() for text in written(ax) if "$" in text.get_text())
        svg = render(scene_of(ax), "svg").decode()
    assert "<b>" not in svg
    assert "&lt;/script&gt;&lt;b&gt;x" in svg
    assert "$a_b$" in svg


def test_axes_of_ones_own_are_drawn_into_and_others_left_alone(small: gpd.GeoDataFrame) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
    left.plot([1, 2], [3, 4])
    box, other = right.get_position().frozen(), left.get_position().frozen()
    before = (left.get_xlim(), left.get_ylim(), len(left.get_children()))
    assert plot_flows(small, ax=right) is right
    figure.canvas.draw()
    assert right.get_position().bounds == pytest.approx(box.bounds, abs=1e-3)
    assert left.get_position().bounds == other.bounds
    assert (left.get_xlim(), left.get_ylim(), len(left.get_children())) == before
    # The frame is fitted to the shape of the axes, in points.
    assert scene_of(right).frame.width_px == pytest.approx(box.width * 12 * 72)
    assert scene_of(right).frame.height_px == pytest.approx(box.height * 4 * 72, rel=1e-6)


def test_settings_of_ones_own_are_neither_used_nor_changed(small: gpd.GeoDataFrame) -> None:
    with mpl.rc_context({"font.family": ["serif"], "svg.fonttype": "path", "pdf.fonttype": 3, "font.size": 31.0}):
        before = dict(mpl.rcParams)
        ax = plot_flows(small)
        saved = render(scene_of(ax), "svg")
        assert dict(mpl.rcParams) == before
    assert saved == render(compose(small), "svg")
    assert all(text.get_fontfamily() == [FONT] for text in ax.texts)


def test_text_stays_text_in_svg(heroin: gpd.GeoDataFrame) -> None:
    svg = render(compose(heroin, title="Heroin"), "svg").decode()
    found = re.findall(r"<text [^>]*>([^<]+)</text>", svg)
    assert {"Azerbaijan", "Russia", "European Union", "Heroin", "Heroin trade"} <= {text.strip() for text in found}
    for gid in ("land", "arrows", "node AZE", "node label AZE", "notes", "title"):
        assert f'id="{gid}"' in svg


def test_fonts_are_embedded_in_pdf_as_truetype(small: gpd.GeoDataFrame) -> None:
    pdf = render(compose(small), "pdf")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    plain = pdf
    for stream in streams:
        try:
            plain += zlib.decompress(stream)
        except zlib.error:
            continue
    assert b"/FontFile2" in plain
    assert b"/Type3" not in plain
    assert b"DejaVuSans" in plain


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_scene_is_the_same_bytes(small: gpd.GeoDataFrame, kind: str, tmp_path: Path) -> None:
    scene = compose(small)
    first = render(scene, kind, dpi=60)
    assert first == render(compose(small), kind, dpi=60)
    figure = plot_flows(small).get_figure(root=True)
    assert isinstance(figure, FlowFigure)
    for name in ("one", "two"):
        figure.savefig(tmp_path / f"{name}.{kind}", dpi=60)
    assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes() == first
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, dpi=60)
    assert buffer.getvalue()[:4] == first[:4]


def test_a_figure_is_as_many_pixels_as_asked_for(small: gpd.GeoDataFrame, tmp_path: Path) -> None:
    ax = plot_flows(small)
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    save_figure(ax, tmp_path / "a.png", dpi=100)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == pytest.approx(tuple(figure.get_size_inches() * 100), abs=1)


def test_nothing_of_the_figure_is_cut_off() -> None:
    ax = plot_flows(title="A title that is too long for one line above the map and its legends, " * 2)
    (title,) = by_gid(ax, "title")
    assert isinstance(title, Text)
    assert title.get_text().count("\n") == 1
    check_in_place(ax)


COLUMN, FLAT = replace(Theme(), map_px=(221.0, 160.0)), replace(THEMES["print"], map_px=(400.0, 120.0))


@pytest.mark.parametrize("theme", [COLUMN, FLAT], ids=["column", "flat"])
def test_legends_stand_beside_a_map_or_below_it_and_never_on_notes(theme: Theme) -> None:
    ax = plot_flows(title="All flows, " * 40, theme=theme)
    map_, legend, notes = check_in_place(ax)
    if theme is COLUMN:
        assert legend.y1 < map_.y0
        assert max(legend.x1, notes.x1) <= map_.x1 + 1
    else:
        assert legend.x0 > map_.x1
        assert legend.y0 < map_.y0
    (title,) = by_gid(ax, "title")
    assert isinstance(title, Text)
    assert title.get_text().endswith("…")


def test_short_legends_stand_side_by_side_below_a_narrow_map() -> None:
    ax = plot_flows(named("Tabriz", "Rasht", unit="kg", quantity=30.0), title="Two", theme=COLUMN)
    check_in_place(ax)
    (legend,) = by_gid(ax, "legend")
    tops = [text.get_window_extent().y1 for text in legend.findobj(Text) if text.get_fontweight() == "bold"]
    assert len(tops) == 2
    assert tops[0] == pytest.approx(tops[1])


def check_in_place(ax: Axes) -> tuple[Bbox, Bbox, Bbox]:
    """Check that what stands around a map is on the page and on nothing else; return map, legends and notes."""
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.set_dpi(72)
    figure.canvas.draw()
    page = figure.bbox
    boxes = {name: by_gid(ax, name)[0].get_window_extent() for name in ("notes", "title", "legend")}
    for name, box in boxes.items():
        assert box.x0 >= page.x0, name
        assert box.x1 <= page.x1, name
        assert box.y0 >= page.y0, name
        assert box.y1 <= page.y1, name
    found = (ax.get_window_extent(), boxes["legend"], boxes["notes"], boxes["title"])
    for one, other in combinations(found, 2):
        assert one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0
    return found[:3]


def test_a_missing_folder_is_made_and_an_unwritable_target_told(small: gpd.GeoDataFrame, tmp_path: Path) -> None:
    ax = plot_flows(small)
    save_figure(ax, tmp_path / "deep" / "a.svg")
    assert (tmp_path / "deep" / "a.svg").read_bytes().startswith(b"<?xml")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        save_figure(ax, tmp_path / "file" / "a.svg")


@pytest.mark.parametrize("name", ["a.bmp", "a", "a.png.txt"])
def test_formats_that_are_none_are_told_with_the_choices(small: gpd.GeoDataFrame, tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=r"\.pdf, \.png, \.svg"):
        save_figure(plot_flows(small), tmp_path / name)


@pytest.mark.parametrize(
    ("option", "choices"),
    [("by", "market, commodity, flow"), ("width", "auto, lineages, quantity"), ("method", "arc, straight")],
)
def test_options_that_are_none_are_told_with_the_choices(option: str, choices: str) -> None:
    before = plt.get_fignums()
    with pytest.raises(OptionError, match=choices):
        plot_flows(**{option: "nonsense"})  # type: ignore[arg-type]
    assert plt.get_fignums() == before


def test_no_flow_is_an_error_and_leaves_no_figure_open() -> None:
    with pytest.raises(TableError, match="no flow"):
        plot_flows(load_flows().iloc[:0])
    assert plt.get_fignums() == []


def test_axes_without_a_figure_are_refused(small: gpd.GeoDataFrame) -> None:
    figure, ax = plt.subplots()
    ax.remove()
    with pytest.raises(OptionError, match="no figure"):
        plot_flows(small, ax=ax)
    assert figure.axes == []


def test_render_leaves_no_figure_open_and_plot_flows_one(small: gpd.GeoDataFrame) -> None:
    render(compose(small), "png", dpi=40)
    assert plt.get_fignums() == []
    plot_flows(small)
    assert len(plt.get_fignums()) == 1


def test_a_layer_of_ones_own_can_be_added(small: gpd.GeoDataFrame) -> None:
    ax = plot_flows(small)
    limits = ax.get_xlim(), ax.get_ylim()
    load_flows().to_crs(scene_of(ax).frame.crs).plot(ax=ax, color="black", linewidth=0.3)
    assert (ax.get_xlim(), ax.get_ylim()) == limits


def test_letters_without_a_font_warn_nobody_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azroutes.fonts._installed", dict)
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        ax = plot_flows(named("北京"))
        figure = ax.get_figure(root=True)
        assert isinstance(figure, Figure)
        for kind in ("png", "pdf"):
            figure.savefig(BytesIO(), format=kind, dpi=40)
        _, own = plt.subplots()
        plot_flows(named("北京"), ax=own)
        own.figure.canvas.draw()
    assert not complaints
    assert BOXES_NOTE in notes(ax)
    assert BOXES_NOTE not in notes(plot_flows(named("Bakı")))


def test_names_in_any_script_are_drawn_and_stay_text() -> None:
    names = ("北京", "दिल्ली", "กรุงเทพ", "서울", "القاهرة")
    ax = plot_flows(named(*names))
    svg = render(scene_of(ax), "svg").decode()
    for name in names:
        assert name in texts(ax)
        assert name in svg
    for kind in ("png", "pdf"):
        assert len(render(scene_of(ax), kind, dpi=40)) > 10_000


def test_fonts_are_added_only_for_letters_that_the_own_one_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert families(["Azərbaycan, Россия, საქართველო, Հայաստան"], FONT) == ([FONT], False)
    # Matplotlib itself brings a font with script capitals.
    fonts, boxes = families(["\U0001d49c"], FONT)
    assert fonts[0] == FONT
    assert len(fonts) == 2
    assert not boxes
    monkeypatch.setattr("azroutes.fonts._installed", dict)
    assert families(["A", "北"], FONT) == ([FONT, LAST_RESORT], True)


def test_pixels_show_land_water_and_arrows(heroin: gpd.GeoDataFrame) -> None:
    scene = compose(heroin)
    image = Image.open(BytesIO(render(scene, "png", dpi=144))).convert("RGB")
    found = image.getcolors(image.width * image.height) or []
    share = {f"#{bytes(colour).hex()}": count / image.width / image.height for count, colour in found}  # type: ignore[arg-type]
    assert share[scene.theme.land] > 0.2
    assert share[scene.theme.water] > 0.08
    assert share[scene.theme.markets["heroin_trade"]] > 0.001


def test_beyond_the_ends_of_a_map_of_the_world_is_paper() -> None:
    ways = [("USA", "CHN"), ("CHN", "BRA"), ("AUS", "GBR"), ("GBR", "USA"), ("NZL", "FJI")]
    ax = plot_flows(read_flows(pd.DataFrame(ways, columns=["origin", "destination"])))
    void = next(artist for artist in ax.collections if artist.get_gid() == "beyond the map")
    assert np.allclose(np.asarray(void.get_facecolor()), to_rgba(Theme().paper))
    plt.close("all")


def test_land_keeps_its_holes() -> None:
    ax = plot_flows(named("Tabriz"))
    (land,) = by_gid(ax, "land")
    assert isinstance(land, PathCollection)
    for path, shape in zip(land.get_paths(), scene_of(ax).basemap.land.geometry, strict=True):
        rings = shapely.get_parts(shape).size + shapely.get_num_interior_rings(shapely.get_parts(shape)).sum()
        assert np.count_nonzero(np.asarray(path.codes) == path.MOVETO) == rings
        assert len(np.asarray(path.vertices)) == shapely.get_num_coordinates(shape)


def crowd(count: int, among: int) -> gpd.GeoDataFrame:
    """Return flows to and fro between points on a grid, each to another some steps on."""
    rows = []
    for k in range(count):
        a, b = k % among, (k + 1 + k // among) % among
        row: dict[str, Any] = {"quantity": 1.0 + k % 7, "unit": "t"}
        for role, n in (("origin", a), ("destination", b)):
            row |= {role: f"P{n}", f"{role}_lat": 36.0 + n // 12, f"{role}_lon": 40.0 + n % 12}
        rows.append(row)
    return table(*rows)


def test_halos_that_would_cover_much_of_the_map_are_left_out_and_the_ink_is_the_same() -> None:
    few, many = (plot_flows(crowd(count, 40), method="straight") for count in (20, 1200))
    assert len(painted(few).get_paths()) == 2 * len(scene_of(few).arrows)
    assert np.asarray(painted(few).get_linewidth())[::2].min() > 0
    arrows, drawn = scene_of(many).arrows, painted(many)
    assert len(drawn.get_paths()) == len(arrows)
    assert not np.asarray(drawn.get_linewidth()).any()
    assert np.asarray(drawn.get_facecolor()) == pytest.approx(np.array([to_rgba(c) for c in arrows["colour"]]))
    for path, outline in zip(drawn.get_paths(), arrows["outline"], strict=True):
        box = path.get_extents()
        assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(outline.bounds)


def test_the_signs_of_very_many_places_are_one_artist_a_kind_in_their_places() -> None:
    ax = plot_flows(crowd(MOST_SIGNS + 2, MOST_SIGNS + 2), method="straight")
    nodes = scene_of(ax).nodes
    assert len(nodes) > MOST_SIGNS
    (signs,) = by_gid(ax, "nodes ")
    assert isinstance(signs, PathCollection)
    assert signs.get_gid() == "nodes point"
    assert not [a for a in by_gid(ax, "node ") if "label" not in str(a.get_gid())]
    # The same square, edge and ground as where each is an artist of its own.
    alone = sign(nodes[0].kind, (0.0, 0.0), 1.0, scene_of(ax).theme)
    assert np.asarray(signs.get_facecolor())[0] == pytest.approx(alone.get_facecolor())
    assert np.asarray(signs.get_linewidth())[0] == alone.get_linewidth()
    unit = alone.get_path().get_extents(alone.get_patch_transform()).width
    for node, path in zip(nodes, signs.get_paths(), strict=True):
        box = path.get_extents()
        assert ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == pytest.approx((node.x, node.y))
        assert box.width == pytest.approx(unit * node.radius_px * scene_of(ax).frame.metres_per_px)


@pytest.mark.parametrize("theme", ["default", "print", "presentation"])
@pytest.mark.parametrize("width_cm", [5, 8.5, 16, np.float64(17.5), 26])
def test_a_figure_is_as_wide_as_it_is_asked_to_be(small: gpd.GeoDataFrame, width_cm: float, theme: str) -> None:
    ax = plot_flows(small, title="From Tabriz to Baku", theme=theme, width_cm=width_cm)
    map_, legend, notes = check_in_place(ax)
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    assert figure.get_figwidth() * 2.54 == pytest.approx(width_cm)
    assert (legend.x0 > map_.x1) is not (legend.y1 < map_.y0)
    assert min(map_.x0, notes.x0) == pytest.approx(10, abs=1)
    assert map_.width / map_.height == pytest.approx(np.divide(*THEMES[theme].map_px), rel=0.01)


def test_on_a_narrow_figure_type_keeps_its_size_and_arrows_do_not(small: gpd.GeoDataFrame) -> None:
    page, column = (plot_flows(small, width_cm=width).azroutes_scene for width in (26, 8.5))  # type: ignore[attr-defined]
    for kind in ("legend_px", "note_px", "title_px"):
        assert getattr(column.theme, kind) == getattr(page.theme, kind)
    assert column.arrows["width_px"].max() < page.arrows["width_px"].max()
    assert column.theme.node_radius_px < page.theme.node_radius_px


@pytest.mark.parametrize("width_cm", [0, 4.9, 121, True, "16", float("nan"), (16, 10)])
def test_a_width_that_no_figure_has_is_refused(small: gpd.GeoDataFrame, width_cm: Any) -> None:
    with pytest.raises(OptionError, match=r"width_cm .*from 5 to 120 .*centimetres, for instance 16"):
        plot_flows(small, width_cm=width_cm)
    assert plt.get_fignums() == []


def test_axes_and_a_width_exclude_one_another(small: gpd.GeoDataFrame) -> None:
    _, ax = plt.subplots()
    with pytest.raises(OptionError, match="width_cm 16: axes have a width of their own"):
        plot_flows(small, ax=ax, width_cm=16)
    assert not ax.patches
    assert not ax.collections


def test_arrows_of_a_figure_take_colours_as_those_of_a_page_do(heroin: gpd.GeoDataFrame) -> None:
    ax = plot_flows(heroin, color={"heroin_trade": "teal"}, method="arc")
    assert set(ax.azroutes_scene.arrows["colour"]) == {"#008080"}  # type: ignore[attr-defined]
    with pytest.raises(OptionError, match="did you mean 'heroin_trade'"):
        plot_flows(heroin, color={"heroin": "teal"})


@pytest.mark.parametrize("thing", [pd.DataFrame(), "heroin", None])
def test_what_is_no_axes_cannot_be_saved(thing: Any, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"ax .*: no axes of a figure .hand over what plot_flows returns"):
        save_figure(thing, tmp_path / "figure.png")
    assert not any(tmp_path.iterdir())


def test_signs_differ_in_shape_and_are_as_on_the_page() -> None:
    look = Theme()
    found = {kind: sign(kind, (0.0, 0.0), 5.0, look) for kind in PlaceKind}
    outlines = {kind: mark.get_path().transformed(mark.get_patch_transform()) for kind, mark in found.items()}
    corners = {kind: len(np.asarray(outline.vertices)) for kind, outline in outlines.items()}
    assert corners[PlaceKind.SUBDIVISION] == corners[PlaceKind.HISTORIC] == corners[PlaceKind.POINT] == 5  # one closes
    assert corners[PlaceKind.COUNTRY] == corners[PlaceKind.REGION] > 5
    top = {kind: round(float(outline.get_extents().y1), 2) for kind, outline in outlines.items()}
    assert top == {
        PlaceKind.COUNTRY: 5.0, PlaceKind.REGION: 5.0, PlaceKind.SUBDIVISION: 5.75, PlaceKind.HISTORIC: 5.75,
        PlaceKind.POINT: 4.25,
    }  # fmt: skip
    opened = {kind for kind, mark in found.items() if mark.get_facecolor() == to_rgba(look.halo)}
    assert opened == {PlaceKind.REGION, PlaceKind.HISTORIC}
