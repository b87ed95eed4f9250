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

from azroutes.geometry.curve import SOLID, arc, head_size, trimmed
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.spots import LEADER_FROM, Spots, choose
from azroutes.labels import (
    LONGEST_LEADER,
    ON_LAND,
    Label,
    place_countries,
    place_labels,
    place_tags,
    reserve,
    sized,
)
from azroutes.obstacles import Obstacles
from azroutes.typesetting import name_lines, shortened, text_width, wrapped

STEADY = settings(deadline=None, derandomize=True, max_examples=40)
SIZE = (548.0, 404.0)
NAMES = ("Azerbaijan", "Türkiye", "United Arab Emirates", "Chad", "Neighbouring\ncountries of Azerbaijan", "EU")


def named(text: str, x: float, y: float, kind: str = "node") -> Label:
    return sized(Label(text, x, y, 0, 0, 8.0, italic=False, bold=False, colour="#000000", kind=kind, code=text))


def around(labels: list[Label], radius: float = 3.0, arrows: list[shapely.Polygon] | None = None) -> Obstacles:
    circles = [shapely.Point(label.x, label.y).buffer(radius + 0.6) for label in labels]
    return Obstacles(
        np.array(arrows or [], dtype=object), np.empty(0, dtype=object), np.array(circles, dtype=object), SIZE
    )


class Made:
    """A made-up map: places, and arrows between them with their heads."""

    def __init__(self, seed: int, places: int, arrows: int, size: tuple[float, float] = SIZE) -> None:
        random = np.random.default_rng(seed)
        at = random.uniform((0, 0), size, (places, 2))
        start = random.integers(0, places, arrows)
        end = (start + random.integers(1, places, arrows)) % places
        self.width = random.uniform(0.4, 9.0, arrows)
        self.labels = [named(f"{NAMES[k % len(NAMES)]} {k}", float(x), float(y)) for k, (x, y) in enumerate(at)]
        self.radius = [float(r) for r in random.uniform(2.0, 7.0, places)]
        reach = np.array(self.radius)
        self.lines = trimmed(arc(at[start], at[end], random.uniform(-0.2, 0.2, arrows)), reach[start], reach[end] + 1)
        shapes = arrow_shapes(self.lines, self.width, head_size(self.width), [SOLID] * arrows)
        length, half = head_size(self.width)
        tips = self.lines[:, -1]
        back = self.lines[:, -6] - tips
        back /= np.maximum(np.hypot(*back.T), 1e-9)[:, None]
        across = np.column_stack([-back[:, 1], back[:, 0]]) * half[:, None]
        neck = tips + back * length[:, None]
        heads = np.atleast_1d(np.asarray(shapely.polygons(np.stack([neck + across, tips, neck - across], axis=1))))
        self.circles = shapely.buffer(shapely.points(at), reach)
        self.obstacles = Obstacles(shapes, heads, self.circles, size)


made_up = st.builds(Made, st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 120))


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


def check_clear(boxes: Any, obstacles: Obstacles) -> None:
    for hard in (obstacles.circles, obstacles.heads):
        for box in boxes:
            assert not shapely.intersects(box, hard).any()


@STEADY
@given(made_up)
def test_no_name_covers_another_a_circle_or_a_head_and_no_leader_runs_over_a_name_or_a_circle(made: Made) -> None:
    placed, left_out = place_labels(made.labels, made.radius, made.obstacles)
    assert sorted(label.code for label in [*placed, *left_out]) == sorted(label.code for label in made.labels)
    check_apart(placed)
    boxes = [shapely.box(*label.box) for label in placed]
    check_clear(boxes, made.obstacles)
    number = {label.code: k for k, label in enumerate(made.labels)}
    for label, box in zip(placed, boxes, strict=True):
        if label.leader is not None:
            leader = shapely.LineString(np.array(label.leader).reshape(2, 2))
            assert not any(leader.intersects(other) for other in boxes if other is not box)
            own = shapely.Point(made.labels[number[label.code]].x, made.labels[number[label.code]].y)
            assert not any(leader.intersects(circle) for circle in made.circles if not circle.intersects(own))
            assert leader.length <= LONGEST_LEADER * label.size
        over = shapely.intersects(box, made.obstacles.arrows).any()
        assert label.crosses or not over, "a name on an arrow has a halo"


def test_the_same_names_stand_at_the_same_spots_twice() -> None:
    one, other = (place_labels(made.labels, made.radius, made.obstacles) for made in (Made(5, 50, 90), Made(5, 50, 90)))
    assert one == other


def test_a_thin_arrow_is_crossed_rather_than_a_long_leader_drawn() -> None:
    alone = named("Azerbaijan", 270, 200)
    fan = [shapely.LineString([(270, 200), (270 + 200 * np.cos(a), 200 + 200 * np.sin(a))]).buffer(0.5)
           for a in np.linspace(0, 2 * np.pi, 9)]  # fmt: skip
    placed, _ = place_labels([alone], [3.0], around([alone], arrows=fan))
    assert placed[0].crosses
    assert placed[0].leader is None


def test_a_box_makes_room_for_one_that_has_no_other_spot() -> None:
    boxes = np.array([[0.0, 0.0, 10.0, 5.0], [50.0, 0.0, 60.0, 5.0], [5.0, 0.0, 15.0, 5.0]])
    none = np.full((3, 4), np.nan)
    spots = Spots(boxes, none, np.array([0.0, 1.0, 0.0]), np.zeros(3), np.array([0, 0, 1]), 2)
    assert choose(spots, sweeps=1).tolist() == [0, -1], "the first takes what is best for it"
    assert choose(spots).tolist() == [1, 2], "then it gives way"
    # But not to nowhere, for one that matters less.
    only = spots.kept(np.array([True, False, True]))
    assert choose(only).tolist() == [0, -1]


def test_a_leader_keeps_off_the_box_of_another_and_crosses_no_other_if_it_may() -> None:
    away = [np.nan] * 4
    boxes = np.array([[20.0, 0.0, 30.0, 5.0], [40.0, 0.0, 50.0, 5.0], [0.0, 20.0, 10.0, 25.0]])
    leaders = np.array([away, [0.0, 2.5, 40.0, 2.5], [0.0, 2.5, 0.0, 20.0]])
    spots = Spots(boxes, leaders, np.array([0.0, 1.0, 2.0]), np.zeros(3), np.array([0, 1, 1]), 2)
    assert choose(spots).tolist() == [0, 2], "the cheaper leader runs through the first box"
    lines = np.array([[10.0, -5.0, 10.0, 8.0], [0.0, 2.5, 18.0, 2.5], [0.0, 2.5, 0.0, 20.0]])
    boxes = np.array([[5.0, 8.0, 15.0, 13.0], [18.0, 0.0, 28.0, 5.0], [-5.0, 20.0, 4.0, 25.0]])
    spots = Spots(boxes, lines, np.array([0.0, 1.0, 2.0]), np.zeros(3), np.array([0, 1, 1]), 2)
    assert choose(spots).tolist() == [0, 2], "the cheaper leader crosses the first"


def test_in_a_crowd_the_most_important_may_have_longer_leaders() -> None:
    labels = [named(f"Place {k}", 100 + 12 * (k % 20), 100 + 12 * (k // 20)) for k in range(200)]
    placed, _ = place_labels(labels, [3.0] * 200, around(labels))
    rank = {label.code: k for k, label in enumerate(labels)}
    for label in placed:
        if label.leader is not None:
            x0, y0, x1, y1 = label.leader
            assert np.hypot(x1 - x0, y1 - y0) <= 0.6 * np.sqrt(SIZE[0] * SIZE[1] / (rank[label.code] + 1))


def test_a_name_keeps_to_the_box_that_is_preferred() -> None:
    alone = named("Azerbaijan", 200, 200)
    west = np.array([[195 - alone.width, 200 - alone.height / 2, 195, 200 + alone.height / 2]])
    placed, _ = place_labels([alone], [3.0], around([alone]), preferred=west)
    assert placed[0].box == pytest.approx(tuple(west[0]), abs=1)
    none = np.full((1, 4), np.nan)
    assert place_labels([alone], [3.0], around([alone]), preferred=none) == place_labels(
        [alone], [3.0], around([alone])
    )


def test_boxes_are_reserved_off_the_first_lines_of_arrows() -> None:
    labels = [named("Azerbaijan", 100, 200), named("China", 400, 200)]
    lines = np.array([[[100.0, 200.0], [400.0, 200.0]]])
    for half in (0.5, 12.0):
        boxes = reserve(labels, [3.0, 3.0], lines, np.array([half]), SIZE)
        assert boxes.shape == (2, 4)
        arrow = shapely.buffer(shapely.LineString(lines[0]), half, cap_style="flat")
        assert shapely.area(shapely.intersection(arrow, shapely.box(*boxes.T))).max() < 1
    wide = named("x" * 400, 270, 200)
    assert np.isnan(reserve([wide], [3.0], lines, np.array([0.5]), SIZE)).all()


@STEADY
@given(made_up)
def test_letters_stand_on_their_arrow_and_off_names_circles_heads_and_each_other(made: Made) -> None:
    names, _ = place_labels(made.labels, made.radius, made.obstacles)
    letters = ["HT" if k % 3 else "" for k in range(len(made.lines))]
    tags, left_out = place_tags(made.lines, letters, made.obstacles, names, size=5.6, colour="#000000")
    assert len(tags) + left_out == sum(1 for text in letters if text)
    check_apart([*names, *tags])
    check_clear([shapely.box(*tag.box) for tag in tags], made.obstacles)
    for tag in tags:
        assert tag.kind == "tag"
        assert letters[int(tag.code)] == tag.text
        line = shapely.LineString(made.lines[int(tag.code)])
        assert line.distance(shapely.Point(tag.x, tag.y)) < 0.5
        assert tag.crosses


def test_letters_stand_in_the_middle_of_an_arrow_and_where_there_are_none_nothing_does() -> None:
    lines = np.linspace((100.0, 100.0), (300.0, 100.0), 49)[None]
    tags, left_out = place_tags(lines, ["HT"], around([]), [], size=5.6, colour="#000000")
    assert (tags[0].x, tags[0].y) == pytest.approx((200, 100))
    assert left_out == 0
    taken = [named("Chad", 200, 100)]
    moved, _ = place_tags(lines, ["HT"], around([]), taken, size=5.6, colour="#000000")
    assert moved[0].x != pytest.approx(200)
    check_apart([*moved, *taken])
    assert place_tags(lines, [""], around([]), [], size=5.6, colour="#000000") == ([], 0)
    assert place_tags(lines[:, ::48] * 0.01, ["HT"], around([]), [], size=5.6, colour="#000000") == ([], 1)


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
        assert np.hypot(x1 - place.x, y1 - place.y) > LEADER_FROM * label.size


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
