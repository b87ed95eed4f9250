"""Names never cover one another, never leave the frame, and are as wide as they are drawn."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from azroutes.labels import (
    LEADER_FROM,
    ON_LAND,
    Label,
    Obstacles,
    name_lines,
    place_countries,
    place_labels,
    shortened,
    sized,
    text_width,
    wrapped,
)

STEADY = settings(deadline=None, derandomize=True, max_examples=40)
SIZE = (548.0, 404.0)
NAMES = ("Azerbaijan", "Türkiye", "United Arab Emirates", "Chad", "Neighbouring\ncountries of Azerbaijan", "EU")


def named(text: str, x: float, y: float, kind: str = "node") -> Label:
    return sized(Label(text, x, y, 0, 0, 8.0, italic=False, bold=False, colour="#000000", kind=kind, code=text))


def around(labels: list[Label], radius: float = 3.0, arrows: list[shapely.Polygon] | None = None) -> Obstacles:
    circles = [shapely.Point(label.x, label.y).buffer(radius + 0.6) for label in labels]
    lines = arrows or []
    tips = [shapely.Point(shape.bounds[2], shape.bounds[3]) for shape in lines]
    return Obstacles(np.array(lines, dtype=object), np.array(tips, dtype=object), np.array(circles, dtype=object), SIZE)


def check_apart(placed: list[Label]) -> None:
    for one, other in combinations(placed, 2):
        assert shapely.box(*one.box).intersection(shapely.box(*other.box)).area == pytest.approx(0, abs=1e-9)
    for label in placed:
        x0, y0, x1, y1 = label.box
        assert x0 >= 0
        assert y0 >= 0
        assert x1 <= SIZE[0]
        assert y1 <= SIZE[1]


@STEADY
@given(
    st.lists(st.tuples(st.floats(0, SIZE[0]), st.floats(0, SIZE[1]), st.sampled_from(NAMES)), min_size=1, max_size=30)
)
def test_names_never_overlap_nor_leave_the_frame_nor_cover_a_circle(
    spots: list[tuple[float, float, str]],
) -> None:
    labels = [named(name, x, y) for x, y, name in spots]
    obstacles = around(labels)
    placed, left_out = place_labels(labels, [3.0] * len(labels), obstacles)
    assert len(placed) + len(left_out) == len(labels)
    check_apart(placed)
    for label in placed:
        assert not any(shapely.box(*label.box).intersects(circle) for circle in obstacles.circles)


def test_a_name_stands_beside_its_place_the_east_first() -> None:
    alone = named("Azerbaijan", 200, 200)
    placed, left_out = place_labels([alone], [3.0], around([alone]))
    assert not left_out
    assert placed[0].box[0] == pytest.approx(205, abs=1)
    assert placed[0].y == 200
    assert placed[0].leader is None


def test_a_name_goes_where_no_arrow_is() -> None:
    alone = named("Azerbaijan", 200, 200)
    line = shapely.LineString([(203, 200), (400, 200)]).buffer(4)
    placed, _ = place_labels([alone], [3.0], around([alone], arrows=[line]))
    assert not shapely.box(*placed[0].box).intersects(line)


def test_a_name_far_from_its_place_gets_a_line_that_leads_to_it() -> None:
    labels = [
        named("Middle", 200, 200),
        *(named(f"Place {k}", 200 + 9 * (k % 3 - 1), 200 + 9 * (k // 3 - 1)) for k in (0, 1, 2, 3, 5, 6, 7, 8)),
    ]
    placed, _ = place_labels(labels, [3.0] * 9, around(labels))
    led = [label for label in placed if label.leader]
    assert led
    for label in led:
        assert label.leader is not None
        x0, y0, x1, y1 = label.leader
        place = next(k for k in labels if k.code == label.code)
        assert np.hypot(x0 - place.x, y0 - place.y) == pytest.approx(4, abs=0.1)
        assert shapely.box(*label.box).distance(shapely.Point(x1, y1)) == pytest.approx(0, abs=1e-6)
        assert np.hypot(x1 - place.x, y1 - place.y) > LEADER_FROM


def test_a_name_without_room_is_left_out_and_the_important_ones_stay() -> None:
    labels = [named("United Arab Emirates", 100 + k % 2, 100 + k // 2) for k in range(60)]
    placed, left_out = place_labels(labels, [3.0] * 60, around(labels))
    assert left_out
    assert labels[0].code in {label.code for label in placed}
    wide = named("x" * 400, 270, 200)
    assert place_labels([wide], [3.0], around([wide])) == ([], [wide])


def test_names_of_countries_stand_on_their_land_and_off_all_else() -> None:
    land = [shapely.box(0, 0, 250, 200), shapely.box(250, 0, 548, 200), shapely.box(0, 200, 30, 220)]
    labels = [
        named(text, x, y, "country") for text, x, y in (("Iran", 125, 100), ("Türkiye", 400, 100), ("Armenia", 15, 210))
    ]
    taken = [named("Somewhere", 125, 100)]
    arrow = shapely.box(250, 95, 548, 105)
    obstacles = around([], arrows=[arrow])
    placed = place_countries(labels, np.array(land, dtype=object), taken, obstacles)
    # Armenia's land here is narrower than its name.
    assert [label.text for label in placed] == ["Iran", "Türkiye"]
    check_apart([*placed, *taken])
    for label, ground in zip(placed, land, strict=False):
        box = shapely.box(*label.box)
        assert box.intersection(ground).area >= ON_LAND * box.area
        assert not box.intersects(arrow)


@pytest.mark.parametrize(("bold", "italic"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("text", ["Azerbaijan", "Türkiye", "Иран и Грузия", "AVAToWaVe", "Ə ğ ı ş", "1,234.5"])
def test_widths_are_those_that_matplotlib_draws(text: str, bold: bool, italic: bool) -> None:  # noqa: FBT001
    dpi, size = 720.0, 8.0
    font = FontProperties(
        family="DejaVu Sans", size=size, weight="bold" if bold else "normal", style="oblique" if italic else "normal"
    )
    renderer: Any = RendererAgg(10, 10, dpi)  # type: ignore[no-untyped-call]
    wide, _, _ = renderer.get_text_width_height_descent(text, font, ismath=False)
    assert text_width(text, size, bold=bold, italic=italic) == pytest.approx(wide * 72 / dpi, rel=0.05)


def test_letters_that_another_font_draws_are_given_their_full_width() -> None:
    assert text_width("中国", 10.0) == pytest.approx(20.0)
    assert text_width("A中", 10.0) == pytest.approx(10.0 + text_width("A", 10.0))


words_of = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=60)


@STEADY
@given(words_of, st.floats(20, 200))
def test_wrapped_lines_keep_every_letter_and_the_width(text: str, width: float) -> None:
    lines = wrapped(text, 8.0, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert text_width(line, 8.0) <= width or len(line) == 1


@STEADY
@given(st.text(max_size=80), st.floats(20, 200))
def test_a_shortened_line_is_one_line_no_wider_than_asked(text: str, width: float) -> None:
    line = shortened(text, 8.0, width)
    assert line.isprintable()
    assert text_width(line, 8.0) <= width or len(line) <= 2


def test_what_fits_is_not_shortened_and_what_is_cut_shows_it() -> None:
    assert shortened("Azerbaijan", 8.0, 105) == "Azerbaijan"
    cut = shortened("A very long name of a place indeed", 8.0, 60)
    assert cut.endswith("…")
    assert cut.startswith("A very")


@pytest.mark.parametrize("hostile", ["A\nB", "A\r\nB", "A\u2028B", "A\tB", "A\x00B", "A\u202eB", "A\x1b[31mB"])
def test_control_characters_cannot_break_a_label(hostile: str) -> None:
    line = name_lines(hostile, 8.0, 105)
    assert line.isprintable()
    assert "A" in line
    assert "B" in line
    assert text_width(line, 8.0) < 60


def test_long_names_take_two_even_lines() -> None:
    lines = name_lines("Neighbouring countries of Azerbaijan", 8.0, 105).split("\n")
    assert " ".join(lines) == "Neighbouring countries of Azerbaijan"
    widths = [text_width(line, 8.0) for line in lines]
    assert len(lines) == 2
    assert max(widths) <= 105


@STEADY
@given(st.text(max_size=200))
def test_a_name_takes_two_lines_at_the_most(text: str) -> None:
    lines = name_lines(text, 8.0, 105).split("\n")
    assert len(lines) <= 2
    assert all(text_width(line, 8.0) <= 106 or len(line) <= 2 for line in lines)


def test_a_label_is_as_large_as_its_lines() -> None:
    one, two = named("Azerbaijan", 0, 0), named("Azerbaijan\nand more", 0, 0)
    assert two.height == pytest.approx(2 * one.height)
    assert two.width == one.width
    assert one.box == (-one.width / 2, -one.height / 2, one.width / 2, one.height / 2)
